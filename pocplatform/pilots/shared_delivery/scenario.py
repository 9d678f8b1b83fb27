"""The steps of the shared delivery: one lorry, two shippers, two receivers.

The freight waits in ``SharedDelivery.sol``, which the carrier puts on the chain; the tour is in
:mod:`.tour`.
"""

import hashlib
from pathlib import Path

from pocplatform.client import BatchWrite
from pocplatform.pilots.shared_delivery import texts
from pocplatform.pilots.shared_delivery.tour import (
    ALONE_KM,
    DROPS,
    FURNITURE,
    MOST_BPS,
    PER_HOUR_BPS,
    SHARED_KM,
    WINDOWS,
    Drop,
    clock,
)
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Fact, Moved, Scene, Shown
from pocplatform.pilots.wording import filled, money

CARRIER, TERMINAL = "carrier", "terminal"
TEST_MONEY = 60_000
HANDLING, REBATE = 9_000, 2_000
"""The terminal's work, and what the carrier gives each shipper back for a full lorry; cents."""
STOCK_SYSTEM = "https://stock.example.com/deliveries"
"""Where the furniture maker's stock system would be told; nothing is sent there."""
UNITS_PER_CENT = 10_000
_SOURCE = Path(__file__).parent / "SharedDelivery.sol"
_SETTLED = 4
_MONEY_CAME = "payment.received"
_DROP = "dropOf(uint256)((address,address,uint128,uint16,uint16,uint16,uint8))"


