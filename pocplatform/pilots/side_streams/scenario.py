"""A marketplace of side streams: sample, offers, trial load, batch sale, quality dispute.

A planing mill has cutter shavings to sell, a maker of animal bedding needs something in place of
peat. A lot is an item, one for each loose cubic metre, so that no more is sold than lies in the
heap. The batch itself is an agreement with escrow, whose arbiter is the laboratory.
"""

from pocplatform.client import InvoiceLine, MilestoneTerms, NamedDocument, PartyTerms
from pocplatform.pilots import wording
from pocplatform.pilots.market_sales import moved_by
from pocplatform.pilots.side_streams import texts
from pocplatform.pilots.side_streams.claims import claims as claims
from pocplatform.pilots.side_streams.terms import (
    ANALYSIS,
    ASKED,
    BEDDING,
    BEDDING_MONEY,
    COMMISSION_BPS,
    LAB,
    LOAD,
    LOAD_PRICE,
    LOT,
    LOWER,
    MILL,
    MILL_MONEY,
    MILL_SHARE,
    OFFERED,
    OPERATOR,
    REFUND,
    RIVAL,
    RIVAL_MONEY,
    SELLER_BPS,
    SHARED,
    TRIAL,
    VAT_BPS,
)
from pocplatform.pilots.story import (
    ESCROW,
    FAUCET,
    Entry,
    Fact,
    Moved,
    Scene,
    Shown,
    Text,
)

REPORT = b"Sample 1 of lot 2026-47: moisture 12.4 %, fines below 1 mm 3.1 %, no glue, no bark."
WET_REPORT = b"Load 2 of lot 2026-47: moisture 24.0 %, limit 15 %. Fines 3.4 %. No mould."
SLIP = b"Weighbridge 14.11.2026: 90 loose cubic metres, 9 720 kg, moisture by meter 13 %."


async def lot(scene: Scene) -> Shown:
    """The mill enters its heap and asks a price; the marketplace's commission belongs to it."""
    mill = scene.sandbox(MILL)
    money = await mill.payments.faucet(MILL_MONEY, idempotency_key=scene.key("mill-money"))
    heap = await mill.items.create(
        texts.LOT.render(scene.language),
        description=texts.LOT_DESCRIPTION.render(scene.language),
        cap=LOT,
        royalty_bps=COMMISSION_BPS,
        royalty_receiver=scene.players[OPERATOR].did,
        idempotency_key=scene.key("lot"),
    )
    minted = await mill.items.mint(heap.id, amount=TRIAL, idempotency_key=scene.key("trial-lot"))
    listing = await mill.market.sell(
        ASKED, item=heap.id, amount=TRIAL, idempotency_key=scene.key("listing")
    )
    writes = [money.transaction, *heap.transactions, *minted.transactions, *listing.transactions]
    return Shown(
        known={"lot": heap.id, "number": heap.token_id, "listing": listing.id},
        money=[Moved(sender=FAUCET, recipient=MILL, amount=MILL_MONEY)],
        balances=await scene.balances(),
        entries=await scene.entries(MILL, writes),
        facts=[
            Fact(label=texts.IN_HEAP, value=f"{LOT} i-m³"),
            Fact(
                label=texts.ASKED_PRICE,
                value=wording.filled(texts.PRICE, price=wording.money(ASKED)).render(
                    scene.language
                ),
            ),
        ],
    )


async def sample(scene: Scene) -> Shown:
    """A sample goes to the laboratory by a voucher; it is used up, and the analysis is paid."""
    mill, lab = scene.sandbox(MILL), scene.sandbox(LAB)
    bag = await mill.items.create(
        texts.SAMPLE.render(scene.language),
        cap=3,
        transferable=False,
        idempotency_key=scene.key("sample"),
    )
    voucher = await mill.item_vouchers.issue(
        bag.id, scene.players[LAB].did, idempotency_key=scene.key("voucher")
    )
    taken = await lab.item_vouchers.redeem(voucher.id, idempotency_key=scene.key("take-sample"))
    used = await lab.items.burn(bag.id, idempotency_key=scene.key("use-sample"))
    invoice = await lab.invoices.create(
        [
            InvoiceLine(
                description=texts.ANALYSIS_LINE.render(scene.language),
                unit_price=ANALYSIS,
                vat_rate_bps=VAT_BPS,
            )
        ],
        payer=scene.players[MILL].did,
        number="A-4471",
        idempotency_key=scene.key("analysis"),
    )
    paid = await mill.invoices.pay(invoice.id, idempotency_key=scene.key("pay-analysis"))
    return Shown(
        known={"sample": bag.id},
        money=[Moved(sender=MILL, recipient=LAB, amount=paid.paid)],
        balances=await scene.balances(),
        entries=[
            *await scene.entries(MILL, [*bag.transactions, *paid.transactions]),
            *await scene.entries(LAB, [*taken.transactions, *used.transactions]),
        ],
        facts=[
            Fact(label=texts.MOISTURE, value="12,4 %" if scene.language == "fi" else "12.4 %"),
            Fact(label=texts.FINES, value="3,1 %" if scene.language == "fi" else "3.1 %"),
            Fact(
                label=texts.REPORT_HASH,
                value=NamedDocument.of("report-A-4471.pdf", REPORT).sha256,
            ),
        ],
    )


