// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Creditor references of ISO 11649
/// @notice Checks references such as RF18539007547034: `RF`, two check digits, 1 to 21 digits or capital letters.
library CreditorReference {
    /// @dev `RF` as it counts behind the rest: R = 27, F = 15, then the two check digits.
    uint256 private constant RF = 271_500;

    /// @dev Whether the bytes are such a reference: ASCII from the left, without spaces, zero-padded. With its first
    /// four characters moved behind the rest, and letters counting from A = 10 to Z = 35, it must leave 1 modulo 97.
    function isValid(bytes32 rfReference) internal pure returns (bool) {
        if (bytes2(rfReference) != "RF" || bytes1(rfReference << 32) == 0) return false;
        uint256 tens = uint8(rfReference[2]);
        uint256 ones = uint8(rfReference[3]);
        if (tens < 48 || tens > 57 || ones < 48 || ones > 57) return false;
        uint256 number = 0;
        uint256 rest = uint256(rfReference) << 32;
        // 21 characters make at most 42 digits and the rest 6 more, which 256 bits hold.
        unchecked {
            for (uint256 i = 0; rest != 0; ++i) {
                uint256 character = rest >> 248;
                rest <<= 8;
                if (i == 21) return false;
                if (character - 48 < 10) number = number * 10 + character - 48;
                else if (character - 65 < 26) number = number * 100 + character - 55;
                else return false;
            }
        }
        return (number * 1_000_000 + RF + (tens - 48) * 10 + ones - 48) % 97 == 1;
    }
}
