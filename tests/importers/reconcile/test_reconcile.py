"""Statements that were imported, against books that somebody has worked in since."""

import datetime as dt
import re

import pytest

from importers.bank.importer import BankImporter
from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.reconcile import as_json, reconcile, sentences
from importers.reconcile.documents import read_archive
from ledger.books import load_books, open_workspace
from tests.importers.reconcile.statements import D, march

IBAN = "SE4550000000058398257466"
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""
LATER = dt.date(2026, 6, 1)


def camt(lines, opening, days, **more):
    """A statement of March from `day amount counterparty; ...`."""
    parts = [part.split() for part in lines.split(";") if part.strip()]
    entries = tuple(
        Entry(D(amount), "SEK", march(int(day)), details=(Detail(None, None, " ".join(who)),), text="x")
        for day, amount, *who in parts
    )
    net = sum((e.amount for e in entries), D(0))
    first, last = march(days[0]), march(days[1])
    balances = (Balance("OPBD", D(opening), "SEK", first), Balance("CLBD", D(opening) + net, "SEK", last))
    account = more.pop("account", IBAN)
    statement = Statement("S", account, "SEK", balances, entries, date_from=first, date_to=last, **more)
    return write_camt053([statement], created=CREATED)


MARCH = camt("2 250.00 Anna; 10 -80.00 Bo; 10 -80.00 Bo; 20 -45.50 Bank", "1000.00", (1, 31))


@pytest.fixture
def fed(feed):
    """Books with 1,000.00, a statement of March imported, 1,044.50 after it."""
    found = feed(_2026_01=OPENED)
    assert found.take(MARCH).status == "imported"
    return found


def edit(feed, old, new, count=1):
    """Change March's file by hand."""
    file = feed.unit.month_file(march(1))
    text = file.read_text(encoding="utf-8")
    assert len(re.findall(old, text)) >= 1, text
    file.write_text(re.sub(old, new, text, count=count), encoding="utf-8")


def account(feed, today=LATER, **asked):
    """The one account of the unit."""
    found = reconcile(load_books(feed.ws), ["repris"], today=today, **asked)
    assert {p.code for p in found.problems} <= {"BALANCE_FAILED", "BALANCE_TWICE", "DOCUMENT_PATH"}, found.problems
    (one,) = found.units[0].accounts
    return one


def march_of(feed, **asked):
    return next(m for m in account(feed, **asked).months if m.month == "2026-03")


def findings(month):
    """`kind day amount`, with what the books have where it differs."""
    booked = [f" (booked {f.booked[0].day} {f.booked[1]})" if f.booked else "" for f in month.findings]
    return [f"{f.kind} {f.date.day} {f.amount}{b}" for f, b in zip(month.findings, booked, strict=True)]


def test_a_month_as_it_was_imported_is_reconciled(fed):
    found = account(fed)
    assert (found.account, found.currency, found.sources, found.numbers) == (
        "Assets:1930-Bank", "SEK", ("bank",), (IBAN,),
    )  # fmt: skip
    assert [(m.month, m.status, m.needs_person, m.early) for m in found.months] == [
        ("2026-01", "no_statement", False, True),
        ("2026-02", "no_statement", False, True),
        ("2026-03", "reconciled", False, False),
    ]
    month = found.months[2]
    assert (month.opening, month.closing, month.at, month.difference) == (D("1000.00"), D("1044.50"), D("1044.50"), 0)
    assert (month.bank.opening, month.bank.closing, month.bank.whole) == (D("1000.00"), D("1044.50"), True)
    assert (month.told, month.booked, month.findings, month.notes) == (4, 4, (), ())
    assert sentences(found, month) == ["2026-03: bank and books have 1044.50 SEK on 2026-03-31."]


@pytest.mark.parametrize(
    ("case", "old", "new", "difference", "expected"),
    [
        ("amount", r"250\.00 SEK", "205.00 SEK", "-45.00", ["changed 2 250.00 (booked 2 205.00)"]),
        ("date", "2026-03-20 ", "2026-03-21 ", "0.00", ["changed 20 -45.50 (booked 21 -45.50)"]),
        ("account", r"Assets:1930-Bank +-45", "Expenses:5010-Lokalhyra -45", "45.50", ["changed 20 -45.50"]),
        ("id", r' +source-id: "bank-[0-9a-f]+"\n', "", "0.00", None),
    ],
)
def test_what_was_changed_by_hand(fed, case, old, new, difference, expected):
    count = 1
    if case == "amount":
        count = 2
        edit(fed, r"-250\.00 SEK", "-205.00 SEK")
    edit(fed, old, new, count)
    month = march_of(fed)
    assert month.status == "differs"
    assert month.difference == D(difference)
    assert month.needs_person
    if expected:
        assert findings(month) == expected
    else:
        kinds = [f.kind for f in month.findings]
        assert kinds == ["missing", "by_hand"]
        assert month.findings[0].perhaps == month.findings[1].where != ""


