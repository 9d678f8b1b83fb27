"""Failures of the devnet.

PlatformError
├── AnvilMissing       500  there is no anvil to run
├── PortTaken          500  another process listens on the port
├── NodeNotAnswering   500  the node ended, or did not answer in time
├── RebuildFailed      500  the journal does not fit the chain
├── DevnetsBusy        429  as many devnets of teams run as may, or this one is not free
├── DevnetEnded        409  a team's devnet ended while it worked on a request
├── DevnetNotStarted   409  a team's devnet does not come up
├── DevnetNotSaved     409  the state of a team's devnet cannot be stored
└── DevnetRefused      422  the node of a team's devnet refuses
"""

from pathlib import Path

from pocplatform.chain.errors import RpcError
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase


class AnvilMissing(PlatformError):
    """There is no anvil to run."""

    code = "anvil_missing"
    title = "The devnet's node is missing"


class PortTaken(PlatformError):
    """Another process listens on the port.

    Attributes:
        port: The port.
        holder: The process, such as ``geth (process 4711)``; empty where it cannot be known.
    """

    code = "port_taken"
    title = "The port is taken"

    def __init__(self, port: int, holder: str = "") -> None:
        self.port, self.holder = port, holder
        super().__init__(
            "Port {port} on 127.0.0.1 is taken by {holder}.",
            next_step="End that process, or choose another port: POC_DEVNET_PORT=0 takes a free "
            "one.",
            port=port,
            holder=holder or Phrase("another process"),
        )


class NodeNotAnswering(PlatformError):
    """The devnet's node ended, or did not answer in time."""

    code = "devnet_not_answering"
    title = "The devnet's node does not answer"

    def __init__(self, what: Phrase, log_path: Path, log_tail: str) -> None:
        self.log_tail = log_tail
        super().__init__(
            "The devnet's node {what}." + (" Its last words: {tail}" if log_tail else ""),
            next_step="See {log}; then start again with `pocplatform up`: the chain is rebuilt "
            "from the journal.",
            what=what,
            log=str(log_path),
            tail=log_tail,
        )


class RebuildFailed(PlatformError):
    """The journal does not fit the chain.

    Attributes:
        block: Number of the block at fault.
        transaction: Its hash, or None where it is the block as a whole.
    """

    code = "rebuild_failed"
    title = "The devnet could not be rebuilt"

    def __init__(self, block: int, transaction: str | None, why: Phrase) -> None:
        self.block, self.transaction = block, transaction
        place = "block {block}, transaction {transaction}" if transaction else "block {block}"
        super().__init__(
            "The devnet could not be rebuilt from the journal at " + place + ": {why}.",
            next_step="Nothing is lost: the journal is unchanged. Start again; if it stays so, "
            "`pocplatform reset` begins a new chain.",
            block=block,
            transaction=transaction or "",
            why=why,
        )


class DevnetsBusy(PlatformError):
    """There is no room for one more devnet of a team, or this one is not free."""

    code = "devnets_busy"
    status = 429
    title = "Too many devnets are at work"


class DevnetEnded(PlatformError):
    """A team's devnet ended while it worked on a request.

    Attributes:
        epoch: The one that it goes on in.
        block: The block that it goes on from; None where it begins anew.
        lost: Whether anything was lost.
    """

    code = "devnet_ended"
    status = 409
    title = "The devnet has ended"

    def __init__(
        self, devnet_id: str, why: Phrase, epoch: int, block: int | None, *, lost: bool
    ) -> None:
        self.epoch, self.block, self.lost = epoch, block, lost
        rest = (
            "Nothing was lost but this request."
            if not lost
            else "It begins anew, in epoch {epoch}; what was on it is lost."
            if block is None
            else "It goes on from block {block}, in epoch {epoch}; what came after is lost."
        )
        super().__init__(
            "The devnet {id} {why} while it worked on this. " + rest,
            next_step="Send it again; the devnet is started by that. Nonces and blocks that you "
            "remember from before may be wrong.",
            id=devnet_id,
            why=why,
            epoch=epoch,
            block=block,
        )


class DevnetNotStarted(PlatformError):
    """A team's devnet does not come up."""

    code = "devnet_not_started"
    status = 409
    title = "The devnet does not start"

    def __init__(self, devnet_id: str, why: object) -> None:
        super().__init__(
            "The devnet {id} does not start: {why}",
            next_step="Try again; if it stays so, restore one of its snapshots or reset it.",
            id=devnet_id,
            why=why,
        )


class DevnetNotSaved(PlatformError):
    """The state of a team's devnet cannot be stored."""

    code = "devnet_not_saved"
    status = 409
    title = "The devnet's state cannot be saved"

    def __init__(self, why: Phrase) -> None:
        self.why = why
        super().__init__(
            "The devnet's state cannot be saved: {why}.",
            next_step="Reset it, or restore an earlier snapshot; keep less on the chain, or let "
            "its blocks come more slowly.",
            why=why,
        )


class DevnetRefused(PlatformError):
    """The node of a team's devnet refuses."""

    code = "devnet_refused"
    status = 422
    title = "The devnet refuses this"

    def __init__(self, error: RpcError) -> None:
        super().__init__(
            "The devnet's node refuses {method}: {message}.",
            next_step="See what the node says; the same can be asked at the devnet's rpc_url.",
            method=error.method,
            message=error.message,
        )
