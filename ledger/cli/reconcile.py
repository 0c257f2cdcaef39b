"""`sambok reconcile`: the bank's own statements against the books, account by account and month by month."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from rich.console import Console

    from importers.reconcile import Account, Finding, Month, UnitReconciliation
    from ledger.books import Unit

#: So many lines of a kind are shown for a month; --json has all.
SHOWN = 20


def _month(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An option's month."""
    if value is not None and not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", value):
        ctx.obj.speak()
        raise click.BadParameter(say(N_("'{value}' is no month such as 2026-03."), value=value), ctx, parameter)
    return value


@click.command()
@click.argument("unit", required=False)
@click.option("--account", metavar="ACCOUNT", help="Only this account of the books: its name, or its code.")
@click.option("--month", metavar="YYYY-MM", callback=_month, help="Only this month.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def reconcile(session: Session, unit: str | None, account: str | None, month: str | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Compare the bank's statements with the books: for UNIT, or for every unit with a bank source.

    The archived statements are read again, and every line of them is looked up in the books: what is missing there,
    what no statement has, what was changed by hand, what is missing between statements. A month is reconciled when
    all of it is told and the books stand where the bank does.

    Ends with 0 when every month that is over is reconciled, with 3 when somebody must look, with 1 when books have
    errors or an archived statement can't be read.
    """
    from importers import reconcile as room  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books import load_books  # noqa: PLC0415  likewise
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise

    ws = session.workspace
    chosen = [ws.unit(unit).slug] if unit else None
    books = load_books(ws, chosen)
    today = dt.date.today()  # noqa: DTZ011  the bookkeeper's own day is meant
    found = room.reconcile(books, chosen, account=account, month=month, today=today)
    if account and not any(one.accounts for one in found.units):
        _not_fed(account, [one.unit for one in found.units])
    quote(ws, found.problems)
    found = found if chosen else replace(found, problems=tuple(for_all(books, found.problems)))
    if as_json:
        emit(room.as_json(found))
    else:
        _print(found.units, month)
    unread = [problem for one in found.units for problem in one.problems]
    report([*found.problems, *unread])
    if found.problems or unread:
        return EXIT_BOOKS
    return EXIT_PERSON if any(one.needs_person for one in found.units) else EXIT_DONE


def _not_fed(account: str, units: list[Unit]) -> None:
    """Refuse an account that no source feeds; what can't be read at all is said otherwise.

    Raises:
        click.UsageError: it names the accounts that there are.
    """
    from ledger.subledger import clearing_of  # noqa: PLC0415  only on the way out

    fed = sorted(
        {str(s.account) for unit in units for s in unit.sources if s.account}
        - {name for unit in units for name in clearing_of(unit)}
    )
    if fed:
        text = N_("No bank source feeds the account {account}. Those that are fed: {known}.")
        raise click.UsageError(say(text, account=account, known=", ".join(fed)))


def _print(units: tuple[UnitReconciliation, ...], month: str | None) -> None:
    console = stdout()
    if not any(one.accounts for one in units):
        console.print(say(N_("No bank account here is fed by a source.")))
        hint = N_("A [[source]] with its account in unit.toml feeds one; docs/settings.md shows how.")
        console.print(say(hint), markup=False)
    for one in units:
        for account in one.accounts:
            title = N_("{unit}: {account}, {currency}; bank: {numbers}")
            numbers = ", ".join(account.numbers) or "-"
            told = say(title, unit=one.unit.name, account=account.account, currency=account.currency, numbers=numbers)
            console.print(told, style="bold", markup=False)
            _account(console, one.unit, account, month)
            console.print()


def _account(console: Console, unit: Unit, account: Account, asked: str | None) -> None:
    from importers.reconcile import STATUSES  # noqa: PLC0415  only for people

    months = [month for month in account.months if not month.early]
    if not months:
        text = N_("No statement has been imported.")
        if asked:
            text = N_("No imported statement tells of {month}.")
        console.print(say(text, month=asked))
        console.print(say(N_("To bring one in: sambok import {unit} FILE"), unit=unit.slug))
        return
    rows = []
    for month in months:
        bank = month.bank.closing if month.bank else None
        amounts = (bank, month.at if bank is not None else month.closing, month.difference)
        shown = ["" if amount is None else amount_text(amount, account.currency) for amount in amounts]
        rows.append([month.month, translate(STATUSES[month.status]), *shown, str(month.told), str(month.booked)])
    heads = (
        N_("Month"), N_("Status"), N_("Bank"), N_("Books"), N_("Difference"), N_("Lines of the bank"), N_("Booked"),
    )  # fmt: skip
    print_table(console, [say(head) for head in heads], rows, left={0, 1})
    for month in months:
        if month.status != "reconciled" or month.findings or month.notes or len(months) == 1:
            _details(console, account, month)


def _details(console: Console, account: Account, month: Month) -> None:
    """What a month's status comes from."""
    from importers.reconcile import FINDINGS, note_text, remedies, sentences  # noqa: PLC0415  only for people

    console.print(sentences(account, month, amount_text)[0], markup=False)
    for note in month.notes:
        console.print(f"  {note_text(note, account.currency, amount_text)}", markup=False)
    for kind, heading in FINDINGS.items():
        own = [finding for finding in month.findings if finding.kind == kind]
        if own:
            console.print(f"  {translate(heading)}: {len(own)}", markup=False)
        for finding in own[:SHOWN]:
            console.print(f"    {_line(finding, account.currency)}", markup=False)
        if len(own) > SHOWN:
            console.print("    " + say(N_("... and {count} more."), count=len(own) - SHOWN), markup=False)
    for remedy in remedies(month):
        console.print(f"  -> {remedy}", markup=False)


def _line(finding: Finding, currency: str) -> str:
    """A finding in one line: what the bank has, what the books have, and where."""
    from importers.reconcile import short_name  # noqa: PLC0415  only for people

    parts = [finding.date.isoformat(), amount_text(finding.amount, currency), finding.text]
    if finding.booked:
        text = N_("booked: {date} {amount}")
        amount = amount_text(finding.booked[1], currency)
        parts.append(f"[{say(text, date=finding.booked[0], amount=amount)}]")
    elif finding.kind == "changed":
        parts.append("[" + say(N_("booked to another account")) + "]")
    if finding.perhaps:
        parts.append("[" + say(N_("perhaps booked by hand: {where}"), where=finding.perhaps) + "]")
    if finding.where and finding.file:
        parts.append("[" + say(N_("statement: {file}"), file=short_name(finding.file)) + "]")
    return "  ".join(filter(None, (*parts, finding.where or finding.file)))
