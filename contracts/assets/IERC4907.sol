// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title ERC-4907
/// @notice The user of an ERC-721 token beside its owner, until a given time.
interface IERC4907 {
    /// @notice The user of a token was set.
    /// @param tokenId the token
    /// @param user who may use it, zero for nobody
    /// @param expires last second in which it may, in seconds since 1970
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Sets the user of a token.
    /// @param tokenId the token
    /// @param user who may use it
    /// @param expires last second in which it may, in seconds since 1970
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice Who may use a token now.
    /// @param tokenId the token
    /// @return the user, zero for nobody but the owner
    function userOf(uint256 tokenId) external view returns (address);

    /// @notice Until when the user of a token may use it.
    /// @param tokenId the token
    /// @return last second in which it may, in seconds since 1970; 0 if there is no user
    function userExpires(uint256 tokenId) external view returns (uint256);
}
