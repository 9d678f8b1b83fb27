"""A chain with our contracts and the references, on which operations are measured.

Everything is fixed: accounts, signatures, addresses (those of every sandbox), the time of each
block. So two runs give the same figures to the last unit.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from bench.gas.typed import typed_data
from pocplatform.chain.artifacts import Artifacts, foreign_artifact
from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import ContractCodec
from pocplatform.chain.compiler import CompilerSettings, compile_project
from pocplatform.chain.deployer import DeployCall, Deployer, DeployReceipt, plan
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.planning import init_code
from pocplatform.chain.ready_made import ready_made
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.deployment import deployment_set, keyless_costs
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.startup import GENESIS_TIME

DAY = 86_400
EURO = 10**6
"""Units of a test euro."""
FAR = GENESIS_TIME + 400 * DAY
"""A deadline that nothing here gets near."""
WHOLE = 2**256 - 1

REFERENCES = ("PlainERC20", "PlainERC721", "PlainERC1155", "PlainERC3009", "GateProbe")
"""Harnesses of ``contracts/test`` that the bench deploys."""
DID_REFERENCE = "node_modules/ethr-did-registry/artifacts/contracts/EthereumDIDRegistry.sol"

_BLOCK_S = 12
_GAS = hex(15_000_000)


class OperationFailed(Exception):
    """A transaction of the bench reverted."""


@dataclass(frozen=True)
class Contract:
    """A contract of the laboratory."""

    codec: ContractCodec
    lab: Lab

    @property
    def address(self) -> str:
        """Where it is."""
        return self.codec.address

    def send(self, function: str, *arguments: Any, by: LocalAccount) -> int:
        """Have a call mined, alone in its block; answers the gas that it took."""
        data = self.codec.encode(function, *arguments)
        return self.lab.send(by.address, self.address, data)

    def read(self, function: str, *arguments: Any) -> Any:
        """What a view function answers."""
        answer = self.lab.client.call(self.address, self.codec.encode(function, *arguments))
        return self.codec.decode_result(function, answer)

    def sign(self, by: LocalAccount, definition: str, *values: Any) -> bytes:
        """A signature (r, s, v) over a message that this contract checks; see ``typed_data``."""
        told = self.read("eip712Domain")
        fields = list(told.values()) if isinstance(told, dict) else list(told)
        names = ("name", "version", "chainId", "verifyingContract")
        domain = dict(zip(names, fields[1:5], strict=True))
        return sign(by, typed_data(domain, definition, values))


class Lab:
    """The chain; made by :func:`open_lab`.

    Attributes:
        client: The node.
        admin: Operates the contracts, as on the platform.
        alice, bob, carol, relayer, arbiter: Accounts without history.
    """

    def __init__(self, client: ChainClient, artifacts: Artifacts) -> None:
        self.client = client
        self.admin, self.alice, self.bob, self.carol, self.relayer, self.arbiter = (
            account(name) for name in ("admin", "alice", "bob", "carol", "relayer", "arbiter")
        )
        self._artifacts = artifacts
        self._decoder = RevertDecoder.from_artifacts(artifacts.values())
        self._contracts: dict[str, Contract] = {}

    def __getitem__(self, name: str) -> Contract:
        """A contract by its name."""
        return self._contracts[name]

    def deploy(self, folder: Path) -> None:
        """Put everything on the chain."""
        wanted = deployment_set(self.admin.address)
        steps = plan(wanted, self._artifacts, None, self.client)
        manifest = Deployer(self.client, folder / "manifest.json").execute(steps, self._submit)
        for name, entry in manifest.contracts.items():
            self._add(name, entry.address, entry.abi)
        for name in (*REFERENCES, "EthereumDIDRegistry"):
            artifact = self._artifacts[name]
            self.send(self.admin.address, None, init_code(artifact, ()))
            self._add(name, self._created, artifact.abi)

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside leaves no trace."""
        snapshot = self.client.request("evm_snapshot")
        yield
        self.client.request("evm_revert", snapshot)

    def send(self, sender: str, to: str | None, data: bytes) -> int:
        """Have a transaction mined, alone in its block; answers the gas that it took."""
        transaction = {"from": sender, "data": "0x" + data.hex(), "gas": _GAS, "gasPrice": "0x0"}
        if to is not None:
            transaction["to"] = to
        hash_ = self.client.request("eth_sendTransaction", transaction)
        self.mine(_BLOCK_S)
        receipt = self.client.receipt(hash_)
        assert receipt is not None
        if receipt["status"] != "0x1":
            raise OperationFailed(self._why(transaction))
        self._created = receipt["contractAddress"] or ""
        return int(receipt["gasUsed"], 16)

    def mine(self, seconds: int) -> None:
        """Mine a block so many seconds after the last one."""
        latest = self.client.block("latest")
        assert latest is not None
        self.client.request("evm_mine", {"timestamp": int(latest["timestamp"], 16) + seconds})

    @property
    def now(self) -> int:
        """The time of the last block."""
        latest = self.client.block("latest")
        assert latest is not None
        return int(latest["timestamp"], 16)

    def rich(self, holder: LocalAccount, *spenders: str) -> LocalAccount:
        """Give an account 10,000 tEUR, which others may take."""
        self["PilotEuro"].send("mint", holder.address, 10_000 * EURO, by=self.admin)
        for spender in spenders:
            self["PilotEuro"].send("approve", self[spender].address, WHOLE, by=holder)
        return holder

    def had_euros(self, *addresses: str) -> None:
        """Give each a tEUR, so that its balance is no new slot."""
        for address in addresses:
            self["PilotEuro"].send("mint", address, EURO, by=self.admin)

    def _add(self, name: str, address: str, abi: list[dict[str, Any]]) -> None:
        self._contracts[name] = Contract(ContractCodec(name, address, abi), self)

    def _submit(self, calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        if not calls:
            self.mine(_BLOCK_S)
        for call in calls:
            self.send(self.admin.address, call.to, call.data)
        return [DeployReceipt("0x", 0, 1) for _ in calls]

    def _why(self, transaction: dict[str, str]) -> str:
        answer = self.client.batch([("eth_call", (transaction, "latest"))])[0]
        if answer.error is None:
            return "it reverted, but would not now"
        data = str(answer.error.data or "")
        decoded = self._decoder.decode(bytes.fromhex(data[2:])) if data.startswith("0x") else None
        return f"{decoded.name} {decoded.args}" if decoded else answer.error.message


@contextlib.contextmanager
def open_lab(settings: CompilerSettings | None = None) -> Iterator[Lab]:
    """A laboratory, which ends with the context."""
    compiled = compile_project(
        PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts", include_tests=True, settings=settings
    )
    did = foreign_artifact(PROJECT_ROOT / DID_REFERENCE / "EthereumDIDRegistry.json")
    artifacts = compiled.with_foreign([*ready_made(PROJECT_ROOT), did])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        node = Devnet(
            find_anvil(PROJECT_ROOT), folder, genesis_time=GENESIS_TIME, balances=keyless_costs()
        )
        with node:
            client = ChainClient(node.rpc_url)
            client.request("anvil_autoImpersonateAccount", True)
            lab = Lab(client, artifacts)
            lab.deploy(folder)
            yield lab


def account(name: str) -> LocalAccount:
    """The account of that name, the same in every run."""
    made: LocalAccount = Account.from_key(keccak(text=f"bench/{name}"))
    return made


def sign(by: LocalAccount, document: dict[str, Any]) -> bytes:
    """A signature (r, s, v) over typed data."""
    return bytes(by.sign_message(encode_typed_data(full_message=document)).signature)


def split(signature: bytes) -> tuple[int, bytes, bytes]:
    """v, r and s of a signature."""
    return signature[64], signature[:32], signature[32:64]
