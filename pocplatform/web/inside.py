"""The way of pages to everything that is not theirs: the public API, within the process.

A page is a client as any other. It asks the same application by the SDK over ASGI, as the
organization that the visit acts for, so that who may do what, and that nothing is done twice, is
decided in one place for programs and for people.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from pocplatform.client import AsyncSandbox, Retry
from pocplatform.domains.visits import service as visits
from pocplatform.http.request_log import UNSEEN
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import Forbidden
from pocplatform.web.direct import Direct
from pocplatform.web.rendering import Page

_WAIT_S = 15.0
"""How long a page waits for the chain before it says that it takes longer."""
_RETRY = Retry(seconds=3.0)
_PARTS = re.compile(
    r"GET /v1/(chain|events|transactions/\w+|credential_types/\w+|trusted_issuers|explorer/.+)"
    r"|POST /v1/(trusted_issuers|credential_types)"
    r"|POST /rpc"
)
"""What organisers do and look at in the stories: trust issuers, lay down types of credentials."""


def sandbox(
    page: Page, org_id: str | None = None, also: Mapping[str, str] | None = None
) -> AsyncSandbox:
    """The API as an organization that the visit acts for, or as nobody.

    Whether it acts for the organization is found out by the API: nobody else has such a session.
    What a page reads to show itself leaves no trace in the request log and in recordings; what is
    done by a page does.

    Args:
        page: Who asks.
        org_id: The organization.
        also: What goes into the ASGI scope of each request.
    """
    token = None if org_id is None else visits.seat_token(page.secret, org_id)
    return by_token(page, token, _transport(page, also))


def organisers(page: Page, gateway: Gateway) -> AsyncSandbox:
    """The API as the programme's organisers, for the parts that they play in pilots only.

    Whoever plays a demo has these done by their key, so nothing else is let through.
    """
    return by_token(page, gateway.organisers_key, _transport(page, only=_PARTS))


def by_token(
    page: Page, token: str | None, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncSandbox:
    """The API as whoever has this key or session, or as nobody."""
    return AsyncSandbox(
        str(page.request.base_url).rstrip("/"),
        token,
        language=page.language,
        wait=_WAIT_S,
        retry=_RETRY,
        transport=transport or _transport(page),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API has answered to one request, as it came.

    Attributes:
        status: Of HTTP.
        body: JSON; None where it is none.
        milliseconds: How long it took.
    """

    status: int
    body: Any
    milliseconds: int

    @property
    def good(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body, to be read by people."""
        return json.dumps(self.body, ensure_ascii=False, indent=2)


async def exchange(
    page: Page, org_id: str, method: str, path: str, body: Any = None, key: str | None = None
) -> Answer:
    """One request of the API as it stands, to be shown with its answer.

    Args:
        page: Who asks.
        org_id: The organization that the visit acts for.
        method: In capitals.
        path: From ``/v1`` on, with its query.
        body: JSON.
        key: The idempotency key.
    """
    headers = {
        "Authorization": f"Bearer {visits.seat_token(page.secret, org_id)}",
        "Accept-Language": page.language,
        **({"Idempotency-Key": key} if key is not None else {}),
    }
    base_url = str(page.request.base_url).rstrip("/")
    began = time.monotonic()
    async with httpx.AsyncClient(transport=_transport(page), timeout=None) as client:
        response = await client.request(method, base_url + path, json=body, headers=headers)
    milliseconds = round((time.monotonic() - began) * 1000)
    try:
        answered = response.json()
    except ValueError:
        answered = None
    return Answer(response.status_code, answered, milliseconds)


def _transport(
    page: Page, also: Mapping[str, str] | None = None, only: re.Pattern[str] | None = None
) -> httpx.AsyncBaseTransport:
    request = page.request
    client = request.client

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if only is not None and not only.fullmatch(f"{scope['method']} {scope['path']}"):
            refused = {"code": Forbidden.code, "detail": "This is no part of a story."}
            await JSONResponse(refused, 403)(scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "GET":
            scope[UNSEEN] = True
        scope.update(also or {})
        await request.app(scope, receive, send)

    return Direct(app, (client.host, client.port) if client is not None else ("127.0.0.1", 0))
