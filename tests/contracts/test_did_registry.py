"""DidRegistry: ERC-1056 as its clients expect it, without the holes of the reference."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, malleated, parse_types, split
from evm_support.units import DAY

SIG_AUTH = b"sigAuth".ljust(32, b"\0")
SERVICE = b"did/svc/HubService".ljust(32, b"\0")
VALUE = b"https://hub.example"
TYPES = parse_types(
    "ChangeOwner(address identity,address newOwner,uint256 nonce,uint256 deadline)",
    "AddDelegate(address identity,bytes32 delegateType,address delegate,uint256 validity,"
    "uint256 nonce,uint256 deadline)",
    "RevokeDelegate(address identity,bytes32 delegateType,address delegate,uint256 nonce,"
    "uint256 deadline)",
    "SetAttribute(address identity,bytes32 name,bytes value,uint256 validity,uint256 nonce,"
    "uint256 deadline)",
    "RevokeAttribute(address identity,bytes32 name,bytes value,uint256 nonce,uint256 deadline)",
)


class Change:
    """One kind of change, made by its owner's call, by the old and by the new kind of signature."""

    def __init__(self, verb: str, *arguments: Any) -> None:
        self.verb, self.arguments = verb, arguments
        self.primary = verb[0].upper() + verb[1:]

    def packed(self) -> bytes:
        """The part of the old kind's signed bytes that says what is changed."""
        parts = [self.verb.encode()]
        for value in self.arguments:
            if isinstance(value, int):
                parts.append(value.to_bytes(32, "big"))
            elif isinstance(value, str):
                parts.append(bytes.fromhex(value[2:]))
            else:
                parts.append(value)
        return b"".join(parts)

    def call(self, registry: Any, identity: Any, sender: Any) -> Any:
        return getattr(registry, self.verb)(identity, *self.arguments, sender=sender)

    def sign_legacy(self, registry: Any, identity: str, nonce: int, key: str) -> bytes:
        signed = (
            b"\x19\x00"
            + bytes.fromhex(registry.address[2:])
            + nonce.to_bytes(32, "big")
            + bytes.fromhex(identity[2:])
            + self.packed()
        )
        return bytes(Account.unsafe_sign_hash(keccak(signed), key).signature)

    def send_legacy(self, registry: Any, identity: str, signature: bytes, sender: Any) -> Any:
        send = getattr(registry, f"{self.verb}Signed")
        return send(identity, *split(signature), *self.arguments, sender=sender)

    def sign(self, domain: Domain, identity: str, nonce: int, deadline: int, key: str) -> bytes:
        fields = [f["name"] for f in TYPES[self.primary]]
        message = dict(zip(fields, [identity, *self.arguments, nonce, deadline], strict=True))
        return domain.sign(key, TYPES, self.primary, message)

    def send(self, registry: Any, identity: str, deadline: int, signature: bytes, by: Any) -> Any:
        send = getattr(registry, f"{self.verb}WithSignature")
        return send(identity, *self.arguments, deadline, signature, sender=by)


def nonce_of(registry: Any, signer: Any) -> int:
    """The registry's nonce; ape has a property of that name for the contract's own account."""
    return int(registry.call_view_method("nonce", signer))


VERBS = ["changeOwner", "addDelegate", "revokeDelegate", "setAttribute", "revokeAttribute"]


@pytest.fixture(params=VERBS)
def change(request: Any, carol: Any) -> Change:
    arguments = {
        "changeOwner": [carol.address],
        "addDelegate": [SIG_AUTH, carol.address, DAY],
        "revokeDelegate": [SIG_AUTH, carol.address],
        "setAttribute": [SERVICE, VALUE, DAY],
        "revokeAttribute": [SERVICE, VALUE],
    }[request.param]
    return Change(request.param, *arguments)


@pytest.fixture(scope="module")
def domain(registry: Any) -> Domain:
    return Domain.of(registry)


