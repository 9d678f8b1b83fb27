"""Errors of the devnets of teams; those of their processes are in pocplatform.chain.devnet.errors.

PlatformError
├── TooManyDevnets       403  as many as an organization may have
├── TooManySnapshots     403  as many as a devnet may have
└── SnapshotNameTaken    409  the devnet has a snapshot of that name
"""

from pocplatform.kit.errors import Conflict, Forbidden


class TooManyDevnets(Forbidden):
    """An organization has as many devnets as it may."""

    code = "too_many_devnets"
    title = "There are enough devnets"


class TooManySnapshots(Forbidden):
    """A devnet has as many snapshots as it may."""

    code = "too_many_snapshots"
    title = "There are enough snapshots"


class SnapshotNameTaken(Conflict):
    """The devnet has a snapshot of that name already."""

    code = "snapshot_name_taken"
    title = "There is a snapshot of this name"
