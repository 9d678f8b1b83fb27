"""The company desk: what somebody from a small company does here, in plain words.

Everything is asked of the public API as the company that the page acts for (:mod:`..acting`).
"""

from fastapi import APIRouter

from pocplatform.web.desk import (
    agreements,
    drafting,
    identity,
    invoices,
    items,
    money,
    overview,
)

ROUTERS: list[APIRouter] = [
    overview.router,
    identity.router,
    drafting.router,
    agreements.router,
    invoices.router,
    money.router,
    items.router,
]
"""The desk's pages; what has an address of its own comes before those with an id in the same
place."""
