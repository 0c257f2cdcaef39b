"""Loans between units, on the command line: applications, shares, loans, repayments (SPEC 5, 8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.context import Session, emit, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.loans import day_or_today, json_option, opened
from ledger.cli.loans_write import bank_option, date_option, decision_option, dry_option, unit_bank_option, written
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_DONE
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.closing.loan_deeds import Done


@click.command()
@click.argument("cycle")
@click.argument("participant")
@click.option("--amount", required=True, help="What is asked for, such as 24000.")
@click.option("--months", type=click.IntRange(1, 1200), required=True, metavar="N", help="For how many periods.")
@click.option(
    "--need", type=click.IntRange(0, 1000), default=0, metavar="N", help="The need score that was given; 0 is none."
)
@click.option("--reason", default="", help="What it is for, in one line.")
@click.option(
    "--date", "day", type=DAY, callback=day_of, metavar="DATE", help="When it was handed in (default: today)."
)
@by_option
@json_option
@workspace_option
@click.pass_obj
def apply(
    session: Session,
    cycle: str,
    participant: str,
    amount: str,
    months: int,
    need: int,
    reason: str,
    day: dt.date | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Enter PARTICIPANT's application for a loan of CYCLE: in the unit's own book, or, of a person, in the group's.

    The next meeting or board ranks it:  sambok loans propose CYCLE
    """
    from ledger.closing.loan_applications import Draft, enter  # noqa: PLC0415  after the arguments are known to be right

    found = opened(session, cycle)
    draft = Draft(participant, amount_of(amount, found.currency), months, need, reason, day_or_today(day))
    done = enter(found, draft)
    if as_json:
        emit(
            {
                "schema": 1,
                "unit": done.unit,
                "file": done.file,
                "written": done.written,
                "text": done.text,
                "errors": [],
            }
        )
        return EXIT_DONE
    click.echo(done.text, nl=False)
    text = N_("Entered in {file}.") if done.written else N_("It stands there already: {file}")
    click.echo(say(text, file=done.file), err=True)
    return EXIT_DONE


def amount_of(text: str, currency: str) -> Decimal:
    """An amount in a currency: above zero, not finer than its unit.

    Raises:
        LoanAmount: it is none.
    """
    import re  # noqa: PLC0415  only where something is written

    from ledger.closing.problems_share_out import LoanAmount  # noqa: PLC0415  likewise
    from ledger.rules.rounding import decimals  # noqa: PLC0415  likewise

    plain = text.strip().removesuffix(currency).strip()
    if not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,8})?", plain, re.ASCII):
        reason = say(N_("it isn't a number, with a point before its decimals"))
    elif Decimal(plain) <= 0:
        reason = say(N_("it isn't above zero"))
    elif len(plain.partition(".")[2].rstrip("0")) > decimals(currency):
        reason = say(N_("{currency} has {count} decimals"), currency=currency, count=decimals(currency))
    else:
        return Decimal(plain).quantize(Decimal(1).scaleb(-decimals(currency)))
    raise LoanAmount(amount=text, currency=currency, reason=reason)


@click.command()
@click.argument("cycle")
@click.argument("unit")
@click.argument("shares", type=click.IntRange(1, 1_000_000))
@date_option
@decision_option
@bank_option
@unit_bank_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def buy(session: Session, /, cycle: str, unit: str, shares: int, dry_run: bool, as_json: bool, **said: Any) -> int:  # noqa: FBT001  click gives flags so
    """UNIT buys SHARES of CYCLE: booked in the fund's book and in the unit's, both or neither."""
    from ledger.closing import cycle_deals  # noqa: PLC0415  after the arguments are known to be right

    asked = _deal(said)

    def run(by: str, today: dt.date) -> Done:
        return cycle_deals.buy(session.workspace, cycle, unit, shares, asked, by=by, today=today, dry_run=dry_run)

    return written(session, run, dry_run=dry_run, as_json=as_json)


@click.command()
@click.argument("cycle")
@click.argument("unit")
@click.argument("amount")
@click.option("--months", type=click.IntRange(1, 1200), metavar="N", help="For how many periods (default: as agreed).")
@click.option("--loan", default="", metavar="ID", help="What it is called (default: the next, such as RF26-L02).")
@date_option
@decision_option
@bank_option
@unit_bank_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def lend(
    session: Session,
    /,
    cycle: str,
    unit: str,
    amount: str,
    months: int | None,
    loan: str,
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
    **said: Any,
) -> int:
    """Lend AMOUNT of CYCLE to UNIT, as the board has decided: booked in both books, both or neither.

    It is refused where the cycle's terms don't allow it: limit, money in the fund, term, the last day for loans.
    """
    from ledger.closing import cycle_deals  # noqa: PLC0415  after the arguments are known to be right

    asked = _deal(said)
    wanted = amount_of(amount, opened(session, cycle).currency)

    def run(by: str, today: dt.date) -> Done:
        return cycle_deals.lend(
            session.workspace, cycle, unit, wanted, months, loan, asked, by=by, today=today, dry_run=dry_run
        )

    return written(session, run, dry_run=dry_run, as_json=as_json)


@click.command()
@click.argument("cycle")
@click.argument("unit")
@click.argument("amount")
@date_option
@decision_option
@bank_option
@unit_bank_option
@dry_option
@by_option
@json_option
@workspace_option
@click.pass_obj
def repay(session: Session, /, cycle: str, unit: str, amount: str, dry_run: bool, as_json: bool, **said: Any) -> int:  # noqa: FBT001  click gives flags so
    """UNIT pays AMOUNT on its loans of CYCLE: split into principal and charges as agreed, booked in both books.

    After the share-out, a person may stand for UNIT: what is still owed is paid in.
    """
    from ledger.closing import cycle_deals  # noqa: PLC0415  after the arguments are known to be right

    asked = _deal(said)
    paid = amount_of(amount, opened(session, cycle).currency)

    def run(by: str, today: dt.date) -> Done:
        return cycle_deals.repay(session.workspace, cycle, unit, paid, asked, by=by, today=today, dry_run=dry_run)

    return written(session, run, dry_run=dry_run, as_json=as_json)


def _deal(said: dict[str, Any]) -> Any:
    """What all dealings between a fund and a unit are asked with."""
    from ledger.closing.cycle_deals import Terms  # noqa: PLC0415  after the arguments are known to be right

    return Terms(
        day=day_or_today(said["day"]), decision=said["decision"], bank=said["bank"], unit_bank=said["unit_bank"]
    )


COMMANDS: dict[str, click.Command] = {command.name: command for command in (apply, buy, lend, repay) if command.name}
