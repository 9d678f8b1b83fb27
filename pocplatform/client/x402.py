"""x402: being paid for an answer of one's own server, request by request (version 2, ``exact``).

The facilitator of the sandbox checks payments and carries them out; the payer signs an EIP-3009
authorization with a key of its own and needs no account here. Messages have the protocol's own
names on the wire.
"""

from typing import Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, operation

VERSION = 2
SCHEME = "exact"
_UNITS_PER_CENT = 10_000
_PATIENCE_S = 30.0
"""Settling waits until the chain has it."""


class _Message(Model):
    """A message of the protocol; fields that it does not know are kept."""

    model_config = ConfigDict(
        extra="allow", frozen=True, alias_generator=to_camel, populate_by_name=True
    )

    def wire(self) -> dict[str, Any]:
        """As JSON, without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class PaymentRequirements(_Message):
    """What an answer costs, and how to pay; ``amount`` in the token's units, as text."""

    scheme: str
    network: str
    asset: str
    amount: str
    pay_to: str
    max_timeout_seconds: int
    extra: dict[str, Any] = Field(default_factory=dict)


class SupportedKind(_Message):
    """A way of paying; ``extra`` has the token's ``asset``, ``name`` and ``version``."""

    scheme: str
    network: str
    extra: dict[str, Any] = Field(default_factory=dict)

    def price(self, cents: int, pay_to: str, *, within_s: int = 60) -> PaymentRequirements:
        """What to ask for an answer that costs so many cents.

        Args:
            cents: The price.
            pay_to: The address that is paid.
            within_s: Seconds in which the answer is given.
        """
        domain = {name: self.extra[name] for name in ("name", "version")}
        return PaymentRequirements(
            scheme=self.scheme,
            network=self.network,
            asset=self.extra["asset"],
            amount=str(cents * _UNITS_PER_CENT),
            pay_to=pay_to,
            max_timeout_seconds=within_s,
            extra=domain,
        )


class Supported(_Message):
    """What the facilitator can do."""

    kinds: list[SupportedKind]


class Verified(_Message):
    """Whether a payment could be settled now; if not, why, by a code of the protocol's."""

    is_valid: bool
    invalid_reason: str | None = None
    invalid_message: str | None = None
    payer: str | None = None


class Settled(_Message):
    """What became of a payment; ``transaction`` is its hash, empty without one."""

    success: bool
    error_reason: str | None = None
    error_message: str | None = None
    payer: str | None = None
    transaction: str
    network: str
    amount: str | None = None


class X402(Resource[M]):
    """The facilitator, for who sells answers."""

    @operation
    async def supported(self) -> Supported:
        """The token and network to pay in."""
        return await self._connection.read("/v1/x402/supported", Supported)

    @operation
    async def verify(self, payment: dict[str, Any], asked: PaymentRequirements) -> Verified:
        """Whether a payment is good. What is not good is an answer and no error.

        Args:
            payment: The payer's ``PaymentPayload``.
            asked: What is to be paid.
        """
        body = _of(payment, asked)
        return await self._connection.write("/v1/x402/verify", body, Verified, wait=0)

    @operation
    async def settle(self, payment: dict[str, Any], asked: PaymentRequirements) -> Settled:
        """Carry a payment out: once, however often it is asked for. Arguments as of :meth:`verify`.

        What cannot be settled is an answer and no error; give nothing for it.
        """
        body = _of(payment, asked)
        return await self._connection.write(
            "/v1/x402/settle", body, Settled, wait=0, patience=_PATIENCE_S
        )


def _of(payment: dict[str, Any], asked: PaymentRequirements) -> dict[str, Any]:
    return {
        "x402Version": VERSION,
        "paymentPayload": payment,
        "paymentRequirements": asked.wire(),
    }
