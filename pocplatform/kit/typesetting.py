"""PDFs, set by Typst from a layout and JSON: the same input gives the same bytes.

The fonts are those that come with Typst, and the time in the file is given; nothing depends on when
or where it is made.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import typst

T = TypeVar("T")

_typesetters = ThreadPoolExecutor(max_workers=2, thread_name_prefix="typesetter")
"""Setting takes some tenths of a second of a processor. Who waits for it waits here, and keeps
neither a thread of everybody's requests nor a connection to the database."""


async def at_the_typesetters(work: Callable[[], T]) -> T:
    """Do work that sets PDFs (:func:`typeset`), when it is its turn."""
    return await asyncio.get_running_loop().run_in_executor(_typesetters, work)


@lru_cache(maxsize=128)
def typeset(layout: Path, content: str, stamp: int) -> bytes:
    """As :func:`typeset_once`, and kept at hand for when it is asked for again."""
    return typeset_once(layout, content, stamp)


def typeset_once(layout: Path, content: str, stamp: int) -> bytes:
    """A PDF, in the archive format PDF/A-3b (ISO 19005-3) where its characters allow that.

    Args:
        layout: The Typst file; what it loads is below its folder.
        content: JSON, which it reads as ``sys.inputs.data``.
        stamp: The time in the file, seconds since 1970.
    """
    try:
        return _compiled(layout, content, stamp, "a-3b")
    except typst.TypstError:
        # The archive format forbids characters that no font of Typst has, such as emoji. They are
        # shown as boxes.
        return _compiled(layout, content, stamp, None)


def forget() -> None:
    """Keep nothing at hand any more, since it holds texts that were erased."""
    typeset.cache_clear()


def _compiled(layout: Path, content: str, stamp: int, standard: Literal["a-3b"] | None) -> bytes:
    made = typst.compile(
        str(layout),
        root=str(layout.parent),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": content},
        pdf_standards=standard,
        timestamp=stamp,
    )
    assert isinstance(made, bytes)
    return made
