"""What to do about errors whose own words, or ours, say well enough what happened.

By the error's canonical signature; the placeholders are the error's arguments, as in
:mod:`pocplatform.outbox.known_errors`. An API path with ``…`` is one of the thing at hand.
"""

from collections.abc import Mapping
from typing import Final

_PLAN = "GET /v1/spaces/…/plan tells who mints its parcels, where they may be and their royalty."
_PARCEL = "GET /v1/parcels/{tokenId} tells who owns and who uses it."

NEXT_STEPS: Final[Mapping[str, str]] = {
    # Items
    "ERC1155InsufficientBalance(address,uint256,uint256,uint256)": (
        "Ask for less, or get some first; GET /v1/items/{tokenId}/holders tells who has it."
    ),
    "ItemsUnknown(uint256)": "Create it first: POST /v1/items.",
    "ItemsNotCreator(uint256,address)": "Its creator can: GET /v1/items/{id} tells who that is.",
    "ItemsCapExceeded(uint256,uint256,uint256)": (
        "Mint what is left at most; the cap never changes, but you can create another item."
    ),
    "ItemsSoulbound(uint256)": "It can be redeemed or destroyed; another must be minted anew.",
    "ItemsNotGate(uint256,address)": "Its creator can allow you: POST /v1/items/{id}/gates.",
    "SignedActionUsed(address,uint256)": (
        "What is signed serves once: it was used or taken back, and must be signed anew."
    ),
    "SignedActionInvalid(address)": "{signer:account} must sign, over exactly what is sent.",
    # Parcels
    "ParcelsNotSpaceOwner(uint128,address)": (
        "The owner of the space can: GET /v1/spaces/… tells who that is."
    ),
    "ParcelsInvalidPlan(uint128)": _PLAN,
    "ParcelsNotSteward(uint128,address)": _PLAN,
    "ParcelsOutsidePlan(uint256)": _PLAN,
    "ParcelsTaken(uint256)": "Choose another place.",
    "ParcelsNotOwner(uint256,address)": _PARCEL,
    "ParcelsNotUser(uint256,address)": _PARCEL,
    "ParcelsNotArbiter(uint256,address)": "Only whom the terms of renting name can decide.",
    "ParcelsInvalidTerms(uint256)": (
        "Name an arbiter who is neither owner nor user; while a deposit is held, the same one."
    ),
    "ParcelsNotOffered(uint256)": "Choose one that is to let: GET /v1/parcels?to_let=true.",
    "ParcelsTermsChanged(uint256,(address,uint48,uint48))": (
        "Look at them with GET /v1/parcels/{tokenId}, and rent on them if they suit you."
    ),
    "ParcelsInvalidClaim(uint256,uint256)": (
        "A deposit is claimed once, by the owner, in the three days after the rental."
    ),
    "ParcelsNoClaim(uint256)": (
        "The owner claims first; without a decision in time the deposit goes back to the user."
    ),
    "ParcelsNoDeposit(uint256)": "Nothing needs to be done: it was paid out, or none was asked.",
    # Market
    "MarketOwnOrder(address)": "Take it back, if it is not to be filled.",
    # Spaces
    "SpacesNotOwner(uint128,address)": "Its owner can: GET /v1/spaces/… tells who that is.",
    "SpacesNotCandidate(uint128,address)": "Its owner can offer it: POST /v1/spaces/…/offer.",
    "SpacesNotProvider(address,address)": (
        "Name an identity of your own, or leave the provider out for yourself."
    ),
    "SpacesClosed(uint128)": "Try again when its owner has opened it again.",
    "SpacesAlreadyInside(uint128,address)": (
        "Nothing needs to be done, or leave it first: POST /v1/spaces/…/leave."
    ),
    "SpacesNotInside(uint128,address)": "Enter it first: POST /v1/spaces/…/enter.",
    "SpacesNoTicket(uint128,address,uint256)": (
        "Get one first, from its creator or on the market: GET /v1/listings?item={ticket}."
    ),
    "SpacesNoCredential(uint128,address,bytes32)": (
        "Ask the issuer for one whom the entry rule names: GET /v1/spaces/… tells it."
    ),
    "SpacesNotLinked(uint128,uint128)": (
        "Leave the one and enter the other, or ask the owner to open a way."
    ),
    "SpacesLinkToItself(uint128)": "Name another space.",
}
