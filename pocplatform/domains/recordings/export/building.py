"""A story from a recording: whose requests they are, and which values come from earlier answers."""

import re
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from sqlmodel import Session

from pocplatform.domains.organizations.models import ApiKey, Organization, Wallet
from pocplatform.domains.recordings import repository, service
from pocplatform.domains.recordings.export.story import (
    Actor,
    Call,
    Fresh,
    Later,
    Place,
    Ref,
    Story,
    Value,
    identifier,
    joined,
    refs,
)
from pocplatform.domains.recordings.models import Participant, Recording, Step
from pocplatform.domains.recordings.redaction import REFERENCE, STATE
from pocplatform.kit.did import did_of

_TOKEN = re.compile(
    r"did:ethr:0x[0-9a-fA-F]+:0x[0-9a-fA-F]{40}(?:[0-9a-fA-F]{26})?(?![0-9a-fA-F])"
    r"|(?<![0-9A-Za-z])0x(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})(?![0-9a-fA-F])"
    r"|\b[a-z]{2,4}_[0-9a-f]{24}\b|<secret [0-9a-f]{16}>"
)
_ID = re.compile(r"[a-z]{2,4}_[0-9a-f]{24}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
_FAR_S = 3700 * 86_400
_ON_ITS_WAY = frozenset(("pending", "queued", "signed", "sent", "mined", "confirmed", "prepared"))
_NO_MATTER = frozenset((
    "unauthenticated", "rate_limited", "chain_unreachable", "not_ready", "internal_error",
    "idempotency_key_in_use", "not_found", "bad_request", "unsupported_media_type",
    "method_not_allowed", "idempotency_key_missing", "idempotency_key_reused",
))  # fmt: skip
"""Failures that say nothing about what was done."""
_NOT_TOLD = ("/v1/events", "/v1/sign_out", "/v1/sessions", "/v1/siwe")
_DEPLOY = "/v1/contracts"
_MOST_CHECKS = 8
_RESERVED = frozenset((
    "sandbox", "later", "refused", "replay", "moment", "call", "pick", "and", "as", "assert",
    "class", "def", "del", "elif", "else", "for", "from", "if", "import", "in", "is", "lambda",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "list", "type",
    "key", "answer", "url", "step", "run", "object", "path", "home", "shell", "user", "wait",
    "datetime", "pytest", "secrets",
))  # fmt: skip
_LEFT_OUT = {"oy", "oyj", "ab", "ky", "ay", "tmi", "osk", "ry", "test", "testi"}


def told(session: Session, recording: Recording, chain_id: int) -> Story:
    """The story of a recording."""
    return _Building(session, recording, chain_id).story()


class _Building:
    """Goes through the steps once, and knows which values are from where."""

    def __init__(self, session: Session, recording: Recording, chain_id: int) -> None:
        self._session = session
        self._recording = recording
        self._chain_id = chain_id
        self._steps = [step for step in repository.steps(session, recording.id) if _told(step)]
        self._later = service.failures(session, self._steps)
        key_ids = {step.key_id for step in self._steps if step.key_id is not None}
        self._keys = repository.keys(session, key_ids)
        self._story = Story(recording.name)
        self._known: dict[str, Ref] = {}
        self._literal: set[str] = set()
        self._salts: dict[str, Fresh] = {}
        self._names: set[str] = set(_RESERVED)
        self._main: dict[str, Actor] = {}
        self._actors: dict[str, Actor] = {}
        self._shown: dict[str | None, dict[Place, Any]] = {}

    def story(self) -> Story:
        for organization, opening in self._taking_part():
            self._sign_up(organization, organization.name, opening)
        for organization in self._others():
            self._sign_up(organization, "", 0)
        for place, step in enumerate(self._steps):
            if step.erased:
                self._note(f"{step.method} {step.path}: what it was about was erased")
            elif not self._repeated(place):
                self._tell(step)
        return self._story

    def _taking_part(self) -> Iterator[tuple[Organization, int]]:
        acting = {step.org_id for step in self._steps}
        parts = repository.participants(self._session, self._recording.id)
        known = repository.organizations(self._session, [part.org_id for part in parts])
        for part in parts:
            if part.org_id in acting and part.org_id in known:
                yield known[part.org_id], self._opening(part)

    def _opening(self, part: Participant) -> int:
        return min(part.opening_cents, 100_000_000)

    def _others(self) -> list[Organization]:
        """Those who are dealt with and did not take part: somebody stands in for each."""
        named = {token for step in self._steps for token in _tokens([step.path, step.body])}
        addresses = {token.rpartition(":")[2].lower() for token in named if "0x" in token}
        wallets = repository.wallets(self._session, _checksums(addresses))
        ids = {one for one in named if one.startswith("org_")}
        ids |= {wallet.org_id for wallet in wallets.values()}
        found = repository.organizations(self._session, sorted(ids - self._main.keys()))
        return list(found.values())

    def _sign_up(self, organization: Organization, name: str, opening: int) -> None:
        person = organization.business_id is None
        shown = name if name and not person else ("Person (test)" if person else "Somebody (test)")
        body = {"name": shown, "kind": "person"} if person else {"name": shown}
        answer = {
            "object": "organization",
            "id": organization.id,
            "business_id": organization.business_id,
            "wallet": {
                "address": organization.address,
                "did": did_of(self._chain_id, organization.address),
            },
        }
        variable = self._variable(_short(shown))
        made = self._add(None, "/v1/organizations", body, f"{variable}_organization", answer)
        self._names.add(made.name)
        actor = Actor(variable, Ref(made.number, ("secret_key",)))
        self._main[organization.id] = actor
        if opening:
            self._add(actor, "/v1/faucet", {"amount": opening}, "payment", {})

    def _add(
        self, actor: Actor | None, path: str, body: Value, name: str, answer: Any, raw: Any = None
    ) -> Call:
        """Something that has to be there before."""
        call = Call(
            len(self._story.calls), actor, "POST", path.split("/"), {}, body, name, answer,
            raw_path=path, raw_body=body if raw is None else raw, recorded=False,
        )  # fmt: skip
        self._append(call)
        self._learn(call)
        return call

    def _append(self, call: Call) -> None:
        self._story.calls.append(call)
        secret = [call.actor.secret] if call.actor is not None else []
        for ref in [*secret, *refs(call.segments), *refs(call.query), *refs(call.body)]:
            self._story.calls[ref.call].used.add(ref.place)

    def _repeated(self, place: int) -> bool:
        """Whether the same is asked again later, with nothing done in between: a poll."""
        step = self._steps[place]
        if step.method != "GET":
            return False
        for after in self._steps[place + 1 :]:
            if after.method != "GET":
                return False
            if (after.path, after.query, after.org_id) == (step.path, step.query, step.org_id):
                return True
        return False

    def _tell(self, step: Step) -> None:
        actor = self._actor(step)
        if actor is None:
            self._note(f"{step.method} {step.path}: it was done with a wallet of one's own")
            return
        at_s = step.began_ns / 1e9
        segments = [self._value(part, None) for part in step.path.split("/")]
        pairs = [(name, text) for name, text in parse_qsl(step.query) if name != "wait"]
        query = {name: self._value(text, at_s) for name, text in pairs}
        body = self._value(step.body, at_s)
        if step.path == _DEPLOY and isinstance(step.body, dict) and step.body.get("salt"):
            body["salt"] = self._salt(step.body["salt"])
        code = step.code if step.status >= 400 else self._later.get(step.seq or 0)
        name = self._variable(_about(step))
        call = Call(
            len(self._story.calls), actor, step.method, segments, query, body, name,
            step.answer, code, step.simulate, step.path, step.body,
        )  # fmt: skip
        self._append(call)
        if code is None:
            self._learn(call)
            if step.status != 202:
                self._check(call)

    def _salt(self, given: Any) -> Fresh:
        """Another salt for each replay: code with a salt is deployed once in the life of a chain.

        The same salt stays the same one, so that what was refused for it is refused again.
        """
        key = str(given).lower()
        if key not in self._salts:
            self._salts[key] = Fresh(self._variable("salt"))
            self._story.fresh.append(self._salts[key])
        return self._salts[key]

    def _actor(self, step: Step) -> Actor | None:
        """Who calls; made on the spot where it is another key or wallet. None for one's own."""
        main = self._main.get(step.org_id)
        key = self._keys.get(step.key_id or "")
        organization_address = self._address_of(main)
        if main is None or step.path.endswith(("/prepare", "/submit")):
            return None
        if step.key_id in self._actors:
            return self._actors[step.key_id]
        made = self._known.get(step.key_id or "")
        if made is not None and key is not None:
            # Its making was recorded, with a mark in the place of its secret.
            actor = Actor(
                self._variable(_short(key.name) or "key"), Ref(made.call, ("secret_key",))
            )
        elif step.address == organization_address and not self._limited(key):
            actor = main
        else:
            found = self._further(main, step, key)
            if found is None:
                return None
            actor = found
        self._actors[step.key_id or ""] = actor
        return actor

    def _address_of(self, actor: Actor | None) -> str | None:
        if actor is None:
            return None
        answer: dict[str, Any] = self._story.calls[actor.secret.call].answer
        return str(answer["wallet"]["address"])

    def _limited(self, key: ApiKey | None) -> bool:
        """Whether it matters that a key may do less than another."""
        return key is not None and any(
            step.key_id == key.id and step.code == "forbidden" for step in self._steps
        )

    def _further(self, main: Actor, step: Step, key: ApiKey | None) -> Actor | None:
        """A further key, with a further wallet where it acts by one."""
        body: dict[str, Value] = {
            "name": key.name if key is not None else "",
            "scope": key.scopes[-1] if key is not None else "manage",
        }
        raw = dict(body)
        if step.address != self._address_of(main):
            wallet = repository.wallets(self._session, [step.address]).get(step.address)
            if wallet is None or wallet.custody != "platform":
                return None
            body["wallet"], raw["wallet"] = self._wallet(main, wallet), wallet.id
        variable = self._variable(_short(body["name"]) or "key")
        made = self._add(main, "/v1/api_keys", body, f"{variable}_key", {}, raw)
        return Actor(variable, Ref(made.number, ("secret_key",)))

    def _wallet(self, main: Actor, wallet: Wallet) -> Ref:
        if wallet.id not in self._known:
            answer = {
                "id": wallet.id,
                "address": wallet.address,
                "did": did_of(self._chain_id, wallet.address),
            }
            self._add(main, "/v1/wallets", {"name": wallet.name}, self._variable("wallet"), answer)
        return self._known[wallet.id]

    def _variable(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._names:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name)
        return name

    def _note(self, words: str) -> None:
        self._story.notes.append(words)

    def _learn(self, call: Call) -> None:
        """Know where the values of an answer come from, if nobody has named them before."""
        for place, text in _texts(call.answer, ()):
            key = text.lower() if "0x" in text else text
            new = key not in self._known and text not in self._literal
            if new and REFERENCE.fullmatch(text) and not re.fullmatch(r"\d{1,11}", text):
                self._known[key] = Ref(call.number, place)

    def _value(self, raw: Any, at_s: float | None) -> Value:
        if isinstance(raw, dict):
            return {name: self._value(item, at_s) for name, item in raw.items()}
        if isinstance(raw, list):
            return [self._value(item, at_s) for item in raw]
        if not isinstance(raw, str):
            return raw
        ref = self._known.get(raw.lower() if "0x" in raw else raw)
        if ref is not None:
            return ref
        if at_s is not None and _MOMENT.fullmatch(raw):
            seconds = round(datetime.fromisoformat(raw.upper()).timestamp() - at_s)
            if abs(seconds) < _FAR_S:
                return Later(seconds)
        if len(raw) <= 400:
            self._literal.add(raw)
        parts: list[Value] = []
        end = 0
        for token in _TOKEN.finditer(raw):
            found = self._known.get(token[0].lower() if "0x" in token[0] else token[0])
            if found is None:
                if _ID.fullmatch(token[0]) or token[0].startswith("<"):
                    self._note(f"{token[0]} was there before: put something of yours in its place")
                continue
            parts += [raw[end : token.start()], found]
            end = token.end()
        return joined([*parts, raw[end:]])

    def _check(self, call: Call) -> None:
        """What the answer must say again: of a thing that was shown before, what is new in it."""
        thing = call.answer.get("id") if isinstance(call.answer, dict) else None
        before = self._shown.get(thing, {})
        told = dict(_telling(call.answer, ()))
        self._shown[thing] = told if thing is not None else {}
        for place in sorted(told, key=len):
            value = self._value(told[place], None)
            unknown = isinstance(value, str) and _TOKEN.search(value)
            new = before.get(place) != told[place]
            if new and not unknown and len(call.checks) < _MOST_CHECKS:
                call.checks.append((place, value))


def _told(step: Step) -> bool:
    if step.path.startswith(_NOT_TOLD) or step.status >= 500 or step.code in _NO_MATTER:
        return False
    return step.status < 300 or (step.method != "GET" and step.code is not None)


def _short(name: str) -> str:
    """The first words of a name, as a variable."""
    words = [word for word in re.split(r"[\s(),.]+", name) if word.lower() not in _LEFT_OUT]
    return identifier(" ".join(words[:2]), "somebody" if name else "")


def _about(step: Step) -> str:
    """What an answer is about, as a variable."""
    answer = step.answer
    kind = answer.get("object") if isinstance(answer, dict) else None
    if isinstance(kind, str) and kind != "list":
        return identifier(kind, "answer_1")
    words = [part for part in step.path.split("/")[2:] if not _TOKEN.search(part)]
    return identifier(words[0] if words else "", "answer_1")


def _checksums(addresses: set[str]) -> list[str]:
    from pocplatform.chain.codec import checksum

    return [checksum(address) for address in addresses if len(address) == 42]


def _tokens(value: Any) -> Iterator[str]:
    for _, text in _texts(value, ()):
        yield from _TOKEN.findall(text)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """All texts in a value, those that stand higher first."""
    waiting: deque[tuple[Any, Place]] = deque([(value, place)])
    while waiting:
        found, at = waiting.popleft()
        if isinstance(found, str):
            yield at, found
        elif isinstance(found, dict):
            waiting += [(item, (*at, name)) for name, item in found.items()]
        elif isinstance(found, list):
            waiting += [(item, (*at, number)) for number, item in enumerate(found)]


def _telling(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """What of an answer tells its state: not what a transaction on its way says."""
    if isinstance(value, list):
        for number, item in enumerate(value[:5]):
            yield from _telling(item, (*place, number))
    if not isinstance(value, dict) or value.get("object") in ("transaction", "list"):
        return
    for name, item in value.items():
        if name == "results" and isinstance(item, dict):
            yield from (((*place, name, key), found) for key, found in item.items())
        elif isinstance(item, dict | list):
            if len(place) < 3 and name not in ("transactions", "transaction", "payments"):
                yield from _telling(item, (*place, name))
        elif name in STATE - {"object"} and item not in _ON_ITS_WAY and item is not None:
            yield (*place, name), item
