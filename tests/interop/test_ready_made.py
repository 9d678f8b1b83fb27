"""The contracts of others that the devnet carries, driven by other people's clients."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from pocplatform.chain.compiler import compile_project
from pocplatform.chain.manifest import keccak_hex
from pocplatform.chain.ready_made import (
    MULTICALL3_ADDRESS,
    PERMIT2_ADDRESS,
    multicall3_transaction,
    ready_made,
)
from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import opened, until

SCRIPT = Path(__file__).with_name("ready_made.mjs")
EURO = 1_000_000
NAMES = {artifact.name for artifact in ready_made(PROJECT_ROOT)}


@pytest.fixture
def npm(run_script: Callable[..., Any]) -> Callable[..., Any]:
    def run(action: str, **request: Any) -> Any:
        return run_script(SCRIPT, action, **request)

    return run


@pytest.fixture
def account() -> Callable[[], Any]:
    """Accounts of our own, with a key that a client can be given."""
    return lambda: Account.from_key("0x" + secrets.token_hex(32))


@pytest.fixture
def give(platform: Any) -> Callable[[str, int], None]:
    """Mints test euros to any address."""

    def mint(address: str, units: int) -> None:
        gateway = platform.gateway
        with gateway.database.transaction() as session:
            call = gateway.contracts.call("PilotEuro", "mint", to=address, amount=units)
            gateway.outbox.enqueue(session, call, sender=gateway.signers.operator.address)
        gateway.wake()
        until(lambda: gateway.contracts.read("PilotEuro", "balanceOf", address) == units)

    return mint


def test_everybody_sees_where_each_is_and_whose_it_is(anonymous: Any) -> None:
    listed = {c["name"]: c for c in anonymous.get("/v1/chain").json()["contracts"]}
    assert set(listed) >= NAMES
    assert listed["Permit2"]["address"] == PERMIT2_ADDRESS
    assert listed["Multicall3"]["address"] == MULTICALL3_ADDRESS
    assert listed["EAS"]["package"] == "@ethereum-attestation-service/eas-contracts"
    assert listed["EAS"]["source"] == "contracts/EAS.sol"
    assert listed["ERC2771Forwarder"]["package"] == "@openzeppelin/contracts"
    assert {listed[name]["license"] for name in NAMES} == {"MIT"}
    assert listed["DidRegistry"]["package"] == "pocplatform"


def test_the_code_on_the_chain_is_the_authors_own(platform: Any) -> None:
    client = platform.gateway.contracts.client
    manifest = platform.gateway.contracts.manifest
    shipped = {artifact.name: artifact for artifact in ready_made(PROJECT_ROOT)}
    for name in NAMES:
        contract, artifact = manifest.contracts[name], shipped[name]
        code = client.code(contract.address)
        assert contract.bytecode_hash == keccak_hex(artifact.bytecode)
        assert contract.code_hash == keccak_hex(code)
        if artifact.deployed_bytecode:
            # Immutables are zero in the template and filled in on the chain.
            pairs = zip(artifact.deployed_bytecode, code, strict=True)
            assert all(template in (0, found) for template, found in pairs)
    assert client.code(MULTICALL3_ADDRESS) == multicall3_transaction().creation_code[32:]


def test_all_are_there_again_in_the_same_blocks_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    def blocks(platform: Any) -> list[str]:
        client = platform.gateway.contracts.client
        return [client.block(n)["hash"] for n in range(client.block_number() + 1)]

    with opened(folder) as first:
        assert set(first.deployed) >= NAMES
        before = blocks(first)
    with opened(folder) as again:
        assert again.deployed == []
        assert blocks(again)[: len(before)] == before
        assert again.gateway.contracts.client.code(MULTICALL3_ADDRESS)


def test_multicall3_reads_two_values_in_one_call(
    npm: Callable[..., Any], platform: Any, account: Callable[[], Any], give: Any
) -> None:
    holder = account()
    give(holder.address, 5 * EURO)
    token = platform.gateway.contracts.address("PilotEuro")
    answer = npm("multicall", token=token, holder=holder.address)
    assert (answer["balance"], answer["decimals"]) == (str(5 * EURO), "6")
    assert answer["asked"] == [MULTICALL3_ADDRESS.lower()]


def test_permit2_moves_test_euros_by_a_signature_and_only_once(
    npm: Callable[..., Any], platform: Any, account: Callable[[], Any], give: Any
) -> None:
    owner, spender, receiver = account(), account(), account()
    give(owner.address, 5 * EURO)
    answer = npm(
        "permit2",
        permit2=PERMIT2_ADDRESS,
        token=platform.gateway.contracts.address("PilotEuro"),
        owner=owner.key.hex(),
        spender=spender.key.hex(),
        receiver=receiver.address,
        amount=2 * EURO,
    )
    assert answer == {"balance": str(2 * EURO), "again": "InvalidNonce"}


def test_eas_registers_a_schema_and_attests(
    npm: Callable[..., Any], platform: Any, account: Callable[[], Any]
) -> None:
    attester, recipient = account(), account()
    contracts = platform.gateway.contracts
    answer = npm(
        "eas",
        eas=contracts.address("EAS"),
        schemaRegistry=contracts.address("SchemaRegistry"),
        attester=attester.key.hex(),
        recipient=recipient.address,
    )
    assert answer == {
        "schema": "bool member",
        "attester": attester.address,
        "recipient": recipient.address,
        "member": True,
        "valid": True,
    }


def test_the_forwarder_forwards_a_request_in_the_signers_name(
    npm: Callable[..., Any], platform: Any, account: Callable[[], Any]
) -> None:
    cache = PROJECT_ROOT / ".build" / "artifacts"
    target = compile_project(PROJECT_ROOT, cache, include_tests=True)["ForwardedCounter"]
    answer = npm(
        "forward",
        forwarder=platform.gateway.contracts.address("ERC2771Forwarder"),
        target={"abi": target.abi, "bytecode": "0x" + target.bytecode.hex()},
        signer=account().key.hex(),
        relayer=account().key.hex(),
    )
    assert answer == {"signer": "1", "relayer": "0"}
