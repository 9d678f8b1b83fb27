"""Whom the platform signs for: custodial wallets and the operator."""

from typing import Any, Protocol

from sqlmodel import Session

from pocplatform.chain.signer import Signer
from pocplatform.chain.vault import Vault
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.models import SignerAccount

_OPENED_AT_MOST = 1000
"""Keys that are kept ready: opening one takes as long as two signatures."""


class Account(Protocol):
    """An account that the platform signs for, as far as it takes to find its signer."""

    @property
    def address(self) -> str:
        """The address."""
        ...

    @property
    def encrypted_key(self) -> bytes | None:
        """The encrypted private key; None for the operator."""
        ...


class Signers:
    """Finds the signer of an address.

    Args:
        vault: Opens custodial keys.
        operator: Signs for the platform itself.
    """

    def __init__(self, vault: Vault, operator: Signer) -> None:
        self._vault = vault
        self.operator = operator
        self._opened: dict[bytes, Signer] = {}

    def create_wallet(self, session: Session) -> str:
        """A new custodial account; returns its address."""
        address, encrypted_key = self._vault.create()
        session.add(
            SignerAccount(address=address, encrypted_key=encrypted_key, created_ms=now_ms())
        )
        return address

    def register_operator(self, session: Session) -> None:
        """Make sure that the operator has an account row to count nonces in."""
        if session.get(SignerAccount, self.operator.address) is None:
            session.add(SignerAccount(address=self.operator.address, created_ms=now_ms()))

    def signer(self, session: Session, address: str) -> Signer:
        """Who signs for ``address``. Raises :class:`NotFound` if it is not one of ours."""
        if address == self.operator.address:
            return self.operator
        account = session.get(SignerAccount, address)
        if account is None or account.encrypted_key is None:
            raise NotFound("The platform holds no key for {address}.", address=address)
        return self.of(account)

    def of(self, account: Account) -> Signer:
        """Who signs for an account."""
        if account.encrypted_key is None:
            return self.operator
        opened = self._opened.get(account.encrypted_key)
        if opened is None:
            opened = self._vault.unlock(account.address, account.encrypted_key)
            if len(self._opened) >= _OPENED_AT_MOST:
                self._opened.clear()
            self._opened[account.encrypted_key] = opened
        return opened

    def sign_typed_data(self, session: Session, address: str, typed_data: dict[str, Any]) -> bytes:
        """An EIP-712 signature by ``address``."""
        return self.signer(session, address).sign_typed_data(typed_data)
