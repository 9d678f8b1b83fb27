"""A company joins the cluster; its representative is mandated, leaves, and has a successor.

A representative acts by a wallet and a key of their own, and is a witness of what they arrange. The
agreement asks for their mandate, so one that was taken back stops what it was to vouch for. Nobody
is named: a representative is a wallet of the company's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from pocplatform.client import AsyncSandbox, MilestoneTerms, PartyTerms, Proof, Unauthenticated
from pocplatform.client.access import OwnWallet
from pocplatform.client.models import Agreement, Transaction
from pocplatform.pilots import joining
from pocplatform.pilots.cluster_member import texts
from pocplatform.pilots.story import (
    ESCROW,
    Claim,
    Fact,
    Moved,
    Scene,
    Shown,
    Text,
    checks_of,
)

MEMBER, CLUSTER = "member", "cluster"
FIRST, SECOND = "first", "second"
"""Representatives of the member, one after the other."""
BUSINESS_ID, MANDATE = "BusinessIdCredential", "RepresentativeMandate"
TEST_MONEY = 200_000
MEMBERSHIP_FEE, STAND_FEE = 55_000, 90_000
LIMIT = 100_000
YEAR_S = 365 * 86_400
KEY_S = 600
"""A representative's key lasts ten minutes here; each step that needs one makes one."""
_KEY = "representative"
WEBSITE = "https://kaarre.example"
ENCRYPTION_KEY = "did/pub/X25519/enc/hex"
_STATUS = {
    "valid": Text("valid", "voimassa"),
    "revoked": Text("revoked", "peruutettu"),
    "suspended": Text("suspended", "keskeytetty"),
}
IN_FORCE = 1
"""``AgreementState.Active`` of the contract."""


async def identity(scene: Scene) -> Shown:
    entries = await joining.identities(scene, MEMBER, CLUSTER)
    identities, did = scene.sandbox(MEMBER).identities, scene.players[MEMBER].did
    served = await identities.add_service(
        did, "LinkedDomains", WEBSITE, idempotency_key=scene.key("service")
    )
    # Any 32 bytes are a public key of X25519.
    key = hashlib.sha256(scene.key("encryption").encode()).digest()
    keyed = await identities.set_attribute(
        did, ENCRYPTION_KEY, key, valid_for_s=YEAR_S, idempotency_key=scene.key("attribute")
    )
    document = (await scene.sandbox(CLUSTER).identities.resolve(did)).document or {}
    return Shown(
        measures={
            "services_found": len(document.get("service", [])),
            "keys_found": len(document.get("verificationMethod", [])),
        },
        facts=[Fact(label=Text("Identifier", "Tunniste"), value=did)],
        entries=[*entries, *await scene.entries(MEMBER, [served.transaction, keyed.transaction])],
    )


async def credential(scene: Scene) -> Shown:
    credentials, entries = await joining.business_ids(scene, MEMBER)
    member = scene.sandbox(MEMBER)
    await member.organizations.update(
        profile={"municipality": "Oulu", "website": WEBSITE, "industry": "3D"}
    )
    own = credentials[MEMBER]
    await member.profiles.update(
        published=True, credentials=[own.id], idempotency_key=scene.key("profile")
    )
    cluster = scene.sandbox(CLUSTER)
    profile = await cluster.profiles.get(scene.players[MEMBER].did)
    verification = await cluster.credentials.verify(profile.credentials[0].credential)
    claimed = (verification.claims or {}).get("business_id")
    return Shown(
        known={"business_id": own.id},
        checks=checks_of(verification),
        measures={
            "checks_passed": sum(one.ok for one in verification.checks),
            "business_id_fits": int(claimed == scene.players[MEMBER].business_id),
        },
        entries=entries,
    )


async def representative(scene: Scene) -> Shown:
    trusted = await joining.accredit(scene, MEMBER, MANDATE)
    shown = await _mandated(scene, FIRST)
    # The cluster asks with a number of its own; a repeated step has to ask the same.
    audience, nonce = scene.players[CLUSTER].did, scene.key("nonce")
    acting = await _acting(scene, FIRST)
    presented = await acting.credentials.present(
        shown.known["mandate-first"],
        ["principal", "scope", "limit_cents"],
        audience=audience,
        nonce=nonce,
        idempotency_key=scene.key("present"),
    )
    verification = await scene.sandbox(CLUSTER).credentials.verify(
        presented.presentation, audience=audience, nonce=nonce
    )
    shown.checks = checks_of(verification)
    shown.measures = {
        "mandate_shown": int(verification.valid),
        "claims_shown": len(verification.claims or {}),
    }
    shown.entries = [*trusted, *shown.entries]
    return shown


