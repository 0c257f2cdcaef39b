"""`sambok combine`: output, exports and exit codes (SPEC 5)."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from decimal import Decimal

import click
import pytest
from click.testing import CliRunner

from ledger.cli.main import cli
from ledger.errors import Problem
from tests.combine.conftest import opens
from tests.combine.test_worked import ENTITY, sale

MINE, THEIRS = sale("repris", "kafeet", "9000.00", "8500.00", 1)
AGREED, ALSO = sale("repris", "kafeet", "9000.00", "9000.00", 1)


#: Reports that are written as files, one each.
TABLES = sorted(
    "adjustments bridge business_lines eliminations entries equity levels ownership pairs run translation "
    "trial_balance unmatched".split()
)


def workspace(make_workspace, mine, theirs, **more):
    units = {
        "repris": {"unit": ENTITY + '\nlevels = ["Sverige", "Norrköping"]', "accounts": opens(mine), "2026-03": mine},
        "kafeet": {"unit": ENTITY + '\nlevels = ["Sverige"]', "accounts": opens(theirs), "2026-03": theirs},
    }
    return make_workspace(units, **more)


def run(ws, *args):
    result = CliRunner().invoke(cli, ["combine", "--workspace", str(ws.root), *args], standalone_mode=False)
    if isinstance(result.exception, Problem):
        return result, result.exception.exit_code
    assert result.exception is None or isinstance(result.exception, Exception), result.exception
    return result, result.return_value


def test_what_does_not_match_needs_a_person(make_workspace):
    ws = workspace(make_workspace, MINE, THEIRS)
    result, code = run(ws)
    assert code == 3
    assert "kafeet – repris  500.00 SEK  trade  ic-repris-1  [AMOUNT_DIFF]" in result.stdout
    assert "Compare both vouchers" in result.stdout
    assert "units/repris/books/2026/2026-03.beancount:3" in result.stdout
    assert "Result (surplus positive): 500.00 SEK" in result.stdout


def test_all_is_well(make_workspace):
    ws = workspace(make_workspace, AGREED, ALSO)
    result, code = run(ws)
    assert code == 0
    assert "Net sales" in result.stdout


AHEAD = """
{0} * "Rent"
  Expenses:5010-Rent  10.00 SEK
  Assets:1930-Bank
"""


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-03-05", "The figures go to the end of 2027-03 because of units/kafeet/books/2026/2026-03.beancount:"),
        ("2026-05-31", "The figures go to the end of 2026-05 because of"),  # 61 days after the end of March
        ("2026-05-30", None),
        ("2026-04-01", None),
    ],
)
def test_a_voucher_far_beyond_all_others_is_named(make_workspace, day, told):
    """A mistyped year moves the period and its fiscal year; no clock says that it is one."""
    theirs = ALSO + AHEAD.format(day)
    ws = workspace(make_workspace, AGREED, theirs)
    result, code = run(ws)
    assert code == 0
    assert ("The figures go to the end" in result.stderr) == bool(told)
    if told:
        assert told in result.stderr
        line = theirs.splitlines().index(f'{day} * "Rent"') + 1
        assert f":{line}, dated {day}; before it, nothing is booked after 2026-03." in result.stderr
    chosen, _ = run(ws, "--to", "2026-03-31")
    assert "The figures go to the end" not in chosen.stderr


def test_a_count_of_stock_after_the_last_posting_is_named(make_workspace):
    """Nothing is booked after March, so the figures end there; the count of April doesn't count yet."""
    theirs = ALSO + '\n2026-04-30 custom "internal-stock" "repris" 50.00 SEK\n'
    ws = workspace(make_workspace, AGREED, theirs)
    line = theirs.splitlines().index('2026-04-30 custom "internal-stock" "repris" 50.00 SEK') + 1
    said = f":{line} states goods in stock on 2026-04-30, after the last month with a posting"
    assert said in run(ws)[0].stderr
    assert "states goods" not in run(ws, "--to", "2026-04-30")[0].stderr


