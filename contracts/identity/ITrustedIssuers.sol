// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Register of trusted issuers
/// @notice Says who may issue which type of credential, since when and until when.
/// @dev A credential type is the keccak256 of its name in UTF-8. Every question is answered from one storage slot.
/// Of the getters of ERC-3643's registry only `hasClaimTopic` is kept: the others enumerate, which the index does.
interface ITrustedIssuers {
    /// @notice An accreditor began to trust an issuer for a type of credential.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @param accreditor who answers for the trust
    /// @param since first second of trust, in seconds since 1970
    /// @param until last second of trust, 0 for no end
    event IssuerAccredited(
        address indexed issuer, bytes32 indexed credentialType, address indexed accreditor, uint48 since, uint48 until
    );

    /// @notice The end of an issuer's trust was moved; credentials of the time before the end stay valid.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @param accreditor who answers for the trust from now on
    /// @param until last second of trust, 0 for no end
    event IssuerRenewed(
        address indexed issuer, bytes32 indexed credentialType, address indexed accreditor, uint48 until
    );

    /// @notice Trust was withdrawn altogether: credentials of this issuer and type count no more, old ones included.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @param accreditor who withdrew it
    event IssuerWithdrawn(
        address indexed issuer, bytes32 indexed credentialType, address indexed accreditor
    );

    /// @notice The zero address cannot be an issuer.
    error TrustedIssuersZeroIssuer();

    /// @notice The administrator cannot be the zero address.
    error TrustedIssuersZeroAdmin();

    /// @notice A credential type cannot be zero: it is the hash of the type's name.
    error TrustedIssuersZeroType();

    /// @notice The issuer is in the register for this type already; renew or withdraw it instead.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    error TrustedIssuersAlreadyTrusted(address issuer, bytes32 credentialType);

    /// @notice The issuer is not in the register for this type.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    error TrustedIssuersNotTrusted(address issuer, bytes32 credentialType);

    /// @notice The trust would end before it begins.
    /// @param since first second of trust
    /// @param until last second of trust
    error TrustedIssuersEmptyWindow(uint48 since, uint48 until);

    /// @notice Begins to trust an issuer for one type of credential. Only accreditors may.
    /// @param issuer the issuer
    /// @param credentialType keccak256 of the type's name
    /// @param since first second of trust, 0 for now; it may lie in the past or in the future
    /// @param until last second of trust, 0 for no end
    function accredit(address issuer, bytes32 credentialType, uint48 since, uint48 until) external;

    /// @notice Moves the end of an issuer's trust. Only accreditors may.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @param until new last second of trust, 0 for no end
    function renew(address issuer, bytes32 credentialType, uint48 until) external;

    /// @notice Withdraws trust altogether, for past credentials too. Only accreditors may.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    function withdraw(address issuer, bytes32 credentialType) external;

    /// @notice Whether an issuer is trusted for a type now.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @return true while it is trusted
    function isTrusted(address issuer, bytes32 credentialType) external view returns (bool);

    /// @notice Whether a moment lies within an issuer's window of trust as the register has it now.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @param time the moment, in seconds since 1970
    /// @return true if it does
    function isTrustedAt(address issuer, bytes32 credentialType, uint256 time) external view returns (bool);

    /// @notice The register's entry for an issuer and type; all zero if there is none.
    /// @param issuer the issuer
    /// @param credentialType the type of credential
    /// @return accreditor who answers for the trust
    /// @return since first second of trust
    /// @return until last second of trust, 0 for no end
    function trustOf(address issuer, bytes32 credentialType)
        external
        view
        returns (address accreditor, uint48 since, uint48 until);

    /// @notice As `isTrusted`, under the name that ERC-3643 has for it.
    /// @param issuer the issuer
    /// @param claimTopic the type of credential as a number
    /// @return true while it is trusted
    function hasClaimTopic(address issuer, uint256 claimTopic) external view returns (bool);
}
