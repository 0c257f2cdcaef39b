"""`sambok close --status`: the board at the command line."""

import json

import pytest

from ledger.cli.main import main
from tests.closing.readying import SALE, federation_with, voucher

RENT = ("Expenses:5010-Rent", "Assets:1930-Bank")


@pytest.fixture
def sambok(make_workspace, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-02-10T10:00:00Z")
    ws = federation_with(
        make_workspace, {"gemensamt/2026-01": SALE, "repris/2026-01": voucher("2026-01-12", "", *RENT)}
    )
    monkeypatch.chdir(ws.root)

    def run(*words):
        before = {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()}
        with pytest.raises(SystemExit) as end:
            main(["close", "--status", *words])
        out, err = capfd.readouterr()
        assert {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()} == before
        assert "Traceback" not in err
        return end.value.code or 0, out, err

    run.root = ws.root
    return run


def test_the_board(sambok):
    code, out, _ = sambok()
    assert code == 3
    rows = [" ".join(line.split()) for line in out.splitlines()]
    for row in (
        "Unit 2026-01 2026-02",
        "repris not ready (1) not over",
        "koop ready not over",
        "gemensamt waits not over",
    ):
        assert row in rows
    assert "repris 2026-01 can't be closed yet; to be settled: 1." in rows
    assert "$ sambok number repris" in rows
    assert "2026-01 can be closed: angen, koop." in rows
    assert "$ sambok close 2026-01 --ready" in rows
    assert "$ sambok close 2026-01 --unit sparlag" in rows
    assert "gemensamt 2026-01 lacks nothing of its own; it waits for angen, koop, repris." in rows


def test_a_unit_whose_settings_cannot_be_read_is_named(sambok):
    """Also of a month that isn't over: of the others nothing is said then."""
    (sambok.root / "units/repris/unit.toml").write_text("name = \n", encoding="utf-8")
    for words in ((), ("2026-02",)):
        code, out, _ = sambok(*words)
        lines = [" ".join(line.split()) for line in out.splitlines()]
        assert code == 3
        place = lines.index("Not in the table, as their settings can't be read: repris.")
        assert lines[place + 1].startswith("• units/repris/unit.toml:1: ")
        assert lines[place + 2] == "| name ="
        assert lines[place + 4] == "$ sambok check repris"
        code, out, _ = sambok("--json", *words)
        said = json.loads(out)
        assert (code, said["left_out"]) == (3, ["repris"])
        assert [error["file"] for error in said["errors"] if error["code"] == "CONFIG_SYNTAX"] == [
            "units/repris/unit.toml"
        ]
    assert sambok("2026-01", "--unit", "koop")[0] == 0  # it isn't asked about


def test_a_unit_that_is_ready(sambok):
    code, out, _ = sambok("2026-01", "--unit", "koop")
    assert code == 0
    assert "repris" not in out
    assert "$ sambok close 2026-01 --unit koop" in out


def test_json_is_one_object(sambok):
    code, out, err = sambok("--json", "2026-01")
    assert (code, err) == (3, "")
    answer = json.loads(out)
    assert answer["months"] == ["2026-01"]
    assert [unit["unit"] for unit in answer["units"]] == ["angen", "koop", "repris", "sparlag", "gemensamt"]


@pytest.mark.parametrize("words", [["--until", "2026-01"], ["2026-01", "--ready"], ["2026-01", "--dry-run"]])
def test_what_closes_and_what_shows_are_two_things(sambok, words):
    code, out, err = sambok(*words)
    assert (code, out) == (2, "")
    assert "--status takes a period and --unit" in err


def test_no_period(sambok):
    code, _, err = sambok("march")
    assert code == 2
    assert "[CLOSE_PERIOD_INVALID]" in err


def test_no_unit(sambok):
    code, _, err = sambok("2026-01", "--unit", "repri")
    assert code == 2
    assert "[UNIT_UNKNOWN]" in err
