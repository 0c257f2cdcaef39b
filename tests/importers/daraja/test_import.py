"""Callbacks beside a wallet: they count when the statement shows their receipts, once, whichever file comes first."""

import json
from decimal import Decimal

import pytest
from beancount.core import data

from importers.daraja.problems import DarajaContradicted, DarajaShortCode, DarajaTwice, DarajaUnshown
from importers.problems import ImportAmountUnit, ImportDateRange
from importers.run import import_inboxes
from ledger.books import open_workspace

ACCOUNTS = """\
2020-01-01 open Assets:1040-Mobile-money KES
2020-01-01 open Assets:1030-Bank KES
2020-01-01 open Liabilities:2900-To-be-cleared
2020-01-01 open Income:4030-Gifts
"""
CALLS = """\
[[source]]
name = "calls"
format = "daraja"
bank_account = "600610"
"""
SOURCES = f"""\
currency = "KES"
chart = "vsla"
[[source]]
name = "paybill"
format = "mpesa"
account = "Assets:1040-Mobile-money"
bank_account = "600610"
{CALLS}"""
RULE = """\
[[source.rule]]
reference = "GIFT"
direction = "in"
account = "Income:4030-Gifts"
"""
HEAD = (
    "Short Code:,600610\n\n"
    "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Other Party Info,A/C No.\n"
)
FIRST = "SA01AB12CD,2026-02-10 08:00:00,Pay Bill Online,Completed,10.00,,10.00,2547****009 - EVA,X\n"
PAID = "SB71AB12CD,2026-02-11 10:32:00,Pay Bill Online,Completed,500.00,,510.00,2547****001 - ANNA N,GIFT\n"
FEE = "SB71AB12CD,2026-02-11 10:32:00,Pay Bill Charge,Completed,,-5.00,505.00,,\n"
LAST = "SC99AB12CD,2026-02-20 09:00:00,Pay Bill Online,Completed,20.00,,525.00,2547****009 - EVA,X\n"
MONEY, ON_ITS_WAY, WAITS, GIFTS, FEES = "1040", "1091", "2900", "4030", "5020"


def call(**changes):
    said = {
        "TransactionType": "Pay Bill",
        "TransID": "SB71AB12CD",
        "TransTime": "20260211103200",
        "TransAmount": "500.00",
        "BusinessShortCode": "600610",
        "BillRefNumber": "gift",
        "MSISDN": "254712345001",
        "FirstName": "ANNA",
        "LastName": "N",
    }
    return json.dumps({**said, **changes}) + "\n"


def of(feed, receipt="SB71AB12CD"):
    """Entries of a receipt that aren't the statement's."""
    return [
        e for e in feed.transactions() if e.meta.get("bank-ref") == receipt and e.meta["source-id"].startswith("dep-")
    ]


def sums(feed):
    return {code: amount for code, amount in feed.balances().items() if amount}


def test_a_callback_waits_beside_the_wallet(feed):
    feed = feed(SOURCES + RULE, ACCOUNTS)
    report = feed.take(call(), "calls.jsonl")
    assert report.status == "imported", report.problem
    (entry,) = of(feed)
    assert (entry.flag, entry.payee, entry.tags) == ("!", "ANNA N", {"unconfirmed"})
    assert sums(feed) == {ON_ITS_WAY: Decimal(500), WAITS: Decimal(-500)}
    assert entry.meta["counterparty-account"] == "2547*****001"
    assert "receipt SB71AB12CD" in entry.meta["suggestion"]
    assert feed.book().problems == ()
    assert not any(b"12345001" in text for name, text in feed.bytes().items() if name.endswith(".beancount"))


def test_the_statement_confirms_it_once(feed):
    feed = feed(SOURCES + RULE, ACCOUNTS)
    feed.take(call(), "calls.jsonl")
    report = feed.take(HEAD + FIRST + PAID + FEE, "statement.csv")
    assert report.status == "imported", report.problem
    (entry,) = of(feed)
    assert (entry.flag, entry.tags, "suggestion" in entry.meta) == ("*", frozenset(), False)
    assert entry.meta["bank-ref"] == "SB71AB12CD"
    # 10 of Eva wait; the gift is booked once, and nothing is on its way any more.
    assert sums(feed) == {MONEY: Decimal(505), FEES: Decimal(5), GIFTS: Decimal(-500), WAITS: Decimal(-10)}
    assert [str(e.amount) for e in feed.book().entries() if isinstance(e, data.Balance)] == ["505.00 KES"]
    assert feed.book().problems == ()
    before = feed.bytes()
    for name, content in (("calls.jsonl", call()), ("statement.csv", HEAD + FIRST + PAID + FEE)):
        assert feed.take(content, name).status == "known"
    assert feed.take(call() + "\n", "again.jsonl").status == "known"
    assert sums(feed) == {MONEY: Decimal(505), FEES: Decimal(5), GIFTS: Decimal(-500), WAITS: Decimal(-10)}
    assert {n: b for n, b in feed.bytes().items() if "/documents/" not in n} == {
        n: b for n, b in before.items() if "/documents/" not in n
    }


