"""A token that refuses one receiver, beside which everybody else must get what is theirs."""

from __future__ import annotations

from collections import Counter

from tests.properties.support.chain import ZERO
from tests.properties.support.machines import Model, refuse_if


class RefusingToken(Model):
    """A token that refuses one receiver, as HostileToken does."""

    def __init__(self) -> None:
        self.balances: Counter[str] = Counter()
        self.supply = 0
        self.refused = ""

    def transfer(self, sender: str, to: str, amount: int) -> None:
        refuse_if(to == ZERO, "ERC20InvalidReceiver")
        refuse_if(to == self.refused, "HostileTokenRefuses")
        refuse_if(self.balances[sender] < amount, "ERC20InsufficientBalance")
        self.balances[sender] -= amount
        self.balances[to] += amount

    def transfer_from(self, sender: str, owner: str, to: str, amount: int) -> None:
        """Everybody allows everything here."""
        self.transfer(owner, to, amount)

    def pays_out(self, sender: str, to: str, amount: int) -> bool:
        if to in (ZERO, self.refused) or self.balances[sender] < amount:
            return False
        self.transfer(sender, to, amount)
        return True

    def check(self) -> None:
        assert sum(self.balances.values()) == self.supply
