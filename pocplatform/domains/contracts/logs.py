"""Events of contracts, read from the node: newest first, by pages, filtered by their arguments.

A page is looked for in ranges of blocks that grow while nothing is found, from the newest on, and
the node finds what can be told by topics: the event, and its indexed arguments. What is not indexed
is compared after decoding.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlmodel import Session

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import ArgumentInvalid, Parameter, names
from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.chain.interface import Event, Interface
from pocplatform.domains.contracts import service
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.contracts.schemas import LogRead
from pocplatform.kit.errors import InvalidInput
from pocplatform.outbox.service import Outbox

_FIRST_RANGE = 2_000
_LONGEST_RANGE = 200_000
_CURSOR = re.compile(r"log_([0-9]{1,15})_([0-9]{1,9})")


class Filter(NamedTuple):
    """Which events are wanted.

    Attributes:
        event: By name or signature; None for all logs of the contract.
        arguments: ``name=value`` each.
        from_block: The first block to look at.
        to_block: The last; None for the newest.
    """

    event: str | None = None
    arguments: Sequence[str] = ()
    from_block: int = 0
    to_block: int | None = None


class Located(Protocol):
    """Something that stands at a log's place."""

    @property
    def block(self) -> int:
        """The number of its block."""
        ...

    @property
    def log_index(self) -> int:
        """Its index among the logs of the block."""
        ...


T = TypeVar("T", bound=Located)
T_co = TypeVar("T_co", bound=Located, covariant=True)


class Searched(Protocol[T_co]):
    """Where logs are looked for."""

    def between(self, first: int, last: int) -> Sequence[T_co]:
        """Those in a range of blocks, oldest first."""
        ...


class Page(NamedTuple):
    """Which part of the list; as :class:`pocplatform.http.pages.PageQuery`."""

    limit: int
    starting_after: str | None
    ending_before: str | None


@dataclass(frozen=True)
class _Search:
    """What to ask the node for, and what to look at afterwards."""

    client: ChainClient
    contract: Contract
    address: str
    interface: Interface
    events: list[Event]
    topics: list[Any]
    values: dict[str, str]

    def between(self, first: int, last: int) -> list[LogRead]:
        """The events in a range of blocks, oldest first."""
        asked = {
            "address": self.address,
            "fromBlock": hex(first),
            "toBlock": hex(last),
            "topics": self.topics,
        }
        logs = self.client.request("eth_getLogs", asked)
        return [found for log in logs if (found := self._read(log)) is not None]

    def _read(self, log: dict[str, Any]) -> LogRead | None:
        decoded = self.interface.decode_log(log["topics"], bytes.fromhex(log["data"][2:]))
        if self.events and (decoded is None or decoded.event not in self.events):
            return None
        arguments = decoded.arguments if decoded else {}
        for name, value in self.values.items():
            if _as_text(arguments.get(name)) != value:
                return None
        block, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        return LogRead(
            id=f"log_{block}_{index}",
            contract=self.contract.id,
            event=decoded.event.name if decoded else None,
            signature=decoded.event.signature if decoded else None,
            arguments=arguments,
            address=self.address,
            block=block,
            transaction_hash=log["transactionHash"],
            log_index=index,
            topics=log["topics"],
            data=log["data"],
        )


def events(
    session: Session, outbox: Outbox, contract: Contract, wanted: Filter, page: Page
) -> tuple[list[LogRead], bool]:
    """A page of a contract's events, newest first, and whether there are more.

    Raises:
        NotOnChain, FunctionUnknown, ArgumentInvalid: See there.
        InvalidInput: The cursor names no event of this list.
    """
    client = outbox.contracts.client
    search = _search(session, outbox, contract, wanted)
    head = client.block_number()
    last = head if wanted.to_block is None else min(wanted.to_block, head)
    backwards = page.ending_before is not None
    cursor = page.ending_before if page.starting_after is None else page.starting_after
    place = None
    if cursor is not None:
        place = place_of(search, cursor, "ending_before" if backwards else "starting_after")
    found: list[LogRead] = []
    for one in walk(search, wanted.from_block, last, place, oldest_first=backwards):
        found.append(one)
        if len(found) > page.limit:
            break
    more = len(found) > page.limit
    found = found[: page.limit]
    return (found[::-1] if backwards else found), more


