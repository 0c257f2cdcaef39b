"""The close of a rotating loan fund's months: charges that have accrued become vouchers, in both books, once.

Worked by hand: FI borrows 24,000 of the fund on 10 February at 1 % a month on what is left, and pays 8,000 each month:
240 on 10 March, 160 on 10 April, 80 on 10 May. Vera borrows 600 of her group on 14 January at 5 %: 30 on 14 February.
"""

import datetime as dt
import re

import pytest
from beancount import loader

from ledger.books import open_workspace
from ledger.books.history import check_history, read_history
from ledger.books.sealed import seals_of
from ledger.closing.evidence import Folder
from ledger.closing.readiness import readiness
from ledger.closing.reopen import reopen_month
from ledger.closing.together import Wanted, close_months
from ledger.closing.verify import verify
from ledger.combine import combine
from ledger.federation import load_federation
from ledger.seals import chain
from tests.closing.state import state
from tests.closing.test_freeze import plain

MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
POLICY = """\
2026-01-01 custom "decision" "A" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2026-01-01 custom "loan-cycle" "RF26" 1000 SEK
  decision: "A"
  ends: 2026-12-10
  loan-multiple: 3
  charge: 0.01
  method: "declining"
  max-term: 3
  book: "gemensamt"
"""
BANK = "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Equity:2091-Retained SEK\n"
OPENING = """\
2026-01-02 * "Opening"
  voucher: "A-1"
  Assets:1930-Bank  50000.00 SEK
  Equity:2091-Retained  -50000.00 SEK
"""
BUYS = """
2026-01-10 * "Shares" ^ic-gemensamt-RF26-S
  voucher: "A-{number}"
  cycle: "RF26"
  Assets:1930-Bank  {amount} SEK
  Liabilities:2863-Shares  -{amount} SEK
    partner: "{unit}"
    ic: "fund"
"""
HOLDS = """
2026-01-10 * "Shares" ^ic-gemensamt-RF26-S
  voucher: "A-2"
  Assets:1666-Shares  {amount} SEK
    partner: "gemensamt"
    ic: "fund"
  Assets:1930-Bank  -{amount} SEK
"""
LENDS = """
2026-02-{day} * "Loan" ^ic-gemensamt-{loan} ^{loan}
  voucher: "{number}"
  cycle: "RF26"
  Assets:1663-Loans  {amount} SEK
    partner: "fi"
    ic: "loan"
    loan: "{loan}"
    term: 3
  Assets:1930-Bank  -{amount} SEK
"""
BORROWS = """
2026-02-{day} * "Loan" ^ic-gemensamt-{loan}
  voucher: "{number}"
  Assets:1930-Bank  {amount} SEK
  Liabilities:2864-Loan  -{amount} SEK
    partner: "gemensamt"
    ic: "loan"
"""
GETS = """
2026-{month}-10 * "FI repays" ^ic-gemensamt-RF26-L01
  voucher: "{number}"
  cycle: "RF26"
  Assets:1930-Bank  {paid} SEK
  Assets:1663-Loans  -8000.00 SEK
    partner: "fi"
    ic: "loan"
    loan: "RF26-L01"
  Assets:1664-Due  -{charge} SEK
    partner: "fi"
    ic: "interest"
    loan: "RF26-L01"
"""
PAYS = """
2026-{month}-10 * "Repaid" ^ic-gemensamt-RF26-L01
  voucher: "{number}"
  Liabilities:2864-Loan  8000.00 SEK
    partner: "gemensamt"
    ic: "loan"
  Liabilities:2865-Owed  {charge} SEK
    partner: "gemensamt"
    ic: "interest"
  Assets:1930-Bank  -{paid} SEK
"""
PAID = (("03", "240.00", "8240.00"), ("04", "160.00", "8160.00"), ("05", "80.00", "8080.00"))
FUND = """\
2026-01-01 open Assets:1663-Loans SEK
2026-01-01 open Assets:1664-Due SEK
2026-01-01 open Liabilities:2863-Shares SEK
"""
OWES = """\
2026-01-01 open Assets:1666-Shares SEK
2026-01-01 open Liabilities:2864-Loan SEK
2026-01-01 open Liabilities:2865-Owed SEK
"""
FIRST = {"day": "10", "loan": "RF26-L01", "amount": "24000.00"}
SECOND = {"day": "20", "loan": "RF26-L02", "amount": "3000.00"}


