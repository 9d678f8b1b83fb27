"""Imports every module that defines tables, so that the metadata is complete."""

import importlib
import pkgutil

import pocplatform


def import_all_tables() -> None:
    """Import each ``models`` module of the platform, and the idempotency keys."""
    for module in pkgutil.walk_packages(pocplatform.__path__, "pocplatform."):
        if module.name.endswith(".models") or module.name == "pocplatform.http.idempotency":
            importlib.import_module(module.name)
