// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Splits
/// @notice Revenue shares of a joint offering. A split has an account of its own, to which anybody pays in the usual
/// way, and anybody can have what is there distributed.
/// @dev Shares are kept as a hash only and travel in calldata. The account of a split follows from its shares and
/// exists as an address before anything is deployed there, so it can be the payee of an agreement or an invoice at
/// once; its code is deployed with the first distribution. Shares are in basis points and make 10,000 together.
interface ISplits {
    /// @notice A recipient's part.
    struct Share {
        address recipient;
        /// @dev basis points, 1 to 9,999
        uint16 bps;
    }

    /// @notice A split was made known.
    /// @param split account of the split
    /// @param shares its shares
    event SplitCreated(address indexed split, Share[] shares);

    /// @notice What was on a split's account was distributed.
    /// @param split account of the split
    /// @param token what was distributed
    /// @param amount how much altogether
    event SplitDistributed(address indexed split, address indexed token, uint256 amount);

    /// @notice A token refused a payment to a recipient; the amount waits on the split's account for it.
    /// @param split account of the split
    /// @param token the token
    /// @param recipient whose money it is
    /// @param amount how much
    event SplitPaymentHeld(
        address indexed split, address indexed token, address indexed recipient, uint256 amount
    );

    /// @notice Money that was held was withdrawn.
    /// @param split account of the split
    /// @param token the token
    /// @param recipient whose money it was
    /// @param to where it went
    /// @param amount how much
    event SplitHeldWithdrawn(
        address indexed split, address indexed token, address indexed recipient, address to, uint256 amount
    );

    /// @notice There are fewer than 2 or more than 32 shares.
    /// @param count how many there are
    error SplitShareCount(uint256 count);

    /// @notice A share is zero, or its recipient is zero, the split itself or not above the recipient before it.
    /// @param index which share
    /// @param recipient its recipient
    error SplitInvalidShare(uint256 index, address recipient);

    /// @notice Shares do not make 10,000 basis points together.
    /// @param total what they make
    error SplitWrongTotal(uint256 total);

    /// @notice The split was made known before.
    /// @param split account of the split
    error SplitAlreadyCreated(address split);

    /// @notice There is nothing to distribute.
    /// @param split account of the split
    /// @param token the token
    error SplitNothingToDistribute(address split, address token);

    /// @notice Nothing is held for this account.
    /// @param split account of the split
    /// @param token the token
    /// @param recipient the account
    error SplitNothingHeld(address split, address token, address recipient);

    /// @notice Only the contract of splits may have a split's account pay.
    /// @param actor who tried
    error SplitNotController(address actor);

    /// @notice Makes a split known, so that those who follow the chain find its shares. Nobody needs it to be paid.
    /// @param shares the shares, in ascending order of the recipients
    /// @return split account of the split
    function create(Share[] calldata shares) external returns (address split);

    /// @notice Distributes all that is on a split's account and not held; the last recipient gets what rounding leaves.
    /// @param shares the shares, in ascending order of the recipients
    /// @param token what to distribute
    function distribute(Share[] calldata shares, address token) external;

    /// @notice Withdraws money that a token had refused to pay to the caller.
    /// @param split account of the split
    /// @param token the token
    /// @param to where it goes
    function withdrawHeld(address split, address token, address to) external;

    /// @notice The account of a split.
    /// @param shares the shares, in ascending order of the recipients
    /// @return its address, whether or not it was used yet
    function accountOf(Share[] calldata shares) external view returns (address);

    /// @notice Whether a split was made known here.
    /// @param split account of the split
    /// @return true if it was
    function isCreated(address split) external view returns (bool);

    /// @notice Money of a recipient that a token refused to pay out.
    /// @param split account of the split
    /// @param token the token
    /// @param recipient the recipient
    /// @return how much
    function heldOf(address split, address token, address recipient) external view returns (uint256);
}
