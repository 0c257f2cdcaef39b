"""`sambok combine`: reports, drill-down, CSV, and how they fit windows (SPEC 5, 10)."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from importlib.metadata import version

import click
import pytest

from tests.cli.test_combine import TABLES, run
from tests.combine.conftest import opens
from tests.combine.test_levels import sold
from tests.combine.test_worked import ENTITY, sale

INSIDE, BOUGHT = sale("repris", "loppis", "100.00", "100.00", 1)
ACROSS, ALSO = sale("repris", "kafeet", "9000.00", "8500.00", 2)
BOOKS = {
    "repris": (sold("1000.00") + INSIDE + ACROSS, ["Sverige", "Östergötland"], "Återbruk"),
    "loppis": (sold("500.00") + BOUGHT, ["Sverige", "Östergötland"], "Återbruk"),
    "kafeet": (sold("200.00") + ALSO, ["Sverige", "Uppsala"], "Kafé"),
}


@pytest.fixture
def divisions(make_workspace):
    """Three divisions: 100 sold within a region and a line, 9,000 sold across of which 8,500 is booked."""
    return federation(make_workspace, "")


def federation(make_workspace, entity, name="{}"):
    units = {}
    for slug, (text, levels, line) in BOOKS.items():
        shown = json.dumps(levels, ensure_ascii=False)
        units[slug] = {
            "unit": f'{entity}\nlevels = {shown}\nbusiness_line = "{name.format(line)}"',
            "accounts": opens(text),
            "2026-03": text.replace("2026-02-01", "2026-03-01"),
        }
    return make_workspace(units)


def test_the_bridge(divisions):
    result, code = run(divisions, "--report", "bridge")
    assert code == 3
    assert [row.split("  ")[0].strip() for row in result.stdout.splitlines() if row.strip()][5:] == [
        "Gemensamt",
        "Kafeet",
        "Loppis",
        "Repris",
        "Sum of the units' results",
        "Eliminated dealings",
        "The group's result",
    ]
    # 200 - 8,500; 500 - 100; 1,000 + 9,100; 500 of it was never booked by the other side
    for name, amount in {
        "Kafeet": "-8,300.00",
        "Loppis": "400.00",
        "Repris": "10,100.00",
        "Sum of the units' results": "2,200.00",
        "Eliminated dealings": "0.00",
        "The group's result": "2,200.00",
    }.items():
        (row,) = [row for row in result.stdout.splitlines() if row.strip().startswith(name)]
        assert row.strip().removeprefix(name).strip() == amount


def test_levels_and_lines(divisions):
    result, _ = run(divisions, "--report", "levels", "--report", "lines")
    rows = [" ".join(row.split()) for row in result.stdout.splitlines()]
    # level, units, income, expenses, result, assets, liabilities
    assert "Sverige 3 2,200.00 2,200.00 2,200.00" in rows  # claims of 500 without a debt, money 1,700
    assert "Östergötland 2 10,500.00 10,500.00 10,500.00" in rows
    assert "Uppsala 1 200.00 -8,500.00 -8,300.00 200.00 8,500.00" in rows
    assert "Kafé 1 200.00 -8,500.00 -8,300.00 200.00 8,500.00" in rows
    assert "Återbruk 2 10,500.00 10,500.00 10,500.00" in rows
    assert "Between them -8,500.00 8,500.00 -8,500.00 -8,500.00" in rows
    folded, _ = run(divisions, "--report", "levels", "--depth", "1")
    assert "Sverige" in folded.stdout
    assert "Uppsala" not in folded.stdout
    below, _ = run(divisions, "--level", "Sverige", "--report", "levels", "--depth", "1")
    rows = [row.split()[0] for row in below.stdout.split("By level")[1].splitlines()[4:] if row.strip()]
    assert rows == ["Sverige", "Uppsala", "Östergötland"]


@pytest.mark.parametrize(
    ("args", "heads", "sales"),
    [
        (("--by", "unit"), ["kafeet", "loppis", "repris", "ELIM", "Group"], "-200 -500 -10100 8600 -2200"),
        (
            ("--by", "line"),
            ["Kafé", "Återbruk", "Without", "business", "line", "ELIM", "Group"],
            "-200 -10500 8500 -2200",
        ),
        (("--by", "level"), ["Sverige", "gemensamt", "Group"], "-2200 -2200"),
        (
            ("--by", "level", "--depth", "2"),
            ["Sverige/Uppsala", "Sverige/Östergötland", "gemensamt", "ELIM", "Group"],
            "-200 -10500 8500 -2200",
        ),
        (("--by", "level", "--depth", "0"), ["Samverkan", "Test", "Group"], "-2200 -2200"),
        # depth counts from the level; Östergötland: 1,000 + 9,000 + 500, and 100 inside that are eliminated
        (
            ("--level", "Sverige", "--by", "level"),
            ["Uppsala", "Östergötland", "ELIM", "Group"],
            "-200 -10500 8500 -2200",
        ),
        (("--level", "Östergötland", "--by", "level"), ["Östergötland", "Group"], "-10500 -10500"),
        (("--level", "Sverige", "--by", "level", "--depth", "0"), ["Sverige", "Group"], "-2200 -2200"),
    ],
)
def test_the_worksheet_by_unit_level_and_line(divisions, monkeypatch, args, heads, sales):
    monkeypatch.setenv("COLUMNS", "200")
    result, _ = run(divisions, *args)
    rows = result.stdout.splitlines()
    assert rows[3 if "--level" in args else 2].split() == heads
    (row,) = [row for row in rows if row.startswith("Net sales")]
    amounts = row.removeprefix("Net sales").replace(".00", "").split("  ")
    assert [a.strip().replace(",", "") for a in amounts if a.strip()] == sales.split()


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_all_columns_whatever_the_width(make_workspace, monkeypatch, width):
    """Fifty units in a narrow window: in pieces below each other, no figure cut, the group's at the end."""
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("NO_COLOR", "1")
    text = sold("1234567.89").replace("2026-02-01", "2026-03-01")
    units = {f"unit{n:02d}": {"unit": ENTITY, "accounts": opens(text), "2026-03": text} for n in range(50)}
    ws = make_workspace(units)
    result, code = run(ws, "--by", "unit")
    assert code == 0
    assert result.stdout.count("-1,234,567.89") == 50
    assert "-61,728,394.50" in result.stdout
    assert "…" not in result.stdout
    assert "\x1b" not in result.stdout
    heads = [
        word for row in result.stdout.splitlines() for word in row.split() if word[:4] == "unit" and word[4:].isdigit()
    ]
    assert heads[:50] == sorted(units)
    plain, _ = run(ws)
    assert "unit07" not in plain.stdout
    assert "--by unit" in plain.stderr


