"""Postings that a cycle's participants haven't agreed on: each is told, with its voucher, and counts all the same.

The group is that of the samples (`tests.loans.books`): Anna has 5 shares of 100 and borrowed 600 for two periods of
four weeks at 5 %, Bo has 3. On 11 February Anna paid 300 back and 30 for the first period. The box holds 530.
"""

import datetime as dt

import pytest

from ledger.federation import load_federation
from ledger.loans.kinds import KINDS
from ledger.loans.problems import LoanProblem
from tests.loans.books import DECISION, GROUP, MEETING_1, MEETING_5, NK26, RF26, federation


def voucher(*postings, day="2026-02-25", meta=()):
    lines = [f'{day} * "wrong"', *(f"  {line}" for line in ('cycle: "NK26"', *meta)), *(f"  {p}" for p in postings)]
    return "\n".join(lines) + "\n"


def shares(who, amount, **said):
    return voucher(f"Assets:1010-Loan-fund-box  {amount} SEK", f"Equity:3010-Shares:{who}  -{amount} SEK", **said)


def loan(who, amount, *said, **more):
    account = f"Assets:1110-Loans-to-members:{who}"
    return voucher(
        f"{account}  {amount} SEK", *(f"  {s}" for s in said), f"Assets:1010-Loan-fund-box  -{amount} SEK", **more
    )


def repaid(who, amount, *said):
    account = f"Assets:1110-Loans-to-members:{who}"
    return voucher(f"Assets:1010-Loan-fund-box  {amount} SEK", f"{account}  -{amount} SEK", *(f"  {s}" for s in said))


def leaves(profit=0, meta=()):
    box = f"Assets:1010-Loan-fund-box  -{300 + profit} SEK"
    gain = [f"Equity:3990-Result-of-the-cycle  {profit} SEK"] if profit else []
    return voucher("Equity:3010-Shares:Bo  300 SEK", *gain, box, meta=meta)


ANNA, BO = "Assets:1110-Loans-to-members:Anna", "Assets:1110-Loans-to-members:Bo"
DUE, UNPAID = "Assets:1120-Service-charges-due:Anna", "Assets:1130-Unpaid-fines:Anna"
SHARES, RESULT = "Equity:3010-Shares", "Equity:3990-Result-of-the-cycle"
BOX, CHARGE, FINES = "Assets:1010-Loan-fund-box", "Income:4010-Service-charge", "Income:4020-Fines"
NOBODY = "it is nobody's."


def shared_out(profit):
    """Anna pays what she owes, 300 and the charge of the period that has begun: 845 for 800 in shares."""
    pays = voucher(f"{BOX}  315 SEK", f"{ANNA}  -300 SEK", f"{CHARGE}  -15 SEK", '  participant: "Anna"')
    back = (f"{SHARES}:Anna  500 SEK", f"{SHARES}:Bo  300 SEK")
    return pays + voucher(*back, f"{RESULT}  {profit} SEK", f"{BOX}  -{800 + profit} SEK")


