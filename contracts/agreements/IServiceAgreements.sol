// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Service agreements with milestones and escrow
/// @notice Agreements of two or more parties: countersigned off the chain, activated in one transaction, paid from
/// escrow milestone by milestone.
/// @dev Only hashes and a compact state are stored. An agreement's id is the EIP-712 struct hash of its first terms.
/// Activation shows the parties and the hashes of the rest; funding shows the whole terms in calldata and binds each
/// funded milestone to its `Engagement`, which the later steps of that milestone show. An agreement is completed when
/// all its milestones are settled. Amounts are in the token's smallest units, times in seconds since 1970, shares in
/// basis points (1/100 of a percent).
interface IServiceAgreements {
    /// @notice What a party is in an agreement.
    enum Role {
        /// @dev pays, reviews deliveries, gets refunds
        Client,
        /// @dev delivers
        Provider,
        /// @dev signs only
        Witness
    }

    /// @notice State of an agreement as a whole.
    enum AgreementState {
        /// @dev not activated
        None,
        /// @dev signed by all and in force
        Active,
        /// @dev ended by all parties together
        Terminated,
        /// @dev its time ran out; deliveries made in time are still settled
        Expired
    }

    /// @notice State of a milestone. No state follows a settled one (Paid, Resolved, Refunded, Cancelled).
    enum MilestoneState {
        /// @dev not paid into escrow
        Unfunded,
        /// @dev its amount is in escrow
        Funded,
        /// @dev the provider has delivered, the client reviews
        Delivered,
        /// @dev waits for the arbiter
        Disputed,
        /// @dev accepted, by word or by silence, and paid
        Paid,
        /// @dev divided by the arbiter, the fallback share or a termination
        Resolved,
        /// @dev given back to the client whole
        Refunded,
        /// @dev ended without ever being funded
        Cancelled
    }

    /// @notice A party to an agreement.
    struct Party {
        /// @dev the party's account: an ECDSA key or an ERC-1271 wallet
        address account;
        Role role;
        /// @dev type of credential that it must hold when the agreement is activated, 0 for none
        bytes32 credentialType;
    }

    /// @notice A step of the work, with its price.
    struct Milestone {
        /// @dev who gets the money: the provider, a split's address or any other
        address payee;
        uint128 amount;
        /// @dev when it is to be delivered, 0 for no due time
        uint40 dueAt;
        /// @dev seconds after delivery in which the client may accept or dispute; then silence is acceptance
        uint32 reviewWindow;
        /// @dev taken off the price for each day, begun days included, that the delivery is late
        uint16 penaltyBpsPerDay;
        /// @dev the most that lateness can take off
        uint16 maxPenaltyBps;
        /// @dev index of the client that pays
        uint8 payer;
        /// @dev index of the provider that delivers
        uint8 provider;
    }

    /// @notice What holds for an agreement as a whole.
    struct Deal {
        /// @dev salted hash of the written document
        bytes32 documentHash;
        address token;
        /// @dev who settles disputes; zero: the fallback share does
        address arbiter;
        /// @dev after this second nothing can be funded or delivered, and what was not delivered is refunded
        uint40 expiresAt;
        /// @dev seconds that the arbiter has for a dispute
        uint32 arbitrationWindow;
        /// @dev payee's share when the arbiter does not decide in time
        uint16 fallbackBps;
    }

    /// @notice All that the parties sign. EIP-712 type `Agreement`.
    struct Terms {
        Deal deal;
        /// @dev last second in which the agreement can be activated: the signatures' deadline
        uint40 signBy;
        /// @dev tells apart agreements that are otherwise the same
        uint64 nonce;
        Party[] parties;
        Milestone[] milestones;
    }

    /// @notice The terms without parties, as far as activation needs them.
    struct Frame {
        /// @dev EIP-712 struct hash of the deal
        bytes32 dealHash;
        /// @dev EIP-712 hash of the array of milestones
        bytes32 milestonesHash;
        uint40 signBy;
        uint64 nonce;
    }

