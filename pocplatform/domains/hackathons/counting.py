"""What is counted of an event: for its board and for its report."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, and_, col, func, select

from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    MilestoneState,
)
from pocplatform.domains.agreements.terms import SETTLED
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.hackathons import repository, service
from pocplatform.domains.hackathons.board_schemas import (
    BoardRead,
    ErrorCount,
    FirstSuccess,
    FirstSuccesses,
    ReportRead,
    TeamCounts,
    TeamProof,
    TotalCounts,
)
from pocplatform.domains.hackathons.models import Team
from pocplatform.domains.organizations.models import Wallet
from pocplatform.domains.recordings.models import RequestEntry
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase, translate
from pocplatform.outbox.models import Transaction, TransactionStatus

_THERE = (TransactionStatus.MINED, TransactionStatus.CONFIRMED)
_ON_BOARD = 5
_PROOFS = 100
"""Transactions of a team that a report names; the export has all."""
MEASURED = (
    Phrase("Transactions: writes of the team's organization that the chain has recorded."),
    Phrase("Contracts: deployed or attached by the team, and not detached by a reset."),
    Phrase("Agreements: activated on the chain with a wallet of the team as a party."),
    Phrase("Milestones: of these agreements, paid or settled."),
    Phrase("Errors: requests that the request log has, which keeps the newest for a week."),
    Phrase(
        "Time to the first success: from the team's first request in the log to its first "
        "transaction that the chain has recorded."
    ),
    Phrase("All counting begins when a team is made, and anew when it is reset."),
)


class Counted:
    """Everything that is counted, read once.

    Args:
        session: Where to read.
        hackathon_id: The event.
    """

    def __init__(self, session: Session, hackathon_id: str) -> None:
        self._session = session
        self._id = hackathon_id
        self.teams = repository.all_teams(session, hackathon_id)
        self.transactions = self._by_team(Transaction, col(Transaction.status).in_(_THERE))
        self.contracts = self._by_team(Contract)
        self.errors = self._by_team(RequestEntry, col(RequestEntry.code).is_not(None))
        self._agreements: dict[str, set[str]] = defaultdict(set)
        self._milestones: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._read_agreements()

    def _of_team(self, table: Any) -> Any:
        """Rows of teams of this event that came since what is counted of them began."""
        return and_(
            col(Team.hackathon_id) == self._id,
            table.org_id == Team.org_id,
            table.created_ms >= Team.since_ms,
        )

    def _by_team(self, table: Any, *further: Any) -> dict[str, int]:
        statement = (
            select(Team.id, func.count())
            .select_from(Team)
            .join(table, self._of_team(table))
            .where(*further)
            .group_by(col(Team.id))
        )
        return dict(self._session.exec(statement).all())

    def _read_agreements(self) -> None:
        of_teams = (
            select(Team.id, Agreement.agreement_hash)
            .select_from(Team)
            .join(Wallet, col(Wallet.org_id) == col(Team.org_id))
            .join(AgreementParty, col(AgreementParty.address) == col(Wallet.address))
            .join(Agreement, col(Agreement.id) == col(AgreementParty.agreement_id))
            .join(
                AgreementState, col(AgreementState.agreement_hash) == col(Agreement.agreement_hash)
            )
            .where(
                Team.hackathon_id == self._id,
                col(Agreement.created_ms) >= col(Team.since_ms),
                col(AgreementParty.index).is_not(None),  # an arbiter is no party
            )
        )
        for team_id, hash_ in self._session.exec(of_teams):
            self._agreements[team_id].add(hash_)
        hashes = {hash_ for found in self._agreements.values() for hash_ in found}
        reached: dict[str, list[int]] = defaultdict(list)
        settled = select(MilestoneState.agreement_hash, MilestoneState.index).where(
            col(MilestoneState.agreement_hash).in_(hashes), col(MilestoneState.state).in_(SETTLED)
        )
        for hash_, index in self._session.exec(settled):
            reached[hash_].append(index)
        for team_id, found in self._agreements.items():
            self._milestones[team_id] = {(h, index) for h in found for index in reached[h]}

    def lines(self) -> list[TeamCounts]:
        """The teams, those who have done most first."""
        lines = [
            TeamCounts(
                team=team.id,
                name=team.name,
                transactions=self.transactions.get(team.id, 0),
                contracts=self.contracts.get(team.id, 0),
                agreements=len(self._agreements.get(team.id, ())),
                milestones=len(self._milestones.get(team.id, ())),
                errors=self.errors.get(team.id, 0),
            )
            for team in self.teams
        ]
        return sorted(
            lines,
            key=lambda one: (
                -one.milestones, -one.agreements, -one.contracts, -one.transactions, one.name,
            ),
        )  # fmt: skip

    def totals(self) -> TotalCounts:
        """What all teams have done."""
        return TotalCounts(
            teams=len(self.teams),
            members=sum(team.keys for team in self.teams),
            transactions=sum(self.transactions.values()),
            contracts=sum(self.contracts.values()),
            agreements=len(_together(self._agreements.values())),
            milestones=len(_together(self._milestones.values())),
            errors=sum(self.errors.values()),
        )

    def errors_met(self, language: str, most: int | None = None) -> list[ErrorCount]:
        """The errors that teams have run into, the most frequent first."""
        statement = (
            select(RequestEntry.code, Team.id, func.count())
            .select_from(Team)
            .join(RequestEntry, self._of_team(RequestEntry))
            .where(col(RequestEntry.code).is_not(None))
            .group_by(col(RequestEntry.code), col(Team.id))
        )
        number: Counter[str] = Counter()
        who: dict[str, set[str]] = defaultdict(set)
        for code, team_id, count in self._session.exec(statement):
            number[str(code)] += count
            who[str(code)].add(team_id)
        titles = _titles()
        ordered = sorted(number.items(), key=lambda one: (-one[1], one[0]))
        return [
            ErrorCount(
                code=code,
                title=translate(titles.get(code, code), language),
                count=count,
                teams=len(who[code]),
            )
            for code, count in ordered[:most]
        ]

    def first_successes(self) -> FirstSuccesses:
        """How long each team took to its first transaction on the chain."""
        began = self._earliest(RequestEntry)
        there = self._earliest(Transaction, col(Transaction.status).in_(_THERE))
        teams = []
        for team in self.teams:
            seconds = None
            if team.id in there:
                # The log may have lost the first request, and holds none of the last second.
                start = min(began.get(team.id, there[team.id]), there[team.id])
                seconds = (there[team.id] - start) / 1000
            teams.append(FirstSuccess(team=team.id, name=team.name, seconds=seconds))
        known = [one.seconds for one in teams if one.seconds is not None]
        return FirstSuccesses(
            teams=teams,
            reached=len(known),
            fastest_s=min(known, default=None),
            median_s=statistics.median(known) if known else None,
            slowest_s=max(known, default=None),
        )

    def proofs(self) -> list[TeamProof]:
        """What anybody can look up on the chain, team by team in the order of :meth:`lines`."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        statement = (
            select(Team.id, Transaction.block_number, Transaction.hash)
            .select_from(Team)
            .join(Transaction, self._of_team(Transaction))
            .where(col(Transaction.status).in_(_THERE), col(Transaction.hash).is_not(None))
            .order_by(col(Transaction.block_number), col(Transaction.position))
        )
        for team_id, block, hash_ in self._session.exec(statement):
            found[team_id].append((int(block or 0), str(hash_)))
        addresses = {team.id: team.address for team in self.teams}
        return [
            TeamProof(
                team=line.team,
                name=line.name,
                address=addresses[line.team],
                transactions=[hash_ for _, hash_ in found[line.team][:_PROOFS]],
                first_block=found[line.team][0][0] if found[line.team] else None,
                last_block=found[line.team][-1][0] if found[line.team] else None,
                agreements=sorted(self._agreements.get(line.team, ())),
            )
            for line in self.lines()
        ]

    def _earliest(self, table: Any, *further: Any) -> dict[str, int]:
        moment = table.updated_ms if table is Transaction else table.created_ms
        statement = (
            select(Team.id, func.min(moment))
            .select_from(Team)
            .join(table, self._of_team(table))
            .where(*further)
            .group_by(col(Team.id))
        )
        return {team_id: int(at) for team_id, at in self._session.exec(statement)}


