"""Contracts of others from npm: attestations (EAS), and an exchange (Uniswap V2) as built."""

from __future__ import annotations

import json

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from tests.api.contracts.steps import compiled, deployed, events, results, send, sent

UNISWAP = PROJECT_ROOT / "node_modules" / "@uniswap" / "v2-core" / "build"
ZERO = "0x" + "00" * 20
NO_UID = "0x" + "00" * 32


def attached(api, address, **more):
    answer = api.write("/v1/contracts/attach", {"address": address} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_something_is_attested_and_revoked_with_the_eas_of_the_chain(developer, join):
    api, friend = developer.api, join("Todistettu Oy")
    on_chain = {c["name"]: c["address"] for c in api.get("/v1/chain").json()["contracts"]}
    schemas, eas = (attached(api, on_chain[name]) for name in ("SchemaRegistry", "EAS"))
    schema = {"schema": "bool member, string club", "resolver": ZERO, "revocable": True}
    sent(api, schemas, "register", schema)
    filters = {"event": "Registered", "argument": f"registerer={developer.address}", "limit": 1}
    uid = events(api, schemas, **filters)[0]["arguments"]["uid"]
    found = results(api, schemas, "getSchema", [uid])["result"]
    assert found == schema | {"uid": uid}

    data = "0x" + (1).to_bytes(32).hex() + (64).to_bytes(32).hex()
    data += (5).to_bytes(32).hex() + b"Sauna".ljust(32, b"\0").hex()
    content = {
        "recipient": friend.address, "expirationTime": 0, "revocable": True, "refUID": NO_UID,
        "data": data, "value": 0,
    }  # fmt: skip
    sent(api, eas, "attest", {"request": {"schema": uid, "data": content}})
    attested = events(api, eas, event="Attested", argument=f"recipient={friend.address}")
    assert attested[0]["arguments"]["schemaUID"] == uid
    attestation = attested[0]["arguments"]["uid"]
    read = results(
        friend.api, attached(friend.api, eas["address"]), "getAttestation", [attestation]
    )
    assert read["result"]["attester"] == developer.address
    assert read["result"]["data"] == data
    assert read["result"]["revocationTime"] == "0"

    revocation = {"request": {"schema": uid, "data": {"uid": attestation, "value": 0}}}
    theirs = attached(friend.api, eas["address"])
    refused = send(friend.api, theirs, "revoke", revocation).json()["contract_error"]
    assert refused["name"] == "AccessDenied"
    sent(api, eas, "revoke", revocation)
    after = results(api, eas, "getAttestation", [attestation])["result"]
    assert int(after["revocationTime"]) > 0


@pytest.fixture(scope="module")
def uniswap(developer):
    """The factory of Uniswap V2, compiled long ago with solc 0.5.16; and the ABI of its pairs."""
    factory, pair = (
        json.loads((UNISWAP / f"{name}.json").read_text())
        for name in ("UniswapV2Factory", "UniswapV2Pair")
    )
    body = {
        "artifact": factory, "contract": "UniswapV2Factory",
        "arguments": {"_feeToSetter": developer.address},
    }  # fmt: skip
    answer = developer.api.write("/v1/contracts", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == "UniswapV2Factory"
    return answer.json(), pair


def test_tokens_are_exchanged_by_the_pair_that_the_factory_made(developer, uniswap):
    api, us = developer.api, developer.address
    factory, artifact = uniswap
    compilation = compiled(api, "public/Coin")
    tokens = [deployed(api, compilation, "Coin", {"supply": 2_000_000}) for _ in range(2)]
    tokens.sort(key=lambda token: int(token["address"], 16))  # as the pair does
    first, second = tokens
    sent(api, factory, "createPair", [first["address"], second["address"]])
    (made,) = events(api, factory, event="PairCreated")
    assert made["arguments"]["token0"] == first["address"]
    again = send(api, factory, "createPair", [second["address"], first["address"]])
    assert again.json()["contract_error"]["args"] == {"message": "UniswapV2: PAIR_EXISTS"}

    pair = attached(api, made["arguments"]["pair"], abi=artifact["abi"], name="Pair")
    for token in tokens:
        sent(api, token, "transfer", {"to": pair["address"], "value": 1_000_000})
    sent(api, pair, "mint", {"to": us})
    shares = results(api, pair, "balanceOf", [us])
    assert shares == {"result": str(1_000_000 - 1000)}  # a thousand stay with nobody

    sent(api, first, "transfer", {"to": pair["address"], "value": 1000})
    greedy = {"amount0Out": 0, "amount1Out": 997, "to": us, "data": "0x"}
    refused = send(api, pair, "swap", greedy)
    assert refused.json()["contract_error"]["args"] == {"message": "UniswapV2: K"}
    sent(api, pair, "swap", greedy | {"amount1Out": 996})
    reserves = results(api, pair, "getReserves")
    assert (reserves["_reserve0"], reserves["_reserve1"]) == ("1001000", "999004")
    (swap,) = events(api, pair, event="Swap")
    assert (swap["arguments"]["amount0In"], swap["arguments"]["amount1Out"]) == ("1000", "996")
    assert len(events(api, pair, event="Sync")) == 2
