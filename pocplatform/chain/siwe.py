"""Sign-In with Ethereum (EIP-4361): the message, and who has signed it.

Signatures are those of a key (EIP-191) or of a contract (ERC-1271). Parsing and checking the
message is the package ``siwe``'s, which brings web3 with it, a second of a processor; so it is
loaded after the start (:func:`load`), or with the first sign-in.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum, keccak256
from pocplatform.chain.signatures import signed_by
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.loading import loading

if TYPE_CHECKING:
    from siwe import SiweMessage


_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=% \n]+")
"""Of what characters a message is (EIP-4361, with those of RFC 3986)."""


@loading(beside_others=True)
def load() -> None:
    """Load what a sign-in needs, so that the first one need not wait for it."""
    import siwe  # noqa: F401


class SignInInvalid(InvalidInput):
    """A message or a signature that proves nothing, or nothing here and now."""

    code = "siwe_invalid"
    title = "The sign-in is not valid"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a message says.

    Attributes:
        address: Who wants to sign in (EIP-55).
        domain: Where: host and port.
        uri: What for.
        chain_id: On which chain.
        nonce: What makes it good once.
        expires_ms: Until when it is good (milliseconds since 1970), if it says so.
    """

    address: str
    domain: str
    uri: str
    chain_id: int
    nonce: str
    expires_ms: int | None


def compose(
    *, address: str, domain: str, uri: str, chain_id: int, nonce: str, now_ms: int, expires_ms: int
) -> str:
    """A message to be signed, as EIP-4361 has it."""
    return (
        f"{domain} wants you to sign in with your Ethereum account:\n{checksum(address)}\n\n"
        f"Sign in to the sandbox. This costs nothing and sends no transaction.\n\n"
        f"URI: {uri}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\n"
        f"Issued At: {iso(now_ms)}\nExpiration Time: {iso(expires_ms)}"
    )


def verify(text: str, signature: bytes, client: ChainClient, now_ms: int) -> SignIn:
    """What a message says, if its address has signed it and it is good at this time.

    Raises :class:`SignInInvalid`, and :class:`NodeUnreachable` where a contract must be asked.
    """
    message = _parsed(text)
    _check_time(message, now_ms)
    if not signed_by(message.address, _eip191(text.encode()), signature, client):
        raise SignInInvalid(
            "The signature is not one of {address} over this message.",
            next_step="Sign the message as it is with personal_sign, and send both unchanged.",
            param="signature",
            address=message.address,
        )
    expires = message.expiration_time
    return SignIn(
        address=str(message.address),
        domain=message.domain,
        uri=str(message.uri),
        chain_id=message.chain_id,
        nonce=message.nonce,
        expires_ms=None if expires is None else int(expires._datetime.timestamp() * 1000),
    )


def _parsed(text: str) -> "SiweMessage":
    from siwe import SiweMessage

    try:
        if _WRITTEN.fullmatch(text) is None:
            raise ValueError("it has other characters")
        # By regular expression: by the grammar, a few thousand characters of anybody's take many
        # seconds of a processor, and what it has beyond that is looked at here and below.
        message = SiweMessage.from_message(text, abnf=False)
        if message.prepare_message() != text:
            raise ValueError("it is written otherwise")
    except Exception as error:  # of several libraries, whatever is wrong with the text
        raise _malformed() from error
    return message


def _malformed() -> SignInInvalid:
    return SignInInvalid(
        "This is not a message as EIP-4361 has it.",
        next_step="POST /v1/siwe/nonce with your address gives one that is ready to be signed.",
        param="message",
    )


def _check_time(message: "SiweMessage", now_ms: int) -> None:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    try:
        expires = message.expiration_time and message.expiration_time._datetime
        begins = message.not_before and message.not_before._datetime
        over, early = bool(expires and now >= expires), bool(begins and now < begins)
    except TypeError as error:  # a time without its zone
        raise _malformed() from error
    if over or early:
        raise SignInInvalid(
            "The message has expired." if over else "The message is not good yet.",
            next_step="Sign a new one: POST /v1/siwe/nonce.",
            param="message",
        )


def _eip191(message: bytes) -> bytes:
    """The digest that wallets sign for ``personal_sign`` (EIP-191, version 0x45)."""
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(message)).encode() + message)
