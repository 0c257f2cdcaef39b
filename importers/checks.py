"""Checks that every entry of an import passes before it is made, whatever its format.

A book takes dates from 2000-01-01 to the end of next year (SPEC 3), no amount finer than its currency's unit, and no
posting to an account that isn't open on its day. What is dated in a closed month is booked in an open one
(`importers.late`). What the book holds already is looked at by none of these: it stands.
"""

from __future__ import annotations

import datetime as dt
import difflib
from decimal import Decimal

from importers.book import BookView
from importers.problems import ImportAccountMissing, ImportAmountUnit, ImportDateRange
from ledger.books import Unit
from ledger.books.config import line_of, line_with
from ledger.books.guard_profiles import date_window
from ledger.messages import N_, say
from ledger.rules.rounding import unit_of


def check_range(day: dt.date, today: dt.date, *, file: str, line: int | None = None, position: str = "") -> None:
    """Refuse a day that no book has.

    Args:
        day: of an entry.
        today: the day by which dates are judged.
        file: the source file's name in problems.
        line: its line.
        position: what is dated so, in words; else its line.

    Raises:
        ImportDateRange: before 2000, or after the end of next year.
    """
    first, last = date_window(today)
    if not first <= day <= last:
        raise ImportDateRange(file=file, line=line, date=day, position=position or _at(line))


def check_open(
    view: BookView, account: str, day: dt.date, currency: str, *, by: str, settings: str = "unit.toml"
) -> None:
    """Refuse an account that takes no postings in `currency` on `day`.

    Args:
        view: the book.
        account: as the settings or the file name it.
        day: of the entry.
        currency: of the posting.
        by: who names the account, in the user's language: "source bank".
        settings: the unit's file in which it is to be mended.

    Raises:
        ImportAccountMissing: it isn't open.
    """
    if not view.is_open(account, day, currency):
        slug = view.unit.slug
        file = f"units/{slug}/{settings}"
        line, excerpt = line_with(view.unit.folder / settings, f'"{account}"')
        told = {"slug": slug, "account": account, "by": by, "currency": currency, "date": str(day)}
        told["nearest"] = nearest_open(view, account, day, currency)
        raise ImportAccountMissing(file=file, line=line, excerpt=excerpt, unit=slug, **told)


def nearest_open(view: BookView, account: str, day: dt.date, currency: str) -> str:
    """The account that is rather meant by a name that isn't open; `-` where none looks like it."""
    able = [name for name in view.opens if view.is_open(name, day, currency)]
    return next(iter(difflib.get_close_matches(account, able, n=1)), "-")


def line_of_source(unit: Unit, name: str) -> tuple[int | None, str | None]:
    """Line and text of a source's name in its unit.toml."""
    number = next((n for n, source in enumerate(unit.sources) if source.name == name), 0)
    return line_of(unit.folder / "unit.toml", ("source", number, "name"))


def check_amount(amount: Decimal, currency: str, *, file: str, line: int | None = None, position: str = "") -> Decimal:
    """The amount with the decimals of its currency.

    Raises:
        ImportAmountUnit: it is finer than the currency's unit.
    """
    smallest = unit_of(currency)
    whole = amount.quantize(smallest)
    if whole != amount:
        raise ImportAmountUnit(
            file=file, line=line, amount=amount, currency=currency, position=position or _at(line), smallest=smallest
        )
    return whole


def _at(line: int | None) -> str:
    return say(N_("line {line}"), line=line or "?")
