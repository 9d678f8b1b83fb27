"""What requests reach the platform by, and who they come from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pocplatform.chain.client import ChainClient
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.devnet.fleet import Fleet
from pocplatform.chain.epoch import Epoch
from pocplatform.events.feed import Feed
from pocplatform.indexer.news import BlockNews
from pocplatform.indexer.pending import PendingNews
from pocplatform.kit.database import Database
from pocplatform.kit.group_commit import GroupCommit
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.settings import Settings
from pocplatform.kit.signal import Signal
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.replacement import Replacements
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import Signers
from pocplatform.outbox.watch import Watch

if TYPE_CHECKING:
    from pocplatform.http.authentication import Authentication
    from pocplatform.http.limits import RateLimits
    from pocplatform.http.request_log import RequestLog

Scope = Literal["read", "write", "manage", "admin", "chain:debug"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an organization may take; None where it is as the settings say.

    Attributes:
        requests_per_second: Of all its keys together.
        faucet_daily: Euro cents of test money in a day (UTC).
        devnets: How many it may have.
        frozen: Whether its writes are refused for now.
    """

    requests_per_second: int | None = None
    faucet_daily: int | None = None
    devnets: int | None = None
    frozen: bool = False


_AS_SET = Limits()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a request.

    Attributes:
        org_id: The organization; None for the organisers of the sandbox.
        address: The wallet that acts for it.
        scopes: What its key may do. Each includes those before it: read, write, manage (the
            organization itself, its keys, members and wallets), admin (the organisers'). Beside
            them, chain:debug: traces by JSON-RPC.
        key_id: The key or session; None for the organisers'.
        expires_ms: When that ends (milliseconds since 1970), if it does.
        limits: What the organization may take. While its writes are frozen, the scopes hold no more
            than ``read``.
    """

    org_id: str | None
    address: str
    scopes: frozenset[Scope]
    key_id: str | None = None
    expires_ms: int | None = None
    limits: Limits = _AS_SET

    @property
    def tenant(self) -> str:
        """The name under which things of this caller are kept apart."""
        return self.org_id or "admin"


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running platform as endpoints use it; made by the composition root.

    Attributes:
        writes: Does the writes of requests.
        authentication: Finds the caller of a secret key.
        organisers_key: Their secret key, for pages that play their part in a pilot.
        feed: Tells of new events.
        errands: Told when there is work for the background.
        limits: Counts what callers ask.
        requests: Notes what was asked and answered.
        devnets: Runs the devnets of teams.
        trouble: What keeps the engine from its work, in words; None if nothing does.
        warning: What soon might, in words; None if nothing does.
        wake: Tells the engine that the outbox holds something new.
        arrived: Tells it that somebody has handed in a signed transaction, by its id.
        chain_id: The chain's id.
        epoch: Which of its histories this is.
        blocks: Tells of blocks that were recorded.
        pending: Tells of transactions that have reached the node.
        told: Tells why a stored transaction failed, in the words of the contract it was for.
    """

    settings: Settings
    database: Database
    client: ChainClient
    outbox: Outbox
    signers: Signers
    replacements: Replacements
    watch: Watch
    writes: GroupCommit
    authentication: "Authentication"
    organisers_key: str = field(repr=False)
    feed: Feed
    errands: Signal
    limits: "RateLimits"
    requests: "RequestLog"
    devnets: Fleet
    wake: Callable[[], None]
    arrived: Callable[[str], None]
    trouble: Callable[[], str | None]
    warning: Callable[[], Phrase | None]
    chain_id: int
    epoch: Epoch
    blocks: BlockNews
    pending: PendingNews
    told: Callable[[Transaction], dict[str, Any] | None]

    @property
    def contracts(self) -> Contracts:
        """The deployed contracts."""
        return self.outbox.contracts
