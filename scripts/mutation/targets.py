"""The contracts that hold money or decide on it, with their sources and their tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """A contract.

    Attributes:
        contract: Its name.
        sources: In which faults are put, from the project's root: its own source first, then those
            whose code is part of it.
        tests: What the names of its tests have in common.
        mutants: How many faults are sampled.
    """

    contract: str
    sources: tuple[str, ...]
    tests: str
    mutants: int = 17

    @property
    def properties(self) -> list[str]:
        """Its state machine on a devnet: the quickest to find a fault."""
        return self._files("tests/properties")

    @property
    def behaviour(self) -> list[str]:
        """Its tests with ape."""
        return self._files("tests/contracts")

    def _files(self, folder: str) -> list[str]:
        found = (ROOT / folder).glob(f"test_*{self.tests}*.py")
        return sorted(path.relative_to(ROOT).as_posix() for path in found)


def _in(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"contracts/{folder}/{name}.sol" for name in names)


TARGETS = [
    Target("PilotEuro", _in("payments", "PilotEuro"), "pilot_euro"),
    Target(
        "ServiceAgreements",
        _in(
            "agreements", "ServiceAgreements", "AgreementBook", "AgreementEscrow", "AgreementTerms"
        ),
        "agreements",
        24,
    ),
    Target("Invoices", _in("payments", "Invoices", "CreditorReference"), "invoices"),
    Target("Mandates", _in("payments", "Mandates"), "mandates"),
    Target("Splits", _in("payments", "Splits", "SplitAccount"), "splits"),
    Target("Market", _in("assets", "Market", "SignedActions", "SignedNonces"), "market"),
    Target("Parcels", _in("assets", "Parcels", "ParcelDeposits"), "parcels", 20),
    Target("CredentialStatus", _in("identity", "CredentialStatus"), "credential_status"),
]
