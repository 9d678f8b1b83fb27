"""A wallet of its own, on httpx and joserfc alone: nothing of the platform's code is in it."""

import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def content(jwt):
    """Header and payload of a JWT."""
    header, payload, _ = jwt.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


class Wallet:
    """Holds a key and credentials, and speaks OpenID4VCI and OpenID4VP.

    Args:
        base_url: Where the sandbox is; used for nothing but checking that metadata names it.
        curve: Of the key: P-256, as most wallets have it, or secp256k1.
    """

    def __init__(self, curve="P-256"):
        self.key = ECKey.generate_key(curve)
        self.algorithm = {"P-256": "ES256", "secp256k1": "ES256K"}[curve]
        self.http = httpx.Client(timeout=40, trust_env=False)

    @property
    def jwk(self):
        return self.key.as_dict(private=False) | {"kid": None}

    @property
    def public(self):
        return {name: self.jwk[name] for name in ("kty", "crv", "x", "y")}

    def sign(self, header, payload):
        return jws.serialize_compact(
            {"alg": self.algorithm} | header,
            json.dumps(payload).encode(),
            self.key,
            algorithms=[self.algorithm],
        )

    def discover(self, uri):
        """Reads an offer and what it refers to."""
        offer = json.loads(parse_qs(urlsplit(uri).query)["credential_offer"][0])
        issuer = offer["credential_issuer"]
        metadata = self.http.get(f"{issuer}/.well-known/openid-credential-issuer").json()
        assert metadata["credential_issuer"] == issuer
        # Without authorization_servers the issuer is one itself.
        assert "authorization_servers" not in metadata
        server = self.http.get(f"{issuer}/.well-known/oauth-authorization-server").json()
        assert server["issuer"] == issuer
        return offer, metadata, server

    def token(self, server, offer, **change):
        grant = offer["grants"][PRE_AUTHORIZED]
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": grant["pre-authorized_code"]}
        form = {name: value for name, value in (form | change).items() if value is not None}
        return self.http.post(server["token_endpoint"], data=form)

    def nonce(self, metadata):
        return self.http.post(metadata["nonce_endpoint"]).json()["c_nonce"]

    def proof(self, metadata, nonce, /, *, header=None, **change):
        payload = {
            "aud": metadata["credential_issuer"], "iat": int(time.time()), "nonce": nonce,
        }  # fmt: skip
        named = {"typ": "openid4vci-proof+jwt", "jwk": self.public} | (header or {})
        named = {name: value for name, value in named.items() if value is not None}
        return self.sign(named, payload | change)

    def request(self, metadata, token, configuration, proof, **change):
        body = {"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}}
        return self.http.post(
            metadata["credential_endpoint"],
            json=body | change,
            headers={"Authorization": f"Bearer {token}"},
        )

    def fetch(self, uri, tx_code=None):
        """The whole way from a link to a credential."""
        offer, metadata, server = self.discover(uri)
        answer = self.token(server, offer, tx_code=tx_code)
        assert answer.status_code == 200, answer.text
        token = answer.json()
        assert token["token_type"] == "Bearer"
        [configuration] = offer["credential_configuration_ids"]
        proof = self.proof(metadata, self.nonce(metadata))
        answer = self.request(metadata, token["access_token"], configuration, proof)
        assert answer.status_code == 200, answer.text
        [credential] = answer.json()["credentials"]
        return credential["credential"]

    def present(self, credential, names, audience, nonce, **change):
        """Chosen claims with a signature by the wallet's key (RFC 9901, section 4.3)."""
        signed, *disclosures, _ = credential.split("~")
        chosen = [d for d in disclosures if json.loads(unb64(d))[1] in names]
        text = "~".join([signed, *chosen, ""])
        payload = {
            "iat": int(time.time()),
            "aud": audience,
            "nonce": nonce,
            "sd_hash": b64(hashlib.sha256(text.encode()).digest()),
        }
        return text + self.sign({"typ": "kb+jwt"}, payload | change)
