"""From what a caller proposes to the terms that the contract takes."""

import secrets
from collections.abc import Sequence
from typing import Any

from pocplatform.chain.codec import keccak256
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.errors import AgreementTermsInvalid
from pocplatform.domains.agreements.schemas import (
    DAY,
    AgreementCreate,
    AmendCreate,
    MilestoneCreate,
    PartyCreate,
)
from pocplatform.domains.agreements.terms import (
    ROLES,
    ZERO_ADDRESS,
    ZERO_HASH,
    as_abi,
    salted_hash,
)
from pocplatform.domains.agreements.versions import Version
from pocplatform.kit.clock import now_s
from pocplatform.kit.i18n import Moment
from pocplatform.kit.money import to_units

_SIGN_WITHIN_S = 30 * DAY
_RUNS_FOR_S = 365 * DAY


def first_terms(context: Context, request: AgreementCreate, salt: str) -> dict[str, Any]:
    """The terms of a new agreement. Raises :class:`AgreementTermsInvalid`.

    A party that is to be invited has the zero address until it has joined.
    """
    accounts = _accounts(context, request.parties)
    now = now_s()
    sign_by = int(request.sign_by.timestamp()) if request.sign_by else now + _SIGN_WITHIN_S
    expires_at = int(request.expires_at.timestamp()) if request.expires_at else now + _RUNS_FOR_S
    _check_times(now, sign_by, expires_at)
    roles = [party.role for party in request.parties]
    return {
        "deal": {
            "documentHash": salted_hash(salt, request.document.text),
            "token": context.outbox.contracts.address("PilotEuro"),
            "arbiter": _arbiter(context, request.arbiter, accounts),
            "expiresAt": expires_at,
            "arbitrationWindow": request.arbitration_window_s,
            "fallbackBps": request.fallback_bps,
        },
        "signBy": sign_by,
        "nonce": secrets.randbits(63),
        "parties": [
            {
                "account": account,
                "role": ROLES.index(party.role),
                "credentialType": _type_hash(party.credential_type),
            }
            for account, party in zip(accounts, request.parties, strict=True)
        ],
        "milestones": [
            _milestone(context, index, milestone, accounts, roles)
            for index, milestone in enumerate(request.milestones)
        ],
    }


def amended_terms(
    context: Context, version: Version, request: AmendCreate, salt: str, document: str
) -> dict[str, Any]:
    """The terms in force with what an amendment changes. Raises :class:`AgreementTermsInvalid`."""
    terms, deal = version.terms, version.terms["deal"]
    accounts = [party["account"] for party in terms["parties"]]
    roles = [ROLES[party["role"]] for party in terms["parties"]]
    now = now_s()
    sign_by = int(request.sign_by.timestamp()) if request.sign_by else now + _SIGN_WITHIN_S
    expires_at = int(request.expires_at.timestamp()) if request.expires_at else deal["expiresAt"]
    if request.sign_by is None:
        sign_by = min(sign_by, expires_at)
    _check_times(now, sign_by, expires_at)
    milestones = terms["milestones"]
    if request.milestones is not None:
        if len(request.milestones) < len(milestones):
            raise AgreementTermsInvalid(
                "An amendment can add milestones but not take any away: there are {count}.",
                next_step="Name all of them in their order, the new ones last.",
                param="milestones",
                count=len(milestones),
            )
        milestones = [
            _milestone(context, index, milestone, accounts, roles)
            for index, milestone in enumerate(request.milestones)
        ]
    changed = {
        "documentHash": salted_hash(salt, document),
        "expiresAt": expires_at,
        "arbitrationWindow": request.arbitration_window_s,
        "fallbackBps": request.fallback_bps,
    }
    if request.arbiter is not None:
        changed["arbiter"] = _arbiter(context, request.arbiter, accounts)
    return {
        "deal": deal | {name: value for name, value in changed.items() if value is not None},
        "signBy": sign_by,
        "nonce": secrets.randbits(63),
        "parties": terms["parties"],
        "milestones": milestones,
    }


def hash_of(context: Context, terms: dict[str, Any]) -> str:
    """EIP-712 struct hash of terms, as the contract computes it."""
    found: bytes = context.read("hashTerms", as_abi(terms))
    return "0x" + found.hex()


def _accounts(context: Context, parties: Sequence[PartyCreate]) -> list[str]:
    accounts = [
        context.resolve(party.who, f"parties[{index}].who") if party.who else ZERO_ADDRESS
        for index, party in enumerate(parties)
    ]
    for index, account in enumerate(accounts):
        if account != ZERO_ADDRESS and account in accounts[:index]:
            raise AgreementTermsInvalid(
                "Party {index} is the same as one before it.",
                param=f"parties[{index}].who",
                index=index,
            )
    return accounts


def _check_times(now: int, sign_by: int, expires_at: int) -> None:
    if expires_at <= now:
        raise AgreementTermsInvalid(
            "The agreement would have ended by {moment}, before anybody can sign it.",
            next_step="Choose days that are still to come.",
            param="expires_at",
            moment=Moment(expires_at),
        )
    if not now < sign_by <= expires_at:
        raise AgreementTermsInvalid(
            "The agreement must be signable from now on and end after that: now < sign_by ≤ "
            "expires_at.",
            param="sign_by",
        )


def _arbiter(context: Context, who: str | None, accounts: Sequence[str]) -> str:
    if who is None:
        return ZERO_ADDRESS
    arbiter = context.resolve(who, "arbiter")
    if arbiter in accounts:
        raise AgreementTermsInvalid("The arbiter cannot be one of the parties.", param="arbiter")
    return arbiter


def _type_hash(credential_type: str | None) -> str:
    return "0x" + keccak256(credential_type.encode()).hex() if credential_type else ZERO_HASH


def _milestone(
    context: Context,
    index: int,
    milestone: MilestoneCreate,
    accounts: Sequence[str],
    roles: Sequence[str],
) -> dict[str, Any]:
    for name, role in (("payer", "client"), ("provider", "provider")):
        party = getattr(milestone, name)
        if party >= len(accounts) or roles[party] != role:
            raise AgreementTermsInvalid(
                "The {name} of milestone {index} must be the index of a party with the role "
                "{role}.",
                param=f"milestones[{index}].{name}",
                name=name,
                index=index,
                role=role,
            )
    payee = (
        context.resolve(milestone.payee, f"milestones[{index}].payee")
        if milestone.payee
        else accounts[milestone.provider]
    )
    return {
        "payee": payee,
        "amount": to_units(milestone.amount),
        "dueAt": int(milestone.due_at.timestamp()) if milestone.due_at else 0,
        "reviewWindow": milestone.review_window_s,
        "penaltyBpsPerDay": milestone.penalty_bps_per_day,
        "maxPenaltyBps": milestone.max_penalty_bps,
        "payer": milestone.payer,
        "provider": milestone.provider,
    }
