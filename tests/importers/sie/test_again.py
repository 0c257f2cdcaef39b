"""Vouchers that programs send again: nothing stands twice, nothing is lost, and what can't be known is said."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data as core
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.base import Source
from importers.book import BookView, load_view
from importers.run import import_inboxes
from importers.sie.importer import SieImporter
from importers.sie.problems import SieBalanceDiffers, SieVoucherAlike, SieVoucherChanged, SieVoucherUnbalanced
from ledger.books import Unit
from ledger.books.durable import sha256
from ledger.books.sources import SourceTable

ONLY_SIE = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
HEAD = """#FLAGGA 0
#PROGRAM "Faktura 2000" "5.1"
#FORMAT PC8
#SIETYP 4
#FNAMN "Bolaget"
#RAR 0 20260101 20261231
"""


def ver(number, text, *rows, day="20260301", series="K"):
    lines = "".join(f"#TRANS {account} {objects} {amount}\n" for account, amount, objects in map(row, rows))
    return f'#VER "{series}" "{number}" {day} "{text}"\n{{\n{lines}}}\n'


def row(text):
    """`1510 100` and `3001 -80 {1 "A"}`."""
    account, amount, *objects = text.split(" ", 2)
    return account, f"{Decimal(amount):.2f}", objects[0] if objects else "{}"


ACCOUNTS = """\
2020-01-01 open Assets:1510-Kund
2020-01-01 open Income:3001-Varor
2020-01-01 open Liabilities:2611-Moms
"""
ANNA = ver(77, "Anna Faktura 77", "1510 1250", "3001 -1000", "2611 -250")
BARE = ANNA.replace('"K" "77"', '"" ""')
FEE = ver("", "Medlemsavgift", "1510 500", "3990 -500")
CHANGED, ALIKE = SieVoucherChanged, SieVoucherAlike
#: what the second file has: first file, second file, what comes in (flags), notes
AGAIN = {
    "the same": (ANNA, ANNA, "", []),
    "a blank behind the text": (ANNA, ANNA.replace('77"\n{', '77 "\n{'), "", []),
    "blanks before and within": (ANNA, ANNA.replace("Anna Faktura", "  Anna   Faktura"), "", []),
    "rows in another order": (ANNA, ver(77, "Anna Faktura 77", "2611 -250", "1510 1250", "3001 -1000"), "", []),
    "objects in another order": (
        ver(7, "x", '1510 1 {1 "A" 6 "B"}', "3001 -1"),
        ver(7, "x", '1510 1 {6 "B" 1 "A"}', "3001 -1"),
        "",
        [],
    ),
    "another proposed number": (ANNA, ANNA.replace('"77"', '"9"'), "", []),
    "another series": (ANNA, ANNA.replace('"K"', '"F"'), "", []),
    "no number any more": (ANNA, BARE, "", []),
    "a number at last": (BARE, ANNA, "", []),
    "a younger program": (HEAD + ANNA, HEAD.replace("2000", "2010").replace("5.1", "6.0") + ANNA, "", []),
    "amounts as whole numbers": (ANNA, ANNA.replace(".00", ""), "", []),
    "a row of nothing": (ANNA, ANNA.replace("#TRANS 3001", "#TRANS 3740 {} 0.00\n#TRANS 3001"), "", []),
    # the same number and day
    "another text": (ANNA, ANNA.replace('77"\n{', '77 rättad"\n{'), "", [CHANGED]),
    "other amounts": (ANNA, ver(77, "Anna Faktura 77", "1510 2500", "3001 -2000", "2611 -500"), "", [CHANGED]),
    "other amounts and text": (ANNA, ver(77, "Anna", "1510 2500", "3001 -2000", "2611 -500"), "", [CHANGED]),
    "other accounts": (ANNA, ver(77, "Anna Faktura 77", "1510 1120", "3002 -1000", "2621 -120"), "", [CHANGED]),
    "another object": (
        ver(7, "x", '1510 1 {1 "A"}', "3001 -1"),
        ver(7, "x", '1510 1 {1 "B"}', "3001 -1"),
        "",
        [],
    ),
    "nothing but number and day": (ANNA, ver(77, "Lön", "7010 100", "1930 -100"), "!", [ALIKE]),
    # numbers that differ
    "another number and text": (ANNA, ANNA.replace('"77"', '"78"').replace("Faktura 77", "Faktura 78"), "*", []),
    "another number and amount": (
        ANNA,
        ANNA.replace('"77"', '"78"').replace("1250", "1350").replace("1000", "1100"),
        "*",
        [],
    ),
    # no number
    "no number, another text": (BARE, BARE.replace('77"\n{', '77 rättad"\n{'), "!", [ALIKE]),
    "no number, other amounts": (BARE, BARE.replace("1250", "1350").replace("1000", "1100"), "!", [ALIKE]),
    "no number, another object": (BARE, BARE.replace("1510 {}", '1510 {1 "A"}'), "!", [ALIKE]),
    "no number, no text, other amounts": (
        ver("", "", "1510 1", "3001 -1"),
        ver("", "", "1510 2", "3001 -2"),
        "!",
        [ALIKE],
    ),
    "no number, no text, other accounts": (
        ver("", "", "1510 1", "3001 -1"),
        ver("", "", "1930 2", "3001 -2"),
        "*",
        [],
    ),
    "no number, text and amounts": (BARE, ver("", "Bo", "1510 1350", "3001 -1100", "2611 -250"), "*", []),
    "no number, another day": (BARE, BARE.replace("20260301", "20260302"), "*", []),
    # other days
    "a number on another day": (ANNA, ANNA.replace("20260301", "20260303"), "!", [ALIKE]),
    "a number of the next month": (ANNA, ANNA.replace("20260301", "20260401"), "*", []),
    # counted
    "two equal ones": (FEE * 2, FEE * 2, "", []),
    "one more equal one": (FEE * 2, FEE * 3, "*", []),
    "equal ones among others": (FEE * 2, FEE + BARE + FEE, "*", []),
    "one like a voucher that the file holds itself": (BARE, BARE + BARE.replace("Anna", "Bo"), "*", []),
    "one changed beside its like": (FEE + BARE, FEE + BARE.replace("Anna", "Bo"), "!", [ALIKE]),
    "two like one": (BARE, BARE.replace("Anna", "Bo") + BARE.replace("Anna", "Cia"), "!*", [ALIKE]),
    # other programs
    "the same from another program": (HEAD + ANNA, HEAD.replace("Faktura", "Bokföring") + ANNA, "!", [ALIKE]),
    "its number from another program": (
        HEAD + ANNA,
        HEAD.replace("Faktura", "Lön") + ANNA.replace("Anna", "Lön"),
        "*",
        [],
    ),
    "no text, from another program": (
        HEAD + ver("", "", "1510 1", "3001 -1"),
        HEAD.replace("Faktura", "Lön") + ver("", "", "1510 1", "3001 -1"),
        "*",
        [],
    ),
}


def whole(content):
    return content if content.startswith("#FLAGGA") else HEAD + content


@pytest.mark.parametrize("case", AGAIN)
def test_a_file_for_import_that_is_sent_again(feed, case):
    first, second, flags, kinds = AGAIN[case]
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    assert feed.take(whole(first), "first.si").plan.notes == []
    report = feed.take(whole(second), "second.si")
    assert "".join(e.flag for e in report.plan.transactions) == flags
    assert [type(note) for note in report.plan.notes] == kinds
    assert report.plan.unsettled == kinds.count(CHANGED)
    assert len(feed.transactions()) == whole(first).count("#VER") + len(flags)
    assert feed.book().problems == ()
    again = feed.take(whole(second) + "\n", "third.si")
    assert (again.status, again.plan.unsettled) == ("known", kinds.count(CHANGED))
    assert [n for n in again.plan.notes if not isinstance(n, CHANGED)] == []


def test_what_is_known_under_another_number_is_said(feed):
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    feed.take(HEAD + ANNA + FEE, "first.si")
    report = feed.take(HEAD + FEE.replace('""', '"3"', 1) + ANNA.replace('"77"', '"9"'), "second.si")
    (remark,) = report.plan.remarks
    assert remark == (
        "Vouchers that are booked already, though the file proposes another number for them: 1; the first is K-9 of "
        "2026-03-01, booked as K-77."
    )


def test_what_is_alike_says_to_what_and_waits(feed):
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    feed.take(HEAD + BARE, "first.si")
    report = feed.take(HEAD + BARE.replace("1250", "1350").replace("1000", "1100"), "second.si")
    (note,) = report.plan.notes
    assert note.excerpt == '#VER "" "" 20260301 "Anna Faktura 77"'
    assert note.params["place"] == "units/repris/books/2026/2026-03.beancount:1"
    entry = feed.transactions()[1]
    assert (entry.flag, entry.meta["program"]) == ("!", "Faktura 2000")
    assert entry.meta["suggestion"] == (
        "Anna Faktura 77 of 2026-03-01 again (Assets:1510-Kund 1250.00 -> 1350.00; "
        "Income:3001-Varor -1000.00 -> -1100.00)"
    )


# --- a file for import, and the year's books of the same program

YEAR = "#KONTO 1510 K\n#IB 0 1510 0\n#UB 0 1510 1250\n#RES 0 3001 -1000\n#RES 0 2611 -250\n"


@pytest.mark.parametrize("order", [1, -1], ids=["4I, 4E", "4E, 4I"])
@pytest.mark.parametrize(
    ("other", "booked", "kinds"),
    [
        (ANNA, 1, []),
        (BARE, 1, []),
        (ANNA.replace('"77"', '"78"'), 1, []),
        (ANNA.replace('"77"', '"78"').replace("Anna", "Bo"), 2, [ALIKE]),
        (ver(78, "Anna Faktura 77", "1510 1350", "3001 -1100", "2611 -250"), 2, [ALIKE]),
        (ver(78, "Bo", "1510 1350", "3001 -1100", "2611 -250"), 2, []),
        (ANNA.replace("Anna", "Bo"), 1, [CHANGED]),
        (BARE.replace("Anna", "Bo"), 2, [ALIKE]),
    ],
    ids=[
        "same number",
        "no number",
        "another number",
        "another number and text",
        "another number and amount",
        "another number, text and amount",
        "another text",
        "another text without a number",
    ],
)
def test_what_came_in_for_import_is_known_in_the_years_books(feed, order, other, booked, kinds):
    """1250.00 owed by Anna: as voucher K-77 of the year's books (4E), and of a file for import (4I)."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    files = [HEAD + other, HEAD + YEAR + ANNA][::order]
    feed.take(files[0], "first.se")
    report = feed.take(files[1], "second.se")
    assert [type(n) for n in report.plan.notes] == kinds
    assert len(feed.transactions()) == booked
    assert feed.take(files[0] + "\n", "third.se").plan.transactions == []


