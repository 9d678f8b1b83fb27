"""Drafting an agreement from a ready text: what it is about, who the parties are."""

from collections.abc import Sequence

from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.client.agreement_drafts import AgreementTemplate, TemplateParty, TemplatePlace
from pocplatform.http.routing import Router
from pocplatform.kit.i18n import Phrase
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk import fields
from pocplatform.web.desk.acts import Sent, SentDep, Sheet
from pocplatform.web.desk.words import Words

router = Router(include_in_schema=False)

_PATH = "/desk/agreements/new"
_WE = "we"
_MORE = "more"
"""The button that asks for more rows."""
_ROWS = "rows"
_NO_PLACE = Phrase("Choose which party you are.")


@router.get(_PATH)
async def choose(acting: ActingDep) -> HTMLResponse:
    """The texts that there are."""
    found = await acting.sandbox().agreement_templates.all()
    return acting.html("desk/templates.html", templates=found)


@router.get(f"{_PATH}/{{template_id}}")
async def ask(template_id: str, acting: ActingDep) -> HTMLResponse:
    """What a text needs to be filled in."""
    template = await acting.sandbox().agreement_templates.get(template_id)
    return _asked(acting, template, Sheet())


@router.post(f"{_PATH}/{{template_id}}")
async def draft(template_id: str, sent: SentDep) -> Response:
    """Draft the agreement; a form sent twice drafts one."""
    acting = sent.acting
    api = acting.sandbox().agreement_templates
    template = await api.get(template_id)
    if sent.text(_MORE):
        return _asked(acting, template, sent.sheet(wrong={}, status=200), more=True)
    values = fields.parameters(sent, fields.of(template.parameters, acting.page.language))
    parties = _parties(sent, template.parties)
    if sent.wrong:
        return _asked(acting, template, sent.sheet())
    try:
        made = await api.draft(
            template_id,
            parties,
            values,
            language="fi" if acting.page.language == "fi" else "en",
            idempotency_key=sent.key,
        )
    except SandboxError as error:
        sent.names |= {f"parameters.{name}": name for name in template.parameters["properties"]}
        sent.names |= {f"parties.{place.key}": _who(place) for place in template.parties}
        sent.names |= {f"parties.{place.key}.who": _who(place) for place in template.parties}
        sent.names |= _of_people(template, parties)
        return _asked(acting, template, sent.refused(error))
    return acting.page.redirect(f"/desk/agreements/{made.id}")


def _parties(
    sent: Sent, places: Sequence[TemplatePlace]
) -> dict[str, TemplateParty | list[TemplateParty]]:
    """Who takes which place; a place for one that nobody is named for is to be invited to."""
    us = sent.acting.organization
    own = sent.text(_WE)
    if own not in {place.key for place in places if place.at_most == 1}:
        sent.wrong[_WE] = _NO_PLACE.render(sent.acting.page.language)
    found: dict[str, TemplateParty | list[TemplateParty]] = {}
    for place in places:
        typed = sent.text(_who(place))
        if place.key == own:
            found[place.key] = TemplateParty(who=us.id, name=us.name, business_id=us.business_id)
        elif place.at_most == 1:
            found[place.key] = _party(sent.acting, typed, sent.text(_name(place)))
        else:
            lines = [line.strip() for line in typed.splitlines() if line.strip()]
            found[place.key] = [_party(sent.acting, line, "") for line in lines]
            if len(lines) < place.at_least:
                sent.needs(_who(place))
    return found


def _party(acting: Acting, who: str, name: str) -> TemplateParty:
    """Another party; of the browser's own companies the names are known."""
    known = next((one for one in acting.every if who in (one.id, one.business_id)), None)
    if known is not None:
        return TemplateParty(who=known.id, name=name or known.name, business_id=known.business_id)
    return TemplateParty(who=who or None, name=name or None)


def _who(place: TemplatePlace) -> str:
    return f"who-{place.key}"


def _name(place: TemplatePlace) -> str:
    return f"name-{place.key}"


def _of_people(
    template: AgreementTemplate, parties: dict[str, TemplateParty | list[TemplateParty]]
) -> dict[str, str]:
    """The form's fields by the names that the API has for the agreement's parties."""
    found: dict[str, str] = {}
    for place in template.parties:
        taken = parties[place.key]
        for _ in taken if isinstance(taken, list) else [taken]:
            found[f"parties[{len(found)}].who"] = _who(place)
    return found


def _asked(
    acting: Acting, template: AgreementTemplate, sheet: Sheet, *, more: bool = False
) -> HTMLResponse:
    shown = sheet.value(_ROWS)
    rows = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 3 else fields.ROWS
    rows = min(rows + (fields.ROWS if more else 0), fields.MOST_ROWS)
    return acting.html(
        "desk/draft.html",
        sheet.status,
        text=template,
        fields=fields.of(template.parameters, acting.page.language),
        rows=rows,
        cell=fields.cell,
        singles=[place for place in template.parties if place.at_most == 1],
        several=[place for place in template.parties if place.at_most > 1],
        sheet=sheet,
        words=Words(acting.page.language),
    )
