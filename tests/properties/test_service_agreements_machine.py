"""ServiceAgreements beside their model: whoever calls what in which order, no money is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.models.agreement_terms import ESCROWED, FULL, Engagement, Stage, engage
from tests.properties.support.agreements import COMPANY, TYPES
from tests.properties.support.chain import ZERO, Call, Chain
from tests.properties.support.funding import DIGEST, FUNDS, WHICH, FundingMachine
from tests.properties.support.machines import DAY, WHOLE, run
from tests.properties.support.money import Euro
from tests.properties.support.signing import SIGNATURES, Domain, Person

EVIDENCE = bytes(32)
LATER = {
    Stage.UNFUNDED: {Stage.FUNDED, Stage.CANCELLED},
    Stage.FUNDED: {Stage.DELIVERED, Stage.REFUNDED, Stage.RESOLVED},
    Stage.DELIVERED: {Stage.DISPUTED, Stage.PAID, Stage.RESOLVED},
    Stage.DISPUTED: {Stage.RESOLVED},
}
"""What may follow a state; nothing follows one that is settled."""
HONEST = st.sampled_from([True, True, True, True, True, False])
LATE = st.sampled_from([None, None, None, 0, 1])
"""So many seconds after a window's last one, or as it comes."""
SHARES = st.sampled_from([FULL, 0, 1, 4_999, 5_000, 7_500, FULL, FULL + 1])


