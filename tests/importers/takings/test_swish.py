"""Swish reports: three banks' layouts and declared columns, payments put together as the bank books them."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.problems import BankAccountUnknown, BankCurrency
from importers.clearing.content import content_of
from importers.clearing.problems import DepositRestated
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.problems_tables import TableColumns, TableCutOff
from importers.run import importers_of
from importers.takings.problems import (
    SwishDates,
    SwishIntraday,
    SwishKind,
    TakingsCount,
    TakingsIncomplete,
    TakingsLayout,
    TakingsTill,
)
from importers.takings.sheet import Writing
from importers.takings.swish import deposits_of
from importers.takings.swish_read import read_known
from ledger.errors import Problem
from tests.importers.conftest import ACCOUNTS
from tests.importers.takings.day import SWISH, UNIT

HEAD = (
    "Radnr,Clnr,Kontonr,Bokfdag,Transdag,Valutadag,Mottagarnr,Mottagarnamn,Avsändarnr,Avsändarnamn,Meddelande,Tid,"
    "Belopp,Orderreferens"
)


def swedbank(*rows, made="2026-03-10", head=HEAD):
    """Rows: booked, paid, amount, name, message[, batch]; numbered as the bank does."""
    lines = [f"* Swish-rapport Avser 2026-03-01 - 2026-03-09 Skapad {made} 12:39 CET", head]
    for number, (booked, paid, amount, name, message, *batch) in enumerate(rows, 1):
        cells = [number, 81059, "9345678", booked, paid, booked, "1234567890", "Kafé", "+46701112233", name, message]
        lines.append(",".join(map(str, [*cells, "10:02", amount, "", *batch])))
    return ("\n".join(lines) + "\n").encode("cp1252")


#: In the layouts of the banks' guides and exports, with payments of nobody.
FILES = Path(__file__).parent / "files"
HANDELSBANKEN = (FILES / "swish-handelsbanken.SYNTHETIC.csv").read_text(encoding="utf-8")
NORDEA = (FILES / "swish-nordea.SYNTHETIC.csv").read_text(encoding="utf-8")
ONLY = 'chart = "bas"\ncurrency = "SEK"\n[[source]]\nname = "swish"\nformat = "swish"\n'
#: A shop without a till program: whatever comes by Swish is a sale.
SALES = '[[source.rule]]\naccount = "Income:3001-Försäljning-25"\nvat = "25"\n'
MARCH_2 = ("2026-03-02", "2026-03-02")


def read(text):
    return read_known(text, "swish.csv", Writing())


def clearing(entry):
    return [str(p.units) for p in entry.postings if p.account.startswith("Assets:1582")]


# --- three banks, one report


@pytest.mark.parametrize(
    "text",
    [
        HANDELSBANKEN,
        HANDELSBANKEN.replace("\n", "\r\n"),
        # parted by semicolons the same bank writes amounts with a comma
        HANDELSBANKEN.replace(".00,", ";00,")
        .replace(".50,", ";50,")
        .replace(",", "|")
        .replace(";", ",")
        .replace("|", ";"),
        NORDEA,
    ],
)
def test_layouts_say_the_same(text):
    report = read(text)
    assert [(p.date, p.amount, p.currency, p.name, p.message, p.reference, p.bank_ref) for p in report.payments] == [
        (dt.date(2026, 3, 2), Decimal("1500.00"), "SEK", "Anna Swish", "Från Anna", "", "4469411476093487"),
        (dt.date(2026, 3, 2), Decimal("2300.50"), "SEK", "Sven Svensson", "Från Sven", "O-17", "4469411476093492"),
        (dt.date(2026, 3, 2), Decimal("-100.00"), "SEK", "Anna Swish", "Åter", "", "4469411476093499"),
    ]


def test_a_later_handelsbanken_report_has_the_booking_day(feed):
    """Version 3.1 has 18 fields: a payment of Sunday is booked on Monday."""
    text = HANDELSBANKEN.replace("T13:32:22", "T13:32:22,2026-03-03,I1,E1")
    text = text.replace("T15:00:01", "T15:00:01,2026-03-03,I2,E2").replace("T16:00:00", "T16:00:00,,I3,E3")
    assert [(p.date.day, p.sold.day) for p in read(text).payments] == [(3, 2), (3, 2), (2, 2)]


def test_swedbanks_report_says_when_it_was_made():
    report = read(SWISH)
    assert report.made == dt.date(2026, 3, 3)
    first = report.payments[0]
    assert (first.number, first.account, first.name, first.batch) == ("1234567890", "810599345678", "Anna Ek", "B301")
    assert [p.amount for p in report.payments] == [Decimal("250.00"), Decimal("200.00"), Decimal("-50.00")]


# --- as the bank books them


@pytest.mark.parametrize(
    ("way", "batches", "expected"),
    [
        # 100 + 200 of batch A, 50 of B on the 2nd; 7 without a batch on the 3rd
        (None, True, ["300.00 SEK", "50.00 SEK", "7.00 SEK"]),
        ("batch", True, ["300.00 SEK", "50.00 SEK", "7.00 SEK"]),
        ("day", True, ["350.00 SEK", "7.00 SEK"]),
        (None, False, ["350.00 SEK", "7.00 SEK"]),
        ("payment", True, ["100.00 SEK", "200.00 SEK", "50.00 SEK", "7.00 SEK"]),
    ],
)
def test_payments_are_put_together_as_the_bank_books_them(feed, way, batches, expected):
    setting = f'[source.takings]\ndeposits = "{way}"\n' if way else ""
    feed = feed(ONLY + setting + SALES)
    rows = [
        (*MARCH_2, "100.00", "A", "", "A1"),
        (*MARCH_2, "200.00", "B", "", "A1"),
        (*MARCH_2, "50.00", "C", "", "B1"),
        ("2026-03-03", "2026-03-03", "7.00", "D", "", ""),
    ]
    cut = None if batches else 5
    feed.take(swedbank(*[row[:cut] for row in rows], head=HEAD + ",Batchid" * batches), "swish.csv")
    assert [clearing(e)[0] for e in feed.transactions()] == expected


def test_a_payment_without_a_till_is_a_sale_by_rule(feed):
    """250.00 hold 50.00 VAT; what is paid back takes back its VAT."""
    feed = feed(ONLY + SALES)
    feed.take(swedbank((*MARCH_2, "250.00", "Anna", "2 kaffe"), (*MARCH_2, "-125.00", "Anna", "åter")), "swish.csv")
    (entry,) = feed.transactions()
    assert [(p.account.split(":")[1][:4], str(p.units.number)) for p in entry.postings] == [
        ("1582", "125.00"),
        ("3001", "-200.00"),
        ("2611", "-50.00"),
        ("3001", "100.00"),
        ("2611", "25.00"),
    ]
    assert (entry.flag, entry.payee, entry.narration) == ("*", "Anna", "Swish 1234567890, 2026-03-02")


def test_telephone_numbers_of_persons_are_never_kept_in_full(feed):
    feed = feed(ONLY)
    feed.take(swedbank((*MARCH_2, "250.00", "Anna Ek", "2 kaffe")), "swish.csv")
    text = (feed.unit.books / "2026" / "2026-03.beancount").read_text()
    assert "1112233" not in text
    assert 'counterparty-account: "*233"' in text
    assert 'counterparty: "Anna Ek"' in text


def test_a_message_with_an_invoices_number_settles_the_invoice(feed):
    sold = (
        '2026-02-01 * "Anna Ek" "Faktura 1001" ^inv-repris-1001\n  invoice: "1001"\n  due: 2026-03-01\n'
        "  Assets:1510-Kundfordringar  250.00 SEK\n  Income:3001-Försäljning-25  -250.00 SEK\n"
    )
    accounts = ACCOUNTS + "2020-01-01 open Assets:1510-Kundfordringar\n"
    feed = feed(UNIT, accounts, _2026_02=sold)
    feed.take(swedbank((*MARCH_2, "250.00", "Anna Ek", "Faktura 1001"), (*MARCH_2, "40.00", "Bo", "te")), "swish.csv")
    entry = feed.transactions()[-1]
    # the invoice isn't one of the till's sales; the tea is
    assert [(p.account.split(":")[1][:4], str(p.units.number)) for p in entry.postings] == [
        ("1582", "290.00"),
        ("1582", "-40.00"),
        ("1510", "-250.00"),
    ]
    assert entry.postings[2].meta["item"] == "inv-repris-1001"
    assert "inv-repris-1001" in entry.links


# --- with a till, and without


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        ("", "1582"),  # the till's own account for Swish
        ('[source.takings]\ntill_account = "Assets:1584-Kassan"\n', "1584"),
        ("[source.takings]\nin_till = false\n", "2999"),  # no till books them: they wait
        ("[source.takings]\nin_till = true\n", "1582"),
    ],
)
def test_which_account_the_till_has_booked(feed, setting, other):
    unit = UNIT.replace('name = "swish"\nformat = "swish"\n', f'name = "swish"\nformat = "swish"\n{setting}')
    feed = feed(unit, ACCOUNTS + "2020-01-01 open Assets:1584-Kassan\n")
    feed.take(SWISH.encode(), "swish.csv")
    (entry,) = feed.transactions()
    assert {p.account.split(":")[1][:4] for p in entry.postings[1:]} == {other}


def test_tills_that_book_swish_on_several_accounts_need_a_word(feed):
    second = UNIT.split("[[source]]")[-1].replace("kassa", "kassa-2")
    second = second.replace('means = "swish"', 'means = "swish"\naccount = "Assets:1584-Kassan"')
    feed = feed(f"{UNIT}\n[[source]]{second}", ACCOUNTS + "2020-01-01 open Assets:1584-Kassan\n")
    report = feed.take(SWISH.encode(), "swish.csv")
    assert type(report.problem) is TakingsTill
    assert report.problem.params["accounts"] == "Assets:1582-Swish-på-väg, Assets:1584-Kassan"


def test_the_days_of_the_till_are_those_of_the_sale(feed):
    """Paid on Saturday and Sunday, booked by the bank on Monday: two days of the till, one deposit."""
    feed = feed(UNIT)
    monday = "2026-03-09"
    rows = [(monday, "2026-03-07", "100.00", "A", ""), (monday, "2026-03-08", "20.00", "B", "")]
    feed.take(swedbank(*rows), "swish.csv")
    (entry,) = feed.transactions()
    assert clearing(entry) == ["120.00 SEK", "-100.00 SEK", "-20.00 SEK"]
    assert len({p.meta["item"] for p in entry.postings}) == 3


# --- once, whole, and of a day that is over


def test_a_day_that_isnt_over_is_left_out_and_comes_with_the_next_report(feed):
    feed = feed(ONLY + SALES)
    rows = [(*MARCH_2, "100.00", "A", ""), ("2026-03-03", "2026-03-03", "7.00", "B", "")]
    report = feed.take(swedbank(*rows, made="2026-03-03"), "a.csv")
    assert [clearing(e)[0] for e in feed.transactions()] == ["100.00 SEK"]
    assert report.plan.remarks == ["Payments of 2026-03-03, the day on which the report was made, are left out: 1."]
    more = [*rows, ("2026-03-03", "2026-03-03", "9.00", "C", "")]
    again = feed.take(swedbank(*more, made="2026-03-04"), "b.csv")
    assert (len(again.plan.entries), len(again.plan.known)) == (1, 1)
    assert feed.balances()["1582"] == Decimal("116.00")


def test_a_weekends_payments_that_the_bank_books_on_monday_wait_for_the_report_of_then(feed):
    """A report of Sunday, 8 March: Friday's comes in, Saturday's and Sunday's are booked on the 9th."""
    feed = feed(ONLY + SALES)
    friday = ("2026-03-06", "2026-03-06", "5.00", "A", "")
    rows = [friday, ("2026-03-09", "2026-03-07", "100.00", "B", ""), ("2026-03-09", "2026-03-08", "20.00", "C", "")]
    report = feed.take(swedbank(*rows, made="2026-03-08"), "a.csv")
    told = "Payments that the bank books after 2026-03-08, when the report was made, are left out: 2."
    assert report.plan.remarks == [told]
    assert feed.balances()["1582"] == Decimal("5.00")
    feed.take(swedbank(*rows, made="2026-03-10"), "b.csv")
    assert feed.balances()["1582"] == Decimal("125.00")


