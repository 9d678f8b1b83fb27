"""Jobs read what is due, by an index and so much at a time, however much there is that is not."""

import pytest
from sqlalchemy import Select

from pocplatform.delivery.webhooks import jobs as webhooks
from pocplatform.domains.agreements import repository as agreements
from pocplatform.domains.data_protection import jobs as data_protection
from pocplatform.domains.mandates import repository as mandates
from pocplatform.domains.parcels import repository as parcels
from pocplatform.domains.visits import repository as visits
from pocplatform.kit.database import Database

OPERATOR, NOW = "0x0", 1_800_000_000_000

STATEMENTS: dict[str, tuple[Select, str]] = {
    "agreements that have ended": (
        agreements.ended(OPERATOR, NOW, (0, ""), 200), "ix_agreement_states_ends",
    ),
    "deliveries accepted by silence": (
        agreements.overdue("delivered", "acceptBySilence", OPERATOR, NOW, (0, "", -1), 200),
        "ix_milestone_states_due",
    ),
    "disputes past their window": (
        agreements.overdue("disputed", "resolveByFallback", OPERATOR, NOW, (0, "", -1), 200),
        "ix_milestone_states_due",
    ),
    "agreements to be signed": (
        agreements.unsigned("agreement.signature_due", 1, 2, 200), "ix_agreements_sign_by",
    ),
    "agreements that end soon": (
        agreements.ending("agreement.ends_soon", 1, 2, 200), "ix_agreement_states_ends",
    ),
    "milestones due soon": (
        agreements.due("milestone.due_soon", "funded", 1, 2, 200), "ix_milestone_states_due",
    ),
    "scheduled collections": (mandates.scheduled(1, (0, 0), 200), "ix_mandates_look_at"),
    "mandates that were cancelled": (mandates.cancelled_since(1, 200), "ix_mandates_look_at"),
    "deposits to be released": (parcels.deposits_due(1, (0, ""), 200), "ix_parcel_states_release"),
    "offers that nobody fetched": (
        data_protection.offers_over(NOW), "ix_credential_offers_forgotten",
    ),
    "answers of wallets": (
        data_protection.answers_over(NOW), "ix_presentation_requests_forgotten",
    ),
    "visits that are over": (visits.over(NOW, 200), "ix_visits_expires_ms"),
    "old deliveries of webhooks": (webhooks.ended(NOW), "ix_webhook_deliveries_created_ms"),
}  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'platform.db'}")
    database.migrate()
    with database.engine.connect() as connection:
        yield connection
    database.close()


def plan(connection, statement: Select) -> list[str]:
    options = {"literal_binds": True}
    text = str(statement.compile(dialect=connection.dialect, compile_kwargs=options))
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_is_due_is_one_stretch_of_an_index(connection, name):
    statement, index = STATEMENTS[name]
    steps = plan(connection, statement)
    assert f" {index} (" in steps[0], steps
    assert not [step for step in steps if step.startswith("SCAN") or "ORDER BY" in step], steps
    assert statement._limit_clause is not None
