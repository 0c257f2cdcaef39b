"""`sambok loans` between units: samples/vsla/federation-vsla.beancount, event by event, by command.

NK buys 30 shares of 1,000 and FI 10. FI borrows 24,000 (3 × its 10,000 allow 30,000) for three months at 1 % of what is
left and pays 8,240, 8,160 and 8,080. The fund is 40,480, a share 1,012: NK gets 30,360, FI 10,120. FI's net cost, 480 -
120 = 360, is NK's gain.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from decimal import Decimal

import pytest

from ledger.books import load_books, open_workspace
from ledger.cli.main import main
from ledger.combine import combine
from ledger.federation import load_federation
from tests.reports.loan_groups import cycle_text

BANK = "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Equity:2091-Retained\n"
POLICY = """\
2026-01-01 custom "decision" "B-1" "board"
  text: "The rotating fund"
2026-12-01 custom "decision" "B-2" "board"
  text: "The share-out"
"""
BANKS = ("--bank", "Assets:1930-Bank", "--unit-bank", "Assets:1930-Bank")
TERMS = {"charge": "0.01", "loan_multiple": "3", "max_term": "3"}
DECEMBER = "2026-12-10"


def opening(amount):
    return f'2026-01-02 * "Opening"\n  voucher: "A-1"\n  Assets:1930-Bank  {amount} SEK\n  Equity:2091-Retained\n'


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    cycle = cycle_text("RF26", "1000 SEK", begins="2026-01-01", ends="2026-12-31", book="", decision="B-1", **TERMS)
    units = {slug: {"accounts": BANK, "2026-01": opening(amount)} for slug, amount in (("nk", 50000), ("fi", 20000))}
    return make_workspace({"gemensamt": {"accounts": BANK}, **units}, policy=POLICY + cycle)


@pytest.fixture
def sambok(ws, capfd, monkeypatch):
    """Run `sambok loans`: exit code, standard output, standard error. It is the cycle's last month."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-12-15T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["-w", str(ws.root), "loans", *[str(a) for a in arguments]])
        out, err = capfd.readouterr()
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


EVENTS = (
    ("buy", "RF26", "nk", "30", "--date", "2026-01-10"),
    ("buy", "RF26", "fi", "10", "--date", "2026-01-10"),
    ("lend", "RF26", "fi", "24000", "--months", "3", "--date", "2026-02-10", "--decision", "B-1"),
    ("repay", "RF26", "fi", "8240", "--date", "2026-03-10"),
    ("repay", "RF26", "fi", "8160", "--date", "2026-04-10"),
    ("repay", "RF26", "fi", "8080.00", "--date", "2026-05-10"),
)
END = ("share-out", "RF26", "--date", DECEMBER, "--book", "--decision", "B-2", *BANKS)


def balance(ws, slug, code, until):
    book = load_books(ws, [slug]).units[slug]
    assert book.problems == ()
    return sum(
        (
            p.units.number
            for e in book.entries()
            if e.date <= until
            for p in getattr(e, "postings", ())
            if f":{code}" in p.account
        ),
        Decimal(0),
    )


def test_a_whole_cycle_by_command(sambok, ws):
    for event in EVENTS:
        code, _, err = sambok(*event, *BANKS)
        assert code == 0, err
    code, out, _ = sambok("share-out", "RF26", "--date", DECEMBER, "--json")
    found = json.loads(out)
    assert (code, found["fund"], found["shares"], found["cash"], found["value"]) == (
        0,
        "40480.00",
        40,
        "40480.00",
        "1012/1",
    )
    assert [(one["participant"], one["payout"]) for one in found["payouts"]] == [("fi", "10120.00"), ("nk", "30360.00")]
    assert [one["name"] for one in found["payouts"]] == ["Fi", "Nk"]
    code, _, err = sambok(*END)
    assert code == 0, err
    for slug, vouchers in (("gemensamt", 2), ("nk", 1), ("fi", 1)):  # each says how it was shared
        text = (ws.units[slug].folder / "books/2026/2026-12.beancount").read_text()
        assert text.count('  rule: "shares"\n  rounding: "0.01"\n') == vouchers
    last = dt.date(2026, 12, 31)
    assert [balance(ws, slug, "1930", last) for slug in ("gemensamt", "nk", "fi")] == [0, 50360, 19640]
    left = {"gemensamt": ("1663", "2863"), "nk": ("1666",), "fi": ("1666", "2864")}
    assert {balance(ws, slug, code, last) for slug, codes in left.items() for code in codes} == {0}
    # What was paid of charges settles claims that are provisional until their months are closed.
    assert (balance(ws, "gemensamt", "1664", last), balance(ws, "fi", "2865", last)) == (-480, 480)
    stands = {unit.slug: (unit.folder / "books/2026/2026-12.beancount").read_text() for unit in ws.units.values()}
    code, _, err = sambok(*END)
    assert (code, "It is booked already; nothing was written." in err) == (0, True)
    assert {u.slug: (u.folder / "books/2026/2026-12.beancount").read_text() for u in ws.units.values()} == stands


