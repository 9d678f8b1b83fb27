"""Trusted issuers, and the credentials that they anchor."""

from __future__ import annotations

from typing import NamedTuple

from tests.properties.support.chain import ZERO
from tests.properties.support.machines import Model, refuse_if

NO_TYPE = NO_DIGEST = bytes(32)


class Trust(NamedTuple):
    accreditor: str
    since: int
    until: int


class TrustedIssuersModel(Model):
    """Trust by issuer and type of credential."""

    def __init__(self, admin: str) -> None:
        self.admin = admin
        self.accreditors = {admin}
        self.trust: dict[tuple[str, bytes], Trust] = {}

    def trust_of(self, issuer: str, kind: bytes) -> Trust:
        return self.trust.get((issuer, kind), Trust(ZERO, 0, 0))

    def is_trusted(self, issuer: str, kind: bytes, time: int) -> bool:
        trust = self.trust.get((issuer, kind))
        if trust is None:
            return False
        return trust.since <= time and (not trust.until or time <= trust.until)

    def set_accreditor(self, sender: str, account: str, granted: bool) -> None:
        refuse_if(sender != self.admin, "AccessControlUnauthorizedAccount")
        (self.accreditors.add if granted else self.accreditors.discard)(account)

    def accredit(
        self, sender: str, issuer: str, kind: bytes, since: int, until: int, time: int
    ) -> None:
        self._check_accreditor(sender)
        refuse_if(issuer == ZERO, "TrustedIssuersZeroIssuer")
        refuse_if(kind == NO_TYPE, "TrustedIssuersZeroType")
        refuse_if((issuer, kind) in self.trust, "TrustedIssuersAlreadyTrusted")
        since = since or time
        refuse_if(until and until < since, "TrustedIssuersEmptyWindow")
        self.trust[issuer, kind] = Trust(sender, since, until)

    def renew(self, sender: str, issuer: str, kind: bytes, until: int) -> None:
        self._check_accreditor(sender)
        refuse_if((issuer, kind) not in self.trust, "TrustedIssuersNotTrusted")
        since = self.trust[issuer, kind].since
        refuse_if(until and until < since, "TrustedIssuersEmptyWindow")
        self.trust[issuer, kind] = Trust(sender, since, until)

    def withdraw(self, sender: str, issuer: str, kind: bytes) -> None:
        self._check_accreditor(sender)
        refuse_if((issuer, kind) not in self.trust, "TrustedIssuersNotTrusted")
        del self.trust[issuer, kind]

    def _check_accreditor(self, sender: str) -> None:
        refuse_if(sender not in self.accreditors, "AccessControlUnauthorizedAccount")


class Anchor(NamedTuple):
    subject: str = ZERO
    anchored_at: int = 0
    expires_at: int = 0
    revoked: bool = False
    suspended: bool = False


class CredentialStatusModel(Model):
    """Anchors by issuer, type and digest."""

    def __init__(self, issuers: TrustedIssuersModel) -> None:
        self.issuers = issuers
        self.anchors: dict[tuple[str, bytes, bytes], Anchor] = {}

    def anchor_of(self, issuer: str, kind: bytes, digest: bytes) -> Anchor:
        return self.anchors.get((issuer, kind, digest), Anchor())

    def is_valid(self, issuer: str, kind: bytes, digest: bytes, time: int) -> bool:
        anchor = self.anchors.get((issuer, kind, digest))
        if anchor is None or anchor.revoked or anchor.suspended:
            return False
        in_time = not anchor.expires_at or time < anchor.expires_at
        return in_time and self.issuers.is_trusted(issuer, kind, anchor.anchored_at)

    def anchor(
        self, issuer: str, kind: bytes, expires: int, pairs: list[tuple[bytes, str]], time: int
    ) -> None:
        """Several digests with their subjects."""
        refuse_if(kind == NO_TYPE, "CredentialStatusZeroType")
        refuse_if(expires and expires <= time, "CredentialStatusExpiryInPast")
        for digest, subject in pairs:
            refuse_if(digest == NO_DIGEST, "CredentialStatusZeroDigest")
            key = issuer, kind, digest
            refuse_if(key in self.anchors, "CredentialStatusAlreadyAnchored")
            self.anchors[key] = Anchor(subject, time, expires)

    def anchor_batch(
        self, issuer: str, kind: bytes, expires: int, digests: list[bytes], subjects: list[str],
        time: int,
    ) -> None:  # fmt: skip
        refuse_if(not digests, "CredentialStatusEmptyBatch")
        refuse_if(len(digests) != len(subjects), "CredentialStatusLengthMismatch")
        self.anchor(issuer, kind, expires, list(zip(digests, subjects, strict=True)), time)

    def revoke(self, issuer: str, kind: bytes, digest: bytes) -> None:
        anchor = self._own(issuer, kind, digest)
        self.anchors[issuer, kind, digest] = anchor._replace(revoked=True)

    def suspend(self, issuer: str, kind: bytes, digest: bytes) -> None:
        anchor = self._own(issuer, kind, digest)
        refuse_if(anchor.suspended, "CredentialStatusAlreadySuspended")
        self.anchors[issuer, kind, digest] = anchor._replace(suspended=True)

    def resume(self, issuer: str, kind: bytes, digest: bytes) -> None:
        anchor = self._own(issuer, kind, digest)
        refuse_if(not anchor.suspended, "CredentialStatusNotSuspended")
        self.anchors[issuer, kind, digest] = anchor._replace(suspended=False)

    def _own(self, issuer: str, kind: bytes, digest: bytes) -> Anchor:
        anchor = self.anchors.get((issuer, kind, digest))
        refuse_if(anchor is None, "CredentialStatusNotAnchored")
        assert anchor is not None
        refuse_if(anchor.revoked, "CredentialStatusRevoked")
        return anchor
