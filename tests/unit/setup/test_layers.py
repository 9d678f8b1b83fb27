"""The import rules catch what they are there to catch: each is broken once, in a small package."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

MODULES = [
    "main", "cli", "worker", "routers", "doctor", "web.pages", "delivery.sse", "http.deps",
    "domains.payments.endpoints", "domains.payments.service", "domains.payments.projections",
    "domains.payments.schemas", "domains.payments.repository", "domains.payments.models",
    "domains.payments.errors", "domains.other.endpoints", "domains.other.service",
    "outbox.service", "indexer.scanner", "events.log", "chain.client", "kit.clock",
    "client.api", "pilots.demo.run",
]  # fmt: skip


FORBIDDEN = [
    ("kit.clock", "pocplatform.chain.client", "layers"),
    ("chain.client", "pocplatform.outbox.service", "layers"),
    ("outbox.service", "pocplatform.domains.payments.service", "layers"),
    ("domains.payments.service", "pocplatform.web.pages", "layers"),
    ("domains.payments.service", "pocplatform.http.deps", "layers"),
    ("domains.payments.service", "pocplatform.main", "layers"),
    ("http.deps", "pocplatform.domains.payments.service", "http-knows-no-domain"),
    ("domains.payments.service", "pocplatform.domains.payments.endpoints", "domain-internals"),
    ("domains.payments.repository", "pocplatform.domains.payments.service", "domain-internals"),
    ("domains.payments.models", "pocplatform.domains.payments.repository", "domain-internals"),
    (
        "domains.payments.service",
        "pocplatform.domains.other.endpoints",
        "domains-know-no-endpoints",
    ),
    ("domains.payments.service", "fastapi", "services-know-no-web-framework"),
    (
        "domains.payments.endpoints",
        "pocplatform.domains.payments.repository",
        "endpoints-query-nothing",
    ),
    ("domains.payments.service", "web3", "only-chain-speaks-ethereum"),
    ("kit.clock", "eth_account", "only-chain-speaks-ethereum"),
    ("client.api", "pocplatform.kit.clock", "client-and-pilots-stand-alone"),
    ("pilots.demo.run", "pocplatform.domains.payments.service", "client-and-pilots-stand-alone"),
    ("client.api", "sqlalchemy", "client-is-light"),
]
"""Importer, imported, and the contract that refuses it."""


def contracts(root: Path) -> dict[str, str]:
    """The ids of all import contracts by their names."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {c["name"]: c["id"] for c in pyproject["tool"]["importlinter"]["contracts"]}


def lint(root: Path, folder: Path, imports: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is said of each contract that a package with these imports breaks, by its id."""
    shutil.copy(root / "pyproject.toml", folder)
    importers = {importer for importer, _ in imports}
    for module in {*MODULES, *importers}:
        path = folder.joinpath("pocplatform", *module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        package = path.parent
        while package != folder:
            (package / "__init__.py").touch()
            package = package.parent
        lines = [f"import {imported}\n" for importer, imported in imports if importer == module]
        path.write_text("".join(lines))
    outcome = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    known = contracts(root)
    _, _, told = outcome.stdout.partition("Broken contracts")
    headings = "|".join(re.escape(name) for name in known)
    parts = re.split(rf"(?m)^({headings})$", told)[1:]
    said = {known[name]: text for name, text in zip(parts[::2], parts[1::2], strict=True)}
    broken = {
        id_
        for name, id_ in known.items()
        if re.search(re.escape(name) + r"\s+BROKEN", outcome.stdout)
    }
    assert broken == set(said), outcome.stdout
    assert (outcome.returncode != 0) == bool(broken), outcome.stdout + outcome.stderr
    return said


def test_imports_downwards_are_kept(root: Path, tmp_path: Path) -> None:
    allowed = [
        ("cli", "pocplatform.pilots.demo.run"),
        ("routers", "pocplatform.domains.payments.endpoints"),
        ("web.pages", "pocplatform.domains.payments.service"),
        ("domains.payments.endpoints", "pocplatform.http.deps"),
        ("domains.payments.service", "pocplatform.outbox.service"),
        ("domains.payments.projections", "pocplatform.indexer.scanner"),
        ("outbox.service", "pocplatform.chain.client"),
        ("chain.client", "eth_account"),
        ("pilots.demo.run", "pocplatform.client.api"),
    ]
    assert lint(root, tmp_path, allowed) == {}


@pytest.fixture(scope="module")
def refused(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said where every rule is broken at once."""
    imports = [(importer, imported) for importer, imported, _ in FORBIDDEN]
    return lint(root, tmp_path_factory.mktemp("package"), imports)


@pytest.mark.parametrize(("importer", "imported", "contract"), FORBIDDEN)
def test_an_import_upwards_is_refused_by_name(
    refused: dict[str, str], importer: str, imported: str, contract: str
) -> None:
    assert f"pocplatform.{importer} -> {imported} (l." in refused[contract]


def test_a_new_package_must_be_given_its_layer(root: Path, tmp_path: Path) -> None:
    assert "newcomer" in lint(root, tmp_path, [("newcomer", "json")])["layers"]


def test_every_rule_is_broken_once(root: Path) -> None:
    assert {contract for _, _, contract in FORBIDDEN} == set(contracts(root).values())
