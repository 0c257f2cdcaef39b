"""Whether who decided on money of the investment fund might do so (SPEC 9; research: funds, 3.1).

Who asks for money takes no part in deciding: the agreement says so, or the decision it rests on. And the amounts up to
which director, committee and board decide are policy; beyond the last one, and beyond a quarter of the fund (which only
the books know, `ledger.funds`), the assembly does.
"""

from __future__ import annotations

from collections.abc import Iterator

from beancount.core.amount import Amount

from ledger.books import Workspace
from ledger.errors import Problem
from ledger.policy.funds import AgreementEntry
from ledger.policy.model import Policy
from ledger.policy.problems_funds import FundDelegation, FundRecusal
from ledger.rules.funds.terms import FundTerms

#: From the least to the most that a body may decide.
BODIES = ("director", "committee", "board", "assembly")


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
        needed = needed_body(entry, terms)
        if needed is not None and decision.body in BODIES and BODIES.index(decision.body) < BODIES.index(needed):
            yield FundDelegation(
                file=entry.file,
                line=entry.line,
                amount=Amount(entry.terms.amount, currency),
                case_name=entry.terms.case,
                body=decision.body,
                needed=needed,
            )


def needed_body(entry: AgreementEntry, terms: FundTerms) -> str | None:
    """The least body that may decide on an agreement; None where policy gives no amounts."""
    given = [(body, amount) for body in BODIES[:-1] if (amount := getattr(terms, body)) is not None]
    if not given:
        return None
    return next((body for body, amount in given if entry.terms.amount <= amount), "assembly")
