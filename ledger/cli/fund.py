"""`sambok fund`: the federation's own investment fund, from the application to the last instalment (SPEC 5, 9)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, stdout, tell_written, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.later import Later
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from ledger.errors import Problem
    from ledger.federation import Federation
    from ledger.reports.fund import FundStatement
    from ledger.reports.fund_cases import CaseLine

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
day_option = click.option(
    "--date",
    "day",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="As it stood at the end of this day (default: today).",
)
#: Commands that write, or that few need: imported when they are asked for.
LATER = MappingProxyType(
    {
        **dict.fromkeys(("pay", "repay", "write-down", "forgive", "appropriate"), "ledger.cli.fund_write"),
        "simulate": "ledger.cli.fund_simulate",
    }
)
ORDER = (*("status", "statement", "cases", "case", "pay", "repay", "write-down", "forgive", "appropriate", "simulate"),)


class Fund(Later):
    """A group whose writing commands are imported when they are asked for."""

    order = ORDER
    later = LATER


@click.group(cls=Fund)
def fund() -> None:
    """The investment fund: what it is worth, what it has lent and given, and to whom."""


def loaded(session: Session) -> Federation:
    """All books and what the rules make of them."""
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    return load_federation(session.workspace)


def stated(federation: Federation, since: dt.date | None, until: dt.date | None) -> FundStatement:
    """The statement of a period; without one the fiscal year to today.

    Raises:
        FundUnknown: central's book can't be read.
    """
    from ledger.books import clock  # noqa: PLC0415  after the arguments are known to be right
    from ledger.funds.problems import FundUnknown  # noqa: PLC0415  likewise
    from ledger.reports.fund import fund_statement  # noqa: PLC0415  likewise

    ws = federation.workspace
    last = until or clock.today()
    found = fund_statement(federation, since or ws.fiscal_year(last)[0], last)
    if found is None:
        central = ws.config.federation.central
        raise FundUnknown(file=ws.shown(ws.units_folder / central / "main.beancount"), central=central)
    return found


@fund.command()
@day_option
@json_option
@workspace_option
@click.pass_obj
def status(session: Session, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show the fund in brief: its worth, what it consists of, its limits with what they leave, and who owes it."""
    from ledger.reports.fund import as_json as answer  # noqa: PLC0415  after the arguments are known to be right

    federation = loaded(session)
    found = stated(federation, None, day)
    if as_json:
        emit(answer(found, federation.shown))
    else:
        _head(found)
        _assets(found)
        _limits(found)
        _cases([line for line in found.cases if line.state not in {"closed", "rejected"}], found)
    return _ended(federation.shown)


