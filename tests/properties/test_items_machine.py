"""Items beside their model: no cap is passed, and nothing leaves anybody without consent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.models.items import SOULBOUND, ItemsModel, Kind, creator_of, item_id
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import DAY, ChainMachine, run
from tests.properties.support.money import AMOUNTS, amount_of
from tests.properties.support.signing import GOOD, SIGNATURES, Domain, three_people_and_a_wallet

TYPES = (
    "MintVoucher(address to,uint256 id,uint256 amount,uint256 nonce,uint256 deadline)",
    "Redemption(address holder,uint256 id,uint256 amount,address gate,bytes32 redemptionReference,"
    "uint256 nonce,uint256 deadline)",
)
WHO = st.integers(0, 3)
"""Three people and a wallet."""
WHERE = st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 4, 5])
"""One of them, a contract that does not accept items, or the zero address."""
WHICH = st.integers(0, 7)
"""One of the items that exist, or one that nobody has created if it is 7."""
HONEST = st.sampled_from([True, True, True, True, False])
NONCES = st.integers(0, 4)
DEADLINES = st.sampled_from([0, 1, DAY, DAY, DAY, -1])
REFERENCE = bytes(32)


class ItemsMachine(ChainMachine):
    items: ClassVar[Contract]
    domain: ClassVar[Domain]

    def __init__(self) -> None:
        super().__init__()
        self.model: ItemsModel = ItemsModel(deaf=(self.items.address,))
        self.before: Counter[tuple[str, int]] = Counter()
        self.consenting: set[str] = set()
        self.spent: set[tuple[str, int]] = set()

    @initialize()
    def begin(self) -> None:
        self.create(0, 0, False, 12, True, 700)
        self.create(1, 1, False, 0, True, 0)
        self.create(2, 2, True, 9, True, 0)

    def do(self, verb: str, sender: str, call: Call, predicted: Any, signer: str = "") -> bool:
        """An act, with those who consent: the sender, who has approved it, and who has signed."""
        approved = {holder for holder, operator in self.model.approvals if operator == sender}
        self.consenting = {sender, signer, *approved}
        return self.act(verb, sender, call, predicted)

    @rule(
        who=WHO,
        serial=st.integers(0, 3),
        soulbound=st.sampled_from([False, False, True]),
        cap=st.sampled_from([12, 12, 1, 0, 2**32 - 1]),
        has_receiver=HONEST,
        bps=st.sampled_from([0, 700, 1_000, 1_001]),
    )
    def create(
        self, who: int, serial: int, soulbound: bool, cap: int, has_receiver: bool, bps: int
    ) -> None:
        creator = self.address(who)
        kind = Kind(cap, creator if has_receiver else ZERO, bps)
        number = item_id(creator, serial, soulbound)
        call = self.items.createItem(serial, soulbound, cap, kind.royalty_receiver, bps, REFERENCE)
        self.do("create", creator, call, lambda: self.model.create(number, kind))

    @rule(which=WHICH, honest=HONEST, to=WHERE, amount=AMOUNTS)
    def mint(self, which: int, honest: bool, to: int, amount: str) -> None:
        number, taker = self.item(which), self.address(to)
        sender = creator_of(number) if honest else self.address(which % 4)
        value = amount_of(amount, self.room(number))
        call = self.items.mint(taker, number, value)
        self.do("mint", sender, call, lambda: self.model.mint(sender, taker, number, value))

    @rule(which=WHICH, to=WHERE, amount=AMOUNTS, nonce=NONCES, deadline=DEADLINES, kind=SIGNATURES)
    def mint_with_voucher(
        self, which: int, to: int, amount: str, nonce: int, deadline: int, kind: str
    ) -> None:
        """A nonce soon comes again, so replays are among them."""
        number, taker = self.item(which), self.address(to)
        creator = self.person(creator_of(number))
        value, until = amount_of(amount, self.room(number)), self.soon + deadline
        values = (taker, number, value, nonce, until)
        signature = self.domain.sign(creator, "MintVoucher", *values, kind=kind)
        done = self.do(
            "mintWithVoucher",
            self.address(to % 4),
            self.items.mintWithVoucher(*values, signature),
            lambda: self.model.mint_with_voucher(*values, kind == GOOD, self.now),
        )
        self.count(done, creator.address, nonce)

    @rule(which=WHICH, honest=HONEST, gate=WHO, allowed=st.sampled_from([True, True, False]))
    def set_gate(self, which: int, honest: bool, gate: int, allowed: bool) -> None:
        number, place = self.item(which), self.address(gate)
        sender = creator_of(number) if honest else place
        call = self.items.setGate(number, place, allowed)
        self.do(
            "setGate", sender, call, lambda: self.model.set_gate(sender, number, place, allowed)
        )

    @rule(who=WHO, which=st.integers(0, 9), amount=AMOUNTS)
    def redeem(self, who: int, which: int, amount: str) -> None:
        """By a gate of the item that its holder has approved, or is; or by anybody."""
        holder, number = self.held(which)
        gates = [p.address for p in self.people if self.model.is_gate(number, p.address)]
        sender = gates[who % len(gates)] if gates and who else self.address(who)
        if sender != holder and who == 1 and gates:
            self._approve(holder, sender, True)
        value = amount_of(amount, self.model.balances[holder, number])
        call = self.items.redeem(holder, number, value, REFERENCE)
        self.do("redeem", sender, call, lambda: self.model.redeem(sender, holder, number, value))

    @rule(
        gate=WHO,
        which=st.integers(0, 9),
        amount=AMOUNTS,
        nonce=NONCES,
        deadline=DEADLINES,
        kind=SIGNATURES,
        shown=st.sampled_from([0, 0, 0, 0, 1]),
    )
    def redeem_signed(
        self, gate: int, which: int, amount: str, nonce: int, deadline: int, kind: str, shown: int
    ) -> None:
        """The holder signs for one gate; at times more is shown than what was signed."""
        holder, number = self.held(which)
        gates = [p.address for p in self.people if self.model.is_gate(number, p.address)]
        sender = gates[gate % len(gates)] if gates and gate else self.address(gate)
        value, until = amount_of(amount, self.model.balances[holder, number]), self.soon + deadline
        signed_value = max(value - shown, 0)
        signed = (holder, number, signed_value, sender, REFERENCE, nonce, until)
        signature = self.domain.sign(self.person(holder), "Redemption", *signed, kind=kind)
        is_good = kind == GOOD and signed_value == value
        done = self.do(
            "redeemWithSignature",
            sender,
            self.items.redeemWithSignature(
                holder, number, value, REFERENCE, nonce, until, signature
            ),
            lambda: self.model.redeem_signed(
                sender, holder, number, value, nonce, until, is_good, self.now
            ),
            signer=holder,
        )
        self.count(done, holder, nonce)

    @rule(which=st.integers(0, 9), amount=AMOUNTS)
    def burn(self, which: int, amount: str) -> None:
        holder, number = self.held(which)
        value = amount_of(amount, self.model.balances[holder, number])
        call = self.items.burn(number, value)
        self.do("burn", holder, call, lambda: self.model.burn(holder, number, value))

    @rule(who=WHO, which=st.integers(0, 9), honest=HONEST, to=WHERE, amount=AMOUNTS)
    def transfer(self, who: int, which: int, honest: bool, to: int, amount: str) -> None:
        holder, number = self.held(which)
        sender, taker = holder if honest else self.address(who), self.address(to)
        value = amount_of(amount, self.model.balances[holder, number])
        self.do(
            "safeTransferFrom",
            sender,
            self.items.safeTransferFrom(holder, taker, number, value, b""),
            lambda: self.model.transfer(sender, holder, taker, [(number, value)]),
        )

    @rule(which=st.integers(0, 9), honest=HONEST, to=WHERE, amounts=st.lists(AMOUNTS, max_size=3))
    def transfer_several(self, which: int, honest: bool, to: int, amounts: list[str]) -> None:
        holder, _ = self.held(which)
        sender, taker = holder if honest else self.address(which % 4), self.address(to)
        numbers = sorted(self.model.kinds)[: len(amounts)]
        pairs = [
            (number, amount_of(amount, self.model.balances[holder, number]))
            for number, amount in zip(numbers, amounts, strict=False)
        ]
        values = [value for _, value in pairs]
        self.do(
            "safeBatchTransferFrom",
            sender,
            self.items.safeBatchTransferFrom(holder, taker, [n for n, _ in pairs], values, b""),
            lambda: self.model.transfer(sender, holder, taker, pairs),
        )

    @rule(who=WHO, operator=st.sampled_from([0, 1, 2, 3, 5]), approved=st.booleans())
    def approve(self, who: int, operator: int, approved: bool) -> None:
        self._approve(self.address(who), self.address(operator), approved)

    def _approve(self, holder: str, operator: str, approved: bool) -> None:
        call = self.items.setApprovalForAll(operator, approved)
        self.do("approve", holder, call, lambda: self.model.approve(holder, operator, approved))

    @rule(who=WHO, nonce=NONCES)
    def cancel(self, who: int, nonce: int) -> None:
        signer = self.address(who)
        call = self.items.cancelNonce(nonce)
        done = self.do("cancelNonce", signer, call, lambda: self.model.nonces.use(signer, nonce))
        self.count(done, signer, nonce)

    def views(self) -> Iterator[tuple[Call, Any]]:
        items, model = self.items, self.model
        for number, kind in list(model.kinds.items())[:4]:
            yield items.supplyOf(number), (True, kind.cap, model.counted(number))
            royalty = (kind.royalty_receiver, 1_000_003 * kind.royalty_bps // 10_000)
            yield items.royaltyInfo(number, 1_000_003), royalty
            holders = [*(person.address for person in self.people), items.address]
            balances = tuple(model.balances[holder, number] for holder in holders)
            yield items.balanceOfBatch(tuple(holders), (number,) * len(holders)), balances
            yield items.isGate(number, self.address(1)), model.is_gate(number, self.address(1))
        for person in self.people:
            for nonce in (0, 4):
                used = (person.address, nonce) in model.nonces.used
                yield items.isNonceUsed(person.address, nonce), used
            pair = person.address, self.address(0)
            yield items.isApprovedForAll(*pair), pair in model.approvals
        yield items.supplyOf(self.item(7)), (False, 0, 0)

    def check(self) -> None:
        self.model.check()
        for (holder, number), had in self.before.items():
            if self.model.balances[holder, number] < had:
                assert holder in self.consenting, f"taken from {holder} without consent"
        self.before = Counter(self.model.balances)

    def count(self, done: bool, signer: str, nonce: int) -> None:
        """A nonce serves once, for whatever it was signed."""
        if done:
            assert (signer, nonce) not in self.spent
            self.spent.add((signer, nonce))

    def address(self, which: int) -> str:
        return self.items.address if which == 4 else super().address(which)

    def item(self, which: int) -> int:
        if which == 7:
            return item_id(self.address(0), 99, False)
        numbers = sorted(self.model.kinds)
        return numbers[which % len(numbers)]

    def room(self, number: int) -> int:
        """How many more can be minted, or some where there is no cap."""
        kind = self.model.kinds.get(number)
        return kind.cap - self.model.minted[number] if kind and kind.cap else 20

    def held(self, which: int) -> tuple[str, int]:
        """Somebody with something; if it is 9, one who has nothing."""
        if which == 9:
            return self.address(0), self.item(7)
        if not any(self.model.balances.values()):
            self.mint(which % 3, True, which % 4, "half")
        people = {person.address for person in self.people}
        held = sorted(k for k, amount in self.model.balances.items() if amount and k[0] in people)
        movable = [key for key in held if not key[1] & SOULBOUND]
        pool = movable if movable and which % 3 else held
        return pool[which % len(pool)] if pool else (self.address(0), self.item(0))


def test_caps_are_kept_and_nothing_is_taken_without_consent(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    people = three_people_and_a_wallet(chain)
    items = chain.deploy("Items", "/items/{id}.json")
    run(
        ItemsMachine,
        chain,
        request.config,
        [
            *("create", "mint", "mintWithVoucher", "setGate", "redeem", "redeemWithSignature"),
            *("burn", "safeTransferFrom", "safeBatchTransferFrom", "approve", "cancelNonce"),
        ],
        items=items,
        people=people,
        domain=Domain.of(chain, items, *TYPES),
    )
