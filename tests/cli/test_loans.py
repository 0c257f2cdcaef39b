"""`sambok loans`: the fund's sheet, participants' pages, proposals, leavers; figures are worked out by hand.

The group: Anna has 5 shares of 100, Bo 3. Anna borrows 600 on 11 February for two months at 5 % of what is left, and
pays 300 and the charge of 30 on 11 March. Bo has a fine of 10 to pay. On 11 April 15 more are owed (5 % of 300), and
the rest is due; on 1 May it is 20 days late. Box: 800 - 600 + 330 = 530. Fund on 1 May: 530 + 300 + 15 + 10 = 855 =
800 shares + 45 charges + 10 fines; a share is worth 106.875.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from decimal import Decimal

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from ledger import messages
from ledger.books import load_books
from ledger.cli.main import main
from tests.reports.loan_groups import OWN, POLICY, Group, cycle_text, workspace_of

MAY = "2026-05-01"
TERMS = {"charge": "0.05", "loan_multiple": "3", "max_term": "3"}


def two(*, currency: str = "KES") -> Group:
    group = Group("Anna", "Bo", currency=currency)
    group.buy("2026-01-14", "1", Anna="500", Bo="300").social("2026-01-14", "1", Anna="10", Bo="10")
    group.lend("2026-02-11", "Anna", "600", 2, "NK26-L01", meeting="5")
    group.repay("2026-03-11", "Anna", "300", "30", meeting="9").fine("2026-03-11", "Bo", "10", meeting="9")
    return group


@pytest.fixture
def sambok(capfd, monkeypatch, tmp_path):
    """Run `sambok loans` in a workspace: exit code, standard output, standard error. It is 1 May."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", f"{MAY}T10:00:00Z")
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
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


@pytest.fixture
def ws(make_workspace):
    return workspace_of(make_workspace, two(), cycle_text(**TERMS))