def test_json_says_what_the_contract_says(make_workspace):
    ws = workspace(make_workspace, MINE, THEIRS)
    result, code = run(ws, "--json")
    assert code == 3
    answer = json.loads(result.stdout)
    assert (answer["schema"], answer["kind"], answer["currency"], answer["complete"]) == (1, "combined", "SEK", True)
    assert (answer["from"], answer["to"], answer["result"]) == ("2026-01-01", "2026-03-31", "500.00")
    assert {"line": "NetSales", "account": "3001-Sales", "unit": "ELIM", "amount": "8500.00"} in answer["trial_balance"]
    assert sum(Decimal(row["amount"]) for row in answer["trial_balance"]) == 0
    assert answer["lines"]["NetSales"] == "-500.00"
    assert {e["amount"] for e in answer["eliminations"]} == {"8500.00"}
    (waiting,) = answer["unmatched"]
    assert waiting["code"] == "AMOUNT_DIFF"
    assert waiting["class"] == "trade"
    assert waiting["units"] == ["kafeet", "repris"]
    assert (waiting["amount"], waiting["currency"]) == ("500.00", "SEK")
    assert waiting["remedy"]
    assert answer["translation"] == answer["errors"] == []


def test_the_same_answer_again_and_a_new_one_after_an_edit(make_workspace):
    ws = workspace(make_workspace, MINE, THEIRS)
    first, code = run(ws, "--json")
    again, same = run(ws, "--json")
    assert (again.stdout, same) == (first.stdout, code)
    file = ws.units["kafeet"].books / "2026" / "2026-03.beancount"
    file.write_text(ALSO, encoding="utf-8")
    after, now = run(ws, "--json")
    assert now == 0
    assert json.loads(after.stdout)["unmatched"] == []


def test_a_unit_with_errors_makes_it_incomplete(make_workspace):
    ws = workspace(make_workspace, AGREED, '2026-03-01 * "Broken"\n  Assets:1930-Bank  1.00 SEK\n')
    result, code = run(ws, "--json")
    assert code == 1
    answer = json.loads(result.stdout)
    assert answer["complete"] is False
    assert "UNIT_ERRORS" in {error["code"] for error in answer["errors"]}
    assert {row["unit"] for row in answer["trial_balance"]} == {"repris"}
    assert [u["code"] for u in answer["unmatched"]] == ["UNIT_ERRORS"]
    shown, code = run(ws)
    assert code == 1
    assert "INCOMPLETE" in shown.stdout


@pytest.mark.parametrize("option", ["--beancount", "--hledger", "--ledger", "--csv", "--parquet"])
def test_no_row_of_folders_is_made_for_an_export(make_workspace, tmp_path, option):
    ws = workspace(make_workspace, AGREED, ALSO)
    result, code = run(ws, option, str(tmp_path / "out" / "2026" / "g"))
    assert (result.exception.code, code) == ("OUT_NO_FOLDER", 2)
    assert result.exception.params == {"folder": str(tmp_path / "out" / "2026"), "nearest": str(tmp_path)}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--beancount", "--hledger", "--ledger"])
def test_the_folder_of_a_file_must_be_there(make_workspace, tmp_path, option):
    ws = workspace(make_workspace, AGREED, ALSO)
    result, code = run(ws, option, str(tmp_path / "out" / "g"))
    assert (result.exception.code, code, (tmp_path / "out").exists()) == ("OUT_NO_FOLDER", 2, False)


@pytest.mark.parametrize("option", ["--csv", "--parquet"])
def test_the_folder_of_tables_is_made(make_workspace, tmp_path, option):
    ws = workspace(make_workspace, AGREED, ALSO)
    assert run(ws, option, str(tmp_path / "out"))[1] == 0
    assert list((tmp_path / "out").iterdir()) != []


def test_exports_are_whole_files(make_workspace, tmp_path):
    ws = workspace(make_workspace, AGREED, ALSO)
    out = tmp_path / "out"
    out.mkdir()
    _, code = run(
        ws,
        "--beancount",
        str(out / "g.beancount"),
        "--hledger",
        str(out / "g.journal"),
        "--parquet",
        str(out / "tables"),
    )
    assert code == 0
    assert sorted(p.name for p in out.iterdir()) == ["g.beancount", "g.journal", "tables"]
    names = sorted(p.name for p in (out / "tables").iterdir())
    assert names == [f"{name}.parquet" for name in TABLES]


