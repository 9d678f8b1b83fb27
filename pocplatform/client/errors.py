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

A code that this version does not know becomes the class of its HTTP status. A class that
is added here answers the code of its name: ``TeamNameTaken`` is ``team_name_taken``.
"""

from pocplatform.client.problems import (
    ChainError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
)


class NotTheIssuer(Forbidden):
    """Only the issuer may do this."""


class NotTheHolder(Forbidden):
    """Only whom the credential is about may do this."""


class NotTheDrafter(Forbidden):
    """Only who has drafted the agreement, or written the invoice, may do this."""


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

    default_code = "business_register_closed"


class InvoiceStateConflict(Conflict):
    """The invoice is paid, cancelled, or too old for this."""


class MandateStateConflict(Conflict):
    """The mandate is paused, over, or not on the chain yet."""


class NotTraceable(Conflict):
    """The transaction has not run: it waits, or was called back."""


class EvaluationInvalid(InvalidInput):
    """What was published is no evaluation of a pilot's run."""


class SubjectUnknown(InvalidInput):
    """What was assessed is neither the programme, nor a pilot, nor an event."""


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


class ChainUnreachable(ChainError):
    """The blockchain node does not answer."""


class TracingUnavailable(ChainError):
    """The blockchain node does not tell what happened in this transaction."""


class TracerBusy(RateLimited):
    """Too many traces and simulations run or wait; send it again in a few seconds."""


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

    default_code = "siwe_invalid"


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
