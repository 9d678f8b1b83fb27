// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

library Told {
    /// @notice Somebody else's event, written by a library.
    event ByLibrary(uint256 number);

    function tell(uint256 number) internal {
        emit ByLibrary(number);
    }
}

/// @title Writes every kind of log.
contract Events {
    struct Pair {
        uint8 small;
        string text;
    }

    event Nothing();
    event Values(address indexed who, int16 indexed number, bytes4 indexed mark, bool flag);
    event Hashed(string indexed text, bytes indexed data, uint8[2][] indexed table, Pair pair);
    event HashedPair(Pair indexed pair, Pair[] pairs);
    event Unnamed(uint256 indexed, string);
    event Four(uint256 indexed a, uint256 indexed b, uint256 indexed c, uint256 indexed d) anonymous;
    event Quiet(string words) anonymous;

    function values(int16 number, bytes4 mark) external {
        emit Values(msg.sender, number, mark, true);
    }

    function hashed(string calldata text, bytes calldata data, uint8[2][] calldata table) external {
        emit Hashed(text, data, table, Pair(7, text));
    }

    function pairs(Pair calldata pair) external {
        Pair[] memory twice = new Pair[](2);
        (twice[0], twice[1]) = (pair, pair);
        emit HashedPair(pair, twice);
    }

    function few() external {
        emit Nothing();
        emit Unnamed(5, "five");
        Told.tell(6);
    }

    function anonymous_(uint256 d, string calldata words) external {
        emit Four(1, 2, 3, d);
        emit Quiet(words);
    }

    function unknown() external {
        assembly ("memory-safe") {
            mstore(0, 42)
            log0(0, 32)
            log1(0, 32, 0x1234)
        }
    }
}
