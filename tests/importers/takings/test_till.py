"""Z reports: sales by rate of VAT against how they were paid; nothing but reports that tie, each once, gaps said."""

import contextlib
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.base import Source, read_source
from importers.book import BookView, load_view
from importers.late import move_late
from importers.problems import (
    ImportAccountMissing,
    ImportAmountInvalid,
    ImportDateInvalid,
    ImportDateRange,
)
from importers.problems_tables import TableColumns, TableCutOff
from importers.run import importers_of
from importers.takings.problems import (
    TakingsIncomplete,
    TakingsLayout,
    TillBanked,
    TillBankedMore,
    TillCash,
    TillCurrency,
    TillGap,
    TillNumber,
    TillRestated,
    TillSum,
    TillTotal,
    TillTwice,
    TillVat,
)
from importers.takings.till import TillImporter
from importers.takings.till_plan import gaps_of, plan_reports
from ledger.books import Unit
from ledger.books.durable import sha256
from ledger.books.source_takings import TakingsColumns, TakingsTable, TillPayment, TillSale
from ledger.books.sources import SourceTable
from ledger.errors import Problem
from tests.importers.conftest import ACCOUNTS
from tests.importers.takings.day import UNIT, Z

HEAD = Z.split("\n")[0]
ROW = Z.split("\n")[1]
TILL = 'chart = "bas"\ncurrency = "SEK"\n[[source]]\nname = "kassa"\nformat = "till"\n'
SMALL = """\
[source.takings.columns]
date = "Datum"
number = "Nr"
"""
SALE_25 = '[[source.takings.sale]]\nvat = "25"\ngross = "F25"\n'
CARD = '[[source.takings.payment]]\ncolumn = "Kort"\nmeans = "card"\n'


def posted(feed):
    return [
        [(p.account.split(":")[1][:4], str(p.units.number)) for p in entry.postings]
        for entry in feed.transactions()
        if str(entry.meta.get("source-id", "")).startswith("till-")
    ]


def small(*rows, head="Datum;Nr;F25;Kort"):
    return "\n".join([head, *rows, ""])


# --- what a report books


def test_a_day_at_the_till(feed):
    """Worked out in `day`: 1 620.00 sold; 2.00 of the cash are missing; 300.00 go to the bank."""
    feed = feed(UNIT)
    feed.take(Z, "z.csv")
    assert posted(feed) == [
        [
            ("1910", "320.00"),
            ("1581", "900.00"),
            ("1582", "400.00"),
            ("1910", "-2.00"),
            ("3790", "2.00"),
            ("1910", "-300.00"),
            ("1909", "300.00"),
            ("3001", "-400.00"),
            ("2611", "-100.00"),
            ("3002", "-1000.00"),
            ("2621", "-120.00"),
        ]
    ]
    (entry,) = feed.transactions()
    assert (entry.date, entry.flag, entry.narration) == (dt.date(2026, 3, 2), "*", "Z report 17")
    assert (entry.meta["z-report"], str(entry.meta["sales"])) == ("17", "1620.00 SEK")
    # three items on their way: cards, Swish, the bag for the bank
    assert entry.links == {entry.postings[i].meta["item"] for i in (1, 2, 6)}
    assert entry.postings[6].meta["reference"] == "77"
    assert feed.book().problems == ()


def test_vat_that_the_till_doesnt_give_is_worked_out_once_per_report_and_rate(feed):
    """99.99 at 25 % hold 19.998 -> 20.00; 33.33 at 6 % hold 1.8866 -> 1.89; 10.00 bear none."""
    sales = SALE_25 + "".join(f'[[source.takings.sale]]\nvat = "{rate}"\ngross = "F{rate}"\n' for rate in ("6", "0"))
    feed = feed(TILL + SMALL + sales + CARD)
    feed.take(small("2026-03-02;1;99,99;33,33;10,00;143,32", head="Datum;Nr;F25;F6;F0;Kort"), "z.csv")
    assert posted(feed) == [
        [
            ("1581", "143.32"),
            ("3001", "-79.99"),
            ("2611", "-20.00"),
            ("3003", "-31.44"),
            ("2631", "-1.89"),
            ("3004", "-10.00"),
        ]
    ]


