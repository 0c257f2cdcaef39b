"""What a sheet tells beside shares and loans, and rules that the cycle's own checks know."""

import pytest

from ledger.books import load_books, open_workspace
from ledger.loans import cycles_of
from ledger.policy import read_policy
from ledger.reports.loans_ratios import figures
from tests.closing.sealing import seal
from tests.importers.meetings.test_sheet import balances
from tests.importers.meetings.texts import COLUMNS, FIRST, HEAD, POLICY


def head(number, date, box, social=0, cycle="NK26"):
    return HEAD.format(number=number, date=date, box=box, social=social).replace("NK26", cycle)


def cycle_of(kikundi, name="NK26"):
    books = load_books(kikundi.ws, ["kikundi"])
    return cycles_of(books, read_policy(books.central_text, kikundi.ws))[name]


def refused(kikundi, sheet, code="MEETING_TERMS"):
    """The words of a refusal; the books stay as they were."""
    before = kikundi.books()
    done = kikundi.take(sheet, "refused.csv")
    assert done.problem is not None, done.status
    assert done.problem.code == code, str(done.problem)
    assert kikundi.books() == before
    return f"{done.problem.line}: {done.problem.text()}"


# --- columns

WITH_EXPENSE = "member,present,shares,social,fine,repaid,charge,new_loan,months,expense,note\n"
PENS = head(2, "2026-02-11", 505) + WITH_EXPENSE + "Anna,1,,,,300,30,,,,\nBo,1,,,,,,,,25,Two pens\n"


def test_an_expense_leaves_the_box_with_its_note(group):
    kikundi = group()
    kikundi.take(FIRST)
    assert str(kikundi.take(PENS, "two.csv").problem) == "None"  # 200 + 330 - 25
    assert balances(kikundi)["Expenses:5090-Other-costs"] == 25
    assert 'note: "Two pens"' in kikundi.text()
    assert cycle_of(kikundi).problems == ()


def test_an_expense_without_a_note_or_in_another_box_is_refused(group):
    kikundi = group()
    kikundi.take(FIRST)
    assert "4: Bo: the expense lacks a note" in refused(kikundi, PENS.replace("Two pens", ""))
    told = refused(kikundi, PENS.replace("fund,505", "fund,530"), "MEETING_COUNT")
    assert "25.00 too much" in told
    assert "- expenses 25.00 = 505.00" in told


def test_what_is_booked_of_later_days_may_be_paid_from_sheets_that_come_later(group):
    """Box: 200, less 100 that Bo borrows on 11 February, less pens of 150 on 20 February: told, and not refused."""
    kikundi = group()
    kikundi.take(FIRST)
    unit = kikundi.ws.units["kikundi"].folder
    with (unit / "accounts.beancount").open("a", encoding="utf-8") as file:
        file.write("2026-01-01 open Expenses:5010-Pens KES\n")
    month = unit / "books/2026/2026-02.beancount"
    month.write_text('2026-02-20 * "Pens"\n  Expenses:5010-Pens  150 KES\n  Assets:1010-Loan-fund-box\n', "utf-8")
    done = kikundi.take(head(2, "2026-02-11", 100) + COLUMNS + "Bo,1,,,,,,100,1,\n", "two.csv")
    assert str(done.problem) == "None"
    assert any("there is -50.00 KES in the fund of NK26" in remark for remark in done.plan.remarks)
    third = head(3, "2026-02-18", 600) + COLUMNS + "Anna,1,5,,,,,,,\n"
    assert str(kikundi.take(third, "three.csv").problem) == "None"
    assert cycle_of(kikundi).problems == ()


def test_who_came_and_who_was_represented_make_the_attendance(group):
    kikundi = group()
    columns = COLUMNS.replace("note", "represented,note")
    one = head(1, "2026-01-14", 1100) + columns + "Anna,1,5,,,,,,,,\nBo,0,3,,,,,,,Cia,\nCia,1,3,,,,,,,,\n"
    two = head(2, "2026-02-11", 1200) + columns + "Anna,1,1,,,,,,,,\n"
    for number, sheet in enumerate((one, two)):
        assert str(kikundi.take(sheet, f"{number}.csv").problem) == "None"
    cycle = cycle_of(kikundi)
    assert [(c.present, c.represented, c.members) for c in cycle.came] == [(2, 1, 3), (1, 0, 3)]
    met = figures(cycle.fund, cycle.last, cycle.came).meetings
    assert sum(m.attended for m in met) == 3
    assert sum(m.members for m in met) == 6


