"""Keys: made, changed for new ones, revoked. A key is shown once, when it is made."""

from typing import Any, cast

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.client.access import ApiKey, KeyScope
from pocplatform.http.routing import Router
from pocplatform.kit.clock import now_ms
from pocplatform.kit.i18n import Phrase
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep, rows, status_of
from pocplatform.web.forms import FormDep

router = Router(include_in_schema=False)

_PATH = f"{ROOT}/keys"
_DAY = 86_400
_NEW = Phrase("Your new key")
_NOT_OFFERED = Phrase("Choose one of the times that are offered.")
SCOPES = {
    "read": Phrase("Read: look at everything, change nothing"),
    "write": Phrase("Write: also pay, sign and deploy"),
    "manage": Phrase("Manage: also keys, members and the organization itself"),
}
ENDS = {
    "": Phrase("Never"),
    str(_DAY): Phrase("In a day"),
    str(30 * _DAY): Phrase("In 30 days"),
    str(365 * _DAY): Phrase("In a year"),
}
OVERLAPS = {
    "0": Phrase("At once"),
    "3600": Phrase("In an hour"),
    str(_DAY): Phrase("In a day"),
    str(7 * _DAY): Phrase("In a week"),
}


@router.get(_PATH)
async def list_keys(desk: DeskDep, after: str = Query(default="", max_length=100)) -> HTMLResponse:
    """All keys, without their secrets."""
    return await _list(desk, after=after)


@router.post(_PATH)
async def make_key(form: FormDep, desk: DeskDep) -> Response:
    """A further key, shown here and nowhere else; a form that is sent twice makes one."""
    scope, ends = form.text("scope"), form.text("expires_in_s")
    values = {"name": form.text("name"), "scope": scope, "expires_in_s": ends}
    if ends not in ENDS:  # an unreadable time must not become none
        return await _list(desk, values=values, wrong=True)
    try:
        async with desk.giving_key(form.attempt) as sandbox:
            made = await sandbox.organizations.keys.create(
                values["name"],
                scope=cast(KeyScope, scope),
                expires_in_s=int(ends) if ends else None,
            )
    except SandboxError as error:
        return await _list(desk, error, values)
    return desk.secret(_NEW, made.secret_key, _PATH)


@router.get(f"{_PATH}/{{key_id}}")
async def look(key_id: str, desk: DeskDep) -> HTMLResponse:
    """A key, and what can be done with it."""
    return await _one(desk, key_id)


@router.post(f"{_PATH}/{{key_id}}/rotate")
async def rotate(key_id: str, form: FormDep, desk: DeskDep) -> Response:
    """A new key in place of one, which goes on working for a while."""
    overlap = form.text("overlap_s")
    if overlap not in OVERLAPS:
        return await _one(desk, key_id, wrong=True)
    async with desk.giving_key(form.attempt) as sandbox:
        made = await sandbox.organizations.keys.rotate(key_id, overlap_s=int(overlap))
    return desk.secret(_NEW, made.secret_key, _PATH)


@router.post(f"{_PATH}/{{key_id}}/revoke")
async def revoke(key_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Let a key open nothing any more."""
    async with desk.sandbox as sandbox:
        await sandbox.organizations.keys.revoke(key_id)
    return desk.page.redirect(_PATH)


def state(key: ApiKey) -> str:
    """Whether a key is in use, revoked or expired."""
    if key.revoked is not None:
        return "revoked"
    if key.expires is not None and key.expires.timestamp() * 1000 <= now_ms():
        return "expired"
    return "active"


async def _list(
    desk: Desk,
    error: SandboxError | None = None,
    values: dict[str, Any] | None = None,
    after: str = "",
    wrong: bool = False,
) -> HTMLResponse:
    async with desk.sandbox as sandbox:
        found = await rows(sandbox, "/v1/api_keys", ApiKey, after=after)
    return desk.html(
        "keys",
        status_of(error) if error is not None else 422 if wrong else 200,
        keys=[(key, state(key)) for key in found.items],
        older=found.older,
        scopes=SCOPES,
        ends=ENDS,
        values=values or {"name": "", "scope": "write", "expires_in_s": ""},
        error=error,
        time_error=_NOT_OFFERED.render(desk.page.language) if wrong else None,
    )


async def _one(desk: Desk, key_id: str, wrong: bool = False) -> HTMLResponse:
    async with desk.sandbox as sandbox:
        key = await sandbox.organizations.keys.get(key_id)
    return desk.html(
        "key",
        422 if wrong else 200,
        key=key,
        state=state(key),
        overlaps=OVERLAPS,
        time_error=_NOT_OFFERED.render(desk.page.language) if wrong else None,
    )
