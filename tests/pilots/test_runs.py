"""Runs of pilots by the runner: durable, evaluated by the chain, and unwound after a failure."""

from __future__ import annotations

import io
import shutil
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.pilot_tables import show, show_beside
from pocplatform.pilots.comparing import beside, kept
from pocplatform.pilots.making import make
from pocplatform.pilots.network_costs import TABLE, prices
from pocplatform.pilots.stories import ROOT, folders
from pocplatform.web.showing import deed
from tests.pilots.reading import disagreements
from tests.pilots.running import Runner


@pytest.fixture(scope="module")
def runner(base_url, admin_key, tmp_path_factory) -> Runner:
    return Runner(base_url, admin_key, tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module")
def showroom(runner):
    """The evaluation of a run."""
    return runner.evaluate("showroom")[0]


def test_run_ends_with_an_evaluation_in_which_all_is_well(showroom):
    assert showroom.ok
    assert showroom.steps_done == len(showroom.steps) == 10
    assert all(one.met for one in showroom.criteria)
    assert all(one.ok for one in showroom.claims)
    assert showroom.unwound is None
    assert showroom.warnings == []
    assert showroom.money.players_raw == {"customer": 1_000_000_000, "provider": 2_000_000_000}
    assert (showroom.money.minted_raw, showroom.money.held_raw) == (3_000_000_000, 0)


def test_numbers_are_those_of_an_independent_reading_of_the_chain(showroom, node):
    assert disagreements(showroom, node) == []


def test_costs_are_gas_times_the_prices_of_the_table(showroom):
    for network, run, year in zip(
        prices().networks, showroom.costs.run, showroom.costs.year, strict=True
    ):
        price, rate = network.gas_price_gwei, network.coin_euros.rate
        assert run.low == pytest.approx(showroom.gas * price.low * 1e-9 * rate)
        assert run.typical == pytest.approx(showroom.gas * price.typical * 1e-9 * rate)
        assert run.high == pytest.approx(showroom.gas * price.high * 1e-9 * rate)
        assert year.typical == pytest.approx(run.typical * 60)


def test_new_pilot_is_run_at_once(runner, tmp_path):
    folder = make("window-repair", tmp_path)
    evaluation, told = runner.evaluate(folder)
    assert evaluation.ok
    refusal = evaluation.steps[0].refusals[0]
    assert (refusal.role, refusal.code) == ("customer", "ERC20InsufficientBalance")
    assert refusal.sentence
    assert "The glazier is paid" in told
    assert (
        evaluation.steps[1].after.en == "The money is in the account of Asunto Oy Raahen Majakka."
    )


def test_killed_run_goes_on_at_its_step_and_does_nothing_twice(runner, tmp_path):
    folder = make("window-repair", tmp_path)
    before = runner.kill_when(lambda told: "gets test money" in told, str(folder))
    evaluation, after = runner.evaluate(folder)
    assert evaluation.ok
    assert "goes on where it stopped" in after
    assert "The customer has no money yet" in before
    assert "The customer has no money yet" not in after
    functions = Counter(one.function.partition("(")[0] for one in evaluation.transactions)
    assert functions["drip"] == 1
    assert sum(functions.values()) == 2
    assert evaluation.money.minted_raw == 300_000_000
    for file in runner.folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_pilot_changed_while_its_run_was_cut_off_is_told_and_unwound(runner, tmp_path):
    folder = make("window-repair", tmp_path)
    runner.kill_when(lambda told: "gets test money" in told, str(folder))
    for file in (folder / "pilot.yaml", folder / "scenario.py"):
        text = file.read_text(encoding="utf-8").replace("glazier", "fitter")
        text = text.replace("first-try", "attempt").replace("first_try", "attempt")
        file.write_text(text, encoding="utf-8")
    evaluation, told = runner.evaluate(folder, exit_code=1)
    assert "goes on where it stopped" in told
    assert "Traceback" not in told
    failure = evaluation.failed_step.failure
    assert failure.code == "pilot_changed"
    for what in ("role glazier is gone", "role fitter is new", "step first-try is gone"):
        assert what in failure.sentence
    # The step before may be told of and not noted yet when the run is killed.
    assert evaluation.failed_step.name in ("money", "pay")
    assert evaluation.unwound is not None
    assert [one.role for one in evaluation.actors] == ["glazier", "customer"]
    assert evaluation.money.players_raw == {"glazier": 0, "customer": 300_000_000}
    assert not evaluation.ok
    fresh, told = runner.evaluate(folder)
    assert fresh.ok
    assert "goes on" not in told


def test_run_whose_company_cannot_be_asked_any_more_is_unwound_and_evaluated(runner, tmp_path):
    folder = make("window-repair", tmp_path)
    scenario = folder / "scenario.py"
    text = scenario.read_text(encoding="utf-8")
    end = '    return Shown(\n        money=[Moved(sender="customer", recipient="glazier"'
    locked_out = """    organizations = scene.sandbox("customer").organizations
    async for key in organizations.keys.list():
        await organizations.keys.revoke(key.id)
    while True:
        try:
            await organizations.me()
        except Exception:
            break
"""
    assert end in text
    scenario.write_text(text.replace(end, locked_out + end), encoding="utf-8")
    evaluation, told = runner.evaluate(folder, exit_code=1)
    assert "Traceback" not in told
    assert evaluation.failed_step.name == "pay"
    assert evaluation.failed_step.failure.code == "unauthenticated"
    company = "Asunto Oy Raahen Majakka"
    assert [one for one in evaluation.unwound.left if company in one.en]
    assert [one for one in evaluation.warnings if company in one.en]
    assert evaluation.money.players_raw == {"glazier": 250_000_000, "customer": 50_000_000}


def test_second_runner_of_a_folder_is_refused(runner, tmp_path):
    import fcntl

    folder = make("window-repair", tmp_path)
    runner.folder.mkdir(exist_ok=True)
    with (runner.folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found, told = runner.run(folder, exit_code=1)
    assert found["error"]["code"] == "runner_busy"
    assert "Traceback" not in told


def broken(tmp_path: Path, old: str, new: str) -> Path:
    """The showroom with a fault in its scenario."""
    folder = Path(shutil.copytree(ROOT / "showroom", tmp_path / "showroom"))
    scenario = folder / "scenario.py"
    text = scenario.read_text(encoding="utf-8")
    assert old in text
    scenario.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_step_that_is_refused_is_told_and_what_was_in_escrow_goes_back(runner, tmp_path):
    # The provider accepts its own delivery, which only the customer may do.
    folder = broken(
        tmp_path,
        "scene.sandbox(CUSTOMER).agreements.accept(\n        scene.known(",
        "scene.sandbox(PROVIDER).agreements.accept(\n        scene.known(",
    )
    evaluation, told = runner.evaluate(folder, exit_code=1)
    assert not evaluation.ok
    states = {step.name: step.state for step in evaluation.steps}
    assert (states["deliver"], states["accept"], states["rest"]) == ("done", "failed", "left")
    failure = evaluation.failed_step.failure
    assert failure.sentence in told
    assert "the step accept failed, 8/10 are done" in told
    assert len(evaluation.unwound.done) == 1
    assert evaluation.unwound.left == []
    assert evaluation.money.held_raw == 0
    assert evaluation.money.conserved
    assert evaluation.money.players_raw == {"customer": 3_000_000_000, "provider": 0}
    assert not evaluation.criteria_met


def test_fault_of_a_scenario_is_told_with_its_place(runner, tmp_path):
    folder = broken(tmp_path, 'scene.known("agreement")', 'scene.known("contract")')
    evaluation, _ = runner.evaluate(folder, exit_code=1)
    failure = evaluation.failed_step.failure
    assert failure.code == "internal_error"
    assert "contract" in failure.sentence
    assert ".py:" in failure.sentence
    assert evaluation.money.conserved


def test_after_a_failure_the_next_run_is_a_new_one(runner, tmp_path):
    folder = make("window-repair", tmp_path)
    scenario = folder / "scenario.py"
    sound = scenario.read_text(encoding="utf-8")
    scenario.write_text(sound.replace("TEST_MONEY = 30_000", "TEST_MONEY = 20_000"))
    failed, _ = runner.evaluate(folder, exit_code=1)
    assert failed.failed_step.name == "pay"
    assert failed.failed_step.failure.code == "ERC20InsufficientBalance"
    scenario.write_text(sound)
    table = tmp_path / "prices.toml"
    table.write_text(TABLE.read_text(encoding="utf-8").replace("2026-11-22", "2024-01-01"))
    mended, told = runner.evaluate(folder, "--prices", table)
    assert mended.ok
    assert "days old: look up new" in mended.warnings[0].en
    assert "goes on" not in told
    assert mended.run != failed.run


def test_several_are_told_in_the_form_of_the_programme(runner, tmp_path, showroom):
    folder = make("window-repair", tmp_path)
    found, _ = runner.run("showroom", folder, language="fi")
    assert set(found) == {"pilots", "seconds"}
    for row in found["pilots"]:
        assert set(row) == {"name", "area", "steps", "transactions", "criteria_met", "seconds"}
    assert [row["name"] for row in found["pilots"]] == ["showroom", "window-repair"]
    assert all(row["criteria_met"] for row in found["pilots"])

    evaluations = [kept(runner.folder, row["name"]) for row in found["pilots"]]
    rows = beside(evaluations)["pilots"]
    assert [row["steps"] for row in rows] == [10, 3]
    assert all(row["ok"] for row in rows)
    assert rows[0]["unit_euros"]["Ethereum"] == evaluations[0].costs.unit[0].typical
    for language, words in (("en", "everything came true"), ("fi", "kaikki toteutui")):
        console = Console(record=True, width=120, file=io.StringIO())
        show_beside(console, evaluations, language)
        show(console, evaluations[0], language)
        shown = console.export_text()
        assert words in shown
        assert evaluations[0].questions[0].render(language)[:40] in shown


@pytest.mark.slow
def test_all_pilots_go_on_after_a_kill_in_the_middle_and_reach_every_contract(
    platform, base_url, admin_key, node, tmp_path
):
    names = [folder.name.replace("_", "-") for folder in folders()]
    steps = 5 * len(names) // 2
    runner = Runner(base_url, admin_key, tmp_path)
    before = runner.kill_when(lambda told: told.count("✓") >= steps, *names)
    found, after = runner.run(*names)
    assert [row["name"] for row in found["pilots"]] == names
    assert all(row["criteria_met"] for row in found["pilots"])
    evaluations = [kept(runner.folder, name) for name in names]
    for evaluation in evaluations:
        assert disagreements(evaluation, node) == []
    assert "goes on where it stopped" in after
    evaluated = [line for line in before.splitlines() if line.endswith(": evaluated")]
    assert len(evaluated) < len(names)
    nameless = {
        f"{one.contract}.{one.function}"
        for evaluation in evaluations
        for one in evaluation.transactions
        if one.deed is None and deed(one.contract, one.function, "fi") == one.function
    }
    assert nameless == set(), "reports would list them by their names for programs"
    deployed = platform.gateway.contracts.manifest.contracts.keys()
    own = {source.stem for source in (PROJECT_ROOT / "contracts").rglob("*.sol")} & deployed
    reached = {one.contract for evaluation in evaluations for one in evaluation.transactions}
    assert len(own) == 12
    assert own <= reached
