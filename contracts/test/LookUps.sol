// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Look-ups
/// @notice For tests only: answers many look-ups in one call.
contract LookUps {
    /// @notice A call of a view function.
    struct LookUp {
        address target;
        bytes data;
    }

    /// @notice A look-up was refused.
    error LookUpRefused(uint256 index, bytes reason);

    /// @notice What each of the look-ups answers.
    function answers(LookUp[] calldata lookUps) external view returns (bytes[] memory results) {
        results = new bytes[](lookUps.length);
        for (uint256 i = 0; i < lookUps.length; ++i) {
            bool done;
            (done, results[i]) = lookUps[i].target.staticcall(lookUps[i].data);
            if (!done) revert LookUpRefused(i, results[i]);
        }
    }
}
