"""Receipts as PDF, set by Typst: the same receipt gives the same bytes."""

import json
from pathlib import Path
from typing import Any

import segno

from pocplatform.domains.receipts import service
from pocplatform.domains.receipts.models import Receipt
from pocplatform.domains.receipts.schemas import ReceiptContent
from pocplatform.kit.i18n import Phrase, moment_in_words
from pocplatform.kit.money import format_euros
from pocplatform.kit.typesetting import typeset

_LAYOUT = Path(__file__).parent / "layout" / "receipt.typ"

WORDS = {
    "receipt": Phrase("Receipt"),
    "lead": Phrase("What was done in the sandbox, and how anybody can check it."),
    "code": Phrase("Code"),
    "made": Phrase("Given"),
    "chain": Phrase("Chain"),
    "fingerprint": Phrase("Fingerprint of this receipt"),
    "check": Phrase("To check it, scan the square or type the code at:"),
    "parties": Phrase("Who took part"),
    "agreements": Phrase("What was agreed"),
    "payments": Phrase("What was paid"),
    "transactions": Phrase("Entries in the blockchain"),
    "document": Phrase("Fingerprint of the document"),
    "block": Phrase("block"),
    "costs": Phrase("What it would have cost on public networks, by example prices"),
    "costs_note": Phrase(
        "Gas used times an example price of gas. The example prices are our own assumptions of "
        "{date}, taken from no source: look up the real ones before you decide."
    ),
    "test": Phrase("Everything here is test data and test money. tEUR has no value."),
}


def pdf(receipt: Receipt, base_url: str, costs: tuple[tuple[str, str], ...], dated: str) -> bytes:
    """The PDF of a receipt.

    Args:
        receipt: The receipt.
        base_url: Of this sandbox, for the code to scan.
        costs: Name of a network and what all would have cost there, in words.
        dated: Of which day the example prices are.
    """
    content = service.content(receipt)
    text = json.dumps(_content(receipt, content, base_url, costs, dated), ensure_ascii=False)
    return typeset(_LAYOUT, text, receipt.created_ms // 1000)


def check_url(base_url: str, code: str) -> str:
    """Where anybody can check a receipt."""
    return f"{base_url}/check/{service.shown(code)}"


def _content(
    receipt: Receipt,
    content: ReceiptContent,
    base_url: str,
    costs: tuple[tuple[str, str], ...],
    dated: str,
) -> dict[str, Any]:
    language = content.language
    url = check_url(base_url, receipt.code)
    return {
        "language": language,
        "words": {
            name: (phrase.with_values(date=dated) if name == "costs_note" else phrase).render(
                language
            )
            for name, phrase in WORDS.items()
        },
        "title": content.title,
        "code": service.shown(receipt.code),
        "made": moment_in_words(receipt.created_ms // 1000, language),
        "chain": str(content.chain_id),
        "fingerprint": receipt.hash,
        "url": url,
        "qr": _qr(url),
        "parties": [
            {
                "role": party.role,
                "name": f"{party.name} ({party.business_id})" if party.business_id else party.name,
                "did": party.did,
            }
            for party in content.parties
        ],
        "agreements": [
            {
                "title": agreement.title,
                "hash": agreement.document_hash,
                "milestones": [
                    {
                        "title": f"{one.title} ({one.outcome})" if one.outcome else one.title,
                        "amount": format_euros(one.amount, language),
                    }
                    for one in agreement.milestones
                ],
            }
            for agreement in content.agreements
        ],
        "payments": [
            {
                "who": f"{one.sender} → {one.recipient}",
                "amount": format_euros(one.amount, language),
            }
            for one in content.payments
        ],
        "transactions": [
            {"text": one.text, "hash": one.hash, "block": str(one.block)}
            for one in content.transactions
        ],
        "costs": [{"network": network, "cost": cost} for network, cost in costs],
    }


def _qr(url: str) -> str:
    code = segno.make(url, error="m", micro=False)
    return str(code.svg_inline(scale=4, border=0, dark="#0b5c6b"))
