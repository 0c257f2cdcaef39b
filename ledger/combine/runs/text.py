"""The files of a locked run as text: the same figures give the same bytes, wherever the workspace lies (SPEC 10).

    manifest.json            what was locked, out of which files, with which versions; digests of all of it
    trial_balance.csv        line, account, unit, amount
    eliminations.beancount   every entry of ELIM, ADJ and CTA with the posting that it answers; Beancount reads it
    unmatched.csv            dealings whose sides differ: between legal persons they are disclosed
    balances.csv             Σ by unit, account and month: where a later change lies
    vouchers.csv             a mark of each voucher of the period: which ones came later

No clock, no name of a person or a machine, no path outside the workspace: who locked it, and when, belongs into the
minutes and into version control, with the mark.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, localcontext
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ledger.books import Books
from ledger.combine.codes import SETTLED
from ledger.combine.combined import Combined
from ledger.combine.model import PSEUDO, GroupEntry, Place
from ledger.combine.reports.names import account_of
from ledger.rules.rounding import EXACT, decimals

TRIAL_BALANCE = "trial_balance.csv"
ELIMINATIONS = "eliminations.beancount"
UNMATCHED = "unmatched.csv"
BALANCES = "balances.csv"
VOUCHERS = "vouchers.csv"
TRIAL_HEAD = ("line", "account", "unit", "amount")
BALANCE_HEAD = ("unit", "account", "month", "currency", "amount")
UNMATCHED_HEAD = ("code", "class", "key", "units", "amount", "currency", "internal", "sources")
VOUCHER_HEAD = ("unit", "date", "marks")
#: An amount as `money` writes it: a book's has at most 15 digits, a rate adds decimals, thousands are added up.
AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,40})?")
#: Rooms whose sources make figures out of text.
RULES = ("books", "charts", "combine", "policy", "provisional", "rules")


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals, more only where it has them; never an exponent."""
    with localcontext(EXACT):
        digits = max(decimals(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{digits}f}"


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file: UTF-8, LF, a head."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()


def rows_of(content: bytes, head: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The rows of a file that `table` wrote.

    Raises:
        ValueError: it is another one, or an amount in it is none.
    """
    try:
        first, *rows = csv.reader(io.StringIO(content.decode()), strict=True)
    except csv.Error as error:
        raise ValueError("no table") from error
    if tuple(first) != head or any(len(row) != len(head) for row in rows):
        raise ValueError("another table")
    if "amount" in head and not all(AMOUNT.fullmatch(row[head.index("amount")]) for row in rows):
        raise ValueError("no amount")
    return [tuple(row) for row in rows]


def texts_of(books: Books, combined: Combined) -> dict[str, bytes]:
    """All files of a run but its manifest.

    Args:
        books: the books that the figures were made of.
        combined: the figures, in the reporting currency.
    """
    return {
        TRIAL_BALANCE: table(TRIAL_HEAD, trial_rows(combined)),
        ELIMINATIONS: eliminations_text(combined).encode(),
        UNMATCHED: table(
            UNMATCHED_HEAD,
            (
                (
                    *(u.code, u.kind, u.key, " ".join(u.units), money(u.amount, u.currency), u.currency),
                    *("yes" if u.internal else "no", " ".join(u.sources)),
                )
                for u in combined.unmatched
            ),
        ),
        BALANCES: table(BALANCE_HEAD, balance_rows(combined)),
        VOUCHERS: table(VOUCHER_HEAD, voucher_rows(books, combined)),
    }


def trial_rows(combined: Combined) -> list[tuple[str, ...]]:
    """The trial balance: line, account, unit, amount."""
    return [(r.line, r.account, r.unit, money(r.amount, combined.currency)) for r in combined.trial_balance]


def balance_rows(combined: Combined) -> list[tuple[str, ...]]:
    """Σ of each unit's accounts by month in its own currency; months before the period are one, called `before`.

    An account is called as outside its unit's book: no person's sub-account reaches a lock.
    """
    first, last = f"{combined.date_from:%Y-%m}", f"{combined.date_to:%Y-%m}"
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for slug, part in combined.parts.items():
        for row in part.source.balances():
            if row.month <= last:
                month = row.month if row.month >= first else "before"
                sums[slug, part.mapper.shown(row.account), month, row.currency] += row.amount
    return [(*key, money(amount, key[3])) for key, amount in sorted(sums.items()) if amount]


def voucher_rows(books: Books, combined: Combined) -> list[tuple[str, ...]]:
    """The marks of each unit's vouchers of the period, by day."""
    from ledger.books.marks import marked  # noqa: PLC0415  Polars is large, and needed only here

    rows: list[tuple[str, ...]] = []
    for slug in sorted(combined.parts):
        days: dict[str, list[str]] = defaultdict(list)
        for found in marked(books.units[slug], combined.date_from, combined.date_to):
            days[found.date.isoformat()].append(found.mark)
        rows += [(slug, day, " ".join(sorted(marks))) for day, marks in sorted(days.items())]
    return rows


def eliminations_text(combined: Combined) -> str:
    """Every entry that no unit wrote, as Beancount reads it; each posting names the one that it answers."""
    entries = sorted(combined.entries, key=_order)
    opened: dict[str, str] = {}
    for entry in entries:
        for posting in entry.postings:
            opened.setdefault(_account(combined, posting.place, posting.column), entry.date.isoformat())
    parts = [f'option "operating_currency" "{combined.currency}"']
    parts.append("\n".join(f"{day} open {account}" for account, day in sorted(opened.items())))
    parts += [_entry(combined, entry) for entry in entries]
    return "\n\n".join(part for part in parts if part) + "\n"


def _order(entry: GroupEntry) -> tuple[object, ...]:
    postings = tuple((p.place, p.column, p.amount, p.source, p.unit) for p in entry.postings)
    return (entry.date, entry.column, entry.kind, entry.key, entry.section, entry.units, postings)


def _account(combined: Combined, place: Place, column: str) -> str:
    return account_of(place, column if column in PSEUDO else combined.parts[column].unit.code, None)


def _entry(combined: Combined, entry: GroupEntry) -> str:
    rows = [f"{entry.date.isoformat()} * {_quoted(entry.kind)} {_quoted(entry.key)}"]
    said = {"units": " ".join(entry.units), "section": entry.section, "level": "/".join(entry.level or ())}
    rows += [f"  {key}: {_quoted(value)}" for key, value in said.items() if value]
    if entry.reverses:
        rows.append(f"  reverses: {entry.reverses.isoformat()}")
    for posting in entry.postings:
        account = _account(combined, posting.place, posting.column)
        rows.append(f"  {account}  {money(posting.amount, combined.currency)} {combined.currency}")
        its = {"source": posting.source, "unit": posting.unit}
        rows += [f"    {key}: {_quoted(value)}" for key, value in its.items() if value]
    return "\n".join(rows)


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def disclosed(combined: Combined) -> list[dict[str, object]]:
    """Differences between legal persons: what the notes disclose."""
    return [
        {
            "code": u.code,
            "class": u.kind,
            "key": u.key,
            "units": list(u.units),
            "amount": money(u.amount, u.currency),
            "currency": u.currency,
        }
        for u in combined.unmatched
        if u.code not in SETTLED
    ]


@cache
def versions() -> dict[str, str]:
    """With what the figures were made: Sambok, Beancount, and a digest of the rules' own sources."""
    made = hashlib.sha256()
    house = Path(__file__).resolve().parents[2]
    for room in RULES:
        for file in sorted((house / room).rglob("*")):
            if file.suffix in {".py", ".toml"}:
                made.update(f"{file.relative_to(house).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return {"sambok": version("sambok"), "beancount": version("beancount"), "rules": made.hexdigest()}
