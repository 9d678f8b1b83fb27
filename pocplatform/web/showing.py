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
from pocplatform.pilots.network_costs import prices
from pocplatform.pilots.story import (
    BANK,
    ESCROW,
    FAUCET,
    ORGANISERS,
    Paper,
    Player,
    Shown,
    Story,
    Work,
)
from pocplatform.web.shown import day

STATES = {
    "draft": Phrase("draft"),
    "active": Phrase("in force"),
    "completed": Phrase("completed"),
    "terminated": Phrase("ended by all parties"),
    "expired": Phrase("ended by time"),
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

_ENDED = frozenset({"terminated", "expired"})
_DIVIDED = Phrase("divided among the parties")

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
    "DidRegistry.register": Phrase("Identity registered"),
    "DidRegistry.setAttribute": Phrase("Identity registered"),
    "DidRegistry.revokeAttribute": Phrase("Entry of an identity removed"),
    "DidRegistry.addDelegate": Phrase("Delegate added"),
    "DidRegistry.revokeDelegate": Phrase("Delegate removed"),
    "DidRegistry.changeOwner": Phrase("Owner of an identity changed"),
    "TrustedIssuers.accredit": Phrase("Issuer accredited"),
    "TrustedIssuers.renew": Phrase("Issuer's right renewed"),
    "TrustedIssuers.withdraw": Phrase("Issuer's right withdrawn"),
    "CredentialStatus.anchor": Phrase("Credential recorded"),
    "CredentialStatus.revoke": Phrase("Credential revoked"),
    "CredentialStatus.suspend": Phrase("Credential suspended"),
    "CredentialStatus.resume": Phrase("Credential valid again"),
    "PilotEuro.drip": Phrase("Test money given"),
    "PilotEuro.mint": Phrase("Test money given"),
    "PilotEuro.transfer": Phrase("Paid"),
    "PilotEuro.approve": Phrase("Payment allowed to a contract"),
    "PilotEuro.redeem": Phrase("Test money given back"),
    "ServiceAgreements.activate": Phrase("Agreement brought into force"),
    "ServiceAgreements.fund": Phrase("Paid into escrow"),
    "ServiceAgreements.deliver": Phrase("Delivered"),
    "ServiceAgreements.accept": Phrase("Accepted and paid"),
    "ServiceAgreements.dispute": Phrase("Delivery disputed"),
    "ServiceAgreements.resolve": Phrase("Dispute decided"),
    "ServiceAgreements.amend": Phrase("Agreement amended"),
    "ServiceAgreements.terminate": Phrase("Agreement terminated"),
    "ServiceAgreements.expire": Phrase("Agreement ended by time"),
    "ServiceAgreements.acceptBySilence": Phrase("Accepted by silence and paid"),
    "Invoices.pay": Phrase("Invoice paid"),
    "Invoices.refund": Phrase("Invoice refunded"),
    "Invoices.cancel": Phrase("Invoice called back"),
    "Mandates.register": Phrase("Mandate given"),
    "Mandates.collect": Phrase("Collected by mandate"),
    "Mandates.pause": Phrase("Mandate paused"),
    "Mandates.cancel": Phrase("Mandate ended"),
    "Mandates.resume": Phrase("Mandate valid again"),
    "Splits.create": Phrase("Shares laid down"),
    "Splits.distribute": Phrase("Shares paid out"),
    "Items.createItem": Phrase("Kind of item created"),
    "Items.mint": Phrase("Items made"),
    "Items.redeem": Phrase("Item redeemed"),
    "Items.safeTransferFrom": Phrase("Item handed over"),
    "Items.burn": Phrase("Item destroyed"),
    "Items.mintWithVoucher": Phrase("Voucher redeemed"),
    "Items.setApprovalForAll": Phrase("Leave to hand items over given"),
    "Items.setGate": Phrase("Right to redeem items changed"),
    "Items.cancelNonce": Phrase("Voucher or consent taken back"),
    "Parcels.mint": Phrase("Parcel made"),
    "Parcels.setRentalTerms": Phrase("Put up for rent"),
    "Parcels.rent": Phrase("Rented"),
    "Parcels.giveUp": Phrase("Rental ended"),
    "Parcels.releaseDeposit": Phrase("Deposit released"),
    "Parcels.claimDeposit": Phrase("Deposit claimed"),
    "Parcels.decideClaim": Phrase("Claim on the deposit decided"),
    "Parcels.acceptClaim": Phrase("Claim on the deposit accepted"),
    "Parcels.setPlan": Phrase("Plan of parcels set"),
    "Parcels.transferFrom": Phrase("Parcel handed over"),
    "Parcels.setApprovalForAll": Phrase("Leave to hand parcels over given"),
    "Parcels.setUser": Phrase("Parcel lent"),
    "Spaces.createSpace": Phrase("Space opened"),
    "Spaces.enter": Phrase("Space entered"),
    "Spaces.leave": Phrase("Space left"),
    "Spaces.travel": Phrase("Went over into another space"),
    "Spaces.setEntryRule": Phrase("Entry rule set"),
    "Spaces.setLink": Phrase("Way between spaces changed"),
    "Spaces.setClosed": Phrase("Space closed or opened"),
    "Spaces.withdrawInvitations": Phrase("Invitations made useless"),
    "Spaces.expel": Phrase("Visitor made to leave"),
    "Market.buy": Phrase("Bought"),
    "Market.sell": Phrase("Sold"),
    "Market.cancel": Phrase("Order withdrawn"),
    "EAS.attest": Phrase("Statement attested"),
    "EAS.revoke": Phrase("Attested statement taken back"),
    "SchemaRegistry.register": Phrase("Kind of statement laid down"),
}
"""What a contract's function does, by what its name begins with; the longest that fits counts."""

