"""What can be wrong with what is asked of a loan cycle (SPEC 5, 8)."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class CycleNotFound(Problem):
    """A cycle that policy doesn't have."""

    code = "CYCLE_NOT_FOUND"
    exit_code = EXIT_USAGE
    message = N_("There is no loan cycle {cycle}.")
    remedy = N_("Did you mean {nearest}? There are: {known}")
    cases: ClassVar = {
        "none": (
            N_("There is no loan cycle {cycle}, nor any other."),
            N_(
                "The finance head enters one in units/policy.beancount:"
                '  2026-01-01 custom "loan-cycle" "{cycle}" 100 KES'
            ),
        ),
        "faulty": (
            N_("The loan cycle {cycle} can't be used: its terms in policy are wrong."),
            N_("Correct what  sambok check  lists for units/policy.beancount."),
        ),
    }


class CycleBookFaulty(Problem):
    """A cycle whose book has errors: what it holds isn't known."""

    code = "CYCLE_BOOK_FAULTY"
    message = N_("What the cycle {cycle} holds isn't known: the book of {slug} has errors.")
    remedy = N_("Correct what  sambok check {slug}  lists, then ask again.")


class CycleUnclear(Problem):
    """A share-out of a cycle whose book leaves it open who has how much."""

    code = "CYCLE_UNCLEAR"
    message = N_("What a share-out of {cycle} would pay can't be said: its book leaves it open who has how much.")
    remedy = N_("Correct what  sambok check {slug}  lists, then ask again.")


class CycleParticipantUnknown(Problem):
    """Somebody who takes no part in a cycle."""

    code = "CYCLE_PARTICIPANT_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("{participant} takes no part in {cycle}.")
    remedy = N_("Did you mean {nearest}? Who takes part shows  sambok loans status {cycle}")
    cases: ClassVar = {
        "none": (
            N_("{participant} takes no part in {cycle}: nobody has bought a share yet."),
            N_("Import the first meeting's sheet, or book the first shares."),
        )
    }


class CycleLoanUnknown(Problem):
    """A loan that a cycle doesn't have."""

    code = "CYCLE_LOAN_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("{cycle} has no loan {loan}.")
    remedy = N_("Did you mean {nearest}? All loans lists  sambok loans schedule {cycle}")
    cases: ClassVar = {
        "none": (
            N_("{cycle} has no loan {loan}: none was given yet."),
            N_("Loans come with the meeting's sheet."),
        )
    }


class CycleNoRotation(Problem):
    """A rotation is asked for where participants have agreed on none."""

    code = "CYCLE_NO_ROTATION"
    exit_code = EXIT_USAGE
    message = N_("{cycle} has no rotation: its participants haven't agreed on an order in which each gets the pot.")
    remedy = N_('Whoever wants one enters it with the cycle in policy:  rotation: "lottery"')


class CycleNoAuction(Problem):
    """A round is to be auctioned where none is, or none is left."""

    code = "CYCLE_NO_AUCTION"
    exit_code = EXIT_USAGE
    message = N_("{cycle} auctions no rounds: its participants haven't agreed on that.")
    remedy = N_('Whoever wants it enters it with the cycle in policy:  rotation: "auction"')
    cases: ClassVar = {
        "over": (
            N_("Nobody in {cycle} waits for the pot: all have had it, or are behind with what they pay."),
            N_("Who is behind pays first; how all stand shows  sambok loans rotation {cycle}"),
        )
    }


class AuctionBid(Problem):
    """A bid of who may not bid."""

    code = "AUCTION_BID"
    exit_code = EXIT_USAGE
    message = N_("{participant} can't bid for the pot of {cycle} again: everybody gets it once.")
    remedy = N_("Leave the bid out; how all stand shows  sambok loans rotation {cycle}")
    cases: ClassVar = {
        "behind": (
            N_("{participant} can't bid for the pot of {cycle}: not all that was due is paid."),
            N_("Let it be paid first; how all stand shows  sambok loans rotation {cycle}"),
        )
    }


class CycleNoSeed(Problem):
    """A lottery that nobody could draw again."""

    code = "CYCLE_NO_SEED"
    message = N_("The order of {cycle} is drawn by lot, but policy names no seed: nobody could draw again.")
    remedy = N_(
        'Write it below the cycle before the first round:  seed: "..."  - a number that nobody here could choose.'
    )


class CycleDay(Problem):
    """A day on which there was no cycle yet."""

    code = "CYCLE_DAY"
    exit_code = EXIT_USAGE
    message = N_("On {day} there was no {cycle} yet: it begins on {begins}.")
    remedy = N_("Give a later  --date")
