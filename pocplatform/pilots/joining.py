"""What many pilots begin with: identities, business-ID credentials, trust, test money."""

import asyncio
from datetime import timedelta
from typing import Final

from pocplatform.client import Conflict, NotFound
from pocplatform.client.models import Credential
from pocplatform.pilots.shown import FAUCET, ORGANISERS, Entry, Moved, Text
from pocplatform.pilots.story import Scene

TRUSTED_FOR: Final = timedelta(days=30)
"""An invented company is a trusted issuer for so long: as a browser may go on with its demo."""


async def identities(scene: Scene, *roles: str) -> list[Entry]:
    """Enter companies in the register of identities."""
    entries = []
    for role in roles:
        identity = await scene.sandbox(role).identities.register(
            idempotency_key=scene.key(f"identity-{role}")
        )
        entries += await scene.entries(role, [identity.transaction])
    return entries


async def business_ids(scene: Scene, *roles: str) -> tuple[dict[str, Credential], list[Entry]]:
    """Business-ID credentials of companies, by role, with the entries that anchor them."""
    credentials, entries = {}, []
    for role in roles:
        credentials[role] = await scene.sandbox(role).credentials.verify_company(
            idempotency_key=scene.key(f"business-id-{role}")
        )
        entries += await scene.entries(role, [credentials[role].transaction])
    return credentials, entries


async def accredit(scene: Scene, role: str, credential_type: str) -> list[Entry]:
    """The organisers trust a role for a type of credential, for :data:`TRUSTED_FOR` only."""
    own = await scene.sandbox(role).organizations.me()
    entry = await scene.organisers.trusted_issuers.accredit(
        scene.players[role].did,
        credential_type,
        valid_until=own.created + TRUSTED_FOR,  # the same moment if the step is played again
        idempotency_key=scene.key(f"trust-{role}-{credential_type}"),
    )
    return await scene.entries(ORGANISERS, [entry.transaction])


async def credential_type(
    scene: Scene, name: str, title: Text, properties: dict[str, object], required: list[str]
) -> None:
    """Have the organisers lay down a type that all runs share, unless it is there already."""
    types = scene.organisers.credential_types
    try:
        await types.get(name)
    except NotFound:
        schema = {"type": "object", "required": required, "properties": properties}
        try:
            await types.create(
                name,
                fi=title.fi,
                en=title.en,
                claims_schema=schema,
                idempotency_key=scene.key(f"type-{name}"),
            )
        except Conflict:  # another run was faster
            await types.get(name)


async def test_money(scene: Scene, role: str, cents: int) -> tuple[Moved, list[Entry]]:
    """Test money into a role's account."""
    payment = await scene.sandbox(role).payments.faucet(
        cents, idempotency_key=scene.key(f"money-{role}")
    )
    moved = Moved(sender=FAUCET, recipient=role, amount=cents)
    return moved, await scene.entries(role, [payment.transaction])


async def readable_on_chain(scene: Scene, words: list[str]) -> int:
    """How many of the run's transactions carry one of the words in clear, in call or logs.

    Read from the chain's node itself, transaction by transaction.
    """
    needles = [word.encode().hex() for word in words]

    async def has_one(hash_: str) -> bool:
        transaction, receipt = await asyncio.gather(
            scene.chain.transaction(hash_), scene.chain.receipt(hash_)
        )
        assert transaction is not None
        assert receipt is not None
        text = "".join([transaction["input"], *(log["data"] for log in receipt["logs"])])
        return any(needle in text for needle in needles)

    hashes = {entry.hash for shown in scene.before for entry in shown.entries}
    return sum(await asyncio.gather(*map(has_one, sorted(hashes))))
