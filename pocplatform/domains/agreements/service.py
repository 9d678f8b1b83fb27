"""Carrying out agreements: each step is a write to the contract."""

import secrets
from collections.abc import Sequence
from typing import Any

from pocplatform.chain.codec import keccak256
from pocplatform.domains.agreements import repository, versions
from pocplatform.domains.agreements.context import Caller, Context, Ground
from pocplatform.domains.agreements.drafts import Drafts
from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    SignaturesMissing,
)
from pocplatform.domains.agreements.models import Agreement, AgreementNote
from pocplatform.domains.agreements.schemas import (
    NamedDocument,
    ProofCreate,
)
from pocplatform.domains.agreements.terms import (
    ZERO_HASH,
    as_abi,
    engagement_as_abi,
    parties_as_abi,
    salted_hash,
)
from pocplatform.domains.agreements.versions import Version
from pocplatform.domains.credentials import holdings
from pocplatform.domains.payments.authorizations import authorization
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.service import Write


class Agreements:
    """What can be done with agreements that all have signed, for one request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = context.session

    def activate(self, agreement: Agreement, by: Caller, proofs: Sequence[ProofCreate]) -> Write:
        """Bring the agreement into force with everybody's signature."""
        Drafts(self._context).check_open(agreement)
        parties = self._context.parties(agreement)
        missing = [
            person.address or str(person.index) for person in parties if person.signature is None
        ]
        if missing:
            raise SignaturesMissing(
                "The agreement is not signed by {missing} yet.",
                next_step="Each party signs with POST /v1/agreements/{id}/sign.",
                missing=", ".join(missing),
                id=agreement.id,
            )
        frame: dict[str, Any] = self._context.read("frameOf", as_abi(agreement.terms))
        return self._context.enqueue(
            agreement,
            by,
            "activate",
            frame=tuple(frame.values()),
            parties=parties_as_abi(agreement.terms),
            signatures=[person.signature for person in parties],
            proofs=find_proofs(self._context, versions.first(agreement), proofs),
        )

    def fund(self, agreement: Agreement, by: Caller, milestones: Sequence[int] | None) -> Write:
        """Pay milestones into escrow from the caller's wallet, by a signed authorization."""
        terms = versions.in_force(self._session, agreement).terms
        known = repository.milestones_of(self._session, agreement.agreement_hash)
        amounts = [milestone["amount"] for milestone in terms["milestones"]]
        if milestones is None:
            milestones = [index for index in range(len(amounts)) if index not in known]
        for index in milestones:
            _check_index(terms, index)
        if not milestones:
            raise AgreementStateConflict("Every milestone of this agreement is funded already.")
        bitmap = sum(1 << index for index in set(milestones))
        agreement_id = bytes.fromhex(agreement.agreement_hash[2:])
        # The same each time: who signs with a wallet of their own is asked twice. Milestones are
        # funded once, so the authorization it names is used once.
        salt = keccak256(f"{agreement.id} {bitmap} {by.address}".encode())
        typed_data = authorization(
            self._context.outbox.contracts,
            self._context.chain_id,
            sender=by.address,
            recipient=self._context.contract,
            units=sum(amounts[index] for index in set(milestones)),
            valid_before=terms["deal"]["expiresAt"],
            nonce=self._context.read("fundingNonce", agreement_id, bitmap, salt),
        )
        signature = self._context.signers.sign_typed_data(self._session, by.address, typed_data)
        return self._context.enqueue(
            agreement,
            by,
            "fundWithAuthorization",
            agreementId=agreement_id,
            terms=as_abi(terms),
            milestones=bitmap,
            **{"from": by.address},
            validAfter=0,
            validBefore=terms["deal"]["expiresAt"],
            salt=salt,
            signature=signature,
        )

    def deliver(
        self,
        agreement: Agreement,
        milestone: int,
        by: Caller,
        evidence: str,
        documents: Sequence[NamedDocument],
    ) -> Write:
        """Deliver a milestone; the evidence's salted hash goes on the chain."""
        hash_ = self._note(agreement, milestone, "evidence", _with(evidence, documents), by)
        return self._step(agreement, milestone, by, "deliver", evidenceHash=hash_)

    def accept(self, agreement: Agreement, milestone: int, by: Caller) -> Write:
        """Accept a delivery and pay it."""
        return self._step(agreement, milestone, by, "accept")

    def dispute(
        self,
        agreement: Agreement,
        milestone: int,
        by: Caller,
        reason: str,
        documents: Sequence[NamedDocument],
    ) -> Write:
        """Dispute a delivery."""
        hash_ = self._note(agreement, milestone, "reason", _with(reason, documents), by)
        return self._step(agreement, milestone, by, "dispute", reasonHash=hash_)

    def resolve(
        self, agreement: Agreement, milestone: int, by: Caller, payee_bps: int, ruling: str
    ) -> Write:
        """Settle a dispute as the arbiter."""
        hash_ = self._note(agreement, milestone, "ruling", ruling, by)
        return self._step(agreement, milestone, by, "resolve", payeeBps=payee_bps, rulingHash=hash_)

    def note(self, agreement: Agreement, hash_: str) -> AgreementNote:
        """A text whose hash is on the chain. Raises :class:`NotFound`."""
        found = repository.note(self._session, agreement.id, hash_)
        if found is None:
            raise NotFound(
                "The agreement {id} has no text with the hash {hash}.", id=agreement.id, hash=hash_
            )
        return found

    def _step(
        self, agreement: Agreement, milestone: int, by: Caller, function: str, **arguments: Any
    ) -> Write:
        return milestone_step(self._context, agreement, milestone, by, function, **arguments)

    def _note(
        self, agreement: Agreement, milestone: int, kind: str, text: str, by: Caller
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
                author=by.address,
                created_ms=now_ms(),
            )
        )
        return bytes.fromhex(hash_[2:])


def milestone_step(
    ground: Ground,
    agreement: Agreement,
    milestone: int,
    by: Caller,
    function: str,
    **arguments: Any,
) -> Write:
    """A write about one milestone. Raises :class:`AgreementTermsInvalid` if there is none."""
    terms = versions.in_force(ground.session, agreement).terms
    _check_index(terms, milestone)
    return ground.enqueue(
        agreement,
        by,
        function,
        agreementId=bytes.fromhex(agreement.agreement_hash[2:]),
        milestone=milestone,
        engagement=engagement_as_abi(terms, milestone),
        **arguments,
    )


def find_proofs(
    context: Context, version: Version, named: Sequence[ProofCreate]
) -> list[tuple[int, str, bytes]]:
    """A credential for each party that the terms ask one from: the named one, or any valid."""
    by_party = {proof.party: proof.credential for proof in named}
    proofs = []
    for index, party in enumerate(version.terms["parties"]):
        if party["credentialType"] == ZERO_HASH:
            continue
        anchor = holdings.find_anchor(
            context.session,
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
                credential_type=version.credential_types[index],
            )
        issuer, digest = anchor
        proofs.append((index, issuer, digest))
    return proofs


def _with(text: str, documents: Sequence[NamedDocument]) -> str:
    """A text with the files that belong to it, each with its hash."""
    if not documents:
        return text
    lines = [f"- {document.name} (SHA-256 {document.sha256})" for document in documents]
    return "\n".join([text, "", *lines])


def _check_index(terms: dict[str, Any], index: int) -> None:
    count = len(terms["milestones"])
    if index >= count:
        raise AgreementTermsInvalid(
            "There is no milestone {index}: the agreement has {count}, counted from 0.",
            param="milestone",
            index=index,
            count=count,
        )