_DEPLOYED = Phrase("Contract put on the chain")

_PLACES = {
    ESCROW: Phrase("Escrow"),
    FAUCET: Phrase("Test money"),
    ORGANISERS: Phrase("The organisers"),
    BANK: Phrase("Bank account"),
}
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

    def work(self, name: str, agreement: str | None) -> str:
        """A state of a milestone in an agreement of a state.

        What was in escrow when an agreement was ended was divided by whoever ended it, so nothing
        is said of an arbiter there.
        """
        if name == "resolved" and agreement in _ENDED:
            return _DIVIDED.render(self.language)
        return self.state(name)

    def check(self, name: str) -> str:
        """A check of a credential."""
        return _named(CHECKS, name, self.language)

    def deed(self, contract: str, function: str) -> str:
        """What a transaction does."""
        return deed(contract, function, self.language)

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


def deed(contract: str, function: str, language: str) -> str:
    """What a transaction does; of a contract that is not ours, its function's own name."""
    name = f"{contract}.{function}"
    fitting = [known for known in DEEDS if name.startswith(known)]
    if fitting:
        return DEEDS[max(fitting, key=len)].render(language)
    return _DEPLOYED.render(language) if function == "deploy" else function


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
        credentials=_credentials(steps, names),
        agreements=_agreements(steps, words),
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
                text=deed(entry.contract, entry.function, language),
                hash=entry.hash,
                block=entry.block,
                gas_used=entry.gas_used,
            )
            for one in steps
            for entry in one.entries
        ],
    )


def _credentials(steps: Sequence[Shown], names: Mapping[str, str]) -> list[ReceiptCredential]:
    """Credentials that were shown with their fingerprint, and hold at the end of the story."""
    found: dict[str, ReceiptCredential] = {}
    for one in steps:
        if any(not check.ok for check in one.checks):
            found.clear()  # the story has revoked it, or let it run out
        id_, digest = one.known.get("credential"), one.known.get("credential_digest")
        if id_ is not None and digest is not None:
            found[id_] = ReceiptCredential(
                id=id_,
                type=one.known.get("credential_type", "BusinessIdCredential"),
                subject=names.get(one.known.get("credential_subject", "provider"), ""),
                digest=digest,
            )
    return list(found.values())


def _agreements(steps: Sequence[Shown], words: Words) -> list[ReceiptAgreement]:
    """Agreements that were carried out, each as it was shown last."""
    found: dict[str, ReceiptAgreement] = {}
    for one in steps:
        id_, hash_ = one.known.get("agreement"), one.known.get("agreement_hash")
        if id_ is None or hash_ is None or not one.papers:
            continue
        found.pop(id_, None)
        if one.agreement_state == "completed":
            found[id_] = ReceiptAgreement(
                id=id_,
                title=one.papers[-1].title,
                agreement_hash=hash_,
                document_hash=one.papers[-1].hash,
                milestones=[
                    ReceiptMilestone(
                        title=work.title,
                        amount=work.amount,
                        outcome="" if work.state == "paid" else words.state(work.state),
                    )
                    for work in one.work
                ],
            )
    return list(found.values())


def _named(phrases: Mapping[str, Phrase], name: str, language: str) -> str:
    phrase = phrases.get(name)
    return phrase.render(language) if phrase is not None else name
