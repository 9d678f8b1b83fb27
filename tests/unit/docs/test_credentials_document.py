"""What docs/credentials.md says of paths, checks and limits is what the code has."""

import re
from typing import get_args

from starlette.routing import Route

from pocplatform.domains.credential_types import json_schema
from pocplatform.domains.credentials.key_binding import MAX_AGE_S
from pocplatform.domains.credentials.schemas import CheckName, CredentialFormat
from pocplatform.domains.status_lists.service import LENGTH, TTL_S
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.routers import ROUTERS

TEXT = (PROJECT_ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")


def test_every_operation_that_is_named_exists():
    routes = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    named = re.findall(r"`(GET|POST) (/[^`\s]+)`", TEXT)
    assert len(named) > 10
    assert [one for one in named if one not in routes] == []


def test_every_check_and_format_is_explained():
    for name in (*get_args(CheckName), *get_args(CredentialFormat)):
        assert f"`{name}`" in TEXT, name


def test_limits_are_those_of_the_code():
    assert f"{json_schema.MAX_BYTES // 1024} KiB and {json_schema.MAX_DEPTH} levels" in TEXT
    assert f"within {MAX_AGE_S} seconds" in TEXT
    assert f"{LENGTH:,} places" in TEXT
    assert f"kept for {TTL_S} seconds" in TEXT
