"""Creating, minting and moving items."""

import secrets

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assets import descriptions, numbers, repository
from pocplatform.domains.assets.errors import ItemTermsInvalid
from pocplatform.domains.assets.models import Holding, Item, ItemState
from pocplatform.domains.assets.schemas import (
    HoldingRead,
    ItemCreate,
    ItemProperties,
    ItemRead,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id

_CONTRACT = "Items"
_ZERO = "0x" + "0" * 40


class Items(Acting):
    """What somebody does with items."""

    def create(self, request: ItemCreate) -> Done:
        """Create a kind of item, whose creator the caller is for ever.

        Raises :class:`ItemTermsInvalid`.
        """
        receiver = None
        if request.royalty_bps:
            receiver = self._resolve(request.royalty_receiver, "royalty_receiver")
        elif request.royalty_receiver is not None:
            raise ItemTermsInvalid(
                "`royalty_receiver` has no meaning without a royalty.",
                next_step="Give `royalty_bps`, or leave `royalty_receiver` out.",
                param="royalty_receiver",
            )
        if not request.transferable and request.royalty_bps:
            raise ItemTermsInvalid(
                "An item that never changes hands is never sold, so it has no royalty.",
                next_step="Leave `royalty_bps` out, or make the item transferable.",
                param="royalty_bps",
            )
        known = {
            "name": request.name, "description": request.description, "image": request.image,
        }  # fmt: skip
        commitment = descriptions.commit(**known)
        serial, soulbound = secrets.randbits(64), not request.transferable
        # As the contract has it: creator (160 bits), soulbound flag, zeros (31 bits), serial.
        number = int(self._me, 16) << 96 | soulbound << 95 | serial
        item = Item(
            id=new_id("itm"),
            org_id=self._org_id,
            token_id=str(number),
            creator=self._me,
            kind=request.kind,
            name=request.name,
            description=request.description,
            image=request.image,
            salt=commitment.salt,
            description_hash=commitment.hash,
            soulbound=soulbound,
            cap=request.cap or 0,
            royalty_receiver=receiver,
            royalty_bps=request.royalty_bps,
            transaction_id="",
            created_ms=now_ms(),
        )
        write = self._send(
            item.id,
            _CONTRACT,
            "createItem",
            serial=serial,
            soulbound=soulbound,
            cap=item.cap,
            royaltyReceiver=receiver or _ZERO,
            royaltyBps=item.royalty_bps,
            metadataHash=commitment.digest,
        )
        item.transaction_id = write.id
        self._session.add(item)
        self._session.flush()
        return Done(item.id, (write,))

    def mint(self, item: Item, to: str | None, amount: int) -> Done:
        """Mint items, as their creator."""
        return self._do(
            item, "mint", to=self._resolve(to, "to"), id=int(item.token_id), amount=amount
        )

    def transfer(self, item: Item, to: str, amount: int) -> Done:
        """Give items of the caller's away."""
        return self._do(
            item,
            "safeTransferFrom",
            **{"from": self._me, "to": self._resolve(to, "to")},
            id=int(item.token_id),
            value=amount,
            data=b"",
        )

    def burn(self, item: Item, amount: int) -> Done:
        """Destroy items of the caller's."""
        return self._do(item, "burn", id=int(item.token_id), amount=amount)

    def set_gate(self, item: Item, gate: str, allowed: bool) -> Done:
        """Allow or forbid somebody to redeem the item, as its creator."""
        address = self._resolve(gate, "gate")
        return self._do(item, "setGate", id=int(item.token_id), gate=address, allowed=allowed)

    def _do(self, item: Item, function: str, **arguments: object) -> Done:
        return Done(item.id, (self._send(item.id, _CONTRACT, function, **arguments),))


def find(session: Session, id_or_number: str) -> Item | None:
    """An item by its id, or by its number on the chain."""
    if id_or_number.startswith("itm_"):
        return repository.by_id(session, id_or_number)
    number = numbers.parse(id_or_number)
    return None if number is None else repository.by_number(session, number)


def get(session: Session, id_or_number: str) -> Item:
    """An item by its id, or by its number on the chain. Raises :class:`NotFound`."""
    item = find(session, id_or_number)
    if item is None:
        raise NotFound("There is no item {id}.", id=id_or_number)
    return item


def number_of(session: Session, id_or_number: str, *, param: str) -> str:
    """The number on the chain of an item that a field names; it may be anybody's.

    Raises :class:`InvalidInput`.
    """
    if id_or_number.startswith("itm_"):
        item = repository.by_id(session, id_or_number)
        number = None if item is None else item.token_id
    else:
        number = numbers.parse(id_or_number)
        if number is not None and repository.state(session, number) is None:
            number = None
    if number is None:
        raise InvalidInput("There is no item {id}.", param=param, id=id_or_number)
    return number


def name_of(session: Session, token_id: str) -> str:
    """An item's id, or its number if it was not created through the platform."""
    item = repository.by_number(session, token_id)
    return token_id if item is None else item.id


existing = repository.existing
holdings = repository.holdings


def holders(session: Session, id_or_number: str) -> SelectOfScalar[Holding]:
    """Who holds an item. Raises :class:`NotFound`."""
    item = get(session, id_or_number)
    return repository.holdings(collection="item", token_id=item.token_id)


def read_noted(session: Session, note: str) -> ItemRead:
    """An item as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    return read(session, get(session, id_)).model_copy(update={"transactions": writes})


def read(session: Session, item: Item) -> ItemRead:
    """An item as it is shown."""
    state, status = repository.state(session, item.token_id), "created"
    if state is None:
        creation = transactions.get(session, None, item.transaction_id)
        status = "failed" if transactions.has_failed(creation) else "pending"
        state = ItemState(token_id=item.token_id, creator=item.creator, created_at=0)
    known = {"name": item.name, "description": item.description, "image": item.image}
    return ItemRead(
        id=item.id,
        token_id=item.token_id,
        kind=item.kind,  # type: ignore[arg-type]
        status=status,  # type: ignore[arg-type]
        name=item.name,
        description=item.description,
        image=item.image,
        properties=ItemProperties(
            kind=item.kind,  # type: ignore[arg-type]
            transferable=not item.soulbound,
            royalty_bps=item.royalty_bps,
        ),
        document=descriptions.shown(item.salt, item.description_hash, **known),
        creator=item.creator,
        transferable=not item.soulbound,
        cap=item.cap or None,
        minted=state.minted,
        redeemed=state.redeemed,
        burned=state.burned,
        royalty_bps=item.royalty_bps,
        royalty_receiver=item.royalty_receiver,
        gates=repository.gates(session, item.token_id),
        created=iso(item.created_ms),
        transactions=[],
    )


def read_holding(session: Session, holding: Holding) -> HoldingRead:
    """A holding as it is shown."""
    item = None
    if holding.collection == "item":
        item = repository.by_number(session, holding.token_id)
    return HoldingRead(
        id=holding.id,
        owner=holding.owner,
        collection=holding.collection,  # type: ignore[arg-type]
        token_id=holding.token_id,
        item=None if item is None else item.id,
        name=None if item is None else item.name,
        amount=holding.amount,
    )
