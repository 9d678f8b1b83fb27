"""Agreeing and funding, which come before every step of a service agreement."""

from __future__ import annotations

from typing import ClassVar

from faster_eth_abi import encode
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.agreement_terms import Stage, State, Terms
from tests.properties.models.agreements import AgreementsModel, Signed
from tests.properties.models.refusing import RefusingToken
from tests.properties.support.agreements import COMPANY, FAULTS, Paperwork
from tests.properties.support.chain import Contract
from tests.properties.support.machines import DAY, WHOLE
from tests.properties.support.money import EURO, MoneyMachine
from tests.properties.support.signing import GOOD, SIGNATURES, Domain

FUNDS = 2_000 * EURO
DIGEST = keccak256(b"a credential")
WHICH = st.integers(0, 7)
"""One milestone or agreement for which it is time, or any if it is 7."""
BITS = st.sampled_from([None, None, 1, 2, 3, 5, 7, 7, 0, 8, 1 << 200])


class FundingMachine(MoneyMachine):
    """Two agreements at a time; a new one takes the place of the older one.

    Alice and Carol are clients, Bob and a wallet provide, Dave arbitrates, Mallory does neither.
    """

    domain: ClassVar[Domain]
    other: ClassVar[Contract]
    status: ClassVar[Contract]
    issuer: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        other = RefusingToken()
        other.balances.update({person.address: FUNDS for person in self.people})
        other.supply = FUNDS * len(self.people)
        tokens, me = [self.euro.address, self.other.address], self.spender.address
        self.model: AgreementsModel = AgreementsModel(self.euro.model(), other, tokens, me)
        self.paper = Paperwork(self.domain, self.people, tokens, me)
        self.live: list[bytes] = []

    @initialize(token=st.integers(0, 1))
    def begin(self, token: int) -> None:
        self.sign_up(token, False, "", GOOD, 0, 0)

    @rule(
        token=st.sampled_from([0, 0, 0, 1, 1, 2]),
        gated=st.booleans(),
        fault=st.sampled_from([*[""] * 8, *FAULTS]),
        kind=SIGNATURES,
        signer=st.integers(0, 3),
        late=st.sampled_from([0, 0, 0, 0, 0, DAY, DAY + 1]),
    )
    def sign_up(
        self, token: int, gated: bool, fault: str, kind: str, signer: int, late: int
    ) -> None:
        """New terms are signed and activated, if no signature has a flaw and it is in time."""
        terms = self.paper.draft(self.now, token, gated, fault)
        signatures, signed = self.paper.sign(
            terms.parties, "Agreement", *terms.message, kind=kind, flawed=signer
        )
        self.now += late
        if self._activate(terms, signatures, signed):
            self.live = [*self.live, self.paper.number(terms)][-2:]

    @rule(which=WHICH, missing=st.booleans())
    def activate_again(self, which: int, missing: bool) -> None:
        """An agreement comes into force once; and not without all signatures."""
        terms = self.model.in_force[self.agreement(which)]
        if missing:
            terms = terms._replace(nonce=terms.nonce + 10_000)
        signatures, signed = self.paper.sign(
            terms.parties, "Agreement", *terms.message, kind=GOOD, flawed=0
        )
        if missing:
            signatures, signed = signatures[:-1], signed._replace(number=signed.number - 1)
        self._activate(terms, signatures, signed)

    def _activate(self, terms: Terms, signatures: list[bytes], signed: Signed) -> bool:
        frame, number = self.paper.frame(terms), self.paper.number(terms)
        return self.act(
            "activate",
            self.stranger,
            self.spender.activate(frame, terms.parties, signatures, self.proofs),
            lambda: self.model.activate(number, terms, signed, self.now),
        )

    @rule(die=st.integers(0, 3))
    def lose_or_regain_the_credential(self, die: int) -> None:
        """The issuer suspends the credential of the gated party, and resumes it."""
        has = self.model.has_credential
        if has and die != 3:
            return

        def predicted() -> None:
            self.model.has_credential = not has

        change = self.status.suspend if has else self.status.resume
        self.act("suspend or resume", self.issuer, change(COMPANY, DIGEST), predicted)

    @rule(
        which=WHICH,
        bits=BITS,
        payer=st.integers(0, 1),
        tampered=st.sampled_from([0, 0, 0, 0, 1]),
        late=st.sampled_from([*[None] * 8, 0, 1]),
    )
    def fund(
        self, which: int, bits: int | None, payer: int, tampered: int, late: int | None
    ) -> None:
        """At times in the agreement's last second, or after it."""
        number, sender = self.to_fund(which), self.address(3 * payer)
        terms = self.model.in_force[number]
        if late is not None:
            self.wait_until(terms.deal.expires_at + late)
        if tampered:
            terms = terms._replace(nonce=terms.nonce + 1)
        self.act(
            "fund",
            sender,
            self.spender.fund(number, terms, self.mask(bits)),
            lambda: self.model.fund(sender, number, terms, bits, self.now),
        )

    @rule(which=WHICH, bits=BITS, deadline=st.sampled_from([0, DAY, DAY, -1]), kind=SIGNATURES)
    def fund_with_permit(self, which: int, bits: int | None, deadline: int, kind: str) -> None:
        number, payer = self.to_fund(which, 0), self.people[0]
        terms = self.model.in_force[number]
        amount, until = self.price(number, bits), self.soon + deadline
        permit, flaw = self.euro.permit(
            self.ledger, payer, self.spender.address, amount, until, kind
        )
        with self.without_allowance(payer):
            self.act(
                "fundWithPermit",
                payer.address,
                self.spender.fundWithPermit(number, terms, self.mask(bits), until, *permit),
                lambda: self.model.fund_with_permit(
                    payer.address, number, terms, bits, amount, until, flaw, self.now
                ),
            )

    @rule(which=WHICH, bits=BITS, payer=st.sampled_from([0, 2, 3]), kind=SIGNATURES)
    def fund_with_authorization(self, which: int, bits: int | None, payer: int, kind: str) -> None:
        number, person = self.to_fund(which, 0), self.people[payer]
        terms, amount = self.model.in_force[number], self.price(number, bits)
        mask, salt, before = self.mask(bits), bytes(32), self.soon + DAY
        nonce = keccak256(encode(["bytes32", "uint256", "bytes32"], [number, mask, salt]))
        authorization = self.euro.authorize(
            person, self.spender.address, amount, 0, before, nonce, kind=kind
        )
        self.act(
            "fundWithAuthorization",
            self.stranger,
            self.spender.fundWithAuthorization(
                number, terms, mask, person.address, 0, before, salt, authorization
            ),
            lambda: self.model.fund_with_authorization(
                person.address,
                number,
                terms,
                bits,
                amount,
                before,
                nonce,
                kind == GOOD,
                self.now,
            ),
        )

    @property
    def stranger(self) -> str:
        return self.address(5)

    @property
    def proofs(self) -> list[tuple[int, str, bytes]]:
        return [(1, self.issuer, DIGEST)]

    @staticmethod
    def mask(bits: int | None) -> int:
        return WHOLE if bits is None else bits

    def price(self, number: bytes, bits: int | None) -> int:
        """What the named milestones cost, as far as they can be funded."""
        items = enumerate(self.model.in_force[number].milestones)
        wanted = [(i, item) for i, item in items if bits is None or bits >> i & 1]
        unfunded = Stage.UNFUNDED
        return sum(m.amount for i, m in wanted if self.model.step(number, i).stage is unfunded)

    def agreement(self, which: int) -> bytes:
        active = [n for n in self.live if self.model.state(n) is State.ACTIVE]
        if not active and which != 7:
            self.sign_up(which % 2, False, "", GOOD, 0, 0)
            active = self.live[-1:]
        pool = active if which != 7 else self.live
        return pool[which % len(pool)]

    def to_fund(self, which: int, token: int | None = None) -> bytes:
        """An agreement with something to fund, in a token if it matters."""
        numbers = [n for n in self.live if token is None or self._token_of(n) == token]
        open_ones = [
            n
            for n in numbers
            if self.price(n, None)
            and self.model.state(n) is State.ACTIVE
            and self.soon <= self.model.in_force[n].deal.expires_at
        ]
        if open_ones and which != 7:
            return open_ones[which % len(open_ones)]
        if numbers and which == 7:
            return numbers[0]
        self.sign_up(token or 0, False, "", GOOD, 0, 0)
        return self.live[-1]

    def _token_of(self, number: bytes) -> int:
        return [*self.model.tokens, self.stranger].index(self.model.in_force[number].deal.token)
