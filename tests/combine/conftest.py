"""Small federations for the combined statements: books as texts, loaded by the reference engine."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data
from beancount.parser import parser

from ledger.books import Books, Summary, UnitBook, Workspace, summarise
from ledger.books.reference import load_reference
from ledger.books.unitbook import CentralText
from ledger.combine import Combined, combine
from ledger.provisional import Provisional

ACCOUNT = re.compile(r"\b(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][^\s:\"]*)+")


@dataclass
class StubRun:
    """Provisional entries given as ledger text, per unit."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: tuple = ()

    def entries(self, slug: str) -> Sequence[data.Directive]:
        text = self.texts.get(slug)
        if not text:
            return []
        found, errors, _ = parser.parse_string(text, report_filename="<levy>")
        assert not errors
        return found

    def summary(self, slug: str) -> Summary:
        return summarise(self.entries(slug))

    def at(self, slug: str, day: dt.date, begins: dt.date | None = None) -> Provisional:
        del day, begins  # written for the day that is asked for
        return Provisional(tuple(self.entries(slug)))


def opens(text: str) -> str:
    """`open` directives of every account a text uses."""
    return "\n".join(f"2019-01-01 open {account}" for account in sorted(set(ACCOUNT.findall(text)))) + "\n"


def books_of(ws: Workspace) -> Books:
    """All books of a workspace by the reference engine."""
    units = {}
    for slug, unit in ws.units.items():
        entries, errors, options = load_reference(unit.main)
        assert not errors, errors
        units[slug] = UnitBook(
            unit=unit,
            key=slug,
            problems=(),
            summary=summarise(entries),
            files=tuple(options["include"]),
            options=options,
            _entries=lambda entries=entries: entries,
        )
    prices = parser.parse_file(str(ws.prices_file))[0] if ws.prices_file.exists() else []
    return Books(ws, units, CentralText((), tuple(prices), "test"), {})


@pytest.fixture
def federation(make_workspace) -> Callable[..., Books]:
    """`federation({"repris": ledger text or (text, unit.toml lines)}, prices="…")` → loaded books.

    Accounts are opened for what the text uses; all text goes to one month file (the date of an entry decides, not its
    file).
    """

    def make(texts: dict[str, object], *, prices: str = "", conf: str | None = None) -> Books:
        units = {}
        for slug, given in texts.items():
            text, toml = given if isinstance(given, tuple) else (given, "")
            units[slug] = {"unit": toml, "accounts": opens(text) if "open" not in text else "", "2026-01": text}
        extra = {"conf": conf} if conf else {}
        return books_of(make_workspace(units, prices=prices, **extra))

    return make


@pytest.fixture
def combined(federation) -> Callable[..., Combined]:
    """As `federation`, combined without provisional entries."""

    def make(texts, *, prices="", conf=None, run=None, **options) -> Combined:
        return combine(federation(texts, prices=prices, conf=conf), run or StubRun(), **options)

    return make


def table(found: Combined) -> dict[tuple[str, str], str]:
    """(code, column) → amount, for comparing with tables worked by hand."""
    return {(row.account.split("-")[0], row.unit): str(row.amount) for row in found.trial_balance}


def totals(found: Combined) -> dict[str, str]:
    """Code → group amount."""
    sums: dict[str, Decimal] = {}
    for row in found.trial_balance:
        code = row.account.split("-")[0]
        sums[code] = sums.get(code, Decimal(0)) + row.amount
    return {code: str(amount) for code, amount in sums.items()}


ROOT = Path(__file__).resolve().parents[2]