def test_a_line_that_was_deleted_and_one_that_was_copied(fed):
    text = fed.unit.month_file(march(1)).read_text(encoding="utf-8")
    blocks = text.split("\n\n")
    anna = next(b for b in blocks if "Anna" in b)
    bank = next(b for b in blocks if '"Bank"' in b)
    edit(fed, re.escape(anna), "")
    edit(fed, re.escape(bank), bank.replace("\\", "\\\\") + "\n\n" + bank)
    month = march_of(fed)
    assert findings(month) == ["missing 2 250.00", "twice 20 -45.50"]
    assert month.difference == D("-295.50")
    assert month.findings[0].text == "Anna · x"
    assert re.fullmatch(r"units/repris/documents/[0-9a-f]{2}/[0-9a-f]{64}-file\.xml(:\d+)?", month.findings[0].file)


def test_what_was_booked_by_hand_only_differs_where_the_balance_does(fed):
    edit(fed, r"\A", '2026-03-15 * "Fel"\n  Assets:1930-Bank  -10.00 SEK\n  Expenses:5010-Lokalhyra\n\n')
    edit(fed, r"\A", '2026-03-16 * "Rätt"\n  Assets:1930-Bank  10.00 SEK\n  Expenses:5010-Lokalhyra\n\n')
    month = march_of(fed)
    assert findings(month) == ["by_hand 15 -10.00", "by_hand 16 10.00"]
    assert month.status == "reconciled"


def test_books_that_differed_before_the_month_say_so(feed):
    fed = feed(_2026_01=OPENED.replace("1000", "900"))
    fed.take(MARCH)
    found = account(fed)
    month = found.months[-1]
    assert (month.status, month.difference, month.earlier) == ("differs", D("-100.00"), D("-100.00"))
    assert sentences(found, month)[0] == (
        "2026-03: on 2026-03-31 the bank has 1044.50 SEK, the books 944.50: -100.00 differ. "
        "They differed so before the month."
    )


def test_an_opening_balance_that_came_with_the_first_statement_stands_before_it(feed):
    fed = feed()
    fed.take(MARCH)
    month = account(fed).months[-1]
    assert (month.status, month.earlier, month.booked) == ("reconciled", 0, 4)
    assert findings(month) == []


def test_a_statement_that_ends_before_the_month_does(feed):
    fed = feed(_2026_01=OPENED)
    fed.take(camt("2 250.00 Anna", "1000.00", (1, 17)))
    found = account(fed)
    month = found.months[-1]
    assert (month.status, month.bank.last, month.difference) == ("incomplete", march(17), 0)
    assert month.needs_person
    assert sentences(found, month) == [
        "2026-03: statements tell 2026-03-01 to 2026-03-17; bank and books have 1250.00 SEK then."
    ]
    running = account(fed, today=march(20)).months[-1]
    assert (running.status, running.needs_person) == ("incomplete", False)


def test_a_month_between_two_statements(feed):
    """February has a statement, March none, April again: nobody knows of March."""
    fed = feed(_2026_01=OPENED)
    for name, month, opening in (("a.xml", 2, "1000.00"), ("b.xml", 4, "1300.00")):
        first, last = dt.date(2026, month, 1), dt.date(2026, month, 28)
        entry = Entry(D(100), "SEK", dt.date(2026, month, 3), text="x")
        balances = (
            Balance("OPBD", D(opening), "SEK", first), Balance("CLBD", D(opening) + 100, "SEK", last),
        )  # fmt: skip
        statement = Statement("S", IBAN, "SEK", balances, (entry,), date_from=first, date_to=last)
        fed.take(write_camt053([statement], created=CREATED), name)
    found = account(fed)
    told = {m.month: (m.status, m.needs_person) for m in found.months if not m.early}
    assert told == {"2026-02": ("reconciled", False), "2026-03": ("no_statement", True), "2026-04": ("differs", True)}
    (gap,) = found.months[-1].notes
    assert (gap.last, gap.first, gap.before, gap.after) == (
        dt.date(2026, 2, 28), dt.date(2026, 4, 1), D("1100.00"), D("1300.00"),
    )  # fmt: skip
    assert any(
        "Between 2026-02-28 and 2026-04-01 something is missing" in s for s in sentences(found, found.months[-1])
    )


