"""What is kept of requests and answers for a recording.

Of a request: all but its secrets. Of an answer: what a later request can need, ids above all, and
what its state can be told by. Texts, claims and code are not kept of answers; secrets and signed
credentials nowhere: a mark stands for each, by which the same one is known again.
"""

import json
import re
from typing import Any

from pocplatform.kit.exchange import secret_mark

STATE = frozenset((
    "object", "status", "state", "kind", "amount", "total", "net", "vat", "paid", "refunded",
    "outstanding", "escrow", "valid", "results", "signed", "count", "supply", "price", "active",
    "standard", "part", "format",
))  # fmt: skip
"""Fields of answers that are kept whatever is in them, and that tests look at."""
REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9_:.~/+=?&#%-]{6,400}|<secret [0-9a-f]{16}>")
"""A text of an answer that a later request may hold again."""

_DROPPED = frozenset((
    "claims", "metadata", "profile", "abi", "bytecode", "deployed_bytecode", "userdoc", "devdoc",
    "sources", "history", "created", "name", "title", "text",
))  # fmt: skip
_VALUES = frozenset(("results", "args"))
_SECRETS = frozenset((
    "secret_key", "secret", "token", "code", "access_token", "pre-authorized_code",
))  # fmt: skip
_GUESSABLE = frozenset(("sign_up_code", "tx_code", "pin"))
_AS_THEY_ARE = frozenset(("arguments", "claims", "sources", "artifact", "metadata"))
_SIGNED = re.compile(
    r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))eyJ[\w-]{8,}\.[\w-]+\.[\w-]*(?:~[\w.~-]*)?"
)
"""Begun where a word begins only: else a long text would be read again from each of its places."""
_KEY = re.compile(r"\bsk_test_\w+|\bwhsec_\w+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_MOST = 100
"""Items of a list in an answer."""
_MOST_SECRETS = 200
"""Each is looked for in every text."""


def parsed(content: bytes | None) -> Any:
    """JSON as values; None where there is none that could be stored."""
    if not content:
        return None
    try:
        found = json.loads(content)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):  # of an answer that says that this is bad input
        return None
    return found


def without_secrets(value: Any) -> Any:
    """A request's body, or an answer, with a mark for each secret in it.

    None for what holds so many, or is nested so deeply, that it can only be meant to keep the
    sandbox busy.
    """
    known: set[str] = set()
    try:
        _find_secrets(value, known)
        if len(known) > _MOST_SECRETS:
            return None
        return _marked(value, sorted(known, key=len, reverse=True))
    except RecursionError:
        return None


def kept_of_answer(answer: Any) -> Any:
    """What is kept of an answer (of which the secrets are marked)."""
    return _kept(answer, "", whole=False)


def _find_secrets(value: Any, known: set[str]) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str):
                if name in _SECRETS and len(item) >= 16 and not item.startswith("0x"):
                    known.add(item)
            elif name not in _AS_THEY_ARE:
                _find_secrets(item, known)
    elif isinstance(value, list):
        for item in value:
            _find_secrets(item, known)


def _marked(value: Any, secrets: list[str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _marked(item, secrets, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, secrets) for item in value]
    if not isinstance(value, str):
        return value
    if name in _GUESSABLE:
        return "<secret>"
    for secret in secrets:
        value = value.replace(secret, secret_mark(secret))
    for pattern in (_KEY, _SIGNED):
        value = pattern.sub(lambda found: secret_mark(found[0]), value)
    return value


def _kept(value: Any, name: str, *, whole: bool) -> Any:
    if isinstance(value, dict):
        inside = {
            key: _kept(item, key, whole=whole or key in _VALUES)
            for key, item in value.items()
            if whole or key not in _DROPPED
        }
        return {key: item for key, item in inside.items() if item is not None} or None
    if isinstance(value, list):
        # Nothing is taken out of a list: what is behind it would be at another place.
        return [_kept(item, name, whole=whole) for item in value[:_MOST]] or None
    if isinstance(value, str):
        if whole or name in STATE:
            return value if len(value) <= 400 else None
        return value if REFERENCE.fullmatch(value) and not _MOMENT.fullmatch(value) else None
    return value if whole or name in STATE or name in ("index", "has_more") else None
