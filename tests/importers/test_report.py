"""The summary of an import in plain words, and the progress that a watcher hears of."""

import contextlib
import os
import pty
from decimal import Decimal

from importers import progress, run
from importers.camt.model import Detail, Entry
from importers.run import import_files
from tests.importers.conftest import ACCOUNTS
from tests.importers.test_bank import OPENED, camt, line, march


def test_the_summary_says_when_how_much_and_what_waits(feed):
    """Three lines, one of them known from last time; Åhléns was booked by hand once, so it is suggested."""
    habit = """\
2026-01-10 * "Åhléns" "Pärmar"
  Assets:1930-Bank                        -40.00 SEK
  Expenses:6110-Kontorsmaterial            40.00 SEK
"""
    feed = feed(_2026_01=OPENED + habit)
    first = line(2, "250.00", "Insättning")
    feed.take(camt(first, opening="960.00"), name="first.xml")
    again = camt(first, line(3, "-99.50", "Kortköp", "Åhléns"), line(5, "10.00", "Ränta"), opening="960.00")
    report = feed.take(again, name="again.xml")
    assert report.sentence().endswith(
        "again.xml: new entries: 2. 2026-03-03 to 2026-03-05: in 10.00, out 99.50 SEK. Known already: 1. "
        "On suspense, waiting for a person: 2."
    )
    assert report.waiting_lines(5) == [
        "2026-03-03 -99.50 SEK Åhléns Kortköp -> Expenses:6110-Kontorsmaterial: as on 2026-01-10, Åhléns",
        "2026-03-05 10.00 SEK Ränta",
    ]
    assert len(report.waiting_lines(1)) == 1


def test_a_watcher_hears_every_stage_in_order_and_only_while_it_watches(feed):
    feed, heard = feed(_2026_01=OPENED), []
    files = [feed.file(f"{n}.xml", camt(line(n, "1.00", str(n)), opening=f"{999 + n}.00")) for n in (1, 2)]
    import_files(feed.ws, feed.unit, files, watcher=lambda *said: heard.append(said))
    stages = list(dict.fromkeys(name for name, _, _ in heard))
    assert stages == [run.READING, run.LOADING, run.COMPARING, run.WRITING, run.PLACING]
    assert [name for name, _, _ in heard].count(run.WRITING) == 2
    assert (run.WRITING, 0, 2) in heard, "a transaction and its balance"
    heard.clear()
    progress.stage("later")
    assert not heard


def test_things_are_counted_as_they_go_by():
    heard = []
    with progress.watched(lambda *said: heard.append(said)):
        assert list(progress.track(range(1200), "Counting")) == list(range(1200))
    assert heard == [("Counting", n, 1200) for n in (0, 500, 1000, 1200)]
    assert list(progress.track([1, 2], "Counting")) == [1, 2]


def test_on_a_terminal_there_is_a_progress_line(feed, monkeypatch):
    """The watcher draws on a real terminal (a pseudo one), and nothing is drawn into a file."""
    from ledger.cli.imports import watching  # noqa: PLC0415  beside what it is tested with

    with watching() as watcher:
        assert watcher is None, "pytest's standard error is no terminal"
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with watching() as watcher:
            watcher(run.COMPARING, 500, 1000)
        terminal.flush()
    drawn = b""
    with contextlib.suppress(OSError):  # the end of a terminal that is closed on the other side
        while got := os.read(ours, 100_000):
            drawn += got
    assert b"Comparing with the books" in drawn
    os.close(ours)


def test_what_is_only_to_be_confirmed_is_counted_apart(feed):
    """Of an invoice of 100.00 with OCR 10017, 150.00 are paid: on its account, 50.00 too much. 10.00 are unknown."""
    invoice = """\
2026-03-01 * "Kund AB" "Invoice 1001" ^inv-1001
  invoice: "1001"
  reference: "10017"
  Assets:1510-Kundfordringar              100.00 SEK
  Income:3001-Försäljning-25             -100.00 SEK
"""
    accounts = ACCOUNTS + "2020-01-01 open Assets:1510-Kundfordringar\n"
    feed = feed(accounts=accounts, _2026_01=OPENED, _2026_03=invoice)
    paid = Entry(Decimal("150.00"), "SEK", march(4), details=(Detail(None, None, "Kund AB", reference="10017"),))
    report = feed.take(camt(paid, line(5, "10.00", "Ränta")))
    assert report.sentence().endswith("On suspense, waiting for a person: 1. Booked, for a person to confirm: 1.")
    told = report.as_json()
    assert (told["waiting"], told["on_suspense"], told["to_confirm"]) == (2, 1, 1)
