"""A time in which tEUR moves nowhere, as when its administrator has paused it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def paused(admin: Any) -> Iterator[None]:
    """While in it, the token refuses every payment. Everybody of the platform is concerned."""
    contracts = admin.get("/v1/chain").json()["contracts"]
    address = next(one["address"] for one in contracts if one["name"] == "PilotEuro")
    attached = admin.write("/v1/contracts/attach", {"address": address})
    assert attached.is_success, attached.text

    def send(function: str) -> None:
        answer = admin.write(f"/v1/contracts/{attached.json()['id']}/send/{function}")
        assert answer.is_success, answer.text

    send("pause")
    try:
        yield
    finally:
        send("unpause")
