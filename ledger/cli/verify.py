"""`sambok verify`: prove that nothing sealed has changed (SPEC 5, 7)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import difflib
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.tables import print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE, Problem
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.closing.evidence import Folder
    from ledger.closing.heads import Head
    from ledger.closing.verify import Known, Verified

#: So many findings of a unit are told; --json has all.
SHOWN = 50
KEY_BYTES = 32


def _keys(ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Public keys: base64 of 32 bytes each."""
    for key in value:
        try:
            size = len(base64.b64decode(key, validate=True))
        except (ValueError, binascii.Error):
            size = 0
        if size != KEY_BYTES:
            text = N_("{key} is no public key: 44 characters are needed, as the seals have them.")
            ctx.obj.speak()
            raise click.BadParameter(say(text, key=key), ctx, parameter)
    return value


@click.command()
@workspace_option
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--against", metavar="REF|DIR", help="Also against a git revision, or a folder with a copy.")
@click.option(
    "--key", "keys", multiple=True, metavar="PUBKEY", callback=_keys, help="A key by which seals must be signed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify(
    session: Session,
    units: tuple[str, ...],
    against: str | None,
    keys: tuple[str, ...],
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Prove that nothing sealed has changed: vouchers, documents, seals and histories.

    Whatever was altered, taken out, put in, moved or renumbered is named with voucher, field, file and line, and
    whether its meaning changed or only its layout. Only the text is read, so a copy on another machine gives the same
    answer.
    The fingerprints of the latest seals are for the minutes: who has them on paper knows later that they are the same.

    With --key, each seal must be signed by one of the keys, from the first signed one on, and each chain must have one.
    Without it, a signature that is there must be right; which units are signed is told.

    With --against, the seals of an earlier copy must still stand: that finds even a chain that was made anew.

    \b
    Exit codes: 0 nothing has changed - 1 something has, or can't be read
    """  # noqa: D301  Click keeps the lines after a backspace as they are
    from ledger.books.root import find_root  # noqa: PLC0415  only when the command runs
    from ledger.closing.against import open_copy  # noqa: PLC0415  likewise
    from ledger.closing.evidence import Folder  # noqa: PLC0415  likewise
    from ledger.closing.verify import verify as prove  # noqa: PLC0415  likewise

    root = find_root(session.option)
    known = _known(session)
    evidence = Folder(root)
    copy = open_copy(root, against) if against is not None else None
    also = copy.slugs if copy else frozenset()
    _check_units(evidence, units, also)
    found = prove(
        evidence,
        units or None,
        trusted=keys,
        known=known,
        also=also,
        further=copy.further if copy else None,
    )
    problems = [*found.problems, *(copy.problems if copy else ())]
    if as_json:
        emit(_answer(found, problems))
    else:
        _tell(found)
    report(problems)
    return EXIT_DONE if found.ok and not problems else EXIT_BOOKS


def _known(session: Session) -> Known | None:
    """What this machine remembers; a copy whose settings can't be used is verified all the same.

    A job that was interrupted is completed first, as everywhere.
    """
    with contextlib.suppress(Problem, OSError):
        from ledger.books.record import last_known  # noqa: PLC0415  only when the command runs

        ws = session.workspace
        return lambda slug: last_known(ws, slug or "policy")
    return None


def _check_units(evidence: Folder, units: tuple[str, ...], also: frozenset[str]) -> None:
    """Refuse what is no unit.

    Raises:
        UnitUnknown: with the nearest one.
    """
    from ledger.books.problems import UnitUnknown  # noqa: PLC0415  only when the command runs

    names = sorted({*evidence.slugs(), *also})
    for unit in units:
        if unit not in names:
            near = difflib.get_close_matches(unit.lower(), names, n=1, cutoff=0)
            raise UnitUnknown(slug=unit, nearest=near[0] if near else "-", known=", ".join(names) or "-")


def _tell(found: Verified) -> None:
    """For people: what was found, and the fingerprints for the minutes."""
    from ledger.closing.findings import message, place_of, remedy  # noqa: PLC0415  only when the command runs
    from ledger.seals.signing import ASKED_FOR  # noqa: PLC0415  likewise

    for slug, ones in found.findings.items():
        for one in ones[:SHOWN]:
            place = place_of(slug, one)
            click.echo(f"{place}:{one.line}: {message(one)}" if one.line else f"{place}: {message(one)}")
            click.echo(f"    -> {remedy(slug, one)}")
        if len(ones) > SHOWN:
            click.echo(say(N_("... and {count} more."), count=len(ones) - SHOWN))
    if not found.heads:
        click.echo(say(N_("Nothing is sealed yet.")), err=True)
        return
    heads = [say(t) for t in (N_("Unit"), N_("Latest month"), N_("Seals"), N_("Sealed"), N_("Fingerprint"), "")]
    rows = [
        [
            head.unit,
            head.period or "-",
            str(head.number),
            str(found.entries.get(head.unit, "-")),
            head.fingerprint,
            _state(found, head),
        ]
        for head in found.heads
    ]
    print_table(stdout(), heads, rows, left={0, 1, 4, 5})
    text = N_("For the minutes: all that is sealed in the federation by now has the fingerprint {mark}.")
    click.echo(say(text, mark=found.fingerprint))
    if found.ok:
        text = N_("Nothing sealed has changed: entries {entries}, documents {documents}.")
        click.echo(say(text, entries=sum(found.entries.values()), documents=found.documents), err=True)
        return
    every = [one for ones in found.findings.values() for one in ones]
    if every and not found.problems and all(one.note in ASKED_FOR for one in every):
        text = N_("Nothing sealed has changed, but it isn't signed as was asked for. Findings: {count}.")
        click.echo(say(text, count=len(every)), err=True)
    else:
        click.echo(say(N_("Findings: {count}."), count=len(every)), err=True)


def _state(found: Verified, head: Head) -> str:
    """What was found in a unit, and whether somebody has signed for it."""
    if head.unit not in found.entries:
        return ""
    count = len(found.findings.get(head.unit, ()))
    state = say(N_("findings: {count}"), count=count) if count else say(N_("whole"))
    return f"{state}, {_signed(head)}"


def _signed(head: Head) -> str:
    if not head.unsigned:
        return say(N_("signed"))
    if head.unsigned >= head.number:
        return say(N_("not signed"))
    return say(N_("the latest {count} not signed"), count=head.unsigned)


def _answer(found: Verified, problems: list[Problem]) -> dict[str, Any]:
    from ledger.closing import findings  # noqa: PLC0415  only when the command runs

    return {
        "schema": 1,
        "ok": found.ok and not problems,
        "findings": [findings.as_json(slug, one) for slug, ones in found.findings.items() for one in ones],
        "units": [
            {
                "unit": head.unit,
                "period": head.period or None,
                "months": head.periods,
                "number": head.number,
                "content": head.content,
                "fingerprint": head.fingerprint,
                "by": head.by,
                "at": head.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "key": head.key or None,
                "unsigned": head.unsigned,
                "entries": found.entries.get(head.unit),
            }
            for head in found.heads
        ],
        "root": found.root if found.heads else None,
        "fingerprint": found.fingerprint or None,
        "documents": found.documents,
        "errors": [problem.as_json() for problem in problems],
    }
