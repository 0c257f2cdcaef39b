"""What a unit's month lacks, as its own book shows it: what waits, numbers, money, dealings inside its legal person.

`ledger.closing.readiness` says what each of these means; what other units and months have to do with it is there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from ledger.books import FlaggedRow, UnitBook, last_day, month_of
from ledger.books.cells import loads, unpack
from ledger.books.columns import joinable, read
from ledger.charts import Chart, load_chart
from ledger.closing import problems_ready as why
from ledger.closing.numbering import Place
from ledger.closing.problems_vouchers import VoucherGapUnreadable, VoucherNumberUnreadable
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.reports.levy import in_full
from ledger.rules.rounding import decimals, half_away, unit_of

if TYPE_CHECKING:
    from importers.reconcile import Account
    from importers.reconcile import Month as BankMonth
    from ledger.closing.readiness import Look

ZERO = Decimal(0)
ONE_DAY = dt.timedelta(days=1)


class UnitMonth:
    """One unit's month that is over, of a book without errors."""

    def __init__(self, look: Look, book: UnitBook, period: str) -> None:
        assert book.summary is not None
        self.look = look
        self.ws = look.ws
        self.book = book
        self.summary = book.summary
        self.unit = book.unit
        self.period = period
        self.end = last_day(period)
        self.said: dict[str, Any] = {"unit": book.unit.slug, "slug": book.unit.slug, "period": period}
        self.closed = look.books.closed.get(book.unit.slug, frozenset())
        self.earlier = frozenset(look.open_before(book.unit.slug, period))

    @cached_property
    def chart(self) -> Chart:
        """The unit's: it is one that can be read, or the book would have a problem."""
        return load_chart(self.unit.chart, self.unit.folder)

    @cached_property
    def codes(self) -> dict[str, str | None]:
        """Codes of the book's accounts."""
        return {row.account: row.code for row in self.summary.accounts}

    @property
    def ends_year(self) -> bool:
        """Whether the month is the last one of a fiscal year."""
        return self.ws.fiscal_year(self.end)[1] == self.end

    @property
    def keeps_cycle(self) -> bool:
        """Whether the book keeps a rotating loan fund: its boxes are locked between meetings."""
        return any(cycle.book == self.unit.slug for cycle in self.look.federation.policy.cycles)

    def lacks(self) -> list[Problem]:
        """All of it, in the order in which it should be settled."""
        return [
            *self._flagged(),
            *self._numbers(),
            *self._too_fine(),
            *self._unreconciled(),
            *self._uncounted(),
            *(self._internal() if self.unit.combine else ()),
        ]

    def sealed_now(self, day: dt.date) -> bool:
        """Whether what is dated on a day is sealed by the close of this month."""
        month = month_of(day)
        return month == self.period or (month < self.period and month not in self.closed and month not in self.earlier)

    # --- what waits for a person

    def _flagged(self) -> Iterator[Problem]:
        suspense = {account for account, code in self.codes.items() if self.chart.is_in("suspense", code)}
        rows = [row for row in self.summary.flagged if self.sealed_now(row.date)]
        accepted = _accepted(self.book, {row.transaction for row in rows}) if rows else {}
        for row in rows:
            account = next((account for account in row.accounts if account in suspense), None)
            by, reason = accepted.get(row.transaction, ("", ""))
            if account is not None and by and reason and not self.ends_year:
                continue
            case = ""
            if account is not None:
                case = "year" if self.ends_year else "accepted" if by or reason else "suspense"
            yield why.CloseFlagged(
                file=self.ws.shown(row.file),
                line=row.line,
                date=row.date,
                account=account or "",
                amount=in_full(_waiting(row, suspense), row.currency),
                currency=row.currency,
                **_case(case),
                **self.said,
            )
        if self.ends_year and not rows:
            yield from self._left_on(suspense)

    def _left_on(self, suspense: Collection[str]) -> Iterator[Problem]:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self.summary.balances:
            if row.account in suspense and row.month <= self.period:
                sums[row.account, row.currency] += row.amount
        for (account, currency), amount in sorted(sums.items()):
            if amount:
                told: dict[str, Any] = {"account": account, "amount": in_full(amount, currency), "currency": currency}
                yield why.CloseFlagged(case="rest", **told, **self.said)

    # --- numbers

    def _numbers(self) -> Iterator[Problem]:
        found = self.look.numbers(self.unit.slug, self.period)
        lacking = [place for place in found.missing if self.sealed_now(place.date)]
        if lacking:
            first = lacking[0]
            yield why.CloseNumberMissing(file=first.file, line=first.line, count=len(lacking), **self.said)
        for place in found.unreadable:
            if self.sealed_now(place.date):
                case = _case("" if place.voucher else "empty")
                yield self._at(VoucherNumberUnreadable, place, voucher=place.voucher, **case)
        for place in found.unclear:
            if self.sealed_now(place.date):
                yield self._at(VoucherGapUnreadable, place, text=place.voucher, date=place.date)
        for name, span in found.gaps:
            yield why.CloseNumberGap(numbers=span.named(name), date=self.end, **self.said)
        for twice in found.twice:
            here = [place for place in twice.places if self.sealed_now(place.date)]
            if here:
                other = next(place for place in twice.places if place is not here[-1])
                yield self._at(why.CloseNumberTwice, here[-1], voucher=twice.name, other=other.where)

    def _at(self, kind: type[Problem], place: Place, **values: Any) -> Problem:
        return kind(file=place.file, line=place.line, **values, **self.said)

    # --- money

    def _too_fine(self) -> Iterator[Problem]:
        for one in self.look.too_fine(self.unit.slug):
            if self.sealed_now(one.date):
                yield why.CloseAmountDigits(
                    file=self.ws.shown(one.file),
                    line=one.line,
                    date=one.date,
                    account=one.account,
                    amount=in_full(one.amount, one.currency),
                    currency=one.currency,
                    smallest=in_full(unit_of(one.currency), one.currency),
                    rounded=str(half_away(one.amount, one.currency)),
                    **self.said,
                )

    def _unreconciled(self) -> Iterator[Problem]:
        for account in self.look.bank(self.unit.slug):
            month = next((month for month in account.months if month.month == self.period), None)
            if month is None or month.status == "reconciled":
                continue
            if month.early and self._proved(account.account, account.currency):
                continue
            yield self._bank(account, month)

    def _bank(self, account: Account, month: BankMonth) -> Problem:
        from importers.reconcile import remedies, sentences  # noqa: PLC0415  loaded where an account isn't reconciled

        said: dict[str, Any] = {
            **self.said,
            "account": account.account,
            "currency": account.currency,
            "day": self.end + ONE_DAY,
        }
        if month.early:
            return why.CloseUnreconciled(case="never", **said)
        advice = remedies(month) or [say(N_("Look at the lines that differ."))]
        return why.CloseUnreconciled(reason=" ".join(sentences(account, month)), advice=" ".join(advice), **said)

    def _proved(self, account: str, currency: str) -> bool:
        """Whether a `balance` after the account's last entry up to the month's end proves what stood there."""
        last = self._last_entry(account)
        rows = (row for row in self.summary.assertions if row.account == account and row.currency == currency)
        return last is None or any(row.date > last for row in rows)

    def _last_entry(self, account: str) -> dt.date | None:
        """The day of the account's last entry up to the month's end; that end, where later ones have come."""
        last = dict(self.summary.last_by_account).get(account)
        if last is None or last <= self.end:
            return last
        used = [row.month for row in self.summary.balances if row.account == account and row.month <= self.period]
        if not used:
            return None
        return _last_day_of(self.book, account, last_day(max(used)))

    def _uncounted(self) -> Iterator[Problem]:
        fed = {account.account for account in self.look.bank(self.unit.slug)}
        boxes = {account for account, code in self.codes.items() if self.chart.is_in("cash", code)}
        takings = (source.takings for source in self.unit.sources if source.takings)
        boxes |= {p.account for table in takings for p in table.payment if p.means == "cash" and p.account}
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        used = set()
        for row in self.summary.balances:
            if row.account in boxes - fed and row.month <= self.period:
                sums[row.account, row.currency] += row.amount
                if row.month == self.period and row.postings:
                    used.add((row.account, row.currency))
        counted = {(row.account, row.currency) for row in self.summary.assertions if row.date > self.end}
        for account, currency in sorted(sums):
            needed = (account, currency) in used or sums[account, currency]
            locked = self.keeps_cycle and self._proved(account, currency)
            if needed and not locked and (account, currency) not in counted:
                day = self.end + ONE_DAY
                yield why.CloseNoCount(account=account, currency=currency, day=day, **self.said)

    # --- the other parts of the legal person

    def _internal(self) -> Iterator[Problem]:
        slug = self.unit.slug
        for item in self.look.combined(self.period).unmatched:
            if not item.blocks or slug not in item.units:
                continue
            where = next((source for source in item.sources if source.startswith(f"units/{slug}/")), "")
            file, _, line = where.rpartition(":")
            yield why.CloseInternal(
                file=file or None,
                line=int(line) if line.isdigit() else None,
                names=" – ".join(item.units),
                amount=in_full(item.amount, item.currency),
                currency=item.currency,
                cause=item.code,
                reason=item.text,
                advice=item.advice,
                **self.said,
            )


