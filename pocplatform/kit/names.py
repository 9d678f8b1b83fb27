"""Names that strangers choose and others read: what cannot be seen in them deceives.

A name with a character that turns the text around, or one without any width, can look like another
name or upset the page around it (Unicode TR36 and TR39). Emoji are welcome, so what joins these and
chooses how they look may stand where it does that, and nowhere else.
"""

import unicodedata

NO_CHARACTERS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode's categories of controls, of formats (bidirectional ones too) and of what is nothing."""
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols by their category that show nothing, or nothing of their own."""
_JOINER = "\u200d"


def unseen(name: str) -> str | None:
    """The first character of a name that cannot be seen or turns the text around; None if none."""
    for place, letter in enumerate(name):
        before, after = name[:place][-1:], name[place + 1 :][:1]
        if letter == _JOINER and (_is_symbol(before) or _chooses_look(before)):
            bad = not _is_symbol(after)
        elif _chooses_look(letter):
            bad = not before or unicodedata.category(before)[0] in "LMZC"
        else:
            bad = letter in _BLANK_LETTERS or unicodedata.category(letter) in NO_CHARACTERS
        if bad:
            return letter
    return None


def looks_like(name: str) -> str:
    """By which names are compared: without case and what cannot be seen."""
    text = "".join(letter for letter in name if letter != _JOINER and not _chooses_look(letter))
    return unicodedata.normalize("NFKC", text).casefold()


def code_point(letter: str) -> str:
    """A character that cannot be shown, as it is called: U+202E."""
    return f"U+{ord(letter):04X}"


def _is_symbol(letter: str) -> bool:
    return bool(letter) and unicodedata.category(letter)[0] == "S"


def _chooses_look(letter: str) -> bool:
    """Whether it is a variation selector."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
