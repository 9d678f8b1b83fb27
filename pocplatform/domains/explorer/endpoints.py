"""The explorer over HTTP. It needs no key: the chain is public."""

from typing import Annotated

from fastapi import Depends, Path, Query

from pocplatform.domains.explorer import contracts, search, space_view
from pocplatform.domains.explorer.schemas import (
    AddressRead,
    BlockRead,
    ChainEventRead,
    ChainTransactionDetail,
    ChainTransactionRead,
    NamesRead,
    PublicContractRead,
    SearchRead,
)
from pocplatform.domains.explorer.service import Explorer
from pocplatform.domains.explorer.space_schemas import SpaceViewRead
from pocplatform.domains.explorer.windows import Window
from pocplatform.http.dependencies import Anonymous, GatewayDep, LanguageDep, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep
from pocplatform.http.routing import Router
from pocplatform.kit.errors import InvalidInput, NotFound

space_router = Router(prefix="/v1", tags=["Spaces"], dependencies=[Anonymous])
router = Router(prefix="/v1/explorer", tags=["Explorer"], dependencies=[Anonymous])


async def _explorer(session: ReadSession, gateway: GatewayDep, language: LanguageDep) -> Explorer:
    operator = gateway.signers.operator.address
    return Explorer(session, gateway.outbox, gateway.chain_id, operator, language)


async def _window(page: PageDep) -> Window:
    return Window(page.limit, page.starting_after, page.ending_before)


ExplorerDep = Annotated[Explorer, Depends(_explorer)]
WindowDep = Annotated[Window, Depends(_window)]
Account = Annotated[str, Query(min_length=1, max_length=120, description="Address or DID.")]


@router.get("/blocks")
def list_blocks(
    explorer: ExplorerDep,
    window: WindowDep,
    from_block: Annotated[
        int, Query(ge=0, lt=10**15, description="The first block to look at.")
    ] = 0,
    to_block: Annotated[
        int | None, Query(ge=0, lt=10**15, description="The last; the newest if not given.")
    ] = None,
) -> ListPage[BlockRead]:
    """Blocks that the sandbox has recorded, newest first. No key is needed."""
    data, more = explorer.blocks(window, first=from_block, last=to_block)
    return ListPage(data=data, has_more=more)


@router.get("/blocks/{block}", **operation(raises=(NotFound,)))
def get_block(
    explorer: ExplorerDep,
    block: Annotated[str, Path(max_length=80, description="Its number, or its hash.")],
) -> BlockRead:
    """A block by its number or its hash. No key is needed."""
    return explorer.block(block)


@router.get("/transactions", **operation(raises=(InvalidInput,)))
def list_chain_transactions(
    explorer: ExplorerDep,
    window: WindowDep,
    block: Annotated[
        int | None, Query(ge=0, lt=10**15, description="Only those of this block.")
    ] = None,
    address: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=120,
            description="Only what this account has sent or got, or what concerned it: address or "
            "DID.",
        ),
    ] = None,
) -> ListPage[ChainTransactionRead]:
    """Transactions in blocks, whoever has sent them, newest first. No key is needed.

    Each has a sentence that says what it did. Of what an account got from others that no event
    tells of, the newest are found. On a chain of others only what the sandbox has recorded is
    listed; GET /v1/explorer/transactions/{hash} finds any.
    """
    data, more = explorer.transactions(window, block=block, address=address)
    return ListPage(data=data, has_more=more)


@router.get("/transactions/{hash}", **operation(raises=(NotFound,)))
def get_chain_transaction(
    explorer: ExplorerDep, hash: Annotated[str, Path(max_length=80)]
) -> ChainTransactionDetail:
    """A transaction by its hash, with what it called and all events of it. No key is needed."""
    return explorer.transaction(hash)


@router.get("/addresses/{address}", **operation(raises=(InvalidInput,)))
def get_address(
    explorer: ExplorerDep,
    address: Annotated[str, Path(max_length=120, description="Address or DID.")],
) -> AddressRead:
    """What the chain has of an account, and its name if that is public. No key is needed."""
    return explorer.address(address)


@router.get("/names", **operation(raises=(InvalidInput,)))
def list_names(
    explorer: ExplorerDep,
    address: Annotated[list[Account], Query(max_length=100, description="Up to 100 of them.")],
) -> NamesRead:
    """Who is behind some addresses, where that is public. No key is needed."""
    return explorer.names(address)


@router.get("/contracts/{contract}", **operation(raises=(NotFound,)))
def get_public_contract(
    explorer: ExplorerDep,
    contract: Annotated[str, Path(max_length=80, description="Its name, or its address.")],
) -> PublicContractRead:
    """A contract of the deployment, with its ABI and its source. No key is needed.

    Contracts of developers are theirs to publish; of these, GET /v1/explorer/addresses/{address}
    and the events say what the chain says.
    """
    return contracts.read(explorer, contract)


@router.get("/contracts/{contract}/events", **operation(raises=(InvalidInput,)))
def list_chain_events(
    explorer: ExplorerDep,
    window: WindowDep,
    contract: Annotated[
        str, Path(max_length=80, description="Its name in the deployment, or any address.")
    ],
    about: Annotated[
        str | None,
        Query(
            pattern=r"^0x[0-9a-fA-F]{64}$",
            description="Only those whose first indexed argument is this: 32 bytes in hex, such as "
            "an agreement's hash.",
        ),
    ] = None,
) -> ListPage[ChainEventRead]:
    """What a contract has told, whoever's it is, newest first. No key is needed."""
    data, more = contracts.events(explorer, window, contract=contract, about=about)
    return ListPage(data=data, has_more=more)


@router.get("/search")
def search_explorer(
    explorer: ExplorerDep,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="Hash, block, address, DID, reference, id, or a public name.",
        ),
    ],
) -> SearchRead:
    """Looks for anything that everybody may see. No key is needed."""
    return search.find(explorer, q)


@space_router.get("/spaces/{space_id}/view", **operation(raises=(NotFound,)))
def view_space(
    explorer: ExplorerDep, space_id: Annotated[str, Path(max_length=80)]
) -> SpaceViewRead:
    """A space with all that is in it, as a page or a 3D view needs it. No key is needed.

    Plan, parcels, who is there, ways out, what is for sale, what was sold lately, and the names
    that are public; each up to a limit.
    """
    return space_view.view(
        explorer.session, explorer.contracts, explorer.known, explorer.chain_id, space_id
    )
