"""DidRegistry beside its model: only its owner changes an identity, and what has ended is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.identities import DidRegistryModel
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import DAY, WHOLE, ChainMachine, run
from tests.properties.support.signing import (
    EMPTY,
    GOOD,
    MALLEATED,
    OTHER_CHAIN,
    OTHER_CONTRACT,
    OTHER_KEY,
    SIGNATURES,
    STRANGER,
    ZEROS,
    Domain,
    Person,
    malleated,
    split,
    three_people_and_a_wallet,
)

TYPES = (
    "ChangeOwner(address identity,address newOwner,uint256 nonce,uint256 deadline)",
    "AddDelegate(address identity,bytes32 delegateType,address delegate,uint256 validity,"
    "uint256 nonce,uint256 deadline)",
    "RevokeDelegate(address identity,bytes32 delegateType,address delegate,uint256 nonce,"
    "uint256 deadline)",
    "SetAttribute(address identity,bytes32 name,bytes value,uint256 validity,uint256 nonce,"
    "uint256 deadline)",
    "RevokeAttribute(address identity,bytes32 name,bytes value,uint256 nonce,uint256 deadline)",
)
KINDS = [kind.ljust(32, b"\0") for kind in (b"veriKey", b"sigAuth")]
VALUE = b"https://example.test"
WAYS = st.sampled_from(["sent", "signed", "typed"])
WHO = st.integers(0, 3)
"""Three people and a wallet."""
IDENTITIES = st.sampled_from([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6])
"""Theirs, those of two spaces, or the zero address."""
VALIDITIES = st.sampled_from([DAY, DAY, 1, 0, WHOLE])
NONCES = st.sampled_from([0, 0, 0, 0, 0, -1, 1])
"""How far a signature's nonce is from the right one: -1 is one that was used before."""
DEADLINES = st.sampled_from([0, 1, DAY, DAY, DAY, -1])
HONEST = st.sampled_from([True, True, True, True, False])


