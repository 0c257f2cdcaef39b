"""Rotating loans as people read them: sheets, pages and proposals in the window."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.cli.context import stdout
from ledger.cli.tables import GLUE, amount_text, print_table, wrapped
from ledger.messages import N_, number_text, say, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ledger.reports.loan_sheet import SheetText
    from ledger.reports.loans import Opened, Sheet
    from ledger.reports.loans_list import Listed
    from ledger.reports.loans_proposal import Proposal as ProposedLoans
    from ledger.reports.loans_ratios import RatioSheet
    from ledger.reports.loans_rotation import RotationSheet
    from ledger.reports.loans_share_out import Proposal
    from ledger.reports.loans_statement import Line, Page, Statements


def tell(console: Console, text: str, indent: str = "") -> None:
    """Sentences in lines that fit the window."""
    for line in wrapped(console, text, indent):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def title(console: Console, text: str) -> None:
    """A heading."""
    console.print(text, style="bold", markup=False)


def with_currency(opened: Opened, amount: Decimal) -> str:
    """`1,300.00 KES`, which nothing breaks over two lines."""
    return f"{amount_text(amount, opened.currency)}{GLUE}{opened.currency}"


def print_list(found: Sequence[Listed], day: dt.date) -> None:
    """All cycles, one figure each."""
    from ledger.reports.loans import HAS  # noqa: PLC0415  only for people

    console = stdout()
    title(console, say(N_("Loan cycles on {date}"), date=day))
    if not found:
        tell(console, say(N_("Policy has no loan cycle.")))
        return
    rows = [
        [
            one.name,
            one.book,
            f"{one.begins}",
            f"{one.ends or ''}",
            str(one.participants) if one.state else "",
            amount_text(sum((getattr(one.state, part) for part in HAS), Decimal(0)), one.currency) if one.state else "",
            one.currency,
        ]
        for one in found
    ]
    heads = N_("Cycle"), N_("Book"), N_("Begins"), N_("Ends"), N_("Participants"), N_("Fund"), N_("Currency")
    print_table(console, [say(head) for head in heads], rows, left={0, 1, 2, 3, 6})


def print_boxes(console: Console, made: Sheet) -> None:
    """What is read aloud: the box, what is lent, how many loans that is; and the social box."""
    opened, state = made.opened, made.state
    told = N_("Box {box}, lent {lent}, loans {count}.")
    box, lent = with_currency(opened, state.cash), with_currency(opened, state.loans)
    tell(console, say(told, box=box, lent=lent, count=made.open_loans))
    tell(console, say(N_("Social box {box}."), box=with_currency(opened, state.social_cash)))


def print_sheet(made: Sheet) -> None:
    """The fund's sheet."""
    from ledger.reports.loans import FROM, HAS, due_text, nobody_text, signed  # noqa: PLC0415  only for people

    opened, state, currency = made.opened, made.state, made.opened.currency
    console = stdout()
    title(console, say(N_("{cycle} on {date}"), cycle=opened.name, date=made.day))
    print_boxes(console, made)
    if not made.rows:
        tell(console, nobody_text(opened))
        if not made.has and not made.state.gap:
            return
    heads = (
        *(N_("Participant"), N_("Shares"), N_("Saved"), N_("Loans"), N_("Charges due"), N_("Unpaid fines")),
        *(N_("Next due"), N_("Days late"), N_("May borrow")),
    )
    rows = []
    for row in made.rows:
        its = row.standing
        amounts = [amount_text(a, currency) for a in (its.savings, its.loans, its.charges_due, its.fines_due)]
        due, room = due_text(row.next_due, made.day), amount_text(row.room.amount, currency)
        rows.append([row.shown, str(its.shares), *amounts, due, str(its.late_days or ""), room])
    sums = [amount_text(a, currency) for a in (state.shares, state.loans, state.charges_due, state.fines_due)]
    rows.append([say(N_("All")), str(sum(row.standing.shares for row in made.rows)), *sums, "", "", ""])
    print_table(console, [say(head) for head in heads], rows, left={0, 6})
    last = next((row.room.last for row in made.rows if row.room.why == "closed"), None)
    if last is not None:
        tell(console, say(N_("No loans are given after {date}."), date=last))
    elif made.rows:
        told = N_("Each may borrow so much if nobody else does; all together what the fund has to lend: {cash}.")
        tell(console, say(told, cash=with_currency(opened, max(made.fund.at_hand(made.day), Decimal(0)))))
    parts = [(translate(label), getattr(state, part)) for part, label in HAS.items()]
    head = say(N_("What the fund has"))
    tell(console, f"{head}: {_sum_text(parts, made.has, currency)}")
    parts = [(translate(label), signed(state, part)) for part, label in FROM.items()]
    head = say(N_("Where it came from"))
    tell(console, f"{head}: {_sum_text(parts, made.owes, currency)}")
    if state.gap:
        told = N_("They differ by {amount}: a voucher of the cycle has a posting that is no part of the fund.")
        tell(console, say(told, amount=with_currency(opened, state.gap)))


