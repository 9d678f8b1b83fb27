"""What pages promise beyond what they show: forms, cookies, headers, files, failures."""

from __future__ import annotations

import asyncio
import re
import threading
from http.cookies import SimpleCookie

import httpx
import pytest
from sqlmodel import col, select
from starlette.requests import Request

from pocplatform.client import Forbidden
from pocplatform.domains.demos.jobs import forget
from pocplatform.domains.demos.models import DemoRun
from pocplatform.domains.receipts.paper import WORDS
from pocplatform.domains.visits.models import Seat, Visit
from pocplatform.domains.wallets.models import SignInSession
from pocplatform.kit.clock import now_ms
from pocplatform.main import create_app
from pocplatform.pilots.stories import story
from pocplatform.web import inside
from pocplatform.web.forms import TOKEN
from pocplatform.web.pages import ROUTERS
from pocplatform.web.rendering import page_of
from tests.processes import NO_TLS, opened

STORY = story("showroom")
assert STORY is not None
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}


@pytest.fixture
def visitor(base_url):
    with httpx.Client(base_url=base_url, headers=BROWSER, timeout=60, verify=NO_TLS) as client:
        yield client


def token_of(page: httpx.Response) -> str:
    return re.search(rf'name="{TOKEN}" value="([0-9a-f]+)"', page.text)[1]


def attempt_of(page: httpx.Response) -> str:
    return re.search(r'name="attempt" value="([0-9a-f]+)"', page.text)[1]


def sends_early(visitor: httpx.Client, form: dict[str, str]) -> httpx.Response:
    """Send the form of ``/build`` so that the visitor's browser knows nothing of the answer."""
    with httpx.Client(
        base_url=visitor.base_url, headers=BROWSER, cookies=dict(visitor.cookies), verify=NO_TLS
    ) as impatient:
        return impatient.post("/build", data=form)


def starts(visitor: httpx.Client) -> str:
    """Begin the demo; the address of the run."""
    page = visitor.get("/")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page)}
    answer = visitor.post(f"/demo/{STORY.name}", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("#main")


def plays(visitor: httpx.Client, run: str, step: str) -> httpx.Response:
    token = token_of(visitor.get("/build"))
    return visitor.post(f"{run}/{step}", data={TOKEN: token})


# Forms


def posts() -> list[str]:
    """Every address of a page that takes a form."""
    return sorted(
        route.path for router in ROUTERS for route in router.routes if "POST" in route.methods
    )


def test_there_are_forms():
    assert "/build" in posts()


@pytest.mark.parametrize("path", posts())
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"])
def test_form_without_the_visits_token_is_refused(visitor, path, token):
    visitor.get("/build")
    fields = {} if token is None else {TOKEN: token}
    answer = visitor.post(re.sub(r"\{\w+\}", "showroom", path), data=fields)
    assert answer.status_code == 403
    assert "The form does not belong to this visit" in answer.text


@pytest.mark.parametrize("path", posts())
def test_form_of_another_visit_is_refused(visitor, base_url, path):
    with httpx.Client(base_url=base_url, headers=BROWSER, verify=NO_TLS) as other:
        stolen = token_of(other.get("/build"))
    visitor.get("/build")
    answer = visitor.post(re.sub(r"\{\w+\}", "showroom", path), data={TOKEN: stolen})
    assert answer.status_code == 403


def test_form_sent_twice_makes_one_organization_and_shows_its_key_again(visitor):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page), "name": "Kerran Oy"}
    answers = [sends_early(visitor, form), visitor.post("/build", data=form)]
    keys = {re.search(r"sk_test_[0-9a-f]{48}", answer.text)[0] for answer in answers}
    assert len(keys) == 1
    again = visitor.get("/build")
    fields = {TOKEN: token_of(again), "attempt": attempt_of(again), "name": "Kerran Oy"}
    other = visitor.post("/build", data=fields)
    assert re.search(r"sk_test_[0-9a-f]{48}", other.text)[0] not in keys


