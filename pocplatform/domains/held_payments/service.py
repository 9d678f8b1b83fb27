"""Fetching what could not be paid out."""

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.held_payments import repository
from pocplatform.domains.held_payments.errors import HeldPaymentWithdrawn
from pocplatform.domains.held_payments.models import HeldPayment
from pocplatform.domains.held_payments.schemas import HeldPaymentRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.acting import Acting, Done
from pocplatform.kit.clock import iso_s
from pocplatform.kit.errors import NotFound
from pocplatform.kit.money import to_cents

visible_to = repository.visible_to


class HeldPayments(Acting):
    """What those do whose money is held."""

    def withdraw(self, held_id: str, to: str | None) -> Done:
        """Fetch all that one place holds for the caller.

        Raises:
            NotFound: Nothing of that id is held for the caller.
            HeldPaymentWithdrawn: It was fetched before.
            ContractReverted: The token still refuses.
        """
        held = get(self._session, self._me, held_id)
        if held.units == "0":
            raise HeldPaymentWithdrawn("What {id} held was withdrawn already.", id=held.id)
        recipient = self._resolve(to, "to")
        if held.source == "parcel":
            write = self._send(held.id, "Parcels", "withdrawHeld", to=recipient)
        elif held.source == "agreement":
            write = self._send(
                held.id, "ServiceAgreements", "withdrawHeld", token=held.token, to=recipient
            )
        else:
            write = self._send(
                held.id, "Splits", "withdrawHeld", split=held.holder, token=held.token, to=recipient
            )
        return Done(held.id, (write,))


def get(session: Session, address: str | None, held_id: str) -> HeldPayment:
    """What is or was held for an address; None sees all. Raises :class:`NotFound`."""
    held = repository.by_id(session, address, held_id)
    if held is None:
        raise NotFound("There is no held payment {id}.", id=held_id)
    return held


def read(session: Session, held: HeldPayment, contracts: Contracts) -> HeldPaymentRead:
    """A held payment as it is shown."""
    euro = contracts.address("PilotEuro")
    token = held.token or euro  # parcels are rented in tEUR alone
    return HeldPaymentRead(
        id=held.id,
        status="withdrawn" if held.units == "0" else "held",
        source=held.source,  # type: ignore[arg-type]
        holder=held.holder,
        recipient=held.recipient,
        token=token,
        amount=to_cents(int(held.units)) if token == euro else None,
        raw=held.units,
        held=iso_s(held.held_at),
        withdrawn=None if held.withdrawn_at is None else iso_s(held.withdrawn_at),
        transactions=transactions.of_resource(session, held.id),
    )