#: What the cycle says besides; the wrong voucher; what is told. The voucher stands in line 8 of its month.
CASES = [
    ("", shares("Bo", 250), "LOAN_SHARE_WHOLE", "Bo: 250.00 SEK is no whole number of shares of 100.00 SEK."),
    ("max-shares: 5", shares("Bo", 600), "LOAN_SHARE_MOST", "Bo buys 6 shares at meeting 2026-02-25; 5 is the most."),
    ("min-shares: 2", shares("Bo", 100), "LOAN_SHARE_LEAST", "Bo buys 1 shares at meeting 2026-02-25; 2 is the least."),
    ("last-shares: 2026-02-20", shares("Bo", 100), "LOAN_LAST_SHARES", "the last day for that was 2026-02-20."),
    ('joining: "no"', shares("Caro", 100), "LOAN_JOINING", "who wasn't there on 2026-01-14 joins the next cycle."),
    # 830 for 800 in shares: each of 100 is worth 103.75
    ('joining: "value"', shares("Caro", 100), "LOAN_ENTRANCE", "pays 0.00 SEK beyond the shares' price; 3.75 SEK was"),
    ("", voucher("Equity:3010-Shares:Bo  400 SEK", f"{BOX}  -400 SEK"), "LOAN_SHARE_SHORT", "but has only 300.00 SEK."),
    # 1.2 x 500 less 300 that are open: 300 more are allowed
    (
        "loan-multiple: 1.2",
        loan("Anna", 301, 'loan: "NK26-L02"'),
        "LOAN_LIMIT",
        "Anna borrows 301.00 SEK, but may have 300.00 SEK: 1.2 x own shares of 500.00 SEK, less open loans of 300.00",
    ),
    ("", loan("Bo", 531, 'loan: "NK26-L02"'), "LOAN_CASH", "Bo borrows 531.00 SEK, but only 530.00 SEK is there"),
    ("max-term: 2", loan("Bo", 100, 'loan: "NK26-L02"', "term: 3"), "LOAN_TERM_LONG", "Bo borrows for 3 periods; 2 is"),
    (
        "",
        loan("Bo", 100, 'loan: "NK26-L02"', 'term: "soon"'),
        "LOAN_TERM_UNCLEAR",
        "soon: that is no number of periods.",
    ),
    ("last-loans: 2026-02-20", loan("Bo", 100), "LOAN_LAST_LOANS", "Bo gets a loan on 2026-02-25; the last day"),
    ("", loan("Anna", 100, 'loan: "NK26-L01"', "term: 1"), "LOAN_TWICE", "There is a loan NK26-L01 already."),
    # due on 11 March, 300 are left
    (
        "late-may-borrow: FALSE",
        loan("Anna", 100, 'loan: "NK26-L02"', day="2026-03-21"),
        "LOAN_LATE_BORROWER",
        "Anna borrows again, but is 10 days late with the loan NK26-L01.",
    ),
    ("", repaid("Anna", 301), "LOAN_REPAID_MORE", "Anna pays 301.00 SEK back, but owes only 300.00 SEK."),
    ("", repaid("Anna", 50, 'loan: "NK26-L11"'), "LOAN_UNKNOWN", "there is no such loan in NK26."),
    # 30 for the first period is paid; the second, on 300, costs 15
    (
        "",
        voucher(f"{BOX}  16 SEK", f"{CHARGE}  -16 SEK", '  participant: "Anna"'),
        "LOAN_CHARGE_OVERPAID",
        "Anna pays 16.00 SEK of charges, 1.00 SEK more than is owed.",
    ),
    (
        'fines: "social-fund"',
        voucher(f"{BOX}  20 SEK", f"{FINES}  -20 SEK"),
        "LOAN_FINE_FUND",
        "A fine of 20.00 SEK goes into the loan fund, but NK26 has them go into the social fund.",
    ),
    (
        "",
        voucher(f"{BOX}  20 SEK", "Assets:1130-Unpaid-fines:Anna  -20 SEK"),
        "LOAN_FINE_PAID",
        "Anna pays unpaid fines of 20.00 SEK, but owes only 0.00 SEK.",
    ),
    (
        "",
        voucher("Assets:1020-Social-fund-box  10 SEK", f"{FINES}  -10 SEK"),
        "LOAN_SOCIAL_MIXED",
        "10.00 SEK of the loan fund and the social fund of NK26 are mixed in this voucher.",
    ),
    (
        "",
        voucher(f"{BOX}  -10 SEK", "Assets:1190-Other-claims  10 SEK"),
        "LOAN_FUND_IDENTITY",
        "With this voucher the fund of NK26 is -10.00 SEK off what it came from; it moves cash -10.",
    ),
    (
        "",
        voucher(f"{BOX}  100 SEK", "Equity:3010-Shares  -100 SEK"),
        "LOAN_PARTICIPANT_MISSING",
        "Equity:3010-Shares moves -100.00 SEK, but it isn't said for whom.",
    ),
    (
        "",
        voucher("Expenses:5040-Loan-losses  300 SEK", "Assets:1110-Loans-to-members:Anna  -300 SEK"),
        "LOAN_LOSS_DECISION",
        "300.00 SEK is written off, and no decision is named.",
    ),
    ("", leaves(profit=10), "LOAN_LEAVING", "Bo leaves with 10.00 SEK beyond the price of the shares; 0.00 SEK was"),
    # 830 for 800 in shares the day before: 3 shares are worth 11.25 more than they cost
    ('leaving: "value"', leaves(), "LOAN_LEAVING", "Bo leaves with 0.00 SEK beyond the price of the shares; 11.25 SEK"),
    ('leaving: "charges"', leaves(), "LOAN_LEAVING", "0.00 SEK beyond the price of the shares; 11.25 SEK was agreed"),
    (
        "",
        voucher("Assets:1110-Loans-to-members:Bo  50 SEK", '  loan: "NK26-L02"', f"{BOX}  -50 SEK", day="2026-02-20")
        + leaves(),
        "LOAN_LEAVING_OWING",
        "Bo hands in the last share and still owes 50.00 SEK.",
    ),
    ("ends: 2026-02-20", shares("Bo", 100), "LOAN_AFTER_CYCLE", "NK26 ended on 2026-02-20: no shares are sold"),
    (
        "",
        voucher(f"{BOX}  10 SEK", f"{FINES}  -10 SEK").replace("NK26", "NK62"),
        "LOAN_CYCLE_UNKNOWN",
        "The book of kikundi keeps no loan cycle NK62.",
    ),
    (
        "",
        voucher("Assets:1110-Loans-to-members:Bo  10 EUR", f"{BOX}  -10 EUR"),
        "LOAN_CURRENCY",
        "has EUR, but the cycle NK26 is in SEK.",
    ),
    # half an öre: nobody can pay it, and the sum of it is not the fund's only
    (
        "",
        voucher(f"{BOX}  100.005 SEK", "Income:4030-Gifts  -100.005 SEK"),
        "LOAN_AMOUNT_FINE",
        "Income:4030-Gifts moves 100.005 SEK, but the smallest amount is 0.01 SEK.",
    ),
    (
        "",  # within what Beancount tolerates
        voucher(f"{BOX}  10.00 SEK", "Income:4030-Gifts  -10.004 SEK"),
        "LOAN_AMOUNT_FINE",
        "Income:4030-Gifts moves 10.004 SEK, but the smallest amount is 0.01 SEK.",
    ),
    (
        "",
        voucher(f"{BO}  50 SEK", f"{ANNA}  -50 SEK"),
        "LOAN_DEBT_MOVED",
        "50.00 SEK that Anna owes becomes Bo's debt, and no money moves.",
    ),
    (
        "",  # an id alone says nothing of when it is due
        voucher(f"{BO}  50 SEK", '  loan: "NK26-L02"', f"{ANNA}  -50 SEK"),
        "LOAN_DEBT_MOVED",
        "50.00 SEK that Anna owes becomes Bo's debt, and no money moves.",
    ),
    (
        "",
        voucher(f"{DUE}  -10 SEK", "Assets:1120-Service-charges-due:Bo  10 SEK"),
        "LOAN_DEBT_MOVED",
        "10.00 SEK that Anna owes becomes Bo's debt, and no money moves.",
    ),
    (
        "",
        voucher("Equity:3010-Shares:Bo  100 SEK", "Equity:3010-Shares:Anna  -100 SEK"),
        "LOAN_SHARES_MOVED",
        "Shares of Bo for 100.00 SEK become Anna's, and no money moves: no terms allow that.",
    ),
    (
        "",
        voucher(f"{BOX}  5 SEK", f"{CHARGE}  -5 SEK"),
        "LOAN_UNOWED",
        "A charge of 5.00 SEK is booked, but it isn't said whose.",
    ),
    (
        "",
        voucher("Assets:1120-Service-charges-due:Bo  5 SEK", f"{CHARGE}  -5 SEK"),
        "LOAN_UNOWED",
        "Bo is charged 5.00 SEK, but has no loan.",
    ),
    (
        "",
        voucher("Expenses:5040-Loan-losses  5 SEK", f"{CHARGE}  -5 SEK", meta=('decision: "K-1"',)),
        "LOAN_UNOWED",
        "5.00 SEK is booked as income, but nobody pays or owes it.",
    ),
    (
        "",
        voucher("Income:4030-Gifts  5 SEK", f"{FINES}  -5 SEK"),
        "LOAN_UNOWED",
        "5.00 SEK is booked as income, but nobody pays or owes it.",
    ),
    (
        "",
        voucher(f"{UNPAID}  5 SEK", "Income:4030-Gifts  -5 SEK"),
        "LOAN_UNOWED",
        "Anna owes 5.00 SEK more, but it is nobody's income.",
    ),
    (
        "",
        voucher(f"{RESULT}  5 SEK", f"{BOX}  -5 SEK"),
        "LOAN_PROFIT_LOOSE",
        "5.00 SEK of what is shared out is booked, but nobody hands in shares for it.",
    ),
    (
        "",
        shared_out(44),
        "LOAN_SHARE_OUT_REST",
        "On 2026-02-25 the last share is handed in, and 1.00 SEK is left in the fund of NK26: " + NOBODY,
    ),
    (
        "",
        voucher("Expenses:5040-Loan-losses  531 SEK", f"{BOX}  -531 SEK", meta=('decision: "K-1"',)),
        "LOAN_MONEY_BELOW",
        "At the end of 2026-02-25 there is -1.00 SEK in the fund of NK26: less than nothing.",
    ),
    (
        "",
        voucher("Equity:3020-Social-fund  1 SEK", "Assets:1020-Social-fund-box  -1 SEK"),
        "LOAN_MONEY_BELOW",
        "At the end of 2026-02-25 there is -1.00 SEK in the social fund of NK26: less than nothing.",
    ),
]


