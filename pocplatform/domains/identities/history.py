"""The history of an identity, read from the chain itself."""

from pocplatform.chain.codec import DecodedLog
from pocplatform.chain.contracts import Contracts
from pocplatform.domains.identities.document import Change, Kind

_FIELDS = {
    "DIDOwnerChanged": (Kind.OWNER, None, "owner"),
    "DIDDelegateChanged": (Kind.DELEGATE, "delegateType", "delegate"),
    "DIDAttributeChanged": (Kind.ATTRIBUTE, "name", "value"),
}
EVENTS = tuple(_FIELDS)


def change_of(log: DecodedLog, timestamp: int = 0) -> Change:
    """An event of the registry as a change."""
    kind, name, value = _FIELDS[log.event]
    raw = log.args[value]
    return Change(
        kind=kind,
        name=bytes(log.args[name]) if name is not None else b"",
        value=bytes.fromhex(raw[2:]) if isinstance(raw, str) else bytes(raw),
        valid_to=log.args.get("validTo", 0),
        block=log.block_number,
        timestamp=timestamp,
    )


def from_chain(contracts: Contracts, address: str) -> list[Change]:
    """Every change of an identity, oldest first.

    ERC-1056 links the changes of an identity backwards: the contract names the block of the last
    one, each event the block of the one before.
    """
    topic = "0x" + address[2:].lower().rjust(64, "0")
    changes: list[Change] = []
    block: int = contracts.read("DidRegistry", "changed", address)
    while block:
        logs = contracts.client.request(
            "eth_getLogs",
            {
                "address": contracts.address("DidRegistry"),
                "topics": [None, topic],
                "fromBlock": hex(block),
                "toBlock": hex(block),
            },
        )
        found = [log for log in map(contracts.decode_log, logs) if log is not None]
        changes[:0] = [change_of(log) for log in found]
        block = min((log.args["previousChange"] for log in found), default=0)
    return changes
