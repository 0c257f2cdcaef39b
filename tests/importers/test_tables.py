"""Rows and columns from letters: every doubt is an error; amounts and days by a declared way of writing only."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importers.cells import ENGLISH, PLAIN, SWEDISH, Days, NumberStyle, decide_style, decimals_of
from importers.problems import ImportAmountInvalid
from importers.problems_tables import (
    TableColumns,
    TableCutOff,
    TableDamaged,
    TableHeader,
    TableNumberAmbiguous,
    TableNumbersMixed,
    TableTooLong,
)
from importers.tables import (
    LONGEST_ROW,
    MOST_CELLS,
    MOST_LINES,
    MOST_ROWS,
    Header,
    check_end,
    folded_name,
    headers,
    read_rows,
    read_table,
)

HEADER = "Datum;Text;Belopp\n"


def table(text, **options):
    header = next(headers(text))
    return read_table(text, "f.csv", header, **options)


def refused(kind, call, *args, **options):
    with pytest.raises(kind) as caught:
        call(*args, **options)
    return caught.value


# --- rows


def test_rows_know_their_lines():
    text = 'Om perioden\n\nDatum;Text;Belopp\n2026-01-01;"två\nrader";1\n;;\n\n2026-01-02;en;2\n'
    header = next(h for h in headers(text) if "datum" in h.names)
    assert header == Header(3, ";", ("datum", "text", "belopp"))
    found = read_table(text, "f.csv", header)
    assert [(r.line, r.cells) for r in found.rows] == [
        (4, ["2026-01-01", "två\nrader", "1"]),
        (8, ["2026-01-02", "en", "2"]),
    ]
    assert found.column("Belopp") == 2
    assert found.column("saldo") is None
    assert found.column("saldo", " TEXT ") == 1
    assert "saldo" in refused(TableHeader, found.need, "saldo").text()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(end):
    text = end.join(["Datum;Text;Belopp", "a;b;c", "d;e;f", ""])
    assert [(r.line, r.cells) for r in table(text).rows] == [(2, ["a", "b", "c"]), (3, ["d", "e", "f"])]


@pytest.mark.parametrize("delimiter", list(";,\t|"))
def test_the_header_shows_the_delimiter(delimiter):
    text = delimiter.join(["Datum", '"Text"', "Belopp"]) + "\n" + delimiter.join(["1", '"a;,\t|b"', "2"]) + "\n"
    header = next(h for h in headers(text) if len(h.names) == 3)
    assert header.delimiter == delimiter
    assert read_table(text, "f.csv", header).rows[0].cells == ["1", "a;,\t|b", "2"]


@pytest.mark.parametrize(
    ("rows", "kind", "line"),
    [
        ("a;b;1\na;b\n", TableColumns, 3),
        ("a;b;1;\n", TableColumns, 2),
        ("a;b;1\na;b", TableCutOff, 3),
        ("a;b;1\na;b\na;b;1", TableColumns, 3),
        ('a;"b;1\na;b;1\na;b;1\n', TableDamaged, 2),
        ('a;b"c"d;1\na;"b"c;1\n', TableDamaged, 3),
        (f"a;{'b' * 140_000};1\n", TableDamaged, 2),
        (f"a;b;1{';' * 1_000_000}\n", TableDamaged, 2),
        ("a;b;1\n" + 'a;"' + "b\n" * LONGEST_ROW, TableDamaged, 3),
    ],
    ids=lambda value: None if isinstance(value, type | int) else "rows",
)
def test_rows_that_are_refused(rows, kind, line):
    assert refused(kind, table, HEADER + rows).line == line


def test_a_problem_quotes_its_line():
    assert refused(TableColumns, table, HEADER + "a;b;1\nx;y\nz;z;z\n").excerpt == "x;y"


def test_more_rows_than_anybody_has():
    text = HEADER + "a;b;1\n" * (MOST_ROWS + 1)
    assert refused(TableTooLong, table, text).line == MOST_ROWS + 2


def test_more_blank_lines_than_anybody_has():
    assert refused(TableTooLong, table, HEADER + "\n" * (MOST_LINES + 1)).params["limit"] == str(MOST_LINES)


def test_more_cells_than_anybody_has():
    names = ";".join(f"c{n}" for n in range(200))
    problem = refused(TableTooLong, table, f"{names}\n" + (";".join(["a"] * 200) + "\n") * (MOST_CELLS // 200 + 1))
    assert problem.params["limit"] == str(MOST_CELLS // 200)


def test_two_columns_of_one_name():
    assert "belopp" in refused(TableHeader, table, "Datum;Belopp;BELOPP\na;b;c\n").text()


def test_nameless_columns_are_many():
    assert table("Datum;Belopp;;\na;b;;\n").rows[0].cells == ["a", "b", "", ""]


def test_a_table_may_end_in_its_sum():
    found = table(HEADER + "a;b;1\nSumma;;1\nfritt\n", is_trailer=lambda cells: cells[0] == "Summa")
    assert [r.line for r in found.rows] == [2]
    assert [r.line for r in found.trailer] == [3, 4]


def test_a_file_without_header():
    text = "a;b\nc;d\n"
    assert read_table(text, "f.csv", Header(0, ";", ("", ""))).rows == list(read_rows(text, "f.csv", ";"))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Datum;Belopp\na;1,00\n", True),
        ("Datum;Belopp\na;1,00", True),  # two decimals, as asked for below
        ("Datum;Belopp\na;1,0", False),
        ("Datum;Belopp\na;1", False),
        ('Datum;Text\na;"b"', True),
        ("Datum;Text\na;b", False),
        ("Datum;Valuta;\na;SEK;", True),
        ("Datum;Valuta;\n", True),
        ("Datum;Valuta;", False),  # a header may go on, too
        ("Datum;Valuta", False),
        ("Datum;Text;Valuta\na;b;c\n;;", True),  # a blank row
        ("Datum;Text;Valuta\na;b;c\n;", False),  # or the beginning of another
        ("Datum;Text;Valuta\na;b;c\n ", True),
        ('Datum;Text;Valuta\na;b;c\n"";"";""', True),
        ('Datum;Text;Valuta\na;b;c\n"";"""";', False),  # the second cell is a quote: no blank row
        ('Datum;Text;Valuta\na;b;c\n"a\n";"";', False),  # its first line isn't blank
    ],
)
def test_a_last_row_that_may_go_on(text, whole):
    found = table(text)
    if whole:
        check_end(found, lambda cell: decimals_of(cell) == 2)
    else:
        refused(TableCutOff, check_end, found, lambda cell: decimals_of(cell) == 2)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(alphabet='ab;",\n \r', max_size=6), min_size=3, max_size=3), max_size=6))
