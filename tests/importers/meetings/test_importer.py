"""Where meeting sheets are taken from, and by whom: named files, inbox folders, beangulp, sources that are declared."""

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

from importers.run import import_files, import_inboxes, importers_of
from ledger.books import load_books
from ledger.books.workspace import open_workspace
from ledger.reports.todo import todo
from ledger.web.app import create_app
from tests.importers.meetings.texts import COLUMNS, FIRST, HEAD

ROOT = Path(__file__).resolve().parents[3]
SECOND = (
    HEAD.format(number=2, date="2026-02-11", box=530, social=20)
    + COLUMNS
    + ("Anna,1,0,10,0,300,30,,,\nBo,1,0,10,0,,,,,\n")
)


def settled(kikundi, text):
    """The same group with more in its unit.toml."""
    path = kikundi.ws.root / "units/kikundi/unit.toml"
    path.write_text(path.read_text() + text)
    kikundi.ws = open_workspace(kikundi.ws.root)
    return kikundi


def waiting(kikundi, folder="meeting", **files):
    """Sheets in an inbox folder."""
    place = kikundi.ws.root / "units/kikundi/inbox" / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text)
    return place


def test_a_book_that_keeps_a_cycle_has_a_source_of_its_sheets(group):
    kikundi = group()
    (one,) = importers_of(kikundi.ws, kikundi.ws.units["kikundi"])
    assert (one.name, one.source.format) == ("kikundi.meeting", "meeting")


def test_a_declared_source_is_the_only_one(group):
    kikundi = settled(group(), '\n[[source]]\nname = "sheets"\nformat = "meeting"\n')
    assert [i.name for i in importers_of(kikundi.ws, kikundi.ws.units["kikundi"])] == ["kikundi.sheets"]
    assert kikundi.take(FIRST).status == "imported"


def test_a_book_that_keeps_no_cycle_takes_no_sheet(group):
    kikundi = group(policy="")
    before = kikundi.books()
    done = kikundi.take(FIRST)
    assert (done.status, done.problem.code) == ("refused", "IMPORT_UNKNOWN_FORMAT")
    assert kikundi.books() == before


def test_named_sheets_come_in_by_their_day_not_by_their_name(group):
    kikundi = group()
    paths = []
    for name, text in {"a-second.csv": SECOND, "b-first.csv": FIRST}.items():
        path = kikundi.folder / name
        path.write_text(text)
        paths.append(path)
    report = import_files(kikundi.ws, kikundi.ws.units["kikundi"], paths)
    assert [(Path(f.file).name, f.status) for f in report.files] == [
        ("b-first.csv", "imported"),
        ("a-second.csv", "imported"),
    ]


def test_sheets_in_the_inbox_come_in_by_their_day(group):
    kikundi = group()
    place = waiting(kikundi, a=SECOND, b=FIRST)
    (report,) = import_inboxes(kikundi.ws, ["kikundi"])
    assert [f.status for f in report.files] == ["imported", "imported"]
    assert list(place.iterdir()) == []


def test_a_refused_sheet_stays_in_the_inbox(group):
    kikundi = group()
    place = waiting(kikundi, one=FIRST.replace("fund,200", "fund,201"))
    (report,) = import_inboxes(kikundi.ws, ["kikundi"])
    assert [f.status for f in report.files] == ["refused"]
    assert [p.name for p in place.iterdir()] == ["one.csv"]


def test_trying_writes_nothing(group):
    kikundi = group()
    before = kikundi.books()
    assert kikundi.take(FIRST, dry_run=True).status == "planned"
    assert kikundi.books() == before
    assert not (kikundi.ws.root / "units/kikundi/documents").exists()


def test_beangulp_knows_a_sheet_without_a_source_table(group):
    kikundi = group()
    place = waiting(kikundi, one=FIRST)
    env = {**os.environ, "SAMBOK_WORKSPACE": str(kikundi.ws.root), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "importers", "kikundi", "identify", str(place)]
    done = subprocess.run(
        command, env=env, cwd=kikundi.folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert "kikundi.meeting" in done.stdout, done.stderr


def to_do(kikundi):
    """What the list says of files to import."""
    tasks = todo(load_books(kikundi.ws), [], [], "kikundi", today=dt.date(2026, 1, 20))
    return [task.text for task in tasks if task.kind == "inbox"]


def test_the_list_of_what_waits_counts_sheets_without_a_source_table(group):
    kikundi = group()
    waiting(kikundi, one=FIRST)
    assert to_do(kikundi) == ["Files waiting in the inbox: 1 (one.csv)."]


def test_the_list_of_what_waits_tells_of_sheets_that_nobody_takes(group):
    kikundi = group(policy="")
    waiting(kikundi, one=FIRST)
    (text,) = to_do(kikundi)
    assert "no source called meeting" in text


def upload(kikundi, name, text):
    """Put a file on the import page."""
    http = create_app(kikundi.ws.root).test_client()
    data = {"file": (io.BytesIO(text.encode()), name)}
    return http.put("/kikundi/api/upload_import_file", data=data).status_code


def test_the_import_page_takes_a_sheet_without_a_source_table(group):
    kikundi = group()
    assert upload(kikundi, "one.csv", FIRST) == 200
    assert (kikundi.ws.root / "units/kikundi/inbox/meeting/one.csv").read_text() == FIRST


def test_the_import_page_takes_no_sheet_where_no_cycle_is_kept(group):
    kikundi = group(policy="")
    assert upload(kikundi, "one.csv", FIRST) == 422
    assert not (kikundi.ws.root / "units/kikundi/inbox").exists()