def expected_event(change: Change, identity: Any, previous: int, time: int) -> tuple[str, Any]:
    """The event that ERC-1056 asks for."""
    common = {"identity": identity, "previousChange": previous}
    values = list(change.arguments)
    if change.verb == "changeOwner":
        return "DIDOwnerChanged", {"identity": identity, "owner": values[0], **common}
    if change.verb.endswith("Delegate"):
        valid_to = time + (values[2] if len(values) == 3 else 0)
        return "DIDDelegateChanged", {
            "identity": identity,
            "delegateType": values[0],
            "delegate": values[1],
            "validTo": valid_to,
            "previousChange": previous,
        }
    return "DIDAttributeChanged", {
        "identity": identity,
        "name": values[0],
        "value": values[1],
        "validTo": time + values[2] if len(values) == 3 else 0,
        "previousChange": previous,
    }


def assert_changed(registry: Any, receipt: Any, change: Change, identity: Any) -> None:
    assert_events(receipt, registry, expected_event(change, identity, 0, receipt.timestamp))
    assert registry.changed(identity) == receipt.block_number


def test_identity_owns_itself_until_changed(registry: Any, alice: Any, zero: str) -> None:
    assert registry.identityOwner(alice) == alice
    assert registry.owners(alice) == zero
    assert [registry.changed(alice), nonce_of(registry, alice)] == [0, 0]
    assert not registry.deactivated(alice)


def test_domain_is_told_by_the_contract(registry: Any, domain: Domain, chain: Any) -> None:
    assert (domain.name, domain.version, domain.chain_id) == ("DidRegistry", "1", chain.chain_id)
    assert domain.contract == registry.address


def test_owner_makes_every_change_with_the_event_of_the_standard(
    registry: Any, alice: Any, change: Change
) -> None:
    receipt = change.call(registry, alice, alice)
    assert_changed(registry, receipt, change, alice)
    assert nonce_of(registry, alice) == 0


def test_others_make_no_change(registry: Any, alice: Any, mallory: Any, change: Change) -> None:
    with refusal("DidRegistryNotOwner", alice, mallory, alice):
        change.call(registry, alice, mallory)


def test_legacy_signature_makes_every_change(
    registry: Any, alice: Any, relayer: Any, change: Change
) -> None:
    signature = change.sign_legacy(registry, alice.address, 0, alice.private_key)
    receipt = change.send_legacy(registry, alice.address, signature, relayer)
    assert_changed(registry, receipt, change, alice)
    assert nonce_of(registry, alice) == 1


def test_legacy_signature_is_refused_when_wrong_malleated_or_zero(
    registry: Any, alice: Any, mallory: Any, relayer: Any, change: Change
) -> None:
    good = change.sign_legacy(registry, alice.address, 0, alice.private_key)
    bad = {
        "other key": change.sign_legacy(registry, alice.address, 0, mallory.private_key),
        "other nonce": change.sign_legacy(registry, alice.address, 1, alice.private_key),
        "malleated": malleated(good),
        "zero": ZERO_SIGNATURE,
        "bad v": good[:64] + b"\x1d",
    }
    for signature in bad.values():
        with refusal("DidRegistryInvalidSignature", alice, alice):
            change.send_legacy(registry, alice.address, signature, relayer)
    assert registry.changed(alice) == 0


def test_legacy_signature_is_good_once(
    registry: Any, alice: Any, relayer: Any, change: Change
) -> None:
    change = Change("setAttribute", SERVICE, VALUE, DAY)
    signature = change.sign_legacy(registry, alice.address, 0, alice.private_key)
    change.send_legacy(registry, alice.address, signature, relayer)
    with refusal("DidRegistryInvalidSignature", alice, alice):
        change.send_legacy(registry, alice.address, signature, relayer)


def test_typed_signature_makes_every_change(
    registry: Any, domain: Domain, alice: Any, relayer: Any, change: Change, now: int
) -> None:
    deadline = now + DAY
    signature = change.sign(domain, alice.address, 0, deadline, alice.private_key)
    receipt = change.send(registry, alice.address, deadline, signature, relayer)
    assert_changed(registry, receipt, change, alice)
    assert nonce_of(registry, alice) == 1


def test_typed_signature_is_refused_when_anything_is_wrong(
    registry: Any, domain: Domain, alice: Any, mallory: Any, relayer: Any, change: Change, now: int
) -> None:
    deadline, who = now + DAY, alice.address
    good = change.sign(domain, who, 0, deadline, alice.private_key)
    bad = [
        change.sign(domain, who, 0, deadline, mallory.private_key),
        change.sign(domain.elsewhere(), who, 0, deadline, alice.private_key),
        change.sign(domain, who, 1, deadline, alice.private_key),
        change.sign(domain, who, 0, deadline + 1, alice.private_key),
        change.sign(domain, mallory.address, 0, deadline, alice.private_key),
        malleated(good),
        ZERO_SIGNATURE,
        good[:64],
        b"",
    ]
    for signature in bad:
        with refusal("DidRegistryInvalidSignature", alice, alice):
            change.send(registry, who, deadline, signature, relayer)
    assert registry.changed(alice) == 0