    /// @notice What the steps of one funded milestone go by: its part of the terms, with the accounts put in.
    struct Engagement {
        address token;
        address payer;
        address provider;
        address payee;
        address arbiter;
        uint128 amount;
        uint40 dueAt;
        uint40 expiresAt;
        uint32 reviewWindow;
        uint32 arbitrationWindow;
        uint16 penaltyBpsPerDay;
        uint16 maxPenaltyBps;
        uint16 fallbackBps;
    }

    /// @notice A credential that a party shows.
    struct Proof {
        /// @dev index of the party
        uint8 party;
        address issuer;
        bytes32 digest;
    }

    /// @notice An agreement came into force.
    /// @param agreementId hash of the terms
    event AgreementActivated(bytes32 indexed agreementId);

    /// @notice All parties changed the terms; the full new terms are in the transaction's calldata.
    /// @param agreementId the agreement
    /// @param revision number of this version, 1 for the first amendment
    /// @param termsHash hash of the new terms
    /// @param documentHash salted hash of the new document
    event AgreementAmended(
        bytes32 indexed agreementId, uint256 revision, bytes32 indexed termsHash, bytes32 documentHash
    );

    /// @notice All parties ended the agreement together.
    /// @param agreementId the agreement
    event AgreementTerminated(bytes32 indexed agreementId);

    /// @notice The agreement's time ran out.
    /// @param agreementId the agreement
    event AgreementExpired(bytes32 indexed agreementId);

    /// @notice A milestone's amount came into escrow.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param funder who paid
    /// @param amount how much
    event MilestoneFunded(
        bytes32 indexed agreementId, uint256 indexed milestone, address indexed funder, uint256 amount
    );

    /// @notice A milestone was delivered; the review window runs from this block.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param provider who delivered
    /// @param evidenceHash salted hash of the evidence
    /// @param penaltyBps what lateness takes off the price
    event MilestoneDelivered(
        bytes32 indexed agreementId,
        uint256 indexed milestone,
        address indexed provider,
        bytes32 evidenceHash,
        uint256 penaltyBps
    );

    /// @notice A milestone was accepted and paid.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param payee who got the money
    /// @param payeeAmount how much
    /// @param payerAmount what went back to the client for lateness
    /// @param bySilence true if the review window ran out, false if the client accepted
    event MilestonePaid(
        bytes32 indexed agreementId,
        uint256 indexed milestone,
        address indexed payee,
        uint256 payeeAmount,
        uint256 payerAmount,
        bool bySilence
    );

    /// @notice A delivery was disputed; the arbiter's window runs from this block.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param by who disputes
    /// @param reasonHash salted hash of the reasons
    event MilestoneDisputed(
        bytes32 indexed agreementId, uint256 indexed milestone, address indexed by, bytes32 reasonHash
    );

    /// @notice A milestone was divided.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param by the arbiter, or zero when the fallback share or a termination decided
    /// @param payeeAmount what the payee got
    /// @param payerAmount what went back to the client
    /// @param rulingHash salted hash of the ruling, 0 where there is none
    event MilestoneResolved(
        bytes32 indexed agreementId,
        uint256 indexed milestone,
        address indexed by,
        uint256 payeeAmount,
        uint256 payerAmount,
        bytes32 rulingHash
    );

    /// @notice A funded milestone was given back whole.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param payer who got it back
    /// @param amount how much
    event MilestoneRefunded(
        bytes32 indexed agreementId, uint256 indexed milestone, address indexed payer, uint256 amount
    );

    /// @notice A milestone ended without ever being funded.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    event MilestoneCancelled(bytes32 indexed agreementId, uint256 indexed milestone);

    /// @notice A token refused a payment to an account; the amount waits here until the account withdraws it.
    /// @param token the token
    /// @param account whose money it is
    /// @param amount how much
    event PaymentHeld(address indexed token, address indexed account, uint256 amount);

    /// @notice Money that was held was withdrawn.
    /// @param token the token
    /// @param account whose money it was
    /// @param to where it went
    /// @param amount how much
    event HeldPaymentWithdrawn(address indexed token, address indexed account, address to, uint256 amount);

    /// @notice A token was allowed or disallowed for new agreements and fundings.
    /// @param token the token
    /// @param allowed whether it is allowed now
    event TokenAllowed(address indexed token, bool allowed);