KINDS = ["--beancount", "--hledger", "--ledger", "--csv", "--parquet"]


@pytest.mark.parametrize("option", KINDS)
@pytest.mark.parametrize("kind", ["pipe", "link", "socket", "taken"])
def test_only_an_ordinary_file_is_replaced(make_workspace, tmp_path, option, kind):
    ws = workspace(make_workspace, AGREED, ALSO)
    out = tmp_path / "out"
    folder = option in {"--csv", "--parquet"}
    if kind == "pipe":
        os.mkfifo(out)
    elif kind == "link":
        out.symlink_to(tmp_path / "nowhere")
    elif kind == "socket":
        os.mknod(out, stat.S_IFSOCK | 0o600)
    elif folder:
        (out / f"equity.{option[2:]}").mkdir(parents=True)
    else:
        out.mkdir()
    before = out.lstat()
    result, code = run(ws, option, str(out))
    assert (getattr(result.exception, "code", result.exception), code) == ("OUT_TAKEN", 2)
    after = out.lstat()
    assert (after.st_mode, after.st_ino, after.st_mtime) == (before.st_mode, before.st_ino, before.st_mtime)
    if out.is_dir():
        assert [p.name for p in out.iterdir()] == ([f"equity.{option[2:]}"] if folder else [])


@pytest.mark.parametrize("option", KINDS)
@pytest.mark.parametrize("name", ["units/x", "runs/2026-aug", "runs", ".sambok/x", "fava.conf", "units/../runs/new"])
def test_books_locks_and_settings_are_never_exported_over(make_workspace, option, name):
    ws = workspace(make_workspace, AGREED, ALSO)
    (ws.root / "runs" / "2026-aug").mkdir(parents=True)
    result, code = run(ws, option, str(ws.root / name))
    assert (getattr(result.exception, "code", result.exception), code) == ("OUT_TAKEN", 2)
    assert list((ws.root / "runs" / "2026-aug").iterdir()) == []


@pytest.mark.parametrize("option", KINDS)
@pytest.mark.parametrize("name", ["", "-"])
def test_an_export_needs_a_file(make_workspace, monkeypatch, tmp_path, option, name):
    ws = workspace(make_workspace, AGREED, ALSO)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    result, _ = run(ws, option, name)
    assert isinstance(result.exception, click.UsageError)
    assert list((tmp_path / "here").iterdir()) == []


def test_what_was_written_is_said_and_written_again(make_workspace, tmp_path):
    ws = workspace(make_workspace, AGREED, ALSO)
    args = "--beancount", str(tmp_path / "g.beancount"), "--csv", str(tmp_path / "csv")
    for _ in range(2):
        result, code = run(ws, *args)
        assert code == 0
        assert f"Written: {tmp_path}/g.beancount\n" in result.stderr
        assert f"Written: {tmp_path}/csv (files: {len(TABLES)})\n" in result.stderr
    result, _ = run(ws, "--beancount", str(tmp_path / "x"), "--hledger", str(tmp_path / "x"))
    assert isinstance(result.exception, click.UsageError)
    assert not (tmp_path / "x").exists()


def test_a_full_disk_leaves_no_half_set_of_tables(make_workspace, tmp_path, monkeypatch):
    ws = workspace(make_workspace, AGREED, ALSO)
    made, real = [], tempfile.mkstemp

    def full(**more):
        if str(more["dir"]).startswith(str(tmp_path / "csv")):
            made.append(more)
            if len(made) == 5:
                raise OSError(errno.ENOSPC, "No space left on device", f"{more['dir']}/.tmp-abc")
        return real(**more)

    monkeypatch.setattr("ledger.books.durable.tempfile.mkstemp", full)
    result, _ = run(ws, "--csv", str(tmp_path / "csv"))
    assert isinstance(result.exception, OSError)
    assert ".tmp-" not in result.exception.filename
    assert result.exception.filename.startswith(str(tmp_path / "csv"))
    assert list((tmp_path / "csv").iterdir()) == []


