"""`sambok loans share-out`: samples/rules/examples.json 5 through the real command, from books that give those sums."""

from __future__ import annotations

import json
import signal
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.cli.main import main
from tests.reports.loan_groups import Group, cycle_text, workspace_of

END = "2026-12-30"


@pytest.fixture
def sambok(capfd, monkeypatch, tmp_path):
    """Run `sambok loans` in a workspace: exit code, standard output, standard error. It is the cycle's last day."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", f"{END}T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)

    def run(ws, *arguments, group=("loans",)):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["-w", str(ws.root), *group, *[str(a) for a in arguments]])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)


def three(*more: str) -> Group:
    return Group("Anna", "Bo", "Cia", *more)


def ties() -> Group:
    """12 shares of 100, and a gift of 100: 1,300 in the box."""
    return three().buy("2026-01-14", "1", Anna="500", Bo="500", Cia="200").gift("2026-02-11", "100")


def unpaid_fine() -> Group:
    """Anna has 300 and the charge of 15 to pay, Cia a fine of 10; 1,200 + 100 - 300 in the box, 250 in the social."""
    group = three().buy("2026-01-14", "1", Anna="500", Bo="400", Cia="300").gift("2026-02-11", "100")
    group.social("2026-01-14", "1", Anna="100", Bo="100", Cia="50")
    return group.lend("2026-12-09", "Anna", "300", 1, "NK26-L01", charge="15").fine("2026-12-09", "Cia", "10")


def short() -> Group:
    """10 shares, a gift of 400; Anna has borrowed 700 and Bo 100: 600 in the box."""
    group = three().buy("2026-01-14", "1", Anna="200", Bo="300", Cia="500").gift("2026-02-11", "400")
    return group.lend("2026-12-16", "Anna", "700", 1, "NK26-L01").lend("2026-12-16", "Bo", "100", 1, "NK26-L02")


def notes() -> Group:
    """6 shares and a gift of 400: 1,000 in the box."""
    return Group("x", "y", "z").buy("2026-01-14", "1", x="100", y="200", z="300").gift("2026-02-11", "400")


FLAT = {"charge": "0.05", "method": '"flat"'}
#: Example → its book, its terms beside the share value, the box, the whole fund.
CASES = {
    "a_ties": (ties, {}, "1300.00", "1300.00"),
    "b_social_fund_and_unpaid_fine": (unpaid_fine, FLAT, "1000.00", "1325.00"),
    "c_wait": (short, {"shortfall": '"wait"'}, "600.00", "1400.00"),
    "d_pro_rata": (short, {"shortfall": '"pro-rata"'}, "600.00", "1400.00"),
    "e_write_off": (short, {"shortfall": '"write-off"'}, "600.00", "1400.00"),
    "f_whole_notes": (notes, {"rounding": '"1"'}, "1000.00", "1000.00"),
}


def whole(amounts: list[dict[str, object]]) -> list[dict[str, object]]:
    """The sample's payouts with the currency's decimals: it writes 167 where we write 167.00."""
    texts = ("gross", "debts", "payout")
    return [one | {key: f"{Decimal(str(one[key])):.2f}" for key in texts} for one in amounts]


@pytest.mark.parametrize("case", CASES)
def test_worked_examples(case, samples, make_workspace, sambok):
    example = json.loads((samples / "rules" / "examples.json").read_text())["5_share_out"][case]
    group, terms, cash, fund = CASES[case]
    ws = workspace_of(make_workspace, group(), cycle_text(**terms))
    code, out, _ = sambok(ws, "share-out", "NK26", "--date", END, "--json")
    answer = json.loads(out)
    assert code == (3 if case == "c_wait" else 0)
    assert list(answer)[:7] == ["schema", "cycle", "currency", "fund", "shares", "cash", "payouts"]
    assert (answer["schema"], answer["cycle"], answer["currency"]) == (1, "NK26", "KES")
    assert (answer["fund"], answer["cash"], answer["shares"]) == (fund, cash, example["shares"])
    assert f"{Decimal(example['cash']):.2f}" == cash
    shown = [
        {key: one[key] for key in ("participant", "shares", "gross", "debts", "payout")} for one in answer["payouts"]
    ]
    assert shown == whole(example["payouts"])
    assert [list(one)[:5] for one in answer["payouts"]] == [["participant", "shares", "gross", "debts", "payout"]] * 3
    by_name = {one["participant"]: one for one in answer["payouts"]}
    for key, told in (("paid_now", "paid"), ("paid", "paid"), ("owed_in", "owed_in"), ("owed_by", "owed_in")):
        assert {name: by_name[name][told] for name in example.get(key, {})} == example.get(key, {})
    for key, told in (("still_due_to", "still_due"), ("written_off", "written_off")):
        assert {name: by_name[name][told] for name in example.get(key, {})} == example.get(key, {})


BOOKED = """\
2026-12-30 * "NK26: share-out to Anna, 5 shares" ^NK26-S
  voucher: "R-1"
  registered: 2026-12-30
  by: "anna"
  source-id: "loans:NK26:share-out:1"
  cycle: "NK26"
  participant: "Anna"
  decision: "K-2"
  rule: "shares"
  rounding: "0.01"
  Equity:3010-Shares:Anna                                 500.00 KES
  Equity:3990-Result-of-the-cycle                          52.08 KES
  Assets:1120-Service-charges-due:Anna                    -15.00 KES
  Assets:1110-Loans-to-members:Anna                      -300.00 KES
  Assets:1010-Loan-fund-box                              -237.08 KES