def test_a_gift_goes_into_the_box_and_a_new_participant_may_be_like_a_known_one(group):
    kikundi = group()
    kikundi.take(FIRST)
    columns = COLUMNS.replace("note", "gift,joined,note")
    rows = "Anna,1,,,,,,,,50,,\nAnnah,1,1,,,,,,,,1,\n"
    assert "nobody in NK26 is called so" in refused(
        kikundi, head(2, "2026-02-11", 350) + columns + rows.replace(",1,\n", ",,\n"), "MEETING_CELL"
    )
    assert str(kikundi.take(head(2, "2026-02-11", 350) + columns + rows, "two.csv").problem) == "None"
    found = balances(kikundi)
    assert (found["Income:4030-Gifts"], found["Equity:3010-Shares:Annah"]) == (-50, -100)


def test_fines_into_the_social_fund(group):
    kikundi = group(POLICY + '  fines: "social-fund"\n')
    kikundi.take(FIRST)
    sheet = head(2, "2026-02-11", 200, 25) + COLUMNS + "Anna,1,,10,15,,,,,\nBo,1,,,,,,,,\n"
    assert str(kikundi.take(sheet, "two.csv").problem) == "None"
    found = balances(kikundi)
    assert (found["Assets:1020-Social-fund-box"], found["Equity:3020-Social-fund"]) == (25, -25)
    assert "Income:4020-Fines" not in found


def test_a_loan_without_months_has_the_agreed_term(group):
    kikundi = group(POLICY + "  default-term: 2\n")
    assert str(kikundi.take(FIRST.replace(",600,2,", ",600,,")).problem) == "None"
    (loan,) = cycle_of(kikundi).fund.loans
    assert loan.term == 2


def test_a_first_sheet_takes_names_that_are_alike(group):
    """Somebody has paid by telephone before the first meeting of the cycle; the others are no slips of that name."""
    book = """\
2026-01-01 open Assets:1040-Mobile-money
2026-01-01 open Equity:3010-Shares:Member-11
  code: "3010"
  participant: "Member 11"
2026-01-10 * "Shares by telephone"
  cycle: "NK26"
  Assets:1040-Mobile-money  100 KES
  Equity:3010-Shares:Member-11
"""
    kikundi = group(_2026_01=book)
    sheet = head(1, "2026-01-14", 500) + COLUMNS + "Member 01,1,3,,,,,,,\nMember 11,1,2,,,,,,,\n"
    assert str(kikundi.take(sheet).problem) == "None"
    assert balances(kikundi)["Equity:3010-Shares:Member-11"] == -300
    slip = head(2, "2026-02-11", 600) + COLUMNS + "Member 10,1,1,,,,,,,\nMember 11,1,,,,,,,,\n"
    assert "nobody in NK26 is called so" in refused(kikundi, slip, "MEETING_CELL")


# --- rules


@pytest.mark.parametrize(
    ("terms", "sheet", "words"),
    [
        ("  min-shares: 2\n", "Anna,1,,,,300,30,,,\nBo,1,1,,,,,,,\n", "4: Bo: "),
        ('  joining: "no"\n', "Anna,1,,,,300,30,,,\nCia,1,1,,,,,,,\n", "4: Cia: "),
    ],
    ids=["too-few-shares", "nobody-joins"],
)
def test_a_rule_that_a_sheet_breaks_names_its_row(group, terms, sheet, words):
    kikundi = group(POLICY + terms)
    assert str(kikundi.take(FIRST).problem) == "None"
    assert words in refused(kikundi, head(2, "2026-02-11", 630) + COLUMNS + sheet)
    assert kikundi.take(head(2, "2026-02-11", 530) + COLUMNS + "Anna,1,,,,300,30,,,\n", "two.csv").problem is None


def test_who_joins_at_the_shares_worth_pays_the_difference_as_a_gift(group):
    """800 in shares and fines of 40 make 840 ÷ 8 = 105 a share; the charge is not earned the day before."""
    kikundi = group(POLICY + '  joining: "value"\n')
    one = FIRST.replace("fund,200", "fund,240").replace("Anna,1,5,0,0", "Anna,1,5,0,40")
    assert str(kikundi.take(one).problem) == "None"
    columns = COLUMNS.replace("note", "gift,note")
    rows = "Anna,1,,,,,,,,,\nCia,1,2,,,,,,,{},\n"
    assert "4: Cia" in refused(kikundi, head(2, "2026-02-11", 440) + columns + rows.format(""))
    assert str(kikundi.take(head(2, "2026-02-11", 450) + columns + rows.format(10), "two.csv").problem) == "None"


