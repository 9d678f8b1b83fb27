"""Keyless transactions: signed ones with a made-up signature or a thrown-away key.

Nobody can sign anything else as their sender, so anybody may send such a transaction on any chain
and what it creates gets the same address everywhere (a method known from EIP-1820). Their sender
has to be given the ether first that they cost. They are not replay-protected (before EIP-155), so
some nodes refuse them.
"""

import time
from dataclasses import dataclass
from typing import Self

from eth_hash.auto import keccak
from eth_keys.datatypes import Signature
from eth_utils.address import to_checksum_address

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.chain.signer import rlp_items, rlp_list
from pocplatform.chain.submission import DeployCall, Submit
from pocplatform.kit.i18n import Phrase


@dataclass(frozen=True)
class KeylessTransaction:
    """A keyless transaction that creates a contract.

    Attributes:
        raw: The signed bytes.
        sender: Whom the signature makes the sender, checksummed.
        address: Where the contract comes to be, checksummed.
        cost: Wei that the sender needs: gas limit times gas price.
        creation_code: What the contract is created with.
    """

    raw: bytes
    sender: str
    address: str
    cost: int
    creation_code: bytes

    @classmethod
    def signed(
        cls, creation_code: bytes, *, gas: int, gas_price: int, v: int, r: int, s: int
    ) -> Self:
        """The legacy transaction with this signature, the first one of its sender.

        Args:
            creation_code: What the contract is created with.
            gas: Gas limit.
            gas_price: Wei a unit of gas.
            v, r, s: The signature. Sender and address follow from it.
        """
        content: list[int | bytes] = [0, gas_price, gas, b"", 0, creation_code]
        digest = keccak(rlp_list(rlp_items(*content)))
        signer = Signature(vrs=(v - 27, r, s)).recover_public_key_from_msg_hash(digest)
        created = keccak(rlp_list(rlp_items(signer.to_canonical_address(), 0)))[12:]
        return cls(
            raw=rlp_list(rlp_items(*content, v, r, s)),
            sender=signer.to_checksum_address(),
            address=to_checksum_address(created),
            cost=gas * gas_price,
            creation_code=creation_code,
        )


class KeylessRefused(Exception):
    """A keyless transaction was not taken, or not mined; ``why`` says why."""

    def __init__(self, why: str | Phrase) -> None:
        self.why = why
        super().__init__(str(why))


def funding(client: ChainClient, transaction: KeylessTransaction, name: str) -> list[DeployCall]:
    """The transfer that the sender still needs; none where it has enough."""
    missing = transaction.cost - client.balance(transaction.sender)
    if missing <= 0:
        return []
    label = f"fund the sender of {name}"
    return [DeployCall(to=transaction.sender, data=b"", label=label, value=missing)]


def send(
    client: ChainClient, submit: Submit, transaction: KeylessTransaction, timeout: float = 60.0
) -> None:
    """Send it, once its sender is funded, and return when its contract is there.

    Args:
        client: The node.
        submit: Has mined what waits in the pool of a node that does not mine by itself.
        transaction: Not sent before, or sent by somebody else in the meantime.
        timeout: Seconds to wait for the block with the contract.

    Raises:
        KeylessRefused: The node refuses it, or does not mine it in time.
    """
    try:
        client.request("eth_sendRawTransaction", "0x" + transaction.raw.hex())
    except RpcError as error:
        if not client.code(transaction.address):
            raise KeylessRefused(error.message) from error
        return
    deadline = time.monotonic() + timeout
    submit([])
    while not client.code(transaction.address):
        if time.monotonic() > deadline:
            raise KeylessRefused(
                Phrase("its transaction was not mined within {seconds:.0f} s", seconds=timeout)
            )
        time.sleep(0.1)
        submit([])