class ServiceAgreementsMachine(FundingMachine):
    """The steps of milestones, and what changes an agreement as a whole."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: dict[tuple[bytes, int], Stage] = {}

    # The steps of a milestone

    @rule(
        which=WHICH,
        honest=HONEST,
        tampered=st.sampled_from([0, 0, 0, 0, 0, 1]),
        late=st.sampled_from([*[None] * 6, 0, 1, 3 * DAY, 8 * DAY, 31 * DAY, 31 * DAY + 1]),
    )
    def deliver(self, which: int, honest: bool, tampered: int, late: int | None) -> None:
        """So long after it was due; after 31 days the agreement ends."""
        number, index, shown = self.milestone(which, Stage.FUNDED)
        if late is not None:
            self.wait_until(shown.due_at + late)
        shown = shown._replace(amount=shown.amount + tampered)
        sender = shown.provider if honest else shown.payer
        self.act(
            "deliver",
            sender,
            self.spender.deliver(number, index, shown, EVIDENCE),
            lambda: self.model.deliver(sender, number, index, shown, self.now),
        )

    @rule(which=WHICH, honest=HONEST)
    def accept(self, which: int, honest: bool) -> None:
        number, index, shown = self.milestone(which, Stage.DELIVERED)
        sender = shown.payer if honest else shown.provider
        self.act(
            "accept",
            sender,
            self.spender.accept(number, index, shown),
            lambda: self.model.accept(sender, number, index, shown, False, self.now),
        )

    @rule(which=WHICH)
    def accept_by_silence(self, which: int) -> None:
        """In the last second of the review window, which is too early, and right after it."""
        number, index, shown = self.milestone(which, Stage.DELIVERED)
        ends_at = self.model.step(number, index).since + shown.review_window
        for time in (ends_at, ends_at + 1):
            self.wait_until(time)
            self.act(
                "acceptBySilence",
                self.stranger,
                self.spender.acceptBySilence(number, index, shown),
                lambda: self.model.accept(self.stranger, number, index, shown, True, self.now),
            )

    @rule(which=WHICH, by=st.sampled_from(["client", "client", "provider", "stranger"]), late=LATE)
    def dispute(self, which: int, by: str, late: int | None = None) -> None:
        number, index, shown = self.milestone(which, Stage.DELIVERED)
        if late is not None:
            self.wait_until(self.model.step(number, index).since + shown.review_window + late)
        roles = {"client": shown.payer, "provider": shown.provider, "stranger": self.stranger}
        self.act(
            "dispute",
            roles[by],
            self.spender.dispute(number, index, shown, EVIDENCE),
            lambda: self.model.dispute(roles[by], number, index, shown, self.now),
        )

    @rule(which=WHICH, honest=HONEST, bps=SHARES, late=LATE)
    def resolve(self, which: int, honest: bool, bps: int, late: int | None) -> None:
        number, index, shown = self.milestone(which, Stage.DISPUTED)
        if late is not None:
            self.wait_until(self.model.step(number, index).since + shown.arbitration_window + late)
        sender = self.address(4) if honest else shown.payer
        self.act(
            "resolve",
            sender,
            self.spender.resolve(number, index, shown, bps, EVIDENCE),
            lambda: self.model.resolve(sender, number, index, shown, bps, self.now),
        )

    @rule(which=WHICH)
    def fall_back(self, which: int) -> None:
        """In the last second of the arbiter's window, which is too early, and right after it."""
        number, index, shown = self.milestone(which, Stage.DISPUTED)
        ends_at = self.model.step(number, index).since + shown.arbitration_window
        for time in (ends_at, ends_at + 1):
            self.wait_until(time)
            self.act(
                "resolveByFallback",
                self.stranger,
                self.spender.resolveByFallback(number, index, shown),
                lambda: self.model.fall_back(number, index, shown, self.now),
            )

    # Changes of the whole

    @rule(
        which=WHICH,
        change=st.sampled_from(
            ["payee", "payee", "expiry", "more", "amount", "payer", "party", "token", "fewer"]
        ),
        kind=SIGNATURES,
        signer=st.integers(0, 3),
        revision=st.sampled_from([1, 1, 1, 1, 0]),
    )
    def amend(self, which: int, change: str, kind: str, signer: int, revision: int) -> None:
        """Signed by all, for the next revision; what is in escrow keeps its price and payer."""
        number = self.agreement(which)
        shown = self.model.in_force[number]
        count = len(shown.milestones)
        funded = [i for i in range(count) if self.model.step(number, i).stage in ESCROWED]
        terms = self.paper.changed(shown, change, (funded or [0])[0], self.soon + DAY)
        values = (number, self.model.revisions[number] + revision, terms.message)
        signatures, signed = self.paper.sign(
            shown.parties, "Amendment", *values, kind=kind, flawed=signer
        )
        signed = signed._replace(flawed=signed.flawed or revision != 1)
        self.act(
            "amend",
            self.stranger,
            self.spender.amend(number, shown, terms, signatures, self.proofs),
            lambda: self.model.amend(number, shown, terms, signed, self.now),
        )

    @rule(
        which=WHICH,
        shares=st.lists(SHARES, min_size=4, max_size=4),
        kind=SIGNATURES,
        signer=st.integers(0, 3),
        deadline=st.sampled_from([0, DAY, DAY, -1]),
        expired=st.sampled_from([False, False, True]),
    )
    def terminate(
        self, which: int, shares: list[int], kind: str, signer: int, deadline: int, expired: bool
    ) -> None:
        """An agreement in force, or one that has expired and has deliveries to settle."""
        if expired:
            self.milestone(which, Stage.DELIVERED)
            self.expire(which)
        number = self.live[0] if expired else self.agreement(which)
        shown, until = self.model.in_force[number], self.soon + deadline
        parts = shares[: len(shown.milestones)]
        values = (number, self.model.revisions[number], tuple(parts), until)
        signatures, signed = self.paper.sign(
            shown.parties, "Termination", *values, kind=kind, flawed=signer
        )
        self.act(
            "terminate",
            self.stranger,
            self.spender.terminate(number, shown, parts, until, signatures),
            lambda: self.model.terminate(number, shown, parts, until, signed, self.now),
        )

    @rule(which=WHICH)
    def expire(self, which: int) -> None:
        """In its last second, which is too early, and right after it."""
        number = self.agreement(which)
        shown = self.model.in_force[number]
        for time in (shown.deal.expires_at, shown.deal.expires_at + 1):
            self.wait_until(time)
            self.act(
                "expire",
                self.stranger,
                self.spender.expire(number, shown),
                lambda: self.model.expire(number, shown, self.now),
            )

    # What a token refused

    @rule(who=st.integers(0, 5))
    def refuse_somebody(self, who: int) -> None:
        """The other token refuses another receiver, or none."""
        self._refuse(self.address(who) if who < 5 else ZERO)

    def _refuse(self, refused: str) -> None:
        def predicted() -> None:
            self.model.other.refused = refused

        self.act("refuse", self.stranger, self.other.setRefused(refused), predicted)

    @rule(who=st.integers(0, 5), token=st.integers(0, 1), to=st.integers(0, 6))
    def withdraw(self, who: int, token: int, to: int) -> None:
        """Whoever has something to get; if nobody has, a payment is refused first."""
        sender, address = self.address(who), self.model.tokens[token]
        if not self._due() and who != 5:
            self._have_a_payment_refused()
        if due := self._due():
            address, sender = due[who % len(due)]
        taker = self.address(to)
        self.act(
            "withdrawHeld",
            sender,
            self.spender.withdrawHeld(address, taker),
            lambda: self.model.withdraw(sender, address, taker),
        )

    def _due(self) -> list[tuple[str, str]]:
        return sorted(key for key, amount in self.model.held.items() if amount)

    def _have_a_payment_refused(self) -> None:
        """Accept a delivery while the token refuses to pay its payee."""
        _, _, shown = self.milestone(0, Stage.DELIVERED)
        if shown.token == self.other.address:
            self._refuse(shown.payee)
        elif not self.ledger.paused:
            self.stop_money()
        self.accept(0, True)
        if self.ledger.paused:
            self.let_money_go()

    # What is compared

    def views(self) -> Iterator[tuple[Call, Any]]:
        yield from self.money_views()
        model, contract = self.model, self.spender
        for number in self.live:
            terms = model.in_force[number]
            revision = model.revisions[number]
            yield contract.agreementOf(number), (model.state(number), revision)
            yield contract.termsHashOf(number), self.paper.number(terms)
            yield contract.isCompleted(number, terms), model.is_completed(number)
            for index in range(len(terms.milestones)):
                step = model.step(number, index)
                yield contract.milestoneOf(number, index), (*step[:1], *step[1:3])
        for purse in self.purses:
            yield self.other.balanceOf(purse), model.other.balances[purse]
            for token in model.tokens:
                yield contract.heldOf(token, purse), model.held[token, purse]

    def check(self) -> None:
        self.model.check()
        for key, step in self.model.steps.items():
            before = self.stages.get(key, Stage.UNFUNDED)
            assert step.stage is before or step.stage in LATER[before]
            self.stages[key] = step.stage

    def moments(self) -> Iterable[int]:
        for number in self.live:
            yield self.model.in_force[number].deal.expires_at
        for (number, _), step in self.model.steps.items():
            if number in self.live and step.engagement and step.stage in ESCROWED:
                yield step.engagement.due_at
                yield step.engagement.due_at + DAY
                yield step.since + step.engagement.review_window
                yield step.since + step.engagement.arbitration_window

    # Choices

    def milestone(self, which: int, stage: Stage) -> tuple[bytes, int, Engagement]:
        """A milestone at a stage, brought there if there is none, with its engagement."""
        if which == 7:
            number = self.live[0]
            return number, 1, engage(self.model.in_force[number], 1)
        found = [
            (number, index)
            for number in self.live
            for index in range(3)
            if self.model.step(number, index).stage is stage
        ]
        if not found:
            found = [self._bring(stage)]
        number, index = found[which % len(found)]
        step = self.model.step(number, index)
        return number, index, step.engagement or engage(self.model.in_force[number], index)

    def _bring(self, stage: Stage) -> tuple[bytes, int]:
        """Funds, delivers and disputes as far as needed and as far as it comes through."""
        if stage is Stage.FUNDED:
            number = self.to_fund(0)
            self.fund(0, None, 0, 0, None)
            return number, 0
        before = Stage(stage - 1)
        number, index, _ = self.milestone(0, before)
        if stage is Stage.DELIVERED:
            self.deliver(0, True, 0, None)
        else:
            self.dispute(0, "client")
        return number, index


