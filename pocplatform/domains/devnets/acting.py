"""What is done on a devnet by REST; the rest is asked at its JSON-RPC."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checked_address
from pocplatform.chain.devnet.errors import DevnetRefused
from pocplatform.chain.devnet.fleet import Fleet
from pocplatform.chain.devnet.private import PrivateNode
from pocplatform.chain.errors import RpcError
from pocplatform.domains.devnets.schemas import (
    AccountRead,
    BalanceSet,
    BlocksMine,
    HeadRead,
    Impersonate,
    TimeChange,
)
from pocplatform.kit.errors import InvalidInput


def change_time(fleet: Fleet, devnet_id: str, request: TimeChange) -> HeadRead:
    """Take it through time.

    Raises:
        InvalidInput: The moment is not after the latest block.
        DevnetRefused, and what :meth:`Fleet.using` raises.
    """
    with _asking(fleet, devnet_id) as (node, epoch):
        client = node.client
        if request.advance_s is not None:
            client.request("evm_increaseTime", request.advance_s)
        else:
            latest = int(_latest(client)["timestamp"], 16)
            if request.timestamp is None or request.timestamp <= latest:
                raise InvalidInput(
                    "timestamp must be after the latest block's, {latest}, not {timestamp}.",
                    next_step="Time on a chain goes on only; restore a snapshot to go back.",
                    param="timestamp",
                    latest=latest,
                    timestamp=request.timestamp,
                )
            client.request("anvil_setTime", request.timestamp)
        if request.mine:
            client.request("evm_mine")
        return _head(client, devnet_id, epoch)


def mine(fleet: Fleet, devnet_id: str, request: BlocksMine) -> HeadRead:
    """Mine blocks. Raises :class:`DevnetRefused`, and what :meth:`Fleet.using` raises."""
    with _asking(fleet, devnet_id) as (node, epoch):
        node.client.request("anvil_mine", request.blocks, request.interval_s)
        return _head(node.client, devnet_id, epoch)


def impersonate(fleet: Fleet, devnet_id: str, request: Impersonate) -> AccountRead:
    """Take transactions of an account without its signature, or no more.

    Raises:
        InvalidInput: It is no address.
        DevnetRefused, and what :meth:`Fleet.using` raises.
    """
    address = checked_address(request.address)
    how = "anvil_impersonateAccount" if request.enabled else "anvil_stopImpersonatingAccount"
    with _asking(fleet, devnet_id) as (node, epoch):
        node.client.request(how, address)
        node.impersonation.note(how, [address])
        return _account(node, devnet_id, epoch, address)


def set_balance(fleet: Fleet, devnet_id: str, request: BalanceSet) -> AccountRead:
    """Give an account ether, or take it.

    Raises:
        InvalidInput: It is no address.
        DevnetRefused, and what :meth:`Fleet.using` raises.
    """
    address = checked_address(request.address)
    with _asking(fleet, devnet_id) as (node, epoch):
        node.client.request("anvil_setBalance", address, hex(int(request.wei)))
        return _account(node, devnet_id, epoch, address)


@contextmanager
def _asking(fleet: Fleet, devnet_id: str) -> Iterator[tuple[PrivateNode, int]]:
    with fleet.using(devnet_id, changes=True) as used:
        try:
            yield used
        except RpcError as error:
            raise DevnetRefused(error) from error


def _latest(client: ChainClient) -> dict[str, Any]:
    found = client.block("latest")
    assert found is not None, "a chain has a latest block"
    return found


def _head(client: ChainClient, devnet_id: str, epoch: int) -> HeadRead:
    latest = _latest(client)
    return HeadRead(
        devnet=devnet_id,
        epoch=epoch,
        block=int(latest["number"], 16),
        timestamp=int(latest["timestamp"], 16),
        hash=latest["hash"],
    )


def _account(node: PrivateNode, devnet_id: str, epoch: int, address: str) -> AccountRead:
    impersonation = node.impersonation
    return AccountRead(
        devnet=devnet_id,
        epoch=epoch,
        address=address,
        wei=str(node.client.balance(address)),
        nonce=node.client.nonce(address),
        impersonated=impersonation.everybody or address.lower() in impersonation.accounts,
    )
