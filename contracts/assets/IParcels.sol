// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Parcels
/// @notice Places inside spaces, which are owned, sold and rented with a deposit.
/// @dev ERC-721 with ERC-2981 and ERC-4907. The number of a parcel says where it is: space (128 bits, from bit 48), x,
/// y and floor (16 bits each). A place has one number and a number one owner, so parcels cannot overlap. A rental stays
/// when the parcel is sold; while it lasts, or its deposit is held, nobody can let the parcel again.
interface IParcels {
    /// @notice On what terms an owner lets a parcel. Offered if price or deposit is not zero.
    /// @param arbiter who decides claims on the deposit
    /// @param pricePerDay in millionths of a test euro
    /// @param deposit in millionths of a test euro
    struct RentalTerms {
        address arbiter;
        uint48 pricePerDay;
        uint48 deposit;
    }

    /// @notice The owner of a space set where parcels may be in it, and who mints them.
    /// @param spaceId the space
    /// @param steward who mints its parcels and gets their royalties
    /// @param width x runs from 0 to this, without it
    /// @param depth y runs from 0 to this, without it
    /// @param floors the floor runs from 0 to this, without it
    /// @param royaltyBps the royalty, in ten-thousandths of the price
    event PlanSet(
        uint128 indexed spaceId, address indexed steward, uint16 width, uint16 depth, uint16 floors, uint16 royaltyBps
    );

    /// @notice The terms of renting a parcel were set, or withdrawn if price and deposit are zero.
    /// @param tokenId the parcel
    /// @param arbiter who decides claims on the deposit
    /// @param pricePerDay in millionths of a test euro
    /// @param deposit in millionths of a test euro
    event RentalTermsSet(uint256 indexed tokenId, address indexed arbiter, uint48 pricePerDay, uint48 deposit);

    /// @notice A parcel was rented.
    /// @param tokenId the parcel
    /// @param user who rented it
    /// @param owner who got the price
    /// @param price what was paid, in millionths of a test euro
    /// @param deposit what is held, in millionths of a test euro
    /// @param expires last second of the rental
    event ParcelRented(
        uint256 indexed tokenId,
        address indexed user,
        address indexed owner,
        uint256 price,
        uint256 deposit,
        uint256 expires
    );

    /// @notice The user ended its use of a parcel early.
    /// @param tokenId the parcel
    /// @param user who
    event ParcelGivenUp(uint256 indexed tokenId, address indexed user);

    /// @notice The owner claimed a part of the deposit.
    /// @param tokenId the parcel
    /// @param amount how much, in millionths of a test euro
    /// @param decideBy last second in which the arbiter may decide
    /// @param reasonHash salted hash of the reason
    event DepositClaimed(uint256 indexed tokenId, uint256 amount, uint256 decideBy, bytes32 reasonHash);

    /// @notice The deposit was paid out.
    /// @param tokenId the parcel
    /// @param user who had rented the parcel
    /// @param owner who owns it
    /// @param userAmount what the user got back, in millionths of a test euro
    /// @param ownerAmount what the owner got, in millionths of a test euro
    /// @param rulingHash salted hash of the arbiter's ruling, zero without one
    event DepositSettled(
        uint256 indexed tokenId,
        address indexed user,
        address indexed owner,
        uint256 userAmount,
        uint256 ownerAmount,
        bytes32 rulingHash
    );

    /// @notice The token refused a payment, which is held for its owner.
    /// @param account whose it is
    /// @param amount how much, in millionths of a test euro
    event ParcelPaymentHeld(address indexed account, uint256 amount);

    /// @notice A held payment was withdrawn.
    /// @param account whose it was
    /// @param to who got it
    /// @param amount how much, in millionths of a test euro
    event ParcelPaymentWithdrawn(address indexed account, address indexed to, uint256 amount);

    /// @notice A contract that is needed is missing at this address.
    /// @param target the address that was given
    error ParcelsNoContract(address target);

    /// @notice Only the owner of the space may do this.
    /// @param spaceId the space
    /// @param caller who tried
    error ParcelsNotSpaceOwner(uint128 spaceId, address caller);