def answer(sambok, ws, *arguments):
    code, out, err = sambok(ws, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_status(sambok, ws):
    found = answer(sambok, ws, "status", "NK26", "--date", MAY)
    assert (found["box"], found["lent"], found["loans"]) == ("530.00", "300.00", 1)
    assert (found["social_box"], found["social_fund"]) == ("20.00", "20.00")
    assert found["has"] == {
        "cash": "530.00", "loans": "300.00", "charges_due": "15.00", "fines_due": "10.00", "total": "855.00",
    }  # fmt: skip
    assert {key: value for key, value in found["from"].items() if value != "0.00"} == {
        "shares": "800.00", "charges": "45.00", "fines": "10.00", "total": "855.00",
    }  # fmt: skip
    assert found["difference"] == "0.00"
    anna = {
        "participant": "Anna",
        "name": "Anna",
        "shares": 5,
        "savings": "500.00",
        "loans": "300.00",
        "charges_due": "15.00",
    }
    anna |= {"fines_due": "0.00", "next_due": "2026-04-11", "days_late": 20, "limit_left": "1200.00"}
    anna["may_borrow"] = "530.00"  # the limit is 1,200, and the box has 530
    bo = {"participant": "Bo", "name": "Bo", "shares": 3, "savings": "300.00", "loans": "0.00", "charges_due": "0.00"}
    bo |= {"fines_due": "10.00", "next_due": None, "days_late": 0, "limit_left": "900.00"}
    bo["may_borrow"] = "530.00"
    assert found["participants"] == [anna, bo]


def test_status_for_people_as_a_group_reads_it_aloud(sambok, ws):
    code, out, err = sambok(ws, "status", "nk26", "--date", MAY)
    assert (code, err) == (0, "")
    assert out.startswith("NK26 on 2026-05-01\nBox 530.00 KES, lent 300.00 KES, loans 1.\nSocial box 20.00 KES.\n")
    rows = [line.split() for line in out.splitlines()]
    anna = ["Anna", "5", "500.00", "300.00", "15.00", "0.00", "overdue", "since", "2026-04-11", "20", "530.00"]
    assert anna in rows
    assert ["All", "8", "800.00", "300.00", "15.00", "10.00"] in rows
    assert "In the box 530.00 + Lent 300.00 + Charges due 15.00 + Unpaid fines 10.00 = 855.00" in out
    assert "Shares 800.00 + Service charges 45.00 + Fines 10.00 = 855.00" in out


def test_before_the_first_period_is_over_no_charge_is_owed(sambok, ws):
    found = answer(sambok, ws, "status", "NK26", "--date", "2026-03-10")
    assert (found["box"], found["lent"], found["has"]["charges_due"]) == ("200.00", "600.00", "0.00")


@pytest.mark.parametrize("columns", ["80", "40", "200"])
def test_everything_fits_the_window(sambok, ws, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    for asked in (("status", "NK26"), ("statement", "NK26"), ("list",), ("share-out", "NK26"), ("ratios", "NK26")):
        _, out, _ = sambok(ws, *asked)
        assert max(map(len, out.splitlines())) <= int(columns), asked


def test_a_page_has_a_line_a_meeting(sambok, ws):
    """A charge that comes due on a meeting's day stands on the meeting's line, whether it is booked or not."""
    found = answer(sambok, ws, "statement", "NK26", "Anna", "--date", MAY)
    assert (found["box"], found["social_box"], found["lent"], found["loans"]) == ("530.00", "20.00", "300.00", 1)
    (page,) = found["statements"]
    keys = ("date", "meeting", "shares", "paid", "social", "borrowed", "repaid", "charges", "charges_paid")
    keys += ("held", "owed", "charges_due", "due", "days_late")
    assert [tuple(line[key] for key in keys) for line in page["lines"]] == [
        ("2026-01-14", "1", 5, "500.00", "10.00", "0.00", "0.00", "0.00", "0.00", 5, "0.00", "0.00", None, 0),
        ("2026-02-11", "5", 0, "0.00", "0.00", "600.00", "0.00", "0.00", "0.00", 5, "600.00", "0.00", "2026-04-11", 0),
        (
            "2026-03-11",
            "9",
            0,
            "0.00",
            "0.00",
            "0.00",
            "300.00",
            "30.00",
            "30.00",
            5,
            "300.00",
            "0.00",
            "2026-04-11",
            0,
        ),
        ("2026-04-11", None, 0, "0.00", "0.00", "0.00", "0.00", "15.00", "0.00", 5, "300.00", "15.00", "2026-04-11", 0),
    ]
    assert (page["opening"], page["limit_left"]) == (None, "1200.00")
    # 5 × 106.875 = 534.375, less 315, is 219.375; Bo's 310.625 has the same fraction and comes later.
    assert page["projected"] == {"gross": "534.38", "debts": "315.00", "payout": "219.38"}
    assert (page["closing"]["days_late"], page["closing"]["repaid"]) == (20, "300.00")


def test_all_pages_are_the_ledger(sambok, ws):
    found = answer(sambok, ws, "statement", "NK26", "--date", MAY)
    sums = {
        key: sum(Decimal(page["closing"][column]) for page in found["statements"])
        for key, column in (("shares", "saved"), ("loans", "owed"), ("charges_due",) * 2, ("fines_due",) * 2)
    }
    assert sums == {key: Decimal(value) for key, value in found["ledger"].items()}
    assert found["ledger"] == {"shares": "800.00", "loans": "300.00", "charges_due": "15.00", "fines_due": "10.00"}


def test_a_page_in_words(sambok, ws):
    code, out, _ = sambok(ws, "statement", "NK26", "bo", "--date", MAY)
    assert code == 0
    assert "Anna" not in out
    told = out[out.index("Shares held") :]
    assert told.split("\n")[:5] == [
        "Shares held: 3, paid for them: 300.00 KES.",
        "Owed: 10.00 KES (loans 0.00 KES, charges 0.00 KES, unpaid fines 10.00 KES).",
        "May borrow up to 530.00 KES: the own shares allow 900.00 KES more, the fund has 530.00 KES to lend.",
        "If all were shared out on this day: shares worth 320.62 KES, less what is owed 10.00 KES: 310.62 KES.",
        "The group on this day: box 530.00 KES, lent 300.00 KES, loans 1; social box 20.00 KES.",
    ]


def test_pages_to_be_printed(sambok, make_workspace, tmp_path):
    """A page each, with a line to sign; a name is text, whatever stands in it."""
    group = Group("Anna")
    said = 'participant: "Anna & Co"'
    group.voucher("2026-01-14", "Shares", ("box", "500"), ("shares", "-500", said), meeting="1")
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    out = tmp_path / "pages.html"
    code, said, err = sambok(ws, "statement", "NK26", "--html", out)
    text = out.read_text()
    assert (code, said) == (0, "")
    assert f"Written: {out}" in err
    assert text.startswith('<!doctype html>\n<html lang="en" dir="ltr">')
    assert text.count("<section>") == text.count('<div class="sign">') == 1
    assert "<h1>Anna &amp; Co</h1>" in text
    assert "http" not in text
    code, _, err = sambok(ws, "statement", "NK26", "--html", ws.root / "units" / "pages.html")
    assert (code, "OUT_TAKEN" in err) == (2, True)


def test_a_printed_page_has_the_columns_in_which_something_stands(sambok, ws, tmp_path):
    """Anna has no fine and nothing was paid out to her; her thirteen columns need a wide page."""
    out = tmp_path / "pages.html"
    assert sambok(ws, "statement", "NK26", "Anna", "--html", out)[0] == 0
    text = out.read_text()
    heads = [part.partition("<")[0] for part in text.split("<th>")[1:]]
    assert heads == [
        *("Date", "Meeting", "Shares", "Paid for them", "Shares in all", "Social fund", "Borrowed", "Paid back"),
        *("Charges", "Charges paid", "Owed then", "Due", "Days late"),
    ]
    assert '<section class="wide">' in text
    assert text.count("<td>") == 13 * 5  # four lines and the sum
    assert sambok(ws, "statement", "NK26", "Bo", "--html", out)[0] == 0
    assert out.read_text().count("<th>") == 8  # date, meeting, shares, paid, in all, social fund, fines, owed: no loan
    assert "<section>" in out.read_text()


def test_schedule(sambok, ws):
    found = answer(sambok, ws, "schedule", "NK26", "nk26-l01")
    assert (found["given"], found["principal"], found["term"], found["due"]) == (
        "2026-02-11",
        "600.00",
        2,
        "2026-04-11",
    )
    assert found["instalments"][-1]["due"] == "2026-04-11"
    assert sum(Decimal(one["principal"]) for one in found["instalments"]) == 600
    assert found["repaid"] == [{"date": "2026-03-11", "amount": "300.00"}]
    assert (found["outstanding"], found["charges"], found["charges_paid"]) == ("300.00", "45.00", "30.00")
    assert found["days_late"] == 20
    out = sambok(ws, "schedule", "NK26", "NK26-L01")[1]
    assert "On 2026-05-01: 300.00 KES of the loan is left; charges 45.00 KES, of which 30.00 KES is paid." in out
    assert "Overdue since 2026-04-11: 20 days late." in out


def test_all_loans_those_that_are_open_first(sambok, make_workspace):
    """Bo has paid back his 100; Anna's loan is the older one."""
    group = two().lend("2026-02-11", "Bo", "100", 1, "NK26-L02").repay("2026-03-11", "Bo", "100", "5")
    group.lend("2026-03-12", "Bo", "50", 1, "NK26-L03")
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    found = answer(sambok, ws, "schedule", "NK26")["loans"]
    keys = ("loan", "participant", "principal", "outstanding", "due", "days_late")
    assert [tuple(one[key] for key in keys) for one in found] == [
        ("NK26-L01", "Anna", "600.00", "300.00", "2026-04-11", 20),
        ("NK26-L03", "Bo", "50.00", "50.00", "2026-04-12", 19),
        ("NK26-L02", "Bo", "100.00", "0.00", "2026-03-11", 0),
    ]
    rows = [line.split() for line in sambok(ws, "schedule", "NK26")[1].splitlines()]
    assert ["NK26-L01", "Anna", "2026-02-11", "600.00", "300.00", "2026-04-11", "20"] in rows


def test_a_cycle_without_loans_lists_none(sambok, make_workspace):
    empty = workspace_of(make_workspace, Group("Anna"), cycle_text(begins="2026-06-03"))
    assert answer(sambok, empty, "schedule", "NK26")["loans"] == []
    assert "No loan was given yet." in sambok(empty, "schedule", "NK26")[1]


def test_a_schedule_shows_what_came_of_each_instalment(sambok, make_workspace):
    """1,000 for four months at 5 %, in equal parts; 250 + 50 on time, then 500 early, nothing since.

    March's charge is on the 750 that were left when its period began, April's on 250: 37.50 and 12.50. Principal that
    is paid early counts for the oldest instalment that is open, so May's alone is left: 250, and 12.50 on them.
    """
    group = Group("Anna").buy("2026-01-14", "1", Anna="2000").lend("2026-01-15", "Anna", "1000", 4, "NK26-L01")
    group.repay("2026-02-15", "Anna", "250", "50").repay("2026-03-01", "Anna", "500")
    ws = workspace_of(make_workspace, group, cycle_text(charge="0.05", repayment='"equal-principal"'))
    found = answer(sambok, ws, "schedule", "NK26", "NK26-L01")
    keys = ("due", "principal", "charge", "charge_now", "paid", "left", "days_late")
    assert [tuple(one[key] for key in keys) for one in found["instalments"]] == [
        ("2026-02-15", "250.00", "50.00", "50.00", "300.00", "0.00", 0),
        ("2026-03-15", "250.00", "37.50", "37.50", "250.00", "37.50", 47),
        ("2026-04-15", "250.00", "25.00", "12.50", "250.00", "12.50", 16),
        ("2026-05-15", "250.00", "12.50", "12.50", "0.00", "262.50", 0),
    ]
    assert found["after_term"] == []
    out = sambok(ws, "schedule", "NK26", "NK26-L01")[1]
    rows = [line.split() for line in out.splitlines()]
    assert ["2026-03-15", "287.50", "250.00", "37.50", "250.00", "37.50", "47"] in rows
    assert ["All", "1,125.00", "1,000.00", "112.50", "800.00", "312.50"] in rows


def test_what_is_earned_after_the_term_stands_on_days_of_its_own(sambok, ws, monkeypatch):
    """On 11 May another month is over: 5 % of the 300 that should have been paid back on 11 April."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-20T10:00:00Z")
    found = answer(sambok, ws, "schedule", "NK26", "NK26-L01")
    assert [(one["due"], one["left"], one["days_late"]) for one in found["instalments"]] == [
        ("2026-03-11", "0.00", 0),
        ("2026-04-11", "315.00", 39),
    ]
    assert [(one["due"], one["charge_now"], one["left"], one["days_late"]) for one in found["after_term"]] == [
        ("2026-05-11", "15.00", "15.00", 9)
    ]


def test_list_names_nobody(sambok, ws):
    found = answer(sambok, ws, "list", "--date", MAY)
    assert found["cycles"] == [
        {
            "cycle": "NK26", "book": "kikundi", "persons": True, "currency": "KES", "begins": "2026-01-07",
            "ends": "2026-12-30", "participants": 2, "fund": "855.00",
        }
    ]  # fmt: skip
    out = sambok(ws, "list", "--date", MAY)[1]
    assert "855.00" in out
    assert "Anna" not in out + json.dumps(found)


RATIOS = {
    "retention": ("100.00", "2", "2"),
    "savings-per-member": ("400.00", "800.00", "2"),
    "return-on-savings": ("6.88", "55.00", "800.00"),
    "utilisation": ("36.14", "300.00", "830.00"),
    "capital-turnover": ("0.75", "600.00", "800.00"),
    "loan-size": ("600.00", "600.00", "1"),
    "members-with-loan": ("50.00", "1", "2"),
    "social-per-member": ("10.00", "20.00", "2"),
    "share-value": ("106.88", "855.00", "8"),
    # Ends of the three meetings' days: 0, 600, 300.
    "written-off-value": ("0.00", "0.00", "300.00"),
    "attendance": (None, None, None),
}


def test_ratios_have_their_denominators(sambok, ws):
    found = {
        (one["ratio"], one.get("days")): one for one in answer(sambok, ws, "ratios", "NK26", "--date", MAY)["ratios"]
    }
    for key, (value, above, below) in RATIOS.items():
        one = found[key, None]
        assert (one["value"], one["numerator"], one["denominator"]) == (value, above, below), key
    assert found["at-risk", 0]["value"] == "100.00"  # 20 days late
    assert found["at-risk", 30]["value"] == "0.00"
    out = sambok(ws, "ratios", "NK26", "--date", MAY)[1]
    assert "members' equity less savings 55.00 / savings 800.00" in out


def test_lots_are_drawn_from_what_is_named_before(sambok, make_workspace):
    """Two who are alike in all: SHA-256 of seed, colon and name, smallest first."""
    group = Group("Anna", "Bo").buy("2026-01-14", "1", Anna="500", Bo="500")

    def draw(seed):
        return sorted(("Anna", "Bo"), key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).hexdigest())

    first = workspace_of(make_workspace, group, cycle_text(**TERMS))
    for name in ("Anna", "Bo"):
        assert sambok(first, "apply", "NK26", name, "--amount", "100", "--months", 2, "--date", MAY)[0] == 0
    orders = set()
    for seed in ("Minutes 7", "Minutes 8", "Minutes 9", "Minutes 10", "Minutes 11", "Minutes 12"):
        found = answer(sambok, first, "propose", "NK26", "--date", MAY, "--seed", seed)
        assert (found["seed"], found["seed_from"]) == (seed, "named")
        orders.add(tuple(one["participant"] for one in found["applications"]))
        assert [one["participant"] for one in found["applications"]] == draw(seed)
    assert len(orders) == 2
    found = answer(sambok, first, "propose", "NK26", "--date", MAY)
    assert (found["seed"], found["seed_from"]) == (hashlib.sha256(f"NK26 {MAY}".encode()).hexdigest(), "day")
    assert "Whoever chose the day chose it." in sambok(first, "propose", "NK26", "--date", MAY)[1]
    first.policy_file.write_text(POLICY + cycle_text(**TERMS, seed='"Draw of 6 January"'))
    found = answer(sambok, first, "propose", "NK26", "--date", MAY)
    assert (found["seed"], found["seed_from"]) == ("Draw of 6 January", "policy")
    assert "Whoever chose" not in sambok(first, "propose", "NK26", "--date", MAY)[1]


def test_applications_are_ranked_with_reasons(sambok, ws):
    """Bo's need is greater; 530 - 200 leaves 330, which isn't Anna's 400; a third waits for his day."""
    for name, amount, need, more in (
        ("Anna", "400", 3, ("--reason", "School fees")),
        ("bo", "200.00", 5, ()),
        ("Bo", "50", 9, ("--date", "2026-05-02")),
    ):
        code, out, err = sambok(ws, "apply", "NK26", name, "--amount", amount, "--months", 2, "--need", need, *more)
        assert code == 0, err
        assert 'custom "loan-application" "NK26"' in out
    code, _, err = sambok(ws, "apply", "NK26", "Anna", "--amount", "400", "--months", 2, "--need", 3)
    assert "It stands there already" in err
    found = answer(sambok, ws, "propose", "NK26", "--date", MAY)
    assert found["cash"] == "530.00"
    assert [
        (one["place"], one["participant"], one["amount"], [why["text"] for why in one["why"]], one["granted"])
        for one in found["applications"]
    ] == [
        (1, "Bo", "200.00", ["need score 5"], "200.00"),
        (2, "Anna", "400.00", ["need score 3"], "0.00"),
    ]
    out = sambok(ws, "propose", "NK26", "--date", MAY)[1]
    assert "1. Bo: 200.00 KES\n   need score 5\n   granted: 200.00 KES\n" in out
    assert "2. Anna: 400.00 KES  School fees\n   need score 3\n   not granted: 330.00 KES is left in the fund\n" in out


def test_an_application_is_answered_by_a_loan(sambok, make_workspace):
    group = two()
    group.months["2026-02"].insert(
        0, '2026-02-04 custom "loan-application" "NK26" 600 KES\n  participant: "Anna"\n  months: 2\n'
    )
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    assert [
        one["participant"] for one in answer(sambok, ws, "propose", "NK26", "--date", "2026-02-10")["applications"]
    ] == ["Anna"]
    assert answer(sambok, ws, "propose", "NK26", "--date", MAY)["applications"] == []


LEAVES = """\
2026-05-01 * "NK26: Bo leaves" ^NK26-S
  voucher: "R-1"
  registered: 2026-05-01
  by: "anna"
  source-id: "loans:NK26:leaves:2:2026-05-01"
  cycle: "NK26"
  participant: "Bo"
  decision: "K-1"
  Equity:3010-Shares:Bo                                   300.00 KES
  Assets:1130-Unpaid-fines:Bo                             -10.00 KES
  Assets:1010-Loan-fund-box                              -290.00 KES
"""


def test_who_leaves_gets_what_was_paid_less_debts(sambok, ws):
    asked = ("leave", "NK26", "Bo", "--decision", "K-1")
    code, out, err = sambok(ws, *asked, "--dry-run")
    assert (code, out) == (0, LEAVES)
    assert "kikundi: would be booked as R-1." in err
    code, out, _ = sambok(ws, *asked)
    assert (code, out) == (0, LEAVES)
    found = answer(sambok, ws, "status", "NK26", "--date", MAY)
    assert (found["box"], found["participants"][1]["shares"], found["difference"]) == ("240.00", 0, "0.00")
    code, _, err = sambok(ws, *asked)
    assert "It is booked already; nothing was written." in err


def test_the_heir_is_paid_what_the_shares_are_worth(sambok, make_workspace):
    """3 × 106.875 = 320.625, rounded to 320.63: 20.63 is profit; 310.63 are paid to the heir."""
    ws = workspace_of(make_workspace, two(), cycle_text(leaving='"value"', **TERMS))
    code, out, err = sambok(ws, "leave", "NK26", "Bo", "--decision", "K-1", "--heir", "Cia")
    assert code == 0, err
    assert '"NK26: Bo has died; paid to Cia"' in out
    assert '  heir: "Cia"' in out
    amounts = [line.split()[1] for line in out.splitlines() if line.startswith("  ") and line.endswith("KES")]
    assert amounts == ["300.00", "20.63", "-10.00", "-310.63"]


def test_who_owes_more_than_the_shares_cannot_leave(sambok, make_workspace):
    group = two().lend("2026-04-15", "Anna", "300", 2, "NK26-L02")
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    code, _, err = sambok(ws, "leave", "NK26", "Anna", "--decision", "K-1")
    assert code == 3
    # 300 + 300 + 15 owed, 500 paid for the shares.
    assert "the shares are worth 500.00 KES, and 615.00 KES is owed. [LEAVER_OWES]" in err
    assert "Let 115.00 KES be paid in first" in err


def test_a_loan_is_given_up_with_its_charges(sambok, ws):
    """300 and 15 are lost: 540 = 530 + 10 are left of 855, and Anna owes nothing any more."""
    code, out, err = sambok(ws, "write-off", "NK26", "NK26-L01", "--decision", "K-1")
    assert code == 0, err
    amounts = [line.split() for line in out.splitlines() if line.startswith("  ") and line.endswith("KES")]
    assert [(account.rpartition(":")[2], amount) for account, amount, _ in amounts] == [
        ("5040-Loan-losses", "315.00"), ("Anna", "-15.00"), ("Anna", "-300.00"),
    ]  # fmt: skip
    found = answer(sambok, ws, "status", "NK26", "--date", "2026-12-30")
    assert (found["has"]["total"], found["from"]["losses"], found["lent"]) == ("540.00", "-315.00", "0.00")
    code, _, err = sambok(ws, "write-off", "NK26", "NK26-L01", "--decision", "K-1")
    assert "It is booked already" in err


def test_what_is_booked_leaves_the_book_without_errors(sambok, ws):
    """Leaving and writing off is what the group's rules allow: `sambok check` has nothing to say."""
    assert sambok(ws, "write-off", "NK26", "NK26-L01", "--decision", "K-1")[0] == 0
    assert sambok(ws, "leave", "NK26", "Bo", "--decision", "K-1")[0] == 0
    assert load_books(ws, ["kikundi"]).units["kikundi"].problems == ()
    assert answer(sambok, ws, "status", "NK26")["errors"] == []


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("status", "NK62"), 2, "There is no loan cycle NK62. [CYCLE_NOT_FOUND]\n    -> Did you mean NK26?"),
        (("status", ""), 2, "CYCLE_NOT_FOUND"),
        (("status", "../../etc"), 2, "CYCLE_NOT_FOUND"),
        (("status", "NK26", "--date", "2026-13-01"), 2, "2026-13-01"),
        (("status", "NK26", "--date", "0001-01-01"), 2, "year 1"),
        (("status", "NK26", "--date", "2025-12-31"), 2, "it begins on 2026-01-07"),
        (("statement", "NK26", "Anne"), 2, "[CYCLE_PARTICIPANT_UNKNOWN]\n    -> Did you mean Anna?"),
        (("schedule", "NK26", "L9"), 2, "NK26 has no loan L9."),
        (("rotation", "NK26"), 2, "NK26 has no rotation"),
        (("apply", "NK26", "Anna", "--amount", "1e5", "--months", "2"), 2, "LOAN_AMOUNT"),
        (("apply", "NK26", "Anna", "--amount", "-5", "--months", "2"), 2, "LOAN_AMOUNT"),
        (("apply", "NK26", "Anna", "--amount", "5.001", "--months", "2"), 2, "KES has 2 decimals"),
        (("apply", "NK26", "Anna", "--amount", "5", "--months", "0"), 2, "months"),
        (("apply", "NK26", "Dan", "--amount", "5", "--months", "2"), 2, "Dan takes no part"),
        (("buy", "NK26", "kikundi", "3"), 2, "The participants of NK26 are persons"),
        (("lend", "NK26", "kikundi", "3"), 2, "CYCLE_OF_PERSONS"),
        (("repay", "NK26", "kikundi", "3"), 2, "CYCLE_OF_PERSONS"),
        (("leave", "NK26", "Bo"), 2, "SHARE_OUT_UNDECIDED"),
        (("leave", "NK26", "Bo", "--decision", "K-9"), 3, "CLOSE_DECISION_UNKNOWN"),
        (("write-off", "NK26", "NK26-L02", "--decision", "K-1"), 2, "Did you mean NK26-L01?"),
        (("write-off", "NK26", "NK26-L01", "--decision", "K-1", "--date", "2026-02-10"), 2, "LOAN_REPAID"),
        (("statuss", "NK26"), 2, "No such command"),
    ],
)  # fmt: skip
def test_wrong_use(sambok, ws, asked, code, said):
    ended, out, err = sambok(ws, *asked)
    assert (ended, out) == (code, "")
    assert said in err


