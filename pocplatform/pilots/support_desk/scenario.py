"""A joinery pays a support desk by the minute: the chain counts the visit, a mandate caps it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from pocplatform.client.models import Transaction
from pocplatform.client.spaces import Presence
from pocplatform.client.statements import StatementLine
from pocplatform.pilots import joining, wording
from pocplatform.pilots.story import Claim, Fact, Moved, Scene, Shown, Text

DESK, CUSTOMER = "desk", "customer"
TEST_MONEY = 10_000
CENTS_PER_MINUTE = 120
MINUTES_PER_SECOND = 5
"""A second of the run stands for five minutes of the story."""
CAP = 2_400
DAY_S = 86_400
FIRST_AT_MOST = 1_800
"""So that the second visit has something of the cap left."""
CREDIT = 1_200
"""Ten minutes in which nobody was at the desk."""
CANCELLED = 3
"""``MandateState.Cancelled`` of the contract."""

_DESCRIPTION = Text(
    "Machine support in the virtual space: 1.20 tEUR a minute, at most 24.00 tEUR a day.",
    "Konetuki virtuaalitilassa: 1,20 tEUR minuutilta, enintään 24,00 tEUR vuorokaudessa.",
)
_DESK = Text("Support desk for woodworking machines", "Puuntyöstökoneiden tukipiste")


async def opening(scene: Scene) -> Shown:
    entries = await joining.identities(scene, DESK, CUSTOMER)
    credentials, anchored = await joining.business_ids(scene, DESK)
    space = await scene.sandbox(DESK).spaces.create(
        _DESK.render(scene.language),
        rule="invitation",
        capacity=2,
        idempotency_key=scene.key("space"),
    )
    verification = await scene.sandbox(CUSTOMER).credentials.verify(credentials[DESK].credential)
    return Shown(
        known={"space": space.id, "space_number": space.number},
        facts=[
            Fact(
                label=Text("Checks of the desk's credential", "Tukipisteen todistuksen kohdat"),
                value=f"{sum(one.ok for one in verification.checks)}/{len(verification.checks)}",
            )
        ],
        measures={"desk_is_genuine": int(verification.valid)},
        entries=[*entries, *anchored, *await scene.entries(DESK, space.transactions)],
    )


async def cap(scene: Scene) -> Shown:
    moved, entries = await joining.test_money(scene, CUSTOMER, TEST_MONEY)
    refusal = await scene.refused(
        CUSTOMER,
        Text("Entering the support space without an invitation", "Tukitilaan ilman kutsua"),
        scene.sandbox(CUSTOMER).spaces.enter(scene.known("space")),
        code="invitation_missing",
    )
    mandate = await scene.sandbox(CUSTOMER).mandates.create(
        scene.players[DESK].did,
        CAP,
        DAY_S,
        _DESCRIPTION.render(scene.language),
        idempotency_key=scene.key("mandate"),
    )
    return Shown(
        known={"mandate": mandate.id, "mandate_hash": mandate.mandate_hash},
        money=[moved],
        refusals=[refusal],
        balances=await scene.balances(),
        entries=[*entries, *await scene.entries(CUSTOMER, mandate.transactions)],
    )


async def first_call(scene: Scene) -> Shown:
    entered = await _called_in(scene, "first")
    await asyncio.sleep(1)
    left = await scene.sandbox(CUSTOMER).spaces.leave(
        scene.known("space"), idempotency_key=scene.key("leave-first")
    )
    minutes = await _minutes(scene, entered, left)
    # On a busy machine more time passes between two blocks than the story has: it is forgone.
    price = min(minutes * CENTS_PER_MINUTE, FIRST_AT_MOST)
    collected = await scene.sandbox(DESK).mandates.collect(
        scene.known("mandate"), price, idempotency_key=scene.key("collect-first")
    )
    return Shown(
        measures={"first_minutes": minutes, "first_cents": price},
        money=[Moved(sender=CUSTOMER, recipient=DESK, amount=price)],
        balances=await scene.balances(),
        facts=[Fact(label=_MINUTES, value=str(minutes))],
        entries=[
            *await scene.entries(CUSTOMER, [*entered.transactions, *left.transactions]),
            *await scene.entries(DESK, _collection(collected.transactions)),
        ],
    )


async def second_call(scene: Scene) -> Shown:
    entered = await _called_in(scene, "second")
    return Shown(
        known={"second_entry": entered.transactions[0].hash or ""},
        entries=await scene.entries(CUSTOMER, entered.transactions),
    )


async def over_the_cap(scene: Scene) -> Shown:
    desk = scene.sandbox(DESK)
    entry = await scene.chain.receipt(scene.known("second_entry"))
    assert entry is not None
    since = await _moment(scene, int(entry["blockNumber"], 16))
    left_of_cap = CAP - scene.measure("first_cents")
    wanted = left_of_cap // (CENTS_PER_MINUTE * MINUTES_PER_SECOND) + 1
    began = time.monotonic()

    async def is_over() -> bool:
        # The sandbox's clock may be ahead of this machine's; then this step's own time counts.
        by_clock = datetime.now(UTC).timestamp() - since
        return max(by_clock, time.monotonic() - began) >= wanted

    await scene.until(is_over)
    sent_out = await desk.spaces.expel(
        scene.known("space"), scene.players[CUSTOMER].did, idempotency_key=scene.key("expel")
    )
    block = sent_out.transactions[0].block
    assert block is not None
    minutes = (await _moment(scene, block) - since) * MINUTES_PER_SECOND
    price = minutes * CENTS_PER_MINUTE
    refusal = await scene.refused(
        DESK,
        Text("Collecting more than the cap of the day", "Päivän ylärajan ylittävä veloitus"),
        desk.mandates.collect(
            scene.known("mandate"), price, idempotency_key=scene.key("collect-too-much")
        ),
        code="mandate_amount_invalid",
    )
    collected = await desk.mandates.collect(
        scene.known("mandate"), left_of_cap, idempotency_key=scene.key("collect-second")
    )
    return Shown(
        measures={
            "second_minutes": minutes,
            "second_cents": left_of_cap,
            "not_collected_cents": price - left_of_cap,
            "collected_cents": scene.measure("first_cents") + left_of_cap,
            "refused_over_cap": 1,
        },
        refusals=[refusal],
        money=[Moved(sender=CUSTOMER, recipient=DESK, amount=left_of_cap)],
        balances=await scene.balances(),
        facts=[Fact(label=_MINUTES, value=str(minutes))],
        entries=await scene.entries(
            DESK, [*sent_out.transactions, *_collection(collected.transactions)]
        ),
    )


async def credit(scene: Scene) -> Shown:
    payment = await scene.sandbox(DESK).payments.transfer(
        scene.players[CUSTOMER].did, CREDIT, idempotency_key=scene.key("credit")
    )
    visits = [one async for one in scene.sandbox(DESK).spaces.visits(scene.known("space"))]
    return Shown(
        measures={"visits": len(visits), "credit_cents": CREDIT},
        money=[Moved(sender=DESK, recipient=CUSTOMER, amount=CREDIT)],
        balances=await scene.balances(),
        facts=[
            Fact(
                label=Text(f"Visit {one.number}", f"Käynti {one.number}"),
                value=f"{one.created:%H:%M:%S}–{one.left:%H:%M:%S}" if one.left else "–",
            )
            for one in reversed(visits)
        ],
        entries=await scene.entries(DESK, [payment.transaction]),
    )


async def statement(scene: Scene) -> Shown:
    mandate = await scene.sandbox(CUSTOMER).mandates.cancel(
        scene.known("mandate"), idempotency_key=scene.key("cancel")
    )
    lines, apart, facts = 0, 0, []
    for role in (CUSTOMER, DESK):
        # From the day before, since a run may go on past midnight, when the month ends too.
        first = datetime.now(UTC).date() - timedelta(days=1)
        own = await scene.sandbox(role).statements.get(first)
        lines += len(own.data)
        facts += [_line(scene, role, line) for line in reversed(own.data)]
        movements = sum(line.amount for line in own.data)
        on_chain = await scene.chain.money(scene.players[role].address)
        apart += abs(own.opening_balance + movements - own.closing_balance)
        apart += abs(own.closing_balance - on_chain)
    balances = await scene.balances()
    billed = scene.measure("first_cents") + scene.measure("second_cents")
    return Shown(
        measures={
            "statement_lines": lines,
            "statement_apart_cents": apart,
            "customer_paid_cents": TEST_MONEY - balances[CUSTOMER],
            "billed_apart_cents": abs(billed - CREDIT - balances[DESK]),
        },
        balances=balances,
        facts=facts,
        entries=await scene.entries(CUSTOMER, mandate.transactions[-1:]),
    )


async def claims(scene: Scene) -> list[Claim]:
    """Who has the money, that the mandate has ended, and that nobody is left in the space."""
    state, _, collected = await scene.chain.call(
        "Mandates", "mandateOf(bytes32)(uint8,uint256,uint256)", scene.known("mandate_hash")
    )
    number = int(scene.known("space_number"), 16)
    inside, visits = await scene.chain.call(
        "Spaces",
        "presenceOf(uint128,address)(uint40,uint32)",
        number,
        scene.players[CUSTOMER].address,
    )
    return [
        Claim(
            name="collected_up_to_the_cap",
            text=Text(
                "The desk collected 24.00 tEUR in the day, and not a cent more.",
                "Tukipiste veloitti päivässä 24,00 tEUR eikä senttiäkään enempää.",
            ),
            expected=CAP * 10_000,
            found=collected,
        ),
        Claim(
            name="desk_has_its_pay",
            text=Text(
                "After the credit the desk has 12.00 tEUR.",
                "Hyvityksen jälkeen tukipisteellä on 12,00 tEUR.",
            ),
            expected=CAP - CREDIT,
            found=await scene.chain.money(scene.players[DESK].address),
        ),
        Claim(
            name="customer_has_the_rest",
            text=Text(
                "The customer has 88.00 of its 100.00 tEUR.",
                "Asiakkaalla on 88,00 tEUR 100,00:sta.",
            ),
            expected=TEST_MONEY - CAP + CREDIT,
            found=await scene.chain.money(scene.players[CUSTOMER].address),
        ),
        Claim(
            name="mandate_has_ended",
            text=Text("The mandate has ended.", "Suoraveloitusvaltuutus on päättynyt."),
            expected=CANCELLED,
            found=state,
        ),
        Claim(
            name="two_visits_both_over",
            text=Text(
                "The customer came twice and is not inside any more.",
                "Asiakas kävi kahdesti eikä ole enää tilassa.",
            ),
            expected="0/2",
            found=f"{inside}/{visits}",
        ),
    ]


_MINUTES = Text("Minutes by the chain's clock", "Minuutteja lohkoketjun kellon mukaan")


_LINES = {
    "faucet": Text("test money", "testiraha"),
    "mandate": Text("collected by mandate", "suoraveloitus"),
    "payment": Text("credit", "hyvitys"),
}


def _line(scene: Scene, role: str, line: StatementLine) -> Fact:
    """A line of a statement, with whose account it is of and what it was for."""
    name, what = scene.players[role].name, _LINES[line.kind]
    value = wording.money(abs(line.amount)).render(scene.language)
    sign = "+" if line.amount > 0 else "−"
    return Fact(label=Text(f"{name}, {what.en}", f"{name}, {what.fi}"), value=f"{sign}{value}")


async def _called_in(scene: Scene, name: str) -> Presence:
    """Invite the customer to one visit, and let it in."""
    await scene.sandbox(DESK).spaces.invite(
        scene.known("space"),
        scene.players[CUSTOMER].did,
        idempotency_key=scene.key(f"invite-{name}"),
    )
    return await scene.sandbox(CUSTOMER).spaces.enter(
        scene.known("space"), idempotency_key=scene.key(f"enter-{name}")
    )


async def _minutes(scene: Scene, entered: Presence, left: Presence) -> int:
    """Minutes of the story between two blocks."""
    first, last = entered.transactions[0].block, left.transactions[0].block
    assert first is not None
    assert last is not None
    return (await _moment(scene, last) - await _moment(scene, first)) * MINUTES_PER_SECOND


async def _moment(scene: Scene, block: int) -> int:
    """The time of a block, in seconds since 1970."""
    return int((await scene.chain.block(block))["timestamp"], 16)


def _collection(transactions: list[Transaction]) -> list[Transaction]:
    """The newest of a mandate's transactions: the collection that was just made."""
    return transactions[-1:]
