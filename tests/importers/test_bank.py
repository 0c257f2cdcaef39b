"""Bank lines into books: each once, counted and not compared; what no rule places waits; nothing half done."""

import dataclasses
import datetime as dt
import hashlib
import random
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from importers import run
from importers.bank.model import BankLine, BankStatement
from importers.bank.planner import plan_bank
from importers.bank.problems import (
    BankAccountUnknown,
    BankBalanceContradicted,
    BankBalanceDiffers,
    BankBalanceOff,
    BankCurrency,
    BankRestated,
    BankStatementsOverlap,
)
from importers.base import LARGEST
from importers.book import BookView
from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.identity import LineKey, account_number, digest, folded, numbered
from importers.problems import (
    ArchiveDamaged,
    ImportAccountMissing,
    ImportDateRange,
    ImportFileEmpty,
    ImportFileMissing,
    ImportFileTooLarge,
    ImportSourceIncomplete,
    ImportUnknownFormat,
)
from importers.run import import_files, import_inboxes
from ledger.books import Unit
from ledger.books.problems_inbox import ImportLink
from ledger.books.problems_write import BooksBusy, JobUnreadable
from ledger.books.sources import SourceTable
from tests.closing.sealing import seal
from tests.importers.conftest import ACCOUNTS

IBAN = "SE4550000000058398257466"
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""


def march(day):
    return dt.date(2026, 3, day)


def line(day, amount, text="", counterparty="", **more):
    details = (Detail(None, None, counterparty),) if counterparty else ()
    return Entry(Decimal(amount), more.pop("currency", "SEK"), march(day), text=text, details=details, **more)


def camt(*entries, opening="1000.00", day=None, account=IBAN, currency="SEK", closing=None, created=CREATED, **more):
    net = sum((e.amount for e in entries if e.status == "BOOK"), Decimal(0))
    last = march(day) if day else max((e.date for e in entries), default=march(1))
    closing = Decimal(opening) + net if closing is None else Decimal(closing)
    balances = (
        Balance("OPBD", Decimal(opening), currency, min((e.date for e in entries), default=last)),
        Balance("CLBD", closing, currency, last),
    )
    statement = Statement("S1", account, currency, balances, entries, **more)
    return write_camt053([statement], created=created)


def postings(entry):
    return [(p.account, str(p.units)) for p in entry.postings]


def imported(feed):
    return [e for e in feed.transactions() if str(e.meta.get("source-id", "")).startswith("bank-")]


# --- one line into books


def test_a_line_by_rule_and_a_line_on_suspense(feed):
    rule = '[[source.rule]]\ntext = "bankavgift"\ndirection = "out"\naccount = "Expenses:6570-Bankavgifter"\n'
    feed = feed(sources_with(rule), _2026_01=OPENED)
    report = feed.take(
        camt(line(2, "-50.00", "Bankavgift mars"), line(3, "-99.50", "Kortköp", "Åhléns", reference="R1"))
    )
    assert report.status == "imported"
    assert report.sentence().endswith(
        "file.xml: new entries: 2. 2026-03-02 to 2026-03-03: in 0.00, out 149.50 SEK. "
        "On suspense, waiting for a person: 1."
    )
    fee, card = imported(feed)
    assert (fee.flag, fee.narration) == ("*", "Bankavgift mars")
    assert postings(fee) == [("Assets:1930-Bank", "-50.00 SEK"), ("Expenses:6570-Bankavgifter", "50.00 SEK")]
    assert (card.flag, card.payee, card.narration, card.meta["bank-ref"]) == ("!", "Åhléns", "Kortköp", "R1")
    assert postings(card)[1] == ("Liabilities:2999-Observationskonto", "99.50 SEK")
    assert card.meta["document"] == report.document
    assert (feed.unit.folder / report.document).read_bytes() == (feed.tmp / "file.xml").read_bytes()
    assert feed.book().problems == ()


def sources_with(rule):
    bank, _, rest = SOURCES.partition('[[source]]\nname = "bok"')
    return bank + rule + '[[source]]\nname = "bok"' + rest


