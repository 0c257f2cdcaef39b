"""SIE 4 into books: a real file becomes a book that adds up, and comes in once."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from importers.problems import ImportAmountUnit, ImportDateRange
from importers.sie.problems import (
    SieBalanceDiffers,
    SieNoVouchers,
    SieVoucherChanged,
    SieVoucherUnbalanced,
    SieWrongCompany,
    SieWrongCurrency,
    SieYearOrder,
)
from importers.sie.read import read_sie

ONLY_SIE = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
HEAD = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Bolaget"
#ORGNR 769999-0001
#RAR 0 20260101 20261231
#KONTO 1930 "Bank"
#KONTO 2091 "Balanserad vinst"
#KONTO 6110 "Kontorsmateriel & annat"
"""
BALANCES = "#IB 0 1930 1000.00\n#IB 0 2091 -1000.00\n#UB 0 1930 900.00\n#UB 0 2091 -1000.00\n#RES 0 6110 100.00\n"
A1 = '#VER A 1 20260105 "Papper" 20260107 "anna"\n{\n#TRANS 1930 {} -100.00\n#TRANS 6110 {1 "10" 6 "P7"} 100.00\n}\n'
BOOK = HEAD + BALANCES + A1


def vouchers(feed):
    return {e.meta["voucher"]: e for e in feed.transactions() if "voucher" in e.meta}


def start(feed, sources=ONLY_SIE):
    return feed(sources, accounts="; none yet\n")


GOOD_4E = """avendo_520_4E.se bl_administration_4E.se edison_ekonomi_4E.se norstedts_bokslut_4E_ksumma.se specter_4E.se
visma_adm2000_4E_cp437.se visma_adm2000_underdim_UTF8.se visma_eekonomi_2011_4E.se softone_business_4E.se
fortnox_2_0_0_4.si fortnox_3_57_multiseries_UTF8_mojibake.se""".split()


@pytest.mark.parametrize("name", GOOD_4E)
def test_a_real_book_becomes_a_unit_whose_accounts_end_as_the_file_says(samples, feed, name):
    """All vouchers come in, the book loads without an error, every account that ties in the file ties in the book."""
    want = json.loads((samples / "sweden/sie/oracle.json").read_text(encoding="utf-8"))[name]
    feed = start(feed)
    content = (samples / "sweden/sie" / name).read_bytes()
    report = feed.take(content, name)
    assert report.status == "imported"
    assert feed.book().problems == ()
    assert sum(1 for e in feed.transactions() if "opening-of" not in e.meta) == want["vouchers"]
    assert sum(isinstance(n, SieBalanceDiffers) for n in report.plan.notes) == want["accounts_failing"]
    sie, balances = read_sie(content), feed.balances()
    failing = {row[0] for row in sie.differing()}
    ends = {**sie.sums("UB"), **sie.sums("RES")}
    told = {*sie.sums("IB"), *ends, *sie.moved()} - failing
    assert len(told) == want["accounts_checked_ib_plus_trans_eq_ub"] - want["accounts_failing"]
    checked = {account: ends.get(account, Decimal(0)) for account in told}
    assert {a: balances.get(a, Decimal(0)) for a in checked} == checked
    assert sum(balances.values()) == 0
    # what #IB lacks stands on an account of its own, to the öre
    assert -balances.get("Untransferred", Decimal(0)) == Decimal(want["sum_ib"])
    books = {k: v for k, v in feed.bytes().items() if "books" in k or "accounts" in k}
    assert feed.take(content + b"\n", "again" + name).status == "known"
    assert {k: v for k, v in feed.bytes().items() if "books" in k or "accounts" in k} == books


GOOD_4I = """bl_administration_4I.si fortnox_3_57_4I_cp437.se norstedts_bokslut_4I_ksumma.si real09_4I.si
visma_bokslut_4I.si visma_fakturering_4I.si visma_lon100_4I.si""".split()


@pytest.mark.parametrize("name", GOOD_4I)
def test_real_vouchers_of_another_program_come_in_once_without_its_numbers(samples, feed, name):
    want = json.loads((samples / "sweden/sie/oracle.json").read_text(encoding="utf-8"))[name]
    feed = start(feed)
    content = (samples / "sweden/sie" / name).read_bytes()
    feed.take(content, name)
    assert len(feed.transactions()) == want["vouchers"]
    assert not vouchers(feed)
    assert feed.book().problems == ()
    assert feed.take(content + b"\n", "again" + name).status == "known"


def test_an_unbalanced_voucher_stays_outside_alone(samples, feed):
    feed = start(feed)
    name = "avendo_520_4E_BADBALANCE.se"
    report = feed.take((samples / "sweden/sie" / name).read_bytes(), name)
    (note,) = [n for n in report.plan.notes if isinstance(n, SieVoucherUnbalanced)]
    assert (note.params["voucher"], note.params["difference"]) == ("B-1", "-12771.00")
    assert "B-1" not in vouchers(feed)
    assert len(vouchers(feed)) == 162


