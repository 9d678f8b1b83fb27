"""The errors that are explained in sentences of our own, with their arguments in them.

A placeholder names an argument of the error, and after a colon how it is shown:
``{amount:money}`` units of 10⁻⁶ tEUR (the only money of the sandbox), ``{until:time}`` seconds
since 1970, ``{owner:account}`` an address, ``{role:role}`` an access role, and
``{state:agreement_state}`` or ``{state:milestone_state}`` a number of those enums.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pocplatform.chain.codec import keccak256


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error means, and what to do about it; both are templates."""

    sentence: str
    next_step: str = ""


_SIGN_LATER = "Sign again with a later deadline."

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    # Money: ERC-6093, EIP-2612, EIP-3009
    "ERC20InsufficientBalance(address,uint256,uint256)": Explanation(
        "The account {sender:account} has {balance:money}, but {needed:money} is needed.",
        "Pay less, or get test money first with POST /v1/faucet.",
    ),
    "ERC20InsufficientAllowance(address,uint256,uint256)": Explanation(
        "{spender:account} may take {allowance:money} from the payer's account, but "
        "{needed:money} is needed.",
        "The payer must allow it first: with `approve`, or with a signed permit (EIP-2612).",
    ),
    "ERC20InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive tEUR.", "Check the recipient's address."
    ),
    "ERC20InvalidSender(address)": Explanation("{sender:account} cannot pay in tEUR."),
    "ERC20InvalidApprover(address)": Explanation(
        "{approver:account} cannot allow others to take its money."
    ),
    "ERC20InvalidSpender(address)": Explanation(
        "{spender:account} cannot be allowed to take somebody's money."
    ),
    "ERC2612ExpiredSignature(uint256)": Explanation(
        "The signed permit was valid until {deadline:time}.", _SIGN_LATER
    ),
    "ERC2612InvalidSigner(address,address)": Explanation(
        "The permit was signed by {signer:account}, but the money is in the account "
        "{owner:account}.",
        "The owner of the money must sign, over exactly what is sent.",
    ),
    "ERC3009InvalidAuthorizationTime(uint256,uint256)": Explanation(
        "The payment authorization can be used only after {validAfter:time} and before "
        "{validBefore:time}.",
        "Sign an authorization that is valid now.",
    ),
    "ERC3009InvalidSignature()": Explanation(
        "The payment authorization is not signed by the payer, or something in it was changed.",
        "The payer must sign, over exactly what is sent.",
    ),
    "ERC3009UsedAuthorization(address,bytes32)": Explanation(
        "This payment authorization of {authorizer:account} was used or cancelled before.",
        "Sign a new authorization with another nonce.",
    ),
    "PilotEuroFaucetLimit(address,uint256,uint256,uint256)": Explanation(
        "{amount:money} was asked for, but {account:account} can get only {available:money} "
        "before {nextPeriodAt:time}.",
        "Ask for less, or wait until then.",
    ),
    # Signatures and rights
    "ECDSAInvalidSignature()": Explanation("The signature is not valid."),
    "ECDSAInvalidSignatureLength(uint256)": Explanation(
        "The signature has {length} bytes; 65 are expected."
    ),
    "ECDSAInvalidSignatureS(bytes32)": Explanation(
        "The signature is not in its one valid form: its second half, s, is too large."
    ),
    "InvalidAccountNonce(address,uint256)": Explanation(
        "The signature has another nonce than {currentNonce}, which is next for {account:account}.",
        "Sign again with the nonce {currentNonce}.",
    ),
    "AccessControlUnauthorizedAccount(address,bytes32)": Explanation(
        "{account:account} does not have the role {neededRole:role}, which this needs.",
        "Ask the organisers.",
    ),
    "AccessControlBadConfirmation()": Explanation(
        "Only the account that has a role can give it up."
    ),
    "OwnableUnauthorizedAccount(address)": Explanation(
        "Only the owner of the contract may do this; {account:account} is not the owner."
    ),
    "OwnableInvalidOwner(address)": Explanation("{owner:account} cannot own the contract."),
    "EnforcedPause()": Explanation(
        "The organisers have paused the contract.", "Try again later, or ask the organisers."
    ),
    "ExpectedPause()": Explanation("This is possible only while the contract is paused."),
    # Others of the library
    "ReentrancyGuardReentrantCall()": Explanation(
        "The contract was called again before it had finished the first call."
    ),
    "SafeERC20FailedOperation(address)": Explanation(
        "The token {token:account} did not carry out the payment."
    ),
    "FailedDeployment()": Explanation("The contract could not put another contract on the chain."),
    "InsufficientBalance(uint256,uint256)": Explanation(
        "The contract has {balance} wei of ether, but {needed} wei is needed."
    ),
    "SafeCastOverflowedUintDowncast(uint8,uint256)": Explanation(
        "The number {value} is too large here: it must fit in {bits} bits."
    ),
    "StringTooLong(string)": Explanation("The text “{str}” is too long here."),
    "InvalidShortString()": Explanation("A text that the contract holds is damaged."),
    # Identities and credentials
    "DidRegistryNotOwner(address,address,address)": Explanation(
        "Only {owner:account}, the owner of the identity, may change it; {actor:account} is not "
        "the owner."
    ),
    "DidRegistrySignatureExpired(uint256,uint256)": Explanation(
        "The signature was valid until {deadline:time}.", _SIGN_LATER
    ),
    "CredentialStatusExpiryInPast(uint40,uint256)": Explanation(
        "The credential would have expired already, at {expiresAt:time}.",
        "Give an end of validity in the future.",
    ),
    # Agreements
    "AgreementSignatureExpired(uint256,uint256)": Explanation(
        "The signatures were valid until {deadline:time}.", _SIGN_LATER
    ),
    "AgreementInvalidSignature(uint256,address)": Explanation(
        "The signature of party {party}, {account:account}, does not fit what was to be signed."
    ),
    "AgreementCredentialMissing(uint256,address,bytes32)": Explanation(
        "Party {party}, {account:account}, has not shown a valid credential of the type that the "
        "agreement asks of it."
    ),
    "AgreementNotActive(bytes32,uint8)": Explanation(
        "This cannot be done with an agreement in the state “{state:agreement_state}”."
    ),
    "AgreementMilestoneState(bytes32,uint256,uint8)": Explanation(
        "This cannot be done now: milestone {milestone} is in the state “{state:milestone_state}”."
    ),
    "AgreementNoMilestone(uint256,uint256)": Explanation(
        "There is no milestone {milestone}: the agreement has {count}, counted from 0."
    ),
    "AgreementNotAuthorized(address,address)": Explanation(
        "Only {expected:account} may do this; {actor:account} may not."
    ),
    "AgreementHasExpired(bytes32,uint256)": Explanation("The agreement ended at {expiresAt:time}."),
    "AgreementNotExpired(bytes32,uint256)": Explanation(
        "The agreement is in force until {expiresAt:time}.", "Try again after that."
    ),
    "AgreementReviewOver(uint256)": Explanation(
        "The time for review ended at {endedAt:time}: the delivery counts as accepted."
    ),
    "AgreementReviewOpen(uint256)": Explanation(
        "The time for review lasts until {endsAt:time}.", "Try again after that."
    ),
    "AgreementArbitrationOver(uint256)": Explanation(
        "The arbiter had time until {endedAt:time}: the share agreed beforehand applies now."
    ),
    "AgreementArbitrationOpen(uint256)": Explanation(
        "The arbiter has time until {endsAt:time}.", "Try again after that."
    ),
    "AgreementFundingMismatch(uint256,uint256)": Explanation(
        "{expected:money} was to be paid into escrow, but {received:money} arrived."
    ),
    # Invoices
    "InvoiceWrongAmount(bytes32,uint256,uint256)": Explanation(
        "{amount:money} cannot be paid on this invoice, of which {outstanding:money} is open.",
        "Pay the whole of what is open, or a part of it where the invoice allows parts.",
    ),
    "InvoiceRefundTooHigh(bytes32,uint256,uint256)": Explanation(
        "{amount:money} cannot be refunded: only {refundable:money} was paid and is not refunded "
        "yet."
    ),
    "InvoiceNoLongerPayable(bytes32,uint256)": Explanation(
        "The invoice could be paid until {payableUntil:time}.", "Ask the payee for a new one."
    ),
    "InvoiceSignatureExpired(uint256,uint256)": Explanation(
        "The signature was valid until {deadline:time}.", _SIGN_LATER
    ),
    # Mandates
    "MandateCapExceeded(bytes32,uint256,uint256)": Explanation(
        "{amount:money} cannot be collected; {available:money} is left in this period.",
        "Collect less, or wait for the next period.",
    ),
    "MandateSignatureExpired(uint256,uint256)": Explanation(
        "The signature was valid until {deadline:time}.", _SIGN_LATER
    ),
    "MandateNotAuthorized(address,address)": Explanation(
        "Only {expected:account} may do this; {actor:account} may not."
    ),
    # Items and parcels: ERC-1155, ERC-721
    "ERC1155InsufficientBalance(address,uint256,uint256,uint256)": Explanation(
        "The account {sender:account} has {balance} of this item, but {needed} must be there."
    ),
    "ERC1155MissingApprovalForAll(address,address)": Explanation(
        "{operator:account} is not allowed to move the items of {owner:account}.",
        "The holder must allow it first, with `setApprovalForAll`.",
    ),
    "ERC1155InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive items.", "Check the recipient's address."
    ),
    "ERC1155InvalidSender(address)": Explanation("{sender:account} cannot give items away."),
    "ERC1155InvalidApprover(address)": Explanation(
        "{approver:account} cannot allow others to move its items."
    ),
    "ERC1155InvalidOperator(address)": Explanation(
        "{operator:account} cannot be allowed to move somebody's items."
    ),
    "ERC1155InvalidArrayLength(uint256,uint256)": Explanation(
        "The lists do not fit: one has {idsLength} entries, the other {valuesLength}."
    ),
    "ERC721IncorrectOwner(address,uint256,address)": Explanation(
        "The parcel belongs to {owner:account}, not to {sender:account}."
    ),
    "ERC721InsufficientApproval(address,uint256)": Explanation(
        "{operator:account} is not allowed to act for the owner of this parcel.",
        "The owner must allow it first, with `approve`.",
    ),
    "ERC721InvalidApprover(address)": Explanation(
        "Only the parcel's owner can allow others to act for it; {approver:account} is not the "
        "owner."
    ),
    "ERC721InvalidOperator(address)": Explanation(
        "{operator:account} cannot be allowed to act for an owner of parcels."
    ),
    "ERC721InvalidOwner(address)": Explanation("{owner:account} cannot own parcels."),
    "ERC721InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive parcels.", "Check the recipient's address."
    ),
    "ERC721InvalidSender(address)": Explanation("{sender:account} cannot give parcels away."),
    "ERC721NonexistentToken(uint256)": Explanation("There is no such parcel."),
    # Assets and spaces
    "SignedActionExpired(uint256,uint256)": Explanation(
        "The signature was valid until {deadline:time}.", _SIGN_LATER
    ),
    "ItemsCapExceeded(uint256,uint256,uint256)": Explanation(
        "{amount} were to be minted, but of this item only {remaining} still may be."
    ),
    "MarketInvalidQuantity(uint256,uint256)": Explanation(
        "The listing or offer has {remaining} left, so {quantity} cannot be traded.",
        "Ask for at least one, and at most what is left.",
    ),
    "ParcelsRented(uint256,address,uint256)": Explanation(
        "The parcel is in the use of {user:account} until {expires:time}.", "Try again after that."
    ),
    "ParcelsDepositHeld(uint256,uint256)": Explanation(
        "The deposit of the last rental, {deposit:money}, is still held.",
        "Have it released first: POST /v1/parcels/{tokenId}/deposit/release.",
    ),
    "ParcelsInvalidClaim(uint256,uint256)": Explanation(
        "{amount:money} of the deposit cannot be claimed: it is zero or too much, or this is not "
        "the time for it."
    ),
    "ParcelsReleaseTooEarly(uint256,uint256)": Explanation(
        "The deposit can be released from {from:time} on.",
        "Try again then; the parcel's owner can release it earlier.",
    ),
    "SpacesFull(uint128,uint32)": Explanation(
        "The space is full: at most {capacity} may be in it at a time.",
        "Try again when somebody has left.",
    ),
    # Of the language itself
    "Error(string)": Explanation("The contract refused: {message}"),
}
"""By the error's canonical signature."""

