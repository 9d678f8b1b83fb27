"""Verifying: that the code on the chain is what sources give."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlmodel import Session, select

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.bytecode import (
    Comparison,
    Difference,
    Match,
    compare_creation,
    compare_runtime,
)
from pocplatform.chain.codec import checked_address
from pocplatform.chain.factory import CREATE2_FACTORY
from pocplatform.chain.interface import Interface
from pocplatform.domains.contracts import compiling, repository, service
from pocplatform.domains.contracts.errors import BytecodeMismatch, NoCodeAtAddress
from pocplatform.domains.contracts.models import (
    Compilation,
    Contract,
    Verification,
)
from pocplatform.domains.contracts.schemas import (
    AddressVerifyCreate,
    ContractAttach,
    VerifyCreate,
)
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox

_SALT_BYTES = 32


class Tenant(Protocol):
    """Who verifies."""

    @property
    def org_id(self) -> str | None:
        """The organization; None for the organisers."""

    @property
    def tenant(self) -> str:
        """The name under which its things are kept apart."""


def get(session: Session, verification_id: str) -> Verification:
    """A verification that was made a moment ago."""
    return session.exec(select(Verification).where(Verification.id == verification_id)).one()


def verify(
    session: Session,
    outbox: Outbox,
    actor: Tenant,
    contract_id: str,
    request: VerifyCreate,
    compiled: Compilation | None,
) -> Verification:
    """Verify a contract of the caller's.

    Args:
        session: The request's database transaction.
        outbox: The node.
        actor: Who asks.
        contract_id: The contract.
        request: Which compilation, if it is not ``compiled``, and which contract of it.
        compiled: What solc made of the sources that came with the request.

    Raises:
        NotFound, NotOnChain, NoCodeAtAddress: See there.
        InvalidInput: There is no compilation to compare with, or no contract of that name in it.
        BytecodeMismatch: They do not give what stands there.
    """
    contract = service.get(session, actor.org_id, contract_id)
    address = service.address_of(session, contract)
    made_from = request.compilation or contract.compilation_id
    compilation, document = _document(session, actor, made_from, compiled)
    code = _code(outbox, address)
    entry, found = _best(document, request.contract, code, address, contract.name)
    return _store(session, contract, address, compilation, document, entry, found)


def verify_address(
    session: Session,
    outbox: Outbox,
    actor: Tenant,
    request: AddressVerifyCreate,
    compiled: Compilation | None,
) -> Verification:
    """Verify what is on the chain, and attach it with the ABI that the sources give.

    Raises as :func:`verify`, and :class:`InvalidInput` for what is no address.
    """
    address = checked_address(request.address)
    compilation, document = _document(session, actor, request.compilation, compiled)
    entry, found = _best(document, request.contract, _code(outbox, address), address)
    attach = ContractAttach(address=address, abi=entry["abi"], name=entry["name"])
    contract = service.attach(session, outbox, org_id=actor.org_id, request=attach)
    return _store(session, contract, address, compilation, document, entry, found)


def _document(
    session: Session, actor: Tenant, compilation_id: str | None, compiled: Compilation | None
) -> tuple[Compilation, Mapping[str, Any]]:
    if compiled is not None:
        compilation = compiled
    elif compilation_id is not None:
        compilation = compiling.get(session, actor.org_id, compilation_id)
    else:
        raise InvalidInput(
            "There is nothing to compare with: this contract was not deployed from a compilation.",
            next_step="Give a compilation, sources, zip or standard_json.",
            param="compilation",
        )
    return compilation, compiling.document(session, compilation)


def _code(outbox: Outbox, address: str) -> bytes:
    code = outbox.contracts.client.code(address)
    if not code:
        raise NoCodeAtAddress(address)
    return code


def _best(
    document: Mapping[str, Any], wanted: str | None, code: bytes, address: str, likely: str = ""
) -> tuple[Mapping[str, Any], Comparison]:
    """The contract that fits best of those that were meant.

    Where none fits, the difference that is told is that of the ``likely`` name, if there is one.
    """
    entries = [
        entry
        for entry in document["contracts"]
        if entry["bytecode"] and wanted in (None, entry["name"], _name(entry))
    ]
    if not entries:
        known = ", ".join(_name(e) for e in document["contracts"] if e["bytecode"])
        raise InvalidInput(
            "The compilation has no contract {name} with code; it has: {known}.",
            param="contract",
            name=wanted or "",
            known=known or "-",
        )
    compared = [(entry, compare_runtime(entry, code)) for entry in entries]
    fitting = [pair for pair in compared if pair[1].match is not None]
    if fitting:
        return min(fitting, key=lambda pair: pair[1].match is not Match.EXACT)
    compared = [pair for pair in compared if pair[0]["name"] == likely] or compared
    entry, nearest = max(compared, key=lambda pair: _likeness(pair[1].difference))
    assert nearest.difference is not None
    raise BytecodeMismatch(_name(entry), address, nearest.difference)


def _likeness(difference: Difference | None) -> tuple[int, int]:
    """How near a code comes: of the same length first, then by how much of it is the same."""
    assert difference is not None
    return -abs(difference.expected_length - difference.found_length), difference.offset


def _name(entry: Mapping[str, Any]) -> str:
    return f"{entry['source']}:{entry['name']}"


def _store(
    session: Session,
    contract: Contract,
    address: str,
    compilation: Compilation,
    document: Mapping[str, Any],
    entry: Mapping[str, Any],
    found: Comparison,
) -> Verification:
    assert found.match is not None
    creation, arguments = _creation(entry, repository.creation_at(session, address))
    names = document["immutables"]
    row = Verification(
        id=new_id("vrf"),
        contract_id=contract.id,
        org_id=contract.org_id,
        address=address,
        compilation_id=compilation.id,
        contract=_name(entry),
        runtime_match=found.match,
        creation_match=creation,
        arguments=arguments,
        libraries=dict(found.libraries),
        immutables={names.get(id_, id_): word for id_, word in found.immutables.items()},
        created_ms=now_ms(),
    )
    if contract.compilation_id is None:
        # From now on its sources are known: traces show lines, its documentation has words.
        contract.compilation_id = compilation.id
        contract.userdoc, contract.devdoc = dict(entry["userdoc"]), dict(entry["devdoc"])
        session.add(contract)
    session.add(row)
    session.flush()
    return row


def _creation(
    entry: Mapping[str, Any], deployment: Transaction | None
) -> tuple[Match | None, dict[str, Any] | None]:
    """How far what created it is the same, and the constructor's arguments."""
    if deployment is None:
        return None, None
    data = bytes(deployment.data)
    if deployment.to == CREATE2_FACTORY:
        data = data[_SALT_BYTES:]
    compared, encoded = compare_creation(entry, data)
    if compared.match is None:
        return None, None
    inputs: Sequence[Any] = Interface(entry["abi"]).constructor.inputs
    try:
        return compared.match, abi_json.decode(inputs, encoded, "arg")
    except DataUnreadable:
        return None, None