def test_a_voucher_in_full(feed):
    feed = start(feed)
    report = feed.take(BOOK, "bok.se")
    opening, paper = feed.transactions()
    assert (opening.date, opening.meta["opening-of"]) == (dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    assert (paper.flag, paper.narration, paper.meta["voucher"], paper.meta["by"]) == ("*", "Papper", "A-1", "anna")
    assert paper.meta["registered"] == dt.date(2026, 1, 7)
    assert paper.meta["document"] == report.document
    assert [(p.account, str(p.units)) for p in paper.postings] == [
        ("Assets:1930-Bank", "-100.00 SEK"),
        ("Expenses:6110-Kontorsmateriel-annat", "100.00 SEK"),
    ]
    meta = paper.postings[1].meta
    assert (meta["cost-centre"], meta["project"]) == ("10", "P7")


def test_the_units_own_account_of_a_number_is_used(feed):
    feed = feed(ONLY_SIE, accounts="2020-01-01 open Assets:1930-Plusgiro SEK\n")
    feed.take(BOOK, "bok.se")
    assert feed.transactions()[1].postings[0].account == "Assets:1930-Plusgiro"


def test_a_growing_export_adds_what_is_new_and_says_what_changed(feed):
    feed = start(feed)
    feed.take(BOOK, "januari.se")
    a2 = A1.replace("A 1", "A 2").replace("20260105", "20260203")
    ends = BALANCES.replace("1930 900.00", "1930 790.00").replace("6110 100.00", "6110 210.00")
    report = feed.take(HEAD + ends + A1.replace("100.00", "110.00") + a2, "februari.se")
    assert list(vouchers(feed)) == ["A-1", "A-2"]
    (changed,) = [n for n in report.plan.notes if isinstance(n, SieVoucherChanged)]
    assert changed.params["voucher"] == "A-1"
    assert "Assets:1930-Bank -100.00 -> -110.00" in changed.params["difference"]
    assert feed.balances()["1930"] == Decimal("800.00")


def test_a_voucher_that_has_moved_to_another_day_is_said(feed):
    feed = start(feed)
    feed.take(BOOK, "januari.se")
    report = feed.take(BOOK.replace("20260105", "20260109"), "igen.se")
    (changed,) = [n for n in report.plan.notes if isinstance(n, SieVoucherChanged)]
    assert (changed.params["voucher"], changed.params["difference"]) == ("A-1", "2026-01-05 -> 2026-01-09")
    assert vouchers(feed)["A-1"].date == dt.date(2026, 1, 5)


def test_a_number_for_import_is_nobodys_so_two_files_may_begin_at_one(feed):
    """Payroll and invoicing programs both call their first voucher A 1 in a file for import (4I, no balances)."""
    feed = start(feed)
    feed.take('#PROGRAM "Lön" 1\n' + HEAD + A1, "lön.si")
    feed.take('#PROGRAM "Faktura" 1\n' + HEAD + A1.replace("Papper", "Lön").replace("100.00", "70.00"), "faktura.si")
    assert sorted((e.narration, e.flag) for e in feed.transactions()) == [("Lön", "*"), ("Papper", "*")]
    assert feed.balances()["1930"] == Decimal("-170.00")


def test_a_file_of_no_company_may_be_anybodys(feed):
    """Programs without an organisation number write zeros."""
    feed = start(feed, 'organisation_number = "769999-0001"\n' + ONLY_SIE)
    assert feed.take(BOOK.replace("769999-0001", "000000-0000"), "bok.se").status == "imported"


def test_two_vouchers_of_one_number_are_two(feed):
    feed = start(feed)
    ends = BALANCES.replace("1930 900.00", "1930 800.00").replace("6110 100.00", "6110 200.00")
    feed.take(HEAD + ends + A1 + A1.replace("Papper", "Annat"), "bok.se")
    assert sum(1 for e in feed.transactions() if e.meta.get("voucher") == "A-1") == 2


def test_equal_vouchers_without_a_number_are_counted(feed):
    feed = start(feed)
    bare = A1.replace("A 1", '"" ""')
    head = HEAD.replace("#RAR 0 20260101 20261231\n", "")
    feed.take(head + bare + bare, "lön.si")
    assert len(feed.transactions()) == 2
    assert feed.take(head + bare + bare + "\n", "lön igen.si").status == "known"


NEXT = (
    BOOK.replace("20260101 20261231", "20270101 20271231")
    .replace("1930 900.00", "1930 800.00")
    .replace("#IB 0 1930 1000.00", "#IB 0 1930 900.00")
    .replace("2091 -1000.00", "2091 -900.00")
    .replace("20260105", "20270105")
    .replace("20260107", "20270107")
)


def test_the_next_year_opens_with_what_the_book_holds_already(feed):
    """1930 goes on with 900.00; the file moved 2026's loss of 100.00 into 2091 without a voucher, so that comes in."""
    feed = start(feed)
    feed.take(BOOK, "2026.se")
    feed.take(NEXT, "2027.se")
    (opening,) = [e for e in feed.transactions() if e.meta.get("opening-of") == dt.date(2027, 1, 1)]
    assert [(p.account, str(p.units)) for p in opening.postings] == [
        ("Equity:2091-Balanserad-vinst", "100.00 SEK"),
        ("Equity:2098-Föregående-års-resultat:Untransferred", "-100.00 SEK"),
    ]
    assert feed.balances()["1930"] == Decimal("800.00")


def test_what_is_booked_in_the_new_year_already_opens_nothing(feed):
    """25.00 were paid on 3 January 2027, before the file of 2027 came: on 1 January 1930 still held its 900.00."""
    accounts = "2020-01-01 open Assets:1930-Plusgiro SEK\n2020-01-01 open Expenses:6110-Papper\n"
    paid = '2027-01-03 * "by hand"\n  Assets:1930-Plusgiro  -25.00 SEK\n  Expenses:6110-Papper  25.00 SEK\n'
    feed = feed(ONLY_SIE, accounts=accounts, _2027_01=paid)
    feed.take(BOOK, "2026.se")
    feed.take(NEXT, "2027.se")
    (opening,) = [e for e in feed.transactions() if e.meta.get("opening-of") == dt.date(2027, 1, 1)]
    assert [str(p.units) for p in opening.postings if "1930" in p.account] == []
    assert feed.balances()["1930"] == Decimal("775.00")


def test_an_older_year_after_a_younger_one_is_refused(feed):
    feed = start(feed)
    feed.take(NEXT, "2027.se")
    before = feed.bytes()
    assert type(feed.take(BOOK, "2026.se").problem) is SieYearOrder
    assert feed.bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("#ORGNR 769999-0001", "#ORGNR 556677-8899", SieWrongCompany),
        ("#FNAMN", "#VALUTA EUR\n#FNAMN", SieWrongCurrency),
        ("20260105", "19990105", ImportDateRange),
        ("20260105", "21990105", ImportDateRange),
        ("100.00\n}", "100.001\n#TRANS 6110 {} -0.001\n}", ImportAmountUnit),
        ("#SIETYP 4", "#SIETYP 2", SieNoVouchers),
    ],
)
def test_what_cant_enter_leaves_the_books_as_they_were(feed, old, new, error):
    feed = start(feed, 'organisation_number = "769999-0001"\n' + ONLY_SIE)
    before = feed.bytes()
    assert old in BOOK
    report = feed.take(BOOK.replace(old, new), "bok.se")
    assert type(report.problem) is error
    assert feed.bytes() == before


