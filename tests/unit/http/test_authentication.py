"""Secret keys are remembered, but not beyond their revocation."""

import asyncio

import pytest
from sqlmodel import select

from pocplatform.domains.organizations import keys as api_keys
from pocplatform.domains.organizations import repository
from pocplatform.domains.organizations.models import ApiKey
from pocplatform.http import authentication
from pocplatform.http.authentication import Authentication
from pocplatform.http.state import Actor
from pocplatform.kit.clock import now_ms


def actor_of(found):
    if found is None:
        return None
    scopes = frozenset(found.scopes)
    return Actor(found.org_id, found.address, scopes, found.key_id, found.expires_ms)


@pytest.fixture
def keys(platform):
    """Finds callers in the platform's database, and counts how often it is asked."""
    database, asked = platform.gateway.database, []

    def look_up(session, secret):
        asked.append(secret)
        found = api_keys.caller(session, secret)
        return actor_of(found)

    found = Authentication(database, look_up, repository.revocations, repository.note_use)
    found.asked = asked
    return found


def secret_of(member):
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def revoke(platform, member):
    with platform.gateway.database.transaction() as session:
        for key in session.exec(select(ApiKey).where(ApiKey.org_id == member.id)):
            api_keys.revoke(session, None, key.id)


def ask(keys, *secrets):
    async def scenario():
        return [await keys.actor(secret) for secret in secrets]

    return asyncio.run(scenario())


def test_key_is_looked_up_once(keys, join):
    one, other = join(), join()
    found = ask(keys, *[secret_of(one), secret_of(other)] * 3)
    assert [actor.org_id for actor in found] == [one.id, other.id] * 3
    assert len(keys.asked) == 2


def test_unknown_key_is_looked_up_every_time(keys):
    assert ask(keys, "sk_test_x", "sk_test_x") == [None, None]
    assert len(keys.asked) == 2


def test_revoked_key_is_refused_once_the_time_is_over(keys, join, platform, monkeypatch):
    monkeypatch.setattr(authentication, "REMEMBERED_S", 0.0)
    gone, stays = join(), join()
    ask(keys, secret_of(gone), secret_of(stays))
    revoke(platform, gone)
    found = ask(keys, secret_of(gone), secret_of(stays))
    assert found[0] is None
    assert found[1].org_id == stays.id


def test_key_revoked_while_it_is_looked_up_is_not_remembered(platform, join, monkeypatch):
    monkeypatch.setattr(authentication, "REMEMBERED_S", 0.0)
    member = join()
    database, revoked = platform.gateway.database, []

    def look_up(session, secret):
        found = api_keys.caller(session, secret)
        if not revoked:  # the revocation comes, and is noticed, between reading and remembering
            revoked.append(revoke(platform, member))
            other = asyncio.run_coroutine_threadsafe(keys.actor("sk_test_x"), loop)
            other.result(10)
        return actor_of(found)

    keys = Authentication(database, look_up, repository.revocations, repository.note_use)

    async def scenario():
        nonlocal loop
        loop = asyncio.get_running_loop()
        first = await keys.actor(secret_of(member))
        monkeypatch.setattr(authentication, "REMEMBERED_S", 60.0)
        return first, await keys.actor(secret_of(member))

    loop = None
    first, second = asyncio.run(scenario())
    assert first is not None
    assert second is None


def test_key_that_expires_while_it_is_remembered_is_refused(keys, join, platform):
    member = join()
    with platform.gateway.database.transaction() as session:
        (key,) = session.exec(select(ApiKey).where(ApiKey.org_id == member.id))
        key.expires_ms = now_ms() + 300
        session.add(key)

    async def scenario():
        first = await keys.actor(secret_of(member))
        deadline = asyncio.get_running_loop().time() + 10
        while (found := await keys.actor(secret_of(member))) is not None:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.02)
        return first, found

    first, after = asyncio.run(scenario())
    assert first.org_id == member.id
    assert after is None


def test_last_use_is_stored_now_and_then_and_not_with_each_request(keys, join, platform):
    member = join()

    def last_used():
        with platform.gateway.database.snapshot() as session:
            return session.exec(select(ApiKey.last_used_ms).where(ApiKey.org_id == member.id)).one()

    before = now_ms()
    ask(keys, *[secret_of(member)] * 3)
    assert last_used() is None
    keys.note()
    assert before <= last_used() <= now_ms()
