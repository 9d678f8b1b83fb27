"""How money moves between accounts."""

from __future__ import annotations

from typing import Any


class Money:
    """Balances of some accounts, to be compared with later ones."""

    def __init__(self, token: Any, *accounts: Any) -> None:
        self._token, self._accounts = token, accounts
        self._before = self._balances()

    def moved(self) -> list[int]:
        """What each account has gained since; negative where it has paid."""
        return [now - had for now, had in zip(self._balances(), self._before, strict=True)]

    def _balances(self) -> list[int]:
        return [int(self._token.balanceOf(account)) for account in self._accounts]
