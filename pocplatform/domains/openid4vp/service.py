"""Asking wallets for presentations, and judging their answers (OpenID4VP 1.0)."""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import urlencode

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.chain.vault import Vault
from pocplatform.domains.credential_types.service import vct_of
from pocplatform.domains.credentials import jwt, verification
from pocplatform.domains.credentials.proof_keys import ALGORITHMS
from pocplatform.domains.identities import service as identities
from pocplatform.domains.openid4vp import encryption, repository
from pocplatform.domains.openid4vp.errors import AnswerRefused
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.domains.openid4vp.schemas import (
    PresentationRequestCreate,
    PresentationRequestRead,
    PresentationResult,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers

REQUEST_TYPE = "oauth-authz-req+jwt"
REQUEST_PATH = "/openid4vp/requests/"
RESPONSE_PATH = "/openid4vp/responses/"
_AUDIENCE = "https://self-issued.me/v2"
"""Whom a request is for whose wallet is not known (OpenID4VP 1.0, section 5.8)."""
_ERROR = re.compile(r"[ !#-\[\]-~]{1,100}")


class Answer(NamedTuple):
    """What a wallet has answered with; ``error`` where it says no."""

    vp_token: Any
    error: str | None
    description: str | None


def ask(
    session: Session,
    signers: Signers,
    request: PresentationRequestCreate,
    *,
    org_id: str | None,
    verifier: str,
    chain_id: int,
    base_url: str,
) -> PresentationRequest:
    """A request for wallets.

    Raises :class:`IdentityNotRegistered` and :class:`IdentityDeactivated`.
    """
    identities.signing_method(session, signers, verifier, chain_id)
    now = now_ms()
    query = {
        "credentials": [
            {
                "id": f"credential_{index}",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of(base_url, one.type)]},
                "claims": [{"path": [name]} for name in dict.fromkeys(one.claims)],
            }
            for index, one in enumerate(request.credentials)
        ]
    }
    row = PresentationRequest(
        id=new_id("prq"),
        org_id=org_id,
        verifier=verifier,
        dcql_query=query,
        nonce=secrets.token_urlsafe(24),
        state=secrets.token_urlsafe(24),
        redirect_uri=request.redirect_uri,
        status="pending",
        results=[],
        encrypted=request.encrypted,
        expires_ms=now + request.expires_in_s * 1000,
        created_ms=now,
    )
    if request.encrypted:
        row.answer_key = encryption.new_key(signers.vault, row.id)
    session.add(row)
    session.flush()
    return row


def visible_to(org_id: str | None) -> SelectOfScalar[PresentationRequest]:
    """The requests of a tenant; the organisers see all."""
    return repository.visible_to(org_id)


