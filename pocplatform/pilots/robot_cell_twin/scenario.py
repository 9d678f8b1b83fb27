"""The steps of the robot cell's digital twin.

The agreement is the platform's own template for trying before investing. The test log is made up,
and the same in every run (:mod:`.cycles`); what it comes to is calculated from it.
"""

from datetime import UTC, datetime
from typing import Literal

from pocplatform.client import InvoiceLine, NamedDocument, TemplateParty
from pocplatform.pilots.robot_cell_twin import texts
from pocplatform.pilots.robot_cell_twin.cycles import as_csv, findings, measured
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Fact, Moved, Scene, Shown
from pocplatform.pilots.wording import decimal, filled, money

WORKSHOP, INTEGRATOR, LAB = "workshop", "integrator", "lab"
PRICES = (180_000, 320_000, 60_000)
"""Twin, acceptance test, report; cents."""
TWIN, TEST, REPORT = range(3)
INTEGRATOR_BPS = 6_000
TEST_MONEY = 600_000
FEE_NET, VAT_BPS = 20_000, 2_550
FEE = 25_100
"""Half of the arbiter's work, with VAT."""
INVESTMENT = 18_500_000
_ACTIVE, _PAID, _RESOLVED = 1, 4, 5


async def draft(scene: Scene) -> Shown:
    """The workshop drafts the agreement from the template, with the lab as arbiter."""
    language: Literal["fi", "en"] = "fi" if scene.language == "fi" else "en"
    drafted = await scene.sandbox(WORKSHOP).agreement_templates.draft(
        "pilot_test",
        {
            "company": _party(scene, WORKSHOP),
            "supplier": _party(scene, INTEGRATOR),
        },
        {
            "subject": texts.SUBJECT.render(language),
            "technology": texts.TECHNOLOGY.render(language),
            "question": texts.QUESTION.render(language),
            "measures": [one.render(language) for one in texts.MEASURES],
            "start": _start(),
            "trial_weeks": 2,
            "setup_fee": PRICES[TWIN],
            "trial_fee": PRICES[TEST],
            "report_fee": PRICES[REPORT],
        },
        language=language,
        translated=False,
        arbiter=scene.players[LAB].did,
        idempotency_key=scene.key("draft"),
    )
    return await scene.agreement(drafted, WORKSHOP)


async def sign(scene: Scene) -> Shown:
    """Both sign; the agreement is in force."""
    id_ = scene.known("agreement")
    for role in (WORKSHOP, INTEGRATOR):
        await scene.sandbox(role).agreements.sign(id_, idempotency_key=scene.key(f"sign-{role}"))
    active = await scene.sandbox(INTEGRATOR).agreements.activate(
        id_, idempotency_key=scene.key("activate")
    )
    return await scene.agreement(active, INTEGRATOR, "activate")


async def book(scene: Scene) -> Shown:
    """The workshop books the test by paying all milestones into escrow."""
    workshop = scene.sandbox(WORKSHOP)
    money = await workshop.payments.faucet(TEST_MONEY, idempotency_key=scene.key("money"))
    funded = await workshop.agreements.fund(
        scene.known("agreement"), idempotency_key=scene.key("fund")
    )
    shown = await scene.agreement(funded, WORKSHOP, "fund")
    shown.entries = [*await scene.entries(WORKSHOP, [money.transaction]), *shown.entries]
    shown.money = [
        Moved(sender=FAUCET, recipient=WORKSHOP, amount=TEST_MONEY),
        Moved(sender=WORKSHOP, recipient=ESCROW, amount=sum(PRICES)),
    ]
    return shown


