"""What waits in the demo's inboxes fits its books: November comes in whole, once, and banks' balances are reached."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

from beancount.core import data

from importers.reconcile import reconcile
from importers.run import import_files
from ledger.books import load_books, open_workspace
from ledger.combine.reports.answer import answer as combined_answer
from ledger.federation import load_federation
from ledger.reports.open_items import list_open_items
from tests.demo import waiting
from tests.demo.conftest import TODAY, december

CAMT = ("repris", "syateljen", "cykelbudet", "stadkraft")
FORMATS = {
    "coop-sur": {"banco": "csv"},
    "cykelbudet": {"bank": "camt053", "efaktura": "ubl"},
    "kafe-angen": {"bank": "csv", "kassa": "till", "kort": "card", "swish": "swish"},
    "kikundi-mfano": {"meeting": "meeting", "mpesa": "mpesa"},
    "koop-reusa": {"banco": "norma43"},
    "repris": {"bank": "camt053", "efaktura": "ubl"},
    "stadkraft": {"affarssystem": "sie4", "bank": "camt053", "bankgiro": "bgmax"},
    "syateljen": {"bank": "camt053"},
}
#: The lines that wait for a person, by unit: what the generator says of none of them what it is for.
UNPLACED = {
    "cykelbudet": 2,
    "kafe-angen": 1,
    "kikundi-mfano": 1,
    "koop-reusa": 1,
    "repris": 2,
    "stadkraft": 1,
    "syateljen": 1,
}


def sambok(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledger.cli.main", "--workspace", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})


def ends(root: Path) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Opening and closing of every bank account, read from the files by hand."""
    found = {}
    for slug in CAMT:
        for code, statement in zip(("1930", "1940"), waiting.camt(root, slug), strict=False):
            said = waiting.figures(statement)
            assert said["OPBD"] + said["sum"] == said["CLBD"]
            found[slug, code] = said["OPBD"], said["CLBD"]
    bank = waiting.swedbank(root)
    assert Decimal(bank[0]["Saldo"]) + sum(Decimal(r["Belopp"]) for r in bank[1:]) == Decimal(bank[-1]["Saldo"])
    first = Decimal(bank[0]["Saldo"]) - Decimal(bank[0]["Belopp"])
    found["kafe-angen", "1930"] = first, Decimal(bank[-1]["Saldo"])
    rows = waiting.cartola(root)
    moved = [waiting.comma(r["Abonos"] or "0") - waiting.comma(r["Cargos"] or "0") for r in rows]
    first, last = waiting.comma(rows[0]["Saldo"]) - moved[0], waiting.comma(rows[-1]["Saldo"])
    assert first + sum(moved) == last
    found["coop-sur", "572"] = first, last
    records = waiting.norma(root)
    first = waiting.norma_amount(records[0], 33)
    last = waiting.norma_amount(next(r for r in records if r.startswith("33")), 59)
    assert first + sum(waiting.norma_amount(r, 28) for r in records if r.startswith("22")) == last
    found["koop-reusa", "572"] = first, last
    found["kikundi-mfano", "1040"] = Decimal(0), Decimal(waiting.mpesa(root)[-1]["Balance"].replace(",", ""))
    return found


def test_each_folder_is_a_source_of_its_format(demo_root):
    ws = open_workspace(demo_root)
    folders = {
        slug: {path.name for path in (unit.folder / "inbox").glob("*")}
        for slug, unit in ws.units.items()
        if (unit.folder / "inbox").is_dir()
    }
    assert folders == {slug: set(formats) for slug, formats in FORMATS.items()}
    formats = {slug: {source.name: source.format for source in ws.units[slug].sources} for slug in FORMATS}
    extra = formats["syateljen"].pop("sparkonto")  # it comes in the bank's file
    formats["kikundi-mfano"]["meeting"] = "meeting"  # whoever keeps a loan cycle takes sheets: no table needs to say so
    assert (formats, extra) == (FORMATS, "camt053")


def test_a_statement_begins_where_the_book_ends(demo_root, federation):
    for (slug, code), (opening, _) in ends(demo_root).items():
        rows = federation.books.units[slug].summary.balances
        booked = sum((r.amount for r in rows if waiting.code_of(r.account) == code), Decimal(0))
        assert (slug, code, booked) == (slug, code, opening)


def test_november_comes_in_whole_and_adds_up(imported, federation):
    assert [problem.text() for report in imported.reports for problem in report.problems] == []
    assert {f.status for report in imported.reports for f in report.files} == {"imported"}
    assert not list(imported.root.glob("units/*/inbox/*/*"))
    assert imported.federation.problems == ()
    came = {
        slug: book.summary.transactions - federation.books.units[slug].summary.transactions
        for slug, book in imported.federation.books.units.items()
    }
    assert {slug: count for slug, count in came.items() if count} == waiting.vouchers_in_files(imported.before)
    left = {s: len(b.summary.flagged) for s, b in imported.federation.books.units.items() if b.summary.flagged}
    assert left == UNPLACED


def test_every_bank_account_ends_where_its_bank_says(imported):
    closings = ends(imported.before)
    assert len(closings) == 9
    for (slug, code), (_, closing) in closings.items():
        assert (slug, code, imported.balance(slug, code)) == (slug, code, closing)
        said = [
            (row.date, row.amount)
            for row in imported.federation.books.units[slug].summary.assertions
            if waiting.code_of(row.account) == code
        ]
        # The Chilean list says nothing of the days after its last row, of 27 November.
        day = dt.date(2026, 11, 28) if slug == "coop-sur" else dt.date(2026, 12, 1)
        assert (slug, code, max(said)) == (slug, code, (day, closing))


