"""hledger and ledger read a federation with everything in it and come to our totals, account by account, to the cent.

Levels, an adjustment with its reversal, an owned unit with goodwill and a minority, units in CLP (no decimals), KES and
EUR, stock, a unit that leaves; and the demo federation of this repository (SPEC 5, 10).
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from decimal import Decimal

import pytest

from ledger.charts import line
from ledger.combine import group_entries
from ledger.combine.reports.export import journal_text
from tests.cli.test_combine import run
from tests.combine.conftest import opens
from tests.combine.test_demo import demo  # noqa: F401  a fixture
from tests.combine.test_export import _utf8, program
from tests.combine.test_levels import sold
from tests.combine.test_view import sums
from tests.combine.test_worked import ENTITY, sale

PROGRAMS = ["hledger", "ledger"]
PRICES = """
2025-12-31 price CLP 0.0112 SEK
2025-12-31 price KES 0.081 SEK
2025-12-31 price EUR 11.03 SEK
2026-02-28 custom "average-rate" "CLP" 0.011337 SEK
2026-02-28 custom "average-rate" "KES" 0.08129 SEK
2026-02-28 custom "average-rate" "EUR" 11.2177 SEK
2026-03-31 price CLP 0.01149 SEK
2026-03-31 price KES 0.0797 SEK
2026-03-31 price EUR 11.417 SEK
2026-03-31 custom "average-rate" "CLP" 0.011444 SEK
2026-03-31 custom "average-rate" "KES" 0.08015 SEK
2026-03-31 custom "average-rate" "EUR" 11.3219 SEK
"""
ADJUSTMENT = """\
2026-03-31 * "Audit"
  author: "anna"
  reason: "Audit of the quarter; not invoiced"
  approver: "bo"
  unit: "repris"
  Expenses:OtherExternalCosts:6420-Audit    333.33 SEK
  Liabilities:AccruedExpenses:2990-Audit   -333.33 SEK
2026-02-28 * "Rent"
  author: "anna"
  reason: "Rent that came a month late"
  approver: "bo"
  reverses: 2026-03-31
  Expenses:OtherExternalCosts:5010-Rent     777.77 SEK
  Liabilities:AccruedExpenses:2990-Rent    -777.77 SEK
"""


def abroad(currency, amount, income):
    """A book in a chart of Spain: opening, and sales of two months in thirds."""
    return f"""
2025-12-31 * "Opening"
  Assets:572-Banco      {amount} {currency}
  Equity:100-Capital   -{amount} {currency}
2026-02-10 * "Sales"
  Assets:572-Banco      {income} {currency}
  Income:705-Ventas    -{income} {currency}
2026-03-10 * "Sales; \\"*\\" (and) more | {currency}"
  Assets:572-Banco      {income} {currency}
  Income:705-Ventas    -{income} {currency}
"""


@pytest.fixture
def everything(make_workspace):
    mine, theirs = sale("repris", "kafeet", "900.00", "850.00", 1)
    mine = mine.replace(
        "  Income:3001-Sales   -900.00 SEK\n", "  Income:3001-Sales   -900.00 SEK\n    cost: 700.00 SEK\n"
    )
    stock = """
2026-03-31 custom "internal-stock" "repris" 333.00 SEK
2026-03-31 * "Stock"
  Assets:1460-Stock     333.00 SEK
  Expenses:4010-Goods  -333.00 SEK
"""
    bought = """
2026-01-01 * "Shares of the company"
  Assets:1310-Andelar   700.00 SEK
    partner: "bolag"
    ic: "capital"
  Assets:1930-Bank     -700.00 SEK
"""
    company = """
2025-12-31 * "Opening"
  Assets:1930-Bank      600.00 SEK
  Equity:2081-Capital  -600.00 SEK