def test_a_callback_after_its_statement_adds_nothing(feed):
    feed = feed(SOURCES + RULE.replace("GIFT", "gift"), ACCOUNTS)
    feed.take(HEAD + FIRST + PAID + FEE, "statement.csv")
    before = sums(feed)
    report = feed.take(call(), "calls.jsonl")
    assert (report.status, len(report.plan.known)) == ("known", 1)
    assert sums(feed) == before
    assert of(feed) == []


def test_a_callback_that_comes_again_in_the_same_file_counts_once(feed):
    feed = feed(SOURCES, ACCOUNTS)
    report = feed.take(call() + call(BillRefNumber="GIFT") + call(TransID="SB79AB12CD"), "calls.jsonl")
    assert len(report.plan.entries) == 2
    assert any("once: 1." in remark for remark in report.plan.remarks)


def test_what_was_confirmed_is_placed_again_when_more_is_known(feed):
    """Without a rule it waits, confirmed; nothing of it is on its way any more."""
    feed = feed(SOURCES, ACCOUNTS)
    feed.take(call(), "calls.jsonl")
    feed.take(HEAD + PAID.replace("510.00", "500.00"), "statement.csv")
    (entry,) = of(feed)
    assert (entry.flag, entry.tags) == ("!", frozenset())
    assert sums(feed) == {MONEY: Decimal(500), WAITS: Decimal(-500)}
    toml = feed.unit.folder / "unit.toml"
    toml.write_text(toml.read_text() + RULE)
    feed.ws = open_workspace(feed.ws.root)
    feed.take(HEAD + PAID.replace("510.00", "500.00") + LAST.replace("525.00", "520.00"), "later.csv")
    assert of(feed)[0].flag == "*"
    assert sums(feed)[GIFTS] == Decimal(-500)


@pytest.mark.parametrize(
    "row",
    [
        PAID.replace("500.00,,510.00", "400.00,,410.00"),  # the same receipt, another amount
        PAID.replace("SB71AB12CD", "SB72AB12CD"),  # the same amount and reference, another receipt
    ],
)
def test_no_other_line_confirms_it(feed, row):
    feed = feed(SOURCES, ACCOUNTS)
    feed.take(call(), "calls.jsonl")
    report = feed.take(HEAD + FIRST + row, "statement.csv")
    assert report.status == "imported", report.problem
    assert of(feed)[0].tags == {"unconfirmed"}
    assert sums(feed)[ON_ITS_WAY] == Decimal(500)
    line = next(e for e in feed.transactions() if e.meta["source-id"].startswith("bank-") and e.date.day == 11)
    assert line.flag == "!"
    assert [p.account.split(":")[1][:4] for p in line.postings] == [MONEY, WAITS]


def test_a_line_that_contradicts_its_callback_waits_even_where_a_rule_takes_it(feed):
    feed = feed(SOURCES.replace(CALLS, RULE + CALLS), ACCOUNTS)
    feed.take(call(), "calls.jsonl")
    feed.take(HEAD + FIRST + PAID.replace("500.00,,510.00", "400.00,,410.00"), "statement.csv")
    line = next(e for e in feed.transactions() if e.meta["source-id"].startswith("bank-") and e.date.day == 11)
    assert line.flag == "!"
    assert "told of 500.00 KES" in line.meta["suggestion"]
    assert GIFTS not in sums(feed)


def test_a_callback_that_contradicts_its_statement_is_not_booked(feed):
    feed = feed(SOURCES, ACCOUNTS)
    feed.take(HEAD + FIRST + PAID, "statement.csv")
    before = sums(feed)
    report = feed.take(call(TransAmount="600.00"), "calls.jsonl")
    assert [type(note) for note in report.plan.notes] == [DarajaContradicted]
    assert report.plan.notes[0].params["shown"] == "500.00 KES (GIFT)"
    assert sums(feed) == before


