"""Failures as callers of the SDK meet them: one class for each stable ``code`` of the API.

    SandboxError
    ├── Unreachable             no answer, although tried again     (code sandbox_unreachable)
    ├── UnexpectedAnswer        not an answer of a sandbox           (unexpected_answer)
    ├── StillPending            not recorded within the wait         (still_pending)
    ├── NodeRefused             the chain's node refused a read      (node_refused)
    ├── WalletRefused           a wallet's request was refused       (OAuth's code)
    ├── SignatureInvalid        a webhook that is not the sandbox's  (signature_invalid)
    └── Problem                 the sandbox refused: RFC 9457 problem details
        ├── BadRequest          400
        ├── Unauthenticated     401
        ├── Forbidden           403
        │   ├── TooManyDevnets, TooManySnapshots
        │   ├── HackathonFull
        │   ├── NotTheDrafter
        │   ├── NotTheHolder
        │   └── NotTheIssuer
        ├── NotFound            404
        ├── MethodNotAllowed    405
        ├── Conflict            409
        │   ├── DevnetEnded, DevnetNotSaved, DevnetNotStarted, SnapshotNameTaken
        │   ├── EtherNotGiven
        │   ├── HackathonOver, HackathonFrozen, WritesFrozen
        │   ├── JoinCodeTaken, TeamNameTaken, TeamsHaveKeys
        │   ├── AgreementStateConflict
        │   ├── ChangeStateConflict
        │   ├── AlreadyErased
        │   ├── CredentialErased
        │   ├── CredentialNotPresentable
        │   ├── CredentialTypeTaken
        │   ├── ErasureTooEarly
        │   ├── OfferClosed
        │   ├── IdempotencyKeyInUse
        │   ├── AgreementInvitationInvalid
        │   ├── SignaturesMissing
        │   ├── InvitationMissing
        │   ├── RedemptionExpired, RedemptionUsed, RedemptionWithdrawn
        │   ├── VoucherExpired, VoucherUsed, VoucherWithdrawn
        │   ├── HeldPaymentWithdrawn
        │   ├── IdentityKeyElsewhere
        │   ├── ParcelTaken
        │   ├── OrderFilled, OrderCancelled, OrderExpired, OwnOrder
        │   ├── TooManyWebhooks
        │   ├── TooManyRecordings, RecordingOver, RecordingEmpty
        │   ├── WebhookDisabled
        │   ├── NoBusinessId, RegisterClosed
        │   ├── InvoiceStateConflict
        │   ├── NotTraceable
        │   └── MandateStateConflict
        ├── InvalidInput        422
        │   ├── AgreementTermsInvalid
        │   ├── BatchNested
        │   ├── DevnetRefused
        │   ├── NotInBatch
        │   ├── BusinessIdInvalid
        │   ├── ClaimsInvalid, PersonalDataRefused, SchemaInvalid
        │   ├── EntryRuleInvalid, ItemTermsInvalid, OrderInvalid, RentalTermsInvalid
        │   ├── IdempotencyKeyMissing
        │   ├── IdempotencyKeyReused
        │   ├── TemplateParametersInvalid
        │   ├── SimulationInvalid
        │   ├── WebhookUrlRefused
        │   ├── InvoiceAmountInvalid
        │   ├── MandateAmountInvalid
        │   ├── BytecodeMismatch, OverrideInvalid, TraceTooLarge
        │   ├── ReferenceInvalid
        │   ├── SplitSharesInvalid
        │   └── StatementTooLong
        ├── ContractReverted    422  the contract refuses; see ``contract_error``
        ├── ChainError          424  the node refused
        │   ├── ChainUnreachable     the node does not answer
        │   └── TracingUnavailable   the node does not tell what happened
        ├── RateLimited         429  see ``retry_after``
        │   ├── DevnetsBusy
        │   └── TracerBusy           too many traces at a time
        ├── NotReady            503  the sandbox is starting
        └── ServerError         5xx

A code that this version does not know becomes the class of its HTTP status.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from pocplatform.client.models import ContractError
from pocplatform.client.texts import text


class SandboxError(Exception):
    """Anything that went wrong.

    Attributes:
        code: Stable name of the kind of failure.
        detail: What happened, in one sentence in the client's language.
        next_step: What to do about it; may be empty.
        request_id: The id under which the sandbox's log has the request, if it answered.
    """

    default_code: ClassVar[str] = "sandbox_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        next_step: str = "",
        request_id: str | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.detail = detail
        self.next_step = next_step
        self.request_id = request_id
        super().__init__(f"{detail} {next_step}".strip())


class Unreachable(SandboxError):
    """The sandbox did not answer; whether a write was accepted is unknown.

    Repeating the write with the same ``idempotency_key`` does it once in any case.
    """

    default_code = "sandbox_unreachable"


class UnexpectedAnswer(SandboxError):
    """What answered is no sandbox, or one that this version of the SDK does not understand."""

    default_code = "unexpected_answer"


class StillPending(SandboxError):
    """The write was accepted, but is not recorded on the chain yet.

    Attributes:
        transaction: Id of the transaction, for ``transactions.wait``.
    """

    default_code = "still_pending"

    def __init__(self, transaction: str, seconds: float, language: str) -> None:
        self.transaction = transaction
        super().__init__(
            text("still_pending", language).format(transaction=transaction, seconds=seconds),
            next_step=text("still_pending_next", language).format(transaction=transaction),
        )


class NodeRefused(SandboxError):
    """The chain's node answered a read with an error, such as that of a contract that refuses.

    Attributes:
        number: Of JSON-RPC.
        data: What came with it, such as the contract's error in hex.
    """

    default_code = "node_refused"

    def __init__(self, method: str, error: Mapping[str, Any], language: str) -> None:
        self.number = int(error.get("code") or 0)
        self.data = error.get("data")
        super().__init__(
            text("node_refused", language).format(method=method, why=error.get("message", ""))
        )


class WalletRefused(SandboxError):
    """What a wallet has asked for or shown was refused; ``code`` is OAuth's (RFC 6749)."""

    default_code = "wallet_refused"


