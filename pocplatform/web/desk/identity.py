"""Identity and credentials of a company."""

import asyncio

from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.did import did_of
from pocplatform.web import showing
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.credential_names import named
from pocplatform.web.desk.acts import SentDep, Sheet, first, known
from pocplatform.web.desk.words import Words
from pocplatform.web.rendering import base_url

router = Router(include_in_schema=False)

_PATH = "/desk/identity"
_SHOWN = 50
_FITS = 1_800
"""Characters of a credential that a code shows in a size that cameras still read."""


@router.get(_PATH)
async def identity(acting: ActingDep, gateway: GatewayDep) -> HTMLResponse:
    """Who the company is, and what others have certified about it."""
    return await _shown(acting, gateway)


@router.post(f"{_PATH}/register")
async def register(sent: SentDep, gateway: GatewayDep) -> Response:
    """Publish the company's digital identity."""
    try:
        await sent.acting.sandbox().identities.register(idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, sent.refused(error))
    return sent.acting.page.redirect(_PATH)


@router.post(f"{_PATH}/business-id")
async def vouched(sent: SentDep, gateway: GatewayDep) -> Response:
    """Have the business register vouch for the company."""
    sandbox = sent.acting.sandbox()
    try:
        got = await sandbox.credentials.verify_company(format="dc+sd-jwt", idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, sent.refused(error))
    return sent.acting.page.redirect(f"/desk/credentials/{got.id}")


@router.post(f"{_PATH}/profile")
async def publish(sent: SentDep, gateway: GatewayDep) -> Response:
    """Show everybody the company's name and business ID, or nobody."""
    published = sent.text("published") == "yes"
    try:
        await sent.acting.sandbox().profiles.update(published=published, idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, sent.refused(error))
    return sent.acting.page.redirect(_PATH)


@router.get("/desk/credentials/{credential_id}")
async def credential(credential_id: str, acting: ActingDep) -> HTMLResponse:
    """A credential with every check on its own."""
    sandbox = acting.sandbox()
    found = await sandbox.credentials.get(credential_id)
    verified = await sandbox.credentials.verify(found.credential) if found.credential else None
    return acting.html(
        "desk/credential.html",
        credential=found,
        verified=verified,
        qr=showing.qr(found.credential) if 0 < len(found.credential) <= _FITS else None,
        words=Words(acting.page.language, await named(sandbox, [found.type], acting.page.language)),
    )


async def _shown(acting: Acting, gateway: Gateway, sheet: Sheet | None = None) -> HTMLResponse:
    sandbox = acting.sandbox()
    did = did_of(gateway.chain_id, acting.organization.address)
    found, credentials, profile = await asyncio.gather(
        known(sandbox.identities.get(did)),
        first(sandbox.credentials.list(), _SHOWN),
        sandbox.profiles.me(),
    )
    sheet = sheet or Sheet()
    return acting.html(
        "desk/identity.html",
        sheet.status,
        did=did,
        qr=showing.qr(f"{base_url(acting.page, gateway)}/1.0/identifiers/{did}"),
        registered=found is not None and found.status == "active",
        credentials=credentials,
        proved=any(
            one.type == "BusinessIdCredential" and one.status in ("active", "pending")
            for one in credentials
        ),
        published=profile.published,
        sheet=sheet,
        words=Words(
            acting.page.language,
            await named(sandbox, (one.type for one in credentials), acting.page.language),
        ),
    )
