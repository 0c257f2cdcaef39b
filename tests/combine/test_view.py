"""The combined ledger as entries: the same sums as the trial balance at every level of detail (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from beancount.core import data, getters
from beancount.ops import validation
from beancount.parser import options

from ledger.combine import combine, group_entries
from ledger.combine.model import PSEUDO
from ledger.combine.reports.view_writer import MOST_POSTINGS, chunks
from tests.combine.conftest import StubRun
from tests.combine.test_worked import ENTITY, opening, sale

MINE, THEIRS = sale("repris", "kafeet", "9000.00", "8500.00", 1)
WAGES = """
2026-03-25 * "Anna Andersson" "Lön Anna Andersson" #wages
  voucher: "A-7"
  by: "anna"
  Expenses:7010-Löner   100.00 SEK
  Assets:1930-Bank     -100.00 SEK
2026-03-26 * "Kund AB" "Varor" ^f-1
  voucher: "A-8"
  Assets:1930-Bank       50.00 SEK
  Income:3001-Sales     -50.00 SEK
"""
MANY = "\n".join(
    f'2026-02-{day:02d} * "Many"\n  Expenses:50{day:02d}-Cost  {day}.00 SEK\n  Assets:1930-Bank  -{day}.00 SEK\n'
    for day in range(10, 28)
)
SPAIN = """
2025-12-31 * "Opening"
  Assets:572-Banco      1000.00 EUR
  Equity:100-Capital   -1000.00 EUR
2026-03-10 * "Sale" ^ic-andel-1
  Assets:552-Claim       100.01 EUR
    partner: "repris"
    ic: "trade"
  Income:705-Ventas     -100.01 EUR
    partner: "repris"
    ic: "trade"
"""
SPAINS_BUYER = """
2026-03-10 * "Purchase" ^ic-andel-1
  Expenses:4010-Goods   1140.00 SEK
    partner: "andel"
    ic: "trade"
  Liabilities:2861-Owed -100.01 EUR @@ 1140.00 SEK
    partner: "andel"
    ic: "trade"
"""
PRICES = """
2025-12-31 price EUR 11.00 SEK
2026-03-31 price EUR 11.60 SEK
2026-03-31 custom "average-rate" "EUR" 11.3987 SEK
2026-04-30 price EUR 11.70 SEK
"""
TEXTS = {
    "repris": (opening("500.00") + MINE + WAGES + SPAINS_BUYER, ENTITY),
    "kafeet": (opening("700.00") + THEIRS + MANY, ENTITY + "\nleft = 2026-04-15"),
    "nya": (opening("30.00") + MANY.replace("2026-02", "2026-04"), ENTITY + "\njoined = 2026-02-10"),
    "andel": (SPAIN, 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'),
}


def sums(entries):
    found = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            assert sum(p.units.number for p in entry.postings) == 0
            for posting in entry.postings:
                found[posting.account] += posting.units.number
    return {account: amount for account, amount in found.items() if amount}


def rows(found, books, language=None):
    expected = defaultdict(Decimal)
    for row in found.trial_balance:
        leaf = row.unit if row.unit in PSEUDO else books.workspace.units[row.unit].code
        expected[row.line, row.account, leaf] += row.amount
    return dict(expected)


def by_parts(account):
    _, line, label, leaf = account.split(":")
    return line, label, leaf


PERIODS = {
    "year": (None, dt.date(2026, 4, 30)),
    "one month": (dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
    "days": (dt.date(2026, 2, 14), dt.date(2026, 3, 20)),
    "after it left": (dt.date(2026, 4, 20), dt.date(2026, 4, 30)),
}


@pytest.mark.parametrize("threshold", [0, 10**6], ids=["months", "vouchers"])
@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
def test_sums_are_the_trial_balance(federation, threshold, period):
    prices = PRICES + "2026-02-13 price EUR 11.10 SEK\n2026-03-18 price EUR 11.50 SEK\n2026-04-19 price EUR 11.6 SEK\n"
    books = federation(TEXTS, prices=prices + "2026-02-28 price EUR 11.2 SEK\n")
    found = combine(books, StubRun(), date_from=period[0], date_to=period[1])
    assert found.complete, found.problems
    entries = group_entries(books, StubRun(), found, language=None, threshold=threshold)
    assert {by_parts(a): amount for a, amount in sums(entries).items()} == rows(found, books)
    assert entries == sorted(entries, key=data.entry_sortkey)
    assert not validation.validate(entries, {"plugin": [], "filename": "x"} | _options(), None, None)
    keys = [(e.meta["filename"], e.meta["lineno"]) for e in entries]
    assert len(keys) == len(set(keys))


def _options():
    return dict(options.OPTIONS_DEFAULTS)


def test_entries_open_the_units_own_file(federation):
    books = federation(TEXTS, prices=PRICES)
    found = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    entries = group_entries(books, StubRun(), found, language="sv", threshold=10**6)
    shown = next(e for e in entries if getattr(e, "narration", "") == "Varor")
    assert books.workspace.shown(shown.meta["filename"]) == "units/repris/books/2026/2026-01.beancount"
    lines = (books.workspace.root / "units/repris/books/2026/2026-01.beancount").read_text().splitlines()
    assert "Varor" in lines[shown.meta["lineno"] - 1]
    assert (shown.meta["voucher"], shown.meta["unit"], shown.links) == ("A-8", "repris", frozenset({"f-1"}))
    assert [p.account for p in shown.postings] == [
        "Assets:32-Kassa-och-bank:1930-Bank:REPRIS",
        "Income:01-Nettoomsättning:3001-Sales:REPRIS",
    ]
    foreign = next(e for e in entries if getattr(e, "narration", "") == "Sale" and e.meta.get("unit") == "andel")
    assert foreign.meta["rate"] == "EUR 11.3987"
    assert foreign.postings[0].meta["orig"] == "100.01 EUR"
    eliminated = [e for e in entries if e.meta["filename"] == "<elimination>"]
    assert eliminated
    assert all(p.account.endswith(":ELIM") for e in eliminated for p in e.postings)
    assert all(p.meta["source"].startswith("units/") for e in eliminated for p in e.postings)


@pytest.mark.parametrize("threshold", [0, 10**6], ids=["months", "vouchers"])
def test_roots_carry_other_names_everywhere(federation, threshold):
    books = federation(TEXTS, prices=PRICES)
    found = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    roots = {"Assets": "Tillgångar", "Liabilities": "Skulder", "Income": "Intäkter"}
    named = group_entries(books, StubRun(), found, language="sv", threshold=threshold, roots=roots)
    plain = group_entries(books, StubRun(), found, language="sv", threshold=threshold)
    renamed = set()
    for account in {account for entry in plain for account in getters.get_entry_accounts(entry)}:
        root, _, rest = account.partition(":")
        renamed.add(f"{roots.get(root, root)}:{rest}")
    assert {account for entry in named for account in getters.get_entry_accounts(entry)} == renamed
    assert {e.account for e in named if isinstance(e, data.Open)} == renamed


def test_no_personal_name_reaches_the_federation(federation):
    books = federation(TEXTS, prices=PRICES)
    found = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    entries = group_entries(books, StubRun(), found, language="sv", threshold=10**6)
    assert "Anna" not in repr(entries)
    assert "anna" not in repr([{**e.meta, "filename": ""} for e in entries])


def test_participants_collapse(combined):
    """
    A participant's own account stands below a numbered one: only that one is seen.
    """
    text = """
