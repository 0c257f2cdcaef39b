"""The worked figures of SPEC 9, from books to the answer: each unit sells, spends and owns what the example says."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.federation import Federation
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.reports.solidarity import as_json, computed

D = Decimal
ACCOUNTS = """
2024-01-01 open Assets:1930-Bank
2024-01-01 open Equity:2091-Balanserat-resultat
2024-01-01 open Income:3001-Försäljning-25
2024-01-01 open Expenses:5010-Lokalhyra
"""
CENTRAL = """
2024-01-01 open Assets:1930-Bank
2024-01-01 open Equity:2072-Solidaritetsfond
"""
POLICY = """
2024-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0
  decision: "FS-1"
"""
MONTHS = frozenset(f"2026-{month:02d}" for month in range(1, 13))


def voucher(date, account, amount):
    return f'{date} * "x"\n  decision: "FS-1"\n  {account}  {amount} SEK\n  Assets:1930-Bank  {-D(amount)} SEK\n\n'


def book(unit):
    base, result, own = D(unit["base"]), D(unit["result"]), D(unit["own"])
    return (
        voucher("2025-06-01", "Equity:2091-Balanserat-resultat", -own)
        + voucher("2026-02-01", "Income:3001-Försäljning-25", -base)
        + voucher("2026-03-01", "Expenses:5010-Lokalhyra", base - result)
    )


@pytest.mark.parametrize("case", ["a_enough", "b_call", "c_call_and_scaling", "d_empty_fund"])
def test_from_books_to_the_answer(make_workspace, samples, case):
    example = json.loads((samples / "rules" / "examples.json").read_text())["4_solidarity"][case]
    units = {unit["unit"]: {"accounts": ACCOUNTS, "2026-02": book(unit)} for unit in example["units"]}
    opening = voucher("2025-01-01", "Equity:2072-Solidaritetsfond", -D(example["fund_open"]))
    ws = make_workspace({"gemensamt": {"accounts": CENTRAL, "2025-01": opening}, **units}, policy=POLICY)
    books = load_books(ws)
    assert not books.problems, [p.text() for p in books.problems]
    closed = dict.fromkeys(ws.units, MONTHS)
    books = replace(books, closed=closed)
    policy = read_policy(books.central_text, ws)
    federation = Federation(books, policy, provisional(books, policy))
    answer = as_json(computed(federation, 2026), ())
    assert answer["final"]
    assert answer["fund_open"] == example["fund_open"]
    assert [{key: unit[key] for key in example["units"][0]} for unit in answer["units"]] == example["units"]
    assert answer["fund_close"] == example["fund_close"]


def test_no_year_is_final_before_all_of_it_is_closed_in_every_book(make_workspace):
    unit = {"base": "1000.00", "result": "-500.00", "own": "0.00"}
    units = {"gemensamt": {"accounts": CENTRAL}, "a": {"accounts": ACCOUNTS, "2026-02": book(unit)}}
    ws = make_workspace(units, policy=POLICY)
    books = load_books(ws)
    policy = read_policy(books.central_text, ws)
    for closed, final in (
        ({}, False),
        ({"a": MONTHS}, False),
        ({"a": MONTHS, "gemensamt": MONTHS - {"2026-12"}}, False),
        ({"a": MONTHS, "gemensamt": MONTHS}, True),
    ):
        made = replace(books, closed=closed)
        federation = Federation(made, policy, provisional(made, policy))
        assert computed(federation, 2026).final is final, closed
