"""SIE files of balances (types 1 to 3): what a book begins with, and what it is compared with."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.problems import ImportDateRange
from importers.sie.problems import (
    SieBooksDiffer,
    SieCutOff,
    SieInvalid,
    SieNoVouchers,
    SieVoucherChanged,
    SieYearOrder,
    SieYearRunning,
)
from importers.sie.read import read_sie

ONLY_SIE = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
#: A year with sales of 500.00, cost of 380.00; the bank went from 1000.00 to 1120.00.
YEAR = """#FLAGGA 0
#PROGRAM "Gamla programmet" 3
#FORMAT PC8
#GEN 20260210
#SIETYP 1
#FNAMN "Bolaget"
#RAR 0 20250101 20251231
#KONTO 1930 "Bank"
#KONTO 2091 "Balanserad vinst"
#KONTO 3001 "Försäljning"
#KONTO 5010 "Hyra"
#IB 0 1930 1000.00
#IB 0 2091 -1000.00
#UB 0 1930 1120.00
#UB 0 2091 -1000.00
#RES 0 3001 -500.00
#RES 0 5010 380.00
"""
ACCOUNTS = """2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Equity:2091-Balanserad-vinst SEK
2020-01-01 open Income:3001-Sales SEK
2020-01-01 open Expenses:5010-Rent SEK
"""


def start(feed, accounts="; none yet\n", **months):
    return feed(ONLY_SIE, accounts=accounts, **months)


def rows(entry):
    return {p.account.split(":", 1)[1]: str(p.units.number) for p in entry.postings}


def differences(report):
    return {
        n.params["account"]: (n.params["said"], n.params["held"])
        for n in report.plan.notes
        if isinstance(n, SieBooksDiffer)
    }


def test_a_year_that_is_over_opens_the_next_one(feed):
    """1120.00 in the bank, 1000.00 equity; the year's 120.00 were never moved to equity."""
    feed = start(feed)
    report = feed.take(YEAR, "2025.se")
    (opening,) = feed.transactions()
    assert (opening.date, opening.meta["opening-of"]) == (dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    assert rows(opening) == {
        "1930-Bank": "1120.00",
        "2091-Balanserad-vinst": "-1000.00",
        "2098-Föregående-års-resultat:Untransferred": "-120.00",
    }
    assert opening.meta["document"] == report.document
    assert any("#UB sums to 120.00 SEK" in remark for remark in report.plan.remarks)
    assert feed.book().problems == ()


def test_it_opens_once(feed):
    feed = start(feed)
    feed.take(YEAR, "2025.se")
    before = feed.bytes()
    again = feed.take(YEAR.replace("#GEN 20260210", "#GEN 20260211"), "again.se")
    assert again.status == "known"
    assert differences(again) == {}
    books = {k: v for k, v in feed.bytes().items() if "documents" not in k}
    assert books == {k: v for k, v in before.items() if "documents" not in k}


def test_a_year_that_reads_differently_later_is_said_account_by_account(feed):
    """The other program booked 20.00 more rent after the year was opened here."""
    feed = start(feed)
    feed.take(YEAR, "2025.se")
    later = YEAR.replace("#UB 0 1930 1120.00", "#UB 0 1930 1100.00").replace("5010 380.00", "5010 400.00")
    report = feed.take(later, "later.se")
    assert report.status == "known"
    assert differences(report) == {"Assets:1930-Bank": ("1100.00", "1120.00")}
    assert len(feed.transactions()) == 1


def test_a_book_that_holds_the_year_is_compared_and_left_alone(feed):
    """The book has the rent of 380.00, but sales of 450.00 only: bank and sales differ by 50.00."""
    books = """2025-01-01 * "Ingående balans"
  Assets:1930-Bank  1000.00 SEK
  Equity:2091-Balanserad-vinst  -1000.00 SEK

2025-03-01 * "Sålt"
  Assets:1930-Bank  450.00 SEK
  Income:3001-Sales  -450.00 SEK

2025-04-01 * "Hyra"
  Assets:1930-Bank  -380.00 SEK
  Expenses:5010-Rent  380.00 SEK
"""
    later = '2026-02-01 * "Next year"\n  Assets:1930-Bank  9.00 SEK\n  Income:3001-Sales  -9.00 SEK\n'
    feed = start(feed, ACCOUNTS, _2025_01=books, _2026_02=later)
    before = feed.bytes()
    report = feed.take(YEAR, "2025.se")
    assert report.status == "known"
    assert differences(report) == {
        "Assets:1930-Bank": ("1120.00", "1070.00"),
        "Income:3001-Sales": ("-500.00", "-450.00"),
    }
    assert {k: v for k, v in feed.bytes().items() if k in before} == before
    assert any("4 accounts compared on 2025-12-31, 2 of them differ" in r for r in report.plan.remarks)


def test_a_book_that_was_opened_by_hand_is_compared_on_that_day(feed):
    hand = '2026-01-01 * "Ingående balans"\n  Assets:1930-Bank  1120.00 SEK\n  Equity:2091-Balanserad-vinst\n'
    feed = start(feed, ACCOUNTS, _2026_01=hand)
    report = feed.take(YEAR, "2025.se")
    assert differences(report) == {"Equity:2091-Balanserad-vinst": ("-1000.00", "-1120.00")}
    assert len(feed.transactions()) == 1


def test_what_is_booked_later_in_the_new_year_doesnt_keep_the_opening_out(feed):
    paid = '2026-01-20 * "Hyra"\n  Expenses:5010-Rent  9.00 SEK\n  Assets:1930-Bank  -9.00 SEK\n'
    feed = start(feed, ACCOUNTS, _2026_01=paid)
    assert feed.take(YEAR, "2025.se").status == "imported"
    assert feed.balances()["1930"] == Decimal("1111.00")


def test_an_older_year_after_a_younger_one_is_refused(feed):
    feed = start(feed)
    feed.take(YEAR, "2025.se")
    older = YEAR.replace("2025", "2024").replace("GEN 20260210", "GEN 20250210")
    assert type(feed.take(older, "2024.se").problem) is SieYearOrder


def test_opening_balances_by_object_come_from_type_3(feed):
    """1120.00 in the bank: 300.00 of cost centre 10, 820.00 of nobody's. The project splits the same money again."""
    objects = '#OUB 0 1930 {1 "10"} 300.00\n#OUB 0 1930 {6 "P7"} 500.00\n#OBJEKT 1 "10" "Köket"\n'
    feed = start(feed)
    report = feed.take(YEAR.replace("#SIETYP 1", "#SIETYP 3") + objects, "2025.se")
    (opening,) = feed.transactions()
    bank = [(str(p.units.number), p.meta.get("cost-centre")) for p in opening.postings if "1930" in p.account]
    assert bank == [("300.00", "10"), ("820.00", None)]
    assert opening.postings[0].meta["cost-centre-name"] == "Köket"
    assert any("further dimensions" in remark for remark in report.plan.remarks)


# --- a running year: #IB and one voucher a month

MONTHS = """#PSALDO 0 202601 1930 {} 500.00
#PSALDO 0 202601 3001 {} -500.00
#PSALDO 0 202602 1930 {} -380.00
#PSALDO 0 202602 5010 {} 380.00
"""
RUNNING = YEAR.replace("#SIETYP 1", "#SIETYP 2").replace("2025", "2026").replace("GEN 20260210", "GEN 20260315")
RUNNING = RUNNING.replace("#FNAMN", "#OMFATTN 20260228\n#FNAMN") + MONTHS


def test_a_running_year_comes_in_month_by_month(feed):
    feed = start(feed)
    feed.take(RUNNING, "2026.se")
    opening, january, february = feed.transactions()
    assert (opening.date, rows(opening)) == (
        dt.date(2026, 1, 1),
        {"1930-Bank": "1000.00", "2091-Balanserad-vinst": "-1000.00"},
    )
    assert (january.date, rows(january)) == (
        dt.date(2026, 1, 31),
        {"1930-Bank": "500.00", "3001-Försäljning": "-500.00"},
    )
    assert (february.date, rows(february)) == (dt.date(2026, 2, 28), {"1930-Bank": "-380.00", "5010-Hyra": "380.00"})
    assert january.narration == "All vouchers of 2026-01, booked in Gamla programmet"
    assert feed.book().problems == ()


def test_months_by_object_are_said_to_stay_outside(feed):
    """January's sales of 500.00 by cost centre: the account's own row holds them already."""
    parts = MONTHS + '#PSALDO 0 202601 3001 {1 "10"} -300.00\n#PSALDO 0 202601 3001 {1 "20"} -200.00\n'
    report = start(feed).take(RUNNING.replace(MONTHS, parts), "types.se")
    assert "Changes of a month by object (#PSALDO) stay in the archived file: 2." in report.plan.remarks


def test_the_next_export_adds_the_next_month_and_says_what_changed(feed):
    """March comes in; January has sales of 510.00 now, which is said."""
    feed = start(feed)
    feed.take(RUNNING, "februari.se")
    march = "#PSALDO 0 202603 1930 {} -5.00\n#PSALDO 0 202603 5010 {} 5.00\n"
    later = (
        RUNNING.replace("OMFATTN 20260228", "OMFATTN 20260331")
        .replace("202601 1930 {} 500.00", "202601 1930 {} 510.00")
        .replace("202601 3001 {} -500.00", "202601 3001 {} -510.00")
        .replace("#UB 0 1930 1120.00", "#UB 0 1930 1125.00")
        .replace("3001 -500.00", "3001 -510.00")
        .replace("5010 380.00\n#PS", "5010 385.00\n#PS")
    )
    report = feed.take(later + march, "mars.se")
    assert [e.date for e in feed.transactions()][3:] == [dt.date(2026, 3, 31)]
    (changed,) = [n for n in report.plan.notes if isinstance(n, SieVoucherChanged)]
    assert "Assets:1930-Bank 500.00 -> 510.00" in changed.params["difference"]


def test_a_running_year_that_the_book_has_already_is_compared(feed):
    hand = '2026-01-15 * "Sålt"\n  Assets:1930-Bank  500.00 SEK\n  Income:3001-Sales  -500.00 SEK\n'
    feed = start(feed, ACCOUNTS, _2026_01=hand)
    report = feed.take(RUNNING, "2026.se")
    assert len(feed.transactions()) == 1
    assert differences(report) == {
        "Assets:1930-Bank": ("1120.00", "500.00"),
        "Equity:2091-Balanserad-vinst": ("-1000.00", "0"),
        "Expenses:5010-Rent": ("380.00", "0"),
    }


REFUSED = {
    # what is wrong                                                                     the error
    "vouchers in a file of balances": (YEAR + '#VER A 1 20250105 ""\n{\n}\n', SieNoVouchers),
    "type 1 of a running year": (YEAR.replace("#GEN 20260210", "#GEN 20250630"), SieYearRunning),
    "type 2 without months, of a running year": (RUNNING.replace(MONTHS, ""), SieYearRunning),
    "months that don't add up": (RUNNING.replace("202602 5010 {} 380.00", "202602 5010 {} 379.00"), SieCutOff),
    "a month outside the year": (RUNNING.replace(" 202602 ", " 202702 "), SieInvalid),
    "a month that isn't balanced": (
        RUNNING.replace("202602 1930 {} -380.00", "202603 1930 {} -380.00"),
        SieInvalid,
    ),
    "a year that no calendar ends": (YEAR.replace("20251231", "99991231"), ImportDateRange),
    "a month of the year 0": (RUNNING.replace(" 202602 ", " 000002 "), SieInvalid),
    "a year before 2000": (YEAR.replace("2025", "1997"), ImportDateRange),
    "the year is missing": (YEAR.replace("#RAR 0 20250101 20251231\n", ""), SieCutOff),
    "a closing balance is missing": (YEAR.replace("#UB 0 2091 -1000.00\n", ""), SieCutOff),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cant_open_a_book(feed, case):
    text, error = REFUSED[case]
    feed = start(feed)
    before = feed.bytes()
    assert type(feed.take(text, "x.se").problem) is error
    assert feed.bytes() == before


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("bl_administration_typ2.se", dt.date(2010, 7, 1)),
        ("bl_administration_typ3.se", dt.date(2010, 7, 1)),
        ("visma_compact_typ1_ksumma.se", dt.date(2011, 1, 1)),
    ],
)
def test_real_balances_open_a_book_with_every_figure(samples, feed, name, first):
    feed = start(feed)
    data = (samples / "sweden/sie" / name).read_bytes()
    assert feed.take(data, name).status == "imported"
    (opening,) = feed.transactions()
    assert opening.date == first
    closing = {number: amount for number, amount in read_sie(data).sums("UB").items() if amount}
    found = feed.balances()
    untransferred = found.pop("Untransferred", Decimal(0))
    assert found == closing
    assert untransferred == -sum(closing.values())
    assert feed.book().problems == ()


def test_type_2_and_type_3_of_one_company_agree_with_its_books(samples, feed):
    """BL Administration wrote types 2, 3 and 4E of the same year: balances of 4E's books are the other two's."""
    folder = samples / "sweden/sie"
    feed = start(feed)
    feed.take((folder / "bl_administration_4E.se").read_bytes(), "4e.se")
    for name in ("bl_administration_typ2.se", "bl_administration_typ3.se"):
        report = feed.take((folder / name).read_bytes(), name)
        assert (report.status, differences(report)) == ("known", {}), name
