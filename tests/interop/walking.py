"""Walks along the links of the API's document, as schemathesis does, but so that it gets somewhere.

The state machine is schemathesis' own: it makes a thing, follows a link of the answer to what can
be done with it, and so on, and holds every answer against the document with all its checks. Bodies
that are drawn at random seldom make anything, so that nearly no link could be followed. Here a body
is the document's example, in which ids, addresses and DIDs are those of things that there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import hypothesis
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.stateful.state_machine import normalize_name

from tests.api.operations import document, operations

SEED = 2026

_ID = re.compile(r"([a-z]{2,5})_[0-9a-f]{24}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DID = re.compile(r"did:ethr:0x[0-9a-f]+:0x[0-9a-fA-F]{40}")

_FOR_TWO = tuple(
    f"POST /v1/{name}/{{"
    for name in ("agreements", "invoices", "listings", "mandates", "offers", "parcels", "spaces")
)
"""What is done with these, somebody else may do with what one has made."""


@dataclass(frozen=True)
class Walker:
    """Somebody who walks: their secret key, and how bodies name them."""

    key: str
    address: str
    did: str


@dataclass
class Walk:
    """What was seen on the way.

    Attributes:
        followed: How often each link was followed.
        arrived: How often that was answered with success.
        answers: How often which operation answered with which status and, if it refused, why.
        failure: What schemathesis found wrong first.
    """

    followed: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    failure: FailureGroup | None = None


def links(tags: set[str]) -> int:
    """How many links lead from an operation of these parts to another that can be walked to."""
    known = {one.entry["operationId"] for one in operations() if _walked(one, tags)}
    return sum(
        link["operationId"] in known
        for one in operations()
        if _walked(one, tags)
        for response in one.entry["responses"].values()
        for link in response.get("links", {}).values()
    )


def walk(
    base_url: str,
    first: Walker,
    second: Walker,
    admin: str,
    tags: set[str],
    settings: dict[str, Any],
    *,
    walks: int,
    steps: int,
) -> Walk:
    """Walk so often, so many steps each; raises what schemathesis finds wrong.

    Args:
        base_url: Of the gateway.
        first: Makes things and goes on with them.
        second: Whom the examples deal with; takes turns with the first where a thing is for two.
        admin: The organisers' key, for what only they may do.
        tags: The parts of the API to walk in.
        settings: schemathesis' configuration.
        walks: How many walks; each begins with nothing but what the ones before have made.
        steps: Requests of each walk.
    """
    all_of_it = {f"{one.verb.upper()} {one.path}": one for one in operations()}
    seen, turns, newest = Walk(), Counter[str](), dict[str, str]()
    schema = schemathesis.openapi.from_dict(
        document(), config=SchemathesisConfig.from_dict(settings)
    )
    schema.config.update(base_url=base_url)
    # An inclusion would be one more beside that of everything, which the configuration makes.
    schema = schema.exclude(lambda of: not _walked(all_of_it[of.operation.label], tags))

    @schema.hook  # type: ignore[untyped-decorator]
    def before_generate_body(context: Any, strategy: Any) -> Any:
        example = all_of_it[context.operation.label].example
        return strategy if example is None else st.builds(deepcopy, st.just(example))

    @schema.auth(refresh_interval=None)  # type: ignore[untyped-decorator]
    class Keys:
        def get(self, case: Any, context: Any) -> str:
            label = context.operation.label
            if "admin" in all_of_it[label].scopes:
                return admin
            if not label.startswith(_FOR_TWO):
                return first.key
            turns[label] += 1
            return (second, first)[turns[label] % 2].key

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    machine: Any = schema.as_state_machine()
    # Nothing is done with a thing before it is made.
    starts = {label for label in machine._root_labels if "{" not in label}
    others = {normalize_name(f"RANDOM -> {label}") for label in machine._root_labels - starts}

    class Walking(type("Starting", (machine,), dict.fromkeys(others))):  # type: ignore[misc]
        _root_labels = frozenset(starts)
        root_rules = machine.root_rules - others

        def setup(self) -> None:
            turns.clear()
            self.step_input: Any = None

        def step(self, input: Any) -> Any:
            self.step_input = input
            return super().step(input)

        def before_call(self, case: Any) -> None:
            needed = {one.name for one in case.operation.iter_parameters() if one.is_required}
            for given in (case.query, case.headers):
                for name in [*given]:
                    if name not in {*needed, "Authorization"}:
                        del given[name]
            if case.operation.method == "post":
                case.headers["Prefer"] = "wait=20"  # so that the next step finds it done
                case.headers["Idempotency-Key"] = str(uuid4())
            case.body = _filled(case.body, newest, _Names(first, second))

        def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
            try:
                super().validate_response(response, case, *args, **kwargs)
            except FailureGroup as error:
                seen.failure = seen.failure or error
                raise

        def after_call(self, response: Any, case: Any) -> None:
            super().after_call(response, case)
            good, label = response.status_code < 300, case.operation.label
            said = response.headers.get("content-type", [""])[0]
            # Some refusals are as another standard has them, such as those of OpenID4VCI.
            why = response.json()["code"] if "problem+json" in said else ""
            seen.answers[label, response.status_code, why] += 1
            transition = self.step_input.transition
            if transition is not None and self.step_input.is_applied:
                seen.followed[transition.id] += 1
                if good:
                    seen.arrived[transition.id] += 1
            if good and "json" in said:
                newest.update(reversed([*_ids(response.json())]))

    seed = SEED
    while (left := walks * steps - seen.answers.total()) > 0:
        hypothesis.seed(seed)(Walking)
        try:
            Walking.run(
                settings=hypothesis.settings(
                    max_examples=-(-left // steps),
                    stateful_step_count=steps,
                    deadline=None,
                    database=None,
                    phases=[hypothesis.Phase.generate],
                    suppress_health_check=list(hypothesis.HealthCheck),
                )
            )
        except hypothesis.errors.FlakyStrategyDefinition:
            # What was made before makes an answer another one, and what can be done next with it.
            seed += 1
        if seen.failure is not None:
            raise seen.failure
    return seen


def _walked(one: Any, tags: set[str]) -> bool:
    """Whether walks come to an operation. The platform signs for those who walk, so there is
    nothing for them to prepare, nor anything prepared to hand in."""
    return one.entry["tags"][0] in tags and "x-step" not in one.entry


class _Names:
    """Whom the addresses and DIDs of a body mean: the second first, then the first."""

    def __init__(self, first: Walker, second: Walker) -> None:
        self._walkers = (second, first)
        self._known: dict[str, Walker] = {}

    def meant(self, text: str) -> Walker:
        """By an address of the example."""
        return self._known.setdefault(text.lower(), self._walkers[len(self._known) % 2])


def _filled(value: Any, newest: dict[str, str], names: _Names) -> Any:
    """An example about things that there are."""
    if isinstance(value, dict):
        return {name: _filled(one, newest, names) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, newest, names) for one in value]
    if isinstance(value, str):
        if found := _ID.fullmatch(value):
            return newest.get(found[1], value)
        if _ADDRESS.fullmatch(value):
            return names.meant(value).address
        if _DID.fullmatch(value):
            return names.meant(value.rpartition(":")[2]).did
    return value


def _ids(value: Any) -> Iterator[tuple[str, str]]:
    """Every id of an answer with its prefix, those of what is outside first."""
    if isinstance(value, dict):
        for one in value.values():
            if isinstance(one, str) and (found := _ID.fullmatch(one)):
                yield found[1], one
        for one in value.values():
            yield from _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)
