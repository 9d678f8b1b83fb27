// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignedActions} from "../assets/SignedActions.sol";
import {ICredentialStatus} from "../identity/ICredentialStatus.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {ISpaces} from "./ISpaces.sol";

/// @title Spaces
/// @notice Persistent shared spaces: who owns and provides each, who may enter it, who is in it, where it leads to.
contract Spaces is ISpaces, SignedActions {
    /// @dev What every entry needs shares the first slot.
    struct Space {
        address owner;
        EntryRule rule;
        bool closed;
        uint16 series;
        uint32 capacity;
        uint32 occupants;
        bytes32 requirement;
        address issuer;
        address provider;
        address candidate;
    }

    /// @dev Stays when the visitor leaves, so that coming again writes no new slot.
    struct Presence {
        uint40 insideSince;
        uint32 visits;
    }

    bytes32 private constant INVITATION_TYPEHASH =
        keccak256("Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)");

    IDidRegistry private immutable _didRegistry;
    IERC1155 private immutable _items;
    ICredentialStatus private immutable _credentialStatus;

    mapping(uint128 spaceId => Space) private _spaces;
    mapping(uint128 spaceId => mapping(address visitor => Presence)) private _presences;
    mapping(uint128 from => mapping(uint128 to => bool)) private _links;

    /// @param didRegistry says who controls a provider's DID
    /// @param items the items that serve as tickets
    /// @param credentialStatus says which credentials are valid
    constructor(address didRegistry, address items, address credentialStatus) EIP712("Spaces", "1") {
        if (didRegistry.code.length == 0) revert SpacesNoRegister(didRegistry);
        if (items.code.length == 0) revert SpacesNoRegister(items);
        if (credentialStatus.code.length == 0) revert SpacesNoRegister(credentialStatus);
        _didRegistry = IDidRegistry(didRegistry);
        _items = IERC1155(items);
        _credentialStatus = ICredentialStatus(credentialStatus);
    }

    /// @inheritdoc ISpaces
    function createSpace(bytes32 salt, address provider, bytes32 descriptionHash) external returns (uint128 spaceId) {
        _checkProvider(provider);
        spaceId = spaceIdOf(msg.sender, salt);
        Space storage space = _spaces[spaceId];
        if (space.owner != address(0)) revert SpacesAlreadyCreated(spaceId);
        space.owner = msg.sender;
        space.provider = provider;
        emit SpaceCreated(spaceId, msg.sender, provider, descriptionHash);
    }

    /// @inheritdoc ISpaces
    function setEntryRule(uint128 spaceId, EntryRule rule, bytes32 requirement, address issuer, uint32 capacity)
        external
    {
        Space storage space = _own(spaceId);
        bool asksRequirement = rule == EntryRule.Ticket || rule == EntryRule.Credential;
        bool asksIssuer = rule == EntryRule.Credential;
        if (asksRequirement != (requirement != 0) || asksIssuer != (issuer != address(0))) {
            revert SpacesInvalidRule(rule, requirement, issuer);
        }
        space.rule = rule;
        space.requirement = requirement;
        space.issuer = issuer;
        space.capacity = capacity;
        emit EntryRuleSet(spaceId, rule, requirement, issuer, capacity);
    }

    /// @inheritdoc ISpaces
    function setClosed(uint128 spaceId, bool closed) external {
        _own(spaceId).closed = closed;
        emit SpaceClosedSet(spaceId, closed);
    }

    /// @inheritdoc ISpaces
    function offerSpace(uint128 spaceId, address candidate) external {
        _own(spaceId).candidate = candidate;
        emit SpaceOffered(spaceId, msg.sender, candidate);
    }

    /// @inheritdoc ISpaces
    function acceptSpace(uint128 spaceId, address provider) external {
        Space storage space = _spaces[spaceId];
        if (space.candidate != msg.sender) revert SpacesNotCandidate(spaceId, msg.sender);
        _checkProvider(provider);
        address previousOwner = space.owner;
        space.owner = msg.sender;
        space.provider = provider;
        delete space.candidate;
        emit SpaceTransferred(spaceId, previousOwner, msg.sender);
        emit SpaceProviderSet(spaceId, provider);
    }

    /// @inheritdoc ISpaces
    function setProvider(uint128 spaceId, address provider) external {
        Space storage space = _own(spaceId);
        _checkProvider(provider);
        space.provider = provider;
        emit SpaceProviderSet(spaceId, provider);
    }

    /// @inheritdoc ISpaces
    function setLink(uint128 from, uint128 to, bool linked) external {
        _own(from);
        if (from == to) revert SpacesLinkToItself(from);
        if (_spaces[to].owner == address(0)) revert SpacesUnknown(to);
        _links[from][to] = linked;
        emit SpaceLinkSet(from, to, linked);
    }

    /// @inheritdoc ISpaces
    function withdrawInvitations(uint128 spaceId) external {
        uint16 series = ++_own(spaceId).series;
        emit InvitationsWithdrawn(spaceId, series);
    }

    /// @inheritdoc ISpaces
    function enter(uint128 spaceId, bytes calldata proof) external {
        _enter(spaceId, proof);
    }

    /// @inheritdoc ISpaces
    function leave(uint128 spaceId) external {
        _leave(spaceId, msg.sender);
    }

    /// @inheritdoc ISpaces
    function travel(uint128 from, uint128 to, bytes calldata proof) external {
        if (!_links[from][to]) revert SpacesNotLinked(from, to);
        _leave(from, msg.sender);
        _enter(to, proof);
    }

    /// @inheritdoc ISpaces
    function expel(uint128 spaceId, address visitor) external {
        _own(spaceId);
        _leave(spaceId, visitor);
    }

    /// @inheritdoc ISpaces
    function ownerOf(uint128 spaceId) external view returns (address) {
        return _spaces[spaceId].owner;
    }

    /// @inheritdoc ISpaces
    function providerOf(uint128 spaceId) external view returns (address) {
        return _spaces[spaceId].provider;
    }

    /// @inheritdoc ISpaces
    function entryOf(uint128 spaceId)
        external
        view
        returns (
            EntryRule rule,
            bytes32 requirement,
            address issuer,
            uint32 capacity,
            uint32 occupants,
            bool closed,
            uint16 series
        )
    {
        Space storage space = _spaces[spaceId];
        return (
            space.rule,
            space.requirement,
            space.issuer,
            space.capacity,
            space.occupants,
            space.closed,
            space.series
        );
    }

    /// @inheritdoc ISpaces
    function presenceOf(uint128 spaceId, address visitor) external view returns (uint40 insideSince, uint32 visits) {
        Presence memory presence = _presences[spaceId][visitor];
        return (presence.insideSince, presence.visits);
    }

    /// @inheritdoc ISpaces
    function isLinked(uint128 from, uint128 to) external view returns (bool) {
        return _links[from][to];
    }

    /// @inheritdoc ISpaces
    function spaceIdOf(address creator, bytes32 salt) public pure returns (uint128) {
        return uint128(bytes16(keccak256(abi.encode(creator, salt))));
    }

    function _enter(uint128 spaceId, bytes calldata proof) private {
        Space storage space = _spaces[spaceId];
        (address owner, EntryRule rule, bool closed) = (space.owner, space.rule, space.closed);
        if (owner == address(0)) revert SpacesUnknown(spaceId);
        if (closed) revert SpacesClosed(spaceId);
        (uint32 occupants, uint32 capacity) = (space.occupants, space.capacity);
        if (capacity != 0 && occupants >= capacity) revert SpacesFull(spaceId, capacity);
        Presence storage presence = _presences[spaceId][msg.sender];
        (uint40 insideSince, uint32 visits) = (presence.insideSince, presence.visits);
        if (insideSince != 0) revert SpacesAlreadyInside(spaceId, msg.sender);
        if (rule == EntryRule.Ticket) _checkTicket(spaceId, space);
        else if (rule == EntryRule.Credential) _checkCredential(spaceId, space, proof);
        else if (rule == EntryRule.Invitation) _checkInvitation(spaceId, owner, space.series, visits, proof);
        space.occupants = occupants + 1;
        (presence.insideSince, presence.visits) = (uint40(block.timestamp), visits + 1);
        emit SpaceEntered(spaceId, msg.sender);
    }

    function _leave(uint128 spaceId, address visitor) private {
        Presence storage presence = _presences[spaceId][visitor];
        if (presence.insideSince == 0) revert SpacesNotInside(spaceId, visitor);
        presence.insideSince = 0;
        --_spaces[spaceId].occupants;
        emit SpaceLeft(spaceId, visitor, msg.sender);
    }

    function _checkTicket(uint128 spaceId, Space storage space) private view {
        uint256 ticket = uint256(space.requirement);
        if (_items.balanceOf(msg.sender, ticket) == 0) revert SpacesNoTicket(spaceId, msg.sender, ticket);
    }

    function _checkCredential(uint128 spaceId, Space storage space, bytes calldata proof) private view {
        bytes32 credentialType = space.requirement;
        bool valid = proof.length == 32
            && _credentialStatus.isValidFor(msg.sender, space.issuer, credentialType, bytes32(proof));
        if (!valid) revert SpacesNoCredential(spaceId, msg.sender, credentialType);
    }

    function _checkInvitation(uint128 spaceId, address owner, uint16 series, uint32 visit, bytes calldata proof)
        private
        view
    {
        // A proof too short for a deadline is an invitation that nobody signed, not one that cannot be read.
        if (proof.length < 32) revert SignedActionInvalid(owner);
        uint256 deadline = uint256(bytes32(proof[:32]));
        bytes32 structHash = keccak256(abi.encode(INVITATION_TYPEHASH, spaceId, msg.sender, visit, series, deadline));
        _checkSignature(owner, structHash, deadline, proof[32:]);
    }

    function _checkProvider(address provider) private view {
        if (_didRegistry.identityOwner(provider) != msg.sender) revert SpacesNotProvider(provider, msg.sender);
    }

    function _own(uint128 spaceId) private view returns (Space storage space) {
        space = _spaces[spaceId];
        if (space.owner != msg.sender) revert SpacesNotOwner(spaceId, msg.sender);
    }
}
