"""What the tests of agreements share: parties, drafts, and their way into force."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pocplatform.kit.bulk import write_staged

PRICE = (120_000, 80_000)
DUE = "2099-03-31"


@dataclass
class Deal:
    """An agreement with those who take part in it; the client is party 0."""

    id: str
    client: Any
    provider: Any
    arbiter: Any = None
    others: list[Any] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/v1/agreements/{self.id}"

    @property
    def parties(self) -> list[Any]:
        return [self.client, self.provider, *self.others]

    def shown(self, who: Any = None) -> Any:
        answer = (who or self.client).api.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def milestones(self) -> list[str]:
        return [milestone["state"] for milestone in self.shown()["milestones"]]

    def do(self, who: Any, step: str, body: Any = None, expect: int = 200) -> Any:
        answer = who.api.write(f"{self.path}/{step}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def into_force(self) -> Deal:
        for party in self.parties:
            self.do(party, "sign")
        self.do(self.client, "activate")
        return self

    def funded(self) -> Deal:
        self.do(self.client, "fund")
        return self


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def body(*parties: tuple[Any, str], **changes: Any) -> dict[str, Any]:
    """A draft between parties, each with its role; None is a place for somebody invited."""
    return {
        "title": "Virtual showroom",
        "document": {"text": "The provider builds a virtual showroom in two steps. Ä, ö, €."},
        "parties": [
            {"who": who.did, "role": role} if who is not None else {"role": role}
            for who, role in parties
        ],
        "milestones": [
            {"title": "Model", "amount": PRICE[0], "payer": 0, "provider": 1},
            {"title": "Opening", "amount": PRICE[1], "payer": 0, "provider": 1},
        ],
    } | changes


def agree(join: Any, *, judge: bool = False, others: int = 0, **changes: Any) -> Deal:
    """A draft of new organizations: a client, a provider, further providers, an arbiter."""
    client, provider = join("Tilaaja Oy", fund=300_000), join("Tekijä Oy")
    more = [join(f"Kumppani {n} Oy") for n in range(others)]
    arbiter = join("Välimies") if judge else None
    roles = [(client, "client"), (provider, "provider"), *((one, "provider") for one in more)]
    if arbiter is not None:
        changes = {"arbiter": arbiter.did} | changes
    id_ = ok(client.api.write("/v1/agreements", body(*roles, **changes)), 201)["id"]
    return Deal(id_, client, provider, arbiter, more)


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def run_job(platform: Any, name: str, now_ms: int | None = None) -> int:
    """One run of a job, as the scheduler runs it."""
    from pocplatform.kit.clock import now_ms as present
    from pocplatform.routers import JOBS

    job = next(job for job in JOBS if job.name == name)
    with platform.gateway.database.transaction() as session:
        done = job.run(session, platform.gateway.outbox, now_ms or present())
        write_staged(session)
    platform.gateway.wake()
    return done


def eventually(check: Any, seconds: float = 20) -> None:
    """Until ``check`` holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def cents(member: Any) -> int:
    amount: int = member.api.get("/v1/balance").json()["amount"]
    return amount
