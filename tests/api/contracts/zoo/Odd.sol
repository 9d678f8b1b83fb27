// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Names that are something else elsewhere, and none at all.
contract Odd {
    type Price is uint128;

    enum Size { Small, Large }

    struct Line { uint256 amount; bytes3 mark; string words; }

    event Call(uint256 indexed, uint256 indexed, string indexed words);
    event Openapi(bytes32 indexed class, function() external indexed f, Line[] indexed lines, Price)
        anonymous;

    error Refused(uint256 import_, uint256);

    function call(uint256, uint256) external pure returns (uint256, uint256 named, uint256) {
        return (1, 2, 3);
    }

    function events() external pure returns (uint256) { return 1; }

    function simulate(uint256, int8 def, bool lambda) external pure returns (int8 from, bool) {
        return (def, lambda);
    }

    function openapi(uint256, uint256 arg0) external pure returns (uint256 result1, uint256) {
        return (arg0, 5);
    }

    function $dollar(uint256 $a) external pure returns (uint256 $b) { return $a; }

    function __proto__(bytes calldata constructor_) external pure returns (bytes memory) {
        return constructor_;
    }

    function price(Price p, bytes3 mark) external pure returns (Price, bytes3) {
        return (p, mark);
    }

    function hand(function(uint256) external view returns (uint256) f)
        external pure returns (function(uint256) external view returns (uint256))
    { return f; }

    function fixed_(uint8[3][2][] calldata a, Line[1] calldata lines)
        external pure returns (uint8[3][2][] memory, Line[1] memory)
    { return (a, lines); }

    function over(uint8 number) external pure returns (uint256) { return number; }

    function over(Line calldata line) external pure returns (uint256) { return line.amount; }

    function over(Line[] calldata lines) external pure returns (uint256) { return lines.length; }

    function nothing() external pure {}

    function send(Line[] calldata lines) external {
        emit Call(1, 2, "words");
        emit Openapi("x", this.nothing, lines, Price.wrap(5));
    }

    function pay() external payable {}

    function refuse(Size size) external pure { revert Refused(uint256(size), 1); }

    receive() external payable {}

    fallback(bytes calldata data) external payable returns (bytes memory) { return data; }
}
