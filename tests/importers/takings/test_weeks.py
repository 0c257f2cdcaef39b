"""What happens at tills in a year: month ends, more given back than sold, late banks, two tills, numbers from 1 again.

Whatever the order of the files: sales are in the books once, nothing waits, and nothing is left on its way.
"""

import datetime as dt
import random
from decimal import Decimal

import pytest

from importers.recognise.replace import place_again
from tests.importers.takings.day import UNIT, bank
from tests.importers.takings.test_day import OPENED, left, on_its_way
from tests.importers.takings.test_swish import swedbank

HEAD = "Datum;Z;Totalt;Försäljning 25;Moms 25;Försäljning 12;Moms 12;Kontant;Kort;Swish;Växel;Räknat;Till bank;Påse"
CARD = "Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto"
HEAD_2 = HEAD.replace("Datum;", "Datum;Kassa;")
TWO = UNIT.replace('number = "Z"\n', 'number = "Z"\ntill = "Kassa"\n')
#: Acquirers that don't say when something was sold.
UNDATED = UNIT.replace('sold = "Köpdag"\n', "")


def z(day, number, card, swish=0, cash=0, till=""):
    """A report at 25 %: what was paid by card, Swish and in cash (a fifth of it VAT); the drawer is counted right."""
    total = card + swish + cash
    cells = [day, *([till] if till else []), number]
    figures = [total, total, Decimal(total) / 5, 0, 0, cash, card, swish, 500, 500 + cash, 0]
    return ";".join([*map(str, cells), *(f"{Decimal(n):.2f}".replace(".", ",") for n in figures), ""])


def rows(head, *lines):
    return ("\n".join([head, *lines]) + "\n").encode()


def payout(name, paid, sold, amount, fee):
    figures = (f"{Decimal(n):.2f}".replace(".", ",") for n in (amount, fee, Decimal(amount) - Decimal(fee)))
    return ";".join([name, paid, sold, *figures])


def undated(*lines):
    return rows(
        CARD.replace("Köpdag;", ""), *(";".join(c for n, c in enumerate(row.split(";")) if n != 2) for row in lines)
    )


def on(text):
    return dt.date.fromisoformat(text)


