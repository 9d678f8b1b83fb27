"""A platform that is killed in the middle of deploying."""

import os
import signal
import subprocess
import sys
import textwrap
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

    def submit(call: DeployCall) -> DeployReceipt:
        sent = client.request(
            "eth_sendTransaction",
            {
                "from": SENDER,
                "to": call.to,
                "data": "0x" + call.data.hex(),
                "gas": hex(15_000_000),
                "gasPrice": "0x0",
            },
        )
        client.request("evm_mine")
        receipt = client.receipt(sent)
        assert receipt is not None
        return DeployReceipt(sent, int(receipt["blockNumber"], 16), int(receipt["status"], 16))

    return submit


KILLED = textwrap.dedent(
    """
    import importlib.util, os, signal, sys
    from pathlib import Path
    spec = importlib.util.spec_from_file_location("faults", sys.argv[1])
    faults = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(faults)
    client = faults.ChainClient(sys.argv[2])
    submit, moment, number = faults.submit_through(client), sys.argv[4], 0
    def deadly(call):
        global number
        number += 1
        if number == 3 and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        receipt = submit(call)
        if number == 3 and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return receipt
    path = Path(sys.argv[3])
    planned = faults.plan(faults.WANTED, faults.ARTIFACTS, faults.Manifest.load(path), client)
    faults.Deployer(client, path).execute(planned, deadly)
    """
)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_deployment_killed_around_a_transaction_is_finished_by_the_next_run(
    devnet: Devnet, tmp_path: Path, moment: str
) -> None:
    devnet.start()
    devnet.wait_ready()
    client = ChainClient(devnet.rpc_url)
    path = tmp_path / "manifest.json"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, __file__, devnet.rpc_url, str(path), moment],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    manifest = Manifest.load(path)
    assert manifest is not None
    assert len(manifest.contracts) == 2
    left = plan(WANTED, ARTIFACTS, manifest, client)
    assert len(left.deployments) == (2 if moment == "before" else 1)
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
    count = 0

    def submit(call: DeployCall) -> DeployReceipt:
        nonlocal count
        count += 1
        if count == 3 and devnet.pid:
            os.kill(devnet.pid, signal.SIGKILL)
        return through(call)

    from pocplatform.chain.errors import NodeUnreachable

    with pytest.raises(NodeUnreachable):
        Deployer(client, path).execute(plan(WANTED, ARTIFACTS, None, client), submit)
    devnet.restart()
    client = ChainClient(devnet.rpc_url)
    again = plan(WANTED, ARTIFACTS, Manifest.load(path), client)
    assert [step.reason for step in again.steps].count("the chain has no code here") == 2
    verify(Deployer(client, path).execute(again, submit_through(client)), client)
