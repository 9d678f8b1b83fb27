"""Evidence that somebody has broken or forged, checked without a sandbox."""

import json
from datetime import UTC, datetime

import pytest

from pocplatform.domains.pilot_runs.schemas import PilotRunCreate
from pocplatform.pilots.errors import PackUnreadable
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.pilots.evidence_check import check
from pocplatform.pilots.evidence_pack import packed

HASH = "0x" + "ab" * 32


def evidence(tmp_path, logs, receipt=HASH):
    content = PilotRunCreate.model_config["json_schema_extra"]["examples"][0]["evaluation"]
    one = {
        "id": "tx_1", "role": "a", "hash": HASH, "contract": "Items", "function": "f",
        "gas_used": 1, "block": 1, "events": [], "step": "trial", "succeeded": True,
    }  # fmt: skip
    run = Evaluation.model_validate({**content, "transactions": [one]})
    agreement = {
        "id": "agr_1", "title": "A", "state": "active", "agreement_hash": "0x" + "11" * 32,
        "document": {"text": "", "salt": "", "hash": ""}, "document_hash": "", "parties": [],
        "milestones": [], "escrow": 0, "created": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    files = {
        "evaluation.json": run.model_dump_json().encode(),
        f"receipts/{HASH}.json": b"{}",
        "agreements/agr_1.json": json.dumps(agreement).encode(),
    }
    files[f"receipts/{receipt}.json"] = json.dumps({"logs": logs}).encode()
    path = tmp_path / "evidence.zip"
    path.write_bytes(packed(files, run))
    return path


def on_chain(path):
    return next(one.ok for one in check(path) if one.name == "agreements_on_chain")


def test_an_agreement_is_in_a_receipt_of_the_run(tmp_path):
    logs = [{"topics": ["0x" + "11" * 32]}]
    assert on_chain(evidence(tmp_path, logs))
    assert not on_chain(evidence(tmp_path, logs, "0x" + "cd" * 32))


@pytest.mark.parametrize("logs", [5, [5], [{"topics": 5}], [{"topics": [{}, []]}]])
def test_receipts_of_no_form_are_no_proof(tmp_path, logs):
    assert not on_chain(evidence(tmp_path, logs))


def test_a_damaged_zip_is_refused(tmp_path):
    path = evidence(tmp_path, [])
    content = bytearray(path.read_bytes())
    content[43:59] = b"\xff" * 16
    path.write_bytes(content)
    with pytest.raises(PackUnreadable):
        check(path)
