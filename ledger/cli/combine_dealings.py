"""`sambok combine --report` on dealings between units: what doesn't match, the pairs, what was eliminated (SPEC 10)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from ledger.cli.combine_tables import Asked, kind_of, print_report, section_of, text_of, translated
from ledger.cli.context import stdout
from ledger.cli.tables import amount_text, wrapped
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined, Unmatched


def unmatched(ws: Workspace, found: Combined, ask: Asked) -> None:
    """What blocks the close of a legal person, what is disclosed, each with its remedy; what is settled, counted."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for people

    del ws, ask
    waiting = [item for item in found.unmatched if item.code not in SETTLED]
    for heading, items in (
        (N_("Blocks the close (one legal person on both sides):"), [u for u in waiting if u.blocks]),
        (
            N_("Disclosed (between legal persons, or with nobody on the other side):"),
            [u for u in waiting if not u.blocks],
        ),
    ):
        if items:
            click.echo("\n" + translate(heading))
        for item in items:
            _dealing(found, item)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for item in found.unmatched:
        if item.code in SETTLED:
            counted[item.code, item.message] += 1
    for (code, message), count in sorted(counted.items()):
        click.echo(f"  {count} × {translate(message)} [{code}]")


def all_unmatched(ws: Workspace, found: Combined, ask: Asked) -> None:
    """The same, and each difference that needs nobody, with its places."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for people

    unmatched(ws, found, ask)
    settled = [item for item in found.unmatched if item.code in SETTLED]
    if settled:
        click.echo("\n" + say(N_("Settled (nobody has to do anything):")))
    for item in settled:
        _dealing(found, item)
    if not found.unmatched:
        click.echo("  " + say(N_("Nothing.")))


def _dealing(found: Combined, item: Unmatched) -> None:
    """A difference: whose, how much, what each side has booked, what to do, and where."""
    amount = f"{amount_text(item.amount, item.currency)} {item.currency}"
    click.echo(f"  {' – '.join(item.units)}  {amount}  {item.kind}  {item.key}  [{item.code}]")
    for side in item.sides if len(item.sides) > 1 else ():
        booked = f"{amount_text(side.amount, side.currency)} {side.currency}"
        if side.currency != found.currency and side.worth is not None:
            booked += f" = {amount_text(side.worth, found.currency)} {found.currency}"
        click.echo(f"    {side.unit}: {booked}")
    for row in wrapped(stdout(), f"{item.text} {item.remedy}", "    "):
        click.echo(row)
    for source in item.sources:
        click.echo(f"    {source}")


def pairs(ws: Workspace, found: Combined, ask: Asked) -> None:
    """What every two units have to do with each other, what is left of it last; those that tie as one row."""
    del ws
    heads = [
        N_("Units"),
        N_("Class"),
        "",
        N_("The one has"),
        N_("The other has"),
        N_("Eliminated"),
        N_("Adjusted"),
        N_("Left over"),
    ]
    shown = [row for row in found.pairs if row.unmatched or ask.everything]
    rows = [
        [
            " – ".join(row.units),
            kind_of(row.kind),
            section_of(row.kind, row.section),
            *(text_of(a, found.currency) for a in (row.one, row.other, row.eliminated, row.adjusted)),
            text_of(row.unmatched, found.currency),
        ]
        for row in shown
    ]
    title = say(N_("Dealings by pair of units, {currency}:"), currency=found.currency)
    tied = len(found.pairs) - len(shown)
    if rows or not tied:
        print_report(title, [translated(head) for head in heads], rows, {0, 1, 2})
    else:
        click.echo("\n" + title)
    if tied:
        click.echo("  " + say(N_("Nothing is left over of {count} more (all of them: --all)."), count=tied))


def eliminations(ws: Workspace, found: Combined, ask: Asked) -> None:
    """What was eliminated, by pair of units and kind; each dealing by itself is in `--json` and `--csv`."""
    del ws, ask
    sums: dict[tuple[tuple[str, ...], str, str], list[Decimal]] = defaultdict(list)
    for each in found.eliminations:
        sums[each.units, each.kind, each.section].append(each.amount)
    rows = [
        [
            " – ".join(units),
            kind_of(kind),
            section_of(kind, section),
            str(len(all_)),
            amount_text(sum(all_, Decimal(0)), found.currency),
        ]
        for (units, kind, section), all_ in sorted(sums.items())
    ]
    heads = [N_("Units"), N_("Class"), "", N_("Dealings"), N_("Eliminated")]
    title = say(N_("Eliminated, {currency} (each dealing: --csv or --json):"), currency=found.currency)
    print_report(title, [translated(head) for head in heads], rows, {0, 1, 2})


def translation(ws: Workspace, found: Combined, ask: Asked) -> None:
    """What was posted to CTA, and its proof."""
    del ws, ask
    for proof in found.translation:
        told = say(
            N_("Translation of {unit} ({currency}): posted {posted}, roll-forward {proof}."),
            unit=proof.unit,
            currency=proof.currency,
            posted=amount_text(proof.posted, found.currency),
            proof=amount_text(proof.proof, found.currency),
        )
        for row in wrapped(stdout(), told):
            click.echo(row)
