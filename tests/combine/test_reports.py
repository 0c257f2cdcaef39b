"""Reports as data: worksheets by level and line, tables, JSON; figures worked out by hand."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from ledger.charts import line
from ledger.combine import combine
from ledger.combine.reports.answer import answer
from ledger.combine.reports.export import json_text, parquet_tables
from ledger.combine.reports.tables import COUNT, DATE, MONEY, SHARE, TEXT, Table, csv_text, tables
from ledger.combine.reports.worksheet import worksheet
from tests.combine.conftest import StubRun
from tests.combine.test_levels import federation_of_levels  # noqa: F401  a fixture
from tests.combine.test_presentation import MARCH
from tests.combine.test_view import PRICES, TEXTS

FEBRUARY = '2026-02-28 custom "average-rate" "EUR" 11.20 SEK\n2026-02-09 price EUR 11.10 SEK\n'


def sales(sheet):
    """The row of sales by column, as text."""
    (row,) = [row for row in sheet.rows if row.line.id == "NetSales"]
    return {column: str(amount) for column, amount in row.amounts.items()} | {"": str(row.total)}


@pytest.fixture
def found(federation_of_levels):  # noqa: F811  the fixture
    return combine(federation_of_levels, StubRun(), date_to=MARCH)


@pytest.mark.parametrize(
    ("depth", "columns", "expected"),
    [
        (0, ("/",), {"/": "-6000.00", "": "-6000.00"}),
        (
            1,  # central sells 7 into Sweden
            ("/Chile", "/Sverige", "gemensamt", "ELIM"),
            {"/Chile": "-1000.00", "/Sverige": "-4000.00", "gemensamt": "-1007.00", "ELIM": "7.00", "": "-6000.00"},
        ),
        (
            9,  # Linköping sells 30 to Norrköping
            (
                "/Chile",
                "/Sverige/Uppsala/Uppsala",
                "/Sverige/Östergötland/Linköping",
                "/Sverige/Östergötland/Norrköping",
                "gemensamt",
                "ELIM",
            ),
            {
                "/Chile": "-1000.00",
                "/Sverige/Uppsala/Uppsala": "-1000.00",
                "/Sverige/Östergötland/Linköping": "-2030.00",
                "/Sverige/Östergötland/Norrköping": "-1000.00",
                "gemensamt": "-1007.00",
                "ELIM": "37.00",
                "": "-6000.00",
            },
        ),
    ],
)
def test_the_worksheet_by_level(found, depth, columns, expected):
    sheet = worksheet(found, by="level", depth=depth)
    assert sheet.columns == columns
    assert sales(sheet) == expected


@pytest.mark.parametrize(
    ("depth", "columns"),
    [
        (0, ("/Sverige/Östergötland",)),
        (1, ("/Sverige/Östergötland/Linköping", "/Sverige/Östergötland/Norrköping", "ELIM")),
        (2, ("/Sverige/Östergötland/Linköping", "/Sverige/Östergötland/Norrköping", "ELIM")),
    ],
)
@pytest.mark.parametrize("name", ["Östergötland", "Sverige/Östergötland"])
def test_depth_counts_below_the_level_that_was_asked_for(federation_of_levels, name, depth, columns):  # noqa: F811  the fixture
    """Linköping sells 30 to Norrköping, which stands in ELIM between the two."""
    found = combine(federation_of_levels, StubRun(), date_to=MARCH, level=name)
    assert worksheet(found, by="level", depth=depth).columns == columns


def test_a_level_that_is_called_like_a_unit_is_no_unit(combined):
    """Keys of levels and business lines can't be taken for slugs or for ELIM."""
    book = '2026-02-01 * "Sold"\n  Assets:1930-Bank  5.00 SEK\n  Income:3001-Sales\n'
    toml = 'levels = ["gemensamt"]\nbusiness_line = "ELIM"'
    made = combined({"repris": (book.replace("Sales\n", "Sales  -5.00 SEK\n"), toml)})
    assert worksheet(made, by="level").columns == ("/gemensamt", "gemensamt")
    assert worksheet(made, by="line").columns == ("/ELIM", "/")


