"""Queries of credential types."""

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credential_types.models import TypeDefinition


def all_of(owner: str | None, built_in: bool | None) -> SelectOfScalar[TypeDefinition]:
    """The types, of one owner or of the sandbox alone."""
    statement = select(TypeDefinition)
    if owner is not None:
        statement = statement.where(TypeDefinition.owner == owner)
    if built_in is not None:
        sandbox = col(TypeDefinition.org_id)
        statement = statement.where(sandbox.is_(None) if built_in else sandbox.is_not(None))
    return statement


def by_name(session: Session, name: str) -> TypeDefinition | None:
    """A type by its name."""
    return session.exec(select(TypeDefinition).where(TypeDefinition.name == name)).first()


def by_name_or_id(session: Session, key: str) -> TypeDefinition | None:
    """A type by its name or its id."""
    matches = or_(col(TypeDefinition.name) == key, col(TypeDefinition.id) == key)
    return session.exec(select(TypeDefinition).where(matches)).first()
