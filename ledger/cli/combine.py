"""`sambok combine`: the federation's combined figures, what was eliminated, and what doesn't match (SPEC 5, 10)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.combine_drill import drilled, emit_drilled, print_drilled
from ledger.cli.combine_files import FOLDERS, export
from ledger.cli.combine_reports import ALL, REPORTS
from ledger.cli.combine_tables import Asked, heading
from ledger.cli.context import OutPath, Session, check_out, report, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.runs import lock_figures, tell_runs, with_locks
from ledger.cli.tables import amount_text
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON, Problem, order
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books import Books, Workspace
    from ledger.combine import Combined
    from ledger.federation import Federation

SHOWN = 60


OUT = OutPath()


def only_once(ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> str | None:
    """An option's one value; given twice, the first would be passed over without a word."""
    if len(value) > 1:
        raise click.BadParameter(say(N_("It can be given once only.")), ctx, parameter)
    return value[0] if value else None


@click.command()
@click.option(
    "--from",
    "date_from",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="First day of income and expense (default: start of the year).",
)
@click.option(
    "--to",
    "date_to",
    type=DAY,
    callback=day_of,
    metavar="DATE",
    help="Day of the balance sheet (default: end of the last month booked).",
)
@click.option("--currency", metavar="CODE", help="Report in another currency.")
@click.option(
    "--level",
    metavar="NAME",
    multiple=True,
    callback=only_once,
    help="Only units of this level (its name, or a path such as Sverige/Uppsala).",
)
@click.option(
    "--report",
    "reports",
    type=click.Choice([*REPORTS, ALL]),
    multiple=True,
    help="Print this report instead; may be given several times.",
)
@click.option(
    "--by",
    type=click.Choice(["unit", "level", "line"]),
    help="The worksheet's columns: units, levels, or lines of business; all of them, whatever the window's width.",
)
@click.option(
    "--depth", type=click.IntRange(0), metavar="N", help="Fold levels to this depth (default: 1; reports: all)."
)
@click.option(
    "--drill",
    metavar="LINE[:ACCOUNT][:UNIT]|LINE@COLUMN",
    multiple=True,
    callback=only_once,
    help="The postings behind a figure, with file and line; Result: all income and expense; LINE@opening: of equity.",
)
@click.option("--all", "everything", is_flag=True, help="Pairs of units of which nothing is left over, too.")
@click.option("--lock", metavar="NAME", help="Lock the figures under this name: runs/NAME. See also: sambok runs")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--beancount", type=OUT, metavar="FILE", help="Write the combined ledger as a Beancount file.")
@click.option("--hledger", type=OUT, metavar="FILE", help="Write it as a journal for hledger and ledger.")
@click.option("--ledger", type=OUT, metavar="FILE", help="The same journal.")
@click.option("--csv", type=OUT, metavar="DIR", help="Write every report as a CSV file.")
@click.option("--parquet", type=OUT, metavar="DIR", help="Write every report as a Parquet file.")
@workspace_option
@click.pass_obj
def combine(
    session: Session,
    /,
    date_from: dt.date | None,
    date_to: dt.date | None,
    currency: str | None,
    level: str | None,
    reports: tuple[str, ...],
    by: str | None,
    depth: int | None,
    drill: str | None,
    everything: bool,  # noqa: FBT001  click gives flags so
    lock: str | None,
    as_json: bool,  # noqa: FBT001
    **exports: Path | None,
) -> int:
    """Combine all units: trial balance, eliminations, what doesn't match, translation with its proof.

    Debit is positive; in the bridge and in changes in equity a surplus and equity are. A unit whose book has errors is
    left out, and the figures are marked incomplete. --report, --by and --drill choose what is printed; --json has all
    reports. --lock keeps the figures with the digest of every file that they were made of; locked runs whose files
    have changed since are named.

    --currency makes the same figures as if the federation reported in that currency: each unit is translated straight
    from its own, with central's rates divided by each other, and all reports and files are in it.

    Ends with 0 when all is well, 1 when a book has errors or a locked run is damaged, 3 when dealings between units
    don't match (what is in transit, or within the tolerance, needs nobody), 4 when a locked run can't be read. With
    --lock: 0 when they are locked, else 1, 3 or 4; 1 also when an earlier lock is damaged.
    """
    if wrong := _contradictions(drill, reports, by, depth, everything=everything):
        session.speak()
        raise click.UsageError(say(wrong))
    wanted = {kind: file for kind, file in exports.items() if file is not None}
    chosen = {"date_from": date_from, "date_to": date_to, "currency": currency, "level": level}
    key = f"combine {sorted((k, str(v)) for k, v in chosen.items())} {os.environ.get('SAMBOK_LANGUAGE', '')}"
    if as_json and not wanted and not drill and lock is None and (known := _known(session, key)) is not None:
        return _repeat(session, known)
    from ledger.federation import load_federation  # noqa: PLC0415  a repeated answer needs none of this

    ws = session.workspace
    _refuse(ws, currency, wanted, lock)
    for kind, file in wanted.items():
        check_out(ws, file, folder=kind in FOLDERS)
    federation = load_federation(ws)
    found = _combined(federation, chosen)
    code = _exit_code(federation, found)
    found = replace(found, problems=tuple(_problems(federation, found)))
    opened = drilled(ws, found, drill) if drill is not None else None
    export(federation, found, wanted)
    code, refused, locked = (code, [], None) if lock is None else lock_figures(federation, found, lock, code)
    code = with_locks(code, federation)
    found = replace(found, problems=tuple(sorted({*found.problems, *refused}, key=order)))
    if as_json and opened is not None:
        emit_drilled(found, opened, locked)
    elif as_json:
        from ledger.combine.reports.export import json_text  # noqa: PLC0415  as above

        text = json_text(found, runs=[state.as_json() for state in federation.runs if state.touched], lock=locked)
        if lock is None:
            _keep(ws, federation.books, key, f"{code}\n{text}")
        click.echo(text, nl=False)
    else:
        tell_end(federation.books, chosen)
        if opened is not None:
            print_drilled(ws, found, opened)
        else:
            _print(ws, found, reports, by, depth, everything=everything)
        report(found.problems, SHOWN)
        tell_runs(federation.runs)
    return code


