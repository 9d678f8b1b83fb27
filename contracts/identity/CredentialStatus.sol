// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICredentialStatus} from "./ICredentialStatus.sol";
import {ITrustedIssuers} from "./ITrustedIssuers.sol";

/// @title Anchors and status of credentials
/// @notice Records that an issuer issued a credential, and whether it is revoked or suspended, without its content.
contract CredentialStatus is ICredentialStatus {
    /// @dev What is recorded of a credential, unpacked. It is anchored where `anchoredAt` is not zero.
    struct Anchor {
        address subject;
        uint40 anchoredAt;
        uint40 expiresAt;
        bool revoked;
        bool suspended;
    }

    uint256 private constant REVOKED = 1 << 240;
    uint256 private constant SUSPENDED = 1 << 241;

    ITrustedIssuers private immutable _trustedIssuers;

    /// @dev One word a credential: subject 160 bits, anchored 40, expires 40, revoked 1, suspended 1. Kept as a word, as
    /// all but the subject is the same for a whole batch and is put together once.
    mapping(address issuer => mapping(bytes32 credentialType => mapping(bytes32 digest => uint256))) private _anchors;

    /// @param trustedIssuers_ the register that says whom to believe
    constructor(address trustedIssuers_) {
        if (trustedIssuers_.code.length == 0) revert CredentialStatusNoRegister(trustedIssuers_);
        _trustedIssuers = ITrustedIssuers(trustedIssuers_);
    }

    /// @inheritdoc ICredentialStatus
    function anchor(bytes32 credentialType, bytes32 digest, address subject, uint40 expiresAt) external {
        uint256 times = _times(credentialType, expiresAt);
        _anchor(_anchors[msg.sender][credentialType], credentialType, digest, subject, times);
        bytes32[] memory digests = new bytes32[](1);
        address[] memory subjects = new address[](1);
        digests[0] = digest;
        subjects[0] = subject;
        emit CredentialsAnchored(msg.sender, credentialType, expiresAt, digests, subjects);
    }

    /// @inheritdoc ICredentialStatus
    function anchorBatch(
        bytes32 credentialType, uint40 expiresAt, bytes32[] calldata digests, address[] calldata subjects
    ) external {
        uint256 count = digests.length;
        if (count == 0) revert CredentialStatusEmptyBatch();
        if (count != subjects.length) revert CredentialStatusLengthMismatch(count, subjects.length);
        uint256 times = _times(credentialType, expiresAt);
        mapping(bytes32 digest => uint256) storage anchors = _anchors[msg.sender][credentialType];
        for (uint256 i = 0; i < count; ++i) {
            _anchor(anchors, credentialType, digests[i], subjects[i], times);
        }
        emit CredentialsAnchored(msg.sender, credentialType, expiresAt, digests, subjects);
    }

    /// @inheritdoc ICredentialStatus
    function revoke(bytes32 credentialType, bytes32 digest) external {
        _anchors[msg.sender][credentialType][digest] = _own(credentialType, digest) | REVOKED;
        emit CredentialRevoked(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function suspend(bytes32 credentialType, bytes32 digest) external {
        uint256 word = _own(credentialType, digest);
        if (word & SUSPENDED != 0) revert CredentialStatusAlreadySuspended(digest);
        _anchors[msg.sender][credentialType][digest] = word | SUSPENDED;
        emit CredentialSuspended(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function resume(bytes32 credentialType, bytes32 digest) external {
        uint256 word = _own(credentialType, digest);
        if (word & SUSPENDED == 0) revert CredentialStatusNotSuspended(digest);
        _anchors[msg.sender][credentialType][digest] = word & ~SUSPENDED;
        emit CredentialResumed(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function isValid(address issuer, bytes32 credentialType, bytes32 digest) external view returns (bool) {
        return _isValid(_read(issuer, credentialType, digest), issuer, credentialType);
    }

    /// @inheritdoc ICredentialStatus
    function isValidFor(address subject, address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (bool)
    {
        Anchor memory entry = _read(issuer, credentialType, digest);
        return subject != address(0) && entry.subject == subject && _isValid(entry, issuer, credentialType);
    }

    /// @inheritdoc ICredentialStatus
    function statusOf(address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (address subject, uint40 anchoredAt, uint40 expiresAt, bool revoked, bool suspended)
    {
        Anchor memory entry = _read(issuer, credentialType, digest);
        return (entry.subject, entry.anchoredAt, entry.expiresAt, entry.revoked, entry.suspended);
    }

    /// @inheritdoc ICredentialStatus
    function trustedIssuers() external view returns (address) {
        return address(_trustedIssuers);
    }

    function _anchor(
        mapping(bytes32 digest => uint256) storage anchors,
        bytes32 credentialType,
        bytes32 digest,
        address subject,
        uint256 times
    ) private {
        if (digest == 0) revert CredentialStatusZeroDigest();
        if (anchors[digest] != 0) revert CredentialStatusAlreadyAnchored(msg.sender, credentialType, digest);
        anchors[digest] = times | uint160(subject);
    }

    /// @dev The word of a credential of the caller that is not revoked.
    function _own(bytes32 credentialType, bytes32 digest) private view returns (uint256 word) {
        word = _anchors[msg.sender][credentialType][digest];
        if (word == 0) revert CredentialStatusNotAnchored(msg.sender, credentialType, digest);
        if (word & REVOKED != 0) revert CredentialStatusRevoked(digest);
    }

    function _read(address issuer, bytes32 credentialType, bytes32 digest) private view returns (Anchor memory) {
        uint256 word = _anchors[issuer][credentialType][digest];
        return Anchor({
            subject: address(uint160(word)),
            anchoredAt: uint40(word >> 160),
            expiresAt: uint40(word >> 200),
            revoked: word & REVOKED != 0,
            suspended: word & SUSPENDED != 0
        });
    }

    function _isValid(Anchor memory entry, address issuer, bytes32 credentialType) private view returns (bool) {
        return entry.anchoredAt != 0 && !entry.revoked && !entry.suspended
            && (entry.expiresAt == 0 || block.timestamp < entry.expiresAt)
            && _trustedIssuers.isTrustedAt(issuer, credentialType, entry.anchoredAt);
    }

    /// @dev The times of an anchor made now, in their place in its word.
    function _times(bytes32 credentialType, uint40 expiresAt) private view returns (uint256) {
        if (credentialType == 0) revert CredentialStatusZeroType();
        if (expiresAt != 0 && expiresAt <= block.timestamp) {
            revert CredentialStatusExpiryInPast(expiresAt, block.timestamp);
        }
        return (uint256(uint40(block.timestamp)) << 160) | (uint256(expiresAt) << 200);
    }
}
