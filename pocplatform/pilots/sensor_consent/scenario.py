"""A resident lets a company use motion-sensor data for a term, and takes the consent back.

The consent is a credential that the resident issues with a key of their own. Agreement and data
room ask the chain for it, so withdrawing it shuts both. There are no data in this pilot: what would
be an extract is an invented line of text, and only hashes leave this file.
"""

from datetime import UTC, datetime, timedelta

from pocplatform.client import NamedDocument, Proof, TemplateParty
from pocplatform.client.spaces import Presence
from pocplatform.pilots import joining
from pocplatform.pilots.story import (
    ESCROW,
    Claim,
    Entry,
    Fact,
    Moved,
    Scene,
    Shown,
    Text,
    checks_of,
)

RESIDENT, HOLDER, USER, SUPERVISOR = "resident", "holder", "user", "supervisor"
CONSENT = "SensorDataConsent"
TEST_MONEY = 100_000
OPENING_FEE, UPKEEP_FEE = 48_000, 24_000
ACCESS_FEE = 250
MONTHS = 6
CAP = 2_500
MONTH_S = 30 * 86_400
TERMINATED = 2
"""``AgreementState.Terminated`` of the contract."""

PURPOSE = Text(
    "Training a fall-risk alarm; no other use, no passing on.",
    "Kaatumisriskin hälytyksen opettaminen; ei muuta käyttöä, ei luovutusta edelleen.",
)
_DATA = Text(
    "Hourly counts of the motion sensors of one flat, without name, address or picture, as a CSV "
    "file for each day.",
    "Yhden asunnon liikeanturien lukumäärät tunneittain, ilman nimeä, osoitetta tai kuvaa, "
    "CSV-tiedostona päivältä.",
)
_SUBJECT = Text("Motion-sensor data of one flat", "Yhden asunnon liikeanturidata")
_ROOM = Text("Data room for one flat's sensors", "Yhden asunnon anturien datahuone")
_DELIVERED = Text(
    "The data room is open; the first extract lies there.",
    "Datahuone on auki, ja ensimmäinen ote on siellä.",
)
_REASON = Text(
    "The resident has withdrawn the consent. Access has ended; the user deletes the data within 30 "
    "days and confirms it in writing.",
    "Asukas on peruuttanut suostumuksensa. Pääsy on päättynyt; käyttäjä poistaa datan 30 päivän "
    "kuluessa ja vahvistaa sen kirjallisesti.",
)
_MANDATE = Text("Visits of the data room, 2.50 tEUR each", "Datahuoneen käynnit, 2,50 tEUR kerta")
_EXTRACT = b"invented test extract of the pilot; no person, no measurement\n"


async def parties(scene: Scene) -> Shown:
    await joining.credential_type(
        scene,
        CONSENT,
        Text("Consent to use sensor data", "Suostumus anturidatan käyttöön"),
        {
            "purpose": {"type": "string", "maxLength": 300},
            "data": {"type": "string", "maxLength": 300},
            "recipient": {"type": "string", "maxLength": 200},
            "months": {"type": "integer", "minimum": 1, "maximum": 60},
        },
        ["purpose", "data", "recipient", "months"],
    )
    entries = await joining.identities(scene, RESIDENT, HOLDER, USER)
    entries += await joining.accredit(scene, RESIDENT, CONSENT)
    credentials, anchored = await joining.business_ids(scene, HOLDER, USER)
    valid = 0
    for role in (HOLDER, USER):
        found = await scene.sandbox(RESIDENT).credentials.verify(credentials[role].credential)
        valid += int(found.valid)
    return Shown(measures={"companies_checked": valid}, entries=[*entries, *anchored])


