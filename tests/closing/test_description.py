"""`sambok description`: what is in force, for auditors and archives, without anybody's name."""

from __future__ import annotations

import pytest

from ledger.books import open_workspace
from ledger.closing.description import describe
from ledger.federation import load_federation

ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Expenses:5010-Lokalhyra SEK
2026-01-01 open Expenses:5020-El SEK
2026-01-01 open Expenses:7210-Lön-Maja-Lind SEK
2026-01-01 open Equity:2071-Fond SEK
"""
SOURCES = """\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE4550000000058398257466"

[[source.rule]]
counterparty = "Maja Lind"
counterparty_account = "8105-9,123 456-7"
reference = "Lind 7"
text = "lind"
payee = "M. Lind"
narration = "Till Lind"
direction = "out"
min = "100.00"
from = 2026-02-01
days_of_month = [25, 26]
account = "Expenses:7210-Lön-Maja-Lind"

[[source.rule]]
text = "hyra"
[[source.rule.split]]
account = "Expenses:5010-Lokalhyra"
share = "0.7"
vat = "25"
[[source.rule.split]]
account = "Expenses:7210-Lön-Maja-Lind"
share = "0.3"

[[source.rule]]
amount = "500"
account = "Equity:2071-Fond"
decision = "FS-1"
"""
POLICY = '2026-01-01 custom "decision" "FS-1" "assembly"\n  text: "The fund"\n'


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    month = '2026-03-25 * "Maja Lind" "Pay"\n  Expenses:7210-Lön-Maja-Lind  100.00 SEK\n  Assets:1930-Bank\n'
    units = {"repris": {"unit": f'chart = "bas"\n{SOURCES}', "accounts": ACCOUNTS, "2026-03": month}}
    return make_workspace(units, policy=POLICY)


def rows(text, heads):
    """The cells of the table that has these heads."""
    lines = text.splitlines()
    start = lines.index("| " + " | ".join(heads) + " |") + 2
    end = next((n for n in range(start, len(lines)) if not lines[n].startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[start:end]]


def test_rules_are_told_without_the_words_that_may_name_somebody(ws):
    text = describe(load_federation(ws))
    assert rows(text, ["Unit", "Source", "No.", "Account", "Rule"]) == [
        [
            "repris",
            "bank",
            "1",
            "Expenses:7210-…",
            (
                "text = …, counterparty = …, counterparty_account = …, reference = …, direction = out, min = 100.00, "
                "from = 2026-02-01, days_of_month = (25, 26), narration = …, payee = …"
            ),
        ],
        ["repris", "bank", "2", "Expenses:5010-Lokalhyra (0.7), Expenses:7210-… (0.3)", "text = …, split in 2"],
        ["repris", "bank", "3", "Equity:2071-Fond", "decision = FS-1, amount = 500"],
    ]
    assert "units/<unit>/unit.toml, in this order" in text.replace("\\", "")


def test_nobody_is_named_anywhere(ws):
    """Neither by a rule nor by an account that the chart masks; what the account is for is told by its number."""
    text = describe(load_federation(ws))
    assert "lind" not in text.casefold()
    assert "8105" not in text
    accounts = {row[0]: row[1] for row in rows(text, ["Account", "Code", "Line of the statements", "Units"])}
    assert accounts["Expenses:7210-…"] == "7210"
    assert accounts["Expenses:5010-Lokalhyra"] == "5010"


def test_where_no_chart_can_be_read_every_account_of_a_rule_is_masked(ws):
    unit = ws.units["repris"].folder / "unit.toml"
    unit.write_text(unit.read_text(encoding="utf-8").replace('chart = "bas"', 'chart = "own.toml"'), encoding="utf-8")
    (ws.units["repris"].folder / "own.toml").write_text("nonsense", encoding="utf-8")

    text = describe(load_federation(open_workspace(ws.root)))
    assert "lind" not in text.casefold()
    assert "Expenses:…" in text


def test_the_same_workspace_gives_the_same_text(ws):
    assert describe(load_federation(ws)) == describe(load_federation(ws))


def test_loan_cycles_are_told_with_what_was_agreed_on(make_workspace):
    cycle = '2026-01-07 custom "loan-cycle" "RF26" 1000 SEK\n  decision: "FS-1"\n  ends: 2026-12-10\n  charge: 0.01\n'
    text = describe(load_federation(make_workspace({}, policy=POLICY + cycle)))
    assert [
        "loan cycle RF26 in gemensamt",
        "1000.00 SEK, 1\N{NO-BREAK SPACE}% declining, month",
        "2026-01-07",
        "2026-12-10",
        "FS-1",
    ] in rows(text, ["What", "Value", "From", "Until", "Decision"])
