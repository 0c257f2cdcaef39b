"""What can be wrong with callbacks of M-Pesa (Daraja C2B)."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class DarajaJson(Problem):
    """Text that is no JSON object, or one that no callback is like."""

    code = "DARAJA_JSON"
    message = N_("This is no callback of M-Pesa: {reason}.")
    remedy = N_(
        "The file must hold what M-Pesa sent, one JSON object a line (or one in the file). Nothing of it was booked: "
        "take the line out, or ask who keeps the callbacks for them as they came."
    )


class DarajaKey(Problem):
    """A key that callbacks don't have, or one that is missing."""

    code = "DARAJA_KEY"
    message = N_("The callback {fault} {key}.")
    remedy = N_(
        "Keep callbacks as M-Pesa sends them, without keys of your own. If M-Pesa has changed them, import the "
        "statement instead, which holds the same payments."
    )


class DarajaValue(Problem):
    """A value that doesn't fit its key."""

    code = "DARAJA_VALUE"
    message = N_("{key} can't be {text}.")
    remedy = N_("The callback was damaged or made up. Take it out of the file; the statement brings what was paid.")


class DarajaShortCode(Problem):
    """A callback of another paybill or till."""

    code = "DARAJA_SHORT_CODE"
    message = N_("The callback is of the short code {found}; the source {name} is of {expected}.")
    remedy = N_(
        "Put it into the inbox of the source of that short code, or correct bank_account in units/{slug}/unit.toml."
    )


class DarajaTwice(Problem):
    """One receipt with two contents."""

    code = "DARAJA_TWICE"
    message = N_("The receipt {receipt} comes twice with different figures: {one}, and {other}.")
    remedy = N_(
        "M-Pesa gives a receipt to one payment. One of them was made up or edited: see which of them the statement "
        "shows, and take the other one out of the file or the books."
    )


class DarajaContradicted(Problem):
    """A callback that the statement contradicts."""

    code = "DARAJA_CONTRADICTED"
    message = N_("The callback of receipt {receipt} says {said}, and the statement shows {shown} ({place}).")
    remedy = N_("The statement counts, and the callback wasn't booked. Ask M-Pesa where it came from.")


class DarajaUnshown(Problem):
    """A callback whose payment the statement of its day doesn't show."""

    code = "DARAJA_UNSHOWN"
    message = N_("The statement of {date} shows no receipt {receipt}, of which a callback told {said}.")
    remedy = N_(
        "No money came: the callback was made up, or the payment was taken back at once. Take its entry out of the "
        "books ({place}); it counts nowhere as long as it stands there unconfirmed."
    )