def _contradictions(
    drill: str | None, reports: tuple[str, ...], by: str | None, depth: int | None, *, everything: bool
) -> str:
    """What is wrong with options of which one would be passed over without a word; nothing where all count."""
    if drill is not None and not drill.strip():
        return N_("--drill takes the name of a line, such as --drill NetSales.")
    if drill is not None and (reports or by is not None or depth is not None):
        return N_("--drill opens one figure: leave --report, --by and --depth out.")
    if depth is not None and by != "level" and not {"levels", ALL} & {*reports}:
        return N_("--depth folds levels: use it with --by level or --report levels.")
    if everything and not {"pairs", ALL} & {*reports}:
        return N_("--all shows every pair of units: use it with --report pairs.")
    return ""


def _refuse(ws: Workspace, currency: str | None, wanted: dict[str, Path], lock: str | None) -> None:
    """What is no currency; a lock in another than the federation's; a lock's wrong name; two exports in one place."""
    places = {(os.path.realpath(path), "journal" if "ledger" in kind else kind) for kind, path in wanted.items()}
    if len({place for place, _ in places}) < len(places) and not wanted.keys() <= FOLDERS:
        raise click.UsageError(say(N_("Two exports can't be written to one file.")))
    if lock is not None:
        from ledger.combine.runs.lock import check_name  # noqa: PLC0415  only with --lock

        check_name(lock)
    if currency is None or currency == ws.currency:
        return
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise click.UsageError(say(N_("--currency takes a code of three capital letters, such as EUR.")))
    if lock is not None:
        raise click.UsageError(say(N_("Figures are locked in the reporting currency: leave --currency out.")))


def _combined(federation: Federation, chosen: dict[str, Any]) -> Combined:
    if not any(value is not None for value in chosen.values()):
        return federation.combined
    from ledger.combine import combine as run  # noqa: PLC0415  the command has the same name

    return run(federation.books, federation.run, **chosen)


def _problems(federation: Federation, found: Combined) -> list[Problem]:
    """Why units, or the levy of units, are missing from the figures."""
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  a repeated answer needs none of this
    from ledger.charts.problems import AccountWrongRoot  # noqa: PLC0415  as above
    from ledger.combine.problems import UnmappedAccount  # noqa: PLC0415  as above

    problems = {*found.problems, *federation.run.problems, *federation.policy.problems}
    problems |= set(federation.books.central_text.problems)
    problems |= set(federation.damage)
    problems |= {p for p in federation.workspace.problems if p.unit is None}  # of a unit's own, UNIT_ERRORS tells
    problems |= set(_told(federation, found))
    # An account's line may name a person: it is for  sambok check , which whoever keeps the book runs.
    quote(federation.workspace, (p for p in problems if not isinstance(p, AccountWrongRoot | UnmappedAccount)))
    return sorted(for_all(federation.books, problems), key=order)


