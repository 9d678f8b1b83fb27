"""Operations of Items, Parcels, Market and Spaces."""

from __future__ import annotations

from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from bench.gas.identity import COMPANY, DIGEST
from bench.gas.lab import EURO, FAR, Lab
from bench.gas.operation import operation

DESCRIPTION = keccak(text="a lamp of recycled steel")
HALL = keccak(text="hall")
NOBODY = "0x" + "00" * 20
ERC721, ERC1155 = "OpenZeppelin ERC721", "OpenZeppelin ERC1155"
OPEN, TICKET, CREDENTIAL, INVITATION = range(4)
MEMBERS = (
    "address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,"
    "uint256 unitPrice,uint256 nonce,uint256 deadline"
)
INVITED = "Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)"
ROYALTY_BPS = 500


@operation("Items mint, new", "an item without a cap, the holder's first of it", 54_000)
def mint_item(lab: Lab) -> int:
    return lab["Items"].send("mint", lab.bob.address, _item(lab, lab.alice), 1, by=lab.alice)


@mint_item.compare(ERC1155)
def mint_item_reference(lab: Lab) -> int:
    return lab["PlainERC1155"].send("mint", lab.bob.address, 1, 1, by=lab.alice)


@operation(
    "Items mint, new, capped",
    "an item with a cap, of which some exist, the holder's first",
    54_000,
    accepted=56_700,
    why="beside the holder's new slot the count of the item is written (2,900), without which "
    "there is no cap.",
)
def mint_capped(lab: Lab) -> int:
    item = _item(lab, lab.alice, cap=100)
    lab["Items"].send("mint", lab.bob.address, item, 5, by=lab.alice)
    return lab["Items"].send("mint", lab.carol.address, item, 1, by=lab.alice)


@operation("Items transfer, new", "the receiver's first of the item, the sender keeps some", 58_000)
def transfer_item(lab: Lab) -> int:
    item = _item(lab, lab.alice)
    lab["Items"].send("mint", lab.alice.address, item, 10, by=lab.alice)
    return lab["Items"].send(
        "safeTransferFrom", lab.alice.address, lab.bob.address, item, 1, b"", by=lab.alice
    )


@transfer_item.compare(ERC1155)
def transfer_item_reference(lab: Lab) -> int:
    token, holder = lab["PlainERC1155"], lab.alice.address
    token.send("mint", holder, 1, 10, by=lab.alice)
    return token.send("safeTransferFrom", holder, lab.bob.address, 1, 1, b"", by=lab.alice)


@operation("Parcels mint, new", "the owner's first parcel", 72_000)
def mint_parcel(lab: Lab) -> int:
    return lab["Parcels"].send("mint", lab.bob.address, _place(lab, 3), by=lab.carol)


@mint_parcel.compare(ERC721)
def mint_parcel_reference(lab: Lab) -> int:
    return lab["PlainERC721"].send("mint", lab.bob.address, 1, by=lab.carol)


@operation(
    "Parcels rent with payment",
    "price and deposit, a parcel never rented before; owner and contract have tEUR",
    90_000,
)
def rent(lab: Lab) -> int:
    parcels, place = lab["Parcels"], _place(lab, 3)
    terms = (lab.arbiter.address, 3 * EURO, 20 * EURO)
    parcels.send("mint", lab.alice.address, place, by=lab.carol)
    parcels.send("setRentalTerms", place, terms, by=lab.alice)
    lab.had_euros(lab.alice.address, parcels.address)
    return parcels.send("rent", place, 5, terms, by=lab.rich(lab.bob, "Parcels"))


@operation(
    "Market buy a parcel",
    "with royalty and fee; the buyer has a parcel, the seller keeps one and has used a nonce of "
    "the same 256",
    120_000,
)
def buy_parcel(lab: Lab) -> int:
    lab["Parcels"].send("mint", lab.bob.address, _place(lab, 3), by=lab.carol)
    _use_nonce(lab)
    return _buy_parcel(lab)


@operation(
    "Market buy a parcel, all new",
    "the same; the buyer's first parcel and the seller's first nonce",
    120_000,
    accepted=148_700,
    why="two slots more are new (17,100 each): the count of the buyer's parcels and the seller's "
    "first 256 nonces.",
)
def buy_first_parcel(lab: Lab) -> int:
    _place(lab, 3)
    return _buy_parcel(lab)


@operation(
    "Market buy an item",
    "with royalty and fee, a listing of one; the buyer's first of the item",
    120_000,
    accepted=124_000,
    why="the buyer's holding is a new slot, and seller, creator and platform are paid by a "
    "transfer each; without the platform's fee the target is reached.",
)
def buy_item(lab: Lab) -> int:
    order = _listed_item(lab, amount=1)
    _use_nonce(lab)
    return _buy(lab, order)


@operation(
    "Market buy an item, a further part",
    "the same of a listing for several, of which some are sold to the same buyer",
    120_000,
)
def buy_part(lab: Lab) -> int:
    order = _listed_item(lab, amount=4)
    _buy(lab, order, 2)
    return _buy(lab, order)


@operation("Spaces enter, open", "the visitor's first visit", 60_000)
def enter(lab: Lab) -> int:
    return lab["Spaces"].send("enter", _hall(lab), b"", by=lab.bob)


