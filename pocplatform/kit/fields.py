"""Types of fields that many requests have."""

from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

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


class _Trimmed:
    def __init__(self, *, may_be_blank: bool = False) -> None:
        self._may_be_blank = may_be_blank

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._trim, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        said = handler(schema)
        return said if self._may_be_blank else {"pattern": r"\S", **said}

    def _trim(self, text: str) -> str:
        trimmed = text.strip()
        if not trimmed and not self._may_be_blank:
            raise PydanticKnownError("string_too_short", {"min_length": 1})
        return trimmed


TRIMMED = _Trimmed()
"""For ``Annotated``, behind a text's other bounds: blanks around it are not kept, and blanks alone
are refused. The bounds hold for what is sent, blanks and all, as a client reads them in the
document; pydantic's own ``strip_whitespace`` would hold them against what is left."""
TRIMMED_OR_EMPTY = _Trimmed(may_be_blank=True)
"""The same, where nothing may be left."""
