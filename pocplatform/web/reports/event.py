"""The report of an event: what its teams have done, for its organisers and for who took part."""

from pocplatform.client import HackathonBoard, HackathonReport
from pocplatform.kit.i18n import Phrase
from pocplatform.web import shown
from pocplatform.web.reports import charts
from pocplatform.web.reports.content import Block, Facts, Items, Report, Section, Table, Words
from pocplatform.web.reports.pilot import TEST
from pocplatform.web.reports.telling import Telling

KINDS = {
    "hackathon": Phrase("Report of a hackathon"),
    "workshop": Phrase("Report of a workshop"),
    "info_event": Phrase("Report of an information event"),
}
_HASHES = 3
"""Transactions of a team that stand in the report; the data has more, the export all."""
_BARS = 40
_MINUTE_S = 120
"""From here on, times are told in minutes."""


def report(board: HackathonBoard, language: str) -> Report:
    """The report of an event.

    Args:
        board: What everybody sees of it; or the organisers' report, which tells more.
        language: ``fi`` or ``en``.
    """
    return _Event(board, language).report()


class _Event(Telling):
    def __init__(self, board: HackathonBoard, language: str) -> None:
        super().__init__(language)
        self._board = board
        self._figures = board if isinstance(board, HackathonReport) else None

    def report(self) -> Report:
        say, event, totals = self._say, self._board.hackathon, self._board.totals
        sections = [
            Section(say(Phrase("What was done")), self._done()),
            Section(say(Phrase("The teams")), self._teams()),
            Section(say(Phrase("Where teams got stuck")), self._errors()),
        ]
        if self._figures is not None:
            first = Section(say(Phrase("How soon it worked")), self._first(self._figures))
            sections.insert(2, first)
        if self._board.announcements:
            sections.append(Section(say(Phrase("What was announced")), self._announced()))
        sections.append(Section(say(Phrase("How it was measured")), self._measured()))
        if self._figures is not None:
            sections.append(Section(say(Phrase("The proofs")), self._proofs(self._figures)))
        return Report(
            language=self._language,
            kind=say(KINDS.get(event.kind, KINDS["hackathon"])),
            title=event.name,
            lead=self._lead(),
            verdict=None,
            facts=[
                (say(Phrase("When it was")), self._time()),
                (say(Phrase("Teams")), self._number(totals.teams)),
                (say(Phrase("Keys given to members")), self._number(totals.members)),
                (say(Phrase("Entries in the blockchain")), self._number(totals.transactions)),
                (say(Phrase("Counted on")), shown.moment(self._board.at, self._language)),
            ],
            sections=sections,
            code=event.id,
            stamp=int(self._board.at.timestamp()),
            test=say(TEST),
        )

    def _lead(self) -> str:
        say, totals = self._say, self._board.totals
        if self._board.hackathon.state == "announced":
            return say(Phrase("The event has not begun yet: this is how things stand before it."))
        if self._board.hackathon.state != "over":
            return say(Phrase("The event is going on: this is how things stand so far."))
        busy = sum(one.transactions > 0 for one in self._board.teams)
        return say(
            Phrase(
                "Of {teams} teams, {busy} wrote to the blockchain; {agreements} agreements came "
                "into force, and {milestones} milestones were paid."
            ),
            teams=self._number(totals.teams),
            busy=self._number(busy),
            agreements=self._number(totals.agreements),
            milestones=self._number(totals.milestones),
        )

    def _time(self) -> str:
        event = self._board.hackathon
        starts, ends = (shown.moment(one, self._language) for one in (event.starts, event.ends))
        return f"{starts} – {ends}"

    def _done(self) -> list[Block]:
        say, totals = self._say, self._board.totals
        rows = [
            (say(Phrase("Entries in the blockchain")), totals.transactions),
            (say(Phrase("Smart contracts")), totals.contracts),
            (say(Phrase("Agreements in force")), totals.agreements),
            (say(Phrase("Milestones paid")), totals.milestones),
            (say(Phrase("Errors met")), totals.errors),
        ]
        return [Facts([(label, self._number(value)) for label, value in rows])]

    def _teams(self) -> list[Block]:
        say, teams = self._say, self._board.teams
        if not teams:
            return [Words(say(Phrase("Nobody has joined yet.")))]
        head = [
            say(Phrase("Team")), say(Phrase("Entries")), say(Phrase("Contracts")),
            say(Phrase("Agreements")), say(Phrase("Milestones")), say(Phrase("Errors")),
        ]  # fmt: skip
        rows = [
            [
                one.name or "",
                *(
                    self._number(value)
                    for value in (
                        one.transactions, one.contracts, one.agreements, one.milestones, one.errors,
                    )
                ),
            ]
            for one in teams
        ]  # fmt: skip
        busiest = sorted(teams, key=lambda one: -one.transactions)[:_BARS]
        return [
            Table(say(Phrase("All teams side by side")), head, rows, numbers=[1, 2, 3, 4, 5]),
            charts.bars(
                say(Phrase("Entries in the blockchain, by team")),
                [
                    (one.name or "", one.transactions, self._number(one.transactions))
                    for one in busiest
                ],
            ),
        ]

    def _first(self, figures: HackathonReport) -> list[Block]:
        say, first = self._say, figures.time_to_first_success
        if not first.reached or first.median_s is None:
            return [Words(say(Phrase("No team has an entry in the blockchain yet.")))]
        lines = sorted(
            ((one.name, one.seconds) for one in first.teams if one.seconds is not None),
            key=lambda one: one[1],
        )
        return [
            Words(
                say(
                    Phrase(
                        "From a team's first request to its first entry in the blockchain: "
                        "{reached} of {teams} teams got there, half of them within {median}."
                    ),
                    reached=self._number(first.reached),
                    teams=self._number(len(first.teams)),
                    median=self._duration(first.median_s),
                )
            ),
            charts.bars(
                say(Phrase("Time to the first entry, by team")),
                [(name, seconds, self._duration(seconds)) for name, seconds in lines[:_BARS]],
            ),
        ]

    def _errors(self) -> list[Block]:
        say, errors = self._say, self._board.errors
        if not errors:
            return [Words(say(Phrase("No request of a team was answered with an error.")))]
        head = [
            say(Phrase("What happened")), say(Phrase("Code")), say(Phrase("Times")),
            say(Phrase("Teams")),
        ]  # fmt: skip
        rows = [
            [one.title, one.code, self._number(one.count), self._number(one.teams)]
            for one in errors
        ]
        lead = Phrase(
            "An error is an answer by which the sandbox says what is wrong: these are the places "
            "where a next event can explain more."
        )
        return [
            Words(say(lead)),
            Table(say(Phrase("Errors that teams ran into")), head, rows, numbers=[2, 3]),
        ]

    def _announced(self) -> list[Block]:
        return [
            Items(
                [
                    f"{shown.moment(one.created, self._language)}: {one.text}"
                    for one in reversed(self._board.announcements)
                ]
            )
        ]

    def _measured(self) -> list[Block]:
        say = self._say
        words = Phrase(
            "Every number is counted by the sandbox from what the teams did in it; counting begins "
            "when a team is made, and anew when it is reset."
        )
        if self._figures is None:
            return [Words(say(words))]
        return [Items(self._figures.measured)]

    def _proofs(self, figures: HackathonReport) -> list[Block]:
        say = self._say
        words = Phrase(
            "Each entry can be looked up in the blockchain by its hash, on the explorer's pages or "
            "at any node. Here are the first {most} of each team; the export has all."
        )
        rows = [
            [proof.name, hash_]
            for proof in figures.proofs
            for hash_ in proof.transactions[:_HASHES]
        ]
        wallets = [
            [proof.name, self._blocks(proof.first_block, proof.last_block), proof.address]
            for proof in figures.proofs
        ]
        agreements = [
            [", ".join(names), hash_] for hash_, names in self._agreements(figures).items()
        ]
        team, hash_head = say(Phrase("Team")), say(Phrase("Hash"))
        blocks: list[Block] = [Words(say(words, most=_HASHES))]
        if wallets:
            head = [team, say(Phrase("Blocks")), say(Phrase("Wallet"))]
            blocks.append(Table(say(Phrase("Wallets of the teams")), head, wallets, hashes=[2]))
        if agreements:
            caption = say(Phrase("Agreements in force"))
            blocks.append(Table(caption, [team, hash_head], agreements, hashes=[1]))
        if rows:
            caption = say(Phrase("Entries in the blockchain"))
            blocks.append(Table(caption, [team, hash_head], rows, hashes=[1]))
        return blocks

    @staticmethod
    def _agreements(figures: HackathonReport) -> dict[str, list[str]]:
        """Agreements with the teams that are parties."""
        found: dict[str, list[str]] = {}
        for proof in figures.proofs:
            for hash_ in proof.agreements:
                found.setdefault(hash_, []).append(proof.name)
        return found

    def _blocks(self, first: int | None, last: int | None) -> str:
        if first is None or last is None:
            return "–"
        shown = [self._number(one) for one in dict.fromkeys((first, last))]
        return "–".join(shown)

    def _duration(self, seconds: float) -> str:
        if seconds < _MINUTE_S:
            return f"{shown.number(seconds, self._language, 1)}\u00a0s"
        return f"{self._number(round(seconds / 60))}\u00a0min"