def test_a_broken_book_says_so(sambok, make_workspace):
    group = two()
    group.months["2026-04"].append('2026-04-01 * "Half"\n  Assets:1010-Loan-fund-box  10 KES\n')
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    for asked in (("status", "NK26"), ("share-out", "NK26"), ("statement", "NK26")):
        code, out, err = sambok(ws, *asked)
        assert (code, out) == (1, "")
        assert "What the cycle NK26 holds isn't known: the book of kikundi has errors. [CYCLE_BOOK_FAULTY]" in err
    code, out, _ = sambok(ws, "list", "--json")
    assert code == 1
    assert json.loads(out)["cycles"][0]["fund"] is None


def test_without_any_cycle(sambok, make_workspace):
    ws = make_workspace({})
    assert sambok(ws, "list")[:2] == (0, "Loan cycles on 2026-05-01\nPolicy has no loan cycle.\n")
    code, _, err = sambok(ws, "status", "NK26")
    assert (code, "nor any other" in err) == (2, True)


ROTATION = {"rotation": '"fixed"', "order": '"Bo, Anna, Cia"', "charge": "0"}


def test_a_rotation_by_agreed_order(sambok, make_workspace):
    """Three pay 100 a round. Round 1: all pay, Bo gets 300. Round 2: Cia pays nothing, Anna gets 200."""
    group = Group("Anna", "Bo", "Cia")
    group.buy("2026-01-14", "1", Anna="100", Bo="100", Cia="100").lend(
        "2026-01-14", "Bo", "300", 2, "NK26-L01", meeting="1"
    )
    group.buy("2026-02-11", "2", Anna="100", Bo="100").lend("2026-02-11", "Anna", "200", 1, "NK26-L02", meeting="2")
    ws = workspace_of(make_workspace, group, cycle_text(**ROTATION))
    found = answer(sambok, ws, "rotation", "NK26", "--date", "2026-02-28")
    assert [(one["participant"], one["date"], one["received"]) for one in found["rounds"]] == [
        ("Bo", "2026-01-14", "300.00"), ("Anna", "2026-02-11", "200.00"), ("Cia", None, None),
    ]  # fmt: skip
    assert [one["why"] for one in found["rounds"]] == [[{"key": "fixed", "text": "agreed on"}]] * 3
    positions = {one["participant"]: one for one in found["participants"]}
    keys = ("due", "paid_in", "missed", "received", "balance", "remaining")
    assert tuple(positions["Bo"][key] for key in keys) == ("200.00", "200.00", "0.00", "300.00", "-100.00", "100.00")
    assert tuple(positions["Cia"][key] for key in keys) == ("200.00", "100.00", "100.00", "0.00", "100.00", "100.00")
    out = sambok(ws, "rotation", "NK26", "--date", "2026-02-28")[1]
    assert "agreed on" in out


