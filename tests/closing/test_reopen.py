"""A closed month is opened again by decision: only what is new is sealed, only the difference is booked."""

import datetime as dt

import pytest
from beancount.core import data

from ledger.books.history import read_history
from ledger.closing.problems import (
    CloseDecisionEnded,
    CloseDecisionLater,
    CloseDecisionUnknown,
    ReopenNotClosed,
    ReopenYearClosed,
)
from ledger.closing.reopen import reopen_month
from ledger.combine import combine
from ledger.federation import load_federation
from ledger.provisional import SOURCE
from tests.closing.test_close import chains, close, files, text_of, whole
from tests.closing.worked import POLICY, PRICES, UNITS

SALE = """
2026-02-25 * "Forgotten sale"
  voucher: "A-5"
  Assets:1930-Bank                        1000.00 SEK
  Income:3001-Sales                      -1000.00 SEK
"""


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    close(made, "2025-12", "2026-01", "2026-02")
    return made


def reopen(ws, slug="repris", period="2026-02", decision="ST-7"):
    policy = load_federation(ws).policy
    return reopen_month(ws, ws.units[slug], period, policy=policy, decision=decision)


def forget(ws, text=SALE):
    """A voucher that was forgotten is written into February."""
    path = ws.units["repris"].books / "2026" / "2026-02.beancount"
    path.write_text(path.read_text() + text)


def test_only_by_a_decision_that_is_in_force(ws, monkeypatch):
    before = files(ws)
    with pytest.raises(CloseDecisionUnknown):
        reopen(ws, decision="ST-8")
    with pytest.raises(ReopenNotClosed) as told:
        reopen(ws, period="2026-03")
    assert told.value.params["last"] == "2026-02"
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-01T10:00:00Z")  # ST-7 is of March 2
    with pytest.raises(CloseDecisionLater):
        reopen(ws)
    assert files(ws) == before


@pytest.mark.parametrize(("now", "opens"), [("2026-03-31T10:00:00Z", True), ("2026-04-01T10:00:00Z", False)])
def test_a_decision_may_be_used_until_its_last_day(ws, monkeypatch, now, opens):
    """`until` is the last day on which it may be used: March 31 is one, April 1 isn't."""
    policy = ws.policy_file
    policy.write_text(policy.read_text() + '2026-03-02 custom "decision" "ST-9" "board"\n  until: 2026-03-31\n')
    monkeypatch.setenv("SAMBOK_NOW", now)
    before = files(ws)
    if opens:
        assert reopen(ws, decision="ST-9").seal.draft.kind == "reopen"
        return
    with pytest.raises(CloseDecisionEnded) as told:
        reopen(ws, decision="ST-9")
    assert "2026-03-31" in told.value.text()
    assert told.value.line == policy.read_text().splitlines().index('2026-03-02 custom "decision" "ST-9" "board"') + 1
    assert files(ws) == before


def test_it_is_on_record_and_nothing_else_changes(ws):
    before = files(ws)
    done = reopen(ws)
    assert (done.seal.number, done.seal.draft.kind, done.seal.draft.decision) == (4, "reopen", "ST-7")
    changed = {path.name for path, data in files(ws).items() if before.get(path) != data}
    assert changed == {"seals.jsonl", "history.jsonl"}
    line = read_history(ws.units["repris"].folder)[-1]
    assert (line.action, line.details["decision"], line.by) == ("reopen", "ST-7", "anna")
    federation = whole(ws)
    assert federation.books.closed["repris"] == {"2025-12", "2026-01"}
    assert federation.run.entries("repris") == []  # nothing sealed is worked out again


def test_opened_and_closed_without_anything_new(ws):
    reopen(ws)
    before = files(ws)
    (done,) = close(ws, "2026-02", slugs=("repris",))
    assert done.closed[0].seal.draft.entries == ()
    assert done.closed[0].vouchers == {}
    changed = {path.name for path, data in files(ws).items() if before.get(path) != data}
    assert changed == {"seals.jsonl", "history.jsonl"}


def test_the_second_close_books_the_difference(ws):
    """1,000 of turnover more: 150.00 of levy. Central's February is closed: its side comes on March 1."""
    sealed = text_of(ws, "repris/books/2026/2026-02.closed.beancount")
    reopen(ws)
    forget(ws)
    (done,) = close(ws, "2026-02", slugs=("repris",))
    closed = done.closed[0]
    assert [e.voucher for e in closed.seal.draft.entries] == ["A-5", "L-4"]
    assert closed.vouchers == {"repris": ("L-4",), "gemensamt": ("L-6",)}
    text = text_of(ws, "repris/books/2026/2026-02.closed.beancount")
    assert text.startswith(sealed)
    assert 'source-id: "close:ic-repris-levy-2026-02:2026-02:2"' in text[len(sealed) :]
    assert "Expenses:6430-Gemensam-avgift" in text[len(sealed) :]
    assert "150.00 SEK" in text[len(sealed) :]
    theirs = text_of(ws, "gemensamt/books/2026/2026-02.repris.closed.beancount")
    assert "2026-03-01 * " in theirs
    federation = whole(ws)
    assert federation.run.statements["repris"].year(2026).posted == 20090  # 20,000 + 150 - 60 for 2025
    found = combine(federation.books, federation.run, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 2, 28))
    assert [(u.code, str(u.amount)) for u in found.unmatched] == [("CUT_OFF", "150.00")]


