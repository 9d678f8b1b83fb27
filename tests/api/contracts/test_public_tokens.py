"""OpenZeppelin's and solmate's tokens, as pilot developers build on them."""

from __future__ import annotations

import time

import pytest
from eth_account import Account

from pocplatform.kit.settings import PROJECT_ROOT
from tests.api.contracts.steps import (
    call,
    compilation_of,
    compiled,
    deployed,
    events,
    results,
    send,
    sent,
    source,
)

SOLMATE = PROJECT_ROOT / "node_modules" / "solmate" / "src" / "tokens"


@pytest.fixture(scope="module")
def tokens(developer):
    return compiled(developer.api, "public/Tokens", optimizer=False)


@pytest.fixture(scope="module")
def money(developer, tokens):
    """The club's money, a thousand of it with the developer."""
    token = deployed(developer.api, tokens, "ClubToken")
    sent(developer.api, token, "mint", {"to": developer.address, "amount": 1000})
    return token


@pytest.fixture(scope="module")
def friend(join):
    return join("Ystävä Oy")


def error(answer):
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "contract_reverted"
    return answer.json()["contract_error"]


def used_by(member, contract):
    """The contract for another organization, which knows its address."""
    answer = member.api.write("/v1/contracts/attach", {"address": contract["address"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_erc20_is_paid_allowed_burnt_and_paused(developer, friend, money):
    api = developer.api
    theirs = used_by(friend, money)
    sent(api, money, "transfer", {"to": friend.address, "value": 100})
    sent(api, money, "approve", {"spender": friend.address, "value": 50})
    too_much = {"from": developer.address, "to": friend.address, "value": 51}
    refused = error(send(friend.api, theirs, "transferFrom", too_much))
    assert refused["name"] == "ERC20InsufficientAllowance"
    assert refused["args"] == {"spender": friend.address, "allowance": "50", "needed": "51"}
    sent(friend.api, theirs, "transferFrom", too_much | {"value": 50})
    sent(friend.api, theirs, "burn", [30])
    assert results(api, money, "balanceOf", [friend.address]) == {"result": "120"}
    assert results(api, money, "totalSupply") == {"result": "970"}
    burnt = events(api, money, event="Transfer", argument="to=0x" + "00" * 20)
    assert [e["arguments"]["value"] for e in burnt] == ["30"]
    sent(api, money, "pause")
    assert error(send(friend.api, theirs, "burn", [1]))["name"] == "EnforcedPause"
    sent(api, money, "unpause")
    assert error(send(friend.api, theirs, "pause"))["name"] == "OwnableUnauthorizedAccount"


def test_permit_that_was_signed_elsewhere_is_redeemed(developer, money):
    """ERC-2612: the domain is read through the API, signed by a wallet, and used by another."""
    api, owner = developer.api, Account.create()
    sent(api, money, "mint", {"to": owner.address, "amount": 10})
    domain = results(api, money, "eip712Domain")
    deadline = int(time.time()) + 3600
    message = {
        "owner": owner.address, "spender": developer.address, "value": 7, "deadline": deadline,
        "nonce": int(results(api, money, "nonces", [owner.address])["result"]),
    }  # fmt: skip
    fields = ("owner", "spender"), ("value", "nonce", "deadline")
    kinds = [{"name": name, "type": "address"} for name in fields[0]]
    kinds += [{"name": name, "type": "uint256"} for name in fields[1]]
    signed = owner.sign_typed_data(
        {
            "name": domain["name"], "version": domain["version"],
            "chainId": int(domain["chainId"]), "verifyingContract": domain["verifyingContract"],
        },
        {"Permit": kinds},
        message,
    )  # fmt: skip
    permit = {name: message[name] for name in ("owner", "spender", "value", "deadline")}
    permit |= {"v": signed.v, "r": f"0x{signed.r:064x}", "s": f"0x{signed.s:064x}"}
    sent(api, money, "permit", permit)
    spent = {"from": owner.address, "to": developer.address, "value": 7}
    sent(api, money, "transferFrom", spent)
    assert error(send(api, money, "permit", permit))["name"] == "ERC2612InvalidSigner"
    assert results(api, money, "balanceOf", [owner.address]) == {"result": "3"}


def test_votes_are_delegated_and_remembered_by_block(developer, friend, tokens):
    api = developer.api
    token = deployed(api, tokens, "ClubToken")
    sent(api, token, "mint", {"to": developer.address, "amount": 5})
    sent(api, token, "delegate", {"delegatee": friend.address})
    before = int(results(api, token, "clock")["result"])
    sent(api, token, "mint", {"to": developer.address, "amount": 3})
    assert results(api, token, "getVotes", [friend.address]) == {"result": "8"}
    past = results(api, token, "getPastVotes", {"account": friend.address, "timepoint": before})
    assert past == {"result": "5"}
    point = results(api, token, "checkpoints", [friend.address, 0])["result"]
    assert point["_value"] == "5"
    assert isinstance(point["_key"], int)


def test_erc721_is_minted_moved_listed_and_burnt(developer, friend, tokens):
    api = developer.api
    card = deployed(api, tokens, "ClubCard")
    for name in ("ä", "b"):
        sent(api, card, "mint", {"to": developer.address, "uri": f"ipfs://{name}"})
    assert results(api, card, "tokenURI", [1]) == {"result": "ipfs://ä"}
    move = {"from": developer.address, "to": friend.address, "tokenId": 1}
    answer = send(api, card, "safeTransferFrom", move | {"data": "0x00", "more": 1})
    assert answer.json()["code"] == "function_ambiguous"
    sent(api, card, "safeTransferFrom", move)
    assert results(api, card, "tokenOfOwnerByIndex", [friend.address, 0]) == {"result": "1"}
    assert error(send(api, card, "burn", [1]))["name"] == "ERC721InsufficientApproval"
    sent(api, card, "burn", [2])
    assert error(call(api, card, "ownerOf", [2]))["args"] == {"tokenId": "2"}
    known = results(api, card, "supportsInterface", ["0x80ac58cd"])
    assert known == {"result": True}
    # A contract that cannot hold tokens is not given one.
    back = {"from": friend.address, "to": card["address"], "tokenId": 1}
    theirs = used_by(friend, card)
    assert error(send(friend.api, theirs, "safeTransferFrom", back))["name"] in (
        "ERC721InvalidReceiver", "Error",
    )  # fmt: skip


def test_erc1155_moves_several_things_at_once(developer, friend, tokens):
    api = developer.api
    items = deployed(api, tokens, "ClubItems")
    mint = {"to": developer.address, "ids": [1, 2, str(2**255)], "amounts": [10, 20, 1]}
    sent(api, items, "mintBatch", mint)
    move = {"from": developer.address, "to": friend.address, "ids": [1, 2], "values": [3, 4]}
    sent(api, items, "safeBatchTransferFrom", move | {"data": "0x"})
    of = {"accounts": [friend.address, friend.address, developer.address], "ids": [1, 2, 2]}
    assert results(api, items, "balanceOfBatch", of) == {"result": ["3", "4", "16"]}
    batch = events(api, items, event="TransferBatch", limit=1)[0]["arguments"]
    assert (batch["ids"], batch["values"]) == (["1", "2"], ["3", "4"])
    refused = error(call(api, items, "balanceOfBatch", of | {"ids": [1]}))
    assert refused["args"] == {"idsLength": "1", "valuesLength": "3"}
    assert results(api, items, "totalSupply(uint256)", [2]) == {"result": "20"}
    assert results(api, items, "uri", [5]) == {"result": "https://club.test/{id}.json"}


def test_solmates_tokens_are_sent_along_with_what_builds_on_them(developer):
    api = developer.api
    names = ("ERC20", "ERC721", "ERC1155")
    sources = {f"solmate/tokens/{n}.sol": (SOLMATE / f"{n}.sol").read_text() for n in names}
    sources["Mine.sol"] = source("public/Solmate")
    made = compilation_of(api, {"sources": sources})
    coin = deployed(api, made, "Coin", {"decimals_": 2})
    sent(api, coin, "transfer", {"to": "0x" + "11" * 20, "amount": 400})
    assert results(api, coin, "balanceOf", [developer.address]) == {"result": "600"}
    too_much = call(api, coin, "transfer", {"to": "0x" + "11" * 20, "amount": 601})
    assert error(too_much)["name"] == "Panic"
    card = deployed(api, made, "Card")
    assert results(api, card, "ownerOf", [1]) == {"owner": developer.address}
    assert error(call(api, card, "ownerOf", [2]))["args"] == {"message": "NOT_MINTED"}
    things = deployed(api, made, "Things")
    assert results(api, things, "balanceOf", [developer.address, 1]) == {"result": "10"}
    unfinished = {"compilation": made["id"], "contract": "Unfinished"}
    refused = api.write("/v1/contracts", unfinished).json()
    assert refused["code"] == "not_deployable"
    assert "uri(uint256)" in refused["detail"]
