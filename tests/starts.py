"""What the tests of starting share: something to lose, and the form of a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pocplatform.chain.ready_made import ready_made
from pocplatform.deployment import deployment_set
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.startup import Platform
from tests.processes import NO_TLS, Sandbox, opened, users_of

FUNDS = 12_345
OPERATOR_KEY = "0x" + "17" * 32
CONTRACTS = set(deployment_set("0x" + "00" * 20).order)
"""The names of all contracts that a first start deploys."""
OWN_CONTRACTS = CONTRACTS - {artifact.name for artifact in ready_made(PROJECT_ROOT)}
"""Those of them that are ours."""


@dataclass(frozen=True)
class Seed:
    """A data folder in which something has been done, and what to find again."""

    folder: Path
    address: str
    secret_key: str


def earn(url: str) -> tuple[str, str]:
    """Sign up and draw test money; the wallet's address and the secret key."""
    with httpx.Client(base_url=url, timeout=40, verify=NO_TLS) as client:
        member = client.post("/v1/organizations", json={"name": "Kestävä Oy"}).json()
        headers = {"Authorization": f"Bearer {member['secret_key']}", "Idempotency-Key": "1"}
        drawn = client.post(
            "/v1/faucet", params={"wait": 20}, json={"amount": FUNDS}, headers=headers
        )
        assert drawn.status_code == 200, drawn.text
        return member["wallet"]["address"], member["secret_key"]


def cents(platform: Platform, address: str) -> int:
    units: int = platform.gateway.contracts.read("PilotEuro", "balanceOf", address)
    return units // 10_000


def outside(url: str, **settings: str) -> dict[str, str]:
    return {
        "POC_RPC_URL": url,
        "POC_OPERATOR_KEY": OPERATOR_KEY,
        "POC_RPC_TIMEOUT_S": "1",
    } | settings


def refused(
    box: Sandbox,
    code: str,
    *words: str,
    verb: str = "up",
    prefix: tuple[str, ...] = (),
    lines: int = 1,
    **settings: str,
) -> dict[str, str]:
    """Run a verb that must end with this error, and check its form; the error."""
    done = box.run(verb, "--json", prefix=prefix, **settings)
    return told(box, done.returncode, done.stdout, done.stderr, code, *words, lines=lines)


def refused_here(folder: Path, code: str, *words: str, **settings: Any) -> str:
    """The same without a process, for further cases of one kind; detail and next step."""
    with pytest.raises(PlatformError) as failure, opened(folder, **settings):
        pass
    assert failure.value.code == code
    said = f"{failure.value.detail()}\n{failure.value.next_step()}"
    assert all(word in said for word in words), said
    assert failure.value.next_step()
    return said


def told(
    box: Sandbox, exit_code: int, stdout: str, stderr: str, code: str, *words: str, lines: int = 1
) -> dict[str, str]:
    assert exit_code == 1, stdout + stderr
    assert "Traceback" not in stderr + stdout
    document = json.loads(stdout)
    assert set(document) == {"error"}
    error: dict[str, str] = document["error"]
    assert set(error) == {"code", "detail", "next_step"}
    assert error["code"] == code, error
    assert error["next_step"]
    assert len(error["detail"].splitlines()) <= lines
    assert f"✗ {error['detail']}\n" in stderr
    assert f"→ {error['next_step']}\n" in stderr
    for word in words:
        assert word in error["detail"] + "\n" + error["next_step"], error
    assert users_of(box.data_dir) == []
    return error