@pytest.mark.parametrize("way", ["", '[source.takings]\ndeposits = "payment"\n'])
def test_a_report_of_payments_that_were_made_after_it_does_not_come_in(feed, way):
    feed = feed(ONLY + way + SALES)
    rows = [(*MARCH_2, "100.00", "A", ""), ("2026-03-11", "2026-03-11", "7.00", "B", "")]
    report = feed.take(swedbank(*rows, made="2026-03-03"), "a.csv")
    assert (report.status, type(report.problem)) == ("refused", SwishDates)
    assert report.problem.line == 4
    assert feed.transactions() == []


def test_a_report_in_which_a_day_reads_differently_does_not_come_in(feed):
    feed = feed(ONLY + SALES)
    feed.take(swedbank((*MARCH_2, "100.00", "A", "")), "a.csv")
    report = feed.take(swedbank((*MARCH_2, "100.00", "A", ""), (*MARCH_2, "1.00", "B", "")), "b.csv")
    note = report.problem
    assert type(note) is DepositRestated
    assert (note.params["before"], note.params["now"]) == ("100.00 SEK, payments: 1", "101.00 SEK, payments: 2")
    assert feed.balances()["1582"] == Decimal("100.00")


@pytest.mark.parametrize(
    ("now", "known"),
    [
        ([("250.00", "A", "2 kaffe"), ("200.00", "B", "")], True),
        ([("200.00", "B", ""), ("250.00", "A", "2  Kaffe")], True),
        ([("250.00", "A", "gåva"), ("200.00", "B", "")], False),
        ([("300.00", "A", "2 kaffe"), ("150.00", "B", "")], False),
        ([("25.00", "A", "2 kaffe"), ("425.00", "B", "")], False),
    ],
)
def test_a_batch_of_the_same_sum_made_of_other_payments_does_not_come_in(feed, now, known):
    feed = feed(ONLY + SALES)
    feed.take(swedbank((*MARCH_2, "250.00", "A", "2 kaffe"), (*MARCH_2, "200.00", "B", "")), "a.csv")
    report = feed.take(swedbank(*((*MARCH_2, *row) for row in now)), "b.csv")
    assert (report.status, type(report.problem)) == (("known", type(None)) if known else ("refused", DepositRestated))


