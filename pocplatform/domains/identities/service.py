"""Registering DIDs, changing them and resolving them."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.chain.signer import Signer
from pocplatform.domains.identities import history, repository
from pocplatform.domains.identities.changes import VALIDITY_S, bytes32
from pocplatform.domains.identities.document import Resolved, build, method_with_key
from pocplatform.domains.identities.errors import (
    DidInvalid,
    DidNotFound,
    IdentityDeactivated,
    IdentityKeyElsewhere,
    IdentityNotRegistered,
)
from pocplatform.domains.identities.identifier import Identifier, compressed, parse, shown
from pocplatform.domains.identities.keys import public_key_of
from pocplatform.domains.identities.models import Identity
from pocplatform.domains.identities.schemas import IdentityRead, ServiceRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

KEY_ATTRIBUTE = b"did/pub/Secp256k1/veriKey/hex"
CONTENT_TYPE = "application/did+ld+json"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to a resolution request (W3C DID Resolution, section 4)."""

    document: dict[str, Any]
    document_metadata: dict[str, Any]

    @property
    def deactivated(self) -> bool:
        """Whether the DID was given up for ever."""
        return bool(self.document_metadata.get("deactivated"))


def register(
    session: Session,
    outbox: Outbox,
    signers: Signers,
    *,
    org_id: str | None,
    address: str,
    chain_id: int,
    public_key: str | None = None,
) -> tuple[Identity, Transaction | Write]:
    """Put the wallet's public key into the registry, so that others can check its signatures.

    Registering again changes nothing: it gives the identity and its first transaction, unless the
    chain had refused that, its owner has not signed it, or the key is no longer there.

    Args:
        session: The request's database transaction.
        outbox: Where writes to the chain begin.
        signers: Signs for custodial wallets.
        org_id: The caller's organization; None for the organisers.
        address: The wallet.
        chain_id: The chain's id.
        public_key: Its public key in hex; needed from nobody, see :func:`public_key_of`.

    Raises :class:`IdentityDeactivated`, and what :func:`public_key_of` raises.
    """
    identifier = Identifier(did_of(chain_id, address), address)
    present = _resolve(session, identifier, chain_id)
    if present.deactivated:
        raise IdentityDeactivated(
            "{did} was deactivated, which cannot be undone.",
            next_step="Sign up another organization: it gets a wallet and a DID of its own.",
            did=identifier.did,
        )
    contract = outbox.contracts.address("DidRegistry")
    key = compressed(public_key_of(session, signers, address, public_key, chain_id, contract))
    identity = repository.by_address(session, address)
    if identity is not None:
        earlier = transactions.get(session, None, identity.transaction_id)
        status = TransactionStatus(earlier.status)
        on_its_way = not status.settled and status is not TransactionStatus.PREPARED
        if on_its_way or method_with_key(present.document, key):
            return identity, earlier
    call = outbox.contracts.call(
        "DidRegistry",
        "setAttribute",
        identity=address,
        name=bytes32(KEY_ATTRIBUTE),
        value=key,
        validity=VALIDITY_S,
    )
    transaction = outbox.enqueue(
        session, call, sender=address, org_id=org_id, resource_id=identifier.did
    )
    if identity is None:
        identity = Identity(
            id=identifier.did,
            org_id=org_id,
            address=address,
            public_key=key.hex(),
            transaction_id=transaction.id,
            created_ms=now_ms(),
        )
    identity.transaction_id = transaction.id
    session.add(identity)
    session.flush()
    return identity, transaction


def resolve(session: Session, did: str, chain_id: int, version_id: str | None = None) -> Resolution:
    """The DID document as the registry has it now, or had it at a block.

    An address that the registry has never heard of resolves too: it is its own controller.

    Args:
        session: Holds the recorded changes.
        did: The DID.
        chain_id: The chain's id.
        version_id: Number of the block whose state is asked for.

    Raises:
        ResolutionError: The DID is malformed, of another network, or has no such version.
    """
    identifier = parse(did, chain_id)
    if version_id is None:
        resolved = _resolve(session, identifier, chain_id)
    else:
        if not (version_id.isascii() and version_id.isdigit() and len(version_id) <= 18):
            raise DidInvalid(
                "{version} is no version of a DID: the number of a block is expected.",
                param="versionId",
                version=shown(version_id),
            )
        at_block = int(version_id)
        time = repository.block_time(session, at_block)
        if time is None:
            raise DidNotFound(
                "There is no block {block} on this chain.", param="versionId", block=at_block
            )
        changes = repository.changes(session, identifier.address)
        resolved = build(identifier, changes, chain_id=chain_id, now=time, at_block=at_block)
    return Resolution(resolved.document, _metadata(resolved))


