// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Counters} from "lib/Counters.sol";

/// @title Counts who has come.
contract Register {
    using Counters for Counters.Counter;

    struct Opening {
        string place;
        uint64 from;
    }

    Opening public opening;
    uint256 public immutable limit;
    Counters.Counter private _counter;

    constructor(Opening memory opening_, uint256 limit_) {
        opening = opening_;
        limit = limit_;
    }

    /// @notice Counts the caller.
    function come() external returns (uint256) {
        return _counter.count(limit);
    }
}
