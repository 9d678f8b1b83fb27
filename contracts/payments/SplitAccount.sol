// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISplits} from "./ISplits.sol";

/// @title Account of a split
/// @notice Holds what is paid to a split until the contract of splits has it distributed.
/// @dev Each split's account is a minimal clone of this contract, which cannot be changed afterwards.
contract SplitAccount {
    using SafeERC20 for IERC20;

    ISplits private immutable _controller;

    constructor() {
        // Deployed by the contract of splits in its own constructor, whichever way that one is deployed.
        _controller = ISplits(msg.sender);
    }

    /// @notice Pays recipients; what the token refuses stays here.
    /// @param token the token
    /// @param recipients who is paid
    /// @param amounts how much each
    /// @return paid whether each was paid
    function pay(address token, address[] calldata recipients, uint256[] calldata amounts)
        external
        returns (bool[] memory paid)
    {
        if (msg.sender != address(_controller)) revert ISplits.SplitNotController(msg.sender);
        paid = new bool[](recipients.length);
        for (uint256 i = 0; i < recipients.length; ++i) {
            paid[i] = IERC20(token).trySafeTransfer(recipients[i], amounts[i]);
        }
    }
}
