"""What a run of a pilot has come to, as data: for the command line, for reports and for storing.

Every number is the chain's own or follows from such numbers by a rule that stands beside it here.
Words are in both languages. Amounts of money are units of the token (10⁻⁶ tEUR) where they are
called ``raw``, else cents; times are seconds, moments UTC.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, computed_field

from pocplatform.pilots.network_costs import Network, Prices
from pocplatform.pilots.shown import Claim, Entry, Fact, Refusal, StoredText
from pocplatform.pilots.story import Criterion, Volume

FORMAT = 1
"""Of :class:`Evaluation`; another number is for another form."""


class _Part(BaseModel):
    # What is calculated (``ok``, ``gas`` and the like) is calculated again where it is read back.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Failure(_Part):
    """Why a step failed.

    Attributes:
        code: The contract's own error where a contract refused, else the API's code, or
            ``internal_error`` for a fault of the scenario itself.
        sentence: What happened.
        next_step: What to do about it; may be empty.
    """

    code: str
    sentence: str
    next_step: str = ""


class StepResult(_Part):
    """What became of a step; ``left`` is one that was not come to.

    Attributes:
        after: What has happened, with the companies' names.
        seconds: For the step as it was played to its end.
    """

    name: str
    title: StoredText
    after: StoredText
    roles: list[str]
    state: Literal["done", "failed", "left"]
    seconds: float = 0.0
    transactions: int = 0
    gas: int = 0
    refusals: list[Refusal] = []
    facts: list[Fact] = []
    failure: Failure | None = None


class TransactionResult(Entry):
    """A transaction with what its receipt on the chain says, and the step that it belongs to.

    Attributes:
        step: Its name; empty for what was sent to leave nothing stuck.
        succeeded: Whether the chain has carried it out.
        deed: What it did, where the pilot has words for a contract of its own.
    """

    step: str
    succeeded: bool
    deed: StoredText | None = None


class ActorResult(_Part):
    """Who took part; ``balance_raw`` is what the chain says that they have at the end."""

    role: str
    title: StoredText
    company: str
    org_id: str
    did: str
    address: str
    balance_raw: int


class CriterionResult(_Part):
    """What was wanted and what was found."""

    name: str
    text: StoredText
    measure: str
    equals: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    found: int | None = None
    met: bool


class NetworkCost(_Part):
    """Euros on a network, at its low, typical and high price of gas."""

    network: str
    low: float
    typical: float
    high: float

    @classmethod
    def of(cls, network: Network, gas: float) -> Self:
        """What so much gas costs."""
        low, typical, high = (network.euros(gas, one) for one in ("low", "typical", "high"))
        return cls(network=network.name, low=low, typical=typical, high=high)


class VolumeResult(_Part):
    """The company's own volume, which costs go by."""

    unit: StoredText
    units_in_run: int
    units_per_year: int
    customers: int


class Costs(_Part):
    """What it would cost on named networks.

    Attributes:
        gas_per_unit: The gas of the run by the units in it; with what is done only once, such as
            registering, so rather too much than too little.
        run: The run as it was.
        unit: One unit.
        year: A year at the company's volume.
        customer_year: A year's share of one customer.
        prices: The table that it was calculated by.
    """

    gas_per_unit: float
    volume: VolumeResult
    run: list[NetworkCost]
    unit: list[NetworkCost]
    year: list[NetworkCost]
    customer_year: list[NetworkCost]
    prices: Prices

    @classmethod
    def of(cls, gas: int, volume: Volume, prices: Prices) -> Self:
        """The costs of a run with so much gas."""
        per_unit = gas / volume.units_in_run
        per_year = per_unit * volume.units_per_year

        def at(amount: float) -> list[NetworkCost]:
            return [NetworkCost.of(network, amount) for network in prices.networks]

        return cls(
            gas_per_unit=per_unit,
            volume=VolumeResult(
                unit=volume.unit,
                units_in_run=volume.units_in_run,
                units_per_year=volume.units_per_year,
                customers=volume.customers,
            ),
            run=at(gas),
            unit=at(per_unit),
            year=at(per_year),
            customer_year=at(per_year / volume.customers),
            prices=prices,
        )


