"""BgMax into books: one entry a deposit, each bankgiro and currency to its own source, each deposit once."""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.core import data

from importers.bank.problems import BankAccountUnknown, BankCurrency
from importers.bgmax.problems import BgMaxCount
from importers.bgmax.read import read_bgmax
from importers.book import load_view
from importers.clearing.planner import plan_deposits
from importers.clearing.problems import DepositRestated, DepositTwice
from importers.late import move_late
from importers.problems import ImportAccountMissing, ImportDateRange
from importers.run import import_files
from tests.importers.bgmax.files import deposit, end, name, paid, section, simple, start, text, whole
from tests.importers.conftest import ACCOUNTS
from tests.importers.takings.day import IBAN, bank

BG = """\
chart = "bas"
currency = "SEK"
[[source]]
name = "bg"
format = "bgmax"
bank_account = "991-2346"
"""
#: A rule for everything: what a payer owes is income here.
SOLD = '[[source.rule]]\naccount = "Income:3001-Försäljning-25"\nvat = "25"\n'
EUR = '[[source]]\nname = "bg-eur"\nformat = "bgmax"\nbank_account = "991-2346"\ncurrency = "EUR"\n'


def booked(feed, month="2026-03"):
    """What an import wrote into a month's file, without ids and hashes, and who did it when."""
    text = (feed.unit.books / month[:4] / f"{month}.beancount").read_text()
    hidden = ("  source-id:", "  content:", "  document:", "    item:", "  registered:", "  by:")
    lines = [line.split(" ^")[0] for line in text.splitlines() if not line.startswith(hidden)]
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def test_a_deposit_is_one_entry_on_the_clearing_account(feed):
    """Two payments and a deduction: 1 000.00 + 250.00 - 125.00 = 1 125.00; VAT is a fifth of each."""
    feed = feed(BG + SOLD)
    records = [
        start(),
        section(),
        paid(100000, "1001", "2", sender="1234566", serial="11"),
        name("Berits Garn"),
        paid(25000, "", "0", image="1", serial="12"),
        paid(12500, "1002", "2", record="21", sender="1234566", serial="13"),
        deposit(112500, 3),
        end(2, 1),
    ]
    report = feed.take(whole(*records), "bg.txt")
    assert report.status == "imported"
    assert booked(feed) == (
        '2026-03-02 * "Bankgiro 9912346, deposit 00074"\n'
        "payments: 3\n"
        "Assets:1583-Bankgiro-på-väg 1125.00 SEK\n"
        'reference: "00074"\n'
        "Income:3001-Försäljning-25 -800.00 SEK\n"
        'counterparty: "Berits Garn"\n'
        'counterparty-account: "1234566"\n'
        'reference: "1001"\n'
        'bank-ref: "000000000011"\n'
        "Liabilities:2611-Utgående-moms-25 -200.00 SEK\n"
        "Income:3001-Försäljning-25 -200.00 SEK\n"
        'bank-ref: "000000000012"\n'
        "image: TRUE\n"
        "Liabilities:2611-Utgående-moms-25 -50.00 SEK\n"
        "Income:3001-Försäljning-25 100.00 SEK\n"
        'counterparty-account: "1234566"\n'
        'reference: "1002"\n'
        'bank-ref: "000000000013"\n'
        "Liabilities:2611-Utgående-moms-25 25.00 SEK"
    )
    (entry,) = feed.transactions()
    assert entry.meta["document"] == report.document
    (link,) = entry.links
    assert entry.postings[0].meta["item"] == link
    assert feed.book().problems == ()


def test_what_nobody_places_waits_with_what_the_payer_said(feed):
    feed = feed(BG)
    data_ = whole(start(), section(), paid(5000, "77", "2"), name("Anna Ek"), deposit(5000, 1), end(1))
    report = feed.take(data_, "bg.txt")
    assert report.plan.waiting == 1
    (entry,) = feed.transactions()
    assert (entry.flag, entry.payee) == ("!", "Anna Ek")
    waiting = entry.postings[1]
    assert (waiting.account, str(waiting.units)) == ("Liabilities:2999-Observationskonto", "-50.00 SEK")
    assert (waiting.meta["counterparty"], waiting.meta["reference"]) == ("Anna Ek", "77")


