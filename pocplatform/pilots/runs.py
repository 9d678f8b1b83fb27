"""What is kept of a run of a pilot while it goes on: who plays, and what was played."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.client import AsyncSandbox
from pocplatform.pilots.evaluation import Failure
from pocplatform.pilots.scene import Player, Scene
from pocplatform.pilots.shown import Shown


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Frame(_Part):
    """Where and when a run was begun.

    Attributes:
        roles: Of the pilot as it was then.
        steps: Of the same: a run goes by these to its end, whatever has become of the pilot.
    """

    pilot: str
    run: str
    language: str
    began: datetime
    chain_id: int
    genesis_hash: str
    first_block: int
    roles: list[str]
    steps: list[str]


class CastMember(_Part):
    """A company that was signed up for the run, with its secret key."""

    role: str
    org_id: str
    name: str
    business_id: str
    address: str
    did: str
    secret_key: str = Field(repr=False)

    @property
    def player(self) -> Player:
        """As steps know it."""
        return Player(self.role, self.org_id, self.name, self.business_id, self.address, self.did)


class PlayedStep(_Part):
    """A step that was played, or has failed.

    Attributes:
        transactions: Ids of those that the roles have sent in it.
    """

    name: str
    shown: Shown
    seconds: float
    transactions: list[str]
    failure: Failure | None = None


def scene(
    frame: Frame,
    cast: Sequence[CastMember],
    organisers: AsyncSandbox,
    played: Sequence[PlayedStep],
) -> Scene:
    """What the next step of a run is played in.

    Args:
        frame: The run.
        cast: Who plays.
        organisers: The sandbox as the organisers; roles act over its connections.
        played: The steps before.
    """
    keys: Mapping[str, str] = {one.role: one.secret_key for one in cast}
    return Scene(
        run=frame.run,
        language=frame.language,
        players={one.role: one.player for one in cast},
        sandbox=lambda role: organisers.with_key(keys[role]),
        organisers=organisers,
        before=[one.shown for one in played],
    )
