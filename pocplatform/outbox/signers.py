"""Whom the platform signs for: custodial wallets and the operator."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from pocplatform.chain.signer import Signer
from pocplatform.chain.vault import Vault
from pocplatform.kit.clock import now_ms
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.models import SignerAccount

_OPENED_AT_MOST = 1000
"""Keys that are kept ready: opening one takes as long as two signatures."""


class Account(NamedTuple):
    """An account that the platform signs for, as far as it takes to find its signer.

    Attributes as those of :class:`~pocplatform.outbox.models.SignerAccount`.
    """

    address: str
    encrypted_key: bytes | None


class Signers:
    """Finds the signer of an address.

    Args:
        vault: Opens custodial keys, and other secrets.
        operator: Signs for the platform itself.
    """

    def __init__(self, vault: Vault, operator: Signer) -> None:
        self.vault = vault
        self.operator = operator
        self._opened: dict[bytes, Signer] = {}

    def create_wallet(self, session: Session) -> str:
        """A new custodial account; returns its address."""
        address, encrypted_key = self.vault.create()
        session.add(
            SignerAccount(address=address, encrypted_key=encrypted_key, created_ms=now_ms())
        )
        return address

    def register_operator(self, session: Session) -> None:
        """Make sure that the operator has an account row to count nonces in."""
        if session.get(SignerAccount, self.operator.address) is None:
            session.add(SignerAccount(address=self.operator.address, created_ms=now_ms()))

    def signer(self, session: Session, address: str) -> Signer:
        """Who signs for ``address``. Raises :class:`WalletNotCustodial` if we do not."""
        if address == self.operator.address:
            return self.operator
        account = session.get(SignerAccount, address)
        if account is None or account.encrypted_key is None:
            raise WalletNotCustodial(address)
        return self.of(account)

    def of(self, account: Account | SignerAccount) -> Signer:
        """Who signs for an account."""
        if account.encrypted_key is None:
            return self.operator
        opened = self._opened.get(account.encrypted_key)
        if opened is None:
            opened = self.vault.unlock(account.address, account.encrypted_key)
            if len(self._opened) >= _OPENED_AT_MOST:
                self._opened.clear()
            self._opened[account.encrypted_key] = opened
        return opened

    def fixed(self, name: str, make: Callable[[], int]) -> int:
        """A number that goes into what is to be signed, such as a deadline counted from now.

        Who signs with a wallet of their own has the request worked on twice: the second time it is
        the number of the first time, since that was signed.
        """
        return make()

    def sign_typed_data(self, session: Session, address: str, typed_data: dict[str, Any]) -> bytes:
        """An EIP-712 signature by ``address``."""
        return self.signer(session, address).sign_typed_data(typed_data)


def operator_address(session: Session) -> str:
    """The operator's address, for work that no request asked for."""
    statement = select(SignerAccount.address).where(col(SignerAccount.encrypted_key).is_(None))
    # The operator of an earlier configuration keeps its row; the last one is at work.
    return session.exec(statement.order_by(col(SignerAccount.created_ms).desc())).first() or ""
