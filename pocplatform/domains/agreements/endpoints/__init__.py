"""Agreements over HTTP."""

from pocplatform.domains.agreements.endpoints import (
    changes,
    documents,
    drafts,
    lifecycle,
    templates,
)

ROUTERS = [module.router for module in (templates, drafts, lifecycle, changes, documents)]
