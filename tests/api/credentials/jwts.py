"""Credentials taken apart and put together by hand, without the platform's own code."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

CHECKS = [
    "signature", "issuer_trusted", "anchored", "not_revoked", "not_suspended",
    "in_validity_period", "subject",
]  # fmt: skip


def b64(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(jwt):
    header, payload, signature = jwt.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload)), unb64(signature)


def signed_by(platform, member, header, payload):
    """A JWT of any content with the member's own key."""
    signing_input = f"{b64(header)}.{b64(payload)}"
    with platform.gateway.database.snapshot() as session:
        signer = platform.gateway.signers.signer(session, member.address)
    digest = hashlib.sha256(signing_input.encode()).digest()
    return f"{signing_input}.{b64(signer.sign_sha256_digest(digest))}"


def failed(result):
    """The names of the checks that a verification's result says were not passed."""
    return [c["check"] for c in result["checks"] if not c["ok"]]


def at(**delta):
    """A moment so long from now, as the API writes it."""
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()
