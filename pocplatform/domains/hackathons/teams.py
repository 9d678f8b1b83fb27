"""Teams: made by the organisers or by a code, with all that they need; and their keys."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from pocplatform.domains.devnets import service as devnets
from pocplatform.domains.devnets.schemas import DevnetCreate
from pocplatform.domains.hackathons import codes, repository, service
from pocplatform.domains.hackathons.errors import (
    HackathonFrozen,
    HackathonFull,
    HackathonOver,
    JoinCodeUnknown,
    LineProblem,
    TeamNameTaken,
    TeamsFileInvalid,
    TeamsHaveKeys,
)
from pocplatform.domains.hackathons.models import Hackathon, Team
from pocplatform.domains.hackathons.schemas import JoinCreate, Quota, TeamKey
from pocplatform.domains.hackathons.teams_file import tidy, wrong_name
from pocplatform.domains.organizations import keys as api_keys
from pocplatform.domains.organizations import service as signing_up
from pocplatform.domains.organizations.models import ApiKey, OrganizationLimits
from pocplatform.domains.organizations.schemas import OrganizationCreate
from pocplatform.domains.payments import service as payments
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.ids import new_id
from pocplatform.kit.names import looks_like
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import Signers

PRINTED = "hand-out"
"""Name of the keys that the organisers give out."""


class Means(NamedTuple):
    """What teams are made with.

    Attributes:
        outbox: Sends them their money.
        signers: Makes their wallets.
    """

    outbox: Outbox
    signers: Signers


class Member(NamedTuple):
    """Somebody who has joined a team.

    Attributes:
        hackathon: The event.
        team: The team.
        made: Whether it was made for them.
        secret: Their key.
    """

    hackathon: Hackathon
    team: Team
    made: bool
    secret: str


def create(
    session: Session,
    means: Means,
    hackathon_id: str,
    names: Sequence[str],
    lines: Sequence[int] | None = None,
) -> list[Team]:
    """Make teams, all or none.

    Args:
        session: The database transaction.
        means: What they are made with.
        hackathon_id: The event.
        names: Of the teams.
        lines: Where each stands in a file; without them, they are a list.

    Raises:
        NotFound: There is no such event.
        TeamsFileInvalid: A name of the file that a team has already.
        InvalidInput, TeamNameTaken: The same of a list.
        HackathonFull: There would be more teams than there may be.
    """
    hackathon = service.get(session, hackathon_id)
    _check_names(session, hackathon_id, names, lines)
    _check_room(session, hackathon, len(names))
    return [_make(session, means, hackathon, tidy(name)) for name in names]


def found_by_code(session: Session, code: str) -> tuple[Hackathon, Team | None] | None:
    """The event that a code is of, with the team where it is a team's; None for no code here."""
    key = codes.key_of(code)
    team = repository.team_by_code(session, key)
    if team is not None:
        return service.get(session, team.hackathon_id), team
    hackathon = repository.by_code(session, key)
    return None if hackathon is None else (hackathon, None)


def member(session: Session, secret: str) -> Member | None:
    """The member of a team who has this key, if there is one."""
    caller = api_keys.caller(session, secret)
    team = repository.team_of(session, caller.org_id) if caller is not None else None
    if team is None:
        return None
    return Member(service.get(session, team.hackathon_id), team, False, secret)


def join(session: Session, means: Means, request: JoinCreate, secret: str | None = None) -> Member:
    """Make a team by the code of an event, or join one by its own.

    Args:
        session: The database transaction.
        means: What teams are made with.
        request: Who wants to.
        secret: The member's key; without it, it is random.

    Raises:
        JoinCodeUnknown: Nothing has this code.
        HackathonOver, HackathonFrozen: Nobody joins any more, or for now.
        HackathonFull: There are as many teams, or members, as there may be.
        InvalidInput, TeamNameTaken: The name is none, or that of another team.
        KeyInvalid: There was this key before, and it opens nothing any more.
    """
    if secret is not None:
        api_keys.check_new(session, secret)
    found = found_by_code(session, request.code)
    if found is None:
        raise JoinCodeUnknown(
            "No event and no team has the code {code}.",
            next_step="Look at the code again; the organisers have it.",
            param="code",
            code=request.code,
        )
    hackathon, team = found
    _check_open(hackathon)
    made = team is None
    if team is None:
        team = _by_name(session, means, hackathon, request.team)
    elif team.keys >= Quota.model_validate(hackathon.quota).members:
        raise HackathonFull(
            "The team {name} has {most} members, which is as many as it may.",
            next_step="Ask the organisers for more room.",
            name=team.name,
            most=team.keys,
        )
    team.keys += 1
    session.add(team)
    label = f"Member {team.keys}"
    _, key = api_keys.issue(session, team.org_id, name=label, secret=secret)
    return Member(hackathon, team, made, key)


