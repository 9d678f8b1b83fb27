"""Every contract has a REST API: reading, writing, events, documents."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from openapi_spec_validator import validate
from sqlmodel import select

from pocplatform.chain.errors import RpcError
from pocplatform.domains.contracts import calling
from pocplatform.domains.transactions import service as transactions
from pocplatform.main import create_app
from pocplatform.outbox.models import Transaction
from tests.api.contracts.steps import call, compiled, deployed, events, results, send, sent
from tests.conftest import served

SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WORDS = {"a": 255, "b": "-0x10", "c": True, "d": SOMEBODY}
BITS = {"e": "0xff", "f": "0x" + "12" * 32, "g": 1}
LISTS = {
    "h": "0x",
    "i": "Ääkkönen 🙂\n\"'<b>",
    "j": [],
    "k": [1, "2", 65535],
    "l": [[], ["", "x"]],
}
MAP = {
    "paths": [
        {"name": "", "points": [], "marks": []},
        {
            "name": "a",
            "points": [{"x": -5, "y": str(2**256 - 1)}, {"x": 2**31 - 1, "y": "0"}],
            "marks": [["0x01020304", "0xffffffff"]],
        },
    ],
    "center": {"x": 0, "y": "1"},
    "size": 1,
    "owner": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
}


@pytest.fixture(scope="module", params=[True, False], ids=["hot", "ordinary"])
def base_url(request, platform):
    """Both forms of the endpoint that reads: ahead of the framework, and by it."""
    with served(create_app(platform, hot=request.param)) as url:
        yield url


def failed(answer, code, status=422):
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code, answer.text
    return answer.json()


def test_every_type_goes_there_and_back(developer, zoo):
    for function, given, back in (
        ("words", WORDS, WORDS | {"b": "-16"}),
        ("bits", BITS, BITS),
        ("lists", LISTS, LISTS | {"k": [1, 2, 65535]}),
    ):
        found = results(developer.api, zoo, function, given)
        assert list(found) == [f"result{n}" for n in range(len(given))]
        assert list(found.values()) == list(back.values())
        assert results(developer.api, zoo, function, list(given.values())) == found
    pointer = "0x" + "34" * 24
    assert results(developer.api, zoo, "hand", [pointer]) == {"result": pointer}


def test_small_question_to_a_known_contract_is_answered_without_a_thread(
    developer, zoo, join, monkeypatch, request
):
    first = call(developer.api, zoo, "words", WORDS)
    if request.node.callspec.params["base_url"]:
        monkeypatch.setattr(calling, "call", None)  # what a thread would run
    again = call(developer.api, zoo, "words", WORDS)
    assert (again.status_code, again.json()) == (200, first.json())
    wrong = call(developer.api, zoo, "words", WORDS | {"a": 256})
    assert failed(wrong, "argument_invalid")["param"] == "arguments.a"
    monkeypatch.undo()
    failed(call(join().api, zoo, "words", WORDS), "not_found", 404)


def test_structs_of_lists_of_structs_go_there_and_back(developer, zoo):
    assert results(developer.api, zoo, "echo", {"map_": MAP}) == {"same": MAP}


def test_place_of_a_wrong_argument_is_named(developer, zoo):
    wrong = MAP | {"paths": [MAP["paths"][1] | {"marks": [["0x01", "0x02030405"]]}]}
    found = failed(call(developer.api, zoo, "echo", {"map_": wrong}), "argument_invalid")
    assert found["param"] == "arguments.map_.paths[0].marks[0][0]"


def test_overload_is_chosen_by_signature_or_by_what_fits_it_alone(developer, zoo):
    pick = lambda name, arguments: results(developer.api, zoo, name, arguments)["result"]  # noqa: E731
    assert pick("pick(uint256)", [1]) == "number"
    assert pick("pick( uint, uint )", [1, 2]) == "two"  # as people write it
    assert pick("pick(address)", {"x": SOMEBODY}) == "address"
    assert pick("pick", [1, 2]) == "two"
    assert pick("pick", {"x": 1, "y": 2}) == "two"
    selector = "0x" + keccak(b"pick(uint256)")[:4].hex()
    assert pick(selector, [1]) == "number"


def test_ambiguous_overload_lists_the_signatures(developer, zoo):
    for arguments in ([1], {"x": 1}, {}, {"z": 1}):
        found = failed(call(developer.api, zoo, "pick", arguments), "function_ambiguous")
        assert found["signatures"] == ["pick(address)", "pick(uint256)", "pick(uint256,uint256)"]


def test_unknown_function_names_the_nearest(developer, zoo):
    for verb in (call, send):
        found = failed(verb(developer.api, zoo, "ehco"), "function_unknown", 404)
        assert "echo" in found["next_step"]
    failed(call(developer.api, zoo, "pick(bool)"), "function_unknown", 404)


def test_arguments_that_no_node_takes_are_refused_for_their_size(developer, zoo):
    found = failed(call(developer.api, zoo, "at", [[1] * 20_000, 0]), "argument_invalid")
    assert found["param"] == "arguments"
    assert "take 640100 bytes" in found["detail"]


def test_function_like_no_other_is_told_with_the_names_there_are_each_once(developer, zoo):
    found = failed(call(developer.api, zoo, "xyzzyxyzzy"), "function_unknown", 404)
    names = found["next_step"].removeprefix("Its ABI has: ").removesuffix(".").split(", ")
    assert "pick" in names
    assert len(names) == len(set(names))
    assert not any("(" in name for name in names)


def test_write_changes_state_and_its_events_are_read_back(developer, compilation):
    zoo = deployed(developer.api, compilation, "Zoo", [0, [0, 0], []])
    transaction = sent(developer.api, zoo, "add", {"step": 5})
    assert transaction["status"] == "confirmed"
    assert (transaction["contract"], transaction["function"]) == ("Zoo", "add")
    assert transaction["arguments"] == {"step": "5"}
    assert results(developer.api, zoo, "count") == {"result": "5"}
    found = events(developer.api, zoo)
    assert [e["signature"] for e in found] == ["Counted(uint256)", "Counted(uint256,bool)"]
    assert found[1]["arguments"] == {"number": "5", "even": False}
    assert found[0]["transaction_hash"] == transaction["hash"]


def test_call_of_a_function_that_writes_answers_what_it_would_and_changes_nothing(developer, zoo):
    before = results(developer.api, zoo, "count")["result"]
    assert results(developer.api, zoo, "add", [1]) == {"result": str(int(before) + 1)}
    assert results(developer.api, zoo, "count") == {"result": before}


def test_wallet_of_the_caller_is_the_sender(developer, join, zoo):
    sent(developer.api, zoo, "set", {"place": 3, "value": -7})
    assert results(developer.api, zoo, "grid", [developer.address, 3]) == {"result": "-7"}


def test_same_idempotency_key_writes_once(developer, compilation):
    zoo = deployed(developer.api, compilation, "Zoo", [0, [0, 0], []])
    key = {"Idempotency-Key": str(uuid4())}
    for _ in range(2):
        path = f"/v1/contracts/{zoo['id']}/send/add"
        assert developer.api.write(path, {"arguments": [1]}, **key).status_code == 200
    assert results(developer.api, zoo, "count") == {"result": "1"}
    answer = developer.api.post(f"/v1/contracts/{zoo['id']}/send/add", json={"arguments": [1]})
    assert answer.json()["code"] == "idempotency_key_missing"


def test_function_that_only_reads_needs_no_transaction(developer, zoo):
    failed(send(developer.api, zoo, "start"), "function_reads_only")


def test_value_is_taken_by_payable_functions_receive_and_fallback_only(wealthy):
    zoo = deployed(wealthy, compiled(wealthy, "Zoo"), "Zoo", [0, [0, 0], []])
    assert call(wealthy, zoo, "pay", value="7").json()["results"] == {"result": "7"}
    sent(wealthy, zoo, "pay", value="5")
    sent(wealthy, zoo, "receive", value="6")
    sent(wealthy, zoo, "fallback", {"data": "0x0102030405"}, value="7")
    found = [e["arguments"] for e in events(wealthy, zoo, event="Received")]
    assert [(e["value"], e["data"]) for e in found] == [("7", "0x0102030405"), ("6", "0x")]
    failed(send(wealthy, zoo, "add", [1], value="1"), "not_payable")
    failed(send(wealthy, zoo, "pay", value="1.5"), "invalid_input")
    failed(send(wealthy, zoo, "pay", value="-1"), "invalid_input")


@pytest.mark.parametrize(
    ("function", "arguments", "name", "args", "words"),
    [
        ("full", [2**40], "ZooFull", {"wanted": str(2**40), "limit": {"x": "-1", "y": "3"}},
         "only `limit` places"),
        ("refuse", ["not <today>"], "Error", {"message": "not <today>"}, "not <today>"),
        ("divide", [1, 0], "Panic", {"code": "18"}, "division by zero"),
        ("at", [[1], 1], "Panic", {"code": "50"}, "no such place"),
        ("silent", [], "", {}, "without giving a reason"),
        ("foreignError", [], "", {"data": "0x12345678"}, "not known here"),
    ],
)  # fmt: skip
def test_revert_is_told_in_words_with_its_arguments(
    developer, zoo, function, arguments, name, args, words
):
    found = failed(call(developer.api, zoo, function, arguments), "contract_reverted")
    error = found["contract_error"]
    assert (error["name"], error["args"]) == (name, args)
    assert words in found["detail"]


FULL = (
    "There are only `limit` places, so 7 cannot be taken.",
    "Paikkoja on vain `limit`, joten 7 ei mahdu.",
)
CLOSED = "The zoo is closed.", "Eläintarha on suljettu."


@pytest.mark.parametrize(
    ("verb", "function", "arguments", "sentences"),
    [("call", "full", [7], FULL), ("simulate", "full", [7], FULL), ("send", "closed", [], CLOSED)],
)
def test_contracts_own_words_are_told_in_the_language_that_is_asked_for(
    developer, zoo, verb, function, arguments, sentences
):
    path = f"/v1/contracts/{zoo['id']}/{verb}/{function}"
    for language, words in zip(("en", "fi"), sentences, strict=True):
        headers = {"Accept-Language": language, "Idempotency-Key": str(uuid4())}
        answer = developer.api.post(path, json={"arguments": arguments}, headers=headers)
        found = answer.json()
        error = found["error"] if verb == "simulate" else found["contract_error"]
        assert error["explanation"] == words
        assert "translations" not in error


def test_stored_revert_is_told_in_the_words_of_the_tenants_own_contract(
    developer, zoo, platform, join
):
    other = join("Naapuri Oy")
    answer = other.api.write("/v1/contracts/attach", {"address": zoo["address"]})
    assert answer.status_code == 201, answer.text
    data = keccak(b"ZooFull(uint256,(int32,uint256))")[:4] + encode(
        ["uint256", "(int32,uint256)"], [7, (-1, 3)]
    )
    refusal = RpcError(3, "execution reverted", "0x" + data.hex())
    stored = platform.gateway.outbox.explain(refusal, zoo["address"])

    def told(org_id):
        with platform.gateway.database.snapshot() as session:
            row = session.exec(
                select(Transaction).where(Transaction.org_id == developer.id)
            ).first()
            assert row is not None
            with session.no_autoflush:  # nothing of this is kept
                row.org_id, row.error = org_id, stored
                row.to, row.resource_id = zoo["address"], None
                read = [transactions.read(row, language).error for language in ("en", "fi")]
            session.rollback()
        assert {(error.name, error.args["wanted"]) for error in read} == {("ZooFull", "7")}
        return [error.explanation for error in read]

    assert told(developer.id) == list(FULL)
    for words in told(other.id):
        assert "ZooFull" in words


def test_write_that_would_revert_is_refused_with_the_contracts_own_error(developer, zoo):
    found = failed(send(developer.api, zoo, "closed"), "contract_reverted")
    assert found["contract_error"]["name"] == "ZooClosed"


def test_amounts_of_a_developers_token_are_not_told_as_test_euros(developer, compilation):
    token = deployed(developer.api, compilation, "Token", ["Kolikko", "KOL"])
    sent(developer.api, token, "mint", [developer.address, 5])
    assert results(developer.api, token, "balanceOf", [developer.address]) == {"result": "5"}
    too_much = {"to": "0x" + "11" * 20, "value": 6}
    for verb in (call, send):
        found = failed(verb(developer.api, token, "transfer", too_much), "contract_reverted")
        assert found["contract_error"]["name"] == "ERC20InsufficientBalance"
        assert found["contract_error"]["args"]["needed"] == "6"
        assert "tEUR" not in found["detail"]


def test_events_are_filtered_by_name_and_arguments_indexed_or_not(developer, compilation):
    zoo = deployed(developer.api, compilation, "Zoo", [0, [0, 0], []])
    point = {"x": 1, "y": "2"}
    sent(developer.api, zoo, "move", ["koti", point, 3])
    sent(developer.api, zoo, "move", ["työ", point, 4])
    sent(developer.api, zoo, "rename", ["uusi", 9])
    sent(developer.api, zoo, "add", [2])
    moved = events(developer.api, zoo, event="Moved")
    assert [e["arguments"]["amount"] for e in moved] == ["4", "3"]
    home = moved[1]["arguments"]
    assert home["who"] == developer.address
    assert home["data"] == "0x" + b"koti".hex()
    assert len(home["label"]) == len(home["to"]) == 66
    only = lambda *filters: [  # noqa: E731
        e["arguments"]["amount"]
        for e in events(developer.api, zoo, event="Moved", argument=list(filters))
    ]
    assert only("label=koti") == ["3"]
    assert only(f"label={home['label']}") == ["3"]
    assert only(f"to={home['to']}") == ["4", "3"]
    assert only(f"who={developer.address.lower()}") == ["4", "3"]
    assert only("amount=0x4", f"who={developer.address}") == ["4"]
    assert only("amount=5") == []
    renamed = events(developer.api, zoo, event="Renamed")
    assert [e["arguments"] for e in renamed] == [{"name": "uusi", "size": 9}]
    both = events(developer.api, zoo, event="Counted")
    assert [len(e["arguments"]) for e in both] == [1, 2]
    even = events(developer.api, zoo, event="Counted", argument=["even=true"])
    assert [e["arguments"]["even"] for e in even] == [True]
    one = events(developer.api, zoo, event="Counted(uint256)")
    assert [e["arguments"] for e in one] == [{"number": "2"}]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"event": "Mved"}, 404, "function_unknown"),
        ({"argument": "a=1"}, 422, "argument_invalid"),
        ({"event": "Moved", "argument": "nothing"}, 422, "argument_invalid"),
        ({"event": "Moved", "argument": "color=1"}, 422, "argument_invalid"),
        ({"event": "Moved", "argument": "amount=many"}, 422, "argument_invalid"),
        ({"event": "Moved", "argument": "to=1"}, 422, "argument_invalid"),
        ({"event": "Moved", "argument": "who=me"}, 422, "argument_invalid"),
        ({"from_block": "-1"}, 422, "invalid_input"),
        ({"limit": "0"}, 422, "invalid_input"),
        ({"starting_after": "log_0_0"}, 422, "invalid_input"),
        ({"ending_before": "evt_1"}, 422, "invalid_input"),
    ],
)
def test_filter_that_makes_no_sense_is_refused(developer, zoo, query, status, code):
    answer = developer.api.get(f"/v1/contracts/{zoo['id']}/events", params=query)
    found = failed(answer, code, status)
    assert found["param"].split(".")[0] in {*query, "event"}


def test_events_are_filtered_by_structs_and_lists_in_json(developer):
    ledger = deployed(developer.api, compiled(developer.api, "Ledger"), "Ledger")
    line = {"amount": "5", "words": ["ä", "b"]}
    sent(developer.api, ledger, "note", [line, "0xAB", [1, 2]])
    sent(developer.api, ledger, "note", [{"amount": "6", "words": []}, "0x", []])
    found = lambda argument: [  # noqa: E731
        one["arguments"]["line"]["amount"]
        for one in events(developer.api, ledger, event="Noted", argument=argument)
    ]
    assert found('line={"words": ["ä", "b"], "amount": 5}') == ["5"]
    assert found('line=["0x6", []]') == ["6"]
    assert found("days_=[1, 2]") == ["5"]
    assert found("days_=[]") == ["6"]
    assert found("days_=[3]") == []
    assert found("mark=0xAb") == ["5"]
    assert found("open=true") == ["5"]
    for wrong in ("line=5", "line={", 'line={"amount": 5}', "days_=[256]", "mark=0x1", "open=1"):
        answer = developer.api.get(
            f"/v1/contracts/{ledger['id']}/events", params={"event": "Noted", "argument": wrong}
        )
        found_ = failed(answer, "argument_invalid", 422)
        assert found_["param"].startswith("argument"), found_


def test_events_come_in_pages_both_ways(developer, compilation):
    zoo = deployed(developer.api, compilation, "Zoo", [0, [0, 0], []])
    for _ in range(3):
        sent(developer.api, zoo, "add", [1])
    whole = events(developer.api, zoo, limit=100)
    assert len(whole) == 6
    path = f"/v1/contracts/{zoo['id']}/events"
    forward, cursor = [], {}
    while True:
        found = developer.api.get(path, params={"limit": 4} | cursor).json()
        forward += found["data"]
        if not found["has_more"]:
            break
        cursor = {"starting_after": found["data"][-1]["id"]}
    assert forward == whole
    back = developer.api.get(path, params={"limit": 2, "ending_before": whole[-1]["id"]}).json()
    assert back == {"object": "list", "data": whole[3:5], "has_more": True}


def test_openapi_document_is_valid_and_its_examples_can_be_called(developer, zoo):
    document = developer.api.get(zoo["openapi"]).json()
    validate(document)
    assert document["info"]["summary"] == "A contract with every kind of animal of the ABI."
    paths = document["paths"]
    echo = paths[f"/v1/contracts/{zoo['id']}/call/echo"]["post"]
    assert echo["summary"] == "Gives a map back."
    assert f"/v1/contracts/{zoo['id']}/call/pick(uint256)" in paths
    assert f"/v1/contracts/{zoo['id']}/send/receive" in paths
    tried = 0
    for path, verbs in paths.items():
        if "/call/" not in path:
            continue
        schema = verbs["post"]["requestBody"]["content"]["application/json"]["schema"]
        answer = developer.api.post(path, json=schema["examples"][0])
        assert answer.json().get("code") in (None, "contract_reverted"), (path, answer.text)
        tried += 1
    assert tried > 8


def test_documentation_is_made_of_natspec_and_escapes_it(developer, zoo):
    path = f"/v1/contracts/{zoo['id']}/docs"
    page = developer.api.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert "Says &lt;b&gt;back&lt;/b&gt; what it is told." in page.text
    assert zoo["address"] in page.text
    assert f"/v1/contracts/{zoo['id']}/call/echo\n" in page.text
    assert "/call/pick(uint256,uint256)\n" in page.text  # of several functions of a name
    assert "<b>back" not in page.text
    assert "The map to give back." in page.text
    assert "There are only `limit` places" in page.text
    assert "Moved(address,string,(int32,uint256),uint256,bytes)" in page.text
    finnish = developer.api.get(path, headers={"Accept-Language": "fi"})
    assert finnish.headers["content-language"] == "fi"


def test_documentation_opens_in_a_browser_by_an_address_that_cannot_be_guessed(
    developer, anonymous, zoo
):
    assert re.fullmatch("/docs/contracts/[A-Za-z0-9_-]{24}", zoo["docs"])
    page = anonymous.get(zoo["docs"])
    assert page.status_code == 200
    assert "Says &lt;b&gt;back&lt;/b&gt; what it is told." in page.text
    assert (page.headers["referrer-policy"], page.headers["x-robots-tag"]) == (
        "same-origin", "noindex",
    )  # fmt: skip
    document = anonymous.get(f"{zoo['docs']}/openapi.json")
    assert document.json() == developer.api.get(zoo["openapi"]).json()
    assert f"{zoo['docs']}/openapi.json" in page.text
    same = developer.api.get(f"/v1/contracts/{zoo['id']}/docs")
    assert same.text.count("<h3>") == page.text.count("<h3>")


def test_documentation_is_opened_by_no_other_address(anonymous, zoo):
    for wrong in (zoo["docs"][:-1], "/docs/contracts/" + zoo["id"], "/docs/contracts/" + "A" * 24):
        for path in (wrong, f"{wrong}/openapi.json"):
            answer = anonymous.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert zoo["address"] not in answer.text


def test_answer_that_does_not_fit_the_abi_is_told(developer, zoo):
    abi = [
        {
            "type": "function", "name": "start", "stateMutability": "view", "inputs": [],
            "outputs": [{"name": "", "type": "string"}],
        }
    ]  # fmt: skip
    wrong = developer.api.write("/v1/contracts/attach", {"address": zoo["address"], "abi": abi})
    failed(call(developer.api, wrong.json(), "start"), "data_unreadable")
