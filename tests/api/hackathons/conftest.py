"""Events and who takes part in them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.hackathons.steps import EVENT
from tests.conftest import Api


@pytest.fixture(scope="module")
def hold(admin):
    def make(**fields):
        answer = admin.write("/v1/hackathons", EVENT | fields, wait=0)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


@pytest.fixture(scope="module")
def event(hold):
    """An event that tests of this module share; each makes teams of its own."""
    return hold(code=f"OULU-{uuid4().hex[:4]}", quota={"teams": 500, "funding": 50_000})


@pytest.fixture(scope="module")
def take_part(base_url, anonymous):
    """Joins by a code; the answer, and a client with its key."""
    clients = []

    def join(code, team=None):
        answer = anonymous.post("/v1/hackathons/join", json={"code": code, "team": team})
        assert answer.status_code == 201, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        joined = answer.json()
        clients.append(Api(base_url, joined["secret_key"]))
        return joined, clients[-1]

    yield join
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def code_of(admin):
    def find(event):
        return admin.get(f"/v1/hackathons/{event['id']}/codes").json()["code"]

    return find
