// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

library Doubling {
    function twice(uint256 number) external pure returns (uint256) {
        return 2 * number;
    }
}

library Counters {
    struct Counter {
        uint256 total;
        mapping(address => uint256) byWhom;
    }

    event Counted(address indexed who, uint256 count);

    function count(Counter storage self) external returns (uint256) {
        self.total = Doubling.twice(self.total) + 1;
        self.byWhom[msg.sender]++;
        emit Counted(msg.sender, self.total);
        return self.total;
    }
}

/// @title Uses a library that uses another.
contract Register {
    using Counters for Counters.Counter;

    Counters.Counter private _counter;

    function count() external returns (uint256) {
        return _counter.count();
    }

    function counted(address who) external view returns (uint256, uint256) {
        return (_counter.total, _counter.byWhom[who]);
    }

    function twice(uint256 number) external pure returns (uint256) {
        return Doubling.twice(number);
    }
}
