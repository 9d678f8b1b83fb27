// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ISignedNonces} from "./ISignedNonces.sol";

/// @title Market
/// @notice Sells ERC-721 and ERC-1155 tokens for tEUR by signed listings and offers, with the creator's royalty.
/// @dev Nothing is deposited: a listing or an offer is a signature, and goods and price change hands at once. The
/// seller approves this contract for its tokens, the buyer for its tEUR. Where the token of payment refuses to pay the
/// royalty or the fee, the seller gets that part: no receiver can stop a sale. So the token must call nobody on a
/// transfer, as tEUR calls nobody: else a buyer could have the royalty refused. EIP-712 domain "Market", version "1";
/// type strings `Listing(…)` and `Offer(…)`, each with the members of `Order` in their order, `kind` as uint8.
interface IMarket is ISignedNonces {
    /// @notice What kind of token is sold.
    enum AssetKind {
        Erc721,
        Erc1155
    }

    /// @notice A listing or an offer.
    /// @param maker who signs it: the seller of a listing, the buyer of an offer
    /// @param collection contract of the token
    /// @param kind what kind of token
    /// @param tokenId which token
    /// @param amount how many, 1 for an ERC-721 token
    /// @param unitPrice price of one, in millionths of a test euro
    /// @param nonce of the maker; orders with the same one end with the first that is filled whole
    /// @param deadline last second in which it is valid
    struct Order {
        address maker;
        address collection;
        AssetKind kind;
        uint256 tokenId;
        uint256 amount;
        uint256 unitPrice;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice Tokens were sold.
    /// @param orderHash EIP-712 hash of the listing or offer
    /// @param seller whose they were
    /// @param buyer whose they are
    /// @param collection contract of the token
    /// @param tokenId which token
    /// @param quantity how many
    /// @param price what the buyer paid, in millionths of a test euro
    /// @param royaltyReceiver who got the royalty, zero for nobody
    /// @param royalty what of the price was royalty
    /// @param fee what of the price was the platform's fee
    event Sold(
        bytes32 indexed orderHash,
        address indexed seller,
        address indexed buyer,
        address collection,
        uint256 tokenId,
        uint256 quantity,
        uint256 price,
        address royaltyReceiver,
        uint256 royalty,
        uint256 fee
    );

    /// @notice The token of payment is missing at this address.
    /// @param settlementToken the address that was given
    error MarketNoToken(address settlementToken);

    /// @notice The platform's fee is too high, or nobody would get it.
    /// @param receiver who would get it
    /// @param bps the fee, in ten-thousandths of the price
    error MarketInvalidFee(address receiver, uint256 bps);

    /// @notice The order is for nothing, for free, or for more than one ERC-721 token.
    /// @param amount how many
    /// @param unitPrice price of one
    error MarketInvalidOrder(uint256 amount, uint256 unitPrice);

    /// @notice Who made an order cannot fill it.
    /// @param maker who
    error MarketOwnOrder(address maker);

    /// @notice The order has not so many left, or none were asked for.
    /// @param quantity how many were asked for
    /// @param remaining how many are left
    error MarketInvalidQuantity(uint256 quantity, uint256 remaining);

    /// @notice Buys from a listing, from the caller's allowance.
    /// @param listing the listing
    /// @param quantity how many
    /// @param signature the seller's
    function buy(Order calldata listing, uint256 quantity, bytes calldata signature) external;

    /// @notice As `buy`, with the caller's EIP-2612 permit for exactly the price.
    /// @param listing the listing
    /// @param quantity how many
    /// @param signature the seller's
    /// @param deadline of the permit
    /// @param v of the permit's signature
    /// @param r of the permit's signature
    /// @param s of the permit's signature
    function buyWithPermit(
        Order calldata listing,
        uint256 quantity,
        bytes calldata signature,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Sells to an offer; the price comes from the allowance of who made it.
    /// @param offer the offer
    /// @param quantity how many
    /// @param signature the buyer's
    function sell(Order calldata offer, uint256 quantity, bytes calldata signature) external;

    /// @notice EIP-712 hash of an order, under which its sales are found.
    /// @param order the order
    /// @param isOffer whether it is an offer
    /// @return the hash that is signed
    function hashOrder(Order calldata order, bool isOffer) external view returns (bytes32);

    /// @notice How many of an order for several were sold.
    /// @param orderHash its hash
    /// @return how many; always 0 for an order for one, whose nonce is used instead
    function filledOf(bytes32 orderHash) external view returns (uint256);

    /// @notice How a price is divided, where the token of payment refuses nobody.
    /// @param collection contract of the token
    /// @param tokenId which token
    /// @param seller who sells; it pays itself no royalty
    /// @param price in millionths of a test euro
    /// @return royaltyReceiver who gets the royalty, zero for nobody
    /// @return royalty at most a tenth of the price
    /// @return fee the platform's
    function split(address collection, uint256 tokenId, address seller, uint256 price)
        external
        view
        returns (address royaltyReceiver, uint256 royalty, uint256 fee);
}
