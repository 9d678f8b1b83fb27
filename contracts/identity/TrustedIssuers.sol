// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ITrustedIssuers} from "./ITrustedIssuers.sol";

/// @title Register of trusted issuers
/// @notice Says who may issue which type of credential, since when and until when.
contract TrustedIssuers is ITrustedIssuers, AccessControl {
    /// @dev One slot. There is trust where the accreditor is not zero.
    struct Trust {
        address accreditor;
        uint48 since;
        uint48 until;
    }

    /// @notice The role that may trust issuers and withdraw the trust.
    bytes32 public constant ACCREDITOR_ROLE = keccak256("ACCREDITOR_ROLE");

    mapping(address issuer => mapping(bytes32 credentialType => Trust)) private _trust;

    /// @param admin who grants the accreditor's role, and is the first accreditor
    constructor(address admin) {
        if (admin == address(0)) revert TrustedIssuersZeroAdmin();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(ACCREDITOR_ROLE, admin);
    }

    /// @inheritdoc ITrustedIssuers
    function accredit(address issuer, bytes32 credentialType, uint48 since, uint48 until)
        external
        onlyRole(ACCREDITOR_ROLE)
    {
        if (issuer == address(0)) revert TrustedIssuersZeroIssuer();
        if (credentialType == 0) revert TrustedIssuersZeroType();
        Trust storage trust = _trust[issuer][credentialType];
        if (trust.accreditor != address(0)) revert TrustedIssuersAlreadyTrusted(issuer, credentialType);
        if (since == 0) since = uint48(block.timestamp);
        _checkWindow(since, until);
        _trust[issuer][credentialType] = Trust(msg.sender, since, until);
        emit IssuerAccredited(issuer, credentialType, msg.sender, since, until);
    }

    /// @inheritdoc ITrustedIssuers
    function renew(address issuer, bytes32 credentialType, uint48 until) external onlyRole(ACCREDITOR_ROLE) {
        Trust memory trust = _existing(issuer, credentialType);
        _checkWindow(trust.since, until);
        _trust[issuer][credentialType] = Trust(msg.sender, trust.since, until);
        emit IssuerRenewed(issuer, credentialType, msg.sender, until);
    }

    /// @inheritdoc ITrustedIssuers
    function withdraw(address issuer, bytes32 credentialType) external onlyRole(ACCREDITOR_ROLE) {
        _existing(issuer, credentialType);
        delete _trust[issuer][credentialType];
        emit IssuerWithdrawn(issuer, credentialType, msg.sender);
    }

    /// @inheritdoc ITrustedIssuers
    function isTrusted(address issuer, bytes32 credentialType) external view returns (bool) {
        return isTrustedAt(issuer, credentialType, block.timestamp);
    }

    /// @inheritdoc ITrustedIssuers
    function trustOf(address issuer, bytes32 credentialType)
        external
        view
        returns (address accreditor, uint48 since, uint48 until)
    {
        Trust memory trust = _trust[issuer][credentialType];
        return (trust.accreditor, trust.since, trust.until);
    }

    /// @inheritdoc ITrustedIssuers
    function hasClaimTopic(address issuer, uint256 claimTopic) external view returns (bool) {
        return isTrustedAt(issuer, bytes32(claimTopic), block.timestamp);
    }

    /// @inheritdoc ITrustedIssuers
    function isTrustedAt(address issuer, bytes32 credentialType, uint256 time) public view returns (bool) {
        Trust memory trust = _trust[issuer][credentialType];
        return trust.accreditor != address(0) && trust.since <= time && (trust.until == 0 || time <= trust.until);
    }

    function _existing(address issuer, bytes32 credentialType) private view returns (Trust memory trust) {
        trust = _trust[issuer][credentialType];
        if (trust.accreditor == address(0)) revert TrustedIssuersNotTrusted(issuer, credentialType);
    }

    function _checkWindow(uint48 since, uint48 until) private pure {
        if (until != 0 && until < since) revert TrustedIssuersEmptyWindow(since, until);
    }
}