def units():
    """Central with the fund, and two divisions: FI borrows, NK only buys shares."""
    central = {
        "accounts": BANK + FUND,
        "2026-01": OPENING
        + BUYS.format(number=2, unit="nk", amount="30000.00")
        + BUYS.format(number=3, unit="fi", amount="10000.00"),
        "2026-02": LENDS.format(number="A-4", **FIRST),
    }
    fi = {
        "accounts": BANK + OWES,
        "2026-01": OPENING + HOLDS.format(amount="10000.00"),
        "2026-02": BORROWS.format(number="A-3", **FIRST),
    }
    for number, (month, charge, paid) in enumerate(PAID):
        central[f"2026-{month}"] = GETS.format(month=month, charge=charge, paid=paid, number=f"A-{5 + number}")
        fi[f"2026-{month}"] = PAYS.format(month=month, charge=charge, paid=paid, number=f"A-{4 + number}")
    nk = {"accounts": BANK + OWES, "2026-01": OPENING + HOLDS.format(amount="30000.00")}
    return {"gemensamt": central, "fi": fi, "nk": nk}


@pytest.fixture
def make(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-07-01T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return lambda parts, policy=POLICY: make_workspace(parts, policy=policy)


@pytest.fixture
def ws(make):
    return make(units())


def everybody_ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


def close(ws, *months, ready=everybody_ready, **wanted):
    done = list(close_months(ws, months, Wanted(**wanted), ready=ready))
    for month in done:
        assert month.blocked == {}
    return done


def text_of(ws, name):
    return plain((ws.units_folder / name).read_text(encoding="utf-8"))


def whole(ws, until="2026-05-31"):
    """Nothing is wrong with the books, and at each month's end nothing of the fund is left."""
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    for slug, unit in ws.units.items():
        assert chain.check_chain(seals_of(unit.folder), slug) == []
        assert list(check_history(read_history(unit.folder))) == []
        _, errors, _ = loader.load_file(str(unit.main))
        assert errors == [], slug
    seen = verify(Folder(ws.root))
    assert {slug: found for slug, found in seen.findings.items() if found} == {}
    for day in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"):
        if day <= until:
            found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
            assert [(one.code, str(one.amount)) for one in found.unmatched] == [], day
            assert found.result == 0, day
            sums = {}
            for row in found.trial_balance:
                code = row.account.split("-")[0]
                sums[code] = sums.get(code, 0) + row.amount
            assert {code for code, amount in sums.items() if amount} == {"1930", "2091"}, (day, sums)
    return federation


def loans(federation, slug):
    """What is provisional of loans in a book: date, and amount of the claim or debt."""
    made = (e for e in federation.run.entries(slug) if e.meta["filename"] == "<loans>" and hasattr(e, "postings"))
    return [(str(e.date), str(max(p.units.number for p in e.postings))) for e in made]


def test_a_charge_stands_in_both_books(ws):
    """FI's close writes both sides; central's finds its own there, and writes nothing of the fund."""
    assert loans(load_federation(ws), "fi") == [
        ("2026-03-10", "240.00"),
        ("2026-04-10", "160.00"),
        ("2026-05-10", "80.00"),
    ]
    close(ws, *MONTHS[:2])
    (done,) = close(ws, "2026-03")
    assert {c.unit: c.vouchers for c in done.closed} == {
        "fi": {"fi": ("R-1",), "gemensamt": ("R-1",)},
        "nk": {},
        "gemensamt": {},
    }
    head = "; Written by the close of 2026-03, Fi, and sealed: it never changes."
    own, fund = (
        text_of(ws, f"{name}.closed.beancount") for name in ("fi/books/2026/2026-03", "gemensamt/books/2026/2026-03.fi")
    )
    for text, accounts in (
        (own, ["Expenses:8462-Avgifter-till-lånefonden 240.00", "Liabilities:2865-Owed -240.00"]),
        (fund, ["Assets:1664-Due 240.00", "Income:8361-Lånefonden-serviceavgifter -240.00"]),
    ):
        assert text.startswith(head)
        assert re.findall(r"^\S.*\^ic-gemensamt-RF26-L01", text, re.MULTILINE)[0].startswith("2026-03-10 * ")
        assert 'voucher: "R-1"' in text
        assert re.findall(r"^  ((?:Assets|Liabilities|Income|Expenses)\S+ \S+) SEK", text, re.MULTILINE) == accounts
        assert text.count('ic: "interest"') == 2
        assert "provisional" not in text
    (twin,) = (t for c in done.closed if c.unit == "fi" for t in c.seal.draft.twins)
    assert (twin.unit, twin.voucher, twin.file) == ("gemensamt", "R-1", "books/2026/2026-03.fi.closed.beancount")
    federation = whole(ws)
    assert (
        loans(federation, "fi") == loans(federation, "gemensamt") == [("2026-04-10", "160.00"), ("2026-05-10", "80.00")]
    )


def test_figures_stay_the_same_to_the_cent(ws):
    ends = [dt.date(2026, 3, 31), dt.date(2026, 5, 31)]
    before = [state(load_federation(ws), day) for day in ends]
    for month in MONTHS:
        close(ws, month)
        assert [state(load_federation(ws), day) for day in ends] == before
    assert loans(whole(ws), "gemensamt") == []


def test_closing_twice_writes_nothing_more(ws):
    close(ws, *MONTHS[:3])
    before = {path: path.read_bytes() for path in ws.units_folder.rglob("*.beancount")}
    (done,) = close(ws, "2026-03")
    assert (done.closed, sorted(done.before)) == ([], ["fi", "gemensamt", "nk"])
    assert {path: path.read_bytes() for path in ws.units_folder.rglob("*.beancount")} == before


def test_a_dry_run_shows_each_voucher_once(ws):
    close(ws, *MONTHS[:2])
    before = {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()}
    (trial,) = close(ws, "2026-03", dry_run=True)
    assert {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()} == before
    (real,) = close(ws, "2026-03")
    assert [(c.unit, c.vouchers, c.texts, c.opened) for c in trial.closed] == [
        (c.unit, c.vouchers, c.texts, c.opened) for c in real.closed
    ]


def test_the_fund_s_own_close_comes_first(ws):
    """Central doesn't wait for FI: it writes its own side. What FI closes later is its own side alone."""
    close(ws, *MONTHS[:2])
    (done,) = close(ws, "2026-03", slugs=("gemensamt",))
    assert [(c.unit, c.vouchers) for c in done.closed] == [("gemensamt", {"gemensamt": ("R-1",)})]
    federation = whole(ws)
    assert loans(federation, "gemensamt") == [("2026-04-10", "160.00"), ("2026-05-10", "80.00")]
    assert loans(federation, "fi")[0] == ("2026-03-10", "240.00")
    (done,) = close(ws, "2026-03", slugs=("fi",))
    assert [(c.unit, c.vouchers) for c in done.closed] == [("fi", {"fi": ("R-1",)})]
    whole(ws)


def test_the_borrower_waits_while_the_fund_s_book_has_errors(ws):
    """What FI owes isn't known then: that isn't nothing."""
    close(ws, *MONTHS[:2])
    file = ws.central.books / "2026" / "2026-03.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("8240.00", "8240.01"), encoding="utf-8")
    (done,) = close_months(ws, ["2026-03"], Wanted(slugs=("fi", "nk")), ready=everybody_ready)
    told = {slug: [problem.text() for problem in problems] for slug, problems in done.blocked.items()}
    assert told == {
        "fi": ["fi 2026-03 can't be closed: the book of gemensamt has errors, and keeps the fund it borrows from."]
    }
    assert [c.unit for c in done.closed] == ["nk"]
    file.write_text(text, encoding="utf-8")
    close(ws, "2026-03")
    whole(ws)


def test_central_closes_without_the_borrower(ws):
    """By decision, as FI isn't ready: the fund's side stands in its month; FI's comes when FI closes."""
    close(ws, *MONTHS[:2])
    (done,) = close(ws, "2026-03", without=("fi",), decision="A")
    assert [(c.unit, c.vouchers) for c in done.closed] == [("nk", {}), ("gemensamt", {"gemensamt": ("R-1",)})]
    assert loans(whole(ws), "fi")[0] == ("2026-03-10", "240.00")
    (done,) = close(ws, "2026-03", slugs=("fi",))
    assert [(c.unit, c.vouchers) for c in done.closed] == [("fi", {"fi": ("R-1",)})]
    whole(ws)


@pytest.mark.parametrize("ahead", [("fi", "gemensamt"), ("gemensamt", "fi")], ids=["borrower", "fund"])
def test_one_may_be_far_ahead_of_the_other(ws, ahead):
    """One closes five months, then the other: three charges in each book, each once, and nothing differs."""
    for slug in ahead:
        for month in MONTHS:
            close(ws, month, slugs=(slug,))
        whole(ws)
    for slug in ahead:
        books = ws.unit(slug).books / "2026"
        text = "".join(path.read_text(encoding="utf-8") for path in sorted(books.glob("*.closed.beancount")))
        assert sorted(re.findall(r'voucher: "(.*)"', text)) == ["R-1", "R-2", "R-3"]
        assert sorted(re.findall(r" +(240|160|80)\.00 SEK", text)) == ["160", "240", "80"]


def test_everybody_is_ready(ws):
    """Nothing of the fund keeps a month open: both sides are there, provisional or booked."""
    for month in MONTHS:
        (done,) = close(ws, month, ready=readiness)
        assert [c.unit for c in done.closed] == ["fi", "nk", "gemensamt"]


def test_at_the_end_of_the_year_charges_are_in_the_result(make, monkeypatch):
    """The same, begun in October: 240 on 10 December are FI's loss and central's surplus of the year."""
    monkeypatch.setenv("SAMBOK_NOW", "2027-03-05T10:00:00Z")
    later = dict(zip(MONTHS, ("2026-10", "2026-11", "2026-12", "2027-01", "2027-02"), strict=True))

    def moved(text):
        return re.sub(r"2026-0[1-5](?=-(?!01 (open|custom)))", lambda found: later[found[0]], text)

    parts = {slug: {later.get(name, name): moved(text) for name, text in its.items()} for slug, its in units().items()}
    ws = make(parts, POLICY.replace("ends: 2026-12-10", "ends: 2027-12-10"))
    assert close(ws, "2026-10", "2026-11")
    before = {slug: loans(load_federation(ws), slug) for slug in ("fi", "gemensamt")}
    assert (
        before["fi"]
        == before["gemensamt"]
        == [("2026-12-10", "240.00"), ("2027-01-10", "160.00"), ("2027-02-10", "80.00")]
    )
    (trial,) = close(ws, "2026-12", dry_run=True)
    (done,) = close(ws, "2026-12")
    assert [(c.vouchers, c.texts) for c in trial.closed] == [(c.vouchers, c.texts) for c in done.closed]
    for name, amount in (("fi", "240.00"), ("gemensamt", "-240.00")):
        text = text_of(ws, f"{name}/books/2026/2026-12.closed.beancount")
        assert f"Equity:2099-Årets-resultat {amount} SEK" in text
    whole(ws, until="2026-01-01")
    assert close(ws, "2027-01", "2027-02")
    assert loans(whole(ws, until="2026-01-01"), "fi") == []


def test_a_second_close_books_the_difference(ws):
    """February had another loan, 3,000 on the 20th: on 20 March its charge is 30."""
    close(ws, *MONTHS[:3])
    federation = load_federation(ws)
    for slug in ("gemensamt", "fi"):
        for month in ("2026-02", "2026-03"):
            reopen_month(ws, ws.unit(slug), month, policy=federation.policy, decision="A", signer=None)
    for slug, text, number in (("gemensamt", LENDS, "A-8"), ("fi", BORROWS, "A-7")):
        file = ws.unit(slug).books / "2026" / "2026-02.beancount"
        file.write_text(file.read_text(encoding="utf-8") + text.format(number=number, **SECOND), encoding="utf-8")
    close(ws, "2026-02")
    (done,) = close(ws, "2026-03")
    assert {c.unit: c.vouchers for c in done.closed} == {
        "fi": {"fi": ("R-2",), "gemensamt": ("R-2",)},
        "gemensamt": {},
    }
    text = text_of(ws, "fi/books/2026/2026-03.closed.beancount")
    assert re.findall(r'source-id: "(.*)"', text) == [
        "close:RF26 RF26-L01 2026-03-10:2026-03",
        "close:RF26 RF26-L02 2026-03-20:2026-03:2",
    ]
    assert "Liabilities:2865-Owed -30.00 SEK" in text
    whole(ws)


def test_what_comes_late_falls_on_the_first_open_day(ws):
    """March is closed; then somebody finds February's other loan, and books it on 1 April, when it was paid out."""
    close(ws, *MONTHS[:3])
    late = {"day": "20", "loan": "RF26-L02", "amount": "3000.00"}
    for slug, text, number in (("gemensamt", LENDS, "A-8"), ("fi", BORROWS, "A-7")):
        file = ws.unit(slug).books / "2026" / "2026-04.beancount"
        added = text.format(number=number, **late).replace("2026-02-20", "2026-04-01")
        file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")
    federation = whole(ws)
    assert loans(federation, "fi") == loans(federation, "gemensamt")
    assert ("2026-05-01", "30.00") in loans(federation, "fi")
    close(ws, "2026-04", "2026-05")
    assert loans(whole(ws), "fi") == []


def test_a_fund_in_another_book_than_central_s(make):
    """The fund is NK's: it closes after FI, whatever the alphabet says, and before central."""
    parts = {
        slug: {name: text.replace("gemensamt", "anna") for name, text in its.items()} for slug, its in units().items()
    }
    parts = {
        "anna": parts["gemensamt"],
        "fi": parts["fi"],
        "nk": parts["nk"],
        "gemensamt": {"2026-01": OPENING, "accounts": BANK},
    }
    ws = make(parts, POLICY.replace('book: "gemensamt"', 'book: "anna"'))
    close(ws, *MONTHS[:2])
    (done,) = close(ws, "2026-03")
    assert [(c.unit, c.vouchers) for c in done.closed] == [
        ("fi", {"anna": ("R-1",), "fi": ("R-1",)}),
        ("nk", {}),
        ("anna", {}),
        ("gemensamt", {}),
    ]
    whole(ws)


# --- a members' own group

GROUP = {
    "unit": 'chart = "vsla"\nentity = "legal_entity"\ncombine = false\ncurrency = "KES"\n',
    "accounts": """\
2026-01-01 open Assets:1010-Box KES
2026-01-01 open Assets:1110-Loans:Vera KES
  code: "1110"
  participant: "Vera"
2026-01-01 open Equity:3010-Shares:Vera KES
  code: "3010"
  participant: "Vera"
""",
    "2026-01": """\
2026-01-14 * "Meeting 1"
  voucher: "A-1"
  cycle: "NK26"
  meeting: "1"
  Assets:1010-Box  1000.00 KES
  Equity:3010-Shares:Vera  -1000.00 KES
2026-01-14 * "Loan" ^NK26-L01
  voucher: "A-2"
  cycle: "NK26"
  meeting: "1"
  Assets:1110-Loans:Vera  600.00 KES
    loan: "NK26-L01"
    term: 2
  Assets:1010-Box  -600.00 KES
2026-01-15 balance Assets:1010-Box  400.00 KES
""",
    "2026-02": """\
2026-02-11 * "Meeting 2"
  voucher: "A-3"
  cycle: "NK26"
  meeting: "2"
  Assets:1010-Box  100.00 KES
  Equity:3010-Shares:Vera  -100.00 KES
""",
}
COUNTED = "2026-02-12 balance Assets:1010-Box  500.00 KES\n"
NK26 = """\
2026-01-01 custom "decision" "A" "assembly"
2026-01-01 custom "loan-cycle" "NK26" 100 KES
  decision: "A"
  ends: 2026-12-10
  charge: 0.05
  max-term: 3
  book: "kikundi"
"""


@pytest.fixture
def group(make):
    return make({"kikundi": GROUP}, NK26)


def test_a_group_s_charge_stands_in_its_own_book_alone(group):
    close(group, "2026-01", slugs=("kikundi",))
    (done,) = close(group, "2026-02", slugs=("kikundi",))
    assert [(c.unit, c.vouchers) for c in done.closed] == [("kikundi", {"kikundi": ("R-1",)})]
    text = text_of(group, "kikundi/books/2026/2026-02.closed.beancount")
    assert "2026-02-14 * " in text
    assert re.findall(r"^  ((?:Assets|Income)\S+ \S+ KES)", text, re.MULTILINE) == [
        "Assets:1120-Service-charges-due:Vera 30.00 KES",
        "Income:4010-Service-charge -30.00 KES",
    ]
    opened = text_of(group, "kikundi/accounts.beancount").partition(" open Assets:1120-Service-charges-due:Vera")[2]
    assert opened.splitlines()[1:3] == ['  code: "1120"', '  participant: "Vera"']
    federation = load_federation(group)
    assert federation.problems == ()
    assert loans(federation, "kikundi") == []
    assert verify(Folder(group.root)).findings.get("kikundi", []) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["CLOSE_NO_COUNT"]),
        (COUNTED, []),  # the box was locked after the meeting
        ("2026-03-11 balance Assets:1010-Box  500.00 KES\n", []),
        (
            COUNTED + '2026-02-20 * "Pens"\n  voucher: "A-4"\n  Assets:1010-Box  -9.00 KES\n  Expenses:5010-Pens\n',
            ["CLOSE_NO_COUNT"],
        ),
    ],
)
def test_a_group_s_box_is_counted_after_its_last_meeting(make, more, expected):
    accounts = GROUP["accounts"] + "2026-01-01 open Expenses:5010-Pens KES\n"
    ws = make({"kikundi": {**GROUP, "accounts": accounts, "2026-02": GROUP["2026-02"] + more}}, NK26)
    close(ws, "2026-01", slugs=("kikundi",))
    found = readiness(load_federation(ws), "2026-02", ["kikundi"], today=dt.date(2026, 7, 1))
    assert [problem.code for problem in found["kikundi"]] == expected


