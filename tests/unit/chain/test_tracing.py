"""Tracing on nodes that tell less, too much, or nothing."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.chain.tracing import WATCHED_GAS, Tracer, TraceTooLarge, TracingUnavailable

HERE, THERE = "0x" + "11" * 20, "0x" + "22" * 20
UNKNOWN = {"error": {"code": -32601, "message": "the method does not exist"}}


def call(**more):
    plain = {"type": "CALL", "from": HERE, "to": THERE, "gas": "0x9", "gasUsed": "0x5"}
    return plain | {"input": "0x"} | more


def nested(depth):
    found = call()
    for _ in range(depth):
        found = call(calls=[found])
    return found


@pytest.fixture
def node():
    """A node that answers each tracer as it is told; its tracer."""
    answers = {}

    def answer(one):
        others = {"trace_transaction": "flat", "eth_getTransactionReceipt": "receipt"}
        if one["method"] in others:
            return answers[others[one["method"]]]
        tracer = one["params"][-1].get("tracer", "steps")
        with_less = tracer == "callTracer" and one["params"][0] == {"gas": hex(WATCHED_GAS)}
        return answers["with_less" if with_less else tracer]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = [{"jsonrpc": "2.0", "id": one["id"]} | answer(one) for one in asked]
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = ChainClient(f"http://127.0.0.1:{server.server_port}")

    def answering(calls, states=UNKNOWN, **others):
        answers.update({"callTracer": calls, "prestateTracer": states})
        answers.update({"steps": UNKNOWN, "flat": UNKNOWN, "receipt": UNKNOWN})
        answers.update({"with_less": UNKNOWN} | others)
        return Tracer(client)

    yield answering
    server.shutdown()
    server.server_close()


def test_node_without_debug_methods_is_told_apart_from_one_that_does_not_answer(node):
    with pytest.raises(TracingUnavailable, match="does not exist"):
        node(UNKNOWN).transaction("0x" + "ab" * 32)
    with pytest.raises(TracingUnavailable):
        node(UNKNOWN).call({}, 1)
    with pytest.raises(TracingUnavailable):
        node({"result": {"structLogs": []}}).transaction("0x" + "ab" * 32)
    with pytest.raises(RpcError, match="no funds"):
        node({"error": {"code": -32000, "message": "no funds"}}).call({}, 1)
    with pytest.raises(NodeUnreachable):
        Tracer(ChainClient("http://127.0.0.1:1")).transaction("0x" + "ab" * 32)


def test_what_else_the_node_does_not_tell_is_missing(node):
    found = node({"result": call(calls=[call(error="out of gas")])}).call({}, 1)
    assert found.changes is None
    assert not found.watched
    assert found.root.gas_used == 5
    assert found.root.calls[0].error == "out of gas"
    assert found.root.calls[0].last_steps == ()


def test_places_of_failures_are_found_by_the_depth_of_steps(node):
    def step(pc, depth, op="ADD"):
        return {"pc": pc, "op": op, "depth": depth, "gas": 1, "gasCost": 1}

    steps = [
        step(0, 1), step(1, 1, "STATICCALL"), step(2, 1, "CALL"), step(5, 2), step(7, 2),
        step(3, 1, "CREATE"), step(9, 2), step(4, 1, "REVERT"),
    ]  # fmt: skip
    # The first call is of what has no code, so it has no steps.
    failed = {"error": "execution reverted"}
    calls = call(calls=[call(), call(**failed), call(type="CREATE", **failed)], **failed)
    found = node({"result": calls}, steps={"result": {"structLogs": steps}}).call({}, 1)
    assert found.watched
    assert found.root.last_steps == (0, 1, 2, 3, 4)
    assert [inner.last_steps for inner in found.root.calls] == [(), (5, 7), (9,)]


def test_steps_of_much_are_asked_for_only_where_the_same_comes_out_with_less_gas(node):
    much = call(gasUsed=hex(WATCHED_GAS + 1), error="out of gas")
    steps = {"result": {"structLogs": [{"pc": 3, "op": "ADD", "depth": 1}]}}
    for other in (call(), call(error="execution reverted"), much | {"calls": [call()]}):
        found = node({"result": much}, steps=steps, with_less={"result": other}).call({}, 1)
        assert (found.watched, found.shortened, found.root.last_steps) == (False, False, ())
    same = call(gasUsed=hex(WATCHED_GAS), error="out of gas: OutOfGas")
    found = node({"result": much}, steps=steps, with_less={"result": same}).call({}, 1)
    assert (found.watched, found.shortened, found.root.last_steps) == (True, True, (3,))


def test_changes_are_told_by_what_was_and_became(node):
    states = {
        "pre": {HERE: {"balance": "0x5", "storage": {"0x01": "0x02"}}, THERE: {"balance": "0x1"}},
        "post": {HERE: {"balance": "0x4"}, THERE: {"storage": {"0x03": "0x04"}}},
    }
    found = node({"result": call()}, {"result": states}).transaction("0x")
    assert found.changes is not None
    mine, theirs = found.changes[HERE], found.changes[THERE]
    assert (mine.balance_before, mine.balance_after, mine.storage) == (5, 4, {1: (2, 0)})
    assert (theirs.balance_before, theirs.balance_after, theirs.storage) == (1, 1, {3: (0, 4)})


def test_calls_of_a_transaction_whose_state_is_forgotten_are_told_all_the_same(node):
    action = {"from": HERE, "to": THERE, "gas": "0x9", "input": "0x", "value": "0x0"}
    created = {
        "from": THERE,
        "gas": "0x8",
        "init": "0x60",
        "value": "0x1",
        "creationMethod": "create2",
    }
    flat = [
        {"type": "call", "action": {**action, "callType": "call"}, "traceAddress": [],
         "result": {"gasUsed": "0x5", "output": "0x01"}},
        {"type": "create", "action": created, "traceAddress": [0], "error": "Reverted"},
    ]  # fmt: skip
    log = {"address": THERE, "topics": ["0x" + "0" * 64], "data": "0x02"}
    receipt = {"logs": [log], "gasUsed": "0x7"}
    tracer = node(UNKNOWN, flat={"result": flat}, receipt={"result": receipt})
    found = tracer.transaction("0x")
    assert (found.placed, found.watched, found.changes) == (False, False, None)
    assert (found.root.kind, found.root.gas_used, found.root.output) == ("CALL", 7, b"\x01")
    (inner,) = found.root.calls
    assert (inner.kind, inner.error, inner.input) == ("CREATE2", "Reverted", b"\x60")
    assert [(one.address, one.position) for one in found.root.logs] == [(THERE, 1)]


def test_deep_calls_of_a_forgotten_state_are_refused_in_words(node):
    action = {"from": HERE, "to": THERE, "gas": "0x9", "input": "0x", "callType": "call"}
    flat = [
        {"type": "call", "action": action, "traceAddress": [0] * depth} for depth in range(1_020)
    ]
    receipt = {"logs": [], "gasUsed": "0x7"}
    tracer = node(UNKNOWN, flat={"result": flat}, receipt={"result": receipt})
    with pytest.raises(TraceTooLarge, match="not too deep"):
        tracer.transaction("0x")


@pytest.mark.parametrize(
    "calls",
    [
        nested(65),
        nested(300),
        call(calls=[call()] * 2_001),
        call(output="0x" + "00" * (17 * 2**20)),
    ],
    ids=["deep", "deeper than a parser goes", "many", "much"],
)
def test_too_much_is_refused_in_words(node, calls):
    with pytest.raises(TraceTooLarge, match="2000 calls"):
        node({"result": calls}).transaction("0x")
