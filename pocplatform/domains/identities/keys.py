"""The public key behind a wallet, which an address does not tell."""

from sqlmodel import Session

from pocplatform.chain.signatures import recovered_key
from pocplatform.chain.signer import typed_data_digest
from pocplatform.chain.typed_data import typed_data
from pocplatform.domains.identities.identifier import address_of_point, uncompressed
from pocplatform.kit.errors import InvalidInput
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.signers import Signers

_PURPOSE = "Publish the public key of this wallet in its DID document"


def public_key_of(
    session: Session,
    signers: Signers,
    address: str,
    given: str | None,
    chain_id: int,
    registry: str,
) -> bytes:
    """The uncompressed public key of a wallet: ours, as given, or as a signature tells it.

    Args:
        session: The request's database transaction.
        signers: Signs for custodial wallets, and asks others.
        address: The wallet.
        given: The key in hex, compressed or not (SEC 1), where its owner says so.
        chain_id: The chain's id.
        registry: Address of DidRegistry, for which the typed data is.

    Raises:
        InvalidInput: The key that was given is not the wallet's, or it has none: it is a contract.
        WalletNotCustodial: Its owner is to be asked for a signature, in two steps.
    """
    key = _given(given, address) if given is not None else None
    try:
        return signers.signer(session, address).public_key()
    except WalletNotCustodial:
        if key is not None:
            return key
    # A struct that no contract knows: the signature serves for nothing but to tell the key.
    message = typed_data(
        "PublicKeyDisclosure",
        [("identity", "address"), ("purpose", "string")],
        {"identity": address, "purpose": _PURPOSE},
        "DidRegistry",
        chain_id,
        registry,
    )
    signature = signers.sign_typed_data(session, address, message)
    recovered = recovered_key(typed_data_digest(message), signature)
    if recovered is None or address_of_point(recovered) != address:
        raise InvalidInput(
            "{address} has not signed with a key of its own, as a wallet that is a contract does.",
            next_step="Have the wallet's own application call setAttribute of DidRegistry with the "
            "key that is to speak for it, under the name did/pub/Secp256k1/veriKey/hex.",
            address=address,
        )
    return recovered


def _given(text: str, address: str) -> bytes:
    try:
        key = uncompressed(bytes.fromhex(text.removeprefix("0x")))
    except ValueError:
        raise InvalidInput(
            "This is no public key of secp256k1.",
            next_step="Give its 33 or 65 bytes in hex (SEC 1), or leave it out: your signature "
            "tells it.",
            param="public_key",
        ) from None
    if address_of_point(key) != address:
        raise InvalidInput(
            "This is the public key of {other}, and your wallet is {address}.",
            next_step="Leave it out: your signature tells it.",
            param="public_key",
            other=address_of_point(key),
            address=address,
        )
    return key
