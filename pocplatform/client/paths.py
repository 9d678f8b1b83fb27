"""Paths of the API, put together from what callers give."""

from urllib.parse import quote

_ABOVE = {".": "%2E", "..": "%2E%2E"}


def segment(given: str) -> str:
    """Something as one part of a path, whatever is in it (RFC 3986, section 3.3).

    An id that is none, such as ``a/b`` or ``x?y``, so names something that there is not, instead of
    something else. A slash is quoted twice: servers take ``%2F`` for one.
    """
    return _ABOVE.get(given) or quote(given.replace("/", "%2F"), safe=":", errors="replace")
