"""What a camt.053 statement must be before it may enter the books: whole, in one currency, and adding up.

- The balances prove how a bank means a reversal. By the standard `CdtDbtInd` is the entry's own direction, also where
  `RvslInd` says that it takes an earlier entry back; some banks repeat the direction of the entry that is taken back.
  Where opening + entries is closing only if all reversals are turned round, they are.
- Pages of one statement are put together where the file holds them all. A page without the others counts only if its
  own opening and closing balance prove it whole.
- The bank's own counts and sums hold: of the statement's entries (all, or the booked ones: banks differ), and of the
  payments that a batch itemises. A batch that names fewer payments than it has isn't itemised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from importers.bank.problems import BankBalanceDiffers, BankCountDiffers, BankCurrency
from importers.camt.model import Entry, Statement, Summary
from importers.camt.problems import CamtIncomplete, CamtPageMissing
from importers.checks import check_amount
from ledger.messages import N_, say


def join_pages(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Statements with the pages of each put together, in the order of their first pages."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for number, statement in enumerate(statements):
        own = (statement.account, statement.currency, statement.id) if statement.pages else (number,)
        groups.setdefault(own, []).append(statement)
    return tuple(joined for pages in groups.values() for joined in _joined(pages))


def _joined(pages: Sequence[Statement]) -> list[Statement]:
    """One statement of several pages; pages with one number are no pages of one statement."""
    if len({page.pages for page in pages}) < len(pages) or len(pages) == 1:
        return list(pages)
    ordered = sorted(pages, key=lambda page: page.pages)
    first, last = ordered[0], ordered[-1]
    whole = replace(
        first,
        balances=tuple(balance for page in ordered for balance in page.balances),
        entries=tuple(entry for page in ordered for entry in page.entries),
        date_to=last.date_to,
        summary=Summary(),
        pages=tuple(number for page in ordered for number in page.pages),
        more=last.more,
    )
    return [whole]


def check_statement(statement: Statement, shown: str) -> Statement:
    """The statement with its currency, and with reversals as this bank means them.

    Raises:
        BankCurrency: its entries or balances are in several currencies.
        ImportAmountUnit: an amount is finer than the currency's unit.
        BankCountDiffers: the bank counted other entries or payments.
        BankBalanceDiffers: opening + booked isn't closing.
        CamtPageMissing: so it is with a page, or its balances don't tell.
        CamtIncomplete: it names no currency at all.
    """
    currency = _currency(statement, shown)
    _amounts(statement, currency, shown)
    written, turned = statement, _turned(statement)
    if statement.adds_up is False and turned.adds_up:
        statement = turned
    if not statement.adds_up and not statement.complete:
        pages = ", ".join(map(str, statement.pages)) or "?"
        raise CamtPageMissing(
            file=shown,
            line=statement.line or None,
            statement=statement.id,
            account=statement.account,
            pages=pages,
        )
    readings = [written] if turned is written else [written, turned]
    ways = [some for reading in readings for some in (reading.entries, reading.booked)]
    _counts(statement, ways, shown)
    for entry in statement.booked:
        _batches(statement, entry, shown)
    opening, closing = statement.opening, statement.closing
    if opening is not None and closing is not None and not statement.adds_up:
        raise BankBalanceDiffers(
            file=shown,
            line=statement.line or None,
            statement=statement.id,
            account=statement.account,
            opening=opening.amount,
            net=statement.net,
            computed=opening.amount + statement.net,
            closing=closing.amount,
            difference=closing.amount - opening.amount - statement.net,
            currency=currency,
        )
    return replace(statement, currency=currency)


def _currency(statement: Statement, shown: str) -> str:
    first = next((x for x in (statement.opening, statement.closing, *statement.entries) if x is not None), None)
    currency = statement.currency or (first.currency if first else None)
    if currency is None:
        at = f"Stmt {statement.id}"
        raise CamtIncomplete(file=shown, line=statement.line or None, position=at, what="Acct/Ccy")
    return currency


def _amounts(statement: Statement, currency: str, shown: str) -> None:
    """Refuse booked amounts and balances in another currency, or finer than its unit."""
    for position, amount, unit, line in _booked_amounts(statement):
        if unit != currency:
            raise BankCurrency(
                file=shown, line=line, position=position, currency=unit, account=statement.account, expected=currency
            )
        check_amount(amount, currency, file=shown, line=line, position=position)


def _booked_amounts(statement: Statement) -> Iterator[tuple[str, Decimal, str, int | None]]:
    for balance in (statement.opening, statement.closing):
        if balance is not None:
            yield f"Bal {balance.type}", balance.amount, balance.currency, None
    for entry in statement.booked:
        yield entry.position, entry.amount, entry.currency, entry.line or None


def _turned(statement: Statement) -> Statement:
    """The statement with every reversal turned round."""
    if not any(entry.reversal for entry in statement.entries):
        return statement
    return replace(statement, entries=tuple(_turned_entry(e) if e.reversal else e for e in statement.entries))


def _turned_entry(entry: Entry) -> Entry:
    details = tuple(d if d.amount is None else replace(d, amount=-d.amount) for d in entry.details)
    return replace(entry, amount=-entry.amount, details=details)


def _counts(statement: Statement, ways: Sequence[Sequence[Entry]], shown: str) -> None:
    """The bank's own counts and sums, over all entries or over the booked ones, however it counts reversals."""
    said = statement.summary
    for what, declared, sign in (
        (N_("entries"), said.count, 0),
        (N_("entries in"), said.credits, 1),
        (N_("entries out"), said.debits, -1),
    ):
        found = {sum(1 for e in some if not sign or (e.amount >= 0) == (sign > 0)) for some in ways}
        if declared is not None and declared not in found:
            raise _differs(statement, shown, say(what), declared, max(found))
    for what, total, sign in ((N_("a sum in of"), said.credit_sum, 1), (N_("a sum out of"), said.debit_sum, -1)):
        sums = {sum((abs(e.amount) for e in some if (e.amount >= 0) == (sign > 0)), Decimal(0)) for some in ways}
        if total is not None and total not in sums:
            raise _differs(statement, shown, say(what), total, max(sums))


def _batches(statement: Statement, entry: Entry, shown: str) -> None:
    """The bank's counts and sums of an entry's payments, where it names them one by one."""
    for batch in entry.batches:
        if batch.count is not None and batch.found > batch.count:
            raise _differs(statement, shown, say(N_("payments in a batch")), batch.count, batch.found, entry.line)
        itemised = batch.found == batch.count or (batch.count is None and batch.found > 1)
        if itemised and batch.total is not None and batch.net is not None and abs(batch.net) != batch.total:
            raise _differs(statement, shown, say(N_("a batch of")), batch.total, abs(batch.net), entry.line)


def _differs(
    statement: Statement, shown: str, what: str, declared: object, found: object, line: int = 0
) -> BankCountDiffers:
    return BankCountDiffers(
        file=shown,
        line=line or statement.line or None,
        statement=statement.id,
        account=statement.account,
        what=what,
        declared=declared,
        found=found,
    )
