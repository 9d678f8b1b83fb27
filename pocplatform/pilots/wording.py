"""Numbers in the texts of pilots, as each language writes them."""

from pocplatform.pilots.shown import Text


def money(cents: int) -> Text:
    """An amount: 1,250.00 tEUR, in Finnish 1 250,00 tEUR."""
    return Text(f"{_english(cents, 100, 2)} tEUR", f"{_finnish(cents, 100, 2)} tEUR")


def decimal(number: float, unit: int, places: int = 1) -> Text:
    """A number in parts of which ``unit`` make one: 41.6, in Finnish 41,6."""
    return Text(_english(number, unit, places), _finnish(number, unit, places))


def filled(text: Text, **values: Text | str | int) -> Text:
    """A text with its values put in, in both languages."""
    return Text(*(text.render(one, **_in(values, one)) for one in ("en", "fi")))


def _in(values: dict[str, Text | str | int], language: str) -> dict[str, str | int]:
    return {
        name: value.render(language) if isinstance(value, Text) else value
        for name, value in values.items()
    }


def _english(number: float, unit: int, places: int) -> str:
    return f"{number / unit:,.{places}f}"


def _finnish(number: float, unit: int, places: int) -> str:
    """With a minus sign for a hyphen, as CLDR has it."""
    written = _english(number, unit, places).replace(",", "\u00a0").replace(".", ",")
    return written.replace("-", "\u2212")