def load(make_workspace, keys, text, book=GROUP):
    terms = NK26.replace("  ends: 2026-12-10\n", "") if "ends:" in keys else NK26
    terms += f"  {keys}\n" if keys else ""
    accounts = book["accounts"].replace("Bo SEK", "Bo SEK, EUR").replace("box SEK", "box SEK, EUR")
    parts = {**book, "accounts": accounts, "2026-01": MEETING_1, "2026-02": MEETING_5}
    month = "2026-03" if "2026-03" in text else "2026-02"
    parts[month] = parts.get(month, "") + text
    return load_federation(make_workspace({"kikundi": parts}, policy=DECISION + terms))


@pytest.mark.parametrize(("keys", "text", "code", "says"), CASES, ids=[f"{c[2]} {c[0]}".strip() for c in CASES])
def test_what_wasn_t_agreed_on_is_told(make_workspace, keys, text, code, says):
    found = load(make_workspace, keys, text)
    problems = [p for p in found.problems if isinstance(p, LoanProblem)]
    assert [p.code for p in problems] == [code]
    assert [p for p in found.problems if not isinstance(p, LoanProblem)] == []
    (problem,) = problems
    assert says in problem.text()
    month = "2026-03" if "2026-03" in text else "2026-02"
    last = sum(1 for line in text.splitlines() if line.startswith("2026-"))
    before = 0 if month == "2026-03" else len(MEETING_5.splitlines())
    starts = [n for n, line in enumerate(text.splitlines(), before + 1) if line.startswith("2026-")]
    assert (problem.file, problem.line) == (f"units/kikundi/books/2026/{month}.beancount", starts[last - 1])
    assert problem.unit == "kikundi"
    assert problem.remedy_text()
    assert problem.excerpt
    assert found.books.units["kikundi"].ok


