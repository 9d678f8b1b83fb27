"""Whether a receipt holds: each question on its own, against the chain as it is now."""

from collections.abc import Iterator

from sqlmodel import Session

from pocplatform.chain.client import RpcCall
from pocplatform.chain.contracts import Contracts
from pocplatform.domains.agreements import repository as agreements
from pocplatform.domains.agreements.reading import read_onchain
from pocplatform.domains.agreements.terms import salted_hash
from pocplatform.domains.agreements.versions import in_force
from pocplatform.domains.credentials import verification as credentials
from pocplatform.domains.credentials.repository import by_id as credential_by_id
from pocplatform.domains.identities import service as identities
from pocplatform.domains.identities.errors import ResolutionError
from pocplatform.domains.receipts import service
from pocplatform.domains.receipts.models import Receipt
from pocplatform.domains.receipts.schemas import (
    ReceiptAgreement,
    ReceiptCheck,
    ReceiptContent,
    ReceiptCredential,
)
from pocplatform.kit.i18n import Phrase, translate


def verify(
    session: Session, contracts: Contracts, receipt: Receipt, language: str
) -> list[ReceiptCheck]:
    """All checks, in the order in which a person would ask.

    Raises :class:`NodeUnreachable`.
    """
    content = service.content(receipt)
    intact = service.fingerprint(receipt.content) == receipt.hash
    checks = [
        _check(
            "receipt", "", intact,
            Phrase("This sandbox gave it, and its text is the one that was given.")
            if intact
            else Phrase("Its text is not the one that was given."),
            language,
        )
    ]  # fmt: skip
    checks += _identities(contracts, content, language)
    for credential in content.credentials:
        checks.append(_credential(session, contracts, content, credential, language))
    for agreement in content.agreements:
        checks += _agreement(session, contracts, agreement, language)
    checks.append(_transactions(contracts, content, language))
    return checks


def _identities(
    contracts: Contracts, content: ReceiptContent, language: str
) -> Iterator[ReceiptCheck]:
    for party in content.parties:
        try:
            resolved = identities.resolve_on_chain(contracts, party.did, content.chain_id)
            good = not resolved.deactivated
        except ResolutionError:
            good = False
        said = (
            Phrase("The identity is in the register on the blockchain and in use.")
            if good
            else Phrase("The identity is no longer in use.")
        )
        yield _check("identity", party.name, good, said, language)


def _credential(
    session: Session,
    contracts: Contracts,
    content: ReceiptContent,
    credential: ReceiptCredential,
    language: str,
) -> ReceiptCheck:
    row = credential_by_id(session, None, "", credential.id)
    if row is None or not row.jwt:
        said = Phrase("The credential was erased, so it can be checked no more.")
        return _check("credential", credential.subject, False, said, language)
    found = credentials.verify(contracts, row.jwt, content.chain_id, language)
    failed = [check.detail for check in found.checks if not check.ok]
    if failed or found.digest != credential.digest:
        detail = failed[0] if failed else translate("It is another credential.", language)
        return ReceiptCheck(check="credential", about=credential.subject, ok=False, detail=detail)
    said = Phrase("Signed by a trusted issuer, on the blockchain, and not revoked.")
    return _check("credential", credential.subject, True, said, language)


def _agreement(
    session: Session, contracts: Contracts, agreement: ReceiptAgreement, language: str
) -> Iterator[ReceiptCheck]:
    row = agreements.by_id(session, agreement.id)
    text_good = False
    if row is not None:
        version = in_force(session, row)
        given = salted_hash(version.salt, version.document)
        text_good = given == version.document_hash == agreement.document_hash
    yield _check(
        "document", agreement.title, text_good,
        Phrase("The document that is kept here still has the fingerprint that both have signed.")
        if text_good
        else Phrase("The document that is kept here was erased or changed."),
        language,
    )  # fmt: skip
    completed = row is not None and read_onchain(session, contracts, row).state == "completed"
    yield _check(
        "agreement", agreement.title, completed,
        Phrase("The blockchain has it as completed: delivered, accepted and paid.")
        if completed
        else Phrase("The blockchain does not have it as completed."),
        language,
    )  # fmt: skip


def _transactions(contracts: Contracts, content: ReceiptContent, language: str) -> ReceiptCheck:
    found = 0
    calls: list[RpcCall] = [
        ("eth_getTransactionReceipt", [one.hash]) for one in content.transactions
    ]
    for entry, answer in zip(content.transactions, contracts.client.batch(calls), strict=True):
        receipt = answer.unwrap()
        if receipt is not None and int(receipt["status"], 16) == 1:
            found += int(receipt["blockNumber"], 16) == entry.block
    number = len(content.transactions)
    good = found == number
    said = (
        Phrase(
            "All {number} entries are on the blockchain, in the blocks that it names.",
            number=number,
        )
        if good
        else Phrase(
            "Of {number} entries, {found} are on the blockchain.", number=number, found=found
        )
    )  # fmt: skip
    return _check("transactions", "", good, said, language)


def _check(check: str, about: str, ok: bool, said: Phrase, language: str) -> ReceiptCheck:
    return ReceiptCheck(check=check, about=about, ok=ok, detail=said.render(language))  # type: ignore[arg-type]
