"""`sambok services`: what the central's shared services cost, who used them, and whether the levy covers them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, stdout, tell_written, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import amount_text, print_table
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from ledger.errors import Problem
    from ledger.federation import Federation
    from ledger.rules.services.terms import Method
    from ledger.rules.services.usage import Usage
    from ledger.services.spent import Spent
    from ledger.services.year import ServiceYear

year_option = click.option(
    "--year",
    "-y",
    metavar="YEAR",
    type=click.IntRange(2000, 2100),
    help="Fiscal year, named by the year in which it begins (default: the latest that is closed, else the latest).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def services() -> None:
    """Shared services: what they cost, what each unit used of them, and what it paid."""


def _loaded(session: Session) -> Federation:
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    return load_federation(session.workspace)


def _year(federation: Federation, year: int | None, method: Method | None = None) -> ServiceYear:
    """The year that is meant; what keeps it from being known with its excerpt."""
    from ledger.books.excerpt import quote  # noqa: PLC0415  after the arguments are known to be right
    from ledger.errors import Problem  # noqa: PLC0415  likewise
    from ledger.reports.services import the_year  # noqa: PLC0415  likewise

    try:
        return the_year(federation, year, method)
    except Problem as problem:
        quote(federation.workspace, [problem])
        raise


def _told(federation: Federation, found: ServiceYear) -> list[Problem]:
    """Everything that is wrong with books, policy and the year, fit for who looks at all books together."""
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  after the arguments are known to be right
    from ledger.errors import order  # noqa: PLC0415  likewise

    problems = sorted({*federation.books.problems, *federation.policy.problems, *found.problems}, key=order)
    quote(federation.workspace, problems)
    return list(for_all(federation.books, problems))


def _ended(problems: Sequence[Problem]) -> int:
    """Tell what is wrong; the exit code: of what only waits for a person another one than of errors."""
    report(problems)
    codes = {problem.exit_code for problem in problems}
    return EXIT_BOOKS if EXIT_BOOKS in codes else max(codes, default=EXIT_DONE)


@services.command()
@year_option
@click.option(
    "--method",
    type=click.Choice(["step-down", "reciprocal", "direct"]),
    help="Share the cost so, for a look (default: as policy has it).",
)
@json_option
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a unit, a column a service.")
@workspace_option
@click.pass_obj
def status(session: Session, year: int | None, method: Method | None, as_json: bool, out: Path | None) -> int:  # noqa: FBT001  click gives flags so
    """Show each service's cost, what one of its key cost, and whether the levy's service component covers it all.

    Then every unit: paid, used, and net solidarity. Nothing is booked: the levy stays what it is.
    """
    from ledger.books import durable  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import services as reports  # noqa: PLC0415  likewise

    if out is not None:
        check_out(session.workspace, out)
    federation = _loaded(session)
    found = _year(federation, year, method)
    problems = _told(federation, found)
    if out is not None:
        durable.replace(out.absolute(), reports.as_csv(found).encode("utf-8"))
        tell_written(out)
    if as_json:
        emit(reports.as_json(found, problems))
    elif out is None:
        _print_status(found)
    return _ended(problems)


@services.command()
@click.argument("slug", metavar="UNIT")
@year_option
@json_option
@workspace_option
@click.pass_obj
def unit(session: Session, slug: str, year: int | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show one unit's year: what it paid for services, what it used of each, and its net solidarity."""
    from ledger.reports import services as reports  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    chosen = ws.unit(slug)
    federation = _loaded(session)
    found = _year(federation, year)
    one = reports.usage_of(found, chosen, ws.shown(chosen.main))
    problems = _told(federation, found)
    if as_json:
        emit(reports.unit_json(found, one, problems))
    else:
        _print_unit(found, one)
    return _ended(problems)


