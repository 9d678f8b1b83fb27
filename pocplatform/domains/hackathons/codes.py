"""Codes that people type: of an event from a slide, of a team from a sheet of paper."""

import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, no 1, I and L, which look alike on paper."""
_OF_EVENT, _OF_TEAM = 8, 12
_LOOKALIKE = str.maketrans("", "", " -_.\u2013\u2014\u00a0")


def new_event_code() -> str:
    """For an event whose organisers have chosen none: some 40 bits."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_OF_EVENT)))


def new_team_code() -> str:
    """For a team, as good as a key to its organization: some 59 random bits."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_OF_TEAM)))


def key_of(code: str) -> str:
    """By which codes are compared: whatever case and hyphens they are typed with."""
    return code.translate(_LOOKALIKE).upper()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
