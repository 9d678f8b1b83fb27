"""x402 over HTTP: the facilitator, and a resource that costs something."""

import base64
import binascii
import json
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.x402 import service
from pocplatform.domains.x402.errors import PaymentRequired
from pocplatform.domains.x402.schemas import (
    VERSION,
    DemoRead,
    FacilitatorRequest,
    Message,
    PaymentPayload,
    PaymentRequirements,
    PaymentTerms,
    ResourceInfo,
    SettleRead,
    SupportedRead,
    VerifyRead,
)
from pocplatform.domains.x402.service import Facilitator, Refused
from pocplatform.http.command import MAX_WAIT_S, Accepted, Command
from pocplatform.http.dependencies import Anonymous, GatewayDep, Writer
from pocplatform.http.errors import MEDIA_TYPE, Problem, problem
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.money import to_cents
from pocplatform.outbox.errors import ContractReverted

router = Router(prefix="/v1/x402", tags=["x402"])

DEMO_CENTS = 5
_DEMO_WITHIN_S = 60


def _facilitator(gateway: Gateway) -> Facilitator:
    return Facilitator(gateway.outbox, gateway.signers.operator.address, gateway.chain_id)


@router.get("/supported", response_model_exclude_none=True, dependencies=[Anonymous])
def get_supported(gateway: GatewayDep) -> SupportedRead:
    """What this facilitator of x402 version 2 can do: the scheme `exact` with tEUR (EIP-3009)."""
    return _facilitator(gateway).supported()


@router.post("/verify", response_model_exclude_none=True)
def verify_payment(body: FacilitatorRequest, actor: Writer, gateway: GatewayDep) -> VerifyRead:
    """Whether a payment is good: it fits what is asked, and the chain would take it now.

    As of every facilitator, what is not good is no error but the answer, with the protocol's code.
    """
    try:
        payment = _facilitator(gateway).verify(body)
    except Refused as refused:
        return VerifyRead(
            is_valid=False,
            invalid_reason=refused.reason,
            invalid_message=refused.message,
            payer=refused.payer,
        )
    return VerifyRead(is_valid=True, payer=payment.payer)


@router.post("/settle", response_model_exclude_none=True, **operation(events=("payment.received",)))
async def settle_payment(
    body: FacilitatorRequest, actor: Writer, gateway: GatewayDep
) -> SettleRead:
    """Carry a payment out and wait until the chain has it; the sandbox pays for the gas.

    It needs no idempotency key: a payment is settled once, however often it is sent, and the same
    one again is answered as the first time. What could not be settled is no error but the answer,
    with the protocol's code; `settlement_pending` says to ask again.
    """
    settled, _ = await _settle(gateway, body, actor.org_id, actor.tenant)
    return settled


@router.get(
    "/demo",
    response_model=DemoRead,
    responses={
        402: {
            "description": "What it costs, in the header PAYMENT-REQUIRED and in the body.",
            "headers": {"PAYMENT-REQUIRED": {"schema": {"type": "string"}}},
            "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
        }
    },
    dependencies=[Anonymous],
    **operation(raises=(PaymentRequired,), events=("payment.received",)),
)
async def get_paid_demo(
    request: Request,
    gateway: GatewayDep,
    payment_signature: Annotated[
        str | None,
        Header(
            alias="PAYMENT-SIGNATURE",
            description="x402's PaymentPayload as JSON in base64.",
        ),
    ] = None,
) -> Response:
    """A resource that costs 5 cents of test money, paid by x402; it needs no key.

    Without payment the answer is 402 and says what it costs. An x402 client signs that and asks
    again; the answer then has the receipt in the header `PAYMENT-RESPONSE`. A payment is good for
    one answer; while none was given for it, the same payment asks again. Clients that limit which
    tokens they pay in are told tEUR's address by `GET /v1/x402/supported`.
    """
    facilitator = _facilitator(gateway)
    operator = gateway.signers.operator.address
    price = facilitator.price(DEMO_CENTS, operator, within_s=_DEMO_WITHIN_S)
    if payment_signature is None:
        return _ask(request, gateway, price, None)
    try:
        payload = _decoded(payment_signature)
    except ValueError:
        return _ask(request, gateway, price, facilitator.failure(Refused("invalid_payload")))
    paid = FacilitatorRequest(
        x402_version=VERSION, payment_payload=payload, payment_requirements=price
    )
    settled, transaction_id = await _settle(gateway, paid, None, "x402")
    if settled.success and not await _deliver(gateway, transaction_id):
        settled = facilitator.failure(Refused(service.ALREADY_USED, settled.payer))
    if not settled.success:
        return _ask(request, gateway, price, settled)
    block = await run_in_threadpool(gateway.client.block_number)
    content = DemoRead(
        chain_id=gateway.chain_id,
        block=block,
        paid=to_cents(int(price.amount)),
        payer=settled.payer or "",
        transaction_hash=settled.transaction,
    )
    return JSONResponse(content.model_dump(), headers={"PAYMENT-RESPONSE": _encoded(settled)})