def test_what_has_been_is_the_books_whoever_was_meant(sambok, make_workspace):
    """Cia pays nothing after the first round, and her turn comes: she owes 100, and is told so. Bo gets two pots."""
    group = Group("Anna", "Bo", "Cia")
    group.buy("2026-01-14", "1", Anna="100", Bo="100", Cia="100").lend(
        "2026-01-14", "Bo", "300", 2, "NK26-L01", meeting="1"
    )
    group.buy("2026-02-11", "2", Anna="100", Bo="100").lend("2026-02-11", "Bo", "200", 1, "NK26-L02", meeting="2")
    ws = workspace_of(make_workspace, group, cycle_text(**ROTATION))
    found = answer(sambok, ws, "rotation", "NK26", "--date", "2026-02-28")
    assert [(one["participant"], [its["name"] for its in one["receivers"]]) for one in found["rounds"]] == [
        ("Bo", ["Bo"]), ("Anna", ["Bo"]), ("Cia", []),
    ]  # fmt: skip
    positions = {one["participant"]: one for one in found["participants"]}
    assert [positions[name]["received"] for name in ("Bo", "Anna", "Cia")] == ["500.00", "0.00", "0.00"]
    out = sambok(ws, "rotation", "NK26", "--date", "2026-02-28")[1]
    assert "Cia's turn is next, and 100.00 KES of earlier rounds isn't paid: it is set off from the pot." in out


