"""Templates of agreements: parametrised texts in Finnish and English, with terms and milestones.

A template is a folder with ``template.toml`` (parties, parameters as JSON Schema, rules that give
milestones and the last day) and its text as ``fi.md`` and ``en.md``. The same parameters and
parties always give the same text: its hash is what the parties sign.

One language governs. Its text comes first; the other follows as a translation that says so, unless
it is left out.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    TemplateParametersInvalid,
)
from pocplatform.domains.agreements.prose import Prose
from pocplatform.domains.agreements.rules import (
    LANGUAGES,
    Rules,
    Template,
    end_of,
    labels_of,
    load,
    place_of,
)
from pocplatform.domains.agreements.schemas import (
    DAY,
    AgreementCreate,
    DocumentCreate,
    FromTemplateCreate,
    PartyCreate,
    TemplatePartyCreate,
)
from pocplatform.kit.errors import NotFound

_FOLDER = Path(__file__).parent / "templates"


class NamedParty(NamedTuple):
    """A party as a document names it; without a DID, somebody is to be invited."""

    name: str | None
    business_id: str | None
    did: str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A template that was filled in.

    Attributes:
        request: The draft that it gives.
        stored: What it takes to write the text again; see :meth:`Catalogue.rewritten`.
    """

    request: AgreementCreate
    stored: dict[str, Any]


