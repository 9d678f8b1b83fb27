// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPilotEuro} from "../payments/IPilotEuro.sol";
import {IServiceAgreements} from "./IServiceAgreements.sol";

/// @title Escrow of service agreements
/// @notice Takes tokens in and pays them out; what a token refuses to pay out is held for its owner, so that no
/// receiver can block others' money.
abstract contract AgreementEscrow is IServiceAgreements, Ownable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The token that is always allowed.
    /// @dev Immutable, so that activating an agreement in it reads no slot of the list.
    address public immutable settlementToken;

    mapping(address token => bool) private _allowed;
    mapping(address token => mapping(address account => uint256)) private _held;

    constructor(address settlementToken_, address[] memory otherTokens) {
        if (settlementToken_.code.length == 0) revert AgreementTokenNotAllowed(settlementToken_);
        settlementToken = settlementToken_;
        emit TokenAllowed(settlementToken_, true);
        for (uint256 i = 0; i < otherTokens.length; ++i) {
            _setAllowed(otherTokens[i], true);
        }
    }

    /// @inheritdoc IServiceAgreements
    function setTokenAllowed(address token, bool allowed) external onlyOwner {
        if (token == settlementToken) revert AgreementTokenNotAllowed(token);
        _setAllowed(token, allowed);
    }

    /// @inheritdoc IServiceAgreements
    function withdrawHeld(address token, address to) external nonReentrant {
        uint256 amount = _held[token][msg.sender];
        if (amount == 0) revert AgreementNothingHeld(token, msg.sender);
        delete _held[token][msg.sender];
        emit HeldPaymentWithdrawn(token, msg.sender, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IServiceAgreements
    function heldOf(address token, address account) external view returns (uint256) {
        return _held[token][account];
    }

    /// @inheritdoc IServiceAgreements
    function fundingNonce(bytes32 agreementId, uint256 milestones, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(agreementId, milestones, salt));
    }

    /// @inheritdoc IServiceAgreements
    function isTokenAllowed(address token) public view returns (bool) {
        return token == settlementToken || _allowed[token];
    }

    function _checkToken(address token) internal view {
        if (!isTokenAllowed(token)) revert AgreementTokenNotAllowed(token);
    }

    /// @dev Takes `amount` from the caller's allowance.
    function _take(address token, uint256 amount) internal {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        _checkReceived(token, before, amount);
    }

    /// @dev As `_take`, after the caller's permit. A permit that somebody else has sent before is no failure: then the
    /// allowance is there already.
    function _takeWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        internal
    {
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _take(token, amount);
    }

    /// @dev Takes `amount` from an account by its EIP-3009 authorization.
    function _takeWithAuthorization(
        address token,
        uint256 amount,
        address from,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) internal {
        uint256 before = IERC20(token).balanceOf(address(this));
        IPilotEuro(token).receiveWithAuthorization(
            from, address(this), amount, validAfter, validBefore, nonce, signature
        );
        _checkReceived(token, before, amount);
    }

    /// @dev Pays out of escrow. The caller must have recorded before that the money is owed no more.
    function _pay(address token, address to, uint256 amount) internal {
        if (amount == 0 || IERC20(token).trySafeTransfer(to, amount)) return;
        _held[token][to] += amount;
        emit PaymentHeld(token, to, amount);
    }

    function _setAllowed(address token, bool allowed) private {
        if (allowed && token.code.length == 0) revert AgreementTokenNotAllowed(token);
        _allowed[token] = allowed;
        emit TokenAllowed(token, allowed);
    }

    /// @dev A token that takes a fee on the way would leave the escrow short.
    function _checkReceived(address token, uint256 before, uint256 amount) private view {
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert AgreementFundingMismatch(amount, received);
    }
}