def test_a_lottery_is_drawn_among_all_before_the_first_payment(sambok, make_workspace):
    """Whoever joins in an order of three, before and after Anna has paid: the lots stay."""
    rotation = cycle_text(rotation='"lottery"', order='"Anna, Bo, Cia"', seed='"minutes 7"', charge="0")
    empty = workspace_of(make_workspace, Group("Anna", "Bo", "Cia"), rotation)
    before = [one["name"] for one in answer(sambok, empty, "rotation", "NK26", "--date", "2026-01-10")["rounds"]]
    begun = Group("Anna", "Bo", "Cia").buy("2026-01-14", "1", Anna="100")
    ws = workspace_of(make_workspace, begun, rotation)
    after = [one["name"] for one in answer(sambok, ws, "rotation", "NK26", "--date", "2026-02-28")["rounds"]]
    assert sorted(before) == ["Anna", "Bo", "Cia"]
    assert before == after


def test_a_lottery_needs_a_seed(sambok, make_workspace):
    ws = workspace_of(make_workspace, two(), cycle_text(rotation='"lottery"'))
    code, _, err = sambok(ws, "rotation", "NK26")
    assert (code, "CYCLE_NO_SEED" in err) == (1, True)


def test_what_was_there_when_the_cycle_began_is_the_opening_line(sambok, make_workspace):
    """A group that comes with a box of 530: Anna has 5 shares and owes 300, Bo has 3; 30 was earned before."""
    group = Group("Anna", "Bo")
    postings = (
        ("box", "530"), ("loans Anna", "300", 'loan: "NK26-L01"\nterm: 2'), ("shares Anna", "-500"),
        ("shares Bo", "-300"), ("carried", "-30"),
    )  # fmt: skip
    group.voucher("2026-01-07", "What was there", *postings)
    group.buy("2026-01-14", "1", Anna="100")
    ws = workspace_of(make_workspace, group, cycle_text())
    anna = answer(sambok, ws, "statement", "NK26", "Anna", "--date", "2026-01-31")["statements"][0]
    opening = anna["opening"]
    assert (opening["date"], opening["shares"], opening["borrowed"], opening["owed"]) == (
        "2026-01-07",
        5,
        "300.00",
        "300.00",
    )
    assert [(line["meeting"], line["shares"], line["held"]) for line in anna["lines"]] == [("1", 1, 6)]
    assert answer(sambok, ws, "status", "NK26", "--date", "2026-01-31")["from"]["carried_in"] == "30.00"
    assert "Opening" in sambok(ws, "statement", "NK26", "Anna", "--date", "2026-01-31")[1]


