"""Figures of a hackathon's report."""

from pocplatform.client.models import Model


class FirstSuccess(Model):
    """How long a team took to its first transaction on the chain; None while it has none."""

    team: str
    name: str
    seconds: float | None


class FirstSuccesses(Model):
    """The same of all teams; ``reached`` of them have one."""

    teams: list[FirstSuccess]
    reached: int
    fastest_s: float | None
    median_s: float | None
    slowest_s: float | None


class TeamProof(Model):
    """Where on the chain anybody can look up what a team has done."""

    team: str
    name: str
    address: str
    transactions: list[str]
    first_block: int | None
    last_block: int | None
    agreements: list[str]