class Catalogue:
    """The templates of a folder.

    Args:
        folder: With a folder for each template, and ``common`` for what they share.
    """

    def __init__(self, folder: Path) -> None:
        self._prose = {language: Prose(str(folder), language) for language in LANGUAGES}
        common = tomllib.loads((folder / "common" / "parameters.toml").read_text("utf-8"))
        self._templates = {
            path.parent.name: load(path, common) for path in sorted(folder.glob("*/template.toml"))
        }

    @classmethod
    @cache
    def of_package(cls) -> "Catalogue":
        """The templates that come with the platform."""
        return cls(_FOLDER)

    def all(self) -> list[Template]:
        """Every template, by its id."""
        return list(self._templates.values())

    def get(self, template_id: str) -> Template:
        """A template. Raises :class:`NotFound`."""
        found = self._templates.get(template_id)
        if found is None:
            raise NotFound(
                "There is no template {template_id}.",
                next_step="GET /v1/agreement_templates lists them: {known}.",
                template_id=template_id,
                known=", ".join(self._templates),
            )
        return found

    def fill(
        self,
        request: FromTemplateCreate,
        parties: list[tuple[str, TemplatePartyCreate]],
        named: list[NamedParty],
        arbiter_did: str | None,
    ) -> Filled:
        """The draft that a template gives. Raises :class:`TemplateParametersInvalid`.

        Args:
            request: What the caller asked for.
            parties: Its parties in their order, as :meth:`places` gives them.
            named: The same, as the document names them.
            arbiter_did: Who settles disputes, if anybody.
        """
        try:
            return self._filled(request, parties, named, arbiter_did)
        except ValidationError as error:
            # What the parameters' schema allows, but not the agreement's.
            first = error.errors(include_url=False)[0]
            raise TemplateParametersInvalid(
                "With these parameters {what} of the agreement would not be valid.",
                next_step="Check the amounts, the names and the dates.",
                param="parameters",
                what=".".join(map(str, first["loc"])),
            ) from error

    def _filled(
        self,
        request: FromTemplateCreate,
        parties: list[tuple[str, TemplatePartyCreate]],
        named: list[NamedParty],
        arbiter_did: str | None,
    ) -> Filled:
        template = self.get(request.template)
        values = template.parameters.checked(request.parameters)
        keys = [key for key, _ in parties]
        rules = Rules(template, self._prose[request.language], request.language, values, keys)
        milestones, expires = rules.milestones(), rules.expires()
        if request.expires_at is not None:
            expires = _day_of(request.expires_at)
        stored = {
            "id": template.id,
            "version": template.version,
            "language": request.language,
            "translated": request.translated,
            "parameters": values,
            "keys": keys,
            "expires": expires.isoformat(),
            "arbiter": arbiter_did,
        }
        draft = AgreementCreate(
            title=values["subject"],
            document=DocumentCreate(text=self.rewritten(stored, named)),
            parties=[
                PartyCreate(
                    who=party.who,
                    role=place_of(template, key)["role"],
                    name=party.name,
                    business_id=party.business_id,
                    credential_type=party.credential_type,
                )
                for key, party in parties
            ],
            milestones=milestones,
            arbiter=request.arbiter,
            sign_by=request.sign_by,
            expires_at=end_of(expires),
            arbitration_window_s=values["arbitration_days"] * DAY,
            fallback_bps=values["fallback_percent"] * 100,
        )
        return Filled(draft, stored)

    def places(self, request: FromTemplateCreate) -> list[tuple[str, TemplatePartyCreate]]:
        """The parties of a request in the template's order, each with its place's key."""
        template = self.get(request.template)
        known = [place["key"] for place in template.parties]
        for key in request.parties:
            if key not in known:
                raise TemplateParametersInvalid(
                    "This template has no party {key}; its parties are: {known}.",
                    param=f"parties.{key}",
                    key=key,
                    known=", ".join(known),
                )
        found = []
        for place in template.parties:
            key, least, most = place["key"], place.get("min", 1), place.get("max", 1)
            given = request.parties.get(key, [])
            several = given if isinstance(given, list) else [given]
            if not least <= len(several) <= most:
                raise TemplateParametersInvalid(
                    "Of the party {key} this template takes {least} to {most}, not {count}.",
                    param=f"parties.{key}",
                    key=key,
                    least=least,
                    most=most,
                    count=len(several),
                )
            found += [(key, party) for party in several]
        return found

    def rewritten(self, stored: dict[str, Any], named: list[NamedParty]) -> str:
        """The text for parameters that were stored, with the parties as they are known now.

        Raises :class:`AgreementStateConflict` if the template is no longer the one it was.
        """
        template = self.get(stored["id"])
        if stored["version"] != template.version:
            raise AgreementStateConflict(
                "The template {id} has changed since this was drafted.",
                next_step="Draft the agreement again.",
                id=template.id,
            )
        languages = [stored["language"]]
        if stored["translated"]:
            languages += [other for other in LANGUAGES if other != stored["language"]]
        texts = []
        for language in languages:
            prose = self._prose[language]
            rules = Rules(template, prose, language, stored["parameters"], stored["keys"])
            milestones = rules.milestones()
            labels = labels_of(template, stored["keys"], language)
            values = {
                **stored["parameters"],
                "title": template.title[language],
                "parties": [
                    {"key": key, "label": label, **party._asdict()}
                    for key, label, party in zip(stored["keys"], labels, named, strict=True)
                ],
                "milestones": [
                    {
                        "title": milestone.title,
                        "amount": milestone.amount,
                        "due": (milestone.due_at - timedelta(days=1)).date()
                        if milestone.due_at
                        else None,
                        "payer": labels[milestone.payer],
                        "provider": labels[milestone.provider],
                    }
                    for milestone in milestones
                ],
                "total": sum(milestone.amount for milestone in milestones),
                "expires": date.fromisoformat(stored["expires"]),
                "arbiter": stored["arbiter"],
                "translated": stored["translated"],
                "governs": language == stored["language"],
            }
            texts.append(prose.document(f"{template.id}/{language}.md", values))
        return "\n---\n\n".join(texts)


def _day_of(moment: datetime) -> date:
    """The day in UTC. Raises :class:`AgreementTermsInvalid` at the ends of the calendar."""
    try:
        day = moment.astimezone(UTC).date()
        end_of(day)
    except OverflowError:
        raise AgreementTermsInvalid(
            "{param} is too far away.", next_step="Name a day before 9999.", param="expires_at"
        ) from None
    return day
