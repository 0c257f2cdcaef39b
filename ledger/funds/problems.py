"""What can be wrong with what the books say of the federation's funds (SPEC 9). Figures stand whatever is told here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class FundUnknown(Problem):
    """Central's book is where the fund is."""

    code = "FUND_UNKNOWN"
    message = N_("The fund is not known: the book of {central} has errors, or there is none.")
    remedy = N_("Correct what  sambok check {central}  lists.")


class FundApplication(Problem):
    """An application to the investment fund that can't be scored."""

    code = "FUND_APPLICATION"
    message = N_("This application to the investment fund can't be scored: {reason}.")
    remedy = N_(
        'Write it like this:  2026-03-02 custom "fund-application" "IF-2026-001" 150000.00 {currency}  and below it  '
        'kind: "loan"  purpose: "New oven"  budget: 200000.00 {currency}  own-part: 40000.00 {currency}  jobs: 1.5  '
        "payback: 48"
    )


class FundApplicationTwice(Problem):
    """Two applications of one name: payments and decisions couldn't be told apart."""

    code = "FUND_APPLICATION_TWICE"
    message = N_("The application {case_name} stands twice; the first one is in {first}.")
    remedy = N_("Give this one a number of its own, such as IF-2026-002.")


class FundAgreementLacking(Problem):
    """Money of the fund that nobody has agreed on."""

    code = "FUND_AGREEMENT"
    message = N_("This pays out of the investment fund on {date}, but there is no agreement {case_name} then.")
    remedy = N_("Did you mean {nearest}? An agreement is entered in policy:  sambok fund cases  lists what is open.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (message, N_("Policy has no agreement yet: once it is decided it is entered there.")),
        "unit": (
            N_("This pays {slug}, but {case_name} was agreed on with {agreed}."),
            N_("Correct partner: or case: on the voucher, in both books."),
        ),
        "over": (
            N_("This pays out of {case_name}, which was over on {date}."),
            N_("Correct the case or the date; to pay more, decide on a new agreement."),
        ),
    }


class FundOverpaid(Problem):
    """More was paid than was agreed on."""

    code = "FUND_OVERPAID"
    message = N_("{case_name}: {paid} have been paid out, {amount} were agreed on.")
    remedy = N_("Correct the voucher, or let the agreement be changed by a decision (changes: TRUE).")


class FundLimit(Problem):
    """A limit of the fund that a payment or agreement breaks."""

    code = "FUND_LIMIT"
    message = N_("{case_name} on {date}: the fund has {actual} at stake with {of}, and {allowed} is the most.")
    remedy = N_(
        "Pay less or later. Where board or assembly answer for it, the voucher says  accepted-by:  and  reason: ; an "
        "agreement says  reason:"
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "business-line": (
            N_("{case_name} on {date}: the fund has {actual} at stake in {of}, and {allowed} is the most."),
            remedy,
        ),
        "of-turnover": (
            N_("{case_name} on {date}: {of} borrows {actual}, and {allowed} is the most for its turnover."),
            remedy,
        ),
        "liquidity": (
            N_("{case_name} on {date}: the fund has {actual} in the bank, and {allowed} is the least."),
            remedy,
        ),
        "grants": (N_("{case_name} on {date}: grants of the year are {actual}, and {allowed} is the most."), remedy),
        "own-part": (N_("{of}: the unit puts in {actual} itself, and {allowed} is the least."), remedy),
        "project-share": (N_("{of}: the fund pays {actual}, and {allowed} is the most of this budget."), remedy),
        "levy": (
            N_("{case_name} on {date}: {slug} has owed levy since {since}, for {days} days; first that is paid."),
            N_("Pay the levy first. Where the board answers for it, the voucher says  accepted-by:  and  reason:"),
        ),
    }
