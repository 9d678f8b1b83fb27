// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Notes lines, none of which is indexed.
contract Ledger {
    struct Line {
        uint64 amount;
        string[] words;
    }

    event Noted(Line line, bytes mark, uint8[] days_, bool open);

    function note(Line calldata line, bytes calldata mark, uint8[] calldata days_) external {
        emit Noted(line, mark, days_, days_.length > 1);
    }
}