async def membership(scene: Scene) -> Shown:
    moved, entries = await joining.test_money(scene, MEMBER, TEST_MONEY)
    draft = await _drafted(
        scene, "membership", FIRST, texts.MEMBERSHIP, texts.MEMBERSHIP_TEXT, MEMBERSHIP_FEE
    )
    await _signed_by_member(scene, draft, "membership", FIRST)
    shown = await _carried_out(scene, draft, "membership", FIRST, texts.ADMITTED)
    shown.entries = [*entries, *shown.entries]
    shown.money = [moved, Moved(sender=MEMBER, recipient=CLUSTER, amount=MEMBERSHIP_FEE)]
    shown.measures = {"membership_cents": shown.balances[CLUSTER]}
    return shown


async def order(scene: Scene) -> Shown:
    draft = await _drafted(scene, "order", FIRST, texts.STAND, texts.STAND_TEXT, STAND_FEE)
    signed = await _signed_by_member(scene, draft, "order", FIRST)
    return Shown(known={"order": draft.id}, papers=[scene.paper(signed)], agreement_state="draft")


async def leaving(scene: Scene) -> Shown:
    member, did = scene.sandbox(MEMBER), scene.players[MEMBER].did
    acting = await _acting(scene, FIRST)
    revoked = await member.credentials.revoke(
        scene.known("mandate-first"), idempotency_key=scene.key("revoke-mandate")
    )
    undone = await member.identities.revoke_delegate(
        did, scene.known("wallet-first"), idempotency_key=scene.key("revoke-delegate")
    )
    async for key in member.organizations.keys.list():
        if key.wallet == scene.known("wallet-first") and key.revoked is None:
            await member.organizations.keys.revoke(key.id)

    async def is_shut() -> bool:
        try:
            await acting.organizations.me()
        except Unauthenticated:
            return True
        return False

    await scene.until(is_shut)  # within a second
    refusal = await scene.refused(
        MEMBER,
        Text("Acting with the key of who has left", "Toimiminen lähteneen avaimella"),
        acting.credentials.get(scene.known("mandate-first")),
        code="unauthenticated",
    )
    listed = await scene.sandbox(CLUSTER).credentials.listed_status(
        revoked.status_list or "", revoked.status_index or 0
    )
    return Shown(
        measures={"listed_as_revoked": int(listed == "revoked"), "old_keys_refused": 1},
        refusals=[refusal],
        facts=[
            Fact(
                label=Text("In the status list", "Tilaluettelossa"),
                value=_STATUS[listed].render(scene.language),
            )
        ],
        entries=await scene.entries(MEMBER, [revoked.transaction, undone.transaction]),
    )


async def old_order(scene: Scene) -> Shown:
    cluster, id_ = scene.sandbox(CLUSTER), scene.known("order")
    signed = await cluster.agreements.sign(id_, idempotency_key=scene.key("sign-order-cluster"))
    refusal = await scene.refused(
        CLUSTER,
        Text(
            "Bringing an order into force on a mandate that has ended",
            "Tilauksen saattaminen voimaan päättyneellä valtuutuksella",
        ),
        cluster.agreements.activate(id_, idempotency_key=scene.key("activate-order")),
        code="agreement_state_conflict",
    )
    return Shown(
        measures={"orders_refused": 1},
        refusals=[refusal],
        papers=[scene.paper(signed)],
        agreement_state="draft",
        balances=await scene.balances(),
    )


