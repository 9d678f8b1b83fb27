"""Names of identities: did:ethr (ERC-1056) for a chain and an address."""

import re

from pocplatform.kit.errors import InvalidInput

_FORM = re.compile(r"did:ethr:(?:0x([0-9a-fA-F]+):)?(0x[0-9a-fA-F]{40})")


def did_of(chain_id: int, address: str) -> str:
    """The DID of an address: ``did:ethr:0x7a69:0x…`` with the checksummed address."""
    return f"did:ethr:{chain_id:#x}:{address}"


def address_of(did: str, chain_id: int, *, param: str | None = None) -> str:
    """The address of a DID on this chain, as written in it. Raises :class:`InvalidInput`."""
    match = _FORM.fullmatch(did)
    if match is None:
        raise InvalidInput(
            "{did!r} is not a DID of this sandbox: did:ethr:{chain}:0x… is expected.",
            param=param,
            did=did,
            chain=hex(chain_id),
        )
    if match[1] is None or int(match[1], 16) != chain_id:
        raise InvalidInput(
            "{did} belongs to another chain; this sandbox is {chain}.",
            param=param,
            did=did,
            chain=hex(chain_id),
        )
    return match[2]
