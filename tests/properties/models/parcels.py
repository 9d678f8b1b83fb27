"""Parcels: whose each place is, who uses it until when, and what is held of deposits."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.properties.models.deeds import DeedsModel
from tests.properties.models.euro import EuroModel
from tests.properties.support.chain import ZERO
from tests.properties.support.machines import DAY, Model, refuse_if

CLAIM_WINDOW = 3 * DAY
DECISION_WINDOW = 14 * DAY
MAX_DAYS = 366
MAX_ROYALTY_BPS = 1_000


class Plan(NamedTuple):
    steward: str = ZERO
    width: int = 0
    depth: int = 0
    floors: int = 0
    royalty_bps: int = 0


class Terms(NamedTuple):
    """On what terms a parcel is let; offered if price or deposit is not zero."""

    arbiter: str = ZERO
    price: int = 0
    deposit: int = 0

    @property
    def offered(self) -> bool:
        return bool(self.price or self.deposit)


class Rental(NamedTuple):
    """The last use of a parcel; the user stays in it, as the deposit is the user's."""

    user: str = ZERO
    expires: int = 0
    deposit: int = 0
    claimed: int = 0
    decide_by: int = 0

    def user_at(self, time: int) -> str:
        return self.user if time <= self.expires else ZERO


class ParcelsModel(Model):
    """The parcels of one space."""

    def __init__(self, me: str, euro: EuroModel, space_owner: str, plan: Plan) -> None:
        self.me = me
        self.euro = euro
        self.space_owner = space_owner
        self.plan = plan
        self.deeds = DeedsModel()
        self.terms: dict[int, Terms] = {}
        self.rentals: dict[int, Rental] = {}
        self.held: Counter[str] = Counter()

    def terms_of(self, number: int) -> Terms:
        return self.terms.get(number, Terms())

    def rental(self, number: int) -> Rental:
        return self.rentals.get(number, Rental())

    # Places

    def set_plan(self, sender: str, plan: Plan) -> None:
        refuse_if(sender != self.space_owner, "ParcelsNotSpaceOwner")
        old, sizes = self.plan, plan[1:4]
        highest = old.royalty_bps if old.steward != ZERO else MAX_ROYALTY_BPS
        shrinks = any(new < size for new, size in zip(sizes, old[1:4], strict=True))
        is_wrong = plan.steward == ZERO or 0 in sizes or shrinks or plan.royalty_bps > highest
        refuse_if(is_wrong, "ParcelsInvalidPlan")
        self.plan = plan

    def mint(self, sender: str, to: str, number: int, place: tuple[int, int, int]) -> None:
        """``place`` is x, y and floor."""
        refuse_if(sender != self.plan.steward, "ParcelsNotSteward")
        outside = any(at >= size for at, size in zip(place, self.plan[1:4], strict=True))
        refuse_if(outside, "ParcelsOutsidePlan")
        refuse_if(to == ZERO, "ERC721InvalidReceiver")
        refuse_if(number in self.deeds.owners, "ParcelsTaken")
        self.deeds.owners[number] = to

    def move(self, sender: str, giver: str, taker: str, number: int) -> None:
        """A new owner has offered nothing yet; the arbiter may have a claim to decide."""
        self.deeds.transfer(sender, giver, taker, number)
        self.terms[number] = Terms(self.terms_of(number).arbiter)

    # Rentals

    def offer(self, sender: str, number: int, terms: Terms) -> None:
        refuse_if(sender != self.deeds.owner(number), "ParcelsNotOwner")
        wrong_arbiter = terms.offered and terms.arbiter in (ZERO, sender)
        refuse_if(wrong_arbiter, "ParcelsInvalidTerms")
        if self.rental(number).deposit:
            kept = self.terms_of(number).arbiter
            refuse_if(terms.offered and terms.arbiter != kept, "ParcelsInvalidTerms")
            terms = terms._replace(arbiter=kept)
        self.terms[number] = terms

    def rent(self, sender: str, number: int, days: int, expected: Terms, time: int) -> None:
        owner, terms = self.deeds.owner(number), self.terms_of(number)
        refuse_if(not terms.offered, "ParcelsNotOffered")
        refuse_if(terms != expected, "ParcelsTermsChanged")
        refuse_if(not 0 < days <= MAX_DAYS, "ParcelsInvalidPeriod")
        refuse_if(sender == terms.arbiter, "ParcelsInvalidTerms")
        self._use(number, Rental(sender, time + days * DAY, terms.deposit), time)
        for to, amount in ((owner, terms.price * days), (self.me, terms.deposit)):
            if amount:
                self.euro.transfer_from(self.me, sender, to, amount)

    def rent_with_permit(
        self,
        sender: str,
        number: int,
        days: int,
        expected: Terms,
        deadline: int,
        flaw: str,
        time: int,
    ) -> None:
        refuse_if(days > MAX_DAYS, "ParcelsInvalidPeriod")
        amount = expected.price * days + expected.deposit
        self.euro.try_permit(sender, self.me, amount, deadline, flaw, time)
        self.rent(sender, number, days, expected, time)

    def lend(self, sender: str, number: int, user: str, expires: int, time: int) -> None:
        self.deeds.check_authorized(sender, number)
        last = expires if user != ZERO else 0
        refuse_if(last > time + MAX_DAYS * DAY, "ParcelsInvalidPeriod")
        self._use(number, Rental(user, last), time)

    def give_up(self, sender: str, number: int, time: int) -> None:
        rental = self.rental(number)
        refuse_if(sender != rental.user_at(time), "ParcelsNotUser")
        self.rentals[number] = rental._replace(expires=time - 1)

    # Deposits

    def claim(self, sender: str, number: int, amount: int, time: int) -> None:
        refuse_if(sender != self.deeds.owner(number), "ParcelsNotOwner")
        rental = self.rental(number)
        in_time = rental.expires < time <= rental.expires + CLAIM_WINDOW
        fits = 0 < amount <= rental.deposit and not rental.claimed
        refuse_if(not in_time or not fits, "ParcelsInvalidClaim")
        self.rentals[number] = rental._replace(claimed=amount, decide_by=time + DECISION_WINDOW)

    def accept(self, sender: str, number: int) -> None:
        rental = self.rental(number)
        refuse_if(not rental.claimed, "ParcelsNoClaim")
        refuse_if(sender != rental.user, "ParcelsNotUser")
        self._settle(number, rental.claimed)

    def decide(self, sender: str, number: int, amount: int, time: int) -> None:
        rental = self.rental(number)
        refuse_if(not rental.claimed or time > rental.decide_by, "ParcelsNoClaim")
        is_arbiter = sender == self.terms_of(number).arbiter
        refuse_if(not is_arbiter or sender == self.deeds.owner(number), "ParcelsNotArbiter")
        refuse_if(amount > rental.claimed, "ParcelsInvalidClaim")
        self._settle(number, amount)

    def release(self, sender: str, number: int, time: int) -> None:
        rental = self.rental(number)
        refuse_if(not rental.deposit, "ParcelsNoDeposit")
        if sender != self.deeds.owner(number):
            last = rental.decide_by if rental.claimed else rental.expires + CLAIM_WINDOW
            refuse_if(time <= last, "ParcelsReleaseTooEarly")
        self._settle(number, 0)

    def withdraw(self, sender: str, to: str) -> None:
        amount = self.held.pop(sender, 0)
        refuse_if(not amount, "ParcelsNothingHeld")
        self.euro.transfer(self.me, to, amount)

    # What always holds

    def check(self) -> None:
        self.euro.check()
        deposits = sum(rental.deposit for rental in self.rentals.values())
        assert self.euro.balances[self.me] == deposits + sum(self.held.values())
        for rental in self.rentals.values():
            assert rental.claimed <= rental.deposit

    def _use(self, number: int, rental: Rental, time: int) -> None:
        last = self.rental(number)
        refuse_if(time <= last.expires, "ParcelsRented")
        refuse_if(last.deposit, "ParcelsDepositHeld")
        self.rentals[number] = rental

    def _settle(self, number: int, to_owner: int) -> None:
        rental, owner = self.rental(number), self.deeds.owner(number)
        self.rentals[number] = rental._replace(deposit=0, claimed=0, decide_by=0)
        for to, amount in ((rental.user, rental.deposit - to_owner), (owner, to_owner)):
            if amount and not self.euro.pays_out(self.me, to, amount):
                self.held[to] += amount
