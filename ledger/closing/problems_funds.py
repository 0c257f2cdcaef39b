"""Why something of the federation's own funds can't be booked (SPEC 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class FundAccountDates(Problem):
    """An account that the dealing needs exists, but not on its day."""

    code = "FUND_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when it is needed for the fund.")
    remedy = N_("Open it on {first} or earlier, and close it later.")


class FundPayment(Problem):
    """A payment out of the investment fund that isn't allowed."""

    code = "FUND_PAYMENT"
    exit_code = EXIT_PERSON
    message = N_("There is no agreement {case_name} on {date}, so nothing is paid on it.")
    remedy = N_("Did you mean {nearest}? An agreement is entered in policy;  sambok fund cases  lists what is open.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (message, N_("Policy has no agreement yet: once it is decided it is entered there.")),
        "over": (
            N_("{case_name} was over on {date}: nothing more is paid on it."),
            N_("Decide on a new agreement, or pay with an earlier date (--date)."),
        ),
        "guarantee": (
            N_("{case_name} is a guarantee: the fund pays nothing on it."),
            N_("Where the fund has to pay, agree on a loan or a grant first."),
        ),
        "amount": (
            N_("{case_name}: {paid} of {amount} have been paid; {asked} more is too much."),
            N_("Pay less, or let the agreement be changed by a decision (changes: TRUE)."),
        ),
        "decision": (
            N_("{asked} is more than what is left of the decision {decision}: {left}."),
            N_("Pay less, or let it be decided again."),
        ),
        "limit": (
            N_("{case_name} on {date} would break a limit ({limit}): {actual}, and {allowed} is the limit."),
            N_('Pay less or later. Where the board answers for it, say why:  --accept "REASON"'),
        ),
        "levy": (
            N_("{slug} has owed levy since {since}, for {days} days; {most} days are allowed."),
            N_('Let the levy be paid first. Where the board answers for it, say why:  --accept "REASON"'),
        ),
    }


class FundBank(Problem):
    """Money is on a bank account or in a cash box."""

    code = "FUND_BANK"
    exit_code = EXIT_USAGE
    message = N_("{account} is no bank account or cash box of {slug}.")
    remedy = N_("Did you mean {nearest}? Without an account the money is on its way until the bank's own line comes.")


class FundInvoice(Problem):
    """An invoice that doesn't prove what the money is used for."""

    code = "FUND_INVOICE"
    exit_code = EXIT_PERSON
    message = N_("{slug} has no voucher {invoice} on {date} or earlier.")
    remedy = N_("Name vouchers of the unit's book by their numbers:  --invoice A-17")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "used": (
            N_("The voucher {invoice} of {slug} proves another payment already, of {case_name} on {date}."),
            N_("Name another one:  --invoice A-17"),
        ),
        "booked": (
            N_("The payment is booked already as {voucher} of {date}, and doesn't name {invoice}."),
            N_(
                "Write  invoices:  on the voucher in both books while its month is open; --number tells payments apart."
            ),
        ),
        "little": (
            N_("{case_name}: the invoices come to {invoiced}, without the own part {covered}; {paid} would be paid."),
            N_("Pay less, or name more invoices:  --invoice A-17"),
        ),
    }


class FundNotOwed(Problem):
    """More than there is: a repayment, a write-down, or what is forgiven."""

    code = "FUND_NOT_OWED"
    exit_code = EXIT_PERSON
    message = N_("{case_name} on {date}: {asked} is more than what is owed, {owed}.")
    remedy = N_("Give a smaller amount;  sambok fund case {case_name}  shows what is paid, owed and written down.")


class FundAppropriation(Problem):
    """An appropriation that can't be booked."""

    code = "FUND_APPROPRIATION"
    exit_code = EXIT_PERSON
    message = N_("Nothing is moved: no fund has an amount.")
    remedy = N_("Say what goes to each fund:  --investment 1000.00  --solidarity 500.00")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "less": (
            N_("{asked} is more than what stands in the fund {fund} on {date}: {there}."),
            N_("Take less from it."),
        ),
        "surplus": (
            N_("{asked} would be added from surplus; the result brought forward has {there} on {date} for it."),
            N_("Move less. What is earmarked goes to its fund in any case:  sambok fund status  shows it."),
        ),
        "body": (
            N_("{decision} is a decision of {body}; what goes to the funds is for the assembly."),
            N_("Name a decision of the assembly:  sambok decision list  shows them."),
        ),
    }


class FundDecisionEarly(Problem):
    """A year of the solidarity fund is decided once it has ended."""

    code = "FUND_DECISION_EARLY"
    exit_code = EXIT_PERSON
    message = N_("{decision} is of {date}; {year} ended on {last}, and is decided after that.")
    remedy = N_("Name the decision on this year's claims and calls.")
