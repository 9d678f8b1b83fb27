"""Contracts of the deployment for everybody: source, ABI, and what they and others have told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import is_address, keccak256
from pocplatform.chain.manifest import DeployedContract
from pocplatform.domains.contracts.logs import place_of, walk
from pocplatform.domains.explorer import repository
from pocplatform.domains.explorer.decoding import OWN_PACKAGE
from pocplatform.domains.explorer.names import contract_title
from pocplatform.domains.explorer.schemas import ChainEventRead, PublicContractRead, TokenRead
from pocplatform.domains.explorer.service import Explorer
from pocplatform.domains.explorer.windows import Window
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.money import CURRENCY, to_cents
from pocplatform.kit.settings import PROJECT_ROOT

_FIRST_RANGE: Final = 64
"""Blocks in which events are looked for first: busy contracts tell thousands in more."""


def read(explorer: Explorer, which: str) -> PublicContractRead:
    """A contract of the deployment by name or address. Raises :class:`NotFound`."""
    deployed = _deployed(explorer, which)
    if deployed is None:
        raise NotFound(
            "Nobody has made the contract {which} public here.",
            next_step="GET /v1/chain lists the contracts that everybody may read. Of any address, "
            "GET /v1/explorer/addresses/{{address}} says what the chain says.",
            which=which[:80],
        )
    code = explorer.client.code(deployed.address)
    return PublicContractRead(
        name=deployed.name,
        title=contract_title(deployed.name, explorer.language),
        address=deployed.address,
        package=deployed.package,
        version=deployed.version,
        license=deployed.license,
        code_hash=deployed.code_hash,
        verified="0x" + keccak256(code).hex() == deployed.code_hash,
        source_file=deployed.source,
        source=_source(deployed.source) if deployed.package == OWN_PACKAGE else None,
        abi=deployed.abi,
        token=_token(explorer) if deployed.name == "PilotEuro" else None,
    )


def events(
    explorer: Explorer, window: Window, *, contract: str, about: str | None
) -> tuple[list[ChainEventRead], bool]:
    """Events of a contract, whoever's it is, newest first; and whether there are more.

    Args:
        explorer: Of the request.
        window: Which part of the list.
        contract: Its address, or its name in the deployment.
        about: What the first indexed argument of each must be, as 32 bytes in hex.

    Raises :class:`InvalidInput`.
    """
    deployed = _deployed(explorer, contract)
    if deployed is None and not is_address(contract):
        raise InvalidInput(
            "{who} is neither an address nor a contract of the deployment.",
            next_step="Give 0x and 40 hex digits, or a name from GET /v1/chain.",
            param="contract",
            who=contract[:80],
        )
    address = contract if deployed is None else deployed.address
    search = _Search(explorer.client, address, about)
    cursor, backwards = window.cursor, window.ending_before is not None
    place = None if cursor is None else place_of(search, cursor[1], cursor[0])
    last = repository.tip(explorer.session)
    found: list[_RawLog] = []
    for one in walk(search, 0, last, place, oldest_first=backwards, size=_FIRST_RANGE):
        found.append(one)
        if len(found) > window.limit:
            break
    rows, more = window.cut(found)
    times = repository.times(explorer.session, {one.block for one in rows})
    return explorer.events([one.raw for one in rows], times), more


class _RawLog(NamedTuple):
    block: int
    log_index: int
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Search:
    """Logs of an address, as :func:`pocplatform.domains.contracts.logs.walk` asks for them."""

    client: ChainClient
    address: str
    about: str | None

    def between(self, first: int, last: int) -> Sequence[_RawLog]:
        """Those in a range of blocks, oldest first."""
        asked: dict[str, Any] = {
            "address": self.address,
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        if self.about is not None:
            asked["topics"] = [None, self.about.lower()]
        return [
            _RawLog(int(log["blockNumber"], 16), int(log["logIndex"], 16), log)
            for log in self.client.request("eth_getLogs", asked)
        ]


def _deployed(explorer: Explorer, which: str) -> DeployedContract | None:
    return explorer.decoder.at(which) or explorer.decoder.named(which)


def _token(explorer: Explorer) -> TokenRead:
    supply = explorer.contracts.read("PilotEuro", "totalSupply")
    decimals = explorer.contracts.read("PilotEuro", "decimals")
    return TokenRead(symbol=CURRENCY, decimals=decimals, supply=to_cents(supply))


@cache
def _source(file: str) -> str | None:
    """The text of one of our own sources; None where it is not kept beside the program."""
    path = PROJECT_ROOT / file
    if not re.fullmatch(r"contracts/[A-Za-z0-9_/]+\.sol", file) or not path.is_file():
        return None
    return path.read_text(encoding="utf-8")
