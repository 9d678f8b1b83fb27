// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Fails in many places; a comment says in which.

interface IToken {
    function transferFrom(address, address, uint256) external returns (bool);
}

library Within {
    function check(uint256 number) internal pure {
        require(number != 7, "seven"); // library
    }
}

contract Callee {
    error CalleeRefuses(uint256 number);

    constructor(bool refuse) {
        require(!refuse, "no callee"); // constructor
    }

    function go(uint256 number) external pure {
        revert CalleeRefuses(number); // callee
    }
}

contract Places {
    Callee public callee = new Callee(false);

    modifier closed() {
        require(
            address(callee) == address(0), // the condition of a modifier
            "closed"
        );
        _;
    }

    modifier after_() {
        _;
        if (block.number > 0) revert("too late"); // modifier
    }

    function first() external view closed {}

    function last() external view after_ {}

    function library_() external pure {
        Within.check(7);
    }

    function constructor_() external {
        new Callee(true);
    }

    function callee_() external view {
        callee.go(1);
    }

    function unheard() external {
        (bool done, ) = address(callee).call(
            abi.encodeWithSignature("go(uint256)", 1)
        );
        require(done); // unheard
    }

    function passedOn() external {
        (bool done, bytes memory reason) = address(callee).call(abi.encodeCall(Callee.go, (1)));
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    function caught() external view {
        try callee.go(1) {} catch {
            revert("caught"); // caught
        }
    }

    function assembly_() external pure {
        assembly ("memory-safe") {
            mstore(0, 0x12345678)
            revert(28, 4) // assembly
        }
    }

    function invalid_() external pure {
        assembly ("memory-safe") {
            invalid() // invalid
        }
    }

    function endless() external {
        while (true) {
            callee = callee; // endless
        }
    }

    function ether_() external {
        payable(address(callee)).transfer(1); // ether
    }

    function nobody() external {
        IToken(address(0x1234)).transferFrom(msg.sender, address(this), 1); // nobody
    }

    function foreign(IToken token) external {
        token.transferFrom(msg.sender, address(this), 1); // foreign
    }
}
