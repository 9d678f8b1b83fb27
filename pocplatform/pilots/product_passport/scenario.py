"""A wooden element's product passport, from the mill to its second use.

Each hand attests what it has added, with its own key and after the entry before; the documents stay
with the companies. The panel itself is an item of which there is one: who holds it has the panel.
"""

from pocplatform.client.models import Transaction
from pocplatform.pilots import attesting, joining
from pocplatform.pilots.product_passport import texts
from pocplatform.pilots.story import (
    Claim,
    Entry,
    Fact,
    Moved,
    Paper,
    Scene,
    Shown,
    Signature,
    Text,
)

MILL, FACTORY, BUILDER, REUSER = "mill", "factory", "builder", "reuser"
PANEL_PRICE, REUSE_PRICE = 168_000, 24_000
BUILDERS_MONEY, REUSERS_MONEY = 200_000, 50_000
WRONG_GRADE, RIGHT_GRADE = "C30", "C24"
TIMBER, PANEL, INSTALLED, SECOND_USE = 1, 2, 3, 4
"""Stages of the passport."""

ENTRIES = (
    ("timber", MILL, TIMBER),
    ("panel", FACTORY, PANEL),
    ("installed", BUILDER, INSTALLED),
    ("second-use", REUSER, SECOND_USE),
)
"""The passport as it stands at the end: entry, who made it, stage."""


async def makers(scene: Scene) -> Shown:
    credentials, entries = await joining.business_ids(scene, MILL, FACTORY, BUILDER, REUSER)
    valid = 0
    for role, credential in credentials.items():
        sandbox = scene.sandbox(role)
        await sandbox.profiles.update(
            published=True,
            credentials=[credential.id],
            idempotency_key=scene.key(f"profile-{role}"),
        )
        shown = await scene.sandbox(FACTORY).profiles.get(scene.players[role].did)
        checked = await scene.sandbox(FACTORY).credentials.verify(shown.credentials[0].credential)
        valid += int(checked.valid)
    schema = await attesting.ensure_schema(scene, MILL)
    return Shown(
        measures={"makers_known": valid},
        entries=[*entries, *await scene.entries(MILL, [schema])],
    )


async def timber(scene: Scene) -> Shown:
    return await _added(scene, MILL, "timber-first", TIMBER, _timber(scene, WRONG_GRADE))


async def inspection(scene: Scene) -> Shown:
    refusal = await scene.refused(
        FACTORY,
        Text("Taking the mill's entry back", "Sahan merkinnän peruuttaminen"),
        attesting.revoke(scene, FACTORY, "others", scene.known("timber-first")),
        code="AccessDenied",
    )
    return Shown(
        measures={"foreign_changes_refused": 1},
        refusals=[refusal],
        facts=[
            Fact(label=Text("Class in the entry", "Luokka merkinnässä"), value=WRONG_GRADE),
            Fact(label=Text("Class stamped on the boards", "Luokka leimassa"), value=RIGHT_GRADE),
        ],
    )


async def correction(scene: Scene) -> Shown:
    wrong = scene.known("timber-first")
    taken_back = await attesting.revoke(scene, MILL, "timber", wrong)
    shown = await _added(scene, MILL, "timber", TIMBER, _timber(scene, RIGHT_GRADE), wrong)
    shown.entries = [*await _entries(scene, MILL, taken_back), *shown.entries]
    before = await attesting.read(scene, wrong)
    shown.measures = {
        "wrong_entry_still_readable": int(before.document_hash != "0x"),
        "wrong_entries_revoked": int(before.revoked_at > 0),
    }
    return shown


async def panel(scene: Scene) -> Shown:
    text = texts.PANEL.render(scene.language)
    shown = await _added(scene, FACTORY, "panel", PANEL, text, scene.known("timber"))
    items = scene.sandbox(FACTORY).items
    item = await items.create(
        texts.ELEMENT.render(scene.language), cap=1, idempotency_key=scene.key("item")
    )
    minted = await items.mint(item.id, idempotency_key=scene.key("mint"))
    shown.known |= {"item": item.id, "token": item.token_id}
    shown.entries += await scene.entries(FACTORY, [*item.transactions, *minted.transactions])
    return shown


async def installed(scene: Scene) -> Shown:
    handed_over = await _sold(scene, FACTORY, BUILDER, BUILDERS_MONEY, PANEL_PRICE)
    text = texts.INSTALLED.render(scene.language)
    shown = await _added(scene, BUILDER, "installed", INSTALLED, text, scene.known("panel"))
    shown.entries = [*handed_over.entries, *shown.entries]
    shown.money, shown.balances = handed_over.money, handed_over.balances
    return shown


async def second_use(scene: Scene) -> Shown:
    handed_over = await _sold(scene, BUILDER, REUSER, REUSERS_MONEY, REUSE_PRICE)
    text = texts.SECOND_USE.render(scene.language)
    shown = await _added(scene, REUSER, "second-use", SECOND_USE, text, scene.known("installed"))
    shown.entries = [*handed_over.entries, *shown.entries]
    shown.money, shown.balances = handed_over.money, handed_over.balances
    return shown


