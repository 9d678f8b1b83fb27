"""What transactions do, in people's words."""

from __future__ import annotations

import pytest

from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Paper, Player, Shown, Work
from pocplatform.web.showing import Words, deed, receipt


@pytest.mark.parametrize(
    ("contract", "function", "said"),
    [
        ("PilotEuro", "drip", "Test money given"),
        ("Items", "mint", "Items made"),
        ("Items", "mintWithVoucher", "Voucher redeemed"),
        ("ServiceAgreements", "accept", "Accepted and paid"),
        ("ServiceAgreements", "acceptBySilence", "Accepted by silence and paid"),
        ("Invoices", "payWithAuthorization", "Invoice paid"),
        ("Market", "cancelNonce", "Order withdrawn"),
    ],
)
def test_same_function_of_another_contract_is_another_deed(contract, function, said):
    assert deed(contract, function, "en") == said


def test_contract_of_ones_own_is_told_by_its_functions_name():
    assert deed("TicketDesk", "offer", "fi") == "offer"
    assert deed("TicketDesk", "deploy", "fi") == "Älysopimus asennettu"


@pytest.mark.parametrize(
    ("agreement", "said"),
    [
        ("terminated", "divided among the parties"),
        ("expired", "divided among the parties"),
        ("completed", "settled by the arbiter"),
        (None, "settled by the arbiter"),
    ],
)
def test_milestone_of_an_ended_agreement_is_not_said_to_be_the_arbiters(agreement, said):
    assert Words("en").work("resolved", agreement) == said
    assert Words("en").work("paid", agreement) == "paid"


def test_receipt_says_what_became_of_work_that_was_not_paid_in_full():
    story = story_by_name("showroom")
    work = [Work(title="Plan", amount=100, state="paid"),
            Work(title="Build", amount=200, state="resolved")]  # fmt: skip
    last = Shown(
        papers=[Paper(title="Work", text="", hash="0x1")],
        work=work,
        agreement_state="completed",
        known={"agreement": "agr_1", "agreement_hash": "0x2"},
    )
    players = {
        role.name: Player(role.name, "o", "A Oy", "", "0x3", "did:x") for role in story.roles
    }
    shown = {step.name: Shown() for step in story.steps} | {story.steps[-1].name: last}
    [agreement] = receipt(story, "fi", 1, players, shown).agreements
    assert [one.outcome for one in agreement.milestones] == ["", "välimiehen ratkaisema"]
