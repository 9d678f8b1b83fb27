"""Actors and contracts for the contract tests."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import ape
import pytest
from eth_utils import keccak

# Tests are imported by path (importlib mode): this makes the folder of shared modules known.
sys.path.insert(0, str(Path(__file__).parent))

from evm_support.compiled import Contracts, start_compiling
from evm_support.orders import make_market
from evm_support.scopes import give_scopes_their_fixtures
from evm_support.units import DAY, EURO

FAUCET_LIMIT = 10_000 * EURO
START = 2_840_140_800
"""When the chain of a run begins: 2060-01-01. Later than any clock, so that the next block is one
second after the last however long the tests take."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    start_compiling()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    give_scopes_their_fixtures(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    if session.config.option.collectonly:
        return
    import ape_ethereum.provider

    # ape replays each transaction in search of console.log, of which our contracts have none.
    ape_ethereum.provider._post_send_transaction = lambda transaction, receipt: None
    provider = ape.chain.provider
    if provider.name == "foundry":
        provider.make_request("anvil_setBlockTimestampInterval", [1])
    else:
        from evm_support.embedded import go_back_at_once

        go_back_at_once(provider.evm_backend)
    ape.chain.mine(timestamp=START)
    gc.freeze()  # What was imported stays: looking through it again and again takes a tenth.


@pytest.fixture(scope="session")
def project() -> Contracts:
    """The compiled contracts, in the place of ape's own project."""
    return Contracts()


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


@pytest.fixture(scope="session")
def invoices(project: Any, admin: Any, euro: Any) -> Any:
    return admin.deploy(project.Invoices, euro)


@pytest.fixture(scope="session")
def mandates(project: Any, admin: Any, euro: Any) -> Any:
    return admin.deploy(project.Mandates, euro)


@pytest.fixture(scope="session")
def splits(project: Any, admin: Any) -> Any:
    return admin.deploy(project.Splits)


@pytest.fixture(scope="session")
def items(project: Any, admin: Any) -> Any:
    return admin.deploy(project.Items, "/items/{id}.json")


@pytest.fixture(scope="session")
def spaces(project: Any, admin: Any, registry: Any, items: Any, status: Any) -> Any:
    return admin.deploy(project.Spaces, registry, items, status)


@pytest.fixture(scope="session")
def parcels(project: Any, admin: Any, spaces: Any, euro: Any) -> Any:
    return admin.deploy(project.Parcels, spaces, euro, "/parcels/")


@pytest.fixture(scope="session")
def market(project: Any, admin: Any, euro: Any) -> Any:
    return make_market(project, admin, euro)


@pytest.fixture(scope="session")
def wallet(project: Any, admin: Any, alice: Any) -> Any:
    """An ERC-1271 wallet whose key is Alice's."""
    return admin.deploy(project.WalletHarness, alice)


@pytest.fixture(scope="session")
def now() -> int:
    """A time shortly before the next block; a deadline a minute later is in time."""
    return START


@pytest.fixture(scope="session")
def at(chain: Any) -> Any:
    """Sets the time of the next block."""

    def set_time(timestamp: int) -> None:
        chain.pending_timestamp = timestamp

    return set_time


@pytest.fixture(scope="session")
def zero() -> str:
    return ape.utils.ZERO_ADDRESS
