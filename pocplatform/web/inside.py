"""The way of pages to everything that is not theirs: the public API, within the process.

A page is a client as any other. It asks the same application by the SDK over ASGI, as the
organization that the visit acts for, so that who may do what, and that nothing is done twice, is
decided in one place for programs and for people.
"""

import httpx

from pocplatform.client import AsyncSandbox, Retry
from pocplatform.domains.visits import service as visits
from pocplatform.web.rendering import Page

_WAIT_S = 15.0
"""How long a page waits for the chain before it says that it takes longer."""
_RETRY = Retry(seconds=3.0)


def sandbox(page: Page, org_id: str | None = None) -> AsyncSandbox:
    """The API as an organization that the visit acts for, or as nobody.

    Whether it acts for the organization is found out by the API: nobody else has such a session.
    """
    return by_token(page, None if org_id is None else visits.seat_token(page.secret, org_id))


def by_token(page: Page, token: str | None) -> AsyncSandbox:
    """The API as whoever has this key or session, or as nobody."""
    request = page.request
    client = request.client
    transport = httpx.ASGITransport(
        app=request.app,
        raise_app_exceptions=False,
        client=(client.host, client.port) if client is not None else ("127.0.0.1", 0),
    )
    return AsyncSandbox(
        str(request.base_url).rstrip("/"),
        token,
        language=page.language,
        wait=_WAIT_S,
        retry=_RETRY,
        transport=transport,
    )