def test_page_with_a_key_can_be_loaded_again_by_its_own_browser_only(visitor, base_url):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page), "name": "Uudelleen Oy"}
    keys = [
        re.search(r"sk_test_[0-9a-f]{48}", visitor.post("/build", data=form).text)[0]
        for _ in range(3)
    ]
    assert len(set(keys)) == 1
    with httpx.Client(base_url=base_url, headers={"Accept": "text/html"}) as other:
        other.get("/build")
        refused = other.post("/build", data=form)
    assert refused.status_code == 403
    assert keys[0] not in refused.text
    made_up = visitor.post("/build", data=form | {"attempt": "0" * 32})
    assert made_up.status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_name_that_does_not_fit_is_told_beside_the_field(visitor, name):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page), "name": name}
    answer = visitor.post("/build", data=form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Write a name of 1 to 200 characters." in answer.text


def test_name_is_shown_as_text_whatever_it_holds(visitor):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page)}
    answer = visitor.post("/build", data={**form, "name": "<script>alert(1)</script>"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_key_is_kept_by_nobody_on_its_way(visitor):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page), "name": "Avain Oy"}
    assert visitor.post("/build", data=form).headers["cache-control"] == "no-store"


# Cookies and headers


def test_cookie_of_a_visit_is_out_of_reach_of_scripts_and_other_sites(visitor):
    cookie = SimpleCookie(visitor.get("/build").headers["set-cookie"])["visit"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert len(cookie.value) == 64


def test_cookie_of_a_visit_by_tls_is_for_tls_and_this_host_alone(platform):
    from fastapi.testclient import TestClient

    with TestClient(create_app(platform), base_url="https://sandbox.test") as client:
        cookie = SimpleCookie(client.get("/build", headers=BROWSER).headers["set-cookie"])
    assert cookie["__Host-visit"]["secure"]


def test_page_without_a_form_sets_no_cookie(visitor):
    assert "set-cookie" not in visitor.get("/docs/errors").headers


@pytest.mark.parametrize(
    "path", ["/", "/build", "/join", "/demo", "/check", "/docs", "/docs/errors"]
)
def test_page_may_load_nothing_from_elsewhere_and_nothing_that_stands_in_it(visitor, path):
    answer = visitor.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)


def test_files_are_kept_for_ever_under_the_hash_of_their_content(visitor):
    page = visitor.get("/").text
    address = re.search(r'href="(/static/style\.[0-9a-f]{12}\.css)"', page)[1]
    answer = visitor.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert (
        "content-encoding"
        not in visitor.get(address, headers={"Accept-Encoding": "identity"}).headers
    )
    assert visitor.get(address.replace(".css", "0.css")).status_code == 404


def test_script_that_looks_through_a_page_brings_what_listens_to_its_stream_along(visitor):
    page = visitor.get("/explorer").text
    scripts = re.findall(r'src="(/static/[^"]+\.js)"', page)
    assert len([one for one in scripts if "htmx" in one or "sse" in one]) == 1
    [address] = [one for one in scripts if "htmx" in one]
    told = visitor.get(address).text
    assert 'registerExtension("sse"' in told
    assert told.index("DOMContentLoaded") < told.index('registerExtension("sse"')


def test_first_page_weighs_less_than_100_kilobytes(visitor):
    with visitor.stream("GET", "/") as answer:
        weight = sum(map(len, answer.iter_raw()))
    page = visitor.get("/").text
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        with visitor.stream("GET", address) as answer:
            weight += sum(map(len, answer.iter_raw()))
    assert weight < 100_000


# Language


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("", None, "fi-FI,fi;q=0.9,en;q=0.5", "fi"),
        ("", None, "sv", "en"),
        ("", "fi", "en", "fi"),
        ("?lang=en", "fi", "fi", "en"),
        ("?lang=xx", None, "fi", "fi"),
    ],
)
def test_language_is_that_of_the_address_then_the_choice_then_the_browser(
    visitor, query, cookie, accepted, language
):
    if cookie:
        visitor.cookies.set("lang", cookie)
    answer = visitor.get("/" + query, headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}"' in answer.text


