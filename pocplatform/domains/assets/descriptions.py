"""Descriptions that stay off the chain, and the salted hash of each that goes there."""

import json
import secrets
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from pocplatform.domains.agreements.schemas import DocumentRead
from pocplatform.domains.agreements.terms import salted_hash
from pocplatform.kit.fields import TRIMMED

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    TRIMMED,
    Field(description="Public, but never on the chain. Name no person."),
]
Text = Annotated[
    str,
    StringConstraints(max_length=10_000),
    Field(description="Public, but never on the chain. Name no person."),
]
Image = Annotated[
    str,
    StringConstraints(pattern=r"^(https?|ipfs)://[^\s\x00-\x1f]{1,1000}$"),
    Field(description="Address of a picture: https://…, http://… or ipfs://…"),
]


class Commitment(NamedTuple):
    """A description's salt and hash."""

    salt: str
    hash: str

    @property
    def digest(self) -> bytes:
        """The hash as the chain takes it."""
        return bytes.fromhex(self.hash[2:])


def text_of(**fields: str | None) -> str:
    """A description as the text that is hashed: JSON with its members in order and no spaces."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def commit(**fields: str | None) -> Commitment:
    """A new salt, and the hash of a description with it."""
    salt = secrets.token_hex(32)
    return Commitment(salt, salted_hash(salt, text_of(**fields)))


def shown(salt: str, hash_: str, **fields: str | None) -> DocumentRead:
    """What it takes to check a description against the chain."""
    return DocumentRead(text=text_of(**fields), salt=salt, hash=hash_)
