"""From messages to statements: balances, booked lines, and the pages of one statement put together.

A statement comes in only when its own figures agree: opening + lines = closing, the pages' balances on each other, the
counts and sums of `:90D:` and `:90C:` where the bank gives them. Lines of amount 0 inform only, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankCountDiffers, BankCurrency
from importers.bank.statements import check_whole
from importers.mt940.details import Details, read_details
from importers.mt940.fields import Balance, booking_day, read_balance, read_line
from importers.mt940.problems import Mt940CutOff, Mt940Field, Mt940Pages
from importers.mt940.scan import Booked, Field, Message, scan
from ledger.books.guard_bytes import clip
from ledger.messages import N_, say

NUMBER = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?", re.ASCII)
TOTAL = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9]{1,13},[0-9]{0,3})", re.ASCII)
ORIGINAL = re.compile(r"/OCMT/([A-Z]{3})([0-9]{1,13},[0-9]{0,3})", re.ASCII)
LONGEST_ACCOUNT = 40


def read_mt940(text: str, shown: str = "<mt940>") -> tuple[BankStatement, ...]:
    """Every statement of a file.

    Args:
        text: its letters.
        shown: its name in problems.

    Raises:
        Mt940WrongKind, Mt940Unexpected, Mt940Field, Mt940CutOff, Mt940Pages, ImportAmountInvalid,
        ImportDateInvalid, ImportAmountUnit, BankCurrency, BankBalanceDiffers, BankCountDiffers: with the line.
    """
    pages: list[_Page] = []
    statements: list[BankStatement] = []
    for message in scan(text, shown):
        page = _Page(message, shown)
        page.follows(pages[-1] if pages else None)
        pages.append(page)
        if page.is_last:
            statements.append(_statement(pages, shown))
            pages = []
    if pages:
        raise pages[-1].broken(N_("its last page is missing"))
    return tuple(statements)


class _Page:
    """One message, read."""

    def __init__(self, message: Message, shown: str) -> None:
        self.message = message
        self.shown = shown
        fields = message.fields
        self.account = fields["25"].text.strip()
        if not 0 < len(self.account) <= LONGEST_ACCOUNT or not any(c.isalnum() for c in self.account):
            raise self.unread(fields["25"], N_("it names no account"))
        self.number, self.page = self._number(fields.get("28"))
        self.is_first = fields["60"].tag == "60F"
        self.is_last = fields["62"].tag == "62F"
        self.opening = read_balance(fields["60"], shown)
        self.currency = self.opening.currency
        self.closing = read_balance(fields["62"], shown)
        if self.closing.currency != self.currency:
            raise BankCurrency(
                file=shown,
                line=fields["62"].line,
                position=f":{fields['62'].tag}:",
                currency=self.closing.currency,
                account=self.account,
                expected=self.currency,
            )
        balances = [(fields["62"], self.closing)]
        balances += [(f, read_balance(f, shown)) for f in message.informing if f.name in {"64", "65"}]
        if message.open_end and any(field is message.last and not balance.full for field, balance in balances):
            raise Mt940CutOff(file=shown, line=message.line, what=say(N_("whole closing balance")))

    def _number(self, field: Field | None) -> tuple[int | None, int | None]:
        """`:28C:`: the statement's number, and its page's."""
        if field is None or not field.text.strip():
            return None, None
        match = NUMBER.fullmatch(field.text.strip())
        if match is None:
            raise self.unread(field, N_("it is no number with its page"))
        return int(match[1]) or None, int(match[2]) if match[2] else None

    def unread(self, field: Field, reason: str) -> Mt940Field:
        return Mt940Field(
            file=self.shown,
            line=field.line,
            excerpt=clip(f":{field.tag}:{field.text}"),
            tag=field.tag,
            reason=say(reason),
        )

    def broken(self, reason: str) -> Mt940Pages:
        return Mt940Pages(
            file=self.shown,
            line=self.message.line,
            statement=self.number or "-",
            account=self.account,
            reason=say(reason),
        )

    def follows(self, before: _Page | None) -> None:
        """Refuse a page that isn't the next one of its statement.

        Raises:
            Mt940Pages: it isn't.
        """
        if self.is_first and before is None:
            return
        if before is None:
            raise self.broken(N_("its first page is missing"))
        if self.is_first or (before.account, before.number) != (self.account, self.number):
            raise before.broken(N_("its last page is missing"))
        if before.page is not None and self.page not in {before.page, before.page + 1}:
            raise self.broken(N_("a page is missing"))
        if (before.closing.amount, before.currency) != (self.opening.amount, self.currency):
            raise self.broken(N_("a page opens with another balance than the one before it closes with"))


def _statement(pages: Sequence[_Page], shown: str) -> BankStatement:
    """The pages of one statement, which must add up."""
    first, last = pages[0], pages[-1]
    lines: list[BankLine] = []
    for page in pages:
        read = [_line(booked, page, first.opening, last.closing, shown) for booked in page.message.lines]
        for total in page.message.totals:
            _check_total(total, page, [line.amount for line in read], shown)
        lines += [line for line in read if line.amount]
    statement = BankStatement(
        id=" ".join(
            f.text.strip() for f in (first.message.fields[n] for n in ("20", "28") if n in first.message.fields)
        ),
        account=first.account,
        currency=first.currency,
        lines=tuple(lines),
        opening=first.opening.amount,
        closing=last.closing.amount,
        # A closing day before the opening one is a slip of the bank's: the lines' own days stand.
        last_day=last.closing.date if last.closing.date >= first.opening.date else None,
        sequence=first.number,
        line=first.message.line,
    )
    return check_whole(statement, shown)


def _line(booked: Booked, page: _Page, opening: Balance, closing: Balance, shown: str) -> BankLine:
    line = read_line(booked.entry, page.currency, shown)
    details = read_details([row for field in booked.details if field.tag == "86" for row in field.rows])
    if not details.text:
        details = Details(text=_non_swift([row for f in booked.details if f.tag == "NS" for row in f.rows]))
    original = ORIGINAL.search(f"{line.text} /OCMT/{details.original}") if line.text or details.original else None
    said = "" if line.text.startswith(("/OCMT/", "/CHGS/")) else line.text
    owner = line.owner_reference if any(c.isdigit() for c in line.owner_reference) else ""
    return BankLine(
        date=booking_day(line, opening.date, closing.date, booked.entry, shown),
        amount=line.amount,
        counterparty=details.counterparty,
        text=" ".join(dict.fromkeys(t for t in (said, details.text) if t)),
        bank_ref=line.bank_reference,
        value_date=line.value_date,
        reversal=line.reversal,
        position=f":61: {line.kind}".rstrip(),
        line=booked.entry.line,
        counterparty_account=details.account,
        reference=details.reference or owner,
        extra=(("original-amount", f"{original[2].replace(',', '.').rstrip('.')} {original[1]}"),) if original else (),
    )


def _non_swift(rows: Sequence[str]) -> str:
    """The text of `:NS:`: its lines without their two-digit codes."""
    return " ".join(" ".join(re.sub("^[0-9]{2}", "", row) for row in rows).split())


def _check_total(total: Field, page: _Page, amounts: Sequence[Decimal], shown: str) -> None:
    """`:90D:` and `:90C:`: how many lines out and in, and their sum.

    Raises:
        BankCountDiffers: the page holds others.
    """
    match = TOTAL.fullmatch(total.text)
    if match is None or match[2] != page.currency or total.tag not in {"90C", "90D"}:
        raise page.unread(total, N_("it is no count, currency and sum"))
    incoming = total.tag == "90C"
    some = [a for a in amounts if (a > 0) == incoming and a]
    count = N_("entries in") if incoming else N_("entries out")
    amount = N_("a sum in of") if incoming else N_("a sum out of")
    for what, declared, found in (
        (count, int(match[1]), len(some)),
        (amount, _number(match[3]), abs(sum(some, Decimal(0)))),
    ):
        if declared != found:
            raise BankCountDiffers(
                file=shown,
                line=total.line,
                statement=page.number or "-",
                account=page.account,
                what=say(what),
                declared=declared,
                found=found,
            )


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") + "0")
