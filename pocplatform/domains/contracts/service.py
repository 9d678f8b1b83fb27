"""Contracts of developers: found, attached, shown. Deploying them: ``deploying``."""

import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlmodel import Session

from pocplatform.chain.build_artifacts import BuildArtifact, from_solc
from pocplatform.chain.bytecode import Match
from pocplatform.chain.codec import checked_address
from pocplatform.chain.interface import Interface
from pocplatform.chain.proxies import Proxy, proxies_at
from pocplatform.chain.runtime_code import cloned
from pocplatform.domains.contracts import compiling, known_codes, repository
from pocplatform.domains.contracts.errors import AbiUnknown, NoCodeAtAddress, NotOnChain
from pocplatform.domains.contracts.models import Compilation, Contract, KnownCode, Verification
from pocplatform.domains.contracts.schemas import (
    CompilationRead,
    CompiledContract,
    ContractAttach,
    ContractRead,
    Diagnostic,
    ProxyRead,
    VerificationRead,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox

visible_to = repository.contracts
compilations_of = repository.compilations


def get(session: Session, org_id: str | None, contract_id: str) -> Contract:
    """A contract of this tenant. Raises :class:`NotFound`."""
    found = session.exec(visible_to(org_id).where(Contract.id == contract_id)).first()
    if found is None:
        raise NotFound(
            "There is no contract {id} of yours.",
            next_step="Another's contract can be used by its address: POST /v1/contracts/attach.",
            id=contract_id,
        )
    return found


def documented(session: Session, token: str) -> Contract:
    """The contract whose documentation is opened by this token. Raises :class:`NotFound`."""
    found = session.exec(visible_to(None).where(Contract.docs_token == token)).first()
    if found is None:
        raise NotFound(
            "There is no documentation at this address.",
            next_step="Its address stands at the contract, as docs.",
        )
    return found


def address_of(session: Session, contract: Contract) -> str:
    """Where a contract stands. Raises :class:`NotOnChain`."""
    deployment = _deployment(session, contract)
    address = repository.address_of(contract, deployment)
    if address is None:
        raise NotOnChain(
            "{name} is not on the chain: its deployment is {status}.",
            next_step="Look at the transaction {transaction}.",
            name=contract.name,
            status=deployment.status if deployment is not None else "?",
            transaction=contract.transaction_id,
        )
    return address


def own_interface(contract: Contract) -> Interface:
    """What the contract's own ABI offers; made once, since an ABI does not change."""
    return interface_of(contract.id, contract.abi)


def interface_of(identity: str, abi: Sequence[Mapping[str, Any]]) -> Interface:
    """What an ABI offers, which is known by an id or hash; made once for each."""
    return _interface(_Identified(identity, abi))


def interface_behind(
    session: Session, outbox: Outbox, contract: Contract, address: str
) -> Interface | None:
    """What a proxy and its implementation offer together; None if it is none, or not known."""
    if contract.implementation is not None:
        return _joined(session, outbox, contract, contract.implementation)
    proxy = proxies_at(outbox.contracts.client, [address])[0]
    return _joined(session, outbox, contract, proxy.implementation) if proxy is not None else None


def _joined(
    session: Session, outbox: Outbox, contract: Contract, implementation: str
) -> Interface | None:
    known = known_abi(session, outbox, implementation)
    return own_interface(contract).joined(Interface(known[1])) if known is not None else None


def whole_interface(session: Session, outbox: Outbox, contract: Contract) -> Interface:
    """What the contract offers: with what stands behind a proxy, and events of its libraries."""
    address = repository.address_of(contract, _deployment(session, contract))
    found = interface_behind(session, outbox, contract, address) if address else None
    found = found or own_interface(contract)
    for library in contract.libraries.values():
        known = known_abi(session, outbox, library)
        # A library's code runs in the contract's name: its events are the contract's own.
        events = [one for one in known[1] if one["type"] == "event"] if known is not None else []
        if events:
            found = found.joined(Interface(events))
    return found


def attach(
    session: Session, outbox: Outbox, *, org_id: str | None, request: ContractAttach
) -> Contract:
    """Use a contract that is on the chain already, by its address.

    Raises:
        InvalidInput: No address.
        NoCodeAtAddress: There is no contract.
        AbiUnknown: No ABI was given, and the sandbox knows none.
        AbiInvalid: What was given is none.
    """
    repository.note_addresses(session)
    address = checked_address(request.address)
    code = outbox.contracts.client.code(address)
    if not code:
        raise NoCodeAtAddress(address)
    known = known_abi(session, outbox, address, code)
    abi: Any = request.abi
    if not abi and known is not None:
        abi = known[1]
    if abi is None and _proxy_of_known(session, outbox, address):
        abi = []  # what stands behind it is offered anyway
    if abi is None:
        raise AbiUnknown(
            "The ABI of {address} is not known here.",
            next_step="Send it as abi.",
            param="abi",
            address=address,
        )
    contract = Contract(
        id=new_id("ctr"),
        org_id=org_id,
        name=request.name or (known[0] if known else "Contract"),
        origin="attached",
        address=address,
        implementation=cloned(code),
        docs_token=new_docs_token(),
        abi=Interface(abi).abi,
        userdoc={},
        devdoc={},
        arguments={},
        libraries={},
        metadata_=request.metadata,
        created_ms=now_ms(),
    )
    register_errors(outbox, contract)
    session.add(contract)
    session.flush()
    return contract


def known_abi(
    session: Session, outbox: Outbox, address: str, code: bytes | None = None
) -> tuple[str, list[dict[str, Any]]] | None:
    """Name and ABI of what stands at an address, if anybody has told it, the surest first.

    Those of the sandbox itself; of what was deployed here; of code that is known; of what a minimal
    proxy calls; and last what others gave when they attached the address.

    Args:
        code: The address's code, where it is at hand.
    """
    code = outbox.contracts.client.code(address) if code is None else code
    found = _sure_abi(session, outbox, address, code)
    behind = cloned(code) if found is None else None
    if behind is not None:
        found = _sure_abi(session, outbox, behind, outbox.contracts.client.code(behind))
    if found is None and (told := repository.at_address(session, address, attached=True)):
        found = told.name, told.abi
    return found


def _sure_abi(
    session: Session, outbox: Outbox, address: str, code: bytes
) -> tuple[str, list[dict[str, Any]]] | None:
    for name, deployed in outbox.contracts.manifest.contracts.items():
        if deployed.address == address:
            return name, list(deployed.abi)
    known: Contract | KnownCode | None = repository.at_address(session, address, attached=False)
    known = known or known_codes.find(session, code)
    return (known.name, known.abi) if known is not None else None


def _proxy_of_known(session: Session, outbox: Outbox, address: str) -> bool:
    proxy = proxies_at(outbox.contracts.client, [address])[0]
    return proxy is not None and known_abi(session, outbox, proxy.implementation) is not None


def new_docs_token() -> str:
    """An unguessable name for a page of documentation."""
    return secrets.token_urlsafe(18)


def register_errors(outbox: Outbox, contract: Contract) -> None:
    """Have the contract's errors known by name to everybody; its words about them stay its own."""
    outbox.decoder.register(contract.name, contract.abi)


def register_known(session: Session, outbox: Outbox) -> None:
    """As :func:`register_errors`, of all contracts there are; when the platform starts."""
    for contract in session.exec(visible_to(None)):
        register_errors(outbox, contract)


def read(session: Session, outbox: Outbox, contract: Contract) -> ContractRead:
    """A contract as it is shown."""
    return read_all(session, outbox, [contract])[0]


def read_all(session: Session, outbox: Outbox, contracts: Sequence[Contract]) -> list[ContractRead]:
    """Contracts as they are shown."""
    deployments = [_deployment(session, contract) for contract in contracts]
    addresses = [repository.address_of(*pair) for pair in zip(contracts, deployments, strict=True)]
    live = [address for address in addresses if address is not None]
    found = dict(zip(live, proxies_at(outbox.contracts.client, live), strict=True))
    verified = repository.verifications(session, [contract.id for contract in contracts])
    shown = []
    for contract, deployment, address in zip(contracts, deployments, addresses, strict=True):
        proxy = found.get(address or "")
        if contract.implementation is not None:
            proxy = Proxy("minimal", contract.implementation, None, None)
        interface = own_interface(contract)
        if proxy is not None:
            interface = _joined(session, outbox, contract, proxy.implementation) or interface
        verification = verified.get(contract.id)
        shown.append(_shown(contract, deployment, address, proxy, interface, verification))
    return shown


def read_verification(row: Verification) -> VerificationRead:
    """A verification as it is shown."""
    return VerificationRead(
        id=row.id,
        contract=row.contract_id,
        address=row.address,
        match=best_grade(row),
        runtime_match=row.runtime_match,  # type: ignore[arg-type]
        creation_match=row.creation_match,  # type: ignore[arg-type]
        compilation=row.compilation_id,
        source=row.contract,
        arguments=row.arguments,
        libraries=row.libraries,
        immutables=row.immutables,
        created=iso(row.created_ms),
    )


def verification_at(session: Session, address: str) -> Verification | None:
    """The best verification of what stands at an address, whoever has verified it."""
    return repository.verification_at(session, address)


def best_grade(row: Verification) -> Literal["exact_match", "match"]:
    """The better one of a verification's two grades."""
    exact = Match.EXACT in (row.runtime_match, row.creation_match)
    return "exact_match" if exact else "match"


def _shown(
    contract: Contract,
    deployment: Transaction | None,
    address: str | None,
    proxy: Proxy | None,
    interface: Interface,
    verification: Verification | None,
) -> ContractRead:
    failed = deployment is not None and transactions.has_failed(deployment)
    return ContractRead(
        id=contract.id,
        name=contract.name,
        status="live" if address else "failed" if failed else "pending",
        address=contract.address if contract.salt and not failed else address,
        origin=contract.origin,  # type: ignore[arg-type]
        compilation=contract.compilation_id,
        arguments=contract.arguments,
        libraries=contract.libraries,
        salt=contract.salt,
        proxy=ProxyRead(**proxy._asdict()) if proxy else None,
        functions=[function.signature for function in interface.functions],
        events=[event.signature for event in interface.events],
        abi=contract.abi,
        openapi=f"/v1/contracts/{contract.id}/openapi.json",
        docs=f"/docs/contracts/{contract.docs_token}",
        metadata=contract.metadata_,
        verification=read_verification(verification) if verification is not None else None,
        transaction=transactions.read(deployment) if deployment is not None else None,
        created=iso(contract.created_ms),
    )


def read_compilation(session: Session, compilation: Compilation) -> CompilationRead:
    """A compilation as it is shown."""
    document = compiling.document(session, compilation)
    return CompilationRead(
        id=compilation.id,
        solc=document["solc"],
        settings=document["settings"],
        contracts=[
            _compiled(from_solc(c), c["source"], imported=c.get("imported", False))
            for c in document["contracts"]
        ],
        warnings=[Diagnostic(**warning) for warning in document["warnings"]],
        created=iso(compilation.created_ms),
    )


def _compiled(artifact: BuildArtifact, source: str, *, imported: bool) -> CompiledContract:
    return CompiledContract(
        name=artifact.name,
        source=source,
        imported=imported,
        kind=artifact.kind,  # type: ignore[arg-type]
        deployable=bool(artifact.bytecode),
        size=artifact.runtime_bytes,
        libraries=list(artifact.links),
        abi=artifact.abi,
        bytecode="0x" + artifact.bytecode,
    )


def _deployment(session: Session, contract: Contract) -> Transaction | None:
    if contract.transaction_id is None:
        return None
    return repository.transaction(session, contract.transaction_id)


class _Identified:
    """An ABI that is known by the id of its contract, or a hash: cheap to look up."""

    def __init__(self, identity: str, abi: Sequence[Mapping[str, Any]]) -> None:
        self.identity = identity
        self.abi = abi

    def __hash__(self) -> int:
        return hash(self.identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identified) and other.identity == self.identity


@lru_cache(maxsize=500)
def _interface(identified: _Identified) -> Interface:
    return Interface(list(identified.abi))
