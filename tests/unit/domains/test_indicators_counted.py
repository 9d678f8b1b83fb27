"""Numbers of the programme are counted once, however many ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pocplatform.domains.indicators import counted, repository, service
from pocplatform.domains.indicators.counted import Counted


@pytest.fixture
def counts(monkeypatch):
    """The years that are counted, in order; what is there is said by ``counts.mark``."""

    class Counts(list):
        mark = (1,)

    found = Counts()
    monkeypatch.setattr(repository, "mark", lambda session: found.mark)
    monkeypatch.setattr(service, "years", lambda session: range(2026, 2024, -1))
    monkeypatch.setattr(service, "of_year", lambda session, year: found.append(year) or year)
    return found


def test_year_is_counted_again_only_when_something_was_added(counts):
    numbers = Counted()
    assert numbers.all(None) == numbers.all(None) == [2026, 2025]
    assert numbers.year(None, 2025) == 2025
    assert counts == [2026, 2025]
    counts.mark = (2,)
    assert numbers.year(None, 2025) == 2025
    assert counts == [2026, 2025, 2025]


def test_numbers_do_not_live_longer_than_their_life(counts, monkeypatch):
    monkeypatch.setattr(counted, "LIFE_S", 0.0)
    numbers = Counted()
    numbers.year(None, 2026)
    numbers.year(None, 2026)
    assert counts == [2026, 2026]


def test_many_who_ask_at_once_are_answered_by_one_counting(counts, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slowly(session, year):
        begun.set()
        assert go_on.wait(30)
        return counts.append(year) or year

    monkeypatch.setattr(service, "of_year", slowly)
    numbers = Counted()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(numbers.year, None, 2026) for _ in range(4)]
        assert begun.wait(30)
        go_on.set()
        assert [one.result(timeout=30) for one in asked] == [2026] * 4
    assert counts == [2026]
