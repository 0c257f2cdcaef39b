"""Units that come, change hands and go: each period opens with what the one before closed with (IFRS 10; SPEC 10).

The gem pays 1,000 on 1 July for 80 % of dot, which has 800 then: goodwill 360, minority 160. Dot earns 50 in September.
Figures are worked by hand beside the ledgers.
"""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from ledger.combine.equity import COLUMNS, equity
from tests.combine.test_ownership import OWNED, amount, owner

D = Decimal
DAY = dt.date.fromisoformat

GEM = """
2026-01-01 * "Opening balance"
  Assets:1930-Bank    100000.00 {base}
  Equity:2091-Bal    -100000.00 {base}
"""
DOT = """
2025-12-31 * "Opening balance"
  Assets:1930-Bank   700.00 {currency}
  Equity:2081-AK    -500.00 {currency}
  Equity:2091-Bal   -200.00 {currency}

2026-03-10 * "Before"
  Assets:1930-Bank   100.00 {currency}
  Income:3004-F     -100.00 {currency}

2026-09-10 * "After"
  Assets:1930-Bank    50.00 {currency}
  Income:3004-F      -50.00 {currency}
"""


def bought(price: str, day: str = "2026-07-01") -> str:
    return f"""
{day} * "Shares"
  Assets:1310-Andelar   {price} SEK
    partner: "dot"
    ic: "capital"
  Assets:1930-Bank     -{price} SEK
"""


def sold(day: str, price: str, cost: str, gain: str, tags: str = "") -> str:
    return f"""
{day} * "Shares sold"
  Assets:1930-Bank      {price} SEK
  Assets:1310-Andelar  -{cost} SEK
    partner: "dot"
    ic: "capital"
  Income:8012-Res      -{gain} SEK
{tags}
"""


def gem(*more: str) -> tuple[str, str]:
    return GEM.format(base="SEK") + "".join(more), 'entity = "division"'


def dot(*tables: str, currency: str = "SEK", text: str = DOT) -> tuple[str, str]:
    return text.format(currency=currency), f'{OWNED}currency = "{currency}"\n' + "\n".join(tables)


SINCE = owner("gem", "0.80", "since = 2026-07-01")


def changes(found) -> dict[str, dict[str, str]]:
    """Lines of the statement of changes in equity; what is zero is left out."""
    return {row.line: {name: str(v) for name in COLUMNS if (v := getattr(row, name))} for row in equity(found)}


def assert_continuous(make, *days: str) -> None:
    """Each period opens, line by line, with what the one before closed with; results of earlier ones are retained."""
    founds = [make(date_from=DAY(a), date_to=DAY(b) - dt.timedelta(days=1)) for a, b in pairwise(days)]
    founds.append(make(date_from=DAY(days[0]), date_to=DAY(days[-1]) - dt.timedelta(days=1)))

    def closing(found, name):
        sums: dict[str, Decimal] = {}
        for row in equity(found):
            line = {"ResultForYear": "RetainedResult", "Joined": "Net", "Left": "Net"}.get(row.line, row.line)
            sums[line] = sums.get(line, D(0)) + getattr(row, name)
        retained = sum(sums.pop(line, D(0)) for line in ("RetainedResult", "Net"))
        return {**{line: a for line, a in sums.items() if a}, "retained": retained}

    for one, two in pairwise(founds[:-1]):
        assert two.complete
        assert closing(one, "closing") == closing(two, "opening"), one.date_to
    assert closing(founds[0], "opening") == closing(founds[-1], "opening")
    assert closing(founds[-2], "closing") == closing(founds[-1], "closing")
    assert sum(found.result for found in founds[:-1]) == founds[-1].result


class TestTheLastDay:
    """Who leaves on the last day of a period."""

    MEMBER = """
2026-01-01 * "Opening balance"
  Assets:1930-Bank   500.00 SEK
  Equity:2083-Ins   -500.00 SEK

2026-03-01 * "Earned"
  Assets:1930-Bank    70.00 SEK
  Income:3004-F      -70.00 SEK
"""

    def member(self, combined, **options):
        central = """
2025-12-31 * "Opening balance"
  Assets:1930-Bank    1000.00 SEK
  Equity:2091-Bal    -1000.00 SEK
"""
        return combined({"gem": (central, ""), "mem": (self.MEMBER, OWNED + "left = 2026-12-31")}, **options)

    def test_a_member_stands_in_that_days_balance_sheet(self, combined):
        found = self.member(combined, date_to=DAY("2026-12-31"))
        assert changes(found)["total"] == {"opening": "1500.00", "result": "70.00", "closing": "1570.00"}

    def test_and_goes_out_the_day_after(self, combined):
        found = self.member(combined, date_to=DAY("2027-02-28"))
        assert changes(found)["total"] == {"opening": "1570.00", "left": "-570.00", "closing": "1000.00"}
        assert {e.date for e in found.entries if e.kind == "left"} == {DAY("2027-01-01")}

    def test_months_follow_each_other(self, combined):
        assert_continuous(lambda **days: self.member(combined, **days), "2026-12-01", "2027-01-01", "2027-02-01")

    def test_an_owned_unit_goes_out_with_its_sale(self, combined):
        """Of 1,300 for 850 + 360 - 170: gain 260, with dot's 50 a result of 310; equity 100,300."""
        units = {
            "gem": gem(bought("1000.00"), sold("2026-12-31", "1300.00", "1000.00", "300.00")),
            "dot": dot("left = 2026-12-31", SINCE),
        }
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.result == 310
        gone = ("Goodwill", "NonControllingInterest", "Participations", "Joined", "Left")
        assert [name for name in gone if amount(found, name)] == []
        assert changes(found)["total"]["closing"] == "100300.00"
        later = combined(units, date_to=DAY("2027-12-31"))
        assert changes(later)["total"] == {"opening": "100300.00", "closing": "100300.00"}
