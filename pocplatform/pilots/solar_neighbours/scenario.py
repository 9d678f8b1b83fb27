"""The steps of the neighbours' solar power.

A day lasts :data:`DAY_S` seconds here: that is the period of the buyers' mandates. The readings and
how shares follow from them are in :mod:`.readings`, the settlement is ``MeterSettlement.sol``.
"""

from pathlib import Path

from pocplatform.client.mandates import Mandate
from pocplatform.client.models import Transaction
from pocplatform.client.x402 import Settled
from pocplatform.pilots.device import Device
from pocplatform.pilots.errors import NotAsTold
from pocplatform.pilots.solar_neighbours import readings, texts
from pocplatform.pilots.story import BANK, FAUCET, Claim, Fact, Moved, Scene, Shown, Text
from pocplatform.pilots.wording import decimal, filled, money

SELLER, BAKERY, GARAGE, METER = "seller", "bakery", "garage", "meter"
BUYERS = (BAKERY, GARAGE)
TEST_MONEY = 5_000
CAP = 500
"""What a buyer lets the seller collect in a day at most; cents."""
FORECASTS, FORECAST = 2, 5
"""How many forecasts the bakery's oven control buys, and what each costs; cents."""
DAY_S = 2
_SOURCE = Path(__file__).parent / "MeterSettlement.sol"
_CANCELLED = 3


async def join(scene: Scene) -> Shown:
    """Both buyers take test money and let the seller collect each day, up to a cap."""
    shown = Shown()
    for role in BUYERS:
        buyer = scene.sandbox(role)
        money = await buyer.payments.faucet(TEST_MONEY, idempotency_key=scene.key(f"money-{role}"))
        mandate = await buyer.mandates.create(
            scene.players[SELLER].did,
            CAP,
            DAY_S,
            texts.MANDATE.render(scene.language, seller=scene.players[SELLER].name),
            idempotency_key=scene.key(f"mandate-{role}"),
        )
        shown.known |= {
            f"mandate_{role}": mandate.id,
            f"mandate_hash_{role}": mandate.mandate_hash,
        }
        shown.money.append(Moved(sender=FAUCET, recipient=role, amount=TEST_MONEY))
        shown.entries += await scene.entries(role, [money.transaction, *mandate.transactions])
    shown.balances = await scene.balances()
    return shown


async def contract(scene: Scene) -> Shown:
    """The meter operator puts the settlement on the chain; the seller cannot report for it."""
    meter, seller = scene.sandbox(METER), scene.sandbox(SELLER)
    compiled = await meter.contracts.compile(
        {_SOURCE.name: _SOURCE.read_text(encoding="utf-8")}, idempotency_key=scene.key("compile")
    )
    deployed = await meter.contracts.deploy(
        compiled.id,
        "MeterSettlement",
        {
            "operator_": scene.players[METER].address,
            "buyers_": [scene.players[role].address for role in BUYERS],
            "price_": readings.PRICE_TENTHS,
        },
        idempotency_key=scene.key("deploy"),
    )
    checked = await meter.contracts.verify(deployed.id, idempotency_key=scene.key("verify"))
    address = deployed.address or ""
    of_seller = await seller.contracts.attach(address, idempotency_key=scene.key("attach"))
    right = readings.read(1)
    refusal = await scene.refused(
        SELLER,
        texts.SELLER_REPORTS,
        seller.contracts.send(
            of_seller.id,
            "report",
            {
                "day": 1,
                "readingsHash": _hash(scene, right),
                "wattHours": readings.shares(right).buyers,
            },
            idempotency_key=scene.key("report-by-seller"),
        ),
        code="MeterNotOperator",
    )
    return Shown(
        known={"contract": deployed.id, "contract_of_seller": of_seller.id, "address": address},
        entries=await scene.entries(METER, [deployed.transaction]),
        refusals=[refusal],
        facts=[
            Fact(label=texts.ADDRESS, value=address),
            Fact(label=texts.MATCH, value=_yes(scene, checked.match == "exact_match")),
        ],
    )


async def first_day(scene: Scene) -> Shown:
    """A clear day is reported, and the seller collects what follows from it."""
    return await _settled(scene, 1)