def test_agreements_lose_no_money_in_any_order_of_steps(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    names = ("alice", "bob", "olga", "carol", "dave", "mallory")
    people = [Person.named(name) for name in names]
    people[2] = people[2].wallet(chain)
    admin, issuer = Person.named("admin"), Person.named("issuer")
    issuers = chain.deploy("TrustedIssuers", admin.address)
    status = chain.deploy("CredentialStatus", issuers.address)
    chain.must(admin.address, issuers.accredit(issuer.address, COMPANY, 0, 0))
    chain.must(issuer.address, status.anchor(COMPANY, DIGEST, people[1].address, 0))
    euro, other = Euro(chain, admin), chain.deploy("HostileToken")
    agreements = chain.deploy(
        "ServiceAgreements", admin.address, euro.address, [other.address], status.address
    )
    euro.fund(people, FUNDS, agreements)
    for person in people:
        chain.must(person.address, other.mint(person.address, FUNDS))
        chain.must(person.address, other.approve(agreements.address, WHOLE))
    run(
        ServiceAgreementsMachine,
        chain,
        request.config,
        [
            *("activate", "fund", "fundWithPermit", "fundWithAuthorization", "deliver", "accept"),
            *("acceptBySilence", "dispute", "resolve", "resolveByFallback", "amend", "terminate"),
            *("expire", "withdrawHeld", "pause"),
        ],
        euro=euro,
        other=other,
        spender=agreements,
        status=status,
        issuer=issuer.address,
        people=people,
        domain=Domain.of(chain, agreements, *TYPES),
    )
