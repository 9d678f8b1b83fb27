"""The request log, and recordings: what was asked with the organization's keys and pages."""

import json

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.client.recordings import LoggedRequest, Recording
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep, rows, status_of
from pocplatform.web.errors import error_classes
from pocplatform.web.forms import FormDep

router = Router(include_in_schema=False)

_PATH = f"{ROOT}/requests"
_RECORDINGS = f"{ROOT}/recordings"
METHODS = ("GET", "POST", "DELETE")
STATUSES = ("2xx", "4xx", "5xx")
FORMATS = {
    "python": ("Python", "text/x-python", "py"),
    "pytest": ("pytest", "text/x-python", "py"),
    "curl": ("curl", "text/x-shellscript", "sh"),
}
"""What a recording can be had as: its name, its media type and the end of its file's name."""


@router.get(_PATH)
async def list_requests(
    desk: DeskDep,
    method: str = Query(default="", max_length=10),
    status: str = Query(default="", max_length=10),
    path: str = Query(default="", max_length=500),
    after: str = Query(default="", max_length=100),
) -> HTMLResponse:
    """The newest requests; those that are asked for."""
    chosen = {
        "method": method if method in METHODS else "",
        "status": status if status in STATUSES else "",
        "path": path.strip(),
    }
    return await _list(desk, chosen, after)


@router.get(f"{_PATH}/{{request_id}}")
async def look(request_id: str, desk: DeskDep) -> HTMLResponse:
    """A request, with what was sent and answered where it was recorded."""
    async with desk.sandbox as sandbox:
        found = await sandbox.requests.get(request_id)
    recorded = found.recorded
    return desk.html(
        "request",
        request=found,
        title=_titles().get(found.code or "", ""),
        body=None if recorded is None or recorded.body is None else _shown(recorded.body),
        answer=None if recorded is None or recorded.answer is None else _shown(recorded.answer),
    )


@router.post(_RECORDINGS)
async def record(form: FormDep, desk: DeskDep) -> Response:
    """Record what the organization does from now on."""
    try:
        async with desk.sandbox as sandbox:
            await sandbox.recordings.start(form.text("name"), idempotency_key=form.key)
    except SandboxError as error:
        return await _list(desk, error=error, name=form.text("name"))
    return desk.page.redirect(f"{_PATH}#recordings")


@router.post(f"{_RECORDINGS}/{{recording_id}}/stop")
async def stop(recording_id: str, form: FormDep, desk: DeskDep) -> Response:
    """End a recording."""
    async with desk.sandbox as sandbox:
        await sandbox.recordings.stop(recording_id)
    return desk.page.redirect(f"{_PATH}#recordings")


@router.post(f"{_RECORDINGS}/{{recording_id}}/delete")
async def delete(recording_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Delete a recording."""
    async with desk.sandbox as sandbox:
        await sandbox.recordings.delete(recording_id)
    return desk.page.redirect(f"{_PATH}#recordings")


@router.get(f"{_RECORDINGS}/{{recording_id}}/{{kind}}")
async def export(recording_id: str, kind: str, desk: DeskDep) -> Response:
    """A recording as a program, to be kept as a file."""
    if kind not in FORMATS:
        raise NotFound("A recording cannot be had as {kind}.", kind=kind[:40])
    async with desk.sandbox as sandbox:
        program = await sandbox.recordings.export(recording_id, kind)  # type: ignore[arg-type]
    _, media_type, end = FORMATS[kind]
    begin = "test_" if kind == "pytest" else ""
    headers = {"Content-Disposition": f'attachment; filename="{begin}{recording_id}.{end}"'}
    return Response(program, media_type=media_type, headers=headers)


async def _list(
    desk: Desk,
    chosen: dict[str, str] | None = None,
    after: str = "",
    error: SandboxError | None = None,
    name: str = "",
) -> HTMLResponse:
    chosen = chosen or {"method": "", "status": "", "path": ""}
    async with desk.sandbox as sandbox:
        found = await rows(sandbox, "/v1/requests", LoggedRequest, after=after, filters=chosen)
        recordings = await rows(sandbox, "/v1/recordings", Recording, limit=10)
    return desk.html(
        "requests",
        200 if error is None else status_of(error),
        requests=found.items,
        older=found.older,
        chosen=chosen,
        methods=METHODS,
        statuses=STATUSES,
        recordings=recordings.items,
        formats=FORMATS,
        error=error,
        name=name,
    )


def _titles() -> dict[str, str]:
    return {kind.code: kind.title for kind in error_classes()}


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