def test_what_waits_stands_on_suspense_and_nowhere_else(imported):
    suspense = {"pgc": "555", "vsla": "2900", "bas": "2999"}
    for slug in FORMATS:
        code = suspense[imported.federation.books.workspace.units[slug].chart]
        flagged = [e for e in imported.entries(slug) if e.flag == "!" and "provisional" not in e.tags]
        assert len(flagged) == UNPLACED.get(slug, 0)
        there = [p.units.number for e in flagged for p in e.postings if waiting.code_of(p.account) == code]
        assert len(there) == len(flagged)
        assert imported.balance(slug, code) == sum(there, Decimal(0))


def test_only_the_deliberate_mismatch_is_left_between_units(imported):
    answer = combined_answer(imported.federation.combined)
    others = [row for row in answer["unmatched"] if row["code"] != "FX_DIFF"]
    assert [(row["code"], sorted(row["units"]), row["amount"]) for row in others] == [
        ("AMOUNT_DIFF", ["cykelbudet", "repris"], "500.00")
    ]
    assert answer["complete"]


def test_reconciliation_finds_each_line_once(imported):
    found = reconcile(imported.federation.books, today=TODAY)
    assert found.problems == ()
    counts = Counter()
    for unit in found.units:
        assert unit.problems == ()
        for account in unit.accounts:
            (month,) = [m for m in account.months if m.month == "2026-11"]
            assert month.findings == ()
            assert (month.told, month.difference) == (month.booked, 0)
            counts[month.status] += 1
            slug = unit.unit.slug
            # The Chilean list doesn't say which days it covers: before its first row and after its last nobody knows.
            assert (slug, month.status) == (slug, "incomplete" if slug == "coop-sur" else "reconciled")
    assert counts == {"reconciled": 8, "incomplete": 1}


def test_open_items_add_up_to_their_accounts_in_every_unit(imported):
    """The report asserts it for each account; here once more from the balances."""
    found = list_open_items(imported.federation.books, day=waiting.END)
    assert found.problems == ()
    for unit in found.units:
        assert sum(i.open for i in (*unit.external, *unit.internal)) == sum(b.amount for b in unit.balances)
    assert [str(amount) for _, amount in found.differences()] == ["500.00"]


def test_the_same_files_again_change_no_book(demo_root, demo_copy):
    """The bank's portal offers November a second time."""

    def texts() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in (demo_copy / "units").rglob("*.beancount")}

    assert sambok(demo_copy, "import", "--inbox").returncode == 0
    first = texts()
    for file in (demo_root / "units").glob("*/inbox/*/*"):
        shutil.copy(file, demo_copy / file.relative_to(demo_root))
    assert sambok(demo_copy, "import", "--inbox").returncode == 0
    assert texts() == first


def test_the_main_job_ends_clean_whatever_the_day(demo_copy):
    done = sambok(demo_copy, "up", "--once")
    assert done.returncode == 0, done.stderr
    assert not list(demo_copy.glob("units/*/inbox/*/*"))
    books = load_books(open_workspace(demo_copy))
    assert {s: len(b.summary.flagged) for s, b in books.units.items() if b.summary.flagged} == UNPLACED


def test_another_order_of_the_files_ends_in_the_same_books(imported, demo_copy):
    """Each unit's bank first, the rest of its inbox after it: what waited is placed when the other files come."""
    ws = open_workspace(demo_copy)
    several = {slug: formats for slug, formats in FORMATS.items() if len(formats) > 1}
    with december():
        for first in (True, False):
            for slug, formats in several.items():
                inbox = ws.units[slug].folder / "inbox"
                folders = [name for name, kind in formats.items() if (kind in {"camt053", "csv"}) is first]
                files = [path for name in folders for path in sorted((inbox / name).glob("*"))]
                assert import_files(ws, ws.units[slug], files).problems == []
    after = load_federation(open_workspace(demo_copy))
    for slug in several:
        assert sums(after, slug) == sums(imported.federation, slug), slug


def sums(federation, slug) -> dict[tuple[str, str], Decimal]:
    """Σ by account and link of all that was imported; a payment that two links may claim is told by its own item."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in federation.books.units[slug].entries():
        if isinstance(entry, data.Transaction) and "source-id" in entry.meta:
            for posting in entry.postings:
                item = (posting.meta or {}).get("item") or " ".join(sorted(entry.links))
                found[posting.account, item] += posting.units.number
    return {key: amount for key, amount in found.items() if amount}


def test_the_story_counts_right(imported):
    """docs/demo.md says how much waits."""
    story = " ".join((Path(__file__).parents[2] / "docs/demo.md").read_text(encoding="utf-8").split())
    files = len(list(imported.before.glob("units/*/inbox/*/*")))
    vouchers = sum(waiting.vouchers_in_files(imported.before).values())
    assert f"in the inboxes of eight units, {files} files with {vouchers} vouchers" in story
    assert (len(FORMATS), sum(UNPLACED.values())) == (8, 9)
    assert "Nine lines wait for a person" in story


def test_the_programs_payroll_meets_the_banks_payment(imported):
    """SIE books what is owed to the staff, the bank statement pays it: nothing is left of November's wages."""
    in_file = waiting.in_vouchers(imported.before)
    assert in_file["2821"] < 0
    assert in_file["3041"] < 0
    assert imported.balance("stadkraft", "2821") == 0
    assert imported.moved("stadkraft", "3041") == in_file["3041"]
