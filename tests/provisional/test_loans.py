"""Charges that have accrued on loans and that no book has yet: in the fund's book, and in the borrower's (SPEC 8).

Worked by hand from the samples' two cycles. FI borrows 24,000 on 10 February at 1 % a month on what is left and pays
8,000 back each month: 240 on 10 March, 160 on 10 April, 80 on 10 May. Anna borrows 600 on 14 January at 5 % for each
four weeks, pays 300 back on 11 February: 30 on 11 February, 15 on 11 March.
"""

import datetime as dt

import pytest
from beancount import loader
from beancount.core import data
from beancount.parser import printer

from ledger.books import load_books
from ledger.combine import combine
from ledger.federation import load_federation
from ledger.memo import forget
from ledger.policy import read_policy
from ledger.provisional import full_entries, provisional
from tests.closing.sealing import seal
from tests.loans.books import DECISION, GROUP, MEETING_1, MEETING_5, NK26, RF26, federation

DAY = dt.date.fromisoformat


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))


def unpaid(parts):
    """As the sample, but nothing is booked of charges, and nothing is shared out."""
    for slug in ("gemensamt", "fi", "nk"):
        parts[slug].pop("2026-12", None)
    for month, charge in ((3, 240), (4, 160), (5, 80)):
        key, paid = f"2026-0{month}", f"{8000 + charge}.00"
        for slug in ("gemensamt", "fi"):
            lines, skip = [], 0
            for line in parts[slug][key].splitlines():
                if "8361" in line or "8462" in line:
                    skip = 3
                skip -= 1
                if skip < 0:
                    lines.append(line.replace(paid, "8000.00"))
            parts[slug][key] = "\n".join(lines) + "\n"
    return parts


def made(found, slug):
    """Provisional entries as text, without places."""
    text = []
    for one in found.run.entries(slug):
        entry = one
        assert entry.meta["filename"] == "<loans>"
        plain = {k: v for k, v in entry.meta.items() if k not in {"filename", "lineno"}}
        if isinstance(entry, data.Transaction):
            postings = [
                p._replace(meta={k: v for k, v in p.meta.items() if k not in {"filename", "lineno"}})
                for p in entry.postings
            ]
            entry = entry._replace(postings=postings)
        text.append(printer.format_entry(entry._replace(meta=plain)).strip())
    return [" ".join(one.split()) for one in text]


def months(found, slug):
    """Date and amount of the claim or debt."""
    return [(str(e.date), str(e.postings[0].units.number)) for e in found.run.entries(slug) if hasattr(e, "postings")]


@pytest.fixture
def fund(make_workspace):
    return load_federation(make_workspace(unpaid(federation()), policy=DECISION + RF26))


def test_both_sides_say_the_same(fund):
    assert fund.problems == ()
    assert made(fund, "gemensamt")[0] == (
        '2026-03-10 ! "RF26: charge for loan RF26-L01 to Fi" #provisional ^ic-gemensamt-RF26-L01 cycle: "RF26"'
        ' Assets:1664-Charges-due 240.00 SEK loan: "RF26-L01" partner: "fi" ic: "interest"'
        ' Income:8361-Service-charge -240.00 SEK loan: "RF26-L01" partner: "fi" ic: "interest"'
    )
    assert made(fund, "fi")[0] == (
        '2026-03-10 ! "RF26: charge for loan RF26-L01 to Fi" #provisional ^ic-gemensamt-RF26-L01 cycle: "RF26"'
        ' Expenses:8462-Charges 240.00 SEK loan: "RF26-L01" partner: "gemensamt" ic: "interest"'
        ' Liabilities:2865-Charges-owed -240.00 SEK loan: "RF26-L01" partner: "gemensamt" ic: "interest"'
    )
    expected = [("2026-03-10", "240.00"), ("2026-04-10", "160.00"), ("2026-05-10", "80.00")]
    assert months(fund, "gemensamt") == months(fund, "fi") == expected
    assert fund.run.entries("nk") == []


@pytest.mark.parametrize("day", ["2026-03-31", "2026-04-30", "2026-05-31"])
def test_all_of_it_is_eliminated(fund, day):
    found = combine(fund.books, fund.run, date_to=DAY(day))
    assert (found.complete, found.unmatched, found.result) == (True, (), 0)
    assert {one.kind for one in found.eliminations} >= {"interest"}


