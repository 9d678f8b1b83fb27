// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A contract with every kind of animal of the ABI.
/// @notice Says <b>back</b> what it is told.
/// @dev Only for tests.
contract Zoo {
    enum Size {
        Small,
        Large
    }

    struct Point {
        int32 x;
        uint256 y;
    }

    struct Path {
        string name;
        Point[] points;
        bytes4[2][] marks;
    }

    struct Map {
        Path[] paths;
        Point center;
        Size size;
        address owner;
    }

    /// @notice There are only `limit` places, so `wanted` cannot be taken.
    /// @custom:fi Paikkoja on vain `limit`, joten `wanted` ei mahdu.
    error ZooFull(uint256 wanted, Point limit);
    /// @notice The zoo is closed.
    /// @custom:fi Eläintarha on suljettu.
    error ZooClosed();

    event Moved(address indexed who, string indexed label, Point indexed to, uint256 amount, bytes data);
    event Renamed(string name, uint8 indexed size) anonymous;
    event Counted(uint256 indexed number, bool even);
    event Counted(uint256 number);
    event Received(address indexed from, uint256 value, bytes data);

    uint256 public immutable start;
    uint256 public count;
    mapping(address => mapping(uint8 => int256)) public grid;

    constructor(uint256 start_, Point memory center, string[] memory names) payable {
        require(names.length < 4, "too many names");
        start = start_ + center.y;
        count = start;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value, "");
    }

    fallback() external payable {
        emit Received(msg.sender, msg.value, msg.data);
    }

    /// @notice Gives a map back.
    /// @param map_ The map to give back.
    /// @return same The same map.
    function echo(Map calldata map_) external pure returns (Map memory same) {
        return map_;
    }

    function words(
        uint8 a,
        int256 b,
        bool c,
        address d
    ) external pure returns (uint8, int256, bool, address) {
        return (a, b, c, d);
    }

    function bits(bytes1 e, bytes32 f, Size g) external pure returns (bytes1, bytes32, Size) {
        return (e, f, g);
    }

    function hand(
        function(uint256) external m
    ) external pure returns (function(uint256) external) {
        return m;
    }

    function lists(
        bytes calldata h,
        string calldata i,
        uint256[] calldata j,
        uint16[3] calldata k,
        string[][2] calldata l
    )
        external
        pure
        returns (
            bytes memory,
            string memory,
            uint256[] memory,
            uint16[3] memory,
            string[][2] memory
        )
    {
        return (h, i, j, k, l);
    }

    function pick(uint256 x) external pure returns (string memory) {
        x;
        return "number";
    }

    function pick(address x) external pure returns (string memory) {
        x;
        return "address";
    }

    function pick(uint256 x, uint256 y) external pure returns (string memory) {
        x;
        y;
        return "two";
    }

    function set(uint8 place, int256 value) external {
        grid[msg.sender][place] = value;
    }

    /// @notice Counts on.
    function add(uint256 step) external returns (uint256) {
        count += step;
        emit Counted(count, count % 2 == 0);
        emit Counted(count);
        return count;
    }

    function move(string calldata label, Point calldata to, uint256 amount) external {
        emit Moved(msg.sender, label, to, amount, bytes(label));
    }

    function rename(string calldata name, uint8 size) external {
        emit Renamed(name, size);
    }

    function pay() external payable returns (uint256) {
        return msg.value;
    }

    function full(uint256 wanted) external pure {
        revert ZooFull(wanted, Point(-1, 3));
    }

    function closed() external {
        count = 0;
        revert ZooClosed();
    }

    function refuse(string calldata why) external pure {
        revert(why);
    }

    function divide(uint256 a, uint256 b) external pure returns (uint256) {
        return a / b;
    }

    function at(uint256[] calldata list, uint256 place) external pure returns (uint256) {
        return list[place];
    }

    function silent() external pure {
        assembly {
            revert(0, 0)
        }
    }

    function foreignError() external pure {
        assembly {
            mstore(0, 0x1234567800000000000000000000000000000000000000000000000000000000)
            revert(0, 4)
        }
    }
}
