"""OpenID4VCI 1.0 as a wallet goes through it: offer, metadata, token, nonce, credential."""

import time

import pytest
from sqlmodel import select

from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.http.idempotency import IdempotencyKey
from tests.api.wallets.wallet import Wallet, content


def failed(result):
    return [c["check"] for c in result["checks"] if not c["ok"]]


def test_wallet_fetches_a_credential_that_is_valid_and_bound_to_its_key(
    offer, wallet, issuer, check, credential_type
):
    offered = offer()
    credential = wallet.fetch(offered["uri"])
    header, payload = content(credential.split("~")[0])
    assert header["typ"] == "dc+sd-jwt"
    assert payload["cnf"]["jwk"] == wallet.public
    assert "sub" not in payload
    assert payload["vct"].endswith(f"/vct/{credential_type}")
    assert failed(check(credential)) == []
    shown = wallet.present(credential, ["grade"], "https://me.example", "n1")
    result = check(shown, audience="https://me.example", nonce="n1")
    assert failed(result) == []
    assert result["claims"] == {"grade": 5}
    seen = issuer.api.get(f"/v1/credential_offers/{offered['id']}").json()
    assert seen["status"] == "issued"
    issued = issuer.api.get(f"/v1/credentials/{seen['credential']}").json()
    assert (issued["status"], issued["subject"]) == ("active", None)


def test_nobody_is_named_on_the_chain_for_a_credential_without_a_subject(offer, platform):
    credential = Wallet().fetch(offer()["uri"])
    from sqlmodel import select

    from pocplatform.domains.credentials.models import Credential

    with platform.gateway.database.snapshot() as session:
        row = session.exec(select(Credential).where(Credential.jwt == credential)).one()
    subject, anchored_at, *_ = platform.gateway.contracts.read(
        "CredentialStatus", "statusOf", row.issuer, bytes.fromhex(row.type_hash[2:]),
        bytes.fromhex(row.digest[2:]),
    )  # fmt: skip
    assert int(subject, 16) == 0
    assert anchored_at > 0


def test_credential_for_a_subject_names_its_did(offer, join, check):
    holder = join("Haltija Oy")
    credential = Wallet().fetch(offer(subject=holder.id)["uri"])
    assert content(credential.split("~")[0])[1]["sub"] == holder.did
    result = check(credential)
    assert failed(result) == []
    assert result["subject"] == holder.did


def test_codes_of_an_offer_are_stored_nowhere(issuer, credential_type, platform):
    body = {"type": credential_type, "claims": {"course": "x"}, "tx_code": True}
    key = {"Idempotency-Key": "offer-" + credential_type}
    offers = [issuer.api.write("/v1/credential_offers", body, **key) for _ in range(2)]
    assert [one.status_code for one in offers] == [201, 201]
    assert offers[0].json()["id"] != offers[1].json()["id"]
    with platform.gateway.database.snapshot() as session:
        stored = session.exec(select(IdempotencyKey)).all()
        codes = session.exec(select(CredentialOffer.code_hash)).all()
    assert len(codes) >= 2
    assert not [one for one in stored if "/v1/credential_offers" in one.scope.split()]
    for offer in offers:
        grant = next(iter(offer.json()["credential_offer"]["grants"].values()))
        code = grant["pre-authorized_code"]
        assert not [one for one in stored if code in str(one.body)]
        assert code not in codes


def test_metadata_describes_every_type_as_the_specification_has_it(
    anonymous, base_url, credential_type
):
    answer = anonymous.get("/.well-known/openid-credential-issuer")
    assert answer.headers["content-type"] == "application/json"
    metadata = answer.json()
    assert metadata["credential_issuer"] == base_url
    for endpoint in ("credential_endpoint", "nonce_endpoint"):
        assert metadata[endpoint].startswith(base_url)
    configuration = metadata["credential_configurations_supported"][credential_type]
    assert configuration["format"] == "dc+sd-jwt"
    assert configuration["vct"] == f"{base_url}/vct/{credential_type}"
    assert configuration["cryptographic_binding_methods_supported"] == ["jwk"]
    assert configuration["proof_types_supported"] == {
        "jwt": {"proof_signing_alg_values_supported": ["ES256", "ES256K"]}
    }
    described = configuration["credential_metadata"]
    assert {d["locale"] for d in described["display"]} == {"fi", "en"}
    assert {"path": ["course"], "mandatory": True} in described["claims"]
    server = anonymous.get("/.well-known/oauth-authorization-server").json()
    assert server["pre-authorized_grant_anonymous_access_supported"] is True


