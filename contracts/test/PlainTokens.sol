// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Plain ERC-20
/// @notice For measurements only: OpenZeppelin's token as it is, which anybody may mint.
contract PlainERC20 is ERC20("Plain", "PLN") {
    /// @notice Mint some.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @title Plain ERC-20 with EIP-3009
/// @notice For measurements only: OpenZeppelin's token as it is, which anybody may mint.
contract PlainERC3009 is ERC20("Plain", "PLN"), ERC3009 {
    constructor() EIP712("Plain", "1") {}

    /// @notice Mint some.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @title Plain ERC-721
/// @notice For measurements only: OpenZeppelin's token as it is, which anybody may mint.
contract PlainERC721 is ERC721("Plain", "PLN") {
    /// @notice Mint one.
    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

/// @title Plain ERC-1155
/// @notice For measurements only: OpenZeppelin's token as it is, which anybody may mint.
contract PlainERC1155 is ERC1155("") {
    /// @notice Mint some.
    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}
