"""A members' group in Kenya that nobody combines: a village savings and loan group that meets every second week.

A whole cycle, from the first meeting in January to the share-out at the end of October, and the beginning of the next:
in November two meeting sheets and the statement of a wallet wait in the group's inbox. Its book is its members' own
(`combine = false`), and members are numbers, never names.

The charge is 5 % for four weeks on what is left of a loan; the book holds what was paid of it, and what falls due is
worked out by the federation's rules. The figures of the share-out are worked out here by hand: fractions, the largest
remainders first.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor

from benchmarks.demo.accounts import VSLA
from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting
from benchmarks.demo.rates import draw

CYCLE, NEXT = "KM26", "KM27"
WALLET = "1040"
FIRST, DAYS = dt.date(YEAR, 1, 7), 14
MEMBERS = tuple(f"M{number:02d}" for number in range(1, 13))
SHARE, SOCIAL = Decimal(500), Decimal(50)
#: The last meeting that lends; what was lent then is due at the last meeting of the cycle.
LAST_LOANS, SHARE_OUT = 16, 22
#: Members who pay less than they should: nobody may be late without the book showing it.
SLOW = {"M04", "M09"}
#: November's payments by telephone: day, member, what for, amount; M-Pesa's charge follows at once.
PAID = (
    (12, "04", f"{NEXT}-S", "1000.00"),
    (13, "09", f"{NEXT} s", "500.00"),
    (17, "02", f"{NEXT}-F", "200.00"),
    (18, "11", f"{NEXT}-S", "1500.00"),
    (24, "06", f"{NEXT}-S", "500.00"),
)
#: What M-Pesa takes of a payment.
CHARGE = Decimal("7.00")
#: The treasurer takes cash from an agent into the box, after the month's last meeting.
TO_BOX = ((26, "900.00"), (30, "700.00"))


def shillings(amount: Decimal | int) -> Decimal:
    """An amount as the book writes it."""
    return Decimal(amount).quantize(Decimal("0.01"))


@dataclass
class Loan:
    """A loan: what is left of it, and the charge that is due and not paid."""

    number: int
    member: str
    given: dt.date
    principal: Decimal
    left: Decimal
    unpaid: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        """What the book calls it."""
        return f"{CYCLE}-L{self.number:02d}"


@dataclass
class Group:
    """The group while its year is played."""

    book: Book
    rng: random.Random
    box: Decimal = Decimal(0)
    social: Decimal = Decimal(0)
    shares: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEMBERS, 0))
    fines: dict[str, Decimal] = field(default_factory=dict)
    loans: list[Loan] = field(default_factory=list)

    def add(self, date: dt.date, number: int, what: str, postings: list[Posting], links: tuple[str, ...] = ()) -> None:
        """A voucher of a meeting."""
        meta = (("cycle", f'"{CYCLE}"'), ("meeting", f'"{number}"'))
        links = (f"{CYCLE}-M{number:02d}", *links)
        self.book.add(date, "Meeting", f"Meeting {number}: {what}", postings, links=links, meta=meta)
        self.box += sum((p.amount for p in postings if p.code == "1010"), Decimal(0))
        self.social += sum((p.amount for p in postings if p.code == "1020"), Decimal(0))

    def owed(self, member: str) -> Decimal:
        """What a member owes of loans."""
        return sum((loan.left for loan in self.loans if loan.member == member), Decimal(0))


def kenyan_group(slug: str, seed: int) -> Book:
    """The group's book: twelve members, a meeting every second Wednesday, a box with two compartments."""
    names = dict(VSLA)
    codes, people = {}, {}
    for code in ("3010", "1110", "1120", "1130"):
        for member in MEMBERS:
            names[code + member] = f"{VSLA_OWN[code]}:{member}"
            codes[code + member] = code
            people[code + member] = f"Member {member[1:]}"
    book = Book(slug, "KES", names, FIRST, "1010", ("1020",), codes, people=people)
    group = Group(book, random.Random(f"{seed}:{slug}"))
    for number in range(1, SHARE_OUT + 1):
        _meeting(group, number, FIRST + dt.timedelta(days=DAYS * (number - 1)))
    _share_out(group, FIRST + dt.timedelta(days=DAYS * (SHARE_OUT - 1)))
    assert group.box == 0
    _goes_on(group, FIRST + dt.timedelta(days=DAYS * (SHARE_OUT - 1)))
    _wallet(book)
    return book


