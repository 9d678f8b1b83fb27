"""The steps of the joint offering: five companies, a customer, and two splits.

The shares of a split cannot be changed, so whoever stays gets a new one; which of them is paid is
a term of the agreement, and thus changed by all signatures only.
"""

from datetime import UTC, datetime, timedelta

from pocplatform.client import MilestoneTerms, PartyTerms
from pocplatform.pilots.joint_offering import texts
from pocplatform.pilots.story import ESCROW, FAUCET, Claim, Fact, Moved, Scene, Shown
from pocplatform.pilots.wording import filled, money

CUSTOMER, LEAD, MODELS, SOUND = "customer", "lead", "models", "sound"
NETWORK, TRAINING = "network", "training"
PARTIES = (CUSTOMER, LEAD, MODELS, SOUND, NETWORK, TRAINING)
"""In the order of the agreement."""
OF_FIVE = {LEAD: 3_000, MODELS: 3_000, SOUND: 1_500, NETWORK: 1_500, TRAINING: 1_000}
OF_FOUR = {LEAD: 3_500, MODELS: 3_500, NETWORK: 1_800, TRAINING: 1_200}
PRICES = (800_000, 600_000, 400_000)
VILLAGE, OPENING, UPKEEP = range(3)
TEST_MONEY = 2_000_000
LATE_BPS, MOST_LATE_BPS = 100, 500
"""Off the opening's price for each begun day of delay, and at most."""
POSTPONED_S = 2
"""When the opening is due, in seconds after the amendment: weeks would be, outside of a run."""
UPKEEP_BPS = 5_000
_TERMINATED = 2


async def shares(scene: Scene) -> Shown:
    """The lead makes the five companies' shares known."""
    split = await scene.sandbox(LEAD).splits.create(
        texts.SPLIT_OF_FIVE.render(scene.language),
        {scene.players[role].did: bps for role, bps in OF_FIVE.items()},
        idempotency_key=scene.key("split-of-five"),
    )
    return Shown(
        known={"split_of_five": split.id, "account_of_five": split.account},
        entries=await scene.entries(LEAD, split.transactions),
        facts=[Fact(label=texts.ACCOUNT, value=split.account)],
    )


async def draft(scene: Scene) -> Shown:
    """The lead drafts the agreement with a place left open, which the last partner takes."""
    agreements = scene.sandbox(LEAD).agreements
    drafted = await agreements.create(
        texts.TITLE.render(scene.language),
        texts.DOCUMENT.render(scene.language, **_names(scene)),
        [
            PartyTerms(
                who=scene.players[role].did if role != TRAINING else None,
                role="client" if role == CUSTOMER else "provider",
                name=scene.players[role].name,
            )
            for role in PARTIES
        ],
        _milestones(scene, scene.known("account_of_five")),
        idempotency_key=scene.key("draft"),
    )
    invitation = await scene.sandbox(LEAD).agreement_invitations.create(
        drafted.id, PARTIES.index(TRAINING), idempotency_key=scene.key("invite")
    )
    joined = await scene.sandbox(TRAINING).agreement_invitations.join(
        invitation.code, idempotency_key=scene.key("join")
    )
    return await scene.agreement(joined, LEAD)


async def sign(scene: Scene) -> Shown:
    """All six sign, and the agreement is in force."""
    id_ = scene.known("agreement")
    for role in PARTIES:
        await scene.sandbox(role).agreements.sign(id_, idempotency_key=scene.key(f"sign-{role}"))
    active = await scene.sandbox(LEAD).agreements.activate(
        id_, idempotency_key=scene.key("activate")
    )
    shown = await scene.agreement(active, LEAD, "activate")
    signed = sum(party.signed for party in active.parties)
    shown.facts = [Fact(label=texts.SIGNED, value=str(signed))]
    shown.measures = {"signatures": signed}
    return shown


async def first_part(scene: Scene) -> Shown:
    """The village is paid, delivered, accepted and divided among five."""
    money = await scene.sandbox(CUSTOMER).payments.faucet(
        TEST_MONEY, idempotency_key=scene.key("money")
    )
    shown = await _delivered(scene, VILLAGE)
    shown.entries = [*await scene.entries(CUSTOMER, [money.transaction]), *shown.entries]
    shown.money = [Moved(sender=FAUCET, recipient=CUSTOMER, amount=TEST_MONEY), *shown.money]
    await _distribute(scene, shown, "split_of_five", OF_FIVE, PRICES[VILLAGE], "first")
    shown.balances = await scene.balances(scene.known("agreement"))
    shown.measures = {"first_divided_cents": PRICES[VILLAGE]}
    return shown


