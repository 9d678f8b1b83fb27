"""Verbs of the command line about events: ``pocplatform listen | trigger``."""

import contextlib
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import Json, Language, print_json_line, read_settings, running_url

if TYPE_CHECKING:
    import httpx

    from pocplatform.client import Sandbox
    from pocplatform.client.models import Event

Url = Annotated[str | None, typer.Option(help="Address of a running sandbox.")]
Key = Annotated[
    str | None,
    typer.Option(help="Secret key of whom it is about; without it, the organisers'."),
]

_FORWARD_TIMEOUT_S = 30.0
_EVENT_WITHIN_S = 20.0


class ForwardAddressInvalid(PlatformError):
    """Events cannot be forwarded to what was given."""

    code = "forward_address_invalid"
    title = "Events cannot be forwarded there"


class UnknownEvent(PlatformError):
    """There is no recipe for an event."""

    code = "unknown_event"
    title = "There is no such event to trigger"


class EventMissing(PlatformError):
    """What should bring an event about has not."""

    code = "event_missing"
    title = "The event did not happen"


def listening_secret(secret_key: str) -> str:
    """The secret that ``listen`` signs with: the same whenever the same key listens."""
    digest = hmac.new(secret_key.encode(), b"pocplatform listen", hashlib.sha256)
    return "whsec_" + digest.hexdigest()[:48]


