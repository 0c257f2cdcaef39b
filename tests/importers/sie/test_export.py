"""A unit's books as a SIE file: what stands in it, and that who reads it gets the same books."""

import datetime as dt
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data

from importers.run import import_files
from importers.sie import read
from importers.sie.export import export_unit
from importers.sie.problems import SieAccountNumber, SieForeignPosting, SieYearEmpty
from importers.sie.read import read_sie
from importers.sie.whole import check_whole
from ledger.books import account_code, load_books, open_workspace
from ledger.books.summary import weight
from tests.conftest import FAVA_CONF
from tests.importers.conftest import Feed

ROOT = Path(__file__).resolve().parents[3]
TODAY = dt.date(2026, 6, 30)
ACCOUNTS = """\
2024-01-01 open Assets:1510-Kundfordringar
2024-01-01 open Assets:1930-Bank
2024-01-01 open Equity:2091-Balanserat-resultat SEK
2024-01-01 open Liabilities:2440-Leverantörsskulder
2024-01-01 open Income:3001-Försäljning-varor-25 SEK
2024-01-01 open Expenses:5010-Lokalhyra SEK
"""
#: 2025: 1000.00 paid in, sales of 300.00. 2026: rent of 80.00 for the kitchen, a sale of 10 EUR at 11.3333 SEK.
BOOKS = {
    "2025-03": """2025-03-01 * "Medlemmarna" "Start"
  voucher: "A-1"
  Assets:1930-Bank  1000.00 SEK
  Equity:2091-Balanserat-resultat  -1000.00 SEK

2025-04-01 * "Kund" "Faktura 1"
  voucher: "A-2"
  Assets:1510-Kundfordringar  300.00 SEK
  Income:3001-Försäljning-varor-25  -300.00 SEK
""",
    "2026-01": """2026-01-05 * "Värden" "Hyra – januari"
  voucher: "B-7"
  registered: 2026-01-06
  by: "anna"
  Expenses:5010-Lokalhyra  80.00 SEK
    cost-centre: "10"
    cost-centre-name: "Köket"
    text: "Köket, halva"
    row-date: 2026-01-04
    quantity: 2
  Assets:1930-Bank  -80.00 SEK

2026-01-20 * "Kund" "Betalning"
  voucher: "A-1"
  Assets:1930-Bank  300.00 SEK
  Assets:1510-Kundfordringar  -300.00 SEK

2026-02-10 ! "Kund" "Faktura 2"
  Assets:1510-Kundfordringar  10.00 EUR @ 11.3333 SEK
  Income:3001-Försäljning-varor-25  -113.33 SEK
""",
}


@pytest.fixture
def unit(make_workspace):
    """A workspace with one unit, and its book."""

    def make(months=BOOKS, accounts=ACCOUNTS, extra="", conf=FAVA_CONF):
        toml = f'organisation_number = "7699990001"\nchart = "bas"\n{extra}'
        parts = {"unit": toml, "accounts": accounts, **months}
        ws = make_workspace({"repris": parts}, conf=conf)
        book = load_books(ws, ["repris"]).units["repris"]
        assert book.problems == ()
        return ws, book

    return make


def exported(made, year=2026, kind="4E", **options):
    ws, book = made
    return export_unit(ws, book, year, kind, None, TODAY, **options)


