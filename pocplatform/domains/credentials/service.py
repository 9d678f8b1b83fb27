"""Issuing credentials, and changing their status."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.codec import keccak256
from pocplatform.domains.credentials import claims as claim_rules
from pocplatform.domains.credentials import jwt, repository
from pocplatform.domains.credentials.errors import NotTheIssuer, ValidityInvalid
from pocplatform.domains.credentials.models import Credential
from pocplatform.domains.credentials.schemas import CredentialRead
from pocplatform.domains.identities import service as identities
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    # Gives every claim and type a meaning of its own kind; pilots need no vocabulary.
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
)
MAX_TIME = 253_402_300_799
"""9999-12-31T23:59:59Z: the last second that can be written as a date; fits the chain's uint40."""

StatusChange = Literal["revoke", "suspend", "resume"]


def type_hash(name: str) -> bytes:
    """What the chain knows a type of credential by."""
    return keccak256(name.encode())


def issue(
    session: Session,
    outbox: Outbox,
    signers: Signers,
    *,
    org_id: str | None,
    issuer: str,
    subject: str,
    type_: str,
    claims: dict[str, Any],
    valid_until: datetime | None,
    chain_id: int,
) -> Credential:
    """Sign a credential and anchor its digest on the chain.

    The claims and the credential itself stay off the chain. The digest tells nothing about them:
    the credential's random id goes into it.

    Args:
        issuer: Address of a wallet of ours whose DID is registered.
        subject: Address.
        valid_until: First moment in which the credential is no longer valid.

    Raises:
        ClaimsInvalid, ValidityInvalid: The content is not acceptable.
        IdentityNotRegistered, IdentityDeactivated: The issuer's DID has no key to check it with.
        ContractReverted: The chain refuses the anchor.
    """
    claim_rules.validate(claims)
    expires_at = end_of_validity(valid_until)
    method = identities.signing_method(session, signers, issuer, chain_id)
    issuer_did, subject_did = did_of(chain_id, issuer), did_of(chain_id, subject)
    now = now_s()
    payload: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:{uuid4()}",
        "type": ["VerifiableCredential", type_],
        "issuer": issuer_did,
        "validFrom": iso_s(now),
        "credentialSubject": {"id": subject_did, **claims},
        "credentialStatus": {
            "type": "OnChainCredentialStatus",
            "contract": f"eip155:{chain_id}:{outbox.contracts.address('CredentialStatus')}",
        },
        "iss": issuer_did,
        "sub": subject_did,
        "iat": now,
    }
    payload["jti"] = payload["id"]
    if expires_at:
        payload |= {"validUntil": iso_s(expires_at), "exp": expires_at}
    token = jwt.issue(payload, method, signers.signer(session, issuer).sign_sha256_digest)

    hash_ = type_hash(type_)
    call = outbox.contracts.call(
        "CredentialStatus",
        "anchor",
        credentialType=hash_,
        digest=token.digest,
        subject=subject,
        expiresAt=expires_at,
    )
    credential = Credential(
        id=new_id("crd"),
        org_id=org_id,
        issuer=issuer,
        subject=subject,
        type=type_,
        type_hash="0x" + hash_.hex(),
        digest="0x" + token.digest.hex(),
        jwt=token.text,
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
    session: Session, credential: Credential, chain_id: int, transaction_id: str | None = None
) -> CredentialRead:
    """A credential as it is shown, with the write that is being answered, or its anchoring."""
    transaction = transactions.get(session, None, transaction_id or credential.transaction_id)
    return CredentialRead(
        id=credential.id,
        type=credential.type,
        issuer=did_of(chain_id, credential.issuer),
        subject=did_of(chain_id, credential.subject),
        claims=credential.claims,
        credential=credential.jwt,
        digest=credential.digest,
        status=_status(session, credential),
        valid_until=iso_s(credential.expires_at) if credential.expires_at else None,
        transaction=transactions.read(transaction),
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