def test_what_is_kept_of_a_batch_says_no_more_of_a_persons_number_than_stands_in_the_book():
    """Two numbers with the same last three digits give one key; nobody can find the whole number by trying."""
    told = {}
    for phone in ("+46701112233", "0709998233", "+46701112244"):
        text = swedbank((*MARCH_2, "250.00", "A", "kaffe")).decode("cp1252").replace("+46701112233", phone)
        (deposit,) = deposits_of(read(text).payments, "batch")
        told[phone] = content_of(deposit)
    assert told["+46701112233"] == told["0709998233"] != told["+46701112244"]


def test_equal_payments_each_stay_where_the_bank_books_each(feed):
    feed = feed(ONLY + '[source.takings]\ndeposits = "payment"\n' + SALES)
    rows = [(*MARCH_2, "30.00", "Anna", "kaffe")] * 2
    feed.take(swedbank(*rows), "a.csv")
    report = feed.take(swedbank(*rows, (*MARCH_2, "30.00", "Anna", "kaffe")), "b.csv")
    assert (len(report.plan.known), len(report.plan.entries)) == (2, 1)
    assert feed.balances()["1582"] == Decimal("90.00")


def test_several_swish_numbers_go_to_their_sources(feed):
    first, second = (
        ONLY + 'bank_account = "123 456 78 90"\n',
        ONLY.split("\n", 2)[2].replace('"swish"\nf', '"butik"\nf'),
    )
    unit = f'{first}{second}bank_account = "1239876543"\naccount = "Assets:1584-Butik"\n'
    feed = feed(unit, ACCOUNTS + "2020-01-01 open Assets:1584-Butik\n")
    content = swedbank((*MARCH_2, "10.00", "A", ""), (*MARCH_2, "20.00", "B", ""))
    lines = content.split(b"\n")
    lines[3] = lines[3].replace(b"1234567890", b"1239876543")
    feed.take(b"\n".join(lines), "a.csv")
    assert {k: str(v) for k, v in feed.balances().items() if k[:3] == "158"} == {"1582": "10.00", "1584": "20.00"}
    stranger = feed.take(content.replace(b"1234567890", b"1230000000"), "b.csv")
    assert type(stranger.problem) is BankAccountUnknown