def test_due_dates_count_to_the_end_of_the_last_month_with_a_posting(make_workspace):
    """Nothing of 24,000 is paid back: 240 a month, to the month in which the fund's book has its last posting."""
    parts = unpaid(federation())
    for slug in ("gemensamt", "fi"):
        for month in (3, 4, 5):
            del parts[slug][f"2026-0{month}"]
    parts["gemensamt"]["2026-06"] = '2026-06-02 * "Fee"\n  Assets:1930-Bank  -1.00 SEK\n  Expenses:8461-Share-out\n'
    parts["nk"]["2026-09"] = '2026-09-02 * "Fee"\n  Assets:1930-Bank  -1.00 SEK\n  Expenses:8462-Charges\n'
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    assert months(found, "fi") == [(f"2026-0{month}-10", "240.00") for month in (3, 4, 5, 6)]
    for slug in ("gemensamt", "fi"):  # it was due on 10 May: June's charge says so
        said = [e.meta.get("overdue-since") for e in found.run.entries(slug) if hasattr(e, "postings")]
        assert said == [None, None, None, DAY("2026-05-10")]


def test_accounts_that_a_book_lacks_are_opened(make_workspace):
    parts = unpaid(federation())
    for slug, codes in (("gemensamt", ("1664", "8361")), ("fi", ("2865", "8462"))):
        lines = parts[slug]["accounts"].splitlines()
        parts[slug]["accounts"] = "\n".join(x for x in lines if not any(code in x for code in codes)) + "\n"
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    assert found.problems == ()
    assert made(found, "gemensamt")[:2] == [
        "2026-03-01 open Assets:1664-Lånefonden-serviceavgifter-att-få",
        "2026-03-01 open Income:8361-Lånefonden-serviceavgifter",
    ]
    assert made(found, "fi")[:2] == [
        "2026-03-01 open Expenses:8462-Avgifter-till-lånefonden",
        "2026-03-01 open Liabilities:2865-Serviceavgifter-till-lånefonden",
    ]


def test_a_closed_month_takes_nothing(make_workspace):
    """March is closed in the fund's book, with nothing of charges in it: its own 240 fall on the first open day."""
    ws = make_workspace(unpaid(federation()), policy=DECISION + RF26)
    for month in ("2026-01", "2026-02", "2026-03"):
        seal(ws, "gemensamt", month)
    found = load_federation(ws)
    expected = [("2026-04-01", "240.00"), ("2026-04-10", "160.00"), ("2026-05-10", "80.00")]
    assert months(found, "gemensamt") == expected
    assert months(found, "fi")[0] == ("2026-03-10", "240.00")


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        ("", ["30.00", "15.00"]),
        # paid in money on the day, straight to the income
        (("2026-02-11", "30"), ["15.00"]),
        # two days late: owed on the 11th, settled on the 13th
        (("2026-02-13", "30"), ["30.00", "-30.00", "15.00"]),
        # two days early: of the period that has begun, so it is earned when it is paid
        (("2026-02-09", "30"), ["15.00"]),
        # a part of it early, the rest when it is due
        (("2026-02-09", "20"), ["10.00", "15.00"]),
        # too little: the rest is still owed
        (("2026-02-11", "20"), ["10.00", "15.00"]),
        # both periods at once: the second one hasn't begun, 15 aren't earned yet
        (("2026-02-11", "45"), ["-15.00", "15.00"]),
    ],
)
def test_what_is_income_already_doesn_t_come_twice(make_workspace, booked, expected):
    repaid = """\
2026-02-11 * "Anna 300"
  cycle: "NK26"
  Assets:1010-Loan-fund-box  300 SEK
  Assets:1110-Loans-to-members:Anna  -300 SEK
"""
    text = {"2026-01": MEETING_1, "2026-02": repaid, "2026-03": '2026-03-12 * "Pens"\n' + '  cycle: "NK26"\n'}
    text["2026-03"] += '  Assets:1010-Loan-fund-box  -1 SEK\n  Expenses:5040-Loan-losses  1 SEK\n    decision: "K-1"\n'
    if booked:
        text["2026-02"] += (
            f'{booked[0]} * "Charge"\n  cycle: "NK26"\n  Assets:1010-Loan-fund-box  {booked[1]} SEK\n'
            f'  Income:4010-Service-charge  -{booked[1]} SEK\n    participant: "Anna"\n'
        )
    found = load_federation(make_workspace({"kikundi": {**GROUP, **text}}, policy=DECISION + NK26))
    assert found.problems == ()
    assert [amount for _, amount in months(found, "kikundi")] == expected


