"""A company that joins the cluster, and its representatives."""

from __future__ import annotations

import pytest

NAME = "cluster-member"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME, "fi")


def test_who_has_left_can_neither_act_nor_vouch(played):
    assert [(one.role, one.code) for one in played.refusals] == [
        ("member", "unauthenticated"), ("cluster", "agreement_state_conflict"),
    ]  # fmt: skip
    assert "RepresentativeMandate" in played.refusals[1].sentence


def test_did_document_has_the_second_representative_only(played):
    did = played.players["member"].did
    with played.sandbox("cluster") as cluster:
        document = cluster.identities.resolve(did).document
    accounts = str(document["verificationMethod"])
    first = played.shown["representative"].known["wallet-first"]
    second = played.shown["successor"].known["wallet-second"]
    assert first.lower() not in accounts.lower()
    assert second.lower() in accounts.lower()


def test_cluster_sees_scope_and_limit_of_the_mandate_but_not_all_of_it(played):
    assert played.measures["mandate_shown"] == 1
    assert played.measures["claims_shown"] == 3


def test_old_order_is_withdrawn_and_the_old_mandate_erased(played):
    with played.sandbox("member") as member:
        assert member.agreements.get(played.shown["order"].known["order"]).state == "withdrawn"
        old = member.credentials.get(played.shown["representative"].known["mandate-first"])
    assert (old.status, old.credential, old.claims) == ("revoked", "", {})
