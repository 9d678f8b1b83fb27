"""Which method of the SDK sends a request, asked of the SDK itself.

Each operation is called once with marks for its arguments over a connection that sends nothing:
what it would send is the request that it is for. When a call is to be written with it, it is called
again with the very values; only if that is the same request is it used, and anything else is
written as ``sandbox.request(…)``. So there is no list that could be out of step with the SDK.
"""

import inspect
import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import unquote

from pydantic import BaseModel

from pocplatform import client
from pocplatform.client.connection import Connection
from pocplatform.client.modes import Operation, Resource
from pocplatform.client.requests import Request
from pocplatform.domains.recordings.export.story import Call, Later, Place, Value

_NOT_ASKED = frozenset(("wait", "idempotency_key", "page_size"))
_INSIDE = {("agreements.create", "document"): "text"}
"""Arguments that are sent inside an object, under this name."""
_SAMPLE = datetime(2030, 1, 1, 12)


class _Sent(BaseException):
    """What would have been sent. It goes through all that an operation catches."""

    def __init__(self, method: str, path: str, body: dict[str, Any] | None) -> None:
        self.method, self.path, self.body = method, path, body or {}


class _Nowhere(Connection):
    """A connection that sends nothing."""

    @property
    def blocking(self) -> bool:
        return True

    async def _send(self, method: str, path: str, **rest: Any) -> Any:
        raise _Sent(method, path, rest.get("body"))


@dataclass(frozen=True)
class Method:
    """An operation of the SDK.

    Attributes:
        name: Such as ``agreements.create``.
        function: It, over a connection that sends nothing.
        parameters: By name, without those about the request itself.
        hints: Their types.
        answer: The class of what it gives.
        http: The method of its request.
        path: Of the request; its groups are the parameters in it.
    """

    name: str
    function: Any
    parameters: dict[str, inspect.Parameter]
    hints: dict[str, Any]
    answer: type[BaseModel]
    http: str
    path: re.Pattern[str]


@dataclass(frozen=True)
class Build:
    """That an argument is made by a class of the SDK."""

    model: type[Request]
    values: dict[str, Value]


@dataclass(frozen=True)
class Moment:
    """That an argument is a ``datetime``."""

    value: Later | str


@dataclass(frozen=True)
class TypedCall:
    """A call as the SDK has it."""

    name: str
    positional: list[Any]
    named: dict[str, Any]
    answer: type[BaseModel]


def typed(call: Call) -> TypedCall | None:
    """How the SDK sends exactly this request and gives what later calls need; None if it cannot."""
    if call.query:
        return None
    for method in methods():
        found = method.path.fullmatch(call.raw_path) if method.http == call.method else None
        if found is None:
            continue
        names = found.groupdict()
        written = _arguments(method, names, _path_values(method, call), call.body)
        meant = _arguments(method, names, names, call.raw_body)
        if written is None or meant is None or not _sends(method, meant, call):
            continue
        if all(attribute(method.answer, place) is not None for place in call.used):
            return TypedCall(method.name, *_ordered(method, written), method.answer)
    return None


@lru_cache(maxsize=1)
def methods() -> tuple[Method, ...]:
    """All operations of the SDK whose request follows from their arguments."""
    sandbox = client.Sandbox("http://nowhere.invalid")
    sandbox.close()
    connection = sandbox._connection
    nowhere = _Nowhere(**{name: getattr(connection, name) for name in vars(connection)})
    found = [_asked(*one) for one in _operations(sandbox, nowhere)]
    return tuple(one for one in found if one is not None)


