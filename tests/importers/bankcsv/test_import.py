"""Banks' lists into books: which account, overlapping downloads, days that are not over, what the settings refuse."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from beancount.core import data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.bank.chain import until
from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankBalanceEarly, BankBeforeOpening, BankRestated
from importers.bank.problems_chain import BankAccountUnclear, BankListBegins
from importers.bankcsv.importer import CsvImporter
from importers.base import Source, read_source
from importers.book import BookView, load_view
from importers.problems import ImportDateRange, ImportUnknownFormat
from importers.run import import_inboxes
from ledger.books.source_csv import CsvTable
from tests.importers.bankcsv.lists import listed

SOURCE = '[[source]]\nname = "bank"\nformat = "csv"\naccount = "Assets:1930-Bank"\n'
TWO = (
    SOURCE
    + 'bank_account = "6789-111111111"\n'
    + SOURCE.replace('"bank"', '"spar"').replace("1930-Bank", "1940-Spar")
    + 'bank_account = "6789-222222222"\n'
)
ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Assets:1940-Spar SEK
2020-01-01 open Expenses:6570-Bankavgifter
2020-01-01 open Liabilities:2999-Observationskonto
"""


def booked(feed):
    return [
        (str(e.date), str(e.postings[0].units.number), e.narration)
        for e in feed.transactions()
        if not e.narration.startswith("Opening")
    ]


def balances(feed):
    return [(str(e.date), str(e.amount.number)) for e in feed.book().entries() if isinstance(e, data.Balance)]


def plan(feed, content, today):
    path = feed.file("today.csv", content)
    unit = feed.unit
    importer = CsvImporter(feed.ws, unit, unit.sources[0])
    return importer.plan(read_source(path, "today.csv"), load_view(feed.ws, unit), today)


# --- one list, and the next


def test_a_list_comes_into_the_books(feed, samples):
    feed = feed(SOURCE, ACCOUNTS)
    report = feed.take((samples / "sweden/bankcsv/handelsbanken.csv").read_bytes(), "h.csv")
    assert report.status == "imported", report.problem
    assert booked(feed) == [
        ("2024-05-15", "-139.00", "SPOTIFY AB"),
        ("2024-05-16", "34500.00", "LÖN ACME AB"),
        ("2024-05-17", "-459.00", "ICA KVANTUM VASASTAN"),
    ]
    assert balances(feed) == [("2024-05-18", "12340.50")]
    assert feed.book().problems == ()


FEBRUARY = [("2026-02-20", "Hyra", -800), ("2026-02-27", "Swish", 50), ("2026-02-27", "Swish", 50)]
MARCH = [("2026-03-02", "Bankavgift", -20), ("2026-03-02", "Swish", 50)]


def test_overlapping_downloads_add_only_what_is_new(feed):
    feed = feed(SOURCE, ACCOUNTS)
    feed.take(listed(1000, *FEBRUARY), "feb.csv")
    report = feed.take(listed(200, *FEBRUARY[1:], *MARCH), "mar.csv")
    assert (len(report.plan.transactions), len(report.plan.known)) == (2, 2)
    assert len(booked(feed)) == 5
    assert balances(feed) == [("2026-02-28", "300.00"), ("2026-03-03", "330.00")]
    assert feed.book().problems == ()


def test_a_day_with_other_lines_than_before_is_for_a_person(feed):
    feed = feed(SOURCE, ACCOUNTS)
    feed.take(listed(1000, *FEBRUARY), "feb.csv")
    report = feed.take(listed(200, ("2026-02-27", "Swish", 50), *MARCH), "mar.csv")
    assert isinstance(report.problem, BankRestated)
    assert len(booked(feed)) == 3


