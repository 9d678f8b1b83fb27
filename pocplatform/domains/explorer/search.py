"""One field to look for anything: what a question can be read as, and what was found.

A question is first taken as what it has the form of; names are looked for beside that. Only what
everybody may see is found.
"""

import re
from collections.abc import Iterator
from typing import Final

from pocplatform.chain.codec import checksum, is_address
from pocplatform.domains.explorer import repository
from pocplatform.domains.explorer.names import contract_title, short
from pocplatform.domains.explorer.schemas import Found, SearchRead
from pocplatform.domains.explorer.service import HASH, Explorer
from pocplatform.domains.invoices import references
from pocplatform.domains.invoices.errors import ReferenceInvalid
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.i18n import Phrase

_EACH: Final = 5
"""As many of each kind are shown."""
_SHORTEST_NAME: Final = 2
_IDS: Final = {"itm": "item", "prc": "parcel", "spc": "space"}
_BLOCK = Phrase("Block {number}")
_AGREEMENT = Phrase("Agreement {hash}")
_AS = {
    "hash": Phrase("a transaction, a block or an agreement by its hash"),
    "address": Phrase("an account or a contract by its address"),
    "did": Phrase("an identity by its DID"),
    "number": Phrase("a block by its number"),
    "reference": Phrase("payments of invoices by their reference"),
    "id": Phrase("a space, an item or a parcel by its id"),
    "name": Phrase("a contract, a space or an organization that has published its name"),
}


def find(explorer: Explorer, query: str) -> SearchRead:
    """What everybody may see of what a question names."""
    asked = query.strip()
    understood: list[str] = []
    found: list[Found] = []
    for kind, matches in _readings(explorer, asked):
        understood.append(_AS[kind].render(explorer.language))
        found += matches
    unique = {(one.kind, one.ref): one for one in found}
    return SearchRead(query=asked, understood=understood, data=list(unique.values()))


def _readings(explorer: Explorer, asked: str) -> Iterator[tuple[str, list[Found]]]:
    if HASH.fullmatch(asked):
        yield "hash", _by_hash(explorer, asked.lower())
        return
    if is_address(asked):
        yield "address", [_account(explorer, checksum(asked))]
        return
    if asked.startswith("did:"):
        yield "did", _by_did(explorer, asked)
        return
    if re.fullmatch(r"[a-z]{3}_[0-9a-f]{24}", asked):
        yield "id", _by_id(explorer, asked)
        return
    if asked.isascii() and asked.isdecimal():
        yield "number", _by_number(explorer, asked)
    try:
        reference = references.parse(asked)
    except ReferenceInvalid:
        reference = None
    if reference is not None:
        yield "reference", _by_reference(explorer, reference)
    if len(asked) >= _SHORTEST_NAME:
        yield "name", _by_name(explorer, asked)


def _by_hash(explorer: Explorer, hash_: str) -> list[Found]:
    found = []
    try:
        transaction = explorer.transaction(hash_)
        found.append(Found(kind="transaction", ref=hash_, title=transaction.sentence))
    except NotFound:
        pass
    try:
        block = explorer.block(hash_)
        found.append(_block(explorer, block.number))
    except NotFound:
        pass
    if repository.has_agreement(explorer.session, hash_):
        title = _AGREEMENT.with_values(hash=short(hash_)).render(explorer.language)
        found.append(Found(kind="agreement", ref=hash_, title=title))
    return found


def _by_did(explorer: Explorer, did: str) -> list[Found]:
    try:
        return [_account(explorer, explorer.resolve(did, "q"))]
    except InvalidInput:
        return []


def _by_id(explorer: Explorer, id_: str) -> list[Found]:
    kind = _IDS.get(id_.partition("_")[0])
    name = repository.name_of_id(explorer.session, kind, id_) if kind is not None else None
    return [Found(kind=kind, ref=id_, title=name)] if name is not None else []  # type: ignore[arg-type]


def _by_number(explorer: Explorer, digits: str) -> list[Found]:
    try:
        return [_block(explorer, explorer.block(digits).number)]
    except NotFound:
        return []


def _by_reference(explorer: Explorer, reference: str) -> list[Found]:
    hashes = repository.payments_by_reference(explorer.session, reference, _EACH)
    rows = [explorer.recorded(hash_) for hash_ in hashes]
    shown = explorer.shown([row for row in rows if row is not None])
    return [Found(kind="transaction", ref=one.id, title=one.sentence) for one in shown]


def _by_name(explorer: Explorer, text: str) -> list[Found]:
    session, wanted = explorer.session, text.casefold()
    contracts = [
        Found(kind="contract", ref=one.name, title=title)
        for one in explorer.contracts.manifest.contracts.values()
        for title in [contract_title(one.name, explorer.language)]
        if wanted in one.name.casefold() or wanted in title.casefold()
    ]
    organizations = [
        Found(kind="organization", ref=address, title=name)
        for address, name in repository.published_like(session, text, _EACH)
    ]
    spaces = [
        Found(kind="space", ref=id_, title=name)
        for id_, name in repository.spaces_like(session, text, _EACH)
    ]
    return [*organizations, *spaces, *contracts[:_EACH]]


def _block(explorer: Explorer, number: int) -> Found:
    title = _BLOCK.with_values(number=number).render(explorer.language)
    return Found(kind="block", ref=str(number), title=title)


def _account(explorer: Explorer, address: str) -> Found:
    deployed = explorer.decoder.at(address)
    if deployed is not None:
        title = contract_title(deployed.name, explorer.language)
        return Found(kind="contract", ref=deployed.name, title=title)
    return Found(kind="address", ref=address, title=explorer.known.shown(address))
