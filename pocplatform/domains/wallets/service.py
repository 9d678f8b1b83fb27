"""The wallets that an organization acts by."""

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain import siwe
from pocplatform.domains.organizations import repository as known
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.models import Wallet
from pocplatform.domains.wallets import sessions
from pocplatform.domains.wallets.errors import WalletTaken
from pocplatform.domains.wallets.schemas import WalletRead
from pocplatform.kit import tenants
from pocplatform.kit.clock import iso
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.signers import Signers


def create(session: Session, signers: Signers, org_id: str, *, name: str) -> Wallet:
    """A further wallet for which the platform signs."""
    address = signers.create_wallet(session)
    return organizations.add_wallet(session, org_id, address, custody="platform", name=name)


def link(session: Session, org_id: str, proof: siwe.SignIn, *, name: str) -> Wallet:
    """A wallet whose owner has proved it. Doing it again changes nothing.

    Raises :class:`SignInInvalid` where the proof was used before, and :class:`WalletTaken` where
    another organization acts by it.
    """
    sessions.use(session, proof)
    found = known.wallet_at(session, proof.address)
    if found is None:
        return organizations.add_wallet(session, org_id, proof.address, custody="own", name=name)
    if found.org_id != org_id:
        raise WalletTaken(
            "Another organization acts by {address}.",
            next_step="Use another wallet.",
            address=proof.address,
        )
    return found


def visible_to(org_id: str | None) -> SelectOfScalar[Wallet]:
    """The wallets that a tenant may see; the organisers see all."""
    return tenants.visible_to(Wallet, org_id)


def get(session: Session, org_id: str | None, wallet_id: str) -> Wallet:
    """A wallet of this tenant. Raises :class:`NotFound`."""
    wallet = session.exec(visible_to(org_id).where(Wallet.id == wallet_id)).first()
    if wallet is None:
        raise NotFound("There is no wallet {wallet}.", wallet=wallet_id)
    return wallet


def read(session: Session, wallet: Wallet, chain_id: int) -> WalletRead:
    """A wallet as it is shown."""
    organization = known.by_id(session, wallet.org_id)
    return WalletRead(
        id=wallet.id,
        name=wallet.name,
        address=wallet.address,
        did=did_of(chain_id, wallet.address),
        custody=wallet.custody,  # type: ignore[arg-type]
        first=organization is not None and organization.address == wallet.address,
        created=iso(wallet.created_ms),
    )
