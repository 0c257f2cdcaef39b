"""What a person can do about a month that isn't reconciled: one sentence for each thing that is wrong with it."""

from __future__ import annotations

from importers.reconcile.days import Restated
from importers.reconcile.model import Month
from importers.reconcile.series import Gap, Skipped, Uncovered
from ledger.messages import N_, say

#: By kind of finding. A statement that can't be read has a problem of its own, with its own remedy.
FINDINGS: dict[str, str] = {
    "missing": N_(
        "Import the statement's file again: lines that the books lack come in. Where one is booked by hand, give that "
        "entry the line's source-id, or remove it first."
    ),
    "extra": N_(
        "Ask the bank whether it has these lines. Where it took them back, book that by a voucher; where an entry was "
        "copied, remove the copy."
    ),
    "changed": N_(
        "Give these entries the bank's date, amount and account again; what differs in fact belongs into an entry of "
        "its own. In a closed month, book the difference by a voucher."
    ),
    "twice": N_("Remove all but one of these entries; in a closed month, take the others back by a voucher."),
    "by_hand": N_("Each of these entries is a line of the bank under another name, or wrong: look for its twin."),
}
#: By kind of remark.
NOTES: dict[type, str] = {
    Gap: N_("Download the days in between from the bank and import them; if it has nothing there, ask the bank."),
    Skipped: N_("Download the statements with these numbers and import them."),
    Uncovered: N_("Download these days, too, and import them: only a statement shows that nothing moved."),
    Restated: N_("Ask the bank which of the two is right. If the books follow the other, correct them by a voucher."),
}


def remedies(month: Month) -> list[str]:
    """What to do about a month; nothing about one that is reconciled, and of which nothing is to be said."""
    told = [NOTES[type(note)] for note in month.notes]
    if month.bank is None or (not month.bank.whole and not month.running):
        told.append(N_("Download all of {month} from the bank and import it."))
    elif month.bank.closing is None:
        told.append(N_("Import a statement that gives the balance at the month's end; a list without balances can't."))
    kinds = dict.fromkeys(finding.kind for finding in month.findings)
    told += [FINDINGS[kind] for kind in kinds if kind in FINDINGS and (kind != "by_hand" or month.difference)]
    if month.difference and not told:
        if month.earlier == month.difference:
            told.append(N_("The difference is older: look at the first month that differs."))
        else:
            told.append(N_("Compare the books' entries of this account with the statement, line by line."))
    if month.running or month.early:
        told = [text for text in told if "{month}" not in text]
    return [say(text, month=month.month) for text in dict.fromkeys(told)]