@pytest.mark.parametrize(
    ("columns", "head", "row"),
    [
        ('net = "N25"\nvat_amount = "M25"', "Datum;Nr;N25;M25;Kort", "2026-03-02;1;80,00;20,00;100,00"),
        ('net = "N25"', "Datum;Nr;N25;Kort", "2026-03-02;1;80,00;100,00"),
        ('gross = "F25"\nnet = "N25"', "Datum;Nr;F25;N25;Kort", "2026-03-02;1;100,00;80,00;100,00"),
        (
            'gross = "F25"\nnet = "N25"\nvat_amount = "M"',
            "Datum;Nr;F25;N25;M;Kort",
            "2026-03-02;1;100,00;80,00;20,00;100,00",
        ),
    ],
)
def test_sales_with_or_without_vat(feed, columns, head, row):
    feed = feed(TILL + SMALL + f'[[source.takings.sale]]\nvat = "25"\n{columns}\n' + CARD)
    report = feed.take(small(row, head=head), "z.csv")
    assert report.status == "imported", report.problem
    assert posted(feed) == [[("1581", "100.00"), ("3001", "-80.00"), ("2611", "-20.00")]]


def test_a_till_that_rounds_vat_on_every_receipt_needs_leave(feed):
    """100.00 hold 20.00; the till's receipts come to 20.03."""
    sale = '[[source.takings.sale]]\nvat = "25"\ngross = "F25"\nvat_amount = "M"\n'
    row = small("2026-03-02;1;100,00;20,03;100,00", head="Datum;Nr;F25;M;Kort")
    strict = feed(TILL + SMALL + sale + CARD)
    assert type(strict.take(row, "z.csv").problem) is TillVat


def test_with_leave_the_tills_own_vat_is_booked(feed):
    sale = '[[source.takings.sale]]\nvat = "25"\ngross = "F25"\nvat_amount = "M"\n'
    row = small("2026-03-02;1;100,00;20,03;100,00", head="Datum;Nr;F25;M;Kort")
    feed = feed(TILL + '[source.takings]\nvat_tolerance = "0.05"\n' + SMALL + sale + CARD)
    feed.take(row, "z.csv")
    assert posted(feed) == [[("1581", "100.00"), ("3001", "-79.97"), ("2611", "-20.03")]]


