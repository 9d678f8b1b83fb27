// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

/// @title Forwarded counter
/// @notice For tests only: counts the calls of each account, also those that a forwarder brings (ERC-2771).
contract ForwardedCounter is ERC2771Context {
    /// @notice How often an account has called.
    mapping(address account => uint256) public calls;

    constructor(address forwarder) ERC2771Context(forwarder) {}

    /// @notice Count one call.
    function call() external {
        ++calls[_msgSender()];
    }
}