SWEDBANK = """\
* Transaktioner Period {period} Skapad 2026-04-01 09:15 CET
Radnr,Clnr,Kontonr,Produkt,Valuta,Bokfdag,Transdag,Valutadag,Referens,Text,Belopp,Saldo
1,81234,1234567890,F,SEK,2026-03-20,2026-03-20,2026-03-20,,Swish,250.00,862.00
2,81234,1234567890,F,SEK,2026-03-10,2026-03-10,2026-03-10,,Lunch,-45.50,612.00
3,81234,1234567890,F,SEK,2026-03-02,2026-03-02,2026-03-02,,Hyra,-800.00,657.50
"""


def test_a_list_that_may_be_cut_off_must_join_the_books(feed):
    """Without its last row the list of March begins on the 10th with 657.50; it began on the 2nd with 1457.50."""
    feed = feed(SOURCE, ACCOUNTS)
    march = SWEDBANK.format(period="2026-03-01 – 2026-03-31")
    april = (
        SWEDBANK.format(period="2026-04-01 – 2026-04-30")
        .replace("-03-", "-04-")
        .replace("2026-04-01 09", "2026-05-01 09")
    )
    april = april.replace("862.00", "66.50").replace("612.00", "-183.50").replace("657.50", "-138.00")
    report = feed.take(march, "march.csv")
    assert report.status == "imported"
    assert "2026-03-01 on; if the bank has lines before 2026-03-02, it was cut off" in report.plan.remarks[1]
    assert balances(feed) == [("2026-04-01", "862.00")]
    assert feed.balances()["2999"] == Decimal("-862.00")  # 1457.50 - 800.00 - 45.50 + 250.00, all on suspense
    # From the 2nd of April on -800.00, -45.50, +250.00: it opens with 662.00, but the books have 862.00.
    assert isinstance(feed.take(april, "april.csv").problem, BankListBegins)
    assert isinstance(feed.take(march[: march.index("3,81234")], "cut.csv").problem, BankRestated)
    assert balances(feed) == [("2026-04-01", "862.00")]


def test_the_first_list_of_an_account_that_was_cut_off_is_completed_by_hand(feed):
    """Its opening balance is right on the day of its first line; the whole list says where the balance belongs."""
    feed = feed(SOURCE, ACCOUNTS)
    march = SWEDBANK.format(period="2026-03-01 – 2026-03-31")
    cut = feed.take(march[: march.index("3,81234")], "cut.csv")
    assert "if the bank has lines before 2026-03-10, it was cut off" in cut.plan.remarks[1]
    assert feed.balances()["2999"] == Decimal("-862.00")  # 657.50 - 45.50 + 250.00
    assert isinstance(feed.take(march, "march.csv").problem, BankBeforeOpening)
    assert len(booked(feed)) == 2


def test_a_list_made_during_the_day_asserts_the_day_before_and_goes_on_later(feed):
    feed = feed(SOURCE, ACCOUNTS)
    noon = listed(1000, ("2026-03-01", "Hyra", -800), ("2026-03-02", "Swish", 50))
    first = plan(feed, noon, dt.date(2026, 3, 2))
    assert [(str(e.date), str(e.amount.number)) for e in first.entries if isinstance(e, data.Balance)] == [
        ("2026-03-02", "200.00")
    ]
    assert first.remarks[-1:] == [
        "2026-03-02 wasn't over when the list was made: the next list tells its closing balance."
    ]
    later = plan(feed, noon, dt.date(2026, 3, 3))
    assert [str(e.date) for e in later.entries if isinstance(e, data.Balance)] == ["2026-03-03"]
    assert not [remark for remark in later.remarks if "balance" in remark and "opening" not in remark]


def test_two_layouts_feed_one_source(feed):
    feed = feed(SOURCE, ACCOUNTS)
    feed.take(listed(1000, *FEBRUARY), "feb.csv")
    other = "Bokföringsdatum;Valutadatum;Verifikationsnummer;Text;Belopp;Saldo\n2026-03-02;;1;Swish;50.000;350.000\n"
    assert feed.take(other, "seb.csv").status == "imported"
    assert balances(feed)[-1] == ("2026-03-03", "350.00")
    assert feed.book().problems == ()


