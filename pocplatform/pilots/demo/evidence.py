"""Collects what the chain has about a run, through the public API."""

import base64
import json

from pocplatform.client import Sandbox
from pocplatform.client.models import Transaction, Verification
from pocplatform.pilots.demo.cast import Player
from pocplatform.pilots.demo.result import (
    AgreementLine,
    CheckLine,
    EventLine,
    MilestoneLine,
    TransactionLine,
)

UNITS_PER_CENT = 10_000
"""The token has six decimals, a cent is a hundredth."""

ORGANISERS = "organisers"


def checks(verification: Verification) -> list[CheckLine]:
    """The checks of a credential."""
    return [CheckLine(check=one.check, ok=one.ok, detail=one.detail) for one in verification.checks]


def forged(token: str) -> str:
    """The credential with another name in its claims, under the same signature."""
    header, payload, signature = token.split("~")[0].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims.setdefault("credentialSubject", {})["name"] = "Väärennös Oy (testi)"
    changed = json.dumps(claims, separators=(",", ":")).encode()
    return f"{header}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}.{signature}"


def accreditation(admin: Sandbox, issuer: str) -> Transaction | None:
    """The organisers' transaction that made an address a trusted issuer."""
    return next(
        (
            one
            for one in admin.transactions.list()
            if one.function == "accredit" and one.arguments.get("issuer") == issuer
        ),
        None,
    )


def transactions(players: list[Player], accredited: Transaction | None) -> list[TransactionLine]:
    """Every transaction of the run, in the order in which they were recorded."""
    found = [(one, player.name) for player in players for one in player.sandbox.transactions.list()]
    if accredited is not None:
        found.append((accredited, ORGANISERS))
    found.sort(key=lambda pair: (pair[0].block or 0, str(pair[0].created)))
    return [
        TransactionLine(
            id=one.id,
            hash=one.hash,
            contract=one.contract,
            function=one.function,
            by=by,
            gas_used=one.gas_used,
            block=one.block,
            status=one.status,
        )
        for one, by in found
    ]


def events(players: list[Player]) -> list[EventLine]:
    """Every event that one of them was told, once, in the order of the chain."""
    told = {one.id: one for player in players for one in player.sandbox.events.list()}
    return [
        EventLine(id=one.id, type=one.type, block=one.block, transaction_hash=one.transaction_hash)
        for one in sorted(told.values(), key=lambda one: (one.block or 0, one.created))
    ]


def agreement(player: Player, agreement_id: str) -> AgreementLine:
    """An agreement as the platform shows it and as the contract itself has it."""
    shown = player.sandbox.agreements.get(agreement_id)
    onchain = player.sandbox.agreements.onchain(agreement_id)
    return AgreementLine(
        id=shown.id,
        title=shown.title,
        agreement_hash=shown.agreement_hash,
        document_hash=shown.document_hash,
        document_genuine=shown.document.is_genuine(),
        state=shown.state,
        onchain_state=onchain.state,
        escrow_raw=onchain.escrow_raw,
        milestones=[
            MilestoneLine(
                index=one.index,
                title=one.title,
                amount=one.amount,
                state=onchain.milestones[one.index].state,
                payee_amount=one.payee_amount,
                payer_amount=one.payer_amount,
            )
            for one in shown.milestones
        ],
    )
