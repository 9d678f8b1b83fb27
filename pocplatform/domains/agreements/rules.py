"""One template: its places, its parameters, and the rules that give milestones and an end."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pocplatform.domains.agreements.answers import (
    TemplateMilestoneRead,
    TemplatePartyRead,
    TemplateRead,
)
from pocplatform.domains.agreements.errors import TemplateParametersInvalid
from pocplatform.domains.agreements.parameters import Parameters
from pocplatform.domains.agreements.prose import ExpressionFailed, Prose
from pocplatform.domains.agreements.schemas import DAY, MilestoneCreate

LANGUAGES = ("fi", "en")
_MOST_MILESTONES = 32


@dataclass(frozen=True)
class Template:
    """One template."""

    id: str
    version: int
    title: dict[str, str]
    summary: dict[str, str]
    parties: list[dict[str, Any]]
    parameters: Parameters
    milestones: list[dict[str, Any]]
    expires: str

    def shown(self, language: str) -> TemplateRead:
        """The template with its texts in ``language``."""
        return TemplateRead(
            id=self.id,
            version=self.version,
            title=self.title[language],
            summary=self.summary[language],
            languages=list(LANGUAGES),
            parties=[
                TemplatePartyRead(
                    key=party["key"],
                    label=party["label"][language],
                    role=party["role"],
                    at_least=party.get("min", 1),
                    at_most=party.get("max", 1),
                )
                for party in self.parties
            ],
            parameters=self.parameters.schema(language),
            milestones=[
                TemplateMilestoneRead(
                    each=rule.get("each"),
                    title=rule["title"][language],
                    amount=rule["amount"],
                    due=rule.get("due"),
                )
                for rule in self.milestones
            ],
        )


class Rules:
    """What a template's rules give with certain parameters, in one language.

    Args:
        template: Whose rules.
        prose: Evaluates expressions.
        language: Of titles.
        parameters: Checked, with defaults.
        keys: The place of each party, in the parties' order.
    """

    def __init__(
        self,
        template: Template,
        prose: Prose,
        language: str,
        parameters: dict[str, Any],
        keys: list[str],
    ) -> None:
        self._template = template
        self._prose = prose
        self._language = language
        self._values: dict[str, Any] = {**parameters, "last_due": None}
        for place in template.parties:
            indexes = [index for index, key in enumerate(keys) if key == place["key"]]
            single = place.get("max", 1) == 1
            self._values[place["key"]] = indexes[0] if single and indexes else indexes

    def milestones(self) -> list[MilestoneCreate]:
        """The milestones, in their order."""
        self._values["last_due"] = None
        found: list[MilestoneCreate] = []
        for rule in self._template.milestones:
            items = list(self._value(rule["each"], {})) if "each" in rule else [None]
            if len(found) + len(items) > _MOST_MILESTONES:
                raise TemplateParametersInvalid(
                    "This would give more than {most} milestones.",
                    param="parameters",
                    most=_MOST_MILESTONES,
                )
            found += [self._milestone(rule, number, item) for number, item in enumerate(items)]
        return found

    def expires(self) -> date:
        """The agreement's last day."""
        found = self._value(self._template.expires, {})
        assert isinstance(found, date)
        return found

    def _milestone(self, rule: dict[str, Any], number: int, item: Any) -> MilestoneCreate:
        local = {"item": item}
        where = f"parameters.{rule['each']}[{number}]" if "each" in rule else "parameters"
        due = self._value(rule["due"], local, where) if "due" in rule else None
        if due is not None:
            last = self._values["last_due"]
            self._values["last_due"] = due if last is None else max(due, last)
        return MilestoneCreate(
            title=self._prose.line(rule["title"][self._language], {**self._values, **local}),
            amount=self._value(rule["amount"], local),
            payer=self._value(rule["payer"], local, where),
            provider=self._value(rule["provider"], local, where),
            due_at=due and end_of(due),
            review_window_s=self._values["review_days"] * DAY,
            penalty_bps_per_day=self._optional(rule, "penalty_bps_per_day", local),
            max_penalty_bps=self._optional(rule, "max_penalty_bps", local),
        )

    def _optional(self, rule: dict[str, Any], name: str, local: dict[str, Any]) -> int:
        found: int = self._value(rule[name], local) if name in rule else 0
        return found

    def _value(self, expression: str, local: dict[str, Any], where: str = "parameters") -> Any:
        try:
            found = self._prose.value(expression, {**self._values, **local})
            if isinstance(found, date):
                end_of(found)  # must be a date too
            return found
        except (ExpressionFailed, OverflowError) as error:
            raise TemplateParametersInvalid(
                "{param} does not fit the rest: {rule} gives nothing with it.",
                next_step="Check that it names a party that there is, and that dates are not too "
                "far away.",
                param=where,
                rule=expression,
            ) from error


def load(path: Path, common: dict[str, Any]) -> Template:
    """The template of a ``template.toml``, with the parameters that all have in common."""
    raw = tomllib.loads(path.read_text("utf-8"))
    return Template(
        id=path.parent.name,
        version=raw["version"],
        title=raw["title"],
        summary=raw["summary"],
        parties=raw["parties"],
        parameters=Parameters({**common, **raw["parameters"]}),
        milestones=raw["milestones"],
        expires=raw["term"]["expires"],
    )


def place_of(template: Template, key: str) -> dict[str, Any]:
    """A template's place by its key."""
    return next(place for place in template.parties if place["key"] == key)


def labels_of(template: Template, keys: list[str], language: str) -> list[str]:
    """What the document calls each party; several of a kind are numbered."""
    labels = []
    for index, key in enumerate(keys):
        label = place_of(template, key)["label"][language]
        several = place_of(template, key).get("max", 1) > 1 and keys.count(key) > 1
        labels.append(f"{label} {keys[:index].count(key) + 1}" if several else label)
    return labels


def end_of(day: date) -> datetime:
    """24:00 UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
