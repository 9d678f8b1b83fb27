// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Registry of decentralised identifiers (did:ethr)
/// @notice Says who controls the DID of a person, a company or a space, and records its delegates and attributes.
/// @dev Implements the ABI and the events of ERC-1056 as the npm clients `ethr-did` and `ethr-did-resolver` use them,
/// and adds EIP-712 variants with chain id, deadline and ERC-1271 support. An identity is an address; until it is
/// changed, the identity owns itself. Giving an identity to the zero address deactivates it for ever.
interface IDidRegistry {
    /// @notice An identity got a new owner; the zero address means that it was deactivated for ever.
    /// @param identity the identity
    /// @param owner the new owner
    /// @param previousChange number of the block of the previous change of this identity, 0 if there was none
    event DIDOwnerChanged(address indexed identity, address owner, uint256 previousChange);

    /// @notice A delegate was added to or revoked from an identity.
    /// @param identity the identity
    /// @param delegateType what the delegate may do, such as `veriKey` or `sigAuth`
    /// @param delegate the delegate's address
    /// @param validTo end of validity in seconds since 1970; the time of the block itself when it was revoked
    /// @param previousChange number of the block of the previous change of this identity, 0 if there was none
    event DIDDelegateChanged(
        address indexed identity, bytes32 delegateType, address delegate, uint256 validTo, uint256 previousChange
    );

    /// @notice An attribute was set on or revoked from an identity.
    /// @param identity the identity
    /// @param name name of the attribute, such as `did/svc/HubService`
    /// @param value value of the attribute
    /// @param validTo end of validity in seconds since 1970, 0 when it was revoked
    /// @param previousChange number of the block of the previous change of this identity, 0 if there was none
    event DIDAttributeChanged(
        address indexed identity, bytes32 name, bytes value, uint256 validTo, uint256 previousChange
    );

    /// @notice The zero address cannot be an identity.
    error DidRegistryZeroIdentity();

    /// @notice The identity was deactivated; nothing can be changed in it any more.
    /// @param identity the deactivated identity
    error DidRegistryDeactivated(address identity);

    /// @notice Only the owner of an identity may change it.
    /// @param identity the identity
    /// @param actor who tried
    /// @param owner who may
    error DidRegistryNotOwner(address identity, address actor, address owner);

    /// @notice The signature is not one of the identity's owner over exactly this change.
    /// @param identity the identity
    /// @param owner whose signature was needed
    error DidRegistryInvalidSignature(address identity, address owner);

    /// @notice The signature's deadline has passed.
    /// @param deadline last second in which it could be used
    /// @param time time of the block
    error DidRegistrySignatureExpired(uint256 deadline, uint256 time);

    /// @notice The zero address cannot be a delegate.
    /// @param identity the identity that it was to be added to
    error DidRegistryZeroDelegate(address identity);

    /// @notice The validity ends beyond what time can be written.
    /// @param validity the seconds that were asked for
    error DidRegistryValidityTooLong(uint256 validity);

    /// @notice The owner that was set for an identity; zero if it never was, or after deactivation.
    /// @param identity the identity
    /// @return the stored owner
    function owners(address identity) external view returns (address);

    /// @notice Until when a delegate is valid.
    /// @param identity the identity
    /// @param typeHash keccak256 of the 32 bytes of the delegate type
    /// @param delegate the delegate's address
    /// @return end of validity in seconds since 1970, 0 if it never was a delegate
    function delegates(address identity, bytes32 typeHash, address delegate) external view returns (uint256);

    /// @notice Number of the block of the last change of an identity, 0 if there was none.
    /// @param identity the identity
    /// @return the block number
    function changed(address identity) external view returns (uint256);

    /// @notice How many signed changes an address has authorised; the next signature must carry this number.
    /// @param signer the address that signs, that is the owner of the identities that it changes
    /// @return the next nonce
    function nonce(address signer) external view returns (uint256);

    /// @notice Who controls an identity now; the zero address once it is deactivated.
    /// @param identity the identity
    /// @return the owner
    function identityOwner(address identity) external view returns (address);

    /// @notice Whether an identity was deactivated for ever.
    /// @param identity the identity
    /// @return true once it is deactivated
    function deactivated(address identity) external view returns (bool);

    /// @notice Whether a delegate of the given type is valid now; never so for a deactivated identity.
    /// @param identity the identity
    /// @param delegateType what the delegate may do
    /// @param delegate the delegate's address
    /// @return true while it is valid
    function validDelegate(address identity, bytes32 delegateType, address delegate) external view returns (bool);

    /// @notice Gives an identity to a new owner; the zero address deactivates it for ever.
    /// @param identity the identity, whose owner calls
    /// @param newOwner the new owner
    function changeOwner(address identity, address newOwner) external;

    /// @notice As `changeOwner`, with the owner's ERC-1056 signature.
    /// @dev The signed bytes have no chain id and no deadline, as ERC-1056 has it; prefer `changeOwnerWithSignature`.
    /// @param identity the identity
    /// @param sigV v of the signature, 27 or 28
    /// @param sigR r of the signature
    /// @param sigS s of the signature, in the lower half of the order
    /// @param newOwner the new owner
    function changeOwnerSigned(address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, address newOwner) external;

