"""`sambok archive`: a fiscal year in one file that proves itself (SPEC 7; BFL 7 kap. 1-2 §§)."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, workspace_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE, Problem
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.closing.archive import Archived
    from ledger.closing.archive_check import Proof


@click.command()
@workspace_option
@click.argument("year", required=False, type=click.IntRange(2000, 2100), metavar="[YEAR]")
@click.option("--unit", metavar="UNIT", help="Only this unit.")
@click.option("--out", "-o", type=OutPath(), metavar="FILE.zip", help="The file that is made.")
@click.option("--open", "still_open", is_flag=True, help="Archive a year that isn't closed, as it stands.")
@click.option("--check", "to_check", type=click.Path(path_type=Path), metavar="FILE.zip", help="Prove an archive.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def archive(
    session: Session,
    year: int | None,
    unit: str | None,
    out: Path | None,
    still_open: bool,  # noqa: FBT001  click gives flags so
    to_check: Path | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Make one file of a fiscal year: books, documents, seals, SIE files, statements, and a manifest of all of them.

    YEAR is named by the year in which it begins. The file is kept for seven years after the calendar year; nothing but
    a zip program and an editor is needed to read it. The same workspace gives the same bytes.

    With --check, prove an archive instead: every hash, nothing missing or added, the seals over the archive's own text,
    the checksums of its SIE files. That needs no workspace, and unpacks nothing to the disk.

    \b
    Exit codes: 0 made, or proven - 1 it isn't what was archived, or books have errors - 3 the year isn't closed
    """  # noqa: D301  Click keeps the lines after a backspace as they are
    if to_check is not None:
        if year is not None or out is not None or unit is not None or still_open:
            session.speak()
            raise click.UsageError(say(N_("--check takes a file, and nothing else.")))
        return _check(to_check, as_json=as_json)
    if year is None or out is None:
        session.speak()
        raise click.UsageError(say(N_("Give a year and --out FILE.zip, or --check FILE.zip.")))
    from ledger.closing.archive import archive_year  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    _check_out(ws, out)
    slug = ws.unit(unit).slug if unit else None
    done = archive_year(ws, year, out.absolute(), unit=slug, still_open=still_open)
    if as_json:
        emit(_made_json(done, out))
    else:
        _told(done, out)
    return EXIT_DONE


def _check_out(ws: Workspace, out: Path) -> None:
    """Nothing but an earlier archive is overwritten.

    Raises:
        OutTaken, OutNoFolder: as they say.
    """
    from ledger.cli.problems import OutTaken  # noqa: PLC0415  only where a file is written

    check_out(ws, out)
    if out.absolute().exists() and not zipfile.is_zipfile(out.absolute()):
        raise OutTaken(file=str(out), reason=say(N_("it is another file, and no archive")))


def _told(done: Archived, out: Path) -> None:
    text = N_("{file}: files {count}, bytes {size}; its own proof found nothing wrong.")
    click.echo(say(text, file=out, count=done.files, size=done.size), err=True)
    for name, problem in done.left_out:
        click.echo(say(N_("Left out: {file}. {reason}"), file=name, reason=problem.text()), err=True)
    _open_months(done.proof)
    click.echo(say(N_("For the minutes: the archive's mark is {mark}."), mark=done.proof.mark))


def _open_months(proof: Proof) -> None:
    """Whose months may still change after they were archived."""
    left = proof.manifest.get("open")
    if isinstance(left, dict) and left:
        named = ", ".join(f"{slug} ({len(months)})" for slug, months in left.items())
        click.echo(say(N_("Not closed when it was archived (open months): {units}."), units=named), err=True)


def _made_json(done: Archived, out: Path) -> dict[str, Any]:
    left_out = [{"file": name, "code": p.code, "message": p.text()} for name, p in done.left_out]
    return {
        "schema": 1,
        "file": str(out),
        "bytes": done.size,
        "files": done.files,
        "mark": done.proof.mark,
        "whole": done.proof.manifest["whole"],
        "open": done.proof.manifest["open"],
        "left_out": left_out,
        "errors": [],
    }


def _check(path: Path, *, as_json: bool) -> int:
    from ledger.closing.archive_check import check_archive  # noqa: PLC0415  only when the command runs
    from ledger.closing.findings import message, place_of, remedy  # noqa: PLC0415  likewise

    proof = check_archive(path)
    problems = [*proof.problems, *proof.verified.problems]
    if as_json:
        emit(_checked_json(path, proof, problems))
    else:
        for slug, ones in proof.verified.findings.items():
            for one in ones:
                click.echo(f"{place_of(slug, one)}: {message(one)}")
                click.echo(f"    -> {remedy(slug, one)}")
        click.echo(say(N_("The archive's mark is {mark}; compare it with the minutes."), mark=proof.mark))
        if proof.ok:
            text = N_(
                "{file} is whole: files {files}, sealed entries {entries}, documents {documents}, SIE files {sie}."
            )
            entries = sum(proof.verified.entries.values())
            counts = {"files": len(proof.manifest["files"]), "sie": proof.sie}
            documents = proof.verified.documents
            click.echo(say(text, file=path, entries=entries, documents=documents, **counts), err=True)
            _open_months(proof)
    report(problems)
    return EXIT_DONE if proof.ok else EXIT_BOOKS


def _checked_json(path: Path, proof: Proof, problems: list[Problem]) -> dict[str, Any]:
    from ledger.closing import findings  # noqa: PLC0415  only when the command runs

    found = proof.verified.findings
    said = {
        key: proof.manifest.get(key) for key in ("federation", "year", "whole", "units", "open", "heads", "left_out")
    }
    return {
        "schema": 1,
        "ok": proof.ok,
        "file": str(path),
        "mark": proof.mark,
        **said,
        "files": len(proof.manifest["files"]),
        "sie": proof.sie,
        "findings": [findings.as_json(slug, one) for slug, ones in found.items() for one in ones],
        "errors": [problem.as_json() for problem in problems],
    }