def _told(federation: Federation, found: Combined) -> list[Problem]:
    """What leaves these figures standing: what came late or was changed since the seal, texts that nothing reads."""
    books = federation.books
    of_units = (p for slug, book in books.units.items() if slug in found.parts for p in book.told)
    return [*of_units, *books.adjustments.told]


def tell_end(books: Books, chosen: Mapping[str, object]) -> None:
    """Where nobody has chosen the period's end: name what alone has moved it, and a later count of stock."""
    from ledger.combine.period import far_ahead, stated_later  # noqa: PLC0415  a repeated answer needs none of this

    if chosen.get("date_to") is not None:
        return
    if (ahead := far_ahead(books)) is not None:
        text = N_(
            "The figures go to the end of {month} because of {where}, dated {date}; before it, nothing is booked after"
            " {before}. Correct its date if it is wrong, or choose the last day with --to."
        )
        params = {"month": ahead.date.isoformat()[:7], "where": ahead.where, "date": ahead.date, "before": ahead.before}
        click.echo(say(text, **params), err=True)
    if (later := stated_later(books)) is not None:
        text = N_(
            "{where} states goods in stock on {date}, after the last month with a posting: it counts from --to {date}."
        )
        click.echo(say(text, where=later[1], date=later[0]), err=True)


def _exit_code(federation: Federation, found: Combined) -> int:
    if not found.complete or federation.run.problems or federation.policy.problems or _told(federation, found):
        return EXIT_BOOKS
    return EXIT_PERSON if found.needs_person else EXIT_DONE


def _root(session: Session) -> Path | None:
    """The workspace's folder, without reading its settings; None where `session.workspace` has something to say."""
    from ledger.books import find_root  # noqa: PLC0415  only for --json

    try:
        return find_root(session.option)
    except Problem:
        return None


def _known(session: Session, key: str) -> str | None:
    """The same answer as last time, if nothing has changed since."""
    from ledger.books.fingerprint import answer_cache, fingerprint  # noqa: PLC0415  only for --json

    root = _root(session)
    state = root / ".sambok" if root else None
    mark = fingerprint(root, state) if root and state else None
    return answer_cache(state).get(f"{mark} {key}") if mark and state else None


def _repeat(session: Session, known: str) -> int:
    """Give the same answer again; its exit code."""
    ended, _, text = known.partition("\n")
    try:
        click.echo(text, nl=False)
    except OSError:  # why, is said in the federation's language
        session.speak()
        raise
    return int(ended)


def _keep(ws: Workspace, books: Books, key: str, text: str) -> None:
    from ledger.books.fingerprint import answer_cache  # noqa: PLC0415  only for --json

    if books.fingerprint is not None:
        answer_cache(ws.state_folder).put(f"{books.fingerprint} {key}", text)


def _print(
    ws: Workspace, found: Combined, reports: tuple[str, ...], by: str | None, depth: int | None, *, everything: bool
) -> None:
    """The reports that were asked for; else worksheet, what doesn't match, translation, and what more there is to see.

    Without `--depth` a worksheet by level is folded to the highest levels, and reports aren't folded.
    """
    names = list(REPORTS) if ALL in reports else [name for name in REPORTS if name in reports]
    if by is not None and "worksheet" not in names:
        names.insert(0, "worksheet")
    if names and names[0] != "worksheet":  # which has it, too
        click.echo(heading(ws, found))
    for name in names:
        folded = depth if depth is not None else 1 if name == "worksheet" else 99
        REPORTS[name](ws, found, Asked(by or "unit", folded, everything))
    if not names:
        _overview(ws, found)


def _overview(ws: Workspace, found: Combined) -> None:
    from ledger.cli.combine_dealings import translation, unmatched  # noqa: PLC0415  only for people
    from ledger.cli.combine_reports import more  # noqa: PLC0415  as above
    from ledger.cli.combine_tables import print_sheet  # noqa: PLC0415  as above
    from ledger.combine.reports.worksheet import worksheet  # noqa: PLC0415  as above

    whole = print_sheet(ws, found, worksheet(found), whole=False)
    amount = amount_text(found.result, found.currency)
    click.echo(say(N_("Result (surplus positive): {amount} {currency}"), amount=amount, currency=found.currency))
    unmatched(ws, found, Asked())
    translation(ws, found, Asked())
    if not whole and found.units:
        click.echo(say(N_("Each unit's column: --by unit, --json, or in the browser (sambok up).")), err=True)
    for line in more(found):
        click.echo(line, err=True)
