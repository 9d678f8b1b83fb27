"""Signing in with a wallet: EIP-4361, for keys and for contracts, each message once."""

import pytest
from eth_account import Account
from fastapi.testclient import TestClient
from siwe import SiweMessage
from sqlmodel import select

from pocplatform.domains.wallets.jobs import JOBS
from pocplatform.domains.wallets.models import SignInNonce, SignInSession
from pocplatform.kit.clock import iso, now_ms
from pocplatform.main import create_app
from tests.api.signing_in import new_wallet, proof, sign_in, signed
from tests.conftest import Api


@pytest.fixture
def with_token(base_url):
    """A client with a session's token."""
    clients = []

    def make(token):
        clients.append(Api(base_url, token))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def verify(api, message, signature, **fields):
    body = {"message": message, "signature": signature} | fields
    return api.post("/v1/siwe/verify", json=body)


def refusal(answer):
    return answer.status_code, answer.json()["code"], answer.json()["param"]


def test_unknown_wallet_signs_up_as_a_person_who_keeps_the_key(anonymous, with_token):
    account = new_wallet()
    found = sign_in(anonymous, account, name="Testaaja")
    api = with_token(found["token"])
    organization = api.get("/v1/organizations/me").json()
    assert (organization["name"], organization["kind"]) == ("Testaaja", "person")
    assert organization["wallet"]["address"] == account.address
    assert organization["wallet"]["custody"] == "own"
    again = sign_in(anonymous, account)
    assert again["organization"] == organization["id"]
    assert [w["custody"] for w in api.get("/v1/wallets").json()["data"]] == ["own"]


def test_message_to_sign_is_one_that_the_siwe_package_reads(anonymous):
    account = new_wallet()
    offered = anonymous.post("/v1/siwe/nonce", json={"address": account.address.lower()}).json()
    message = SiweMessage.from_message(offered["message"])
    assert (message.address, message.nonce) == (account.address, offered["nonce"])
    assert (message.domain, message.chain_id) == (offered["domain"], offered["chain_id"])


def test_message_of_ones_own_words_counts_too(anonymous):
    account = new_wallet()
    offered = anonymous.post("/v1/siwe/nonce", json={"address": account.address}).json()
    text = SiweMessage(
        domain=offered["domain"], address=account.address, uri=offered["uri"], version="1",
        chain_id=offered["chain_id"], nonce=offered["nonce"], issued_at=iso(now_ms()),
        statement="Our own page.", resources=["https://example.org/terms"],
    ).prepare_message()  # fmt: skip
    assert verify(anonymous, text, signed(account, text)).status_code == 201


def test_message_counts_once(anonymous):
    given = proof(anonymous, new_wallet())
    assert verify(anonymous, **given).status_code == 201
    for _ in range(2):
        assert refusal(verify(anonymous, **given)) == (422, "siwe_invalid", "message")


def test_message_counts_once_also_for_different_purposes(anonymous, join):
    """A proof that was meant for signing in links no wallet, once it is used."""
    given = proof(anonymous, new_wallet())
    assert verify(anonymous, **given).status_code == 201
    answer = join().api.write("/v1/wallets", given | {"custody": "own"})
    assert refusal(answer) == (422, "siwe_invalid", "message")


def test_signature_of_somebody_else_is_refused_and_uses_nothing_up(anonymous):
    account = new_wallet()
    given = proof(anonymous, account)
    forged = signed(new_wallet(), given["message"])
    answer = verify(anonymous, given["message"], forged)
    assert refusal(answer) == (422, "siwe_invalid", "signature")
    assert account.address in answer.json()["detail"]
    assert verify(anonymous, **given).status_code == 201


@pytest.mark.parametrize(
    "signature",
    ["0x", "0x00", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 64 + "05", "0x" + "11" * 4096],
)
def test_bytes_that_are_no_signature_are_refused(anonymous, signature):
    given = proof(anonymous, new_wallet())
    answer = verify(anonymous, given["message"], signature)
    assert refusal(answer) == (422, "siwe_invalid", "signature")


def test_signature_that_is_not_hex_is_refused_by_its_form(anonymous):
    given = proof(anonymous, new_wallet())
    for odd in ("11" * 65, "0xzz", "", "0x1"):
        assert verify(anonymous, given["message"], odd).status_code == 422


def changed(message, line, value):
    return "\n".join(
        f"{line}{value}" if part.startswith(line) else part for part in message.split("\n")
    )