def test_the_sample_feeds_two_sources_by_currency(feed, samples):
    """bgmaxfil4: 3 700 + 2 000 + 2 900 SEK and 4 000 EUR on one bankgiro number."""
    accounts = ACCOUNTS.replace("2020-01-01", "2000-01-01")
    prices = "2004-05-24 price EUR 9.10 SEK\n"
    feed = feed(BG + SOLD.replace('vat = "25"\n', "") + EUR, accounts, prices=prices)
    report = feed.take((samples / "sweden/bgmax/bgmaxfil4.txt").read_bytes(), "bg.txt")
    assert len(report.plan.transactions) == 4
    totals = {}
    for entry in feed.transactions():
        units = entry.postings[0].units
        totals[units.currency] = totals.get(units.currency, Decimal(0)) + units.number
        assert entry.postings[0].account == "Assets:1583-Bankgiro-på-väg"
    assert totals == {"SEK": Decimal("8600.00"), "EUR": Decimal("4000.00")}
    assert feed.book().problems == ()


def test_without_a_source_in_euro_nothing_of_the_file_comes_in(feed, samples):
    feed = feed(BG)
    before = feed.bytes()
    report = feed.take((samples / "sweden/bgmax/bgmaxfil4.txt").read_bytes(), "bg.txt")
    assert type(report.problem) is BankCurrency
    assert feed.bytes() == before


@pytest.mark.parametrize(
    ("own", "taken"),
    [
        ("991-2346", True),
        ("9912346", True),
        ("5841 0000 010098", True),  # the bank account that the deposit goes to
        ("SE1250000000058410000010098", False),  # no IBAN's length
        ("123-4566", False),
        (None, True),  # a source that names none takes what is left
    ],
)
def test_whose_deposit_it_is(feed, own, taken):
    sources = BG.replace('bank_account = "991-2346"\n', f'bank_account = "{own}"\n' if own else "")
    feed = feed(sources)
    report = feed.take(simple(), "bg.txt")
    assert (report.status == "imported") == taken
    if not taken:
        assert type(report.problem) is BankAccountUnknown


def test_sections_of_several_bankgiro_numbers_go_to_their_sources(feed):
    second = '[[source]]\nname = "kafe"\nformat = "bgmax"\nbank_account = "123-4566"\naccount = "Assets:1584-Kafe"\n'
    feed = feed(BG + second, ACCOUNTS + "2020-01-01 open Assets:1584-Kafe\n")
    records = [
        start(),
        section(),
        paid(100),
        deposit(100, 1, serial="1"),
        section("1234566"),
        paid(200),
        deposit(200, 1, serial="1"),
        end(2, deposits=2),
    ]
    feed.take(whole(*records), "bg.txt")
    assert {k: v for k, v in feed.balances().items() if k.startswith("158")} == {
        "1583": Decimal("1.00"),
        "1584": Decimal("2.00"),
    }


def test_a_file_with_a_fault_leaves_the_books_as_they_were(feed, samples):
    feed = feed(BG + EUR)
    before = feed.bytes()
    report = feed.take((samples / "sweden/bgmax/bgmaxfil4_broken_utf8.txt").read_bytes(), "bg.txt")
    assert type(report.problem) is BgMaxCount
    assert report.problem.excerpt == "7000000008000000000000001300000005"
    assert feed.bytes() == before


# --- once


def test_a_deposit_comes_in_once_however_often_and_in_whatever_file(feed):
    feed = feed(BG)
    one = [section(), paid(110000, "650861"), deposit(110000, 1)]
    two = [section(), paid(4200), deposit(4200, 1, serial="75", day="20260303")]
    feed.take(whole(start(), *one, end(1)), "a.txt")
    report = feed.take(whole(start(), *one, *two, end(2, deposits=2)), "b.txt")
    assert (len(report.plan.transactions), len(report.plan.known)) == (1, 1)
    again = feed.take(whole(start(), *two, *one, *one, end(3, deposits=3)), "c.txt")
    assert (again.status, len(again.plan.known)) == ("known", 2)
    assert feed.balances()["1583"] == Decimal("1142.00")


