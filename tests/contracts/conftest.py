"""Actors and contracts for the contract tests."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import ape
import pytest
from eth_utils import keccak

# Tests are imported by path (importlib mode): this makes the folder of shared modules known.
sys.path.insert(0, str(Path(__file__).parent))

DAY = 86_400
EURO = 10**6
FAUCET_LIMIT = 10_000 * EURO


@pytest.fixture(scope="session")
def admin(accounts: Any) -> Any:
    return accounts[0]


@pytest.fixture(scope="session")
def alice(accounts: Any) -> Any:
    return accounts[1]


@pytest.fixture(scope="session")
def bob(accounts: Any) -> Any:
    return accounts[2]


@pytest.fixture(scope="session")
def carol(accounts: Any) -> Any:
    return accounts[3]


@pytest.fixture(scope="session")
def mallory(accounts: Any) -> Any:
    return accounts[4]


@pytest.fixture(scope="session")
def relayer(accounts: Any) -> Any:
    """Sends other people's signatures."""
    return accounts[5]


@pytest.fixture(scope="session")
def arbiter(accounts: Any) -> Any:
    return accounts[6]


@pytest.fixture(scope="session")
def company_type() -> bytes:
    """A credential type."""
    return keccak(text="CompanyCredential")


@pytest.fixture(scope="session")
def registry(project: Any, admin: Any) -> Any:
    return admin.deploy(project.DidRegistry)


@pytest.fixture(scope="session")
def issuers(project: Any, admin: Any) -> Any:
    return admin.deploy(project.TrustedIssuers, admin)


@pytest.fixture(scope="session")
def status(project: Any, admin: Any, issuers: Any) -> Any:
    return admin.deploy(project.CredentialStatus, issuers)


@pytest.fixture(scope="session")
def euro(project: Any, admin: Any) -> Any:
    return admin.deploy(project.PilotEuro, admin, admin, FAUCET_LIMIT, DAY)


@pytest.fixture(scope="session")
def hostile(project: Any, admin: Any) -> Any:
    """A token that can be made to misbehave."""
    return admin.deploy(project.HostileToken)


@pytest.fixture(scope="session")
def agreements(project: Any, admin: Any, euro: Any, hostile: Any, status: Any) -> Any:
    return admin.deploy(project.ServiceAgreements, admin, euro, [hostile], status)


@pytest.fixture
def wallet(project: Any, admin: Any, alice: Any) -> Any:
    """An ERC-1271 wallet whose key is Alice's."""
    return admin.deploy(project.WalletHarness, alice)


@pytest.fixture
def now(chain: Any) -> int:
    """A time not before the last block and the clock; a deadline a day later is in time."""
    return max(chain.blocks.head.timestamp, int(time.time()))


@pytest.fixture(scope="session")
def at(chain: Any) -> Any:
    """Sets the time of the next block."""

    def set_time(timestamp: int) -> None:
        chain.pending_timestamp = timestamp

    return set_time


@pytest.fixture(scope="session")
def zero() -> str:
    return ape.utils.ZERO_ADDRESS
