"""Failures of the devnet.

PlatformError
├── AnvilMissing       500  there is no anvil to run
├── PortTaken          500  another process listens on the port
├── NodeNotAnswering   500  the node ended, or did not answer in time
└── RebuildFailed      500  the journal does not fit the chain
"""

from pathlib import Path

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
