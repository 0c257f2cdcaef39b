"""What can be wrong with a bank's list that carries a balance beside every row, or that names no account."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class BankBalanceBroken(Problem):
    """A row whose balance isn't the one before it plus the row."""

    code = "BANK_BALANCE_BROKEN"
    message = N_(
        "The balance of row {row} ({date}) is {stated}, but the row before it and its own amount make {expected}; the "
        "difference is {difference}."
    )
    remedy = N_(
        "A row is missing, doubled, edited or cut off: nothing of the file was booked. Download it again, all pages "
        "and without filters, and don't open and save it in another program."
    )


class BankOrderUnclear(Problem):
    """Rows of one day whose balances follow from above as well as from below."""

    code = "BANK_ORDER_UNCLEAR"
    message = N_("Nothing in the file tells whether its first row is the newest or the oldest.")
    remedy = N_(
        'Say it in unit.toml, in [source.csv]: order = "newest-first" or "oldest-first"; or download more days.'
    )


class BankAccountUnclear(Problem):
    """A list that doesn't say which account it is of, where several sources read such lists."""

    code = "BANK_ACCOUNT_UNCLEAR"
    message = N_("The file doesn't say which account it is of, and {slug} has several sources for such files: {known}.")
    remedy = N_(
        "Put it into the inbox folder of its source: units/{slug}/inbox/<source>/; each of these sources needs its "
        "bank_account in unit.toml."
    )
