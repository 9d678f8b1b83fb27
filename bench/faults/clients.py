"""Clients that write, and repeat what got no definite answer under the same key until it does."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

from bench.faults.ledger import NOBODY, Ledger, Member, Move, Write
from bench.load import Connection

FUNDS = 2_000_000
"""Cents that a member begins with; leaves room in the faucet's daily limit."""
NOBODY_HAS = 10**9
"""Cents beyond what anybody has: a payment of more must be refused."""

_PAYERS = 5
_TIMEOUT_S = 8.0
_RETRY_S = 0.03
"""Pause before the first try again; it doubles up to :data:`_LONGEST_RETRY_S`."""
_LONGEST_RETRY_S = 0.25
_PASSING = frozenset({409, 424, 429})
"""Statuses that say that the same request may succeed later; so do all from 500 on."""


class GivenUp(Exception):
    """The world is to be left; nobody waits for answers any more."""


class Clients:
    """Members of one world, each of them a task on an event loop in a thread of its own.

    Args:
        url: The gateway.
        ledger: Where writes and answers are noted.
        seed: Of what they do, and when.
    """

    def __init__(self, url: str, ledger: Ledger, seed: int) -> None:
        self._url = url
        self.ledger = ledger
        self._chance = random.Random(seed)
        self.payers: list[Member] = []
        self.parties: list[Member] = []
        self.unanswered = 0
        """Times that a request got no definite answer."""
        self._stopping = threading.Event()
        self._given_up = False
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    @property
    def members(self) -> list[Member]:
        """Everybody who writes."""
        return [*self.payers, *self.parties]

    def sign_up(self) -> None:
        """Found the members, and give each its first money."""
        asyncio.run(self._sign_up())

    def start(self) -> None:
        """Begin to write."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="clients", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no new write, and wait until each that was begun has its definite answer."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=120)
            if self._thread.is_alive():
                raise AssertionError("a client got no definite answer within 120 s")
        if self._failure is not None:
            raise self._failure

    def give_up(self) -> None:
        """End, without waiting for answers."""
        self._given_up = True
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2 * _TIMEOUT_S)

    def send_again(self, writes: list[Write]) -> list[Write]:
        """Send accepted writes once more under their keys; those that were answered otherwise."""
        return asyncio.run(self._send_again(writes))

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:
            self._failure = error

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(len(self.payers)):
                group.create_task(self._pay(number))
            group.create_task(self._agree())

    async def _sign_up(self) -> None:
        line = _Line(self)
        for number in range(_PAYERS + 2):
            request = {"name": f"Fault {number} Oy"}
            answer = await line.ask("POST", "/v1/organizations", request, key=f"join-{number}")
            member = Member(answer["secret_key"], answer["wallet"]["address"])
            (self.payers if number < _PAYERS else self.parties).append(member)
        for number, member in enumerate(self.members):
            cents = FUNDS + number
            move = Move(NOBODY, member.address, cents)
            await line.write(self.ledger.add("/v1/faucet", {"amount": cents}, member, move=move))
        line.close()

    async def _pay(self, number: int) -> None:
        """Pay the next member, draw test money, and now and then pay what one does not have."""
        line = _Line(self)
        member = self.payers[number]
        other = self.payers[(number + 1) % len(self.payers)]
        while not self._stopping.is_set():
            cents = self.ledger.cents()
            dice = self._chance.random()
            if dice < 0.2:
                move = Move(NOBODY, member.address, cents)
                write = self.ledger.add("/v1/faucet", {"amount": cents}, member, move=move)
            else:
                cents += NOBODY_HAS if dice > 0.97 else 0
                write = self.ledger.add(
                    "/v1/transfers",
                    {"to": other.address, "amount": cents},
                    member,
                    move=Move(member.address, other.address, cents),
                    wallet=member.address,
                )
            await line.write(write, wait=self._chance.random() < 0.3)
            await asyncio.sleep(self._chance.uniform(0, 0.04))
        line.close()

    async def _agree(self) -> None:
        """Agreements from draft to payment, one after the other."""
        line = _Line(self)
        while not self._stopping.is_set():
            await self._one_agreement(line)
            await asyncio.sleep(self._chance.uniform(0, 0.2))
        line.close()

    async def _one_agreement(self, line: _Line) -> None:
        client, provider = self.parties
        cents = self.ledger.cents()
        terms = {
            "title": f"Work {cents}",
            "document": {"text": f"Work number {cents}."},
            "parties": [
                {"who": client.address, "role": "client"},
                {"who": provider.address, "role": "provider"},
            ],
            "milestones": [{"title": "All", "amount": cents, "payer": 0, "provider": 1}],
        }
        draft = await line.ask("POST", "/v1/agreements", terms, client, key=f"draft-{cents}")
        path = f"/v1/agreements/{draft['id']}"
        for party in (client, provider):
            await line.ask("POST", f"{path}/sign", {}, party, key="sign")
        escrow = (await line.ask("GET", "/v1/chain"))["contracts"]
        holder = next(c["address"] for c in escrow if c["name"] == "ServiceAgreements")
        steps: list[tuple[str, dict[str, Any], Member, Move | None]] = [
            ("activate", {}, client, None),
            ("fund", {}, client, Move(client.address, holder, cents)),
            ("milestones/0/deliver", {"evidence": "done"}, provider, None),
            ("milestones/0/accept", {}, client, Move(holder, provider.address, cents)),
        ]
        for step, body, by, move in steps:
            if self._stopping.is_set():
                return
            write = self.ledger.add(f"{path}/{step}", body, by, move=move, wallet=by.address)
            await line.write(write, wait=True)
            if not write.accepted:
                return
            await line.settled(write)

    async def _send_again(self, writes: list[Write]) -> list[Write]:
        line = _Line(self)
        other = []
        for write in writes:
            answer = await line.ask("POST", write.path, write.body, Member(write.secret, ""),
                                    key=write.key)  # fmt: skip
            repeated = Write(write.key, write.path, write.body, "", answer=answer)
            if repeated.transaction != write.transaction:
                other.append(write)
        line.close()
        return other


class _Line:
    """One client's connection, made anew whenever it breaks."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._connection = Connection(clients._url)

    async def write(self, write: Write, *, wait: bool = False) -> None:
        """Send a write until it has a definite answer."""
        query = "?wait=5" if wait else ""
        while True:
            write.tries += 1
            status, answer = await self._once(
                "POST", write.path + query, write.body, write.secret, write.key
            )
            if status and status < 500 and status not in _PASSING:
                write.answer, write.status = answer, status
                return
            self._clients.unanswered += 1
            await asyncio.sleep(min(_LONGEST_RETRY_S, _RETRY_S * 2 ** min(write.tries - 1, 10)))

    async def ask(
        self, method: str, path: str, body: Any = None, by: Member | None = None, key: str = ""
    ) -> dict[str, Any]:
        """Something that must succeed sooner or later; its answer."""
        while True:
            status, answer = await self._once(method, path, body, by.secret if by else "", key)
            if 200 <= status < 300:
                return answer
            if status and status < 500 and status not in _PASSING:
                raise AssertionError(f"{method} {path}: HTTP {status}: {answer}")
            await asyncio.sleep(_LONGEST_RETRY_S)

    async def settled(self, write: Write) -> None:
        """Return once the write's transaction is settled."""
        path = f"/v1/transactions/{write.transaction}"
        while True:
            answer = await self.ask("GET", path, by=Member(write.secret, ""))
            if answer["status"] not in ("queued", "signed", "sent"):
                return
            await asyncio.sleep(_RETRY_S)

    async def _once(
        self, method: str, path: str, body: Any, secret: str, key: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of one try; status 0 if there was no whole answer."""
        if self._clients._given_up:
            raise GivenUp
        headers = {"Idempotency-Key": key} if key else {}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer = await self._connection.send(
                    self._connection.request(method, path, body, headers)
                )
            return answer.status, answer.json()
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            self._connection = Connection(self._clients._url)
            return 0, {}

    def close(self) -> None:
        """Close it."""
        self._connection.close()
