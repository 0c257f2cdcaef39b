"""What the investment fund works by, and what was agreed on with a unit (SPEC 9; research: funds, 3.1).

Each use of the fund goes one way: application, score, decision, agreement, payments, repaid or written off. What isn't
said is as SPEC 9 has it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Nature = Literal["reserve", "member-capital", "liability"]
Kind = Literal["grant", "loan", "equity", "guarantee"]
Repayment = Literal["equal-principal", "annuity", "at-end"]
State = Literal["watch", "default", "rejected", "closed"]


@dataclass(frozen=True, slots=True)
class FundTerms:
    """Rates are parts: 0.20 is 20 %.

    Attributes:
        name: `investment` or `solidarity`: the levy's component that feeds it.
        nature: what the fund is in law.
        bank: the account of central's book that holds its money; None: it is part of central's money.
        exposure: the most that the fund has at stake with one unit, as a part of it.
        own_part: the least that a unit puts in itself, as a part of the budget.
        project_share: the most that the fund pays of a budget.
        liquidity: the least of the fund that is in the bank.
        grants: the most that is granted in a year, as a part of the year before's inflow, repayments apart.
        business_line: the most that is at stake in one business line; None: no limit.
        of_turnover: the most that is lent to a unit, as a part of its turnover of the year before; None: no limit.
        guarantee_weight: the part of a guarantee that counts as exposure.
        levy_days: for how long a unit may owe levy and still be current.
        closed_by: days after a month's end by which its books are closed (covenant); None: not asked.
        liquidity_days: days of costs that a unit's money lasts for (covenant); None: not asked.
        deficit_quarters: quarters in a row with a deficit that bring a case on watch (covenant); None: not asked.
        director, committee, board: amounts up to which these decide; beyond the last one the assembly does. None: no
            rule.
    """

    name: str = "investment"
    nature: Nature = "reserve"
    bank: str | None = None
    exposure: Decimal = Decimal("0.20")
    own_part: Decimal = Decimal("0.10")
    project_share: Decimal | None = None
    liquidity: Decimal = Decimal("0.25")
    grants: Decimal = Decimal("0.30")
    business_line: Decimal | None = None
    of_turnover: Decimal | None = None
    guarantee_weight: Decimal = Decimal("0.5")
    levy_days: int = 60
    closed_by: int | None = None
    liquidity_days: int | None = None
    deficit_quarters: int | None = None
    director: Decimal | None = None
    committee: Decimal | None = None
    board: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What was agreed on with a unit; amounts in central's currency.

    Attributes:
        case: `IF-2026-001`: its name from the application on.
        unit: slug.
        kind: grant, loan, equity or guarantee.
        amount: the most that is paid (or guaranteed).
        budget: of the project; `own_part`: what the unit puts in itself.
        begins: day of the agreement; `ends`: the last day on which something is paid out (or of the guarantee).
        interest: a year, 0.02 is 2 %; nothing for grants.
        term: months from the first payment to the last instalment; `grace`: of these, months without principal.
        repayment: how principal is paid back.
        recused: slugs of units whose representatives took no part in the decision.
    """

    case: str
    unit: str
    kind: Kind
    amount: Decimal
    budget: Decimal
    own_part: Decimal
    begins: dt.date
    ends: dt.date | None = None
    interest: Decimal = Decimal(0)
    term: int = 0
    grace: int = 0
    repayment: Repayment = "equal-principal"
    recused: tuple[str, ...] = ()
