"""Fixtures of pytest for those who build on the sandbox: ``pytest -p pocplatform.testing``.

Once the package is installed, pytest finds them by itself (entry point ``pytest11``).

    def test_points_can_be_awarded(organization, deploy):
        us = organization("Kokeilijat Oy (testi)")
        points = deploy("contracts/Points.sol", arguments=[1000], by=us)
        points.send("award", [[us.address], 40])
        assert points.call("balanceOf", [us.address]) == "40"

| fixture | what it is |
|---|---|
| ``sandbox`` | the SDK without a key, for a sandbox that is thrown away at the end |
| ``organization`` | signs up organizations, with wallet, key and, with ``fund=``, test money |
| ``deploy`` | compiles a Solidity file and deploys a contract of it |
| ``advance_time`` | puts the sandbox's clock forward |
| ``organisers`` | the SDK with the organisers' key |
| ``sandbox_url`` | its address |

One sandbox serves a test run (with xdist, one each worker), since starting it takes seconds.
**Tests are kept apart by what they own**: each takes organizations, wallets and contracts of its
own, which costs milliseconds. The chain is not put back between tests: database, event log and
journal would have to go back with it. ``advance_time`` is therefore for all tests that come after,
and points of time should be told as seconds from now.

With ``--sandbox-url ADDRESS`` the tests run against a sandbox that runs already; ``organisers`` and
``advance_time`` then need ``--sandbox-admin-key`` too.

This package imports the SDK and none of the server, which it starts by the command line.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocplatform.client import Retry, Sandbox
from pocplatform.testing.contracts import Deploy
from pocplatform.testing.organizations import OrganizationFactory
from pocplatform.testing.process import SandboxProcess

__all__ = ["Deploy", "OrganizationFactory", "SandboxProcess"]

_THERE_S = 2.0
"""How long it is tried whether the sandbox is there at all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the command line."""
    group = parser.getgroup("pocplatform", "the sandbox that tests run against")
    group.addoption(
        "--sandbox-url", metavar="ADDRESS", help="a sandbox that runs; without it, one is started"
    )
    group.addoption(
        "--sandbox-admin-key", metavar="KEY", help="the organisers' key of that sandbox"
    )


@pytest.fixture(scope="session")
def _sandbox_address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str | None]]:
    """Address and organisers' key."""
    url: str | None = request.config.getoption("--sandbox-url")
    if url is not None:
        with Sandbox(url.rstrip("/"), timeout=30, retry=Retry(seconds=_THERE_S)) as found:
            found.chain.get()
        yield url.rstrip("/"), request.config.getoption("--sandbox-admin-key")
        return
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process.url, process.admin_key


@pytest.fixture(scope="session")
def sandbox_url(_sandbox_address: tuple[str, str | None]) -> str:
    """The sandbox's address."""
    return _sandbox_address[0]


@pytest.fixture(scope="session")
def sandbox(sandbox_url: str) -> Iterator[Sandbox]:
    """The SDK without a key."""
    with Sandbox(sandbox_url) as found:
        yield found


@pytest.fixture(scope="session")
def organisers(sandbox: Sandbox, _sandbox_address: tuple[str, str | None]) -> Sandbox:
    """The SDK with the organisers' key. Skips where it is not known."""
    admin_key = _sandbox_address[1]
    if admin_key is None:
        pytest.skip("--sandbox-admin-key is needed for this")
    return sandbox.with_key(admin_key)


@pytest.fixture
def organization(sandbox: Sandbox) -> OrganizationFactory:
    """Signs up organizations: ``organization("Pohjolan Puu Oy (testi)", fund=100_00)``."""
    return OrganizationFactory(sandbox)


@pytest.fixture
def deploy(request: pytest.FixtureRequest, organization: OrganizationFactory) -> Deploy:
    """Deploys contracts: ``deploy("contracts/Points.sol", arguments={"limit_": 1000})``.

    Paths are relative to the test's own folder, or else to the folder that pytest runs in.
    """
    return Deploy(organization, [Path(request.path).parent, Path.cwd()])


@pytest.fixture
def advance_time(organisers: Sandbox) -> Callable[[int], None]:
    """Puts the clock forward by so many seconds, for the chain too."""

    def advance(seconds: int) -> None:
        organisers.chain.advance_time(seconds)

    return advance
