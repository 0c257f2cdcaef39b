"""`sambok journal`: vouchers in the order of registration, or account by account (BFL 5 kap. 1 §)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, stdout, tell_written, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import GAP, INDENT, amount_text, window
from ledger.errors import EXIT_BOOKS, EXIT_DONE, Problem, order
from ledger.messages import N_, current, number_text, say

if TYPE_CHECKING:
    from ledger.books import Books
    from ledger.closing.journal import Account, Journal, Ledger, Row, Total, Voucher

REGISTRATION, ACCOUNT = "registration", "account"
#: A text is never narrower than so beside amounts; else the amounts stand below it.
NARROW = 24


@click.command()
@click.argument("unit", required=False, metavar="[UNIT]")
@click.option(
    "--by",
    "by",
    type=click.Choice([REGISTRATION, ACCOUNT]),
    default=REGISTRATION,
    show_default=True,
    help="In the order of registration, or account by account.",
)
@click.option("--from", "start", type=DAY, callback=day_of, metavar="DATE", help="First day (default: of the year).")
@click.option("--to", "end", type=DAY, callback=day_of, metavar="DATE", help="Last day (default: of the year).")
@click.option(
    "--year",
    "-y",
    metavar="YEAR",
    type=click.IntRange(2000, 2100),
    help="Fiscal year, named by the year in which it begins (default: the latest with vouchers).",
)
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write it as CSV, a row a posting, instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def journal(
    session: Session,
    unit: str | None,
    by: str,
    start: dt.date | None,
    end: dt.date | None,
    year: int | None,
    out: Path | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Show vouchers: by registration with number, date, who, text and accounts, or by account with every balance.

    Corrections point both ways: to the voucher that they correct, and from it. Both orders end with the sums of debits
    and credits, which are the same. What is provisional is no voucher yet and isn't shown. Without UNIT, all units, and
    no voucher names a person.

    Ends with 1 where a book has errors: it isn't shown.
    """
    if start and end and end < start:
        session.speak()
        raise click.UsageError(say(N_("The period ends before it begins.")))
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise

    ws = session.workspace
    slugs = [ws.unit(unit).slug] if unit else list(ws.units)
    if out is not None:
        check_out(ws, out)
    books = load_books(ws, slugs)
    found = [_made(books, slug, by, start, end, year, discreet=unit is None) for slug in slugs if books.units[slug].ok]
    problems: list[Problem] = [p for slug in slugs for p in books.units[slug].problems]
    problems += [] if unit else ws.problems
    quote(ws, problems)
    problems = sorted(problems if unit else for_all(books, problems), key=order)
    _told(found, problems, by=by, out=out, as_json=as_json)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _made(
    books: Books,
    slug: str,
    by: str,
    start: dt.date | None,
    end: dt.date | None,
    year: int | None,
    *,
    discreet: bool,
) -> Journal | Ledger:
    """A unit's journal: of the days asked for, else of the fiscal year asked for, else of its latest one."""
    from ledger.closing import journal as made  # noqa: PLC0415  after the books are loaded

    ws, summary = books.workspace, books.units[slug].summary
    assert summary is not None
    latest = summary.last or dt.date.today()  # noqa: DTZ011  an empty book: any year is as empty
    known = dt.date(year, ws.first_month, 1) if year else end or start or latest
    first, last = ws.fiscal_year(known)
    make = made.journal if by == REGISTRATION else made.ledger
    return make(books, slug, start or first, max(end or last, start or first), discreet=discreet)


