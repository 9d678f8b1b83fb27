"""A request and its answer, as those see it who only look on."""

import hashlib
from dataclasses import dataclass


@dataclass(slots=True)
class Exchange:
    """One request to the API and what it was answered.

    Attributes:
        id: The request's id, ``req_…``.
        began_ns: When it came, in nanoseconds since 1970.
        duration_us: Microseconds until it was answered in whole.
        org_id: Whose key it came with; None for the organisers'.
        key_id: The key or session; None for the organisers'.
        address: The wallet that acted.
        method: In capitals.
        path: Without its query. Parts that are secrets are not in it.
        status: HTTP status of the answer.
        code: Code of the error, where it was one.
        query: What stood behind the path. As all below, kept for recordings only.
        body: The request's body.
        answer: The answer's body, where it is JSON.
        simulate: The ``Simulate`` header.
        replayed: Whether the answer was one that had been given before.
        left_out: Whether there was no room for its bodies.
    """

    id: str
    began_ns: int
    duration_us: int
    org_id: str | None
    key_id: str | None
    address: str
    method: str
    path: str
    status: int
    code: str | None = None
    query: str = ""
    body: bytes | None = None
    answer: bytes | None = None
    simulate: str | None = None
    replayed: bool = False
    left_out: bool = False

    @property
    def size(self) -> int:
        """Bytes of what is kept for recordings."""
        return len(self.body or b"") + len(self.answer or b"")


def secret_mark(secret: str) -> str:
    """What stands for a secret, so that it can be told where the same one is used again.

    For those of many random bits only: others could be guessed.
    """
    return f"<secret {hashlib.sha256(b'pocplatform ' + secret.encode()).hexdigest()[:16]}>"
