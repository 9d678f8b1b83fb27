"""A zip file in which every path is there once, whatever names strangers have chosen."""

import json
import zipfile
from collections.abc import Container
from itertools import count
from pathlib import PurePosixPath
from typing import IO, Any

from pydantic import BaseModel


class Archive:
    """A zip file that can be unpacked everywhere, also where capitals do not count.

    Args:
        file: Where it is written; :meth:`close` completes it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def close(self) -> None:
        """Complete the file, which stays open."""
        self._zip.close()

    def free(self, path: str) -> str:
        """The path, with a number where something else is at it, or is a file that it is within."""
        folder, slash, name = path.rpartition("/")
        return _numbered(self._within(folder) + slash + name, self._files, self._folders)

    def put(self, path: str, content: Any) -> str:
        """Write something as JSON; the path that it has got."""
        return self.write(path, json.dumps(_plain(content), indent=2, ensure_ascii=False) + "\n")

    def write(self, path: str, text: str) -> str:
        """Write a text; the path that it has got."""
        path = self.free(path)
        self._files.add(path.casefold())
        self._folders.update(str(one) for one in PurePosixPath(path.casefold()).parents)
        self._zip.writestr(path, text)
        return path

    def _within(self, folder: str) -> str:
        """A folder that is, or can be, there."""
        if not folder:
            return ""
        above, slash, name = folder.rpartition("/")
        return _numbered(self._within(above) + slash + name, self._files)


def _numbered(path: str, *taken: Container[str]) -> str:
    """The path, or the first with a number before its ending that is in none of these."""
    whole = PurePosixPath(path)
    stem, ending = path.removesuffix(whole.suffix), whole.suffix
    found = path
    for number in count(2):
        if not any(found.casefold() in one for one in taken):
            break
        found = f"{stem}-{number}{ending}"
    return found


def _plain(content: Any) -> Any:
    if isinstance(content, BaseModel):
        return content.model_dump(mode="json")
    if isinstance(content, list):
        return [_plain(one) for one in content]
    return content
