"""What a sale on the market moves, for pilots whose companies sell and buy there."""

from pocplatform.client.market import Division
from pocplatform.pilots.story import ORGANISERS, Moved


def moved_by(
    division: Division, *, buyer: str, seller: str, royalty_to: str | None = None
) -> list[Moved]:
    """The parts of a price, by roles.

    Args:
        division: Who gets what of it.
        buyer: The role that paid.
        seller: The role that sold.
        royalty_to: The role that gets the royalty, where there is one.

    The platform's fee goes to the organisers.
    """
    parts = [
        (seller, division.seller_amount),
        (royalty_to or seller, division.royalty),
        (ORGANISERS, division.fee),
    ]
    return [
        Moved(sender=buyer, recipient=recipient, amount=amount)
        for recipient, amount in parts
        if amount
    ]
