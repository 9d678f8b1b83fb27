"""Documents of agreements over HTTP."""

from typing import Annotated, Literal

from fastapi import Query, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.agreements import paper, timeline, verification, versions
from pocplatform.domains.agreements.answers import (
    AgreementProof,
    DocumentVerification,
    Timeline,
)
from pocplatform.domains.agreements.endpoints.steps import SeenDep, context_of
from pocplatform.domains.agreements.schemas import (
    VerifyDocumentCreate,
)
from pocplatform.http.dependencies import Anonymous, GatewayDep, LanguageDep, ReadSession
from pocplatform.http.routing import Router
from pocplatform.kit.typesetting import at_the_typesetters

router = Router(prefix="/v1", tags=["Agreements"])

_PDF = {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/agreements/{agreement_id}/document.pdf",
    response_class=Response,
    responses=_PDF,  # type: ignore[arg-type]
)
async def get_agreement_pdf(
    seen: SeenDep,
    language: LanguageDep,
    labels: Annotated[
        Literal["fi", "en"] | None,
        Query(alias="language", description="Of its labels; else that which governs, or yours."),
    ] = None,
) -> Response:
    """The agreement as a PDF (PDF/A-3): text, terms, parties, signatures, hash, a code to check it.

    The same version with the same signatures is the same file, byte by byte; its SHA-256 is in the
    header `Document-Hash`. The exact text whose hash was signed is attached to it.
    """

    def written() -> paper.Manuscript:
        agreement = seen.agreement
        version = versions.in_force(seen.session, agreement)
        base_url = seen.gateway.settings.base_url
        labelled = labels or (agreement.template or {}).get("language") or language
        text = paper.manuscript(seen.context, agreement, version, base_url, labelled)
        seen.session.close()  # nobody who waits for a PDF keeps a connection
        return text

    text = await run_in_threadpool(written)
    made = await at_the_typesetters(lambda: paper.pdf(text))
    hash_ = paper.digest(made)
    headers = {
        "Content-Disposition": f'inline; filename="{seen.agreement.id}.pdf"',
        "Document-Hash": hash_,
        "ETag": f'"{hash_[2:]}"',
    }
    return Response(made, media_type="application/pdf", headers=headers)


@router.post("/agreements/{agreement_id}/verify_document")
async def verify_agreement_document(
    body: VerifyDocumentCreate, seen: SeenDep, language: LanguageDep
) -> DocumentVerification:
    """Check a text, a PDF or a hash against the agreement and the chain, each question on its own.

    `content`: is it a version of this agreement; `terms`: do its terms hold its hash; `signatures`:
    has every party signed; `chain`: is it in force on the chain now.
    """
    base_url = seen.gateway.settings.base_url

    def identified() -> verification.Finding:
        found = verification.identified(seen.context, seen.agreement, body, base_url)
        seen.session.close()  # nobody who waits for a PDF keeps a connection
        return found

    finding = await run_in_threadpool(identified)
    if finding.drafts:
        drafted = finding
        finding = await at_the_typesetters(lambda: verification.compared(drafted, body))
    return await run_in_threadpool(
        verification.verify, seen.context, seen.agreement, finding, language
    )


@router.get("/agreements/{agreement_id}/timeline")
def get_agreement_timeline(seen: SeenDep, language: LanguageDep) -> Timeline:
    """What happened around an agreement, in words: identity, agreement and payment together.

    Oldest first, each step with who, when, transaction, block and the money that it moved; attempts
    that were refused too.
    """
    return timeline.read(seen.context, seen.agreement, language)


@router.get("/agreement_proofs/{agreement_hash}", dependencies=[Anonymous])
def get_agreement_proof(
    agreement_hash: str, session: ReadSession, gateway: GatewayDep
) -> AgreementProof:
    """What the chain says of an agreement, by its hash: what the code on its PDF leads to.

    Public, as the chain is: hashes and a state, nothing of the text or the parties.
    """
    return verification.proof(context_of(session, gateway), agreement_hash)
