"""Taking a summary from booked entries: one pass, then sorting."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books.concerned import Concerned
from ledger.books.corrections import corrections
from ledger.books.decided import decided
from ledger.books.summary import (
    AccountRow,
    AssertionRow,
    BalanceRow,
    EquityRow,
    FlaggedRow,
    ForeignRow,
    PartnerRow,
    StockRow,
    Summary,
    TurnoverRow,
    account_code,
    month_of,
    weight,
)
from ledger.rules.rounding import half_away

#: The longest useful life that a posting may name (`months:`): a hundred years.
MONTHS_MOST = 1200


def read_file(path: str) -> str:
    """The text of a book's file as it stands now; nothing where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def summarise(
    entries: Iterable[data.Directive],
    text_of: Callable[[str], str] = read_file,
    late: Collection[tuple[str, int]] = (),
    protected: Container[str] = (),
) -> Summary:
    """Take a summary from booked entries (in any order; rows come out sorted).

    Args:
        entries: booked directives of one book, without provisional ones.
        text_of: the text of a file that the entries came from. A loader gives what it checked, so that nothing
            that changed meanwhile can slip in.
        late: file and line of those that are dated in a closed month and not held by its seal.
        protected: codes of accounts that take nothing without a decision.

    Returns:
        The summary; the same entries give the same rows in the same order.
    """
    return _Summariser(text_of, late, protected).run(entries)


