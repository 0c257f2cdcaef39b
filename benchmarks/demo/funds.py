"""The federation's own funds, two years deep: cases in every state, an appropriation, a year of the solidarity fund.

Every dealing stands in central's book and in the division's with one link, as `sambok fund` and `sambok solidarity`
write them; only that they are numbered among the other vouchers, as what is written by hand. Interest of 2025 is
booked on each month's last day, as closed months have it; that of 2026 is provisional. What happened in 2025 moves
the opening of 2026 with it (`carried`), so that 2025 begins as it did.

What the formula gives for 2025 is written here as figures that were worked out by hand (`docs/demo.md` shows how); a
test holds them against `sambok solidarity compute`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting, Voucher
from benchmarks.demo.divisions import kr, share
from benchmarks.demo.fund_texts import APPLICATIONS, LAST_YEAR
from benchmarks.demo.internal import CENTRAL, Internal, tag
from ledger.rules.funds.interest import PrincipalChange, Rate, monthly

NEW_YEAR = dt.date(YEAR, 1, 1)
#: What the funds had before the books begin.
INVESTMENT, SOLIDARITY = kr(520_000), kr(90_000)
#: What the assembly added to the solidarity fund from central's surplus of 2025.
ADDED = kr(20_000)
#: Support for 2025 by the formula.
SUPPORTED = {"syateljen": kr("7921.88"), "vaktmasteri": kr("36870.19")}
GIFT = kr(40_000)


@dataclass(frozen=True)
class Loan:
    """A loan of the investment fund, repaid in equal parts on the day of its first payment.

    Attributes:
        parts: day and amount of each payment, and what the division bought for it (text and price, tax included).
        grace: months in which only interest is paid; `missed`: months (of 2026) in which nothing was.
    """

    case: str
    unit: str
    rate: str
    term: int
    decision: str
    parts: tuple[tuple[dt.date, int, str, int], ...]
    grace: int = 0
    taxed: bool = True
    missed: tuple[int, ...] = ()


GREENHOUSE = Loan(
    "IF-2025-001",
    "tradgarden",
    "0.02",
    36,
    "ST-2025-02-18-§4",
    (
        (dt.date(LAST_YEAR, 3, 10), 40_000, "Begagnat växthus", 60_000),
        (dt.date(LAST_YEAR, 4, 14), 20_000, "Grund och montering av växthuset", 30_000),
    ),
    grace=6,
    taxed=False,  # bought of private persons
)
CARRIER = Loan(
    "IF-2026-001",
    "vaktmasteri",
    "0.03",
    12,
    "ST-2026-03-17-§5",
    ((dt.date(YEAR, 4, 13), 72_000, "Redskapsbärare, el", 100_000),),
    missed=(9, 10),
)
OVEN = ("IF-2026-003", "kafe-angen", dt.date(YEAR, 10, 8), 45_000, "Stenugn, första delen", 70_000)


@dataclass
class Funds:
    """Books what the funds have to do with divisions."""

    internal: Internal
    books: dict[str, Book] = field(init=False)
    made: dict[str, list[Voucher]] = field(default_factory=lambda: defaultdict(list))
    proofs: list[tuple[Sequence[Voucher], Voucher]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the books from what books the dealings."""
        self.books = self.internal.books

    def before(self) -> None:
        """What the divisions bought for it, and what they ask for: the taxes of it are worked out with all others."""
        for slug, rows in APPLICATIONS.items():
            for day, text in rows:
                self.books[slug].custom(day, f"{day} {text.rstrip()}")
        for loan in (GREENHOUSE, CARRIER):
            for day, _, what, price in loan.parts:
                self._buy(loan.unit, day - dt.timedelta(days=3), what, price, taxed=loan.taxed)
        _, unit, day, _, what, price = OVEN
        self._buy(unit, day - dt.timedelta(days=2), what, price)

    def run(self) -> None:
        """Openings, payments, repayments; the levy of 2025 is booked already."""
        central = self.books[CENTRAL]
        central.add(
            central.opened,
            "Ingående balans",
            "Fonder enligt fastställd balansräkning",
            [
                Posting("1930", INVESTMENT + SOLIDARITY),
                Posting("2071", -INVESTMENT),
                Posting("2072", -SOLIDARITY),
            ],
            meta=(("decision", '"FS-2024-11-21-§12"'),),
        )
        for loan in (GREENHOUSE, CARRIER):
            self._lend(loan)
        case, unit, day, amount, *_ = OVEN
        self._pay(case, unit, day, kr(amount), ("6993", "3992", "fund"), "ST-2026-09-22-§4")
        given = dt.date(YEAR, 4, 15)
        central.add(
            given,
            "Sparbanksstiftelsen Exempel",
            "Gåva till investeringsfonden",
            [Posting("1930", GIFT), Posting("3980", -GIFT)],
            meta=(("fund", '"investment"'),),
        )

    def last_year(self) -> None:
        """What the assembly decided of 2025 in May; all of 2025 is booked."""
        central, moved = self.books[CENTRAL], dict.fromkeys(("investment", "solidarity"), Decimal(0))
        for voucher in central.vouchers:
            if voucher.date.year == LAST_YEAR:
                for posting in voucher.postings:
                    said = dict((*voucher.meta, *posting.meta))
                    name = said.get("component", said.get("fund", "")).strip('"')
                    if name in moved and posting.code in {"3990", "8360"}:
                        moved[name] -= posting.amount
        moved["solidarity"] += ADDED
        central.add(
            dt.date(YEAR, 5, 25),
            "Årsmötet",
            "Avsättning till fonderna",
            [
                Posting("2091", sum(moved.values(), Decimal(0))),
                Posting("2071", -moved["investment"]),
                Posting("2072", -moved["solidarity"]),
            ],
            meta=(("decision", '"FS-2026-05-19-§9"'),),
        )
        for slug, amount in SUPPORTED.items():
            self._support(slug, amount)

    def prove(self) -> None:
        """Name the vouchers that prove payments: the last step, since it numbers the books."""
        for book in self.books.values():
            book.booked()
        for bought, paid in self.proofs:
            numbers = ", ".join(voucher.number for voucher in bought)
            assert numbers, paid.narration
            paid.meta = (*paid.meta, ("invoices", f'"{numbers}"'))

    def carried(self, slug: str) -> dict[str, Decimal]:
        """What the funds' vouchers of 2025 have moved on a book's accounts."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for voucher in self.made[slug]:
            for posting in voucher.postings if voucher.date < NEW_YEAR else ():
                found[posting.code] += posting.amount
        return found

    def _buy(self, slug: str, day: dt.date, what: str, price: int, *, taxed: bool = True) -> None:
        gross = kr(price)
        tax = share(gross, "0.20") if taxed else kr(0)
        postings = [Posting("1220", gross - tax), Posting("2641", tax), Posting("1930", -gross)]
        self.made[slug].append(self.books[slug].add(day, "Maskinhandeln Exempel", what, postings))

    def _pair(
        self,
        case: str,
        slug: str,
        day: dt.date,
        what: str,
        sides: tuple[list[Posting], list[Posting]],
        meta: tuple[tuple[str, str], ...],
    ) -> None:
        self.internal.pair(CENTRAL, slug, day, what, sides, meta=meta, settles=f"ic-{CENTRAL}-{case}")
        for name in (CENTRAL, slug):
            self.made[name].append(self.books[name].vouchers[-1])

    def _pay(
        self, case: str, slug: str, day: dt.date, amount: Decimal, how: tuple[str, str, str], decision: str
    ) -> None:
        """Money is paid to a division; `how`: central's account, the division's, the kind of dealing."""
        ours, theirs, ic = how
        bought = [v for v in self.made[slug] if day - dt.timedelta(days=4) < v.date < day]
        meta = (("fund", '"investment"'), ("case", f'"{case}"'), ("decision", f'"{decision}"'))
        what = f"{case}: {'bidrag' if ic == 'fund' else 'lån'} till {slug}"
        sides = (
            [Posting(ours, amount, tag(slug, ic)), Posting("1930", -amount)],
            [Posting("1930", amount), Posting(theirs, -amount, tag(CENTRAL, ic))],
        )
        self._pair(case, slug, day, what, sides, meta)
        self.proofs += [(bought, self.made[name][-1]) for name in (CENTRAL, slug)]

    def _lend(self, loan: Loan) -> None:
        """Payments, interest of closed months, and what was repaid until October 2026."""
        first = loan.parts[0][0]
        changes: list[PrincipalChange] = []
        for day, amount, *_ in loan.parts:
            self._pay(loan.case, loan.unit, day, kr(amount), ("1320", "2360", "loan"), loan.decision)
            changes.append(PrincipalChange(day, kr(amount)))
        lent = sum((c.amount for c in changes), Decimal(0))
        part, paid = lent / (loan.term - loan.grace), Decimal(0)
        rates = [Rate(first, Decimal(loan.rate))]
        for number in range(1, loan.term + 1):
            month = first.month - 1 + number
            day = first.replace(year=first.year + month // 12, month=month % 12 + 1)
            if day > LAST_BOOKED:
                break
            if day.year == YEAR and day.month in loan.missed:
                continue
            booked = sum((m.amount for m in monthly(changes, rates, _end_before(day), "SEK")), Decimal(0))
            principal = kr(part) if number > loan.grace else kr(0)
            self._repaid(loan, day, booked - paid, principal)
            paid = booked
            changes.append(PrincipalChange(day, -principal))
        for row in monthly(changes, rates, dt.date(LAST_YEAR, 12, 31), "SEK"):
            self._accrued(loan, row.day, row.amount)

    def _repaid(self, loan: Loan, day: dt.date, interest: Decimal, principal: Decimal) -> None:
        total = interest + principal
        sides = (
            [
                Posting("1930", total),
                Posting("1662", -interest, tag(loan.unit, "interest")),
                Posting("1320", -principal, tag(loan.unit, "loan")),
            ],
            [
                Posting("2862", interest, tag(CENTRAL, "interest")),
                Posting("2360", principal, tag(CENTRAL, "loan")),
                Posting("1930", -total),
            ],
        )
        meta = (("fund", '"investment"'), ("case", f'"{loan.case}"'))
        self._pair(loan.case, loan.unit, day, f"{loan.case}: {loan.unit} betalar tillbaka", sides, meta)

    def _accrued(self, loan: Loan, day: dt.date, amount: Decimal) -> None:
        sides = (
            [
                Posting("1662", amount, tag(loan.unit, "interest")),
                Posting("8360", -amount, tag(loan.unit, "interest")),
            ],
            [Posting("8460", amount, tag(CENTRAL, "interest")), Posting("2862", -amount, tag(CENTRAL, "interest"))],
        )
        meta = (("fund", '"investment"'), ("case", f'"{loan.case}"'))
        self._pair(loan.case, loan.unit, day, f"Ränta {loan.case}, {day:%Y-%m}", sides, meta)

    def _support(self, slug: str, amount: Decimal) -> None:
        """What a division gets for 2025: owed from the second of June, paid two weeks later."""
        case = f"solidarity-{LAST_YEAR}"
        year = (("fund", '"solidarity"'), ("solidarity-year", f"{LAST_YEAR}"))
        known = (("source-id", f'"funds:{case}:claim:{slug}"'), *year, ("decision", '"FS-2026-05-19-§10"'))
        ours, theirs = tag(slug, "solidarity"), tag(CENTRAL, "solidarity")
        owed = (
            [Posting("6993", amount, ours), Posting("2862", -amount, ours)],
            [Posting("1662", amount, theirs), Posting("3992", -amount, theirs)],
        )
        what = f"Solidaritetsfonden {LAST_YEAR}: stöd till {slug}"
        self._pair(f"{case}-{slug}", slug, dt.date(YEAR, 6, 2), what, owed, known)
        paid = (
            [Posting("2862", amount, ours), Posting("1930", -amount)],
            [Posting("1930", amount), Posting("1662", -amount, theirs)],
        )
        self._pair(f"{case}-{slug}", slug, dt.date(YEAR, 6, 16), f"Utbetalning: {what}", paid, year)


def _end_before(day: dt.date) -> dt.date:
    """The last day of the month before."""
    return day.replace(day=1) - dt.timedelta(days=1)
