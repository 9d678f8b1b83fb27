"""Contracts of developers, put on the chain from their wallets."""

from collections.abc import Mapping

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
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.domains.contracts import compiling, known_codes, repository, service
from pocplatform.domains.contracts.errors import (
    AddressTaken,
    ArtifactInvalid,
    ContractTooLarge,
    LibraryMissing,
    NoCodeAtAddress,
    NotDeployable,
    NotPayable,
)
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.contracts.schemas import ContractCreate
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.explanations import of_contract
from pocplatform.outbox.service import Outbox


def deploy(
    session: Session, outbox: Outbox, *, org_id: str | None, sender: str, request: ContractCreate
) -> Contract:
    """Put a contract on the chain from the caller's wallet.

    Raises:
        NotFound: No such compilation.
        ArtifactInvalid, AbiInvalid, NotDeployable, ContractTooLarge, LibraryMissing,
        NoCodeAtAddress, NotPayable, AddressTaken, ArgumentInvalid: See there.
        ContractReverted: The constructor refuses.
    """
    repository.note_addresses(session)
    artifact = _artifact(session, org_id, request)
    _check_deployable(artifact)
    _check_size(artifact, artifact.runtime_bytes, MAX_RUNTIME_BYTES)
    interface = Interface(artifact.abi)
    libraries = _libraries(session, outbox, org_id, artifact, request.libraries)
    constructor = interface.constructor
    encoded = abi_json.encode(constructor.inputs, request.arguments)
    code = artifact.linked(libraries) + encoded
    _check_size(artifact, len(code), MAX_CREATION_BYTES)
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
        docs_token=service.new_docs_token(),
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
    decoder = RevertDecoder()
    decoder.register(artifact.name, interface.abi, artifact.userdoc, artifact.devdoc)
    try:
        write = outbox.enqueue(session, call, sender=sender, org_id=org_id, resource_id=contract.id)
    except ContractReverted as refused:
        error = dict(refused.error)
        if to is not None:
            # The factory keeps the constructor's reason to itself.
            error = outbox.simulate([(sender, None, code)], value)[0] or error
        raise ContractReverted(of_contract(decoder, error)) from refused
    contract.transaction_id = write.id
    service.register_errors(outbox, contract)
    if request.artifact is not None:
        known_codes.note_artifact(session, artifact)
    session.add(contract)
    session.flush()
    return contract


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
    fitting = [
        c
        for c in compiled
        if (wanted in (c["name"], f"{c['source']}:{c['name']}") if wanted else c["bytecode"])
    ]
    # What was sent comes before what it imports, which is here only to be asked for by name.
    found = [c for c in fitting if not c.get("imported")] or (fitting if wanted else [])
    known = ", ".join(f"{c['source']}:{c['name']}" for c in compiled)
    if wanted and not found:
        raise InvalidInput(
            "{id} has no contract {name}; it has: {known}.",
            param="contract",
            id=compilation.id,
            name=wanted,
            known=known,
        )
    if len(found) != 1:
        raise InvalidInput(
            "{id} has {count} contracts that this could mean; it has: {known}.",
            next_step="Name the one to deploy, as file:name where two have the same name.",
            param="contract",
            id=compilation.id,
            count=len(found),
            known=known,
        )
    return from_solc(found[0])


_NAMED = 10
"""Functions without a body that are named."""
_REASONS = {
    "abstract": Phrase("it is marked as abstract"),
    "interface": Phrase("it is an interface"),
    "": Phrase("the artifact has no bytecode, as of an interface or an abstract contract"),
}


def _check_deployable(artifact: BuildArtifact) -> None:
    if artifact.bytecode:
        return
    reason = _REASONS.get(artifact.kind, _REASONS[""])
    if artifact.unimplemented:
        reason = Phrase(
            "it is abstract, without a body for {missing}",
            missing=", ".join(artifact.unimplemented[:_NAMED]),
        )
    raise NotDeployable(
        "{name} has no code to deploy: {reason}.",
        next_step="Name a contract that implements it.",
        param="contract",
        name=artifact.name,
        reason=reason,
    )


def _check_size(artifact: BuildArtifact, size: int, limit: int) -> None:
    """Of the code on the chain, or of creation code with its arguments: ContractTooLarge."""
    if size > limit:
        raise ContractTooLarge(
            "{name} has {size} bytes of code, {over} more than the {limit} that the chain "
            "takes (EIP-170, EIP-3860).",
            next_step="Move parts into libraries or contracts of their own, or compile with "
            "the optimizer and fewer optimizer_runs, such as 1.",
            name=artifact.name,
            size=size,
            over=size - limit,
            limit=limit,
        )


def _libraries(
    session: Session,
    outbox: Outbox,
    org_id: str | None,
    artifact: BuildArtifact,
    given: Mapping[str, str],
) -> dict[str, str]:
    """Addresses of libraries by the names that were given.

    Raises:
        LibraryMissing: One was not given.
        NoCodeAtAddress: There is no library; each call of it would fail without a reason.
    """
    found = {}
    for name, where in given.items():
        if where.startswith("ctr_"):
            found[name] = service.address_of(session, service.get(session, org_id, where))
        elif is_address(where):
            found[name] = checksum(where)
            if not outbox.contracts.client.code(found[name]):
                raise NoCodeAtAddress(found[name], f"libraries.{name}")
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
