"""Read models of credentials from the events of CredentialStatus and TrustedIssuers."""

from typing import Any

from pocplatform.domains.credentials import repository
from pocplatform.domains.credentials.models import CredentialAnchor, TrustedIssuer
from pocplatform.indexer.registry import Projected, Projections

projections = Projections(tables=[CredentialAnchor, TrustedIssuer])


@projections.on("CredentialStatus", "CredentialsAnchored")
def anchored(event: Projected) -> None:
    """Record the anchors, and tell issuer and subject of each one."""
    issuer, type_hash = event.args["issuer"], _hex(event.args["credentialType"])
    expires_at = event.args["expiresAt"] or None
    pairs = zip(event.args["digests"], event.args["subjects"], strict=True)
    for position, (raw, subject) in enumerate(pairs):
        digest = _hex(raw)
        anchor = CredentialAnchor(
            issuer=issuer,
            type_hash=type_hash,
            digest=digest,
            subject=subject,
            anchored_at=event.timestamp,
            expires_at=expires_at,
        )
        event.session.add(anchor)
        # A batch is one log with many credentials.
        event.emit(
            "credential.anchored",
            _told(event, anchor) | {"expires_at": expires_at},
            audience=(issuer, subject),
            part=position,
        )


@projections.on("CredentialStatus", "CredentialRevoked")
def revoked(event: Projected) -> None:
    """A credential ended for ever."""
    anchor = _anchor(event)
    anchor.revoked_at = event.timestamp
    _changed(event, anchor, "credential.revoked")


@projections.on("CredentialStatus", "CredentialSuspended")
def suspended(event: Projected) -> None:
    """A credential was suspended."""
    anchor = _anchor(event)
    anchor.suspended_at = event.timestamp
    _changed(event, anchor, "credential.suspended")


@projections.on("CredentialStatus", "CredentialResumed")
def resumed(event: Projected) -> None:
    """A suspension ended."""
    anchor = _anchor(event)
    anchor.suspended_at = None
    _changed(event, anchor, "credential.resumed")


@projections.on("TrustedIssuers", "IssuerAccredited")
def accredited(event: Projected) -> None:
    """An issuer is trusted from now on."""
    issuer, type_hash = event.args["issuer"], _hex(event.args["credentialType"])
    id_ = repository.trusted_issuer_id(issuer, type_hash)
    entry = repository.trusted_issuer(event.session, id_) or TrustedIssuer(
        id=id_, issuer=issuer, type_hash=type_hash, accreditor="", since=0
    )
    entry.accreditor = event.args["accreditor"]
    entry.since = event.args["since"]
    entry.until = event.args["until"] or None
    entry.withdrawn_at = None
    _trust_changed(event, entry, "issuer.accredited")


@projections.on("TrustedIssuers", "IssuerRenewed")
def renewed(event: Projected) -> None:
    """The end of the trust was moved."""
    entry = _entry(event)
    entry.accreditor = event.args["accreditor"]
    entry.until = event.args["until"] or None
    _trust_changed(event, entry, "issuer.renewed")


@projections.on("TrustedIssuers", "IssuerWithdrawn")
def withdrawn(event: Projected) -> None:
    """The trust was withdrawn."""
    entry = _entry(event)
    entry.withdrawn_at = event.timestamp
    _trust_changed(event, entry, "issuer.withdrawn")


def _anchor(event: Projected) -> CredentialAnchor:
    key = (
        event.args["issuer"], _hex(event.args["credentialType"]), _hex(event.args["digest"]),
    )  # fmt: skip
    return event.session.get_one(CredentialAnchor, key)


def _changed(event: Projected, anchor: CredentialAnchor, type_: str) -> None:
    event.session.add(anchor)
    event.emit(type_, _told(event, anchor), audience=(anchor.issuer, anchor.subject))


def _told(event: Projected, anchor: CredentialAnchor) -> dict[str, Any]:
    return {
        "credential": repository.id_of_digest(event.session, anchor.digest),
        "issuer": anchor.issuer,
        "subject": anchor.subject,
        "credential_type": repository.type_name(event.session, anchor.type_hash),
        "credential_type_hash": anchor.type_hash,
        "digest": anchor.digest,
    }


def _entry(event: Projected) -> TrustedIssuer:
    id_ = repository.trusted_issuer_id(event.args["issuer"], _hex(event.args["credentialType"]))
    entry = repository.trusted_issuer(event.session, id_)
    assert entry is not None, "the contract changes only what it has accredited"
    return entry


def _trust_changed(event: Projected, entry: TrustedIssuer, type_: str) -> None:
    event.session.add(entry)
    event.session.flush()
    event.emit(
        type_,
        {
            "trusted_issuer": entry.id,
            "issuer": entry.issuer,
            "credential_type": repository.type_name(event.session, entry.type_hash),
            "credential_type_hash": entry.type_hash,
            "since": entry.since,
            "until": entry.until,
        },
        audience=(entry.issuer, entry.accreditor),
    )


def _hex(value: bytes) -> str:
    return "0x" + bytes(value).hex()
