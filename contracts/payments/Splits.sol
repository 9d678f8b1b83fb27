// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISplits} from "./ISplits.sol";
import {SplitAccount} from "./SplitAccount.sol";

/// @title Splits
/// @notice Revenue shares of a joint offering, held as a hash; every split has an account of its own.
contract Splits is ISplits, ReentrancyGuardTransient {
    uint256 private constant FULL_BPS = 10_000;
    uint256 private constant MAX_SHARES = 32;

    /// @notice The code of which the splits' accounts are clones.
    address public immutable implementation;

    mapping(address split => bool) private _created;
    mapping(address split => mapping(address token => uint256)) private _heldTotal;
    mapping(address split => mapping(address token => mapping(address recipient => uint256))) private _held;

    constructor() {
        implementation = address(new SplitAccount());
    }

    /// @inheritdoc ISplits
    function create(Share[] calldata shares) external returns (address split) {
        split = accountOf(shares);
        if (_created[split]) revert SplitAlreadyCreated(split);
        _checkShares(shares, split);
        _created[split] = true;
        emit SplitCreated(split, shares);
    }

    /// @inheritdoc ISplits
    function distribute(Share[] calldata shares, address token) external nonReentrant {
        address split = accountOf(shares);
        _checkShares(shares, split);
        uint256 amount = IERC20(token).balanceOf(split) - _heldTotal[split][token];
        // Any other amount is distributed, whoever sent it: equality is all that is asked.
        // slither-disable-next-line incorrect-equality
        if (amount == 0) revert SplitNothingToDistribute(split, token);
        // The clone's address is the one that was predicted.
        // slither-disable-next-line unused-return
        if (split.code.length == 0) Clones.cloneDeterministic(implementation, _salt(shares));
        (address[] memory recipients, uint256[] memory amounts) = _divide(shares, amount);
        emit SplitDistributed(split, token, amount);
        bool[] memory paid = SplitAccount(split).pay(token, recipients, amounts);
        for (uint256 i = 0; i < recipients.length; ++i) {
            if (!paid[i]) _hold(split, token, recipients[i], amounts[i]);
        }
    }

    /// @inheritdoc ISplits
    function withdrawHeld(address split, address token, address to) external nonReentrant {
        uint256 amount = _held[split][token][msg.sender];
        if (amount == 0) revert SplitNothingHeld(split, token, msg.sender);
        delete _held[split][token][msg.sender];
        _heldTotal[split][token] -= amount;
        emit SplitHeldWithdrawn(split, token, msg.sender, to, amount);
        address[] memory recipients = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (recipients[0], amounts[0]) = (to, amount);
        bool[] memory paid = SplitAccount(split).pay(token, recipients, amounts);
        if (!paid[0]) revert SafeERC20.SafeERC20FailedOperation(token);
    }

    /// @inheritdoc ISplits
    function isCreated(address split) external view returns (bool) {
        return _created[split];
    }

    /// @inheritdoc ISplits
    function heldOf(address split, address token, address recipient) external view returns (uint256) {
        return _held[split][token][recipient];
    }

    /// @inheritdoc ISplits
    function accountOf(Share[] calldata shares) public view returns (address) {
        return Clones.predictDeterministicAddress(implementation, _salt(shares));
    }

    function _hold(address split, address token, address recipient, uint256 amount) private {
        _held[split][token][recipient] += amount;
        _heldTotal[split][token] += amount;
        emit SplitPaymentHeld(split, token, recipient, amount);
    }

    /// @dev The last recipient gets the rest, so that nothing is lost to rounding.
    function _divide(Share[] calldata shares, uint256 amount)
        private
        pure
        returns (address[] memory recipients, uint256[] memory amounts)
    {
        uint256 count = shares.length;
        recipients = new address[](count);
        amounts = new uint256[](count);
        uint256 rest = amount;
        for (uint256 i = 0; i < count; ++i) {
            recipients[i] = shares[i].recipient;
            amounts[i] = i == count - 1 ? rest : amount * shares[i].bps / FULL_BPS;
            rest -= amounts[i];
        }
    }

    /// @dev Ascending recipients are distinct, and the same shares have one order and so one account only.
    function _checkShares(Share[] calldata shares, address split) private pure {
        uint256 count = shares.length;
        if (count < 2 || count > MAX_SHARES) revert SplitShareCount(count);
        uint256 total = 0;
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            Share calldata share = shares[i];
            if (share.bps == 0 || share.recipient <= last || share.recipient == split) {
                revert SplitInvalidShare(i, share.recipient);
            }
            last = share.recipient;
            total += share.bps;
        }
        if (total != FULL_BPS) revert SplitWrongTotal(total);
    }

    function _salt(Share[] calldata shares) private pure returns (bytes32) {
        return keccak256(abi.encode(shares));
    }
}
