"""What tokens changed hands, by the events that the standards require.

ERC-20 and ERC-721 share the event ``Transfer``, and are told apart by whether its third argument is
indexed; ERC-1155 has ``TransferSingle`` and ``TransferBatch``.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.codec import checksum
from pocplatform.chain.interface import Interface
from pocplatform.chain.tracing import FrameLog

Standard: TypeAlias = Literal["erc20", "erc721", "erc1155"]

NOBODY: Final = "0x" + "0" * 40
"""Whom tokens come from when they are made, and go to when they are destroyed."""


class Transfer(NamedTuple):
    """Tokens that went from one account to another; ``token_id`` is None for ERC-20."""

    standard: Standard
    token: str
    sender: str
    recipient: str
    token_id: int | None
    amount: int


def _event(name: str, *inputs: str) -> dict[str, Any]:
    parameters = []
    for text in inputs:
        kind, _, rest = text.partition(" ")
        parameters.append({"name": rest[-1], "type": kind, "indexed": rest.startswith("indexed")})
    return {"type": "event", "name": name, "anonymous": False, "inputs": parameters}


_FUNGIBLE: Final = Interface(
    [_event("Transfer", "address indexed f", "address indexed t", "uint256 a")]
)
_UNIQUE: Final = Interface(
    [_event("Transfer", "address indexed f", "address indexed t", "uint256 indexed i")]
)
_OF_BOTH: Final = ("address indexed o", "address indexed f", "address indexed t")
_MULTI: Final = Interface(
    [
        _event("TransferSingle", *_OF_BOTH, "uint256 i", "uint256 a"),
        _event("TransferBatch", *_OF_BOTH, "uint256[] i", "uint256[] a"),
    ]
)


def transfers(logs: Iterable[FrameLog]) -> list[Transfer]:
    """The transfers that logs tell of, in their order."""
    return [transfer for log in logs for transfer in _of(log)]


def _of(log: FrameLog) -> list[Transfer]:
    kinds: tuple[tuple[Standard, Interface], ...] = (
        ("erc20", _FUNGIBLE), ("erc721", _UNIQUE), ("erc1155", _MULTI),
    )  # fmt: skip
    for standard, interface in kinds:
        try:
            decoded = interface.decode_log(log.topics, log.data)
        except (DataUnreadable, ValueError):
            continue
        if decoded is None:
            continue
        told = decoded.arguments
        ids, amounts = told.get("i"), told.get("a", 1)
        if not isinstance(ids, list):
            ids, amounts = [ids], [amounts]
        return [
            Transfer(
                standard,
                checksum(log.address),
                told["f"],
                told["t"],
                None if id_ is None else int(id_),
                int(amount),
            )
            for id_, amount in zip(ids, amounts, strict=False)
        ]
    return []
