"""What can be wrong with an adjustment of the finance head (SPEC 10): each is left out, and the run is incomplete."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class AdjustmentKey(Problem):
    """Metadata that no adjustment has: a misspelt `reverses:` would never be taken back."""

    code = "ADJUSTMENT_KEY"
    message = N_("An adjustment knows no {key}:")
    remedy = N_("Did you mean {nearest}: ? Known here: {known}.")


class AdjustmentIncomplete(Problem):
    """Who made it or why isn't said."""

    code = "ADJUSTMENT_INCOMPLETE"
    message = N_("This adjustment doesn't say its {key}.")
    remedy = N_('Add below its first line, indented:  {key}: "..."')


class AdjustmentUnapproved(Problem):
    """Nobody but its author stands behind it."""

    code = "ADJUSTMENT_UNAPPROVED"
    message = N_("Nobody has approved this adjustment.")
    remedy = N_(
        'Add below its first line the resolution that it rests on,  decision: "<id>"  , or who has approved it,  '
        'approver: "<name>"'
    )


class AdjustmentOwnApproval(Problem):
    """Two people see more than one."""

    code = "ADJUSTMENT_OWN_APPROVAL"
    message = N_("{author} made this adjustment and can't approve it as well.")
    remedy = N_("Let somebody else approve it, or name the decision that it rests on.")


class AdjustmentDecisionUnknown(Problem):
    """A resolution that policy doesn't hold."""

    code = "ADJUSTMENT_DECISION_UNKNOWN"
    message = N_("There is no decision {decision} for this adjustment.")
    remedy = N_(
        'Did you mean {nearest}? A decision is entered in units/policy.beancount:  {date} custom "decision" '
        '"{decision}" "board"'
    )
    cases: ClassVar = {
        "none": (
            message,
            N_('A decision is entered in units/policy.beancount:  {date} custom "decision" "{decision}" "board"'),
        )
    }


class AdjustmentReverses(Problem):
    """A day of taking back that is no later day."""

    code = "ADJUSTMENT_REVERSES"
    message = N_("The adjustment of {date} can't be taken back on {value}.")
    remedy = N_("Write a later day, as a date without quotes:  reverses: {example}")


class AdjustmentAccount(Problem):
    """An account that is none of the group's."""

    code = "ADJUSTMENT_ACCOUNT"
    message = N_("{account} is no account of the group.")
    remedy = N_("Write root, line, number and name:  {example}")


class AdjustmentLine(Problem):
    """A line that the statements don't have."""

    code = "ADJUSTMENT_LINE"
    message = N_("The statements have no line {name}.")
    remedy = N_("Did you mean {nearest}? Write:  {example}")


class AdjustmentRoot(Problem):
    """A line below another root than its own."""

    code = "ADJUSTMENT_ROOT"
    message = N_("The line {name} doesn't stand below {root}.")
    remedy = N_("Write:  {example}")


class AdjustmentMade(Problem):
    """A line whose figures are worked out: what is added by hand would break their proof."""

    code = "ADJUSTMENT_MADE"
    message = N_("{name} takes no adjustments: Sambok works its figures out, and proves them.")
    remedy = N_(
        "What a unit has when it comes or goes follows from its book and from joined and left in its unit.toml: correct"
        " these, or choose another line of equity, such as {example}"
    )
    cases: ClassVar = {
        "rates": (
            message,
            N_(
                "Translation differences follow from the rates in units/prices.beancount: correct these, or choose"
                " another line of equity, such as {example}"
            ),
        ),
        "owned": (
            message,
            N_(
                "Goodwill and the minority's part follow from [[owner]] in the owned unit's unit.toml; goodwill is"
                " written down in units/policy.beancount. Goodwill that a unit has bought with a business stands on"
                " {example}"
            ),
        ),
    }


class AdjustmentCurrency(Problem):
    """Another currency than the group's."""

    code = "ADJUSTMENT_CURRENCY"
    message = N_("Adjustments are in {wanted}, this one has {given}.")
    remedy = N_("Write the amount in {wanted}, without cost or price; keep the working on the voucher.")


