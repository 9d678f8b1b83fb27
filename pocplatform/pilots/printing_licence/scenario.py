"""A spare part's printing licence: ten prints, counted, each with its royalty to the designer.

A right to print is an item of which there can only ever be ten. The printing house buys rights for
a build and uses them up at the designer's gate when the build begins. So what is counted is prints
that were begun: a rejected one counts too.
"""

import hashlib

from pocplatform.client import InvoiceLine
from pocplatform.pilots.market_sales import moved_by
from pocplatform.pilots.story import FAUCET, Claim, Fact, Moved, Scene, Shown, Text

DESIGNER, PRINTER, SAWMILL = "designer", "printer", "sawmill"
RIGHTS = 10
ROYALTY = 1_200
"""Cents for the right to one print; the seller of a right pays the platform's fee of 1 %."""
PRICE = 6_800
"""Cents for a printed cover, without VAT."""
VAT_BPS = 2_550
ORDER_TOTAL = 85_340
"""Ten covers with VAT."""
ONE_COVER = 8_534
BUILD = 5
SAWMILL_MONEY = 100_000
GOOD = 9

DRAWING = (
    b"KL-4 rev C, bearing housing cover of a bark conveyor. PA12, laser sintered, layer 0.10 mm. "
    b"Diameter 182 mm, wall 4.0 mm, six holes 9.0 mm on a pitch circle of 160 mm +-0.3 mm."
)
"""Stands for the printable file, which never leaves the designer and the printing house."""
INSPECTION = (
    b"Build 2 of 5 covers KL-4 rev C, PA12. Part 3: pitch circle 161.1 mm, limit 160.3 mm, "
    b"rejected. Parts 1, 2, 4 and 5 within limits."
)

NAME = Text("Right to print: cover KL-4, rev C", "Tulostusoikeus: kansi KL-4, versio C")
DESCRIPTION = Text(
    "One print of the bearing housing cover KL-4 in PA12. Used up when the print begins, also if "
    "the part is rejected.",
    "Laakeripesän kannen KL-4 yksi tuloste, PA12. Oikeus kuluu, kun tulostus alkaa, myös silloin "
    "kun kappale hylätään.",
)
LINE = Text("Bearing housing cover KL-4, PA12", "Laakeripesän kansi KL-4, PA12")
NOTE = Text(
    "Prepayment of a new customer. What cannot be delivered is refunded.",
    "Uuden asiakkaan ennakkomaksu. Toimittamatta jäävä osuus palautetaan.",
)


async def licence(scene: Scene) -> Shown:
    """The designer creates ten rights, no more, and offers them at a fixed price."""
    sandbox = scene.sandbox(DESIGNER)
    fingerprint = hashlib.sha256(DRAWING).hexdigest()
    item = await sandbox.items.create(
        NAME.render(scene.language),
        description=f"{DESCRIPTION.render(scene.language)} SHA-256 {fingerprint}",
        cap=RIGHTS,
        idempotency_key=scene.key("licence"),
    )
    minted = await sandbox.items.mint(item.id, amount=RIGHTS, idempotency_key=scene.key("mint"))
    listing = await sandbox.market.sell(
        ROYALTY, item=item.id, amount=RIGHTS, idempotency_key=scene.key("listing")
    )
    return Shown(
        known={"item": item.id, "number": item.token_id, "listing": listing.id},
        entries=await scene.entries(
            DESIGNER, [*item.transactions, *minted.transactions, *listing.transactions]
        ),
        facts=[
            Fact(
                label=Text("Fingerprint of the drawing", "Piirustuksen tiiviste"),
                value=fingerprint,
            ),
            Fact(
                label=Text("Prints at most", "Tulosteita enintään"),
                value=str(RIGHTS),
            ),
        ],
    )