async def leaving(scene: Scene) -> Shown:
    """The sound studio gives up; the lead proposes an amendment, and cannot impose it."""
    lead = scene.sandbox(LEAD)
    id_ = scene.known("agreement")
    split = await lead.splits.create(
        texts.SPLIT_OF_FOUR.render(scene.language),
        {scene.players[role].did: bps for role, bps in OF_FOUR.items()},
        idempotency_key=scene.key("split-of-four"),
    )
    agreement = await lead.agreements.get(id_)
    # The due time goes by the clock; a step that is done again finds its proposal by looking.
    proposed = [one async for one in lead.agreement_changes.list(id_)]
    change = (
        proposed[0]
        if proposed
        else await lead.agreement_changes.amend(
            id_,
            texts.LEAVING.render(scene.language, **_names(scene)),
            milestones=_amended(scene, split.account),
            idempotency_key=scene.key("amend"),
        )
    )
    refusal = await scene.refused(
        LEAD,
        texts.LEAD_ALONE,
        lead.agreement_changes.apply(id_, change.id, idempotency_key=scene.key("apply-alone")),
        code="change_state_conflict",
    )
    shown = await scene.agreement(agreement, LEAD)
    shown.known |= {
        "change": change.id, "split_of_four": split.id, "account_of_four": split.account
    }  # fmt: skip
    shown.entries = await scene.entries(LEAD, split.transactions)
    shown.refusals = [refusal]
    shown.facts = [
        Fact(label=texts.MISSING, value=str(len(change.missing))),
        Fact(label=texts.ACCOUNT, value=split.account),
    ]
    shown.measures = {"signatures_missing": len(change.missing)}
    return shown


async def amendment(scene: Scene) -> Shown:
    """Everybody signs, the leaving studio too; the last signature puts it in force."""
    id_, change_id = scene.known("agreement"), scene.known("change")
    others = [role for role in PARTIES if role != LEAD]
    for role in others:
        change = await scene.sandbox(role).agreement_changes.sign(
            id_, change_id, idempotency_key=scene.key(f"sign-amendment-{role}")
        )
    amended = await scene.sandbox(LEAD).agreements.get(id_)
    shown = await scene.agreement(amended, others[-1], "amend")
    shown.known["terms_hash"] = change.terms_hash or ""
    shown.facts = [
        Fact(label=texts.REVISION, value=str(amended.revision)),
        Fact(label=texts.NEW_HASH, value=change.terms_hash or ""),
    ]
    shown.measures = {"revision": amended.revision}
    return shown


async def opening(scene: Scene) -> Shown:
    """The opening comes a begun day late; it is divided among the four who stayed."""
    agreement = await scene.sandbox(LEAD).agreements.get(scene.known("agreement"))
    due = agreement.milestones[OPENING].due_at

    async def is_late() -> bool:
        return due is None or datetime.now(UTC) > due + timedelta(seconds=1)

    await scene.until(is_late)
    shown = await _delivered(scene, OPENING)
    agreement = await scene.sandbox(LEAD).agreements.get(scene.known("agreement"))
    paid = agreement.milestones[OPENING]
    shown.money += [Moved(sender=ESCROW, recipient=CUSTOMER, amount=paid.payer_amount)]
    await _distribute(scene, shown, "split_of_four", OF_FOUR, paid.payee_amount, "opening")
    shown.balances = await scene.balances(agreement.id)
    back = money(paid.payer_amount).render(scene.language)
    shown.facts = [Fact(label=texts.LATE_BACK, value=back)]
    shown.measures = {
        "late_back_cents": paid.payer_amount,
        "second_divided_cents": paid.payee_amount,
    }
    return shown


async def ending(scene: Scene) -> Shown:
    """The upkeep is ended half-way by all signatures, and what is due is divided."""
    id_ = scene.known("agreement")
    funded = await scene.sandbox(CUSTOMER).agreements.fund(
        id_, [UPKEEP], idempotency_key=scene.key("fund-upkeep")
    )
    first = await scene.agreement(funded, CUSTOMER, "fund")
    change = await scene.sandbox(CUSTOMER).agreement_changes.terminate(
        id_,
        texts.ENDING.render(scene.language),
        [0, 0, UPKEEP_BPS],
        idempotency_key=scene.key("terminate"),
    )
    others = [role for role in PARTIES if role != CUSTOMER]
    for role in others:
        await scene.sandbox(role).agreement_changes.sign(
            id_, change.id, idempotency_key=scene.key(f"sign-termination-{role}")
        )
    ended = await scene.sandbox(LEAD).agreements.get(id_)
    shown = await scene.agreement(ended, others[-1], "terminate")
    part = PRICES[UPKEEP] * UPKEEP_BPS // 10_000
    shown.entries = [*first.entries, *shown.entries]
    shown.money = [
        Moved(sender=CUSTOMER, recipient=ESCROW, amount=PRICES[UPKEEP]),
        Moved(sender=ESCROW, recipient=CUSTOMER, amount=PRICES[UPKEEP] - part),
    ]
    await _distribute(scene, shown, "split_of_four", OF_FOUR, part, "upkeep")
    shown.balances = await scene.balances(id_)
    shown.measures = {
        "last_divided_cents": part,
        "escrow_cents": shown.balances[ESCROW],
        "leaver_cents": shown.balances[SOUND],
    }
    return shown


