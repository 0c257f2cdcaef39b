"""`sambok close` and `sambok reopen`: months become final, and are opened again only by decision (SPEC 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.tables import print_table
from ledger.errors import EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.closing.close import Closed
    from ledger.closing.together import Month
    from ledger.errors import Problem
    from ledger.seals.signing import Signer

#: How `--by` is explained; also what vouchers and seals say.
BY = "Who does it (default: SAMBOK_BY, git's user.name, the login name)."


@click.command()
@workspace_option
@click.argument("period", required=False)
@click.option("--unit", "units", multiple=True, metavar="UNIT", help="Only this unit; may be given several times.")
@click.option("--ready", "only_ready", is_flag=True, help="Close those that are ready, whatever the others lack.")
@click.option("--until", metavar="MONTH", help="All open months up to this one, in order.")
@click.option("--without", multiple=True, metavar="UNIT", help="Let central close without waiting for this unit.")
@click.option("--decision", metavar="ID", help="The decision that allows --without.")
@click.option("--by", metavar="NAME", help=BY)
@click.option("--status", "show_status", is_flag=True, help="Show who isn't ready, and why; write nothing.")
@click.option("--dry-run", is_flag=True, help="Show the vouchers that the first open month would get; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def close(
    session: Session,
    period: str | None,
    units: tuple[str, ...],
    only_ready: bool,  # noqa: FBT001  click gives flags so
    until: str | None,
    without: tuple[str, ...],
    decision: str | None,
    by: str | None,
    show_status: bool,  # noqa: FBT001  click gives flags so
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Make a month final: book what is provisional, and seal it.

    PERIOD is a month (2026-03), or a fiscal year (2026): its months in order, with the year's end. Without --unit all
    members are closed, central last, and nobody while anybody isn't ready; what each of them lacks is listed. The levy
    and exchange differences become vouchers on both sides, and every figure stays as it was. From then on nothing in
    the month changes: a correction is a new voucher in a month that is open.

    --status shows the months of a fiscal year, of all units: who has closed, who can, and what the others lack.

    \b
    Exit codes: 0 closed - 1 the books have errors - 3 somebody isn't ready, nobody was closed
    """  # noqa: D301  Click keeps the lines after a backspace as they are
    from ledger.books.person import use  # noqa: PLC0415  only when the command runs
    from ledger.closing.readiness import readiness  # noqa: PLC0415  likewise
    from ledger.closing.together import Wanted, close_months  # noqa: PLC0415  likewise

    if show_status:
        if until or only_ready or without or decision or dry_run:
            session.speak()
            raise click.UsageError(say(N_("--status takes a period and --unit, and closes nothing.")))
        return _status(session.workspace, period, units, as_json=as_json)
    if (period is None) == (until is None):
        session.speak()
        raise click.UsageError(say(N_("Give a period (2026-03 or 2026), or --until MONTH.")))
    if bool(without) != (decision is not None):
        session.speak()
        raise click.UsageError(say(N_("--without UNIT needs --decision ID, and only --without does.")))
    use(by)
    ws = session.workspace
    for slug in (*units, *without):
        ws.unit(slug)
    if decision is not None:
        _allow(ws, decision)
    wanted = Wanted(units, only_ready=only_ready, without=without, decision=decision, dry_run=dry_run)
    done: list[Month] = []
    try:
        for month in close_months(ws, _months(ws, units, period, until), wanted, ready=readiness, signer=signer_of(ws)):
            done.append(month)
            if not as_json:
                _tell(month, dry_run=dry_run)
    finally:  # what was closed is closed, even where a later month can't be
        if not as_json:
            _early(done)
            _before(done)
        if not (as_json or dry_run):
            _table(done)
    apart = [] if units else _apart(ws, period, until)
    if as_json:
        emit(_answer(ws, done, apart, dry_run=dry_run))
    else:
        _end(ws, done, dry_run=dry_run)
        if apart:
            text = N_("Left out, as no combined statement holds them: {units}. Each is closed by itself:  {command}")
            command = f"sambok close {period or f'--until {until}'} --unit {apart[0]}"
            click.echo(say(text, units=", ".join(apart), command=command), err=True)
    return EXIT_PERSON if any(month.blocked for month in done) else EXIT_DONE


def _status(ws: Workspace, period: str | None, units: Sequence[str], *, as_json: bool) -> int:
    """The board of those who are ready, and those who aren't."""
    from ledger.cli.close_status import status  # noqa: PLC0415  only with --status
    from ledger.closing.months import read_period  # noqa: PLC0415  likewise

    slugs = [ws.unit(slug).slug for slug in units]
    return status(ws, read_period(ws, period) if period else (), slugs, as_json=as_json)