class DidRegistryMachine(ChainMachine):
    registry: ClassVar[Contract]
    domain: ClassVar[Domain]

    def __init__(self) -> None:
        super().__init__()
        self.model: DidRegistryModel = DidRegistryModel()
        self.before: dict[str, str] = {}
        self.nonces_before: Counter[str] = Counter()
        self.gone: set[str] = set()
        self.consenting = ""

    @rule(
        way=WAYS,
        identity=IDENTITIES,
        owner=st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 6]),
        kind=SIGNATURES,
        nonce=NONCES,
        deadline=DEADLINES,
        honest=HONEST,
    )
    def change_owner(self, way: str, identity: int, owner: int, **how: Any) -> None:
        who, new = self.address(identity), self.address(owner)
        block = self.chain.block + 1
        self.change(
            "changeOwner",
            way,
            who,
            (new,),
            ("address",),
            lambda: self.model.change_owner(who, new, block),
            **how,
        )

    @rule(
        way=WAYS,
        identity=IDENTITIES,
        kind_of=st.integers(0, 1),
        delegate=st.sampled_from([0, 1, 2, 0, 1, 2, 6]),
        validity=VALIDITIES,
        kind=SIGNATURES,
        nonce=NONCES,
        deadline=DEADLINES,
        honest=HONEST,
    )
    def add_delegate(
        self, way: str, identity: int, kind_of: int, delegate: int, validity: int, **how: Any
    ) -> None:
        who, other, block = self.address(identity), self.address(delegate), self.chain.block + 1
        self.change(
            "addDelegate",
            way,
            who,
            (KINDS[kind_of], other, validity),
            ("bytes32", "address", "uint256"),
            lambda: self.model.add_delegate(who, KINDS[kind_of], other, validity, self.now, block),
            **how,
        )

    @rule(
        way=WAYS,
        identity=IDENTITIES,
        kind_of=st.integers(0, 1),
        delegate=st.integers(0, 2),
        kind=SIGNATURES,
        nonce=NONCES,
        deadline=DEADLINES,
        honest=HONEST,
    )
    def revoke_delegate(
        self, way: str, identity: int, kind_of: int, delegate: int, **how: Any
    ) -> None:
        who, other, block = self.address(identity), self.address(delegate), self.chain.block + 1
        self.change(
            "revokeDelegate",
            way,
            who,
            (KINDS[kind_of], other),
            ("bytes32", "address"),
            lambda: self.model.revoke_delegate(who, KINDS[kind_of], other, self.now, block),
            **how,
        )

    @rule(
        way=WAYS,
        identity=IDENTITIES,
        validity=VALIDITIES,
        kind=SIGNATURES,
        nonce=NONCES,
        deadline=DEADLINES,
        honest=HONEST,
    )
    def set_attribute(self, way: str, identity: int, validity: int, **how: Any) -> None:
        who, block = self.address(identity), self.chain.block + 1
        self.change(
            "setAttribute",
            way,
            who,
            (KINDS[0], VALUE, validity),
            ("bytes32", "bytes", "uint256"),
            lambda: self.model.set_attribute(who, validity, self.now, block),
            **how,
        )

    @rule(
        way=WAYS,
        identity=IDENTITIES,
        kind=SIGNATURES,
        nonce=NONCES,
        deadline=DEADLINES,
        honest=HONEST,
    )
    def revoke_attribute(self, way: str, identity: int, **how: Any) -> None:
        who, block = self.address(identity), self.chain.block + 1
        self.change(
            "revokeAttribute",
            way,
            who,
            (KINDS[0], VALUE),
            ("bytes32", "bytes"),
            lambda: self.model.set_attribute(who, 0, self.now, block),
            **how,
        )

    @rule(identity=st.integers(0, 5), delegate=st.integers(0, 2))
    def deactivate(self, identity: int, delegate: int) -> None:
        """An identity with a delegate is given to nobody; its former owner tries to get it back."""
        good: dict[str, Any] = {"kind": GOOD, "nonce": 0, "deadline": DAY, "honest": True}
        owner = self.model.owner(self.address(identity))
        self.add_delegate("sent", identity, 0, delegate, DAY, **good)
        self.change_owner("typed", identity, 6, **good)
        who, block = self.address(identity), self.chain.block + 1

        def predicted() -> None:
            self.model.by_sender(owner, who)
            self.model.change_owner(who, owner, block)

        self.consenting = owner
        if owner != ZERO:
            call = self.registry.changeOwner(who, owner)
            self.act("changeOwner sent", owner, call, predicted)

    def change(
        self,
        verb: str,
        way: str,
        identity: str,
        arguments: tuple[Any, ...],
        kinds: tuple[str, ...],
        predicted: Callable[[], None],
        *,
        kind: str,
        nonce: int,
        deadline: int,
        honest: bool,
    ) -> None:
        """A change by the owner itself, by its signature as ERC-1056 has it, or by EIP-712."""
        owner = self.person(self.model.owner(identity))
        number = max(self.model.nonces[owner.address] + nonce, 0)
        is_right = number == self.model.nonces[owner.address] and owner is not STRANGER
        sender, until = STRANGER.address, self.soon + deadline
        if way == "sent":
            sender = owner.address if honest else sender
            call = getattr(self.registry, verb)(identity, *arguments)
            good = sender == owner.address
        elif way == "signed":
            parts = split(self.sign_legacy(owner, number, identity, verb, arguments, kinds, kind))
            call = getattr(self.registry, f"{verb}Signed")(identity, *parts, *arguments)
            # ERC-1056 has no chain in what is signed; and a wallet cannot sign for it.
            good = is_right and kind in (GOOD, OTHER_CHAIN) and not owner.is_wallet
        else:
            values = (identity, *arguments, number, until)
            struct = verb[0].upper() + verb[1:]
            signature = self.domain.sign(owner, struct, *values, kind=kind)
            function = getattr(self.registry, f"{verb}WithSignature")
            call = function(identity, *arguments, until, signature)
            good = is_right and kind == GOOD
        self.consenting = owner.address if good else ""

        def both() -> None:
            if way == "sent":
                self.model.by_sender(sender, identity)
            elif way == "signed":
                self.model.by_signature(identity, good)
            else:
                self.model.by_typed_signature(identity, good, until, self.now)
            predicted()

        self.act(f"{verb} {way}", sender, call, both)

    def sign_legacy(
        self,
        owner: Person,
        nonce: int,
        identity: str,
        verb: str,
        arguments: tuple[Any, ...],
        kinds: tuple[str, ...],
        kind: str,
    ) -> bytes:
        """A signature over 0x19 0x00, the registry, the nonce, the identity and the change."""
        if kind in (EMPTY, ZEROS):
            return bytes(65)
        place = owner.address if kind == OTHER_CONTRACT else self.registry.address
        packed = b"\x19\x00" + bytes.fromhex(place[2:]) + nonce.to_bytes(32)
        packed += bytes.fromhex(identity[2:]) + verb.encode()
        for value, solidity in zip(arguments, kinds, strict=True):
            if solidity == "address":
                packed += bytes.fromhex(value[2:])
            else:
                packed += value.to_bytes(32) if solidity == "uint256" else value
        signer = STRANGER if kind == OTHER_KEY else owner
        signature = signer.sign(keccak256(packed))
        return malleated(signature) if kind == MALLEATED else signature

    def views(self) -> Iterator[tuple[Call, Any]]:
        registry, model = self.registry, self.model
        for which in range(6):
            identity = self.address(which)
            yield registry.identityOwner(identity), model.owner(identity)
            yield registry.owners(identity), model.owners.get(identity, ZERO)
            yield registry.deactivated(identity), identity in model.deactivated
            yield registry.changed(identity), model.changed[identity]
            yield registry.nonce(identity), model.nonces[identity]
        for identity, kind, delegate in list(model.delegates)[:6]:
            valid_to = model.delegates[identity, kind, delegate]
            valid = model.is_delegate(identity, kind, delegate, self.now)
            yield registry.delegates(identity, keccak256(kind), delegate), valid_to
            yield registry.validDelegate(identity, kind, delegate), valid
        yield registry.identityOwner(ZERO), ZERO

    def check(self) -> None:
        self.model.check()
        for which in range(6):
            identity = self.address(which)
            owner, before = self.model.owner(identity), self.before.get(identity, identity)
            assert owner == before or self.consenting == before, "an identity was taken"
            assert identity not in self.gone or owner == ZERO, "a deactivated identity came back"
            self.before[identity] = owner
        self.gone = set(self.model.deactivated)
        used = self.model.nonces.total() - self.nonces_before.total()
        assert used in (0, 1)
        assert self.model.nonces >= self.nonces_before, "a nonce can be used again"
        self.nonces_before = Counter(self.model.nonces)

    def moments(self) -> Iterable[int]:
        return [until for until in self.model.delegates.values() if until < WHOLE]


def test_only_the_owner_changes_an_identity_and_deactivation_is_for_ever(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    spaces = [Person.named(name) for name in ("a hall", "a market place")]
    registry = chain.deploy("DidRegistry")
    verbs = ("changeOwner", "addDelegate", "revokeDelegate", "setAttribute", "revokeAttribute")
    run(
        DidRegistryMachine,
        chain,
        request.config,
        [f"{verb} {way}" for verb in verbs for way in ("sent", "signed", "typed")],
        registry=registry,
        people=[*three_people_and_a_wallet(chain), *spaces],
        domain=Domain.of(chain, registry, *TYPES),
    )
