"""The BAS chart places every number of BAS 2024 once, and where K2's layout leaves no choice, as K2 does."""

import csv
import re
from pathlib import Path

import pytest

from ledger.charts import load_chart

#: Which of our lines stands for a row of the K2 layout (statement, row number). Several K2 rows may share a line.
K2_ROWS = {
    ("RR", 4): "NetSales",
    ("RR", 5): "InventoryChange",
    ("RR", 6): "OwnWorkCapitalised",
    ("RR", 7): "OtherOperatingIncome",
    ("RR", 10): "RawMaterials",
    ("RR", 11): "GoodsForResale",
    ("RR", 12): "OtherExternalCosts",
    ("RR", 13): "PersonnelCosts",
    ("RR", 14): "Depreciation",
    ("RR", 15): "WriteDownsOfCurrentAssets",
    ("RR", 16): "OtherOperatingExpenses",
    ("RR", 20): "IncomeFromFinancialAssets",
    ("RR", 21): "IncomeFromFinancialAssets",
    ("RR", 22): "IncomeFromFinancialAssets",
    ("RR", 23): "IncomeFromFinancialAssets",
    ("RR", 24): "InterestIncome",
    ("RR", 25): "FinancialWriteDowns",
    ("RR", 26): "InterestExpenses",
    ("RR", 30): "Appropriations",
    ("RR", 31): "Appropriations",
    ("RR", 32): "Appropriations",
    ("RR", 33): "Appropriations",
    ("RR", 34): "Appropriations",
    ("RR", 38): "IncomeTaxes",
    ("RR", 39): "IncomeTaxes",
    ("RR", 40): "ResultTransfer",
    ("BR", 3): "SubscribedCapitalUnpaid",
    ("BR", 6): "IntangibleAssets",
    ("BR", 7): "IntangibleAssets",
    ("BR", 8): "IntangibleAssets",
    ("BR", 9): "IntangibleAssets",
    ("BR", 12): "LandAndBuildings",
    ("BR", 13): "MachineryAndEquipment",
    ("BR", 14): "MachineryAndEquipment",
    ("BR", 15): "LandAndBuildings",
    ("BR", 16): "MachineryAndEquipment",
    ("BR", 17): None,  # new construction: 118x with land and buildings, 128x with machinery
    ("BR", 20): "ParticipationsAndSecurities",
    ("BR", 21): "InternalReceivables",  # group companies: in a federation what members owe each other (SPEC 6)
    ("BR", 22): "ParticipationsAndSecurities",
    ("BR", 23): "LongTermReceivables",
    ("BR", 24): "ParticipationsAndSecurities",
    ("BR", 25): "LongTermReceivables",
    ("BR", 26): "ParticipationsAndSecurities",
    ("BR", 27): "LongTermReceivables",
    ("BR", 28): "LongTermReceivables",
    ("BR", 33): "Inventories",
    ("BR", 34): "Inventories",
    ("BR", 35): "Inventories",
    ("BR", 36): "Inventories",
    ("BR", 37): "Inventories",
    ("BR", 38): "Inventories",
    ("BR", 41): "TradeReceivables",
    ("BR", 42): "InternalReceivables",
    ("BR", 43): "OtherReceivables",
    ("BR", 44): "OtherReceivables",
    ("BR", 45): "OtherReceivables",
    ("BR", 46): "PrepaidExpenses",
    ("BR", 47): "PrepaidExpenses",
    ("BR", 50): "ShortTermInvestments",
    ("BR", 51): "ShortTermInvestments",
    ("BR", 54): "CashAndBank",
    ("BR", 55): "CashAndBank",
    ("BR", 62): "MemberContributions",
    ("BR", 63): "MemberContributions",
    ("BR", 64): "RestrictedReserves",
    ("BR", 65): "RestrictedReserves",
    ("BR", 68): "OtherFreeEquity",
    ("BR", 69): "RetainedResult",
    ("BR", 70): "ResultForYear",
    ("BR", 74): "UntaxedReserves",
    ("BR", 75): "UntaxedReserves",
    ("BR", 76): "UntaxedReserves",
    ("BR", 79): "Provisions",
    ("BR", 80): "Provisions",
    ("BR", 81): "Provisions",
    ("BR", 84): "LongTermLoans",
    ("BR", 85): "LongTermLoans",
    ("BR", 86): "LongTermLoans",
    ("BR", 87): "InternalPayables",
    ("BR", 88): "LongTermLoans",
    ("BR", 89): "LongTermLoans",
    ("BR", 90): "LongTermLoans",
    ("BR", 93): "ShortTermLoans",
    ("BR", 94): "ShortTermLoans",
    ("BR", 95): "CustomerAdvances",
    ("BR", 96): "CustomerAdvances",
    ("BR", 97): "CustomerAdvances",
    ("BR", 98): "TradePayables",
    ("BR", 99): "OtherLiabilities",
    ("BR", 100): "InternalPayables",
    ("BR", 101): "OtherLiabilities",
    ("BR", 102): "OtherLiabilities",
    ("BR", 103): "TaxLiabilities",
    ("BR", 104): "OtherLiabilities",
    ("BR", 105): "AccruedExpenses",
}
#: The equity of an economic association, by row of its own layout.
EQUITY_ROWS = {
    1: "MemberContributions",
    2: "DebentureContributions",
    3: "RestrictedReserves",
    4: "RestrictedReserves",
    5: "RestrictedReserves",
    7: "RetainedResult",
    8: "ResultForYear",
}
#: Numbers that stand elsewhere than K2 says, each with its reason. There are none; a new one must be argued here.
DEPARTURES: dict[str, str] = {}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def holds(pattern: str, code: str) -> bool:
    """Whether a reference such as `30xx-37xx`, `494x-495x` or `1431` holds a number (first digits, like BAS)."""
    low, _, high = pattern.partition("-")
    low, high = low.rstrip("x"), (high or low).rstrip("x")
    return low <= code[: len(low)] and code[: len(high)] <= high