def _sum_text(parts: Sequence[tuple[str, Decimal]], total: Decimal, currency: str) -> str:
    """`In the box 600.00 + Lent 800.00 = 1,400.00`."""
    text = ""
    for label, amount in parts:
        if amount:
            sign = "-" if amount < 0 else "+" if text else ""
            text += f" {sign} " if text else sign
            text += f"{label}{GLUE}{amount_text(abs(amount), currency)}"
    return f"{text} = {amount_text(total, currency)}" if text else amount_text(total, currency)


def print_statements(made: Statements, only: str | None) -> None:
    """Pages, one after the other."""
    from ledger.reports.loans import nobody_text  # noqa: PLC0415  only for people

    console = stdout()
    if not made.pages:
        tell(console, nobody_text(made.opened))
    for page in made.pages:
        if only in {None, page.participant}:
            print_page(console, made, page)


def print_page(console: Console, made: Statements, page: Page) -> None:
    """A participant's page."""
    opened, day = made.opened, made.sheet.day
    title(console, say(N_("{cycle}: {participant}, {date}"), cycle=opened.name, participant=page.shown, date=day))
    heads = [
        *(
            N_("Date"),
            N_("Meeting"),
            N_("Shares"),
            N_("Paid for them"),
            N_("Social fund"),
            N_("Fines"),
            N_("Fines paid"),
        ),
        *(N_("Borrowed"), N_("Paid back"), N_("Charges"), N_("Charges paid"), N_("Paid out"), N_("Owed then")),
        *(N_("Due"), N_("Days late")),
    ]
    rows = [_row(made, line, say(N_("Opening")) if line is page.opening else line.meeting) for line in page.shown_lines]
    rows.append(_row(made, page.closing, say(N_("Sum"))))
    kept = [n for n in range(len(heads)) if n < ALWAYS or any(row[n] for row in rows)]
    left = {place for place, n in enumerate(kept) if n in {0, 1, len(heads) - 2}}
    print_table(console, [say(heads[n]) for n in kept], [[row[n] for n in kept] for row in rows], left=left)
    for sentence in sentences(made, page):
        tell(console, sentence)
    console.print()


#: So many columns of a page stand there even if nothing is in them.
ALWAYS = 4


def _row(made: Statements, line: Line, meeting: str) -> list[str]:
    from ledger.reports.loans_statement import count  # noqa: PLC0415  only for people

    def text(amount: Decimal) -> str:
        return amount_text(amount, made.opened.currency) if amount else ""

    shares = str(count(made.opened, line.paid)) if line.paid else ""
    amounts = (
        *(line.paid, line.social, line.fines, line.fines_paid, line.borrowed, line.repaid + line.set_off),
        *(line.charges, line.charges_paid, line.paid_out, line.debt),
    )
    due = line.due.isoformat() if line.due else ""
    return [line.date.isoformat(), meeting, shares, *map(text, amounts), due, str(line.late or "")]


def sentences(made: Statements, page: Page) -> list[str]:
    """What a page says below its table."""
    from ledger.reports.loans_statement import told  # noqa: PLC0415  only for people

    return told(made, page, lambda amount: with_currency(made.opened, amount))


