"""`sambok solidarity`: what units in deficit get of the others, and how it is worked out (SPEC 5, 9)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from ledger.cli.context import (
    OutPath,
    Session,
    check_out,
    emit,
    refuse,
    report,
    stdout,
    tell_written,
    workspace_option,
)
from ledger.cli.days import DAY, day_of
from ledger.cli.later import Later
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say

if TYPE_CHECKING:
    from decimal import Decimal

    from ledger.federation import Federation
    from ledger.reports.solidarity_status import FundStatus
    from ledger.solidarity.fund_year import FundYear

year_option = click.option(
    "--year",
    "-y",
    metavar="YEAR",
    type=click.IntRange(2000, 2100),
    help="Fiscal year, named by the year in which it begins (default: the latest that is closed, else the latest).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


class Solidarity(Later):
    """A group whose writing command is imported when it is asked for."""

    order = ("compute", "status", "book", "settle")
    later = MappingProxyType(dict.fromkeys(("book", "settle"), "ledger.cli.fund_write"))


@click.group(cls=Solidarity)
def solidarity() -> None:
    """The solidarity fund: mutual support between the units, by one formula for all."""


def loaded(session: Session) -> Federation:
    """All books and what the rules make of them."""
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    return load_federation(session.workspace)


@solidarity.command()
@year_option
@click.option("--unit", "-u", "slug", metavar="UNIT", help="One unit's way through the formula, in words.")
@json_option
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a unit.")
@workspace_option
@click.pass_obj
def compute(session: Session, year: int | None, slug: str | None, as_json: bool, out: Path | None) -> int:  # noqa: FBT001  click gives flags so
    """Compute a year: turnover, result, need, claim and call of every unit, with the reason for each figure.

    Nothing is booked. Before all twelve months are closed the figures say how it would be if the year ended now, and
    the command ends with 3.
    """
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  after the arguments are known to be right
    from ledger.errors import order  # noqa: PLC0415  likewise
    from ledger.reports import solidarity as reports  # noqa: PLC0415  likewise

    ws = session.workspace
    only = ws.unit(slug).slug if slug else None
    if out is not None:
        check_out(ws, out)
    federation = loaded(session)
    read = sorted({*federation.books.problems, *federation.policy.problems}, key=order)
    if read and not reports.years_of(federation):
        quote(ws, read)
        return refuse(for_all(federation.books, read), as_json)
    found = reports.computed(federation, year)
    problems = sorted({*read, *found.problems}, key=order)
    quote(ws, problems)
    problems = for_all(federation.books, problems)
    if out is not None:
        _write(out, reports.as_csv(found, only))
    if as_json:
        emit(reports.as_json(found, problems, only))
    elif out is None:
        _print_year(found, only)
    report(problems)
    if problems:
        return EXIT_BOOKS
    return EXIT_DONE if found.final else EXIT_PERSON


@solidarity.command()
@click.option(
    "--date",
    "day",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="As it stood at the end of this day (default: today).",
)
@json_option
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a year, then a row a unit.")
@workspace_option
@click.pass_obj
def status(session: Session, day: dt.date | None, as_json: bool, out: Path | None) -> int:  # noqa: FBT001  click gives flags so
    """Show the fund: what it is worth, its years, and what each unit has paid into it and got of it."""
    from ledger.books import clock  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import solidarity_status as reports  # noqa: PLC0415  likewise

    if out is not None:
        check_out(session.workspace, out)
    federation = loaded(session)
    found = reports.status(federation, day or clock.today())
    problems = federation.shown
    if out is not None:
        _write(out, reports.status_csv(found))
    if as_json:
        emit(reports.status_json(found, problems))
    elif out is None:
        _print_status(found)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _write(out: Path, text: str) -> None:
    """A table into a file, whole or not at all."""
    from ledger.books import durable  # noqa: PLC0415  only where a file is written

    durable.replace(out.absolute(), text.encode())
    tell_written(out)


def _print_year(found: FundYear, only: str | None) -> None:
    """The table of all units, then sentences: of one unit where it is named, else of all that get or pay."""
    from ledger.reports import solidarity_words as words  # noqa: PLC0415  only when it is printed

    currency, console = found.currency, stdout()

    def text(amount: Decimal) -> str:
        return amount_text(amount, currency)

    title = N_("Solidarity fund {year}, {currency}")
    console.print(say(title, year=found.year, currency=currency), style="bold")
    if not found.final:
        console.print(words.open_sentence(found), style="yellow")
    rows = []
    for slug, unit in sorted(found.units.items()):
        step, moved = found.computed.by_unit.get(slug), found.transfers.get(slug)
        if only not in {None, slug}:
            continue
        cells = [text(unit.base), text(unit.result), text(step.own if step else unit.own)]
        cells += [text(step.need) if step else "-"]
        cells += [text(max(moved, moved * 0)), text(max(-moved, moved * 0))] if moved is not None else ["-", "-"]
        rows.append([slug, *cells])
    heads = (N_("Unit"), N_("Turnover"), N_("Result"), N_("Own"), N_("Need"), N_("Claim"), N_("Call"))
    print_table(console, [say(head) for head in heads], rows, left={0})
    if only is None:
        console.print(words.fund_sentence(found))
        console.print(words.band_sentence(found))
        console.print()
    for slug in sorted(found.units):
        told = words.sentences(found, slug)
        if told and (slug == only or (only is None and (found.transfers.get(slug) or found.standings[slug].refusals))):
            console.print(slug, style="bold")
            for sentence in told:
                console.print(f"  {sentence}")


def _print_status(found: FundStatus) -> None:
    console = stdout()

    def text(amount: Decimal) -> str:
        return amount_text(amount, found.currency)

    title = N_("Solidarity fund on {day}, {currency}")
    console.print(say(title, day=found.day, currency=found.currency), style="bold")
    line = N_("Worth {worth}: {equity} appropriated, {earmarked} earmarked; {open} of it is of months still open.")
    said = {"worth": text(found.worth), "equity": text(found.equity), "earmarked": text(found.earmarked)}
    console.print(say(line, **said, open=text(found.not_booked)))
    heads = (
        *(N_("Year"), N_("Opening"), N_("Components"), N_("Calls"), N_("Claims"), N_("Paid back"), N_("Other")),
        *(N_("Closing"), N_("Supported")),
    )
    rows = [
        [
            str(one.year),
            *map(text, (one.opening, one.components, one.calls, one.claims, one.paid_back, one.other, one.closing)),
            str(one.supported),
        ]
        for one in found.years
    ]
    print_table(console, [say(head) for head in heads], rows, left={0})
    sides = (N_("Unit"), N_("Paid"), N_("Got"), N_("Net"))
    rows = [[one.unit, text(one.paid), text(one.got), text(one.net)] for one in found.units]
    print_table(console, [say(head) for head in sides], rows, left={0})
