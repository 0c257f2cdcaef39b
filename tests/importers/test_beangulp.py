"""The same importers through beangulp's own command line and through Fava's import page."""

import os
import subprocess
import sys
from pathlib import Path

import beangulp.importer
import pytest
from beancount.core import data
from beancount.parser import parser
from fava.core import FavaLedger

from importers import beangulp_config
from tests.importers.test_bank import OPENED, camt, line

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = camt(line(2, "-30.00", "kaffe"), line(2, "-30.00", "kaffe"), line(3, "5.00", "ränta", "Banken"))


@pytest.fixture
def waiting(feed):
    feed = feed(_2026_01=OPENED)
    folder = feed.unit.folder / "inbox" / "bank"
    folder.mkdir(parents=True)
    (folder / "mars.xml").write_bytes(CONTENT)
    return feed


def beangulp_cli(feed, *args, cwd=None):
    env = {**os.environ, "SAMBOK_WORKSPACE": str(feed.ws.root), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "importers", *args]
    return subprocess.run(
        command, env=env, cwd=cwd or feed.tmp, capture_output=True, text=True, timeout=120, check=False
    )


def test_identify(waiting):
    done = beangulp_cli(waiting, "repris", "identify", str(waiting.unit.folder / "inbox"))
    assert done.returncode == 0, done.stderr
    assert "repris.bank" in done.stdout


def test_extract_prints_entries_that_beancount_reads(waiting):
    done = beangulp_cli(waiting, "repris", "extract", str(waiting.unit.folder / "inbox"))
    assert done.returncode == 0, done.stderr
    entries, errors, _ = parser.parse_string(done.stdout)
    assert not errors
    assert [type(e).__name__ for e in entries] == ["Transaction", "Transaction", "Transaction", "Balance"]
    assert len({e.meta["source-id"] for e in entries}) == 4


def test_extract_after_the_import_comments_every_duplicate_out(waiting):
    waiting.take(CONTENT)
    done = beangulp_cli(waiting, "repris", "extract", str(waiting.unit.folder / "inbox"))
    assert done.returncode == 0, done.stderr
    assert "; 2026-03-02 ! " in done.stdout
    assert parser.parse_string(done.stdout)[0] == []


def test_archive_moves_the_file_under_its_account_and_day(waiting, tmp_path):
    target = tmp_path / "archive"
    target.mkdir()
    done = beangulp_cli(waiting, "repris", "archive", str(waiting.unit.folder / "inbox"), "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert [p.relative_to(target).as_posix() for p in target.rglob("*.xml")] == [
        "Assets/1930-Bank/2026-03-03.bank.mars.xml"
    ]


def test_an_unknown_unit_is_a_plain_error(waiting):
    done = beangulp_cli(waiting, "repriss", "identify", ".")
    assert done.returncode == 2
    assert "repris" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_importer_is_beangulps_and_has_a_name_of_its_own(waiting, monkeypatch):
    monkeypatch.setenv("SAMBOK_WORKSPACE", str(waiting.ws.root))
    found = beangulp_config.config()
    assert all(isinstance(i, beangulp.importer.Importer) for i in found)
    assert [i.name for i in found] == ["repris.bank", "repris.bok"]


def test_the_unit_in_whose_folder_one_stands(waiting, monkeypatch):
    monkeypatch.chdir(waiting.unit.folder / "books")
    assert {i.unit.slug for i in beangulp_config.config()} == {"repris"}
    monkeypatch.chdir(waiting.ws.units["gemensamt"].folder)
    assert beangulp_config.config() == []


def test_fava_takes_the_config_and_extracts(waiting, monkeypatch):
    """Plain Fava on a main file of somebody's own that names the config."""
    monkeypatch.setenv("SAMBOK_WORKSPACE", str(waiting.ws.root))
    main = waiting.ws.root / "mine" / "plain.beancount"  # beside the books: what lies in a unit's folder is the book
    main.parent.mkdir()
    config = ROOT / "importers" / "beangulp_config.py"
    main.write_text(
        f'option "operating_currency" "SEK"\n'
        f'include "../units/repris/accounts.beancount"\ninclude "../units/repris/books/*/*.beancount"\n'
        f'2026-01-01 custom "fava-option" "import-config" "{config}"\n'
        f'2026-01-01 custom "fava-option" "import-dirs" "../units/repris/inbox"\n'
    )
    ledger = FavaLedger(str(main))
    assert not ledger.ingest.errors
    assert set(ledger.ingest.loaded_config.importers) == {"repris.bank", "repris.bok"}
    (file,) = [f for f in ledger.ingest.import_data() if f.name.endswith("mars.xml")]
    assert [info.importer_name for info in file.importers] == ["repris.bank"]
    entries = ledger.ingest.extract(file.name, "repris.bank")
    assert [type(e) for e in entries].count(data.Transaction) == 3
    assert not any(e.meta.get("__duplicate__") for e in entries)
    waiting.take(CONTENT)
    ledger.load_file()
    again = ledger.ingest.extract(file.name, "repris.bank")
    assert [bool(e.meta.get("__duplicate__")) for e in again] == [True] * 4
