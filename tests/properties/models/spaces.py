"""Spaces: who owns each, who may enter it, and who is in it."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import NamedTuple

from tests.properties.models.identities import DidRegistryModel
from tests.properties.models.items import ItemsModel
from tests.properties.models.nonces import check_signature
from tests.properties.models.trust import CredentialStatusModel
from tests.properties.support.chain import NO_REASON, ZERO
from tests.properties.support.machines import Model, refuse_if

NOTHING = bytes(32)


class Entry(IntEnum):
    OPEN, TICKET, CREDENTIAL, INVITATION = range(4)


class Space(NamedTuple):
    owner: str = ZERO
    provider: str = ZERO
    candidate: str = ZERO
    entry: int = Entry.OPEN
    requirement: bytes = NOTHING
    issuer: str = ZERO
    capacity: int = 0
    closed: bool = False
    series: int = 0


class Proof(NamedTuple):
    """What a visitor shows: the digest of a credential, or an invitation (or neither)."""

    digest: bytes | None = None
    deadline: int | None = None
    signed: bool = False


class SpacesModel(Model):
    """``inside`` says since when somebody is in a space."""

    def __init__(
        self, registry: DidRegistryModel, items: ItemsModel, status: CredentialStatusModel
    ) -> None:
        self.registry = registry
        self.items = items
        self.status = status
        self.spaces: dict[int, Space] = {}
        self.inside: dict[tuple[int, str], int] = {}
        self.visits: Counter[tuple[int, str]] = Counter()
        self.links: set[tuple[int, int]] = set()

    def space(self, number: int) -> Space:
        return self.spaces.get(number, Space())

    def occupants(self, number: int) -> int:
        return sum(1 for space, _ in self.inside if space == number)

    # What the owner does

    def create(self, sender: str, number: int, provider: str) -> None:
        self._check_provider(sender, provider)
        refuse_if(number in self.spaces, "SpacesAlreadyCreated")
        self.spaces[number] = Space(sender, provider)

    def set_entry(
        self,
        sender: str,
        number: int,
        entry: int,
        requirement: bytes,
        issuer: str,
        capacity: int,
    ) -> None:
        refuse_if(entry > Entry.INVITATION, NO_REASON)
        space = self._own(sender, number)
        needs_requirement = entry in (Entry.TICKET, Entry.CREDENTIAL)
        needs_issuer = entry == Entry.CREDENTIAL
        fits = needs_requirement == (requirement != NOTHING) and needs_issuer == (issuer != ZERO)
        refuse_if(not fits, "SpacesInvalidRule")
        self.spaces[number] = space._replace(
            entry=entry, requirement=requirement, issuer=issuer, capacity=capacity
        )

    def set_closed(self, sender: str, number: int, closed: bool) -> None:
        self.spaces[number] = self._own(sender, number)._replace(closed=closed)

    def offer(self, sender: str, number: int, candidate: str) -> None:
        self.spaces[number] = self._own(sender, number)._replace(candidate=candidate)

    def accept(self, sender: str, number: int, provider: str) -> None:
        refuse_if(self.space(number).candidate != sender, "SpacesNotCandidate")
        self._check_provider(sender, provider)
        self.spaces[number] = self.spaces[number]._replace(
            owner=sender, provider=provider, candidate=ZERO
        )

    def set_provider(self, sender: str, number: int, provider: str) -> None:
        space = self._own(sender, number)
        self._check_provider(sender, provider)
        self.spaces[number] = space._replace(provider=provider)

    def set_link(self, sender: str, start: int, end: int, linked: bool) -> None:
        self._own(sender, start)
        refuse_if(start == end, "SpacesLinkToItself")
        refuse_if(end not in self.spaces, "SpacesUnknown")
        (self.links.add if linked else self.links.discard)((start, end))

    def withdraw_invitations(self, sender: str, number: int) -> None:
        space = self._own(sender, number)
        self.spaces[number] = space._replace(series=space.series + 1)

    def expel(self, sender: str, number: int, visitor: str) -> None:
        self._own(sender, number)
        self.leave(visitor, number)

    # What visitors do

    def enter(self, visitor: str, number: int, proof: Proof, time: int) -> None:
        refuse_if(number not in self.spaces, "SpacesUnknown")
        space = self.spaces[number]
        refuse_if(space.closed, "SpacesClosed")
        full = space.capacity and self.occupants(number) >= space.capacity
        refuse_if(full, "SpacesFull")
        refuse_if((number, visitor) in self.inside, "SpacesAlreadyInside")
        if space.entry == Entry.TICKET:
            ticket = int.from_bytes(space.requirement)
            refuse_if(not self.items.balances[visitor, ticket], "SpacesNoTicket")
        elif space.entry == Entry.CREDENTIAL:
            refuse_if(not self._has_credential(visitor, space, proof, time), "SpacesNoCredential")
        elif space.entry == Entry.INVITATION:
            refuse_if(proof.deadline is None, "SignedActionInvalid")
            check_signature(proof.signed, proof.deadline or 0, time)
        self.inside[number, visitor] = time
        self.visits[number, visitor] += 1

    def leave(self, visitor: str, number: int) -> None:
        refuse_if((number, visitor) not in self.inside, "SpacesNotInside")
        del self.inside[number, visitor]

    def travel(self, visitor: str, start: int, end: int, proof: Proof, time: int) -> None:
        refuse_if((start, end) not in self.links, "SpacesNotLinked")
        self.leave(visitor, start)
        self.enter(visitor, end, proof, time)

    def _has_credential(self, visitor: str, space: Space, proof: Proof, time: int) -> bool:
        if proof.digest is None:
            return False
        key = space.issuer, space.requirement, proof.digest
        is_subject = self.status.anchor_of(*key).subject == visitor
        return is_subject and self.status.is_valid(*key, time)

    def _own(self, sender: str, number: int) -> Space:
        space = self.space(number)
        refuse_if(space.owner != sender, "SpacesNotOwner")
        return space

    def _check_provider(self, sender: str, provider: str) -> None:
        refuse_if(self.registry.owner(provider) != sender, "SpacesNotProvider")