def test_another_bank_by_its_columns(feed):
    """Day first, comma, thousands parted by spaces, own names of columns."""
    columns = """\
[source.takings]
dates = ["%d.%m.%Y"]
decimal = ","
thousands = "space"
[source.takings.columns]
date = "Dag"
amount = "Summa"
name = "Från"
message = "Text"
reference = "Order"
"""
    feed = feed(ONLY + columns)
    report = feed.take("Dag;Summa;Från;Text;Order\n02.03.2026;1 250,00;Anna Ek;hej;O-1\n".encode(), "a.csv")
    assert report.status == "imported"
    (entry,) = feed.transactions()
    assert (entry.date, clearing(entry)) == (dt.date(2026, 3, 2), ["1250.00 SEK"])
    assert entry.postings[1].meta["reference"] == "O-1"


# --- what is refused

DECLARED = ONLY + '[source.takings.columns]\ndate = "Dag"\n'


@pytest.mark.parametrize(
    ("unit", "content", "problem"),
    [
        (ONLY, HANDELSBANKEN.replace("03,3", "03,4"), TakingsCount),
        (ONLY, HANDELSBANKEN.replace("2026-03-02,\n", "2026-03-02,14:00\n", 1), SwishIntraday),
        (ONLY, HANDELSBANKEN.replace("SWR", "SWX"), SwishKind),
        (ONLY, HANDELSBANKEN.replace("1500.00", "15OO.00"), ImportAmountInvalid),
        (ONLY, HANDELSBANKEN.replace("1500.00", "-1500.00"), ImportAmountInvalid),
        (ONLY, HANDELSBANKEN.replace("2026-03-02,SWR", "2026-02-30,SWR"), ImportDateInvalid),
        (ONLY, HANDELSBANKEN.replace("Från Anna,", "Från, Anna,"), TableColumns),
        (ONLY, HANDELSBANKEN.replace(",SEK,", ",DKK,"), BankCurrency),
        (ONLY, NORDEA.replace('"3"', '"4"'), TakingsCount),
        (ONLY, NORDEA.replace('"Antal resultat:";"3"\n', ""), TakingsCount),
        (ONLY, NORDEA.replace('"-100,00"', '"100,00"'), TakingsCount),
        (ONLY, SWISH.replace("\n3,", "\n4,"), TakingsCount),
        (ONLY, SWISH.replace("200.00", "2e2"), ImportAmountInvalid),
        (ONLY, SWISH.replace("200.00", ""), ImportAmountInvalid),
        (
            ONLY,
            SWISH.replace(",2026-03-02,2026-03-02,2026-03-02,", ",2026-03-02,2026-02-29,2026-03-02,"),
            ImportDateInvalid,
        ),
        (ONLY, SWISH.replace(",B301\n", "\n"), TableColumns),
        (ONLY, SWISH.removesuffix("\n"), TableCutOff),
        (ONLY, SWISH.split("\n")[0] + "\n", TakingsLayout),
        (DECLARED, "Dag;Summa\n2026-03-02;5,00\n", TakingsIncomplete),
    ],
)
def test_what_is_refused(feed, unit, content, problem):
    feed = feed(unit)
    before = feed.bytes()
    report = feed.take(content.encode(), "swish.csv")
    assert type(report.problem) is problem, report.problem
    assert feed.bytes() == before


