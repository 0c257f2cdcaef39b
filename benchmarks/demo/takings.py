"""November in the café: a Z report for each open day, the acquirer's settlement, the Swish report, cash to the bank.

All three say the same sales: the till how they were paid, the others how the bank pays them in. Cards come two bank
days later, less 1.25 %; Swish on the first bank day, in one batch; each Sunday's bag of cash two bank days later. What
was paid by card on the month's last three days, and its last bag, are on their way when the month ends.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.divisions import Division, kr, share
from benchmarks.demo.rates import draw
from benchmarks.demo.rows import CREATED, FIRST, LAST, Row, bank_day
from ledger.rules.vat import included

#: Closed on Mondays and Tuesdays.
OPEN = frozenset({2, 3, 4, 5, 6})
FLOAT = kr(2_000)
FEE = "0.0125"
SWISH = "1230000000"
#: Telephone numbers that the authority keeps free for fiction, and names that are nobody's.
PAYERS = ("Anna Exempel", "Bo Påhitt", "Cecilia Prov", "David Låtsas", "Eva Fiktiv", "Farid Tänkt")
PHONE = "+46701740"
#: Days on which the drawer doesn't hold what it should.
OFF = {13: kr(-4), 21: kr(10)}


@dataclass(frozen=True)
class Day:
    """A day of the till, in SEK with VAT.

    Attributes:
        eaten, away: sold at 12 % and at 6 %.
        swish: each payment; one given back is negative.
        opening, counted, banked: the drawer in the morning, in the evening, and what of it goes to the bank.
    """

    date: dt.date
    number: int
    eaten: Decimal
    away: Decimal
    cash: Decimal
    swish: tuple[Decimal, ...]
    opening: Decimal
    counted: Decimal
    banked: Decimal
    bag: str

    @property
    def sales(self) -> Decimal:
        """All of it."""
        return self.eaten + self.away

    @property
    def swished(self) -> Decimal:
        """Σ Swish."""
        return sum(self.swish, Decimal(0))

    @property
    def card(self) -> Decimal:
        """What is neither cash nor Swish."""
        return self.sales - self.cash - self.swished


@dataclass(frozen=True)
class Payout:
    """What the acquirer pays out in one sum: the days it is for, with amount and fee of each."""

    date: dt.date
    id: str
    parts: tuple[tuple[dt.date, Decimal, Decimal], ...]

    @property
    def net(self) -> Decimal:
        """What the bank gets."""
        return sum((amount - fee for _, amount, fee in self.parts), Decimal(0))


def days_of(division: Division, seed: int) -> list[Day]:
    """The till's days."""
    rng = random.Random(f"{seed}:takings:{division.slug}")
    found: list[Day] = []
    drawer, date = FLOAT, FIRST
    while date <= LAST:
        if date.weekday() in OPEN:
            usual = division.till // len(OPEN)
            eaten, away = (kr(draw(rng, usual * low // 10, usual * high // 10)) for low, high in ((6, 9), (1, 3)))
            cash = kr(draw(rng, 20, 45) * 10)
            swish = tuple(kr(draw(rng, 4, 28) * 10) for _ in range(draw(rng, 1, 3)))
            swish += (-swish[0],) if date.day == 14 else ()  # somebody paid twice and got it back
            swish += (swish[0],) if date.day == 14 else ()
            counted = drawer + cash + OFF.get(date.day, kr(0))
            sunday = date.weekday() == 6
            banked = (counted - FLOAT) // 100 * 100 + kr(0) if sunday else kr(0)
            bag = str(7_400 + date.day) if banked else ""
            found.append(Day(date, 301 + len(found), eaten, away, cash, swish, drawer, counted, banked, bag))
            drawer = counted - banked
        date += dt.timedelta(days=1)
    return found


def payouts_of(days: Iterable[Day]) -> list[Payout]:
    """What the acquirer pays out, two bank days after the sale."""
    parts: dict[dt.date, list[tuple[dt.date, Decimal, Decimal]]] = {}
    for day in days:
        paid = bank_day(day.date + dt.timedelta(days=1), 1)
        parts.setdefault(paid, []).append((day.date, day.card, share(day.card, FEE)))
    return [Payout(date, f"U{date:%y%m%d}", tuple(some)) for date, some in parts.items()]


def batches_of(days: Iterable[Day]) -> dict[dt.date, list[Day]]:
    """The days that the bank books in one batch of Swish payments, by the day on which it does."""
    found: dict[dt.date, list[Day]] = {}
    for day in days:
        found.setdefault(bank_day(day.date), []).append(day)
    return found


def batch_id(date: dt.date) -> str:
    """What the bank calls a batch."""
    return f"B{date:%y%m%d}"


def bank_rows(days: Sequence[Day]) -> list[Row]:
    """What of the takings reaches the bank; what comes after November is left to the caller to leave out."""
    rows = [Row(p.date, p.net, "Kortinlösen Exempel", "") for p in payouts_of(days)]
    rows += [
        Row(date, sum((d.swished for d in some), Decimal(0)), "Swish", f"insättning {SWISH}", reference=batch_id(date))
        for date, some in batches_of(days).items()
    ]
    return rows + [
        Row(bank_day(d.date, 1), d.banked, "Servicebox", "insättning kontanter", reference=d.bag)
        for d in days
        if d.banked
    ]


def till_report(days: Iterable[Day]) -> bytes:
    """A row a Z report."""
    names = "Datum;Z;Totalt;Försäljning 12;Moms 12;Försäljning 6;Moms 6;Kontant;Kort;Swish;Växel;Räknat;Till bank;Påse"
    rows = []
    for d in days:
        vat = [included(d.eaten, Decimal("0.12"), "SEK"), included(d.away, Decimal("0.06"), "SEK")]
        money = (d.sales, d.eaten, vat[0], d.away, vat[1], d.cash, d.card, d.swished, d.opening, d.counted)
        rows.append((d.date, d.number, *map(_comma, money), _comma(d.banked) if d.banked else "", d.bag))
    return _sheet(names, rows)


def card_report(days: Sequence[Day]) -> bytes:
    """A row for each day of sale; what is in no payout yet has neither its day nor its id."""
    rows = []
    for payout in payouts_of(days):
        known = (payout.id, payout.date) if payout.date <= LAST else ("", "")
        rows += [(*known, sold, *map(_comma, (amount, fee, amount - fee))) for sold, amount, fee in payout.parts]
    return _sheet("Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto", rows)


def swish_report(account: str, days: Iterable[Day]) -> bytes:
    """Swedbank's report: a row for each payment."""
    clearing, number = account.split("-")
    out = io.StringIO()
    out.write(f"* Swish-rapport Avser {FIRST} - {LAST} Skapad {CREATED:%Y-%m-%d %H:%M} CET\r\n")
    out.write(
        "Radnr,Clnr,Kontonr,Bokfdag,Transdag,Valutadag,Mottagarnr,Mottagarnamn,Avsändarnr,Avsändarnamn,Meddelande,Tid,"
        "Belopp,Orderreferens,Batchid\r\n"
    )
    writer = csv.writer(out)
    place = 0
    for date, some in batches_of(days).items():
        for day, amount in ((d, amount) for d in some for amount in d.swish):
            payer = place % len(PAYERS)
            place += 1
            when = (date, day.date, date)
            who = (SWISH, "Kafé Ängen", f"{PHONE}{605 + payer}", PAYERS[payer], "åter" if amount < 0 else "fika")
            time = f"{10 + place % 7}:{place % 60:02}"
            writer.writerow((place, clearing, number, *when, *who, time, amount, "", batch_id(date)))
    return out.getvalue().encode("cp1252")


def _comma(amount: Decimal) -> str:
    return str(amount).replace(".", ",")


def _sheet(names: str, rows: Iterable[Iterable[object]]) -> bytes:
    lines = [names, *(";".join(map(str, row)) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


TOML = """
[[source]]
name = "kassa"
format = "till"
[source.takings.columns]
date = "Datum"
number = "Z"
sales = "Totalt"
opening = "Växel"
counted = "Räknat"
banked = "Till bank"
bag = "Påse"
[[source.takings.sale]]
vat = "12"
gross = "Försäljning 12"
vat_amount = "Moms 12"
[[source.takings.sale]]
vat = "6"
gross = "Försäljning 6"
vat_amount = "Moms 6"
[[source.takings.payment]]
column = "Kontant"
means = "cash"
[[source.takings.payment]]
column = "Kort"
means = "card"
[[source.takings.payment]]
column = "Swish"
means = "swish"

[[source]]
name = "swish"
format = "swish"

[[source]]
name = "kort"
format = "card"
[source.takings.columns]
date = "Utbetald"
sold = "Köpdag"
batch = "Utbetalning"
amount = "Belopp"
fee = "Avgift"
net = "Netto"
"""
