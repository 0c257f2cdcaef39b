"""What can be wrong with a meeting sheet. It is refused whole; the books stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class MeetingProblem(Problem):
    """Something in a meeting sheet; it may name persons, who are nobody's business outside the group."""

    personal = frozenset({"participant", "reason", "nearest"})


class MeetingLayout(MeetingProblem):
    """First row, columns or totals that aren't as a sheet must have them."""

    code = "MEETING_LAYOUT"
    message = N_("This is no whole meeting sheet: {reason}.")
    remedy = N_("Nothing was booked. Correct the sheet in its table program, save it as CSV, and import it again.")


class MeetingCell(MeetingProblem):
    """A cell that doesn't hold what its column is for."""

    code = "MEETING_CELL"
    message = N_("{column}: {reason}.")
    remedy = N_("Nothing was booked. Correct the cell as the group's own notes have it, and import the sheet again.")


class MeetingCycle(MeetingProblem):
    """A cycle that this book doesn't keep."""

    code = "MEETING_CYCLE"
    message = N_("The sheet is of the loan cycle {cycle}, which the book of {slug} doesn't keep.")
    remedy = N_("Nearest that it keeps: {nearest}. Correct the first row, or import it into the book of its own group.")


class MeetingUnits(MeetingProblem):
    """A sheet of a fund between units."""

    code = "MEETING_UNITS"
    message = N_("{cycle} is a fund between units: a sheet would change one side's books alone.")
    remedy = N_("Book it on both sides with: sambok loans buy, sambok loans lend, sambok loans repay")


class MeetingBooked(MeetingProblem):
    """A meeting whose number is booked already, with other content."""

    code = "MEETING_BOOKED"
    message = N_("Meeting {meeting} of {cycle} is booked already ({place}), and this sheet says something else.")
    remedy = N_(
        "Nothing was booked. If it is another meeting, give it its own number. If the booked one is wrong, add to the "
        "first row: corrects,{meeting},entered_by,NAME,signed_by,NAME (two officers)."
    )


class MeetingCorrection(MeetingProblem):
    """A correction of a meeting that can't be corrected so."""

    code = "MEETING_CORRECTION"
    message = N_("Meeting {meeting} of {cycle} can't be corrected with this sheet: {reason}.")
    remedy = N_("Nothing was booked. Single vouchers are taken back with: sambok correct")


class MeetingTies(MeetingProblem):
    """A correction with which a balance that was counted later wouldn't hold any more."""

    code = "MEETING_TIES"
    message = N_(
        "With this correction {account} would hold {difference} {currency} too {side} when meeting {next} counted "
        "{counted} (assertion of {date})."
    )
    remedy = N_(
        "Nothing was booked: what was counted stays true. See which of the two sheets is wrong. Money that is really "
        "missing is booked as a counting difference, by decision, on the day on which that was found."
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "other": (
            N_(
                "With this correction {account} would hold {difference} {currency} too {side}: its balance on {date} "
                "is stated as {counted}."
            ),
            remedy,
        )
    }


class MeetingOrder(MeetingProblem):
    """A meeting on a day on which it can't have been."""

    code = "MEETING_ORDER"
    message = N_("Meeting {meeting} of {cycle} on {date} can't be booked: {reason}.")
    remedy = N_("Nothing was booked. Correct number or date in the first row; import sheets in the meetings' order.")


class MeetingTerms(MeetingProblem):
    """What a participant did, and the cycle's terms don't allow."""

    code = "MEETING_TERMS"
    message = N_("{participant}: {reason}.")
    remedy = N_(
        "Nothing was booked. See what was written down at the meeting; what wasn't agreed on is decided by the "
        "group, and entered in units/policy.beancount, before it is booked."
    )


class MeetingCount(MeetingProblem):
    """A box that holds another sum than what was paid and borrowed makes of it."""

    code = "MEETING_COUNT"
    message = N_(
        "The loan fund's box was counted at {counted} {currency}, but must hold {computed}: {difference} too {side}. "
        "{opening} before + shares {shares} + fines {fines} + repaid {repaid} + charges {charges} + gifts {gifts} "
        "- new loans {loans} = {computed}."
    )
    remedy = N_(
        "Nothing was booked. Count again and compare row by row with the group's notes. Money that is really missing "
        "is booked as a counting difference, by decision, before the sheet."
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "expenses": (
            N_(
                "The loan fund's box was counted at {counted} {currency}, but must hold {computed}: {difference} too "
                "{side}. {opening} before + shares {shares} + fines {fines} + repaid {repaid} + charges {charges} + "
                "gifts {gifts} - new loans {loans} - expenses {expenses} = {computed}."
            ),
            remedy,
        ),
        "social": (
            N_(
                "The social fund's box was counted at {counted} {currency}, but must hold {computed}: {difference} too "
                "{side}. {opening} before + paid in {social} + fines {fines} = {computed}."
            ),
            remedy,
        ),
    }
