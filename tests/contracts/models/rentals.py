"""A plain model of parcels: who owns and uses them, and what is held of deposits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

DAY = 86_400
CLAIM_WINDOW = 3 * DAY
DECISION_WINDOW = 14 * DAY
MAX_DAYS = 366
NOT_OFFERED = ("", 0, 0)


@dataclass
class Parcel:
    """A parcel; ``user`` is the last one, who uses it until ``expires``."""

    owner: str
    terms: tuple[str, int, int] = NOT_OFFERED
    user: str = ""
    expires: int = 0
    deposit: int = 0
    claimed: int = 0
    decide_by: int = 0


@dataclass
class RentalsModel:
    """Parcels and money of all accounts. Every method tells whether the act was allowed."""

    parcels: dict[int, Parcel]
    money: Counter[str]
    held: int = field(default=0)

    def offer(self, who: str, number: int, terms: tuple[str, int, int]) -> bool:
        parcel, offered = self.parcels[number], any(terms[1:])
        if who != parcel.owner or (offered and terms[0] == who):
            return False
        if parcel.deposit:
            arbiter = parcel.terms[0]
            if offered and terms[0] != arbiter:
                return False
            terms = (arbiter, *terms[1:])
        parcel.terms = terms
        return True

    def rent(
        self, who: str, number: int, length: int, expected: tuple[str, int, int], time: int
    ) -> bool:
        parcel = self.parcels[number]
        arbiter, price, deposit = parcel.terms
        price *= length
        # The owner pays itself: it needs price and deposit one after the other, not at once.
        needed = max(price, deposit) if who == parcel.owner else price + deposit
        if (
            not (price or deposit or parcel.terms[1])
            or parcel.terms != expected
            or not 0 < length <= MAX_DAYS
            or who == arbiter
            or not self._free(parcel, time)
            or self.money[who] < needed
        ):
            return False
        parcel.user, parcel.expires, parcel.deposit = who, time + length * DAY, deposit
        self.money[who] -= price + deposit
        self.money[parcel.owner] += price
        self.held += deposit
        return True

    def lend(self, who: str, number: int, user: str, expires: int, time: int) -> bool:
        parcel = self.parcels[number]
        if who != parcel.owner or expires > time + MAX_DAYS * DAY or not self._free(parcel, time):
            return False
        parcel.user, parcel.expires = user, expires
        return True

    def give_up(self, who: str, number: int, time: int) -> bool:
        parcel = self.parcels[number]
        if who != parcel.user or time > parcel.expires:
            return False
        parcel.expires = time - 1
        return True

    def move(self, who: str, number: int, taker: str) -> bool:
        parcel = self.parcels[number]
        if who != parcel.owner:
            return False
        parcel.owner = taker
        parcel.terms = (parcel.terms[0], 0, 0)
        return True

    def claim(self, who: str, number: int, amount: int, time: int) -> bool:
        parcel = self.parcels[number]
        if (
            who != parcel.owner
            or not parcel.expires < time <= parcel.expires + CLAIM_WINDOW
            or not 0 < amount <= parcel.deposit
            or parcel.claimed
        ):
            return False
        parcel.claimed, parcel.decide_by = amount, time + DECISION_WINDOW
        return True

    def accept(self, who: str, number: int) -> bool:
        parcel = self.parcels[number]
        return bool(parcel.claimed and who == parcel.user) and self._settle(parcel, parcel.claimed)

    def decide(self, who: str, number: int, amount: int, time: int) -> bool:
        parcel = self.parcels[number]
        if (
            not parcel.claimed
            or time > parcel.decide_by
            or who != parcel.terms[0]
            or who == parcel.owner
            or amount > parcel.claimed
        ):
            return False
        return self._settle(parcel, amount)

    def release(self, who: str, number: int, time: int) -> bool:
        parcel = self.parcels[number]
        last = parcel.decide_by if parcel.claimed else parcel.expires + CLAIM_WINDOW
        if not parcel.deposit or (who != parcel.owner and time <= last):
            return False
        return self._settle(parcel, 0)

    def user_of(self, number: int, time: int) -> str:
        """Who uses a parcel at that time, or nobody."""
        parcel = self.parcels[number]
        return parcel.user if time <= parcel.expires else ""

    def _free(self, parcel: Parcel, time: int) -> bool:
        return time > parcel.expires and not parcel.deposit

    def _settle(self, parcel: Parcel, to_owner: int) -> bool:
        self.held -= parcel.deposit
        self.money[parcel.owner] += to_owner
        self.money[parcel.user] += parcel.deposit - to_owner
        parcel.deposit = parcel.claimed = parcel.decide_by = 0
        return True