def test_a_statement_that_the_books_follow_takes_the_place_of_an_older_one(fed):
    """A person deletes the line that the second statement lacks, and the balance; the first stays in the archive."""
    blocks = fed.unit.month_file(march(1)).read_text(encoding="utf-8").split("\n\n")
    edit(fed, re.escape(next(b for b in blocks if '"Bank"' in b)), "")
    again = camt("2 250.00 Anna; 10 -80.00 Bo; 10 -80.00 Bo; 20 -54.50 Bank", "1000.00", (1, 31))
    fed.unit.month_file(dt.date(2026, 4, 1)).write_text("; nothing yet\n", encoding="utf-8")
    assert fed.take(again, "again.xml").status == "imported"
    found = account(fed)
    month = found.months[-1]
    assert (month.status, month.difference, findings(month), month.notes) == ("reconciled", 0, [], ())


def test_a_line_more_needs_the_older_balance_gone(fed):
    """1,044.50 was the end of March; with 5.00 more on the 20th it is 1,049.50."""
    again = camt("2 250.00 Anna; 10 -80.00 Bo; 10 -80.00 Bo; 20 -45.50 Bank; 20 5.00 Cia", "1000.00", (1, 31))
    april = fed.unit.month_file(dt.date(2026, 4, 1))
    problem = fed.take(again, "again.xml").problem
    assert (problem.code, problem.params["said"], problem.params["amount"]) == (
        "BANK_BALANCE_RESTATED", "1049.50 SEK", "1044.50 SEK",
    )  # fmt: skip
    assert problem.params["place"].endswith("2026-04.beancount:1")
    assert problem.params["earlier"].startswith("file.xml (")
    april.write_text("; nothing yet\n", encoding="utf-8")
    assert fed.take(again, "again.xml").status == "imported"
    assert fed.book().problems == ()
    month = march_of(fed)
    assert (month.status, month.told, findings(month), month.notes) == ("reconciled", 5, [], ())


def test_overlapping_downloads_count_once(feed):
    fed = feed(_2026_01=OPENED)
    fed.take(camt("2 250.00 Anna; 10 -80.00 Bo; 10 -80.00 Bo; 20 -45.50 Bank", "1000.00", (1, 25)))
    later = camt("20 -45.50 Bank; 31 7.00 Cia", "1090.00", (15, 31))
    assert fed.take(later, "later.xml").status == "imported"
    month = march_of(fed)
    assert (month.told, month.booked, findings(month), month.difference) == (5, 5, [], 0)


def test_a_file_without_entries_is_found_too(fed):
    """Everything in it was known: no entry names it, but it is in the archive."""
    quiet = camt("", "1044.50", (31, 31))
    fed.take(quiet, "quiet.xml")
    fed.take(camt("2 250.00 Anna", "1000.00", (1, 5)), "part.xml")
    assert len(account(fed).files) == 3
    assert march_of(fed).status == "reconciled"


def archived(feed):
    (path,) = (feed.unit.folder / "documents").glob("*/*")
    return path


def unread(feed):
    """The problem of the statement that can't be read, and March."""
    (unit,) = reconcile(load_books(open_workspace(feed.ws.root)), ["repris"], today=LATER).units
    (problem,) = unit.problems
    assert unit.needs_person
    return problem, next(m for m in unit.accounts[0].months if m.month == "2026-03")


def test_a_statement_that_somebody_changed_is_no_evidence(fed):
    path = archived(fed)
    path.write_bytes(path.read_bytes().replace(b"250.00", b"205.00"))
    problem, month = unread(fed)
    assert (problem.code, problem.file) == ("ARCHIVE_DAMAGED", fed.ws.shown(path))
    assert month.status == "no_statement"
    assert [f.kind for f in month.findings] == ["unread"] * 4


def test_a_statement_that_is_gone(fed):
    path = archived(fed)
    path.unlink()
    problem, month = unread(fed)
    assert (problem.code, problem.file) == ("STATEMENT_GONE", fed.ws.shown(path))
    assert [f.kind for f in month.findings] == ["unread"] * 4