def test_hostile_texts_become_harmless_ones(feed):
    """Control and format characters, quotation marks, backslashes and 5,000 letters, in every text field."""
    nasty = 'a\\"b\u202ec\u0007' + "x" * 5000
    content = (
        HEAD
        + f'#VER "{nasty}" 1 20260105 "{nasty}" "" "{nasty}"\n{{\n#TRANS 1930 {{1 "{nasty}"}} 0.00 "" "{nasty}"\n}}\n'
    )
    feed = start(feed)
    feed.take((content + '#KONTO 1930 "; option \\"title\\" \'x\'"\n').encode(), "bok.se")
    entry = feed.transactions()[0]
    assert feed.book().problems == ()
    assert entry.narration.startswith('a"b c x')
    assert len(entry.narration) <= 400


def test_a_mark_of_opening_balances_that_is_no_day_marks_nothing(feed):
    hand = '2027-01-01 * "x"\n  opening-of: "next year"\n  Assets:1930-Bank  1.00 SEK\n  Assets:1930-Bank  -1.00 SEK\n'
    feed = feed(ONLY_SIE, accounts="2020-01-01 open Assets:1930-Bank SEK\n", _2027_01=hand)
    assert feed.take(BOOK, "2026.se").status == "imported"


def test_letters_that_were_lost_before_export_are_said(samples, feed):
    name = "fortnox_3_57_multiseries_UTF8_mojibake.se"
    data = (samples / "sweden/sie" / name).read_bytes()
    damaged = sum("\ufffd" in line for line in data.decode().splitlines())
    report = start(feed).take(data, name)
    first = next(n for n, line in enumerate(data.decode().splitlines(), 1) if "\ufffd" in line)
    (said,) = [remark for remark in report.plan.remarks if "damaged" in remark]
    assert f"Lines with damaged text: {damaged}; the first is line {first}" in said
