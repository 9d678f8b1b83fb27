"""Hand-outs as PDF, set by Typst: a sheet for each team."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import segno

from pocplatform.kit.i18n import Phrase
from pocplatform.kit.money import format_euros
from pocplatform.kit.typesetting import typeset_once

_LAYOUT = Path(__file__).parent / "layout" / "handout.typ"

WORDS = {
    "team": Phrase("Team"),
    "lead": Phrase("Everything your team needs to build with the sandbox. Keep this sheet safe."),
    "join": Phrase("Each member: get a key of your own"),
    "join_how": Phrase("Scan the square, or type the code at {address}."),
    "code": Phrase("Code of your team"),
    "key": Phrase("A key that is ready"),
    "key_how": Phrase(
        "For programs; scan the square to copy it. Whoever has it can act as your team."
    ),
    "first": Phrase("The first request"),
    "first_how": Phrase("It answers with what is in your team's wallet: {funding}."),
    "has": Phrase("What your team has"),
    "address": Phrase("The API"),
    "docs": Phrase("API reference"),
    "board": Phrase("The board of the event"),
    "wallet": Phrase("Wallet"),
    "devnet": Phrase("A test chain of its own"),
    "limits": Phrase("Limits"),
    "limits_are": Phrase("{requests} requests in a second, {money} of test money in a day"),
    "test": Phrase("Everything here is test data and test money. tEUR has no value."),
}


class Sheet(NamedTuple):
    """What a team's sheet says.

    Attributes:
        team: The team's name.
        code: By which its members join.
        key: A key.
        wallet: Its address.
        devnet: The id of its own chain, if it has one.
    """

    team: str
    code: str
    key: str
    wallet: str
    devnet: str | None


class Event(NamedTuple):
    """What all sheets of an event say.

    Attributes:
        id: The event.
        name: Its name.
        when: Its days, in words.
        funding: Cents in a team's wallet at the beginning.
        faucet_daily: Cents that a team may ask for in a day.
        requests_per_second: Of a team.
    """

    id: str
    name: str
    when: str
    funding: int
    faucet_daily: int
    requests_per_second: int


def handout(
    event: Event, sheets: Sequence[Sheet], base_url: str, language: str, stamp: int
) -> bytes:
    """The PDF.

    Args:
        event: The event.
        sheets: One a team.
        base_url: Of this sandbox.
        language: ``fi`` or ``en``.
        stamp: The time in the file, seconds since 1970.
    """
    values = {
        "address": f"{base_url}/join".partition("://")[2],
        "funding": format_euros(event.funding, language),
        "requests": event.requests_per_second,
        "money": format_euros(event.faucet_daily, language),
    }
    content = {
        "language": language,
        "words": {
            name: phrase.with_values(**values).render(language) for name, phrase in WORDS.items()
        },
        "event": event.name,
        "when": event.when,
        "api": f"{base_url}/v1",
        "docs": f"{base_url}/docs",
        "board": f"{base_url}/hackathons/{event.id}/board",
        "sheets": [
            {
                "team": sheet.team,
                "code": sheet.code,
                "join": _qr(f"{base_url}/join?code={sheet.code}"),
                "join_url": f"{base_url}/join?code={sheet.code}",
                "key": sheet.key,
                "key_qr": _qr(sheet.key),
                "wallet": sheet.wallet,
                "devnet": None
                if sheet.devnet is None
                else f"{base_url}/rpc/devnets/{sheet.devnet}",
                "request": f"curl {base_url}/v1/balance -H 'Authorization: Bearer {sheet.key}'",
            }
            for sheet in sheets
        ],
    }
    # Not kept at hand as receipts are: it is set once, and holds keys.
    return typeset_once(_LAYOUT, json.dumps(content, ensure_ascii=False), stamp)


def _qr(text: str) -> str:
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(scale=4, border=0, dark="#14232a"))