def test_what_else_a_till_takes_money_for(feed):
    """A gift card is sold and one is used; kronor are rounded; a return is written without sign."""
    extra = (
        '[[source.takings.sale]]\nvat = "0"\ngross = "Presentkort"\naccount = "Liabilities:2421-Presentkort"\n'
        '[[source.takings.sale]]\nvat = "0"\ngross = "Avrundning"\naccount = "Income:3740-Öresutjämning"\n'
        '[[source.takings.sale]]\nvat = "25"\ngross = "Retur"\nminus = true\n'
        '[[source.takings.payment]]\ncolumn = "Inlöst"\nmeans = "other"\naccount = "Liabilities:2421-Presentkort"\n'
    )
    accounts = ACCOUNTS + "2020-01-01 open Liabilities:2421-Presentkort\n2020-01-01 open Income:3740-Öresutjämning\n"
    feed = feed(TILL + SMALL + SALE_25 + CARD + extra, accounts)
    head = "Datum;Nr;F25;Kort;Presentkort;Avrundning;Retur;Inlöst"
    report = feed.take(small("2026-03-02;1;500,00;420,50;200,00;0,50;30,00;250,00", head=head), "z.csv")
    assert report.status == "imported", report.problem
    assert posted(feed) == [
        [
            ("1581", "420.50"),
            ("2421", "250.00"),
            ("3001", "-400.00"),
            ("2611", "-100.00"),
            ("2421", "-200.00"),
            ("3740", "-0.50"),
            ("3001", "24.00"),
            ("2611", "6.00"),
        ]
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # opening, counted, difference
        (("500,00", "820,00", ""), []),
        (("500,00", "818,00", ""), [("1910", "-2.00"), ("3790", "2.00")]),
        (("500,00", "825,00", ""), [("1910", "5.00"), ("3790", "-5.00")]),
        (("500,00", "818,00", "-2,00"), [("1910", "-2.00"), ("3790", "2.00")]),
        (("", "", "-2,00"), [("1910", "-2.00"), ("3790", "2.00")]),
        (("", "318,00", ""), [("1910", "-2.00"), ("3790", "2.00")]),
        (("", "", ""), []),
    ],
)
def test_cash_that_was_counted(feed, cells, expected):
    columns = 'opening = "Växel"\ncounted = "Räknat"\ndifference = "Diff"\n'
    cash = '[[source.takings.payment]]\ncolumn = "Kontant"\nmeans = "cash"\n'
    feed = feed(TILL + SMALL + columns + SALE_25 + cash)
    row = ";".join(["2026-03-02", "1", "320,00", "320,00", *cells])
    report = feed.take(small(row, head="Datum;Nr;F25;Kontant;Växel;Räknat;Diff"), "z.csv")
    assert report.status == "imported", report.problem
    assert posted(feed)[0][1:-2] == expected


LONG = """\
[source.takings.columns]
date = "Datum"
number = "Z"
till = "Kassa"
item = "Rad"
amount = "Belopp"
counted = "Räknat"
"""


def test_a_row_a_figure(feed):
    """Two tills, a report each; what isn't named (customers) is passed over, what isn't there is nothing."""
    cash = '[[source.takings.payment]]\ncolumn = "Kontant"\nmeans = "cash"\n'
    feed = feed(TILL + LONG + SALE_25 + CARD + cash)
    rows = [
        "Datum,Z,Kassa,Rad,Belopp",
        "2026-03-02,7,A,F25,100.00",
        "2026-03-02,7,A,Kunder,12.00",
        "2026-03-02,7,A,kort,60.00",
        "2026-03-02,7,A,Kontant,40.00",
        "2026-03-02,7,A,Räknat,41.00",
        "2026-03-02,7,B,F25,50.00",
        "2026-03-02,7,B,Kort,30.00",
        "2026-03-02,7,B,Kort,20.00",
    ]
    report = feed.take("\n".join(rows) + "\n", "z.csv")
    assert report.status == "imported", report.problem
    assert posted(feed) == [
        [
            ("1581", "60.00"),
            ("1910", "40.00"),
            ("1910", "1.00"),
            ("3790", "-1.00"),
            ("3001", "-80.00"),
            ("2611", "-20.00"),
        ],
        [("1581", "50.00"), ("3001", "-40.00"), ("2611", "-10.00")],
    ]
    # both tills' cards of a day are one item: the settlement doesn't know tills
    assert len({e.postings[0].meta["item"] for e in feed.transactions()}) == 1
    assert [e.narration for e in feed.transactions()] == ["Z report 7 A", "Z report 7 B"]


def test_other_charts_have_one_account_for_output_vat(feed):
    """Spain: 21 % and 10 %."""
    unit = TILL.replace('"bas"', '"pgc"').replace('"SEK"', '"EUR"')
    sales = "".join(f'[[source.takings.sale]]\nvat = "{rate}"\ngross = "V{rate}"\n' for rate in ("21", "10"))
    feed = feed(unit + SMALL + sales + CARD, "2020-01-01 open Assets:4315-Tarjetas\n")
    report = feed.take(small("2026-03-02;1;121,00;110,00;231,00", head="Datum;Nr;V21;V10;Kort"), "z.csv")
    assert report.status == "imported", report.problem
    (postings,) = posted(feed)
    assert [(code[:3], amount) for code, amount in postings] == [
        ("431", "231.00"),
        ("705", "-100.00"),
        ("477", "-21.00"),
        ("705", "-100.00"),
        ("477", "-10.00"),
    ]


