"""What is decided of the federation's funds, on the command line: both books at once (SPEC 5, 9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, refuse, workspace_option
from ledger.cli.loans import day_or_today, json_option
from ledger.cli.loans_write import NOTHING, date_option, decision_option, done_json, dry_option, tell_done
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_DONE, Problem
from ledger.messages import N_, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.closing.fund_deeds import Asked
    from ledger.closing.loan_deeds import Done

bank_option = click.option(
    "--bank", metavar="ACCOUNT", help="Account of central's book that the money is on (default: it is on its way)."
)
unit_bank_option = click.option("--unit-bank", metavar="ACCOUNT", help="Likewise of the unit's book.")
number_option = click.option(
    "--number", default="", metavar="N", help="Tells it from another one of the same case, day and amount."
)
needed_decision = click.option("--decision", metavar="ID", required=True, help="The decision that allows it.")


def _asked(session: Session, day: dt.date | None, *, dry_run: bool, **more: Any) -> Asked:
    from ledger.books import clock, person  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing.fund_deeds import Asked  # noqa: PLC0415  likewise

    by = person.person(session.workspace.root)
    return Asked(date=day_or_today(day), by=by, today=clock.today(), dry_run=dry_run, **more)


def _told(done: Done, *, dry_run: bool, as_json: bool, nothing: str) -> int:
    if as_json:
        emit({"schema": 1, **done_json(done, dry_run=dry_run), "errors": []})
    else:
        tell_done(done, dry_run=dry_run, nothing=nothing)
    return EXIT_DONE


def _amount(session: Session, text: str) -> Decimal:
    """An amount in central's currency, above zero.

    Raises:
        LoanAmount: it is none.
    """
    from ledger.cli.loans_units import amount_of  # noqa: PLC0415  after the arguments are known to be right

    central = session.workspace.central
    return amount_of(text, central.currency if central is not None else session.workspace.currency)


def _signed(session: Session, text: str | None) -> Decimal:
    """Likewise, below zero with a minus sign before it; 0 where it isn't given."""
    if text is None:
        return Decimal(0)
    plain = text.strip()
    return -_amount(session, plain[1:]) if plain.startswith("-") else _amount(session, plain)


def _shared(command: Callable[..., int]) -> Callable[..., int]:
    """What every command takes."""
    for option in (workspace_option, json_option, by_option, dry_option, date_option):
        command = option(command)
    return command


@click.command()
@click.argument("case")
@click.argument("amount")
@click.option(
    "--invoice", "invoices", multiple=True, metavar="N", help="The unit's voucher that proves the use; repeatable."
)
@click.option(
    "--accept", default="", metavar="REASON", help="Pay although a limit is broken or levy owed, and say why."
)
@bank_option
@unit_bank_option
@number_option
@_shared
@click.pass_obj
def pay(session: Session, /, case: str, amount: str, invoices: tuple[str, ...], accept: str, **said: Any) -> int:
    """Pay AMOUNT on CASE, as agreed on: a grant, a loan or a stake, in central's book and in the unit's.

    The agreement, its decision, the fund's limits, the unit's levy and the invoices have to allow it.
    """
    from ledger.closing import fund_deeds  # noqa: PLC0415  after the arguments are known to be right

    return _run(
        session,
        said,
        lambda asked: fund_deeds.pay(
            session.workspace, case, _amount(session, amount), asked, invoices=invoices, accept=accept
        ),
    )


@click.command()
@click.argument("case")
@click.argument("amount")
@decision_option
@bank_option
@unit_bank_option
@number_option
@_shared
@click.pass_obj
def repay(session: Session, /, case: str, amount: str, **said: Any) -> int:
    """The unit of CASE pays AMOUNT: interest that is due first, then principal; of a stake, the stake."""
    from ledger.closing import fund_deeds  # noqa: PLC0415  after the arguments are known to be right

    return _run(session, said, lambda asked: fund_deeds.repay(session.workspace, case, _amount(session, amount), asked))


