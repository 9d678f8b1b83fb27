// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Re-entrant receiver
/// @notice For tests only: an account that makes a call of its own whenever it gets an ERC-721 or ERC-1155 token.
contract ReentrantReceiver {
    /// @notice How many calls of its own came through, and how many were refused.
    uint256 public done;
    uint256 public refused;

    /// @notice What the last call of its own answered.
    bytes public answer;

    address private _royaltyReceiver;
    uint256 private _royaltyBps;
    address private _target;
    bytes private _data;

    error ReentrantReceiverFailed(bytes reason);

    /// @notice Sets what it calls when it gets something.
    function setReaction(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    /// @notice Sets what it answers when it is asked for a royalty.
    function setRoyalty(address receiver, uint256 bps) external {
        _royaltyReceiver = receiver;
        _royaltyBps = bps;
    }

    /// @notice ERC-2981's question for the royalty, as if it were a collection.
    function royaltyInfo(uint256, uint256 price) external view returns (address receiver, uint256 amount) {
        return (_royaltyReceiver, price * _royaltyBps / 10_000);
    }

    /// @notice Makes it call another contract.
    function execute(address target, bytes calldata data) external {
        (bool success, bytes memory result) = target.call(data);
        if (!success) revert ReentrantReceiverFailed(result);
    }

    /// @notice ERC-1155's question whether it takes a token.
    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external returns (bytes4) {
        _react();
        return this.onERC1155Received.selector;
    }

    /// @notice ERC-721's question whether it takes a token.
    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _react();
        return this.onERC721Received.selector;
    }

    function _react() private {
        if (_target == address(0)) return;
        bool success;
        (success, answer) = _target.call(_data);
        if (success) ++done;
        else ++refused;
    }
}