async def reading(scene: Scene) -> Shown:
    papers = {one.hash: one for shown in scene.before for one in shown.papers}
    hands, genuine, chained, facts = 0, 0, 0, []
    follows = scene.known("timber-first")
    for name, role, stage in ENTRIES:
        found = await attesting.read(scene, scene.known(name))
        paper = papers.get(found.document_hash)
        hands += int(found.by == scene.players[role].address and found.stage == stage)
        genuine += int(paper is not None and _hash(scene, name, paper.text) == found.document_hash)
        chained += int(found.follows == follows and not found.revoked_at)
        follows = found.uid
        facts.append(
            Fact(label=Text(f"Stage {stage}", f"Vaihe {stage}"), value=scene.players[role].name)
        )
    doctored = texts.SECOND_USE.render(scene.language).replace("C18", "C24")
    last = await attesting.read(scene, scene.known("second-use"))
    return Shown(
        measures={
            "entries_by_the_right_hand": hands,
            "documents_genuine": genuine,
            "entries_in_order": chained,
            "entries_public": await _seen_by_anybody(scene),
            "forgeries_noticed": int(_hash(scene, "second-use", doctored) != last.document_hash),
        },
        facts=facts,
    )


async def claims(scene: Scene) -> list[Claim]:
    """Who added what, who has the panel, and where the money is."""
    first = await attesting.read(scene, scene.known("timber-first"))
    by = [(await attesting.read(scene, scene.known(name))).by for name, _, _ in ENTRIES]
    amount = await scene.chain.call(
        "Items",
        "balanceOf(address,uint256)(uint256)",
        scene.players[REUSER].address,
        int(scene.known("token"), 0),
    )
    return [
        Claim(
            name="each_hand_made_its_entry",
            text=Text(
                "Mill, factory, builder and reuser made their entries, in this order.",
                "Saha, tehdas, rakentaja ja uudelleenkäyttäjä tekivät merkintänsä tässä "
                "järjestyksessä.",
            ),
            expected=" ".join(scene.players[role].address for _, role, _ in ENTRIES),
            found=" ".join(by),
        ),
        Claim(
            name="wrong_entry_is_revoked",
            text=Text(
                "The wrong entry is still there, and revoked.",
                "Virheellinen merkintä on yhä luettavissa, ja se on peruutettu.",
            ),
            expected=True,
            found=first.revoked_at > 0,
        ),
        Claim(
            name="reuser_has_the_panel",
            text=Text("The reuser has the one panel.", "Ainoa levy on uudelleenkäyttäjällä."),
            expected=1,
            found=amount,
        ),
        Claim(
            name="factory_was_paid",
            text=Text("The factory has 1,680.00 tEUR.", "Tehtaalla on 1 680,00 tEUR."),
            expected=PANEL_PRICE,
            found=await scene.chain.money(scene.players[FACTORY].address),
        ),
        Claim(
            name="builder_got_something_back",
            text=Text("The builder has 560.00 tEUR.", "Rakentajalla on 560,00 tEUR."),
            expected=BUILDERS_MONEY - PANEL_PRICE + REUSE_PRICE,
            found=await scene.chain.money(scene.players[BUILDER].address),
        ),
    ]


async def _seen_by_anybody(scene: Scene) -> int:
    """How many entries the explorer shows to somebody without a key, by the hand that made them."""
    explorer = scene.organisers.with_key(None).explorer
    made = [
        entry
        for shown in scene.before
        for entry in shown.entries
        if entry.function.startswith("attest")
    ]
    seen = 0
    for entry in made:
        found = await explorer.transaction(entry.hash)
        seen += int(found.effect and found.sender == scene.players[entry.role].address)
    return seen


def _timber(scene: Scene, grade: str) -> str:
    return texts.TIMBER.render(scene.language, grade=grade)


def _hash(scene: Scene, name: str, text: str) -> str:
    """Salted by the run, so that nobody finds a text by trying."""
    return attesting.salted(text, scene.key(name))


async def _added(
    scene: Scene, role: str, name: str, stage: int, text: str, follows: str = attesting.NO_UID
) -> Shown:
    """Attest a document; its text stays with who wrote it."""
    document_hash = _hash(scene, name, text)
    uid, sent = await attesting.attest(scene, role, name, document_hash, stage, follows)
    return Shown(
        known={name: uid},
        papers=[
            Paper(
                title=(texts.LOT if stage == TIMBER else texts.ELEMENT).render(scene.language),
                text=text,
                hash=document_hash,
                signatures=[Signature(role=role, signed=True)],
            )
        ],
        entries=await _entries(scene, role, sent),
    )


async def _entries(scene: Scene, role: str, sent: Transaction) -> list[Entry]:
    return await scene.entries(role, [sent])


async def _sold(scene: Scene, seller: str, buyer: str, money: int, price: int) -> Shown:
    """The buyer gets test money and pays; the seller hands the panel over."""
    moved, entries = await joining.test_money(scene, buyer, money)
    payment = await scene.sandbox(buyer).payments.transfer(
        scene.players[seller].did, price, idempotency_key=scene.key(f"pay-{seller}")
    )
    given = await scene.sandbox(seller).items.transfer(
        scene.known("item"), scene.players[buyer].did, idempotency_key=scene.key(f"give-{seller}")
    )
    return Shown(
        money=[moved, Moved(sender=buyer, recipient=seller, amount=price)],
        balances=await scene.balances(),
        entries=[
            *entries,
            *await scene.entries(buyer, [payment.transaction]),
            *await scene.entries(seller, given.transactions),
        ],
    )
