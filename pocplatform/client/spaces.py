"""Spaces: who may enter, who is where, where ways lead."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Document, Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment

Rule = Literal["open", "ticket", "credential", "invitation"]


class Entry(Model):
    """Who may enter a space."""

    rule: str
    ticket: str | None = None
    credential_type: str | None = None
    issuer: str | None = None
    capacity: int | None = None


class Space(Model):
    """A lasting place that visitors share."""

    id: str
    number: str
    status: str
    name: str
    description: str = ""
    document: Document
    owner: str
    provider: str
    offered_to: str | None = None
    entry: Entry
    occupants: int = 0
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class SpaceLink(Model):
    """A way out of a space."""

    id: str
    space: str
    to: str
    name: str | None = None
    created: datetime


class Visit(Model):
    """A visit of a space."""

    id: str
    space: str
    visitor: str
    number: int
    inside: bool
    created: datetime
    left: datetime | None = None
    left_by: str | None = None


class Presence(Model):
    """Where a visitor stands with a space."""

    space: str
    visitor: str
    inside: bool
    visits: int
    visit: Visit | None = None
    transactions: list[Transaction] = Field(default_factory=list)


class Invitation(Model):
    """An invitation to one visit."""

    id: str
    space: str
    visitor: str
    status: str
    valid_until: datetime
    created: datetime


class Spaces(Resource[M]):
    """Create and keep spaces, enter and leave them."""

    @operation
    async def create(
        self,
        name: str,
        *,
        description: str | None = None,
        provider: str | None = None,
        rule: Rule = "open",
        ticket: str | None = None,
        credential_type: str | None = None,
        issuer: str | None = None,
        capacity: int | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Space:
        """A new space that one owns.

        Args:
            name: Public, but never on the chain; likewise the description.
            description: What it is.
            provider: DID in whose name it is kept; one's own if not given.
            rule: Who may enter.
            ticket: With the rule ``ticket``, the item that a visitor must hold.
            credential_type: With the rule ``credential``, the type that a visitor must show.
            issuer: With the rule ``credential``, who must have issued it.
            capacity: How many may be in it at a time; no limit if not given.
            wait: Seconds to wait for the chain.
            idempotency_key: Names this request; without it, a fresh one.
        """
        body = {
            "name": name,
            "description": description,
            "provider": provider,
            "entry": _entry(rule, ticket, credential_type, issuer, capacity),
        }
        return await self._connection.write(
            "/v1/spaces", body, Space, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, space: str) -> Space:
        """A space by its id or number; needs no key."""
        return await self._connection.read(f"/v1/spaces/{segment(space)}", Space)

    @listing
    async def list(
        self,
        *,
        owner: str | None = None,
        provider: str | None = None,
        ticket: str | None = None,
        closed: bool | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Space]:
        """All spaces, or those of whom and what is named, newest first; needs no key."""
        filters = {"owner": owner, "provider": provider, "ticket": ticket, "closed": closed}
        async for space in self._connection.pages("/v1/spaces", Space, page_size, filters):
            yield space

    @operation
    async def set_entry(
        self,
        space: str,
        rule: Rule = "open",
        *,
        ticket: str | None = None,
        credential_type: str | None = None,
        issuer: str | None = None,
        capacity: int | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Space:
        """Change who may enter one's own space; arguments as of :meth:`create`."""
        body = _entry(rule, ticket, credential_type, issuer, capacity)
        return await self._keep(space, "entry", body, wait, idempotency_key)

    @operation
    async def close(
        self, space: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Space:
        """Let nobody enter one's own space any more."""
        return await self._keep(space, "close", {}, wait, idempotency_key)

    @operation
    async def reopen(
        self, space: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Space:
        """Let visitors enter one's own space again."""
        return await self._keep(space, "reopen", {}, wait, idempotency_key)

    @operation
    async def link(
        self,
        space: str,
        to: str,
        *,
        open: bool = True,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Space:
        """Open a way from one's own space to another, or close it."""
        body = {"to": to, "open": open}
        return await self._keep(space, "links", body, wait, idempotency_key)

    @listing
    async def links(self, space: str, *, page_size: int = 100) -> AsyncIterator[SpaceLink]:
        """The ways out of a space; needs no key."""
        path = f"/v1/spaces/{segment(space)}/links"
        async for way in self._connection.pages(path, SpaceLink, page_size):
            yield way

    @operation
    async def offer(
        self,
        space: str,
        to: str | None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Space:
        """Offer one's own space to a new owner; None takes the offer back."""
        return await self._connection.write(
            f"/v1/spaces/{segment(space)}/offer", {"to": to}, Space,
            key=idempotency_key, wait=wait, keep_none=True,
        )  # fmt: skip

    @operation
    async def accept(
        self, space: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Space:
        """Take over a space that was offered to the caller."""
        return await self._keep(space, "accept", {}, wait, idempotency_key)

    @operation
    async def set_provider(
        self,
        space: str,
        provider: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Space:
        """Keep one's own space in the name of an identity that one controls."""
        return await self._keep(space, "provider", {"provider": provider}, wait, idempotency_key)

    @operation
    async def enter(
        self,
        space: str,
        *,
        credential: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Presence:
        """Enter a space; ticket, credential and invitation are found."""
        body = {"credential": credential}
        return await self._visit(space, "enter", body, wait, idempotency_key)

    @operation
    async def leave(
        self, space: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Presence:
        """Leave a space."""
        return await self._visit(space, "leave", {}, wait, idempotency_key)

    @operation
    async def travel(
        self,
        space: str,
        to: str,
        *,
        credential: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Presence:
        """Go from a space to one that a way leads to, in one step."""
        body = {"to": to, "credential": credential}
        return await self._visit(space, "travel", body, wait, idempotency_key)

    @operation
    async def expel(
        self,
        space: str,
        visitor: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Presence:
        """Make a visitor leave one's own space."""
        return await self._visit(space, "expel", {"visitor": visitor}, wait, idempotency_key)

    @operation
    async def presence(self, space: str, who: str) -> Presence:
        """Whether somebody is in a space, and how often it came; needs no key."""
        return await self._connection.read(
            f"/v1/spaces/{segment(space)}/visitors/{segment(who)}", Presence
        )

    @listing
    async def visitors(self, space: str, *, page_size: int = 100) -> AsyncIterator[Visit]:
        """Who is in a space now; needs no key."""
        path = f"/v1/spaces/{segment(space)}/visitors"
        async for visit in self._connection.pages(path, Visit, page_size):
            yield visit

    @listing
    async def visits(
        self, space: str | None = None, *, inside: bool | None = None, page_size: int = 100
    ) -> AsyncIterator[Visit]:
        """One's own visits; with ``space``, those of it: all of them if one owns it.

        ``inside`` takes only visits that last, or only those that have ended; not with ``space``.
        """
        path = "/v1/visits" if space is None else f"/v1/spaces/{segment(space)}/visits"
        filters: dict[str, Any] | None = {"inside": inside} if space is None else None
        async for visit in self._connection.pages(path, Visit, page_size, filters):
            yield visit

    @operation
    async def invite(
        self,
        space: str,
        visitor: str,
        *,
        valid_until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Invitation:
        """Invite somebody to one visit of one's own space."""
        body = {
            "visitor": visitor,
            "valid_until": valid_until.isoformat() if valid_until else None,
        }
        return await self._connection.write(
            f"/v1/spaces/{segment(space)}/invitations",
            body,
            Invitation,
            key=idempotency_key,
            wait=0,
        )

    @listing
    async def invitations(self, space: str, *, page_size: int = 100) -> AsyncIterator[Invitation]:
        """Invitations to a space: all if one owns it, else one's own."""
        path = f"/v1/spaces/{segment(space)}/invitations"
        async for invitation in self._connection.pages(path, Invitation, page_size):
            yield invitation

    @operation
    async def withdraw_invitations(
        self, space: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Space:
        """Make all invitations to one's own space useless that were given so far."""
        return await self._keep(space, "invitations/withdraw", {}, wait, idempotency_key)

    async def _keep(
        self, space: str, what: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Space:
        path = f"/v1/spaces/{segment(space)}/{what}"
        return await self._connection.write(path, body, Space, key=key, wait=wait)

    async def _visit(
        self, space: str, what: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Presence:
        path = f"/v1/spaces/{segment(space)}/{what}"
        return await self._connection.write(path, body, Presence, key=key, wait=wait)


def _entry(
    rule: Rule,
    ticket: str | None,
    credential_type: str | None,
    issuer: str | None,
    capacity: int | None,
) -> dict[str, Any]:
    given = {
        "rule": rule,
        "ticket": ticket,
        "credential_type": credential_type,
        "issuer": issuer,
        "capacity": capacity,
    }
    return {name: value for name, value in given.items() if value is not None}