LONG = "Östra kretsens samverkande verkstäder och kaféer i Norrköpings, Söderköpings och Valdemarsviks kommuner".ljust(
    120, "ö"
)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("report", ["worksheet", "pairs", "levels", "lines", "equity", "bridge", "eliminations"])
@pytest.mark.parametrize("by", ["unit", "level"])
def test_no_report_is_wider_than_the_window(make_workspace, monkeypatch, width, report, by):
    """Names of 120 characters, amounts of hundreds of millions: names are shortened, amounts stand whole in a line."""
    monkeypatch.setenv("COLUMNS", str(width))
    assert len(LONG) == 120
    mine, theirs = sale("repris", "kafeet", "987654321.00", "987654321.09", 1)
    units = {
        "repris": {"unit": f'levels = ["{LONG}", "{LONG[::-1]}"]\nbusiness_line = "{LONG}"', "accounts": opens(mine)},
        "kafeet": {"unit": f'levels = ["{LONG}", "Kafé"]\nbusiness_line = "Kafé"', "accounts": opens(theirs)},
    }
    units["repris"]["2026-03"], units["kafeet"]["2026-03"] = mine, theirs
    ws = make_workspace(units)
    args = ["--report", report, *(["--by", "level", "--depth", "2"] if by == "level" else [])]
    result, _ = run(ws, *args, *(["--all"] if report == "pairs" else []))
    rows = result.stdout.splitlines()[2:]
    assert max(map(len, rows)) <= width
    for amount in re.findall(r"[\d,.]{6,}", result.stdout):
        assert amount.replace(",", "").replace(".", "") in {"987654321" + cents for cents in ("00", "09")} | {
            "0",
            "009",
        }


