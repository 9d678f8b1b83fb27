"""Parcels against a plain model, whoever does what in which order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from evm_support.signing import WHOLE
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from models.land import *  # noqa: F403
from models.land import DAY, EURO
from models.machine import SETTINGS, Clock
from models.rentals import NOT_OFFERED, Parcel, RentalsModel

pytestmark = pytest.mark.slow

NOTE = bytes(32)
VERBS = ("offer", "rent", "lend", "give_up", "move", "claim", "accept", "decide", "release")
RIGHTFUL = 3
WHO = st.sampled_from([0, 1, 2, *[RIGHTFUL] * 9])
"""One of three people, or mostly whoever may do it: chance alone would be refused too often."""
ANYBODY = st.integers(0, 2)
WHICH = st.integers(0, 1)


class World:
    """The contract, three people who may all be owner, user or arbiter, and two parcels."""

    def __init__(self, parcels: Any, euro: Any, people: list[Any], numbers: list[int]) -> None:
        self.parcels, self.euro, self.people, self.numbers = parcels, euro, people, numbers
        for person in people:
            euro.approve(parcels, WHOLE, sender=person)

    def money(self) -> dict[str, int]:
        """What everybody has."""
        return {p.address: int(self.euro.balanceOf(p)) for p in self.people}

    def model(self) -> RentalsModel:
        """What is so now."""
        owner = self.people[0].address
        zero = "0x" + "00" * 20
        parcels = {n: Parcel(owner, (zero, *NOT_OFFERED[1:]), zero) for n in self.numbers}
        return RentalsModel(parcels, Counter(self.money()))


def machine_of(world: World, chain: Any, tally: Counter[str]) -> type[RuleBasedStateMachine]:
    """A state machine that begins each run with the chain as it is now."""
    snapshot = chain.snapshot()
    parcels = world.parcels

    class ParcelsMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.clock = Clock(chain, tally)
            self.model = world.model()
            self.total = sum(self.model.money.values())
            self.uses: dict[int, tuple[str, int]] = {}
            self.checked = -1

        def actor(self, who: int, number: int, role: str) -> Any:
            """A person by number, or the one who has this role with the parcel."""
            if who != RIGHTFUL:
                return world.people[who]
            parcel = self.model.parcels[number]
            others = {parcel.owner, parcel.terms[0]}
            holders = {
                "owner": [parcel.owner],
                "user": [parcel.user],
                "arbiter": [parcel.terms[0]],
                "tenant": [p.address for p in world.people if p.address not in others],
            }[role]
            return next((p for p in world.people if p.address in holders), world.people[0])

        def teardown(self) -> None:
            nonlocal snapshot
            chain.restore(snapshot)
            snapshot = chain.snapshot()

        @rule(
            who=WHO,
            which=WHICH,
            arbiter=ANYBODY,
            price=st.sampled_from([0, 1, 3 * EURO]),
            deposit=st.sampled_from([0, 7, 20 * EURO]),
        )
        def offer(self, who: int, which: int, arbiter: int, price: int, deposit: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "owner")
            terms = (world.people[arbiter].address, price, deposit)
            done = self.clock.attempt(
                "offer", lambda: parcels.setRentalTerms(number, terms, sender=person)
            )
            assert done == self.model.offer(person.address, number, terms)

        @rule(
            who=WHO,
            which=WHICH,
            length=st.sampled_from([0, 1, 1, 1, 2, 2, 5, 367]),
            seen=st.booleans(),
        )
        def rent(self, who: int, which: int, length: int, seen: bool) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "tenant")
            arbiter, price, deposit = self.model.parcels[number].terms
            terms = (arbiter, price, deposit if seen or length else deposit + 1)
            done = self.clock.attempt(
                "rent", lambda: parcels.rent(number, length, terms, sender=person)
            )
            time = self.clock.time
            assert done == self.model.rent(person.address, number, length, terms, time)
            if done:
                self.uses.pop(number, None)

        @rule(who=WHO, which=WHICH, user=ANYBODY, days=st.sampled_from([-1, 1, 4, 400]))
        def lend(self, who: int, which: int, user: int, days: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "owner")
            taker, expires = world.people[user].address, self.clock.time + days * DAY
            done = self.clock.attempt(
                "lend", lambda: parcels.setUser(number, taker, expires, sender=person)
            )
            time = self.clock.time
            assert done == self.model.lend(person.address, number, taker, expires, time)
            if done:
                self.uses.pop(number, None)

        @rule(who=WHO, which=WHICH)
        def give_up(self, who: int, which: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "user")
            done = self.clock.attempt("give_up", lambda: parcels.giveUp(number, sender=person))
            assert done == self.model.give_up(person.address, number, self.clock.time)
            if done:
                self.uses.pop(number, None)

        @rule(who=WHO, which=WHICH, taker=ANYBODY)
        def move(self, who: int, which: int, taker: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "owner")
            to = world.people[taker]
            done = self.clock.attempt(
                "move", lambda: parcels.transferFrom(person, to, number, sender=person)
            )
            assert done == self.model.move(person.address, number, to.address)

        @rule(who=WHO, which=WHICH, amount=st.sampled_from([0, 1, 7, 9 * EURO]))
        def claim(self, who: int, which: int, amount: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "owner")
            done = self.clock.attempt(
                "claim", lambda: parcels.claimDeposit(number, amount, NOTE, sender=person)
            )
            assert done == self.model.claim(person.address, number, amount, self.clock.time)

        @rule(who=WHO, which=WHICH)
        def accept(self, who: int, which: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "user")
            done = self.clock.attempt("accept", lambda: parcels.acceptClaim(number, sender=person))
            assert done == self.model.accept(person.address, number)

        @rule(who=WHO, which=WHICH, amount=st.sampled_from([0, 1, 4 * EURO]))
        def decide(self, who: int, which: int, amount: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "arbiter")
            done = self.clock.attempt(
                "decide", lambda: parcels.decideClaim(number, amount, NOTE, sender=person)
            )
            assert done == self.model.decide(person.address, number, amount, self.clock.time)

        @rule(who=WHO, which=WHICH)
        def release(self, who: int, which: int) -> None:
            number = world.numbers[which]
            person = self.actor(who, number, "owner")
            done = self.clock.attempt(
                "release", lambda: parcels.releaseDeposit(number, sender=person)
            )
            assert done == self.model.release(person.address, number, self.clock.time)

        @initialize(deposit=st.sampled_from([7, 20 * EURO]))
        def begin(self, deposit: int) -> None:
            for which in (0, 1):
                self.let(which, 1, deposit, 2)

        @rule(
            which=WHICH,
            price=st.sampled_from([1, EURO]),
            deposit=st.sampled_from([0, 7, EURO]),
            length=st.integers(1, 3),
        )
        def let(self, which: int, price: int, deposit: int, length: int) -> None:
            """The owner offers the parcel, and somebody else than the arbiter rents it."""
            number = world.numbers[which]
            owner = self.model.parcels[number].owner
            arbiter = next(n for n in (2, 1) if world.people[n].address != owner)
            held = self.model.parcels[number].terms[0] if self.model.parcels[number].deposit else ""
            arbiters = [n for n in range(3) if world.people[n].address == held]
            self.offer(RIGHTFUL, which, (arbiters or [arbiter])[0], price, deposit)
            self.rent(RIGHTFUL, which, length, True)

        @rule(which=WHICH)
        def end(self, which: int) -> None:
            """The rental ends by itself."""
            self.clock.time = max(self.clock.time, self.model.parcels[world.numbers[which]].expires)

        @rule(which=WHICH, user=ANYBODY, days=st.sampled_from([-1, 1, 4, 400]))
        def clear_and_lend(self, which: int, user: int, days: int) -> None:
            """The owner takes the parcel back with the user's consent, and lends it."""
            self.give_up(RIGHTFUL, which)
            self.release(RIGHTFUL, which)
            self.lend(RIGHTFUL, which, user, days)

        @rule(which=WHICH, verdict=st.sampled_from(["accept", "decide", "release"]))
        def dispute(self, which: int, verdict: str) -> None:
            """The user leaves, the owner claims, and one way or other the deposit is settled."""
            self.let(which, 1, 7, 1)
            self.give_up(RIGHTFUL, which)
            self.claim(RIGHTFUL, which, 7)
            if verdict == "accept":
                self.accept(RIGHTFUL, which)
            elif verdict == "decide":
                self.decide(RIGHTFUL, which, 1)
            else:
                self.release(RIGHTFUL, which)

        @rule(days=st.sampled_from([1, 2, 3, 15]))
        def wait(self, days: int) -> None:
            self.clock.skip(days * DAY)

        @invariant()
        def chain_and_model_agree(self) -> None:
            if self.clock.done == self.checked:
                return  # what is refused changes nothing
            self.checked = self.clock.done
            money = world.money()
            assert money == {a: self.model.money[a] for a in money}
            held = int(world.euro.balanceOf(parcels))
            assert held == self.model.held
            assert sum(money.values()) + held == self.total
            deposits = {number: parcels.depositOf(number) for number in world.numbers}
            assert held == sum(int(deposit.deposit) for deposit in deposits.values())
            for number, parcel in self.model.parcels.items():
                assert parcels.ownerOf(number) == parcel.owner
                assert parcels.userExpires(number) == parcel.expires
                assert tuple(parcels.rentalTermsOf(number))[1:] == parcel.terms[1:]
                self._check_use(number, (deposits[number].user, parcel.expires))

        def _check_use(self, number: int, use: tuple[str, int]) -> None:
            """Nobody but its user cuts a use short."""
            last = self.uses.get(number)
            if last and self.clock.time <= last[1]:
                assert use == last
            self.uses[number] = use

    return ParcelsMachine


@pytest.fixture
def world(
    parcels: Any, euro: Any, token_ids: list[int], admin: Any, alice: Any, bob: Any, carol: Any
) -> World:
    for person, amount in ((alice, 40), (bob, 200), (carol, 25)):
        euro.mint(person, amount * EURO, sender=admin)
    return World(parcels, euro, [alice, bob, carol], token_ids)


def test_parcels_do_what_their_model_does(world: World, chain: Any) -> None:
    tally: Counter[str] = Counter()
    run_state_machine_as_test(machine_of(world, chain, tally), settings=SETTINGS)
    print("came through:", dict(tally))
    assert min(tally[verb] for verb in VERBS) >= 3
