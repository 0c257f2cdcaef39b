"""`sambok export`: books for other programs (SPEC 11: SIE 4, read and write)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, tell_written, workspace_option
from ledger.cli.tables import amount_text
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON, Problem, order
from ledger.messages import N_, say

if TYPE_CHECKING:
    from importers.sie.export import SieExport
    from ledger.books import Books, Workspace
    from ledger.provisional import ProvisionalRun

KINDS = ("4E", "4I", "3", "2", "1")


@click.group()
def export() -> None:
    """Hand books over to other programs."""


@export.command()
@click.argument("unit", required=False)
@click.option(
    "--year",
    "-y",
    metavar="YEAR",
    type=click.IntRange(2000, 2100),
    help="Fiscal year, named by the year in which it begins (default: the latest with vouchers).",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(KINDS, case_sensitive=False),
    default="4E",
    show_default=True,
    metavar="4E|4I|3|2|1",
    help="4E: balances and vouchers; 4I: vouchers alone; 3: balances by month and object; 2: by month; 1: of the year.",
)
@click.option("--out", "-o", metavar="FILE", type=OutPath(), help="Default: standard output.")
@click.option("--no-checksum", is_flag=True, help="Without #KSUMMA, for programs that can't read it.")
@click.option("--legal-entity", is_flag=True, help="All divisions as one legal person; dealings between them are gone.")
@click.option("--provisional", is_flag=True, help="With the levy's provisional vouchers, in a series of their own.")
@click.option("--json", "as_json", is_flag=True, help="What was written, as one JSON object; needs --out.")
@workspace_option
@click.pass_obj
def sie(
    session: Session,
    unit: str | None,
    year: int | None,
    kind: str,
    out: Path | None,
    no_checksum: bool,  # noqa: FBT001  click gives flags so
    legal_entity: bool,  # noqa: FBT001
    provisional: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Write books as a SIE file: those of UNIT, or of the legal person of all divisions.

    Each voucher keeps its series and number; opening and closing balances are this year's and last year's. With
    --legal-entity, divisions are dimension 1 and have series of their own, and a payment from one to another is one
    voucher, bank to bank. What doesn't meet between divisions stays in the file and is listed.

    Ends with 3 where dealings between divisions wait for a person, with 1 where a book has errors.
    """
    if (unit is None) == (not legal_entity):
        raise click.UsageError(say(N_("Name a unit, or use --legal-entity.")))
    if as_json and out is None:
        raise click.UsageError(say(N_("--json needs --out: standard output holds one thing.")))
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import quote  # noqa: PLC0415  likewise

    ws = session.workspace
    slug = ws.unit(unit).slug if unit else None
    if out is not None:
        _check_out(ws, out)
    books = load_books(ws, [slug] if slug and not provisional else None)
    run, faulty = _provisional(books) if provisional else (None, [])
    faulty += _faulty(books, slug)
    if faulty:
        return _refused(ws, faulty, as_json=as_json)
    try:
        found = _made(books, slug, year, kind, run, checksum=not no_checksum)
    except Problem as problem:
        quote(ws, [problem])
        raise
    if out is None:
        click.echo(found.data, nl=False)
    else:
        from ledger.books import durable  # noqa: PLC0415  only where a file is written

        durable.replace(out.absolute(), found.data)
        tell_written(out)
    return _told(ws, found, slug, kind, out, as_json=as_json)


def _check_out(ws: Workspace, out: Path) -> None:
    """Nothing but a SIE file is overwritten.

    Raises:
        OutTaken, OutNoFolder: as they say.
    """
    from importers.sie.text import looks_like_sie  # noqa: PLC0415  only where a file is written
    from ledger.cli.problems import OutTaken  # noqa: PLC0415  likewise

    check_out(ws, out)
    path = out.absolute()
    if path.exists() and not looks_like_sie(path.read_bytes()[:4096]):
        raise OutTaken(file=str(out), reason=say(N_("it is another file, and no SIE file")))


def _provisional(books: Books) -> tuple[ProvisionalRun, list[Problem]]:
    """What the federation's rules make of the books, and what was wrong with it."""
    from ledger.policy import read_policy  # noqa: PLC0415  only where asked for
    from ledger.provisional import provisional  # noqa: PLC0415  likewise

    policy = read_policy(books.central_text, books.workspace)
    run = provisional(books, policy)
    return run, [*policy.problems, *run.problems, *books.central_text.problems]


