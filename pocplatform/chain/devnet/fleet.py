"""The devnets of teams: started when they are used, saved, and stopped when they are not.

What there is to know of a devnet beyond its process is a row, reached through the :class:`Ledger`:
its epoch, and which saved state it goes on from. A devnet is the process that its row describes, or
none: one of another epoch is ended without being saved. Saved states are files that are never
changed; the row names the one in force, so that a save that is cut off has changed nothing.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from pocplatform.chain.client import ChainClient
from pocplatform.chain.connections import AnswerTooLarge
from pocplatform.chain.devnet.errors import (
    DevnetEnded,
    DevnetNotSaved,
    DevnetNotStarted,
    DevnetsBusy,
)
from pocplatform.chain.devnet.ledger import Ledger, Limits, StateFiles, StoredState, Wanted
from pocplatform.chain.devnet.private import PrivateNode
from pocplatform.chain.devnet.slot import DRAIN_S, Slot, not_free
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.kit.errors import NotFound, PlatformError
from pocplatform.kit.i18n import Phrase

logger = logging.getLogger(__name__)

_TICK_S = 1.0
_WORK_BETWEEN_SAVES = 20
"""A devnet is at work so many times as long as its last save took, before the next one."""

Status = Literal["stopped", "starting", "running", "failed"]


class Fleet:
    """Runs the devnets of teams. Safe to use from several threads.

    Args:
        binary: Finds anvil.
        folder: Holds a folder for each devnet.
        ledger: Their rows.
        limits: How much they may take.
        deploy: Puts the platform's contracts on an empty devnet, given a folder of its own.
        balances: Wei that deploying needs in certain accounts.
    """

    def __init__(
        self,
        binary: Callable[[], Path],
        folder: Path,
        ledger: Ledger,
        limits: Limits,
        deploy: Callable[[ChainClient, Path], None],
        balances: Mapping[str, int],
    ) -> None:
        self.limits = limits
        self._binary = binary
        self._files = StateFiles(folder, ledger)
        self._ledger = ledger
        self._deploy = deploy
        self._balances = dict(balances)
        self._slots: dict[str, Slot] = {}
        self._lock = threading.Lock()
        self._room = threading.Lock()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="devnets", daemon=True)

    def start(self) -> None:
        """Begin to save and to stop devnets by the clock."""
        self._files.delete_unknown()
        self._keeper.start()

    def close(self) -> None:
        """Save and stop all; there is no use of it afterwards."""
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join(timeout=DRAIN_S)
        for slot in list(self._slots.values()):
            with slot.turn, contextlib.suppress(DevnetsBusy), slot.drained():
                pass
            with slot.turn:
                if slot.node is not None:
                    self._retire(slot)

    def status(self, devnet_id: str) -> tuple[Status, str]:
        """How a devnet is, and why it does not start if it is ``failed``."""
        slot = self._slots.get(devnet_id)
        if slot is None:
            return "stopped", ""
        node = slot.node
        if node is not None and node.is_alive():
            return "running", ""
        if slot.starting:
            return "starting", ""
        return ("failed", slot.failure) if slot.failure else ("stopped", "")

    def pid(self, devnet_id: str) -> int | None:
        """anvil's process id, while the devnet runs."""
        slot = self._slots.get(devnet_id)
        return slot.node.pid if slot is not None and slot.node is not None else None

    def under_way(self, devnet_id: str) -> int:
        """How many requests a devnet is at work on."""
        slot = self._slots.get(devnet_id)
        return slot.busy if slot is not None else 0

    @contextlib.contextmanager
    def using(self, devnet_id: str, *, changes: bool = False) -> Iterator[tuple[PrivateNode, int]]:
        """The node of a devnet and its epoch, started if need be.

        Args:
            devnet_id: Its id.
            changes: Whether what is asked may change the chain.

        Raises:
            NotFound: There is no such devnet.
            DevnetsBusy: There is no room, or it is not free in time.
            DevnetNotStarted: It does not come up.
            DevnetEnded: It ended, or had to be ended, in the course of the block.
            http.client.HTTPException: The node answers something that cannot be used.
        """
        slot = self._slot(devnet_id)
        with slot.in_turn():
            node = self._running(slot)
            if changes and not slot.changed:
                self._ledger.changing(devnet_id, slot.epoch)
                slot.changed = True
            epoch = slot.epoch
            slot.busy += 1
            slot.used_at = time.monotonic()
        try:
            yield node, epoch
        except (OSError, HTTPException, NodeUnreachable) as error:
            self._look_after(slot, node, epoch, error)
            raise
        finally:
            with slot.turn:
                slot.busy -= 1
                slot.used_at = time.monotonic()
                slot.turn.notify_all()

    def save(self, devnet_id: str) -> StoredState:
        """Save a devnet's state now, starting it if need be; what was saved.

        Raises as :meth:`using`, and :class:`DevnetNotSaved`.
        """
        slot = self._slot(devnet_id)
        with slot.in_turn():
            node = self._running(slot)
            slot.used_at = time.monotonic()
            with slot.drained():
                try:
                    return self._save(slot, node)
                except (NodeUnreachable, RpcError) as error:
                    self._look_after(slot, node, slot.epoch, error)
                    raise

    def stop(self, devnet_id: str, *, keep: bool = True) -> None:
        """Stop a devnet, if it runs; saved, unless its state is not wanted any more.

        Raises:
            DevnetsBusy: It works on a request.
            DevnetNotSaved: Its state cannot be saved; it goes on.
        """
        slot = self._slots.get(devnet_id)
        if slot is None:
            return
        with slot.in_turn():
            slot.failure = ""
            node = slot.node
            if node is None:
                return
            ended = slot.end()
            if keep and ended is not None:
                self._note_end(slot, ended)
            elif keep:
                with slot.drained():
                    self._save_changes(slot, node)
            slot.drop()

    def settle(self, devnet_id: str) -> None:
        """End the process of an epoch that is over, if there is one."""
        slot = self._slots.get(devnet_id)
        if slot is None:
            return
        with slot.in_turn():
            if slot.node is not None and self._ledger.wanted(devnet_id).epoch != slot.epoch:
                slot.drop()

    def forget(self, devnet_id: str) -> None:
        """Stop a devnet that is no more, and delete its files."""
        self.stop(devnet_id, keep=False)
        with self._lock:
            self._slots.pop(devnet_id, None)
        self._files.delete(devnet_id)

    def _slot(self, devnet_id: str) -> Slot:
        found = self._slots.get(devnet_id)
        if found is not None:
            return found
        self._ledger.wanted(devnet_id)  # there is none for what is no devnet
        with self._lock:
            return self._slots.setdefault(devnet_id, Slot(devnet_id))

    def _running(self, slot: Slot) -> PrivateNode:
        """The process that the row describes; the turn must be held."""
        if self._closing.is_set():
            raise not_free(slot.id)
        wanted = self._ledger.wanted(slot.id)
        node = slot.node
        if node is not None:
            ended = slot.end()
            if ended is not None:
                wanted = self._note_end(slot, ended)
            elif slot.epoch != wanted.epoch:
                slot.drop()
            else:
                return node
        return self._start(slot, wanted)

    def _start(self, slot: Slot, wanted: Wanted) -> PrivateNode:
        self._make_room(slot, wanted.owner)
        try:
            node = slot.node = self._started(slot, wanted)
        except (PlatformError, OSError) as error:
            slot.failure = str(error)
            logger.warning("the devnet %s does not start: %s", slot.id, error)
            raise DevnetNotStarted(slot.id, error) from error
        finally:
            slot.starting = False
        slot.failure = ""
        slot.used_at = time.monotonic()
        return node

    def _started(self, slot: Slot, wanted: Wanted) -> PrivateNode:
        folder, fresh = self._files.of(slot.id), wanted.state is None
        state = self._files.read(slot.id, wanted.state) if wanted.state is not None else None
        node = PrivateNode(
            self._binary(),
            folder,
            chain_id=wanted.chain_id,
            accounts=wanted.accounts,
            balances={**self._balances, **wanted.balances} if fresh else {},
            memory_limit=self.limits.memory_bytes,
            request_s=self.limits.request_s,
        )
        node.start(state)
        slot.epoch, slot.changed = wanted.epoch, False
        slot.saved_at = time.monotonic()
        try:
            if fresh and wanted.contracts:
                self._deploy(node.client, folder)
                self._save(slot, node)
            if state is not None and state.aside.interval_s > 0:
                self._ledger.changing(slot.id, slot.epoch)  # by the clock, from now on
                slot.changed = True
        except BaseException:
            node.stop()
            raise
        return node

    def _make_room(self, slot: Slot, owner: str) -> None:
        """See that one more may run. Raises :class:`DevnetsBusy`."""
        with self._room:
            slot.owner = owner
            others = [s for s in list(self._slots.values()) if s is not slot]
            running = [s for s in others if s.starting or s.node is not None]
            own = [s for s in running if s.owner == owner]
            if len(own) >= self.limits.of_an_owner:
                freed = self._stop_one_of(own)
            elif len(running) >= self.limits.at_once:
                freed = self._stop_one_of(running)
            else:
                freed = True
            if not freed:
                raise DevnetsBusy(
                    "As many devnets are at work as may be at a time ({of_an_owner} of yours, "
                    "{at_once} altogether).",
                    next_step="Try again in a moment, or stop one of yours.",
                    of_an_owner=self.limits.of_an_owner,
                    at_once=self.limits.at_once,
                )
            slot.starting = True

    def _stop_one_of(self, slots: list[Slot]) -> bool:
        """Stop the one that has not been used for the longest time; False if all are at work."""
        for slot in sorted(slots, key=lambda one: one.used_at):
            if not slot.turn.acquire(blocking=False):
                continue
            try:
                if slot.node is None and not slot.starting:
                    return True  # it has gone by itself
                if slot.node is not None and slot.busy == 0 and not slot.draining:
                    self._retire(slot)
                    return True
            finally:
                slot.turn.release()
        return False

    def _retire(self, slot: Slot) -> None:
        """Save and stop one whose turn is held. What cannot be saved is lost, and told."""
        node = slot.node
        assert node is not None
        try:
            self._save_changes(slot, node)
        except NotFound:
            pass
        except (PlatformError, OSError) as error:
            logger.warning("the devnet %s is stopped without being saved: %s", slot.id, error)
            why = error.why.render("en") if isinstance(error, DevnetNotSaved) else str(error)
            with contextlib.suppress(NotFound):
                self._ledger.lost(slot.id, slot.epoch, "not_saved", why)
        slot.drop()

    def _save_changes(self, slot: Slot, node: PrivateNode) -> None:
        """Before it is stopped."""
        if slot.changed:
            self._save(slot, node, last=True)

    def _save(self, slot: Slot, node: PrivateNode, *, last: bool = False) -> StoredState:
        began = time.monotonic()
        state = node.save()
        stored = self._files.write(slot.id, slot.epoch, state)
        # One that mines by the clock has changed again before anybody looks, if anybody can.
        changes_by_itself = state.aside.interval_s > 0 and not last
        self._ledger.saved(slot.id, slot.epoch, stored, whole=not changes_by_itself)
        slot.changed = changes_by_itself
        slot.saved_at = time.monotonic()
        slot.save_took_s = slot.saved_at - began
        self._files.clean(slot.id)
        return stored

    def _note_end(self, slot: Slot, how: Phrase) -> Wanted:
        """What becomes of a devnet whose process is gone; the turn must be held."""
        lost = slot.changed
        logger.warning("the devnet %s %s", slot.id, how.render("en"))
        slot.drop()
        if not lost:
            return self._ledger.wanted(slot.id)
        return self._ledger.lost(slot.id, slot.epoch, "ended", how.render("en"))

    def _look_after(self, slot: Slot, node: PrivateNode, epoch: int, error: Exception) -> None:
        """After a request that got no answer. Raises :class:`DevnetEnded` if there is no node."""
        if isinstance(error, AnswerTooLarge | RpcError):
            return
        silent = isinstance(error.__cause__ or error, TimeoutError)
        with slot.turn:
            if slot.node is not node:  # another request has looked after it, or it was stopped
                wanted = self._ledger.wanted(slot.id)
                raise self._ended(slot, Phrase("was stopped"), wanted, epoch) from error
            deadline = time.monotonic() + 1.0  # its silence is noticed a moment before its end is
            while not silent and node.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
            how = slot.end()
            if how is None:
                if not silent:
                    return
                how = Phrase(
                    "was ended, having given no answer for {seconds:g} s",
                    seconds=self.limits.request_s,
                )
            raise self._ended(slot, how, self._note_end(slot, how), epoch) from error

    def _ended(self, slot: Slot, how: Phrase, wanted: Wanted, epoch: int) -> DevnetEnded:
        block = wanted.state.block if wanted.state is not None else None
        return DevnetEnded(slot.id, how, wanted.epoch, block, lost=wanted.epoch != epoch)

    def _keep(self) -> None:
        while not self._closing.wait(_TICK_S):
            for slot in list(self._slots.values()):
                if slot.node is None or not slot.turn.acquire(blocking=False):
                    continue
                try:
                    self._attend(slot)
                except NotFound:
                    slot.drop()  # it was deleted
                except Exception:
                    logger.exception("the devnet %s could not be looked after", slot.id)
                finally:
                    slot.turn.release()

    def _attend(self, slot: Slot) -> None:
        """Save a devnet that has changed, stop one that nobody uses; the turn is held."""
        node = slot.node
        if node is None or slot.draining:
            return
        ended = slot.end()
        if ended is not None:
            self._note_end(slot, ended)
            return
        now = time.monotonic()
        if slot.busy == 0 and now - slot.used_at > self.limits.idle_s:
            self._retire(slot)
            return
        pause_s = max(self.limits.save_s, _WORK_BETWEEN_SAVES * slot.save_took_s)
        if slot.changed and now - slot.saved_at > pause_s:
            slot.saved_at = now  # one that cannot be saved is not tried at once again
            try:
                with slot.drained():
                    self._save(slot, node)
            except DevnetsBusy:
                pass
            except (DevnetNotSaved, NodeUnreachable, RpcError) as error:
                logger.warning("the devnet %s could not be saved: %s", slot.id, error)
