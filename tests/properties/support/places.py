"""Places that are minted and change hands, as every machine of parcels has them."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.models.parcels import ParcelsModel, Plan
from tests.properties.support.chain import ZERO, Call
from tests.properties.support.land import DEPTH, FLOORS, ROYALTY_BPS, WIDTH, Land
from tests.properties.support.money import MoneyMachine

WHO = st.sampled_from([0, 1, 2, 3, *[9] * 12])
"""One of three people and a wallet, or mostly whoever may do it."""
RIGHTFUL = 9
ANYBODY = st.integers(0, 3)
WHERE = st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 4])
"""One of them, or the zero address."""
WHICH = st.sampled_from([0, 1, 2, 0, 1, 2, 3])
"""One of three parcels, or mostly one for which it is time, or one that there is not if it is 3."""


class PlacesMachine(MoneyMachine):
    """Minting, moving and approving parcels, and who is who with each of them."""

    land: ClassVar[Land]

    def __init__(self) -> None:
        super().__init__()
        plan = Plan(self.land.steward.address, WIDTH, DEPTH, FLOORS, ROYALTY_BPS)
        self.model: ParcelsModel = ParcelsModel(
            self.spender.address, self.euro.model(), self.land.owner.address, plan
        )
        self.owners: dict[int, str] = {}
        self.consenting: set[str] = set()

    def do(self, verb: str, sender: str, call: Call, predicted: Any) -> bool:
        """An act, with those who consent: the sender, and who has approved it."""
        deeds = self.model.deeds
        approved = {owner for owner, operator in deeds.operators if operator == sender}
        singly = {deeds.owners[n] for n, operator in deeds.approved.items() if operator == sender}
        self.consenting = {sender} | approved | singly
        return self.act(verb, sender, call, predicted)

    @rule(
        honest=st.sampled_from([True, True, True, False]),
        steward=st.sampled_from([2, 2, 2, 3, 4]),
        wider=st.sampled_from([0, 1, 0, -1]),
        royalty=st.sampled_from([0, 0, -1, 1]),
    )
    def set_plan(self, honest: bool, steward: int, wider: int, royalty: int) -> None:
        sender = self.land.owner.address if honest else self.address(0)
        old = self.model.plan
        bps = max(old.royalty_bps + royalty, 0)
        plan = Plan(self.address(steward), old.width + wider, old.depth, old.floors, bps)
        call = self.spender.setPlan(self.land.space, *plan)
        self.do("setPlan", sender, call, lambda: self.model.set_plan(sender, plan))

    @rule(
        honest=st.sampled_from([True, True, True, False]),
        to=WHERE,
        x=st.integers(0, WIDTH),
        y=st.sampled_from([0, 0, DEPTH - 1, DEPTH]),
        floor=st.sampled_from([0, 0, FLOORS - 1, FLOORS]),
    )
    def mint(self, honest: bool, to: int, x: int, y: int, floor: int) -> None:
        sender = self.model.plan.steward if honest else self.address(0)
        taker, number = self.address(to), self.land.parcel(x, y, floor)
        call = self.spender.mint(taker, number)
        place = (x, y, floor)
        self.do("mint", sender, call, lambda: self.model.mint(sender, taker, number, place))

    @rule(who=WHO, which=WHICH, taker=WHERE, from_owner=st.sampled_from([True, True, True, False]))
    def move(self, who: int, which: int, taker: int, from_owner: bool) -> None:
        number = self.parcel(which)
        sender, to = self.actor(who, number, "owner"), self.address(taker)
        self._move(sender, None if from_owner else self.address(2), to, number)

    def _move(self, sender: str, giver: str | None, to: str, number: int) -> None:
        giver = giver or self.model.deeds.owners.get(number, ZERO)
        call = self.spender.transferFrom(giver, to, number)
        self.do("move", sender, call, lambda: self.model.move(sender, giver, to, number))

    @rule(who=WHO, which=WHICH, to=WHERE)
    def approve_one(self, who: int, which: int, to: int) -> None:
        number, operator = self.parcel(which), self.address(to)
        sender = self.actor(who, number, "owner")
        call = self.spender.approve(operator, number)
        self.do(
            "approve one",
            sender,
            call,
            lambda: self.model.deeds.approve(sender, operator, number),
        )

    @rule(who=ANYBODY, to=WHERE, approved=st.booleans())
    def approve_all(self, who: int, to: int, approved: bool) -> None:
        owner, operator = self.address(who), self.address(to)
        call = self.spender.setApprovalForAll(operator, approved)
        self.do(
            "approve all",
            owner,
            call,
            lambda: self.model.deeds.approve_all(owner, operator, approved),
        )

    @property
    def numbers(self) -> list[int]:
        """Three parcels, and a place where none is minted at first."""
        return [self.land.parcel(x) for x in range(4)]

    def parcel(self, which: int, fits: Any = None) -> int:
        fitting = [n for n in self.numbers[:3] if fits and fits(self.model.rental(n))]
        if fitting and which < 3:
            return fitting[which % len(fitting)]
        return self.numbers[which]

    def actor(self, who: int, number: int, role: str) -> str:
        """Somebody, or the one who has this role with the parcel."""
        if who != RIGHTFUL:
            return self.address(who)
        owner = self.model.deeds.owners.get(number, ZERO)
        arbiter, user = self.model.terms_of(number).arbiter, self.model.rental(number).user
        if role.startswith("tenant"):
            free = [p.address for p in self.people if p.address not in (owner, arbiter)]
            if role == "tenant with a key":
                return free[0]
            return max(free, key=lambda address: self.ledger.balances[address])
        found = {"owner": owner, "user": user, "arbiter": arbiter}[role]
        return found if found != ZERO else self.address(0)
