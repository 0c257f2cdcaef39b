"""Checks that every statement passes, whatever its format, and the order in which statements of one file are taken.

A statement that doesn't add up (opening + lines = closing) is refused whole: half a statement must never become half
the books. Two statements of one file that share days must follow on each other, else lines would count twice.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from importers.bank.model import BankStatement
from importers.bank.problems import (
    BankAccountUnknown,
    BankBalanceDiffers,
    BankCurrency,
    BankOtherUnit,
    BankStatementsOverlap,
)
from importers.checks import check_amount, line_of_source
from importers.identity import account_number
from importers.problems import ImportSourceIncomplete
from ledger.books import Unit, Workspace
from ledger.books.sources import SourceTable


def check_whole(statement: BankStatement, shown: str) -> BankStatement:
    """The statement, with amounts in whole units of its currency.

    Raises:
        ImportAmountUnit: an amount is finer than the currency's unit.
        BankBalanceDiffers: opening + lines isn't closing.
    """
    for line in statement.lines:
        for amount in (line.amount, *(part.amount for part in line.parts)):
            check_amount(
                amount, statement.currency, file=shown, line=line.line, position=line.position or str(line.date)
            )
        assert not line.parts or sum(part.amount for part in line.parts) == line.amount, line.position
    opening, closing = statement.opening, statement.closing
    if opening is not None and closing is not None and opening + statement.net != closing:
        raise BankBalanceDiffers(
            file=shown,
            line=statement.line,
            statement=statement.id or "-",
            account=statement.account or "-",
            opening=opening,
            net=statement.net,
            computed=opening + statement.net,
            closing=closing,
            difference=closing - opening - statement.net,
            currency=statement.currency,
        )
    return statement


def source_of(unit: Unit, statement: BankStatement, format_: str, shown: str) -> SourceTable:
    """The unit's source that a statement belongs to: by its bank account; one that names none takes what is left.

    Where a bank keeps one number in several currencies, each has a source of its own, told apart by its currency.
    A statement that doesn't name its account (some banks' CSV) belongs to the one source of its format.

    Raises:
        BankAccountUnknown: none of them, or no one of several.
        ImportSourceIncomplete: it names no account of the books.
    """
    sources = [s for s in unit.sources if s.format == format_]
    number = account_number(statement.account)
    if number:
        numbers = [(account_number(s.bank_account), s) for s in sources if s.bank_account]
        named = [s for known, s in numbers if known == number] or [
            s for known, s in numbers if same_account(number, known)
        ]
        nameless = [s for s in sources if not s.bank_account]
        found = named or (nameless if len({s.currency for s in nameless}) == len(nameless) else [])
    else:
        found = sources if len(sources) == 1 else []
    found = [s for s in found if s.kept_in(unit.currency) == statement.currency] or found
    if not found:
        raise unknown_account(unit, statement, format_, shown)
    if not found[0].account:
        file = f"units/{unit.slug}/unit.toml"
        line, excerpt = line_of_source(unit, found[0].name)
        name = found[0].name
        raise ImportSourceIncomplete(file=file, line=line, excerpt=excerpt, unit=unit.slug, slug=unit.slug, name=name)
    return found[0]


def unknown_account(unit: Unit, statement: BankStatement, format_: str, shown: str) -> BankAccountUnknown:
    """The refusal of a statement that no source takes."""
    known = ", ".join(s.bank_account or s.name for s in unit.sources if s.format == format_) or "-"
    return BankAccountUnknown(
        file=shown,
        line=statement.line or None,
        unit=unit.slug,
        slug=unit.slug,
        account=statement.account or "?",
        known=known,
    )


def another_units(ws: Workspace, found: BankAccountUnknown) -> BankAccountUnknown | BankOtherUnit:
    """The same refusal, naming the unit whose source the statement's account is, where there is one."""
    number, slug = account_number(found.params["account"]), found.params["slug"]
    for other in ws.units.values():
        for source in other.sources:
            if other.slug != slug and number and same_account(number, account_number(source.bank_account or "")):
                told = {"slug": slug, "account": found.params["account"], "other": other.slug, "name": source.name}
                return BankOtherUnit(file=found.file, line=found.line, excerpt=found.excerpt, unit=slug, **told)
    return found


def same_account(one: str, other: str) -> bool:
    """Whether two account numbers, as letters and digits, are of one account.

    Equal, or an IBAN and the national number inside it: Swedish clearing and account number (SEB writes either), the
    Spanish CCC of 20 digits, German bank code and account. MT940 puts the bank's BIC before, its currency behind.
    """
    return any(
        first == second or _of_iban(first, second) or _of_iban(second, first)
        for first in _plain(one)
        for second in _plain(other)
    )


