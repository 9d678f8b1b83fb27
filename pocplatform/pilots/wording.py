"""Numbers in the texts of pilots, as each language writes them."""

from pocplatform.pilots.shown import Text


def money(cents: int) -> Text:
    """An amount: 1,250.00 tEUR, in Finnish 1 250,00 tEUR."""
    whole, rest = divmod(abs(cents), 100)
    written = f"{'-' if cents < 0 else ''}{whole:,}.{rest:02d}"
    return Text(f"{written} tEUR", f"{_finnish(written)} tEUR")


def decimal(number: float, unit: int, places: int = 1) -> Text:
    """A number in parts of which ``unit`` make one: 41.6, in Finnish 41,6."""
    written = f"{number / unit:,.{places}f}"
    return Text(written, _finnish(written))


def filled(text: Text, **values: Text | str | int) -> Text:
    """A text with its values put in, in both languages."""
    return Text(*(text.render(one, **_in(values, one)) for one in ("en", "fi")))


def _in(values: dict[str, Text | str | int], language: str) -> dict[str, str | int]:
    return {
        name: value.render(language) if isinstance(value, Text) else value
        for name, value in values.items()
    }


def _finnish(written: str) -> str:
    """A number that is written in English; with a minus sign for a hyphen, as CLDR has it."""
    return written.translate({ord(","): "\u00a0", ord("."): ",", ord("-"): "\u2212"})
