"""CredentialStatus: anchors, revocation, suspension and the one question that gates ask."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import malleated
from evm_support.units import DAY

DIGEST = keccak(text="salted credential")


@pytest.fixture(scope="module")
def trusted(issuers: Any, admin: Any, bob: Any, company_type: bytes) -> None:
    """Bob is a trusted issuer."""
    issuers.accredit(bob, company_type, 0, 0, sender=admin)


@pytest.fixture
def anchored(trusted: None, status: Any, bob: Any, alice: Any, company_type: bytes) -> bytes:
    """Bob has anchored a credential about Alice."""
    status.anchor(company_type, DIGEST, alice, 0, sender=bob)
    return DIGEST


def test_constructor_refuses_an_address_without_code(project: Any, admin: Any, bob: Any) -> None:
    with refusal("CredentialStatusNoRegister", bob):
        admin.deploy(project.CredentialStatus, bob)


def test_register_is_told(status: Any, issuers: Any) -> None:
    assert status.trustedIssuers() == issuers


def test_anchor_is_recorded_and_valid(
    trusted: None, status: Any, bob: Any, alice: Any, company_type: bytes, now: int
) -> None:
    assert not status.isValid(bob, company_type, DIGEST)
    receipt = status.anchor(company_type, DIGEST, alice, now + DAY, sender=bob)
    assert_events(
        receipt,
        status,
        (
            "CredentialsAnchored",
            {
                "issuer": bob,
                "credentialType": company_type,
                "expiresAt": now + DAY,
                "digests": [DIGEST],
                "subjects": [alice],
            },
        ),
    )
    assert list(status.statusOf(bob, company_type, DIGEST)) == [
        alice.address,
        receipt.timestamp,
        now + DAY,
        False,
        False,
    ]
    assert status.isValid(bob, company_type, DIGEST)
    assert status.isValidFor(alice, bob, company_type, DIGEST)


def test_credential_is_valid_for_its_subject_type_and_issuer_only(
    status: Any, bob: Any, alice: Any, carol: Any, company_type: bytes, anchored: bytes, zero: str
) -> None:
    assert not status.isValidFor(carol, bob, company_type, anchored)
    assert not status.isValidFor(zero, bob, company_type, anchored)
    assert not status.isValid(carol, company_type, anchored)
    assert not status.isValid(bob, keccak(text="Other"), anchored)
    assert not status.isValid(bob, company_type, keccak(text="other"))


def test_credential_without_subject_is_valid_for_nobody(
    trusted: None, status: Any, bob: Any, company_type: bytes, zero: str
) -> None:
    status.anchor(company_type, DIGEST, zero, 0, sender=bob)
    assert status.isValid(bob, company_type, DIGEST)
    assert not status.isValidFor(zero, bob, company_type, DIGEST)


def test_batch_is_recorded_with_one_event(
    trusted: None, status: Any, bob: Any, accounts: Any, company_type: bytes
) -> None:
    digests = [keccak(bytes([i])) for i in range(5)]
    subjects = list(accounts[:5])
    receipt = status.anchorBatch(company_type, 0, digests, subjects, sender=bob)
    assert_events(
        receipt,
        status,
        (
            "CredentialsAnchored",
            {
                "issuer": bob,
                "credentialType": company_type,
                "expiresAt": 0,
                "digests": digests,
                "subjects": subjects,
            },
        ),
    )
    for digest, subject in zip(digests, subjects, strict=True):
        assert status.isValidFor(subject, bob, company_type, digest)


def test_batch_refuses_what_is_not_well_formed(
    status: Any, bob: Any, alice: Any, company_type: bytes
) -> None:
    with refusal("CredentialStatusEmptyBatch"):
        status.anchorBatch(company_type, 0, [], [], sender=bob)
    with refusal("CredentialStatusLengthMismatch", 1, 2):
        status.anchorBatch(company_type, 0, [DIGEST], [alice, bob], sender=bob)
    with refusal("CredentialStatusAlreadyAnchored", bob, company_type, DIGEST):
        status.anchorBatch(company_type, 0, [DIGEST, DIGEST], [alice, bob], sender=bob)


def test_anchor_refuses_zero_digest_zero_type_and_past_expiry(
    status: Any, bob: Any, alice: Any, company_type: bytes, now: int
) -> None:
    with refusal("CredentialStatusZeroDigest"):
        status.anchor(company_type, bytes(32), alice, 0, sender=bob)
    with refusal("CredentialStatusZeroType"):
        status.anchor(bytes(32), DIGEST, alice, 0, sender=bob)
    with refusal("CredentialStatusExpiryInPast", now, ...):
        status.anchor(company_type, DIGEST, alice, now, sender=bob)


def test_anchor_twice_is_refused_but_another_issuer_is_not_blocked(
    status: Any, bob: Any, alice: Any, mallory: Any, company_type: bytes, anchored: bytes
) -> None:
    with refusal("CredentialStatusAlreadyAnchored", bob, company_type, anchored):
        status.anchor(company_type, anchored, alice, 0, sender=bob)
    status.anchor(company_type, anchored, mallory, 0, sender=mallory)
    assert not status.isValid(mallory, company_type, anchored)
    assert status.isValidFor(alice, bob, company_type, anchored)


def test_hole_of_eas_validity_that_outlives_revocation_is_closed(
    status: Any, bob: Any, alice: Any, company_type: bytes, anchored: bytes
) -> None:
    """There `isAttestationValid` says only that an attestation exists."""
    receipt = status.revoke(company_type, anchored, sender=bob)
    values = {"issuer": bob, "credentialType": company_type, "digest": anchored}
    assert_events(receipt, status, ("CredentialRevoked", values))
    assert not status.isValid(bob, company_type, anchored)
    assert not status.isValidFor(alice, bob, company_type, anchored)
    assert status.statusOf(bob, company_type, anchored).revoked


def test_hole_of_onchainid_revocation_undone_by_flipping_s_is_closed(
    status: Any, bob: Any, alice: Any, company_type: bytes, anchored: bytes
) -> None:
    """There the bytes of the signature are the key, and each claim has two signatures that pass."""
    signed = bytes(Account.unsafe_sign_hash(anchored, bob.private_key).signature)
    for signature in (signed, malleated(signed)):
        assert Account._recover_hash(anchored, signature=signature) == bob
    status.revoke(company_type, anchored, sender=bob)
    # Whichever signature is shown: the digest of what is signed is the same, and revoked for ever.
    assert not status.isValidFor(alice, bob, company_type, anchored)
    for verb in ("revoke", "suspend", "resume"):
        with refusal("CredentialStatusRevoked", anchored):
            getattr(status, verb)(company_type, anchored, sender=bob)
    with refusal("CredentialStatusAlreadyAnchored", bob, company_type, anchored):
        status.anchor(company_type, anchored, alice, 0, sender=bob)


def test_suspension_ends_when_resumed(
    status: Any, bob: Any, company_type: bytes, anchored: bytes
) -> None:
    values = {"issuer": bob, "credentialType": company_type, "digest": anchored}
    with refusal("CredentialStatusNotSuspended", anchored):
        status.resume(company_type, anchored, sender=bob)
    receipt = status.suspend(company_type, anchored, sender=bob)
    assert_events(receipt, status, ("CredentialSuspended", values))
    assert not status.isValid(bob, company_type, anchored)
    assert status.statusOf(bob, company_type, anchored).suspended
    with refusal("CredentialStatusAlreadySuspended", anchored):
        status.suspend(company_type, anchored, sender=bob)
    receipt = status.resume(company_type, anchored, sender=bob)
    assert_events(receipt, status, ("CredentialResumed", values))
    assert status.isValid(bob, company_type, anchored)


def test_suspended_credential_can_be_revoked(
    status: Any, bob: Any, company_type: bytes, anchored: bytes
) -> None:
    status.suspend(company_type, anchored, sender=bob)
    status.revoke(company_type, anchored, sender=bob)
    with refusal("CredentialStatusRevoked", anchored):
        status.resume(company_type, anchored, sender=bob)


@pytest.mark.parametrize("verb", ["revoke", "suspend", "resume"])
def test_only_the_issuer_changes_status(
    status: Any, mallory: Any, bob: Any, company_type: bytes, anchored: bytes, verb: str
) -> None:
    with refusal("CredentialStatusNotAnchored", mallory, company_type, anchored):
        getattr(status, verb)(company_type, anchored, sender=mallory)
    assert status.isValid(bob, company_type, anchored)


def test_hole_of_eas_validity_that_outlives_expiry_is_closed(
    trusted: None, status: Any, bob: Any, alice: Any, company_type: bytes, now: int, chain: Any
) -> None:
    status.anchor(company_type, DIGEST, alice, now + DAY, sender=bob)
    chain.mine(timestamp=now + DAY - 1)
    assert status.isValid(bob, company_type, DIGEST)
    chain.mine(timestamp=now + DAY)
    assert not status.isValid(bob, company_type, DIGEST)


def test_credential_counts_only_if_anchored_while_its_issuer_was_trusted(
    status: Any,
    issuers: Any,
    admin: Any,
    carol: Any,
    alice: Any,
    company_type: bytes,
    now: int,
    chain: Any,
) -> None:
    early, inside, late = (keccak(text=t) for t in ("early", "inside", "late"))
    status.anchor(company_type, early, alice, 0, sender=carol)
    begin = chain.blocks.head.timestamp + DAY
    issuers.accredit(carol, company_type, begin, begin + DAY, sender=admin)
    chain.mine(timestamp=begin)
    status.anchor(company_type, inside, alice, 0, sender=carol)
    chain.mine(timestamp=begin + DAY + 1)
    status.anchor(company_type, late, alice, 0, sender=carol)
    answers = [status.isValid(carol, company_type, d) for d in (early, inside, late)]
    assert answers == [False, True, False]
    issuers.withdraw(carol, company_type, sender=admin)
    assert not status.isValid(carol, company_type, inside)
