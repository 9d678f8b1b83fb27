// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

library Sums {
    error SumsNothing();

    function sum(uint256[] memory list) public pure returns (uint256 total) {
        if (list.length == 0) revert SumsNothing();
        for (uint256 i; i < list.length; i++) total += list[i];
    }
}

contract Adder {
    event Added(uint256 total);

    uint256 public last;

    function add(uint256[] calldata list) external returns (uint256) {
        last = Sums.sum(list);
        emit Added(last);
        return last;
    }

    function sum(uint256[] calldata list) external pure returns (uint256) {
        return Sums.sum(list);
    }
}

contract Proxy is ERC1967Proxy {
    constructor(address implementation, bytes memory data) ERC1967Proxy(implementation, data) {}
}

abstract contract Unfinished {
    function later() external virtual;
}

interface IAdder {
    function last() external view returns (uint256);
}

contract Owner {
    /// @notice `number` brings bad luck.
    /// @custom:fi `number` tuo huonoa onnea.
    error OwnerUnlucky(uint256 number);

    address public immutable owner = msg.sender;
    uint256 public immutable number;

    constructor(uint256 number_) {
        require(number_ < 100, "too large a number");
        if (number_ == 99) revert OwnerUnlucky(number_);
        number = number_;
    }
}

contract Endless {
    uint256 public n;

    constructor() {
        while (true) n++;
    }
}