@pytest.mark.parametrize("text", [HANDELSBANKEN, NORDEA, SWISH])
def test_no_beginning_of_a_report_is_taken_for_it(text):
    """Swedbank's has neither end nor sum: only a cut exactly between two rows can't be seen.

    Nordea's is whole without its last line end: its last cell is closed, its count and sum tie.
    """
    whole = {
        HANDELSBANKEN: set(),
        NORDEA: {len(NORDEA) - 1},
        SWISH: {len("".join(SWISH.splitlines(keepends=True)[:n])) for n in range(2, 5)},
    }[text]
    for size in range(len(text)):
        try:
            report = read(text[:size])
        except Problem:
            continue
        assert report is None or size in whole, text[:size][-60:]


def rows_of(text, delimiter):
    """Payments of a report as their amounts, read without the reader: (count, sum)."""
    if text.startswith("01"):
        rows = [line.split(text[2]) for line in text.split("\n")]
        out = {"SWR", "SWU"}  # with or without a minus
        told = [row[7] + "-" * (row[6] in out) for row in rows if row[0] == "02"]
    else:
        below = text[list(re.finditer("^.*belopp.*$", text, re.IGNORECASE | re.MULTILINE))[-1].start() :]
        names, *rows = csv.reader(io.StringIO(below), delimiter=delimiter)
        place = [name.strip().upper() for name in names].index("BELOPP")
        told = [row[place] for row in rows if "".join(row).strip()]
    sizes = [Decimal(re.sub("[^0-9.]", "", cell.replace(",", "."))) for cell in told]
    amounts = [-size if {"-", "\u2212"} & {*cell} else size for size, cell in zip(sizes, told, strict=True)]
    return len(amounts), sum(amounts)


