// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

interface IRefusals {
    struct Order {
        address buyer;
        Line[] lines;
    }

    struct Line {
        string name;
        uint64[2] sizes;
    }

    /// @notice The order has a line that nobody can deliver.
    /// @param order The order as it came.
    /// @param line Which line.
    error OrderImpossible(Order order, uint256 line);
    error Bare();
}

library Numbers {
    error Same(uint256 number);
}

library Texts {
    error Same(string text);
}

/// @title Refuses in every way there is.
contract Refusals is IRefusals {
    enum Choice {
        One,
        Two
    }

    uint256[] private _list;
    bytes private _text;

    constructor(bool refuse) {
        if (refuse) revert OrderImpossible(_order(), 0);
    }

    function structs() external view {
        revert OrderImpossible(_order(), 1);
    }

    function same(bool number) external pure {
        if (number) revert Numbers.Same(1);
        revert Texts.Same("one");
    }

    function required(bool good) external pure {
        require(good, Bare());
    }

    function empty() external pure {
        require(false, "");
    }

    function plain() external pure {
        require(false);
    }

    function assertion() external pure {
        assert(false);
    }

    function overflow(uint8 a) external pure returns (uint8) {
        return a + 1;
    }

    function choice(uint256 number) external pure returns (Choice) {
        return Choice(number);
    }

    function pop() external {
        _list.pop();
    }

    function memoryOf(uint256 size) external pure returns (uint256) {
        return new uint256[](size).length;
    }

    function unset() external pure {
        function() internal pure f;
        f();
    }

    function broken() external {
        assembly ("memory-safe") {
            sstore(_text.slot, 0x03)
        }
        _text.push("a");
    }

    function gasless() external {
        while (true) _list.push(1);
    }

    function invalid() external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _order() private view returns (Order memory order) {
        order.buyer = address(this);
        order.lines = new Line[](1);
        order.lines[0] = Line("chair", [uint64(1), type(uint64).max]);
    }
}

/// @title Calls what refuses, and lets its reasons through.
contract Through {
    function structs(IRefusals.Order calldata, Refusals where) external view {
        where.structs();
    }

    function wrapped(Refusals where) external {
        try where.structs() {} catch (bytes memory reason) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
