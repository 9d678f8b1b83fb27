"""Operations of ServiceAgreements."""

from __future__ import annotations

from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from bench.gas.lab import DAY, EURO, WHOLE, Lab, account, sign
from bench.gas.operation import operation
from pocplatform.domains.agreements.terms import (
    ROLES,
    agreement_typed_data,
    as_abi,
    engagement_as_abi,
    parties_as_abi,
)


@operation("ServiceAgreements activate, 2 parties", "two milestones, ECDSA signatures", 65_000)
def activate_2(lab: Lab) -> int:
    return _Agreement(lab, 2).activate()


@operation("ServiceAgreements activate, 3 parties", "two milestones, ECDSA signatures", 72_000)
def activate_3(lab: Lab) -> int:
    return _Agreement(lab, 3).activate()


@operation("ServiceAgreements activate, 5 parties", "two milestones, ECDSA signatures", 88_000)
def activate_5(lab: Lab) -> int:
    return _Agreement(lab, 5).activate()


@operation(
    "ServiceAgreements accept and pay a milestone",
    "in time, the first of two milestones, the payee has tEUR",
    55_000,
)
def accept(lab: Lab) -> int:
    agreement = _Agreement(lab, 2)
    agreement.activate()
    lab.rich(agreement.signers[0], "ServiceAgreements")
    lab.had_euros(agreement.signers[1].address)
    agreement.fund()
    agreement.step("deliver", keccak(text="evidence"), by=agreement.signers[1])
    return agreement.step("accept", by=agreement.signers[0])


class _Agreement:
    """Terms of a client, a provider and witnesses."""

    def __init__(self, lab: Lab, parties: int) -> None:
        self._lab = lab
        self._contract = lab["ServiceAgreements"]
        self.signers = [account(f"party {i}") for i in range(parties)]
        roles = [ROLES.index("client"), ROLES.index("provider")]
        roles += [ROLES.index("witness")] * (parties - 2)
        milestone = {
            "payee": self.signers[1].address,
            "amount": 1_000 * EURO,
            "dueAt": lab.now + 30 * DAY,
            "reviewWindow": 7 * DAY,
            "penaltyBpsPerDay": 100,
            "maxPenaltyBps": 1_000,
            "payer": 0,
            "provider": 1,
        }
        self.terms: dict[str, Any] = {
            "deal": {
                "documentHash": "0x" + keccak(text="the document and its salt").hex(),
                "token": lab["PilotEuro"].address,
                "arbiter": lab.arbiter.address,
                "expiresAt": lab.now + 90 * DAY,
                "arbitrationWindow": 5 * DAY,
                "fallbackBps": 5_000,
            },
            "parties": [
                {"account": signer.address, "role": role, "credentialType": "0x" + "00" * 32}
                for signer, role in zip(self.signers, roles, strict=True)
            ],
            "milestones": [milestone, milestone],
            "signBy": lab.now + DAY,
            "nonce": 1,
        }
        self._id = self._contract.read("hashTerms", as_abi(self.terms))

    def activate(self) -> int:
        chain_id = self._lab.client.chain_id()
        document = agreement_typed_data(self.terms, chain_id, self._contract.address)
        frame = tuple(self._contract.read("frameOf", as_abi(self.terms)).values())
        signatures = [sign(signer, document) for signer in self.signers]
        parties = parties_as_abi(self.terms)
        return self._contract.send("activate", frame, parties, signatures, [], by=self._lab.relayer)

    def fund(self) -> int:
        return self._contract.send("fund", self._id, as_abi(self.terms), WHOLE, by=self.signers[0])

    def step(self, verb: str, *arguments: Any, by: LocalAccount) -> int:
        """A step of the first milestone."""
        engagement = engagement_as_abi(self.terms, 0)
        return self._contract.send(verb, self._id, 0, engagement, *arguments, by=by)
