"""Agreements through the SDK, from a template to the last signature."""

from __future__ import annotations

import asyncio

import pytest

from pocplatform.client import (
    AgreementInvitationInvalid,
    AgreementStateConflict,
    AgreementTermsInvalid,
    AsyncSandbox,
    BatchNested,
    BatchWrite,
    ChangeStateConflict,
    ContractReverted,
    MilestoneTerms,
    NamedDocument,
    NotFound,
    PartyTerms,
    SignaturesMissing,
    TemplateParametersInvalid,
    TemplateParty,
)

PARAMETERS = {
    "subject": "Virtuaalinen näyttelytila",
    "work": "Näyttelytila kolmelle puutalolle, jossa käydään virtuaalilaseilla.",
    "milestones": [{"title": "Malli", "amount": 1_000, "due": "2099-03-31"}],
}


def test_template_invitation_amendment_and_timeline(member):
    client, provider = member("Tilaaja Oy", fund=10_000), member("Tekijä Oy")
    templates = client.agreement_templates
    assert "service_by_milestones" in [one.id for one in templates.all()]
    assert templates.get("pilot_test").parties[0].key == "company"
    parties = {
        "client": TemplateParty(who=client.organizations.me().id, name="Tilaaja Oy"),
        "provider": TemplateParty(),
    }
    preview = templates.preview("service_by_milestones", parties, PARAMETERS, language="en")
    assert preview.text.startswith("# Service agreement by milestones")
    draft = templates.draft("service_by_milestones", parties, PARAMETERS, language="en")
    assert draft.parties[1].address is None
    with pytest.raises(AgreementStateConflict):
        client.agreements.sign(draft.id)
    invitation = client.agreement_invitations.create(draft.id, 1)
    assert provider.agreement_invitations.get(invitation.code).role == "provider"
    joined = provider.agreement_invitations.join(invitation.code)
    assert joined.parties[1].name == "Tekijä Oy"
    with pytest.raises(AgreementInvitationInvalid):
        member().agreement_invitations.join(invitation.code)
    client.agreements.sign(draft.id)
    with pytest.raises(SignaturesMissing):
        client.agreements.activate(draft.id)
    provider.agreements.sign(draft.id)
    client.agreements.activate(draft.id)
    change = client.agreement_changes.amend(
        draft.id,
        "A second step.",
        milestones=[
            MilestoneTerms(title="Malli", amount=1_000, payer=0, provider=1),
            MilestoneTerms(title="Avaus", amount=500, payer=0, provider=1),
        ],
    )
    assert (change.state, change.missing) == ("open", [1])
    assert provider.agreement_changes.sign(draft.id, change.id).state == "applied"
    assert [one.id for one in client.agreement_changes.list(draft.id)] == [change.id]
    client.agreements.fund(draft.id)
    model = NamedDocument.of("model.ifc", b"three houses")
    delivered = provider.agreements.deliver(draft.id, 0, "See the model.", documents=[model])
    note = client.agreements.note(draft.id, delivered.notes[0].hash)
    assert note.text == f"See the model.\n\n- model.ifc (SHA-256 {model.sha256})"
    with pytest.raises(ContractReverted):
        client.agreements.settle(draft.id, 0)
    client.agreements.accept(draft.id, 0)
    ending = provider.agreement_changes.terminate(draft.id, "Enough.", [0, 10_000])
    assert client.agreement_changes.sign(draft.id, ending.id).state == "applied"
    with pytest.raises(ChangeStateConflict):
        client.agreement_changes.apply(draft.id, change.id)
    final = client.agreements.get(draft.id)
    assert (final.state, final.revision) == ("terminated", 1)
    assert provider.payments.balance().amount == 1_500
    steps = client.agreements.timeline(draft.id).steps
    assert steps[0].type == "agreement.drafted"
    assert [step.money[0].amount for step in steps if step.type == "milestone.paid"] == [1_000]
    file = client.agreements.pdf(draft.id, language="fi")
    assert file.startswith(b"%PDF")
    checks = {c.check: c.ok for c in client.agreements.verify_document(draft.id, file).checks}
    assert checks == {"content": True, "terms": True, "signatures": True, "chain": True}
    assert client.agreements.verify_document(draft.id, hash=final.terms_hash).valid
    assert not client.agreements.verify_document(draft.id, "another text").valid


def test_draft_is_withdrawn_and_what_makes_no_sense_has_errors_of_its_own(member):
    ours, theirs = member(), member().organizations.me()
    parties = [
        PartyTerms(who=ours.organizations.me().id, role="client"),
        PartyTerms(who=theirs.id, role="provider", name="Toinen Oy"),
    ]
    work = [MilestoneTerms(title="x", amount=1, payer=0, provider=1)]
    draft = ours.agreements.create("x", "x", parties, work)
    with pytest.raises(AgreementStateConflict):
        ours.agreement_changes.terminate(draft.id, "x")
    assert ours.agreements.withdraw(draft.id).state == "withdrawn"
    with pytest.raises(AgreementTermsInvalid):
        ours.agreements.create("x", "x", [parties[0], parties[0]], work)
    with pytest.raises(TemplateParametersInvalid) as missing:
        ours.agreement_templates.draft("pilot_test", {
            "company": TemplateParty(), "supplier": TemplateParty(),
        }, {})  # fmt: skip
    assert missing.value.param == "parameters.subject"
    with pytest.raises(NotFound):
        ours.agreement_changes.get(draft.id, "chg_nothing")


def test_batch_gives_each_writes_answer_or_error(member):
    payer, payee = member(fund=1_000), member().organizations.me()
    writes = [
        BatchWrite(path="/v1/transfers", body={"to": payee.id, "amount": amount})
        for amount in (100, 5_000, 200)
    ]
    result = payer.batches.send(writes)
    assert (result.succeeded, result.failed) == (2, 1)
    assert [answer.ok for answer in result.data] == [True, False, True]
    assert isinstance(result.data[1].error, ContractReverted)
    assert result.data[0].error is None
    assert payer.payments.balance().amount == 700
    with pytest.raises(BatchNested):
        payer.batches.send([BatchWrite(path="/v1/batch")])


def test_asynchronous_client_has_them_too(base_url):
    async def use() -> tuple[int, int]:
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy (testi)")
            ours = sandbox.with_key(us.secret_key)
            faucet = [BatchWrite(path="/v1/faucet", body={"amount": 100})] * 3
            result = await ours.batches.send(faucet)
            return result.succeeded, len(await ours.agreement_templates.all())

    assert asyncio.run(use()) == (3, 6)