def test_a_file_or_pipe_has_no_width(divisions, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    result, _ = run(divisions, "--drill", "NetSales")
    (row,) = [row for row in result.stdout.splitlines() if "2026-03-01  " in row and " kafeet " in row]
    assert "-200.00" in row
    assert "units/kafeet/books/2026/2026-03.beancount:" in row


def test_pairs_that_tie_are_one_row(divisions):
    """Repris and loppis agree on 100 in claims and in income; repris and kafeet differ by 500 in both."""
    result, _ = run(divisions, "--report", "pairs")
    assert result.stdout.count("kafeet – repris") == 2
    assert "loppis – repris" not in result.stdout
    assert "Nothing is left over of 2 more (all of them: --all)." in result.stdout
    result, _ = run(divisions, "--report", "pairs", "--all")
    assert result.stdout.count("loppis – repris") == 2
    assert "Nothing is left over" not in result.stdout
    wrong, _ = run(divisions, "--all")
    assert isinstance(wrong.exception, click.UsageError)


def test_a_difference_shows_both_sides(divisions):
    result, _ = run(divisions)
    assert "    kafeet: -8,500.00 SEK\n    repris: 9,000.00 SEK\n" in result.stdout


def test_levels_have_a_row_for_units_that_stand_right_at_one(divisions):
    """The rows right below a level add up to it, but for what lies between them; gemensamt has no level at all."""
    result, _ = run(divisions, "--report", "levels")
    rows = [" ".join(row.split()) for row in result.stdout.splitlines()]
    assert "Without level 1" in rows
    (divisions.root / "units/loppis/unit.toml").write_text(
        (divisions.root / "units/loppis/unit.toml").read_text().replace(', "Östergötland"', "")
    )
    result, _ = run(divisions, "--report", "levels")
    rows = [" ".join(row.split()) for row in result.stdout.splitlines()]
    assert "Directly in Sverige 1 500.00 -100.00 400.00 500.00 100.00" in rows  # 500 sold, 100 bought of repris, owed
    assert "Östergötland 1 10,100.00 10,100.00 10,100.00" in rows  # the 100 sold to loppis are no dealing inside it


def test_what_blocks_and_what_is_disclosed(make_workspace):
    inside, _ = run(federation(make_workspace, ""), "--report", "unmatched")
    assert "Blocks the close" in inside.stdout
    assert "Disclosed" not in inside.stdout
    between, code = run(federation(make_workspace, ENTITY), "--report", "unmatched")
    assert code == 3
    assert "Blocks the close" not in between.stdout
    assert "Disclosed" in between.stdout
    for result in (inside, between):
        assert "kafeet – repris  500.00 SEK  trade  ic-repris-2  [AMOUNT_DIFF]" in result.stdout


def test_whose_figures_they_are(make_workspace):
    one, _ = run(federation(make_workspace, ""))
    assert "One legal person's own figures, units: 4." in one.stdout
    several, _ = run(federation(make_workspace, ENTITY))
    assert "Legal persons: 4, units: 4. No legal person's own statements." in several.stdout
    part, _ = run(federation(make_workspace, ""), "--level", "Sverige")
    assert "A part of one legal person, units: 3. Not its own statements." in part.stdout
    for result in (one, several, part):
        assert "combined 2026-01-01 to 2026-03-31" in result.stdout
        assert "onsolidated" not in result.stdout


def test_what_more_there_is_to_see(divisions):
    result, _ = run(divisions)
    assert [line for line in result.stderr.splitlines() if "--report" in line] == [
        "From the units' results to the group's: --report bridge",
        "Changes in equity: --report equity",
        "Each level's own figures: --report levels, --by level --depth N",
        "By business line: --report lines, --by line",
        "Sums of dealings between two units (4): --report pairs",
        "Dealings eliminated (4): --report eliminations",
    ]


def test_all_reports_have_something_to_say(divisions):
    result, code = run(divisions, "--report", "all")
    assert code == 3
    for title in (
        "Dealings by pair",
        "From the units'",
        "Changes in equity",
        "By level",
        "By business line",
        "Eliminated",
    ):
        assert title in result.stdout
    assert result.stdout.count("Nothing.") == 2  # no owned units, no adjustments


@pytest.mark.parametrize(
    ("figure", "rows"),
    [
        ("NetSales:ELIM", [("8500.00", "ELIM"), ("100.00", "ELIM")]),
        ("NetSales:kafeet", [("-200.00", "kafeet")]),
        ("NetSales:3001:kafeet", [("-200.00", "kafeet")]),
        ("NetSales:3001-Sales:kafeet", [("-200.00", "kafeet")]),
        ("NetSales::kafeet", [("-200.00", "kafeet")]),
    ],
)
def test_a_figure_opens_its_postings(divisions, figure, rows):
    result, code = run(divisions, "--drill", figure, "--json")
    assert code == 3
    answer = json.loads(result.stdout)
    assert sorted((s["amount"], s["column"]) for s in answer["sources"]) == sorted(rows)
    assert sum(Decimal(s["amount"]) for s in answer["sources"]) == Decimal(answer["amount"])
    for source in answer["sources"]:
        lines = (divisions.root / source["file"]).read_text(encoding="utf-8").splitlines()
        assert source["line"] <= len(lines)
    shown, _ = run(divisions, "--drill", figure)
    for source in answer["sources"]:
        assert f"{source['file']}:{source['line']}" in shown.stdout


def test_a_change_in_equity_opens_its_postings(divisions):
    """Opened under any of its names; equity is positive, and the sum is what the statement has."""
    rows = {row["line"]: row for row in json.loads(run(divisions, "--json")[0].stdout)["equity"]}
    for name in ("ResultForYear@result", "total@RESULT", "Resultado del ejercicio@Resultado"):
        result, _ = run(divisions, "--drill", name, "--json")
        answer = json.loads(result.stdout)
        assert (answer["column"], answer["amount"]) == ("result", rows["ResultForYear"]["result"])
        assert sum(Decimal(s["amount"]) for s in answer["sources"]) == Decimal(answer["amount"])
    shown, _ = run(divisions, "--drill", "total@closing")
    assert "equity positive: Equity · Closing: " in shown.stdout
    for wrong in ("total@closin", "NetSales@result", "@", "a@b@c"):
        result, code = run(divisions, "--drill", wrong)
        assert (result.exception.code, code) == ("FIGURE_UNKNOWN", 2)


def test_options_that_contradict_are_told_in_the_federations_language(divisions):
    conf = divisions.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace('language = "en"', 'language = "sv"'), encoding="utf-8")
    result, _ = run(divisions, "--depth", "1")
    assert str(result.exception) == "--depth fäller ihop nivåer: använd den med --by level eller --report levels."


