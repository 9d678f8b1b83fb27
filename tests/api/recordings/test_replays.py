"""What was recorded does the same again: as Python, as a shell script, as a test."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from pocplatform.client import Sandbox
from pocplatform.kit.settings import PROJECT_ROOT
from tests.api.recordings import stories
from tests.api.recordings.stories import ok

FORMS = ("python", "pytest", "curl")


@dataclass(frozen=True)
class Recorded:
    """A recording's exports, and the organization that it was of."""

    owner: object
    id: str
    exports: dict[str, str]


def record(name, story, *parts):
    """Record what organizations do, the first of them being the owner."""
    owner, *others = parts
    body = {"name": name, "organizations": [one.id for one in others]}
    id_ = ok(owner.api.write("/v1/recordings", body))["id"]
    for other in others:
        ok(other.api.write(f"/v1/recordings/{id_}/join"))
    story()
    stopped = ok(owner.api.write(f"/v1/recordings/{id_}/stop"))
    assert stopped["state"] == "stopped"
    exports = {
        form: owner.api.get(f"/v1/recordings/{id_}/export", params={"format": form}).text
        for form in FORMS
    }
    return Recorded(owner, id_, exports)


@pytest.fixture(scope="module")
def recorded(join):
    """All stories, recorded once."""
    client, provider = join("Tilaaja Oy (testi)", fund=30_000), join("Tekijä & Pojat Oy")
    developer = join('Kehittäjä "Koodi" Oy')
    payee, payer, stranger = join("Laskuttaja Oy"), join("Maksaja Oy", fund=50_000), join("Muu Oy")
    return {
        "agreement": record(
            'A milestone is "paid"', lambda: stories.agreement(client, provider), client, provider
        ),
        "contract": record("Own contract", lambda: stories.contract(developer), developer),
        "invoice": record("Lasku €", lambda: stories.invoice(payee, payer, stranger), payee, payer),
    }


every_story = pytest.mark.parametrize("name", ["agreement", "contract", "invoice"])


@every_story
def test_python_script_does_it_again(recorded, base_url, name):
    names: dict[str, object] = {"__name__": "story"}
    exec(compile(recorded[name].exports["python"], name, "exec"), names)
    with Sandbox(base_url) as sandbox:
        names["replay"](sandbox)  # type: ignore[operator]


@every_story
def test_shell_script_does_it_again(recorded, base_url, name, tmp_path):
    script = tmp_path / "story.sh"
    script.write_text(recorded[name].exports["curl"])
    done = subprocess.run(
        ["sh", script, base_url], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Done again.\n")


def test_tests_pass_again_with_the_plugin_alone(recorded, base_url, tmp_path):
    for name, one in recorded.items():
        (tmp_path / f"test_{name}.py").write_text(one.exports["pytest"])
    command = [sys.executable, "-m", "pytest", "-p", "no:ape_test", "-p", "pocplatform.testing"]
    done = subprocess.run(
        [*command, "-q", "--sandbox-url", base_url, str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_test_fails_where_the_answer_is_another(recorded, base_url):
    test = recorded["agreement"].exports["pytest"]
    told = "assert balance.amount == 20000"
    assert told in test
    names: dict[str, object] = {}
    exec(compile(test.replace(told, told + " + 1"), "story", "exec"), names)
    story = next(value for name, value in names.items() if name.startswith("test_"))
    with Sandbox(base_url) as sandbox, pytest.raises(AssertionError):
        story(sandbox)  # type: ignore[operator]


@pytest.mark.parametrize("form", ["python", "pytest"])
@every_story
def test_python_is_by_the_sdk_and_in_good_order(recorded, name, form, tmp_path):
    written = recorded[name].exports[form]
    ast.parse(written)
    typed = {
        "agreement": ("agreements.create(", "PartyTerms(", "agreements.accept(agreement.id, 0)"),
        "contract": ("contracts.compile(", "contracts.deploy(compilation.id", "contracts.call("),
        "invoice": ("invoices.create(", "invoices.pay(invoice.id", "payments.transfer("),
    }
    for call in typed[name]:
        assert call in written, written
    file = tmp_path / "story.py"
    file.write_text(written)
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E4,E7,E9,F,I", file]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + written


@every_story
def test_nothing_of_the_first_time_is_in_a_program(recorded, name):
    """Neither ids, nor addresses, nor keys, nor points of time; amounts are as they were."""
    owner = recorded[name].owner
    for form, written in recorded[name].exports.items():
        for value in (owner.id, owner.address, owner.address.lower(), "sk_test_"):
            assert value not in written, (form, value)
        assert not re.search(r"\d{4}-\d\d-\d\dT|0x[0-9a-f]{40}|[a-z]{3}_[0-9a-f]{24}", written)


def test_numbers_that_the_api_takes_as_texts_are_numbers_in_python(recorded):
    written = recorded["contract"].exports["python"]
    assert "payments.ether(5000)" in written
    assert 'contracts.send(contract.id, "tip", value=5000)' in written
    assert '"amount": "40"' in written  # what a contract takes stays as it was


def test_salt_is_another_each_time_and_the_same_all_through(recorded):
    """Code with a salt has one address, where it can be put once."""
    exports = recorded["contract"].exports
    for form, made in (("python", "salt = "), ("pytest", "    salt = "), ("curl", "\nSALT=0x$(od")):
        assert exports[form].count(made) == 1, form
    assert exports["python"].count("salt=salt") == 2
    assert not any(re.search("0x[0-9a-f]{64}", written) for written in exports.values())


def test_actors_are_named_after_their_organizations(recorded):
    written = recorded["agreement"].exports["python"]
    assert 'tilaaja_organization = sandbox.organizations.sign_up("Tilaaja Oy (testi)")' in written
    assert "tekija = sandbox.with_key(tekija_organization.secret_key)" in written


def test_who_took_no_part_is_stood_in_for_without_their_name(recorded):
    for written in recorded["invoice"].exports.values():
        assert "Somebody (test)" in written
        assert "Muu Oy" not in written


def test_what_was_refused_is_expected_to_be_refused_again(recorded):
    exports = recorded["contract"].exports
    assert 'refused.value.code == "contract_reverted"' in exports["pytest"]
    assert 'with refused("contract_reverted"):' in exports["python"]


def test_looks_for_the_same_thing_are_told_once(recorded):
    written = recorded["agreement"].exports["python"]
    assert written.count("tilaaja.agreements.get(agreement.id)") == 2
