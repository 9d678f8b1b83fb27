"""Events: made, changed, frozen; and what is told at them."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlmodel import Session

from pocplatform.domains.hackathons import codes, repository
from pocplatform.domains.hackathons.errors import JoinCodeTaken
from pocplatform.domains.hackathons.models import Announcement, Hackathon, Team
from pocplatform.domains.hackathons.schemas import (
    AnnouncementRead,
    CodesRead,
    HackathonCreate,
    HackathonRead,
    HackathonUpdate,
    Quota,
    TeamCode,
    TeamRead,
)
from pocplatform.domains.organizations.models import OrganizationLimits
from pocplatform.domains.organizations.repository import count_revocation
from pocplatform.events import log
from pocplatform.events.log import NewEvent
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between which an event is held: what is beyond is a slip, and dates end with the year 9999."""

ANNOUNCED, FROZEN, TEAM_RESET = (
    "hackathon.announced", "hackathon.frozen", "hackathon.team_reset",
)  # fmt: skip


hackathons, teams_of, announcements_of = (
    repository.hackathons, repository.teams, repository.announcements,
)  # fmt: skip


def create(session: Session, request: HackathonCreate) -> Hackathon:
    """A new event.

    Raises :class:`InvalidInput` for one that ends before it starts or is in another age, and
    :class:`JoinCodeTaken`.
    """
    starts_ms, ends_ms = _moment(request.starts, "starts"), _moment(request.ends, "ends")
    code = request.code or codes.new_event_code()
    _check_code(session, code)
    hackathon = Hackathon(
        id=new_id("hck"),
        name=request.name,
        kind=request.kind,
        language=request.language,
        code=code,
        code_key=codes.key_of(code),
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        quota=request.quota.model_dump(),
        metadata_=request.metadata,
        created_ms=now_ms(),
    )
    _check_times(hackathon)
    session.add(hackathon)
    session.flush()
    return hackathon


def get(session: Session, hackathon_id: str) -> Hackathon:
    """An event. Raises :class:`NotFound`."""
    found = repository.by_id(session, hackathon_id)
    if found is None:
        raise NotFound("There is no event {id}.", id=hackathon_id)
    return found


def team(session: Session, hackathon_id: str, team_id: str) -> Team:
    """A team of an event. Raises :class:`NotFound`."""
    found = repository.team(session, hackathon_id, team_id)
    if found is None:
        raise NotFound("The event {event} has no team {id}.", event=hackathon_id, id=team_id)
    return found


def update(session: Session, hackathon_id: str, request: HackathonUpdate) -> Hackathon:
    """Change an event; what teams may take changes within a second.

    Raises :class:`NotFound`, :class:`InvalidInput` and :class:`JoinCodeTaken`.
    """
    hackathon = get(session, hackathon_id)
    for name in ("name", "language"):
        if (value := getattr(request, name)) is not None:
            setattr(hackathon, name, value)
    if request.starts is not None:
        hackathon.starts_ms = _moment(request.starts, "starts")
    if request.ends is not None:
        hackathon.ends_ms = _moment(request.ends, "ends")
    if request.metadata is not None:
        hackathon.metadata_ = request.metadata
    if request.code is not None and codes.key_of(request.code) != hackathon.code_key:
        _check_code(session, request.code)
        hackathon.code, hackathon.code_key = request.code, codes.key_of(request.code)
    if request.quota is not None:
        hackathon.quota = request.quota.model_dump()
        org_ids = [row.org_id for row in repository.all_teams(session, hackathon_id)]
        for row in repository.limits(session, org_ids):
            limit(row, request.quota)
            session.add(row)
        count_revocation(session)
    _check_times(hackathon)
    session.add(hackathon)
    session.flush()
    return hackathon


def limit(row: OrganizationLimits, quota: Quota) -> None:
    """Write down what a team may take."""
    row.requests_per_second = quota.requests_per_second
    row.faucet_daily = quota.faucet_daily
    row.devnets = quota.devnets


def freeze(session: Session, hackathon_id: str, *, frozen: bool) -> Hackathon:
    """Let the teams of an event write no more, or again; what is so already stays so.

    It holds for every key and session within a second. What was accepted before goes on.
    """
    hackathon = get(session, hackathon_id)
    if (hackathon.frozen_ms is not None) == frozen:
        return hackathon
    hackathon.frozen_ms = now_ms() if frozen else None
    session.add(hackathon)
    rows = repository.all_teams(session, hackathon_id)
    repository.freeze(session, [row.org_id for row in rows], frozen)
    count_revocation(session)
    source = f"{hackathon_id} {'frozen' if frozen else 'unfrozen'} {now_ms()}"
    told = {"hackathon": hackathon_id, "frozen": frozen}
    log.append(session, [NewEvent(FROZEN, told, source, _addresses(rows))])
    session.flush()
    return hackathon


