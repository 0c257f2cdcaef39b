"""`sambok loans auction`: who gets a rotation's pot for letting go of most (SPEC 8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import click

from ledger.cli.context import Session, emit, stdout, workspace_option
from ledger.cli.loans import day_option, day_or_today, ended, json_option, opened
from ledger.cli.loans_tables import tell, title
from ledger.cli.loans_units import amount_of
from ledger.cli.tables import amount_text, print_table
from ledger.messages import N_, say
from ledger.reports import loans_auction
from ledger.reports.loans_auction import Asked, AuctionSheet, auction_of
from ledger.reports.loans_rotation import reason_text

#: Of the pot, in per cent.
WHOLE = 100


@click.command()
@click.argument("cycle")
@click.option("--bid", "bids", multiple=True, metavar="NAME=AMOUNT", help="Who lets go of how much; once for each.")
@click.option(
    "--cap",
    type=click.IntRange(0, WHOLE),
    metavar="PERCENT",
    help="The highest bid that counts, in per cent of the pot (default: the whole pot).",
)
@click.option("--seed", default="", metavar="TEXT", help="Of the lots between equal bids (default: policy's).")
@day_option
@json_option
@workspace_option
@click.pass_obj
def auction(
    session: Session,
    cycle: str,
    bids: tuple[str, ...],
    cap: int | None,
    seed: str,
    day: dt.date | None,
    *,
    as_json: bool,
) -> int:
    """Decide the next round of CYCLE by what each lets go of to have the pot now. Nothing is written."""
    found = opened(session, cycle)
    said = tuple(_bid(text, found.currency) for text in bids)
    part = None if cap is None else Decimal(cap) / WHOLE
    sheet = auction_of(found, day_or_today(day), Asked(said, part, seed))
    if as_json:
        emit(loans_auction.as_json(sheet))
    else:
        _print(sheet)
    return ended(found)


def _bid(text: str, currency: str) -> tuple[str, Decimal]:
    """`Anna=80`."""
    name, sign, amount = text.rpartition("=")
    if not sign or not name.strip():
        raise click.BadParameter(say(N_("Write it like this:  --bid Anna=80")), param_hint="--bid")
    return name.strip(), amount_of(amount, currency)


def _print(sheet: AuctionSheet) -> None:
    """Who won and why, how the pot is divided, what goes on the meeting's sheet."""
    opened_, made, console = sheet.opened, sheet.made, stdout()

    def text(amount: Decimal) -> str:
        return amount_text(amount, opened_.currency)

    winner = opened_.shown(made.winner)
    title(console, say(N_("{cycle}: auction of round {round}"), cycle=opened_.name, round=made.round))
    why = "; ".join(reason_text(reason, text) for reason in made.reasons)
    tell(console, say(N_("{name} gets the pot: {why}."), name=winner, why=why))
    said = {"pot": text(made.pot), "discount": text(made.discount), "receives": text(made.receives)}
    tell(console, say(N_("Pot {pot}, let go of {discount}: {receives} is paid out."), **said))
    if made.discount:
        rows = [[opened_.shown(name), text(amount)] for name, amount in made.dividends.items()]
        print_table(console, [say(N_("Participant")), say(N_("Of the discount"))], rows, left={0})
        tell(console, say(N_("All gain it as their shares' worth, and get it when the cycle is shared out.")))
    note = N_("On the meeting's sheet, in the row of {name}: new_loan {pot}, gift {discount}.")
    tell(console, say(note, name=winner, **said))
    tell(console, say(N_("The seed of the lots: {seed}"), seed=f"{sheet.seed}:{made.round}"))


COMMANDS: dict[str, click.Command] = {"auction": auction}