async def offers(scene: Scene) -> Shown:
    """Two buyers offer for the trial load; each must have the money for it."""
    shown = Shown()
    for role, money, price in ((BEDDING, BEDDING_MONEY, OFFERED), (RIVAL, RIVAL_MONEY, LOWER)):
        sandbox = scene.sandbox(role)
        drawn = await sandbox.payments.faucet(money, idempotency_key=scene.key(f"money-{role}"))
        offer = await sandbox.market.offer(
            price,
            item=scene.known("lot"),
            amount=TRIAL,
            idempotency_key=scene.key(f"offer-{role}"),
        )
        shown.known[f"offer_{role}"] = offer.id
        shown.money.append(Moved(sender=FAUCET, recipient=role, amount=money))
        shown.entries += await scene.entries(role, [drawn.transaction, *offer.transactions])
        shown.facts.append(
            Fact(
                label=Text(scene.players[role].name, scene.players[role].name),
                value=wording.filled(texts.PRICE, price=wording.money(price)).render(
                    scene.language
                ),
            )
        )
    shown.measures["offers"] = len(shown.known)
    shown.balances = await scene.balances()
    return shown


async def trial_load(scene: Scene) -> Shown:
    """The mill takes the better offer: goods, price and commission change hands at once."""
    mill, rival = scene.sandbox(MILL), scene.sandbox(RIVAL)
    trade = await mill.market.accept(
        scene.known(f"offer_{BEDDING}"), TRIAL, idempotency_key=scene.key("accept")
    )
    over = await mill.market.cancel(
        scene.known("listing"), idempotency_key=scene.key("cancel-listing")
    )
    gone = await rival.market.cancel(
        scene.known(f"offer_{RIVAL}"), idempotency_key=scene.key("cancel-offer")
    )
    return Shown(
        money=moved_by(trade.division, buyer=BEDDING, seller=MILL, royalty_to=OPERATOR),
        balances=await scene.balances(),
        entries=[
            *await scene.entries(MILL, [*trade.transactions, *over.transactions]),
            *await scene.entries(RIVAL, gone.transactions),
        ],
        measures={"trial_commission_cents": trade.division.royalty},
    )


async def agreement(scene: Scene) -> Shown:
    """Two loads are agreed on and signed by both; the agreement comes into force."""
    operator, bedding, mill = (scene.sandbox(role) for role in (OPERATOR, BEDDING, MILL))
    recording = await operator.recordings.start(
        texts.RECORDING.render(scene.language), idempotency_key=scene.key("recording")
    )
    split = await operator.splits.create(
        texts.SPLIT.render(scene.language),
        {
            scene.players[MILL].did: 10_000 - COMMISSION_BPS,
            scene.players[OPERATOR].did: COMMISSION_BPS,
        },
        idempotency_key=scene.key("split"),
    )
    draft = await bedding.agreements.create(
        texts.AGREEMENT.render(scene.language),
        texts.DOCUMENT.render(
            scene.language,
            buyer=f"{scene.players[BEDDING].name} ({scene.players[BEDDING].business_id})",
            seller=f"{scene.players[MILL].name} ({scene.players[MILL].business_id})",
            laboratory=scene.players[LAB].name,
        ),
        [
            PartyTerms(who=scene.players[BEDDING].did, role="client"),
            PartyTerms(who=scene.players[MILL].did, role="provider"),
        ],
        [
            MilestoneTerms(
                title=title.render(scene.language),
                amount=LOAD_PRICE,
                payer=0,
                provider=1,
                payee=split.account,
                review_window_s=3 * 86_400,
            )
            for title in texts.LOADS
        ],
        arbiter=scene.players[LAB].did,
        idempotency_key=scene.key("draft"),
    )
    await bedding.agreements.sign(draft.id, idempotency_key=scene.key("sign-bedding"))
    await mill.agreements.sign(draft.id, idempotency_key=scene.key("sign-mill"))
    active = await mill.agreements.activate(draft.id, idempotency_key=scene.key("activate"))
    shown = await scene.agreement(active, MILL, "activate")
    shown.entries = [*await scene.entries(OPERATOR, split.transactions), *shown.entries]
    shown.known |= {
        "split": split.id,
        "split_account": split.account,
        "recording": recording.id,
    }
    return shown


async def escrow(scene: Scene) -> Shown:
    """The buyer pays both loads into escrow before the mill loads its lorry."""
    funded = await scene.sandbox(BEDDING).agreements.fund(
        scene.known("agreement"), idempotency_key=scene.key("fund")
    )
    shown = await scene.agreement(funded, BEDDING, "fund")
    shown.money = [Moved(sender=BEDDING, recipient=ESCROW, amount=2 * LOAD_PRICE)]
    return shown


