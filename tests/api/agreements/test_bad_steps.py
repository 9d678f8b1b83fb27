"""Every step of an agreement: by strangers, out of turn, without a key, with nonsense."""

from __future__ import annotations

import pytest

from tests.api.agreements.support import agree

STEPS = {
    "sign": None,
    "withdraw": None,
    "invitations": {"party": 1},
    "activate": None,
    "fund": None,
    "milestones/0/deliver": {"evidence": "x"},
    "milestones/0/accept": None,
    "milestones/0/dispute": {"reason": "x"},
    "milestones/0/resolve": {"payee_bps": 1, "ruling": "x"},
    "milestones/0/settle": None,
    "expire": None,
    "amend": {"reason": "x"},
    "terminate": {"reason": "x"},
    "verify_document": {"text": "x"},
}
MOVES_VALUE = (
    "fund", "milestones/0/accept", "milestones/0/resolve", "milestones/0/settle", "expire",
)  # fmt: skip
ON_CHAIN = [step for step in STEPS if step.startswith("milestones/")] + ["fund", "expire"]


@pytest.fixture(scope="module")
def draft(join):
    return agree(join, judge=True)


@pytest.fixture(scope="module")
def standing(join):
    """Funded; no test changes it, for all that is tried is refused."""
    return agree(join, judge=True).into_force().funded()


@pytest.mark.parametrize(("step", "body"), STEPS.items())
def test_stranger_gets_404_as_if_there_were_no_such_agreement(standing, join, step, body):
    stranger = join()
    theirs = stranger.api.write(f"{standing.path}/{step}", body)
    nobodys = stranger.api.write(f"/v1/agreements/agr_nothing/{step}", body)
    assert theirs.status_code == nobodys.status_code == 404
    detail = theirs.json()["detail"].replace(standing.id, "agr_nothing")
    assert detail == nobodys.json()["detail"]


@pytest.mark.parametrize("step", MOVES_VALUE)
def test_step_that_moves_value_needs_an_idempotency_key(standing, step):
    answer = standing.client.api.post(f"{standing.path}/{step}", json=STEPS[step] or {})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("step", ON_CHAIN)
def test_step_on_a_draft_is_refused_by_the_contract(draft, step):
    who = draft.arbiter if step.endswith("resolve") else draft.client
    answer = who.api.write(f"{draft.path}/{step}", STEPS[step])
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "contract_reverted"
    assert draft.shown()["state"] == "draft"


@pytest.mark.parametrize(
    ("who", "step", "error"),
    [
        ("client", "milestones/0/deliver", "AgreementNotAuthorized"),
        ("client", "milestones/0/settle", "AgreementMilestoneState"),
        ("provider", "milestones/0/dispute", "AgreementMilestoneState"),
        ("arbiter", "expire", "AgreementNotExpired"),
        ("arbiter", "milestones/0/accept", "AgreementMilestoneState"),
    ],
)
def test_step_out_of_turn_names_the_contracts_error_and_changes_nothing(standing, who, step, error):
    answer = getattr(standing, who).api.write(f"{standing.path}/{step}", STEPS[step])
    assert answer.status_code == 422, answer.text
    assert answer.json()["contract_error"]["name"] == error
    assert standing.milestones() == ["funded", "funded"]


@pytest.mark.parametrize("step", [step for step in STEPS if step.startswith("milestones/")])
@pytest.mark.parametrize(
    ("milestone", "status", "code"),
    [("2", 422, "agreement_terms_invalid"), ("32", 422, "invalid_input"),
     ("-1", 422, "invalid_input"), ("one", 422, "invalid_input")],
)  # fmt: skip
def test_milestone_that_does_not_exist_is_refused(standing, step, milestone, status, code):
    path = f"{standing.path}/{step.replace('0', milestone)}"
    answer = standing.provider.api.write(path, STEPS[step])
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["param"] == "milestone"


@pytest.mark.parametrize(
    ("step", "body", "param"),
    [
        ("milestones/0/deliver", {}, "evidence"),
        ("milestones/0/deliver", {"evidence": ""}, "evidence"),
        ("milestones/0/deliver", {"evidence": 5}, "evidence"),
        ("milestones/0/deliver", {"evidence": "x" * 200_001}, "evidence"),
        ("milestones/0/dispute", {}, "reason"),
        ("milestones/0/resolve", {"payee_bps": 10_001, "ruling": "x"}, "payee_bps"),
        ("milestones/0/resolve", {"payee_bps": -1, "ruling": "x"}, "payee_bps"),
        ("milestones/0/resolve", {"payee_bps": 1.5, "ruling": "x"}, "payee_bps"),
        ("milestones/0/resolve", {"payee_bps": 1}, "ruling"),
        ("fund", {"milestones": []}, "milestones"),
        ("fund", {"milestones": [32]}, "milestones[0]"),
        ("fund", {"milestones": [2]}, "milestone"),
        ("activate", {"proofs": [{"party": 16, "credential": "x"}]}, "proofs[0].party"),
    ],
)
def test_body_that_makes_no_sense_is_refused_by_field(standing, step, body, param):
    answer = standing.arbiter.api.write(f"{standing.path}/{step}", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


def test_every_refusal_is_told_in_finnish_too(standing):
    for step, given in (("expire", None), ("milestones/0/settle", None), ("terminate", {})):
        path = f"{standing.path}/{step}"
        english = standing.client.api.write(path, given).json()
        finnish = standing.client.api.write(path, given, **{"Accept-Language": "fi"}).json()
        assert finnish["code"] == english["code"]
        assert finnish["detail"] != english["detail"]
