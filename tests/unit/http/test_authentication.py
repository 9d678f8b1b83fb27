"""Secret keys are remembered, but not beyond their revocation."""

import asyncio

import pytest
from sqlmodel import select

from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.models import ApiKey
from pocplatform.http import authentication
from pocplatform.http.authentication import Authentication
from pocplatform.http.state import Actor
from pocplatform.kit.clock import now_ms


@pytest.fixture
def keys(platform):
    """Finds callers in the platform's database, and counts how often it is asked."""
    database, asked = platform.gateway.database, []

    def look_up(session, secret):
        asked.append(secret)
        found = organizations.authenticate(session, secret)
        return Actor(found[0].id, found[0].address, frozenset(found[1])) if found else None

    found = Authentication(database, look_up, organizations.revocations)
    found.asked = asked
    return found


def secret_of(member):
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def revoke(platform, member):
    with platform.gateway.database.transaction() as session:
        for key in session.exec(select(ApiKey).where(ApiKey.org_id == member.id)):
            key.revoked_ms = now_ms()
            session.add(key)


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
        found = organizations.authenticate(session, secret)
        if not revoked:  # the revocation comes, and is noticed, between reading and remembering
            revoked.append(revoke(platform, member))
            other = asyncio.run_coroutine_threadsafe(keys.actor("sk_test_x"), loop)
            other.result(10)
        return Actor(found[0].id, found[0].address, frozenset(found[1])) if found else None

    keys = Authentication(database, look_up, organizations.revocations)

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
