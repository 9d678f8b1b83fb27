"""Operations of DidRegistry, TrustedIssuers and CredentialStatus."""

from __future__ import annotations

from eth_account import Account
from eth_utils.crypto import keccak

from bench.gas.lab import DAY, FAR, Contract, Lab, split
from bench.gas.operation import operation

COMPANY = keccak(text="CompanyCredential")
DIGEST = keccak(text="credential and its salt")
SERVICE = b"did/svc/HubService".ljust(32, b"\0")
VALUE = b"https://hub.example"
DID_REGISTRY = "ethr-did-registry 1.3.0"
EAS = "EAS 1.9.0"
ZERO = "0x" + "00" * 20
CHANGE_OWNER = "ChangeOwner(address identity,address newOwner,uint256 nonce,uint256 deadline)"


@operation("DidRegistry changeOwner", "the identity's first change, sent by its owner", 48_000)
def change_owner(lab: Lab) -> int:
    return _change_owner(lab, lab["DidRegistry"])


@change_owner.compare(DID_REGISTRY)
def change_owner_reference(lab: Lab) -> int:
    return _change_owner(lab, lab["EthereumDIDRegistry"])


def _change_owner(lab: Lab, registry: Contract) -> int:
    return registry.send("changeOwner", lab.alice.address, lab.bob.address, by=lab.alice)


@operation(
    "DidRegistry setAttribute",
    "the identity's first change, an attribute of 19 bytes, sent by its owner",
    51_000,
)
def set_attribute(lab: Lab) -> int:
    return _set_attribute(lab, lab["DidRegistry"])


@set_attribute.compare(DID_REGISTRY)
def set_attribute_reference(lab: Lab) -> int:
    return _set_attribute(lab, lab["EthereumDIDRegistry"])


def _set_attribute(lab: Lab, registry: Contract) -> int:
    return registry.send("setAttribute", lab.alice.address, SERVICE, VALUE, DAY, by=lab.alice)


@operation(
    "DidRegistry changeOwnerSigned",
    "the identity's first change, ERC-1056 signature, sent by somebody else",
    58_000,
)
def change_owner_signed(lab: Lab) -> int:
    return _change_owner_signed(lab, lab["DidRegistry"])


@change_owner_signed.compare(DID_REGISTRY)
def change_owner_signed_reference(lab: Lab) -> int:
    return _change_owner_signed(lab, lab["EthereumDIDRegistry"])


def _change_owner_signed(lab: Lab, registry: Contract) -> int:
    owner, new_owner = lab.alice.address, lab.bob.address
    parts = [registry.address, owner, new_owner]
    contract, identity, successor = (bytes.fromhex(part[2:]) for part in parts)
    message = b"\x19\x00" + contract + bytes(32) + identity + b"changeOwner" + successor
    signature = bytes(Account.unsafe_sign_hash(keccak(message), lab.alice.key).signature)
    return registry.send("changeOwnerSigned", owner, *split(signature), new_owner, by=lab.relayer)


@operation(
    "DidRegistry changeOwnerWithSignature",
    "the identity's first change, EIP-712 signature, sent by somebody else",
    58_000,
)
def change_owner_with_signature(lab: Lab) -> int:
    registry, owner, new_owner = lab["DidRegistry"], lab.alice.address, lab.bob.address
    signature = registry.sign(lab.alice, CHANGE_OWNER, owner, new_owner, 0, FAR)
    return registry.send(
        "changeOwnerWithSignature", owner, new_owner, FAR, signature, by=lab.relayer
    )


change_owner_with_signature.compare(DID_REGISTRY)(change_owner_signed_reference)


@operation("TrustedIssuers accredit", "an issuer that is new for the type", 75_000)
def accredit(lab: Lab) -> int:
    return lab["TrustedIssuers"].send("accredit", lab.bob.address, COMPANY, 0, 0, by=lab.admin)


@operation(
    "TrustedIssuers isTrusted, inside a call",
    "asked by a contract that has not called the register in this transaction",
    10_000,
)
def trusted(lab: Lab) -> int:
    accredit.ours(lab)
    register = lab["TrustedIssuers"].address
    found, gas = lab["GateProbe"].read("gasOfTrust", register, lab.bob.address, COMPANY)
    assert found
    return int(gas)


@operation("CredentialStatus anchor", "one credential, not anchored before", 50_000)
def anchor(lab: Lab) -> int:
    return lab["CredentialStatus"].send(
        "anchor", COMPANY, DIGEST, lab.alice.address, lab.now + 365 * DAY, by=lab.bob
    )


@anchor.compare(EAS)
def attest(lab: Lab) -> int:
    schema = _schema(lab)
    return lab["EAS"].send("attest", (schema, _attestation(lab.alice.address)), by=lab.bob)


@operation("CredentialStatus anchorBatch of 10", "credentials of ten subjects, one type", 270_000)
def anchor_10(lab: Lab) -> int:
    digests = [keccak(bytes([i])) for i in range(10)]
    return lab["CredentialStatus"].send(
        "anchorBatch", COMPANY, lab.now + 365 * DAY, digests, _subjects(), by=lab.bob
    )


@anchor_10.compare(EAS)
def attest_10(lab: Lab) -> int:
    schema = _schema(lab)
    attestations = [_attestation(subject) for subject in _subjects()]
    return lab["EAS"].send("multiAttest", [(schema, attestations)], by=lab.bob)


@operation(
    "CredentialStatus isValidFor, inside a call",
    "asked by a contract that has not called the registers in this transaction",
    None,
)
def valid(lab: Lab) -> int:
    accredit.ours(lab)
    status = lab["CredentialStatus"]
    status.send("anchor", COMPANY, DIGEST, lab.alice.address, 0, by=lab.bob)
    asked = (status.address, lab.alice.address, lab.bob.address, COMPANY, DIGEST)
    found, gas = lab["GateProbe"].read("gasOfCredential", *asked)
    assert found
    return int(gas)


def _subjects() -> list[str]:
    return [Account.from_key(keccak(text=f"bench/subject {i}")).address for i in range(10)]


def _schema(lab: Lab) -> bytes:
    """A schema for one type of credential, of which the digest is recorded."""
    schema = "bytes32 digest"
    lab["SchemaRegistry"].send("register", schema, ZERO, True, by=lab.admin)
    return keccak(schema.encode() + bytes(20) + b"\x01")


def _attestation(subject: str) -> tuple[str, int, bool, bytes, bytes, int]:
    return (subject, FAR, True, bytes(32), DIGEST, 0)
