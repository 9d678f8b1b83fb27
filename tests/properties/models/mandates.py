"""Mandates: what the payer has signed, how far each mandate is, and what was collected when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from tests.properties.models.euro import EuroModel
from tests.properties.support.chain import ZERO
from tests.properties.support.machines import Model, refuse_if


class State(IntEnum):
    NONE, ACTIVE, PAUSED, CANCELLED = range(4)


class Mandate(NamedTuple):
    """What the payer signs; its members are those of the contract's struct."""

    payer: str
    payee: str
    cap: int
    start_at: int
    end_at: int
    period: int
    sign_by: int
    document_hash: bytes
    nonce: int

    def period_at(self, time: int) -> int:
        """Number of the period in which a second falls."""
        return (time - self.start_at) // self.period

    def in_time(self, time: int) -> bool:
        return self.start_at <= time and (not self.end_at or time <= self.end_at)


class MandatesModel(Model):
    """``taken`` is what was collected and when, in the order of time."""

    def __init__(self, euro: EuroModel, spender: str) -> None:
        self.euro = euro
        self.spender = spender
        self.states: dict[Mandate, State] = {}
        self.taken: dict[Mandate, tuple[tuple[int, int], ...]] = {}

    def state(self, mandate: Mandate) -> State:
        return self.states.get(mandate, State.NONE)

    def last_period(self, mandate: Mandate) -> tuple[int, int]:
        """Number of the period in which something was collected last, and how much in it."""
        taken = self.taken.get(mandate)
        if not taken:
            return 0, 0
        number = mandate.period_at(taken[-1][0])
        return number, sum(a for time, a in taken if mandate.period_at(time) == number)

    def left(self, mandate: Mandate, time: int) -> int:
        """What is left of the cap in the period of a second."""
        number, collected = self.last_period(mandate)
        return mandate.cap - (collected if number == mandate.period_at(time) else 0)

    def available(self, mandate: Mandate, time: int) -> int:
        usable = self.state(mandate) is State.ACTIVE and mandate.in_time(time)
        return self.left(mandate, time) if usable else 0

    def register(self, mandate: Mandate, signed: bool, time: int) -> None:
        refuse_if(time > mandate.sign_by, "MandateSignatureExpired")
        ends_early = mandate.end_at and mandate.end_at < mandate.start_at
        names_all = mandate.payee != ZERO and mandate.cap and mandate.period
        refuse_if(ends_early or not names_all, "MandateInvalid")
        refuse_if(not signed, "MandateInvalidSignature")
        self._move(mandate, State.NONE, State.ACTIVE)

    def collect(self, sender: str, mandate: Mandate, amount: int, time: int) -> None:
        refuse_if(self.state(mandate) is not State.ACTIVE, "MandateWrongState")
        refuse_if(sender != mandate.payee, "MandateNotAuthorized")
        refuse_if(not mandate.in_time(time), "MandateOutOfTime")
        refuse_if(not 0 < amount <= self.left(mandate, time), "MandateCapExceeded")
        self.euro.transfer_from(self.spender, mandate.payer, mandate.payee, amount)
        self.taken[mandate] = (*self.taken.get(mandate, ()), (time, amount))

    def pause(self, sender: str, mandate: Mandate) -> None:
        refuse_if(sender != mandate.payer, "MandateNotAuthorized")
        self._move(mandate, State.ACTIVE, State.PAUSED)

    def resume(self, sender: str, mandate: Mandate) -> None:
        refuse_if(sender != mandate.payer, "MandateNotAuthorized")
        self._move(mandate, State.PAUSED, State.ACTIVE)

    def cancel(self, sender: str, mandate: Mandate) -> None:
        refuse_if(sender not in (mandate.payer, mandate.payee), "MandateNotAuthorized")
        self._cancel(mandate)

    def cancel_signed(self, mandate: Mandate, deadline: int, signed: bool, time: int) -> None:
        refuse_if(time > deadline, "MandateSignatureExpired")
        refuse_if(not signed, "MandateInvalidSignature")
        self._cancel(mandate)

    def check(self) -> None:
        self.euro.check()
        for mandate, taken in self.taken.items():
            by_period: Counter[int] = Counter()
            for time, amount in taken:
                assert mandate.in_time(time)
                by_period[mandate.period_at(time)] += amount
            assert max(by_period.values()) <= mandate.cap, "the cap was passed"

    def moments(self, now: int) -> Iterator[int]:
        """Where something of a mandate begins or ends."""
        for mandate, state in self.states.items():
            if state is not State.CANCELLED and mandate.period:
                yield from (mandate.start_at, mandate.end_at)
                if now >= mandate.start_at:
                    yield mandate.start_at + (mandate.period_at(now) + 1) * mandate.period

    def _move(self, mandate: Mandate, before: State, after: State) -> None:
        refuse_if(self.state(mandate) is not before, "MandateWrongState")
        self.states[mandate] = after

    def _cancel(self, mandate: Mandate) -> None:
        refuse_if(self.state(mandate) is State.CANCELLED, "MandateWrongState")
        self.states[mandate] = State.CANCELLED
