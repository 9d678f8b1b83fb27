"""What happened around an agreement: identity, agreement and payment in one line, in plain words.

Drafts, signatures and proposals come from the tables; what the chain has done comes from the event
log, with its transaction and block; what was refused, from the attempts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pocplatform.domains.agreements import repository, versions
from pocplatform.domains.agreements.answers import (
    MoneyMoved,
    Timeline,
    TimelineStep,
)
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.models import Agreement, AgreementParty, AgreementRefusal
from pocplatform.domains.agreements.versions import Version
from pocplatform.events.models import Event
from pocplatform.kit.clock import iso, iso_s, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.money import format_euros
from pocplatform.outbox import explanations
from pocplatform.outbox.models import Transaction

_REFUSALS = 100
"""Refused attempts that are shown, the newest."""

_PAY = Phrase("pay into escrow")
_ACCEPT = Phrase("accept the work")
_SETTLE = Phrase("settle the dispute")
_TRIED = {
    "activate": Phrase("bring the agreement into force"),
    "fund": _PAY,
    "fundWithPermit": _PAY,
    "fundWithAuthorization": _PAY,
    "deliver": Phrase("deliver the work"),
    "accept": _ACCEPT,
    "acceptBySilence": _ACCEPT,
    "dispute": Phrase("dispute the delivery"),
    "resolve": _SETTLE,
    "resolveByFallback": _SETTLE,
    "amend": Phrase("change the agreement"),
    "terminate": Phrase("end the agreement"),
    "expire": Phrase("end the agreement after its last day"),
    "withdrawHeld": Phrase("collect money that is held for it"),
}
"""What an attempt was to do, by its step or by the contract's function."""


@dataclass(slots=True)
class _Step:
    """A step before it is put into words of a language."""

    at_ms: int
    kind: str
    type: str
    text: Callable[["_Names"], Phrase]
    who: str | None = None
    milestone: int | None = None
    money: list[MoneyMoved] = field(default_factory=list)
    transaction: str | None = None
    transaction_hash: str | None = None
    block: int | None = None


def read(context: Context, agreement: Agreement, language: str) -> Timeline:
    """The steps, oldest first, with sentences in ``language``."""
    version = versions.in_force(context.session, agreement)
    names = _Names(context, agreement, version, language)
    steps = [
        *_identities(context, agreement),
        *_drafting(context, agreement),
        *_changes(context, agreement),
        *_on_chain(context, agreement, version),
        *_refused(context, agreement, language),
    ]
    steps.sort(key=lambda step: step.at_ms)
    times = repository.block_times(context.session, {s.block for s in steps if s.block is not None})
    return Timeline(
        agreement=agreement.id,
        steps=[
            TimelineStep(
                kind=step.kind,  # type: ignore[arg-type]
                type=step.type,
                text=step.text(names).render(language),
                at=iso(step.at_ms),
                who=step.who,
                milestone=step.milestone,
                money=step.money,
                transaction=step.transaction,
                transaction_hash=step.transaction_hash,
                block=step.block,
                block_time=iso_s(times[step.block]) if step.block in times else None,
            )
            for step in steps
        ],
    )


class _Names:
    """What sentences call people, milestones and amounts."""

    def __init__(
        self, context: Context, agreement: Agreement, version: Version, language: str
    ) -> None:
        self._language = language
        self._operator = context.signers.operator.address
        self._version = version
        self._chain_id = context.chain_id
        self._people = {person.address: person for person in context.people(agreement)}

    def known(self, address: str) -> str | None:
        """Somebody by name, where one is known."""
        found = self._people.get(address)
        return found.name if found is not None else None

    def person(self, address: str | None) -> str:
        """Somebody by name; by role or DID where no name is known."""
        found = self._people.get(address)
        if found is not None and found.name:
            return found.name
        if found is not None and found.index is not None:
            return Phrase("Party {number}", number=found.index + 1).render(self._language)
        if found is not None:
            return Phrase("The arbiter").render(self._language)
        if address == self._operator:
            return Phrase("The sandbox").render(self._language)
        return (
            did_of(self._chain_id, address)
            if address
            else Phrase("Somebody").render(self._language)
        )

    def milestone(self, index: int) -> str:
        """A milestone by its title."""
        titles = self._version.milestone_titles
        return titles[index] if index < len(titles) else str(index)

    def amount(self, cents: int) -> str:
        """An amount as people write it."""
        return format_euros(cents, self._language)


def _identities(context: Context, agreement: Agreement) -> Iterator[_Step]:
    for party in context.parties(agreement):
        if party.address is None:
            continue
        for event in repository.events_about(context.session, party.address, "identity")[:1]:
            yield _of_event(event, "identity", party.address, _first_registered(party.address))
        wanted = agreement.credential_types[party.index or 0]
        if wanted is None:
            continue
        for event in repository.events_about(context.session, party.address, "credential"):
            if event.data.get("credential_type") == wanted and (
                event.data.get("subject") == party.address
            ):
                yield _of_event(
                    event, "identity", party.address, _credential(event.type, party.address, wanted)
                )


