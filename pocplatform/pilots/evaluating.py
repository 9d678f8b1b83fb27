"""Evaluates a run: reads the chain about everything that was done, and judges by it."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pocplatform.client import AsyncSandbox
from pocplatform.client.models import Transaction
from pocplatform.pilots.books import close
from pocplatform.pilots.errors import PASSING
from pocplatform.pilots.evaluation import (
    ActorResult,
    Costs,
    Evaluation,
    StepResult,
    TransactionResult,
    Unwound,
    judged,
)
from pocplatform.pilots.network_costs import Prices
from pocplatform.pilots.playing import Sent, failure_of, new_transactions
from pocplatform.pilots.runs import CastMember, Frame, PlayedStep, scene
from pocplatform.pilots.scene import Scene
from pocplatform.pilots.shown import ORGANISERS, Claim, Entry, Shown, Text
from pocplatform.pilots.story import Story

logger = logging.getLogger(__name__)

_AT_ONCE = 8
"""Receipts that are asked for at a time."""


async def evaluate(
    story: Story,
    frame: Frame,
    cast: Sequence[CastMember],
    organisers: AsyncSandbox,
    played: Sequence[PlayedStep],
    unwound: Unwound | None,
    prices: Prices,
) -> Evaluation:
    """What a run has come to. Raises if the sandbox does not answer."""
    here = scene(frame, cast, organisers, played)
    done = all(one.failure is None for one in played) and len(played) == len(frame.steps)
    claims = await _claims(story, here) if done else []
    known = {id_ for one in played for id_ in one.transactions}
    afterwards = await new_transactions(here, known)
    transactions = [
        one.model_copy(update={"deed": story.deeds.get(f"{one.contract}.{one.function}")})
        for one in await _transactions(here, played, afterwards)
    ]
    titles = {role.name: role.title for role in story.roles}
    books = await close(here, frame.first_block + 1, {one.hash for one in transactions})
    measures = {name: value for one in played for name, value in one.shown.measures.items()}
    ended = datetime.now(UTC)
    return Evaluation(
        pilot=story.name,
        number=story.number,
        area=story.area,
        sector=story.sector,
        title=story.title,
        summary=story.summary,
        story=story.story,
        learn=story.learn,
        run=frame.run,
        language=frame.language,
        began=frame.began,
        ended=ended,
        seconds=round((ended - frame.began).total_seconds(), 3),
        chain_id=frame.chain_id,
        genesis_hash=frame.genesis_hash,
        first_block=frame.first_block,
        last_block=books.block,
        actors=[
            ActorResult(
                role=one.role,
                title=titles.get(one.role, Text(one.role, one.role)),
                company=one.name,
                org_id=one.org_id,
                did=one.did,
                address=one.address,
                balance_raw=books.balances[one.role],
            )
            for one in cast
        ],
        steps=_steps(story, here, played, transactions),
        transactions=transactions,
        claims=claims,
        criteria=judged(story.criteria, measures),
        measures=measures,
        costs=Costs.of(sum(one.gas_used for one in transactions), story.volume, prices),
        money=books.money,
        risks=list(story.risks),
        questions=list(story.questions),
        readiness_level=story.readiness.level,
        readiness_why=story.readiness.why,
        unwound=unwound,
        warnings=[*prices.warnings(ended.date()), *_unasked(here, afterwards)],
    )


async def _claims(story: Story, here: Scene) -> list[Claim]:
    """What a pilot claims; a fault of its own in that is a claim that does not hold."""
    try:
        return list(await story.claims(here))
    except PASSING:
        raise
    except Exception as error:
        logger.warning("the claims of %s cannot be read", story.name, exc_info=error)
        said = f"{type(error).__name__}: {error}"
        text = Text(
            f"The claims can be held against the blockchain ({said}).",
            f"Väitteitä voi verrata lohkoketjuun ({said}).",
        )
        return [Claim(name="claims_can_be_read", text=text, expected=True, found=False)]


def _steps(
    story: Story,
    here: Scene,
    played: Sequence[PlayedStep],
    transactions: Sequence[TransactionResult],
) -> list[StepResult]:
    known = {one.name: one for one in played}
    names = {role.name: role.company for role in story.roles}
    names |= {role: player.name for role, player in here.players.items()}

    def result(name: str, title: Text, after: Text, roles: Sequence[str]) -> StepResult:
        one = known.get(name)
        own = [entry for entry in transactions if entry.step == name]
        state: Literal["done", "failed", "left"] = "done"
        if one is None:
            state = "left"
        elif one.failure is not None:
            state = "failed"
        shown = one.shown if one is not None else Shown()
        return StepResult(
            name=name,
            title=title,
            after=Text(after.render("en", **names), after.render("fi", **names)),
            roles=list(roles),
            state=state,
            seconds=one.seconds if one is not None else 0.0,
            transactions=len(own),
            gas=sum(entry.gas_used for entry in own),
            refusals=shown.refusals,
            facts=shown.facts,
            failure=one.failure if one is not None else None,
        )

    # Steps that were begun and are no part of the pilot any more have only their names left.
    gone = [one.name for one in played if story.step(one.name) is None]
    return [
        *(result(step.name, step.title, step.after, step.roles) for step in story.steps),
        *(result(name, Text(name, name), Text("", ""), ()) for name in gone),
    ]


def _unasked(here: Scene, sent: Sent) -> list[Text]:
    """A warning for each role whose transactions could not be asked for."""
    found = []
    for role, error in sent.unasked.items():
        name, why = here.players[role].name, failure_of(error).sentence
        found.append(
            Text(
                f"The transactions of {name} could not be asked for, and may be missing: {why}",
                f"Yrityksen {name} tapahtumia ei voitu kysyä, ja niitä voi puuttua: {why}",
            )
        )
    return found


async def _transactions(
    here: Scene, played: Sequence[PlayedStep], afterwards: Sent
) -> list[TransactionResult]:
    """All transactions of a run with what their receipts say, in their order on the chain.

    Those of roles that cannot be asked any more are missing, but for what steps have shown.
    """
    own: dict[str, tuple[str, Transaction]] = {}
    events: dict[str, set[str]] = {}
    for role in here.players.keys() - afterwards.unasked.keys():
        async for one in here.sandbox(role).transactions.list():
            own[one.id] = (role, one)
        async for event in here.sandbox(role).events.list():
            events.setdefault(event.transaction_hash or "", set()).add(event.type)
    found: dict[str, tuple[str, Entry]] = {}
    for step in [*((one.name, one.transactions) for one in played), ("", afterwards.ids)]:
        name, ids = step
        for id_ in ids:
            if id_ not in own:
                continue
            role, one = own[id_]
            if one.hash is not None:
                found[one.hash] = (name, _entry(role, one, events))
    for shown in played:
        for entry in shown.shown.entries:
            # What roles have sent is there already; the organisers are everybody's.
            if entry.role == ORGANISERS or entry.hash not in found:
                found.setdefault(entry.hash, (shown.name, entry))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def with_receipt(step: str, entry: Entry) -> tuple[int, int, TransactionResult] | None:
        async with gate:
            receipt = await here.chain.receipt(entry.hash)
        if receipt is None:
            return None  # never mined: called back, or refused by the node
        block, place = int(receipt["blockNumber"], 16), int(receipt["transactionIndex"], 16)
        fields = entry.model_dump() | {"gas_used": int(receipt["gasUsed"], 16), "block": block}
        succeeded = int(receipt["status"], 16) == 1
        return block, place, TransactionResult(**fields, step=step, succeeded=succeeded)

    receipts = await asyncio.gather(*(with_receipt(*one) for one in found.values()))
    mined = sorted((one for one in receipts if one is not None), key=lambda one: one[:2])
    return [result for _, _, result in mined]


def _entry(role: str, one: Transaction, events: dict[str, set[str]]) -> Entry:
    return Entry(
        id=one.id,
        role=role,
        hash=one.hash or "",
        contract=one.contract,
        function=one.function,
        gas_used=0,
        block=0,
        events=sorted(events.get(one.hash or "", ())),
    )
