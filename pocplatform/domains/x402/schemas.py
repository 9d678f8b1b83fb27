"""Messages of x402 version 2, in the protocol's own names.

They are not closed as our own requests are: the protocol lets anybody add fields, which others
must pass over.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

VERSION = 2
SCHEME = "exact"


class Message(BaseModel):
    """Base of all messages: camelCase on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )

    def wire(self) -> dict[str, Any]:
        """The message as JSON, without what is not set."""
        return self.model_dump(mode="json", exclude_none=True)


class PaymentRequirements(Message):
    """What a resource costs, and how to pay."""

    scheme: str
    network: str = Field(description="CAIP-2, such as eip155:31337.")
    asset: str = Field(description="Address of the token.")
    amount: str = Field(description="In the token's units; of tEUR 10⁻⁶.")
    pay_to: str
    max_timeout_seconds: int = Field(strict=True)
    extra: dict[str, Any] = Field(
        default_factory=dict, description="`name` and `version` of the token's EIP-712 domain."
    )


class ResourceInfo(Message):
    """What is paid for."""

    url: str
    description: str | None = None
    mime_type: str | None = None


class PaymentTerms(Message):
    """What a resource answers that was not paid for: x402's ``PaymentRequired``."""

    x402_version: int = VERSION
    error: str | None = None
    resource: ResourceInfo
    accepts: list[PaymentRequirements]


class PaymentPayload(Message):
    """A signed payment."""

    x402_version: int = Field(strict=True)
    payload: dict[str, Any] = Field(
        description="Of the scheme exact: `signature` and `authorization` (EIP-3009)."
    )
    accepted: PaymentRequirements
    resource: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
_REQUIREMENTS = {
    "scheme": SCHEME,
    "network": "eip155:31337",
    "asset": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    "amount": "50000",
    "payTo": _ADDRESS,
    "maxTimeoutSeconds": 60,
    "extra": {"name": "Pilot Euro (test, no value)", "version": "1"},
}
_EXAMPLE: dict[str, Any] = {
    "x402Version": VERSION,
    "paymentPayload": {
        "x402Version": VERSION,
        "payload": {
            "signature": "0x" + "1b" * 65,
            "authorization": {
                "from": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                "to": _ADDRESS,
                "value": "50000",
                "validAfter": "0",
                "validBefore": "1795000000",
                "nonce": "0x" + "7c" * 32,
            },
        },
        "accepted": _REQUIREMENTS,
    },
    "paymentRequirements": _REQUIREMENTS,
}


class FacilitatorRequest(Message):
    """A payment, and what it is to pay for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    x402_version: int = Field(strict=True)
    payment_payload: PaymentPayload
    payment_requirements: PaymentRequirements


class VerifyRead(Message):
    """Whether a payment could be settled now."""

    is_valid: bool
    invalid_reason: str | None = Field(default=None, description="A code of the protocol's.")
    invalid_message: str | None = None
    payer: str | None = None


class SettleRead(Message):
    """What became of a payment."""

    success: bool
    error_reason: str | None = Field(default=None, description="A code of the protocol's.")
    error_message: str | None = None
    payer: str | None = None
    transaction: str = Field(description="The transaction's hash; empty without one.")
    network: str
    amount: str | None = None


class SupportedKind(Message):
    """A way of paying."""

    x402_version: int = VERSION
    scheme: str = SCHEME
    network: str
    extra: dict[str, Any] | None = None


class SupportedRead(Message):
    """What the facilitator can do."""

    kinds: list[SupportedKind]
    extensions: list[str]
    signers: dict[str, list[str]]


class DemoRead(BaseModel):
    """What the demonstration sells: the state of the chain, and a receipt."""

    object: Literal["x402_demo"] = "x402_demo"
    chain_id: int
    block: int
    paid: int = Field(description="Cents.")
    payer: str
    transaction_hash: str


Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,78}$")]
_Hex = r"^0x[0-9a-fA-F]"


class Authorization(Message):
    """What was signed (EIP-3009 ``TransferWithAuthorization``)."""

    from_: str = Field(alias="from")
    to: str
    value: Digits
    valid_after: Digits
    valid_before: Digits
    nonce: Annotated[str, StringConstraints(pattern=_Hex + r"{64}$")]


class ExactPayload(Message):
    """A payload of the scheme exact."""

    signature: Annotated[str, StringConstraints(pattern=_Hex + r"{0,8192}$")]
    authorization: Authorization
