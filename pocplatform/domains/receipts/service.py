"""Giving receipts, and finding them by their codes."""

import hashlib
import secrets

from sqlmodel import Session

from pocplatform.domains.receipts import repository
from pocplatform.domains.receipts.errors import NoSuchReceipt
from pocplatform.domains.receipts.models import Receipt
from pocplatform.domains.receipts.schemas import ReceiptContent
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is easily taken for something else: 0 and O, 1 and I and L."""
_LENGTH = 12
"""59 random bits: nobody finds a receipt by guessing."""


def give(session: Session, subject: str, content: ReceiptContent) -> Receipt:
    """The receipt of something; given now, if it was not. What it says stays as it is then."""
    known = repository.by_subject(session, subject)
    if known is not None:
        return known
    text = content.model_dump_json()
    receipt = Receipt(
        id=new_id("rct"),
        code="".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)),
        subject=subject,
        content=text,
        hash=fingerprint(text),
        created_ms=now_ms(),
    )
    session.add(receipt)
    session.flush()
    return receipt


def find(session: Session, typed: str) -> Receipt:
    """A receipt by its code, however that is typed. Raises :class:`NoSuchReceipt`."""
    code = "".join(sign for sign in typed.upper() if sign.isalnum())
    receipt = repository.by_code(session, code) if len(code) == _LENGTH else None
    if receipt is None:
        raise NoSuchReceipt(
            "No receipt has the code {code}.",
            next_step="Look at the code again: it has twelve letters and digits, and stands under "
            "the square on the first page.",
            code=typed[:40],
        )
    return receipt


def of(session: Session, subject: str) -> Receipt | None:
    """The receipt of something, if one was given."""
    return repository.by_subject(session, subject)


def content(receipt: Receipt) -> ReceiptContent:
    """What it says."""
    return ReceiptContent.model_validate_json(receipt.content)


def fingerprint(text: str) -> str:
    """SHA-256 of a text, 0x-hex."""
    return "0x" + hashlib.sha256(text.encode()).hexdigest()


def shown(code: str) -> str:
    """A code as people read it, such as ``7K3M-9QXT-2B4D``."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