# Failures


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/demo/runs/run_1", 404), ("/check/AAAA", 404)]
)
def test_failure_is_a_page_for_a_browser(visitor, path, status):
    answer = visitor.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_page_of_a_failure_names_the_request_and_says_what_to_do(visitor):
    answer = visitor.get("/nowhere", headers={"Accept-Language": "fi"})
    assert answer.headers["request-id"] in answer.text
    assert "Sivua ei löydy" in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_page_of_a_failure_leads_back_and_on(visitor):
    here = str(visitor.base_url)
    asked = {"Referer": f"{here}/explorer?q=a%22b", "Cookie": "acting=org_1"}
    text = visitor.get("/nowhere", headers=asked).text
    assert 'href="/explorer?q=a%22b">Back</a>' in text
    assert 'href="/desk">To the company desk</a>' in text
    assert 'href="/">To the first page</a>' not in text


@pytest.mark.parametrize(
    "referer",
    ["https://elsewhere.example/x", "{here}/nowhere", "javascript:alert(1)", "http://[", ""],
)
def test_page_of_a_failure_leads_back_to_no_other_host_and_not_to_itself(visitor, referer):
    asked = {"Referer": referer.replace("{here}", str(visitor.base_url))}
    text = visitor.get("/nowhere", headers=asked).text
    assert ">Back</a>" not in text
    assert 'href="/">To the first page</a>' in text


def test_page_that_needs_a_company_leads_to_signing_in_and_on_from_there(visitor):
    text = visitor.get("/hackathons/hck_0/export").text
    assert 'href="/sign-in?next=%2Fhackathons%2Fhck_0%2Fexport">Sign in</a>' in text


def test_public_page_knows_a_browser_that_acts_for_a_company(visitor):
    assert '<a class="who" href="/sign-in">Sign in</a>' in visitor.get("/").text
    acting = visitor.get("/", headers={"Cookie": "acting=org_1"})
    assert '<a class="who" href="/sign-in">Your company</a>' in acting.text
    assert "Cookie" in acting.headers["vary"]


def test_failure_is_problem_details_for_a_program_and_everywhere_in_the_api(visitor):
    for answer in (
        visitor.get("/nowhere", headers={"Accept": "*/*"}),
        visitor.get("/v1/nowhere"),
        visitor.get("/v1/payments"),
    ):
        assert answer.headers["content-type"] == "application/problem+json"


def test_unexpected_failure_is_a_page_without_a_trace(platform):
    from fastapi.testclient import TestClient

    app = create_app(platform)

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("secret words")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/breaks", headers=BROWSER)
    assert answer.status_code == 500
    assert answer.headers["request-id"] in answer.text
    assert "Something went wrong on our side" in answer.text
    assert "secret words" not in answer.text


def test_link_of_a_page_leads_to_no_other_host(visitor):
    for path in ("//elsewhere.example/x", "/%2Felsewhere.example/x"):
        answer = visitor.get(httpx.URL(str(visitor.base_url).rstrip("/") + path))
        assert answer.status_code == 404
        assert re.search(r'href="([^"]*)" lang="fi"', answer.text)[1].startswith("/elsewhere.ex")


def test_host_that_can_have_no_such_name_is_refused(visitor):
    answer = visitor.get("/build", headers={"Host": "a" * 3000})
    assert answer.status_code == 422
    assert "Host header is too long" in answer.text


# Visits


@pytest.mark.parametrize("attempt", ["", "x" * 32, "\0" * 32, "a" * 33])
def test_form_whose_attempt_was_made_up_is_refused(visitor, attempt):
    form = {TOKEN: token_of(visitor.get("/build")), "attempt": attempt, "name": "Oma Oy"}
    assert visitor.post("/build", data=form).status_code == 403


def test_form_with_half_a_character_is_no_failure_of_ours(visitor):
    token = token_of(visitor.get("/build"))
    fields = {TOKEN: token, "attempt": "a" * 32, "name": "+2AA-"}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    answer = visitor.post(
        "/build",
        content=f"{parts}--x--\r\n".encode(),
        headers={"Content-Type": "multipart/form-data; boundary=x; charset=utf-7"},
    )
    assert answer.status_code < 500


def test_form_sent_again_after_its_key_was_revoked_says_so(visitor, base_url):
    page = visitor.get("/build")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page), "name": "Vanha Avain Oy"}
    key = re.search(r"sk_test_[0-9a-f]{48}", sends_early(visitor, form).text)[0]
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=base_url, headers=headers, verify=NO_TLS) as api:
        [own] = api.get("/v1/api_keys").json()["data"]
        assert api.post(f"/v1/api_keys/{own['id']}/revoke").status_code == 200
    answer = visitor.post("/build", data=form)
    assert answer.status_code == 409
    assert "was revoked or has expired" in answer.text


