"""Members of the lists of an organization: keys, wallets, people."""

from __future__ import annotations

from tests.api.makers import Listing, Made, Thing, World
from tests.api.signing_in import new_wallet, sign_in


def api_keys(world: World, count: int) -> Made:
    """Further keys of the member."""
    for number in range(count):
        answer = world.member.api.post("/v1/api_keys", json={"name": f"Avain {number}"})
        assert answer.status_code == 201, answer.text
    return Made()


def wallets(world: World, count: int) -> Made:
    """Further wallets of the member."""
    for number in range(count):
        answer = world.member.api.write("/v1/wallets", {"name": f"Lompakko {number}"})
        assert answer.status_code == 201, answer.text
    return Made()


def invitations(world: World, count: int) -> Made:
    """Invitations that nobody has followed."""
    for _ in range(count):
        _invite(world)
    return Made()


def people(world: World, count: int) -> Made:
    """People who have come by an invitation and signed in."""
    for _ in range(count):
        sign_in(world.member.api, new_wallet(), invitation=_invite(world))
    return Made()


def company(world: World) -> list[str]:
    """The member as a company."""
    return [world.member.api.get("/v1/organizations/me").json()["business_id"]]


def _invite(world: World) -> str:
    answer = world.member.api.post("/v1/invitations", json={"role": "developer"})
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


LISTINGS = [
    Listing("/v1/api_keys", api_keys, newcomer=1),
    Listing("/v1/wallets", wallets, newcomer=1),
    Listing("/v1/invitations", invitations),
    Listing("/v1/members", people),
    Listing("/v1/sessions", people),
]

THINGS = [Thing("/v1/companies", company, public=True)]
