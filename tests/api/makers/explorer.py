"""Members of the lists of the explorer, which shows everybody what is on the chain."""

from __future__ import annotations

from tests.api.makers import Listing, Made, Thing, World


def _pay(world: World) -> str:
    """A payment of the member's; the hash of its transaction."""
    answer = world.member.api.write("/v1/transfers", {"to": world.other.address, "amount": 1})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["transaction"]["hash"])


def _blocks(world: World, count: int) -> Made:
    chain = world.member.api.get("/v1/chain").json()
    for _ in range(count):
        _pay(world)
    last = world.member.api.get("/v1/chain").json()["recorded_block"]
    bounds = {"from_block": str(chain["recorded_block"] + 1), "to_block": str(last)}
    return Made(query=bounds)


def _transactions(world: World, count: int) -> Made:
    somebody = world.join("Lohko Oy", fund=100)
    for _ in range(count):
        answer = somebody.api.write("/v1/transfers", {"to": world.other.address, "amount": 1})
        assert answer.status_code == 200, answer.text
    return Made(query={"address": somebody.address})


def _events(world: World, count: int) -> Made:
    space = world.member.api.write("/v1/spaces", {"name": "Tila"}).json()
    for number in range(count):
        entry = {"rule": "open", "capacity": number + 1}
        answer = world.member.api.write(f"/v1/spaces/{space['id']}/entry", entry)
        assert answer.status_code == 200, answer.text
    number = space["number"].removeprefix("0x").rjust(64, "0")
    return Made(path={"contract": "Spaces"}, query={"about": f"0x{number}"})


LISTINGS = [
    Listing("/v1/explorer/blocks", _blocks, public=True),
    Listing("/v1/explorer/transactions", _transactions, public=True),
    Listing("/v1/explorer/contracts/{contract}/events", _events, public=True),
]
THINGS = [
    Thing("/v1/explorer/blocks", lambda world: ["1"], public=True),
    Thing("/v1/explorer/transactions", lambda world: [_pay(world)], public=True),
    Thing("/v1/explorer/addresses", lambda world: [world.member.address], public=True),
    Thing("/v1/explorer/contracts", lambda world: ["PilotEuro"], public=True),
]
