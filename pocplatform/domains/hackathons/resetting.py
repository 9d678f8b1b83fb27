"""Putting teams back to their beginning, as far as that can be on a chain that all share.

What is on the chain stays there: transactions, agreements, contracts. What can be set anew is set:
the wallet has the money of the beginning, contracts are the team's no more, chains of its own begin
again, and counting does. Keys and codes go on working.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.devnets import service as devnets
from pocplatform.domains.devnets.models import Devnet
from pocplatform.domains.hackathons import repository, service
from pocplatform.domains.hackathons.models import Team
from pocplatform.domains.hackathons.schemas import Quota, ResetRead
from pocplatform.domains.hackathons.teams import Means, fund
from pocplatform.domains.payments import service as payments
from pocplatform.events import log
from pocplatform.events.log import NewEvent
from pocplatform.kit.clock import now_ms
from pocplatform.kit.money import to_cents

DETACHED_FROM = "detached_from_team"
"""Where a contract's notes say whose it was."""


def chosen(session: Session, hackathon_id: str, team_id: str | None) -> list[Team]:
    """The teams that are to be reset. Raises :class:`NotFound`."""
    service.get(session, hackathon_id)
    if team_id is not None:
        return [service.team(session, hackathon_id, team_id)]
    return repository.all_teams(session, hackathon_id)


def balances(contracts: Contracts, addresses: Sequence[str]) -> dict[str, int]:
    """What wallets have on the chain now, in whole cents."""
    return {
        address: to_cents(contracts.read("PilotEuro", "balanceOf", address))
        for address in addresses
    }


def reset(
    session: Session,
    means: Means,
    hackathon_id: str,
    team_id: str | None,
    had: Mapping[str, int],
) -> tuple[ResetRead, list[str], list[str]]:
    """Put one team or all back; what was done, its transactions, and the devnets that began anew.

    Args:
        session: The database transaction.
        means: What money is sent with.
        hackathon_id: The event.
        team_id: The team; None for all.
        had: What the wallets had a moment ago, by address.

    Raises :class:`NotFound`.
    """
    quota = Quota.model_validate(service.get(session, hackathon_id).quota)
    done = ResetRead(
        hackathon=hackathon_id, teams=[], contracts_detached=0, devnets_reset=0, given=0, taken=0
    )
    transactions: list[str] = []
    anew: list[str] = []
    told: list[NewEvent] = []
    for team in chosen(session, hackathon_id, team_id):
        for contract in repository.contracts_of(session, team.org_id):
            contract.org_id = None
            contract.metadata_ = {**contract.metadata_, DETACHED_FROM: team.id}
            session.add(contract)
            done.contracts_detached += 1
        for devnet in session.exec(devnets.visible_to(team.org_id)).all():
            assert isinstance(devnet, Devnet)
            devnets.reset(session, team.org_id, devnet.id)
            anew.append(devnet.id)
        surplus = had.get(team.address, quota.funding) - quota.funding
        if surplus > 0:
            asked = payments.transfer(
                session,
                means.outbox,
                org_id=None,
                sender=team.address,
                recipient=means.signers.operator.address,
                amount_cents=surplus,
            )
            transactions.append(asked.transaction.id)
            done.taken += surplus
        elif surplus < 0:
            transactions.append(fund(session, means, team.address, -surplus))
            done.given -= surplus
        team.resets += 1
        team.since_ms = now_ms()
        session.add(team)
        done.teams.append(team.id)
        data = {"hackathon": hackathon_id, "team": team.id}
        source = f"{team.id} reset {team.resets}"
        told.append(NewEvent(service.TEAM_RESET, data, source, [team.address]))
    if told:
        log.append(session, told)
    session.flush()
    done.devnets_reset = len(anew)
    return done, transactions, anew