async def twin(scene: Scene) -> Shown:
    """The integrator opens the twin to the workshop alone, which looks at it and accepts it."""
    integrator, workshop = scene.sandbox(INTEGRATOR), scene.sandbox(WORKSHOP)
    id_ = scene.known("agreement")
    space = await integrator.spaces.create(
        texts.SPACE.render(scene.language), rule="invitation", idempotency_key=scene.key("space")
    )
    await integrator.spaces.invite(
        space.id, scene.players[WORKSHOP].did, idempotency_key=scene.key("invite")
    )
    visit = await workshop.spaces.enter(space.id, idempotency_key=scene.key("enter"))
    delivered = await integrator.agreements.deliver(
        id_,
        TWIN,
        texts.TWIN_READY.render(scene.language),
        idempotency_key=scene.key("deliver-twin"),
    )
    by_integrator = await scene.agreement(delivered, INTEGRATOR, "deliver")
    accepted = await workshop.agreements.accept(id_, TWIN, idempotency_key=scene.key("accept-twin"))
    left = await workshop.spaces.leave(space.id, idempotency_key=scene.key("leave"))
    shown = await scene.agreement(accepted, WORKSHOP, "accept")
    shown.known["space"] = space.id
    shown.entries = [
        *await scene.entries(INTEGRATOR, space.transactions),
        *await scene.entries(WORKSHOP, visit.transactions),
        *by_integrator.entries,
        *shown.entries,
        *await scene.entries(WORKSHOP, left.transactions),
    ]
    shown.money = [Moved(sender=ESCROW, recipient=INTEGRATOR, amount=PRICES[TWIN])]
    shown.facts = [Fact(label=texts.VISITS, value=str(left.visits))]
    return shown


async def acceptance_test(scene: Scene) -> Shown:
    """The test is delivered with its log, and fails; the workshop disputes it."""
    integrator, workshop = scene.sandbox(INTEGRATOR), scene.sandbox(WORKSHOP)
    id_, cycles = scene.known("agreement"), measured()
    found = findings(cycles)
    log = NamedDocument.of("acceptance-test.csv", as_csv(cycles))
    delivered = await integrator.agreements.deliver(
        id_,
        TEST,
        texts.TEST_DONE.render(scene.language),
        documents=[log],
        idempotency_key=scene.key("deliver-test"),
    )
    by_integrator = await scene.agreement(delivered, INTEGRATOR, "deliver")
    # No code: when the step is done again, the dispute that follows is the reason.
    refusal = await scene.refused(
        INTEGRATOR,
        texts.PAYS_ITSELF,
        integrator.agreements.accept(id_, TEST, idempotency_key=scene.key("accept-own-test")),
    )
    disputed = await workshop.agreements.dispute(
        id_,
        TEST,
        texts.COMPLAINT.render(
            scene.language,
            mean=decimal(found.mean_ms, 1000).render(scene.language),
            held=decimal(found.held_permille, 10).render(scene.language),
        ),
        documents=[log],
        idempotency_key=scene.key("dispute-test"),
    )
    shown = await scene.agreement(disputed, WORKSHOP, "dispute")
    shown.entries = [*by_integrator.entries, *shown.entries]
    shown.refusals = [refusal]
    shown.facts = [
        Fact(label=texts.MEAN, value=decimal(found.mean_ms, 1000).render(scene.language)),
        Fact(label=texts.HELD, value=decimal(found.held_permille, 10).render(scene.language)),
        Fact(label=texts.LOG_HASH, value=log.sha256),
    ]
    shown.measures = {"cycles_tested": found.cycles, "requirements_failed": found.failed}
    return shown


async def ruling(scene: Scene) -> Shown:
    """The lab goes through the log, divides the price, and is paid by both for its work."""
    id_, lab = scene.known("agreement"), scene.sandbox(LAB)
    cycles = measured()
    again = findings([one for one in cycles if one.part_in_tolerance])
    text = texts.RULING.render(
        scene.language,
        mean=decimal(again.mean_ms, 1000).render(scene.language),
        held=decimal(again.held_permille, 10).render(scene.language),
    )
    resolved = await lab.agreements.resolve(
        id_, TEST, INTEGRATOR_BPS, text, idempotency_key=scene.key("resolve-test")
    )
    shown = await scene.agreement(resolved, LAB, "resolve")
    integrator_part = PRICES[TEST] * INTEGRATOR_BPS // 10_000
    shown.money = [
        Moved(sender=ESCROW, recipient=INTEGRATOR, amount=integrator_part),
        Moved(sender=ESCROW, recipient=WORKSHOP, amount=PRICES[TEST] - integrator_part),
    ]
    for role in (WORKSHOP, INTEGRATOR):
        invoice = await lab.invoices.create(
            [
                InvoiceLine(
                    description=texts.FEE.render(scene.language),
                    unit_price=FEE_NET,
                    vat_rate_bps=VAT_BPS,
                )
            ],
            payer=scene.players[role].did,
            idempotency_key=scene.key(f"invoice-{role}"),
        )
        paid = await scene.sandbox(role).invoices.pay(
            invoice.id, idempotency_key=scene.key(f"pay-{role}")
        )
        shown.entries += await scene.entries(role, paid.transactions)
        shown.money.append(Moved(sender=role, recipient=LAB, amount=paid.total))
    shown.balances = await scene.balances(id_)
    shown.facts = [
        Fact(label=texts.HELD_AGAIN, value=decimal(again.held_permille, 10).render(scene.language))
    ]
    shown.measures = {"returned_cents": resolved.milestones[TEST].payer_amount}
    return shown


