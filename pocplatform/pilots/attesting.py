"""Attestations on the chain (EAS) by the contracts resource: who says what hash, and after which.

An attestation has a hash and a stage; what the hash is of stays with those who wrote it. Only who
has made one can take it back, which leaves it readable as revoked.
"""

import hashlib
from typing import NamedTuple

from eth_utils.crypto import keccak

from pocplatform.client import ContractReverted
from pocplatform.client.models import Transaction
from pocplatform.pilots.story import Scene

SCHEMA = "bytes32 documentHash,uint8 stage"
NOBODY = "0x" + "00" * 20
NO_UID = "0x" + "00" * 32
SCHEMA_UID = "0x" + keccak(SCHEMA.encode() + bytes(20) + b"\1").hex()
"""As SchemaRegistry computes it: of schema, no resolver, and that attestations are revocable."""

_ATTESTATION = (
    "getAttestation(bytes32)"
    "((bytes32,bytes32,uint64,uint64,uint64,bytes32,address,address,bool,bytes))"
)


class Attested(NamedTuple):
    """An attestation as EAS itself has it.

    Attributes:
        at: Seconds since 1970.
        revoked_at: The same; 0 if it stands.
        follows: The attestation that it refers to; :data:`NO_UID` for none.
        by: Who has made it.
    """

    uid: str
    at: int
    revoked_at: int
    follows: str
    by: str
    document_hash: str
    stage: int


def salted(text: str, salt: str) -> str:
    """SHA-256 of a text with a salt, as it goes on the chain."""
    return "0x" + hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


async def ensure_schema(scene: Scene, role: str) -> Transaction | None:
    """Register the schema, which all runs share; None if it is there already."""
    registry = await _attached(scene, role, "SchemaRegistry")
    schema = {"schema": SCHEMA, "resolver": NOBODY, "revocable": True}
    try:
        return await scene.sandbox(role).contracts.send(
            registry, "register", schema, idempotency_key=scene.key("schema")
        )
    except ContractReverted as refused:
        known = refused.contract_error
        if known is None or known.name != "AlreadyExists":
            raise
        return None


async def attest(
    scene: Scene, role: str, name: str, document_hash: str, stage: int, follows: str = NO_UID
) -> tuple[str, Transaction]:
    """Attest a hash; gives the attestation's id and the transaction."""
    content = {
        "recipient": NOBODY, "expirationTime": 0, "revocable": True, "refUID": follows,
        "data": document_hash + f"{stage:064x}", "value": 0,
    }  # fmt: skip
    sent = await scene.sandbox(role).contracts.send(
        await _attached(scene, role, "EAS"),
        "attest",
        {"request": {"schema": SCHEMA_UID, "data": content}},
        idempotency_key=scene.key(f"attest-{name}"),
    )
    assert sent.hash is not None
    receipt = await scene.chain.receipt(sent.hash)
    assert receipt is not None
    # The only word of Attested that is not indexed is the id.
    return receipt["logs"][0]["data"], sent


async def revoke(scene: Scene, role: str, name: str, uid: str) -> Transaction:
    """Take an attestation back. Raises ContractReverted for another one's."""
    return await scene.sandbox(role).contracts.send(
        await _attached(scene, role, "EAS"),
        "revoke",
        {"request": {"schema": SCHEMA_UID, "data": {"uid": uid, "value": 0}}},
        idempotency_key=scene.key(f"revoke-{name}"),
    )


async def read(scene: Scene, uid: str) -> Attested:
    """An attestation, past the platform's tables."""
    _, _, at, _, revoked_at, follows, _, by, _, data = await scene.chain.call(
        "EAS", _ATTESTATION, uid
    )
    return Attested(uid, at, revoked_at, follows, by, data[:66], int(data[66:], 16))


async def _attached(scene: Scene, role: str, contract: str) -> str:
    attached = await scene.sandbox(role).contracts.attach(
        await scene.chain.address(contract),
        idempotency_key=scene.key(f"attach-{contract}-{role}"),
    )
    return attached.id