def test_nothing_of_it_is_left_in_the_combined_statements(sambok, ws):
    for event in (*EVENTS, END):
        assert sambok(*event, *(() if event is END else BANKS))[0] == 0
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    for day in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-05-31", "2026-12-31"):
        found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
        assert found.unmatched == (), day
        assert found.result == 0, day
        sums: dict[str, Decimal] = {}
        for row in found.trial_balance:
            code = row.account.split("-")[0]
            sums[code] = sums.get(code, Decimal(0)) + row.amount
        assert {code for code, amount in sums.items() if amount} == {"1930", "2091"}, day


def test_each_event_is_booked_once(sambok, ws):
    for event in EVENTS[:3]:
        assert sambok(*event, *BANKS)[0] == 0
    for event in EVENTS[:2]:
        code, out, err = sambok(*event, *BANKS)
        assert (code, out) == (0, "")
        assert "It is booked already; nothing was written." in err


def test_an_account_is_open_when_the_first_charge_falls_due(sambok, ws):
    """Nothing is paid until December: the books have no account of charges yet, and these fell due from March on."""
    for event in EVENTS[:3]:
        assert sambok(*event, *BANKS)[0] == 0
    assert sambok("repay", "RF26", "fi", "240", "--date", "2026-12-10", *BANKS)[0] == 0
    assert load_federation(open_workspace(ws.root)).problems == ()


def test_what_the_terms_do_not_allow_is_not_lent(sambok, ws):
    """FI's ten shares allow 30,000; the fund has 40,000; four months are more than three."""
    for event in EVENTS[:2]:
        assert sambok(*event, *BANKS)[0] == 0
    for asked, said in (
        (("31000", "--months", "3"), "not granted: the limit is 30,000.00 SEK"),
        (("1000", "--months", "4"), "not granted: 4 periods are asked for, 3 are allowed"),
    ):
        code, out, err = sambok("lend", "RF26", "fi", *asked, "--date", "2026-02-10")
        assert (code, out) == (3, "")
        assert said in err
    code, _, err = sambok("lend", "RF26", "nk", "40001", "--months", "3", "--date", "2026-02-10")
    assert (code, "not granted: 40,000.00 SEK is left in the fund" in err) == (3, True)
    code, _, err = sambok("repay", "RF26", "fi", "1", "--date", "2026-02-10")
    assert (code, "Fi owes RF26 0.00 SEK on 2026-02-10; 1.00 SEK is more. [REPAID_TOO_MUCH]" in err) == (2, True)
    assert sambok("buy", "RF26", "nobody", "1")[0] == 2
    code, _, err = sambok("buy", "RF26", "gemensamt", "1", "--date", "2026-02-10")
    assert (code, "its own book keeps it. [CYCLE_NO_PART]" in err) == (2, True)
    assert not (ws.units["fi"].folder / "books/2026/2026-02.beancount").exists()


def test_programs_read_slugs_and_people_may_say_either(sambok, ws):
    for event in EVENTS[:3]:
        assert sambok(*event, *BANKS)[0] == 0
    found = json.loads(sambok("status", "RF26", "--date", "2026-02-10", "--json")[1])
    assert {(one["participant"], one["name"]) for one in found["participants"]} == {("fi", "Fi"), ("nk", "Nk")}
    plan = json.loads(sambok("schedule", "RF26", "RF26-L01", "--json")[1])
    assert (plan["participant"], plan["name"]) == ("fi", "Fi")
    for said in ("fi", "Fi", "FI"):
        page = json.loads(sambok("statement", "RF26", said, "--date", "2026-02-10", "--json")[1])
        assert [(one["participant"], one["name"]) for one in page["statements"]] == [("fi", "Fi")]


def test_applications_stand_in_the_units_own_books(sambok, ws):
    for event in EVENTS[:2]:
        assert sambok(*event, *BANKS)[0] == 0
    code, out, err = sambok(
        "apply", "RF26", "Fi", "--amount", "24000", "--months", "3", "--need", "2", "--date", "2026-02-01"
    )
    assert code == 0, err
    assert "participant" not in out
    text = (ws.units["fi"].folder / "books/2026/2026-02.beancount").read_text()
    assert text.startswith('2026-02-01 custom "loan-application" "RF26" 24000.00 SEK\n  months: 3\n  need: 2\n')
    found = json.loads(sambok("propose", "RF26", "--date", "2026-02-09", "--json")[1])
    assert [(one["participant"], one["name"], one["granted"]) for one in found["applications"]] == [
        ("fi", "Fi", "24000.00")
    ]
    assert sambok(*EVENTS[2], *BANKS)[0] == 0
    assert json.loads(sambok("propose", "RF26", "--date", "2026-02-10", "--json")[1])["applications"] == []


