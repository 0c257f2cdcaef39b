"""Rules that name a decision: what a bank brings regularly to a protected account needs nobody's hand (SPEC 4)."""

import datetime as dt
from decimal import Decimal

import pytest
from pydantic import ValidationError

from importers.recognise.replace import place_again
from importers.run import import_files
from ledger.books import load_books, open_workspace
from ledger.books.sources import SourceTable
from ledger.policy import read_policy
from ledger.policy.decided import decided
from tests.importers.recognise.conftest import line, plan, source, squeezed, told, unit, view
from tests.importers.test_bank import OPENED, SOURCES, camt
from tests.importers.test_bank import line as bank

ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Equity:2071-Fond SEK
2020-01-01 open Equity:2091-Balanserat-resultat
2020-01-01 open Expenses:5010-Lokalhyra SEK
2020-01-01 open Liabilities:2641-Ingående-moms SEK
2020-01-01 open Liabilities:2999-Observationskonto
"""
POLICY = """\
2025-11-20 custom "decision" "FS-1" "assembly"
  text: "Each month 100.00 out of the fund, in 2026 to the end of March"
  amount: 250.00 SEK
  until: 2026-03-31
"""
RULE = """
[[source.rule]]
text = "fund"
account = "Equity:2071-Fond"
decision = "FS-1"
"""


@pytest.fixture
def ws(make_workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    settings = SOURCES.replace('\n[[source]]\nname = "bok"', RULE + '\n[[source]]\nname = "bok"')
    return make_workspace({"repris": {"unit": settings, "accounts": ACCOUNTS, "2026-01": OPENED}}, policy=POLICY)


def take(ws, tmp_path, *lines, **more):
    file = tmp_path / "march.xml"
    file.write_bytes(camt(*lines, **more))
    return import_files(ws, ws.units["repris"], [file])


def register(ws):
    books = load_books(ws)
    return decided(books, read_policy(books.central_text, ws))


def test_a_rule_s_posting_names_its_decision_and_its_vat_does_not():
    """Of 125.00 rent 25.00 are VAT, and go by the decision of nobody."""
    rule = {"account": "Expenses:5010-Lokalhyra", "vat": "25", "decision": "FS-1"}
    made = plan(view("", unit(source(rule=[rule]))), line("2026-03-02", "-125.00", "Rent"))
    assert told(made) == squeezed(
        """
        2026-03-02 * "Rent"
          Assets:1930-Bank -125.00 SEK
          Expenses:5010-Lokalhyra 100.00 SEK
            decision: "FS-1"
          Liabilities:2641-Ingående-moms 25.00 SEK
        """
    )


def test_parts_of_a_split_name_their_own():
    parts = [
        {"account": "Expenses:5010-Lokalhyra", "share": "0.4", "decision": "FS-1"},
        {"account": "Expenses:6110-Kontorsmaterial", "share": "0.6"},
    ]
    made = plan(view("", unit(source(rule=[{"split": parts}]))), line("2026-03-02", "-10.00", "Rent"))
    assert [(p.account, (p.meta or {}).get("decision")) for p in made[0].postings[1:]] == [
        ("Expenses:5010-Lokalhyra", "FS-1"),
        ("Expenses:6110-Kontorsmaterial", None),
    ]


def test_what_a_rule_books_on_a_protected_account_is_allowed_and_uses_the_decision(ws, tmp_path):
    """Two of 100.00 leave 50.00 of 250.00; nothing waits, and nothing is wrong."""
    report = take(ws, tmp_path, bank(2, "-100.00", "To the fund"), bank(20, "-100.00", "To the fund"))
    assert report.problems == []
    found = register(ws)
    assert found.problems == ()
    (state,) = found.states
    assert (state.booked, state.left, state.status) == (Decimal("200.00"), Decimal("50.00"), "part")
    assert [u.unit for u in state.units] == ["repris"]


def test_a_third_one_is_told_as_too_much(ws, tmp_path):
    lines = [bank(day, "-100.00", "To the fund") for day in (2, 3, 4)]
    take(ws, tmp_path, *lines)
    (problem,) = register(ws).problems
    assert (problem.code, problem.params["over"]) == ("DECISION_USED_UP", "50.00")


def test_a_decision_that_is_not_there_is_the_rule_s_error_and_nothing_is_booked(ws, tmp_path):
    ws.policy_file.write_text(POLICY.replace("FS-1", "FS-2"), encoding="utf-8")
    before = {p: p.read_bytes() for p in ws.units["repris"].books.rglob("*.beancount")}
    (problem,) = take(ws, tmp_path, bank(2, "-100.00", "To the fund")).problems
    assert (problem.code, problem.file) == ("RULE_IMPOSSIBLE", "units/repris/unit.toml")
    assert "there is no decision FS-1 in units/policy.beancount" in problem.text("en")
    assert before == {p: p.read_bytes() for p in ws.units["repris"].books.rglob("*.beancount")}


def test_while_policy_has_errors_of_its_own_lines_come_in(ws, tmp_path):
    """Policy's error is told by every command; the bank's lines name the decision, and are judged once it is mended."""
    ws.policy_file.write_text(POLICY + 'option "title" "x"\n', encoding="utf-8")
    assert take(ws, tmp_path, bank(2, "-100.00", "To the fund")).problems == []
    ws.policy_file.write_text(POLICY, encoding="utf-8")
    assert register(ws).problems == ()


def test_a_line_of_a_day_on_which_it_is_not_in_force_waits(ws, tmp_path):
    """It ended on 1 March; once the end is later, the line is placed."""
    ws.policy_file.write_text(POLICY.replace("until: 2026-03-31", "until: 2026-03-01"), encoding="utf-8")
    (file,) = take(ws, tmp_path, bank(2, "-100.00", "To the fund")).files
    assert file.on_suspense == 1
    text = ws.units["repris"].month_file(dt.date(2026, 3, 2)).read_text(encoding="utf-8")
    assert "decision FS-1 isn't in force on 2026-03-02" in text
    ws.policy_file.write_text(POLICY, encoding="utf-8")
    ws = open_workspace(ws.root)
    assert place_again(ws, ws.units["repris"]).placed == 1
    assert register(ws).problems == ()
    assert register(ws).states[0].booked == Decimal("100.00")


def test_rules_of_invoices_name_none():
    rule = [{"text": "rent", "account": "Expenses:5010-Lokalhyra", "decision": "FS-1"}]
    with pytest.raises(ValidationError, match="rules of format ubl name no decision"):
        SourceTable.model_validate({"name": "invoices", "format": "ubl", "rule": rule})
