"""A cycle's fund from movements: what is read where a book leaves room. All figures are worked out by hand."""

import datetime as dt
from decimal import Decimal
from itertools import permutations

import pytest

from ledger.rules.loans.checks import broken
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import Movement
from ledger.rules.loans.terms import Terms

D = Decimal
DAY = dt.date.fromisoformat
TERMS = Terms(name="NK26", currency="KES", share_value=D(100), begins=DAY("2026-01-07"), charge=D("0.05"))


def vouchers(text):
    """A voucher a line: day | part amount [who] [loan] [term or flag], ...; the last word of a line may be `undoes`."""
    found = []
    for number, line in enumerate(text.strip().splitlines(), 1):
        day, _, rest = line.partition("|")
        undoes = rest.strip().endswith("undoes")
        for posting in rest.replace("undoes", "").split(","):
            part, amount, *more = posting.split()
            who, loan, term = (*more, "-", "-", "-")[:3]
            rolls = term.removeprefix("rolls:") if term.startswith("rolls:") else ""
            said = {
                "participant": "" if who == "-" else who,
                "loan": "" if loan == "-" else loan,
                "term": int(term) if term.isdigit() else 1 if rolls else None,
                "rolls": rolls,
            }
            day_ = DAY(day.strip())
            found.append(
                Movement(date=day_, part=part, amount=D(amount), voucher=number, line=number, undoes=undoes, **said)
            )
    return found


BASE = """
2026-01-14 | cash 500, shares -500 Anna
2026-01-14 | cash 300, shares -300 Bo
2026-01-14 | loans 400 Anna L1 2, cash -400
"""


def fund(text, **terms):
    return Fund(Terms(**{**{f: getattr(TERMS, f) for f in TERMS.__slots__}, **terms}), vouchers(BASE + text.lstrip()))


def accrued(found, day):
    return [(one.loan.id, str(one.date), str(one.amount)) for one in found.accrued(DAY(day))]


def test_a_part_of_a_day_is_nothing_before_it():
    found = fund("")
    assert found.state(DAY("2026-01-13")).cash == 0
    assert found.standing("Anna", DAY("2026-01-13")).shares == 0
    state = found.state(DAY("2026-01-14"))
    assert (state.cash, state.loans, state.shares, state.gap) == (400, 400, 800, 0)


def test_any_order_of_rows_is_the_same():
    rows = vouchers(BASE)
    expected = [vars(loan) for loan in Fund(TERMS, rows).loans]
    for other in permutations(rows):
        assert [vars(loan) for loan in Fund(TERMS, other).loans] == expected


def test_a_repayment_pays_the_oldest_loan_first_and_the_one_it_names_before_that():
    """L1 400 of January, L2 100 of February: 450 pay L1 and half of L2; 60 that name L2 pay that one."""
    more = "2026-02-14 | loans 100 Anna L2 2, cash -100\n"
    oldest = fund(more + "2026-02-20 | cash 450, loans -450 Anna")
    assert [str(x.outstanding()) for x in oldest.loans] == ["0", "50"]
    named = fund(more + "2026-02-20 | cash 60, loans -60 Anna L2")
    assert [str(x.outstanding()) for x in named.loans] == ["400", "40"]
    over = fund(more + "2026-02-20 | cash 160, loans -160 Anna L2")
    assert [str(x.outstanding()) for x in over.loans] == ["340", "0"]


def test_what_is_paid_too_much_stands_with_the_borrower():
    found = fund("2026-02-20 | cash 450, loans -450 Anna")
    assert found.standing("Anna", DAY("2026-02-20")).loans == -50
    assert [b.kind for b in broken(found)] == ["repaid"]


@pytest.mark.parametrize("loan", ["-", "L1"])
def test_a_repayment_taken_back_is_no_new_loan(loan):
    """300 were booked by mistake on 1 February, taken back on the 3rd: 400 are owed, with the charge on 400."""
    text = f"2026-02-01 | cash 300, loans -300 Anna\n2026-02-03 | cash -300, loans 300 Anna {loan} undoes\n"
    found = fund(text)
    (one,) = found.loans
    assert (one.outstanding(DAY("2026-02-02")), one.outstanding()) == (100, 400)
    assert broken(found) == ()
    assert accrued(found, "2026-02-14") == [("L1", "2026-02-14", "20.00")]


def test_a_loan_taken_back_was_never_given():
    """Flat: 400 x 5 % x 2 is 40. Loan and charge are taken back: nothing is owed, nothing accrues."""
    text = """
2026-01-14 | charges_due 40 Anna L1, charges -40 - L1
2026-01-20 | loans -400 Anna L1, cash 400 undoes
2026-01-20 | charges_due -40 Anna L1, charges 40 - L1 undoes
"""
    found = fund(text, method="flat")
    assert found.loans == ()
    assert accrued(found, "2026-06-30") == []
    state = found.state(DAY("2026-01-20"))
    assert (state.cash, state.loans, state.charges, state.gap) == (800, 0, 0, 0)
    assert broken(found) == ()


