"""What can be wrong with what the books say of the federation's funds (SPEC 9). Figures stand whatever is told here."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


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