def _months(ws: Workspace, units: Sequence[str], period: str | None, until: str | None) -> list[str]:
    """The months that are asked for, in order."""
    from ledger.closing.months import read_period  # noqa: PLC0415  only when the command runs
    from ledger.closing.together import span  # noqa: PLC0415  likewise

    if period is not None:
        return read_period(ws, period)
    assert until is not None
    return span(ws, units, read_period(ws, until)[-1])


def _apart(ws: Workspace, period: str | None, until: str | None) -> list[str]:
    """The books that the close of everybody leaves out, though they have something to close."""
    from ledger.books import clock  # noqa: PLC0415  only when the command runs
    from ledger.closing.months import apart, read_period  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    if all(unit.combine for unit in ws.units.values()):
        return []
    return apart(load_federation(ws).books, read_period(ws, period or until or "")[-1], clock.today())


def _allow(ws: Workspace, decision: str) -> None:
    from ledger.closing.reopen import check_decision  # noqa: PLC0415  only with --without
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    check_decision(ws, load_federation(ws).policy, decision)


def signer_of(ws: Workspace) -> Signer | None:
    """The federation's signing key, where it has one.

    Raises:
        SigningKeyRefused: what is named is none.
    """
    from ledger.closing.keys import signing_key  # noqa: PLC0415  only when something is sealed

    return signing_key(ws)


def _tell(month: Month, *, dry_run: bool) -> None:
    """What became of a month, to standard error; in a trial run its vouchers, to standard output."""
    for done in month.closed if dry_run else ():
        for file, text in done.texts.items():
            click.echo(f"; {file}\n{text}")
    silent = [done.unit for done in month.closed if dry_run and not done.texts]
    if silent:
        text = N_("{period}: there is nothing to book for {units}; the close would only seal the month.")
        click.echo(say(text, period=month.period, units=", ".join(silent)), err=True)
    for done in month.closed:
        for file, line in done.left_out:
            text = N_("{unit}: {file}:{line} came into a closed month and isn't sealed; sambok check says what to do.")
            click.echo(say(text, unit=done.unit, file=file, line=line), err=True)
        for file, row in done.adopted:
            text = N_("{place} was changed for closed months, and is taken in with {period}; the seals show both.")
            place = f"{file}:{row}" if row else file
            click.echo(say(text, place=place, period=done.period), err=True)
    if month.blocked:
        lacks = _lacks(month)
        text = N_("{period}: units that aren't ready: {units}. What they lack ({count}):")
        units = ", ".join(sorted(month.blocked))
        click.echo(say(text, period=month.period, units=units, count=len(lacks)), err=True)
        report(lacks)


def _lacks(month: Month) -> list[Problem]:
    """What keeps units from closing; what several of them wait for, once."""
    found = (problem for problems in month.blocked.values() for problem in problems)
    return list({(p.code, p.where, p.text()): p for p in found}.values())


def _early(months: Sequence[Month]) -> None:
    """Whose book begins later than what was asked for, in a line for each such month."""
    begins = {slug: first for month in months for slug, first in month.early.items()}
    for first in sorted(set(begins.values())):
        text = N_("{unit}: the book begins in {first}; there is nothing to close before.")
        units = ", ".join(sorted(slug for slug, begun in begins.items() if begun == first))
        click.echo(say(text, unit=units, first=first), err=True)


def _before(months: Sequence[Month]) -> None:
    """What had been closed before, in one line, however many months and units."""
    spans: dict[tuple[str, str], list[str]] = {}
    for slug in sorted({slug for month in months for slug in month.before}):
        for closed, run in groupby(months, lambda month, slug=slug: slug in month.before):  # type: ignore[misc]
            periods = [month.period for month in run]
            if closed:
                spans.setdefault((periods[0], periods[-1]), []).append(slug)
    told = [(first, last, ", ".join(slugs)) for (first, last), slugs in sorted(spans.items())]
    if len(told) > 1:
        named = "; ".join(
            f"{first} – {last}: {units}" if first != last else f"{first}: {units}" for first, last, units in told
        )
        click.echo(say(N_("Closed already: {spans}."), spans=named), err=True)
        return
    for first, last, units in told:
        one, several = N_("{period} is closed already: {units}."), N_("{first} to {last} are closed already: {units}.")
        click.echo(say(one if first == last else several, period=first, first=first, last=last, units=units), err=True)


