"""OpenZeppelin's Governor, TimelockController and AccessManager through the generated API."""

from __future__ import annotations

import time

from eth_utils.crypto import keccak

from tests.api.contracts.steps import call, compiled, deployed, events, results, send, sent

ANYBODY = "0x" + "00" * 20
PENDING, ACTIVE, SUCCEEDED, QUEUED, EXECUTED = 0, 1, 4, 5, 7
DELAY_S = 4
"""Of the timelock: long enough for a busy machine to come too early."""
DEADLINE_S = 30


def error(answer):
    assert answer.status_code == 422, answer.text
    return answer.json()["contract_error"]


def until_taken(write, between):
    """A write that a delay holds back for some seconds; each block brings the chain's time on."""
    end = time.monotonic() + DEADLINE_S
    while True:
        answer = write()
        if answer.status_code == 200:
            return answer.json()
        assert answer.json()["code"] == "contract_reverted", answer.text
        assert time.monotonic() < end, answer.text
        between()


def test_club_decides_about_its_money(developer):
    api, us = developer.api, developer.address
    governance = compiled(api, "public/Governance")
    token = deployed(api, governance, "ClubShare")
    timelock = deployed(
        api, governance, "ClubTimelock", {"delay": DELAY_S, "proposers": [], "executors": [ANYBODY]}
    )
    governor = deployed(
        api, governance, "ClubGovernor",
        {"token_": token["address"], "timelock_": timelock["address"]},
    )  # fmt: skip
    proposer = results(api, timelock, "PROPOSER_ROLE")["result"]
    sent(api, timelock, "grantRole", {"role": proposer, "account": governor["address"]})
    sent(api, token, "mint", {"to": us, "amount": 100})
    sent(api, token, "delegate", {"delegatee": us})
    sent(api, token, "transferOwnership", {"newOwner": timelock["address"]})
    assert error(send(api, token, "mint", [us, 1]))["name"] == "OwnableUnauthorizedAccount"

    selector = keccak(b"mint(address,uint256)")[:4].hex()
    mint = f"0x{selector}{us[2:].lower().rjust(64, '0')}{900:064x}"
    what = {"targets": [token["address"]], "values": [0], "calldatas": [mint]}
    words = "Lisää rahaa saunaan"
    sent(api, governor, "propose", what | {"description": words})
    (made,) = events(api, governor, event="ProposalCreated")
    assert made["arguments"]["description"] == words
    assert made["arguments"]["calldatas"] == [mint]
    proposal = made["arguments"]["proposalId"]

    def state():
        return results(api, governor, "state", [proposal])["result"]

    def block():
        sent(api, token, "approve", {"spender": us, "value": 1})

    assert state() == PENDING
    early = error(send(api, governor, "castVote", {"proposalId": proposal, "support": 1}))
    assert early["name"] == "GovernorUnexpectedProposalState"
    while state() == PENDING:
        block()
    vote = {"proposalId": proposal, "support": 1, "reason": "koska löyly"}
    sent(api, governor, "castVoteWithReason", vote)
    assert results(api, governor, "proposalVotes", [proposal])["forVotes"] == "100"
    while state() == ACTIVE:
        block()
    assert state() == SUCCEEDED
    by_hash = what | {"descriptionHash": "0x" + keccak(words.encode()).hex()}
    # Both are overloaded: by the proposal's id in storage, or by everything in it.
    queue, execute = (
        f"{verb}(address[],uint256[],bytes[],bytes32)" for verb in ("queue", "execute")
    )
    sent(api, governor, queue, by_hash)
    assert state() == QUEUED
    assert (
        error(send(api, governor, execute, by_hash))["name"] == "TimelockUnexpectedOperationState"
    )
    until_taken(lambda: send(api, governor, execute, by_hash), block)
    assert state() == EXECUTED
    assert results(api, token, "balanceOf", [us]) == {"result": "1000"}


def test_access_manager_lets_in_who_has_the_role_at_once_or_after_a_delay(developer, join):
    api, friend, stranger = developer.api, join("Kiukaan lämmittäjä Oy"), join()
    managed = compiled(api, "public/Managed", optimizer=False)
    manager = deployed(api, managed, "ClubManager")
    sauna = deployed(api, managed, "ClubSauna", {"manager": manager["address"]})
    warm = "0x" + keccak(b"warm()")[:4].hex()
    role = {"target": sauna["address"], "selectors": [warm], "roleId": 7}
    sent(api, manager, "setTargetFunctionRole", role)
    sent(api, manager, "grantRole", {"roleId": 7, "account": friend.address, "executionDelay": 0})
    sent(
        api, manager, "grantRole", {"roleId": 7, "account": developer.address, "executionDelay": 1}
    )

    def theirs(member, contract):
        return member.api.write("/v1/contracts/attach", {"address": contract["address"]}).json()

    sent(friend.api, theirs(friend, sauna), "warm")
    refused = error(send(stranger.api, theirs(stranger, sauna), "warm"))
    assert refused["name"] == "AccessManagedUnauthorized"
    assert refused["args"] == {"caller": stranger.address}
    access = {"caller": developer.address, "target": sauna["address"], "selector": warm}
    assert results(api, manager, "canCall", access) == {"immediate": False, "delay": 1}
    sent(api, manager, "schedule", {"target": sauna["address"], "data": warm, "when": 0})
    until_taken(
        lambda: send(api, sauna, "warm"),
        lambda: sent(api, manager, "labelRole", {"roleId": 7, "label": "Lämmittäjät"}),
    )
    assert results(api, sauna, "warmed") == {"result": "2"}
    assert call(api, manager, "getAccess", [7, friend.address]).status_code == 200
