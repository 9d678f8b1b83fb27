"""The micro-credential that opens a career fair, and the wallet's side of the SDK."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from pocplatform.client import Sandbox, WalletRefused
from pocplatform.pilots.joining import TRUSTED_FOR

NAME = "career-fair"
_PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


def test_wrong_code_and_suspended_credential_are_refused(played):
    assert [(one.role, one.code) for one in played.refusals] == [
        ("learner", "invalid_grant"), ("learner", "SpacesNoCredential"),
    ]  # fmt: skip


def test_employer_has_seen_three_claims_and_never_the_name(played):
    with played.sandbox("employer") as employer:
        requests = {one.status: one for one in employer.presentation_requests.list()}
    assert set(requests) == {"declined", "refused", "verified"}
    (result,) = requests["verified"].results
    assert set(result.verification.claims or {}) == {
        "title", "learning_outcomes", "credits_ects",
    }  # fmt: skip
    assert played.players["learner"].name not in requests["verified"].model_dump_json()


def test_step_that_is_played_again_issues_no_second_credential(played):
    before = played.shown["credential"].known
    assert played.again("credential").known == before
    with played.sandbox("school") as school:
        assert len(list(school.credentials.list())) == 1
        assert {one.status for one in school.credential_offers.list()} == {"issued", "withdrawn"}


def test_invented_school_is_trusted_for_thirty_days_and_no_longer(played, base_url):
    school = played.players["school"]
    with Sandbox(base_url) as anybody:
        (entry,) = [one for one in anybody.trusted_issuers.list() if one.issuer_did == school.did]
    with played.sandbox("school") as own:
        founded = own.organizations.me().created
    assert entry.valid_until == founded.replace(microsecond=0) + TRUSTED_FOR
    played.again("course")  # nothing is laid down anew


def test_wallet_of_the_sdk_says_by_which_code_it_was_refused(base_url):
    grants = {_PRE_AUTHORIZED: {"pre-authorized_code": "nobody-made-this"}}
    offer = {
        "credential_issuer": base_url, "credential_configuration_ids": ["X"], "grants": grants,
    }  # fmt: skip
    uri = "openid-credential-offer://?" + urlencode({"credential_offer": json.dumps(offer)})
    with Sandbox(base_url) as anybody, pytest.raises(WalletRefused) as refused:
        anybody.holder_wallet.fetch(uri, lambda payload: "")
    assert refused.value.code == "invalid_grant"
    assert refused.value.detail
