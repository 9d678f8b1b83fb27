"""How fast pages are on the server, and how much a browser must load to show one.

A platform in a process of its own; each page is asked for many times over one kept-alive
connection. What a page weighs is what comes over the line for a browser that has nothing yet: the
page itself with every script, style and image that it names, compressed where the server does so.
"""

from __future__ import annotations

import re
import time
from typing import Any

import httpx

from bench.load import quantile
from bench.outcome import Failed
from bench.throughput import running_gateway
from pocplatform.web.developers.contracts import START

TIMES = 100
_LOADED = re.compile(r'<(?:link rel="(?:icon|stylesheet)" href|script src|img src)="([^"]+)"')
_FIELD = re.compile(r'name="(form_token|attempt|acting)" value="(\w+)"')


def measure() -> dict[str, Any]:
    """The figures of all pages."""
    with (
        running_gateway() as gateway,
        httpx.Client(
            base_url=gateway.url, headers={"Accept": "text/html"}, timeout=60, verify=False
        ) as browser,
    ):
        run = _played_demo(browser)
        code = _found(r'class="code">([0-9A-Z-]+)<', _good(browser.get(f"{run}/receipt")))
        paths = [
            "/",
            "/build",
            "/join",
            "/demo",
            f"{run}/fund",
            f"{run}/rest",
            f"{run}/receipt",
            "/check",
            f"/check/{code}",
            "/docs/errors",
            *_explorer(browser),
            "/sign-in",
            *_desk(browser),
            *_desk_of_a_developer(browser),
            "/spaces",
            _space(browser),
            "/reports",
        ]
        return {"pages": [_page(browser, path, run, code) for path in paths]}


def _played_demo(browser: httpx.Client) -> str:
    """Play the demo to its end; the address of the run."""
    form = dict(_FIELD.findall(_good(browser.get("/"))))
    run = _leads_to(browser.post("/demo/showroom", data=form))
    while True:
        present = browser.get(run).headers["location"]
        if present.endswith("/receipt"):
            return run
        form = dict(_FIELD.findall(_good(browser.get(present))))
        if browser.post(present, data=form).status_code != 303:
            raise Failed(f"{present} could not be played")


def _desk(browser: httpx.Client) -> list[str]:
    """A company with money and an agreement; the addresses of its desk."""
    _sent(browser, "/sign-in", "/sign-in/company", name="Mittaus Oy (testi)")
    _sent(browser, "/desk/money", "/desk/money/test", test_amount="1000")
    text = "/desk/agreements/new/service_by_milestones"
    row = "parameters.milestones[0]."
    agreement = _sent(
        browser,
        text,
        text,
        we="client",
        subject="Measured work",
        work="Work whose page is measured.",
        **{f"{row}title": "All", f"{row}amount": "100", f"{row}due": "2099-03-31"},
    )
    return [
        "/desk",
        "/desk/agreements",
        text,
        agreement,
        "/desk/invoices",
        "/desk/invoices/new",
        "/desk/money",
        "/desk/money/statement",
        "/desk/items",
        "/desk/identity",
    ]


def _sent(browser: httpx.Client, page: str, action: str, **typed: str) -> str:
    """Send a form of a page; where it leads."""
    answer = browser.post(action, data=dict(_FIELD.findall(_good(browser.get(page)))) | typed)
    if answer.status_code != 303:
        raise Failed(f"{action} answered {answer.status_code}")
    return _leads_to(answer)


def _desk_of_a_developer(browser: httpx.Client) -> list[str]:
    """A contract of the same company's; the addresses of its developers' desk."""
    desk = "/developers"
    source = {"name": "Counter.sol", "source": START}
    deploy = _sent(browser, f"{desk}/contracts", f"{desk}/contracts/compile", **source)
    contract = _sent(browser, deploy, deploy, wish="send")
    sections = ("", "/keys", "/requests", "/events", "/webhooks", "/contracts")
    return [
        *(desk + section for section in sections),
        contract,
        f"{contract}/functions/add%28uint256%29",
    ]


def _explorer(browser: httpx.Client) -> list[str]:
    """Pages of the explorer, of what the demo has left on the chain."""
    newest = browser.get("/v1/explorer/transactions").json()["data"][0]
    return [
        "/explorer",
        "/explorer/transactions",
        f"/explorer/transactions/{newest['id']}",
        f"/explorer/blocks/{newest['block']}",
        f"/explorer/addresses/{newest['sender']}",
        "/explorer/contracts/ServiceAgreements",
        "/explorer/tokens",
    ]


def _space(browser: httpx.Client) -> str:
    """The demo space, made at one click."""
    form = dict(_FIELD.findall(_good(browser.get("/spaces"))))
    return _leads_to(browser.post("/spaces/demo", data=form))


def _leads_to(answer: httpx.Response) -> str:
    """The page that answers a form, without the place in it."""
    return str(answer.headers["location"]).partition("#")[0]


def _page(browser: httpx.Client, path: str, run: str, code: str) -> dict[str, Any]:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        _good(browser.get(path))
        times.append((time.perf_counter() - began) * 1000)
    text = _good(browser.get(path))
    weight = _weight(browser, path) + sum(
        _weight(browser, address) for address in set(_LOADED.findall(text))
    )
    shown = path.replace(run, "/demo/runs/{run}").replace(code, "{code}")
    shown = re.sub(r"0x[0-9a-fA-F]{40,}|spc_[0-9a-f]{24}", "{id}", shown)
    shown = re.sub(r"agr_\w+", "{agreement}", shown)
    shown = re.sub(r"ctr_\w+", "{contract}", shown)
    return {
        "path": shown,
        "p95_ms": round(quantile(times, 0.95), 1),
        "kb": round(weight / 1000, 1),
    }


def _weight(browser: httpx.Client, path: str) -> int:
    with browser.stream("GET", path) as answer:
        return sum(map(len, answer.iter_raw()))


def _good(answer: httpx.Response) -> str:
    if answer.status_code != 200:
        raise Failed(f"{answer.url} answered {answer.status_code}")
    return answer.text


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise Failed(f"{pattern} is not on the page")
    return found[1]
