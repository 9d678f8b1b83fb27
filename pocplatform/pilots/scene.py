"""What a step of a pilot is played in: who plays, what was before, and the ways to act and look."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pocplatform.client import AsyncSandbox, ContractReverted, SandboxError
from pocplatform.client.models import Agreement, Transaction, Verification
from pocplatform.pilots.chain_reader import UNITS_PER_CENT, ChainReader
from pocplatform.pilots.errors import PASSING, NotInTime, WentThrough
from pocplatform.pilots.shown import (
    ESCROW,
    ORGANISERS,
    Check,
    Entry,
    Paper,
    Refusal,
    Shown,
    Signature,
    Text,
    Work,
)

_LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Player:
    """The company that plays a role."""

    role: str
    org_id: str
    name: str
    business_id: str
    address: str
    did: str


@dataclass(frozen=True)
class Scene:
    """What a step is played in.

    Attributes:
        run: The run's id.
        language: Of the texts that go into documents.
        players: By role.
        sandbox: The sandbox as a role.
        organisers: The sandbox as the programme's organisers: accredit issuers, arbiter of last
            resort.
        before: What the steps before have shown.
    """

    run: str
    language: str
    players: Mapping[str, Player]
    sandbox: Callable[[str], AsyncSandbox]
    organisers: AsyncSandbox
    before: Sequence[Shown] = field(default=())

    def key(self, name: str) -> str:
        """The idempotency key of a write of this run."""
        return f"{self.run}-{name}"

    def known(self, name: str) -> str:
        """An id that an earlier step has found. Raises :class:`KeyError`."""
        for shown in reversed(self.before):
            if name in shown.known:
                return shown.known[name]
        raise KeyError(name)

    def measure(self, name: str) -> int:
        """A number that an earlier step has measured. Raises :class:`KeyError`."""
        for shown in reversed(self.before):
            if name in shown.measures:
                return shown.measures[name]
        raise KeyError(name)

    @cached_property
    def chain(self) -> ChainReader:
        """The chain as its node has it, past the platform's tables."""
        return ChainReader(self.organisers)

    def acting(self, role: str) -> AsyncSandbox:
        """The sandbox as a role, or as :data:`ORGANISERS`."""
        return self.organisers if role == ORGANISERS else self.sandbox(role)

    async def until(self, question: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
        """Wait until the answer is yes: for what comes with time.

        Raises :class:`NotInTime`.
        """
        deadline = time.monotonic() + seconds
        while not await question():
            if time.monotonic() >= deadline:
                said = Text(
                    "What this step waits for has not come within {seconds} seconds.",
                    "Asia, jota tämä vaihe odottaa, ei tapahtunut {seconds} sekunnin kuluessa.",
                )
                raise NotInTime(said.render(self.language, seconds=round(seconds)))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def refused(
        self, role: str, what: Text, attempt: Coroutine[Any, Any, Any], *, code: str | None = None
    ) -> Refusal:
        """Try something that must be refused, and say how it was.

        Args:
            role: Who tries.
            what: What is tried.
            attempt: Does it.
            code: The API's code of the refusal, or the name of the contract's own error; None for
                any refusal.

        Raises :class:`WentThrough` if it is not refused, or for another reason.
        """
        try:
            await attempt
        except PASSING:
            raise
        except SandboxError as error:
            own = error.contract_error if isinstance(error, ContractReverted) else None
            if code is not None and code not in (error.code, own.name if own else None):
                said = Text(
                    "“{what}” was refused for another reason than expected: {why}",
                    "”{what}” torjuttiin muusta syystä kuin piti: {why}",
                )
                why = f"{own.name if own else error.code}: {error.detail}"
                shown = what.render(self.language)
                raise WentThrough(said.render(self.language, what=shown, why=why)) from error
            return Refusal(
                role=role, what=what, code=own.name if own else error.code,
                sentence=self._by_name(error.detail),
            )  # fmt: skip
        said = Text(
            "“{what}” should have been refused, and was not.",
            "”{what}” olisi pitänyt torjua, mutta se meni läpi.",
        )
        raise WentThrough(said.render(self.language, what=what.render(self.language)))

    def _by_name(self, sentence: str) -> str:
        """A sentence of the API's with the players' names for their accounts."""
        for player in self.players.values():
            address = player.address
            for written in (player.did, address, f"{address[:6]}…{address[-4:]}"):
                sentence = sentence.replace(written, player.name)
        return sentence

    async def entries(self, role: str, transactions: Sequence[Transaction | None]) -> list[Entry]:
        """Transactions of a role, or of :data:`ORGANISERS`, as the chain has them."""
        own = [one for one in transactions if one is not None and one.hash is not None]
        told: dict[str, list[str]] = {}
        if own:
            seen = 0
            async for event in self.acting(role).events.list():
                told.setdefault(event.transaction_hash or "", []).append(event.type)
                seen += 1
                if seen > 100:
                    break
        return [
            Entry(
                id=one.id,
                role=role,
                hash=one.hash or "",
                contract=one.contract,
                function=one.function,
                gas_used=one.gas_used or 0,
                block=one.block or 0,
                events=sorted(set(told.get(one.hash or "", ()))),
            )
            for one in own
        ]

    async def balances(self, agreement: str | None = None) -> dict[str, int]:
        """What each role has, and what is in escrow of an agreement; read from the chain."""
        found = {}
        for role in self.players:
            found[role] = (await self.sandbox(role).payments.balance()).amount
        if agreement is not None:
            role = next(iter(self.players))
            onchain = await self.sandbox(role).agreements.onchain(agreement)
            found[ESCROW] = onchain.escrow_raw // UNITS_PER_CENT
        return found

    async def agreement(self, agreement: Agreement, role: str, *functions: str) -> Shown:
        """An agreement as it is now, with those of its transactions that a step has sent.

        Args:
            agreement: As the API has just answered it.
            role: Who has sent them.
            functions: What the transactions of this step begin with; the newest of each counts.
        """
        newest = [
            next((t for t in reversed(agreement.transactions) if t.function.startswith(name)), None)
            for name in functions
        ]
        onchain = agreement.state not in ("draft", "withdrawn")
        return Shown(
            known={"agreement": agreement.id, "agreement_hash": agreement.agreement_hash},
            papers=[self.paper(agreement)],
            agreement_state=agreement.state,
            work=[
                Work(title=one.title, amount=one.amount, state=one.state)
                for one in agreement.milestones
            ],
            balances=await self.balances(agreement.id if onchain else None),
            entries=await self.entries(role, newest),
        )

    def paper(self, agreement: Agreement) -> Paper:
        """The document of an agreement. Its fingerprint is calculated again here."""
        roles = {player.address: role for role, player in self.players.items()}
        return Paper(
            title=agreement.title,
            text=agreement.document.text,
            hash=agreement.document.computed_hash(),
            signatures=[
                Signature(role=roles.get(party.address or "", party.role), signed=party.signed)
                for party in agreement.parties
            ],
        )


def checks_of(verification: Verification) -> list[Check]:
    """The checks of a credential."""
    return [Check(check=one.check, ok=one.ok) for one in verification.checks]