def test_who_it_was_is_for_the_group_alone(make_workspace):
    """Whoever looks at all books together reads what is wrong and where, and nobody's name (SPEC 10)."""
    found = load(make_workspace, "max-shares: 5", shares("Bo", 600))
    assert [p.text() for p in found.problems] == ["Bo buys 6 shares at meeting 2026-02-25; 5 is the most."]
    assert [(p.text(), p.excerpt) for p in found.shown] == [
        ("… buys 6 shares at meeting 2026-02-25; 5 is the most.", None)
    ]


def test_the_flat_charge_is_what_was_agreed_on(make_workspace):
    """600 x 5 % x 2 periods is 60."""
    flat = voucher("Assets:1120-Service-charges-due:Anna  45 SEK", f"{CHARGE}  -45 SEK", day="2026-01-14")
    parts = {"kikundi": {**GROUP, "2026-01": MEETING_1 + flat}}
    found = load_federation(make_workspace(parts, policy=DECISION + NK26 + '  method: "flat"\n'))
    (problem,) = found.problems
    assert (problem.code, problem.line) == ("LOAN_FLAT_CHARGE", 14)
    assert problem.text() == "The charge of Anna's loan NK26-L01 is booked as 45.00 SEK; it is 60.00 SEK."
    assert problem.remedy_text().startswith("600.00 SEK x 0.05 x 2 periods is 60.00 SEK")