def _first_registered(address: str) -> Callable[[_Names], Phrase]:
    return lambda names: Phrase(
        "{who} recorded its identity on the blockchain.", who=names.person(address)
    )


def _credential(type_: str, address: str, wanted: str) -> Callable[[_Names], Phrase]:
    def text(names: _Names) -> Phrase:
        who = names.person(address)
        if type_ == "credential.anchored":
            return Phrase(
                "{who} got the credential {type} that the agreement asks of it.",
                who=who,
                type=wanted,
            )
        return Phrase("The credential {type} of {who} was changed.", who=who, type=wanted)

    return text


def _drafting(context: Context, agreement: Agreement) -> Iterator[_Step]:
    def told(at_ms: int, type_: str, who: str | None, text: Callable[[_Names], Phrase]) -> _Step:
        return _Step(at_ms, "agreement", type_, text, who)

    yield told(
        agreement.created_ms,
        "agreement.drafted",
        None,
        lambda _: Phrase("The agreement was drafted."),
    )
    parties = context.parties(agreement)
    for invitation in repository.invitations_taken(context.session, agreement.id):
        joined = parties[invitation.party].address
        yield told(
            invitation.accepted_ms or 0,
            "agreement.joined",
            joined,
            _by(joined, lambda who: Phrase("{who} joined by invitation.", who=who)),
        )
    for party in parties:
        if party.signed_ms is not None:
            yield told(party.signed_ms, "agreement.signed", party.address, _signed(party))
    if agreement.withdrawn_ms is not None:
        yield told(
            agreement.withdrawn_ms,
            "agreement.withdrawn",
            None,
            lambda _: Phrase("The draft was withdrawn."),
        )


def _signed(party: AgreementParty) -> Callable[[_Names], Phrase]:
    return _by(party.address, lambda who: Phrase("{who} signed the agreement.", who=who))


def _by(address: str | None, text: Callable[[str], Phrase]) -> Callable[[_Names], Phrase]:
    return lambda names: text(names.person(address))


def _changes(context: Context, agreement: Agreement) -> Iterator[_Step]:
    parties = {party.index: party.address for party in context.parties(agreement)}
    for change in context.session.exec(repository.changes_of(agreement.id)):
        number = change.revision
        amends = change.kind == "amendment"
        yield _Step(
            change.created_ms,
            "agreement",
            f"{change.kind}.proposed",
            _by(change.proposer, lambda who, n=number, a=amends: _proposed(who, n, a)),  # type: ignore[misc]
            change.proposer,
        )
        for index, row in repository.change_signatures(context.session, change.id).items():
            who = parties.get(index)
            yield _Step(
                row.signed_ms,
                "agreement",
                f"{change.kind}.signed",
                _by(who, lambda who, n=number, a=amends: _change_signed(who, n, a)),  # type: ignore[misc]
                who,
            )
        if change.withdrawn_ms is not None:
            yield _Step(
                change.withdrawn_ms,
                "agreement",
                f"{change.kind}.withdrawn",
                lambda _: Phrase("A proposed change was withdrawn or declined."),
            )


def _proposed(who: str, number: int, amends: bool) -> Phrase:
    if amends:
        return Phrase("{who} proposed amendment {number}.", who=who, number=number)
    return Phrase("{who} proposed to end the agreement.", who=who)


def _change_signed(who: str, number: int, amends: bool) -> Phrase:
    if amends:
        return Phrase("{who} signed amendment {number}.", who=who, number=number)
    return Phrase("{who} signed the ending of the agreement.", who=who)


def _on_chain(context: Context, agreement: Agreement, version: Version) -> Iterator[_Step]:
    watcher = next((p.address for p in context.parties(agreement) if p.address), None)
    if watcher is None:
        return
    events = repository.events_of(context.session, agreement.agreement_hash, watcher)
    hashes = {event.transaction_hash for event in events if event.transaction_hash}
    senders = repository.by_transaction_hash(context.session, hashes)
    known = repository.milestones_of(context.session, agreement.agreement_hash)
    silent = {index for index, row in known.items() if row.by_silence}
    for event in events:
        write = senders.get(event.transaction_hash or "")
        who = write.sender if write else None
        index = event.data.get("milestone")
        terms = version.terms
        ends = _ends(terms, index) if index is not None else (None, None)
        step = _of_event(
            event,
            "payment" if _moves(event) else "agreement",
            who,
            _told(event, who, ends, index in silent),
        )
        step.milestone = index
        step.transaction = write.id if write else None
        step.money = list(_money(event, *ends))
        yield step