async def successor(scene: Scene) -> Shown:
    member = scene.sandbox(MEMBER)
    await member.agreements.withdraw(scene.known("order"), idempotency_key=scene.key("withdraw"))
    mandated = await _mandated(scene, SECOND)
    scene = replace(scene, before=[*scene.before, mandated])
    draft = await _drafted(scene, "order-again", SECOND, texts.STAND, texts.STAND_TEXT, STAND_FEE)
    await _signed_by_member(scene, draft, "order-again", SECOND)
    shown = await _carried_out(scene, draft, "order-again", SECOND, texts.RESERVED)
    erasure = await member.data_protection.erase_credential(
        scene.known("mandate-first"), idempotency_key=scene.key("erase")
    )
    shown.known |= mandated.known
    shown.entries = [*mandated.entries, *shown.entries]
    shown.money = [Moved(sender=MEMBER, recipient=CLUSTER, amount=STAND_FEE)]
    shown.measures = {
        "cluster_cents": shown.balances[CLUSTER],
        "escrow_cents": shown.balances[ESCROW],
        "mandates_erased": int(erasure.resource == scene.known("mandate-first")),
        "readable_on_chain": await joining.readable_on_chain(
            replace(scene, before=[*scene.before, shown]),
            [scene.players[MEMBER].name, scene.players[MEMBER].business_id],
        ),
    }
    shown.facts = [
        Fact(label=Text("What remains of the mandate", "Mitä valtuutuksesta jää"), value=one.hash)
        for one in erasure.remains
    ]
    return shown


async def unwind(scene: Scene) -> None:
    """End agreements that have money in escrow: the representative, a witness, signs as well."""
    changes = scene.sandbox(MEMBER).agreement_changes
    wallets = {one.address: one.id async for one in scene.sandbox(MEMBER).wallets.list()}
    async for agreement in scene.sandbox(MEMBER).agreements.list():
        if agreement.escrow == 0:
            continue
        change = await changes.terminate(
            agreement.id,
            texts.FAILED.render(scene.language),
            idempotency_key=scene.key(f"end-{agreement.id}"),
        )
        witness = wallets[agreement.parties[2].address or ""]
        for acting in (scene.sandbox(CLUSTER), await _by_wallet(scene, witness)):
            await acting.agreement_changes.sign(
                agreement.id, change.id, idempotency_key=scene.key(f"end-signed-{change.id}")
            )


async def claims(scene: Scene) -> list[Claim]:
    """Who may act for the member now, and who has been paid."""
    member = scene.players[MEMBER].address
    kind = "0x" + b"veriKey".ljust(32, b"\0").hex()
    type_hash = (await scene.organisers.credential_types.get(MANDATE)).hash
    delegates, mandates = [], []
    for which in (FIRST, SECOND):
        wallet = scene.known(f"wallet-{which}")
        delegates.append(
            await scene.chain.call(
                "DidRegistry", "validDelegate(address,bytes32,address)(bool)", member, kind, wallet
            )
        )
        mandates.append(
            await scene.chain.call(
                "CredentialStatus",
                "isValidFor(address,address,bytes32,bytes32)(bool)",
                wallet,
                member,
                type_hash,
                scene.known(f"mandate-{which}-digest"),
            )
        )
    state, _ = await scene.chain.call(
        "ServiceAgreements", "agreementOf(bytes32)(uint8,uint256)", scene.known("agreement_hash")
    )
    return [
        Claim(
            name="one_delegate",
            text=Text(
                "Only the second representative signs for the member's identity.",
                "Vain toinen edustaja saa allekirjoittaa jäsenen tunnisteen puolesta.",
            ),
            expected="no/yes",
            found=_each(delegates),
        ),
        Claim(
            name="one_mandate",
            text=Text(
                "Only the second representative's mandate counts.",
                "Vain toisen edustajan valtuutus on voimassa.",
            ),
            expected="no/yes",
            found=_each(mandates),
        ),
        Claim(
            name="order_is_in_force",
            text=Text("The order is in force.", "Tilaus on voimassa."),
            expected=IN_FORCE,
            found=state,
        ),
        Claim(
            name="cluster_was_paid",
            text=Text("The cluster has 1,450.00 tEUR.", "Klusterilla on 1 450,00 tEUR."),
            expected=MEMBERSHIP_FEE + STAND_FEE,
            found=await scene.chain.money(scene.players[CLUSTER].address),
        ),
        Claim(
            name="member_has_the_rest",
            text=Text("The member has 550.00 tEUR.", "Jäsenellä on 550,00 tEUR."),
            expected=TEST_MONEY - MEMBERSHIP_FEE - STAND_FEE,
            found=await scene.chain.money(member),
        ),
    ]


def _each(found: list[bool]) -> str:
    return "/".join("yes" if one else "no" for one in found)


async def _wallet(scene: Scene, which: str) -> OwnWallet:
    """The wallet of a representative, which the member has made."""
    return await scene.sandbox(MEMBER).wallets.create(
        texts.TITLES[which].render(scene.language), idempotency_key=scene.key(f"wallet-{which}")
    )


