"""Verifying and settling payments of x402, scheme ``exact`` on EVM (EIP-3009).

Reasons of refusals are the protocol's own codes, as its reference implementation has them.
"""

import hashlib
from dataclasses import dataclass

from pydantic import ValidationError
from sqlmodel import Session, select

from pocplatform.chain.codec import checksum, is_address
from pocplatform.chain.contracts import ContractCall
from pocplatform.domains.payments.authorizations import TOKEN, TOKEN_NAME, TOKEN_VERSION
from pocplatform.domains.transactions.service import has_failed
from pocplatform.domains.x402.models import X402Settlement
from pocplatform.domains.x402.schemas import (
    SCHEME,
    VERSION,
    ExactPayload,
    FacilitatorRequest,
    PaymentPayload,
    PaymentRequirements,
    SettleRead,
    SupportedKind,
    SupportedRead,
)
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.money import to_units
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import Outbox

_FUNCTION = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"
_TIME_LEFT_S = 6
"""A payment must be valid for so long still, to be mined in time; as of the reference."""
_MAX_UINT256 = 2**256 - 1
_BY_CONTRACT_ERROR = {
    "ERC3009InvalidSignature": "invalid_exact_evm_payload_signature",
    "ERC3009UsedAuthorization": "invalid_exact_evm_nonce_already_used",
    "ERC3009InvalidAuthorizationTime": "invalid_exact_evm_payload_authorization_valid_before",
    "ERC20InsufficientBalance": "invalid_exact_evm_insufficient_balance",
}
ALREADY_USED = _BY_CONTRACT_ERROR["ERC3009UsedAuthorization"]
PENDING = "settlement_pending"


@dataclass(frozen=True)
class Payment:
    """A payment that fits what is to be paid for.

    Attributes:
        call: Carries it out.
        payer: Who pays.
        pay_to: Who is paid.
        nonce: The authorization's.
        units: How much, in the token's units.
        valid_after: Last second in which it is not valid yet.
        valid_before: First second in which it is no longer valid.
    """

    call: ContractCall
    payer: str
    pay_to: str
    nonce: str
    units: int
    valid_after: int
    valid_before: int

    @property
    def hash(self) -> str:
        """Tells it from another with the same nonce."""
        return hashlib.sha256(self.call.data).hexdigest()


class Refused(Exception):
    """The payment is not good.

    Attributes:
        reason: A code of the protocol's.
        message: In words, where there is more to say.
        payer: Who was to pay, if that could be read.
    """

    def __init__(self, reason: str, payer: str | None = None, message: str | None = None) -> None:
        self.reason = reason
        self.message = message
        self.payer = payer
        super().__init__(reason)


