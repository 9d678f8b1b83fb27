// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICredentialStatus} from "./ICredentialStatus.sol";
import {ITrustedIssuers} from "./ITrustedIssuers.sol";

/// @title Anchors and status of credentials
/// @notice Records that an issuer issued a credential, and whether it is revoked or suspended, without its content.
contract CredentialStatus is ICredentialStatus {
    /// @dev One slot. A credential is anchored where `anchoredAt` is not zero.
    struct Anchor {
        address subject;
        uint40 anchoredAt;
        uint40 expiresAt;
        bool revoked;
        bool suspended;
    }

    ITrustedIssuers private immutable _trustedIssuers;

    mapping(bytes32 key => Anchor) private _anchors;

    /// @param trustedIssuers_ the register that says whom to believe
    constructor(address trustedIssuers_) {
        if (trustedIssuers_.code.length == 0) revert CredentialStatusNoRegister(trustedIssuers_);
        _trustedIssuers = ITrustedIssuers(trustedIssuers_);
    }

    /// @inheritdoc ICredentialStatus
    function anchor(bytes32 credentialType, bytes32 digest, address subject, uint40 expiresAt) external {
        _checkTerms(credentialType, expiresAt);
        _anchor(credentialType, digest, subject, expiresAt);
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
        _checkTerms(credentialType, expiresAt);
        for (uint256 i = 0; i < count; ++i) {
            _anchor(credentialType, digests[i], subjects[i], expiresAt);
        }
        emit CredentialsAnchored(msg.sender, credentialType, expiresAt, digests, subjects);
    }

    /// @inheritdoc ICredentialStatus
    function revoke(bytes32 credentialType, bytes32 digest) external {
        _own(credentialType, digest).revoked = true;
        emit CredentialRevoked(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function suspend(bytes32 credentialType, bytes32 digest) external {
        Anchor storage entry = _own(credentialType, digest);
        if (entry.suspended) revert CredentialStatusAlreadySuspended(digest);
        entry.suspended = true;
        emit CredentialSuspended(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function resume(bytes32 credentialType, bytes32 digest) external {
        Anchor storage entry = _own(credentialType, digest);
        if (!entry.suspended) revert CredentialStatusNotSuspended(digest);
        entry.suspended = false;
        emit CredentialResumed(msg.sender, credentialType, digest);
    }

    /// @inheritdoc ICredentialStatus
    function isValid(address issuer, bytes32 credentialType, bytes32 digest) external view returns (bool) {
        return _isValid(_anchors[_key(issuer, credentialType, digest)], issuer, credentialType);
    }

    /// @inheritdoc ICredentialStatus
    function isValidFor(address subject, address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (bool)
    {
        Anchor memory entry = _anchors[_key(issuer, credentialType, digest)];
        return subject != address(0) && entry.subject == subject && _isValid(entry, issuer, credentialType);
    }

    /// @inheritdoc ICredentialStatus
    function statusOf(address issuer, bytes32 credentialType, bytes32 digest)
        external
        view
        returns (address subject, uint40 anchoredAt, uint40 expiresAt, bool revoked, bool suspended)
    {
        Anchor memory entry = _anchors[_key(issuer, credentialType, digest)];
        return (entry.subject, entry.anchoredAt, entry.expiresAt, entry.revoked, entry.suspended);
    }

    /// @inheritdoc ICredentialStatus
    function trustedIssuers() external view returns (address) {
        return address(_trustedIssuers);
    }

    function _anchor(bytes32 credentialType, bytes32 digest, address subject, uint40 expiresAt) private {
        if (digest == 0) revert CredentialStatusZeroDigest();
        Anchor storage entry = _anchors[_key(msg.sender, credentialType, digest)];
        if (entry.anchoredAt != 0) revert CredentialStatusAlreadyAnchored(msg.sender, credentialType, digest);
        entry.subject = subject;
        entry.anchoredAt = uint40(block.timestamp);
        entry.expiresAt = expiresAt;
    }

    function _own(bytes32 credentialType, bytes32 digest) private view returns (Anchor storage entry) {
        entry = _anchors[_key(msg.sender, credentialType, digest)];
        if (entry.anchoredAt == 0) revert CredentialStatusNotAnchored(msg.sender, credentialType, digest);
        if (entry.revoked) revert CredentialStatusRevoked(digest);
    }

    function _isValid(Anchor memory entry, address issuer, bytes32 credentialType) private view returns (bool) {
        return entry.anchoredAt != 0 && !entry.revoked && !entry.suspended
            && (entry.expiresAt == 0 || block.timestamp < entry.expiresAt)
            && _trustedIssuers.isTrustedAt(issuer, credentialType, entry.anchoredAt);
    }

    function _checkTerms(bytes32 credentialType, uint40 expiresAt) private view {
        if (credentialType == 0) revert CredentialStatusZeroType();
        if (expiresAt != 0 && expiresAt <= block.timestamp) {
            revert CredentialStatusExpiryInPast(expiresAt, block.timestamp);
        }
    }

    function _key(address issuer, bytes32 credentialType, bytes32 digest) private pure returns (bytes32) {
        return keccak256(abi.encode(issuer, credentialType, digest));
    }
}
