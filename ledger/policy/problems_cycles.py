"""What can be wrong with a `loan-cycle` directive (SPEC 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class PolicyCycleName(Problem):
    """A name that can't stand in links and accounts."""

    code = "POLICY_CYCLE_NAME"
    message = N_("A loan cycle can't be called {name}.")
    remedy = N_("Begin with a letter, then letters and digits, hyphens between them, at most 30 in all:  NK26")


class PolicyCycleTwice(Problem):
    """Two cycles with one name."""

    code = "POLICY_CYCLE_TWICE"
    message = N_("The loan cycle {name} is entered twice; the first is in line {first}.")
    remedy = N_("Give the later one a name of its own, such as {name}b, or remove it.")


class PolicyCycleWord(Problem):
    """A word that a key doesn't take."""

    code = "POLICY_CYCLE_WORD"
    message = N_("{key}: doesn't take {value}.")
    remedy = N_('Did you mean "{nearest}"? It takes: {known}.')


class PolicyCycleValue(Problem):
    """A value of another kind, or outside its bounds."""

    code = "POLICY_CYCLE_VALUE"
    as_written = frozenset({"value"})
    message = N_("{key}: can't be {value}.")
    remedy = N_("Write a number above zero.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "share": (
            N_("A share can't cost {value}."),
            N_("Write what one share costs, above zero, in whole {smallest}."),
        ),
        "rounding": (
            N_("{key}: can't be {value}: no money makes it up."),
            N_('Write what charges and share-outs are rounded to in whole {smallest}:  {key}: "1"'),
        ),
        "whole": (
            N_("{key}: can't be {value}."),
            N_("Write a whole number from {least} on, without quotes:  {key}: 3"),
        ),
        "charge": (
            N_("charge: can't be {value}."),
            N_("Write the part that is charged for each period, from 0 to 1; for 5 %:  charge: 0.05"),
        ),
        "currency": (
            N_("{key}: is {value}, but a share is bought in {wanted}."),
            N_("A cycle has one currency: write the amount in {wanted}."),
        ),
        "date": (N_("{key}: can't be {value}."), N_("Write a day, without quotes:  {key}: 2026-12-10")),
        "truth": (N_("{key}: can't be {value}."), N_("Write TRUE or FALSE, without quotes:  {key}: TRUE")),
        "text": (N_("{key}: can't be {value}."), N_('Write a text in quotes:  {key}: "Anna, Bo, Caro"')),
        "rotation": (
            N_("{key}: says who gets the pot when, but this cycle has no rotation."),
            N_('Add  rotation: "fixed"  (or "lottery"), or remove the line.'),
        ),
        "twice": (N_("order: names somebody twice: {value}."), N_("Name each participant once.")),
    }


class PolicyCycleDates(Problem):
    """A last day outside the cycle."""

    code = "POLICY_CYCLE_DATES"
    message = N_("{key}: {day} lies outside the cycle, which runs from {begins} to {ends}.")
    remedy = N_("Write a day within the cycle, or correct ends:.")


class PolicyCycleLimits(Problem):
    """The least is more than the most."""

    code = "POLICY_CYCLE_LIMITS"
    message = N_("{lower}: {less} doesn't go with {upper}: {more}.")
    remedy = N_("Lower {lower}: or raise {upper}:.")
