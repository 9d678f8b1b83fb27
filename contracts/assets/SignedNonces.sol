// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {ISignedNonces} from "./ISignedNonces.sol";
import {SignedActions} from "./SignedActions.sol";

/// @title Nonces of signed actions
/// @notice Unordered nonces: signatures need not be used in the order in which they were made.
abstract contract SignedNonces is ISignedNonces, SignedActions {
    using BitMaps for BitMaps.BitMap;

    mapping(address signer => BitMaps.BitMap) private _usedNonces;

    /// @inheritdoc ISignedNonces
    function cancelNonce(uint256 nonce) external {
        _useNonce(msg.sender, nonce);
        emit NonceCancelled(msg.sender, nonce);
    }

    /// @inheritdoc ISignedNonces
    function isNonceUsed(address signer, uint256 nonce) public view returns (bool) {
        return _usedNonces[signer].get(nonce);
    }

    function _useNonce(address signer, uint256 nonce) internal {
        BitMaps.BitMap storage used = _usedNonces[signer];
        if (used.get(nonce)) revert SignedActionUsed(signer, nonce);
        used.set(nonce);
    }
}
