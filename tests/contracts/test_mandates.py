"""Mandates: the payer's cap for each period, and nothing above it whatever the timing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, Domain, parse_types
from evm_support.units import DAY, EURO
from suites.signed_actions import MakeAction, SignedAction, SignedActionBehaviour

CAP = 50 * EURO
TYPES = parse_types(
    "Mandate(address payer,address payee,uint128 cap,uint40 startAt,uint40 endAt,uint32 period,"
    "uint40 signBy,bytes32 documentHash,uint64 nonce)",
    "CancelMandate(bytes32 mandateId,uint256 deadline)",
)
NONE, ACTIVE, PAUSED, CANCELLED = range(4)


@dataclass
class Debit:
    """A mandate, as calldata and as a message."""

    contract: Any
    key: str
    message: dict[str, Any]
    calldata: tuple[Any, ...] = field(init=False)
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.calldata = tuple(self.message.values())
        self.id = bytes(self.contract.hashMandate(self.calldata))

    def signature(self) -> bytes:
        return Domain.of(self.contract).sign(self.key, TYPES, "Mandate", self.message)

    def register(self, sender: Any) -> Any:
        return self.contract.register(self.calldata, self.signature(), sender=sender)

    def collect(self, amount: int, sender: Any) -> Any:
        return self.contract.collect(self.calldata, amount, sender=sender)

    def record(self) -> tuple[int, ...]:
        return tuple(self.contract.mandateOf(self.id))

    def changed(self, **changes: Any) -> Debit:
        return Debit(self.contract, self.key, {**self.message, **changes})


@pytest.fixture(scope="module")
def payer(euro: Any, mandates: Any, admin: Any, alice: Any) -> Any:
    euro.mint(alice, 10_000 * EURO, sender=admin)
    euro.approve(mandates, WHOLE, sender=alice)
    return alice


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def start(draft: Debit) -> int:
    return int(draft.message["startAt"])


@pytest.fixture(scope="module")
def registered(draft: Debit, relayer: Any) -> Debit:
    """A mandate of the same kind that is brought in."""
    registered = draft.changed(nonce=2)
    registered.register(relayer)
    return registered


@pytest.fixture
def debit(registered: Debit, start: int, at: Any) -> Debit:
    """The mandate on the day on which it starts."""
    at(start)
    return registered


class TestMandateSignature(SignedActionBehaviour):
    """A mandate that its payer signs, to be brought in within a day."""

    @pytest.fixture(scope="class")
    def make_action(self, draft: Debit, relayer: Any, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            mine = draft.changed(payer=signer.address, nonce=3)
            sign_by = mine.message["signBy"]

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return mine.contract.register(tuple(fields.values()), signature, sender=relayer)

            return SignedAction(
                mine.contract,
                TYPES,
                "Mandate",
                mine.message,
                signer,
                send,
                nobody={"payer": zero},
                invalid=("MandateInvalidSignature", signer),
                unsigned=("MandateInvalidSignature", zero),
                replayed=("MandateWrongState", mine.id, ACTIVE),
                expired=("MandateSignatureExpired", sign_by, ...),
                deadline=sign_by,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, alice: Any, bob: Any, now: int) -> dict[str, Any]:
        return {
            "payer": bob.address,
            "payee": alice.address,
            "cap": CAP + 1,
            "startAt": now,
            "endAt": 0,
            "period": DAY,
            "signBy": now + 2 * DAY,
            "documentHash": bytes(32),
            "nonce": 4,
        }


class TestCancellationSignature(SignedActionBehaviour):
    """The cancellation of a mandate by the signature of its payer."""

    @pytest.fixture(scope="class")
    def make_action(self, draft: Debit, relayer: Any, now: int, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            mine = draft.changed(payer=signer.address, nonce=5)
            deadline = now + DAY

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                mandate = {**mine.message, "payer": fields.get("payer", signer)}
                return mine.contract.cancelWithSignature(
                    tuple(mandate.values()), fields["deadline"], signature, sender=relayer
                )

            return SignedAction(
                mine.contract,
                TYPES,
                "CancelMandate",
                {"mandateId": mine.id, "deadline": deadline},
                signer,
                send,
                nobody={"payer": zero},
                invalid=("MandateInvalidSignature", signer),
                unsigned=("MandateInvalidSignature", zero),
                replayed=("MandateWrongState", mine.id, CANCELLED),
                expired=("MandateSignatureExpired", deadline, ...),
                deadline=deadline,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, now: int) -> dict[str, Any]:
        return {"mandateId": bytes(32), "deadline": now + 2 * DAY}

    def test_signature_over_the_mandate_cancels_nothing(
        self, action: SignedAction, draft: Debit, alice: Any
    ) -> None:
        with refusal("MandateInvalidSignature", alice):
            action.send(action.message, draft.changed(nonce=5).signature())


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


def test_payer_who_withdraws_the_allowance_pays_nothing(
    debit: Debit, mandates: Any, euro: Any, payer: Any, bob: Any
) -> None:
    euro.approve(mandates, 0, sender=payer)
    with refusal("ERC20InsufficientAllowance"):
        debit.collect(1, bob)
    assert debit.record() == (ACTIVE, 0, 0)


class TestHostileToken:
    @pytest.fixture(scope="class")
    def risky(
        self, project: Any, hostile: Any, draft: Debit, admin: Any, alice: Any, relayer: Any
    ) -> Debit:
        """A mandate over a token that can be made to misbehave."""
        mandates = admin.deploy(project.Mandates, hostile)
        hostile.mint(alice, 10 * CAP, sender=admin)
        hostile.approve(mandates, WHOLE, sender=alice)
        risky = Debit(mandates, alice.private_key, draft.message)
        risky.register(relayer)
        return risky

    @pytest.mark.parametrize("mode", [2, 3], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_counts_as_nothing_collected(
        self, risky: Debit, hostile: Any, admin: Any, bob: Any, start: int, at: Any, mode: int
    ) -> None:
        hostile.setMode(mode, admin, b"", sender=admin)
        at(start)
        with refusal("SafeERC20FailedOperation" if mode == 2 else "HostileTokenRefuses", ...):
            risky.collect(CAP, bob)
        hostile.setMode(0, admin, b"", sender=admin)
        risky.collect(CAP, bob)
        assert hostile.balanceOf(bob) == CAP

    def test_token_that_calls_back_cannot_collect_above_the_cap(
        self, risky: Debit, hostile: Any, admin: Any, alice: Any, relayer: Any, start: int, at: Any
    ) -> None:
        """The token is the payee as well, and collects whenever it is moved: then it is moved."""
        greedy = risky.changed(payee=hostile.address)
        greedy.register(relayer)
        collect = risky.contract.collect.encode_input(greedy.calldata, CAP)
        hostile.setMode(4, risky.contract, collect, sender=admin)
        at(start)
        hostile.transfer(admin, 1, sender=alice)
        assert hostile.balanceOf(hostile) == CAP
        assert greedy.record() == (ACTIVE, 0, CAP)
