"""What can keep a year of the shared services from being shared, or makes a part of it nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class ServiceCostUnplaced(Problem):
    """Cost of central's that belongs to no service."""

    code = "SERVICE_COST_UNPLACED"
    exit_code = EXIT_PERSON
    message = N_("{amount} of {year} belong to no cost centre: {count} postings. The largest stands here.")
    remedy = N_(
        'Write  cost-centre: "{nearest}"  below the posting or its voucher, or give its account to a cost centre.'
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "unknown": (
            N_("{amount} of {year} name a cost centre that isn't decided, as here {name}: {count} postings."),
            N_("Did you mean {nearest}? A new one is a directive  cost-centre  in units/policy.beancount."),
        ),
        "none": (
            N_("No cost centre is decided, so {amount} of {year} aren't shared. The largest posting stands here."),
            N_(
                'Add to units/policy.beancount:  custom "cost-centre" "finance" "Finance"  with decision: and accounts:'
            ),
        ),
    }


class ServiceUnitFaulty(Problem):
    """A book with errors tells nothing of what its unit used."""

    code = "SERVICE_UNIT_FAULTY"
    message = N_("What {slug} paid and used is not known: its book has errors. The others bear its part meanwhile.")
    remedy = N_("Correct what  sambok check {slug}  lists.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "levy": (
            N_("What {slug} paid is not known, since its levy isn't. The others bear its part meanwhile."),
            N_("See what  sambok levy --unit {slug}  lists."),
        ),
    }


class ServiceCentralFaulty(Problem):
    """What services cost stands in central's book."""

    code = "SERVICE_CENTRAL_FAULTY"
    message = N_("What the services cost is not known: the book of {slug} has errors, or there is none.")
    remedy = N_("Correct what  sambok check {slug}  lists.")


class ServiceNoYear(Problem):
    """No year to share."""

    code = "SERVICE_NO_YEAR"
    exit_code = EXIT_USAGE
    message = N_("No unit has books of {year}; there are: {known}.")
    remedy = N_("Name a year that the books hold:  --year {nearest}")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (N_("No unit has anything in its books yet."), N_("Import or book something, then compute again."))
    }


class ServiceNotMember(Problem):
    """A unit that has no part in the year."""

    code = "SERVICE_NOT_MEMBER"
    exit_code = EXIT_USAGE
    message = N_("{slug} has no part in {year}: it is central, or was no member on any day of it.")
    remedy = N_("Name another unit or year:  sambok services status --year {year}  lists the units.")


class ServiceNoTurnover(Problem):
    """Nothing of which a hundred could be a part."""

    code = "SERVICE_NO_TURNOVER"
    exit_code = EXIT_PERSON
    message = N_("{slug} has no net sales in {year}: there is nothing to say of each 100.")
    remedy = N_("Name a year with sales:  --year")