@dataclass(frozen=True, slots=True)
class TooFine:
    """The first posting of a voucher whose amount is no multiple of its currency's smallest unit."""

    date: dt.date
    file: str
    line: int
    account: str
    amount: Decimal
    currency: str


def too_fine(book: UnitBook, currencies: Collection[str]) -> tuple[TooFine, ...]:
    """The vouchers of a book with an amount that nobody can pay; what has a price or cost isn't looked at.

    Args:
        book: without errors.
        currencies: what is money; other commodities may be finer.
    """
    columns = ["date", "account", "number", "currency", "cost", "price", "file", "line"]
    postings = read(book.table("postings"), "postings", columns)
    fine = pl.lit(value=False)
    for currency in sorted(currencies):
        finer = rf"\.[0-9]{{{decimals(currency)}}}[0-9]*[1-9]|E-"
        fine |= (pl.col("currency") == currency) & pl.col("number").str.contains(finer)
    fine &= pl.col("cost").is_null() & pl.col("price").is_null()
    if not postings.select(fine.any()).item():
        return ()
    transactions = read(book.table("transactions"), "transactions", ["file", "postings"]).rename({"file": "own"})
    transactions, postings = joinable(transactions, postings)
    found = postings.filter(fine).unique("transaction", keep="first", maintain_order=True)
    found = found.join(transactions, on="transaction", how="left", maintain_order="left")
    rows = found.select("date", pl.coalesce("file", "own"), "line", "account", "number", "currency").iter_rows()
    return tuple(TooFine(day, file, line, account, Decimal(text), cur) for day, file, line, account, text, cur in rows)


