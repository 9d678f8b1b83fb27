// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Hashes and checks of an agreement's terms
/// @notice EIP-712 struct hashes of what parties sign, and the rules that terms and amendments must keep.
library AgreementTerms {
    uint256 internal constant FULL_BPS = 10_000;
    uint256 internal constant MAX_PARTIES = 16;
    uint256 internal constant MAX_MILESTONES = 32;

    bytes private constant MILESTONE_TYPE =
        "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)";
    bytes private constant PARTY_TYPE = "Party(address account,uint8 role,bytes32 credentialType)";
    bytes private constant AGREEMENT_TYPE =
        "Agreement(bytes32 documentHash,address token,address arbiter,uint40 signBy,uint40 expiresAt,uint32 arbitrationWindow,uint16 fallbackBps,uint64 nonce,Party[] parties,Milestone[] milestones)";

    bytes32 private constant MILESTONE_TYPEHASH = keccak256(MILESTONE_TYPE);
    bytes32 private constant PARTY_TYPEHASH = keccak256(PARTY_TYPE);
    bytes32 private constant AGREEMENT_TYPEHASH =
        keccak256(abi.encodePacked(AGREEMENT_TYPE, MILESTONE_TYPE, PARTY_TYPE));
    bytes32 private constant AMENDMENT_TYPEHASH = keccak256(
        abi.encodePacked(
            "Amendment(bytes32 agreementId,uint256 revision,Agreement terms)", AGREEMENT_TYPE, MILESTONE_TYPE, PARTY_TYPE
        )
    );
    bytes32 private constant TERMINATION_TYPEHASH =
        keccak256("Termination(bytes32 agreementId,uint256 revision,uint16[] payeeBps,uint256 deadline)");

    /// @dev Struct hash of `Agreement`.
    function hash(IServiceAgreements.Terms calldata terms) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                AGREEMENT_TYPEHASH,
                terms.documentHash,
                terms.token,
                terms.arbiter,
                terms.signBy,
                terms.expiresAt,
                terms.arbitrationWindow,
                terms.fallbackBps,
                terms.nonce,
                _hashParties(terms.parties),
                _hashMilestones(terms.milestones)
            )
        );
    }

    /// @dev Struct hash of `Amendment`.
    function hashAmendment(bytes32 agreementId, uint256 revision, bytes32 termsHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(AMENDMENT_TYPEHASH, agreementId, revision, termsHash));
    }

    /// @dev Struct hash of `Termination`.
    function hashTermination(bytes32 agreementId, uint256 revision, uint16[] calldata payeeBps, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 sharesHash = keccak256(abi.encodePacked(payeeBps));
        return keccak256(abi.encode(TERMINATION_TYPEHASH, agreementId, revision, sharesHash, deadline));
    }

    /// @dev Reverts unless the terms are well formed and can still be signed.
    function check(IServiceAgreements.Terms calldata terms) internal view {
        if (block.timestamp > terms.signBy) {
            revert IServiceAgreements.AgreementSignatureExpired(terms.signBy, block.timestamp);
        }
        if (terms.expiresAt <= terms.signBy) {
            revert IServiceAgreements.AgreementInvalidPeriod(terms.signBy, terms.expiresAt);
        }
        _checkShare(terms.fallbackBps);
        _checkParties(terms.parties);
        _checkMilestones(terms.parties, terms.milestones);
    }

    /// @dev Whether the new terms keep the parties, the token and the number of milestones of the old ones.
    function keepsFrame(IServiceAgreements.Terms calldata terms, IServiceAgreements.Terms calldata newTerms)
        internal
        pure
        returns (bool)
    {
        uint256 count = terms.parties.length;
        if (newTerms.parties.length != count || newTerms.token != terms.token) return false;
        for (uint256 i = 0; i < count; ++i) {
            IServiceAgreements.Party calldata party = terms.parties[i];
            IServiceAgreements.Party calldata newParty = newTerms.parties[i];
            if (party.account != newParty.account || party.role != newParty.role) return false;
        }
        return newTerms.milestones.length >= terms.milestones.length;
    }

    /// @dev Whether an amendment may turn a milestone in the given state into another.
    function keepsMilestone(
        IServiceAgreements.MilestoneState state,
        IServiceAgreements.Milestone calldata milestone,
        IServiceAgreements.Milestone calldata newMilestone
    ) internal pure returns (bool) {
        if (state == IServiceAgreements.MilestoneState.Unfunded) return true;
        if (state > IServiceAgreements.MilestoneState.Disputed) {
            return _hashMilestone(milestone) == _hashMilestone(newMilestone);
        }
        return milestone.amount == newMilestone.amount && milestone.payer == newMilestone.payer;
    }

    /// @dev What lateness takes off the price of a milestone that is delivered now, in basis points.
    function penaltyBps(IServiceAgreements.Milestone calldata milestone) internal view returns (uint256) {
        uint256 dueAt = milestone.dueAt;
        if (dueAt == 0 || block.timestamp <= dueAt) return 0;
        uint256 begunDays = (block.timestamp - dueAt + 1 days - 1) / 1 days;
        uint256 bps = begunDays * milestone.penaltyBpsPerDay;
        return bps < milestone.maxPenaltyBps ? bps : milestone.maxPenaltyBps;
    }

    function _checkParties(IServiceAgreements.Party[] calldata parties) private view {
        uint256 count = parties.length;
        if (count < 2 || count > MAX_PARTIES) revert IServiceAgreements.AgreementPartyCount(count);
        for (uint256 i = 0; i < count; ++i) {
            address account = parties[i].account;
            bool valid = account != address(0) && account != address(this);
            for (uint256 j = 0; j < i; ++j) {
                valid = valid && account != parties[j].account;
            }
            if (!valid) revert IServiceAgreements.AgreementInvalidParty(i, account);
        }
    }

    function _checkMilestones(
        IServiceAgreements.Party[] calldata parties, IServiceAgreements.Milestone[] calldata milestones
    ) private view {
        uint256 count = milestones.length;
        if (count == 0 || count > MAX_MILESTONES) revert IServiceAgreements.AgreementMilestoneCount(count);
        for (uint256 i = 0; i < count; ++i) {
            IServiceAgreements.Milestone calldata milestone = milestones[i];
            address payee = milestone.payee;
            // Money paid to this contract would be nobody's.
            if (
                milestone.amount == 0 || payee == address(0) || payee == address(this)
                    || milestone.payer >= parties.length || milestone.provider >= parties.length
                    || parties[milestone.payer].role != IServiceAgreements.Role.Client
                    || parties[milestone.provider].role != IServiceAgreements.Role.Provider
            ) revert IServiceAgreements.AgreementInvalidMilestone(i);
            _checkShare(milestone.maxPenaltyBps);
        }
    }

    function _checkShare(uint256 bps) private pure {
        if (bps > FULL_BPS) revert IServiceAgreements.AgreementInvalidShare(bps);
    }

    function _hashParties(IServiceAgreements.Party[] calldata parties) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](parties.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(PARTY_TYPEHASH, parties[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hashMilestones(IServiceAgreements.Milestone[] calldata milestones) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](milestones.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = _hashMilestone(milestones[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hashMilestone(IServiceAgreements.Milestone calldata milestone) private pure returns (bytes32) {
        return keccak256(abi.encode(MILESTONE_TYPEHASH, milestone));
    }
}
