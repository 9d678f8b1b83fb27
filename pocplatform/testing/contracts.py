"""Contracts from Solidity files, deployed for one test."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pocplatform.client import ContractEvent
from pocplatform.client.models import Transaction
from pocplatform.testing.organizations import OrganizationFactory, Participant

Arguments = Mapping[str, Any] | Sequence[Any]

_IMPORT = re.compile(r"""^\s*import\b[^;"']*["'](\.[^"']+)["']""", re.MULTILINE)


class SourceMissing(Exception):
    """There is no such Solidity file."""


@dataclass(frozen=True)
class Deployed:
    """A contract on the sandbox's chain.

    Attributes:
        id: In the API, ``ctr_…``.
        name: The contract's name.
        address: Where it is.
        by: Who has deployed it, and acts where nobody else is named.
        abi: Its ABI.
    """

    id: str
    name: str
    address: str
    by: Participant
    abi: list[dict[str, Any]] = field(repr=False)

    def call(self, function: str, arguments: Arguments = (), *, value: int = 0) -> Any:
        """What a function answers: its one result, or all of them by their names."""
        found = self.by.api.contracts.call(self.id, function, arguments, value=value)
        return found.value if len(found.results) == 1 else found.results

    def send(
        self,
        function: str,
        arguments: Arguments = (),
        *,
        by: Participant | None = None,
        value: int = 0,
    ) -> Transaction:
        """Call a function in a transaction, and wait until it is on the chain.

        Args:
            function: Its name, or signature.
            arguments: By name, or in their order.
            by: Whose wallet sends it; without it, the deployer's.
            value: Ether to send along, in wei.

        Raises :class:`~pocplatform.client.problems.ContractReverted` with the contract's own error.
        """
        if by is None or by.id == self.by.id:
            return (by or self.by).api.contracts.send(self.id, function, arguments, value=value)
        theirs = by.api.contracts.attach(self.address, self.abi, name=self.name)
        return by.api.contracts.send(theirs.id, function, arguments, value=value)

    def events(self, event: str | None = None) -> Iterator[ContractEvent]:
        """Its events, newest first: all, or those of a name."""
        return self.by.api.contracts.events(self.id, event)


class Deploy:
    """Compiles Solidity files and deploys contracts.

    Args:
        organization: Signs up who deploys, where nobody is named.
        folders: Where paths begin.
    """

    def __init__(self, organization: OrganizationFactory, folders: Sequence[Path]) -> None:
        self._organization = organization
        self._folders = folders

    def __call__(
        self,
        source: str | Path,
        contract: str | None = None,
        arguments: Arguments = (),
        *,
        by: Participant | None = None,
        libraries: Mapping[str, str] | None = None,
    ) -> Deployed:
        """Deploy a contract.

        Args:
            source: Path of a ``.sol`` file; what it imports by a relative path comes along.
            contract: Its name, where the file has several that could be deployed.
            arguments: Of the constructor, by name or in their order.
            by: Whose wallet deploys it; without it, somebody new's.
            libraries: Addresses of libraries, by their names.

        Raises :class:`SourceMissing`, :class:`~pocplatform.client.problems.InvalidInput` with what
        the compiler says, and :class:`~pocplatform.client.problems.ContractReverted`.
        """
        path = self._found(Path(source))
        owner = by or self._organization("Deployer Oy (test)")
        own, sources = gathered(path)
        compiled = owner.api.contracts.compile(sources)
        name = contract or next(
            (c.name for c in compiled.contracts if c.deployable and c.source == own), None
        )
        made = owner.api.contracts.deploy(compiled.id, name, arguments, libraries=libraries)
        assert made.address is not None  # it is on the chain
        return Deployed(made.id, made.name, made.address, owner, made.abi)

    def _found(self, source: Path) -> Path:
        for folder in self._folders:
            path = (folder / source).resolve()
            if path.is_file():
                return path
        there = [
            os.path.relpath(path, folder)
            for folder in self._folders
            for path in folder.glob("**/*.sol")
            if "node_modules" not in path.parts
        ]
        near = get_close_matches(str(source), there, n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise SourceMissing(f"There is no file {source} here.{hint}")


def gathered(path: Path) -> tuple[str, dict[str, str]]:
    """The name of a Solidity file, and the texts by name of it and what it imports relatively."""
    files = _closure(path)
    root = Path(os.path.commonpath([file.parent for file in files]))
    texts = {file.relative_to(root).as_posix(): text for file, text in files.items()}
    return path.relative_to(root).as_posix(), texts


def _closure(path: Path) -> dict[Path, str]:
    found: dict[Path, str] = {}
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file in found or not file.is_file():
            continue  # what is missing is told by the compiler, with its line
        found[file] = file.read_text(encoding="utf-8")
        waiting += [(file.parent / name).resolve() for name in _IMPORT.findall(found[file])]
    return found
