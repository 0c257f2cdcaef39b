"""Whether who decided on money of the investment fund might do so (SPEC 9; research: funds, 3.1).

Who asks for money takes no part in deciding: the agreement says so, or the decision it rests on. And the amounts up to
which director, committee and board decide are policy; beyond the last one, and beyond a quarter of the fund (which only
the books know, `ledger.funds`), the assembly does.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from beancount.core.amount import Amount

from ledger.books import Workspace
from ledger.errors import Problem
from ledger.policy.model import Policy
from ledger.policy.problems_funds import FundDelegation, FundRecusal
from ledger.rules.funds.limits import BODIES, body_for, may_decide

#: A fund of which no amount is a quarter.
LARGE = Decimal(10) ** 30


def fund_problems(policy: Policy, ws: Workspace) -> Iterator[Problem]:
    """What is wrong with agreements that can be read: told, and they count all the same."""
    central = ws.central
    currency = central.currency if central is not None else ws.currency
    for entry in policy.funds.agreed:
        decision = policy.decisions.get(entry.decision)
        if decision is None:
            continue
        slug, terms = entry.terms.unit, policy.funds.fund_terms(entry.start)
        if slug not in {*entry.terms.recused, *decision.recused}:
            yield FundRecusal(file=entry.file, line=entry.line, slug=slug, decision=decision.id)
        needed = body_for(entry.terms.amount, LARGE, terms)
        if needed is not None and decision.body in BODIES and not may_decide(decision.body, needed):
            yield FundDelegation(
                file=entry.file,
                line=entry.line,
                amount=Amount(entry.terms.amount, currency),
                case_name=entry.terms.case,
                body=decision.body,
                needed=needed,
            )
