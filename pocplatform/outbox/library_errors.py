"""What the errors of the library mean on which most contracts are built (OpenZeppelin Contracts 5).

Of developers' contracts, whose NatSpec speaks to programmers where it is the library's. A contract
that has words for people of its own, as ``@notice`` or ``@custom:fi``, is told in these. Amounts
are in the tokens' smallest unit, for how many decimals they have is not known.

Errors of the same name may be anybody's: of those that are named for no standard and no part of the
library, only such are here as can mean nothing else. Placeholders are as in
:mod:`pocplatform.outbox.known_errors`.
"""

from collections.abc import Mapping
from typing import Final

from pocplatform.outbox.known_errors import EXPLANATIONS, Explanation

PROPOSAL_STATES: Final = (
    "not open for votes yet",
    "open for votes",
    "cancelled",
    "defeated",
    "carried",
    "queued",
    "expired",
    "carried out",
)
"""In the order of the enum ``ProposalState`` of a governor."""

_SAME: Final = (
    "ERC2612ExpiredSignature(uint256)",
    "ERC3009InvalidAuthorizationTime(uint256,uint256)",
    "ERC3009InvalidSignature()",
    "ERC3009UsedAuthorization(address,bytes32)",
    "ERC1155InvalidArrayLength(uint256,uint256)",
    "OwnableUnauthorizedAccount(address)",
    "OwnableInvalidOwner(address)",
    "AccessControlBadConfirmation()",
    "ExpectedPause()",
    "ReentrancyGuardReentrantCall()",
    "FailedDeployment()",
    "ECDSAInvalidSignature()",
    "ECDSAInvalidSignatureLength(uint256)",
    "ECDSAInvalidSignatureS(bytes32)",
    "InvalidAccountNonce(address,uint256)",
    "SafeCastOverflowedUintDowncast(uint8,uint256)",
    "StringTooLong(string)",
)
"""Errors that mean the same in a contract of anybody's as in one of the platform's."""