#: The accounts that have one below them for each member.
VSLA_OWN = {
    "3010": "Equity:3010-Shares",
    "1110": "Assets:1110-Loans-to-members",
    "1120": "Assets:1120-Service-charges-due",
    "1130": "Assets:1130-Unpaid-fines",
}


def _meeting(group: Group, number: int, date: dt.date) -> None:
    """Shares, social fund, fines, repayments, then loans."""
    rng = group.rng
    bought = {m: draw(rng, 1, 4) for m in MEMBERS}
    for member, count in bought.items():
        group.shares[member] += count
    paid = [Posting(f"3010{m}", -shillings(SHARE * count)) for m, count in bought.items()]
    group.add(date, number, "shares", [Posting("1010", shillings(SHARE * sum(bought.values()))), *paid])
    social = shillings(SOCIAL * len(MEMBERS))
    group.add(date, number, "social fund", [Posting("1020", social), Posting("3020", -social)])
    if number == 12:
        help_given = shillings(3000)
        group.add(date, number, "hospital bill", [Posting("3020", help_given), Posting("1020", -help_given)])
    if draw(rng, 1, 4) == 1:
        fine = shillings(100) * draw(rng, 1, 3)
        group.add(date, number, "fines", [Posting("1010", fine), Posting("4020", -fine)])
    if number == 18:
        fine = shillings(200)
        group.fines["M07"] = fine
        group.add(date, number, "fine, not paid yet", [Posting("1130M07", fine), Posting("4020", -fine)])
    _repayments(group, number, date)
    if number == 9:
        short = shillings(20)
        group.add(date, number, "20 shillings short", [Posting("5050", short), Posting("1010", -short)])
    if number % 8 == 1:
        cost = shillings(350)
        group.add(date, number, "passbooks and pens", [Posting("5010", cost), Posting("1010", -cost)])
    _lend(group, number, date)


