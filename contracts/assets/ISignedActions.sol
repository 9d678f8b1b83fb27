// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Signed actions
/// @notice What contracts share in which an account signs (EIP-712) what somebody else sends.
/// @dev The signer has an ECDSA key or is an ERC-1271 wallet. EIP-5267 tells the domain.
interface ISignedActions {
    /// @notice The time to use a signature is over.
    /// @param deadline last second in which it was valid
    /// @param time time of the block
    error SignedActionExpired(uint256 deadline, uint256 time);

    /// @notice The signature is not this signer's, or was made for something else.
    /// @param signer who should have signed
    error SignedActionInvalid(address signer);
}
