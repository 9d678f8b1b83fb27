"""Who takes part in the generated tests, and what they have."""

from __future__ import annotations

import pytest

from tests.api.makers import World
from tests.api.operations import Makers
from tests.conftest import Api, joining


@pytest.fixture(scope="session")
def makers(base_url, admin):
    """Makes what each list and each address needs, once for all tests of a process."""
    with Api(base_url) as anonymous, joining(base_url, anonymous) as join:
        member, other = join("Lista Oy", fund=100_000), join("Toinen Oy", fund=100_000)
        yield Makers(World(member, other, admin, join))


@pytest.fixture(scope="session")
def stranger(makers):
    """Somebody who has nothing to do with the member and the other."""
    return makers.world.join("Vieras Oy", fund=10)
