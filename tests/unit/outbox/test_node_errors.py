"""Every error of anvil, geth and Besu that can follow eth_sendRawTransaction has its reaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_account import Account

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.outbox.node_errors import TABLE, Reaction, reaction_to
from tests.processes import outside_node

KNOWN, WAIT, REQUEUE = Reaction.KNOWN, Reaction.WAIT, Reaction.REQUEUE
FUND, BUMP, REFUSE = Reaction.FUND, Reaction.BUMP, Reaction.REFUSE

ANVIL = [
    (-32003, "transaction already imported", KNOWN),
    (-32003, "nonce too low", REQUEUE),
    (-32003, "Nonce too high", WAIT),
    (-32003, "nonce has max value", REFUSE),
    (-32003, "replacement transaction underpriced", BUMP),
    (-32003, "max fee per gas less than block base fee", BUMP),
    (-32003, "max priority fee per gas higher than max fee per gas", REFUSE),
    (-32003, "Insufficient funds for gas * price + value", FUND),
    (-32003, "insufficient funds for transfer", FUND),
    (-32003, "gas uint64 overflow", REFUSE),
    (-32000, "intrinsic gas too low", REFUSE),
    (-32000, "intrinsic gas too high -- CallerGasLimitMoreThanBlock", REFUSE),
    (-32000, "intrinsic gas too high -- CallGasCostMoreThanGasLimit", REFUSE),
    (-32000, "intrinsic gas too high -- tx.gas_limit > env.cfg.tx_gas_limit_cap", REFUSE),
    (-32000, "intrinsic gas too high -- GasFloorMoreThanGasLimit", REFUSE),
    (-32003, "Transaction gas limit is greater than the block gas limit, gas_limit: 17000000, cap: "
     "16777216", REFUSE),
    (-32003, "max initcode size exceeded", REFUSE),
    (-32003, "invalid chain id for signer", REFUSE),
    (-32003, "Incompatible EIP-155 transaction, signed for another chain", REFUSE),
    (-32003, "sender not an eoa", REFUSE),
    (-32003, "Cyclic transaction detected", WAIT),
    (-32602, "Failed to decode transaction", REFUSE),
    (-32602, "Empty transaction data", REFUSE),
    (-32602, "EIP-1559 style fee params (maxFeePerGas or maxPriorityFeePerGas) received but they "
     "are not supported by the current hardfork.\n\nYou can use them by running anvil with "
     "'--hardfork london' or later.", REFUSE),
    (-32602, "Unknown transaction type not supported", REFUSE),
    (-32603, "Transaction confirmation timeout", WAIT),
    (-32603, "Internal error: \"out of descriptors\"", WAIT),
    (-32603, "something that no version has said yet", WAIT),
]  # fmt: skip

GETH = [
    (-32000, "already known", KNOWN),
    (-32000, "known transaction: 8a6e9ad1", KNOWN),
    (-32000, "nonce too low: next nonce 5, tx nonce 4", REQUEUE),
    (-32000, "nonce too high: tx nonce 9, gapped nonce 5", WAIT),
    (-32000, "nonce has max value", REFUSE),
    (-32000, "gapped-nonce tx from delegated accounts", WAIT),
    (-32000, "future transaction tries to replace pending", WAIT),
    (-32000, "transaction underpriced", BUMP),
    (-32000, "transaction underpriced: tip needed 1000000, tip permitted 1", BUMP),
    (-32000, "transaction gas price below minimum: gas tip cap 0, minimum needed 1", BUMP),
    (-32000, "replacement transaction underpriced", BUMP),
    (-32000, "max fee per gas less than block base fee: address 0xf39F, maxFeePerGas: 1, baseFee: "
     "7", BUMP),
    (-32000, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", REFUSE),
    (-32000, "max priority fee per gas higher than max fee per gas", REFUSE),
    (-32000, "max priority fee per gas higher than 2^256-1", REFUSE),
    (-32000, "max fee per gas higher than 2^256-1", REFUSE),
    (-32000, "insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot "
     "21000", FUND),
    (-32000, "insufficient funds for gas * price + value: balance 9, queued cost 8, tx cost 7, "
     "overshot 6", FUND),
    (-32000, "insufficient funds for transfer", FUND),
    (-32000, "exceeds block gas limit", REFUSE),
    (-32000, "transaction gas limit too high (cap: 16777216, tx: 17000000)", REFUSE),
    (-32000, "intrinsic gas too low: gas 20999, minimum needed 21000", REFUSE),
    (-32000, "insufficient gas for floor data gas cost: gas 21064, minimum needed 21160", REFUSE),
    (-32000, "gas uint64 overflow", REFUSE),
    (-32000, "max initcode size exceeded: code size 50000 limit 49152", REFUSE),
    (-32000, "oversized data: transaction size 131200, limit 131072", REFUSE),
    (-32000, "negative value", REFUSE),
    (-32000, "invalid sender: invalid chain id for signer: have 1 want 5", REFUSE),
    (-32000, "invalid sender: invalid transaction v, r, s values", REFUSE),
    (-32000, "only replay-protected (EIP-155) transactions allowed over RPC", REFUSE),
    (-32000, "transaction type not supported", REFUSE),
    (-32000, "typed transaction too short", REFUSE),
    (-32000, "rlp: value size exceeds available input length", REFUSE),
    (-32000, "sender not an eoa: address 0xf39F, len(code): 23", REFUSE),
    (-32000, "txpool is full", WAIT),
    (-32000, "account limit exceeded: pooled 16 txs", WAIT),
    (-32000, "in-flight transaction limit reached for delegated accounts", WAIT),
    (-32000, "address already reserved", WAIT),
    (-32600, "batch too large", WAIT),
    (-32002, "request timed out", WAIT),
    (-32603, "method handler crashed", WAIT),
]  # fmt: skip

BESU = [
    (-32000, "Known transaction", KNOWN),
    (-32001, "Nonce too low", REQUEUE),
    (-32006, "Nonce too high", WAIT),
    (-32000, "Transaction nonce is too distant from current sender nonce", WAIT),
    (-32000, "An invalid transaction with a lower nonce exists", WAIT),
    (-32000, "Replacement transaction underpriced", BUMP),
    (-32009, "Gas price below configured minimum gas price", BUMP),
    (-32009, "Gas price below current base fee", BUMP),
    (-32000, "Transaction fee cap exceeded", REFUSE),
    (-32000, "Max priority fee per gas exceeds max fee per gas", REFUSE),
    (-32004, "Upfront cost exceeds account balance", FUND),
    (-32005, "Transaction gas limit exceeds block gas limit", REFUSE),
    (-32003, "Intrinsic gas exceeds gas limit", REFUSE),
    (-32002, "Invalid signature", REFUSE),
    (-32602, "Invalid transaction type", REFUSE),
    (-32602, "Invalid transaction params (missing or incorrect)", REFUSE),
    (-32000, "Wrong chainId", REFUSE),
    (-32000, "ChainId is required", REFUSE),
    (-32000, "ChainId not supported", REFUSE),
    (-32007, "Sender account not authorized to send transactions", REFUSE),
    (-32000, "Plugin has marked the transaction as invalid", REFUSE),
    (-32002, "Transaction pool not enabled. (Either txpool explicitly disabled, or node not yet in "
     "sync).", WAIT),
    (-32008, "Initial sync is still in progress", WAIT),
    (-32005, "Number of requests exceeds max batch size", WAIT),
    (-32602, "Invalid params", WAIT),  # what it says where it has no words of its own
    (-32603, "Internal error", WAIT),
    (-32603, "Timeout expired", WAIT),
]  # fmt: skip


RETH = [(-32003, "exceeds max transaction gas limit", REFUSE)]  # otherwise it speaks as geth does


def cases() -> Iterator[object]:
    for node, errors in (("anvil", ANVIL), ("geth", GETH), ("besu", BESU), ("reth", RETH)):
        for code, message, expected in errors:
            yield pytest.param(code, message, expected, id=f"{node}: {message[:60]!r}")


@pytest.mark.parametrize(("code", "message", "expected"), list(cases()))
def test_error_has_its_reaction(code, message, expected):
    assert reaction_to(RpcError(code, message)) is expected


def test_every_line_of_the_table_is_what_some_node_says():
    said = [message.lower() for _, message, _ in (*ANVIL, *GETH, *BESU, *RETH)]
    deciding = {
        next(line for line in TABLE if line.words in message)
        for message in said
        if any(line.words in message for line in TABLE)
    }
    assert set(TABLE) - deciding == set()


# What the anvil at hand really says

KEY = "0x" + "42" * 32
ADDRESS = Account.from_key(KEY).address
GWEI = 10**9


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """An anvil that asks for fees; its pool holds one of ours."""
    folder = tmp_path_factory.mktemp("node")
    with outside_node(folder, "--no-mining", "--enable-tx-gas-limit", base_fee=GWEI) as url:
        client = ChainClient(url)
        client.request("anvil_setBalance", ADDRESS, hex(10**18))
        client.request("eth_sendRawTransaction", signed(nonce=0))
        client.request("evm_mine")
        client.request("eth_sendRawTransaction", signed(nonce=1))
        yield client
        client.close()


def signed(**changes):
    fields = {
        "chainId": 31337, "nonce": 1, "to": ADDRESS, "data": b"", "value": 0, "gas": 21_000,
        "maxFeePerGas": 2 * GWEI, "maxPriorityFeePerGas": 0,
    } | changes  # fmt: skip
    fields = {name: value for name, value in fields.items() if value is not None}
    return "0x" + Account.from_key(KEY).sign_transaction(fields).raw_transaction.hex()


def legacy(**changes):
    price = {"gasPrice": 2 * GWEI, "maxFeePerGas": None, "maxPriorityFeePerGas": None}
    return signed(**price | changes)


@pytest.mark.parametrize(
    ("raw", "words", "expected"),
    [
        (signed(), "already imported", KNOWN),
        (signed(nonce=0, value=1), "nonce too low", REQUEUE),
        (signed(value=1), "underpriced", BUMP),
        (signed(nonce=2, maxFeePerGas=1), "base fee", BUMP),
        (legacy(nonce=2, gasPrice=1), "base fee", BUMP),
        (signed(nonce=2, value=10**30), "insufficient funds", FUND),
        (signed(nonce=2, gas=20_999), "intrinsic gas", REFUSE),
        (signed(nonce=2, gas=2**24 + 1), "gas_limit_cap", REFUSE),
        (signed(nonce=2, gas=4 * 10**9), "gas", REFUSE),
        (signed(nonce=2, to="", data=b"\1" * 49_153, gas=10**7), "initcode", REFUSE),
        (signed(nonce=2, maxPriorityFeePerGas=3 * GWEI), "max priority fee", REFUSE),
        (signed(nonce=2, chainId=1), "chain id", REFUSE),
        ("0x02c0", "decode", REFUSE),
        ("0x", "Empty", REFUSE),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)  # fmt: skip
def test_anvil_says_it_as_the_table_has_it(node, raw, words, expected):
    with pytest.raises(RpcError) as refusal:
        node.request("eth_sendRawTransaction", raw)
    assert words.lower() in refusal.value.message.lower()
    assert reaction_to(refusal.value) is expected
