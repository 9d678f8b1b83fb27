"""Who may act for an organization, and by what: keys, members, invitations, wallets, sessions."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.connection import Connection
from pocplatform.client.models import Model, NewOrganization, Organization
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment

KeyScope = Literal["read", "write", "manage"]
Role = Literal["owner", "developer", "viewer"]


class ApiKey(Model):
    """A key, without its secret."""

    id: str
    name: str
    last_four: str
    scopes: list[str]
    wallet: str | None = None
    last_used: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
    created: datetime


class NewApiKey(ApiKey):
    """A new key with its secret, which is shown only once."""

    secret_key: str = Field(repr=False)


class Member(Model):
    """A person who may act for an organization."""

    id: str
    name: str
    address: str
    role: str
    created: datetime


class Invitation(Model):
    """An invitation; ``state`` is open, accepted, revoked or expired."""

    id: str
    name: str
    role: str
    state: str
    member: str | None = None
    expires: datetime
    created: datetime


class NewInvitation(Invitation):
    """A new invitation with its code, which is shown only once."""

    code: str = Field(repr=False)


class OwnWallet(Model):
    """A wallet that an organization acts by; ``custody`` is platform or own."""

    id: str
    name: str
    address: str
    did: str
    custody: str
    first: bool
    created: datetime


class SignInMessage(Model):
    """A message to be signed with ``personal_sign`` (EIP-4361)."""

    nonce: str
    message: str
    domain: str
    uri: str
    chain_id: int
    expires: datetime


class Session(Model):
    """A sign-in that holds, or held, for a while."""

    id: str
    organization: str
    signed_in: str
    wallet: str
    member: str | None = None
    scopes: list[str]
    expires: datetime
    ended: datetime | None = None
    created: datetime


class NewSession(Session):
    """A new session with its token for :meth:`Sandbox.with_key`, which is shown only once."""

    token: str = Field(repr=False)


class Quota(Model):
    """How much of something one may take, and has taken; ``period`` is day or always."""

    what: str
    used: int
    limit: int
    unit: str
    period: str


class Quotas(Model):
    """What an organization may take of what is shared."""

    quotas: list[Quota]
    requests_of_key: str | None = None
    requests_of_organization: str | None = None


class Keys(Resource[M]):
    """An organization's keys. Answers with a secret are not stored, so they are not repeated."""

    @operation
    async def create(
        self,
        name: str = "",
        *,
        scope: KeyScope = "write",
        further_scopes: Sequence[str] = (),
        wallet: str | None = None,
        expires_in_s: int | None = None,
    ) -> NewApiKey:
        """A further key, which acts by the wallet with this id (``wal_…``), or by the first.

        ``further_scopes`` are those that no other includes, such as ``chain:debug``.
        """
        body: dict[str, Any] = {
            "name": name, "scope": scope, "further_scopes": list(further_scopes),
            "wallet": wallet, "expires_in_s": expires_in_s,
        }  # fmt: skip
        return await self._connection.write(
            "/v1/api_keys", body, NewApiKey, wait=0, repeatable=False
        )

    @operation
    async def rotate(self, key_id: str, *, overlap_s: int = 86_400) -> NewApiKey:
        """A new key in place of one that goes on working for ``overlap_s`` seconds."""
        return await self._connection.write(
            f"/v1/api_keys/{segment(key_id)}/rotate", {"overlap_s": overlap_s}, NewApiKey,
            wait=0, repeatable=False,
        )  # fmt: skip

    @operation
    async def revoke(self, key_id: str) -> ApiKey:
        """Let a key open nothing any more, within a second."""
        return await self._connection.write(
            f"/v1/api_keys/{segment(key_id)}/revoke", {}, ApiKey, wait=0
        )

    @operation
    async def get(self, key_id: str) -> ApiKey:
        """A key, without its secret."""
        return await self._connection.read(f"/v1/api_keys/{segment(key_id)}", ApiKey)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[ApiKey]:
        """All keys, newest first."""
        async for key in self._connection.pages("/v1/api_keys", ApiKey, page_size):
            yield key


class Members(Resource[M]):
    """The people who may act for an organization, and their invitations."""

    @operation
    async def invite(
        self, role: Role, *, name: str = "", expires_in_s: int | None = None
    ) -> NewInvitation:
        """An invitation, whose code goes to who is invited: for :meth:`Sessions.sign_in`."""
        body: dict[str, Any] = {"role": role, "name": name, "expires_in_s": expires_in_s}
        return await self._connection.write(
            "/v1/invitations", body, NewInvitation, wait=0, repeatable=False
        )

    @operation
    async def revoke_invitation(self, invitation_id: str) -> Invitation:
        """Let nobody come by an invitation any more."""
        path = f"/v1/invitations/{segment(invitation_id)}/revoke"
        return await self._connection.write(path, {}, Invitation, wait=0)

    @listing
    async def invitations(self, *, page_size: int = 100) -> AsyncIterator[Invitation]:
        """All invitations, newest first."""
        async for one in self._connection.pages("/v1/invitations", Invitation, page_size):
            yield one

    @operation
    async def change_role(self, member_id: str, role: Role) -> Member:
        """Give a member another role."""
        path = f"/v1/members/{segment(member_id)}"
        return await self._connection.write(path, {"role": role}, Member, wait=0)

    @operation
    async def remove(self, member_id: str) -> Member:
        """Let a member act no more."""
        return await self._connection.write(
            f"/v1/members/{segment(member_id)}/remove", {}, Member, wait=0
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Member]:
        """All members, newest first."""
        async for member in self._connection.pages("/v1/members", Member, page_size):
            yield member


