"""The import rules catch what they are there to catch: each is broken once, in a small package."""

import os
import re
import subprocess
import sys
import tomllib
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


def lint(root: Path, tmp_path: Path, imports: dict[str, str]) -> set[str]:
    """The ids of the contracts that a package with these imports breaks."""
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    contracts = {
        c["name"]: c["id"] for c in tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    }
    (tmp_path / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    for module in {*MODULES, *imports}:
        path = tmp_path.joinpath("pocplatform", *module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = path.parent
        while folder != tmp_path:
            (folder / "__init__.py").touch()
            folder = folder.parent
        path.write_text(f"import {imports[module]}\n" if module in imports else "")
    outcome = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = {
        id_
        for name, id_ in contracts.items()
        if re.search(re.escape(name) + r"\s+BROKEN", outcome.stdout)
    }
    assert (outcome.returncode != 0) == bool(broken), outcome.stdout + outcome.stderr
    return broken


def test_imports_downwards_are_kept(root: Path, tmp_path: Path) -> None:
    allowed = {
        "cli": "pocplatform.pilots.demo.run",
        "routers": "pocplatform.domains.payments.endpoints",
        "web.pages": "pocplatform.domains.payments.service",
        "domains.payments.endpoints": "pocplatform.http.deps",
        "domains.payments.service": "pocplatform.outbox.service",
        "domains.payments.projections": "pocplatform.indexer.scanner",
        "outbox.service": "pocplatform.chain.client",
        "chain.client": "eth_account",
        "pilots.demo.run": "pocplatform.client.api",
    }
    assert lint(root, tmp_path, allowed) == set()


@pytest.mark.parametrize(
    ("importer", "imported", "contract"),
    [
        ("kit.clock", "pocplatform.chain.client", "layers"),
        ("chain.client", "pocplatform.outbox.service", "layers"),
        ("outbox.service", "pocplatform.domains.payments.service", "layers"),
        ("domains.payments.service", "pocplatform.web.pages", "layers"),
        ("domains.payments.service", "pocplatform.http.deps", "layers"),
        ("domains.payments.service", "pocplatform.main", "layers"),
        ("newcomer", "json", "layers"),
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
        (
            "pilots.demo.run",
            "pocplatform.domains.payments.service",
            "client-and-pilots-stand-alone",
        ),
        ("client.api", "sqlalchemy", "client-is-light"),
    ],
)
def test_an_import_upwards_is_refused(
    root: Path, tmp_path: Path, importer: str, imported: str, contract: str
) -> None:
    assert contract in lint(root, tmp_path, {importer: imported})