def get(session: Session, org_id: str | None, request_id: str) -> PresentationRequest:
    """A request of a tenant. Raises :class:`NotFound`."""
    statement = repository.visible_to(org_id).where(PresentationRequest.id == request_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("There is no presentation request {id}.", id=request_id)
    return found


def open_request(session: Session, request_id: str, *, lock: bool = False) -> PresentationRequest:
    """A request that can still be answered; see :func:`repository.by_id` for ``lock``.

    Raises :class:`AnswerRefused`.
    """
    found = repository.by_id(session, request_id, lock=lock)
    if found is None:
        raise AnswerRefused("There is no such request.", 404)
    if _status(found) != "pending":
        raise AnswerRefused("The request was answered already, or is past its time.", 410)
    return found


def request_object(
    session: Session, signers: Signers, found: PresentationRequest, chain_id: int, base_url: str
) -> str:
    """The signed request that a wallet fetches (OpenID4VP 1.0, section 5; RFC 9101)."""
    metadata: dict[str, Any] = {
        "vp_formats_supported": {
            "dc+sd-jwt": {
                "sd-jwt_alg_values": [jwt.ALGORITHM],
                "kb-jwt_alg_values": sorted(ALGORITHMS.values()),
            }
        }
    }
    if found.answer_key is not None:
        metadata |= encryption.metadata(signers.vault, found.id, found.answer_key)
    payload = {
        "iss": client_id(found, chain_id),
        "aud": _AUDIENCE,
        "iat": found.created_ms // 1000,
        "exp": found.expires_ms // 1000,
        "client_id": client_id(found, chain_id),
        "response_type": "vp_token",
        "response_mode": _response_mode(found),
        "response_uri": f"{base_url}{RESPONSE_PATH}{found.id}",
        "nonce": found.nonce,
        "state": found.state,
        "dcql_query": found.dcql_query,
        "client_metadata": metadata,
    }
    kid = identities.signing_method(session, signers, found.verifier, chain_id)
    sign = signers.signer(session, found.verifier).sign_sha256_digest
    return jwt.sign({"kid": kid, "typ": REQUEST_TYPE}, payload, sign).text


def client_id(found: PresentationRequest, chain_id: int) -> str:
    """How the wallet knows the verifier: by its DID (OpenID4VP 1.0, section 5.9.3)."""
    return f"decentralized_identifier:{did_of(chain_id, found.verifier)}"


def answer(vault: Vault, found: PresentationRequest, form: Mapping[str, str]) -> Answer:
    """What a wallet has answered with, decrypted where it was asked to encrypt.

    It may always say no in clear: there may be no key of ours that it understands (OpenID4VP 1.0,
    section 8.3). Raises :class:`AnswerRefused`.
    """
    given: Mapping[str, Any] = form
    if found.answer_key is not None and "error" not in form:
        given = encryption.decrypted(vault, found.id, found.answer_key, form.get("response"))
    state = given.get("state")
    if not isinstance(state, str) or not hmac.compare_digest(state.encode(), found.state.encode()):
        raise AnswerRefused("The state is not that of the request.")
    error, description = given.get("error"), given.get("error_description")
    if not isinstance(error, str | None) or not isinstance(description, str | None):
        raise AnswerRefused("error and error_description must be texts.")
    return Answer(given.get("vp_token"), error, description)


def judge(
    contracts: Contracts, found: PresentationRequest, vp_token: Any, chain_id: int
) -> list[PresentationResult]:
    """Verify what a wallet has answered with. Raises :class:`AnswerRefused` for what is no answer.

    Args:
        contracts: Of the chain.
        found: What was asked.
        vp_token: JSON as text, or as it was decrypted.
        chain_id: The chain's id.

    Nothing of the database is needed, so that nobody waits for the chain in a transaction.
    """
    queries = {one["id"]: one for one in found.dcql_query["credentials"]}
    return [
        _judged(contracts, found, queries[id_], text, chain_id)
        for id_, text in _presentations(vp_token, set(queries)).items()
    ]


def settle(found: PresentationRequest, results: list[PresentationResult]) -> None:
    """Note what came of a request."""
    good = all(one.complete and one.verification.valid for one in results)
    found.status = "verified" if good else "refused"
    found.results = [one.model_dump(mode="json") for one in results]
    _answered(found)


def decline(found: PresentationRequest, error: str, description: str | None) -> None:
    """Note that the wallet says no. Raises :class:`AnswerRefused` for what is no OAuth error."""
    if not _ERROR.fullmatch(error):
        raise AnswerRefused("error is not an error code (RFC 6749, section 4.1.2.1).")
    if description is not None and not description.isprintable():
        raise AnswerRefused("error_description holds characters that cannot be shown.")
    found.status = "declined"
    found.error = ": ".join(part for part in (error, description) if part)[:500]
    _answered(found)


def read(found: PresentationRequest, chain_id: int, base_url: str) -> PresentationRequestRead:
    """A request as its verifier sees it."""
    name = client_id(found, chain_id)
    parameters = {"client_id": name, "request_uri": f"{base_url}{REQUEST_PATH}{found.id}"}
    return PresentationRequestRead(
        id=found.id,
        status=_status(found),
        uri=f"openid4vp://?{urlencode(parameters)}",
        client_id=name,
        response_mode=_response_mode(found),
        dcql_query=found.dcql_query,
        results=[PresentationResult.model_validate(one) for one in found.results],
        error=found.error,
        expires=iso(found.expires_ms),
        answered=iso(found.answered_ms) if found.answered_ms is not None else None,
        created=iso(found.created_ms),
    )


def _answered(found: PresentationRequest) -> None:
    found.answered_ms = now_ms()
    found.answer_key = None


def _response_mode(found: PresentationRequest) -> Literal["direct_post", "direct_post.jwt"]:
    return "direct_post.jwt" if found.encrypted else "direct_post"


def _judged(
    contracts: Contracts,
    found: PresentationRequest,
    query: dict[str, Any],
    text: str,
    chain_id: int,
) -> PresentationResult:
    verdict = verification.verify(
        contracts,
        text,
        chain_id,
        DEFAULT_LANGUAGE,
        audience=client_id(found, chain_id),
        nonce=found.nonce,
    )
    asked = {one["path"][0] for one in query["claims"]}
    of_type = any(vct.rpartition("/")[2] == verdict.type for vct in query["meta"]["vct_values"])
    return PresentationResult(
        query=query["id"],
        complete=of_type and asked <= set(verdict.claims or {}),
        verification=verdict,
    )


def _presentations(content: Any, asked: set[str]) -> dict[str, str]:
    """Query to presentation (OpenID4VP 1.0, section 8.1): one for each, and no others."""
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            raise AnswerRefused("vp_token is not JSON.") from None
    if not isinstance(content, dict) or set(content) != asked:
        raise AnswerRefused("vp_token must have a member for each credential query.")
    found = {}
    for id_, presentations in content.items():
        match presentations:
            case [str(text)] if len(text) <= jwt.MAX_LENGTH:
                found[id_] = text
            case _:
                raise AnswerRefused("Each member of vp_token must be a list of one text.")
    return found


def _status(
    found: PresentationRequest,
) -> Literal["pending", "verified", "refused", "declined", "expired"]:
    if found.status == "pending" and now_ms() >= found.expires_ms:
        return "expired"
    return cast(Literal["pending", "verified", "refused", "declined"], found.status)
