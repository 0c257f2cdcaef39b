"""What the rules and the combined statements need to know of a unit's book, taken from its booked entries (SPEC 6, 10).

A summary is made once, by the worker that booked the text, and cached; everything above reads it instead of the
entries. It holds no rule: which accounts count as turnover, or to which line an account goes, is decided above.
Amounts are booked weights (what a posting weighs in the balance of its transaction), so each transaction sums to
zero; debit is positive. Only accounts, partners and sources travel: no narration, no payee, so no personal name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from beancount.core import convert, data

#: `Income:3001-Försäljning-varor-25` carries its code in its name.
CODED_LEAF = re.compile(r"^([0-9]{2,8})(?:-|$)")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as the book opens it. `code` is None where neither its name nor its `open` gives one."""

    account: str
    code: str | None
    opened: dt.date
    closed: dt.date | None
    currencies: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """Σ weight of one account in one month and currency."""

    account: str
    month: str  # "2026-03"
    currency: str
    amount: Decimal
    postings: int


@dataclass(frozen=True, slots=True)
class TurnoverRow:
    """Postings to accounts below `Income`: one row per day, account, partner and currency.

    A correction (`corrects:` a voucher of the book, or `concerns:` a month) has a row of its own: `concerns` is the
    date whose rate counts, `voucher` the correction's number. `dangling` names a corrected voucher that isn't there.
    So has a `late` one: dated in a closed month whose seal doesn't hold it. `voucher` is its number or place.
    """

    date: dt.date
    account: str
    partner: str | None
    currency: str
    amount: Decimal  # debit positive: turnover is negative here
    concerns: dt.date | None
    voucher: str | None
    dangling: str | None
    file: str
    line: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One posting with `partner` or `ic`, in full; what matching looks at (SPEC 10)."""

    transaction: int  # ordinal of its transaction in the book, counted over transactions
    posting: int  # ordinal of the posting within it
    date: dt.date
    account: str
    currency: str  # of the booked weight
    amount: Decimal
    document_currency: str  # of the posting's own units
    document_amount: Decimal
    partner: str | None
    ic: str | None
    links: tuple[str, ...]
    document: str | None  # `document:` of posting or transaction
    voucher: str | None
    flag: str
    tags: tuple[str, ...]
    cost: Decimal | None  # `cost:` on an income posting: what the seller gave for the goods; None where it's no amount
    rate: Decimal | None
    decision: str | None
    source: str | None  # `source-id`
    file: str
    line: int
    others: tuple[str, ...] = ()  # accounts of its transaction's postings without `partner` and `ic`, sorted, each once
    months: int | None = None  # `months:` of use that are left; 0 where what is written is no whole number 1 to 1200
    cost_currency: str | None = (
        None  # that `cost:` names; "" = none; None where there is no `cost:`, or no amount in it
    )
    cost_written: bool = False  # whether there is a `cost:`, whatever it says


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """Σ of one day's postings whose units are in another currency than they weigh in: what is held, and at what.

    One row per account, date, both currencies, partner and kind of dealing. What weighs in its own currency (a
    transfer of euros without a price) isn't here: it stands in `BalanceRow` under that currency.
    """

    account: str
    date: dt.date
    currency: str  # of the booked weight
    amount: Decimal  # each posting rounded to that currency's unit
    document_currency: str  # of the postings' own units
    document_amount: Decimal
    partner: str | None
    ic: str | None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A posting without a price in a voucher that may bring items in other currencies to another rate.

    That is one on an account with such items, in the currency that they weigh in (`1932 Bank EUR  40.00 SEK`): no unit
    of them moves. And the income and expense of the same voucher. Which of it is a correction, and which is money, the
    chart tells (`ledger.provisional.corrections`). Accounts that mostly hold the book's currency are only here where
    the voucher has nothing but them and income and expense.
    """

    transaction: int  # ordinal of its transaction in the book, counted over transactions
    date: dt.date
    account: str
    currency: str
    amount: Decimal  # rounded to that currency's unit
    held: tuple[str, ...]  # currencies of the account's items; nothing for income and expense
    known: bool  # whether these are the items with its tags; False: of all, as none have them
    mostly: bool  # whether the account mostly holds other currencies
    beside: str  # what else the voucher has: "" nothing, "own" in the book's currency, "priced" in another one
    against: Decimal  # what other accounts have of the opposite sign, without income and expense that are rows here
    priced: Decimal  # what its postings with a price move: the larger of debits and credits; both 0 in "" and "own"
    partner: str | None  # of the items
    ic: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class EquityRow:
    """A posting below `Equity`, or on income or expense beside one: what the statement of changes in equity asks."""

    transaction: int  # ordinal of its transaction in the book, counted over transactions
    date: dt.date
    account: str
    currency: str  # of the booked weight
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A posting that a decision has to do with (SPEC 4).

    These are all postings of a transaction that names a decision, each that names one or stands on a protected account,
    and all of a transaction that corrects one of these. Whether a decision allows it is judged above.
    """

    transaction: int  # ordinal of its transaction in the book, counted over transactions
    corrects: int | None  # ordinal of the one that it corrects, in the end
    date: dt.date
    account: str
    protected: bool  # whether the unit's chart protects the account
    currency: str  # of the booked weight
    amount: Decimal
    document_currency: str  # of the posting's own units
    document_amount: Decimal
    own: str | None  # the decision that the posting names
    common: str | None  # the one that its transaction names
    links: tuple[str, ...]
    partners: tuple[str, ...]  # that postings of its transaction name
    opening: bool  # its transaction is marked as the opening balances of a year that begins on its day
    voucher: str | None
    file: str
    line: int
    cycle: str | None = None  # the loan cycle that the posting, or its transaction, belongs to


@dataclass(frozen=True, slots=True)
class StockRow:
    """`custom "internal-stock" "<seller>" AMOUNT`: what a buyer still holds of a seller's goods, at transfer price."""

    date: dt.date
    seller: str
    amount: Decimal
    currency: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class FlaggedRow:
    """A transaction flagged `!` in the text itself: it waits for a person."""

    transaction: int
    date: dt.date
    accounts: tuple[str, ...]
    amounts: tuple[Decimal, ...]  # what is booked on each of them, in `currency`; 0 where it is another one
    amount: Decimal  # largest absolute weight
    currency: str
    suggestion: str | None  # `suggestion:` metadata, where an importer gave one
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class AssertionRow:
    """A `balance` directive: what is reconciled, and to when."""

    date: dt.date
    account: str
    amount: Decimal
    currency: str
    file: str
    line: int