@example([["", ";;", ";;;;;;"], [";;;\r", "", ";"]])
@example([["", '"', ";"]])
@example([["", "", '"']])
@example([["", "a\n", ""], ["", "", "b"]])
def test_what_is_written_is_read_and_what_is_cut_is_not_made_up(rows):
    def quote(cell):
        return '"' + cell.replace('"', '""') + '"'

    text = HEADER + "".join(";".join(map(quote, row)) + "\n" for row in rows)
    whole = [row for row in rows if any(cell.strip() for cell in row)]
    assert [r.cells for r in table(text).rows] == whole
    for cut in (text[:end] for end in range(len(HEADER), len(text))):
        try:
            found = table(cut)
            check_end(found)
        except (TableDamaged, TableColumns, TableCutOff):
            continue
        told = [r.cells for r in found.rows]
        # A quote that stands doubled in the last cell looks closed when the file ends between the two.
        assert told == whole[: len(told)] or (cut.endswith('"') and told[:-1] == whole[: len(told) - 1])


# --- amounts


@pytest.mark.parametrize(
    ("style", "text", "amount"),
    [
        (SWEDISH, "12 340,50", "12340.50"),
        (SWEDISH, "-21 700,50", "-21700.50"),
        (SWEDISH, "1\u00a0234\u202f567,8", "1234567.80"),
        (SWEDISH, "−45,50", "-45.50"),
        (SWEDISH, "- 45,50", "-45.50"),
        (SWEDISH, "45,50-", "-45.50"),
        (SWEDISH, "+45,50", "45.50"),
        (SWEDISH, "-45,50-", None),
        (SWEDISH, "45.50", None),
        (SWEDISH, "12 34,50", None),
        (SWEDISH, "1 2345,50", None),
        (SWEDISH, "12 345 ,50", None),
        (SWEDISH, "1.234,50", None),
        (SWEDISH, "45,", None),
        (SWEDISH, ",50", None),
        (PLAIN, "-30.000", "-30.00"),
        (PLAIN, "10000.000", "10000.00"),
        (PLAIN, "12.345", None),
        (PLAIN, "12.3450", None),
        (PLAIN, "12,345", None),
        (PLAIN, "9999999999999.99", "9999999999999.99"),
        (PLAIN, "10000000000000.00", None),
        (PLAIN, "0", "0.00"),
        (ENGLISH, "5,180.00", "5180.00"),
        (ENGLISH, "-5,000", "-5000.00"),
        (ENGLISH, "1,2345.00", None),
        (ENGLISH, "9,999,999,999,999.99", "9999999999999.99"),
        (ENGLISH, "99,999,999,999,999.99", None),
        (NumberStyle(",", "."), "12.458,00", "12458.00"),
        (NumberStyle(".", "'"), "12’458.00", "12458.00"),
        *(
            (PLAIN, text, None)
            for text in ("NaN", "Infinity", "1e5", "1E+9", "1_000", "１２", "٣", "", "1 2", "--1", "abc")
        ),
        *((PLAIN, text, None) for text in ("=1+1", "0x10", "1.2.3", "(5.00)", "5.00 SEK", "1\n2", "½", "5.00\u200b")),
    ],
)
def test_amounts_of_a_declared_style(style, text, amount):
    found = style.number(text)
    assert (None if found is None else str(found)) == amount