class Organizations(Resource[M]):
    """Those who take part, their keys and their members."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.keys: Keys[M] = Keys(connection)
        self.members: Members[M] = Members(connection)

    @operation
    async def sign_up(
        self,
        name: str,
        *,
        kind: Literal["company", "person"] = "company",
        business_id: str | None = None,
        metadata: dict[str, str] | None = None,
        sign_up_code: str | None = None,
    ) -> NewOrganization:
        """A new organization with wallet and secret key; needs no key.

        Its answer is never stored by the sandbox, so a sign-up whose answer got lost is not
        repeated on its own: :class:`~pocplatform.client.problems.Unreachable` tells, and signing up
        again makes another organization.
        """
        body: dict[str, Any] = {
            "name": name, "kind": kind, "business_id": business_id, "metadata": metadata,
            "sign_up_code": sign_up_code,
        }  # fmt: skip
        return await self._connection.write(
            "/v1/organizations", body, NewOrganization, wait=0, repeatable=False
        )

    @operation
    async def me(self) -> Organization:
        """The organization whose key is used."""
        return await self._connection.read("/v1/organizations/me", Organization)

    @operation
    async def quotas(self) -> Quotas:
        """How much one's organization may take of what is shared, and has taken."""
        return await self._connection.read("/v1/organizations/me/quotas", Quotas)

    @operation
    async def update(
        self,
        *,
        name: str | None = None,
        metadata: dict[str, str] | None = None,
        profile: dict[str, str] | None = None,
    ) -> Organization:
        """Change its name, its metadata, or what a company tells everybody of itself."""
        body: dict[str, Any] = {"name": name, "metadata": metadata, "profile": profile}
        return await self._connection.write("/v1/organizations/me", body, Organization, wait=0)


class Wallets(Resource[M]):
    """The wallets that an organization acts by."""

    @operation
    async def create(self, name: str = "", *, idempotency_key: str | None = None) -> OwnWallet:
        """A further wallet, for which the sandbox signs."""
        return await self._connection.write(
            "/v1/wallets", {"name": name}, OwnWallet, key=idempotency_key, wait=0
        )

    @operation
    async def link(self, message: str, signature: str, *, name: str = "") -> OwnWallet:
        """A wallet of one's own, proved by a signed message (:meth:`Sessions.message`)."""
        body = {"custody": "own", "name": name, "message": message, "signature": signature}
        return await self._connection.write("/v1/wallets", body, OwnWallet, wait=0)

    @operation
    async def get(self, wallet_id: str) -> OwnWallet:
        """A wallet by its id."""
        return await self._connection.read(f"/v1/wallets/{segment(wallet_id)}", OwnWallet)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[OwnWallet]:
        """All wallets, newest first."""
        async for wallet in self._connection.pages("/v1/wallets", OwnWallet, page_size):
            yield wallet


class Sessions(Resource[M]):
    """Signing in with a wallet (EIP-4361)."""

    @operation
    async def message(self, address: str) -> SignInMessage:
        """What the wallet is to sign; needs no key."""
        return await self._connection.write(
            "/v1/siwe/nonce", {"address": address}, SignInMessage, wait=0
        )

    @operation
    async def sign_in(
        self,
        message: str,
        signature: str,
        *,
        organization: str | None = None,
        invitation: str | None = None,
        name: str = "",
        sign_up_code: str | None = None,
    ) -> NewSession:
        """A new session; needs no key. With ``sandbox.with_key(session.token)`` it is used."""
        body: dict[str, Any] = {
            "message": message, "signature": signature, "organization": organization,
            "invitation": invitation, "name": name, "sign_up_code": sign_up_code,
        }  # fmt: skip
        return await self._connection.write(
            "/v1/siwe/verify", body, NewSession, wait=0, repeatable=False
        )

    @operation
    async def sign_out(self) -> Session:
        """End the session that is used."""
        return await self._connection.write("/v1/sign_out", {}, Session, wait=0, repeatable=False)

    @operation
    async def end(self, session_id: str) -> Session:
        """End another session of the organization."""
        return await self._connection.write(
            f"/v1/sessions/{segment(session_id)}/end", {}, Session, wait=0
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Session]:
        """Who has signed in, newest first."""
        async for one in self._connection.pages("/v1/sessions", Session, page_size):
            yield one