def test_somebody_else_s_loan(make_workspace):
    other = loan("Bo", 50, 'loan: "NK26-L02"', day="2026-02-20") + repaid("Bo", 10, 'loan: "NK26-L01"')
    found = load(make_workspace, "", other)
    assert [p.code for p in found.problems] == ["LOAN_OTHER"]
    assert found.problems[0].text() == "Bo pays on the loan NK26-L01, but it is Anna's."


@pytest.mark.parametrize("day", ["2026-01-05", "2026-01-06"])
def test_before_the_cycle(make_workspace, day):
    early = shares("Bo", 100, day=day)
    parts = {"kikundi": {**GROUP, "2026-01": early + MEETING_1}}
    terms = NK26.replace("2026-01-01", "2026-01-07")
    found = load_federation(make_workspace(parts, policy=DECISION + terms))
    assert {p.code for p in found.problems} == {"LOAN_BEFORE_CYCLE", "DECISION_NEEDED"}


NEXT = NK26.replace("NK26", "NK27").replace("2026-01-01", "2026-02-01").replace("2026-12-10", "2027-01-31")


@pytest.mark.parametrize(
    ("text", "policy", "says"),
    [
        (
            f'2026-02-25 * "Gift"\n  {BOX}  10 SEK\n  Income:4030-Gifts\n',
            NK26 + NEXT,
            "NK26, NK27 all run on 2026-02-25",
        ),
        (
            f'2026-02-25 * "Shares"\n  {BOX}  100 SEK\n  Equity:3010-Shares:Bo\n',
            NK26.replace("2026-12-10", "2026-02-20").replace("2026-01-01", "2026-01-10"),
            "no cycle of this book runs on 2026-02-25. It has: NK26.",
        ),
    ],
    ids=["several", "none"],
)
def test_which_cycle_is_meant(make_workspace, text, policy, says):
    parts = {"kikundi": {**GROUP, "2026-02": text}}
    found = load_federation(make_workspace(parts, policy=DECISION + policy))
    problem = next(p for p in found.problems if p.code == "LOAN_CYCLE_UNCLEAR")
    assert says in problem.text()
    assert 'cycle: "NK26"' in problem.remedy_text()
    assert not any(cycle.fund.movements for cycle in found.loans.values())


def test_a_decision_allows_a_leaver_another_sum_and_a_loss(make_workspace):
    """Bo's heirs get 10 beyond what the shares cost; what is left of Anna's loan is given up."""
    lost = ("Expenses:5040-Loan-losses  300 SEK", "Assets:1110-Loans-to-members:Anna  -300 SEK")
    text = leaves(profit=10, meta=('decision: "K-1"',)) + voucher(*lost, meta=('decision: "K-1"',))
    found = load(make_workspace, "", text)
    assert found.problems == ()
    (one,) = found.loans["NK26"].fund.loans
    assert (one.outstanding(), sum(amount for _, amount in one.written_off)) == (0, 300)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("max-shares: 5", shares("Bo", 500)),
        ("min-shares: 1", shares("Bo", 100)),
        ("loan-multiple: 1.2", loan("Anna", 300, 'loan: "NK26-L02"')),
        ("", loan("Bo", 530, 'loan: "NK26-L02"')),
        ("max-term: 3", loan("Bo", 100, 'loan: "NK26-L02"', "term: 3")),
        ("late-may-borrow: FALSE", loan("Anna", 100, 'loan: "NK26-L02"', day="2026-03-11")),
        ("", repaid("Anna", 300)),
        ("", voucher(f"{BOX}  15 SEK", f"{CHARGE}  -15 SEK", '  participant: "Anna"')),
        ("last-shares: 2026-02-25", shares("Bo", 100)),
        ("", leaves()),
        ('leaving: "value"', leaves(profit=11)),
        # shares of this day first, then limits: 1.2 x 400
        ("loan-multiple: 1.2", shares("Bo", 100) + loan("Bo", 480, 'loan: "NK26-L02"')),
        ("", shares("Bo", 100) + loan("Bo", 630, 'loan: "NK26-L02"')),
        # Bo takes over what Anna owes: a loan for a term, however little there is in the box
        ("", loan("Bo", 530, 'loan: "NK26-L02"') + voucher(f"{BO}  50 SEK", "  term: 1", f"{ANNA}  -50 SEK")),
        ("", voucher(f"{BO}  50 SEK", f"{ANNA}  -50 SEK", meta=('decision: "K-1"',))),
        # shares that change hands by decision are neither bought, nor is who had them paid their value
        *(
            (keys, voucher(f"{SHARES}:Bo  300 SEK", f"{SHARES}:{whom}  -300 SEK", meta=('decision: "K-1"',)))
            for keys in ("", 'leaving: "value"', "last-shares: 2026-02-20", 'joining: "no"')
            for whom in ("Anna", "Caro")
        ),
        (
            "max-shares: 5",
            shares("Anna", 500)
            + voucher(f"{SHARES}:Bo  300 SEK", f"{SHARES}:Anna  -300 SEK", meta=('decision: "K-1"',)),
        ),
        ("", shared_out(45)),
        # a book that is taken over
        ("", voucher(f"{BOX}  50 SEK", "Equity:3910-Carried-in  -20 SEK", f"{CHARGE}  -30 SEK")),
        ("", voucher(f"{UNPAID}  5 SEK", "Equity:3910-Carried-in  -5 SEK")),
        # what was lost comes back
        ("", voucher(f"{DUE}  5 SEK", "Expenses:5040-Loan-losses  -5 SEK")),
        # a day's box is counted at its end
        ("", repaid("Anna", 300) + loan("Bo", 830, 'loan: "NK26-L02"')),
        # fines of a meeting in one sum; a gift of what one owes
        ("", voucher(f"{BOX}  20 SEK", f"{FINES}  -20 SEK")),
        (
            "",
            voucher(f"{UNPAID}  5 SEK", f"{FINES}  -5 SEK") + voucher("Income:4030-Gifts  5 SEK", f"{UNPAID}  -5 SEK"),
        ),
        ("", voucher("Expenses:5040-Loan-losses  530 SEK", f"{BOX}  -530 SEK", meta=('decision: "K-1"',))),
    ],
)
def test_what_was_agreed_on_is_told_nowhere(make_workspace, keys, text):
    if "value" in keys:
        text = text.replace("-311 SEK", "-311.25 SEK").replace("  11 SEK", "  11.25 SEK")
    assert load(make_workspace, keys, text).problems == ()


