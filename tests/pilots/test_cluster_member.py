"""A company that joins the cluster, and its representatives."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from pocplatform.client import AsyncSandbox
from pocplatform.pilots.cluster_member import scenario, texts
from pocplatform.pilots.story import Scene
from tests.processes import until

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
    first = played.shown["representative"].known["wallet-first"]
    second = played.shown["successor"].known["wallet-second"]

    def accounts():
        with played.sandbox("cluster") as cluster:
            document = cluster.identities.resolve(did).document
        return str(document["verificationMethod"]).lower()

    # By ERC-1056 a revoked delegate is valid to the end of the second of its revocation.
    until(lambda: first.lower() not in accounts(), what="the first one is gone")
    assert second.lower() in accounts()


def test_cluster_sees_scope_and_limit_of_the_mandate_but_not_all_of_it(played):
    assert played.measures["mandate_shown"] == 1
    assert played.measures["claims_shown"] == 3


def test_old_order_is_withdrawn_and_the_old_mandate_erased(played):
    with played.sandbox("member") as member:
        assert member.agreements.get(played.shown["order"].known["order"]).state == "withdrawn"
        old = member.credentials.get(played.shown["representative"].known["mandate-first"])
    assert (old.status, old.credential, old.claims) == ("revoked", "", {})


def test_after_a_failure_money_in_escrow_goes_back_though_a_witness_has_to_sign(played, admin_key):
    async def funded_and_unwound() -> tuple[int, int]:
        async with AsyncSandbox(played.base_url, admin_key) as organisers:
            scene = Scene(
                run="run_unwound",
                language="fi",
                players=played.players,
                sandbox=lambda role: organisers.with_key(played.keys[role]),
                organisers=organisers,
                before=list(played.shown.values()),
            )
            second, fee = scenario.SECOND, 5_000
            mandated = await scenario._mandated(scene, second)
            scene = replace(scene, before=[*scene.before, mandated])
            draft = await scenario._drafted(
                scene, "cut", second, texts.STAND, texts.STAND_TEXT, fee
            )
            await scenario._signed_by_member(scene, draft, "cut", second)
            member, cluster = scene.sandbox("member"), scene.sandbox("cluster")
            await cluster.agreements.sign(draft.id)
            await member.agreements.activate(draft.id)
            escrow = (await member.agreements.fund(draft.id)).escrow
            await scenario.unwind(scene)
            return escrow, (await member.agreements.get(draft.id)).escrow

    assert asyncio.run(funded_and_unwound()) == (5_000, 0)
    with played.sandbox("member") as member:
        assert member.payments.balance().amount == 55_000
