"""Balances of a statement: sums of amounts of any size, counted by the database."""

import pytest
from sqlalchemy import text

from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.domains.statement import repository, service
from pocplatform.kit.database import Database

MOST = 2**256 - 1


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")()
    made = Database(url)
    made.migrate()
    yield made
    made.close()


def test_balances_of_amounts_that_no_number_of_a_database_holds(database):
    changes = [MOST, -1, 10**10, -(10**9), 10**77, 0, -(10**20 + 7), 25]
    with database.transaction() as session:
        for number, change in enumerate(changes):
            parties = ("0xB", "0xA") if change >= 0 else ("0xA", "0xB")
            session.add(
                TokenTransfer(
                    transaction_hash=f"0x{number}", log_index=0, block_number=number,
                    timestamp=number, sender=parties[0], recipient=parties[1],
                    units=str(abs(change)),
                )
            )  # fmt: skip
            session.flush()
        own = TokenTransfer(
            transaction_hash="0xself", log_index=0, block_number=99, timestamp=99, sender="0xA",
            recipient="0xA", units="5",
        )  # fmt: skip
        session.add(own)
        session.add(TokenBalance(address="0xA", units=str(sum(changes))))
    with database.snapshot() as session:
        for since in range(len(changes)):
            assert repository.change_from(session, "0xA", since) == sum(changes[since:])
        assert repository.change_from(session, "0xC", 0) == 0
        assert repository.count(session, "0xA", 2, 5) == 3
        newest_first = repository.movements_of("0xA", 0, 8).order_by(text("seq desc"))
        rows = list(session.exec(newest_first))
        after = service.balances_after(session, "0xA", rows)
        assert [after[row.seq] for row in reversed(rows)] == [
            sum(changes[: n + 1]) for n in range(len(changes))
        ]
        assert service.balances_after(session, "0xA", rows[3:]) == {
            row.seq: after[row.seq] for row in rows[3:]
        }
