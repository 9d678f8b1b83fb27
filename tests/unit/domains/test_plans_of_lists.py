"""Lists that many tenants share a table for are found by an index, not by reading the table."""

import pytest
from sqlalchemy.dialects import sqlite

from pocplatform.domains.invoices import repository as invoices
from pocplatform.domains.invoices.models import Invoice
from pocplatform.domains.market import repository as market
from pocplatform.domains.market.models import Sale
from pocplatform.kit.database import Database

PAGES = {
    "invoices": invoices.visible_to("0xa").order_by(Invoice.seq.desc()).limit(21),
    "invoices received": invoices.received_by("0xa").order_by(Invoice.seq.desc()).limit(21),
    "sales of a token": market.sales(collection="0xc", token_id="7")
    .order_by(Sale.seq.desc())
    .limit(21),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans')}/plans.db")
    database.migrate()
    yield database
    database.close()


@pytest.mark.parametrize("page", PAGES)
def test_page_is_found_by_an_index(database, page):
    compiled = PAGES[page].compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    plan = [row[3] for row in rows]
    assert any("USING INDEX" in step for step in plan)
    assert not [step for step in plan if step.startswith("SCAN")], plan
