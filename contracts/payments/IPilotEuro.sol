// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title tEUR, the pilot euro
/// @notice A test euro with 6 decimals and no value, for trying payments out before investing in them.
/// @dev ERC-20 with EIP-2612, EIP-3009, EIP-5267 and OpenZeppelin's AccessControl; this interface has what is ours.
/// The EIP-712 domain is the token's name, version "1".
interface IPilotEuro {
    /// @notice Test euros were redeemed at par: destroyed here, to be paid out in the simulation.
    /// @param account whose they were
    /// @param amount how many, in millionths of a test euro
    /// @param redemptionReference what the holder gave to find the payout by; a hash or a number, nothing personal
    event Redeemed(address indexed account, uint256 amount, bytes32 indexed redemptionReference);

    /// @notice The faucet gave test euros.
    /// @param account who got them
    /// @param amount how many, in millionths of a test euro
    event FaucetDripped(address indexed account, uint256 amount);

    /// @notice The administrator cannot be the zero address.
    error PilotEuroZeroAdmin();

    /// @notice The minter cannot be the zero address.
    error PilotEuroZeroMinter();

    /// @notice The faucet's period cannot be zero seconds.
    error PilotEuroZeroFaucetPeriod();

    /// @notice An amount cannot be zero here.
    error PilotEuroZeroAmount();

    /// @notice The faucet has given this address what it gives in one period.
    /// @param account the address
    /// @param amount what was asked for
    /// @param available what is left in this period
    /// @param nextPeriodAt when the next period begins, in seconds since 1970
    error PilotEuroFaucetLimit(address account, uint256 amount, uint256 available, uint256 nextPeriodAt);

    /// @notice Creates test euros. Only minters may.
    /// @param to who gets them
    /// @param amount how many, in millionths of a test euro
    function mint(address to, uint256 amount) external;

    /// @notice Gives test euros to an address, within the limit per address and period. Anybody may ask for anybody.
    /// @param to who gets them
    /// @param amount how many, in millionths of a test euro
    function drip(address to, uint256 amount) external;

    /// @notice Redeems the caller's test euros at par: destroys them under a reference.
    /// @param amount how many, in millionths of a test euro
    /// @param redemptionReference to find the payout by; a hash or a number, nothing personal
    function redeem(uint256 amount, bytes32 redemptionReference) external;

    /// @notice Stops all movements of tEUR. Only pausers may.
    function pause() external;

    /// @notice Lets tEUR move again. Only pausers may.
    function unpause() external;

    /// @notice What the faucet still gives an address in the present period.
    /// @param account the address
    /// @return how much, in millionths of a test euro
    function faucetAvailable(address account) external view returns (uint256);

    /// @notice The most that the faucet gives an address in one period.
    /// @return how much, in millionths of a test euro
    function faucetLimit() external view returns (uint256);

    /// @notice Length of the faucet's period.
    /// @return seconds
    function faucetPeriod() external view returns (uint256);

    /// @notice Metadata of the token as ERC-7572 has it; says that it has no value.
    /// @return a data URI with JSON
    function contractURI() external view returns (string memory);

    /// @notice EIP-3009 transfer with a signature in bytes, by an ECDSA key or an ERC-1271 wallet.
    /// @param from whose test euros
    /// @param to who gets them
    /// @param value how many, in millionths of a test euro
    /// @param validAfter last second in which it is not yet valid
    /// @param validBefore first second in which it is no longer valid
    /// @param nonce any 32 bytes not used before; consecutive ones are cheaper
    /// @param signature of `TransferWithAuthorization`
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice As `transferWithAuthorization`; only the receiver may call it.
    /// @param from whose test euros
    /// @param to who gets them, the caller
    /// @param value how many, in millionths of a test euro
    /// @param validAfter last second in which it is not yet valid
    /// @param validBefore first second in which it is no longer valid
    /// @param nonce any 32 bytes not used before
    /// @param signature of `ReceiveWithAuthorization`
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice Cancels an authorization that was not used yet.
    /// @param authorizer who signed it
    /// @param nonce its nonce
    /// @param signature of `CancelAuthorization`
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;
}