async def tender(scene: Scene) -> Shown:
    """The carrier puts the rule of freight and lateness on the chain."""
    carrier = scene.sandbox(CARRIER)
    compiled = await carrier.contracts.compile(
        {_SOURCE.name: _SOURCE.read_text(encoding="utf-8")}, idempotency_key=scene.key("compile")
    )
    deployed = await carrier.contracts.deploy(
        compiled.id,
        "SharedDelivery",
        {
            "token_": await scene.chain.address("PilotEuro"),
            "carrier_": scene.players[CARRIER].address,
            "terminal_": scene.players[TERMINAL].address,
            "bpsPerHour_": PER_HOUR_BPS,
            "maxBps_": MOST_BPS,
        },
        idempotency_key=scene.key("deploy"),
    )
    address = deployed.address or ""
    shown = Shown(
        known={"address": address, f"contract_{CARRIER}": deployed.id},
        entries=await scene.entries(CARRIER, [deployed.transaction]),
        facts=[
            Fact(label=texts.ADDRESS, value=address),
            Fact(label=texts.PER_HOUR, value=str(PER_HOUR_BPS // 100)),
        ],
    )
    for role in (*(one.shipper for one in DROPS), *(one.receiver for one in DROPS)):
        attached = await scene.sandbox(role).contracts.attach(
            address, idempotency_key=scene.key(f"attach-{role}")
        )
        shown.known[f"contract_{role}"] = attached.id
    return shown


async def book(scene: Scene) -> Shown:
    """Both shippers leave their freight with the contract."""
    shown = Shown()
    for drop in DROPS:
        shipper = scene.sandbox(drop.shipper)
        money = await shipper.payments.faucet(
            TEST_MONEY, idempotency_key=scene.key(f"money-{drop.shipper}")
        )
        euro = await shipper.contracts.attach(
            await scene.chain.address("PilotEuro"),
            idempotency_key=scene.key(f"euro-{drop.shipper}"),
        )
        allowed = await shipper.contracts.send(
            euro.id,
            "approve",
            {"spender": scene.known("address"), "value": drop.freight * UNITS_PER_CENT},
            idempotency_key=scene.key(f"approve-{drop.shipper}"),
        )
        booked = await shipper.contracts.send(
            scene.known(f"contract_{drop.shipper}"),
            "book",
            _booking(scene, drop),
            idempotency_key=scene.key(f"book-{drop.shipper}"),
        )
        shown.entries += await scene.entries(drop.shipper, [money.transaction, allowed, booked])
        shown.money += [
            Moved(sender=FAUCET, recipient=drop.shipper, amount=TEST_MONEY),
            Moved(sender=drop.shipper, recipient=ESCROW, amount=drop.freight),
        ]
    stock = await scene.sandbox(FURNITURE.shipper).webhooks.create(
        STOCK_SYSTEM,
        event_types=[_MONEY_CAME],
        description=texts.STOCK.render(scene.language),
        # As if the system could not be reached: it is switched off, as nobody knows yet.
        metadata={"simulate": "webhook_dropped"},
        idempotency_key=scene.key("stock-system"),
    )
    shown.known["webhook"] = stock.id
    again = scene.sandbox(FURNITURE.shipper).contracts.send(
        scene.known(f"contract_{FURNITURE.shipper}"),
        "book",
        _booking(scene, WINDOWS),
        idempotency_key=scene.key("book-twice"),
    )
    shown.refusals = [
        await scene.refused(FURNITURE.shipper, texts.TWICE, again, code="DropWrongState")
    ]
    shown.balances = await _balances(scene)
    shown.measures = {"freight_cents": sum(one.freight for one in DROPS)}
    return shown


async def on_time(scene: Scene) -> Shown:
    """The carrier reports both drops at once; the windows' receiver confirms, and it is paid."""
    carrier = scene.sandbox(CARRIER)
    contract = scene.known(f"contract_{CARRIER}")
    sent = await carrier.batches.send(
        [
            BatchWrite(
                path=f"/v1/contracts/{contract}/send/arrive",
                body={
                    "arguments": {
                        "number": drop.number,
                        "minute": drop.stated,
                        "proofHash": _proof(scene, drop),
                    }
                },
                idempotency_key=scene.key(f"arrive-{drop.number}"),
            )
            for drop in DROPS
        ],
        idempotency_key=scene.key("arrivals"),
    )
    reported = [await carrier.transactions.wait(one.body["id"]) for one in sent.data if one.ok]
    shown = Shown(entries=await scene.entries(CARRIER, reported))
    own = carrier.contracts.send(
        contract,
        "confirm",
        {"number": FURNITURE.number, "minute": FURNITURE.stated},
        idempotency_key=scene.key("confirm-by-carrier"),
    )
    shown.refusals = [
        await scene.refused(CARRIER, texts.CARRIER_CONFIRMS, own, code="DropNotAllowed")
    ]
    await _confirm(scene, shown, WINDOWS)
    shown.money = [Moved(sender=ESCROW, recipient=CARRIER, amount=WINDOWS.freight)]
    shown.balances = await _balances(scene)
    shown.facts = [
        Fact(label=texts.PROMISED, value=clock(WINDOWS.promised, scene.language)),
        Fact(label=texts.RECEIVED, value=clock(WINDOWS.arrived, scene.language)),
        Fact(label=texts.PROOF_HASH, value=_proof(scene, WINDOWS)),
    ]
    shown.measures = {"drops_reported": sent.succeeded}
    return shown


async def late(scene: Scene) -> Shown:
    """The furniture's receiver states another time than the carrier; nobody is paid yet."""
    shown = Shown()
    await _confirm(scene, shown, FURNITURE)
    shown.balances = await _balances(scene)
    shown.facts = [
        Fact(label=texts.PROMISED, value=clock(FURNITURE.promised, scene.language)),
        Fact(label=texts.STATED, value=clock(FURNITURE.stated, scene.language)),
        Fact(label=texts.RECEIVED, value=clock(FURNITURE.arrived, scene.language)),
    ]
    shown.measures = {"minutes_apart": FURNITURE.arrived - FURNITURE.stated}
    return shown


async def agreed(scene: Scene) -> Shown:
    """The carrier looks at its positioning and agrees; each begun hour is taken off."""
    carrier = scene.sandbox(CARRIER)
    sent = await carrier.contracts.send(
        scene.known(f"contract_{CARRIER}"),
        "agree",
        {"number": FURNITURE.number},
        idempotency_key=scene.key("agree"),
    )
    penalty = await carrier.contracts.call(
        scene.known(f"contract_{CARRIER}"),
        "penaltyOf",
        {
            "freight": FURNITURE.freight * UNITS_PER_CENT,
            "promised": FURNITURE.promised,
            "arrived": FURNITURE.arrived,
        },
    )
    return Shown(
        entries=await scene.entries(CARRIER, [sent]),
        money=[
            Moved(sender=ESCROW, recipient=CARRIER, amount=FURNITURE.freight - FURNITURE.penalty),
            Moved(sender=ESCROW, recipient=FURNITURE.shipper, amount=FURNITURE.penalty),
        ],
        balances=await _balances(scene),
        facts=[Fact(label=texts.HOURS_LATE, value=str(FURNITURE.hours_late))],
        measures={
            "hours_late": FURNITURE.hours_late,
            "penalty_cents": int(penalty.value) // UNITS_PER_CENT,
        },
    )


async def share(scene: Scene) -> Shown:
    """The carrier pays the terminal, and gives the shippers their part of what sharing saved."""
    carrier = scene.sandbox(CARRIER)
    paid = await carrier.payouts.create(
        {scene.players[TERMINAL].did: HANDLING}
        | {scene.players[drop.shipper].did: REBATE for drop in DROPS},
        idempotency_key=scene.key("payout"),
    )
    sent = [
        await carrier.transactions.get(one.transaction)
        for one in paid.items or []
        if one.transaction is not None
    ]
    statement = await carrier.statements.get()
    missed = await _catch_up(scene)
    shipper = scene.sandbox(FURNITURE.shipper)
    stock = await shipper.webhooks.get(scene.known("webhook"))
    shown = Shown(
        entries=await scene.entries(CARRIER, sent),
        money=[
            Moved(sender=CARRIER, recipient=TERMINAL, amount=HANDLING),
            *(Moved(sender=CARRIER, recipient=one.shipper, amount=REBATE) for one in DROPS),
        ],
        balances=await _balances(scene),
        facts=[
            Fact(label=texts.SAVED_KM, value=str(ALONE_KM - SHARED_KM)),
            Fact(label=texts.TOLD_AT, value=stock.url),
            Fact(label=texts.MISSED, value=str(len(missed))),
            Fact(label=texts.CAUGHT_UP, value=money(sum(missed)).render(scene.language)),
        ],
    )
    shown.measures = {
        "paid_out_cents": paid.paid,
        "saved_km": ALONE_KM - SHARED_KM,
        "news_missed": len(missed),
        "caught_up_cents": sum(missed),
        "held_cents": shown.balances[ESCROW],
        "statement_gap_cents": statement.closing_balance - shown.balances[CARRIER],
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """The drops and the money, as the chain has them."""
    address = scene.known("address")
    first = await scene.chain.call(address, _DROP, WINDOWS.number)
    second = await scene.chain.call(address, _DROP, FURNITURE.number)
    earned = sum(one.freight - one.penalty for one in DROPS)
    wanted = {
        CARRIER: earned - HANDLING - len(DROPS) * REBATE,
        TERMINAL: HANDLING,
    } | {one.shipper: TEST_MONEY - one.freight + one.penalty + REBATE for one in DROPS}
    found = [
        Claim(name="windows_settled", text=texts.FIRST_SETTLED, expected=_SETTLED, found=first[6]),
        Claim(
            name="furniture_settled", text=texts.SECOND_SETTLED, expected=_SETTLED, found=second[6]
        ),
        Claim(
            name="furniture_minute",
            text=texts.SECOND_TIME,
            expected=FURNITURE.arrived,
            found=second[5],
        ),
        Claim(
            name="nothing_held",
            text=texts.EMPTY,
            expected=0,
            found=await scene.chain.money(address),
        ),
    ]
    for role, expected in wanted.items():
        player = scene.players[role]
        text = filled(texts.HAS, who=player.name, amount=money(expected))
        has = await scene.chain.money(player.address)
        found.append(Claim(name=f"{role}_has", text=text, expected=expected, found=has))
    return found


async def unwind(scene: Scene) -> None:
    """Give the freight of every drop back that is not settled."""
    try:
        contract = scene.known(f"contract_{CARRIER}")
    except KeyError:
        return  # nothing was put on the chain yet
    carrier = scene.sandbox(CARRIER)
    for drop in DROPS:
        state = (await scene.chain.call(scene.known("address"), _DROP, drop.number))[6]
        if 0 < state < _SETTLED:
            await carrier.contracts.send(
                contract,
                "giveBack",
                {"number": drop.number},
                idempotency_key=scene.key(f"unwind-{drop.number}"),
            )


def _booking(scene: Scene, drop: Drop) -> dict[str, object]:
    return {
        "number": drop.number,
        "receiver": scene.players[drop.receiver].address,
        "freight": drop.freight * UNITS_PER_CENT,
        "promised": drop.promised,
    }


async def _confirm(scene: Scene, shown: Shown, drop: Drop) -> None:
    """Have the receiver state when the lorry came."""
    sent = await scene.sandbox(drop.receiver).contracts.send(
        scene.known(f"contract_{drop.receiver}"),
        "confirm",
        {"number": drop.number, "minute": drop.arrived},
        idempotency_key=scene.key(f"confirm-{drop.number}"),
    )
    shown.entries += await scene.entries(drop.receiver, [sent])


async def _catch_up(scene: Scene) -> list[int]:
    """The payments that the stock system was not told of, in cents, from the event log."""
    shipper = scene.sandbox(FURNITURE.shipper)
    payers = (scene.known("address"), scene.players[CARRIER].address)
    return [
        event.data["amount"]
        async for event in shipper.events.list(type=_MONEY_CAME)
        if event.data["from"] in payers
    ]


def _proof(scene: Scene, drop: Drop) -> str:
    """The salted hash of a signed waybill; it stays with carrier, shipper and receiver."""
    text = texts.PROOF.render(
        scene.language,
        number=drop.number,
        goods=drop.goods.render(scene.language),
        receiver=drop.place.render(scene.language),
        time=clock(drop.stated, scene.language),
    )
    return "0x" + hashlib.sha256((scene.key("waybills") + text).encode()).hexdigest()


async def _balances(scene: Scene) -> dict[str, int]:
    """What each has, and the freight that waits."""
    return await scene.balances() | {ESCROW: await scene.chain.money(scene.known("address"))}
