"""Nothing that a caller can measure or read tells of keys that there are."""

import asyncio
import sys

import pytest
from sqlalchemy import event

from pocplatform.domains.organizations.keys import secret_hash
from pocplatform.http.authentication import Authentication
from pocplatform.organisers import admin_secret
from tests.api.signing_in import new_wallet, sign_in
from tests.conftest import Api


class Uncompared(str):
    """A secret that must not be compared, character by character, with anything."""

    def _refuse(self, *_):
        raise AssertionError("a secret was compared")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _refuse
    __hash__ = _refuse


def secret_of(api):
    return api.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture(scope="module")
def secrets(join, platform):
    """One of each kind: a key, a session's, the organisers', one that nobody has."""
    member = join()
    return {
        "key": secret_of(member.api),
        "session": sign_in(member.api, new_wallet())["token"],
        "organisers": admin_secret(platform.settings),
        "nobody's": "sk_test_" + "0" * 48,
    }


@pytest.fixture
def authentication(platform):
    """The platform's own, that remembers nobody yet."""
    found = platform.gateway.authentication
    return Authentication(found._database, found._look_up, found._revocations)


@pytest.fixture
def asked(platform):
    """The parameters of everything that the database is asked."""
    engine, found = platform.gateway.database.engine, []

    def note(_connection, _cursor, _statement, parameters, _context, _many):
        found.append(repr(parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", ["key", "session", "organisers", "nobody's"])
def test_secret_is_hashed_and_found_by_its_hash_and_never_compared(
    authentication, secrets, asked, kind
):
    """By construction: so the time that it takes depends on the hash of what was sent alone."""
    secret = secrets[kind]

    async def twice():
        """The second time it is remembered."""
        return [await authentication.actor(Uncompared(secret)) for _ in range(2)]

    first, again = asyncio.run(twice())
    assert (first is None) == (kind == "nobody's")
    assert first == again
    given = "".join(asked)
    assert secret[8:16] not in given
    assert (secret_hash(secret) in given) == (kind != "organisers")


def test_organisers_key_is_compared_in_constant_time(platform, secrets):
    from hmac import compare_digest

    called = []

    def profile(_frame, kind, function):
        if kind == "c_call" and function is compare_digest:
            called.append(function)

    with platform.gateway.database.snapshot() as session:
        sys.setprofile(profile)
        try:
            platform.gateway.authentication._look_up(session, secrets["organisers"])
        finally:
            sys.setprofile(None)
    assert called


def test_key_that_never_was_is_answered_exactly_like_one_that_opens_nothing_any_more(
    join, base_url, secrets
):
    """So keys cannot be enumerated: not which there are, nor which there were."""
    member = join()
    gone = member.api.post("/v1/api_keys", json={}).json()
    assert member.api.write(f"/v1/api_keys/{gone['id']}/revoke").status_code == 200
    ended = sign_in(member.api, new_wallet())["token"]
    with Api(base_url, ended) as api:
        assert api.post("/v1/sign_out").status_code == 200
    answers = []
    for secret in (gone["secret_key"], ended, secrets["nobody's"], "sk_test_", "garbage"):
        with Api(base_url, secret) as api:
            answer = api.get("/v1/balance")
            if answer.status_code == 200:  # it was in use, and is remembered for a second
                answer = wait_until_refused(api)
            problem = answer.json()
            problem.pop("request_id")
            headers = {n: v for n, v in answer.headers.items() if n not in VARYING}
            answers.append((answer.status_code, problem, headers))
    assert all(answer == answers[0] for answer in answers)


VARYING = {
    "date", "request-id", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
}  # fmt: skip


def wait_until_refused(api):
    import time

    deadline = time.monotonic() + 10
    while (answer := api.get("/v1/balance")).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer
