"""ERC-721: whose each token is, and who may move it."""

from __future__ import annotations

from tests.properties.support.chain import ZERO
from tests.properties.support.machines import Model, refuse_if


class DeedsModel(Model):
    """Tokens by their numbers."""

    def __init__(self) -> None:
        self.owners: dict[int, str] = {}
        self.approved: dict[int, str] = {}
        self.operators: set[tuple[str, str]] = set()

    def owner(self, number: int) -> str:
        """Of a token that there is."""
        refuse_if(number not in self.owners, "ERC721NonexistentToken")
        return self.owners[number]

    def check_authorized(self, sender: str, number: int) -> str:
        """The owner of a token that the sender may move."""
        owner = self.owner(number)
        may = owner == sender or (owner, sender) in self.operators
        is_approved = may or self.approved.get(number) == sender
        refuse_if(not is_approved, "ERC721InsufficientApproval")
        return owner

    def transfer(self, sender: str, giver: str, taker: str, number: int) -> None:
        refuse_if(taker == ZERO, "ERC721InvalidReceiver")
        owner = self.check_authorized(sender, number)
        refuse_if(owner != giver, "ERC721IncorrectOwner")
        self.owners[number] = taker
        self.approved.pop(number, None)

    def approve(self, sender: str, to: str, number: int) -> None:
        owner = self.owner(number)
        may = owner == sender or (owner, sender) in self.operators
        refuse_if(not may, "ERC721InvalidApprover")
        self.approved[number] = to

    def approve_all(self, owner: str, operator: str, approved: bool) -> None:
        refuse_if(operator == ZERO, "ERC721InvalidOperator")
        (self.operators.add if approved else self.operators.discard)((owner, operator))
