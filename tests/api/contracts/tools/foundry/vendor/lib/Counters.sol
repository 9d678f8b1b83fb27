// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A library that is deployed on its own.
library Counters {
    struct Counter {
        uint256 total;
    }

    error CountersFull(uint256 limit);

    function count(Counter storage self, uint256 limit) external returns (uint256) {
        if (self.total == limit) revert CountersFull(limit);
        return ++self.total;
    }
}
