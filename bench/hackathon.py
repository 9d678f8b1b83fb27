"""A hackathon at its busiest: all members of all teams at once, with and without a noisy team.

A platform in processes of its own, an event with the quota of an ordinary one, and teams that do
what the documentation's first pages show: test money, payments, reads, a contract of their own that
is compiled, deployed and called. Members wait a moment between two requests, as people do who look
at an answer. The noisy team's members send writes as fast as they are answered, and never wait.

Quiet and noisy runs take turns, so that what else the machine does falls on both; of each kind the
better run counts, since only what the platform does itself shows in every run.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import uvloop

from bench.load import Answer, Connection, quantile
from bench.outcome import Failed
from bench.throughput import running_gateway

TEAMS, MEMBERS = 30, 5
RUNS = 2
ROUNDS = 5
"""Of each member in a run; a round is a write and two reads."""
PAUSE_S = (0.5, 1.5)
"""Between two requests of a member."""
QUOTA = {"teams": 100, "members": 10, "funding": 100_000, "requests_per_second": 50}
MOST = 1.5
"""By how much the noisy team may slow the others' p95."""
_CONTRACT = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
// %s
contract Points {
    mapping(address => uint256) public points;
    function award(address to, uint256 amount) external { points[to] += amount; }
}
"""


@dataclass
class Seen:
    """What the members of the other teams met in a run.

    Attributes:
        seconds: Of their requests.
        writes: Those that were accepted.
        errors: Answers that they should not have got, by status.
        noise: What the noisy team was answered, by status.
    """

    seconds: list[float] = field(default_factory=list)
    writes: int = 0
    errors: Counter[int] = field(default_factory=Counter)
    noise: Counter[int] = field(default_factory=Counter)

    @property
    def p95_ms(self) -> float:
        """In milliseconds."""
        return 1000 * quantile(self.seconds, 0.95)


class _Member:
    """Somebody of a team, on a connection of their own."""

    def __init__(self, url: str, secret_key: str, to: str) -> None:
        self.connection = Connection(url)
        self._headers = {"Authorization": f"Bearer {secret_key}"}
        self._to = to

    async def post(self, path: str, body: Any) -> Answer:
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        return await self._send(self.connection.request("POST", path, body, headers))

    async def get(self, path: str) -> Answer:
        return await self._send(self.connection.request("GET", path, None, self._headers))

    async def _send(self, request: bytes) -> Answer:
        """Once more on a new connection where the server has just closed the idle one."""
        try:
            return await self.connection.send(request)
        except ConnectionError:
            return await self.connection.send(request)

    async def pay(self, wait: int = 10) -> Answer:
        query = f"?wait={wait}" if wait else ""
        return await self.post(f"/v1/transfers{query}", {"to": self._to, "amount": 1})


def measure(teams: int = TEAMS, members: int = MEMBERS) -> dict[str, Any]:
    """All figures of one run."""
    with running_gateway() as gateway:
        return uvloop.run(_measure(gateway.url, gateway.admin_key, teams, members))


async def _measure(url: str, admin_key: str, teams: int, members: int) -> dict[str, Any]:
    people = await _teams(url, admin_key, teams, members)
    noisy, others = people[0], people[1:]
    await _play(others, None, rounds=2)  # to warm up
    quiet: list[Seen] = []
    loud: list[Seen] = []
    for _ in range(RUNS):
        quiet.append(await _play(others, None, rounds=ROUNDS))
        loud.append(await _play(others, noisy, rounds=ROUNDS))
    best_quiet, best_loud = (min(seen, key=lambda one: one.p95_ms) for seen in (quiet, loud))
    runs = [*quiet, *loud]
    errors = sum((one.errors for one in runs), Counter[int]())
    noise = sum((one.noise for one in loud), Counter[int]())
    return {
        "teams": teams,
        "members": teams * members,
        "writes": sum(one.writes for one in runs) + noise[200] + noise[202],
        "errors": errors.total(),
        "p95_ms": round(best_quiet.p95_ms, 1),
        "p95_ms_beside_noise": round(best_loud.p95_ms, 1),
        "noisy_team_effect": round(best_loud.p95_ms / best_quiet.p95_ms, 2),
        "noisy_team_accepted": noise[200] + noise[202],
        "noisy_team_held_back": noise[429],
    }


async def _teams(url: str, admin_key: str, teams: int, members: int) -> list[list[_Member]]:
    """The members of an event's teams, each with a key of their own, in wallets with money."""
    organisers = Connection(url)
    admin = {"Authorization": f"Bearer {admin_key}", "Idempotency-Key": str(uuid4())}

    async def ask(path: str, body: Any, headers: dict[str, str]) -> Any:
        return _good(await organisers.send(organisers.request("POST", path, body, headers))).json()

    event = await ask(
        "/v1/hackathons",
        {
            "name": "Bench", "starts": "2026-01-01T00:00:00Z", "ends": "2100-01-01T00:00:00Z",
            "quota": QUOTA,
        },
        admin,
    )  # fmt: skip
    names = [{"name": f"Team {number}"} for number in range(teams)]
    path = f"/v1/hackathons/{event['id']}"
    await ask(f"{path}/teams", {"teams": names}, admin)
    request = organisers.request("GET", f"{path}/codes", None, admin)
    codes = [one["code"] for one in _good(await organisers.send(request)).json()["teams"]]
    joined = [
        [await ask("/v1/hackathons/join", {"code": code}, {}) for _ in range(members)]
        for code in codes
    ]
    people = [
        [
            _Member(url, one["secret_key"], joined[(place + 1) % teams][0]["team"]["address"])
            for one in team
        ]
        for place, team in enumerate(joined)
    ]
    organisers.close()
    deadline = asyncio.get_running_loop().time() + 60
    while _good(await people[-1][0].get("/v1/balance")).json()["amount"] < QUOTA["funding"]:
        if asyncio.get_running_loop().time() > deadline:
            raise Failed("the teams did not get their money")
        await asyncio.sleep(0.1)
    return people


