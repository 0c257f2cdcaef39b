"""`sambok loans`: rotating loans, from the box that is read aloud to the share-out (SPEC 5, 8)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, tell_written, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.later import Later
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, current, say, speaking

if TYPE_CHECKING:
    from ledger.reports.loans import Opened

day_option = click.option(
    "--date",
    "day",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="As it stood at the end of this day (default: today).",
)


def _paper_language(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A language that papers can be written in."""
    from ledger.messages import paper_languages  # noqa: PLC0415  looks into the catalogues' folder

    if value is None or value in paper_languages():
        return value
    known = ", ".join(paper_languages())
    text = say(N_("No paper can be written in '{language}'; there are: {known}"), language=value, known=known)
    raise click.BadParameter(text, ctx, parameter)


language_option = click.option(
    "--language",
    metavar="CODE",
    callback=_paper_language,
    help="Language of the paper, such as sw (default: the one in use).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


#: By these a problem of policy is known that leaves a cycle out of the list: its code, or what it shows.
OF_CYCLES, DIRECTIVE = "POLICY_CYCLE", '"loan-cycle"'
WRITE, UNITS = "ledger.cli.loans_write", "ledger.cli.loans_units"


class Loans(Later):
    """A group whose writing commands are imported when they are asked for; in the order of a cycle."""

    order = (
        *("list", "status", "sheet", "buy", "apply", "propose", "lend", "schedule", "repay", "statement"),
        *("ratios", "rotation", "auction", "leave", "write-off", "share-out", "pay"),
    )
    later = MappingProxyType(
        {
            **dict.fromkeys(("share-out", "pay", "leave", "write-off"), WRITE),
            **dict.fromkeys(("apply", "buy", "lend", "repay"), UNITS),
            "auction": "ledger.cli.loans_auction",
        }
    )


@click.group(cls=Loans)
def loans() -> None:
    """Rotating loans: savings groups, and units that lend to each other."""


def opened(session: Session, cycle: str) -> Opened:
    """The cycle of a name."""
    from ledger.reports.loans import open_cycle  # noqa: PLC0415  after the arguments are known to be right

    return open_cycle(session.workspace, cycle)


def day_or_today(day: dt.date | None) -> dt.date:
    """The day that was asked for, or today."""
    from ledger.books import clock  # noqa: PLC0415  likewise

    return day or clock.today()


def ended(found: Opened) -> int:
    """Tell what is wrong with a cycle's book, and end."""
    report(found.problems)
    return EXIT_BOOKS if found.problems else EXIT_DONE


@loans.command("list")
@day_option
@json_option
@workspace_option
@click.pass_obj
def list_(session: Session, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """List all cycles with one figure each: what the loan fund holds, all in all."""
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise
    from ledger.cli import loans_tables  # noqa: PLC0415  likewise
    from ledger.policy import read_policy  # noqa: PLC0415  likewise
    from ledger.reports.loans_list import list_json, listed  # noqa: PLC0415  likewise

    ws, asked = session.workspace, day_or_today(day)
    policy = read_policy(load_books(ws, []).central_text, ws)
    kept = sorted({entry.book for entry in policy.cycles} & ws.units.keys())
    books = load_books(ws, kept)
    found = listed(books, policy, asked)
    problems = [p for p in books.problems if p.unit in kept]
    problems += [p for p in policy.problems if p.code.startswith(OF_CYCLES) or DIRECTIVE in (p.excerpt or "")]
    quote(ws, problems)
    problems = for_all(books, problems)
    if as_json:
        emit(list_json(found, asked, problems))
    else:
        loans_tables.print_list(found, asked)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


@loans.command()
@click.argument("cycle")
@day_option
@json_option
@workspace_option
@click.pass_obj
def status(session: Session, cycle: str, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show the fund's sheet of CYCLE: what is in the box, what is lent, and what each has, owes and may borrow.

    Charges are counted that have accrued by the day, also those that no close has booked yet.
    """
    from ledger.cli import loans_tables  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans as sheets  # noqa: PLC0415  likewise

    found = opened(session, cycle)
    made = sheets.sheet(found, day_or_today(day))
    if as_json:
        emit(sheets.as_json(made, found.problems))
    else:
        loans_tables.print_sheet(made)
    return ended(found)


@loans.command()
@click.argument("cycle")
@click.option(
    "--date", "day", type=DAY, callback=day_of, metavar="DATE", help="The meeting isn't before it (default: today)."
)
@click.option("--csv", "table", type=OutPath(), metavar="FILE", help="The table to be filled in and imported.")
@click.option("--html", "page", type=OutPath(), metavar="FILE", help="The sheet to be printed.")
@language_option
@workspace_option
@click.pass_obj
def sheet(
    session: Session, cycle: str, day: dt.date | None, table: Path | None, page: Path | None, language: str | None
) -> int:
    """Print the next meeting's blank sheet of CYCLE: what is read out, what each has and owes, and columns to fill in.

    Filled in and saved as CSV, sambok import takes it.
    """
    from ledger.books import durable  # noqa: PLC0415  after the arguments are known to be right
    from ledger.cli import loans_tables  # noqa: PLC0415  likewise
    from ledger.reports.loan_sheet import blank_sheet, may_join  # noqa: PLC0415  likewise

    for named in filter(None, (table, page)):
        check_out(session.workspace, named)
    found = opened(session, cycle)
    asked = max(day_or_today(day), found.cycle.terms.begins)
    blank = blank_sheet(found.cycle, asked, language or current(), may_join(found, asked))
    for out, text in ((table, blank.csv), (page, blank.html)):
        if out is not None:
            durable.replace(out.absolute(), text.encode())
            tell_written(out)
    if table is None and page is None:
        with speaking(language):
            loans_tables.print_blank(found, blank)
    return ended(found)


@loans.command()
@click.argument("cycle")
@click.argument("loan", required=False)
@json_option
@workspace_option
@click.pass_obj
def schedule(session: Session, cycle: str, loan: str | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show what is to be paid on LOAN of CYCLE, such as NK26-L01: when, what was paid, what is left; or list all loans.

    What was paid back counts for the oldest instalment first.
    """
    from ledger.cli import loans_schedules  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans_schedule  # noqa: PLC0415  likewise

    found, today = opened(session, cycle), day_or_today(None)
    if loan is None:
        today = max(today, found.cycle.terms.begins)
        if as_json:
            emit(loans_schedule.list_json(found, today, found.problems))
        else:
            loans_schedules.print_loans(found, today)
        return ended(found)
    made = loans_schedule.plan_of(found, loan, today)
    if as_json:
        emit(loans_schedule.as_json(made, found.problems))
    else:
        loans_schedules.print_plan(made)
    return ended(found)


@loans.command()
@click.argument("cycle")
@click.argument("participant", required=False)
@day_option
@json_option
@click.option("--html", "out", type=OutPath(), metavar="FILE", help="Pages to be printed, one for each participant.")
@language_option
@workspace_option
@click.pass_obj
def statement(
    session: Session,
    cycle: str,
    participant: str | None,
    day: dt.date | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
    out: Path | None,
    language: str | None,
) -> int:
    """Write the page of each participant of CYCLE, or of PARTICIPANT alone, in plain words.

    Shares, loans, charges, fines meeting by meeting; what is owed and when it is due; what may still be borrowed; what
    a share-out would pay today. All pages together are the ledger.
    """
    from ledger.cli import loans_tables  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans_statement  # noqa: PLC0415  likewise

    if out is not None:
        check_out(session.workspace, out)
    found = opened(session, cycle)
    only = None if participant is None else found.participant(participant)
    made = loans_statement.statements(found, day_or_today(day))
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  likewise
        from ledger.reports.loans_html import statement_pages  # noqa: PLC0415  likewise

        with speaking(language):
            pages = statement_pages(made, only)
        durable.replace(out.absolute(), pages.encode())
        tell_written(out)
    if as_json:
        emit(loans_statement.as_json(made, found.problems, only))
    elif out is None:
        with speaking(language):
            loans_tables.print_statements(made, only)
    return ended(found)


@loans.command()
@click.argument("cycle")
@day_option
@json_option
@workspace_option
@click.pass_obj
def ratios(session: Session, cycle: str, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show what savings groups are compared by, each ratio with what it is a part of."""
    from ledger.cli import loans_tables  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans_ratios  # noqa: PLC0415  likewise

    found = opened(session, cycle)
    made = loans_ratios.ratios_of(found, day_or_today(day))
    if as_json:
        emit(loans_ratios.as_json(made, found.problems))
    else:
        loans_tables.print_ratios(made)
    return ended(found)


@loans.command()
@click.argument("cycle")
@day_option
@click.option(
    "--seed",
    default="",
    metavar="TEXT",
    help="Seed of the lottery, such as the minutes' number and text (default: policy's seed:, else the day).",
)
@json_option
@workspace_option
@click.pass_obj
def propose(session: Session, cycle: str, day: dt.date | None, seed: str, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Rank the applications for loans of CYCLE, and say why each stands where it stands; nothing is decided by it.

    Who has the greater need comes first, then who has waited longest for a loan, then whose loans are smaller for its
    shares, then a lottery that anyone can repeat. An application:  sambok loans apply
    """
    from ledger.cli import loans_tables  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans_proposal  # noqa: PLC0415  likewise

    found = opened(session, cycle)
    made = loans_proposal.proposal(found, day_or_today(day), seed)
    problems = [*found.problems, *made.problems]
    if as_json:
        emit(loans_proposal.as_json(made, problems))
    else:
        loans_tables.print_proposal(made)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


@loans.command()
@click.argument("cycle")
@day_option
@json_option
@workspace_option
@click.pass_obj
def rotation(session: Session, cycle: str, day: dt.date | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Show who gets the pot of CYCLE when, and why; what each has paid in, and has got."""
    from ledger.cli import loans_tables  # noqa: PLC0415  after the arguments are known to be right
    from ledger.reports import loans_rotation  # noqa: PLC0415  likewise

    found = opened(session, cycle)
    made = loans_rotation.rotation_of(found, day_or_today(day))
    if as_json:
        emit(loans_rotation.as_json(made, found.problems))
    else:
        loans_tables.print_rotation(made)
    return ended(found)
