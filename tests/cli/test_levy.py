"""`sambok levy`: the JSON that scripts rely on, the statement that people read, exit codes."""

import json
import os
import signal

import pytest

from ledger.cli.main import main

POLICY = """\
2025-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2025-01-01 custom "levy-component" "service" 0.125
  decision: "FS-1"
2025-01-01 custom "levy-component" "investment" 0.025
  decision: "FS-1"
2026-03-16 custom "levy-rate" "repris" 0.05
  decision: "FS-1"
  until: 2026-12-31
"""
ACCOUNTS = "2024-01-01 open Assets:1930-Bank\n2024-01-01 open Income:3001-Sales\n"
SALES = """\
2025-11-11 * "sale"
  voucher: "A-1"
  Assets:1930-Bank  1000.10 SEK
  Income:3001-Sales
2026-01-10 * "sale"
  voucher: "A-2"
  Assets:1930-Bank  100000.01 SEK
  Income:3001-Sales
2026-02-10 * "credit note"
  voucher: "A-3"
  corrects: "A-1"
  Assets:1930-Bank  -400.00 SEK
  Income:3001-Sales
2026-03-20 * "credit note"
  voucher: "A-4"
  corrects: "A-2"
  Assets:1930-Bank  -100.00 SEK
  Income:3001-Sales
"""


