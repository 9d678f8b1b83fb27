"""Spaces beside their model: nobody enters who may not, and nobody takes a space."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from faster_eth_abi import encode
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.identities import DidRegistryModel
from tests.properties.models.items import ItemsModel, Kind, item_id
from tests.properties.models.spaces import NOTHING, Entry, Proof, Space, SpacesModel
from tests.properties.models.trust import Anchor, CredentialStatusModel, Trust, TrustedIssuersModel
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import DAY, ChainMachine, run
from tests.properties.support.signing import (
    EMPTY,
    GOOD,
    SIGNATURES,
    Domain,
    Person,
    three_people_and_a_wallet,
)

TYPES = ("Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)",)
COMPANY = keccak256(b"CompanyCredential")
DIGESTS = [keccak256(bytes([n])) for n in range(2)]
SALTS = [bytes([n] * 32) for n in (1, 2)]
TICKETS = 2

WHO = st.integers(0, 3)
"""Three people and a wallet."""
WHICH = st.sampled_from([0, 1, 2, 0, 1, 2, 0, 1, 2, 9])
"""One of the spaces, or one that there is not if it is 9."""
HONEST = st.sampled_from([True, True, True, True, False])
RULES = st.sampled_from([0, 1, 2, 3, 1, 2, 3, 4])


def space_id(creator: str, salt: bytes) -> int:
    return int.from_bytes(keccak256(encode(["address", "bytes32"], [creator, salt]))[:16])


class SpacesMachine(ChainMachine):
    spaces: ClassVar[Contract]
    registry: ClassVar[Contract]
    items: ClassVar[Contract]
    status: ClassVar[Contract]
    domain: ClassVar[Domain]
    issuer: ClassVar[str]
    admin: ClassVar[str]
    trusted_at: ClassVar[int]
    anchored_at: ClassVar[list[int]]

    def __init__(self) -> None:
        super().__init__()
        items, issuers = ItemsModel(), TrustedIssuersModel(self.admin)
        items.kinds[self.ticket] = Kind(0, ZERO, 0)
        for who in range(2):
            items.balances[self.address(who), self.ticket] = TICKETS
        items.minted[self.ticket] = 2 * TICKETS
        issuers.trust[self.issuer, COMPANY] = Trust(self.admin, self.trusted_at, 0)
        status = CredentialStatusModel(issuers)
        for who, (digest, time) in enumerate(zip(DIGESTS, self.anchored_at, strict=True)):
            status.anchors[self.issuer, COMPANY, digest] = Anchor(self.address(who), time)
        self.model: SpacesModel = SpacesModel(DidRegistryModel(), items, status)
        self.before: dict[int, Space] = {}
        self.visits_before: Counter[tuple[int, str]] = Counter()
        self.sender = ""

    @initialize(capacity=st.sampled_from([0, 2]))
    def begin(self, capacity: int) -> None:
        for who in range(3):
            self.create(who, 0, who)
            self.set_entry(who, True, 3 - who, 0, capacity)
        self.set_link(0, True, 1, True)
        self.set_link(1, True, 2, True)

    def do(self, verb: str, sender: str, call: Call, predicted: Any) -> bool:
        self.sender = sender
        return self.act(verb, sender, call, predicted)

    # What the owner does

    @rule(who=WHO, salt=st.integers(0, 1), provider=WHO)
    def create(self, who: int, salt: int, provider: int) -> None:
        creator, did = self.address(who), self.address(provider)
        number = space_id(creator, SALTS[salt])
        call = self.spaces.createSpace(SALTS[salt], did, NOTHING)
        self.do("create", creator, call, lambda: self.model.create(creator, number, did))

    @rule(
        which=WHICH,
        honest=HONEST,
        entry=RULES,
        fault=st.sampled_from([0, 0, 0, 0, 0, 1, 2]),
        capacity=st.sampled_from([0, 0, 1, 2, 3]),
    )
    def set_entry(self, which: int, honest: bool, entry: int, fault: int, capacity: int) -> None:
        """What the rule asks for, or (fault) without or with what it does not."""
        number = self.number(which)
        requirement = {Entry.TICKET: self.ticket.to_bytes(32), Entry.CREDENTIAL: COMPANY}
        needed = requirement.get(Entry(entry % 4), NOTHING)
        issuer = self.issuer if entry == Entry.CREDENTIAL else ZERO
        if fault == 1:
            needed = NOTHING if needed != NOTHING else COMPANY
        if fault == 2:
            issuer = ZERO if issuer != ZERO else self.issuer
        values = (entry, needed, issuer, capacity)
        sender = self.owner(number, honest)
        call = self.spaces.setEntryRule(number, *values)
        self.do("setEntryRule", sender, call, lambda: self.model.set_entry(sender, number, *values))

    @rule(which=WHICH, honest=HONEST, closed=st.sampled_from([True, False, False]))
    def set_closed(self, which: int, honest: bool, closed: bool) -> None:
        number = self.number(which)
        sender = self.owner(number, honest)
        call = self.spaces.setClosed(number, closed)
        self.do("setClosed", sender, call, lambda: self.model.set_closed(sender, number, closed))

    @rule(which=WHICH, honest=HONEST, candidate=st.integers(0, 4))
    def offer(self, which: int, honest: bool, candidate: int) -> None:
        number, to = self.number(which), self.address(candidate)
        sender = self.owner(number, honest)
        call = self.spaces.offerSpace(number, to)
        self.do("offer", sender, call, lambda: self.model.offer(sender, number, to))

    @rule(
        which=WHICH,
        honest=HONEST,
        provider=st.sampled_from([0, 1, 2, 9, 9, 9]),
        again=st.sampled_from([False, False, True]),
    )
    def accept(self, which: int, honest: bool, provider: int, again: bool) -> None:
        """By a candidate, who is made one first if there is none; with its own DID, if it is 9."""
        if which != 9 and all(space.candidate == ZERO for space in self.model.spaces.values()):
            self.offer(which, True, (which + 1) % 4)
        offered = [n for n in self.model.spaces if self.model.space(n).candidate != ZERO]
        number = offered[which % len(offered)] if offered else self.number(which)
        candidate = self.model.space(number).candidate
        sender = candidate if honest and candidate != ZERO else self.address(which % 4)
        did = sender if provider == 9 else self.address(provider)
        self._accept(number, sender, did)
        if again:
            self._accept(number, sender, did)

    def _accept(self, number: int, sender: str, did: str) -> None:
        call = self.spaces.acceptSpace(number, did)
        self.do("accept", sender, call, lambda: self.model.accept(sender, number, did))

    @rule(which=WHICH, honest=HONEST, provider=WHO)
    def set_provider(self, which: int, honest: bool, provider: int) -> None:
        number, did = self.number(which), self.address(provider)
        sender = self.owner(number, honest)
        call = self.spaces.setProvider(number, did)
        self.do("setProvider", sender, call, lambda: self.model.set_provider(sender, number, did))

    @rule(which=WHICH, honest=HONEST, to=WHICH, linked=st.sampled_from([True, True, False]))
    def set_link(self, which: int, honest: bool, to: int, linked: bool) -> None:
        start, end = self.number(which), self.number(to)
        sender = self.owner(start, honest)
        call = self.spaces.setLink(start, end, linked)
        self.do("setLink", sender, call, lambda: self.model.set_link(sender, start, end, linked))

    @rule(which=WHICH, honest=HONEST)
    def withdraw_invitations(self, which: int, honest: bool) -> None:
        number = self.number(which)
        sender = self.owner(number, honest)
        self.do(
            "withdrawInvitations",
            sender,
            self.spaces.withdrawInvitations(number),
            lambda: self.model.withdraw_invitations(sender, number),
        )

    @rule(which=WHICH, honest=HONEST, visitor=WHO)
    def expel(self, which: int, honest: bool, visitor: int) -> None:
        number, guest = self.place(which, visitor)
        sender = self.owner(number, honest)
        call = self.spaces.expel(number, guest)
        self.do("expel", sender, call, lambda: self.model.expel(sender, number, guest))

    # What visitors do

    @rule(
        which=WHICH,
        who=WHO,
        count=st.integers(1, 4),
        kind=SIGNATURES,
        deadline=st.sampled_from([0, DAY, DAY, -1]),
        old=st.sampled_from([0, 0, 0, 0, 1]),
    )
    def enter(self, which: int, who: int, count: int, kind: str, deadline: int, old: int) -> None:
        """One after the other, with what the space asks for; or with an old invitation."""
        number = self.number(which)
        for visitor in [*self.people[who:], *self.people[:who]][:count]:
            proof, shown = self.prove(number, visitor, kind, deadline, old)
            self._enter(visitor.address, number, proof, shown)

    def _enter(self, visitor: str, number: int, proof: Proof, shown: bytes) -> None:
        call = self.spaces.enter(number, shown)
        self.do("enter", visitor, call, lambda: self.model.enter(visitor, number, proof, self.now))

    @rule(which=WHICH, who=WHO)
    def leave(self, which: int, who: int) -> None:
        number, visitor = self.place(which, who)
        call = self.spaces.leave(number)
        self.do("leave", visitor, call, lambda: self.model.leave(visitor, number))

    @rule(which=WHICH, who=WHO, to=WHICH, kind=SIGNATURES, linked=HONEST)
    def travel(self, which: int, who: int, to: int, kind: str, linked: bool) -> None:
        start, visitor = self.place(which, who)
        ends = [end for s, end in sorted(self.model.links) if s == start]
        end = ends[to % len(ends)] if ends and linked else self.number(to)
        proof, shown = self.prove(end, self.person(visitor), kind, DAY, 0)
        self.do(
            "travel",
            visitor,
            self.spaces.travel(start, end, shown),
            lambda: self.model.travel(visitor, start, end, proof, self.now),
        )

    # What others decide

    @rule(who=st.integers(0, 3), to=WHO, die=st.integers(0, 2))
    def hand_over_identity(self, who: int, to: int, die: int) -> None:
        """Somebody's DID comes under another's control; for the owner's next act it matters."""
        identity, new = self.address(who), self.address(to)
        owner = self.model.registry.owner(identity)
        block = self.chain.block + 1
        if die != 2 and owner == identity:
            return
        self.do(
            "hand over identity",
            owner,
            self.registry.changeOwner(identity, new),
            lambda: self.model.registry.change_owner(identity, new, block),
        )

    @rule(giver=WHO, taker=WHO)
    def give_ticket(self, giver: int, taker: int) -> None:
        """Who has no ticket any more, does not enter again."""
        holders = [p.address for p in self.people if self.tickets(p.address)]
        sender, to = holders[giver % len(holders)], self.address(taker)
        call = self.items.safeTransferFrom(sender, to, self.ticket, 1, b"")
        moved = [(self.ticket, 1)]
        self.do(
            "give ticket",
            sender,
            call,
            lambda: self.model.items.transfer(sender, sender, to, moved),
        )

    @rule(which=st.integers(0, 1))
    def suspend_or_resume(self, which: int) -> None:
        key = self.issuer, COMPANY, DIGESTS[which]
        verb = "resume" if self.model.status.anchor_of(*key).suspended else "suspend"
        call = getattr(self.status, verb)(COMPANY, DIGESTS[which])
        self.do(verb, self.issuer, call, lambda: getattr(self.model.status, verb)(*key))

    # What is compared

    def views(self) -> Iterator[tuple[Call, Any]]:
        spaces, model = self.spaces, self.model
        for number in self.numbers[:4]:
            space = model.space(number)
            yield spaces.ownerOf(number), space.owner
            yield spaces.providerOf(number), space.provider
            entry = (space.entry, space.requirement, space.issuer, space.capacity)
            state = (model.occupants(number), space.closed, space.series)
            yield spaces.entryOf(number), (*entry, *state)
            for person in self.people:
                key = number, person.address
                yield spaces.presenceOf(*key), (model.inside.get(key, 0), model.visits[key])
            for other in self.numbers[:3]:
                yield spaces.isLinked(number, other), (number, other) in model.links

    def check(self) -> None:
        for number, space in self.model.spaces.items():
            before = self.before.get(number, space)
            if space.owner != before.owner:
                assert self.sender == space.owner == before.candidate, "a space was taken"
            assert space.series >= before.series
        assert self.model.visits >= self.visits_before
        for number, visitor in self.model.inside:
            if self.model.visits[number, visitor] > self.visits_before[number, visitor]:
                space = self.model.spaces[number]
                assert not space.closed
                assert not space.capacity or self.model.occupants(number) <= space.capacity
        self.before, self.visits_before = dict(self.model.spaces), Counter(self.model.visits)

    # Choices

    @property
    def ticket(self) -> int:
        return item_id(self.issuer, 1, False)

    @property
    def numbers(self) -> list[int]:
        return list(self.model.spaces)

    def tickets(self, account: str) -> int:
        return self.model.items.balances[account, self.ticket]

    def number(self, which: int) -> int:
        return 99 if which == 9 else self.numbers[which % len(self.numbers)]

    def owner(self, number: int, honest: bool) -> str:
        owner = self.model.space(number).owner
        others = [p.address for p in self.people if p.address != owner]
        return owner if honest and owner != ZERO else others[0]

    def place(self, which: int, who: int) -> tuple[int, str]:
        """A space and somebody who is in it, if anybody is in any."""
        if which == 9:
            return self.number(which), self.address(who)
        if not self.model.inside:
            self.enter(which, who, 2, GOOD, DAY, 0)
        inside = sorted(self.model.inside)
        return inside[(which + who) % len(inside)] if inside else (self.number(0), self.address(0))

    def prove(
        self, number: int, visitor: Person, kind: str, deadline: int, old: int
    ) -> tuple[Proof, bytes]:
        """What a visitor shows at a space, and what it is worth."""
        space = self.model.space(number)
        if space.entry == Entry.CREDENTIAL:
            which = self.people.index(visitor) % 2
            if kind == EMPTY:
                return Proof(), b""
            return Proof(digest=DIGESTS[which]), DIGESTS[which]
        if space.entry != Entry.INVITATION or kind == EMPTY:
            return Proof(), b""
        until = self.soon + deadline
        visit = self.model.visits[number, visitor.address]
        shown = (number, visitor.address, max(visit - old, 0), max(space.series - old, 0), until)
        right = (number, visitor.address, visit, space.series, until)
        owner = self.person(space.owner)
        signature = self.domain.sign(owner, "Invitation", *shown, kind=kind)
        good = kind == GOOD and shown == right
        return Proof(deadline=until, signed=good), until.to_bytes(32) + signature


