"""People with keys, and their EIP-712 signatures: good ones, and every kind that must be refused.

Written for speed: eth_account takes longer for a signature than the chain for a transaction. A test
compares what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from eth_keys.datatypes import PrivateKey
from faster_eth_abi import encode
from hypothesis import strategies as st

from pocplatform.chain.codec import keccak256
from tests.properties.support.chain import Chain, Contract

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"

GOOD = "good"
OTHER_KEY, OTHER_CHAIN, OTHER_CONTRACT = (
    "of another key",
    "for another chain",
    "for another contract",
)
MALLEATED, EMPTY, ZEROS = "with s flipped", "empty", "of zeros"
FLAWS = (OTHER_KEY, OTHER_CHAIN, OTHER_CONTRACT, MALLEATED, EMPTY, ZEROS)
SIGNATURES = st.sampled_from([*[GOOD] * 24, *FLAWS])
"""How a signature is; mostly good ones, as of each flaw a few are enough."""


@dataclass(frozen=True)
class Person:
    """An account and the key that signs for it; of a wallet (ERC-1271), its owner's key."""

    name: str
    address: str
    key: PrivateKey = field(repr=False)
    is_wallet: bool = False

    @classmethod
    def named(cls, name: str) -> Person:
        """Somebody with a key that follows from the name."""
        key = PrivateKey(keccak256(name.encode()))
        return cls(name, key.public_key.to_address(), key)

    def wallet(self, chain: Chain) -> Person:
        """A wallet whose key is this person's."""
        deployed = chain.deploy("WalletHarness", self.address)
        return Person(f"{self.name}'s wallet", deployed.address, self.key, is_wallet=True)

    def sign(self, digest: bytes) -> bytes:
        """The 65 bytes r, s, v over a digest."""
        signature = self.key.sign_msg_hash(digest).to_bytes()
        return signature[:64] + bytes([signature[64] + 27])

    def __str__(self) -> str:
        return self.name


def three_people_and_a_wallet(chain: Chain) -> list[Person]:
    """Alice, Bob and Carol, and the wallet of Olga."""
    people = [Person.named(name) for name in ("alice", "bob", "carol")]
    return [*people, Person.named("olga").wallet(chain)]


STRANGER = Person.named("a stranger")
"""Somebody whose signature is never the right one."""


def split(signature: bytes) -> tuple[int, bytes, bytes]:
    """v, r and s of a signature; an empty one counts as one of zeros."""
    signature = signature or bytes(65)
    return signature[64], signature[:32], signature[32:64]


def malleated(signature: bytes) -> bytes:
    """The same signature with s in the upper half of the order and v flipped."""
    s = CURVE_ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


class TypedData:
    """EIP-712 structs, given as their definitions: ``Mail(address to,string text)``.

    A struct's value is the tuple of its members' values, as in calldata; ``hash`` is the struct
    hash of a value.
    """

    def __init__(self, *definitions: str) -> None:
        self.members: dict[str, list[tuple[str, str]]] = {}
        for definition in definitions:
            name, _, rest = definition.partition("(")
            members = [member.rsplit(" ", 1) for member in rest.rstrip(")").split(",")]
            self.members[name] = [(kind, member) for kind, member in members]
        self.type_hash = cache(self._type_hash)
        self.hash = lru_cache(maxsize=1_000)(self._hash)

    def _hash(self, name: str, values: tuple[Any, ...]) -> bytes:
        kinds, encoded = ["bytes32"], [self.type_hash(name)]
        for (kind, _), value in zip(self.members[name], values, strict=True):
            atomic, plain = self._encode(kind, value)
            kinds.append(atomic)
            encoded.append(plain)
        return keccak256(encode(kinds, encoded))

    def _encode(self, kind: str, value: Any) -> tuple[str, Any]:
        if kind.endswith("[]"):
            inner = [self._encode(kind[:-2], item) for item in value]
            return "bytes32", keccak256(encode([k for k, _ in inner], [v for _, v in inner]))
        if kind in self.members:
            return "bytes32", self.hash(kind, value)
        if kind in ("string", "bytes"):
            return "bytes32", keccak256(value.encode() if kind == "string" else value)
        return kind, value

    def _type_hash(self, name: str) -> bytes:
        used, waiting = set(), [name]
        while waiting:
            kind = waiting.pop()
            if kind in self.members and kind not in used:
                used.add(kind)
                waiting += [k.removesuffix("[]") for k, _ in self.members[kind]]
        ordered = [name, *sorted(used - {name})]
        text = "".join(
            f"{kind}({','.join(f'{k} {m}' for k, m in self.members[kind])})" for kind in ordered
        )
        return keccak256(text.encode())


@dataclass(frozen=True)
class Domain:
    """A contract's EIP-712 domain, and the structs that are signed in it."""

    name: str
    version: str
    chain_id: int
    contract: str
    types: TypedData

    @classmethod
    def of(cls, chain: Chain, contract: Contract, *definitions: str) -> Domain:
        """The domain that the contract itself tells (EIP-5267)."""
        _, name, version, chain_id, address, _, _ = chain.read(contract.eip712Domain())
        return cls(name, version, chain_id, address, TypedData(*definitions))

    @property
    def separator(self) -> bytes:
        return _separator(self.name, self.version, self.chain_id, self.contract)

    def digest(self, struct: str, *values: Any) -> bytes:
        """What is signed."""
        return keccak256(b"\x19\x01" + self.separator + self.types.hash(struct, values))

    def sign(self, person: Person, struct: str, *values: Any, kind: str = GOOD) -> bytes:
        """A signature over a struct: the person's, or one with a flaw."""
        if kind == EMPTY:
            return b""
        if kind == ZEROS:
            return bytes(65)
        domain = {
            OTHER_CHAIN: replace(self, chain_id=self.chain_id + 1),
            OTHER_CONTRACT: replace(self, contract=person.address),
        }.get(kind, self)
        signer = STRANGER if kind == OTHER_KEY else person
        signature = signer.sign(domain.digest(struct, *values))
        return malleated(signature) if kind == MALLEATED else signature


@cache
def _separator(name: str, version: str, chain_id: int, contract: str) -> bytes:
    return TypedData(DOMAIN).hash("EIP712Domain", (name, version, chain_id, contract))
