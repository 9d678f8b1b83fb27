// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ISignedNonces} from "./ISignedNonces.sol";

/// @title Items
/// @notice Things and tickets of virtual spaces: anybody may create a kind of item and mint it within its cap.
/// @dev ERC-1155 with ERC-2981 royalties. The number of an item says who created it and whether it can change hands:
/// creator's address (160 bits), soulbound flag (1 bit), zeros (31 bits), serial that the creator chose (64 bits). So
/// nobody can occupy another's number, it is known before the item is created, and a transfer reads no further slot.
/// EIP-712 domain "Items", version "1".
interface IItems is ISignedNonces {
    /// @notice A kind of item was created.
    /// @param id its number
    /// @param creator who created it, and mints it
    /// @param soulbound whether it can never change hands
    /// @param cap how many may ever be minted, 0 for no limit
    /// @param royaltyReceiver who gets the royalty of a sale
    /// @param royaltyBps the royalty, in ten-thousandths of the price
    /// @param metadataHash hash of the document that describes it
    event ItemCreated(
        uint256 indexed id,
        address indexed creator,
        bool soulbound,
        uint32 cap,
        address royaltyReceiver,
        uint16 royaltyBps,
        bytes32 metadataHash
    );

    /// @notice A gate may, or may no longer, redeem an item.
    /// @param id the item
    /// @param gate the gate: an account or a contract
    /// @param allowed whether it may from now on
    event GateSet(uint256 indexed id, address indexed gate, bool allowed);

    /// @notice Items were minted with a voucher.
    /// @param creator who signed it
    /// @param id the item
    /// @param to who got them
    /// @param nonce the voucher's nonce
    event MintVoucherUsed(address indexed creator, uint256 indexed id, address indexed to, uint256 nonce);

    /// @notice Items were redeemed: used up at a gate.
    /// @param id the item
    /// @param holder whose they were
    /// @param gate which gate took them
    /// @param amount how many
    /// @param redemptionReference what the gate gave to find the use by; a hash or a number, nothing personal
    event ItemRedeemed(
        uint256 indexed id, address indexed holder, address indexed gate, uint256 amount, bytes32 redemptionReference
    );

    /// @notice The creator has created an item of this number already.
    /// @param id the number
    error ItemsAlreadyCreated(uint256 id);

    /// @notice There is no item of this number.
    /// @param id the number
    error ItemsUnknown(uint256 id);

    /// @notice Only the item's creator may do this.
    /// @param id the item
    /// @param caller who tried
    error ItemsNotCreator(uint256 id, address caller);

    /// @notice The number of items cannot be zero here.
    error ItemsZeroAmount();

    /// @notice More than the cap would be minted.
    /// @param id the item
    /// @param amount how many were to be minted
    /// @param remaining how many still may be
    error ItemsCapExceeded(uint256 id, uint256 amount, uint256 remaining);

    /// @notice The royalty is too high, or nobody would get it.
    /// @param receiver who would get it
    /// @param bps the royalty, in ten-thousandths of the price
    error ItemsInvalidRoyalty(address receiver, uint16 bps);

    /// @notice The item is bound to its holder: it never changes hands.
    /// @param id the item
    error ItemsSoulbound(uint256 id);

    /// @notice The caller is no gate of this item.
    /// @param id the item
    /// @param gate who tried
    error ItemsNotGate(uint256 id, address gate);

    /// @notice The holder has neither approved the gate nor signed.
    /// @param holder whose items they are
    /// @param gate who tried
    error ItemsNoConsent(address holder, address gate);

    /// @notice Creates a kind of item; the caller is its creator for ever.
    /// @param serial a number that the creator has not used before with the same flag
    /// @param soulbound whether the item shall never change hands
    /// @param cap how many may ever be minted, 0 for no limit
    /// @param royaltyReceiver who gets the royalty of a sale; zero only without royalty
    /// @param royaltyBps the royalty, in ten-thousandths of the price, at most 1,000
    /// @param metadataHash hash of the document that describes the item
    /// @return id its number
    function createItem(
        uint64 serial,
        bool soulbound,
        uint32 cap,
        address royaltyReceiver,
        uint16 royaltyBps,
        bytes32 metadataHash
    ) external returns (uint256 id);

    /// @notice Mints items. Only their creator may.
    /// @param to who gets them; a contract must accept them as ERC-1155 says
    /// @param id the item
    /// @param amount how many
    function mint(address to, uint256 id, uint256 amount) external;

    /// @notice Mints items with a voucher that their creator signed. Anybody may send it.
    /// @dev `MintVoucher(address to,uint256 id,uint256 amount,uint256 nonce,uint256 deadline)`
    /// @param to who gets them
    /// @param id the item
    /// @param amount how many
    /// @param nonce a nonce of the creator
    /// @param deadline last second in which the voucher is valid
    /// @param signature the creator's
    function mintWithVoucher(
        address to, uint256 id, uint256 amount, uint256 nonce, uint256 deadline, bytes calldata signature
    ) external;

    /// @notice Allows or forbids a gate to redeem an item. Only its creator may.
    /// @param id the item
    /// @param gate the gate
    /// @param allowed whether it may
    function setGate(uint256 id, address gate, bool allowed) external;

    /// @notice Uses items up at the calling gate, which the holder has approved as operator or is itself.
    /// @param holder whose items
    /// @param id the item
    /// @param amount how many
    /// @param redemptionReference to find the use by; a hash or a number, nothing personal
    function redeem(address holder, uint256 id, uint256 amount, bytes32 redemptionReference) external;

    /// @notice Uses items up at the calling gate, with the holder's signature.
    /// @dev `Redemption(address holder,uint256 id,uint256 amount,address gate,bytes32 redemptionReference,uint256
    /// nonce,uint256 deadline)`, all in one line
    /// @param holder whose items
    /// @param id the item
    /// @param amount how many
    /// @param redemptionReference to find the use by
    /// @param nonce a nonce of the holder
    /// @param deadline last second in which the signature is valid
    /// @param signature the holder's
    function redeemWithSignature(
        address holder,
        uint256 id,
        uint256 amount,
        bytes32 redemptionReference,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Destroys items of the caller, such as a soulbound one that it does not want.
    /// @param id the item
    /// @param amount how many
    function burn(uint256 id, uint256 amount) external;

    /// @notice The number of an item.
    /// @param creator its creator
    /// @param serial the creator's serial
    /// @param soulbound whether it never changes hands
    /// @return the number
    function itemId(address creator, uint64 serial, bool soulbound) external pure returns (uint256);

    /// @notice Who created an item, as its number says.
    /// @param id the item
    /// @return the creator
    function creatorOf(uint256 id) external pure returns (address);

    /// @notice Whether an item never changes hands, as its number says.
    /// @param id the item
    /// @return true if it is bound to its holder
    function isSoulbound(uint256 id) external pure returns (bool);

    /// @notice Whether an account may redeem an item; its creator always may.
    /// @param id the item
    /// @param gate the account
    /// @return true if it may
    function isGate(uint256 id, address gate) external view returns (bool);

    /// @notice How many of an item may be and were minted.
    /// @param id the item
    /// @return exists whether it was created
    /// @return cap how many may ever be minted, 0 for no limit
    /// @return minted how many were, redeemed ones included; counted only where there is a cap
    function supplyOf(uint256 id) external view returns (bool exists, uint32 cap, uint32 minted);
}
