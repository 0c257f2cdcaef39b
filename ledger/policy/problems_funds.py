"""What can be wrong with directives of the federation's funds and shared services (SPEC 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class PolicyFundValue(Problem):
    """A value of another kind, or outside its bounds."""

    code = "POLICY_FUND_VALUE"
    as_written = frozenset({"value"})
    message = N_("{key}: can't be {value}.")
    remedy = N_("Write a part from 0 to 1; for 20 percent:  {key}: 0.20")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "whole": (
            N_("{key}: can't be {value}."),
            N_("Write a whole number from {least} on, without quotes:  {key}: 12"),
        ),
        "amount": (
            N_("{key}: can't be {value}."),
            N_("Write an amount above zero in {currency}, in whole {smallest}:  {key}: 1000.00 {currency}"),
        ),
        "word": (N_("{key}: doesn't take {value}."), N_('Did you mean "{nearest}"? It takes: {known}.')),
        "text": (N_("{key}: can't be {value}."), N_('Write a text in quotes:  {key}: "…"')),
        "band": (
            N_("The floor {floor} must not be above the target {target}, nor that above the ceiling {ceiling}."),
            N_("Correct floor:, target: or ceiling:."),
        ),
        "account": (
            N_("{key}: can't be {value}."),
            N_("Write an account of central's book:  {key}: Assets:1940-Sparkonto"),
        ),
        "key": (
            N_("{key}: can't be {value}."),
            N_('Write keys with their weights, above zero:  {key}: "vouchers 60, payslips 40"'),
        ),
        "number": (N_("{key}: can't be {value}."), N_("Write a number from 0 on.")),
        "points": (
            N_("{key}: {value} is more than the scale has."),
            N_("Write {most} points at most, as the published scale has them."),
        ),
        "unit": (N_("{key}: can't be {value}."), N_("An agreement is made with one unit: write its slug.")),
        "day": (
            N_("{key}: can't be {value}."),
            N_("Write a day that isn't before the directive's own, without quotes:  {key}: 2027-12-31"),
        ),
    }


class PolicyFundCase(Problem):
    """A case that can't be what the directive makes of it."""

    code = "POLICY_FUND_CASE"
    message = N_("A case of the fund can't be called {case_name}.")
    remedy = N_("Begin with a letter, then letters and digits, hyphens between them, at most 30 in all:  IF-2026-001")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "twice": (
            N_("There is an agreement on {case_name} already, in line {first}."),
            N_("Give this one a case of its own; if it changes the earlier one, add  changes: TRUE"),
        ),
        "other": (
            N_("{name} was agreed on with {slug}, as a {kind}, in line {first}; this is another."),
            N_("A change keeps name, unit and kind. For anything else take a case of its own."),
        ),
        "unknown": (
            N_("There is no agreement on {case_name} that this could be about."),
            N_('Did you mean {nearest}? An application that is turned down takes  "rejected".'),
        ),
        "none": (
            N_("There is no agreement on {case_name} that this could be about."),
            N_('Write the agreement first. An application that is turned down takes  "rejected".'),
        ),
        "division": (
            N_("{slug} is a division of central's own legal person: nobody holds a stake in it."),
            N_("Agree on a grant or a loan, or correct entity in its unit.toml."),
        ),
        "member": (
            N_("{slug} is no member on {date}."),
            N_("Correct the date, or the unit's joined and left."),
        ),
        "term": (N_("A loan needs a term."), N_("Write the months until the last instalment:  term: 60")),
        "grant": (
            N_("A grant bears no interest and is not paid back."),
            N_("Remove interest:, term: and grace:, or make it a loan."),
        ),
        "own": (
            N_("Amount and own part are more than the budget, {budget}."),
            N_("Correct budget:, own-part: or the amount."),
        ),
        "grace": (
            N_("grace: {grace} leaves no month to pay back in, of term: {term}."),
            N_("Lower grace: or raise term:."),
        ),
        "score": (
            N_("The points of {case_name} add up to {sum}, not to {total}."),
            N_("Correct the points of the criteria, or their sum; 100 is the most."),
        ),
    }


class FundRecusal(Problem):
    """Who asks for money took part in deciding on it."""

    code = "FUND_RECUSAL"
    message = N_("{slug} gets money by {decision}, and nothing says that its representative took no part in deciding.")
    remedy = N_(
        'Add  recused: "{slug}"  to the agreement or the decision, as the minutes have it; else let it be decided anew.'
    )


class FundDelegation(Problem):
    """A body decided on more than it may."""

    code = "FUND_DELEGATION"
    message = N_("{amount} for {case_name} was decided by {body}; it takes {needed}.")
    remedy = N_('Let the right body decide and name its decision here, or correct the amounts in  fund "investment".')
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "part": (
            N_("{amount} for {case_name} was decided by {body}; more than a quarter of the fund takes {needed}."),
            N_("Let the assembly decide, and name its decision here."),
        )
    }


class PolicyCentre(Problem):
    """A cost centre or key that can't be told apart from something else."""

    code = "POLICY_CENTRE"
    message = N_("A cost centre can't be called {name}: a unit has that name.")
    remedy = N_("Give the cost centre a name that no unit has.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "name": (
            N_("A cost centre can't be called {name}."),
            N_("Write small letters, digits and hyphens, such as  finance"),
        ),
        "key": (
            N_("A key can't be called {name}."),
            N_("Write small letters, digits and hyphens, such as  finance"),
        ),
        "user": (
            N_("{name} is neither a unit nor a cost centre."),
            N_("Did you mean {nearest}?"),
        ),
        "books": (
            N_("The books have the key {name} themselves."),
            N_("Remove the line, or give the key another name."),
        ),
    }
