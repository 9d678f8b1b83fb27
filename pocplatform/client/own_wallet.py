"""Writes of a wallet whose key is one's own: prepared by the sandbox, signed here, handed in.

    def sign(to_sign):
        if to_sign.typed_data is not None:
            message = encode_typed_data(full_message=to_sign.typed_data)
            return "0x" + account.sign_message(message).signature.hex()
        return "0x" + account.sign_transaction(to_sign.fields()).raw_transaction.hex()

    ours.own_wallet.write("/v1/transfers", {"to": their_did, "amount": 500}, sign)

with an account of eth-account, which is not needed otherwise.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, operation

_NUMBERS = ("chainId", "value", "nonce", "gas", "gasPrice")


class ToSign(Model):
    """One thing to sign: typed data (EIP-712), or a transaction."""

    kind: str
    typed_data: dict[str, Any] | None = None
    digest: str | None = None
    transaction: dict[str, str] | None = None

    def fields(self) -> dict[str, Any]:
        """The transaction with its numbers as int and without its sender, as signers take it."""
        unsigned = self.transaction or {}
        numbers = {name: int(unsigned[name], 16) for name in _NUMBERS}
        return {"to": unsigned["to"], "data": unsigned["data"], **numbers}


class Outcome(Model):
    """A write as far as it is: what is to be signed next, what was handed in, or the result.

    Where nothing goes on the chain, the result itself: its fields can be read as attributes.
    """

    object: str
    id: str
    address: str | None = None
    to_sign: list[ToSign] = Field(default_factory=list)
    submit_to: str | None = None
    location: str | None = None
    transactions: list[Transaction] = Field(default_factory=list)


Sign = Callable[[ToSign], str]
"""Gives the signature of typed data, or the whole signed transaction, as 0x-hex."""


class OwnWallet(Resource[M]):
    """Any write of the API that says *two steps*, by its address."""

    @operation
    async def prepare(
        self, path: str, body: dict[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Outcome:
        """What is to be signed for a write."""
        return await self._prepare(path, body, idempotency_key)

    @operation
    async def submit(
        self,
        prepared: Outcome,
        signed: Sequence[str],
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Hand in what was signed; the answer has something to sign again where it takes more."""
        return await self._submit(prepared, signed, wait, idempotency_key)

    @operation
    async def write(
        self,
        path: str,
        body: dict[str, Any] | None,
        sign: Sign,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Do a write from its beginning to its end.

        Args:
            path: Of the write, such as ``/v1/transfers``, without ``/prepare``.
            body: Its fields.
            sign: Signs each thing that it takes, one after another.
            wait: Seconds to wait for the chain.
            idempotency_key: Names this request, of at most 240 characters; without it, a fresh one.
        """
        key = idempotency_key or str(uuid4())
        found, step = await self._prepare(path, body, key), 0
        while found.to_sign:
            step += 1
            signed = [sign(one) for one in found.to_sign]
            found = await self._submit(found, signed, wait, f"{key} {step}")
        return found

    async def _prepare(self, path: str, body: dict[str, Any] | None, key: str | None) -> Outcome:
        return await self._connection.write(f"{path}/prepare", body or {}, Outcome, key=key, wait=0)

    async def _submit(
        self, prepared: Outcome, signed: Sequence[str], wait: float | None, key: str | None
    ) -> Outcome:
        if prepared.submit_to is None:
            raise ValueError(f"{prepared.id} waits for no signature")
        body = {"prepared": prepared.id, "signed": list(signed)}
        return await self._connection.write(prepared.submit_to, body, Outcome, key=key, wait=wait)
