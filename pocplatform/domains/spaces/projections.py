"""Read models of spaces from the events of Spaces."""

from typing import Any

from pocplatform.domains.spaces import repository
from pocplatform.domains.spaces.models import RULES, SpaceLink, SpaceState, Visit, number_of
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.ids import derived_id

projections = Projections(tables=[SpaceState, SpaceLink, Visit])

_CONTRACT = "Spaces"
_ZERO = "0x" + "0" * 40


def _state(event: Projected) -> SpaceState:
    return event.session.get_one(SpaceState, number_of(event.args["spaceId"]))


def _told(event: Projected, number: str, **facts: Any) -> dict[str, Any]:
    """What an event tells: the space by id and number, and what happened."""
    known = repository.by_number(event.session, number)
    return {"space": known.id if known else None, "space_number": number, **facts}


def _changed(event: Projected, state: SpaceState, type_: str, *others: str, **facts: Any) -> None:
    event.session.add(state)
    event.session.flush()
    told = _told(event, state.number, **facts)
    event.emit(type_, told, audience=[state.owner, *others])


@projections.on(_CONTRACT, "SpaceCreated")
def created(event: Projected) -> None:
    """There is a new space, which anybody can enter."""
    number, owner = number_of(event.args["spaceId"]), event.args["owner"]
    state = SpaceState(number=number, owner=owner, provider=event.args["provider"])
    _changed(event, state, "space.created", owner=owner, provider=state.provider)


@projections.on(_CONTRACT, "EntryRuleSet")
def rule_set(event: Projected) -> None:
    """Somebody else may enter from now on."""
    state = _state(event)
    requirement: bytes = event.args["requirement"]
    state.rule = RULES[event.args["rule"]]
    state.ticket = str(int.from_bytes(requirement)) if state.rule == "ticket" else None
    state.credential_type = "0x" + requirement.hex() if state.rule == "credential" else None
    state.issuer = event.args["issuer"] if state.rule == "credential" else None
    state.capacity = event.args["capacity"]
    _changed(event, state, "space.entry_changed", rule=state.rule, capacity=state.capacity)


@projections.on(_CONTRACT, "SpaceClosedSet")
def closed(event: Projected) -> None:
    """The space was closed, or opened again."""
    state = _state(event)
    state.closed = event.args["closed"]
    _changed(event, state, "space.closed" if state.closed else "space.reopened")


@projections.on(_CONTRACT, "SpaceOffered")
def offered(event: Projected) -> None:
    """The space was offered to a new owner."""
    state, candidate = _state(event), event.args["candidate"]
    state.candidate = None if candidate == _ZERO else candidate
    others = [] if state.candidate is None else [state.candidate]
    _changed(event, state, "space.offered", *others, candidate=state.candidate)


@projections.on(_CONTRACT, "SpaceTransferred")
def transferred(event: Projected) -> None:
    """The space changed hands."""
    state = _state(event)
    previous, state.owner, state.candidate = state.owner, event.args["owner"], None
    _changed(
        event, state, "space.transferred", previous, previous_owner=previous, owner=state.owner
    )


@projections.on(_CONTRACT, "SpaceProviderSet")
def provider_set(event: Projected) -> None:
    """Somebody else provides the space."""
    state = _state(event)
    state.provider = event.args["provider"]
    _changed(event, state, "space.provider_changed", provider=state.provider)


@projections.on(_CONTRACT, "InvitationsWithdrawn")
def invitations_withdrawn(event: Projected) -> None:
    """What was signed so far lets nobody in."""
    state = _state(event)
    state.series = event.args["series"]
    _changed(event, state, "space.invitations_withdrawn")


@projections.on(_CONTRACT, "SpaceLinkSet")
def link_set(event: Projected) -> None:
    """A way was opened or closed; setting it again to what it was changes nothing."""
    origin, target = number_of(event.args["from"]), number_of(event.args["to"])
    known = repository.link(event.session, origin, target)
    if event.args["linked"] == (known is not None):
        return
    if known is not None:
        event.session.delete(known)
    else:
        id_ = derived_id("lnk", origin, target)
        event.session.add(
            SpaceLink(id=id_, origin=origin, target=target, opened_at=event.timestamp)
        )
    event.session.flush()
    owners = [event.session.get_one(SpaceState, number).owner for number in (origin, target)]
    type_ = "space.linked" if known is None else "space.unlinked"
    event.emit(type_, _told(event, origin, to=target), audience=owners)


@projections.on(_CONTRACT, "SpaceEntered")
def entered(event: Projected) -> None:
    """A visit begins."""
    state, visitor = _state(event), event.args["visitor"]
    last = repository.last_visit(event.session, state.number, visitor)
    number = 1 if last is None else last.number + 1
    visit = Visit(
        id=derived_id("vst", state.number, visitor, number),
        space_number=state.number,
        visitor=visitor,
        number=number,
        entered_at=event.timestamp,
    )
    event.session.add(visit)
    _changed(event, state, "space.entered", visitor, visitor=visitor, visit=visit.id)


@projections.on(_CONTRACT, "SpaceLeft")
def left(event: Projected) -> None:
    """A visit ends."""
    state, visitor, by = _state(event), event.args["visitor"], event.args["by"]
    visit = repository.last_visit(event.session, state.number, visitor)
    assert visit is not None, "the contract lets nobody leave who has not entered"
    visit.left_at, visit.left_by = event.timestamp, by
    event.session.add(visit)
    _changed(event, state, "space.left", visitor, visitor=visitor, visit=visit.id, by=by)
