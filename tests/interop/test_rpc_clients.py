"""Others' clients on /rpc/{key} and on devnets, by HTTP and WebSocket, with their own defaults.

Each deploys a contract, calls it, waits for the receipt and is told of its event: with an account
of its own, and with the wallet that the sandbox keeps for the key, whose private key nobody has.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from eth_account import Account
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractCustomError

from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import until

HERE = Path(__file__).parent
CHAIN_ID = 31337
DEADLINE_S = 30
WHO = ("own", "kept")


class Desk(NamedTuple):
    """A key with its addresses, and the contract."""

    url: str
    socket_url: str
    address: str
    abi: list[dict[str, Any]]
    bytecode: str
    api: Any


@pytest.fixture(scope="module")
def desk(join: Any, base_url: str) -> Desk:
    member = join("Asiakasohjelma Oy")
    key = member.api.headers["Authorization"].removeprefix("Bearer ")
    source = (HERE / "Guestbook.sol").read_text()
    answer = member.api.write("/v1/contracts/compile", {"sources": {"Guestbook.sol": source}})
    (contract,) = answer.json()["contracts"]
    return Desk(
        f"{base_url}/rpc/{key}",
        f"ws{base_url[4:]}/rpc/{key}",
        member.address,
        contract["abi"],
        contract["bytecode"],
        member.api,
    )


@pytest.fixture(scope="module")
def devnet(desk: Desk) -> Iterator[Desk]:
    """The same on a chain of its own, with the first of its development accounts."""
    made = desk.api.write("/v1/devnets", {"name": "Oma"}, wait=0).json()
    path = f"{desk.url}/devnets/{made['id']}"
    account = Web3(Web3.HTTPProvider(path)).eth.accounts[0]
    yield desk._replace(url=path, socket_url="ws" + path.removeprefix("http"), address=account)
    desk.api.delete(f"/v1/devnets/{made['id']}")


@pytest.fixture
def key() -> str:
    """A private key of one's own."""
    return "0x" + secrets.token_hex(32)


def check_kept(desk: Desk, who: str, account: str) -> None:
    """What was sent stands among the organization's transactions, whoever has signed it."""
    listed = desk.api.get("/v1/transactions").json()["data"]
    ours = [one for one in listed if one["sender"] == account]
    assert len(ours) >= 2
    assert {one["status"] for one in ours} == {"confirmed"}
    assert (account == desk.address) == (who == "kept")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("library", ["ethers", "viem"])
def test_npm_client(run_script: Any, desk: Desk, key: str, library: str, who: str) -> None:
    answer = run_script(
        HERE / f"rpc_{library}.mjs",
        who,
        keyUrl=desk.url,
        socketUrl=desk.socket_url,
        abi=desk.abi,
        bytecode=desk.bytecode,
        privateKey=key,
        account=desk.address,
    )
    account = Web3.to_checksum_address(answer["account"])
    assert account == (desk.address if who == "kept" else Account.from_key(key).address)
    assert answer | {"account": account, "contract": ""} == {
        "chainId": str(CHAIN_ID) if library == "ethers" else CHAIN_ID,
        "account": account,
        "balance": "0",
        "contract": "",
        "status": 1,
        "guests": "1",
        "told": {"guest": account, "number": "1", "words": "Moi"},
        "block": True,
        "refused": "GuestbookSilence",
    }
    check_kept(desk, who, account)


@pytest.mark.parametrize("library", ["ethers", "viem"])
def test_npm_client_on_a_devnet(run_script: Any, devnet: Desk, library: str) -> None:
    chain_id = Web3(Web3.HTTPProvider(devnet.url)).eth.chain_id
    answer = run_script(
        HERE / f"rpc_{library}.mjs",
        "kept",
        keyUrl=devnet.url,
        socketUrl=devnet.socket_url,
        chainId=chain_id,
        abi=devnet.abi,
        bytecode=devnet.bytecode,
        account=devnet.address,
    )
    account = Web3.to_checksum_address(answer["account"])
    assert account == devnet.address
    assert int(answer["chainId"]) == chain_id
    assert answer["told"] == {"guest": account, "number": "1", "words": "Moi"}
    assert (answer["guests"], answer["block"]) == ("1", True)
    assert answer["refused"] == "GuestbookSilence"