def test_the_file(unit):
    """Worked by hand. 1510: 300.00 - 300.00 + 113.33; the converted 113.333 is rounded so that its voucher balances."""
    text = exported(unit(), checksum=False).data.decode("cp437")
    assert text.splitlines() == [
        "#FLAGGA 0",
        '#PROGRAM "Sambok" "1"',
        "#FORMAT PC8",
        "#GEN 20260630",
        "#SIETYP 4",
        "#ORGNR 769999-0001",
        '#FNAMN "Repris"',
        "#RAR 0 20260101 20261231",
        "#RAR -1 20250101 20251231",
        "#TAXAR 2027",
        "#OMFATTN 20260228",
        "#KPTYP EUBAS97",
        "#VALUTA SEK",
        '#KONTO 1510 "Kundfordringar"',
        "#KTYP 1510 T",
        '#KONTO 1930 "Bank"',
        "#KTYP 1930 T",
        '#KONTO 2091 "Balanserat resultat"',
        "#KTYP 2091 S",
        '#KONTO 3001 "Försäljning varor 25"',
        "#KTYP 3001 I",
        '#KONTO 5010 "Lokalhyra"',
        "#KTYP 5010 K",
        '#DIM 1 "Kostnadsställe"',
        '#OBJEKT 1 "10" "Köket"',
        "#IB 0 1510 300.00",
        "#IB 0 1930 1000.00",
        "#IB 0 2091 -1000.00",
        "#IB -1 1510 0.00",
        "#IB -1 1930 0.00",
        "#IB -1 2091 0.00",
        "#UB 0 1510 113.33",
        "#UB 0 1930 1220.00",
        "#UB 0 2091 -1000.00",
        "#UB -1 1510 300.00",
        "#UB -1 1930 1000.00",
        "#UB -1 2091 -1000.00",
        "#RES 0 3001 -113.33",
        "#RES 0 5010 80.00",
        "#RES -1 3001 -300.00",
        '#VER "A" "1" 20260120 "Kund: Betalning"',
        "{",
        "#TRANS 1930 {} 300.00",
        "#TRANS 1510 {} -300.00",
        "}",
        '#VER "B" "7" 20260105 "Värden: Hyra - januari" 20260106 "anna"',
        "{",
        '#TRANS 5010 {1 "10"} 80.00 20260104 "Köket, halva" 2',
        "#TRANS 1930 {} -80.00",
        "}",
        '#VER "S" "1" 20260210 "Kund: Faktura 2"',
        "{",
        "#TRANS 1510 {} 113.33",
        "#TRANS 3001 {} -113.33",
        "}",
    ]


def test_what_the_reader_of_the_file_is_told(unit):
    found = exported(unit())
    assert found.remarks == [
        "Vouchers without a number: 1; in this file they are series S.",
        "Vouchers that wait for a person (flagged !): 1.",
        "#IB sums to 300.00 SEK, not 0: the result of earlier years isn't booked to equity.",
        "Characters that SIE files can't hold were replaced: – -> -.",
    ]
    checksum = read_sie(found.data).checksum
    assert checksum is not None
    assert checksum[0] == checksum[1]


def test_what_rounding_leaves_of_a_voucher_goes_to_its_largest_converted_row(unit):
    """10 EUR and 20 EUR at 11.3333 are 113.333 and 226.666, booked against 340.00: 113.33 + 226.67 - 340.00 = 0;
    three times 113.333 against 340.00 lack 0.01."""
    book = """2026-01-05 * "Even"
  Assets:1510-Kundfordringar  10.00 EUR @ 11.3333 SEK
  Assets:1510-Kundfordringar  20.00 EUR @ 11.3333 SEK
  Income:3001-Försäljning-varor-25  -340.00 SEK

2026-01-06 * "Odd"
  Assets:1510-Kundfordringar  10.00 EUR @ 11.3333 SEK
  Assets:1510-Kundfordringar  10.00 EUR @ 11.3333 SEK
  Assets:1510-Kundfordringar  10.00 EUR @ 11.3333 SEK
  Income:3001-Försäljning-varor-25  -340.00 SEK
"""
    found = exported(unit({"2026-01": book}))
    assert [[str(r.amount) for r in v.rows] for v in found.sie.vouchers] == [
        ["113.33", "226.67", "-340.00"],
        ["113.34", "113.33", "113.33", "-340.00"],
    ]
    assert "Vouchers in which converted amounts were rounded to balance: 1." in found.remarks


def test_months_and_objects_of_type_3(unit):
    """January: 80.00 rent of cost centre 10, 220.00 more in the bank. February: 113.33 sold."""
    sie = read_sie(exported(unit(), kind="3").data)
    months = {
        (b.period, b.account, b.objects): str(b.amount) for b in sie.balances if b.kind == "PSALDO" and b.year == 0
    }
    assert months == {
        ("202601", "5010", ()): "80.00",
        ("202601", "5010", (("1", "10"),)): "80.00",
        ("202601", "1930", ()): "220.00",
        ("202601", "1510", ()): "-300.00",
        ("202602", "1510", ()): "113.33",
        ("202602", "3001", ()): "-113.33",
    }
    assert {b.period for b in sie.balances if b.year == -1 and b.kind == "PSALDO"} == {"202503", "202504"}
    assert read_sie(exported(unit(), kind="2").data).objects == {}
    assert not any(b.objects for b in read_sie(exported(unit(), kind="2").data).balances)


