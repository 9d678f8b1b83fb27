"""The CREATE2 factory that most chains carry at the same address, and how to put it there.

It was made by a *keyless* transaction: one with a made-up signature, whose sender nobody has the
key of. Anybody may send that transaction on any chain, and the factory gets the same address
(a method known from EIP-1820). It is not replay-protected (before EIP-155), so some nodes refuse
it.

    PlatformError
    └── FactoryMissing   500  the chain has no factory and it cannot be put there
"""

import time

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.chain.submission import DeployCall, Submit
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase

CREATE2_FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""Takes salt (32 bytes) and init code, and creates."""

KEYLESS_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
KEYLESS_COST = 100_000 * 100 * 10**9
"""Wei that the keyless transaction needs: its gas limit times its gas price."""
KEYLESS_TRANSACTION = (
    "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
    "1ba02222222222222222222222222222222222222222222222222222222222222222"
    "a02222222222222222222222222222222222222222222222222222222222222222"
)


class FactoryMissing(PlatformError):
    """The chain has no CREATE2 factory, and it could not be put there."""

    code = "create2_factory_missing"
    title = "The chain cannot take the contracts yet"


def ensure_factory(client: ChainClient, submit: Submit, timeout: float = 60.0) -> None:
    """Put the factory on the chain unless it is there: fund the keyless sender, then send.

    Args:
        client: The node.
        submit: Sends the funding transfer.
        timeout: Seconds to wait for the block with the factory.

    Raises:
        FactoryMissing: The node refuses the keyless transaction, or it does not get mined.
    """
    if client.code(CREATE2_FACTORY):
        return
    balance = int(client.request("eth_getBalance", KEYLESS_SENDER, "latest"), 16)
    if balance < KEYLESS_COST:
        submit(
            DeployCall(
                to=KEYLESS_SENDER,
                data=b"",
                label="fund the sender of the CREATE2 factory",
                value=KEYLESS_COST - balance,
            )
        )
    try:
        client.request("eth_sendRawTransaction", KEYLESS_TRANSACTION)
    except RpcError as error:
        # Somebody else may have sent it in the meantime.
        if not client.code(CREATE2_FACTORY):
            raise _missing(client, error.message) from error
        return
    deadline = time.monotonic() + timeout
    while not client.code(CREATE2_FACTORY):
        if time.monotonic() > deadline:
            raise _missing(
                client,
                Phrase("its transaction was not mined within {seconds:.0f} s", seconds=timeout),
            )
        time.sleep(0.1)


def _missing(client: ChainClient, why: str | Phrase) -> FactoryMissing:
    return FactoryMissing(
        "The chain at {url} has no CREATE2 factory at {factory}, and it could not be put there "
        "({why}).",
        next_step="Ask the chain's operator to add the factory to the genesis block, or to accept "
        "one transaction without replay protection (geth: --rpc.allow-unprotected-txs).",
        url=client.url,
        factory=CREATE2_FACTORY,
        why=why,
    )
