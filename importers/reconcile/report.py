"""The reconciliation of units in words: what a bookkeeper reads, and what scripts get."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from importers.archive import short_name
from importers.reconcile.booked import bank_books
from importers.reconcile.days import Restated
from importers.reconcile.documents import bank_importers, look_at_archive, read_archive
from importers.reconcile.model import FINDINGS, Account, Finding, Month, Note
from importers.reconcile.months import reconcile_account
from importers.reconcile.remedies import remedies
from importers.reconcile.series import Gap, Skipped, Uncovered
from ledger.books import Books, Unit, UnitBook, Workspace
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.messages import N_, say, translate
from ledger.reports.levy import money

Shown = Callable[[Decimal, str], str]


@dataclass(frozen=True)
class UnitReconciliation:
    """A unit's bank accounts.

    Attributes:
        problems: statements that can't be read any more.
    """

    unit: Unit
    accounts: tuple[Account, ...]
    problems: tuple[Problem, ...]

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at it."""
        return bool(self.problems) or any(month.needs_person for account in self.accounts for month in account.months)


@dataclass(frozen=True)
class Reconciliation:
    """What was found. Units whose books can't be read are missing; `problems` are those of the books."""

    units: tuple[UnitReconciliation, ...]
    problems: tuple[Problem, ...]


def reconcile(
    books: Books,
    slugs: Sequence[str] | None = None,
    *,
    account: str | None = None,
    month: str | None = None,
    today: dt.date,
) -> Reconciliation:
    """Reconcile the bank accounts of units.

    Args:
        books: the loaded books.
        slugs: which units; None = all.
        account: only accounts whose name or code this is, or is the beginning of; None = all.
        month: only this month ("2026-03"); None = all.
        today: a month is over when its last day lies before it.

    Returns:
        Units with bank sources, by slug; also those whose books have errors, as far as they can be read.
    """
    problems: set[Problem] = set()
    found = []
    for slug in sorted(books.units if slugs is None else set(slugs)):
        book = books.units[slug]
        problems.update(book.problems)
        if book.summary is None:  # a balance that doesn't hold is what is to be found out here
            continue
        try:
            load_chart(book.unit.chart, book.unit.folder)  # nothing can be imported without
        except Problem as problem:
            problems.add(problem)
            continue
        if slugs is None and not bank_importers(books.workspace, book.unit):
            continue
        unit = reconcile_unit(books.workspace, book, today)
        accounts = tuple(_only(a, month) for a in unit.accounts if account is None or _called(a.account, account))
        found.append(UnitReconciliation(unit.unit, accounts, unit.problems))
    if slugs is None:
        problems.update(books.problems)
    return Reconciliation(tuple(found), tuple(sorted(problems, key=order)))


def _called(account: str, asked: str) -> bool:
    leaf = account.rsplit(":", 1)[-1]
    return asked in {account, leaf} or leaf.split("-")[0] == asked or account.startswith(f"{asked}:")


def _only(account: Account, month: str | None) -> Account:
    if month is None:
        return account
    return replace(account, months=tuple(m for m in account.months if m.month == month))


def reconcile_unit(ws: Workspace, book: UnitBook, today: dt.date) -> UnitReconciliation:
    """Reconcile every bank account of one unit.

    Args:
        ws: the workspace.
        book: the unit's, guarded; it may have errors, such as a balance that doesn't hold.
        today: a month is over when its last day lies before it.
    """
    unit, memo = book.unit, memo_of(ws.root)
    tables = [importer.source for importer in bank_importers(ws, unit)]
    accounts: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        assert table.account
        accounts.setdefault((table.account, table.kept_in(unit.currency)), []).append(table.name)
    names = frozenset(account for account, _ in accounts)
    held = memo.get(("bank books", unit.slug), lambda: bank_books(book, names, ws.shown), equal=(book.key, names))

    def work() -> UnitReconciliation:
        archive = read_archive(ws, unit, held.documents)
        found = tuple(
            reconcile_account(
                account,
                currency,
                sources,
                [s for s in archive.statements if s.table.account == account and s.statement.currency == currency],
                held,
                unread=archive.unread,
                today=today,
            )
            for (account, currency), sources in accounts.items()
        )
        return UnitReconciliation(unit, found, archive.problems)

    setting = (look_at_archive(unit, held.documents), tuple(map(repr, tables)), repr(unit), today)
    return memo.get(("reconciliation", unit.slug), work, same=(held,), equal=setting)


def sentences(account: Account, month: Month, shown: Shown = money) -> list[str]:
    """A month in plain words: its status, and what makes it so.

    Args:
        account: whose month it is.
        month: one of its months.
        shown: writes an amount of a currency.
    """
    told = [_headline(account, month, shown)]
    counts = Counter(finding.kind for finding in month.findings)
    told += [f"{translate(heading)}: {counts[kind]}." for kind, heading in FINDINGS.items() if counts[kind]]
    return told + [note_text(note, account.currency, shown) for note in month.notes]


