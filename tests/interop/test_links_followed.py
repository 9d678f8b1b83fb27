"""Links of the OpenAPI document are followed by schemathesis, with all its checks.

The same walks each time, as many as are asked for however long they take: what is followed does not
depend on the machine. ``-rP`` shows how far they came.
"""

import time
import tomllib
from pathlib import Path

import pytest

from tests.interop.walking import Walker, links, walk

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")

PARTS = {
    "money": {"Payments", "Wallets", "Transactions", "Organizations", "Batch"},
    "agreements": {"Agreements"},
    "credentials": {"Credentials", "Credential types", "Identities", "Profiles"},
    "spaces": {"Spaces", "Items"},
    "invoices": {"Invoices", "Mandates", "Splits", "Payouts", "Redemptions"},
    "market": {"Items", "Spaces", "Parcels", "Market"},
    "developers": {"Contracts", "Devnets", "Webhooks", "Request log and recordings"},
    "events": {"Hackathons and workshops", "Pilots", "Programme", "Data protection"},
}
"""The parts of the API that people walk between, by their tags."""

AT_LEAST = {"money": 11, "agreements": 20, "credentials": 17, "spaces": 30, "invoices": 18}
"""How many different links a few walks follow at least; the longer ones come further."""


@pytest.fixture(scope="module")
def settings():
    """How schemathesis is configured elsewhere, without a key of its own, for good requests."""
    given = tomllib.loads(CONFIGURATION.read_text())
    del given["auth"]
    return given | {"generation": {"mode": "positive"}}


@pytest.fixture
def look(base_url, join, admin, settings):
    """Walks in parts of the API as two companies with some money."""

    def walker(name):
        member = join(name, fund=100_000)
        return Walker(key(member.api), member.address, member.did)

    def key(api):
        return api.headers["Authorization"].removeprefix("Bearer ")

    def look(part, **how):
        tags, began = PARTS[part], time.process_time()
        seen = walk(
            base_url, walker("Polku Oy"), walker("Kumppani Oy"), key(admin), tags, settings, **how
        )
        print(
            f"{part}: {len(seen.followed)} of {links(tags)} links followed,",
            f"{len(seen.arrived)} of them to a success, in {seen.answers.total()} steps",
            f"and {time.process_time() - began:.0f} s of a processor",
        )
        for (label, status, why), count in sorted(seen.answers.items()):
            print(f"{count:5} {label}: {status} {why}")
        return seen

    return look


@pytest.mark.parametrize("part", AT_LEAST)
def test_answers_to_what_links_lead_to_are_as_the_document_says(look, part):
    seen = look(part, walks=10, steps=25)
    assert len(seen.followed) >= AT_LEAST[part]
    assert len(seen.arrived) >= AT_LEAST[part] // 3


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_answers_to_what_long_walks_lead_to_are_as_the_document_says(look, part):
    seen = look(part, walks=40, steps=40)
    assert len(seen.followed) >= AT_LEAST.get(part, 10)
