// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {console} from "hardhat/console.sol";
import {console2} from "forge-std/console2.sol";

/// @title Says what it does.
contract Talkative {
    error TooMuch(uint256 amount);

    uint256 public total;

    constructor(uint256 start) {
        console.log("begins with", start);
        total = start;
    }

    function add(uint256 amount) external returns (uint256) {
        console.log("%s adds %d to %x", msg.sender, amount, total);
        if (amount > 100) {
            console2.log("too much");
            revert TooMuch(amount);
        }
        return total += amount;
    }

    function askAnother(Talkative other, uint256 amount) external returns (bool failed) {
        try other.add(amount) {}
        catch {
            console.log(true, "it failed with 100%", amount);
            failed = true;
        }
        console.log();
    }

    function everyKind(bytes calldata data) external pure {
        console.log(5);
        console.logInt(-5);
        console.log("text", address(1), false, 7);
        console.logBytes(data);
        console.logBytes4(0x01020304);
        console2.logString("%s");
    }
}
