"""Guided stories: what a pilot is, as data and steps, for pages that let people play it.

A :class:`Story` has roles, each played by a company that is made for the run, and steps. A step
says in plain words what is about to happen, what has happened and why a blockchain is in it, and
does it through the SDK. It may be done again at any time, after an interruption or by a second
click: every write carries an idempotency key of :meth:`Scene.key`, so nothing is done twice.

What a step has to show is a :class:`Shown`. It is stored, and says everything in numbers, states
and names that pages put into the reader's language.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from pocplatform.client import AsyncSandbox
from pocplatform.client.models import Agreement, Transaction, Verification

ESCROW = "escrow"
"""The place of money that a contract holds, beside the roles."""
FAUCET = "faucet"
"""Where test money comes from."""


class Text(NamedTuple):
    """A sentence in both languages; a ``str.format`` template where there are values."""

    en: str
    fi: str

    def render(self, language: str, **values: Any) -> str:
        """In a language."""
        text = self.fi if language == "fi" else self.en
        return text.format(**values) if values else text


class Signature(BaseModel):
    """Who has signed a document."""

    role: str
    signed: bool


class Paper(BaseModel):
    """A document with its fingerprint, and whose signatures are under it."""

    title: str
    text: str
    hash: str
    signatures: list[Signature] = []


class Check(BaseModel):
    """A check of a credential, by the API's name for it."""

    check: str
    ok: bool


class Moved(BaseModel):
    """Money that a step has moved between roles, :data:`ESCROW` and :data:`FAUCET`; cents."""

    sender: str
    recipient: str
    amount: int


class Work(BaseModel):
    """A milestone with its price in cents and its state."""

    title: str
    amount: int
    state: str


class Entry(BaseModel):
    """A transaction as the chain has it, with the names of the events that it caused."""

    id: str
    hash: str
    contract: str
    function: str
    gas_used: int
    block: int
    events: list[str] = []


class Shown(BaseModel):
    """What a step has to show.

    Attributes:
        known: Ids that later steps need, by their names.
        agreement_state: As the contract has it.
        balances: Cents by role, and in :data:`ESCROW`.
    """

    known: dict[str, str] = {}
    papers: list[Paper] = []
    checks: list[Check] = []
    forgery_refused: bool | None = None
    money: list[Moved] = []
    balances: dict[str, int] = Field(default_factory=dict)
    agreement_state: str | None = None
    work: list[Work] = []
    entries: list[Entry] = []


@dataclass(frozen=True, slots=True)
class Player:
    """The company that plays a role."""

    role: str
    org_id: str
    name: str
    business_id: str
    address: str
    did: str


@dataclass(frozen=True)
class Scene:
    """What a step is played in.

    Attributes:
        run: The run's id.
        language: Of the texts that go into documents.
        players: By role.
        sandbox: The sandbox as a role.
        before: What the steps before have shown.
    """

    run: str
    language: str
    players: Mapping[str, Player]
    sandbox: Callable[[str], AsyncSandbox]
    before: Sequence[Shown] = field(default=())

    def key(self, name: str) -> str:
        """The idempotency key of a write of this run."""
        return f"{self.run}-{name}"

    def known(self, name: str) -> str:
        """An id that an earlier step has found. Raises :class:`KeyError`."""
        for shown in reversed(self.before):
            if name in shown.known:
                return shown.known[name]
        raise KeyError(name)

    async def entries(self, role: str, transactions: Sequence[Transaction | None]) -> list[Entry]:
        """Transactions of a role as the chain has them."""
        own = [one for one in transactions if one is not None and one.hash is not None]
        told: dict[str, list[str]] = {}
        if own:
            async for event in self.sandbox(role).events.list():
                told.setdefault(event.transaction_hash or "", []).append(event.type)
                if len(told) > 50:
                    break
        return [
            Entry(
                id=one.id,
                hash=one.hash or "",
                contract=one.contract,
                function=one.function,
                gas_used=one.gas_used or 0,
                block=one.block or 0,
                events=sorted(set(told.get(one.hash or "", ()))),
            )
            for one in own
        ]

    async def balances(self, agreement: str | None = None) -> dict[str, int]:
        """What each role has, and what is in escrow of an agreement; read from the chain."""
        found = {}
        for role in self.players:
            found[role] = (await self.sandbox(role).payments.balance()).amount
        if agreement is not None:
            role = next(iter(self.players))
            onchain = await self.sandbox(role).agreements.onchain(agreement)
            found[ESCROW] = onchain.escrow_raw // 10_000
        return found

    async def agreement(self, agreement: Agreement, role: str, *functions: str) -> Shown:
        """An agreement as it is now, with those of its transactions that a step has sent.

        Args:
            agreement: As the API has just answered it.
            role: Who has sent them.
            functions: What the transactions of this step begin with; the newest of each counts.
        """
        newest = [
            next((t for t in reversed(agreement.transactions) if t.function.startswith(name)), None)
            for name in functions
        ]
        onchain = agreement.state not in ("draft", "withdrawn")
        return Shown(
            known={"agreement": agreement.id, "agreement_hash": agreement.agreement_hash},
            papers=[self.paper(agreement)],
            agreement_state=agreement.state,
            work=[
                Work(title=one.title, amount=one.amount, state=one.state)
                for one in agreement.milestones
            ],
            balances=await self.balances(agreement.id if onchain else None),
            entries=await self.entries(role, newest),
        )

    def paper(self, agreement: Agreement) -> Paper:
        """The document of an agreement. Its fingerprint is calculated again here."""
        roles = {player.address: role for role, player in self.players.items()}
        return Paper(
            title=agreement.title,
            text=agreement.document.text,
            hash=agreement.document.computed_hash(),
            signatures=[
                Signature(role=roles.get(party.address or "", party.role), signed=party.signed)
                for party in agreement.parties
            ],
        )


def checks_of(verification: Verification) -> list[Check]:
    """The checks of a credential."""
    return [Check(check=one.check, ok=one.ok) for one in verification.checks]


@dataclass(frozen=True, slots=True)
class Role:
    """A part in a story.

    Attributes:
        name: For programs.
        title: What they are in it.
        company: The invented company's name.
    """

    name: str
    title: Text
    company: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes:
        name: For addresses and idempotency keys; it never changes.
        short: Two or three words, for the list of steps.
        title: A heading.
        roles: Who acts; the first one is asked to.
        before: What is about to happen. ``{customer}`` and the like are the companies' names.
        button: What the button says.
        after: What has happened.
        why: What the blockchain is good for here.
        play: Does it.
    """

    name: str
    short: Text
    title: Text
    roles: tuple[str, ...]
    before: Text
    button: Text
    after: Text
    why: Text
    play: Callable[[Scene], Awaitable[Shown]]


@dataclass(frozen=True, slots=True)
class Story:
    """A pilot that people can play.

    Attributes:
        name: For addresses; it never changes.
        title: What it is about.
        summary: Two sentences for who chooses.
        minutes: How long it takes.
        roles: Who plays.
        steps: What happens, in order.
    """

    name: str
    title: Text
    summary: Text
    minutes: int
    roles: tuple[Role, ...]
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step | None:
        """A step by its name."""
        return next((step for step in self.steps if step.name == name), None)

    def role(self, name: str) -> Role:
        """A role by its name. Raises :class:`KeyError`."""
        return {role.name: role for role in self.roles}[name]