@fund.command()
@click.option(
    "--from", "since", type=DAY, callback=day_of, metavar="DATE", help="First day (default: of the fiscal year)."
)
@click.option("--to", "until", type=DAY, callback=day_of, metavar="DATE", help="Last day (default: today).")
@click.option("--csv", "out", type=OutPath(), metavar="FILE", help="All tables as CSV.")
@json_option
@workspace_option
@click.pass_obj
def statement(
    session: Session,
    since: dt.date | None,
    until: dt.date | None,
    out: Path | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Write the fund's statement: movements, holdings, each unit's account, commitments, limits, decisions."""
    from ledger.reports import fund as reports  # noqa: PLC0415  after the arguments are known to be right

    if since is not None and until is not None and until < since:
        raise click.BadParameter(say(N_("The last day is before the first.")))
    if out is not None:
        check_out(session.workspace, out)
    federation = loaded(session)
    found = stated(federation, since, until)
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  likewise
        from ledger.reports.fund_csv import as_csv  # noqa: PLC0415  likewise

        durable.replace(out.absolute(), as_csv(found).encode())
        tell_written(out)
    if as_json:
        emit(reports.as_json(found, federation.shown))
    elif out is None:
        _head(found)
        _movements(found)
        _assets(found)
        _accounts(found)
        _limits(found)
        _cases(found.cases, found)
    return _ended(federation.shown)


@fund.command()
@day_option
@json_option
@workspace_option
@click.pass_obj
def cases(session: Session, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """List every case: applications with their score, agreements, what was paid, what is late."""
    from ledger.reports.fund import case_json, texts  # noqa: PLC0415  after the arguments are known to be right

    federation = loaded(session)
    found = stated(federation, None, day)
    if as_json:
        errors = [problem.as_json() for problem in federation.shown]
        listed = [case_json(line, texts(found)) for line in found.cases]
        emit({"schema": 1, "date": found.until.isoformat(), "cases": listed, "errors": errors})
    else:
        _cases(found.cases, found)
    return _ended(federation.shown)


@fund.command()
@click.argument("name", metavar="CASE")
@day_option
@json_option
@workspace_option
@click.pass_obj
def case(session: Session, name: str, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show one CASE: what was asked for and why, its points, the agreement, payments, the plan and what is promised."""
    from ledger.cli.fund_case import print_case  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports.fund import case_json, find_case, texts  # noqa: PLC0415  likewise

    federation = loaded(session)
    found = stated(federation, None, day)
    line = find_case(found, name)
    if as_json:
        errors = [problem.as_json() for problem in federation.shown]
        emit({"schema": 1, "date": found.until.isoformat(), **case_json(line, texts(found)), "errors": errors})
    else:
        print_case(line, found)
    return _ended(federation.shown)


def _ended(problems: Sequence[Problem]) -> int:
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _text(found: FundStatement, amount: Decimal) -> str:
    from ledger.rules.rounding import half_away  # noqa: PLC0415  only when it is printed

    return amount_text(half_away(amount, found.currency), found.currency)


def _head(found: FundStatement) -> None:
    console = stdout()
    title = N_("Investment fund on {day}, {currency}")
    console.print(say(title, day=found.until, currency=found.currency), style="bold")
    line = N_("Worth {worth}: {equity} appropriated, {earmarked} earmarked; {open} of it is of months still open.")
    state = found.state
    said = {
        "worth": state.worth,
        "equity": state.equity,
        "earmarked": state.worth - state.equity,
        "open": found.not_booked,
    }
    console.print(say(line, **{key: _text(found, amount) for key, amount in said.items()}))


def _movements(found: FundStatement) -> None:
    from ledger.reports.fund import MOVEMENTS, PLACED  # noqa: PLC0415  only when it is printed

    eve = found.since - dt.timedelta(days=1)
    rows = [[say(N_("On {day}"), day=eve), _text(found, found.opening)]]
    rows += [[say(MOVEMENTS[kind]), _text(found, amount)] for kind, amount in found.movements.items()]
    rows.append([say(N_("On {day}"), day=found.until), _text(found, found.state.worth)])
    rows += [[f"  {say(PLACED[kind])}", _text(found, amount)] for kind, amount in found.placed.items()]
    print_table(stdout(), [say(N_("Movement")), found.currency], rows, left={0})


def _assets(found: FundStatement) -> None:
    from ledger.reports.fund import ASSETS  # noqa: PLC0415  only when it is printed

    rows = [[say(ASSETS[name]), _text(found, amount)] for name, amount in found.assets.items() if amount]
    rows.append([say(N_("Together")), _text(found, found.state.worth)])
    for text, amount in (
        (N_("Promised and not paid out"), found.state.committed),
        (N_("Guarantees"), found.state.guarantees),
    ):
        if amount:
            rows.append([f"  {say(text)}", _text(found, amount)])
    print_table(stdout(), [say(N_("What it consists of")), found.currency], rows, left={0})


def _accounts(found: FundStatement) -> None:
    heads = (N_("Unit"), N_("Contributed"), N_("Received"), N_("Owes"), N_("Net"), N_("Its part of the fund"))
    rows = [
        [one.unit, *(_text(found, a) for a in (one.contributed, one.received, one.owed, one.net, one.balance))]
        for one in found.accounts
    ]
    print_table(stdout(), [say(head) for head in heads], rows, left={0})


def _limits(found: FundStatement) -> None:
    from ledger.reports.fund import limit_text  # noqa: PLC0415  only when it is printed

    words = {True: say(N_("kept")), False: say(N_("broken"))}
    rows = [
        [limit_text(one), one.of, *(_text(found, a) for a in (one.actual, one.allowed, one.headroom)), words[one.ok]]
        for one in found.limits
    ]
    heads = (N_("Limit"), N_("Of"), N_("Is"), N_("Allowed"), N_("Headroom"), N_("Status"))
    print_table(stdout(), [say(head) for head in heads], rows, left={0, 1, 5})


def _cases(lines: Sequence[CaseLine], found: FundStatement) -> None:
    from ledger.reports.fund import KINDS, STATES, points_text  # noqa: PLC0415  only when it is printed

    if not lines:
        stdout().print(say(N_("There is no case.")))
        return
    rows = []
    for line in lines:
        agreement, asked = line.case.agreement, line.case.application
        kind = agreement.kind if agreement else asked.kind if asked else ""
        amount = agreement.amount if agreement else asked.amount if asked else line.paid
        score = "" if line.given is None else points_text(line.given)
        rows.append(
            [
                *(line.case.name, line.case.unit, say(KINDS[kind]) if kind else "", say(STATES[line.state]), score),
                *(_text(found, a) for a in (amount, line.paid, line.owed, line.late.amount)),
            ]
        )
    heads = (
        *(N_("Case"), N_("Unit"), N_("Kind"), N_("Status"), N_("Score")),
        *(N_("Amount"), N_("Paid out"), N_("Owed"), N_("Late")),
    )
    print_table(stdout(), [say(head) for head in heads], rows, left={0, 1, 2, 3})
