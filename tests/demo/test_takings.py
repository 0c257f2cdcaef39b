"""The café's November: what its till, its acquirer, Swish and its bank say of the same sales, set against each other.

All figures are added up from the files' own columns.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.demo import waiting
from tests.demo.waiting import comma

CAFE = "kafe-angen"


def total(rows, column) -> Decimal:
    return sum((comma(row[column]) for row in rows if row[column]), Decimal(0))


def test_the_three_files_say_the_same(demo_root):
    """Per day: sales are how they were paid; Swish and card rows are the till's; the bank's lines are the payouts."""
    till = waiting.reports_of_the_till(demo_root)
    swished, carded = defaultdict(Decimal), defaultdict(Decimal)
    for row in waiting.swish(demo_root):
        swished[row["Transdag"]] += Decimal(row["Belopp"])
    for row in waiting.payouts(demo_root):
        carded[row["Köpdag"]] += comma(row["Belopp"])
    assert len(till) == 21
    for row in till:
        assert comma(row["Kontant"]) + comma(row["Kort"]) + comma(row["Swish"]) == comma(row["Totalt"])
        assert (comma(row["Kort"]), comma(row["Swish"])) == (carded[row["Datum"]], swished[row["Datum"]])
    nets, batches = defaultdict(Decimal), defaultdict(Decimal)
    for row in waiting.payouts(demo_root):
        nets[row["Utbetald"]] += comma(row["Netto"])
    for row in waiting.swish(demo_root):
        batches[row["Bokfdag"]] += Decimal(row["Belopp"])
    bank = waiting.swedbank(demo_root)
    assert {r["Bokfdag"]: Decimal(r["Belopp"]) for r in bank if r["Text"].startswith("Swish")} == batches
    paid_out = {r["Bokfdag"]: Decimal(r["Belopp"]) for r in bank if r["Text"] == "Kortinlösen Exempel"}
    assert paid_out == {day: net for day, net in nets.items() if day}


def test_sales_and_their_vat_are_booked_once(imported):
    till = waiting.reports_of_the_till(imported.before)
    for rate, sales, vat in (("12", "3002", "2621"), ("6", "3003", "2631")):
        assert imported.moved(CAFE, vat) == -total(till, f"Moms {rate}")
        assert imported.moved(CAFE, sales) == total(till, f"Moms {rate}") - total(till, f"Försäljning {rate}")


def test_clearing_accounts_hold_what_is_on_its_way_at_the_months_end(imported):
    till, settled = waiting.reports_of_the_till(imported.before), waiting.payouts(imported.before)
    unpaid = [row["Köpdag"] for row in settled if not row["Utbetalning"]]
    assert unpaid == ["2026-11-27", "2026-11-28", "2026-11-29"]
    on_its_way = {row["Datum"]: comma(row["Kort"]) for row in till if row["Datum"] in unpaid}
    assert imported.balance(CAFE, "1581") == sum(on_its_way.values())
    assert imported.balance(CAFE, "1582") == 0
    assert imported.balance(CAFE, "1580") == 0  # October's last payout came in November
    bags = [comma(row["Till bank"]) for row in till if row["Till bank"]]
    assert imported.balance(CAFE, "1909") == bags[-1]
    open_ones = {(f"{i.date}", i.account[7:11]): i.open for i in imported.items(CAFE).values() if i.kind == "clearing"}
    assert open_ones == {
        **{(day, "1581"): amount for day, amount in on_its_way.items()},
        ("2026-11-29", "1909"): bags[-1],
    }


def test_fees_are_those_of_the_payouts(imported):
    paid = [row for row in waiting.payouts(imported.before) if row["Utbetalning"]]
    assert imported.balance(CAFE, "6040") == total(paid, "Avgift")
    assert total(paid, "Belopp") - total(paid, "Avgift") == total(paid, "Netto")


def test_the_drawer_holds_what_was_counted(imported):
    till = waiting.reports_of_the_till(imported.before)
    last = till[-1]
    assert imported.balance(CAFE, "1910") == comma(last["Räknat"]) - comma(last["Till bank"])
    off = [comma(row["Räknat"]) - comma(row["Växel"]) - comma(row["Kontant"]) for row in till]
    assert [amount for amount in off if amount] == [Decimal(-4), Decimal(10)]
    assert imported.balance(CAFE, "3790") == -sum(off)


def test_nobodys_telephone_number_is_in_the_books(imported):
    numbers = {row["Avsändarnr"] for row in waiting.swish(imported.before)}
    text = "".join(p.read_text() for p in (imported.root / "units" / CAFE).rglob("*.beancount"))
    assert numbers
    assert not [number for number in numbers if number[-9:] in text]


def test_suppliers_are_paid_by_their_references(imported):
    """All that was open at the end of October is paid in November, line by line, by OCR number."""
    paid = {r["Referens"] for r in waiting.swedbank(imported.before) if Decimal(r["Belopp"]) < 0 and r["Referens"]}
    october = (imported.before / f"units/{CAFE}/books/2026/2026-10.beancount").read_text()
    followed = {line.split('"')[1] for line in october.splitlines() if line.startswith("  reference: ")}
    assert len(paid) == 6
    assert paid < followed  # the others are the customer's
    assert {i.kind for i in imported.items(CAFE).values()} == {"clearing"}
    assert (imported.balance(CAFE, "2440"), imported.balance(CAFE, "1510")) == (0, 0)