def _headline(account: Account, month: Month, shown: Shown) -> str:
    currency, bank = account.currency, month.bank
    if bank is None:
        return say(N_("{month}: no statement tells of this month."), month=month.month)
    if bank.closing is None:
        text = N_("{month}: the statements give no balance that the books could be compared with.")
        return say(text, month=month.month)
    said = {"month": month.month, "first": bank.first, "last": bank.last, "currency": currency}
    at, closing = shown(month.at, currency), shown(bank.closing, currency)
    if month.difference:
        text = N_("{month}: on {last} the bank has {closing} {currency}, the books {at}: {difference} differ.")
        told = say(text, closing=closing, at=at, difference=shown(month.difference, currency), **said)
        return told + " " + say(N_("They differed so before the month.")) if month.earlier == month.difference else told
    if not bank.whole:
        text = N_("{month}: statements tell {first} to {last}; bank and books have {closing} {currency} then.")
        return say(text, closing=closing, **said)
    return say(N_("{month}: bank and books have {closing} {currency} on {last}."), closing=closing, **said)


def note_text(note: Note, currency: str, shown: Shown = money) -> str:
    """What a gap, missing numbers, days without statement or a restated day mean."""
    if isinstance(note, Gap):
        text = N_(
            "Between {last} and {first} something is missing: {ended} ends with {before}, {begun} begins with {after}; "
            "the difference is {difference} {currency}."
        )
        amounts = {name: shown(getattr(note, name), currency) for name in ("before", "after", "difference")}
        files = {"ended": short_name(note.ended), "begun": short_name(note.begun)}
        return say(text, currency=currency, last=note.last, first=note.first, **files, **amounts)
    if isinstance(note, Skipped):
        text = N_("The bank's statements {first} to {last} are missing before {file}.")
        if note.first == note.last:
            text = N_("The bank's statement {first} is missing before {file}.")
        return say(text, first=note.first, last=note.last, file=short_name(note.file))
    if isinstance(note, Restated):
        return _restated(note, currency, shown)
    text = N_("No statement covers {first} to {last}; the balances on both sides are known.")
    return say(text, first=note.first, last=note.last)


def _restated(note: Restated, currency: str, shown: Shown) -> str:
    text = N_("The bank tells {date} in two ways: only {one} has {mine}; only {two} has {others}.")
    nothing = say(N_("nothing more"))
    mine, others = (
        ", ".join(f"{shown(line.amount, currency)} {line.counterparty or line.text}" for line in lines) or nothing
        for lines in note.only()
    )
    one, two = (" + ".join(map(short_name, version.files)) for version in (note.kept, note.other))
    return say(text, date=note.date, one=one, two=two, mine=mine, others=others)


def as_json(found: Reconciliation) -> dict[str, Any]:
    """The answer of `sambok reconcile --json`; amounts as the account holder has them, money in is positive."""
    return {
        "schema": 1,
        "units": [
            {
                "unit": unit.unit.slug,
                "name": unit.unit.name,
                "accounts": [_account_json(account) for account in unit.accounts],
                "problems": [problem.as_json() for problem in unit.problems],
            }
            for unit in found.units
        ],
        "errors": [problem.as_json() for problem in found.problems],
    }


def _account_json(account: Account) -> dict[str, Any]:
    return {
        "account": account.account,
        "currency": account.currency,
        "sources": list(account.sources),
        "bank_accounts": list(account.numbers),
        "files": list(account.files),
        "months": [_month_json(account, month) for month in account.months],
    }


def _month_json(account: Account, month: Month) -> dict[str, Any]:
    def shown(amount: Decimal | None) -> str | None:
        return None if amount is None else money(amount, account.currency)

    bank = month.bank
    return {
        "month": month.month,
        "status": month.status,
        "needs_person": month.needs_person,
        "difference": shown(month.difference),
        "bank": None
        if bank is None
        else {
            "first": bank.first.isoformat(),
            "last": bank.last.isoformat(),
            "opening": shown(bank.opening),
            "closing": shown(bank.closing),
            "whole": bank.whole,
        },
        "books": {"opening": shown(month.opening), "closing": shown(month.closing), "at": shown(month.at)},
        "lines": {"statements": month.told, "booked": month.booked},
        "findings": [_finding_json(finding, account.currency) for finding in month.findings],
        "notes": [{"kind": _KINDS[type(n)], "text": note_text(n, account.currency)} for n in month.notes],
        "summary": sentences(account, month),
        "remedies": remedies(month),
    }


_KINDS: dict[type, str] = {Gap: "gap", Skipped: "sequence", Restated: "restated", Uncovered: "days"}


def _finding_json(finding: Finding, currency: str) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "date": finding.date.isoformat(),
        "amount": money(finding.amount, currency),
        "text": finding.text,
        "file": finding.file or None,
        "where": finding.where or None,
        "booked": {"date": finding.booked[0].isoformat(), "amount": money(finding.booked[1], currency)}
        if finding.booked
        else None,
        "perhaps": finding.perhaps or None,
    }