def _operations(holder: Any, nowhere: Connection, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, resource in vars(holder).items():
        if not isinstance(resource, Resource):
            continue
        group = f"{prefix}{name}"
        yield from _operations(resource, nowhere, f"{group}.")
        there = type(resource)(nowhere)
        for base in type(resource).__mro__:
            for verb, attribute_ in vars(base).items():
                if isinstance(attribute_, Operation) and not verb.startswith("_"):
                    yield f"{group}.{verb}", getattr(there, verb)


def _asked(name: str, function: Any) -> Method | None:
    parameters = {
        key: one
        for key, one in inspect.signature(function).parameters.items()
        if key not in _NOT_ASKED
    }
    hints = get_type_hints(inspect.unwrap(function))
    answer = hints.get("return")
    if not (isinstance(answer, type) and issubclass(answer, BaseModel)):
        return None
    required = [one.name for one in parameters.values() if one.default is inspect.Parameter.empty]
    marks = {key: _mark(number, hints[key]) for number, key in enumerate(required)}
    try:
        function(**marks)
    except _Sent as sent:
        pattern = re.escape(sent.path)
        for key, mark in marks.items():
            pattern = pattern.replace(str(mark), f"(?P<{key}>[^/]+)", 1)
        return Method(name, function, parameters, hints, answer, sent.method, re.compile(pattern))
    except Exception:  # it wants more of its arguments than a mark can be
        return None
    return None


def _mark(number: int, hint: Any) -> Any:
    kind = _plain(hint)
    if kind is int:
        return 990_000 + number
    if kind is str:
        return f"mark{number}mark"
    if kind is bool:
        return True
    if kind is datetime:
        return _SAMPLE
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    origin = get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return ()
    return f"mark{number}mark"


def _plain(hint: Any) -> Any:
    """A type without None beside it, and the first of several."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def _path_values(method: Method, call: Call) -> dict[str, Value]:
    """The values of the parameters in the path, as the story has them."""
    found = method.path.fullmatch(call.raw_path)
    assert found is not None
    values = {
        key: call.segments[call.raw_path[: found.start(key)].count("/")]
        for key in found.groupdict()
    }
    return {key: unquote(one) if isinstance(one, str) else one for key, one in values.items()}


def _arguments(
    method: Method, names: Mapping[str, str], path: Mapping[str, Value], body: Value
) -> dict[str, Any] | None:
    """Each argument that the request gives a value to."""
    if not isinstance(body, dict | None):
        return None
    given: dict[str, Any] = {}
    for key in method.parameters:
        hint = _plain(method.hints[key])
        if key in names:
            if hint is int and not names[key].isdigit():
                return None
            given[key] = _number(path[key]) if hint is int else path[key]
        elif body and key in body and body[key] is not None:
            value = body[key]
            inside = _INSIDE.get((method.name, key))
            if inside is not None:
                if not (isinstance(value, dict) and set(value) == {inside}):
                    return None
                value = value[inside]
            given[key] = _argument(hint, value)
    missing = [
        key
        for key, one in method.parameters.items()
        if one.default is inspect.Parameter.empty and key not in given
    ]
    return None if missing else given


def _number(value: Value) -> Any:
    """As a number, where the request has it as a text that says nothing else."""
    plain = isinstance(value, str) and re.fullmatch("0|[1-9][0-9]*", value, re.ASCII)
    return int(value) if plain else value


def _argument(hint: Any, value: Value) -> Any:
    if hint is datetime and isinstance(value, Later | str):
        return Moment(value)
    if hint is int:
        return _number(value)
    inner = [
        one
        for one in get_args(hint)
        if isinstance(one, type) and issubclass(one, Request) and one.__name__ in client.__all__
    ]
    if inner and isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [_built(inner[0], item) for item in value]
    return value


def _built(model: type[Request], item: dict[str, Value]) -> Build:
    fields = model.model_fields
    values = {
        name: _argument(_plain(fields[name].annotation), value) if name in fields else value
        for name, value in item.items()
        if value is not None
    }
    return Build(model, values)


def _sends(method: Method, arguments: dict[str, Any], call: Call) -> bool:
    """Whether the SDK sends the very request that was recorded."""
    try:
        positional, named = _ordered(method, arguments)
        method.function(*map(_real, positional), **{k: _real(v) for k, v in named.items()})
    except _Sent as sent:
        same = sent.method == call.method and unquote(sent.path) == unquote(call.raw_path)
        return same and _within(call.raw_body or {}, sent.body)
    except Exception:  # a value that the SDK does not take
        return False
    return False


def _real(value: Any) -> Any:
    if isinstance(value, Build):
        return value.model(**{name: _real(item) for name, item in value.values.items()})
    if isinstance(value, Moment):
        return datetime.fromisoformat(str(value.value).upper())
    if isinstance(value, list):
        return [_real(item) for item in value]
    return value


def _within(asked: Any, sent: Any) -> bool:
    """Whether all that was asked is sent; what the SDK adds are the API's own defaults."""
    if isinstance(asked, dict):
        return isinstance(sent, dict) and all(
            item is None or (name in sent and _within(item, sent[name]))
            for name, item in asked.items()
        )
    if isinstance(asked, list):
        same = isinstance(sent, list) and len(asked) == len(sent)
        return same and all(map(_within, asked, sent))
    moment = _moment(asked)
    return bool(asked == sent) or (moment is not None and moment == _moment(sent))


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[Tt]", value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def _ordered(method: Method, given: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by position as far as the first that is left out, or is better named."""
    positional: list[Any] = []
    rest = dict(given)
    for key, one in method.parameters.items():
        by_name = one.kind is inspect.Parameter.KEYWORD_ONLY
        if by_name or key not in rest or len(positional) == 4:
            break
        positional.append(rest.pop(key))
    return positional, rest


def attribute(model: Any, place: Place) -> str | None:
    """How a value in an answer is read of the SDK's object, such as ``.wallet.address``."""
    written = ""
    kind: Any = model
    for part in place:
        kind = _plain(kind)
        origin = get_origin(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names = {f.alias or name: name for name, f in kind.model_fields.items()}
            if part not in names:
                return None
            written += f".{names[str(part)]}"
            kind = kind.model_fields[names[str(part)]].annotation
        elif origin is list and isinstance(part, int):
            written += f"[{part}]"
            kind = get_args(kind)[0]
        elif origin is dict or kind is Any or kind is dict:
            written += f"[{json.dumps(part)}]"
            kind = get_args(kind)[1] if origin is dict else Any
        else:
            return None
    return written if _plain(kind) in (str, int, bool, Any) or _is_literal(kind) else None


def _is_literal(kind: Any) -> bool:
    return get_origin(_plain(kind)) is Literal
