"""A platform that is killed in the middle of deploying."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import Artifact, Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.deployer import (
    ContractSpec,
    DeployCall,
    Deployer,
    DeploymentSet,
    DeployReceipt,
    plan,
)
from pocplatform.chain.devnet import Devnet
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.manifest import Manifest, verify

ROOT = Path(__file__).resolve().parents[3]
NAMES = ["A", "B", "C", "D"]
# Creation code that leaves one byte of code, another one for each.
ARTIFACTS = Artifacts(
    Artifact(name, f"{name}.sol", [], bytes.fromhex(f"60{i:02x}60005360016000f3"), bytes([i]))
    for i, name in enumerate(NAMES, 1)
)
WANTED = DeploymentSet([ContractSpec(name) for name in NAMES])
SENDER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def submit_through(client: ChainClient):
    """Sends from an account that the node signs for, and mines."""
    client.request("anvil_impersonateAccount", SENDER)

    def send(call: DeployCall) -> str:
        transaction = {
            "from": SENDER,
            "to": call.to,
            "data": "0x" + call.data.hex(),
            "gas": hex(15_000_000),
            "gasPrice": "0x0",
        }
        return str(client.request("eth_sendTransaction", transaction))

    def receipt(sent: str) -> DeployReceipt:
        found = client.receipt(sent)
        assert found is not None
        return DeployReceipt(sent, int(found["blockNumber"], 16), int(found["status"], 16))

    def submit(calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        sent = [send(call) for call in calls]
        client.request("evm_mine")
        return [receipt(hash_) for hash_ in sent]

    return submit


KILLED = textwrap.dedent(
    """
    import importlib.util, os, signal, sys
    from pathlib import Path
    spec = importlib.util.spec_from_file_location("faults", sys.argv[1])
    faults = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(faults)
    client = faults.ChainClient(sys.argv[2])
    submit, mined = faults.submit_through(client), int(sys.argv[4])
    def deadly(calls):
        submit(calls[:mined])
        os.kill(os.getpid(), signal.SIGKILL)
    path = Path(sys.argv[3])
    planned = faults.plan(faults.WANTED, faults.ARTIFACTS, faults.Manifest.load(path), client)
    faults.Deployer(client, path).execute(planned, deadly)
    """
)


@pytest.mark.parametrize("mined", [0, 2, 4])
def test_a_deployment_killed_around_its_transactions_is_finished_by_the_next_run(
    devnet: Devnet, tmp_path: Path, mined: int
) -> None:
    devnet.start()
    devnet.wait_ready()
    client = ChainClient(devnet.rpc_url)
    path = tmp_path / "manifest.json"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, __file__, devnet.rpc_url, str(path), str(mined)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    left = plan(WANTED, ARTIFACTS, Manifest.load(path), client)
    assert len(left.deployments) == len(NAMES) - mined
    verify(Deployer(client, path).execute(left, submit_through(client)), client)
    assert client.nonce(SENDER) == len(NAMES)  # no contract was deployed twice
    assert plan(WANTED, ARTIFACTS, Manifest.load(path), client).deployments == ()


def test_a_node_killed_in_mid_deployment_is_told_and_the_next_run_recovers(
    devnet: Devnet, tmp_path: Path
) -> None:
    devnet.start()
    devnet.wait_ready()
    client = ChainClient(devnet.rpc_url)
    path = tmp_path / "manifest.json"
    through = submit_through(client)

    def submit(calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        receipts = through(calls[:2])
        if devnet.pid:
            os.kill(devnet.pid, signal.SIGKILL)
        return receipts + through(calls[2:])

    with pytest.raises(NodeUnreachable):
        Deployer(client, path).execute(plan(WANTED, ARTIFACTS, None, client), submit)
    devnet.restart()
    client = ChainClient(devnet.rpc_url)
    again = plan(WANTED, ARTIFACTS, Manifest.load(path), client)
    assert len(again.deployments) == len(NAMES)
    verify(Deployer(client, path).execute(again, submit_through(client)), client)