@pytest.mark.parametrize("who", WHO)
def test_web3_py(desk: Desk, key: str, who: str) -> None:
    web3 = Web3(Web3.HTTPProvider(desk.url))
    assert web3.is_connected()
    assert web3.eth.chain_id == CHAIN_ID
    own = Account.from_key(key)
    account = desk.address if who == "kept" else own.address
    assert web3.eth.accounts == [desk.address]
    assert web3.eth.get_balance(account) == 0

    def done(call: Any) -> Any:
        if who == "kept":
            hash_ = call.transact({"from": account})
        else:
            nonce = web3.eth.get_transaction_count(account)
            unsigned = call.build_transaction({"from": account, "nonce": nonce})
            hash_ = web3.eth.send_raw_transaction(own.sign_transaction(unsigned).raw_transaction)
        return web3.eth.wait_for_transaction_receipt(hash_, timeout=DEADLINE_S)

    made = done(web3.eth.contract(abi=desk.abi, bytecode=desk.bytecode).constructor())
    guestbook = web3.eth.contract(abi=desk.abi, address=made["contractAddress"])
    receipt = done(guestbook.functions.sign("Moi"))
    (event,) = guestbook.events.Signed().process_receipt(receipt)
    assert event["args"] == {"guest": account, "number": 1, "words": "Moi"}
    assert guestbook.functions.guests().call() == 1
    with pytest.raises(ContractCustomError):
        done(guestbook.functions.sign(""))
    check_kept(desk, who, account)


@pytest.mark.parametrize("where", ["shared", "devnet"])
def test_web3_py_over_a_websocket(desk: Desk, devnet: Desk, where: str) -> None:
    socket_url = devnet.socket_url if where == "devnet" else desk.socket_url

    async def run() -> None:
        async with AsyncWeb3(WebSocketProvider(socket_url)) as web3:
            assert (await web3.eth.chain_id == CHAIN_ID) == (where == "shared")
            account, *_ = await web3.eth.accounts
            sender = {"from": account}
            factory = web3.eth.contract(abi=desk.abi, bytecode=desk.bytecode)
            made = await web3.eth.wait_for_transaction_receipt(
                await factory.constructor().transact(sender)
            )
            address = made["contractAddress"]
            logs = await web3.eth.subscribe("logs", {"address": address})
            heads = await web3.eth.subscribe("newHeads")
            guestbook = web3.eth.contract(abi=desk.abi, address=address)
            hash_ = await guestbook.functions.sign("Moi").transact(sender)
            told: dict[str, Any] = {}
            async for news in web3.socket.process_subscriptions():
                told.setdefault(news["subscription"], news["result"])
                if told.keys() >= {logs, heads}:
                    break
            assert told[logs]["transactionHash"] == hash_
            assert guestbook.events.Signed().process_log(told[logs])["args"]["words"] == "Moi"
            assert told[heads]["hash"] == told[logs]["blockHash"]
            assert await web3.eth.unsubscribe(logs)

    asyncio.run(asyncio.wait_for(run(), DEADLINE_S))


def _cast() -> Path:
    """The binary of the npm package, without the launcher before it."""
    (found,) = (PROJECT_ROOT / "node_modules" / "@foundry-rs").glob("cast-*/bin/cast")
    return found


class Cast:
    """Runs cast against the desk."""

    def __init__(self, desk: Desk) -> None:
        self._binary, self._desk = _cast(), desk

    def text(self, verb: str, *arguments: str, url: str | None = None) -> str:
        done = subprocess.run(
            [str(self._binary), verb, "--rpc-url", url or self._desk.url, *arguments],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def json(self, verb: str, *arguments: str) -> Any:
        return json.loads(self.text(verb, "--json", *arguments))


@pytest.mark.parametrize("who", WHO)
def test_cast(desk: Desk, key: str, who: str, tmp_path: Path) -> None:
    cast = Cast(desk)
    assert cast.text("chain-id") == str(CHAIN_ID)
    assert cast.text("chain-id", url=desk.socket_url) == str(CHAIN_ID)
    account = desk.address if who == "kept" else Account.from_key(key).address
    assert cast.text("balance", account) == "0"
    # By default cast offers a tip of a unit, which an account without ether does not have.
    by = ["--unlocked", "--from", account] if who == "kept" else ["--private-key", key, "--legacy"]
    made = cast.json("send", *by, "--create", desk.bytecode)
    address = made["contractAddress"]
    listening = subprocess.Popen(
        [str(_cast()), "logs", "--subscribe", "--json", "--address", address,
         "--rpc-url", desk.socket_url],
        stdout=(tmp_path / "told").open("w"),
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = tmp_path / "told"

        def signed() -> bool:
            receipt = cast.json("send", *by, address, "sign(string)", "Moi")
            assert int(receipt["status"], 16) == 1
            return "transactionHash" in told.read_text()

        until(signed, what="cast is told of the event")
    finally:
        listening.terminate()
        listening.wait()
    assert int(cast.text("call", address, "guests()(uint256)")) >= 1
    check_kept(desk, who, account)
