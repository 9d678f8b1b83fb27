"""Revert data in words."""

from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from pocplatform.chain.client import ChainClient
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.deployer import Deployer, DeploymentSet, plan
from pocplatform.chain.deployment import ContractSpec
from pocplatform.chain.errors import RpcError
from pocplatform.chain.reverts import RevertDecoder, revert_data

ABI: list[dict[str, Any]] = [
    {
        "type": "error",
        "name": "AgreementNotOpen",
        "inputs": [
            {"name": "id", "type": "bytes32"},
            {"name": "who", "type": "address"},
            {
                "name": "terms",
                "type": "tuple[]",
                "components": [{"name": "amount", "type": "uint64"}, {"name": "", "type": "bool"}],
            },
        ],
    },
    {"type": "function", "name": "f", "inputs": []},
]
SIGNATURE = "AgreementNotOpen(bytes32,address,(uint64,bool)[])"
WHO = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]


def test_a_custom_error_has_its_arguments_by_name() -> None:
    decoder = RevertDecoder({"ServiceAgreements": ABI})
    body = encode(["bytes32", "address", "(uint64,bool)[]"], [b"\x01" * 32, WHO, [(5, True)]])
    decoded = decoder.decode("0x" + (selector(SIGNATURE) + body).hex())
    assert decoded.kind == "custom"
    assert (decoded.name, decoded.signature) == ("AgreementNotOpen", SIGNATURE)
    assert decoded.contract == "ServiceAgreements"
    assert decoded.selector == "0x" + selector(SIGNATURE).hex()
    assert decoded.args == {
        "id": "0x" + "01" * 32,
        "who": WHO,
        "terms": [{"amount": 5, "arg1": True}],
    }
    assert decoder.errors() == [SIGNATURE]


def test_a_reason_string_is_itself_the_explanation() -> None:
    data = selector("Error(string)") + encode(["string"], ["not today"])
    decoded = RevertDecoder().decode(data)
    assert (decoded.kind, decoded.explanation) == ("error", "not today")
    assert decoded.args == {"message": "not today"}


@pytest.mark.parametrize(
    ("code", "words"), [(0x11, "below zero"), (0x12, "division by zero"), (0x77, "code 0x77")]
)
def test_a_panic_is_put_in_words(code: int, words: str) -> None:
    decoded = RevertDecoder().decode(selector("Panic(uint256)") + encode(["uint256"], [code]))
    assert decoded.kind == "panic"
    assert words in decoded.explanation


def test_an_unknown_selector_is_kept_raw() -> None:
    decoded = RevertDecoder({"A": ABI}).decode("0xdeadbeef00")
    assert (decoded.kind, decoded.selector, decoded.raw) == (
        "unknown",
        "0xdeadbeef",
        "0xdeadbeef00",
    )


@pytest.mark.parametrize("data", [None, "", "0x", b""])
def test_no_data_is_told_as_no_reason(data: str | bytes | None) -> None:
    decoded = RevertDecoder().decode(data)
    assert decoded.kind == "empty"
    assert decoded.explanation


def test_a_known_selector_with_a_body_that_does_not_fit_is_kept_raw() -> None:
    decoded = RevertDecoder({"A": ABI}).decode(selector(SIGNATURE) + b"\x01")
    assert decoded.kind == "unknown"


@given(st.binary(max_size=200))
def test_no_data_makes_the_decoder_fail(data: bytes) -> None:
    decoder = RevertDecoder({"A": ABI})
    for prefix in (b"", *map(selector, (SIGNATURE, "Error(string)", "Panic(uint256)"))):
        assert decoder.decode(prefix + data).raw == "0x" + (prefix + data).hex()


def test_text_that_is_no_hex_does_not_make_the_decoder_fail() -> None:
    assert RevertDecoder().decode("out of gas").kind == "unknown"


@pytest.mark.parametrize(
    "data",
    [
        "0x08c379a0",
        "Reverted 0x08c379a0",
        {"data": "0x08c379a0"},
        {"result": {"data": "0x08c379a0"}},
        {"0xabc": {"error": "revert", "return": "0x08c379a0"}},
    ],
)
def test_revert_data_is_found_in_the_shapes_of_different_nodes(data: Any) -> None:
    assert revert_data(data) == "0x08c379a0"


@pytest.mark.parametrize("data", [None, "execution reverted", {}, {"message": "x"}, 5])
def test_there_may_be_no_revert_data(data: Any) -> None:
    assert revert_data(data) is None


def test_errors_of_a_real_contract_are_explained_by_its_natspec(
    project: Path, tmp_path: Path, shared_cache: Path, client: ChainClient, sender
) -> None:
    artifacts = compile_project(project, shared_cache)
    owner = sender.account.address
    wanted = DeploymentSet([ContractSpec("Counter", (owner,))])
    manifest = Deployer(client, tmp_path / "m.json").execute(
        plan(wanted, artifacts, None, client), sender
    )
    decoder = RevertDecoder.from_artifacts(artifacts.values())

    def refusal(step: int):
        data = selector("count(uint256)") + encode(["uint256"], [step])
        with pytest.raises(RpcError) as failure:
            client.call(manifest.address("Counter"), data, sender=owner)
        return decoder.decode(revert_data(failure.value.data))

    too_large = refusal(11)
    assert too_large.explanation == "The step is larger than allowed."
    assert too_large.args == {"given": 11, "largest": 10}
    undocumented = refusal(7)
    assert undocumented.explanation == "For developers only."
    assert undocumented.args == {"who": owner, "what": "0x" + selector("count(uint256)").hex()}