def _repayments(group: Group, number: int, date: dt.date) -> None:
    """At the end of each four weeks a borrower pays the charge and a third of the loan; the third time, all of it."""
    postings: list[Posting] = []
    for loan in group.loans:
        weeks, begun = divmod((date - loan.given).days, 28)
        if not loan.left or begun or not weeks:
            continue
        loan.unpaid += loan.left * 5 / 100
        if loan.member in SLOW and weeks == 2:
            continue  # nothing this time
        part = loan.left if weeks >= 3 else min(loan.left, loan.principal / 3 // 100 * 100)
        if number == SHARE_OUT:
            part = Decimal(0)  # it is set off against the shares
        postings += [Posting(f"1120{loan.member}", -shillings(loan.unpaid))]
        postings += [Posting(f"1110{loan.member}", -shillings(part))] if part else []
        loan.unpaid, loan.left = Decimal(0), loan.left - part
    if postings:
        total = -sum((p.amount for p in postings), Decimal(0))
        group.add(date, number, "repayments and service charges", [Posting("1010", total), *_together(postings)])


def _together(postings: list[Posting]) -> list[Posting]:
    """One posting an account."""
    sums: dict[str, Decimal] = {}
    for posting in postings:
        sums[posting.code] = sums.get(posting.code, Decimal(0)) + posting.amount
    return [Posting(code, amount) for code, amount in sorted(sums.items())]


def _lend(group: Group, number: int, date: dt.date) -> None:
    """One or two loans, up to three times the borrower's own shares and never more than the box holds."""
    free = [member for member in MEMBERS if not group.owed(member)]
    for _ in range(draw(group.rng, 1, 2)):
        if not free or number > LAST_LOANS:
            break
        member = free.pop(draw(group.rng, 0, len(free) - 1))
        amount = min(3 * SHARE * group.shares[member], group.box * Decimal("0.7")) // 500 * 500
        if amount < 1000:
            continue
        loan = Loan(len(group.loans) + 1, member, date, amount, amount)
        group.loans.append(loan)
        meta = (("loan", f'"{loan.id}"'), ("term", "3"))
        postings = [Posting(f"1110{member}", shillings(amount), meta), Posting("1010", -shillings(amount))]
        group.add(date, number, f"loan {loan.id}", postings, (loan.id,))


def _share_out(group: Group, date: dt.date) -> None:
    """The fund by shares, debts set off; whole shillings, the largest remainders first, ties in the members' order."""
    owed = {m: group.owed(m) + group.fines.get(m, Decimal(0)) for m in MEMBERS}
    for loan in group.loans:
        owed[loan.member] += loan.unpaid
    fund, count = group.box + sum(owed.values(), Decimal(0)), sum(group.shares.values())
    exact = {m: Fraction(fund) * group.shares[m] / count for m in MEMBERS}
    gross = {m: floor(share) for m, share in exact.items()}
    ranked = sorted(MEMBERS, key=lambda m: gross[m] - exact[m])
    for member in ranked[: int(fund) - sum(gross.values())]:
        gross[member] += 1
    for member in MEMBERS:
        saved = shillings(SHARE * group.shares[member])
        payout = shillings(gross[member]) - shillings(owed[member])
        assert payout > 0
        charges = sum((loan.unpaid for loan in group.loans if loan.member == member), Decimal(0))
        postings = [
            Posting(f"3010{member}", saved),
            Posting("3990", shillings(gross[member]) - saved),
            Posting(f"1110{member}", -shillings(group.owed(member))),
            Posting(f"1120{member}", -shillings(charges)),
            Posting(f"1130{member}", -shillings(group.fines.get(member, Decimal(0)))),
            Posting("1010", -payout),
        ]
        group.add(date, SHARE_OUT, f"share-out, {group.shares[member]} shares", postings, (f"{CYCLE}-S",))


def _goes_on(group: Group, date: dt.date) -> None:
    """The social fund isn't shared out: it is the next cycle's."""
    old, new = ((("cycle", f'"{cycle}"'),) for cycle in (CYCLE, NEXT))
    social = group.social
    postings = [
        Posting("1020", -social, old),
        Posting("3020", social, old),
        Posting("1020", social, new),
        Posting("3020", -social, new),
    ]
    group.book.add(date, "Meeting", f"The social fund goes on to {NEXT}", postings, links=(f"{CYCLE}-S",))


def _wallet(book: Book) -> None:
    """What the wallet's statement brings in November."""
    accounts = {"S": "3010", "F": "4020"}
    for day, member, what, amount in PAID:
        date, money = dt.date(YEAR, 11, day), Decimal(amount)
        code = accounts[what[5:].upper()]
        code += f"M{member}" if code == "3010" else ""
        book.add(
            date, f"MEMBER {member}", "Pay Bill Online", [Posting(WALLET, money), Posting(code, -money)], quoted=what
        )
        book.add(date, "", "Pay Bill Charge", [Posting("5020", CHARGE), Posting(WALLET, -CHARGE)])
    for day, amount in TO_BOX:
        money = Decimal(amount)
        text = "Organization Withdrawal at Agent"
        book.add(dt.date(YEAR, 11, day), "Agent 4411", text, [Posting("1010", money), Posting(WALLET, -money)])


def sheets(book: Book, seed: int) -> dict[str, str]:
    """November's two meeting sheets of the next cycle, as the secretary's spreadsheet exports them."""
    rng = random.Random(f"{seed}:{book.slug}:sheets")
    box = Decimal(0)
    social = book.balance("1020", LAST_BOOKED + dt.timedelta(days=1))
    found = {}
    for number, day, lent in ((1, 4, {}), (2, 18, {"M03": 6000, "M08": 4500})):
        rows = []
        for member in MEMBERS:
            count = draw(rng, 2, 4)
            fine = 100 if draw(rng, 1, 10) == 1 else 0
            loan = lent.get(member, 0)
            box += SHARE * count + fine - loan
            social += SOCIAL
            borrowed = f"{loan},3" if loan else ","
            rows.append(f"Member {member[1:]},1,{count},{SOCIAL},{fine},,,{borrowed},")
        head = f"group,{NEXT},meeting,{number},date,2026-11-{day:02d}"
        head += f",counted_loan_fund,{box},counted_social_fund,{social}"
        columns = "member,present,shares,social,fine,repaid,charge,new_loan,months,note"
        found[f"{NEXT.lower()}-{number:02d}.csv"] = "\n".join([head, columns, *rows]) + "\n"
    return found


assert FIRST + dt.timedelta(days=DAYS * (SHARE_OUT - 1)) <= LAST_BOOKED