def test_both_opened_both_sides_are_in_the_month(ws):
    reopen(ws)
    reopen(ws, slug="gemensamt")
    forget(ws)
    (done,) = close(ws, "2026-02")
    assert [c.unit for c in done.closed] == ["repris", "gemensamt"]
    assert done.before == ["koop"]
    federation = whole(ws)
    found = combine(federation.books, federation.run, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 2, 28))
    assert found.unmatched == ()
    assert [e.voucher for e in chains(ws)["gemensamt"][-1].draft.entries] == ["L-6"]


def test_central_alone(ws):
    """Central's own voucher in February; no unit is touched."""
    reopen(ws, slug="gemensamt")
    accounts = ws.central.folder / "accounts.beancount"
    accounts.write_text(accounts.read_text() + "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Expenses:6570-Fees\n")
    path = ws.central.books / "2026" / "2026-02.beancount"
    path.write_text(
        '2026-02-27 * "Fee"\n  voucher: "A-1"\n  Expenses:6570-Fees  30.00 SEK\n  Assets:1930-Bank  -30.00 SEK\n'
    )
    (done,) = close(ws, "2026-02", slugs=("gemensamt",))
    assert [e.voucher or e.type for e in done.closed[0].seal.draft.entries] == ["open", "open", "A-1"]
    assert done.closed[0].vouchers == {}
    whole(ws)


def test_the_year_end_is_made_good(ws):
    """2025 opened again, 100.00 more sold: 15.00 levy, 85.00 to 2099, and to 2098 in the first open month."""
    reopen(ws, period="2025-12")
    path = ws.units["repris"].books / "2025" / "2025-12.beancount"
    path.write_text(path.read_text() + SALE.replace("2026-02-25", "2025-12-28").replace("1000.00", "100.00"))
    (done,) = close(ws, "2025-12", slugs=("repris",))
    assert done.closed[0].vouchers["repris"] == ("L-2", "Y-2")
    assert done.closed[0].carried == "Y-2"
    text = text_of(ws, "repris/books/2026/2026-03.beancount")
    assert text.startswith("2026-03-01 * ")
    assert "85.00 SEK" in text
    federation = whole(ws)
    made = {e.meta["filename"] for e in federation.run.entries("repris")}
    assert SOURCE not in made  # 2025 is due 1,455.00 now (9,700 x 15 %): 1,515.00 booked in it, -60.00 in 2026-02


def test_an_earlier_month_of_a_closed_year_takes_its_last_month_with_it(make_workspace, monkeypatch):
    """November 2025 opened again, 1000.00 more sold: 150.00 levy there, 850.00 to 2099 by December's second close.

    Opened alone, the 850.00 would stay behind as a result of 2025 that nobody moves.
    """
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    november = SALE.replace("2026-02-25", "2025-11-10").replace("A-5", "A-2")
    ws = make_workspace({**UNITS, "repris": {**UNITS["repris"], "2025-11": november}}, policy=POLICY, prices=PRICES)
    close(ws, "2025-11", "2025-12")
    before = files(ws)
    with pytest.raises(ReopenYearClosed) as told:
        reopen(ws, period="2025-11")
    assert "sambok reopen 2025-12 --unit repris --decision ST-7" in told.value.remedy_text()
    assert files(ws) == before
    reopen(ws, period="2025-12")
    reopen(ws, period="2025-11")
    path = ws.units["repris"].books / "2025" / "2025-11.beancount"
    path.write_text(path.read_text() + november.replace("A-2", "A-3"))
    first, second = close(ws, "2025-11", "2025-12", slugs=("repris",))
    assert first.closed[0].vouchers["repris"] == ("L-3",)  # L-1 and L-2 are those of November and December
    assert (second.closed[0].vouchers["repris"], second.closed[0].carried) == (("Y-2",), "Y-2")
    assert "850.00 SEK" in text_of(ws, "repris/books/2025/2025-12.closed.beancount")
    entries = load_federation(ws).books.units["repris"].entries()
    left = [
        p.units.number
        for e in entries
        if isinstance(e, data.Transaction) and e.date < dt.date(2026, 1, 1)
        for p in e.postings
        if p.account.startswith(("Income", "Expenses"))
    ]
    assert sum(left) == 0


def test_a_late_voucher_is_not_swallowed_by_a_later_seal(ws):
    """Written into February, which is closed; March's seal leaves it out, and it stays late."""
    forget(ws)
    federation = load_federation(ws)
    assert [p.code for p in federation.problems] == ["LATE_POSTING"]
    (done,) = close(ws, "2026-03", slugs=("repris",))
    assert done.closed[0].left_out == (("books/2026/2026-02.beancount", 12),)
    assert all(e.voucher != "A-5" for e in done.closed[0].seal.draft.entries)
    assert [p.code for p in load_federation(ws).problems] == ["LATE_POSTING"]
