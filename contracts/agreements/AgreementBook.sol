// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICredentialStatus} from "../identity/ICredentialStatus.sol";
import {AgreementTerms} from "./AgreementTerms.sol";
import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Book of service agreements
/// @notice Keeps which terms are in force and how far every milestone is, and checks what parties sign and show.
abstract contract AgreementBook is IServiceAgreements, EIP712 {
    using AgreementTerms for Terms;

    /// @dev State of an agreement; one slot.
    struct Record {
        AgreementState state;
        uint32 revision;
    }

    /// @dev State of a milestone; one slot. `since` is when it was delivered or disputed.
    struct Step {
        MilestoneState state;
        uint16 penaltyBps;
        uint40 since;
        uint192 engagementHash;
    }

    /// @notice The register of credentials that gates agreements.
    ICredentialStatus public immutable credentialStatus;

    mapping(bytes32 agreementId => Record) internal _records;
    // Written through storage pointers, which slither does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(bytes32 agreementId => mapping(uint256 milestone => Step)) internal _steps;

    /// @dev Hash of the terms in force of amended agreements; of others it is the id itself.
    mapping(bytes32 agreementId => bytes32 termsHash) internal _amendedTerms;

    constructor(address credentialStatus_) EIP712("ServiceAgreements", "1") {
        credentialStatus = ICredentialStatus(credentialStatus_);
    }

    /// @inheritdoc IServiceAgreements
    function agreementOf(bytes32 agreementId) external view returns (AgreementState state, uint256 revision) {
        Record memory record = _records[agreementId];
        return (record.state, record.revision);
    }

    /// @inheritdoc IServiceAgreements
    function milestoneOf(bytes32 agreementId, uint256 milestone)
        external
        view
        returns (MilestoneState state, uint256 since, uint256 penaltyBps)
    {
        Step memory step = _steps[agreementId][milestone];
        return (step.state, step.since, step.penaltyBps);
    }

    /// @inheritdoc IServiceAgreements
    function isCompleted(bytes32 agreementId, Terms calldata terms) external view returns (bool) {
        _inForce(agreementId, terms);
        for (uint256 i = 0; i < terms.milestones.length; ++i) {
            if (_steps[agreementId][i].state <= MilestoneState.Disputed) return false;
        }
        return true;
    }

    /// @inheritdoc IServiceAgreements
    function termsHashOf(bytes32 agreementId) external view returns (bytes32) {
        return _termsHash(agreementId, _records[agreementId]);
    }

    /// @inheritdoc IServiceAgreements
    function hashTerms(Terms calldata terms) external pure returns (bytes32) {
        return terms.hash();
    }

    /// @inheritdoc IServiceAgreements
    function frameOf(Terms calldata terms) external pure returns (Frame memory) {
        return Frame(
            AgreementTerms.hashDeal(terms.deal),
            AgreementTerms.hashMilestones(terms.milestones),
            terms.signBy,
            terms.nonce
        );
    }

    /// @inheritdoc IServiceAgreements
    function engagementOf(Terms calldata terms, uint256 milestone) external view returns (Engagement memory) {
        uint256 count = terms.milestones.length;
        if (milestone >= count) revert AgreementNoMilestone(milestone, count);
        return terms.engage(milestone);
    }

    /// @dev Moves a milestone from one state to a settled one.
    function _settle(Step storage step, MilestoneState state) internal {
        step.state = state;
        step.since = 0;
        step.penaltyBps = 0;
        step.engagementHash = 0;
    }

    /// @dev Records the end of an agreement: unfunded milestones as cancelled, those in escrow as `settledState`,
    /// except that an expiry leaves deliveries and disputes their course. Returns which are to be paid out.
    function _end(bytes32 agreementId, uint256 milestones, AgreementState state, MilestoneState settledState)
        internal
        returns (bool[] memory escrowed)
    {
        _records[agreementId].state = state;
        escrowed = new bool[](milestones);
        MilestoneState last = state == AgreementState.Expired ? MilestoneState.Funded : MilestoneState.Disputed;
        for (uint256 i = 0; i < milestones; ++i) {
            Step storage step = _steps[agreementId][i];
            MilestoneState current = step.state;
            if (current == MilestoneState.Unfunded) {
                _settle(step, MilestoneState.Cancelled);
                emit MilestoneCancelled(agreementId, i);
            } else if (current <= last) {
                _settle(step, settledState);
                escrowed[i] = true;
            }
        }
    }

    /// @dev The agreement's record, once the given terms are found to be those in force.
    function _inForce(bytes32 agreementId, Terms calldata terms) internal view returns (Record memory record) {
        record = _records[agreementId];
        bytes32 given = terms.hash();
        bytes32 inForce = _termsHash(agreementId, record);
        if (given != inForce) revert AgreementWrongTerms(agreementId, given, inForce);
    }

    /// @dev The state of a milestone, once it is found to be the expected one and funded for this engagement.
    function _engaged(bytes32 agreementId, uint256 milestone, Engagement calldata engagement, MilestoneState expected)
        internal
        view
        returns (Step storage step)
    {
        step = _steps[agreementId][milestone];
        if (step.state != expected) revert AgreementMilestoneState(agreementId, milestone, step.state);
        // Calldata has an engagement just as it was encoded when its hash was recorded.
        bytes32 hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, engagement, 0x1a0)
            hash := keccak256(free, 0x1a0)
        }
        if (uint192(uint256(hash)) != step.engagementHash) revert AgreementWrongEngagement(agreementId, milestone);
    }

    function _checkActor(address expected) internal view {
        if (msg.sender != expected) revert AgreementNotAuthorized(msg.sender, expected);
    }

    /// @dev Each party has signed, in their order, with an ECDSA key or as an ERC-1271 wallet. ECDSA is tried first:
    /// for the usual key that saves looking for code at its address.
    function _checkSignatures(Party[] calldata parties, bytes32 structHash, bytes[] calldata signatures)
        internal
        view
    {
        uint256 count = parties.length;
        if (signatures.length != count) revert AgreementSignatureCount(count, signatures.length);
        bytes32 digest = _hashTypedDataV4(structHash);
        for (uint256 i = 0; i < count; ++i) {
            address account = parties[i].account;
            bytes calldata signature = signatures[i];
            // Of an invalid signature zero is recovered, which no party is: the kind of fault does not matter.
            // slither-disable-next-line unused-return
            (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
            if (
                signer != account
                    && !SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature)
            ) revert AgreementInvalidSignature(i, account);
        }
    }

    /// @dev Parties are distinct, and each shows the credential that the terms ask of it.
    function _checkParties(Party[] calldata parties, Proof[] calldata proofs) internal view {
        uint256 count = parties.length;
        if (count < 2 || count > AgreementTerms.MAX_PARTIES) revert AgreementPartyCount(count);
        for (uint256 i = 0; i < count; ++i) {
            Party calldata party = parties[i];
            address account = party.account;
            bool valid = account != address(0);
            for (uint256 j = 0; j < i; ++j) {
                valid = valid && account != parties[j].account;
            }
            if (!valid) revert AgreementInvalidParty(i, account);
            bytes32 credentialType = party.credentialType;
            if (credentialType != 0) _checkCredential(i, account, credentialType, proofs);
        }
    }

    function _termsHash(bytes32 agreementId, Record memory record) private view returns (bytes32) {
        if (record.revision != 0) return _amendedTerms[agreementId];
        return record.state == AgreementState.None ? bytes32(0) : agreementId;
    }

    function _checkCredential(uint256 party, address account, bytes32 credentialType, Proof[] calldata proofs)
        private
        view
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            Proof calldata proof = proofs[i];
            if (
                proof.party == party
                    && credentialStatus.isValidFor(account, proof.issuer, credentialType, proof.digest)
            ) return;
        }
        revert AgreementCredentialMissing(party, account, credentialType);
    }
}
