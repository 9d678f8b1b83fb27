"""The manifest: which contract is where on which chain, and the checks that it still is.

PlatformError
├── ManifestCorrupt       500  the file is damaged; it has been set aside
├── ContractNotDeployed   404  the manifest has no contract of that name
├── ChainIdMismatch       500  the node's chain has another id than the manifest
├── GenesisMismatch       500  the same id, but another chain
└── CodeMismatch          500  another code, or none, at a contract's address
"""

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.files import write_atomically
from pocplatform.kit.errors import PlatformError

SCHEMA = 1


class ManifestCorrupt(PlatformError):
    """The manifest is damaged and has been set aside.

    Attributes:
        set_aside: Where the damaged file is now.
    """

    code = "manifest_corrupt"
    title = "The list of deployed contracts is damaged"

    def __init__(self, path: Path, set_aside: Path, why: str) -> None:
        self.set_aside = set_aside
        super().__init__(
            "The list of deployed contracts, {path}, cannot be read ({why}); the damaged file was "
            "set aside as {set_aside}.",
            next_step="Start again with `pocplatform up`: the list is rebuilt from the chain.",
            path=str(path),
            set_aside=set_aside.name,
            why=why,
        )


class ContractNotDeployed(PlatformError):
    """The manifest has no contract of that name."""

    code = "contract_not_deployed"
    status = 404
    title = "No such contract is deployed"


class ChainIdMismatch(PlatformError):
    """The node's chain has another id than the manifest."""

    code = "chain_id_mismatch"
    title = "The node serves another chain"


class GenesisMismatch(PlatformError):
    """The node's chain has the manifest's id but another first block."""

    code = "genesis_mismatch"
    title = "The node serves another chain"


class CodeMismatch(PlatformError):
    """There is another code than deployed, or none, at a contract's address."""

    code = "code_mismatch"
    title = "A contract is not what was deployed"


@dataclass(frozen=True)
class DeployedContract:
    """One contract on the chain. Hashes are keccak-256 as 0x-hex.

    Attributes:
        name: Its name in the deployment set.
        address: Checksummed (EIP-55).
        abi: The JSON ABI it was compiled with.
        code_hash: Of the runtime code on the chain.
        init_code_hash: Of creation code and constructor arguments; decides the address.
        bytecode_hash: Of the creation code alone; tells changed code from changed arguments.
        start_block: No log of it is in an earlier block.
        transaction_hash: Of the deployment; None where it was found on the chain already.
        args: Constructor arguments, as JSON has them.
        settings_hash: The compiler settings' digest.
        source: Its source file, as its package names it.
        package: The npm package that carries its code, or ``pocplatform``.
        version: The package's.
        license: SPDX identifier.
    """

    name: str
    address: str
    abi: list[dict[str, Any]]
    code_hash: str
    init_code_hash: str
    bytecode_hash: str
    start_block: int
    transaction_hash: str | None
    args: list[Any]
    settings_hash: str
    source: str = ""
    package: str = ""
    version: str = ""
    license: str = ""


