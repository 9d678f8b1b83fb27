"""Contracts of developers: deployed, attached, shown."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlmodel import Session

from pocplatform.chain import abi_json
from pocplatform.chain.build_artifacts import (
    MAX_CREATION_BYTES,
    MAX_RUNTIME_BYTES,
    ArtifactUnreadable,
    BuildArtifact,
    from_solc,
    read_artifact,
)
from pocplatform.chain.codec import checksum, is_address
from pocplatform.chain.contracts import ContractCall
from pocplatform.chain.factory import CREATE2_FACTORY, create2_address
from pocplatform.chain.interface import Interface
from pocplatform.chain.proxies import Proxy, proxies_at
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.domains.contracts import compiling, repository
from pocplatform.domains.contracts.errors import (
    AbiUnknown,
    AddressTaken,
    ArtifactInvalid,
    ContractTooLarge,
    LibraryMissing,
    NoCodeAtAddress,
    NotDeployable,
    NotOnChain,
    NotPayable,
)
from pocplatform.domains.contracts.models import Compilation, Contract
from pocplatform.domains.contracts.schemas import (
    CompilationRead,
    CompiledContract,
    ContractAttach,
    ContractCreate,
    ContractRead,
    Diagnostic,
    ProxyRead,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.explanations import record
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
    return _interface(_Identified(contract.id, contract.abi))


def interface_behind(
    session: Session, outbox: Outbox, contract: Contract, address: str
) -> Interface | None:
    """What a proxy and its implementation offer together; None if it is none, or not known."""
    proxy = proxies_at(outbox.contracts.client, [address])[0]
    if proxy is None:
        return None
    known = _known_abi(session, outbox, proxy.implementation)
    if known is None:
        return None
    return own_interface(contract).joined(Interface(known[1]))


def whole_interface(session: Session, outbox: Outbox, contract: Contract) -> Interface:
    """What the contract offers, what stands behind a proxy included."""
    address = repository.address_of(contract, _deployment(session, contract))
    behind = interface_behind(session, outbox, contract, address) if address else None
    return behind or own_interface(contract)


def deploy(
    session: Session, outbox: Outbox, *, org_id: str | None, sender: str, request: ContractCreate
) -> Contract:
    """Put a contract on the chain from the caller's wallet.

    Raises:
        NotFound: No such compilation.
        ArtifactInvalid, AbiInvalid, NotDeployable, ContractTooLarge, LibraryMissing, NotPayable,
        AddressTaken, ArgumentInvalid: See there.
        ContractReverted: The constructor refuses.
    """
    repository.note_addresses(session)
    artifact = _artifact(session, org_id, request)
    interface = Interface(artifact.abi)
    _check_deployable(artifact)
    libraries = _libraries(session, org_id, artifact, request.libraries)
    constructor = interface.constructor
    encoded = abi_json.encode(constructor.inputs, request.arguments)
    code = artifact.linked(libraries) + encoded
    if len(code) > MAX_CREATION_BYTES or (artifact.runtime_bytes or 0) > MAX_RUNTIME_BYTES:
        raise ContractTooLarge(
            "{name} has {size} bytes of code; the chain takes {limit} (EIP-170, EIP-3860).",
            next_step="Move parts into libraries or other contracts, or optimize for size "
            "(fewer optimizer_runs).",
            name=artifact.name,
            size=artifact.runtime_bytes or len(code),
            limit=MAX_RUNTIME_BYTES if artifact.runtime_bytes else MAX_CREATION_BYTES,
        )
    value = int(request.value)
    if value and not constructor.payable:
        raise NotPayable(
            "The constructor of {name} takes no ether.",
            next_step="Leave out the value, or mark the constructor as payable.",
            param="value",
            name=artifact.name,
        )
    arguments = abi_json.decode(constructor.inputs, encoded, "arg")
    contract = Contract(
        id=new_id("ctr"),
        org_id=org_id,
        name=artifact.name,
        origin="artifact" if request.compilation is None else "compilation",
        compilation_id=request.compilation,
        address=_known_address(outbox, request.salt, code),
        salt=request.salt,
        abi=interface.abi,
        userdoc=dict(artifact.userdoc),
        devdoc=dict(artifact.devdoc),
        arguments=arguments,
        libraries=libraries,
        metadata_=request.metadata,
        created_ms=now_ms(),
    )
    to = None if request.salt is None else CREATE2_FACTORY
    data = code if request.salt is None else bytes.fromhex(request.salt[2:]) + code
    call = ContractCall(to, data, artifact.name, "deploy", arguments, value)
    decoder = RevertDecoder({artifact.name: interface.abi}, {artifact.name: artifact.userdoc})
    try:
        write = outbox.enqueue(session, call, sender=sender, org_id=org_id, resource_id=contract.id)
    except ContractReverted as refused:
        error = dict(refused.error)
        if to is not None:
            # The factory keeps the constructor's reason to itself.
            error = outbox.simulate([(sender, None, code)], value)[0] or error
        raise ContractReverted(explained(decoder, error)) from refused
    contract.transaction_id = write.id
    register_errors(outbox, contract)
    session.add(contract)
    session.flush()
    return contract


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
    if not is_address(request.address):
        raise InvalidInput(
            "{address} is no address (or its checksum is wrong).",
            param="address",
            address=request.address[:100],
        )
    address = checksum(request.address)
    client = outbox.contracts.client
    if not client.code(address):
        raise NoCodeAtAddress(
            "There is no contract at {address}.",
            next_step="Check the address, and that its deployment has been mined.",
            param="address",
            address=address,
        )
    known = _known_abi(session, outbox, address)
    abi: Any = request.abi
    if abi is None:
        if known is None:
            raise AbiUnknown(
                "The ABI of {address} is not known here.",
                next_step="Send it as abi.",
                param="abi",
                address=address,
            )
        abi = known[1]
    contract = Contract(
        id=new_id("ctr"),
        org_id=org_id,
        name=request.name or (known[0] if known else "Contract"),
        origin="attached",
        address=address,
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


def register_errors(outbox: Outbox, contract: Contract) -> None:
    """Have the contract's errors known by name to everybody; its words about them stay its own."""
    outbox.decoder.register(contract.name, contract.abi)