def _faulty(books: Books, slug: str | None) -> list[Problem]:
    """What is wrong with the books that shall be exported; a unit that can't even be read may be a division."""
    from importers.sie.divisions import divisions_of  # noqa: PLC0415  only here

    known = books.workspace.units
    slugs = {slug} if slug else set(divisions_of(books))
    found = [p for s in slugs for p in books.units[s].problems]
    return [*found, *(p for p in books.workspace.problems if p.unit in slugs or (not slug and p.unit not in known))]


def _made(
    books: Books, slug: str | None, year: int | None, kind: str, run: ProvisionalRun | None, *, checksum: bool
) -> SieExport:
    from importers.sie.divisions import divisions_of  # noqa: PLC0415  only for exports
    from importers.sie.export import export_unit  # noqa: PLC0415  likewise
    from importers.sie.legal import export_legal_person  # noqa: PLC0415  likewise

    today = dt.date.today()  # noqa: DTZ011  the bookkeeper's own day is meant
    slugs = [slug] if slug else list(divisions_of(books))
    chosen = year or _latest(books, slugs, today)
    if slug:
        return export_unit(books.workspace, books.units[slug], chosen, kind, run, today, checksum=checksum)
    return export_legal_person(books, chosen, kind, run, today, checksum=checksum)


def _latest(books: Books, slugs: list[str], today: dt.date) -> int:
    """The fiscal year of the last voucher."""
    summaries = [books.units[s].summary for s in slugs]
    last = max((s.last for s in summaries if s and s.last), default=today)
    return books.workspace.fiscal_year(last)[0].year


def _refused(ws: Workspace, problems: list[Problem], *, as_json: bool) -> int:
    from ledger.books.excerpt import quote  # noqa: PLC0415  only on the way out

    quote(ws, problems)
    if as_json:
        emit({"schema": 1, "errors": [problem.as_json() for problem in sorted(problems, key=order)]})
    report(problems)
    return EXIT_BOOKS


def _told(ws: Workspace, found: SieExport, slug: str | None, kind: str, out: Path | None, *, as_json: bool) -> int:
    """Say what is in the file; data is on standard output already, or in the file."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for exports

    sie, days = found.sie, found.sie.years[0]
    assert days is not None
    waiting = [item for item in found.unmatched if item.code not in SETTLED]
    if as_json:
        answer: dict[str, Any] = {
            "schema": 1,
            "unit": slug,
            "legal_entity": slug is None,
            "type": kind,
            "from": days[0].isoformat(),
            "to": days[1].isoformat(),
            "file": str(out),
            "bytes": len(found.data),
            "vouchers": len(sie.vouchers),
            "accounts": len(sie.accounts),
            "remarks": found.remarks,
            "unmatched": [
                {
                    "code": item.code,
                    "class": item.kind,
                    "key": item.key,
                    "units": list(item.units),
                    "amount": f"{item.amount:f}",
                    "currency": item.currency,
                    "sources": list(item.sources),
                    "remedy": item.remedy,
                }
                for item in found.unmatched
            ],
            "errors": [],
        }
        emit(answer)
        return EXIT_PERSON if waiting else EXIT_DONE
    name = ws.units[slug].name if slug else ws.config.federation.name
    text = N_("{name}, {start} to {end}, SIE type {kind}: vouchers {vouchers}, accounts {accounts}.")
    counts = {"vouchers": len(sie.vouchers), "accounts": len(sie.accounts)}
    click.echo(say(text, name=name, start=days[0], end=days[1], kind=kind, **counts), err=True)
    for remark in found.remarks:
        click.echo(f"  {remark}", err=True)
    for item in found.unmatched:
        amount = f"{amount_text(item.amount, item.currency)} {item.currency}"
        click.echo(f"  {' – '.join(item.units)}  {amount}  {item.key}  [{item.code}]", err=True)
        click.echo(f"    {item.text} {item.remedy}", err=True)
    return EXIT_PERSON if waiting else EXIT_DONE