def test_a_flat_charge_that_nobody_booked_accrues_with_the_loan():
    assert accrued(fund("", method="flat"), "2026-01-14") == [("L1", "2026-01-14", "40.00")]
    booked = fund("2026-01-14 | charges_due 40 Anna L1, charges -40 - L1", method="flat")
    assert accrued(booked, "2026-06-30") == []
    assert booked.standing("Anna", DAY("2026-06-30")).charges_due == 40


def test_a_loan_that_another_one_goes_on_with():
    """Roll-over: 400 and 40 weren't paid by 14 March. On the 15th they become L2, with 22 for its one period."""
    text = """
2026-01-14 | charges_due 40 Anna L1, charges -40 - L1
2026-03-15 | loans 440 Anna L2 rolls:L1, loans -400 Anna L1, charges_due -40 Anna L1
2026-03-15 | charges_due 22 Anna L2, charges -22 - L2
"""
    found = fund(text, method="roll-over")
    assert [(x.id, str(x.principal), str(x.outstanding()), x.rolls) for x in found.loans] == [
        ("L1", "400", "0", ""),
        ("L2", "440", "440", "L1"),
    ]
    assert accrued(found, "2026-04-14") == []
    assert broken(found) == ()


def test_a_share_out_settles_a_begun_period_only_as_far_as_it_sets_it_off():
    """On 1 March the second period has begun: 20 of the first are owed. Nothing is left afterwards, not 20 more."""
    text = """
2026-03-01 | shares 500 Anna, loans -400 Anna, charges_due -20 Anna, shared_out 13, cash -93
2026-03-01 | shares 300 Bo, shared_out 7, cash -307
"""
    found = fund(text)
    assert accrued(found, "2026-03-31") == [("L1", "2026-02-14", "20.00")]
    state = found.with_accrued(DAY("2026-03-31")).state(DAY("2026-03-31"))
    assert (state.cash, state.loans, state.charges_due, state.shares, state.gap) == (0, 0, 0, 0, 0)
    assert broken(found) == ()


def test_a_loan_written_off_bears_what_had_been_earned():
    """Half is given up on 1 March: 20 for the first period, 20 for the second on the whole, 10 for the third."""
    found = fund("2026-03-01 | losses 200, loans -200 Anna")
    (one,) = found.loans
    assert (one.written_off, one.repaid, one.outstanding()) == ([(DAY("2026-03-01"), D(200))], [], 200)
    assert accrued(found, "2026-04-14") == [
        ("L1", "2026-02-14", "20.00"),
        ("L1", "2026-03-14", "20.00"),
        ("L1", "2026-04-14", "10.00"),
    ]


def test_charges_paid_for_two_loans_go_to_the_oldest_first():
    """20 are owed of L1 on 14 February, 5 of L2 on 20 February; 22 are paid."""
    text = "2026-01-20 | loans 100 Anna L2 2, cash -100\n2026-02-20 | cash 22, charges_due -22 Anna\n"
    found = fund(text)
    assert [[str(a) for _, a in x.charges_paid] for x in found.loans] == [["20.00"], ["2.00"]]
    assert found.with_accrued(DAY("2026-02-20")).standing("Anna", DAY("2026-02-20")).charges_due == 3


def test_whose_charge_it_is_where_only_the_voucher_says_so():
    found = fund("2026-02-14 | cash 420, loans -400 Anna, charges -20")
    assert found.standing("Anna", DAY("2026-02-14")).paid_charges == 20
    assert accrued(found, "2026-03-31") == []


def test_limits():
    """Three times 500 less 400; five times while there is a debt from outside."""
    day = DAY("2026-01-21")
    assert fund("").standing("Anna", day).limit is None
    assert fund("", loan_multiple=D(3)).standing("Anna", day).limit == 1100
    borrowed = fund("2026-01-20 | cash 1000, outside -1000", loan_multiple=D(3), outside_multiple=D(5))
    assert borrowed.standing("Anna", DAY("2026-01-19")).limit == 1100
    assert borrowed.standing("Anna", day).limit == 2100


@pytest.mark.parametrize(
    ("repayment", "paid", "day", "late"),
    [
        ("free", 0, "2026-03-14", 0),  # two months to pay all
        ("free", 0, "2026-03-15", 1),
        ("equal-principal", 0, "2026-02-15", 1),  # 200 were due on 14 February
        ("equal-principal", 200, "2026-03-14", 0),
        ("equal-principal", 200, "2026-03-16", 2),
        ("equal-principal", 199, "2026-03-16", 30),
    ],
)
def test_days_late(repayment, paid, day, late):
    text = f"2026-02-14 | cash {paid}, loans -{paid} Anna" if paid else ""
    assert fund(text, repayment=repayment).standing("Anna", DAY(day)).late_days == late


def test_who_bought_first_stands_first():
    text = "2026-01-21 | cash 100, shares -100 Aron\n2026-01-28 | fines_due 10 Zoe, fines -10\n"
    assert fund(text).participants == ("Anna", "Bo", "Aron", "Zoe")


def test_without_a_charge_nothing_is_worked_out_and_nothing_taken_back():
    found = fund("2026-02-14 | cash 20, charges -20 Anna", charge=D(0))
    assert accrued(found, "2026-12-31") == []
    assert found.state(DAY("2026-02-14")).charges == 20
    assert [b.kind for b in broken(found)] == ["overpaid"]
