"""Fixtures of wide scopes, set up where ape's isolation wants them.

ape takes a snapshot of the chain before the fixtures of each scope and goes back to it afterwards.
So what a session, a module or a class shares is sent once and not for each test. Two things would
spoil that, and are taken care of here:

- A fixture of a wide scope that comes up only after a snapshot of a narrower one makes ape go back
  and begin anew. Each test is therefore given all that its session, module and class share.
- ape knows fixtures by name only: a name with two scopes would be set up outside of its own scope
  and leave its traces in later tests.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest


def give_scopes_their_fixtures(items: list[pytest.Item]) -> None:
    """Make each test ask for every fixture that the tests of its scopes ask for.

    Raises:
        pytest.UsageError: A name stands for fixtures of different scopes.
    """
    if not items:
        return
    from ape.pytest.fixtures import FixtureManager

    fixtures = items[0].session._fixturemanager._arg2fixturedefs
    for name, definitions in fixtures.items():
        if len({definition.scope for definition in definitions}) > 1:
            raise pytest.UsageError(f"There are fixtures of different scopes that are named {name}")
        # Else ape asks the node, for each fixture of each test, how it would find out.
        FixtureManager._stateful_fixtures_cache[name] = True
    shared: dict[tuple[str, Any], dict[str, None]] = defaultdict(dict)
    for item in items:
        for name, definitions in item._fixtureinfo.name2fixturedefs.items():
            if definitions[-1] in fixtures.get(name, ()):  # And no value of parametrize.
                scope = definitions[-1].scope
                shared[scope, _owner(item, scope)][name] = None
    for item in items:
        wide = [shared[scope, _owner(item, scope)] for scope in ("session", "module", "class")]
        names = [name for group in wide for name in group if _sees(item, name)]
        item.fixturenames = list(dict.fromkeys([*names, *item.fixturenames]))


def _sees(item: pytest.Item, name: str) -> bool:
    return bool(item.session._fixturemanager.getfixturedefs(name, item))


def _owner(item: pytest.Item, scope: str) -> Any:
    kind = {"module": pytest.Module, "class": pytest.Class}.get(scope)
    return item.getparent(kind) if kind else None