    /// @notice The number of parties is not between 2 and 16.
    /// @param count how many there are
    error AgreementPartyCount(uint256 count);

    /// @notice The number of milestones is not between 1 and 32.
    /// @param count how many there are
    error AgreementMilestoneCount(uint256 count);

    /// @notice A party's account is zero, or the same as that of a party before it.
    /// @param party index of the party
    /// @param account its account
    error AgreementInvalidParty(uint256 party, address account);

    /// @notice A milestone is not well formed: zero amount or payee, or payer and provider of the wrong roles.
    /// @param milestone index of the milestone
    error AgreementInvalidMilestone(uint256 milestone);

    /// @notice A share is above 10,000 basis points.
    /// @param bps the share
    error AgreementInvalidShare(uint256 bps);

    /// @notice The token is not one in which agreements are settled here.
    /// @param token the token
    error AgreementTokenNotAllowed(address token);

    /// @notice The signatures' deadline has passed.
    /// @param deadline the last second
    /// @param time time of the block
    error AgreementSignatureExpired(uint256 deadline, uint256 time);

    /// @notice There must be one signature for each party, in the parties' order.
    /// @param parties number of parties
    /// @param signatures number of signatures
    error AgreementSignatureCount(uint256 parties, uint256 signatures);

    /// @notice A party's signature is not one over exactly this.
    /// @param party index of the party
    /// @param account its account
    error AgreementInvalidSignature(uint256 party, address account);

    /// @notice A party did not show a valid credential of the type that the agreement asks of it.
    /// @param party index of the party
    /// @param account its account
    /// @param credentialType type of credential
    error AgreementCredentialMissing(uint256 party, address account, bytes32 credentialType);

    /// @notice The same agreement was activated before.
    /// @param agreementId the agreement
    error AgreementAlreadyActivated(bytes32 agreementId);

    /// @notice The agreement is not in a state in which this can be done.
    /// @param agreementId the agreement
    /// @param state its state
    error AgreementNotActive(bytes32 agreementId, AgreementState state);

    /// @notice The terms that were given are not the agreement's terms in force.
    /// @param agreementId the agreement
    /// @param given hash of the terms given
    /// @param inForce hash of the terms in force, 0 if there is no such agreement
    error AgreementWrongTerms(bytes32 agreementId, bytes32 given, bytes32 inForce);

    /// @notice The engagement that was given is not the one that the milestone was funded for.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    error AgreementWrongEngagement(bytes32 agreementId, uint256 milestone);

    /// @notice The agreement's time has run out.
    /// @param agreementId the agreement
    /// @param expiresAt when it ended
    error AgreementHasExpired(bytes32 agreementId, uint256 expiresAt);

    /// @notice The agreement's time has not run out yet.
    /// @param agreementId the agreement
    /// @param expiresAt when it ends
    error AgreementNotExpired(bytes32 agreementId, uint256 expiresAt);

    /// @notice The milestone is not in a state in which this can be done.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param state its state
    error AgreementMilestoneState(bytes32 agreementId, uint256 milestone, MilestoneState state);

    /// @notice There is no such milestone.
    /// @param milestone the index that was given
    /// @param count how many milestones there are
    error AgreementNoMilestone(uint256 milestone, uint256 count);

    /// @notice No milestone that can be funded was named.
    /// @param agreementId the agreement
    error AgreementNothingToFund(bytes32 agreementId);

    /// @notice Only a certain account may do this.
    /// @param actor who tried
    /// @param expected who may
    error AgreementNotAuthorized(address actor, address expected);

    /// @notice The token moved another amount into escrow than it was told to.
    /// @param expected what was due
    /// @param received what came
    error AgreementFundingMismatch(uint256 expected, uint256 received);

    /// @notice The review window is over: the delivery counts as accepted.
    /// @param endedAt its last second
    error AgreementReviewOver(uint256 endedAt);

    /// @notice The review window is still open.
    /// @param endsAt its last second
    error AgreementReviewOpen(uint256 endsAt);

    /// @notice The arbiter's window is over: the fallback share applies.
    /// @param endedAt its last second
    error AgreementArbitrationOver(uint256 endedAt);