def test_a_page_after_the_share_out_says_what_was_paid_out(sambok, ws):
    """On 1 May: 534.375 less 315 for Anna, the cent is hers (who bought first); 300 and 15 are set off."""
    code, _, err = sambok(ws, "share-out", "NK26", "--book", "--decision", "K-1")
    assert code == 0, err
    found = answer(sambok, ws, "statement", "NK26", "--date", "2026-12-31")
    last = [page["lines"][-1] for page in found["statements"]]
    keys = ("date", "shares", "set_off", "charges_paid", "fines_paid", "paid_out", "held", "owed", "charges_due")
    assert [tuple(line[key] for key in keys) for line in last] == [
        ("2026-05-01", -5, "300.00", "15.00", "0.00", "219.38", 0, "0.00", "0.00"),
        ("2026-05-01", -3, "0.00", "0.00", "10.00", "310.62", 0, "0.00", "0.00"),
    ]
    assert found["ledger"] == {"shares": "0.00", "loans": "0.00", "charges_due": "0.00", "fines_due": "0.00"}
    assert [page["projected"] for page in found["statements"]] == [None, None]
    assert load_books(ws, ["kikundi"]).units["kikundi"].problems == ()


def test_nothing_is_paid_out_while_a_posting_is_no_part_of_the_fund(sambok, make_workspace):
    """Rent to be got back stands on an account that no fund has: whose money that is, nobody can tell."""
    group = two()
    group.voucher("2026-04-15", "Lent to the school", ("other", "50"), ("box", "-50"))
    ws = workspace_of(make_workspace, group, cycle_text(**TERMS))
    before = (ws.root / "units/kikundi/books/2026/2026-04.beancount").read_text()
    code, out, _ = sambok(ws, "status", "NK26", "--date", MAY, "--json")
    assert (code, json.loads(out)["difference"]) == (1, "-50.00")
    for asked in (("share-out", "NK26", "--book"), ("leave", "NK26", "Bo")):
        code, _, err = sambok(ws, *asked, "--date", MAY, "--decision", "K-1")
        assert (code, "LOAN_FUND_IDENTITY" in err) == (1, True)
    assert (ws.root / "units/kikundi/books/2026/2026-04.beancount").read_text() == before
    assert not (ws.root / "units/kikundi/books/2026/2026-05.beancount").exists()


