"""The form of a call: its arguments as fields or as JSON, and the ether that goes with it.

What a button of the form wants stands in the field ``wish``: ``send``; ``add f-0`` and
``remove f-0-1`` for elements of lists; ``json`` and ``fields`` for the other way of writing.
Without one, as when something was typed, the page is put together anew with what is in the form.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pocplatform.chain import abi_json, abi_schema
from pocplatform.chain.abi_json import Parameter
from pocplatform.kit.errors import InvalidInput, PlatformError
from pocplatform.web import abi_forms
from pocplatform.web.abi_forms import AbiForm, FormTooLong

SEND = "send"
MAX_JSON = 200_000
"""Characters of arguments that are written as JSON."""


class CallForm:
    """A form as it is now, after what its buttons want was done to it.

    Attributes:
        form: The fields; None where the arguments are written as JSON.
        written: The JSON text, where they are.
        ether: The field for ether; None for what takes none.
        wish: What the button wants.
        focus: Name of the field that one looks at next.
        error: What is wrong with the whole.

    Args:
        parameters: Of the function.
        payable: Whether it takes ether.
        texts: What was written.
    """

    def __init__(
        self, parameters: Sequence[Parameter], payable: bool, texts: Mapping[str, str]
    ) -> None:
        self.parameters = parameters
        self.wish = texts.get("wish", "")
        self.focus = ""
        self.error: PlatformError | None = None
        self.ether = abi_forms.ether(texts) if payable else None
        self.form: AbiForm | None = None
        self.written = texts.get("written", "").replace("\r\n", "\n")[:MAX_JSON]
        if texts.get("mode") == "json":
            if self.wish == "fields":
                self._to_fields()
        else:
            self._from_fields(texts)

    @property
    def sending(self) -> bool:
        """Whether it is to be sent."""
        return self.wish == SEND

    @property
    def has_blanks(self) -> bool:
        """Whether code is shown with an example for what is not filled in."""
        return self.form is not None and self.form.has_blanks

    def arguments(self) -> Any:
        """The values as JSON; of what was written, only after :meth:`check`."""
        return json.loads(self.written) if self.form is None else self.form.arguments()

    def example(self) -> Any:
        """The values for code to copy: examples stand for what is missing."""
        if self.form is not None:
            return self.form.example()
        try:
            return _parsed(self.written)
        except InvalidInput:
            return {}

    @property
    def wei(self) -> str:
        """Ether to send along, as digits; none unless it fits."""
        value = self.ether.value if self.ether is not None else 0
        digits = str(value)
        return digits if digits.isascii() and digits.isdecimal() else "0"

    def check(self) -> bool:
        """Whether everything fits; else the fields, or :attr:`error`, say what does not."""
        fits = self.ether is None or self.ether.check()
        if self.form is not None:
            return self.form.check() and fits and self.error is None
        try:
            abi_json.from_json(self.parameters, _parsed(self.written))
        except InvalidInput as error:
            self.error = error
        return fits and self.error is None

    def _from_fields(self, texts: Mapping[str, str]) -> None:
        changed = dict(texts)
        self.focus = abi_forms.change(changed, self.wish)
        try:
            self.form = AbiForm(self.parameters, changed)
        except FormTooLong as error:
            self.error = error
            self._as_before(texts)
        if self.form is not None and self.wish == "json":
            self.written = _pretty(self.form.arguments())
            self.form = None

    def _as_before(self, texts: Mapping[str, str]) -> None:
        """What was in the form before it grew too long; JSON where it never fitted one."""
        try:
            self.form = AbiForm(self.parameters, texts)
        except FormTooLong:
            self.written = _pretty(abi_schema.example(self.parameters) or {})

    def _to_fields(self) -> None:
        try:
            texts = abi_forms.texts_of(self.parameters, _parsed(self.written))
            self.form = AbiForm(self.parameters, texts)
        except InvalidInput as error:
            self.error = error


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            "This is not JSON: line {line}, column {column}.",
            next_step="Write the arguments by name, in braces.",
            line=error.lineno,
            column=error.colno,
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "This is not JSON that a contract can be given.",
            next_step="Write the arguments by name, in braces.",
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