def walk(
    search: Searched[T],
    first: int,
    last: int,
    place: tuple[int, int] | None,
    *,
    oldest_first: bool,
    size: int = _FIRST_RANGE,
) -> Iterator[T]:
    """Logs behind a place (block and index), towards older or newer ones.

    They are asked for in ranges of blocks, the first of which has ``size``; they grow while nothing
    is found.
    """
    if place is not None:
        first, last = (max(first, place[0]), last) if oldest_first else (first, min(last, place[0]))
    while first <= last:
        low, high = (
            (first, min(last, first + size - 1))
            if oldest_first
            else (max(first, last - size + 1), last)
        )
        try:
            logs = search.between(low, high)
        except RpcError:
            if size == 1:
                raise
            size = max(1, size // 8)  # more than this node gives at a time
            continue
        for one in logs if oldest_first else reversed(logs):
            here = (one.block, one.log_index)
            if place is None or (here > place if oldest_first else here < place):
                yield one
        first, last = (high + 1, last) if oldest_first else (first, low - 1)
        size = min(2 * size, _LONGEST_RANGE)


def place_of(search: Searched[Located], cursor: str, param: str) -> tuple[int, int]:
    """The place that a cursor names. Raises :class:`InvalidInput` if it names nothing there."""
    match = _CURSOR.fullmatch(cursor)
    place = (int(match.group(1)), int(match.group(2))) if match else None
    if place is None or all(
        (one.block, one.log_index) != place for one in search.between(place[0], place[0])
    ):
        raise InvalidInput(
            "{param} names {cursor!r}, which does not exist.", param=param, cursor=cursor
        )
    return place


def _search(session: Session, outbox: Outbox, contract: Contract, wanted: Filter) -> _Search:
    address = service.address_of(session, contract)
    interface = service.whole_interface(session, outbox, contract)
    given = dict(_pair(text) for text in wanted.arguments)
    if wanted.event is None and given:
        raise ArgumentInvalid(
            "An argument can be looked for only together with its event.",
            next_step="Add event=NAME.",
            param="event",
        )
    matching = interface.event(wanted.event) if wanted.event is not None else []
    matching = [e for e in matching if set(given) <= set(names(e.inputs))]
    if wanted.event is not None and not matching:
        known = sorted({name for e in interface.event(wanted.event) for name in names(e.inputs)})
        raise ArgumentInvalid(
            "{param} is not known; expected are: {names}.",
            param=f"argument.{next(iter(given))}",
            names=", ".join(known) or "-",
        )
    topics: list[Any] = []
    values = given
    if len(matching) == 1:
        topics, values = _topics(matching[0], given)
    elif matching and not any(event.anonymous for event in matching):
        topics = [[event.topic for event in matching]]
    return _Search(outbox.contracts.client, contract, address, interface, matching, topics, values)


def _topics(event: Event, given: dict[str, str]) -> tuple[list[Any], dict[str, str]]:
    """Topics to ask the node for, and the values that are compared afterwards."""
    topics: list[Any] = [] if event.anonymous else [event.topic]
    indexed = set()
    for name, parameter in event.indexed:
        topics.append(
            event.topic_of({**parameter, "name": name}, given[name]) if name in given else None
        )
        indexed.add(name)
    while topics and topics[-1] is None:
        topics.pop()
    rest = {name: value for name, value in given.items() if name not in indexed}
    for name, parameter in zip(names(event.inputs), event.inputs, strict=True):
        if name in rest:
            rest[name] = _as_text(_canonical({**parameter, "name": name}, rest[name]))
    return topics, rest


def _canonical(parameter: Parameter, text: str) -> Any:
    """What an event tells for a value given as text: 0x10 and 16 are the same number.

    Structs and lists are given as JSON. Raises :class:`ArgumentInvalid` for what does not fit.
    """
    kind = str(parameter["type"])
    given: Any = {"true": True, "false": False}.get(text, text) if kind == "bool" else text
    if kind == "tuple" or kind.endswith("]"):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ArgumentInvalid(
                "{param} must be a list or a struct in JSON, as the event has it.",
                param=f"argument.{parameter['name']}",
            ) from error
    data = abi_json.encode([parameter], {parameter["name"]: given}, "argument")
    return abi_json.decode([{**parameter, "name": "x"}], data)["x"]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ArgumentInvalid(
            "{value} is no filter; filters are written name=value.",
            param="argument",
            value=text[:100],
        )
    return name, value