@pytest.mark.parametrize(
    ("text", "delimiter", "total"), [(HANDELSBANKEN, ",", "3700.50"), (NORDEA, ";", "3700.50"), (SWISH, ",", "400.00")]
)
def test_the_amounts_of_a_report_are_those_of_its_rows(text, delimiter, total):
    assert rows_of(text, delimiter) == (3, Decimal(total)) == counted(read(text))


def counted(report):
    return len(report.payments), sum(p.amount for p in report.payments)


#: Changes as they happen to files: a row comes twice, goes, or is cut; a sign, figure or separator is another one.
EDITS = st.one_of(st.text(max_size=3), st.sampled_from([*'0159,.;-\n"', "\r\n", "SWR", "2026-03-01"]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([HANDELSBANKEN, NORDEA, SWISH]), st.data())
def test_a_changed_report_gives_all_its_rows_or_is_refused(text, data):
    """Whatever is changed: one typed problem, or every payment that the file has now, to the last öre."""
    if data.draw(st.booleans()):
        lines = text.splitlines(keepends=True)
        at = data.draw(st.integers(0, len(lines) - 1))
        changed = "".join([*lines[:at], *lines[at : at + 1] * data.draw(st.sampled_from([0, 2])), *lines[at + 1 :]])
    else:
        at = data.draw(st.integers(0, len(text)))
        changed = text[:at] + data.draw(EDITS) + text[at + data.draw(st.integers(0, 5)) :]
    try:
        report = read(changed)
    except Problem:
        assert changed != text
        return
    if report is None:  # its header is gone: no known bank's report
        assert changed != text
        return
    assert counted(report) == rows_of(changed, ";" if text == NORDEA else ",")


def test_recognition_needs_no_whole_file(feed):
    feed = feed(ONLY)
    (importer,) = importers_of(feed.ws, feed.unit)
    assert importer.recognises(SWISH.encode("cp1252")[:4096])
    assert not importer.recognises(b"Datum;Belopp\n")
