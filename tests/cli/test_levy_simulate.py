"""`sambok levy simulate`: what scripts read, what people read, wrong use; the books stay as they are."""

import csv
import io
import json
import shlex
import signal

import pytest

from ledger.cli.main import main

POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2026-01-01 custom "levy-component" "service" 0.125
  decision: "FS-1"
2026-01-01 custom "levy-component" "investment" 0.025
  decision: "FS-1"
"""
ACCOUNTS = "2024-01-01 open Assets:1930-Bank\n2024-01-01 open Income:3001-Sales\n"
SALE = '2026-01-10 * "sale"\n  voucher: "A-1"\n  Assets:1930-Bank  {amount} SEK\n  Income:3001-Sales\n'


@pytest.fixture
def ws(make_workspace):
    return make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-01": SALE.format(amount="100000.00")},
            "kafe": {"accounts": ACCOUNTS, "2026-01": SALE.format(amount="2000.00")},
        },
        policy=POLICY,
    )


@pytest.fixture
def sambok(ws, capsys, tmp_path_factory, monkeypatch):
    """Run a command: exit code, standard output, standard error."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.chdir(ws.root)
    before = signal.getsignal(signal.SIGTERM)

    def run(line):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(shlex.split(line))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "PROGRAM_FAULT" not in said.err
        return int(end.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, before)


