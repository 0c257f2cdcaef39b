"""What keeps a month open, in full: the place, the sentence with its amount, account and day, and the way out."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.closing.readiness import readiness
from ledger.federation import load_federation
from tests.closing.readying import SOURCE, federation_with, voucher
from tests.closing.sealing import seal

BANK, CASH, SUSPENSE = "Assets:1930-Bank", "Assets:1910-Kassa", "Liabilities:2999-Observationskonto"
RENT, SALES = "Expenses:5010-Rent", "Income:3001-Sales"
#: The sale of each book's January stands on its first line, what is added on the sixth.
JANUARY = "units/repris/books/2026/2026-01.beancount"
BY, WHY = '  accepted-by: "anna"\n', '  reason: "asked the bank"\n'


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))


def told(ws, period="2026-01", today=dt.date(2026, 2, 10)):
    """Place, sentence and remedy of each."""
    found = readiness(load_federation(ws), period, ["repris"], today=today)["repris"]
    return [(problem.where, problem.text(), problem.remedy_text()) for problem in found]


def waiting(*postings: str, more: str = "") -> str:
    """An entry of 12 January that waits."""
    return f'2026-01-12 ! "Something"\n  voucher: "A-2"\n{more}' + "".join(f"  {row} SEK\n" for row in postings)


SIDES = (f"{BANK}  100.00", f"{SUSPENSE}  -100.00")
RIGHT = f"Put the right account in place of {SUSPENSE}, and * for !. If nobody can know it yet, somebody takes "
RIGHT += 'responsibility: write  accepted-by: "name"  and  reason: "why"  below the entry\'s first line.'
BOTH = 'Write both  accepted-by: "name"  and  reason: "why"  below the entry\'s first line.'
WAIT = "{} SEK of 2026-01-12 wait on " + SUSPENSE + " for their account."
HALF = f"100.00 SEK of 2026-01-12 on {SUSPENSE} are accepted, but it isn't said by whom and why."
#: The entry; what is said, or nothing where the month may close with it.
WAITING = {
    "nobody has looked": (waiting(*SIDES), (WAIT.format("100.00"), RIGHT)),
    "somebody, nobody knows why": (waiting(*SIDES, more=BY), (HALF, BOTH)),
    "nobody knows who": (waiting(*SIDES, more=WHY), (HALF, BOTH)),
    "a reason of spaces": (waiting(*SIDES, more=BY + '  reason: "  "\n'), (HALF, BOTH)),
    "both": (waiting(*SIDES, more=BY + WHY), None),
    "both, at the posting": (waiting(SIDES[0], f"{SIDES[1]} SEK\n  {BY}  {WHY.rstrip()}\n  {RENT}  0"), None),
    "one at each": (waiting(SIDES[0], f"{SIDES[1]} SEK\n  {BY}  {RENT}  0", more=WHY), None),
    "a part of it": (
        waiting(f"{BANK}  100.00", f"{SUSPENSE}  -30.00", f"{SALES}  -70.00"),
        (WAIT.format("30.00"), RIGHT),
    ),
    "two parts of it": (
        waiting(f"{BANK}  100.00", f"{SUSPENSE}  -130.00", f"{SUSPENSE}  10.00", f"{SALES}  20.00"),
        (WAIT.format("120.00"), RIGHT),
    ),
    "no suspense": (
        waiting(f"{BANK}  100.00", f"{SALES}  -100.00", more=BY + WHY),
        (
            "This entry of 2026-01-12 is flagged !: it waits for somebody to say that it is right.",
            "If it is, put * for !; else correct it first.",
        ),
    ),
}


def test_amounts_that_nobody_can_pay(make_workspace):
    """100 SEK in three: two of 33.33, one of 33.34."""
    text = f'2026-01-12 * "Rent of three"\n  voucher: "A-2"\n  {RENT}  100.00 SEK\n'
    third = "  Assets:1930-Bank  (-100/3) SEK\n"
    digits = "33.33333333333333333333333333"
    rounded = (
        "Write out the amounts of this voucher, rounded: here -33.33. What that leaves over is added to one of them."
    )
    said = f"-{digits} SEK of 2026-01-12 on {BANK}: no amount is finer than 0.01 SEK."
    ws = federation_with(make_workspace, {"repris/2026-01": text + 3 * third})
    assert told(ws) == [(f"{JANUARY}:9", said, rounded)]  # once a voucher


@pytest.mark.parametrize("name", WAITING)
def test_an_entry_that_waits(make_workspace, name):
    text, said = WAITING[name]
    assert told(federation_with(make_workspace, {"repris/2026-01": text})) == (
        [(f"{JANUARY}:6", *said)] if said else []
    )


def test_an_accepted_entry_hides_none_behind_it(make_workspace):
    second = waiting(*SIDES).replace("A-2", "A-3").replace("01-12", "01-13")
    ws = federation_with(make_workspace, {"repris/2026-01": waiting(*SIDES, more=BY + WHY) + second})
    assert [where for where, *_ in told(ws)] == [f"{JANUARY}:12"]


#: What is added to January; place, sentence, and words of the remedy.
LACKING = {
    "no numbers": (
        voucher("2026-01-12", "", RENT, BANK) + voucher("2026-01-11", "", RENT, BANK),
        ":10",
        "repris: vouchers without a number in 2026-01: 2; this is the first.",
        "Give them numbers:  sambok number repris",
    ),
    "a gap of one": (
        voucher("2026-01-12", "A-3", RENT, BANK),
        None,
        "repris: no voucher has the number A-2, and nothing says why.",
        '2026-01-31 event "voucher-gap" "A-2 the reason"',
    ),
    "a gap of many": (
        voucher("2026-01-12", "A-9", RENT, BANK),
        None,
        "repris: no voucher has the number A-2..A-8, and nothing says why.",
        '2026-01-31 event "voucher-gap" "A-2..A-8 the reason"',
    ),
    "twice": (
        voucher("2026-01-12", "A-1", RENT, BANK),
        ":6",
        f"A-1 is the number of two vouchers: of this one, and of {JANUARY}:1.",
        "run  sambok number repris",
    ),
    "no number of a series": (
        voucher("2026-01-12", "Pad", RENT, BANK),
        ":6",
        "The voucher's number Pad isn't series and number.",
        'Write it in quotes with a hyphen, such as  voucher: "A-17" ; or delete the line and run  sambok number repris',
    ),
    "nothing where the number should be": (
        voucher("2026-01-12", "Pad", RENT, BANK).replace('"Pad"', '""'),
        ":6",
        "There is no number behind voucher:",
        'Delete the line and run  sambok number repris , or write the number:  voucher: "A-17"',
    ),
    "a gap that isn't explained": (
        '2026-01-31 event "voucher-gap" "A-2"\n',
        ":6",
        "This doesn't say which numbers of one series are missing, and why: A-2",
        "A-",
    ),
    "nobody has counted": (
        voucher("2026-01-12", "A-2", CASH, BANK),
        None,
        f"repris: nobody has counted {CASH} at the end of 2026-01.",
        f"2026-02-01 balance {CASH}  AMOUNT SEK",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_a_month_lacks(make_workspace, name):
    text, line, said, remedy = LACKING[name]
    ((where, sentence, way_out),) = told(federation_with(make_workspace, {"repris/2026-01": text}))
    assert (where, sentence) == (f"{JANUARY}{line}" if line else "", said)
    assert remedy in way_out


def test_an_account_without_any_statement(make_workspace):
    ((where, sentence, way_out),) = told(federation_with(make_workspace, {"repris/unit": SOURCE}))
    assert (where, sentence) == (
        "",
        f"repris: {BANK} isn't reconciled for 2026-01: no statement tells of that month or one before it.",
    )
    assert "sambok import repris FILE" in way_out
    assert f"2026-02-01 balance {BANK}  AMOUNT SEK" in way_out


def test_a_claim_that_the_other_part_does_not_know(make_workspace):
    claim = voucher("2026-01-12", "A-2", "Assets:1660-Intern-fordran", BANK)
    claim = claim.replace("100.00 SEK\n", '100.00 SEK\n    partner: "angen"\n    ic: "trade"\n', 1)
    ((where, sentence, way_out),) = told(federation_with(make_workspace, {"repris/2026-01": claim}))
    assert where == f"{JANUARY}:8"  # the posting's line
    assert "repris" in sentence.split(":")[0]
    assert "angen" in sentence.split(":")[0]
    assert "100.00 SEK differ at the end of 2026-01 (" in sentence
    assert way_out


def test_suspense_at_the_years_end(make_workspace):
    """What waits is told entry by entry; what nothing flags, account by account: a debt is below zero."""
    flagged = waiting(*SIDES, more=BY + WHY).replace("2026-01", "2026-12")
    plain = voucher("2026-12-12", "A-2", BANK, SUSPENSE)
    for text, expected in [
        (flagged, f"100.00 SEK of 2026-12-12 wait on {SUSPENSE}, and 2026-12 is the last month of the fiscal year."),
        (plain, f"repris: -100.00 SEK are left on {SUSPENSE} at the end of the fiscal year."),
    ]:
        ws = federation_with(make_workspace, {"repris/2026-12": text})
        seal(ws, "repris", *(f"2026-{month:02d}" for month in range(1, 12)))
        ((_, sentence, way_out),) = told(ws, "2026-12", dt.date(2027, 1, 5))
        assert sentence == expected
        assert "nothing stays on suspense at the year's end." in way_out
