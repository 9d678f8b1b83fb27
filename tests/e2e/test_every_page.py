"""Every page of the site is linked from another one, and answers."""

from __future__ import annotations

from bench import pages


def test_links_lead_to_a_page_of_each_kind_and_it_answers(monkeypatch):
    monkeypatch.setattr(pages, "TIMES", 1)
    figures = {one["path"]: one for one in pages.measure()["pages"]}
    assert len(figures) > 60
    assert figures["/"]["kb"] <= 100
    assert all(one["p95_ms"] > 0 for one in figures.values())