@pytest.mark.parametrize(
    ("unit", "row", "head"),
    [
        ('currency = "EUR"\n[source.takings.columns]\n', "2026-03-02;2;100,00;100,00", "Datum;Nr;F25;Kort"),
        (
            '[source.takings.columns]\ncurrency = "Valuta"\n',
            "2026-03-02;2;100,00;100,00;EUR",
            "Datum;Nr;F25;Kort;Valuta",
        ),
    ],
    ids=["said by the source", "said by the report"],
)
def test_sales_in_another_currency_are_refused(feed, unit, row, head):
    """Sales and VAT have no worth in kronor there; one report of two is enough, and nothing comes in."""
    settings = TILL + SMALL.replace("[source.takings.columns]\n", unit) + SALE_25 + CARD
    feed = feed(settings)
    before = feed.bytes()
    first = "2026-03-01;1;100,00;100,00" + (";SEK" if "Valuta" in head else "")
    report = feed.take(small(first, row, head=head), "z.csv")
    assert (report.status, type(report.problem)) == ("refused", TillCurrency)
    assert (report.problem.params["currency"], report.problem.params["expected"]) == ("EUR", "SEK")
    assert report.problem.line == (3 if "Valuta" in head else 2)
    assert feed.bytes() == before


# --- once, and none missing


def test_a_report_comes_in_once(feed):
    feed = feed(TILL + SMALL + SALE_25 + CARD)
    feed.take(small("2026-03-02;1;100,00;100,00"), "a.csv")
    report = feed.take(small("2026-03-02;1;100,00;100,00", "2026-03-03;2;50,00;50,00"), "b.csv")
    assert (len(report.plan.known), len(report.plan.entries), report.plan.notes) == (1, 1, [])
    assert feed.balances()["1581"] == Decimal("150.00")


def test_a_report_never_changes(feed):
    feed = feed(TILL + SMALL + SALE_25 + CARD)
    feed.take(small("2026-03-02;1;100,00;100,00"), "a.csv")
    before = feed.bytes()
    report = feed.take(small("2026-03-02;1;90,00;90,00", "2026-03-03;2;50,00;50,00"), "b.csv")
    assert (report.status, type(report.problem)) == ("refused", TillRestated)
    assert (report.problem.params["before"], report.problem.params["now"]) == ("100.00 SEK", "90.00 SEK")
    assert feed.bytes() == before
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    month.write_text("; taken out\n", encoding="utf-8")
    assert feed.take(small("2026-03-02;1;90,00;90,00"), "b.csv").status == "imported"
    assert feed.balances()["1581"] == Decimal("90.00")


S25, S12 = "Income:3001-Försäljning-25", "Income:3002-Försäljning-12"
V25, V12 = "Liabilities:2611-Utgående-moms-25", "Liabilities:2621-Utgående-moms-12"
OWN = "Assets:1909-Överföring-mellan-egna-konton"