def test_cycles_after_each_other_have_sheets_of_their_own(sambok, make_workspace):
    """What is bought in the second cycle is none of the first's, on the same accounts."""
    first, second = two(), Group("Anna", "Bo", cycle="NK27")
    second.buy("2026-05-01", "1", Anna="200")
    for month, texts in second.months.items():
        first.months[month] += texts
    new = cycle_text("NK27", "100 KES", begins="2026-05-01", ends="2027-01-06")
    ws = workspace_of(make_workspace, first, cycle_text(**TERMS), new)
    assert answer(sambok, ws, "status", "NK26", "--date", MAY)["box"] == "530.00"
    found = answer(sambok, ws, "status", "NK27", "--date", MAY)
    assert (found["box"], [(one["participant"], one["shares"]) for one in found["participants"]]) == (
        "200.00",
        [("Anna", 2)],
    )
    assert [one["fund"] for one in answer(sambok, ws, "list", "--date", MAY)["cycles"]] == ["855.00", "200.00"]


BLANK = """\
group,NK26,meeting,10,date,2026-05-01,counted_loan_fund,,counted_social_fund,
member,present,shares,social,fine,repaid,charge,new_loan,months,note
Anna,,,,,,,,,
Bo,,,,,,,,,
"""


def test_the_next_meetings_blank_sheet(sambok, ws, tmp_path):
    """The ninth meeting was on 11 March, the next isn't before today. Anna's 300 and 15 are due."""
    table, page = tmp_path / "next.csv", tmp_path / "next.html"
    code, out, err = sambok(ws, "sheet", "NK26", "--csv", table, "--html", page)
    assert (code, out) == (0, "")
    assert err.splitlines() == [f"Written: {table}", f"Written: {page}"]
    assert table.read_text() == BLANK
    assert "NK26, meeting 10, 2026-05-01" in page.read_text()
    code, out, _ = sambok(ws, "sheet", "nk26")
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == [
        "NK26: meeting 10, 2026-05-01",
        "After the last meeting: box 530.00 KES, social box 20.00 KES.",
    ]
    assert ["Anna", "5", "300.00", "300.00", "15.00"] in [line.split() for line in lines]
    assert ["Bo", "3", "10.00"] in [line.split() for line in lines]
    code, _, err = sambok(ws, "sheet", "NK26", "--csv", ws.root / "units" / "next.csv")
    assert (code, "OUT_TAKEN" in err) == (2, True)


def test_before_the_first_meeting_a_sheet_names_who_has_an_account(sambok, make_workspace, tmp_path):
    """Bo left the group: his accounts are closed."""
    group = Group("Anna", "Bo")
    group.months["2026-05"] += [f"2026-05-31 close {group.account(f'{kind} Bo')}\n" for kind in OWN]
    ws = workspace_of(make_workspace, group, cycle_text(begins="2026-06-03", ends="2026-12-30"))
    table, page = tmp_path / "first.csv", tmp_path / "first.html"
    assert sambok(ws, "sheet", "NK26", "--csv", table, "--html", page)[0] == 0
    assert table.read_text() == (
        "group,NK26,meeting,1,date,2026-06-03,counted_loan_fund,,counted_social_fund,\n"
        "member,present,shares,social,fine,repaid,charge,new_loan,months,note\n"
        "Anna,,,,,,,,,\n"
    )
    assert "The first meeting. The loan fund&#x27;s box holds 0.00 KES" in page.read_text()
    assert "The first meeting: box 0.00 KES, social box 0.00 KES." in sambok(ws, "sheet", "NK26")[1]


def test_the_next_cycles_first_sheet_names_all_who_took_part_in_the_one_before(sambok, make_workspace, tmp_path):
    """Anna left two shares in; Bo has none yet, and may buy some."""
    group = Group("Anna", "Bo").buy("2026-01-14", "1", Anna="500", Bo="300")
    group.cycle = "NK27"
    group.buy("2026-12-30", "", Anna="200")
    ws = workspace_of(
        make_workspace, group, cycle_text(**TERMS), cycle_text("NK27", begins="2026-12-30", ends="2027-12-29")
    )
    out = sambok(ws, "sheet", "NK27", "--date", "2027-01-13", "--csv", tmp_path / "next.csv")
    assert out[0] == 0, out
    assert [line.split(",")[0] for line in (tmp_path / "next.csv").read_text().splitlines()[2:]] == ["Anna", "Bo"]


def test_the_next_meeting_is_as_far_off_as_is_agreed(sambok, make_workspace):
    """They met on 14 January and, late, on 11 February; agreed is every second week: 25 February."""
    group = Group("Anna").buy("2026-01-14", "1", Anna="500").buy("2026-02-11", "2", Anna="100")
    for meetings, day in (("", "2026-03-11"), ('"2-weeks"', "2026-02-25")):
        terms = {"meetings": meetings} if meetings else {}
        ws = workspace_of(make_workspace, group, cycle_text(**terms))
        assert sambok(ws, "sheet", "NK26", "--date", "2026-02-12")[1].startswith(f"NK26: meeting 3, {day}\n")