def refused(answer, status, error):
    assert answer.status_code == status, answer.text
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
    assert answer.headers["cache-control"] == "no-store"


def test_transaction_code_is_asked_for_and_few_guesses_are_allowed(offer):
    wallet = Wallet()
    offered = offer(tx_code=True)
    assert len(offered["tx_code"]) == 6
    parts, _, server = wallet.discover(offered["uri"])
    grant = next(iter(parts["grants"].values()))
    assert grant["tx_code"] == {"input_mode": "numeric", "length": 6}
    refused(wallet.token(server, parts), 400, "invalid_request")
    wrong = "000000" if offered["tx_code"] != "000000" else "111111"
    refused(wallet.token(server, parts, tx_code=wrong), 400, "invalid_grant")
    assert wallet.fetch(offered["uri"], offered["tx_code"])
    again = offer(tx_code=True)
    parts, _, server = wallet.discover(again["uri"])
    wrong = "000000" if again["tx_code"] != "000000" else "111111"
    for _ in range(5):
        refused(wallet.token(server, parts, tx_code=wrong), 400, "invalid_grant")
    refused(wallet.token(server, parts, tx_code=again["tx_code"]), 400, "invalid_grant")


def test_code_gives_one_token_only(offer):
    wallet = Wallet()
    parts, _, server = wallet.discover(offer()["uri"])
    assert wallet.token(server, parts).status_code == 200
    refused(wallet.token(server, parts), 400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"pre-authorized_code": "unknown"}, "invalid_grant"),
        ({"pre-authorized_code": None}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"tx_code": "123456"}, "invalid_request"),
    ],
)
def test_malformed_token_request_is_refused_as_oauth_has_it(offer, change, error):
    wallet = Wallet()
    parts, _, server = wallet.discover(offer()["uri"])
    refused(wallet.token(server, parts, **change), 400, error)


def test_token_request_that_is_no_form_is_refused(anonymous):
    for sent in (
        {"json": {"grant_type": "x"}},
        {"content": b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"a=1&a=2", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ):
        refused(anonymous.post("/openid4vci/token", **sent), 400, "invalid_request")


@pytest.fixture
def accepted(offer):
    """A wallet with a token: it, the metadata, the token and the configuration."""
    wallet = Wallet()
    parts, metadata, server = wallet.discover(offer()["uri"])
    token = wallet.token(server, parts).json()["access_token"]
    return wallet, metadata, token, parts["credential_configuration_ids"][0]


def test_repeated_request_gives_the_same_credential_to_the_same_key_only(accepted):
    wallet, metadata, token, configuration = accepted
    first, second = (
        wallet.request(
            metadata, token, configuration, wallet.proof(metadata, wallet.nonce(metadata))
        )
        for _ in range(2)
    )
    assert first.status_code == 200, first.text
    assert first.json() == second.json()
    other = Wallet()
    proof = other.proof(metadata, other.nonce(metadata))
    answer = other.request(metadata, token, configuration, proof)
    refused(answer, 400, "credential_request_denied")


@pytest.mark.parametrize(
    ("header", "change", "error"),
    [
        ({}, {"nonce": "made up"}, "invalid_nonce"),
        ({}, {"nonce": None}, "invalid_nonce"),
        ({}, {"nonce": "ffffffffff.00.00"}, "invalid_nonce"),
        ({}, {"aud": "https://other.example"}, "invalid_proof"),
        ({}, {"iat": 1_600_000_000}, "invalid_proof"),
        ({}, {"iat": int(time.time()) + 3600}, "invalid_proof"),
        ({}, {"iat": "now"}, "invalid_proof"),
        ({"typ": "JWT"}, {}, "invalid_proof"),
        ({"jwk": Wallet().public}, {}, "invalid_proof"),
        ({"jwk": {"kty": "oct", "k": "AA"}}, {}, "invalid_proof"),
        ({"jwk": None}, {}, "invalid_proof"),
    ],
)
def test_proof_with_a_flaw_is_refused(accepted, header, change, error):
    wallet, metadata, token, configuration = accepted
    proof = wallet.proof(metadata, wallet.nonce(metadata), header=header, **change)
    refused(wallet.request(metadata, token, configuration, proof), 400, error)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"credential_configuration_id": "Other"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": None}, "unknown_credential_configuration"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {}}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a", "b"]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a.b.c"]}}, "invalid_proof"),
        ({"proofs": {"jwt": [5]}}, "invalid_proof"),
        ({"proofs": {"di_vp": [{}]}}, "invalid_proof"),
    ],
)
def test_malformed_credential_request_is_refused(accepted, change, error):
    wallet, metadata, token, configuration = accepted
    proof = wallet.proof(metadata, wallet.nonce(metadata))
    answer = wallet.request(metadata, token, configuration, proof, **change)
    refused(answer, 400, error)