@pytest.mark.parametrize(
    ("style", "amounts", "last", "whole"),
    [
        (SWEDISH, ["1 234,50", "", "7,00"], "7,00", True),
        (SWEDISH, ["1 234,50", "7,0"], "7,0", False),
        (SWEDISH, ["1 234,50", "7"], "7", False),
        (SWEDISH, ["1234", "7"], "7", False),
        (PLAIN, ["10000.000", "-30.000"], "-30.000", True),
        (ENGLISH, ["1,500", "2,000"], "2,000", False),  # of 2,000,000
        (NumberStyle(",", "."), ["22.480", "1.234"], "1.234", False),  # of 1.234.567
        (NumberStyle(",", "."), ["22.480,00", "1.234,00"], "1.234,00", True),
        (SWEDISH, ["7,00"], "", False),
        (SWEDISH, [], "7,00", False),
    ],
)
def test_the_last_amount_of_a_file_is_whole_if_it_has_all_decimals(style, amounts, last, whole):
    assert style.all_decimals(amounts, last) is whole


@pytest.mark.parametrize(("decimal", "thousands"), [(",", ","), (".", "."), (";", ""), (".", "_"), ("", " ")])
def test_styles_that_are_none(decimal, thousands):
    with pytest.raises(ValueError, match="no way to write amounts"):
        NumberStyle(decimal, thousands)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["45,50", "-1 070,00", ""], NumberStyle(",", " ")),
        (["45.50", "5,180.00"], NumberStyle(".", ",")),
        (["12.458,00", "3,5"], NumberStyle(",", ".")),
        (["1'000", "3.50"], NumberStyle(".", "'")),
        (["1.000.000"], NumberStyle(",", ".")),
        (["5", "10"], NumberStyle(".", "")),
        (["-30.000", "10000.000"], NumberStyle(".", "")),  # 10000.000 can't be thousands
        (["1.200", "12.458,00"], NumberStyle(",", ".")),  # the other one shows what the point is
        (["12,345"], TableNumberAmbiguous),
        (["12,345", "45.50"], TableNumberAmbiguous),
        (["12.345", "45.50"], TableNumberAmbiguous),
        (["45,50", "45.50"], TableNumbersMixed),
        (["1 000,00", "1'000,00"], TableNumbersMixed),
        (["1.000.000", "45.50"], TableNumbersMixed),
        (["1.000,00", "1,000.00"], TableNumbersMixed),
        (["1,00", "=cmd"], ImportAmountInvalid),
        (["１２"], ImportAmountInvalid),
        (["1.00.00"], ImportAmountInvalid),
    ],
)
def test_a_style_that_the_file_shows(cells, expected):
    rows = list(enumerate(cells, 2))
    if isinstance(expected, NumberStyle):
        found = decide_style(rows, "f.csv", "Belopp")
        assert found == expected
        assert all(found.number(cell) is not None for cell in cells if cell)
    else:
        assert refused(expected, decide_style, rows, "f.csv", "Belopp").line in range(2, 4)


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(-9_999_999_999_999, 9_999_999_999_999, places=2).map(lambda n: n + 0),
    st.sampled_from([SWEDISH, ENGLISH, PLAIN, NumberStyle(",", "."), NumberStyle(".", "'"), NumberStyle(",")]),
)
def test_any_amount_of_any_style(amount, style):
    plain = f"{amount:,.2f}"
    text = plain.replace(",", "T").replace(".", style.decimal).replace("T", style.thousands)
    assert style.number(text) == amount


