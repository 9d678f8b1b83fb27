"""Vouching for a company: its name and test business ID, as a credential of the register.

The register is the operator of the sandbox: its DID is registered and accredited for the type when
the first company asks.
"""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from pocplatform.domains.business_register.errors import NoBusinessId, RegisterClosed
from pocplatform.domains.credential_types.service import type_hash
from pocplatform.domains.credentials import repository as register
from pocplatform.domains.credentials import service as credentials
from pocplatform.domains.credentials import trust
from pocplatform.domains.credentials.models import Credential
from pocplatform.domains.credentials.schemas import CredentialFormat
from pocplatform.domains.identities import service as identities
from pocplatform.domains.organizations.models import Organization
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.outbox.models import TransactionStatus
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import Signers

TYPE = "BusinessIdCredential"
VALID_FOR = timedelta(days=365)

_HASH = "0x" + type_hash(TYPE).hex()


def open_register(session: Session, outbox: Outbox, signers: Signers, chain_id: int) -> list[str]:
    """What is on its way until the register can vouch; empty once it can.

    Raises :class:`RegisterClosed`.
    """
    operator = signers.operator.address
    ids = []
    _, written = identities.register(
        session, outbox, signers, org_id=None, address=operator, chain_id=chain_id
    )
    if not TransactionStatus(written.status).settled:
        ids.append(written.id)
    entry = register.trusted_issuer(session, register.trusted_issuer_id(operator, _HASH))
    if entry is None:
        _, accredited = trust.accredit(
            session, outbox, operator=operator, issuer=operator, credential_type=TYPE,
            valid_until=None,
        )  # fmt: skip
        ids.append(accredited.id)
    elif entry.withdrawn_at is not None or (entry.until is not None and entry.until < now_s()):
        raise RegisterClosed(
            "The organisers no longer trust the sandbox's register for {type}.",
            next_step="Ask an issuer from GET /v1/trusted_issuers?credential_type={type}.",
            type=TYPE,
        )
    return ids


def vouch(
    session: Session,
    outbox: Outbox,
    signers: Signers,
    company: Organization,
    *,
    format_: CredentialFormat,
    chain_id: int,
    base_url: str,
) -> tuple[Credential, bool]:
    """The register's credential for a company, and whether it was issued just now.

    One that is good is given again. Raises :class:`NoBusinessId`, and what
    :func:`~pocplatform.domains.credentials.service.issue` raises.
    """
    if company.business_id is None:
        raise NoBusinessId(
            "{name} is a person, and has no business ID.",
            next_step='Sign up with "kind": "company"; the sandbox gives it a test business ID.',
            name=company.name,
        )
    operator = signers.operator.address
    claims = {"name": company.name, "business_id": company.business_id}
    present = _good(session, operator, company.address, format_)
    if present is not None and present.claims == claims:
        return present, False
    credential = credentials.issue(
        session,
        outbox,
        signers,
        org_id=None,
        issuer=operator,
        subject=company.address,
        type_=TYPE,
        claims=claims,
        valid_until=datetime.fromtimestamp(now_ms() // 1000, UTC) + VALID_FOR,
        chain_id=chain_id,
        base_url=base_url,
        format_=format_,
    )
    return credential, True


def _good(session: Session, issuer: str, subject: str, format_: str) -> Credential | None:
    """The newest credential that neither ends soon nor was revoked, suspended or erased."""
    statement = (
        select(Credential)
        .where(
            Credential.issuer == issuer,
            Credential.subject == subject,
            Credential.type_hash == _HASH,
            Credential.format == format_,
            col(Credential.erased_ms).is_(None),
            col(Credential.expires_at) > now_s() + timedelta(days=30).total_seconds(),
        )
        .order_by(col(Credential.seq).desc())
    )
    for credential in session.exec(statement):
        anchor = register.anchor(session, issuer, _HASH, credential.digest)
        if anchor is not None and anchor.revoked_at is None and anchor.suspended_at is None:
            return credential
    return None
