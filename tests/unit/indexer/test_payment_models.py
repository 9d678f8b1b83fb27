"""Read models of invoices, mandates, splits, payouts and redemptions, on both databases."""

from pocplatform.domains.invoices import jobs as reminders
from pocplatform.domains.invoices.schemas import InvoiceCreate
from pocplatform.domains.invoices.service import Invoices
from pocplatform.domains.mandates import jobs as collections
from pocplatform.domains.mandates.schemas import MandateCreate
from pocplatform.domains.mandates.service import Mandates
from pocplatform.domains.payouts import service as payouts
from pocplatform.domains.payouts.schemas import PayoutCreate
from pocplatform.domains.redemptions import service as redemptions
from pocplatform.domains.redemptions.schemas import RedemptionCreate
from pocplatform.domains.splits.schemas import SplitCreate
from pocplatform.domains.splits.service import Splits
from pocplatform.domains.statement import service as statement
from pocplatform.domains.statement.service import Period
from pocplatform.kit.clock import now_ms

CENT = 10_000
DAY_MS = 86_400_000


class Book:
    """What services do for two accounts, each in a database transaction of its own."""

    def __init__(self, bench):
        self.bench = bench
        self.payer, self.payee = bench.wallet(10_000 * CENT), bench.wallet(10_000 * CENT)

    def do(self, act):
        """Do it, and have all that it enqueued recorded."""
        with self.bench.database.transaction() as session:
            done = act(session)
        self.bench.settle()
        return done

    def _of(self, kind, session):
        bench = self.bench
        return kind(session, bench.outbox, bench.signers, bench.settings.chain_id)

    def invoices(self):
        line = {"description": "Työ", "unit_price": 500, "vat_rate_bps": 2550}
        body = InvoiceCreate(lines=[line], payer=self.payer, partial_allowed=True)
        invoice = self.do(lambda s: self._of(Invoices, s).issue(None, self.payee, body))
        for cents in (100, None):
            self.do(lambda s, c=cents: self._of(Invoices, s).pay(invoice, self.payer, None, c))
        self.do(lambda s: self._of(Invoices, s).refund(invoice, self.payee, None, 50))
        other = self.do(lambda s: self._of(Invoices, s).issue(None, self.payee, body))
        self.do(lambda s: self._of(Invoices, s).cancel(other, self.payee, None))
        return self.do(lambda s: self._of(Invoices, s).issue(None, self.payee, body))

    def mandates(self):
        body = MandateCreate(payee=self.payee, cap=100, period_s=86_400, description="Vuokra")
        mandate, _ = self.do(lambda s: self._of(Mandates, s).give(None, self.payer, body))
        self.do(lambda s: self._of(Mandates, s).collect(mandate, self.payee, None, 40))
        for act in (Mandates.pause, Mandates.resume):
            self.do(lambda s, a=act: a(self._of(Mandates, s), mandate, self.payer, None))
        self.do(lambda s: self._of(Mandates, s).schedule(mandate, self.payee, None, 60))
        return mandate

    def collect(self, days=0):
        at = now_ms() + days * DAY_MS
        return self.do(lambda s: collections.collect(s, self.bench.outbox, at))

    def remind(self, days):
        return self.do(lambda s: reminders.remind(s, self.bench.outbox, now_ms() + days * DAY_MS))

    def splits(self):
        shares = [{"to": self.payer, "bps": 4_000}, {"to": self.payee, "bps": 6_000}]
        body = SplitCreate(name="x", shares=shares)
        chain_id = self.bench.settings.chain_id
        split, _ = self.do(
            lambda s: Splits(s, self.bench.outbox, chain_id).create(None, self.payer, body)
        )
        self.do(
            lambda s: Splits(s, self.bench.outbox, chain_id).distribute(split, self.payer, None, 77)
        )

    def redeem(self):
        self.do(
            lambda s: redemptions.redeem(
                s,
                self.bench.outbox,
                org_id=None,
                holder=self.payer,
                body=RedemptionCreate(amount=5),
            )
        )


def test_read_models_that_are_written_anew_are_the_same_and_no_event_is_told_twice(bench):
    book = Book(bench)
    book.invoices()
    book.mandates()
    assert book.collect() == 1
    book.splits()
    book.redeem()
    models, events = bench.dump(), bench.events()
    for table in (
        "invoice_states", "invoice_payments", "mandate_states", "mandate_collections",
        "split_states", "redemption_records",
    ):  # fmt: skip
        assert models[table], table
    bench.engine._scanner.rewind()
    assert bench.engine._scanner.scan() == ()
    assert bench.dump() == models
    assert bench.events() == events


def test_jobs_that_come_again_find_nothing_to_do(bench):
    book = Book(bench)
    book.invoices()
    mandate = book.mandates()
    assert (book.collect(), book.collect(), book.collect()) == (1, 0, 0)
    with bench.database.snapshot() as session:
        statement_ = statement.balances(session, book.payee, Period.asked(None, None))
        assert statement_.closing == bench.balance(book.payee)
    assert book.remind(12) >= 1
    assert book.remind(12) == 0
    assert book.remind(15) >= 1
    assert book.remind(15) == 0
    book.do(lambda s: book._of(Mandates, s).schedule(mandate, book.payee, None, None))


def test_payout_of_many_is_counted_the_same_in_the_list_as_item_by_item(bench):
    book = Book(bench)
    items = [{"to": book.payee, "amount": amount} for amount in (1, 20_000, 2)]
    chain_id = bench.settings.chain_id
    payout, _ = book.do(
        lambda s: payouts.pay_out(
            s, bench.outbox, org_id=None, sender=book.payer, chain_id=chain_id,
            body=PayoutCreate(items=items),
        )
    )  # fmt: skip
    with bench.database.snapshot() as session:
        one = payouts.read(session, payout)
        (listed,) = payouts.read_page(session, [payout])
    assert (one.status, one.paid) == ("partially_paid", 3)
    assert listed == one.model_copy(update={"items": None})
