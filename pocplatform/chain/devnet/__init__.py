"""The managed devnet: anvil, started, supervised and rebuilt from the journal."""

from pocplatform.chain.devnet.binary import find_anvil
from pocplatform.chain.devnet.errors import (
    AnvilMissing,
    NodeNotAnswering,
    PortTaken,
    RebuildFailed,
)
from pocplatform.chain.devnet.rebuild import JournalBlock, RebuildReport, rebuild
from pocplatform.chain.devnet.supervisor import Devnet

__all__ = [
    "AnvilMissing",
    "Devnet",
    "JournalBlock",
    "NodeNotAnswering",
    "PortTaken",
    "RebuildFailed",
    "RebuildReport",
    "find_anvil",
    "rebuild",
]
