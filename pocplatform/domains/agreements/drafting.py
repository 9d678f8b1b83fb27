"""Drafts from templates."""

from pocplatform.domains.agreements.answers import (
    TemplatePreview,
)
from pocplatform.domains.agreements.catalogue import Catalogue, Filled, NamedParty
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.drafts import Drafts
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.schemas import (
    FromTemplateCreate,
)
from pocplatform.kit.did import did_of


def from_template(context: Context, org_id: str | None, request: FromTemplateCreate) -> Agreement:
    """Store the draft that a template gives. Raises :class:`TemplateParametersInvalid`."""
    filled = _filled(context, request)
    return Drafts(context).draft(org_id, filled.request, filled.stored)


def preview(context: Context, request: FromTemplateCreate) -> TemplatePreview:
    """The same without storing it."""
    filled = _filled(context, request)
    draft = filled.request
    assert draft.expires_at is not None
    return TemplatePreview(
        template=request.template,
        version=filled.stored["version"],
        title=draft.title,
        text=draft.document.text,
        milestones=draft.milestones,
        total=sum(milestone.amount for milestone in draft.milestones),
        expires_at=draft.expires_at,
        arbitration_window_s=draft.arbitration_window_s,
        fallback_bps=draft.fallback_bps,
    )


def _filled(context: Context, request: FromTemplateCreate) -> Filled:
    catalogue = Catalogue.of_package()
    places = catalogue.places(request)
    named = []
    for key, party in places:
        address = context.resolve(party.who, f"parties.{key}.who") if party.who else None
        did = did_of(context.chain_id, address) if address else None
        named.append(NamedParty(party.name, party.business_id, did))
    arbiter = context.resolve(request.arbiter, "arbiter") if request.arbiter else None
    return catalogue.fill(
        request, places, named, did_of(context.chain_id, arbiter) if arbiter else None
    )
