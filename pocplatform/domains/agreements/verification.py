"""Checking a document of an agreement: each question on its own, against the chain."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pocplatform.domains.agreements import paper, proposals, repository, versions
from pocplatform.domains.agreements.answers import (
    AgreementProof,
    DocumentCheck,
    DocumentVerification,
)
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.paper import Manuscript
from pocplatform.domains.agreements.reading import read_onchain
from pocplatform.domains.agreements.schemas import (
    VerifyDocumentCreate,
)
from pocplatform.domains.agreements.terms import AGREEMENT_STATES, ZERO_HASH, salted_hash
from pocplatform.domains.agreements.versions import Version
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.i18n import LANGUAGES, Phrase

_MAGIC = b"%PDF-"
_RENDERED = 5
"""Newest versions that a PDF is compared with: each takes some tenths of a second to set."""
_UNSIGNED = 8
"""As many earlier stages of signing the first version: each is one signature."""


class Paper(NamedTuple):
    """A PDF that the sandbox gives or gave of an agreement.

    Attributes:
        missing: Indexes of the parties whose signatures it lacks, though they have signed since.
    """

    version: Version
    manuscript: Manuscript
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Which version a given thing is.

    Attributes:
        version: The version; None for none.
        said: A sentence about it.
        drafts: PDFs that it is still to be compared with, the likelier first.
        outdated: Whether it is a PDF made before the last signature of that version.
    """

    version: Version | None
    said: Phrase
    drafts: list[Paper] = field(default_factory=list)
    outdated: bool = False


def compared(finding: Finding, request: VerifyDocumentCreate) -> Finding:
    """The finding after the given thing was compared with PDFs, which takes seconds to set."""
    given = _decoded(request.pdf) if request.pdf is not None else None
    hash_ = (request.hash or "").lower()
    for draft in finding.drafts:
        made = paper.pdf(draft.manuscript)
        if made != given and paper.digest(made) != hash_:
            continue
        if not draft.missing:
            return Finding(draft.version, Phrase("It is exactly the PDF of this agreement."))
        said = Phrase(
            "It is the PDF of this agreement as it was before party {missing} had signed. Text and "
            "terms are the same.",
            missing=", ".join(map(str, draft.missing)),
        )
        return Finding(draft.version, said, outdated=True)
    return Finding(finding.version, finding.said)


def verify(
    context: Context, agreement: Agreement, finding: Finding, language: str
) -> DocumentVerification:
    """Whether what was found is what the parties have signed and the chain has."""
    found, said = finding.version, finding.said
    checks = [_check("content", found is not None, said, language)]
    if found is not None:
        checks += [
            _check("terms", *_terms(context, found), language),
            _check("signatures", *_signatures(context, agreement, found), language),
            _check("chain", *_chain(context, agreement, found), language),
        ]
    return DocumentVerification(
        valid=all(check.ok for check in checks),
        revision=found.revision if found else None,
        outdated=finding.outdated,
        checks=checks,
    )


def proof(context: Context, agreement_hash: str) -> AgreementProof:
    """What the chain says of an agreement. Raises :class:`NotFound`."""
    try:
        id_ = bytes.fromhex(agreement_hash.removeprefix("0x"))
    except ValueError:
        id_ = b""
    if len(id_) != 32:
        raise NotFound("There is no agreement {hash} on the blockchain.", hash=agreement_hash)
    block = context.outbox.contracts.client.block_number()
    code, revision = context.read("agreementOf", id_)
    if AGREEMENT_STATES[code] == "none":
        raise NotFound("There is no agreement {hash} on the blockchain.", hash=agreement_hash)
    terms_hash = "0x" + context.read("termsHashOf", id_).hex()
    agreement = repository.by_hash(context.session, "0x" + id_.hex())
    state, known = AGREEMENT_STATES[code], []
    if agreement is not None:
        state = read_onchain(context.session, context.outbox.contracts, agreement).state
        known = versions.history(context.session, agreement)
    return AgreementProof(
        agreement_hash="0x" + id_.hex(),
        state=state,
        revision=revision,
        terms_hash=terms_hash,
        document_hash=next((v.document_hash for v in known if v.terms_hash == terms_hash), None),
        contract=context.contract,
        block=block,
    )


