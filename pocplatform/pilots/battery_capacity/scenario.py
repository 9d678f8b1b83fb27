"""The steps of the battery that a factory lets.

The battery room is a virtual space and a rack a place in it: whoever has the use of the place
(ERC-4907) is let control the rack. Rent and deposit are the contract's own. A rental lasts whole
days, so the tenant hands the rack back early here, as it would after the third morning.
"""

from pocplatform.pilots.battery_capacity import texts
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Fact, Moved, Scene, Shown
from pocplatform.pilots.wording import filled, money

FACTORY, TENANT, NEXT, METER = "factory", "tenant", "next_tenant", "meter"
RENT_PER_DAY, DEPOSIT, DAYS = 4_500, 60_000, 3
TEST_MONEY = 100_000
PROMISED_KWH = 200
"""Each morning, to the factory."""
MORNINGS = (200, 200, 140)
"""What was measured; kWh."""
EXCUSED_KWH = 12
"""Could not be delivered while the grid was down."""
PENALTY_PER_KWH = 300
MISSING_KWH = sum(PROMISED_KWH - one for one in MORNINGS)
CLAIMED = MISSING_KWH * PENALTY_PER_KWH
RULED = (MISSING_KWH - EXCUSED_KWH) * PENALTY_PER_KWH
_NOBODY = "0x" + "0" * 40


async def offer(scene: Scene) -> Shown:
    """The factory puts the rack into the virtual battery room and offers it."""
    factory = scene.sandbox(FACTORY)
    space = await factory.spaces.create(
        texts.SPACE.render(scene.language),
        description=texts.SPACE_ABOUT.render(scene.language),
        idempotency_key=scene.key("space"),
    )
    plan = await factory.parcels.set_plan(space.id, 2, 1, idempotency_key=scene.key("plan"))
    rack = await factory.parcels.mint(
        space.id,
        0,
        0,
        texts.RACK.render(scene.language),
        description=texts.RACK_ABOUT.render(scene.language),
        idempotency_key=scene.key("rack"),
    )
    offered = await factory.parcels.let(
        rack.id,
        RENT_PER_DAY,
        deposit=DEPOSIT,
        arbiter=scene.players[METER].did,
        idempotency_key=scene.key("let"),
    )
    sent = [
        *space.transactions, *plan.transactions, *rack.transactions, *offered.transactions
    ]  # fmt: skip
    return Shown(
        known={"rack": rack.id, "token": rack.token_id},
        entries=await scene.entries(FACTORY, sent),
        facts=[Fact(label=texts.PLACE, value=rack.token_id)],
    )


async def rent(scene: Scene) -> Shown:
    """The tenant rents for three days; a second company cannot have the same rack."""
    tenant, second = scene.sandbox(TENANT), scene.sandbox(NEXT)
    rack = scene.known("rack")
    shown = Shown()
    for role in (TENANT, NEXT):
        money = await scene.sandbox(role).payments.faucet(
            TEST_MONEY, idempotency_key=scene.key(f"money-{role}")
        )
        shown.money.append(Moved(sender=FAUCET, recipient=role, amount=TEST_MONEY))
        shown.entries += await scene.entries(role, [money.transaction])
    rented = await tenant.parcels.rent(
        rack,
        DAYS,
        price_per_day=RENT_PER_DAY,
        deposit=DEPOSIT,
        idempotency_key=scene.key("rent"),
    )
    shown.entries += await scene.entries(TENANT, rented.transactions)
    shown.money += [
        Moved(sender=TENANT, recipient=FACTORY, amount=DAYS * RENT_PER_DAY),
        Moved(sender=TENANT, recipient=ESCROW, amount=DEPOSIT),
    ]
    refusal = await scene.refused(
        NEXT,
        texts.SECOND_TENANT,
        second.parcels.rent(rack, 1, idempotency_key=scene.key("rent-second")),
        code="ParcelsRented",
    )
    shown.refusals = [refusal]
    shown.balances = await _balances(scene)
    shown.facts = [Fact(label=texts.USER, value=scene.players[TENANT].name)]
    return shown


async def mornings(scene: Scene) -> Shown:
    """Three mornings are measured; on the third too little comes. The tenant hands back."""
    tenant, rack = scene.sandbox(TENANT), scene.known("rack")
    handed_back = await tenant.parcels.give_up(rack, idempotency_key=scene.key("give-up"))
    shown = Shown(entries=await scene.entries(TENANT, handed_back.transactions))
    refusal = await scene.refused(
        TENANT,
        texts.BACK_AT_ONCE,
        tenant.parcels.release_deposit(rack, idempotency_key=scene.key("release-by-tenant")),
        code="ParcelsReleaseTooEarly",
    )
    shown.refusals = [refusal]
    claimed = await scene.sandbox(FACTORY).parcels.claim_deposit(
        rack,
        CLAIMED,
        texts.CLAIM.render(scene.language, delivered=_mornings(), missing=MISSING_KWH),
        idempotency_key=scene.key("claim"),
    )
    shown.entries += await scene.entries(FACTORY, claimed.transactions)
    shown.balances = await _balances(scene)
    shown.facts = [
        Fact(label=texts.DELIVERED, value=_mornings()),
        Fact(label=texts.MISSING, value=str(MISSING_KWH)),
    ]
    shown.measures = {
        "delivered_kwh": sum(MORNINGS),
        "missing_kwh": MISSING_KWH,
        "claimed_cents": claimed.deposit.claimed if claimed.deposit else 0,
    }
    return shown