def give_keys(
    session: Session, hackathon_id: str, team_ids: Sequence[str] | None, *, replace: bool
) -> list[TeamKey]:
    """A key for each team, to be handed out.

    Args:
        session: The database transaction.
        hackathon_id: The event.
        team_ids: Which teams; None for all that have none of these keys, or, with ``replace``, all.
        replace: Whether the former ones are revoked where there are any. The keys that members
            have got by joining go on working.

    Raises:
        NotFound: There is no such event or team.
        TeamsHaveKeys: Nothing would be left to do.
    """
    service.get(session, hackathon_id)
    if team_ids is None:
        rows = repository.all_teams(session, hackathon_id)
    else:
        rows = [service.team(session, hackathon_id, one) for one in dict.fromkeys(team_ids)]
    wanted = [row for row in rows if replace or not row.printed]
    if not wanted or (team_ids is not None and len(wanted) < len(rows)):
        raise TeamsHaveKeys(
            "The keys were given out already, and are shown only once."
            if rows
            else "The event has no team yet.",
            next_step="Ask with replace for new ones; the former ones then stop working."
            if rows
            else "Make teams first.",
        )
    return [_give_key(session, row) for row in wanted]


def _give_key(session: Session, row: Team) -> TeamKey:
    if row.printed:
        for former in session.exec(
            api_keys.visible_to(row.org_id).where(ApiKey.name == PRINTED)
        ).all():
            api_keys.revoke(session, row.org_id, former.id)
    else:
        row.printed, row.keys = True, row.keys + 1
        session.add(row)
    _, secret = api_keys.issue(session, row.org_id, name=PRINTED)
    return TeamKey(
        team=row.id,
        name=row.name,
        code=row.code,
        organization=row.org_id,
        address=row.address,
        secret_key=secret,
    )


def _by_name(session: Session, means: Means, hackathon: Hackathon, name: str | None) -> Team:
    if name is None:
        raise InvalidInput(
            "The name of your team is missing.",
            next_step="Send a name, or your team's own code if others have made it.",
            param="team",
        )
    problem = wrong_name(tidy(name))
    if problem is not None:
        raise InvalidInput("{problem}", param="team", problem=problem)
    if looks_like(tidy(name)) in repository.team_names(session, hackathon.id):
        raise _taken(name)
    _check_room(session, hackathon, 1)
    return _make(session, means, hackathon, tidy(name))


def _check_names(
    session: Session, hackathon_id: str, names: Sequence[str], lines: Sequence[int] | None
) -> None:
    there = repository.team_names(session, hackathon_id)
    if lines is not None:
        said = Phrase("the event has a team {name!r} already.")
        problems = [
            LineProblem(line, said.with_values(name=name))
            for name, line in zip(names, lines, strict=True)
            if looks_like(name) in there
        ]
        if problems:
            raise TeamsFileInvalid(problems)
        return
    for place, name in enumerate(names):
        problem = wrong_name(tidy(name))
        if problem is not None:
            raise InvalidInput("{problem}", param=f"teams[{place}].name", problem=problem)
        if looks_like(tidy(name)) in there:
            raise _taken(name, f"teams[{place}].name")
        there.add(looks_like(tidy(name)))


def _taken(name: str, param: str = "team") -> TeamNameTaken:
    return TeamNameTaken(
        "The event has a team {name!r} already.",
        next_step="Choose another name; to join that team, ask its members for the team's code.",
        param=param,
        name=name,
    )


def _check_room(session: Session, hackathon: Hackathon, further: int) -> None:
    most = Quota.model_validate(hackathon.quota).teams
    there = repository.count_teams(session, hackathon.id)
    if there + further > most:
        raise HackathonFull(
            "The event may have {most} teams and has {there}; {further} more are too many.",
            next_step="The organisers can raise the quota of teams.",
            most=most,
            there=there,
            further=further,
        )


def _check_open(hackathon: Hackathon) -> None:
    if hackathon.ends_ms <= now_ms():
        raise HackathonOver(
            "The event {name} is over.",
            next_step="POST /v1/organizations gives you an organization of your own.",
            name=hackathon.name,
        )
    if hackathon.frozen_ms is not None:
        raise HackathonFrozen(
            "The organisers have paused the event {name}.",
            next_step="Wait until they let the teams go on.",
            name=hackathon.name,
        )


def _make(session: Session, means: Means, hackathon: Hackathon, name: str) -> Team:
    """A team with its organization, wallet, money, quotas and, if wished, a chain of its own."""
    quota = Quota.model_validate(hackathon.quota)
    id_, now, code = new_id("team"), now_ms(), codes.new_team_code()
    organization = signing_up.establish(
        session,
        OrganizationCreate(name=name, metadata={"hackathon": hackathon.id, "team": id_}),
        means.signers.create_wallet(session),
        custody="platform",
    )
    limits = OrganizationLimits(org_id=organization.id, frozen=hackathon.frozen_ms is not None)
    service.limit(limits, quota)
    session.add(limits)
    team = Team(
        id=id_,
        hackathon_id=hackathon.id,
        name=name,
        name_key=looks_like(name),
        org_id=organization.id,
        address=organization.address,
        code=code,
        code_key=codes.key_of(code),
        since_ms=now,
        created_ms=now,
    )
    if quota.own_devnet:
        team.devnet_id = devnets.create(
            session,
            org_id=organization.id,
            address=organization.address,
            request=DevnetCreate(name=name),
            at_most=1,
        ).id
    session.add(team)
    session.flush()
    if quota.funding:
        fund(session, means, organization.address, quota.funding)
    return team


def fund(session: Session, means: Means, address: str, cents: int) -> str:
    """Test money from the organisers, whose transaction it is; its id."""
    asked = payments.faucet(
        session,
        means.outbox,
        org_id=None,
        operator=means.signers.operator.address,
        recipient=address,
        amount_cents=cents,
    )
    return asked.transaction.id