def _case(name: str) -> dict[str, Any]:
    """The parameter that chooses a problem's case."""
    return {"case": name} if name else {}


def _waiting(row: FlaggedRow, suspense: Collection[str]) -> Decimal:
    """What of an entry waits on suspense; all of it, where nothing does."""
    booked = zip(row.accounts, row.amounts, strict=True)
    part = abs(sum((amount for account, amount in booked if account in suspense), ZERO))
    return part or row.amount


def _accepted(book: UnitBook, wanted: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """By number of the transaction, who has accepted it and why: as it says, or one of its postings."""
    columns = ["postings", "meta"]
    transactions = read(book.table("transactions"), "transactions", columns)
    transactions, postings = joinable(transactions, read(book.table("postings"), "postings", ["meta"]))
    found: dict[int, tuple[str, str]] = {}
    for frame in (transactions, postings):
        chosen = frame.filter(pl.col("transaction").is_in(list(wanted)) & pl.col("meta").is_not_null())
        for number, meta in chosen.select("transaction", "meta").iter_rows():
            said = {key: str(unpack(value) or "").strip() for key, value in loads(meta)}
            by, reason = found.get(number, ("", ""))
            found[number] = by or said.get("accepted-by", ""), reason or said.get("reason", "")
    return found


def _last_day_of(book: UnitBook, account: str, until: dt.date) -> dt.date | None:
    """The day of an account's last posting up to a day."""
    transactions = read(book.table("transactions"), "transactions", ["date", "postings"])
    transactions, postings = joinable(transactions, read(book.table("postings"), "postings", ["account"]))
    own = postings.filter(pl.col("account") == account).select("transaction").unique()
    days = own.join(transactions, on="transaction").filter(pl.col("date") <= until)["date"]
    latest = days.max()
    return latest if isinstance(latest, dt.date) else None
