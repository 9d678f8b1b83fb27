"""Agreeing on splits, and dividing what came in."""

from typing import Any

from sqlmodel import Session

from pocplatform.domains.held_payments import repository as held_payments
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.payments.models import TokenBalance
from pocplatform.domains.splits import repository
from pocplatform.domains.splits.errors import SplitSharesInvalid
from pocplatform.domains.splits.models import Split, SplitRecipient
from pocplatform.domains.splits.schemas import ShareCreate, ShareRead, SplitCreate, SplitRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_cents, to_units
from pocplatform.outbox.service import Outbox, Write

CONTRACT = "Splits"
FULL_BPS = 10_000

visible_to = repository.visible_to


class Splits:
    """What can be done with splits, for one request.

    Args:
        session: The request's database transaction.
        outbox: Where writes to the chain begin.
        chain_id: The chain's id.
    """

    def __init__(self, session: Session, outbox: Outbox, chain_id: int) -> None:
        self._session = session
        self._outbox = outbox
        self._chain_id = chain_id

    def create(
        self, org_id: str | None, owner: str, body: SplitCreate
    ) -> tuple[Split, Write | None]:
        """Agree on shares and tell the chain; no write where the chain has these shares already.

        Raises :class:`SplitSharesInvalid`.
        """
        shares = self._shares(body.shares)
        contracts = self._outbox.contracts
        account: str = contracts.read(CONTRACT, "accountOf", _as_abi(shares))
        split = Split(
            id=new_id("spl"),
            org_id=org_id,
            owner=owner,
            name=body.name,
            account=account,
            shares=shares,
            metadata_=body.metadata,
            created_ms=now_ms(),
        )
        self._session.add(split)
        self._session.flush()
        self._session.add_all(
            SplitRecipient(split_id=split.id, address=share["recipient"]) for share in shares
        )
        self._session.flush()
        if contracts.read(CONTRACT, "isCreated", account):
            return split, None
        return split, self._enqueue(split, owner, org_id, "create", shares=_as_abi(shares))

    def get(self, address: str | None, split_id: str) -> Split:
        """A split that an address has made or has a share in. Raises :class:`NotFound`."""
        split = repository.by_id(self._session, address, split_id)
        if split is None:
            raise NotFound("There is no split {split_id}.", split_id=split_id)
        return split

    def distribute(
        self, split: Split, caller: str, org_id: str | None, amount: int | None
    ) -> list[Write]:
        """Divide what lies on the account, after the caller has paid ``amount`` cents into it."""
        contracts = self._outbox.contracts
        euro = contracts.address("PilotEuro")
        writes = []
        if amount is not None:
            pay_in = contracts.call(
                "PilotEuro", "transfer", to=split.account, value=to_units(amount)
            )
            writes.append(
                self._outbox.enqueue(
                    self._session, pay_in, sender=caller, org_id=org_id, resource_id=split.id
                )
            )
        divide = self._enqueue(
            split, caller, org_id, "distribute", shares=_as_abi(split.shares), token=euro
        )
        return [*writes, divide]

    def read(self, split: Split, org_id: str | None) -> SplitRead:
        """A split as an organization sees it."""
        state = repository.state_of(self._session, split.account)
        balance = self._session.get(TokenBalance, split.account)
        units = int(balance.units) if balance else 0
        euro = self._outbox.contracts.address("PilotEuro")
        held = held_payments.units_at(self._session, split.account, euro)
        return SplitRead(
            id=split.id,
            name=split.name,
            account=split.account,
            on_chain=state is not None and bool(state.shares),
            shares=[ShareRead(**share) for share in split.shares],
            balance=to_cents(units - held),
            held=to_cents(held),
            distributed=to_cents(int(state.distributed_units)) if state else 0,
            distributions=state.distributions if state else 0,
            transactions=transactions.of_resource(self._session, split.id),
            metadata=split.metadata_ if org_id == split.org_id else {},
            created=iso(split.created_ms),
        )

    def _shares(self, asked: list[ShareCreate]) -> list[dict[str, Any]]:
        """Ascending by address, as the contract wants them: so the same shares are one split."""
        total = sum(share.bps for share in asked)
        if total != FULL_BPS:
            raise SplitSharesInvalid(
                "The shares come to {total} basis points; they must come to 10000.",
                param="shares",
                total=total,
            )
        shares: dict[str, int] = {}
        for index, share in enumerate(asked):
            param = f"shares[{index}].to"
            recipient = organizations.resolve_address(
                self._session, share.to, self._chain_id, param=param
            )
            if recipient in shares:
                raise SplitSharesInvalid(
                    "{recipient} has two shares.",
                    next_step="Put them together in one.",
                    param=param,
                    recipient=recipient,
                )
            shares[recipient] = share.bps
        return [
            {"recipient": recipient, "bps": shares[recipient]}
            for recipient in sorted(shares, key=lambda address: int(address, 16))
        ]

    def _enqueue(
        self, split: Split, sender: str, org_id: str | None, function: str, /, **arguments: Any
    ) -> Write:
        call = self._outbox.contracts.call(CONTRACT, function, **arguments)
        return self._outbox.enqueue(
            self._session, call, sender=sender, org_id=org_id, resource_id=split.id
        )


def _as_abi(shares: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(share["recipient"], share["bps"]) for share in shares]