    /// @notice The arbiter's window is still open.
    /// @param endsAt its last second
    error AgreementArbitrationOpen(uint256 endsAt);

    /// @notice An amendment must keep parties and token, and the amounts and payers of what is funded or settled.
    /// @param agreementId the agreement
    error AgreementInvalidAmendment(bytes32 agreementId);

    /// @notice There must be one share for each milestone.
    /// @param milestones number of milestones
    /// @param shares number of shares
    error AgreementShareCount(uint256 milestones, uint256 shares);

    /// @notice Nothing is held for this account.
    /// @param token the token
    /// @param account the account
    error AgreementNothingHeld(address token, address account);

    /// @notice Brings an agreement into force with the signatures of all its parties. Anybody may send it.
    /// @dev What the hashes stand for is checked when it is shown: at funding.
    /// @param frame the terms without parties
    /// @param parties the parties
    /// @param signatures of `Agreement`, one for each party in their order
    /// @param proofs credentials of the parties from which the terms ask one
    /// @return agreementId hash of the terms
    function activate(
        Frame calldata frame, Party[] calldata parties, bytes[] calldata signatures, Proof[] calldata proofs
    ) external returns (bytes32 agreementId);

    /// @notice Pays milestones into escrow from the caller's allowance.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @param milestones bit i for milestone i; all bits set means all that are unfunded
    function fund(bytes32 agreementId, Terms calldata terms, uint256 milestones) external;