# --- days


@pytest.mark.parametrize(
    ("forms", "text", "expected"),
    [
        (["%Y-%m-%d"], "2026-03-10", "2026-03-10"),
        (["%Y-%m-%d"], " 2026-03-10 ", "2026-03-10"),
        (["%Y-%m-%d"], "2026-03-10 10:15:00", "2026-03-10"),
        (["%Y-%m-%d"], "2026-03-10T23:59:59.123+01:00", "2026-03-10"),
        (["%Y-%m-%d"], "2026-02-30", None),
        (["%Y-%m-%d"], "2026-3-1", None),
        (["%Y-%m-%d"], "2026-03-10 25:00", None),
        (["%Y-%m-%d"], "2026/03/10", None),
        (["%Y-%m-%d"], "２026-03-10", None),
        (["%Y-%m-%d"], "0000-01-01", None),
        (["%Y-%m-%d"], "2026-03-10x", None),
        (["%Y/%m/%d"], "2026/03/10", "2026-03-10"),
        (["%Y%m%d"], "20260310", "2026-03-10"),
        (["%d.%m.%Y"], "10.03.2026", "2026-03-10"),
        (["%d.%m.%Y"], "10x03x2026", None),
        (["%d/%m/%Y"], "10/03/2026", "2026-03-10"),
        (["%d/%m/%y"], "01/11/24 10:30 AM", "2024-11-01"),
        (["%m/%d/%Y"], "03/10/2026", "2026-03-10"),
        (["%d/%m/%Y", "%m/%d/%Y"], "10/03/2026", None),
        (["%d/%m/%Y", "%m/%d/%Y"], "13/03/2026", "2026-03-13"),
        (["%d/%m/%Y", "%m/%d/%Y"], "03/03/2026", "2026-03-03"),
        (["%Y-%m-%d", "%d-%m-%Y"], "03-02-2026 10:15:00", "2026-02-03"),
    ],
)
def test_days_of_declared_forms(forms, text, expected):
    found = Days(*forms).day(text)
    assert (found and found.isoformat()) == (expected and expected)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-10", "00:00"),
        ("2026-03-10 9:05", "09:05"),
        ("2026-03-10 12:30 AM", "00:30"),
        ("2026-03-10 12:30 pm", "12:30"),
        ("2026-03-10 01:30 PM", "13:30"),
        ("2026-03-10 13:30 PM", None),
        ("2026-03-10 00:30 AM", None),
    ],
)
def test_times_of_day(text, time):
    found = Days("%Y-%m-%d").moment(text)
    assert (found and f"{found:%H:%M}") == time


def test_forms_that_are_none():
    for forms in ([], ["%c"], ["%Y-%m-%d %H"]):
        with pytest.raises(ValueError, match="no forms of days"):
            Days(*forms)


@settings(max_examples=100, deadline=None)
@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%y", "%m/%d/%Y", "%Y%m%d"]),
)
def test_any_day(day, form):
    assert Days(form).day(day.strftime(form)) == day


def test_names_of_columns_are_folded():
    assert folded_name(" Belopp\u00a0 (SEK) ") == "belopp (sek)"
    assert Decimal(0) == PLAIN.number("-0")
