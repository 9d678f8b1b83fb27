// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISpaces} from "../spaces/ISpaces.sol";
import {IERC4907} from "./IERC4907.sol";
import {IParcels} from "./IParcels.sol";
import {ParcelDeposits} from "./ParcelDeposits.sol";

/// @title Parcels
/// @notice Places inside spaces, which are owned, sold and rented with a deposit.
contract Parcels is ERC721, IERC2981, ParcelDeposits {
    using SafeERC20 for IERC20;

    /// @dev One slot, so that minting reads no other. For the same reason it names a steward: asking who owns the space
    /// would be a call of another contract at every minting.
    struct Plan {
        address steward;
        uint16 width;
        uint16 depth;
        uint16 floors;
        uint16 royaltyBps;
    }

    uint256 private constant FULL_BPS = 10_000;
    uint16 private constant MAX_ROYALTY_BPS = 1_000;
    uint256 private constant MAX_DAYS = 366;

    ISpaces private immutable _spaces;
    string private _uri;

    mapping(uint128 spaceId => Plan) private _plans;

    /// @dev A transfer takes price and deposit out, but leaves the arbiter, who may have a claim to decide.
    mapping(uint256 tokenId => RentalTerms) private _terms;

    /// @param spaces says who owns a space
    /// @param settlementToken_ the token in which parcels are rented
    /// @param baseUri what the number of a parcel is appended to for the address of its description
    constructor(address spaces, address settlementToken_, string memory baseUri)
        ERC721("Parcels", "PRCL")
        ParcelDeposits(settlementToken_)
    {
        if (spaces.code.length == 0) revert ParcelsNoContract(spaces);
        _spaces = ISpaces(spaces);
        _uri = baseUri;
    }

    /// @inheritdoc IParcels
    function setPlan(uint128 spaceId, address steward, uint16 width, uint16 depth, uint16 floors, uint16 royaltyBps)
        external
    {
        if (msg.sender != _spaces.ownerOf(spaceId)) revert ParcelsNotSpaceOwner(spaceId, msg.sender);
        Plan memory last = _plans[spaceId];
        uint16 highest = last.steward == address(0) ? MAX_ROYALTY_BPS : last.royaltyBps;
        bool hasSize = width != 0 && depth != 0 && floors != 0;
        bool keepsPlaces = width >= last.width && depth >= last.depth && floors >= last.floors;
        if (steward == address(0) || !hasSize || !keepsPlaces || royaltyBps > highest) {
            revert ParcelsInvalidPlan(spaceId);
        }
        _plans[spaceId] = Plan(steward, width, depth, floors, royaltyBps);
        emit PlanSet(spaceId, steward, width, depth, floors, royaltyBps);
    }

    /// @inheritdoc IParcels
    function mint(address to, uint256 tokenId) external {
        (uint128 spaceId, uint16 x, uint16 y, uint16 floor) = placeOf(tokenId);
        Plan storage plan = _plans[spaceId];
        (address steward, uint16 width, uint16 depth, uint16 floors) =
            (plan.steward, plan.width, plan.depth, plan.floors);
        if (msg.sender != steward) revert ParcelsNotSteward(spaceId, msg.sender);
        if (x >= width || y >= depth || floor >= floors || tokenId >> 176 != 0) revert ParcelsOutsidePlan(tokenId);
        if (to == address(0)) revert ERC721InvalidReceiver(to);
        if (_update(to, tokenId, address(0)) != address(0)) revert ParcelsTaken(tokenId);
    }

    /// @inheritdoc IParcels
    function setRentalTerms(uint256 tokenId, RentalTerms calldata terms) external {
        _checkOwner(tokenId);
        bool offered = terms.pricePerDay != 0 || terms.deposit != 0;
        if (offered && (terms.arbiter == address(0) || terms.arbiter == msg.sender)) {
            revert ParcelsInvalidTerms(tokenId);
        }
        address arbiter = terms.arbiter;
        // The arbiter of a deposit that is held stays: the user has agreed to no other.
        if (_holdsDeposit(tokenId)) {
            arbiter = _terms[tokenId].arbiter;
            if (offered && arbiter != terms.arbiter) revert ParcelsInvalidTerms(tokenId);
        }
        _terms[tokenId] = RentalTerms(arbiter, terms.pricePerDay, terms.deposit);
        emit RentalTermsSet(tokenId, arbiter, terms.pricePerDay, terms.deposit);
    }

    /// @inheritdoc IParcels
    function rent(uint256 tokenId, uint256 length, RentalTerms calldata terms) external {
        _rent(tokenId, length, terms);
    }

    /// @inheritdoc IParcels
    function rentWithPermit(
        uint256 tokenId, uint256 length, RentalTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external {
        if (length > MAX_DAYS) revert ParcelsInvalidPeriod(length);
        uint256 amount = terms.pricePerDay * length + terms.deposit;
        // A permit that somebody else has sent before is no failure: then the allowance is there already.
        try IERC20Permit(address(settlementToken)).permit(msg.sender, address(this), amount, deadline, v, r, s) {}
            catch {}
        _rent(tokenId, length, terms);
    }

    /// @inheritdoc IERC4907
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        _checkAuthorized(_requireOwned(tokenId), msg.sender, tokenId);
        uint256 last = user == address(0) ? 0 : expires;
        if (last > block.timestamp + MAX_DAYS * 1 days) revert ParcelsInvalidPeriod(last);
        _use(tokenId, user, last, 0);
    }

    /// @inheritdoc IParcels
    function planOf(uint128 spaceId)
        external
        view
        returns (address steward, uint16 width, uint16 depth, uint16 floors, uint16 royaltyBps)
    {
        Plan memory plan = _plans[spaceId];
        return (plan.steward, plan.width, plan.depth, plan.floors, plan.royaltyBps);
    }

    /// @inheritdoc IParcels
    function rentalTermsOf(uint256 tokenId) external view returns (RentalTerms memory) {
        return _terms[tokenId];
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        (uint128 spaceId,,,) = placeOf(tokenId);
        Plan memory plan = _plans[spaceId];
        return (plan.steward, Math.mulDiv(salePrice, plan.royaltyBps, FULL_BPS));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || interfaceId == type(IERC4907).interfaceId
            || super.supportsInterface(interfaceId);
    }

    /// @inheritdoc IParcels
    function parcelId(uint128 spaceId, uint16 x, uint16 y, uint16 floor) public pure returns (uint256) {
        return (uint256(spaceId) << 48) | (uint256(x) << 32) | (uint256(y) << 16) | floor;
    }

    /// @inheritdoc IParcels
    function placeOf(uint256 tokenId) public pure returns (uint128 spaceId, uint16 x, uint16 y, uint16 floor) {
        return (uint128(tokenId >> 48), uint16(tokenId >> 32), uint16(tokenId >> 16), uint16(tokenId));
    }

    /// @dev A new owner has offered nothing yet. The rental stays: sale does not break it.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        if (from == address(0)) return from;
        RentalTerms storage terms = _terms[tokenId];
        if (terms.pricePerDay == 0 && terms.deposit == 0) return from;
        (terms.pricePerDay, terms.deposit) = (0, 0);
        emit RentalTermsSet(tokenId, terms.arbiter, 0, 0);
    }

    function _baseURI() internal view override returns (string memory) {
        return _uri;
    }

    function _ownerOfParcel(uint256 tokenId) internal view override returns (address) {
        return _requireOwned(tokenId);
    }

    function _arbiterOf(uint256 tokenId) internal view override returns (address) {
        return _terms[tokenId].arbiter;
    }

    function _rent(uint256 tokenId, uint256 length, RentalTerms calldata expected) private {
        address owner = _requireOwned(tokenId);
        RentalTerms memory terms = _terms[tokenId];
        if (terms.pricePerDay == 0 && terms.deposit == 0) revert ParcelsNotOffered(tokenId);
        if (
            terms.pricePerDay != expected.pricePerDay || terms.deposit != expected.deposit
                || terms.arbiter != expected.arbiter
        ) revert ParcelsTermsChanged(tokenId, terms);
        if (length == 0 || length > MAX_DAYS) revert ParcelsInvalidPeriod(length);
        if (msg.sender == terms.arbiter) revert ParcelsInvalidTerms(tokenId);
        uint256 expires = block.timestamp + length * 1 days;
        uint256 price = terms.pricePerDay * length;
        _use(tokenId, msg.sender, expires, terms.deposit);
        emit ParcelRented(tokenId, msg.sender, owner, price, terms.deposit, expires);
        if (price != 0) settlementToken.safeTransferFrom(msg.sender, owner, price);
        if (terms.deposit != 0) _takeDeposit(terms.deposit);
    }
}