async def _play(teams: list[list[_Member]], noisy: list[_Member] | None, *, rounds: int) -> Seen:
    """One run; the noisy team makes noise for as long as it takes."""
    seen, over = Seen(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        noise = [group.create_task(_noise(member, seen, over)) for member in noisy or ()]
        work = [
            group.create_task(_work(member, seen, rounds, builds=place == 0))
            for team in teams
            for place, member in enumerate(team)
        ]
        await asyncio.gather(*work)
        over.set()
        await asyncio.gather(*noise)
    return seen


async def _work(member: _Member, seen: Seen, rounds: int, *, builds: bool) -> None:
    """What a member does; one of each team also has a contract."""
    await asyncio.sleep(random.uniform(0, PAUSE_S[1]))

    async def note(request: Any, *, writes: bool = False, counts: bool = True) -> Answer:
        answer: Answer = await request
        if answer.status >= 400:
            seen.errors[answer.status] += 1
        elif writes:
            seen.writes += 1
        if counts:
            seen.seconds.append(answer.seconds)
        await asyncio.sleep(random.uniform(*PAUSE_S))
        return answer

    if builds:  # what the compiler takes is not what is measured here
        body = {"sources": {"Points.sol": _CONTRACT % random.randint(0, 3)}}
        made = await note(member.post("/v1/contracts/compile", body), counts=False)
        if made.status < 400:
            deploy = {"compilation": made.json()["id"], "contract": "Points"}
            await note(member.post("/v1/contracts?wait=10", deploy), writes=True, counts=False)
    for _ in range(rounds):
        await note(member.pay(), writes=True)
        await note(member.get("/v1/balance"))
        await note(member.get("/v1/transactions?limit=5"))


async def _noise(member: _Member, seen: Seen, over: asyncio.Event) -> None:
    while not over.is_set():
        seen.noise[(await member.pay(wait=0)).status] += 1


def _good(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise Failed(answer.body.decode())
    return answer
