"""Parcels beside their model: no use is cut short, and every deposit goes where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.models.parcels import CLAIM_WINDOW, Rental, Terms
from tests.properties.support.chain import ZERO, Call, Chain
from tests.properties.support.land import Land
from tests.properties.support.machines import DAY, run
from tests.properties.support.money import EURO, Euro
from tests.properties.support.places import ANYBODY, RIGHTFUL, WHERE, WHICH, WHO, PlacesMachine
from tests.properties.support.signing import SIGNATURES, Person, three_people_and_a_wallet

AFTER = st.sampled_from([None, None, None, 0, 1])
"""So many seconds after the last one of a rental, or as it comes."""
PRICES = st.sampled_from([3 * EURO, 1, 0])
DEPOSITS = st.sampled_from([20 * EURO, 7, 0])
NOTE = bytes(32)


class ParcelsMachine(PlacesMachine):
    def __init__(self) -> None:
        super().__init__()
        self.uses: dict[int, Rental] = {}

    @initialize(deposit=DEPOSITS)
    def begin(self, deposit: int) -> None:
        for which in range(3):
            self.mint(True, which % 2, which, 0, 0)
        self.let(0, 1, deposit, 2)

    # Rentals

    @rule(who=WHO, which=WHICH, arbiter=WHERE, price=PRICES, deposit=DEPOSITS)
    def offer(self, who: int, which: int, arbiter: int, price: int, deposit: int) -> None:
        number = self.parcel(which)
        sender, terms = (
            self.actor(who, number, "owner"),
            Terms(self.address(arbiter), price, deposit),
        )
        call = self.spender.setRentalTerms(number, terms)
        self.do("offer", sender, call, lambda: self.model.offer(sender, number, terms))

    @rule(
        who=WHO,
        which=WHICH,
        days=st.sampled_from([1, 1, 2, 5, 366, 367, 0]),
        as_seen=st.sampled_from([True, True, True, False]),
        after=AFTER,
    )
    def rent(
        self, who: int, which: int, days: int, as_seen: bool, after: int | None = None
    ) -> None:
        number = self.parcel(which)
        if after is not None:
            self.wait_until(self.model.rental(number).expires + after)
        sender, terms = self.actor(who, number, "tenant"), self.model.terms_of(number)
        seen = terms if as_seen else terms._replace(deposit=terms.deposit + 1)
        call = self.spender.rent(number, days, seen)
        self.do("rent", sender, call, lambda: self.model.rent(sender, number, days, seen, self.now))

    @rule(
        which=WHICH,
        days=st.sampled_from([1, 1, 2, 367]),
        deadline=st.sampled_from([0, DAY, DAY, -1]),
        kind=SIGNATURES,
    )
    def rent_with_permit(self, which: int, days: int, deadline: int, kind: str) -> None:
        """The tenant has allowed nothing before, and finds the parcel offered and free."""
        number = self._make_free(which)
        tenant = self.person(self.actor(RIGHTFUL, number, "tenant with a key"))
        terms, until = self.model.terms_of(number), self.soon + deadline
        amount = terms.price * days + terms.deposit
        permit, flaw = self.euro.permit(
            self.ledger, tenant, self.spender.address, amount, until, kind
        )
        with self.without_allowance(tenant):
            self.do(
                "rentWithPermit",
                tenant.address,
                self.spender.rentWithPermit(number, days, terms, until, *permit),
                lambda: self.model.rent_with_permit(
                    tenant.address, number, days, terms, until, flaw, self.now
                ),
            )

    @rule(which=WHICH, days=st.integers(1, 2), price=PRICES, lend=st.booleans())
    def let_again_too_early(self, which: int, days: int, price: int, lend: bool) -> None:
        """In the last second of a rental nobody else gets the parcel; right after it, somebody."""
        self.let(which, price, 0 if price else 7, days)
        last = self.model.rental(self.numbers[which]).expires
        for time in (last, last + 1):
            self.wait_until(time)
            if lend:
                self.lend(RIGHTFUL, which, 1, 1, False, None)
            else:
                self.rent(RIGHTFUL, which, 1, True)

    @rule(which=WHICH, price=PRICES, deposit=DEPOSITS, days=st.integers(1, 3))
    def let(self, which: int, price: int, deposit: int, days: int) -> None:
        """The owner offers the parcel, and somebody else than the arbiter rents it."""
        number = self._make_free(which)
        owner = self.model.deeds.owners.get(number)
        arbiter = next(i for i in (2, 1) if self.address(i) != owner)
        self.offer(RIGHTFUL, self.numbers.index(number), arbiter, price, deposit)
        self.rent(RIGHTFUL, self.numbers.index(number), days, True)

    @rule(
        who=WHO,
        which=WHICH,
        user=WHERE,
        days=st.sampled_from([1, 4, 366, 367, -1]),
        free=st.sampled_from([True, True, False]),
        after=AFTER,
    )
    def lend(
        self, who: int, which: int, user: int, days: int, free: bool, after: int | None
    ) -> None:
        number = self._make_free(which) if free else self.parcel(which)
        if after is not None:
            self.wait_until(self.model.rental(number).expires + after)
        sender, taker = self.actor(who, number, "owner"), self.address(user)
        expires = self.soon + days * DAY
        call = self.spender.setUser(number, taker, expires)
        self.do(
            "setUser",
            sender,
            call,
            lambda: self.model.lend(sender, number, taker, expires, self.now),
        )

    @rule(who=WHO, which=WHICH)
    def give_up(self, who: int, which: int) -> None:
        number = self.parcel(which, lambda rental: rental.user_at(self.soon) != ZERO)
        sender = self.actor(who, number, "user")
        call = self.spender.giveUp(number)
        self.do("giveUp", sender, call, lambda: self.model.give_up(sender, number, self.now))

    # Deposits

    @rule(
        who=WHO,
        which=WHICH,
        amount=st.sampled_from([1, 7, 9 * EURO, 0, 21 * EURO]),
        shift=st.sampled_from([0, 1, CLAIM_WINDOW, CLAIM_WINDOW + 1, None]),
    )
    def claim(self, who: int, which: int, amount: int, shift: int | None) -> None:
        """So many seconds after the end of the rental, which ends earlier by the user's will."""
        number = self.parcel(which, lambda rental: rental.deposit and not rental.claimed)
        if shift is None:
            self.give_up(RIGHTFUL, which)
        else:
            self.wait_until(self.model.rental(number).expires + shift)
        sender = self.actor(who, number, "owner")
        call = self.spender.claimDeposit(number, amount, NOTE)
        self.do("claim", sender, call, lambda: self.model.claim(sender, number, amount, self.now))

    @rule(who=WHO, which=WHICH)
    def accept(self, who: int, which: int) -> None:
        number = self._make_claimed(which)
        sender = self.actor(who, number, "user")
        call = self.spender.acceptClaim(number)
        self.do("accept", sender, call, lambda: self.model.accept(sender, number))

    @rule(
        who=WHO,
        which=WHICH,
        amount=st.sampled_from([0, 1, 7, 4 * EURO]),
        after=st.sampled_from([None, None, 0, 1]),
        bought=st.sampled_from([False, False, True]),
    )
    def decide(self, who: int, which: int, amount: int, after: int | None, bought: bool) -> None:
        """So long after the arbiter's last second; at times the arbiter has bought the parcel."""
        number = self._make_claimed(which)
        if after is not None:
            self.wait_until(self.model.rental(number).decide_by + after)
        if bought:
            arbiter = self.model.terms_of(number).arbiter
            self._move(self.actor(RIGHTFUL, number, "owner"), None, arbiter, number)
        sender = self.actor(who, number, "arbiter")
        call = self.spender.decideClaim(number, amount, NOTE)
        self.do("decide", sender, call, lambda: self.model.decide(sender, number, amount, self.now))

    @rule(who=WHO, which=WHICH, patient=st.booleans())
    def release(self, who: int, which: int, patient: bool) -> None:
        """By the owner at any time; by anybody once it is too late for the owner and arbiter."""
        number = self.parcel(which, lambda rental: rental.deposit)
        rental = self.model.rental(number)
        sender = self.actor(who, number, "owner")
        if patient and rental.deposit:
            last = rental.decide_by if rental.claimed else rental.expires + CLAIM_WINDOW
            self.wait_until(last + 1)
            sender = self.address(2)
        call = self.spender.releaseDeposit(number)
        self.do("release", sender, call, lambda: self.model.release(sender, number, self.now))

    @rule(which=WHICH, who=ANYBODY, to=WHERE)
    def withdraw(self, which: int, who: int, to: int) -> None:
        """Whoever has something to get; if nobody has, a payment is refused first."""
        if not any(self.model.held.values()) and which != 3:
            self.let(which, 1, 7, 1)
            if not self.ledger.paused:
                self.stop_money()
            self.release(RIGHTFUL, which, False)
            self.let_money_go()
        due = sorted(account for account, amount in self.model.held.items() if amount)
        sender, taker = due[0] if due else self.address(who), self.address(to)
        call = self.spender.withdrawHeld(taker)
        self.do("withdrawHeld", sender, call, lambda: self.model.withdraw(sender, taker))

    # What is compared

    def views(self) -> Iterator[tuple[Call, Any]]:
        yield from self.money_views()
        model, parcels = self.model, self.spender
        yield parcels.planOf(self.land.space), model.plan
        for number in self.numbers:
            if number not in model.deeds.owners:
                continue
            rental = model.rental(number)
            yield parcels.ownerOf(number), model.deeds.owners[number]
            yield parcels.getApproved(number), model.deeds.approved.get(number, ZERO)
            yield parcels.userOf(number), rental.user_at(self.now)
            yield parcels.userExpires(number), rental.expires
            deposit = (rental.user, *rental[2:])
            yield parcels.depositOf(number), deposit
            yield parcels.rentalTermsOf(number), model.terms_of(number)
        for person in self.people:
            owned = list(model.deeds.owners.values()).count(person.address)
            yield parcels.balanceOf(person.address), owned
            yield parcels.heldOf(person.address), model.held[person.address]

    def check(self) -> None:
        self.model.check()
        for number, last in self.uses.items():
            rental = self.model.rental(number)
            if (
                rental != last
                and rental.expires != last.expires
                and self.chain.time <= last.expires
            ):
                assert last.user in self.consenting, "a use was cut short by somebody else"
        for number, owner in self.owners.items():
            if self.model.deeds.owners[number] != owner:
                assert owner in self.consenting, "a parcel was moved without consent"
        self.uses, self.owners = dict(self.model.rentals), dict(self.model.deeds.owners)

    def moments(self) -> Iterable[int]:
        for rental in self.model.rentals.values():
            yield rental.expires
            if rental.deposit:
                yield rental.decide_by or rental.expires + CLAIM_WINDOW

    # Choices

    def _make_free(self, which: int) -> int:
        """A parcel that can be rented, when its last rental is over and the deposit settled."""
        number = self.numbers[which]
        rental = self.model.rental(number)
        self.wait_until(rental.expires + 1)
        if rental.deposit:
            self.release(RIGHTFUL, which, False)
        if not self.model.terms_of(number).offered and number in self.model.deeds.owners:
            owner = self.model.deeds.owners[number]
            arbiter = next(i for i in (2, 1) if self.address(i) != owner)
            self.offer(RIGHTFUL, which, arbiter, 1, 7)
        return number

    def _make_claimed(self, which: int) -> int:
        """A parcel on whose deposit there is a claim, made if there is none."""
        if which == 3 or any(r.claimed for r in self.model.rentals.values()):
            return self.parcel(which, lambda rental: rental.claimed)
        self.let(which, 1, 20 * EURO, 1)
        self.claim(RIGHTFUL, which, 9 * EURO, 1)
        return self.parcel(which, lambda rental: rental.claimed)


def test_parcels_are_let_as_agreed_and_deposits_settled(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    admin = Person.named("admin")
    people = three_people_and_a_wallet(chain)
    euro = Euro(chain, admin)
    land = Land.begin(chain, euro.address, admin, people[2])
    euro.fund(people, 2_000 * EURO, land.parcels)
    run(
        ParcelsMachine,
        chain,
        request.config,
        [
            *("setPlan", "mint", "move", "approve one", "approve all", "offer", "rent", "claim"),
            *("rentWithPermit", "setUser", "giveUp", "accept", "decide", "release", "pause"),
            "withdrawHeld",
        ],
        euro=euro,
        land=land,
        spender=land.parcels,
        people=people,
    )
