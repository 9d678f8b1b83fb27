"""TrustedIssuers: who may issue what, since when and until when."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_events, refusal
from evm_support.units import DAY
from suites.access_control import AccessControlBehaviour

ZERO_TYPE = bytes(32)


@pytest.fixture
def accredited(issuers: Any, admin: Any, bob: Any, company_type: bytes, now: int) -> int:
    """Bob is trusted for a year; the value is the first second of it."""
    issuers.accredit(bob, company_type, now - DAY, now + 365 * DAY, sender=admin)
    return now - DAY


class TestRoles(AccessControlBehaviour):
    """Accreditors are appointed as in every AccessControl."""

    @pytest.fixture(scope="class")
    def guarded(self, issuers: Any) -> tuple[Any, bytes]:
        return issuers, issuers.ACCREDITOR_ROLE()


def test_constructor_refuses_zero_admin(project: Any, admin: Any, zero: str) -> None:
    with refusal("TrustedIssuersZeroAdmin"):
        admin.deploy(project.TrustedIssuers, zero)


def test_nobody_is_trusted_at_first(issuers: Any, bob: Any, company_type: bytes, zero: str) -> None:
    assert not issuers.isTrusted(bob, company_type)
    assert list(issuers.trustOf(bob, company_type)) == [zero, 0, 0]


def test_accredit_trusts_within_window_only(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, now: int
) -> None:
    receipt = issuers.accredit(bob, company_type, now - 10, now + DAY, sender=admin)
    assert_events(
        receipt,
        issuers,
        (
            "IssuerAccredited",
            {
                "issuer": bob,
                "credentialType": company_type,
                "accreditor": admin,
                "since": now - 10,
                "until": now + DAY,
            },
        ),
    )
    assert issuers.isTrusted(bob, company_type)
    assert issuers.hasClaimTopic(bob, int.from_bytes(company_type, "big"))
    inside = {t: issuers.isTrustedAt(bob, company_type, t) for t in (now - 11, now - 10, now + DAY)}
    assert inside == {now - 11: False, now - 10: True, now + DAY: True}
    assert not issuers.isTrustedAt(bob, company_type, now + DAY + 1)
    assert list(issuers.trustOf(bob, company_type)) == [admin.address, now - 10, now + DAY]


def test_accredit_without_start_or_end_begins_now_for_good(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, now: int, at: Any
) -> None:
    at(now + 100)
    issuers.accredit(bob, company_type, 0, 0, sender=admin)
    assert list(issuers.trustOf(bob, company_type))[1:] == [now + 100, 0]
    assert not issuers.isTrustedAt(bob, company_type, now + 99)
    assert issuers.isTrustedAt(bob, company_type, 2**48)


def test_trust_is_for_one_type_only(
    issuers: Any, bob: Any, carol: Any, company_type: bytes, accredited: int
) -> None:
    assert not issuers.isTrusted(bob, b"\x01" * 32)
    assert not issuers.isTrusted(carol, company_type)


def test_accredit_twice_is_refused(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, accredited: int
) -> None:
    with refusal("TrustedIssuersAlreadyTrusted", bob, company_type):
        issuers.accredit(bob, company_type, 0, 0, sender=admin)


def test_accredit_refuses_zero_issuer_type_and_empty_window(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, now: int, zero: str
) -> None:
    with refusal("TrustedIssuersZeroIssuer"):
        issuers.accredit(zero, company_type, 0, 0, sender=admin)
    with refusal("TrustedIssuersZeroType"):
        issuers.accredit(bob, ZERO_TYPE, 0, 0, sender=admin)
    with refusal("TrustedIssuersEmptyWindow", now, now - 1):
        issuers.accredit(bob, company_type, now, now - 1, sender=admin)


def test_renew_moves_the_end(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, accredited: int, now: int
) -> None:
    receipt = issuers.renew(bob, company_type, now, sender=admin)
    assert_events(
        receipt,
        issuers,
        (
            "IssuerRenewed",
            {"issuer": bob, "credentialType": company_type, "accreditor": admin, "until": now},
        ),
    )
    assert issuers.isTrustedAt(bob, company_type, accredited)
    assert not issuers.isTrustedAt(bob, company_type, now + 1)
    with refusal("TrustedIssuersEmptyWindow", accredited, accredited - 1):
        issuers.renew(bob, company_type, accredited - 1, sender=admin)


def test_withdraw_ends_all_trust_and_allows_a_new_beginning(
    issuers: Any, admin: Any, bob: Any, company_type: bytes, accredited: int
) -> None:
    receipt = issuers.withdraw(bob, company_type, sender=admin)
    assert_events(
        receipt,
        issuers,
        ("IssuerWithdrawn", {"issuer": bob, "credentialType": company_type, "accreditor": admin}),
    )
    assert not issuers.isTrustedAt(bob, company_type, accredited)
    issuers.accredit(bob, company_type, 0, 0, sender=admin)
    assert issuers.isTrusted(bob, company_type)


def test_renew_and_withdraw_need_an_entry(
    issuers: Any, admin: Any, bob: Any, company_type: bytes
) -> None:
    with refusal("TrustedIssuersNotTrusted", bob, company_type):
        issuers.renew(bob, company_type, 0, sender=admin)
    with refusal("TrustedIssuersNotTrusted", bob, company_type):
        issuers.withdraw(bob, company_type, sender=admin)


@pytest.mark.parametrize("verb", ["accredit", "renew", "withdraw"])
def test_only_accreditors_change_trust(
    issuers: Any, mallory: Any, bob: Any, company_type: bytes, verb: str
) -> None:
    arguments = {"accredit": [0, 0], "renew": [0], "withdraw": []}[verb]
    with refusal("AccessControlUnauthorizedAccount", mallory, issuers.ACCREDITOR_ROLE()):
        getattr(issuers, verb)(bob, company_type, *arguments, sender=mallory)


def test_admin_grants_and_revokes_the_accreditor_role(
    issuers: Any, admin: Any, carol: Any, bob: Any, company_type: bytes
) -> None:
    role = issuers.ACCREDITOR_ROLE()
    issuers.grantRole(role, carol, sender=admin)
    issuers.accredit(bob, company_type, 0, 0, sender=carol)
    issuers.revokeRole(role, carol, sender=admin)
    with refusal("AccessControlUnauthorizedAccount", carol, role):
        issuers.withdraw(bob, company_type, sender=carol)
