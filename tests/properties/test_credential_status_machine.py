"""CredentialStatus beside its model: what is revoked stays so, and no trust means no validity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.trust import (
    NO_DIGEST,
    NO_TYPE,
    Anchor,
    CredentialStatusModel,
    TrustedIssuersModel,
)
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.machines import DAY, ChainMachine, run
from tests.properties.support.signing import Person

KINDS = [keccak256(b"CompanyCredential"), keccak256(b"SkillCredential"), NO_TYPE]
DIGESTS = [*(keccak256(bytes([n])) for n in range(5)), NO_DIGEST]
WHO = st.integers(0, 2)
WHICH_KIND = st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2])
WHICH_DIGEST = st.sampled_from([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5])
WHICH = st.integers(0, 8)
"""One of the credentials that are not revoked, or any if it is 8."""
LASTS = st.sampled_from([None, None, DAY, 1, 5 * DAY, 0])


class CredentialStatusMachine(ChainMachine):
    issuers: ClassVar[Contract]
    status: ClassVar[Contract]
    admin: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.model: CredentialStatusModel = CredentialStatusModel(TrustedIssuersModel(self.admin))
        self.before: dict[tuple[str, bytes, bytes], Anchor] = {}

    @initialize()
    def begin(self) -> None:
        for who in range(2):
            self.accredit(who, 0, None)
            self.anchor(who, 0, who, who, None)

    # Trust

    @rule(who=WHO, kind=st.integers(0, 1), lasts=LASTS)
    def accredit(self, who: int, kind: int, lasts: int | None) -> None:
        issuer, named = self.address(who), KINDS[kind]
        until = 0 if lasts is None else self.soon + lasts
        self.act(
            "accredit",
            self.admin,
            self.issuers.accredit(issuer, named, 0, until),
            lambda: self.model.issuers.accredit(self.admin, issuer, named, 0, until, self.now),
        )

    @rule(who=WHO, kind=st.integers(0, 1), die=st.integers(0, 2))
    def withdraw(self, who: int, kind: int, die: int) -> None:
        issuer, named = self.address(who), KINDS[kind]
        if die == 2 or (issuer, named) in self.model.issuers.trust:
            self.act(
                "withdraw",
                self.admin,
                self.issuers.withdraw(issuer, named),
                lambda: self.model.issuers.withdraw(self.admin, issuer, named),
            )

    # Credentials

    @rule(who=WHO, kind=WHICH_KIND, digest=WHICH_DIGEST, subject=st.integers(0, 3), lasts=LASTS)
    def anchor(self, who: int, kind: int, digest: int, subject: int, lasts: int | None) -> None:
        """Also by issuers whom nobody trusts, or not any more."""
        issuer, named, number = self.address(who), KINDS[kind], DIGESTS[digest]
        about, expires = self.address(subject), 0 if lasts is None else self.soon + lasts
        self.act(
            "anchor",
            issuer,
            self.status.anchor(named, number, about, expires),
            lambda: self.model.anchor(issuer, named, expires, [(number, about)], self.now),
        )

    @rule(
        who=WHO,
        kind=WHICH_KIND,
        digests=st.lists(WHICH_DIGEST, max_size=3),
        subjects=st.sampled_from([0, 0, 0, 1]),
        lasts=LASTS,
    )
    def anchor_batch(
        self, who: int, kind: int, digests: list[int], subjects: int, lasts: int | None
    ) -> None:
        issuer, named = self.address(who), KINDS[kind]
        numbers = [DIGESTS[digest] for digest in digests]
        about = [self.address(n % 3) for n in range(len(numbers) + subjects)]
        expires = 0 if lasts is None else self.soon + lasts
        self.act(
            "anchorBatch",
            issuer,
            self.status.anchorBatch(named, expires, numbers, about),
            lambda: self.model.anchor_batch(issuer, named, expires, numbers, about, self.now),
        )

    @rule(which=WHICH, honest=st.sampled_from([True, True, True, False]))
    def revoke(self, which: int, honest: bool) -> None:
        self._change("revoke", which, honest)

    @rule(which=WHICH, honest=st.sampled_from([True, True, True, False]))
    def suspend(self, which: int, honest: bool) -> None:
        self._change("suspend", which, honest)

    @rule(which=WHICH, honest=st.sampled_from([True, True, True, False]))
    def resume(self, which: int, honest: bool) -> None:
        self._change("resume", which, honest, suspended=True)

    def _change(self, verb: str, which: int, honest: bool, suspended: bool = False) -> None:
        """By the issuer, or by another one who has perhaps the same digest."""
        keys = sorted(self.model.anchors)
        alive = [key for key in keys if not self.model.anchors[key].revoked]
        fitting = [key for key in alive if self.model.anchors[key].suspended is suspended]
        pool = fitting or alive or keys if which != 8 else keys
        issuer, kind, digest = pool[which % len(pool)]
        sender = issuer if honest else self.address(which % 3)
        call = getattr(self.status, verb)(kind, digest)
        self.act(verb, sender, call, lambda: getattr(self.model, verb)(sender, kind, digest))

    # What is compared

    def views(self) -> Iterator[tuple[Call, Any]]:
        status, model = self.status, self.model
        for key in [*list(model.anchors)[-6:], (self.address(2), KINDS[1], DIGESTS[4])]:
            anchor, valid = model.anchor_of(*key), model.is_valid(*key, self.now)
            yield status.statusOf(*key), anchor
            yield status.isValid(*key), valid
            for person in self.people:
                is_subject = person.address == anchor.subject
                yield status.isValidFor(person.address, *key), valid and is_subject
            yield status.isValidFor(ZERO, *key), False

    def check(self) -> None:
        for key, before in self.before.items():
            after = self.model.anchors[key]
            assert after[:3] == before[:3], "an anchor was changed"
            assert after.revoked >= before.revoked, "a revocation was undone"
        self.before = dict(self.model.anchors)

    def moments(self) -> Iterable[int]:
        for anchor in self.model.anchors.values():
            yield anchor.expires_at
        for trust in self.model.issuers.trust.values():
            yield trust.until


def test_credentials_are_valid_only_while_all_says_so(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    admin = Person.named("admin").address
    issuers = chain.deploy("TrustedIssuers", admin)
    run(
        CredentialStatusMachine,
        chain,
        request.config,
        ["accredit", "withdraw", "anchor", "anchorBatch", "revoke", "suspend", "resume"],
        issuers=issuers,
        status=chain.deploy("CredentialStatus", issuers.address),
        admin=admin,
        people=[Person.named(name) for name in ("alice", "bob", "carol")],
    )
