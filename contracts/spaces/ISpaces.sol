// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ISignedActions} from "../assets/ISignedActions.sol";

/// @title Spaces
/// @notice Persistent shared spaces: who owns and provides each, who may enter it, who is in it, where it leads to.
/// @dev A space's number is the first 128 bits of keccak256(abi.encode(creator, salt)): nobody can occupy another's,
/// it is known before the space is created, and it leaves room for coordinates in the number of a parcel.
/// EIP-712 domain "Spaces", version "1".
interface ISpaces is ISignedActions {
    /// @notice Who may enter a space.
    enum EntryRule {
        Open,
        Ticket,
        Credential,
        Invitation
    }

    /// @notice A space was created.
    /// @param spaceId its number
    /// @param owner who created and owns it
    /// @param provider address of the DID of who provides it
    /// @param descriptionHash hash of the document that describes it
    event SpaceCreated(
        uint128 indexed spaceId, address indexed owner, address indexed provider, bytes32 descriptionHash
    );

    /// @notice The entry rule of a space was set.
    /// @param spaceId the space
    /// @param rule who may enter
    /// @param requirement number of the ticket, or type of the credential; zero with the other rules
    /// @param issuer who must have issued the credential, else zero
    /// @param capacity how many may be in it at a time, 0 for no limit
    event EntryRuleSet(
        uint128 indexed spaceId, EntryRule rule, bytes32 requirement, address issuer, uint32 capacity
    );

    /// @notice A space was closed, or opened again.
    /// @param spaceId the space
    /// @param closed whether nobody can enter it from now on
    event SpaceClosedSet(uint128 indexed spaceId, bool closed);

    /// @notice A space was offered to a new owner, or to nobody any more.
    /// @param spaceId the space
    /// @param owner its owner
    /// @param candidate who may take it over, zero for nobody
    event SpaceOffered(uint128 indexed spaceId, address indexed owner, address indexed candidate);

    /// @notice A space changed hands.
    /// @param spaceId the space
    /// @param previousOwner whose it was
    /// @param owner whose it is
    event SpaceTransferred(uint128 indexed spaceId, address indexed previousOwner, address indexed owner);

    /// @notice Who provides a space was set.
    /// @param spaceId the space
    /// @param provider address of the DID of who provides it
    event SpaceProviderSet(uint128 indexed spaceId, address indexed provider);

    /// @notice A way from one space to another was opened or closed.
    /// @param from where it begins
    /// @param to where it leads
    /// @param linked whether it is open from now on
    event SpaceLinkSet(uint128 indexed from, uint128 indexed to, bool linked);

    /// @notice All invitations to a space that were signed so far became useless.
    /// @param spaceId the space
    /// @param series number that invitations must hold from now on
    event InvitationsWithdrawn(uint128 indexed spaceId, uint16 series);

    /// @notice A visitor entered a space.
    /// @param spaceId the space
    /// @param visitor who
    event SpaceEntered(uint128 indexed spaceId, address indexed visitor);

    /// @notice A visitor left a space.
    /// @param spaceId the space
    /// @param visitor who
    /// @param by who made the visitor leave: itself, or the owner
    event SpaceLeft(uint128 indexed spaceId, address indexed visitor, address indexed by);

    /// @notice A register that spaces ask is missing at this address.
    /// @param register the address that was given
    error SpacesNoRegister(address register);

    /// @notice The creator has created a space of this number already.
    /// @param spaceId the number
    error SpacesAlreadyCreated(uint128 spaceId);

    /// @notice There is no space of this number.
    /// @param spaceId the number
    error SpacesUnknown(uint128 spaceId);

    /// @notice Only the owner of the space may do this.
    /// @param spaceId the space
    /// @param caller who tried
    error SpacesNotOwner(uint128 spaceId, address caller);

    /// @notice Only whom the space was offered to may take it over.
    /// @param spaceId the space
    /// @param caller who tried
    error SpacesNotCandidate(uint128 spaceId, address caller);

    /// @notice Only who controls the provider's DID may have a space in its name.
    /// @param provider address of the DID
    /// @param caller who tried
    error SpacesNotProvider(address provider, address caller);

    /// @notice The entry rule says nothing that could be checked, or more than is checked.
    /// @param rule the rule
    /// @param requirement what it requires
    /// @param issuer whose credential it requires
    error SpacesInvalidRule(EntryRule rule, bytes32 requirement, address issuer);

    /// @notice The space is closed.
    /// @param spaceId the space
    error SpacesClosed(uint128 spaceId);

    /// @notice As many visitors are in the space as may be.
    /// @param spaceId the space
    /// @param capacity how many may be
    error SpacesFull(uint128 spaceId, uint32 capacity);

    /// @notice The visitor is in the space already.
    /// @param spaceId the space
    /// @param visitor who
    error SpacesAlreadyInside(uint128 spaceId, address visitor);

    /// @notice The visitor is not in the space.
    /// @param spaceId the space
    /// @param visitor who
    error SpacesNotInside(uint128 spaceId, address visitor);

    /// @notice The visitor has no ticket.
    /// @param spaceId the space
    /// @param visitor who
    /// @param ticket number of the item that serves as ticket
    error SpacesNoTicket(uint128 spaceId, address visitor, uint256 ticket);

