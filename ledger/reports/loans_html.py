"""Participants' pages to be printed: one page each, black on white, without anything from elsewhere (SPEC 8).

The file names persons: it belongs to the group, and is written where it is told to. Columns in which nothing stands are
left out; a page that has many all the same lies on its side.
"""

from __future__ import annotations

from decimal import Decimal
from html import escape

from ledger.messages import N_, current, direction, number_text, say
from ledger.reports.loans_statement import Line, Page, Statements, count, told
from ledger.rules.rounding import decimals

NBSP = "\N{NO-BREAK SPACE}"
#: Columns that stand there even if nothing is in them; so many in all fit an upright page.
ALWAYS, UPRIGHT = frozenset({0, 1, 2, 3, 4, 13}), 11
WIDE = ' class="wide"'
STYLE = """
@page { size: A4; margin: 12mm }
@page wide { size: A4 landscape; margin: 12mm }
body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 273mm }
section { break-after: page; padding: 4mm 0; max-width: 186mm }
section.wide { page: wide; max-width: none }
section:last-child { break-after: auto }
@media screen { body { padding: 0 2mm } section { overflow-x: auto } }
h1 { font-size: 16pt; margin: 0; overflow-wrap: anywhere } h2 { font-size: 12pt; font-weight: normal; margin: 0 0 4mm }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt }
th, td { border-bottom: 1px solid #888; padding: 1mm .6mm; text-align: end; vertical-align: top }
td { white-space: nowrap } th { vertical-align: bottom; hyphens: auto } tr { break-inside: avoid }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: start }
tr.sum td { border-top: 2px solid #000; font-weight: bold }
p { margin: 2mm 0 } .sign { break-inside: avoid; margin-top: 14mm; display: flex; gap: 10mm }
.sign span { flex: 1; border-top: 1px solid #000 }
"""


def statement_pages(made: Statements, only: str | None = None) -> str:
    """A document with a page for each participant, or for one alone."""
    pages = "\n".join(_page(made, page) for page in made.pages if only in {None, page.participant})
    heading = escape(say(N_("{cycle} on {date}"), cycle=made.opened.name, date=made.sheet.day))
    return (
        f'<!doctype html>\n<html lang="{current()}" dir="{direction(current())}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{heading}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{pages}\n</body>\n</html>\n"
    )


def _page(made: Statements, page: Page) -> str:
    opened = made.opened

    def money(amount: Decimal) -> str:
        return f"{number_text(amount, decimals(opened.currency))}{NBSP}{opened.currency}"

    heads, rows = _table(made, page)
    head = "".join(f"<th>{escape(head)}</th>" for head in heads)
    *lines, last = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = "\n".join((*(f"<tr>{line}</tr>" for line in lines), f'<tr class="sum">{last}</tr>'))
    sentences = "\n".join(f"<p>{escape(sentence)}</p>" for sentence in told(made, page, money))
    sign = "".join(f"<span>{escape(say(text))}</span>" for text in (N_("Date"), N_("Participant"), N_("For the group")))
    heading = say(N_("{cycle} on {date}"), cycle=opened.name, date=made.sheet.day)
    return (
        f"<section{'' if len(heads) <= UPRIGHT else WIDE}>\n<h1>{escape(page.shown)}</h1>\n"
        f"<h2>{escape(heading)}, {opened.currency}</h2>\n<table>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        f'{sentences}\n<div class="sign">{sign}</div>\n</section>'
    )


def _table(made: Statements, page: Page) -> tuple[list[str], list[list[str]]]:
    """Headings and rows, the sum last; without the columns in which nothing stands."""
    heads = (
        *(N_("Date"), N_("Meeting"), N_("Shares"), N_("Paid for them"), N_("Shares in all"), N_("Social fund")),
        *(N_("Fines"), N_("Fines paid"), N_("Borrowed"), N_("Paid back"), N_("Charges"), N_("Charges paid")),
        *(N_("Paid out"), N_("Owed then"), N_("Due"), N_("Days late")),
    )
    rows = [_row(made, line, say(N_("Opening")) if line is page.opening else line.meeting) for line in page.shown_lines]
    rows.append(_row(made, page.closing, say(N_("Sum"))))
    kept = [n for n in range(len(heads)) if n in ALWAYS or any(row[n] for row in rows)]
    return [say(heads[n]) for n in kept], [[row[n] for n in kept] for row in rows]


def _row(made: Statements, line: Line, meeting: str) -> list[str]:
    def text(amount: Decimal) -> str:
        return number_text(amount, decimals(made.opened.currency)) if amount else ""

    return [
        line.date.isoformat(),
        meeting,
        str(count(made.opened, line.paid)) if line.paid else "",
        text(line.paid),
        str(count(made.opened, line.saved)),
        *(text(amount) for amount in (line.social, line.fines, line.fines_paid, line.borrowed)),
        *(text(amount) for amount in (line.repaid + line.set_off, line.charges, line.charges_paid)),
        *(text(amount) for amount in (line.paid_out, line.debt)),
        line.due.isoformat() if line.due else "",
        str(line.late or ""),
    ]
