"""PilotEuro beside its model: money comes and goes only as the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.euro import ADMIN, MINTER, PAUSER, EuroModel
from tests.properties.support.chain import Call, Chain
from tests.properties.support.machines import DAY, ChainMachine, refuse_if, run
from tests.properties.support.money import (
    AMOUNTS,
    EURO,
    FAUCET_LIMIT,
    Euro,
    amount_of,
    signature_error,
)
from tests.properties.support.signing import (
    GOOD,
    SIGNATURES,
    Person,
    split,
    three_people_and_a_wallet,
)

ROLES = {name: keccak256(name.encode()) for name in (MINTER, PAUSER)} | {ADMIN: bytes(32)}
WHO = st.integers(0, 4)
"""Three people, a wallet, and the administrator."""
WHERE = st.sampled_from([0, 1, 2, 3, 4, 0, 1, 2, 3, 5])
"""As before, or the zero address."""
NONCES = st.integers(0, 5)
SPANS = st.sampled_from(
    [(-10, DAY), (-10, DAY), (-10, DAY), (-1, 1), (0, DAY), (-DAY, 0), (1, DAY)]
)
"""When an authorization is valid, counted from its use; of the last three, none is."""
DEADLINES = st.sampled_from([0, 1, DAY, DAY, -1])


class PilotEuroMachine(ChainMachine):
    euro: ClassVar[Euro]

    def __init__(self) -> None:
        super().__init__()
        self.model: EuroModel = self.euro.model()
        self.token = self.euro.contract
        self.seen_used: set[tuple[str, bytes]] = set()

    @rule(who=WHO, to=WHERE, amount=AMOUNTS)
    def transfer(self, who: int, to: int, amount: str) -> None:
        sender, taker = self.address(who), self.address(to)
        value = amount_of(amount, self.model.balances[sender])
        call = self.token.transfer(taker, value)
        self.act("transfer", sender, call, lambda: self.model.transfer(sender, taker, value))

    @rule(who=WHO, spender=WHERE, amount=AMOUNTS)
    def approve(self, who: int, spender: int, amount: str) -> None:
        sender, taker = self.address(who), self.address(spender)
        value = amount_of(amount, 200 * EURO)
        call = self.token.approve(taker, value)
        self.act("approve", sender, call, lambda: self.model.approve(sender, taker, value))

    @rule(who=WHO, owner=WHO, to=WHERE, amount=AMOUNTS)
    def transfer_from(self, who: int, owner: int, to: int, amount: str) -> None:
        sender, giver, taker = self.address(who), self.address(owner), self.address(to)
        allowed = self.model.allowances[giver, sender]
        value = amount_of(amount, min(allowed, self.model.balances[giver]))
        call = self.token.transferFrom(giver, taker, value)
        self.act(
            "transferFrom",
            sender,
            call,
            lambda: self.model.transfer_from(sender, giver, taker, value),
        )

    @rule(who=st.sampled_from([0, *[4] * 4]), to=WHERE, amount=AMOUNTS)
    def mint(self, who: int, to: int, amount: str) -> None:
        sender, taker = self.address(who), self.address(to)
        value = amount_of(amount, 50 * EURO)
        call = self.token.mint(taker, value)
        self.act("mint", sender, call, lambda: self.model.mint(sender, taker, value))

    @rule(who=WHO, to=WHERE, amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def drip(self, who: int, to: int, amounts: list[str]) -> None:
        """Several times, in one period of the faucet or two."""
        for amount in amounts:
            available = self.model.faucet_available(self.address(to), self.soon)
            self._drip(self.address(who), self.address(to), amount_of(amount, available))

    def _drip(self, sender: str, taker: str, amount: int) -> None:
        call = self.token.drip(taker, amount)
        self.act("drip", sender, call, lambda: self.model.drip(taker, amount, self.now))

    @rule(who=WHO, amount=AMOUNTS)
    def redeem(self, who: int, amount: str) -> None:
        sender = self.address(who)
        value = amount_of(amount, self.model.balances[sender])
        call = self.token.redeem(value, bytes(32))
        self.act("redeem", sender, call, lambda: self.model.redeem(sender, value))

    @rule(owner=WHO, spender=WHERE, amount=AMOUNTS, deadline=DEADLINES, kind=SIGNATURES)
    def permit(self, owner: int, spender: int, amount: str, deadline: int, kind: str) -> None:
        person, taker = self.people[owner], self.address(spender)
        value, until = amount_of(amount, 200 * EURO), self.soon + deadline
        (v, r, s), flaw = self.euro.permit(self.model, person, taker, value, until, kind)
        call = self.token.permit(person.address, taker, value, until, v, r, s)
        self.act(
            "permit",
            self.address(0),
            call,
            lambda: self.model.permit(person.address, taker, value, until, flaw, self.now),
        )

    @rule(
        verb=st.sampled_from(["transfer", "receive"]),
        sender=WHO,
        owner=WHO,
        to=WHERE,
        amount=AMOUNTS,
        span=SPANS,
        nonce=NONCES,
        kind=SIGNATURES,
        in_parts=st.booleans(),
    )
    def authorize(
        self,
        verb: str,
        sender: int,
        owner: int,
        to: int,
        amount: str,
        span: tuple[int, int],
        nonce: int,
        kind: str,
        in_parts: bool,
    ) -> None:
        """A transfer by signature; a nonce soon comes again, so replays are among them."""
        person, taker = self.people[owner], self.address(to)
        caller = taker if verb == "receive" and sender else self.address(sender)
        value = amount_of(amount, self.model.balances[person.address])
        after, before, number = self.soon + span[0], self.soon + span[1], nonce.to_bytes(32)
        struct = f"{verb.capitalize()}WithAuthorization"
        values = (taker, value, after, before, number)
        signature = self.euro.authorize(person, *values, struct=struct, kind=kind)
        parts = split(signature) if in_parts else (signature,)
        flaw = self._flaw(person, kind, in_parts)

        def predicted() -> None:
            refuse_if(flaw, flaw)
            refuse_if(verb == "receive" and caller != taker, "ERC20InvalidReceiver")
            self.model.authorized(person.address, *values, self.now)

        function = getattr(self.token, f"{verb}WithAuthorization")
        call = function(person.address, *values, *parts)
        self.act(f"{verb}WithAuthorization", caller, call, predicted)

    @rule(owner=WHO, nonce=NONCES, kind=SIGNATURES, in_parts=st.booleans())
    def cancel(self, owner: int, nonce: int, kind: str, in_parts: bool) -> None:
        person, number = self.people[owner], nonce.to_bytes(32)
        signature = self.euro.domain.sign(
            person, "CancelAuthorization", person.address, number, kind=kind
        )
        parts = split(signature) if in_parts else (signature,)
        flaw = self._flaw(person, kind, in_parts)

        def predicted() -> None:
            refuse_if(flaw, flaw)
            self.model.use(person.address, number)

        call = self.token.cancelAuthorization(person.address, number, *parts)
        self.act("cancelAuthorization", self.address(0), call, predicted)

    @rule(who=st.sampled_from([0, *[4] * 4]), pause=st.sampled_from([True, False, False]))
    def pause_or_unpause(self, who: int, pause: bool) -> None:
        sender = self.address(who)
        if pause:
            self.act("pause", sender, self.token.pause(), lambda: self.model.pause(sender))
        else:
            self.act("unpause", sender, self.token.unpause(), lambda: self.model.unpause(sender))

    @rule(
        verb=st.sampled_from(["grant", "grant", "revoke", "renounce"]),
        who=st.sampled_from([0, 1, *[4] * 6]),
        role=st.sampled_from(sorted(ROLES)),
        account=st.integers(0, 1),
    )
    def change_role(self, verb: str, who: int, role: str, account: int) -> None:
        """The administrator keeps its own roles; others get some and lose them."""
        sender, holder = self.address(who), self.address(account)
        call = getattr(self.token, f"{verb}Role")(ROLES[role], holder)
        self.act(verb, sender, call, lambda: getattr(self.model, verb)(sender, role, holder))

    def views(self) -> Iterator[tuple[Call, Any]]:
        token, model = self.token, self.model
        yield token.totalSupply(), model.supply
        yield token.paused(), model.paused
        for person in self.people:
            account = person.address
            yield token.balanceOf(account), model.balances[account]
            yield token.nonces(account), model.permits[account]
            yield token.faucetAvailable(account), model.faucet_available(account, self.now)
            for spender in self.people[:2]:
                pair = account, spender.address
                yield token.allowance(*pair), model.allowances[pair]
        for nonce in (0, 5):
            number = nonce.to_bytes(32)
            account = self.address(3)
            yield token.authorizationState(account, number), (account, number) in model.used
        for name, role in ROLES.items():
            yield token.hasRole(role, self.address(0)), (name, self.address(0)) in model.roles

    def check(self) -> None:
        self.model.check()
        assert self.model.used >= self.seen_used, "a used nonce became usable again"
        self.seen_used = set(self.model.used)

    def moments(self) -> Iterable[int]:
        """When the faucet gives again."""
        return [(self.now // DAY + 1) * DAY]

    @staticmethod
    def _flaw(person: Person, kind: str, in_parts: bool) -> str:
        if not in_parts:
            return "" if kind == GOOD else "ERC3009InvalidSignature"
        flaw = signature_error(kind, "ERC3009InvalidSignature")
        return flaw or ("ERC3009InvalidSignature" if person.is_wallet else "")


def test_euros_come_and_go_only_as_the_rules_say(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    euro = Euro(chain, Person.named("admin"))
    people = [*three_people_and_a_wallet(chain), euro.admin]
    euro.fund(people[:4], FAUCET_LIMIT // 3)
    run(
        PilotEuroMachine,
        chain,
        request.config,
        [
            *("transfer", "approve", "transferFrom", "mint", "drip", "redeem", "permit", "pause"),
            *("unpause", "grant", "revoke", "transferWithAuthorization", "cancelAuthorization"),
            "receiveWithAuthorization",
        ],
        euro=euro,
        people=people,
    )