    /// @notice The visitor has shown no credential of the required type and issuer that is valid and about it.
    /// @param spaceId the space
    /// @param visitor who
    /// @param credentialType the required type
    error SpacesNoCredential(uint128 spaceId, address visitor, bytes32 credentialType);

    /// @notice No way leads from the one space to the other.
    /// @param from where the visitor is
    /// @param to where it wants to go
    error SpacesNotLinked(uint128 from, uint128 to);

    /// @notice A space cannot lead to itself.
    /// @param spaceId the space
    error SpacesLinkToItself(uint128 spaceId);

    /// @notice Creates a space that the caller owns and anybody can enter.
    /// @param salt a number that the caller has not used before
    /// @param provider address of the DID of who provides it, which the caller controls
    /// @param descriptionHash hash of the document that describes it
    /// @return spaceId its number
    function createSpace(bytes32 salt, address provider, bytes32 descriptionHash) external returns (uint128 spaceId);

    /// @notice Sets who may enter a space. Who is inside may stay.
    /// @param spaceId the space
    /// @param rule who may enter
    /// @param requirement number of the item that serves as ticket, or type of the credential; else zero
    /// @param issuer who must have issued the credential; else zero
    /// @param capacity how many may be in it at a time, 0 for no limit
    function setEntryRule(uint128 spaceId, EntryRule rule, bytes32 requirement, address issuer, uint32 capacity)
        external;

    /// @notice Closes a space to new visitors, or opens it again.
    /// @param spaceId the space
    /// @param closed whether nobody can enter it from now on
    function setClosed(uint128 spaceId, bool closed) external;

    /// @notice Offers a space to a new owner, who has to accept.
    /// @param spaceId the space
    /// @param candidate who may take it over, zero to withdraw the offer
    function offerSpace(uint128 spaceId, address candidate) external;

    /// @notice Takes over a space that was offered to the caller.
    /// @param spaceId the space
    /// @param provider address of the DID of who provides it from now on, which the caller controls
    function acceptSpace(uint128 spaceId, address provider) external;

    /// @notice Sets who provides a space of the caller.
    /// @param spaceId the space
    /// @param provider address of the DID of who provides it from now on, which the caller controls
    function setProvider(uint128 spaceId, address provider) external;

    /// @notice Opens or closes a way to another space.
    /// @param from the caller's space
    /// @param to any other space
    /// @param linked whether the way is open
    function setLink(uint128 from, uint128 to, bool linked) external;

    /// @notice Makes all invitations useless that were signed so far.
    /// @param spaceId the space
    function withdrawInvitations(uint128 spaceId) external;

    /// @notice Enters a space.
    /// @dev The proof is empty for an open space and for one with tickets, where the visitor must have the item. Else
    /// it is the digest of the visitor's credential (32 bytes), or a deadline (32 bytes) and then the owner's signature of
    /// `Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)`, whose `visit`
    /// is the number of the visitor's visits before, so that it serves once.
    /// @param spaceId the space
    /// @param proof what the entry rule asks for
    function enter(uint128 spaceId, bytes calldata proof) external;

    /// @notice Leaves a space.
    /// @param spaceId the space
    function leave(uint128 spaceId) external;

    /// @notice Goes from one space to another to which a way leads.
    /// @param from where the caller is
    /// @param to where it wants to go
    /// @param proof what the entry rule there asks for
    function travel(uint128 from, uint128 to, bytes calldata proof) external;

    /// @notice Makes a visitor leave. Only the owner may.
    /// @param spaceId the space
    /// @param visitor who
    function expel(uint128 spaceId, address visitor) external;

    /// @notice The number of a space.
    /// @param creator who creates it
    /// @param salt the creator's number
    /// @return its number
    function spaceIdOf(address creator, bytes32 salt) external pure returns (uint128);

    /// @notice Who owns a space.
    /// @param spaceId the space
    /// @return the owner; zero if there is no such space
    function ownerOf(uint128 spaceId) external view returns (address);

    /// @notice Address of the DID of who provides a space.
    /// @param spaceId the space
    /// @return the provider
    function providerOf(uint128 spaceId) external view returns (address);

    /// @notice Who may enter a space.
    /// @param spaceId the space
    /// @return rule the rule
    /// @return requirement number of the ticket, or type of the credential
    /// @return issuer who must have issued the credential
    /// @return capacity how many may be in it at a time, 0 for no limit
    /// @return occupants how many are in it
    /// @return closed whether nobody can enter
    /// @return series number that invitations must hold
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
        );

    /// @notice Since when a visitor is in a space, and how often it came.
    /// @param spaceId the space
    /// @param visitor who
    /// @return insideSince second of entry, 0 if it is not inside
    /// @return visits how often it entered
    function presenceOf(uint128 spaceId, address visitor) external view returns (uint40 insideSince, uint32 visits);

    /// @notice Whether a way leads from one space to another.
    /// @param from where it begins
    /// @param to where it leads
    /// @return true if it is open
    function isLinked(uint128 from, uint128 to) external view returns (bool);
}