def identified(
    context: Context, agreement: Agreement, request: VerifyDocumentCreate, base_url: str
) -> Finding:
    """The newest version that the given thing is, as far as that can be told without setting PDFs.

    Raises :class:`InvalidInput`.
    """
    history = versions.history(context.session, agreement)
    for version in reversed(history):
        if request.text is not None:
            if salted_hash(version.salt, request.text) == version.document_hash:
                said = Phrase("The text is exactly the one whose hash was signed.")
                return Finding(version, said)
        elif request.hash is not None and request.hash.lower() in (
            version.document_hash,
            version.terms_hash,
        ):
            return Finding(version, Phrase("The hash is that of the document or of its terms."))
    if request.text is not None:
        said = Phrase("The text is not the one whose hash was signed; one letter is enough.")
        return Finding(None, said)
    if request.hash is not None:
        said = Phrase("The hash belongs to no version of this agreement.")
    else:
        said = Phrase(
            "The file is no PDF of this agreement: it was altered, or made before all parties "
            "had joined."
        )
    if request.pdf is not None and not _decoded(request.pdf).startswith(_MAGIC):
        return Finding(None, said)
    drafts = [
        Paper(version, paper.manuscript(context, agreement, version, base_url, language))
        for version in reversed(history[-_RENDERED:])
        for language in LANGUAGES
    ]
    earlier = _before_signatures(context, agreement, history[0], base_url)
    return Finding(None, said, [*drafts, *earlier])


def _before_signatures(
    context: Context, agreement: Agreement, first: Version, base_url: str
) -> Iterator[Paper]:
    """The PDFs of the first version before each of its signatures, the last one first.

    Later versions have none: they are in force, and so given out, with all signatures only.
    """
    signed = paper.signatures(context, agreement, first)
    order = sorted(signed, key=lambda index: signed[index][1])
    for count in range(len(order) - 1, max(len(order) - 1 - _UNSIGNED, -1), -1):
        then = {index: signed[index] for index in order[:count]}
        missing = tuple(sorted(order[count:]))
        for language in LANGUAGES:
            manuscript = paper.manuscript(context, agreement, first, base_url, language, then)
            yield Paper(first, manuscript, missing)


def _decoded(pdf: str) -> bytes:
    try:
        return base64.b64decode(pdf, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("{param} must be a file in Base64.", param="pdf") from None


def _terms(context: Context, version: Version) -> tuple[bool, Phrase]:
    if proposals.hash_of(context, version.terms) == version.terms_hash:
        return True, Phrase("The terms hold the document's hash and give the hash that was signed.")
    return False, Phrase("The terms that are kept here do not give the hash that was signed.")


def _signatures(context: Context, agreement: Agreement, version: Version) -> tuple[bool, Phrase]:
    signed = paper.signatures(context, agreement, version)
    missing = [
        str(party.index)
        for party in context.parties(agreement)
        if party.index is not None and party.index not in signed
    ]
    if missing:
        return False, Phrase("Party {missing} has not signed it.", missing=", ".join(missing))
    return True, Phrase("Every party has signed it.")


def _chain(context: Context, agreement: Agreement, version: Version) -> tuple[bool, Phrase]:
    id_ = bytes.fromhex(agreement.agreement_hash[2:])
    in_force = "0x" + context.read("termsHashOf", id_).hex()
    if in_force == version.terms_hash:
        return True, Phrase("The blockchain has exactly these terms in force.")
    if in_force == ZERO_HASH:
        return False, Phrase("The agreement is not on the blockchain yet.")
    return False, Phrase("It was in force once; the parties have amended the agreement since.")


def _check(check: str, ok: bool, said: Phrase, language: str) -> DocumentCheck:
    return DocumentCheck(check=check, ok=ok, detail=said.render(language))  # type: ignore[arg-type]
