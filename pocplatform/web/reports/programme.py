"""The report of the programme: a year in numbers, its pilots side by side, what people think."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pocplatform.domains.indicators.schemas import IndicatorsRead
from pocplatform.kit.clock import now_s
from pocplatform.kit.i18n import Phrase
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.web import shown
from pocplatform.web.reports import charts
from pocplatform.web.reports.content import Block, Facts, Items, Report, Section, Table, Words
from pocplatform.web.reports.pilot import TEST
from pocplatform.web.reports.telling import Telling

AREAS = {
    "digital_services": Phrase("Digital services and products"),
    "health": Phrase("Health and well-being"),
    "industry": Phrase("Renewing, low-emission industry"),
    "energy": Phrase("Energy production and storage"),
    "building_logistics": Phrase("Sustainable building, logistics and mobility"),
    "circular_economy": Phrase("Bio and circular economy"),
    "food": Phrase("Smart food"),
    "attractiveness": Phrase("International, attractive place"),
    "networked_innovation": Phrase("Networked innovation"),
    "tourism": Phrase("Innovative tourism"),
}
KINDS = {
    "hackathon": Phrase("Hackathons"),
    "workshop": Phrase("Workshops"),
    "info_event": Phrase("Information events"),
}

_BEST_MARK = 5


def report(
    numbers: IndicatorsRead,
    pilots: Sequence[Evaluation],
    words: Sequence[str],
    language: str,
) -> Report:
    """The report of a year.

    Args:
        numbers: Its indicators.
        pilots: The newest evaluation of each pilot.
        words: What people said in their assessments.
        language: ``fi`` or ``en``.
    """
    return _Programme(numbers, pilots, words, language).report()


class _Programme(Telling):
    def __init__(
        self,
        numbers: IndicatorsRead,
        pilots: Sequence[Evaluation],
        words: Sequence[str],
        language: str,
    ) -> None:
        super().__init__(language)
        self._numbers = numbers
        self._pilots = sorted(pilots, key=lambda one: (one.number or 99, one.pilot))
        self._words = words

    def report(self) -> Report:
        say, numbers = self._say, self._numbers
        sections = [
            Section(say(Phrase("The year in numbers")), self._year()),
            Section(say(Phrase("Pilots")), self._pilots_beside()),
            Section(say(Phrase("What is left open")), self._questions()),
            Section(say(Phrase("What those who took part think")), self._marks()),
            Section(
                say(Phrase("How it was measured")),
                [
                    Words(
                        say(
                            Phrase(
                                "Every number is counted by the sandbox from what was done in it. "
                                "Companies of demos and pilots are invented, and are not counted "
                                "as companies. An agreement is kept when all of its work was "
                                "accepted and paid, and broken when it was terminated or ran out."
                            )
                        )
                    )
                ],
            ),
        ]
        return Report(
            language=self._language,
            kind=say(Phrase("Report of the programme")),
            title=say(Phrase("The programme in {year}"), year=numbers.year),
            lead=say(
                Phrase(
                    "What companies of the region have tried with identity, agreements and "
                    "payments on a blockchain, before they invest."
                )
            ),
            verdict=None,
            facts=[
                (say(Phrase("Companies")), self._number(numbers.companies)),
                (say(Phrase("Pilots")), self._number(numbers.pilots)),
                (say(Phrase("Events held")), self._number(numbers.events)),
                (say(Phrase("People")), self._number(numbers.people)),
                (say(Phrase("Counted on")), shown.moment(now_s() * 1000, self._language)),
            ],
            sections=sections,
            code=f"{numbers.year}",
            stamp=int(datetime(numbers.year, 1, 1, tzinfo=UTC).timestamp()),
            test=say(TEST),
        )

    def _year(self) -> list[Block]:
        say, numbers = self._say, self._numbers
        blocks: list[Block] = [
            Facts(
                [
                    (say(Phrase("Companies that signed up")), self._number(numbers.companies)),
                    (say(Phrase("Companies made for trying a demo")), self._number(numbers.guests)),
                    (say(Phrase("People")), self._number(numbers.people)),
                    (say(Phrase("Teams at events")), self._number(numbers.teams)),
                    (say(Phrase("Entries in the blockchain")), self._number(numbers.transactions)),
                    (say(Phrase("Agreements in force")), self._number(numbers.agreements)),
                    (say(Phrase("Of these, kept")), self._number(numbers.agreements_kept)),
                    (say(Phrase("Of these, broken")), self._number(numbers.agreements_broken)),
                    (
                        say(Phrase("Test money moved")),
                        shown.money(numbers.volume_cents, self._language),
                    ),
                ]
            )
        ]
        if numbers.pilots_by_area:
            blocks.append(
                charts.bars(
                    say(Phrase("Pilots by focus area")),
                    [
                        (say(AREAS[area]) if area in AREAS else area, number, self._number(number))
                        for area, number in numbers.pilots_by_area.items()
                    ],
                )
            )
        if numbers.events_by_kind:
            blocks.append(
                charts.bars(
                    say(Phrase("Events by kind")),
                    [
                        (say(KINDS[kind]) if kind in KINDS else kind, number, self._number(number))
                        for kind, number in numbers.events_by_kind.items()
                    ],
                )
            )
        return blocks

    def _pilots_beside(self) -> list[Block]:
        say = self._say
        if not self._pilots:
            return [Words(say(Phrase("No pilot was run yet.")))]
        yes, no = say(Phrase("yes")), say(Phrase("no"))
        rows = [
            [
                self._of(one.title),
                self._of(one.sector),
                f"{one.steps_done}/{len(one.steps)}",
                self._number(len(one.transactions)),
                yes if one.ok else no,
                str(one.readiness_level),
            ]
            for one in self._pilots
        ]
        head = [
            say(Phrase("Pilot")), say(Phrase("Trade")), say(Phrase("Steps")),
            say(Phrase("Entries")), say(Phrase("Goals reached")), say(Phrase("Readiness")),
        ]  # fmt: skip
        return [
            Table(say(Phrase("All pilots side by side")), head, rows, numbers=[2, 3, 5]),
            charts.bars(
                say(Phrase("Entries in the blockchain, by pilot")),
                [
                    (
                        self._of(one.title),
                        len(one.transactions),
                        self._number(len(one.transactions)),
                    )
                    for one in self._pilots
                ],
            ),
        ]

    def _questions(self) -> list[Block]:
        items = [
            f"{self._of(one.title)}: {self._of(question)}"
            for one in self._pilots
            for question in one.questions
        ]
        return [Items(items)] if items else [Words(self._say(Phrase("Nothing was noted.")))]

    def _marks(self) -> list[Block]:
        say, marks = self._say, self._numbers.assessments
        if not marks.number or marks.useful is None:
            return [Words(say(Phrase("Nobody has left an assessment yet.")))]
        means = (
            (Phrase("How useful it was"), marks.useful),
            (Phrase("How clear it was"), marks.clear),
            (Phrase("How likely to go on by one's own money"), marks.invest),
        )
        blocks: list[Block] = [
            charts.bars(
                say(Phrase("Means of {number} assessments, 1 to 5"), number=marks.number),
                [
                    (say(phrase), mean or 0.0, shown.number(mean or 0.0, self._language, 1))
                    for phrase, mean in means
                ],
                most=_BEST_MARK,
            )
        ]
        if self._words:
            blocks.append(Items([say(Phrase("“{words}”"), words=one) for one in self._words]))
        return blocks