"""
    owned = '\n[[owner]]\nunit = "gemensamt"\nshare = "0.80"\nsince = 2026-01-01\n'
    foreign = ENTITY + '\nchart = "pgc"\ncurrency = "{}"\nlevels = ["{}"]'
    books = {
        "gemensamt": (sold("50000.00") + bought, ENTITY),
        "repris": (sold("1000.00") + mine, ENTITY + '\nlevels = ["Sverige", "Norr"]'),
        "kafeet": (theirs + stock, ENTITY + '\nlevels = ["Sverige", "Norr"]'),
        "gone": (company + sold("10.00"), ENTITY + '\nlevels = ["Sverige"]\nleft = 2026-02-15'),
        "bolag": (company + sold("100.00"), ENTITY + owned),
        "sur": (abroad("CLP", "1000001", "333333"), foreign.format("CLP", "Chile")),
        "mfano": (abroad("KES", "77777.77", "3333.33"), foreign.format("KES", "Kenya")),
        "andel": (abroad("EUR", "1000.01", "333.33"), foreign.format("EUR", "España")),
    }
    units = {slug: {"unit": toml, "accounts": opens(text), "2026-03": text} for slug, (text, toml) in books.items()}
    ws = make_workspace(units, prices=PRICES)
    folder = ws.units_folder / "adjustments"
    folder.mkdir()
    (folder / "2026.beancount").write_text(ADJUSTMENT, encoding="utf-8")
    return ws


def balances(name, file):
    """What another program makes of a journal, by account, without zeros."""
    if name == "hledger":
        command = [program(name), "-f", str(file), "balance", "--flat", "--no-total", "-O", "csv"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_utf8()).stdout
        pairs = [row.strip().strip('"').split('","') for row in answer.splitlines()[1:]]
    else:
        form = "%(account)\\t%(display_total)\\n"
        command = [program(name), "-f", str(file), "bal", "--flat", "--no-total", "--balance-format", form]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_utf8()).stdout
        pairs = [row.split("\t") for row in answer.splitlines()]
    found = {account.strip(): Decimal(amount.removesuffix(" SEK").replace(",", "")) for account, amount in pairs}
    return {account: amount for account, amount in found.items() if amount}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_federation_with_everything(everything, tmp_path, name):
    result, code = run(everything, "--json", f"--{name}", str(tmp_path / "group.journal"))
    answer = json.loads(result.stdout)
    assert code == 3  # 50 of a sale was never booked by its buyer
    assert answer["complete"] is True
    kinds = {e["kind"] for e in answer["eliminations"]}
    assert kinds >= {"trade", "unrealised", "acquisition", "minority"}
    assert {row["unit"] for row in answer["trial_balance"]} >= {"ELIM", "ADJ", "CTA", "sur", "mfano", "andel", "bolag"}
    codes = {slug: unit.code for slug, unit in everything.units.items()}
    ours = defaultdict(Decimal)
    for row in answer["trial_balance"]:
        leaf = codes.get(row["unit"], row["unit"])
        ours[f"{line(row['line']).root}:{row['line']}:{row['account']}:{leaf}"] += Decimal(row["amount"])
    assert balances(name, tmp_path / "group.journal") == dict(ours)


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_level_of_it(everything, tmp_path, name):
    """A level exported by itself is the level's own figures in the whole federation's answer."""
    whole = json.loads(run(everything, "--json")[0].stdout)
    levels = {tuple(level["path"]): level["lines"] for level in whole["levels"]}
    for path, figures in levels.items():
        if not path:
            continue
        file = tmp_path / "level.journal"
        run(everything, "--level", "/" + "/".join(path), f"--{name}", str(file), "--to", whole["to"])
        by_line = defaultdict(Decimal)
        for account, amount in balances(name, file).items():
            by_line[account.split(":")[1]] += amount
        assert {n: a for n, a in by_line.items() if a} == {n: Decimal(a) for n, a in figures.items() if Decimal(a)}, (
            path
        )


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_demo(demo, tmp_path, name):  # noqa: F811  the fixture
    entries = group_entries(demo.books, demo.run, demo.combined, language=None, threshold=10**9)
    file = tmp_path / "demo.journal"
    file.write_text(journal_text(entries, "Demo"), encoding="utf-8")
    assert balances(name, file) == sums(entries)
    units = demo.books.workspace.units
    ours = defaultdict(Decimal)
    for row in demo.combined.trial_balance:
        leaf = units[row.unit].code if row.unit in units else row.unit
        ours[f"{line(row.line).root}:{row.line}:{row.account}:{leaf}"] += row.amount
    assert balances(name, file) == dict(ours)
