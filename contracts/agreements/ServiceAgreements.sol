// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICredentialStatus} from "../identity/ICredentialStatus.sol";
import {AgreementEscrow} from "./AgreementEscrow.sol";
import {AgreementLanes} from "./AgreementLanes.sol";
import {AgreementTerms} from "./AgreementTerms.sol";
import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Service agreements with milestones and escrow
/// @notice Agreements of two or more parties: countersigned off the chain, activated in one transaction, paid from
/// escrow milestone by milestone.
/// @dev A milestone's amount enters the escrow once (Unfunded to Funded) and leaves it once (to Paid, Resolved or
/// Refunded); every state is written before any token moves, and no function can be entered again meanwhile.
contract ServiceAgreements is AgreementEscrow, EIP712 {
    using AgreementLanes for uint64;
    using AgreementLanes for AgreementLanes.Header;
    using AgreementTerms for Terms;

    /// @notice The register of credentials that gates agreements.
    ICredentialStatus public immutable credentialStatus;

    /// @dev Lane 0 is the agreement's, lane i + 1 that of milestone i.
    mapping(bytes32 agreementId => uint64[33]) private _lanes;

    /// @dev Hash of the terms in force of amended agreements; of others it is the id itself.
    mapping(bytes32 agreementId => bytes32 termsHash) private _amendedTerms;

    /// @param admin who may allow further tokens
    /// @param settlementToken_ the token that is always allowed
    /// @param otherTokens further tokens that are allowed from the start
    /// @param credentialStatus_ the register of credentials
    constructor(address admin, address settlementToken_, address[] memory otherTokens, address credentialStatus_)
        Ownable(admin)
        AgreementEscrow(settlementToken_, otherTokens)
        EIP712("ServiceAgreements", "1")
    {
        credentialStatus = ICredentialStatus(credentialStatus_);
    }

    /// @inheritdoc IServiceAgreements
    function activate(Terms calldata terms, bytes[] calldata signatures, Proof[] calldata proofs)
        external
        returns (bytes32 agreementId)
    {
        agreementId = terms.hash();
        if (_lanes[agreementId][0] != 0) revert AgreementAlreadyActivated(agreementId);
        terms.check();
        _checkToken(terms.token);
        _checkSignatures(terms.parties, agreementId, signatures);
        _checkCredentials(terms.parties, proofs);
        _lanes[agreementId][0] =
            AgreementLanes.Header(AgreementState.Active, terms.milestones.length, 0, 0).pack();
        emit AgreementActivated(
            agreementId, terms.documentHash, terms.parties[0].account, terms.parties[1].account
        );
    }

    /// @inheritdoc IServiceAgreements
    function fund(bytes32 agreementId, Terms calldata terms, uint256 milestones) external nonReentrant {
        uint256 amount = _fund(agreementId, terms, milestones, msg.sender);
        _take(terms.token, amount);
    }

    /// @inheritdoc IServiceAgreements
    function fundWithPermit(
        bytes32 agreementId, Terms calldata terms, uint256 milestones, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external nonReentrant {
        uint256 amount = _fund(agreementId, terms, milestones, msg.sender);
        _takeWithPermit(terms.token, amount, deadline, v, r, s);
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
        _takeWithAuthorization(terms.token, amount, from, validAfter, validBefore, nonce, signature);
    }

    /// @inheritdoc IServiceAgreements
    function deliver(bytes32 agreementId, Terms calldata terms, uint256 milestone, bytes32 evidenceHash)
        external
        nonReentrant
    {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        _checkRunning(agreementId, header, terms);
        _lane(agreementId, terms, milestone, MilestoneState.Funded);
        Milestone calldata item = terms.milestones[milestone];
        _checkActor(terms.parties[item.provider].account);
        uint256 penaltyBps = AgreementTerms.penaltyBps(item);
        _lanes[agreementId][milestone + 1] =
            AgreementLanes.packMilestone(MilestoneState.Delivered, penaltyBps, block.timestamp);
        emit MilestoneDelivered(agreementId, milestone, msg.sender, evidenceHash, penaltyBps);
    }

    /// @inheritdoc IServiceAgreements
    function accept(bytes32 agreementId, Terms calldata terms, uint256 milestone) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        uint64 lane = _lane(agreementId, terms, milestone, MilestoneState.Delivered);
        _checkActor(terms.parties[terms.milestones[milestone].payer].account);
        _payMilestone(agreementId, header, terms, milestone, lane.penaltyOf(), false);
    }

    /// @inheritdoc IServiceAgreements
    function acceptBySilence(bytes32 agreementId, Terms calldata terms, uint256 milestone) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        uint64 lane = _lane(agreementId, terms, milestone, MilestoneState.Delivered);
        uint256 endsAt = lane.sinceOf() + terms.milestones[milestone].reviewWindow;
        if (block.timestamp <= endsAt) revert AgreementReviewOpen(endsAt);
        _payMilestone(agreementId, header, terms, milestone, lane.penaltyOf(), true);
    }

    /// @inheritdoc IServiceAgreements
    function dispute(bytes32 agreementId, Terms calldata terms, uint256 milestone, bytes32 reasonHash)
        external
        nonReentrant
    {
        _inForce(agreementId, terms);
        uint64 lane = _lane(agreementId, terms, milestone, MilestoneState.Delivered);
        Milestone calldata item = terms.milestones[milestone];
        if (msg.sender != terms.parties[item.provider].account) _checkActor(terms.parties[item.payer].account);
        uint256 endsAt = lane.sinceOf() + item.reviewWindow;
        if (block.timestamp > endsAt) revert AgreementReviewOver(endsAt);
        _lanes[agreementId][milestone + 1] =
            AgreementLanes.packMilestone(MilestoneState.Disputed, lane.penaltyOf(), block.timestamp);
        emit MilestoneDisputed(agreementId, milestone, msg.sender, reasonHash);
    }

    /// @inheritdoc IServiceAgreements
    function resolve(
        bytes32 agreementId, Terms calldata terms, uint256 milestone, uint16 payeeBps, bytes32 rulingHash
    ) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        uint64 lane = _lane(agreementId, terms, milestone, MilestoneState.Disputed);
        _checkActor(terms.arbiter);
        uint256 endsAt = lane.sinceOf() + terms.arbitrationWindow;
        if (block.timestamp > endsAt) revert AgreementArbitrationOver(endsAt);
        if (payeeBps > AgreementTerms.FULL_BPS) revert AgreementInvalidShare(payeeBps);
        _settle(agreementId, header, milestone, MilestoneState.Resolved);
        _divide(agreementId, terms, milestone, payeeBps, msg.sender, rulingHash);
    }

    /// @inheritdoc IServiceAgreements
    function resolveByFallback(bytes32 agreementId, Terms calldata terms, uint256 milestone) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        uint64 lane = _lane(agreementId, terms, milestone, MilestoneState.Disputed);
        uint256 endsAt = lane.sinceOf() + terms.arbitrationWindow;
        if (block.timestamp <= endsAt) revert AgreementArbitrationOpen(endsAt);
        _settle(agreementId, header, milestone, MilestoneState.Resolved);
        _divide(agreementId, terms, milestone, terms.fallbackBps, address(0), 0);
    }

    /// @inheritdoc IServiceAgreements
    function amend(
        bytes32 agreementId,
        Terms calldata terms,
        Terms calldata newTerms,
        bytes[] calldata signatures,
        Proof[] calldata proofs
    ) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        if (header.state != AgreementState.Active) revert AgreementNotActive(agreementId, header.state);
        newTerms.check();
        _checkKept(agreementId, terms, newTerms);
        bytes32 newHash = newTerms.hash();
        ++header.revision;
        header.milestones = newTerms.milestones.length;
        _checkSignatures(
            terms.parties, AgreementTerms.hashAmendment(agreementId, header.revision, newHash), signatures
        );
        _checkCredentials(newTerms.parties, proofs);
        _lanes[agreementId][0] = header.pack();
        _amendedTerms[agreementId] = newHash;
        emit AgreementAmended(agreementId, header.revision, newHash, newTerms.documentHash);
    }

    /// @inheritdoc IServiceAgreements
    function terminate(
        bytes32 agreementId,
        Terms calldata terms,
        uint16[] calldata payeeBps,
        uint256 deadline,
        bytes[] calldata signatures
    ) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        // An expired agreement may still have deliveries to settle.
        if (header.state != AgreementState.Active && header.state != AgreementState.Expired) {
            revert AgreementNotActive(agreementId, header.state);
        }
        if (block.timestamp > deadline) revert AgreementSignatureExpired(deadline, block.timestamp);
        if (payeeBps.length != header.milestones) revert AgreementShareCount(header.milestones, payeeBps.length);
        _checkSignatures(
            terms.parties,
            AgreementTerms.hashTermination(agreementId, header.revision, payeeBps, deadline),
            signatures
        );
        bool[] memory escrowed = _end(agreementId, header, AgreementState.Terminated, MilestoneState.Resolved);
        emit AgreementTerminated(agreementId);
        for (uint256 i = 0; i < escrowed.length; ++i) {
            if (payeeBps[i] > AgreementTerms.FULL_BPS) revert AgreementInvalidShare(payeeBps[i]);
            if (escrowed[i]) _divide(agreementId, terms, i, payeeBps[i], address(0), 0);
        }
    }

    /// @inheritdoc IServiceAgreements
    function expire(bytes32 agreementId, Terms calldata terms) external nonReentrant {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        if (header.state != AgreementState.Active) revert AgreementNotActive(agreementId, header.state);
        if (block.timestamp <= terms.expiresAt) revert AgreementNotExpired(agreementId, terms.expiresAt);
        bool[] memory escrowed = _end(agreementId, header, AgreementState.Expired, MilestoneState.Refunded);
        emit AgreementExpired(agreementId);
        for (uint256 i = 0; i < escrowed.length; ++i) {
            if (!escrowed[i]) continue;
            Milestone calldata item = terms.milestones[i];
            address payer = terms.parties[item.payer].account;
            emit MilestoneRefunded(agreementId, i, payer, item.amount);
            _pay(terms.token, payer, item.amount);
        }
    }

    /// @inheritdoc IServiceAgreements
    function agreementOf(bytes32 agreementId)
        external
        view
        returns (AgreementState state, uint256 revision, uint256 milestones, uint256 settled)
    {
        AgreementLanes.Header memory header = _lanes[agreementId][0].unpack();
        return (header.state, header.revision, header.milestones, header.settled);
    }

    /// @inheritdoc IServiceAgreements
    function milestoneOf(bytes32 agreementId, uint256 milestone)
        external
        view
        returns (MilestoneState state, uint256 since, uint256 penaltyBps)
    {
        uint256 count = _lanes[agreementId][0].unpack().milestones;
        if (milestone >= count) revert AgreementNoMilestone(milestone, count);
        uint64 lane = _lanes[agreementId][milestone + 1];
        return (lane.stateOf(), lane.sinceOf(), lane.penaltyOf());
    }

    /// @inheritdoc IServiceAgreements
    function termsHashOf(bytes32 agreementId) external view returns (bytes32) {
        return _termsHash(agreementId, _lanes[agreementId][0].unpack());
    }

    /// @inheritdoc IServiceAgreements
    function hashTerms(Terms calldata terms) external pure returns (bytes32) {
        return terms.hash();
    }

    /// @dev Records the named milestones as funded and returns the sum that is to be taken for them.
    function _fund(bytes32 agreementId, Terms calldata terms, uint256 milestones, address funder)
        private
        returns (uint256 total)
    {
        AgreementLanes.Header memory header = _inForce(agreementId, terms);
        _checkRunning(agreementId, header, terms);
        _checkToken(terms.token);
        bool all = milestones == type(uint256).max;
        if (!all && milestones >> header.milestones != 0) {
            revert AgreementNoMilestone(Math.log2(milestones), header.milestones);
        }
        for (uint256 i = 0; i < header.milestones; ++i) {
            if (!all && (milestones >> i) & 1 == 0) continue;
            MilestoneState state = _lanes[agreementId][i + 1].stateOf();
            if (state != MilestoneState.Unfunded) {
                if (all) continue;
                revert AgreementMilestoneState(agreementId, i, state);
            }
            uint256 amount = terms.milestones[i].amount;
            _lanes[agreementId][i + 1] = AgreementLanes.packMilestone(MilestoneState.Funded, 0, 0);
            emit MilestoneFunded(agreementId, i, funder, amount);
            total += amount;
        }
        if (total == 0) revert AgreementNothingToFund(agreementId);
    }

    function _payMilestone(
        bytes32 agreementId,
        AgreementLanes.Header memory header,
        Terms calldata terms,
        uint256 milestone,
        uint256 penaltyBps,
        bool bySilence
    ) private {
        _settle(agreementId, header, milestone, MilestoneState.Paid);
        Milestone calldata item = terms.milestones[milestone];
        uint256 payerAmount = item.amount * penaltyBps / AgreementTerms.FULL_BPS;
        uint256 payeeAmount = item.amount - payerAmount;
        emit MilestonePaid(agreementId, milestone, item.payee, payeeAmount, payerAmount, bySilence);
        _pay(terms.token, item.payee, payeeAmount);
        _pay(terms.token, terms.parties[item.payer].account, payerAmount);
    }

    /// @dev Divides a milestone that is recorded as settled between payee and client.
    function _divide(
        bytes32 agreementId,
        Terms calldata terms,
        uint256 milestone,
        uint256 payeeBps,
        address by,
        bytes32 rulingHash
    ) private {
        Milestone calldata item = terms.milestones[milestone];
        uint256 payeeAmount = item.amount * payeeBps / AgreementTerms.FULL_BPS;
        uint256 payerAmount = item.amount - payeeAmount;
        emit MilestoneResolved(agreementId, milestone, by, payeeAmount, payerAmount, rulingHash);
        _pay(terms.token, item.payee, payeeAmount);
        _pay(terms.token, terms.parties[item.payer].account, payerAmount);
    }

    /// @dev Records one milestone as settled, and the agreement as completed with its last one.
    function _settle(
        bytes32 agreementId, AgreementLanes.Header memory header, uint256 milestone, MilestoneState state
    ) private {
        _lanes[agreementId][milestone + 1] = AgreementLanes.packMilestone(state, 0, 0);
        ++header.settled;
        bool completed = header.settled == header.milestones && header.state == AgreementState.Active;
        if (completed) header.state = AgreementState.Completed;
        _lanes[agreementId][0] = header.pack();
        if (completed) emit AgreementCompleted(agreementId);
    }

    /// @dev Records the end of an agreement: unfunded milestones as cancelled, those in escrow as `settledState`,
    /// except that an expiry leaves deliveries and disputes their course. Returns which are to be paid out.
    function _end(
        bytes32 agreementId,
        AgreementLanes.Header memory header,
        AgreementState state,
        MilestoneState settledState
    ) private returns (bool[] memory escrowed) {
        escrowed = new bool[](header.milestones);
        header.state = state;
        for (uint256 i = 0; i < escrowed.length; ++i) {
            MilestoneState current = _lanes[agreementId][i + 1].stateOf();
            if (current == MilestoneState.Unfunded) {
                _lanes[agreementId][i + 1] = AgreementLanes.packMilestone(MilestoneState.Cancelled, 0, 0);
                emit MilestoneCancelled(agreementId, i);
            } else if (
                current == MilestoneState.Funded
                    || (state == AgreementState.Terminated && current <= MilestoneState.Disputed)
            ) {
                _lanes[agreementId][i + 1] = AgreementLanes.packMilestone(settledState, 0, 0);
                escrowed[i] = true;
            } else {
                continue;
            }
            ++header.settled;
        }
        _lanes[agreementId][0] = header.pack();
    }

    /// @dev The agreement's state, once the given terms are found to be those in force.
    function _inForce(bytes32 agreementId, Terms calldata terms)
        private
        view
        returns (AgreementLanes.Header memory header)
    {
        header = _lanes[agreementId][0].unpack();
        bytes32 given = terms.hash();
        bytes32 inForce = _termsHash(agreementId, header);
        if (given != inForce) revert AgreementWrongTerms(agreementId, given, inForce);
    }

    function _termsHash(bytes32 agreementId, AgreementLanes.Header memory header) private view returns (bytes32) {
        if (header.revision != 0) return _amendedTerms[agreementId];
        return header.state == AgreementState.None ? bytes32(0) : agreementId;
    }

    /// @dev The lane of a milestone that must be in the given state.
    function _lane(bytes32 agreementId, Terms calldata terms, uint256 milestone, MilestoneState expected)
        private
        view
        returns (uint64 lane)
    {
        uint256 count = terms.milestones.length;
        if (milestone >= count) revert AgreementNoMilestone(milestone, count);
        lane = _lanes[agreementId][milestone + 1];
        MilestoneState state = lane.stateOf();
        if (state != expected) revert AgreementMilestoneState(agreementId, milestone, state);
    }

    function _checkRunning(bytes32 agreementId, AgreementLanes.Header memory header, Terms calldata terms)
        private
        view
    {
        if (header.state != AgreementState.Active) revert AgreementNotActive(agreementId, header.state);
        if (block.timestamp > terms.expiresAt) revert AgreementHasExpired(agreementId, terms.expiresAt);
    }

    function _checkActor(address expected) private view {
        if (msg.sender != expected) revert AgreementNotAuthorized(msg.sender, expected);
    }

    function _checkKept(bytes32 agreementId, Terms calldata terms, Terms calldata newTerms) private view {
        bool kept = terms.keepsFrame(newTerms);
        for (uint256 i = 0; kept && i < terms.milestones.length; ++i) {
            MilestoneState state = _lanes[agreementId][i + 1].stateOf();
            kept = AgreementTerms.keepsMilestone(state, terms.milestones[i], newTerms.milestones[i]);
        }
        if (!kept) revert AgreementInvalidAmendment(agreementId);
    }

    /// @dev One signature a party, in their order, by an ECDSA key or an ERC-1271 wallet. ECDSA is tried first: for
    /// the usual key that saves looking for code at its address.
    function _checkSignatures(Party[] calldata parties, bytes32 structHash, bytes[] calldata signatures) private view {
        uint256 count = parties.length;
        if (signatures.length != count) revert AgreementSignatureCount(count, signatures.length);
        bytes32 digest = _hashTypedDataV4(structHash);
        for (uint256 i = 0; i < count; ++i) {
            address account = parties[i].account;
            // Of an invalid signature zero is recovered, which no party is.
            (address signer,,) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (
                signer != account
                    && !SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signatures[i])
            ) revert AgreementInvalidSignature(i, account);
        }
    }

    function _checkCredentials(Party[] calldata parties, Proof[] calldata proofs) private view {
        for (uint256 i = 0; i < parties.length; ++i) {
            bytes32 credentialType = parties[i].credentialType;
            if (credentialType == 0) continue;
            address account = parties[i].account;
            bool shown = false;
            for (uint256 j = 0; !shown && j < proofs.length; ++j) {
                Proof calldata proof = proofs[j];
                shown = proof.party == i
                    && credentialStatus.isValidFor(account, proof.issuer, credentialType, proof.digest);
            }
            if (!shown) revert AgreementCredentialMissing(i, account, credentialType);
        }
    }
}