def test_the_holders_own_note_may_change(feed):
    feed = feed(SOURCE, ACCOUNTS)
    head = "Datum;Belopp;Namn;Ytterligare detaljer;Meddelande;Egna anteckningar;Saldo;Valuta;\n"
    row = "2026/03/02;-45,50;Exempel AB;;000456;{};816,50;SEK;\n"
    feed.take(head + row.format(""), "one.csv")
    report = feed.take(head + row.format("Kvitto sparat"), "two.csv")
    assert (report.status, len(booked(feed))) == ("known", 1)
    assert booked(feed)[0] == ("2026-03-02", "-45.50", "000456")


def test_rows_that_arent_booked_are_counted(feed):
    feed = feed(SOURCE, ACCOUNTS)
    report = feed.take(listed(1000, ("2026-03-02", "Swish", 50), ("2026-03-03", "Prel kortköp", -10)), "f.csv")
    assert "left out: 1." in report.sentence()
    assert len(booked(feed)) == 1
    assert balances(feed) == [("2026-03-03", "1050.00")]


@pytest.mark.parametrize("day", ["1926-03-02", "2126-03-02"])
def test_a_date_that_no_book_takes(feed, day):
    feed = feed(SOURCE, ACCOUNTS)
    report = feed.take(listed(1000, (day, "Swish", 50)), "f.csv")
    assert isinstance(report.problem, ImportDateRange)
    assert report.problem.line == 2
    assert feed.transactions() == []


# --- which account


def test_a_list_without_account_needs_its_inbox_where_several_sources_read_such_lists(feed):
    feed = feed(TWO, ACCOUNTS)
    report = feed.take(listed(1000, *FEBRUARY), "feb.csv")
    assert isinstance(report.problem, BankAccountUnclear)
    assert report.problem.params["known"] == "bank, spar"
    inbox = feed.unit.folder / "inbox" / "spar"
    inbox.mkdir(parents=True)
    (inbox / "feb.csv").write_text(listed(1000, *FEBRUARY))
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert [f.status for f in report.files] == ["imported"], report.problems
    assert feed.balances()["1940"] == Decimal(300)
    assert "1930" not in feed.balances()


def test_equal_lines_of_two_accounts_are_two(feed):
    feed = feed(TWO, ACCOUNTS)
    for name in ("bank", "spar"):
        inbox = feed.unit.folder / "inbox" / name
        inbox.mkdir(parents=True)
        (inbox / "f.csv").write_text(listed(0, ("2026-03-02", "Avgift", -5)) + (";;;;\n" if name == "spar" else ""))
    import_inboxes(feed.ws, ["repris"])
    assert feed.balances() == {"1930": Decimal(-5), "1940": Decimal(-5), "2999": Decimal(10)}


def test_two_sources_without_number_are_unclear_even_in_their_inbox(feed):
    feed = feed(
        TWO.replace('bank_account = "6789-111111111"\n', "").replace('bank_account = "6789-222222222"\n', ""), ACCOUNTS
    )
    inbox = feed.unit.folder / "inbox" / "bank"
    inbox.mkdir(parents=True)
    (inbox / "f.csv").write_text(listed(1000, *FEBRUARY))
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert isinstance(report.problems[0], BankAccountUnclear)


def test_sources_of_different_banks_need_no_inbox(feed):
    sources = TWO.replace('bank_account = "6789-111111111"\n', '[source.csv]\nbank = "handelsbanken"\n').replace(
        'bank_account = "6789-222222222"\n', '[source.csv]\nbank = "seb"\n'
    )
    sources = sources.replace(
        'account = "Assets:1930-Bank"\n', 'account = "Assets:1930-Bank"\nbank_account = "6789-1"\n'
    )
    feed = feed(sources, ACCOUNTS)
    assert feed.take(listed(1000, *FEBRUARY), "feb.csv").status == "imported"
    assert feed.balances()["1930"] == Decimal(300)
    seb = "Bokföringsdatum;Valutadatum;Verifikationsnummer;Text;Belopp;Saldo\n2026-03-02;;1;Swish;50.000;50.000\n"
    assert feed.take(seb, "seb.csv").status == "imported"
    assert feed.balances()["1940"] == Decimal(50)