async def agreement(scene: Scene) -> Shown:
    user, holder = scene.sandbox(USER), scene.sandbox(HOLDER)
    moved, entries = await joining.test_money(scene, USER, TEST_MONEY)
    draft = await holder.agreement_templates.draft(
        "data_sharing",
        {
            "user": TemplateParty(
                who=scene.players[USER].did,
                name=scene.players[USER].name,
                business_id=scene.players[USER].business_id,
                credential_type=CONSENT,
            ),
            "holder": TemplateParty(
                who=scene.players[HOLDER].did,
                name=scene.players[HOLDER].name,
                business_id=scene.players[HOLDER].business_id,
            ),
        },
        {
            "subject": _SUBJECT.render(scene.language),
            "data": _DATA.render(scene.language),
            "purpose": PURPOSE.render(scene.language),
            "personal_data": True,
            "start": (datetime.now(UTC).date() + timedelta(days=1)).isoformat(),
            "months": MONTHS,
            "access_fee": OPENING_FEE,
            "upkeep_fee": UPKEEP_FEE,
        },
        language="fi" if scene.language == "fi" else "en",
        translated=False,
        idempotency_key=scene.key("draft"),
    )
    await holder.agreements.sign(draft.id, idempotency_key=scene.key("sign-holder"))
    signed = await user.agreements.sign(draft.id, idempotency_key=scene.key("sign-user"))
    refusal = await scene.refused(
        USER,
        Text(
            "Bringing the agreement into force without consent",
            "Sopimuksen saattaminen voimaan ilman suostumusta",
        ),
        user.agreements.activate(draft.id, idempotency_key=scene.key("activate-without")),
        code="agreement_state_conflict",
    )
    shown = await scene.agreement(signed, USER)
    shown.money, shown.refusals, shown.entries = [moved], [refusal], entries
    return shown


async def consent(scene: Scene) -> Shown:
    resident = scene.sandbox(RESIDENT)
    given = await resident.credentials.issue(
        CONSENT,
        scene.players[USER].did,
        {
            "purpose": PURPOSE.render(scene.language),
            "data": _DATA.render(scene.language),
            "recipient": scene.players[USER].name,
            "months": MONTHS,
        },
        valid_until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=30 * MONTHS),
        idempotency_key=scene.key("consent"),
    )
    verification = await scene.sandbox(HOLDER).credentials.verify(given.credential)
    return Shown(
        known={
            "consent": given.id,
            "consent_digest": given.digest,
            "consent_text": given.credential,
        },
        checks=checks_of(verification),
        measures={"consent_given": int(verification.valid)},
        facts=[
            Fact(
                label=Text("Fingerprint of the consent", "Suostumuksen tiiviste"),
                value=given.digest,
            )
        ],
        entries=await scene.entries(RESIDENT, [given.transaction]),
    )


async def data_room(scene: Scene) -> Shown:
    user, holder = scene.sandbox(USER), scene.sandbox(HOLDER)
    id_ = scene.known("agreement")
    await user.agreements.activate(
        id_,
        [Proof(party=0, credential=scene.known("consent"))],
        idempotency_key=scene.key("activate"),
    )
    funded = await user.agreements.fund(id_, idempotency_key=scene.key("fund"))
    space = await holder.spaces.create(
        _ROOM.render(scene.language),
        rule="credential",
        credential_type=CONSENT,
        issuer=scene.players[RESIDENT].did,
        capacity=1,
        idempotency_key=scene.key("room"),
    )
    await holder.agreements.deliver(
        id_,
        0,
        _DELIVERED.render(scene.language),
        documents=[NamedDocument.of("extract-1.csv", _EXTRACT)],
        idempotency_key=scene.key("deliver"),
    )
    accepted = await user.agreements.accept(id_, 0, idempotency_key=scene.key("accept"))
    mandate = await user.mandates.create(
        scene.players[HOLDER].did,
        CAP,
        MONTH_S,
        _MANDATE.render(scene.language),
        idempotency_key=scene.key("mandate"),
    )
    shown = await scene.agreement(accepted, HOLDER, "deliver")
    shown.known |= {
        "room": space.id,
        "room_number": space.number,
        "mandate": mandate.id,
        "mandate_hash": mandate.mandate_hash,
    }
    sent = [one for one in funded.transactions if one.function.startswith(("activate", "fund"))]
    sent += [one for one in accepted.transactions if one.function.startswith("accept")]
    shown.entries += await scene.entries(USER, [*sent, *mandate.transactions])
    shown.entries += await scene.entries(HOLDER, space.transactions)
    shown.money = [
        Moved(sender=USER, recipient=ESCROW, amount=OPENING_FEE + UPKEEP_FEE),
        Moved(sender=ESCROW, recipient=HOLDER, amount=OPENING_FEE),
    ]
    return shown