@dataclass(frozen=True)
class Manifest:
    """The deployed contracts of one chain, which chain id and genesis hash identify."""

    chain_id: int
    genesis_hash: str
    contracts: Mapping[str, DeployedContract] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Manifest | None":
        """Read a manifest; None where there is no file.

        Raises:
            ManifestCorrupt: It is damaged. It is then no longer at ``path``, so the next start
                finds none and rebuilds it.
        """
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return cls._from_json(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = str(error) or type(error).__name__
            raise ManifestCorrupt(path, _set_aside(path), why) from error

    def save(self, path: Path) -> None:
        """Write it, atomically."""
        document = {
            "schema": SCHEMA,
            "chain_id": self.chain_id,
            "genesis_hash": self.genesis_hash,
            "contracts": {name: asdict(contract) for name, contract in self.contracts.items()},
        }
        write_atomically(path, json.dumps(document, indent=1) + "\n")

    def address(self, name: str) -> str:
        """Where a contract is; raises :class:`ContractNotDeployed`."""
        return self.contract(name).address

    def contract(self, name: str) -> DeployedContract:
        """A contract's entry; raises :class:`ContractNotDeployed`."""
        try:
            return self.contracts[name]
        except KeyError:
            near = difflib.get_close_matches(name, self.contracts, n=1)
            raise ContractNotDeployed(
                "No contract named {name} is deployed.",
                next_step="Did you mean {near}?" if near else "Run `pocplatform deploy`.",
                name=name,
                near=near[0] if near else "",
            ) from None

    def abis(self) -> dict[str, list[dict[str, Any]]]:
        """The ABI of each contract."""
        return {name: contract.abi for name, contract in self.contracts.items()}

    def with_contract(self, contract: DeployedContract) -> "Manifest":
        """This manifest with one contract added or replaced."""
        return replace(self, contracts={**self.contracts, contract.name: contract})

    @classmethod
    def _from_json(cls, document: Any) -> "Manifest":
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']!r} instead of {SCHEMA}")
        contracts = {
            name: _contract_from_json(name, entry) for name, entry in document["contracts"].items()
        }
        chain_id, genesis_hash = document["chain_id"], document["genesis_hash"]
        if not isinstance(chain_id, int) or not _is_hex(genesis_hash, 32):
            raise ValueError("chain_id or genesis_hash is not what it should be")
        return cls(chain_id, genesis_hash, contracts)


def genesis_of(client: ChainClient) -> tuple[int, str]:
    """The node's chain id and the hash of its first block, which identify a chain."""
    genesis = client.block(0)
    if genesis is None:
        # A node that has not started to sync, or one that prunes block 0: no identity to trust.
        raise NodeUnreachable(
            "The blockchain node at {url} has no first block yet.",
            next_step="Wait until the node has started, then try again.",
            url=client.url,
        )
    return client.chain_id(), genesis["hash"]


def verify(manifest: Manifest, client: ChainClient) -> None:
    """Check that the node's chain is the manifest's and has the code that was deployed.

    Raises:
        ChainIdMismatch, GenesisMismatch, CodeMismatch: It is not, or has not.
        NodeUnreachable, RpcError: The node cannot be asked.
    """
    verify_chain(manifest, client)
    contracts = list(manifest.contracts.values())
    answers = client.batch([("eth_getCode", (c.address, "latest")) for c in contracts])
    for contract, answer in zip(contracts, answers, strict=True):
        code = bytes.fromhex(answer.unwrap()[2:])
        if keccak_hex(code) != contract.code_hash:
            raise CodeMismatch(
                "{name} at {address} has other code on the chain than the one deployed."
                if code
                else "{name} was deployed at {address}, but the chain has no code there.",
                next_step="Run `pocplatform deploy`, which puts in place what is missing; an "
                "outside chain that was reset needs it once.",
                name=contract.name,
                address=contract.address,
            )


def verify_chain(manifest: Manifest, client: ChainClient) -> None:
    """The first half of :func:`verify`: is it the same chain at all?"""
    chain_id, genesis_hash = genesis_of(client)
    if chain_id != manifest.chain_id:
        raise ChainIdMismatch(
            "The node at {url} serves chain {found}, but the contracts were deployed on {wanted}.",
            next_step="Point POC_RPC_URL to chain {wanted}, or use another POC_DATA_DIR for chain "
            "{found}.",
            url=client.url,
            found=chain_id,
            wanted=manifest.chain_id,
        )
    if genesis_hash != manifest.genesis_hash:
        raise GenesisMismatch(
            "The node at {url} serves a chain {chain_id} that begins with block {found}, not the "
            "one that the contracts were deployed on, which begins with {wanted}.",
            next_step="Point POC_RPC_URL to the former chain, or use another POC_DATA_DIR for this "
            "one (`pocplatform reset` gives up what was on the former).",
            url=client.url,
            chain_id=chain_id,
            found=genesis_hash,
            wanted=manifest.genesis_hash,
        )


def keccak_hex(data: bytes) -> str:
    """keccak-256 as 0x-hex."""
    return "0x" + keccak(data).hex()


def _contract_from_json(name: str, entry: Any) -> DeployedContract:
    unknown = set(entry) - {f.name for f in fields(DeployedContract)}
    if unknown:
        raise ValueError(f"contract {name} has unknown members {sorted(unknown)}")
    hashes = (entry["code_hash"], entry["init_code_hash"], entry["bytecode_hash"])
    sound = (
        entry["name"] == name
        and _is_hex(entry["address"], 20)
        and all(_is_hex(value, 32) for value in hashes)
        and isinstance(entry["abi"], list)
        and isinstance(entry["args"], list)
        and isinstance(entry["start_block"], int)
    )
    if not sound:
        raise ValueError(f"the entry of contract {name} is not what it should be")
    return DeployedContract(**entry)


def _is_hex(value: Any, length: int) -> bool:
    if not isinstance(value, str) or not value.startswith("0x"):
        return False
    try:
        return len(bytes.fromhex(value[2:])) == length
    except ValueError:
        return False


def _set_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    os.replace(path, target)
    return target
