"""Requests and answers about wallets and signing in."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.organizations.schemas import Label
from pocplatform.kit.fields import Handle

SignInMessage = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000),
    Field(description="As EIP-4361 has it, exactly as it was signed."),
]
SignatureHex = Annotated[
    str,
    StringConstraints(pattern=r"^0x([0-9a-fA-F]{2}){0,4096}$"),
    Field(description="Of `personal_sign` (EIP-191), or what the wallet's contract takes."),
]
_MESSAGE = """\
127.0.0.1:8000 wants you to sign in with your Ethereum account:
0x70997970C51812dc3A010C7d01b50e0d17dc79C8

URI: http://127.0.0.1:8000
Version: 1
Chain ID: 31337
Nonce: 5f1d8a0c27b94e63
Issued At: 2026-11-22T12:00:00.000Z"""
_SIGNATURE = "0x" + "11" * 64 + "1b"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NonceCreate(_Request):
    """Who wants to sign in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}]},
    )

    address: Handle = Field(description="The wallet's address.")


class NonceRead(BaseModel):
    """What to sign."""

    object: Literal["siwe_nonce"] = "siwe_nonce"
    nonce: str = Field(description="Good once, until it expires.")
    message: str = Field(
        description="Ready to be signed. A message of your own must have the same nonce, chain id "
        "and one of the sandbox's domains."
    )
    domain: str
    uri: str
    chain_id: int
    expires: str


class SignInCreate(_Request):
    """A signed message (EIP-4361)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"message": _MESSAGE, "signature": _SIGNATURE}]},
    )

    message: SignInMessage
    signature: SignatureHex
    organization: Handle | None = Field(
        default=None, description="For whom to act, where the wallet may act for several."
    )
    invitation: str | None = Field(
        default=None, max_length=200, description="The code by which you become a member."
    )
    name: Label = Field(
        default="", description="How a new participant is called; no need for a real name."
    )
    sign_up_code: str | None = Field(default=None, max_length=200)


class SessionRead(BaseModel):
    """A sign-in that holds, or held, for a while."""

    object: Literal["session"] = "session"
    id: str
    organization: str
    signed_in: str = Field(description="The address that has signed.")
    wallet: str = Field(description="The address that acts.")
    member: str | None
    scopes: list[str]
    expires: str
    ended: str | None
    created: str


class SessionCreated(SessionRead):
    """A new session with its token, which is shown only here."""

    token: str = Field(description="Send it as `Authorization: Bearer ses_…`.")


class WalletCreate(_Request):
    """A further wallet: one of the platform's, or one of your own that you prove."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Shop"},
                {"custody": "own", "message": _MESSAGE, "signature": _SIGNATURE},
            ]
        },
    )

    name: Label = ""
    custody: Literal["platform", "own"] = Field(
        default="platform",
        description="platform: the sandbox makes it and signs for it; own: you do, and prove it "
        "with a signed message.",
    )
    message: SignInMessage | None = None
    signature: SignatureHex | None = None


class WalletRead(BaseModel):
    """An account on the chain that an organization acts by."""

    object: Literal["wallet"] = "wallet"
    id: str
    name: str
    address: str
    did: str
    custody: Literal["platform", "own"]
    first: bool = Field(description="Whether keys that name none act by it.")
    created: str
