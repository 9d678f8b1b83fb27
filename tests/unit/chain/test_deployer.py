"""Deterministic deployment on a real devnet."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import ArtifactMissing, Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.deployer import (
    CREATE2_FACTORY,
    ContractSpec,
    DeployCall,
    Deployer,
    DeploymentFailed,
    DeploymentInvalid,
    DeploymentSet,
    DeployReceipt,
    FactoryMissing,
    Operator,
    Param,
    Ref,
    deployed_address,
    plan,
)
from pocplatform.chain.devnet import Devnet
from pocplatform.chain.factory import FACTORY_TRANSACTION, ensure_factory
from pocplatform.chain.manifest import ChainIdMismatch, Manifest, verify

OWNER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"

SPECS = [
    ContractSpec("Reader", (Ref("Counter"),)),
    ContractSpec("Second", lambda known: (known.address("Counter"),), artifact="Reader"),
    ContractSpec("Counter", (Operator,)),
    ContractSpec("Lonely", (7,)),
]


def wanted(operator: str = OWNER) -> DeploymentSet:
    return DeploymentSet(SPECS, {"operator": operator})


@pytest.fixture
def artifacts(project: Path, shared_cache: Path) -> Artifacts:
    return compile_project(project, shared_cache)


@pytest.fixture
def changed(project: Path, shared_cache: Path, artifacts: Artifacts) -> Artifacts:
    """The artifacts after a change of Counter's code."""
    source = project / "contracts/base/Counter.sol"
    source.write_text(source.read_text().replace("step > 10", "step > 20"))
    return compile_project(project, shared_cache)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "manifest.json"


class TestDeclaration:
    def test_dependencies_come_first(self) -> None:
        order = wanted().order
        assert order.index("Counter") < order.index("Reader")
        assert order.index("Counter") < order.index("Second")

    def test_a_reference_inside_a_list_is_a_dependency(self) -> None:
        specs = [ContractSpec("A", ([Ref("B"), OWNER],)), ContractSpec("B")]
        assert DeploymentSet(specs).order == ("B", "A")

    def test_contracts_that_need_each_other_are_refused(self) -> None:
        specs = [ContractSpec("A", (Ref("B"),)), ContractSpec("B", (Ref("A"),))]
        with pytest.raises(DeploymentInvalid, match=r"A → B → A|B → A → B"):
            DeploymentSet(specs)

    def test_an_unknown_reference_is_refused(self) -> None:
        with pytest.raises(DeploymentInvalid, match="A refers to Nobody"):
            DeploymentSet([ContractSpec("A", (Ref("Nobody"),))])

    def test_a_missing_parameter_is_refused(self) -> None:
        with pytest.raises(DeploymentInvalid, match="parameter minter"):
            DeploymentSet([ContractSpec("A", (Param("minter"),))])

    def test_a_name_given_twice_is_refused(self) -> None:
        with pytest.raises(DeploymentInvalid, match="A is declared twice"):
            DeploymentSet([ContractSpec("A"), ContractSpec("A")])

    @pytest.mark.parametrize("args", [(), (1, 2), ("seven",), (-1,)])
    def test_arguments_that_do_not_fit_are_refused(
        self, artifacts: Artifacts, client: ChainClient, args: tuple
    ) -> None:
        with pytest.raises(DeploymentInvalid, match=r"Lonely\(uint256\)"):
            plan(DeploymentSet([ContractSpec("Lonely", args)]), artifacts, None, client)

    def test_an_interface_is_refused(self, artifacts: Artifacts, client: ChainClient) -> None:
        with pytest.raises(DeploymentInvalid, match="ICounter"):
            plan(DeploymentSet([ContractSpec("ICounter")]), artifacts, None, client)

    def test_an_unknown_contract_is_refused(
        self, artifacts: Artifacts, client: ChainClient
    ) -> None:
        with pytest.raises(ArtifactMissing, match="Countre"):
            plan(DeploymentSet([ContractSpec("Countre")]), artifacts, None, client)

    def test_the_same_code_under_two_names_has_two_addresses(self) -> None:
        first, second = ContractSpec("A"), ContractSpec("B")
        assert deployed_address(first, b"\x60") != deployed_address(second, b"\x60")


