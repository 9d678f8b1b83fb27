"""Laying down types of credentials, and holding claims against them."""

from typing import Any

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.codec import keccak256
from pocplatform.domains.credential_types import json_schema, repository
from pocplatform.domains.credential_types.built_in import BUILT_IN
from pocplatform.domains.credential_types.errors import CredentialTypeTaken
from pocplatform.domains.credential_types.models import TypeDefinition
from pocplatform.domains.credential_types.schemas import (
    CredentialTypeCreate,
    CredentialTypeRead,
    TypeDisplays,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.ids import new_id

VCT_PATH = "/vct/"
_LOCALES = {"fi": "fi-FI", "en": "en"}


def type_hash(name: str) -> bytes:
    """What the chain knows a type of credential by."""
    return keccak256(name.encode())


def ensure_built_in(session: Session) -> None:
    """Make sure that the types which the sandbox brings along are there as this version has them.

    An organization that took such a name in an earlier version keeps it.
    """
    for name, content in BUILT_IN.items():
        known = repository.by_name(session, name)
        if known is None:
            known = TypeDefinition(
                id=new_id("cty"), org_id=None, name=name, created_ms=now_ms(), **content
            )
        elif known.org_id is None:
            known.display, known.claims_schema = content["display"], content["claims_schema"]
        session.add(known)


def create(
    session: Session, request: CredentialTypeCreate, *, org_id: str | None, owner: str
) -> TypeDefinition:
    """A new type. Raises :class:`SchemaInvalid` and :class:`CredentialTypeTaken`."""
    json_schema.check(request.claims_schema)
    if repository.by_name(session, request.name) is not None:
        raise CredentialTypeTaken(
            "There is a credential type {name} already.",
            next_step="Choose another name, such as one with your company's in it; or use the type "
            "that is there: GET /v1/credential_types/{name}.",
            param="name",
            name=request.name,
        )
    definition = TypeDefinition(
        id=new_id("cty"),
        org_id=org_id,
        owner=None if org_id is None else owner,
        name=request.name,
        display=request.display.model_dump(),
        claims_schema=request.claims_schema,
        created_ms=now_ms(),
    )
    session.add(definition)
    session.flush()
    return definition


def entries(owner: str | None, built_in: bool | None) -> SelectOfScalar[TypeDefinition]:
    """The types, of one owner (an address) or of the sandbox alone."""
    return repository.all_of(owner, built_in)


def get(session: Session, key: str) -> TypeDefinition:
    """A type by its name or id. Raises :class:`NotFound`."""
    definition = repository.by_name_or_id(session, key)
    if definition is None:
        raise NotFound(
            "There is no credential type {key}.",
            next_step="GET /v1/credential_types lists all of them; POST /v1/credential_types makes "
            "one.",
            key=key,
        )
    return definition


def find(session: Session, name: str) -> TypeDefinition | None:
    """A type by its name, if somebody has laid it down."""
    return repository.by_name(session, name)


def breach(definition: TypeDefinition, claims: dict[str, Any]) -> tuple[str, Phrase] | None:
    """The claim that does not fit a type, and why; None if all fit."""
    return json_schema.breach(definition.claims_schema, claims)


def vct_of(base_url: str, name: str) -> str:
    """The ``vct`` of a type: the URL of its type metadata."""
    return f"{base_url}{VCT_PATH}{name}"


def read(definition: TypeDefinition, chain_id: int, base_url: str) -> CredentialTypeRead:
    """A type as it is shown."""
    return CredentialTypeRead(
        id=definition.id,
        name=definition.name,
        hash="0x" + type_hash(definition.name).hex(),
        vct=vct_of(base_url, definition.name),
        built_in=definition.org_id is None,
        owner=did_of(chain_id, definition.owner) if definition.owner else None,
        display=TypeDisplays.model_validate(definition.display),
        claims_schema=definition.claims_schema,
        created=iso(definition.created_ms),
    )


def metadata(definition: TypeDefinition, base_url: str) -> dict[str, Any]:
    """SD-JWT VC type metadata (draft-ietf-oauth-sd-jwt-vc, Type Metadata)."""
    required = definition.claims_schema.get("required", ())
    english = definition.display["en"]
    return {
        "vct": vct_of(base_url, definition.name),
        "name": english["name"],
        "description": english["description"],
        "display": [
            {
                "locale": locale,
                "name": definition.display[language]["name"],
                "description": definition.display[language]["description"],
            }
            for language, locale in _LOCALES.items()
        ],
        "claims": [
            {"path": [name], "mandatory": name in required, "sd": "allowed"}
            for name in definition.claims_schema.get("properties", {})
        ],
    }
