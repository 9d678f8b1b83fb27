"""Consent to use sensor data: paid and recorded access, withdrawal, proof."""

from __future__ import annotations

import pytest

from pocplatform.pilots.sensor_consent.scenario import CONSENT

NAME = "sensor-consent"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME, "fi")


def test_nothing_is_in_force_and_no_door_opens_without_consent(played):
    codes = [(one.role, one.code) for one in played.refusals]
    assert codes == [
        ("user", "agreement_state_conflict"), ("user", "SpacesNoCredential"),
    ]  # fmt: skip
    assert CONSENT in played.refusals[0].sentence


def test_withdrawal_leaves_who_is_inside_until_the_holder_shows_it_out(played):
    assert played.shown["withdrawal"].measures["inside_after_withdrawal"] == 1
    with played.sandbox("holder") as holder:
        visits = list(holder.spaces.visits(played.shown["data-room"].known["room"]))
    assert [one.left_by for one in visits].count(played.players["holder"].address) == 1
    assert not [one for one in visits if one.inside]


def test_document_names_purpose_and_money_in_the_language_of_the_run(played):
    (paper,) = played.shown["agreement"].papers
    assert "Datassa on henkilötietoja" in paper.text
    assert "480,00 tEUR" in paper.text.replace("\u00a0", " ")
    assert paper.signatures[0].signed


def test_withdrawn_consent_is_known_to_whom_it_was_given(played):
    with played.sandbox("user") as user:
        told = [one.type for one in user.events.list(type="credential.*")]
    assert "credential.revoked" in told
