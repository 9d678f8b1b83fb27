"""Contracts of others: where their code comes from, and their usual addresses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import Artifacts, ArtifactsCorrupt
from pocplatform.chain.client import ChainClient
from pocplatform.chain.deployer import ContractSpec, Deployer, DeploymentSet, deployed_address, plan
from pocplatform.chain.devnet import Devnet
from pocplatform.chain.manifest import keccak_hex, verify
from pocplatform.chain.ready_made import (
    MULTICALL3_ADDRESS,
    PERMIT2_ADDRESS,
    PERMIT2_SALT,
    multicall3_transaction,
    ready_made,
)
from pocplatform.chain.toolchain import NpmPartMissing

MULTICALL3 = multicall3_transaction()


@pytest.fixture(scope="module")
def artifacts(project_root: Path) -> Artifacts:
    return Artifacts(ready_made(project_root))


def wanted() -> DeploymentSet:
    return DeploymentSet([ContractSpec("Multicall3", keyless=MULTICALL3, optional=True)])


@pytest.fixture
def endowed(make_devnet: Callable[..., Devnet]) -> ChainClient:
    """A devnet on which the sender of Multicall3's transaction can pay for it."""
    node = make_devnet(balances={MULTICALL3.sender: MULTICALL3.cost})
    return ChainClient(node.rpc_url)


def test_permit2s_published_salt_gives_its_code_the_usual_address(artifacts: Artifacts) -> None:
    spec = ContractSpec("Permit2", salt=PERMIT2_SALT)
    assert deployed_address(spec, artifacts["Permit2"].bytecode) == PERMIT2_ADDRESS


def test_multicall3s_transaction_is_the_published_one() -> None:
    assert MULTICALL3.sender == "0x05f32B3cC3888453ff71B01135B34FF8e41263F2"
    assert MULTICALL3.address == MULTICALL3_ADDRESS
    assert MULTICALL3.cost == 10**17
    assert keccak_hex(MULTICALL3.raw) == (
        "0x07471adfe8f4ec553c1199f495be97fc8be8e0626ae307281c22534460184ed1"
    )


def test_each_says_which_package_in_which_version_it_comes_from(
    artifacts: Artifacts, project_root: Path
) -> None:
    lock = json.loads((project_root / "package-lock.json").read_text())["packages"]
    npm = {name: a.origin for name, a in artifacts.items() if name != "Multicall3"}
    assert set(npm) == {"SchemaRegistry", "EAS", "ERC2771Forwarder", "Permit2"}
    for origin in npm.values():
        assert origin.version == lock[f"node_modules/{origin.package}"]["version"]
    assert {artifact.origin.license for artifact in artifacts.values()} == {"MIT"}


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NpmPartMissing, match="@ethereum-attestation-service/eas-contracts"):
        ready_made(tmp_path)


@pytest.mark.parametrize(
    ("package", "file"),
    [
        (
            "@ethereum-attestation-service/eas-contracts",
            "artifacts/contracts/EAS.sol/EAS.json",
        ),
        ("hardhat-predeploy", f"bin/{PERMIT2_ADDRESS}.abi"),
    ],
)
def test_a_damaged_file_of_a_package_is_told(
    project_root: Path, tmp_path: Path, package: str, file: str
) -> None:
    modules = tmp_path / "node_modules"
    for name in ("@openzeppelin/contracts", "hardhat-predeploy"):
        (modules / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(project_root / "node_modules" / name, modules / name)
    eas = "@ethereum-attestation-service/eas-contracts"
    for part in ("package.json", "artifacts"):
        (modules / eas).mkdir(parents=True, exist_ok=True)
        source = project_root / "node_modules" / eas / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, modules / eas / part)
    (modules / package / file).write_text("{")
    with pytest.raises(ArtifactsCorrupt, match="cannot be read") as failure:
        ready_made(tmp_path)
    assert Path(file).stem in str(failure.value)


def test_multicall3_is_deployed_by_its_own_transaction(
    artifacts: Artifacts, endowed: ChainClient, sender_for, tmp_path: Path
) -> None:
    deployer = Deployer(endowed, tmp_path / "manifest.json")
    manifest = deployer.execute(plan(wanted(), artifacts, None, endowed), sender_for(endowed))
    verify(manifest, endowed)
    entry = manifest.contracts["Multicall3"]
    assert (entry.address, entry.transaction_hash) == (
        MULTICALL3_ADDRESS,
        keccak_hex(MULTICALL3.raw),
    )
    assert MULTICALL3.creation_code.endswith(endowed.code(MULTICALL3_ADDRESS))
    assert plan(wanted(), artifacts, manifest, endowed).deployments == ()


def test_multicall3_is_done_without_where_nobody_can_pay_for_its_transaction(
    artifacts: Artifacts, client: ChainClient, sender, tmp_path: Path
) -> None:
    said: list[str] = []
    deployer = Deployer(
        client, tmp_path / "manifest.json", said.append, payer=sender.account.address
    )
    manifest = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    assert manifest.contracts == {}
    assert said[-1].startswith("Multicall3 is done without: ")
    assert sender.calls == []


def test_a_node_that_refuses_the_transaction_is_done_without_multicall3(
    artifacts: Artifacts, client: ChainClient, sender, tmp_path: Path
) -> None:
    client.request("anvil_setBalance", MULTICALL3.sender, hex(MULTICALL3.cost))
    client.request("anvil_setNonce", MULTICALL3.sender, "0x1")
    said: list[str] = []
    deployer = Deployer(client, tmp_path / "manifest.json", said.append)
    assert deployer.execute(plan(wanted(), artifacts, None, client), sender).contracts == {}
    assert "nonce too low" in said[-1]


def test_another_contract_at_multicall3s_address_is_not_taken_for_it(
    artifacts: Artifacts, client: ChainClient
) -> None:
    client.request("anvil_setCode", MULTICALL3_ADDRESS, "0x6001")
    assert plan(wanted(), artifacts, None, client).summary() == [
        "leave Multicall3: another contract is at its address"
    ]
