"""Harvest shares: a farm sells boxes of vegetables in advance, and a frost pool pays by rule.

The pool is a contract of the pilot's own (``FrostPool.sol``), written on the workbench. A tenth of
every sale goes into it as a royalty. After a frost, holders send the lost part of their boxes to
it, and are paid in the same transaction; nobody decides.
"""

from datetime import UTC, datetime
from pathlib import Path

from pocplatform.pilots.chain_reader import UNITS_PER_CENT
from pocplatform.pilots.market_sales import moved_by
from pocplatform.pilots.own_contracts import compared
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Fact, Moved, Scene, Shown, Text

FARM, RESTAURANT, SHOP, ADVISER, POOL = "farm", "restaurant", "shop", "adviser", "pool"
SOURCE = Path(__file__).with_name("FrostPool.sol")
BOXES, LOST = 200, 60
PRICE = 2_400
"""Cents for a box of 10 kg, VAT included."""
POOL_BPS = 1_000
"""What of each sale goes into the pool."""
PAY_PER_BOX = 1_400
CAPITAL = 50_000
"""What the pool starts with, in cents."""
BOUGHT = {RESTAURANT: 120, SHOP: 80}
HANDED_IN = {RESTAURANT: 36, SHOP: 24}
MONEY = {RESTAURANT: 400_000, SHOP: 300_000, POOL: 100_000}
SEASON_ENDS = int(datetime(2027, 10, 1, tzinfo=UTC).timestamp())

SALES = BOXES * PRICE
PREMIUM = SALES * POOL_BPS // 10_000
FEE = SALES // 100
PAID_OUT = LOST * PAY_PER_BOX
LEFT = CAPITAL + PREMIUM - PAID_OUT

NAME = Text("Harvest share 2027, box of 10 kg", "Sato-osuus 2027, 10 kg:n laatikko")
DESCRIPTION = Text(
    "A box of potatoes and root vegetables, handed over in September. A box that frost takes is "
    "paid for by the frost pool at 14.00 tEUR.",
    "Laatikko perunaa ja juureksia, luovutus syyskuussa. Hallan viemästä laatikosta hallapooli "
    "maksaa 14,00 tEUR.",
)


async def pool(scene: Scene) -> Shown:
    """The pool's rule goes on the chain, can be compared with its source, and gets its capital."""
    sandbox, players = scene.sandbox(POOL), scene.players
    drawn = await sandbox.payments.faucet(MONEY[POOL], idempotency_key=scene.key("money-pool"))
    compiled = await sandbox.contracts.compile(
        {SOURCE.name: SOURCE.read_text(encoding="utf-8")}, idempotency_key=scene.key("compile")
    )
    chain = await sandbox.chain.get()
    contract = await sandbox.contracts.deploy(
        compiled.id,
        "FrostPool",
        {
            "euro_": chain.address_of("PilotEuro"),
            "boxes_": chain.address_of("Items"),
            "farm_": players[FARM].address,
            "adviser_": players[ADVISER].address,
            "payPerBox_": PAY_PER_BOX * UNITS_PER_CENT,
            "endsAt_": SEASON_ENDS,
        },
        idempotency_key=scene.key("deploy"),
    )
    verified = await sandbox.contracts.verify(contract.id, idempotency_key=scene.key("verify"))
    address = contract.address or ""
    paid = await sandbox.payments.transfer(address, CAPITAL, idempotency_key=scene.key("capital"))
    return Shown(
        known={"pool": address, "pool_contract": contract.id},
        money=[
            Moved(sender=FAUCET, recipient=POOL, amount=MONEY[POOL]),
            Moved(sender=POOL, recipient=ESCROW, amount=CAPITAL),
        ],
        balances=await _balances(scene, address),
        entries=await scene.entries(
            POOL, [drawn.transaction, contract.transaction, paid.transaction]
        ),
        facts=[
            Fact(label=Text("Address of the pool", "Poolin osoite"), value=address),
            Fact(
                label=Text("Source compared with the chain", "Lähdekoodi verrattu ketjuun"),
                value=compared(verified).render(scene.language),
            ),
        ],
    )


async def shares(scene: Scene) -> Shown:
    """The farm enters 200 boxes, a tenth of whose price goes to the pool, and offers them."""
    farm, address = scene.sandbox(FARM), scene.known("pool")
    item = await farm.items.create(
        NAME.render(scene.language),
        description=DESCRIPTION.render(scene.language),
        cap=BOXES,
        royalty_bps=POOL_BPS,
        royalty_receiver=address,
        idempotency_key=scene.key("harvest"),
    )
    contract = await _attached(scene, FARM)
    opened = await farm.contracts.send(
        contract, "open", [int(item.token_id)], idempotency_key=scene.key("open")
    )
    minted = await farm.items.mint(item.id, amount=BOXES, idempotency_key=scene.key("mint"))
    listing = await farm.market.sell(
        PRICE, item=item.id, amount=BOXES, idempotency_key=scene.key("listing")
    )
    return Shown(
        known={"harvest": item.id, "number": item.token_id, "listing": listing.id},
        entries=await scene.entries(
            FARM, [*item.transactions, opened, *minted.transactions, *listing.transactions]
        ),
        facts=[
            Fact(label=Text("Boxes", "Laatikoita"), value=str(BOXES)),
            Fact(label=Text("Into the pool", "Pooliin"), value="10 %"),
        ],
    )


