"""Credentials, their types, presentations of them."""

import json
import zlib
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from pocplatform.client.identity import moment
from pocplatform.client.models import Credential, Model, Verification
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment

ListedStatus = Literal["valid", "revoked", "suspended", "unknown"]
_LISTED: dict[int, ListedStatus] = {0: "valid", 1: "revoked", 2: "suspended"}


class CredentialType(Model):
    """A type of credential. ``display`` has ``fi`` and ``en``, each with a name."""

    id: str
    name: str
    hash: str
    vct: str
    built_in: bool = False
    owner: str | None = None
    display: dict[str, dict[str, str]] = Field(default_factory=dict)
    claims_schema: dict[str, Any] = Field(default_factory=dict)
    created: datetime


class Presentation(Model):
    """Chosen claims of a credential, signed by their holder; hand over ``presentation``."""

    credential: str
    presentation: str
    shown: list[str] = Field(default_factory=list)
    valid_for_s: int


class CredentialTypes(Resource[M]):
    """What credentials of a type say."""

    @operation
    async def create(
        self,
        name: str,
        *,
        fi: str,
        en: str,
        claims_schema: dict[str, Any],
        idempotency_key: str | None = None,
    ) -> CredentialType:
        """Lay down a type of credential.

        Args:
            name: Its name on the chain: letters and digits, beginning with a capital letter.
            fi: Its name for people in Finnish.
            en: The same in English.
            claims_schema: JSON Schema (2020-12) of its claims.
            idempotency_key: As for every write.
        """
        body = {
            "name": name,
            "display": {"fi": {"name": fi}, "en": {"name": en}},
            "claims_schema": claims_schema,
        }
        return await self._connection.write(
            "/v1/credential_types", body, CredentialType, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, name: str) -> CredentialType:
        """A type by its name or id; needs no key."""
        return await self._connection.read(f"/v1/credential_types/{segment(name)}", CredentialType)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[CredentialType]:
        """All types, newest first; needs no key."""
        async for one in self._connection.pages("/v1/credential_types", CredentialType, page_size):
            yield one


class Credentials(Resource[M]):
    """W3C Verifiable Credentials, anchored on the chain."""

    @operation
    async def issue(
        self,
        type: str,
        subject: str,
        claims: dict[str, Any],
        *,
        format: Literal["jwt_vc", "dc+sd-jwt"] = "jwt_vc",
        disclosable: Sequence[str] | None = None,
        valid_until: datetime | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Credential:
        """Issue a credential about a subject (DID or organization id).

        The caller needs a registered identity, and is trusted only once it is accredited. Of an
        SD-JWT VC (``dc+sd-jwt``), the subject shows chosen ones of the ``disclosable`` claims: all
        of them, if none are named.
        """
        body = {
            "type": type,
            "subject": subject,
            "claims": claims,
            "format": format,
            "disclosable": None if disclosable is None else list(disclosable),
            "valid_until": moment(valid_until),
        }
        return await self._connection.write(
            "/v1/credentials", body, Credential, key=idempotency_key, wait=wait
        )

    @operation
    async def present(
        self,
        credential_id: str,
        claims: Sequence[str],
        *,
        audience: str,
        nonce: str,
        idempotency_key: str | None = None,
    ) -> Presentation:
        """Show chosen claims of an SD-JWT VC about the caller to one verifier.

        Args:
            credential_id: The credential.
            claims: Names of its disclosable claims to show.
            audience: Who it is for, as the verifier calls itself.
            nonce: What the verifier has given for this one presentation.
            idempotency_key: As for every write.
        """
        body = {"claims": list(claims), "audience": audience, "nonce": nonce}
        path = f"/v1/credentials/{segment(credential_id)}/present"
        return await self._connection.write(path, body, Presentation, key=idempotency_key, wait=0)

    @operation
    async def verify_company(
        self,
        *,
        format: Literal["jwt_vc", "dc+sd-jwt"] = "jwt_vc",
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Credential:
        """Have the sandbox's business register vouch for one's company: name and business ID.

        Asking again gives the same credential while it is good.
        """
        return await self._connection.write(
            "/v1/business_register/verifications", {"format": format}, Credential,
            key=idempotency_key, wait=wait,
        )  # fmt: skip

    @operation
    async def verify(
        self, credential: str, *, audience: str | None = None, nonce: str | None = None
    ) -> Verification:
        """Check a credential, or a presentation of one, against the chain; needs no key.

        Args:
            credential: The signed text, of any format.
            audience: For a presentation: how the caller calls itself.
            nonce: For a presentation: what the holder was asked to sign.
        """
        body = {"credential": credential, "audience": audience, "nonce": nonce}
        return await self._connection.write("/v1/credentials/verify", body, Verification, wait=0)

    @operation
    async def get(self, credential_id: str) -> Credential:
        """A credential issued by or about the caller."""
        return await self._connection.read(f"/v1/credentials/{segment(credential_id)}", Credential)

    @operation
    async def listed_status(self, status_list: str, index: int) -> ListedStatus:
        """What a status list says of a place in it (IETF Token Status List); needs no key.

        Its signature is not checked: that the answer is the sandbox's, the connection tells.

        Args:
            status_list: Its address, as a credential has it.
            index: The place, as a credential has it.

        Raises :class:`IndexError` for a place that the list does not have.
        """
        token = await self._connection.text(urlsplit(status_list).path, {})
        payload = token.split(".")[1]
        content = json.loads(b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_"))
        packed, bits = content["status_list"]["lst"], content["status_list"]["bits"]
        places = zlib.decompress(b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_"))
        # The first place is in the least significant bits of the first byte.
        byte, place = divmod(index * bits, 8)
        found = places[byte] >> place & (1 << bits) - 1
        return _LISTED.get(found, "unknown")

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Credential]:
        """All credentials issued by or about the caller, newest first."""
        async for one in self._connection.pages("/v1/credentials", Credential, page_size):
            yield one

    @operation
    async def revoke(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Take a credential back for ever; for its issuer."""
        return await self._change(credential_id, "revoke", wait, idempotency_key)

    @operation
    async def suspend(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Let a credential not count for a while; for its issuer."""
        return await self._change(credential_id, "suspend", wait, idempotency_key)

    @operation
    async def resume(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Let a suspended credential count again; for its issuer."""
        return await self._change(credential_id, "resume", wait, idempotency_key)

    async def _change(
        self, credential_id: str, verb: str, wait: float | None, key: str | None
    ) -> Credential:
        path = f"/v1/credentials/{segment(credential_id)}/{verb}"
        return await self._connection.write(path, {}, Credential, key=key, wait=wait)
