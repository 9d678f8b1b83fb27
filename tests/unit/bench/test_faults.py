"""The fault rounds' own instruments: an auditor that finds what is wrong, a line that is bad."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from dataclasses import replace

import httpx
import pytest

from bench.faults.audit import examine
from bench.faults.chain import Reader
from bench.faults.clients import Clients
from bench.faults.kinds import KINDS, MANAGED
from bench.faults.ledger import Ledger, Write
from bench.faults.models import divergent
from bench.faults.proxy import Proxy
from bench.faults.rounds import is_managed, plan, together
from pocplatform.chain.client import ChainClient
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import NO_TLS, outside_node, until


class Books:
    """Clients that have written to the shared platform, and what it takes to audit them."""

    def __init__(self, base_url: str, reader: Reader) -> None:
        self.ledger = Ledger()
        self.clients = Clients(base_url, self.ledger, seed=7)
        self.reader = reader
        self.gateway = httpx.Client(base_url=base_url, timeout=30, verify=NO_TLS)
        self.clients.sign_up()
        self.clients.start()
        until(lambda: self.ledger.accepted > 25, what="writes are accepted")
        self.clients.stop()
        self.settle()

    def settle(self) -> None:
        chain = self.gateway.get
        until(lambda: not chain("/v1/chain").json()["unsettled_transactions"], what="all settled")

    def examine(self, writes: list[Write] | None = None):
        ledger = Ledger()
        ledger.writes = self.ledger.writes if writes is None else writes
        return examine(ledger, self.clients.members, self.reader, self.gateway)

    @property
    def payments(self) -> list[Write]:
        """Transfers that were made."""
        chain = self.reader.read()
        return [
            write
            for write in self.ledger.writes
            if write.path == "/v1/transfers" and chain.transfers[write.move.on_chain]
        ]


@pytest.fixture(scope="module")
def reader(platform):
    token = platform.gateway.contracts.address("PilotEuro")
    return Reader(platform.gateway.client.url, token)


@pytest.fixture(scope="module")
def books(base_url, reader):
    return Books(base_url, reader)


def test_books_of_clients_whose_writes_all_came_through_are_clean(books):
    found, chain, balances = books.examine()
    assert found.notes == []
    assert found.accepted == books.ledger.accepted > 25
    assert set(map(str.lower, (m.address for m in books.clients.members))) <= set(balances)
    assert len(chain.mined) >= found.accepted


def test_accepted_write_that_is_not_on_the_chain_counts_as_lost(books):
    mined = books.payments[0]
    never = replace(mined, move=replace(mined.move, cents=4_711_000))
    found, *_ = books.examine([*books.ledger.writes, never])
    assert found.lost == 1
    assert len(found.notes) == 1


def test_write_that_was_done_though_it_was_refused_is_found(books):
    mined = books.payments[0]
    writes = [replace(w, status=422) if w is mined else w for w in books.ledger.writes]
    found, *_ = books.examine(writes)
    assert (found.executed_though_refused, found.lost) == (1, 0)


def test_transaction_that_no_write_asked_for_is_found_by_nonce_and_by_money(books):
    mined = books.payments[0]
    found, *_ = books.examine([w for w in books.ledger.writes if w is not mined])
    assert found.duplicated == 1
    assert not found.conserved


def test_payment_that_was_made_twice_counts_as_duplicated(base_url, reader):
    books = Books(base_url, reader)
    once = books.payments[0]
    headers = {"Authorization": f"Bearer {once.secret}", "Idempotency-Key": "another"}
    answer = books.gateway.post("/v1/transfers", json=once.body, headers=headers)
    assert answer.status_code == 202, answer.text
    books.settle()
    found, *_ = books.examine()
    assert found.duplicated >= 1
    assert any("executed 2 times" in note for note in found.notes)
    assert not found.conserved


def test_key_that_gives_another_transaction_when_sent_again_is_found(books):
    assert books.clients.send_again(books.payments[:3]) == []
    one, other = books.payments[:2]
    assert books.clients.send_again([replace(one, answer=other.answer)]) != []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE token_balances SET units = units || '0' WHERE rowid = 3", "token_balances"),
        ("DELETE FROM token_transfers WHERE seq = 3", "token_transfers"),
        ("DELETE FROM events WHERE type = 'payment.received'", "events"),
        ("UPDATE transactions SET block_number = 1 WHERE function = 'transfer'", "transactions"),
    ],
    ids=["another balance", "a lost movement", "lost events", "another block"],
)
def test_read_models_that_are_not_those_of_a_rebuild_are_found(
    books, platform, tmp_path, damage, told
):
    data = platform.settings.data_dir
    shutil.copy(data / "manifest.json", tmp_path)
    with (
        contextlib.closing(sqlite3.connect(data / "platform.db")) as original,
        contextlib.closing(sqlite3.connect(tmp_path / "platform.db")) as copy,
    ):
        original.backup(copy)
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    _, chain, balances = books.examine()

    def found():
        return divergent(tmp_path, books.reader.url, artifacts, chain, balances, managed=True)

    assert found() == []
    with contextlib.closing(sqlite3.connect(tmp_path / "platform.db")) as copy:
        assert copy.execute(damage).rowcount > 0
        copy.commit()
    rows = found()
    assert rows
    assert {row.partition(":")[0] for row in rows} == {told}


@pytest.fixture
def node(tmp_path):
    with outside_node(tmp_path, "--no-mining") as url:
        yield url


@pytest.mark.parametrize("fault", ["drop", "cut"])
def test_bad_line_loses_answers_and_is_good_again_afterwards(node, fault):
    with Proxy(node, 1.0, seed=1) as proxy, contextlib.closing(ChainClient(proxy.url)) as client:
        assert client.block_number() == 0
        assert proxy.befallen == 0
        proxy.fault = fault
        lost = 0
        for _ in range(20):
            try:
                client.block_number()
            except NodeUnreachable:
                lost += 1
        assert lost == proxy.befallen > 0
        proxy.fault = None
        assert client.block_number() == 0


def test_line_that_doubles_requests_has_the_node_do_them_twice(node):
    with Proxy(node, 1.0, seed=1) as proxy, contextlib.closing(ChainClient(proxy.url)) as client:
        proxy.fault = "duplicate"
        for _ in range(10):
            client.request("evm_mine")
        proxy.fault = None
        assert client.block_number() == 10 + proxy.befallen > 10


def test_every_kind_of_fault_is_in_about_as_many_rounds():
    rounds = plan(3 * len(KINDS), random.Random(1), list(KINDS))
    first = [kinds[0] for kinds in rounds]
    assert {first.count(kind) for kind in KINDS} == {3}
    assert any(len(kinds) == 2 for kinds in rounds)
    assert all(is_managed(kind) == is_managed(kinds[0]) for kinds in rounds for kind in kinds)
    assert plan(9, random.Random(4), list(KINDS)) == plan(9, random.Random(4), list(KINDS))
    own, outside = together(list(KINDS))
    assert (set(own), set(own) | set(outside)) == (set(MANAGED), set(KINDS))
