"""Changing an identity in the registry: delegates, attributes, services and the owner (ERC-1056).

The contract lets only the identity's owner do any of it, and what it writes is public for ever; so
whatever is text is looked through for personal data first.
"""

from dataclasses import dataclass

from sqlmodel import Session

from pocplatform.chain.contracts import ContractCall
from pocplatform.domains.identities.identifier import parse
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.personal_data import refuse
from pocplatform.outbox.service import Outbox, Write

VALIDITY_S = 10 * 365 * 24 * 3600
"""How long keys and services are valid: ten years, longer than any pilot."""

NO_ADDRESS = "0x" + "0" * 40


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of one identity by one sender; each gives the write that makes it.

    Attributes:
        sender: Address of the wallet that signs.
        did: The identity, as the caller has written it.
    """

    session: Session
    outbox: Outbox
    org_id: str | None
    sender: str
    did: str
    chain_id: int

    def add_service(self, type_: str, endpoint: str) -> Write:
        """Publish a service in the DID document. Raises :class:`PersonalDataRefused`."""
        refuse(type_, param="type")
        refuse(endpoint, param="endpoint")
        name = bytes32(f"did/svc/{type_}".encode())
        return self._send("setAttribute", name=name, value=endpoint.encode(), validity=VALIDITY_S)

    def revoke_service(self, type_: str, endpoint: str) -> Write:
        """Take a service out of the DID document."""
        name = bytes32(_checked(f"did/svc/{type_}".encode()))
        return self._send("revokeAttribute", name=name, value=endpoint.encode())

    def add_delegate(self, type_: str, delegate: str, validity_s: int) -> Write:
        """Let somebody (an address) sign for the identity for so many seconds."""
        return self._send(
            "addDelegate",
            delegateType=bytes32(type_.encode()),
            delegate=_somebody(delegate, "delegate"),
            validity=validity_s,
        )

    def revoke_delegate(self, type_: str, delegate: str) -> Write:
        """Let them sign no more."""
        kind = bytes32(type_.encode())
        return self._send("revokeDelegate", delegateType=kind, delegate=delegate)

    def set_attribute(self, name: str, value: bytes, validity_s: int) -> Write:
        """Set an attribute for so many seconds. Raises :class:`PersonalDataRefused`."""
        refuse(name, param="name")
        refuse(value, param="value")
        return self._send(
            "setAttribute", name=bytes32(name.encode()), value=value, validity=validity_s
        )

    def revoke_attribute(self, name: str, value: bytes) -> Write:
        """Take an attribute back."""
        return self._send("revokeAttribute", name=bytes32(name.encode()), value=value)

    def change_owner(self, new_owner: str) -> Write:
        """Give the identity to another account, for good."""
        return self._send("changeOwner", newOwner=_somebody(new_owner, "new_owner"))

    def deactivate(self) -> Write:
        """Give the identity up for ever."""
        return self._send("changeOwner", newOwner=NO_ADDRESS)

    def _send(self, function: str, **arguments: object) -> Write:
        identifier = parse(self.did, self.chain_id)
        call: ContractCall = self.outbox.contracts.call(
            "DidRegistry", function, identity=identifier.address, **arguments
        )
        return self.outbox.enqueue(
            self.session,
            call,
            sender=self.sender,
            org_id=self.org_id,
            # The one DID by which it is known, however the caller wrote it.
            resource_id=did_of(self.chain_id, identifier.address),
        )


def attribute_value(text: str, encoding: str) -> bytes:
    """The bytes of an attribute's value. Raises :class:`InvalidInput`."""
    if encoding == "text":
        return text.encode()
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise InvalidInput(
            "The value is not hex: an even number of the digits 0 to 9 and a to f is expected.",
            next_step='Correct it, or give "encoding": "text".',
            param="value",
        ) from None


def bytes32(name: bytes) -> bytes:
    """A name as the registry has it: 32 bytes, zeros at the end."""
    return name.ljust(32, b"\0")


def _checked(name: bytes) -> bytes:
    if len(name) > 32:
        raise InvalidInput("There is no service with so long a type.", param="type")
    return name


def _somebody(address: str, param: str) -> str:
    if address == NO_ADDRESS:
        raise InvalidInput(
            "The zero address is nobody.",
            next_step="Give somebody's address. To give an identity up, use POST "
            "/v1/identities/{did}/deactivate.",
            param=param,
        )
    return address