@pytest.mark.parametrize(
    ("old", "new", "before", "now"),
    [
        # 1 620.00 at 25 % instead of 500.00 at 25 and 1 120.00 at 12 %: VAT of 324.00 instead of 100.00 + 120.00
        (
            "500,00;100,00;1120,00;120,00",
            "1620,00;324,00;0,00;0,00",
            f"{S25} -400.00, {S12} -1000.00, {V25} -100.00, {V12} -120.00",
            f"{S25} -1296.00, {S12} 0, {V25} -324.00, {V12} 0",
        ),
        (
            "320,00;900,00;400,00",
            "320,00;800,00;500,00",
            "Assets:1581-Kort-på-väg 900.00, Assets:1582-Swish-på-väg 400.00",
            "Assets:1581-Kort-på-väg 800.00, Assets:1582-Swish-på-väg 500.00",
        ),
        (
            "300,00;77",
            "400,00;78",
            f"{OWN} 77 300.00, {OWN} 78 0, Assets:1910-Kassa 18.00",
            f"{OWN} 77 0, {OWN} 78 400.00, Assets:1910-Kassa -82.00",
        ),
        (
            "300,00;77",
            "300,00;78",
            f"{OWN} 77 300.00, {OWN} 78 0",
            f"{OWN} 77 0, {OWN} 78 300.00",
        ),
        # 818.00 counted: 2.00 are missing; 820.00: none
        (
            "818,00",
            "820,00",
            "Assets:1910-Kassa 18.00, Income:3790-Kassadifferenser 2.00",
            "Assets:1910-Kassa 20.00, Income:3790-Kassadifferenser 0",
        ),
    ],
)
def test_a_report_of_the_same_sales_with_other_figures_does_not_come_in(feed, old, new, before, now):
    feed = feed(UNIT)
    feed.take(Z, "a.csv")
    books = feed.bytes()
    report = feed.take(Z.replace(old, new), "b.csv")
    assert (report.status, type(report.problem)) == ("refused", TillRestated)
    told = report.problem.params
    assert (told["before"], told["now"]) == (f"1620.00 SEK ({before})", f"1620.00 SEK ({now})")
    assert feed.bytes() == books
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    lines = month.read_text(encoding="utf-8").splitlines(keepends=True)
    month.write_text("".join(line for line in lines if not line.startswith("  content:")), encoding="utf-8")
    assert feed.take(Z.replace(old, new), "b.csv").status == "known"  # booked by an older version


def test_accounts_that_a_person_has_chosen_and_figures_put_right_make_no_other_report(feed):
    feed = feed(UNIT)
    feed.take(Z, "a.csv")
    month = feed.unit.month_file(dt.date(2026, 3, 1))
    text = month.read_text(encoding="utf-8").replace("Income:3001-Försäljning-25", "Income:3002-Försäljning-12")
    month.write_text(text, encoding="utf-8")
    assert feed.take(Z, "a2.csv").status == "known"
    # 818.00 were counted, not 820.00: the booked entry was put right
    month.write_text("; taken out\n", encoding="utf-8")
    feed.take(Z.replace("818,00", "820,00"), "b.csv")
    text = month.read_text(encoding="utf-8")
    assert feed.take(Z, "c.csv").status == "refused"
    right = "  Assets:1910-Kassa  -2.00 SEK\n  Income:3790-Kassadifferenser  2.00 SEK\n"
    month.write_text(text.rstrip("\n") + "\n" + right, encoding="utf-8")
    assert feed.take(Z, "c.csv").status == "known"


def test_a_report_that_comes_again_under_another_day_does_not_come_in(feed):
    feed = feed(TILL + SMALL + SALE_25 + CARD)
    feed.take(small("2026-03-02;17;100,00;100,00", "2026-03-03;18;50,00;50,00"), "a.csv")
    books = feed.bytes()
    report = feed.take(small("2026-03-04;17;100,00;100,00", "2026-03-05;19;70,00;70,00"), "b.csv")
    assert (report.status, type(report.problem), report.problem.line) == ("refused", TillRestated, 2)
    assert (report.problem.params["before"], report.problem.params["now"]) == ("100.00 SEK on 2026-03-02", "100.00 SEK")
    assert feed.bytes() == books
    report = feed.take(small("2026-03-05;19;70,00;70,00", "2026-03-06;19;70,00;70,00"), "c.csv")
    assert (type(report.problem), report.problem.params["place"][-5:]) == (TillRestated, "c.csv")