def test_who_is_late_borrows_nothing_where_that_was_agreed(group):
    kikundi = group(POLICY + "  late-may-borrow: FALSE\n")
    assert str(kikundi.take(FIRST.replace(",600,2,", ",600,1,")).problem) == "None"  # due on 11 February
    sheet = head(2, "2026-03-11", 130) + COLUMNS + "Anna,1,,,,,30,100,1,\n"
    assert "3: Anna: " in refused(kikundi, sheet)


def test_a_charge_is_paid_within_its_period_and_never_twice(group):
    """Five per cent of 600 for 4 weeks: 30 on the day before it is due, 30 more for the next period, 30 too much."""
    kikundi = group()
    kikundi.take(FIRST)
    rows = COLUMNS + "Anna,1,,,,{},{},,,\n"
    assert str(kikundi.take(head(2, "2026-02-10", 230) + rows.format("", 30), "two.csv").problem) == "None"
    assert "3: Anna: " in refused(kikundi, head(3, "2026-02-11", 320) + rows.format("", 90))
    assert str(kikundi.take(head(3, "2026-03-10", 860) + rows.format(600, 30), "three.csv").problem) == "None"
    assert "3: Anna: " in refused(kikundi, head(4, "2026-04-08", 890) + rows.format("", 30))


def test_a_months_charge_is_paid_at_the_meeting_four_weeks_later(group):
    """The month ends on 14 February, the meeting is on the 11th: the period that has begun is about to be owed."""
    kikundi = group(POLICY.replace("4-weeks", "month"))
    kikundi.take(FIRST)
    sheet = head(2, "2026-02-11", 230) + COLUMNS + "Anna,1,,,,,30,,,\n"
    assert str(kikundi.take(sheet, "two.csv").problem) == "None"


def test_a_charge_of_a_loan_that_is_paid_back_is_refused(group):
    kikundi = group()
    kikundi.take(FIRST)
    rows = COLUMNS + "Anna,1,,,,{},{},,,\n"
    assert str(kikundi.take(head(2, "2026-02-11", 830) + rows.format(600, 30), "two.csv").problem) == "None"
    assert "3: Anna: " in refused(kikundi, head(3, "2026-03-11", 831) + rows.format("", 1))


# --- the book

CYCLES = POLICY + POLICY.split("\n", 1)[1].replace("NK26", "HK26")


def test_a_meeting_of_a_closed_month_is_refused(group):
    kikundi = group()
    kikundi.take(FIRST)
    seal(kikundi.ws, "kikundi", "2026-01")
    late = head(2, "2026-01-28", 230) + COLUMNS + "Anna,1,,,,,30,,,\n"
    assert "2026-01 is closed" in refused(kikundi, late, "MEETING_ORDER")
    assert kikundi.take(late.replace("2026-01-28", "2026-02-01"), "two.csv").problem is None


def test_an_amount_finer_than_the_currency_is_refused(group):
    kikundi = group(POLICY.replace("100 KES", "100 UGX"))
    for name in ("unit.toml", "main.beancount"):
        path = kikundi.ws.root / "units/kikundi" / name
        path.write_text(path.read_text().replace("KES", "UGX"))
    kikundi.ws = open_workspace(kikundi.ws.root)
    sheet = FIRST.replace("fund,200", "fund,199.50").replace(",600,", ",600.50,")
    assert "199.50 UGX" in refused(kikundi, sheet, "IMPORT_AMOUNT_UNIT")


def test_a_number_that_may_be_two_says_how_to_write_it(group):
    kikundi = group()
    kikundi.take(FIRST)
    done = kikundi.take(head(2, "2026-02-11", 530) + COLUMNS + 'Anna,1,,,,"1,300",30,,,\n', "two.csv")
    assert done.problem.code == "TABLE_NUMBER_AMBIGUOUS"
    assert "write 1500 or 1500.00" in done.problem.remedy_text()


def test_two_cycles_with_one_box_count_it_together(group):
    """NK26 leaves 200 in the box; HK26 brings 300 more on the next day."""
    kikundi = group(CYCLES)
    assert str(kikundi.take(FIRST).problem) == "None"
    other = head(1, "2026-01-15", 500, cycle="HK26") + COLUMNS + "Cia,1,3,,,,,,,\n"
    assert str(kikundi.take(other, "other.csv").problem) == "None"
    assert balances(kikundi)["Assets:1010-Loan-fund-box"] == 500
    for name in ("NK26", "HK26"):
        cycle = cycle_of(kikundi, name)
        assert cycle.problems == ()
        assert cycle.fund.state(cycle.last).gap == 0
