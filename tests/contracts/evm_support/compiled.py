"""The contracts as the platform's own compiler makes them, in the form in which ape deploys them.

ape's own compilation looks at each file by itself: it misses a change of an imported file, and the
tests would run on old code. The platform's looks at all that a contract is made of, compiles only
what has changed, and gives the same bytecode (``tests/unit`` compares the two).
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.reverts import RevertDecoder

ROOT = Path(__file__).resolve().parents[3]


@cache
def start_compiling() -> Future[Artifacts]:
    """Compile in the background: solc works while ape is still being imported."""
    cached = ROOT / ".build" / "artifacts"
    return ThreadPoolExecutor(1).submit(compile_project, ROOT, cached, include_tests=True)


def artifacts() -> Artifacts:
    """All compiled contracts, harnesses included.

    Raises:
        CompilationFailed, NodeMissing, NpmPartMissing, CompilerBroken: There is nothing to test.
    """
    return start_compiling().result()


@cache
def revert_decoder() -> RevertDecoder:
    """Decodes every custom error of every contract."""
    return RevertDecoder.from_artifacts(artifacts().values())


class Contracts:
    """The compiled contracts as attributes: ``contracts.DidRegistry``."""

    def __getattr__(self, name: str) -> Any:
        from ape.contracts import ContractContainer
        from ethpm_types import ContractType

        artifact = artifacts()[name]
        contract = {
            "contractName": artifact.name,
            "sourceId": artifact.source_id,
            "abi": artifact.abi,
            "deploymentBytecode": {"bytecode": "0x" + artifact.bytecode.hex()},
            "runtimeBytecode": {"bytecode": "0x" + artifact.deployed_bytecode.hex()},
        }
        container = ContractContainer(ContractType.model_validate(contract))
        setattr(self, name, container)
        return container
