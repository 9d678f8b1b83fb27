// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC1155} from "solmate/tokens/ERC1155.sol";
import {ERC20} from "solmate/tokens/ERC20.sol";
import {ERC721} from "solmate/tokens/ERC721.sol";

contract Coin is ERC20 {
    constructor(uint8 decimals_) ERC20("Coin", "COIN", decimals_) {
        _mint(msg.sender, 1000);
    }
}

contract Card is ERC721 {
    constructor() ERC721("Card", "CARD") {
        _mint(msg.sender, 1);
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "https://club.test/card";
    }
}

contract Things is ERC1155 {
    constructor() {
        _mint(msg.sender, 1, 10, "");
    }

    function uri(uint256) public pure override returns (string memory) {
        return "https://club.test/thing";
    }
}

abstract contract Unfinished is ERC1155 {}