@pytest.fixture
def sambok(make_workspace, capsys, tmp_path, monkeypatch):
    """Run a command in a workspace of three units as the shell does."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    before = signal.getsignal(signal.SIGTERM)

    def run(*args, policy=POLICY, sales=SALES):
        ws = make_workspace(
            {
                "repris": {"accounts": ACCOUNTS, "2026-01": sales},
                "kafe": {
                    "unit": 'entity = "legal_entity"\nvat_deduction = 0.40',
                    "accounts": ACCOUNTS,
                    "2026-02": SALES.split("2026-01-10", maxsplit=1)[0].replace("2025-11", "2026-02"),
                },
            },
            policy=policy,
        )
        with pytest.raises(SystemExit) as end:
            main(["-w", str(ws.root), "levy", *args])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, before)


def test_json_is_as_promised(sambok):
    code, out, err = sambok("--json", "--unit", "repris")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "schema": 1,
        "year": 2026,
        "units": [
            {
                "unit": "repris",
                "currency": "SEK",
                "base": "99900.01",
                "due": "14985.00",
                "posted": "14925.00",
                "balance": "15075.02",
                "months": [
                    {
                        "month": "2026-01",
                        "base": "100000.01",
                        "rate": "0.15",
                        "due_ytd": "15000.00",
                        "posted": "15000.00",
                        "status": "provisional",
                        "components": {"service": "12500.00", "investment": "2500.00"},
                        "corrections": [],
                    },
                    {
                        "month": "2026-02",
                        "base": "0.00",
                        "rate": "0.15",
                        "due_ytd": "15000.00",
                        "posted": "0.00",
                        "status": "provisional",
                        "components": {"service": "0.00", "investment": "0.00"},
                        "corrections": [],
                    },
                    {
                        "month": "2026-03",
                        "base": "-100.00",
                        "rate": "0.05",
                        "due_ytd": "14985.00",
                        "posted": "-15.00",
                        "status": "provisional",
                        "components": {"service": "-12.50", "investment": "-2.50"},
                        "corrections": [{"voucher": "A-4", "of": "2026-01", "base": "-100.00"}],
                    },
                ],
                "prior_years": [{"year": 2025, "base": "-400.00", "amount": "-60.00", "month": "2026-02"}],
                "vat": "0.00",
            }
        ],
        "errors": [],
    }


def test_a_legal_person_owes_vat_on_top(sambok):
    """1000.10 × 15 % = 150.015, so 150.02; services 125.02 (150.02 × 125/150 = 125.0167); 25 % of it is 31.26."""
    code, out, _ = sambok("--json", "--unit", "kafe", "--year", "2026")
    (unit,) = json.loads(out)["units"]
    assert code == 0
    assert (unit["due"], unit["months"][1]["components"]) == ("150.02", {"service": "125.02", "investment": "25.00"})
    assert (unit["vat"], unit["balance"]) == ("31.26", "181.28")


def test_another_year_and_all_units(sambok):
    code, out, _ = sambok("--json", "--year", "2025")
    found = json.loads(out)
    assert (code, found["year"]) == (0, 2025)
    assert [(u["unit"], u["due"], u["balance"], len(u["months"])) for u in found["units"]] == [
        ("kafe", "0.00", "0.00", 0),
        ("repris", "150.02", "150.02", 11),
    ]


def test_the_statement_says_how_it_was_worked_out(sambok):
    code, out, _ = sambok("--unit", "repris")
    assert code == 0
    rows = [" ".join(line.split()) for line in out.splitlines()]
    for row in (
        "Repris: levy 2026, SEK, excluding VAT",
        "2026-01 100,000.01 15 % 15,000.00 15,000.00 provisional",
        "2026-03 -100.00 15 % 14,985.00 -15.00 provisional",
        "of which A-4 corrects 2026-01 -100.00 15 %",
        "2026-02: correction of 2025 -400.00 -60.00",
        "Year 99,900.01 14,985.00 14,925.00",
        "2026-03 -12.50 -2.50",
        "Owed at the year's end: 15,075.02 SEK",
        "5 % by decision FS-1, from 2026-03-16.",
    ):
        assert row in rows
    assert any("14,985.0015 rounded once is 14,985.00 SEK" in row for row in rows)


@pytest.mark.parametrize(
    ("language", "row", "sentence"),
    [
        ("sv", "100 000,01 15 % 15 000,00 15 000,00", "12,5 %"),
        ("es", "100.000,01 15 % 15.000,00 15.000,00", "12,5 %"),
    ],
)
def test_amounts_and_rates_are_written_as_the_language_does(sambok, monkeypatch, language, row, sentence):
    monkeypatch.setenv("SAMBOK_LANGUAGE", language)
    code, out, _ = sambok("--unit", "repris", policy=POLICY.replace('"repris" 0.05', '"repris" 0.125'))
    assert code == 0
    text = " ".join(out.split())
    assert row in text
    assert sentence in text
    assert "100000.01" not in text


def test_errors_are_listed_and_the_other_units_stand(sambok):
    code, out, err = sambok("--json", sales="2026-01-01 nonsense\n")
    found = json.loads(out)
    assert code == 1
    assert [u["unit"] for u in found["units"]] == ["kafe"]
    assert {"LEVY_UNIT_FAULTY"} < {e["code"] for e in found["errors"]}
    assert err == ""
    code, _, err = sambok(sales="2026-01-01 nonsense\n")
    assert code == 1
    assert "The levy of repris is not known: its book has errors. [LEVY_UNIT_FAULTY]" in err


def test_policy_errors_are_errors(sambok):
    code, out, _ = sambok("--json", policy='2026-01-01 custom "levy-rate" "*" 0.15\n')
    assert code == 1
    assert json.loads(out)["units"] == []
    assert [e["code"] for e in json.loads(out)["errors"]] == ["LEVY_POLICY_FAULTY", "POLICY_DECISION_MISSING"]


def test_an_unknown_unit_is_wrong_use(sambok):
    code, out, err = sambok("--unit", "repriss")
    assert (code, out) == (2, "")
    assert "Did you mean repris?" in err


def test_a_year_that_is_no_year_is_wrong_use(sambok):
    assert sambok("--year", "26")[0] == 2


def test_central_owes_nothing(sambok):
    code, out, err = sambok("--unit", "gemensamt")
    assert (code, out, err) == (0, "", "gemensamt owes no levy.\n")


def test_a_federation_without_turnover_has_no_year_but_this_one(sambok):
    assert os.environ.get("SAMBOK_WORKSPACE") is None
    code, out, _ = sambok("--json", "--unit", "repris", sales="; nothing yet\n")
    (unit,) = json.loads(out)["units"]
    assert (code, unit["months"], unit["due"]) == (0, [], "0.00")


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ('"levy-cap" "*" 9000.00 SEK', "14,985.0015 is above the cap: 9,000.00 SEK."),
        ('"levy-floor" "*" 120000.00 SEK', "14,985.0015 is below the floor, of which 30,000.00 SEK has accrued."),
        ('"levy-threshold" "*" 99900.02 SEK', "The base 99,900.01 is below the threshold: nothing is due."),
    ],
)
def test_the_statement_says_what_decided(sambok, limit, sentence):
    code, out, _ = sambok("--unit", "repris", policy=f'{POLICY}2026-01-01 custom {limit}\n  decision: "FS-1"\n')
    assert code == 0
    assert sentence in " ".join(out.split())