def rows(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_json_is_as_promised(sambok):
    """At 14 %: 14 000 of 100 000, 280 of 2 000; investment keeps its 2.5 %, service takes the difference."""
    code, out, err = sambok("levy simulate --rate 0.14 --cap kafe=250 --no-floor '*' --json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    years, whole = found.pop("years"), found.pop("all_years")
    assert found == {
        "schema": 1,
        "kind": "levy-simulation",
        "currency": "SEK",
        "complete": True,
        "changes": {
            "rates": {"*": "0.14"},
            "components": {},
            "limits": [
                {"kind": "cap", "unit": "kafe", "amount": "250"},
                {"kind": "floor", "unit": "*", "amount": None},
            ],
            "include": [],
            "exclude": [],
            "from": None,
            "to": None,
        },
        "errors": [],
    }
    (year,) = years
    assert (year["year"], whole["year"], year["total"]) == (2026, None, whole["total"])
    assert [unit["unit"] for unit in year["units"]] == ["kafe", "repris"]
    repris = {
        "currency": "SEK",
        "base": "100000.00",
        "simulated_base": "100000.00",
        "booked": "15000.00",
        "today": "15000.00",
        "simulated": "14000.00",
        "difference": "-1000.00",
        "part_of_base": "-0.0100",
        "prior_years": {"today": "0.00", "simulated": "0.00"},
        "components": {
            "service": {"today": "12500.00", "simulated": "11500.00", "difference": "-1000.00"},
            "investment": {"today": "2500.00", "simulated": "2500.00", "difference": "0.00"},
        },
    }
    assert year["units"][1] == {"unit": "repris", **repris, "deviations": [], "in_reporting_currency": repris}
    assert (year["units"][0]["today"], year["units"][0]["simulated"]) == ("300.00", "250.00")
    assert (year["total"]["today"], year["total"]["simulated"]) == ("15300.00", "14250.00")


def test_tables(sambok):
    code, out, err = sambok("levy simulate --rate 0.14")
    assert (code, err) == (0, "Simulated only: no book and no policy was changed.\n")
    assert [row for row in rows(out) if "─" not in row] == [
        "Levy 2026, today and simulated, excluding VAT",
        "Unit Currency Base Today Simulated Difference Of base",
        "kafe SEK 2,000.00 300.00 280.00 -20.00 -1.00 %",
        "repris SEK 100,000.00 15,000.00 14,000.00 -1,000.00 -1.00 %",
        "All units SEK 102,000.00 15,300.00 14,280.00 -1,020.00 -1.00 %",
        "Component, SEK Today Simulated Difference",
        "service 12,750.00 11,730.00 -1,020.00",
        "investment 2,550.00 2,550.00 0.00",
        "Sum 15,300.00 14,280.00 -1,020.00",
    ]


def test_csv(sambok, ws):
    code, out, err = sambok("levy simulate --component investment=0.03 --csv out.csv")
    assert (code, out, err) == (0, "", "Written: out.csv\n")
    found = list(csv.DictReader(io.StringIO((ws.root / "out.csv").read_text(encoding="utf-8"))))
    picked = [
        " ".join(row[name] for name in ("unit", "component", "today", "simulated", "difference", "part_of_base"))
        for row in found
        if row["year"] == "2026"
    ]
    assert picked == [
        "kafe * 300.00 300.00 0.00 0.0000",
        "kafe service 250.00 240.00 -10.00 -0.0050",
        "kafe investment 50.00 60.00 10.00 0.0050",
        "repris * 15000.00 15000.00 0.00 0.0000",
        "repris service 12500.00 12000.00 -500.00 -0.0050",
        "repris investment 2500.00 3000.00 500.00 0.0050",
        "* * 15300.00 15300.00 0.00 0.0000",
        "* service 12750.00 12240.00 -510.00 -0.0050",
        "* investment 2550.00 3060.00 510.00 0.0050",
    ]
    assert [{**row, "year": "*"} for row in found[:9]] == found[9:]


def test_another_levy_booked_than_the_rule_gives(sambok, ws):
    """90 were booked by hand in a year of which policy says nothing."""
    book = ws.units["repris"].books / "2026" / "2026-01.beancount"
    by_hand = '2025-12-31 * "levy"\n  Expenses:6430-Levy  90.00 SEK\n    partner: "gemensamt"\n    ic: "levy"\n'
    text = SALE.format(amount="1000.00") + by_hand + "  Assets:1930-Bank\n"
    book.write_text(
        text + '2025-12-10 * "sale"\n  Assets:1930-Bank  600.00 SEK\n  Income:3001-Sales\n', encoding="utf-8"
    )
    accounts = ws.units["repris"].folder / "accounts.beancount"
    accounts.write_text(ACCOUNTS + "2024-01-01 open Expenses:6430-Levy\n", encoding="utf-8")
    code, out, _ = sambok("levy simulate --rate 0.10 --component investment=0")
    assert code == 0
    found = [row for row in rows(out) if "─" not in row]
    assert found[:3] == [
        "Levy 2025, today and simulated, excluding VAT",
        "Unit Currency Base Booked Today Simulated Difference Of base",
        "repris SEK 600.00 90.00 0.00 60.00 60.00 10.00 %",
    ]
    assert "Levy 2025 to 2026, today and simulated, excluding VAT" in found
    assert "repris SEK 1,600.00 240.00 150.00 160.00 10.00 0.63 %" in found  # 0.625 %, half away from zero
    assert found[-3:] == [
        "Months in which another levy is booked than the rule gives today",
        "Unit Month Currency Booked By the rule",
        "repris 2025-12 SEK 90.00 0.00",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--rate 15", "15 can't be simulated: a rate is a part of turnover, from 0 to 0.5. [SIMULATED_LEVY_RATE]"),
        ("--rate -0.1", "-0.1 can't be simulated"),
        ("--rate 0,14", "--rate takes a number with a decimal point, such as 0.14 or 400000, not 0,14."),
        ("--rate 1e-2", "--rate takes a number"),
        ("--rate repris=", "--rate takes a number"),
        ("--rate =0.1", "--rate takes NAME=NUMBER, not =0.1."),
        ("--rate 0.1 --rate 0.2", "--rate is given twice for *."),
        ("--rate reprise=0.1", "Did you mean repris?"),
        ("--rate gemensamt=0.1", "SIMULATED_LEVY_UNIT"),
        ("--component 0.1", "--component takes NAME=NUMBER, not 0.1."),
        ("--component invest=0.1", "Did you mean investment?"),
        ("--component service=0.1", "On 2026-01-01 the components would make 0.125, and the rate 0.15."),
        ("--cap repris=-1", "--cap can't be below zero: -1 for repris."),
        ("--cap repris=1 --no-cap repris", "--cap and --no-cap contradict each other for repris."),
        ("--floor repris=2 --cap repris=1", "The floor of repris would be above its cap in 2026-01"),
        ("--no-cap nobody", "UNIT_UNKNOWN"),
        ("--include 30-4000", "--include takes a code such as 3988, or a range such as 3980-3989, not 30-4000."),
        ("--include 3988", "SIMULATED_LEVY_BASE"),
        ("--rate 0.1 --from 2019", "No book has turnover or levy of 2019"),
        ("--rate 0.1 --from 2026 --to 2025", "The years end before they begin: 2026 to 2025."),
        ("--rate 0.1 --csv units/out.csv", "OUT_TAKEN"),
        ("--rate 0.1 more", "unexpected extra argument"),
    ],
)
def test_wrong_use(sambok, line, says):
    code, out, err = sambok(f"levy simulate {line}")
    assert (code, out) == (2, "")
    assert says in err


def test_json_of_what_is_refused(sambok):
    code, out, _ = sambok("levy simulate --rate 15 --json")
    assert code == 2
    assert [error["code"] for error in json.loads(out)["errors"]] == ["SIMULATED_LEVY_RATE"]


def test_options_of_the_statement_before_the_name(sambok):
    code, out, err = sambok("levy --year 2026 simulate --rate 0.14")
    assert (code, out) == (2, "")
    assert "These options are of the statement: those of simulate stand behind its name." in err


def test_errors_are_listed_and_the_other_units_stand(sambok, ws):
    (ws.units["kafe"].books / "2026" / "2026-01.beancount").write_text("2026-01-01 nonsense\n", encoding="utf-8")
    code, out, err = sambok("levy simulate --rate 0.14 --json")
    found = json.loads(out)
    assert (code, err) == (1, "")
    assert "LEVY_UNIT_FAULTY" in {error["code"] for error in found["errors"]}
    assert (found["complete"], [unit["unit"] for unit in found["years"][0]["units"]]) == (False, ["repris"])
    code, out, err = sambok("levy simulate --rate 0.14 --from 2019")
    assert (code, out) == (1, "")
    assert "The levy of kafe is not known" in err


def test_policy_with_errors(sambok, ws):
    ws.policy_file.write_text('2026-01-01 custom "levy-rate" "*" 0.15\n', encoding="utf-8")
    code, out, _ = sambok("levy simulate --rate 0.14 --json")
    found = json.loads(out)
    assert (code, found["years"], found["complete"]) == (1, [], False)
    assert "LEVY_POLICY_FAULTY" in {error["code"] for error in found["errors"]}


def test_nothing_is_written(sambok, ws):
    def stands():
        return {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()}

    before = stands()
    said = sambok("levy --json")
    sambok("levy simulate --rate 0.10 --no-cap repris --include 3001")
    assert stands() == before
    assert sambok("levy --json") == said


@pytest.mark.parametrize("language", ["sv", "es"])
def test_amounts_are_written_as_the_language_does(sambok, monkeypatch, language):
    monkeypatch.setenv("SAMBOK_LANGUAGE", language)
    code, out, _ = sambok("levy simulate --rate 0.14")
    assert code == 0
    assert ("14 000,00" if language == "sv" else "14.000,00") in " ".join(out.split())
