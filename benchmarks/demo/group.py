"""A members' group in Kenya that nobody combines: a village savings and loan group that meets every second week.

Shares, loans, service charges, social fund; its book is its members' own (`combine = false`), and members are numbers,
never names. In November it begins to take payments by telephone, in a wallet beside its box.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from benchmarks.demo.accounts import VSLA
from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting
from benchmarks.demo.rates import draw
from ledger.rules.rounding import half_away

GROUP_DECISION = '"KM-2026-01-07-1"'
WALLET = "1040"
#: November's payments by telephone: day, member, what for, account, amount; charges follow at once.
PAID = (
    (4, "04", "LOAN", "1110", "1500.00"),
    (5, "09", "LOAN", "1110", "800.00"),
    (9, "02", "FINE", "4020", "200.00"),
    (17, "11", "LOAN", "1110", "2400.00"),
    (24, "06", "LOAN", "1110", "1000.00"),
)
#: What M-Pesa takes of a payment.
CHARGE = Decimal("7.00")
#: The treasurer takes cash from an agent into the box, for the meeting.
TO_BOX = ((11, "2000.00"), (25, "3000.00"))


def kenyan_group(slug: str, seed: int) -> Book:
    """The group's book: twelve members, a meeting every second Wednesday, a box with two compartments."""
    rng = random.Random(f"{seed}:{slug}")
    members = tuple(f"M{number:02d}" for number in range(1, 13))
    names = dict(VSLA) | {f"3010{m}": f"Equity:3010-Shares:{m}" for m in members}
    first = dt.date(YEAR, 1, 7)
    book = Book(slug, "KES", names, first, "1010", ("1020",), {f"3010{m}": "3010" for m in members})
    meta = (("decision", GROUP_DECISION),)
    box, debts = Decimal(0), dict.fromkeys(members, Decimal(0))
    shares = dict.fromkeys(members, 0)
    for number in range(1, 100):
        date = first + dt.timedelta(days=14 * (number - 1))
        if date > LAST_BOOKED:
            break
        bought = {m: draw(rng, 1, 4) for m in members}
        for m in members:
            shares[m] += bought[m]
        saved = {m: Decimal(500 * n).quantize(Decimal("0.01")) for m, n in bought.items()}
        total = sum(saved.values(), Decimal(0))
        book.add(
            date,
            "Meeting",
            f"Meeting {number}: shares",
            [Posting("1010", total), *(Posting(f"3010{m}", -amount) for m, amount in saved.items())],
            meta=meta,
        )
        social = Decimal("50.00") * len(members)
        book.add(
            date,
            "Meeting",
            f"Meeting {number}: social fund",
            [Posting("1020", social), Posting("3020", -social)],
            meta=meta,
        )
        box += total
        box += _repayments(book, rng, date, number, debts)
        box -= _loans(book, rng, date, number, box, shares, debts)
        if draw(rng, 1, 4) == 1:
            fine = Decimal("100.00") * draw(rng, 1, 3)
            box += fine
            book.add(date, "Meeting", f"Meeting {number}: fines", [Posting("1010", fine), Posting("4020", -fine)])
        if number % 8 == 1:
            cost = Decimal("350.00")
            box -= cost
            book.add(date, "Duka", "Passbooks and pens", [Posting("5010", cost), Posting("1010", -cost)])
    _wallet(book)
    return book


def _wallet(book: Book) -> None:
    """What the wallet's statement brings in November."""
    for day, member, what, code, amount in PAID:
        date, money = dt.date(YEAR, 11, day), Decimal(amount)
        payer = f"MEMBER {member}"
        book.add(date, payer, "Pay Bill Online", [Posting(WALLET, money), Posting(code, -money)], quoted=what)
        book.add(date, "", "Pay Bill Charge", [Posting("5020", CHARGE), Posting(WALLET, -CHARGE)])
    for day, amount in TO_BOX:
        money = Decimal(amount)
        text = "Organization Withdrawal at Agent"
        book.add(dt.date(YEAR, 11, day), "Agent 4411", text, [Posting("1010", money), Posting(WALLET, -money)])


def _repayments(book: Book, rng: random.Random, date: dt.date, number: int, debts: dict[str, Decimal]) -> Decimal:
    """Every second meeting each borrower pays 5 % service charge for four weeks on the debt, and a third of it."""
    if number % 2:
        return Decimal(0)
    principal = charge = Decimal(0)
    for member, debt in debts.items():
        if debt:
            charge += half_away(debt * Decimal("0.05"), "KES")
            part = debt if debt <= 1000 else (debt / 3 / 100).to_integral_value() * 100
            part = Decimal(0) if draw(rng, 1, 12) == 1 else part
            debts[member] -= part
            principal += part
    if principal + charge:
        book.add(
            date,
            "Meeting",
            f"Meeting {number}: repayments and service charge",
            [
                Posting("1010", (principal + charge).quantize(Decimal("0.01"))),
                Posting("1110", -principal.quantize(Decimal("0.01"))),
                Posting("4010", -charge),
            ],
        )
    return principal + charge


def _loans(
    book: Book,
    rng: random.Random,
    date: dt.date,
    number: int,
    box: Decimal,
    shares: dict[str, int],
    debts: dict[str, Decimal],
) -> Decimal:
    """One or two loans, up to three times the borrower's own shares and never more than the box holds."""
    lent = Decimal(0)
    free = [member for member, debt in debts.items() if not debt]
    for _ in range(draw(rng, 1, 2)):
        if not free or number > 18:
            break
        member = free.pop(draw(rng, 0, len(free) - 1))
        amount = min(Decimal(3 * 500 * shares[member]), (box - lent) * Decimal("0.7"))
        amount = (amount / 500).to_integral_value(rounding="ROUND_DOWN") * 500
        if amount >= 1000:
            debts[member] = amount
            lent += amount
    if lent:
        money = lent.quantize(Decimal("0.01"))
        book.add(date, "Meeting", f"Meeting {number}: loans", [Posting("1110", money), Posting("1010", -money)])
    return lent
