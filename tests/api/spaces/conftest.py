"""Spaces, their owners and visitors.

``owner`` and ``space`` are shared by the tests of a module, which leave them as they are; a test
that changes something creates its own.
"""

import pytest


def done(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(answer, status, code):
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"] == code, problem
    return problem


def reverted(answer, error):
    """Refused by the contract, with this error."""
    problem = refused(answer, 422, "contract_reverted")
    assert problem["contract_error"]["name"] == error
    return problem


def create(owner, **fields):
    body = {"name": "Oulun virtuaaligalleria", "description": "Kolme salia ja terassi."}
    return done(owner.api.write("/v1/spaces", body | fields))


def go(member, space, verb="enter", body=None):
    return member.api.write(f"/v1/spaces/{space['id']}/{verb}", body)


def visitors(anyone, space):
    return [v["visitor"] for v in anyone.get(f"/v1/spaces/{space['id']}/visitors").json()["data"]]


@pytest.fixture(scope="module")
def owner(join):
    return join("Galleria Oy")


@pytest.fixture(scope="module")
def space(owner):
    return create(owner)


@pytest.fixture(scope="module")
def spaces_contract(platform):
    """Reads the contract itself: ``spaces_contract("ownerOf", space)``."""

    def read(function, space, *args):
        return platform.gateway.contracts.read("Spaces", function, int(space["number"], 16), *args)

    return read
