"""Charts drawn as SVG, without a script: bars beside their names, with their values at the end."""

from collections.abc import Sequence
from html import escape
from math import ceil

from pocplatform.web.reports.content import Chart

_WIDTH, _ROW, _BAR = 640, 30, 16
_LABELS = 270
_VALUES = 90
_LETTER = 7.4
"""About the width of a letter of 13 px."""
_LEAST = 2.0
_INK, _ACCENT = "#14232a", "#0b5c6b"


def bars(caption: str, rows: Sequence[tuple[str, float, str]], most: float | None = None) -> Chart:
    """Bars from zero.

    Args:
        caption: What is shown.
        rows: For each bar its name, its length and its value as people write it. Nothing is below
            zero.
        most: What a whole bar stands for, where the scale has an end; else the longest one.
    """
    most = most or max((length for _, length, _ in rows), default=0) or 1
    return Chart(
        caption=caption,
        rows=[(name, shown, round(100 * length / most, 1)) for name, length, shown in rows],
        paper=_drawn(caption, rows, most),
    )


def _drawn(caption: str, rows: Sequence[tuple[str, float, str]], most: float) -> str:
    room = _WIDTH - _LABELS - _VALUES
    height = ceil(_ROW * len(rows))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(caption)}" font-family="system-ui, DejaVu Sans, sans-serif" '
        f'font-size="13">'
    ]
    for number, (name, length, shown) in enumerate(rows):
        middle = number * _ROW + _ROW / 2
        wide = max(room * length / most, _LEAST if length > 0 else 0)
        parts.append(
            f'<text x="{_LABELS - 12}" y="{middle + 4.5:.1f}" text-anchor="end" '
            f'fill="{_INK}">{escape(_fitted(name))}</text>'
            f'<rect x="{_LABELS}" y="{middle - _BAR / 2:.1f}" width="{wide:.1f}" '
            f'height="{_BAR}" rx="3" fill="{_ACCENT}"/>'
            f'<text x="{_LABELS + wide + 8:.1f}" y="{middle + 4.5:.1f}" '
            f'fill="{_INK}">{escape(shown)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _fitted(name: str) -> str:
    most = int((_LABELS - 12) / _LETTER)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