@pytest.mark.parametrize(
    "rows",
    [
        ["2026-03-04;17;101,00;101,00"],  # other figures
        ["2026-04-02;17;100,00;100,00"],  # another month
        # it began at 16 again: 18 and 16 stand for other figures, too
        ["2026-03-20;16;60,00;60,00", "2026-03-21;17;100,00;100,00", "2026-03-22;18;20,00;20,00"],
        # the same figures under another number: two days on which the same was sold
        ["2026-03-04;19;50,00;50,00"],
    ],
)
def test_equal_figures_of_another_report_come_in(feed, rows):
    feed = feed(TILL + SMALL + SALE_25 + CARD)
    held = ["2026-03-01;16;10,00;10,00", "2026-03-02;17;100,00;100,00", "2026-03-03;18;50,00;50,00"]
    feed.take(small(*held), "a.csv")
    report = feed.take(small(*rows), "b.csv")
    assert (report.status, len(report.plan.entries)) == ("imported", len(rows)), report.problem


def test_missing_numbers_are_said_when_the_next_report_comes(feed):
    feed = feed(TILL + SMALL + SALE_25 + CARD)

    def take(name, *numbers):
        rows = [f"2026-03-{n:02};{n};100,00;100,00" for n in numbers]
        notes = feed.take(small(*rows), name).plan.notes
        assert {type(n) for n in notes} <= {TillGap}
        return [(n.params["before"], n.params["number"], n.params["missing"]) for n in notes]

    assert take("a.csv", 3, 4) == []
    assert take("b.csv", 7, 8, 12) == [("4", "7", "2"), ("8", "12", "3")]
    assert take("c.csv", 9, 10, 11) == []  # the later one was said already
    assert take("d.csv", 6) == [("4", "6", "1")]


@pytest.mark.parametrize(
    ("held", "new", "said"),
    [
        # of a year, and from 1 again in the next
        (["12-30 364", "12-31 365"], ["+01-01 1", "+01-02 2"], []),
        ([], ["12-30 364", "12-31 365", "+01-01 1", "+01-02 2"], []),
        (["01-02 2", "01-03 3", "12-31 365", "+01-01 1"], ["+01-04 4"], [(1, 4, 2)]),  # last year's are others
        (["12-31 365"], ["+01-03 3"], [(0, 3, 2)]),
        # a till that counts on
        (["12-30 364"], ["+01-02 366"], [(364, 366, 1)]),
        # from 1 again after a repair
        (["03-01 812"], ["03-02 1", "03-03 2"], []),
        (["03-01 812", "03-02 1"], ["03-04 3"], [(1, 3, 1)]),
        # closed after midnight, and dated the other way round
        (["03-01 5"], ["03-02 7", "03-03 6"], []),
        # found later
        (["03-01 5", "03-04 8"], ["03-02 6", "03-03 7"], []),
        (["03-01 5", "03-04 8"], ["03-03 7"], [(5, 7, 1)]),
    ],
)
def test_numbers_that_are_missing(held, new, said):
    def told(texts):
        days = (text.split() for text in texts)
        return {(dt.date.fromisoformat(f"{2026 + d.startswith('+')}-{d.lstrip('+')}"), int(n)) for d, n in days}

    assert [(before, at[1], missing) for before, at, missing in gaps_of(told(held), told(new))] == said


# --- what is refused


def worded(feed, content, name="z.csv"):
    """The problem of a file: of its import, or of the importer that is asked all the same."""
    importer = next(i for i in importers_of(feed.ws, feed.unit) if i.source.name == "kassa")
    data = content.encode()
    if importer.recognises(data[:4096]):
        return feed.take(content, name).problem
    with pytest.raises(Problem) as caught:
        importer.layout(content, name, ("date", "number"))
    return caught.value


