"""Workspaces out of worked examples: a reader sees which figure becomes which line of which voucher.

A book is written as ledger text in which a line with nothing but a figure's name stands for a posting of that figure:

    2026-12-31 * "Goods to Baby" ^ic-mommy-1
      IC_Rec_Baby
        partner: "baby"
        ic: "trade"
      Assets:1990-Rest

`IC_Rec_Baby` is looked up in the example's trial balance and in a table of accounts (`{"IC_Rec_Baby": "Assets:1660"}`)
and becomes `Assets:1660-IC-Rec-Baby  10000 SEK`. `write_book` refuses to leave a figure of the trial balance out, or to
use one twice. `Assets:1990-Rest` holds what a voucher's figures leave open; as the trial balance sums to zero it is
empty in the end, and `Answer` asserts it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ledger.books import Workspace, main_text, open_workspace
from tests.combine.conftest import opens

#: The other side of what isn't one voucher in the example.
REST = "Assets:1990-Rest"
CONF = """\
[federation]
name = "{name}"
currency = "{currency}"
central = "{central}"
fiscal_year_start = "{year}"
language = "en"
[intragroup]
tolerance = "{tolerance}"
tolerance_total = "{total}"
{more}
"""
DATED = re.compile(r"^(\d{4}-\d{2})-\d{2} ", re.MULTILINE)


@dataclass(frozen=True)
class Book:
    """One unit to be written.

    Attributes:
        text: its vouchers, as ledger text; each goes to its own month's file.
        toml: lines of `unit.toml` besides name, code and currency.
        currency: of the book; None = the federation's.
        files: others in the unit's folder: a chart of its own.
    """

    text: str = ""
    toml: str = ""
    currency: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


def account(table: Mapping[str, str], name: str) -> str:
    """The account of a figure: code from the table, the figure's own name behind it."""
    return f"{table[name]}-{name.replace('_', '-')}"


def write_book(text: str, tb: Mapping[str, str], table: Mapping[str, str], currency: str) -> str:
    """Put the figures of a trial balance into the vouchers of `text`.

    Args:
        text: vouchers, in which a line that is a figure's name stands for its posting.
        tb: figure → amount, debit positive.
        table: figure → root and code of its account.
        currency: of all amounts.
    """
    used: list[str] = []
    rows = []
    for row in text.splitlines():
        name = row.strip()
        if name in tb:
            used.append(name)
            rows.append(f"  {account(table, name)}  {tb[name]} {currency}")
        else:
            assert not re.fullmatch(r"[A-Za-z_]\w*", name), f"{name} is no figure of the example"
            rows.append(row)
    assert sorted(used) == sorted(tb), f"left out or used twice: {sorted(set(tb) ^ set(used)) or used}"
    return "\n".join(rows) + "\n"


def all_of(names: Mapping[str, str] | list[str], date: str, text: str = "All other accounts") -> str:
    """One voucher with the named figures."""
    return f'{date} * "{text}"\n' + "".join(f"  {name}\n" for name in names) + f"  {REST}\n"


def write_workspace(
    root: Path,
    books: Mapping[str, Book],
    *,
    central: str,
    currency: str = "SEK",
    prices: str = "",
    policy: str = "",
    tolerance: tuple[str, str] = ("1.00", "10.00"),
    year: str = "01-01",
    adjustments: str = "",
    more: str = "",
) -> Workspace:
    """Write a federation's folder as SPEC 2 has it.

    Args:
        root: an empty folder.
        books: slug → what the unit's folder holds.
        central: slug of the central unit.
        currency: the reporting currency.
        prices, policy: text of the two files.
        tolerance: per pair, and per period.
        year: first day of the fiscal year, as month and day.
        adjustments: text of a file in `units/adjustments/`.
        more: lines of `[intragroup]`.
    """
    federation = {"name": "Worked example", "currency": currency, "central": central, "year": year, "more": more}
    conf = CONF.format(**federation, tolerance=tolerance[0], total=tolerance[1])
    _write(root / "fava.conf", conf)
    units = root / "units"
    _write(units / "policy.beancount", policy or "; none\n")
    _write(units / "prices.beancount", prices or "; none\n")
    if adjustments:
        _write(units / "adjustments" / "2026.beancount", adjustments)
    for slug, book in books.items():
        home = units / slug
        own = book.currency or currency
        _write(
            home / "unit.toml", f'name = "{slug.title()}"\ncode = "{slug.upper()}"\ncurrency = "{own}"\n{book.toml}\n'
        )
        _write(home / "accounts.beancount", opens(book.text) if "open" not in book.text else "; in the books\n")
        for month, text in _months(book.text).items():
            _write(home / "books" / month[:4] / f"{month}.beancount", text)
        for name, text in book.files.items():
            _write(home / name, text)
    ws = open_workspace(root)
    assert not ws.problems, ws.problems
    for unit in ws.units.values():
        _write(unit.main, main_text(unit))
    return ws


def _months(text: str) -> dict[str, str]:
    """Text by the month of its entries; a month of comments where there is none."""
    starts = [*(found.start() for found in DATED.finditer(text)), len(text)]
    months: dict[str, str] = {}
    for start, end in itertools.pairwise(starts):
        entry = text[start:end].rstrip() + "\n"
        months[entry[:7]] = months.get(entry[:7], "") + entry
    return months or {"2026-01": "; nothing yet\n"}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def rates(quote: str, foreign: str, currency: str, days: Mapping[str, str], averages: Mapping[str, str]) -> str:
    """`units/prices.beancount` of an example's rates.

    Args:
        quote: how the example states them: `"EUR per USD"` or `"USD per EUR"`. The former is turned round to eight
            decimals, as the reporting currency is USD in both.
        foreign: the currency that has rates.
        currency: the reporting currency.
        days: day → spot.
        averages: month's last day → average.
    """
    turned = quote.index(" per ") and not quote.endswith(f"per {foreign}")
    rows = [f"{day} price {foreign} {_turn(rate, turned=turned)} {currency}\n" for day, rate in days.items()]
    for day, rate in averages.items():
        rows.append(f'{day} custom "average-rate" "{foreign}" {_turn(rate, turned=turned)} {currency}\n')
    return "".join(rows)


def _turn(rate: str, *, turned: bool) -> str:
    return f"{(1 / Decimal(rate)).quantize(Decimal('1.00000000')).normalize():f}" if turned else rate
