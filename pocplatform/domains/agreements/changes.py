"""Changes of agreements in force: proposed by one party, signed by all, then on the chain."""

import secrets
from contextlib import suppress
from typing import Any

from pocplatform.domains.agreements import proposals, repository, versions
from pocplatform.domains.agreements.context import Caller, Context
from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    ChangeStateConflict,
)
from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementChangeSignature,
    AgreementParty,
)
from pocplatform.domains.agreements.schemas import (
    DAY,
    AmendCreate,
    TerminateCreate,
)
from pocplatform.domains.agreements.service import find_proofs
from pocplatform.domains.agreements.terms import (
    ZERO_ADDRESS,
    amendment_typed_data,
    as_abi,
    termination_typed_data,
)
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.models import UNSETTLED
from pocplatform.outbox.service import Write

_SIGN_WITHIN_S = 30 * DAY


class Changes:
    """What can be done with proposed changes, for one request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = context.session

    def amend(self, agreement: Agreement, by: Caller, request: AmendCreate) -> AgreementChange:
        """Propose other terms, signed by the proposer where their wallet is custodial.

        Raises :class:`AgreementTermsInvalid`.
        """
        party = self._party(agreement, by)
        revision = self._revision(agreement, ("active", "completed"))
        version = versions.in_force(self._session, agreement)
        document = (
            request.document.text
            if request.document is not None
            else _continued(version.document, revision + 1, request.reason)
        )
        salt = secrets.token_hex(32)
        terms = proposals.amended_terms(self._context, version, request, salt, document)
        titles = version.milestone_titles
        if request.milestones is not None:
            titles = [milestone.title for milestone in request.milestones]
        change = AgreementChange(
            id=new_id("chg"),
            agreement_id=agreement.id,
            kind="amendment",
            revision=revision + 1,
            reason=request.reason,
            proposer=by.address,
            deadline=terms["signBy"],
            title=request.title or version.title,
            document=document,
            salt=salt,
            terms=terms,
            milestone_titles=titles,
            credential_types=version.credential_types,
            terms_hash=proposals.hash_of(self._context, terms),
            created_ms=now_ms(),
        )
        return self._proposed(agreement, change, party)

    def terminate(
        self, agreement: Agreement, by: Caller, request: TerminateCreate
    ) -> AgreementChange:
        """Propose to end the agreement, signed by the proposer where their wallet is custodial."""
        party = self._party(agreement, by)
        revision = self._revision(agreement, ("active", "expired"))
        count = len(versions.in_force(self._session, agreement).terms["milestones"])
        payee_bps = request.payee_bps if request.payee_bps is not None else [0] * count
        if len(payee_bps) != count:
            raise AgreementTermsInvalid(
                "payee_bps needs one share for each of the {count} milestones, in their order.",
                param="payee_bps",
                count=count,
            )
        deadline = int(request.sign_by.timestamp()) if request.sign_by else now_s() + _SIGN_WITHIN_S
        if deadline <= now_s():
            raise AgreementTermsInvalid("sign_by has passed already.", param="sign_by")
        change = AgreementChange(
            id=new_id("chg"),
            agreement_id=agreement.id,
            kind="termination",
            revision=revision,
            reason=request.reason,
            proposer=by.address,
            deadline=deadline,
            payee_bps=payee_bps,
            created_ms=now_ms(),
        )
        return self._proposed(agreement, change, party)

    def get(self, agreement: Agreement, change_id: str) -> AgreementChange:
        """A proposed change of the agreement. Raises :class:`NotFound`."""
        change = repository.change_by_id(self._session, agreement.id, change_id)
        if change is None:
            raise NotFound(
                "The agreement {id} has no change {change_id}.",
                id=agreement.id,
                change_id=change_id,
            )
        return change

    def sign(self, agreement: Agreement, change: AgreementChange, by: Caller) -> Write | None:
        """Sign a change. The last signature sends it to the chain. Again, it changes nothing."""
        party = self._party(agreement, by)
        if party.index not in repository.change_signatures(self._session, change.id):
            self._check_open(agreement, change)
            self._add_signature(agreement, change, party)
        if self._missing(agreement, change) or self.state(agreement, change) != "signed":
            return None
        return self._apply_once(agreement, change, by)

    def apply(self, agreement: Agreement, change: AgreementChange, by: Caller) -> Write | None:
        """Send what all have signed to the chain once more, where that was refused before."""
        self._party(agreement, by)
        self._check_open(agreement, change)
        missing = self._missing(agreement, change)
        if missing:
            raise ChangeStateConflict(
                "The change is not signed by party {missing} yet.",
                next_step="Each party signs with "
                "POST /v1/agreements/{id}/changes/{change_id}/sign.",
                missing=", ".join(map(str, missing)),
                id=agreement.id,
                change_id=change.id,
            )
        return self._apply_once(agreement, change, by)

    def withdraw(self, agreement: Agreement, change: AgreementChange, by: Caller) -> None:
        """End a proposal: its proposer takes it back, or another party declines it."""
        self._party(agreement, by)
        if change.withdrawn_ms is not None:
            return
        self._check_open(agreement, change)
        if not self._missing(agreement, change):
            raise ChangeStateConflict(
                "Every party has signed this change, so it cannot be withdrawn any more."
            )
        change.withdrawn_ms = now_ms()
        self._session.add(change)

    def state(self, agreement: Agreement, change: AgreementChange) -> str:
        """Where a change stands; see :class:`ChangeRead`."""
        state = repository.state_of(self._session, agreement.agreement_hash)
        revision = state.revision if state else 0
        if change.kind == "amendment":
            hashes = repository.revisions(self._session, agreement.agreement_hash)
            if change.terms_hash in hashes:
                return "applied"
            superseded = revision >= change.revision
        else:
            signed = not self._missing(agreement, change)
            if state is not None and state.state == "terminated" and signed:
                return "applied"
            superseded = revision > change.revision
        if change.withdrawn_ms is not None:
            return "withdrawn"
        if superseded or (state is not None and state.state == "terminated"):
            return "superseded"
        if change.deadline < now_s():
            return "lapsed"
        return "open" if self._missing(agreement, change) else "signed"

    def _proposed(
        self, agreement: Agreement, change: AgreementChange, party: AgreementParty
    ) -> AgreementChange:
        self._session.add(change)
        self._session.flush()
        with suppress(WalletNotCustodial):  # whose owner signs what is stored now, in two steps
            self._add_signature(agreement, change, party)
        return change

    def _party(self, agreement: Agreement, by: Caller) -> AgreementParty:
        party = self._context.party_of(agreement, by.address)
        if party is None:
            raise Forbidden("Only the parties change an agreement; the arbiter does not.")
        return party

    def _revision(self, agreement: Agreement, states: tuple[str, ...]) -> int:
        state = repository.state_of(self._session, agreement.agreement_hash)
        if state is None:
            raise AgreementStateConflict(
                "The agreement is not in force yet, so there is nothing to change.",
                next_step="Withdraw the draft with POST /v1/agreements/{id}/withdraw and draft it "
                "anew.",
                id=agreement.id,
            )
        if state.state not in states:
            raise AgreementStateConflict(
                "This cannot be done with an agreement that is {state}.", state=state.state
            )
        return state.revision

    def _check_open(self, agreement: Agreement, change: AgreementChange) -> None:
        state = self.state(agreement, change)
        if state not in ("open", "signed"):
            raise ChangeStateConflict(
                "This cannot be done with a change that is {state}.",
                next_step="Propose it again if it is still wanted.",
                state=state,
            )

    def _missing(self, agreement: Agreement, change: AgreementChange) -> list[int]:
        signed = repository.change_signatures(self._session, change.id)
        return [index for index in range(len(agreement.terms["parties"])) if index not in signed]

    def _add_signature(
        self, agreement: Agreement, change: AgreementChange, party: AgreementParty
    ) -> None:
        assert party.index is not None
        assert party.address is not None
        signature = self._context.signers.sign_typed_data(
            self._session, party.address, self._typed_data(agreement, change)
        )
        self._session.add(
            AgreementChangeSignature(
                change_id=change.id, index=party.index, signature=signature, signed_ms=now_ms()
            )
        )
        self._session.flush()

    def _typed_data(self, agreement: Agreement, change: AgreementChange) -> dict[str, Any]:
        chain_id, contract = self._context.chain_id, self._context.contract
        if change.terms is not None:
            return amendment_typed_data(
                agreement.agreement_hash, change.revision, change.terms, chain_id, contract
            )
        return termination_typed_data(
            agreement.agreement_hash, change.revision, change.payee_bps or [], change.deadline,
            chain_id, contract,
        )  # fmt: skip

    def _apply_once(
        self, agreement: Agreement, change: AgreementChange, by: Caller
    ) -> Write | None:
        function = "amend" if change.kind == "amendment" else "terminate"
        if repository.has_transaction(self._session, agreement.id, function, UNSETTLED):
            return None
        version = versions.in_force(self._session, agreement)
        signatures = [
            row.signature
            for _, row in sorted(repository.change_signatures(self._session, change.id).items())
        ]
        # In the order of the contract's parameters.
        begin = {
            "agreementId": bytes.fromhex(agreement.agreement_hash[2:]),
            "terms": as_abi(version.terms),
        }
        if change.terms is None:
            return self._context.enqueue(
                agreement,
                by,
                "terminate",
                **begin,
                payeeBps=change.payee_bps,
                deadline=change.deadline,
                signatures=signatures,
            )
        self._admit_arbiter(agreement, change.terms["deal"]["arbiter"])
        return self._context.enqueue(
            agreement,
            by,
            "amend",
            **begin,
            newTerms=as_abi(change.terms),
            signatures=signatures,
            proofs=find_proofs(self._context, versions.of_amendment(change), ()),
        )

    def _admit_arbiter(self, agreement: Agreement, arbiter: str) -> None:
        known = {person.address for person in self._context.people(agreement)}
        if arbiter != ZERO_ADDRESS and arbiter not in known:
            self._session.add(
                AgreementParty(
                    agreement_id=agreement.id, index=None, address=arbiter, role="arbiter"
                )
            )


def _continued(document: str, number: int, reason: str) -> str:
    """A document with an amendment behind it, under a heading that both languages have."""
    heading = f"## Muutos {number} · Amendment {number}"
    return f"{document.rstrip()}\n\n---\n\n{heading}\n\n{reason.strip()}\n"