SOURCES = f"""\
chart = "bas"
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
[[source]]
name = "bok"
format = "sie4"
"""


def test_the_closing_balance_is_asserted_on_the_day_after(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-50.00", "x"), day=31))
    balances = [e for e in feed.book().entries() if isinstance(e, data.Balance)]
    assert [(e.date, e.account, str(e.amount)) for e in balances] == [
        (dt.date(2026, 4, 1), "Assets:1930-Bank", "950.00 SEK")
    ]
    assert feed.book().problems == ()


@pytest.mark.parametrize(
    ("rule", "amount", "expected"),
    [
        # 25 % of money in: 1250.00 holds 250.00; of money out: 99.99 holds 19.998 -> 20.00
        ('vat = "25"\naccount = "Income:3001-Försäljning-25"', "1250.00", {"3001": "-1000.00", "2611": "-250.00"}),
        ('vat = "25"\naccount = "Expenses:6110-Kontorsmaterial"', "-99.99", {"6110": "79.99", "2641": "20.00"}),
        # 12 % of money in: 1120.00 holds 120.00; 6 %: 106.00 holds 6.00; each rate has its account
        ('vat = "12"\naccount = "Income:3001-Försäljning-25"', "1120.00", {"3001": "-1000.00", "2621": "-120.00"}),
        ('vat = "6"\naccount = "Income:3001-Försäljning-25"', "106.00", {"3001": "-100.00", "2631": "-6.00"}),
        # an amount is without sign; what is of the other direction, amount or counterparty waits
        ('amount = "10.00"\naccount = "Expenses:5010-Lokalhyra"', "-10.00", {"5010": "10.00"}),
        ('amount = "10.00"\naccount = "Expenses:5010-Lokalhyra"', "-10.01", {"2999": "10.01"}),
        ('direction = "in"\naccount = "Expenses:5010-Lokalhyra"', "-10.00", {"2999": "10.00"}),
        ('counterparty = "x"\naccount = "Expenses:5010-Lokalhyra"', "-10.00", {"2999": "10.00"}),
        # partner and ic travel with the posting
        ('partner = "gemensamt"\nic = "trade"\naccount = "Expenses:5010-Lokalhyra"', "-10.00", {"5010": "10.00"}),
    ],
)
def test_rules(feed, rule, amount, expected):
    feed = feed(sources_with(f"[[source.rule]]\n{rule}\n"), _2026_01=OPENED)
    feed.take(camt(line(2, amount, "x")))
    entry = imported(feed)[0]
    other = {p.account.split(":")[1][:4]: str(p.units.number) for p in entry.postings[1:]}
    assert other == expected
    if "partner" in rule:
        assert (entry.postings[1].meta["partner"], entry.postings[1].meta["ic"]) == ("gemensamt", "trade")


def test_a_unit_that_deducts_half_its_vat_keeps_the_rest_in_the_cost(feed):
    """125.05 out holds 25.01 VAT; half is 12.505, rounded down 12.50; the cost is 112.55."""
    rule = '[[source.rule]]\nvat = "25"\naccount = "Expenses:6110-Kontorsmaterial"\n'
    feed = feed("vat_deduction = 0.5\n" + sources_with(rule), _2026_01=OPENED)
    feed.take(camt(line(2, "-125.05", "x")))
    assert [str(p.units.number) for p in imported(feed)[0].postings] == ["-125.05", "112.55", "12.50"]


def test_a_rule_with_an_account_that_isnt_open_refuses_the_file(feed):
    feed = feed(sources_with('[[source.rule]]\naccount = "Expenses:9999-Nej"\n'), _2026_01=OPENED)
    before = feed.bytes()
    report = feed.take(camt(line(2, "-1.00", "x")))
    assert type(report.problem) is ImportAccountMissing
    assert feed.bytes() == before


def test_a_collected_line_is_one_posting_on_the_bank_and_one_per_payment(feed):
    feed = feed(_2026_01=OPENED)
    details = (Detail(Decimal("60.00"), "SEK", "Anna", text="F1"), Detail(Decimal("40.00"), "SEK", "Bo", text="F2"))
    feed.take(camt(Entry(Decimal("100.00"), "SEK", march(2), details=details)))
    entry = imported(feed)[0]
    assert [str(p.units.number) for p in entry.postings] == ["100.00", "-60.00", "-40.00"]
    assert [p.meta.get("counterparty") for p in entry.postings[1:]] == ["Anna", "Bo"]


def test_a_collected_line_waits_if_one_of_its_payments_does(feed):
    rule = '[[source.rule]]\ncounterparty = "Anna"\naccount = "Expenses:5010-Lokalhyra"\n'
    feed = feed(sources_with(rule), _2026_01=OPENED)
    details = (Detail(Decimal("60.00"), "SEK", "Anna"), Detail(Decimal("40.00"), "SEK", "Bo"))
    feed.take(camt(Entry(Decimal("-100.00"), "SEK", march(2), details=tuple(negative(d) for d in details))))
    (entry,) = imported(feed)
    assert entry.flag == "!"
    assert postings(entry)[1:] == [
        ("Expenses:5010-Lokalhyra", "60.00 SEK"),
        ("Liabilities:2999-Observationskonto", "40.00 SEK"),
    ]


def negative(detail):
    return dataclasses.replace(detail, amount=-detail.amount)


def test_a_suggestion_is_the_account_of_the_last_similar_line(feed):
    paid = (
        '2026-02-01 * "If Skadeförsäkring AB" ""\n'
        "  Assets:1930-Bank  -10 SEK\n  Expenses:6110-Kontorsmaterial  10 SEK\n"
    )
    feed = feed(_2026_01=OPENED, _2026_02=paid)
    feed.take(
        camt(
            line(2, "-500.00", "autogiro", "IF SKADEFÖRSÄKRING AB"),
            line(2, "5.00", "in", "If Skadeförsäkring AB"),
            opening="990.00",
        )
    )
    out, incoming = sorted(imported(feed), key=lambda e: e.postings[0].units.number)
    assert out.meta["suggestion"] == "Expenses:6110-Kontorsmaterial: as on 2026-02-01, If Skadeförsäkring AB"
    assert "suggestion" not in incoming.meta


def test_pending_lines_are_left_for_later(feed):
    feed = feed(_2026_01=OPENED)
    report = feed.take(camt(line(2, "-1.00", "x"), line(2, "-5.00", "y", status="PDNG")))
    assert len(report.plan.transactions) == 1


def test_an_account_never_posted_to_gets_its_opening_balance_on_suspense(feed):
    feed = feed()
    report = feed.take(camt(line(2, "-1.00", "x"), line(5, "-2.00", "y"), opening="700.00"))
    assert feed.balances() == {"1930": Decimal("697.00"), "2999": Decimal("-697.00")}
    assert feed.book().problems == ()
    assert "700.00" in report.sentence()
    assert [(e.date, str(e.postings[0].units)) for e in imported(feed)] == [
        (march(2), "700.00 SEK"),
        (march(2), "-1.00 SEK"),
        (march(5), "-2.00 SEK"),
    ]


def test_the_opening_balance_is_no_line_that_the_bank_has_taken_back(feed):
    """The first day comes again with one line more: the opening balance, which no statement lists, stays and counts."""
    feed = feed()
    feed.take(no_closing(camt(line(2, "-1.00", "x"), opening="700.00")))
    report = feed.take(camt(line(2, "-1.00", "x"), line(2, "-2.00", "y"), opening="700.00"))
    assert report.status == "imported", report.problem
    assert len(report.plan.transactions) == 1
    assert feed.balances()["1930"] == Decimal("697.00")
    assert feed.book().problems == ()


def test_a_balance_that_the_books_dont_reach_is_said(feed):
    feed = feed(_2026_01=OPENED)
    report = feed.take(camt(line(2, "-1.00", "x"), opening="1100.00"))
    assert [type(n) for n in report.plan.notes] == [BankBalanceOff]
    assert report.plan.notes[0].params["difference"] == "100.00"


# --- once, and all of them


def test_the_same_file_again_changes_no_byte(feed):
    feed = feed(_2026_01=OPENED)
    content = camt(line(2, "-30.00", "kaffe"), line(2, "-30.00", "kaffe"))
    feed.take(content)
    before = feed.bytes()
    report = feed.take(content, "other-name.xml")
    assert (report.status, report.problem) == ("known", None)
    after = feed.bytes()
    assert {k: v for k, v in after.items() if "documents" not in k} == {
        k: v for k, v in before.items() if "documents" not in k
    }


def test_the_same_lines_in_another_file_change_no_book(feed):
    """The bank makes the file anew: other message time, other references."""
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "Kaffe", reference="1"), line(2, "-30.00", "Kaffe", reference="2")))
    books = {k: v for k, v in feed.bytes().items() if "books" in k}
    later = dt.datetime(2026, 4, 2, 9, 0)  # noqa: DTZ001  banks write local time
    report = feed.take(
        camt(line(2, "-30.00", "KAFFE ", reference="8"), line(2, "-30.00", "kaffe", reference="9"), created=later)
    )
    assert report.status == "known"
    assert {k: v for k, v in feed.bytes().items() if "books" in k} == books


