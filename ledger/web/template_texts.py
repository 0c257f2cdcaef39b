"""What the templates say; listed here for the catalogues, and a test holds them to it."""

from __future__ import annotations

from ledger.messages import N_

TEMPLATE_TEXTS = (
    N_("There is no such figure."),
    N_("{start} to {end}. Debit is positive."),
    N_("All months"),
    N_("In the unit's own ledger:"),
    N_("Month"),
    N_("Unit"),
    N_("Postings"),
    N_("Amount"),
    N_("Sum"),
    N_("Date"),
    N_("Text"),
    N_("Account"),
    N_("Source"),
    N_("The following postings"),
    N_(
        "As of {date}; debit is positive. What is booked without a link to its invoice is set off against the"
        " oldest items of the same counterparty."
    ),
    N_("The book has errors: its open items aren't counted."),
    N_("Nothing is open."),
    N_("Kind"),
    N_("Currency"),
    N_("Total"),
    N_("Claims and debts between units differ by {amount} {currency}: sambok combine says in what."),
    N_("Counterparty"),
    N_("Number"),
    N_("Due"),
    N_("Days late"),
    N_("Open"),
    N_("{count} more: sambok open-items {unit}"),
    N_("Σ of the items = balance: {account} {amount} {currency}"),
    N_("The bank's own statements, out of the archive, against the books."),
    N_("No bank account here is fed by a source."),
    N_("Months to look at"),
    N_("No statement has been imported."),
    N_("Status"),
    N_("Bank"),
    N_("Books"),
    N_("Lines of the bank"),
    N_("Booked"),
    N_("Difference"),
    N_("booked: {date} {amount}"),
    N_("booked to another account"),
    N_("perhaps booked by hand: {where}"),
    N_("{count} more: sambok reconcile {unit} --month {month}"),
    N_("Nothing waits."),
    N_("Open the page"),
    N_("and"),
    N_("All"),
    N_("Show"),
    N_("Every dealing between units has both its sides."),
    N_("These amounts are shown, never hidden: until they are settled, the combined figures hold them."),
    N_("nothing found here"),
    N_("{start} to {end}, {currency}. Debit is positive; every figure opens its entries."),
    N_("Columns"),
    N_("Down to"),
    N_("Rows"),
    N_("Line"),
    N_("Accounts of {line}"),
    N_(
        "Columns of units and of their groups stand before eliminations. A unit in another currency sums to "
        "what its translation leaves under CTA."
    ),
)