class Problem(SandboxError):
    """The sandbox answered with problem details (RFC 9457).

    Attributes:
        status: The HTTP status.
        title: The kind of failure in words.
        param: The field at fault, such as ``milestones[0].amount``.
        contract_error: The contract's error, if a contract refused.
        transaction: Id of the transaction, if it was accepted before it failed.
        retry_after: Seconds after which to try again, if the sandbox says so.
        body: The whole problem document.
    """

    status: int
    title: str
    param: str | None
    contract_error: ContractError | None
    transaction: str | None
    retry_after: float | None
    body: dict[str, Any]

    def __init__(
        self, body: Mapping[str, Any], status: int, *, retry_after: float | None = None
    ) -> None:
        self.body = dict(body)
        self.status = status
        self.title = str(body.get("title", ""))
        self.param = body.get("param")
        self.transaction = body.get("transaction")
        self.retry_after = retry_after
        error = body.get("contract_error")
        self.contract_error = ContractError.model_validate(error) if error else None
        super().__init__(
            str(body.get("detail") or self.title),
            code=body.get("code"),
            next_step=body.get("next_step") or "",
            request_id=body.get("request_id"),
        )


class BadRequest(Problem):
    """The request could not be read."""


class Unauthenticated(Problem):
    """No secret key, or one that is not known."""


class Forbidden(Problem):
    """The key may not do this."""


class NotTheIssuer(Forbidden):
    """Only the issuer may do this."""


class NotTheHolder(Forbidden):
    """Only whom the credential is about may do this."""


class NotTheDrafter(Forbidden):
    """Only who has drafted the agreement, or written the invoice, may do this."""


class NotFound(Problem):
    """No such thing for this caller."""


class MethodNotAllowed(Problem):
    """The path does not know this method."""


class Conflict(Problem):
    """The thing is in a state that does not allow this."""


class CredentialTypeTaken(Conflict):
    """The name stands for another credential type already."""


