"""Splits: what is on the accounts of splits, whose it is, and what waits for whom."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from faster_eth_abi import encode

from pocplatform.chain.codec import keccak256
from tests.properties.models.euro import EuroModel
from tests.properties.models.refusing import RefusingToken
from tests.properties.support.machines import Model, refuse_if

Shares: TypeAlias = tuple[tuple[str, int], ...]
"""Recipients with their basis points."""


def account_of(splits: str, implementation: str, shares: Shares) -> str:
    """Where the account of a split stands (EIP-1014), a minimal clone (EIP-1167)."""
    clone = bytes.fromhex(
        f"3d602d80600a3d3981f3363d3d373d3d3d363d73{implementation[2:]}5af43d82803e903d91602b57fd5bf3"
    )
    salt = keccak256(encode(["(address,uint16)[]"], [shares]))
    where = keccak256(b"\xff" + bytes.fromhex(splits[2:]) + salt + keccak256(clone))
    return "0x" + where[12:].hex()


class SplitsModel(Model):
    """``held`` is what a token refused to pay: by split, token and recipient.

    ``came`` and ``went`` count what was ever paid to and by an account.
    """

    def __init__(self, euro: EuroModel, other: RefusingToken, euro_address: str) -> None:
        self.euro = euro
        self.other = other
        self.euro_address = euro_address
        self.created: set[str] = set()
        self.held: Counter[tuple[str, str, str]] = Counter()
        self.came: Counter[tuple[str, str]] = Counter()
        self.went: Counter[tuple[str, str]] = Counter()

    def token(self, address: str) -> EuroModel | RefusingToken:
        return self.euro if address == self.euro_address else self.other

    def held_of(self, split: str, token: str) -> int:
        """What waits on a split's account."""
        return sum(a for (s, t, _), a in self.held.items() if (s, t) == (split, token))

    def pay_in(self, sender: str, split: str, token: str, amount: int) -> None:
        """An ordinary transfer: the split knows nothing of it."""
        self.token(token).transfer(sender, split, amount)
        self.came[split, token] += amount

    def create(self, split: str, shares: Shares) -> None:
        refuse_if(split in self.created, "SplitAlreadyCreated")
        self._check_shares(shares)
        self.created.add(split)

    def distribute(self, split: str, shares: Shares, token: str) -> None:
        self._check_shares(shares)
        amount = self.token(token).balances[split] - self.held_of(split, token)
        refuse_if(not amount, "SplitNothingToDistribute")
        parts = [amount * bps // 10_000 for _, bps in shares]
        parts[-1] = amount - sum(parts[:-1])
        for (recipient, _), part in zip(shares, parts, strict=True):
            if not self._pay_out(split, token, recipient, part):
                self.held[split, token, recipient] += part

    def withdraw(self, sender: str, split: str, token: str, to: str) -> None:
        amount = self.held.pop((split, token, sender), 0)
        refuse_if(not amount, "SplitNothingHeld")
        refuse_if(not self._pay_out(split, token, to, amount), "SafeERC20FailedOperation")

    def check(self) -> None:
        """No dust is lost: what came in is there still, or has gone to the recipients."""
        self.euro.check()
        self.other.check()
        for split, token in self.went:
            there = self.token(token).balances[split]
            assert there == self.came[split, token] - self.went[split, token]
            assert there >= self.held_of(split, token)

    def _pay_out(self, split: str, token: str, to: str, amount: int) -> bool:
        paid = self.token(token).pays_out(split, to, amount)
        if paid:
            self.went[split, token] += amount
            self.came[to, token] += amount
        return paid

    def _check_shares(self, shares: Shares) -> None:
        refuse_if(not 2 <= len(shares) <= 32, "SplitShareCount")
        last = 0
        for recipient, bps in shares:
            refuse_if(not bps or int(recipient, 16) <= last, "SplitInvalidShare")
            last = int(recipient, 16)
        refuse_if(sum(bps for _, bps in shares) != 10_000, "SplitWrongTotal")