2026-12-30 * "NK26: share-out to Bo, 4 shares" ^NK26-S
  voucher: "R-2"
  registered: 2026-12-30
  by: "anna"
  source-id: "loans:NK26:share-out:2"
  cycle: "NK26"
  participant: "Bo"
  decision: "K-2"
  rule: "shares"
  rounding: "0.01"
  Equity:3010-Shares:Bo                                   400.00 KES
  Equity:3990-Result-of-the-cycle                          41.67 KES
  Assets:1010-Loan-fund-box                              -441.67 KES

2026-12-30 * "NK26: share-out to Cia, 3 shares" ^NK26-S
  voucher: "R-3"
  registered: 2026-12-30
  by: "anna"
  source-id: "loans:NK26:share-out:3"
  cycle: "NK26"
  participant: "Cia"
  decision: "K-2"
  rule: "shares"
  rounding: "0.01"
  Equity:3010-Shares:Cia                                  300.00 KES
  Equity:3990-Result-of-the-cycle                          31.25 KES
  Assets:1130-Unpaid-fines:Cia                            -10.00 KES
  Assets:1010-Loan-fund-box                              -321.25 KES
"""


def december(ws):
    return (ws.root / "units" / "kikundi" / "books" / "2026" / "2026-12.beancount").read_text()


def sums_of(ws, *accounts):
    """What stands on accounts, added up from the book as Beancount loads it, without any plugin of ours."""
    book = load_books(ws, ["kikundi"]).units["kikundi"]
    assert book.problems == ()
    found = dict.fromkeys(accounts, Decimal(0))
    for entry in book.entries():
        for posting in getattr(entry, "postings", ()):
            for account in accounts:
                if posting.account.partition(":")[2].startswith(account):
                    found[account] += posting.units.number
    return found


def status(sambok, ws, name="NK26"):
    code, out, err = sambok(ws, "status", name, "--date", END, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_share_out_is_booked_once(make_workspace, sambok):
    """Example b: cash 1,000, V = 1,325 / 12; Anna's 552.08 less 315 are 237.08; the social fund stays."""
    ws = workspace_of(make_workspace, unpaid_fine(), cycle_text(**FLAT))
    before = december(ws)
    asked = ("share-out", "NK26", "--date", END, "--book", "--decision", "K-2")
    code, out, err = sambok(ws, *asked)
    assert code == 0
    assert december(ws) == f"{before}\n{BOOKED}"
    assert out.endswith(BOOKED)
    assert "kikundi: booked as R-1..R-3." in err
    now = status(sambok, ws)
    assert (now["box"], now["lent"], now["loans"], now["social_box"]) == ("0.00", "0.00", 0, "250.00")
    assert now["has"]["total"] == now["from"]["total"] == "0.00"
    nothing = {"shares": 0, "savings": "0.00", "loans": "0.00", "charges_due": "0.00", "fines_due": "0.00"}
    assert [{key: one[key] for key in nothing} for one in now["participants"]] == [nothing] * 3
    stands = december(ws)
    code, out, err = sambok(ws, *asked)
    assert (code, december(ws)) == (0, stands)
    assert "It is booked already; nothing was written." in err


