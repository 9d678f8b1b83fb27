"""Errors of parcels. What the contract itself refuses is told as ``contract_reverted``.

PlatformError
├── InvalidInput
│   └── RentalTermsInvalid  422  terms of renting that offer nothing
└── Conflict
    └── ParcelTaken         409  the place has a parcel already
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class RentalTermsInvalid(InvalidInput):
    """Terms of renting that offer nothing; ``param`` names the part at fault."""

    code = "rental_terms_invalid"
    title = "The terms of renting offer nothing"


class ParcelTaken(Conflict):
    """The place has a parcel already, or is about to get one."""

    code = "parcel_taken"
    title = "The place is taken"
