"""Why a unit's month can't be closed yet (SPEC 7): each with what settles it."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_PERSON, Problem
from ledger.messages import N_


class NotReady(Problem):
    """What keeps a month open."""

    exit_code = EXIT_PERSON


class CloseEarlierOpen(NotReady):
    """A month before it is open."""

    code = "CLOSE_EARLIER_OPEN"
    message = N_("{slug}: {first} is open, and comes before {period}.")
    remedy = N_("Months close in order:  sambok close --until {last} --unit {slug}  closes what is before it.")
    cases: ClassVar = {
        "more": (N_("{slug}: {count} months before {period} are open, the first of them {first}."), remedy),
    }


class CloseNotOver(NotReady):
    """A month whose last day isn't past."""

    code = "CLOSE_NOT_OVER"
    message = N_("{slug}: {period} isn't over yet.")
    remedy = N_("Close it on {day} or later: until then somebody may still book in it.")


class CloseLeft(NotReady):
    """A month in which the unit is no member."""

    code = "CLOSE_LEFT"
    message = N_("{slug} is no member of the federation in {period}.")
    remedy = N_("There is nothing to close. If that is wrong, correct joined or left here.")


class CloseFlagged(NotReady):
    """An entry that waits for a person."""

    code = "CLOSE_FLAGGED"
    message = N_("This entry of {date} is flagged !: it waits for somebody to say that it is right.")
    remedy = N_("If it is, put * for !; else correct it first.")
    cases: ClassVar = {
        "suspense": (
            N_("{amount} {currency} of {date} wait on {account} for their account."),
            N_(
                "Put the right account in place of {account}, and * for !. If nobody can know it yet, somebody takes "
                'responsibility: write  accepted-by: "name"  and  reason: "why"  below the entry\'s first line.'
            ),
        ),
        "accepted": (
            N_("{amount} {currency} of {date} on {account} are accepted, but it isn't said by whom and why."),
            N_('Write both  accepted-by: "name"  and  reason: "why"  below the entry\'s first line.'),
        ),
        "year": (
            N_("{amount} {currency} of {date} wait on {account}, and {period} is the last month of the fiscal year."),
            N_(
                "Put the right account in place of {account}, and * for !: nothing stays on suspense at the year's end."
            ),
        ),
        "rest": (
            N_("{slug}: {amount} {currency} are left on {account} at the end of the fiscal year."),
            N_("Book them where they belong by a voucher of {period}: nothing stays on suspense at the year's end."),
        ),
    }


class CloseNumberMissing(NotReady):
    """Vouchers without a number."""

    code = "CLOSE_NUMBER_MISSING"
    message = N_("{slug}: vouchers without a number in {period}: {count}; this is the first.")
    remedy = N_("Give them numbers:  sambok number {slug}")


class CloseNumberGap(NotReady):
    """Numbers that no voucher has, below one that is used."""

    code = "CLOSE_NUMBER_GAP"
    message = N_("{slug}: no voucher has the number {numbers}, and nothing says why.")
    remedy = N_(
        'Enter the voucher that has it, or say why there is none:  {date} event "voucher-gap" "{numbers} the reason"'
    )


class CloseNumberTwice(NotReady):
    """A number that several vouchers have."""

    code = "CLOSE_NUMBER_TWICE"
    message = N_("{voucher} is the number of two vouchers: of this one, and of {other}.")
    remedy = N_("Take the line  voucher:  out of the one that has it by mistake, and run  sambok number {slug}")


class CloseUnreconciled(NotReady):
    """An account with statements that isn't compared with them to the end of the month."""

    code = "CLOSE_UNRECONCILED"
    message = N_("{slug}: {account} isn't reconciled for {period}. {reason}")
    remedy = N_("{advice} The whole comparison:  sambok reconcile {slug} --month {period}")
    cases: ClassVar = {
        "never": (
            N_("{slug}: {account} isn't reconciled for {period}: no statement tells of that month or one before it."),
            N_(
                "Import a statement:  sambok import {slug} FILE . If the bank has none of so long ago, write what "
                "the one on paper says:  {day} balance {account}  AMOUNT {currency}"
            ),
        ),
    }


class CloseNoCount(NotReady):
    """A till or a cash box that nobody has counted."""

    code = "CLOSE_NO_COUNT"
    message = N_("{slug}: nobody has counted {account} at the end of {period}.")
    remedy = N_(
        "Count it, and write what was there into the next month's file:  {day} balance {account}  AMOUNT {currency}"
    )


class CloseAmountDigits(NotReady):
    """An amount that nobody can pay: Beancount has worked it out, such as that of (100/3)."""

    code = "CLOSE_AMOUNT_DIGITS"
    message = N_("{amount} {currency} of {date} on {account}: no amount is finer than {smallest} {currency}.")
    remedy = N_(
        "Write out the amounts of this voucher, rounded: here {rounded}. What that leaves over is added to one of them."
    )


class CloseInternal(NotReady):
    """A difference between two parts of one legal person."""

    code = "CLOSE_INTERNAL"
    message = N_("{names}: {amount} {currency} differ at the end of {period} ({cause}). {reason}")
    remedy = N_("{advice}")


class CloseUnitOpen(NotReady):
    """Central closes after its members."""

    code = "CLOSE_UNIT_OPEN"
    message = N_("{central} waits for {slug}: {period} is open there.")
    remedy = N_(
        "Close it first:  sambok close {period} --unit {slug} ; or, by decision, do without it:  "
        "sambok close {period} --unit {central} --without {slug} --decision ID"
    )
