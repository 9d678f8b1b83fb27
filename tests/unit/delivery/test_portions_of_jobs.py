"""What a run of a job leaves is served by the next ones, whatever stands before it."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Integer, LargeBinary

from pocplatform.delivery.webhooks import jobs as webhooks
from pocplatform.delivery.webhooks.models import Delivery, DeliveryState
from pocplatform.domains.agreements import jobs as agreements
from pocplatform.domains.agreements.models import Agreement, AgreementParty
from pocplatform.domains.data_protection import jobs as data_protection
from pocplatform.domains.demos import jobs as demos
from pocplatform.domains.invoices import jobs as invoices
from pocplatform.domains.invoices.models import Invoice
from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.recordings import jobs as recordings
from pocplatform.domains.recordings.models import Recording, RequestEntry
from pocplatform.domains.visits.models import Visit
from pocplatform.domains.wallets import jobs as wallets
from pocplatform.domains.wallets.models import SignInSession
from pocplatform.http import idempotency, prepared
from pocplatform.http.idempotency import IdempotencyKey
from pocplatform.http.prepared import PreparedWrite
from pocplatform.kit.database import Database
from pocplatform.routers import JOBS

NOW = 1_800_000_000_000
LONG_AGO, LATER = NOW - 400 * 86_400_000, NOW + 86_400_000
DUE, PORTION = 5, 2

_numbers = count(1)


def row(table: Any, **given: Any) -> Any:
    """A row with these values; whatever else must be there is of no meaning."""
    values = {}
    for name, column in table.__mapper__.columns.items():
        needed = not (column.nullable or column.primary_key) or name == "id"
        if needed and column.default is None and name not in given:
            number = next(_numbers)
            meant = [
                kind for kind in (JSON, Boolean, Integer, LargeBinary)
                if isinstance(column.type, kind)
            ]  # fmt: skip
            by_kind = {JSON: {}, Boolean: False, Integer: number, LargeBinary: b"0"}
            values[name] = by_kind[meant[0]] if meant else f"{name} {number}"
    return table(**values | given)


def unsigned(_: int) -> list[Any]:
    agreement = row(Agreement, sign_by=NOW // 1000 + 60, withdrawn_ms=None)
    return [agreement, row(AgreementParty, agreement_id=agreement.id, index=0, address="0xa")]


def session_until(expires_ms: int) -> list[Any]:
    organization = row(Organization)
    return [organization, row(SignInSession, org_id=organization.id, expires_ms=expires_ms)]


def invoice(number: int) -> Any:
    return row(
        Invoice, signature=b"0x", payee="0xa", total_cents=1, due_at=LONG_AGO // 1000 + number
    )


CASES: dict[str, tuple[Any, Any, Any]] = {
    # The module with its limit, what is due, and what stands before that and is not.
    "webhooks.forget": (
        webhooks,
        lambda n: row(Delivery, state=DeliveryState.SUCCEEDED, created_ms=LONG_AGO + n),
        lambda: row(Delivery, state=DeliveryState.PENDING, created_ms=LONG_AGO - 1),
    ),
    "visits.forget": (
        demos,
        lambda n: row(Visit, expires_ms=LONG_AGO + n),
        lambda: row(Visit, expires_ms=LATER),  # begun before those, and renewed since
    ),
    "sessions.forget": (
        wallets,
        lambda n: session_until(LONG_AGO + n),
        lambda: session_until(LATER),
    ),
    "requests.forget": (
        recordings,
        lambda n: row(RequestEntry, created_ms=LONG_AGO + n),
        lambda: row(RequestEntry, created_ms=NOW),
    ),
    "idempotency_keys.forget": (
        idempotency,
        lambda n: row(IdempotencyKey, created_ms=LONG_AGO + n),
        lambda: None,
    ),
    "prepared_writes.expire": (
        prepared,
        lambda n: row(PreparedWrite, transactions=[], expires_ms=LONG_AGO + n),
        lambda: row(PreparedWrite, transactions=[], submitted_ms=1, expires_ms=LONG_AGO),
    ),
    "prepared_writes.forget": (
        prepared,
        lambda n: row(PreparedWrite, transactions=[], submitted_ms=1, expires_ms=LONG_AGO + n),
        lambda: row(PreparedWrite, transactions=[], expires_ms=LONG_AGO),
    ),
    "data_protection.forget": (
        data_protection,
        lambda n: row(CredentialOffer, claims={"a": 1}, expires_ms=LONG_AGO + n),
        lambda: row(CredentialOffer, credential_id="crd_1", expires_ms=LONG_AGO - 1),
    ),
    "invoices.remind": (
        invoices,
        invoice,
        lambda: row(Invoice, signature=None, due_at=LONG_AGO // 1000 - 1),
    ),
    "agreements.remind": (
        agreements,
        unsigned,
        lambda: row(Agreement, sign_by=NOW // 1000 + 1, withdrawn_ms=1),
    ),
}


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    yield database
    database.close()


def begin(database: Database, made: Any) -> None:
    with database.transaction() as session:
        for one in made if isinstance(made, list) else [made]:
            if one is not None:
                session.add(one)
                session.flush()


def run(database: Database, name: str) -> list[int]:
    """How much each run did, until one did less than a portion: as the background does it."""
    (job,) = [job for job in JOBS if job.name == name]
    done = [PORTION]
    while done[-1] >= PORTION:
        assert len(done) < 2 * DUE, done
        with database.transaction() as session:
            done.append(job.run(session, None, NOW))  # type: ignore[arg-type]
    return done[1:]


@pytest.mark.parametrize("name", CASES)
def test_all_that_is_due_is_served_in_portions_whatever_stands_before_it(
    database, monkeypatch, name
):
    module, due, not_due = CASES[name]
    monkeypatch.setattr(module, "_AT_ONCE", PORTION)
    for _ in range(PORTION + 1):
        begin(database, not_due())
    for number in range(DUE):
        begin(database, due(number))
    assert run(database, name) == [2, 2, 1]
    assert run(database, name) == [0]


def test_answers_of_wallets_are_forgotten_beside_offers_however_many_there_are(
    database, monkeypatch
):
    monkeypatch.setattr(data_protection, "_AT_ONCE", PORTION)
    for number in range(DUE):
        begin(database, row(CredentialOffer, claims={"a": 1}, expires_ms=LONG_AGO + number))
        begin(database, row(PresentationRequest, results=[], answered_ms=LONG_AGO + number))
    assert sum(run(database, "data_protection.forget")) == 2 * DUE


def test_old_recordings_are_forgotten_in_portions_too(database, monkeypatch):
    monkeypatch.setattr(recordings, "_AT_ONCE", PORTION)
    monkeypatch.setattr(recordings, "_RECORDINGS_AT_ONCE", 1)
    for number in range(DUE):
        begin(database, row(Recording, started_ms=LONG_AGO + number))
    assert run(database, "requests.forget") == [PORTION] * DUE + [0]


def test_every_job_goes_on_until_nothing_is_left_but_those_that_send_writes():
    """They leave the rest to their next time, so that the queue has room for others."""
    assert {job.name for job in JOBS if job.portion is None} == {
        "agreements.expire",
        "agreements.auto_accept",
        "agreements.auto_resolve",
        "mandates.collect",
        "parcels.release_deposits",
    }
    assert {job.name for job in JOBS if job.portion is not None} == set(CASES)
