"""`sambok number` and `sambok correct`: vouchers get their numbers, and are taken back (SPEC 3, 7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger.cli.context import Session, emit, report, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.errors import EXIT_DONE, EXIT_PERSON, Problem
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books import Unit, Workspace
    from ledger.closing.assign import Assigned
    from ledger.closing.correct import Correction
    from ledger.closing.numbering import Numbers

F = TypeVar("F", bound=Callable[..., Any])
#: So many vouchers are listed by name; --json has all.
SHOWN = 20


def _named(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Whoever `--by` names works from now on."""
    del ctx, parameter
    if value:
        from ledger.books import person  # noqa: PLC0415  only where somebody is named

        person.use(value)
    return value


def by_option(command: F) -> F:
    """Let a command that writes take `--by NAME`."""
    told = "Who does it (default: SAMBOK_BY, git's user.name, your login)."
    return click.option("--by", metavar="NAME", callback=_named, expose_value=False, is_eager=True, help=told)(command)


def _month(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An option's month."""
    if value is not None and not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", value):
        ctx.obj.speak()
        raise click.BadParameter(say(N_("'{value}' is no month such as 2026-03."), value=value), ctx, parameter)
    return value


@click.command()
@click.argument("unit")
@click.option("--series", metavar="S", help="The series (default: unit.toml's, or the one used last).")
@click.option("--until", metavar="YYYY-MM", callback=_month, help="Leave the months after this one alone.")
@click.option(
    "--check", is_flag=True, help="Say which numbers there are, which are missing or stand twice; write nothing."
)
@click.option("--dry-run", is_flag=True, help="Say which numbers would be given; write nothing.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def number(
    session: Session,
    unit: str,
    series: str | None,
    until: str | None,
    check: bool,  # noqa: FBT001  click gives flags so
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Give numbers to the vouchers of UNIT's open months that have none, in the order of their dates.

    They follow the highest number of the series in the fiscal year; the day of registration and who registered it are
    written, too, where they are missing. Nothing else in the files changes. What other programs have numbered is kept.

    A missing number is explained in the book: 2026-03-31 event "voucher-gap" "A-17..A-19 the pad was torn". Ends with 3
    where numbers are missing without a reason, stand twice or can't be read.
    """
    from ledger.books import clock, load_books, person  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import quote  # noqa: PLC0415  likewise
    from ledger.closing.assign import number_problems, number_unit, sound  # noqa: PLC0415  likewise
    from ledger.closing.numbering import years_of  # noqa: PLC0415  likewise

    ws = session.workspace
    chosen = ws.unit(unit)
    done: Assigned | None = None
    try:
        if not check:
            by, today = person.person(ws.root), clock.today()
            done = number_unit(ws, chosen, by=by, today=today, series=series, until=until, dry_run=dry_run)
        books = load_books(ws, [chosen.slug])
        sound(books, chosen.slug)
    except Problem as problem:
        quote(ws, [problem])
        raise
    years = years_of(books, chosen.slug)
    problems = [problem for found in years for problem in number_problems(found)]
    quote(ws, problems)
    waits = [f for f in years if f.gaps() or f.twice or f.unreadable or f.unclear or (check and f.missing)]
    if as_json:
        emit(_number_json(chosen, done, years, problems, dry_run=dry_run))
    else:
        if done is not None:
            _told(done, dry_run=dry_run)
        for found in years:
            _year(found, everything=check)
    report(problems)
    return EXIT_PERSON if waits else EXIT_DONE


def _told(done: Assigned, *, dry_run: bool) -> None:
    """Which vouchers got a number, and where they stand."""
    for place in done.given[:SHOWN]:
        click.echo(f"{place.voucher}  {place.date}  {place.where}")
    if len(done.given) > SHOWN:
        click.echo(say(N_("... and {count} more."), count=len(done.given) - SHOWN))
    text = (
        N_("{unit}: vouchers that would get a number: {count}.") if dry_run else N_("{unit}: numbers given: {count}.")
    )
    click.echo(say(text, unit=done.unit, count=len(done.given)), err=True)
    if done.stamped:
        text = N_("Vouchers with a number that got the day of registration, or by whom: {count}.")
        click.echo(say(text, count=done.stamped), err=True)


def _year(found: Numbers, *, everything: bool) -> None:
    """A year's series, and what is missing or stands twice."""
    if not everything and not (found.gaps() or found.twice):
        return
    click.echo(say(N_("{unit}, fiscal year {year}:"), unit=found.unit, year=found.year))
    hands = {"own": N_("own"), "program": N_("of another program"), "sambok": N_("Sambok's own")}
    for name, one in found.series.items():
        gaps = one.gaps()
        if not (everything or gaps):
            continue
        told = N_("  series {series} ({hand}): {first} to {last}, vouchers {count}")
        vouchers = sum(map(len, one.used.values()))
        hand = say(hands[one.hand])
        click.echo(say(told, series=name or "-", hand=hand, first=one.first, last=one.last, count=vouchers))
        for gap in gaps:
            click.echo("    " + say(N_("missing without a reason: {numbers}"), numbers=gap.named(name)))
        for why in one.reasons if everything else ():
            click.echo(
                "    " + say(N_("missing: {numbers}, {reason}"), numbers=why.span.named(name), reason=why.reason)
            )
    for twice in found.twice:
        told = N_("  {voucher} stands more than once: {places}")
        click.echo(say(told, voucher=twice.name, places=", ".join(place.where for place in twice.places)))
    if everything and found.missing:
        click.echo(say(N_("  vouchers without a number: {count}"), count=len(found.missing)))
        for place in found.missing[:SHOWN]:
            click.echo(f"    {place.date}  {place.where}")


def _number_json(
    unit: Unit, done: Assigned | None, years: list[Numbers], problems: list[Problem], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "schema": 1,
        "unit": unit.slug,
        "dry_run": dry_run,
        "series": done.series if done else None,
        "given": [
            {"voucher": p.voucher, "date": p.date.isoformat(), "file": p.file, "line": p.line}
            for p in (done.given if done else ())
        ],
        "stamped": done.stamped if done else 0,
        "years": [_year_json(found) for found in years],
        "errors": [problem.as_json() for problem in problems],
    }


def _year_json(found: Numbers) -> dict[str, Any]:
    def place(one: Any) -> dict[str, Any]:
        return {"date": one.date.isoformat(), "file": one.file, "line": one.line}

    return {
        "year": found.year,
        "series": [
            {
                "series": name,
                "of": one.hand,
                "first": one.first,
                "last": one.last,
                "vouchers": sum(map(len, one.used.values())),
                "gaps": [{"first": gap.first, "last": gap.last} for gap in one.gaps()],
                "explained": [
                    {"first": why.span.first, "last": why.span.last, "reason": why.reason} for why in one.reasons
                ],
            }
            for name, one in found.series.items()
        ],
        "twice": [{"voucher": str(t.name), "places": [place(p) for p in t.places]} for t in found.twice],
        "missing": [place(p) for p in found.missing],
    }


@click.command()
@click.argument("unit")
@click.argument("voucher")
@click.option(
    "--date", "day", type=DAY, callback=day_of, metavar="DATE", help="Its day (default: today, or the first open)."
)
@click.option("--year", "-y", metavar="YEAR", type=click.IntRange(2000, 2100), help="Fiscal year of VOUCHER.")
@click.option("--reason", metavar="TEXT", default="", help="Why; it stands on the correction.")
@click.option("--decision", metavar="ID", default="", help="The decision that it rests on.")
@click.option("--dry-run", is_flag=True, help="Show the correction; write nothing.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def correct(
    session: Session,
    unit: str,
    voucher: str,
    day: dt.date | None,
    year: int | None,
    reason: str,
    decision: str,
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
) -> int:
    """Take back VOUCHER of UNIT, such as A-17, by a voucher of its own with every amount turned round.

    The correction is dated today, or on the first day of the first open month if today's month is closed; it names the
    voucher that it corrects, and gets a number of series X. What is right is booked anew by hand. A balance that the
    book states for a later day must still hold: where it wouldn't, the correction is dated on that day or later.
    """
    from ledger.books import clock, person  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import quote  # noqa: PLC0415  likewise
    from ledger.closing.correct import Asked, correct_voucher  # noqa: PLC0415  likewise

    ws = session.workspace
    if decision:
        _must_be_taken(ws, decision)
    asked = Asked(voucher, year, day, reason, decision)
    by, today = person.person(ws.root), clock.today()
    try:
        done = correct_voucher(ws, ws.unit(unit), asked, by=by, today=today, dry_run=dry_run)
    except Problem as problem:
        quote(ws, [problem])
        raise
    if as_json:
        emit(_correct_json(done, dry_run=dry_run))
        return EXIT_DONE
    click.echo(done.text, nl=False)
    _hints(ws, done, dry_run=dry_run)
    return EXIT_DONE


def _must_be_taken(ws: Workspace, decision: str) -> None:
    """A correction that rests on a decision that isn't there would be an error of the book at once.

    Raises:
        CloseDecisionUnknown: policy holds no such decision.
    """
    from ledger.closing.problems import CloseDecisionUnknown  # noqa: PLC0415  only with --decision
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    if decision not in load_federation(ws).policy.decisions:
        raise CloseDecisionUnknown(file=ws.shown(ws.policy_file), decision=decision)


def _hints(ws: Workspace, done: Correction, *, dry_run: bool) -> None:
    """What was done, and what is left to do."""
    text = (
        N_("{voucher} would correct {corrects}, in {file}.") if dry_run else N_("{voucher} corrects {corrects}: {file}")
    )
    click.echo(say(text, voucher=done.voucher, corrects=done.corrects, file=done.file), err=True)
    for slug in done.partners:
        named = ws.units[slug].name if slug in ws.units else slug
        text = N_("It is a dealing with {unit}, whose book has the other side: it is corrected there, too.")
        click.echo(say(text, unit=named), err=True)
    if done.program:
        text = N_("{voucher} came from {program}: that program's books need the correction, too.")
        click.echo(say(text, voucher=done.corrects, program=done.program), err=True)


def _correct_json(done: Correction, *, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "unit": done.unit,
        "dry_run": dry_run,
        "voucher": done.voucher,
        "corrects": done.corrects,
        "place": done.place,
        "date": done.entry.date.isoformat(),
        "file": done.file,
        "text": done.text,
        "partners": list(done.partners),
        "program": done.program or None,
        "errors": [],
    }
