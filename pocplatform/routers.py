"""The one list of all routes, all projections and all work by the clock."""

from fastapi import APIRouter

from pocplatform.delivery.stream import router as stream
from pocplatform.delivery.webhooks.endpoints import router as webhooks
from pocplatform.delivery.webhooks.jobs import JOBS as WEBHOOK_JOBS
from pocplatform.domains.agreements.endpoints import ROUTERS as AGREEMENT_ROUTERS
from pocplatform.domains.agreements.jobs import JOBS as AGREEMENT_JOBS
from pocplatform.domains.agreements.projections import projections as agreement_projections
from pocplatform.domains.assets.endpoints import ROUTERS as ASSET_ROUTERS
from pocplatform.domains.assets.projections import projections as asset_projections
from pocplatform.domains.business_register.endpoints import router as business_register
from pocplatform.domains.contracts.endpoints import HOT_READS as CONTRACT_HOT_READS
from pocplatform.domains.contracts.endpoints import router as contracts
from pocplatform.domains.credential_types.endpoints import router as credential_types
from pocplatform.domains.credentials.endpoints import router as credentials
from pocplatform.domains.credentials.projections import projections as credential_projections
from pocplatform.domains.data_protection.endpoints import router as data_protection
from pocplatform.domains.data_protection.jobs import JOBS as DATA_PROTECTION_JOBS
from pocplatform.domains.demos.jobs import JOBS as DEMO_JOBS
from pocplatform.domains.devnets.endpoints import ROUTERS as DEVNET_ROUTERS
from pocplatform.domains.hackathons.endpoints import ROUTERS as HACKATHON_ROUTERS
from pocplatform.domains.held_payments.endpoints import router as held_payments
from pocplatform.domains.held_payments.projections import projections as held_payment_projections
from pocplatform.domains.identities.endpoints import router as identities
from pocplatform.domains.identities.projections import projections as identity_projections
from pocplatform.domains.invoices.endpoints import router as invoices
from pocplatform.domains.invoices.jobs import JOBS as INVOICE_JOBS
from pocplatform.domains.invoices.projections import projections as invoice_projections
from pocplatform.domains.mandates.endpoints import router as mandates
from pocplatform.domains.mandates.jobs import JOBS as MANDATE_JOBS
from pocplatform.domains.mandates.projections import projections as mandate_projections
from pocplatform.domains.market.endpoints import router as market
from pocplatform.domains.market.projections import projections as market_projections
from pocplatform.domains.network.endpoints import router as network
from pocplatform.domains.openid4vci.endpoints import router as credential_offers
from pocplatform.domains.openid4vci.endpoints import wallet_router as openid4vci
from pocplatform.domains.openid4vp.endpoints import router as presentation_requests
from pocplatform.domains.openid4vp.endpoints import wallet_router as openid4vp
from pocplatform.domains.organizations.endpoints import router as organizations
from pocplatform.domains.parcels.endpoints import router as parcels
from pocplatform.domains.parcels.jobs import JOBS as PARCEL_JOBS
from pocplatform.domains.parcels.projections import projections as parcel_projections
from pocplatform.domains.payments.endpoints import HOT_ROUTES as PAYMENT_HOT_ROUTES
from pocplatform.domains.payments.endpoints import router as payments
from pocplatform.domains.payments.projections import projections as payment_projections
from pocplatform.domains.payouts.endpoints import router as payouts
from pocplatform.domains.profiles.endpoints import router as profiles
from pocplatform.domains.recordings.endpoints import router as recordings
from pocplatform.domains.recordings.jobs import JOBS as RECORDING_JOBS
from pocplatform.domains.redemptions.endpoints import router as redemptions
from pocplatform.domains.redemptions.projections import projections as redemption_projections
from pocplatform.domains.spaces.endpoints import router as spaces
from pocplatform.domains.spaces.projections import projections as space_projections
from pocplatform.domains.splits.endpoints import router as splits
from pocplatform.domains.splits.projections import projections as split_projections
from pocplatform.domains.statement.endpoints import router as statement
from pocplatform.domains.status_lists.endpoints import router as status_lists
from pocplatform.domains.traces.endpoints import router as traces
from pocplatform.domains.transactions.endpoints import router as transactions
from pocplatform.domains.wallets.endpoints import router as wallets
from pocplatform.domains.wallets.jobs import JOBS as WALLET_JOBS
from pocplatform.domains.x402.endpoints import router as x402
from pocplatform.http.batch import router as batch
from pocplatform.http.idempotency import FORGETTING as FORGETTING_KEYS
from pocplatform.http.prepared import EXPIRY
from pocplatform.http.prepared import FORGETTING as FORGETTING_PREPARED
from pocplatform.indexer.registry import Projections
from pocplatform.outbox.jobs import Job

ROUTERS: list[APIRouter] = [
    organizations,
    wallets,
    identities,
    credential_types,
    credentials,
    status_lists,
    business_register,
    *AGREEMENT_ROUTERS,
    payments,
    *ASSET_ROUTERS,
    spaces,
    parcels,
    market,
    statement,
    invoices,
    payouts,
    mandates,
    splits,
    held_payments,
    redemptions,
    x402,
    contracts,
    *DEVNET_ROUTERS,
    transactions,
    traces,
    batch,
    stream,
    network,
    webhooks,
    data_protection,
    credential_offers,
    openid4vci,
    presentation_requests,
    openid4vp,
    profiles,
    recordings,
    *HACKATHON_ROUTERS,
]

HOT_ROUTES = [*PAYMENT_HOT_ROUTES]
HOT_READS = [*CONTRACT_HOT_READS]

PROJECTIONS = Projections.merged(
    [
        identity_projections,
        credential_projections,
        payment_projections,
        invoice_projections,
        mandate_projections,
        split_projections,
        held_payment_projections,
        redemption_projections,
        agreement_projections,
        asset_projections,
        space_projections,
        parcel_projections,
        market_projections,
    ]
)

JOBS: list[Job] = [
    EXPIRY,
    FORGETTING_PREPARED,
    FORGETTING_KEYS,
    *AGREEMENT_JOBS,
    *INVOICE_JOBS,
    *MANDATE_JOBS,
    *PARCEL_JOBS,
    *DATA_PROTECTION_JOBS,
    *WEBHOOK_JOBS,
    *RECORDING_JOBS,
    *DEMO_JOBS,
    *WALLET_JOBS,
]
"""All work that a clock begins."""
