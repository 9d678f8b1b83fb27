"""The Python SDK of the sandbox.

    with Sandbox("http://127.0.0.1:8000") as sandbox:
        us = sandbox.organizations.sign_up("Pohjolan Puu Oy (testi)")
        ours = sandbox.with_key(us.secret_key)
        ours.payments.faucet(100_000)
        print(ours.payments.balance().amount)

:class:`AsyncSandbox` has the same operations to await. Writes return when the chain has recorded
them, and are done once however often they are repeated. Needs httpx and pydantic only.
"""

from pocplatform.client.errors import (
    BadRequest,
    BusinessIdInvalid,
    ChainError,
    ChainUnreachable,
    Conflict,
    ContractReverted,
    Forbidden,
    IdempotencyKeyInUse,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    NotReady,
    Problem,
    RateLimited,
    SandboxError,
    ServerError,
    StillPending,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
)
from pocplatform.client.requests import MilestoneTerms, PartyTerms, Proof
from pocplatform.client.retry import Retry
from pocplatform.client.sandbox import AsyncSandbox, Sandbox

__all__ = [
    "AsyncSandbox",
    "BadRequest",
    "BusinessIdInvalid",
    "ChainError",
    "ChainUnreachable",
    "Conflict",
    "ContractReverted",
    "Forbidden",
    "IdempotencyKeyInUse",
    "IdempotencyKeyMissing",
    "IdempotencyKeyReused",
    "InvalidInput",
    "MethodNotAllowed",
    "MilestoneTerms",
    "NotFound",
    "NotReady",
    "PartyTerms",
    "Problem",
    "Proof",
    "RateLimited",
    "Retry",
    "Sandbox",
    "SandboxError",
    "ServerError",
    "StillPending",
    "Unauthenticated",
    "UnexpectedAnswer",
    "Unreachable",
]