async def _settle(
    gateway: Gateway, body: FacilitatorRequest, org_id: str | None, tenant: str
) -> tuple[SettleRead, str]:
    """Settle, and wait until that is known; also gives the transaction's id, if there is one."""
    facilitator = _facilitator(gateway)
    transaction_id = ""

    def stands() -> bool:
        with gateway.database.snapshot() as session:
            return facilitator.standing(session, body) is not None

    def check() -> None:
        """Before the write, which is no place to wait for the chain, nor to be refused in."""
        if not stands():
            try:
                facilitator.verify(body)
            except Refused:
                if not stands():  # nor was it settled meanwhile, by the same request
                    raise

    def work(session: Session) -> Accepted:
        nonlocal transaction_id
        transaction_id = facilitator.settle(session, body, org_id).transaction_id
        return Accepted(transaction_id, (transaction_id,))

    # Settled once by its own nonce: there is nothing for an idempotency key to do.
    command = Command(gateway, tenant, "POST", "/v1/x402/settle", b"", None, MAX_WAIT_S)
    try:
        await run_in_threadpool(check)
        await command(work, facilitator.outcome)
    except Refused as refused:
        return facilitator.failure(refused), ""
    except ContractReverted:
        pass  # that is an outcome too

    def outcome() -> SettleRead:
        with gateway.database.snapshot() as session:
            return facilitator.outcome(session, transaction_id)

    return await run_in_threadpool(outcome), transaction_id


async def _deliver(gateway: Gateway, transaction_id: str) -> bool:
    """Whether the resource may be given for this settlement, which is so once."""
    facilitator = _facilitator(gateway)
    return await gateway.writes.do(lambda session: facilitator.deliver(session, transaction_id))


def _ask(
    request: Request, gateway: Gateway, price: PaymentRequirements, failed: SettleRead | None
) -> Response:
    """402: what the resource costs, and why the payment that came was not taken."""
    reason = failed.error_reason if failed else None
    terms = PaymentTerms(
        error=reason or "PAYMENT-SIGNATURE header is required",
        resource=ResourceInfo(
            url=f"{gateway.settings.base_url}{request.url.path}",
            description="State of the sandbox's chain, for 5 cents of test money",
            mime_type="application/json",
        ),
        accepts=[price],
    )
    error = PaymentRequired(terms.wire(), cents=DEMO_CENTS, reason=reason)
    answer = problem(request, error)
    answer.headers["PAYMENT-REQUIRED"] = _encoded(terms)
    if failed is not None:
        answer.headers["PAYMENT-RESPONSE"] = _encoded(failed)
    return answer


def _encoded(message: Message) -> str:
    """A message as x402's headers carry it: JSON in base64."""
    return base64.b64encode(json.dumps(message.wire()).encode()).decode()


def _decoded(header: str) -> PaymentPayload:
    """A payment from its header. Raises :class:`ValueError` for what is none."""
    try:
        content = json.loads(base64.b64decode(header, validate=True))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    try:
        return PaymentPayload.model_validate(content)
    except ValidationError as error:
        raise ValueError(str(error)) from error
