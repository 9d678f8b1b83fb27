"""Deterministic deployment of a set of contracts, through the CREATE2 factory (EIP-1014).

A contract's address is a function of its name, its code and its constructor arguments. So a second
run finds everything in place; a contract whose code changed gets a new address, and with it those
whose arguments hold that address; a run that was killed is simply run again. Addresses are known
beforehand, so everything is sent in one go.

    PlatformError
    ├── DeploymentFailed   500  a deployment was refused or left no code
    └── FactoryMissing     500  the chain has no CREATE2 factory and it cannot be put there
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from pocplatform.chain import keyless
from pocplatform.chain.artifacts import Artifact
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
from pocplatform.chain.keyless import KeylessRefused
from pocplatform.chain.manifest import DeployedContract, Manifest, keccak_hex
from pocplatform.chain.planning import Plan, Step, deployed_address, plan, spec_salt
from pocplatform.chain.reverts import RevertDecoder, revert_data
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
class _Sent:
    """How a contract came to the chain: its transaction and block."""

    transaction_hash: str
    block_number: int


class Deployer:
    """Carries out plans.

    Args:
        client: The node.
        manifest_path: Where the manifest is kept.
        progress: Called with one plain sentence at each step.
        payer: The account that ``submit`` sends from. What it cannot pay is left out if it is
            optional; None where that need not be looked at.
    """

    def __init__(
        self,
        client: ChainClient,
        manifest_path: Path,
        progress: Callable[[str], None] | None = None,
        *,
        payer: str | None = None,
    ) -> None:
        self._client = client
        self._path = manifest_path
        self._progress = progress or (lambda _: None)
        self._payer = payer

    def execute(self, plan: Plan, submit: Submit) -> Manifest:
        """Deploy what is missing, through ``submit``, which sends calls and awaits their receipts.

        Raises:
            FactoryMissing: The chain has no CREATE2 factory, and it could not be put there.
            DeploymentFailed: A deployment reverted or left no code. What was deployed beside it
                is in the manifest.
        """
        sent = self._send(plan, submit)
        changed = [s for s in plan.steps if s.action == "deploy" or s.adopted]
        codes = dict(zip((s.name for s in changed), self._codes(changed), strict=True))
        entries: dict[str, DeployedContract] = {}
        failed: list[Step] = []
        for step in plan.steps:
            known, code = plan.manifest.contracts.get(step.name), codes.get(step.name, b"")
            if code:
                entries[step.name] = self._entry(step, code, sent.get(step.name), plan)
            elif step.action == "keep" and known is not None:
                entries[step.name] = _with_origin(known, step.artifact)
            elif step.action == "deploy" and step.contract.spec.keyless is None:
                failed.append(step)
                if known is not None:
                    entries[step.name] = known
        # Contracts that the set no longer has stay on the chain but are nobody's any more.
        manifest = replace(plan.manifest, contracts=entries)
        if manifest != plan.manifest or not self._path.exists():
            manifest.save(self._path)
        if failed:
            raise self._failed(failed[0], sent.get(failed[0].name))
        return manifest

    def _send(self, plan: Plan, submit: Submit) -> dict[str, _Sent]:
        """Send every deployment; how each went, by name, as far as it went."""
        steps = [s for s in plan.deployments if s.contract.spec.keyless is None]
        if steps:
            ensure_factory(self._client, submit)
        calls = []
        for step in steps:
            self._progress(f"deploying {step.name}: {step.reason}")
            calls.append(
                DeployCall(
                    to=CREATE2_FACTORY,
                    data=spec_salt(step.contract.spec) + step.contract.init_code,
                    label=f"deploy {step.name}",
                )
            )
        receipts = submit(calls) if calls else []
        sent = {
            step.name: _Sent(receipt.transaction_hash, receipt.block_number)
            for step, receipt in zip(steps, receipts, strict=True)
        }
        for step in plan.deployments:
            if step not in steps:
                sent |= self._send_keyless(step, submit)
        return sent

    def _send_keyless(self, step: Step, submit: Submit) -> dict[str, _Sent]:
        transaction = step.contract.spec.keyless
        assert transaction is not None
        self._progress(f"deploying {step.name}: {step.reason}")
        funding = keyless.funding(self._client, transaction, step.name)
        needed = sum(call.value for call in funding)
        try:
            if needed and self._payer and self._client.balance(self._payer) < needed:
                raise KeylessRefused(f"{self._payer} has no ether for its sender")
            if funding:
                submit(funding)
            keyless.send(self._client, submit, transaction)
        except KeylessRefused as error:
            self._progress(f"{step.name} is done without: {error.why}")
            return {}
        hash_ = "0x" + keccak(transaction.raw).hex()
        receipt = self._client.receipt(hash_) or {"blockNumber": "0x0"}
        return {step.name: _Sent(hash_, int(receipt["blockNumber"], 16))}

    def _codes(self, steps: Sequence[Step]) -> list[bytes]:
        """The code that the chain has now at the address of each."""
        answers = self._client.batch([("eth_getCode", (s.address, "latest")) for s in steps])
        return [bytes.fromhex((answer.unwrap() or "0x")[2:]) for answer in answers]

    def _entry(self, step: Step, code: bytes, sent: _Sent | None, plan: Plan) -> DeployedContract:
        if step.adopted:
            self._progress(f"{step.name} is at {step.address} already")
        entry = DeployedContract(
            name=step.name,
            address=step.address,
            abi=step.artifact.abi,
            code_hash=keccak_hex(code),
            init_code_hash=keccak_hex(step.contract.init_code),
            bytecode_hash=keccak_hex(step.artifact.bytecode),
            start_block=sent.block_number if sent else self._first_log_block(step.address),
            transaction_hash=sent.transaction_hash if sent else None,
            args=_as_json(step.contract.args),
            settings_hash=plan.settings_hash,
        )
        return _with_origin(entry, step.artifact)

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

    def _failed(self, step: Step, sent: _Sent | None) -> DeploymentFailed:
        # The factory swallows the constructor's reason: ask for it by simulating the creation.
        why = "no code is at its address afterwards"
        try:
            data = "0x" + step.contract.init_code.hex()
            self._client.request("eth_call", {"data": data}, "latest")
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
            transaction=(sent.transaction_hash if sent else "") or Phrase("none"),
            why=why,
        )


def _with_origin(entry: DeployedContract, artifact: Artifact) -> DeployedContract:
    origin = artifact.origin
    return replace(
        entry,
        source=artifact.source_id,
        package=origin.package,
        version=origin.version,
        license=origin.license,
    )


def _as_json(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    return value