def _ends(terms: dict[str, Any], index: int) -> tuple[str | None, str | None]:
    """Payer and payee of a milestone."""
    if index >= len(terms["milestones"]):
        return None, None
    milestone = terms["milestones"][index]
    return terms["parties"][milestone["payer"]]["account"], milestone["payee"]


def _moves(event: Event) -> bool:
    return any(name.endswith("_amount") for name in event.data)


def _money(event: Event, payer: str | None, payee: str | None) -> Iterator[MoneyMoved]:
    data = event.data
    if data.get("funded_amount"):
        yield MoneyMoved(sender=payer, recipient=None, amount=data["funded_amount"])
    if data.get("payee_amount"):
        yield MoneyMoved(sender=None, recipient=payee, amount=data["payee_amount"])
    if data.get("payer_amount"):
        yield MoneyMoved(sender=None, recipient=payer, amount=data["payer_amount"])


def _told(
    event: Event, who: str | None, ends: tuple[str | None, str | None], silent: bool
) -> Callable[[_Names], Phrase]:
    data, payer, payee = event.data, *ends

    def text(names: _Names) -> Phrase:
        words: dict[str, Any] = {"who": names.person(who)}
        if "milestone" in data:
            words |= {
                "milestone": names.milestone(data["milestone"]),
                "funded": names.amount(data.get("funded_amount", 0)),
                "got": names.amount(data.get("payee_amount", 0)),
                "back": names.amount(data.get("payer_amount", 0)),
                "payee": names.person(payee),
                "payer": names.person(payer),
            }
        if event.type == "milestone.paid" and silent:
            return Phrase("Nobody objected to “{milestone}” in time: {payee} got {got}.", **words)
        phrase = _SENTENCES.get(event.type)
        if phrase is None:
            return Phrase("{type} was recorded.", type=event.type)
        return phrase.with_values(revision=data.get("revision"), **words)

    return text


_SENTENCES = {
    "agreement.activated": Phrase("{who} brought the agreement into force."),
    "agreement.amended": Phrase("Amendment {revision} came into force."),
    "agreement.terminated": Phrase("All parties ended the agreement together."),
    "agreement.expired": Phrase("The agreement's time ran out."),
    "agreement.completed": Phrase("Every milestone is settled: the agreement is completed."),
    "milestone.funded": Phrase("{who} paid {funded} into escrow for “{milestone}”."),
    "milestone.delivered": Phrase("{who} delivered “{milestone}”."),
    "milestone.disputed": Phrase("{who} disputed “{milestone}”."),
    "milestone.paid": Phrase("{who} accepted “{milestone}”: {payee} got {got}."),
    "milestone.resolved": Phrase(
        "“{milestone}” was divided: {got} to {payee}, {back} back to {payer}."
    ),
    "milestone.refunded": Phrase("{back} for “{milestone}” went back to {payer}."),
    "milestone.cancelled": Phrase("“{milestone}” ended without having been paid for."),
}


def _of_event(event: Event, kind: str, who: str | None, text: Callable[[_Names], Phrase]) -> _Step:
    return _Step(
        event.created_ms,
        kind,
        event.type,
        text,
        who,
        transaction_hash=event.transaction_hash,
        block=event.block_number,
    )


def _refused(context: Context, agreement: Agreement, language: str) -> Iterator[_Step]:
    for one in repository.refusals(context.session, agreement.id, _REFUSALS):
        yield _refusal(one.created_ms, one.step, one.address, one.error, language)
    for write in repository.failed_writes(context.session, agreement.id, _REFUSALS):
        step = _refusal(write.updated_ms, write.function, write.sender, write.error or {}, language)
        step.transaction, step.transaction_hash = write.id, write.hash
        step.block = write.block_number
        step.milestone = _milestone_of(write)
        yield step


def _milestone_of(write: Transaction) -> int | None:
    found = write.arguments.get("milestone")
    return None if found is None else int(found)


def _refusal(at_ms: int, what: str, who: str, error: dict[str, Any], language: str) -> _Step:
    def told(names: _Names) -> Phrase:
        why = explanations.explain(error, language, names.known) if error else ""
        sentence = Phrase("{who} tried “{what}”, which was refused: {why}")
        tried = what
        if what in _TRIED:
            sentence = Phrase("{who} tried to {what}, which was refused: {why}")
            tried = _TRIED[what].render(language)
        return sentence.with_values(who=names.person(who), what=tried, why=why)

    return _Step(at_ms, "refusal", f"refused.{what}", told, who)


def note_refusal(
    context: Context, agreement: Agreement, address: str, step: str, error: dict[str, Any]
) -> None:
    """Remember an attempt that the contract would have refused, for the timeline."""
    context.session.add(
        AgreementRefusal(
            agreement_id=agreement.id,
            address=address,
            step=step,
            error=error,
            created_ms=now_ms(),
        )
    )