async def claims(scene: Scene) -> list[Claim]:
    """Agreement, splits and accounts, as the chain has them."""
    hash_ = scene.known("agreement_hash")
    state, revision = await scene.chain.call(
        "ServiceAgreements", "agreementOf(bytes32)(uint8,uint256)", hash_
    )
    terms = await scene.chain.call("ServiceAgreements", "termsHashOf(bytes32)(bytes32)", hash_)
    on_splits = sum(
        [await scene.chain.money(scene.known(f"account_of_{one}")) for one in ("five", "four")]
    )
    late = PRICES[OPENING] * LATE_BPS // 10_000
    upkeep = PRICES[UPKEEP] * UPKEEP_BPS // 10_000
    stayed = PRICES[OPENING] - late + upkeep
    found = [
        Claim(name="amended", text=texts.AMENDED, expected=1, found=revision),
        Claim(name="terminated", text=texts.TERMINATED, expected=_TERMINATED, found=state),
        Claim(name="terms", text=texts.TERMS, expected=scene.known("terms_hash"), found=terms),
        Claim(name="splits_empty", text=texts.SPLITS_EMPTY, expected=0, found=on_splits),
    ]
    for role in PARTIES:
        player = scene.players[role]
        if role == CUSTOMER:
            expected = TEST_MONEY - PRICES[VILLAGE] - stayed
        else:
            expected = PRICES[VILLAGE] * OF_FIVE[role] // 10_000
            expected += stayed * OF_FOUR.get(role, 0) // 10_000
        text = filled(texts.HAS, who=player.name, amount=money(expected))
        has = await scene.chain.money(player.address)
        found.append(Claim(name=f"{role}_has", text=text, expected=expected, found=has))
    return found


async def unwind(scene: Scene) -> None:
    """Divide what already lies on a split's account; the rest is ended in the general way."""
    splits = scene.sandbox(LEAD).splits
    async for split in splits.list():
        if split.balance:
            await splits.distribute(split.id, idempotency_key=scene.key(f"unwind-{split.id}"))


async def _delivered(scene: Scene, milestone: int) -> Shown:
    """Have a milestone paid into escrow, delivered by the lead and accepted."""
    id_ = scene.known("agreement")
    customer, lead = scene.sandbox(CUSTOMER).agreements, scene.sandbox(LEAD).agreements
    funded = await customer.fund(id_, [milestone], idempotency_key=scene.key(f"fund-{milestone}"))
    first = await scene.agreement(funded, CUSTOMER, "fund")
    delivered = await lead.deliver(
        id_,
        milestone,
        texts.EVIDENCE[milestone].render(scene.language),
        idempotency_key=scene.key(f"deliver-{milestone}"),
    )
    second = await scene.agreement(delivered, LEAD, "deliver")
    accepted = await customer.accept(
        id_, milestone, idempotency_key=scene.key(f"accept-{milestone}")
    )
    shown = await scene.agreement(accepted, CUSTOMER, "accept")
    shown.entries = [*first.entries, *second.entries, *shown.entries]
    shown.money = [Moved(sender=CUSTOMER, recipient=ESCROW, amount=PRICES[milestone])]
    return shown


async def _distribute(
    scene: Scene, shown: Shown, split: str, parts: dict[str, int], amount: int, name: str
) -> None:
    """Have what lies on a split's account divided."""
    done = await scene.sandbox(LEAD).splits.distribute(
        scene.known(split), idempotency_key=scene.key(f"distribute-{name}")
    )
    shown.entries += await scene.entries(LEAD, done.transactions[-1:])
    shown.money += [
        Moved(sender=ESCROW, recipient=role, amount=amount * bps // 10_000)
        for role, bps in parts.items()
    ]


def _milestones(scene: Scene, payee: str) -> list[MilestoneTerms]:
    """All milestones as they are first agreed on: the lead delivers, a split is paid."""
    return [
        MilestoneTerms(
            title=title.render(scene.language),
            amount=price,
            payer=PARTIES.index(CUSTOMER),
            provider=PARTIES.index(LEAD),
            payee=payee,
        )
        for title, price in zip(texts.MILESTONES, PRICES, strict=True)
    ]


def _amended(scene: Scene, payee: str) -> list[MilestoneTerms]:
    """What was paid stays; the rest goes to the new split, and the opening has a due time."""
    village, _, _ = _milestones(scene, scene.known("account_of_five"))
    _, opening, upkeep = _milestones(scene, payee)
    late = {
        "due_at": datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=POSTPONED_S),
        "penalty_bps_per_day": LATE_BPS,
        "max_penalty_bps": MOST_LATE_BPS,
    }
    return [village, opening.model_copy(update=late), upkeep]


def _names(scene: Scene) -> dict[str, str]:
    return {role: player.name for role, player in scene.players.items()}
