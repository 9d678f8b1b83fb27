"""How fast pages are on the server, and how much a browser must load to show one.

A platform in a process of its own. A person does with forms what there is to do: plays the demo,
agrees and works with another company, invoices, deploys a contract, makes a space; an organiser
holds an event, and a pilot is played. Then each page to which links lead is asked for many times
over one kept-alive connection, one of a kind: of many agreements, one. What a page weighs is what
comes over the line for a browser that has nothing yet: the page itself with every script, style
and image that it names, compressed where the server does so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.routing import Match, Route

from bench.load import quantile
from bench.outcome import Failed
from bench.plain_browser import PlainBrowser
from bench.throughput import Gateway, running_gateway
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.web.developers.contracts import START
from pocplatform.web.pages import ROUTERS

TIMES = 100
BEGINNINGS = (
    "/explorer/contracts/ServiceAgreements", "/", "/assess", "/build", "/check", "/demo", "/desk",
    "/developers", "/docs", "/docs/errors", "/explorer", "/explorer/search?q=testi", "/hackathons",
    "/join", "/reports", "/sign-in", "/spaces",
)  # fmt: skip
"""Where links are looked for, beside what was met on the way."""
NO_PAGES = {
    "/check/{code}/receipt.pdf",
    "/demo/runs/{run_id}",
    "/desk/agreements/{agreement_id}/document.pdf",
    "/desk/money/statement.csv",
    "/developers/contracts/{contract_id}/live",
    "/developers/recordings/{recording_id}/{kind}",
    "/developers/transactions/{transaction}/live",
    "/docs/contracts/{token}/openapi.json",
    "/explorer/live",
    "/favicon.ico",
    "/hackathons/{hackathon_id}/export",
    "/hackathons/{hackathon_id}/live",
    "/hackathons/{hackathon_id}/report.json",
    "/hackathons/{hackathon_id}/report.pdf",
    "/healthz",
    "/live/{org_id}",
    "/readyz",
    "/spaces/{space_id}/live",
    "/static/{name}",
    "/v1/contracts/{contract_id}/docs",
}
"""Addresses beside the pages' that answer a file, a stream, data or with another address."""
_CLIENT, _PROVIDER = "Tilaaja Oy (testi)", "Mittaus Oy (testi)"
_PILOT = "cluster-member"
_LINK = re.compile(r'<a [^>]*href="(/[^"]*)"')
_LOADED = re.compile(r'<(?:link rel="(?:icon|stylesheet)" href|script src|img src)="([^"]+)"')
_ROUTES = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, Route) and "GET" in (route.methods or ())
]


def measure() -> dict[str, Any]:
    """The figures of all pages. Raises :class:`Failed` where no link leads to one of them."""
    with (
        running_gateway() as gateway,
        closing(PlainBrowser(gateway.url)) as person,
        closing(PlainBrowser(gateway.url)) as organiser,
    ):
        _play_a_pilot(gateway)
        _hold_an_event(organiser, gateway)
        met = [*_play_the_demo(person), *_work(person), *_develop(person)]
        _visit(person)
        found = _linked(organiser, BEGINNINGS) | _linked(person, [*BEGINNINGS, *met])
        missing = {route.path for route in _ROUTES} - NO_PAGES - set(found)
        if missing:
            raise Failed(f"no link leads to {', '.join(sorted(missing))}")
        return {"pages": [_figures(path, *found[path]) for path in sorted(found)]}


