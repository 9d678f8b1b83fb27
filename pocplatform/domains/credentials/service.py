"""Issuing credentials, and changing their status."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credential_types import service as credential_types
from pocplatform.domains.credential_types.service import type_hash, vct_of
from pocplatform.domains.credentials import claims as claim_rules
from pocplatform.domains.credentials import jwt, payloads, repository, sd_jwt_vc
from pocplatform.domains.credentials.errors import (
    ClaimsInvalid,
    CredentialErased,
    NotPresentable,
    NotTheHolder,
    NotTheIssuer,
    ValidityInvalid,
)
from pocplatform.domains.credentials.key_binding import MAX_AGE_S
from pocplatform.domains.credentials.models import Credential
from pocplatform.domains.credentials.payloads import Statement
from pocplatform.domains.credentials.schemas import (
    CredentialFormat,
    CredentialRead,
    PresentationRead,
)
from pocplatform.domains.identities import service as identities
from pocplatform.domains.status_lists import service as status_lists
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

MAX_TIME = 253_402_300_799
"""9999-12-31T23:59:59Z: the last second that can be written as a date; fits the chain's uint40."""

_NOBODY = "0x" + "0" * 40

StatusChange = Literal["revoke", "suspend", "resume"]


def issue(
    session: Session,
    outbox: Outbox,
    signers: Signers,
    *,
    org_id: str | None,
    issuer: str,
    subject: str | None,
    type_: str,
    claims: dict[str, Any],
    valid_until: datetime | None,
    chain_id: int,
    base_url: str,
    format_: CredentialFormat = "jwt_vc",
    disclosable: Collection[str] | None = None,
    holder_key: dict[str, str] | None = None,
) -> Credential:
    """Sign a credential and anchor its digest on the chain.

    The claims and the credential itself stay off the chain. The digest tells nothing about them:
    the credential's random id goes into it.

    Args:
        issuer: Address of a wallet of ours whose DID is registered.
        subject: Address; None for an SD-JWT VC that is about whoever holds ``holder_key``.
        valid_until: First moment in which the credential is no longer valid.
        base_url: The sandbox's own address; type and status list are named by it.
        disclosable: Claims of an SD-JWT VC that its holder may leave out; None for all.
        holder_key: JWK that an SD-JWT VC is bound to; the subject's wallet's, if it is ours and
            nothing else is said.

    Raises:
        ClaimsInvalid, ValidityInvalid: The content is not acceptable.
        InvalidInput: An SD-JWT VC is asked for of a type that nobody has laid down.
        IdentityNotRegistered, IdentityDeactivated: The issuer's DID has no key to check it with.
        IdentityKeyElsewhere: It is a wallet whose key is not ours.
        ContractReverted: The chain refuses the anchor.
    """
    check_claims(session, type_, format_, claims, disclosable)
    expires_at = end_of_validity(valid_until)
    method = identities.signing_method(session, signers, issuer, chain_id)
    place = status_lists.reserve(session, issuer, base_url)
    statement = Statement(
        type=type_,
        issuer=did_of(chain_id, issuer),
        subject=None if subject is None else did_of(chain_id, subject),
        claims=claims,
        issued_at=now_s(),
        expires_at=expires_at,
        status=place,
        contract=f"eip155:{chain_id}:{outbox.contracts.address('CredentialStatus')}",
    )
    sign = signers.signer(session, issuer).sign_sha256_digest
    if format_ == "jwt_vc":
        token = jwt.issue(payloads.w3c(statement), method, sign)
        text = token.text
    else:
        if holder_key is None and subject is not None:
            holder_key = _key_of(session, signers, subject)
        payload = payloads.sd_jwt_vc(statement, vct_of(base_url, type_), holder_key)
        hidden = claims.keys() if disclosable is None else disclosable
        text, token = sd_jwt_vc.issue(payload, hidden, method, sign)

    hash_ = type_hash(type_)
    call = outbox.contracts.call(
        "CredentialStatus",
        "anchor",
        credentialType=hash_,
        digest=token.digest,
        subject=subject or _NOBODY,
        expiresAt=expires_at,
    )
    credential = Credential(
        id=new_id("crd"),
        org_id=org_id,
        issuer=issuer,
        subject=subject or _NOBODY,
        type=type_,
        type_hash="0x" + hash_.hex(),
        digest="0x" + token.digest.hex(),
        format=format_,
        jwt=text,
        status_list=place.list_id,
        status_index=place.index,
        claims=claims,
        expires_at=expires_at or None,
        transaction_id="",
        created_ms=now_ms(),
    )
    credential.transaction_id = outbox.enqueue(
        session, call, sender=issuer, org_id=org_id, resource_id=credential.id
    ).id
    repository.remember_type(session, credential.type_hash, type_)
    session.add(credential)
    return credential