def test_a_figure_that_is_not_there(divisions):
    result, code = run(divisions, "--drill", "NetSale")
    assert (result.exception.code, code) == ("FIGURE_UNKNOWN", 2)


def broken(make_workspace):
    """The three divisions, and one whose book has errors."""
    ws = federation(make_workspace, "")
    (ws.units["loppis"].books / "2026" / "2026-03.beancount").write_text(
        '2026-03-01 * "x"\n  Assets:1930-Bank  1 SEK\n'
    )
    return ws


def test_a_figure_that_is_not_whole_says_so(make_workspace):
    ws = broken(make_workspace)
    shown, code = run(ws, "--drill", "NetSales")
    assert code == 1
    assert shown.stdout.splitlines()[0].endswith("2026-01-01 to 2026-03-31, SEK, debit positive: INCOMPLETE")
    # 1,000 + 100 + 9,000 of repris, 200 of kafeet; 8,500 of it eliminated
    assert "The postings behind Net sales: -1,800.00 SEK, debit positive" in shown.stdout
    assert "[UNIT_ERRORS]" in shown.stderr
    told, code = run(ws, "--drill", "NetSales", "--json")
    answer = json.loads(told.stdout)
    assert (code, answer["complete"], answer["from"], answer["to"]) == (1, False, "2026-01-01", "2026-03-31")
    assert "UNIT_ERRORS" in {problem["code"] for problem in answer["errors"]}


