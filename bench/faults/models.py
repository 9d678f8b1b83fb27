"""Whether the read models are those that a rebuild from the first block gives.

The platform's own database is copied; on the copy its scanner writes everything anew from the node.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event, func
from sqlmodel import Session, SQLModel, select

from bench.faults.chain import Chain
from bench.faults.ledger import CENT
from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.client import ChainClient
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.manifest import Manifest
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.domains.payments.models import TokenBalance
from pocplatform.events.models import Event
from pocplatform.indexer.models import Block
from pocplatform.indexer.scanner import Scanner
from pocplatform.kit.database import Database
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox
from pocplatform.routers import PROJECTIONS

_RUNNING_NUMBER = "seq"
"""The column that only says in which order rows were written."""


def divergent(
    data_dir: Path,
    node: str,
    artifacts: Artifacts,
    chain: Chain,
    balances: dict[str, int],
    *,
    managed: bool,
) -> list[str]:
    """Rows that a rebuild would have otherwise, and those that the chain contradicts; in words.

    Args:
        data_dir: Of the platform, which must have nothing to do just now.
        node: URL of its node.
        artifacts: The compiled contracts.
        chain: What an independent reader found there.
        balances: Units of the token by address, as the chain answers.
        managed: Whether the node is the platform's own.
    """
    with tempfile.TemporaryDirectory(prefix="faults-copy-") as folder:
        copy = Path(folder) / "platform.db"
        with (
            contextlib.closing(sqlite3.connect(data_dir / "platform.db")) as original,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            original.backup(target)
        database = Database(f"sqlite:///{copy}")
        event.listen(database.engine, "connect", _without_waiting_for_the_disk)
        manifest = Manifest.load(data_dir / "manifest.json")
        assert manifest is not None
        client = ChainClient(node, 30)
        outbox = Outbox(
            Contracts(client, manifest),
            RevertDecoder.from_artifacts(artifacts.values()),
            managed=managed,
        )
        try:
            with database.snapshot() as session:
                before = _rows(session)
                found = _contradicted(session, chain, balances)
            scanner = Scanner(database, client, outbox, PROJECTIONS, confirmations=0)
            scanner.rewind()
            scanner.scan()
            with database.snapshot() as session:
                after = _rows(session)
        finally:
            client.close()
            database.close()
    for table, rows in before.items():
        found += [f"{table}: not after a rebuild: {row}" for row in (rows - after[table])]
        found += [f"{table}: only after a rebuild: {row}" for row in (after[table] - rows)]
    return found


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _rows(session: Session) -> dict[str, Counter[str]]:
    """Every read model's rows; of the event log, which a rebuild may not add to, their number."""
    rows = {str(model.__tablename__): _rows_of(session, model) for model in PROJECTIONS.tables}
    told = session.exec(select(func.count()).select_from(Event)).one()
    return rows | {"events": Counter(f"{number}" for number in range(told))}


def _rows_of(session: Session, model: type[SQLModel]) -> Counter[str]:
    return Counter(
        str(row.model_dump(exclude={_RUNNING_NUMBER})) for row in session.exec(select(model))
    )


def _contradicted(session: Session, chain: Chain, balances: dict[str, int]) -> list[str]:
    """Rows of blocks, transactions and balances that are not as the independent reader has them."""
    found = []
    for block in session.exec(select(Block)):
        if block.number >= len(chain.blocks) or chain.blocks[block.number] != block.hash:
            found.append(f"blocks: {block.number} {block.hash} is not on the chain")
    columns = select(Transaction.id, Transaction.hash, Transaction.block_number)
    for id_, hash_, number in session.exec(columns):
        if (chain.mined.get(hash_) if hash_ else None) != number:
            found.append(f"transactions: {id_} is in block {chain.mined.get(hash_ or '')}, "
                         f"not {number}")  # fmt: skip
    known = {row.address.lower(): int(row.units) for row in session.exec(select(TokenBalance))}
    for owner, units in balances.items():
        if known.get(owner, 0) != units:
            found.append(f"token_balances: {owner} has {units // CENT} cents on the chain, "
                         f"not {known.get(owner, 0) // CENT}")  # fmt: skip
    return found
