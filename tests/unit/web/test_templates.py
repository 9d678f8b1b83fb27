"""Templates and styles: nothing that a strict policy would refuse, colours that can be read."""

from __future__ import annotations

import re

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.web.rendering import _templates

WEB = PROJECT_ROOT / "pocplatform" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_holds_no_script_and_no_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert "|safe" not in text.replace(" ", "")
    _templates().get_template(str(path.relative_to(WEB / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_is_posted_carries_its_token(path):
    forms = re.findall(r'<form method="post".*?</form>', path.read_text(encoding="utf-8"), re.S)
    assert all("ui.form_fields(" in form for form in forms)


DONE_ONCE_BY_ITSELF = {
    # They set what there is, so doing it again changes nothing:
    "/keys/{{ key.id }}/revoke", "/pause", "/delete", "/freeze", "/sign-in/choice", "/sign-out",
    "/hackathons/sign-in", "/hackathons/sign-out", "'stop' if one.state == 'running' else 'delete'",
    # A step is done once, whatever form it is sent by:
    "{{ run.path(step.name) }}",
    # They only look:
    "/check/document", "/check/credential",
}  # fmt: skip
"""What is in the addresses of forms that need no mark of their own."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_makes_something_carries_a_mark_by_which_it_is_done_once(path):
    text = path.read_text(encoding="utf-8")
    for action, form in re.findall(
        r'<form method="post" action="(.*?)"(?= |>)(.*?)</form>', text, re.S
    ):
        fields = re.search(r"ui\.form_fields\((.*?)\) \}\}", form)
        assert fields is not None, action
        assert fields[1] or any(known in action for known in DONE_ONCE_BY_ITSELF), action


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("soft", "sunk"),
        ("accent", "paper"), ("accent", "card"), ("on-accent", "accent"),
        ("on-accent", "accent-strong"), ("accent-strong", "tint"), ("good", "good-tint"),
        ("bad", "bad-tint"), ("bad", "card"), ("wait", "wait-tint"),
    ],
)  # fmt: skip
def test_colours_can_be_read_on_one_another(ink, ground, scheme):
    css = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"--([a-z-]+): light-dark\((#\w{6}, #\w{6})\)", css))
    light, dark = (luminance(found[name].split(", ")[scheme]) for name in (ink, ground))
    brighter, darker = max(light, dark), min(light, dark)
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5