def test_nobody_enters_who_may_not_and_nobody_takes_a_space(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    people = three_people_and_a_wallet(chain)
    admin, issuer = Person.named("admin").address, Person.named("issuer").address
    issuers = chain.deploy("TrustedIssuers", admin)
    status = chain.deploy("CredentialStatus", issuers.address)
    registry, items = chain.deploy("DidRegistry"), chain.deploy("Items", "/items/{id}.json")
    spaces = chain.deploy("Spaces", registry.address, items.address, status.address)
    chain.must(admin, issuers.accredit(issuer, COMPANY, 0, 0))
    trusted_at, anchored_at = chain.time, []
    for digest, person in zip(DIGESTS, people, strict=False):
        chain.must(issuer, status.anchor(COMPANY, digest, person.address, 0))
        anchored_at.append(chain.time)
    chain.must(issuer, items.createItem(1, False, 0, ZERO, 0, NOTHING))
    for person in people[:2]:
        chain.must(issuer, items.mint(person.address, item_id(issuer, 1, False), TICKETS))
    run(
        SpacesMachine,
        chain,
        request.config,
        [
            *("create", "setEntryRule", "setClosed", "offer", "accept", "setProvider", "setLink"),
            *("withdrawInvitations", "expel", "enter", "leave", "travel", "suspend"),
        ],
        spaces=spaces,
        registry=registry,
        items=items,
        status=status,
        domain=Domain.of(chain, spaces, *TYPES),
        people=people,
        issuer=issuer,
        admin=admin,
        trusted_at=trusted_at,
        anchored_at=anchored_at,
    )
