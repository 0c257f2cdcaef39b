"""`sambok levy simulate`: what another levy would have brought, unit by unit and for the funds (SPEC 6, 9)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, stdout, tell_written, workspace_option
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

    from ledger.policy.model import Limit
    from ledger.reports.levy_changes import Changes
    from ledger.reports.levy_simulated import Figures, Simulated, SimulatedUnit, SimulatedYear

F = TypeVar("F", bound="Callable[..., Any]")
EVERY_UNIT = "*"
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
YEAR = click.IntRange(2000, 2100)
#: So many months with another levy booked than the rule gives are told of all units together.
SHOWN = 12


def _repeated(name: str, metavar: str, text: str) -> Callable[[F], F]:
    """An option that may be given several times."""
    return click.option(name, multiple=True, metavar=metavar, help=text)


@click.command()
@_repeated("--rate", "RATE|UNIT=RATE", "Another rate, such as 0.14; of one unit: nystart=0.10.")
@_repeated("--component", "NAME=SHARE", "Another share of the rate, such as investment=0.02; service takes the rest.")
@_repeated("--cap", "AMOUNT|UNIT=AMOUNT", "The most that is due a year.")
@_repeated("--floor", "AMOUNT|UNIT=AMOUNT", "The least that is due a year.")
@_repeated("--threshold", "AMOUNT|UNIT=AMOUNT", "Turnover a year below which nothing is due.")
@_repeated("--no-cap", "UNIT", "Without its cap (* of all that have none of their own).")
@_repeated("--no-floor", "UNIT", "Without its floor.")
@_repeated("--no-threshold", "UNIT", "Without its threshold.")
@_repeated("--include", "CODES", "Income that counts as turnover, such as 3988 or 3980-3989.")
@_repeated("--exclude", "CODES", "Income that doesn't.")
@click.option("--from", "first", metavar="YEAR", type=YEAR, help="First fiscal year (default: the first recorded).")
@click.option("--to", "last", metavar="YEAR", type=YEAR, help="Last fiscal year (default: the last recorded).")
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a year, unit and component.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def simulate(session: Session, /, out: Path | None, as_json: bool, **asked: Any) -> int:  # noqa: FBT001  click gives flags so
    """Simulate another levy over the recorded years: each unit, services and funds, today and then. Nothing is booked.

    What isn't named stays: a unit's own rate or cap beside another one for all, and each component but service, which
    takes the difference to the rate. A value without UNIT is for every unit that has none of its own.

    Both sides are worked out anew from the booked turnover, open months as they stand. Where closed months hold
    another levy than the rule gives, they are named. Amounts are a fiscal year's, excluding VAT.
    """
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise
    from ledger.errors import order  # noqa: PLC0415  likewise
    from ledger.policy import read_policy  # noqa: PLC0415  likewise
    from ledger.reports import levy_simulation_data as data  # noqa: PLC0415  likewise
    from ledger.reports.levy_simulation import simulate_levy  # noqa: PLC0415  likewise

    ws = session.workspace
    changes = _changes(asked)
    if out is not None:
        check_out(ws, out)
    books = load_books(ws)
    policy = read_policy(books.central_text, ws)
    found = simulate_levy(books, policy, changes)
    problems = sorted({*books.problems, *policy.problems, *found.problems}, key=order)
    quote(ws, problems)
    problems = for_all(books, problems)
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  only where a file is written

        durable.replace(out.absolute(), data.as_csv(found).encode("utf-8"))
        tell_written(out)
    if as_json:
        emit(data.as_json(found, problems))
        return EXIT_BOOKS if problems else EXIT_DONE
    if out is None:
        _print(found)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _changes(asked: dict[str, Any]) -> Changes:
    """What was asked, as a value.

    Raises:
        UsageError: an option that can't be read, or that contradicts another.
    """
    from ledger.reports.levy_changes import Changes  # noqa: PLC0415  after the command is known

    limits: dict[tuple[Limit, str], Decimal | None] = {}
    kinds: tuple[Limit, ...] = ("cap", "floor", "threshold")
    for kind in kinds:
        limits.update({(kind, scope): amount for scope, amount in scoped(f"--{kind}", asked[kind]).items()})
        for scope in asked[f"no_{kind}"]:
            if (kind, scope) in limits:
                text = N_("{option} and {other} contradict each other for {scope}.")
                raise click.UsageError(say(text, option=f"--{kind}", other=f"--no-{kind}", scope=scope))
            limits[kind, scope] = None
    return Changes(
        rates=scoped("--rate", asked["rate"]),
        components=scoped("--component", asked["component"], named=True),
        limits=limits,
        include=_codes("--include", asked["include"]),
        exclude=_codes("--exclude", asked["exclude"]),
        first=asked["first"],
        last=asked["last"],
    )


def scoped(option: str, given: Sequence[str], *, named: bool = False) -> dict[str, Decimal]:
    """Values by what stands before the equals sign; `"*"` where nothing does, and something must if `named`."""
    found: dict[str, Decimal] = {}
    for text in given:
        scope, sign, number = text.rpartition("=")
        scope = scope.strip() if sign else EVERY_UNIT
        if (named and not sign) or not scope:
            raise click.UsageError(say(N_("{option} takes NAME=NUMBER, not {given}."), option=option, given=text))
        if not NUMBER.fullmatch(number.strip()):
            told = N_("{option} takes a number with a decimal point, such as 0.14 or 400000, not {given}.")
            raise click.UsageError(say(told, option=option, given=text))
        if scope in found:
            raise click.UsageError(say(N_("{option} is given twice for {scope}."), option=option, scope=scope))
        found[scope] = Decimal(number.strip())
    return found


def _codes(option: str, given: Sequence[str]) -> tuple[Any, ...]:
    from ledger.charts.ranges import Range  # noqa: PLC0415  after the command is known

    found = []
    for text in given:
        try:
            found.append(Range.parse(text))
        except ValueError:
            told = N_("{option} takes a code such as 3988, or a range such as 3980-3989, not {given}.")
            raise click.UsageError(say(told, option=option, given=text)) from None
    return tuple(found)


def _print(found: Simulated) -> None:
    """A table of units and one of components a year; then all years together."""
    console = stdout()
    for year in found.years:
        _year(console, year, say(N_("Levy {year}, today and simulated, excluding VAT"), year=year.year))
    if len(found.years) > 1:
        first, last = found.years[0].year, found.years[-1].year
        title = N_("Levy {first} to {last}, today and simulated, excluding VAT")
        _year(console, found.whole, say(title, first=first, last=last))
    _deviations(console, found.whole.units)
    if found.years:
        click.echo(say(N_("Simulated only: no book and no policy was changed.")), err=True)


def _year(console: Console, year: SimulatedYear, title: str) -> None:
    console.print(title, style="bold", markup=False)
    told = [(one.unit.slug, one.own) for one in year.units] + [(say(N_("All units")), year.total)]
    bases = any(figures.base.difference for _, figures in told)
    booked = any(figures.booked != figures.levy.today for _, figures in told)
    rows = [_row(name, figures, bases=bases, booked=booked) for name, figures in told]
    heads = [say(N_("Unit")), say(N_("Currency")), say(N_("Base"))]
    heads += [say(N_("Simulated base"))] if bases else []
    heads += [say(N_("Booked"))] if booked else []
    heads += [say(N_("Today")), say(N_("Simulated")), say(N_("Difference")), say(N_("Of base"))]
    print_table(console, heads, rows, left={0, 1})
    total = year.total
    parts = [*total.components, (say(N_("Sum")), total.levy)]
    rows = [
        [name, *(amount_text(amount, total.currency) for amount in (pair.today, pair.simulated, pair.difference))]
        for name, pair in parts
    ]
    title = say(N_("Component, {currency}"), currency=total.currency)
    print_table(console, [title, say(N_("Today")), say(N_("Simulated")), say(N_("Difference"))], rows, left={0})


def _row(name: str, figures: Figures, *, bases: bool, booked: bool) -> list[str]:
    from ledger.messages import number_text  # noqa: PLC0415  only when a table is printed

    amounts = [figures.base.today]
    amounts += [figures.base.simulated] if bases else []
    amounts += [figures.booked] if booked else []
    amounts += [figures.levy.today, figures.levy.simulated, figures.levy.difference]
    part = "" if figures.part is None else number_text(figures.part * 100, 2) + "\N{NO-BREAK SPACE}%"
    return [name, figures.currency, *(amount_text(amount, figures.currency) for amount in amounts), part]


def _deviations(console: Console, units: Iterable[SimulatedUnit]) -> None:
    """Months in which another levy is booked than the rule gives."""
    found = [(one, deviation) for one in units for deviation in one.deviations]
    if not found:
        return
    rows = [
        [
            one.unit.slug,
            deviation.month,
            one.unit.currency,
            amount_text(deviation.booked, one.unit.currency),
            amount_text(deviation.rule, one.unit.currency),
        ]
        for one, deviation in found[:SHOWN]
    ]
    console.print(say(N_("Months in which another levy is booked than the rule gives today")), style="bold")
    heads = [say(text) for text in (N_("Unit"), N_("Month"), N_("Currency"), N_("Booked"), N_("By the rule"))]
    print_table(console, heads, rows, left={0, 1, 2})
    if len(found) > SHOWN:
        click.echo(say(N_("... and {count} more."), count=len(found) - SHOWN), err=True)
