// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Anchors and status of credentials
/// @notice Records that an issuer issued a credential, and whether it is revoked or suspended, without its content.
/// @dev Status has the meaning of the W3C Bitstring Status List: `revocation` cannot be undone, `suspension` can.
/// An anchor is kept under (issuer, type, digest), so nobody can occupy or revoke a digest of another issuer, and no
/// signature bytes are ever a key. The digest is a salted hash. Whoever anchors is the issuer; whether it is to be
/// believed is asked of the register of trusted issuers each time, for the moment at which it was anchored.
interface ICredentialStatus {
    /// @notice Credentials were anchored: `digests[i]` for `subjects[i]`.
    /// @param issuer who issued and anchored them
    /// @param credentialType type of all of them
    /// @param expiresAt first second in which they are no longer valid, 0 for no end
    /// @param digests salted hashes of the credentials
    /// @param subjects whom they are about, the zero address where that is not told on the chain
    event CredentialsAnchored(
        address indexed issuer,
        bytes32 indexed credentialType,
        uint40 expiresAt,
        bytes32[] digests,
        address[] subjects
    );

    /// @notice A credential was revoked for ever.
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    event CredentialRevoked(address indexed issuer, bytes32 indexed credentialType, bytes32 indexed digest);

    /// @notice A credential was suspended until it is resumed.
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    event CredentialSuspended(address indexed issuer, bytes32 indexed credentialType, bytes32 indexed digest);

    /// @notice The suspension of a credential ended.
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    event CredentialResumed(address indexed issuer, bytes32 indexed credentialType, bytes32 indexed digest);

    /// @notice The register of trusted issuers is missing at this address.
    /// @param trustedIssuers the address that was given
    error CredentialStatusNoRegister(address trustedIssuers);

    /// @notice A digest cannot be zero.
    error CredentialStatusZeroDigest();

    /// @notice A credential type cannot be zero: it is the hash of the type's name.
    error CredentialStatusZeroType();

    /// @notice The issuer has anchored this credential already.
    /// @param issuer the issuer
    /// @param credentialType the type
    /// @param digest the digest
    error CredentialStatusAlreadyAnchored(address issuer, bytes32 credentialType, bytes32 digest);

    /// @notice The caller has not anchored such a credential.
    /// @param issuer the caller
    /// @param credentialType the type
    /// @param digest the digest
    error CredentialStatusNotAnchored(address issuer, bytes32 credentialType, bytes32 digest);

    /// @notice The credential would have expired before it was anchored.
    /// @param expiresAt the end that was asked for
    /// @param time time of the block
    error CredentialStatusExpiryInPast(uint40 expiresAt, uint256 time);

    /// @notice The lists of a batch have different lengths.
    /// @param digests number of digests
    /// @param subjects number of subjects
    error CredentialStatusLengthMismatch(uint256 digests, uint256 subjects);

    /// @notice The batch is empty.
    error CredentialStatusEmptyBatch();

    /// @notice The credential is revoked, which cannot be undone.
    /// @param digest the digest
    error CredentialStatusRevoked(bytes32 digest);

    /// @notice The credential is suspended already.
    /// @param digest the digest
    error CredentialStatusAlreadySuspended(bytes32 digest);

    /// @notice The credential is not suspended.
    /// @param digest the digest
    error CredentialStatusNotSuspended(bytes32 digest);

    /// @notice Anchors a credential; the caller is its issuer.
    /// @param credentialType keccak256 of the type's name
    /// @param digest salted hash of the credential
    /// @param subject the DID's address of whom it is about, or zero not to tell it on the chain
    /// @param expiresAt first second in which it is no longer valid, 0 for no end
    function anchor(bytes32 credentialType, bytes32 digest, address subject, uint40 expiresAt) external;

    /// @notice Anchors several credentials of one type and one end of validity; the caller is their issuer.
    /// @param credentialType keccak256 of the type's name
    /// @param expiresAt first second in which they are no longer valid, 0 for no end
    /// @param digests salted hashes of the credentials
    /// @param subjects whom they are about, in the same order
    function anchorBatch(
        bytes32 credentialType, uint40 expiresAt, bytes32[] calldata digests, address[] calldata subjects
    ) external;

    /// @notice Revokes a credential of the caller for ever.
    /// @param credentialType its type
    /// @param digest its digest
    function revoke(bytes32 credentialType, bytes32 digest) external;

    /// @notice Suspends a credential of the caller.
    /// @param credentialType its type
    /// @param digest its digest
    function suspend(bytes32 credentialType, bytes32 digest) external;

    /// @notice Ends the suspension of a credential of the caller.
    /// @param credentialType its type
    /// @param digest its digest
    function resume(bytes32 credentialType, bytes32 digest) external;

    /// @notice Whether a credential counts now: anchored, not revoked, not suspended, not expired, and anchored while
    /// its issuer was trusted for its type.
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    /// @return true if all of that holds
    function isValid(address issuer, bytes32 credentialType, bytes32 digest) external view returns (bool);

    /// @notice As `isValid`, and about the given subject.
    /// @param subject whom it must be about; never the zero address
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    /// @return true if all of that holds
    function isValidFor(address subject, address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (bool);

    /// @notice What is recorded of a credential; all zero if it was never anchored.
    /// @param issuer its issuer
    /// @param credentialType its type
    /// @param digest its digest
    /// @return subject whom it is about, zero if not told
    /// @return anchoredAt when it was anchored, in seconds since 1970
    /// @return expiresAt first second in which it is no longer valid, 0 for no end
    /// @return revoked whether it is revoked
    /// @return suspended whether it is suspended
    function statusOf(address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (address subject, uint40 anchoredAt, uint40 expiresAt, bool revoked, bool suspended);

    /// @notice The register of trusted issuers that is asked.
    /// @return its address
    function trustedIssuers() external view returns (address);
}
