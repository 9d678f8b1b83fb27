"""What the tests of events do again and again."""

from __future__ import annotations

import base64
import time
from uuid import uuid4

EVENT = {
    "name": "Arktinen hackathon",
    "language": "fi",
    "starts": "2026-11-01T08:00:00Z",
    "ends": "2036-11-30T16:00:00Z",
}


def name():
    return f"Tiimi {uuid4().hex[:8]}"


def until(condition, what):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def csv(text, encoding="utf-8"):
    return {"csv": base64.b64encode(text.encode(encoding)).decode()}


def balance(api):
    return api.get("/v1/balance").json()["amount"]


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


def event_wallet(api):
    return api.get("/v1/organizations/me").json()["wallet"]["address"]
