"""Where webhooks may go: nothing that only this machine can reach, whatever its name."""

import asyncio
import socket
import threading
from dataclasses import dataclass, field

import pytest

from pocplatform.delivery.webhooks.addresses import check_endpoint, is_public
from pocplatform.delivery.webhooks.errors import WebhookUrlRefused
from pocplatform.delivery.webhooks.outgoing import Outgoing
from tests.receiver import receiver


@dataclass
class Names:
    """A name server: each name's addresses, one answer after another; the last one stays."""

    answers: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        known = self.answers[host]
        return known.pop(0) if len(known) > 1 else known[0]


def check(url, names=None, *, private=False):
    resolve = {"resolve": names} if names is not None else {}
    return asyncio.run(check_endpoint(url, private=private, **resolve))


def post(url, *, names=None, private=False, timeout_s=5.0, body=b"{}"):
    resolve = {"resolve": names} if names is not None else {}
    outgoing = Outgoing(private=private, timeout_s=timeout_s, **resolve)
    return asyncio.run(outgoing.post(url, body, {"Webhook-Id": "evt_1"}))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001::1", "2001:db8::1", "not an address",
    ],
)  # fmt: skip
def test_addresses_with_a_special_purpose_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com/hook", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
        "javascript:alert(1)", "https://", "https:///hook", "http://[::1", "https://exa mple.com/",
        "https://example.com:99999/", "https://example.com:port/", "https://\u2028/",
        "https://example.com/\r\nX-Injected: 1", "https://user@example.com/",
        "https://user:secret@example.com/", "https://example.com@127.0.0.1/",
        "https://example.com\\@127.0.0.1/", "https://example.com/#part",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(WebhookUrlRefused) as refused:
        check(url, Names({"example.com": [["93.184.216.34"]]}))
    assert refused.value.param == "url"
    assert refused.value.next_step()


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1",
     "0", "0.0.0.0.", "127.0.0.1."],
)  # fmt: skip
def test_odd_ways_to_write_an_address_are_refused_when_set_and_when_sent(host):
    url = f"http://{host}/hook"
    with pytest.raises(WebhookUrlRefused):
        check(url)
    assert post(url).error == "address_refused"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.1",
     "169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "\uff11\uff12\uff17.0.0.1"],
)  # fmt: skip
def test_private_address_is_refused_when_set_and_when_sent(host):
    with receiver("127.0.0.1") as local:
        port = local.url.split(":")[2]
        url = f"http://{host}:{port}"
        with pytest.raises(WebhookUrlRefused):
            check(url)
        assert post(url).error == "address_refused"
        assert local.requests == []


def test_name_with_one_private_address_among_others_is_refused():
    names = Names({"mixed.example": [["93.184.216.34", "127.0.0.1"]]})
    with pytest.raises(WebhookUrlRefused):
        check("https://mixed.example/", names)
    assert post("http://mixed.example/", names=names).error == "address_refused"


@pytest.mark.parametrize("port", [1, 22, 25, 53, 110, 1023, 6])
def test_ports_of_other_services_are_refused(port):
    with pytest.raises(WebhookUrlRefused):
        check(f"http://example.com:{port}/", Names({"example.com": [["93.184.216.34"]]}))
    assert check(f"http://127.0.0.1:{port}/", private=True)


@pytest.mark.parametrize("port", ["", ":80", ":443", ":1024", ":8080", ":65535"])
def test_ports_of_the_web_and_free_ones_are_taken(port):
    assert check(f"http://example.com{port}/", Names({"example.com": [["93.184.216.34"]]}))


def test_name_that_resolves_otherwise_at_the_time_of_sending_is_refused():
    """DNS rebinding: public while the endpoint is checked, private when something is sent."""
    with receiver() as local:
        names = Names({"rebind.example": [["93.184.216.34"], ["127.0.0.1"]]})
        url = local.url.replace("127.0.0.1", "rebind.example")
        assert check(url, names)
        assert post(url, names=names).error == "address_refused"
        assert local.requests == []


def test_name_is_resolved_once_and_the_connection_made_to_that_address():
    with receiver() as local:
        names = Names({"once.example": [["127.0.0.1"], ["192.0.2.1"]]})
        url = local.url.replace("127.0.0.1", "once.example")
        outcome = post(url, names=names, private=True)
        assert (outcome.status, names.asked) == (200, ["once.example"])
        assert local.requests[0].headers["host"] == url.split("/")[2]


def test_second_address_is_tried_where_the_first_does_not_answer():
    with receiver() as local:
        names = Names({"two.example": [["127.0.0.2", "127.0.0.1"]]})
        url = local.url.replace("127.0.0.1", "two.example")
        assert post(url, names=names, private=True).status == 200


def test_name_that_cannot_be_resolved_is_accepted_and_fails_when_sent():
    url = "https://nowhere.invalid/hook"
    assert check(url) == url
    assert post(url).error == "name_not_found"


def test_slow_name_server_of_a_tenant_holds_nobody_else_up_and_keeps_few_threads():
    """Of many lookups that outlive their timeouts, two run at once; the others fail by nothing."""
    release, running, most = threading.Event(), [0], [0]

    async def resolve(host, port):
        if host == "slow.example":
            running[0] += 1
            most[0] = max(most[0], running[0])
            await asyncio.to_thread(release.wait, 20)
            running[0] -= 1
        return ["127.0.0.1"]

    async def scenario(local):
        outgoing = Outgoing(private=True, timeout_s=0.3, resolve=resolve)
        slow = local.url.replace("127.0.0.1", "slow.example")
        late = [asyncio.create_task(outgoing.post(slow, b"", {}, "org_slow")) for _ in range(10)]
        ended = await asyncio.wait(late, timeout=1.0)
        others = [await outgoing.post(local.url, b"", {}, "org_quick") for _ in range(20)]
        release.set()
        return len(ended[0]), others, await asyncio.gather(*late)

    with receiver() as local:
        given_up, others, late = asyncio.run(scenario(local))
    assert {outcome.status for outcome in others} == {200}
    assert (given_up, most[0]) == (2, 2)
    assert [outcome.error for outcome in late].count("timeout") == 2
    assert [outcome.status for outcome in late].count(200) == 8


def test_redirect_is_not_followed():
    with receiver() as target, receiver() as local:
        local.answer, local.location = 302, target.url
        outcome = post(local.url, private=True)
        assert (outcome.status, outcome.succeeded) == (302, False)
        assert target.requests == []


def test_proxy_of_the_environment_is_not_used(monkeypatch):
    with receiver() as local, receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert post(local.url, private=True).status == 200
        assert proxy.requests == []


def test_answer_is_cut_and_made_readable():
    with receiver() as local:
        local.answer, local.text = 500, b"\x00\xff" + b"x" * 100_000
        outcome = post(local.url, private=True)
        assert outcome.status == 500
        assert len(outcome.answer) == 500
        assert "\0" not in outcome.answer


def test_endpoint_that_does_not_answer_is_left_after_the_timeout():
    release = threading.Event()
    with receiver() as local:
        local.answer = lambda request: [release.wait(20), 200][1]
        outcome = post(local.url, private=True, timeout_s=0.3)
        release.set()
        assert (outcome.status, outcome.error) == (None, "timeout")
        assert 250 <= outcome.duration_ms < 5_000


def test_endpoint_that_is_not_there_or_speaks_no_http_or_no_tls_is_named():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert post(f"http://127.0.0.1:{port}/", private=True).error == "connection_failed"
    with receiver() as local:
        outcome = post(local.url.replace("http:", "https:"), private=True)
        assert outcome.error == "tls_failed"
