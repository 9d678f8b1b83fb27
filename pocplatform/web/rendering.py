"""Pages: who reads them in which language and colours, and how they are put together.

A page needs no script and holds none: the content security policy lets a browser load scripts and
styles from this host only, and nothing that stands in the page itself. What a person has chosen is
kept in cookies (``lang``, ``theme``); an address with ``?lang=`` or ``?theme=`` chooses, so that a
link to a page in one language can be passed on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pocplatform import __version__
from pocplatform.domains.visits import service as visits
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import LANGUAGES, choose_language, translate
from pocplatform.web import assets, navigation, shown

THEMES = ("auto", "light", "dark")
LANGUAGE, THEME = "lang", "theme"
"""Names of cookies and of parameters in addresses."""
ACTING = "acting"
"""The cookie that names the organization that a browser has chosen; it opens nothing."""
_VISIT, _VISIT_TLS = "visit", "__Host-visit"
_KEPT_S = 365 * 86_400
_LONGEST_BASE_URL = 300
"""Names of hosts have 253 characters at most (RFC 1035)."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What a browser may load for a page (CSP 3): no script and no style that stands in a page."""


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # They are part of the program: none is looked for on the disk a second time.
        auto_reload=False,
        cache_size=-1,
    )


@dataclass
class Page:
    """A request for a page, and what its answer is made with.

    Attributes:
        request: The request.
        language: ``fi`` or ``en``.
        theme: One of :data:`THEMES`.
        secret: The browser's secret; see :mod:`pocplatform.domains.visits.service`.
        secure: Whether the browser comes by TLS.
    """

    request: Request
    language: str
    theme: str
    secret: str
    secure: bool
    known: bool
    """Whether the browser had the secret before this request."""
    _needs_cookie: bool = field(default=False, init=False)
    _asked_ms: int = field(default_factory=now_ms, init=False)

    def html(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """The page, from a template and its values."""
        text = _templates().get_template(template).render(self._helpers() | values)
        answer = HTMLResponse(
            text,
            status_code=status,
            headers={
                "Content-Language": self.language,
                "Content-Security-Policy": POLICY,
                "Cache-Control": "no-cache, private",
                "Vary": "Accept-Language, Cookie",
                **(headers or {}),
            },
        )
        self._keep_choices(answer)
        if self._needs_cookie and not self.known:
            self.keep_visit(answer)
        return answer

    @property
    def acts(self) -> bool:
        """Whether the browser has chosen an organization; it may have lost the right since."""
        return bool(self.request.cookies.get(ACTING))

    @property
    def came_from(self) -> str | None:
        """The page of this host that a link or a form of led here; None for any other."""
        try:
            sender = urlsplit(self.request.headers.get("referer", ""))
        except ValueError:
            return None
        here = self.request.url
        if sender.netloc != here.netloc or not sender.path or sender.path == here.path:
            return None
        path = _of_this_host(sender.path)
        return f"{path}?{sender.query}" if sender.query else path

    def redirect(self, path: str) -> RedirectResponse:
        """To another page (303).

        After a form was sent, who uses a keyboard goes on from that page's content, unless the path
        names another place in it.
        """
        sent = self.request.method == "POST"
        place = f"{path}#main" if sent and "#" not in path else path
        return RedirectResponse(place, status_code=303)

    def form_token(self) -> str:
        """What a form of this page must carry."""
        self._needs_cookie = True
        return visits.form_token(self.secret)

    def keep_visit(self, answer: Response) -> None:
        """Give the browser its secret, or let it keep it for longer."""
        answer.set_cookie(
            _VISIT_TLS if self.secure else _VISIT,
            self.secret,
            max_age=visits.LASTS_S,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def translate(self, sentence: str, **values: Any) -> str:
        """A sentence in the reader's language."""
        text = translate(sentence, self.language)
        return text.format(**values) if values else text

    def address(self, **query: str) -> str:
        """This page's own address with other parameters.

        The answer to a form may stand at an address that only takes forms: then it is that of the
        page that the form came from.
        """
        here = self.request.url
        own = f"{here.path}?{here.query}"
        sent = self.request.method == "POST"
        path, _, given = ((sent and self.came_from) or own).partition("?")
        kept = {k: v for k, v in parse_qsl(given, True) if k not in (LANGUAGE, THEME)}
        asked = {**kept, **query}
        path = _of_this_host(path)
        return f"{path}?{urlencode(asked)}" if asked else path

    def _helpers(self) -> dict[str, Any]:
        language = self.language
        return {
            "_": self.translate,
            "language": language,
            "theme": self.theme,
            "path": self.request.url.path,
            "acts": self.acts,
            "asked_ms": self._asked_ms,
            "address": self.address,
            "static": assets.url,
            "form_token": self.form_token,
            "navigation": navigation.ENTRIES,
            "further": navigation.FURTHER,
            "version": __version__,
            "money": lambda cents: shown.money(cents, language),
            "euros": lambda amount: shown.euros(amount, language),
            "number": lambda value, decimals=0: shown.number(value, language, decimals),
            "tokens": lambda units, decimals: shown.tokens(units, decimals, language),
            "moment": lambda when: shown.moment(when, language),
            "day": lambda when: shown.day(when, language),
            "short_hash": shown.short_hash,
        }

    def _keep_choices(self, answer: Response) -> None:
        for name, value, values in (
            (LANGUAGE, self.language, LANGUAGES),
            (THEME, self.theme, THEMES),
        ):
            if self.request.query_params.get(name) in values:
                answer.set_cookie(
                    name, value, max_age=_KEPT_S, path="/", secure=self.secure, httponly=True,
                    samesite="lax",
                )  # fmt: skip


def _of_this_host(path: str) -> str:
    """A path with one slash at its begin: two would name another host."""
    return "/" + path.lstrip("/\\")


def page_of(request: Request) -> Page:
    """The page that a request asks for."""
    gateway: Gateway | None = getattr(request.app.state, "gateway", None)
    public = gateway.settings.public_url if gateway is not None else None
    secure = request.url.scheme == "https" or (public is not None and public.scheme == "https")
    given = request.cookies.get(_VISIT_TLS if secure else _VISIT, "")
    known = visits.is_secret(given)
    accepted = choose_language(request.headers.get("accept-language"))
    return Page(
        request=request,
        language=_chosen(request, LANGUAGE, LANGUAGES, accepted),
        theme=_chosen(request, THEME, THEMES, THEMES[0]),
        secret=given if known else visits.new_secret(),
        secure=secure,
        known=known,
    )


async def _page(request: Request) -> Page:
    return page_of(request)


PageDep = Annotated[Page, Depends(_page)]
"""The page that is asked for."""


def base_url(page: Page, gateway: Gateway) -> str:
    """The address that people reach this sandbox by, without a trailing slash.

    Raises :class:`InvalidInput` where a browser says that the host has a name that none can have.
    """
    public = gateway.settings.public_url
    found = str(public if public is not None else page.request.base_url).rstrip("/")
    if public is None and len(found) > _LONGEST_BASE_URL:
        raise InvalidInput("The Host header is too long for the name of a host.")
    return found


def _chosen(request: Request, name: str, values: tuple[str, ...], otherwise: str) -> str:
    for chosen in (request.query_params.get(name), request.cookies.get(name)):
        if chosen in values:
            return str(chosen)
    return otherwise
