"""What was imported from any bank format is reconciled by the same file, read again out of the archive."""

import datetime as dt

import pytest

from importers.reconcile import reconcile
from importers.run import import_inboxes
from ledger.books import load_books
from tests.importers.bankcsv.lists import listed
from tests.importers.reconcile.statements import D

LATER = dt.date(2027, 1, 1)
CSV = '[[source]]\nname = "bank"\nformat = "csv"\naccount = "Assets:1930-Bank"\n'
TWO = (
    CSV
    + 'bank_account = "6789-111111111"\n'
    + CSV.replace('"bank"', '"spar"').replace("1930-Bank", "1940-Spar")
    + 'bank_account = "6789-222222222"\n'
)
ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank
2020-01-01 open Assets:1940-Spar
2020-01-01 open Liabilities:2999-Observationskonto
"""


def put(feed, name, content, source="bank"):
    folder = feed.unit.folder / "inbox" / source
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert report.files[0].status == "imported", report.files[0].problem


def accounts(feed):
    found = reconcile(load_books(feed.ws), ["repris"], today=LATER)
    assert not found.problems
    assert not found.units[0].problems, found.units[0].problems[0].text()
    return found.units[0].accounts


def brief(account):
    """Each month that statements tell of: lines told and booked, difference, findings."""
    return [(m.month, m.told, m.booked, m.difference, len(m.findings)) for m in account.months if m.bank]


def test_lists_that_name_no_account_are_of_the_source_that_booked_them(feed):
    fed = feed(TWO, ACCOUNTS)
    put(fed, "a.csv", listed(100, ("2024-05-13", "FAKTURA", 50), ("2024-05-14", "AVGIFT", -5)))
    put(fed, "b.csv", listed(900, ("2024-05-14", "AVGIFT", -5)), "spar")
    bank, savings = accounts(fed)
    assert brief(bank) == [("2024-05", 2, 2, 0, 0)]
    assert brief(savings) == [("2024-05", 1, 1, 0, 0)]
    assert (bank.numbers, savings.numbers) == (("6789111111111",), ("6789222222222",))


TODAY = dt.date.today()  # noqa: DTZ011  a list is judged by the day on which it is imported
DAYS = TODAY - dt.timedelta(days=1), TODAY


def told(account):
    """Lines told and booked, findings and notes of all months, and the bank's last balance."""
    months = [m for m in account.months if m.bank]
    lines = sum(m.told for m in months), sum(m.booked for m in months)
    return (*lines, sum(len(m.findings) + len(m.notes) for m in months), months[-1].bank.closing, months[-1].difference)


def test_a_list_made_before_the_day_was_over_and_the_next_one(feed):
    fed = feed(CSV, ACCOUNTS)
    put(fed, "a.csv", listed(100, (DAYS[0], "FAKTURA", 50), (DAYS[1], "AVGIFT", -5)))
    put(fed, "b.csv", listed(150, (DAYS[1], "AVGIFT", -5), (DAYS[1], "AVGIFT", -5), (DAYS[1], "RÄNTA", 2)))
    (bank,) = accounts(fed)
    assert told(bank) == (4, 4, 0, D("142.00"), 0)


def test_two_lists_that_meet_within_a_day(feed):
    fed = feed(CSV, ACCOUNTS)
    put(fed, "a.csv", listed(100, (DAYS[0], "FAKTURA", 50), (DAYS[1], "AVGIFT", -5)))
    put(fed, "b.csv", listed(145, (DAYS[1], "AVGIFT", -5), (DAYS[1], "RÄNTA", 2)))
    (bank,) = accounts(fed)
    assert told(bank) == (4, 4, 0, D("142.00"), 0)


@pytest.mark.parametrize(
    ("format_", "sample", "currency", "lines"),
    [
        ("csv", "bankcsv/handelsbanken.csv", "SEK", 3),
        ("camt053", "camt053/seb_se_v02.xml", "SEK", None),
        ("camt053", "camt053/erpnext_sweden_handelsbanken_v02.xml", "SEK", None),
        ("mt940", "mt940/jejik_generic.sta", "EUR", None),
    ],
)
def test_samples(feed, samples, format_, sample, currency, lines):
    source = 'currency = "SEK"\n' + CSV.replace('"csv"', f'"{format_}"') + f'currency = "{currency}"\n'
    prices = "2011-01-01 price EUR 9.00 SEK\n2011-02-01 price EUR 8.80 SEK\n"
    fed = feed(source, ACCOUNTS.replace("2020-01-01", "2000-01-01"), prices)
    report = fed.take((samples / "sweden" / sample).read_bytes(), sample.split("/")[-1])
    assert report.status == "imported", report.problem.text()
    (bank,) = accounts(fed)
    months = [month for month in bank.months if month.bank]
    assert sum(month.told for month in months) == sum(month.booked for month in months)
    assert sum(month.told for month in months) == (lines or len(report.plan.transactions) - opened(report))
    assert all(month.findings == () for month in months)
    assert {month.difference for month in months} <= {D(0), None}


def opened(report):
    """How many of a file's entries bring the opening balance."""
    return sum("Opening balance" in entry.narration for entry in report.plan.transactions)