def test_a_unit_leaves_the_fund(sambok, ws):
    for event in EVENTS:
        assert sambok(*event, *BANKS)[0] == 0
    code, _, err = sambok("leave", "RF26", "nk", "--date", "2026-12-01", "--decision", "B-2", *BANKS)
    assert code == 0, err
    assert balance(ws, "nk", "1930", dt.date(2026, 12, 31)) == 50000  # at cost
    found = json.loads(sambok("share-out", "RF26", "--date", DECEMBER, "--json")[1])
    assert [(one["participant"], one["payout"]) for one in found["payouts"]] == [("fi", "10480.00")]


#: Shortfall → FI's debt, NK's money (50,000 - 30,000 + 16,000), what NK gets later. Fund 16,000 + 24,000 = 40,000.
SHORT = {"pro-rata": (-14000, 36000, 14000), "write-off": (0, 36000, 0)}


@pytest.mark.parametrize("shortfall", SHORT)
def test_who_owes_more_than_its_shares(shortfall, sambok, ws):
    """NK's 30,000 and FI's -14,000 are the 16,000 there are: NK gets them, and 14,000 later, or never."""
    policy = ws.policy_file.read_text().replace("charge: 0.01", "charge: 0")
    ws.policy_file.write_text(policy)
    for event in EVENTS[:3]:
        assert sambok(*event, *BANKS)[0] == 0
    code, _, err = sambok(*END)
    assert (code, "(Fi 14,000.00 SEK). [SHARE_OUT_WAITS]" in err) == (3, True)
    code, _, err = sambok(*END, "--shortfall", shortfall)
    assert code == 0, err
    last = dt.date(2026, 12, 31)
    debt, money, due = SHORT[shortfall]
    assert balance(ws, "gemensamt", "1930", last) == 0
    assert balance(ws, "nk", "1930", last) == money
    assert balance(ws, "fi", "2864", last) == debt
    assert balance(ws, "gemensamt", "2866", last) == -due
    assert balance(ws, "gemensamt", "2863", last) == balance(ws, "fi", "1666", last) == 0
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    found = combine(federation.books, federation.run, date_to=last)
    assert (found.unmatched, found.result) == ((), 0)


def test_a_payment_is_linked_to_the_loans_that_it_pays_back(sambok):
    """Two loans of FI, 8 000 and 4 000: 6 000 is on the first, 4 000 on both; with that the first one is paid off and
    its charge of 80 falls due, which 1 000 pays before principal of the second; 500 is on the second alone."""
    for event in EVENTS[:2]:
        assert sambok(*event, *BANKS)[0] == 0
    for amount, day in (("8000", "2026-02-10"), ("4000", "2026-02-11")):
        lend = ("lend", "RF26", "fi", amount, "--months", "3", "--date", day, "--decision", "B-1")
        assert sambok(*lend, *BANKS)[0] == 0
    links = []
    for amount, day in (("6000", "2026-02-12"), ("4000", "2026-02-13"), ("1000", "2026-02-14"), ("500", "2026-02-15")):
        code, out, err = sambok("repay", "RF26", "fi", amount, "--date", day, *BANKS)
        assert code == 0, err
        links.append({loan for loan in ("RF26-L01", "RF26-L02") if f"^{loan}" in out})
    assert links == [{"RF26-L01"}, {"RF26-L01", "RF26-L02"}, {"RF26-L01", "RF26-L02"}, {"RF26-L02"}]


@pytest.mark.parametrize(
    ("unit", "day", "code"),
    [
        ("fi", "2025-12-31", "LOAN_APPLICATION"),  # before the cycle
        ("gemensamt", "2026-02-10", "LOAN_APPLICATION"),  # its own book keeps the fund
        ("nobody", "2026-02-10", "UNIT_UNKNOWN"),
    ],
)
def test_what_nobody_could_answer_is_not_applied_for(sambok, ws, unit, day, code):
    before = {path: path.read_bytes() for path in sorted(ws.root.rglob("*.beancount"))}
    found, _, err = sambok("apply", "RF26", unit, "--amount", "100", "--months", "2", "--date", day)
    assert found != 0
    assert f"[{code}]" in err
    assert {path: path.read_bytes() for path in sorted(ws.root.rglob("*.beancount"))} == before