LIBRARY_ERRORS: Final[Mapping[str, Explanation]] = {
    **{signature: EXPLANATIONS[signature] for signature in _SAME},
    # Tokens: ERC-20, ERC-6093
    "ERC20InsufficientBalance(address,uint256,uint256)": Explanation(
        "The account {sender:account} has {balance} of this token, but {needed} is needed (in "
        "its smallest unit).",
    ),
    "ERC20InsufficientAllowance(address,uint256,uint256)": Explanation(
        "{spender:account} may take {allowance} of this token from the account, but {needed} is"
        " needed (in its smallest unit).",
        "Its holder must allow it first, with `approve`.",
    ),
    "ERC20InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive this token.",
        "Check the recipient's address.",
    ),
    "ERC20InvalidSender(address)": Explanation(
        "This token cannot be taken from {sender:account}.",
    ),
    "ERC20InvalidApprover(address)": Explanation(
        "{approver:account} cannot allow others to take this token.",
    ),
    "ERC20InvalidSpender(address)": Explanation(
        "{spender:account} cannot be allowed to take this token.",
    ),
    "ERC20ExceededCap(uint256,uint256)": Explanation(
        "There can be {cap} of this token at the most; it would become {increasedSupply} (in "
        "its smallest unit).",
    ),
    "ERC20InvalidCap(uint256)": Explanation(
        "{cap} cannot be the most that there may be of this token.",
    ),
    "ERC2612InvalidSigner(address,address)": Explanation(
        "The permit was signed by {signer:account}, but the tokens are in the account "
        "{owner:account}.",
        "The owner of the tokens must sign, over exactly what is sent.",
    ),
    "SafeERC20FailedOperation(address)": Explanation(
        "The token {token:account} did not do what it was asked for.",
        "See that the account has enough of it, and that the contract may take it (`approve`).",
    ),
    # Vaults: ERC-4626
    "ERC4626ExceededMaxDeposit(address,uint256,uint256)": Explanation(
        "At most {max} can be put into the vault for {receiver:account}; {assets} is too much.",
    ),
    "ERC4626ExceededMaxMint(address,uint256,uint256)": Explanation(
        "At most {max} shares of the vault can be made for {receiver:account}; {shares} is too "
        "many.",
    ),
    "ERC4626ExceededMaxWithdraw(address,uint256,uint256)": Explanation(
        "At most {max} can be taken out of the vault for {owner:account}; {assets} is too much.",
    ),
    "ERC4626ExceededMaxRedeem(address,uint256,uint256)": Explanation(
        "At most {max} shares of {owner:account} can be redeemed; {shares} is too many.",
    ),
    # ERC-721
    "ERC721NonexistentToken(uint256)": Explanation(
        "There is no token with the number {tokenId}.",
    ),
    "ERC721IncorrectOwner(address,uint256,address)": Explanation(
        "The token {tokenId} belongs to {owner:account}, not to {sender:account}.",
    ),
    "ERC721InsufficientApproval(address,uint256)": Explanation(
        "{operator:account} is not allowed to move the token {tokenId}.",
        "Its owner must allow it first, with `approve`.",
    ),
    "ERC721InvalidApprover(address)": Explanation(
        "Only the token's owner can allow others to move it; {approver:account} is not the owner.",
    ),
    "ERC721InvalidOperator(address)": Explanation(
        "{operator:account} cannot be allowed to move tokens.",
    ),
    "ERC721InvalidOwner(address)": Explanation(
        "{owner:account} cannot own tokens.",
    ),
    "ERC721InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive this token: a contract must say that it takes such "
        "tokens.",
        "Check the recipient's address; a contract needs `onERC721Received`.",
    ),
    "ERC721InvalidSender(address)": Explanation(
        "The token cannot be taken from {sender:account}, or is there already.",
    ),
    "ERC721OutOfBoundsIndex(address,uint256)": Explanation(
        "There is no token at place {index} of this list.",
    ),
    # ERC-1155
    "ERC1155InsufficientBalance(address,uint256,uint256,uint256)": Explanation(
        "The account {sender:account} has {balance} of the token {tokenId}, but {needed} is "
        "needed.",
    ),
    "ERC1155MissingApprovalForAll(address,address)": Explanation(
        "{operator:account} is not allowed to move the tokens of {owner:account}.",
        "The holder must allow it first, with `setApprovalForAll`.",
    ),
    "ERC1155InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot receive these tokens: a contract must say that it takes such"
        " tokens.",
        "Check the recipient's address; a contract needs `onERC1155Received`.",
    ),
    "ERC1155InvalidSender(address)": Explanation(
        "Tokens cannot be taken from {sender:account}.",
    ),
    "ERC1155InvalidApprover(address)": Explanation(
        "{approver:account} cannot allow others to move its tokens.",
    ),
    "ERC1155InvalidOperator(address)": Explanation(
        "{operator:account} cannot be allowed to move tokens.",
    ),
    # Rights
    "AccessControlUnauthorizedAccount(address,bytes32)": Explanation(
        "{account:account} does not have the role {neededRole:role}, which this needs.",
        "Who administers the role can give it, with `grantRole`.",
    ),
    "AccessControlInvalidDefaultAdmin(address)": Explanation(
        "{defaultAdmin:account} cannot be the administrator.",
    ),
    "AccessControlEnforcedDefaultAdminDelay(uint48)": Explanation(
        "The administrator can be changed only after {schedule:time}.",
    ),
    "AccessControlEnforcedDefaultAdminRules()": Explanation(
        "The administrator's role is given and taken in two steps, with a delay between them.",
    ),
    "AccessManagedUnauthorized(address)": Explanation(
        "{caller:account} may not call this function.",
    ),
    "AccessManagerUnauthorizedAccount(address,uint64)": Explanation(
        "{msgsender:account} does not have the role {roleId}, which this needs.",
    ),
    # States of a contract
    "EnforcedPause()": Explanation(
        "The contract is paused.",
        "Who administers it can let it go on.",
    ),
    "InvalidInitialization()": Explanation(
        "The contract has been initialized already.",
        "Behind a proxy, call the initializer once, through the proxy; the implementation "
        "itself may have it locked.",
    ),
    "NotInitializing()": Explanation(
        "This is possible only while the contract is being initialized.",
        "Call it from a function with the modifier `initializer` or `reinitializer`.",
    ),
    # Proxies: ERC-1967
    "ERC1967InvalidImplementation(address)": Explanation(
        "{implementation:account} cannot stand behind the proxy: there is no suitable contract.",
    ),
    "ERC1967InvalidAdmin(address)": Explanation(
        "{admin:account} cannot administer the proxy.",
    ),
    "ERC1967InvalidBeacon(address)": Explanation(
        "{beacon:account} is no beacon: there is no suitable contract.",
    ),
    "ERC1967NonPayable()": Explanation(
        "Ether cannot go along with this upgrade: there is no call that would take it.",
    ),
    "ERC1967ProxyUninitialized()": Explanation(
        "The proxy must be initialized in the transaction that deploys it.",
        "Give it the initializer's call in `_data`.",
    ),
    "UUPSUnauthorizedCallContext()": Explanation(
        "This function works only through the proxy, or only without it.",
    ),
    "UUPSUnsupportedProxiableUUID(bytes32)": Explanation(
        "The new implementation is made for another kind of proxy.",
    ),
    "ProxyDeniedAdminAccess()": Explanation(
        "The proxy's administrator can do nothing but upgrade it.",
        "Use another account for the contract's own functions.",
    ),
    "BeaconInvalidImplementation(address)": Explanation(
        "{implementation:account} cannot stand behind the beacon: there is no contract.",
    ),
    "FailedCall()": Explanation(
        "A call that the contract made has failed without a reason.",
        "A simulation tells where: POST /v1/contracts/…/simulate/… with the same arguments.",
    ),
    "AddressEmptyCode(address)": Explanation(
        "There is no contract at {target:account}.",
    ),
    # Signatures
    "VotesExpiredSignature(uint256)": Explanation(
        "The signature was valid until {expiry:time}.",
        "Sign again with a later deadline.",
    ),
    "ERC2771ForwarderExpiredRequest(uint48)": Explanation(
        "The signed request was valid until {deadline:time}.",
        "Sign again with a later deadline.",
    ),
    "ERC2771ForwarderInvalidSigner(address,address)": Explanation(
        "The request was signed by {signer:account}, but is said to be from {from:account}.",
    ),
    "ERC2771UntrustfulTarget(address,address)": Explanation(
        "{target:account} does not trust the forwarder {forwarder:account}.",
    ),
    "MerkleProofInvalidMultiproof()": Explanation(
        "The Merkle proof does not hold.",
    ),
    # Votes: governors and timelocks
    "GovernorAlreadyCastVote(address)": Explanation(
        "{voter:account} has voted already.",
    ),
    "GovernorInsufficientProposerVotes(address,uint256,uint256)": Explanation(
        "{proposer:account} has {votes} votes, but who proposes needs {threshold}.",
        "Votes count after `delegate`, and from the block before the proposal.",
    ),
    "GovernorInvalidProposalLength(uint256,uint256,uint256)": Explanation(
        "The lists do not fit: {targets} targets, {calldatas} calls and {values} values.",
    ),
    "GovernorInvalidVoteType()": Explanation(
        "This is none of the ways to vote.",
        "0 is against, 1 is for, 2 is to abstain.",
    ),
    "GovernorInvalidSignature(address)": Explanation(
        "The vote is not signed by {voter:account}.",
    ),
    "GovernorNonexistentProposal(uint256)": Explanation(
        "There is no such proposal.",
        "Its number follows from targets, values, calls and description, which must be exactly "
        "the same.",
    ),
    "GovernorOnlyExecutor(address)": Explanation(
        "Only a proposal that was carried can do this; {account:account} cannot.",
    ),
    "GovernorRestrictedProposer(address)": Explanation(
        "{proposer:account} may not make this proposal: it names another proposer.",
    ),
    "GovernorUnableToCancel(uint256,address)": Explanation(
        "{account:account} cannot cancel this proposal.",
    ),
    "GovernorUnexpectedProposalState(uint256,uint8,bytes32)": Explanation(
        "The proposal is in another state: it is {current:proposal_state}.",
        "The voting begins after the voting delay and ends after the voting period, both in "
        "`clock` units.",
    ),
    "TimelockInsufficientDelay(uint256,uint256)": Explanation(
        "The delay of {delay} seconds is too short: it must be {minDelay} at least.",
    ),
    "TimelockUnauthorizedCaller(address)": Explanation(
        "Only the timelock itself may do this; {caller:account} may not.",
    ),
    "TimelockUnexpectedOperationState(bytes32,bytes32)": Explanation(
        "The operation is in another state: not scheduled, waiting, or done already.",
    ),
    "ERC5805FutureLookup(uint256,uint48)": Explanation(
        "The votes of the moment {timepoint} are not known yet: it is {clock} now.",
    ),
    # Numbers and texts
    "SafeCastOverflowedIntDowncast(uint8,int256)": Explanation(
        "The number {value} is too large or too small here: it must fit in {bits} bits.",
    ),
    "SafeCastOverflowedIntToUint(int256)": Explanation(
        "The number {value} is negative, which it must not be here.",
    ),
    "SafeCastOverflowedUintToInt(uint256)": Explanation(
        "The number {value} is too large here.",
    ),
    "StringsInsufficientHexLength(uint256,uint256)": Explanation(
        "The number {value} does not fit in {length} bytes.",
    ),
    "ERC2981InvalidDefaultRoyalty(uint256,uint256)": Explanation(
        "The royalty would be {numerator} of {denominator}, more than the price.",
    ),
    "ERC2981InvalidDefaultRoyaltyReceiver(address)": Explanation(
        "{receiver:account} cannot receive royalties.",
    ),
    "ERC3156UnsupportedToken(address)": Explanation(
        "The token {token:account} is not lent here.",
    ),
    "ERC3156ExceededMaxLoan(uint256)": Explanation(
        "At most {maxLoan} can be lent.",
    ),
    "ERC3156InvalidReceiver(address)": Explanation(
        "{receiver:account} cannot take the loan.",
    ),
}