@pytest.mark.parametrize(("kind", "vouchers", "balances"), [("4I", 3, 0), ("4E", 3, 15), ("1", 0, 15)])
def test_what_a_type_brings(unit, kind, vouchers, balances):
    sie = read_sie(exported(unit(), kind=kind).data)
    check_whole(sie, "x.se")
    assert (sie.kind, len(sie.vouchers), len(sie.balances)) == (kind, vouchers, balances)


def test_the_first_year_has_no_year_before(unit):
    sie = exported(unit(), 2025).sie
    assert list(sie.years) == [0]
    assert sie.sums("IB") == {"1510": 0, "1930": 0, "2091": 0}


def test_a_broken_fiscal_year(unit):
    """From July: the sale of April 2025 belongs to the year that began in July 2024."""
    conf = FAVA_CONF + 'fiscal_year_start = "07-01"\n'
    sie = exported(unit(conf=conf), 2025).sie
    assert sie.years == {
        0: (dt.date(2025, 7, 1), dt.date(2026, 6, 30)),
        -1: (dt.date(2024, 7, 1), dt.date(2025, 6, 30)),
    }
    assert (sie.sums("RES", -1), len(sie.vouchers)) == ({"3001": Decimal("-300.00")}, 3)


def test_opening_balances_that_are_marked_are_no_voucher(unit):
    """What an import books on the year's first day (`opening-of`) is #IB, and consumes no number."""
    first = """2026-01-01 * "Opening balances"
  opening-of: 2026-01-01
  Assets:1930-Bank  500.00 SEK
  Equity:2091-Balanserat-resultat  -500.00 SEK
"""
    sie = exported(unit({"2026-01": first})).sie
    assert (sie.vouchers, sie.sums("IB")) == ([], {"1930": Decimal("500.00"), "2091": Decimal("-500.00")})


def test_accounts_of_one_number_are_one_and_name_nobody(unit):
    accounts = """2026-01-01 open Assets:1930-Bank
2026-01-01 open Equity:2083-Medlemsinsatser:Anna
  code: "2083"
2026-01-01 open Equity:2083-Medlemsinsatser:Bo
  code: "2083"
"""
    book = """2026-01-05 * "Insatser"
  Assets:1930-Bank  300.00 SEK
  Equity:2083-Medlemsinsatser:Anna  -100.00 SEK
    decision: "X"
  Equity:2083-Medlemsinsatser:Bo  -200.00 SEK
    decision: "X"
"""
    sie = exported(unit({"2026-01": book}, accounts)).sie
    assert sie.accounts["2083"].name == "Medlemsinsatser"
    assert sie.sums("UB")["2083"] == Decimal("-300.00")


def test_the_books_own_series_is_never_taken(unit):
    book = """2026-01-05 * "x"
  voucher: "S-1"
  Assets:1930-Bank  1.00 SEK
  Assets:1510-Kundfordringar  -1.00 SEK

2026-01-06 * "y"
  Assets:1930-Bank  1.00 SEK
  Assets:1510-Kundfordringar  -1.00 SEK
"""
    assert [(v.series, v.number) for v in exported(unit({"2026-01": book})).sie.vouchers] == [("S", "1"), ("SAM", "1")]


