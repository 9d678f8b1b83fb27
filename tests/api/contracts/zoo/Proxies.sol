// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {UpgradeableBeacon} from "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

contract Box {
    event Stored(uint256 value);

    error BoxFull(uint256 value);

    uint256 public value;

    function store(uint256 value_) public virtual {
        if (value_ > 100) revert BoxFull(value_);
        value = value_;
        emit Stored(value_);
    }
}

contract BetterBox is Box {
    function increase() external {
        store(value + 1);
    }
}

contract Upgradeable is Box, UUPSUpgradeable {
    function _authorizeUpgrade(address) internal override {}
}

contract UpgradeableToo is UUPSUpgradeable {
    uint256 public value;

    function double() external {
        value *= 2;
    }

    function _authorizeUpgrade(address) internal override {}
}

contract Proxy is ERC1967Proxy {
    constructor(address implementation, bytes memory data) ERC1967Proxy(implementation, data) {}
}

contract Beacon is UpgradeableBeacon {
    constructor(address implementation) UpgradeableBeacon(implementation, msg.sender) {}
}

contract ByBeacon is BeaconProxy {
    constructor(address beacon) BeaconProxy(beacon, "") {}
}

contract Cloner {
    event Cloned(address clone);

    function clone(address of_) external {
        emit Cloned(Clones.clone(of_));
    }
}

contract Numbered {
    uint256 public immutable number;
    address public immutable here = address(this);

    constructor(uint256 number_) {
        number = number_;
    }
}

contract Factory {
    event Made(address made);

    function makeBox() external {
        emit Made(address(new Box()));
    }

    function makeNumbered(uint256 number) external {
        emit Made(address(new Numbered(number)));
    }

    function makeOf(bytes memory code) external {
        address made;
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        require(made != address(0), "nothing was made");
        emit Made(made);
    }
}

/// @title As little of a diamond (ERC-2535) as shows how it calls.
contract Diamond {
    mapping(bytes4 => address) public facetOf;

    function cut(address facet, bytes4[] calldata selectors) external {
        for (uint256 i; i < selectors.length; i++) facetOf[selectors[i]] = facet;
    }

    fallback() external payable {
        address facet = facetOf[msg.sig];
        require(facet != address(0), "no such function");
        assembly ("memory-safe") {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) {
                revert(0, returndatasize())
            }
            return(0, returndatasize())
        }
    }
}
