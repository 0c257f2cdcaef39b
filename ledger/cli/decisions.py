"""`sambok decision`: what board and assembly have decided, what is booked on it, and entering a new one (SPEC 4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import GLUE, amount_text, wrapped
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE, Problem
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from ledger.policy.decided import DecisionState

#: Headings by status, in the order in which they are shown.
HEADINGS = {
    "open": N_("Decided, not carried out"),
    "part": N_("Carried out in part"),
    "unlimited": N_("Without a limit"),
    "done": N_("Carried out"),
}
BODIES = {"board": N_("board"), "assembly": N_("assembly")}
#: So many vouchers of a unit are named; --json has all.
SHOWN = 8


@click.group()
def decision() -> None:
    """Decisions of board and assembly: what allows money to move."""


@decision.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """List decisions with what is booked on each, and what is left; those that aren't carried out come first.

    A decision with an amount is used up by what is booked on it, each dealing once although both units book it. Ends
    with 1 where something is booked that no decision allows, or a book has errors and isn't counted.
    """
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    federation = load_federation(session.workspace)
    states = federation.decided.states
    named = (*federation.books.central_text.problems, *federation.policy.problems, *federation.decided.problems)
    places = {(problem.code, problem.where) for problem in named}
    errors = [problem for problem in federation.shown if (problem.code, problem.where) in places]
    left_out = sorted({slug for slug, book in federation.books.units.items() if not book.ok} | session.workspace.faulty)
    if as_json:
        answer = {"schema": 1, "decisions": [_as_json(state) for state in states], "left_out": left_out}
        emit({**answer, "errors": [problem.as_json() for problem in errors]})
    else:
        for line in _listed(states):
            click.echo(line)
        if not states and not errors:
            click.echo(say(N_("No decision is entered. Enter one:  sambok decision add")))
    report(errors)
    if left_out:
        text = N_("Not counted, because their books have errors: {units}. See  sambok check")
        click.echo(say(text, units=", ".join(left_out)), err=True)
    return EXIT_BOOKS if errors or left_out else EXIT_DONE


def _listed(states: tuple[DecisionState, ...]) -> Iterator[str]:
    """All decisions, by how far they are carried out, in lines that fit the window."""
    console = stdout()
    for status, heading in HEADINGS.items():
        chosen = [state for state in states if state.status == status]
        if chosen:
            yield f"{translate(heading)} ({len(chosen)})"
            for state in chosen:
                for indent, text in _one(state):
                    yield from wrapped(console, text, " " * indent, "    ")
            yield ""


def _one(state: DecisionState) -> Iterator[tuple[int, str]]:
    """A decision: what was decided, how much of it is booked, by whom and with which vouchers; each with its indent."""
    from ledger.policy import ALWAYS  # noqa: PLC0415  after the arguments are known to be right

    found = state.decision
    body = translate(BODIES[found.body]) if found.body in BODIES else found.body
    yield 2, f"{found.id}  {found.date}  {body}"
    if found.text:
        yield 6, found.text
    if found.amount is not None and state.booked is not None and state.left is not None:
        currency = state.currency
        decided, booked, left = (amount_text(a, currency) for a in (found.amount, state.booked, state.left))
        text = N_("decided {amount} {currency}, booked {booked}, left {left}")
        told = say(text, amount=decided, currency=currency, booked=booked, left=left)
        yield 6, told.replace(f"{decided} {currency}", f"{decided}{GLUE}{currency}")
    if found.until != ALWAYS:
        yield 6, say(N_("in force until {until}"), until=found.until)
    if found.document:
        yield 6, f"units/{found.document}"
    for use in state.units:
        named = ", ".join(use.vouchers[:SHOWN])
        if len(use.vouchers) > SHOWN:
            named += " " + say(N_("... and {count} more."), count=len(use.vouchers) - SHOWN)
        yield 6, f"{use.unit}: {amount_text(use.booked, use.currency)}{GLUE}{use.currency}  {named}"


def _as_json(state: DecisionState) -> dict[str, Any]:
    from ledger.policy import ALWAYS  # noqa: PLC0415  after the arguments are known to be right
    from ledger.rules.rounding import in_units  # noqa: PLC0415  likewise

    found = state.decision

    def exact(amount: Decimal | None, currency: str) -> str | None:
        return None if amount is None else f"{in_units(amount, currency):f}"

    return {
        "id": found.id,
        "date": found.date.isoformat(),
        "until": None if found.until == ALWAYS else found.until.isoformat(),
        "body": found.body,
        "text": found.text,
        "document": None if found.document is None else f"units/{found.document}",
        "amount": exact(found.amount, state.currency),
        "currency": state.currency,
        "booked": exact(state.booked, state.currency),
        "left": exact(state.left, state.currency),
        "status": state.status,
        "units": [
            {
                "unit": u.unit,
                "booked": exact(u.booked, u.currency),
                "currency": u.currency,
                "vouchers": list(u.vouchers),
            }
            for u in state.units
        ],
        "file": found.file,
        "line": found.line,
    }


@decision.command("add")
@click.argument("ident", metavar="ID")
@click.option("--body", type=click.Choice(["board", "assembly"]), required=True, help="Who has decided.")
@click.option("--date", type=DAY, required=True, callback=day_of, metavar="DATE", help="The day of the meeting.")
@click.option("--text", required=True, help="What was decided, in one line.")
@click.option("--amount", help='What it allows at most, such as "180000 SEK" (default: no limit).')
@click.option("--until", type=DAY, callback=day_of, metavar="DATE", help="The last day on which it may be used.")
@click.option(
    "--document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The minutes; a copy is kept among central's documents.",
)
@by_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def add(
    session: Session,
    ident: str,
    body: str,
    date: dt.date,
    text: str,
    amount: str | None,
    until: dt.date | None,
    document: Path | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Enter the decision ID, as the minutes call it, at the end of units/policy.beancount.

    From then on vouchers may name it:  decision: "ID"  below the voucher's first line or below one posting. What is in
    policy is never changed: a decision that is amended is a new one.
    """
    from ledger.books import clock  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import quote  # noqa: PLC0415  likewise
    from ledger.closing.decisions import Draft, add_decision  # noqa: PLC0415  likewise

    ws = session.workspace
    try:
        done = add_decision(ws, Draft(ident, body, date, text, amount, until, document), today=clock.today())
    except Problem as problem:
        quote(ws, [problem])
        raise
    if as_json:
        emit({"schema": 1, "id": done.id, "file": done.file, "line": done.line, "document": done.document})
        return EXIT_DONE
    click.echo(f"{done.file}:{done.line}")
    if done.document:
        click.echo(done.document)
    click.echo(say(N_('Entered. Vouchers name it by  decision: "{id}"'), id=done.id), err=True)
    return EXIT_DONE
