"""Identity, agreement and payment in one line, in words."""

from __future__ import annotations

from tests.api.agreements.support import PRICE, agree, ok


def timeline(deal, who, language="en"):
    answer = who.api.get(f"{deal.path}/timeline", headers={"Accept-Language": language})
    return ok(answer)["steps"]


def test_whole_story_is_told_in_order_with_who_transaction_block_and_money(join):
    deal = agree(join, judge=True)
    ok(deal.client.api.write("/v1/identities"))
    deal.into_force()
    early = deal.client.api.write(f"{deal.path}/milestones/0/accept")
    assert early.status_code == 422
    deal.funded()
    deal.do(deal.provider, "milestones/0/deliver", {"evidence": "See the model."})
    deal.do(deal.client, "milestones/0/accept")
    deal.do(deal.provider, "milestones/1/deliver", {"evidence": "See."})
    deal.do(deal.client, "milestones/1/dispute", {"reason": "Half of it."})
    deal.do(deal.arbiter, "milestones/1/resolve", {"payee_bps": 2_500, "ruling": "Yes."})
    steps = timeline(deal, deal.provider)
    assert [step["type"] for step in steps] == [
        "agreement.drafted",
        "identity.attribute_changed",
        "agreement.signed",
        "agreement.signed",
        "agreement.activated",
        "refused.accept",
        "milestone.funded",
        "milestone.funded",
        "milestone.delivered",
        "milestone.paid",
        "milestone.delivered",
        "milestone.disputed",
        "milestone.resolved",
        "agreement.completed",
    ]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    by_type = {step["type"]: step for step in steps}
    for type_, step in by_type.items():
        on_chain = type_.startswith(("milestone.", "identity.")) or type_ in (
            "agreement.activated", "agreement.completed",
        )  # fmt: skip
        assert (step["block"] is not None) == on_chain, type_
        assert (step["block_time"] is not None) == on_chain, type_
        assert (step["transaction_hash"] is not None) == on_chain, type_
    paid, split = by_type["milestone.paid"], by_type["milestone.resolved"]
    assert paid["who"] == deal.client.address
    assert paid["kind"] == "payment"
    assert paid["money"] == [
        {"sender": None, "recipient": deal.provider.address, "amount": PRICE[0],
         "currency": "tEUR"},
    ]  # fmt: skip
    assert [one["amount"] for one in split["money"]] == [20_000, 60_000]
    assert split["who"] == deal.arbiter.address
    assert "200.00 tEUR to Party 2, 600.00 tEUR back to Party 1" in split["text"]
    assert by_type["refused.accept"]["kind"] == "refusal"
    assert "tried to accept the work, which was refused" in by_type["refused.accept"]["text"]


def test_it_is_told_in_finnish_to_whoever_reads_finnish(join):
    deal = agree(join).into_force()
    texts = [step["text"] for step in timeline(deal, deal.client, "fi")]
    assert texts == [
        "Sopimus laadittiin.",
        "Osapuoli 1 allekirjoitti sopimuksen.",
        "Osapuoli 2 allekirjoitti sopimuksen.",
        "Osapuoli 1 saattoi sopimuksen voimaan.",
    ]


def test_changes_are_told_with_everybody_who_signed_them(join):
    deal = agree(join).into_force().funded()
    change = deal.do(deal.client, "amend", {"reason": "x", "title": "y"}, 201)
    ok(deal.provider.api.write(f"{deal.path}/changes/{change['id']}/sign"))
    end = deal.do(deal.provider, "terminate", {"reason": "x"}, 201)
    ok(deal.client.api.write(f"{deal.path}/changes/{end['id']}/sign"))
    types = [step["type"] for step in timeline(deal, deal.client)]
    assert types[6:] == [
        "amendment.proposed",
        "amendment.signed",
        "amendment.signed",
        "agreement.amended",
        "termination.proposed",
        "termination.signed",
        "termination.signed",
        "agreement.terminated",
        "milestone.resolved",
        "milestone.resolved",
    ]


def test_timeline_is_for_the_involved_only(join, anonymous):
    deal = agree(join)
    assert join().api.get(f"{deal.path}/timeline").status_code == 404
    assert anonymous.get(f"{deal.path}/timeline").status_code == 401


def test_draft_with_a_vacant_place_has_a_timeline(join):
    from tests.api.agreements.support import body

    client = join()
    made = ok(client.api.write("/v1/agreements", body((client, "client"), (None, "provider"))), 201)
    steps = ok(client.api.get(f"/v1/agreements/{made['id']}/timeline"))["steps"]
    assert [step["type"] for step in steps] == ["agreement.drafted"]