async def sale(scene: Scene) -> Shown:
    """Restaurant and shop buy in advance; neither can draw on the pool before there is a loss."""
    shown = Shown()
    for role, count in BOUGHT.items():
        sandbox = scene.sandbox(role)
        drawn = await sandbox.payments.faucet(
            MONEY[role], idempotency_key=scene.key(f"money-{role}")
        )
        trade = await sandbox.market.buy(
            scene.known("listing"), count, idempotency_key=scene.key(f"buy-{role}")
        )
        shown.money.append(Moved(sender=FAUCET, recipient=role, amount=MONEY[role]))
        shown.money += moved_by(trade.division, buyer=role, seller=FARM, royalty_to=ESCROW)
        shown.entries += await scene.entries(role, [drawn.transaction, *trade.transactions])
        shown.measures["sold_cents"] = shown.measures.get("sold_cents", 0) + trade.division.price
    shown.refusals = [
        await scene.refused(
            SHOP,
            Text("Drawing on the pool without a frost", "Korvauksen haku ilman hallaa"),
            scene.sandbox(SHOP).items.transfer(
                scene.known("harvest"), scene.known("pool"), idempotency_key=scene.key("too-early")
            ),
            code="PoolLossUnknown",
        )
    ]
    shown.balances = await _balances(scene, scene.known("pool"))
    return shown


async def frost(scene: Scene) -> Shown:
    """A night of frost; the adviser inspects the field and reports the loss."""
    contract = await _attached(scene, ADVISER)
    reported = await scene.sandbox(ADVISER).contracts.send(
        contract, "reportLoss", [LOST], idempotency_key=scene.key("report")
    )
    return Shown(
        entries=await scene.entries(ADVISER, [reported]),
        facts=[
            Fact(
                label=Text("Lowest temperature", "Alin lämpötila"),
                value="−3,4 °C" if scene.language == "fi" else "−3.4 °C",
            ),
            Fact(label=Text("Boxes lost", "Menetettyjä laatikoita"), value=f"{LOST} / {BOXES}"),
        ],
        measures={"lost_boxes": LOST},
    )


async def payout(scene: Scene) -> Shown:
    """Both hand the lost part of their boxes in and are paid; nobody gets more than its part."""
    shown, address, harvest = Shown(), scene.known("pool"), scene.known("harvest")
    paid = 0
    for role, count in HANDED_IN.items():
        handed = await scene.sandbox(role).items.transfer(
            harvest, address, count, idempotency_key=scene.key(f"hand-in-{role}")
        )
        shown.money.append(Moved(sender=ESCROW, recipient=role, amount=count * PAY_PER_BOX))
        shown.entries += await scene.entries(role, handed.transactions)
        paid += count * PAY_PER_BOX
    shown.refusals = [
        await scene.refused(
            RESTAURANT,
            Text("Handing in a 37th box", "37. laatikon palautus"),
            scene.sandbox(RESTAURANT).items.transfer(
                harvest, address, idempotency_key=scene.key("hand-in-37")
            ),
            code="PoolAboveShare",
        )
    ]
    shown.measures["paid_out_cents"] = paid
    shown.balances = await _balances(scene, address)
    return shown


async def harvest(scene: Scene) -> Shown:
    """In September boxes are fetched: the shop is the farm's pickup point for the restaurant."""
    shown, item, handed = Shown(), scene.known("harvest"), 0
    farm, shop = scene.sandbox(FARM), scene.players[SHOP].did
    allowed = await farm.items.set_gate(item, shop, idempotency_key=scene.key("pickup-point"))
    shown.entries = await scene.entries(FARM, allowed.transactions)
    for role, gate in ((RESTAURANT, SHOP), (SHOP, FARM)):
        left = BOUGHT[role] - HANDED_IN[role]
        consent = await scene.sandbox(role).items.present(
            item, left, gate=scene.players[gate].did, idempotency_key=scene.key(f"present-{role}")
        )
        taken = await scene.sandbox(gate).items.redeem(
            consent.id, idempotency_key=scene.key(f"fetch-{role}")
        )
        shown.entries += await scene.entries(gate, taken.transactions)
        handed += left
        shown.facts.append(
            Fact(
                label=Text(scene.players[role].name, scene.players[role].name),
                value=Text(f"{left} boxes", f"{left} laatikkoa").render(scene.language),
            )
        )
    shown.measures["delivered_boxes"] = handed
    return shown


