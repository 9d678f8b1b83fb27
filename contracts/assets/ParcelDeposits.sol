// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC4907} from "./IERC4907.sol";
import {IParcels} from "./IParcels.sol";

/// @title Deposits of rented parcels
/// @notice Who uses a parcel until when, and what becomes of the deposit afterwards.
abstract contract ParcelDeposits is IParcels, IERC4907 {
    using SafeERC20 for IERC20;

    /// @dev The last rental; one slot. The user stays in it until the next one, as the deposit is the user's.
    struct Rental {
        address user;
        uint40 expires;
        uint48 deposit;
    }

    /// @dev The owner's claim on the deposit.
    struct Claim {
        uint48 amount;
        uint40 decideBy;
    }

    uint256 private constant CLAIM_WINDOW = 3 days;
    uint256 private constant DECISION_WINDOW = 14 days;

    /// @notice The token in which parcels are rented; deposits need one that moves exactly what it is told to, as tEUR.
    IERC20 public immutable settlementToken;

    mapping(uint256 tokenId => Rental) private _rentals;
    mapping(uint256 tokenId => Claim) private _claims;
    mapping(address account => uint256) private _held;

    constructor(address settlementToken_) {
        if (settlementToken_.code.length == 0) revert ParcelsNoContract(settlementToken_);
        settlementToken = IERC20(settlementToken_);
    }

    /// @inheritdoc IParcels
    function giveUp(uint256 tokenId) external {
        if (msg.sender != userOf(tokenId)) revert ParcelsNotUser(tokenId, msg.sender);
        uint40 expires = uint40(block.timestamp - 1);
        _rentals[tokenId].expires = expires;
        emit UpdateUser(tokenId, msg.sender, expires);
        emit ParcelGivenUp(tokenId, msg.sender);
    }

    /// @inheritdoc IParcels
    function claimDeposit(uint256 tokenId, uint256 amount, bytes32 reasonHash) external {
        _checkOwner(tokenId);
        Rental memory rental = _rentals[tokenId];
        bool inTime = block.timestamp > rental.expires && block.timestamp <= rental.expires + CLAIM_WINDOW;
        if (!inTime || amount == 0 || amount > rental.deposit || _claims[tokenId].amount != 0) {
            revert ParcelsInvalidClaim(tokenId, amount);
        }
        uint40 decideBy = uint40(block.timestamp + DECISION_WINDOW);
        _claims[tokenId] = Claim(uint48(amount), decideBy);
        emit DepositClaimed(tokenId, amount, decideBy, reasonHash);
    }

    /// @inheritdoc IParcels
    function acceptClaim(uint256 tokenId) external {
        uint256 amount = _claims[tokenId].amount;
        // Our own record, in which zero means that there is no claim; nobody else can move it off zero.
        // slither-disable-next-line incorrect-equality
        if (amount == 0) revert ParcelsNoClaim(tokenId);
        if (msg.sender != _rentals[tokenId].user) revert ParcelsNotUser(tokenId, msg.sender);
        _settle(tokenId, amount, 0);
    }

    /// @inheritdoc IParcels
    function decideClaim(uint256 tokenId, uint256 ownerAmount, bytes32 rulingHash) external {
        Claim memory claim = _claims[tokenId];
        // Our own record, as in acceptClaim.
        // slither-disable-next-line incorrect-equality
        if (claim.amount == 0 || block.timestamp > claim.decideBy) revert ParcelsNoClaim(tokenId);
        // An arbiter who has bought the parcel since is no arbiter any more.
        if (msg.sender != _arbiterOf(tokenId) || msg.sender == _ownerOfParcel(tokenId)) {
            revert ParcelsNotArbiter(tokenId, msg.sender);
        }
        if (ownerAmount > claim.amount) revert ParcelsInvalidClaim(tokenId, ownerAmount);
        _settle(tokenId, ownerAmount, rulingHash);
    }

    /// @inheritdoc IParcels
    function releaseDeposit(uint256 tokenId) external {
        Rental memory rental = _rentals[tokenId];
        // Our own record, in which zero means that no deposit is held.
        // slither-disable-next-line incorrect-equality
        if (rental.deposit == 0) revert ParcelsNoDeposit(tokenId);
        if (msg.sender != _ownerOfParcel(tokenId)) {
            Claim memory claim = _claims[tokenId];
            uint256 last = claim.amount == 0 ? rental.expires + CLAIM_WINDOW : claim.decideBy;
            if (block.timestamp <= last) revert ParcelsReleaseTooEarly(tokenId, last + 1);
        }
        _settle(tokenId, 0, 0);
    }

    /// @inheritdoc IParcels
    function withdrawHeld(address to) external {
        uint256 amount = _held[msg.sender];
        // Our own record, not a balance: tokens sent here by others do not change it.
        // slither-disable-next-line incorrect-equality
        if (amount == 0) revert ParcelsNothingHeld(msg.sender);
        delete _held[msg.sender];
        emit ParcelPaymentWithdrawn(msg.sender, to, amount);
        settlementToken.safeTransfer(to, amount);
    }

    /// @inheritdoc IParcels
    function depositOf(uint256 tokenId)
        external
        view
        returns (address user, uint256 deposit, uint256 claimed, uint256 decideBy)
    {
        Rental memory rental = _rentals[tokenId];
        Claim memory claim = _claims[tokenId];
        return (rental.user, rental.deposit, claim.amount, claim.decideBy);
    }

    /// @inheritdoc IParcels
    function heldOf(address account) external view returns (uint256) {
        return _held[account];
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 tokenId) external view returns (uint256) {
        return _rentals[tokenId].expires;
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 tokenId) public view returns (address) {
        Rental memory rental = _rentals[tokenId];
        return block.timestamp <= rental.expires ? rental.user : address(0);
    }

    /// @dev Records a user of a parcel that has none.
    function _use(uint256 tokenId, address user, uint256 expires, uint48 deposit) internal {
        Rental memory last = _rentals[tokenId];
        if (block.timestamp <= last.expires) revert ParcelsRented(tokenId, last.user, last.expires);
        if (last.deposit != 0) revert ParcelsDepositHeld(tokenId, last.deposit);
        _rentals[tokenId] = Rental(user, uint40(expires), deposit);
        emit UpdateUser(tokenId, user, uint64(expires));
    }

    /// @dev What a token keeps for itself on the way would be paid back out of the deposits of others.
    function _takeDeposit(uint256 deposit) internal {
        uint256 expected = settlementToken.balanceOf(address(this)) + deposit;
        settlementToken.safeTransferFrom(msg.sender, address(this), deposit);
        if (settlementToken.balanceOf(address(this)) != expected) {
            revert SafeERC20.SafeERC20FailedOperation(address(settlementToken));
        }
    }

    function _checkOwner(uint256 tokenId) internal view {
        if (msg.sender != _ownerOfParcel(tokenId)) revert ParcelsNotOwner(tokenId, msg.sender);
    }

    function _holdsDeposit(uint256 tokenId) internal view returns (bool) {
        return _rentals[tokenId].deposit != 0;
    }

    function _ownerOfParcel(uint256 tokenId) internal view virtual returns (address);

    function _arbiterOf(uint256 tokenId) internal view virtual returns (address);

    /// @dev Divides the deposit. Each gets its share even where the token refuses to pay the other.
    function _settle(uint256 tokenId, uint256 ownerAmount, bytes32 rulingHash) private {
        Rental storage rental = _rentals[tokenId];
        (address user, address owner) = (rental.user, _ownerOfParcel(tokenId));
        uint256 userAmount = rental.deposit - ownerAmount;
        rental.deposit = 0;
        delete _claims[tokenId];
        emit DepositSettled(tokenId, user, owner, userAmount, ownerAmount, rulingHash);
        _pay(user, userAmount);
        _pay(owner, ownerAmount);
    }

    function _pay(address to, uint256 amount) private {
        // An amount that the caller computed, not a balance: there is nothing to pay.
        // slither-disable-next-line incorrect-equality
        if (amount == 0 || settlementToken.trySafeTransfer(to, amount)) return;
        _held[to] += amount;
        emit ParcelPaymentHeld(to, amount);
    }
}
