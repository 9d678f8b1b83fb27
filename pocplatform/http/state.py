"""What requests reach the platform by, and who they come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pocplatform.chain.client import ChainClient
from pocplatform.chain.contracts import Contracts
from pocplatform.kit.database import Database
from pocplatform.kit.group_commit import GroupCommit
from pocplatform.kit.settings import Settings
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import Signers
from pocplatform.outbox.watch import Watch

if TYPE_CHECKING:
    from pocplatform.http.authentication import Authentication

Scope = Literal["read", "write", "admin"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a request.

    Attributes:
        org_id: The organization; None for the organisers of the sandbox.
        address: The wallet that acts for it.
        scopes: What its key may do; admin includes write, write includes read.
    """

    org_id: str | None
    address: str
    scopes: frozenset[Scope]

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
        wake: Tells the engine that the outbox holds something new.
        trouble: What keeps the engine from its work, in words; None if nothing does.
        chain_id: The chain's id.
    """

    settings: Settings
    database: Database
    client: ChainClient
    outbox: Outbox
    signers: Signers
    watch: Watch
    writes: GroupCommit
    authentication: "Authentication"
    wake: Callable[[], None]
    trouble: Callable[[], str | None]
    chain_id: int

    @property
    def contracts(self) -> Contracts:
        """The deployed contracts."""
        return self.outbox.contracts
