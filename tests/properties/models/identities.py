"""The registry of DIDs: who controls each identity, and who may act for it until when."""

from __future__ import annotations

from collections import Counter

from tests.properties.support.chain import ZERO
from tests.properties.support.machines import WHOLE, Model, refuse_if


class DidRegistryModel(Model):
    """Identities and signers are addresses; delegates are kept by identity, type and address."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.deactivated: set[str] = set()
        self.nonces: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.delegates: Counter[tuple[str, bytes, str]] = Counter()

    def owner(self, identity: str) -> str:
        """Who controls an identity; nobody, once it is deactivated."""
        if identity in self.deactivated:
            return ZERO
        return self.owners.get(identity, identity)

    def is_delegate(self, identity: str, kind: bytes, delegate: str, time: int) -> bool:
        alive = identity not in self.deactivated
        return alive and self.delegates[identity, kind, delegate] > time

    # Who may change something

    def by_sender(self, sender: str, identity: str) -> None:
        self._check_active(identity)
        refuse_if(sender != self.owner(identity), "DidRegistryNotOwner")

    def by_signature(self, identity: str, signed: bool) -> None:
        """A signature by ERC-1056, which has no deadline."""
        self._check_active(identity)
        refuse_if(not signed, "DidRegistryInvalidSignature")
        self.nonces[self.owner(identity)] += 1

    def by_typed_signature(self, identity: str, signed: bool, deadline: int, time: int) -> None:
        """A signature by EIP-712."""
        refuse_if(time > deadline, "DidRegistrySignatureExpired")
        self.by_signature(identity, signed)

    # What is changed

    def change_owner(self, identity: str, owner: str, block: int) -> None:
        self.owners[identity] = owner
        if owner == ZERO:
            self.deactivated.add(identity)
        self.changed[identity] = block

    def add_delegate(
        self, identity: str, kind: bytes, delegate: str, validity: int, time: int, block: int
    ) -> None:
        refuse_if(delegate == ZERO, "DidRegistryZeroDelegate")
        refuse_if(validity > WHOLE - time, "DidRegistryValidityTooLong")
        self.delegates[identity, kind, delegate] = time + validity
        self.changed[identity] = block

    def revoke_delegate(
        self, identity: str, kind: bytes, delegate: str, time: int, block: int
    ) -> None:
        self.delegates[identity, kind, delegate] = time
        self.changed[identity] = block

    def set_attribute(self, identity: str, validity: int, time: int, block: int) -> None:
        refuse_if(validity > WHOLE - time, "DidRegistryValidityTooLong")
        self.changed[identity] = block

    def check(self) -> None:
        assert ZERO not in self.owners
        assert not self.nonces[ZERO]
        for identity in self.deactivated:
            assert self.owner(identity) == ZERO

    def _check_active(self, identity: str) -> None:
        refuse_if(identity == ZERO, "DidRegistryZeroIdentity")
        refuse_if(identity in self.deactivated, "DidRegistryDeactivated")
