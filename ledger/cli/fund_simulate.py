"""`sambok fund simulate`: what another levy, or other terms, would have made of the funds and of all units (SPEC 9)."""

from __future__ import annotations

import dataclasses
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ledger.cli.context import OutPath, Session, check_out, emit, refuse, report, stdout, tell_written, workspace_option
from ledger.cli.levy_simulate import YEAR, scoped
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say
from ledger.rules.solidarity.terms import Mode, SolidarityTerms, Weight

if TYPE_CHECKING:
    from ledger.reports.fund_simulation import FundSimulation
    from ledger.reports.levy_simulated import Pair

WORDS = {"mode": get_args(Mode), "weight": get_args(Weight)}
#: Terms that are whole numbers; all others are parts from 0 to 1.
WHOLE = {"waiting", "supported", "within", "claw-back-years"}
MOST = 1_000


@click.command()
@click.option(
    "--rate", multiple=True, metavar="RATE|UNIT=RATE", help="Another levy, such as 0.14; of one unit: nystart=0.10."
)
@click.option(
    "--component",
    multiple=True,
    metavar="NAME=SHARE",
    help="Another share of it, such as solidarity=0.02; service takes the rest.",
)
@click.option("--cap", multiple=True, metavar="AMOUNT|UNIT=AMOUNT", help="The most levy that is due a year.")
@click.option(
    "--term",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another term of the solidarity fund, such as cover=0.6, mode=pooling.",
)
@click.option("--from", "first", metavar="YEAR", type=YEAR, help="First fiscal year (default: the first recorded).")
@click.option("--to", "last", metavar="YEAR", type=YEAR, help="Last fiscal year (default: the last recorded).")
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a year and unit.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def simulate(session: Session, /, out: Path | None, as_json: bool, **asked: Any) -> int:  # noqa: FBT001  click gives flags so
    """Simulate other rules over the recorded years: both funds, each unit's levy, claim and call. Nothing is booked.

    The years are worked out again in a row: what a unit pays or gets in one changes what it has saved in the next, and
    the fund likewise. Without any change both sides are what the formula gives.
    """
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  after the arguments are known to be right
    from ledger.errors import order  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise
    from ledger.reports import fund_simulation as reports  # noqa: PLC0415  likewise
    from ledger.reports.levy_changes import Changes  # noqa: PLC0415  likewise

    changes = Changes(
        rates=scoped("--rate", asked["rate"]),
        components=scoped("--component", asked["component"], named=True),
        limits={("cap", scope): amount for scope, amount in scoped("--cap", asked["cap"]).items()},
    )
    terms = _terms(asked["given"])
    if out is not None:
        check_out(session.workspace, out)
    federation = load_federation(session.workspace)
    years = reports.year_range(federation, asked["first"], asked["last"])
    read = sorted({*federation.books.problems, *federation.policy.problems}, key=order)
    quote(session.workspace, read)
    if read and not years:
        return refuse(for_all(federation.books, read), as_json)
    if not years and not reports.year_range(federation, None, None):
        raise click.UsageError(say(N_("No unit has anything in its books yet.")))
    if not years:
        raise click.UsageError(say(N_("There are no recorded years from {first} to {last}."), **_span(asked)))
    found = reports.simulate_funds(federation, changes, terms, years=years)
    problems = sorted({*read, *found.problems}, key=order)
    quote(session.workspace, problems)
    problems = for_all(federation.books, problems)
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  only where a file is written

        durable.replace(out.absolute(), reports.as_csv(found).encode())
        tell_written(out)
    if as_json:
        emit(reports.as_json(found, problems))
    elif out is None:
        _print(found)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _span(asked: dict[str, Any]) -> dict[str, object]:
    return {"first": asked["first"] or "-", "last": asked["last"] or "-"}


def _terms(given: tuple[str, ...]) -> dict[str, Any]:
    """Terms by the name of their field.

    Raises:
        UsageError: one that isn't known, or that can't have this value.
    """
    known = {field.name.replace("_", "-"): field.name for field in dataclasses.fields(SolidarityTerms)}
    found: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name, value = name.strip(), value.strip()
        if not sign or name not in known:
            told = N_("--term takes NAME=VALUE, not {given}. There are: {known}")
            raise click.UsageError(say(told, given=text, known=", ".join(known)))
        if known[name] in found:
            raise click.UsageError(say(N_("{option} is given twice for {scope}."), option="--term", scope=name))
        found[known[name]] = _value(name, value)
    made = dataclasses.replace(SolidarityTerms(), **found)
    if not made.floor <= made.target <= made.ceiling:
        raise click.UsageError(say(N_("floor, target and ceiling must not decrease.")))
    return found


def _value(name: str, value: str) -> Any:
    if name in WORDS:
        if value in WORDS[name]:
            return value
        told = N_("{name} takes one of {known}, not {value}.")
        raise click.UsageError(say(told, name=name, known=", ".join(WORDS[name]), value=value))
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if name in WHOLE and number.is_finite() and number == number.to_integral_value() and 0 <= number <= MOST:
        return int(number)
    if name not in WHOLE and number.is_finite() and 0 <= number <= 1 and len(value) <= len("0.123456789012"):
        return number
    told = N_("{name} takes a whole number.") if name in WHOLE else N_("{name} takes a part from 0 to 1, such as 0.25.")
    raise click.UsageError(say(told, name=name))


def _print(found: FundSimulation) -> None:
    console, currency = stdout(), found.currency

    def sides(one: Pair) -> list[str]:
        return [amount_text(a, currency) for a in (one.today, one.simulated, one.difference)]

    for year in found.years:
        title = N_("{year}: today's rules and the simulated, {currency}")
        console.print(say(title, year=year.year, currency=currency), style="bold")
        rows = [
            [say(text), *sides(pair)]
            for text, pair in (
                (N_("Solidarity fund before claims"), year.solidarity_open),
                (N_("Claims"), year.claims),
                (N_("Called"), year.called),
                (N_("Solidarity fund after"), year.solidarity_close),
                (N_("Investment fund at the end"), year.investment),
            )
        ]
        rows.append([say(N_("Units supported")), *map(str, (*year.supported, year.supported[1] - year.supported[0]))])
        heads = (N_("Fund"), N_("Today"), N_("Simulated"), N_("Difference"))
        print_table(console, [say(head) for head in heads], rows, left={0})
        rows = [[one.unit, *sides(one.levy), *sides(one.transfer)] for one in year.units]
        levy, moved = say(N_("Levy")), say(N_("Gets or pays"))
        today, then, more = (say(head) for head in heads[1:])
        names = [f"{what} {side}" for what in (levy, moved) for side in (today.lower(), then.lower(), more.lower())]
        print_table(console, [say(N_("Unit")), *names], rows, left={0})


COMMANDS = {"simulate": simulate}
