// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

contract ClubManager is AccessManager {
    constructor() AccessManager(msg.sender) {}
}

contract ClubSauna is AccessManaged {
    uint256 public warmed;

    constructor(address manager) AccessManaged(manager) {}

    function warm() external restricted {
        warmed++;
    }
}