class CredentialNotPresentable(Conflict):
    """A credential that is shown whole, or bound to a key elsewhere."""


class CredentialErased(Conflict):
    """The credential's content was destroyed."""


class OfferClosed(Conflict):
    """No wallet can fetch this offer any more."""


class ErasureTooEarly(Conflict):
    """Its parties may still need it."""


class AlreadyErased(Conflict):
    """It was erased before."""


class IdempotencyKeyInUse(Conflict):
    """A request with the same idempotency key is still being worked on."""


class AgreementStateConflict(Conflict):
    """The agreement is in a state in which this cannot be done."""


class ChangeStateConflict(Conflict):
    """A proposed change is in a state in which this cannot be done."""


class AgreementInvitationInvalid(Conflict):
    """An invitation that nobody can take any more."""


class SignaturesMissing(Conflict):
    """Not all parties have signed yet."""


class TooManyWebhooks(Conflict):
    """There are as many webhooks as may be."""


class TooManyRecordings(Conflict):
    """There are as many recordings as may be."""


class RecordingOver(Conflict):
    """The recording has ended."""


class RecordingEmpty(Conflict):
    """There is nothing in the recording to export."""


class TimeTravelOff(Forbidden):
    """The clock of this sandbox cannot be put forward."""


class WebhookDisabled(Conflict):
    """Nothing is sent to a webhook that is disabled."""


class NoBusinessId(Conflict):
    """Only a company has a business ID that the register could vouch for."""


class RegisterClosed(Conflict):
    """The organisers no longer trust the sandbox's business register."""


class InvoiceStateConflict(Conflict):
    """The invoice is paid, cancelled, or too old for this."""


class MandateStateConflict(Conflict):
    """The mandate is paused, over, or not on the chain yet."""


class NotTraceable(Conflict):
    """The transaction has not run: it waits, or was called back."""


class InvalidInput(Problem):
    """The request's content is not acceptable; see ``param``."""


class EvaluationInvalid(InvalidInput):
    """What was published is no evaluation of a pilot's run."""


class BytecodeMismatch(InvalidInput):
    """Sources that do not give what is on the chain; see ``body["first_difference"]``."""


class OverrideInvalid(InvalidInput):
    """A simulation cannot begin like this."""


class TraceTooLarge(InvalidInput):
    """More happened in the transaction than can be shown."""


class BusinessIdInvalid(InvalidInput):
    """Not a test business ID."""


class AgreementTermsInvalid(InvalidInput):
    """Terms that do not fit together."""


class TemplateParametersInvalid(InvalidInput):
    """A template cannot be filled in with these; see ``param``."""


class NotInBatch(InvalidInput):
    """A write of a batch whose answer would hold a secret; send it on its own."""


class BatchNested(InvalidInput):
    """A batch within a batch."""


class ClaimsInvalid(InvalidInput):
    """Claims that a credential of this type cannot carry; ``param`` names the one."""


class SchemaInvalid(InvalidInput):
    """A JSON Schema that cannot be taken."""


class PersonalDataRefused(InvalidInput):
    """What looks personal does not go on the chain."""


class IdempotencyKeyMissing(InvalidInput):
    """A write that moves value came without a key; the SDK always sends one."""


class IdempotencyKeyReused(InvalidInput):
    """The idempotency key was used before for another request."""


class SimulationInvalid(InvalidInput):
    """This failure cannot be simulated."""


class WebhookUrlRefused(InvalidInput):
    """Webhooks are not sent to this address."""


class ReferenceInvalid(InvalidInput):
    """Neither an RF reference nor a Finnish reference number."""


class InvoiceAmountInvalid(InvalidInput):
    """More than is outstanding or refundable, or a part where none is allowed."""


class MandateAmountInvalid(InvalidInput):
    """More than the mandate allows in a period."""


class SplitSharesInvalid(InvalidInput):
    """Shares that do not come to a whole, or somebody named twice."""


class StatementTooLong(InvalidInput):
    """More lines than one file holds; ask for fewer days at a time."""