    /// @notice As `changeOwner`, with the owner's EIP-712 signature.
    /// @param identity the identity
    /// @param newOwner the new owner
    /// @param deadline last second in which the signature may be used
    /// @param signature of `ChangeOwner`, by an ECDSA key or an ERC-1271 wallet
    function changeOwnerWithSignature(address identity, address newOwner, uint256 deadline, bytes calldata signature)
        external;

    /// @notice Adds a delegate for a number of seconds.
    /// @param identity the identity, whose owner calls
    /// @param delegateType what the delegate may do
    /// @param delegate the delegate's address
    /// @param validity how long, in seconds from now
    function addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) external;

    /// @notice As `addDelegate`, with the owner's ERC-1056 signature (no chain id, no deadline).
    /// @param identity the identity
    /// @param sigV v of the signature, 27 or 28
    /// @param sigR r of the signature
    /// @param sigS s of the signature, in the lower half of the order
    /// @param delegateType what the delegate may do
    /// @param delegate the delegate's address
    /// @param validity how long, in seconds from now
    function addDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate,
        uint256 validity
    ) external;

    /// @notice As `addDelegate`, with the owner's EIP-712 signature.
    /// @param identity the identity
    /// @param delegateType what the delegate may do
    /// @param delegate the delegate's address
    /// @param validity how long, in seconds from the time of the block
    /// @param deadline last second in which the signature may be used
    /// @param signature of `AddDelegate`, by an ECDSA key or an ERC-1271 wallet
    function addDelegateWithSignature(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Revokes a delegate.
    /// @param identity the identity, whose owner calls
    /// @param delegateType what the delegate might do
    /// @param delegate the delegate's address
    function revokeDelegate(address identity, bytes32 delegateType, address delegate) external;

    /// @notice As `revokeDelegate`, with the owner's ERC-1056 signature (no chain id, no deadline).
    /// @param identity the identity
    /// @param sigV v of the signature, 27 or 28
    /// @param sigR r of the signature
    /// @param sigS s of the signature, in the lower half of the order
    /// @param delegateType what the delegate might do
    /// @param delegate the delegate's address
    function revokeDelegateSigned(
        address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, bytes32 delegateType, address delegate
    ) external;

    /// @notice As `revokeDelegate`, with the owner's EIP-712 signature.
    /// @param identity the identity
    /// @param delegateType what the delegate might do
    /// @param delegate the delegate's address
    /// @param deadline last second in which the signature may be used
    /// @param signature of `RevokeDelegate`, by an ECDSA key or an ERC-1271 wallet
    function revokeDelegateWithSignature(
        address identity, bytes32 delegateType, address delegate, uint256 deadline, bytes calldata signature
    ) external;

    /// @notice Sets an attribute for a number of seconds.
    /// @param identity the identity, whose owner calls
    /// @param name name of the attribute
    /// @param value value of the attribute; nothing personal belongs here
    /// @param validity how long, in seconds from now
    function setAttribute(address identity, bytes32 name, bytes calldata value, uint256 validity) external;

    /// @notice As `setAttribute`, with the owner's ERC-1056 signature (no chain id, no deadline).
    /// @param identity the identity
    /// @param sigV v of the signature, 27 or 28
    /// @param sigR r of the signature
    /// @param sigS s of the signature, in the lower half of the order
    /// @param name name of the attribute
    /// @param value value of the attribute
    /// @param validity how long, in seconds from now
    function setAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value,
        uint256 validity
    ) external;

    /// @notice As `setAttribute`, with the owner's EIP-712 signature.
    /// @param identity the identity
    /// @param name name of the attribute
    /// @param value value of the attribute
    /// @param validity how long, in seconds from the time of the block
    /// @param deadline last second in which the signature may be used
    /// @param signature of `SetAttribute`, by an ECDSA key or an ERC-1271 wallet
    function setAttributeWithSignature(
        address identity,
        bytes32 name,
        bytes calldata value,
        uint256 validity,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Revokes an attribute.
    /// @param identity the identity, whose owner calls
    /// @param name name of the attribute
    /// @param value value of the attribute
    function revokeAttribute(address identity, bytes32 name, bytes calldata value) external;

    /// @notice As `revokeAttribute`, with the owner's ERC-1056 signature (no chain id, no deadline).
    /// @param identity the identity
    /// @param sigV v of the signature, 27 or 28
    /// @param sigR r of the signature
    /// @param sigS s of the signature, in the lower half of the order
    /// @param name name of the attribute
    /// @param value value of the attribute
    function revokeAttributeSigned(
        address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, bytes32 name, bytes calldata value
    ) external;

    /// @notice As `revokeAttribute`, with the owner's EIP-712 signature.
    /// @param identity the identity
    /// @param name name of the attribute
    /// @param value value of the attribute
    /// @param deadline last second in which the signature may be used
    /// @param signature of `RevokeAttribute`, by an ECDSA key or an ERC-1271 wallet
    function revokeAttributeWithSignature(
        address identity, bytes32 name, bytes calldata value, uint256 deadline, bytes calldata signature
    ) external;
}
