"""Organizations of one test, with keys, wallets and test money."""

from dataclasses import dataclass, field

from pocplatform.client import Sandbox


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part: an organization by one of its wallets.

    Attributes:
        id: The organization's id.
        name: Its name.
        address: The wallet's address.
        did: The wallet's DID.
        secret_key: A key that acts by the wallet.
        api: The SDK with that key.
    """

    id: str
    name: str
    address: str
    did: str
    secret_key: str = field(repr=False)
    api: Sandbox = field(repr=False)

    @property
    def balance(self) -> int:
        """What the wallet has, in euro cents; read from the chain."""
        return self.api.payments.balance().amount

    def wallet(self, name: str = "", *, fund: int = 0) -> "Participant":
        """The same organization by a further wallet, with so many cents of test money."""
        wallet = self.api.wallets.create(name)
        key = self.api.organizations.keys.create(name, wallet=wallet.id).secret_key
        api = self.api.with_key(key)
        if fund:
            api.payments.faucet(fund)
        return Participant(self.id, self.name, wallet.address, wallet.did, key, api)


class OrganizationFactory:
    """Signs up organizations.

    Args:
        sandbox: The SDK without a key.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(
        self, name: str = "Testi Oy", *, fund: int = 0, identity: bool = False
    ) -> Participant:
        """A new organization.

        Args:
            name: Its name.
            fund: Euro cents of test money that it begins with.
            identity: Whether its DID is registered, as issuers of credentials need it.
        """
        made = self._sandbox.organizations.sign_up(name)
        api = self._sandbox.with_key(made.secret_key)
        if fund:
            api.payments.faucet(fund)
        if identity:
            api.identities.register()
        wallet = made.wallet
        return Participant(made.id, name, wallet.address, wallet.did, made.secret_key, api)
