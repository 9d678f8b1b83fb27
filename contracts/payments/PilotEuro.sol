// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Pausable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Pausable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IPilotEuro} from "./IPilotEuro.sol";

/// @title tEUR, the pilot euro
/// @notice A test euro with 6 decimals and no value, for trying payments out before investing in them.
contract PilotEuro is IPilotEuro, ERC20Pausable, ERC20Permit, ERC3009, AccessControl {
    using BitMaps for BitMaps.BitMap;

    /// @dev What an address had from the faucet in the period with this number; one slot.
    struct Drip {
        uint64 period;
        uint192 amount;
    }

    /// @notice The role that may create test euros.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    /// @notice The role that may stop all movements.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @inheritdoc IPilotEuro
    uint256 public immutable faucetLimit;

    /// @inheritdoc IPilotEuro
    uint256 public immutable faucetPeriod;

    mapping(address account => BitMaps.BitMap) private _usedAuthorizations;
    mapping(address account => Drip) private _drips;

    /// @param admin who grants roles, and may pause
    /// @param minter who may create test euros
    /// @param faucetLimit_ the most that the faucet gives an address in one period
    /// @param faucetPeriod_ length of the faucet's period in seconds
    constructor(address admin, address minter, uint256 faucetLimit_, uint256 faucetPeriod_)
        ERC20("Pilot Euro (test, no value)", "tEUR")
        ERC20Permit("Pilot Euro (test, no value)")
    {
        if (admin == address(0)) revert PilotEuroZeroAdmin();
        if (minter == address(0)) revert PilotEuroZeroMinter();
        if (faucetPeriod_ == 0) revert PilotEuroZeroFaucetPeriod();
        faucetLimit = faucetLimit_;
        faucetPeriod = faucetPeriod_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(PAUSER_ROLE, admin);
        _grantRole(MINTER_ROLE, minter);
    }

    /// @inheritdoc IPilotEuro
    function mint(address to, uint256 amount) external onlyRole(MINTER_ROLE) {
        _mint(to, amount);
    }

    /// @inheritdoc IPilotEuro
    function drip(address to, uint256 amount) external {
        if (amount == 0) revert PilotEuroZeroAmount();
        uint256 available = faucetAvailable(to);
        uint256 period = block.timestamp / faucetPeriod;
        if (amount > available) {
            revert PilotEuroFaucetLimit(to, amount, available, (period + 1) * faucetPeriod);
        }
        _drips[to] = Drip(SafeCast.toUint64(period), SafeCast.toUint192(faucetLimit - available + amount));
        _mint(to, amount);
        emit FaucetDripped(to, amount);
    }

    /// @inheritdoc IPilotEuro
    function redeem(uint256 amount, bytes32 redemptionReference) external {
        if (amount == 0) revert PilotEuroZeroAmount();
        _burn(msg.sender, amount);
        emit Redeemed(msg.sender, amount, redemptionReference);
    }

    /// @inheritdoc IPilotEuro
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPilotEuro
    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }

    /// @inheritdoc IPilotEuro
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        _checkAuthorization(from, structHash, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IPilotEuro
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        _checkAuthorization(from, structHash, signature);
        // Else whoever sees the authorization could carry it out apart from what the receiver does with it.
        if (to != msg.sender) revert ERC20InvalidReceiver(to);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IPilotEuro
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external {
        bytes32 structHash = keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce));
        _checkAuthorization(authorizer, structHash, signature);
        _cancelAuthorization(authorizer, nonce);
    }

    /// @inheritdoc IPilotEuro
    function contractURI() external pure returns (string memory) {
        return "data:application/json;utf8,{\"name\":\"Pilot Euro (test, no value)\",\"symbol\":\"tEUR\","
        "\"description\":\"A test euro without any value, for trying payments out in a sandbox. It is not money.\"}";
    }

    /// @inheritdoc IPilotEuro
    function faucetAvailable(address account) public view returns (uint256) {
        Drip memory last = _drips[account];
        // Numbers of periods are compared, not balances or times.
        // slither-disable-next-line incorrect-equality
        return last.period == block.timestamp / faucetPeriod ? faucetLimit - last.amount : faucetLimit;
    }

    /// @notice Number of decimals: amounts are in millionths of a test euro.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Whether an EIP-3009 authorization was used or cancelled.
    /// @param authorizer who signed it
    /// @param nonce its nonce
    function authorizationState(address authorizer, bytes32 nonce) public view override returns (bool) {
        return _usedAuthorizations[authorizer].get(uint256(nonce));
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Pausable) {
        super._update(from, to, value);
    }

    /// @dev Keeps used nonces as bits: 256 consecutive ones share a slot, which is read once here.
    function _consumeNonce(address authorizer, bytes32 nonce) internal override {
        mapping(uint256 bucket => uint256 bits) storage used = _usedAuthorizations[authorizer]._data;
        uint256 bits = used[uint256(nonce) >> 8];
        uint256 bit = 1 << (uint256(nonce) & 0xff);
        if (bits & bit != 0) revert ERC3009UsedAuthorization(authorizer, nonce);
        used[uint256(nonce) >> 8] = bits | bit;
    }

    /// @dev Seconds, as ERC-3009 has it; OpenZeppelin's base would take some values for block numbers.
    function _checkValidity(uint256 validAfter, uint256 validBefore) internal view override {
        if (block.timestamp <= validAfter || block.timestamp >= validBefore) {
            revert ERC3009InvalidAuthorizationTime(validAfter, validBefore);
        }
    }

    /// @dev ECDSA is tried first: for the usual key that saves looking for code at its address.
    function _checkAuthorization(address signer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(structHash);
        // Of an invalid signature zero is recovered, which does not pass: the kind of fault does not matter.
        // slither-disable-next-line unused-return
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer == address(0) || recovered != signer) {
            if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
                revert ERC3009InvalidSignature();
            }
        }
    }
}
