"""How money leaves a cycle, on the command line: the share-out, a leaver, a loan that is given up (SPEC 5, 8)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, report, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.loans import day_or_today, json_option, opened
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.closing.cycle_end import Asked
    from ledger.closing.loan_deeds import Done
    from ledger.reports.loans import Opened
    from ledger.rules.loans.terms import ShareOut, Shortfall

date_option = click.option(
    "--date", "day", type=DAY, callback=day_of, metavar="DATE", help="The day of the vouchers (default: today)."
)
decision_option = click.option("--decision", metavar="ID", default="", help="The decision that allows it.")
unit_bank_option = click.option("--unit-bank", metavar="ACCOUNT", help="Likewise of the units' books.")
dry_option = click.option("--dry-run", is_flag=True, help="Show the vouchers; write nothing.")
bank_option = click.option(
    "--bank", metavar="ACCOUNT", help="Account of the fund's book that the money is on (default: it is on its way)."
)


def written(session: Session, run: Callable[[str, dt.date], Done], *, dry_run: bool, as_json: bool) -> int:
    """Do it, and say what was done."""
    from ledger.books import clock, person  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    done = run(person.person(ws.root), clock.today())
    if as_json:
        emit({"schema": 1, **done_json(done, dry_run=dry_run), "errors": []})
        return EXIT_DONE
    tell_done(done, dry_run=dry_run)
    return EXIT_DONE


def done_json(done: Done, *, dry_run: bool) -> dict[str, Any]:
    """What was booked."""
    vouchers = {slug: list(numbers) for slug, numbers in done.vouchers.items()}
    return {"vouchers": vouchers, "known": done.known, "dry_run": dry_run, "text": done.text}


NOTHING = N_("It is booked already; nothing was written.")


def tell_done(done: Done, *, dry_run: bool, nothing: str = NOTHING) -> None:
    """The text, and the vouchers' numbers; `nothing`: what is said where there was nothing to book."""
    if done.text:
        click.echo(done.text, nl=False)
    for slug, numbers in done.vouchers.items():
        named = numbers[0] if len(numbers) == 1 else f"{numbers[0]}..{numbers[-1]}"
        text = N_("{unit}: would be booked as {vouchers}.") if dry_run else N_("{unit}: booked as {vouchers}.")
        click.echo(say(text, unit=slug, vouchers=named), err=True)
    if not done.vouchers:
        click.echo(say(NOTHING if done.known else nothing), err=True)


def asked_of(day: dt.date | None, decision: str, **more: Any) -> Asked:
    """What is to be booked.

    Raises:
        ShareOutUndecided: no decision is named.
    """
    from ledger.closing.cycle_end import Asked  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing.problems_share_out import ShareOutUndecided  # noqa: PLC0415  likewise

    if not decision:
        raise ShareOutUndecided
    return Asked(day=day_or_today(day), decision=decision, **more)