#: Shortfall → what stands where afterwards: box, loans, losses, still to be paid out, by hand from the example.
ENDS = {
    "pro-rata": ("0", "420", "0", "-420.00"),
    "write-off": ("0", "0", "525.00", "0"),
}


@pytest.mark.parametrize("shortfall", ENDS)
def test_a_shortfall_is_booked_as_the_meeting_decides(shortfall, make_workspace, sambok):
    """Anna owes 700 and has 280: 420 stay due, or 525 are lost as a share is worth 87.50 then."""
    ws = workspace_of(make_workspace, short())
    asked = ("share-out", "NK26", "--date", END, "--book", "--decision", "K-2", "--shortfall", shortfall)
    code, _, err = sambok(ws, *asked)
    assert code == 0, err
    accounts = ("1010", "1110", "5040", "2040", "3010")
    assert list(sums_of(ws, *accounts).values()) == [*map(Decimal, ENDS[shortfall]), 0]
    code, _, err = sambok(ws, *asked)
    assert "It is booked already" in err


def test_who_owes_more_keeps_it_from_being_booked(make_workspace, sambok):
    ws = workspace_of(make_workspace, short())
    before = december(ws)
    for more in ((), ("--book", "--decision", "K-2")):
        code, _, err = sambok(ws, "share-out", "NK26", "--date", END, *more)
        assert code == 3
        assert "somebody owes more than the own shares are worth (Anna 420.00 KES). [SHARE_OUT_WAITS]" in err
    assert december(ws) == before


def test_nothing_is_booked_without_a_decision_in_force(make_workspace, sambok):
    ws = workspace_of(make_workspace, ties())
    code, _, err = sambok(ws, "share-out", "NK26", "--book")
    assert (code, "SHARE_OUT_UNDECIDED" in err) == (2, True)
    code, _, err = sambok(ws, "share-out", "NK26", "--book", "--decision", "K-9")
    assert (code, "CLOSE_DECISION_UNKNOWN" in err) == (3, True)
    code, _, err = sambok(ws, "share-out", "NK26", "--date", "2026-12-16", "--book", "--decision", "K-2")
    assert (code, "later than 2026-12-16" in err) == (3, True)
    assert not (ws.root / "units/kikundi/books/2026/2026-12.beancount").exists()


def test_money_is_left_in_for_the_next_cycle(make_workspace, sambok):
    """Anna leaves 4 of her 541.67 in (2 shares of 200): 141.67 goes home; the social fund's 30 go on, too."""
    group = ties().social("2026-01-14", "1", Anna="10", Bo="10", Cia="10")
    new = cycle_text("NK27", "200 KES", begins="2026-12-30", ends="2027-12-29")
    ws = workspace_of(make_workspace, group, cycle_text(), new)
    asked = ("share-out", "NK26", "--date", END, "--book", "--decision", "K-2", "--into", "NK27")
    code, _, err = sambok(ws, *asked, "--leave-in", "Anna=3")
    assert code == 2
    assert "Anna can't leave in 3 shares, 600.00 KES: there is 541.67 KES to be paid out." in err
    assert "Leave in 2 at most." in err
    code, _, err = sambok(ws, *asked, "--leave-in", "Anna=2")
    assert code == 0, err
    old, fresh = status(sambok, ws), status(sambok, ws, "NK27")
    assert (old["box"], old["social_box"], old["social_fund"]) == ("0.00", "0.00", "0.00")
    assert (fresh["box"], fresh["social_box"], fresh["social_fund"]) == ("400.00", "30.00", "30.00")
    assert [(one["participant"], one["shares"]) for one in fresh["participants"]] == [("Anna", 2)]
    assert sums_of(ws, "1010", "1020", "3010") == {"1010": 400, "1020": 30, "3010": -400}


