"""`sambok combine`: the federation's combined figures, what was eliminated, and what doesn't match (SPEC 5, 10)."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import messages
from ledger.cli.context import Session, check_out, report, stdout, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import amount_text
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON, Problem, order
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Books, Workspace
    from ledger.combine import Combined
    from ledger.federation import Federation

#: Columns of text that the names of lines take, and that an amount takes.
NAME_WIDTH = 34
AMOUNT_WIDTH = 16
SHOWN = 60


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


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
@click.option("--currency", metavar="CODE", help="Present in another currency.")
@click.option("--level", metavar="NAME", help="Only units of this level; the others are outsiders.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--beancount", type=FILE, metavar="FILE", help="Write the combined ledger as a Beancount file.")
@click.option("--hledger", type=FILE, metavar="FILE", help="Write it as a journal for hledger and ledger.")
@click.option("--parquet", type=FOLDER, metavar="DIR", help="Write trial balance and eliminations as Parquet.")
@workspace_option
@click.pass_obj
def combine(
    session: Session,
    date_from: dt.date | None,
    date_to: dt.date | None,
    currency: str | None,
    level: str | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
    beancount: Path | None,
    hledger: Path | None,
    parquet: Path | None,
) -> int:
    """Combine all units: trial balance, eliminations, what doesn't match, translation with its proof.

    Debit is positive. A unit whose book has errors is left out, and the figures are marked incomplete.

    Ends with 0 when all is well, 1 when a book has errors, 3 when dealings between units don't match
    (differences within the tolerance, of exchange rates, and what is in transit need nobody).
    """
    exports = [file for file in (beancount, hledger, parquet) if file is not None]
    chosen = {"date_from": date_from, "date_to": date_to, "currency": currency, "level": level}
    key = f"combine {sorted((k, str(v)) for k, v in chosen.items())} {os.environ.get('SAMBOK_LANGUAGE', '')}"
    if as_json and not exports and (known := _known(session, key)) is not None:
        ended, _, text = known.partition("\n")
        click.echo(text, nl=False)
        return int(ended)
    from ledger.combine.export import json_text  # noqa: PLC0415  a repeated answer needs none of this
    from ledger.federation import load_federation  # noqa: PLC0415  as above

    ws = session.workspace
    if exports and currency not in {None, ws.currency}:
        raise click.UsageError(
            "--beancount, --hledger and --parquet are in the reporting currency: leave --currency out."
        )
    for file in exports:
        check_out(ws, file)
    federation = load_federation(ws)
    found = _combined(federation, chosen)
    code = _exit_code(federation, found)
    found = replace(found, problems=tuple(_problems(federation, found)))
    _export(federation, found, beancount, hledger, parquet)
    if as_json:
        text = json_text(found)
        _keep(ws, federation.books, key, f"{code}\n{text}")
        click.echo(text, nl=False)
    else:
        _print(ws, found)
        report(found.problems, SHOWN)
    return code


def _combined(federation: Federation, chosen: dict[str, Any]) -> Combined:
    if not any(value is not None for value in chosen.values()):
        return federation.combined
    from ledger.combine import combine as run  # noqa: PLC0415  the command has the same name

    return run(federation.books, federation.run, **chosen)


def _problems(federation: Federation, found: Combined) -> list[Problem]:
    """Why units, or the levy of units, are missing from the figures."""
    from ledger.books.excerpt import quote  # noqa: PLC0415  a repeated answer needs none of this

    problems = {*found.problems, *federation.run.problems, *federation.policy.problems}
    problems |= set(federation.books.central_text.problems)
    problems |= {p for p in federation.workspace.problems if p.unit is None}  # of a unit's own, UNIT_ERRORS tells
    quote(federation.workspace, problems)
    return sorted(problems, key=order)


def _exit_code(federation: Federation, found: Combined) -> int:
    if not found.complete or federation.run.problems or federation.policy.problems:
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


def _keep(ws: Workspace, books: Books, key: str, text: str) -> None:
    from ledger.books.fingerprint import answer_cache  # noqa: PLC0415  only for --json

    if books.fingerprint is not None:
        answer_cache(ws.state_folder).put(f"{books.fingerprint} {key}", text)


def _export(
    federation: Federation, found: Combined, beancount: Path | None, hledger: Path | None, parquet: Path | None
) -> None:
    from ledger.books import durable  # noqa: PLC0415  only for exports

    if beancount or hledger:
        from ledger.combine import group_entries  # noqa: PLC0415  as above
        from ledger.combine.export import beancount_text, journal_text  # noqa: PLC0415  as above

        ws = federation.workspace
        entries = group_entries(federation.books, federation.run, found, language=None, threshold=10**9)
        title = found.title(ws.config.federation.name)
        if beancount:
            durable.replace(beancount.absolute(), beancount_text(entries, title, found.currency, ws.shown).encode())
        if hledger:
            durable.replace(hledger.absolute(), journal_text(entries, title).encode())
    if parquet:
        from ledger.combine.export import write_parquet  # noqa: PLC0415  as above

        write_parquet(found, parquet.absolute(), durable.replace)


def _print(ws: Workspace, found: Combined) -> None:
    """Worksheet, what doesn't match, and the translation proof, on standard output."""
    from rich.table import Table  # noqa: PLC0415  only for people

    from ledger.combine.worksheet import worksheet  # noqa: PLC0415  as above

    console = stdout()
    sheet = worksheet(found)
    columns: tuple[str, ...] = sheet.columns
    full = NAME_WIDTH + AMOUNT_WIDTH * (len(columns) + 1) <= console.width
    title = say(
        N_("{name}, combined {start} to {end}, {currency}, debit positive"),
        name=ws.config.federation.name,
        start=found.date_from,
        end=found.date_to,
        currency=found.currency,
    )
    if not found.complete:
        title = f"{title}: {say(N_('INCOMPLETE'))}"
    pseudo = tuple(c for c in columns if c not in ws.units)
    table = Table(title=title, box=None, pad_edge=False, title_justify="left")
    table.add_column("")
    shown = columns if full else (say(N_("Units")), *pseudo)
    for name in (*shown, say(N_("Group"))):
        table.add_column(name, justify="right", no_wrap=True, min_width=AMOUNT_WIDTH - 1)  # a figure is never cut
    for row in sheet.rows:
        amounts = [row.amounts.get(c) for c in columns] if full else [row.units, *(row.amounts.get(c) for c in pseudo)]
        cells = ["" if not a else amount_text(a, found.currency) for a in (*amounts, row.total)]
        table.add_row(row.line.label(messages.current()), *cells)
    console.width = max(console.width, NAME_WIDTH + AMOUNT_WIDTH * (len(shown) + 1))
    console.print(table)
    amount = amount_text(found.result, found.currency)
    click.echo(say(N_("Result (surplus positive): {amount} {currency}"), amount=amount, currency=found.currency))
    if not full and len(columns) > len(pseudo):
        click.echo(
            say(N_("Each unit's column: in a wider window, with --json, or in the browser (sambok up).")), err=True
        )
    _unmatched(found)
    for proof in found.translation:
        click.echo(
            say(
                N_("Translation of {unit} ({currency}): posted {posted}, roll-forward {proof}."),
                unit=proof.unit,
                currency=proof.currency,
                posted=proof.posted,
                proof=proof.proof,
            )
        )


def _unmatched(found: Combined) -> None:
    """What needs a person, each with its remedy; what is settled, counted."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for people

    waiting = [item for item in found.unmatched if item.code not in SETTLED]
    settled = [item for item in found.unmatched if item.code in SETTLED]
    if waiting:
        click.echo("\n" + say(N_("Dealings between units that need a person:")))
    for item in waiting:
        amount = f"{amount_text(item.amount, item.currency)} {item.currency}"
        click.echo(f"  {' – '.join(item.units)}  {amount}  {item.kind}  {item.key}  [{item.code}]")
        click.echo(f"    {item.text} {item.remedy}")
        for source in item.sources:
            click.echo(f"    {source}")
    counted: dict[tuple[str, str], int] = {}
    for item in settled:
        counted[item.code, item.message] = counted.get((item.code, item.message), 0) + 1
    for (code, message), count in sorted(counted.items()):
        click.echo(f"  {count} × {translate(message)} [{code}]")
