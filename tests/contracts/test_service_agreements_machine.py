"""ServiceAgreements beside a plain model: whoever calls what in which order, no money is lost."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from typing import Any

from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.agreement_fixtures import EVIDENCE, REASON, RULING
from evm_support.expect import refusal
from evm_support.terms import DAY, EURO, Agreement, Milestone, State, Step
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

STEPS = int(os.environ.get("POC_CONTRACT_STEPS", "100"))
STEPS_A_RUN = 25
COUNT = 4
ESCROWED = (Step.FUNDED, Step.DELIVERED, Step.DISPUTED)

milestones = st.integers(0, COUNT - 1)


def test_money_is_conserved_in_any_order_of_steps(
    draft: Agreement,
    agreements: Any,
    euro: Any,
    rich: Any,
    bob: Any,
    carol: Any,
    mallory: Any,
    relayer: Any,
    arbiter: Any,
    admin: Any,
    chain: Any,
    at: Any,
) -> None:
    """Two providers, four milestones with odd amounts, some with a due time.

    The model knows when each step is to be refused; the invariants look at the balances only.
    """
    people = [rich, bob, carol]
    nonces = itertools.count(100)

    def new_deal(now: int) -> Agreement:
        items = tuple(
            Milestone(
                (bob.address, carol.address)[i % 2],
                amount=101 * EURO + 3 * i + 1,
                due_at=now + 9 * DAY if i < 2 else 0,
                review_window=4 * DAY,
                penalty_bps_per_day=333,
                max_penalty_bps=2_000,
            )
            for i in range(COUNT)
        )
        terms = replace(
            draft.terms,
            nonce=next(nonces),
            sign_by=now + DAY,
            expires_at=now + 40 * DAY,
            milestones=items,
        )
        deal = replace(draft, terms=terms)
        deal.activate(relayer)
        return deal

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            """A new agreement on the same chain: snapshots would turn the clock back."""
            euro.mint(rich, 1_000 * EURO, sender=admin)
            now = chain.blocks.head.timestamp
            self.deal = new_deal(now)
            self.time, self.end = chain.blocks.head.timestamp, self.deal.terms.expires_at
            self.state = State.ACTIVE
            self.steps = [Step.UNFUNDED] * COUNT
            self.since, self.late = [0] * COUNT, [0] * COUNT
            self.balances = {p.address: euro.balanceOf(p) for p in people}
            self.before = euro.balanceOf(agreements)

        def teardown(self) -> None:
            if hasattr(self, "steps"):
                assert self.deal.steps() == self.steps
                assert self.deal.state()[0] == self.state

        def tick(self) -> None:
            """The next block is a second later."""
            self.time += 1
            at(self.time)

        def settle(self, i: int, step: Step, payee_amount: int) -> None:
            item = self.deal.terms.milestones[i]
            self.steps[i] = step
            self.balances[item.payee] += payee_amount
            self.balances[rich.address] += item.amount - payee_amount

        @rule(seconds=st.sampled_from([DAY // 2, DAY, 3 * DAY, 4 * DAY, 5 * DAY]))
        def wait(self, seconds: int) -> None:
            self.time += seconds

        @rule(bits=st.integers(1, 2**COUNT - 1))
        def fund(self, bits: int) -> None:
            self.tick()
            named = [i for i in range(COUNT) if bits >> i & 1]
            taken = [i for i in named if self.steps[i] is not Step.UNFUNDED]
            if self.state is not State.ACTIVE:
                with refusal("AgreementNotActive", self.deal.id, self.state):
                    self.deal.fund(rich, bits)
            elif self.time > self.end:
                with refusal("AgreementHasExpired", self.deal.id, self.end):
                    self.deal.fund(rich, bits)
            elif taken:
                with refusal(
                    "AgreementMilestoneState", self.deal.id, taken[0], self.steps[taken[0]]
                ):
                    self.deal.fund(rich, bits)
            else:
                self.deal.fund(rich, bits)
                for i in named:
                    self.steps[i] = Step.FUNDED
                    self.balances[rich.address] -= self.deal.terms.milestones[i].amount

        @rule(i=milestones, honest=st.sampled_from([True, True, True, False]))
        def deliver(self, i: int, honest: bool) -> None:
            self.tick()
            actor = bob if honest else mallory
            if self.steps[i] is not Step.FUNDED:
                with refusal("AgreementMilestoneState", self.deal.id, i, self.steps[i]):
                    self.deal.do("deliver", i, EVIDENCE, sender=actor)
            elif not honest:
                with refusal("AgreementNotAuthorized", mallory, bob):
                    self.deal.do("deliver", i, EVIDENCE, sender=actor)
            elif self.time > self.end:
                with refusal("AgreementHasExpired", self.deal.id, self.end):
                    self.deal.do("deliver", i, EVIDENCE, sender=actor)
            else:
                self.deal.do("deliver", i, EVIDENCE, sender=actor)
                due = self.deal.terms.milestones[i].due_at
                days = -(-(self.time - due) // DAY) if due and self.time > due else 0
                self.late[i] = min(days * 333, 2_000)
                self.steps[i], self.since[i] = Step.DELIVERED, self.time

        @rule(i=milestones, verb=st.sampled_from(["accept", "acceptBySilence"]))
        def accept(self, i: int, verb: str) -> None:
            self.tick()
            ends_at = self.since[i] + 4 * DAY
            if self.steps[i] is not Step.DELIVERED:
                with refusal("AgreementMilestoneState", self.deal.id, i, self.steps[i]):
                    self.deal.do(verb, i, sender=rich)
            elif verb == "acceptBySilence" and self.time <= ends_at:
                with refusal("AgreementReviewOpen", ends_at):
                    self.deal.do(verb, i, sender=rich)
            else:
                self.deal.do(verb, i, sender=rich)
                amount = self.deal.terms.milestones[i].amount
                self.settle(i, Step.PAID, amount - amount * self.late[i] // 10_000)

        @rule(i=milestones, client=st.booleans())
        def dispute(self, i: int, client: bool) -> None:
            self.tick()
            ends_at = self.since[i] + 4 * DAY
            actor = rich if client else bob
            if self.steps[i] is not Step.DELIVERED:
                with refusal("AgreementMilestoneState", self.deal.id, i, self.steps[i]):
                    self.deal.do("dispute", i, REASON, sender=actor)
            elif self.time > ends_at:
                with refusal("AgreementReviewOver", ends_at):
                    self.deal.do("dispute", i, REASON, sender=actor)
            else:
                self.deal.do("dispute", i, REASON, sender=actor)
                self.steps[i], self.since[i] = Step.DISPUTED, self.time

        @rule(i=milestones, bps=st.sampled_from([0, 1, 4_999, 10_000, 10_001]))
        def resolve(self, i: int, bps: int) -> None:
            self.tick()
            ends_at = self.since[i] + 5 * DAY
            if self.steps[i] is not Step.DISPUTED:
                with refusal("AgreementMilestoneState", self.deal.id, i, self.steps[i]):
                    self.deal.do("resolve", i, bps, RULING, sender=arbiter)
            elif self.time > ends_at:
                with refusal("AgreementArbitrationOver", ends_at):
                    self.deal.do("resolve", i, bps, RULING, sender=arbiter)
            elif bps > 10_000:
                with refusal("AgreementInvalidShare", bps):
                    self.deal.do("resolve", i, bps, RULING, sender=arbiter)
            else:
                self.deal.do("resolve", i, bps, RULING, sender=arbiter)
                self.settle(i, Step.RESOLVED, self.deal.terms.milestones[i].amount * bps // 10_000)

        @rule(i=milestones)
        def fall_back(self, i: int) -> None:
            self.tick()
            ends_at = self.since[i] + 5 * DAY
            if self.steps[i] is not Step.DISPUTED:
                with refusal("AgreementMilestoneState", self.deal.id, i, self.steps[i]):
                    self.deal.do("resolveByFallback", i, sender=mallory)
            elif self.time <= ends_at:
                with refusal("AgreementArbitrationOpen", ends_at):
                    self.deal.do("resolveByFallback", i, sender=mallory)
            else:
                self.deal.do("resolveByFallback", i, sender=mallory)
                self.settle(
                    i, Step.RESOLVED, self.deal.terms.milestones[i].amount * 2_500 // 10_000
                )

        @rule()
        def expire(self) -> None:
            self.tick()
            if self.state is not State.ACTIVE:
                with refusal("AgreementNotActive", self.deal.id, self.state):
                    self.deal.call("expire", sender=mallory)
            elif self.time <= self.end:
                with refusal("AgreementNotExpired", self.deal.id, self.end):
                    self.deal.call("expire", sender=mallory)
            else:
                self.deal.call("expire", sender=mallory)
                self.state = State.EXPIRED
                for i, step in enumerate(self.steps):
                    if step is Step.FUNDED:
                        self.settle(i, Step.REFUNDED, 0)
                    elif step is Step.UNFUNDED:
                        self.steps[i] = Step.CANCELLED

        @rule(rarely=st.integers(0, 9), shares=st.tuples(*[st.integers(0, 10_000)] * COUNT))
        def terminate(self, rarely: int, shares: tuple[int, ...]) -> None:
            if rarely:
                return
            self.tick()
            deadline = self.time + DAY
            signatures = self.deal.termination(list(shares), deadline)
            arguments = [list(shares), deadline, signatures]
            if self.state is State.TERMINATED:
                with refusal("AgreementNotActive", self.deal.id, self.state):
                    self.deal.call("terminate", *arguments, sender=relayer)
                return
            self.deal.call("terminate", *arguments, sender=relayer)
            self.state = State.TERMINATED
            for i, step in enumerate(self.steps):
                if step in ESCROWED:
                    self.settle(
                        i, Step.RESOLVED, self.deal.terms.milestones[i].amount * shares[i] // 10_000
                    )
                elif step is Step.UNFUNDED:
                    self.steps[i] = Step.CANCELLED

        @invariant()
        def money_is_where_the_model_has_it(self) -> None:
            if not hasattr(self, "steps"):
                return
            items = self.deal.terms.milestones
            owed = sum(items[i].amount for i, s in enumerate(self.steps) if s in ESCROWED)
            assert euro.balanceOf(agreements) == self.before + owed
            assert {p.address: euro.balanceOf(p) for p in people} == self.balances

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_A_RUN),
            stateful_step_count=STEPS_A_RUN,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
