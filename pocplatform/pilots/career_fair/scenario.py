"""A micro-credential from a course, shown with only what is needed, opens a career fair.

The job seeker is invented and so is all that is certified. Their phone is a wallet of its own
(OpenID4VCI, OpenID4VP); the seat in the virtual fair is a wallet of the sandbox's.
"""

from collections.abc import Sequence

from pocplatform.client.wallets import PresentationRequest
from pocplatform.pilots import joining
from pocplatform.pilots.career_fair.phone import Phone
from pocplatform.pilots.story import (
    Check,
    Claim,
    Fact,
    Moved,
    Scene,
    Shown,
    Text,
    checks_of,
)

SCHOOL, LEARNER, EMPLOYER, FAIR = "school", "learner", "employer", "fair"
TYPE = "MicroCredential"
TITLE = Text("Programming a welding robot", "Hitsausrobotin ohjelmointi")
OUTCOMES = Text(
    "Programmes a path with weaving, sets the tool centre point, works safely in the robot cell.",
    "Ohjelmoi vaaputtavan radan, määrittää työkalupisteen, toimii turvallisesti robottisolussa.",
)
ASSESSMENT = Text("practical test and a written one", "näyttökoe ja kirjallinen koe")
NEEDED = ("title", "learning_outcomes", "credits_ects")
TOO_MUCH = (*NEEDED, "birth_year", "grade")
EMPLOYERS_MONEY, BOOTH_FEE = 50_000, 18_000
_HALL = Text("Welders' hall of the career fair", "Rekrymessujen hitsaajien halli")
_BOOTH = Text("Interview booth", "Haastatteluhuone")
_DECLINED = Text("More is asked than the job needs.", "Pyydetään enemmän kuin työhön tarvitaan.")
_NAMES = {
    "title": Text("course title", "kurssin nimi"),
    "learning_outcomes": Text("skills", "osaaminen"),
    "credits_ects": Text("credits", "opintopisteet"),
    "birth_year": Text("year of birth", "syntymävuosi"),
    "grade": Text("grade", "arvosana"),
}
_STATUS = {
    "valid": Text("valid", "voimassa"),
    "revoked": Text("revoked", "peruutettu"),
    "suspended": Text("suspended", "keskeytetty"),
}


async def course(scene: Scene) -> Shown:
    text = {"type": "string", "maxLength": 300}
    await joining.credential_type(
        scene,
        TYPE,
        Text("Micro-credential", "Pieni osaamiskokonaisuus"),
        {
            **dict.fromkeys(("title", "learning_outcomes", "assessment", "learner"), text),
            "credits_ects": {"type": "integer", "minimum": 1, "maximum": 60},
            "workload_hours": {"type": "integer", "minimum": 1, "maximum": 2000},
            "completed_on": {"type": "string", "format": "date"},
            "birth_year": {"type": "integer", "minimum": 1900, "maximum": 2100},
            "grade": {"type": "string", "maxLength": 20},
        },
        ["title", "learning_outcomes", "credits_ects"],
    )
    entries = await joining.identities(scene, SCHOOL, EMPLOYER)
    entries += await joining.accredit(scene, SCHOOL, TYPE)
    return Shown(entries=entries)


async def credential(scene: Scene) -> Shown:
    school, wallet = scene.sandbox(SCHOOL), scene.sandbox(LEARNER).holder_wallet
    phone = _phone(scene)
    fetched = [one async for one in school.credential_offers.list() if one.status == "issued"]
    offer = await school.credential_offers.create(
        TYPE,
        {
            "title": TITLE.render(scene.language),
            "learning_outcomes": OUTCOMES.render(scene.language),
            "assessment": ASSESSMENT.render(scene.language),
            "learner": scene.players[LEARNER].name,
            "credits_ects": 2,
            "workload_hours": 54,
            "completed_on": "2026-11-13",
            "birth_year": 1999,
            "grade": "4",
        },
        subject=scene.players[LEARNER].did,
        tx_code=True,
    )
    code = offer.tx_code or ""
    slip = code[:-1] + str((int(code[-1]) + 1) % 10)
    refusal = await scene.refused(
        LEARNER,
        Text("Fetching the credential with a mistyped code", "Todistuksen nouto väärällä koodilla"),
        wallet.fetch(offer.uri, phone.prove, tx_code=slip),
        code="invalid_grant",
    )
    if fetched:  # the step is played again: the credential is in the phone already
        await school.credential_offers.withdraw(offer.id)
        offer = fetched[0]
    else:
        await wallet.fetch(offer.uri, phone.prove, tx_code=code)
        offer = await school.credential_offers.get(offer.id)
    issued = await school.credentials.get(offer.credential or "")
    verification = await scene.sandbox(EMPLOYER).credentials.verify(issued.credential)
    return Shown(
        known={"credential": issued.id, "digest": issued.digest},
        checks=checks_of(verification),
        refusals=[refusal],
        measures={"credits_ects": 2, "claims_certified": len(issued.disclosable)},
        entries=await scene.entries(SCHOOL, [issued.transaction]),
    )