def listen(
    forward_to: Annotated[str, typer.Option(help="Address to forward events to, by POST.")],
    url: Url = None,
    key: Key = None,
    events: Annotated[
        str, typer.Option(help="Type or family of types of the events, such as payment.*")
    ] = "*",
    last_event_id: Annotated[
        str | None, typer.Option(help="Begin after this event instead of with the next one.")
    ] = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Forward events to an address of yours as they happen, signed like webhooks, until Ctrl-C."""
    import httpx

    target = _checked(forward_to)
    console = Console(soft_wrap=True)
    with (
        _sandbox(url, key, language) as (sandbox, secret_key),
        httpx.Client(timeout=_FORWARD_TIMEOUT_S, trust_env=False, follow_redirects=False) as http,
    ):
        secret = listening_secret(secret_key)
        sandbox.chain.get()  # whether a sandbox is there at all
        if json_output:
            print_json_line({"forward_to": forward_to, "secret": secret})
        else:
            ready = (
                f"Valmis. Allekirjoitussalaisuus: {secret}  (Ctrl-C lopettaa)"
                if language == "fi"
                else f"Ready. The signing secret is {secret}  (Ctrl-C stops)"
            )
            console.print(Text(ready))
        for event in sandbox.events.stream(type=events, last_event_id=last_event_id):
            outcome = _forward(http, target, event, secret)
            if json_output:
                print_json_line({"event": event.id, "type": event.type} | outcome)
            else:
                console.print(_line(event, outcome))


def _checked(address: str) -> str:
    import httpx

    address = address if "://" in address else f"http://{address}"
    try:
        parsed = httpx.URL(address)
        good = parsed.scheme in ("http", "https") and bool(parsed.host)
    except httpx.InvalidURL:
        good = False
    if not good:
        raise ForwardAddressInvalid(
            "{address!r} is no web address.",
            next_step="Write it as http://127.0.0.1:3000/hook.",
            address=address,
        )
    return address


def _forward(http: "httpx.Client", target: str, event: "Event", secret: str) -> dict[str, Any]:
    """Send an event on; what came of it."""
    import httpx

    from pocplatform.delivery.webhooks.signing import HEADER, signature
    from pocplatform.kit.clock import now_s

    body = event.model_dump_json().encode()
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": event.id,
        HEADER: signature(body, [secret], now_s()),
    }
    began = time.monotonic()
    try:
        status: int | None = http.post(target, content=body, headers=headers).status_code
        error = None
    except httpx.HTTPError as failure:
        status, error = None, str(failure) or type(failure).__name__
    return {
        "status": status,
        "error": error,
        "duration_ms": int((time.monotonic() - began) * 1000),
    }


def _line(event: "Event", outcome: dict[str, Any]) -> Text:
    good = outcome["status"] is not None and 200 <= outcome["status"] < 300
    shown = str(outcome["status"] or outcome["error"])
    return Text.assemble(
        (datetime.now(UTC).strftime("%H:%M:%S "), "dim"),
        f"{event.type} {event.id} → ",
        (shown, "green" if good else "red"),
        (f" {outcome['duration_ms']} ms", "dim"),
    )


class _Recipes:
    """Makes things happen, by the API alone.

    Args:
        sandbox: Without a key.
        us: Whose event it shall be; somebody new where this is None.
    """

    def __init__(self, sandbox: "Sandbox", us: "Sandbox | None") -> None:
        self._sandbox = sandbox
        self.us = us or self._somebody()

    def _somebody(self) -> "Sandbox":
        made = self._sandbox.organizations.sign_up("Koe Oy (testi)")
        return self._sandbox.with_key(made.secret_key)

    def payment(self) -> None:
        """Test money, and a payment of it."""
        self.us.payments.faucet(50_00)
        self.us.payments.transfer(self._somebody().organizations.me().id, 12_34)

    def identity(self) -> None:
        """The public key of a DID."""
        self.us.identities.register()

    def agreement(self, *steps: str) -> None:
        """An agreement with one milestone, as far as the steps go."""
        from pocplatform.client import MilestoneTerms, PartyTerms

        them, arbiter = self._somebody(), self._somebody()
        ours, theirs = (one.organizations.me().wallet.did for one in (self.us, them))
        agreement = self.us.agreements.create(
            "Koesopimus (testi)",
            "Made by `pocplatform trigger`.",
            [PartyTerms(who=ours, role="client"), PartyTerms(who=theirs, role="provider")],
            [MilestoneTerms(title="1", amount=20_00, payer=0, provider=1, review_window_s=3600)],
            arbiter=arbiter.organizations.me().wallet.did,
        ).id
        for party in (self.us, them):
            party.agreements.sign(agreement)
        verbs: dict[str, Callable[[], Any]] = {
            "activate": lambda: self.us.agreements.activate(agreement),
            "fund": lambda: (
                self.us.payments.faucet(20_00), self.us.agreements.fund(agreement)
            ),
            "deliver": lambda: them.agreements.deliver(agreement, 0, "Delivered (test)."),
            "accept": lambda: self.us.agreements.accept(agreement, 0),
            "dispute": lambda: self.us.agreements.dispute(agreement, 0, "Not as agreed (test)."),
            "resolve": lambda: arbiter.agreements.resolve(agreement, 0, 7_500, "Divided (test)."),
        }  # fmt: skip
        for step in steps:
            verbs[step]()


_DELIVERED = ("activate", "fund", "deliver")
_RECIPES: dict[str, tuple[str, Callable[[_Recipes], None]]] = {
    "payment.received": ("payment.received", lambda it: it.payment()),
    "payment.succeeded": ("payment.*", lambda it: it.payment()),
    "identity.attribute_changed": ("identity.attribute_changed", lambda it: it.identity()),
    "agreement.activated": ("agreement.activated", lambda it: it.agreement("activate")),
    "agreement.completed": (
        "agreement.completed", lambda it: it.agreement(*_DELIVERED, "accept")
    ),
    "milestone.funded": ("milestone.funded", lambda it: it.agreement("activate", "fund")),
    "milestone.delivered": ("milestone.delivered", lambda it: it.agreement(*_DELIVERED)),
    "milestone.paid": ("milestone.paid", lambda it: it.agreement(*_DELIVERED, "accept")),
    "milestone.disputed": (
        "milestone.disputed", lambda it: it.agreement(*_DELIVERED, "dispute")
    ),
    "milestone.resolved": (
        "milestone.resolved", lambda it: it.agreement(*_DELIVERED, "dispute", "resolve")
    ),
}  # fmt: skip
"""What is looked for in the event log, and what brings it about."""


def trigger(
    event: Annotated[str, typer.Argument(help="Its type, such as payment.received.")],
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Make an event happen, for real, through the API: with test money and on the test chain."""
    if event not in _RECIPES:
        near = get_close_matches(event, _RECIPES, n=1)
        raise UnknownEvent(
            "{event!r} cannot be triggered.",
            next_step="Did you mean {near}? These can: {known}." if near else "These can: {known}.",
            event=event,
            near=near[0] if near else "",
            known=", ".join(sorted(_RECIPES)),
        )
    pattern, bring_about = _RECIPES[event]
    with _sandbox(url, key, language) as (sandbox, _):
        recipes = _Recipes(sandbox, sandbox if key is not None else None)
        known = {one.id for one in recipes.us.events.list(type=pattern)}
        bring_about(recipes)
        happened = next(_new_events(recipes.us, pattern, known), None)
    if happened is None:
        raise EventMissing(
            "{event} did not come within {seconds:g} s.",
            next_step="Look at GET /readyz, and try again.",
            event=event,
            seconds=_EVENT_WITHIN_S,
        )
    if json_output:
        print_json_line(happened.model_dump(mode="json"))
    else:
        Console(soft_wrap=True).print(Text(f"{happened.type} {happened.id}"))


def _new_events(us: "Sandbox", pattern: str, known: set[str]) -> Iterator["Event"]:
    """Events that were not there before."""
    deadline = time.monotonic() + _EVENT_WITHIN_S
    while time.monotonic() < deadline:
        yield from (one for one in us.events.list(type=pattern) if one.id not in known)
        time.sleep(0.1)


@contextlib.contextmanager
def _sandbox(url: str | None, key: str | None, language: str) -> Iterator[tuple["Sandbox", str]]:
    """The SDK's sandbox, and the key that it uses."""
    from pocplatform.client import Sandbox
    from pocplatform.organisers import admin_secret

    settings = read_settings()
    base_url = url or running_url(settings)
    secret_key = key or admin_secret(settings)
    with Sandbox(base_url.rstrip("/"), secret_key, language=language) as sandbox:
        yield sandbox, secret_key