@pytest.mark.parametrize("order", [1, -1], ids=["4I, 4E", "4E, 4I"])
def test_equal_vouchers_under_other_numbers_are_counted(feed, order):
    """One fee of 500.00 for import as K-1; the year's books hold two such, as A-17 and A-18: 1000.00, not 1500.00."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    ends = "#KONTO 1510 K\n#IB 0 1510 0\n#UB 0 1510 1000\n#RES 0 3990 -1000\n"
    one = HEAD + FEE.replace('"K" ""', '"K" "1"')
    two = HEAD + ends + "".join(FEE.replace('"K" ""', f'"A" "{number}"') for number in (17, 18))
    reports = [feed.take(content, f"{n}.se") for n, content in enumerate([one, two][::order])]
    assert [len(r.plan.transactions) for r in reports] == ([1, 1] if order == 1 else [2, 0])
    assert [n for r in reports for n in r.plan.notes] == []
    for n, content in enumerate((one, two, one), 3):
        assert feed.take(content + "\n" * n, f"{n}.se").status == "known"
    assert feed.balances()["1510"] == Decimal("1000.00")


@pytest.mark.parametrize("order", [1, -1], ids=["4I, 4E", "4E, 4I"])
def test_what_is_equal_is_found_before_what_is_near(feed, order):
    """Two takings of a day: proposed as A-1 (100.00) and A-2 (60.00), numbered A-2 and A-1 by the year's books."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    first, second = (f"1510 {amount}|3001 -{amount}".split("|") for amount in (100, 60))
    proposed = HEAD + ver(1, "Dagskassa", *first, series="A") + ver(2, "Dagskassa", *second, series="A")
    numbered = ver(1, "Dagskassa", *second, series="A") + ver(2, "Dagskassa", *first, series="A")
    numbered = HEAD + "#KONTO 1510 K\n#IB 0 1510 0\n#UB 0 1510 160\n#RES 0 3001 -160\n" + numbered
    files = [proposed, numbered][::order]
    feed.take(files[0], "first.se")
    report = feed.take(files[1], "second.se")
    assert (report.status, report.plan.notes) == ("known", [])
    assert feed.balances()["1510"] == Decimal("160.00")