def print_share_out(made: Proposal) -> None:
    """A share-out: what each gets, and why."""
    opened, shared, currency = made.opened, made.shared, made.opened.currency
    console = stdout()
    title(console, say(N_("{cycle}: share-out on {date}"), cycle=opened.name, date=made.day))
    parts = [
        (say(N_("In the box")), shared.cash),
        (say(N_("Lent")), shared.loans),
        (say(N_("Charges due")), shared.charges),
        (say(N_("Unpaid fines")), shared.fines),
        (say(N_("Borrowed from outside")), -shared.outside),
        (say(N_("Unpaid expenses")), -shared.unpaid_expenses),
    ]
    head = say(N_("To be shared out"))
    tell(console, f"{head}: {_sum_text(parts, shared.fund, currency)}")
    worth = amount_text(Decimal(shared.value.numerator) / Decimal(shared.value.denominator), currency)
    told = N_("Shares {count}; one was {price} and is worth about {worth} now.")
    tell(console, say(told, count=shared.shares, price=amount_text(shared.share_value, currency), worth=worth))
    heads = [N_("Participant"), N_("Shares"), N_("Worth"), N_("Owes"), N_("After debts")]
    rest = {
        N_("Paid now"): "paid_now",
        N_("Still to get"): "still_due",
        N_("To pay in"): "owed_in",
        N_("Written off"): "written_off",
    }
    rest = {head: name for head, name in rest.items() if any(getattr(one, name) for one in shared.payouts)}
    rest = {} if set(rest.values()) == {"paid_now"} else rest
    rows = []
    for one in shared.payouts:
        figures = one.gross, one.debts, one.payout, *(getattr(one, name) for name in rest.values())
        rows.append([opened.shown(one.participant), str(one.shares), *(amount_text(a, currency) for a in figures)])
    names = ("gross", "debts", "payout", *rest.values())
    sums = [sum((getattr(one, name) for one in shared.payouts), Decimal(0)) for name in names]
    rows.append([say(N_("All")), str(shared.shares), *(amount_text(a, currency) for a in sums)])
    print_table(console, [say(head) for head in (*heads, *rest)], rows, left={0})
    box = with_currency(opened, made.state.social_cash)
    tell(console, say(N_("The social fund isn't shared out: {box} in its box."), box=box))


def print_proposal(made: ProposedLoans) -> None:
    """Applications in order, with the reasons below each."""
    from ledger.reports.loans_proposal import reason_text  # noqa: PLC0415  only for people
    from ledger.rules.loans.lottery import METHOD  # noqa: PLC0415  likewise

    opened = made.opened
    console = stdout()
    title(console, say(N_("{cycle}: applications for loans on {date}"), cycle=opened.name, date=made.day))
    tell(console, say(N_("To be lent: {cash}."), cash=with_currency(opened, made.cash)))
    if not made.ranked:
        tell(
            console, say(N_("Nobody waits for a loan. An application:  sambok loans apply {cycle}"), cycle=opened.name)
        )
        return

    def write(amount: Decimal) -> str:
        return with_currency(opened, amount)

    for one in made.ranked:
        asked = made.of(one.application)
        whom, amount = opened.shown(one.application.participant), write(one.application.amount)
        head = say(N_("{place}. {participant}: {amount}"), place=one.place, participant=whom, amount=amount)
        tell(console, f"{head}  {asked.reason}" if asked.reason else head)
        why = "; ".join(reason_text(reason, write) for reason in one.reasons)
        tell(console, why, "   ")
        if one.outcome:
            tell(console, reason_text(one.outcome, write), "   ")
    tell(console, say(N_("Lots ({method}): the seed is {seed}."), method=METHOD, seed=made.seed))
    if made.seed_from == "day":
        text = N_("Whoever chose the day chose it. One that nobody chooses, such as the minutes' text:  --seed TEXT")
        tell(console, say(text))


