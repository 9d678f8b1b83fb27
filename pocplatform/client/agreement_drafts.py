"""Before an agreement is in force: templates, and parties that are invited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Agreement, Milestone, Model, Page, Party
from pocplatform.client.modes import M, Resource, operation
from pocplatform.client.paths import segment
from pocplatform.client.requests import Request


class TemplatePlace(Model):
    """A place in a template, for one party or several."""

    key: str
    label: str
    role: str
    at_least: int
    at_most: int


class AgreementTemplate(Model):
    """A text with parameters; ``parameters`` is their JSON Schema."""

    id: str
    version: int
    title: str
    summary: str
    languages: list[str]
    parties: list[TemplatePlace]
    parameters: dict[str, Any]


class AgreementPreview(Model):
    """What a template gives, without having stored it."""

    template: str
    version: int
    title: str
    text: str
    total: int
    expires_at: datetime


class Invitation(Model):
    """A link to a party's place."""

    code: str
    url: str
    agreement: str
    party: int
    role: str
    expires_at: datetime
    accepted: bool = False


class InvitedTo(Model):
    """What an invitation leads to."""

    agreement: str
    title: str
    document: str
    party: int
    role: str
    parties: list[Party]
    milestones: list[Milestone] = Field(default_factory=list)
    sign_by: datetime
    expires_at: datetime


class TemplateParty(Request):
    """Who takes a place in a template.

    Attributes:
        who: DID, organization id or address; without it, somebody is to be invited.
        name: As the document names the party.
        business_id: As the document shows it.
        credential_type: Type of a credential that the party must hold at activation.
    """

    who: str | None = None
    name: str | None = None
    business_id: str | None = None
    credential_type: str | None = None


class AgreementTemplates(Resource[M]):
    """Agreements from texts that are there already, in Finnish and English."""

    @operation
    async def all(self) -> Sequence[AgreementTemplate]:
        """All templates, with their texts in the client's language."""
        page_of = Page[AgreementTemplate]
        return (await self._connection.read("/v1/agreement_templates", page_of)).data

    @operation
    async def get(self, template: str) -> AgreementTemplate:
        """A template with its parameters."""
        return await self._connection.read(
            f"/v1/agreement_templates/{segment(template)}", AgreementTemplate
        )

    @operation
    async def preview(
        self,
        template: str,
        parties: Mapping[str, TemplateParty | Sequence[TemplateParty]],
        parameters: Mapping[str, Any],
        *,
        language: Literal["fi", "en"] = "fi",
        translated: bool = True,
    ) -> AgreementPreview:
        """The text and terms that a template gives; nothing is stored."""
        body = _filled(template, parties, parameters, language, translated)
        path = "/v1/agreement_templates/preview"
        return await self._connection.write(path, body, AgreementPreview, wait=0)

    @operation
    async def draft(
        self,
        template: str,
        parties: Mapping[str, TemplateParty | Sequence[TemplateParty]],
        parameters: Mapping[str, Any],
        *,
        language: Literal["fi", "en"] = "fi",
        translated: bool = True,
        arbiter: str | None = None,
        sign_by: datetime | None = None,
        expires_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Draft an agreement from a template.

        Args:
            template: Its id.
            parties: By the key of the place in the template.
            parameters: As its JSON Schema says.
            language: The one that governs, should the texts differ.
            translated: Whether the other language follows as a translation.
            arbiter: Who settles disputes: DID, organization id or address.
            sign_by: Until when signatures hold.
            expires_at: Another end than the template's.
            idempotency_key: Names this draft; without it, a fresh one.
        """
        body = _filled(template, parties, parameters, language, translated)
        body |= {
            "arbiter": arbiter,
            "sign_by": sign_by.isoformat() if sign_by else None,
            "expires_at": expires_at.isoformat() if expires_at else None,
        }
        path = "/v1/agreements/from_template"
        return await self._connection.write(path, body, Agreement, key=idempotency_key, wait=0)


class AgreementInvitations(Resource[M]):
    """Taking a party's place by a link."""

    @operation
    async def create(
        self,
        agreement_id: str,
        party: int,
        *,
        valid_for_days: int = 14,
        idempotency_key: str | None = None,
    ) -> Invitation:
        """A link for whoever is to take the place of a party in one's draft."""
        body = {"party": party, "valid_for_days": valid_for_days}
        path = f"/v1/agreements/{segment(agreement_id)}/invitations"
        return await self._connection.write(path, body, Invitation, key=idempotency_key, wait=0)

    @operation
    async def get(self, code: str) -> InvitedTo:
        """What one is invited to."""
        return await self._connection.read(f"/v1/agreement_invitations/{segment(code)}", InvitedTo)

    @operation
    async def join(
        self, code: str, *, name: str | None = None, idempotency_key: str | None = None
    ) -> Agreement:
        """Take the place; then one can sign."""
        path = f"/v1/agreement_invitations/{segment(code)}/join"
        return await self._connection.write(
            path, {"name": name}, Agreement, key=idempotency_key, wait=0
        )


def _filled(
    template: str,
    parties: Mapping[str, TemplateParty | Sequence[TemplateParty]],
    parameters: Mapping[str, Any],
    language: str,
    translated: bool,
) -> dict[str, Any]:
    return {
        "template": template,
        "parties": {
            key: place.as_json()
            if isinstance(place, TemplateParty)
            else [party.as_json() for party in place]
            for key, place in parties.items()
        },
        "parameters": dict(parameters),
        "language": language,
        "translated": translated,
    }
