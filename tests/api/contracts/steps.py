"""What the tests of the workbench do again and again."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path
from uuid import uuid4

HERE = Path(__file__).parent


def source(name):
    """A source by its name: of ``sources``, or with its folder, such as ``zoo/Events``."""
    return (HERE / f"{name if '/' in name else f'sources/{name}'}.sol").read_text()


def compiled(api, *names, **settings):
    """A compilation of these sources; without the optimizer, the compiler takes half the time."""
    sources = {f"{name}.sol": source(name) for name in names}
    return compilation_of(api, {"sources": sources} | ({"settings": settings} if settings else {}))


def compilation_of(api, body):
    """A compilation; the machine may be busy, and a compiler waits for its turn."""
    key = {"Idempotency-Key": str(uuid4())}
    answer = api.post("/v1/contracts/compile", json=body, headers=key, timeout=150)
    assert answer.status_code == 201, answer.text
    return answer.json()


def deployed(api, compilation, contract, arguments=None, **more):
    """A contract of a compilation, once it is on the chain."""
    body = {"compilation": compilation["id"], "contract": contract, "arguments": arguments or {}}
    answer = api.write("/v1/contracts", body | more)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "live"
    return answer.json()


def call(api, contract, function, arguments=None, **more):
    """What a function answers: the whole response."""
    path = f"/v1/contracts/{contract['id']}/call/{function}"
    return api.post(path, json={"arguments": arguments or {}} | more)


def results(api, contract, function, arguments=None):
    answer = call(api, contract, function, arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def send(api, contract, function, arguments=None, **more):
    path = f"/v1/contracts/{contract['id']}/send/{function}"
    return api.write(path, {"arguments": arguments or {}} | more)


def sent(api, contract, function, arguments=None, **more):
    answer = send(api, contract, function, arguments, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(api, contract, **query):
    answer = api.get(f"/v1/contracts/{contract['id']}/events", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def zipped(files, **attributes):
    """A zip archive in base64; ``attributes`` are external attributes by file name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes.get(name, 0)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return base64.b64encode(buffer.getvalue()).decode()