def test_what_breaks_the_terms_keeps_its_own_month_open(make):
    """A share costs 100; in March somebody has paid 150."""
    odd = """\
2026-03-11 * "Meeting 3"
  voucher: "A-4"
  cycle: "NK26"
  meeting: "3"
  Assets:1010-Box  150.00 KES
  Equity:3010-Shares:Vera  -150.00 KES
2026-03-12 balance Assets:1010-Box  650.00 KES
"""
    ws = make({"kikundi": {**GROUP, "2026-03": odd}}, NK26)
    for month in MONTHS[:2]:
        (done,) = close(ws, month, slugs=("kikundi",), ready=readiness)
        assert [one.unit for one in done.closed] == ["kikundi"]
    found = readiness(load_federation(ws), "2026-03", ["kikundi"], today=dt.date(2026, 7, 1))
    assert [problem.code for problem in found["kikundi"]] == ["LOAN_SHARE_WHOLE"]


def test_without_a_cycle_a_box_is_counted_at_the_month_s_end(make):
    parts = {**GROUP, "2026-02": GROUP["2026-02"] + COUNTED}
    ws = make({"kikundi": parts}, '2026-01-01 custom "decision" "A" "assembly"\n')
    close(ws, "2026-01", slugs=("kikundi",))
    found = readiness(load_federation(ws), "2026-02", ["kikundi"], today=dt.date(2026, 7, 1))
    assert "CLOSE_NO_COUNT" in [problem.code for problem in found["kikundi"]]