def _play_a_pilot(gateway: Gateway) -> None:
    """So that there is a report of one."""
    done = subprocess.run(
        [sys.executable, "-m", "pocplatform.cli", "pilot", "run", _PILOT, "--url", gateway.url],
        cwd=PROJECT_ROOT,
        env={**os.environ, "POC_ADMIN_KEY": gateway.admin_key},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Failed(done.stderr)


def _hold_an_event(organiser: PlainBrowser, gateway: Gateway) -> None:
    organiser.goes_to("/hackathons/sign-in").presses("Sign in", key=gateway.admin_key)
    organiser.goes_to("/hackathons").presses("Make the event", name="Mittaus (testi)")
    organiser.presses("Make the teams", names="Jäälohi\nRevontulet")


def _play_the_demo(person: PlainBrowser) -> list[str]:
    """The demo to its end; its steps and its receipt."""
    person.goes_to("/").presses("Start the demo")
    run = _address(person).rpartition("/")[0]
    met = []
    while not (step := _address(person.goes_to(run))).endswith("/receipt"):
        met.append(step)
        (form,) = [form for form in person.forms if form.action == step]
        person.presses(form.buttons[0].label)
    return [*met, step]


def _work(person: PlainBrowser) -> list[str]:
    """Two companies: an agreement that is to be delivered, a draft that nobody has joined, an
    invoice, a credential; what they met."""
    for name in (_CLIENT, _PROVIDER):
        person.goes_to("/sign-in").presses("Make the company", name=name)
    person.goes_to("/desk/identity").presses("Register the identity")
    person.goes_to("/desk/identity").presses("Get the business ID credential")
    met = [_address(person)]
    agreement, join = _draft(person)
    _act_for(person, _CLIENT)
    person.goes_to(join).presses(f"Join as {_CLIENT}").presses("Sign the agreement")
    person.goes_to("/desk/money").presses("Get test money", test_amount="1000")
    _act_for(person, _PROVIDER)
    person.goes_to(agreement).presses("Sign the agreement").presses("Bring into force")
    _act_for(person, _CLIENT)
    person.goes_to(agreement).presses("Pay into escrow")
    _act_for(person, _PROVIDER)
    met.append(agreement)
    _, unanswered = _draft(person)
    ours = person.goes_to("/desk").text
    payer = re.search(rf"{re.escape(_CLIENT)}\s+(\d{{7}}-\d)", ours)
    assert payer is not None
    line: dict[str, Any] = {"lines[0].description": "Opastus", "lines[0].unit_price": "100"}
    person.goes_to("/desk/invoices/new").presses(
        "Sign and send the invoice", payer=payer[1], **line
    )
    return [*met, unanswered, _address(person)]


def _draft(person: PlainBrowser) -> tuple[str, str]:
    """An agreement with somebody who is invited; its address and the invitation's."""
    row = "parameters.milestones[0]."
    milestone: dict[str, Any] = {
        f"{row}title": "All", f"{row}amount": "100", f"{row}due": "2099-03-31",
    }  # fmt: skip
    person.goes_to("/desk/agreements/new/service_by_milestones")
    person.presses(
        "Draft the agreement",
        we="provider",
        name_client=_CLIENT,
        subject="Measured work",
        work="Work whose page is measured.",
        **milestone,
    )
    agreement = _address(person)
    person.presses(f"Get a link for {_CLIENT}")
    (join,) = [address for address in person.links.values() if "/desk/join/" in address]
    return agreement, urlsplit(join).path


def _act_for(person: PlainBrowser, company: str) -> None:
    person.goes_to("/sign-in").presses(f"Act for this one ({company})")


def _develop(person: PlainBrowser) -> list[str]:
    """An endpoint, a key, a contract that is compiled, deployed and called; what was met."""
    person.goes_to("/developers/webhooks")
    person.presses(
        "Add the endpoint", url="https://example.org/hook", boxes={"event_types": ["payment.*"]}
    )
    person.goes_to("/developers/contracts").presses("Compile", source=START, name="Counter.sol")
    met = [_address(person)]
    person.presses("Deploy")
    met.append(_address(person))
    person.goes_to(f"{met[-1]}/functions/add%28uint256%29").presses("Send", f_0="5")
    met.append(person.links["Transaction"])
    person.goes_to("/developers/keys").presses("Make a key", name="Mittaus")
    return met


def _visit(person: PlainBrowser) -> None:
    """A space, and something bought in it."""
    person.goes_to("/desk/money").presses("Get test money", test_amount="1000")
    person.goes_to("/spaces").presses("Make the demo space").presses("Buy (Wooden cup (kuksa))")


def _linked(
    browser: PlainBrowser, beginnings: Iterable[str]
) -> dict[str, tuple[httpx.Client, str]]:
    """A page of each kind to which links lead from the beginnings, by its route."""
    found: dict[str, tuple[httpx.Client, str]] = {}
    waiting, asked = deque(beginnings), set[str | None]({None, *NO_PAGES})
    while waiting:
        address = waiting.popleft().partition("#")[0]
        if (route := _route(address)) in asked:
            continue
        asked.add(route)
        answer = browser.client.get(address)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            raise Failed(f"{address} answered {answer.status_code}")
        if (there := _route(_path(answer.url))) is not None:
            found.setdefault(there, (browser.client, _path(answer.url)))
        waiting.extend(unescape(link) for link in _LINK.findall(answer.text))
    return found


def _route(address: str) -> str | None:
    """Of which kind an address is: the path of its route; None where it is no page's."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "root_path": ""}
    for route in _ROUTES:
        if route.matches(scope)[0] is Match.FULL:
            return route.path
    return None


def _address(browser: PlainBrowser) -> str:
    """Where the browser is."""
    return _path(browser.answer.url)


def _path(url: httpx.URL) -> str:
    return url.raw_path.decode()


def _figures(path: str, browser: httpx.Client, address: str) -> dict[str, Any]:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = browser.get(address)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise Failed(f"{address} answered {answer.status_code}")
    weight = _weight(browser, address) + sum(
        _weight(browser, loaded) for loaded in set(_LOADED.findall(answer.text))
    )
    return {
        "path": path,
        "p95_ms": round(quantile(times, 0.95), 1),
        "kb": round(weight / 1000, 1),
    }


def _weight(browser: httpx.Client, path: str) -> int:
    with browser.stream("GET", path) as answer:
        return sum(map(len, answer.iter_raw()))
