"""Every error there is: its input provokes it, and it says what it must (SPEC 12)."""

from __future__ import annotations

import json
import re
import signal

import pytest

from . import acts, archive_acts, catalogue, fund_acts, loan_acts, web_acts, write_acts
from .stage import ACCOUNTS, BANK, Stage, blocks
from .table import CASES, DEALINGS, SAMPLES, path_of, read_rows

ROWS = read_rows()
#: The whole file is meant, bytes that no terminal shows, or a text for its unit alone: a line, but no excerpt.
WITHOUT_EXCERPT = {"BOOK_UTF16", "BOOK_BYTE_ORDER_MARK", "LEVY_NO_WORKSPACE"}


@pytest.fixture
def stage(make_workspace, monkeypatch, capfd, request):
    """The small federation: repris sells, gemensamt is central."""
    ws = make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "unit": BANK, "2026-03": "; nothing yet\n"},
            "gemensamt": {"accounts": ACCOUNTS, "2026-03": "; nothing yet\n"},
        }
    )
    for name in SAMPLES:
        (ws.root / name).write_bytes((CASES / name).read_bytes())
    before = signal.getsignal(signal.SIGTERM)
    yield Stage(ws, monkeypatch, capfd.readouterr, request.addfinalizer)
    signal.signal(signal.SIGTERM, before)


def act_of(name):
    """The function of acts.py or another module of acts that has this name."""
    return next(
        getattr(module, name)
        for module in (acts, archive_acts, write_acts, web_acts, loan_acts, fund_acts)
        if hasattr(module, name)
    )


def provoke(row, stage):
    """Exit code and standard error of the row's command, without what differs from machine to machine."""
    stage.put(row)
    if row.act:
        act_of(row.act)(stage)
    if row.do:
        return row.exit, stage.plain(stage.shown(act_of(row.do)(stage)))
    code, out, err = stage.sambok(row.run)
    return code, stage.plain(out + err if row.room == DEALINGS else err)


def test_every_error_has_a_row():
    codes = catalogue.all_codes().keys()
    rows = {row.code for row in ROWS}
    assert len(rows) == len(ROWS), "one row a code"
    assert sorted(codes - rows) == [], "errors that the catalogue doesn't provoke"
    assert sorted(rows - codes) == [], "rows of errors that are gone"


def test_the_catalogue_is_up_to_date():
    assert catalogue.FILE.read_text(encoding="utf-8") == catalogue.text(), "run: python -m tests.errors.catalogue"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_input_gives_the_text(row, stage):
    code, err = provoke(row, stage)
    assert "Traceback" not in err
    found = blocks(err)
    said = [text for name, text in found if name == row.code]
    assert "".join(said) == row.says, err
    assert code == row.exit, err
    assert row.code == "PROGRAM_FAULT" or "PROGRAM_FAULT" not in {name for name, _ in found}


@pytest.mark.parametrize("row", [row for row in ROWS if row.run == "check" and not row.do], ids=lambda row: row.name)
def test_json_says_the_same(row, stage):
    """`--json` gives code, file, line, message and remedy of what people are shown, in one valid object."""
    stage.put(row)
    if row.act:
        act_of(row.act)(stage)
    code, out, _ = stage.sambok("check --json")
    assert code == row.exit
    answer = json.loads(out)
    assert answer["schema"] == 1
    found = [error for error in answer["errors"] if error["code"] == row.code]
    says = re.sub(r"(?<=\d),(?=\d{3}\.\d\d\b)", "", row.says)  # programs read amounts with nothing between thousands
    assert stage.plain("".join(text_of(error) for error in found)) == says


def text_of(error):
    """What a person is shown of an error of `--json`."""
    place = "".join([error["file"] or "", f":{error['line']}" if error["line"] else "", ": " if error["file"] else ""])
    rows = [f"{place}{error['message']} [{error['code']}]"]
    rows += [f"    | {row}" for row in (error["excerpt"] or "").splitlines()[:5]]
    return "\n".join([*rows, f"    -> {error['remedy']}\n"])


@pytest.mark.parametrize("row", [row for row in ROWS if row.room != DEALINGS], ids=lambda row: row.name)
def test_place_and_excerpt(row):
    """A line that is named is shown, as it stands in the file; places are relative to the workspace."""
    head, *rest = row.says.splitlines()
    place = re.match(r"(\S+?)(?::(\d+))?: ", head)
    assert rest[-1].startswith("    -> ")
    excerpt = [line.removeprefix("    | ") for line in rest[:-1]]
    if place is None or not place[2]:
        return
    assert not place[1].startswith("/") or row.code == "LEVY_NO_WORKSPACE", "that book is in no workspace"
    assert excerpt or row.code in WITHOUT_EXCERPT, "a line is named, but not shown"
    texts = {path_of(name)[0]: text for name, text in row.files.items() if not name.endswith("+")}
    if place[1] in texts and excerpt and "…" not in excerpt[0]:
        assert texts[place[1]].splitlines()[int(place[2]) - 1].strip() == excerpt[0].strip()