PANICS: Final[Mapping[int, Explanation]] = {
    0x01: Explanation("The contract stopped: it found itself in a state that should never be."),
    0x11: Explanation(
        "The contract stopped: a calculation went below zero or became too large.",
        "Check the amounts.",
    ),
    0x12: Explanation("The contract stopped: a division by zero.", "Check the amounts."),
    0x21: Explanation("The contract stopped: a number stands for none of the choices."),
    0x22: Explanation("The contract stopped: a text in its storage is damaged."),
    0x31: Explanation("The contract stopped: something was to be taken from an empty list."),
    0x32: Explanation("The contract stopped: a list has no such place.", "Check the positions."),
    0x41: Explanation(
        "The contract stopped: it asked for more memory than there is.", "Check the lengths."
    ),
    0x51: Explanation("The contract stopped: it called a function that was never set."),
}
"""By Solidity's panic code; the others are faults of the contract itself."""

OTHER_PANIC: Final = Explanation("The contract stopped because of a fault of its own, code {code}.")
NO_REASON: Final = Explanation("The contract refused without giving a reason.")
NO_REASON_OF_YOURS: Final = Explanation(
    NO_REASON.sentence,
    "A simulation tells where: POST /v1/contracts/…/simulate/… with the same arguments.",
)
UNKNOWN_ERROR: Final = Explanation(
    "The contract refused with an error that is not known here.",
    "The error's bytes are in contract_error.args.data; the contract's ABI names it.",
)
NAMED_ERROR: Final = Explanation("The contract refused with the error {name}.")
FAILED_IN_BLOCK: Final = Explanation(
    "The transaction failed on the chain, but does not fail when tried again: something else came "
    "first.",
    "Send it again.",
)
NODE_REFUSED: Final = Explanation("The blockchain node refused the transaction: {message}")