class Facilitator:
    """Verifies and settles payments in tEUR.

    Args:
        outbox: Where writes to the chain begin.
        operator: The address that sends them, and so pays for the gas.
        chain_id: The chain's id.
    """

    def __init__(self, outbox: Outbox, operator: str, chain_id: int) -> None:
        self._outbox = outbox
        self._operator = operator
        self._token = outbox.contracts.address(TOKEN)
        self.network = f"eip155:{chain_id}"

    def supported(self) -> SupportedRead:
        """What it can do."""
        extra = {"name": TOKEN_NAME, "version": TOKEN_VERSION, "asset": self._token}
        return SupportedRead(
            kinds=[SupportedKind(network=self.network, extra=extra)],
            extensions=[],
            signers={"eip155:*": [self._operator]},
        )

    def price(self, cents: int, pay_to: str, *, within_s: int) -> PaymentRequirements:
        """What a resource asks that costs so many cents."""
        return PaymentRequirements(
            scheme=SCHEME,
            network=self.network,
            asset=self._token,
            amount=str(to_units(cents)),
            pay_to=pay_to,
            max_timeout_seconds=within_s,
            extra={"name": TOKEN_NAME, "version": TOKEN_VERSION},
        )

    def verify(self, request: FacilitatorRequest) -> Payment:
        """The payment, which the chain would take now. Raises :class:`Refused`."""
        payment = self.read(request)
        self._try(payment)
        return payment

    def _try(self, payment: Payment) -> None:
        """Ask the clock and the chain. Raises :class:`Refused`."""
        if payment.valid_before < now_s() + _TIME_LEFT_S:
            raise Refused("invalid_exact_evm_payload_authorization_valid_before", payment.payer)
        if payment.valid_after >= now_s():
            raise Refused("invalid_exact_evm_payload_authorization_valid_after", payment.payer)
        error = self._outbox.simulate([(self._operator, payment.call.to, payment.call.data)])[0]
        if error is not None:
            raise _refusal(error["name"], payment.payer, error["explanation"])

    def read(self, request: FacilitatorRequest) -> Payment:
        """The payment, which fits what is to be paid for; clock and chain are not asked.

        Raises :class:`Refused`.
        """
        given, asked = request.payment_payload, request.payment_requirements
        if request.x402_version != VERSION or given.x402_version != VERSION:
            raise Refused("invalid_x402_version")
        exact = _parsed(given)
        signed = exact.authorization
        payer = checksum(signed.from_)
        self._check_terms(given.accepted, asked, payer)
        if checksum(signed.to) != checksum(asked.pay_to):
            raise Refused("invalid_exact_evm_payload_recipient_mismatch", payer)
        if int(signed.value) != int(asked.amount):
            raise Refused("invalid_exact_evm_payload_authorization_value_mismatch", payer)
        call = self._outbox.contracts.call(
            TOKEN,
            _FUNCTION,
            **{"from": payer},
            to=checksum(signed.to),
            value=int(signed.value),
            validAfter=int(signed.valid_after),
            validBefore=int(signed.valid_before),
            nonce=bytes.fromhex(signed.nonce[2:]),
            signature=_signature(exact.signature, payer),
        )
        return Payment(
            call,
            payer,
            checksum(signed.to),
            signed.nonce.lower(),
            int(signed.value),
            int(signed.valid_after),
            int(signed.valid_before),
        )

    def standing(self, session: Session, request: FacilitatorRequest) -> X402Settlement | None:
        """The settlement of a payment, unless it has failed. Raises :class:`Refused`."""
        payment = self.read(request)
        known = find(session, payment)
        if known is None:
            return None
        if known.authorization_hash != payment.hash:
            raise Refused(ALREADY_USED, payment.payer)
        return None if has_failed(_transaction(session, known)) else known

    def settle(
        self, session: Session, request: FacilitatorRequest, org_id: str | None
    ) -> X402Settlement:
        """Have a payment carried out, once.

        The same payment again gives the first settlement. One that failed, so that nothing was
        moved, may be tried anew.

        To be verified before, outside of the write: that waits for the chain, and what is refused
        within a write costs those that share its commit.

        Raises :class:`Refused` for what has become of it since.
        """
        standing = self.standing(session, request)
        if standing is not None:
            return standing
        payment = self.read(request)
        try:
            write = self._outbox.enqueue(
                session, payment.call, sender=self._operator, org_id=org_id
            )
        except ContractReverted as reverted:
            raise _refusal(reverted.error["name"], payment.payer, str(reverted)) from reverted
        settlement = find(session, payment) or X402Settlement(
            payer=payment.payer,
            nonce=payment.nonce,
            authorization_hash=payment.hash,
            pay_to=payment.pay_to,
            units=str(payment.units),
            transaction_id=write.id,
            created_ms=now_ms(),
        )
        settlement.transaction_id = write.id
        session.add(settlement)
        session.flush()
        return settlement

    def deliver(self, session: Session, transaction_id: str) -> bool:
        """Whether a resource may be given for a settlement: once, whoever asks for it again."""
        settlement = session.exec(
            select(X402Settlement)
            .where(X402Settlement.transaction_id == transaction_id)
            .with_for_update()
        ).one()
        if settlement.delivered_ms is not None:
            return False
        settlement.delivered_ms = now_ms()
        session.add(settlement)
        session.flush()
        return True

    def outcome(self, session: Session, transaction_id: str) -> SettleRead:
        """What became of a settlement, by its transaction's id."""
        settlement = session.exec(
            select(X402Settlement).where(X402Settlement.transaction_id == transaction_id)
        ).one()
        transaction = _transaction(session, settlement)
        if has_failed(transaction):
            error = transaction.error or {"name": "", "explanation": ""}
            refusal = _refusal(error["name"], settlement.payer, error["explanation"])
            return self.failure(refusal)
        if not TransactionStatus(transaction.status).settled:
            return self.failure(Refused(PENDING, settlement.payer))
        return SettleRead(
            success=True,
            payer=settlement.payer,
            transaction=transaction.hash or "",
            network=self.network,
            amount=settlement.units,
        )

    def failure(self, refused: Refused) -> SettleRead:
        """What is answered where nothing was settled."""
        return SettleRead(
            success=False,
            error_reason=refused.reason,
            error_message=refused.message,
            payer=refused.payer,
            transaction="",
            network=self.network,
        )

    def _check_terms(
        self, accepted: PaymentRequirements, asked: PaymentRequirements, payer: str
    ) -> None:
        """Whether the payer has agreed to what is asked, and we can do it."""
        if asked.scheme != SCHEME or accepted.scheme != SCHEME:
            raise Refused("unsupported_scheme", payer)
        if asked.network != self.network or accepted.network != asked.network:
            raise Refused("network_mismatch", payer)
        if not asked.amount.isascii() or not asked.amount.isdigit() or len(asked.amount) > 78:
            raise Refused("invalid_payment_requirements", payer)
        if not is_address(asked.pay_to) or not is_address(asked.asset):
            raise Refused("invalid_payment_requirements", payer)
        if asked.asset.lower() != self._token.lower():
            raise Refused("invalid_exact_evm_failed_to_get_asset_info", payer)
        if "name" not in asked.extra or "version" not in asked.extra:
            raise Refused("missing_eip712_domain", payer)
        if asked.extra["name"] != TOKEN_NAME:
            raise Refused("invalid_exact_evm_token_name_mismatch", payer)
        if asked.extra["version"] != TOKEN_VERSION:
            raise Refused("invalid_exact_evm_token_version_mismatch", payer)


