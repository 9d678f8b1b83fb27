"""The demo pilot through the public API of a real sandbox."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pocplatform.client import Sandbox
from pocplatform.pilots.demo import DemoResult, StepLine, run

if TYPE_CHECKING:
    from pocplatform.startup import Platform

STEPS = 13
FUNCTIONS = {
    "setAttribute": 4,
    "accredit": 1,
    "anchor": 1,
    "drip": 1,
    "activate": 2,
    "fundWithAuthorization": 2,
    "deliver": 3,
    "accept": 2,
    "dispute": 1,
    "resolve": 1,
}
"""What a run does on the chain, exactly once each."""


def check(result: DemoResult) -> None:
    """Everything that a right run has, from the result alone."""
    assert result.problems == []
    assert result.ok
    assert Counter(one.function for one in result.transactions) == FUNCTIONS
    assert all(one.status == "confirmed" for one in result.transactions)
    assert all(one.hash and one.block and one.gas_used for one in result.transactions)
    assert result.gas_total == sum(one.gas_used for one in result.transactions)
    assert result.conservation_ok
    before, after = result.balances_before, result.balances_after
    company, customer, arbiter, issuer = (one.name for one in result.identities)
    assert (before[company], after[company]) == (0, 230_000)
    assert (before[customer], after[customer]) == (300_000, 70_000)
    assert before[arbiter] == after[arbiter] == before[issuer] == after[issuer] == 0
    assert before["ServiceAgreements"] == after["ServiceAgreements"]
    assert result.credential_valid
    assert len(result.credential_checks) == 7
    assert all(one.ok for one in result.credential_checks)
    assert result.forgery_refused
    first, second = result.agreement_states
    assert [one.state for one in first.milestones] == ["paid", "paid"]
    assert [one.state for one in second.milestones] == ["resolved"]
    assert (second.milestones[0].payee_amount, second.milestones[0].payer_amount) == (
        30_000,
        20_000,
    )
    assert {first.state, first.onchain_state, second.state, second.onchain_state} == {"completed"}
    told = Counter(one.type for one in result.events)
    assert told["agreement.activated"] == told["agreement.completed"] == 2
    assert told["credential.anchored"] == 1


@pytest.fixture(scope="module")
def admin_key(platform: Platform) -> str:
    from pocplatform.organisers import admin_secret

    return admin_secret(platform.settings)


@pytest.fixture(scope="module")
def english(base_url, admin_key) -> tuple[DemoResult, list[StepLine]]:
    """One run from beginning to end, for tests that look at different sides of it."""
    lines: list[StepLine] = []
    return run(base_url, admin_key, lines.append, "en"), lines


def test_demo_runs_twice_in_a_row_on_one_sandbox_in_both_languages(base_url, admin_key, english):
    first, english_lines = english
    check(first)
    assert len(english_lines) == STEPS
    assert english_lines[0].title == "The sandbox and its blockchain answer"
    lines: list[StepLine] = []
    finnish = run(base_url, admin_key, lines.append, "fi")
    check(finnish)
    assert len(lines) == STEPS
    assert lines[-1].title == "Kirjat täsmäävät"
    assert first.run != finnish.run
    assert not {one.did for one in first.identities} & {one.did for one in finnish.identities}


def test_every_number_of_the_result_is_the_one_that_the_node_itself_has(english, platform):
    result, _ = english
    node = platform.gateway.client
    for one in result.transactions:
        receipt: dict[str, Any] = node.request("eth_getTransactionReceipt", one.hash)
        assert int(receipt["gasUsed"], 16) == one.gas_used
        assert int(receipt["blockNumber"], 16) == one.block
        assert receipt["status"] == "0x1"
    contracts = platform.gateway.contracts
    for one in result.identities:
        units = contracts.read("PilotEuro", "balanceOf", one.address)
        assert units // 10_000 == result.balances_after[one.name]


def test_money_is_conserved_at_every_stage_while_it_is_in_escrow(english):
    result, _ = english
    held = {one.at: one.in_escrow // 10_000 for one in result.conservation}
    assert held == {
        "first.funded": 200_000,
        "first.milestone1": 80_000,
        "first.milestone2": 0,
        "second.disputed": 50_000,
        "end": 0,
    }
    assert all(one.ok for one in result.conservation)


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param((6, 10), id="twice"),
        *[pytest.param((at,), marks=pytest.mark.slow, id=f"at {at}") for at in (2, 6, 9, 10, 12)],
    ],
)
def test_interrupted_demo_goes_on_from_its_state_file_and_does_nothing_twice(
    base_url, admin_key, tmp_path, moments
):
    state = tmp_path / "demo.json"
    for at in moments:
        lines: list[StepLine] = []

        def stop(line: StepLine, lines=lines, at=at) -> None:
            lines.append(line)
            if len(lines) == at + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(base_url, admin_key, stop, state_path=state)
        assert state.stat().st_mode & 0o777 == 0o600
    result = run(base_url, admin_key, lambda line: None, state_path=state)
    check(result)
    assert not state.exists()


def test_state_file_of_a_sandbox_that_was_reset_means_a_new_run(base_url, admin_key, tmp_path):
    state = tmp_path / "demo.json"

    def stop(line: StepLine) -> None:
        if "identities" in line.title:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(base_url, admin_key, stop, state_path=state)
    known = state.read_text()
    with Sandbox(base_url) as sandbox:
        stranger = sandbox.organizations.sign_up("Muu Oy (testi)")
    # Keys that this sandbox does not know, as after a reset.
    state.write_text(known.replace("sk_test_", "sk_test_0"))
    result = run(base_url, admin_key, lambda line: None, state_path=state)
    check(result)
    assert stranger.wallet.did not in {one.did for one in result.identities}