EXCEPTION = ('accepted-by: "anna"', 'reason: "Bo is ill"')


@pytest.mark.parametrize(
    ("keys", "text", "allowed"),
    [
        ("max-shares: 5", shares("Bo", 600, meta=EXCEPTION), True),
        ("max-shares: 5", shares("Bo", 600, meta=EXCEPTION[:1]), False),  # why isn't said
        ("loan-multiple: 1.2", loan("Anna", 301, 'loan: "NK26-L02"', meta=EXCEPTION), True),
        ("", leaves(profit=10, meta=EXCEPTION), True),
        ("", voucher("Equity:3010-Shares:Bo  100 SEK", f"{SHARES}:Anna  -100 SEK", meta=EXCEPTION), True),
        ("", voucher(f"{BO}  50 SEK", f"{ANNA}  -50 SEK", meta=EXCEPTION), False),  # when is it due?
        ("", shares("Bo", 250, meta=EXCEPTION), False),  # what doesn't add up is never right
    ],
)
def test_what_is_allowed_as_an_exception(make_workspace, keys, text, allowed):
    found = load(make_workspace, keys, text)
    assert (found.problems == ()) is allowed


# --- between units


def wrong_unit(**changes):
    parts = federation()
    for old, new in changes.items():
        parts["gemensamt"]["2026-01"] = parts["gemensamt"]["2026-01"].replace(f'partner: "{old}"', f'partner: "{new}"')
    return parts


@pytest.mark.parametrize(
    ("parts", "code", "says"),
    [
        (wrong_unit(nk="mk"), "LOAN_UNIT_UNKNOWN", "mk takes part in RF26, but there is no such unit."),
        (
            {**federation(), "nk": {**federation()["nk"], "unit": "joined = 2026-02-01\n"}},
            "LOAN_UNIT_SCOPE",
            "nk takes part in RF26 on 2026-01-10, but it is no member on that day.",
        ),
        (
            {**wrong_unit(nk="es"), "es": {"unit": 'currency = "EUR"\nchart = "pgc"\n'}},
            "LOAN_UNIT_CURRENCIES",
            "es keeps its book in EUR, but the cycle RF26 is in SEK.",
        ),
    ],
)
def test_who_takes_part_is_a_unit_of_the_federation(make_workspace, parts, code, says):
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    problems = [p for p in found.problems if p.code == code]
    assert [p.text() for p in problems] == [says]
    assert problems[0].file == "units/gemensamt/books/2026/2026-01.beancount"


