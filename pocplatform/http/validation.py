"""What is wrong with a request, in plain words instead of the validation library's.

The sentences are chosen by pydantic's error types, which are stable, not by its English texts.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pocplatform.kit.errors import InvalidInput, param_path

_SHOWN = 80
"""Characters of a refused value that an error repeats."""

_WHOLE_NUMBER = "{param} must be a whole number, not {given}."
_NUMBER = "{param} must be a number, not {given}."
_BOOLEAN = "{param} must be true or false, not {given}."
_OBJECT = "{param} must be a JSON object, not {given}."
_LIST = "{param} must be a list, not {given}."
OBJECT_OR_LIST: Final = "object_or_list"
_MOMENT = "{param} must be a time with its zone, such as 2026-12-31T12:00:00Z, not {given}."
_CHOICE = "{param} must be one of {expected}, not {given}."
_ADDRESS = "{param} must be a web address, not {given}."

SENTENCES: Final[Mapping[str, str]] = {
    "missing": "{param} is missing.",
    "extra_forbidden": "{param} is not a field of this request.",
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": "{param} is a number with too many digits.",
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "string_type": "{param} must be text, not {given}.",
    "string_unicode": "{param} contains characters that are no valid Unicode.",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "list_type": _LIST,
    OBJECT_OR_LIST: "{param} must be a JSON object or a list, not {given}.",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "greater_than": "{param} must be more than {gt}, not {given}.",
    "greater_than_equal": "{param} must be at least {ge}, not {given}.",
    "less_than": "{param} must be less than {lt}, not {given}.",
    "less_than_equal": "{param} must be at most {le}, not {given}.",
    "string_too_short": "{param} must have at least {min_length} characters.",
    "string_too_long": "{param} must have at most {max_length} characters.",
    "too_short": "{param} must have at least {min_length} items; it has {actual_length}.",
    "too_long": "{param} must have at most {max_length} items; it has {actual_length}.",
    "string_pattern_mismatch": "{param} must have the form {pattern}, unlike {given}.",
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": _MOMENT,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
}
"""By pydantic's error type, or one of ours; the placeholders are the members of its ``ctx``."""

_OTHER_TYPE: Final = frozenset(kind for kind in SENTENCES if kind.endswith("_type"))
"""Errors of a value that is of another type altogether."""

NEXT_STEPS: Final[Mapping[str, str]] = {
    "extra_forbidden": "Check the spelling; the fields are listed at /docs.",
    "missing": "The fields are listed at /docs.",
}

NO_BODY: Final = "The request needs a JSON object as its body."
NO_BODY_NEXT: Final = "Send it with the header `Content-Type: application/json`."
OTHER: Final = "{param} is not valid: {message}."
OTHER_BODY: Final = "The request is not valid: {message}."
OWN: Final = "{param}: "
"""Goes before the sentences of our own validators (``raise ValueError("…")`` in schemas)."""


def invalid_input(errors: Sequence[Mapping[str, Any]], body: Any) -> InvalidInput:
    """The error for what ``RequestValidationError.errors()`` has found in a request with this body.

    The first one is told; where several types are possible, the first that the value nearly is.
    Sentences of our own validators are msgids with :data:`OWN` before and a full stop behind.
    """
    error, where = _nearest(errors, body)
    param = _clean(param_path(where)) or None
    kind, context = error["type"], dict(error.get("ctx") or {})
    context.pop("error", None)
    context["given"] = shown(error.get("input"))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ")
    message = _clean(str(error["msg"])).removesuffix(".")
    if param is None and kind in ("missing", "model_attributes_type", "model_type", "dict_type"):
        return InvalidInput(NO_BODY, next_step=NO_BODY_NEXT)
    if kind == "value_error":
        own = message.removeprefix("Value error, ").replace("{", "{{").replace("}", "}}")
        return InvalidInput(f"{OWN}{own}." if param else f"{own}.", param=param, **context)
    if param is None:
        return InvalidInput(OTHER_BODY, message=message)
    return InvalidInput(
        SENTENCES.get(kind, OTHER),
        next_step=NEXT_STEPS.get(kind, ""),
        param=param,
        **{**context, "message": message},
    )


def _nearest(
    errors: Sequence[Mapping[str, Any]], body: Any
) -> tuple[Mapping[str, Any], Sequence[str | int]]:
    """The error to tell, and the field that it is about."""
    first, (where, choice) = errors[0], _field(errors[0], body)
    if choice is None:
        return first, where
    about = where[:choice]
    kinds = set()
    for error in errors:
        place, its_choice = _field(error, body)
        if (its_choice, place[:choice]) != (choice, about):
            continue
        if len(place) > choice or error["type"] not in _OTHER_TYPE:
            return error, place
        kinds.add(SENTENCES[error["type"]])
    return ({**first, "type": OBJECT_OR_LIST} if kinds == {_OBJECT, _LIST} else first), about


def _field(error: Mapping[str, Any], body: Any) -> tuple[Sequence[str | int], int | None]:
    """The field that an error is about, and after how many steps to it there is a choice of types.

    At a choice pydantic puts the type that it tried into ``loc``, beside the names of fields and
    the numbers of items; which of them these are, the body tells.
    """
    part, *steps = error["loc"]
    if part != "body":
        return steps, None
    value, place, choice = body, [], None
    for number, step in enumerate(steps, 1):
        if (isinstance(value, Mapping) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
            place.append(step)
        elif error["type"] == "missing" and number == len(steps):
            place.append(step)
        elif choice is None:
            choice = len(place)
    return place, choice


def shown(value: Any) -> str:
    """A refused value as an error can repeat it: short, in characters that every reader takes."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "[…]"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = type(value).__name__
    return _clean(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
