"""`sambok number`: vouchers of open months get their numbers; nothing else of a file changes, nothing twice."""

import datetime as dt

import pytest

from ledger.books import load_books
from ledger.books.problems_write import WriteConflict
from ledger.closing import assign
from ledger.closing.assign import number_unit
from ledger.closing.numbering import numbers
from ledger.closing.problems_vouchers import NumberMeant, SeriesTaken, VoucherGapUnreadable, VoucherNumberUnreadable
from ledger.errors import Problem

ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank SEK
2025-01-01 open Income:3001-Sales SEK
2025-01-01 open Equity:2091-Balanserat

2026-01-01 * "Opening balance"
  Assets:1930-Bank  100.00 SEK
  Equity:2091-Balanserat
"""
BARE = ACCOUNTS.partition("\n\n")[0] + "\n"
TODAY = dt.date(2026, 4, 2)


def entry(day, *meta, text="Sale"):
    rows = "".join(f"  {row}\n" for row in meta)
    return f'{day} * "{text}"\n{rows}  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n'


@pytest.fixture
def make(sealed_workspace):
    """A workspace whose unit repris has months, some of them closed."""

    def made(months, closed=(), unit="", accounts=ACCOUNTS):
        return sealed_workspace({"repris": {"accounts": accounts, "unit": unit, **months}}, {"repris": closed})

    return made


def number(ws, **options):
    return number_unit(ws, ws.units["repris"], **{"by": "anna", "today": TODAY, **options})


def text_of(ws, month):
    return (ws.units["repris"].books / month[:4] / f"{month}.beancount").read_text(encoding="utf-8")


def test_the_worked_example(make):
    """January is closed, A-1 to A-3 are used; February has a bank's line, a comment, one with a number; March one."""
    ws = make(
        {
            "2026-01": "".join(entry(f"2026-01-0{n}", f'voucher: "A-{n}"') for n in (1, 2, 3)),
            "2026-02": "; February\n\n"
            + entry("2026-02-10", 'source-id: "bank-1"', text="Of the bank")
            + "; a remark\n\n"
            + entry("2026-02-03", "registered: 2026-02-04", 'by: "bo"')
            + entry("2026-02-04", 'voucher: "A-4"', text="Has one"),
            "2026-03": entry("2026-03-01"),
        },
        closed=("2026-01",),
        accounts=ACCOUNTS.replace('"Opening balance"\n', '"Opening balance"\n  voucher: "A-0001"\n').replace(
            "2026-01-01 *", "2025-12-31 *"
        ),
    )
    done = number(ws)
    assert done.series == "A"
    assert [(p.voucher, p.where) for p in done.given] == [
        ("A-5", "units/repris/books/2026/2026-02.beancount:12"),
        ("A-6", "units/repris/books/2026/2026-02.beancount:3"),
        ("A-7", "units/repris/books/2026/2026-03.beancount:1"),
    ]
    assert done.stamped == 1  # A-4 of February; the opening balance is sealed
    assert text_of(ws, "2026-02") == (
        '; February\n\n2026-02-10 * "Of the bank"\n  voucher: "A-6"\n  registered: 2026-04-02\n  by: "anna"\n'
        '  source-id: "bank-1"\n'
        "  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n; a remark\n\n"
        '2026-02-03 * "Sale"\n  voucher: "A-5"\n  registered: 2026-02-04\n  by: "bo"\n'
        "  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n"
        '2026-02-04 * "Has one"\n  registered: 2026-04-02\n  by: "anna"\n  voucher: "A-4"\n'
        "  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n"
    )
    assert "registered" not in text_of(ws, "2026-01")
    found = numbers(load_books(ws), "repris", 2026)
    assert (found.gaps(), found.twice, found.missing) == ((), (), ())
    before = {p: p.read_bytes() for p in ws.units["repris"].folder.rglob("*.beancount")}
    again = number(ws)
    assert (again.given, again.stamped, again.files) == ((), 0, ())
    assert before == {p: p.read_bytes() for p in ws.units["repris"].folder.rglob("*.beancount")}
    lines = (ws.units["repris"].folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert '"action":"number"' in lines[-1].replace(" ", "")


def test_a_trial_writes_nothing(make):
    ws = make({"2026-02": entry("2026-02-03")})
    before = {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}
    assert [p.voucher for p in number(ws, dry_run=True).given] == ["A-1", "A-2"]
    assert before == {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}


def test_later_months_are_left_alone(make):
    ws = make({"2026-02": entry("2026-02-03"), "2026-03": entry("2026-03-03")})
    assert [p.voucher for p in number(ws, until="2026-02").given] == ["A-1", "A-2"]
    assert text_of(ws, "2026-03") == entry("2026-03-03")


def test_each_fiscal_year_begins_with_one(make):
    ws = make({"2025-12": entry("2025-12-30", 'voucher: "A-7"') + entry("2025-12-31"), "2026-01": entry("2026-01-31")})
    assert [p.voucher for p in number(ws).given] == ["A-8", "A-1", "A-2"]


def test_what_another_program_has_numbered_is_kept_and_its_series_left_to_it(make):
    """4I only proposes: such vouchers get a number here, like a bank's lines."""
    other = entry("2026-02-01", 'voucher: "A-7"', 'program: "P"', 'source-id: "sie-1"')
    proposed = entry("2026-02-02", 'proposed: "A-9"', 'program: "P"', 'source-id: "sie-4i-1"')
    ws = make({"2026-02": other + proposed})
    done = number(ws)
    assert [(p.voucher, p.date.day) for p in done.given] == [("B-1", 1), ("B-2", 2)]
    assert text_of(ws, "2026-02").startswith(other)
    assert number(ws).given == ()


@pytest.mark.parametrize(
    ("unit", "series", "found"),
    [("", None, "V"), ('series = "LF"', None, "LF"), ('series = "LF"', "K", "K"), ("", "K2", "K2")],
)
def test_which_series(make, unit, series, found):
    ws = make({"2026-02": entry("2026-02-03", 'voucher: "V-1"') + entry("2026-02-04")}, unit=unit)
    done = number(ws, series=series)
    assert done.series == found
    assert [p.voucher for p in done.given] == [f"{found}-{n}" for n in ((2, 3) if found == "V" else (1, 2))]


@pytest.mark.parametrize(("series", "case"), [("X", "own"), ("a", "shape"), ("A-B", "shape"), ("", "shape"), ("P", "")])
def test_series_that_are_refused(make, series, case):
    ws = make({"2026-02": entry("2026-02-03", 'voucher: "P-1"', 'program: "P"', 'source-id: "sie-1"')})
    with pytest.raises(SeriesTaken) as met:
        number(ws, series=series)
    assert met.value.params["case"] == case


def test_what_can_t_be_read_is_named_and_the_rest_is_done(make):
    ws = make(
        {
            "2026-02": entry("2026-02-03", "voucher:")
            + entry("2026-02-04", 'voucher: "Kvitto"')
            + entry("2026-02-05")
            + '2026-02-28 event "voucher-gap" "A-9"\n'
        }
    )
    done = number(ws)
    assert [(type(p), p.line) for p in done.problems] == [
        (VoucherNumberUnreadable, 1),
        (VoucherNumberUnreadable, 7),  # two lines more stand above it now
        (VoucherGapUnreadable, 19),
    ]
    assert [p.voucher for p in done.given] == ["A-1", "A-2"]


def test_void_numbers_are_not_given(make):
    gap = '2026-02-28 event "voucher-gap" "A-2..A-4 the pad was torn"\n'
    ws = make({"2026-02": entry("2026-02-03", 'voucher: "A-1"') + entry("2026-02-04") + gap})
    assert [p.voucher for p in number(ws).given] == ["A-5", "A-6"]
    assert numbers(load_books(ws), "repris", 2026).gaps() == ()


def test_a_book_with_errors_gets_no_numbers(make):
    ws = make({"2026-02": entry("2026-02-03") + '2026-02-04 * "x"\n  Assets:1930-Bank  1.00 SEK\n'})
    before = text_of(ws, "2026-02")
    with pytest.raises(Problem) as met:
        number(ws)
    assert met.value.code == "TRANSACTION_UNBALANCED"
    assert text_of(ws, "2026-02") == before


def test_a_file_saved_meanwhile_is_not_written_over(make, monkeypatch):
    ws = make({"2026-02": entry("2026-02-03")})
    file = ws.units["repris"].books / "2026" / "2026-02.beancount"
    real = assign.load_books

    def load(*args):
        loaded = real(*args)
        file.write_text("; by an editor\n" + entry("2026-02-03"), encoding="utf-8")
        return loaded

    monkeypatch.setattr(assign, "load_books", load)
    with pytest.raises(WriteConflict):
        number(ws)
    assert file.read_text(encoding="utf-8") == "; by an editor\n" + entry("2026-02-03")


def test_frozen_vouchers_are_left_alone(make):
    closed = '2026-02-28 * "Levy"\n  voucher: "L-1"\n  source-id: "close:x:2026-02"\n  Assets:1930-Bank  0.00 SEK\n'
    ws = make({"2026-02": entry("2026-02-03") + closed})
    number(ws)
    assert text_of(ws, "2026-02").endswith(closed)


def test_what_lacks_the_day_or_the_person_gets_what_it_lacks(make):
    rows = ("registered: 2026-02-04", 'by: "bo"')
    texts = [entry(f"2026-02-0{n}", f'voucher: "A-{n}"', *said) for n, said in enumerate((rows[:1], rows[1:], rows), 1)]
    ws = make({"2026-02": "".join(texts)}, accounts=ACCOUNTS.partition("\n2026-01-01 *")[0])
    done = number(ws)
    assert (done.given, done.stamped) == ((), 2)
    assert text_of(ws, "2026-02") == "".join(
        [
            texts[0].replace('"Sale"\n', '"Sale"\n  by: "anna"\n'),
            texts[1].replace('"Sale"\n', '"Sale"\n  registered: 2026-04-02\n'),
            texts[2],
        ]
    )


LAST_YEAR = entry("2025-12-10", 'voucher: "A-1"', text="Of last year")


def test_a_number_that_a_correction_means_last_year_s_by_is_given_to_nobody(make):
    """Written by hand: X-1 takes back A-1 of December. February's sale would be A-1 of 2026, and be taken back."""
    correction = entry("2026-03-05", 'voucher: "B-1"', 'corrects: "A-1"')
    ws = make({"2025-12": LAST_YEAR, "2026-02": entry("2026-02-10"), "2026-03": correction}, accounts=BARE)
    opened = {path: path.read_bytes() for path in ws.root.rglob("*.beancount")}
    for dry_run in (True, False):
        with pytest.raises(NumberMeant) as met:
            number(ws, series="A", dry_run=dry_run)
        told = met.value
        assert (told.file, told.line) == ("units/repris/books/2026/2026-03.beancount", 1)
        assert (told.params["voucher"], told.params["other"], told.params["month"]) == ("A-1", "2025-12-10", "2025-12")
    assert opened == {path: path.read_bytes() for path in ws.root.rglob("*.beancount")}


def test_one_that_says_its_month_means_the_same_one_as_before(make):
    correction = entry("2026-03-05", 'voucher: "B-1"', 'corrects: "A-1"', 'concerns: "2025-12"')
    ws = make({"2025-12": LAST_YEAR, "2026-02": entry("2026-02-10"), "2026-03": correction}, accounts=BARE)
    assert [place.voucher for place in number(ws, series="A").given] == ["A-1"]


def test_a_correction_that_comes_before_the_voucher_means_last_year_s_as_before(make):
    """It is of January, and the number goes to March."""
    correction = entry("2026-01-05", 'voucher: "B-1"', 'corrects: "A-1"')
    ws = make({"2025-12": LAST_YEAR, "2026-01": correction, "2026-03": entry("2026-03-10")}, accounts=BARE)
    assert [place.voucher for place in number(ws, series="A").given] == ["A-1"]