def test_typed_signature_expires_after_its_deadline(
    registry: Any, domain: Domain, alice: Any, relayer: Any, change: Change, now: int, at: Any
) -> None:
    deadline = now + DAY
    signature = change.sign(domain, alice.address, 0, deadline, alice.private_key)
    at(deadline + 1)
    with refusal("DidRegistrySignatureExpired", deadline, ...):
        change.send(registry, alice.address, deadline, signature, relayer)


def test_typed_signature_is_good_in_the_second_of_its_deadline(
    registry: Any, domain: Domain, alice: Any, relayer: Any, now: int, at: Any
) -> None:
    change = Change("setAttribute", SERVICE, VALUE, DAY)
    deadline = now + DAY
    signature = change.sign(domain, alice.address, 0, deadline, alice.private_key)
    at(deadline)
    receipt = change.send(registry, alice.address, deadline, signature, relayer)
    assert receipt.timestamp == deadline


def test_typed_signature_is_good_once(
    registry: Any, domain: Domain, alice: Any, relayer: Any, now: int
) -> None:
    change = Change("setAttribute", SERVICE, VALUE, DAY)
    signature = change.sign(domain, alice.address, 0, now + DAY, alice.private_key)
    change.send(registry, alice.address, now + DAY, signature, relayer)
    with refusal("DidRegistryInvalidSignature", alice, alice):
        change.send(registry, alice.address, now + DAY, signature, relayer)


def test_wallet_owns_itself_and_signs_by_erc1271(
    registry: Any,
    domain: Domain,
    wallet: Any,
    alice: Any,
    mallory: Any,
    relayer: Any,
    change: Change,
    now: int,
) -> None:
    deadline = now + DAY
    wrong = change.sign(domain, wallet.address, 0, deadline, mallory.private_key)
    with refusal("DidRegistryInvalidSignature", wallet, wallet):
        change.send(registry, wallet.address, deadline, wrong, relayer)
    signature = change.sign(domain, wallet.address, 0, deadline, alice.private_key)
    receipt = change.send(registry, wallet.address, deadline, signature, relayer)
    assert_changed(registry, receipt, change, wallet)


@pytest.mark.parametrize("mode", [1, 2, 3], ids=["refuses", "reverts", "reenters"])
def test_wallet_that_misbehaves_changes_nothing(
    registry: Any,
    domain: Domain,
    wallet: Any,
    alice: Any,
    relayer: Any,
    admin: Any,
    now: int,
    mode: int,
) -> None:
    change = Change("setAttribute", SERVICE, VALUE, DAY)
    inner = registry.setAttribute.encode_input(wallet, SERVICE, VALUE, DAY)
    wallet.setMode(mode, registry, inner, sender=admin)
    signature = change.sign(domain, wallet.address, 0, now + DAY, alice.private_key)
    with refusal("DidRegistryInvalidSignature", wallet, wallet):
        change.send(registry, wallet.address, now + DAY, signature, relayer)


def test_hole_of_ethr_did_registry_zero_signature_for_identity_zero_is_closed(
    registry: Any, domain: Domain, alice: Any, mallory: Any, change: Change, now: int, zero: str
) -> None:
    """There an all-zero signature recovers to zero, and passes for identity 0x0."""
    with refusal("DidRegistryZeroIdentity"):
        change.call(registry, zero, mallory)
    with refusal("DidRegistryZeroIdentity"):
        change.send_legacy(registry, zero, ZERO_SIGNATURE, mallory)
    with refusal("DidRegistryZeroIdentity"):
        change.send(registry, zero, now + DAY, ZERO_SIGNATURE, mallory)


