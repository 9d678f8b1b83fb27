"""What a failed run has begun is ended, and every cent goes back to whom it came from."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from pocplatform.client import AsyncSandbox, MilestoneTerms, PartyTerms, Sandbox
from pocplatform.pilots.books import close
from pocplatform.pilots.story import Player, Scene
from pocplatform.pilots.unwinding import unwind

FUNDS = 500_000


@pytest.fixture(scope="module")
def roles(base_url, admin_key):
    """Signs companies up, and gives what is needed to act as them."""
    with Sandbox(base_url, admin_key) as sandbox:
        signed_up = {
            role: sandbox.with_key(None).organizations.sign_up(f"{role.title()} Oy")
            for role in ("buyer", "seller", "owner")
        }
        block = sandbox.chain.get().block
        for one in signed_up.values():
            sandbox.with_key(one.secret_key).payments.faucet(FUNDS)
    return signed_up, block


@pytest.fixture(scope="module")
def act(base_url, admin_key, roles):
    """Does something in the scene of a run: ``act(lambda scene: …)``."""
    signed_up, _ = roles
    run = f"run_{uuid4().hex}"

    def do(deed):
        async def within():
            async with AsyncSandbox(base_url, admin_key) as organisers:
                return await deed(
                    Scene(
                        run=run,
                        language="en",
                        players={
                            role: Player(
                                role, one.id, one.name, "", one.wallet.address, one.wallet.did
                            )
                            for role, one in signed_up.items()
                        },
                        sandbox=lambda role: organisers.with_key(signed_up[role].secret_key),
                        organisers=organisers,
                    )
                )

        return asyncio.run(within())

    return do


async def agreement(scene: Scene, *, until: str) -> str:
    """An agreement of buyer and seller that has come to a point."""
    buyer, seller = (scene.sandbox(role).agreements for role in ("buyer", "seller"))
    draft = await buyer.create(
        f"Work until {until}",
        "Two milestones.",
        [
            PartyTerms(who=scene.players["buyer"].did, role="client"),
            PartyTerms(who=scene.players["seller"].did, role="provider"),
        ],
        [
            MilestoneTerms(title="One", amount=30_000, payer=0, provider=1),
            MilestoneTerms(title="Two", amount=20_000, payer=0, provider=1),
        ],
        arbiter=scene.players["owner"].did,
    )
    await buyer.sign(draft.id)
    await seller.sign(draft.id)
    await buyer.activate(draft.id)
    await buyer.fund(draft.id)
    if until in ("delivered", "disputed"):
        await seller.deliver(draft.id, 0, "Done.")
    if until == "disputed":
        await buyer.dispute(draft.id, 0, "It is not.")
    return draft.id


async def begun(scene: Scene) -> None:
    """Money in three escrows and a deposit, a mandate, an order."""
    for until in ("funded", "delivered", "disputed"):
        await agreement(scene, until=until)
    buyer, seller, owner = (scene.sandbox(role) for role in ("buyer", "seller", "owner"))
    await buyer.mandates.create(scene.players["seller"].did, 1_000, 3_600, "Upkeep")
    item = await seller.items.create("Ticket")
    await seller.items.mint(item.id, scene.players["seller"].did, 5)
    await seller.market.sell(1_000, item=item.id)
    space = await owner.spaces.create("Yard")
    await owner.parcels.set_plan(space.id, 4, 4)
    parcel = await owner.parcels.mint(space.id, 0, 0, "Corner")
    await owner.parcels.let(parcel.id, 1_000, deposit=20_000, arbiter=scene.players["seller"].did)
    await buyer.parcels.rent(parcel.id, 2)


async def raw(scene: Scene) -> dict[str, int]:
    return {
        role: await scene.chain.call("PilotEuro", "balanceOf(address)(uint256)", one.address)
        for role, one in scene.players.items()
    }


def test_money_in_escrow_and_deposits_goes_back_and_nothing_stays_open(act, roles):
    _, block = roles
    act(begun)

    async def look(scene: Scene):
        return await close(scene, block + 1, set())

    stuck = act(look).money
    assert stuck.contracts_raw["ServiceAgreements"] == 3 * 50_000 * 10_000
    assert stuck.contracts_raw["Parcels"] == 20_000 * 10_000
    unwound = act(unwind)
    assert unwound.left == []
    assert len(unwound.done) == 3 + 1 + 1 + 3
    books = act(look)
    assert books.money.held_raw == 0
    assert books.money.conserved
    # Two days' rent is paid for; all else is where it was.
    rent = 2 * 1_000
    assert act(raw) == {
        "buyer": (FUNDS - rent) * 10_000,
        "seller": FUNDS * 10_000,
        "owner": (FUNDS + rent) * 10_000,
    }


def test_unwinding_again_finds_nothing_to_do(act):
    again = act(unwind)
    assert again.done == again.left == []
