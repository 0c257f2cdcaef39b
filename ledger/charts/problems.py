"""What can be wrong with a chart of accounts, or with an account's place in it."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class ChartMissing(Problem):
    """A unit names a chart that isn't there."""

    code = "CHART_MISSING"
    message = N_("There is no chart called {name}.")
    remedy = N_("Set chart in unit.toml to {known}, or to a TOML file in the unit's own folder.")


class ChartOutside(Problem):
    """A chart file that isn't a plain file inside the unit's own folder."""

    code = "CHART_OUTSIDE"
    message = N_("The chart {name} is not a plain file inside the unit's own folder.")
    remedy = N_("Copy the chart's file into the unit's folder and name it in unit.toml as it is called there.")


class ChartSyntax(Problem):
    """A chart file that is no TOML."""

    code = "CHART_SYNTAX"
    message = N_("The chart isn't valid TOML: {reason}.")
    remedy = N_('Compare the line with docs/charts.md: texts in "double quotes", ranges as "3000-3799".')


class ChartInvalid(Problem):
    """A chart file that says something impossible."""

    code = "CHART_INVALID"
    message = N_("The chart's {key} can't be used: {reason}.")
    remedy = N_("Correct it; docs/charts.md shows what a chart may say.")


class ChartRoleMissing(Problem):
    """The chart has no account for something that the rules must post."""

    code = "CHART_ROLE_MISSING"
    message = N_("The chart {name} names no account for the role {role}.")
    remedy = N_('Add the role to the chart\'s [roles], or let the chart build on a shipped one with: extends = "bas"')


class AccountWrongRoot(Problem):
    """An account whose root contradicts its code: `Assets:3001-…`."""

    code = "ACCOUNT_WRONG_ROOT"
    message = N_(
        "{account} stands under {root}, but the chart {name} has {account_code} on the line {line_label} ({right})."
    )
    remedy = N_("Open the account under {right} and move its postings there, or give it the code it should have.")