def test_request_without_a_good_token_is_refused(accepted):
    wallet, metadata, _, configuration = accepted
    proof = wallet.proof(metadata, wallet.nonce(metadata))
    for token in ("x", "made-up"):
        answer = wallet.request(metadata, token, configuration, proof)
        refused(answer, 401, "invalid_token")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    refused(wallet.http.post(metadata["credential_endpoint"], content=b"{"), 401, "invalid_token")


def test_withdrawn_offer_cannot_be_fetched(offer, issuer):
    wallet, offered = Wallet(), offer()
    path = f"/v1/credential_offers/{offered['id']}/withdraw"
    assert issuer.api.write(path).json()["status"] == "withdrawn"
    parts, _, server = wallet.discover(offered["uri"])
    refused(wallet.token(server, parts), 400, "invalid_grant")
    again = issuer.api.write(path)
    assert (again.status_code, again.json()["code"]) == (409, "offer_closed")


def test_offer_is_its_issuers_alone(offer, join):
    offered, stranger = offer(), join()
    assert stranger.api.get(f"/v1/credential_offers/{offered['id']}").status_code == 404
    answer = stranger.api.write(f"/v1/credential_offers/{offered['id']}/withdraw")
    assert answer.status_code == 404


def test_codes_are_shown_once_and_stored_as_hashes(offer, issuer, platform):
    offered = offer(tx_code=True)
    seen = issuer.api.get(f"/v1/credential_offers/{offered['id']}").json()
    assert not {"uri", "tx_code", "credential_offer"} & set(seen)
    from sqlmodel import select

    from pocplatform.domains.openid4vci.models import CredentialOffer

    with platform.gateway.database.snapshot() as session:
        statement = select(CredentialOffer).where(CredentialOffer.id == offered["id"])
        row = session.exec(statement).one().model_dump_json()
    grant = next(iter(offered["credential_offer"]["grants"].values()))
    assert grant["pre-authorized_code"] not in row
    assert offered["tx_code"] not in row


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"type": "NobodyHasLaidThisDown"}, "invalid_input", "type"),
        ({"claims": {}}, "claims_invalid", "claims"),
        ({"claims": {"grade": 1}}, "claims_invalid", "claims.course"),
        ({"claims": {"course": "x", "iss": "x"}}, "claims_invalid", "claims.iss"),
        ({"disclosable": ["nothing"]}, "claims_invalid", "disclosable[0]"),
        ({"subject": "Matti"}, "invalid_input", "subject"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "validity_invalid", "valid_until"),
        ({"expires_in_s": 0}, "invalid_input", "expires_in_s"),
        ({"expires_in_s": 10**9}, "invalid_input", "expires_in_s"),
        ({"tx_code": "yes please"}, "invalid_input", "tx_code"),
        ({"surprise": 1}, "invalid_input", "surprise"),
    ],
)
def test_malformed_offer_is_refused(issuer, credential_type, fields, code, param):
    body = {"type": credential_type, "claims": {"course": "x"}} | fields
    answer = issuer.api.write("/v1/credential_offers", body)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)


def test_offering_needs_a_registered_identity(join, credential_type):
    body = {"type": credential_type, "claims": {"course": "x"}}
    answer = join().api.write("/v1/credential_offers", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_not_registered")


def test_claims_of_an_offer_that_nobody_fetched_are_forgotten(offer, platform):
    from sqlmodel import select

    from pocplatform.domains.data_protection.jobs import forget
    from pocplatform.domains.openid4vci.models import CredentialOffer

    offered = offer()
    later = int(time.time() * 1000) + 1000 * 3600
    with platform.gateway.database.transaction() as session:
        assert forget(session, platform.gateway.outbox, int(time.time() * 1000) - 3_600_000) == 0
        assert forget(session, platform.gateway.outbox, later) >= 1
        assert forget(session, platform.gateway.outbox, later) == 0
        statement = select(CredentialOffer).where(CredentialOffer.id == offered["id"])
        assert session.exec(statement).one().claims == {}
