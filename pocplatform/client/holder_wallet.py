"""The wallet's side of OpenID4VCI 1.0 and OpenID4VP 1.0: fetching credentials, and showing them.

For wallets of one's own making: the key, what is signed with it and what is shown stay with the
caller. The side of issuers and verifiers is in :mod:`pocplatform.client.wallets`.
"""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, operation

_PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

Prove = Callable[[dict[str, Any]], str]
"""Signs a proof: a JWT of this payload with ``typ`` ``openid4vci-proof+jwt`` and the key as
``jwk``, ES256 or ES256K (OpenID4VCI 1.0, appendix F.1)."""


class Asked(Model):
    """What a verifier asks a wallet to show; ``claims`` are names by the id of each query.

    Its signature is not checked here: ``client_id`` names the DID that has made it.
    """

    client_id: str
    nonce: str
    state: str
    response_uri: str
    claims: dict[str, list[str]]


class HolderWallet(Resource[M]):
    """What a wallet says to this sandbox; needs no key of the sandbox's."""

    @operation
    async def fetch(self, uri: str, prove: Prove, *, tx_code: str | None = None) -> str:
        """The SD-JWT VC of an offer, bound to the wallet's key.

        Args:
            uri: ``openid-credential-offer://…``, as shown by the issuer.
            prove: Signs with the wallet's key.
            tx_code: The code that the issuer has told in another way.

        Raises :class:`~pocplatform.client.problems.WalletRefused`, whose
        ``code`` is OAuth's name of the error, such as ``invalid_grant``.
        """
        offer = json.loads(parse_qs(urlsplit(uri).query)["credential_offer"][0])
        code = offer["grants"][_PRE_AUTHORIZED]["pre-authorized_code"]
        form = {"grant_type": _PRE_AUTHORIZED, "pre-authorized_code": code}
        if tx_code is not None:
            form["tx_code"] = tx_code
        given = await self._connection.post_form("/openid4vci/token", form)
        fresh = await self._connection.post_form("/openid4vci/nonce", {})
        proof = prove(
            {
                "aud": offer["credential_issuer"],
                "iat": int(time.time()),
                "nonce": fresh["c_nonce"],
            }
        )
        answer = await self._connection.post_as(
            given["access_token"],
            "/openid4vci/credential",
            {
                "credential_configuration_id": offer["credential_configuration_ids"][0],
                "proofs": {"jwt": [proof]},
            },
        )
        return str(answer["credentials"][0]["credential"])

    @operation
    async def asked(self, uri: str) -> Asked:
        """What a request asks for.

        Args:
            uri: ``openid4vp://…``, as shown by the verifier.
        """
        where = parse_qs(urlsplit(uri).query)["request_uri"][0]
        request = await self._connection.text(urlsplit(where).path, {})
        payload = request.split(".")[1]
        content = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        claims = {
            query["id"]: [one["path"][0] for one in query["claims"]]
            for query in content["dcql_query"]["credentials"]
        }
        return Asked.model_validate(content | {"claims": claims})

    @operation
    async def answer(self, asked: Asked, presentations: Mapping[str, str]) -> None:
        """Show what was asked for: one presentation for each query.

        Each is an SD-JWT VC with the chosen disclosures and a key-binding JWT for the request's
        ``client_id`` and ``nonce`` (RFC 9901, section 4.3). It goes in clear: requests for an
        encrypted answer (``direct_post.jwt``) refuse it.
        """
        token = {query: [shown] for query, shown in presentations.items()}
        form = {"vp_token": json.dumps(token), "state": asked.state}
        await self._connection.post_form(urlsplit(asked.response_uri).path, form)

    @operation
    async def decline(self, asked: Asked, why: str = "") -> None:
        """Show nothing (``access_denied``)."""
        form = {"error": "access_denied", "state": asked.state}
        if why:
            form["error_description"] = why
        await self._connection.post_form(urlsplit(asked.response_uri).path, form)