def test_two_equal_payments_are_two(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe"), line(2, "-30.00", "kaffe"), line(3, "-30.00", "kaffe")))
    assert feed.balances()["1930"] == Decimal("910.00")
    assert len({e.meta["source-id"] for e in imported(feed)}) == 3


def test_a_day_with_more_lines_adds_what_is_more(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe")))
    report = feed.take(camt(line(2, "-30.00", "kaffe"), line(3, "-30.00", "kaffe"), line(3, "-7.00", "te")))
    assert len(report.plan.transactions) == 2
    assert feed.balances()["1930"] == Decimal("933.00")
    assert feed.book().problems == ()


def test_a_second_statement_of_a_day_begins_where_the_first_ended(feed):
    """An equal payment in the afternoon's statement is another payment: its opening balance says so."""
    feed = feed(_2026_01=OPENED)
    first = camt(line(2, "-30.00", "kaffe"), opening="1000.00")
    feed.take(no_closing(first))
    report = feed.take(camt(line(2, "-30.00", "kaffe"), line(2, "-5.00", "te"), opening="970.00"))
    assert len(report.plan.transactions) == 2
    assert feed.balances()["1930"] == Decimal("935.00")
    assert feed.book().problems == ()


def test_a_statement_that_stands_in_a_file_twice_counts_once(feed):
    feed = feed(_2026_01=OPENED)
    once = camt(line(2, "-30.00", "kaffe"), line(2, "-30.00", "kaffe"), line(3, "5.00", "te"))
    first, last = once.index(b"<Stmt>"), once.index(b"</Stmt>") + len(b"</Stmt>")
    report = feed.take(once[:last] + once[first:last] + once[last:])
    assert len(report.plan.transactions) == 3
    assert feed.balances()["1930"] == Decimal("945.00")
    assert feed.book().problems == ()


def test_statements_of_one_file_that_share_days_must_follow_on_each_other(feed):
    """The line of the 3rd stands in both: nobody can tell it from two equal payments, so a person must."""
    feed = feed(_2026_01=OPENED)
    first = camt(line(2, "-30.00", "kaffe"), line(3, "5.00", "te"))
    second = camt(line(3, "5.00", "te"), line(4, "-1.00", "bulle")).replace(b"<Id>", b"<Id>B")
    start, end = second.index(b"<Stmt>"), second.index(b"</Stmt>") + len(b"</Stmt>")
    cut = first.index(b"</Stmt>") + len(b"</Stmt>")
    before = feed.bytes()
    report = feed.take(first[:cut] + second[start:end] + first[cut:])
    assert type(report.problem) is BankStatementsOverlap
    assert feed.bytes() == before


def test_the_last_statement_of_a_day_closes_it(feed):
    """1000.00 → 970.00 before noon, 970.00 → 965.00 after it: 965.00 is asserted, and nothing else."""
    feed = feed(_2026_01=OPENED)
    first = camt(line(2, "-30.00", "kaffe"))
    second = camt(line(2, "-5.00", "te"), opening="970.00").replace(b"<Id>", b"<Id>B")
    start, end = second.index(b"<Stmt>"), second.index(b"</Stmt>") + len(b"</Stmt>")
    cut = first.index(b"</Stmt>") + len(b"</Stmt>")
    feed.take(first[:cut] + second[start:end] + first[cut:])
    asserted = [(e.date, str(e.amount)) for e in feed.book().entries() if isinstance(e, data.Balance)]
    assert asserted == [(march(3), "965.00 SEK")]
    assert feed.book().problems == ()


def no_closing(content):
    return content.replace(b"CLBD", b"INFO")


def test_a_day_with_fewer_or_other_lines_is_for_a_person(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe"), line(2, "-7.00", "te")))
    before = feed.bytes()
    for entries in ([line(2, "-30.00", "kaffe")], [line(2, "-30.00", "kaffe"), line(2, "-7.00", "annan text")]):
        report = feed.take(camt(*entries, line(3, "1.00", "x")))
        assert type(report.problem) is BankRestated
        assert report.problem.params["missing"] == "1 (units/repris/books/2026/2026-03.beancount:9)"  # the second one
        assert feed.bytes() == before


def test_of_two_equal_lines_the_second_is_the_one_that_is_missing(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe"), line(2, "-30.00", "kaffe")))
    report = feed.take(camt(line(2, "-30.00", "kaffe"), line(3, "1.00", "x")))
    assert type(report.problem) is BankRestated
    assert report.problem.params["missing"] == "1 (units/repris/books/2026/2026-03.beancount:9)"


def test_a_line_of_another_counterparty_is_another_line(feed):
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe", "Anna")))
    report = feed.take(camt(line(2, "-30.00", "kaffe", "Bo")))
    assert type(report.problem) is BankRestated
    missing = "1 (units/repris/books/2026/2026-03.beancount:1)"
    assert (report.problem.params["missing"], report.problem.params["new"]) == (missing, "1")


def test_lines_before_an_assertion_that_holds_are_refused(feed):
    """Statements are imported oldest first: an older one would break what is reconciled."""
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(20, "-30.00", "kaffe")))
    before = feed.bytes()
    report = feed.take(camt(line(5, "-5.00", "te")))
    assert type(report.problem) is BankBalanceContradicted
    assert feed.bytes() == before


def test_a_day_without_lines_within_a_statement_is_a_day_that_it_speaks_of(feed):
    """The book has a line on the 3rd; a statement from the 1st to the 5th doesn't know it."""
    feed = feed(_2026_01=OPENED)
    feed.take(camt(line(2, "-30.00", "kaffe"), line(3, "-7.00", "te")))
    before = feed.bytes()
    report = feed.take(camt(line(2, "-30.00", "kaffe"), line(5, "1.00", "x"), date_from=march(1), date_to=march(5)))
    assert type(report.problem) is BankRestated
    assert report.problem.params["date"] == "2026-03-03"
    assert feed.bytes() == before


def test_lines_that_a_failing_assertion_waits_for_come_in(feed):
    """The statement of the 20th begins 5.00 lower than the book; the older one brings them, and all is well."""
    feed = feed(_2026_01=OPENED)
    young = feed.take(camt(line(20, "-30.00", "kaffe"), opening="995.00"))
    assert [type(n) for n in young.plan.notes] == [BankBalanceOff]
    assert feed.take(camt(line(5, "-5.00", "te"))).status == "imported"
    assert feed.balances()["1930"] == Decimal("965.00")
    assert feed.book().problems == ()


def test_nothing_is_asserted_of_an_account_on_the_day_it_is_closed(feed):
    """The bank's last line is of the 2nd; the account is closed on the 3rd, when a balance would have to stand."""
    feed = feed(accounts=ACCOUNTS + "2026-03-03 close Assets:1930-Bank\n", _2026_01=OPENED)
    report = feed.take(camt(line(2, "-1000.00", "avslutat")))
    assert (report.status, len(report.plan.entries)) == ("imported", 1)
    assert feed.book().problems == ()


def test_several_files_are_taken_oldest_first(feed):
    feed = feed(_2026_01=OPENED)
    young = feed.file("a.xml", camt(line(20, "-30.00", "kaffe"), opening="995.00"))
    old = feed.file("b.xml", camt(line(5, "-5.00", "te")))
    report = import_files(feed.ws, feed.unit, [young, old])
    assert [f.status for f in report.files] == ["imported", "imported"]
    assert feed.book().problems == ()


def test_a_dry_run_writes_nothing(feed):
    feed = feed(_2026_01=OPENED)
    before = feed.bytes()
    report = feed.take(camt(line(2, "-1.00", "x")), dry_run=True)
    assert (report.status, len(report.plan.entries)) == ("planned", 2)
    assert feed.bytes() == before


# --- what can't come in leaves the books as they were


def refused(feed, content, name="file.xml"):
    before = feed.bytes()
    report = feed.take(content, name)
    assert report.status == "refused"
    assert feed.bytes() == before
    assert report.problem.unit == "repris"
    return report.problem


WHOLE = camt(line(2, "-1.00", "x"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", ImportFileEmpty),
        (b"  \n", ImportFileEmpty),
        (b"hello", ImportUnknownFormat),
        (camt(line(2, "-1.00", "x"), account="SE3550000000054910000003"), BankAccountUnknown),
        (camt(line(2, "-1.00", "x", currency="EUR"), currency="EUR"), BankCurrency),
        (WHOLE.replace(b">999.00<", b">998.00<"), BankBalanceDiffers),
        (WHOLE.replace(b"2026-03-02", b"1999-03-02"), ImportDateRange),
        (WHOLE.replace(b"2026-03-02", b"2019-03-02"), ImportAccountMissing),  # before the account was opened
        (b" " * LARGEST + WHOLE, ImportFileTooLarge),
    ],
)
def test_refused_whole(feed, content, error):
    assert type(refused(feed(_2026_01=OPENED), content)) is error


def test_a_source_in_another_currency_takes_that_alone(feed):
    euro = SOURCES.replace('account = "Assets:1930-Bank"', 'account = "Assets:1935-Euro"\ncurrency = "EUR"')
    accounts = ACCOUNTS + "2020-01-01 open Assets:1935-Euro EUR\n"
    feed = feed('currency = "SEK"\n' + euro, accounts=accounts, prices="2026-03-02 price EUR 11.00 SEK\n")
    assert type(refused(feed, WHOLE)) is BankCurrency
    feed.take(camt(line(2, "-5.00", "x", currency="EUR"), currency="EUR", opening="20.00"))
    assert [str(e.postings[0].units) for e in imported(feed)] == ["20.00 EUR", "-5.00 EUR"]
    assert feed.book().problems == ()


def test_what_is_known_of_a_closed_month_may_come_again(feed):
    """A statement over two months: March is closed and has its line, April's is new."""
    feed = feed(_2026_01=OPENED)
    feed.take(WHOLE)
    seal(feed.ws, feed.unit.slug, "2026-03")
    report = feed.take(camt(line(2, "-1.00", "x"), Entry(Decimal("-2.00"), "SEK", dt.date(2026, 4, 1), text="y")))
    assert report.status == "imported", report.problem
    assert feed.balances()["1930"] == Decimal("997.00")


def test_an_archived_file_that_somebody_changed_stops_the_import(feed):
    feed = feed(_2026_01=OPENED)
    document = feed.take(WHOLE).document
    (feed.unit.folder / document).write_bytes(b"changed")
    assert type(refused(feed, WHOLE)) is ArchiveDamaged


def kept(feed):
    """What the archive holds, without its hashes."""
    return sorted(p.name[65:] for p in (feed.unit.folder / "documents").rglob("*") if p.is_file())


def test_a_file_that_comes_again_under_another_name_is_archived_once(feed):
    feed = feed(_2026_01=OPENED)
    first, again = feed.file("mars.xml", WHOLE), feed.file("mars (1).xml", WHOLE)
    report = import_files(feed.ws, feed.unit, [first, again])
    assert sorted(f.status for f in report.files) == ["imported", "known"]
    assert len(kept(feed)) == 1


def test_what_an_interrupted_import_archived_under_another_name_is_what_the_entries_name(feed, monkeypatch):
    feed = feed(_2026_01=OPENED)

    def busy(*_, **__):
        raise BooksBusy(unit="repris", slug="repris", seconds=1)

    with monkeypatch.context() as patch:
        patch.setattr(run, "append_entries", busy)
        import_files(feed.ws, feed.unit, [feed.file("mars.xml", WHOLE)])
    assert kept(feed) == ["mars.xml"]
    import_files(feed.ws, feed.unit, [feed.file("april.xml", WHOLE)])
    assert kept(feed) == ["mars.xml"]
    assert {e.meta["document"].rpartition("/")[2][65:] for e in feed.transactions() if "document" in e.meta} == {
        "mars.xml"
    }


def test_a_link_in_the_archive_is_no_copy(feed, tmp_path):
    feed = feed(_2026_01=OPENED)
    digest = hashlib.sha256(WHOLE).hexdigest()
    folder = feed.unit.folder / "documents" / digest[:2]
    folder.mkdir(parents=True)
    (folder / f"{digest}-x.xml").symlink_to(feed.file("x.xml", WHOLE))
    report = feed.take(WHOLE)
    assert report.status == "imported"
    assert not (feed.unit.folder / report.document).is_symlink()


def test_a_file_that_another_run_brought_in_meanwhile_is_no_fault(feed, monkeypatch):
    feed = feed(_2026_01=OPENED)
    waiting = feed.unit.folder / "inbox" / "bank" / "a.xml"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(camt(line(2, "-30.00", "kaffe")))
    lock = run.unit_lock

    def later(*args):
        waiting.unlink(missing_ok=True)  # while this run waits for the lock
        return lock(*args)

    monkeypatch.setattr(run, "unit_lock", later)
    assert import_inboxes(feed.ws, ["repris"]) == []


def test_a_job_that_cant_be_completed_stops_its_own_unit_only(feed):
    feed = feed(_2026_01=OPENED)
    folder = feed.unit.folder / "inbox" / "bank"
    folder.mkdir(parents=True)
    (folder / "mars.xml").write_bytes(WHOLE)
    (feed.ws.state_folder / "jobs").mkdir(parents=True, exist_ok=True)
    (feed.ws.state_folder / "jobs" / "repris.json").write_bytes(b"{")
    (report,) = import_inboxes(feed.ws, ["gemensamt", "repris"])
    assert [type(p) for p in report.problems] == [JobUnreadable]
    assert (folder / "mars.xml").exists()


def test_a_source_with_an_account_that_isnt_open_is_named_by_its_line(feed):
    feed = feed(SOURCES.replace("Assets:1930-Bank", "Assets:9999-Nej"), _2026_01=OPENED)
    problem = refused(feed, WHOLE)
    assert type(problem) is ImportAccountMissing
    toml = (feed.unit.folder / "unit.toml").read_text(encoding="utf-8").splitlines()
    assert toml[problem.line - 1] == problem.excerpt == 'account = "Assets:9999-Nej"'


def test_a_source_that_names_no_account_says_so(feed):
    feed = feed('[[source]]\nname = "bank"\nformat = "camt053"\n', _2026_01=OPENED)
    assert type(refused(feed, WHOLE)) is ImportSourceIncomplete


def test_a_missing_file_a_folder_and_a_link(feed, tmp_path):
    feed = feed(_2026_01=OPENED)
    whole = feed.file("whole.xml", WHOLE)
    (tmp_path / "link.xml").symlink_to(whole)
    report = import_files(feed.ws, feed.unit, [tmp_path / "no.xml", tmp_path, tmp_path / "link.xml"])
    assert [type(p) for p in report.problems] == [ImportFileMissing, ImportFileMissing, ImportLink]


def test_a_refused_file_stops_no_other(feed):
    feed = feed(_2026_01=OPENED)
    report = import_files(feed.ws, feed.unit, [feed.file("bad.xml", b""), feed.file("good.xml", WHOLE)])
    assert [f.status for f in report.files] == ["refused", "imported"]


# --- identity


def test_what_makes_a_line_itself():
    key = LineKey(account_number("SE45 5000"), march(2), Decimal("-30.00"), "SEK", folded("Kaffe,  HÖRNAN"))
    same = LineKey("SE455000", march(2), Decimal(-30), "SEK", "kaffe hörnan")
    assert key.id(1) == same.id(1)
    others = [
        dataclasses.replace(key, account="SE1"),
        dataclasses.replace(key, date=march(3)),
        dataclasses.replace(key, amount=Decimal("30.00")),
        dataclasses.replace(key, currency="EUR"),
        dataclasses.replace(key, text="te"),
    ]
    assert len({k.id(1) for k in [key, *others]} | {key.id(2)}) == 7
    assert numbered([key, others[0], key]) == [key.id(1), others[0].id(1), key.id(2)]


def test_what_banks_change_at_will_is_no_difference():
    assert folded("  ＣＡＦÉ-Straße №5 ") == folded("cafe\u0301 STRASSE no5") == "café strasse no5"
    assert folded("kaffe 1") != folded("kaffe 2")


def test_parts_of_a_key_do_not_run_into_each_other():
    assert digest("ab", "c") != digest("a", "bc") != digest("abc") != digest("abc", "")


def unit():
    return Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas")


def opened_view():
    account = data.Open({}, dt.date(2020, 1, 1), "Assets:1930-Bank", None, None)
    return BookView(unit(), [account])


SOURCE = SourceTable(name="bank", format="camt053", account="Assets:1930-Bank")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_overlapping_downloads_of_any_history_give_each_line_once(data_):
    """Downloads of whole days, overlapping, shuffled within the day, with changing references: the history, once."""
    days = data_.draw(
        st.lists(st.lists(st.sampled_from(["1.00", "-1.00", "2.50"]), max_size=4), min_size=1, max_size=6)
    )
    history = [(march(i + 1), Decimal(amount)) for i, amounts in enumerate(days) for amount in amounts]
    view = opened_view()
    shuffle = random.Random(data_.draw(st.integers(0, 9)))  # noqa: S311  no cryptography
    reached = 0
    while reached < len(days):
        first = data_.draw(st.integers(0, reached))
        reached = data_.draw(st.integers(reached + 1, len(days)))
        chosen = [(d, a) for d, a in history if march(first + 1) <= d <= march(reached)]
        shuffle.shuffle(chosen)
        chosen.sort(key=lambda row: row[0])
        opening = sum((a for d, a in history if d < march(first + 1)), Decimal(0))
        lines = tuple(BankLine(d, a, "", "text", str(shuffle.random())) for d, a in chosen)
        closing = opening + sum((a for _, a in chosen), Decimal(0))
        statement = BankStatement("s", "SE1", "SEK", lines, opening, closing, march(first + 1), march(reached))
        plan = plan_bank(view, SOURCE, [statement], file="f", document="d/x", today=march(31))
        assert not plan.notes
        view = BookView(unit(), [*view.entries, *plan.opens, *plan.entries])
    booked = sorted((e.date, e.postings[0].units.number) for e in view.transactions)
    assert booked == sorted(history)
