"""What pages load: each file under an address that holds the hash of its content.

Such an address never gives anything else, so browsers keep it for ever and a new version is a new
address. Files are read and compressed once.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from fastapi import Request
from fastapi.responses import Response

from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound
from pocplatform.kit.settings import PROJECT_ROOT

_STATIC = Path(__file__).parent / "static"
_MODULES = PROJECT_ROOT / "node_modules"
_HTMX = _MODULES / "htmx.org" / "dist"
_VENDORED = {"htmx.js": (_HTMX / "htmx.min.js", _HTMX / "ext" / "hx-sse.min.js")}
"""Files of npm packages, joined under the name that pages know them by.

htmx looks through a page as soon as its own script has run. An extension in a script of its own
may come after that, and then the page stays deaf to its stream: so they are one script.
"""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_DIGITS = 12

router = Router(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load.

    Attributes:
        address: With the hash in it.
        packed: Compressed with gzip.
    """

    address: str
    media_type: str
    body: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """All files by their names."""
    files: dict[str, tuple[Path, ...]] = {}
    files |= {path.name: (path,) for path in sorted(_STATIC.iterdir()) if path.suffix in _TYPES}
    files |= {name: paths for name, paths in _VENDORED.items() if all(map(Path.is_file, paths))}
    return {
        name: _asset(name, b"\n".join(path.read_bytes() for path in paths))
        for name, paths in files.items()
    }


def url(name: str) -> str:
    """The address of a file. Raises :class:`KeyError` for one that there is not."""
    return assets()[name].address


def _asset(name: str, body: bytes) -> Asset:
    path = PurePosixPath(name)
    hash_ = hashlib.sha256(body).hexdigest()[:_DIGITS]
    return Asset(
        address=f"/static/{path.stem}.{hash_}{path.suffix}",
        media_type=_TYPES[path.suffix],
        body=body,
        packed=gzip.compress(body, 9, mtime=0),
    )


@cache
def _by_address() -> dict[str, Asset]:
    return {asset.address: asset for asset in assets().values()}


@router.get("/static/{name}")
def static_file(name: str, request: Request) -> Response:
    """A file that pages load."""
    asset = _by_address().get(f"/static/{name}")
    if asset is None:
        raise NotFound("There is no file {name}.", name=name)
    return _answer(asset, request, "public, max-age=31536000, immutable")


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The mark, as SVG."""
    return _answer(assets()["mark.svg"], request, "public, max-age=86400")


def _answer(asset: Asset, request: Request, kept: str) -> Response:
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.media_type, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)
