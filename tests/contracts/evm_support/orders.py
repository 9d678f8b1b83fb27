"""Orders of the market, and their signatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evm_support.signing import Domain, parse_types

FEE_BPS = 250
TILL = "0x00000000000000000000000000000000000F0e00"
MEMBERS = (
    "address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,"
    "uint256 unitPrice,uint256 nonce,uint256 deadline"
)
TYPES = parse_types(f"Listing({MEMBERS})", f"Offer({MEMBERS})")
NAMES = [field["name"] for field in TYPES["Listing"]]


@dataclass(frozen=True)
class Order:
    """A listing or an offer; the price is in millionths of a test euro."""

    maker: str
    collection: str
    kind: int
    token_id: int
    amount: int
    unit_price: int
    nonce: int
    deadline: int

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(self.__dict__.values())

    @property
    def message(self) -> dict[str, Any]:
        return dict(zip(NAMES, self.values, strict=True))

    def sign(self, market: Any, account: Any, primary: str = "Listing") -> bytes:
        """The account's signature over the order."""
        return Domain.of(market).sign(account.private_key, TYPES, primary, self.message)


def make_market(project: Any, account: Any, token: Any) -> Any:
    """A market with a fee of 2.5 %."""
    return account.deploy(project.Market, token, TILL, FEE_BPS)
