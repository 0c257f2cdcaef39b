"""`sambok open-items`: who owes what to whom, since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ledger.books import UnitBook
    from ledger.reports.open_items import OpenItems, Total, UnitItems
    from ledger.subledger import OpenItem

KINDS = ("receivable", "payable", "clearing")


@click.command("open-items")
@click.argument("units", nargs=-1, metavar="[UNIT...]")
@click.option("--kind", type=click.Choice(KINDS), help="Only claims, only debts, or only money on its way.")
@click.option(
    "--date",
    "day",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="As it stood at the end of this day (default: today).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def open_items(session: Session, units: tuple[str, ...], kind: str | None, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show open items: claims, debts and money on its way, by age. Debit is positive.

    With UNIT, item by item, with due date, days late and the voucher's place. Without, each unit's sums and the
    federation's; what units owe each other stands apart and isn't counted among the rest.

    What is booked without a link to its invoice is set off against the counterparty's oldest items.
    """
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise
    from ledger.reports import open_items as lists  # noqa: PLC0415  likewise

    ws = session.workspace
    chosen = [ws.unit(slug).slug for slug in units] or None
    books = load_books(ws, chosen)
    asked = day or dt.date.today()  # noqa: DTZ011  the bookkeeper's own day is meant
    found = lists.list_open_items(books, chosen, day=asked, kind=kind)
    quote(ws, found.problems)
    found = found if chosen else replace(found, problems=tuple(for_all(books, found.problems)))
    if as_json:
        emit(lists.as_json(found))
    elif found.whole:
        _federation(found)
    else:
        for unit in found.units:
            _unit(unit)
            _guesses(unit, books.units[unit.unit.slug])
    report(found.problems)
    return EXIT_BOOKS if found.problems else EXIT_DONE


def _unit(unit: UnitItems) -> None:
    """A unit's items, their ages, and the balances that they add up to."""
    from ledger.reports.open_items import KINDS as HEADINGS  # noqa: PLC0415  only for people

    console = stdout()
    console.print(
        say(N_("{unit}: open items on {date}, debit positive"), unit=unit.unit.name, date=unit.day), style="bold"
    )
    if not unit.external and not unit.internal:
        console.print(say(N_("Nothing is open.")))
    for kind, heading in HEADINGS.items():
        own = [item for item in unit.external if item.kind == kind]
        if own:
            console.print(f"\n{translate(heading)}")
            _items(console, own, unit.day)
    if unit.internal:
        console.print("\n" + say(N_("Dealings with other units")))
        _items(console, unit.internal, unit.day)
    rows = [_ages(translate(HEADINGS[t.kind]), t) for t in unit.totals]
    inside = say(N_("Other units"))
    rows += [_ages(f"{inside}: {translate(HEADINGS[t.kind])}", t) for t in unit.internal_totals]
    if rows:
        _ages_table(console, [""], rows)
    for balance in (b for b in unit.balances if b.amount):
        told = N_("{account}: balance {amount} {currency}, the sum of its items")
        amount = amount_text(balance.amount, balance.currency)
        console.print(say(told, account=balance.account, amount=amount, currency=balance.currency), markup=False)
    console.print()


def _guesses(unit: UnitItems, book: UnitBook) -> None:
    """Say what counts as settled though nobody has confirmed it: it would vanish from the ages unseen."""
    accounts = {balance.account for balance in unit.balances}
    flagged = book.summary.flagged if book.summary is not None else ()
    count = sum(row.date <= unit.day and not accounts.isdisjoint(row.accounts) for row in flagged)
    if count:
        told = N_(
            "Counted above as booked, but waiting for a person to confirm (flag !): {count}; see sambok todo {unit}."
        )
        click.echo(say(told, count=count, unit=unit.unit.slug), err=True)


def _items(console: Console, items: Sequence[OpenItem], day: dt.date) -> None:
    """A row an item; money on its way is due to nobody, but several accounts hold it."""
    on_its_way = all(item.kind == "clearing" for item in items)
    heads = (
        N_("Date"),
        N_("Account") if on_its_way else N_("Due"),
        N_("Days late"),
        N_("Number"),
        N_("Counterparty"),
        N_("Open"),
        N_("Currency"),
        N_("Place"),
    )
    rows = [
        [
            item.date.isoformat(),
            item.account.rpartition(":")[2] if on_its_way else item.due.isoformat() if item.due else "",
            str(item.days_late(day) or ""),
            item.label,
            item.counterparty or item.partner,
            amount_text(item.open, item.currency),
            item.currency,
            item.where,
        ]
        for item in items
    ]
    print_table(console, [say(head) for head in heads], rows, left={0, 1, 3, 4, 6, 7})


def _federation(found: OpenItems) -> None:
    """Each unit's sums by age, and the federation's; then what units owe each other."""
    from ledger.reports.open_items import KINDS as HEADINGS  # noqa: PLC0415  only for people

    console = stdout()
    console.print(say(N_("Open items on {date}, debit positive"), date=found.day), style="bold")
    whole = say(N_("Federation"))
    for internal, title in ((False, None), (True, N_("Between units: not counted above"))):
        totals = found.totals(internal=internal)
        if title and totals:
            console.print(f"\n{say(title)}")
        for kind, heading in HEADINGS.items():
            rows = [
                _ages(unit.unit.slug, total)
                for unit in found.counted
                for total in (unit.internal_totals if internal else unit.totals)
                if total.kind == kind
            ]
            rows += [_ages(whole, total) for total in totals if total.kind == kind]
            if rows:
                _ages_table(console, [translate(heading)], rows)
    for currency, difference in found.differences():
        told = N_("Claims and debts between units differ by {amount} {currency}: sambok combine says in what.")
        console.print(say(told, amount=amount_text(difference, currency), currency=currency))
    if not any(unit.external or unit.internal for unit in found.units):
        console.print(say(N_("Nothing is open.")))
    apart = [unit.unit.slug for unit in found.apart]
    if apart:
        told = N_("Not counted, as they are no members on this day or nobody's but their members': {units}.")
        click.echo(say(told, units=", ".join(apart)), err=True)
    click.echo(say(N_("Item by item: sambok open-items UNIT, or --json.")), err=True)


def _ages(name: str, total: Total) -> list[str]:
    """A row of sums by age."""
    amounts = [amount_text(amount, total.currency) if amount else "" for amount in total.ages.values()]
    return [name, total.currency, *amounts, amount_text(total.open, total.currency)]


def _ages_table(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from ledger.reports.open_items import AGES  # noqa: PLC0415  only for people

    names = [*heads, say(N_("Currency")), *(translate(age) for age in AGES.values()), say(N_("Total"))]
    print_table(console, names, rows, left={0, 1})
