"""Kill -9 at any moment: every accepted write ends mined once or clearly refused."""

import os
import random
import signal
import threading
import time
from uuid import uuid4

import httpx
import pytest

from tests.faults.conftest import alive, descendants, until
from tests.processes import NO_TLS

pytestmark = pytest.mark.slow

RETRYABLE = {424, 429, 503}


class Payer:
    """A client that pays one cent again and again, and retries as clients do."""

    def __init__(self, url_of):
        self.url_of = url_of
        self.accepted: dict[str, str] = {}
        self.stopping = threading.Event()
        self.problems: list[str] = []
        self.key = ""
        self.recipient = ""

    def sign_up(self, funds: int) -> None:
        with httpx.Client(base_url=self.url_of(), timeout=30, verify=NO_TLS) as client:
            self.key = client.post("/v1/organizations", json={"name": "Maksaja"}).json()[
                "secret_key"
            ]
            other = client.post("/v1/organizations", json={"name": "Saaja"}).json()
            self.recipient = other["wallet"]["address"]
            funded = self.post(client, "/v1/faucet?wait=20", {"amount": funds}, str(uuid4()))
            assert funded.status_code == 200, funded.text

    def post(self, client, path, body, key):
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key}
        return client.post(path, json=body, headers=headers)

    def run(self) -> None:
        while not self.stopping.is_set():
            key = str(uuid4())
            while not self.stopping.is_set():
                try:
                    with httpx.Client(base_url=self.url_of(), timeout=5, verify=NO_TLS) as client:
                        body = {"to": self.recipient, "amount": 1}
                        answer = self.post(client, "/v1/transfers", body, key)
                except (httpx.HTTPError, OSError):
                    time.sleep(0.02)
                    continue
                if answer.status_code == 202:
                    self.accepted[key] = answer.json()["transaction"]["id"]
                    break
                if answer.status_code not in RETRYABLE:
                    self.problems.append(answer.text)
                    return
                time.sleep(0.02)


def everything_settled(url: str) -> bool:
    """Whether nothing waits any more; not while the devnet is rebuilt, which is answered by 424."""
    answer = httpx.get(f"{url}/v1/chain", timeout=10, verify=NO_TLS)
    return answer.status_code == 200 and answer.json()["unsettled_transactions"] == 0


def check_books(sandbox, payer: Payer, funds: int) -> None:
    """Each accepted write is on the chain exactly once, by the chain's own account."""
    until(lambda: everything_settled(sandbox.url), seconds=60, what="all settled")
    headers = {"Authorization": f"Bearer {payer.key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=30, verify=NO_TLS) as client:
        hashes = set()
        for transaction_id in payer.accepted.values():
            transaction = client.get(f"/v1/transactions/{transaction_id}").json()
            assert transaction["status"] == "confirmed", transaction
            hashes.add(transaction["hash"])
        assert len(hashes) == len(payer.accepted)
        received = client.get(f"/v1/balances/{payer.recipient}").json()["amount"]
        left = client.get("/v1/balance").json()["amount"]
        assert received + left == funds
        payments = 0
        after = ""
        while True:
            page = client.get(f"/v1/payments?limit=100{after}").json()
            payments += sum(p["kind"] == "transfer" for p in page["data"])
            if not page["has_more"]:
                break
            after = f"&starting_after={page['data'][-1]['id']}"
        # What the client did not get an answer for may have been accepted too: once.
        assert received == payments
        assert len(payer.accepted) <= payments <= len(payer.accepted) + 1


@pytest.mark.parametrize("victim", ["gateway", "devnet"])
def test_kill_in_the_middle_of_writes_loses_and_duplicates_nothing(sandbox, victim):
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # shown on failure
    chance = random.Random(seed)
    funds = 1_000_000
    sandbox.start()
    sandbox.wait_ready()
    payer = Payer(lambda: sandbox.url)
    payer.sign_up(funds)
    clients = threading.Thread(target=payer.run)
    clients.start()
    try:
        for _ in range(4):
            before = len(payer.accepted)
            until(
                lambda b=before: len(payer.accepted) > b + 5 or payer.problems, what="writes go on"
            )
            time.sleep(chance.uniform(0, 0.05))  # the moment of the kill, not a wait
            if victim == "gateway":
                below = descendants(sandbox.process.pid)
                sandbox.kill()
                until(lambda b=below: not any(map(alive, b)), what="no orphan is left")
                sandbox.start()
                sandbox.wait_ready()
            else:
                pid = sandbox.devnet_pid()
                os.kill(pid, signal.SIGKILL)
        before = len(payer.accepted)
        until(lambda: len(payer.accepted) > before + 5 or payer.problems, what="writes go on")
    finally:
        payer.stopping.set()
        clients.join(timeout=30)
    assert not payer.problems
    assert len(payer.accepted) > 20
    check_books(sandbox, payer, funds)
    assert sandbox.stop() == 0


def test_hanging_devnet_is_started_again_and_nothing_is_lost(sandbox):
    sandbox.environment |= {"POC_RPC_TIMEOUT_S": "1"}
    funds = 10_000
    sandbox.start()
    sandbox.wait_ready()
    payer = Payer(lambda: sandbox.url)
    payer.sign_up(funds)
    clients = threading.Thread(target=payer.run)
    clients.start()
    try:
        until(lambda: len(payer.accepted) > 5, what="writes go on")
        pid = sandbox.devnet_pid()
        os.kill(pid, signal.SIGSTOP)
        until(lambda: not alive(pid), seconds=60, what="the hanging devnet was replaced")
        before = len(payer.accepted)
        until(lambda: len(payer.accepted) > before + 5, seconds=60, what="writes go on")
    finally:
        payer.stopping.set()
        clients.join(timeout=30)
    assert not payer.problems
    check_books(sandbox, payer, funds)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_orderly_end_leaves_no_process_and_exits_with_zero(sandbox, how):
    sandbox.start()
    sandbox.wait_ready()
    below = descendants(sandbox.process.pid)
    assert "anvil" in below.values()
    sandbox.process.send_signal(how)
    sandbox.process.communicate(timeout=30)
    assert sandbox.process.returncode == 0
    until(lambda: not any(map(alive, below)), what="nothing is left running")


def test_signal_while_starting_leaves_no_process(sandbox):
    sandbox.start()
    sandbox.devnet_pid()
    below = descendants(sandbox.process.pid)
    sandbox.process.send_signal(signal.SIGTERM)
    sandbox.process.communicate(timeout=30)
    until(lambda: not any(map(alive, below)), what="nothing is left running")