def test_a_number_on_two_vouchers_of_a_years_books_is_said(feed):
    """K-77 of 1 March and of 5 March, 1250.00 each, and both are in the closing balances."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    ends = YEAR.replace("1250", "2500").replace("-1000", "-2000").replace("-250\n", "-500\n")
    other = ANNA.replace("20260301", "20260305").replace("Anna", "Bo")
    report = feed.take(HEAD + ends + ANNA + other, "first.se")
    assert (len(report.plan.transactions), report.plan.notes) == (2, [])
    said = "Numbers that stand on more than one voucher of the file: K-77. Each voucher is booked."
    assert report.plan.remarks == [said]


REASONS = {
    "another program": (
        HEAD + ANNA,
        HEAD.replace("Faktura", "Bokföring") + ANNA,
        "the program, Faktura 2000 -> Bokföring 2000",
    ),
    "an object": (HEAD + BARE, HEAD + BARE.replace("1510 {}", '1510 {1 "A"}'), "objects or texts of its rows"),
    "a text": (HEAD + BARE, HEAD + BARE.replace("Anna Faktura 77", "Bo"), "Anna Faktura 77 -> Bo"),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_is_alike_says_in_what_it_differs(feed, case):
    first, second, reason = REASONS[case]
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    feed.take(first, "first.si")
    (note,) = feed.take(second, "second.si").plan.notes
    assert (type(note), note.params["difference"]) == (ALIKE, reason)


def test_numbers_that_were_given_for_good_in_two_years_are_two_vouchers(feed):
    """K-77 of 20 December and K-77 of 5 January read the same: each year counts its own."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    earlier = (HEAD + YEAR + ANNA).replace("20260301", "20251220")
    earlier = earlier.replace("20260101 20261231", "20250101 20251231")
    feed.take(earlier, "2025.se")
    later = (HEAD + YEAR + ANNA).replace("20260301", "20260105")
    report = feed.take(later.replace("#IB 0 1510 0", "#IB 0 1510 1250").replace("1510 1250\n#RES", "1510 2500\n#RES"))
    assert (report.problem, report.plan.notes) == (None, [])
    assert [(str(e.date), e.flag) for e in feed.transactions()] == [("2025-12-20", "*"), ("2026-01-05", "*")]