@dataclass(frozen=True)
class Summary:
    """All of it. `first` and `last` are the dates of the first and last transaction.

    A summary from the cache decodes each of its sections when it is first asked for.
    """

    accounts: tuple[AccountRow, ...]
    balances: tuple[BalanceRow, ...]
    turnover: tuple[TurnoverRow, ...]
    partners: tuple[PartnerRow, ...]
    foreign: tuple[ForeignRow, ...]
    corrections: tuple[CorrectionRow, ...]
    equity: tuple[EquityRow, ...]
    decided: tuple[DecidedRow, ...]
    stock: tuple[StockRow, ...]
    flagged: tuple[FlaggedRow, ...]
    assertions: tuple[AssertionRow, ...]
    transactions: int
    postings: int
    first: dt.date | None
    last: dt.date | None
    last_by_account: tuple[tuple[str, dt.date], ...]  # last posting's date per account, sorted

    @staticmethod
    def later(
        facts: dict[str, Any], sections: dict[str, bytes], decode: Callable[[str, bytes], tuple[Any, ...]]
    ) -> Summary:
        """A summary of which `facts` are known and each of `sections` is text for `decode`."""
        summary = Summary.__new__(Summary)
        summary.__dict__.update(facts, _sections=sections, _decode=decode)
        return summary

    if not TYPE_CHECKING:  # the fields above are all there is

        def __getattr__(self, name: str) -> Any:
            """A section that isn't decoded yet (Python asks here for what an object doesn't have)."""
            text = self.__dict__.get("_sections", {}).get(name)
            if text is None:
                if name in self.__dict__:  # another thread was quicker
                    return self.__dict__[name]
                raise AttributeError(name)
            found = self.__dict__[name] = self.__dict__["_decode"](name, text)
            self.__dict__["_sections"].pop(name, None)
            return found


def month_of(day: dt.date) -> str:
    """`2026-03` for any day of March 2026."""
    return f"{day.year:04d}-{day.month:02d}"


def last_day(month: str) -> dt.date:
    """The last day of `2026-03`."""
    year, number = int(month[:4]), int(month[5:])
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def account_code(account: str, open_meta: dict[str, Any] | None) -> str | None:
    """The account's number in its chart: from its last part's name, else from `code:` on its `open` (SPEC 3)."""
    found = CODED_LEAF.match(account.rsplit(":", 1)[-1])
    if found:
        return found[1]
    value = (open_meta or {}).get("code")
    return str(value) if value is not None else None


def weight(posting: data.Posting) -> tuple[Decimal, str]:
    """What a booked posting weighs, and in which currency."""
    if posting.cost is None and posting.price is None:  # nearly all: its own units
        number, currency = posting.units  # type: ignore[misc]  # booked: an Amount
        assert isinstance(number, Decimal)
        return number, currency
    amount = convert.get_weight(posting)
    assert isinstance(amount.number, Decimal)
    return amount.number, amount.currency
