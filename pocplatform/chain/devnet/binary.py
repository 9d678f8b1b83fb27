"""Where anvil's own binary is."""

import os
import platform
import shutil
import sys
from pathlib import Path

from pocplatform.chain.devnet.errors import AnvilMissing


def find_anvil(root: Path, configured: str | Path | None = None) -> Path:
    """anvil's binary: the configured one, the npm part's, foundry's own, or the PATH's.

    Args:
        root: The project's folder, whose node_modules has the pinned npm part.
        configured: The value of ``POC_ANVIL``; if given, nothing else is tried.

    Raises:
        AnvilMissing: None of them is an executable file.
    """
    if configured:
        path = Path(configured).expanduser()
        if not os.access(path, os.X_OK) or not path.is_file():
            raise AnvilMissing(
                "POC_ANVIL is {path}, which is not an executable file.",
                next_step="Set POC_ANVIL to anvil's binary, or unset it to use the npm part's.",
                path=str(path),
            )
        return path
    name = "anvil.exe" if sys.platform == "win32" else "anvil"
    part = root / "node_modules" / "@foundry-rs" / npm_part() / "bin" / name
    # npm writes the file without the mode where it unpacks with a strict umask.
    if part.is_file() and not os.access(part, os.X_OK):
        part.chmod(0o755)
    on_path = shutil.which("anvil")
    places = [part, Path.home() / ".foundry" / "bin" / name]
    places += [Path(on_path)] if on_path else []
    for place in places:
        if place.is_file() and os.access(place, os.X_OK):
            return place
    raise AnvilMissing(
        "The devnet's node (anvil) is not installed: the npm part @foundry-rs/{part} is missing.",
        next_step="Run `npm ci --ignore-scripts`, or scripts/sandbox, which does it.",
        part=npm_part(),
    )


def npm_part() -> str:
    """The npm package that carries anvil's binary for this machine."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(
        sys.platform, sys.platform
    )
    machine = platform.machine().lower()
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"anvil-{system}-{processor}"