def test_a_share_of_no_unit(make_workspace):
    parts = federation()
    parts["gemensamt"]["2026-01"] = parts["gemensamt"]["2026-01"].replace('    partner: "nk"\n    ic: "fund"\n', "")
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    (problem,) = (p for p in found.problems if p.code == "LOAN_PARTICIPANT_MISSING")
    assert "for which unit" in problem.text()
    assert 'partner: "<unit>"' in problem.remedy_text()


def test_a_charge_of_no_unit(make_workspace):
    parts = federation()
    parts["gemensamt"]["2026-03"] += """\
2026-03-20 * "Avgift"
  cycle: "RF26"
  Assets:1930-Bank  1.00 SEK
  Income:8361-Service-charge  -1.00 SEK
"""
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    problem, rest = found.loans["RF26"].problems
    assert (
        rest.text() == "On 2026-12-11 the last share is handed in, and 1.00 SEK is left in the fund of RF26: " + NOBODY
    )
    assert problem.text() == "A charge of 1.00 SEK is booked, but it isn't said which unit's."
    assert 'partner: "<unit>"' in problem.remedy_text()


@pytest.mark.parametrize(
    ("arrives", "lent", "told"),
    [
        ("2026-02-10", 24000, []),  # on the day of the loan: what day money is on, nobody counts closer
        ("2026-02-11", 10000, []),
        ("2026-02-11", 10001, ["Fi borrows 10,001.00 SEK, but only 10,000.00 SEK is there on 2026-02-10."]),
        ("2026-02-11", 24000, ["Fi borrows 24,000.00 SEK, but only 10,000.00 SEK is there on 2026-02-10."]),
    ],
)
def test_what_is_on_its_way_in_can_t_be_lent(make_workspace, arrives, lent, told):
    """NK's 30 000 are the fund's when they are sent, and can be lent when they are in the bank."""
    book = dict(federation()["gemensamt"])
    book["accounts"] += "2026-01-01 open Assets:1685-On-its-way SEK\n"
    sent = "  Assets:1930-Bank  30000.00 SEK\n"
    assert sent in book["2026-01"]
    book["2026-01"] = book["2026-01"].replace(sent, '  Assets:1685-On-its-way  30000.00 SEK\n    partner: "nk"\n')
    book["2026-02"] = book["2026-02"].replace("24000.00", f"{lent}.00") + (
        f'{arrives} * "Insättning"\n  cycle: "RF26"\n'
        "  Assets:1930-Bank  30000.00 SEK\n  Assets:1685-On-its-way  -30000.00 SEK\n"
    )
    months = {name: text for name, text in book.items() if name in {"accounts", "2026-01", "2026-02"}}
    found = load_federation(make_workspace({"gemensamt": months, "nk": {}, "fi": {}}, policy=DECISION + RF26))
    cycle = found.loans["RF26"]
    assert [p.text() for p in cycle.problems] == told
    assert cycle.fund.state(dt.date(2026, 1, 31)).cash == 40000
    assert cycle.fund.at_hand(dt.date(2026, 1, 31)) == 10000
    assert cycle.fund.at_hand(dt.date(2026, 2, 28)) == 40000 - lent


def test_every_kind_is_provoked():
    told = {case[2] for case in CASES} | {"LOAN_FLAT_CHARGE", "LOAN_OTHER", "LOAN_BEFORE_CYCLE"}
    assert {kind.code for kind in KINDS.values()} <= told
    assert len(CASES) >= 25


@pytest.mark.parametrize(("many", "price"), [("999999999999999.99", "999999999999999.99"), ("0.00000001", "0.5")])
def test_a_price_makes_no_amount_that_nobody_can_count(make_workspace, many, price):
    text = voucher(f"{BO}  {many} EUR @ {price} SEK", f"{BOX}  -{many} EUR @ {price} SEK")
    found = load(make_workspace, "", text)
    assert [p.code for p in found.problems] == ["LOAN_AMOUNT_FINE"]
    assert "makes an amount of it that nobody can count in NK26" in found.problems[0].text()
    assert found.loans["NK26"].fund.state(dt.date(2026, 12, 31)).cash == 530
