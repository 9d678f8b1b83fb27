"""Check it: a document against agreements on the chain, a credential check by check.

Anybody may; nothing that is given is stored, or leaves this process. A PDF of the sandbox names
what it is of in its metadata. That only says where to look: whether it holds is decided by setting
the same PDF anew and comparing all bytes.
"""

import base64
import hashlib
import re
from typing import Any, NamedTuple

from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pocplatform.client import AsyncSandbox, Problem, SandboxError
from pocplatform.domains.agreements import verification
from pocplatform.domains.agreements.answers import DocumentVerification
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.schemas import VerifyDocumentCreate
from pocplatform.domains.receipts import service as receipts
from pocplatform.domains.receipts.errors import NoSuchReceipt
from pocplatform.domains.receipts.models import Receipt
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.did import address_of
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.typesetting import at_the_typesetters
from pocplatform.web import check, inside
from pocplatform.web.credential_names import named
from pocplatform.web.desk.words import Words
from pocplatform.web.forms import FormDep
from pocplatform.web.rendering import Page, PageDep

router = Router(include_in_schema=False)

LARGEST = 700_000
"""Bytes of a file: agreements have some 100,000."""
_AGREEMENT = re.compile(rb"agr_[0-9a-f]{24}")
_CODE = re.compile(rb"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){2}")
_LOOKED_AT = 3
"""Names in a file that are looked up."""

_NO_FILE = Phrase("Choose a file, or drop one onto the field.")
_TOO_LARGE = Phrase("The file is larger than {limit} kB, so it is no document of this sandbox.")
_NO_PDF = Phrase("The file is no PDF. Give the PDF as you got it from the desk or a receipt.")
_NO_TEXT = Phrase("Paste a credential, or choose a file that holds one.")
_NO_CREDENTIAL = Phrase("The file holds no text that could be a credential.")


class _Found(NamedTuple):
    """What a document was found to be.

    Attributes:
        of: The agreement's or receipt's name; None where the file names none of this sandbox.
        checks: Question by question.
    """

    of: str | None
    checks: list[dict[str, Any]]
    receipt: str | None = None


@router.post("/check/document", dependencies=[Anonymous])
async def document(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Whether a PDF is exactly what was signed, or the receipt that was given."""
    given = await form.file("file")
    wrong = _unusable(given)
    if wrong is not None:
        return check.asked(page, 422, file_error=wrong.render(page.language))
    found = await _of_agreement(page, gateway, given) or await _of_receipt(page, gateway, given)
    found = found or _Found(None, [])
    return page.html(
        "check/document.html",
        found=found,
        holds=bool(found.checks) and all(one["ok"] for one in found.checks),
        sha256=hashlib.sha256(given).hexdigest(),
    )


@router.post("/check/credential", dependencies=[Anonymous])
async def credential(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Whether a credential counts, check by check."""
    text = form.text("text")
    given = await form.file("file")
    if not text and given:
        try:
            text = given.decode("ascii").strip()
        except UnicodeDecodeError:
            said = _NO_CREDENTIAL.render(page.language)
            return check.asked(page, 422, text_error=said)
    text = "".join(text.split())  # whatever broke it into lines
    if not text:
        return check.asked(page, 422, text_error=_NO_TEXT.render(page.language))
    public = inside.sandbox(page)
    try:
        verified = await public.credentials.verify(text)
    except SandboxError as error:
        status = error.status if isinstance(error, Problem) else 503
        said = f"{error.detail} {error.next_step}".strip()
        return check.asked(page, status, text=text[:2000], text_error=said)
    types = await named(public, [verified.type] if verified.type else [], page.language)
    return page.html(
        "check/credential.html",
        verified=verified,
        issuer=await _name_of(public, verified.issuer, gateway.chain_id),
        words=Words(page.language, types),
    )


async def _name_of(public: AsyncSandbox, issuer: str | None, chain_id: int) -> str | None:
    """The public name of who has issued a credential; None for a stranger."""
    try:
        address = address_of(issuer or "", chain_id)
    except InvalidInput:
        return None
    found = (await public.explorer.names([address])).get(address)
    return found.name if found is not None else None


def _unusable(given: bytes) -> Phrase | None:
    """Why a file cannot be checked at all."""
    if not given:
        return _NO_FILE
    if len(given) > LARGEST:
        return _TOO_LARGE.with_values(limit=LARGEST // 1000)
    if not given.startswith(b"%PDF-"):
        return _NO_PDF
    return None


async def _of_agreement(page: Page, gateway: Gateway, given: bytes) -> _Found | None:
    """What it is, where it names an agreement."""
    request = VerifyDocumentCreate(pdf=base64.b64encode(given).decode())
    for name in _named(_AGREEMENT, given):
        finding = await run_in_threadpool(_identified, gateway, name, request)
        if finding is None:
            continue
        compared = await at_the_typesetters(
            lambda finding=finding: verification.compared(finding, request)  # type: ignore[misc]
        )
        verified = await run_in_threadpool(_verified, gateway, name, compared, page.language)
        return _Found(name, [one.model_dump() for one in verified.checks])
    return None


def _identified(
    gateway: Gateway, name: str, request: VerifyDocumentCreate
) -> verification.Finding | None:
    with gateway.database.snapshot() as session:
        context = Context(session, gateway.outbox, gateway.signers, gateway.chain_id)
        try:
            agreement = context.get(None, name)
        except NotFound:
            return None
        return verification.identified(context, agreement, request, gateway.settings.base_url)


def _verified(
    gateway: Gateway, name: str, finding: verification.Finding, language: str
) -> DocumentVerification:
    with gateway.database.snapshot() as session:
        context = Context(session, gateway.outbox, gateway.signers, gateway.chain_id)
        return verification.verify(context, context.get(None, name), finding, language)


async def _of_receipt(page: Page, gateway: Gateway, given: bytes) -> _Found | None:
    """What it is, where it names a receipt."""
    for code in _named(_CODE, given):
        receipt = await run_in_threadpool(_receipt, gateway, code)
        if receipt is None:
            continue
        same = await check.receipt_pdf(page, gateway, receipt) == given
        said = (
            Phrase("It is exactly the PDF of this receipt.")
            if same
            else Phrase(
                "It is not the PDF that this receipt gives now: it was altered, or example prices "
                "have changed since. Compare what it says with the receipt."
            )
        )
        checks = [{"check": "content", "ok": same, "detail": said.render(page.language)}]
        return _Found(code, checks, receipt=code)
    return None


def _receipt(gateway: Gateway, code: str) -> Receipt | None:
    with gateway.database.snapshot() as session:
        try:
            return receipts.find(session, code)
        except NoSuchReceipt:
            return None


def _named(pattern: re.Pattern[bytes], given: bytes) -> list[str]:
    """The first names in a file that fit a pattern, each once."""
    found: dict[bytes, None] = {}
    for match in pattern.finditer(given):
        found[match[0]] = None
        if len(found) == _LOOKED_AT:
            break
    return [one.decode() for one in found]
