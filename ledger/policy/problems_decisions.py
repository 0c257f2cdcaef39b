"""What can be wrong with what is booked on decisions, or without one (SPEC 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class DecisionNeeded(Problem):
    """A protected account moved, and nobody has decided it."""

    code = "DECISION_NEEDED"
    message = N_("{account} takes nothing without a decision, and this voucher names none.")
    remedy = N_(
        'Name the decision that allows it, below the posting or below the voucher\'s first line:  decision: "<id>"'
        "  -  sambok decision list  shows all;  sambok decision add  enters one."
    )


class DecisionUnknown(Problem):
    """An id that policy doesn't have."""

    code = "DECISION_UNKNOWN"
    message = N_("There is no decision {id} in units/policy.beancount.")
    remedy = N_("Did you mean {nearest}? The finance head enters a new one:  sambok decision add {id}")


class DecisionLater(Problem):
    """A decision that doesn't count on the day of the voucher."""

    code = "DECISION_LATER"
    message = N_("The decision {id} is of {decided}; this voucher is of {date}, before it.")
    remedy = N_("Date the voucher {decided} or later, or name the decision that allowed it on its day.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "ended": (
            N_("The decision {id} counts until {until}; this voucher is of {date}, after it."),
            N_("Name a decision that is still in force, or have it renewed:  sambok decision add <id>"),
        ),
    }


class DecisionUsedUp(Problem):
    """More was booked than decided."""

    code = "DECISION_USED_UP"
    message = N_(
        "The decision {id} allows {amount} {currency}; with this voucher {booked} {currency} are booked on it,"
        " {over} {currency} too much."
    )
    remedy = N_(
        "Correct the voucher, or name a decision for what is too much. The two sides of one dealing count once if they"
        " share its link (^ic-...); what all is booked shows  sambok decision list"
    )