def test_a_callback_that_the_statement_of_its_day_lacks_is_told(feed):
    feed = feed(SOURCES, ACCOUNTS)
    feed.take(call() + call(TransID="SC50AB12CD", TransTime="20260220100000"), "calls.jsonl")
    report = feed.take(HEAD + FIRST + LAST.replace("525.00", "30.00"), "statement.csv")
    # The 20th isn't over on the statement, and nothing is said of that callback.
    assert [(type(n), n.params["receipt"]) for n in report.plan.notes] == [(DarajaUnshown, "SB71AB12CD")]


def test_two_contents_of_one_receipt(feed):
    feed = feed(SOURCES, ACCOUNTS)
    problem = feed.take(call() + call(TransAmount="5.00"), "calls.jsonl").problem
    assert isinstance(problem, DarajaTwice)
    assert problem.line == 2
    assert feed.take(call(), "one.jsonl").status == "imported"
    assert isinstance(feed.take(call(TransAmount="5.00"), "two.jsonl").problem, DarajaTwice)
    assert isinstance(feed.take(call(BillRefNumber="NK26-S"), "three.jsonl").problem, DarajaTwice)
    assert sums(feed) == {ON_ITS_WAY: Decimal(500), WAITS: Decimal(-500)}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"BusinessShortCode": "600611"}, DarajaShortCode),
        ({"TransTime": "19990211103200"}, ImportDateRange),
        ({"TransTime": "21000211103200"}, ImportDateRange),
    ],
)
def test_a_file_with_one_wrong_callback_changes_nothing(feed, changes, kind):
    feed = feed(SOURCES, ACCOUNTS)
    before = feed.bytes()
    report = feed.take(call(TransID="SB70AB12CD") + call(**changes), "calls.jsonl")
    assert isinstance(report.problem, kind)
    assert report.problem.line == 2
    assert feed.bytes() == before


def test_an_amount_finer_than_the_currency(feed):
    """A peso has no smaller unit."""
    feed = feed(SOURCES + 'currency = "CLP"\n', ACCOUNTS + "2026-01-01 open Assets:1091-Mobile-money-on-its-way\n")
    assert isinstance(feed.take(call(TransAmount="500.50"), "calls.jsonl").problem, ImportAmountUnit)


def test_a_source_of_callbacks_needs_its_short_code(feed):
    feed = feed(SOURCES.replace(CALLS, CALLS.replace('bank_account = "600610"\n', "")), ACCOUNTS)
    assert any("short code" in str(p) for p in feed.ws.problems), feed.ws.problems


def test_each_file_of_a_folder(feed):
    feed = feed(SOURCES, ACCOUNTS)
    inbox = feed.unit.folder / "inbox" / "calls"
    inbox.mkdir(parents=True)
    for number in (1, 2):
        receipt = f"SB7{number}AB12CD"
        (inbox / f"{receipt}.json").write_text(json.dumps(json.loads(call(TransID=receipt)), indent=1))
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert [f.status for f in report.files] == ["imported", "imported"]
    assert sums(feed)[ON_ITS_WAY] == Decimal(1000)
    assert list(inbox.iterdir()) == []


def test_callbacks_of_two_paybills(feed):
    other = CALLS.replace("calls", "others").replace("600610", "700700")
    feed = feed(SOURCES + other, ACCOUNTS)
    assert feed.take(call(BusinessShortCode="700700"), "calls.jsonl").status == "imported"
    assert of(feed)[0].meta["short-code"] == "700700"


def test_callbacks_in_another_currency_than_the_unit(feed):
    """500.00 KES at 0.07 are 35.00 SEK; the statement's line is worth the same, and nothing is left on its way."""
    wallet = SOURCES.replace('currency = "KES"\n', "")
    feed = feed(wallet, ACCOUNTS, "2026-02-10 price KES 0.07 SEK\n")
    report = feed.take(call(), "calls.jsonl")
    assert report.status == "imported", report.problem
    assert [str(p.units) for p in of(feed)[0].postings] == ["500.00 KES", "-35.00 SEK"]
    report = feed.take(HEAD + PAID.replace("510.00", "500.00"), "statement.csv")
    assert report.status == "imported", report.problem
    assert feed.balances()[ON_ITS_WAY] == 0
    assert feed.book().problems == ()