async def report(scene: Scene) -> Shown:
    """The report is delivered and accepted; the document is checked against the chain."""
    id_ = scene.known("agreement")
    workshop = scene.sandbox(WORKSHOP)
    delivered = await scene.sandbox(INTEGRATOR).agreements.deliver(
        id_,
        REPORT,
        texts.REPORT.render(scene.language),
        idempotency_key=scene.key("deliver-report"),
    )
    by_integrator = await scene.agreement(delivered, INTEGRATOR, "deliver")
    accepted = await workshop.agreements.accept(
        id_, REPORT, idempotency_key=scene.key("accept-report")
    )
    shown = await scene.agreement(accepted, WORKSHOP, "accept")
    shown.entries = [*by_integrator.entries, *shown.entries]
    shown.money = [Moved(sender=ESCROW, recipient=INTEGRATOR, amount=PRICES[REPORT])]
    checked = await workshop.agreements.verify_document(id_, await workshop.agreements.pdf(id_))
    spent = TEST_MONEY - shown.balances[WORKSHOP]
    cost_bps = spent * 10_000 // INVESTMENT
    shown.facts = [
        Fact(label=texts.TESTED_FOR, value=decimal(cost_bps, 100, places=2).render(scene.language))
    ]
    shown.measures = {
        "document_valid": int(checked.valid),
        "escrow_cents": shown.balances[ESCROW],
        "integrator_paid_cents": sum(one.payee_amount for one in accepted.milestones),
        "answer_cost_bps": cost_bps,
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """What the chain itself says of the agreement and of everybody's money."""
    hash_ = scene.known("agreement_hash")
    state, revision = await scene.chain.call(
        "ServiceAgreements", "agreementOf(bytes32)(uint8,uint256)", hash_
    )
    states = [
        (
            await scene.chain.call(
                "ServiceAgreements", "milestoneOf(bytes32,uint256)(uint8,uint256,uint256)", hash_, n
            )
        )[0]
        for n in range(len(PRICES))
    ]
    returned = PRICES[TEST] * (10_000 - INTEGRATOR_BPS) // 10_000
    integrator_paid = sum(PRICES) - returned
    return [
        Claim(
            name="in_force",
            text=texts.IN_FORCE,
            expected=f"{_ACTIVE}.0",
            found=f"{state}.{revision}",
        ),
        Claim(name="twin_paid", text=texts.FIRST_PAID, expected=_PAID, found=states[TWIN]),
        Claim(name="test_divided", text=texts.DIVIDED, expected=_RESOLVED, found=states[TEST]),
        Claim(name="report_paid", text=texts.LAST_PAID, expected=_PAID, found=states[REPORT]),
        *[
            Claim(
                name=f"{role}_has",
                text=filled(text, amount=money(expected)),
                expected=expected,
                found=await scene.chain.money(scene.players[role].address),
            )
            for role, text, expected in (
                (WORKSHOP, texts.CUSTOMER_HAS, TEST_MONEY - integrator_paid - FEE),
                (INTEGRATOR, texts.INTEGRATOR_HAS, integrator_paid - FEE),
                (LAB, texts.LAB_HAS, 2 * FEE),
            )
        ],
    ]


def _party(scene: Scene, role: str) -> TemplateParty:
    player = scene.players[role]
    return TemplateParty(who=player.did, name=player.name, business_id=player.business_id or None)


def _start() -> str:
    """The first day of a month some two months ahead: the same in a step that is done again."""
    today = datetime.now(UTC).date()
    months = today.year * 12 + today.month + 1
    return f"{months // 12:04d}-{months % 12 + 1:02d}-01"
