"""What must hold of every file, whatever is in it: one problem with its words, or entries that tie."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from decimal import Decimal

from beancount.core import convert, data

from importers.bank.importer import BankImporter
from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.booktext import render
from importers.plan import Plan
from ledger.books.guard import UNIT_ACCOUNTS, UNIT_BOOKS, parse_guarded
from ledger.books.guard_profiles import date_window
from ledger.errors import Problem

MOST_DIGITS = 15
OPENING = "Opening balance per bank"


class BrokenError(AssertionError):
    """An invariant that doesn't hold."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise BrokenError(what)


def check_problem(problem: Problem, source: Source) -> None:
    """It has a code, a place inside the file, and words in every language that can be printed."""
    need(type(problem) is Problem.registry.get(problem.code), "a problem without a class of its own")
    need(Problem.from_dict(json.loads(json.dumps(problem.to_dict()))) == problem, "a problem that can't be kept")
    last = source.data.count(b"\n") + source.data.count(b"\r") + 1
    need(problem.line is None or 1 <= problem.line <= last, f"line {problem.line} of a file of {last}")
    for language in ("en", "sv", "es"):
        for said in (problem.text(language), problem.remedy_text(language)):
            need(said.strip(), "no words")
            said.encode("utf-8")
            need(len(said) < 3_000, "words without end")
            need(not any(c < " " and c not in "\n\t" for c in said), "control characters in a message")


def check_plan(importer: SambokImporter, source: Source, view: BookView, plan: Plan, today: dt.date) -> None:
    """Every transaction balances, nothing is there twice, and the books' account moves as the statement says."""
    first, last = date_window(today)
    opened = set(view.opens) | {entry.account for entry in plan.opens}
    ids: Counter[str] = Counter()
    for entry, new in [*((e, True) for e in plan.entries), *((e, False) for e, _ in plan.known)]:
        need(isinstance(entry, data.Transaction | data.Balance), f"a {type(entry).__name__}")
        need(
            first <= entry.date <= last or isinstance(entry, data.Balance) or not new,
            f"a day outside the window: {entry.date}",
        )
        ids[str(entry.meta.get("source-id", ""))] += 1
        need(str(entry.meta.get("document", "")).startswith("documents/"), "no document")
        if isinstance(entry, data.Balance):
            need(entry.account in opened, f"{entry.account} isn't open")
            _number(entry.amount.number)
            continue
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for posting in entry.postings:
            need(posting.account in opened, f"{posting.account} isn't open")
            _number(posting.units.number)
            weight = convert.get_weight(posting)
            sums[weight.currency] += weight.number
        # A cancelled voucher keeps its number; what the book holds already may be told without its postings.
        need(
            not any(sums.values()) and (entry.postings or not new or view.unit.sources[0].format == "sie4"),
            f"{entry.narration!r} doesn't balance: {dict(sums)}",
        )
    twice = [source_id for source_id, count in ids.items() if count > 1 or not source_id]
    need(not twice, f"source-id twice, or none: {twice[:3]}")
    for note in plan.notes:
        need(isinstance(note, Problem) and note.text() and note.remedy_text(), "a note without words")
    need(all(isinstance(remark, str) and remark for remark in plan.remarks), "an empty remark")
    if isinstance(importer, BankImporter) and importer.source.account:
        _bank(importer, source, plan, today)


def _number(number: Decimal) -> None:
    need(isinstance(number, Decimal) and number.is_finite(), f"{number!r} is no amount")
    digits = len(f"{abs(number):f}".replace(".", "").lstrip("0"))
    need(digits <= MOST_DIGITS + 2, f"{number} has too many digits")


def _bank(importer: BankImporter, source: Source, plan: Plan, today: dt.date) -> None:
    """Σ of the account = Σ lines, each statement once, and the opening balance where it came in."""
    account = importer.source.account
    seen: list[object] = []
    lines = Decimal(0)
    for statement in importer.settled(source, today):
        rows = [(n.date, n.amount, n.counterparty, n.text, n.bank_ref) for n in statement.lines]
        key = (statement.id, statement.opening, statement.closing, statement.first_day, statement.last_day, rows)
        if not (statement.id and key in seen):
            lines += statement.net
            seen.append(key)
    found = Decimal(0)
    opening = Decimal(0)
    for entry in [*plan.transactions, *(e for e, _ in plan.known if isinstance(e, data.Transaction))]:
        moved = sum((p.units.number for p in entry.postings if p.account == account), Decimal(0))
        if entry.narration == OPENING:
            opening += moved
        else:
            found += moved
    need(found == lines, f"the books' account moves by {found}, the statements by {lines}")
    if opening:
        firsts = {statement.opening for statement in importer.settled(source, today)}
        need(opening in firsts, f"an opening balance of {opening} that no statement has")


def check_text(plan: Plan, slug: str, today: dt.date) -> None:
    """What would be written passes the guard, and holds as many entries as the plan."""
    for entries, profile in ((plan.opens, UNIT_ACCOUNTS), (plan.entries, UNIT_BOOKS)):
        text = "\n".join(render(entry) for entry in entries).encode("utf-8")
        if not text:
            continue
        parsed = parse_guarded(text, file="/w/x.beancount", shown="x", profile=profile, unit=slug, today=today)
        need(not parsed.problems, f"the guard refuses: {parsed.problems[:1]}")
        need(len(parsed.entries) == len(entries), f"{len(entries)} entries written, {len(parsed.entries)} read")


def texts(plan: Plan) -> Counter[str]:
    """The transactions of a plan, as text without what differs between files of other content.

    The opening balance is left out: a list with the newest row first begins later where its end is missing.
    """
    hidden = ("document", "source-id")
    known = [e for e, _ in plan.known if isinstance(e, data.Transaction)]
    found = [e for e in [*plan.transactions, *known] if e.narration != OPENING]
    return Counter(render(e._replace(meta={k: v for k, v in e.meta.items() if k not in hidden})) for e in found)
