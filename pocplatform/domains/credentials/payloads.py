"""What is signed when a credential is issued, in each of the formats."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pocplatform.domains.status_lists.service import Place
from pocplatform.kit.clock import iso_s

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    # Gives every claim and type a meaning of its own kind; pilots need no vocabulary.
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody certifies about somebody.

    Attributes:
        issuer: DID.
        subject: DID; None if only the holder's key says whom it is about.
        issued_at: Seconds since 1970.
        expires_at: Likewise; 0 for no end.
        status: Where its status will stand.
        contract: CAIP-10 account of the contract that has its status.
    """

    type: str
    issuer: str
    subject: str | None
    claims: dict[str, Any]
    issued_at: int
    expires_at: int
    status: Place
    contract: str


def w3c(statement: Statement) -> dict[str, Any]:
    """A Verifiable Credential 2.0, with the JWT's own claims beside it."""
    id_ = f"urn:uuid:{uuid4()}"
    payload: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": id_,
        "type": ["VerifiableCredential", statement.type],
        "issuer": statement.issuer,
        "validFrom": iso_s(statement.issued_at),
        "credentialSubject": {"id": statement.subject, **statement.claims},
        "credentialStatus": [
            {"type": "OnChainCredentialStatus", "contract": statement.contract},
            *(
                statement.status.bitstring_entry(purpose)
                for purpose in ("revocation", "suspension")
            ),
        ],
        "iss": statement.issuer,
        "sub": statement.subject,
        "iat": statement.issued_at,
        "jti": id_,
    }
    if statement.expires_at:
        payload |= {"validUntil": iso_s(statement.expires_at), "exp": statement.expires_at}
    return payload


def sd_jwt_vc(statement: Statement, vct: str, holder_key: dict[str, str] | None) -> dict[str, Any]:
    """An SD-JWT VC (draft-ietf-oauth-sd-jwt-vc) before its claims are hidden.

    Its random ``jti`` keeps the digest on the chain from being guessed, even where nothing is
    selectively disclosable.
    """
    payload: dict[str, Any] = {
        "iss": statement.issuer,
        "iat": statement.issued_at,
        "vct": vct,
        "jti": f"urn:uuid:{uuid4()}",
        "status": {"status_list": statement.status.token_entry()},
    }
    if statement.subject is not None:
        payload["sub"] = statement.subject
    if statement.expires_at:
        payload["exp"] = statement.expires_at
    if holder_key is not None:
        payload["cnf"] = {"jwk": holder_key}
    return payload | statement.claims
