"""What can be wrong with `units/policy.beancount`."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class PolicyUnknownDirective(Problem):
    """A misspelt `levy-…`: what it was meant to do would silently not happen."""

    code = "POLICY_UNKNOWN_DIRECTIVE"
    message = N_('Policy knows no custom "{kind}".')
    remedy = N_('Did you mean "{nearest}"?')


class PolicyUnknownKey(Problem):
    """A misspelt key below a directive."""

    code = "POLICY_UNKNOWN_KEY"
    message = N_("{kind} knows no {key}:")
    remedy = N_("Did you mean {nearest}: ? Known here: {known}.")


class PolicyShape(Problem):
    """A directive that doesn't say what it must."""

    code = "POLICY_SHAPE"
    message = N_("This {kind} can't be read: {reason}.")
    remedy = N_("Write it like this:  {example}")


class PolicyDecisionMissing(Problem):
    """Money would move without anybody having decided it."""

    code = "POLICY_DECISION_MISSING"
    message = N_("This {kind} names no decision.")
    remedy = N_('Add below it the resolution that allows it:  decision: "<id>"')


class PolicyDecisionUnknown(Problem):
    """An id that no decision has."""

    code = "POLICY_DECISION_UNKNOWN"
    message = N_("There is no decision {id}.")
    remedy = N_('Did you mean {nearest}? A decision is entered as:  2026-01-01 custom "decision" "{id}" "board"')


class PolicyDecisionLater(Problem):
    """Something in force before it was decided."""

    code = "POLICY_DECISION_LATER"
    message = N_("The decision {id} is of {decided}, later than this {kind} of {date}.")
    remedy = N_(
        "Date the directive {decided} or later; a rate or component that shall count from before its decision says so"
        " with  from: {date}"
    )


class PolicyDecisionTwice(Problem):
    """Two decisions with one id."""

    code = "POLICY_DECISION_TWICE"
    message = N_("The decision {id} is entered twice; the first is in line {first}.")
    remedy = N_("Give one of them its own id, or remove it.")


class PolicyUnitUnknown(Problem):
    """A slug that no unit has."""

    code = "POLICY_UNIT_UNKNOWN"
    message = N_("This {kind} is for {slug}, but there is no such unit.")
    remedy = N_('Did you mean {nearest}? "*" means every unit.')


class PolicyRateRange(Problem):
    """A rate that can't be meant: 15 instead of 0.15."""

    code = "POLICY_RATE_RANGE"
    as_written = frozenset({"rate"})
    message = N_("The rate {rate} is not between 0 and 0.5.")
    remedy = N_("Write 15 % as 0.15.")


class PolicyUntilMissing(Problem):
    """A unit's own rate without an end."""

    code = "POLICY_UNTIL_MISSING"
    message = N_("The rate of {slug} has no end.")
    remedy = N_("Add below it the last day on which it counts:  until: 2027-01-31")


class PolicyDates(Problem):
    """A value that ends before it begins."""

    code = "POLICY_DATES"
    message = N_("This {kind} ends on {until}, before it begins on {start}.")
    remedy = N_("Correct until: or the date.")


class PolicyOverlap(Problem):
    """Two values of one unit for the same day."""

    code = "POLICY_OVERLAP"
    message = N_("This {kind} of {scope} counts from {start}, but the one in line {other} still counts then.")
    remedy = N_("End the earlier one the day before with until:, or remove one of them.")


class PolicyComponentSum(Problem):
    """Parts that don't make the whole."""

    code = "POLICY_COMPONENT_SUM"
    as_written = frozenset({"total", "rate"})
    message = N_('From {date} the components make {total}, but the rate of "*" is {rate}.')
    remedy = N_("Enter components, dated like the rate, that add up to it.")


class PolicyFloorAboveCap(Problem):
    """At least more than at most."""

    code = "POLICY_FLOOR_ABOVE_CAP"
    message = N_(
        "From {date} the floor {floor} {currency} of {scope} is above its cap {cap} {currency} (line {other})."
    )
    remedy = N_("Lower the floor or raise the cap.")


class PolicyCurrency(Problem):
    """An amount that can't bind its unit."""

    code = "POLICY_CURRENCY"
    message = N_("This {kind} is in {currency}, but {slug} keeps its books in {wanted}.")
    remedy = N_("Enter the amount in {wanted}.")
