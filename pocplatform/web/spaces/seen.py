"""What a page about a space shows: what everybody sees of it, and what is the company's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pocplatform.client import AsyncSandbox
from pocplatform.client.explorer import SpaceView
from pocplatform.kit.did import address_of
from pocplatform.web import credential_names
from pocplatform.web.acting import Acting
from pocplatform.web.desk.acts import first
from pocplatform.web.shown import short_hash
from pocplatform.web.spaces import plan


@dataclass(frozen=True, slots=True)
class Seen:
    """A space and what is in it.

    Attributes:
        view: What everybody sees.
        provider: The address in whose name it is kept.
        has_ticket: Whether the company that the page acts for holds the ticket of the space.
        drawings: Its floors.
        inside: Whether the company is inside.
        balance: Its money in cents; None without a company.
        credential: What the entry rule asks for a credential of, in words; None for no such rule.
        named: Public names, and those of the browser's own companies.
    """

    view: SpaceView
    provider: str
    has_ticket: bool
    drawings: Sequence[plan.Drawing]
    inside: bool
    balance: int | None
    credential: str | None
    named: dict[str, str]

    def name(self, address: str) -> str:
        """Who somebody is, as far as that is known here."""
        return self.named.get(address) or short_hash(address)


async def look(
    sandbox: AsyncSandbox, space_id: str, acting: Acting | None, chain_id: int, language: str
) -> Seen:
    """Everything about a space. Raises what the SDK does where there is none."""
    view = await sandbox.explorer.space(space_id)
    me = acting.organization.address if acting is not None else None
    type_ = view.space.entry.credential_type
    balance, has_ticket = await _own(acting, view.space.entry.ticket)
    named = {one.address: one.name for one in view.names if one.name}
    named |= {own.address: own.name for own in (acting.every if acting is not None else ())}
    return Seen(
        view=view,
        provider=address_of(view.space.provider, chain_id),
        has_ticket=has_ticket,
        drawings=plan.draw(view.plan, view.parcels, view.visitors, view.links, me)
        if view.plan.width
        else (),
        inside=await _inside(acting, view),
        balance=balance,
        credential=type_
        and (await credential_names.named(sandbox, [type_], language)).get(type_, type_),
        named=named,
    )


async def _own(acting: Acting | None, ticket: str | None) -> tuple[int | None, bool]:
    """The company's money, and whether it has the ticket."""
    if acting is None:
        return None, False
    own = acting.sandbox()
    if ticket is None:
        return (await own.payments.balance(acting.organization.address)).amount, False
    balance, held = await asyncio.gather(
        own.payments.balance(acting.organization.address),
        first(own.items.holdings(page_size=100), 100),
    )
    return balance.amount, any(one.item == ticket and one.amount for one in held)


async def _inside(acting: Acting | None, view: SpaceView) -> bool:
    """Whether the company is inside; it is asked for where not all visitors are shown."""
    if acting is None:
        return False
    me = acting.organization.address
    if len(view.visitors) >= view.space.occupants:
        return any(one.visitor == me for one in view.visitors)
    return (await acting.sandbox().spaces.presence(view.space.id, me)).inside
