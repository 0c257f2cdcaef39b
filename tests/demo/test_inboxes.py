"""What waits in the demo's inboxes fits its books: November comes in whole, once, and the bank's balance is reached."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from ledger.books import load_books, open_workspace
from ledger.federation import load_federation

BANKS = {"repris": 18, "syateljen": 14, "cykelbudet": 16, "stadkraft": 14}
PROGRAM_VOUCHERS = 6
UNPLACED = {"repris": 2, "syateljen": 1, "cykelbudet": 2, "stadkraft": 1}
#: camt.053 names its namespace by version; the text is read without it.
STATEMENT = "inbox/bank/kontoutdrag-2026-11.xml"


def sambok(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledger.cli.main", "--workspace", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})


def in_statement(root: Path, slug: str) -> dict[str, Decimal]:
    """Opening, closing and sum of the entries, read from the XML by hand: no importer is asked."""
    tree = etree.parse(str(root / "units" / slug / STATEMENT))
    for node in tree.iter("{*}*"):
        node.tag = etree.QName(node).localname

    def signed(node: etree._Element) -> Decimal:
        amount = Decimal(node.findtext("Amt"))
        return amount if node.findtext("CdtDbtInd") == "CRDT" else -amount

    found = {bal.findtext("Tp/CdOrPrtry/Cd"): signed(bal) for bal in tree.iter("Bal")}
    entries = list(tree.iter("Ntry"))
    return {**found, "sum": sum(map(signed, entries)), "count": Decimal(len(entries))}


def bank(root: Path, slug: str, until: dt.date) -> Decimal:
    summary = load_books(open_workspace(root), [slug]).units[slug].summary
    month = f"{until:%Y-%m}"
    return sum((r.amount for r in summary.balances if r.account == "Assets:1930-Bank" and r.month <= month), Decimal(0))


@pytest.mark.parametrize("slug", BANKS)
def test_a_statement_begins_where_the_book_ends(slug, demo_root):
    said = in_statement(demo_root, slug)
    assert said["count"] == BANKS[slug]
    assert said["OPBD"] == bank(demo_root, slug, dt.date(2026, 10, 31))
    assert said["OPBD"] + said["sum"] == said["CLBD"]


def test_november_comes_in_once_and_adds_up(demo_root, demo_copy):
    before = load_federation(open_workspace(demo_copy))
    done = sambok(demo_copy, "import", "--inbox")
    assert done.returncode == 0, done.stderr
    after = load_federation(open_workspace(demo_copy))
    assert after.problems == ()
    came = {
        slug: book.summary.transactions - before.books.units[slug].summary.transactions
        for slug, book in after.books.units.items()
    }
    assert came == {
        slug: BANKS.get(slug, 0) + (PROGRAM_VOUCHERS if slug == "stadkraft" else 0) for slug in before.books.units
    }
    for slug in BANKS:
        assert bank(demo_copy, slug, dt.date(2026, 11, 30)) == in_statement(demo_root, slug)["CLBD"]
        rows = after.books.units[slug].summary.assertions
        assert rows[-1].date == dt.date(2026, 12, 1)
        assert rows[-1].amount == in_statement(demo_root, slug)["CLBD"]
    waiting = {slug: len(book.summary.flagged) for slug, book in after.books.units.items() if book.summary.flagged}
    assert waiting == UNPLACED


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


def in_vouchers(root: Path) -> dict[str, Decimal]:
    """Σ of the rows of each account in the program's file, read from its lines by hand: no importer is asked."""
    text = (root / "units/stadkraft/inbox/affarssystem/verifikat-2026-11.se").read_text(encoding="cp437")
    found: dict[str, Decimal] = {}
    for _, account, _, amount, *_ in (row.split() for row in text.splitlines() if row.startswith("#TRANS ")):
        found[account] = found.get(account, Decimal(0)) + Decimal(amount)
    return found


def test_the_programs_payroll_meets_the_banks_payment(demo_copy):
    """SIE books what is owed to the staff, the bank statement pays it: nothing is left of November's wages."""
    in_file = in_vouchers(demo_copy)
    assert in_file["2821"] < 0
    assert in_file["3041"] < 0
    assert sambok(demo_copy, "import", "--inbox").returncode == 0
    summary = load_books(open_workspace(demo_copy), ["stadkraft"]).units["stadkraft"].summary
    assert sum(row.amount for row in summary.balances if "2821" in row.account) == 0
    invoiced = [row.amount for row in summary.balances if "3041" in row.account and row.month == "2026-11"]
    assert sum(invoiced) == in_file["3041"]
