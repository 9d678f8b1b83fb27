"""The pilots of the programme together reach the API: each group of operations has its pilot."""

from __future__ import annotations

import ast

import pytest

from pocplatform.client import Sandbox
from pocplatform.pilots.stories import ROOT, folders

ELSEWHERE = {
    "assessments": "people leave them, and they are counted: runs of invented companies leave none",
    "devnets": "a pilot's companies meet on the chain that they share",
    "hackathons": "organisers hold events; tests/api/hackathons plays one to a paid milestone",
    "own_wallet": "writes in two steps; a device that signs by itself is in solar-neighbours",
    "pilot_runs": "the runner publishes what it has evaluated",
    "programme": "the indicators count runs; none is part of one",
    "requests": "the log of what one asked helps who builds; nothing of a trade depends on it",
    "sessions": "people sign in on pages",
}
"""Groups that no scenario uses, with the reason."""


@pytest.fixture(scope="module")
def used():
    """The attributes that scenarios and what they share ask for."""
    shared = (
        "joining.py",
        "attesting.py",
        "own_contracts.py",
        "market_sales.py",
        "chain_reader.py",
    )
    paths = [path for folder in folders() for path in folder.glob("*.py")]
    return {
        node.attr
        for path in [*paths, *(ROOT / name for name in shared)]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }


def test_every_group_of_operations_is_used_by_a_pilot_or_said_not_to_be(used):
    with Sandbox("http://127.0.0.1:9") as sandbox:
        groups = {name for name in vars(sandbox) if not name.startswith("_")}
    assert groups - used == set(ELSEWHERE)
