"""Splits beside their model: every cent that comes in goes to the recipients, or waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.models.refusing import RefusingToken
from tests.properties.models.splits import Shares, SplitsModel, account_of
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import ChainMachine, run
from tests.properties.support.money import EURO, Euro
from tests.properties.support.signing import Person

FUNDS = 1_000 * EURO
WHICH = st.integers(0, 2)
WHO = st.integers(0, 3)
WHERE = st.sampled_from([0, 1, 2, 3, 4])
"""One of the people, or the zero address."""
IN_EURO = st.sampled_from([True, True, False])
CUTS = st.lists(st.integers(1, 9_999), min_size=1, max_size=3, unique=True)


class SplitsMachine(ChainMachine):
    """Up to three splits at a time; a new one takes the place of the oldest.

    The euro refuses payments while it is paused, the other token those to one receiver.
    """

    euro: ClassVar[Euro]
    other: ClassVar[Contract]
    splits: ClassVar[Contract]
    implementation: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        other = RefusingToken()
        other.balances.update({person.address: FUNDS for person in self.people})
        other.supply = FUNDS * len(self.people)
        self.model: SplitsModel = SplitsModel(self.euro.model(), other, self.euro.address)
        self.known: list[Shares] = []

    @initialize()
    def begin(self) -> None:
        self.draft([2_500, 9_000])
        self.draft([1], nested=True)

    @rule(cuts=CUTS, first=WHO, nested=st.booleans())
    def draft(self, cuts: list[int], first: int = 0, nested: bool = False) -> None:
        """Shares that make a whole; the account of another split may be among the recipients."""
        edges = [0, *sorted(cuts), 10_000]
        people = [*self.people[first:], *self.people[:first]]
        recipients = [person.address for person in people]
        if nested and self.known:
            recipients.insert(0, self.account(self.known[0]))
        recipients = sorted(recipients[: len(edges) - 1], key=lambda address: int(address, 16))
        sizes = [b - a for a, b in pairwise(edges)]
        self.known = [*self.known, tuple(zip(recipients, sizes, strict=True))][-3:]

    @rule(which=WHICH)
    def create(self, which: int) -> None:
        """One that was not made known yet, if there is one."""
        unknown = [each for each in self.known if self.account(each) not in self.model.created]
        shares = unknown[0] if unknown else self.shares(which)
        split = self.account(shares)
        call = self.splits.create(shares)
        self.act("create", self.sender, call, lambda: self.model.create(split, shares))

    @rule(
        fault=st.sampled_from(
            ["one", "many", "order", "twice", "nobody", "nothing", "short", "long"]
        ),
        verb=st.sampled_from(["create", "distribute"]),
    )
    def try_wrong_shares(self, fault: str, verb: str) -> None:
        (first, bps), *rest = self.shares(0)
        wrong: list[tuple[str, int]] = {
            "one": [(first, 10_000)],
            "many": [("0x" + (i + 1).to_bytes(20).hex(), 303) for i in range(33)],
            "order": [*reversed(rest), (first, bps)],
            "twice": [(first, bps), (first, 1), *rest],
            "nobody": [(ZERO, bps), *rest],
            "nothing": [(first, 0), *rest],
            "short": [(first, bps + 1), *rest],
            "long": [(first, 65_535), *rest],
        }[fault]
        shares = tuple(wrong)
        split = self.account(shares)
        if verb == "create":
            call = self.splits.create(shares)
            self.act("create", self.sender, call, lambda: self.model.create(split, shares))
        else:
            call = self.splits.distribute(shares, self.euro.address)
            self.act(
                "distribute",
                self.sender,
                call,
                lambda: self.model.distribute(split, shares, self.euro.address),
            )

    @rule(
        which=WHICH, who=WHO, in_euro=IN_EURO, amount=st.sampled_from([1, 3, 7, 10_001, 9 * EURO])
    )
    def pay_in(self, which: int, who: int, in_euro: bool, amount: int) -> None:
        token, split = self.token(in_euro), self.account(self.shares(which))
        sender = self.address(who)
        self.act(
            "pay in",
            sender,
            token.transfer(split, amount),
            lambda: self.model.pay_in(sender, split, token.address, amount),
        )

    @rule(which=WHICH, in_euro=IN_EURO)
    def distribute(self, which: int, in_euro: bool) -> None:
        """Something is paid in before, if there is nothing."""
        shares, token = self.shares(which), self.token(in_euro)
        split = self.account(shares)
        waiting = self.model.held_of(split, token.address)
        if self.model.token(token.address).balances[split] == waiting and which:
            self.pay_in(which, which, in_euro, 10_001)
        self._distribute(shares, token)

    @rule(which=WHICH, who=WHO, in_euro=IN_EURO, amount=st.sampled_from([1, 3, 10_001]))
    def distribute_what_is_refused(self, which: int, who: int, in_euro: bool, amount: int) -> None:
        """The token refuses to pay all or one of the recipients, who then get it later."""
        shares, token = self.shares(which), self.token(in_euro)
        self.pay_in(which, who, in_euro, amount)
        if in_euro and not self.model.euro.paused:
            self.stop_or_go(0)
        elif not in_euro:
            self._refuse(shares[who % len(shares)][0])
        self._distribute(shares, token)

    def _distribute(self, shares: Shares, token: Contract) -> None:
        split = self.account(shares)
        self.act(
            "distribute",
            self.sender,
            self.splits.distribute(shares, token.address),
            lambda: self.model.distribute(split, shares, token.address),
        )

    @rule(which=WHICH, who=WHO, in_euro=IN_EURO, to=WHERE)
    def withdraw(self, which: int, who: int, in_euro: bool, to: int) -> None:
        """Whoever has something to get; if nobody has, a payment is refused first."""
        split, token = self.account(self.shares(which)), self.token(in_euro).address
        sender = self.address(who)
        if not self._due() and which:
            self.distribute_what_is_refused(which, who, in_euro, 10_001)
            if self.model.euro.paused:
                self.stop_or_go(0)
            self._refuse(ZERO)
        due = self._due()
        if due and which:
            split, token, sender = due[who % len(due)]
        taker = self.address(to)
        self.act(
            "withdrawHeld",
            sender,
            self.splits.withdrawHeld(split, token, taker),
            lambda: self.model.withdraw(sender, split, token, taker),
        )

    def _due(self) -> list[tuple[str, str, str]]:
        people = {person.address for person in self.people}
        held = self.model.held.items()
        return sorted(key for key, amount in held if amount and key[2] in people)

    @rule(die=st.integers(0, 2))
    def stop_or_go(self, die: int) -> None:
        """The euro is paused at times: what is distributed then is held."""
        admin, token, euro = self.euro.admin.address, self.euro.contract, self.model.euro
        if euro.paused:
            self.act("unpause", admin, token.unpause(), lambda: euro.unpause(admin))
        elif die == 0:
            self.act("pause", admin, token.pause(), lambda: euro.pause(admin))

    @rule(who=WHERE)
    def refuse_somebody(self, who: int) -> None:
        """The other token refuses another receiver, or none."""
        self._refuse(self.address(who))

    def _refuse(self, refused: str) -> None:
        def predicted() -> None:
            self.model.other.refused = refused

        self.act("refuse", self.sender, self.other.setRefused(refused), predicted)

    @rule(which=WHICH)
    def rob(self, which: int) -> None:
        """Nobody makes a split's account pay, nor writes to its implementation."""
        split = self.account(self.shares(which))
        place = split if self.model.went[split, self.euro.address] else self.implementation
        account = self.chain.at("SplitAccount", place)
        call = account.pay(self.euro.address, [self.sender], [1])
        refused = self.chain.send(self.sender, call, at=self.soon)
        self.now = self.chain.time
        assert refused == "SplitNotController"

    def views(self) -> Iterator[tuple[Call, Any]]:
        model = self.model
        for shares in self.known:
            split = self.account(shares)
            yield self.splits.accountOf(shares), split
            yield self.splits.isCreated(split), split in model.created
            for token in (self.euro.contract, self.other):
                yield token.balanceOf(split), model.token(token.address).balances[split]
                for recipient, _ in shares:
                    held = model.held[split, token.address, recipient]
                    yield self.splits.heldOf(split, token.address, recipient), held
        for person in self.people:
            for token in (self.euro.contract, self.other):
                amount = model.token(token.address).balances[person.address]
                yield token.balanceOf(person.address), amount
        yield self.euro.contract.totalSupply(), model.euro.supply
        yield self.euro.contract.paused(), model.euro.paused

    def check(self) -> None:
        self.model.check()

    @property
    def sender(self) -> str:
        """Somebody who has nothing to do with it: anybody may distribute."""
        return self.euro.admin.address

    def shares(self, which: int) -> Shares:
        return self.known[which % len(self.known)]

    def account(self, shares: Shares) -> str:
        return account_of(self.splits.address, self.implementation, shares)

    def token(self, in_euro: bool) -> Contract:
        return self.euro.contract if in_euro else self.other


def test_every_cent_of_a_split_reaches_its_recipients(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    people = [Person.named(name) for name in ("alice", "bob", "carol", "dave")]
    euro = Euro(chain, Person.named("admin"))
    euro.fund(people, FUNDS)
    other = chain.deploy("HostileToken")
    for person in people:
        chain.must(person.address, other.mint(person.address, FUNDS))
    splits = chain.deploy("Splits")
    run(
        SplitsMachine,
        chain,
        request.config,
        ["create", "pay in", "distribute", "withdrawHeld", "pause", "refuse"],
        euro=euro,
        other=other,
        splits=splits,
        implementation=chain.read(splits.implementation()),
        people=people,
    )
