"""Whether a node serves the chain that this sandbox is about."""

from pocplatform.chain import manifest as manifests
from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.chain.manifest import ChainIdMismatch, GenesisMismatch, Manifest, genesis_of
from pocplatform.indexer.models import Block
from pocplatform.kit.database import Database
from pocplatform.kit.settings import Settings


def check_chain(
    client: ChainClient, settings: Settings, database: Database, manifest: Manifest | None
) -> str:
    """Whether the node serves the chain that settings, manifest and database are about.

    Returns the hash of its first block.
    """
    try:
        chain_id, genesis_hash = genesis_of(client)
    except (NodeUnreachable, RpcError, TypeError, ValueError, KeyError, AttributeError) as error:
        if settings.managed_devnet:
            raise
        if isinstance(error, NodeUnreachable):
            detail, context = error.detail_template, error.context
        else:
            detail = "What answers at {url} is no Ethereum node that can be used ({why})."
            context = {"url": client.url, "why": getattr(error, "message", "an odd answer")}
        raise NodeUnreachable(
            detail,
            next_step="Check POC_RPC_URL and that its node runs, then start again; without "
            "POC_RPC_URL the sandbox runs a node of its own.",
            **context,
        ) from error
    if chain_id != settings.chain_id:
        raise ChainIdMismatch(
            "The node at {url} has chain id {found}, but {expected} is configured.",
            next_step="Set POC_CHAIN_ID to the id of the network you mean.",
            url=client.url,
            found=chain_id,
            expected=settings.chain_id,
        )
    if manifest is not None:
        manifests.verify_chain(manifest, client)
    with database.snapshot() as session:
        first = session.get(Block, 0)
    if first is not None and first.hash != genesis_hash:
        raise GenesisMismatch(
            "The node at {url} serves a chain that begins with block {found}, but the database "
            "has recorded one that begins with {wanted}.",
            next_step="Point POC_RPC_URL to the former chain (unset it for the sandbox's own), or "
            "use another POC_DATA_DIR for this one.",
            url=client.url,
            found=genesis_hash,
            wanted=first.hash,
        )
    return genesis_hash
