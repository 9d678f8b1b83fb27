"""Whoever can sign may sign: the engine knows signers and vaults by their interfaces only."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import PrivateKey

from pocplatform.chain.signer import SignedTransaction
from pocplatform.outbox.signers import Signers


class Remote:
    """A signer of somebody else's making, as a service would be: here eth-account's."""

    def __init__(self, key: bytes) -> None:
        self._account = Account.from_key(key)
        self.address = str(self._account.address)
        self.signed = 0

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        self.signed += 1
        done = self._account.sign_transaction(transaction)
        return SignedTransaction(bytes(done.raw_transaction), "0x" + done.hash.hex())

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        message = encode_typed_data(full_message=typed_data)
        return bytes(self._account.sign_message(message).signature)

    def sign_sha256_digest(self, digest: bytes) -> bytes:
        return bytes(PrivateKey(bytes(self._account.key)).sign_msg_hash(digest).to_bytes()[:64])

    def public_key(self) -> bytes:
        return b"\x04" + bytes(PrivateKey(bytes(self._account.key)).public_key.to_bytes())


class Service:
    """Keeps keys elsewhere; what is stored is only their number."""

    def __init__(self) -> None:
        self.signers: dict[bytes, Remote] = {}

    def create(self) -> tuple[str, bytes]:
        number = bytes([len(self.signers) + 1])
        self.signers[number] = Remote(number * 32)
        return self.signers[number].address, number

    def unlock(self, address: str, stored: bytes) -> Remote:
        return self.signers[stored]


def test_wallets_whose_keys_are_kept_elsewhere_pay_like_all_others(own_bench):
    service = Service()
    own_bench.signers = own_bench.engine._sender._signers = Signers(service, own_bench.operator)
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    id_ = own_bench.pay(payer, payee, 7)
    own_bench.settle()
    assert own_bench.row(id_).status == "confirmed"
    assert own_bench.balance(payee) == 7
    assert service.signers[b"\x01"].signed == 1
