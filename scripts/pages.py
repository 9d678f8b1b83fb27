"""Which pages the browser tests have not looked at: each must be, in the end.

A page is a template that no other one extends. Whoever looks at one leaves a file of its name in
``.build/looked-at``; see ``tests/browser/looked_at.py``.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "pocplatform" / "web" / "templates"
LOOKED_AT = ROOT / ".build" / "looked-at"
OTHERS = {"api.html": "the reference of the API, whose insides are another project's"}
"""Pages that are not looked at, and why."""


def pages() -> set[str]:
    """All of them, by the names of their templates."""
    extended, extending = set(), set()
    for path in TEMPLATES.rglob("*.html"):
        found = re.match(r'\{% extends "([^"]+)" %\}', path.read_text(encoding="utf-8"))
        if found is not None:
            extended.add(found[1])
            extending.add(path.relative_to(TEMPLATES).as_posix())
    return extending - extended


def main() -> int:
    """Say which pages nobody has looked at; 1 if there are any."""
    looked_at = {path.name.replace("~", "/") for path in LOOKED_AT.glob("*")}
    if not looked_at:
        print("There is no browser here: no page was looked at.")
        return 0
    left = sorted(pages() - looked_at - set(OTHERS))
    for page in left:
        print(f"nobody has looked at {page}")
    for page in sorted((looked_at | set(OTHERS)) - pages()):
        print(f"there is no page {page}")
        left.append(page)
    print(f"{len(pages())} pages, {len(left)} wrong")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