def test_a_statement_behind_a_link_is_gone(fed, tmp_path):
    path = archived(fed)
    path.rename(tmp_path / "elsewhere.xml")
    path.symlink_to(tmp_path / "elsewhere.xml")
    assert unread(fed)[0].code == "STATEMENT_GONE"


def test_a_statement_that_no_source_reads(fed):
    toml = fed.unit.folder / "unit.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("camt053", "norma43"), encoding="utf-8")
    problem, _ = unread(fed)
    assert problem.code == "STATEMENT_UNREAD"
    assert "repris" in problem.text()


def test_a_statement_of_an_account_that_is_no_source_any_more(fed):
    toml = fed.unit.folder / "unit.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace(IBAN, "SE9999999999999999999999"), encoding="utf-8")
    assert unread(fed)[0].code == "BANK_ACCOUNT_UNKNOWN"


def test_other_files_of_the_archive_are_nobodys_business(fed):
    folder = fed.unit.folder / "documents" / "ab"
    folder.mkdir(parents=True)
    for name in ("kvitto.pdf", f"{'a' * 64}-kvitto.pdf", f"{'b' * 64}-x.xml"):
        (folder / name).write_bytes(b"anything")
    (fed.unit.folder / "documents" / "loose.txt").write_bytes(b"anything")
    found = reconcile(load_books(fed.ws), today=LATER)
    assert [u.problems for u in found.units] == [()]


def test_a_document_that_points_outside_is_not_opened(fed):
    """`document:` is text; whatever a book says, only the archive is looked at."""
    accounts = frozenset({"Assets:1930-Bank"})
    hostile = ("../../etc/passwd", "/etc/passwd", f"documents/aa/{'a' * 64}-../x", "documents/aa/../../x", "")
    found = read_archive(fed.ws, fed.unit, dict.fromkeys(hostile, accounts))
    assert (len(found.statements), found.problems, found.unread) == (1, (), frozenset())


def test_only_what_is_asked_for(fed):
    assert account(fed, month="2026-03").months[0].month == "2026-03"
    for name in ("1930", "1930-Bank", "Assets:1930-Bank", "Assets"):
        assert account(fed, account=name).account == "Assets:1930-Bank"
    assert reconcile(load_books(fed.ws), ["repris"], account="1931", today=LATER).units[0].accounts == ()


def test_what_was_read_once_is_kept_until_it_changes(fed, monkeypatch):
    before = march_of(fed)
    real = BankImporter.statements
    asked = []
    monkeypatch.setattr(
        BankImporter, "statements", lambda self, source: (asked.append(source.shown), real(self, source))[1]
    )
    assert march_of(fed) == before
    assert asked == []
    archived(fed).touch()
    assert march_of(fed) == before
    assert len(asked) == 1


def test_a_unit_without_bank_and_a_book_with_errors(fed):
    found = reconcile(load_books(fed.ws), today=LATER)
    assert [u.unit.slug for u in found.units] == ["repris"]
    edit(fed, r"\A", 'plugin "os"\n\n')
    broken = reconcile(load_books(fed.ws), today=LATER)
    assert broken.units == ()
    assert [p.unit for p in broken.problems] == ["repris"]


def test_json(fed):
    edit(fed, "2026-03-20 ", "2026-03-21 ")
    answer = as_json(reconcile(load_books(fed.ws), month="2026-03", today=LATER))
    (unit,) = answer["units"]
    (one,) = unit["accounts"]
    (month,) = one["months"]
    (finding,) = month["findings"]
    assert (answer["schema"], answer["errors"], unit["unit"], unit["problems"]) == (1, [], "repris", [])
    assert (month["status"], month["difference"]) == ("differs", "0.00")
    assert month["bank"] == {
        "first": "2026-03-01", "last": "2026-03-31", "opening": "1000.00", "closing": "1044.50", "whole": True,
    }  # fmt: skip
    assert month["books"] == {"opening": "1000.00", "closing": "1044.50", "at": "1044.50"}
    assert month["lines"] == {"statements": 4, "booked": 4}
    assert re.fullmatch(r"units/repris/documents/.*-file\.xml:\d+", finding.pop("file"))
    assert finding.pop("where").startswith("units/repris/books/2026/2026-03.beancount:")
    assert finding == {
        "kind": "changed", "date": "2026-03-20", "amount": "-45.50", "text": "Bank · x", "perhaps": None,
        "booked": {"date": "2026-03-21", "amount": "-45.50"},
    }  # fmt: skip
    assert month["summary"][-1] == "Booked otherwise than the bank has it: 1."
