"""The next meeting's blank sheet: what is read out, and room for what is paid and borrowed (SPEC 8).

As CSV it is filled in and imported as it is: first row with number and probable day, a row a participant, cells empty.
As a page it is printed and written by hand: first what the boxes held after the last meeting and what each participant
has and owes, so that everybody hears it, then columns to write in. The page names persons: it belongs to the group.

Who takes part stands there, in the order of the first shares; then who has an account of the own in the group's book
that isn't closed: a cycle's first sheet names everybody who took part in the one before, and may buy shares in this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape

from beancount.core import data

from ledger.loans import Cycle
from ledger.messages import N_, direction, number_text, translate
from ledger.reports.loans import Opened
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.periods import end_of
from ledger.rules.rounding import decimals

ZERO = Decimal(0)
COLUMNS = ("member", "present", "shares", "social", "fine", "repaid", "charge", "new_loan", "months", "note")
#: The same on the page, in the language of the reader.
HEADS = (
    *(N_("Name"), N_("Present"), N_("Shares"), N_("Social fund"), N_("Fine"), N_("Repaid"), N_("Charge")),
    *(N_("New loan"), N_("Months"), N_("Note")),
)
#: What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@")
READ_OUT = (N_("Name"), N_("Shares"), N_("Loan left"), N_("Due now"), N_("Charge due"), N_("Unpaid fines"))
EMPTY_ROWS = 5
STYLE = """
@page { size: A4 landscape; margin: 12mm }
body { font: 14pt/1.4 sans-serif; color: #000; background: #fff; margin: 0 }
h1 { font-size: 20pt; margin: 0 } h2 { font-size: 15pt; margin: 6mm 0 2mm }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #000; padding: 2mm; text-align: end } th { font-size: 11pt }
th:first-child, td:first-child { text-align: start } tr { break-inside: avoid }
td:first-child { overflow-wrap: break-word; max-width: 70mm }
.write td { height: 9mm; padding-block: 0 } .write { break-before: page }
.write table { table-layout: fixed } .write th { font-size: 9pt; padding-inline: 1mm; hyphens: auto }
.write th:first-child { width: 18% } .write th:last-child { width: 14% }
"""


@dataclass(frozen=True)
class SheetRow:
    """What a participant has and owes; amounts in the cycle's currency.

    Attributes:
        name: as the group writes it.
        shares: whole ones.
        loan: principal left. `due`: of it, what is to be paid back by the meeting.
        charge: charges owed by then, booked or not. `fines`: unpaid ones.
    """

    name: str
    shares: int
    loan: Decimal
    due: Decimal
    charge: Decimal
    fines: Decimal


@dataclass(frozen=True)
class SheetText:
    """A blank sheet.

    Attributes:
        number: of the next meeting. `date`: its probable day.
        box, social: what the boxes held after the last meeting.
        rows: participants, in the order of their first share; then who may join.
        first: whether there was no meeting before it.
        csv: to be filled in and imported.
        html: to be printed.
    """

    number: int
    date: dt.date
    box: Decimal
    social: Decimal
    rows: tuple[SheetRow, ...]
    csv: str
    html: str
    first: bool


def may_join(opened: Opened, day: dt.date) -> tuple[str, ...]:
    """Who has an open account in the group's book and takes no part in the cycle yet, by name; of persons alone."""
    cycle = opened.cycle
    if not cycle.persons:
        return ()
    entries = opened.books.units[cycle.book_slug].entries()
    closed = {entry.account for entry in entries if isinstance(entry, data.Close) and entry.date <= day}
    known = {whom for (_, whom), account in cycle.accounts.items() if account not in closed}
    return tuple(sorted(known - set(cycle.fund.participants)))


def blank_sheet(cycle: Cycle, day: dt.date, language: str, others: Sequence[str] = ()) -> SheetText:
    """The next meeting's sheet.

    Args:
        cycle: whose.
        day: on which it is asked for; the meeting isn't before it.
        language: of the page's texts.
        others: who may join.
    """
    fund = cycle.fund
    number, date = _next(cycle, day)
    state = fund.state(max((day, *fund.meetings[-1:])))
    rows = tuple(_row(cycle, fund, participant, date) for participant in (*fund.participants, *others))
    csv, first = _csv(cycle, number, date, rows), not fund.meetings
    made = SheetText(number, date, state.cash, state.social_cash, rows, csv, "", first)
    return replace(made, html=_html(cycle, made, language))


def _next(cycle: Cycle, day: dt.date) -> tuple[int, dt.date]:
    """Number and probable day: as far after the last meeting as is agreed on, else as the last two lie apart."""
    fund, terms = cycle.fund, cycle.terms
    numbers = [int(m.meeting) for m in fund.movements if m.meeting.isascii() and m.meeting.isdigit()]
    number, days = max(numbers, default=0) + 1, fund.meetings
    if not days:
        return number, max(day, terms.begins)
    if terms.meetings:
        probable = end_of(replace(terms, period=terms.meetings, due_weekday=None), days[-1], 1)
    elif len(days) > 1:
        probable = days[-1] + (days[-1] - days[-2])
    else:
        probable = end_of(terms, days[-1], 1)
    return number, max(probable, day)


def _row(cycle: Cycle, fund: Fund, participant: str, date: dt.date) -> SheetRow:
    owed = cycle.with_provisional(date).standing(participant, date)
    due = ZERO
    for loan in fund.loans_of(participant):
        should = sum((one.principal for one in loan.schedule if one.due <= date), ZERO)
        back = loan.principal - loan.outstanding(date)
        due += min(max(should - back, ZERO), loan.outstanding(date))
    name = cycle.names.get(participant, participant)
    return SheetRow(name, owed.shares, owed.loans, due, owed.charges_due, owed.fines_due)


def _csv(cycle: Cycle, number: int, date: dt.date, rows: Sequence[SheetRow]) -> str:
    head = f"group,{cycle.name},meeting,{number},date,{date},counted_loan_fund,,counted_social_fund,"
    lines = [",".join([_cell(row.name), *[""] * (len(COLUMNS) - 1)]) for row in rows]
    return "\n".join([head, ",".join(COLUMNS), *lines, ""])


def _cell(name: str) -> str:
    """A name as a cell; one that a spreadsheet would work out has an apostrophe before it, which changes no name."""
    text = " ".join(name.split())
    text = f"'{text}" if text.startswith(FORMULA) else text
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',;"\t|') else text


