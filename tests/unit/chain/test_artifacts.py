"""Collections of artifacts and artifacts from elsewhere."""

import json
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import (
    Artifact,
    ArtifactMissing,
    Artifacts,
    ArtifactsCorrupt,
    foreign_artifact,
)

TOKEN = Artifact("PilotEuro", "contracts/payments/PilotEuro.sol", [], b"\x60\x01", b"\x60")
INTERFACE = Artifact("IPilotEuro", "contracts/payments/IPilotEuro.sol", [], b"", b"")


def test_saved_artifacts_load_as_they_were(tmp_path: Path) -> None:
    artifacts = Artifacts([TOKEN, INTERFACE], "settings")
    artifacts.save(tmp_path / "all.json")
    loaded = Artifacts.load(tmp_path / "all.json")
    assert dict(loaded) == dict(artifacts)
    assert loaded.settings_hash == "settings"
    assert [p.name for p in tmp_path.iterdir()] == ["all.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 99}', '{"schema": 1}'])
def test_a_damaged_file_is_told_with_the_next_step(tmp_path: Path, text: str) -> None:
    path = tmp_path / "all.json"
    path.write_text(text)
    with pytest.raises(ArtifactsCorrupt, match=r"all\.json") as failure:
        Artifacts.load(path)
    assert "pocplatform compile" in failure.value.next_step()


def test_a_missing_contract_is_told_with_the_nearest_name() -> None:
    artifacts = Artifacts([TOKEN])
    with pytest.raises(ArtifactMissing, match="PilotEuor") as failure:
        artifacts["PilotEuor"]
    assert failure.value.next_step() == "Did you mean PilotEuro?"
    assert artifacts.get("PilotEuor") is None
    assert "PilotEuor" not in artifacts


@pytest.mark.parametrize(
    "document",
    [
        {
            "contractName": "Eas",
            "sourceName": "a.sol",
            "bytecode": "0x6001",
            "deployedBytecode": "0x60",
        },
        {"bytecode": {"object": "0x6001"}, "deployedBytecode": {"object": "0x60"}},
    ],
    ids=["hardhat", "foundry"],
)
def test_artifacts_shipped_in_npm_packages_are_read(tmp_path: Path, document: dict) -> None:
    path = tmp_path / "Eas.json"
    path.write_text(json.dumps({"abi": [], **document}))
    artifact = foreign_artifact(path)
    assert (artifact.name, artifact.bytecode, artifact.deployed_bytecode) == (
        "Eas",
        b"\x60\x01",
        b"\x60",
    )
    assert "Eas" in Artifacts([TOKEN]).with_foreign([artifact])


def test_a_shipped_artifact_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Eas.json"
    path.write_text("{}")
    with pytest.raises(ArtifactsCorrupt, match=r"Eas\.json"):
        foreign_artifact(path)