def resolve_on_chain(contracts: Contracts, did: str, chain_id: int) -> Resolved:
    """The DID document now, from the chain and nothing else."""
    identifier = parse(did, chain_id)
    changes = history.from_chain(contracts, identifier.address)
    return build(identifier, changes, chain_id=chain_id, now=now_s())


def signing_method(session: Session, signers: Signers, address: str, chain_id: int) -> str:
    """The verification method of a wallet's DID that carries the key the platform signs with.

    Raises :class:`IdentityNotRegistered`, :class:`IdentityDeactivated` or
    :class:`IdentityKeyElsewhere`.
    """
    identifier = Identifier(did_of(chain_id, address), address)
    resolved = _resolve(session, identifier, chain_id)
    if resolved.deactivated:
        raise IdentityDeactivated(
            "{did} was deactivated: nothing can be signed in its name.", did=identifier.did
        )
    public_key = compressed(signer_of(session, signers, address, chain_id).public_key())
    method = method_with_key(resolved.document, public_key)
    if method is None:
        raise IdentityNotRegistered(
            "{did} has no key in the registry, so nobody could check its signature.",
            next_step="POST /v1/identities?wait=10 registers it; then repeat this request.",
            did=identifier.did,
        )
    return method


def signer_of(session: Session, signers: Signers, address: str, chain_id: int) -> Signer:
    """Who signs JWTs in a wallet's name. Raises :class:`IdentityKeyElsewhere` if we do not."""
    try:
        return signers.signer(session, address)
    except WalletNotCustodial:
        raise IdentityKeyElsewhere(did_of(chain_id, address)) from None


def read(
    session: Session,
    did: str,
    chain_id: int,
    *,
    org_id: str | None,
    transaction_id: str | None = None,
) -> IdentityRead:
    """An identity as it is shown.

    Args:
        session: Holds the recorded changes.
        did: The DID.
        chain_id: The chain's id.
        org_id: Who looks; None for the organisers.
        transaction_id: The write that is being answered; otherwise the registration is shown.

    Raises:
        NotFound: Nothing is known about this DID.
        ResolutionError: It is no DID of this sandbox.
    """
    identifier = parse(did, chain_id)
    changes = repository.changes(session, identifier.address)
    identity = repository.by_address(session, identifier.address)
    if not changes and identity is None and transaction_id is None:
        raise NotFound(
            "{did} has not been registered.",
            next_step="POST /v1/identities registers the DID of your own wallet.",
            did=did,
        )
    resolved = build(identifier, changes, chain_id=chain_id, now=now_s())
    document = resolved.document
    method, transaction = None, None
    if identity is not None:
        method = method_with_key(document, bytes.fromhex(identity.public_key))
        if transaction_id is None and org_id in (None, identity.org_id):
            transaction_id = identity.transaction_id
    if transaction_id is not None:
        transaction = transactions.read(transactions.get(session, None, transaction_id))
    return IdentityRead(
        id=identifier.did,
        address=identifier.address,
        status=_status(session, resolved, identity, bool(changes)),
        owner=_owner(document),
        verification_method=method,
        services=[
            ServiceRead(id=s["id"], type=s["type"], endpoint=s["serviceEndpoint"])
            for s in document.get("service", ())
        ],
        document=document,
        transaction=transaction,
        created=iso(identity.created_ms) if identity is not None else None,
    )


def _status(session: Session, resolved: Resolved, identity: Identity | None, changed: bool) -> Any:
    if resolved.deactivated:
        return "deactivated"
    if changed:
        return "active"
    if identity is None:
        return "pending"
    registration = transactions.get(session, None, identity.transaction_id)
    return "failed" if transactions.has_failed(registration) else "pending"


def _resolve(session: Session, identifier: Identifier, chain_id: int) -> Resolved:
    changes = repository.changes(session, identifier.address)
    return build(identifier, changes, chain_id=chain_id, now=now_s())


def _owner(document: dict[str, Any]) -> str | None:
    methods = document["verificationMethod"]
    return methods[0]["blockchainAccountId"].rsplit(":", 1)[1] if methods else None


def _metadata(resolved: Resolved) -> dict[str, Any]:
    metadata: dict[str, Any] = {"deactivated": True} if resolved.deactivated else {}
    if resolved.version is not None:
        metadata["versionId"] = str(resolved.version.block)
        metadata["updated"] = iso_s(resolved.version.timestamp)
    if resolved.next_version is not None:
        metadata["nextVersionId"] = str(resolved.next_version.block)
        metadata["nextUpdate"] = iso_s(resolved.next_version.timestamp)
    return metadata
