"""Mandates: the payer's cap for each period, and nothing above it whatever the timing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, malleated, parse_types
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

DAY = 86_400
EURO = 10**6
CAP = 50 * EURO
TYPES = parse_types(
    "Mandate(address payer,address payee,uint128 cap,uint40 startAt,uint40 endAt,uint32 period,"
    "uint40 signBy,bytes32 documentHash,uint64 nonce)",
    "CancelMandate(bytes32 mandateId,uint256 deadline)",
)
NONE, ACTIVE, PAUSED, CANCELLED = range(4)


@pytest.fixture(scope="session")
def mandates(project: Any, admin: Any, euro: Any) -> Any:
    return admin.deploy(project.Mandates, euro)


@dataclass
class Debit:
    """A mandate, as calldata and as a message."""

    contract: Any
    key: str
    message: dict[str, Any]
    domain: Domain = field(init=False)
    calldata: tuple[Any, ...] = field(init=False)
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.domain = Domain.of(self.contract)
        self.calldata = tuple(self.message.values())
        self.id = bytes(self.contract.hashMandate(self.calldata))

    def signature(self, domain: Domain | None = None, key: str | None = None) -> bytes:
        return (domain or self.domain).sign(key or self.key, TYPES, "Mandate", self.message)

    def register(self, sender: Any, signature: bytes | None = None) -> Any:
        signature = self.signature() if signature is None else signature
        return self.contract.register(self.calldata, signature, sender=sender)

    def collect(self, amount: int, sender: Any) -> Any:
        return self.contract.collect(self.calldata, amount, sender=sender)

    def record(self) -> tuple[int, ...]:
        return tuple(self.contract.mandateOf(self.id))

    def changed(self, **changes: Any) -> Debit:
        return Debit(self.contract, self.key, {**self.message, **changes})


@pytest.fixture
def payer(euro: Any, mandates: Any, admin: Any, alice: Any) -> Any:
    euro.mint(alice, 10_000 * EURO, sender=admin)
    euro.approve(mandates, WHOLE, sender=alice)
    return alice


@pytest.fixture
def draft(mandates: Any, payer: Any, bob: Any, now: int) -> Debit:
    """Bob may collect 50 tEUR a week from tomorrow on, for ten weeks."""
    message = {
        "payer": payer.address,
        "payee": bob.address,
        "cap": CAP,
        "startAt": now + DAY,
        "endAt": now + 71 * DAY,
        "period": 7 * DAY,
        "signBy": now + DAY,
        "documentHash": keccak(text="mandate and its salt"),
        "nonce": 1,
    }
    return Debit(mandates, payer.private_key, message)


@pytest.fixture
def start(draft: Debit) -> int:
    return int(draft.message["startAt"])


@pytest.fixture
def debit(draft: Debit, relayer: Any, start: int, at: Any) -> Debit:
    draft.register(relayer)
    at(start)
    return draft


def test_constructor_refuses_an_address_without_code(project: Any, admin: Any, bob: Any) -> None:
    with refusal("MandateNoToken", bob):
        admin.deploy(project.Mandates, bob)


def test_signature_brings_it_in_once(
    draft: Debit, mandates: Any, payer: Any, bob: Any, relayer: Any
) -> None:
    assert draft.record() == (NONE, 0, 0)
    receipt = draft.register(relayer)
    values = {"payer": payer, "payee": bob, "cap": CAP, "period": 7 * DAY}
    assert_events(receipt, mandates, ("MandateRegistered", {"mandateId": draft.id, **values}))
    assert draft.record() == (ACTIVE, 0, 0)
    with refusal("MandateWrongState", draft.id, ACTIVE):
        draft.register(relayer)


def test_every_bad_signature_is_refused(
    draft: Debit, payer: Any, mallory: Any, relayer: Any
) -> None:
    good = draft.signature()
    bad = [
        draft.signature(key=mallory.private_key),
        draft.signature(draft.domain.elsewhere()),
        draft.changed(cap=CAP + 1).signature(),
        malleated(good),
        ZERO_SIGNATURE,
        b"",
    ]
    for signature in bad:
        with refusal("MandateInvalidSignature", payer):
            draft.register(relayer, signature)


def test_zero_payer_signs_nothing(draft: Debit, relayer: Any, zero: str) -> None:
    with refusal("MandateInvalidSignature", zero):
        draft.changed(payer=zero).register(relayer, ZERO_SIGNATURE)


def test_signature_expires(draft: Debit, relayer: Any, at: Any) -> None:
    at(draft.message["signBy"] + 1)
    with refusal("MandateSignatureExpired", draft.message["signBy"], ...):
        draft.register(relayer)


def test_wallet_signs_by_erc1271(draft: Debit, wallet: Any, relayer: Any, admin: Any) -> None:
    mine = draft.changed(payer=wallet.address)
    for mode in (1, 2):
        wallet.setMode(mode, wallet, b"", sender=admin)
        with refusal("MandateInvalidSignature", wallet):
            mine.register(relayer)
    wallet.setMode(0, wallet, b"", sender=admin)
    mine.register(relayer)
    assert mine.record()[0] == ACTIVE


def test_what_could_not_be_collected_is_refused(draft: Debit, relayer: Any, zero: str) -> None:
    start = draft.message["startAt"]
    for changes in ({"payee": zero}, {"cap": 0}, {"period": 0}, {"endAt": start - 1}):
        with refusal("MandateInvalid"):
            draft.changed(**changes).register(relayer)


def test_payee_collects_up_to_the_cap_in_each_period(
    debit: Debit, mandates: Any, euro: Any, payer: Any, bob: Any, start: int, at: Any
) -> None:
    receipt = debit.collect(CAP - 1, bob)
    event = {"mandateId": debit.id, "payer": payer, "payee": bob, "amount": CAP - 1}
    assert_events(
        receipt,
        mandates,
        ("MandateCollected", {**event, "periodIndex": 0, "collected": CAP - 1}),
    )
    assert mandates.availableOf(debit.calldata) == 1
    for amount in (0, 2, CAP):
        with refusal("MandateCapExceeded", debit.id, amount, 1):
            debit.collect(amount, bob)
    debit.collect(1, bob)
    at(start + 7 * DAY - 1)
    with refusal("MandateCapExceeded", debit.id, 1, 0):
        debit.collect(1, bob)
    at(start + 7 * DAY)
    debit.collect(CAP, bob)
    assert debit.record() == (ACTIVE, 1, CAP)
    at(start + 28 * DAY)
    with refusal("MandateCapExceeded", debit.id, CAP + 1, CAP):
        debit.collect(CAP + 1, bob)
    assert euro.balanceOf(bob) == 2 * CAP


def test_only_the_payee_collects(debit: Debit, payer: Any, bob: Any, mallory: Any) -> None:
    for actor in (payer, mallory):
        with refusal("MandateNotAuthorized", actor, bob):
            debit.collect(1, actor)


def test_nothing_is_collected_before_the_start_or_after_the_end(
    draft: Debit, mandates: Any, bob: Any, relayer: Any, start: int, at: Any
) -> None:
    with refusal("MandateWrongState", draft.id, NONE):
        draft.collect(1, bob)
    draft.register(relayer)
    end = draft.message["endAt"]
    for moment in (start - 1, end + 1):
        at(moment)
        with refusal("MandateOutOfTime", start, end):
            draft.collect(1, bob)


def test_last_second_is_in_time(
    debit: Debit, mandates: Any, euro: Any, bob: Any, at: Any, chain: Any
) -> None:
    end = debit.message["endAt"]
    at(end)
    debit.collect(1, bob)
    chain.mine(timestamp=end + 1)
    assert mandates.availableOf(debit.calldata) == 0
    assert euro.balanceOf(bob) == 1


def test_endless_mandate_goes_on(
    draft: Debit, euro: Any, bob: Any, relayer: Any, start: int, at: Any
) -> None:
    endless = draft.changed(endAt=0)
    endless.register(relayer)
    at(start + 5_000 * DAY)
    endless.collect(CAP, bob)
    assert euro.balanceOf(bob) == CAP


def test_payer_pauses_and_resumes(
    debit: Debit, mandates: Any, payer: Any, bob: Any, mallory: Any
) -> None:
    for verb in ("pause", "resume"):
        for actor in (bob, mallory):
            with refusal("MandateNotAuthorized", actor, payer):
                getattr(mandates, verb)(debit.calldata, sender=actor)
    with refusal("MandateWrongState", debit.id, ACTIVE):
        mandates.resume(debit.calldata, sender=payer)
    receipt = mandates.pause(debit.calldata, sender=payer)
    assert_events(receipt, mandates, ("MandatePaused", {"mandateId": debit.id}))
    assert mandates.availableOf(debit.calldata) == 0
    with refusal("MandateWrongState", debit.id, PAUSED):
        debit.collect(1, bob)
    with refusal("MandateWrongState", debit.id, PAUSED):
        mandates.pause(debit.calldata, sender=payer)
    receipt = mandates.resume(debit.calldata, sender=payer)
    assert_events(receipt, mandates, ("MandateResumed", {"mandateId": debit.id}))
    debit.collect(1, bob)


def test_pause_does_not_renew_the_cap(debit: Debit, mandates: Any, payer: Any, bob: Any) -> None:
    debit.collect(CAP, bob)
    mandates.pause(debit.calldata, sender=payer)
    mandates.resume(debit.calldata, sender=payer)
    with refusal("MandateCapExceeded", debit.id, 1, 0):
        debit.collect(1, bob)


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_payer_or_payee_cancels_for_ever(
    debit: Debit,
    mandates: Any,
    bob: Any,
    mallory: Any,
    payer: Any,
    relayer: Any,
    request: Any,
    who: str,
) -> None:
    actor = request.getfixturevalue(who)
    with refusal("MandateNotAuthorized", mallory, payer):
        mandates.cancel(debit.calldata, sender=mallory)
    receipt = mandates.cancel(debit.calldata, sender=actor)
    assert_events(receipt, mandates, ("MandateCancelled", {"mandateId": debit.id, "by": actor}))
    with refusal("MandateWrongState", debit.id, CANCELLED):
        debit.collect(1, bob)
    with refusal("MandateWrongState", debit.id, CANCELLED):
        mandates.cancel(debit.calldata, sender=actor)
    with refusal("MandateWrongState", debit.id, CANCELLED):
        mandates.resume(debit.calldata, sender=payer)


def test_signed_mandate_can_be_cancelled_before_it_is_brought_in(
    draft: Debit, mandates: Any, payer: Any, relayer: Any
) -> None:
    mandates.cancel(draft.calldata, sender=payer)
    with refusal("MandateWrongState", draft.id, CANCELLED):
        draft.register(relayer)


def test_cancellation_by_the_payers_signature(
    debit: Debit, mandates: Any, payer: Any, bob: Any, relayer: Any, start: int, at: Any
) -> None:
    deadline = start + DAY

    def sign(deadline: int, key: str) -> bytes:
        message = {"mandateId": debit.id, "deadline": deadline}
        return debit.domain.sign(key, TYPES, "CancelMandate", message)

    good = sign(deadline, payer.private_key)
    for signature in (
        sign(deadline, bob.private_key),
        sign(deadline + 1, payer.private_key),
        malleated(good),
        ZERO_SIGNATURE,
        debit.signature(),
    ):
        with refusal("MandateInvalidSignature", payer):
            mandates.cancelWithSignature(debit.calldata, deadline, signature, sender=relayer)
    mandates.cancelWithSignature(debit.calldata, deadline, good, sender=relayer)
    assert debit.record()[0] == CANCELLED
    at(deadline + 1)
    with refusal("MandateSignatureExpired", deadline, ...):
        mandates.cancelWithSignature(debit.calldata, deadline, good, sender=relayer)


def test_payer_who_withdraws_the_allowance_pays_nothing(
    debit: Debit, mandates: Any, euro: Any, payer: Any, bob: Any
) -> None:
    euro.approve(mandates, 0, sender=payer)
    with refusal("ERC20InsufficientAllowance"):
        debit.collect(1, bob)
    assert debit.record() == (ACTIVE, 0, 0)


def test_collecting_again_is_within_the_gas_target(debit: Debit, bob: Any) -> None:
    debit.collect(1, bob)
    receipt = debit.collect(EURO, bob)
    print(f"gas {receipt.gas_used:>8} of    60000")
    assert receipt.gas_used <= 60_000


def test_cap_is_never_passed_in_any_order_of_steps(
    debit: Debit, mandates: Any, euro: Any, payer: Any, bob: Any, start: int, chain: Any, at: Any
) -> None:
    """A plain model beside the contract; every machine starts from the same snapshot."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.snapshot = chain.snapshot()
            self.time, self.state, self.had = start, ACTIVE, euro.balanceOf(bob)
            self.collected: dict[int, int] = {}

        def teardown(self) -> None:
            chain.restore(self.snapshot)

        @rule(seconds=st.sampled_from([1, DAY, 7 * DAY - 1, 7 * DAY, 7 * DAY + 1]))
        def wait(self, seconds: int) -> None:
            self.time += seconds

        @rule(amount=st.sampled_from([0, 1, CAP // 2, CAP - 1, CAP, CAP + 1]))
        def collect(self, amount: int) -> None:
            self.time += 1
            at(self.time)
            period = (self.time - start) // (7 * DAY)
            left = CAP - self.collected.get(period, 0)
            if self.state != ACTIVE:
                with refusal("MandateWrongState", debit.id, self.state):
                    debit.collect(amount, bob)
            elif self.time > debit.message["endAt"]:
                with refusal("MandateOutOfTime"):
                    debit.collect(amount, bob)
            elif amount == 0 or amount > left:
                with refusal("MandateCapExceeded", debit.id, amount, left):
                    debit.collect(amount, bob)
            else:
                debit.collect(amount, bob)
                self.collected[period] = CAP - left + amount

        @rule(verb=st.sampled_from(["pause", "resume"]))
        def stop_or_go(self, verb: str) -> None:
            expected = ACTIVE if verb == "pause" else PAUSED
            self.time += 1
            at(self.time)
            if self.state == expected:
                getattr(mandates, verb)(debit.calldata, sender=payer)
                self.state = PAUSED if verb == "pause" else ACTIVE
            else:
                with refusal("MandateWrongState", debit.id, self.state):
                    getattr(mandates, verb)(debit.calldata, sender=payer)

        @invariant()
        def money_is_what_was_collected(self) -> None:
            assert euro.balanceOf(bob) - self.had == sum(self.collected.values())
            assert all(amount <= CAP for amount in self.collected.values())

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