class _Summariser:
    """One pass over the entries, then sorting."""

    def __init__(
        self, text_of: Callable[[str], str], late: Collection[tuple[str, int]], protected: Container[str]
    ) -> None:
        self.text_of = text_of
        self.late = late
        self.protected = protected
        self.opens: dict[str, AccountRow] = {}
        self.closes: dict[str, dt.date] = {}
        self.sums: dict[tuple[str, str, str], list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        self.turnover: dict[tuple[Any, ...], list[Any]] = {}
        self.partners: list[PartnerRow] = []
        self.foreign: dict[tuple[str, dt.date, str, str, str, str], list[Decimal]] = {}
        self.equity: list[EquityRow] = []
        self.stock: list[StockRow] = []
        self.flagged: list[FlaggedRow] = []
        self.assertions: list[AssertionRow] = []
        self.concerned = Concerned(text_of)
        self.transactions = 0
        self.postings = 0
        self.dates: list[dt.date] = []
        self.last_by_account: dict[str, dt.date] = {}

    def run(self, entries: Iterable[data.Directive]) -> Summary:
        transactions = []
        for entry in entries:
            if isinstance(entry, data.Transaction):
                transactions.append(entry)
            else:
                self._other(entry)
        self.concerned.add(transactions)
        for entry in transactions:
            self._transaction(entry)
        accounts = [
            row if row.account not in self.closes else _closed(row, self.closes[row.account])
            for row in self.opens.values()
        ]
        foreign = self._foreign_rows()
        return Summary(
            accounts=tuple(sorted(accounts, key=lambda r: r.account)),
            balances=tuple(
                BalanceRow(account, month, currency, amount, count)
                for (account, month, currency), (amount, count) in sorted(self.sums.items())
            ),
            turnover=tuple(
                TurnoverRow(key[0], key[1], key[2] or None, key[3], amount, key[4], key[5], key[6], file, line, key[7])
                for key, (amount, file, line) in sorted(
                    self.turnover.items(), key=lambda item: tuple(str(part or "") for part in item[0])
                )
            ),
            partners=tuple(self.partners),
            foreign=foreign,
            corrections=corrections(transactions, foreign, self.opens) if foreign else (),
            equity=tuple(self.equity),
            decided=decided(transactions, self.opens, self.concerned, self.protected),
            stock=tuple(sorted(self.stock, key=lambda r: (r.date, r.seller, r.line))),
            flagged=tuple(self.flagged),
            assertions=tuple(sorted(self.assertions, key=lambda r: (r.date, r.account, r.line))),
            transactions=self.transactions,
            postings=self.postings,
            first=min(self.dates, default=None),
            last=max(self.dates, default=None),
            last_by_account=tuple(sorted(self.last_by_account.items())),
        )

    def _other(self, entry: data.Directive) -> None:
        file, line = str(entry.meta.get("filename")), int(entry.meta.get("lineno", 0))
        if isinstance(entry, data.Open):
            code = account_code(entry.account, entry.meta)
            currencies = tuple(entry.currencies or ())
            self.opens[entry.account] = AccountRow(entry.account, code, entry.date, None, currencies, file, line)
        elif isinstance(entry, data.Close):
            self.closes[entry.account] = entry.date
        elif isinstance(entry, data.Balance):
            assert entry.amount.number is not None
            self.assertions.append(
                AssertionRow(entry.date, entry.account, entry.amount.number, entry.amount.currency, file, line)
            )
        elif isinstance(entry, data.Custom) and entry.type == "internal-stock" and len(entry.values) == 2:
            seller, amount = entry.values[0].value, entry.values[1].value
            if isinstance(seller, str) and hasattr(amount, "number"):
                self.stock.append(StockRow(entry.date, seller, amount.number, amount.currency, file, line))

    def _transaction(self, entry: data.Transaction) -> None:
        number = self.transactions
        self.transactions += 1
        self.postings += len(entry.postings)
        self.dates.append(entry.date)
        month = month_of(entry.date)
        weights: list[tuple[Decimal, str]] = []
        others: tuple[str, ...] | None = None
        equity = False
        for ordinal, posting in enumerate(entry.postings):
            amount, currency = weight(posting)
            weights.append((amount, currency))
            cell = self.sums[posting.account, month, currency]
            cell[0] += amount
            cell[1] += 1
            last = self.last_by_account.get(posting.account)
            if last is None or last < entry.date:
                self.last_by_account[posting.account] = entry.date
            if currency != posting.units.currency:  # type: ignore[union-attr]  # booked: an Amount
                self._foreign(entry.date, posting, amount, currency)
            equity = equity or posting.account.startswith("Equity:")
            if posting.account.startswith("Income:"):
                self._turnover(entry, posting, amount, currency)
            if _tagged(posting):
                others = _untagged(entry) if others is None else others
                self._partner(entry, posting, number, ordinal, amount, currency, others)
        if equity:
            self.equity += [
                EquityRow(number, entry.date, posting.account, currency, amount)
                for posting, (amount, currency) in zip(entry.postings, weights, strict=True)
                if not posting.account.startswith(("Assets:", "Liabilities:"))
            ]
        if entry.flag == "!":
            self._flagged(entry, number, weights)

    def _foreign(self, day: dt.date, posting: data.Posting, amount: Decimal, currency: str) -> None:
        units = posting.units
        assert units is not None
        assert isinstance(units.number, Decimal)
        tags = (_text(posting.meta, "partner") or "", _text(posting.meta, "ic") or "")
        cell = self.foreign.setdefault(
            (posting.account, day, currency, units.currency, *tags), [Decimal(0), Decimal(0)]
        )
        cell[0] += half_away(amount, currency)  # each posting as it stands: a price per unit leaves long tails
        cell[1] += units.number

    def _foreign_rows(self) -> tuple[ForeignRow, ...]:
        rows = [
            ForeignRow(account, day, weighed, amount, unit, units, partner or None, kind or None)
            for (account, day, weighed, unit, partner, kind), (amount, units) in self.foreign.items()
        ]
        return tuple(sorted(rows, key=_foreign_key))

    def _turnover(self, entry: data.Transaction, posting: data.Posting, amount: Decimal, currency: str) -> None:
        concerns, dangling = self.concerned.of(entry)
        voucher = None
        file, line = _place(entry, posting)
        late = bool(self.late) and _place_of(entry) in self.late
        if concerns or dangling or late:
            given = entry.meta.get("voucher")
            voucher = str(given) if given is not None else f"{file}:{line}"
        partner = _text(posting.meta, "partner") or ""
        key = (entry.date, posting.account, partner, currency, concerns, voucher, dangling, late)
        cell = self.turnover.setdefault(key, [Decimal(0), file, line])
        cell[0] += amount

    def _partner(
        self,
        entry: data.Transaction,
        posting: data.Posting,
        number: int,
        ordinal: int,
        amount: Decimal,
        currency: str,
        others: tuple[str, ...],
    ) -> None:
        meta = posting.meta
        file, line = _place(entry, posting)
        units = posting.units
        assert units is not None
        assert isinstance(units.number, Decimal)
        cost = (meta or {}).get("cost")
        rate = (meta or {}).get("rate") or entry.meta.get("rate")
        self.partners.append(
            PartnerRow(
                transaction=number,
                posting=ordinal,
                date=entry.date,
                account=posting.account,
                currency=currency,
                amount=amount,
                document_currency=units.currency,
                document_amount=units.number,
                partner=_text(meta, "partner"),
                ic=_text(meta, "ic"),
                links=tuple(sorted(entry.links)),
                document=_text(meta, "document") or _text(entry.meta, "document"),
                voucher=_text(entry.meta, "voucher"),
                flag=entry.flag or "*",
                tags=tuple(sorted(entry.tags)),
                cost=cost.number if isinstance(cost, Amount) else cost if isinstance(cost, Decimal) else None,
                rate=rate if isinstance(rate, Decimal) else None,
                decision=_text(meta, "decision") or _text(entry.meta, "decision"),
                source=_text(entry.meta, "source-id"),
                file=file,
                line=line,
                others=others,
                months=_months(meta),
                cost_currency=cost.currency if isinstance(cost, Amount) else "" if isinstance(cost, Decimal) else None,
                cost_written="cost" in (meta or {}),
            )
        )

    def _flagged(self, entry: data.Transaction, number: int, weights: list[tuple[Decimal, str]]) -> None:
        amount, currency = max(weights, key=lambda w: abs(w[0]), default=(Decimal(0), ""))
        if any(p.price for p in entry.postings):  # a sum comes back from a price per unit by rounding
            amount = half_away(amount, currency)
            weights = [(half_away(number, unit), unit) for number, unit in weights]
        self.flagged.append(
            FlaggedRow(
                transaction=number,
                date=entry.date,
                accounts=tuple(p.account for p in entry.postings),
                amounts=tuple(number if unit == currency else Decimal(0) for number, unit in weights),
                amount=abs(amount),
                currency=currency,
                suggestion=_text(entry.meta, "suggestion"),
                file=str(entry.meta["filename"]),
                line=int(entry.meta["lineno"]),
            )
        )


def _closed(row: AccountRow, day: dt.date) -> AccountRow:
    return AccountRow(row.account, row.code, row.opened, day, row.currencies, row.file, row.line)


def _foreign_key(row: ForeignRow) -> tuple[object, ...]:
    tags = row.partner or "", row.ic or ""
    return row.account, row.date, row.currency, row.document_currency, *tags, row.amount


def _tagged(posting: data.Posting) -> bool:
    """Whether a posting says that it is a dealing with another unit."""
    meta = posting.meta or {}
    return "partner" in meta or "ic" in meta


def _untagged(entry: data.Transaction) -> tuple[str, ...]:
    """Accounts of the postings that are no dealing themselves, such as the VAT on one."""
    return tuple(sorted({posting.account for posting in entry.postings if not _tagged(posting)}))


def _months(meta: dict[str, Any] | None) -> int | None:
    """The useful life that a posting gives (Beancount reads `60` as a decimal); 0 for what can't be one."""
    value = (meta or {}).get("months")
    if value is None:
        return None
    sound = isinstance(value, Decimal) and 1 <= value <= MONTHS_MOST and value == value.to_integral_value()
    return int(value) if sound else 0


def _place(entry: data.Transaction, posting: data.Posting) -> tuple[str, int]:
    """File and line of a posting; its transaction's where it has none of its own."""
    meta = posting.meta or {}
    return str(meta.get("filename", entry.meta["filename"])), int(meta.get("lineno") or entry.meta["lineno"])


def _place_of(entry: data.Directive) -> tuple[str, int]:
    """File and line of an entry."""
    return str(entry.meta["filename"]), int(entry.meta["lineno"])


def _text(meta: dict[str, Any] | None, key: str) -> str | None:
    value = (meta or {}).get(key)
    return None if value is None else str(value)