def test_swedbanks_own_number_finds_its_source(feed):
    sources = TWO.replace("6789-111111111", "8327-9, 123 456 789-0").replace("6789-222222222", "8381-6,9244483674")
    feed = feed(sources, ACCOUNTS)
    head = "Radnr,Clnr,Kontonr,Produkt,Valuta,Bokfdag,Transdag,Valutadag,Referens,Text,Belopp,Saldo\n"
    rows = (
        "1,8381-6,9244483674,s,SEK,2026-03-02,,,,Ränta,5.00,5.00\n2,8327-9,1234567890,f,SEK,2026-03-02,,,,a,1.00,1.00\n"
    )
    assert feed.take(head + rows, "f.csv").status == "imported"
    assert (feed.balances()["1930"], feed.balances()["1940"]) == (Decimal(1), Decimal(5))


def test_another_banks_list_is_no_file_of_a_source_that_names_its_bank(feed):
    feed = feed(SOURCE + '[source.csv]\nbank = "seb"\n', ACCOUNTS)
    assert isinstance(feed.take(listed(1000, *FEBRUARY), "feb.csv").problem, ImportUnknownFormat)


# --- days


def day(number):
    return dt.date(2026, 3, number)


@pytest.mark.parametrize(
    ("days", "period", "made", "expected"),
    [
        # lines' days, the list's period, the day of its making -> (lines, opening, closing, last day) of each part
        ([1, 2], None, 3, [(2, 10, 12, None)]),
        ([1, 2], None, 2, [(1, 10, 11, None), (1, 11, None, None)]),
        ([2, 2], None, 2, [(2, 10, None, None)]),
        ([1, 2], None, 1, [(2, 10, None, None)]),
        ([1, 1], (1, 2), 2, [(2, 10, 12, 1)]),
        ([1, 2], (1, 5), 2, [(1, 10, 11, 1), (1, 11, None, 5)]),
        ([2, 1], None, 2, [(2, 10, None, None)]),  # not by day: the balance of the first is unknown
        ([], None, 2, [(0, 10, 10, None)]),
    ],
)
def test_a_day_that_isnt_over(days, period, made, expected):
    lines = tuple(BankLine(day(n), Decimal(1)) for n in days)
    first, last = (day(period[0]), day(period[1])) if period else (None, None)
    whole = BankStatement("", "", "SEK", lines, Decimal(10), Decimal(10 + len(days)), first, last)
    found = until(whole, day(made))
    assert [(len(s.lines), s.opening, s.closing, s.last_day and s.last_day.day) for s in found] == expected


#: One workspace serves all examples: they write nothing.
MADE = {}
LINES = st.tuples(st.integers(1, 9), st.sampled_from(["a", "b"]), st.sampled_from([-5, 5, 7]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, max_size=14),
    windows=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted), min_size=1, max_size=5),
)
def test_whatever_days_are_downloaded_each_line_comes_once(feed, lines, windows):
    """Lists of any days, oldest first, overlapping, repeated, one inside the other."""
    rows = [(f"2026-03-{n:02}", text, amount) for n, text, amount in sorted(lines, key=lambda line: line[0])]
    here = MADE["feed"] = MADE.get("feed") or feed(SOURCE, ACCOUNTS)
    opens = load_view(here.ws, here.unit).entries
    book = list(opens)
    for number, (low, high) in enumerate(sorted(windows)):
        before = sum(amount for date, _, amount in rows if int(date[-2:]) < low)
        content = listed(1000 + before, *(row for row in rows if low <= int(row[0][-2:]) <= high))
        source = Source(here.unit.folder / "f.csv", "f.csv", content.encode(), str(number))
        importer = CsvImporter(here.ws, here.unit, here.unit.sources[0])
        found = importer.plan(source, BookView(here.unit, list(book), ws=here.ws), dt.date(2026, 4, 1))
        book += [*found.opens, *found.entries]
    came = [e for e in book if isinstance(e, data.Transaction) and not e.narration.startswith("Opening")]
    covered = [row for row in rows if any(low <= int(row[0][-2:]) <= high for low, high in windows)]
    assert Counter((str(e.date), e.narration, int(e.postings[0].units.number)) for e in came) == Counter(covered)


