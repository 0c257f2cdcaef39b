"""A unit whose `unit.toml` can't be used: every command that is asked for it says why, not that it isn't there."""

import json

import pytest

from ledger.cli.main import main

TYPO = '\n[[source]]\nname = "Bank"\nformat = "camt053"\n'
#: After the fixture's own three lines and a blank one.
PLACE = "units/repris/unit.toml:6: "


@pytest.fixture
def run(make_workspace, monkeypatch, capsys):
    ws = make_workspace({"repris": {"unit": TYPO}, "gemensamt": {}})
    monkeypatch.chdir(ws.root)
    waiting = ws.root / "units" / "repris" / "inbox" / "bank" / "march.xml"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(b"<x/>")

    def run(*args):
        with pytest.raises(SystemExit) as end:
            main(args)
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


@pytest.mark.parametrize(
    "line",
    [
        "import repris march.xml",
        "import repris --inbox",
        "import --inbox",
        "check repris",
        "place repris",
        "open-items repris",
        "reconcile repris",
        "levy --unit repris",
        "export sie repris",
    ],
)
def test_the_typo_is_shown_where_it_is(run, line):
    code, _, err = run(*line.split())
    assert code == 1
    assert PLACE in err
    assert '[CONFIG_INVALID]\n    | name = "Bank"\n' in err
    assert "UNIT_UNKNOWN" not in err


def test_what_waits_for_it_is_the_typo(run):
    code, out, _ = run("todo", "repris", "--json")
    assert code == 1
    assert [(t["kind"], t["where"]) for t in json.loads(out)["tasks"]] == [("error", PLACE.removesuffix(": "))]


@pytest.mark.parametrize("line", ["import --inbox --json", "check repris --json"])
def test_json_holds_it(run, line):
    code, out, _ = run(*line.split())
    assert code == 1
    assert [(e["code"], e["unit"]) for e in json.loads(out)["errors"]] == [("CONFIG_INVALID", "repris")]


def test_a_folder_whose_name_no_unit_can_have(run, tmp_path):
    (tmp_path / "units" / "Repris 2").mkdir()
    code, _, err = run("import", "Repris 2", "--inbox")
    assert (code, "[UNIT_FOLDER_NAME]" in err) == (1, True)


def test_a_name_that_nothing_has_is_wrong_use(run):
    code, _, err = run("import", "nowhere", "--inbox")
    assert (code, "[UNIT_UNKNOWN]" in err) == (2, True)
