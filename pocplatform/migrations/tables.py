"""Imports every module that defines tables, so that the metadata is complete."""

import importlib
import pkgutil

import pocplatform

_OF_HTTP = tuple(f"pocplatform.http.{name}" for name in ("idempotency", "prepared", "quotas"))


def import_all_tables() -> None:
    """Import each ``models`` module of the platform, and those of http that have tables."""
    for module in pkgutil.walk_packages(pocplatform.__path__, "pocplatform."):
        if module.name.endswith(".models") or module.name in _OF_HTTP:
            importlib.import_module(module.name)