def test_hole_of_ethr_did_registry_deactivated_identity_back_at_its_key_is_closed(
    registry: Any, domain: Domain, alice: Any, relayer: Any, change: Change, now: int, zero: str
) -> None:
    """There an identity that is given to 0x0 is its old key's again."""
    registry.addDelegate(alice, SIG_AUTH, relayer, DAY, sender=alice)
    receipt = registry.changeOwner(alice, zero, sender=alice)
    assert receipt.events[0].event_arguments["owner"] == zero
    assert registry.deactivated(alice)
    assert registry.identityOwner(alice) == registry.owners(alice) == zero
    assert not registry.validDelegate(alice, SIG_AUTH, relayer)
    with refusal("DidRegistryDeactivated", alice):
        change.call(registry, alice, alice)
    legacy = change.sign_legacy(registry, alice.address, 0, alice.private_key)
    for signature in (legacy, ZERO_SIGNATURE):
        with refusal("DidRegistryDeactivated", alice):
            change.send_legacy(registry, alice.address, signature, relayer)
    typed = change.sign(domain, alice.address, 0, now + DAY, alice.private_key)
    for signature in (typed, ZERO_SIGNATURE):
        with refusal("DidRegistryDeactivated", alice):
            change.send(registry, alice.address, now + DAY, signature, relayer)


def test_new_owner_rules_and_the_old_one_does_not(registry: Any, alice: Any, bob: Any) -> None:
    registry.changeOwner(alice, bob, sender=alice)
    assert registry.identityOwner(alice) == registry.owners(alice) == bob
    with refusal("DidRegistryNotOwner", alice, alice, bob):
        registry.changeOwner(alice, alice, sender=alice)
    registry.changeOwner(alice, alice, sender=bob)
    assert registry.identityOwner(alice) == alice


def test_nonce_is_the_signers_across_its_identities(
    registry: Any, domain: Domain, alice: Any, bob: Any, relayer: Any, now: int
) -> None:
    registry.changeOwner(alice, bob, sender=alice)
    change = Change("setAttribute", SERVICE, VALUE, DAY)
    for nonce, identity in enumerate([alice.address, bob.address]):
        signature = change.sign(domain, identity, nonce, now + DAY, bob.private_key)
        change.send(registry, identity, now + DAY, signature, relayer)
    assert [nonce_of(registry, a) for a in (alice, bob)] == [0, 2]
    assert registry.identityOwner(alice) == bob


def test_changes_are_linked_by_their_blocks(registry: Any, alice: Any, bob: Any) -> None:
    blocks = [0]
    for step in (
        lambda: registry.setAttribute(alice, SERVICE, VALUE, DAY, sender=alice),
        lambda: registry.addDelegate(alice, SIG_AUTH, bob, DAY, sender=alice),
        lambda: registry.changeOwner(alice, bob, sender=alice),
    ):
        receipt = step()
        assert receipt.events[0].event_arguments["previousChange"] == blocks[-1]
        blocks.append(receipt.block_number)


def test_delegate_is_valid_until_its_end_or_revocation(
    registry: Any, alice: Any, bob: Any, chain: Any
) -> None:
    receipt = registry.addDelegate(alice, SIG_AUTH, bob, DAY, sender=alice)
    assert registry.delegates(alice, keccak(SIG_AUTH), bob) == receipt.timestamp + DAY
    assert registry.validDelegate(alice, SIG_AUTH, bob)
    assert not registry.validDelegate(alice, b"veriKey".ljust(32, b"\0"), bob)
    chain.mine(timestamp=receipt.timestamp + DAY)
    assert not registry.validDelegate(alice, SIG_AUTH, bob)
    registry.addDelegate(alice, SIG_AUTH, bob, DAY, sender=alice)
    registry.revokeDelegate(alice, SIG_AUTH, bob, sender=alice)
    assert not registry.validDelegate(alice, SIG_AUTH, bob)


def test_zero_delegate_and_endless_validity_are_refused(
    registry: Any, alice: Any, bob: Any, zero: str
) -> None:
    with refusal("DidRegistryZeroDelegate", alice):
        registry.addDelegate(alice, SIG_AUTH, zero, DAY, sender=alice)
    with refusal("DidRegistryValidityTooLong", WHOLE):
        registry.addDelegate(alice, SIG_AUTH, bob, WHOLE, sender=alice)
    with refusal("DidRegistryValidityTooLong", WHOLE):
        registry.setAttribute(alice, SERVICE, VALUE, WHOLE, sender=alice)