def test_charges_that_nobody_has_paid_yet_have_their_account_in_time(make_workspace, sambok):
    """300 at 5 % a month from 14 January, nothing paid: 11 charges of 15 are set off; the book stays without errors."""
    group = three().buy("2026-01-14", "1", Anna="500", Bo="500").lend("2026-01-14", "Anna", "300", 1, "NK26-L01")
    ws = workspace_of(make_workspace, group, cycle_text(charge="0.05"))
    code, out, err = sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2", "--json")
    assert code == 0, err
    assert json.loads(out)["payouts"][0]["debts"] == "465.00"
    code, out, err = sambok(ws, "--json", group=("check",))
    assert (code, json.loads(out)["errors"]) == (0, [])
    assert status(sambok, ws)["difference"] == "0.00"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--leave-in", "Anna"), "doesn't say who leaves in how many shares"),
        (("--leave-in", "Anna=-1"), "doesn't say who leaves in how many shares"),
        (("--leave-in", "Anna=1"), "It isn't said into which cycle money is left in."),
        (("--into", "NK26"), "NK26 can't go on in itself."),
        (("--into", "nk-27"), "There is no loan cycle nk-27. [CYCLE_NOT_FOUND]"),
        (("--into", "LATER"), "that one begins on 2027-01-06"),
        (("--into", "EUR"), "The loan cycle EUR can't be used: its terms in policy are wrong."),
        (("--into", "NK27", "--leave-in", "Ana=1"), "Did you mean Anna?"),
        (("--into", "NK27", "--leave-in", "Anna=4"), "NK27 allows 3 at a meeting."),
    ],
)
def test_what_cannot_be_left_in(more, said, make_workspace, sambok):
    others = (
        cycle_text("NK27", begins="2026-12-30", ends="2027-12-29", max_shares="3"),
        cycle_text("LATER", begins="2027-01-06", ends="2027-12-29"),
        cycle_text("EUR", "10 EUR", begins="2026-12-30", ends="2027-12-29"),
    )
    ws = workspace_of(make_workspace, ties(), cycle_text(), *others)
    code, _, err = sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2", *more)
    assert code == 2
    assert said in err
    assert not (ws.root / "units/kikundi/books/2026/2026-12.beancount").exists()


def test_money_in_several_places_is_all_paid_out(make_workspace, sambok):
    """1,000 of the 1,300 are in the bank: the box is emptied first (Anna 300 of it), then the bank."""
    group = ties()
    group.voucher("2026-03-11", "To the bank", ("bank", "1000"), ("box", "-1000"))
    ws = workspace_of(make_workspace, group)
    code, out, err = sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2")
    assert code == 0, err
    assert sums_of(ws, "1010", "1030") == {"1010": 0, "1030": 0}
    (anna,) = [one for one in out.split("\n\n") if 'participant: "Anna"' in one]
    assert [line.split()[1] for line in anna.splitlines() if "Assets:10" in line] == ["-300.00", "-241.67"]


def test_what_the_group_owes_others_stays_in_the_box(make_workspace, sambok):
    """100 are borrowed from outside: 1,300 are shared out of 1,400; with a next cycle, debt and money go on there."""
    group = ties()
    group.voucher("2026-03-11", "The bank lends", ("box", "100"), ("outside", "-100"))
    ws = workspace_of(make_workspace, group)
    code, _, err = sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2")
    assert code == 0, err
    now = status(sambok, ws)
    assert (now["box"], now["from"]["outside"], now["difference"]) == ("100.00", "100.00", "0.00")


def test_a_balance_that_is_stated_later_is_kept(make_workspace, sambok):
    """The book says that 1,300 were counted on New Year's Eve: nothing is written that would contradict it."""
    group = ties()
    group.months["2026-12"].append("2026-12-31 balance Assets:1010-Loan-fund-box  1300 KES\n")
    ws = workspace_of(make_workspace, group)
    before = december(ws)
    code, _, err = sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2")
    assert code == 1
    assert "BALANCE_FAILED" in err
    assert december(ws) == before


