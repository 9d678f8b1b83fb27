"""Signing, collecting, scheduling and ending mandates."""

import secrets
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from pocplatform.domains.agreements.terms import salted_hash
from pocplatform.domains.mandates import repository
from pocplatform.domains.mandates.errors import MandateAmountInvalid, MandateStateConflict
from pocplatform.domains.mandates.models import Mandate, MandateState
from pocplatform.domains.mandates.schemas import MandateCreate, MandateStatus
from pocplatform.domains.mandates.signed import CONTRACT, as_abi, mandate_typed_data, period_at
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import LATEST_S, now_ms, now_s
from pocplatform.kit.errors import Conflict, Forbidden, InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import Euros, to_cents, to_units
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

_DAY = 86_400
_UNLIMITED = 2**256 - 1


class Mandates:
    """What can be done with mandates, for one request.

    Args:
        session: The request's database transaction.
        outbox: Where writes to the chain begin.
        signers: Signs for custodial wallets.
        chain_id: The chain's id.
    """

    def __init__(self, session: Session, outbox: Outbox, signers: Signers, chain_id: int) -> None:
        self._session = session
        self._outbox = outbox
        self._signers = signers
        self._chain_id = chain_id

    def give(
        self, org_id: str | None, payer: str, body: MandateCreate
    ) -> tuple[Mandate, list[Write]]:
        """Draft a mandate; sign it and bring it to the chain where the payer's wallet is custodial.

        The first one also lets the contract move the payer's money; what it moves is limited by
        the caps that the payer has signed, so that allowance is given once and without a limit.
        """
        payee = organizations.resolve_address(
            self._session, body.payee, self._chain_id, param="payee"
        )
        if payee == payer:
            raise InvalidInput("You cannot give a mandate to yourself.", param="payee")
        now = now_s()
        start_at = int(body.start_at.timestamp()) if body.start_at else now
        end_at = int(body.end_at.timestamp()) if body.end_at else 0
        for param, at_s in (("start_at", start_at), ("end_at", end_at)):
            if at_s > LATEST_S:
                raise InvalidInput("{param} is after the year 9999.", param=param)
        if start_at < 0:
            raise InvalidInput("A mandate cannot begin before 1970.", param="start_at")
        if body.end_at and end_at <= max(now, start_at):
            raise InvalidInput(
                "A mandate must end in the future, after it has begun.", param="end_at"
            )
        salt = secrets.token_hex(32)
        request = {
            "payer": payer,
            "payee": payee,
            "cap": to_units(body.cap),
            "startAt": start_at,
            "endAt": end_at,
            "period": body.period_s,
            "signBy": now + _DAY,
            "documentHash": salted_hash(salt, body.description),
            "nonce": secrets.randbits(63),
        }
        contracts = self._outbox.contracts
        hash_: bytes = contracts.read(CONTRACT, "hashMandate", as_abi(request))
        mandate = Mandate(
            id=new_id("mnd"),
            org_id=org_id,
            payer=payer,
            payee=payee,
            description=body.description,
            salt=salt,
            cap_cents=body.cap,
            request=request,
            mandate_hash="0x" + hash_.hex(),
            metadata_=body.metadata,
            created_ms=now_ms(),
        )
        self._session.add(mandate)
        self._session.flush()
        writes: list[Write] = []
        with suppress(WalletNotCustodial):  # whose owner signs the draft in two steps
            writes = self.sign(mandate, payer, org_id)
        return mandate, writes

    def sign(self, mandate: Mandate, payer: str, org_id: str | None) -> list[Write]:
        """Sign with the payer's wallet and bring the mandate to the chain.

        Again, it does nothing where the mandate is there or on its way, and otherwise brings it
        there with the signature that was given.
        """
        _only_payer(mandate, payer)
        if mandate.signature is not None and self._is_registered(mandate):
            return []
        contracts = self._outbox.contracts
        address = contracts.address(CONTRACT)
        if mandate.request["signBy"] < now_s():
            raise MandateStateConflict(
                "The time for signing {mandate_id} has passed.",
                next_step="Make another one.",
                mandate_id=mandate.id,
            )
        if mandate.signature is None:
            typed_data = mandate_typed_data(mandate.request, self._chain_id, address)
            mandate.signature = self._signers.sign_typed_data(self._session, payer, typed_data)
            self._session.add(mandate)
            self._session.flush()
        for transaction_id in repository.waiting_registrations(self._session, mandate.id):
            transactions.call_back(self._session, transaction_id, "begun anew")
        writes = []
        if contracts.read("PilotEuro", "allowance", payer, address) < _UNLIMITED:
            allow = contracts.call("PilotEuro", "approve", spender=address, value=_UNLIMITED)
            writes.append(
                self._outbox.enqueue(
                    self._session, allow, sender=payer, org_id=org_id, resource_id=mandate.id
                )
            )
        registered = self._enqueue(
            mandate, payer, org_id, "register",
            mandate=as_abi(mandate.request), signature=mandate.signature,
        )  # fmt: skip
        return [*writes, registered]

    def _is_registered(self, mandate: Mandate) -> bool:
        """Whether the mandate is on the chain, or really on its way there."""
        state = repository.state_of(self._session, mandate.mandate_hash)
        return state is not None or repository.is_being_registered(self._session, mandate.id)

    def get(self, address: str | None, mandate_id: str) -> Mandate:
        """A mandate that an address pays or collects by. Raises :class:`NotFound`."""
        mandate = repository.by_id(self._session, address, mandate_id)
        if mandate is None:
            raise NotFound("There is no mandate {mandate_id}.", mandate_id=mandate_id)
        return mandate

    def collect(self, mandate: Mandate, payee: str, org_id: str | None, amount: int) -> Write:
        """Collect from the payer, as the payee."""
        _only_payee(mandate, payee)
        state = self._expect(mandate, "active")
        available = available_units(mandate, state, now_s())
        if to_units(amount) > available:
            raise MandateAmountInvalid(
                "{amount} is more than the {available} that can be collected in this period.",
                next_step="Collect less, or wait for the next period.",
                param="amount",
                amount=Euros(amount),
                available=Euros(to_cents(available)),
            )
        return self._enqueue(
            mandate, payee, org_id, "collect",
            mandate=as_abi(mandate.request), amount=to_units(amount),
        )  # fmt: skip

    def schedule(
        self, mandate: Mandate, payee: str, org_id: str | None, amount: int | None
    ) -> None:
        """Have an amount collected once in every period by itself; None ends that."""
        _only_payee(mandate, payee)
        if amount is not None:
            self._check_custody(payee)
            if self._status(mandate) in ("ended", "cancelled"):
                self._expect(mandate, "active")
            if amount > mandate.cap_cents:
                raise MandateAmountInvalid(
                    "{amount} is more than the {cap} that the mandate allows in a period.",
                    next_step="Schedule less, or ask the payer for another mandate.",
                    param="amount",
                    amount=Euros(amount),
                    cap=Euros(mandate.cap_cents),
                )
        mandate.schedule_cents = amount
        mandate.look_at = None if amount is None else 0
        mandate.payee_org_id = org_id
        self._session.add(mandate)
        self._session.flush()

    def pause(self, mandate: Mandate, payer: str, org_id: str | None) -> Write:
        """Stop a mandate for the time being, as the payer."""
        return self._as_payer(mandate, payer, org_id, "pause", "active")

    def resume(self, mandate: Mandate, payer: str, org_id: str | None) -> Write:
        """Let a mandate be collected again, as the payer."""
        return self._as_payer(mandate, payer, org_id, "resume", "paused")

    def cancel(self, mandate: Mandate, actor: str, org_id: str | None) -> Write:
        """End a mandate for ever, as payer or payee."""
        if actor not in (mandate.payer, mandate.payee):
            raise Forbidden("Only payer and payee may do this.")
        if self._status(mandate) == "cancelled":
            self._expect(mandate, "active")
        return self._enqueue(mandate, actor, org_id, "cancel", mandate=as_abi(mandate.request))

    def _as_payer(
        self, mandate: Mandate, payer: str, org_id: str | None, function: str, expected: str
    ) -> Write:
        _only_payer(mandate, payer)
        self._expect(mandate, expected)
        return self._enqueue(mandate, payer, org_id, function, mandate=as_abi(mandate.request))

    def _check_custody(self, payee: str) -> None:
        """Whether we can sign when the time has come. Raises :class:`Conflict`."""
        try:
            self._signers.signer(self._session, payee)
        except WalletNotCustodial as error:
            raise Conflict(
                "Nothing can be collected by itself into a wallet whose key the sandbox does not "
                "keep.",
                next_step="Collect by hand, with POST /v1/mandates/{id}/collect/prepare.",
            ) from error

    def _status(self, mandate: Mandate) -> MandateStatus:
        state = repository.state_of(self._session, mandate.mandate_hash)
        return status_of(mandate, state, now_s())

    def _expect(self, mandate: Mandate, expected: str) -> MandateState | None:
        status = self._status(mandate)
        if status != expected:
            raise MandateStateConflict(
                "{mandate_id} is {status}; this needs it to be {expected}.",
                next_step="GET /v1/mandates/{mandate_id} shows how far it is.",
                mandate_id=mandate.id,
                status=status,
                expected=expected,
            )
        return repository.state_of(self._session, mandate.mandate_hash)

    def _enqueue(
        self, mandate: Mandate, sender: str, org_id: str | None, function: str, /, **arguments: Any
    ) -> Write:
        call = self._outbox.contracts.call(CONTRACT, function, **arguments)
        return self._outbox.enqueue(
            self._session, call, sender=sender, org_id=org_id, resource_id=mandate.id
        )


def status_of(mandate: Mandate, state: MandateState | None, at_s: int) -> MandateStatus:
    """How far a mandate is at a time (seconds since 1970)."""
    if state is None:
        return "draft" if mandate.signature is None else "pending"
    if state.state == "cancelled":
        return "cancelled"
    end_at = mandate.request["endAt"]
    if end_at and at_s > end_at:
        return "ended"
    return "paused" if state.state == "paused" else "active"


def available_units(mandate: Mandate, state: MandateState | None, at_s: int) -> int:
    """What can be collected at a time (seconds since 1970), in the token's units."""
    period = period_at(mandate.request, at_s)
    if state is None or state.state != "active" or period is None:
        return 0
    collected = int(state.collected_units) if state.period_index == period else 0
    cap: int = mandate.request["cap"]
    return cap - collected


def _only_payee(mandate: Mandate, address: str) -> None:
    if address != mandate.payee:
        raise Forbidden("Only the payee of the mandate may do this.")


def _only_payer(mandate: Mandate, address: str) -> None:
    if address != mandate.payer:
        raise Forbidden("Only the payer of the mandate may do this.")
