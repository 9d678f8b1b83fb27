"""Identities, trusted issuers and credentials through the SDK, on the real chain."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pocplatform.client import AsyncSandbox, Conflict, Forbidden, Problem

TYPE = "SdkTestCredential"


@pytest.fixture
def organisers(sandbox, platform):
    from pocplatform.organisers import admin_secret

    return sandbox.with_key(admin_secret(platform.settings))


@pytest.fixture
def issuer(member, organisers):
    ours = member("Myöntäjä Oy (testi)")
    ours.identities.register()
    did = ours.organizations.me().wallet.did
    organisers.trusted_issuers.accredit(did, TYPE)
    return ours


def test_registered_identity_resolves_with_its_key_and_services(member, sandbox):
    ours = member()
    identity = ours.identities.register()
    assert identity.status == "active"
    assert ours.identities.register().id == identity.id
    served = ours.identities.add_service(identity.id, "WebShop", "https://puu.example/kauppa")
    assert [one.type for one in served.services] == ["WebShop"]
    found = sandbox.identities.resolve(identity.id)
    assert found.document["id"] == identity.id
    assert found.document["service"][0]["serviceEndpoint"] == "https://puu.example/kauppa"
    assert not found.deactivated
    assert ours.identities.get(identity.id).services == served.services


def test_resolution_answers_for_a_deactivated_and_for_a_malformed_did_too(member, sandbox):
    ours = member()
    identity = ours.identities.register()
    ours.identities.deactivate(identity.id)
    gone = sandbox.identities.resolve(identity.id)
    assert gone.deactivated
    malformed = sandbox.identities.resolve("did:ethr:nonsense")
    assert malformed.document is None
    assert malformed.resolution_metadata["error"]


def test_credential_from_issue_to_revocation(issuer, member, sandbox):
    holder = member("Haltija Oy (testi)")
    did = holder.organizations.me().wallet.did
    until = datetime.now(UTC) + timedelta(days=30)
    credential = issuer.credentials.issue(TYPE, did, {"level": 3}, valid_until=until)
    assert credential.status == "active"
    verification = sandbox.credentials.verify(credential.credential)
    assert verification.valid
    assert verification.claims["level"] == 3
    assert [one.id for one in holder.credentials.list()] == [credential.id]
    assert holder.credentials.get(credential.id).digest == credential.digest

    def failing() -> set[str]:
        checks = sandbox.credentials.verify(credential.credential).checks
        return {one.check for one in checks if not one.ok}

    assert issuer.credentials.suspend(credential.id).status == "suspended"
    assert failing() == {"not_suspended"}
    assert issuer.credentials.resume(credential.id).status == "active"
    assert failing() == set()
    assert issuer.credentials.revoke(credential.id).status == "revoked"
    assert failing() == {"not_revoked"}
    with pytest.raises(Problem):
        holder.credentials.revoke(credential.id)


def test_trust_is_renewed_and_withdrawn_by_the_organisers_only(issuer, organisers, member):
    did = issuer.organizations.me().wallet.did
    entry = next(one for one in organisers.trusted_issuers.list() if one.issuer_did == did)
    assert entry.status == "trusted"
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    assert organisers.trusted_issuers.renew(entry.id, until).valid_until == until
    assert organisers.trusted_issuers.renew(entry.id, None).valid_until is None
    with pytest.raises(Forbidden):
        issuer.trusted_issuers.withdraw(entry.id)
    assert organisers.trusted_issuers.withdraw(entry.id).status == "withdrawn"
    assert member().trusted_issuers.get(entry.id).status == "withdrawn"


def test_issuing_without_an_identity_says_what_to_do(member):
    ours = member()
    with pytest.raises(Conflict) as refused:
        ours.credentials.issue(TYPE, ours.organizations.me().id, {"level": 1})
    assert refused.value.code == "identity_not_registered"
    assert refused.value.next_step


def test_asynchronous_registrations_side_by_side(base_url):
    async def join(sandbox: AsyncSandbox, name: str) -> str:
        us = await sandbox.organizations.sign_up(name)
        return (await sandbox.with_key(us.secret_key).identities.register()).status

    async def use() -> list[str]:
        async with AsyncSandbox(base_url) as sandbox:
            return await asyncio.gather(*(join(sandbox, f"Oy {n} (testi)") for n in range(5)))

    assert asyncio.run(use()) == ["active"] * 5