def test_visit_that_is_over_is_begun_anew_by_the_same_cookie_and_deleted(visitor, platform):
    old = starts(visitor)
    with platform.gateway.database.transaction() as session:
        visit = session.exec(select(Visit).order_by(col(Visit.seq).desc())).first()
        visit.expires_ms = now_ms()
        session.add(visit)
        visit_id = visit.id
    assert visitor.get(old).status_code == 404
    new = starts(visitor)
    assert visitor.get(new, follow_redirects=True).status_code == 200
    with platform.gateway.database.transaction() as session:
        sessions = [seat.session_id for seat in session.exec(seats_of(visit_id))]
        assert len(sessions) == 2
        assert forget(session, platform.gateway.outbox, now_ms()) == 1
        assert forget(session, platform.gateway.outbox, now_ms()) == 0
    with platform.gateway.database.snapshot() as session:
        assert not session.exec(select(Visit).where(Visit.id == visit_id)).all()
        assert not session.exec(seats_of(visit_id)).all()
        assert not session.exec(select(DemoRun).where(DemoRun.visit_id == visit_id)).all()
        left = select(SignInSession).where(col(SignInSession.id).in_(sessions))
        assert not session.exec(left).all()
    assert visitor.get(new, follow_redirects=True).status_code == 200


def seats_of(visit_id):
    return select(Seat).where(Seat.visit_id == visit_id)


# The guided demo


def test_demo_begun_twice_by_one_form_is_one_run(visitor):
    page = visitor.get("/demo")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page)}
    runs = {visitor.post("/demo/showroom", data=form).headers["location"] for _ in range(2)}
    assert len(runs) == 1


def test_steps_come_in_their_order(visitor):
    run = starts(visitor)
    for path in (f"{run}/fund", f"{run}/receipt"):
        answer = visitor.get(path)
        assert answer.status_code == 409
        assert "have not been played" in answer.text
    assert plays(visitor, run, "fund").status_code == 409
    assert visitor.get(f"{run}/no-such-step").status_code == 404
    assert visitor.get(run).headers["location"] == f"{run}/identities"


def test_stories_have_nothing_done_by_the_organisers_but_their_parts(platform):
    async def asks():
        scope = {
            "type": "http", "app": app, "method": "GET", "scheme": "http", "path": "/",
            "query_string": b"", "headers": [(b"host", b"sandbox.test")], "client": None,
        }  # fmt: skip
        async with (
            app.router.lifespan_context(app),
            inside.organisers(page_of(Request(scope)), platform.gateway) as organisers,
        ):
            assert (await organisers.chain.get()).chain_id == platform.gateway.chain_id
            for forbidden in (
                organisers.payments.faucet(100),
                organisers.agreements.get("agr_1"),
                organisers.organizations.keys.create("stolen"),
                organisers.request("GET", "/v1/chain/../hackathons"),
            ):
                with pytest.raises(Forbidden):
                    await forbidden

    app = create_app(platform)
    asyncio.run(asks())


def test_unknown_story_is_told(visitor):
    page = visitor.get("/demo")
    form = {TOKEN: token_of(page), "attempt": attempt_of(page)}
    answer = visitor.post("/demo/no-such-story", data=form)
    assert answer.status_code == 404
    assert "There is no story no-such-story." in answer.text


