"""Who takes part in the demo, each with a connection of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pocplatform.client import Sandbox, Unauthenticated, Unreachable
from pocplatform.client.models import NewOrganization
from pocplatform.pilots.demo.journal import Journal
from pocplatform.pilots.demo.texts import NAMES

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Player:
    """An organization of the demo."""

    role: str
    organization: NewOrganization
    sandbox: Sandbox

    @property
    def name(self) -> str:
        """Its name."""
        return self.organization.name

    @property
    def did(self) -> str:
        """Its identifier."""
        return self.organization.wallet.did

    @property
    def address(self) -> str:
        """Its account on the chain."""
        return self.organization.wallet.address

    @property
    def check_digit_ok(self) -> bool:
        """Whether its business ID has the right check digit."""
        return has_right_check_digit(self.organization.business_id or "")


def has_right_check_digit(business_id: str) -> bool:
    """Whether a Finnish business ID (seven digits, hyphen, check digit) is right.

    The digits times 7, 9, 10, 5, 8, 4, 2 and the check digit add up to a multiple of 11.
    """
    digits, _, check = business_id.partition("-")
    if len(digits) != 7 or len(check) != 1 or not (digits + check).isdigit():
        return False
    weighted = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return (weighted + int(check)) % 11 == 0


def sign_up(sandbox: Sandbox, journal: Journal, patience_s: float) -> dict[str, Player]:
    """The organizations of this run by role; the same ones if the run goes on.

    If the sandbox has forgotten them (it was reset), the run begins anew.
    """
    known = journal.known(f"organization.{next(iter(NAMES))}")
    if known is not None:
        try:
            sandbox.with_key(known["secret_key"]).organizations.me()
        except Unauthenticated:
            journal.restart()
    return {role: _player(sandbox, journal, role, patience_s) for role in NAMES}


def _player(sandbox: Sandbox, journal: Journal, role: str, patience_s: float) -> Player:
    def join() -> dict[str, object]:
        organization = _patiently(
            lambda: sandbox.organizations.sign_up(NAMES[role], metadata={"pilot": "demo"}),
            patience_s,
        )
        return organization.model_dump(mode="json")

    organization = NewOrganization.model_validate(journal.once(f"organization.{role}", join))
    return Player(role, organization, sandbox.with_key(organization.secret_key))


def _patiently(sign_up_once: Callable[[], NewOrganization], patience_s: float) -> NewOrganization:
    """Sign up again where the answer got lost: an organization that nobody uses does no harm."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return sign_up_once()
        except Unreachable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