def row(**cells):
    """The day's row with other cells, by column."""
    names, values = HEAD.split(";"), ROW.split(";")
    found = dict(zip(names, values, strict=True)) | {k.replace("_", " "): v for k, v in cells.items()}
    return f"{HEAD}\n{';'.join(found.values())}\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (row(Kort="899,00"), TillSum),
        (row(Totalt="1619,00"), TillTotal),
        (row(Moms_25="99,98"), TillVat),
        (row(Moms_12="100,00"), TillVat),
        (row(Z=""), TillNumber),
        (row(Kort="9OO,00"), ImportAmountInvalid),
        (row(Datum="2026-13-02"), ImportDateInvalid),
        (row(Datum="1999-12-31"), ImportDateRange),
        (row() + row(Kort="950,00", Kontant="270,00", Räknat="768,00").split("\n")[1] + "\n", TillTwice),
        (row().removesuffix("\n"), TableCutOff),
        (row().replace(";77", ""), TableColumns),
        (row().replace("Moms 12", "Moms12"), TakingsLayout),
    ],
)
def test_what_is_refused(feed, content, problem):
    feed = feed(UNIT)
    before = feed.bytes()
    assert type(worded(feed, content)) is problem
    assert feed.bytes() == before


def test_a_report_that_doesnt_tie_says_by_how_much(feed):
    feed = feed(UNIT)
    problem = feed.take(row(Kort="899,00"), "z.csv").problem
    assert problem.text() == (
        "Z report 17 of 2026-03-02 doesn't add up: sales 1,620.00, payments 1,619.00; the difference is 1.00 SEK."
    )
    assert (problem.line, problem.excerpt[:13]) == (2, "2026-03-02;17")


def test_cash_stated_and_counted_must_fit(feed):
    columns = 'opening = "Växel"\ncounted = "Räknat"\ndifference = "Diff"\n'
    cash = '[[source.takings.payment]]\ncolumn = "Kontant"\nmeans = "cash"\n'
    feed = feed(TILL + SMALL + columns + SALE_25 + cash)
    content = small("2026-03-02;1;320,00;320,00;500,00;818,00;2,00", head="Datum;Nr;F25;Kontant;Växel;Räknat;Diff")
    problem = feed.take(content, "z.csv").problem
    assert type(problem) is TillCash
    assert problem.params["computed"] == "-2.00"


@pytest.mark.parametrize(
    ("banked", "problem", "notes", "transfer"),
    [
        ("818,00", None, [], "818.00"),
        ("818,01", None, [TillBankedMore], "818.01"),
        ("-50,00", TillBanked, [], None),
    ],
)
def test_cash_taken_to_the_bank_lay_in_the_drawer(feed, banked, problem, notes, transfer):
    """818.00 were counted. More may be cash of other days, and is said; less than nothing is no cash at all."""
    feed = feed(UNIT)
    report = feed.take(Z.replace(";300,00;", f";{banked};"), "z.csv")
    assert type(report.problem) is (problem or type(None))
    assert [type(note) for note in (report.plan.notes if report.plan else [])] == notes
    moved = [p for e in feed.transactions() for p in e.postings if (p.meta or {}).get("reference") == "77"]
    assert [str(p.units.number) for p in moved] == ([transfer] if transfer else [])


@pytest.mark.parametrize(
    ("unit", "problem"),
    [
        (TILL + SMALL + SALE_25, TakingsIncomplete),
        (TILL + SMALL + CARD, TakingsIncomplete),
        (TILL + SMALL.replace('number = "Nr"\n', "") + SALE_25 + CARD, TakingsIncomplete),
        (TILL + SMALL + SALE_25 + 'account = "Income:3999-Nej"\n' + CARD, ImportAccountMissing),
    ],
)
def test_settings_that_are_missing_or_wrong(feed, unit, problem):
    feed = feed(unit)
    report = feed.take(small("2026-03-02;1;100,00;100,00"), "z.csv")
    assert type(report.problem) is problem, report.problem


