"""The one list of all routes and all projections."""

from fastapi import APIRouter

from pocplatform.domains.organizations.endpoints import router as organizations
from pocplatform.domains.payments.endpoints import router as payments
from pocplatform.domains.payments.projections import projections as payment_projections
from pocplatform.domains.transactions.endpoints import router as transactions
from pocplatform.indexer.registry import Projections

ROUTERS: list[APIRouter] = [
    organizations,
    payments,
    transactions,
]

PROJECTIONS = Projections.merged([payment_projections])
