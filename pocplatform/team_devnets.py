"""The devnets of teams, put together: their processes, their rows, and the contracts on them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.deployer import DeployCall, Deployer, DeployReceipt, Submit, plan
from pocplatform.chain.devnet import find_anvil
from pocplatform.chain.devnet.fleet import Fleet
from pocplatform.chain.devnet.ledger import Limits
from pocplatform.chain.ready_made import ready_made
from pocplatform.deployment import deployment_set, keyless_costs
from pocplatform.domains.devnets.ledger import DevnetLedger
from pocplatform.kit.database import Database
from pocplatform.kit.settings import PROJECT_ROOT, Settings

_DEPLOYMENT_GAS = 16_000_000
"""More than the largest contract takes, and less than a transaction may (EIP-7825)."""


Deploy: TypeAlias = Callable[[ChainClient, Path], None]
"""Puts contracts on an empty devnet, given a folder of its own."""


def team_devnets(
    settings: Settings, database: Database, deploy: Deploy, told: Callable[[], None]
) -> Fleet:
    """The devnets of teams, none of which runs yet.

    Args:
        settings: How many there may be, and how large.
        database: Holds their rows.
        deploy: Puts the platform's contracts on those that are to begin with them.
        told: Called when something was told of a devnet.
    """
    ledger = DevnetLedger(database, told)
    ledger.recover()
    limits = Limits(
        at_once=settings.devnets_at_once,
        of_an_owner=settings.devnets_at_once_per_organization,
        memory_bytes=settings.devnets_memory_mb * 1024 * 1024,
        idle_s=settings.devnets_idle_s,
        save_s=settings.devnets_save_s,
        request_s=settings.devnets_request_s,
    )
    return Fleet(
        lambda: find_anvil(PROJECT_ROOT, settings.anvil),
        settings.data_dir / "devnets",
        ledger,
        limits,
        deploy,
        keyless_costs(),
    )


def platforms_contracts(artifacts: Artifacts, operator: str) -> Deploy:
    """Deploys the platform's contracts, administered by ``operator``: at their usual addresses."""

    def deploy(client: ChainClient, folder: Path) -> None:
        wanted = plan(
            deployment_set(operator), artifacts.with_foreign(ready_made(PROJECT_ROOT)), None, client
        )
        Deployer(client, folder / "manifest.json").execute(wanted, _submitter(client, operator))

    return deploy


def _submitter(client: ChainClient, operator: str) -> Submit:
    """Sends as the operator, whose key such a chain needs not: it mines each call at once."""

    def submit(calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        client.request("anvil_impersonateAccount", operator)
        try:
            return [_sent(client, operator, call) for call in calls]
        finally:
            client.request("anvil_stopImpersonatingAccount", operator)

    return submit


def _sent(client: ChainClient, operator: str, call: DeployCall) -> DeployReceipt:
    transaction = {
        "from": operator, "to": call.to, "data": "0x" + call.data.hex(), "value": hex(call.value),
        "gas": hex(_DEPLOYMENT_GAS), "maxPriorityFeePerGas": "0x0",
    }  # fmt: skip
    hash_ = client.request("eth_sendTransaction", transaction)
    receipt = client.receipt(hash_) or {"blockNumber": "0x0", "status": "0x0"}
    return DeployReceipt(hash_, int(receipt["blockNumber"], 16), int(receipt["status"], 16))