async def close(scene: Scene) -> Shown:
    """The season is over: what is left goes back to the keeper, as next year's capital."""
    closed = await scene.sandbox(POOL).contracts.send(
        scene.known("pool_contract"), "close", idempotency_key=scene.key("close")
    )
    return Shown(
        money=[Moved(sender=ESCROW, recipient=POOL, amount=LEFT)],
        balances=await _balances(scene, scene.known("pool")),
        entries=await scene.entries(POOL, [closed]),
    )


async def claims(scene: Scene) -> list[Claim]:
    """Boxes, loss and money, as the chain has them."""
    address, number = scene.known("pool"), int(scene.known("number"))
    lost = await scene.chain.call(address, "boxesLost()(uint256)")
    unpaid = await scene.chain.call(address, "boxesLeft()(uint256)")
    held = 0
    for player in scene.players.values():
        held += await scene.chain.call(
            "Items", "balanceOf(address,uint256)(uint256)", player.address, number
        )
    has = {role: await scene.chain.money(one.address) for role, one in scene.players.items()}
    return [
        Claim(
            name="loss_recorded",
            text=Text("60 lost boxes are on record.", "Menetetyiksi on kirjattu 60 laatikkoa."),
            expected=LOST,
            found=lost,
        ),
        Claim(
            name="loss_paid",
            text=Text("Every lost box is paid for.", "Jokainen menetetty laatikko on korvattu."),
            expected=0,
            found=unpaid,
        ),
        Claim(
            name="no_box_open",
            text=Text(
                "Every box was handed over or handed in.",
                "Jokainen laatikko on luovutettu tai korvattu.",
            ),
            expected=0,
            found=held,
        ),
        Claim(
            name="farm_paid",
            text=Text(
                "The farm has the sales less the pool's tenth and the platform's fee.",
                "Tilalla on myyntitulo; poolin kymmenesosa ja alustan palkkio on vähennetty.",
            ),
            expected=SALES - PREMIUM - FEE,
            found=has[FARM],
        ),
        *(
            Claim(
                name=f"{role}_compensated",
                text=text,
                expected=MONEY[role] - BOUGHT[role] * PRICE + HANDED_IN[role] * PAY_PER_BOX,
                found=has[role],
            )
            for role, text in (
                (
                    RESTAURANT,
                    Text(
                        "The restaurant was paid for 36 boxes.",
                        "Ravintola sai korvauksen 36 laatikosta.",
                    ),
                ),
                (
                    SHOP,
                    Text(
                        "The shop was paid for 24 boxes.",
                        "Kauppa sai korvauksen 24 laatikosta.",
                    ),
                ),
            )
        ),
        Claim(
            name="pool_empty",
            text=Text("Nothing is left in the pool.", "Pooliin ei jäänyt rahaa."),
            expected=0,
            found=await scene.chain.money(address),
        ),
        Claim(
            name="keeper_has_rest",
            text=Text(
                "The keeper has the rest of the pool back.", "Poolin loput ovat sen hoitajalla."
            ),
            expected=MONEY[POOL] - CAPITAL + LEFT,
            found=has[POOL],
        ),
    ]


async def unwind(scene: Scene) -> None:
    """Empty every pool of the run: as a season without frost, or with everybody's loss paid."""
    async for contract in scene.sandbox(POOL).contracts.list():
        if contract.address is not None and contract.name == "FrostPool":
            await _empty(scene, contract.id, contract.address)


async def _empty(scene: Scene, contract: str, address: str) -> None:
    if not await scene.chain.call(address, "lossKnown()(bool)"):
        await scene.sandbox(ADVISER).contracts.send(
            await _attached(scene, ADVISER, address),
            "reportLoss",
            [0],
            idempotency_key=scene.key("unwind-report"),
        )
    for role in BOUGHT:
        entitled = await scene.chain.call(
            address, "entitledOf(address)(uint256)", scene.players[role].address
        )
        if entitled:
            await scene.sandbox(role).items.transfer(
                scene.known("harvest"),
                address,
                entitled,
                idempotency_key=scene.key(f"unwind-{role}"),
            )
    await scene.sandbox(POOL).contracts.send(
        contract, "close", idempotency_key=scene.key("unwind-close")
    )


async def _attached(scene: Scene, role: str, address: str | None = None) -> str:
    """The pool as a contract that a role can call."""
    contract = await scene.sandbox(role).contracts.attach(
        address or scene.known("pool"),
        name="FrostPool",
        idempotency_key=scene.key(f"attach-{role}"),
    )
    return contract.id


async def _balances(scene: Scene, address: str) -> dict[str, int]:
    """Everybody's money, and what the pool holds."""
    return {**await scene.balances(), ESCROW: await scene.chain.money(address)}