class AdjustmentAmount(Problem):
    """An amount finer than money."""

    code = "ADJUSTMENT_AMOUNT"
    as_written = frozenset({"amount", "rounded"})
    message = N_("{amount} {currency} has more decimals than the currency.")
    remedy = N_("Round it to {rounded} {currency}, and let the transaction sum to 0.")


class AdjustmentUnbalanced(Problem):
    """Debit and credit differ."""

    code = "ADJUSTMENT_UNBALANCED"
    message = N_("The adjustment doesn't balance: {difference} {currency} is left over.")
    remedy = N_("Correct an amount or add the posting that is missing, so that its amounts sum to 0.")


class AdjustmentUnit(Problem):
    """A unit that isn't there."""

    code = "ADJUSTMENT_UNIT"
    message = N_("{key}: names {slug}, which is no unit of the federation.")
    remedy = N_("Did you mean {nearest}? The units are: {known}.")


class AdjustmentOutside(Problem):
    """A unit that is no member on that day: its figures don't count then."""

    code = "ADJUSTMENT_OUTSIDE"
    message = N_("{slug} is no part of the combined figures on {date}.")
    remedy = N_("Correct the date or the unit; what concerns no single unit takes neither unit: nor partner:.")


class AdjustmentLevel(Problem):
    """A level that no unit has, or that several have."""

    code = "ADJUSTMENT_LEVEL"
    message = N_("level: {level} names no single level.")
    remedy = N_("Write one of: {known}.")
    cases: ClassVar = {
        "none": (
            N_("level: {level} names no level: no unit has any."),
            N_('Leave level: out, or give the units levels in unit.toml:  levels = ["Sverige", "Uppsala"]'),
        )
    }


class AdjustmentOwner(Problem):
    """A posting that is a unit's and a level's."""

    code = "ADJUSTMENT_OWNER"
    message = N_("This names a unit and a level; one of them is enough.")
    remedy = N_("Keep unit: for what is one unit's, level: for what belongs to several; delete the other one.")


class AdjustmentPartner(Problem):
    """Half of what makes a dealing."""

    code = "ADJUSTMENT_PARTNER"
    message = N_("This posting stands for a dealing between units, but says only a part of it: {key}: is missing.")
    remedy = N_('Write all three below the posting:  unit: "<slug>"  partner: "<slug>"  ic: "trade"  ; or none.')


class AdjustmentSelf(Problem):
    """A unit that deals with itself."""

    code = "ADJUSTMENT_SELF"
    message = N_("{slug} can't be its own partner.")
    remedy = N_("Name the other unit, or delete partner: and ic:.")


class AdjustmentClass(Problem):
    """A kind of dealing that nobody knows."""

    code = "ADJUSTMENT_CLASS"
    message = N_("ic: {ic} is no kind of dealing.")
    remedy = N_("Did you mean {nearest}? There are: {known}.")


class AdjustmentDealing(Problem):
    """A tag on a balance account that isn't for dealings between units."""

    code = "ADJUSTMENT_DEALING"
    message = N_("{account} isn't for dealings between units: in {slug}'s chart {code} is none of their accounts.")
    remedy = N_("Use the chart's account for internal claims or debts, or delete partner: and ic:.")
    cases: ClassVar = {
        "asset": (
            N_(
                "{account} is a fixed asset: an adjustment stands in only for the seller's gain, and for claims and "
                "debts."
            ),
            N_(
                "Let {slug} tag it in its own book, with the months: of useful life that are left; or delete partner: "
                "and ic:."
            ),
        )
    }


class AdjustmentTwice(Problem):
    """The same in two files."""

    code = "ADJUSTMENT_TWICE"
    message = N_("The same adjustment stands in {other}.")
    remedy = N_("Delete one of the two, or take the whole file away if it is a copy.")
