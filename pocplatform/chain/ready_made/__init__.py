"""Contracts of others that teams expect on a chain, exactly as their authors compiled them.

Their code comes from the npm packages of ``package-lock.json``; only Multicall3, whose published
code no small package carries, comes from the signed transaction beside this file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pocplatform.chain.artifacts import Artifact, ArtifactsCorrupt, Origin, foreign_artifact
from pocplatform.chain.keyless import KeylessTransaction
from pocplatform.chain.toolchain import NpmPartMissing

PERMIT2_ADDRESS = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
PERMIT2_SALT = bytes.fromhex("d3af2663da51c10215000000").rjust(32, b"\0")
"""What its authors found such that the CREATE2 factory puts its code at that address."""

MULTICALL3_ADDRESS = "0xcA11bde05977b3631167028862bE2a173976CA11"

_HERE = Path(__file__).resolve().parent
_EAS = "@ethereum-attestation-service/eas-contracts"


@dataclass(frozen=True)
class Package:
    """An npm package that carries contracts.

    Attributes:
        name: As in package.json.
        license: SPDX identifier of its contracts.
    """

    name: str
    license: str = "MIT"

    def read(self, root: Path, load: Callable[[Path], Artifact]) -> Artifact:
        """What ``load`` makes of the package's folder, with its origin.

        Raises:
            NpmPartMissing: The package is not installed.
            ArtifactsCorrupt: It has not the files that it should have.
        """
        folder = root / "node_modules" / self.name
        try:
            version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError) as error:
            raise NpmPartMissing.named(self.name) from error
        return replace(load(folder), origin=Origin(self.name, version, self.license))


def ready_made(root: Path) -> list[Artifact]:
    """The contracts of others, by the names of the deployment set.

    Args:
        root: The checkout, whose ``node_modules`` is read.

    Raises:
        NpmPartMissing, ArtifactsCorrupt: The npm parts are not what they should be.
    """

    def hardhat(path: str) -> Callable[[Path], Artifact]:
        return lambda folder: foreign_artifact(folder / path)

    openzeppelin = Package("@openzeppelin/contracts")
    eas = Package(_EAS)
    return [
        eas.read(root, hardhat("artifacts/contracts/SchemaRegistry.sol/SchemaRegistry.json")),
        eas.read(root, hardhat("artifacts/contracts/EAS.sol/EAS.json")),
        openzeppelin.read(root, hardhat("build/contracts/ERC2771Forwarder.json")),
        Package("hardhat-predeploy").read(root, _permit2),
        _multicall3()[0],
    ]


def multicall3_transaction() -> KeylessTransaction:
    """The signed transaction that puts Multicall3 at its address on any chain."""
    return _multicall3()[1]


def _permit2(folder: Path) -> Artifact:
    """Permit2 from a package that has its creation code and ABI as two plain files."""
    path = folder / "bin" / f"{PERMIT2_ADDRESS}.bytecode"
    try:
        abi = json.loads(path.with_suffix(".abi").read_text(encoding="utf-8"))
        return Artifact("Permit2", "src/Permit2.sol", abi, path.read_bytes(), b"")
    except (OSError, ValueError) as error:
        raise ArtifactsCorrupt.shipped(path, error) from error


def _multicall3() -> tuple[Artifact, KeylessTransaction]:
    document = json.loads((_HERE / "multicall3.json").read_text(encoding="utf-8"))
    fields = document["transaction"]
    transaction = KeylessTransaction.signed(
        bytes.fromhex(fields["creation_code"]),
        gas=fields["gas"],
        gas_price=fields["gas_price"],
        v=fields["v"],
        r=int(fields["r"], 16),
        s=int(fields["s"], 16),
    )
    artifact = Artifact(
        name="Multicall3",
        source_id="src/Multicall3.sol",
        abi=document["abi"],
        bytecode=transaction.creation_code,
        deployed_bytecode=b"",
        origin=Origin(**document["origin"]),
    )
    return artifact, transaction