def board(session: Session, hackathon_id: str, language: str) -> BoardRead:
    """How an event stands. Raises :class:`NotFound`."""
    hackathon = service.get(session, hackathon_id)
    counted = Counted(session, hackathon_id)
    told = repository.newest_announcements(session, hackathon_id, 3)
    return BoardRead(
        hackathon=service.read(session, hackathon),
        totals=counted.totals(),
        teams=counted.lines(),
        errors=counted.errors_met(language, _ON_BOARD),
        announcements=[service.read_announcement(row) for row in told],
        at=iso(now_ms()),
    )


def report(session: Session, hackathon_id: str, language: str) -> ReportRead:
    """An event in figures. Raises :class:`NotFound`."""
    hackathon = service.get(session, hackathon_id)
    counted = Counted(session, hackathon_id)
    told = repository.newest_announcements(session, hackathon_id, 1000)
    return ReportRead(
        hackathon=service.read(session, hackathon),
        totals=counted.totals(),
        teams=counted.lines(),
        errors=counted.errors_met(language),
        time_to_first_success=counted.first_successes(),
        announcements=[service.read_announcement(row) for row in told],
        proofs=counted.proofs(),
        measured=[one.render(language) for one in MEASURED],
        at=iso(now_ms()),
    )


def _together(sets: Iterable[set[Any]]) -> set[Any]:
    return set().union(*sets)


def _titles() -> dict[str, str]:
    """The title of every error, by its code."""

    def below(kind: type[PlatformError]) -> Iterable[type[PlatformError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    return {kind.code: kind.title for kind in below(PlatformError)}