2026-03-01 * "Loan"
  Assets:1685-Loans:1685-Berta   500.00 SEK
    partner: "kafeet"
    ic: "loan"
  Assets:1930-Bank              -500.00 SEK
"""
    found = combined({"repris": text, "kafeet": "; nothing\n"})
    assert {row.account for row in found.trial_balance} == {"1685-Loans", "1930-Bank"}


def test_monthly_sums_name_the_units_ledger(federation):
    books = federation(TEXTS, prices=PRICES)
    found = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    entries = group_entries(books, StubRun(), found, language="sv", threshold=3)
    summed = [e for e in entries if e.meta["filename"] == "<summary>"]
    assert {e.meta["drill"] for e in summed} == {"repris", "kafeet", "nya", "andel"}
    assert max(len(e.postings) for e in summed) == MOST_POSTINGS
    assert all(not e.meta["filename"].endswith(".beancount") for e in entries)


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 15, 16, 40])
def test_chunks_balance(count):
    cells = [(f"A{i}", Decimal(i * i + 1)) for i in range(count)]
    cells.append(("Z", -sum(a for _, a in cells)))
    total = defaultdict(Decimal)
    for chunk in chunks(cells):
        assert len(chunk) <= MOST_POSTINGS
        assert sum(a for _, a in chunk) == 0
        for name, amount in chunk:
            total[name] += amount
    assert dict(total) == dict(cells)


def test_a_person_is_named_neither_by_text_nor_by_tag_link_or_account(federation):
    """2083 is the members' contributions, 7011 an account that the chart doesn't name: 7010 is nearest to it."""
    text = """
2026-03-25 * "Anna Andersson" "Annas insats" #anna ^anna-1 ^ic-repris-9
  Assets:1930-Bank                   100.00 SEK
  Equity:2083-Anna-Andersson        -100.00 SEK
2026-03-26 * "Anna Andersson" "Lön" #anna ^anna-1
  Expenses:7011-Anna                  20.00 SEK
  Assets:1930-Bank                   -20.00 SEK
"""
    books = federation({"repris": text})
    found = combine(books, StubRun())
    entries = group_entries(books, StubRun(), found, language=None, threshold=10**6)
    made = [e for e in entries if isinstance(e, data.Transaction)]
    assert [(e.payee, sorted(e.tags), sorted(e.links)) for e in made] == [(None, [], ["ic-repris-9"]), (None, [], [])]
    assert "nna" not in repr([(e.narration, e.postings) for e in made])
    labels = {row.account for row in found.trial_balance}
    assert labels == {"1930-Bank", "2083-Medlemsinsatser", "7011-Löner"}


def test_amounts_finer_than_the_currency_are_shown_in_whole_units(federation):
    """1.005 kr twice is 2.01 in the month: 1.01 and then 1.00, on both accounts, and nothing is left over."""
    voucher = '2026-01-{day} * "Fine"\n  Assets:1930-Bank  1.005 SEK\n  Income:3001-Sales  -1.005 SEK\n'
    books = federation({"repris": voucher.format(day=10) + voucher.format(day=11)})
    found = combine(books, StubRun())
    entries = group_entries(books, StubRun(), found, language=None, threshold=10**9)
    shown = [
        [str(p.units.number) for p in e.postings]
        for e in sorted((e for e in entries if isinstance(e, data.Transaction)), key=data.entry_sortkey)
    ]
    assert shown == [["1.01", "-1.01"], ["1.00", "-1.00"]]