def print_rotation(made: RotationSheet) -> None:
    """The order with its reasons, and how all stand."""
    from ledger.reports.loans import nobody_text  # noqa: PLC0415  only for people
    from ledger.reports.loans_rotation import reason_text  # noqa: PLC0415  only for people

    opened, currency = made.opened, made.opened.currency
    console = stdout()
    title(console, say(N_("{cycle}: rotation on {date}"), cycle=opened.name, date=made.day))

    def text(amount: Decimal) -> str:
        return amount_text(amount, currency)

    if not made.turns:
        tell(console, nobody_text(opened))
        return
    rows = []
    for number, turn in enumerate(made.turns):
        held = made.held[number] if number < len(made.held) else None
        why = "; ".join(reason_text(reason, text) for reason in turn.reasons)
        got = ", ".join(f"{opened.shown(name)} {text(amount)}" for name, amount in held.got.items()) if held else ""
        rows.append([str(number + 1), held.date.isoformat() if held else "", opened.shown(turn.participant), got, why])
    heads = N_("Round"), N_("Date"), N_("Whose turn"), N_("Got"), N_("Why")
    print_table(console, [say(head) for head in heads], rows, left={0, 1, 2, 3, 4})
    if made.held:
        heads = N_("Participant"), N_("Paid in"), N_("Not paid"), N_("Got"), N_("Still to pay")
        rows = [
            [opened.shown(name), *(text(a) for a in (its.paid_in, its.missed, its.received, its.remaining))]
            for name, its in made.positions.items()
        ]
        print_table(console, [say(head) for head in heads], rows, left={0})
    following = made.next_turn
    missed = made.positions[following.participant].missed if following else Decimal(0)
    if following and missed:
        told = N_("{name}'s turn is next, and {amount} of earlier rounds isn't paid: it is set off from the pot.")
        tell(console, say(told, name=opened.shown(following.participant), amount=with_currency(opened, missed)))
    if made.seed:
        tell(console, say(N_("The seed of the lottery: {seed}"), seed=made.seed))


def print_ratios(made: RatioSheet) -> None:
    """Each ratio with its numerator and denominator."""
    from ledger.reports.levy import in_full  # noqa: PLC0415  only for people
    from ledger.reports.loans_ratios import name_of, shown, terms_of  # noqa: PLC0415  likewise

    opened = made.opened
    console = stdout()
    title(console, say(N_("{cycle}: ratios on {date}"), cycle=opened.name, date=made.day))
    rows = []
    for one in made.ratios:
        value, (above, below) = one.shown(), terms_of(one)
        text = "-" if value is None else number_text(value, 2) + (" %" if one.kind == "rate" else "")
        parts = [
            f"{name}{GLUE}{shown(number, lambda a: in_full(a, opened.currency)) or '?'}"
            for name, number in ((above, one.numerator), (below, one.denominator))
        ]
        rows.append([name_of(one), text, f"{parts[0]} / {parts[1]}".replace(GLUE, " ")])
    heads = N_("Ratio"), N_("Value"), N_("Of what")
    print_table(console, [say(head) for head in heads], rows, left={0, 2})


def tell_why(made: Proposal) -> None:
    """Why a share-out can't be booked yet, on standard error."""
    from ledger.cli.context import report  # noqa: PLC0415  only on the way out
    from ledger.closing.cycle_end import refuse  # noqa: PLC0415  likewise
    from ledger.closing.problems_share_out import ShareOutWaits  # noqa: PLC0415  likewise

    try:
        refuse(made)
    except ShareOutWaits as problem:
        report([problem])


def print_blank(opened: Opened, blank: SheetText) -> None:
    """The next meeting's sheet: what is read out."""
    from ledger.reports.loan_sheet import READ_OUT  # noqa: PLC0415  only for people

    console = stdout()
    title(
        console, say(N_("{cycle}: meeting {meeting}, {date}"), cycle=opened.name, meeting=blank.number, date=blank.date)
    )
    boxes = {"box": with_currency(opened, blank.box), "social": with_currency(opened, blank.social)}
    told = N_("After the last meeting: box {box}, social box {social}.")
    tell(console, say(N_("The first meeting: box {box}, social box {social}.") if blank.first else told, **boxes))

    def text(amount: Decimal) -> str:
        return amount_text(amount, opened.currency) if amount else ""

    rows = [[row.name, str(row.shares), *map(text, (row.loan, row.due, row.charge, row.fines))] for row in blank.rows]
    print_table(console, [say(head) for head in READ_OUT], rows, left={0})
    tell(console, say(N_("To be filled in:  --html FILE  for paper,  --csv FILE  for a spreadsheet.")))
