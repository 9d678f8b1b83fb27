"""Each custom error and each event of each contract is expected by some test here, by its name."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from evm_support.compiled import artifacts

UNREACHABLE = {
    "ECDSAInvalidSignatureLength": "signatures as bytes go to SignatureChecker, which only says no",
    "ERC1155InvalidApprover": "the caller approves, and nobody calls from the zero address",
    "ERC1155InvalidSender": "nobody holds or may move what is the zero address's",
    "ERC20InvalidSender": "the zero address has approved nobody",
    "ERC721InvalidSender": "ParcelsTaken comes first",
    "FailedDeployment": "SplitAlreadyCreated comes first",
    "InsufficientBalance": "no ether is sent along",
    "InvalidAccountNonce": "permits use up the next nonce, whatever it is",
    "InvalidShortString": "the names of our EIP-712 domains are short",
    "StringTooLong": "the names of our EIP-712 domains are short",
    # Events.
    "EIP712DomainChanged": "no domain ever changes",
    "RoleAdminChanged": "the administrator of a role never changes",
    "URI": "the address of the metadata is the same for all items, and never changes",
}
"""What the ABIs have from OpenZeppelin's contracts and no call can bring about, with the reason."""


def names(kind: str) -> set[str]:
    """The errors or events of the contracts that the platform deploys."""
    return {
        entry["name"]
        for artifact in artifacts().deployable().values()
        if not artifact.source_id.startswith("contracts/test/")
        for entry in artifact.abi
        if entry["type"] == kind
    }


@cache
def expected() -> set[str]:
    """All strings of the tests, this file apart."""
    files = [file for file in Path(__file__).parent.rglob("*.py") if file != Path(__file__)]
    return {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("kind", ["error", "event"])
def test_each_is_expected_by_a_test(kind: str) -> None:
    assert names(kind) - expected() - set(UNREACHABLE) == set()


def test_what_is_called_unreachable_is_there_and_is_reached_by_no_test() -> None:
    assert set(UNREACHABLE) <= names("error") | names("event")
    assert not set(UNREACHABLE) & expected()
