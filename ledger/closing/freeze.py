"""What is provisional in a month becomes vouchers, word for word (SPEC 7; BFL 5 kap. 2 and 6-7 §§).

While a month is open, the levy and the exchange differences are worked out anew at each look. At the close they become
booked vouchers with the same date, text, accounts, amounts, links and tags: the figures of the month are the same to
the cent before and after. A unit's levy has two sides, and so has what it owes a rotating loan fund; the unit's close
writes both, so that no book shows what the other one lacks. What the month lacks of accounts is opened.

Pure: what is loaded goes in, entries and text come out. Numbers, who and when are given by the close, under the lock.

How this module reads the contract where it leaves room:

- Central's own close freezes central's exchange differences alone. The levy of a unit that isn't closed yet is not of
  it: where central closes without a unit, differences are worked out as if that unit's levy came in a later month.
- A month that was opened again and is closed for the second time freezes what has come since: the difference.
- Charges on a loan are worked out in each book by itself: what has accrued less what that book has booked of them. So
  it doesn't matter who closes first. The unit that borrows writes the fund's side too while the fund's month is open;
  where that is closed already, the fund's own close has written it, or its next one will. The close of the fund's book
  writes what is left of its own side: persons' charges, and those of units that haven't closed yet.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.booktext import render
from importers.postings import TOTAL_PRICE
from ledger.books import Books, Unit, Workspace, last_day, month_of
from ledger.closing.other_sides import other_sides, provisional_of
from ledger.closing.year_end import CARRIED, TRANSFER, carried_result, result_transfer
from ledger.federation import Federation
from ledger.loans.dealings import PROVISIONAL
from ledger.messages import N_, translate
from ledger.provisional import SOURCE, ProvisionalRun, provisional
from ledger.provisional.entries import TAG
from ledger.provisional.funds import PROVISIONAL_FUNDS
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.vouchers import EXCHANGE, FUNDS, LEVY, LOANS, YEAR_END
from ledger.rules.years import fiscal_months

#: A rate with more decimals is written as a total, which says the same and passes the guard.
RATE_DECIMALS = 8
RATE_DIGITS = 15
BOOKED = "*"
HEAD = N_(
    "Written by the close of {period}, {name}, and sealed: it never changes. A mistake is corrected by a new voucher."
)


@dataclass(frozen=True)
class Voucher:
    """A voucher without its number.

    Attributes:
        series: `L` levy, `E` exchange differences, `R` rotating loans, `F` funds, `Y` year end.
        source: its `source-id`: what it is, and of which close; the same close gives the same.
        entry: as it will be booked, without what only the close knows.
    """

    series: str
    source: str
    entry: data.Transaction


@dataclass(frozen=True)
class Side:
    """What the close of a month writes into one book.

    Attributes:
        unit: whose book it is.
        file: below the unit's folder.
        head: the comment that its file begins with.
        vouchers: in order.
        opens: accounts that they need and the book lacks.
    """

    unit: Unit
    file: str
    head: str
    vouchers: tuple[Voucher, ...]
    opens: tuple[data.Open, ...]


@dataclass(frozen=True)
class Frozen:
    """What the close of a unit's month writes.

    Attributes:
        own: into its own book.
        others: into the books that have the other side: central's for its levy, a loan fund's for its charges.
        carried: ordinary text of the next fiscal year, where one ends: its vouchers are no part of the month.
        carried_opens: accounts that it needs, and neither the book nor `own` opens.
    """

    own: Side
    others: tuple[Side, ...] = ()
    carried: Voucher | None = None
    carried_opens: tuple[data.Open, ...] = ()


def frozen(
    federation: Federation,
    slug: str,
    period: str,
    *,
    closing: int = 1,
    without: Collection[str] = (),
    booked: Iterable[data.Transaction] = (),
) -> Frozen:
    """The vouchers of a unit's month.

    Args:
        federation: as it stands, without problems of this unit.
        slug: whose month.
        period: `2026-03`; every earlier month of the unit is closed.
        closing: 2 where the month was closed before and opened again, and so on.
        without: units whose month isn't closed yet, where it is central that closes.
        booked: vouchers that stand in the unit's book as it were, in a dry run: those that the closes before this one
            in the same run would have written.

    Returns:
        Both sides; the same federation gives the same ones.

    Raises:
        CloseCentralFaulty: the other side can't be made, as the book that takes it has errors.
        CloseAccountDates: an account of the year end isn't open on its day.
    """
    books, ws = federation.books, federation.workspace
    unit, central = ws.unit(slug), ws.central
    run = federation.run
    if unit is central:
        run = _without(federation, period, without) if without else run
    mark = "" if closing == 1 else f":{closing}"
    entries = provisional_of(run, slug, period)
    shown = {_content(entry) for entry in booked}
    own = _vouchers(
        (
            entry
            for entry in entries
            if not (unit is central and entry.meta["filename"] == SOURCE)
            and not (entry.meta["filename"] in {PROVISIONAL, PROVISIONAL_FUNDS} and _content(entry) in shown)
        ),
        period,
        mark,
    )
    before = [_as_booked(entry) for entry in booked if entry.date <= last_day(period)]
    transfer = result_transfer(books, unit, period, [*before, *(voucher.entry for voucher in own)])
    own += [Voucher(YEAR_END, f"close:{TRANSFER}:{period}{mark}", transfer)] if transfer else []
    name = f"{period}.closed.beancount"
    made = Frozen(_side(ws, books, run, unit, unit, period, name, own))
    entry = carried_result(books, unit, period, [*before, *(voucher.entry for voucher in own)])
    if entry is not None:
        opens = [e for e in _opens(books, run, unit, [entry]) if e.account not in {o.account for o in made.own.opens}]
        carried = Voucher(YEAR_END, f"close:{CARRIED}:{period}{mark}", entry)
        made = replace(made, carried=carried, carried_opens=tuple(opens))
    theirs = other_sides(federation, slug, period, entries)
    name = f"{period}.{slug}.closed.beancount"
    sides = (
        _side(ws, books, run, ws.unit(book), unit, period, name, _vouchers(found, period, mark))
        for book, found in sorted(theirs.items())
        if found
    )
    return replace(made, others=tuple(sides))


def _without(federation: Federation, period: str, slugs: Collection[str]) -> ProvisionalRun:
    """What is provisional as if the levy of some units came in a later month."""
    books, run = federation.books, federation.run
    later = {}
    for slug in slugs:
        levy = run.statements.get(slug)
        months = {m for year in (levy.years if levy else ()) for m in fiscal_months(year.first) if m <= period}
        later[slug] = frozenset(books.closed.get(slug, ())) | months | {period}
    return provisional(replace(books, closed={**books.closed, **later}), federation.policy)


def _vouchers(entries: Iterable[data.Transaction], period: str, mark: str) -> list[Voucher]:
    """Provisional entries as vouchers, each with a `source-id` of its own."""
    found: list[Voucher] = []
    given: Counter[str] = Counter()
    for entry in entries:
        series, name = _kind(entry, period)
        given[name] += 1
        again = f" {given[name]}" if given[name] > 1 else ""
        found.append(Voucher(series, f"close:{name}{again}:{period}{mark}", entry))
    return found


def _kind(entry: data.Transaction, period: str) -> tuple[str, str]:
    """Series of a provisional entry, and what it is known by."""
    if entry.meta["filename"] == SOURCE:
        (link,) = entry.links
        return LEVY, link
    first = entry.postings[0]
    assert first.units is not None
    meta = first.meta or {}
    if entry.meta["filename"] == PROVISIONAL:
        what = meta.get("loan") or meta.get("partner") or first.account
        return LOANS, f"{entry.meta.get('cycle', '')} {what} {entry.date}".strip()
    if entry.meta["filename"] == PROVISIONAL_FUNDS:
        return FUNDS, f"funds {entry.meta['case']} {entry.date}"
    parts = [first.account, first.units.currency, *(meta[name] for name in ("partner", "ic") if name in meta)]
    if entry.date != last_day(period):  # the day before a unit joins within a month
        parts.append(entry.date.isoformat())
    return EXCHANGE, " ".join(parts)


def _content(entry: data.Transaction) -> tuple[Any, ...]:
    """What an entry says, as far as two of them are told apart by it."""
    return entry.date, entry.narration, entry.links, tuple((p.account, p.units) for p in entry.postings)


def _side(
    ws: Workspace,
    books: Books,
    run: ProvisionalRun,
    unit: Unit,
    closed: Unit,
    period: str,
    name: str,
    vouchers: Sequence[Voucher],
) -> Side:
    head = translate(HEAD, ws.language).format(period=period, name=closed.name)
    opens = _opens(books, run, unit, [voucher.entry for voucher in vouchers])
    return Side(unit, f"books/{period[:4]}/{name}", f"; {head}\n", tuple(vouchers), tuple(opens))


def _opens(books: Books, run: ProvisionalRun, unit: Unit, entries: Sequence[data.Transaction]) -> list[data.Open]:
    """Accounts that entries post to and the book doesn't open, on the first day of the first month that needs them.

    One of several of a role, each for a currency of its own, takes no other: the next levy in another currency would go
    there.
    """
    summary = books.units[unit.slug].summary
    assert summary is not None
    if not entries:
        return []
    needed: dict[str, dt.date] = {}
    currencies: dict[str, list[str]] = {}
    for entry in entries:
        for posting in entry.postings:
            assert posting.units is not None
            first, currency = entry.date.replace(day=1), posting.units.currency
            needed[posting.account] = min(needed.get(posting.account, first), first)
            currencies[posting.account] = [currency] if posting.account.endswith(f"-{currency}") else []
    known = {row.account for row in summary.accounts}
    last = last_day(month_of(max(entry.date for entry in entries)))
    made = {entry.account: entry for entry in run.at(unit.slug, last).entries if isinstance(entry, data.Open)}
    return [
        data.Open(
            dict(made[account].meta) if account in made else {},  # whose account it is, and its number
            min(day, made[account].date) if account in made else day,
            account,
            currencies[account],
            None,
        )
        for account, day in sorted(needed.items())
        if account not in known
    ]


def voucher_text(voucher: Voucher, number: str, *, by: str, registered: dt.date) -> str:
    """A voucher as it is written.

    Args:
        voucher: of a side, or what is carried to the next year.
        number: its series and number, `L-3`.
        by: who closes.
        registered: when.
    """
    entry = voucher.entry
    meta: dict[str, Any] = {"voucher": number, "registered": registered, "by": by, "source-id": voucher.source}
    kept = {key: value for key, value in entry.meta.items() if key not in meta}
    return render(
        entry._replace(
            flag=BOOKED,
            tags=entry.tags - {TAG},
            meta={**meta, **kept},
            postings=[priced(posting) for posting in entry.postings],
        )
    )


def _as_booked(entry: data.Transaction) -> data.Transaction:
    """A voucher with what its postings weigh once they are written: a rate that is too long is written as a total."""
    return entry._replace(postings=[_weighed(priced(posting)) for posting in entry.postings])


def _weighed(posting: data.Posting) -> data.Posting:
    worth = (posting.meta or {}).get(TOTAL_PRICE)
    if worth is None:
        return posting
    assert posting.units is not None
    assert posting.units.number is not None
    number = worth.number if posting.units.number > 0 else -worth.number
    return posting._replace(units=Amount(number, worth.currency), price=None)


def priced(posting: data.Posting) -> data.Posting:
    """A posting whose rate may stand in a book: as it is, or as what all of it is worth."""
    price, units = posting.price, posting.units
    if price is None:
        return posting
    assert price.number is not None
    assert units is not None
    assert units.number is not None
    shape = price.number.as_tuple()
    assert isinstance(shape.exponent, int)
    with localcontext(EXACT):
        exact = abs(units.number * price.number)
        worth = half_away(exact, price.currency)
    if -shape.exponent <= RATE_DECIMALS and len(shape.digits) <= RATE_DIGITS and exact == worth:
        return posting
    return posting._replace(meta={**(posting.meta or {}), TOTAL_PRICE: Amount(worth, price.currency)})
