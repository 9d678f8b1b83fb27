"""Contracts of every kind through their generated API: a zoo of the language's odder animals."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from tests.api.contracts.steps import call, compiled, deployed, events, results, send, sent

ZOO = ("Doors", "Events", "Keeping", "Libraries", "Odd", "Proxies", "Refusals")


@pytest.fixture(scope="module")
def animals(developer):
    """All of the zoo, compiled together."""
    return compiled(developer.api, *(f"zoo/{name}" for name in ZOO))


@pytest.fixture(scope="module")
def refusals(developer, animals):
    return deployed(developer.api, animals, "Refusals", [False])


@pytest.fixture(scope="module")
def box(developer, animals):
    return deployed(developer.api, animals, "Box")


def reverted(answer):
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "contract_reverted"
    return answer.json()["contract_error"]


def attached(api, address, **more):
    answer = api.write("/v1/contracts/attach", {"address": address} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def selector(signature):
    return "0x" + keccak(signature.encode())[:4].hex()


# Names that are something else elsewhere, and none at all


@pytest.fixture(scope="module")
def odd(developer, animals):
    return deployed(developer.api, animals, "Odd")


@pytest.mark.parametrize(
    ("function", "arguments", "found"),
    [
        ("call", {"arg0": 1, "arg1": 2}, {"result0": "1", "named": "2", "result2": "3"}),
        ("events", {}, {"result": "1"}),
        ("simulate", {"arg0": 1, "def": -1, "lambda": True}, {"from": -1, "result1": True}),
        ("openapi", {"arg0_": 1, "arg0": 9}, {"result1": "9", "result1_": "5"}),
        ("$dollar", {"$a": 5}, {"$b": "5"}),
        ("__proto__", {"constructor_": "0x01"}, {"result": "0x01"}),
        ("price", {"p": str(2**128 - 1), "mark": "0x010203"},
         {"result0": str(2**128 - 1), "result1": "0x010203"}),
        ("hand", {"f": "0x" + "12" * 24}, {"result": "0x" + "12" * 24}),
        ("fixed_", {"a": [], "lines": [[1, "0x000000", ""]]},
         {"result0": [], "result1": [{"amount": "1", "mark": "0x000000", "words": ""}]}),
        ("over((uint,bytes3,string)[])", [[]], {"result": "0"}),
        ("nothing", {}, {}),
    ],
)  # fmt: skip
def test_odd_names_of_functions_arguments_and_results_are_called_as_they_are(
    developer, odd, function, arguments, found
):
    assert results(developer.api, odd, function, arguments) == found


def test_odd_names_are_written_to_and_told_as_well(developer, odd):
    sent(developer.api, odd, "send", {"lines": [{"amount": 1, "mark": "0x010203", "words": "x"}]})
    logs = {log["event"]: log["arguments"] for log in events(developer.api, odd)}
    assert (logs["Call"]["arg0"], logs["Call"]["arg1"]) == ("1", "2")
    assert logs["Openapi"]["class"] == "0x" + b"x".ljust(32, b"\0").hex()
    assert logs["Openapi"]["f"] == odd["address"].lower() + selector("nothing()")[2:]
    assert (len(logs["Openapi"]["lines"]), logs["Openapi"]["arg3"]) == (66, "5")
    error = reverted(call(developer.api, odd, "refuse", {"size": 1}))
    assert error["args"] == {"import_": "1", "arg1": "1"}
    reverted(call(developer.api, odd, "refuse", {"size": 2}))  # there is no third one


# What is called without a function's name


def test_plain_ether_is_taken_by_receive_and_not_by_a_function_that_is_not_there(wealthy):
    animals = compiled(wealthy, "zoo/Doors")
    open_, closed = (deployed(wealthy, animals, name) for name in ("ReceiveOnly", "Closed"))
    sent(wealthy, open_, "receive", value="7")
    assert [e["arguments"] for e in events(wealthy, open_)] == [{"value": "7"}]
    for contract, name in ((open_, "fallback"), (closed, "receive"), (closed, "fallback")):
        answer = send(wealthy, contract, name)
        assert (answer.status_code, answer.json()["code"]) == (404, "function_unknown")


def test_fallback_takes_bytes_and_no_ether_unless_it_is_payable(developer, animals):
    contract = deployed(developer.api, animals, "FallbackOnly")
    sent(developer.api, contract, "fallback", {"data": "0x0102"})
    assert events(developer.api, contract)[0]["arguments"] == {"value": "0", "data": "0x0102"}
    answer = send(developer.api, contract, "fallback", {"data": "0x"}, value="1")
    assert answer.json()["code"] == "not_payable"
    assert send(developer.api, contract, "fallback", {"data": "0x1"}).status_code == 422


def test_fallback_that_answers_is_shown_as_the_bytes_that_it_gives(developer, animals):
    contract = deployed(developer.api, animals, "Answering")
    found = results(developer.api, contract, "fallback", {"data": "0x010203"})
    assert found == {"result": "0x030201"}


# Events


@pytest.fixture(scope="module")
def told(developer, animals):
    """The contract that writes every kind of log, after it has; and its logs by event."""
    contract = deployed(developer.api, animals, "Events")
    for function, arguments in (
        ("values", [-300, "0x01020304"]),
        ("hashed", ["päivä", "0xff", [[1, 2], [3, 4]]]),
        ("pairs", [{"small": 1, "text": "x"}]),
        ("few", []),
        ("anonymous_", [4, "hush"]),
        ("unknown", []),
    ):
        sent(developer.api, contract, function, arguments)
    return contract, {e["event"]: e for e in events(developer.api, contract, limit=50)}


def test_events_of_every_kind_are_decoded(developer, told):
    _, logs = told
    said = {name: log["arguments"] for name, log in logs.items()}
    assert said["Nothing"] == {}
    assert said["Values"] == {
        "who": developer.address, "number": -300, "mark": "0x01020304", "flag": True,
    }  # fmt: skip
    assert said["Hashed"]["pair"] == {"small": 7, "text": "päivä"}
    assert said["Hashed"]["text"] == "0x" + keccak("päivä".encode()).hex()
    assert said["Hashed"]["data"] == "0x" + keccak(b"\xff").hex()
    table = b"".join(n.to_bytes(32) for n in (1, 2, 3, 4))
    assert said["Hashed"]["table"] == "0x" + keccak(table).hex()
    assert said["HashedPair"]["pairs"] == [{"small": 1, "text": "x"}] * 2
    assert said["Unnamed"] == {"arg0": "5", "arg1": "five"}
    assert said["ByLibrary"] == {"number": "6"}


def test_anonymous_events_are_told_by_what_fits_them(told):
    _, logs = told
    assert logs["Four"]["arguments"] == {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert logs["Quiet"]["arguments"] == {"words": "hush"}


def test_log_that_no_event_fits_is_shown_raw(developer, told):
    contract, _ = told
    raw = [e for e in events(developer.api, contract, limit=50) if e["event"] is None]
    assert {len(log["topics"]) for log in raw} == {0, 1}
    assert {log["data"] for log in raw} == {"0x" + (42).to_bytes(32).hex()}


def test_hashed_arguments_are_found_by_what_was_hashed_or_by_their_hash(developer, told):
    contract, logs = told
    hashed = logs["Hashed"]["arguments"]
    for argument in (
        "text=päivä",
        "data=0xff",
        f"table={hashed['table']}",
        f"text={hashed['text']}",
    ):
        assert len(events(developer.api, contract, event="Hashed", argument=argument)) == 1
    assert events(developer.api, contract, event="Hashed", argument="text=yö") == []
    assert len(events(developer.api, contract, event="Four", argument="d=4")) == 1
    assert events(developer.api, contract, event="Four", argument="a=2") == []


# Refusals


def test_custom_error_tells_structs_and_lists_by_name(refusals, developer):
    error = reverted(call(developer.api, refusals, "structs"))
    assert error["name"] == "OrderImpossible"
    assert error["args"] == {
        "order": {
            "buyer": refusals["address"],
            "lines": [{"name": "chair", "sizes": ["1", str(2**64 - 1)]}],
        },
        "line": "1",
    }
    assert "nobody can deliver" in error["explanation"]


def test_errors_of_one_name_are_told_by_their_arguments(refusals, developer):
    one = reverted(call(developer.api, refusals, "same", [True]))
    other = reverted(call(developer.api, refusals, "same", [False]))
    assert (one["args"], other["args"]) == ({"number": "1"}, {"text": "one"})


@pytest.mark.parametrize(
    ("function", "arguments", "name", "words"),
    [
        ("required", [False], "Bare", "Bare"),
        ("empty", [], "Error", "without giving a reason"),
        ("plain", [], "", "without giving a reason"),
        ("assertion", [], "Panic", "should never be"),
        ("overflow", [255], "Panic", "became too large"),
        ("choice", [2], "Panic", "none of the choices"),
        ("pop", [], "Panic", "empty list"),
        ("memoryOf", [str(2**64)], "Panic", "more memory"),
        ("memoryOf", [10**6], "EVM error MemoryOOG", "more computation (gas)"),
        ("unset", [], "Panic", "never set"),
        ("broken", [], "Panic", "damaged"),
        ("gasless", [], "EVM error OutOfGas", "gas"),
        ("invalid", [], "EVM error InvalidFEOpcode", "does not exist"),
    ],
)
def test_every_way_to_refuse_is_told(developer, refusals, function, arguments, name, words):
    answer = call(developer.api, refusals, function, arguments)
    assert reverted(answer)["name"] == name
    assert words in answer.json()["detail"]


def test_constructor_that_refuses_tells_its_structs(developer, animals):
    body = {"compilation": animals["id"], "contract": "Refusals", "arguments": [True]}
    error = reverted(developer.api.write("/v1/contracts", body))
    assert (error["name"], error["args"]["line"]) == ("OrderImpossible", "0")


def test_error_from_deeper_down_is_known_by_the_abi_of_another_tenants_contract(
    developer, join, animals, refusals
):
    """An ABI that lacks the error: only what the whole platform knows can name it."""
    through = deployed(developer.api, animals, "Through")
    other = join()
    abi = [
        {
            "type": "function", "name": "wrapped", "stateMutability": "nonpayable",
            "inputs": [{"name": "where", "type": "address"}], "outputs": [],
        }
    ]  # fmt: skip
    mine = attached(other.api, through["address"], abi=abi)
    for verb in (call, send):
        error = reverted(verb(other.api, mine, "wrapped", {"where": refusals["address"]}))
        assert (error["name"], error["args"]["line"]) == ("OrderImpossible", "1")


# State


def test_state_of_every_kind_is_read_by_its_getters(developer, animals):
    keeping = deployed(developer.api, animals, "Keeping", [2, "0x112233445566", -(2**23)])
    api = developer.api
    assert results(api, keeping, "season") == {"result": 2}
    assert results(api, keeping, "mark") == {"result": "0x112233445566"}
    assert results(api, keeping, "depth") == {"result": -(2**23)}
    assert results(api, keeping, "other") == {"result": keeping["address"]}
    assert results(api, keeping, "LIMIT") == {"result": str(2**200)}
    sent(api, keeping, "furnish", {"x": 9, "name": "Tupa", "prices": [1, str(2**255)]})
    assert results(api, keeping, "place") == {"x": 9, "open": True, "name": "Tupa"}
    assert results(api, keeping, "table", [0, 1]) == {"result": 2}
    assert results(api, keeping, "notes", ["Tupa", 2]) == {"result": "0x" + b"Tupa".hex()}
    reverted(call(api, keeping, "table", [1, 0]))


def test_transient_storage_is_empty_again_after_each_transaction(developer, animals):
    keeping = deployed(developer.api, animals, "Keeping", [0, "0x" + "00" * 6, 0])
    api = developer.api
    assert results(api, keeping, "countTo", [3]) == {"result": "3"}
    sent(api, keeping, "countTo", [3])
    assert results(api, keeping, "count") == {"result": "0"}
    sent(api, keeping, "enter", [False])
    error = reverted(send(api, keeping, "enter", [True]))
    assert error == error | {"name": "KeepingEntered", "args": {"who": developer.address}}


def test_library_that_uses_a_library_is_linked_at_every_step(developer, animals):
    api = developer.api
    doubling = deployed(api, animals, "Doubling")
    body = {"compilation": animals["id"], "contract": "Counters"}
    assert api.write("/v1/contracts", body).json()["code"] == "library_missing"
    counters = deployed(api, animals, "Counters", libraries={"Doubling": doubling["id"]})
    both = {"Doubling": doubling["id"], "Counters": counters["id"]}
    register = deployed(api, animals, "Register", libraries=both)
    for _ in range(2):
        sent(api, register, "count")
    found = results(api, register, "counted", [developer.address])
    assert found == {"result0": "3", "result1": "2"}
    assert results(api, register, "twice", [4]) == {"result": "8"}
    assert results(api, doubling, "twice", [4]) == {"result": "8"}
    assert [e["arguments"]["count"] for e in events(api, register)] == ["3", "1"]


# Proxies, and what is known of addresses


def test_proxy_by_a_beacon_follows_it_to_a_better_implementation(developer, animals, box):
    api = developer.api
    beacon = deployed(api, animals, "Beacon", [box["address"]])
    made = deployed(api, animals, "ByBeacon", [beacon["address"]])
    assert made["proxy"] == {
        "kind": "beacon", "implementation": box["address"], "beacon": beacon["address"],
        "admin": None,
    }  # fmt: skip
    sent(api, made, "store", [5])
    assert call(api, made, "increase").json()["code"] == "function_unknown"
    better = deployed(api, animals, "BetterBox")
    sent(api, beacon, "upgradeTo", [better["address"]])
    sent(api, made, "increase")
    assert results(api, made, "value") == {"result": "6"}
    assert results(api, box, "value") == {"result": "0"}
    assert {e["event"] for e in events(api, made)} >= {"Stored", "BeaconUpgraded"}
    assert reverted(call(api, made, "store", [101]))["name"] == "BoxFull"


def test_proxy_offers_after_an_upgrade_what_is_new_and_no_more_what_is_gone(developer, animals):
    api = developer.api
    first, second = (deployed(api, animals, n) for n in ("Upgradeable", "UpgradeableToo"))
    proxy = deployed(api, animals, "Proxy", [first["address"], selector("value()")])
    sent(api, proxy, "store", [21])
    sent(api, proxy, "upgradeToAndCall", [second["address"], "0x"])
    sent(api, proxy, "double")
    assert results(api, proxy, "value") == {"result": "42"}
    assert send(api, proxy, "store", [1]).json()["code"] == "function_unknown"
    openapi = api.get(proxy["openapi"]).json()["paths"]
    assert f"/v1/contracts/{proxy['id']}/send/double" in openapi
    shown = api.get(f"/v1/contracts/{proxy['id']}").json()
    assert "double()" in shown["functions"]
    assert "store(uint256)" not in shown["functions"]
    offered = api.get(f"/v1/contracts/{proxy['id']}/interface").json()["abi"]
    assert {"double", "upgradeToAndCall"} <= {entry.get("name") for entry in offered}
    assert "double" not in {entry.get("name") for entry in shown["abi"]}
    assert shown["proxy"]["implementation"] == second["address"]


def test_minimal_proxy_offers_what_it_stands_for_without_an_abi(developer, animals, box):
    api = developer.api
    cloner = deployed(api, animals, "Cloner")
    sent(api, cloner, "clone", [box["address"]])
    (cloned,) = events(api, cloner)
    clone = attached(api, cloned["arguments"]["clone"])
    assert clone["functions"] == ["store(uint256)", "value()"]
    assert clone["proxy"] == {
        "kind": "minimal", "implementation": box["address"], "beacon": None, "admin": None,
    }  # fmt: skip
    sent(api, clone, "store", [7])
    assert results(api, clone, "value") == {"result": "7"}
    assert results(api, box, "value") == {"result": "0"}


@pytest.fixture(scope="module")
def make(developer, animals):
    """Has the factory make something, of which the platform knows nothing; its address."""
    factory = deployed(developer.api, animals, "Factory")

    def made(function, *arguments):
        sent(developer.api, factory, function, list(arguments))
        return events(developer.api, factory, limit=1)[0]["arguments"]["made"]

    return made


def test_address_that_a_factory_made_is_known_by_its_code(join, make):
    other = join()
    found = attached(other.api, make("makeBox"))
    assert (found["name"], found["compilation"]) == ("Box", None)
    sent(other.api, found, "store", [3])
    assert results(other.api, found, "value") == {"result": "3"}


def test_code_is_known_again_although_its_immutables_differ(join, make):
    other = join()
    for number in (5, 2**200):
        address = make("makeNumbered", str(number))
        found = attached(other.api, address)
        assert results(other.api, found, "number") == {"result": str(number)}
        assert results(other.api, found, "here") == {"result": address}


def test_code_is_known_again_although_its_metadata_differ(join, animals, make):
    code = next(c for c in animals["contracts"] if c["name"] == "Box")["bytecode"]
    ipfs = code.rindex("64697066735822") + 14  # CBOR's key, and how a hash begins
    changed = code[:ipfs] + "00" * 34 + code[ipfs + 68 :]
    assert changed != code
    assert attached(join().api, make("makeOf", changed))["name"] == "Box"


def test_code_that_nobody_has_compiled_is_not_known(developer, make):
    body = {"address": make("makeOf", "0x6005600a5f3960055ff35f355f5260")}
    answer = developer.api.write("/v1/contracts/attach", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "abi_unknown")


def test_what_was_compiled_here_is_believed_more_than_what_others_attached(join, make):
    address = make("makeBox")
    lie = {
        "type": "function", "name": "value", "stateMutability": "view", "inputs": [],
        "outputs": [{"name": "", "type": "bool"}],
    }  # fmt: skip
    attached(join().api, address, abi=[lie])
    assert "store(uint256)" in attached(join().api, address)["functions"]


def test_proxy_whose_own_abi_nobody_knows_offers_what_stands_behind_it(join, make, box):
    slot = f"{int.from_bytes(keccak(b'eip1967.proxy.implementation')) - 1:064x}"
    forward = f"363d3d373d3d363d7f{slot}545af43d6000803e6038573d6000fd5b3d6000f3"
    begin = f"73{box['address'][2:]}7f{slot}5560{len(forward) // 2:02x}8060405f395ff3"
    other = join()
    proxy = attached(other.api, make("makeOf", "0x" + begin + forward))
    assert proxy["proxy"]["implementation"] == box["address"]
    sent(other.api, proxy, "store", [8])
    assert results(other.api, proxy, "value") == {"result": "8"}


def test_diamond_is_no_proxy_and_its_facets_are_called_by_their_abis(developer, animals, box):
    api = developer.api
    diamond = deployed(api, animals, "Diamond")
    assert diamond["proxy"] is None
    assert send(api, diamond, "store", [1]).json()["code"] == "function_unknown"
    whole = attached(api, diamond["address"], abi=[*diamond["abi"], *box["abi"]])
    assert reverted(send(api, whole, "store", [1]))["args"] == {"message": "no such function"}
    chosen = [selector("store(uint256)"), selector("value()")]
    sent(api, diamond, "cut", {"facet": box["address"], "selectors": chosen})
    sent(api, whole, "store", [1])
    assert [e["event"] for e in events(api, whole)] == ["Stored"]
    assert results(api, whole, "facetOf", [chosen[0]]) == {"result": box["address"]}
