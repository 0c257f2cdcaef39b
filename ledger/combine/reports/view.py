"""The federation's ledger as Beancount entries, for Fava and for export (SPEC 10, Group account).

An account is `<Root>:<Line>:<NNNN>-<Name>:<Code>`, so that the account tree is the consolidation worksheet: a line, its
accounts, and under each every unit and what was eliminated (ELIM), adjusted (ADJ) and translated (CTA). Each entry
keeps the unit's own file and line; what no unit wrote has a file name in angle brackets, so that nothing can be
overwritten by editing it. The sums by account are the trial balance's, whatever the level of detail.

Payees and texts of payroll, of persons' loans and of members' contributions are masked, and participants' accounts have
already collapsed: no personal name reaches this ledger. Balances, pads, documents and notes stay in the unit's own
ledger.

Above a number of transactions each unit comes in monthly sums. An entry has at most eight postings then: its last
account carries over into the next entry of the month, so that each one balances without a clearing account.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from beancount.core import data

from ledger.books import Books
from ledger.combine.combined import Combined
from ledger.combine.provisional import Run
from ledger.combine.reports.view_writer import Writer, Written
from ledger.memo import memo_of

#: Each unit's entries in a file in angle brackets are numbered from a multiple of this, so that they stay as they are
#: when another unit gets more of them.
LINES_EACH = 1_000_000


def group_entries(
    books: Books,
    run: Run,
    combined: Combined,
    *,
    language: str | None,
    threshold: int,
    roots: Mapping[str, str] | None = None,
) -> list[data.Directive]:
    """The combined ledger's entries, sorted as Beancount sorts.

    Args:
        books: the books `combined` was made of.
        run: its provisional entries.
        combined: the figures; in the reporting currency.
        language: of line names and texts (sv, en, es); None = line ids and English, for export.
        threshold: with more transactions than this, units come in monthly sums.
        roots: other names of Beancount's five roots.

    Returns:
        `Open` directives and balanced transactions; Σ by account = `combined.trial_balance`.
    """
    del run  # the parts hold its entries; named because a caller owns both
    ws = books.workspace
    months = in_months(combined, threshold)
    setting = (combined.currency, combined.date_from, combined.date_to, language, roots, months)
    written: list[Written] = []
    for number, (slug, part) in enumerate(combined.parts.items()):
        writer = Writer(combined, language, roots or {}, number * LINES_EACH)
        work = partial(writer.unit, part, months=months)
        written.append(memo_of(ws.root).get(("view", slug), work, same=(part,), equal=(number, *setting)))
    last = Writer(combined, language, roots or {}, root=str(ws.root))
    last.group(combined.entries, months=months)
    written.append(Written(last.entries, last.first))
    found = [*last.opens(written), *(entry for one in written for entry in one.entries)]
    found.sort(key=data.entry_sortkey)
    return found


def in_months(combined: Combined, threshold: int) -> bool:
    """Whether there are so many transactions that the units come in monthly sums."""
    return sum(s.transactions for part in combined.parts.values() for s in part.source.summaries) > threshold
