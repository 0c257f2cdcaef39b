"""A rotation whose rounds are auctioned, from the first bid to the share-out, by sheets and commands alone.

Anna, Bo and Caro pay 1 000 a round; the pot is 3 000. Bo lets go of 450 in the first round, Caro of 200 in the second,
Anna gets the last one whole. Each has paid 3 000 and had 3 000; the 650 are the three's alike: 216.67, 216.67, 216.66.
"""

import json
import os
import signal

import pytest

from ledger.books import load_books
from ledger.cli.main import main
from tests.loans.books import DECISION

UNIT = 'chart = "vsla"\nentity = "legal_entity"\ncombine = false\n'
ACCOUNTS = """\
2026-01-01 open Assets:1010-Loan-fund-box SEK
2026-01-01 open Assets:1020-Social-fund-box SEK
2026-01-01 open Equity:3020-Social-fund SEK
"""
CYCLE = """\
2026-01-01 custom "loan-cycle" "RK26" 1000 SEK
  decision: "K-1"
  book: "kik"
  rotation: "auction"
  order: "Anna, Bo, Caro"
  seed: "minutes 7"
"""
ROUNDS = (
    (1, "2026-01-10", ("Anna=300", "Bo=450"), "Bo", "450.00"),
    (2, "2026-02-10", ("Caro=200", "Anna=150"), "Caro", "200.00"),
    (3, "2026-03-10", (), "Anna", "0.00"),
)


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-15T10:00:00Z")
    parts = {"unit": UNIT, "accounts": ACCOUNTS, "2026-01": "; none\n"}
    return make_workspace({"kik": parts}, policy=DECISION + CYCLE)


@pytest.fixture
def sambok(ws, capfd):
    """A command: exit code, standard output, standard error."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["-w", str(ws.root), *map(str, arguments)])
        out, err = capfd.readouterr()
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def auction(sambok, day, *bids, more=()):
    options = [part for bid in bids for part in ("--bid", bid)]
    return sambok("loans", "auction", "RK26", "--date", day, *options, *more)


def meet(sambok, tmp_path, number, day, winner, gift, box):
    """The round's sheet; the pot is lent until the end of the cycle."""
    rows = [f"group,RK26,meeting,{number},date,{day},counted_loan_fund,{box},counted_social_fund,0"]
    rows.append("member,present,shares,social,fine,repaid,charge,new_loan,months,gift,joined,note")
    for name in ("Anna", "Bo", "Caro"):
        loan = f"3000,12,{gift}" if name == winner else ",,"
        rows.append(f"{name},1,1,0,0,,,{loan},1,")
    sheet = tmp_path / f"{number}.csv"
    sheet.write_text("\n".join(rows) + "\n")
    code, _, err = sambok("import", "kik", sheet)
    assert code == 0, err


def test_a_whole_rotation_by_auction(sambok, ws, tmp_path):
    box = 0
    for number, day, bids, winner, discount in ROUNDS:
        code, out, err = auction(sambok, day, *bids, more=("--json",))
        assert code == 0, err
        found = json.loads(out)
        assert (found["round"], found["name"], found["pot"], found["discount"]) == (number, winner, "3000.00", discount)
        assert found["seed"] == f"minutes 7:{number}"
        box += int(discount.partition(".")[0])
        meet(sambok, tmp_path, number, day, winner, discount, box)
    code, out, _ = sambok("loans", "rotation", "RK26", "--json")
    found = json.loads(out)
    assert (code, [one["name"] for one in found["rounds"]]) == (0, ["Bo", "Caro", "Anna"])
    assert {one["why"][0]["key"] for one in found["rounds"]} == {"won"}
    code, _, err = auction(sambok, "2026-03-15", "Anna=1")
    assert (code, "[CYCLE_NO_AUCTION]" in err) == (2, True)
    code, out, _ = sambok("loans", "share-out", "RK26", "--date", "2026-03-15", "--json")
    paid = {one["name"]: one["payout"] for one in json.loads(out)["payouts"]}
    assert (code, sorted(paid.values())) == (0, ["216.66", "216.67", "216.67"])
    code, _, err = sambok("loans", "share-out", "RK26", "--date", "2026-03-15", "--book", "--decision", "K-1")
    assert code == 0, err
    book = load_books(ws, ["kik"]).units["kik"]
    assert book.problems == ()
    sums = {}
    for entry in book.entries():
        for posting in getattr(entry, "postings", ()):
            code = posting.account.split(":")[1][:4]
            sums[code] = sums.get(code, 0) + posting.units.number
    assert {sums.get(code, 0) for code in ("1010", "1110", "3010")} == {0}
    assert sambok("check")[0] == 0


@pytest.mark.parametrize(
    ("bids", "more", "code", "said"),
    [
        (("Dora=3",), (), 2, "[CYCLE_PARTICIPANT_UNKNOWN]"),
        (("Anna",), (), 2, "--bid Anna=80"),
        (("Anna=-5",), (), 2, "[LOAN_AMOUNT]"),
        (("Anna=0.001",), (), 2, "[LOAN_AMOUNT]"),
        (("Anna=1",), ("--cap", "101"), 2, "--cap"),
    ],
)
def test_bids_that_do_not_count(sambok, bids, more, code, said):
    found, _, err = auction(sambok, "2026-01-10", *bids, more=more)
    assert (found, said in err) == (code, True), err


def test_who_has_had_the_pot_or_is_behind_does_not_bid(sambok, tmp_path):
    meet(sambok, tmp_path, 1, "2026-01-10", "Bo", "450", 450)
    code, _, err = auction(sambok, "2026-02-10", "Bo=5")
    assert (code, "everybody gets it once" in err) == (2, True)
    rows = "group,RK26,meeting,2,date,2026-02-10,counted_loan_fund,450,counted_social_fund,0\n"
    rows += "member,present,shares,social,fine,repaid,charge,new_loan,months\nBo,1,1,0,0,,,,\nCaro,1,1,0,0,,,2000,12\n"
    (tmp_path / "2.csv").write_text(rows)  # Anna hasn't paid: the pot that Caro gets is 2 000
    code, _, err = sambok("import", "kik", tmp_path / "2.csv")
    assert code == 0, err
    code, _, err = auction(sambok, "2026-03-10", "Anna=5")
    assert (code, "Nobody in RK26 waits for the pot" in err) == (2, True), err


def test_a_bid_above_the_cap_counts_as_the_cap(sambok):
    """10 % of 3 000: both bid 300, and the lot decides the same way each time."""
    made = [auction(sambok, "2026-01-10", *bids, more=("--cap", "10", "--json"))[1] for bids in BOTH_WAYS]
    assert made[0] == made[1]
    assert json.loads(made[0])["discount"] == "300.00"


BOTH_WAYS = (("Anna=400", "Bo=500"), ("Bo=500", "Anna=400"))