    /// @notice As `fund`, with the caller's EIP-2612 permit for exactly the sum in the same transaction.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @param milestones bit i for milestone i; all bits set means all that are unfunded
    /// @param deadline the permit's deadline
    /// @param v v of the permit's signature
    /// @param r r of the permit's signature
    /// @param s s of the permit's signature
    function fundWithPermit(
        bytes32 agreementId, Terms calldata terms, uint256 milestones, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external;

    /// @notice As `fund`, with an EIP-3009 `ReceiveWithAuthorization` for exactly the sum. Anybody may send it.
    /// @dev The authorization's nonce must be `fundingNonce(agreementId, milestones, salt)`, so that it serves for
    /// nothing else; its receiver is this contract.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @param milestones bit i for milestone i; all bits set means all that are unfunded
    /// @param from who pays
    /// @param validAfter last second in which the authorization is not yet valid
    /// @param validBefore first second in which it is no longer valid
    /// @param salt any 32 bytes
    /// @param signature of `ReceiveWithAuthorization`
    function fundWithAuthorization(
        bytes32 agreementId,
        Terms calldata terms,
        uint256 milestones,
        address from,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata signature
    ) external;

    /// @notice Delivers a funded milestone. Only its provider may.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    /// @param evidenceHash salted hash of the evidence
    function deliver(bytes32 agreementId, uint256 milestone, Engagement calldata engagement, bytes32 evidenceHash) external;

    /// @notice Accepts a delivered milestone and pays it. Only its client may.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    function accept(bytes32 agreementId, uint256 milestone, Engagement calldata engagement) external;

    /// @notice Pays a delivered milestone whose review window ran out in silence. Anybody may.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    function acceptBySilence(bytes32 agreementId, uint256 milestone, Engagement calldata engagement) external;

    /// @notice Disputes a delivery within its review window. Only its client or its provider may.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    /// @param reasonHash salted hash of the reasons
    function dispute(bytes32 agreementId, uint256 milestone, Engagement calldata engagement, bytes32 reasonHash) external;

    /// @notice Settles a dispute by a split. Only the arbiter may, within its window.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    /// @param payeeBps share of the amount that goes to the payee, the rest goes back to the client
    /// @param rulingHash salted hash of the ruling
    function resolve(
        bytes32 agreementId, uint256 milestone, Engagement calldata engagement, uint16 payeeBps, bytes32 rulingHash
    ) external;

    /// @notice Settles a dispute by the fallback share after the arbiter's window. Anybody may.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @param engagement what the milestone was funded for
    function resolveByFallback(bytes32 agreementId, uint256 milestone, Engagement calldata engagement) external;

    /// @notice Replaces the terms with the signatures of all parties. Anybody may send it.
    /// @dev Parties and token stay; milestones may be added, not removed; amount and payer of milestones that are
    /// funded, and all of those that are settled, stay.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @param newTerms the new terms; their `signBy` is the signatures' deadline
    /// @param signatures of `Amendment`, one for each party in their order
    /// @param proofs credentials of the parties from which the new terms ask one
    function amend(
        bytes32 agreementId,
        Terms calldata terms,
        Terms calldata newTerms,
        bytes[] calldata signatures,
        Proof[] calldata proofs
    ) external;

    /// @notice Ends an agreement with the signatures of all parties, dividing what is in escrow as they say.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @param payeeBps payee's share of each milestone that is in escrow; one for every milestone
    /// @param deadline last second in which the signatures may be used
    /// @param signatures of `Termination`, one for each party in their order
    function terminate(
        bytes32 agreementId,
        Terms calldata terms,
        uint16[] calldata payeeBps,
        uint256 deadline,
        bytes[] calldata signatures
    ) external;

    /// @notice Ends an agreement whose time ran out: refunds what was not delivered. Anybody may.
    /// @dev Deliveries made in time keep their course: review, dispute and payment.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    function expire(bytes32 agreementId, Terms calldata terms) external;

    /// @notice Withdraws money that a token had refused to pay to the caller.
    /// @param token the token
    /// @param to where it goes
    function withdrawHeld(address token, address to) external;

    /// @notice Allows or disallows a token for new agreements and fundings. Only the administrator may.
    /// @dev What is in escrow can always be paid out.
    /// @param token the token
    /// @param allowed whether it is to be allowed
    function setTokenAllowed(address token, bool allowed) external;

    /// @notice Whether new agreements may be settled in a token.
    /// @param token the token
    /// @return true if they may
    function isTokenAllowed(address token) external view returns (bool);

    /// @notice The state of an agreement.
    /// @param agreementId the agreement
    /// @return state its state
    /// @return revision how often it was amended
    function agreementOf(bytes32 agreementId) external view returns (AgreementState state, uint256 revision);

    /// @notice Whether every milestone of an agreement is settled.
    /// @param agreementId the agreement
    /// @param terms its terms in force
    /// @return true if it is completed
    function isCompleted(bytes32 agreementId, Terms calldata terms) external view returns (bool);

    /// @notice The state of a milestone.
    /// @param agreementId the agreement
    /// @param milestone index of the milestone
    /// @return state its state
    /// @return since when it was delivered, or disputed, in seconds since 1970; 0 otherwise
    /// @return penaltyBps what lateness takes off its price
    function milestoneOf(bytes32 agreementId, uint256 milestone)
        external
        view
        returns (MilestoneState state, uint256 since, uint256 penaltyBps);

    /// @notice Hash of the terms in force, 0 if there is no such agreement.
    /// @param agreementId the agreement
    /// @return the hash
    function termsHashOf(bytes32 agreementId) external view returns (bytes32);

    /// @notice EIP-712 struct hash of terms; of the first terms it is the agreement's id.
    /// @param terms the terms
    /// @return the hash
    function hashTerms(Terms calldata terms) external pure returns (bytes32);

    /// @notice What `activate` needs of terms.
    /// @param terms the terms
    /// @return the terms without parties
    function frameOf(Terms calldata terms) external pure returns (Frame memory);

    /// @notice What the steps of a milestone need of terms. Reverts if money could not be put into it.
    /// @param terms the terms
    /// @param milestone index of the milestone
    /// @return its engagement
    function engagementOf(Terms calldata terms, uint256 milestone) external view returns (Engagement memory);

    /// @notice The nonce that an EIP-3009 authorization for `fundWithAuthorization` must carry.
    /// @param agreementId the agreement
    /// @param milestones bit i for milestone i
    /// @param salt any 32 bytes
    /// @return the nonce
    function fundingNonce(bytes32 agreementId, uint256 milestones, bytes32 salt) external pure returns (bytes32);

    /// @notice Money of an account that a token refused to pay out.
    /// @param token the token
    /// @param account the account
    /// @return how much
    function heldOf(address token, address account) external view returns (uint256);
}