@pytest.mark.parametrize(
    ("line", "value", "word"),
    [
        ("Chain ID: ", "1", "chain 1"),
        ("Nonce: ", "abcdef0123456789", "nonce"),
        ("Expiration Time: ", "2020-01-01T00:00:00.000Z", "expired"),
        ("Issued At: ", "yesterday", "EIP-4361"),
        ("Version: ", "2", "EIP-4361"),
    ],
)
def test_message_that_is_not_good_here_and_now_is_refused(anonymous, line, value, word):
    account = new_wallet()
    text = changed(proof(anonymous, account)["message"], line, value)
    answer = verify(anonymous, text, signed(account, text))
    assert refusal(answer) == (422, "siwe_invalid", "message")
    assert word in answer.json()["detail"]


def test_message_of_another_page_is_refused(anonymous):
    account = new_wallet()
    text = proof(anonymous, account)["message"]
    domain = text.partition(" ")[0]
    text = text.replace(f"{domain} wants", "evil.example wants")
    answer = verify(anonymous, text, signed(account, text))
    assert refusal(answer) == (422, "siwe_invalid", "message")
    assert "evil.example" in answer.json()["detail"]


def test_host_header_does_not_make_another_page_ours(base_url):
    """Else a page that passes requests on could sign people in with messages of its own."""
    account = new_wallet()
    with Api(base_url) as api:
        text = proof(api, account)["message"]
        text = text.replace(text.partition(" ")[0] + " wants", "evil.example wants")
        answer = api.post(
            "/v1/siwe/verify",
            json={"message": text, "signature": signed(account, text)},
            headers={"Host": "evil.example"},
        )
        assert refusal(answer) == (422, "siwe_invalid", "message")


def test_nonce_is_forgotten_when_its_time_is_over(anonymous, platform):
    account = new_wallet()
    given = proof(anonymous, account)
    with platform.gateway.database.transaction() as session:
        for row in session.exec(select(SignInNonce)):
            row.expires_ms = now_ms() - 1
            session.add(row)
    assert refusal(verify(anonymous, **given)) == (422, "siwe_invalid", "message")
    proof(anonymous, account)
    with platform.gateway.database.snapshot() as session:
        assert len(session.exec(select(SignInNonce)).all()) == 1


def test_sessions_that_are_over_are_deleted_and_others_stay(anonymous, platform):
    over, open_ = [verify(anonymous, **proof(anonymous, new_wallet())).json() for _ in range(2)]
    with platform.gateway.database.transaction() as session:
        row = session.exec(select(SignInSession).where(SignInSession.id == over["id"])).one()
        row.expires_ms = now_ms() - 1
        session.add(row)
        session.flush()
        [job] = JOBS
        assert job.run(session, platform.gateway.outbox, now_ms()) >= 1
        assert job.run(session, platform.gateway.outbox, now_ms()) == 0
        kept = session.exec(select(SignInSession.id)).all()
    assert over["id"] not in kept
    assert open_["id"] in kept