async def order(scene: Scene) -> Shown:
    """The sawmill orders ten covers and pays the printing house's invoice in advance."""
    sawmill, printer = scene.sandbox(SAWMILL), scene.sandbox(PRINTER)
    money = await sawmill.payments.faucet(SAWMILL_MONEY, idempotency_key=scene.key("money"))
    invoice = await printer.invoices.create(
        [
            InvoiceLine(
                description=LINE.render(scene.language),
                unit_price=PRICE,
                vat_rate_bps=VAT_BPS,
                quantity=str(RIGHTS),
            )
        ],
        payer=scene.players[SAWMILL].did,
        number="2026-118",
        note=NOTE.render(scene.language),
        idempotency_key=scene.key("invoice"),
    )
    paid = await sawmill.invoices.pay(invoice.id, idempotency_key=scene.key("pay"))
    return Shown(
        known={"invoice": invoice.id, "invoice_hash": invoice.invoice_hash},
        money=[
            Moved(sender=FAUCET, recipient=SAWMILL, amount=SAWMILL_MONEY),
            Moved(sender=SAWMILL, recipient=PRINTER, amount=paid.paid),
        ],
        balances=await scene.balances(),
        entries=await scene.entries(SAWMILL, [money.transaction, *paid.transactions]),
        measures={"order_cents": paid.paid},
        facts=[Fact(label=Text("Payment reference", "Maksun viite"), value=invoice.reference)],
    )


async def first_build(scene: Scene) -> Shown:
    """Five rights are bought and used up as the first build begins."""
    return await _build(scene, 1)


async def second_build(scene: Scene) -> Shown:
    """The other five; one part of this build is rejected at inspection."""
    shown = await _build(scene, 2)
    shown.measures["good_parts"] = GOOD
    shown.facts += [
        Fact(label=Text("Parts that passed", "Hyväksyttyjä kappaleita"), value=str(GOOD)),
        Fact(
            label=Text("Fingerprint of the inspection record", "Mittauspöytäkirjan tiiviste"),
            value=hashlib.sha256(INSPECTION).hexdigest(),
        ),
    ]
    return shown


async def eleventh_print(scene: Scene) -> Shown:
    """There is no eleventh right: not to buy, not to use, and not even for its creator to make."""
    printer, item = scene.sandbox(PRINTER), scene.known("item")
    refusals = [
        await scene.refused(
            PRINTER,
            Text("Buying an eleventh right", "Yhdennentoista oikeuden osto"),
            printer.market.buy(scene.known("listing"), idempotency_key=scene.key("buy-11")),
            code="order_filled",
        ),
        await scene.refused(
            PRINTER,
            Text("Printing without a right", "Tulostus ilman oikeutta"),
            printer.items.present(item, idempotency_key=scene.key("present-11")),
            code="item_terms_invalid",
        ),
        await scene.refused(
            DESIGNER,
            Text(
                "An eleventh right, made by the designer",
                "Yhdestoista oikeus, suunnittelijan luomana",
            ),
            scene.sandbox(DESIGNER).items.mint(item, idempotency_key=scene.key("mint-11")),
            code="ItemsCapExceeded",
        ),
    ]
    return Shown(refusals=refusals, measures={"refused_prints": len(refusals)})


async def refund(scene: Scene) -> Shown:
    """The printing house pays the price of one cover back, tied to the invoice."""
    refunded = await scene.sandbox(PRINTER).invoices.refund(
        scene.known("invoice"), ONE_COVER, idempotency_key=scene.key("refund")
    )
    return Shown(
        money=[Moved(sender=PRINTER, recipient=SAWMILL, amount=ONE_COVER)],
        balances=await scene.balances(),
        entries=await scene.entries(
            PRINTER, [one for one in refunded.transactions if one.function.startswith("refund")]
        ),
        measures={"refund_cents": refunded.refunded},
    )


async def count(scene: Scene) -> Shown:
    """Anybody counts the prints, past everybody's books."""
    _, cap, minted = await _supply(scene)
    used = await _used(scene)
    return Shown(
        facts=[
            Fact(label=Text("Rights that there can be", "Oikeuksia enintään"), value=str(cap)),
            Fact(label=Text("Rights created", "Oikeuksia luotu"), value=str(minted)),
            Fact(label=Text("Rights used up", "Oikeuksia käytetty"), value=str(used)),
        ],
        measures={"prints_counted": used},
    )


