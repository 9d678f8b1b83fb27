"""The CREATE2 factory that most chains carry at the same address, and how to put it there.

PlatformError
└── FactoryMissing   500  the chain has no factory and it cannot be put there
"""

from pocplatform.chain import keyless
from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum, keccak256
from pocplatform.chain.keyless import KeylessRefused, KeylessTransaction
from pocplatform.chain.submission import Submit
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase

CREATE2_FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""Takes salt (32 bytes) and init code, and creates."""

_TWOS = int("22" * 32, 16)
FACTORY_TRANSACTION = KeylessTransaction.signed(
    bytes.fromhex(
        "604580600e600039806000f350fe"
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
        "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
    ),
    gas=100_000,
    gas_price=100 * 10**9,
    v=27,
    r=_TWOS,
    s=_TWOS,
)
"""What made it, on every chain; nobody has a key that signs twos."""


class FactoryMissing(PlatformError):
    """The chain has no CREATE2 factory, and it could not be put there."""

    code = "create2_factory_missing"
    title = "The chain cannot take the contracts yet"


def create2_address(salt: bytes, creation_code: bytes) -> str:
    """Where the factory puts this code with this salt, checksummed (EIP-1014)."""
    factory = bytes.fromhex(CREATE2_FACTORY[2:])
    return checksum(
        "0x" + keccak256(b"\xff" + factory + salt + keccak256(creation_code))[12:].hex()
    )


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
    funding = keyless.funding(client, FACTORY_TRANSACTION, "the CREATE2 factory")
    if funding:
        submit(funding)
    try:
        keyless.send(client, submit, FACTORY_TRANSACTION, timeout)
    except KeylessRefused as error:
        raise _missing(client, error.why) from error


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