def test_equal_deposits_of_one_day_are_told_apart_by_their_serial(feed):
    feed = feed(BG)
    records = [section(), paid(100), deposit(100, 1, serial="1"), section(), paid(100), deposit(100, 1, serial="2")]
    feed.take(whole(start(), *records, end(2, deposits=2)), "a.txt")
    assert len(feed.transactions()) == 2


@pytest.mark.parametrize(
    "now",
    [
        [paid(110001), deposit(110001, 1)],
        [paid(60000), paid(50000), deposit(110000, 2)],
    ],
)
def test_a_file_in_which_a_deposit_reads_differently_does_not_come_in(feed, now):
    feed = feed(BG)
    feed.take(simple(), "a.txt")
    before = {k: v for k, v in feed.bytes().items() if "/books/" in k}
    new = [section(), paid(4200), deposit(4200, 1, serial="75", day="20260303")]
    report = feed.take(whole(start(), *new, section(), *now, end(len(now), deposits=2)), "b.txt")
    assert (report.status, type(report.problem)) == ("refused", DepositRestated)
    assert report.problem.params["before"] == "1100.00 SEK, payments: 1"
    assert {k: v for k, v in feed.bytes().items() if "/books/" in k} == before


TWO = [paid(125000, "1001", "2", serial="11"), paid(125000, "1002", "2", serial="12")]


def one_deposit(payments, ore=250000):
    return whole(start(), section(), *payments, deposit(ore, 2), end(2))


@pytest.mark.parametrize(
    "now",
    [
        [paid(125000, "1001", "2"), paid(125000, "1003", "2")],  # another invoice
        [paid(120000, "1001", "2"), paid(130000, "1002", "2")],
        [paid(125000, "1001", "2", sender="1234566"), paid(125000, "1002", "2")],  # another payer
        [paid(125000, "1001", "2"), name("Berits Garn"), paid(125000, "1002", "2")],
        [paid(125000, "1001", "2"), text("rabatt"), paid(125000, "1002", "2")],
    ],
)
def test_a_deposit_of_the_same_sum_made_of_other_payments_does_not_come_in(feed, now):
    feed = feed(BG)
    feed.take(one_deposit(TWO), "a.txt")
    before = {k: v for k, v in feed.bytes().items() if "/books/" in k}
    report = feed.take(one_deposit(now), "b.txt")
    assert (report.status, type(report.problem)) == ("refused", DepositRestated)
    assert (report.problem.params["now"], report.problem.params["before"]) == (
        "2500.00 SEK, payments: 2",
        "2500.00 SEK, payments: 2, but of other amounts, payers, references, texts or days",
    )
    assert {k: v for k, v in feed.bytes().items() if "/books/" in k} == before
    # an entry that keeps no key of its payments: of an older version, or put right by hand
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    lines = month.read_text(encoding="utf-8").splitlines(keepends=True)
    month.write_text("".join(line for line in lines if not line.startswith("  content:")), encoding="utf-8")
    assert feed.take(one_deposit(now), "b.txt").status == "known"


def test_the_order_of_payments_and_the_numbers_that_the_bank_gives_them_make_no_other_deposit(feed):
    feed = feed(BG)
    feed.take(one_deposit(TWO), "a.txt")
    # and an account that a person has chosen
    edit(feed, ("Liabilities:2999-Observationskonto", "Income:3001-Försäljning-25"))
    turned = [paid(125000, "1002", "2", serial="77"), paid(125000, "1001", "2")]
    assert feed.take(one_deposit(turned), "b.txt").status == "known"


RESTATED = whole(start(), section(), paid(60000), paid(60000), deposit(120000, 2), end(2))


CORRECTION = """\
2026-03-02 * "Rättelse"
  corrects: "B-7"
  Assets:1583-Bankgiro-på-väg  100.00 SEK
  Liabilities:2999-Observationskonto  -100.00 SEK

"""