    /// @notice A plan needs a steward, a size and a royalty of at most 1,000 ten-thousandths; it may grow, and its
    /// royalty fall, but not the other way round.
    /// @param spaceId the space
    error ParcelsInvalidPlan(uint128 spaceId);

    /// @notice Only the steward of the space may mint its parcels.
    /// @param spaceId the space
    /// @param caller who tried
    error ParcelsNotSteward(uint128 spaceId, address caller);

    /// @notice The place is outside the plan of its space.
    /// @param tokenId the parcel
    error ParcelsOutsidePlan(uint256 tokenId);

    /// @notice The place is taken.
    /// @param tokenId the parcel
    error ParcelsTaken(uint256 tokenId);

    /// @notice Only the owner of the parcel may do this.
    /// @param tokenId the parcel
    /// @param caller who tried
    error ParcelsNotOwner(uint256 tokenId, address caller);

    /// @notice Only the user of the parcel may do this.
    /// @param tokenId the parcel
    /// @param caller who tried
    error ParcelsNotUser(uint256 tokenId, address caller);

    /// @notice Only the arbiter may do this.
    /// @param tokenId the parcel
    /// @param caller who tried
    error ParcelsNotArbiter(uint256 tokenId, address caller);

    /// @notice The arbiter is nobody, the owner or the user, or another than that of the deposit that is held.
    /// @param tokenId the parcel
    error ParcelsInvalidTerms(uint256 tokenId);

    /// @notice The parcel is not to let.
    /// @param tokenId the parcel
    error ParcelsNotOffered(uint256 tokenId);

    /// @notice The owner has changed the terms; these are the present ones.
    /// @param tokenId the parcel
    /// @param terms the present terms
    error ParcelsTermsChanged(uint256 tokenId, RentalTerms terms);

    /// @notice A rental lasts at least a day and at most 366.
    /// @param length what was asked for
    error ParcelsInvalidPeriod(uint256 length);

    /// @notice The parcel has a user.
    /// @param tokenId the parcel
    /// @param user who
    /// @param expires last second of its use
    error ParcelsRented(uint256 tokenId, address user, uint256 expires);

    /// @notice The deposit of the last rental is still held.
    /// @param tokenId the parcel
    /// @param deposit how much, in millionths of a test euro
    error ParcelsDepositHeld(uint256 tokenId, uint256 deposit);

    /// @notice No deposit is held.
    /// @param tokenId the parcel
    error ParcelsNoDeposit(uint256 tokenId);

    /// @notice The deposit cannot be claimed now, or so much of it.
    /// @param tokenId the parcel
    /// @param amount what was claimed, in millionths of a test euro
    error ParcelsInvalidClaim(uint256 tokenId, uint256 amount);

    /// @notice There is no claim on the deposit, or it is too late to decide it.
    /// @param tokenId the parcel
    error ParcelsNoClaim(uint256 tokenId);

    /// @notice The deposit cannot be released yet.
    /// @param tokenId the parcel
    /// @param from first second in which it can
    error ParcelsReleaseTooEarly(uint256 tokenId, uint256 from);

    /// @notice No payment is held for this account.
    /// @param account the account
    error ParcelsNothingHeld(address account);

    /// @notice Sets where parcels may be in a space, and who mints them. Only the owner of the space may.
    /// @dev The steward stays until it is replaced, also when the space changes hands: a new owner sets the plan anew.
    /// @param spaceId the space
    /// @param steward who mints its parcels and gets their royalties
    /// @param width x runs from 0 to this, without it
    /// @param depth y runs from 0 to this, without it
    /// @param floors the floor runs from 0 to this, without it
    /// @param royaltyBps the royalty, in ten-thousandths of the price, at most 1,000
    function setPlan(uint128 spaceId, address steward, uint16 width, uint16 depth, uint16 floors, uint16 royaltyBps)
        external;

    /// @notice Mints the parcel of a place. Only the steward of the space may.
    /// @param to who gets it
    /// @param tokenId number of the place, as `parcelId` has it
    function mint(address to, uint256 tokenId) external;

    /// @notice Offers a parcel for rent. Only its owner may; a transfer withdraws the offer.
    /// @param tokenId the parcel
    /// @param terms on what terms; price and deposit zero to withdraw the offer
    function setRentalTerms(uint256 tokenId, RentalTerms calldata terms) external;

