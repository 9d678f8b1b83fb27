"""From the event log to endpoints: which deliveries there are, and each attempt at one.

What is to be delivered is rows. A delivery is made of an event in the same database transaction
that notes how far the log was looked at for the endpoint, so that a crash at any point loses none
and doubles none. An attempt is noted when its answer is known: one that is cut off before that is
made again, which the receiver can tell by the event's id.
"""

import logging
import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from pocplatform import __version__
from pocplatform.chain.vault import Vault
from pocplatform.delivery.webhooks import repository, service
from pocplatform.delivery.webhooks.models import Attempt, Delivery, DeliveryState, Webhook
from pocplatform.delivery.webhooks.signing import HEADER, signature
from pocplatform.domains.network.service import read_event
from pocplatform.domains.organizations.service import addresses_of
from pocplatform.events import log as event_log
from pocplatform.events.models import Event
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.group_commit import GroupCommit
from pocplatform.kit.ids import new_id
from pocplatform.kit.settings import Settings
from pocplatform.outbox import simulation

if TYPE_CHECKING:
    from pocplatform.delivery.webhooks.outgoing import Outcome, Outgoing

logger = logging.getLogger(__name__)

DISABLED_EVENT = "webhook.disabled"

_ON_THE_WAY = 1000
"""Deliveries of an endpoint that may be on their way; further events stay in the log until then."""
_JITTER = 0.1
"""By what part a wait may be shorter or longer, so that not everything comes back at once."""
_TROUBLE_S = 30.0
"""After a failure of our own, such as a database that does not answer."""


def fan_out(session: Session, tenants: Collection[str | None] | None) -> list[Delivery]:
    """Make deliveries of new events; those that are on their way from now, in their order.

    Args:
        session: Of a database transaction.
        tenants: Whom the new events concern, by their organizations (None among them for the
            organisers); None to look for everybody's.
    """
    made: list[Delivery] = []
    for webhook in repository.enabled(session, tenants):
        room = _ON_THE_WAY - repository.count_pending(session, webhook.id)
        if room <= 0:
            continue
        newest = event_log.last_seq(session)  # before the events, so that none is passed over
        events = event_log.following(
            session,
            addresses_of(session, webhook.org_id),
            webhook.after_seq,
            webhook.event_types,
            room,
        )
        dropped = simulation.dropped(session, {event.transaction_hash for event in events})
        drops_all = webhook.metadata_.get("simulate") == simulation.DROPPED
        for event in events:
            if event.type == service.TEST_EVENT:
                continue  # is sent to the endpoint that it tests, and no other
            drop = drops_all or event.transaction_hash in dropped
            delivery = _delivery(webhook, event, drop=drop)
            session.add(delivery)
            if delivery.state == DeliveryState.PENDING:
                made.append(delivery)
        # Past those that it does not want too, or they would be read again each time.
        reached = newest if len(events) < room else events[-1].seq or 0
        if reached > webhook.after_seq:
            webhook.after_seq = reached
            session.add(webhook)
    return made


def _delivery(webhook: Webhook, event: Event, *, drop: bool) -> Delivery:
    now = now_ms()
    return Delivery(
        id=new_id("dlv"),
        webhook_id=webhook.id,
        event_seq=event.seq or 0,
        state=DeliveryState.DROPPED if drop else DeliveryState.PENDING,
        next_attempt_ms=None if drop else now,
        created_ms=now,
    )


@dataclass(frozen=True, slots=True)
class _Errand:
    """What an attempt takes."""

    url: str
    body: bytes
    headers: dict[str, str]
    attempts: int
    tenant: str