@operation("Spaces enter, open, again", "a later visit", 60_000)
def enter_again(lab: Lab) -> int:
    spaces, hall = lab["Spaces"], _hall(lab)
    spaces.send("enter", hall, b"", by=lab.bob)
    spaces.send("leave", hall, by=lab.bob)
    return spaces.send("enter", hall, b"", by=lab.bob)


@operation("Spaces enter with a ticket", "the visitor's first visit, with a capacity", 60_000)
def enter_with_ticket(lab: Lab) -> int:
    ticket = _item(lab, lab.carol)
    lab["Items"].send("mint", lab.bob.address, ticket, 1, by=lab.carol)
    hall = _hall(lab, TICKET, ticket.to_bytes(32, "big"), capacity=100)
    return lab["Spaces"].send("enter", hall, b"", by=lab.bob)


@operation("Spaces enter with an invitation", "the visitor's first visit", 60_000)
def enter_with_invitation(lab: Lab) -> int:
    spaces, hall = lab["Spaces"], _hall(lab, INVITATION)
    signature = spaces.sign(lab.admin, INVITED, hall, lab.bob.address, 0, 0, FAR)
    return spaces.send("enter", hall, FAR.to_bytes(32, "big") + signature, by=lab.bob)


@operation(
    "Spaces enter with a credential",
    "the visitor's first visit; status of the credential and trust in its issuer are asked",
    60_000,
    accepted=69_700,
    why="two registers that the transaction has not touched are called (2,600 each), four slots "
    "are read (2,100 each): type and issuer of the credential, its anchor, the trust. That alone "
    "is 13,600 above the 52,216 of an open space.",
)
def enter_with_credential(lab: Lab) -> int:
    lab["TrustedIssuers"].send("accredit", lab.carol.address, COMPANY, 0, 0, by=lab.admin)
    lab["CredentialStatus"].send("anchor", COMPANY, DIGEST, lab.bob.address, 0, by=lab.carol)
    hall = _hall(lab, CREDENTIAL, COMPANY, lab.carol.address)
    return lab["Spaces"].send("enter", hall, DIGEST, by=lab.bob)


def _item(lab: Lab, creator: LocalAccount, *, cap: int = 0, bps: int = 0) -> int:
    """A new kind of item."""
    items, address = lab["Items"], creator.address
    items.send("createItem", 1, False, cap, address, bps, DESCRIPTION, by=creator)
    return int(items.read("itemId", address, 1, False))


def _hall(
    lab: Lab, rule: int = OPEN, asked: bytes = bytes(32), issuer: str = NOBODY, capacity: int = 0
) -> int:
    """The admin's space with an entry rule."""
    spaces, owner = lab["Spaces"], lab.admin.address
    hall = int(spaces.read("spaceIdOf", owner, HALL))
    spaces.send("createSpace", HALL, owner, DESCRIPTION, by=lab.admin)
    spaces.send("setEntryRule", hall, rule, asked, issuer, capacity, by=lab.admin)
    return hall


def _place(lab: Lab, x: int) -> int:
    """A place in the hall, whose steward is Carol; the hall is made with the first."""
    parcels = lab["Parcels"]
    hall = int(lab["Spaces"].read("spaceIdOf", lab.admin.address, HALL))
    if not any(parcels.read("planOf", hall)[1:]):
        _hall(lab)
        plan = (10, 8, 2, ROYALTY_BPS)
        parcels.send("setPlan", hall, lab.carol.address, *plan, by=lab.admin)
    return int(parcels.read("parcelId", hall, x, 4, 0))


def _listed_item(lab: Lab, *, amount: int) -> tuple[object, ...]:
    """Alice's listing of Carol's items, of which she has ten."""
    item = _item(lab, lab.carol, bps=700)
    lab["Items"].send("mint", lab.alice.address, item, 10, by=lab.carol)
    return _order(lab, "Items", 1, item, amount, 10 * EURO + 7)


def _buy_parcel(lab: Lab) -> int:
    sold, kept = _place(lab, 4), _place(lab, 5)
    for place in (sold, kept):
        lab["Parcels"].send("mint", lab.alice.address, place, by=lab.carol)
    return _buy(lab, _order(lab, "Parcels", 0, sold, 1, 500 * EURO))


def _order(
    lab: Lab, collection: str, kind: int, token_id: int, amount: int, price: int
) -> tuple[object, ...]:
    contract, seller = lab[collection], lab.alice
    contract.send("setApprovalForAll", lab["Market"].address, True, by=seller)
    return (seller.address, contract.address, kind, token_id, amount, price, 300, FAR)


def _use_nonce(lab: Lab) -> None:
    lab["Market"].send("cancelNonce", 301, by=lab.alice)


def _buy(lab: Lab, order: tuple[object, ...], quantity: int = 1) -> int:
    """Bob buys; seller, creator and platform have had tEUR before."""
    market, buyer = lab["Market"], lab.rich(lab.bob, "Market")
    lab.had_euros(lab.alice.address, lab.carol.address, market.read("feeReceiver"))
    signature = market.sign(lab.alice, f"Listing({MEMBERS})", *order)
    return market.send("buy", order, quantity, signature, by=buyer)