def register_known(session: Session, outbox: Outbox) -> None:
    """As :func:`register_errors`, of all contracts there are; when the platform starts."""
    for contract in session.exec(visible_to(None)):
        register_errors(outbox, contract)


def explained(decoder: RevertDecoder, error: Mapping[str, Any]) -> dict[str, Any]:
    """An error of a developer's contract, by its own ABI and in its own words where it has any."""
    raw = (error.get("args") or {}).get("data")
    if raw is not None and not error.get("signature"):
        decoded = decoder.decode(raw)
        error = record(decoded) if decoded.kind == "custom" else error
    own = decoder.explanation(str(error.get("signature") or ""))
    return {**error, "foreign": True} | ({"explanation": own} if own else {})


def read(session: Session, outbox: Outbox, contract: Contract) -> ContractRead:
    """A contract as it is shown."""
    return read_all(session, outbox, [contract])[0]


def read_all(session: Session, outbox: Outbox, contracts: Sequence[Contract]) -> list[ContractRead]:
    """Contracts as they are shown."""
    deployments = [_deployment(session, contract) for contract in contracts]
    addresses = [repository.address_of(*pair) for pair in zip(contracts, deployments, strict=True)]
    live = [address for address in addresses if address is not None]
    found = dict(zip(live, proxies_at(outbox.contracts.client, live), strict=True))
    return [
        _shown(contract, deployment, address, found.get(address or ""))
        for contract, deployment, address in zip(contracts, deployments, addresses, strict=True)
    ]


def _shown(
    contract: Contract, deployment: Transaction | None, address: str | None, proxy: Proxy | None
) -> ContractRead:
    failed = deployment is not None and transactions.has_failed(deployment)
    interface = own_interface(contract)
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
        docs=f"/v1/contracts/{contract.id}/docs",
        metadata=contract.metadata_,
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
        contracts=[_compiled(from_solc(c), c["source"]) for c in document["contracts"]],
        warnings=[Diagnostic(**warning) for warning in document["warnings"]],
        created=iso(compilation.created_ms),
    )


def _compiled(artifact: BuildArtifact, source: str) -> CompiledContract:
    return CompiledContract(
        name=artifact.name,
        source=source,
        kind=artifact.kind,  # type: ignore[arg-type]
        deployable=bool(artifact.bytecode),
        size=artifact.runtime_bytes or 0,
        libraries=list(artifact.links),
        abi=artifact.abi,
        bytecode="0x" + artifact.bytecode,
    )


