// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Compact state of an agreement and its milestones
/// @notice Each state is a lane of 64 bits, and four lanes share a storage slot: the agreement's own lane with those of
/// its first three milestones, so that most steps of most agreements write a single slot.
/// @dev Agreement: state 8 bits, milestones 8, settled 8, revision 32. Milestone: state 8, penalty 16, since 40.
library AgreementLanes {
    /// @dev State of an agreement, unpacked.
    struct Header {
        IServiceAgreements.AgreementState state;
        uint256 milestones;
        uint256 settled;
        uint256 revision;
    }

    /// @dev Packs the state of an agreement.
    function pack(Header memory header) internal pure returns (uint64) {
        return uint64(
            uint256(header.state) | (header.milestones << 8) | (header.settled << 16) | (header.revision << 24)
        );
    }

    /// @dev Unpacks the state of an agreement.
    function unpack(uint64 lane) internal pure returns (Header memory) {
        return Header(
            IServiceAgreements.AgreementState(uint8(lane)), uint8(lane >> 8), uint8(lane >> 16), uint32(lane >> 24)
        );
    }

    /// @dev Packs the state of a milestone.
    function packMilestone(IServiceAgreements.MilestoneState state, uint256 penaltyBps, uint256 since)
        internal
        pure
        returns (uint64)
    {
        return uint64(uint256(state) | (penaltyBps << 8) | (since << 24));
    }

    /// @dev State of a milestone.
    function stateOf(uint64 lane) internal pure returns (IServiceAgreements.MilestoneState) {
        return IServiceAgreements.MilestoneState(uint8(lane));
    }

    /// @dev Penalty for lateness of a milestone, in basis points.
    function penaltyOf(uint64 lane) internal pure returns (uint256) {
        return uint16(lane >> 8);
    }

    /// @dev When a milestone was delivered or disputed.
    function sinceOf(uint64 lane) internal pure returns (uint256) {
        return lane >> 24;
    }
}
