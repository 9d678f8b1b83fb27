"""What waits for a company to do: sign, bring into force, pay, deliver, accept."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pocplatform.client.invoices import Invoice
from pocplatform.client.models import Agreement, Milestone, Party
from pocplatform.kit.i18n import Phrase


class Task(NamedTuple):
    """Something to do.

    Attributes:
        what: In words.
        about: The agreement or invoice.
        href: Where it is done.
    """

    what: Phrase
    about: str
    href: str


_PAYABLE = {"open", "partially_paid", "overdue"}


def own_party(agreement: Agreement, address: str) -> Party | None:
    """The place that an address has in an agreement, if any."""
    return next((one for one in agreement.parties if one.address == address), None)


def of_milestone(agreement: Agreement, milestone: Milestone, own: Party | None) -> list[str]:
    """What a party can do about a milestone now: fund, deliver, accept, dispute."""
    if own is None or agreement.state != "active":
        return []
    if milestone.state == "unfunded" and milestone.payer == own.index:
        return ["fund"]
    if milestone.state == "funded" and milestone.provider == own.index:
        return ["deliver"]
    if milestone.state == "delivered" and milestone.payer == own.index:
        return ["accept", "dispute"]
    return []


def waiting(
    address: str, agreements: Iterable[Agreement], invoices: Iterable[Invoice]
) -> list[Task]:
    """Everything that waits for the company with this address."""
    found = [task for one in agreements for task in _of_agreement(one, own_party(one, address))]
    for invoice in invoices:
        if invoice.payer == address and invoice.status in _PAYABLE:
            about = invoice.number or invoice.reference
            found.append(Task(Phrase("Pay the invoice"), about, f"/desk/invoices/{invoice.id}"))
    return found


def _of_agreement(agreement: Agreement, own: Party | None) -> Iterator[Task]:
    if own is None:
        return
    href = f"/desk/agreements/{agreement.id}"
    if agreement.state == "draft":
        if any(party.address is None for party in agreement.parties):
            yield Task(Phrase("Invite the other party"), agreement.title, href)
        elif not own.signed:
            yield Task(Phrase("Read and sign"), agreement.title, href)
        elif all(party.signed for party in agreement.parties):
            yield Task(Phrase("Bring into force"), agreement.title, href)
        return
    told = set()
    for milestone in agreement.milestones:
        for act in of_milestone(agreement, milestone, own):
            if act != "dispute" and act not in told:
                told.add(act)
                about = (
                    f"{agreement.title}: {milestone.title}" if act != "fund" else agreement.title
                )
                yield Task(_ACTS[act], about, href)


_ACTS = {
    "fund": Phrase("Pay into escrow"),
    "deliver": Phrase("Deliver"),
    "accept": Phrase("Accept or dispute the delivery"),
}
