"""What keeps a figure out of the combined statements, or the command from running."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class UnitErrors(Problem):
    """A unit whose book has errors: it is left out, and the run is incomplete."""

    code = "UNIT_ERRORS"
    message = N_("{slug} is left out of the combined figures: its book has errors ({count}).")
    remedy = N_("Correct what sambok check {slug} lists; until then the combined figures are incomplete, not smaller.")
    cases: ClassVar = {
        "beside": (
            N_("{slug} is left out of the combined figures because of {cause}."),
            N_("Correct what {cause} says of {slug}; until then the combined figures are incomplete, not smaller."),
        )
    }


class UnmappedAccount(Problem):
    """An account with postings that has no code, or whose code the chart can't place."""

    code = "UNMAPPED_ACCOUNT"
    message = N_("{account} has no place in the group's lines: {reason}.")
    remedy = N_('Give the account\'s open directive a code of the chart {chart}, such as code: "1930".')


class ClosingVoucher(Problem):
    """A voucher that closes the whole balance sheet, where it can't be left out of the combined figures."""

    code = "CLOSING_VOUCHER"
    message = N_(
        "This voucher closes all balance accounts on {date}, and what opens them again isn't its exact opposite: the "
        "unit's balance sheet is empty on that day."
    )
    remedy = N_(
        "Delete the closing and the opening voucher: balances go on by themselves. The result is moved by the voucher "
        "on 8999 (BAS) or 129 (PGC) alone."
    )
    cases: ClassVar = {
        "alone": (
            N_(
                "This voucher closes all balance accounts on {date}, and nothing opens them again: the unit's balance "
                "sheet is empty from that day on."
            ),
            N_(
                "Delete it: balances go on by themselves, and the result is moved by the voucher on 8999 (BAS) or 129 "
                '(PGC) alone. If the unit is wound up, say so in its unit.toml: status = "closing", or left.'
            ),
        ),
        "currency": (
            N_(
                "This voucher closes all balance accounts on {date}, with items in other currencies: these don't stand "
                "at the closing rate on that day."
            ),
            remedy,
        ),
    }


class DivisionNotEmpty(Problem):
    """A division that is closed, and still has balances: they are nobody's."""

    code = "DIVISION_NOT_EMPTY"
    message = N_("{slug} is closed, but on {date} its book still has: {accounts}.")
    remedy = N_(
        "Move these balances to another division, with linked vouchers of both by that day, and settle the levy; until "
        'that is done, its status is "closing".'
    )


class DivisionJoined(Problem):
    """A division whose book has balances from before it joined: no balance sheet has them."""

    code = "DIVISION_JOINED"
    message = N_(
        "{slug} joined on {joined}, but its book begins on {first}; the balance sheet lacks what it had before: "
        "{accounts}."
    )
    remedy = N_(
        "A division brings nothing of its own: give it the earlier joined, or book what it takes over as a linked "
        "voucher from the division that had it."
    )


class PeriodWrong(Problem):
    """A period that ends before it begins."""

    code = "PERIOD_WRONG"
    exit_code = EXIT_USAGE
    message = N_("The period ends on {date_to}, before it begins on {date_from}.")
    remedy = N_("Give --from a date that isn't later than --to.")


class LevelUnknown(Problem):
    """A level that no unit has."""

    code = "LEVEL_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("No unit belongs to {level}.")
    remedy = N_("Did you mean {nearest}? The units' levels are: {known}.")
    cases: ClassVar = {
        "far": (message, N_("The units' levels are: {known}.")),
        "none": (
            N_("No unit belongs to {level}: none has levels."),
            N_('Leave --level out, or give the units levels in unit.toml:  levels = ["Sverige", "Uppsala"]'),
        ),
    }


class LevelAmbiguous(Problem):
    """A name that several levels have."""

    code = "LEVEL_AMBIGUOUS"
    exit_code = EXIT_USAGE
    message = N_("Several levels are called {level}.")
    remedy = N_("Say which one with its path: {paths}.")


class FigureUnknown(Problem):
    """A figure to be opened that the combined statements don't have."""

    code = "FIGURE_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("The combined figures have no {name} there.")
    remedy = N_("Did you mean {nearest}? A figure is named as in --json: line, then account and unit.")
    cases: ClassVar = {
        "far": (message, N_("There are: {known}. A figure is named as in --json: line, then account and unit.")),
        "none": (message, N_("A figure is named as in --json: line, then account and unit.")),
    }
