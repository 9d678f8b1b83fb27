// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AgreementBook} from "./AgreementBook.sol";
import {AgreementEscrow} from "./AgreementEscrow.sol";
import {AgreementTerms} from "./AgreementTerms.sol";
import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Service agreements with milestones and escrow
/// @notice Agreements of two or more parties: countersigned off the chain, activated in one transaction, paid from
/// escrow milestone by milestone.
/// @dev A milestone's amount enters the escrow once (Unfunded to Funded) and leaves it once (to Paid, Resolved or
/// Refunded); every state is written before any token moves, and no function can be entered again meanwhile.
contract ServiceAgreements is AgreementEscrow, AgreementBook {
    using AgreementTerms for Terms;

    /// @param admin who may allow further tokens
    /// @param settlementToken_ the token that is always allowed
    /// @param otherTokens further tokens that are allowed from the start
    /// @param credentialStatus_ the register of credentials
    constructor(address admin, address settlementToken_, address[] memory otherTokens, address credentialStatus_)
        Ownable(admin)
        AgreementEscrow(settlementToken_, otherTokens)
        AgreementBook(credentialStatus_)
    {}

    /// @inheritdoc IServiceAgreements
    function activate(
        Frame calldata frame, Party[] calldata parties, bytes[] calldata signatures, Proof[] calldata proofs
    ) external returns (bytes32 agreementId) {
        if (block.timestamp > frame.signBy) revert AgreementSignatureExpired(frame.signBy, block.timestamp);
        agreementId = AgreementTerms.hash(frame, parties);
        if (_records[agreementId].state != AgreementState.None) revert AgreementAlreadyActivated(agreementId);
        _checkParties(parties, proofs);
        _checkSignatures(parties, agreementId, signatures);
        _records[agreementId].state = AgreementState.Active;
        emit AgreementActivated(agreementId);
    }

    /// @inheritdoc IServiceAgreements
    function fund(bytes32 agreementId, Terms calldata terms, uint256 milestones) external nonReentrant {
        uint256 amount = _fund(agreementId, terms, milestones, msg.sender);
        _take(terms.deal.token, amount);
    }

    /// @inheritdoc IServiceAgreements
    function fundWithPermit(
        bytes32 agreementId, Terms calldata terms, uint256 milestones, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external nonReentrant {
        uint256 amount = _fund(agreementId, terms, milestones, msg.sender);
        _takeWithPermit(terms.deal.token, amount, deadline, v, r, s);
    }

    /// @inheritdoc IServiceAgreements
    function fundWithAuthorization(
        bytes32 agreementId,
        Terms calldata terms,
        uint256 milestones,
        address from,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata signature
    ) external nonReentrant {
        uint256 amount = _fund(agreementId, terms, milestones, from);
        bytes32 nonce = fundingNonce(agreementId, milestones, salt);
        _takeWithAuthorization(terms.deal.token, amount, from, validAfter, validBefore, nonce, signature);
    }

    /// @inheritdoc IServiceAgreements
    function deliver(bytes32 agreementId, uint256 milestone, Engagement calldata engagement, bytes32 evidenceHash)
        external
        nonReentrant
    {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Funded);
        _checkActor(engagement.provider);
        if (block.timestamp > engagement.expiresAt) revert AgreementHasExpired(agreementId, engagement.expiresAt);
        uint256 penaltyBps = AgreementTerms.penaltyBps(engagement);
        step.state = MilestoneState.Delivered;
        step.penaltyBps = uint16(penaltyBps);
        step.since = uint40(block.timestamp);
        emit MilestoneDelivered(agreementId, milestone, msg.sender, evidenceHash, penaltyBps);
    }

    /// @inheritdoc IServiceAgreements
    function accept(bytes32 agreementId, uint256 milestone, Engagement calldata engagement) external nonReentrant {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Delivered);
        _checkActor(engagement.payer);
        _payMilestone(agreementId, milestone, engagement, step, false);
    }

    /// @inheritdoc IServiceAgreements
    function acceptBySilence(bytes32 agreementId, uint256 milestone, Engagement calldata engagement)
        external
        nonReentrant
    {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Delivered);
        uint256 endsAt = uint256(step.since) + engagement.reviewWindow;
        if (block.timestamp <= endsAt) revert AgreementReviewOpen(endsAt);
        _payMilestone(agreementId, milestone, engagement, step, true);
    }

    /// @inheritdoc IServiceAgreements
    function dispute(bytes32 agreementId, uint256 milestone, Engagement calldata engagement, bytes32 reasonHash)
        external
        nonReentrant
    {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Delivered);
        if (msg.sender != engagement.provider) _checkActor(engagement.payer);
        uint256 endsAt = uint256(step.since) + engagement.reviewWindow;
        if (block.timestamp > endsAt) revert AgreementReviewOver(endsAt);
        step.state = MilestoneState.Disputed;
        step.since = uint40(block.timestamp);
        emit MilestoneDisputed(agreementId, milestone, msg.sender, reasonHash);
    }

    /// @inheritdoc IServiceAgreements
    function resolve(
        bytes32 agreementId,
        uint256 milestone,
        Engagement calldata engagement,
        uint16 payeeBps,
        bytes32 rulingHash
    ) external nonReentrant {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Disputed);
        _checkActor(engagement.arbiter);
        uint256 endsAt = uint256(step.since) + engagement.arbitrationWindow;
        if (block.timestamp > endsAt) revert AgreementArbitrationOver(endsAt);
        AgreementTerms.checkShare(payeeBps);
        _settle(step, MilestoneState.Resolved);
        _divide(agreementId, milestone, engagement, payeeBps, msg.sender, rulingHash);
    }

    /// @inheritdoc IServiceAgreements
    function resolveByFallback(bytes32 agreementId, uint256 milestone, Engagement calldata engagement)
        external
        nonReentrant
    {
        Step storage step = _engaged(agreementId, milestone, engagement, MilestoneState.Disputed);
        uint256 endsAt = uint256(step.since) + engagement.arbitrationWindow;
        if (block.timestamp <= endsAt) revert AgreementArbitrationOpen(endsAt);
        _settle(step, MilestoneState.Resolved);
        _divide(agreementId, milestone, engagement, engagement.fallbackBps, address(0), 0);
    }

    /// @inheritdoc IServiceAgreements
    function amend(
        bytes32 agreementId,
        Terms calldata terms,
        Terms calldata newTerms,
        bytes[] calldata signatures,
        Proof[] calldata proofs
    ) external nonReentrant {
        Record memory record = _inForce(agreementId, terms);
        if (record.state != AgreementState.Active) revert AgreementNotActive(agreementId, record.state);
        if (block.timestamp > newTerms.signBy) revert AgreementSignatureExpired(newTerms.signBy, block.timestamp);
        bytes32 newHash = newTerms.hash();
        uint32 revision = record.revision + 1;
        _checkSignatures(terms.parties, AgreementTerms.hashAmendment(agreementId, revision, newHash), signatures);
        _checkParties(newTerms.parties, proofs);
        if (!terms.keepsFrame(newTerms)) revert AgreementInvalidAmendment(agreementId);
        _amendMilestones(agreementId, terms, newTerms);
        _records[agreementId].revision = revision;
        _amendedTerms[agreementId] = newHash;
        emit AgreementAmended(agreementId, revision, newHash, newTerms.deal.documentHash);
    }

    /// @inheritdoc IServiceAgreements
    function terminate(
        bytes32 agreementId,
        Terms calldata terms,
        uint16[] calldata payeeBps,
        uint256 deadline,
        bytes[] calldata signatures
    ) external nonReentrant {
        Record memory record = _inForce(agreementId, terms);
        // An expired agreement may still have deliveries to settle.
        if (record.state != AgreementState.Active && record.state != AgreementState.Expired) {
            revert AgreementNotActive(agreementId, record.state);
        }
        if (block.timestamp > deadline) revert AgreementSignatureExpired(deadline, block.timestamp);
        uint256 count = terms.milestones.length;
        if (payeeBps.length != count) revert AgreementShareCount(count, payeeBps.length);
        _checkSignatures(
            terms.parties, AgreementTerms.hashTermination(agreementId, record.revision, payeeBps, deadline), signatures
        );
        bool[] memory escrowed = _end(agreementId, count, AgreementState.Terminated, MilestoneState.Resolved);
        emit AgreementTerminated(agreementId);
        for (uint256 i = 0; i < count; ++i) {
            AgreementTerms.checkShare(payeeBps[i]);
            if (escrowed[i]) _divide(agreementId, i, terms.engage(i), payeeBps[i], address(0), 0);
        }
    }

    /// @inheritdoc IServiceAgreements
    function expire(bytes32 agreementId, Terms calldata terms) external nonReentrant {
        Record memory record = _inForce(agreementId, terms);
        if (record.state != AgreementState.Active) revert AgreementNotActive(agreementId, record.state);
        uint256 expiresAt = terms.deal.expiresAt;
        if (block.timestamp <= expiresAt) revert AgreementNotExpired(agreementId, expiresAt);
        uint256 count = terms.milestones.length;
        bool[] memory escrowed = _end(agreementId, count, AgreementState.Expired, MilestoneState.Refunded);
        emit AgreementExpired(agreementId);
        for (uint256 i = 0; i < count; ++i) {
            if (!escrowed[i]) continue;
            Engagement memory engagement = terms.engage(i);
            emit MilestoneRefunded(agreementId, i, engagement.payer, engagement.amount);
            _pay(engagement.token, engagement.payer, engagement.amount);
        }
    }

    /// @dev Records the named milestones as funded and returns the sum that is to be taken for them.
    function _fund(bytes32 agreementId, Terms calldata terms, uint256 milestones, address funder)
        private
        returns (uint256 total)
    {
        Record memory record = _inForce(agreementId, terms);
        if (record.state != AgreementState.Active) revert AgreementNotActive(agreementId, record.state);
        uint256 expiresAt = terms.deal.expiresAt;
        if (block.timestamp > expiresAt) revert AgreementHasExpired(agreementId, expiresAt);
        _checkToken(terms.deal.token);
        uint256 count = terms.milestones.length;
        if (count > AgreementTerms.MAX_MILESTONES) revert AgreementMilestoneCount(count);
        bool all = milestones == type(uint256).max;
        if (!all && milestones >> count != 0) revert AgreementNoMilestone(Math.log2(milestones), count);
        for (uint256 i = 0; i < count; ++i) {
            if (!all && (milestones >> i) & 1 == 0) continue;
            Step storage step = _steps[agreementId][i];
            MilestoneState state = step.state;
            if (state != MilestoneState.Unfunded) {
                if (all) continue;
                revert AgreementMilestoneState(agreementId, i, state);
            }
            Engagement memory engagement = terms.engage(i);
            step.state = MilestoneState.Funded;
            step.engagementHash = AgreementTerms.hashEngagement(engagement);
            emit MilestoneFunded(agreementId, i, funder, engagement.amount);
            total += engagement.amount;
        }
        if (total == 0) revert AgreementNothingToFund(agreementId);
    }

    /// @dev Binds milestones in escrow to what the new terms say of them.
    function _amendMilestones(bytes32 agreementId, Terms calldata terms, Terms calldata newTerms) private {
        uint256 count = newTerms.milestones.length;
        if (count > AgreementTerms.MAX_MILESTONES) revert AgreementMilestoneCount(count);
        for (uint256 i = 0; i < terms.milestones.length; ++i) {
            Step storage step = _steps[agreementId][i];
            MilestoneState state = step.state;
            if (!AgreementTerms.keepsMilestone(state, terms.milestones[i], newTerms.milestones[i])) {
                revert AgreementInvalidAmendment(agreementId);
            }
            if (state != MilestoneState.Unfunded && state <= MilestoneState.Disputed) {
                step.engagementHash = AgreementTerms.hashEngagement(newTerms.engage(i));
            }
        }
    }

    /// @dev Settles an accepted milestone: pays it, less what lateness takes off.
    function _payMilestone(
        bytes32 agreementId, uint256 milestone, Engagement calldata engagement, Step storage step, bool bySilence
    ) private {
        uint256 payeeAmount = engagement.amount;
        uint256 payerAmount = payeeAmount * step.penaltyBps / AgreementTerms.FULL_BPS;
        payeeAmount -= payerAmount;
        _settle(step, MilestoneState.Paid);
        emit MilestonePaid(agreementId, milestone, engagement.payee, payeeAmount, payerAmount, bySilence);
        _pay(engagement.token, engagement.payee, payeeAmount);
        if (payerAmount != 0) _pay(engagement.token, engagement.payer, payerAmount);
    }

    /// @dev Divides a milestone that is recorded as settled between payee and client.
    function _divide(
        bytes32 agreementId,
        uint256 milestone,
        Engagement memory engagement,
        uint256 payeeBps,
        address by,
        bytes32 rulingHash
    ) private {
        uint256 payeeAmount = engagement.amount * payeeBps / AgreementTerms.FULL_BPS;
        uint256 payerAmount = engagement.amount - payeeAmount;
        emit MilestoneResolved(agreementId, milestone, by, payeeAmount, payerAmount, rulingHash);
        _pay(engagement.token, engagement.payee, payeeAmount);
        _pay(engagement.token, engagement.payer, payerAmount);
    }
}