@services.command()
@click.argument("slug", metavar="UNIT")
@year_option
@json_option
@workspace_option
@click.pass_obj
def hundred(session: Session, slug: str, year: int | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show where each 100 of a unit's turnover went: its own costs, each service, the funds, and what is left."""
    from ledger.reports import services as reports  # noqa: PLC0415  after the arguments are known to be right

    chosen = session.workspace.unit(slug)
    federation = _loaded(session)
    found = _year(federation, year)
    one = reports.hundred_of(federation, found, chosen)
    problems = _told(federation, found)
    if as_json:
        emit(reports.hundred_json(found, one, problems))
    else:
        _print_hundred(found, one)
    return _ended(problems)


@services.command()
@click.argument("sheet", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--decision", required=True, metavar="ID", help="The decision that the keys rest on.")
@click.option("--date", "day", type=DAY, callback=day_of, metavar="DATE", help="From when they count (default: today).")
@click.option("--dry-run", is_flag=True, help="Only say what would be entered.")
@by_option
@json_option
@workspace_option
@click.pass_obj
def keys(session: Session, sheet: Path, decision: str, day: dt.date | None, dry_run: bool, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Enter a sheet of keys by which services are shared: a row a unit or cost centre, a column a key.

    What is new stands at the end of units/policy.beancount; an empty cell says nothing. All of the sheet, or nothing.
    """
    from ledger.books import clock  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import quote  # noqa: PLC0415  likewise
    from ledger.closing.service_keys import add_keys  # noqa: PLC0415  likewise
    from ledger.errors import Problem  # noqa: PLC0415  likewise

    ws, since = session.workspace, day or clock.today()
    try:
        done = add_keys(ws, sheet, decision, since, dry_run=dry_run)
    except Problem as problem:
        quote(ws, [problem])
        raise
    if as_json:
        rows = [{"key": row.key, "user": row.user, "value": f"{row.value:f}"} for row in done.added]
        place = {"date": since.isoformat(), "decision": decision, "file": done.file, "line": done.line}
        emit({"schema": 1, "dry_run": dry_run, **place, "added": rows, "known": done.known})
        return EXIT_DONE
    for row in done.added:
        click.echo(f"{since} {row.key} {row.user} {row.value:f}")
    if done.line is not None:
        click.echo(f"{done.file}:{done.line}")
    text = N_("New: {added}; counted already: {known}. Nothing was written.")
    if done.line is not None:
        text = N_("Entered: {added}; counted already: {known}.")
    click.echo(say(text, added=len(done.added), known=done.known), err=True)
    return EXIT_DONE


def _print_status(found: ServiceYear) -> None:
    from ledger.reports import services as reports  # noqa: PLC0415  only when it is printed
    from ledger.reports.levy import in_full  # noqa: PLC0415  likewise

    console, currency = stdout(), found.currency

    def text(amount: Decimal) -> str:
        return amount_text(amount, currency)

    title = N_("Shared services {year}, {currency}, shared by {method}")
    console.print(say(title, year=found.year, currency=currency, method=found.method), style="bold")
    if found.open_months:
        console.print(say(N_("Not final: {count} months are open."), count=found.open_months), style="yellow")
    rows = []
    zero = found.unplaced * 0
    for name, entry in found.centres.items():
        costs = [found.costs.by_centre.get(name, zero), found.allocation.totals[name] if found.allocation else zero]
        price = "; ".join(in_full(one, currency) for one in reports.prices(found, name, rounded=True).values())
        last = "-" if found.before is None else text(found.before.get(name, zero))
        rows.append([entry.centre.title, *map(text, costs), reports.key_words(found, name), price or "-", last])
    if found.unplaced:
        rows.append([say(reports.NAMES[reports.NOT_PLACED]), text(found.unplaced), "-", "-", "-", "-"])
    heads = (N_("Service"), N_("Cost in the year"), N_("Allocated"), N_("Key"), N_("Price of one"), N_("Last year"))
    print_table(console, [say(head) for head in heads], rows, left={0, 3})
    for name, key in found.allocation.without_key if found.allocation else ():
        said = {"service": found.centres[name].centre.title, "key": key}
        note = N_("{service}: nobody has a value of the key {key}; that part is shared alike by all units.")
        click.echo(say(note, **said))
    for sentence in reports.cover_words(found):
        click.echo(sentence)
    rows = [
        [one.unit, *map(text, (one.paid, one.used, one.net)), _part(one), str(one.quartile or "-")]
        for one in found.use.values()
    ]
    sides = (N_("Unit"), N_("Paid"), N_("Used"), N_("Net solidarity"), N_("Of turnover"), N_("Quarter"))
    print_table(console, [say(head) for head in sides], rows, left={0})


def _part(one: Usage) -> str:
    from ledger.reports.services import rate_text  # noqa: PLC0415  only when it is printed

    return "-" if one.of_turnover is None else rate_text(one.of_turnover)


def _print_unit(found: ServiceYear, one: Usage) -> None:
    from ledger.reports.levy import in_full  # noqa: PLC0415  only when it is printed

    console, currency = stdout(), found.currency
    title = N_("Shared services {year}: {unit}, {currency}")
    console.print(say(title, year=found.year, unit=one.unit, currency=currency), style="bold")
    rows = [[found.centres[name].centre.title, amount_text(amount, currency)] for name, amount in one.by_centre.items()]
    rows.append([say(N_("Used")), amount_text(one.used, currency)])
    rows.append([say(N_("Paid by the levy's service component")), amount_text(one.paid, currency)])
    rows.append([say(N_("Net solidarity: paid less used")), amount_text(one.net, currency)])
    print_table(console, [say(N_("Service")), say(N_("Amount"))], rows, left={0})
    if one.of_turnover is not None and one.quartile is not None:
        text = N_("That is {part} of turnover: quarter {quartile} of 4, where 1 was carried most by the others.")
        click.echo(say(text, part=_part(one), quartile=one.quartile))
    other = "step-down" if found.method == "reciprocal" else "reciprocal"
    text = N_("Shared by {method}; by {other} it would have used {amount}.")
    amount = in_full(one.used - found.differences[one.unit], currency)
    click.echo(say(text, method=found.method, other=other, amount=amount))


def _print_hundred(found: ServiceYear, one: Spent) -> None:
    from ledger.reports.services import name_of  # noqa: PLC0415  only when it is printed

    console, parts = stdout(), one.parts
    title = N_("Where 100 of the turnover of {unit} went in {year}")
    console.print(say(title, unit=one.unit, year=one.year), style="bold")
    if found.open_months:
        console.print(say(N_("Not final: {count} months are open."), count=found.open_months), style="yellow")

    def row(name: str, part: Decimal, *, inside: bool = False) -> list[str]:
        amount = "" if inside else amount_text(parts.amounts[name], one.currency)
        return [("  " if inside else "") + name_of(name, found), amount_text(part, "SEK"), amount]

    rows = [row(name, part) for name, part in parts.income.items()]
    rows.append([say(N_("In")), amount_text(parts.total, "SEK"), ""])
    rows += [row(name, part) for name, part in parts.costs.items()]
    for name, part in parts.levy.items():
        rows.append(row(name, part))
        if name == "service":
            rows += [row(centre, piece, inside=True) for centre, piece in parts.services.items()]
    rows.append(row("left", parts.left))
    rows.append([say(N_("Out")), amount_text(parts.total, "SEK"), ""])
    print_table(console, [say(N_("Of 100")), "100", one.currency], rows, left={0})
