"""A devnet, accounts on it, and small Solidity projects for the tests of the chain package."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from pocplatform.chain.client import ChainClient
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.deployer import DeployCall, DeployReceipt
from pocplatform.chain.devnet import Devnet, find_anvil

ROOT = Path(__file__).resolve().parents[3]
GENESIS_TIME = 1_700_000_000
CHAIN_ID = 31337


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiler cache that holds the small project."""
    folder = tmp_path_factory.mktemp("artifacts")
    compile_project(write_project(tmp_path_factory.mktemp("small")), folder)
    return folder


@pytest.fixture
def make_devnet(tmp_path: Path) -> Iterator[Callable[..., Devnet]]:
    """Starts devnets that end with the test."""
    nodes: list[Devnet] = []

    def make(**options: object) -> Devnet:
        folder = tmp_path / f"devnet-{len(nodes)}"
        node = Devnet(find_anvil(ROOT), folder, **{"genesis_time": GENESIS_TIME, **options})
        nodes.append(node)
        node.start()
        node.wait_ready()
        return node

    yield make
    for node in nodes:
        node.stop()


@pytest.fixture
def client(make_devnet: Callable[..., Devnet]) -> ChainClient:
    return ChainClient(make_devnet().rpc_url)


class Sender:
    """Signs, sends and mines: what the platform's outbox does for the deployer."""

    def __init__(self, client: ChainClient, chain_id: int = CHAIN_ID) -> None:
        self.client = client
        self.chain_id = chain_id
        self.account: LocalAccount = Account.from_key(b"\x01" * 32)
        self.calls: list[DeployCall] = []

    @property
    def labels(self) -> list[str]:
        return [call.label for call in self.calls]

    def raw(self, to: str, data: bytes, nonce: int, value: int = 0) -> bytes:
        transaction = {
            "to": to,
            "data": data,
            "value": value,
            "gas": 15_000_000,
            "gasPrice": 0,
            "nonce": nonce,
            "chainId": self.chain_id,
        }
        return bytes(self.account.sign_transaction(transaction).raw_transaction)

    def __call__(self, calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        self.calls += calls
        first = self.client.nonce(self.account.address)
        sent = [
            self.client.request(
                "eth_sendRawTransaction",
                "0x" + self.raw(call.to, call.data, first + i, call.value).hex(),
            )
            for i, call in enumerate(calls)
        ]
        latest = self.client.block("latest")
        assert latest is not None
        self.client.request("evm_mine", {"timestamp": int(latest["timestamp"], 16) + 1})
        return [self.receipt(hash_) for hash_ in sent]

    def receipt(self, sent: str) -> DeployReceipt:
        receipt = self.client.receipt(sent)
        assert receipt is not None
        return DeployReceipt(sent, int(receipt["blockNumber"], 16), int(receipt["status"], 16))


@pytest.fixture
def sender(client: ChainClient) -> Sender:
    return Sender(client)


@pytest.fixture
def sender_for() -> Callable[..., Sender]:
    return Sender


HEADER = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.30;\n"

SOURCES = {
    "contracts/base/ICounter.sol": """
interface ICounter {
    /// @notice The step is larger than allowed.
    error CounterStepTooLarge(uint256 given, uint256 largest);
    /// @dev For developers only.
    error CounterUndocumentedForPeople(address who, bytes4 what);
    event Counted(uint256 total);
    function count(uint256 step) external;
}
""",
    "contracts/base/Counter.sol": """
import {ICounter} from "./ICounter.sol";
contract Counter is ICounter {
    address public immutable OWNER;
    uint256 public total;
    constructor(address owner) { OWNER = owner; emit Counted(0); }
    function count(uint256 step) external {
        if (step > 10) revert CounterStepTooLarge(step, 10);
        if (step == 7) revert CounterUndocumentedForPeople(msg.sender, msg.sig);
        total += step;
        emit Counted(total);
    }
}
""",
    "contracts/user/Reader.sol": """
import {
    ICounter
} from "../base/ICounter.sol";
contract Reader {
    ICounter public immutable COUNTER;
    error ReaderNeedsCode(address counter);
    constructor(ICounter counter) {
        if (address(counter).code.length == 0) revert ReaderNeedsCode(address(counter));
        COUNTER = counter;
    }
}
""",
    "contracts/user/Lonely.sol": """
contract Lonely { uint256 public number; constructor(uint256 n) { number = n; } }
""",
    "contracts/test/Hostile.sol": """
contract Hostile { fallback() external { revert(); } }
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project of its own, with the real npm parts beside it."""
    return write_project(tmp_path / "project")


def write_project(root: Path) -> Path:
    for name, text in SOURCES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(HEADER + text)
    solc = root / "node_modules" / "solc"
    solc.mkdir(parents=True)
    for part in (ROOT / "node_modules/solc").iterdir():
        if part.name == "package.json":  # a test writes to it
            shutil.copy(part, solc)
        else:
            (solc / part.name).symlink_to(part)
    return root


@pytest.fixture(autouse=True)
def _toolchain_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    # A developer's own solc, anvil or node must not decide what is tested.
    for name in ("SOLCX_BINARY_PATH", "POC_ANVIL", "POC_NODE", "POC_NODE_MODULES"):
        monkeypatch.delenv(name, raising=False)
    assert os.environ.get("HOME")
