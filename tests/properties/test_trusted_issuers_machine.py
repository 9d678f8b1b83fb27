"""TrustedIssuers beside their model: trust begins and ends in its very second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.trust import NO_TYPE, TrustedIssuersModel
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import DAY, ChainMachine, run
from tests.properties.support.signing import Person

KINDS = [keccak256(b"CompanyCredential"), keccak256(b"SkillCredential"), NO_TYPE]
WHICH_KIND = st.sampled_from([0, 0, 0, 1, 1, 1, 2])
ISSUERS = st.sampled_from([1, 2, 3, 1, 2, 3, 1, 2, 3, 4])
"""Three issuers, or the zero address."""
SENDERS = st.sampled_from([0, 0, 0, 1, 2])
"""The administrator, or issuers of whom some may become accreditors."""
ROLE = keccak256(b"ACCREDITOR_ROLE")
LATEST = 2**48 - 1
"""The last second that the contract can tell, millions of years from now; nobody waits for it."""


class TrustedIssuersMachine(ChainMachine):
    issuers: ClassVar[Contract]

    def __init__(self) -> None:
        super().__init__()
        self.model: TrustedIssuersModel = TrustedIssuersModel(self.address(0))

    @rule(sender=SENDERS, account=st.integers(1, 2), granted=st.sampled_from([True, True, False]))
    def set_accreditor(self, sender: int, account: int, granted: bool) -> None:
        actor, holder = self.address(sender), self.address(account)
        call = getattr(self.issuers, "grantRole" if granted else "revokeRole")(ROLE, holder)
        self.act(
            "grant" if granted else "revoke",
            actor,
            call,
            lambda: self.model.set_accreditor(actor, holder, granted),
        )

    @rule(
        sender=SENDERS,
        issuer=ISSUERS,
        kind=WHICH_KIND,
        since=st.sampled_from([None, None, -DAY, 0, DAY, 3 * DAY]),
        until=st.sampled_from([None, None, DAY, 0, 4 * DAY, -1, LATEST]),
    )
    def accredit(
        self, sender: int, issuer: int, kind: int, since: int | None, until: int | None
    ) -> None:
        actor, trusted, named = self.address(sender), self.address(issuer), KINDS[kind]
        begin, end = self.moment(since), self.moment(until)
        call = self.issuers.accredit(trusted, named, begin, end)
        predicted = (actor, trusted, named, begin, end)
        self.act("accredit", actor, call, lambda: self.model.accredit(*predicted, self.now))

    @rule(
        sender=SENDERS,
        issuer=ISSUERS,
        kind=WHICH_KIND,
        until=st.sampled_from([None, DAY, 0, 4 * DAY, -2 * DAY, LATEST]),
    )
    def renew(self, sender: int, issuer: int, kind: int, until: int | None) -> None:
        actor, (trusted, named) = self.address(sender), self.trusted(issuer, kind)
        end = self.moment(until)
        call = self.issuers.renew(trusted, named, end)
        self.act("renew", actor, call, lambda: self.model.renew(actor, trusted, named, end))

    @rule(sender=SENDERS, issuer=ISSUERS, kind=WHICH_KIND)
    def withdraw(self, sender: int, issuer: int, kind: int) -> None:
        actor, (trusted, named) = self.address(sender), self.trusted(issuer, kind)
        call = self.issuers.withdraw(trusted, named)
        self.act("withdraw", actor, call, lambda: self.model.withdraw(actor, trusted, named))

    def views(self) -> Iterator[tuple[Call, Any]]:
        issuers, model = self.issuers, self.model
        for which in (1, 2, 3):
            yield (
                issuers.hasRole(ROLE, self.address(which)),
                self.address(which) in model.accreditors,
            )
            for kind in KINDS:
                pair = self.address(which), kind
                trust = model.trust_of(*pair)
                trusted = model.is_trusted(*pair, self.now)
                yield issuers.trustOf(*pair), trust
                yield issuers.isTrusted(*pair), trusted
                yield issuers.hasClaimTopic(pair[0], int.from_bytes(kind)), trusted
                for time in {trust.since - 1, trust.since, trust.until, trust.until + 1} - {-1}:
                    yield issuers.isTrustedAt(*pair, time), model.is_trusted(*pair, time)

    def check(self) -> None:
        for (issuer, kind), trust in self.model.trust.items():
            assert ZERO not in (issuer, trust.accreditor)
            assert kind != NO_TYPE
            assert not trust.until or trust.since <= trust.until

    def moments(self) -> Iterable[int]:
        for trust in self.model.trust.values():
            yield trust.since
            if trust.until < LATEST:
                yield trust.until

    def moment(self, shift: int | None) -> int:
        """Seconds from the act, 0 for none, or the latest second that there is."""
        return 0 if shift is None else min(self.soon + shift, LATEST)

    def trusted(self, issuer: int, kind: int) -> tuple[str, bytes]:
        """Somebody who is trusted with something; anybody if the type is none."""
        known = sorted(self.model.trust)
        if known and KINDS[kind] != NO_TYPE:
            return known[(issuer + kind) % len(known)]
        return self.address(issuer), KINDS[kind]


def test_trust_begins_and_ends_in_its_very_second(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    people = [Person.named(name) for name in ("admin", "alice", "bob", "carol")]
    run(
        TrustedIssuersMachine,
        chain,
        request.config,
        ["grant", "revoke", "accredit", "renew", "withdraw"],
        issuers=chain.deploy("TrustedIssuers", people[0].address),
        people=people,
    )