def test_an_export_that_cannot_be_written_leaves_nothing(make_workspace, tmp_path):
    ws = workspace(make_workspace, AGREED, ALSO)
    (tmp_path / "file").write_text("kept")
    result, _ = run(ws, "--beancount", str(tmp_path / "file" / "g.beancount"))
    assert result.exception.code == "OUT_NO_FOLDER"
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--from", "2026-04-01", "--to", "2026-03-31"), "PERIOD_WRONG"),
        (("--level", "Norköping"), "LEVEL_UNKNOWN"),
        (("--currency", "EUR"), "MISSING_RATE"),
    ],
)
def test_wrong_use_is_named(make_workspace, args, code):
    ws = workspace(make_workspace, AGREED, ALSO)
    result, _ = run(ws, *args)
    assert isinstance(result.exception, Problem)
    assert result.exception.code == code


def test_a_level_makes_the_others_outsiders(make_workspace):
    ws = workspace(make_workspace, AGREED, ALSO)
    result, code = run(ws, "--level", "Norrköping", "--json")
    answer = json.loads(result.stdout)
    assert code == 0
    assert {row["unit"] for row in answer["trial_balance"]} == {"repris"}
    assert answer["eliminations"] == answer["unmatched"] == []
    assert answer["result"] == "9000.00"


def test_another_currency(make_workspace):
    prices = """
2026-01-31 custom "average-rate" "EUR" 10.00 SEK
2026-02-28 custom "average-rate" "EUR" 11.00 SEK
2026-03-31 custom "average-rate" "EUR" 12.00 SEK
2026-03-31 price EUR 12.50 SEK
"""
    ws = workspace(make_workspace, MINE, THEIRS, prices=prices)
    result, code = run(ws, "--currency", "EUR", "--json")
    answer = json.loads(result.stdout)
    assert code == 3
    assert answer["currency"] == "EUR"
    # 500 SEK at the average of March, 12.00; the claim of 500 at 12.50
    assert answer["lines"] == {
        "NetSales": "-41.67",
        "RawMaterials": "0.00",
        "InternalReceivables": "40.00",
        "CTA": "1.67",
        "InternalPayables": "0.00",
    }
    assert answer["result"] == "41.67"
    # 9,000 and 8,500 at 12.00 are 750.00 and 708.33, at closing 720.00 and 680.00
    assert [(t["unit"], t["posted"], t["proof"]) for t in answer["translation"]] == [
        ("kafeet", "-28.33", "-28.33"),
        ("repris", "30.00", "30.00"),
    ]


def test_a_federation_that_has_booked_nothing(make_workspace):
    ws = make_workspace({"repris": {}})
    result, code = run(ws, "--json")
    answer = json.loads(result.stdout)
    assert code == 0
    assert (answer["complete"], answer["trial_balance"], answer["result"]) == (True, [], "0.00")
    shown, code = run(ws)
    assert code == 0
    assert "Result (surplus positive): 0.00 SEK" in shown.stdout


@pytest.mark.parametrize(
    ("width", "head"),
    [
        ("200", ["kafeet", "repris", "ELIM", "Group"]),
        ("70", ["Units", "ELIM", "Group"]),
        ("60", ["Units", "Group"]),  # ELIM and the group again stand below
    ],
)
def test_the_worksheet_fits_the_window_and_cuts_no_figure(make_workspace, monkeypatch, width, head):
    monkeypatch.setenv("COLUMNS", width)
    ws = workspace(make_workspace, MINE.replace("9000.00", "123456789.00"), THEIRS)
    result, _ = run(ws)
    rows = result.stdout.splitlines()
    assert rows[2].split() == head
    assert any("-123,456,789.00" in row and row.startswith("Net sales") for row in rows)
    assert "…" not in result.stdout
    sheet = result.stdout[: result.stdout.index("Result (surplus positive)")].splitlines()[2:]
    assert max(map(len, sheet)) <= int(width)


def test_without_central_the_figures_are_incomplete(make_workspace):
    ws = workspace(make_workspace, AGREED, ALSO)
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace('"gemensamt"', '"centralen"'), encoding="utf-8")
    result, code = run(ws, "--json")
    answer = json.loads(result.stdout)
    assert (code, answer["complete"]) == (1, False)
    assert [e["code"] for e in answer["errors"]] == ["CENTRAL_MISSING"]
