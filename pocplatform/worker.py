"""The engine: one thread that sends what the outbox holds, has it mined and records it.

On our own devnet a round is: record what is new, send a batch, mine, record. If the devnet dies,
hangs or is emptied, it is started again and rebuilt from the journal before the next round. On an
outside node the engine does not mine; it looks for new blocks.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from pocplatform.chain.client import ChainClient, Gate
from pocplatform.chain.devnet import Devnet, RebuildReport, rebuild
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.indexer.comparison import changed
from pocplatform.indexer.models import Block
from pocplatform.indexer.scanner import DevnetEmptied, Scanner
from pocplatform.kit.clock import now_s
from pocplatform.kit.database import Database
from pocplatform.outbox.fees import Fees
from pocplatform.outbox.gas_tank import GasTank
from pocplatform.outbox.journal import journal_blocks
from pocplatform.outbox.models import IN_FLIGHT, Transaction, TransactionStatus
from pocplatform.outbox.replacement import Replacements
from pocplatform.outbox.sender import Round, Sender
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.watch import Settled, Watch
from pocplatform.outbox.watchdog import PoolWatchdog

if TYPE_CHECKING:
    from pocplatform.chain.heads import NewHeads

logger = logging.getLogger(__name__)

_IDLE_S = 0.25
"""How often an idle engine looks for transactions that reached our devnet by another way."""
_SETTLE_PAUSE_S = 0.02
"""How long :meth:`Engine.settle_all` waits before it tries again what our devnet did not take."""
_POLL_S = 0.5
"""How often new blocks are looked for on a node that is not ours."""
_TOLD_POLL_S = 5.0
"""The same, where the node tells of them."""
_RESEND_S = 15.0
"""How often an outside node is offered again what it has not mined yet."""
_REVIVE_S = 2.0
"""Pause between attempts to bring the devnet back."""
_REPEAT_S = 60.0
"""How often the same trouble is written to the log again."""
_HANG_S = 10.0
"""A devnet whose process lives but does not answer for this long is started again."""


class DevnetMiner:
    """Our own devnet as the engine drives it: mining, and recovery from the journal.

    Args:
        devnet: The supervised node.
        client: Speaks to it, at any time.
        public_client: Everybody else's, who must wait while the devnet is rebuilt.
        gate: The public client's.
        database: Holds the journal.
    """

    def __init__(
        self,
        devnet: Devnet,
        client: ChainClient,
        public_client: ChainClient,
        gate: Gate,
        database: Database,
    ) -> None:
        self._devnet = devnet
        self._client = client
        self._public_client = public_client
        self._gate = gate
        self._database = database
        self._latest = 0  # timestamp of the latest block, once it is known

    def mine(self) -> None:
        """Mine one block at the present time, never before the previous block's time."""
        if not self._latest:
            with self._database.snapshot() as session:
                self._latest = session.exec(select(func.max(Block.timestamp))).one() or 0
        self._latest = max(now_s(), self._latest)
        self._client.request("evm_mine", {"timestamp": self._latest})

    def has_pending(self) -> bool:
        """Whether transactions wait in the node's pool."""
        return int(self._client.request("txpool_status")["pending"], 16) > 0

    def restore(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Replay the journal on a devnet that has just started empty."""
        with self._database.snapshot() as session:
            report = rebuild(self._client, journal_blocks(session), progress)
        if report.hash_mismatches:
            # States agree but hashes differ: take the new hashes over, or the scanner would see a
            # reorganization where there is none.
            self._adopt_hashes(report.hash_mismatches[0])
        return report

    def revive(self) -> None:
        """Start a dead, hanging or emptied devnet again and rebuild it."""
        logger.warning("the devnet does not answer, or is empty; starting it again")
        self._gate.close()
        self._devnet.restart()
        for client in (self._client, self._public_client):
            client.url = self._devnet.rpc_url  # the port may have been lost to another program
        report = self.restore()
        self._gate.open()
        logger.warning("the devnet is back: %d blocks rebuilt", report.blocks)

    def is_alive(self) -> bool:
        """Whether the node's process runs."""
        return self._devnet.is_alive()

    def _adopt_hashes(self, first: int) -> None:
        with self._database.transaction() as session:
            statement = select(Block).where(Block.number >= first).order_by(col(Block.number))
            for row in session.exec(statement):
                block = self._client.block(row.number)
                if block is not None:
                    row.hash, row.parent_hash = block["hash"], block["parentHash"]
                    session.add(row)


class Engine:
    """Runs sender and scanner in a thread of its own.

    Args:
        database: Holds the outbox's rows.
        outbox: Is told of new blocks.
        sender: Sends.
        scanner: Records.
        watch: Is told what settled.
        watchdog: Looks after our own devnet's pool.
        replacements: Raises fees on an outside node.
        fees: What the network asks.
        tank: Pays for gas, where somebody does.
        miner: Our own devnet; None on an outside node.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        sender: Sender,
        scanner: Scanner,
        watch: Watch,
        watchdog: PoolWatchdog,
        replacements: Replacements,
        fees: Fees,
        tank: GasTank | None,
        miner: DevnetMiner | None,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._sender = sender
        self._scanner = scanner
        self._watch = watch
        self._watchdog = watchdog
        self._replacements = replacements
        self._fees = fees
        self._tank = tank
        self._miner = miner
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._doubt = True
        self._arrivals: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._heads: NewHeads | None = None
        self._helper = ThreadPoolExecutor(1, "engine-send")
        self._unrecorded = False  # whether a block was mined and left for the next round
        self._more = False  # whether the next round can do something at once
        self._silent_since: float | None = None
        self._behind_since: float | None = None
        self._broken = False
        self._resent_at = 0.0
        self._logged: tuple[str, float] = ("", 0.0)
        self.trouble: str | None = None
        """What keeps the engine from its work, in one sentence; None while it works."""
        self.recorded: Callable[[], None] = lambda: None
        """Called when blocks, with the events that follow from them, have been recorded."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the round it is in."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._helper.shutdown(wait=False)

    def wake(self) -> None:
        """Say that the outbox holds something new."""
        self._wake.set()

    def arrived(self, transaction_id: str) -> None:
        """Say that somebody has handed in a signed transaction, which is kept."""
        self._arrivals.put(transaction_id)
        self._wake.set()

    def follow(self, heads: "NewHeads") -> None:
        """Rely on being told of new blocks, and look for them less often."""
        self._heads = heads

    def settle_all(self) -> None:
        """Work in the calling thread until nothing is on its way.

        Raises:
            RuntimeError: The engine's own thread runs: two would record the same block.
        """
        if self._thread.is_alive():
            raise RuntimeError("the engine works in a thread of its own")
        while True:
            busy = self.step()
            if not busy and not self._unsettled():
                return
            if not busy:
                self._after_idle_step()
                time.sleep(_SETTLE_PAUSE_S if self._miner is not None else _POLL_S)

    def reindex(self) -> list[str]:
        """Write the read models anew from the first block.

        Returns the names of the tables that came out otherwise than they were.

        Raises:
            RuntimeError: The engine's own thread runs.
        """
        self.settle_all()
        before = self._scanner.read_model_digests()
        self._scanner.rewind()
        self.settle_all()
        return changed(before, self._scanner.read_model_digests())

    def step(self) -> bool:
        """One round; whether there was anything to do."""
        if self._miner is None and self._replacements.due():
            self._doubt = True
        if self._tank is not None:
            self._tank.look(self._fees)
        arrived = self._arrived()
        if self._miner is None and not self._doubt:
            self._scan()
        if self._doubt or arrived:
            # After a start, a failure or a reorganization: what the node has of the signed ones is
            # not known.
            self._scan()
            if self._scanner.behind:
                return False
            rewinds = self._scanner.rewinds
            resent = self._sender.resend(None if self._doubt else arrived)
            self._settled(self._sender.ended())
            self._resent_at = time.monotonic()
            if resent and self._miner is not None and self._miner.has_pending():
                self._mine()
            self._scan()
            if self._miner is not None and self._watchdog.rescue():
                self._mine()
                self._scan()
            self._doubt = self._scanner.rewinds != rewinds
            # Those that wait for an earlier nonce; who waits for them is not to wait for that.
            self._settled([Settled(id_, TransactionStatus.SENT) for id_ in arrived])
        if self._scanner.behind:
            # Tried on an older state, a write could be refused though it is good, or, where not
            # even the contracts are, be mined without any effect.
            return False
        round_ = self._sender.take_queued()
        settled = self._send(round_)
        self._settled(self._sender.ended())
        if self._miner is not None and (round_.signed or self._miner.has_pending()):
            self._mine()
            if round_.signed and self._wake.is_set() and not self._stopping.is_set():
                # More writes have come: this block is recorded while the node takes them.
                self._unrecorded = self._more = True
                return True
        settled = [*settled, *self._scan()]
        self._more = round_.more or self._miner is None
        return bool(round_) or bool(settled)

    def _send(self, round_: Round) -> Sequence[Settled]:
        """Send; meanwhile, record the block that the last round has left."""
        if not self._unrecorded or self._stopping.is_set():
            self._sender.send(round_)
            return ()
        sending = self._helper.submit(self._sender.send, round_)
        try:
            return self._scan()
        finally:
            sending.result()

    def _arrived(self) -> list[str]:
        """Ids of what was handed in since the last round."""
        arrived = []
        with contextlib.suppress(queue.Empty):
            while True:
                arrived.append(self._arrivals.get_nowait())
        return arrived

    def _mine(self) -> None:
        assert self._miner is not None
        self._miner.mine()
        self._outbox.chain_moved()

    def _scan(self) -> Sequence[Settled]:
        before, rewinds = self._scanner.recorded, self._scanner.rewinds
        settled = self._scanner.scan()
        self._doubt = self._doubt or self._scanner.rewinds != rewinds
        self._unrecorded = False
        if self._scanner.recorded != before:
            self._outbox.chain_moved()
            self.recorded()
        self._settled(settled)
        return settled

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            busy = False
            try:
                if self._broken:
                    self._revive()
                busy = self.step()
                self._silent_since = None
                self.trouble = self._standstill()
            except NodeUnreachable as error:
                self.trouble = str(error)
                self._on_silence()
            except DevnetEmptied:
                self._doubt = True
                self.trouble = "the devnet is empty"
                self._try_to_revive()
            except Exception as error:
                self._on_trouble(error)
            if busy and self._more:
                continue
            self._wake.wait(self._pause())
            if not busy:
                self._after_idle_step()
        if self._unrecorded:
            with contextlib.suppress(NodeUnreachable, DevnetEmptied):
                self._scan()

    def _standstill(self) -> str | None:
        """What stands still though the engine works: the read models, or the node for long."""
        if not self._scanner.behind:
            self._behind_since = None
            return self._scanner.defect
        self._behind_since = self._behind_since or time.monotonic()
        if time.monotonic() - self._behind_since < _HANG_S:
            return None
        return "The node lacks blocks that it had: it is far behind, or was put back."

    def _pause(self) -> float:
        if self._broken:
            return _REVIVE_S
        if self._miner is not None:
            return _IDLE_S
        told = self._heads is not None and self._heads.subscribed
        return _TOLD_POLL_S if told else _POLL_S

    def _after_idle_step(self) -> None:
        """Doubt whether the node still has what it was given and has not mined."""
        due = self._miner is not None or time.monotonic() - self._resent_at > _RESEND_S
        self._doubt = self._doubt or (due and self._in_flight())

    def _on_trouble(self, error: Exception) -> None:
        """Log it, but not four times a second; the next round begins with doubt."""
        self._doubt = True
        self.trouble = f"{type(error).__name__}: {error}"
        what, at = self._logged
        if what == self.trouble and time.monotonic() - at < _REPEAT_S:
            return
        self._logged = self.trouble, time.monotonic()
        if isinstance(error, RpcError):
            logger.error("the node refused a request of the engine: %s", error)
        else:
            logger.error("the engine met a problem and goes on trying", exc_info=error)

    def _on_silence(self) -> None:
        self._doubt = True
        if self._miner is None or self._stopping.is_set():
            return
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
        if self._miner.is_alive() and now - self._silent_since < _HANG_S:
            return
        self._try_to_revive()

    def _try_to_revive(self) -> None:
        try:
            self._revive()
        except Exception as error:
            self._on_trouble(error)

    def _revive(self) -> None:
        """Bring the devnet back.

        Until that has succeeded, nothing else may look at it: to the scanner a chain of which only
        a part is rebuilt looks like a reorganized one, and it would forget the journal of the rest.
        """
        assert self._miner is not None
        self._broken = True
        self._miner.revive()
        self._broken, self._silent_since = False, None

    def _settled(self, transactions: Sequence[Settled]) -> None:
        if transactions:
            self._watch.settled(transactions)

    def _in_flight(self) -> bool:
        return self._count(IN_FLIGHT) > 0

    def _unsettled(self) -> bool:
        """Whether anything is on its way beside what waits for a gas tank to be filled."""
        held = len(self._tank.held) if self._tank is not None else 0
        return self._count((TransactionStatus.QUEUED, *IN_FLIGHT)) > held

    def _count(self, statuses: tuple[TransactionStatus, ...]) -> int:
        """Of the platform's own: somebody else's may wait for an earlier nonce for ever."""
        statement = select(func.count()).where(
            col(Transaction.status).in_(statuses), Transaction.function != ""
        )
        with self._database.snapshot() as session:
            return session.exec(statement).one()
