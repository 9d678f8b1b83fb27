// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Hashes and rules of an agreement's terms
/// @notice EIP-712 struct hashes of what parties sign, and the rules that terms and amendments must keep.
library AgreementTerms {
    uint256 internal constant FULL_BPS = 10_000;
    uint256 internal constant MAX_PARTIES = 16;
    uint256 internal constant MAX_MILESTONES = 32;

    bytes32 private constant DEAL_TYPEHASH = keccak256(
        "Deal(bytes32 documentHash,address token,address arbiter,uint40 expiresAt,uint32 arbitrationWindow,uint16 fallbackBps)"
    );
    bytes32 private constant MILESTONE_TYPEHASH = keccak256(
        "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)"
    );
    bytes32 private constant PARTY_TYPEHASH = keccak256("Party(address account,uint8 role,bytes32 credentialType)");
    // Types that a type refers to follow it in alphabetical order.
    bytes32 private constant AGREEMENT_TYPEHASH = keccak256(
        "Agreement(Deal deal,Party[] parties,Milestone[] milestones,uint40 signBy,uint64 nonce)"
        "Deal(bytes32 documentHash,address token,address arbiter,uint40 expiresAt,uint32 arbitrationWindow,uint16 fallbackBps)"
        "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)"
        "Party(address account,uint8 role,bytes32 credentialType)"
    );
    bytes32 private constant AMENDMENT_TYPEHASH = keccak256(
        "Amendment(bytes32 agreementId,uint256 revision,Agreement terms)"
        "Agreement(Deal deal,Party[] parties,Milestone[] milestones,uint40 signBy,uint64 nonce)"
        "Deal(bytes32 documentHash,address token,address arbiter,uint40 expiresAt,uint32 arbitrationWindow,uint16 fallbackBps)"
        "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)"
        "Party(address account,uint8 role,bytes32 credentialType)"
    );
    bytes32 private constant TERMINATION_TYPEHASH =
        keccak256("Termination(bytes32 agreementId,uint256 revision,uint16[] payeeBps,uint256 deadline)");

    /// @dev Struct hash of `Agreement`.
    function hash(IServiceAgreements.Terms calldata terms) internal pure returns (bytes32) {
        return _hash(
            hashDeal(terms.deal),
            hashParties(terms.parties),
            hashMilestones(terms.milestones),
            terms.signBy,
            terms.nonce
        );
    }

    /// @dev Struct hash of `Agreement`, of which deal and milestones are given by their hashes.
    function hash(IServiceAgreements.Frame calldata frame, IServiceAgreements.Party[] calldata parties)
        internal
        pure
        returns (bytes32)
    {
        return _hash(frame.dealHash, hashParties(parties), frame.milestonesHash, frame.signBy, frame.nonce);
    }

    /// @dev Struct hash of `Deal`.
    function hashDeal(IServiceAgreements.Deal calldata deal) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEAL_TYPEHASH, deal));
    }

    /// @dev Hash of an array of `Party`.
    function hashParties(IServiceAgreements.Party[] calldata parties) internal pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := parties.offset
        }
        return _hashEach(PARTY_TYPEHASH, offset, parties.length, 0x60);
    }

    /// @dev Hash of an array of `Milestone`.
    function hashMilestones(IServiceAgreements.Milestone[] calldata milestones) internal pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := milestones.offset
        }
        return _hashEach(MILESTONE_TYPEHASH, offset, milestones.length, 0x100);
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

    /// @dev Hash of an engagement, cut to the 192 bits that share a slot with the milestone's state; to find two
    /// engagements of one hash would still take 2^96 tries.
    function hashEngagement(IServiceAgreements.Engagement memory engagement) internal pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(engagement))));
    }

    /// @dev The engagement of a milestone; reverts unless money can be put into it.
    function engage(IServiceAgreements.Terms calldata terms, uint256 index)
        internal
        view
        returns (IServiceAgreements.Engagement memory)
    {
        IServiceAgreements.Deal calldata deal = terms.deal;
        IServiceAgreements.Milestone calldata milestone = terms.milestones[index];
        IServiceAgreements.Party[] calldata parties = terms.parties;
        address payee = milestone.payee;
        // Money paid to this contract would be nobody's.
        if (
            milestone.amount == 0 || payee == address(0) || payee == address(this)
                || milestone.payer >= parties.length || milestone.provider >= parties.length
                || parties[milestone.payer].role != IServiceAgreements.Role.Client
                || parties[milestone.provider].role != IServiceAgreements.Role.Provider
        ) revert IServiceAgreements.AgreementInvalidMilestone(index);
        checkShare(milestone.maxPenaltyBps);
        checkShare(deal.fallbackBps);
        return IServiceAgreements.Engagement({
            token: deal.token,
            payer: parties[milestone.payer].account,
            provider: parties[milestone.provider].account,
            payee: payee,
            arbiter: deal.arbiter,
            amount: milestone.amount,
            dueAt: milestone.dueAt,
            expiresAt: deal.expiresAt,
            reviewWindow: milestone.reviewWindow,
            arbitrationWindow: deal.arbitrationWindow,
            penaltyBpsPerDay: milestone.penaltyBpsPerDay,
            maxPenaltyBps: milestone.maxPenaltyBps,
            fallbackBps: deal.fallbackBps
        });
    }

    /// @dev Reverts if a share is more than the whole.
    function checkShare(uint256 bps) internal pure {
        if (bps > FULL_BPS) revert IServiceAgreements.AgreementInvalidShare(bps);
    }

    /// @dev Whether the new terms keep the parties, the token and the number of milestones of the old ones.
    function keepsFrame(IServiceAgreements.Terms calldata terms, IServiceAgreements.Terms calldata newTerms)
        internal
        pure
        returns (bool)
    {
        uint256 count = terms.parties.length;
        if (newTerms.parties.length != count || newTerms.deal.token != terms.deal.token) return false;
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
            return keccak256(abi.encode(milestone)) == keccak256(abi.encode(newMilestone));
        }
        return milestone.amount == newMilestone.amount && milestone.payer == newMilestone.payer;
    }

    /// @dev What lateness takes off the price of a milestone that is delivered now, in basis points.
    function penaltyBps(IServiceAgreements.Engagement calldata engagement) internal view returns (uint256) {
        uint256 dueAt = engagement.dueAt;
        if (dueAt == 0 || block.timestamp <= dueAt) return 0;
        uint256 begunDays = (block.timestamp - dueAt + 1 days - 1) / 1 days;
        // Begun days are counted whole, so the rounding before the multiplication is meant.
        // slither-disable-next-line divide-before-multiply
        uint256 bps = begunDays * engagement.penaltyBpsPerDay;
        return bps < engagement.maxPenaltyBps ? bps : engagement.maxPenaltyBps;
    }

    function _hash(bytes32 dealHash, bytes32 partiesHash, bytes32 milestonesHash, uint40 signBy, uint64 nonce)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(AGREEMENT_TYPEHASH, dealHash, partiesHash, milestonesHash, signBy, nonce));
    }

    /// @dev EIP-712 hash of an array of `count` structs of `size` bytes each that lie in calldata from `offset` on,
    /// where they are encoded as they are to be hashed; encoding them anew in Solidity takes several times the gas.
    /// Bits that a member must not have make another hash, which nobody has signed.
    function _hashEach(bytes32 typeHash, uint256 offset, uint256 count, uint256 size)
        private
        pure
        returns (bytes32 result)
    {
        assembly ("memory-safe") {
            let item := mload(0x40)
            let hashes := add(item, add(size, 0x20))
            let next := hashes
            mstore(item, typeHash)
            for { let end := add(offset, mul(count, size)) } lt(offset, end) { offset := add(offset, size) } {
                calldatacopy(add(item, 0x20), offset, size)
                mstore(next, keccak256(item, add(size, 0x20)))
                next := add(next, 0x20)
            }
            result := keccak256(hashes, sub(next, hashes))
        }
    }
}