async def wrong_day(scene: Scene) -> Shown:
    """The bakery's readings are ten times too high; its cap holds, and it stops its mandate."""
    wrong = readings.read_wrongly(readings.WRONG_DAY)
    right = readings.cents(readings.shares(readings.read(readings.WRONG_DAY)).garage)
    shown = await _report(scene, wrong)
    owed = await _owed(scene, readings.WRONG_DAY, BAKERY)
    await _has_room(scene, BAKERY, CAP)
    # No code: when the step is done again, the mandate has been stopped already.
    refusal = await scene.refused(
        SELLER,
        texts.TOO_MUCH,
        scene.sandbox(SELLER).mandates.collect(
            scene.known(f"mandate_{BAKERY}"), owed, idempotency_key=scene.key("collect-wrong")
        ),
    )
    collected = await _collect(
        scene, shown, GARAGE, await _owed(scene, readings.WRONG_DAY, GARAGE), "wrong"
    )
    paused = await scene.sandbox(BAKERY).mandates.pause(
        scene.known(f"mandate_{BAKERY}"), idempotency_key=scene.key("pause")
    )
    shown.entries += await scene.entries(BAKERY, _newest(paused, "pause"))
    shown.balances = await scene.balances()
    shown.refusals = [refusal]
    shown.facts += [
        Fact(label=texts.HIGHEST, value=_kwh(scene, wrong.highest_of_bakery)),
        Fact(label=texts.FUSE, value=_kwh(scene, readings.FUSE_QUARTER_WH)),
    ]
    shown.measures = {
        "wrong_claim_cents": owed,
        "garage_short_cents": right - collected,
        "impossible_quarters": sum(wh > readings.FUSE_QUARTER_WH for wh in wrong.bakery),
    }
    return shown


async def correction(scene: Scene) -> Shown:
    """The day is reported anew; the bakery lets collect again, the garage pays what was missing."""
    day = readings.read(readings.WRONG_DAY)
    paid_before = readings.cents(readings.shares(readings.read_wrongly(readings.WRONG_DAY)).garage)
    shown = await _report(scene, day, reason=texts.REASON)
    resumed = await scene.sandbox(BAKERY).mandates.resume(
        scene.known(f"mandate_{BAKERY}"), idempotency_key=scene.key("resume")
    )
    shown.entries += await scene.entries(BAKERY, _newest(resumed, "resume"))
    bakery = await _owed(scene, readings.WRONG_DAY, BAKERY)
    garage = await _owed(scene, readings.WRONG_DAY, GARAGE)
    await _collect(scene, shown, BAKERY, bakery, "right")
    await _collect(scene, shown, GARAGE, garage - paid_before, "right")
    shown.balances = await scene.balances()
    shown.measures = {"day_2_cents": bakery + garage}
    return shown


async def forecast(scene: Scene) -> Shown:
    """The bakery's oven control buys forecasts of the sun, each paid with its request."""
    bakery, meter = scene.sandbox(BAKERY), scene.sandbox(METER)
    oven = _oven(scene)
    filled_up = await bakery.payments.transfer(
        oven.address, FORECASTS * FORECAST, idempotency_key=scene.key("oven-money")
    )
    shown = Shown(
        entries=await scene.entries(BAKERY, [filled_up.transaction]),
        money=[Moved(sender=BAKERY, recipient=METER, amount=FORECASTS * FORECAST)],
    )
    (kind,) = (await meter.x402.supported()).kinds
    asked = kind.price(FORECAST, scene.players[METER].address)
    short = await meter.x402.verify(oven.pay(asked, "short", value=1), asked)
    settled = [
        await meter.x402.settle(oven.pay(asked, f"forecast-{number}"), asked)
        for number in range(FORECASTS)
    ]
    shown.entries += await scene.entries(
        METER, [await meter.transactions.get(one.transaction) for one in settled if one.success]
    )
    shown.balances = await scene.balances()
    tomorrow = sum(readings.read(readings.DAYS).produced)
    shown.facts = [
        Fact(label=texts.OVEN, value=oven.address),
        Fact(label=texts.SHORT_PAYMENT, value=_why(scene, short.invalid_reason)),
        Fact(label=texts.TOMORROW, value=_kwh(scene, tomorrow)),
    ]
    shown.measures = {
        "forecast_cents": await scene.chain.money(scene.players[METER].address),
        "forecasts_paid": _paid_once(settled),
        "short_payments_refused": int(not short.is_valid),
    }
    return shown


