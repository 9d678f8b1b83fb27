"""Items: kinds with caps, and who has how many of each."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.properties.models.nonces import NoncesModel, check_signature
from tests.properties.support.chain import ZERO
from tests.properties.support.machines import WHOLE, Model, refuse_if

MAX_ROYALTY_BPS = 1_000
SOULBOUND = 1 << 95


class Kind(NamedTuple):
    cap: int
    royalty_receiver: str
    royalty_bps: int


def item_id(creator: str, serial: int, soulbound: bool) -> int:
    return int(creator, 16) << 96 | soulbound * SOULBOUND | serial


def creator_of(number: int) -> str:
    return "0x" + (number >> 96).to_bytes(20).hex()


class ItemsModel(Model):
    """``deaf`` are contracts that do not accept items."""

    def __init__(self, deaf: tuple[str, ...] = ()) -> None:
        self.deaf = deaf
        self.kinds: dict[int, Kind] = {}
        self.minted: Counter[int] = Counter()
        self.burned: Counter[int] = Counter()
        self.balances: Counter[tuple[str, int]] = Counter()
        self.approvals: set[tuple[str, str]] = set()
        self.gates: set[tuple[int, str]] = set()
        self.nonces = NoncesModel()

    def create(self, number: int, kind: Kind) -> None:
        nobody = kind.royalty_bps and kind.royalty_receiver == ZERO
        refuse_if(kind.royalty_bps > MAX_ROYALTY_BPS or nobody, "ItemsInvalidRoyalty")
        refuse_if(number in self.kinds, "ItemsAlreadyCreated")
        self.kinds[number] = kind

    def mint(self, sender: str, to: str, number: int, amount: int) -> None:
        refuse_if(sender != creator_of(number), "ItemsNotCreator")
        self._mint(to, number, amount)

    def mint_with_voucher(
        self, to: str, number: int, amount: int, nonce: int, deadline: int, signed: bool, time: int
    ) -> None:
        check_signature(signed, deadline, time)
        self.nonces.use(creator_of(number), nonce)
        self._mint(to, number, amount)

    def set_gate(self, sender: str, number: int, gate: str, allowed: bool) -> None:
        refuse_if(sender != creator_of(number), "ItemsNotCreator")
        refuse_if(number not in self.kinds, "ItemsUnknown")
        (self.gates.add if allowed else self.gates.discard)((number, gate))

    def is_gate(self, number: int, gate: str) -> bool:
        is_creator = gate == creator_of(number) and number in self.kinds
        return is_creator or (number, gate) in self.gates

    def redeem(self, sender: str, holder: str, number: int, amount: int) -> None:
        consented = holder == sender or (holder, sender) in self.approvals
        refuse_if(not consented, "ItemsNoConsent")
        self._redeem(sender, holder, number, amount)

    def redeem_signed(
        self,
        sender: str,
        holder: str,
        number: int,
        amount: int,
        nonce: int,
        deadline: int,
        signed: bool,
        time: int,
    ) -> None:
        check_signature(signed, deadline, time)
        self.nonces.use(holder, nonce)
        self._redeem(sender, holder, number, amount)

    def burn(self, holder: str, number: int, amount: int) -> None:
        refuse_if(amount == 0, "ItemsZeroAmount")
        self._leave(holder, number, amount)
        self.burned[number] += amount

    def transfer(self, sender: str, holder: str, to: str, amounts: list[tuple[int, int]]) -> None:
        """One or several items with their amounts."""
        consented = holder == sender or (holder, sender) in self.approvals
        refuse_if(not consented, "ERC1155MissingApprovalForAll")
        refuse_if(to == ZERO, "ERC1155InvalidReceiver")
        refuse_if(any(number & SOULBOUND for number, _ in amounts), "ItemsSoulbound")
        for number, amount in amounts:
            self._leave(holder, number, amount)
            self._arrive(to, number, amount)
        refuse_if(to in self.deaf, "ERC1155InvalidReceiver")

    def approve(self, holder: str, operator: str, approved: bool) -> None:
        refuse_if(operator == ZERO, "ERC1155InvalidOperator")
        (self.approvals.add if approved else self.approvals.discard)((holder, operator))

    def counted(self, number: int) -> int:
        """What the contract counts as minted: nothing of what has no cap."""
        return self.minted[number] if self.kinds[number].cap else 0

    def check(self) -> None:
        for number, kind in self.kinds.items():
            there = sum(a for (_, n), a in self.balances.items() if n == number)
            assert there == self.minted[number] - self.burned[number]
            assert not kind.cap or self.minted[number] <= kind.cap, "a cap was passed"

    def _mint(self, to: str, number: int, amount: int) -> None:
        refuse_if(number not in self.kinds, "ItemsUnknown")
        refuse_if(amount == 0, "ItemsZeroAmount")
        cap = self.kinds[number].cap
        refuse_if(cap and amount > cap - self.minted[number], "ItemsCapExceeded")
        refuse_if(to == ZERO, "ERC1155InvalidReceiver")
        self.minted[number] += amount
        self._arrive(to, number, amount)
        refuse_if(to in self.deaf, "ERC1155InvalidReceiver")

    def _redeem(self, gate: str, holder: str, number: int, amount: int) -> None:
        refuse_if(not self.is_gate(number, gate), "ItemsNotGate")
        self.burn(holder, number, amount)

    def _leave(self, holder: str, number: int, amount: int) -> None:
        refuse_if(self.balances[holder, number] < amount, "ERC1155InsufficientBalance")
        self.balances[holder, number] -= amount

    def _arrive(self, to: str, number: int, amount: int) -> None:
        refuse_if(self.balances[to, number] + amount > WHOLE, "Panic")
        self.balances[to, number] += amount