def test_step_sent_by_several_at_once_is_done_once(visitor, base_url):
    run = starts(visitor)
    for step in ("identities", "credential"):
        assert plays(visitor, run, step).status_code == 303
    token = token_of(visitor.get("/build"))
    answers = []

    def send() -> None:
        cookies = dict(visitor.cookies)
        with httpx.Client(
            base_url=base_url, cookies=cookies, headers=BROWSER, timeout=60, verify=NO_TLS
        ) as tab:
            answers.append(tab.post(f"{run}/money", data={TOKEN: token}).status_code)

    tabs = [threading.Thread(target=send) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert answers == [303] * 4
    assert "3,000.00" in visitor.get(f"{run}/money").text
    assert "6,000.00" not in visitor.get(f"{run}/money").text


def test_live_stream_is_for_who_acts_for_the_organization(visitor, base_url):
    run = starts(visitor)
    page = visitor.get(f"{run}/identities").text
    org_id = re.search(r"/live/(org_[0-9a-f]+)", page)[1]
    with visitor.stream("GET", f"/live/{org_id}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
    with httpx.Client(base_url=base_url, headers=BROWSER, verify=NO_TLS) as stranger:
        assert stranger.get(f"/live/{org_id}").status_code == 404


@pytest.mark.slow
def test_demo_goes_on_after_a_restart_of_the_gateway(data_dir):
    from tests.conftest import served

    def played(*steps: str, run: str, cookies: dict[str, str]) -> tuple[str, dict[str, str]]:
        with (
            opened(data_dir) as platform,
            served(create_app(platform)) as url,
            httpx.Client(
                base_url=url, headers=BROWSER, cookies=cookies, timeout=60, verify=NO_TLS
            ) as visitor,
        ):
            run = run or starts(visitor)
            for step in steps:
                assert plays(visitor, run, step).status_code == 303
            return run, dict(visitor.cookies)

    run, cookies = played("identities", "credential", "money", "draft", run="", cookies={})
    played("sign", "countersign", "fund", run=run, cookies=cookies)
    names = [step.name for step in STORY.steps]
    rest = names[names.index("deliver") :]
    played(*rest, run=run, cookies=cookies)


# Receipts


@pytest.fixture(scope="module")
def finished(base_url):
    """The code of a receipt at the end of a demo, and pages that say what it would have cost."""
    with httpx.Client(base_url=base_url, headers=BROWSER, timeout=60, verify=NO_TLS) as visitor:
        run = starts(visitor)
        for step in STORY.steps:
            answer = plays(visitor, run, step.name)
            assert answer.status_code == 303, answer.text
        page = visitor.get(f"{run}/receipt")
        code = re.search(r'class="code">([0-9A-Z-]{14})<', page.text)[1]
        assert code in visitor.get(f"{run}/receipt").text  # asked for again, it is the same one
        priced = {
            language: [
                visitor.get(f"{run}/{step}", params={"lang": language}).text
                for step in ("fund", "receipt")
            ]
            for language in ("en", "fi")
        }
        return code, priced


@pytest.fixture
def receipt(finished):
    """The code of a receipt."""
    return finished[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["by example prices", "our own assumptions of", "taken from no source"]),
        ("fi", ["esimerkkihinnoin", "omia oletuksiamme (", "eivät mistään lähteestä"]),
    ],
)
def test_prices_of_public_networks_are_called_assumptions(finished, language, words):
    note = WORDS["costs_note"].with_values(date="22.11.2026").render(language)
    paper = f"{WORDS['costs'].render(language)} {note}"
    for text in (*finished[1][language], paper):
        assert not [word for word in words if word not in text]


def test_receipt_holds_for_anybody_however_its_code_is_typed(visitor, receipt):
    for typed in (receipt, receipt.lower(), receipt.replace("-", "")):
        answer = visitor.get(f"/check/{typed}")
        assert answer.status_code == 200
        assert "The receipt holds" in answer.text
        assert "not in order" not in answer.text


def test_receipt_no_longer_holds_once_its_credential_is_revoked(visitor, receipt, admin, platform):
    from sqlmodel import Session, select

    from pocplatform.domains.receipts import service
    from pocplatform.domains.receipts.models import Receipt

    with Session(platform.gateway.database.engine) as session:
        row = session.exec(select(Receipt).where(Receipt.code == receipt.replace("-", ""))).one()
        credential = service.content(row).credentials[0].id
    assert admin.write(f"/v1/credentials/{credential}/revoke").status_code == 200
    answer = visitor.get(f"/check/{receipt}")
    assert "The receipt does not hold" in answer.text
    assert "The issuer has revoked it." in answer.text


def test_receipt_is_the_same_pdf_each_time(visitor, receipt):
    first, second = (visitor.get(f"/check/{receipt}/receipt.pdf") for _ in range(2))
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-")


def test_code_of_no_receipt_is_told_with_what_to_do(visitor):
    answer = visitor.get("/check", params={"code": "AAAA-BBBB-CCCC"})
    assert answer.status_code == 404
    assert "No receipt has the code AAAA-BBBB-CCCC." in answer.text