def test_a_report_of_a_closed_month_is_booked_on_the_first_open_day(feed):
    feed = feed(TILL + SMALL + SALE_25 + CARD)
    (importer,) = importers_of(feed.ws, feed.unit)
    view = load_view(feed.ws, feed.unit)
    view.closed = frozenset({"2026-03"})
    source = read_source(feed.file("z.csv", small("2026-03-02;1;100,00;100,00")), "z.csv")
    plan = plan_reports(
        view,
        feed.unit.sources[0],
        importer.reports(source),
        file="z.csv",
        document="documents/x",
        today=dt.date(2026, 3, 31),
    )
    move_late(plan, view, "z.csv")
    assert [(str(e.date), str(e.meta["dated"])) for e in plan.entries] == [("2026-04-01", "2026-03-02")]


def test_no_beginning_of_a_row_is_taken_for_it(feed):
    """A list of reports has no end: a cut exactly between two rows is told by the next report's number."""
    feed = feed(UNIT)
    importer = next(i for i in importers_of(feed.ws, feed.unit) if i.source.name == "kassa")
    text = row() + row(Z="18", Datum="2026-03-03").split("\n")[1] + "\n"
    ends = {len("".join(text.splitlines(keepends=True)[:n])) for n in (1, 2)}
    for size in range(len(text)):
        with contextlib.suppress(Problem):
            found = read(importer, text[:size])
            assert size in ends, (found, text[:size][-30:])


def read(importer, text):
    return importer.read(Source(Path("z.csv"), "z.csv", text.encode(), sha256(text.encode())))


CENTS = st.integers(-(10**7), 10**7)
UNIT_OF_OUR_OWN = Unit("repris", Path("/nowhere"), "Repris", "REPRIS", "division", "SEK", "bas")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CENTS, CENTS, CENTS, CENTS, CENTS), min_size=1, max_size=5))
def test_whatever_was_sold_the_entry_says_how_it_was_paid(rows):
    """Sales at three rates against card and cash with a difference: entries tie, every krona is on its account."""
    table = TakingsTable(
        columns=TakingsColumns(date="d", number="n", difference="diff", banked="bank"),
        sale=tuple(TillSale(vat=rate, gross=f"F{rate}") for rate in ("25", "12", "6")),
        payment=(TillPayment(column="Kort", means="card"), TillPayment(column="Kontant", means="cash")),
    )
    lines = ["d;n;F25;F12;F6;Kort;Kontant;diff;bank"]
    sums = dict.fromkeys(("card", "cash", "difference", "net", "vat"), Decimal(0))
    for number, cents in enumerate(rows, 1):
        *sold, cash, difference = [Decimal(c) / 100 for c in cents]
        card = sum(sold, Decimal(0)) - cash
        lines.append(";".join(map(str, ["2026-03-02", number, *sold, card, cash, difference, "0.00"])))
        sums["card"] += card
        sums["cash"] += cash + difference
        sums["difference"] -= difference
        for amount, rate in zip(sold, (25, 12, 6), strict=True):
            # half away from zero, without the product's own rounding
            vat = (abs(amount) * 100 * rate * 2 + (100 + rate)) // (2 * (100 + rate)) / 100
            vat = vat if amount >= 0 else -vat
            sums["vat"] -= vat
            sums["net"] -= amount - vat
    source = SourceTable(name="kassa", format="till", takings=table)
    importer = TillImporter(None, UNIT_OF_OUR_OWN, source)
    text = "\n".join([*lines, ""])
    plan = plan_reports(
        BookView(UNIT_OF_OUR_OWN, []),
        source,
        read(importer, text),
        file="z.csv",
        document="documents/x",
        today=dt.date(2026, 3, 31),
    )
    found = dict.fromkeys(sums, Decimal(0))
    roots = {"1581": "card", "1910": "cash", "3790": "difference", "3": "net", "2": "vat"}
    for entry in plan.entries:
        assert sum((p.units.number for p in entry.postings), Decimal(0)) == 0
        for p in entry.postings:
            code = p.account.split(":")[1]
            name = next(name for start, name in roots.items() if code.startswith(start))
            found[name] += p.units.number
    assert found == sums
