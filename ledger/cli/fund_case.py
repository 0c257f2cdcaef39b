"""One case of the investment fund, printed: what was asked for, decided, paid, promised (SPEC 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.cli.context import stdout
from ledger.cli.tables import amount_text, print_table
from ledger.messages import N_, say
from ledger.reports.fund import ASKED, COVENANTS, CRITERIA, KINDS, STATES, points_text
from ledger.reports.levy import percent
from ledger.rules.rounding import half_away

if TYPE_CHECKING:
    from decimal import Decimal

    from ledger.funds.rows import FundRow
    from ledger.reports.fund import FundStatement
    from ledger.reports.fund_cases import CaseLine


def print_case(line: CaseLine, found: FundStatement) -> None:
    """Print all that is known of a case."""
    console, asked, agreement = stdout(), line.case.application, line.case.agreement

    def text(amount: Decimal) -> str:
        return amount_text(half_away(amount, found.currency), found.currency)

    title = N_("{case_name}: {unit}, {state}")
    console.print(
        say(title, case_name=line.case.name, unit=line.case.unit, state=say(STATES[line.state])), style="bold"
    )
    if asked is not None:
        said = N_("Asked for on {day}: {amount} of a budget of {budget}, own part {own}.")
        console.print(
            say(said, day=asked.date, amount=text(asked.amount), budget=text(asked.budget), own=text(asked.own_part))
        )
        for key, words in ASKED.items():
            if key in asked.texts:
                console.print(f"  {say(words)}: {asked.texts[key]}", markup=False)
        if asked.lacks:
            console.print(say(N_("It lacks: {keys}"), keys=", ".join(asked.lacks)), style="yellow")
    if line.score is not None:
        rows = []
        for one in line.score.points:
            given = line.case.points.get(one.criterion) if line.case.points else None
            rows.append(
                [
                    say(CRITERIA[one.criterion]),
                    points_text(one.points),
                    points_text(one.most),
                    "" if given is None else points_text(given),
                ]
            )
        heads = (N_("Criterion"), N_("By the scale"), N_("At most"), N_("Committee"))
        print_table(console, [say(head) for head in heads], rows, left={0})
    if agreement is not None:
        said = N_("Agreed on {day} by {decision}: {kind} of {amount}, of a budget of {budget}, own part {own}.")
        parts = {"amount": text(agreement.amount), "budget": text(agreement.budget), "own": text(agreement.own_part)}
        kind = say(KINDS[agreement.kind])
        console.print(say(said, day=agreement.begins, decision=line.case.decision, kind=kind, **parts))
        if agreement.kind == "loan":
            terms = N_("Interest {rate} a year, {term} months, of which {grace} without principal.")
            console.print(say(terms, rate=percent(agreement.interest), term=agreement.term, grace=agreement.grace))
    said = N_("Paid out {paid}, left to pay {left}; owed {owed}, interest due {interest}, written down {down}.")
    amounts = {"paid": line.paid, "left": line.left, "owed": line.owed, "interest": line.interest_due}
    console.print(say(said, **{key: text(a) for key, a in amounts.items()}, down=text(line.allowance)))
    if line.plan:
        rows = [[str(row.due), text(row.principal), text(row.charge), text(row.balance)] for row in line.plan]
        heads = (N_("Due"), N_("Principal"), N_("Interest"), N_("Still owed"))
        print_table(console, [say(head) for head in heads], rows, left={0})
    if line.late.amount:
        late = N_("{amount} is late since {day}, {count} days.")
        console.print(
            say(late, amount=text(line.late.amount), day=line.late.since, count=line.late.days), style="yellow"
        )
    for promise in line.promises:
        kept = say(N_("kept")) if promise.met else say(N_("broken"))
        console.print(f"  {say(COVENANTS[promise.name])}: {kept}")
    for row in line.case.rows:
        if row.kind in {"loan", "grant", "stake"} and (what := _moved(row, line)):
            named = ", ".join(row.invoices)
            console.print(
                f"  {row.date}  {row.voucher}  {text(abs(row.amount))}  {what}  {named}".rstrip(), markup=False
            )


def _moved(row: FundRow, line: CaseLine) -> str:
    """What a voucher of a case did; nothing for the grant that forgives a loan, whose principal is told."""
    with_it = {other.kind for other in line.case.rows if other.voucher == row.voucher}
    if row.kind == "grant":
        return "" if "loan" in with_it else say(N_("paid out"))
    if row.amount > 0:
        return say(N_("paid out"))
    return say(N_("forgiven")) if "grant" in with_it else say(N_("paid back"))
