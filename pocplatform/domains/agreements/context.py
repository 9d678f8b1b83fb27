"""What the services of agreements work with."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel import Session

from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.models import Agreement, AgreementParty
from pocplatform.domains.organizations import service as organizations
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

CONTRACT = "ServiceAgreements"


class Caller(NamedTuple):
    """Who acts.

    Attributes:
        address: The wallet that signs and sends.
        org_id: The organization; None for the organisers of the sandbox.
    """

    address: str
    org_id: str | None


@dataclass(frozen=True)
class Ground:
    """A database transaction and the way to the chain: enough for what nobody need sign.

    Attributes:
        outbox: Where writes to the chain begin.
    """

    session: Session
    outbox: Outbox

    @property
    def contract(self) -> str:
        """The address of ServiceAgreements."""
        return self.outbox.contracts.address(CONTRACT)

    def read(self, function: str, *arguments: Any) -> Any:
        """Ask the contract."""
        return self.outbox.contracts.read(CONTRACT, function, *arguments)

    def enqueue(self, agreement: Agreement, by: Caller, function: str, **arguments: Any) -> Write:
        """Accept a write about an agreement."""
        call = self.outbox.contracts.call(CONTRACT, function, **arguments)
        return self.outbox.enqueue(
            self.session, call, sender=by.address, org_id=by.org_id, resource_id=agreement.id
        )

    def get(self, address: str | None, agreement_id: str) -> Agreement:
        """An agreement that ``address`` is involved in; None sees all. Raises NotFound."""
        agreement = repository.by_id(self.session, agreement_id)
        if agreement is not None and (
            address is None or any(person.address == address for person in self.people(agreement))
        ):
            return agreement
        raise NotFound(
            "There is no agreement {agreement_id} that you are involved in.",
            agreement_id=agreement_id,
        )

    def people(self, agreement: Agreement) -> list[AgreementParty]:
        """Parties in their order, then the arbiter."""
        return repository.people(self.session, agreement.id)

    def parties(self, agreement: Agreement) -> list[AgreementParty]:
        """Those who sign, in their order."""
        return [person for person in self.people(agreement) if person.index is not None]

    def party_of(self, agreement: Agreement, address: str) -> AgreementParty | None:
        """The party with this address."""
        return next((p for p in self.parties(agreement) if p.address == address), None)


@dataclass(frozen=True)
class Context(Ground):
    """What a request of somebody adds to that.

    Attributes:
        signers: Signs for custodial wallets.
        chain_id: The chain's id.
    """

    signers: Signers
    chain_id: int

    def resolve(self, who: str, param: str) -> str:
        """The address of somebody named by address, DID or organization id."""
        return organizations.resolve_address(self.session, who, self.chain_id, param=param)
