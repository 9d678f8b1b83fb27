"""Signed transactions of others, as ``eth_sendRawTransaction`` takes them."""

from dataclasses import dataclass
from typing import Any

import rlp

from pocplatform.chain.codec import checksum, keccak256
from pocplatform.chain.late import load_eth_account

_FIELDS = {
    0: ("nonce", "gas_price", "gas", "to", "value", "data"),
    1: ("chain_id", "nonce", "gas_price", "gas", "to", "value", "data"),
    2: ("chain_id", "nonce", "tip", "limit", "gas", "to", "value", "data"),
}
"""The first fields of each type: legacy (EIP-155), EIP-2930, EIP-1559. Not of EIP-7702, with which
one account acts for others, nor of EIP-4844, whose blobs are no use on a sandbox."""
_LARGEST_LEGACY = 0xC0
"""From this byte on it is no type but the begin of a list: a legacy transaction."""


class NotATransaction(ValueError):
    """Bytes that are no signed transaction of a type that is taken."""


@dataclass(frozen=True, slots=True)
class RawTransaction:
    """What a signed transaction says.

    Attributes:
        raw: The bytes.
        hash: Their hash, 0x and 64 hex digits.
        sender: Who signed, by the signature.
        nonce: The account's nonce.
        to: Whom it calls; None where it creates a contract.
        value: Ether to send along, in wei.
        data: The calldata.
        chain_id: The chain it is for; None for one that is for any (before EIP-155).
    """

    raw: bytes
    hash: str
    sender: str
    nonce: int
    to: str | None
    value: int
    data: bytes
    chain_id: int | None

    @classmethod
    def parse(cls, raw: bytes) -> "RawTransaction":
        """Read signed bytes (EIP-2718). Raises :class:`NotATransaction`."""
        load_eth_account()
        from eth_account import Account

        try:
            type_ = 0 if raw[0] >= _LARGEST_LEGACY else raw[0]
            items = rlp.decode(raw if type_ == 0 else raw[1:], strict=True)
            fields: dict[str, Any] = dict(zip(_FIELDS[type_], items, strict=False))
            nonce, value, to = _integer(fields["nonce"]), _integer(fields["value"]), fields["to"]
            if len(to) not in (0, 20) or not isinstance(fields["data"], bytes):
                raise ValueError("an odd field")
            chain_id = _integer(fields["chain_id"]) if type_ else _legacy_chain_id(items)
            sender = str(Account.recover_transaction(raw))
        except Exception as error:  # of several libraries, whatever is wrong with the bytes
            raise NotATransaction("failed to decode signed transaction") from error
        return cls(
            raw=raw,
            hash="0x" + keccak256(raw).hex(),
            sender=sender,
            nonce=nonce,
            to=checksum("0x" + to.hex()) if to else None,
            value=value,
            data=bytes(fields["data"]),
            chain_id=chain_id,
        )


def _integer(item: bytes) -> int:
    return int.from_bytes(item)


def _legacy_chain_id(items: Any) -> int | None:
    """By EIP-155, v is 35 or 36 more than twice the chain id."""
    v = _integer(items[6])
    return (v - 35) // 2 if v >= 35 else None