def check_claims(
    session: Session,
    type_: str,
    format_: CredentialFormat,
    claims: dict[str, Any],
    disclosable: Collection[str] | None,
) -> None:
    """Whether a credential can carry these claims, and they fit its type's schema if it has one.

    Raises :class:`ClaimsInvalid`, and :class:`InvalidInput` as :func:`issue`.
    """
    claim_rules.validate(claims, format_)
    if format_ == "jwt_vc" and disclosable is not None:
        raise ClaimsInvalid(
            "A credential of the format jwt_vc is shown whole, so nothing in it is disclosable.",
            next_step='Leave disclosable out, or ask for "format": "dc+sd-jwt".',
            param="disclosable",
        )
    for index, name in enumerate(disclosable or ()):
        if name not in claims:
            raise ClaimsInvalid(
                "{name} is to be disclosable, but is not among the claims.",
                param=f"disclosable[{index}]",
                name=name,
            )
    definition = credential_types.find(session, type_)
    if definition is None and format_ == "dc+sd-jwt":
        raise InvalidInput(
            "Nobody has laid down a credential type {type}, which an SD-JWT VC needs.",
            next_step="POST /v1/credential_types makes it; GET /v1/credential_types lists what is "
            "there.",
            param="type",
            type=type_,
        )
    wrong = None if definition is None else credential_types.breach(definition, claims)
    if wrong is not None:
        path, reason = wrong
        raise ClaimsInvalid(
            "{param} does not fit the credential type {type}: {reason}.",
            next_step="GET /v1/credential_types/{type} shows what the type asks for.",
            param=path,
            type=type_,
            reason=reason,
        )


def present(
    session: Session,
    signers: Signers,
    *,
    chain_id: int,
    org_id: str | None,
    actor: str,
    credential_id: str,
    claims: Sequence[str],
    audience: str,
    nonce: str,
) -> PresentationRead:
    """Chosen claims of an SD-JWT VC, signed by its subject's wallet for one verifier.

    Raises:
        NotFound: The caller has no such credential.
        NotTheHolder: It is about somebody else.
        NotPresentable: It is of another format, or bound to a key that is not the wallet's.
        CredentialErased: Its content was destroyed.
        IdentityKeyElsewhere: It is about a wallet whose key is not ours.
    """
    credential = get(session, org_id, actor, credential_id)
    if credential.subject != actor:
        raise NotTheHolder(
            "The credential {id} is about somebody else, so only they can present it.",
            id=credential_id,
        )
    ensure_whole(credential)
    signer = identities.signer_of(session, signers, actor, chain_id)
    if credential.format != "dc+sd-jwt":
        raise NotPresentable(
            "The credential {id} is of the format {format}, which is shown whole.",
            next_step="Hand over the credential itself, or ask its issuer for one of the format "
            "dc+sd-jwt.",
            id=credential_id,
            format=credential.format,
        )
    whole = sd_jwt_vc.parse(credential.jwt)
    if whole.token.payload.get("cnf") != {"jwk": jwt.jwk_of(signer.public_key())}:
        raise NotPresentable(
            "The credential {id} is bound to a key that is not your wallet's here.",
            next_step="Present it from the wallet that it was issued to.",
            id=credential_id,
        )
    names = {one.name for one in whole.disclosures}
    for index, name in enumerate(claims):
        if name not in names:
            raise InvalidInput(
                "{name} is no selectively disclosable claim of this credential; these are: "
                "{names}.",
                param=f"claims[{index}]",
                name=name,
                names=", ".join(sorted(n for n in names if n)) or "–",
            )
    text = sd_jwt_vc.present(
        credential.jwt, claims, audience=audience, nonce=nonce, now=now_s(),
        sign=signer.sign_sha256_digest,
    )  # fmt: skip
    return PresentationRead(
        credential=credential.id,
        presentation=text,
        shown=sorted(set(claims)),
        valid_for_s=MAX_AGE_S,
    )


