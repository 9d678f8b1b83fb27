"""What the contracts can do, the API offers, or a document says why it does not."""

import re

from pocplatform.kit.settings import PROJECT_ROOT

CONTRACTS = (PROJECT_ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
OWN_WALLETS = (PROJECT_ROOT / "docs" / "own_wallets.md").read_text(encoding="utf-8")


def test_every_writing_function_is_called_by_a_domain_or_explained():
    functions = set(re.findall(r"^\| `(\w+)\([^`]*` \| write \|", CONTRACTS, re.MULTILINE))
    assert {"activate", "mintWithVoucher", "withdrawHeld"} <= functions
    code = "".join(p.read_text() for p in (PROJECT_ROOT / "pocplatform/domains").rglob("*.py"))
    table = OWN_WALLETS.split("## What only the contracts offer")[1]
    explained = set(re.findall(r"\w+", table))
    endings = tuple(re.findall(r"`…(\w+)`", table))
    unreachable = {
        name
        for name in functions
        if f'"{name}"' not in code and name not in explained and not name.endswith(endings)
    }
    assert unreachable == set()
