// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IItems} from "./IItems.sol";
import {SignedNonces} from "./SignedNonces.sol";

/// @title Items
/// @notice Things and tickets of virtual spaces: anybody may create a kind of item and mint it within its cap.
contract Items is IItems, ERC1155, IERC2981, SignedNonces {
    /// @dev All that is kept of a kind of item; one slot.
    struct Item {
        address royaltyReceiver;
        uint16 royaltyBps;
        uint32 cap;
        uint32 minted;
        bool exists;
    }

    bytes32 private constant MINT_VOUCHER_TYPEHASH =
        keccak256("MintVoucher(address to,uint256 id,uint256 amount,uint256 nonce,uint256 deadline)");
    bytes32 private constant REDEMPTION_TYPEHASH = keccak256(
        "Redemption(address holder,uint256 id,uint256 amount,address gate,bytes32 redemptionReference,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant SOULBOUND = 1 << 95;
    uint16 private constant MAX_ROYALTY_BPS = 1_000;
    uint256 private constant FULL_BPS = 10_000;

    mapping(uint256 id => Item) private _items;
    mapping(uint256 id => mapping(address gate => bool)) private _gates;

    /// @param uri_ address of an item's description, with `{id}` for its number as ERC-1155 has it
    constructor(string memory uri_) ERC1155(uri_) EIP712("Items", "1") {}

    /// @inheritdoc IItems
    function createItem(
        uint64 serial,
        bool soulbound,
        uint32 cap,
        address royaltyReceiver,
        uint16 royaltyBps,
        bytes32 metadataHash
    ) external returns (uint256 id) {
        if (royaltyBps > MAX_ROYALTY_BPS || (royaltyBps != 0 && royaltyReceiver == address(0))) {
            revert ItemsInvalidRoyalty(royaltyReceiver, royaltyBps);
        }
        id = itemId(msg.sender, serial, soulbound);
        if (_items[id].exists) revert ItemsAlreadyCreated(id);
        _items[id] = Item(royaltyReceiver, royaltyBps, cap, 0, true);
        emit ItemCreated(id, msg.sender, soulbound, cap, royaltyReceiver, royaltyBps, metadataHash);
    }

    /// @inheritdoc IItems
    function mint(address to, uint256 id, uint256 amount) external {
        _checkCreator(id);
        _count(id, amount);
        _mint(to, id, amount, "");
    }

    /// @inheritdoc IItems
    function mintWithVoucher(
        address to, uint256 id, uint256 amount, uint256 nonce, uint256 deadline, bytes calldata signature
    ) external {
        address creator = creatorOf(id);
        bytes32 structHash = keccak256(abi.encode(MINT_VOUCHER_TYPEHASH, to, id, amount, nonce, deadline));
        _checkSignature(creator, structHash, deadline, signature);
        _useNonce(creator, nonce);
        _count(id, amount);
        emit MintVoucherUsed(creator, id, to, nonce);
        _mint(to, id, amount, "");
    }

    /// @inheritdoc IItems
    function setGate(uint256 id, address gate, bool allowed) external {
        _checkCreator(id);
        if (!_items[id].exists) revert ItemsUnknown(id);
        _gates[id][gate] = allowed;
        emit GateSet(id, gate, allowed);
    }

    /// @inheritdoc IItems
    function redeem(address holder, uint256 id, uint256 amount, bytes32 redemptionReference) external {
        if (holder != msg.sender && !isApprovedForAll(holder, msg.sender)) revert ItemsNoConsent(holder, msg.sender);
        _redeem(holder, id, amount, redemptionReference);
    }

    /// @inheritdoc IItems
    function redeemWithSignature(
        address holder,
        uint256 id,
        uint256 amount,
        bytes32 redemptionReference,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(REDEMPTION_TYPEHASH, holder, id, amount, msg.sender, redemptionReference, nonce, deadline)
        );
        _checkSignature(holder, structHash, deadline, signature);
        _useNonce(holder, nonce);
        _redeem(holder, id, amount, redemptionReference);
    }

    /// @inheritdoc IItems
    function burn(uint256 id, uint256 amount) external {
        if (amount == 0) revert ItemsZeroAmount();
        _burn(msg.sender, id, amount);
    }

    /// @inheritdoc IItems
    function supplyOf(uint256 id) external view returns (bool exists, uint32 cap, uint32 minted) {
        Item memory item = _items[id];
        return (item.exists, item.cap, item.minted);
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 id, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        Item memory item = _items[id];
        return (item.royaltyReceiver, Math.mulDiv(salePrice, item.royaltyBps, FULL_BPS));
    }

    /// @inheritdoc IItems
    function isGate(uint256 id, address gate) public view returns (bool) {
        return _gates[id][gate] || (gate == creatorOf(id) && _items[id].exists);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC1155, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @inheritdoc IItems
    function itemId(address creator, uint64 serial, bool soulbound) public pure returns (uint256) {
        return (uint256(uint160(creator)) << 96) | (soulbound ? SOULBOUND : 0) | serial;
    }

    /// @inheritdoc IItems
    function creatorOf(uint256 id) public pure returns (address) {
        return address(uint160(id >> 96));
    }

    /// @inheritdoc IItems
    function isSoulbound(uint256 id) public pure returns (bool) {
        return id & SOULBOUND != 0;
    }

    /// @dev Minting and burning are free; between holders a soulbound item does not move, whoever is approved.
    function _update(address from, address to, uint256[] memory ids, uint256[] memory values) internal override {
        if (from != address(0) && to != address(0)) {
            for (uint256 i = 0; i < ids.length; ++i) {
                if (isSoulbound(ids[i])) revert ItemsSoulbound(ids[i]);
            }
        }
        super._update(from, to, ids, values);
    }

    /// @dev Counts items that are to be minted. What has no cap is not counted: that would be a slot more to write.
    function _count(uint256 id, uint256 amount) private {
        Item storage item = _items[id];
        (bool exists, uint256 cap) = (item.exists, item.cap);
        if (!exists) revert ItemsUnknown(id);
        if (amount == 0) revert ItemsZeroAmount();
        if (cap == 0) return;
        uint256 minted = item.minted;
        if (amount > cap - minted) revert ItemsCapExceeded(id, amount, cap - minted);
        item.minted = uint32(minted + amount);
    }

    function _redeem(address holder, uint256 id, uint256 amount, bytes32 redemptionReference) private {
        if (!isGate(id, msg.sender)) revert ItemsNotGate(id, msg.sender);
        if (amount == 0) revert ItemsZeroAmount();
        _burn(holder, id, amount);
        emit ItemRedeemed(id, holder, msg.sender, amount, redemptionReference);
    }

    function _checkCreator(uint256 id) private view {
        if (msg.sender != creatorOf(id)) revert ItemsNotCreator(id, msg.sender);
    }
}
