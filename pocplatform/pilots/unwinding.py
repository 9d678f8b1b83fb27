"""Leaves nothing stuck after a failure: what a run has begun is ended, and money goes back.

The general way, for pilots that have no ``unwind`` of their own: agreements with money in escrow
are terminated by all parties, and what was paid in goes back to who paid it; mandates are
cancelled, orders on the market and open invoices withdrawn, parcels given back with their
deposits, spaces left, and payments that could not be delivered fetched. Every write has an
idempotency key of the run, so all of it can be done again after an interruption.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from pocplatform.client import SandboxError
from pocplatform.client.models import Agreement
from pocplatform.client.parcels import Parcel
from pocplatform.pilots.errors import PASSING
from pocplatform.pilots.evaluation import Unwound
from pocplatform.pilots.scene import Scene
from pocplatform.pilots.shown import ORGANISERS, Text

logger = logging.getLogger(__name__)

_OPEN_INVOICES = ("open", "partially_paid", "overdue")
_ALL_BACK_BPS = 0
"""The payee's share of a dispute that the arbiter ends so that all goes back."""


async def unwind(scene: Scene) -> Unwound:
    """End what the roles of a run have begun; what was done, and what could not be."""
    return await _Unwinding(scene).all()


class _Unwinding:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._roles = {player.address: role for role, player in scene.players.items()}
        self._done: list[Text] = []
        self._left: list[Text] = []

    async def all(self) -> Unwound:
        """Everything, in an order in which nothing stands in another's way."""
        for end in (
            self._agreements, self._mandates, self._orders, self._invoices, self._parcels,
            self._visits, self._held_payments,
        ):  # fmt: skip
            for role in self._scene.players:
                try:
                    await end(role)
                except PASSING:
                    raise
                except Exception as error:
                    self._unasked(role, error)
        return Unwound(done=self._done, left=self._left)

    def _unasked(self, role: str, error: Exception) -> None:
        name, why = self._scene.players[role].name, f"{type(error).__name__}: {error}"
        if isinstance(error, SandboxError):
            why = error.detail
        else:
            logger.warning("what %s has begun cannot be ended", name, exc_info=error)
        what = Text(
            f"Not all that {name} has begun could be ended: {why}",
            f"Kaikkea yrityksen {name} aloittamaa ei voitu päättää: {why}",
        )
        if what not in self._left:  # said once, though each kind of thing is asked for
            self._left.append(what)

    async def _try(self, what: Text, *attempts: Callable[[], Awaitable[Any]]) -> None:
        """Do the first of several ways that works, and note what came of it."""
        why = ""
        for attempt in attempts:
            try:
                await attempt()
            except PASSING:
                raise
            except SandboxError as error:
                why = error.detail
            else:
                self._done.append(what)
                return
        self._left.append(Text(f"{what.en}: {why}", f"{what.fi}: {why}"))

    async def _agreements(self, role: str) -> None:
        sandbox = self._scene.sandbox(role)
        for agreement in await _all(sandbox.agreements.list()):
            here = [self._roles[p.address] for p in agreement.parties if p.address in self._roles]
            if agreement.escrow == 0 or here[:1] != [role]:
                continue  # each agreement is ended once: by the first of its parties that is here
            await self._try(
                Text(
                    f"The agreement “{agreement.title}” was ended; what was in escrow went back",
                    f"Sopimus ”{agreement.title}” purettiin; sulkutilillä ollut raha palautettiin",
                ),
                partial(self._terminate, agreement, role),
                partial(self._refund, agreement, role),
            )

    async def _terminate(self, agreement: Agreement, role: str) -> None:
        """All parties sign that everything in escrow goes back."""
        changes, key = self._scene.sandbox(role).agreement_changes, self._scene.key
        reason = Text("The run has failed.", "Ajo epäonnistui.").render(self._scene.language)
        change = await changes.terminate(
            agreement.id, reason, idempotency_key=key(f"unwind-end-{agreement.id}")
        )
        for party in change.missing:
            signer = self._roles.get(agreement.parties[party].address or "", ORGANISERS)
            await self._scene.acting(signer).agreement_changes.sign(
                agreement.id, change.id, idempotency_key=key(f"unwind-sign-{change.id}-{party}")
            )

    async def _refund(self, agreement: Agreement, role: str) -> None:
        """Where not all parties are here: disputes are decided, and what is over is ended."""
        key = self._scene.key
        for milestone in agreement.milestones:
            if milestone.state == "disputed":
                arbiter = self._roles.get(agreement.arbiter or "", ORGANISERS)
                await self._scene.acting(arbiter).agreements.resolve(
                    agreement.id,
                    milestone.index,
                    _ALL_BACK_BPS,
                    "The run has failed.",
                    idempotency_key=key(f"unwind-resolve-{agreement.id}-{milestone.index}"),
                )
        agreements = self._scene.sandbox(role).agreements
        if (await agreements.get(agreement.id)).escrow > 0:
            await agreements.expire(
                agreement.id, idempotency_key=key(f"unwind-expire-{agreement.id}")
            )

    async def _mandates(self, role: str) -> None:
        mandates = self._scene.sandbox(role).mandates
        for mandate in await _all(mandates.list()):
            if mandate.status not in ("active", "paused"):
                continue
            await self._try(
                Text(
                    f"The mandate “{mandate.description}” was cancelled",
                    f"Suoraveloitusvaltuutus ”{mandate.description}” päätettiin",
                ),
                partial(
                    mandates.cancel,
                    mandate.id,
                    idempotency_key=self._scene.key(f"unwind-{mandate.id}"),
                ),
            )

    async def _orders(self, role: str) -> None:
        market, address = self._scene.sandbox(role).market, self._scene.players[role].address
        orders = await _all(market.listings(seller=address, status="open"))
        orders += await _all(market.offers(buyer=address, status="open"))
        for order in orders:
            await self._try(
                Text("An order on the market was withdrawn", "Ilmoitus tai tarjous poistettiin"),
                partial(
                    market.cancel, order.id, idempotency_key=self._scene.key(f"unwind-{order.id}")
                ),
            )

    async def _invoices(self, role: str) -> None:
        invoices = self._scene.sandbox(role).invoices
        for invoice in await _all(invoices.list(direction="issued")):
            if invoice.status not in _OPEN_INVOICES:
                continue
            await self._try(
                Text(
                    f"The invoice {invoice.reference} was called back",
                    f"Lasku {invoice.reference} peruttiin",
                ),
                partial(
                    invoices.cancel,
                    invoice.id,
                    idempotency_key=self._scene.key(f"unwind-{invoice.id}"),
                ),
            )

    async def _parcels(self, role: str) -> None:
        parcels, address = self._scene.sandbox(role).parcels, self._scene.players[role].address
        for parcel in await _all(parcels.list(owner=address)):
            await self._parcel(role, parcel)

    async def _parcel(self, owner: str, parcel: Parcel) -> None:
        parcels, key = self._scene.sandbox(owner).parcels, self._scene.key
        user = self._roles.get(parcel.user or "")
        if user is not None and user != owner:
            await self._try(
                Text(
                    f"The use of {parcel.name} was ended",
                    f"Tontin {parcel.name} käyttö päätettiin",
                ),
                lambda: self._scene.sandbox(user).parcels.give_up(
                    parcel.id, idempotency_key=key(f"unwind-give-up-{parcel.id}")
                ),
            )
        if parcel.deposit is not None:
            await self._try(
                Text(
                    f"The deposit for {parcel.name} was paid back",
                    f"Tontin {parcel.name} vakuus vapautettiin",
                ),
                lambda: parcels.release_deposit(
                    parcel.id, idempotency_key=key(f"unwind-deposit-{parcel.id}")
                ),
            )
        if parcel.rental_terms is not None:
            await self._try(
                Text(f"{parcel.name} is to let no more", f"Tonttia {parcel.name} ei enää vuokrata"),
                lambda: parcels.let_no_more(
                    parcel.id, idempotency_key=key(f"unwind-let-{parcel.id}")
                ),
            )

    async def _visits(self, role: str) -> None:
        spaces = self._scene.sandbox(role).spaces
        for visit in await _all(spaces.visits(inside=True)):
            await self._try(
                Text("A space was left", "Tilasta poistuttiin"),
                partial(
                    spaces.leave, visit.space, idempotency_key=self._scene.key(f"unwind-{visit.id}")
                ),
            )

    async def _held_payments(self, role: str) -> None:
        payments = self._scene.sandbox(role).held_payments
        for held in await _all(payments.list()):
            if held.withdrawn is not None:
                continue
            await self._try(
                Text("A payment that was held back was fetched", "Pidätetty maksu noudettiin"),
                partial(
                    payments.withdraw, held.id, idempotency_key=self._scene.key(f"unwind-{held.id}")
                ),
            )


async def _all(listing: AsyncIterator[Any]) -> list[Any]:
    return [one async for one in listing]
