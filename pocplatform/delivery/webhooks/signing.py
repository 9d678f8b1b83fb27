"""Signatures of webhooks: ``Webhook-Signature: t=…,v1=…``.

HMAC-SHA256, in hex, of the time in seconds, a full stop and the raw body. While a secret is being
changed there are two ``v1``, one for each. Receivers use
:func:`pocplatform.client.webhooks.verify_signature`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

HEADER = "Webhook-Signature"


def new_secret() -> str:
    """A new secret: 192 random bits."""
    return "whsec_" + secrets.token_hex(24)


def signature(body: bytes, keys: Sequence[str], at_s: int) -> str:
    """The header's value for a body that is sent at ``at_s`` (seconds since 1970, UTC)."""
    signed = f"{at_s}.".encode() + body
    digests = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={at_s}", *(f"v1={digest}" for digest in digests)])