async def access(scene: Scene) -> Shown:
    entries = []
    for visit in ("first", "second"):
        entered = await _enter(scene, visit)
        left = await scene.sandbox(USER).spaces.leave(
            scene.known("room"), idempotency_key=scene.key(f"leave-{visit}")
        )
        entries += await scene.entries(USER, [*entered.transactions, *left.transactions])
        entries += await _collect(scene, visit)
    return Shown(
        measures={"paid_visits": 2},
        money=[Moved(sender=USER, recipient=HOLDER, amount=2 * ACCESS_FEE)],
        balances=await scene.balances(),
        entries=entries,
    )


async def withdrawal(scene: Scene) -> Shown:
    entered = await _enter(scene, "third")
    collected = await _collect(scene, "third")
    revoked = await scene.sandbox(RESIDENT).credentials.revoke(
        scene.known("consent"), idempotency_key=scene.key("revoke")
    )
    verification = await scene.sandbox(HOLDER).credentials.verify(scene.known("consent_text"))
    # The user's own system is told; a webhook would bring the same.
    told = [one async for one in scene.sandbox(USER).events.list(type="credential.revoked")]
    inside, _ = await _presence(scene)
    return Shown(
        known={"revoked_by": (revoked.transaction and revoked.transaction.hash) or ""},
        checks=checks_of(verification),
        measures={
            "inside_after_withdrawal": int(inside > 0),
            "user_was_told": len(told),
            "paid_visits": 3,
        },
        money=[Moved(sender=USER, recipient=HOLDER, amount=ACCESS_FEE)],
        balances=await scene.balances(),
        entries=[
            *await scene.entries(USER, entered.transactions),
            *collected,
            *await scene.entries(RESIDENT, [revoked.transaction]),
        ],
    )


async def shut(scene: Scene) -> Shown:
    user, holder = scene.sandbox(USER), scene.sandbox(HOLDER)
    room, id_ = scene.known("room"), scene.known("agreement")
    sent_out = await holder.spaces.expel(
        room, scene.players[USER].did, idempotency_key=scene.key("expel")
    )
    refusal = await scene.refused(
        USER,
        Text("Entering the data room again", "Datahuoneeseen uudelleen"),
        user.spaces.enter(room, idempotency_key=scene.key("enter-again")),
        code="SpacesNoCredential",
    )
    refunded = await holder.payments.transfer(
        scene.players[USER].did, ACCESS_FEE, idempotency_key=scene.key("refund")
    )
    change = await holder.agreement_changes.terminate(
        id_, _REASON.render(scene.language), idempotency_key=scene.key("terminate")
    )
    ended = await user.agreement_changes.sign(
        id_, change.id, idempotency_key=scene.key("terminate-user")
    )
    cancelled = await user.mandates.cancel(
        scene.known("mandate"), idempotency_key=scene.key("cancel")
    )
    shown = await scene.agreement(await user.agreements.get(id_), USER)
    inside, _ = await _presence(scene)
    # What was ended together is split; all of it went back here.
    shown.work = [
        one.model_copy(update={"state": "refunded"}) if one.state == "resolved" else one
        for one in shown.work
    ]
    shown.refusals = [refusal]
    shown.measures = {
        "inside_at_the_end": int(inside > 0),
        "entries_refused_after_withdrawal": 1,
        "escrow_cents": shown.balances[ESCROW],
        "user_paid_cents": TEST_MONEY - shown.balances[USER],
    }
    shown.money = [
        Moved(sender=HOLDER, recipient=USER, amount=ACCESS_FEE),
        Moved(sender=ESCROW, recipient=USER, amount=UPKEEP_FEE),
    ]
    shown.entries = [
        *await scene.entries(HOLDER, [*sent_out.transactions, refunded.transaction]),
        *await scene.entries(USER, [*ended.transactions, *cancelled.transactions[-1:]]),
    ]
    return shown