def test_an_equal_share_out_is_shown_as_the_meeting_asks(make_workspace, sambok):
    """1,300 less 1,200 for shares is 100: 33.33 each and a cent for who bought first."""
    ws = workspace_of(make_workspace, ties())
    code, out, _ = sambok(ws, "share-out", "NK26", "--date", END, "--rule", "equal", "--json")
    answer = json.loads(out)
    assert (code, answer["rule"], answer["value"]) == (0, "equal", "325/3")
    assert [one["payout"] for one in answer["payouts"]] == ["533.34", "533.33", "233.33"]


def test_a_share_out_that_was_taken_back_is_done_again(make_workspace, sambok):
    """Each voucher is corrected; then all stands as before, and the share-out is booked anew, with ids of its own."""
    ws = workspace_of(make_workspace, ties())
    asked = ("share-out", "NK26", "--date", END, "--book", "--decision", "K-2")
    assert sambok(ws, *asked)[0] == 0
    for number in (1, 2, 3):
        code, _, err = sambok(ws, "kikundi", f"R-{number}", "--decision", "K-2", group=("correct",))
        assert code == 0, err
    assert status(sambok, ws)["box"] == "1300.00"
    code, out, err = sambok(ws, *asked)
    assert code == 0, err
    assert "kikundi: booked as R-4..R-6." in err
    assert 'source-id: "loans:NK26:share-out:2:3"' in out
    assert sums_of(ws, "1010", "3010", "3990") == {"1010": 0, "3010": 0, "3990": 100}
    assert "It is booked already" in sambok(ws, *asked)[2]


@pytest.mark.parametrize(
    ("postings", "code"),
    [
        ((("box", "100"), ("shares", "-100")), "LOAN_PARTICIPANT_MISSING"),
        ((("box", "100"), ("other", "-100")), "LOAN_FUND_IDENTITY"),
        ((("social_box", "100"), ("shares Anna", "-100")), "LOAN_SOCIAL_MIXED"),
    ],
)
def test_nothing_is_proposed_of_a_book_that_leaves_it_open_who_has_how_much(postings, code, make_workspace, sambok):
    """Nobody's shares, a posting that no part of the fund has, the social fund's money: what is wrong, no figure."""
    group = ties()
    group.voucher("2026-03-11", "Unclear", *postings)
    ws = workspace_of(make_workspace, group)
    ended, out, err = sambok(ws, "share-out", "NK26", "--date", END)
    assert (ended, out) == (1, "")
    assert f"[{code}]" in err
    assert "[CYCLE_UNCLEAR]" in err
    assert "sambok check kikundi" in err
    ended, out, _ = sambok(ws, "share-out", "NK26", "--date", END, "--json")
    answer = json.loads(out)
    assert (ended, answer["can_be_booked"], "payouts" in answer) == (1, False, False)
    assert {code, "CYCLE_UNCLEAR"} <= {error["code"] for error in answer["errors"]}
    pages = json.loads(sambok(ws, "statement", "NK26", "--date", END, "--json")[1])["statements"]
    assert [page["projected"] for page in pages] == [None] * len(pages)
    assert "the book must be corrected first." in sambok(ws, "statement", "NK26", "Bo", "--date", END)[1]
    assert sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2")[0] == 1
    assert not (ws.root / "units/kikundi/books/2026/2026-12.beancount").exists()


def test_who_has_nothing_gets_no_share_out(make_workspace, sambok):
    """It was shared out: no table of nobody, but that there is nothing left to do."""
    ws = workspace_of(make_workspace, ties())
    assert sambok(ws, "share-out", "NK26", "--date", END, "--book", "--decision", "K-2")[0] == 0
    code, out, err = sambok(ws, "share-out", "NK26", "--date", END)
    assert (code, out) == (3, "")
    assert "nobody holds a share" in err
    assert json.loads(sambok(ws, "share-out", "NK26", "--date", END, "--json")[1])["can_be_booked"] is False