class Courier:
    """Makes attempts at deliveries.

    Args:
        database: Holds deliveries and events.
        writes: Does the writes.
        vault: Opens the secrets.
        settings: Say how often and how long.
        outgoing: Sends.
    """

    def __init__(
        self,
        database: Database,
        writes: GroupCommit,
        vault: Vault,
        settings: Settings,
        outgoing: "Outgoing",
    ) -> None:
        self._database = database
        self._writes = writes
        self._vault = vault
        self._retries_s = settings.webhook_retries_s
        self._outgoing = outgoing

    async def attempt(self, delivery_id: str) -> float | None:
        """Try once; the seconds to wait before the next attempt, None if there is none to be.

        Never raises but when it is cancelled: after a failure of our own it is to be tried again.
        """
        try:
            return await self._attempt(delivery_id)
        except Exception:
            logger.exception("the delivery %s could not be attempted", delivery_id)
            return _TROUBLE_S

    async def _attempt(self, delivery_id: str) -> float | None:
        errand = await run_in_threadpool(self._errand, delivery_id)
        if errand is None:
            await self._writes.do(lambda session: _give_up(session, delivery_id))
            return None
        outcome = await self._outgoing.post(errand.url, errand.body, errand.headers, errand.tenant)
        wait_s = None
        if not outcome.succeeded and errand.attempts < len(self._retries_s):
            wait_s = self._retries_s[errand.attempts] * random.uniform(1 - _JITTER, 1 + _JITTER)
        await self._writes.do(lambda session: _record(session, delivery_id, outcome, wait_s))
        return wait_s

    def _errand(self, delivery_id: str) -> _Errand | None:
        """What is to be sent; None if nothing is any more."""
        with self._database.snapshot() as session:
            delivery = repository.delivery(session, delivery_id)
            if delivery is None or delivery.state != DeliveryState.PENDING:
                return None
            webhook = repository.by_id(session, delivery.webhook_id)
            if webhook is None or webhook.disabled_reason is not None:
                return None
            event = session.exec(select(Event).where(col(Event.seq) == delivery.event_seq)).one()
            body = read_event(event).model_dump_json().encode()
            now = now_ms()
            keys = service.secrets_of(self._vault, webhook, now)
            headers = {
                "Content-Type": "application/json",
                "User-Agent": f"pocplatform/{__version__}",
                "Webhook-Id": event.id,
                "Webhook-Delivery": delivery.id,
                HEADER: signature(body, keys, now // 1000),
            }
            tenant = webhook.org_id or "admin"
            return _Errand(webhook.url, body, headers, delivery.attempts, tenant)


def _record(session: Session, delivery_id: str, outcome: "Outcome", wait_s: float | None) -> None:
    """Note an attempt and what follows from it."""
    delivery = repository.delivery(session, delivery_id)
    if delivery is None:
        return  # deleted meanwhile, with its webhook
    now = now_ms()
    session.add(
        Attempt(
            delivery_id=delivery.id,
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer,
            duration_ms=outcome.duration_ms,
            at_ms=now - outcome.duration_ms,
        )
    )
    delivery.attempts += 1
    delivery.next_attempt_ms = None if wait_s is None else now + int(wait_s * 1000)
    session.add(delivery)
    webhook = repository.by_id(session, delivery.webhook_id)
    if outcome.succeeded:
        delivery.state = DeliveryState.SUCCEEDED
        if webhook is not None:
            webhook.succeeded_ms = now
            session.add(webhook)
    elif wait_s is None:
        delivery.state = DeliveryState.FAILED
        if webhook is not None and webhook.succeeded_ms < delivery.created_ms:
            _disable(session, webhook)


def _disable(session: Session, webhook: Webhook) -> None:
    """Send nothing more to an endpoint that has taken nothing for as long as a delivery lasts."""
    if webhook.disabled_reason is not None:
        return
    webhook.disabled_reason = "failing"
    session.add(webhook)
    told = event_log.NewEvent(
        DISABLED_EVENT,
        {"webhook": webhook.id, "url": webhook.url, "reason": "failing"},
        source=f"{webhook.id}:{now_ms()}",
        audience=[webhook.address] if webhook.address else [],
    )
    event_log.append(session, [told])


def _give_up(session: Session, delivery_id: str) -> None:
    """Cancel what is pending for an endpoint to which nothing is sent any more."""
    delivery = repository.delivery(session, delivery_id)
    if delivery is not None and delivery.state == DeliveryState.PENDING:
        delivery.state = DeliveryState.CANCELLED
        delivery.next_attempt_ms = None
        session.add(delivery)
