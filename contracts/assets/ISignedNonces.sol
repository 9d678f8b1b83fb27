// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ISignedActions} from "./ISignedActions.sol";

/// @title Nonces of signed actions
/// @notice Each signature holds a nonce of its signer, which serves once.
interface ISignedNonces is ISignedActions {
    /// @notice A signer made a nonce useless, and with it every signature that holds it.
    /// @param signer the signer
    /// @param nonce the nonce
    event NonceCancelled(address indexed signer, uint256 nonce);

    /// @notice The nonce was used or cancelled.
    /// @param signer the signer
    /// @param nonce the nonce
    error SignedActionUsed(address signer, uint256 nonce);

    /// @notice Makes a nonce of the caller useless.
    /// @param nonce any number not used before
    function cancelNonce(uint256 nonce) external;

    /// @notice Whether a nonce was used or cancelled.
    /// @param signer the signer
    /// @param nonce any number; 256 consecutive ones that begin at a multiple of 256 share a slot, which is cheaper
    /// @return true if no signature with it is of use any more
    function isNonceUsed(address signer, uint256 nonce) external view returns (bool);
}