def test_rows_of_every_way_add_up_to_the_group(found):
    for by in ("unit", "level", "line"):
        for depth in range(4):
            for row in worksheet(found, by=by, depth=depth).rows:
                assert sum(row.amounts.values()) == row.total == found.lines[row.line.id]


def test_a_csv_file_cell_by_cell():
    table = Table(
        "x",
        {"text": TEXT, "day": DATE, "amount": MONEY, "count": COUNT, "share": SHARE},
        (
            ('a "b", c', dt.date(2026, 3, 31), Decimal("-1234.5"), 3, Decimal("0.80")),
            ("two\nlines", None, Decimal("0.125"), 0, Decimal(1)),
            ("=1+1", None, Decimal(0), 0, Decimal("0.3333333333")),
        ),
    )
    assert csv_text(table, "SEK") == (
        "text,day,amount,count,share\r\n"
        '"a ""b"", c",2026-03-31,-1234.50,3,0.8\r\n'
        '"two\nlines",,0.125,0,1\r\n'
        "'=1+1,,0.00,0,0.3333333333\r\n"
    )
    assert ",-1235," in csv_text(replace(table, rows=(("a", None, Decimal(-1235), 0, Decimal(1)),)), "CLP")


@pytest.mark.parametrize("currency", ["SEK", "EUR"])
def test_every_table_is_written_and_ties(federation, currency):
    books = federation(TEXTS, prices=PRICES + FEBRUARY)
    made = combine(books, StubRun(), date_to=MARCH, currency=currency)
    written = {name: pl.read_parquet(io.BytesIO(content)) for name, content in parquet_tables(made).items()}
    assert {f"{table.name}.parquet": len(table.rows) for table in tables(made)} == {
        n: len(f) for n, f in written.items()
    }
    assert written["trial_balance.parquet"]["amount"].sum() == 0
    assert written["bridge.parquet"]["amount"].sum() == made.result
    lines = written["equity.parquet"].filter(pl.col("line") != "total")
    net = sum(a for name, a in made.lines.items() if line(name).root in {"Assets", "Liabilities"})
    assert lines["closing"].sum() == net
    root = written["levels.parquet"].filter(pl.col("level") == "")
    assert root.drop("level").equals(written["trial_balance.parquet"])
    assert written["business_lines.parquet"]["amount"].sum() == 0


@pytest.mark.parametrize("currency", [None, "EUR"])
def test_the_order_of_units_changes_no_byte(federation, currency):
    """The same books, given in another order: JSON with all its reports is the same to the byte."""
    one = federation(TEXTS, prices=PRICES + FEBRUARY)
    told = json_text(combine(one, StubRun(), date_to=MARCH, currency=currency))
    turned = replace(one, units=dict(reversed(one.units.items())))
    turned.workspace.__dict__["units"] = dict(reversed(one.workspace.units.items()))
    assert json_text(combine(turned, StubRun(), date_to=MARCH, currency=currency)) == told
    assert json.loads(told)["equity"]


def test_amounts_are_text_with_the_decimals_of_their_currency(combined):
    book = '2026-03-31 * "Sold"\n  Assets:1930-Bank  1200.00 SEK\n  Income:3001-Sales  -1200.00 SEK\n'
    prices = """
2026-03-31 custom "average-rate" "CLP" 0.012 SEK
2026-03-31 price CLP 0.0125 SEK
"""
    told = answer(combined({"repris": book}, prices=prices, date_to=MARCH, currency="CLP"))
    assert told["result"] == "100000"
    assert told["lines"] == {"NetSales": "-100000", "CashAndBank": "96000", "CTA": "4000"}
    assert told["levels"][0]["lines"] == told["lines"]
    assert told["translation"] == [
        {
            "unit": "repris",
            "currency": "SEK",
            "opening_net_assets": "0.00",
            "posted": "4000",
            "proof": "4000",
            "rounding": "0",
        }
    ]
