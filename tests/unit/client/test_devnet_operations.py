"""Devnets, and test ether, through the SDK."""

from __future__ import annotations

import asyncio

import pytest

from pocplatform.client import AsyncSandbox, InvalidInput, NotFound, SnapshotNameTaken

ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_devnet_from_its_making_to_its_end(member):
    ours = member()
    devnets = ours.devnets
    made = devnets.create("Oma", accounts=2, balances={ACCOUNT: 10**18}, metadata={"a": "b"})
    assert (made.status, made.balances) == ("stopped", {ACCOUNT: str(10**18)})
    assert devnets.rpc_url(made.id, with_key=False).endswith(made.rpc_path)
    assert devnets.update(made.id, name="Toinen").metadata == {"a": "b"}
    assert devnets.start(made.id).status == "running"

    snapshot = devnets.snapshot(made.id, "first")
    with pytest.raises(SnapshotNameTaken):
        devnets.snapshot(made.id, "first")
    mined = devnets.mine(made.id, 3, interval_s=10)
    later = devnets.advance_time(made.id, to=mined.timestamp + 1000)
    assert (later.block, later.timestamp) == (4, mined.timestamp + 1000)
    assert devnets.set_balance(made.id, ACCOUNT, 5).wei == "5"
    assert devnets.impersonate(made.id, ACCOUNT).impersonated
    with pytest.raises(InvalidInput):
        devnets.set_balance(made.id, "0x1", 5)
    assert devnets.restore(made.id, snapshot.id).epoch == 2
    assert devnets.mine(made.id).block == 1
    stopped = devnets.stop(made.id)
    assert stopped.saved is not None
    assert (stopped.status, stopped.saved.block) == ("stopped", 1)
    assert devnets.reset(made.id).saved is None
    assert [one.id for one in devnets.snapshots(made.id)] == [snapshot.id]
    assert devnets.delete_snapshot(made.id, snapshot.id).deleted
    assert [one.name for one in devnets.list()] == ["Toinen"]
    assert devnets.delete(made.id).deleted
    with pytest.raises(NotFound):
        devnets.get(made.id)


def test_ether_comes_into_ones_own_wallet(member, platform):
    ours = member()
    assert ours.payments.ether(7).status in ("mined", "confirmed")
    wallet = ours.wallets.list()
    address = next(iter(wallet)).address
    assert platform.gateway.client.balance(address) == 7


def test_asynchronous_client_has_them_too(base_url):
    async def use():
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy")
            ours = sandbox.with_key(us.secret_key)
            made = await ours.devnets.create("Oma")
            listed = [one.id async for one in ours.devnets.list()]
            return made.id, listed, await ours.devnets.delete(made.id)

    made, listed, gone = asyncio.run(use())
    assert listed == [made]
    assert gone.deleted
