"""Blocks, transactions and accounts as everybody may see them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import Session

from pocplatform.chain.codec import checksum, is_address
from pocplatform.domains.contracts.service import best_grade, verification_at
from pocplatform.domains.explorer import repository, showing, wording
from pocplatform.domains.explorer.decoding import Decoded, Decoder
from pocplatform.domains.explorer.names import Names
from pocplatform.domains.explorer.repository import Place
from pocplatform.domains.explorer.schemas import (
    AddressRead,
    BlockRead,
    ChainEventRead,
    ChainTransactionDetail,
    ChainTransactionRead,
    HeldRead,
    NamedAddress,
    NamesRead,
    RevertRead,
    SourceVerifiedRead,
)
from pocplatform.domains.explorer.showing import Mined
from pocplatform.domains.explorer.windows import Window, unknown_cursor
from pocplatform.kit.clock import iso
from pocplatform.kit.did import address_of, did_of
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.money import to_cents
from pocplatform.outbox.explanations import localized
from pocplatform.outbox.service import Outbox

EVENTS_SHOWN: Final = 100
"""Events of one transaction that are shown."""
_HOLDINGS_SHOWN: Final = 50
HASH: Final = re.compile("0x[0-9a-fA-F]{64}")
_BLOCK_ID: Final = re.compile(r"blk_(0|[1-9][0-9]{0,15})")


class Explorer:
    """Reads the chain for one request.

    Args:
        session: Where to read.
        outbox: The platform's contracts, and the node.
        chain_id: The chain's id.
        operator: The sandbox's own account.
        language: ``fi`` or ``en``.
    """

    def __init__(
        self, session: Session, outbox: Outbox, chain_id: int, operator: str, language: str
    ) -> None:
        self.session = session
        self.contracts = outbox.contracts
        self.client = outbox.contracts.client
        self.chain_id = chain_id
        self.language = language
        self.decoder = Decoder(outbox.contracts)
        self.known = Names(session, self.decoder, operator, language)

    def blocks(
        self, window: Window, *, first: int, last: int | None
    ) -> tuple[list[BlockRead], bool]:
        """Recorded blocks of a stretch. Raises :class:`InvalidInput` for an unknown cursor."""
        cursor = window.cursor
        number = None
        if cursor is not None:
            match = _BLOCK_ID.fullmatch(cursor[1])
            number = int(match[1]) if match else None
            if number is None or repository.block(self.session, number) is None:
                raise unknown_cursor(cursor)
        backwards = window.ending_before is not None
        found = repository.blocks(
            self.session,
            first=first,
            last=last,
            older_than=None if backwards else number,
            newer_than=number if backwards else None,
            limit=window.limit + 1,
        )
        rows, more = window.cut(found)
        return [showing.read_block(row) for row in rows], more

    def block(self, which: str) -> BlockRead:
        """A block by number or hash. Raises :class:`NotFound`."""
        number = None
        if HASH.fullmatch(which):
            there = self.client.request("eth_getBlockByHash", which.lower(), False)
            number = int(there["number"], 16) if there else None
        elif which.isdecimal() and which.isascii() and len(which) <= 15:
            number = int(which)
        row = repository.block(self.session, number) if number is not None else None
        if row is None:
            raise NotFound(
                "There is no block {which} here.",
                next_step="Give a number from 0 to {tip}, or the hash of a block.",
                which=which[:80],
                tip=repository.tip(self.session),
            )
        return showing.read_block(row)

    def transactions(
        self, window: Window, *, block: int | None, address: str | None
    ) -> tuple[list[ChainTransactionRead], bool]:
        """Transactions in blocks, of one block or account or of all.

        Raises :class:`InvalidInput` for an address that is none, and for an unknown cursor.
        """
        cursor, place = window.cursor, None
        if cursor is not None:
            row = repository.transaction(self.session, cursor[1].lower())
            if row is None:
                raise unknown_cursor(cursor)
            place = Place(row.block_number, row.position)
        backwards = window.ending_before is not None
        found = repository.transactions(
            self.session,
            block=block,
            address=None if address is None else self.resolve(address, "address"),
            before=None if backwards else place,
            after=place if backwards else None,
            limit=window.limit + 1,
        )
        rows, more = window.cut(found)
        return self.shown([Mined.of_row(row) for row in rows]), more

    def transaction(self, hash_: str) -> ChainTransactionDetail:
        """A transaction with the events that it has brought about. Raises :class:`NotFound`."""
        found = self._mined(hash_) if HASH.fullmatch(hash_) else None
        if found is None:
            raise NotFound(
                "There is no transaction {hash} in a block here.",
                next_step="Give the whole hash, 0x and 64 hex digits. What was sent just now is "
                "there when its block is.",
                hash=hash_[:80],
            )
        decoded = self._called(found)
        receipt = self.client.receipt(found.hash) or {}
        logs = receipt.get("logs", [])
        (shown,) = self.shown([found])
        return ChainTransactionDetail(
            **shown.model_dump(),
            signature=decoded.signature if decoded else None,
            arguments=decoded.arguments if decoded else {},
            nonce=found.nonce,
            input="0x" + found.data.hex(),
            error=self._error(found),
            events=self.events(logs[:EVENTS_SHOWN], {found.block: found.timestamp}),
            events_left_out=max(0, len(logs) - EVENTS_SHOWN),
        )

    def address(self, who: str) -> AddressRead:
        """An account by address or DID. Raises :class:`InvalidInput`."""
        address = self.resolve(who, "address")
        client = self.client
        ether, code, count = (
            answer.unwrap()
            for answer in client.batch(
                [
                    ("eth_getBalance", [address, "latest"]),
                    ("eth_getCode", [address, "latest"]),
                    ("eth_getTransactionCount", [address, "latest"]),
                ]
            )
        )
        units = self.contracts.read("PilotEuro", "balanceOf", address)
        known = self.known.account(address)
        code_bytes = len(code) // 2 - 1
        holdings = repository.holdings(self.session, address, _HOLDINGS_SHOWN + 1)
        return AddressRead(
            address=address,
            did=did_of(self.chain_id, address),
            kind="contract" if code_bytes else known.kind,  # type: ignore[arg-type]
            name=known.name,
            balance=to_cents(units),
            balance_raw=str(units),
            ether=str(int(ether, 16)),
            transactions_sent=int(count, 16),
            code_bytes=code_bytes,
            verification=self._verified(address) if code_bytes else None,
            holdings=self._held(holdings[:_HOLDINGS_SHOWN]),
            more_holdings=len(holdings) > _HOLDINGS_SHOWN,
        )

    def _verified(self, address: str) -> SourceVerifiedRead | None:
        row = verification_at(self.session, address)
        if row is None:
            return None
        return SourceVerifiedRead(match=best_grade(row), created=iso(row.created_ms))

    def names(self, addresses: Sequence[str]) -> NamesRead:
        """Who is behind some addresses. Raises :class:`InvalidInput` for what is none."""
        wanted = [self.resolve(who, "address") for who in addresses]
        self.known.learn_accounts(set(wanted))
        found = [(address, self.known.account(address)) for address in wanted]
        return NamesRead(
            data=[
                NamedAddress(address=address, name=one.name, kind=one.kind)  # type: ignore[arg-type]
                for address, one in found
            ]
        )

    def resolve(self, who: str, param: str) -> str:
        """The address that an address or a DID names. Raises :class:`InvalidInput`."""
        if who.startswith("did:"):
            return checksum(address_of(who, self.chain_id, param=param))
        if not is_address(who):
            raise InvalidInput(
                "{who} is no address and no DID, or its checksum is wrong.",
                next_step="Give 0x and 40 hex digits, or a DID such as did:ethr:0x7a69:0x….",
                param=param,
                who=who[:80],
            )
        return checksum(who)

    def events(self, logs: Sequence[dict[str, Any]], times: dict[int, int]) -> list[ChainEventRead]:
        """Logs as they are shown; ``times`` are timestamps of their blocks."""
        decoded = [self.decoder.log(log) for log in logs]
        drafts = [
            wording.draft_of_event(checksum(log["address"]), told, self.language)
            for log, told in zip(logs, decoded, strict=True)
        ]
        sentences = wording.finished(drafts, self.known)
        return [
            showing.read_event(log, told, parts, times)
            for log, told, parts in zip(logs, decoded, sentences, strict=True)
        ]

    def shown(self, found: Sequence[Mined]) -> list[ChainTransactionRead]:
        """Transactions as they are shown."""
        decoded = [self._called(one) for one in found]
        drafts = [
            wording.draft_of_call(showing.facts(one, call), self.language)
            for one, call in zip(found, decoded, strict=True)
        ]
        sentences = wording.finished(drafts, self.known)
        return [
            showing.read_transaction(one, call, parts)
            for one, call, parts in zip(found, decoded, sentences, strict=True)
        ]

    def recorded(self, hash_: str) -> Mined | None:
        """A recorded transaction; None if there is none of this hash."""
        row = repository.transaction(self.session, hash_)
        return None if row is None else Mined.of_row(row)

    def _called(self, found: Mined) -> Decoded | None:
        return self.decoder.call(found.to, found.data) if found.to is not None else None

    def _mined(self, hash_: str) -> Mined | None:
        return self.recorded(hash_.lower()) or self._of_node(hash_.lower())

    def _of_node(self, hash_: str) -> Mined | None:
        """A transaction of strangers on an outside chain, of which nothing is recorded."""
        whole, receipt = (
            answer.unwrap()
            for answer in self.client.batch(
                [("eth_getTransactionByHash", [hash_]), ("eth_getTransactionReceipt", [hash_])]
            )
        )
        if whole is None or receipt is None:
            return None
        number = int(receipt["blockNumber"], 16)
        block = self.client.block(number)
        if block is None or number > repository.tip(self.session):
            return None
        return Mined(
            hash=hash_,
            block=number,
            position=int(receipt["transactionIndex"], 16),
            sender=checksum(whole["from"]),
            to=checksum(whole["to"]) if whole["to"] else None,
            data=bytes.fromhex(whole["input"][2:]),
            value=int(whole["value"], 16),
            nonce=int(whole["nonce"], 16),
            gas_used=int(receipt["gasUsed"], 16),
            effect=int(receipt["status"], 16) == 1,
            error=None,
            timestamp=int(block["timestamp"], 16),
        )

    def _error(self, found: Mined) -> RevertRead | None:
        """Why it had no effect; of strangers' contracts that is theirs to tell."""
        if found.error is None or self.decoder.at(found.to) is None:
            return None
        told = localized(found.error, self.language)
        return RevertRead(name=told["name"], explanation=told["explanation"])

    def _held(self, rows: Sequence[Any]) -> list[HeldRead]:
        named = {
            kind: repository.named(
                self.session,
                kind,
                {row.token_id for row in rows if row.collection == kind},
                self.language,
            )
            for kind in ("item", "parcel")
        }
        return [
            HeldRead(
                collection=row.collection,
                id=id_,
                token_id=row.token_id,
                name=name,
                amount=row.amount,
            )
            for row in rows
            for id_, name in [named[row.collection].get(row.token_id, (None, None))]
        ]