def _artifact(session: Session, org_id: str | None, request: ContractCreate) -> BuildArtifact:
    if request.artifact is not None:
        try:
            return read_artifact(request.artifact, request.contract)
        except ArtifactUnreadable as error:
            raise ArtifactInvalid(
                "The artifact cannot be read: {why}.",
                next_step="Send the JSON that ape, Foundry or Hardhat wrote, with abi and "
                "bytecode; of an ethPM manifest, name the contract.",
                param="artifact",
                why=str(error),
            ) from error
    compilation = compiling.get(session, org_id, str(request.compilation))
    compiled = compiling.document(session, compilation)["contracts"]
    wanted = request.contract
    found = [
        c
        for c in compiled
        if (wanted in (c["name"], f"{c['source']}:{c['name']}") if wanted else c["bytecode"])
    ]
    if len(found) != 1:
        raise InvalidInput(
            "{id} has {count} contracts that this could mean; it has: {known}.",
            next_step="Name the one to deploy, as file:name where two have the same name.",
            param="contract",
            id=compilation.id,
            count=len(found),
            known=", ".join(f"{c['source']}:{c['name']}" for c in compiled),
        )
    return from_solc(found[0])


_REASONS = {
    "interface": Phrase("it is an interface"),
    "abstract": Phrase("it is abstract: some of its functions have no body"),
    "": Phrase("the artifact has no bytecode, as of an interface or an abstract contract"),
}


def _check_deployable(artifact: BuildArtifact) -> None:
    if not artifact.bytecode:
        raise NotDeployable(
            "{name} has no code to deploy: {reason}.",
            next_step="Name a contract that implements it.",
            param="contract",
            name=artifact.name,
            reason=_REASONS.get(artifact.kind, _REASONS[""]),
        )


def _libraries(
    session: Session, org_id: str | None, artifact: BuildArtifact, given: Mapping[str, str]
) -> dict[str, str]:
    """Addresses of libraries by the names that were given. Raises :class:`LibraryMissing`."""
    found = {}
    for name, where in given.items():
        if where.startswith("ctr_"):
            found[name] = address_of(session, get(session, org_id, where))
        elif is_address(where):
            found[name] = checksum(where)
        else:
            raise InvalidInput(
                "{where} is neither an address nor the id of a contract of yours.",
                param=f"libraries.{name}",
                where=where[:100],
            )
    missing = artifact.missing(found)
    if missing:
        raise LibraryMissing(
            "{name} needs libraries whose addresses were not given: {missing}.",
            next_step="Deploy each first, then name it in libraries, by its name, with its "
            "address or id.",
            param="libraries",
            name=artifact.name,
            missing=", ".join(missing),
        )
    return found


def _known_address(outbox: Outbox, salt: str | None, code: bytes) -> str | None:
    if salt is None:
        return None
    address = create2_address(bytes.fromhex(salt[2:]), code)
    if outbox.contracts.client.code(address):
        raise AddressTaken(
            "This code with these arguments and this salt stands at {address} already.",
            next_step="Use it with POST /v1/contracts/attach, or choose another salt.",
            param="salt",
            address=address,
        )
    return address


def _known_abi(
    session: Session, outbox: Outbox, address: str
) -> tuple[str, list[dict[str, Any]]] | None:
    """Name and ABI of what stands at an address, where the platform or a tenant has told it."""
    for name, deployed in outbox.contracts.manifest.contracts.items():
        if deployed.address == address:
            return name, list(deployed.abi)
    found = repository.at_address(session, address)
    return (found.name, found.abi) if found is not None else None


def _deployment(session: Session, contract: Contract) -> Transaction | None:
    if contract.transaction_id is None:
        return None
    return repository.transaction(session, contract.transaction_id)


class _Identified:
    """An ABI that is known by the id of its contract: cheap to look up."""

    def __init__(self, contract_id: str, abi: list[dict[str, Any]]) -> None:
        self.contract_id = contract_id
        self.abi = abi

    def __hash__(self) -> int:
        return hash(self.contract_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identified) and other.contract_id == self.contract_id


@lru_cache(maxsize=500)
def _interface(identified: _Identified) -> Interface:
    return Interface(identified.abi)
