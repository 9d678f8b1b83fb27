"""Deterministic deployment of a set of contracts through the CREATE2 factory (EIP-1014).

A contract's address is a function of its name, its code and its constructor arguments. So a second
run finds everything in place; a contract whose code changed gets a new address, and with it those
whose arguments hold that address; a run that was killed is simply run again.

    PlatformError
    ├── DeploymentFailed   500  a deployment was refused or left no code
    └── FactoryMissing     500  the chain has no CREATE2 factory and it cannot be put there
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from pocplatform.chain.artifacts import Artifact, Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.deployment import (
    ContractSpec,
    DeploymentInvalid,
    DeploymentSet,
    Operator,
    Param,
    Ref,
    Resolver,
)
from pocplatform.chain.errors import RpcError
from pocplatform.chain.factory import CREATE2_FACTORY, FactoryMissing, ensure_factory
from pocplatform.chain.manifest import (
    DeployedContract,
    Manifest,
    genesis_of,
    keccak_hex,
    verify_chain,
)
from pocplatform.chain.reverts import RevertDecoder, abi_type, revert_data
from pocplatform.chain.submission import DeployCall, DeployReceipt, Submit
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase

__all__ = [
    "CREATE2_FACTORY",
    "ContractSpec",
    "DeployCall",
    "DeployReceipt",
    "Deployer",
    "DeploymentFailed",
    "DeploymentInvalid",
    "DeploymentSet",
    "FactoryMissing",
    "Operator",
    "Param",
    "Plan",
    "Ref",
    "Resolver",
    "Step",
    "Submit",
    "deployed_address",
    "plan",
]


class DeploymentFailed(PlatformError):
    """A deployment was refused, or mined without leaving code."""

    code = "deployment_failed"
    title = "A contract could not be deployed"


@dataclass(frozen=True)
class Step:
    """One contract of a plan.

    Attributes:
        name: Its name in the set.
        action: ``keep`` where the chain has it already.
        reason: Why, in words.
        address: Where it is or will be, checksummed.
        init_code: Creation code and encoded arguments.
        args: Constructor arguments with all references resolved.
        artifact: What is deployed.
        depends_on: Names of the contracts whose addresses it holds.
        adopted: Kept, though the manifest does not know it: found on the chain.
    """

    name: str
    action: Literal["deploy", "keep"]
    reason: str
    address: str
    init_code: bytes
    args: list[Any]
    artifact: Artifact
    depends_on: tuple[str, ...]
    adopted: bool = False


@dataclass(frozen=True)
class Plan:
    """What deploying a set on a chain would do: all contracts, dependencies first.

    Attributes:
        steps: One a contract.
        manifest: The manifest so far, of the chain that was looked at.
        settings_hash: The compiler settings' digest.
    """

    steps: tuple[Step, ...]
    manifest: Manifest
    settings_hash: str

    @property
    def deployments(self) -> tuple[Step, ...]:
        """The steps that send a transaction."""
        return tuple(step for step in self.steps if step.action == "deploy")

    def summary(self) -> list[str]:
        """A line a contract, such as ``deploy CredentialStatus: code changed``."""
        return [f"{step.action} {step.name}: {step.reason}" for step in self.steps]


def plan(
    deployment: DeploymentSet,
    artifacts: Artifacts,
    manifest: Manifest | None,
    client: ChainClient,
) -> Plan:
    """Compare a set with the chain. Sends nothing.

    Args:
        deployment: What is wanted.
        artifacts: The compiled contracts.
        manifest: What is known of the chain; None for nothing (the chain is then asked).
        client: The node.

    Raises:
        ArtifactMissing, DeploymentInvalid: The set does not fit the contracts.
        ChainIdMismatch, GenesisMismatch: The manifest is of another chain.
        NodeUnreachable, RpcError: The node cannot be asked.
    """
    if manifest is None:
        manifest = Manifest(*genesis_of(client))
    else:
        verify_chain(manifest, client)
    resolved = deployment.resolve(artifacts, deployed_address, init_code)
    codes = client.batch([("eth_getCode", (r.address, "latest")) for r in resolved])
    steps: list[Step] = []
    for item, answer in zip(resolved, codes, strict=True):
        known = manifest.contracts.get(item.name)
        same = known is not None and known.address == item.address
        exists = answer.unwrap() not in ("0x", "0x0", None)
        if exists:
            reason = "unchanged" if same else "found on the chain"
        else:
            reason = _reason(item.name, item.artifact, known, same, item.depends_on, steps)
        steps.append(
            Step(
                name=item.name,
                action="keep" if exists else "deploy",
                reason=reason,
                address=item.address,
                init_code=item.init_code,
                args=item.args,
                artifact=item.artifact,
                depends_on=item.depends_on,
                adopted=exists and not same,
            )
        )
    return Plan(tuple(steps), manifest, artifacts.settings_hash)


class Deployer:
    """Carries out plans.

    Args:
        client: The node.
        manifest_path: Where the manifest is kept; written after every single contract.
        progress: Called with one plain sentence at each step.
    """

    def __init__(
        self,
        client: ChainClient,
        manifest_path: Path,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._client = client
        self._path = manifest_path
        self._progress = progress or (lambda _: None)

    def execute(self, plan: Plan, submit: Submit) -> Manifest:
        """Deploy what is missing, through ``submit``, which sends a call and awaits its receipt.

        Raises:
            FactoryMissing: The chain has no CREATE2 factory, and it could not be put there.
            DeploymentFailed: A deployment reverted or left no code. What was deployed before it
                is in the manifest.
        """
        manifest = plan.manifest
        if plan.deployments:
            ensure_factory(self._client, submit)
        for step in plan.steps:
            updated = self._carry_out(step, plan, manifest, submit)
            if updated is not manifest:
                manifest = updated
                manifest.save(self._path)
        # Contracts that the set no longer has stay on the chain but are nobody's any more.
        wanted = {step.name for step in plan.steps}
        kept = {name: c for name, c in manifest.contracts.items() if name in wanted}
        if kept != manifest.contracts or not self._path.exists():
            manifest = replace(manifest, contracts=kept)
            manifest.save(self._path)
        return manifest

    def _carry_out(self, step: Step, plan: Plan, manifest: Manifest, submit: Submit) -> Manifest:
        if step.action == "keep" and not step.adopted:
            return manifest
        if step.action == "keep":
            self._progress(f"{step.name} is at {step.address} already")
            receipt = None
            start_block = self._first_log_block(step.address)
        else:
            self._progress(f"deploying {step.name}: {step.reason}")
            receipt = submit(
                DeployCall(
                    to=CREATE2_FACTORY,
                    data=salt(step.name) + step.init_code,
                    label=f"deploy {step.name}",
                )
            )
            start_block = receipt.block_number
        code = self._client.code(step.address)
        if not code:
            raise self._failed(step, receipt)
        return manifest.with_contract(
            DeployedContract(
                name=step.name,
                address=step.address,
                abi=step.artifact.abi,
                code_hash=keccak_hex(code),
                init_code_hash=keccak_hex(step.init_code),
                bytecode_hash=keccak_hex(step.artifact.bytecode),
                start_block=start_block,
                transaction_hash=receipt.transaction_hash if receipt else None,
                args=_as_json(step.args),
                settings_hash=plan.settings_hash,
            )
        )

    def _first_log_block(self, address: str) -> int:
        # A lower bound is all that is needed: scanning from too early costs time, from too late
        # loses events. Nodes that prune do not have the old states to search by.
        head = self._client.block_number()
        try:
            query = {"address": address, "fromBlock": "0x0", "toBlock": hex(head)}
            logs = self._client.request("eth_getLogs", query)
        except RpcError:
            return 0
        return min((int(log["blockNumber"], 16) for log in logs), default=head)

    def _failed(self, step: Step, receipt: DeployReceipt | None) -> DeploymentFailed:
        # The factory swallows the constructor's reason: ask for it by simulating the creation.
        why = "no code is at its address afterwards"
        try:
            self._client.request("eth_call", {"data": "0x" + step.init_code.hex()}, "latest")
        except RpcError as error:
            decoded = RevertDecoder.from_artifacts([step.artifact]).decode(revert_data(error.data))
            given = ", ".join(f"{name}={value}" for name, value in decoded.args.items())
            why = f"{decoded.name}({given})" if decoded.name else error.message
            if decoded.explanation:
                why += f": {decoded.explanation}"
        return DeploymentFailed(
            "{name} could not be deployed at {address} (transaction {transaction}): {why}",
            next_step="Check the constructor's arguments and the sending account's balance, then "
            "run `pocplatform deploy`; what is deployed already is kept.",
            name=step.name,
            address=step.address,
            transaction=receipt.transaction_hash if receipt else Phrase("none"),
            why=why,
        )


def salt(name: str) -> bytes:
    """The CREATE2 salt of a contract of ours."""
    return keccak(f"pocplatform/{name}".encode())


def deployed_address(name: str, init_code: bytes) -> str:
    """Where the factory puts this code (EIP-1014), checksummed."""
    factory = bytes.fromhex(CREATE2_FACTORY[2:])
    return to_checksum_address(keccak(b"\xff" + factory + salt(name) + keccak(init_code))[12:])


def init_code(artifact: Artifact, args: Sequence[Any]) -> bytes:
    """Creation code with encoded arguments; raises :class:`DeploymentInvalid`."""
    entry = next((e for e in artifact.abi if e.get("type") == "constructor"), {})
    types = [abi_type(parameter) for parameter in entry.get("inputs", ())]
    expected = f"{artifact.name}({', '.join(types)})"
    if not artifact.deployable:
        raise DeploymentInvalid(
            "{name} has no code to deploy: it is an interface or abstract.",
            next_step="Name a contract that implements it.",
            name=artifact.name,
        )
    try:
        if len(types) != len(args):
            raise ValueError(f"{len(args)} arguments instead of {len(types)}")
        return artifact.bytecode + (abi_encode(types, list(args)) if types else b"")
    except (EncodingError, ValueError, TypeError) as error:
        raise DeploymentInvalid(
            "The arguments of {expected} do not fit: {why}",
            next_step="Mend the arguments in the deployment set.",
            expected=expected,
            why=str(error),
        ) from error


def _reason(
    name: str,
    artifact: Artifact,
    known: DeployedContract | None,
    same_address: bool,
    depends_on: Sequence[str],
    earlier: Sequence[Step],
) -> str:
    if known is None:
        return "new"
    if same_address:
        return "the chain has no code here"
    if keccak_hex(artifact.bytecode) != known.bytecode_hash:
        return "code changed"
    # The address of an unchanged dependency is among the old arguments.
    old = json.dumps(known.args)
    moved = [s.name for s in earlier if s.name in depends_on and s.address not in old]
    if moved:
        return f"depends on {' and '.join(moved)}, which changed"
    return "constructor arguments changed"


def _as_json(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    return value