# --- settings


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('bank = "sbab"', "handelsbanken"),
        ('bank = "seb"\ncolumns = {date = 1, amount = 2}', "either bank or columns"),
        ("columns = {date = 1}", "either amount, or both money_in and money_out, are needed"),
        ("columns = {date = 1, amount = 2, money_in = 3}", "either amount, or both"),
        ("columns = {date = 1, money_in = 3}", "either amount, or both"),
        ("columns = {date = 0, amount = 2}", "a column is its name in the header, or its number from 1"),
        ("columns = {date = true, amount = 2}", "a column is its name"),
        ("columns = {amount = 2}", "it is missing"),
        ("columns = {date = 1, amount = 2, direction = 3}", "direction and out_words go together"),
        ('columns = {date = 1, money_in = 2, money_out = 3, direction = 4}\nout_words = ["D"]', "direction stands"),
        ('columns = {date = 1, amount = 2}\nskip_types = ["x"]', "type and skip_types go together"),
        ('columns = {date = "Dag", amount = 2}\nheader = false', "without a header"),
        ("columns = {date = 1, amount = 2}\nheader = false", "without a header"),
        ('columns = {date = 1, amount = 2}\nheader = false\nperiod = "Period"', "no period stands above it"),
        ('bank = "seb"\nperiod = "Period"', "period goes with columns"),
        ('columns = {date = 1, amount = 2}\ndates = ["%B"]', "%B is no form of a date"),
        ('columns = {date = 1, amount = 2}\ndates = ["%d.%m-%Y"]', "is no form of a date"),
        ('columns = {date = 1, amount = 2}\ndecimal = ","\nthousands = ","', "need different signs"),
        ("skip = 2", "skip goes with columns"),
        ("header = false", "header goes with columns"),
        ('delimiter = ":"', "';', ',', '|' or 'tab'"),
    ],
)
def test_settings_that_contradict_themselves(make_workspace, lines, words):
    ws = make_workspace({"repris": {"unit": f"{SOURCE}[source.csv]\n{lines}\n"}})
    (problem,) = ws.problems
    assert words in problem.text()
    assert problem.line is not None


def test_delimiter_and_thousands_have_names():
    table = CsvTable.model_validate({"delimiter": "tab", "thousands": "space", "columns": {"date": 1, "amount": 2}})
    assert (table.delimiter, table.thousands) == ("tab", "space")


@pytest.mark.parametrize("whole_first", [False, True])
def test_a_list_of_the_morning_and_one_of_the_whole_day(feed, whole_first):
    """2 March: a fee of 10.00 in the morning, 100.00 in the afternoon; the morning's list may come in late."""
    feed = feed(SOURCE, ACCOUNTS)
    first = [("2026-02-27", "Start", 50), ("2026-03-02", "Avgift", -10)]
    morning, whole = listed(0, *first), listed(0, *first, ("2026-03-02", "Gåva", 100))
    assert feed.take(whole if whole_first else morning, "a.csv").status == "imported"
    if whole_first:
        report = feed.take(morning, "b.csv")
        assert (report.status, report.plan.entries) == ("known", [])
        assert report.plan.remarks == [
            "On 2026-03-02 the books hold more than this file, which was made before the day was over."
        ]
    else:
        assert isinstance(feed.take(whole, "b.csv").problem, BankBalanceEarly)  # it was imported as if it were whole
    expected = [("2026-02-27", "50.00", "Start"), ("2026-03-02", "-10.00", "Avgift")]
    assert booked(feed) == expected + [("2026-03-02", "100.00", "Gåva")] * whole_first
