"""What every action signed with EIP-712 does. A test class inherits it and gives two fixtures:

``make_action``, which makes an action of a signer (Alice, or a wallet of her key), and ``others``,
values of its fields that are not what she signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from evm_support.expect import assert_events, refusal
from evm_support.signing import ZERO_SIGNATURE, Domain, malleated

MakeAction = Callable[[Any], "SignedAction"]


@dataclass(frozen=True)
class SignedAction:
    """An action that ``signer`` signs and ``send`` carries out, given its fields and a signature.

    ``nobody`` has the fields that make the zero address the signer.
    """

    contract: Any
    types: dict[str, list[dict[str, str]]]
    primary: str
    message: dict[str, Any]
    signer: Any
    send: Callable[[dict[str, Any], bytes], Any]
    nobody: dict[str, Any]

    @property
    def domain(self) -> Domain:
        return Domain.of(self.contract)

    @property
    def deadline(self) -> int:
        return int(self.message["deadline"])

    def sign(self, account: Any, domain: Domain | None = None) -> bytes:
        """The account's signature over the action."""
        domain = domain or self.domain
        return domain.sign(account.private_key, self.types, self.primary, self.message)

    def changed(self, **changes: Any) -> SignedAction:
        """The action with other fields."""
        return replace(self, message={**self.message, **changes})


class SignedActionBehaviour:
    """Signatures with a deadline."""

    @pytest.fixture
    def action(self, make_action: MakeAction, alice: Any) -> SignedAction:
        return make_action(alice)

    def test_signature_of_the_signer_is_taken(self, action: SignedAction, alice: Any) -> None:
        action.send(action.message, action.sign(alice))

    def test_signature_is_taken_in_its_last_second(
        self, action: SignedAction, alice: Any, at: Any
    ) -> None:
        at(action.deadline)
        action.send(action.message, action.sign(alice))

    def test_expired_signature_is_refused(self, action: SignedAction, alice: Any, at: Any) -> None:
        at(action.deadline + 1)
        with refusal("SignedActionExpired", action.deadline, ...):
            action.send(action.message, action.sign(alice))

    def test_signature_of_somebody_else_is_refused(
        self, action: SignedAction, mallory: Any
    ) -> None:
        with refusal("SignedActionInvalid", action.signer):
            action.send(action.message, action.sign(mallory))

    def test_signature_for_another_chain_is_refused(self, action: SignedAction, alice: Any) -> None:
        with refusal("SignedActionInvalid", action.signer):
            action.send(action.message, action.sign(alice, action.domain.elsewhere()))

    def test_signature_for_another_contract_is_refused(
        self, action: SignedAction, alice: Any, euro: Any
    ) -> None:
        domain = replace(action.domain, contract=euro.address)
        with refusal("SignedActionInvalid", action.signer):
            action.send(action.message, action.sign(alice, domain))

    def test_signature_over_other_fields_is_refused(
        self, action: SignedAction, alice: Any, others: dict[str, Any]
    ) -> None:
        signature = action.sign(alice)
        for field, value in {**others, "deadline": action.deadline + 1}.items():
            with refusal("SignedActionInvalid", action.signer):
                action.send({**action.message, field: value}, signature)

    def test_malleated_signature_is_refused(self, action: SignedAction, alice: Any) -> None:
        with refusal("SignedActionInvalid", action.signer):
            action.send(action.message, malleated(action.sign(alice)))

    @pytest.mark.parametrize("signature", [ZERO_SIGNATURE, b"", b"\x01" * 64])
    def test_no_signature_is_refused(self, action: SignedAction, signature: bytes) -> None:
        with refusal("SignedActionInvalid", action.signer):
            action.send(action.message, signature)

    def test_wallet_signs_by_erc1271(
        self, make_action: MakeAction, wallet: Any, alice: Any, mallory: Any, admin: Any
    ) -> None:
        action = make_action(wallet)
        with refusal("SignedActionInvalid", wallet):
            action.send(action.message, action.sign(mallory))
        for mode in (1, 2):
            wallet.setMode(mode, wallet, b"", sender=admin)
            with refusal("SignedActionInvalid", wallet):
                action.send(action.message, action.sign(alice))
        wallet.setMode(0, wallet, b"", sender=admin)
        action.send(action.message, action.sign(alice))

    def test_zero_address_signs_nothing(self, action: SignedAction, zero: str) -> None:
        with refusal("SignedActionInvalid", zero):
            action.send({**action.message, **action.nobody}, ZERO_SIGNATURE)


class SignedNonceBehaviour(SignedActionBehaviour):
    """Signatures that hold a nonce of their signer as well."""

    def test_signature_serves_once(self, action: SignedAction, alice: Any) -> None:
        nonce = action.message["nonce"]
        assert not action.contract.isNonceUsed(alice, nonce)
        action.send(action.message, action.sign(alice))
        assert action.contract.isNonceUsed(alice, nonce)
        with refusal("SignedActionUsed", alice, nonce):
            action.send(action.message, action.sign(alice))

    def test_nonces_of_one_signer_are_apart(self, action: SignedAction, alice: Any) -> None:
        action.send(action.message, action.sign(alice))
        for nonce in (action.message["nonce"] ^ 1, action.message["nonce"] + 256):
            assert not action.contract.isNonceUsed(alice, nonce)

    def test_cancelled_signature_is_refused(
        self, action: SignedAction, alice: Any, mallory: Any
    ) -> None:
        nonce = action.message["nonce"]
        action.contract.cancelNonce(nonce, sender=mallory)
        assert not action.contract.isNonceUsed(alice, nonce)
        receipt = action.contract.cancelNonce(nonce, sender=alice)
        assert_events(
            receipt, action.contract, ("NonceCancelled", {"signer": alice, "nonce": nonce})
        )
        with refusal("SignedActionUsed", alice, nonce):
            action.send(action.message, action.sign(alice))
        with refusal("SignedActionUsed", alice, nonce):
            action.contract.cancelNonce(nonce, sender=alice)
