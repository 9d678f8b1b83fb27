"""Members of the lists of payments: statement, invoices, payouts, mandates, splits and so on."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World
from tests.api.pausing import paused


def _write(api, path, body):
    answer = api.write(path, body)
    assert answer.is_success, answer.text
    return answer.json()


def _invoices(world: World, count: int) -> Made:
    line = {"description": "Työ", "unit_price": 100, "vat_rate_bps": 0}
    for _ in range(count):
        _write(world.member.api, "/v1/invoices", {"lines": [line], "payer": world.other.did})
    return Made()


def _payouts(world: World, count: int) -> Made:
    for _ in range(count):
        body = {"items": [{"to": world.other.did, "amount": 1}]}
        _write(world.member.api, "/v1/payouts", body)
    return Made()


def _mandates(world: World, count: int) -> Made:
    for _ in range(count):
        body = {"payee": world.other.did, "cap": 1, "period_s": 86_400, "description": "x"}
        _write(world.member.api, "/v1/mandates", body)
    return Made()


def _splits(world: World, count: int) -> Made:
    for n in range(count):
        shares = [
            {"to": world.member.did, "bps": 5_000 - n},
            {"to": world.other.did, "bps": 5_000 + n},
        ]
        _write(world.member.api, "/v1/splits", {"name": "x", "shares": shares})
    return Made()


def _redemptions(world: World, count: int) -> Made:
    for _ in range(count):
        _write(world.member.api, "/v1/redemptions", {"amount": 1})
    return Made()


def _held_payments(world: World, count: int) -> Made:
    splits = []
    for n in range(count):
        shares = [
            {"to": world.member.did, "bps": 6_000 + n},
            {"to": world.other.did, "bps": 4_000 - n},
        ]
        split = _write(world.other.api, "/v1/splits", {"name": "x", "shares": shares})
        _write(world.other.api, "/v1/transfers", {"to": split["account"], "amount": 2})
        splits.append(split["id"])
    with paused(world.admin):
        for id_ in splits:
            _write(world.other.api, f"/v1/splits/{id_}/distribute", {})
    return Made()


def _movements(world: World, count: int) -> Made:
    for _ in range(count):
        _write(world.member.api, "/v1/transfers", {"to": world.other.did, "amount": 1})
    return Made()


LISTINGS = [
    Listing("/v1/statement", _movements),
    Listing("/v1/invoices", _invoices),
    Listing("/v1/payouts", _payouts),
    Listing("/v1/mandates", _mandates),
    Listing("/v1/splits", _splits),
    Listing("/v1/redemptions", _redemptions),
    Listing("/v1/held_payments", _held_payments),
]