async def _acting(scene: Scene, which: str) -> AsyncSandbox:
    """The sandbox as a representative."""
    return await _by_wallet(scene, (await _wallet(scene, which)).id)


async def _by_wallet(scene: Scene, wallet: str) -> AsyncSandbox:
    """The sandbox by a key that acts by a wallet of the member's for a few minutes.

    Secrets are shown once, so every step has a key of its own.
    """
    member = scene.sandbox(MEMBER)
    key = await member.organizations.keys.create(_KEY, wallet=wallet, expires_in_s=KEY_S)
    return member.with_key(key.secret_key)


async def _mandated(scene: Scene, which: str) -> Shown:
    """A representative with a wallet, who signs for the member's identity and has a mandate."""
    member, player = scene.sandbox(MEMBER), scene.players[MEMBER]
    wallet = await _wallet(scene, which)
    delegated = await member.identities.add_delegate(
        player.did,
        wallet.address,
        valid_for_s=YEAR_S,
        idempotency_key=scene.key(f"delegate-{which}"),
    )
    mandate = await member.credentials.issue(
        MANDATE,
        wallet.did,
        {
            "principal": player.name,
            "principal_business_id": player.business_id,
            "scope": [one.render(scene.language) for one in texts.SCOPE],
            "limit_cents": LIMIT,
        },
        format="dc+sd-jwt",
        idempotency_key=scene.key(f"mandate-{which}"),
    )
    return Shown(
        known={
            f"wallet-{which}": wallet.address,
            f"mandate-{which}": mandate.id,
            f"mandate-{which}-digest": mandate.digest,
        },
        entries=await scene.entries(MEMBER, [delegated.transaction, mandate.transaction]),
    )


async def _drafted(
    scene: Scene, name: str, which: str, title: Text, document: Text, fee: int
) -> Agreement:
    """A draft of the member's, with its representative as a witness who needs a mandate."""
    member, cluster = scene.players[MEMBER], scene.players[CLUSTER]
    return await scene.sandbox(MEMBER).agreements.create(
        title.render(scene.language),
        document.render(
            scene.language,
            member=f"{member.name} ({member.business_id})",
            cluster=f"{cluster.name} ({cluster.business_id})",
        ),
        [
            PartyTerms(who=member.did, role="client", credential_type=BUSINESS_ID),
            PartyTerms(who=cluster.did, role="provider"),
            PartyTerms(who=scene.known(f"wallet-{which}"), role="witness", credential_type=MANDATE),
        ],
        [MilestoneTerms(title=title.render(scene.language), amount=fee, payer=0, provider=1)],
        idempotency_key=scene.key(f"draft-{name}"),
    )


async def _signed_by_member(scene: Scene, draft: Agreement, name: str, which: str) -> Agreement:
    """Signed by the member, and by its representative as a witness."""
    await scene.sandbox(MEMBER).agreements.sign(
        draft.id, idempotency_key=scene.key(f"sign-{name}-member")
    )
    acting = await _acting(scene, which)
    return await acting.agreements.sign(draft.id, idempotency_key=scene.key(f"sign-{name}-witness"))


async def _carried_out(
    scene: Scene, draft: Agreement, name: str, which: str, delivered: Text
) -> Shown:
    """Signed by the cluster too, brought into force, paid into escrow, delivered and accepted."""
    member, cluster = scene.sandbox(MEMBER).agreements, scene.sandbox(CLUSTER).agreements
    await cluster.sign(draft.id, idempotency_key=scene.key(f"sign-{name}-cluster"))
    await member.activate(
        draft.id,
        [
            Proof(party=0, credential=scene.known("business_id")),
            Proof(party=2, credential=scene.known(f"mandate-{which}")),
        ],
        idempotency_key=scene.key(f"activate-{name}"),
    )
    await member.fund(draft.id, idempotency_key=scene.key(f"fund-{name}"))
    done = await cluster.deliver(
        draft.id,
        0,
        delivered.render(scene.language),
        idempotency_key=scene.key(f"deliver-{name}"),
    )
    accepted = await member.accept(draft.id, 0, idempotency_key=scene.key(f"accept-{name}"))
    shown = await scene.agreement(accepted, MEMBER, "activate", "fund", "accept")
    shown.entries += await scene.entries(CLUSTER, _named(done.transactions, "deliver"))
    return shown


def _named(transactions: Sequence[Transaction], function: str) -> list[Transaction]:
    return [one for one in transactions if one.function.startswith(function)]
