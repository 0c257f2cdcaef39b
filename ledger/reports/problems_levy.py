"""What can be wrong with what is asked of a simulated levy (SPEC 5, 6)."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class SimulationRate(Problem):
    """A rate or share that no levy can have: most often 15 for 15 %."""

    code = "SIMULATED_LEVY_RATE"
    exit_code = EXIT_USAGE
    as_written = frozenset({"rate", "highest"})
    message = N_("{rate} can't be simulated: a rate is a part of turnover, from 0 to {highest}.")
    remedy = N_("Write parts of one: 0.15 for fifteen of a hundred.")


class SimulationUnit(Problem):
    """A unit that owes no levy, whatever the rate."""

    code = "SIMULATED_LEVY_UNIT"
    exit_code = EXIT_USAGE
    message = N_("{slug} owes no levy: it is central, or its book isn't combined.")
    remedy = N_("Name a unit that does: {known}")


class SimulationComponents(Problem):
    """Components that don't make the rate, or that the levy doesn't have."""

    code = "SIMULATED_LEVY_COMPONENTS"
    exit_code = EXIT_USAGE
    as_written = frozenset({"total", "rate"})
    message = N_("On {day} the components would make {total}, and the rate {rate}.")
    remedy = N_("Name components that make the rate; service takes the difference where it isn't named.")
    cases: ClassVar = {
        "unknown": (
            N_("The levy has no component {name}."),
            N_("Did you mean {nearest}? There are: {known}"),
        )
    }


class SimulationLimit(Problem):
    """A floor, cap or threshold that contradicts itself or another."""

    code = "SIMULATED_LEVY_LIMIT"
    exit_code = EXIT_USAGE
    message = N_("The floor of {slug} would be above its cap in {month}: {floor} and {cap} {currency}.")
    remedy = N_("Change one of them, or take the cap away: --no-cap {slug}")
    cases: ClassVar = {
        "negative": (
            N_("--{kind} can't be below zero: {amount} for {slug}."),
            N_("Give an amount a year, in the unit's currency."),
        )
    }


class SimulationYear(Problem):
    """Years of which no book has anything."""

    code = "SIMULATED_LEVY_YEAR"
    exit_code = EXIT_USAGE
    message = N_("No book has turnover or levy of {year}: there is nothing to simulate.")
    remedy = N_("Choose among the recorded years with --from and --to: {known}")
    cases: ClassVar = {
        "none": (
            N_("No book has any turnover or levy yet: there is nothing to simulate."),
            N_("Simulate once something is booked."),
        ),
        "order": (
            N_("The years end before they begin: {first} to {last}."),
            N_("Give the earlier year with --from, the later with --to."),
        ),
    }


class SimulationBase(Problem):
    """Codes of which no book has an account of income."""

    code = "SIMULATED_LEVY_BASE"
    exit_code = EXIT_USAGE
    message = N_("No book has income on an account {codes}: taking it into the base, or out of it, changes nothing.")
    remedy = N_("Give the code of an account of income, such as 3988, or a range, such as 3980-3989.")
