"""Spaces, items, parcels and the market by the SDK, against the real gateway on the real chain."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pocplatform.client import (
    AsyncSandbox,
    ContractReverted,
    EntryRuleInvalid,
    InvitationMissing,
    ItemTermsInvalid,
    NotFound,
    OrderCancelled,
    OrderFilled,
    OrderInvalid,
    OwnOrder,
    ParcelTaken,
    RedemptionUsed,
    RentalTermsInvalid,
)


def address(sandbox):
    return sandbox.organizations.me().wallet.address


def test_ticketed_event_from_the_ticket_to_the_door(member, sandbox):
    host, guest = member(), member()
    ticket = host.items.create("Pääsylippu", kind="ticket", cap=2)
    space = host.spaces.create("Konsertti", rule="ticket", ticket=ticket.id, capacity=5)
    assert (space.entry.ticket, space.entry.capacity) == (ticket.id, 5)
    with pytest.raises(ContractReverted) as refused:
        guest.spaces.enter(space.id)
    assert refused.value.contract_error.name == "SpacesNoTicket"
    assert host.items.mint(ticket.id, address(guest), 2).minted == 2
    here = guest.spaces.enter(space.id)
    assert (here.inside, here.visits, here.transactions[0].status) == (True, 1, "confirmed")
    assert [v.visitor for v in sandbox.spaces.visitors(space.id)] == [address(guest)]
    assert sandbox.spaces.presence(space.id, address(guest)).inside
    presented = guest.items.present(ticket.id)
    assert host.items.redeem(presented.id).status == "redeemed"
    with pytest.raises(RedemptionUsed):
        host.items.redeem(presented.id)
    assert [(h.item, h.amount) for h in guest.items.holdings()] == [(ticket.id, 1)]
    assert [r.status for r in guest.items.redemptions()] == ["redeemed"]
    assert guest.spaces.leave(space.id).visit.left is not None
    assert [v.inside for v in host.spaces.visits(space.id)] == [False]
    assert [s.id for s in sandbox.spaces.list(ticket=ticket.id)] == [space.id]
    with pytest.raises(ItemTermsInvalid):
        guest.items.present(ticket.id, 5)


def test_spaces_are_kept_linked_and_given_away(member, sandbox):
    owner, heir, guest = member(), member(), member()
    hall, terrace = owner.spaces.create("Sali"), owner.spaces.create("Terassi", rule="invitation")
    owner.spaces.link(hall.id, terrace.id)
    assert [way.to for way in sandbox.spaces.links(hall.id)] == [terrace.id]
    guest.spaces.enter(hall.id)
    with pytest.raises(InvitationMissing):
        guest.spaces.travel(hall.id, terrace.id)
    until = datetime.now(UTC) + timedelta(hours=1)
    owner.spaces.invite(terrace.id, address(guest), valid_until=until)
    assert [i.status for i in guest.spaces.invitations(terrace.id)] == ["open"]
    assert guest.spaces.travel(hall.id, terrace.id).space == terrace.id
    assert [v.space for v in guest.spaces.visits(inside=True)] == [terrace.id]
    assert owner.spaces.expel(terrace.id, address(guest)).visit.left_by == address(owner)
    owner.spaces.withdraw_invitations(terrace.id)
    assert owner.spaces.set_entry(terrace.id, "open", capacity=3).entry.capacity == 3
    assert owner.spaces.close(terrace.id).status == "closed"
    assert owner.spaces.reopen(terrace.id).status == "open"
    assert owner.spaces.offer(terrace.id, address(heir)).offered_to == address(heir)
    assert owner.spaces.offer(terrace.id, None).offered_to is None
    owner.spaces.offer(terrace.id, address(heir))
    assert heir.spaces.accept(terrace.id).owner == address(heir)
    with pytest.raises(EntryRuleInvalid):
        owner.spaces.create("x", rule="ticket")
    with pytest.raises(NotFound):
        sandbox.spaces.get("spc_unknown")


def test_parcel_is_rented_and_the_claim_decided(member, sandbox):
    owner, user = member(), member(fund=50_000)
    space = owner.spaces.create("Tori")
    assert sandbox.parcels.plan(space.id).steward is None
    assert owner.parcels.set_plan(space.id, 2, 2).width == 2
    parcel = owner.parcels.mint(space.id, 0, 0, "Kulma")
    with pytest.raises(ParcelTaken):
        owner.parcels.mint(space.id, 0, 0, "Kulma")
    with pytest.raises(RentalTermsInvalid):
        owner.parcels.let(parcel.id, 0)
    owner.parcels.let(parcel.id, 1_000, deposit=20_000)
    assert [p.id for p in sandbox.parcels.list(space=space.id, to_let=True)] == [parcel.id]
    rented = user.parcels.rent(parcel.id, 3, price_per_day=1_000, deposit=20_000)
    assert (rented.user, rented.deposit.amount) == (address(user), 20_000)
    user.parcels.give_up(parcel.id)
    owner.parcels.claim_deposit(parcel.id, 5_000, "Seinä.")
    user.parcels.accept_claim(parcel.id)
    assert user.payments.balance().amount == 50_000 - 3_000 - 5_000
    assert [(r.status, r.owner_amount) for r in user.parcels.rentals()] == [("settled", 5_000)]
    assert owner.parcels.let_no_more(parcel.id).rental_terms is None
    assert owner.parcels.transfer(parcel.id, address(user)).owner == address(user)


def test_work_is_sold_and_offered_for(member, sandbox):
    artist, buyer = member(), member(fund=100_000)
    work = artist.items.create("Revontulet", cap=3, royalty_bps=500)
    artist.items.mint(work.id, amount=3)
    order = artist.market.sell(10_000, item=work.id, amount=2)
    with pytest.raises(OwnOrder):
        artist.market.buy(order.id)
    with pytest.raises(OrderInvalid):
        buyer.market.buy(order.id, 3)
    trade = buyer.market.buy(order.id, 2)
    assert (trade.division.price, trade.division.fee) == (20_000, 200)
    assert trade.division.raw.seller_amount == 198_000_000
    with pytest.raises(OrderFilled):
        buyer.market.buy(order.id)
    assert sandbox.market.get(order.id).status == "sold"
    offered = buyer.market.offer(20_000, item=work.id)
    assert artist.market.accept(offered.id).sale is not None
    assert [s.division.price for s in sandbox.market.sales(item=work.id)] == [20_000, 20_000]
    again = buyer.market.sell(30_000, item=work.id)
    assert buyer.market.cancel(again.id).status == "cancelled"
    with pytest.raises(OrderCancelled):
        artist.market.buy(again.id)
    assert [o.status for o in sandbox.market.listings(item=work.id)] == ["cancelled", "sold"]
    assert [o.id for o in sandbox.market.offers(item=work.id)] == [offered.id]
    assert [t.id for t in buyer.market.trades()] == [trade.id]
    assert buyer.market.trade(trade.id).sale == trade.sale


def test_write_that_is_not_mined_within_one_request_is_waited_for(member):
    """Its answer says where the result is, which is then read whole."""
    artist, buyer = member(), member(fund=10_000)
    work = artist.items.create("Revontulet", wait=0)
    assert not work.transactions[0].settled
    artist.items.mint(work.id, amount=1)
    order = artist.market.sell(1_000, item=work.id)
    trade = buyer.market.buy(order.id, wait=0)
    assert trade.status in ("pending", "settled")
    buyer.transactions.wait(trade.transactions[-1].id)
    assert buyer.market.trade(trade.id).status == "settled"


def test_asynchronous_client_has_them_too(base_url):
    async def use() -> tuple[bool, list[str]]:
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy (testi)")
            ours = sandbox.with_key(us.secret_key)
            space = await ours.spaces.create("Sali")
            inside = (await ours.spaces.enter(space.id)).inside
            return inside, [v.visitor async for v in sandbox.spaces.visitors(space.id)]

    inside, visitors = asyncio.run(use())
    assert inside
    assert len(visitors) == 1
