"""What accounts of the combined figures are called, and what kinds of entries are that no unit wrote."""

from __future__ import annotations

from ledger.charts.group import as_component
from ledger.combine.model import EARLIER, ENTERED, IN_TRANSIT, Place
from ledger.messages import N_, translate

#: Accounts that stand in no unit's book.
NAMES = {
    EARLIER: N_("Earlier years"),
    ENTERED: N_("Net assets"),
    IN_TRANSIT: N_("In transit"),
    "Minority-share": N_("Share of non-controlling interests"),
    "Owners-transactions": N_("Dealings between owners"),
    "Bargain-purchase": N_("Bought below value"),
    "Disposal": N_("Units sold"),
}
#: Kinds of entries that no unit wrote.
KINDS = {
    "trade": N_("Trade"),
    "levy": N_("Levy"),
    "loan": N_("Loan"),
    "interest": N_("Interest"),
    "fund": N_("Fund"),
    "solidarity": N_("Solidarity"),
    "capital": N_("Capital"),
    "dividend": N_("Dividend"),
    "patronage": N_("Patronage refund"),
    "asset": N_("Sale of fixed assets"),
    "write-down": N_("Loan written down"),
    "other": N_("Other dealings"),
    "unrealised": N_("Unrealised profit"),
    "transit": N_("In transit"),
    "adjustment": N_("Adjustment"),
    "translation": N_("Translation to closing rate"),
    "joined": N_("Joined"),
    "left": N_("Left"),
    "acquisition": N_("Acquired unit"),
    "goodwill": N_("Goodwill"),
    "minority": N_("Non-controlling interest"),
}


def account_of(place: Place, leaf: str, language: str | None) -> str:
    """The group account of a place and a unit's code or pseudo-unit."""
    line = place.group
    name = line.id if language is None else line.component(language)
    label = place.account
    if language is not None and label in NAMES:
        label = as_component(translate(NAMES[label], language))
    return f"{line.root}:{name}:{label}:{leaf}"