def test_a_refused_lock_is_told_beside_a_figure(make_workspace):
    ws = broken(make_workspace)
    shown, code = run(ws, "--drill", "NetSales", "--lock", "march")
    assert code == 1
    assert "RUN_INCOMPLETE" in shown.stderr
    told, _ = run(ws, "--drill", "NetSales", "--lock", "march", "--json")
    answer = json.loads(told.stdout)
    assert "RUN_INCOMPLETE" in {problem["code"] for problem in answer["errors"]}


def test_no_lock_is_made_where_the_figure_is_unknown(divisions):
    result, _ = run(divisions, "--drill", "NetSale", "--lock", "march")
    assert result.exception.code == "FIGURE_UNKNOWN"
    assert not (divisions.root / "runs" / "march").exists()


@pytest.mark.parametrize("report", ["bridge", "equity", "levels", "unmatched", "pairs", "worksheet", "all"])
def test_every_report_says_whose_it_is_and_that_it_is_not_whole(make_workspace, report):
    shown, _ = run(broken(make_workspace), "--report", report)
    head = shown.stdout.splitlines()[0]
    assert head == "Samverkan Test, combined 2026-01-01 to 2026-03-31, SEK, debit positive: INCOMPLETE"
    assert shown.stdout.count(": INCOMPLETE") == 1


@pytest.mark.parametrize("name", ["Net sales", "net  SALES", "Nettoomsättning", "Cifra de negocios", "netsales"])
def test_a_line_opens_by_its_printed_name(divisions, name):
    answer = json.loads(run(divisions, "--drill", f"{name}:kafeet", "--json")[0].stdout)
    assert (answer["line"], answer["amount"]) == ("NetSales", "-200.00")


@pytest.mark.parametrize("name", ["result", "Resultat", "Resultado"])
def test_the_result_opens_the_lines_of_income_and_expense(divisions, name):
    answer = json.loads(run(divisions, "--drill", name, "--json")[0].stdout)
    assert (answer["line"], answer["amount"]) == ("Result", "-2200.00")
    assert {source["account"].split("-")[0] for source in answer["sources"]} == {"3001", "4010"}


@pytest.mark.parametrize(
    ("name", "near"), [("Net sale", "Net sales"), ("Nettoomsätning", "Nettoomsättning"), ("NetSale", "NetSales")]
)
def test_a_misspelt_line_names_the_nearest(divisions, name, near):
    result, _ = run(divisions, "--drill", name)
    assert result.exception.params["nearest"].casefold() in {near.casefold(), "net sales"}


