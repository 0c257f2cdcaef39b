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
    N_("Level"),
    N_(
        "{start} to {end}, {currency}. Income and a surplus are positive, costs negative. Each column is free"
        " of the dealings inside it."
    ),
    N_("Income statement"),
    N_("Balance sheet"),
    N_("Line"),
    N_(
        "{start} to {end}, {currency}. A surplus is positive. Each step begins where the one before has "
        "ended; the last is the group's result."
    ),
    N_("Step"),
    N_("So far"),
    N_("{start} to {end}, {currency}. Equity and a surplus are positive."),
    N_(
        "{start} to {end}. What was posted for each unit must equal its proof: opening net assets × the "
        "change of the rate, and each flow × what the closing rate differs from its own. Debit is positive, a"
        " gain negative."
    ),
    N_("Currency"),
    N_("Opening net assets"),
    N_("Posted, {currency}"),
    N_("Proof, {currency}"),
    N_("Agrees"),
    N_("Rounding"),
    N_("yes"),
    N_("no"),
    N_("As of {end}, {currency}. What belongs to the owned unit as a whole stands beside its first owner."),
    N_("Owner"),
    N_("Share, %"),
    N_("The group's part, %"),
    N_("Cost"),
    N_("Net assets when bought"),
    N_("Goodwill"),
    N_("Non-controlling interest"),
    N_("Its part of the result"),
    N_(
        "Figures that were locked with the digest of every file they were made of. A file that changes "
        "afterwards is told here, with what differs."
    ),
    N_("{start} to {end}"),
    N_("result {amount} {currency}"),
    N_("Sambok itself has changed since."),
    N_("{unit}: vouchers of {date} that are gone: {count}."),
    N_("Locked"),
    N_("Now"),
    N_("More: sambok runs {name}"),
    N_("What the finance head adjusts on top of all books; it stands under ADJ."),
    N_("by {name}"),
    N_("decision {id}"),
    N_("approved by {name}"),
    N_("taken back on {date}"),
    N_("it stays"),
    N_(
        "As of {date}; debit is positive. What is booked without a link to its invoice is set off against the"
        " oldest items of the same counterparty."
    ),
    N_("The book has errors: its open items aren't counted."),
    N_("Nothing is open."),
    N_("Kind"),
    N_("Total"),
    N_("Claims and debts between units differ by {amount} {currency}: sambok combine says in what."),
    N_("Counterparty"),
    N_("Number"),
    N_("Due"),
    N_("Days late"),
    N_("Open"),
    N_("{count} more: sambok open-items {unit}"),
    N_("Σ of the items = balance: {account} {amount} {currency}"),
    N_("All"),
    N_("only where something is left"),
    N_("Show"),
    N_(
        "{start} to {end}, {currency}. Debit is positive. The one + the other + adjusted = the unmatched "
        "rest; what is eliminated goes off both sides."
    ),
    N_("No pair of units has anything to show."),
    N_("One – other"),
    N_("The one has"),
    N_("The other has"),
    N_("Eliminated"),
    N_("Adjusted"),
    N_("Unmatched rest"),
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
    N_("Every dealing between units has both its sides."),
    N_("These amounts are shown, never hidden: until they are settled, the combined figures hold them."),
    N_("nothing found here"),
    N_("{start} to {end}, {currency}. Debit is positive; every figure opens its entries."),
    N_("Columns"),
    N_("Down to"),
    N_("Rows"),
    N_("Accounts of {line}"),
    N_(
        "Columns of units and of their groups stand before eliminations. A unit in another currency sums to "
        "what its translation leaves under CTA."
    ),
    N_("also what comes to zero"),
    N_("What is left in {row}: {amount} {currency}"),
    N_("Left in {row}: {amount} {currency}"),
    N_("Which months are final, who can close the next one, and what the others lack. A closed month never changes."),
    N_("There is nothing to close yet."),
    N_("{count} more: sambok close --status {month} --unit {unit} --json"),
    N_("A month is closed on the command line, by whoever answers for it."),
    N_("Ready to close"),
    N_("To be settled"),
    N_("Waiting for others"),
    N_("For the minutes"),
    N_("All that is sealed in the federation by now has the fingerprint {mark}."),
    N_("Who has the fingerprint on paper sees later whether anything has been changed: sambok verify"),
    N_("Who"),
    N_("Fingerprint"),
    N_("closed"),
    N_("opened again"),
)
