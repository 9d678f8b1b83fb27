// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IDidRegistry} from "./IDidRegistry.sol";

/// @title Registry of decentralised identifiers (did:ethr)
/// @notice Says who controls the DID of a person, a company or a space, and records its delegates and attributes.
/// @dev ERC-1056. The owner, the block of the last change, the signer's nonce and the deactivation share one slot, so
/// that a first signed change writes one new slot where the reference implementation writes three.
contract DidRegistry is IDidRegistry, EIP712 {
    /// @dev `owner`, `changed` and `deactivated` belong to the address as an identity, `nonce` to it as a signer.
    struct Record {
        address owner;
        uint48 changed;
        uint40 nonce;
        bool deactivated;
    }

    bytes32 private constant CHANGE_OWNER_TYPEHASH =
        keccak256("ChangeOwner(address identity,address newOwner,uint256 nonce,uint256 deadline)");
    bytes32 private constant ADD_DELEGATE_TYPEHASH = keccak256(
        "AddDelegate(address identity,bytes32 delegateType,address delegate,uint256 validity,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant REVOKE_DELEGATE_TYPEHASH = keccak256(
        "RevokeDelegate(address identity,bytes32 delegateType,address delegate,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant SET_ATTRIBUTE_TYPEHASH = keccak256(
        "SetAttribute(address identity,bytes32 name,bytes value,uint256 validity,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant REVOKE_ATTRIBUTE_TYPEHASH =
        keccak256("RevokeAttribute(address identity,bytes32 name,bytes value,uint256 nonce,uint256 deadline)");

    mapping(address account => Record) private _records;

    /// @inheritdoc IDidRegistry
    mapping(address identity => mapping(bytes32 typeHash => mapping(address delegate => uint256 validTo))) public
        delegates;

    constructor() EIP712("DidRegistry", "1") {}

    /// @inheritdoc IDidRegistry
    function changeOwner(address identity, address newOwner) external {
        _checkOwner(identity);
        _changeOwner(identity, newOwner);
    }

    /// @inheritdoc IDidRegistry
    function changeOwnerSigned(address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, address newOwner) external {
        _useLegacySignature(identity, sigV, sigR, sigS, abi.encodePacked("changeOwner", newOwner));
        _changeOwner(identity, newOwner);
    }

    /// @inheritdoc IDidRegistry
    function changeOwnerWithSignature(address identity, address newOwner, uint256 deadline, bytes calldata signature)
        external
    {
        (address owner, uint256 nonce_) = _signer(identity, deadline);
        bytes32 structHash = keccak256(abi.encode(CHANGE_OWNER_TYPEHASH, identity, newOwner, nonce_, deadline));
        _useSignature(identity, owner, structHash, signature);
        _changeOwner(identity, newOwner);
    }

    /// @inheritdoc IDidRegistry
    function addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) external {
        _checkOwner(identity);
        _addDelegate(identity, delegateType, delegate, validity);
    }

    /// @inheritdoc IDidRegistry
    function addDelegateSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 delegateType,
        address delegate,
        uint256 validity
    ) external {
        bytes memory change = abi.encodePacked("addDelegate", delegateType, delegate, validity);
        _useLegacySignature(identity, sigV, sigR, sigS, change);
        _addDelegate(identity, delegateType, delegate, validity);
    }

    /// @inheritdoc IDidRegistry
    function addDelegateWithSignature(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        uint256 deadline,
        bytes calldata signature
    ) external {
        (address owner, uint256 nonce_) = _signer(identity, deadline);
        bytes32 structHash = keccak256(
            abi.encode(ADD_DELEGATE_TYPEHASH, identity, delegateType, delegate, validity, nonce_, deadline)
        );
        _useSignature(identity, owner, structHash, signature);
        _addDelegate(identity, delegateType, delegate, validity);
    }

    /// @inheritdoc IDidRegistry
    function revokeDelegate(address identity, bytes32 delegateType, address delegate) external {
        _checkOwner(identity);
        _revokeDelegate(identity, delegateType, delegate);
    }

    /// @inheritdoc IDidRegistry
    function revokeDelegateSigned(
        address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, bytes32 delegateType, address delegate
    ) external {
        bytes memory change = abi.encodePacked("revokeDelegate", delegateType, delegate);
        _useLegacySignature(identity, sigV, sigR, sigS, change);
        _revokeDelegate(identity, delegateType, delegate);
    }

    /// @inheritdoc IDidRegistry
    function revokeDelegateWithSignature(
        address identity, bytes32 delegateType, address delegate, uint256 deadline, bytes calldata signature
    ) external {
        (address owner, uint256 nonce_) = _signer(identity, deadline);
        bytes32 structHash =
            keccak256(abi.encode(REVOKE_DELEGATE_TYPEHASH, identity, delegateType, delegate, nonce_, deadline));
        _useSignature(identity, owner, structHash, signature);
        _revokeDelegate(identity, delegateType, delegate);
    }

    /// @inheritdoc IDidRegistry
    function setAttribute(address identity, bytes32 name, bytes calldata value, uint256 validity) external {
        _checkOwner(identity);
        _setAttribute(identity, name, value, _validTo(validity));
    }

    /// @inheritdoc IDidRegistry
    function setAttributeSigned(
        address identity,
        uint8 sigV,
        bytes32 sigR,
        bytes32 sigS,
        bytes32 name,
        bytes calldata value,
        uint256 validity
    ) external {
        bytes memory change = abi.encodePacked("setAttribute", name, value, validity);
        _useLegacySignature(identity, sigV, sigR, sigS, change);
        _setAttribute(identity, name, value, _validTo(validity));
    }

    /// @inheritdoc IDidRegistry
    function setAttributeWithSignature(
        address identity,
        bytes32 name,
        bytes calldata value,
        uint256 validity,
        uint256 deadline,
        bytes calldata signature
    ) external {
        (address owner, uint256 nonce_) = _signer(identity, deadline);
        bytes32 structHash = keccak256(
            abi.encode(SET_ATTRIBUTE_TYPEHASH, identity, name, keccak256(value), validity, nonce_, deadline)
        );
        _useSignature(identity, owner, structHash, signature);
        _setAttribute(identity, name, value, _validTo(validity));
    }

    /// @inheritdoc IDidRegistry
    function revokeAttribute(address identity, bytes32 name, bytes calldata value) external {
        _checkOwner(identity);
        _setAttribute(identity, name, value, 0);
    }

    /// @inheritdoc IDidRegistry
    function revokeAttributeSigned(
        address identity, uint8 sigV, bytes32 sigR, bytes32 sigS, bytes32 name, bytes calldata value
    ) external {
        _useLegacySignature(identity, sigV, sigR, sigS, abi.encodePacked("revokeAttribute", name, value));
        _setAttribute(identity, name, value, 0);
    }

    /// @inheritdoc IDidRegistry
    function revokeAttributeWithSignature(
        address identity, bytes32 name, bytes calldata value, uint256 deadline, bytes calldata signature
    ) external {
        (address owner, uint256 nonce_) = _signer(identity, deadline);
        bytes32 structHash =
            keccak256(abi.encode(REVOKE_ATTRIBUTE_TYPEHASH, identity, name, keccak256(value), nonce_, deadline));
        _useSignature(identity, owner, structHash, signature);
        _setAttribute(identity, name, value, 0);
    }

    /// @inheritdoc IDidRegistry
    function owners(address identity) external view returns (address) {
        return _records[identity].owner;
    }

    /// @inheritdoc IDidRegistry
    function changed(address identity) external view returns (uint256) {
        return _records[identity].changed;
    }

    /// @inheritdoc IDidRegistry
    function nonce(address signer) external view returns (uint256) {
        return _records[signer].nonce;
    }

    /// @inheritdoc IDidRegistry
    function deactivated(address identity) external view returns (bool) {
        return _records[identity].deactivated;
    }

    /// @inheritdoc IDidRegistry
    function validDelegate(address identity, bytes32 delegateType, address delegate) external view returns (bool) {
        return delegates[identity][keccak256(abi.encode(delegateType))][delegate] > block.timestamp
            && !_records[identity].deactivated;
    }

    /// @inheritdoc IDidRegistry
    function identityOwner(address identity) public view returns (address) {
        Record storage record = _records[identity];
        address owner = record.owner;
        if (owner != address(0)) return owner;
        return record.deactivated ? address(0) : identity;
    }

    function _changeOwner(address identity, address newOwner) private {
        Record storage record = _records[identity];
        uint256 previousChange = record.changed;
        record.owner = newOwner;
        record.deactivated = newOwner == address(0);
        record.changed = uint48(block.number);
        emit DIDOwnerChanged(identity, newOwner, previousChange);
    }

    function _addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) private {
        if (delegate == address(0)) revert DidRegistryZeroDelegate(identity);
        _setDelegate(identity, delegateType, delegate, _validTo(validity));
    }

    function _revokeDelegate(address identity, bytes32 delegateType, address delegate) private {
        _setDelegate(identity, delegateType, delegate, block.timestamp);
    }

    function _setDelegate(address identity, bytes32 delegateType, address delegate, uint256 validTo) private {
        delegates[identity][keccak256(abi.encode(delegateType))][delegate] = validTo;
        emit DIDDelegateChanged(identity, delegateType, delegate, validTo, _touch(identity));
    }

    function _setAttribute(address identity, bytes32 name, bytes calldata value, uint256 validTo) private {
        emit DIDAttributeChanged(identity, name, value, validTo, _touch(identity));
    }

    /// @dev Marks the identity as changed in this block and returns the block of the change before.
    function _touch(address identity) private returns (uint256 previousChange) {
        Record storage record = _records[identity];
        previousChange = record.changed;
        record.changed = uint48(block.number);
    }

    function _checkOwner(address identity) private view {
        address owner = _activeOwner(identity);
        if (msg.sender != owner) revert DidRegistryNotOwner(identity, msg.sender, owner);
    }

    /// @dev The owner of an identity that is neither zero nor deactivated, hence never the zero address.
    function _activeOwner(address identity) private view returns (address owner) {
        if (identity == address(0)) revert DidRegistryZeroIdentity();
        owner = identityOwner(identity);
        if (owner == address(0)) revert DidRegistryDeactivated(identity);
    }

    function _signer(address identity, uint256 deadline) private view returns (address owner, uint256 nonce_) {
        if (block.timestamp > deadline) revert DidRegistrySignatureExpired(deadline, block.timestamp);
        owner = _activeOwner(identity);
        nonce_ = _records[owner].nonce;
    }

    function _useSignature(address identity, address owner, bytes32 structHash, bytes calldata signature) private {
        if (!SignatureChecker.isValidSignatureNowCalldata(owner, _hashTypedDataV4(structHash), signature)) {
            revert DidRegistryInvalidSignature(identity, owner);
        }
        ++_records[owner].nonce;
    }

    /// @dev Bytes to sign as ERC-1056 has them: 0x19 0x00, this contract, nonce, identity, name and arguments.
    function _useLegacySignature(address identity, uint8 v, bytes32 r, bytes32 s, bytes memory change) private {
        address owner = _activeOwner(identity);
        bytes32 hash = keccak256(
            abi.encodePacked(bytes2(0x1900), address(this), uint256(_records[owner].nonce), identity, change)
        );
        // Of an invalid signature zero is recovered, which an active owner never is.
        // slither-disable-next-line unused-return
        (address signer,,) = ECDSA.tryRecover(hash, v, r, s);
        if (signer != owner) revert DidRegistryInvalidSignature(identity, owner);
        ++_records[owner].nonce;
    }

    function _validTo(uint256 validity) private view returns (uint256) {
        if (validity > type(uint256).max - block.timestamp) revert DidRegistryValidityTooLong(validity);
        return block.timestamp + validity;
    }
}
