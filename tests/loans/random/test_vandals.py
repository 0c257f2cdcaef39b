"""The demo's savings group and the federation's fund with one thing changed that nobody agreed on.

Whatever it is: no traceback, and either `sambok check` tells of it, or the figures are still the book's. What the box
was counted to is left out of the texts, so that the funds' own rules are alone. `SAMBOK_VANDALS=300 pytest
tests/loans/random/test_vandals.py` is the campaign in full.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from beancount.core import data

from benchmarks.demo import build
from benchmarks.demo.__main__ import write
from ledger.books import load_books, open_workspace
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.loans import Cycle
from ledger.reports.loan_sheet import blank_sheet
from ledger.reports.loans import Opened, open_cycle
from ledger.reports.loans_proposal import proposal
from ledger.reports.loans_ratios import ratios_of
from ledger.reports.loans_schedule import plan_of
from ledger.reports.loans_statement import statements
from tests.loans.random.vandals import Book, Damage, vandalise, without_counts

VANDALS = int(os.environ.get("SAMBOK_VANDALS", "15"))
LAST = dt.date(2026, 12, 31)
#: The two books: what tells a fund's voucher in it, and whose each account of a participant is.
FUNDS = {"kikundi-mfano": "", "gemensamt": "cycle:"}
#: What the accounts of participants sum to, by number, debit positive, and what the sheets call it.
PARTS = {
    "kikundi-mfano": {"3010": "savings", "1110": "loans", "1120": "charges_due", "1130": "fines_due"},
    "gemensamt": {"2863": "savings", "1663": "loans", "1664": "charges_due", "1665": "fines_due"},
}


class Place:
    """The demo's books without counts, to be changed and put back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.months: dict[str, dict[Path, str]] = {}
        self.books: dict[str, Book] = {}
        for slug in FUNDS:
            folder = root / "units" / slug
            self.months[slug] = {}
            for file in sorted(folder.glob("books/*/*.beancount")):
                text = without_counts(file.read_text(encoding="utf-8"))
                file.write_text(text, encoding="utf-8")
                self.months[slug][file] = text
            whole = "".join(self.months[slug].values())
            accounts = re.findall(r"open (\S+)", (folder / "accounts.beancount").read_text(encoding="utf-8"))
            names = sorted({*re.findall(r":(M\d\d)\b", whole), *re.findall(r'partner: "(.*)"', whole)})
            cycles = sorted(set(re.findall(r'cycle: "(.*)"', whole)))
            self.books[slug] = Book(accounts, names, cycles, sorted(set(re.findall(r'loan: "(.*)"', whole))))

    def damaged(self, seed: int) -> tuple[str, Path, Damage]:
        """One thing changed on disk."""
        dice = Random(seed)  # noqa: S311  no cryptography
        while True:
            slug = dice.choice(list(FUNDS))
            file = dice.choice(list(self.months[slug]))
            text = self.months[slug][file]
            done = vandalise(text, lambda voucher, sign=FUNDS[slug]: sign in voucher, dice, self.books[slug])
            if done is not None and done.text != text:
                file.write_text(done.text, encoding="utf-8")
                return slug, file, done

    def mended(self, file: Path) -> None:
        """Put back."""
        file.write_text(next(own[file] for own in self.months.values() if file in own), encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("vandals")
    write(root, build())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMBOK_CACHE", str(root / "cache"))
        yield Place(root)


def test_nothing_is_told_of_what_nobody_has_changed(place):
    found = load_federation(open_workspace(place.root))
    assert found.problems == ()
    for slug in FUNDS:
        assert untied(place.root, slug, LAST) == []


@pytest.mark.parametrize("seed", range(VANDALS))
def test_it_is_told_or_the_figures_are_the_book_s(place, seed):
    slug, file, done = place.damaged(seed)
    try:
        told = load_federation(open_workspace(place.root)).problems
        wrong = untied(place.root, slug, LAST)
        for problem in told:
            assert problem.text()
            assert problem.remedy_text()
        assert told or not wrong, f"{slug}/{file.name} {done.kind}\n{done.before}\n{done.after}\n{wrong}"
    finally:
        place.mended(file)


def untied(root: Path, slug: str, day: dt.date) -> list[str]:
    """What a book's cycles say otherwise than the book: none of it, or why nothing can be said."""
    ws = open_workspace(root)
    book = load_books(ws, [slug]).units[slug]
    if not book.ok:
        return []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in book.entries():
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                code = re.match(r"[A-Z]\w*:(\d+)", posting.account)
                sums[code[1] if code else ""] += posting.units.number
    cycles = load_federation(ws).loans
    opened = [open_cycle(ws, name) for name, cycle in cycles.items() if cycle.book_slug == slug]
    wrong: list[str] = []
    for one in opened:
        wrong += _of_cycle(one, day)
    for code, part in PARTS[slug].items():
        said = sum((_booked(one.cycle, part, day) for one in opened), Decimal(0))
        if abs(sums[code]) != abs(said):
            wrong.append(f"{part}: {said}, in the book {sums[code]}")
    return wrong


def _booked(cycle: Cycle, part: str, day: dt.date) -> Decimal:
    fund = cycle.fund
    return sum((getattr(fund.standing(who, day), part) for who in fund.participants), Decimal(0))


def _of_cycle(opened: Opened, day: dt.date) -> list[str]:
    """A cycle's fund day by day, its pages, its figures."""
    wrong = []
    for when in sorted({m.date for m in opened.cycle.fund.movements}):
        state = opened.cycle.fund.state(when)
        if state.gap or state.social_gap:
            wrong.append(f"{opened.name} {when}: {state.gap} {state.social_gap} off")
    try:
        pages = statements(opened, day)
        proposal(opened, day)
        ratios_of(opened, day)
        for loan in opened.cycle.fund.loans:
            plan_of(opened, loan.id, day)
        if opened.cycle.persons:
            blank_sheet(opened.cycle, day, "en")
    except Problem as problem:  # told, in plain words
        return [*wrong, problem.text()]
    state = pages.sheet.state
    if pages.sheet.has != pages.sheet.owes:
        wrong.append(f"{opened.name}: has {pages.sheet.has}, from {pages.sheet.owes}")
    for part, whole in (("saved", state.shares), ("owed", state.loans)):
        if sum((getattr(page.closing, part) for page in pages.pages), Decimal(0)) != whole:
            wrong.append(f"{opened.name}: {part} isn't {whole}")
    return wrong