def _told(
    found: Sequence[Journal | Ledger],
    problems: Sequence[Problem],
    *,
    by: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Data to standard output or into the file."""
    from ledger.closing import journal_data as data  # noqa: PLC0415  as above
    from ledger.closing.journal import Journal, Ledger  # noqa: PLC0415  as above

    journals = [one for one in found if isinstance(one, Journal)]
    ledgers = [one for one in found if isinstance(one, Ledger)]
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  only where a file is written

        text = data.journals_csv(journals) if by == REGISTRATION else data.ledgers_csv(ledgers)
        durable.replace(out.absolute(), text.encode("utf-8"))
        tell_written(out)
    if as_json:
        units = [*map(data.journal_json, journals), *map(data.ledger_json, ledgers)]
        emit({"schema": 1, "by": by, "units": units, "errors": [problem.as_json() for problem in problems]})
    elif out is None:
        limit = window(stdout())
        lines = [line for one in journals for line in journal_lines(one, limit)]
        lines += [line for one in ledgers for line in ledger_lines(one, limit)]
        if lines:
            click.echo("\n".join(lines))


def journal_lines(found: Journal, limit: int | None) -> Iterator[str]:
    """A journal by registration for people, in lines of at most `limit` characters where its amounts allow it."""
    title = N_("{unit}: vouchers in the order of registration, {start} to {end}")
    yield from wrap(say(title, unit=found.unit.name, start=found.start, end=found.end), limit)
    if not found.vouchers:
        yield say(N_("No vouchers."))
    debit, credit = say(N_("Debit")), say(N_("Credit"))
    figures = [*(f for v in found.vouchers for r in v.rows for f in _sides(r)), *_total_texts(found.totals)]
    wide = max((*map(len, figures), len(debit), len(credit)), default=0)
    whole = max((len(r.account) + INDENT for v in found.vouchers for r in v.rows), default=0)
    if found.vouchers:
        yield ""
        yield from beside("", [debit.rjust(wide), credit.rjust(wide)], limit, whole)
    for voucher in found.vouchers:
        yield ""
        yield from wrap(_head(voucher), limit)
        for row in voucher.rows:
            yield from beside(" " * INDENT + row.account, [side.rjust(wide) for side in _sides(row)], limit, whole)
            if row.units:
                yield from wrap(" " * 2 * INDENT + _own(row), limit)
    yield ""
    yield from _totals(found.totals, limit, wide, whole)
    yield ""


def _head(voucher: Voucher) -> str:
    """What a voucher says of itself, in a line."""
    parts = [f"{voucher.order}.", voucher.number or say(N_("no number")), str(voucher.date)]
    if voucher.registered:
        parts.append(say(N_("registered {date}"), date=voucher.registered))
    parts += [voucher.by] if voucher.by else []
    parts += [voucher.flag] if voucher.flag != "*" else []
    parts += [voucher.words] if voucher.words else []
    told = [say(N_("corrects {voucher}"), voucher=voucher.corrects)] if voucher.corrects else []
    told += [say(N_("corrected by {voucher}"), voucher=name) for name in voucher.corrected_by]
    told += [say(N_("concerns {month}"), month=voucher.concerns)] if voucher.concerns else []
    return "  ".join(parts) + (f"  ({'; '.join(told)})" if told else "")


def ledger_lines(found: Ledger, limit: int | None) -> Iterator[str]:
    """Accounts for people, in lines of at most `limit` characters where their amounts allow it."""
    title = N_("{unit}: accounts, {start} to {end}, debit positive")
    yield from wrap(say(title, unit=found.unit.name, start=found.start, end=found.end), limit)
    if not found.accounts:
        yield say(N_("No vouchers."))
    heads = [say(N_("Debit")), say(N_("Credit")), say(N_("Balance"))]
    figures = [text for account in found.accounts for text in _account_texts(account)]
    wide = max(map(len, (*figures, *_total_texts(found.totals), *heads)), default=0)
    whole = max((INDENT + len(_moved(m.voucher)) for a in found.accounts for m in a.movements), default=0)
    names = max((len(account.account) for account in found.accounts), default=0)
    whole = max(min(whole, 72), names)
    for account in found.accounts:
        yield ""
        yield from beside(f"{account.account}  {account.currency}", [h.rjust(wide) for h in heads], limit, whole)
        yield from _balance(say(N_("Opening balance")), account.opening, account.currency, limit, wide, whole)
        for m in account.movements:
            balance = _full(m.balance, account.currency)
            texts = [text.rjust(wide) for text in (*_sides(m.row), balance)]
            yield from beside(" " * INDENT + _moved(m.voucher), texts, limit, whole)
            if m.row.units:
                yield from wrap(" " * 2 * INDENT + _own(m.row), limit)
        sums = [_full(amount, account.currency) for amount in (account.debit, account.credit, account.closing)]
        told = " " * INDENT + say(N_("Closing balance"))
        yield from beside(told, [text.rjust(wide) for text in sums], limit, whole)
    for currency, amount in found.carried.items():
        yield ""
        told = say(N_("Result of earlier years that was not moved to equity, {currency}"), currency=currency)
        yield from _balance(told, amount, currency, limit, wide, whole)
    yield ""
    yield from _totals(found.totals, limit, wide, whole)
    yield ""


def _balance(told: str, amount: Decimal, currency: str, limit: int | None, wide: int, whole: int) -> Iterator[str]:
    """A line with a balance alone."""
    texts = ["", "", _full(amount, currency)]
    yield from beside(" " * INDENT + told, [text.rjust(wide) for text in texts], limit, whole)


def _moved(voucher: Voucher) -> str:
    return "  ".join(part for part in (str(voucher.date), voucher.number or "-", voucher.words) if part)


def _account_texts(account: Account) -> Iterator[str]:
    for amount in (account.opening, account.debit, account.credit, account.closing):
        yield _full(amount, account.currency)
    for m in account.movements:
        yield from (*_sides(m.row), _full(m.balance, account.currency))


def _sides(row: Row) -> tuple[str, str]:
    """Debit and credit as texts: the one that is, and nothing."""
    text = _full(abs(row.amount), row.currency)
    return ("", text) if row.amount < 0 else (text, "")


def _own(row: Row) -> str:
    """What a posting is in its own currency."""
    assert row.units is not None
    number, currency = row.units
    return f"{_full(number, currency)} {currency}"


def _total_texts(totals: Iterable[Total]) -> list[str]:
    return [_full(amount, one.currency) for one in totals for amount in (one.debit, one.credit, one.rounding)]


def _totals(totals: Iterable[Total], limit: int | None, wide: int, whole: int) -> Iterator[str]:
    """The sums of both sides, and what rounding leaves between them."""
    for one in totals:
        told = say(N_("Sum, {currency}"), currency=one.currency)
        sums = [_full(one.debit, one.currency), _full(one.credit, one.currency)]
        yield from beside(told, [text.rjust(wide) for text in sums], limit, whole)
        if one.rounding:
            told = say(N_("Debits less credits, from rounding what was in other currencies"))
            yield from beside(told, [_full(one.rounding, one.currency).rjust(wide)], limit, whole)


def _full(amount: Decimal, currency: str) -> str:
    """An amount as people read it, with all of its decimals."""
    return _written(amount, currency, current())


@lru_cache(maxsize=1 << 16)
def _written(amount: Decimal, currency: str, language: str) -> str:
    from ledger.rules.rounding import decimals  # noqa: PLC0415  only for people

    del language  # it is in use; amounts of another one are others

    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    places = max(decimals(currency), -exponent)
    return amount_text(amount, currency) if places == decimals(currency) else number_text(amount, places)


def beside(told: str, figures: Sequence[str], limit: int | None, whole: int) -> Iterator[str]:
    """A text and amounts in one line; where the window is too narrow, the amounts below it, and each by itself.

    Args:
        told: the text, as indented as it shall be.
        figures: of one width each.
        limit: characters of a line; None: any.
        whole: characters that texts take where there is room.
    """
    gap = " " * GAP
    amounts = gap.join(figures)
    room = whole if limit is None else min(whole, limit - GAP - len(amounts))
    if limit is None and len(told) > room:
        yield f"{told}{gap}{amounts}".rstrip()
    elif room >= min(NARROW, whole) or limit is None:
        lines = list(wrap(told, room)) or [""]
        yield from lines[:-1]
        yield f"{lines[-1].ljust(room)}{gap}{amounts}".rstrip()
    else:
        yield from wrap(told, limit)
        if len(amounts) <= limit:
            yield amounts.rjust(limit).rstrip()
        else:
            yield from (figure.strip().rjust(limit) for figure in figures if figure.strip())


def wrap(text: str, limit: int | None) -> Iterator[str]:
    """A text in lines; nothing of it is left out, and what goes on stands further in."""
    if limit is None or len(text) <= limit:
        yield text
        return
    import textwrap  # noqa: PLC0415  only in a window

    indent = text[: len(text) - len(text.lstrip())]
    yield from textwrap.wrap(
        text.strip(), max(limit, len(indent) + GAP + 8), initial_indent=indent, subsequent_indent=indent + " " * GAP
    )