class ContractReverted(Problem):
    """The contract refuses this write; ``contract_error`` says why."""


class ChainError(Problem):
    """The blockchain node refused the request."""


class ChainUnreachable(ChainError):
    """The blockchain node does not answer."""


class TracingUnavailable(ChainError):
    """The blockchain node does not tell what happened in this transaction."""


class RateLimited(Problem):
    """Too many requests; ``retry_after`` says when to go on."""


class TracerBusy(RateLimited):
    """Too many traces and simulations run or wait; send it again in a few seconds."""


class NotReady(Problem):
    """The sandbox is starting."""


class ServerError(Problem):
    """Something went wrong in the sandbox; tell the organisers the ``request_id``."""


class EntryRuleInvalid(InvalidInput):
    """An entry rule of a space whose parts do not fit together."""


class ItemTermsInvalid(InvalidInput):
    """What an item shall be, or be used for, does not fit together."""


class RentalTermsInvalid(InvalidInput):
    """Terms of renting a parcel that offer nothing."""


class OrderInvalid(InvalidInput):
    """A listing or offer, or a trade with it, that cannot be."""


class InvitationMissing(Conflict):
    """The visitor has no invitation to the space that is valid now."""


class RedemptionExpired(Conflict):
    """The time in which the items could be redeemed has passed."""


class RedemptionUsed(Conflict):
    """The items were redeemed already."""


class RedemptionWithdrawn(Conflict):
    """The holder presents the items no more."""


class VoucherExpired(Conflict):
    """The time in which items could be minted with the voucher has passed."""


class VoucherUsed(Conflict):
    """The items of the voucher were minted already."""


class VoucherWithdrawn(Conflict):
    """The item's creator has made the voucher useless."""


class HeldPaymentWithdrawn(Conflict):
    """The money that was held was withdrawn already."""


class IdentityKeyElsewhere(Conflict):
    """Only a wallet of one's own could sign, and wallets sign no JWT."""


class ParcelTaken(Conflict):
    """The place has a parcel already."""


class OrderFilled(Conflict):
    """All of the listing or offer was traded."""


class OrderCancelled(Conflict):
    """The listing or offer was taken back."""


class OrderExpired(Conflict):
    """The time of the listing or offer has passed."""


class OwnOrder(Conflict):
    """The listing or offer is the caller's own."""


class SignUpCodeWrong(Forbidden):
    """Signing up takes a code, and this is not it."""


class QuotaExceeded(Forbidden):
    """More test money or room than an organization may take."""


class MemberInvitationInvalid(InvalidInput):
    """The code lets nobody in."""


class SignInInvalid(InvalidInput):
    """The signed message proves nothing here and now."""


class OrganizationUnclear(InvalidInput):
    """The wallet may act for several, or not for the one that is named."""


class SignatureWrong(InvalidInput):
    """What was signed is not what was prepared."""


class KeyInvalid(Conflict):
    """The key opens nothing any more."""


class WalletTaken(Conflict):
    """Another organization acts by the wallet."""


class WalletNotCustodial(Conflict):
    """Only the wallet's owner can sign: use the two steps."""


class WalletCustodial(Conflict):
    """The platform signs for the wallet: there is nothing to prepare."""


class WalletIsContract(Conflict):
    """The wallet is a contract: it signs typed data, but no transactions."""


class PreparationOver(Conflict):
    """What was prepared was submitted already, or has expired."""


class DevnetEnded(Conflict):
    """The devnet ended while it worked on this; its words say what it goes on from."""


class DevnetNotStarted(Conflict):
    """The devnet does not come up."""


class DevnetNotSaved(Conflict):
    """The devnet's state cannot be stored."""


class DevnetRefused(InvalidInput):
    """The devnet's node refuses."""


class DevnetsBusy(RateLimited):
    """There is no room for one more devnet now, or this one is at work."""


class TooManyDevnets(Forbidden):
    """The organization has as many devnets as it may."""


class TooManySnapshots(Forbidden):
    """The devnet has as many snapshots as it may."""