def _table(months: Sequence[Month]) -> None:
    """All that was closed, to standard output: one table, however many months."""
    heads = [say(text) for text in (N_("Unit"), N_("Month"), N_("Sealed"), N_("Vouchers"), N_("Fingerprint"))]
    rows = [
        [done.unit, done.period, str(_sealed(done)), "; ".join(_numbers(done)) or "-", done.fingerprint]
        for month in months
        for done in month.closed
    ]
    if rows:
        print_table(stdout(), heads, rows, left={0, 1, 3, 4})


def _sealed(done: Closed) -> int:
    return len(done.seal.draft.entries) if done.seal else 0


def _numbers(done: Closed) -> Iterable[str]:
    """`L-3, E-7..E-9`, and in central's book apart."""
    for slug, numbers in sorted(done.vouchers.items(), key=lambda item: item[0] != done.unit):
        text = ", ".join(numbers)
        yield text if slug == done.unit else f"{slug} {text}"
    if done.carried:
        yield say(N_("next year {number}"), number=done.carried)


def _end(ws: Workspace, done: Sequence[Month], *, dry_run: bool) -> None:
    """What is written into the minutes."""
    if dry_run:
        click.echo(say(N_("Nothing was written.")), err=True)
    elif any(month.closed for month in done):
        text = N_("For the minutes: all that is sealed in the federation by now has the fingerprint {mark}.")
        click.echo(say(text, mark=federation_mark(ws)), err=True)
    elif not any(month.blocked or month.before or month.early for month in done):
        click.echo(say(N_("There is nothing to close.")), err=True)


def federation_mark(ws: Workspace) -> str:
    """The fingerprint of the latest seals of all units."""
    from ledger.closing.sealing import witnesses  # noqa: PLC0415  only when something was sealed
    from ledger.seals import chain  # noqa: PLC0415  likewise

    return chain.fingerprint(chain.federation_root(witnesses(ws, "")))


def _answer(ws: Workspace, done: Sequence[Month], apart: Sequence[str], *, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "dry_run": dry_run,
        "months": [
            {
                "period": month.period,
                "closed": [_said(closed, dry_run=dry_run) for closed in month.closed],
                "before": month.before,
                "early": month.early,
                "blocked": sorted(month.blocked),
            }
            for month in done
        ],
        "apart": list(apart),
        "fingerprint": None if dry_run else federation_mark(ws),
        "errors": [problem.as_json() for month in done for problem in _lacks(month)],
    }


def _said(done: Closed, *, dry_run: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"unit": done.unit, "period": done.period, "vouchers": done.vouchers}
    said |= {"carried": done.carried, "opened": done.opened}
    if dry_run:
        return {**said, "texts": done.texts}
    assert done.seal is not None
    return {
        **said,
        "number": done.seal.number,
        "entries": _sealed(done),
        "content": done.seal.content,
        "fingerprint": done.fingerprint,
        "left_out": [{"file": file, "line": line} for file, line in done.left_out],
    }


@click.command()
@workspace_option
@click.argument("period")
@click.option("--unit", "slug", required=True, metavar="UNIT", help="Whose month.")
@click.option("--decision", required=True, metavar="ID", help="The decision that allows it.")
@click.option("--by", metavar="NAME", help=BY)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def reopen(
    session: Session,
    period: str,
    slug: str,
    decision: str,
    by: str | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Open a closed month of one unit again, by decision.

    New vouchers may then be dated in it; what was sealed stays as it is. Close it again afterwards: the second seal
    holds what is new, and only the difference that it makes to levy and exchange rates is booked.
    """
    from ledger.books.person import use  # noqa: PLC0415  only when the command runs
    from ledger.closing.months import read_period  # noqa: PLC0415  likewise
    from ledger.closing.problems import ClosePeriodInvalid  # noqa: PLC0415  likewise
    from ledger.closing.reopen import reopen_month  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    use(by)
    ws = session.workspace
    months = read_period(ws, period)
    if len(months) != 1:
        raise ClosePeriodInvalid(period=period, case="year")
    policy = load_federation(ws).policy
    done = reopen_month(ws, ws.unit(slug), months[0], policy=policy, decision=decision, signer=signer_of(ws))
    if as_json:
        emit(
            {
                "schema": 1,
                "unit": done.unit,
                "period": done.period,
                "decision": done.decision,
                "number": done.seal.number,
                "content": done.seal.content,
                "fingerprint": done.fingerprint,
                "errors": [],
            }
        )
    else:
        text = N_("{unit}: {period} is open again by {decision}. Fingerprint for the minutes: {mark}")
        told = say(text, unit=done.unit, period=done.period, decision=done.decision, mark=done.fingerprint)
        click.echo(told, err=True)
    return EXIT_DONE
