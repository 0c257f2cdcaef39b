"""A unit's book while it is being made: vouchers go in, month files come out (SPEC 3).

A voucher is a dated, balanced set of postings. The book numbers its vouchers in order of date, works the bank's
balance out for the `balance` directives, and keeps what is dated after the last booked day apart: that is what the
bank and the invoicing program still have to deliver (benchmarks/demo/inbox.py).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.rules.rounding import half_away

#: Last day of the committed books; November waits in the inboxes.
LAST_BOOKED = dt.date(2026, 10, 31)
YEAR = 2026


@dataclass(frozen=True)
class Posting:
    """One line of a voucher: an account's code, the amount in the book's currency (debit positive), what it carries.

    `document` is the amount in the invoice's own currency, where that is another; `meta` values stand as they are.
    """

    code: str
    amount: Decimal
    meta: tuple[tuple[str, str], ...] = ()
    document: tuple[Decimal, str] | None = None


@dataclass
class Voucher:
    """One transaction; `quoted` is what the payer of an invoice quotes of it (OCR or invoice number)."""

    date: dt.date
    payee: str
    narration: str
    postings: list[Posting]
    links: tuple[str, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    corrects: Voucher | None = None
    comment: tuple[str, ...] = ()
    quoted: str = ""
    number: str = ""

    @property
    def levy(self) -> bool:
        """Whether it is written as a close writes a levy: without payee."""
        return any("-levy-" in link for link in self.links)

    @property
    def internal(self) -> bool:
        """Whether it is a dealing with another unit."""
        return any(key == "partner" for posting in self.postings for key, _ in posting.meta)

    def amount(self, code: str) -> Decimal:
        """What it posts on `code`."""
        return sum((p.amount for p in self.postings if p.code == code), Decimal(0))


@dataclass
class Book:
    """A unit's book.

    Attributes:
        slug: the unit.
        currency: its currency.
        names: account of each code (`"1930": "Assets:1930-Företagskonto"`).
        opened: first day of its accounts.
        bank: code of the account that `balance` directives and bank statements follow.
        open_codes: `code:` for accounts whose name doesn't begin with it.
        people: `participant:` of accounts that are a person's.
    """

    slug: str
    currency: str
    names: dict[str, str]
    opened: dt.date
    bank: str
    counted: tuple[str, ...] = ()
    open_codes: dict[str, str] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)
    customs: list[tuple[dt.date, str]] = field(default_factory=list)
    issued: int = 0
    people: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        date: dt.date,
        payee: str,
        narration: str,
        postings: list[Posting],
        *,
        links: tuple[str, ...] = (),
        meta: tuple[tuple[str, str], ...] = (),
        corrects: Voucher | None = None,
        comment: tuple[str, ...] = (),
        quoted: str = "",
    ) -> Voucher:
        """Book a voucher; its postings must sum to zero in the book's currency."""
        assert sum((p.amount for p in postings), Decimal(0)) == 0, (self.slug, date, narration, postings)
        assert all(half_away(p.amount, self.currency) == p.amount for p in postings), (self.slug, narration)
        kept = [p for p in postings if p.amount]
        voucher = Voucher(date, payee, narration, kept, links, meta, corrects, comment, quoted)
        self.vouchers.append(voucher)
        return voucher

    def custom(self, date: dt.date, text: str) -> None:
        """A directive of another kind, as text."""
        self.customs.append((date, text))

    def next_link(self) -> str:
        """The next intra-group link that this unit issues."""
        self.issued += 1
        return f"ic-{self.slug}-{self.issued}"

    def booked(self) -> list[Voucher]:
        """What the committed books hold, in order of date, numbered."""
        found = sorted((v for v in self.vouchers if v.date <= LAST_BOOKED), key=lambda v: v.date)
        given: Counter[int] = Counter()  # numbers begin anew each year
        for voucher in found:
            given[voucher.date.year] += 1
            voucher.number = f"A-{given[voucher.date.year]}"
        return found

    def waiting(self) -> list[Voucher]:
        """What happened after the last booked day, in order of date; dealings with other units wait for both sides."""
        return sorted((v for v in self.vouchers if v.date > LAST_BOOKED and not v.internal), key=lambda v: v.date)

    def balance(self, code: str, before: dt.date) -> Decimal:
        """Booked balance of `code` at the beginning of `before`."""
        return sum((v.amount(code) for v in self.booked() if v.date < before), Decimal(0))

    def files(self) -> dict[str, str]:
        """`accounts.beancount` and the month files, by path below the unit's folder."""
        months: dict[str, list[tuple[dt.date, int, int, str]]] = defaultdict(list)

        def put(date: dt.date, kind: int, text: str) -> None:
            bucket = months[f"{date:%Y-%m}"]
            bucket.append((date, kind, len(bucket), text))

        for voucher in self.booked():
            put(voucher.date, 1, self._voucher(voucher))
        for date, text in self.customs:
            put(date, 2, text + "\n")
        for month in range(-10, LAST_BOOKED.month + 2):
            first = dt.date(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, 1)
            for code in (self.bank, *self.counted):
                if first > self.opened:
                    amount = f"{self.balance(code, first)} {self.currency}"
                    put(first, 0, f"{first} balance {self.names[code]}  {amount}\n")
        out = {"accounts.beancount": self._accounts()}
        for month_name, rows in sorted(months.items()):
            head = f"; {self.slug} {month_name}\n"
            body = "\n".join(row[3] for row in sorted(rows, key=lambda r: (r[0], r[1], r[2])))
            out[f"books/{month_name[:4]}/{month_name}.beancount"] = f"{head}\n{body}"
        return out

    def _accounts(self) -> str:
        foreign = {p.code for v in self.booked() for p in v.postings if p.document}
        used = {p.code for v in self.vouchers for p in v.postings}
        own = {code: code.split("-")[1] for code in used if "-" in code}  # a claim in one other currency
        lines = [f"; {self.slug}: the accounts it uses, in its own chart.\n"]
        for code in sorted(used, key=lambda c: (self.names[c].rsplit(":", 1)[-1], self.names[c])):
            constraint = "" if code in foreign else f" {self.currency}"
            constraint = f" {own[code]}" if code in own else constraint
            lines.append(f"{self.opened} open {self.names[code]}{constraint}\n")
            if code in self.open_codes:
                lines.append(f'  code: "{self.open_codes[code]}"\n')
            if code in self.people:
                lines.append(f'  participant: "{self.people[code]}"\n')
        return "".join(lines)

    def _voucher(self, voucher: Voucher) -> str:
        links = "".join(f" ^{link}" for link in voucher.links)
        lines = [f"; {text}" for text in voucher.comment]
        payee = "" if voucher.levy else f'"{voucher.payee}" '
        lines.append(f'{voucher.date} * {payee}"{voucher.narration}"{links}')
        lines.append(f'  voucher: "{voucher.number}"')
        if voucher.corrects:
            lines.append(f'  corrects: "{voucher.corrects.number}"')
        lines += [f"  {key}: {value}" for key, value in voucher.meta]
        width = max(len(self.names[p.code]) for p in voucher.postings)
        for posting in voucher.postings:
            lines.append(f"  {self.names[posting.code]:<{width}}  {self._amount(posting)}")
            lines += [f"    {key}: {value}" for key, value in posting.meta]
        return "\n".join(lines) + "\n"

    def _amount(self, posting: Posting) -> str:
        if posting.document is None:
            return f"{posting.amount:>12} {self.currency}"
        number, currency = posting.document
        assert (number > 0) == (posting.amount > 0)
        return f"{number:>12} {currency} @@ {abs(posting.amount)} {self.currency}"
