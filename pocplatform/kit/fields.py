"""Types of fields that many requests have."""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

Handle = Annotated[str, StringConstraints(max_length=200)]
"""What somebody or something is named by: an address, a DID or an id, none of which is longer."""


def _as_text(given: object) -> object:
    """Only RFC 3339: a number would count as seconds or milliseconds, by its size."""
    if isinstance(given, str) and "-" not in given[1:]:
        raise PydanticCustomError("datetime_parsing", "Input should be a valid datetime")
    if isinstance(given, int | float):
        raise PydanticCustomError("datetime_type", "Input should be a valid datetime")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_as_text)]
"""A time with its zone, such as 2026-12-31T12:00:00Z."""
