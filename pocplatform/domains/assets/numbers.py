"""Numbers of items and parcels on the chain, as people and programs write them."""

import re

_DECIMAL = re.compile(r"[0-9]{1,78}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}|[0-9a-fA-F]{64}", re.ASCII)


def parse(text: str) -> str | None:
    """A number in decimal; None if the text is none.

    It may be written in decimal, as ERC-721 appends it to the base of its addresses; in 0x-hex; or
    as 64 hex digits, as ERC-1155 puts it in the place of ``{id}``.
    """
    if _HEX.fullmatch(text):
        return str(int(text, 16))
    if _DECIMAL.fullmatch(text) and int(text) < 2**256:
        return str(int(text))
    return None
