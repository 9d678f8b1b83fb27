"""The evidence of a run: whole as it was packed, and found out where anything in it was changed."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest

from pocplatform.client import AsyncSandbox, Sandbox
from pocplatform.pilots import evidence_pack
from pocplatform.pilots.errors import PackUnreadable
from pocplatform.pilots.evaluating import evaluate
from pocplatform.pilots.evidence_check import check
from pocplatform.pilots.network_costs import prices
from pocplatform.pilots.playing import begin, play, sign_up
from pocplatform.pilots.stories import story as story_by_name


@pytest.fixture(scope="module")
def pack(base_url, admin_key, tmp_path_factory) -> Path:
    """The evidence of a run of the showroom."""

    async def made():
        async with AsyncSandbox(base_url, admin_key) as organisers:
            story = story_by_name("showroom")
            frame = await begin(organisers, story, "run-evidence", "fi")
            cast = [await sign_up(organisers, role, story.name, None) for role in story.roles]
            played = []
            for step in story.steps:
                played.append(await play(step, frame, cast, organisers, played))
            found = await evaluate(story, frame, cast, organisers, played, None, prices())
            kept = await organisers.pilot_runs.create(found.model_dump(mode="json"))
            files = await evidence_pack.gather(found, cast, organisers, kept)
            secrets = [one.secret_key.encode() for one in cast]
            assert not any(secret in content for secret in secrets for content in files.values())
            return evidence_pack.packed(files, found)

    path = tmp_path_factory.mktemp("evidence") / "showroom.zip"
    path.write_bytes(asyncio.run(made()))
    return path


def changed(pack, tmp_path, change) -> Path:
    """The pack with its files changed, and zipped again."""
    with zipfile.ZipFile(pack) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path = tmp_path / "changed.zip"
    path.write_bytes(made.getvalue())
    return path


def relisted(files):
    """The manifest as somebody writes it who has changed files."""
    import hashlib

    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in files.items()
        if name != "manifest.json"
    }
    files["manifest.json"] = json.dumps(manifest).encode()


def failed(path, node=None):
    return {one.name: one.detail for one in check(path, node) if not one.ok}


def first(files, folder):
    return next(name for name in sorted(files) if name.startswith(f"{folder}/"))


def test_evidence_holds_by_itself_and_against_the_node(pack, base_url):
    assert failed(pack) == {}
    assert failed(pack, f"{base_url}/rpc") == {}
    with zipfile.ZipFile(pack) as archive:
        kinds = {name.partition("/")[0] for name in archive.namelist()}
    assert kinds == {
        "manifest.json", "evaluation.json", "report-en.pdf", "report-fi.pdf", "agreements",
        "credentials", "receipts", "statements", "transactions",
    }  # fmt: skip


def _edit(name, **change):
    def edit(files):
        found = name if "/" not in name and "." in name else first(files, name)
        files[found] = json.dumps({**json.loads(files[found]), **change}).encode()
        return found

    return edit


def test_a_changed_file_is_named(pack, tmp_path):
    names = []
    path = changed(
        pack, tmp_path, lambda files: names.append(_edit("receipts", status="0x0")(files))
    )
    assert failed(path)["files_unchanged"] == names[0]


@pytest.mark.parametrize(
    ("folder", "change", "question"),
    [
        ("receipts", {"gasUsed": "0x1"}, "receipts_agree"),
        ("receipts", {"status": "0x0"}, "receipts_agree"),
        ("agreements", {"state": 5}, "documents_genuine"),
        ("agreements", {"agreement_hash": "0x" + "12" * 32}, "agreements_on_chain"),
        (
            "evaluation.json",
            {
                "money": {
                    "minted_raw": 5, "burned_raw": 0, "players_raw": {}, "contracts_raw": {},
                    "elsewhere_raw": {}, "agrees": True,
                }
            },
            "money_conserved",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_with_its_manifest_is_found_out_by_itself(
    pack, tmp_path, folder, change, question
):
    def both(files):
        _edit(folder, **change)(files)
        relisted(files)

    assert question in failed(changed(pack, tmp_path, both))


@pytest.mark.parametrize(
    ("path", "value", "question"),
    [
        (("steps", 0, "gas"), 1, "steps_add_up"),
        (("steps", 0, "transactions"), 99, "steps_add_up"),
        (("criteria", 0, "met"), False, "goals_follow"),
        (("costs", "year", 0, "typical"), 0.01, "costs_follow"),
        (("costs", "volume", "units_per_year"), 1, "costs_follow"),
    ],
)
def test_number_that_does_not_follow_from_the_receipts_is_found_out(
    pack, tmp_path, path, value, question
):
    def both(files):
        content = json.loads(files["evaluation.json"])
        place = content
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
        files["evaluation.json"] = json.dumps(content).encode()
        relisted(files)

    assert set(failed(changed(pack, tmp_path, both))) == {question}


def test_money_that_is_elsewhere_by_the_chain_is_found_out_by_the_node(pack, tmp_path, base_url):
    def both(files):
        content = json.loads(files["evaluation.json"])
        money = content["money"]
        role = next(role for role, raw in money["players_raw"].items() if raw)
        money["players_raw"][role] -= 1
        money["contracts_raw"]["ServiceAgreements"] = 1
        files["evaluation.json"] = json.dumps(content).encode()
        relisted(files)

    path = changed(pack, tmp_path, both)
    assert failed(path) == {}  # it adds up
    assert set(failed(path, f"{base_url}/rpc")) == {"money_on_chain"}


def test_another_text_of_an_agreement_is_found_out(pack, tmp_path):
    def both(files):
        name = first(files, "agreements")
        content = json.loads(files[name])
        content["document"]["text"] += " And a boat."
        files[name] = json.dumps(content).encode()
        relisted(files)

    assert "documents_genuine" in failed(changed(pack, tmp_path, both))


def test_a_text_with_a_fingerprint_of_its_own_is_found_out(pack, tmp_path):
    from pocplatform.client.models import Agreement

    def all_of_it(files):
        name = first(files, "agreements")
        content = json.loads(files[name])
        content["document"]["text"] += " And a boat."
        content["document"]["hash"] = Agreement.model_validate(content).document.computed_hash()
        files[name] = json.dumps(content).encode()
        relisted(files)

    assert set(failed(changed(pack, tmp_path, all_of_it))) == {"documents_genuine"}


def test_receipts_that_were_made_up_are_found_out_by_the_node(pack, tmp_path, base_url):
    def both(files):
        name = first(files, "receipts")
        receipt = json.loads(files[name])
        receipt["blockHash"] = "0x" + "11" * 32
        files[name] = json.dumps(receipt).encode()
        relisted(files)

    path = changed(pack, tmp_path, both)
    assert failed(path) == {}
    assert set(failed(path, f"{base_url}/rpc")) == {"node_agrees"}


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.pop("manifest.json"),
        lambda files: files.pop("evaluation.json"),
        lambda files: files.update({"manifest.json": b"[]"}),
        lambda files: files.update({"manifest.json": b'{"files": {"a": 1}}'}),
        lambda files: files.update({"evaluation.json": b"{}"}),
        lambda files: files.update({"../../etc/passwd": b""}),
        lambda files: files.update({"receipts/" + "x" * 300: b""}),
    ],
)
def test_what_is_no_evidence_is_refused_with_a_next_step(pack, tmp_path, change):
    with pytest.raises(PackUnreadable) as refused:
        check(changed(pack, tmp_path, change))
    assert refused.value.next_step


def test_files_that_are_no_zip_and_nodes_that_are_none_are_refused(pack, tmp_path):
    with pytest.raises(PackUnreadable):
        check(tmp_path / "missing.zip")
    (tmp_path / "text.zip").write_text("moi")
    with pytest.raises(PackUnreadable):
        check(tmp_path / "text.zip")
    for url in ("http://127.0.0.1:1/rpc", "no address"):
        with pytest.raises(PackUnreadable):
            check(pack, url)


def test_the_same_run_gives_the_same_bytes(pack, base_url):
    with zipfile.ZipFile(pack) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n != "manifest.json"}
    from pocplatform.pilots.evaluation import Evaluation

    found = Evaluation.model_validate_json(files["evaluation.json"])
    assert evidence_pack.packed(files, found) == pack.read_bytes()
    with Sandbox(base_url) as anybody:
        assert anybody.pilot_runs.pdf(next(iter(anybody.pilot_runs.list())).id).startswith(b"%PDF")