async def third_day(scene: Scene) -> Shown:
    """A cloudy day; then the mandates end, and the seller takes its money out."""
    shown = await _settled(scene, 3)
    seller = scene.sandbox(SELLER)
    for role in BUYERS:
        ended = await scene.sandbox(role).mandates.cancel(
            scene.known(f"mandate_{role}"), idempotency_key=scene.key(f"cancel-{role}")
        )
        shown.entries += await scene.entries(role, _newest(ended, "cancel"))
    redemption = await seller.redemptions.create(_sold(), idempotency_key=scene.key("redeem"))
    shown.entries += await scene.entries(SELLER, [redemption.transaction])
    shown.money.append(Moved(sender=SELLER, recipient=BANK, amount=redemption.amount))
    statement = await scene.sandbox(GARAGE).statements.get()
    shown.balances = await scene.balances()
    shown.measures |= {
        "sold_cents": redemption.amount,
        "sold_wh": sum(sum(readings.shares(readings.read(n)).buyers) for n in _days()),
        "garage_statement_gap_cents": statement.closing_balance - shown.balances[GARAGE],
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """What the contract and the accounts say now."""
    address, found = scene.known("address"), []
    for day in _days():
        owed = 0
        for role in BUYERS:
            owed += await scene.chain.call(
                address, "centsOf(uint256,address)(uint256)", day, scene.players[role].address
            )
        expected = sum(map(readings.cents, readings.shares(readings.read(day)).buyers))
        label = filled(texts.DAY_OWED, day=day, amount=money(expected))
        found.append(Claim(name=f"day_{day}_owed", text=label, expected=expected, found=owed))
    revision, recorded = await scene.chain.call(
        address, "reportOf(uint256)(uint256,bytes32)", readings.WRONG_DAY
    )
    right = _hash(scene, readings.read(readings.WRONG_DAY))
    found += [
        Claim(name="day_2_corrected", text=texts.CORRECTED, expected=2, found=revision),
        Claim(name="day_2_readings", text=texts.HASH_STANDS, expected=right, found=recorded),
    ]
    for place, role in enumerate(BUYERS):
        player = scene.players[role]
        owed = sum(
            readings.cents(readings.shares(readings.read(day)).buyers[place]) for day in _days()
        )
        if role == BAKERY:
            owed += FORECASTS * FORECAST
        paid = TEST_MONEY - await scene.chain.money(player.address)
        text = filled(texts.PAID_BY, who=player.name, amount=money(owed))
        found.append(Claim(name=f"{role}_paid", text=text, expected=owed, found=paid))
        state, _, _ = await scene.chain.call(
            "Mandates",
            "mandateOf(bytes32)(uint8,uint256,uint256)",
            scene.known(f"mandate_hash_{role}"),
        )
        ended = filled(texts.MANDATE_ENDED, who=player.name)
        found.append(Claim(name=f"{role}_mandate", text=ended, expected=_CANCELLED, found=state))
    for name, text, address, expected in (
        ("oven_spent", texts.OVEN_EMPTY, _oven(scene).address, 0),
        (
            "forecasts_sold",
            texts.FORECASTS_SOLD,
            scene.players[METER].address,
            FORECASTS * FORECAST,
        ),
    ):
        has = await scene.chain.money(address)
        found.append(Claim(name=name, text=text, expected=expected, found=has))
    left = await scene.chain.money(scene.players[SELLER].address)
    found.append(Claim(name="seller_redeemed", text=texts.ALL_REDEEMED, expected=0, found=left))
    return found


async def unwind(scene: Scene) -> None:
    """Give the bakery what is left in the wallet of its oven control; the rest ends by itself."""
    oven, bakery = _oven(scene), scene.sandbox(BAKERY)
    left = await scene.chain.money(oven.address)
    if left:
        (kind,) = (await bakery.x402.supported()).kinds
        asked = kind.price(left, scene.players[BAKERY].address)
        given_back = await bakery.x402.settle(oven.pay(asked, "left"), asked)
        if not given_back.success:
            raise NotAsTold(given_back.error_message or given_back.error_reason or "")


async def _settled(scene: Scene, number: int) -> Shown:
    shown = await _report(scene, readings.read(number))
    owed = {role: await _owed(scene, number, role) for role in BUYERS}
    for role, amount in owed.items():
        await _collect(scene, shown, role, amount, str(number))
    shown.balances = await scene.balances()
    shown.measures = {f"day_{number}_cents": sum(owed.values())}
    return shown


async def _report(scene: Scene, day: readings.Day, *, reason: Text | None = None) -> Shown:
    """Have the meter operator report a day, or correct it where there is a reason."""
    shares = readings.shares(day)
    figures = {
        "day": day.number,
        "readingsHash": _hash(scene, day),
        "wattHours": shares.buyers,
    }
    if reason is not None:
        told = reason.render(scene.language)
        figures["reasonHash"] = readings.hashed(told, scene.key("salt"))
    function = "report" if reason is None else "correct"
    sent = await scene.sandbox(METER).contracts.send(
        scene.known("contract"),
        function,
        figures,
        idempotency_key=scene.key(f"{function}-{day.number}"),
    )
    return Shown(
        entries=await scene.entries(METER, [sent]),
        facts=[
            Fact(label=texts.BAKERY_TOOK, value=_kwh(scene, shares.bakery)),
            Fact(label=texts.GARAGE_TOOK, value=_kwh(scene, shares.garage)),
            Fact(label=texts.TO_GRID, value=_kwh(scene, shares.to_grid)),
            Fact(label=texts.READINGS_HASH, value=_hash(scene, day)),
            Fact(label=texts.REVISION, value="1" if reason is None else "2"),
        ],
    )


async def _owed(scene: Scene, day: int, role: str) -> int:
    """What the contract says that a buyer owes for a day; cents."""
    answer = await scene.sandbox(SELLER).contracts.call(
        scene.known("contract_of_seller"),
        "centsOf",
        {"day": day, "buyer": scene.players[role].address},
    )
    return int(answer.value)


async def _collect(scene: Scene, shown: Shown, role: str, amount: int, name: str) -> int:
    """Have the seller collect from a buyer, once the day's cap has room for it."""
    await _has_room(scene, role, amount)
    mandate = await scene.sandbox(SELLER).mandates.collect(
        scene.known(f"mandate_{role}"),
        amount,
        idempotency_key=scene.key(f"collect-{name}-{role}"),
    )
    shown.entries += await scene.entries(SELLER, _newest(mandate, "collect"))
    shown.money.append(Moved(sender=role, recipient=SELLER, amount=amount))
    return amount


async def _has_room(scene: Scene, role: str, amount: int) -> None:
    """Wait for a day in which so much can still be collected from a buyer."""
    mandates, id_ = scene.sandbox(SELLER).mandates, scene.known(f"mandate_{role}")

    async def has_room() -> bool:
        mandate = await mandates.get(id_)
        return mandate.available >= amount or mandate.status != "active"

    await scene.until(has_room)


def _newest(mandate: Mandate, function: str) -> list[Transaction]:
    """The newest of a mandate's transactions that does this."""
    return [one for one in mandate.transactions if one.function == function][-1:]


def _oven(scene: Scene) -> Device:
    """The control of the bakery's ovens, which has a wallet of its own."""
    return Device(scene.key("oven"))


def _why(scene: Scene, code: str | None) -> str:
    """Why a payment is not taken, in words where there are any."""
    if code is not None and code.endswith("_value_mismatch"):
        return texts.NOT_THE_PRICE.render(scene.language)
    return code or "–"


def _paid_once(settled: list[Settled]) -> int:
    """How many transactions the payments came to."""
    return len({one.transaction for one in settled if one.success})


def _days() -> range:
    return range(1, readings.DAYS + 1)


def _sold() -> int:
    """What the three days come to."""
    return sum(sum(map(readings.cents, readings.shares(readings.read(n)).buyers)) for n in _days())


def _hash(scene: Scene, day: readings.Day) -> str:
    """The salted hash of a day's readings; the run's name is the neighbours' salt here."""
    return readings.hashed(readings.as_rows(day), scene.key("salt"))


def _kwh(scene: Scene, watt_hours: int) -> str:
    return decimal(watt_hours, 1000).render(scene.language)


def _yes(scene: Scene, true: bool) -> str:
    return texts.YES[scene.language if scene.language == "fi" else "en"] if true else "–"