async def proof(scene: Scene) -> Shown:
    verification = await scene.sandbox(SUPERVISOR).credentials.verify(scene.known("consent_text"))
    failed = [one.check for one in verification.checks if not one.ok]
    _, visits = await _presence(scene)
    revocation = await scene.chain.receipt(scene.known("revoked_by"))
    assert revocation is not None
    entered = await scene.chain.logs(
        "Spaces", "SpaceEntered(uint128,address)", f"0x{int(scene.known('room_number'), 16):064x}"
    )
    withdrawn = int(revocation["blockNumber"], 16)
    blocks = [int(one["blockNumber"], 16) for one in entered]
    late = [block for block in blocks if block > withdrawn]
    words = [part.render(language) for part in (PURPOSE, _DATA) for language in ("en", "fi")]
    words += [_EXTRACT.decode(), "sensor", "anturi", scene.players[USER].name]
    summary = await scene.sandbox(RESIDENT).data_protection.summary()
    return Shown(
        checks=checks_of(verification),
        measures={
            "visits_recorded": visits,
            "visits_after_withdrawal": len(late),
            "only_revocation_fails": int(failed == ["not_revoked"]),
            "readable_on_chain": await joining.readable_on_chain(scene, words),
        },
        facts=[
            *[
                Fact(
                    label=Text(f"Visit {number} began", f"Käynti {number} alkoi"),
                    value=await _time(scene, block),
                )
                for number, block in enumerate(blocks, 1)
            ],
            Fact(
                label=Text("Consent withdrawn", "Suostumus peruutettu"),
                value=await _time(scene, withdrawn),
            ),
            Fact(
                label=Text(
                    "Entries on the chain that concern the resident's key",
                    "Asukkaan avainta koskevia kirjauksia ketjussa",
                ),
                value=str(summary.entries),
            ),
        ],
    )


async def claims(scene: Scene) -> list[Claim]:
    """That the consent has ended, nobody is inside, and the money is where it belongs."""
    valid = await scene.chain.call(
        "CredentialStatus",
        "isValid(address,bytes32,bytes32)(bool)",
        scene.players[RESIDENT].address,
        (await scene.organisers.credential_types.get(CONSENT)).hash,
        scene.known("consent_digest"),
    )
    inside, visits = await _presence(scene)
    state, _ = await scene.chain.call(
        "ServiceAgreements", "agreementOf(bytes32)(uint8,uint256)", scene.known("agreement_hash")
    )
    return [
        Claim(
            name="consent_has_ended",
            text=Text("The consent counts no more.", "Suostumus ei ole enää voimassa."),
            expected=False,
            found=valid,
        ),
        Claim(
            name="nobody_is_inside",
            text=Text(
                "The user was in the data room three times and is not inside.",
                "Käyttäjä kävi datahuoneessa kolmesti eikä ole siellä enää.",
            ),
            expected="0/3",
            found=f"{inside}/{visits}",
        ),
        Claim(
            name="agreement_was_ended_together",
            text=Text("The agreement was ended by both.", "Sopimus purettiin yhdessä."),
            expected=TERMINATED,
            found=state,
        ),
        Claim(
            name="holder_was_paid",
            text=Text(
                "The data holder has 485.00 tEUR: the opening and two visits.",
                "Datan haltijalla on 485,00 tEUR: avaus ja kaksi käyntiä.",
            ),
            expected=OPENING_FEE + 2 * ACCESS_FEE,
            found=await scene.chain.money(scene.players[HOLDER].address),
        ),
        Claim(
            name="user_has_the_rest",
            text=Text(
                "The user has the other 515.00 of its 1,000.00 tEUR.",
                "Käyttäjällä on loput 515,00 tEUR 1 000,00:sta.",
            ),
            expected=TEST_MONEY - OPENING_FEE - 2 * ACCESS_FEE,
            found=await scene.chain.money(scene.players[USER].address),
        ),
    ]


async def _time(scene: Scene, block: int) -> str:
    """The time of a block."""
    moment = datetime.fromtimestamp(int((await scene.chain.block(block))["timestamp"], 16), UTC)
    return f"{moment:%H:%M:%S} UTC"


async def _enter(scene: Scene, visit: str) -> Presence:
    return await scene.sandbox(USER).spaces.enter(
        scene.known("room"), idempotency_key=scene.key(f"enter-{visit}")
    )


async def _collect(scene: Scene, visit: str) -> list[Entry]:
    mandate = await scene.sandbox(HOLDER).mandates.collect(
        scene.known("mandate"), ACCESS_FEE, idempotency_key=scene.key(f"collect-{visit}")
    )
    return await scene.entries(HOLDER, mandate.transactions[-1:])


async def _presence(scene: Scene) -> tuple[int, int]:
    """Since when the user is in the data room (0: it is not), and how often it came."""
    inside, visits = await scene.chain.call(
        "Spaces",
        "presenceOf(uint128,address)(uint40,uint32)",
        int(scene.known("room_number"), 16),
        scene.players[USER].address,
    )
    return inside, visits