@click.command("write-down")
@click.argument("case")
@click.argument("amount")
@click.option("--back", is_flag=True, help="Take AMOUNT of what was written down back.")
@needed_decision
@number_option
@_shared
@click.pass_obj
def write_down(session: Session, /, case: str, amount: str, back: bool, **said: Any) -> int:  # noqa: FBT001  click gives flags so
    """The loan of CASE is worth AMOUNT less than what is owed: a loss of the fund; the unit owes as before."""
    from ledger.closing import fund_deeds  # noqa: PLC0415  after the arguments are known to be right

    sign = -1 if back else 1
    return _run(
        session,
        said,
        lambda asked: fund_deeds.write_down(session.workspace, case, sign * _amount(session, amount), asked),
    )


@click.command()
@click.argument("case")
@click.argument("amount")
@needed_decision
@number_option
@_shared
@click.pass_obj
def forgive(session: Session, /, case: str, amount: str, **said: Any) -> int:
    """Forgive AMOUNT of the loan of CASE: a grant that is paid with the debt."""
    from ledger.closing import fund_deeds  # noqa: PLC0415  after the arguments are known to be right

    return _run(
        session, said, lambda asked: fund_deeds.forgive(session.workspace, case, _amount(session, amount), asked)
    )


@click.command()
@click.option("--investment", metavar="AMOUNT", help="To the investment fund; from it with a minus sign.")
@click.option("--solidarity", metavar="AMOUNT", help="To the solidarity fund, likewise.")
@needed_decision
@_shared
@click.pass_obj
def appropriate(session: Session, /, investment: str | None, solidarity: str | None, **said: Any) -> int:
    """The assembly moves last year's result to the funds: what was earmarked, and what is added from surplus."""
    from ledger.closing import fund_years  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing.problems_funds import FundAppropriation  # noqa: PLC0415  likewise

    if investment is None and solidarity is None:
        raise click.UsageError(say(FundAppropriation.remedy))
    moved = {"investment": _signed(session, investment), "solidarity": _signed(session, solidarity)}
    return _run(session, said, lambda asked: fund_years.appropriate(session.workspace, moved, asked))


@click.command()
@click.option("--year", "-y", metavar="YEAR", type=click.IntRange(2000, 2100), help="Fiscal year, by where it begins.")
@needed_decision
@_shared
@click.pass_obj
def book(session: Session, /, year: int | None, **said: Any) -> int:
    """Book a year's claims and calls of all units, in both books; they are paid later.

    All months of the year have to be closed, and the decision is later than its end.
    """
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing import fund_years  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise
    from ledger.reports.solidarity import computed  # noqa: PLC0415  likewise

    ws = session.workspace
    federation = load_federation(ws)
    found = computed(federation, year)
    if found.problems:
        problems = list(found.problems)
        quote(ws, problems)
        return refuse(for_all(federation.books, problems), said["as_json"])

    def run(asked: Asked) -> Done:
        transfers = fund_years.transfers_of(ws, found, asked.date)
        return fund_years.book_solidarity(ws, found.year, transfers, asked)

    return _run(session, said, run)


@click.command()
@click.argument("unit", metavar="UNIT")
@click.option("--year", "-y", metavar="YEAR", type=click.IntRange(2000, 2100), required=True, help="Of which year.")
@bank_option
@unit_bank_option
@_shared
@click.pass_obj
def settle(session: Session, /, unit: str, year: int, **said: Any) -> int:
    """Pay what a year's claim or call left owed between central and UNIT, in both books.

    Nothing is written where nothing is owed.
    """
    from ledger.closing import fund_years  # noqa: PLC0415  after the arguments are known to be right

    slug = session.workspace.unit(unit).slug
    nothing = N_("Nothing is owed; nothing was written.")
    return _run(session, said, lambda asked: fund_years.settle(session.workspace, year, slug, asked), nothing)


def _run(session: Session, said: dict[str, Any], deed: Callable[[Asked], Done], nothing: str = NOTHING) -> int:
    """Do it, and say what was done; `nothing`: what is said where there is nothing to do."""
    from ledger.books.excerpt import quote  # noqa: PLC0415  after the arguments are known to be right

    dry_run, as_json = said.pop("dry_run"), said.pop("as_json")
    asked = _asked(session, said.pop("day"), dry_run=dry_run, **said)
    try:
        done = deed(asked)
    except Problem as problem:
        quote(session.workspace, [problem])
        raise
    return _told(done, dry_run=dry_run, as_json=as_json, nothing=nothing)


COMMANDS: dict[str, click.Command] = {
    command.name: command for command in (pay, repay, write_down, forgive, appropriate, book, settle) if command.name
}