def test_everything_is_deployed_and_the_manifest_fits_the_chain(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    planned = plan(wanted(), artifacts, None, client)
    assert sorted(planned.summary()) == [
        "deploy Counter: new",
        "deploy Lonely: new",
        "deploy Reader: new",
        "deploy Second: new",
    ]
    said: list[str] = []
    manifest = Deployer(client, path, said.append).execute(planned, sender)
    assert manifest == Manifest.load(path)
    verify(manifest, client)
    assert len(said) == len(sender.labels) == 4
    counter, reader = manifest.contracts["Counter"], manifest.contracts["Reader"]
    assert counter.args == [OWNER]
    assert reader.args == [counter.address]
    assert manifest.address("Second") != reader.address
    logs = client.request("eth_getLogs", {"address": counter.address, "fromBlock": "0x0"})
    assert int(logs[0]["blockNumber"], 16) == counter.start_block
    assert client.receipt(str(counter.transaction_hash))


def test_a_second_run_deploys_nothing(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    sender.calls.clear()
    before = path.stat().st_mtime_ns
    again = plan(wanted(), artifacts, Manifest.load(path), client)
    assert again.deployments == ()
    assert {step.reason for step in again.steps} == {"unchanged"}
    assert deployer.execute(again, sender) == first
    assert sender.calls == []
    assert path.stat().st_mtime_ns == before


def test_a_changed_contract_deploys_itself_and_what_depends_on_it_and_says_so(
    artifacts: Artifacts, changed: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    second = plan(wanted(), changed, first, client)
    assert sorted(second.summary()) == [
        "deploy Counter: code changed",
        "deploy Reader: depends on Counter, which changed",
        "deploy Second: depends on Counter, which changed",
        "keep Lonely: unchanged",
    ]
    after = deployer.execute(second, sender)
    verify(after, client)
    assert after.contracts["Lonely"] == first.contracts["Lonely"]
    assert after.address("Counter") != first.address("Counter")
    assert after.contracts["Reader"].args == [after.address("Counter")]


def test_changed_arguments_are_told_as_such(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    first = Deployer(client, path).execute(plan(wanted(), artifacts, None, client), sender)
    summary = plan(wanted(OTHER), artifacts, first, client).summary()
    assert "deploy Counter: constructor arguments changed" in summary
    assert "deploy Reader: depends on Counter, which changed" in summary


def test_code_put_back_to_an_earlier_state_is_found_on_the_chain(
    artifacts: Artifacts, changed: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    second = deployer.execute(plan(wanted(), changed, first, client), sender)
    sender.calls.clear()
    back = plan(wanted(), artifacts, second, client)
    assert "keep Counter: found on the chain" in back.summary()
    third = deployer.execute(back, sender)
    assert sender.calls == []
    assert third.address("Counter") == first.address("Counter")


def test_an_emptied_chain_gets_everything_again_at_the_same_addresses(
    artifacts: Artifacts, make_devnet: Callable[..., Devnet], sender_for, path: Path
) -> None:
    node = make_devnet()
    client = ChainClient(node.rpc_url)
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender_for(client))
    node.restart()
    client = ChainClient(node.rpc_url)
    again = plan(wanted(), artifacts, first, client)
    assert {step.reason for step in again.steps} == {"the chain has no code here"}
    second = Deployer(client, path).execute(again, sender_for(client))
    assert {n: c.address for n, c in second.contracts.items()} == {
        n: c.address for n, c in first.contracts.items()
    }


def test_a_lost_manifest_is_rebuilt_from_the_chain(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    sender.calls.clear()
    path.unlink()
    rebuilt = deployer.execute(plan(wanted(), artifacts, Manifest.load(path), client), sender)
    assert sender.calls == []
    verify(rebuilt, client)
    assert Manifest.load(path) == rebuilt
    for name, contract in rebuilt.contracts.items():
        assert contract.code_hash == first.contracts[name].code_hash
    # Counter logs in its constructor; no log of it may be missed.
    assert rebuilt.contracts["Counter"].start_block <= first.contracts["Counter"].start_block


def test_a_contract_no_longer_wanted_leaves_the_manifest(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    deployer = Deployer(client, path)
    first = deployer.execute(plan(wanted(), artifacts, None, client), sender)
    fewer = DeploymentSet([ContractSpec("Lonely", (7,))])
    after = deployer.execute(plan(fewer, artifacts, first, client), sender)
    assert set(after.contracts) == {"Lonely"}
    assert Manifest.load(path) == after


def test_everything_is_sent_in_one_go(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    manifest = Deployer(client, path).execute(plan(wanted(), artifacts, None, client), sender)
    assert client.block_number() == 1
    assert {contract.start_block for contract in manifest.contracts.values()} == {1}


@pytest.mark.parametrize("sent", [0, 2, 4])
def test_an_interrupted_deployment_goes_on_where_it_was(
    artifacts: Artifacts, client: ChainClient, sender, path: Path, sent: int
) -> None:
    def dies(calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        sender(calls[:sent])
        raise KeyboardInterrupt

    deployer = Deployer(client, path)
    with pytest.raises(KeyboardInterrupt):
        deployer.execute(plan(wanted(), artifacts, None, client), dies)
    left = plan(wanted(), artifacts, Manifest.load(path), client)
    assert [step.action for step in left.steps].count("deploy") == 4 - sent
    assert [step.reason for step in left.steps].count("found on the chain") == sent
    verify(deployer.execute(left, sender), client)
    assert len(set(sender.labels)) == len(sender.labels) == 4


def test_a_constructor_that_reverts_is_told_with_its_own_error(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    specs = [ContractSpec("Lonely", (7,)), ContractSpec("Reader", (OTHER,))]
    with pytest.raises(DeploymentFailed, match=rf"ReaderNeedsCode\(counter={OTHER}\)") as failure:
        Deployer(client, path).execute(plan(DeploymentSet(specs), artifacts, None, client), sender)
    assert "pocplatform deploy" in failure.value.next_step()
    saved = Manifest.load(path)
    assert saved is not None
    assert set(saved.contracts) == {"Lonely"}


def test_what_else_was_deployed_is_known_though_a_constructor_reverted_before_it(
    artifacts: Artifacts, client: ChainClient, sender, path: Path
) -> None:
    specs = [ContractSpec("Reader", (OTHER,)), ContractSpec("Lonely", (7,))]
    with pytest.raises(DeploymentFailed, match="Reader could not be deployed"):
        Deployer(client, path).execute(plan(DeploymentSet(specs), artifacts, None, client), sender)
    saved = Manifest.load(path)
    assert saved is not None
    verify(saved, client)
    assert set(saved.contracts) == {"Lonely"}


def test_a_manifest_of_another_chain_is_refused_before_anything_is_sent(
    artifacts: Artifacts, client: ChainClient
) -> None:
    with pytest.raises(ChainIdMismatch):
        plan(wanted(), artifacts, Manifest(1, "0x" + "00" * 32), client)


class TestOptional:
    SPECS = (ContractSpec("Lonely", (7,)), ContractSpec("Counter", (Operator,), optional=True))

    def set(self) -> DeploymentSet:
        return DeploymentSet(self.SPECS, {"operator": OWNER})

    def test_is_left_out_where_gas_costs_money(
        self, artifacts: Artifacts, client: ChainClient, sender, path: Path
    ) -> None:
        planned = plan(self.set(), artifacts, None, client, complete=False)
        assert "leave Counter: the chain does not have it, and gas costs money there" in (
            planned.summary()
        )
        manifest = Deployer(client, path).execute(planned, sender)
        assert set(manifest.contracts) == {"Lonely"}
        assert sender.labels == ["deploy Lonely"]

    def test_is_used_where_the_chain_has_it(
        self, artifacts: Artifacts, client: ChainClient, sender, path: Path
    ) -> None:
        deployer = Deployer(client, path)
        deployer.execute(plan(self.set(), artifacts, None, client), sender)
        path.unlink()
        sender.calls.clear()
        manifest = deployer.execute(
            plan(self.set(), artifacts, None, client, complete=False), sender
        )
        assert set(manifest.contracts) == {"Lonely", "Counter"}
        assert sender.calls == []


class TestFactory:
    @pytest.fixture
    def bare(self, make_devnet: Callable[..., Devnet]) -> ChainClient:
        node = make_devnet(extra_args=["--disable-default-create2-deployer"])
        client = ChainClient(node.rpc_url)
        assert client.code(CREATE2_FACTORY) == b""
        return client

    def test_is_put_on_a_chain_that_lacks_it(
        self, bare: ChainClient, artifacts: Artifacts, sender_for, path: Path
    ) -> None:
        sender = sender_for(bare)
        bare.request("anvil_setBalance", sender.account.address, hex(10**18))
        ensure_factory(bare, sender)
        assert FACTORY_TRANSACTION.address == CREATE2_FACTORY
        assert sender.labels == ["fund the sender of the CREATE2 factory"]
        assert bare.nonce(FACTORY_TRANSACTION.sender) == 1
        verify(Deployer(bare, path).execute(plan(wanted(), artifacts, None, bare), sender), bare)

    def test_that_does_not_get_mined_is_told_with_the_next_step(self, bare: ChainClient) -> None:
        bare.request("anvil_setBalance", FACTORY_TRANSACTION.sender, hex(FACTORY_TRANSACTION.cost))
        with pytest.raises(FactoryMissing, match=CREATE2_FACTORY) as failure:
            ensure_factory(bare, lambda _: [], timeout=0.3)
        assert "genesis" in failure.value.next_step()
