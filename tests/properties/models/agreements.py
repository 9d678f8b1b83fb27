"""Service agreements: how far each milestone is, and whose the money in escrow is."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.properties.models.agreement_terms import (
    ESCROWED,
    FULL,
    Engagement,
    Party,
    Role,
    Stage,
    State,
    Terms,
    engage,
)
from tests.properties.models.euro import EuroModel
from tests.properties.models.refusing import RefusingToken
from tests.properties.support.chain import ZERO
from tests.properties.support.machines import DAY, Model, refuse_if

MAX_MILESTONES = 32


class Step(NamedTuple):
    """How far a milestone is; ``since`` is when it was delivered or disputed."""

    stage: Stage = Stage.UNFUNDED
    since: int = 0
    penalty_bps: int = 0
    engagement: Engagement | None = None


class Signed(NamedTuple):
    """What the parties' signatures are worth: how many there are, and whether one has a flaw."""

    number: int
    flawed: bool


class AgreementsModel(Model):
    """Agreements are named by the first terms' number (the contract's id).

    ``entered`` and ``left`` count how often a milestone's money came in and went out.
    """

    def __init__(self, euro: EuroModel, other: RefusingToken, tokens: list[str], me: str) -> None:
        self.euro = euro
        self.other = other
        self.tokens = tokens
        self.me = me
        self.has_credential = True
        self.states: dict[bytes, State] = {}
        self.revisions: Counter[bytes] = Counter()
        self.in_force: dict[bytes, Terms] = {}
        self.steps: dict[tuple[bytes, int], Step] = {}
        self.held: Counter[tuple[str, str]] = Counter()
        self.entered: Counter[tuple[bytes, int]] = Counter()
        self.left: Counter[tuple[bytes, int]] = Counter()

    def token(self, address: str) -> EuroModel | RefusingToken:
        return self.euro if address == self.tokens[0] else self.other

    def state(self, number: bytes) -> State:
        return self.states.get(number, State.NONE)

    def step(self, number: bytes, index: int) -> Step:
        return self.steps.get((number, index), Step())

    def is_completed(self, number: bytes) -> bool:
        count = len(self.in_force[number].milestones)
        return all(self.step(number, i).stage > Stage.DISPUTED for i in range(count))

    # From agreement to escrow

    def activate(self, number: bytes, terms: Terms, signed: Signed, time: int) -> None:
        refuse_if(time > terms.sign_by, "AgreementSignatureExpired")
        refuse_if(self.state(number) is not State.NONE, "AgreementAlreadyActivated")
        self._check_parties(terms.parties)
        self._check_signatures(terms.parties, signed)
        self.states[number] = State.ACTIVE
        self.in_force[number] = terms

    def fund(self, sender: str, number: bytes, terms: Terms, bits: int | None, time: int) -> None:
        """``bits`` are the milestones, None for all that are not funded."""
        amount = self._fund(number, terms, bits, time)
        self.token(terms.deal.token).transfer_from(self.me, sender, self.me, amount)

    def fund_with_permit(
        self,
        sender: str,
        number: bytes,
        terms: Terms,
        bits: int | None,
        amount: int,
        deadline: int,
        flaw: str,
        time: int,
    ) -> None:
        total = self._fund(number, terms, bits, time)
        # A permit for another amount than the one that is taken has the wrong signer.
        flaw = flaw or ("" if total == amount else "ERC2612InvalidSigner")
        self.euro.try_permit(sender, self.me, total, deadline, flaw, time)
        self.euro.transfer_from(self.me, sender, self.me, total)

    def fund_with_authorization(
        self,
        sender: str,
        number: bytes,
        terms: Terms,
        bits: int | None,
        amount: int,
        before: int,
        nonce: bytes,
        is_good: bool,
        time: int,
    ) -> None:
        total = self._fund(number, terms, bits, time)
        refuse_if(not is_good or total != amount, "ERC3009InvalidSignature")
        self.euro.authorized(sender, self.me, total, 0, before, nonce, time)

    # The steps of a milestone

    def deliver(self, sender: str, number: bytes, index: int, shown: Engagement, time: int) -> None:
        self._engaged(number, index, shown, Stage.FUNDED)
        refuse_if(sender != shown.provider, "AgreementNotAuthorized")
        refuse_if(time > shown.expires_at, "AgreementHasExpired")
        late = max(time - shown.due_at, 0) if shown.due_at else 0
        penalty = min(-(-late // DAY) * shown.penalty_bps_per_day, shown.max_penalty_bps)
        self.steps[number, index] = Step(Stage.DELIVERED, time, penalty, shown)

    def accept(
        self, sender: str, number: bytes, index: int, shown: Engagement, silence: bool, time: int
    ) -> None:
        step = self._engaged(number, index, shown, Stage.DELIVERED)
        if silence:
            refuse_if(time <= step.since + shown.review_window, "AgreementReviewOpen")
        else:
            refuse_if(sender != shown.payer, "AgreementNotAuthorized")
        penalty = shown.amount * step.penalty_bps // FULL
        self._pay_out(number, index, Stage.PAID, shown, shown.amount - penalty)

    def dispute(self, sender: str, number: bytes, index: int, shown: Engagement, time: int) -> None:
        step = self._engaged(number, index, shown, Stage.DELIVERED)
        refuse_if(sender not in (shown.provider, shown.payer), "AgreementNotAuthorized")
        refuse_if(time > step.since + shown.review_window, "AgreementReviewOver")
        self.steps[number, index] = step._replace(stage=Stage.DISPUTED, since=time)

    def resolve(
        self, sender: str, number: bytes, index: int, shown: Engagement, bps: int, time: int
    ) -> None:
        step = self._engaged(number, index, shown, Stage.DISPUTED)
        refuse_if(sender != shown.arbiter, "AgreementNotAuthorized")
        refuse_if(time > step.since + shown.arbitration_window, "AgreementArbitrationOver")
        refuse_if(bps > FULL, "AgreementInvalidShare")
        self._pay_out(number, index, Stage.RESOLVED, shown, shown.amount * bps // FULL)

    def fall_back(self, number: bytes, index: int, shown: Engagement, time: int) -> None:
        step = self._engaged(number, index, shown, Stage.DISPUTED)
        refuse_if(time <= step.since + shown.arbitration_window, "AgreementArbitrationOpen")
        share = shown.amount * shown.fallback_bps // FULL
        self._pay_out(number, index, Stage.RESOLVED, shown, share)

    # Changes of the whole

    def amend(self, number: bytes, shown: Terms, terms: Terms, signed: Signed, time: int) -> None:
        self._in_force(number, shown)
        refuse_if(self.state(number) is not State.ACTIVE, "AgreementNotActive")
        refuse_if(time > terms.sign_by, "AgreementSignatureExpired")
        self._check_signatures(shown.parties, signed)
        self._check_parties(terms.parties)
        same_parties = [p[:2] for p in shown.parties] == [p[:2] for p in terms.parties]
        same_frame = same_parties and shown.deal.token == terms.deal.token
        fewer = len(terms.milestones) < len(shown.milestones)
        refuse_if(not same_frame or fewer, "AgreementInvalidAmendment")
        refuse_if(len(terms.milestones) > MAX_MILESTONES, "AgreementMilestoneCount")
        for index, (old, new) in enumerate(zip(shown.milestones, terms.milestones, strict=False)):
            step = self.step(number, index)
            if step.stage > Stage.DISPUTED:
                refuse_if(old != new, "AgreementInvalidAmendment")
            elif step.stage in ESCROWED:
                same = (old.amount, old.payer) == (new.amount, new.payer)
                refuse_if(not same, "AgreementInvalidAmendment")
                engagement = self._engage(terms, index)
                self.steps[number, index] = step._replace(engagement=engagement)
        self.revisions[number] += 1
        self.in_force[number] = terms

    def terminate(
        self,
        number: bytes,
        shown: Terms,
        shares: list[int],
        deadline: int,
        signed: Signed,
        time: int,
    ) -> None:
        self._in_force(number, shown)
        living = self.state(number) in (State.ACTIVE, State.EXPIRED)
        refuse_if(not living, "AgreementNotActive")
        refuse_if(time > deadline, "AgreementSignatureExpired")
        refuse_if(len(shares) != len(shown.milestones), "AgreementShareCount")
        self._check_signatures(shown.parties, signed)
        self.states[number] = State.TERMINATED
        for index, bps in enumerate(shares):
            stage = self.step(number, index).stage
            refuse_if(bps > FULL, "AgreementInvalidShare")
            if stage is Stage.UNFUNDED:
                self.steps[number, index] = Step(Stage.CANCELLED)
            elif stage in ESCROWED:
                engagement = self._engage(shown, index)
                share = engagement.amount * bps // FULL
                self._pay_out(number, index, Stage.RESOLVED, engagement, share)

    def expire(self, number: bytes, shown: Terms, time: int) -> None:
        self._in_force(number, shown)
        refuse_if(self.state(number) is not State.ACTIVE, "AgreementNotActive")
        refuse_if(time <= shown.deal.expires_at, "AgreementNotExpired")
        self.states[number] = State.EXPIRED
        for index in range(len(shown.milestones)):
            stage = self.step(number, index).stage
            if stage is Stage.UNFUNDED:
                self.steps[number, index] = Step(Stage.CANCELLED)
            elif stage is Stage.FUNDED:
                self._pay_out(number, index, Stage.REFUNDED, self._engage(shown, index), 0)

    def withdraw(self, sender: str, token: str, to: str) -> None:
        amount = self.held.pop((token, sender), 0)
        refuse_if(not amount, "AgreementNothingHeld")
        self.token(token).transfer(self.me, to, amount)

    # What always holds

    def owed(self, token: str) -> int:
        """What the escrow must have: milestones that are not settled, and money held."""
        inside = [s.engagement for s in self.steps.values() if s.stage in ESCROWED]
        milestones = sum(e.amount for e in inside if e is not None and e.token == token)
        return milestones + sum(a for (t, _), a in self.held.items() if t == token)

    def check(self) -> None:
        self.euro.check()
        self.other.check()
        for token in self.tokens:
            assert self.token(token).balances[self.me] == self.owed(token)
        assert max(self.entered.values(), default=0) <= 1, "a milestone was funded twice"
        assert max(self.left.values(), default=0) <= 1, "a milestone was paid twice"
        assert self.left.keys() <= self.entered.keys()

    def _in_force(self, number: bytes, shown: Terms) -> None:
        refuse_if(self.in_force.get(number) != shown, "AgreementWrongTerms")

    def _check_parties(self, parties: tuple[Party, ...]) -> None:
        refuse_if(not 2 <= len(parties) <= 16, "AgreementPartyCount")
        seen = {ZERO}
        for account, _, credential_type in parties:
            refuse_if(account in seen, "AgreementInvalidParty")
            seen.add(account)
            missing = any(credential_type) and not self.has_credential
            refuse_if(missing, "AgreementCredentialMissing")

    @staticmethod
    def _check_signatures(parties: tuple[Party, ...], signed: Signed) -> None:
        refuse_if(signed.number != len(parties), "AgreementSignatureCount")
        refuse_if(signed.flawed, "AgreementInvalidSignature")

    def _fund(self, number: bytes, terms: Terms, bits: int | None, time: int) -> int:
        self._in_force(number, terms)
        refuse_if(self.state(number) is not State.ACTIVE, "AgreementNotActive")
        refuse_if(time > terms.deal.expires_at, "AgreementHasExpired")
        refuse_if(terms.deal.token not in self.tokens, "AgreementTokenNotAllowed")
        count, total = len(terms.milestones), 0
        refuse_if(count > MAX_MILESTONES, "AgreementMilestoneCount")
        refuse_if(bits is not None and bits >> count, "AgreementNoMilestone")
        for index in range(count):
            unfunded = self.step(number, index).stage is Stage.UNFUNDED
            if (bits is None and not unfunded) or (bits is not None and not bits >> index & 1):
                continue
            refuse_if(not unfunded, "AgreementMilestoneState")
            engagement = self._engage(terms, index)
            self.steps[number, index] = Step(Stage.FUNDED, engagement=engagement)
            self.entered[number, index] += 1
            total += engagement.amount
        refuse_if(total == 0, "AgreementNothingToFund")
        return total

    def _engage(self, terms: Terms, index: int) -> Engagement:
        deal, item, parties = terms.deal, terms.milestones[index], terms.parties
        refuse_if(
            item.amount == 0
            or item.payee in (ZERO, self.me)
            or max(item.payer, item.provider) >= len(parties)
            or parties[item.payer].role != Role.CLIENT
            or parties[item.provider].role != Role.PROVIDER,
            "AgreementInvalidMilestone",
        )
        refuse_if(max(item.max_penalty_bps, deal.fallback_bps) > FULL, "AgreementInvalidShare")
        return engage(terms, index)

    def _engaged(self, number: bytes, index: int, shown: Engagement, stage: Stage) -> Step:
        step = self.step(number, index)
        refuse_if(step.stage is not stage, "AgreementMilestoneState")
        refuse_if(step.engagement != shown, "AgreementWrongEngagement")
        return step

    def _pay_out(
        self, number: bytes, index: int, stage: Stage, engagement: Engagement, to_payee: int
    ) -> None:
        """Settle a milestone: the payee's share, and the rest back to the client."""
        self.steps[number, index] = Step(stage)
        self.left[number, index] += 1
        shares = (engagement.payee, to_payee), (engagement.payer, engagement.amount - to_payee)
        for to, amount in shares:
            if amount and not self.token(engagement.token).pays_out(self.me, to, amount):
                self.held[engagement.token, to] += amount
