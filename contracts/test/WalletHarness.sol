// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Test wallet
/// @notice For tests only: an ERC-1271 wallet of one key that can be made to refuse, to revert or to try a call while
/// it is asked for a signature.
contract WalletHarness is IERC1271, ERC721Holder, ERC1155Holder {
    /// @notice How the wallet answers when it is asked for a signature.
    enum Mode {
        Honest,
        Refuse,
        Revert,
        Reenter
    }

    /// @notice The key that signs for the wallet.
    address public immutable owner;

    /// @notice How it answers now.
    Mode public mode;

    address private _target;
    bytes private _data;

    error WalletCallFailed(bytes reason);
    error WalletRefuses();

    /// @param owner_ the key that signs for the wallet
    constructor(address owner_) {
        owner = owner_;
    }

    /// @notice Sets how it answers, and what it calls in mode Reenter.
    function setMode(Mode mode_, address target, bytes calldata data) external {
        mode = mode_;
        _target = target;
        _data = data;
    }

    /// @notice Makes the wallet call another contract.
    function execute(address target, bytes calldata data) external returns (bytes memory result) {
        bool done;
        (done, result) = target.call(data);
        if (!done) revert WalletCallFailed(result);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (mode == Mode.Revert) revert WalletRefuses();
        if (mode == Mode.Refuse) return 0xffffffff;
        if (mode == Mode.Reenter) {
            (bool done,) = _target.staticcall(_data);
            if (!done) return 0xffffffff;
            return IERC1271.isValidSignature.selector;
        }
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