def _html(cycle: Cycle, made: SheetText, language: str) -> str:
    currency = cycle.terms.currency

    def say(text: str, **params: object) -> str:
        return escape(translate(text, language).format(**params))

    def money(amount: Decimal) -> str:
        return number_text(amount, decimals(currency), language) if amount else ""

    rows = made.rows
    title = say(N_("{cycle}, meeting {number}, {date}"), cycle=cycle.name, number=made.number, date=made.date)
    told = N_(
        "After the last meeting the loan fund's box held {box} {currency}, the social fund's {social} {currency}."
    )
    if made.first:
        told = N_(
            "The first meeting. The loan fund's box holds {box} {currency}, the social fund's {social} {currency}."
        )
    held = say(
        told,
        box=number_text(made.box, decimals(currency), language),
        social=number_text(made.social, decimals(currency), language),
        currency=currency,
    )
    heard = [
        _cells([escape(r.name), str(r.shares), money(r.loan), money(r.due), money(r.charge), money(r.fines)])
        for r in rows
    ]
    blank = ["&nbsp;"] * (len(HEADS) - 1)
    written = [_cells([escape(r.name), *blank]) for r in rows] + [_cells(["&nbsp;", *blank])] * EMPTY_ROWS
    written.append(_cells([say(N_("Total")), *blank]))
    read_out, to_write = ("".join(f"<th>{say(head)}</th>" for head in heads) for heads in (READ_OUT, HEADS))
    heard_text, written_text = say(N_("Read out")), say(N_("Written at the meeting"))
    line = "\N{HORIZONTAL BAR}" * 8
    counted = say(N_("Counted: loan fund {line} social fund {line}  Signed: {line}"), line=line)
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction(language)}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<h2>{heard_text}</h2>\n<p>{held}</p>\n"
        f"<table>\n<thead><tr>{read_out}</tr></thead>\n{chr(10).join(heard)}\n</table>\n"
        f'<div class="write">\n<h2>{written_text}</h2>\n'
        f"<table>\n<thead><tr>{to_write}</tr></thead>\n{chr(10).join(written)}\n</table>\n<p>{counted}</p>\n</div>\n</body>\n</html>\n"
    )


def _cells(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
