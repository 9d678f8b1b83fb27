"""Status lists, made from the status on the chain: of the IETF (Token) and of W3C (Bitstring).

Places are given out at random, so that they do not tell in which order credentials were issued, and
a list is always as long as it can be, so that it does not tell how many there are.
"""

import gzip
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session

from pocplatform.domains.credentials import jwt
from pocplatform.domains.identities import service as identities
from pocplatform.domains.status_lists import repository
from pocplatform.domains.status_lists.models import StatusList
from pocplatform.kit.clock import iso, now_ms, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers

LENGTH = 131_072
"""Places of a list: the least that W3C's Bitstring Status List allows, for privacy."""
_FILLED = LENGTH // 2
"""Beyond this many, random places would be found only after several tries."""
TTL_S = 60
"""How long a list may be kept before it is fetched again."""
_VALID_S = 24 * 3600
PATH = "/v1/status_lists/"

VALID, INVALID, SUSPENDED = 0x00, 0x01, 0x02
"""Status types of the Token Status List."""
_BITS = 2

TOKEN_TYPE = "statuslist+jwt"
_KEPT = 500
"""Texts of lists that are kept, so that packing and signing them is not done for each request."""
_kept: dict[str, tuple[tuple[str, int, bytes], str]] = {}
"""By address: from which key, minute and places the text was made, and the text."""

Purpose = Literal["revocation", "suspension"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a credential's status stands.

    Attributes:
        list_id: The list.
        index: The place in it.
        uri: The list's address.
    """

    list_id: str
    index: int
    uri: str

    def token_entry(self) -> dict[str, Any]:
        """As a token refers to it (Token Status List, section 6)."""
        return {"idx": self.index, "uri": self.uri}

    def bitstring_entry(self, purpose: Purpose) -> dict[str, str]:
        """As a W3C credential refers to it (Bitstring Status List, section 2.1)."""
        address = f"{self.uri}/{purpose}"
        return {
            "id": f"{address}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": address,
        }


def reserve(session: Session, issuer: str, base_url: str) -> Place:
    """A place for a new credential of an issuer."""
    found = repository.latest(session, issuer)
    if found is None or found.used >= _FILLED:
        found = StatusList(id=new_id("stl"), issuer=issuer, created_ms=now_ms())
    found.used += 1
    session.add(found)
    session.flush()
    index = secrets.randbelow(LENGTH)
    while repository.is_taken(session, found.id, index):
        index = secrets.randbelow(LENGTH)
    return Place(found.id, index, uri_of(base_url, found.id))


def uri_of(base_url: str, list_id: str) -> str:
    """The address of a list."""
    return f"{base_url}{PATH}{list_id}"


def token(session: Session, signers: Signers, list_id: str, chain_id: int, base_url: str) -> str:
    """A list as a Status List Token (``statuslist+jwt``), signed by its issuer.

    Raises:
        NotFound: There is no such list.
        IdentityNotRegistered, IdentityDeactivated: Its issuer's DID has no key any more.
    """
    found = _get(session, list_id)
    places = bytearray(LENGTH * _BITS // 8)
    for index, revoked, suspended in repository.changed(session, found.id):
        status = INVALID if revoked else SUSPENDED if suspended else VALID
        # The first place is in the least significant bits of the first byte.
        places[index * _BITS // 8] |= status << (index * _BITS % 8)
    issued_at, uri = _moment(), uri_of(base_url, found.id)

    def payload() -> dict[str, Any]:
        return {
            "iss": did_of(chain_id, found.issuer),
            "sub": uri,
            "iat": issued_at,
            "exp": issued_at + _VALID_S,
            "ttl": TTL_S,
            "status_list": {
                "bits": _BITS,
                "lst": jwt.base64url(zlib.compress(bytes(places), level=9)),
            },
        }

    kid = identities.signing_method(session, signers, found.issuer, chain_id)
    state = (kid, issued_at, bytes(places))
    header = {"kid": kid, "typ": TOKEN_TYPE}
    return _signed(session, signers, found, uri, state, header, payload)


def credential(
    session: Session,
    signers: Signers,
    list_id: str,
    purpose: Purpose,
    chain_id: int,
    base_url: str,
) -> str:
    """A list as a W3C ``BitstringStatusListCredential`` (``vc+jwt``), signed by its issuer.

    Raises as :func:`token`.
    """
    found = _get(session, list_id)
    places = bytearray(LENGTH // 8)
    for index, revoked, suspended in repository.changed(session, found.id):
        if revoked if purpose == "revocation" else suspended:
            # The first place is the leftmost bit.
            places[index // 8] |= 0x80 >> index % 8
    address, moment = f"{uri_of(base_url, found.id)}/{purpose}", _moment()

    def payload() -> dict[str, Any]:
        packed = gzip.compress(bytes(places), mtime=0)
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": address,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": did_of(chain_id, found.issuer),
            "validFrom": iso(moment * 1000),
            "validUntil": iso((moment + _VALID_S) * 1000),
            "credentialSubject": {
                "id": f"{address}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                # multibase: base64url without padding
                "encodedList": "u" + jwt.base64url(packed),
                "ttl": TTL_S * 1000,
            },
        }

    kid = identities.signing_method(session, signers, found.issuer, chain_id)
    state = (kid, moment, bytes(places))
    header = {"kid": kid, "typ": jwt.TYPE, "cty": "vc"}
    return _signed(session, signers, found, address, state, header, payload)


def _get(session: Session, list_id: str) -> StatusList:
    found = repository.by_id(session, list_id)
    if found is None:
        raise NotFound("There is no status list {id}.", id=list_id)
    return found


def _moment() -> int:
    """Now, to the minute: a list in which nothing changes is the same text for as long."""
    return now_s() // TTL_S * TTL_S


def _signed(
    session: Session,
    signers: Signers,
    found: StatusList,
    address: str,
    state: tuple[str, int, bytes],
    header: dict[str, Any],
    payload: Callable[[], dict[str, Any]],
) -> str:
    """The list's text: the one that was made of the same state, or a new one."""
    kept = _kept.get(address)
    if kept is not None and kept[0] == state:
        return kept[1]
    sign = signers.signer(session, found.issuer).sign_sha256_digest
    text = jwt.sign(header, payload(), sign).text
    if len(_kept) >= _KEPT:
        _kept.clear()
    _kept[address] = state, text
    return text
