// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICredentialStatus} from "../identity/ICredentialStatus.sol";
import {ITrustedIssuers} from "../identity/ITrustedIssuers.sol";

/// @title Gate probe
/// @notice For tests only: measures what it costs another contract to ask the registers.
contract GateProbe {
    /// @notice Gas that a look-up of trust takes inside a call.
    function gasOfTrust(ITrustedIssuers register, address issuer, bytes32 credentialType)
        external
        view
        returns (bool trusted, uint256 gasUsed)
    {
        uint256 before = gasleft();
        trusted = register.isTrusted(issuer, credentialType);
        gasUsed = before - gasleft();
    }

    /// @notice Gas that a look-up of a credential takes inside a call.
    function gasOfCredential(
        ICredentialStatus register, address subject, address issuer, bytes32 credentialType, bytes32 digest
    ) external view returns (bool valid, uint256 gasUsed) {
        uint256 before = gasleft();
        valid = register.isValidFor(subject, issuer, credentialType, digest);
        gasUsed = before - gasleft();
    }
}
