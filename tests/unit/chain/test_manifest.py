"""The manifest as a file, and its checks against real chains."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet import Devnet
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.manifest import (
    ChainIdMismatch,
    CodeMismatch,
    ContractNotDeployed,
    DeployedContract,
    GenesisMismatch,
    Manifest,
    ManifestCorrupt,
    genesis_of,
    keccak_hex,
    verify,
)

ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
CODE = bytes.fromhex("6001600155")
CONTRACT = DeployedContract(
    name="DidRegistry",
    address=ADDRESS,
    abi=[{"type": "function", "name": "identityOwner", "inputs": []}],
    code_hash=keccak_hex(CODE),
    init_code_hash=keccak_hex(b"init"),
    bytecode_hash=keccak_hex(b"code"),
    start_block=3,
    transaction_hash="0x" + "ab" * 32,
    args=[ADDRESS, 5],
    settings_hash="s",
)


def manifest_of(client: ChainClient) -> Manifest:
    return Manifest(*genesis_of(client)).with_contract(CONTRACT)


def test_a_saved_manifest_loads_as_it_was(tmp_path: Path) -> None:
    manifest = Manifest(31337, "0x" + "cd" * 32).with_contract(CONTRACT)
    manifest.save(tmp_path / "manifest.json")
    assert Manifest.load(tmp_path / "manifest.json") == manifest
    assert manifest.address("DidRegistry") == ADDRESS
    assert manifest.abis() == {"DidRegistry": CONTRACT.abi}


def test_no_file_is_no_manifest_and_no_error(tmp_path: Path) -> None:
    assert Manifest.load(tmp_path / "manifest.json") is None


def test_a_contract_that_is_not_deployed_is_told_with_the_nearest_name() -> None:
    manifest = Manifest(31337, "0x" + "cd" * 32).with_contract(CONTRACT)
    with pytest.raises(ContractNotDeployed, match="DidRegistri") as failure:
        manifest.address("DidRegistri")
    assert "DidRegistry" in failure.value.next_step()


def _good() -> dict:
    path_free = Manifest(31337, "0x" + "cd" * 32).with_contract(CONTRACT)
    return {
        "schema": 1,
        "chain_id": path_free.chain_id,
        "genesis_hash": path_free.genesis_hash,
        "contracts": {"DidRegistry": dict(CONTRACT.__dict__)},
    }


def _spoiled(change: Callable[[dict], object]) -> str:
    document = _good()
    change(document)
    return json.dumps(document)


CORRUPT = {
    "empty": "",
    "cut off": json.dumps(_good())[:-40],
    "not an object": "[]",
    "null": "null",
    "another schema": _spoiled(lambda d: d.update(schema=2)),
    "no schema": _spoiled(lambda d: d.pop("schema")),
    "no chain id": _spoiled(lambda d: d.update(chain_id="31337")),
    "a bad genesis": _spoiled(lambda d: d.update(genesis_hash="0xzz")),
    "contracts no object": _spoiled(lambda d: d.update(contracts=[1])),
    "an address cut short": _spoiled(lambda d: d["contracts"]["DidRegistry"].update(address="0x1")),
    "a member missing": _spoiled(lambda d: d["contracts"]["DidRegistry"].pop("abi")),
    "a member too many": _spoiled(lambda d: d["contracts"]["DidRegistry"].update(more=1)),
    "another name": _spoiled(lambda d: d["contracts"]["DidRegistry"].update(name="X")),
    "not text": b"\xff\x00\xfe",
}


@pytest.mark.parametrize("text", CORRUPT.values(), ids=CORRUPT.keys())
def test_a_damaged_manifest_is_set_aside_and_the_next_load_finds_none(
    tmp_path: Path, text: str | bytes
) -> None:
    path = tmp_path / "manifest.json"
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(data)
    with pytest.raises(ManifestCorrupt) as failure:
        Manifest.load(path)
    assert re.fullmatch(r"manifest\.json\.corrupt-\d{8}T\d{6}Z", failure.value.set_aside.name)
    assert failure.value.set_aside.read_bytes() == data
    assert failure.value.set_aside.name in str(failure.value)
    assert "rebuilt from the chain" in failure.value.next_step()
    assert Manifest.load(path) is None


def test_two_damaged_manifests_in_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    for text in ("one", "two", "three"):
        path.write_text(text)
        with pytest.raises(ManifestCorrupt):
            Manifest.load(path)
    assert sorted(p.read_text() for p in tmp_path.iterdir()) == ["one", "three", "two"]


def test_a_manifest_that_fits_its_chain_is_verified(client: ChainClient) -> None:
    client.request("anvil_setCode", ADDRESS, "0x" + CODE.hex())
    verify(manifest_of(client), client)


def test_another_code_at_an_address_is_refused(client: ChainClient) -> None:
    client.request("anvil_setCode", ADDRESS, "0x6002")
    with pytest.raises(CodeMismatch, match=f"DidRegistry at {ADDRESS} has other code"):
        verify(manifest_of(client), client)


def test_missing_code_is_refused_with_the_command_that_mends_it(client: ChainClient) -> None:
    with pytest.raises(CodeMismatch, match="no code there") as failure:
        verify(manifest_of(client), client)
    assert "pocplatform deploy" in failure.value.next_step()


def test_a_chain_of_another_id_is_refused(
    client: ChainClient, make_devnet: Callable[..., Devnet]
) -> None:
    other = ChainClient(make_devnet(chain_id=4711).rpc_url)
    with pytest.raises(ChainIdMismatch, match=r"serves chain 4711.*deployed on 31337") as failure:
        verify(manifest_of(client), other)
    assert "POC_RPC_URL" in failure.value.next_step()


def test_a_chain_of_the_same_id_but_another_genesis_is_refused(
    client: ChainClient, make_devnet: Callable[..., Devnet]
) -> None:
    other = ChainClient(make_devnet(genesis_time=1_700_000_001).rpc_url)
    with pytest.raises(GenesisMismatch, match=genesis_of(other)[1]) as failure:
        verify(manifest_of(client), other)
    assert "POC_DATA_DIR" in failure.value.next_step()


def test_a_devnet_of_the_same_genesis_time_is_the_same_chain(
    client: ChainClient, make_devnet: Callable[..., Devnet]
) -> None:
    assert genesis_of(ChainClient(make_devnet().rpc_url)) == genesis_of(client)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        for connection in taken:
            connection.close()


def test_an_rpc_that_does_not_answer_is_told_within_the_timeout(silent_port: int) -> None:
    url = f"http://127.0.0.1:{silent_port}"
    began = time.monotonic()
    with pytest.raises(NodeUnreachable, match=url):
        verify(Manifest(31337, "0x" + "cd" * 32), ChainClient(url, timeout=0.3))
    assert time.monotonic() - began < 5
