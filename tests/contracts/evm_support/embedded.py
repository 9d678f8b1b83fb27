"""The embedded EVM goes back to a snapshot without executing its last block once more."""

from __future__ import annotations

from typing import Any

from eth.constants import GENESIS_PARENT_HASH


def go_back_at_once(backend: Any) -> None:
    """Shorten the way in which an eth-tester backend reverts to a snapshot, which is a block.

    eth-tester imports the block again: all its transactions are carried out, to get what the
    database has already. Where the last of a fixture's transactions is a deployment, each test
    would pay for that.
    """

    def revert_to_snapshot(block_hash: bytes) -> None:
        chain = backend.chain
        header = chain.get_block_header_by_hash(block_hash)
        chain.chaindb._set_as_canonical_chain_head(chain.chaindb.db, header, GENESIS_PARENT_HASH)
        chain.header = chain.create_header_from_parent(header)

    backend.revert_to_snapshot = revert_to_snapshot