REFUSED = {
    # the account or posting                                                      the error, its line
    "an account without a number": ("2024-01-01 open Assets:Kassa\n", "Assets:Kassa  -1.00 SEK", SieAccountNumber, 1),
    "an account whose code is a word": (
        '2024-01-01 open Assets:Kassa\n  code: "kassa"\n',
        "Assets:Kassa  -1.00 SEK",
        SieAccountNumber,
        1,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_account_that_sie_cant_name(unit, case):
    opened, posting, error, line = REFUSED[case]
    book = f'2026-01-05 * "x"\n  Assets:1930-Bank  1.00 SEK\n  {posting}\n'
    with pytest.raises(error) as caught:
        exported(unit({"2026-01": book}, opened + ACCOUNTS))
    assert (caught.value.file, caught.value.line) == ("units/repris/accounts.beancount", line)


def test_a_posting_that_says_no_worth(unit):
    book = '2026-01-05 * "x"\n  Assets:1930-Bank  1.00 EUR\n  Assets:1510-Kundfordringar  -1.00 EUR\n'
    with pytest.raises(SieForeignPosting) as caught:
        exported(unit({"2026-01": book}))
    assert (caught.value.file, caught.value.line) == ("units/repris/books/2026/2026-01.beancount", 2)


def test_a_year_of_which_nothing_is_known(unit):
    with pytest.raises(SieYearEmpty):
        exported(unit(), 2024)


def test_a_year_without_vouchers_has_its_balances(unit):
    """Nothing is booked in 2027 yet: it begins with what 2026 ended with."""
    found = exported(unit(), 2027)
    assert (found.sie.vouchers, found.sie.sums("UB")["1930"]) == ([], Decimal("1220.00"))
    assert found.sie.sums("RES", -1)["5010"] == Decimal("80.00")


@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [("JOD", "12.345", "12.345"), ("CLP", "12345", "12345.00"), ("EUR", "0.10", "0.10")],
)
def test_currencies_with_other_units(make_workspace, currency, amount, written):
    accounts = "2024-01-01 open Assets:1930-Bank\n2024-01-01 open Income:3001-Sales\n"
    book = f'2026-01-05 * "x"\n  Assets:1930-Bank  {amount} {currency}\n  Income:3001-Sales\n'
    parts = {"unit": f'currency = "{currency}"\nchart = "bas"\n', "accounts": accounts, "2026-01": book}
    ws = make_workspace({"repris": parts})
    found = export_unit(ws, load_books(ws, ["repris"]).units["repris"], 2026, "4E", None, TODAY)
    assert f"#TRANS 1930 {{}} {written}\r\n".encode() in found.data
    assert f"#VALUTA {currency}\r\n".encode() in found.data
    assert read_sie(found.data).sums("UB") == {"1930": Decimal(amount)}


# --- round trips


def trial_balance(book):
    """Σ weight per number, from the entries themselves; of income and expense the file's year alone."""
    opens = {e.account: e.meta for e in book.entries() if isinstance(e, data.Open)}
    sums = defaultdict(Decimal)
    named = {account_code(account, meta) for account, meta in opens.items()}
    for entry in book.entries():
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            if posting.account.startswith(("Income:", "Expenses:")) and entry.date.year < 2026:
                number = (
                    "120" if "572" in named else "2098"
                )  # what earlier years left is equity (chart: opening_equity)
                sums[number] += weight(posting)[0]
                continue
            sums[account_code(posting.account, opens[posting.account])] += weight(posting)[0]
    return {number: round(amount, 2) for number, amount in sums.items() if round(amount, 2)}


@pytest.fixture(scope="module")
def demo():
    ws = open_workspace(ROOT)
    return ws, load_books(ws)


def demo_units():
    return sorted(path.parent.name for path in (ROOT / "units").glob("*/unit.toml"))


@pytest.mark.parametrize("slug", demo_units())
def test_every_demo_unit_comes_back_with_the_same_trial_balance(make_workspace, tmp_path, demo, slug):
    ws, books = demo
    unit = ws.units[slug]
    found = export_unit(ws, books.units[slug], 2026, "4E", None, TODAY)
    toml = f'currency = "{unit.currency}"\nchart = "{unit.chart}"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
    feed = Feed(make_workspace({"repris": {"unit": toml, "accounts": "; none yet\n"}}), tmp_path)
    report = import_files(feed.ws, feed.unit, [feed.file("bok.se", found.data)]).files[0]
    assert report.status == "imported", report.problem
    assert report.plan.notes == []
    book = feed.book()
    assert book.problems == ()
    assert trial_balance(book) == trial_balance(books.units[slug])
    vouchers = [entry for entry in books.units[slug].entries() if isinstance(entry, data.Transaction)]
    earlier = any(entry.date.year < 2026 for entry in vouchers)  # what they leave is one voucher of opening balances
    assert book.summary.transactions == sum(1 for entry in vouchers if entry.date.year == 2026) + earlier


TIED = """avendo_520_4E.se bl_administration_4E.se edison_ekonomi_4E.se norstedts_bokslut_4E_ksumma.se specter_4E.se
visma_adm2000_4E_cp437.se visma_adm2000_underdim_UTF8.se visma_eekonomi_2011_4E.se""".split()


def told(sie):
    """Vouchers as they are known: date, text, who and when, and their rows.

    What says nothing is left out: a row's own day that is its voucher's, a text that is the voucher's, a quantity of 0.
    """

    def row(r, voucher):
        text = " ".join(r.text.split())
        day = r.date if r.date != voucher.date else None
        quantity = r.quantity.normalize() if r.quantity else None
        shown = "" if text == " ".join(voucher.text.split()) else text
        return r.account, r.amount.normalize(), tuple(sorted(r.objects)), day, shown, quantity, r.sign

    return {
        (v.series, v.number): (
            v.date,
            " ".join(v.text.split()),
            v.registered,
            v.sign,
            sorted(repr(row(r, v)) for r in v.rows),
        )
        for v in sie.vouchers
    }


@pytest.mark.parametrize("name", TIED)
def test_a_real_file_comes_in_and_goes_out_the_same(samples, make_workspace, tmp_path, name):
    """The same vouchers, balances and objects; what #IB lacks of zero stands on 2098, an account of its own."""
    content = (samples / "sweden/sie" / name).read_bytes()
    sie = read_sie(content)
    first = sie.years[0][0]
    conf = FAVA_CONF + f'fiscal_year_start = "{first:%m}-01"\n'
    toml = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
    feed = Feed(make_workspace({"repris": {"unit": toml, "accounts": "; none yet\n"}}, conf=conf), tmp_path)
    assert feed.take(content, name).status == "imported"
    out = read_sie(export_unit(feed.ws, feed.book(), first.year, "4E", None, TODAY).data)
    if sie.encoding == "utf-8":  # letters that were lost before it came; CP437 has no sign for that
        content = content.decode().replace("\ufffd", "?").encode()
    assert told(out) == told(read_sie(content))
    assert len(out.vouchers) == len(sie.vouchers)
    untransferred = -sum(sie.sums("IB").values())
    for kind in ("IB", "UB", "RES"):
        want = {number: amount for number, amount in sie.sums(kind).items() if amount}
        if kind != "RES" and untransferred:
            want["2098"] = want.get("2098", Decimal(0)) + untransferred
        assert {number: amount for number, amount in out.sums(kind).items() if amount} == want, kind
    names = read_sie(content).objects
    for place in {place for v in out.vouchers for r in v.rows for place in r.objects}:
        assert out.objects[place] == " ".join(names.get(place, "").split())


def unstamped(content):
    """The lines of a file without the day on which it was made, and the checksum over it."""
    return [line for line in content.decode("cp437").splitlines() if not line.startswith(("#GEN", "#KSUMMA"))]


def every_year(feed):
    """The 4E files of a book, oldest year first."""
    book = feed.book()
    days = [e.date for e in book.entries() if isinstance(e, data.Transaction)]
    first, last = (feed.ws.fiscal_year(day)[0].year for day in (min(days), max(days)))
    return {year: export_unit(feed.ws, book, year, "4E", None, TODAY).data for year in range(first, last + 1)}


FOUR_E = sorted([*TIED, "fortnox_3_57_multiseries_UTF8_mojibake.se"])


@pytest.mark.parametrize("own", [True, False], ids=["its own year", "the calendar year"])
@pytest.mark.parametrize("name", FOUR_E)
def test_every_exported_voucher_is_numbered_and_a_second_export_is_the_same(
    samples, make_workspace, tmp_path, name, own
):
    """Also where a book begins within the federation's fiscal year, and its opening balances are a voucher then."""
    content = (samples / "sweden/sie" / name).read_bytes()
    start = read_sie(content).years[0][0]
    conf = FAVA_CONF + (f'fiscal_year_start = "{start:%m}-01"\n' if own else "")
    toml = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
    parts = {"unit": toml, "accounts": "; none yet\n"}
    feed = Feed(make_workspace({"repris": parts}, conf=conf), tmp_path)
    assert feed.take(content, name).status == "imported"
    once = every_year(feed)
    for sent in once.values():
        vouchers = [(v.series, v.number) for v in read_sie(sent).vouchers]
        assert all(number for _, number in vouchers)
        given = [number for series, number in vouchers if series == "S"]
        assert given == [str(n) for n in range(1, len(given) + 1)]
    shutil.rmtree(tmp_path / "units")
    other = Feed(make_workspace({"repris": parts}, conf=conf), tmp_path)
    for year, sent in once.items():
        assert other.take(sent, f"{year}.se").status == "imported"
    twice = every_year(other)
    assert {year: unstamped(sent) for year, sent in twice.items()} == {y: unstamped(sent) for y, sent in once.items()}


def test_an_opening_within_the_year_is_a_voucher_with_a_number(unit):
    """Books that begin on 1 March, in a calendar year: 500.00 in the bank is no #IB of 1 January."""
    march = """2026-03-01 * "Opening balances"
  opening-of: 2026-03-01
  Assets:1930-Bank  500.00 SEK
  Equity:2091-Balanserat-resultat  -500.00 SEK
"""
    found = exported(unit({"2026-03": march}))
    assert [(v.name, str(v.date)) for v in found.sie.vouchers] == [("S-1", "2026-03-01")]
    assert found.sie.sums("IB") == {"1930": 0, "2091": 0}
    assert b'#VER "S" "1" 20260301 "Opening balances"\r\n' in found.data
    assert "Vouchers without a number: 1; in this file they are series S." in found.remarks


# --- hostile and careless books

PAIRS = {
    "letters that CP437 lacks": ("Ł", "Ż", ["?", "?-2"]),
    "a slash and a backslash at the end": ("a/", r"a\\", ["a/", r"a\-2"]),
    "quotation marks": (r"a\"", "a”", ['a"', 'a"-2']),
    "a TAB and a blank": ("a b", "a\tb", ["a b", "a b-2"]),
}


@pytest.mark.parametrize("case", PAIRS)
def test_objects_that_would_be_written_as_one_stay_two(unit, case):
    """Rent of 80.00 for each of two cost centres, paid from the bank for it."""
    first, second, names = PAIRS[case]
    rents = [
        f"""2026-01-0{day} * "Hyra"
  voucher: "A-{day}"
  Expenses:5010-Lokalhyra  {day}0.00 SEK
    cost-centre: "{name}"
  Assets:1930-Bank  -{day}0.00 SEK
    cost-centre: "{name}"
"""
        for day, name in ((5, first), (6, second))
    ]
    found = exported(unit({"2026-01": "\n".join(rents)}))
    back = read_sie(found.data)
    told = {"".join(b.objects[0][1]): b.amount for b in back.balances if b.kind == "OUB"}
    assert told == {names[0]: Decimal("-50.00"), names[1]: Decimal("-60.00")}
    assert [v.rows[0].objects for v in back.vouchers] == [(("1", name),) for name in names]
    (remark,) = [remark for remark in found.remarks if remark.startswith("Names that would be one")]
    assert remark.endswith("-2.")


def test_series_that_would_be_written_as_one_stay_two(unit):
    """Voucher 1 of series Ł and of series Ż."""
    text = "\n".join(
        f'2026-01-05 * "x"\n  voucher: "{s}-1"\n  Expenses:5010-Lokalhyra  1.00 SEK\n  Assets:1930-Bank\n' for s in "ŁŻ"
    )
    assert [v.name for v in read_sie(exported(unit({"2026-01": text})).data).vouchers] == ["?-1", "?-2-1"]


def test_sums_of_more_digits_than_an_amount_may_have_are_exported(unit):
    """Three postings of 9,999,999,999,999.99: no file that comes from elsewhere could say so."""
    text = "\n".join(
        f'2026-01-0{n} * "x"\n  voucher: "A-{n}"\n  Expenses:5010-Lokalhyra  9999999999999.99 SEK\n  Assets:1930-Bank\n'
        for n in (1, 2, 3)
    )
    found = exported(unit({"2026-01": text}))
    assert found.sie.sums("UB") == {"1930": Decimal("-29999999999999.97")}
    assert b"#UB 0 1930 -29999999999999.97\r\n" in found.data


def test_a_file_may_be_larger_than_one_from_elsewhere(unit, monkeypatch):
    """Fifty divisions with 10,000 vouchers each have more lines than any file that is imported."""
    monkeypatch.setattr(read, "MOST_LINES", 10)
    monkeypatch.setattr(read, "LARGEST", 100)
    assert len(exported(unit()).sie.vouchers) == 3


def test_a_number_that_no_sie_file_could_have_is_named(unit):
    accounts = f'{ACCOUNTS}2024-01-01 open Assets:Lång\n  code: "{"1930" * 5}"\n'
    text = '2026-01-05 * "x"\n  Expenses:5010-Lokalhyra  1.00 SEK\n  Assets:Lång\n'
    with pytest.raises(SieAccountNumber) as caught:
        exported(unit({"2026-01": text}, accounts))
    assert (caught.value.file, caught.value.line) == ("units/repris/accounts.beancount", 7)
