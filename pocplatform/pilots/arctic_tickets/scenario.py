"""An arctic evening: tickets with a resale cap, a storm, refunds, a foreign agency's group.

The public tickets are sold by a contract of the pilot's own (``TicketDesk.sol``), which holds the
money until the evening has been held. The agency's group goes by an invoice with VAT and by
vouchers, as the trade does it.
"""

import hashlib
from pathlib import Path

from pocplatform.client import InvoiceLine
from pocplatform.client.models import Transaction
from pocplatform.pilots import wording
from pocplatform.pilots.arctic_tickets import texts
from pocplatform.pilots.arctic_tickets.claims import claims as claims
from pocplatform.pilots.arctic_tickets.terms import (
    AGENCY,
    BOUGHT,
    BUS,
    CAFE,
    CALL_OFF_BUS,
    DIFFERENCE,
    DINNER,
    DINNERS,
    FOOD_AND_TRAVEL_BPS,
    GROUP,
    GROUP_REFUND,
    HIGHEST,
    KITCHEN,
    MONEY,
    OFFICE,
    ORGANISER,
    PRICE,
    RESALE_BPS,
    RESALE_PRICE,
    RESOLD,
    SEATS,
    TOO_DEAR,
    TOUR,
    TRANSFER,
)
from pocplatform.pilots.chain_reader import UNITS_PER_CENT
from pocplatform.pilots.own_contracts import compared
from pocplatform.pilots.story import ESCROW, FAUCET, Fact, Moved, Scene, Shown, Text

SOURCE = Path(__file__).with_name("TicketDesk.sol")
_MONTH_S = 30 * 86_400


