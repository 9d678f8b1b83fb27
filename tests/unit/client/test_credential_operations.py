"""Types, SD-JWT VCs, wallets, profiles and data protection through the SDK, on the real chain."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from pocplatform.client import (
    AsyncSandbox,
    ClaimsInvalid,
    CredentialErased,
    CredentialNotPresentable,
    CredentialTypeTaken,
    NotFound,
    NotTheHolder,
    OfferClosed,
    PersonalDataRefused,
    SchemaInvalid,
)
from tests.api.wallets.wallet import Wallet

SCHEMA = {
    "type": "object",
    "required": ["course"],
    "properties": {"course": {"type": "string"}, "grade": {"type": "integer"}},
}


@pytest.fixture(scope="module")
def issuer(member):
    ours = member("Oppilaitos Oy (testi)")
    ours.identities.register()
    return ours


@pytest.fixture(scope="module")
def type_(issuer):
    name = "Sdk" + uuid4().hex[:12]
    return issuer.credential_types.create(name, fi="Kurssi", en="Course", claims_schema=SCHEMA)


@pytest.fixture(scope="module")
def holder(member):
    return member("Haltija Oy (testi)")


@pytest.fixture
def issued(issuer, holder, type_):
    did = holder.organizations.me().wallet.did
    claims = {"course": "Metaversumi", "grade": 5}
    return issuer.credentials.issue(type_.name, did, claims, format="dc+sd-jwt")


def test_types_are_found_and_their_errors_have_classes(issuer, sandbox, type_):
    assert sandbox.credential_types.get(type_.name) == type_
    assert type_.name in {one.name for one in sandbox.credential_types.list()}
    with pytest.raises(CredentialTypeTaken):
        issuer.credential_types.create(type_.name, fi="a", en="b", claims_schema=SCHEMA)
    with pytest.raises(SchemaInvalid):
        issuer.credential_types.create("Another", fi="a", en="b", claims_schema={})


def test_chosen_claims_are_presented_and_verified(issuer, holder, sandbox, issued):
    shown = holder.credentials.present(issued.id, ["grade"], audience="me", nonce="n1")
    assert shown.shown == ["grade"]
    verification = sandbox.credentials.verify(shown.presentation, audience="me", nonce="n1")
    assert verification.presentation
    assert verification.claims == {"grade": 5}
    assert [one.check for one in verification.checks if not one.ok] == ["issuer_trusted"]
    with pytest.raises(NotTheHolder):
        issuer.credentials.present(issued.id, [], audience="me", nonce="n1")


def test_whole_credentials_are_not_presentable_and_wrong_claims_are_named(issuer, holder, type_):
    did = holder.organizations.me().wallet.did
    whole = issuer.credentials.issue(type_.name, did, {"course": "x"})
    with pytest.raises(CredentialNotPresentable):
        holder.credentials.present(whole.id, [], audience="me", nonce="n1")
    with pytest.raises(ClaimsInvalid) as refused:
        issuer.credentials.issue(type_.name, did, {"grade": 1})
    assert refused.value.param == "claims.course"


def test_wallet_is_offered_a_credential_and_asked_to_show_it(issuer, type_):
    offer = issuer.credential_offers.create(type_.name, {"course": "Metaversumi"}, tx_code=True)
    wallet = Wallet()
    credential = wallet.fetch(offer.uri, offer.tx_code)
    assert issuer.credential_offers.get(offer.id).status == "issued"
    assert offer.id in {one.id for one in issuer.credential_offers.list()}
    with pytest.raises(OfferClosed):
        issuer.credential_offers.withdraw(offer.id)
    asked = issuer.presentation_requests.create({type_.name: ["course"]}, expires_in_s=60)
    assert asked.status == "pending"
    assert asked.uri.startswith("openid4vp://?")
    assert issuer.presentation_requests.get(asked.id) == asked
    assert next(iter(issuer.presentation_requests.list())) == asked
    assert credential


def test_profile_is_published(holder, sandbox, issued):
    did = holder.organizations.me().wallet.did
    with pytest.raises(NotFound):
        sandbox.profiles.get(did)
    made = holder.profiles.update(published=True, credentials=[issued.id])
    assert sandbox.profiles.get(did) == made == holder.profiles.me()


def test_what_is_on_chain_is_told_and_content_is_erased(holder, issued):
    assert {one.type for one in holder.data_protection.onchain()} == {"credential.anchored"}
    assert holder.data_protection.summary().entries >= 1
    erased = holder.data_protection.erase_credential(issued.id)
    assert [one.hash for one in erased.remains] == [issued.digest]
    assert holder.data_protection.erasure(erased.id) == erased
    assert next(iter(holder.data_protection.erasures())) == erased
    assert holder.credentials.get(issued.id).erased is not None
    with pytest.raises(CredentialErased):
        holder.data_protection.erase_credential(issued.id)


def test_identity_is_changed(member, issuer):
    ours = member()
    did = ours.identities.register().id
    friend = issuer.organizations.me().wallet.did
    assert len(ours.identities.add_delegate(did, friend).document["assertionMethod"]) == 3
    ours.identities.revoke_delegate(did, friend)
    key = bytes.fromhex("ab" * 32)
    ours.identities.set_attribute(did, "did/pub/Ed25519/veriKey/hex", key, valid_for_s=600)
    ours.identities.revoke_attribute(did, "did/pub/Ed25519/veriKey/hex", key)
    ours.identities.add_service(did, "Shop", "https://a.example")
    assert ours.identities.revoke_service(did, "Shop", "https://a.example").services == []
    with pytest.raises(PersonalDataRefused):
        ours.identities.set_attribute(did, "contact", "maija@yritys.example")
    assert ours.identities.change_owner(did, friend).owner == friend.rsplit(":", 1)[1]


def test_the_same_operations_can_be_awaited(base_url, type_):
    async def use() -> str:
        async with AsyncSandbox(base_url) as sandbox:
            return (await sandbox.credential_types.get(type_.name)).vct

    assert asyncio.run(use()) == type_.vct
