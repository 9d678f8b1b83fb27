"""The one list of all routes and all projections."""

from fastapi import APIRouter

from pocplatform.domains.agreements.endpoints import router as agreements
from pocplatform.domains.agreements.projections import projections as agreement_projections
from pocplatform.domains.credentials.endpoints import router as credentials
from pocplatform.domains.credentials.projections import projections as credential_projections
from pocplatform.domains.identities.endpoints import router as identities
from pocplatform.domains.identities.projections import projections as identity_projections
from pocplatform.domains.network.endpoints import router as network
from pocplatform.domains.organizations.endpoints import router as organizations
from pocplatform.domains.payments.endpoints import HOT_ROUTES as PAYMENT_HOT_ROUTES
from pocplatform.domains.payments.endpoints import router as payments
from pocplatform.domains.payments.projections import projections as payment_projections
from pocplatform.domains.transactions.endpoints import router as transactions
from pocplatform.indexer.registry import Projections

ROUTERS: list[APIRouter] = [
    organizations,
    identities,
    credentials,
    agreements,
    payments,
    transactions,
    network,
]

HOT_ROUTES = [*PAYMENT_HOT_ROUTES]

PROJECTIONS = Projections.merged(
    [identity_projections, credential_projections, payment_projections, agreement_projections]
)
