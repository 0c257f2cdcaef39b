"""Sample 24: each way in which two units' books disagree, in a federation's folder of its own, in both modes.

A, B and C are members all year, L leaves on 2026-09-30; the period ends on 2026-12-31, the tolerance is 1.00. A claim
(+) stands on 1660, a debt (-) on 2860, both against the bank, as when one unit pays for another. Key and class of an
item are its link and its `ic`.

The sample says the codes. Units, amount and the file and line of both sides are worked out here by SPEC 10: one item
per link, its amount the difference of the balance accounts; where it is no difference, one side's amount.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.combine.samples.builder import Book
from tests.combine.samples.test_rules import purchase, sale
from tests.conftest import SAMPLES

NAME = "24_ic_error_classes"
#: Read at collection only to name the cases; without the samples there is one, and it skips.
CASES = (
    [case["name"] for case in json.loads((SAMPLES / "consolidation" / f"{NAME}.json").read_text("utf-8"))["cases"]]
    if SAMPLES.is_dir()
    else ["exact"]
)
#: Units that must be named, the amount, and whose items are listed ("ab": both sides).
SAID = {
    "amount": (("a", "b"), "50", "ab"),  # 500 against 450
    "cut_off": (("a", "b"), "500", "ab"),
    "missing": (("a", "b"), "500", "a"),
    "unknown_partner": (("a", "zz"), "500", "a"),
    "self": (("a",), "500", "a"),
    "duplicate": (("a", "b"), "500", "abc"),  # 500 against 1,000
    "class": (("a", "b"), "500", "ab"),
    "same_sign": (("a", "b"), "1000", "ab"),  # two claims of 500: 1,000 too much
    "partner_asymmetric": (("a", "b", "c"), "500", "ab"),
    "out_of_scope": (("a", "l"), "500", "a"),  # L's own book doesn't count after it left
}
NEEDS_NOBODY = {"cut_off", "out_of_scope"}


def voucher(item):
    """An item as its unit books it, and the line of its tagged posting within the voucher."""
    amount = Decimal(item["amt"])
    account = "Assets:1660-Claim" if amount > 0 else "Liabilities:2860-Debt"
    return f"""\
{item["date"]} * "Dealing" ^ic-{item["unit"].lower()}-{item["key"]}
  {account}  {item["amt"]} SEK
    partner: "{item["partner"].lower()}"
    ic: "{item.get("cls", "trade")}"
  Assets:1930-Bank  {-amount} SEK
"""


def linked(items):
    """The issuer of a link is the first unit that writes it; the other side repeats its link."""
    first = next(iter(items.values()))
    return {side: {**item, "link": f"ic-{first['unit'].lower()}-{first['key']}"} for side, item in items.items()}


def write(items):
    """Vouchers by unit, and by side the place (`units/…:12`) of its tagged posting."""
    texts = {}
    places = {}
    for side, item in linked(items).items():
        unit = item["unit"].lower()
        file = f"units/{unit}/books/{item['date'][:4]}/{item['date'][:7]}.beancount"
        before = texts.setdefault(unit, {}).setdefault(file, "")
        places[side] = f"{file}:{before.count(chr(10)) + 2}"
        text = voucher(item).replace(f"^ic-{unit}-{item['key']}", f"^{item['link']}")
        texts[unit][file] = before + text
    return {unit: "".join(files.values()) for unit, files in texts.items()}, places


@pytest.mark.parametrize("toml", ["", 'entity = "legal_entity"'], ids=["divisions", "legal entities"])
@pytest.mark.parametrize("name", CASES)
def test_24_each_error_class(workspace, run, example, name, toml):
    case = example(NAME)
    for other in CASES:
        if other != name:
            case.expected.explain(other, "another case")
    items = next(c["items"] for c in case.case["cases"] if c["name"] == name)
    texts, places = write(items)
    books = {
        unit.lower(): Book(texts.get(unit.lower(), ""), toml + ("\nleft = 2026-09-30" if unit == "L" else ""))
        for unit in case.case["units"]
    }
    tolerance = case.case["tolerance"], "10.00"
    ws = workspace({"office": Book(toml=toml), **books}, central="office", tolerance=tolerance)
    found = run(ws, "--to", case.case["period_end"])
    if name == "exact":
        case.expected.compare(name, "MATCHED_EXACT" if not found.unmatched else found.unmatched)
        (gone,) = found.said["eliminations"]
        assert (gone["units"], Decimal(gone["amount"]), gone["section"]) == (["a", "b"], 500, "balance")
        assert sorted(gone["sources"]) == sorted(places.values())
        assert found.line("InternalReceivables") == found.line("InternalPayables") == 0
        assert found.code == 0
        return
    (said,) = found.said["unmatched"]
    units, amount, sides = SAID[name]
    case.expected.compare(name, said["code"])
    assert tuple(sorted(said["units"])) == units
    assert (Decimal(said["amount"]), said["currency"]) == (Decimal(amount), "SEK")
    assert sorted(said["sources"]) == sorted(places[side] for side in sides)
    assert said["class"] in {item.get("cls", "trade") for item in items.values()}
    assert said["remedy"]
    # in a division's book a partner that doesn't exist is the legal person's own error, too
    assert (said["internal"], said["blocks"]) == (not toml, not toml and name not in NEEDS_NOBODY)
    for place in said["sources"]:
        file, _, line = place.rpartition(":")
        assert "SEK" in (ws.root / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert found.code == (0 if name in NEEDS_NOBODY else 3)


def test_a_sale_to_a_division_that_has_left_is_named_once(workspace, run):
    """L left in September: A's linked sale of November is an outsider's, claim and income; that of September isn't."""
    seller = sale("a", "l", 1, "9.00", "2026-09-01") + sale("a", "l", 2, "5.00", "2026-11-01")
    books = {"a": Book(seller), "l": Book(purchase("a", 1, "9.00", "2026-09-02"), "left = 2026-09-30")}
    found = run(workspace({"office": Book(), **books}, central="office"), "--to", "2026-12-31")
    assert found.unmatched == [("PARTNER_OUT_OF_SCOPE", "trade", ("a", "l"), 5)]
    assert found.at("3001") == -found.at("1661") == -5
    assert found.code == 0
