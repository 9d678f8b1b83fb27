"""What every action signed with EIP-712 does. A test class inherits a suite and gives two fixtures:

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
Refusal = tuple[Any, ...]
"""Name and values of an error."""

REFUSES, REVERTS, REENTERS, HONEST = 1, 2, 3, 0
"""What WalletHarness does when it is asked for a signature."""


@dataclass(frozen=True)
class SignedAction:
    """An action that ``signer`` signs and ``send`` carries out, given its fields and a signature.

    Attributes:
        nobody: The fields that make the zero address the signer, where there is one.
        invalid: The refusal of a signature that is not the signer's.
        unsigned: The refusal of the zero address as signer.
        expired: The refusal after the deadline.
        replayed: The refusal of a signature that has been used.
        deadline: The last second in which the signature is good.
    """

    contract: Any
    types: dict[str, list[dict[str, str]]]
    primary: str
    message: dict[str, Any]
    signer: Any
    send: Callable[[dict[str, Any], bytes], Any]
    nobody: dict[str, Any]
    invalid: Refusal
    unsigned: Refusal
    replayed: Refusal
    expired: Refusal = ()
    deadline: int = 0

    @property
    def domain(self) -> Domain:
        return Domain.of(self.contract)

    def sign(self, account: Any, domain: Domain | None = None) -> bytes:
        """The account's signature over the action."""
        domain = domain or self.domain
        return domain.sign(account.private_key, self.types, self.primary, self.message)

    def changed(self, **changes: Any) -> SignedAction:
        """The action with other fields."""
        return replace(self, message={**self.message, **changes})


class SignatureBehaviour:
    """Signatures that are good for ever, and once."""

    @pytest.fixture(scope="class")
    def action(self, make_action: MakeAction, alice: Any) -> SignedAction:
        return make_action(alice)

    def test_signature_of_the_signer_serves_once(self, action: SignedAction, alice: Any) -> None:
        signature = action.sign(alice)
        action.send(action.message, signature)
        with refusal(*action.replayed):
            action.send(action.message, signature)

    def test_signature_of_somebody_else_is_refused(
        self, action: SignedAction, mallory: Any
    ) -> None:
        with refusal(*action.invalid):
            action.send(action.message, action.sign(mallory))

    def test_signature_for_another_chain_is_refused(self, action: SignedAction, alice: Any) -> None:
        with refusal(*action.invalid):
            action.send(action.message, action.sign(alice, action.domain.elsewhere()))

    def test_signature_for_another_contract_is_refused(
        self, action: SignedAction, alice: Any, wallet: Any
    ) -> None:
        domain = replace(action.domain, contract=wallet.address)
        with refusal(*action.invalid):
            action.send(action.message, action.sign(alice, domain))

    def test_signature_over_other_fields_is_refused(
        self, action: SignedAction, alice: Any, others: dict[str, Any]
    ) -> None:
        for field, value in others.items():
            with refusal(*action.invalid):
                action.send(action.message, action.changed(**{field: value}).sign(alice))

    def test_malleated_signature_is_refused(self, action: SignedAction, alice: Any) -> None:
        with refusal(*action.invalid):
            action.send(action.message, malleated(action.sign(alice)))

    def test_no_signature_is_refused(self, action: SignedAction) -> None:
        for nothing in (ZERO_SIGNATURE, b"", b"\x01" * 64):
            with refusal(*action.invalid):
                action.send(action.message, nothing)

    def test_wallet_signs_by_erc1271(
        self, make_action: MakeAction, wallet: Any, alice: Any, mallory: Any, admin: Any
    ) -> None:
        action = make_action(wallet)
        with refusal(*action.invalid):
            action.send(action.message, action.sign(mallory))
        # What a wallet calls while it is asked can change nothing.
        change = wallet.setMode.encode_input(HONEST, wallet, b"")
        for mode in (REFUSES, REVERTS, REENTERS):
            wallet.setMode(mode, wallet, change, sender=admin)
            with refusal(*action.invalid):
                action.send(action.message, action.sign(alice))
        wallet.setMode(HONEST, wallet, b"", sender=admin)
        action.send(action.message, action.sign(alice))

    def test_zero_address_signs_nothing(self, action: SignedAction) -> None:
        with refusal(*action.unsigned):
            action.send({**action.message, **action.nobody}, ZERO_SIGNATURE)


class SignedActionBehaviour(SignatureBehaviour):
    """Signatures with a deadline."""

    def test_signature_is_taken_in_its_last_second(
        self, action: SignedAction, alice: Any, at: Any
    ) -> None:
        at(action.deadline)
        action.send(action.message, action.sign(alice))

    def test_expired_signature_is_refused(self, action: SignedAction, alice: Any, at: Any) -> None:
        at(action.deadline + 1)
        with refusal(*action.expired):
            action.send(action.message, action.sign(alice))


def with_nonce(
    contract: Any,
    types: dict[str, list[dict[str, str]]],
    primary: str,
    message: dict[str, Any],
    signer: Any,
    send: Callable[[dict[str, Any], bytes], Any],
    nobody: dict[str, Any],
    zero: str,
) -> SignedAction:
    """An action of a contract that inherits SignedNonces."""
    deadline = message["deadline"]
    return SignedAction(
        contract,
        types,
        primary,
        message,
        signer,
        send,
        nobody,
        invalid=("SignedActionInvalid", signer),
        unsigned=("SignedActionInvalid", zero),
        replayed=("SignedActionUsed", signer, message["nonce"]),
        expired=("SignedActionExpired", deadline, ...),
        deadline=deadline,
    )


class SignedNonceBehaviour(SignedActionBehaviour):
    """Signatures that hold a nonce of their signer as well."""

    def test_use_of_a_nonce_is_told(self, action: SignedAction, alice: Any) -> None:
        nonce = action.message["nonce"]
        assert not action.contract.isNonceUsed(alice, nonce)
        action.send(action.message, action.sign(alice))
        assert action.contract.isNonceUsed(alice, nonce)
        for other in (nonce ^ 1, nonce + 256):
            assert not action.contract.isNonceUsed(alice, other)

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
