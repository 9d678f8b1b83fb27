// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMarket} from "./IMarket.sol";
import {SignedNonces} from "./SignedNonces.sol";

/// @title Market
/// @notice Sells ERC-721 and ERC-1155 tokens for tEUR by signed listings and offers, with the creator's royalty.
contract Market is IMarket, SignedNonces, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 private constant LISTING_TYPEHASH = keccak256(
        "Listing(address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,uint256 unitPrice,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant OFFER_TYPEHASH = keccak256(
        "Offer(address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,uint256 unitPrice,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant FULL_BPS = 10_000;
    uint256 private constant MAX_FEE_BPS = 1_000;
    uint256 private constant MAX_ROYALTY_BPS = 1_000;

    /// @notice The token of payment.
    IERC20 public immutable settlementToken;

    /// @notice Who gets the platform's fee.
    address public immutable feeReceiver;

    /// @notice The platform's fee, in ten-thousandths of the price.
    uint256 public immutable feeBps;

    mapping(bytes32 orderHash => uint256) private _filled;

    /// @param settlementToken_ the token of payment
    /// @param feeReceiver_ who gets the platform's fee; zero only without fee
    /// @param feeBps_ the platform's fee, in ten-thousandths of the price, at most 1,000
    constructor(address settlementToken_, address feeReceiver_, uint256 feeBps_) EIP712("Market", "1") {
        if (settlementToken_.code.length == 0) revert MarketNoToken(settlementToken_);
        if (feeBps_ > MAX_FEE_BPS || (feeBps_ != 0 && feeReceiver_ == address(0))) {
            revert MarketInvalidFee(feeReceiver_, feeBps_);
        }
        settlementToken = IERC20(settlementToken_);
        feeReceiver = feeReceiver_;
        feeBps = feeBps_;
    }

    /// @inheritdoc IMarket
    function buy(Order calldata listing, uint256 quantity, bytes calldata signature) external nonReentrant {
        _buy(listing, quantity, signature);
    }

    /// @inheritdoc IMarket
    function buyWithPermit(
        Order calldata listing,
        uint256 quantity,
        bytes calldata signature,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        uint256 price = listing.unitPrice * quantity;
        // A permit that somebody else has sent before is no failure: then the allowance is there already.
        try IERC20Permit(address(settlementToken)).permit(msg.sender, address(this), price, deadline, v, r, s) {}
            catch {}
        _buy(listing, quantity, signature);
    }

    /// @inheritdoc IMarket
    function sell(Order calldata offer, uint256 quantity, bytes calldata signature) external nonReentrant {
        bytes32 orderHash = _fill(offer, OFFER_TYPEHASH, quantity, signature);
        _settle(offer, orderHash, quantity, msg.sender, offer.maker);
    }

    /// @inheritdoc IMarket
    function hashOrder(Order calldata order, bool isOffer) external view returns (bytes32) {
        return _hashTypedDataV4(_hashStruct(order, isOffer ? OFFER_TYPEHASH : LISTING_TYPEHASH));
    }

    /// @inheritdoc IMarket
    function filledOf(bytes32 orderHash) external view returns (uint256) {
        return _filled[orderHash];
    }

    /// @inheritdoc IMarket
    function split(address collection, uint256 tokenId, address seller, uint256 price)
        public
        view
        returns (address royaltyReceiver, uint256 royalty, uint256 fee)
    {
        fee = Math.mulDiv(price, feeBps, FULL_BPS);
        // Called at a low level: a collection without royalties, or with unreadable ones, can be sold all the same.
        (bool told, bytes memory answer) =
            collection.staticcall(abi.encodeCall(IERC2981.royaltyInfo, (tokenId, price)));
        if (!told || answer.length < 64) return (address(0), 0, fee);
        (uint256 receiver, uint256 amount) = abi.decode(answer, (uint256, uint256));
        royaltyReceiver = address(uint160(receiver));
        if (amount == 0 || royaltyReceiver == address(0) || royaltyReceiver == seller) return (address(0), 0, fee);
        royalty = Math.min(amount, Math.mulDiv(price, MAX_ROYALTY_BPS, FULL_BPS));
    }

    function _buy(Order calldata listing, uint256 quantity, bytes calldata signature) private {
        bytes32 orderHash = _fill(listing, LISTING_TYPEHASH, quantity, signature);
        _settle(listing, orderHash, quantity, listing.maker, msg.sender);
    }

    /// @dev Checks an order and records that so many of it are sold. Of an order for one, the nonce is record enough.
    function _fill(Order calldata order, bytes32 typeHash, uint256 quantity, bytes calldata signature)
        private
        returns (bytes32 orderHash)
    {
        uint256 amount = order.amount;
        if (amount == 0 || order.unitPrice == 0 || (order.kind == AssetKind.Erc721 && amount != 1)) {
            revert MarketInvalidOrder(amount, order.unitPrice);
        }
        if (order.maker == msg.sender) revert MarketOwnOrder(msg.sender);
        bytes32 structHash = _hashStruct(order, typeHash);
        orderHash = _hashTypedDataV4(structHash);
        _checkSignature(order.maker, structHash, order.deadline, signature);
        uint256 remaining = amount;
        if (amount != 1) {
            if (isNonceUsed(order.maker, order.nonce)) revert SignedActionUsed(order.maker, order.nonce);
            uint256 filled = _filled[orderHash];
            remaining = amount - filled;
            _filled[orderHash] = filled + Math.min(quantity, remaining);
        }
        if (quantity == 0 || quantity > remaining) revert MarketInvalidQuantity(quantity, remaining);
        if (quantity == remaining) _useNonce(order.maker, order.nonce);
    }

    /// @dev Pays first, as the buyer may be a contract that is called when it gets an ERC-1155 token. The seller comes
    /// last, with what the token refuses to pay to others: none of them can stop the sale, and the buyer saves nothing.
    function _settle(Order calldata order, bytes32 orderHash, uint256 quantity, address seller, address buyer) private {
        uint256 price = order.unitPrice * quantity;
        (address royaltyReceiver, uint256 royalty, uint256 fee) = split(order.collection, order.tokenId, seller, price);
        if (!_tryToPay(buyer, royaltyReceiver, royalty)) (royaltyReceiver, royalty) = (address(0), 0);
        if (!_tryToPay(buyer, feeReceiver, fee)) fee = 0;
        // Of buyer and seller one calls and the other has signed the order: nobody gives without consent.
        // slither-disable-next-line arbitrary-send-erc20
        settlementToken.safeTransferFrom(buyer, seller, price - royalty - fee);
        if (order.kind == AssetKind.Erc721) {
            // slither-disable-next-line arbitrary-send-erc20
            IERC721(order.collection).transferFrom(seller, buyer, order.tokenId);
        } else {
            IERC1155(order.collection).safeTransferFrom(seller, buyer, order.tokenId, quantity, "");
        }
        emit Sold(
            orderHash,
            seller,
            buyer,
            order.collection,
            order.tokenId,
            quantity,
            price,
            royaltyReceiver,
            royalty,
            fee
        );
    }

    function _tryToPay(address buyer, address to, uint256 amount) private returns (bool) {
        return amount == 0 || settlementToken.trySafeTransferFrom(buyer, to, amount);
    }

    function _hashStruct(Order calldata order, bytes32 typeHash) private pure returns (bytes32) {
        return keccak256(abi.encode(typeHash, order));
    }
}
