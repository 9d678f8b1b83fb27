"""Drafting, signing and carrying out agreements."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from pocplatform.chain.codec import keccak256
from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    SignaturesMissing,
)
from pocplatform.domains.agreements.models import Agreement, AgreementNote, AgreementParty
from pocplatform.domains.agreements.schemas import (
    DAY,
    AgreementCreate,
    MilestoneCreate,
    ProofCreate,
)
from pocplatform.domains.agreements.terms import (
    ROLES,
    ZERO_ADDRESS,
    ZERO_HASH,
    agreement_typed_data,
    as_abi,
    engagement_as_abi,
    funding_typed_data,
    parties_as_abi,
    salted_hash,
)
from pocplatform.domains.credentials import holdings
from pocplatform.domains.organizations import service as organizations
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_units
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

_CONTRACT = "ServiceAgreements"
_SIGN_WITHIN_S = 30 * DAY
_RUNS_FOR_S = 365 * DAY


class Agreements:
    """What can be done with agreements, for one request.

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

    def draft(self, org_id: str | None, request: AgreementCreate) -> Agreement:
        """Store an agreement for its parties to sign. Raises :class:`AgreementTermsInvalid`."""
        salt = secrets.token_hex(32)
        terms = self._terms(request, salted_hash(salt, request.document.text))
        hash_: bytes = self._outbox.contracts.read(_CONTRACT, "hashTerms", as_abi(terms))
        agreement = Agreement(
            id=new_id("agr"),
            org_id=org_id,
            title=request.title,
            document=request.document.text,
            salt=salt,
            terms=terms,
            milestone_titles=[milestone.title for milestone in request.milestones],
            credential_types=[party.credential_type for party in request.parties],
            agreement_hash="0x" + hash_.hex(),
            created_ms=now_ms(),
        )
        self._session.add(agreement)
        self._session.flush()
        for index, party in enumerate(terms["parties"]):
            self._add_person(agreement, index, party["account"], ROLES[party["role"]])
        if terms["deal"]["arbiter"] != ZERO_ADDRESS:
            self._add_person(agreement, None, terms["deal"]["arbiter"], "arbiter")
        self._session.flush()
        return agreement

    def get(self, address: str | None, agreement_id: str) -> Agreement:
        """An agreement that ``address`` is involved in. Raises :class:`NotFound`."""
        agreement = repository.by_id(self._session, agreement_id)
        if agreement is not None and (address is None or address in self._addresses(agreement)):
            return agreement
        raise NotFound(
            "There is no agreement {agreement_id} that you are involved in.",
            agreement_id=agreement_id,
        )

    def sign(self, agreement: Agreement, address: str) -> None:
        """Sign with the caller's custodial wallet. Signing again changes nothing."""
        party = next(
            (
                person
                for person in repository.people(self._session, agreement.id)
                if person.address == address and person.index is not None
            ),
            None,
        )
        if party is None:
            raise Forbidden("Only the parties sign an agreement; the arbiter does not.")
        if party.signature is not None:
            return
        if agreement.terms["signBy"] < now_s():
            raise AgreementStateConflict(
                "The time for signing has passed.",
                next_step="Draft the agreement again with a later sign_by.",
            )
        typed_data = agreement_typed_data(
            agreement.terms, self._chain_id, self._outbox.contracts.address(_CONTRACT)
        )
        party.signature = self._signers.sign_typed_data(self._session, address, typed_data)
        party.signed_ms = now_ms()
        self._session.add(party)

    def activate(
        self, agreement: Agreement, sender: str, org_id: str | None, proofs: Sequence[ProofCreate]
    ) -> Write:
        """Bring the agreement into force with everybody's signature."""
        parties = [
            person
            for person in repository.people(self._session, agreement.id)
            if person.index is not None
        ]
        missing = [person.address for person in parties if person.signature is None]
        if missing:
            raise SignaturesMissing(
                "The agreement is not signed by {missing} yet.",
                next_step="Each party signs with POST /v1/agreements/{id}/sign.",
                missing=", ".join(missing),
                id=agreement.id,
            )
        frame: dict[str, Any] = self._outbox.contracts.read(
            _CONTRACT, "frameOf", as_abi(agreement.terms)
        )
        return self._enqueue(
            agreement,
            sender,
            org_id,
            "activate",
            frame=tuple(frame.values()),
            parties=parties_as_abi(agreement.terms),
            signatures=[person.signature for person in parties],
            proofs=self._proofs(agreement, proofs),
        )

    def fund(
        self,
        agreement: Agreement,
        payer: str,
        org_id: str | None,
        milestones: Sequence[int] | None,
    ) -> Write:
        """Pay milestones into escrow from the caller's wallet, by a signed authorization."""
        known = repository.milestones_of(self._session, agreement.agreement_hash)
        amounts = [milestone["amount"] for milestone in agreement.terms["milestones"]]
        if milestones is None:
            milestones = [index for index in range(len(amounts)) if index not in known]
        for index in milestones:
            _check_index(agreement, index)
        if not milestones:
            raise AgreementStateConflict("Every milestone of this agreement is funded already.")
        bitmap = sum(1 << index for index in set(milestones))
        total = sum(amounts[index] for index in set(milestones))
        agreement_id = bytes.fromhex(agreement.agreement_hash[2:])
        salt = secrets.token_bytes(32)
        contracts = self._outbox.contracts
        authorization = {
            "from": payer,
            "to": contracts.address(_CONTRACT),
            "value": total,
            "validAfter": 0,
            "validBefore": agreement.terms["deal"]["expiresAt"],
            "nonce": contracts.read(_CONTRACT, "fundingNonce", agreement_id, bitmap, salt),
        }
        typed_data = funding_typed_data(
            authorization, self._chain_id, contracts.address("PilotEuro")
        )
        signature = self._signers.sign_typed_data(self._session, payer, typed_data)
        return self._enqueue(
            agreement,
            payer,
            org_id,
            "fundWithAuthorization",
            agreementId=agreement_id,
            terms=as_abi(agreement.terms),
            milestones=bitmap,
            **{"from": payer},
            validAfter=0,
            validBefore=agreement.terms["deal"]["expiresAt"],
            salt=salt,
            signature=signature,
        )

    def deliver(
        self, agreement: Agreement, milestone: int, sender: str, org_id: str | None, evidence: str
    ) -> Write:
        """Deliver a milestone; the evidence's salted hash goes on the chain."""
        hash_ = self._note(agreement, milestone, "evidence", evidence, sender)
        return self._step(agreement, milestone, sender, org_id, "deliver", evidenceHash=hash_)

    def accept(
        self, agreement: Agreement, milestone: int, sender: str, org_id: str | None
    ) -> Write:
        """Accept a delivery and pay it."""
        return self._step(agreement, milestone, sender, org_id, "accept")

    def dispute(
        self, agreement: Agreement, milestone: int, sender: str, org_id: str | None, reason: str
    ) -> Write:
        """Dispute a delivery."""
        hash_ = self._note(agreement, milestone, "reason", reason, sender)
        return self._step(agreement, milestone, sender, org_id, "dispute", reasonHash=hash_)

    def resolve(
        self,
        agreement: Agreement,
        milestone: int,
        sender: str,
        org_id: str | None,
        payee_bps: int,
        ruling: str,
    ) -> Write:
        """Settle a dispute as the arbiter."""
        hash_ = self._note(agreement, milestone, "ruling", ruling, sender)
        return self._step(
            agreement, milestone, sender, org_id, "resolve", payeeBps=payee_bps, rulingHash=hash_
        )

    def _step(
        self,
        agreement: Agreement,
        milestone: int,
        sender: str,
        org_id: str | None,
        function: str,
        **arguments: Any,
    ) -> Write:
        _check_index(agreement, milestone)
        return self._enqueue(
            agreement,
            sender,
            org_id,
            function,
            agreementId=bytes.fromhex(agreement.agreement_hash[2:]),
            milestone=milestone,
            engagement=engagement_as_abi(agreement.terms, milestone),
            **arguments,
        )

    def _enqueue(
        self,
        agreement: Agreement,
        sender: str,
        org_id: str | None,
        function: str,
        **arguments: Any,
    ) -> Write:
        call = self._outbox.contracts.call(_CONTRACT, function, **arguments)
        return self._outbox.enqueue(
            self._session, call, sender=sender, org_id=org_id, resource_id=agreement.id
        )

    def _note(
        self, agreement: Agreement, milestone: int, kind: str, text: str, author: str
    ) -> bytes:
        salt = secrets.token_hex(32)
        hash_ = salted_hash(salt, text)
        self._session.add(
            AgreementNote(
                agreement_id=agreement.id,
                milestone=milestone,
                kind=kind,
                text=text,
                salt=salt,
                hash=hash_,
                author=author,
                created_ms=now_ms(),
            )
        )
        return bytes.fromhex(hash_[2:])

    def _proofs(
        self, agreement: Agreement, named: Sequence[ProofCreate]
    ) -> list[tuple[int, str, bytes]]:
        """A credential for each party that the terms ask one from: the named one, or any valid."""
        by_party = {proof.party: proof.credential for proof in named}
        proofs = []
        for index, party in enumerate(agreement.terms["parties"]):
            if party["credentialType"] == ZERO_HASH:
                continue
            anchor = holdings.find_anchor(
                self._session,
                subject=party["account"],
                credential_type=party["credentialType"],
                credential_id=by_party.get(index),
            )
            if anchor is None:
                raise AgreementStateConflict(
                    "Party {index} has no valid credential of the type {credential_type}, which "
                    "the agreement asks of it.",
                    next_step="A trusted issuer gives one with POST /v1/credentials.",
                    index=index,
                    credential_type=agreement.credential_types[index],
                )
            issuer, digest = anchor
            proofs.append((index, issuer, digest))
        return proofs

    def _addresses(self, agreement: Agreement) -> set[str]:
        return {person.address for person in repository.people(self._session, agreement.id)}

    def _add_person(self, agreement: Agreement, index: int | None, address: str, role: str) -> None:
        self._session.add(
            AgreementParty(agreement_id=agreement.id, index=index, address=address, role=role)
        )

    def _resolve(self, who: str, param: str) -> str:
        return organizations.resolve_address(self._session, who, self._chain_id, param=param)

    def _terms(self, request: AgreementCreate, document_hash: str) -> dict[str, Any]:
        accounts = [
            self._resolve(party.who, f"parties.{index}.who")
            for index, party in enumerate(request.parties)
        ]
        for index, account in enumerate(accounts):
            if account in accounts[:index]:
                raise AgreementTermsInvalid(
                    "Party {index} is the same as one before it.",
                    param=f"parties.{index}.who",
                    index=index,
                )
        now = now_s()
        sign_by = int(request.sign_by.timestamp()) if request.sign_by else now + _SIGN_WITHIN_S
        expires_at = (
            int(request.expires_at.timestamp()) if request.expires_at else now + _RUNS_FOR_S
        )
        if not now < sign_by <= expires_at:
            raise AgreementTermsInvalid(
                "The agreement must be signable from now on and end after that: now < sign_by ≤ "
                "expires_at.",
                param="sign_by",
            )
        arbiter = self._resolve(request.arbiter, "arbiter") if request.arbiter else ZERO_ADDRESS
        if arbiter in accounts:
            raise AgreementTermsInvalid(
                "The arbiter cannot be one of the parties.", param="arbiter"
            )
        return {
            "deal": {
                "documentHash": document_hash,
                "token": self._outbox.contracts.address("PilotEuro"),
                "arbiter": arbiter,
                "expiresAt": expires_at,
                "arbitrationWindow": request.arbitration_window_s,
                "fallbackBps": request.fallback_bps,
            },
            "signBy": sign_by,
            "nonce": secrets.randbits(63),
            "parties": [
                {
                    "account": account,
                    "role": ROLES.index(party.role),
                    "credentialType": "0x" + keccak256(party.credential_type.encode()).hex()
                    if party.credential_type
                    else ZERO_HASH,
                }
                for account, party in zip(accounts, request.parties, strict=True)
            ],
            "milestones": [
                self._milestone(index, milestone, request, accounts)
                for index, milestone in enumerate(request.milestones)
            ],
        }

    def _milestone(
        self,
        index: int,
        milestone: MilestoneCreate,
        request: AgreementCreate,
        accounts: Sequence[str],
    ) -> dict[str, Any]:
        for name, role in (("payer", "client"), ("provider", "provider")):
            party = getattr(milestone, name)
            if party >= len(accounts) or request.parties[party].role != role:
                raise AgreementTermsInvalid(
                    "The {name} of milestone {index} must be the index of a party with the role "
                    "{role}.",
                    param=f"milestones.{index}.{name}",
                    name=name,
                    index=index,
                    role=role,
                )
        payee = (
            self._resolve(milestone.payee, f"milestones.{index}.payee")
            if milestone.payee
            else accounts[milestone.provider]
        )
        return {
            "payee": payee,
            "amount": to_units(milestone.amount),
            "dueAt": int(milestone.due_at.timestamp()) if milestone.due_at else 0,
            "reviewWindow": milestone.review_window_s,
            "penaltyBpsPerDay": milestone.penalty_bps_per_day,
            "maxPenaltyBps": milestone.max_penalty_bps,
            "payer": milestone.payer,
            "provider": milestone.provider,
        }


def _check_index(agreement: Agreement, index: int) -> None:
    count = len(agreement.terms["milestones"])
    if index >= count:
        raise AgreementTermsInvalid(
            "There is no milestone {index}: the agreement has {count}, counted from 0.",
            param="milestone",
            index=index,
            count=count,
        )
