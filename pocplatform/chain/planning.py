"""Comparing a deployment set with a chain: what is there, what is missing, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak

from pocplatform.chain.artifacts import Artifact, Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.deployment import (
    ContractSpec,
    DeploymentInvalid,
    DeploymentSet,
    ResolvedContract,
)
from pocplatform.chain.factory import create2_address
from pocplatform.chain.manifest import (
    DeployedContract,
    Manifest,
    genesis_of,
    keccak_hex,
    verify_chain,
)
from pocplatform.chain.reverts import abi_type


@dataclass(frozen=True)
class Step:
    """One contract of a plan.

    Attributes:
        contract: What is to be where.
        action: ``keep`` where the chain has it already, ``leave`` where it is done without.
        reason: Why, in words.
        adopted: Kept, though the manifest does not know it: found on the chain.
    """

    contract: ResolvedContract
    action: Literal["deploy", "keep", "leave"]
    reason: str
    adopted: bool = False

    @property
    def name(self) -> str:
        """Its name in the set."""
        return self.contract.spec.name

    @property
    def address(self) -> str:
        """Where it is or will be, checksummed."""
        return self.contract.address

    @property
    def artifact(self) -> Artifact:
        """What is deployed."""
        return self.contract.artifact


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
    *,
    complete: bool = True,
) -> Plan:
    """Compare a set with the chain. Sends nothing.

    Args:
        deployment: What is wanted.
        artifacts: The compiled contracts.
        manifest: What is known of the chain; None for nothing (the chain is then asked).
        client: The node.
        complete: Deploy what is optional too; otherwise only what is there already is used.

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
    for contract, answer in zip(resolved, codes, strict=True):
        known = manifest.contracts.get(contract.spec.name)
        code = bytes.fromhex((answer.unwrap() or "0x")[2:])
        steps.append(_step(contract, code, known, steps, complete))
    return Plan(tuple(steps), manifest, artifacts.settings_hash)


def salt(name: str) -> bytes:
    """The CREATE2 salt of a contract of ours."""
    return keccak(f"pocplatform/{name}".encode())


def spec_salt(spec: ContractSpec) -> bytes:
    """The CREATE2 salt of a declaration."""
    return salt(spec.name) if spec.salt is None else spec.salt


def deployed_address(spec: ContractSpec, init_code: bytes) -> str:
    """Where this code comes to be, checksummed (through the factory: EIP-1014)."""
    if spec.keyless is not None:
        return spec.keyless.address
    return create2_address(spec_salt(spec), init_code)


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


def _step(
    contract: ResolvedContract,
    code: bytes,
    known: DeployedContract | None,
    earlier: Sequence[Step],
    complete: bool,
) -> Step:
    same = known is not None and known.address == contract.address
    keyless = contract.spec.keyless
    if code and keyless is not None and not keyless.creation_code.endswith(code):
        # Unlike a CREATE2 address, it does not follow from the code: a key might get known.
        return Step(contract, "leave", "another contract is at its address")
    if code:
        reason = "unchanged" if same else "found on the chain"
        return Step(contract, "keep", reason, adopted=not same)
    if contract.spec.optional and not complete:
        return Step(contract, "leave", "the chain does not have it, and gas costs money there")
    return Step(contract, "deploy", _reason(contract, known, same, earlier))


def _reason(
    contract: ResolvedContract,
    known: DeployedContract | None,
    same_address: bool,
    earlier: Sequence[Step],
) -> str:
    if known is None:
        return "new"
    if same_address:
        return "the chain has no code here"
    if keccak_hex(contract.artifact.bytecode) != known.bytecode_hash:
        return "code changed"
    # The address of an unchanged dependency is among the old arguments.
    old = json.dumps(known.args)
    moved = [s.name for s in earlier if s.name in contract.depends_on and s.address not in old]
    if moved:
        return f"depends on {' and '.join(moved)}, which changed"
    return "constructor arguments changed"
