"""Agreements as PDF, set by Typst.

The same agreement with the same signatures gives the same bytes: the fonts are those that come with
Typst, the time in the file is that of the last signature (or of the draft), and nothing in it
depends on when or where it is made. The exact text whose hash the parties sign is attached to it.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import segno

from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.prose import written
from pocplatform.domains.agreements.terms import ZERO_ADDRESS
from pocplatform.domains.agreements.versions import Version
from pocplatform.kit.did import did_of
from pocplatform.kit.i18n import Phrase, translate
from pocplatform.kit.money import format_euros, to_cents
from pocplatform.kit.typesetting import typeset

_LAYOUT = Path(__file__).parent / "layout" / "agreement.typ"
_DAY_S = 86_400

WORDS = {
    "document_hash": Phrase("Hash of the document"),
    "terms": Phrase("Terms recorded on the blockchain"),
    "terms_note": Phrase(
        "These terms, with the hash of the document above, are what the parties have signed. The "
        "smart contract carries them out."
    ),
    "milestones": Phrase("Milestones"),
    "milestone": Phrase("Milestone"),
    "amount": Phrase("Price"),
    "due": Phrase("Due"),
    "review": Phrase("To review"),
    "payer_provider": Phrase("Payer → provider"),
    "conditions": Phrase("Conditions"),
    "signatures": Phrase("Parties and signatures"),
    "attachment": Phrase("The exact text whose hash the parties have signed"),
    "check_note": Phrase(
        "To check this document, scan the code on the first page. The hash is SHA-256 over the "
        "bytes of the salt and the text that is attached to this file (agreement.txt)."
    ),
}
_ROLES = {
    "client": Phrase("client"),
    "provider": Phrase("provider"),
    "witness": Phrase("witness"),
}


class Manuscript(NamedTuple):
    """What a PDF is made of, all of it."""

    content: str
    stamp: int


Signed = dict[int, tuple[bytes, int]]
"""Signature and time (milliseconds since 1970) of each party that has signed, by its index."""


def manuscript(
    context: Context,
    agreement: Agreement,
    version: Version,
    base_url: str,
    language: str,
    signed: Signed | None = None,
) -> Manuscript:
    """A version of the agreement with its signatures so far, with labels in ``language``.

    With ``signed``, as it was when there were only these signatures.
    """
    if signed is None:
        signed = signatures(context, agreement, version)
    content = _content(context, agreement, version, base_url, language, signed)
    stamp = max([agreement.created_ms, *(p["signed_ms"] for p in content["parties"])])
    return Manuscript(json.dumps(content, ensure_ascii=False, sort_keys=True), stamp // 1000)


def pdf(text: Manuscript) -> bytes:
    """The PDF of a manuscript: the same one always gives the same bytes."""
    return typeset(_LAYOUT, text.content, text.stamp)


def check_url(base_url: str, agreement_hash: str) -> str:
    """Where anybody can see what the chain says of an agreement."""
    return f"{base_url}/v1/agreement_proofs/{agreement_hash}"


def _content(
    context: Context,
    agreement: Agreement,
    version: Version,
    base_url: str,
    language: str,
    signed: Signed,
) -> dict[str, Any]:
    url = check_url(base_url, agreement.agreement_hash)
    parties = _parties(context, agreement, language, signed)
    return {
        "language": language,
        "words": {name: phrase.render(language) for name, phrase in WORDS.items()},
        "id": agreement.id,
        "title": version.title,
        "authors": [party["name"] for party in parties],
        "agreement_hash": agreement.agreement_hash,
        "document_hash": version.document_hash,
        "facts": [
            _line(Phrase("Agreement"), agreement.id, language),
            _line(Phrase("Version"), _version(version, language), language),
            _line(Phrase("On the blockchain"), agreement.agreement_hash, language, hex_=True),
            _line(Phrase("Hash of the document"), version.document_hash, language, hex_=True),
            _line(Phrase("Salt"), version.salt, language, hex_=True),
        ],
        "qr": _qr(url),
        "check_url": url,
        "text": pieces(version.document),
        "plain": version.document,
        "milestones": _milestones(version, parties, language),
        "conditions": _conditions(context, version, language),
        "parties": parties,
    }


def _version(version: Version, language: str) -> str:
    if version.revision == 0:
        return Phrase("the first").render(language)
    return Phrase("amendment {number}", number=version.revision).render(language)


def _line(label: Phrase, value: str, language: str, *, hex_: bool = False) -> dict[str, Any]:
    return {"label": label.render(language), "value": value, "hex": hex_}


def _qr(url: str) -> str:
    code = segno.make(url, error="m", micro=False)
    return str(code.svg_inline(scale=4, border=0, dark="#1d4e5f"))


def _milestones(
    version: Version, parties: list[dict[str, Any]], language: str
) -> list[dict[str, str]]:
    return [
        {
            "number": str(index + 1),
            "title": version.milestone_titles[index],
            "amount": format_euros(to_cents(terms["amount"]), language),
            "due": _last_day(terms["dueAt"], language) if terms["dueAt"] else "–",
            "review": _days(terms["reviewWindow"], language),
            "who": f"{parties[terms['payer']]['short']} → {parties[terms['provider']]['short']}",
        }
        for index, terms in enumerate(version.terms["milestones"])
    ]


def _conditions(context: Context, version: Version, language: str) -> list[dict[str, Any]]:
    deal = version.terms["deal"]
    arbiter = deal["arbiter"]
    return [
        _line(Phrase("Ends"), _last_day(deal["expiresAt"], language), language),
        _line(
            Phrase("Arbiter"),
            did_of(context.chain_id, arbiter)
            if arbiter != ZERO_ADDRESS
            else Phrase("none").render(language),
            language,
            hex_=arbiter != ZERO_ADDRESS,
        ),
        _line(Phrase("To settle a dispute"), _days(deal["arbitrationWindow"], language), language),
        _line(
            Phrase("Payee's share if nobody settles it"), _percent(deal["fallbackBps"], language),
            language,
        ),
        _line(
            Phrase("Signatures count until"), _moment(version.terms["signBy"], language), language
        ),
        _line(Phrase("Hash of the terms"), version.terms_hash, language, hex_=True),
        _line(Phrase("Smart contract"), context.contract, language, hex_=True),
    ]  # fmt: skip


def _parties(
    context: Context, agreement: Agreement, language: str, signed: Signed
) -> list[dict[str, Any]]:
    shown = []
    for party in context.parties(agreement):
        index = party.index or 0
        signature, signed_ms = signed.get(index, (None, 0))
        did = did_of(context.chain_id, party.address) if party.address else "–"
        role = translate(_ROLES[party.role].text, language)
        unnamed = Phrase("Party {number}", number=index + 1).render(language)
        name = party.name or unnamed
        shown.append(
            {
                "name": f"{name} ({party.business_id})" if party.business_id else name,
                "short": name,
                "role": role,
                "did": did,
                "signed": signature is not None,
                "signed_ms": signed_ms,
                "signature": "0x" + signature.hex() if signature else "",
                "status": Phrase(
                    "Signed {time} with the key of this DID (EIP-712)",
                    time=_moment(signed_ms // 1000, language),
                ).render(language)
                if signature
                else Phrase("Not signed yet").render(language),
            }
        )
    return shown


def signatures(context: Context, agreement: Agreement, version: Version) -> Signed:
    """Signature and time of each party that has signed this version."""
    if version.revision:
        change = repository.amendments(context.session, agreement.id)[version.terms_hash]
        rows = repository.change_signatures(context.session, change.id)
        return {index: (row.signature, row.signed_ms) for index, row in rows.items()}
    return {
        party.index: (party.signature, party.signed_ms or 0)
        for party in context.parties(agreement)
        if party.index is not None and party.signature is not None
    }


def _last_day(seconds: int, language: str) -> str:
    """The day that ends at this second, where it is the end of one; else the time."""
    if seconds % _DAY_S:
        return _moment(seconds, language)
    return written(datetime.fromtimestamp(seconds - 1, UTC).date(), language)


def _moment(seconds: int, language: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    clock = f"{moment:%H.%M}" if language == "fi" else f"{moment:%H:%M}"
    return f"{written(moment.date(), language)} {clock} UTC"


def _days(seconds: int, language: str) -> str:
    days, rest = divmod(seconds, _DAY_S)
    if rest:
        return Phrase("{hours} h", hours=-(-seconds // 3600)).render(language)
    return Phrase("{days} days", days=days).render(language)


def _percent(bps: int, language: str) -> str:
    number = f"{bps / 100:g}"
    return f"{number.replace('.', ',') if language == 'fi' else number}\u00a0%"


def pieces(document: str) -> list[dict[str, Any]]:
    """A document as paragraphs, each with its kind and its runs of plain and strong text."""
    found: list[dict[str, Any]] = []
    for block in re.split(r"\n\s*\n", document.strip()):
        for part in _split_lines(block.strip("\n")):
            piece = _piece(part)
            if piece["kind"] == "title" and found and found[-1]["kind"] == "rule":
                found[-1]["kind"] = "part"  # such as the translation: on a page of its own
            found.append(piece)
    return found


def _split_lines(block: str) -> list[str]:
    """Entries of a list and headings stand on lines of their own; other lines run on."""
    parts: list[str] = []
    for line in block.split("\n"):
        if parts and not re.match(r"(- |#{1,2} |---$)", line):
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts


def _piece(text: str) -> dict[str, Any]:
    if text.strip() == "---":
        return {"kind": "rule", "number": "", "runs": []}
    for mark, kind in (("# ", "title"), ("## ", "section"), ("- ", "item")):
        if text.startswith(mark):
            return {"kind": kind, "number": "", "runs": _runs(text[len(mark) :])}
    clause = re.match(r"(\d+\.\d+) ", text)
    if clause:
        return {"kind": "clause", "number": clause[1], "runs": _runs(text[clause.end() :])}
    return {"kind": "text", "number": "", "runs": _runs(text)}


def _runs(text: str) -> list[dict[str, Any]]:
    parts = re.split(r"\*\*(.+?)\*\*", text, flags=re.DOTALL)
    return [{"text": part, "strong": bool(index % 2)} for index, part in enumerate(parts) if part]


def digest(content: bytes) -> str:
    """SHA-256 of a file, as 0x-hex."""
    return "0x" + hashlib.sha256(content).hexdigest()