NOT_TOLD = "month end, days not told"
CASES = {
    # 500 on the 30th, 700 on the 31st, paid in together on 2 April, less 12: the bank has it on the 7th, after Easter.
    "month end": (
        UNIT,
        {
            "z1.csv": rows(HEAD, z("2026-03-30", 30, 500)),
            "z2.csv": rows(HEAD, z("2026-03-31", 31, 700)),
            "kort.csv": rows(
                CARD, payout("P1", "2026-04-02", "2026-03-30", 500, 5), payout("P1", "2026-04-02", "2026-03-31", 700, 7)
            ),
            "bank.xml": bank((on("2026-04-07"), "1188.00", "Kortinlösen")),
        },
        {"1930": "2188.00", "2611": "-240.00", "3001": "-960.00", "6040": "12.00"},
    ),
    NOT_TOLD: (
        UNDATED,
        {
            "z1.csv": rows(HEAD, z("2026-03-30", 30, 500)),
            "z2.csv": rows(HEAD, z("2026-03-31", 31, 700)),
            "kort.csv": undated(payout("P1", "2026-04-02", "", 1200, 12)),
            "bank.xml": bank((on("2026-04-02"), "1188.00", "Kortinlösen")),
        },
        {"1930": "2188.00", "2611": "-240.00", "3001": "-960.00", "6040": "12.00"},
    ),
    # 100 sold, 300 given back: the acquirer takes 200 and its 3.
    "more given back than sold": (
        UNIT,
        {
            "z.csv": rows(HEAD, z("2026-03-02", 17, -200, 0, 100)),
            "kort.csv": rows(
                CARD,
                payout("P1", "2026-03-03", "2026-03-02", 100, 1),
                payout("P1", "2026-03-03", "2026-03-02", -300, 2),
            ),
            "bank.xml": bank((on("2026-03-03"), "-203.00", "Kortinlösen")),
        },
        {"1910": "100.00", "1930": "797.00", "2611": "20.00", "3001": "80.00", "6040": "3.00"},
    ),
    # Two tills on one terminal's agreement: 500 + 300 by card, 40 + 60 with Swish.
    "two tills": (
        TWO,
        {
            "z1.csv": rows(HEAD_2, z("2026-03-02", 17, 500, 40, till="A"), z("2026-03-02", 17, 300, 60, till="B")),
            "z2.csv": rows(HEAD_2, z("2026-03-03", 18, 100, 0, till="A"), z("2026-03-03", 18, 20, 0, till="B")),
            "kort.csv": rows(
                CARD,
                payout("P1", "2026-03-03", "2026-03-02", 800, 8),
                payout("P2", "2026-03-04", "2026-03-03", 120, 1),
            ),
            "swish.csv": swedbank(
                ("2026-03-02", "2026-03-02", "40.00", "A", ""), ("2026-03-02", "2026-03-02", "60.00", "B", "")
            ),
            "bank.xml": bank(
                (on("2026-03-03"), "100.00", "Swish"),
                (on("2026-03-03"), "792.00", "Kort"),
                (on("2026-03-04"), "119.00", "Kort"),
            ),
        },
        {"1930": "2011.00", "2611": "-204.00", "3001": "-816.00", "6040": "9.00"},
    ),
    # Each report has two days, and each day but the first comes twice; the bank is a day late.
    "reports that overlap": (
        UNIT,
        {
            "z.csv": rows(HEAD, z("2026-03-05", 20, 0, 100), z("2026-03-06", 21, 0, 200), z("2026-03-07", 22, 0, 100)),
            "swish1.csv": swedbank(
                ("2026-03-05", "2026-03-05", "100.00", "A", ""), ("2026-03-06", "2026-03-06", "200.00", "B", "")
            ),
            "swish2.csv": swedbank(
                ("2026-03-06", "2026-03-06", "200.00", "B", ""), ("2026-03-09", "2026-03-07", "100.00", "C", "")
            ),
            "swish3.csv": swedbank(
                ("2026-03-06", "2026-03-06", "200.00", "B", ""),
                ("2026-03-09", "2026-03-07", "100.00", "C", ""),
                made="2026-03-09",
            ),
            "bank.xml": bank(
                (on("2026-03-06"), "100.00", "Swish"),
                (on("2026-03-09"), "200.00", "Swish"),
                (on("2026-03-10"), "100.00", "Swish"),
            ),
        },
        {"1930": "1400.00", "2611": "-80.00", "3001": "-320.00"},
    ),
    # The bank lists every Swish payment below its line.
    "a bank that lists what it collects": (
        UNIT,
        {
            "z.csv": rows(HEAD, z("2026-03-05", 20, 0, 350)),
            "swish.csv": swedbank(
                ("2026-03-05", "2026-03-05", "100.00", "Anna", "te"),
                ("2026-03-05", "2026-03-05", "250.00", "Bo", "mat"),
            ),
            "bank.xml": bank((on("2026-03-06"), "350.00", "Swish", (("100.00", "Anna"), ("250.00", "Bo")))),
        },
        {"1930": "1350.00", "2611": "-70.00", "3001": "-280.00"},
    ),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("case", CASES)
def test_weeks_in_whatever_order(feed, case, seed):
    unit, files, sums = CASES[case]
    feed = feed(unit, _2026_01=OPENED)
    order = sorted(files, reverse=seed == 1)
    if seed > 1:
        random.Random(f"{case} {seed}").shuffle(order)  # noqa: S311  no cryptography
    for name in order:
        report = feed.take(files[name], name)
        assert report.problem is None, (order, report.problem)
    place_again(feed.ws, feed.unit)
    assert left(feed) == {"2091": "-1000.00", **sums}, order
    assert [e.narration for e in feed.transactions() if e.flag == "!"] == [], order
    if case == NOT_TOLD and order.index("kort.csv") < order.index("z2.csv"):
        # Nobody can know of which days the sum is: the account is at zero, its items stand beside each other.
        assert sum(Decimal(amount) for _, amount, _ in on_its_way(feed)) == 0
    else:
        assert on_its_way(feed) == [], order
    before = {k: v for k, v in feed.bytes().items() if "/books/" in k}
    for name in files:
        assert feed.take(files[name], f"again-{name}").status == "known"
    assert {k: v for k, v in feed.bytes().items() if "/books/" in k} == before
