"""What the tests of the chain's JSON-RPC do again and again."""

from __future__ import annotations

CHAIN_ID = 31337

# Copies the calldata, and emits it as a log whose one topic is its first 32 bytes.
ECHO = "0x69" + "365f5f375f35365fa100" + "5f52600a6016f3"
# Reverts with four bytes of its own.
REFUSER = "0x6b" + "63deadbeef5f526004601cfd" + "5f52600c6014f3"


def secret(member):
    """A member's secret key."""
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def body(method, *params, id_=7):
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": list(params)}


def new_key(member, **fields):
    """The secret of a further key."""
    answer = member.api.post("/v1/api_keys", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["secret_key"]


def signed(account, nonce=0, *, to="0x" + "11" * 20, data=b"", type_=None, **fields):
    """A transaction of somebody's own account: its bytes and its hash, in hex."""
    transaction = {
        "chainId": CHAIN_ID, "nonce": nonce, "to": to, "value": 0, "gas": 200_000, "data": data,
        **({"gasPrice": 0} if type_ is None else
           {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": type_}),
        **fields,
    }  # fmt: skip
    done = account.sign_transaction(transaction)
    return "0x" + done.raw_transaction.hex(), "0x" + done.hash.hex()
