"""Mandates beside their model: the cap is never passed, whatever the timing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.models.mandates import Mandate, MandatesModel, State
from tests.properties.support.chain import Call, Chain, Contract
from tests.properties.support.machines import DAY, run
from tests.properties.support.money import AMOUNTS, EURO, Euro, MoneyMachine, amount_of
from tests.properties.support.signing import (
    GOOD,
    SIGNATURES,
    Domain,
    Person,
    three_people_and_a_wallet,
)

TYPES = (
    "Mandate(address payer,address payee,uint128 cap,uint40 startAt,uint40 endAt,uint32 period,"
    "uint40 signBy,bytes32 documentHash,uint64 nonce)",
    "CancelMandate(bytes32 mandateId,uint256 deadline)",
)
WHICH = st.integers(0, 7)
"""One of those that can be collected, or any if it is 7."""
WHO = st.sampled_from(["payer", "payer", "payer", "payee", "somebody else"])
ALLOWED = {
    State.NONE: {State.ACTIVE, State.CANCELLED},
    State.ACTIVE: {State.PAUSED, State.CANCELLED},
    State.PAUSED: {State.ACTIVE, State.CANCELLED},
    State.CANCELLED: set(),
}


class MandatesMachine(MoneyMachine):
    """Up to four mandates at a time; a new one takes the place of the oldest."""

    domain: ClassVar[Domain]

    def __init__(self) -> None:
        super().__init__()
        self.model: MandatesModel = MandatesModel(self.euro.model(), self.spender.address)
        self.mandates: list[Mandate] = []
        self.seen: dict[Mandate, State] = {}
        self.drafted = 0

    @initialize()
    def begin(self) -> None:
        for payer in range(2):
            self.draft(payer, payer + 1, 50 * EURO, 0, 30 * DAY, 7 * DAY, DAY)
            self.register(-1, GOOD, 0, None)

    @rule(
        payer=st.integers(0, 2),
        payee=st.sampled_from([0, 1, 2, 3, 3, 3, 4]),
        cap=st.sampled_from([*[50 * EURO] * 5, 1, 0, 2**128 - 1]),
        starts_in=st.sampled_from([-DAY, 0, 0, 1, DAY]),
        lasts=st.sampled_from([None, None, 20 * DAY, 20 * DAY, 0, -1]),
        period=st.sampled_from([DAY, DAY, 7 * DAY, 7 * DAY, 1, 0, 2**32 - 1]),
        sign_in=st.sampled_from([*[9 * DAY] * 6, 1, 0]),
    )
    def draft(
        self,
        payer: int,
        payee: int,
        cap: int,
        starts_in: int,
        lasts: int | None,
        period: int,
        sign_in: int,
    ) -> None:
        """A mandate on paper; some can never be registered."""
        start = self.now + starts_in
        mandate = Mandate(
            self.address(payer),
            self.address(payee),
            cap,
            start,
            0 if lasts is None else start + lasts,
            period,
            self.now + sign_in,
            bytes(32),
            self.drafted,
        )
        self.drafted += 1
        self.mandates = [*self.mandates, mandate][-4:]

    @rule(
        which=st.sampled_from([-1, -1, -2, 0, 1]),
        kind=SIGNATURES,
        raise_cap=st.sampled_from([0, 0, 0, 0, 1]),
        late=st.sampled_from([None, None, None, 0, 1]),
    )
    def register(self, which: int, kind: str, raise_cap: int, late: int | None) -> None:
        """Also again, with a cap that the payer has not signed, and in the last second or later."""
        mandate = self.mandates[which % len(self.mandates)]
        if late is not None:
            self.wait_until(mandate.sign_by + late)
        signature = self.domain.sign(self.person(mandate.payer), "Mandate", *mandate, kind=kind)
        shown = mandate._replace(cap=min(mandate.cap + raise_cap, 2**128 - 1))
        signed = kind == GOOD and shown == mandate
        call = self.spender.register(shown, signature)
        self.act(
            "register",
            self.address(3),
            call,
            lambda: self.model.register(shown, signed, self.now),
        )

    @rule(
        which=WHICH,
        who=st.sampled_from([*["payee"] * 9, "payer", "somebody else"]),
        amounts=st.lists(AMOUNTS, min_size=1, max_size=3),
        patient=st.booleans(),
    )
    def collect(self, which: int, who: str, amounts: list[str], patient: bool) -> None:
        """Several times, in one period or, if nothing is left, in the first second of the next."""
        mandate, sender = self.mandate(which), self.actor(self.mandate(which), who)
        for amount in amounts:
            if patient and mandate.period and self.model.left(mandate, self.soon) == 0:
                number = mandate.period_at(self.soon) + 1
                self.now = mandate.start_at + number * mandate.period - 1
            left = self.model.left(mandate, self.soon) if mandate.period else mandate.cap
            value = amount_of(amount, min(left, 60 * EURO))
            self._collect(mandate, sender, value)

    def _collect(self, mandate: Mandate, sender: str, amount: int) -> None:
        self.act(
            "collect",
            sender,
            self.spender.collect(mandate, amount),
            lambda: self.model.collect(sender, mandate, amount, self.now),
        )

    @rule(which=WHICH, who=WHO, fitting=st.sampled_from([True, True, True, False]))
    def stop_or_go(self, which: int, who: str, fitting: bool) -> None:
        mandate, sender = self.mandate(which), self.actor(self.mandate(which), who)
        verb = "resume" if (self.model.state(mandate) is State.PAUSED) is fitting else "pause"
        call = getattr(self.spender, verb)(mandate)
        self.act(
            f"{verb} mandate", sender, call, lambda: getattr(self.model, verb)(sender, mandate)
        )

    @rule(which=WHICH, who=WHO, die=st.integers(0, 2))
    def cancel(self, which: int, who: str, die: int) -> None:
        mandate, sender = self.mandate(which), self.actor(self.mandate(which), who)
        if die == 2:
            call = self.spender.cancel(mandate)
            self.act("cancel", sender, call, lambda: self.model.cancel(sender, mandate))

    @rule(
        which=WHICH,
        kind=SIGNATURES,
        deadline=st.sampled_from([0, 0, DAY, -1]),
        die=st.integers(0, 2),
    )
    def cancel_signed(self, which: int, kind: str, deadline: int, die: int) -> None:
        if die != 2:
            return
        mandate, until = self.mandate(which), self.soon + deadline
        values = self.domain.types.hash("Mandate", mandate), until
        payer = self.person(mandate.payer)
        signature = self.domain.sign(payer, "CancelMandate", *values, kind=kind)
        self.act(
            "cancelWithSignature",
            self.address(3),
            self.spender.cancelWithSignature(mandate, until, signature),
            lambda: self.model.cancel_signed(mandate, until, kind == GOOD, self.now),
        )

    def views(self) -> Iterator[tuple[Call, Any]]:
        yield from self.money_views()
        for mandate in self.mandates:
            number = self.domain.types.hash("Mandate", mandate)
            state = self.model.state(mandate)
            yield self.spender.hashMandate(mandate), number
            yield self.spender.mandateOf(number), (state, *self.model.last_period(mandate))
            available = self.model.available(mandate, self.now)
            yield self.spender.availableOf(mandate), available

    def check(self) -> None:
        self.model.check()
        for mandate, state in self.model.states.items():
            before = self.seen.get(mandate, State.NONE)
            assert state is before or state in ALLOWED[before]
        self.seen = dict(self.model.states)

    def moments(self) -> Iterable[int]:
        return self.model.moments(self.now)

    def mandate(self, which: int) -> Mandate:
        if which == 7:
            return self.mandates[self.drafted % len(self.mandates)]
        usable = [m for m in self.mandates if self.model.available(m, self.soon)]
        paused = [m for m in self.mandates if self.model.state(m) is State.PAUSED]
        if not usable and not paused:
            self.draft(which % 3, 3, 50 * EURO, 0, 30 * DAY, 7 * DAY, DAY)
            self.register(-1, GOOD, 0, None)
        pool = usable + paused or self.mandates[-1:]
        return pool[which % len(pool)]

    def actor(self, mandate: Mandate, who: str) -> str:
        named = {"payer": mandate.payer, "payee": mandate.payee}
        others = [p.address for p in self.people if p.address not in named.values()]
        return named.get(who, others[0])


def test_cap_is_never_passed_whatever_the_timing(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    euro = Euro(chain, Person.named("admin"))
    mandates: Contract = chain.deploy("Mandates", euro.address)
    people = three_people_and_a_wallet(chain)
    euro.fund(people, 200 * EURO, mandates)
    run(
        MandatesMachine,
        chain,
        request.config,
        ["register", "collect", "pause mandate", "resume mandate", "cancel", "cancelWithSignature"],
        euro=euro,
        spender=mandates,
        people=people,
        domain=Domain.of(chain, mandates, *TYPES),
    )