@pytest.mark.parametrize(
    "args",
    [
        ("--drill", "NetSales", "--report", "bridge"),
        ("--drill", "NetSales", "--by", "unit"),
        ("--drill", "NetSales", "--depth", "1"),
        ("--drill", ""),
        ("--drill", "NetSales", "--drill", "Bank"),
        ("--depth", "1"),
        ("--depth", "1", "--by", "unit"),
        ("--depth", "1", "--report", "bridge"),
        ("--level", "Sverige", "--level", "Uppsala"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_use(divisions, args):
    result, _ = run(divisions, *args)
    assert isinstance(result.exception, click.UsageError)
    assert result.exception.exit_code == 2


def test_settled_differences_are_listed_with_their_places(make_workspace):
    """0.50 is within the tolerance: nobody has to do anything, and who asks sees where it is."""
    mine, theirs = sale("repris", "kafeet", "100.00", "99.50", 1)
    units = {n: {"unit": ENTITY, "accounts": opens(t), "2026-03": t} for n, t in (("repris", mine), ("kafeet", theirs))}
    ws = make_workspace(units)
    shown, code = run(ws, "--report", "unmatched")
    assert code == 0
    rows = shown.stdout.splitlines()
    at = rows.index("Settled (nobody has to do anything):")
    assert rows[at + 1] == "  kafeet – repris  0.50 SEK  trade  ic-repris-1  [TOLERANCE]"
    assert any("units/repris/books/2026/2026-03.beancount:" in row for row in rows[at:])
    plain, _ = run(ws)
    assert "Settled" not in plain.stdout


def test_json_has_every_report(divisions):
    answer = json.loads(run(divisions, "--json")[0].stdout)
    assert answer["legal_persons"] == 1
    assert [(u["internal"], u["blocks"]) for u in answer["unmatched"]] == [(True, True)]
    assert {tuple(e["units"]): e["level"] for e in answer["eliminations"]} == {
        ("loppis", "repris"): ["Sverige", "Östergötland"],
        ("kafeet", "repris"): ["Sverige"],
    }
    levels = {tuple(level["path"]): level for level in answer["levels"]}
    assert levels["Sverige", "Östergötland"]["result"] == "10500.00"
    assert levels["Sverige", "Östergötland"]["units"] == ["loppis", "repris"]
    assert levels[()]["lines"] == answer["lines"]
    assert {line["name"]: line["result"] for line in answer["business_lines"]} == {
        "Kafé": "-8300.00",
        "Återbruk": "10500.00",
        None: "0.00",
    }
    assert answer["between_business_lines"]["lines"]["NetSales"] == "8500.00"
    assert answer["bridge"][0] == {"step": "unit", "unit": "gemensamt", "amount": "0.00"}
    assert sum(Decimal(step["amount"]) for step in answer["bridge"]) == Decimal(answer["result"])
    total = answer["equity"][-1]
    assert (total["line"], total["opening"], total["result"], total["closing"]) == (
        "total",
        "0.00",
        "2200.00",
        "2200.00",
    )
    pairs = {(*p["units"], p["section"]): p for p in answer["pairs"]}
    claims = pairs["kafeet", "repris", "balance"]
    assert (claims["one"], claims["other"], claims["unmatched"]) == ("-8500.00", "9000.00", "500.00")
    assert answer["ownership"] == answer["adjustments"] == []


def read(folder, name):
    return list(csv.DictReader(io.StringIO((folder / name).read_bytes().decode("utf-8"), newline="")))


def test_csv_has_a_file_for_each_report(divisions, tmp_path):
    folder = tmp_path / "out"
    run(divisions, "--csv", str(folder))
    assert sorted(p.name for p in folder.iterdir()) == [f"{name}.csv" for name in TABLES]
    rows = read(folder, "trial_balance.csv")
    assert {"line": "NetSales", "account": "3001-Sales", "unit": "ELIM", "amount": "8600.00"} in rows
    assert sum(Decimal(row["amount"]) for row in rows) == 0
    levels = read(folder, "levels.csv")
    sold_there = [r for r in levels if r["level"] == "Sverige/Östergötland" and r["line"] == "NetSales"]
    assert sum(Decimal(row["amount"]) for row in sold_there) == Decimal("-10500.00")
    content = (folder / "bridge.csv").read_bytes()
    assert content.startswith(b"step,unit,amount\r\nunit,gemensamt,0.00\r\n")
    assert b"\xef\xbb\xbf" not in content


def test_a_folder_of_csv_says_what_it_is_of(divisions, tmp_path):
    """Period, currency, level; a unit whose book has errors is named, and isn't counted as zero."""
    run(divisions, "--csv", str(tmp_path / "whole"), "--level", "Östergötland", "--to", "2026-03-31")
    told = {
        "from": "2026-01-01",
        "to": "2026-03-31",
        "currency": "SEK",
        "level": "Östergötland",
        "complete": "yes",
        "units": "loppis,repris",
        "left_out": "",
        "errors": "",
        "sambok": version("sambok"),
    }
    assert read(tmp_path / "whole", "run.csv") == [told]
    (divisions.root / "units" / "kafeet" / "books" / "2026" / "2026-03.beancount").write_text('include "x"\n')
    run(divisions, "--csv", str(tmp_path / "part"))
    (told,) = read(tmp_path / "part", "run.csv")
    assert (told["complete"], told["left_out"]) == ("no", "kafeet")
    assert "UNIT_ERRORS" in told["errors"].split(",")


def test_csv_has_both_sides_of_a_difference(divisions, tmp_path):
    run(divisions, "--csv", str(tmp_path))
    (row,) = read(tmp_path, "unmatched.csv")
    assert row["sides"] == "kafeet -8500.00 SEK,repris 9000.00 SEK"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(make_workspace, tmp_path, start):
    """Names come from settings that others write: a spreadsheet must not run them."""
    ws = federation(make_workspace, "", name=start + "HYPERLINK(1) {}")
    run(ws, "--csv", str(tmp_path / "out"))
    names = {row["business_line"] for row in read(tmp_path / "out", "business_lines.csv")}
    assert names == {f"'{start}HYPERLINK(1) Återbruk", f"'{start}HYPERLINK(1) Kafé", ""}
    amounts = [row["amount"] for row in read(tmp_path / "out", "business_lines.csv")]
    assert any(amount.startswith("-") for amount in amounts)  # figures stay figures


def test_the_same_journal_by_both_names(divisions, tmp_path):
    run(divisions, "--hledger", str(tmp_path / "a"), "--ledger", str(tmp_path / "b"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != b""


def test_a_level_is_named_and_a_path_is_enough(divisions):
    result, _ = run(divisions, "--level", "Sverige/Uppsala")
    assert "Only Sverige/Uppsala; all other units are outsiders." in result.stdout
    assert "Result (surplus positive): -8,300.00 SEK" in result.stdout


ADJUSTMENT = """\
2026-03-31 * "Audit"
  author: "anna"
  reason: "Audit of the quarter"
  approver: "bo"
  unit: "repris"
  Expenses:OtherExternalCosts:6420-Audit    333.00 SEK
  Liabilities:AccruedExpenses:2990-Audit   -333.00 SEK
"""
RATES = """
2026-03-31 custom "average-rate" "EUR" 10.00 SEK
2026-03-31 price EUR 11.10 SEK
"""


def test_adjustments_name_who_stands_behind_them(divisions, tmp_path):
    """In another currency they are listed as they were written, and count as presented."""
    folder = divisions.units_folder / "adjustments"
    folder.mkdir()
    (folder / "2026.beancount").write_text(ADJUSTMENT, encoding="utf-8")
    divisions.prices_file.write_text(RATES, encoding="utf-8")
    for currency, told in (("SEK", "-333.00"), ("EUR", "-33.30")):
        result, _ = run(divisions, "--report", "adjustments", "--report", "bridge", "--currency", currency)
        (row,) = [row.split() for row in result.stdout.splitlines() if row.strip().startswith("units/adjustments/")]
        assert row == "units/adjustments/2026.beancount:1 2026-03-31 333.00 anna bo Audit of the quarter".split()
        (step,) = [row.split() for row in result.stdout.splitlines() if row.strip().startswith("Adjustments  ")]
        assert step[-1] == told
        run(divisions, "--csv", str(tmp_path / currency), "--currency", currency)
        (written,) = read(tmp_path / currency, "adjustments.csv")
        assert (written["amount"], written["currency"]) == ("333.00", "SEK")
    opened = json.loads(run(divisions, "--drill", "OtherExternalCosts:ADJ", "--json")[0].stdout)
    assert [(s["amount"], s["file"], s["line"]) for s in opened["sources"]] == [
        ("333.00", "units/adjustments/2026.beancount", 6)
    ]


@pytest.mark.parametrize("args", [("--report", "all"), ("--json",)])
def test_a_reader_that_stops_is_no_error(divisions, args):
    """`sambok combine | head`: no noise, and not 1, which says that books have errors."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "ledger.cli.main", "-w", str(divisions.root), "combine", *args]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode == 141
    assert b"Broken" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize(
    ("language", "amount"), [("sv", "10\N{NO-BREAK SPACE}500,00"), ("en", "10,500.00"), ("es", "10.500,00")]
)
def test_amounts_are_written_as_the_language_writes_them(divisions, monkeypatch, tmp_path, language, amount):
    monkeypatch.setenv("SAMBOK_LANGUAGE", language)
    shown, _ = run(divisions, "--report", "levels")
    (row,) = [row for row in shown.stdout.splitlines() if "Östergötland" in row]
    assert row.count(amount) == 3  # income, result, assets
    answer, _ = run(divisions, "--json")  # programs read the same everywhere
    (level,) = [level for level in json.loads(answer.stdout)["levels"] if level["path"][-1:] == ["Östergötland"]]
    assert level["result"] == "10500.00"
    run(divisions, "--csv", str(tmp_path / "out"))
    assert b"\r\nunit,repris,10100.00\r\n" in (tmp_path / "out" / "bridge.csv").read_bytes()
