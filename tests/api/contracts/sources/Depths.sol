// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

library Weights {
    error WeightsNothing(uint256 place);

    function weigh(uint256[] memory list) public pure returns (uint256 total) {
        for (uint256 i; i < list.length; i++) {
            if (list[i] == 0) revert WeightsNothing(i);
            total += list[i];
        }
    }
}

/// @title Keeps things of every kind.
contract Store {
    struct Entry {
        uint128 amount;
        bool open;
        string label;
        uint16[] marks;
    }

    /// @notice There is no room for so many.
    error StoreFull(uint256 wanted, uint256 room);

    event Stored(address indexed by, uint256 amount);

    address public keeper;
    uint32 public count;
    bool public closed;
    uint256 public room;
    mapping(address => mapping(uint256 => Entry)) public entries;
    mapping(string => uint256) public named;
    uint64[] public history;
    int8[3] public small;
    string public motto;

    constructor(uint256 room_) {
        if (room_ == 0) revert StoreFull(1, room_);
        keeper = msg.sender;
        room = room_;
    }

    function put(uint256 place, uint128 amount, string calldata label) external payable returns (uint256) {
        if (amount > room) {
            revert StoreFull(amount, room);
        }
        Entry storage entry = entries[msg.sender][place];
        entry.amount = amount;
        entry.open = true;
        entry.label = label;
        entry.marks.push(7);
        named[label] = amount;
        history.push(uint64(amount));
        small[1] = -3;
        motto = "a motto that is longer than one word of storage";
        count += 1;
        emit Stored(msg.sender, amount);
        return count;
    }

    function half(uint256 number, uint256 by) external view returns (uint256) {
        require(number != 13, "not thirteen");
        return number / by + room;
    }

    function burn() external {
        while (true) count++;
    }
}

/// @title Asks others to do it.
contract Office {
    event Asked(uint256 step);

    Store public store;
    uint256 public caught;

    constructor(Store store_) {
        store = store_;
    }

    function deep(uint256 place, uint128 amount) external {
        emit Asked(1);
        this.deeper(place, amount);
        emit Asked(3);
    }

    function deeper(uint256 place, uint128 amount) external {
        emit Asked(2);
        store.put(place, amount, "deep");
    }

    function weigh(uint256[] calldata list) external returns (uint256) {
        caught = Weights.weigh(list);
        return caught;
    }

    function attempt(uint256 number, uint256 by) external returns (uint256) {
        try store.half(number, by) returns (uint256 result) {
            return result;
        } catch {
            caught += 1;
            return 0;
        }
    }

    function open(uint256 room) external returns (Store made) {
        made = new Store(room);
        store = made;
    }

    function exhaust() external {
        store.burn{gas: 100_000}();
    }
}

contract Front is ERC1967Proxy {
    constructor(address implementation) ERC1967Proxy(implementation, "") {}

    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}

contract Coins is ERC20 {
    constructor() ERC20("Coins", "COI") {
        _mint(msg.sender, 1000);
    }
}

/// @title Tells as ERC-721 does who has a card now; whose it was does not matter here.
contract Cards {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    mapping(uint256 => address) public ownerOf;

    function give(address to, uint256 card) external {
        ownerOf[card] = to;
        emit Transfer(msg.sender, to, card);
    }
}

/// @title Tells as ERC-1155 does who got what.
contract Parts {
    event TransferSingle(
        address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value
    );
    event TransferBatch(
        address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values
    );

    function make(uint256 id, uint256 amount) external {
        emit TransferSingle(msg.sender, address(0), msg.sender, id, amount);
    }

    function give(address to, uint256[] calldata ids, uint256[] calldata amounts) external {
        emit TransferBatch(msg.sender, msg.sender, to, ids, amounts);
    }
}