def announce(session: Session, hackathon_id: str, text: str) -> Announcement:
    """Tell everybody at an event something. Raises :class:`NotFound`."""
    get(session, hackathon_id)
    row = Announcement(id=new_id("ann"), hackathon_id=hackathon_id, text=text, created_ms=now_ms())
    session.add(row)
    session.flush()
    told = {"hackathon": hackathon_id, "announcement": row.id, "text": text}
    audience = _addresses(repository.all_teams(session, hackathon_id))
    log.append(session, [NewEvent(ANNOUNCED, told, row.id, audience)])
    return row


def announcement(session: Session, announcement_id: str) -> Announcement:
    """What was told. Raises :class:`NotFound`."""
    found = repository.announcement(session, announcement_id)
    if found is None:
        raise NotFound("There is no announcement {id}.", id=announcement_id)
    return found


def read_announcement(row: Announcement) -> AnnouncementRead:
    """What was told, as it is shown."""
    return AnnouncementRead(
        id=row.id, hackathon=row.hackathon_id, text=row.text, created=iso(row.created_ms)
    )


def team_ids(session: Session, hackathon_id: str, team_id: str | None) -> list[str]:
    """The ids of an event's teams, or of the one that is meant. Raises :class:`NotFound`."""
    get(session, hackathon_id)
    if team_id is not None:
        return [team(session, hackathon_id, team_id).id]
    return [row.id for row in repository.all_teams(session, hackathon_id)]


def codes_of(session: Session, hackathon_id: str) -> CodesRead:
    """The codes of an event and of its teams. Raises :class:`NotFound`."""
    hackathon = get(session, hackathon_id)
    rows = repository.all_teams(session, hackathon_id)
    return CodesRead(
        hackathon=hackathon_id,
        code=hackathon.code,
        teams=[TeamCode(team=row.id, name=row.name, code=row.code) for row in rows],
    )


def read(session: Session, hackathon: Hackathon) -> HackathonRead:
    """An event as it is shown."""
    now = now_ms()
    if hackathon.ends_ms <= now:
        state = "over"
    elif hackathon.frozen_ms is not None:
        state = "frozen"
    else:
        state = "announced" if now < hackathon.starts_ms else "open"
    return HackathonRead(
        id=hackathon.id,
        name=hackathon.name,
        kind=hackathon.kind,  # type: ignore[arg-type]
        language=hackathon.language,  # type: ignore[arg-type]
        starts=iso(hackathon.starts_ms),
        ends=iso(hackathon.ends_ms),
        state=state,  # type: ignore[arg-type]
        teams=repository.count_teams(session, hackathon.id),
        quota=Quota.model_validate(hackathon.quota),
        metadata=hackathon.metadata_,
        created=iso(hackathon.created_ms),
    )


def read_team(row: Team, chain_id: int) -> TeamRead:
    """A team as it is shown."""
    return TeamRead(
        id=row.id,
        hackathon=row.hackathon_id,
        name=row.name,
        organization=row.org_id,
        address=row.address,
        did=did_of(chain_id, row.address),
        keys=row.keys,
        devnet=row.devnet_id,
        resets=row.resets,
        since=iso(row.since_ms),
        created=iso(row.created_ms),
    )


def _addresses(rows: Collection[Team]) -> list[str]:
    return [row.address for row in rows]


def _moment(given: datetime, param: str) -> int:
    """Milliseconds since 1970. Raises :class:`InvalidInput` for a moment in another age."""
    if not EARLIEST <= given < LATEST:
        raise InvalidInput(
            "An event is held between the years {first} and {last}.",
            next_step="Look at the year again.",
            param=param,
            first=EARLIEST.year,
            last=LATEST.year - 1,
        )
    return int(given.timestamp() * 1000)


def _check_times(hackathon: Hackathon) -> None:
    if hackathon.ends_ms <= hackathon.starts_ms:
        raise InvalidInput(
            "The event ends before it starts.",
            next_step="Give an end that is later than its start.",
            param="ends",
        )


def _check_code(session: Session, code: str) -> None:
    if repository.by_code(session, codes.key_of(code)) is not None:
        raise JoinCodeTaken(
            "Another event has the code {code}.",
            next_step="Choose another one, or leave it out to have one made up.",
            param="code",
            code=code,
        )
