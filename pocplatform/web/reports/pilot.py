"""The report of a pilot: its evaluation in plain words, for who runs a company."""

from pocplatform.kit.i18n import Phrase
from pocplatform.pilots.evaluation import CriterionResult, Evaluation, NetworkCost
from pocplatform.pilots.shown import ORGANISERS, Text
from pocplatform.web import shown
from pocplatform.web.reports import charts
from pocplatform.web.reports.content import (
    Block,
    Check,
    Checks,
    Facts,
    Items,
    Report,
    Section,
    Table,
    Verdict,
    Words,
)
from pocplatform.web.reports.telling import Telling
from pocplatform.web.showing import deed

TEST = Phrase("Everything here is test data and test money. tEUR has no value.")
_UNITS_PER_CENT = 10_000
_PLAYED_IN = {
    "en": Phrase(
        "The pilot was played in English; reasons and values below are as they were given then."
    ),
    "fi": Phrase(
        "The pilot was played in Finnish; reasons and values below are as they were given then."
    ),
}


def report(evaluation: Evaluation, code: str, language: str) -> Report:
    """The report of a run.

    Args:
        evaluation: The run.
        code: The id under which it is kept.
        language: ``fi`` or ``en``.
    """
    return _Pilot(evaluation, language).report(code)


class _Pilot(Telling):
    def __init__(self, evaluation: Evaluation, language: str) -> None:
        super().__init__(language)
        self._run = evaluation
        self._names = {one.role: one.company for one in evaluation.actors}

    def report(self, code: str) -> Report:
        run, say = self._run, self._say
        return Report(
            language=self._language,
            kind=say(Phrase("Report of a pilot")),
            title=self._of(run.title),
            lead=self._of(run.summary),
            verdict=Verdict(self._verdict(), run.ok),
            facts=[
                (say(Phrase("Trade")), self._of(run.sector)),
                (say(Phrase("Run on")), shown.moment(run.ended, self._language)),
                (say(Phrase("Took")), self._seconds(run.seconds)),
                (say(Phrase("Entries in the blockchain")), self._number(len(run.transactions))),
                (say(Phrase("Readiness level (1 to 9)")), str(run.readiness_level)),
            ],
            sections=[
                Section(say(Phrase("What it was about")), self._about()),
                Section(say(Phrase("What happened")), self._steps()),
                Section(say(Phrase("Did it succeed?")), self._success()),
                Section(say(Phrase("What it would cost")), self._costs()),
                Section(say(Phrase("How ready it is, and what is left open")), self._open()),
                Section(say(Phrase("How it was measured")), self._method()),
                Section(say(Phrase("The proofs")), self._proofs(code)),
            ],
            code=code,
            stamp=int(run.ended.timestamp()),
            test=say(TEST),
        )

    def _verdict(self) -> str:
        run = self._run
        failed = run.failed_step
        if failed is not None:
            return self._say(
                Phrase("It stopped at “{step}”: {why}"),
                step=self._of(failed.title),
                why=failed.failure.sentence if failed.failure is not None else "",
            )
        if run.ok:
            return self._say(
                Phrase("It worked: all {steps} steps were done, and all {criteria} goals reached."),
                steps=len(run.steps),
                criteria=len(run.criteria),
            )
        return self._say(
            Phrase("All steps were done, but {met} of {criteria} goals were reached."),
            met=sum(one.met for one in run.criteria),
            criteria=len(run.criteria),
        )

    def _about(self) -> list[Block]:
        run, say = self._run, self._say
        return [
            Words(self._of(run.story)),
            Facts([(say(Phrase("What was to be learnt")), self._of(run.learn))]),
            Table(
                say(Phrase("Who took part")),
                [say(Phrase("Company")), say(Phrase("Role")), say(Phrase("Test money at the end"))],
                [
                    [one.company, self._of(one.title), self._money(one.balance_raw)]
                    for one in run.actors
                ],
                numbers=[2],
            ),
        ]

    def _steps(self) -> list[Block]:
        run = self._run
        rows = []
        for step in run.steps:
            left = self._say(Phrase("It was not reached.")) if step.state == "left" else ""
            failure = step.failure.sentence if step.failure is not None else ""
            after = self._of(step.after) if step.state == "done" else failure or left
            if step.state == "done" and step.roles:
                # Stories speak to who acts; a report says who that is.
                after = f"{self._who(step.roles[0])}: {after}"
            rows.append(Check(step.state == "done", self._of(step.title), after))
        refused = [
            f"{self._who(one.role)}: {self._of(one.what)} — {one.sentence}"
            for step in run.steps
            for one in step.refusals
        ]
        blocks: list[Block] = [Checks(rows)]
        facts = any(step.facts for step in run.steps)
        if run.language != self._language and run.language in _PLAYED_IN and (refused or facts):
            blocks.append(Words(self._say(_PLAYED_IN[run.language]), soft=True))
        if refused:
            blocks += [
                Words(self._say(Phrase("What was refused, as it should be:"))),
                Items(refused),
            ]
        if facts:
            blocks.append(Words(self._say(Phrase("What the steps showed besides:"))))
        for step in run.steps:
            if step.facts:
                blocks.append(Words(self._of(step.title), soft=True))
                blocks.append(Facts([(self._of(fact.label), fact.value) for fact in step.facts]))
        if run.unwound is not None:
            done = [self._of(one) for one in run.unwound.done]
            stuck = [self._of(one) for one in run.unwound.left]
            blocks.append(Words(self._say(Phrase("What was done so that no money is stuck:"))))
            blocks.append(Items([*done, *stuck] or [self._say(Phrase("Nothing was stuck."))]))
        return blocks

    def _success(self) -> list[Block]:
        run, say = self._run, self._say
        return [
            Checks([Check(one.met, self._of(one.text), self._found(one)) for one in run.criteria]),
            Words(say(Phrase("What the pilot claims, and what the blockchain itself says:"))),
            Checks(
                [
                    Check(
                        one.ok,
                        self._of(one.text),
                        ""
                        if one.ok
                        else say(
                            Phrase("expected {expected}, found {found}"),
                            expected=one.expected,
                            found=one.found,
                        ),
                    )
                    for one in run.claims
                ]
            ),
        ]

    def _found(self, one: CriterionResult) -> str:
        wanted = {
            Phrase("exactly {number}"): one.equals,
            Phrase("at least {number}"): one.at_least,
            Phrase("at most {number}"): one.at_most,
        }
        words = [
            self._say(phrase, number=self._measured(one.measure, value))
            for phrase, value in wanted.items()
            if value is not None
        ]
        return self._say(
            Phrase("wanted: {wanted}; found: {found}"),
            wanted=", ".join(words) or "–",
            found="–" if one.found is None else self._measured(one.measure, one.found),
        )

    def _measured(self, measure: str, value: int) -> str:
        """A number with its unit, which is the last word of the measure's name."""
        match measure.rpartition("_")[2]:
            case "cents":
                return shown.money(value, self._language)
            case "bps":
                return f"{shown.number(value / 100, self._language, 2)}\u00a0%"
            case "wh":
                return f"{shown.number(value / 1000, self._language, 1)}\u00a0kWh"
            case "kwh":
                return f"{self._number(value)}\u00a0kWh"
            case "km":
                return f"{self._number(value)}\u00a0km"
        return self._number(value)

    def _costs(self) -> list[Block]:
        run, say = self._run, self._say
        costs, volume = run.costs, run.costs.volume
        unit = self._of(volume.unit)
        dated = shown.day(costs.prices.noon, self._language) if costs.prices.networks else "–"

        def rows(found: list[NetworkCost]) -> list[list[str]]:
            return [
                [one.network, self._euros(one.low), self._euros(one.typical), self._euros(one.high)]
                for one in found
            ]

        head = [
            say(Phrase("Network")),
            say(Phrase("Low")),
            say(Phrase("Typical")),
            say(Phrase("High")),
        ]
        blocks: list[Block] = [
            Words(
                say(
                    Phrase(
                        "On a public blockchain every entry costs a fee. This is what the same "
                        "would cost there, at the company's own volume: {units} × {unit} a year, "
                        "{customers} customers."
                    ),
                    units=self._number(volume.units_per_year),
                    unit=unit,
                    customers=self._number(volume.customers),
                )
            ),
            Table(say(Phrase("One unit ({unit})"), unit=unit), head, rows(costs.unit), [1, 2, 3]),
            Table(say(Phrase("A year")), head, rows(costs.year), [1, 2, 3]),
            Table(say(Phrase("A year, for one customer")), head, rows(costs.customer_year),
                  [1, 2, 3]),
        ]  # fmt: skip
        if costs.year:
            blocks.append(
                charts.bars(
                    say(Phrase("Fees in a year at the typical price")),
                    [(one.network, one.typical, self._euros(one.typical)) for one in costs.year],
                )
            )
        note = Phrase(
            "Gas used times the price of gas times the rate of the coin. The prices in the table "
            "of {date} are assumptions of our own, taken from no source: look up the real ones "
            "before you decide. On a network of the programme's own, the fee is nothing."
        )
        blocks.append(Words(say(note, date=dated), soft=True))
        blocks += [Words(self._of(one), soft=True) for one in run.warnings]
        return blocks

    def _open(self) -> list[Block]:
        run, say = self._run, self._say
        level = say(Phrase("Level {level} of 9."), level=run.readiness_level)
        blocks: list[Block] = [Words(f"{level} {self._of(run.readiness_why)}")]
        if run.risks:
            blocks.append(Words(say(Phrase("What may be different in earnest:"))))
            blocks.append(Items([self._of(one) for one in run.risks]))
        if run.questions:
            blocks.append(Words(say(Phrase("Questions left open:"))))
            blocks.append(Items([self._of(one) for one in run.questions]))
        return blocks

    def _method(self) -> list[Block]:
        run, say = self._run, self._say
        blocks: list[Block] = [
            Words(
                say(
                    Phrase(
                        "The pilot was played step by step through the sandbox's public interface, "
                        "by invented companies with test money. Every number here was read back "
                        "from the blockchain after the last step."
                    )
                )
            )
        ]
        by_step = [
            (self._of(step.title), float(step.gas), self._number(step.gas))
            for step in run.steps
            if step.gas
        ]
        if by_step:
            blocks.append(charts.bars(say(Phrase("Gas used in each step")), by_step))
        money = run.money
        blocks.append(
            Facts(
                [
                    (say(Phrase("Test money given out")), self._money(money.minted_raw)),
                    (
                        say(Phrase("Of it with those who took part")),
                        self._money(sum(money.players_raw.values())),
                    ),
                    *(
                        [(say(Phrase("Redeemed, and out of use")), self._money(money.burned_raw))]
                        if money.burned_raw
                        else []
                    ),
                    (say(Phrase("Held by contracts")), self._money(money.held_raw)),
                    (
                        say(Phrase("With others")),
                        self._money(sum(money.elsewhere_raw.values())),
                    ),
                    (
                        say(Phrase("Does the sum agree?")),
                        say(Phrase("yes")) if money.conserved else say(Phrase("no")),
                    ),
                ]
            )
        )
        return blocks

    def _proofs(self, code: str) -> list[Block]:
        run, say = self._run, self._say
        return [
            Words(
                say(
                    Phrase(
                        "Each entry can be looked up in the blockchain by its hash, and this "
                        "report's numbers can be had as data: /v1/pilot_runs/{code}"
                    ),
                    code=code,
                )
            ),
            Facts(
                [
                    (say(Phrase("Run")), run.run),
                    (say(Phrase("Chain")), str(run.chain_id)),
                    (
                        say(Phrase("Blocks")),
                        f"{self._number(run.first_block + 1)}–{self._number(run.last_block)}",
                    ),
                ]
            ),
            Table(
                say(Phrase("Entries in the blockchain")),
                [
                    say(Phrase("What")),
                    say(Phrase("Who")),
                    say(Phrase("Block")),
                    say(Phrase("Gas")),
                    say(Phrase("Hash")),
                ],
                [
                    [
                        self._of(one.deed)
                        if one.deed is not None
                        else deed(one.contract, one.function, self._language),
                        self._who(one.role),
                        self._number(one.block),
                        self._number(one.gas_used),
                        one.hash,
                    ]
                    for one in run.transactions
                ],
                numbers=[2, 3],
                hashes=[4],
            ),
        ]

    def _who(self, role: str) -> str:
        if role == ORGANISERS:
            return self._say(Phrase("the organisers"))
        return self._names.get(role, role)

    def _of(self, text: Text) -> str:
        written = super()._of(text)
        for role, name in self._names.items():
            written = written.replace(f"{{{role}}}", name)
        return written

    def _money(self, raw: int) -> str:
        return shown.money(raw // _UNITS_PER_CENT, self._language)

    def _euros(self, amount: float) -> str:
        return shown.euros(amount, self._language)

    def _seconds(self, seconds: float) -> str:
        return f"{shown.number(seconds, self._language, 1)}\u00a0s"