def contract_wallet(api, answer):
    """The address of a contract whose isValidSignature gives these four bytes for everything."""
    runtime = bytes.fromhex("63" + answer + "60e01b60005260206000f3")
    creation = bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime
    deployer = Account.create()
    transaction = {
        "chainId": 31337, "nonce": 0, "gas": 200_000, "gasPrice": 0, "value": 0, "data": creation,
    }  # fmt: skip
    raw = "0x" + deployer.sign_transaction(transaction).raw_transaction.hex()

    def call(method, *params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return api.post("/rpc", json=body).json()["result"]

    return call("eth_getTransactionReceipt", call("eth_sendRawTransaction", raw))["contractAddress"]


@pytest.mark.parametrize(("answer", "status"), [("1626ba7e", 201), ("ffffffff", 422)])
def test_wallet_that_is_a_contract_signs_as_it_says(anonymous, answer, status):
    address = contract_wallet(anonymous, answer)
    offered = anonymous.post("/v1/siwe/nonce", json={"address": address}).json()
    assert verify(anonymous, offered["message"], "0x1234").status_code == status


def test_invited_person_becomes_a_member_with_the_rights_of_the_role(join, with_token):
    member = join("Kutsuja Oy")
    rights = {}
    for role in ("viewer", "developer", "owner"):
        code = member.api.post("/v1/invitations", json={"role": role, "name": role}).json()["code"]
        found = sign_in(member.api, new_wallet(), invitation=code)
        assert (found["organization"], found["wallet"]) == (member.id, member.address)
        api = with_token(found["token"])
        rights[role] = [
            api.get("/v1/members").status_code,
            api.write("/v1/identities").status_code,
            api.post("/v1/api_keys", json={}).status_code,
        ]
    assert rights == {
        "viewer": [200, 403, 403], "developer": [200, 200, 403], "owner": [200, 200, 201],
    }  # fmt: skip
    people = member.api.get("/v1/members").json()["data"]
    assert [one["role"] for one in people] == ["owner", "developer", "viewer"]


def test_invitation_lets_one_person_in(join, anonymous):
    member = join()
    invitation = member.api.post("/v1/invitations", json={"role": "viewer"}).json()
    sign_in(anonymous, new_wallet(), invitation=invitation["code"])
    given = proof(anonymous, new_wallet())
    answers = [verify(anonymous, **given, invitation=code)
               for code in (invitation["code"], "join_" + "0" * 48)]  # fmt: skip
    assert {refusal(answer) for answer in answers} == {
        (422, "member_invitation_invalid", "invitation")
    }
    assert answers[0].json()["detail"] == answers[1].json()["detail"], "guessing tells nothing"
    state = member.api.get(f"/v1/invitations/{invitation['id']}").json()["state"]
    assert state == "accepted"


def test_revoked_invitation_lets_nobody_in(join, anonymous):
    member = join()
    invitation = member.api.post("/v1/invitations", json={"role": "viewer"}).json()
    member.api.write(f"/v1/invitations/{invitation['id']}/revoke")
    answer = verify(anonymous, **proof(anonymous, new_wallet()), invitation=invitation["code"])
    assert refusal(answer) == (422, "member_invitation_invalid", "invitation")


def test_change_of_role_and_removal_hold_for_sessions_that_are_open(join, with_token):
    member = join()
    code = member.api.post("/v1/invitations", json={"role": "developer"}).json()["code"]
    found = sign_in(member.api, new_wallet(), invitation=code)
    api = with_token(found["token"])
    assert api.write("/v1/identities").status_code == 200
    changed = member.api.write(f"/v1/members/{found['member']}", {"role": "viewer"})
    assert changed.json()["role"] == "viewer"
    assert _becomes(lambda: api.write("/v1/identities").status_code == 403)
    assert member.api.write(f"/v1/members/{found['member']}/remove").status_code == 200
    assert _becomes(lambda: api.get("/v1/members").status_code == 401)
    assert member.api.get(f"/v1/members/{found['member']}").status_code == 404


def test_who_is_in_several_organizations_says_for_which(join, anonymous, with_token):
    account, firms = new_wallet(), [join("Yksi Oy"), join("Kaksi Oy")]
    for firm in firms:
        code = firm.api.post("/v1/invitations", json={"role": "viewer"}).json()["code"]
        sign_in(anonymous, account, invitation=code)
    answer = verify(anonymous, **proof(anonymous, account))
    assert refusal(answer) == (422, "organization_unclear", "organization")
    for firm in firms:
        found = sign_in(anonymous, account, organization=firm.id)
        assert found["organization"] == firm.id
    answer = verify(anonymous, **proof(anonymous, account), organization=join().id)
    assert refusal(answer) == (422, "organization_unclear", "organization")


def test_own_wallet_is_linked_once_and_to_one_organization(join, anonymous):
    account, member, other = new_wallet(), join(), join()
    body = {"custody": "own", "name": "Oma"}
    first = member.api.write("/v1/wallets", body | proof(anonymous, account))
    again = member.api.write("/v1/wallets", body | proof(anonymous, account))
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["address"], first.json()["first"]) == (account.address, False)
    answer = other.api.write("/v1/wallets", body | proof(anonymous, account))
    assert (answer.status_code, answer.json()["code"]) == (409, "wallet_taken")
    missing = other.api.write("/v1/wallets", body)
    assert (missing.status_code, missing.json()["param"]) == (422, "message")


def test_custodial_wallet_of_another_cannot_be_signed_in_with(join, anonymous):
    """Its key is the platform's; nobody has it to sign, and a contract is not there."""
    member = join()
    offered = anonymous.post("/v1/siwe/nonce", json={"address": member.address}).json()
    forged = signed(new_wallet(), offered["message"])
    answer = verify(anonymous, offered["message"], forged)
    assert refusal(answer) == (422, "siwe_invalid", "signature")


def test_sign_up_takes_the_code_where_one_is_set(platform, monkeypatch):
    from pydantic import SecretStr

    monkeypatch.setattr(platform.gateway.settings, "sign_up_code", SecretStr("Pohjola 2026"))
    with TestClient(create_app(platform)) as client:
        for code in (None, "", "pohjola 2026", "x" * 200):
            answer = client.post("/v1/organizations", json={"name": "Oy", "sign_up_code": code})
            assert refusal(answer) == (403, "sign_up_code_wrong", "sign_up_code")
            given = proof(client, new_wallet())
            answer = client.post("/v1/siwe/verify", json=given | {"sign_up_code": code})
            assert refusal(answer) == (403, "sign_up_code_wrong", "sign_up_code")
        body = {"name": "Oy", "sign_up_code": "Pohjola 2026"}
        assert client.post("/v1/organizations", json=body).status_code == 201


def _becomes(condition, seconds=10.0):
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
