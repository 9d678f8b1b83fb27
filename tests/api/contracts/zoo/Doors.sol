// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Contracts that differ in what they take without a function's name.

contract ReceiveOnly {
    event Came(uint256 value);

    receive() external payable {
        emit Came(msg.value);
    }
}

contract FallbackOnly {
    event Came(uint256 value, bytes data);

    fallback() external {
        emit Came(0, msg.data);
    }
}

contract Answering {
    /// @notice Gives back what it is sent, backwards.
    fallback(bytes calldata data) external payable returns (bytes memory turned) {
        turned = new bytes(data.length);
        for (uint256 i; i < data.length; i++) turned[i] = data[data.length - 1 - i];
    }
}

contract Closed {
    function nothing() external {}
}

/// @title Gives back the bytes of whatever arguments it is called with.
contract Mirror {
    fallback() external {
        assembly ("memory-safe") {
            let size := sub(calldatasize(), 4)
            calldatacopy(0, 4, size)
            return(0, size)
        }
    }
}
