"""The paperwork of service agreements: terms that are drafted, changed and signed."""

from __future__ import annotations

from typing import Any

from pocplatform.chain.codec import keccak256
from tests.properties.models.agreement_terms import FULL, Deal, Milestone, Party, Role, Terms
from tests.properties.models.agreements import Signed
from tests.properties.support.machines import DAY
from tests.properties.support.money import EURO
from tests.properties.support.signing import GOOD, Domain, Person

TYPES = (
    "Agreement(Deal deal,Party[] parties,Milestone[] milestones,uint40 signBy,uint64 nonce)",
    "Deal(bytes32 documentHash,address token,address arbiter,uint40 expiresAt,"
    "uint32 arbitrationWindow,uint16 fallbackBps)",
    "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,"
    "uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)",
    "Party(address account,uint8 role,bytes32 credentialType)",
    "Amendment(bytes32 agreementId,uint256 revision,Agreement terms)",
    "Termination(bytes32 agreementId,uint256 revision,uint16[] payeeBps,uint256 deadline)",
)
COMPANY = keccak256(b"CompanyCredential")
FAULTS = ("share", "party", "amount", "payee")
"""What can be wrong with terms: only the second one keeps an agreement from being activated."""


class Paperwork:
    """Of Alice and Carol, who are clients, and Bob and a wallet, who provide.

    ``people`` are these, an arbiter and a stranger; ``tokens`` those that are allowed.
    """

    def __init__(
        self, domain: Domain, people: list[Person], tokens: list[str], contract: str
    ) -> None:
        self._domain = domain
        self._people = people
        self._tokens = tokens
        self._contract = contract
        self._drafted = 0

    def draft(self, now: int, token: int, gated: bool, fault: str = "") -> Terms:
        """Three milestones with odd amounts, some with a due time; the third token is none."""
        self._drafted += 1
        alice, bob, wallet, carol, arbiter, stranger = (person.address for person in self._people)
        fallback = FULL + 1 if fault == "share" else 2_500
        address = [*self._tokens, stranger][token]
        deal = Deal(bytes(32), address, arbiter, now + 40 * DAY, 5 * DAY, fallback)
        parties = (
            Party(alice, Role.CLIENT, bytes(32)),
            Party(bob, Role.PROVIDER, COMPANY if gated else bytes(32)),
            Party(wallet, Role.PROVIDER, bytes(32)),
            Party(alice if fault == "party" else carol, Role.CLIENT, bytes(32)),
        )
        items = []
        for index in range(3):
            amount = 0 if fault == "amount" and index == 1 else 101 * EURO + 3 * index + 1
            payee = (bob, wallet, self._contract if fault == "payee" else stranger)[index]
            due = now + 9 * DAY if index else 0
            payer, provider = (0, 3)[index % 2], (1, 2)[index % 2]
            items.append(Milestone(payee, amount, due, 4 * DAY, 333, 2_000, payer, provider))
        return Terms(deal, now + 1 + DAY, self._drafted, parties, tuple(items))

    def changed(self, terms: Terms, change: str, index: int, sign_by: int) -> Terms:
        """The terms with one thing changed, in one milestone or in all; some are never allowed."""
        deal, parties, item = terms.deal, terms.parties, terms.milestones[index]
        arbiter, stranger = (person.address for person in self._people[4:])

        def replaced(new: Milestone) -> dict[str, Any]:
            items = terms.milestones
            return {"milestones": (*items[:index], new, *items[index + 1 :])}

        changes: dict[str, dict[str, Any]] = {
            "payee": replaced(item._replace(payee=arbiter)),
            "expiry": {"deal": deal._replace(expires_at=deal.expires_at + DAY)},
            "more": {"milestones": (*terms.milestones, item)[:4]},
            "amount": replaced(item._replace(amount=item.amount + 5)),
            "payer": replaced(item._replace(payer=3 - item.payer)),
            "party": {"parties": (parties[0]._replace(account=stranger), *parties[1:])},
            "token": {"deal": deal._replace(token=stranger)},
            "fewer": {"milestones": terms.milestones[:-1]},
        }
        return terms._replace(sign_by=sign_by, **changes[change])

    def sign(
        self, parties: tuple[Party, ...], struct: str, *values: Any, kind: str, flawed: int
    ) -> tuple[list[bytes], Signed]:
        """One signature of each party, of which the one at ``flawed`` is as ``kind`` says."""
        keys = {person.address: person for person in self._people}
        signatures = [
            self._domain.sign(
                keys[party.account], struct, *values, kind=kind if index == flawed else GOOD
            )
            for index, party in enumerate(parties)
        ]
        return signatures, Signed(len(signatures), kind != GOOD)

    def number(self, terms: Terms) -> bytes:
        """What the contract takes for the id of an agreement of these first terms."""
        return self._domain.types.hash("Agreement", terms.message)

    def frame(self, terms: Terms) -> tuple[Any, ...]:
        """The terms without parties, as far as activation needs them."""
        types = self._domain.types
        items = b"".join(types.hash("Milestone", item) for item in terms.milestones)
        return types.hash("Deal", terms.deal), keccak256(items), terms.sign_by, terms.nonce
