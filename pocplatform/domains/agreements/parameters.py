"""Parameters of templates: JSON Schema (2020-12) with titles in both languages."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from pocplatform.domains.agreements.errors import TemplateParametersInvalid
from pocplatform.kit.errors import param_path
from pocplatform.kit.i18n import DEFAULT_LANGUAGE

_SHOWN = 80
_TYPES: Mapping[str, str] = {
    "array": "{param} must be a list, not {given}.",
    "boolean": "{param} must be true or false, not {given}.",
    "integer": "{param} must be a whole number, not {given}.",
    "number": "{param} must be a number, not {given}.",
    "object": "{param} must be a JSON object, not {given}.",
    "string": "{param} must be text, not {given}.",
}
_LIMITS: Mapping[str, str] = {
    "minimum": "{param} must be at least {ge}, not {given}.",
    "maximum": "{param} must be at most {le}, not {given}.",
    "minLength": "{param} must have at least {min_length} characters.",
    "maxLength": "{param} must have at most {max_length} characters.",
    "minItems": "{param} must have at least {min_length} items; it has {actual_length}.",
    "maxItems": "{param} must have at most {max_length} items; it has {actual_length}.",
}
"""What the API says of every other field, too, by the names that JSON Schema has for limits."""

_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    # To JSON Schema 1.0 is an integer too; but a document would say "1.0 days".
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


class Parameters:
    """What a template asks for.

    Args:
        properties: By name, each a JSON Schema whose ``title`` and ``description`` may be given by
            language; without a ``default`` it must be given.
    """

    def __init__(self, properties: Mapping[str, dict[str, Any]]) -> None:
        self._properties = dict(properties)
        self._validator = _Validator(
            self.schema(DEFAULT_LANGUAGE), format_checker=Draft202012Validator.FORMAT_CHECKER
        )

    def schema(self, language: str) -> dict[str, Any]:
        """As a JSON Schema of an object, with its texts in ``language``."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": _localized(self._properties, language),
            "required": [name for name, one in self._properties.items() if "default" not in one],
            "additionalProperties": False,
        }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter, with its default where it was not given.

        Raises :class:`TemplateParametersInvalid`, which names the first that does not fit.
        """
        error = best_match(self._validator.iter_errors(dict(given)))
        if error is not None:
            raise _in_words(error)
        defaults = {
            name: deepcopy(one["default"])
            for name, one in self._properties.items()
            if "default" in one
        }
        return {name: {**defaults, **given}[name] for name in self._properties}


def _localized(value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"fi", "en"}:
            return value[language]
        return {name: _localized(inner, language) for name, inner in value.items()}
    if isinstance(value, list):
        return [_localized(inner, language) for inner in value]
    return value


def _in_words(error: ValidationError) -> TemplateParametersInvalid:
    path = list(error.absolute_path)
    kind, given = str(error.validator), _shown(error.instance)
    limit: Any = error.validator_value
    instance: Any = error.instance
    if kind == "required":
        missing = next(name for name in limit if name not in instance)
        return TemplateParametersInvalid(
            "{param} is missing.",
            next_step="The template itself says what each parameter is: GET "
            "/v1/agreement_templates.",
            param=_param([*path, missing]),
        )
    if kind == "additionalProperties":
        known = error.schema["properties"]  # type: ignore[index]
        unknown = next(name for name in instance if name not in known)
        return TemplateParametersInvalid(
            "{param} is not a parameter of this template.",
            next_step="Check the spelling; the parameters are: {known}.",
            param=_param([*path, str(unknown)[:_SHOWN]]),
            known=", ".join(known),
        )
    param = _param(path)
    if kind == "type":
        return TemplateParametersInvalid(_TYPES[limit], param=param, given=given)
    if kind == "enum":
        return TemplateParametersInvalid(
            "{param} must be one of {expected}, not {given}.",
            param=param,
            expected=", ".join(map(str, limit)),
            given=given,
        )
    if kind in _LIMITS:
        return TemplateParametersInvalid(
            _LIMITS[kind],
            param=param,
            **dict.fromkeys(("ge", "le", "min_length", "max_length"), limit),
            given=given,
            actual_length=len(instance) if isinstance(instance, list) else None,
        )
    return TemplateParametersInvalid(
        "{param} must have the form {pattern}, unlike {given}.",
        param=param,
        pattern="2027-01-31" if kind == "format" else limit,
        given=given,
    )


def _param(path: Sequence[str | int]) -> str:
    return param_path(["parameters", *path])


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
