"""Offering credentials to wallets, and handing them over (OpenID4VCI 1.0, pre-authorised code)."""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credentials import sd_jwt_vc
from pocplatform.domains.credentials import service as credentials
from pocplatform.domains.credentials.models import Credential
from pocplatform.domains.identities import service as identities
from pocplatform.domains.openid4vci import repository
from pocplatform.domains.openid4vci.errors import OfferClosed, ProtocolError
from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.domains.openid4vci.schemas import (
    PRE_AUTHORIZED,
    CredentialOfferCreate,
    CredentialOfferCreated,
    CredentialOfferRead,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound, PlatformError
from pocplatform.kit.ids import new_id
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import Signers

TOKEN_VALID_S = 600
MAX_WRONG_TX_CODES = 5
_TX_CODE_DIGITS = 6


def offer(
    session: Session,
    signers: Signers,
    request: CredentialOfferCreate,
    *,
    org_id: str | None,
    issuer: str,
    subject: str | None,
    chain_id: int,
    base_url: str,
) -> tuple[CredentialOffer, CredentialOfferCreated]:
    """Offer a credential. Its claims are checked now, so that no wallet finds them wrong later.

    Raises as :func:`credentials.service.issue`.
    """
    credentials.check_claims(
        session, request.type, "dc+sd-jwt", request.claims, request.disclosable
    )
    identities.signing_method(session, signers, issuer, chain_id)
    code = secrets.token_urlsafe(32)
    tx_code = f"{secrets.randbelow(10**_TX_CODE_DIGITS):0{_TX_CODE_DIGITS}d}"
    now = now_ms()
    row = CredentialOffer(
        id=new_id("cof"),
        org_id=org_id,
        issuer=issuer,
        subject=subject,
        type=request.type,
        format="dc+sd-jwt",
        claims=request.claims,
        disclosable=request.disclosable,
        valid_until=credentials.end_of_validity(request.valid_until) or None,
        code_hash=_hash(code),
        tx_code_hash=_hash(code + tx_code) if request.tx_code else None,
        expires_ms=now + request.expires_in_s * 1000,
        created_ms=now,
    )
    session.add(row)
    session.flush()
    grant: dict[str, Any] = {"pre-authorized_code": code}
    if request.tx_code:
        grant["tx_code"] = {"input_mode": "numeric", "length": _TX_CODE_DIGITS}
    content = {
        "credential_issuer": base_url,
        "credential_configuration_ids": [request.type],
        "grants": {PRE_AUTHORIZED: grant},
    }
    packed = quote(json.dumps(content, separators=(",", ":")), safe="")
    created = CredentialOfferCreated(
        **read(row, chain_id).model_dump(),
        credential_offer=content,
        uri=f"openid-credential-offer://?credential_offer={packed}",
        tx_code=tx_code if request.tx_code else None,
    )
    return row, created


def visible_to(org_id: str | None) -> SelectOfScalar[CredentialOffer]:
    """The offers of a tenant; the organisers see all."""
    return repository.visible_to(org_id)


def get(session: Session, org_id: str | None, offer_id: str) -> CredentialOffer:
    """An offer of a tenant. Raises :class:`NotFound`."""
    statement = repository.visible_to(org_id).where(CredentialOffer.id == offer_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("There is no credential offer {id}.", id=offer_id)
    return found


def withdraw(session: Session, org_id: str | None, offer_id: str) -> CredentialOffer:
    """Take an offer back, and forget its claims. Raises :class:`NotFound`, :class:`OfferClosed`."""
    found = get(session, org_id, offer_id)
    if _status(found) not in ("open", "accepted"):
        raise OfferClosed(
            "The offer {id} is closed already: it is {status}.",
            next_step="If the credential was issued, revoke it with POST "
            "/v1/credentials/crd_…/revoke.",
            id=offer_id,
            status=_status(found),
        )
    found.withdrawn_ms = now_ms()
    found.claims = {}
    session.add(found)
    return found


def take_code(session: Session, code: str, tx_code: str | None) -> str | ProtocolError:
    """An access token for a pre-authorised code, which is then used up.

    A refusal is given back and not raised, since a wrong transaction code must be counted.
    """
    found = repository.by_code(session, _hash(code))
    if found is None or _status(found) != "open":
        return ProtocolError("invalid_grant", "The pre-authorized_code is unknown, used or past.")
    if found.tx_code_hash is None and tx_code is not None:
        return ProtocolError("invalid_request", "This offer has no tx_code.")
    if found.tx_code_hash is not None:
        if tx_code is None:
            return ProtocolError("invalid_request", "This offer needs its tx_code.")
        if not hmac.compare_digest(found.tx_code_hash, _hash(code + tx_code)):
            found.wrong_tx_codes += 1
            if found.wrong_tx_codes >= MAX_WRONG_TX_CODES:
                found.withdrawn_ms, found.claims = now_ms(), {}
            session.add(found)
            return ProtocolError("invalid_grant", "The tx_code is wrong.")
    token = secrets.token_urlsafe(32)
    found.token_hash = _hash(token)
    found.token_expires_ms = now_ms() + TOKEN_VALID_S * 1000
    session.add(found)
    return token


def of_token(session: Session, token: str) -> CredentialOffer:
    """The offer of an access token. Raises :class:`ProtocolError` ``invalid_token``."""
    found = repository.by_token(session, _hash(token))
    if found is None or found.withdrawn_ms is not None or (found.token_expires_ms or 0) < now_ms():
        raise ProtocolError("invalid_token", "The access token is unknown or past.", 401)
    return found


def hand_over(
    session: Session,
    outbox: Outbox,
    signers: Signers,
    found: CredentialOffer,
    holder_key: dict[str, str],
    *,
    chain_id: int,
    base_url: str,
) -> Credential:
    """Issue what was offered, bound to the wallet's key; asked again with it, give it again.

    Raises :class:`ProtocolError` ``credential_request_denied``.
    """
    if found.credential_id is not None:
        issued = credentials.get(session, None, "", found.credential_id)
        bound = issued.jwt and sd_jwt_vc.parse(issued.jwt).token.payload["cnf"]["jwk"]
        if bound != holder_key:
            raise ProtocolError(
                "credential_request_denied", "The credential was fetched with another key."
            )
        return issued
    try:
        issued = credentials.issue(
            session,
            outbox,
            signers,
            org_id=found.org_id,
            issuer=found.issuer,
            subject=found.subject,
            type_=found.type,
            claims=found.claims,
            valid_until=_moment(found.valid_until),
            chain_id=chain_id,
            base_url=base_url,
            format_="dc+sd-jwt",
            disclosable=found.disclosable,
            holder_key=holder_key,
        )
    except PlatformError as error:
        raise ProtocolError("credential_request_denied", error.detail()) from error
    found.credential_id = issued.id
    found.claims = {}  # they are in the credential now, and erased with it
    session.add(found)
    return issued


def read(found: CredentialOffer, chain_id: int) -> CredentialOfferRead:
    """An offer as its issuer sees it."""
    return CredentialOfferRead(
        id=found.id,
        type=found.type,
        subject=None if found.subject is None else did_of(chain_id, found.subject),
        status=_status(found),
        credential=found.credential_id,
        expires=iso(found.expires_ms),
        created=iso(found.created_ms),
    )


def _status(
    found: CredentialOffer,
) -> Literal["open", "accepted", "issued", "expired", "withdrawn"]:
    if found.credential_id is not None:
        return "issued"
    if found.withdrawn_ms is not None:
        return "withdrawn"
    if found.token_hash is not None:
        return "accepted" if (found.token_expires_ms or 0) >= now_ms() else "expired"
    return "open" if now_ms() < found.expires_ms else "expired"


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