def test_a_person_may_be_meant_by_the_end_of_the_own_account(sambok, make_workspace):
    """Anna's accounts end in `Anna`, and she is called Mama Anna there."""
    group = Group("Anna", "Bo").buy("2026-01-14", "1", Anna="500", Bo="300")
    parts = group.parts() | {"accounts": group.accounts().replace('participant: "Anna"', 'participant: "Mama Anna"')}
    ws = make_workspace({"kikundi": parts}, policy=POLICY + cycle_text(**TERMS))
    for said in ("Anna", "anna", "Mama Anna", "mama  anna"):
        found = answer(sambok, ws, "statement", "NK26", said, "--date", MAY)["statements"]
        assert [(one["participant"], one["name"]) for one in found] == [("Mama Anna", "Mama Anna")]
    code, out, err = sambok(ws, "apply", "NK26", "Anna", "--amount", "50", "--months", "1", "--date", MAY)
    assert (code, 'participant: "Mama Anna"' in out) == (0, True), err
    code, _, err = sambok(ws, "statement", "NK26", "Annabel")
    assert (code, "Annabel takes no part in NK26." in err) == (2, True)


def test_a_cycle_with_wrong_terms_is_named_in_the_list(sambok, make_workspace):
    """One has another currency than its book, one a word that nobody knows: both are left out, and that is said."""
    wrong = cycle_text("EUR", "10 EUR"), cycle_text("WORD", method='"rising"')
    ws = workspace_of(make_workspace, two(), cycle_text(**TERMS), *wrong)
    code, out, err = sambok(ws, "list", "--json")
    found = json.loads(out)
    assert (code, [one["cycle"] for one in found["cycles"]]) == (1, ["NK26"])
    assert [error["code"] for error in found["errors"]] == ["POLICY_CURRENCY", "POLICY_CYCLE_WORD"]
    assert err.count("units/policy.beancount:") == 2


def test_where_nobody_takes_part_no_empty_table_is_shown(sambok, make_workspace):
    ws = workspace_of(make_workspace, Group("Anna"), cycle_text(rotation='"lottery"', seed='"x"'))
    for asked in ("status", "statement"):
        code, out, _ = sambok(ws, asked, "NK26")
        assert code == 0
        assert "Nobody has bought a share yet. The first meeting's sheet:  sambok loans sheet NK26" in out
        assert "────" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("status", ""), "There is no loan cycle ."),
        (("status", "\N{GRINNING FACE}"), "There is no loan cycle \N{GRINNING FACE}."),
        (("status", "K" * 3000), "There is no loan cycle " + "K" * 60 + "…."),
        (("status", "\x1b[31mNK"), "Did you mean NK26?"),
        (("statement", "NK26", ""), "takes no part in NK26."),  # an empty variable asks for nobody, not for everybody
        (("statement", "NK26", "M" * 3000), "M" * 60 + "… takes no part in NK26."),
        (("schedule", "NK26", "9" * 3000), "NK26 has no loan " + "9" * 60 + "…."),
        (("share-out", "NK26", "--date", "2025-12-31"), "On 2025-12-31 there was no NK26 yet"),
    ],
)
def test_what_nobody_knows_is_said_shortly(arguments, said, sambok, ws):
    code, out, err = sambok(ws, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "\x1b" not in err
    assert len(err) < 400
    code, out, _ = sambok(ws, *arguments, "--json")
    assert code == 2
    assert len(json.loads(out)["errors"]) == 1


def catalogue(path, texts):
    """A compiled catalogue, as `make setup` makes it."""
    made = Catalog(locale="ar")
    for text, translated in texts.items():
        made.add(text, translated)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, made)


@pytest.fixture
def arabic(monkeypatch, tmp_path):
    """A catalogue that somebody has added: written from right to left."""
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    texts = {"Participant": "مشارك", "Read out": "اقرأ", "Opening": "-"}
    catalogue(tmp_path / "locale/ar/LC_MESSAGES/sambok.mo", texts)
    memories = (messages.paper_languages, messages._catalogue)
    for memory in memories:
        memory.cache_clear()
    yield
    for memory in memories:
        memory.cache_clear()


@pytest.mark.usefixtures("arabic")
def test_papers_in_another_language(sambok, ws, tmp_path):
    page = tmp_path / "page.html"
    assert sambok(ws, "statement", "NK26", "--html", page, "--language", "ar")[0] == 0
    assert '<html lang="ar" dir="rtl">' in page.read_text()
    assert "<span>مشارك</span>" in page.read_text()
    assert "For the group" in page.read_text()  # what the catalogue lacks
    assert sambok(ws, "sheet", "NK26", "--html", page, "--language", "ar")[0] == 0
    assert '<html lang="ar" dir="rtl">' in page.read_text()
    assert "<h2>اقرأ</h2>" in page.read_text()
    assert sambok(ws, "sheet", "NK26", "--html", page)[0] == 0
    assert '<html lang="en" dir="ltr">' in page.read_text()
    for command in ("statement", "sheet"):
        code, _, err = sambok(ws, command, "NK26", "--language", "tlh")
        assert code == 2
        assert "No paper can be written in 'tlh'; there are: sv, en, es, ar" in err


def test_a_paper_in_the_terminal_in_another_language(sambok, ws):
    code, out, err = sambok(ws, "statement", "NK26", "Anna", "--language", "sv", "--date", MAY)
    assert (code, err) == (0, "")
    assert "300,00" in out
    assert "300.00" not in out
    assert "300.00" in sambok(ws, "statement", "NK26", "Anna", "--date", MAY)[1]
    assert "300,00" in sambok(ws, "sheet", "NK26", "--language", "sv")[1]
