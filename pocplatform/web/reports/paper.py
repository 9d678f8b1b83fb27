"""Reports as PDF, set by Typst: the same report gives the same bytes."""

import json
from pathlib import Path

from pocplatform.kit.typesetting import typeset
from pocplatform.web.reports.content import Report

_LAYOUT = Path(__file__).parent / "layout" / "report.typ"


def pdf(report: Report) -> bytes:
    """The PDF of a report."""
    return typeset(_LAYOUT, json.dumps(report.for_paper(), ensure_ascii=False), report.stamp)