    /// @notice Rents a parcel: pays the price to its owner and leaves the deposit here, from the caller's allowance.
    /// @param tokenId the parcel
    /// @param length how many days
    /// @param terms what the caller takes the terms to be
    function rent(uint256 tokenId, uint256 length, RentalTerms calldata terms) external;

    /// @notice As `rent`, with the caller's EIP-2612 permit for exactly price and deposit.
    /// @param tokenId the parcel
    /// @param length how many days
    /// @param terms what the caller takes the terms to be
    /// @param deadline of the permit
    /// @param v of the permit's signature
    /// @param r of the permit's signature
    /// @param s of the permit's signature
    function rentWithPermit(
        uint256 tokenId, uint256 length, RentalTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external;

    /// @notice Ends the caller's use of a parcel; what was paid is not paid back, the deposit is settled as always.
    /// @param tokenId the parcel
    function giveUp(uint256 tokenId) external;

    /// @notice Claims a part of the deposit. Only the owner may, in the three days after the rental.
    /// @param tokenId the parcel
    /// @param amount how much, in millionths of a test euro
    /// @param reasonHash salted hash of the reason
    function claimDeposit(uint256 tokenId, uint256 amount, bytes32 reasonHash) external;

    /// @notice Agrees to the owner's claim. Only the user may.
    /// @param tokenId the parcel
    function acceptClaim(uint256 tokenId) external;

    /// @notice Decides the owner's claim. Only the arbiter may, within fourteen days.
    /// @param tokenId the parcel
    /// @param ownerAmount what the owner gets of what it claims, in millionths of a test euro
    /// @param rulingHash salted hash of the ruling
    function decideClaim(uint256 tokenId, uint256 ownerAmount, bytes32 rulingHash) external;

    /// @notice Pays the whole deposit back: the owner at any time, anybody when it was not claimed in time, or the
    /// claim not decided in time.
    /// @param tokenId the parcel
    function releaseDeposit(uint256 tokenId) external;

    /// @notice Withdraws what is held for the caller because the token refused to pay it.
    /// @param to who gets it
    function withdrawHeld(address to) external;

    /// @notice The number of a place.
    /// @param spaceId the space
    /// @param x how far to the right
    /// @param y how far back
    /// @param floor how far up
    /// @return the number
    function parcelId(uint128 spaceId, uint16 x, uint16 y, uint16 floor) external pure returns (uint256);

    /// @notice The place of a number.
    /// @param tokenId the parcel
    /// @return spaceId the space
    /// @return x how far to the right
    /// @return y how far back
    /// @return floor how far up
    function placeOf(uint256 tokenId) external pure returns (uint128 spaceId, uint16 x, uint16 y, uint16 floor);

    /// @notice The plan of a space; all zero if there is none.
    /// @param spaceId the space
    /// @return steward who mints its parcels and gets their royalties
    /// @return width x runs from 0 to this, without it
    /// @return depth y runs from 0 to this, without it
    /// @return floors the floor runs from 0 to this, without it
    /// @return royaltyBps the royalty, in ten-thousandths of the price
    function planOf(uint128 spaceId)
        external
        view
        returns (address steward, uint16 width, uint16 depth, uint16 floors, uint16 royaltyBps);

    /// @notice On what terms a parcel is to let.
    /// @param tokenId the parcel
    /// @return the terms; price and deposit are zero if it is not
    function rentalTermsOf(uint256 tokenId) external view returns (RentalTerms memory);

    /// @notice What is held of the last rental of a parcel.
    /// @param tokenId the parcel
    /// @return user who rented it
    /// @return deposit how much, in millionths of a test euro
    /// @return claimed how much of it the owner claims
    /// @return decideBy last second in which the arbiter may decide
    function depositOf(uint256 tokenId)
        external
        view
        returns (address user, uint256 deposit, uint256 claimed, uint256 decideBy);

    /// @notice What is held for an account because the token refused to pay it.
    /// @param account the account
    /// @return how much, in millionths of a test euro
    function heldOf(address account) external view returns (uint256);
}