def edit(feed, *changes):
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    text = month.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    month.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        # put right by hand: 1 200.00 in two payments
        [("1100.00 SEK", "1200.00 SEK"), ("payments: 1", "payments: 2")],
        [("1100.00 SEK", "1200.00 SEK"), ("  payments: 1\n", "")],
        # corrected by a voucher of its own
        [
            ("  payments: 1\n", '  payments: 1\n  voucher: "B-7"\n'),
            (
                "2026-03-02 !",
                f"{CORRECTION}2026-03-02 !",
            ),
        ],
    ],
)
def test_a_deposit_that_a_person_has_put_right_is_known(feed, changes):
    feed = feed(BG)
    feed.take(simple(), "a.txt")
    edit(feed, *changes)
    report = feed.take(RESTATED, "b.txt")
    assert (report.status, report.problem, len(report.plan.known)) == ("known", None, 1)
    assert feed.balances()["1583"] == Decimal("1200.00")


def test_a_booked_deposit_that_was_taken_out_comes_in_anew(feed):
    feed = feed(BG)
    feed.take(simple(), "a.txt")
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    month.write_text("; taken out\n", encoding="utf-8")
    report = feed.take(RESTATED, "b.txt")
    assert report.status == "imported", report.problem
    assert feed.balances()["1583"] == Decimal("1200.00")


def test_one_deposit_with_two_contents_in_a_file_refuses_it(feed):
    feed = feed(BG)
    records = [section(), paid(100), deposit(100, 1), section(), paid(200), deposit(200, 1)]
    report = feed.take(whole(start(), *records, end(2, deposits=2)), "a.txt")
    assert type(report.problem) is DepositTwice


def test_a_deposit_of_nothing_needs_no_entry_but_one_set_off_does(feed):
    """A payment and a deduction of 5.00: nothing comes to the bank, but both belong in the books."""
    feed = feed(BG)
    none = [section(), paid(0), deposit(0, 1, serial="1")]
    both = [section(), paid(500, "1"), paid(500, "2", record="21"), deposit(0, 2, serial="2")]
    feed.take(whole(start(), *none, *both, end(2, 1, deposits=2)), "a.txt")
    (entry,) = feed.transactions()
    assert [str(p.units) for p in entry.postings] == ["-5.00 SEK", "5.00 SEK"]


# --- days and accounts on which nothing can be booked


@pytest.mark.parametrize(
    ("sources", "day", "problem"),
    [
        (BG, "19991231", ImportDateRange),
        (BG, "20990101", ImportDateRange),
        (BG + 'account = "Assets:1584-Nej"\n', "20260302", ImportAccountMissing),
        (BG + 'account = "Assets:1930-Bank"\n', "20191231", ImportAccountMissing),
    ],
)
def test_days_and_accounts_that_take_nothing(feed, sources, day, problem):
    feed = feed(sources)
    before = feed.bytes()
    report = feed.take(simple(day=day), "a.txt")
    assert type(report.problem) is problem
    assert feed.bytes() == before


def test_a_closed_month_takes_no_new_deposit_but_knows_the_old_ones(feed):
    feed = feed(BG)
    feed.take(simple(), "a.txt")
    unit = feed.unit
    view = load_view(feed.ws, unit)
    view.closed = frozenset({"2026-03"})

    def plan(content):
        return plan_deposits(
            view,
            unit.sources[0],
            read_bgmax(content),
            role="bankgiro_clearing",
            file="a.txt",
            document="documents/x",
            today=dt.date(2026, 3, 31),
        )

    assert len(plan(simple()).known) == 1
    late = plan(simple(serial="75"))
    move_late(late, view, "a.txt")
    assert [(str(e.date), e.meta["concerns"]) for e in late.entries] == [("2026-04-01", "2026-03")]


def test_dry_run_writes_nothing(feed):
    feed = feed(BG)
    before = feed.bytes()
    report = import_files(feed.ws, feed.unit, [feed.file("a.txt", simple())], dry_run=True).files[0]
    assert report.status == "planned"
    assert isinstance(report.plan.entries[0], data.Transaction)
    assert feed.bytes() == before