class SnapshotNameTaken(Conflict):
    """The devnet has a snapshot of this name."""


class EtherNotGiven(Conflict):
    """There is no test ether on this network."""


class TeamsFileInvalid(InvalidInput):
    """Lines of a file are no teams; nothing of it was taken."""


class JoinCodeUnknown(NotFound):
    """No event and no team has this code."""


class HackathonFull(Forbidden):
    """There are as many teams, or members, as there may be."""


class HackathonOver(Conflict):
    """The event has ended."""


class HackathonFrozen(Conflict):
    """The event is paused: nobody joins."""


class JoinCodeTaken(Conflict):
    """Another event has this code."""


class TeamNameTaken(Conflict):
    """The event has a team of this name."""


class TeamsHaveKeys(Conflict):
    """There is no team without keys."""


class WritesFrozen(Conflict):
    """The organisers have paused writing."""


BY_CODE: dict[str, type[Problem]] = {
    "teams_file_invalid": TeamsFileInvalid,
    "join_code_unknown": JoinCodeUnknown,
    "hackathon_full": HackathonFull,
    "hackathon_over": HackathonOver,
    "hackathon_frozen": HackathonFrozen,
    "join_code_taken": JoinCodeTaken,
    "team_name_taken": TeamNameTaken,
    "teams_have_keys": TeamsHaveKeys,
    "writes_frozen": WritesFrozen,
    "bad_request": BadRequest,
    "devnet_ended": DevnetEnded,
    "devnet_not_started": DevnetNotStarted,
    "devnet_not_saved": DevnetNotSaved,
    "devnet_refused": DevnetRefused,
    "devnets_busy": DevnetsBusy,
    "too_many_devnets": TooManyDevnets,
    "too_many_snapshots": TooManySnapshots,
    "snapshot_name_taken": SnapshotNameTaken,
    "ether_not_given": EtherNotGiven,
    "sign_up_code_wrong": SignUpCodeWrong,
    "quota_exceeded": QuotaExceeded,
    "member_invitation_invalid": MemberInvitationInvalid,
    "siwe_invalid": SignInInvalid,
    "organization_unclear": OrganizationUnclear,
    "signature_wrong": SignatureWrong,
    "key_invalid": KeyInvalid,
    "wallet_taken": WalletTaken,
    "wallet_not_custodial": WalletNotCustodial,
    "wallet_custodial": WalletCustodial,
    "wallet_is_contract": WalletIsContract,
    "preparation_over": PreparationOver,
    "rate_limited": RateLimited,
    "evaluation_invalid": EvaluationInvalid,
    "unauthenticated": Unauthenticated,
    "forbidden": Forbidden,
    "not_found": NotFound,
    "method_not_allowed": MethodNotAllowed,
    "conflict": Conflict,
    "agreement_state_conflict": AgreementStateConflict,
    "agreement_terms_invalid": AgreementTermsInvalid,
    "batch_nested": BatchNested,
    "not_in_batch": NotInBatch,
    "change_state_conflict": ChangeStateConflict,
    "idempotency_key_in_use": IdempotencyKeyInUse,
    "agreement_invitation_invalid": AgreementInvitationInvalid,
    "signatures_missing": SignaturesMissing,
    "template_parameters_invalid": TemplateParametersInvalid,
    "invalid_input": InvalidInput,
    "business_id_invalid": BusinessIdInvalid,
    "idempotency_key_missing": IdempotencyKeyMissing,
    "idempotency_key_reused": IdempotencyKeyReused,
    "claims_invalid": ClaimsInvalid,
    "schema_invalid": SchemaInvalid,
    "personal_data_refused": PersonalDataRefused,
    "credential_type_taken": CredentialTypeTaken,
    "credential_not_presentable": CredentialNotPresentable,
    "credential_erased": CredentialErased,
    "offer_closed": OfferClosed,
    "erasure_too_early": ErasureTooEarly,
    "already_erased": AlreadyErased,
    "not_the_holder": NotTheHolder,
    "not_the_drafter": NotTheDrafter,
    "not_the_issuer": NotTheIssuer,
    "too_many_webhooks": TooManyWebhooks,
    "too_many_recordings": TooManyRecordings,
    "recording_over": RecordingOver,
    "recording_empty": RecordingEmpty,
    "time_travel_off": TimeTravelOff,
    "webhook_disabled": WebhookDisabled,
    "simulation_invalid": SimulationInvalid,
    "webhook_url_refused": WebhookUrlRefused,
    "reference_invalid": ReferenceInvalid,
    "invoice_amount_invalid": InvoiceAmountInvalid,
    "no_business_id": NoBusinessId,
    "business_register_closed": RegisterClosed,
    "invoice_state_conflict": InvoiceStateConflict,
    "mandate_amount_invalid": MandateAmountInvalid,
    "mandate_state_conflict": MandateStateConflict,
    "split_shares_invalid": SplitSharesInvalid,
    "statement_too_long": StatementTooLong,
    "bytecode_mismatch": BytecodeMismatch,
    "not_traceable": NotTraceable,
    "override_invalid": OverrideInvalid,
    "trace_too_large": TraceTooLarge,
    "tracer_busy": TracerBusy,
    "tracing_unavailable": TracingUnavailable,
    "contract_reverted": ContractReverted,
    "chain_error": ChainError,
    "chain_unreachable": ChainUnreachable,
    "not_ready": NotReady,
    "internal_error": ServerError,
    "entry_rule_invalid": EntryRuleInvalid,
    "item_terms_invalid": ItemTermsInvalid,
    "rental_terms_invalid": RentalTermsInvalid,
    "order_invalid": OrderInvalid,
    "invitation_missing": InvitationMissing,
    "redemption_expired": RedemptionExpired,
    "redemption_used": RedemptionUsed,
    "redemption_withdrawn": RedemptionWithdrawn,
    "voucher_expired": VoucherExpired,
    "voucher_used": VoucherUsed,
    "voucher_withdrawn": VoucherWithdrawn,
    "held_payment_withdrawn": HeldPaymentWithdrawn,
    "identity_key_elsewhere": IdentityKeyElsewhere,
    "parcel_taken": ParcelTaken,
    "order_filled": OrderFilled,
    "order_cancelled": OrderCancelled,
    "order_expired": OrderExpired,
    "own_order": OwnOrder,
}
"""The class of each code that has one of its own."""

BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    410: NotFound,
    422: InvalidInput,
    424: ChainError,
    429: RateLimited,
    503: NotReady,
}
"""The class of any other code."""


def problem(body: Mapping[str, Any], status: int, *, retry_after: float | None = None) -> Problem:
    """The error for a problem document."""
    kind = BY_CODE.get(str(body.get("code"))) or BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else Problem
    return kind(body, status, retry_after=retry_after)


def of_transaction(id_: str, error: ContractError | None, language: str) -> Problem:
    """The error for an accepted write that the contract refused in the end."""
    explanation = error.explanation if error else ""
    body: dict[str, Any] = {
        "code": "contract_reverted",
        "title": text("contract_reverted", language),
        "detail": explanation or text("no_reason", language),
        "transaction": id_,
        "contract_error": error.model_dump() if error else None,
    }
    return problem(body, 422)


def unreachable(cause: httpx.TransportError, base_url: str, language: str) -> Unreachable:
    """The error for a sandbox that does not answer."""
    return Unreachable(
        text("unreachable", language).format(url=base_url, cause=_cause(cause)),
        next_step=text("unreachable_next", language),
    )


def _cause(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__


def unexpected(response: httpx.Response, language: str, why: str = "") -> UnexpectedAnswer:
    """The error for an answer that no sandbox of this version gives."""
    shown = why or " ".join(response.text[:200].split())
    return UnexpectedAnswer(
        text("unexpected", language).format(
            url=response.request.url, status=response.status_code, shown=shown
        ),
        next_step=text("unexpected_next", language),
        request_id=response.headers.get("request-id"),
    )
