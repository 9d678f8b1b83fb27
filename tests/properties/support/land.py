"""A space with a plan for parcels, for machines that need parcels."""

from __future__ import annotations

from dataclasses import dataclass

from tests.properties.support.chain import Chain, Contract
from tests.properties.support.signing import Person

WIDTH, DEPTH, FLOORS = 10, 8, 2
ROYALTY_BPS = 500


@dataclass(frozen=True)
class Land:
    """The contracts, and the space that the steward sells."""

    items: Contract
    spaces: Contract
    parcels: Contract
    space: int
    owner: Person
    steward: Person

    @classmethod
    def begin(cls, chain: Chain, euro: str, owner: Person, steward: Person) -> Land:
        """Deploys the contracts and makes the space."""
        registry = chain.deploy("DidRegistry")
        issuers = chain.deploy("TrustedIssuers", owner.address)
        status = chain.deploy("CredentialStatus", issuers.address)
        items = chain.deploy("Items", "/items/{id}.json")
        spaces = chain.deploy("Spaces", registry.address, items.address, status.address)
        parcels = chain.deploy("Parcels", spaces.address, euro, "/parcels/")
        salt = bytes(32)
        chain.must(owner.address, spaces.createSpace(salt, owner.address, salt))
        space = chain.read(spaces.spaceIdOf(owner.address, salt))
        plan = (space, steward.address, WIDTH, DEPTH, FLOORS, ROYALTY_BPS)
        chain.must(owner.address, parcels.setPlan(*plan))
        return cls(items, spaces, parcels, space, owner, steward)

    def parcel(self, x: int, y: int = 0, floor: int = 0) -> int:
        """The number of a parcel."""
        return self.space << 48 | x << 32 | y << 16 | floor