async def fair(scene: Scene) -> Shown:
    organiser, employer = scene.sandbox(FAIR), scene.sandbox(EMPLOYER)
    moved, entries = await joining.test_money(scene, EMPLOYER, EMPLOYERS_MONEY)
    hall = await organiser.spaces.create(
        _HALL.render(scene.language),
        rule="credential",
        credential_type=TYPE,
        issuer=scene.players[SCHOOL].did,
        capacity=200,
        idempotency_key=scene.key("hall"),
    )
    booth = await employer.spaces.create(
        _BOOTH.render(scene.language),
        rule="invitation",
        capacity=2,
        idempotency_key=scene.key("booth"),
    )
    paid = await employer.payments.transfer(
        scene.players[FAIR].did, BOOTH_FEE, idempotency_key=scene.key("booth-fee")
    )
    linked = await organiser.spaces.link(
        hall.id, booth.id, idempotency_key=scene.key("hall-to-booth")
    )
    return Shown(
        known={
            "hall": hall.id,
            "booth": booth.id,
            "hall_number": hall.number,
            "booth_number": booth.number,
        },
        money=[moved, Moved(sender=EMPLOYER, recipient=FAIR, amount=BOOTH_FEE)],
        balances=await scene.balances(),
        measures={"booth_cents": BOOTH_FEE},
        entries=[
            *entries,
            *await scene.entries(FAIR, [*hall.transactions, *linked.transactions]),
            *await scene.entries(EMPLOYER, [*booth.transactions, paid.transaction]),
        ],
    )


async def too_much(scene: Scene) -> Shown:
    request = await _request(scene, "too-much", TOO_MUCH)
    wallet = scene.sandbox(LEARNER).holder_wallet
    if request.status == "pending":
        why = _DECLINED.render(scene.language)
        await wallet.decline(await wallet.asked(request.uri), why)
    after = await scene.sandbox(EMPLOYER).presentation_requests.get(request.id)
    return Shown(
        measures={
            "requests_declined": int(after.status == "declined"),
            "claims_leaked": sum(len(one.verification.claims or {}) for one in after.results),
        },
        facts=[
            Fact(label=Text("Asked for", "Pyydetty"), value=_named(scene, TOO_MUCH)),
            Fact(
                label=Text("Answer of the phone", "Puhelimen vastaus"),
                value=(after.error or after.status).removeprefix("access_denied: "),
            ),
        ],
    )


async def suspended(scene: Scene) -> Shown:
    changed = await scene.sandbox(SCHOOL).credentials.suspend(
        scene.known("credential"), idempotency_key=scene.key("suspend")
    )
    request = await _shown(scene, "first-application")
    refusal = await scene.refused(
        LEARNER,
        Text("Entering the hall meanwhile", "Halliin keskeytyksen aikana"),
        scene.sandbox(LEARNER).spaces.enter(
            scene.known("hall"), idempotency_key=scene.key("enter-suspended")
        ),
        code="SpacesNoCredential",
    )
    listed = await scene.sandbox(EMPLOYER).credentials.listed_status(
        changed.status_list or "", changed.status_index or 0
    )
    checks = _checks(request)
    return Shown(
        checks=checks,
        refusals=[refusal],
        measures={
            "applications_refused": int(request.status == "refused"),
            "only_suspension_fails": int([c.check for c in checks if not c.ok] == [_SUSPENDED]),
            "listed_as_suspended": int(listed == "suspended"),
        },
        facts=[
            Fact(
                label=Text("In the status list", "Tilaluettelossa"),
                value=_STATUS[listed].render(scene.language),
            )
        ],
        entries=await scene.entries(SCHOOL, [changed.transaction]),
    )


async def resumed(scene: Scene) -> Shown:
    changed = await scene.sandbox(SCHOOL).credentials.resume(
        scene.known("credential"), idempotency_key=scene.key("resume")
    )
    request = await _shown(scene, "second-application")
    (result,) = request.results
    seen = [name for name in NEEDED if name in (result.verification.claims or {})]
    hidden = scene.measure("claims_certified") - len(result.verification.claims or {})
    return Shown(
        checks=_checks(request),
        measures={
            "applications_verified": int(request.status == "verified"),
            "claims_seen": len(result.verification.claims or {}),
            "claims_hidden": hidden,
        },
        facts=[
            Fact(
                label=Text("What the employer sees", "Mitä työnantaja näkee"),
                value=_named(scene, seen),
            )
        ],
        entries=await scene.entries(SCHOOL, [changed.transaction]),
    )


