"""What the platform does by itself: it delivers webhooks, runs jobs by the clock, and takes on
what was simulated to be late.

One thread with an event loop. It begins when the platform is up, and after that only when there is
something to deliver or :data:`_BEGIN_AFTER_S` have passed: loading what it needs takes processor
time that the first requests should have.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from pocplatform.chain import siwe
from pocplatform.delivery.turns import Turns
from pocplatform.delivery.webhooks import repository
from pocplatform.delivery.webhooks.models import Delivery
from pocplatform.delivery.webhooks.sending import Courier, fan_out
from pocplatform.domains.organizations.service import addresses_of
from pocplatform.events.feed import Subscription
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import now_ms
from pocplatform.kit.loading import loading
from pocplatform.outbox import simulation
from pocplatform.outbox.jobs import Job

if TYPE_CHECKING:
    from pocplatform.delivery.workflows import Workflows

logger = logging.getLogger(__name__)

_BEGIN_AFTER_S = 20.0
_TROUBLE_S = 5.0
_LAST_WORDS_S = 0.5
"""How long what is cut off has to let go of what it holds."""
_ROOM = 100
"""After so many deliveries it is looked for more of an endpoint that had too many."""


class Background:
    """The thread; one in a process at a time.

    Args:
        gateway: The running platform.
        jobs: Work that a clock begins.
    """

    def __init__(self, gateway: Gateway, jobs: Sequence[Job]) -> None:
        self._gateway = gateway
        self._jobs = jobs
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._stopping = False
        self._lock = threading.Lock()
        self._concerned: set[str | None] = set()
        self._all = True
        self._asked = False  # whether somebody has asked for something since the start
        self._run_id = ""
        self._under_way: set[str] = set()
        self._turns = Turns()
        self._subscriptions: dict[str | None, Subscription] = {}

    def start(self) -> None:
        """Begin; returns at once."""
        self._gateway.errands.connect(self._errand)
        self._thread.start()

    def stop(self) -> None:
        """End within a second or so; what is cut off is gone on with at the next start."""
        self._gateway.errands.disconnect(self._errand)
        self._stopping = True
        self._tell()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _errand(self) -> None:
        """There is something to deliver, or somebody to deliver to."""
        self._asked = True
        self._look_at_everybody()
        self._tell()

    def _look_at_everybody(self) -> None:
        with self._lock:
            self._all = True

    def _told(self, tenant: str | None) -> None:
        """There are new events that concern somebody with a webhook."""
        with self._lock:
            self._concerned.add(tenant)
        self._tell()

    def _tell(self) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(self._news.set)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception:
            logger.exception("the background work has ended")

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._stopping:
            return
        if not (self._asked or await run_in_threadpool(self._anything_to_do)):
            await self._wait(_BEGIN_AFTER_S)
        if self._stopping:
            return
        workflows = await self._opened()
        if workflows is None:
            return
        # With what else takes time to load; nothing here needs it.
        threading.Thread(target=siwe.load, name="loading", daemon=True).start()
        try:
            while not self._stopping:
                self._news.clear()
                # Each by itself: what stops one of them must not stop the other.
                try:
                    due_in_s = await self._simulate()
                except Exception:
                    logger.exception("simulations could not go on; tried again soon")
                    due_in_s = _TROUBLE_S
                try:
                    await self._deliver(workflows)
                except Exception:
                    logger.exception("the background met a problem and tries again soon")
                    self._look_at_everybody()
                    due_in_s = _TROUBLE_S if due_in_s is None else min(due_in_s, _TROUBLE_S)
                await self._wait(due_in_s)
        finally:
            for subscription in self._subscriptions.values():
                subscription.end()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            if others:
                await asyncio.wait(others, timeout=_LAST_WORDS_S)
            await asyncio.to_thread(workflows.close)

    async def _opened(self) -> "Workflows | None":
        """The workflows, as soon as their database lets them begin; None if they are not to."""
        # Here: see the module's docstring.
        with loading(beside_others=True):
            from pocplatform.delivery.workflows import InUse

        while not self._stopping:
            try:
                return await self._open()
            except InUse as error:
                logger.error("there is no background work: %s", error)
                return None
            except Exception:
                logger.exception("the background work could not begin; tried again soon")
                self._news.clear()
                await self._wait(_TROUBLE_S)
        return None

    async def _open(self) -> "Workflows":
        from pocplatform.delivery.webhooks.outgoing import Outgoing
        from pocplatform.delivery.workflows import Workflows

        settings = self._gateway.settings
        courier = Courier(
            self._gateway.database,
            self._gateway.writes,
            self._gateway.signers.vault,
            settings,
            Outgoing(private=settings.webhook_private, timeout_s=settings.webhook_timeout_s),
        )

        async def attempt(delivery_id: str) -> float | None:
            await self._turns.come(delivery_id)
            try:
                return await courier.attempt(delivery_id)
            finally:
                self._turns.leave(delivery_id)

        workflows = Workflows(
            self._gateway.database,
            settings.data_dir,
            self._jobs,
            attempt,
            self._ended,
            self._do,
        )
        self._run_id, self._turns = str(now_ms()), Turns()
        for delivery in await run_in_threadpool(self._pending):
            if delivery.attempts == 0:
                self._turns.announce(delivery.webhook_id, delivery.id)
        await workflows.open()
        try:
            self._under_way = await workflows.under_way()
        except BaseException:
            workflows.close()
            raise
        return workflows

    async def _simulate(self) -> float | None:
        """Take simulations on that are due; seconds until the next one is, None for none."""
        due_ms = await run_in_threadpool(self._next_due_ms)
        while due_ms is not None and due_ms <= now_ms():
            settled = await self._gateway.writes.do(simulation.advance)
            self._gateway.watch.settled(settled)
            self._gateway.wake()
            due_ms = await run_in_threadpool(self._next_due_ms)
        return None if due_ms is None else max(0.0, (due_ms - now_ms()) / 1000)

    def _next_due_ms(self) -> int | None:
        with self._gateway.database.snapshot() as session:
            return simulation.next_due_ms(session)

    async def _deliver(self, workflows: "Workflows") -> None:
        """Make deliveries of new events, and begin those that are not under way."""
        with self._lock:
            concerned, self._concerned = self._concerned, set()
            everybody, self._all = self._all, False
        if everybody:
            await run_in_threadpool(self._subscribe)
        if not (everybody or concerned):
            return
        begun = await self._gateway.writes.do(
            lambda session: fan_out(session, None if everybody else concerned)
        )
        if everybody:
            begun = await run_in_threadpool(self._pending)
        for delivery in begun:
            if delivery.id in self._under_way:
                continue
            self._under_way.add(delivery.id)
            if delivery.attempts == 0 and not self._turns.has(delivery.id):
                self._turns.announce(delivery.webhook_id, delivery.id)
            try:
                await workflows.deliver(delivery.id, self._run_id)
            except BaseException:
                self._under_way.discard(delivery.id)
                self._turns.leave(delivery.id)
                raise

    def _ended(self, delivery_id: str) -> None:
        """One is no longer under way: there may be room for more of its endpoint's."""
        self._under_way.discard(delivery_id)
        if len(self._under_way) % _ROOM == 0:
            self._look_at_everybody()
            self._news.set()

    async def _do(self, job: Job) -> int:
        """A job, in database transactions like those of requests; how much there was."""
        outbox, writes, done = self._gateway.outbox, self._gateway.writes, 0
        try:
            while True:
                found = await writes.do(lambda session: job.run(session, outbox, now_ms()))
                done += found
                if job.portion is None or found < job.portion:
                    return done
        except Exception:
            logger.exception("the job %s has failed; it comes again at its time", job.name)
            raise

    def _anything_to_do(self) -> bool:
        with self._gateway.database.snapshot() as session:
            return bool(repository.enabled(session)) or (
                simulation.next_due_ms(session) is not None
            )

    def _pending(self) -> list[Delivery]:
        with self._gateway.database.snapshot() as session:
            return repository.pending(session)

    def _subscribe(self) -> None:
        """Be told of the events of everybody who has a webhook, and of no others."""
        with self._gateway.database.snapshot() as session:
            tenants = {webhook.org_id for webhook in repository.enabled(session)}
            wanted = {tenant: addresses_of(session, tenant) for tenant in tenants}
        for tenant in self._subscriptions.keys() - tenants:
            self._subscriptions.pop(tenant).end()
        for tenant, addresses in wanted.items():
            if tenant in self._subscriptions:
                self._subscriptions[tenant].addresses = addresses  # there may be new ones
                continue
            self._subscriptions[tenant] = self._gateway.feed.subscribe(
                addresses,
                lambda tenant=tenant: self._told(tenant),  # type: ignore[misc]
            )

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