# --- invoices, and the bank's line

INVOICED = (
    '2026-02-01 * "Berits Garn" "Faktura 1001" ^inv-repris-1001\n  invoice: "1001"\n  reference: "650861"\n'
    "  Assets:1510-Kundfordringar  1000.00 SEK\n  Income:3001-Försäljning-25  -1000.00 SEK\n\n"
    '2026-02-02 * "Berits Garn" "Faktura 1002" ^inv-repris-1002\n  invoice: "1002"\n  reference: "650879"\n'
    "  Assets:1510-Kundfordringar  250.00 SEK\n  Income:3001-Försäljning-25  -250.00 SEK\n\n"
    '2026-02-03 * "Berits Garn" "Kreditfaktura 1003" ^inv-repris-1003\n  invoice: "1003"\n  reference: "650887"\n'
    "  Assets:1510-Kundfordringar  -125.00 SEK\n  Income:3001-Försäljning-25  125.00 SEK\n"
)
CLAIMS = ACCOUNTS + "2020-01-01 open Assets:1510-Kundfordringar\n"


@pytest.mark.parametrize(
    "records",
    [
        # each by its own OCR number, the credit note as a deduction
        [
            paid(100000, "650861"),
            paid(25000, "650879"),
            paid(12500, "650887", record="21"),
            deposit(112500, 3),
            end(2, 1),
        ],
        # one payment that says how it is split
        [
            paid(112500, "", "0"),
            paid(100000, "650861", record="22"),
            paid(25000, "650879", record="22"),
            paid(12500, "650887", record="23"),
            deposit(112500, 1),
            end(1, 0, 3),
        ],
        # one payment that only names them: they add up
        [
            paid(112500, "", "0"),
            *(paid(0, ocr, record=record) for ocr, record in (("650861", "22"), ("650879", "22"), ("650887", "23"))),
            deposit(112500, 1),
            end(1, 0, 3),
        ],
        # all in one free reference
        [paid(112500, "650861 650879 650887", "3"), deposit(112500, 1), end(1)],
    ],
)
def test_references_settle_invoices(feed, records):
    feed = feed(BG, CLAIMS, _2026_02=INVOICED)
    feed.take(whole(start(), section(), *records), "bg.txt")
    entry = feed.transactions()[-1]
    assert entry.flag == "*"
    settled = {p.meta["item"]: str(p.units) for p in entry.postings if p.account.startswith("Assets:1510")}
    assert settled == {
        "inv-repris-1001": "-1000.00 SEK",
        "inv-repris-1002": "-250.00 SEK",
        "inv-repris-1003": "125.00 SEK",
    }
    assert entry.links >= set(settled)
    assert feed.balances()["1510"] == 0


BANK = f"""\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
"""


@pytest.mark.parametrize("bank_first", [False, True])
def test_the_banks_line_finds_its_deposit_by_the_serial(feed, bank_first):
    """Two deposits of 1 100.00: the bank names 00075, so that one is paid in and the other still on its way."""
    feed = feed(BG + BANK, CLAIMS)
    one = [section(), paid(110000), deposit(110000, 1), section(), paid(110000), deposit(110000, 1, serial="00075")]
    files = [
        (whole(start(), *one, end(2, deposits=2)), "bg.txt"),
        (bank((dt.date(2026, 3, 3), "1100.00", "BG 991-2346 BGC 00075"), opening="0.00"), "bank.xml"),
    ]
    for content, filename in reversed(files) if bank_first else files:
        report = feed.take(content, filename)
        assert report.status == "imported", report.problem
    entries = feed.transactions()
    (paid_in,) = [e for e in entries if e.meta["source-id"].startswith("bank-")]
    deposits = {e.postings[0].meta["reference"]: e for e in entries if e.meta["source-id"].startswith("dep-")}
    assert paid_in.flag == "*"
    assert deposits["00075"].postings[0].meta["item"] in paid_in.links
    assert str(feed.balances()["1583"]) == "1100.00"
