"""Test euros for machines: who has how much at the start, and what anybody does with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.models.euro import EuroModel
from tests.properties.support.chain import Call, Chain, Contract
from tests.properties.support.machines import DAY, WHOLE, ChainMachine
from tests.properties.support.signing import EMPTY, GOOD, MALLEATED, ZEROS, Domain, Person, split

EURO = 10**6
FAUCET_LIMIT = 1_000 * EURO

EURO_TYPES = (
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)",
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)",
    "CancelAuthorization(address authorizer,bytes32 nonce)",
)

AMOUNTS = st.sampled_from(
    [*["part"] * 3, *["half"] * 2, *["all"] * 2, "all but one", "one", "none", "more", "max"]
)
"""An amount beside the one that matters; see :func:`amount_of`."""


def amount_of(amount: str, whole: int) -> int:
    """An amount by its name, where ``whole`` is the most that there is; always one of 256 bits."""
    return {
        "none": 0,
        "one": 1,
        "part": (whole + 6) // 7,
        "half": whole // 2,
        "all but one": max(whole - 1, 0),
        "all": whole,
        "more": min(whole + 1, WHOLE),
        "max": WHOLE,
    }[amount]


class Euro:
    """The contract, with the administrator who may do everything."""

    def __init__(self, chain: Chain, admin: Person) -> None:
        self.admin = admin
        self._chain = chain
        self.contract = chain.deploy("PilotEuro", admin.address, admin.address, FAUCET_LIMIT, DAY)
        self.domain = Domain.of(chain, self.contract, *EURO_TYPES)
        self._funds: dict[str, int] = {}
        self._allowed: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return self.contract.address

    def fund(self, people: list[Person], amount: int, spender: Contract | None = None) -> None:
        """Gives everybody so much, of which the spender may take all."""
        for person in people:
            self._chain.must(self.admin.address, self.contract.mint(person.address, amount))
            self._funds[person.address] = amount
            if spender is not None:
                approval = self.contract.approve(spender.address, WHOLE)
                self._chain.must(person.address, approval)
                self._allowed.append((person.address, spender.address))

    def model(self) -> EuroModel:
        """What is so at the start of a run."""
        model = EuroModel(self.admin.address, FAUCET_LIMIT, DAY)
        model.balances.update(self._funds)
        model.supply = sum(self._funds.values())
        model.allowances.update(dict.fromkeys(self._allowed, WHOLE))
        return model

    def permit(
        self, model: EuroModel, owner: Person, spender: str, amount: int, deadline: int, kind: str
    ) -> tuple[tuple[int, bytes, bytes], str]:
        """v, r and s of a permit, and the error for its flaw: a wallet cannot sign one."""
        values = (owner.address, spender, amount, model.permits[owner.address], deadline)
        signature = self.domain.sign(owner, "Permit", *values, kind=kind)
        flaw = signature_error(kind) or ("ERC2612InvalidSigner" if owner.is_wallet else "")
        return split(signature), flaw

    def authorize(
        self,
        owner: Person,
        *values: Any,
        struct: str = "ReceiveWithAuthorization",
        kind: str = GOOD,
    ) -> bytes:
        """A signature of EIP-3009 over to, value, validAfter, validBefore and nonce."""
        return self.domain.sign(owner, struct, owner.address, *values, kind=kind)


def signature_error(kind: str, wrong_signer: str = "ERC2612InvalidSigner") -> str:
    """The error of a function that takes v, r and s; empty for a good signature."""
    special = {
        GOOD: "",
        MALLEATED: "ECDSAInvalidSignatureS",
        ZEROS: "ECDSAInvalidSignature",
        EMPTY: "ECDSAInvalidSignature",
    }
    return special.get(kind, wrong_signer)


class MoneyMachine(ChainMachine):
    """A machine whose contract takes test euros from people by their allowance.

    ``spender`` is that contract.
    """

    euro: ClassVar[Euro]
    spender: ClassVar[Contract]

    @property
    def purses(self) -> list[str]:
        """All addresses that may have test euros."""
        return [*(person.address for person in self.people), self.spender.address]

    @property
    def ledger(self) -> EuroModel:
        """The model of the euro within the machine's model."""
        ledger: EuroModel = self.model.euro  # type: ignore[attr-defined]
        return ledger

    @rule(die=st.sampled_from([2, 1, 0, 2]), who=st.integers(0, 3), amount=AMOUNTS)
    def disturb_money_now_and_then(self, die: int, who: int, amount: str) -> None:
        """The euro is paused, or somebody allows the contract less; and not for long."""
        spender = self.spender.address
        people = [person.address for person in self.people]
        wary = [each for each in people if self.ledger.allowances[each, spender] != WHOLE]
        if self.ledger.paused:
            self.let_money_go()
        elif wary:
            self._approve(wary[0], WHOLE)
        elif die == 0:
            self.stop_money()
        elif die == 1:
            self._approve(people[who], amount_of(amount, 100 * EURO))

    @contextmanager
    def without_allowance(self, owner: Person) -> Iterator[None]:
        """Somebody allows the contract nothing for the time being."""
        self._approve(owner.address, 0)
        yield
        self._approve(owner.address, WHOLE)

    def stop_money(self) -> None:
        """Pause the euro."""
        admin = self.euro.admin.address
        self.act("pause", admin, self.euro.contract.pause(), lambda: self.ledger.pause(admin))

    def let_money_go(self) -> None:
        """Let the euro move again."""
        admin = self.euro.admin.address
        self.act("unpause", admin, self.euro.contract.unpause(), lambda: self.ledger.unpause(admin))

    def _approve(self, owner: str, amount: int) -> None:
        spender = self.spender.address
        call = self.euro.contract.approve(spender, amount)
        self.act("approve", owner, call, lambda: self.ledger.approve(owner, spender, amount))

    def money_views(self) -> Iterator[tuple[Call, Any]]:
        """Whose the test euros are, and that there are neither more nor fewer."""
        contract, ledger = self.euro.contract, self.ledger
        yield contract.totalSupply(), ledger.supply
        yield contract.paused(), ledger.paused
        for purse in self.purses:
            yield contract.balanceOf(purse), ledger.balances[purse]
        for person in self.people:
            pair = person.address, self.spender.address
            yield contract.allowance(*pair), ledger.allowances[pair]
