// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title State of every kind: immutable, transient, packed, mapped.
contract Keeping {
    enum Season {
        Winter,
        Spring,
        Summer
    }

    struct Place {
        uint32 x;
        bool open;
        string name;
        uint256[] prices;
        mapping(address => bool) guests;
    }

    Season public immutable season;
    bytes6 public immutable mark;
    int24 public immutable depth;
    Keeping public immutable other;
    uint256 public constant LIMIT = 2 ** 200;

    Place public place;
    uint16[3][] public table;
    mapping(string => mapping(Season => bytes)) public notes;

    address private transient _inside;
    uint256 public transient count;

    error KeepingEntered(address who);

    constructor(Season season_, bytes6 mark_, int24 depth_) {
        season = season_;
        mark = mark_;
        depth = depth_;
        other = this;
    }

    function furnish(uint32 x, string calldata name, uint256[] calldata prices) external {
        place.x = x;
        place.open = true;
        place.name = name;
        place.prices = prices;
        table.push([uint16(x), 2, 3]);
        notes[name][Season.Summer] = bytes(name);
    }

    /// @notice Counts in transient storage, which is empty again afterwards.
    function countTo(uint256 number) external returns (uint256) {
        for (uint256 i; i < number; i++) count++;
        return count;
    }

    function enter(bool again) external returns (bool) {
        if (_inside != address(0)) revert KeepingEntered(_inside);
        _inside = msg.sender;
        if (again) this.enter(false);
        _inside = address(0);
        return true;
    }
}
