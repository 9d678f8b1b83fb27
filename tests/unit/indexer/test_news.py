"""Recorded blocks are told to those who wait: each once, in order, and taken back when lost."""

from __future__ import annotations

import json
import threading

import pytest

from pocplatform.chain.errors import AnswerUnusable, NodeUnreachable
from tests.processes import until


@pytest.fixture
def listen():
    """Listens to the news of a bench; what has been told so far."""
    listening = []

    def start(bench):
        told = []
        listening.append(bench.platform.gateway.blocks.listen(told.append))
        return told

    yield start
    for listener in listening:
        listener.end()


def numbers(told):
    return [int(json.loads(news.header)["number"], 16) for news in told if news.header]


def transactions(news):
    return {json.loads(log.json)["transactionHash"] for log in news.logs}


def paid(bench, payer, payee, units):
    """The hash of a payment that is recorded."""
    id_ = bench.pay(payer, payee, units)
    bench.settle()
    return bench.row(id_).hash


def test_every_recorded_block_is_told_to_everybody_once_and_in_order(bench, listen):
    payer, payee = bench.wallet(100), bench.wallet()
    first = listen(bench)
    hashes = [paid(bench, payer, payee, 1)]
    until(lambda: first and hashes[0] in transactions(first[-1]), what="the first is told")
    second = listen(bench)
    hashes += [paid(bench, payer, payee, 1) for _ in range(3)]
    last = bench.client.block_number()
    until(lambda: numbers(first)[-1:] == numbers(second)[-1:] == [last], what="all is told")
    assert numbers(first) == list(range(numbers(first)[0], last + 1))
    assert set(hashes) <= set().union(*map(transactions, first))
    assert hashes[0] not in set().union(*map(transactions, second))
    assert not any(json.loads(log.json)["removed"] for news in first for log in news.logs)


def test_nothing_is_told_after_the_end(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    told, heard = [], threading.Event()
    blocks = bench.platform.gateway.blocks
    blocks.listen(told.append).end()
    other = blocks.listen(lambda news: heard.set())
    paid(bench, payer, payee, 1)
    assert heard.wait(20)
    other.end()
    assert told == []


def test_blocks_that_are_reorganized_away_are_taken_back_and_the_others_told(own_bench, listen):
    bench = own_bench
    payer, payee = bench.wallet(100), bench.wallet()
    told = listen(bench)
    lost = paid(bench, payer, payee, 1)
    until(lambda: told and lost in transactions(told[-1]), what="the block is told")
    bench.client.request("anvil_reorg", 1, [])
    bench.step()
    bench.engine._after_idle_step()
    bench.settle()
    until(lambda: sum(lost in transactions(news) for news in told) == 3, what="told again")
    shown, removed, again = (news for news in told if lost in transactions(news))
    assert [news.header is None for news in (shown, removed, again)] == [False, True, False]
    assert all(json.loads(log.json)["removed"] for log in removed.logs)
    assert shown.header != again.header


@pytest.mark.parametrize("failure", [NodeUnreachable("It does not answer."), KeyError("hash")])
def test_node_that_does_not_answer_well_is_asked_again(bench, listen, monkeypatch, failure):
    payer, payee = bench.wallet(100), bench.wallet()
    told = listen(bench)
    client, failures = bench.platform.gateway.blocks._client, []
    batch = client.batch

    def silent_once(calls):
        if threading.current_thread().name == "blocks" and not failures:
            failures.append(calls)
            raise failure
        return batch(calls)

    monkeypatch.setattr(client, "batch", silent_once)
    hash_ = paid(bench, payer, payee, 1)
    until(lambda: told and hash_ in transactions(told[-1]), what="the block is told")
    assert failures


def test_blocks_with_more_than_is_read_at_a_time_are_told_one_by_one(bench, listen, monkeypatch):
    payer, payee = bench.wallet(100), bench.wallet()
    told = listen(bench)
    news = bench.platform.gateway.blocks
    batch, wake = news._client.batch, news.wake

    def narrow(calls):
        if threading.current_thread().name == "blocks" and len(calls) > 2:
            raise AnswerUnusable("It is too large.")
        return batch(calls)

    monkeypatch.setattr(news._client, "batch", narrow)
    monkeypatch.setattr(news, "wake", lambda: None)  # until there are several
    hashes = [paid(bench, payer, payee, 1) for _ in range(3)]
    wake()
    until(lambda: told and hashes[-1] in transactions(told[-1]), what="all is told")
    assert set(hashes) <= set().union(*map(transactions, told))
    assert numbers(told) == sorted(set(numbers(told)))