class Money(_Part):
    """Where the test money of the run is, by the token's own transfers; raw units.

    Attributes:
        minted_raw: Given to those who take part, by the faucet.
        burned_raw: Taken out of use.
        players_raw: What each role has, by the transfers.
        contracts_raw: What contracts of the platform still hold of it, by their names.
        elsewhere_raw: What others have got of it, by their addresses.
        agrees: Whether each role's balance on the chain is what the transfers come to.
    """

    minted_raw: int
    burned_raw: int
    players_raw: dict[str, int]
    contracts_raw: dict[str, int]
    elsewhere_raw: dict[str, int]
    agrees: bool

    @computed_field  # type: ignore[prop-decorator]
    @property
    def held_raw(self) -> int:
        """What contracts still hold: in escrow, as deposits, for those who have not fetched it."""
        return sum(self.contracts_raw.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def conserved(self) -> bool:
        """Whether all that was minted is somewhere, and nothing is that was not minted."""
        there = sum(self.players_raw.values()) + self.held_raw + sum(self.elsewhere_raw.values())
        return self.agrees and self.minted_raw - self.burned_raw == there


class Unwound(_Part):
    """What was done after a failure so that nothing is stuck.

    Attributes:
        done: Each thing that was ended, in words.
        left: What could not be ended, and why.
    """

    done: list[StoredText] = []
    left: list[StoredText] = []


class Evaluation(_Part):
    """A run of a pilot, evaluated.

    Attributes:
        pilot: Its name.
        run: The run's id.
        chain_id: Where it ran, with
        genesis_hash: which chain of that id.
        first_block: The block before the run.
        last_block: The block up to which it was evaluated.
        seconds: From the first step to the end, waiting and interruptions included.
        unwound: Only after a failure.
        warnings: What to bear in mind when reading, such as old prices.
    """

    format: int = FORMAT
    pilot: str
    number: int | None
    area: str
    sector: StoredText
    title: StoredText
    summary: StoredText
    story: StoredText
    learn: StoredText
    run: str
    language: str
    began: datetime
    ended: datetime
    seconds: float
    chain_id: int
    genesis_hash: str
    first_block: int
    last_block: int
    actors: list[ActorResult]
    steps: list[StepResult]
    transactions: list[TransactionResult]
    claims: list[Claim]
    criteria: list[CriterionResult]
    measures: dict[str, int]
    costs: Costs
    money: Money
    risks: list[StoredText]
    questions: list[StoredText]
    readiness_level: int = Field(ge=1, le=9)
    readiness_why: StoredText
    unwound: Unwound | None = None
    warnings: list[StoredText] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def gas(self) -> int:
        """The gas of all transactions."""
        return sum(one.gas_used for one in self.transactions)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def steps_done(self) -> int:
        """How many steps were done."""
        return sum(step.state == "done" for step in self.steps)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def criteria_met(self) -> bool:
        """Whether every criterion is met."""
        return all(one.met for one in self.criteria)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether all steps are done, all claims true, all criteria met, and no money is lost."""
        return (
            self.steps_done == len(self.steps)
            and self.criteria_met
            and all(claim.ok for claim in self.claims)
            and self.money.conserved
        )

    @property
    def failed_step(self) -> StepResult | None:
        """The step that failed, if one did."""
        return next((step for step in self.steps if step.state == "failed"), None)


def judged(criteria: Iterable[Criterion], measures: dict[str, int]) -> list[CriterionResult]:
    """Criteria beside what was measured."""
    return [
        CriterionResult(
            name=one.name,
            text=one.text,
            measure=one.measure,
            equals=one.equals,
            at_least=one.at_least,
            at_most=one.at_most,
            found=measures.get(one.measure),
            met=one.met(measures.get(one.measure)),
        )
        for one in criteria
    ]
