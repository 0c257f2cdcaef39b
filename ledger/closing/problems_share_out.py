"""Why a share-out, a leaver or a loan that is given up can't be booked (SPEC 8)."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class ShareOutWaits(Problem):
    """A share-out that can't be booked yet."""

    code = "SHARE_OUT_WAITS"
    exit_code = EXIT_PERSON
    message = N_("{cycle} can't be shared out yet: somebody owes more than the own shares are worth ({owing}).")
    remedy = N_(
        "Let it be paid in, and book it; or let the meeting decide what happens otherwise:  --shortfall pro-rata  pays"
        " the others in proportion,  --shortfall write-off  makes it everybody's loss."
    )
    cases: ClassVar = {
        "owes-more": (
            N_("{cycle} can't be shared out: it owes others {outside}, and there is {cash} in the box."),
            N_("Loans have to be paid back first; then pay what the group owes, and share out the rest."),
        ),
        "no-shares": (
            N_("{cycle} can't be shared out on {day}: nobody holds a share."),
            N_("Give the day of the meeting:  --date ; if it was shared out before, there is nothing left to do."),
        ),
    }


class ShareOutUndecided(Problem):
    """Something that needs a decision, without one."""

    code = "SHARE_OUT_UNDECIDED"
    exit_code = EXIT_USAGE
    message = N_("Nothing is booked without the decision that allows it.")
    remedy = N_("Name it:  --decision ID  - a new one is entered with  sambok decision add")


class ShareOutLeftIn(Problem):
    """Money can't be left in as somebody asks for."""

    code = "SHARE_OUT_LEFT_IN"
    exit_code = EXIT_USAGE
    message = N_("{participant} can't leave in {count} shares, {amount}: there is {paid} to be paid out.")
    remedy = N_("Leave in {most} at most.")
    cases: ClassVar = {
        "shape": (
            N_('"{text}" doesn\'t say who leaves in how many shares.'),
            N_("Write it like this:  --leave-in Anna=3"),
        ),
        "into": (
            N_("It isn't said into which cycle money is left in."),
            N_("Name it:  --into NK27"),
        ),
        "book": (
            N_("{cycle} can't go on in {new}: that cycle's book is {book}'s."),
            N_("Name a cycle of the same book:  --into"),
        ),
        "most": (
            N_("{participant} can't leave in {count} shares: {new} allows {most} at a meeting."),
            N_("Leave in {most}, or have its terms changed:  max-shares:  in units/policy.beancount."),
        ),
        "same": (
            N_("{cycle} can't go on in itself."),
            N_("Name the next cycle:  --into"),
        ),
        "begins": (
            N_("{cycle} can't go on in {new} on {day}: that one begins on {begins}."),
            N_("Share out on that day, or let the new cycle begin earlier: the money would be nowhere in between."),
        ),
    }


class LeaverOwes(Problem):
    """A leaver who owes more than the shares are worth, or more than is in the box."""

    code = "LEAVER_OWES"
    exit_code = EXIT_PERSON
    message = N_("{participant} can't leave {cycle} yet: the shares are worth {gross}, and {debts} is owed.")
    remedy = N_(
        "Let {amount} be paid in first; or let the meeting decide to give it up:  sambok loans write-off {cycle} LOAN"
    )
    cases: ClassVar = {
        "cash": (
            N_("{participant} can't be paid {amount} yet: there is {cash} in the box."),
            N_("Wait until enough was paid back."),
        ),
        "nothing": (
            N_("{participant} has nothing in {cycle} on {day}, and owes it nothing."),
            N_("There is nothing to be booked."),
        ),
    }


class LoanRepaid(Problem):
    """A loan of which nothing is left to be written off."""

    code = "LOAN_REPAID"
    exit_code = EXIT_USAGE
    message = N_("Nothing is left of the loan {loan} on {day}.")
    remedy = N_("There is nothing to be written off.")


class LaterDealings(Problem):
    """What is dated before a dealing of the same fund: it would be worked out as if that one had never been."""

    code = "LOAN_LATER_DEALINGS"
    exit_code = EXIT_USAGE
    message = N_("Nothing can be paid out or given up of {cycle} on {day}: the book has dealings of {last} already.")
    remedy = N_("Date it {last} or later; or take the later vouchers back first:  sambok correct")


class LoanRefused(Problem):
    """A loan between units that the cycle's terms don't allow."""

    code = "LOAN_REFUSED"
    exit_code = EXIT_PERSON
    message = N_("{participant} can't borrow {amount} of {cycle} on {day}: {reason}.")
    remedy = N_("Ask for what the terms allow; what each may borrow shows  sambok loans status {cycle}")


class RepaidTooMuch(Problem):
    """More is paid on loans than is owed."""

    code = "REPAID_TOO_MUCH"
    exit_code = EXIT_USAGE
    message = N_("{participant} owes {cycle} {owed} on {day}; {amount} is more.")
    remedy = N_("Correct the amount; what is paid beyond it buys shares, or goes back.")


class RestWaits(Problem):
    """What is still due of a share-out can't be paid."""

    code = "SHARE_OUT_UNPAID"
    exit_code = EXIT_PERSON
    message = N_("Of {cycle} {due} are still to be paid out ({whom}), and there is nothing in the box on {day}.")
    remedy = N_("Book first what was paid in:  sambok loans repay {cycle} NAME AMOUNT")
    cases: ClassVar = {
        "nothing": (
            N_("Nothing is still due of a share-out of {cycle} on {day}."),
            N_("There is nothing to be paid. A cycle is shared out by  sambok loans share-out {cycle}"),
        )
    }


class CycleOfPersons(Problem):
    """A command for units, of a cycle whose participants are persons; or the other way round."""

    code = "CYCLE_OF_PERSONS"
    exit_code = EXIT_USAGE
    message = N_("The participants of {cycle} are persons: {command} is for loans between units.")
    remedy = N_("Put it on the meeting's sheet and import that:  sambok loans sheet {cycle}")
    cases: ClassVar = {
        "option": (
            N_("The participants of {cycle} are persons: {command} is for loans between units."),
            N_("Leave {command} out: money is taken from where the group's book has it."),
        )
    }


class CycleNoPart(Problem):
    """A unit that can't take part in a cycle."""

    code = "CYCLE_NO_PART"
    exit_code = EXIT_USAGE
    message = N_("{participant} can't take part in {cycle} on {day}: it is no member of the federation then.")
    remedy = N_("Give a day on which it is, or another unit.")
    cases: ClassVar = {
        "own": (
            N_("{participant} can't take part in {cycle}: its own book keeps it."),
            N_("Name another unit."),
        )
    }


class LoanAmount(Problem):
    """An amount that can't be one."""

    code = "LOAN_AMOUNT"
    exit_code = EXIT_USAGE
    message = N_('"{amount}" is no amount in {currency}: {reason}.')
    remedy = N_("Give a number above zero, with a point before its decimals, such as 24000.00")
