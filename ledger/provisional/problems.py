"""What can keep a unit's levy from being worked out or posted. Each names the unit; none is ever counted as zero."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class LevyUnitFaulty(Problem):
    """A book with errors has no turnover to reckon with."""

    code = "LEVY_UNIT_FAULTY"
    message = N_("The levy of {slug} is not known: its book has errors.")
    remedy = N_("Correct what  sambok check {slug}  lists; central's claim on the unit follows by itself.")


class LevyPolicyFaulty(Problem):
    """Policy can't be trusted for this unit, or for all."""

    code = "LEVY_POLICY_FAULTY"
    message = N_("The levy of {scope} is not known: policy has errors.")
    remedy = N_('Correct what  sambok check  lists for units/policy.beancount ("*" means every unit).')


class LevyCurrency(Problem):
    """Turnover or levy in another currency than the unit's."""

    code = "LEVY_CURRENCY"
    message = N_("{account} has {currency}, but {slug} reckons its levy in {wanted}.")
    remedy = N_("Book the amount with its price in {wanted}, e.g.  -100.00 {currency} @ 1.2345 {wanted}")


class LevyAccountUnplaced(Problem):
    """Income of which nobody knows whether it is turnover."""

    code = "LEVY_ACCOUNT_UNPLACED"
    message = N_("Whether {account} is turnover isn't known: the chart can't place it.")
    remedy = N_(
        'Name the account after its number in the chart (Income:3001-Sales), or add  code: "3001"  to its open.'
    )


class LevyCorrectsUnknown(Problem):
    """A correction whose date, and so whose rate, nobody knows."""

    code = "LEVY_CORRECTS_UNKNOWN"
    message = N_("This corrects {voucher}, but the book has no such voucher or month.")
    remedy = N_("Give the number of a voucher in this book, or the month that it concerns:  concerns: 2026-01")


class LevyAccountAsserted(Problem):
    """A balance that the provisional levy would contradict."""

    code = "LEVY_ACCOUNT_ASSERTED"
    message = N_("{account} is an account of the levy, and {month} is still open: its balance can't be asserted.")
    remedy = N_("Remove the balance directive; assert the account once the month is closed.")


class LevyAccountDates(Problem):
    """The account exists, but not on the day of the levy."""

    code = "LEVY_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when the levy is posted.")
    remedy = N_("Open it on {first} or earlier, and close it after the last levy.")


class LevyCountryUnknown(Problem):
    """VAT depends on the country."""

    code = "LEVY_COUNTRY_UNKNOWN"
    message = N_("VAT on the levy of {slug} depends on its country, which isn't known.")
    remedy = N_('Add to units/{slug}/unit.toml:  country = "ES"')


class LevyVatRateUnknown(Problem):
    """A country without a standard rate in our table."""

    code = "LEVY_VAT_RATE_UNKNOWN"
    message = N_("The standard VAT rate of {country} on {date} isn't known.")
    remedy = N_("Give the component its rate in units/policy.beancount:  vat: 0.25")


class NotInWorkspace(Problem):
    """The plugin can't find the federation that the book belongs to."""

    code = "LEVY_NO_WORKSPACE"
    message = N_("{main} is not units/<unit>/main.beancount of a workspace: the levy is left out.")
    remedy = N_("Open the book where it lies in the federation's folder (the one with fava.conf).")