async def ruling(scene: Scene) -> Shown:
    """The meter operator, as arbiter, takes out what the grid is to blame for."""
    meter, rack = scene.sandbox(METER), scene.known("rack")
    # No code: when the step is done again, the claim has been decided already.
    refusal = await scene.refused(
        METER,
        texts.TOO_MUCH_RULED,
        meter.parcels.decide_claim(rack, DEPOSIT, "–", idempotency_key=scene.key("rule-too-much")),
    )
    text = texts.RULING.render(
        scene.language, excused=EXCUSED_KWH, counted=MISSING_KWH - EXCUSED_KWH
    )
    decided = await meter.parcels.decide_claim(rack, RULED, text, idempotency_key=scene.key("rule"))
    rentals = [one async for one in scene.sandbox(TENANT).parcels.rentals()]
    return Shown(
        entries=await scene.entries(METER, decided.transactions),
        refusals=[refusal],
        money=[
            Moved(sender=ESCROW, recipient=TENANT, amount=DEPOSIT - RULED),
            Moved(sender=ESCROW, recipient=FACTORY, amount=RULED),
        ],
        balances=await _balances(scene),
        facts=[Fact(label=texts.EXCUSED, value=str(EXCUSED_KWH))],
        measures={
            "penalty_cents": rentals[0].owner_amount,
            "deposit_back_cents": rentals[0].user_amount,
        },
    )


async def next_rental(scene: Scene) -> Shown:
    """The other company rents for a day, delivers, and has its whole deposit back at once."""
    other, factory, rack = scene.sandbox(NEXT), scene.sandbox(FACTORY), scene.known("rack")
    rented = await other.parcels.rent(rack, 1, idempotency_key=scene.key("rent-next"))
    shown = Shown(entries=await scene.entries(NEXT, rented.transactions))
    back = await other.parcels.give_up(rack, idempotency_key=scene.key("give-up-next"))
    shown.entries += await scene.entries(NEXT, back.transactions)
    released = await factory.parcels.release_deposit(rack, idempotency_key=scene.key("release"))
    withdrawn = await factory.parcels.let_no_more(rack, idempotency_key=scene.key("let-no-more"))
    shown.entries += await scene.entries(FACTORY, [*released.transactions, *withdrawn.transactions])
    shown.money = [
        Moved(sender=NEXT, recipient=FACTORY, amount=RENT_PER_DAY),
        Moved(sender=NEXT, recipient=ESCROW, amount=DEPOSIT),
        Moved(sender=ESCROW, recipient=NEXT, amount=DEPOSIT),
    ]
    shown.balances = await _balances(scene)
    rentals = [one async for one in factory.parcels.rentals(rack)]
    held = [one async for one in other.held_payments.list() if one.status == "held"]
    shown.facts = [Fact(label=texts.RENTALS, value=str(len(rentals)))]
    shown.measures = {
        "rentals_settled": sum(one.status == "settled" for one in rentals),
        "income_cents": shown.balances[FACTORY],
        "deposit_held_cents": shown.balances[ESCROW],
        "payments_waiting": len(held),
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """Money, deposit and the right of use, as the chain has them."""
    token = int(scene.known("token"))
    _, deposit, _, _ = await scene.chain.call(
        "Parcels", "depositOf(uint256)(address,uint256,uint256,uint256)", token
    )
    user = await scene.chain.call("Parcels", "userOf(uint256)(address)", token)
    owner = await scene.chain.call("Parcels", "ownerOf(uint256)(address)", token)
    return [
        *[
            Claim(
                name=f"{role}_has",
                text=filled(text, amount=money(expected)),
                expected=expected,
                found=await scene.chain.money(scene.players[role].address),
            )
            for role, text, expected in (
                (FACTORY, texts.OWNER_HAS, (DAYS + 1) * RENT_PER_DAY + RULED),
                (TENANT, texts.TENANT_HAS, TEST_MONEY - DAYS * RENT_PER_DAY - RULED),
                (NEXT, texts.NEXT_HAS, TEST_MONEY - RENT_PER_DAY),
            )
        ],
        Claim(name="no_deposit", text=texts.NO_DEPOSIT, expected=0, found=deposit),
        Claim(name="rack_is_free", text=texts.NO_USER, expected=_NOBODY, found=user),
        Claim(
            name="rack_is_the_factorys",
            text=texts.OWNED,
            expected=scene.players[FACTORY].address,
            found=owner,
        ),
    ]


async def _balances(scene: Scene) -> dict[str, int]:
    """What each has, and the deposit that is held."""
    rack = await scene.sandbox(FACTORY).parcels.get(scene.known("rack"))
    held = rack.deposit.amount if rack.deposit else 0
    return await scene.balances() | {ESCROW: held}


def _mornings() -> str:
    return " + ".join(map(str, MORNINGS))