@click.command("share-out")
@click.argument("cycle")
@click.option(
    "--date", "day", type=DAY, callback=day_of, metavar="DATE", help="The day of the share-out (default: today)."
)
@click.option("--book", is_flag=True, help="Write the vouchers; needs --decision.")
@decision_option
@click.option(
    "--leave-in", "left", multiple=True, metavar="NAME=SHARES", help="Who leaves money in for the next cycle."
)
@click.option("--into", metavar="CYCLE", default="", help="The next cycle.")
@click.option(
    "--rule", type=click.Choice(["shares", "equal", "interest-back"]), help="How it is shared (default: as agreed)."
)
@click.option(
    "--shortfall",
    type=click.Choice(["wait", "pro-rata", "write-off"]),
    help="Where somebody owes more than the own shares are worth (default: as agreed).",
)
@bank_option
@unit_bank_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def share_out(
    session: Session,
    cycle: str,
    day: dt.date | None,
    book: bool,  # noqa: FBT001  click gives flags so
    decision: str,
    left: tuple[str, ...],
    into: str,
    rule: ShareOut | None,
    shortfall: Shortfall | None,
    bank: str | None,
    unit_bank: str | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Show what each participant of CYCLE gets if all is shared out: worth of the shares, less what is owed.

    It is a proposal, until --book --decision ID writes it: then nobody has shares or debts any more. The social fund
    isn't shared out; with --into it goes on to the next cycle, with what participants leave in there.

    Ends with 3 where somebody has to pay in first.
    """
    from ledger.books import clock, person  # noqa: PLC0415  after the arguments are known to be right
    from ledger.cli import loans_tables  # noqa: PLC0415  likewise
    from ledger.closing import cycle_end  # noqa: PLC0415  likewise
    from ledger.closing.cycle_end import Asked  # noqa: PLC0415  likewise
    from ledger.reports import loans_share_out  # noqa: PLC0415  likewise

    more: dict[str, Any] = {
        "left": _left(left),
        "into": into,
        "rule": rule,
        "shortfall": shortfall,
        "bank": bank,
        "unit_bank": unit_bank,
    }
    asked = asked_of(day, decision, **more) if book else Asked(day=day_or_today(day), decision=decision, **more)
    ws = session.workspace
    found = opened(session, cycle)
    if not book:
        refused = _refused(found, asked.day, as_json=as_json)
        if refused:
            return refused
    proposal = cycle_end.propose(found, asked)
    done = None
    if book:
        done = cycle_end.book_share_out(ws, cycle, asked, by=person.person(ws.root), today=clock.today())
    if as_json:
        booked = done_json(done, dry_run=False) if done else None
        emit(loans_share_out.as_json(proposal, found.problems, booked))
    elif done is not None and not done.vouchers:
        tell_done(done, dry_run=False)
    elif proposal.shared.payouts:
        loans_tables.print_share_out(proposal)
        if done is not None:
            tell_done(done, dry_run=False)
    report(found.problems)
    if found.problems:
        return EXIT_BOOKS
    if not book and proposal.waits:
        loans_tables.tell_why(proposal)
        return EXIT_PERSON
    return EXIT_DONE


def _refused(found: Opened, day: dt.date, *, as_json: bool) -> int:
    """What a share-out is refused with whose figures would mean nothing; 0 where they mean something."""
    from ledger.reports.loans_share_out import refuse_unclear  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports.problems_loans import CycleUnclear  # noqa: PLC0415  likewise

    try:
        refuse_unclear(found, day)
    except CycleUnclear as unclear:
        problems = [*found.problems, unclear]
        if as_json:
            errors = [problem.as_json() for problem in problems]
            emit({"schema": 1, "cycle": found.name, "date": day.isoformat(), "can_be_booked": False, "errors": errors})
        report(problems)
        return EXIT_BOOKS
    return EXIT_DONE


def _left(said: tuple[str, ...]) -> dict[str, int]:
    """`Anna=3` as name and number.

    Raises:
        ShareOutLeftIn: it doesn't say that.
    """
    from ledger.closing.problems_share_out import ShareOutLeftIn  # noqa: PLC0415  only on the way out

    found: dict[str, int] = {}
    for one in said:
        name, _, count = one.rpartition("=")
        if not name.strip() or not (count.isascii() and count.isdigit() and len(count) < MOST_DIGITS) or name in found:
            raise ShareOutLeftIn(case="shape", text=one)
        found[name.strip()] = int(count)
    return found


#: No number of shares is longer.
MOST_DIGITS = 9


@click.command()
@click.argument("cycle")
@click.argument("participant")
@date_option
@decision_option
@click.option("--heir", default="", metavar="NAME", help="Who is paid, where PARTICIPANT has died.")
@bank_option
@unit_bank_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def leave(
    session: Session,
    cycle: str,
    participant: str,
    day: dt.date | None,
    decision: str,
    heir: str,
    bank: str | None,
    unit_bank: str | None,
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
) -> int:
    """PARTICIPANT leaves CYCLE: the shares are handed in, debts set off, and the rest is paid out as agreed on."""
    from ledger.closing import cycle_leaving  # noqa: PLC0415  after the arguments are known to be right

    asked = asked_of(day, decision, bank=bank, unit_bank=unit_bank)

    def run(by: str, today: dt.date) -> Done:
        return cycle_leaving.book_leaver(
            session.workspace, cycle, participant, asked, heir=heir, by=by, today=today, dry_run=dry_run
        )

    return written(session, run, dry_run=dry_run, as_json=as_json)


@click.command("write-off")
@click.argument("cycle")
@click.argument("loan")
@date_option
@decision_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def write_off(
    session: Session,
    cycle: str,
    loan: str,
    day: dt.date | None,
    decision: str,
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
) -> int:
    """Give up LOAN of CYCLE, such as NK26-L01, with the charges that are owed on it: a loss of all shares."""
    from ledger.closing import cycle_leaving  # noqa: PLC0415  after the arguments are known to be right

    asked = asked_of(day, decision)

    def run(by: str, today: dt.date) -> Done:
        return cycle_leaving.book_write_off(session.workspace, cycle, loan, asked, by=by, today=today, dry_run=dry_run)

    return written(session, run, dry_run=dry_run, as_json=as_json)


@click.command()
@click.argument("cycle")
@date_option
@decision_option
@bank_option
@unit_bank_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def pay(
    session: Session,
    cycle: str,
    day: dt.date | None,
    decision: str,
    bank: str | None,
    unit_bank: str | None,
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
) -> int:
    """Pay out what has come in after the share-out of CYCLE, to those who still get something, in proportion.

    What somebody still owed is booked before:  sambok loans repay CYCLE NAME AMOUNT
    """
    from ledger.closing import cycle_rest  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing.cycle_end import Asked  # noqa: PLC0415  likewise

    asked = Asked(day=day_or_today(day), decision=decision, bank=bank, unit_bank=unit_bank)

    def run(by: str, today: dt.date) -> Done:
        return cycle_rest.book_rest(session.workspace, cycle, asked, by=by, today=today, dry_run=dry_run)

    return written(session, run, dry_run=dry_run, as_json=as_json)


COMMANDS: dict[str, click.Command] = {
    command.name: command for command in (share_out, pay, leave, write_off) if command.name
}
