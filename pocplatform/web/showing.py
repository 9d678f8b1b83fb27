"""What the pages of a story show: states, movements of money and receipts, in people's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno
from markupsafe import Markup

from pocplatform.domains.receipts.schemas import (
    ReceiptAgreement,
    ReceiptContent,
    ReceiptCredential,
    ReceiptMilestone,
    ReceiptParty,
    ReceiptPayment,
    ReceiptTransaction,
)
from pocplatform.kit.i18n import Phrase
from pocplatform.pilots.story import ESCROW, FAUCET, Paper, Player, Shown, Story, Work
from pocplatform.web.network_costs import prices
from pocplatform.web.shown import day

STATES = {
    "draft": Phrase("draft"),
    "active": Phrase("in force"),
    "completed": Phrase("completed"),
    "unfunded": Phrase("not paid into escrow yet"),
    "funded": Phrase("in escrow"),
    "delivered": Phrase("delivered"),
    "disputed": Phrase("disputed"),
    "paid": Phrase("paid"),
    "resolved": Phrase("settled by the arbiter"),
    "refunded": Phrase("refunded"),
    "cancelled": Phrase("cancelled"),
}
"""States of agreements and of milestones."""

CHECKS = {
    "signature": Phrase("Signed by the issuer"),
    "issuer_trusted": Phrase("The issuer may issue this type"),
    "anchored": Phrase("Recorded on the blockchain"),
    "not_revoked": Phrase("Not revoked"),
    "not_suspended": Phrase("Not suspended"),
    "in_validity_period": Phrase("Valid now"),
    "subject": Phrase("About this company"),
    "disclosures": Phrase("What is shown was signed"),
    "holder_key": Phrase("Shown by its holder"),
    "audience": Phrase("Shown to this recipient"),
    "nonce": Phrase("Shown for this occasion"),
    "fresh": Phrase("Shown just now"),
    "presentation_hash": Phrase("Shown as it was signed"),
}
"""Checks of a credential."""

DEEDS = {
    "registerSigned": Phrase("Identity registered"),
    "setAttribute": Phrase("Identity registered"),
    "setAttributeSigned": Phrase("Identity registered"),
    "anchor": Phrase("Credential recorded"),
    "mint": Phrase("Test money given"),
    "activate": Phrase("Agreement brought into force"),
    "fund": Phrase("Paid into escrow"),
    "deliver": Phrase("Delivered"),
    "accept": Phrase("Accepted and paid"),
}
"""What a contract's function does, by what its name begins with; the longest that fits counts."""

_PLACES = {ESCROW: Phrase("Escrow"), FAUCET: Phrase("Test money")}
_GOOD = {"paid", "completed", "active", "resolved"}
_BAD = {"disputed", "cancelled", "refunded"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What some gas would cost on a public network, by example prices."""

    network: str
    euros: float


@dataclass(frozen=True, slots=True)
class Words:
    """Names of states and the like in a reader's language."""

    language: str

    def state(self, name: str) -> str:
        """A state of an agreement or a milestone."""
        return _named(STATES, name, self.language)

    def check(self, name: str) -> str:
        """A check of a credential."""
        return _named(CHECKS, name, self.language)

    def deed(self, function: str) -> str:
        """What a transaction does."""
        return deed(function, self.language)

    def place(self, name: str, names: Mapping[str, str]) -> str:
        """Where money is."""
        return names[name] if name in names else _named(_PLACES, name, self.language)

    @staticmethod
    def tone(state: str) -> str:
        """How a state is coloured: good, bad or wait."""
        return "good" if state in _GOOD else "bad" if state in _BAD else "wait"

    @property
    def priced(self) -> str:
        """On which day the example prices were assumed."""
        return day(prices().noon, self.language)


def deed(function: str, language: str) -> str:
    """What a transaction does, by the contract's function."""
    fitting = [name for name in DEEDS if function.startswith(name)]
    return DEEDS[max(fitting, key=len)].render(language) if fitting else function


def costs(gas: int) -> list[Cost]:
    """What so much gas would cost on public networks, by example prices."""
    return [Cost(one.name, one.euros(gas)) for one in prices().networks] if gas else []


@lru_cache(maxsize=256)
def qr(url: str) -> Markup:
    """An address as a code to scan, as SVG."""
    code = segno.make(url, error="m", micro=False)
    return Markup(code.svg_inline(border=0, dark="#14232a", omitsize=True))


@dataclass(frozen=True, slots=True)
class State:
    """How things stand after some steps."""

    agreement: str | None
    papers: list[Paper]
    work: list[Work]
    balances: dict[str, int]


def state(shown: Sequence[Shown]) -> State:
    """How things stand after these steps: of each thing, what was said last."""
    agreement, papers, work, balances = None, list[Paper](), list[Work](), dict[str, int]()
    for one in shown:
        agreement = one.agreement_state or agreement
        papers = one.papers or papers
        work = one.work or work
        balances = one.balances or balances
    return State(agreement, papers, work, balances)


def receipt(
    story: Story,
    language: str,
    chain_id: int,
    players: Mapping[str, Player],
    shown: Mapping[str, Shown],
) -> ReceiptContent:
    """The receipt of a run that is at its end."""
    steps = [shown[step.name] for step in story.steps]
    known = {name: value for one in steps for name, value in one.known.items()}
    last = state(steps)
    papers = [paper for one in steps for paper in one.papers]
    words = Words(language)
    names = {role: player.name for role, player in players.items()}
    return ReceiptContent(
        language="fi" if language == "fi" else "en",
        title=story.title.render(language),
        chain_id=chain_id,
        parties=[
            ReceiptParty(
                role=role.title.render(language),
                name=players[role.name].name,
                business_id=players[role.name].business_id or None,
                did=players[role.name].did,
            )
            for role in story.roles
        ],
        credentials=[
            ReceiptCredential(
                id=known["credential"],
                type="BusinessIdCredential",
                subject=names.get("provider", ""),
                digest=known["credential_digest"],
            )
        ]
        if "credential" in known
        else [],
        agreements=[
            ReceiptAgreement(
                id=known["agreement"],
                title=papers[-1].title,
                agreement_hash=known["agreement_hash"],
                document_hash=papers[-1].hash,
                milestones=[
                    ReceiptMilestone(title=one.title, amount=one.amount) for one in last.work
                ],
            )
        ]
        if "agreement" in known
        else [],
        payments=[
            ReceiptPayment(
                sender=words.place(moved.sender, names),
                recipient=words.place(moved.recipient, names),
                amount=moved.amount,
            )
            for one in steps
            for moved in one.money
        ],
        transactions=[
            ReceiptTransaction(
                text=deed(entry.function, language),
                hash=entry.hash,
                block=entry.block,
                gas_used=entry.gas_used,
            )
            for one in steps
            for entry in one.entries
        ],
    )


def _named(phrases: Mapping[str, Phrase], name: str, language: str) -> str:
    phrase = phrases.get(name)
    return phrase.render(language) if phrase is not None else name