def ensure_whole(credential: Credential) -> None:
    """Raises :class:`CredentialErased` for one whose content was destroyed."""
    if credential.erased_ms is not None:
        raise CredentialErased(
            "The content of the credential {id} was destroyed.",
            next_step="Its issuer can issue another one.",
            id=credential.id,
        )


def change_status(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    actor: str,
    credential_id: str,
    change: StatusChange,
) -> Write:
    """Revoke, suspend or resume a credential that the caller issued.

    Raises :class:`NotFound`, :class:`NotTheIssuer`, and :class:`ContractReverted` where the present
    status does not allow the change.
    """
    credential = get(session, org_id, actor, credential_id)
    if credential.issuer != actor:
        raise NotTheIssuer(
            "The credential {id} was issued by somebody else.",
            next_step="Ask its issuer, {issuer}.",
            id=credential_id,
            issuer=credential.issuer,
        )
    call = outbox.contracts.call(
        "CredentialStatus",
        change,
        credentialType=bytes.fromhex(credential.type_hash[2:]),
        digest=bytes.fromhex(credential.digest[2:]),
    )
    return outbox.enqueue(session, call, sender=actor, org_id=org_id, resource_id=credential.id)


def visible_to(org_id: str | None, address: str) -> SelectOfScalar[Credential]:
    """The credentials issued by or about a tenant; the organisers see all."""
    return repository.visible_to(org_id, address)


def get(session: Session, org_id: str | None, address: str, credential_id: str) -> Credential:
    """A credential issued by or about a tenant. Raises :class:`NotFound`."""
    credential = repository.by_id(session, org_id, address, credential_id)
    if credential is None:
        raise NotFound("There is no credential {id}.", id=credential_id)
    return credential


def read(
    session: Session,
    credential: Credential,
    chain_id: int,
    base_url: str,
    transaction_id: str | None = None,
) -> CredentialRead:
    """A credential as it is shown, with the write that is being answered, or its anchoring."""
    transaction = transactions.get(session, None, transaction_id or credential.transaction_id)
    return CredentialRead(
        id=credential.id,
        type=credential.type,
        issuer=did_of(chain_id, credential.issuer),
        subject=None if credential.subject == _NOBODY else did_of(chain_id, credential.subject),
        claims=credential.claims,
        format=cast(CredentialFormat, credential.format),
        credential=credential.jwt,
        disclosable=_disclosable(credential),
        status_list=(
            None
            if credential.status_list is None
            else status_lists.uri_of(base_url, credential.status_list)
        ),
        status_index=credential.status_index,
        digest=credential.digest,
        status=_status(session, credential),
        valid_until=iso_s(credential.expires_at) if credential.expires_at else None,
        transaction=transactions.read(transaction),
        erased=iso(credential.erased_ms) if credential.erased_ms is not None else None,
        created=iso(credential.created_ms),
    )


def end_of_validity(moment: datetime | None) -> int:
    """An end of validity as the chain has it: whole seconds, 0 for none.

    Raises :class:`ValidityInvalid` for one that has passed.
    """
    if moment is None:
        return 0
    seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    if seconds <= now_s():
        raise ValidityInvalid(
            "valid_until is {moment}, which has passed.",
            next_step="Give a time in the future, or leave it out for no end.",
            param="valid_until",
            moment=moment.isoformat(),
        )
    if seconds > MAX_TIME:
        raise ValidityInvalid(
            "valid_until is {moment}, which is after the year 9999.",
            param="valid_until",
            moment=moment.isoformat(),
        )
    return seconds


def _status(session: Session, credential: Credential) -> Any:
    anchor = repository.anchor(session, credential.issuer, credential.type_hash, credential.digest)
    if anchor is None:
        anchoring = transactions.get(session, None, credential.transaction_id)
        return "failed" if transactions.has_failed(anchoring) else "pending"
    if anchor.revoked_at is not None:
        return "revoked"
    if anchor.expires_at is not None and anchor.expires_at <= now_s():
        return "expired"
    return "suspended" if anchor.suspended_at is not None else "active"


def _disclosable(credential: Credential) -> list[str]:
    if credential.format != "dc+sd-jwt" or not credential.jwt:
        return []
    disclosures = sd_jwt_vc.parse(credential.jwt).disclosures
    return sorted(one.name for one in disclosures if one.name is not None)


def _key_of(session: Session, signers: Signers, address: str) -> dict[str, str] | None:
    """The key of a wallet, if it is one of ours."""
    try:
        return jwt.jwk_of(signers.signer(session, address).public_key())
    except WalletNotCustodial:
        return None