def test_a_years_other_beginning_doesnt_make_other_vouchers(feed):
    """The same books, exported with a fiscal year that was mended since."""
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    feed.take(HEAD + YEAR + ANNA, "first.se")
    report = feed.take((HEAD + YEAR + ANNA).replace("20260101", "20260201"), "second.se")
    assert (report.status, report.plan.notes, len(feed.transactions())) == ("known", [], 1)


# --- what stays outside stays visible until it is settled


class Inbox:
    """Files in the inbox of a fed unit."""

    def __init__(self, feed):
        self.feed = feed
        self.folder = feed.unit.folder / "inbox" / "bok"
        self.folder.mkdir(parents=True)

    def take(self, **files):
        """What came of each, and what is left in the inbox."""
        for name, content in files.items():
            (self.folder / f"{name}.se").write_bytes(content.encode("cp437"))
        reports = import_inboxes(self.feed.ws, ["repris"])
        found = [f for r in reports for f in r.files]
        self.remarks = [remark for f in found if f.plan for remark in f.plan.remarks]
        notes = [n for f in found if f.plan for n in f.plan.notes if not isinstance(n, SieBalanceDiffers)]
        return [f.status for f in found], notes, sorted(p.stem for p in self.folder.iterdir())

    def book(self, text):
        """What a person writes."""
        file = self.feed.unit.folder / "books/2026/2026-03.beancount"
        file.write_text(file.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")


@pytest.fixture
def inbox(feed):
    return Inbox(feed(ONLY_SIE, accounts=ACCOUNTS))


MORE = ver(78, "Bo Faktura 78", "1510 100", "3001 -100")
DOUBLED = ver(77, "Anna Faktura 77", "1510 2500", "3001 -2000", "2611 -500")
ANSWER = """\
2026-03-31 * "Faktura 77 var dubbelt så stor"
  source-id: "{answer}"
  Assets:1510-Kund   1250.00 SEK
  Income:3001-Varor  -1000.00 SEK
  Liabilities:2611-Moms  -250.00 SEK
"""


@pytest.mark.parametrize("head", [HEAD, HEAD + YEAR], ids=["4I", "4E"])
def test_a_changed_voucher_keeps_its_file_in_the_inbox_until_a_person_answers(inbox, head):
    """1250.00 became 2500.00; the other voucher of the file comes in, and the difference of 1250.00 by hand."""
    ends = head.replace("1250", "2600").replace("-1000", "-2100").replace("-250", "-500")
    inbox.take(first=head + ANNA)
    status, (changed,), left = inbox.take(second=ends + DOUBLED + MORE)
    assert inbox.remarks == ["Vouchers for a person to settle: 1; until then the file stays in the inbox."]
    assert (status, left) == (["imported"], ["second"])
    assert (type(changed), changed.excerpt) == (CHANGED, '#VER "K" "77" 20260301 "Anna Faktura 77"')
    assert changed.params["difference"] == (
        "Assets:1510-Kund 1250.00 -> 2500.00; Income:3001-Varor -1000.00 -> -2000.00; "
        "Liabilities:2611-Moms -250.00 -> -500.00"
    )
    assert len(inbox.feed.transactions()) == 2
    assert inbox.take() == (["known"], [changed], ["second"])
    inbox.book(ANSWER.format(**changed.params))
    assert inbox.take() == (["known"], [], [])
    assert inbox.feed.balances()["1510"] == Decimal("2600.00")


def test_a_changed_voucher_is_settled_once_the_booked_one_reads_so(inbox):
    """An open month: the bookkeeper corrects the entry itself."""
    inbox.take(first=HEAD + ANNA)
    assert inbox.take(second=HEAD + DOUBLED)[2] == ["second"]
    file = inbox.feed.unit.folder / "books/2026/2026-03.beancount"
    text = file.read_text(encoding="utf-8")
    for old, new in (("1250.00", "2500.00"), ("-1000.00", "-2000.00"), ("-250.00", "-500.00")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    assert inbox.take() == (["known"], [], [])
    # and the older file now differs from the books
    assert [type(n) for n in inbox.take(first=HEAD + ANNA)[1]] == [CHANGED]


LATER = YEAR.replace("1250", "1350").replace("-1000", "-1100")


@pytest.mark.parametrize("head", [HEAD, HEAD + LATER], ids=["4I", "4E"])
def test_an_unbalanced_voucher_keeps_its_file_in_the_inbox(inbox, head):
    bad = ver(79, "Cia Faktura 79", "1510 100", "3001 -90")
    status, (note,), left = inbox.take(file=head + ANNA + bad)
    assert (status, type(note), left) == (["imported"], SieVoucherUnbalanced, ["file"])
    assert inbox.take()[1] == [note]
    inbox.book(ANSWER.format(**note.params))
    assert inbox.take() == (["known"], [], [])
    assert len(inbox.feed.transactions()) == 2


def test_an_unbalanced_voucher_that_comes_right_lets_both_files_go(inbox):
    bad, good = (ver(79, "Cia Faktura 79", "1510 100", f"3001 -{amount}") for amount in (90, 100))
    assert inbox.take(a=HEAD + LATER + ANNA + bad)[2] == ["a"]
    status, notes, left = inbox.take(b=HEAD + LATER + ANNA + good)
    assert (status, [type(n) for n in notes], left) == (["known", "imported"], [SieVoucherUnbalanced], ["a"])
    status, (note,), left = inbox.take()
    assert (type(note), left) == (CHANGED, ["a"])


def test_a_booked_voucher_that_no_longer_balances_reads_differently(inbox):
    inbox.take(first=HEAD + LATER + ANNA + MORE)
    status, (note,), left = inbox.take(second=HEAD + LATER + ANNA + MORE.replace("-100", "-90"))
    assert (status, type(note), left) == (["known"], CHANGED, ["second"])
    assert note.params["difference"] == "Income:3001-Varor -100.00 -> -90.00"


def test_a_changed_voucher_of_a_sealed_month_is_no_reason_to_refuse_the_file(feed):
    feed = feed(ONLY_SIE, accounts=ACCOUNTS)
    feed.take(HEAD + ANNA, "first.si")
    view = load_view(feed.ws, feed.unit)
    view.closed = frozenset({"2026-03"})
    data = (HEAD + DOUBLED + MORE.replace("20260301", "20260401")).encode()
    source = Source(Path("x.si"), "x.si", data, sha256(data))
    importer = SieImporter(feed.ws, feed.unit, feed.unit.sources[0])
    plan = importer.plan(source, view, dt.date(2026, 4, 30))
    assert ([type(n) for n in plan.notes], len(plan.transactions), plan.unsettled) == ([CHANGED], 1, 1)


def test_a_line_is_quoted_in_the_letters_of_its_file(inbox):
    inbox.take(first=HEAD + ANNA.replace("Anna", "Åsa"))
    _, (changed,), _ = inbox.take(second=HEAD + DOUBLED.replace("Anna", "Åsa"))
    assert changed.excerpt == '#VER "K" "77" 20260301 "Åsa Faktura 77"'


# --- any files

TEXTS = st.sampled_from(["Faktura 1", "Faktura 2", ""])
ROWS = st.sampled_from([("1510 100", "3001 -80", "2611 -20"), ("1930 100", "1510 -100"), ("1510 50", "3001 -50")])
SAID = st.tuples(TEXTS, ROWS, st.sampled_from(["20260301", "20260302"]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SAID, min_size=1, max_size=8).flatmap(
        lambda whole: st.tuples(
            st.just(whole), st.lists(st.tuples(st.permutations(whole), st.integers(1, 8)), min_size=1, max_size=3)
        )
    ),
    st.randoms(use_true_random=False),
)
def test_overlapping_files_of_a_program_come_to_the_vouchers_of_the_longest(case, dice):
    """Each file holds the first vouchers of a list in any order, with any numbers, blanks and order of rows; at last
    comes the whole list. Nothing is doubled, nothing is missing."""
    whole, parts = case
    unit = Unit("repris", Path("/w/units/repris"), "Repris", "REPRIS", "division", "SEK", "bas")
    importer = SieImporter(None, unit, SourceTable(name="bok", format="sie4"))
    book = []
    for number, (order, length) in enumerate([*parts, (whole, len(whole))]):
        kept = Counter(whole[:length])
        vouchers = []
        for text, rows, day in order:
            if kept[text, rows, day]:
                kept[text, rows, day] -= 1
                proposed = dice.choice(["", number * 10 + len(vouchers)])
                vouchers.append(ver(proposed, f" {text}  ", *dice.sample(rows, len(rows)), day=day))
        data = (HEAD + "".join(vouchers)).encode()
        view = BookView(unit, list(book))
        plan = importer.plan(Source(Path("x.si"), "x.si", data, sha256(data)), view, dt.date(2026, 12, 31))
        outside = [n for n in plan.notes if isinstance(n, CHANGED)]
        assert outside == []
        book += [*plan.opens, *plan.entries]
    booked = Counter(
        (e.narration, frozenset(str(p.units.number) for p in e.postings), f"{e.date:%Y%m%d}")
        for e in book
        if isinstance(e, core.Transaction)
    )
    assert booked == Counter((t, frozenset(f"{Decimal(r.split()[1]):.2f}" for r in rows), d) for t, rows, d in whole)
