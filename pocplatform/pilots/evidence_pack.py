"""The evidence of a run in one file: what a company takes home, and can have checked by anybody.

A zip with the evaluation, the reports as PDF, every agreement with its text and salt, statements,
credentials, and each transaction with its receipt as the node gave them. ``manifest.json`` has the
SHA-256 of every file. All of it was asked of the public API; secret keys are not in it.
"""

import asyncio
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pocplatform.client import AsyncSandbox, SandboxError
from pocplatform.client.programme import PilotRun
from pocplatform.pilots.chain_reader import ChainReader
from pocplatform.pilots.errors import PASSING
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.pilots.runs import CastMember

FORMAT = 1
MANIFEST = "manifest.json"
_THE_DAY_OF_ALL_FILES = (1980, 1, 1, 0, 0, 0)
"""Zip files have no moment of their own, so that the same evidence gives the same bytes."""
_AT_ONCE = 8


async def gather(
    evaluation: Evaluation, cast: Sequence[CastMember], organisers: AsyncSandbox, kept: PilotRun
) -> dict[str, bytes]:
    """The files of a pack, by their names in it.

    Args:
        evaluation: Of the run.
        cast: Who has played, with their keys.
        organisers: The sandbox.
        kept: The run as it was published.
    """
    files = {
        "evaluation.json": evaluation.model_dump_json(indent=1).encode(),
        "report-en.pdf": await organisers.pilot_runs.pdf(kept.id, language="en"),
        "report-fi.pdf": await organisers.pilot_runs.pdf(kept.id, language="fi"),
    }
    missing: dict[str, str] = {}
    for one in cast:
        try:
            files |= await _of_role(one.role, organisers.with_key(one.secret_key), files)
        except PASSING:
            raise
        except SandboxError as error:
            missing[one.role] = error.detail  # it has revoked its key, say
    if missing:
        files["missing.json"] = _json(missing)
    reader, gate = ChainReader(organisers), asyncio.Semaphore(_AT_ONCE)

    async def on_chain(hash_: str) -> dict[str, bytes]:
        async with gate:
            return {
                f"transactions/{hash_}.json": _json(await reader.transaction(hash_)),
                f"receipts/{hash_}.json": _json(await reader.receipt(hash_)),
            }

    for found in await asyncio.gather(*(on_chain(one.hash) for one in evaluation.transactions)):
        files |= found
    return files


def packed(files: Mapping[str, bytes], evaluation: Evaluation) -> bytes:
    """The pack; the same files give the same bytes."""
    manifest = {
        "format": FORMAT,
        "pilot": evaluation.pilot,
        "run": evaluation.run,
        "chain_id": evaluation.chain_id,
        "genesis_hash": evaluation.genesis_hash,
        "ended": evaluation.ended.isoformat(),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _in_order(files, _json(manifest)):
            entry = zipfile.ZipInfo(name, _THE_DAY_OF_ALL_FILES)
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def keep(pack: bytes, folder: Path, pilot: str) -> Path:
    """Put a pack beside the evaluation; where."""
    path = folder / f"{pilot}.zip"
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pack)
    draft.replace(path)
    return path


async def _of_role(
    role: str, sandbox: AsyncSandbox, known: Mapping[str, bytes]
) -> dict[str, bytes]:
    files = {f"statements/{role}.csv": (await sandbox.statements.csv()).encode()}
    async for agreement in sandbox.agreements.list():
        place = f"agreements/{agreement.id}"
        if f"{place}.json" in known:
            continue  # another party has told of it
        files[f"{place}.json"] = _json(agreement.model_dump(mode="json"))
        if agreement.document.text:
            files[f"{place}.pdf"] = await sandbox.agreements.pdf(agreement.id)
    async for credential in sandbox.credentials.list():
        if credential.credential:
            files[f"credentials/{role}-{credential.id}.txt"] = credential.credential.encode()
    return files


def _in_order(files: Mapping[str, bytes], manifest: bytes) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, manifest
    yield from sorted(files.items())


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()
