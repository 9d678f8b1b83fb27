"""Identities of wallets whose key is their owner's: registered and changed in two steps."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from eth_account import Account

from tests.api.agreements.support import eventually
from tests.api.test_siwe import contract_wallet
from tests.api.test_two_steps import carry_through, person, prepare, refusal, submit
from tests.conftest import Api

__all__ = ["person"]

REGISTER = "/v1/identities"


def did(who):
    return f"did:ethr:0x7a69:{who.address}"


def public_key(account, *, compressed=True):
    key = account._key_obj.public_key
    return "0x" + (key.to_compressed_bytes() if compressed else b"\x04" + key.to_bytes()).hex()


def identity(who):
    answer = who.api.get(f"/v1/identities/{did(who)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def stranger():
    return Account.create()


def test_signature_tells_the_public_key_that_is_registered(person):
    owner = person()
    assert refusal(owner.api.write(REGISTER)) == (409, "wallet_not_custodial")
    found = prepare(owner, REGISTER)
    (to_sign,) = found["to_sign"]
    assert to_sign["typed_data"]["primaryType"] == "PublicKeyDisclosure"
    assert to_sign["typed_data"]["message"]["identity"] == owner.address
    rest = submit(owner, found).json()
    assert [one["kind"] for one in rest["to_sign"]] == ["transaction"]
    assert identity(owner)["status"] == "pending"
    assert submit(owner, rest).status_code == 200
    shown = identity(owner)
    assert (shown["status"], shown["owner"]) == ("active", owner.address)
    assert shown["verification_method"] == f"{did(owner)}#delegate-1"
    method = shown["document"]["verificationMethod"][1]
    assert "0x" + method["publicKeyHex"] == public_key(owner.account)


@pytest.mark.parametrize("compressed", [True, False])
def test_public_key_that_is_given_saves_a_signature(person, compressed):
    owner = person()
    body = {"public_key": public_key(owner.account, compressed=compressed)}
    found = prepare(owner, REGISTER, body)
    assert [one["kind"] for one in found["to_sign"]] == ["transaction"]
    assert submit(owner, found).status_code == 200
    method = identity(owner)["document"]["verificationMethod"][1]
    assert "0x" + method["publicKeyHex"] == public_key(owner.account)
    again = owner.api.write(f"{REGISTER}/prepare", body)
    assert (again.status_code, again.json()["status"]) == (200, "active")


@pytest.mark.parametrize(
    "given",
    [
        "0x",
        "02",
        "0x02" + "ff" * 32,  # no point of the curve
        "0x07" + "11" * 32,
        "0x" + "11" * 65,
        "zz" * 33,
        7,
        "another's",
    ],
)
def test_public_key_that_is_none_or_another_wallets_is_refused(person, join, stranger, given):
    given = public_key(stranger) if given == "another's" else given
    for answer in (
        person().api.write(f"{REGISTER}/prepare", {"public_key": given}),
        join().api.write(REGISTER, {"public_key": given}),
    ):
        assert refusal(answer) == (422, "invalid_input")
        assert answer.json()["param"] == "public_key"


def test_registration_that_was_not_signed_in_time_is_prepared_again(person):
    owner = person()
    body = {"public_key": public_key(owner.account)}
    lost = prepare(owner, REGISTER, body)
    found = prepare(owner, REGISTER, body)
    assert found["id"] != lost["id"]
    assert submit(owner, found).status_code == 200
    assert identity(owner)["status"] == "active"


def test_own_wallet_publishes_changes_and_gives_up_its_identity(person, join):
    owner, helper, heir = person(), join(), person()
    path = f"{REGISTER}/{did(owner)}"
    service = {"type": "WebShop", "endpoint": "https://puu.example/kauppa"}
    carry_through(owner, f"{path}/services", service)
    assert [one["type"] for one in identity(owner)["services"]] == ["WebShop"]
    carry_through(owner, f"{path}/services/revoke", service)
    assert identity(owner)["services"] == []
    delegate = {"delegate": helper.did, "type": "veriKey"}
    carry_through(owner, f"{path}/delegates", delegate)
    assert helper.address in str(identity(owner)["document"])
    carry_through(owner, f"{path}/delegates/revoke", delegate)
    # It ends with the second in which it was revoked.
    eventually(lambda: helper.address not in str(identity(owner)["document"]))
    attribute = {"name": "branch", "value": "wood"}
    carry_through(owner, f"{path}/attributes", attribute)
    carry_through(owner, f"{path}/attributes/revoke", attribute)
    carry_through(owner, f"{path}/owner", {"new_owner": heir.address})
    assert identity(owner)["owner"] == heir.address
    assert refusal(owner.api.write(f"{path}/deactivate/prepare")) == (422, "contract_reverted")
    carry_through(heir, f"{path}/deactivate")
    assert identity(owner)["status"] == "deactivated"
    answer = owner.api.write(f"{REGISTER}/prepare")
    assert refusal(answer) == (409, "identity_deactivated")


def test_wallet_that_is_a_contract_signs_agreements_but_has_no_key_to_register(
    base_url, anonymous, join
):
    address = contract_wallet(anonymous, "1626ba7e")  # it says yes to every signature
    offered = anonymous.post("/v1/siwe/nonce", json={"address": address}).json()
    proof = {"message": offered["message"], "signature": "0x1234"}
    token = anonymous.post("/v1/siwe/verify", json=proof).json()["token"]
    partner = join()
    with Api(base_url, token) as api:
        wallet = SimpleNamespace(api=api, account=None)
        answer = submit(wallet, prepare(wallet, REGISTER), ["0x1234"])
        assert refusal(answer) == (422, "invalid_input")
        assert "setAttribute" in answer.json()["next_step"]
        body = {"to": partner.address, "amount": 1}
        answer = api.write("/v1/transfers/prepare", body)
        assert refusal(answer) == (409, "wallet_is_contract")
        parties = [
            {"who": address, "role": "client"},
            {"who": partner.did, "role": "provider"},
        ]
        milestone = {"title": "a", "amount": 1, "payer": 0, "provider": 1}
        draft = {
            "title": "Sopimus", "document": {"text": "x"}, "parties": parties,
            "milestones": [milestone],
        }  # fmt: skip
        made = partner.api.write("/v1/agreements", draft).json()
        path = f"/v1/agreements/{made['id']}"
        signed = submit(wallet, prepare(wallet, f"{path}/sign"), ["0x1234"])
        assert signed.status_code == 200, signed.text
        assert partner.api.write(f"{path}/sign").status_code == 200
        activated = partner.api.write(f"{path}/activate")
        assert (activated.status_code, activated.json()["state"]) == (200, "active")


def test_what_no_wallet_can_sign_is_refused_and_says_so(person, join):
    owner = person()
    carry_through(owner, REGISTER)
    body = {"type": "CourseAchievement", "subject": join().did, "claims": {"course": "x"}}
    answer = owner.api.write("/v1/credentials", body)
    assert refusal(answer) == (409, "identity_key_elsewhere")
    assert "/v1/organizations" in answer.json()["next_step"]
    assert owner.api.write("/v1/credentials/prepare", body).status_code in (404, 405)