async def desk(scene: Scene) -> Shown:
    """The organiser puts its ticket desk on the chain, with price, seats and highest resale."""
    sandbox = scene.sandbox(ORGANISER)
    money = await sandbox.payments.faucet(
        MONEY[ORGANISER], idempotency_key=scene.key(f"money-{ORGANISER}")
    )
    compiled = await sandbox.contracts.compile(
        {SOURCE.name: SOURCE.read_text(encoding="utf-8")}, idempotency_key=scene.key("compile")
    )
    chain = await sandbox.chain.get()
    now = int((await scene.chain.block())["timestamp"], 16)
    programme = texts.PROGRAMME.render(scene.language)
    contract = await sandbox.contracts.deploy(
        compiled.id,
        "TicketDesk",
        {
            "euro_": chain.address_of("PilotEuro"),
            "tickets_": chain.address_of("Items"),
            "price_": PRICE * UNITS_PER_CENT,
            "seats_": SEATS,
            "resaleBps": RESALE_BPS,
            "departsAt_": (now // _MONTH_S + 2) * _MONTH_S,
            "descriptionHash": hashlib.sha256(programme.encode()).digest(),
        },
        idempotency_key=scene.key("deploy"),
    )
    verified = await sandbox.contracts.verify(contract.id, idempotency_key=scene.key("verify"))
    address = contract.address or ""
    ticket = await scene.chain.call(address, "ticket()(uint256)")
    return Shown(
        known={"desk": address, "desk_contract": contract.id, "ticket": str(ticket)},
        money=[Moved(sender=FAUCET, recipient=ORGANISER, amount=MONEY[ORGANISER])],
        balances=await _balances(scene, address),
        entries=await scene.entries(ORGANISER, [money.transaction, contract.transaction]),
        facts=[
            Fact(label=texts.SEATS, value=str(SEATS)),
            Fact(label=texts.TICKET_PRICE, value=wording.money(PRICE).render(scene.language)),
            Fact(label=texts.HIGHEST_PRICE, value=wording.money(HIGHEST).render(scene.language)),
            Fact(label=texts.SOURCE, value=compared(verified).render(scene.language)),
        ],
    )


async def tickets(scene: Scene) -> Shown:
    """An office buys six tickets; the money stays at the desk until the evening is held."""
    money = await scene.sandbox(OFFICE).payments.faucet(
        MONEY[OFFICE], idempotency_key=scene.key(f"money-{OFFICE}")
    )
    allowed = await _allow(scene, OFFICE, BOUGHT * PRICE)
    bought = await _at_desk(scene, OFFICE, "buy", [BOUGHT])
    return Shown(
        money=[
            Moved(sender=FAUCET, recipient=OFFICE, amount=MONEY[OFFICE]),
            Moved(sender=OFFICE, recipient=ESCROW, amount=BOUGHT * PRICE),
        ],
        balances=await _balances(scene, scene.known("desk")),
        entries=await scene.entries(OFFICE, [money.transaction, allowed, bought]),
        measures={"tickets_sold": BOUGHT},
    )


async def resale(scene: Scene) -> Shown:
    """Two colleagues fall ill: their tickets are resold, but not above the highest price."""
    office, address = scene.sandbox(OFFICE), scene.known("desk")
    chain = await office.chain.get()
    items = await office.contracts.attach(
        chain.address_of("Items"), name="Items", idempotency_key=scene.key("attach-items")
    )
    refusals = [
        await scene.refused(
            OFFICE,
            Text("Asking 180.00 tEUR for a ticket", "180,00 tEUR:n pyynti lipusta"),
            _at_desk(scene, OFFICE, "offer", [RESOLD, TOO_DEAR * UNITS_PER_CENT], "too-dear"),
            code="DeskAboveHighestPrice",
        ),
        await scene.refused(
            OFFICE,
            Text("Passing a ticket on past the desk", "Lipun luovutus lippukassan ohi"),
            office.contracts.send(
                items.id,
                "safeTransferFrom",
                [
                    scene.players[OFFICE].address,
                    scene.players[CAFE].address,
                    int(scene.known("ticket")),
                    1,
                    b"",
                ],
                idempotency_key=scene.key("past-the-desk"),
            ),
            code="ItemsSoulbound",
        ),
    ]
    approved = await office.contracts.send(
        items.id, "setApprovalForAll", [address, True], idempotency_key=scene.key("approve-desk")
    )
    unit = RESALE_PRICE * UNITS_PER_CENT
    offered = await _at_desk(scene, OFFICE, "offer", [RESOLD, unit], "resell")
    money = await scene.sandbox(CAFE).payments.faucet(
        MONEY[CAFE], idempotency_key=scene.key(f"money-{CAFE}")
    )
    allowed = await _allow(scene, CAFE, RESOLD * RESALE_PRICE)
    holder = scene.players[OFFICE].address
    taken = await _at_desk(scene, CAFE, "take", [holder, RESOLD, unit])
    return Shown(
        refusals=refusals,
        money=[
            Moved(sender=FAUCET, recipient=CAFE, amount=MONEY[CAFE]),
            Moved(sender=CAFE, recipient=OFFICE, amount=RESOLD * RESALE_PRICE),
        ],
        balances=await _balances(scene, address),
        entries=[
            *await scene.entries(OFFICE, [approved, offered]),
            *await scene.entries(CAFE, [money.transaction, allowed, taken]),
        ],
        measures={"dearest_resale_cents": RESALE_PRICE},
    )


async def group(scene: Scene) -> Shown:
    """The agency pays one invoice for its group, and gets a voucher for its places."""
    organiser, agency = scene.sandbox(ORGANISER), scene.sandbox(AGENCY)
    money = await agency.payments.faucet(
        MONEY[AGENCY], idempotency_key=scene.key(f"money-{AGENCY}")
    )
    places = await organiser.items.create(
        texts.GROUP_PLACE.render(scene.language),
        kind="ticket",
        cap=GROUP,
        transferable=False,
        idempotency_key=scene.key("group-places"),
    )
    invoice = await organiser.invoices.create(
        [
            InvoiceLine(
                description=text.render(scene.language),
                unit_price=price,
                vat_rate_bps=vat,
                quantity=str(GROUP),
            )
            for text, price, vat in (
                (texts.TOUR_LINE, TOUR, 0),
                (texts.DINNER_LINE, DINNER, FOOD_AND_TRAVEL_BPS),
                (texts.TRANSFER_LINE, TRANSFER, FOOD_AND_TRAVEL_BPS),
            )
        ],
        payer=scene.players[AGENCY].did,
        number="2026-341",
        note=texts.INVOICE_NOTE.render(scene.language),
        idempotency_key=scene.key("group-invoice"),
    )
    paid = await agency.invoices.pay(invoice.id, idempotency_key=scene.key("pay-group"))
    voucher = await organiser.item_vouchers.issue(
        places.id, scene.players[AGENCY].did, GROUP, idempotency_key=scene.key("voucher")
    )
    fetched = await agency.item_vouchers.redeem(voucher.id, idempotency_key=scene.key("fetch"))
    return Shown(
        known={"invoice": invoice.id, "places": places.id},
        money=[
            Moved(sender=FAUCET, recipient=AGENCY, amount=MONEY[AGENCY]),
            Moved(sender=AGENCY, recipient=ORGANISER, amount=paid.paid),
        ],
        balances=await _balances(scene, scene.known("desk")),
        entries=[
            *await scene.entries(ORGANISER, places.transactions),
            *await scene.entries(
                AGENCY, [money.transaction, *paid.transactions, *fetched.transactions]
            ),
        ],
        measures={"group_invoice_cents": invoice.total},
        facts=[
            Fact(
                label=texts.VAT_OF_INVOICE, value=wording.money(invoice.vat).render(scene.language)
            ),
            Fact(label=texts.REFERENCE, value=invoice.reference),
        ],
    )


async def storm(scene: Scene) -> Shown:
    """A storm warning: the organiser calls the evening off, and nobody can buy any more."""
    cancelled = await scene.sandbox(ORGANISER).contracts.send(
        scene.known("desk_contract"), "cancel", idempotency_key=scene.key("cancel")
    )
    return Shown(
        entries=await scene.entries(ORGANISER, [cancelled]),
        facts=[Fact(label=texts.WIND, value="23 m/s")],
        refusals=[
            await scene.refused(
                CAFE,
                Text("Buying a ticket after the cancellation", "Lipun osto perumisen jälkeen"),
                _at_desk(scene, CAFE, "buy", [1], "buy-late"),
                code="DeskCancelled",
            )
        ],
    )


async def refunds(scene: Scene) -> Shown:
    """Whoever holds tickets takes the price back from the desk, once."""
    shown = Shown()
    for role, held in ((OFFICE, BOUGHT - RESOLD), (CAFE, RESOLD)):
        done = await _at_desk(scene, role, "refund", [])
        shown.entries += await scene.entries(role, [done])
        shown.money.append(Moved(sender=ESCROW, recipient=role, amount=held * PRICE))
    shown.refusals = [
        await scene.refused(
            OFFICE,
            Text("Taking the refund a second time", "Palautuksen nosto toiseen kertaan"),
            _at_desk(scene, OFFICE, "refund", [], "refund-again"),
            code="DeskNothingToRefund",
        )
    ]
    shown.balances = await _balances(scene, scene.known("desk"))
    shown.measures["refunded_cents"] = sum(moved.amount for moved in shown.money)
    return shown


async def group_refund(scene: Scene) -> Shown:
    """The agency gets tour and transfer back, with VAT; its dinner was served."""
    refunded = await scene.sandbox(ORGANISER).invoices.refund(
        scene.known("invoice"), GROUP_REFUND, idempotency_key=scene.key("group-refund")
    )
    done = [one for one in refunded.transactions if one.function.startswith("refund")]
    return Shown(
        money=[Moved(sender=ORGANISER, recipient=AGENCY, amount=GROUP_REFUND)],
        balances=await _balances(scene, scene.known("desk")),
        entries=await scene.entries(ORGANISER, done),
        measures={"group_refund_cents": refunded.refunded},
    )


async def settling_up(scene: Scene) -> Shown:
    """One batch pays the bus, the kitchen, and what the café had paid above the ticket's price."""
    amounts = {BUS: CALL_OFF_BUS, KITCHEN: DINNERS, CAFE: DIFFERENCE}
    organiser = scene.sandbox(ORGANISER)
    payout = await organiser.payouts.create(
        {scene.players[role].did: amount for role, amount in amounts.items()},
        idempotency_key=scene.key("payout"),
    )
    writes = [
        await organiser.transactions.get(item.transaction)
        for item in payout.items or []
        if item.transaction is not None
    ]
    return Shown(
        money=[
            Moved(sender=ORGANISER, recipient=role, amount=amount)
            for role, amount in amounts.items()
        ],
        balances=await _balances(scene, scene.known("desk")),
        entries=await scene.entries(ORGANISER, writes),
        measures={"settled_cents": payout.paid},
    )


async def unwind(scene: Scene) -> None:
    """Call the departure off and have every ticket paid back."""
    try:
        address = scene.known("desk")
    except KeyError:
        return
    if not await scene.chain.call(address, "cancelled()(bool)"):
        await scene.sandbox(ORGANISER).contracts.send(
            scene.known("desk_contract"), "cancel", idempotency_key=scene.key("unwind-cancel")
        )
    for role in (OFFICE, CAFE):
        who = scene.players[role].address
        held = await scene.chain.call(
            "Items", "balanceOf(address,uint256)(uint256)", who, int(scene.known("ticket"))
        )
        if held and not await scene.chain.call(address, "refunded(address)(bool)", who):
            await _at_desk(scene, role, "refund", [], f"unwind-{role}")


async def _at_desk(
    scene: Scene, role: str, function: str, arguments: list[object], name: str | None = None
) -> Transaction:
    """A function of the desk, called by a role."""
    sandbox = scene.sandbox(role)
    contract = await sandbox.contracts.attach(
        scene.known("desk"), name="TicketDesk", idempotency_key=scene.key(f"attach-desk-{role}")
    )
    return await sandbox.contracts.send(
        contract.id, function, arguments, idempotency_key=scene.key(name or f"{function}-{role}")
    )


async def _allow(scene: Scene, role: str, cents: int) -> Transaction:
    """Let the desk take so much from a role's account."""
    sandbox = scene.sandbox(role)
    chain = await sandbox.chain.get()
    euro = await sandbox.contracts.attach(
        chain.address_of("PilotEuro"),
        name="PilotEuro",
        idempotency_key=scene.key(f"attach-euro-{role}"),
    )
    return await sandbox.contracts.send(
        euro.id,
        "approve",
        [scene.known("desk"), cents * UNITS_PER_CENT],
        idempotency_key=scene.key(f"allow-{role}"),
    )


async def _balances(scene: Scene, address: str) -> dict[str, int]:
    """Everybody's money, and what the desk holds."""
    return {**await scene.balances(), ESCROW: await scene.chain.money(address)}