def test_a_person_s_account_is_opened_like_the_others_of_that_person(make_workspace):
    accounts = GROUP["accounts"].replace(
        '2026-01-01 open Assets:1120-Service-charges-due:Anna SEK\n  code: "1120"\n  participant: "Anna"\n', ""
    )
    parts = {**GROUP, "accounts": accounts, "2026-01": MEETING_1, "2026-02": MEETING_5.replace("-30 ", "-20 ")}
    parts["2026-02"] = parts["2026-02"].replace(" 330 ", " 320 ").replace("530 SEK", "520 SEK")
    found = load_federation(make_workspace({"kikundi": parts}, policy=DECISION + NK26))
    assert found.problems == ()
    assert made(found, "kikundi") == [
        '2026-01-01 open Assets:1120-Service-charges-due:Anna code: "1120" participant: "Anna"',
        (
            '2026-02-11 ! "NK26: charge for loan NK26-L01 to Anna" #provisional ^NK26-L01 cycle: "NK26"'
            ' Assets:1120-Service-charges-due:Anna 10.00 SEK loan: "NK26-L01"'
            ' Income:4010-Service-charge -10.00 SEK loan: "NK26-L01"'
        ),
    ]


def test_without_a_cycle_nothing_is_read(make_workspace, monkeypatch):
    """A book that keeps no cycle isn't opened for loans."""
    ws = make_workspace({"fi": federation()["fi"]})
    books = load_books(ws)
    policy = read_policy(books.central_text, ws)
    monkeypatch.setattr(type(books.units["fi"]), "entries", lambda _: pytest.fail("read"))
    assert provisional(books, policy).problems == ()


def test_the_same_books_give_the_same_bytes(make_workspace):
    ws = make_workspace(unpaid(federation()), policy=DECISION + RF26)
    first = [repr(e) for slug in ws.units for e in load_federation(ws).run.entries(slug)]
    again = [repr(e) for slug in ws.units for e in load_federation(ws).run.entries(slug)]
    forget()
    cold = [repr(e) for slug in ws.units for e in load_federation(ws).run.entries(slug)]
    assert first == again == cold


# --- plain Beancount


@pytest.mark.parametrize("slug", ["gemensamt", "fi", "nk"])
def test_plain_beancount_shows_the_same(fund, slug):
    entries, errors, _ = loader.load_file(str(fund.workspace.units[slug].main))
    assert errors == []
    assert [repr(e) for e in entries] == [repr(e) for e in full_entries(fund.books, fund.run, slug)]


OWN = 'plugin "plugins.rotating_loans"\n'


@pytest.mark.parametrize(
    "named",
    [
        ('plugin "plugins.levy"\n', OWN),
        ('plugin "plugins.levy"\n', OWN + 'plugin "plugins.levy"\n'),
        ('plugin "plugins.levy"\n', 'plugin "plugins.levy"\n' + OWN),
    ],
    ids=["alone", "first", "last"],
)
def test_a_main_file_may_name_the_loans_by_themselves(fund, named):
    """No rate of a levy is decided here: all that is provisional are the loans' charges, once."""
    main = fund.workspace.units["fi"].main
    main.write_text(main.read_text(encoding="utf-8").replace(*named), encoding="utf-8")
    entries, errors, _ = loader.load_file(str(main))
    assert errors == []
    assert [repr(e) for e in entries] == [repr(e) for e in full_entries(fund.books, fund.run, "fi")]


def test_the_guard_lets_it_stand(make_workspace):
    ws = make_workspace(unpaid(federation()), policy=DECISION + RF26)
    main = ws.units["fi"].main
    main.write_text(main.read_text(encoding="utf-8").replace('"plugins.levy"\n', '"plugins.levy"\n' + OWN), "utf-8")
    assert load_federation(ws).problems == ()


def test_plain_beancount_tells_what_wasn_t_agreed_on(make_workspace):
    parts = {"kikundi": {**GROUP, "2026-01": MEETING_1, "2026-02": MEETING_5}}
    ws = make_workspace(parts, policy=DECISION + NK26 + "  max-shares: 4\n")
    _, errors, _ = loader.load_file(str(ws.units["kikundi"].main))
    (error,) = errors
    assert error.message.startswith("Anna buys 5 shares at meeting 1; 4 is the most.")
    assert error.message.endswith("[LOAN_SHARE_MOST]")
    assert error.source["filename"].endswith("units/kikundi/books/2026/2026-01.beancount")