@pytest.fixture(scope="module")
def bas():
    return load_chart("bas", Path())


@pytest.fixture(scope="module")
def numbers(samples):
    found = sorted({row["account"] for row in rows(samples / "sweden" / "bas" / "bas2024.csv")})
    assert len(found) == 1222
    return found


def test_every_bas_number_has_one_line_or_a_reason(bas, numbers):
    wrong = []
    for code in numbers:
        lines, reason = bas.lines_of(code), bas.why_unmapped(code)
        if (len(lines) == 1) == (reason is not None) or len(lines) > 1:
            wrong.append((code, [line.id for line in lines], reason))
    assert not wrong
    unmapped = [code for code in numbers if bas.why_unmapped(code)]
    assert unmapped
    assert all("2010" <= code <= "2050" for code in unmapped), "only what sole traders and partners own"


def test_every_bas_number_stands_under_the_root_of_its_class(bas, numbers):
    """Class 1 assets; 20 equity, 21-29 liabilities; 3 and 8 either way, 4-7 costs: the line's root must fit."""
    wrong = []
    for code in numbers:
        for line in bas.lines_of(code):
            if code[0] == "1":
                right = {"Assets"}
            elif code[0] == "2":
                right = {"Equity"} if code[1] == "0" else {"Liabilities"}
            elif code[0] in "38":
                right = {"Income", "Expenses"} if code[0] == "8" else {"Income"}
            else:
                # changes in stocks of own products (494, 495, 497) stand among income in a cost-type statement
                right = {"Income"} if code[:3] in {"494", "495", "497"} else {"Expenses"}
            if line.root not in right:
                wrong.append((code, line.id))
    assert not wrong


def test_k2_layout_agrees_where_it_leaves_no_choice(bas, numbers, samples):
    folder = samples / "sweden" / "bas"
    layout = [r for r in rows(folder / "k2_layout_ab_2017-09-30.csv") if r["kind"] == "line"]
    assert {(r["statement"], int(r["row"])) for r in layout} == set(K2_ROWS)
    equity = [r for r in rows(folder / "k2_equity_ekonomisk_forening.csv") if r["note"] != "sum" and r["bas_accounts"]]
    assert {int(r["row"]) for r in equity} == set(EQUITY_ROWS)
    compared, wrong = 0, []
    for code in numbers:
        own = {EQUITY_ROWS[int(r["row"])] for r in equity if any(holds(p, code) for p in r["bas_accounts"].split())}
        hits = [
            K2_ROWS[r["statement"], int(r["row"])]
            for r in layout
            if any(holds(p, code) for p in r["bas_accounts"].split())
        ]
        expected = own or set(hits)
        if len(expected) != 1 or expected == {None} or (not own and len(hits) > 1):
            continue  # K2 says nothing, or leaves a choice
        compared += 1
        found = [line.id for line in bas.lines_of(code)]
        if found != list(expected) and code not in DEPARTURES:
            wrong.append((code, found, expected))
    assert not wrong
    assert compared > 1000


def test_the_reader_of_k2_references_reads_them():
    assert holds("30xx-37xx", "3001")
    assert holds("30xx-37xx", "3799")
    assert not holds("30xx-37xx", "3800")
    assert holds("1331-1334", "1333")
    assert not holds("1331-1334", "1336")
    assert holds("494x-495x", "4950")
    assert not holds("494x-495x", "4960")
    assert holds("4932", "4932")
    assert not holds("4932", "4931")


def test_chart_gives_names_of_its_own(bas, samples):
    """The official list is its publisher's: our names are our own words, but for plain single words and statute."""
    official = {r["account"]: r["name_sv"] for r in rows(samples / "sweden" / "bas" / "bas2024.csv")}
    plain = re.compile(r"[^\W\d_]+")
    same = [
        code
        for code, known in bas.accounts.items()
        if official.get(code, "").casefold() == known.account.partition("-")[2].replace("-", " ").casefold()
    ]
    longer = [code for code in same if len(plain.findall(official[code])) > 1]
    assert longer == ["2099"], "Årets resultat is the annual accounts act's own term"
