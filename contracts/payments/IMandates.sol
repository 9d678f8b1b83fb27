// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Mandates
/// @notice Recurring pull payments in tEUR, a direct debit: the payer signs a cap for each period, the payee collects.
/// @dev Periods are counted from `startAt`; what is not collected in a period is not carried over. The payer also has
/// to allow this contract to move its tEUR. A mandate's id is its EIP-712 struct hash. Amounts are in millionths of a
/// test euro, times in seconds since 1970.
interface IMandates {
    /// @notice What a mandate is.
    enum MandateState {
        /// @dev not known here
        None,
        /// @dev can be collected
        Active,
        /// @dev stopped by the payer for the time being
        Paused,
        /// @dev ended for ever by payer or payee
        Cancelled
    }

    /// @notice What the payer signs. EIP-712 type `Mandate`.
    struct Mandate {
        /// @dev who pays, and signs: an ECDSA key or an ERC-1271 wallet
        address payer;
        /// @dev who collects
        address payee;
        /// @dev the most that can be collected in a period
        uint128 cap;
        /// @dev first second in which something can be collected
        uint40 startAt;
        /// @dev last second in which something can be collected, 0 for no end
        uint40 endAt;
        /// @dev length of a period in seconds
        uint32 period;
        /// @dev last second in which the signature can be brought in
        uint40 signBy;
        /// @dev salted hash of the written mandate
        bytes32 documentHash;
        /// @dev tells apart mandates that are otherwise the same
        uint64 nonce;
    }

    /// @notice A mandate was brought in.
    /// @param mandateId the mandate
    /// @param payer who pays
    /// @param payee who collects
    /// @param cap the most that can be collected in a period
    /// @param period length of a period in seconds
    event MandateRegistered(
        bytes32 indexed mandateId, address indexed payer, address indexed payee, uint256 cap, uint256 period
    );

    /// @notice The payee collected.
    /// @param mandateId the mandate
    /// @param payer who paid
    /// @param payee who collected
    /// @param amount how much
    /// @param periodIndex number of the period, from 0
    /// @param collected how much in this period altogether
    event MandateCollected(
        bytes32 indexed mandateId,
        address indexed payer,
        address indexed payee,
        uint256 amount,
        uint256 periodIndex,
        uint256 collected
    );

    /// @notice The payer stopped a mandate for the time being.
    /// @param mandateId the mandate
    event MandatePaused(bytes32 indexed mandateId);

    /// @notice The payer lets a mandate be collected again.
    /// @param mandateId the mandate
    event MandateResumed(bytes32 indexed mandateId);

    /// @notice A mandate was ended for ever.
    /// @param mandateId the mandate
    /// @param by the payer or the payee
    event MandateCancelled(bytes32 indexed mandateId, address indexed by);

    /// @notice There is no token at this address.
    /// @param token the address that was given
    error MandateNoToken(address token);

    /// @notice Payee, cap or period is zero, or the mandate ends before it starts.
    error MandateInvalid();

    /// @notice The signature is not one of the payer over exactly this.
    /// @param payer whose signature was needed
    error MandateInvalidSignature(address payer);

    /// @notice The signature's deadline has passed.
    /// @param deadline the last second
    /// @param time time of the block
    error MandateSignatureExpired(uint256 deadline, uint256 time);

    /// @notice The mandate is not in a state in which this can be done.
    /// @param mandateId the mandate
    /// @param state its state
    error MandateWrongState(bytes32 mandateId, MandateState state);

    /// @notice Only a certain account may do this.
    /// @param actor who tried
    /// @param expected who may
    error MandateNotAuthorized(address actor, address expected);

    /// @notice Nothing can be collected at this time.
    /// @param startAt first second in which it can
    /// @param endAt last second in which it can, 0 for no end
    error MandateOutOfTime(uint256 startAt, uint256 endAt);

    /// @notice The amount is zero, or more than what is left of the period's cap.
    /// @param mandateId the mandate
    /// @param amount what was to be collected
    /// @param available what is left
    error MandateCapExceeded(bytes32 mandateId, uint256 amount, uint256 available);

    /// @notice Brings a mandate in with the payer's signature. Anybody may send it.
    /// @param mandate the mandate
    /// @param signature of `Mandate`, by the payer
    function register(Mandate calldata mandate, bytes calldata signature) external;

    /// @notice Collects from the payer. Only the payee may.
    /// @param mandate the mandate
    /// @param amount how much
    function collect(Mandate calldata mandate, uint256 amount) external;

    /// @notice Stops a mandate for the time being. Only the payer may.
    /// @param mandate the mandate
    function pause(Mandate calldata mandate) external;

    /// @notice Lets a mandate be collected again. Only the payer may.
    /// @param mandate the mandate
    function resume(Mandate calldata mandate) external;

    /// @notice Ends a mandate for ever, also one that was not brought in yet. Only payer and payee may.
    /// @param mandate the mandate
    function cancel(Mandate calldata mandate) external;

    /// @notice As `cancel`, with the payer's signature. Anybody may send it.
    /// @param mandate the mandate
    /// @param deadline last second in which the signature may be used
    /// @param signature of `CancelMandate`
    function cancelWithSignature(Mandate calldata mandate, uint256 deadline, bytes calldata signature) external;

    /// @notice What is recorded of a mandate.
    /// @param mandateId the mandate
    /// @return state its state
    /// @return periodIndex number of the period in which something was collected last
    /// @return collected how much was collected in it
    function mandateOf(bytes32 mandateId)
        external
        view
        returns (MandateState state, uint256 periodIndex, uint256 collected);

    /// @notice What can be collected now; 0 where nothing can.
    /// @param mandate the mandate
    /// @return how much
    function availableOf(Mandate calldata mandate) external view returns (uint256);

    /// @notice EIP-712 struct hash of a mandate: its id.
    /// @param mandate the mandate
    /// @return the id
    function hashMandate(Mandate calldata mandate) external pure returns (bytes32);
}
