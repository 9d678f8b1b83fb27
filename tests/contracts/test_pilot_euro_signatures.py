"""PilotEuro: EIP-2612 and EIP-3009."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.authorizations import *  # noqa: F403
from evm_support.authorizations import FORMS, NONCE, TYPES, authorize
from evm_support.expect import assert_events, refusal
from evm_support.signing import ZERO_SIGNATURE, Domain, malleated, split
from evm_support.units import DAY, EURO
from suites.signed_actions import MakeAction, SignatureBehaviour, SignedAction


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["transfer", "receive"])
class TestAuthorization:
    def test_moves_money_once(
        self, token: Any, domain: Domain, alice: Any, bob: Any, now: int, kind: str, form: str
    ) -> None:
        assert not token.authorizationState(alice, NONCE)
        receipt = authorize(token, domain, kind, form, alice, bob, now, sender=bob)
        assert_events(
            receipt,
            token,
            ("AuthorizationUsed", {"authorizer": alice, "nonce": NONCE}),
            ("Transfer", {"from": alice, "to": bob, "value": EURO}),
        )
        assert token.authorizationState(alice, NONCE)
        with refusal("ERC3009UsedAuthorization", alice, NONCE):
            authorize(token, domain, kind, form, alice, bob, now, sender=bob)
        assert token.balanceOf(bob) == EURO

    def test_is_valid_in_its_window_only(
        self,
        token: Any,
        domain: Domain,
        alice: Any,
        bob: Any,
        now: int,
        at: Any,
        kind: str,
        form: str,
    ) -> None:
        window = {"validAfter": now + 100, "validBefore": now + 200}
        for moment in (now + 100, now + 200):
            at(moment)
            with refusal("ERC3009InvalidAuthorizationTime", now + 100, now + 200):
                authorize(
                    token,
                    domain,
                    kind,
                    form,
                    alice,
                    bob,
                    now,
                    sender=bob,
                    signed=window,
                    **window,
                )

    def test_works_in_the_first_and_last_second(
        self,
        token: Any,
        domain: Domain,
        alice: Any,
        bob: Any,
        now: int,
        at: Any,
        kind: str,
        form: str,
    ) -> None:
        for number, moment in enumerate((now + 101, now + 199)):
            fields = {
                "validAfter": now + 100,
                "validBefore": now + 200,
                "nonce": keccak(bytes([number])),
            }
            at(moment)
            authorize(
                token, domain, kind, form, alice, bob, now, sender=bob, signed=fields, **fields
            )
        assert token.balanceOf(bob) == 2 * EURO

    def test_values_are_never_taken_for_block_numbers(
        self, token: Any, domain: Domain, alice: Any, bob: Any, now: int, kind: str, form: str
    ) -> None:
        flag = 1 << 47
        window = {"validAfter": flag, "validBefore": flag | 2**40}
        with refusal("ERC3009InvalidAuthorizationTime"):
            authorize(
                token, domain, kind, form, alice, bob, now, sender=bob, signed=window, **window
            )


@pytest.mark.parametrize("kind", ["transfer", "receive"])
def test_authorization_in_three_parts_is_refused_when_anything_is_wrong(
    token: Any,
    domain: Domain,
    alice: Any,
    bob: Any,
    carol: Any,
    mallory: Any,
    now: int,
    kind: str,
) -> None:
    for error, change in (
        ("ERC3009InvalidSignature", {"key": mallory.private_key}),
        ("ERC3009InvalidSignature", {"signed": {"value": 2 * EURO}}),
        ("ERC3009InvalidSignature", {"signed": {"to": carol.address}}),
        ("ERC3009InvalidSignature", {"signed": {"validBefore": now + 2 * DAY}}),
        ("ERC3009InvalidSignature", {"signed": {"nonce": bytes(32)}}),
        ("ECDSAInvalidSignature", {"alter": lambda _: ZERO_SIGNATURE}),
        ("ECDSAInvalidSignatureS", {"alter": malleated}),
    ):
        with refusal(error):
            authorize(token, domain, kind, "vrs", alice, bob, now, sender=bob, **change)
    with refusal("ERC3009InvalidSignature"):
        authorize(token, domain.elsewhere(), kind, "vrs", alice, bob, now, sender=bob)


class AuthorizationSignature(SignatureBehaviour):
    """The signature of an EIP-3009 transfer as bytes, which a wallet gives as well."""

    primary: str

    @pytest.fixture(scope="class")
    def make_action(self, token: Any, alice: Any, bob: Any, now: int, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            if signer != alice:
                token.transfer(signer, EURO, sender=alice)
            message = {
                "from": signer.address,
                "to": bob.address,
                "value": EURO,
                "validAfter": 0,
                "validBefore": now + DAY,
                "nonce": NONCE,
            }
            function = getattr(token, self.primary[0].lower() + self.primary[1:])

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return function(*fields.values(), signature, sender=bob)

            return SignedAction(
                token,
                TYPES,
                self.primary,
                message,
                signer,
                send,
                nobody={"from": zero},
                invalid=("ERC3009InvalidSignature",),
                unsigned=("ERC3009InvalidSignature",),
                replayed=("ERC3009UsedAuthorization", signer, NONCE),
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, carol: Any, now: int) -> dict[str, Any]:
        return {
            "from": carol.address,
            "to": carol.address,
            "value": 2 * EURO,
            "validAfter": 1,
            "validBefore": now + 2 * DAY,
            "nonce": bytes(32),
        }


class TestTransferSignature(AuthorizationSignature):
    primary = "TransferWithAuthorization"


class TestReceiveSignature(AuthorizationSignature):
    primary = "ReceiveWithAuthorization"


class TestCancellationSignature(SignatureBehaviour):
    """The cancellation of an EIP-3009 authorization."""

    @pytest.fixture(scope="class")
    def make_action(self, token: Any, bob: Any, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return token.cancelAuthorization(*fields.values(), signature, sender=bob)

            return SignedAction(
                token,
                TYPES,
                "CancelAuthorization",
                {"authorizer": signer.address, "nonce": NONCE},
                signer,
                send,
                nobody={"authorizer": zero},
                invalid=("ERC3009InvalidSignature",),
                unsigned=("ERC3009InvalidSignature",),
                replayed=("ERC3009UsedAuthorization", signer, NONCE),
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, bob: Any) -> dict[str, Any]:
        return {"authorizer": bob.address, "nonce": bytes(32)}

    @pytest.mark.parametrize("form", FORMS)
    def test_cancelled_authorization_is_dead(
        self, action: SignedAction, domain: Domain, alice: Any, bob: Any, now: int, form: str
    ) -> None:
        token, signature = action.contract, action.sign(alice)
        tail = list(split(signature)) if form == "vrs" else [signature]
        receipt = token.cancelAuthorization(alice, NONCE, *tail, sender=bob)
        cancelled = {"authorizer": alice, "nonce": NONCE}
        assert_events(receipt, token, ("AuthorizationCanceled", cancelled))
        with refusal("ERC3009UsedAuthorization", alice, NONCE):
            authorize(token, domain, "transfer", form, alice, bob, now, sender=bob)

    def test_cancellation_in_three_parts_is_refused_when_anything_is_wrong(
        self, action: SignedAction, alice: Any, bob: Any, mallory: Any, zero: str
    ) -> None:
        good = action.sign(alice)
        for error, authorizer, signature in (
            ("ERC3009InvalidSignature", alice, action.sign(mallory)),
            ("ERC3009InvalidSignature", alice, action.sign(alice, action.domain.elsewhere())),
            ("ECDSAInvalidSignatureS", alice, malleated(good)),
            ("ECDSAInvalidSignature", alice, ZERO_SIGNATURE),
            ("ECDSAInvalidSignature", zero, ZERO_SIGNATURE),
        ):
            with refusal(error):
                action.contract.cancelAuthorization(
                    authorizer, NONCE, *split(signature), sender=bob
                )


@pytest.mark.parametrize("form", FORMS)
def test_receive_is_for_the_receiver_only(
    token: Any, domain: Domain, alice: Any, bob: Any, mallory: Any, now: int, form: str
) -> None:
    with refusal("ERC20InvalidReceiver", bob):
        authorize(token, domain, "receive", form, alice, bob, now, sender=mallory)
    assert not token.authorizationState(alice, NONCE)


def test_consecutive_nonces_are_apart(
    token: Any, domain: Domain, alice: Any, bob: Any, now: int
) -> None:
    for number in (255, 256, 257):
        nonce = {"nonce": number.to_bytes(32, "big")}
        authorize(
            token, domain, "transfer", "vrs", alice, bob, now, sender=bob, signed=nonce, **nonce
        )
    assert not token.authorizationState(alice, (254).to_bytes(32, "big"))
    assert not token.authorizationState(bob, (256).to_bytes(32, "big"))


def sign_permit(domain: Domain, owner: Any, spender: Any, key: str, **changes: Any) -> bytes:
    message = {"owner": owner.address, "spender": spender.address, "value": EURO, "nonce": 0}
    return domain.sign(key, TYPES, "Permit", {**message, **changes})


def test_permit_allows_once(
    token: Any, domain: Domain, alice: Any, bob: Any, relayer: Any, now: int
) -> None:
    signature = sign_permit(domain, alice, bob, alice.private_key, deadline=now + DAY)
    permit = [alice, bob, EURO, now + DAY, *split(signature)]
    receipt = token.permit(*permit, sender=relayer)
    assert_events(receipt, token, ("Approval", {"owner": alice, "spender": bob, "value": EURO}))
    assert token.nonces(alice) == 1
    with refusal("ERC2612InvalidSigner"):
        token.permit(*permit, sender=relayer)


def test_permit_is_refused_when_anything_is_wrong(
    token: Any,
    domain: Domain,
    alice: Any,
    bob: Any,
    mallory: Any,
    relayer: Any,
    now: int,
    at: Any,
    zero: str,
) -> None:
    deadline = now + DAY
    good = sign_permit(domain, alice, bob, alice.private_key, deadline=deadline)
    cases = {
        "ERC2612InvalidSigner": [
            sign_permit(domain, alice, bob, mallory.private_key, deadline=deadline),
            sign_permit(domain.elsewhere(), alice, bob, alice.private_key, deadline=deadline),
            sign_permit(domain, alice, bob, alice.private_key, deadline=deadline, value=2),
        ],
        "ECDSAInvalidSignatureS": [malleated(good)],
        "ECDSAInvalidSignature": [ZERO_SIGNATURE],
    }
    for error, signatures in cases.items():
        for signature in signatures:
            with refusal(error):
                token.permit(alice, bob, EURO, deadline, *split(signature), sender=relayer)
    with refusal("ECDSAInvalidSignature"):
        token.permit(zero, bob, EURO, deadline, *split(ZERO_SIGNATURE), sender=relayer)
    at(deadline + 1)
    with refusal("ERC2612ExpiredSignature", deadline):
        token.permit(alice, bob, EURO, deadline, *split(good), sender=relayer)
