"""The federation's rotating loan fund: a first cycle that was shared out at midsummer, and a second one that runs.

Divisions buy shares in it and borrow from it; central's book keeps it, both books hold each dealing with one link, and
all of it is eliminated. The charge is 1 % a month on what is left of a loan. The books hold what was paid of it; what
falls due is worked out by the federation's rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from benchmarks.demo.book import YEAR, Posting
from benchmarks.demo.divisions import kr
from benchmarks.demo.internal import CENTRAL, Internal, tag

SHARE = Decimal(1000)
FIRST, SECOND = "LF26A", "LF26B"
BOUGHT = {
    FIRST: {
        "repris": 40,
        "vaktmasteri": 30,
        "syateljen": 25,
        "cykelbudet": 20,
        "kafe-angen": 15,
        "tradgarden": 10,
    },
    SECOND: {
        "repris": 40,
        "vaktmasteri": 30,
        "syateljen": 30,
        "cykelbudet": 20,
        "stadkraft": 20,
        "kafe-angen": 15,
        "tradgarden": 10,
    },
}
BEGINS = {FIRST: dt.date(YEAR, 1, 12), SECOND: dt.date(YEAR, 7, 1)}
SHARED_OUT = dt.date(YEAR, 6, 30)


@dataclass(frozen=True)
class Loan:
    """A loan of a division, paid back in equal parts on the same day of each month.

    `skipped`: months in which only the charge is paid.
    """

    cycle: str
    number: int
    unit: str
    given: dt.date
    amount: int
    term: int
    skipped: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """What policy's and central's books call it."""
        return f"{self.cycle}-L{self.number:02d}"


LOANS = (
    Loan(FIRST, 1, "kafe-angen", dt.date(YEAR, 2, 10), 30_000, 4),
    Loan(FIRST, 2, "tradgarden", dt.date(YEAR, 3, 10), 24_000, 3),
    Loan(SECOND, 1, "tradgarden", dt.date(YEAR, 8, 10), 20_000, 4),
    Loan(SECOND, 2, "syateljen", dt.date(YEAR, 9, 15), 45_000, 3, (10,)),
)
#: The last month that the books hold.
LAST = 10

POLICY = f"""
2025-11-20 custom "decision" "FS-2025-11-20-§13" "assembly"
  text: "Föreningens lånefond: andelar om 1 000 kr, lån till enheterna mot 1 % i månaden"
2026-01-01 custom "loan-cycle" "{FIRST}" 1000 SEK
  decision: "FS-2025-11-20-§13"
  ends: {SHARED_OUT}
  loan-multiple: 3
  charge: 0.01
  method: "declining"
  period: "month"
  max-term: 5
  repayment: "equal-principal"
2026-06-11 custom "decision" "ST-2026-06-11-§7" "board"
  text: "Lånefondens första omgång skiftas per 30 juni; en andra börjar 1 juli"
2026-07-01 custom "loan-cycle" "{SECOND}" 1000 SEK
  decision: "ST-2026-06-11-§7"
  ends: 2026-12-31
  loan-multiple: 3
  charge: 0.01
  method: "declining"
  period: "month"
  max-term: 5
  repayment: "equal-principal"
"""


def bank_day_before(date: dt.date) -> dt.date:
    """The date, or the Friday before it: who pays after the day owes the next month's charge on that part, too."""
    return date - dt.timedelta(days=max(0, date.weekday() - 4))


class Fund:
    """Books the fund's dealings into two books at a time."""

    def __init__(self, internal: Internal) -> None:
        """`internal` has booked everything else."""
        self.internal = internal

    def run(self) -> None:
        """Both cycles."""
        for cycle, bought in BOUGHT.items():
            if cycle == SECOND:
                self._share_out()
            for slug, count in bought.items():
                self._move(
                    cycle,
                    slug,
                    BEGINS[cycle],
                    f"{count} andelar i lånefonden",
                    "fund",
                    {"2863": -kr(SHARE * count)},
                    {"1666": kr(SHARE * count)},
                )
            for loan in LOANS:
                if loan.cycle == cycle:
                    self._lend(loan)

    def _move(
        self,
        cycle: str,
        slug: str,
        date: dt.date,
        what: str,
        ic: str,
        ours: Mapping[str, Decimal],
        theirs: Mapping[str, Decimal],
        more: tuple[tuple[str, str], ...] = (),
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        """A payment between the fund and a division: what it is for, on central's accounts and on the division's."""
        kinds = kinds or {}
        sides = []
        for partner, accounts, said in ((slug, ours, more), (CENTRAL, theirs, ())):
            rows = [Posting(code, n, tag(partner, kinds.get(code, ic), *said)) for code, n in accounts.items() if n]
            sides.append([*rows, Posting("1930", -sum(accounts.values(), Decimal(0)))])
        self.internal.pair(CENTRAL, slug, date, what, (sides[0], sides[1]), meta=(("cycle", f'"{cycle}"'),))

    def _lend(self, loan: Loan) -> None:
        """A loan, and what was paid back of it so far."""
        amount, left = kr(loan.amount), Decimal(loan.amount)
        more = (("loan", f'"{loan.id}"'), ("term", str(loan.term)))
        what = f"Lån {loan.id}, {loan.term} månader"
        self._move(loan.cycle, loan.unit, loan.given, what, "loan", {"1663": amount}, {"2864": -amount}, more)
        part = Decimal(loan.amount) / loan.term
        for number in range(1, loan.term + 1):
            month = loan.given.month + number
            if month > LAST:
                break
            paid = Decimal(0) if month in loan.skipped else part
            charge = left / 100
            left -= paid
            self._move(
                loan.cycle,
                loan.unit,
                bank_day_before(dt.date(YEAR, month, loan.given.day)),
                f"Avbetalning {number} av {loan.term} på {loan.id} och avgift",
                "loan",
                {"1663": -kr(paid), "1664": -kr(charge)},
                {"2864": kr(paid), "2865": kr(charge)},
                kinds={"1664": "interest", "2865": "interest"},
            )

    def _share_out(self) -> None:
        """The first cycle's fund by shares, to the öre; the largest remainders first, ties by the first purchase."""
        shares = BOUGHT[FIRST]
        charges = sum(
            Decimal(loan.amount) / 100 * (loan.term + 1) / 2 for loan in LOANS if loan.cycle == FIRST
        )  # n parts: 1 % of n/n, then of (n-1)/n ...
        cents = int((SHARE * sum(shares.values()) + charges) * 100)
        exact = {slug: Fraction(cents * count, sum(shares.values())) for slug, count in shares.items()}
        parts = {slug: floor(share) for slug, share in exact.items()}
        for slug in sorted(shares, key=lambda s: parts[s] - exact[s])[: cents - sum(parts.values())]:
            parts[slug] += 1
        for slug, count in shares.items():
            saved, gain = kr(SHARE * count), Decimal(parts[slug]) / 100 - SHARE * count
            self._move(
                FIRST,
                slug,
                SHARED_OUT,
                f"Skifte av lånefonden, {count} andelar",
                "fund",
                {"2863": saved, "8461": kr(gain)},
                {"1666": -saved, "8363": -kr(gain)},
                kinds={"8461": "interest", "8363": "interest"},
            )
