"""What counts as the same request, and how long a request asks to wait."""

import pytest

from pocplatform.http.command import requested_wait
from pocplatform.http.idempotency import fingerprint
from pocplatform.kit.errors import InvalidInput


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'),
        (b'{"a": "\\u00e4"}', '{"a": "ä"}'.encode()),
        (b"", b""),
    ],
)
def test_spacing_order_and_escapes_do_not_make_another_request(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1}', b'{"a": 2}'),
        (b'{"a": 1}', b'{"a": "1"}'),
        (b'{"a": [1, 2]}', b'{"a": [2, 1]}'),
        (b"", b"{}"),
        (b"not json", b"not  json"),
        (b"[" * 100_000, b"[" * 100_001),
    ],
)
def test_other_content_makes_another_request(one, other):
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("query", "prefer", "seconds"),
    [
        (None, None, 0),
        (5.5, None, 5.5),
        (0.0, "wait=9", 0),
        (None, "wait=9", 9),
        (None, "respond-async, Wait=10", 10),
        (None, "wait=soon", 0),
        (None, "wait=\xb2", 0),  # a digit to Python, not to HTTP
        (None, "wait=-1", 0),
    ],
)
def test_wait_is_taken_from_query_or_prefer_header(query, prefer, seconds):
    assert requested_wait(query, prefer) == seconds


@pytest.mark.parametrize("seconds", [-1, 30.1, float("nan"), float("inf")])
def test_wait_beyond_its_bounds_is_refused(seconds):
    with pytest.raises(InvalidInput) as caught:
        requested_wait(seconds, None)
    assert caught.value.param == "wait"