_TOO_MUCH_GAS = Explanation(
    "This needs more computation (gas) than one transaction may use.",
    "See that no loop is endless, or split it into smaller ones.",
)

_INVALID = Explanation(
    "The contract stopped at an instruction that does not exist, as old contracts do where a check "
    "fails."
)
_WRITES_IN_READING = Explanation(
    "The contract tried to change something in a call that may only read.",
    "See that no function marked as view or pure calls one that changes something.",
)
_SENDS_TOO_MUCH = Explanation("The contract has too little ether for what it sends on.")
_MORE_ETHER = (
    "Send ether to the account that signs; on the sandbox's own devnet, POST /v1/faucet/ether "
    "gives some."
)

NODE_WORDS: Final[Mapping[str, Explanation]] = {
    "insufficient funds": Explanation(
        "The sending account has too little ether for what it sends and the network's fee.",
        _MORE_ETHER,
    ),
    "upfront cost exceeds": Explanation(  # Besu's words for the same
        "The sending account has too little ether for what it sends and the network's fee.",
        _MORE_ETHER,
    ),
    "gas allowance": Explanation(
        "This account has used up the gas that the sandbox pays for in a day.",
        "Try again tomorrow (UTC), or send ether to the account that signs.",
    ),
    "out of gas": _TOO_MUCH_GAS,
    "gas limit": _TOO_MUCH_GAS,
    "gas required exceeds": _TOO_MUCH_GAS,
    "outofgas": _TOO_MUCH_GAS,  # this and the next four: anvil
    "sentryoog": _TOO_MUCH_GAS,
    "memoryoog": _TOO_MUCH_GAS,
    "memorylimitoog": _TOO_MUCH_GAS,
    "gaslimit": _TOO_MUCH_GAS,
    "createcontractsizelimit": Explanation(  # this and the next one: anvil
        "The contract has more than 24576 bytes of code, which is as many as the chain takes "
        "(EIP-170).",
        "Move parts into libraries or contracts of their own, or compile with the optimizer.",
    ),
    "createcontractstartingwithef": Explanation(
        "The contract's code begins with the byte 0xef, which the chain does not take (EIP-3541).",
        "See what its constructor returns.",
    ),
    "invalidfeopcode": _INVALID,  # anvil
    "opcodenotfound": _INVALID,  # anvil
    "invalid opcode": _INVALID,
    "statechangeduringstaticcall": _WRITES_IN_READING,  # anvil
    "write protection": _WRITES_IN_READING,  # geth
    "insufficient balance for transfer": _SENDS_TOO_MUCH,
    "outoffunds": _SENDS_TOO_MUCH,  # anvil
    "simulatedfailure": Explanation(  # no node's: ours
        "This failed on purpose, as its request asked for.",
        "Send it without the header Simulate.",
    ),
}
"""By what the node's message contains, in lower case, where no contract was even asked."""

AGREEMENT_STATES: Final = ("not activated", "in force", "terminated", "expired")
"""In the order of the contract's enum ``AgreementState``."""

MILESTONE_STATES: Final = (
    "not funded",
    "in escrow",
    "delivered",
    "disputed",
    "paid",
    "settled by the arbiter",
    "refunded",
    "cancelled",
)
"""In the order of the contract's enum ``MilestoneState``."""

ROLES: Final[Mapping[str, str]] = {
    "0x" + "00" * 32: "DEFAULT_ADMIN_ROLE",
    **{
        "0x" + keccak256(name.encode()).hex(): name
        for name in ("ACCREDITOR_ROLE", "MINTER_ROLE", "PAUSER_ROLE")
    },
}
"""The roles of the platform's contracts by their identifiers."""
