"""A holiday village orders a virtual showroom from a workshop that it has never met."""

from pocplatform.client import MilestoneTerms, PartyTerms, Proof
from pocplatform.pilots.demo.evidence import forged
from pocplatform.pilots.showroom import texts
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Moved, Scene, Shown, Text, checks_of

CUSTOMER, PROVIDER = "customer", "provider"
TEST_MONEY = 300_000
PRICES = (120_000, 80_000)
CREDENTIAL_TYPE = "BusinessIdCredential"
IN_FORCE = 1
"""``AgreementState.Active`` of the contract: signed by all, and not ended."""


async def identities(scene: Scene) -> Shown:
    entries = []
    for role in (CUSTOMER, PROVIDER):
        identity = await scene.sandbox(role).identities.register(
            idempotency_key=scene.key(f"identity-{role}")
        )
        entries += await scene.entries(role, [identity.transaction])
    return Shown(entries=entries)


async def credential(scene: Scene) -> Shown:
    sandbox = scene.sandbox(PROVIDER)
    credential = await sandbox.credentials.verify_company(idempotency_key=scene.key("credential"))
    verification = await sandbox.credentials.verify(credential.credential)
    altered = await sandbox.credentials.verify(forged(credential.credential))
    return Shown(
        known={"credential": credential.id, "credential_digest": credential.digest},
        checks=checks_of(verification),
        forgery_refused=not altered.valid,
        measures={
            "checks_passed": sum(one.ok for one in verification.checks),
            "forgeries_refused": int(not altered.valid),
        },
        entries=await scene.entries(PROVIDER, [credential.transaction]),
    )


async def money(scene: Scene) -> Shown:
    payment = await scene.sandbox(CUSTOMER).payments.faucet(
        TEST_MONEY, idempotency_key=scene.key("money")
    )
    return Shown(
        money=[Moved(sender=FAUCET, recipient=CUSTOMER, amount=TEST_MONEY)],
        balances=await scene.balances(),
        entries=await scene.entries(CUSTOMER, [payment.transaction]),
    )


async def draft(scene: Scene) -> Shown:
    customer, provider = scene.players[CUSTOMER], scene.players[PROVIDER]
    draft = await scene.sandbox(CUSTOMER).agreements.create(
        texts.TITLE.render(scene.language),
        texts.DOCUMENT.render(
            scene.language,
            customer=f"{customer.name} ({customer.business_id})",
            provider=f"{provider.name} ({provider.business_id})",
        ),
        [
            PartyTerms(who=customer.did, role="client"),
            PartyTerms(who=provider.did, role="provider", credential_type=CREDENTIAL_TYPE),
        ],
        [
            MilestoneTerms(title=title.render(scene.language), amount=price, payer=0, provider=1)
            for title, price in zip(texts.MILESTONES, PRICES, strict=True)
        ],
        idempotency_key=scene.key("draft"),
    )
    return await scene.agreement(draft, CUSTOMER)


async def sign(scene: Scene) -> Shown:
    signed = await scene.sandbox(CUSTOMER).agreements.sign(
        scene.known("agreement"), idempotency_key=scene.key("sign-customer")
    )
    return await scene.agreement(signed, CUSTOMER)


async def countersign(scene: Scene) -> Shown:
    agreements = scene.sandbox(PROVIDER).agreements
    id_ = scene.known("agreement")
    await agreements.sign(id_, idempotency_key=scene.key("sign-provider"))
    active = await agreements.activate(
        id_,
        [Proof(party=1, credential=scene.known("credential"))],
        idempotency_key=scene.key("activate"),
    )
    return await scene.agreement(active, PROVIDER, "activate")


async def fund(scene: Scene) -> Shown:
    funded = await scene.sandbox(CUSTOMER).agreements.fund(
        scene.known("agreement"), idempotency_key=scene.key("fund")
    )
    shown = await scene.agreement(funded, CUSTOMER, "fund")
    shown.money = [Moved(sender=CUSTOMER, recipient=ESCROW, amount=sum(PRICES))]
    return shown


async def deliver(scene: Scene) -> Shown:
    delivered = await scene.sandbox(PROVIDER).agreements.deliver(
        scene.known("agreement"),
        0,
        texts.EVIDENCE[0].render(scene.language),
        idempotency_key=scene.key("deliver-1"),
    )
    return await scene.agreement(delivered, PROVIDER, "deliver")


async def accept(scene: Scene) -> Shown:
    accepted = await scene.sandbox(CUSTOMER).agreements.accept(
        scene.known("agreement"), 0, idempotency_key=scene.key("accept-1")
    )
    shown = await scene.agreement(accepted, CUSTOMER, "accept")
    shown.money = [Moved(sender=ESCROW, recipient=PROVIDER, amount=PRICES[0])]
    return shown


async def rest(scene: Scene) -> Shown:
    id_ = scene.known("agreement")
    delivered = await scene.sandbox(PROVIDER).agreements.deliver(
        id_,
        1,
        texts.EVIDENCE[1].render(scene.language),
        idempotency_key=scene.key("deliver-2"),
    )
    first = await scene.agreement(delivered, PROVIDER, "deliver")
    accepted = await scene.sandbox(CUSTOMER).agreements.accept(
        id_, 1, idempotency_key=scene.key("accept-2")
    )
    shown = await scene.agreement(accepted, CUSTOMER, "accept")
    shown.entries = [*first.entries, *shown.entries]
    shown.money = [Moved(sender=ESCROW, recipient=PROVIDER, amount=PRICES[1])]
    shown.measures = {
        "provider_cents": shown.balances[PROVIDER],
        "escrow_cents": shown.balances[ESCROW],
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """Who has the money, and that the agreement was kept."""
    state, _ = await scene.chain.call(
        "ServiceAgreements", "agreementOf(bytes32)(uint8,uint256)", scene.known("agreement_hash")
    )
    return [
        Claim(
            name="provider_was_paid",
            text=Text(
                "The provider has what the milestones cost.",
                "Toimittajalla on välitavoitteiden hinta.",
            ),
            expected=sum(PRICES),
            found=await scene.chain.money(scene.players[PROVIDER].address),
        ),
        Claim(
            name="customer_paid_no_more",
            text=Text(
                "The customer has the rest of its money.",
                "Asiakkaalla on loput rahoistaan.",
            ),
            expected=TEST_MONEY - sum(PRICES),
            found=await scene.chain.money(scene.players[CUSTOMER].address),
        ),
        Claim(
            name="agreement_was_not_ended_early",
            text=Text(
                "Neither side has ended the agreement.",
                "Kumpikaan ei ole päättänyt sopimusta kesken.",
            ),
            expected=IN_FORCE,
            found=state,
        ),
    ]
