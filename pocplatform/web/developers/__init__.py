"""The developers' desk: keys, requests, events, webhooks and contracts of an organization."""

from fastapi import APIRouter

from pocplatform.web.developers import (
    contracts,
    deploying,
    events,
    functions,
    keys,
    overview,
    requests,
    transactions,
    webhooks,
)

ROUTERS: list[APIRouter] = [
    overview.router,
    keys.router,
    requests.router,
    events.router,
    webhooks.router,
    deploying.router,
    functions.router,
    contracts.router,
    transactions.router,
]
"""In this order: what has a name of its own stands before what is named by an id."""