async def first_load(scene: Scene) -> Shown:
    """The first load is dry, and is accepted; the cubic metres become the buyer's."""
    bedding, mill, id_ = scene.sandbox(BEDDING), scene.sandbox(MILL), scene.known("agreement")
    delivered = await mill.agreements.deliver(
        id_,
        0,
        texts.FIRST_EVIDENCE.render(scene.language),
        documents=[NamedDocument.of("weighbridge-1.pdf", SLIP)],
        idempotency_key=scene.key("deliver-1"),
    )
    accepted = await bedding.agreements.accept(id_, 0, idempotency_key=scene.key("accept-1"))
    first = await scene.agreement(delivered, MILL, "deliver")
    shown = await scene.agreement(accepted, BEDDING, "accept")
    shown.entries = [*first.entries, *shown.entries, *await _hand_over(scene, 1)]
    await _count_shared(scene, shown)
    return shown


async def second_load(scene: Scene) -> Shown:
    """The second load has stood in the rain; the buyer measures it and disputes the delivery."""
    bedding, mill, id_ = scene.sandbox(BEDDING), scene.sandbox(MILL), scene.known("agreement")
    delivered = await mill.agreements.deliver(
        id_, 1, texts.SECOND_EVIDENCE.render(scene.language), idempotency_key=scene.key("deliver-2")
    )
    disputed = await bedding.agreements.dispute(
        id_,
        1,
        texts.REASON.render(scene.language),
        documents=[NamedDocument.of("load-2-meter.txt", WET_REPORT)],
        idempotency_key=scene.key("dispute"),
    )
    first = await scene.agreement(delivered, MILL, "deliver")
    shown = await scene.agreement(disputed, BEDDING, "dispute")
    shown.entries = [*first.entries, *shown.entries]
    await _count_shared(scene, shown)
    shown.facts = [
        Fact(label=texts.MOISTURE_LIMIT, value="15 %"),
        Fact(label=texts.MOISTURE, value="24 %"),
    ]
    shown.measures["disputed_cents"] = LOAD_PRICE
    return shown


async def ruling(scene: Scene) -> Shown:
    """The laboratory divides the price of the wet load; nobody sells what is not in the heap."""
    id_ = scene.known("agreement")
    resolved = await scene.sandbox(LAB).agreements.resolve(
        id_, 1, SELLER_BPS, texts.RULING.render(scene.language), idempotency_key=scene.key("ruling")
    )
    shown = await scene.agreement(resolved, LAB, "resolve")
    shown.entries += await _hand_over(scene, 2)
    await _count_shared(scene, shown)
    shown.money = [Moved(sender=ESCROW, recipient=BEDDING, amount=REFUND)]
    shown.refusals = [
        await scene.refused(
            MILL,
            Text("Selling a 201st cubic metre", "201. irtokuution myynti"),
            scene.sandbox(MILL).items.mint(scene.known("lot"), idempotency_key=scene.key("over")),
            code="ItemsCapExceeded",
        )
    ]
    shown.measures["refund_cents"] = resolved.milestones[1].payer_amount
    return shown


async def share_out(scene: Scene) -> Shown:
    """What came out of escrow is divided by fixed shares; developers get the steps as a program."""
    operator = scene.sandbox(OPERATOR)
    split = await operator.splits.distribute(
        scene.known("split"), idempotency_key=scene.key("distribute")
    )
    recording = await operator.recordings.get(scene.known("recording"))
    if recording.state == "running":
        recording = await operator.recordings.stop(recording.id)
    program = await operator.recordings.export(recording.id, "python")
    done = [one for one in split.transactions if one.function.startswith("distribute")]
    return Shown(
        money=[
            Moved(sender=ESCROW, recipient=MILL, amount=MILL_SHARE),
            Moved(sender=ESCROW, recipient=OPERATOR, amount=SHARED - MILL_SHARE),
        ],
        balances=await scene.balances(scene.known("agreement")),
        entries=await scene.entries(OPERATOR, done),
        measures={"shared_cents": split.distributed, "recorded_steps": recording.steps},
        facts=[
            Fact(label=texts.RECORDED, value=str(recording.steps)),
            Fact(label=texts.PROGRAM_LINES, value=str(len(program.splitlines()))),
        ],
    )


async def unwind(scene: Scene) -> None:
    """Divide what lies on the account of the shares; the agreement itself ends the general way."""
    try:
        account = scene.known("split_account")
    except KeyError:
        return
    if await scene.chain.money(account):
        await scene.sandbox(OPERATOR).splits.distribute(
            scene.known("split"), idempotency_key=scene.key("unwind-distribute")
        )


async def _count_shared(scene: Scene, shown: Shown) -> None:
    """Money on the account of the shares is held by a contract too, as that in escrow is."""
    shown.balances[ESCROW] += await scene.chain.money(scene.known("split_account"))


async def _hand_over(scene: Scene, load: int) -> list[Entry]:
    """The cubic metres of a load become the buyer's."""
    minted = await scene.sandbox(MILL).items.mint(
        scene.known("lot"),
        scene.players[BEDDING].did,
        LOAD,
        idempotency_key=scene.key(f"hand-over-{load}"),
    )
    return await scene.entries(MILL, minted.transactions)