def find(session: Session, payment: Payment) -> X402Settlement | None:
    """The settlement of a payment, or of another with the same nonce."""
    return session.exec(
        select(X402Settlement).where(
            X402Settlement.payer == payment.payer, X402Settlement.nonce == payment.nonce
        )
    ).first()


def _transaction(session: Session, settlement: X402Settlement) -> Transaction:
    return session.exec(
        select(Transaction).where(Transaction.id == settlement.transaction_id)
    ).one()


def _parsed(given: PaymentPayload) -> ExactPayload:
    try:
        exact = ExactPayload.model_validate(given.payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused("invalid_payload", message=f"{place}: {first['msg']}") from error
    signed = exact.authorization
    if not is_address(signed.from_) or not is_address(signed.to):
        raise Refused("invalid_payload", message="authorization: from and to must be addresses")
    if max(int(signed.value), int(signed.valid_after), int(signed.valid_before)) > _MAX_UINT256:
        raise Refused("invalid_payload", message="authorization: a number has more than 256 bits")
    return exact


def _signature(text: str, payer: str) -> bytes:
    """The signature's bytes; the recovery id of an ECDSA one as contracts want it, 27 or 28."""
    try:
        signature = bytes.fromhex(text[2:])
    except ValueError as error:
        raise Refused("invalid_exact_evm_payload_signature", payer) from error
    if len(signature) == 65 and signature[64] in (0, 1):
        signature = signature[:64] + bytes([signature[64] + 27])
    return signature


def _refusal(contract_error: str, payer: str, explanation: str) -> Refused:
    reason = _BY_CONTRACT_ERROR.get(contract_error)
    return Refused(reason or "invalid_exact_evm_transaction_simulation_failed", payer, explanation)
