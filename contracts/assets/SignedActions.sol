// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignedActions} from "./ISignedActions.sol";

/// @title Signed actions
/// @notice Checks of EIP-712 signatures with a deadline.
abstract contract SignedActions is ISignedActions, EIP712 {
    /// @dev ECDSA is tried first: for the usual key that saves looking for code at its address. No signature recovers
    /// to the zero address, which has no code either: it signs nothing.
    function _checkSignature(address signer, bytes32 structHash, uint256 deadline, bytes calldata signature)
        internal
        view
    {
        if (block.timestamp > deadline) revert SignedActionExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(structHash);
        // The third value only explains a failure, of which it is enough here that there is one.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
            revert SignedActionInvalid(signer);
        }
    }
}
