"""Evaluations of pilots on the terminal: one by itself, several side by side."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Words

from pocplatform.pilots.evaluation import CriterionResult, Evaluation, NetworkCost
from pocplatform.pilots.wording import decimal

_UNITS = 1_000_000
"""Of the token in a test euro."""


def show(console: Console, one: Evaluation, language: str) -> None:
    """An evaluation, plain words first."""
    fi = language == "fi"
    console.print(
        Panel(one.summary.render(language), title=one.title.render(language), title_align="left")
    )
    verdict = (
        ("Kaikki toteutui", "Everything came true")
        if one.ok
        else ("Kaikki ei toteutunut", "Not everything came true")
    )[0 if fi else 1]
    console.print(Words(verdict, style="bold green" if one.ok else "bold red"))
    console.print(
        f"{one.steps_done}/{len(one.steps)} vaihetta, {len(one.transactions)} tapahtumaa, "
        f"{_number(one.gas, language)} kaasua, {_number(one.seconds, language, 1)} s"
        if fi
        else f"{one.steps_done}/{len(one.steps)} steps, {len(one.transactions)} transactions, "
        f"{_number(one.gas, language)} gas, {_number(one.seconds, language, 1)} s"
    )
    for criterion in one.criteria:
        _line(console, criterion.met, f"{criterion.text.render(language)} {_wanted(criterion, fi)}")
    for claim in one.claims:
        found = "" if claim.ok else f" ({claim.expected} ≠ {claim.found})"
        _line(console, claim.ok, claim.text.render(language) + found)
    held = ", ".join(
        f"{name} {_number(raw / _UNITS, language, 2)}"
        for name, raw in one.money.contracts_raw.items()
    )
    _line(
        console,
        one.money.conserved,
        ("Rahat täsmäävät" if fi else "The books balance")
        + (f"; {'sopimuksissa on' if fi else 'held by contracts:'} {held} tEUR" if held else ""),
    )
    console.print(_costs(one, language))
    for warning in one.warnings:
        console.print(Words(f"! {warning.render(language)}", style="yellow"))
    heading = "Avoimia kysymyksiä" if fi else "Questions left open"
    console.print(Words(f"{heading}:", style="bold"))
    for question in one.questions:
        console.print(Words(f"· {question.render(language)}"))
    console.print(
        Words("Valmiusaste (TRL) " if fi else "Readiness level (TRL) ", style="bold")
        + Words(f"{one.readiness_level}: {one.readiness_why.render(language)}")
    )


def show_beside(console: Console, evaluations: Sequence[Evaluation], language: str) -> None:
    """Several evaluations, a column each."""
    fi = language == "fi"
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for one in evaluations:
        table.add_column(one.pilot, justify="right")

    def row(name: str, value: Callable[[Evaluation], str]) -> None:
        table.add_row(name, *(value(one) for one in evaluations))

    def yes(good: bool) -> str:
        return ("kyllä" if fi else "yes") if good else ("ei" if fi else "no")

    row("kaikki toteutui" if fi else "everything came true", lambda one: yes(one.ok))
    row("vaiheita" if fi else "steps", lambda one: f"{one.steps_done}/{len(one.steps)}")
    row("tapahtumia" if fi else "transactions", lambda one: str(len(one.transactions)))
    row("kaasua" if fi else "gas", lambda one: _number(one.gas, language))
    row("sekunteja" if fi else "seconds", lambda one: _number(one.seconds, language, 1))
    row(
        "tavoitteita täyttyi" if fi else "criteria met",
        lambda one: f"{sum(c.met for c in one.criteria)}/{len(one.criteria)}",
    )
    row(
        "valmiusaste (TRL)" if fi else "readiness level (TRL)", lambda one: str(one.readiness_level)
    )
    row("yksikkö" if fi else "unit", lambda one: one.costs.volume.unit.render(language))
    for number, network in enumerate(evaluations[0].costs.prices.networks):
        row(
            f"{network.name}: € / {'yksikkö' if fi else 'unit'}",
            lambda one, number=number: _euros(one.costs.unit[number].typical, language),  # type: ignore[misc]
        )
        row(
            f"{network.name}: € / {'vuosi' if fi else 'year'}",
            lambda one, number=number: _euros(one.costs.year[number].typical, language),  # type: ignore[misc]
        )
    console.print(table)


def _costs(one: Evaluation, language: str) -> Table:
    fi = language == "fi"
    volume = one.costs.volume
    title = (
        "Mitä se maksaisi julkisissa verkoissa, euroa (edullinen / tavallinen / kallis hetki). "
        "Hinnat ovat esimerkkejä: lähde ja päivä ovat hintataulukossa."
        if fi
        else "What it would cost on public networks, in euros (at a low / typical / high price). "
        "The prices are examples: their source and date are in the table of prices."
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for network in one.costs.prices.networks:
        table.add_column(network.name, justify="right")
    unit = volume.unit.render(language)
    for name, costs in (
        ("koko ajo" if fi else "this run", one.costs.run),
        (f"1 {unit}", one.costs.unit),
        (
            f"{'vuosi' if fi else 'a year'}: {_number(volume.units_per_year, language)}",
            one.costs.year,
        ),
        ("asiakas vuodessa" if fi else "a customer, a year", one.costs.customer_year),
    ):
        table.add_row(name, *(_range(cost, language) for cost in costs))
    return table


def _number(value: float, language: str, places: int = 0) -> str:
    """``1,250.5`` or ``1 250,5``."""
    return decimal(value, 1, places).render(language)


def _range(cost: NetworkCost, language: str) -> str:
    return " / ".join(_euros(euros, language) for euros in (cost.low, cost.typical, cost.high))


def _euros(euros: float, language: str) -> str:
    """Whole euros of large amounts; at least two digits that count, however little it is."""
    places = 0 if euros >= 100 else 2
    while 0 < euros < 10 ** (1 - places) and places < 8:
        places += 1
    return _number(euros, language, places)


def _wanted(one: CriterionResult, fi: bool) -> str:
    if one.met:
        return ""
    limits = [
        f"{word} {value}"
        for word, value in (
            ("=", one.equals),
            ("≥", one.at_least),
            ("≤", one.at_most),
        )
        if value is not None
    ]
    return (
        f"({'pitäisi olla' if fi else 'wanted'} {', '.join(limits)}; {one.measure} = {one.found})"
    )


def _line(console: Console, good: bool, text: str) -> None:
    console.print(
        Words("✓ " if good else "✗ ", style="green" if good else "red") + Words(text.strip())
    )
