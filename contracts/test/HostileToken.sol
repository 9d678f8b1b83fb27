// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile token
/// @notice For tests only: a token that takes a fee, returns false, refuses a receiver or calls back on a transfer.
contract HostileToken is ERC20 {
    /// @notice What the token does on a transfer.
    enum Mode {
        Honest,
        TakesFee,
        ReturnsFalse,
        Reverts,
        CallsBack
    }

    /// @notice What it does now.
    Mode public mode;

    /// @notice The receiver that it refuses in any mode; in mode ReturnsFalse it then pays all others.
    address public refused;

    /// @notice Whether the last call back came through, and what it answered.
    bool public calledBack;
    bytes public answer;

    address private _target;
    bytes private _data;

    error HostileTokenRefuses(address to);

    constructor() ERC20("Hostile", "HST") {}

    /// @notice Creates tokens.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Sets what it does, and what it calls in mode CallsBack.
    function setMode(Mode mode_, address target, bytes calldata data) external {
        mode = mode_;
        _target = target;
        _data = data;
    }

    /// @notice Sets the receiver that it refuses.
    function setRefused(address account) external {
        refused = account;
    }

    /// @dev Returns false without moving anything in mode ReturnsFalse.
    function transfer(address to, uint256 amount) public override returns (bool) {
        if (_answersFalse(to)) return false;
        return super.transfer(to, amount);
    }

    /// @dev Returns false without moving anything in mode ReturnsFalse.
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (_answersFalse(to)) return false;
        return super.transferFrom(from, to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (mode == Mode.Reverts || (to == refused && to != address(0))) revert HostileTokenRefuses(to);
        if (mode == Mode.TakesFee && from != address(0) && to != address(0)) {
            uint256 fee = amount / 100;
            super._update(from, address(this), fee);
            amount -= fee;
        }
        super._update(from, to, amount);
        if (mode == Mode.CallsBack && from != address(0)) (calledBack, answer) = _target.call(_data);
    }

    function _answersFalse(address to) private view returns (bool) {
        return mode == Mode.ReturnsFalse && (refused == address(0) || to == refused);
    }
}