async def interview(scene: Scene) -> Shown:
    learner = scene.sandbox(LEARNER).spaces
    await scene.sandbox(EMPLOYER).spaces.invite(
        scene.known("booth"), scene.players[LEARNER].did, idempotency_key=scene.key("invite")
    )
    entered = await learner.enter(scene.known("hall"), idempotency_key=scene.key("enter"))
    went = await learner.travel(
        scene.known("hall"), scene.known("booth"), idempotency_key=scene.key("travel")
    )
    visits = [one async for one in scene.sandbox(EMPLOYER).spaces.visits(scene.known("booth"))]
    left = await learner.leave(scene.known("booth"), idempotency_key=scene.key("leave"))
    return Shown(
        measures={"interviews": len(visits)},
        entries=await scene.entries(
            LEARNER, [*entered.transactions, *went.transactions, *left.transactions]
        ),
    )


async def traces(scene: Scene) -> Shown:
    summary = await scene.sandbox(LEARNER).data_protection.summary()
    words = [scene.players[LEARNER].name, TITLE.en, TITLE.fi, ASSESSMENT.en, ASSESSMENT.fi]
    return Shown(
        measures={
            "entries_about_the_learner": summary.entries,
            "readable_on_chain": await joining.readable_on_chain(scene, words),
        },
        facts=[
            Fact(
                label=Text("Entries about this account", "Tätä tiliä koskevia kirjauksia"),
                value=str(summary.entries),
            )
        ],
    )


async def claims(scene: Scene) -> list[Claim]:
    """That the credential counts, who was where, and that the booth was paid."""
    learner = scene.players[LEARNER].address
    valid = await scene.chain.call(
        "CredentialStatus",
        "isValidFor(address,address,bytes32,bytes32)(bool)",
        learner,
        scene.players[SCHOOL].address,
        (await scene.organisers.credential_types.get(TYPE)).hash,
        scene.known("digest"),
    )
    seen = [
        await scene.chain.call(
            "Spaces",
            "presenceOf(uint128,address)(uint40,uint32)",
            int(scene.known(f"{place}_number"), 16),
            learner,
        )
        for place in ("hall", "booth")
    ]
    return [
        Claim(
            name="credential_counts",
            text=Text("The micro-credential counts again.", "Todistus on jälleen voimassa."),
            expected=True,
            found=valid,
        ),
        Claim(
            name="was_in_hall_and_booth",
            text=Text(
                "The job seeker was once in the hall and once in the booth, and has left.",
                "Hakija kävi kerran hallissa ja kerran haastatteluhuoneessa.",
            ),
            expected="0/1 0/1",
            found=" ".join(f"{inside}/{visits}" for inside, visits in seen),
        ),
        Claim(
            name="booth_is_paid",
            text=Text("The fair has 180.00 tEUR.", "Messujärjestäjällä on 180,00 tEUR."),
            expected=BOOTH_FEE,
            found=await scene.chain.money(scene.players[FAIR].address),
        ),
        Claim(
            name="employer_has_the_rest",
            text=Text("The employer has 320.00 tEUR.", "Työnantajalla on 320,00 tEUR."),
            expected=EMPLOYERS_MONEY - BOOTH_FEE,
            found=await scene.chain.money(scene.players[EMPLOYER].address),
        ),
    ]


_SUSPENDED = "not_suspended"


def _named(scene: Scene, claims: Sequence[str]) -> str:
    return ", ".join(_NAMES[one].render(scene.language) for one in claims)


def _phone(scene: Scene) -> Phone:
    return Phone(scene.key("phone"))


async def _request(scene: Scene, name: str, claims: tuple[str, ...]) -> PresentationRequest:
    """What the employer asks for, as it stands now."""
    requests = scene.sandbox(EMPLOYER).presentation_requests
    made = await requests.create({TYPE: claims}, idempotency_key=scene.key(f"ask-{name}"))
    return await requests.get(made.id)


async def _shown(scene: Scene, name: str) -> PresentationRequest:
    """The employer asks for what it needs, and the phone shows just that."""
    request = await _request(scene, name, NEEDED)
    if request.status == "pending":
        wallet = scene.sandbox(LEARNER).holder_wallet
        # The phone has this text since it fetched it; a pilot forgets between its steps.
        held = await scene.sandbox(SCHOOL).credentials.get(scene.known("credential"))
        asked = await wallet.asked(request.uri)
        shown = {
            query: _phone(scene).show(held.credential, claims, asked)
            for query, claims in asked.claims.items()
        }
        await wallet.answer(asked, shown)
        request = await _request(scene, name, NEEDED)
    return request


def _checks(request: PresentationRequest) -> list[Check]:
    return [one for result in request.results for one in checks_of(result.verification)]
