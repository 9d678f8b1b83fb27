"""Why a transaction changed its status, in the reader's language; it is stored in English."""

import re

from pocplatform.kit.i18n import Phrase

_BLOCK = re.compile(r"block ([0-9]+)")
_IN_BLOCK = Phrase("block {number}")
_KNOWN = {
    phrase.text: phrase
    for phrase in (
        Phrase("as was asked for; not for long"),
        Phrase("before it was sent"),
        Phrase("goes on, late as asked for"),
        Phrase("its block was reorganized away"),
        Phrase("its block was reorganized away, as was asked for"),
        Phrase("its nonce was used by another transaction"),
        Phrase("nobody has signed it"),
        Phrase("signed by its owner"),
    )
}


def told(reason: str, language: str) -> str:
    """A reason in ``language``; in the words that are stored, where they are a node's."""
    if block := _BLOCK.fullmatch(reason):
        return _IN_BLOCK.with_values(number=block[1]).render(language)
    known = _KNOWN.get(reason)
    return known.render(language) if known is not None else reason