async def claims(scene: Scene) -> list[Claim]:
    """The count and the money, as the chain has them."""
    _, cap, minted = await _supply(scene)
    number = int(scene.known("number"))
    left = 0
    for role in (DESIGNER, PRINTER):
        left += await scene.chain.call(
            "Items", "balanceOf(address,uint256)(uint256)", scene.players[role].address, number
        )
    has = {role: await scene.chain.money(one.address) for role, one in scene.players.items()}
    return [
        Claim(
            name="ten_at_most",
            text=Text("Ten rights were created, of ten.", "Oikeuksia luotiin kymmenen kymmenestä."),
            expected=f"{RIGHTS}/{RIGHTS}",
            found=f"{minted}/{cap}",
        ),
        Claim(
            name="ten_used",
            text=Text("Ten prints were counted.", "Tulosteita laskettiin kymmenen."),
            expected=RIGHTS,
            found=await _used(scene),
        ),
        Claim(
            name="none_left",
            text=Text("Nobody has a right left.", "Kenelläkään ei ole oikeuksia jäljellä."),
            expected=0,
            found=left,
        ),
        Claim(
            name="designer_paid",
            text=Text(
                "The designer has ten royalties less the platform's fee of 1 %.",
                "Suunnittelijalla on kymmenen rojaltia; alustan 1 prosentin palkkio on vähennetty.",
            ),
            expected=RIGHTS * ROYALTY * 99 // 100,
            found=has[DESIGNER],
        ),
        Claim(
            name="printer_keeps",
            text=Text(
                "The printing house keeps the order less royalties and refund.",
                "Tulostamolle jää tilauksen hinta ilman rojalteja ja palautusta.",
            ),
            expected=ORDER_TOTAL - RIGHTS * ROYALTY - ONE_COVER,
            found=has[PRINTER],
        ),
        Claim(
            name="sawmill_paid_nine",
            text=Text("The sawmill has paid for nine covers.", "Saha maksoi yhdeksästä kannesta."),
            expected=SAWMILL_MONEY - GOOD * ONE_COVER,
            found=has[SAWMILL],
        ),
    ]


async def _build(scene: Scene, number: int) -> Shown:
    """Buy the rights of a build and use them up at the designer's gate."""
    printer, designer = scene.sandbox(PRINTER), scene.sandbox(DESIGNER)
    trade = await printer.market.buy(
        scene.known("listing"), BUILD, idempotency_key=scene.key(f"buy-{number}")
    )
    consent = await printer.items.present(
        scene.known("item"), BUILD, idempotency_key=scene.key(f"present-{number}")
    )
    used = await designer.items.redeem(consent.id, idempotency_key=scene.key(f"use-{number}"))
    return Shown(
        money=moved_by(trade.division, buyer=PRINTER, seller=DESIGNER),
        balances=await scene.balances(),
        entries=[
            *await scene.entries(PRINTER, trade.transactions),
            *await scene.entries(DESIGNER, used.transactions),
        ],
        measures={"royalty_cents": number * trade.division.price},
        facts=[
            Fact(
                label=Text("Prints counted so far", "Tulosteita laskettu tähän mennessä"),
                value=str(number * BUILD),
            )
        ],
    )


async def _supply(scene: Scene) -> tuple[bool, int, int]:
    found: tuple[bool, int, int] = await scene.chain.call(
        "Items", "supplyOf(uint256)(bool,uint32,uint32)", int(scene.known("number"))
    )
    return found


async def _used(scene: Scene) -> int:
    """How many rights were used up, summed from the contract's own logs."""
    topic = f"0x{int(scene.known('number')):064x}"
    logs = await scene.chain.logs(
        "Items", "ItemRedeemed(uint256,address,address,uint256,bytes32)", topic
    )
    return sum(int(log["data"][2:66], 16) for log in logs)
