"""Agreements that are not in force yet: drafted, joined by invitation, signed, withdrawn."""

import secrets
from typing import Any

from pocplatform.domains.agreements import proposals, repository
from pocplatform.domains.agreements.catalogue import Catalogue, NamedParty
from pocplatform.domains.agreements.context import Caller, Context
from pocplatform.domains.agreements.errors import (
    AgreementInvitationInvalid,
    AgreementStateConflict,
    AgreementTermsInvalid,
)
from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementInvitation,
    AgreementParty,
)
from pocplatform.domains.agreements.schemas import (
    AgreementCreate,
    InvitationCreate,
    JoinCreate,
)
from pocplatform.domains.agreements.terms import (
    ZERO_ADDRESS,
    agreement_typed_data,
    salted_hash,
)
from pocplatform.domains.organizations import service as organizations
from pocplatform.events import log as event_log
from pocplatform.events.log import NewEvent
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import UNSETTLED

_DAY_MS = 86_400_000


class Drafts:
    """What can be done with agreements before they are in force, for one request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = context.session

    def draft(
        self,
        org_id: str | None,
        request: AgreementCreate,
        template: dict[str, Any] | None = None,
    ) -> Agreement:
        """Store an agreement for its parties to sign. Raises :class:`AgreementTermsInvalid`."""
        salt = secrets.token_hex(32)
        terms = proposals.first_terms(self._context, request, salt)
        agreement = Agreement(
            id=new_id("agr"),
            org_id=org_id,
            title=request.title,
            document=request.document.text,
            salt=salt,
            terms=terms,
            milestone_titles=[milestone.title for milestone in request.milestones],
            credential_types=[party.credential_type for party in request.parties],
            agreement_hash=proposals.hash_of(self._context, terms),
            template=template,
            sign_by=terms["signBy"],
            created_ms=now_ms(),
        )
        self._session.add(agreement)
        self._session.flush()
        for index, party in enumerate(request.parties):
            account = terms["parties"][index]["account"]
            self._session.add(
                AgreementParty(
                    agreement_id=agreement.id,
                    index=index,
                    address=None if account == ZERO_ADDRESS else account,
                    role=party.role,
                    name=party.name,
                    business_id=party.business_id,
                )
            )
        if terms["deal"]["arbiter"] != ZERO_ADDRESS:
            self._session.add(
                AgreementParty(
                    agreement_id=agreement.id,
                    index=None,
                    address=terms["deal"]["arbiter"],
                    role="arbiter",
                )
            )
        self._session.flush()
        self._tell("agreement.drafted", agreement)
        return agreement

    def sign(self, agreement: Agreement, by: Caller) -> None:
        """Sign with the caller's custodial wallet. Signing again changes nothing."""
        party = self._context.party_of(agreement, by.address)
        if party is None:
            raise Forbidden("Only the parties sign an agreement; the arbiter does not.")
        if party.signature is not None:
            return
        self.check_open(agreement)
        vacant = [str(p.index) for p in self._context.parties(agreement) if p.address is None]
        if vacant:
            raise AgreementStateConflict(
                "Nobody has taken the place of party {vacant} yet, so there is nothing final to "
                "sign.",
                next_step="Send the link of POST /v1/agreements/{id}/invitations to whoever is to "
                "join.",
                vacant=", ".join(vacant),
                id=agreement.id,
            )
        if agreement.terms["signBy"] < now_s():
            raise AgreementStateConflict(
                "The time for signing has passed.",
                next_step="Draft the agreement again with a later sign_by.",
            )
        typed_data = agreement_typed_data(
            agreement.terms, self._context.chain_id, self._context.contract
        )
        party.signature = self._context.signers.sign_typed_data(
            self._session, by.address, typed_data
        )
        party.signed_ms = now_ms()
        self._session.add(party)
        self._tell("agreement.signed", agreement, party.index)

    def check_open(self, agreement: Agreement) -> None:
        """Raises :class:`AgreementStateConflict` if the draft was withdrawn."""
        if agreement.withdrawn_ms is not None:
            raise AgreementStateConflict(
                "This draft was withdrawn.", next_step="Draft the agreement again."
            )

    def withdraw(self, agreement: Agreement, by: Caller) -> None:
        """Take a draft back. Withdrawing again changes nothing.

        Who has already got all signatures could still activate it past the platform, until
        ``sign_by``: what is signed is signed.
        """
        self._check_drafter(agreement, by)
        if agreement.withdrawn_ms is not None:
            return
        self._check_not_in_force(agreement)
        agreement.withdrawn_ms = now_ms()
        self._session.add(agreement)
        self._tell("agreement.withdrawn", agreement)

    def invite(
        self, agreement: Agreement, by: Caller, request: InvitationCreate
    ) -> AgreementInvitation:
        """A link to a party's place; asked for again, the same link for longer."""
        self._check_drafter(agreement, by)
        self.check_open(agreement)
        parties = self._context.parties(agreement)
        if request.party >= len(parties):
            raise AgreementTermsInvalid(
                "There is no party {index}: the agreement has {count}, counted from 0.",
                param="party",
                index=request.party,
                count=len(parties),
            )
        if parties[request.party].address is not None:
            raise AgreementStateConflict(
                "Party {index} is known already, so nobody can be invited to its place.",
                index=request.party,
            )
        found = repository.invitation_to(self._session, agreement.id, request.party)
        if found is None:
            found = AgreementInvitation(
                code=secrets.token_urlsafe(24),
                agreement_id=agreement.id,
                party=request.party,
                expires_ms=0,
                created_ms=now_ms(),
            )
        found.expires_ms = now_ms() + request.valid_for_days * _DAY_MS
        self._session.add(found)
        self._session.flush()
        return found

    def invitation(self, code: str) -> tuple[AgreementInvitation, Agreement]:
        """What one is invited to.

        Raises :class:`NotFound` and :class:`AgreementInvitationInvalid`.
        """
        found = repository.invitation(self._session, code)
        if found is None:
            raise NotFound(
                "There is no such invitation.",
                next_step="Ask whoever sent you the link for a new one.",
            )
        agreement = self._context.get(None, found.agreement_id)
        if agreement.withdrawn_ms is not None:
            raise AgreementInvitationInvalid("The agreement was withdrawn by whoever drafted it.")
        if found.accepted_ms is None and found.expires_ms < now_ms():
            raise AgreementInvitationInvalid(
                "The invitation has expired.",
                next_step="Ask whoever sent you the link for a new one.",
            )
        return found, agreement

    def join(self, code: str, by: Caller, request: JoinCreate) -> Agreement:
        """Take a party's place. Joining again changes nothing."""
        invitation, agreement = self.invitation(code)
        people = self._context.people(agreement)
        place = next(person for person in people if person.index == invitation.party)
        if place.address == by.address:
            return agreement
        if place.address is not None:
            raise AgreementInvitationInvalid("Somebody else has taken this place already.")
        if any(person.address == by.address for person in people):
            raise AgreementTermsInvalid(
                "You are involved in this agreement already; a place is for somebody else."
            )
        place.address = by.address
        if request.name or place.name is None:
            place.name = request.name or self._own_name(by)
        place.business_id = request.business_id or place.business_id
        self._session.add(place)
        invitation.accepted_ms = now_ms()
        self._session.add(invitation)
        self._session.flush()
        self._rewrite(agreement, invitation.party, by.address)
        self._tell("agreement.joined", agreement, invitation.party)
        return agreement

    def _tell(self, type_: str, agreement: Agreement, party: int | None = None) -> None:
        """Tell everybody involved what the blockchain does not know: it is not in force yet."""
        data: dict[str, Any] = {"agreement": agreement.id}
        if party is not None:
            data["party"] = party
        audience = {person.address for person in self._context.people(agreement)} - {None}
        source = f"{agreement.id} {party}" if party is not None else agreement.id
        event_log.append(self._session, [NewEvent(type_, data, source, sorted(map(str, audience)))])

    def _own_name(self, by: Caller) -> str | None:
        return organizations.get(self._session, by.org_id).name if by.org_id else None

    def _rewrite(self, agreement: Agreement, index: int, address: str) -> None:
        """Put a party that has joined into the terms, and into the document of a template."""
        terms = dict(agreement.terms)
        terms["parties"] = [
            party | {"account": address} if number == index else party
            for number, party in enumerate(terms["parties"])
        ]
        terms["milestones"] = [
            milestone | {"payee": address}
            if milestone["provider"] == index and milestone["payee"] == ZERO_ADDRESS
            else milestone
            for milestone in terms["milestones"]
        ]
        if agreement.template is not None:
            agreement.document = Catalogue.of_package().rewritten(
                agreement.template, self.named(agreement)
            )
            document_hash = salted_hash(agreement.salt, agreement.document)
            terms["deal"] = terms["deal"] | {"documentHash": document_hash}
        agreement.terms = terms
        agreement.agreement_hash = proposals.hash_of(self._context, terms)
        self._session.add(agreement)
        self._session.flush()

    def named(self, agreement: Agreement) -> list[NamedParty]:
        """The parties as a document names them."""
        return [
            NamedParty(
                name=party.name,
                business_id=party.business_id,
                did=did_of(self._context.chain_id, party.address) if party.address else None,
            )
            for party in self._context.parties(agreement)
        ]

    def _check_drafter(self, agreement: Agreement, by: Caller) -> None:
        if by.org_id is not None and by.org_id != agreement.org_id:
            raise Forbidden("Only whoever drafted the agreement may do this.")

    def _check_not_in_force(self, agreement: Agreement) -> None:
        in_force = repository.state_of(self._session, agreement.agreement_hash) is not None
        if in_force or repository.has_transaction(
            self._session, agreement.id, "activate", UNSETTLED
        ):
            raise AgreementStateConflict(
                "The agreement is in force, or about to be, so it cannot be withdrawn.",
                next_step="All parties together can end it with "
                "POST /v1/agreements/{id}/terminate.",
                id=agreement.id,
            )