def _plain(number: str) -> set[str]:
    """A number, and it without a BIC before it and a currency behind it."""
    short = re.sub(r"(?<=[0-9])[A-Z]{3}$", "", number)
    match = re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})??([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|[0-9]{5,})", short)
    return {number, short, match[1]} if match else {number, short}


def _of_iban(iban: str, number: str) -> bool:
    if not number.isdigit() or not iban[2:4].isdigit():
        return False
    country = iban[:2]
    if country == "SE":
        return len(iban) == 24 and len(number) >= 10 and iban.endswith(number)
    if country == "ES":
        return len(iban) == 24 and iban[4:] == number
    if country == "DE":
        return len(iban) == 22 and len(number) > 8 and iban[4:12] + iban[12:] == number[:8] + number[8:].zfill(10)
    return False


def check_currency(unit: Unit, table: SourceTable, statement: BankStatement, shown: str) -> None:
    """The statement's currency must be the source's (the unit's where it names none).

    Raises:
        BankCurrency: it isn't.
    """
    expected = table.kept_in(unit.currency)
    if statement.currency != expected:
        raise BankCurrency(
            file=shown,
            line=statement.line,
            unit=unit.slug,
            position=statement.id or statement.account or shown,
            currency=statement.currency,
            account=table.account,
            expected=expected,
        )


def without_repeats(statements: Sequence[BankStatement]) -> list[BankStatement]:
    """The statements without those that the file holds twice: the bank's own id, days, balances and lines are the same.

    Lines are then not counted as equal payments, which are equal lines of one statement or of two that differ.
    """
    kept: list[BankStatement] = []
    said: set[tuple[object, ...]] = set()
    for s in statements:
        lines = tuple((n.date, n.amount, n.counterparty, n.text, n.bank_ref) for n in s.lines)
        whole = (s.id, s.currency, s.opening, s.closing, s.first_day, s.last_day, lines)
        if not s.id or whole not in said:
            kept.append(s)
        said.add(whole)
    return kept


def check_overlap(ordered: list[BankStatement], shown: str) -> None:
    """Refuse statements of one file that share days without following on each other.

    Raises:
        BankStatementsOverlap: lines of a shared day might stand in both.
    """
    for before, after in pairwise(ordered):
        last = max((line.date for line in before.lines), default=None)
        first = min((line.date for line in after.lines), default=None)
        if last is None or first is None or first > last:
            continue
        if None in {before.closing, after.opening} or before.closing != after.opening:
            raise BankStatementsOverlap(
                file=shown,
                line=after.lines[0].line,
                account=after.account,
                day=first,
                opening=after.opening,
                closing=before.closing,
            )


def in_order(statements: Sequence[BankStatement], balance: Decimal | None = None) -> list[BankStatement]:
    """Statements of one account by day; those of one day so that each opens where the one before closed.

    Args:
        statements: as they stand in the file; their numbers in the bank's series come first, where it gives them.
        balance: what the book holds before them; it tells where a day begins whose statements come full circle.
    """
    days: dict[dt.date, list[BankStatement]] = {}
    for statement in sorted(statements, key=lambda s: s.sequence or 0):
        day = min((line.date for line in statement.lines), default=statement.last_day or dt.date.max)
        days.setdefault(day, []).append(statement)
    after: dict[dt.date, Decimal | None] = {}
    begins: Decimal | None = None
    for day in sorted(days, reverse=True):
        after[day] = begins
        begins = next(iter(_heads(days[day])), begins)
    ordered: list[BankStatement] = []
    for day in sorted(days):
        ordered += _chain(days[day], ordered[-1].closing if ordered else balance, after[day])
    return ordered


def _heads(statements: Sequence[BankStatement]) -> list[Decimal | None]:
    """Opening balances with which more statements open than close; none where they come full circle."""
    surplus = Counter(s.opening for s in statements)
    surplus.subtract(s.closing for s in statements)
    return [opening for opening, more in surplus.items() if more > 0]


def _chain(statements: Sequence[BankStatement], before: Decimal | None, after: Decimal | None) -> list[BankStatement]:
    """The statements of one day in an order in which each opens where the one before closed, if there is one.

    A balance that comes back leaves several ways to go on, of which some end before all statements are passed; the way
    through all of them is found as a trail that passes each edge of a graph once (Hierholzer 1873).
    """
    onward: dict[Decimal | None, deque[int]] = defaultdict(deque)
    for number, statement in enumerate(statements):
        onward[statement.opening].append(number)
    heads = deque([before, *_heads(statements), after, *onward])
    ordered: list[BankStatement] = []
    while heads:
        trail: list[int] = []
        passed: list[tuple[Decimal | None, int | None]] = [(heads.popleft(), None)]
        while passed:
            here, came_by = passed[-1]
            if onward.get(here):
                number = onward[here].popleft()
                passed.append((statements[number].closing, number))
            else:
                passed.pop()
                trail += [came_by] if came_by is not None else []
        ordered += [statements[number] for number in reversed(trail)]
    return ordered
