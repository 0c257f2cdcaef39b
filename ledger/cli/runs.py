"""`sambok runs`, and what `sambok combine --lock` does: figures that were locked, and what has become of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.tables import amount_text, print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_OUTSIDE, EXIT_PERSON, Problem
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined
    from ledger.combine.runs.manifest import Lock
    from ledger.combine.runs.state import RunState
    from ledger.federation import Federation

#: So many differences, places and files are told where a run isn't asked for by its name.
SHOWN = 10


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def runs(session: Session, name: str | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """List the locked runs (sambok combine --lock NAME), and whether their figures still hold; or tell all of one.

    A locked run isn't changed by what is booked later. Where a file that counted has changed, its figures are worked
    out again and every difference is told, with what was locked, what is so now, and where it comes from.

    Ends with 0 when all hold, 3 when the figures of one are others now, 1 when one is damaged, or when books have
    errors so that it can't be told, 4 when one can't be read.
    """
    from ledger.combine.runs.lock import run_states  # noqa: PLC0415  after the arguments are known to be right
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    ws = session.workspace
    if name is not None:
        _known(ws, name)
    federation = load_federation(ws)
    states = run_states(federation.books, federation.run, None if name is None else [name])
    if as_json:
        problems = [problem.as_json() for state in states for problem in state.problems]
        emit({"schema": 1, "runs": [state.as_json() for state in states], "errors": problems})
    elif not states:
        click.echo(say(N_("No figures are locked. To lock some: sambok combine --to DATE --lock NAME")))
    else:
        _table(states)
        for state in states:
            if name is not None or state.touched:
                click.echo("")
                for line in told(state, None if name is not None else SHOWN):
                    click.echo(line)
            report((*state.late, *state.problems))
    return exit_code(states)


def exit_code(states: Iterable[RunState]) -> int:
    """What the states of runs come to: 1 one is damaged or can't be told; else 4 one can't be read; else 3; else 0."""
    bad = [state for state in states if not state.ok]
    codes = {problem.exit_code for state in bad for problem in state.problems}
    worst = next((code for code in (EXIT_BOOKS, EXIT_OUTSIDE) if code in codes), None)
    return worst if worst is not None else EXIT_PERSON if bad else EXIT_DONE


def with_locks(code: int, federation: Federation) -> int:
    """An exit code, where it isn't 1 already, with what locked runs add: 1 one is damaged, 4 one can't be read."""
    codes = {problem.exit_code for problem in federation.damage}
    return next((worst for worst in (EXIT_BOOKS, EXIT_OUTSIDE) if worst in {code, *codes}), code)


def _known(ws: Workspace, name: str) -> None:
    import difflib  # noqa: PLC0415  only on the way out

    from ledger.combine.runs.problems import RunUnknown  # noqa: PLC0415  likewise
    from ledger.combine.runs.store import names  # noqa: PLC0415  likewise

    known = names(ws)
    if name not in known:
        if not known:
            raise RunUnknown(case="none", name=name)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0)
        raise RunUnknown(name=name, nearest=near[0], known=", ".join(known))


def _table(states: Sequence[RunState]) -> None:
    from ledger.combine.runs.state import STATUS_TEXTS  # noqa: PLC0415  with the states

    heads = [say(text) for text in (N_("Name"), N_("From"), N_("To"), N_("Level"), N_("Result"), N_("Mark"))]
    rows = [
        [
            state.name,
            str(state.date_from or "-"),
            str(state.date_to or "-"),
            state.level or "",
            f"{_money(state.result, state.currency)} {state.currency}" if state.result else "-",
            state.mark or "-",
            translate(STATUS_TEXTS[state.status]),
        ]
        for state in states
    ]
    print_table(stdout(), [*heads, say(N_("State"))], rows, left={0, 1, 2, 3, 5, 6})


def told(state: RunState, limit: int | None = None) -> Iterator[str]:
    """What has become of a run, line by line, in the language in use; late vouchers are problems, and told as such.

    Args:
        state: of the run.
        limit: how many lines of each kind; None = all.
    """
    from ledger.combine.runs.state import STATUS_TEXTS  # noqa: PLC0415  with the state

    status = translate(STATUS_TEXTS[state.status])
    yield say(N_("Locked run {name} ({mark}): {status}."), name=state.name, mark=state.mark or "-", status=status)
    if state.program:
        yield "  " + say(N_("The program's rules have changed since."))
    yield from _cut(_changes(state), limit, state)
    yield from _cut(_differences(state), limit, state)
    yield from _cut(_units(state), limit, state)
    yield from _cut(_gone(state), limit, state)


def _cut(lines: Iterable[str], limit: int | None, state: RunState) -> Iterator[str]:
    every = list(lines)
    yield from every[:limit]
    if limit is not None and len(every) > limit:
        yield "  " + say(N_("... and {count} more: sambok runs {name}"), count=len(every) - limit, name=state.name)


def _changes(state: RunState) -> Iterator[str]:
    from ledger.combine.runs.state import CHANGE_TEXTS  # noqa: PLC0415  with the state

    for kind, file in state.changed:
        yield f"  {translate(CHANGE_TEXTS[kind])}: {file}"


def _differences(state: RunState) -> Iterator[str]:
    if not state.differences:
        return
    from ledger.cli.combine_drill import name_of_account, name_of_line  # noqa: PLC0415  only where figures differ

    for found in state.differences:
        yield "  " + say(
            N_("{line} {account} {unit}: locked {locked}, now {now} {currency}"),
            line=name_of_line(found.line),
            account=name_of_account(found.account),
            unit=found.unit,
            locked=_money(found.locked, state.currency),
            now=_money(found.now, state.currency),
            currency=state.currency,
        )


def _units(state: RunState) -> Iterator[str]:
    for found in state.units:
        month = say(N_("before the period")) if found.month == "before" else found.month
        yield "  " + say(
            N_("in the book of {unit}, {account}, {month}: locked {locked}, now {now} {currency}"),
            unit=found.unit,
            account=found.account,
            month=month,
            locked=_money(found.locked, found.currency),
            now=_money(found.now, found.currency),
            currency=found.currency,
        )
        for source in found.sources:
            yield f"    {source}"


def _gone(state: RunState) -> Iterator[str]:
    for unit, day, count in state.gone:
        yield "  " + say(N_("{unit}, {date}: vouchers gone or changed: {count}"), unit=unit, date=day, count=count)


def _money(text: str, currency: str) -> str:
    return amount_text(Decimal(text or 0), currency)


def tell_runs(states: Iterable[RunState]) -> None:
    """Say on standard error which locked runs later changes touch; damage of a lock stands among the errors."""
    from ledger.combine.runs.problems import RunDamaged, RunUnreadable  # noqa: PLC0415  with the states

    for state in states:
        if state.touched:
            for line in told(state, SHOWN):
                click.echo(line, err=True)
            rest = (p for p in state.problems if not isinstance(p, RunDamaged | RunUnreadable))
            report((*state.late, *rest), SHOWN)


def lock_figures(
    federation: Federation, found: Combined, name: str, code: int
) -> tuple[int, list[Problem], dict[str, Any] | None]:
    """Lock combined figures, and say so on standard error.

    Args:
        federation: what they were made of.
        found: the figures, in the reporting currency.
        name: of the lock.
        code: what `sambok combine` ends with: 1 where the figures are incomplete.

    Returns:
        The exit code (0 where they are locked now), what kept them from being locked, and the lock for `--json`.
    """
    from ledger.books import clock  # noqa: PLC0415  only with --lock
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise
    from ledger.combine.runs.lock import blockers, lock_run  # noqa: PLC0415  likewise
    from ledger.combine.runs.problems import RunIncomplete  # noqa: PLC0415  likewise

    if code == EXIT_BOOKS:
        whole = found.complete and not federation.run.problems and not federation.policy.problems
        return EXIT_BOOKS, [RunIncomplete(case="whole") if whole else RunIncomplete()], None
    blocked = blockers(found)
    if blocked:
        quote(federation.workspace, blocked)
        return EXIT_PERSON, for_all(federation.books, blocked), None
    try:
        locked = lock_run(federation.books, found, name, complete=True, today=clock.today())
    except Problem as problem:
        return problem.exit_code, [problem], None
    lock = locked.lock
    _note(federation.workspace, lock, new=locked.new)
    if locked.new:
        text = N_("Locked as {name}, in runs/{name}. Mark for the minutes: {mark}")
    else:
        text = N_("Locked as {name} already, and unchanged. Mark for the minutes: {mark}")
    click.echo(say(text, name=lock.name, mark=lock.mark), err=True)
    if locked.last is not None:
        text = N_(
            "The period ends on {end}, and nothing is booked after {last}: what is added to it changes the figures."
        )
        click.echo(say(text, end=lock.date_to, last=locked.last), err=True)
    disclosed = len(lock.said["unmatched"]["disclosed"])
    if disclosed:
        click.echo(
            say(N_("Differences between legal persons, to be disclosed in the notes: {count}."), count=disclosed),
            err=True,
        )
    last = locked.last.isoformat() if locked.last else None
    said = {"name": lock.name, "mark": lock.mark, "digest": lock.digest, "new": locked.new, "nothing_after": last}
    return EXIT_DONE, [], said


def _note(ws: Workspace, lock: Lock, *, new: bool) -> None:
    """Put a lock into the federation's history, unless it is there: a crash may have come between the two."""
    from ledger.books.durable import content_hash  # noqa: PLC0415  only with --lock
    from ledger.books.history import read_history  # noqa: PLC0415  likewise
    from ledger.books.write import Note, note_only  # noqa: PLC0415  likewise
    from ledger.combine.runs.manifest import MANIFEST  # noqa: PLC0415  likewise

    if not new:
        told = (line.details for line in read_history(ws.units_folder) if line.action == "lock" and not line.fault)
        if any((said.get("run"), said.get("mark")) == (lock.name, lock.mark) for said in told):
            return
    folder = ws.runs_folder / lock.name
    files = [
        (f"runs/{lock.name}/{name}", None, content_hash(folder / name)) for name in sorted({*lock.files, MANIFEST})
    ]
    note_only(ws, None, Note("lock", details={"run": lock.name, "mark": lock.mark}), files)
