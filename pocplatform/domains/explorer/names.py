"""Names that everybody may know, for what stands on the chain by address or number.

Organizations are named where they have published their profile, and by the wallet that the profile
is of. Items, parcels and spaces have the names under which the public API shows them.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlmodel import Session

from pocplatform.chain.codec import checksum, is_address
from pocplatform.domains.explorer import repository
from pocplatform.domains.explorer.decoding import OWN_PACKAGE, Decoder
from pocplatform.domains.explorer.sentences.said import NOBODY, Placed
from pocplatform.domains.spaces.models import number_of
from pocplatform.kit.i18n import Phrase

_CONTRACTS = {
    "PilotEuro": Phrase("tEUR, the test money"),
    "Invoices": Phrase("Invoices"),
    "Mandates": Phrase("Direct debits"),
    "Splits": Phrase("Joint income"),
    "ServiceAgreements": Phrase("Agreements and escrow"),
    "DidRegistry": Phrase("Register of identities"),
    "TrustedIssuers": Phrase("Register of trusted issuers"),
    "CredentialStatus": Phrase("Register of credentials"),
    "Items": Phrase("Items and tickets"),
    "Parcels": Phrase("Parcels"),
    "Spaces": Phrase("Spaces"),
    "Market": Phrase("The market"),
}
"""What the platform's contracts are called by people who do not read code."""
_OPERATOR = Phrase("The sandbox")
_NOBODY = Phrase("nobody")


class Known(NamedTuple):
    """Something by its name.

    Attributes:
        id: What the API knows it by; None where that is not known.
        name: Its name; None where it has none for everybody.
        kind: company, person, operator, contract or account; of other things empty.
    """

    id: str | None
    name: str | None
    kind: str = ""


def contract_title(name: str, language: str) -> str:
    """A contract of the deployment in plain words; others keep their name."""
    title = _CONTRACTS.get(name)
    return title.render(language) if title is not None else name


def short(text: str) -> str:
    """A long hash or address with its middle left out."""
    return f"{text[:6]}…{text[-4:]}" if len(text) > 14 else text


class Names:
    """The names that one answer needs, each looked up once.

    Args:
        session: Where to read.
        decoder: Knows the contracts of the deployment.
        operator: The sandbox's own account.
        language: ``fi`` or ``en``.
    """

    def __init__(self, session: Session, decoder: Decoder, operator: str, language: str) -> None:
        self._session = session
        self._decoder = decoder
        self._operator = operator
        self.language = language
        self._accounts: dict[str, Known] = {}
        self._things: dict[tuple[str, str], Known] = {}

    def learn(self, placed: Iterable[Placed]) -> None:
        """Look up all names that some pieces need, in a few queries."""
        accounts: set[str] = set()
        things: dict[str, set[str]] = {
            kind: set() for kind in ("item", "parcel", "space", "credential_type")
        }
        for value, kind in placed:
            if kind == "who":
                accounts.add(value)
            elif kind == "names":
                accounts.update(accounts_in(value))
            elif kind == "goods":
                found = self.goods(value)
                if found is not None:
                    things[found[0]].add(found[1])
            elif kind in things:
                things[kind].add(key_of(kind, value))
        self.learn_accounts(accounts)
        for kind, keys in things.items():
            new = {key for key in keys if (kind, key) not in self._things}
            found_now = repository.named(self._session, kind, new, self.language) if new else {}
            for key in new:
                id_, name = found_now.get(key, (None, None))
                self._things[kind, key] = Known(id_, name)

    def learn_accounts(self, accounts: Collection[str]) -> None:
        """Look up the names of accounts."""
        new = {one for one in accounts if one not in self._accounts and is_address(one)}
        published = repository.published(self._session, new) if new else {}
        for address in new:
            self._accounts[address] = self._known(address, published)

    def account(self, address: str) -> Known:
        """Who an account is, as far as everybody may know."""
        self.learn_accounts([address])
        return self._accounts.get(address, Known(address, None, "account"))

    def shown(self, address: str) -> str:
        """An account's name, or else its address with the middle left out."""
        return self.account(address).name or short(address)

    def thing(self, kind: str, value: Any) -> Known:
        """An item, parcel, space or type of credentials by its number."""
        return self._things.get((kind, key_of(kind, value)), Known(None, None))

    def goods(self, order: Any) -> tuple[str, str] | None:
        """What an order is for: item or parcel, and its number."""
        deployed = self._decoder.at(order["collection"])
        kind = {"Items": "item", "Parcels": "parcel"}.get(deployed.name if deployed else "")
        return None if kind is None else (kind, str(order["tokenId"]))

    def _known(self, address: str, published: dict[str, tuple[str, bool]]) -> Known:
        deployed = self._decoder.at(address)
        if deployed is not None:
            ours = deployed.package == OWN_PACKAGE
            title = contract_title(deployed.name, self.language) if ours else deployed.name
            return Known(address, title, "contract")
        if address == NOBODY:
            return Known(address, _NOBODY.render(self.language), "account")
        if address == self._operator:
            return Known(address, _OPERATOR.render(self.language), "operator")
        if address in published:
            name, person = published[address]
            return Known(address, name, "person" if person else "company")
        return Known(address, None, "account")


def accounts_in(values: Any) -> list[str]:
    """The accounts in a list: of addresses, or of structs that name one each."""
    found = []
    for value in values:
        address = value
        if isinstance(value, dict):
            address = value.get("account") or value.get("recipient")
        found.append(checksum(str(address)))
    return list(dict.fromkeys(found))


def key_of(kind: str, value: Any) -> str:
    """What a thing is looked up by: a space's number is kept in hex."""
    return number_of(int(value)) if kind == "space" else str(value)
