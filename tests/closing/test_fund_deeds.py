"""What is decided of the funds is booked in both books, once: agreements, payments, what comes back, what is lost.

The investment fund has 1 000 000 from the start and got 100 000 as a gift the year before; FI is in kronor, ES in euro
at 11.60 kronor a euro, so that 116 kronor are 10 euro.
"""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from beancount import loader

from ledger.books import open_workspace
from ledger.books.problems_sealed import MonthClosed
from ledger.closing import fund_deeds, fund_years
from ledger.closing.fund_deeds import Asked
from ledger.closing.problems import CloseDecisionEnded, CloseDecisionUnknown
from ledger.closing.problems_funds import (
    FundAppropriation,
    FundDecisionEarly,
    FundInvoice,
    FundNotOwed,
    FundPayment,
)
from ledger.combine import combine
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.funds.cases import cases_of
from ledger.solidarity.problems import SolidarityNotBooked, SolidarityNotFinal
from tests.closing.sealing import seal

D = Decimal
CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Equity:2071-Fund
2025-01-01 open Equity:2072-Solidarity
2025-01-01 open Equity:2098-Last-year
2025-01-01 open Income:3993-Gifts
"""
OPENING = """
2025-01-01 * "Opening"
  voucher: "A-1"
  decision: "FS-1"
  Assets:1930-Bank  1050000.00 SEK
  Equity:2071-Fund  -1000000.00 SEK
  Equity:2072-Solidarity  -50000.00 SEK

2025-06-01 * "A gift to the fund"
  voucher: "A-2"
  fund: "investment"
  Assets:1930-Bank  100000.00 SEK
  Income:3993-Gifts
"""
UNIT = """
2026-01-01 open Assets:1930-Bank
2026-01-01 open Expenses:5410-Inventory
2026-01-01 open Liabilities:2440-Payables
"""
INVOICES = """
2026-02-10 * "Oven"
  voucher: "A-1"
  Expenses:5410-Inventory  50000.00 SEK
  Liabilities:2440-Payables

2026-02-20 * "Installed"
  voucher: "A-2"
  Expenses:5410-Inventory  12500.00 SEK
  Liabilities:2440-Payables
"""
PERSON = 'entity = "legal_entity"\ncountry = "SE"\n'
SPAIN = """
2026-01-01 open Assets:572-Bancos EUR
2026-01-01 open Equity:120-Remanente
"""
POLICY = """
2025-01-01 custom "decision" "FS-1" "assembly"
  recused: "fi, es"
2026-01-15 custom "decision" "ST-1" "board"
  amount: 180000.00 SEK
  recused: "fi, es"
2026-01-15 custom "decision" "ST-2" "board"
  recused: "fi, es"
  until: 2026-03-31
"""
TODAY = dt.date(2026, 4, 2)
BANKS = {"bank": "Assets:1930-Bank", "unit_bank": "Assets:1930-Bank"}


def agreement(case, kind, amount, unit="fi", decision="FS-1", more=""):
    term = "  term: 24\n" if kind == "loan" else ""
    return (
        f'2026-02-01 custom "fund-agreement" "{case}" {amount} SEK\n  decision: "{decision}"\n  unit: "{unit}"\n'
        f'  kind: "{kind}"\n  budget: {D(amount) * 2} SEK\n  own-part: {D(amount) * 2 / 5} SEK\n{term}{more}'
    )


LOAN = agreement("IF-1", "loan", "100000.00", more="  interest: 0.02\n")
GRANT = agreement("IF-2", "grant", "20000.00")
STAKE = agreement("IF-3", "equity", "40000.00")


@pytest.fixture
def make(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def made(policy=LOAN + GRANT + STAKE, april="11.60"):
        parts = {
            "gemensamt": {"unit": 'country = "SE"', "accounts": CENTRAL, "2025-01": OPENING},
            "fi": {"unit": PERSON, "accounts": UNIT, "2026-02": INVOICES},
            "es": {"unit": 'chart = "pgc"\ncurrency = "EUR"\n', "accounts": SPAIN},
        }
        days = [dt.date(2026, 1, 30) + dt.timedelta(days=5 * i) for i in range(20)]
        rates = {month: april if month == 4 else "11.60" for month in range(1, 6)}
        prices = "".join(f"{day} price EUR {rates[day.month]} SEK\n" for day in days)
        averages = "".join(f'2026-{m:02}-28 custom "average-rate" "EUR" {rates[m]} SEK\n' for m in range(1, 5))
        ws = make_workspace(parts, policy=POLICY + policy, prices=prices + averages)
        assert [p.text() for p in load_federation(ws).problems] == []
        return ws

    return made


def asked(day="2026-03-05", **said):
    return Asked(date=dt.date.fromisoformat(day), by="anna", today=TODAY, **said)


def month(ws, slug, name="2026-03"):
    path = ws.units_folder / slug / "books" / name[:4] / f"{name}.beancount"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def rows(ws, day="2026-12-31", fund="investment"):
    """Kind and amount of what central's book says of a fund in 2026."""
    found = load_federation(open_workspace(ws.root)).funds[fund].rows
    return [(r.kind, r.amount) for r in found if r.date.year == 2026 and r.booked]


def whole(ws, *, unmatched=()):
    """No book has an error, and of dealings nothing is left in the combined statements on any of some days."""
    federation = load_federation(open_workspace(ws.root))
    assert [p.text() for p in federation.problems] == []
    for slug, unit in ws.units.items():
        _, errors, _ = loader.load_file(str(unit.main))
        assert errors == [], slug
    for day in ("2026-03-05", "2026-03-31", "2026-04-30"):
        found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
        assert [(u.code, u.units) for u in found.unmatched] == list(unmatched), day
        assert found.problems == ()


def test_a_loan_is_paid_out_in_both_books(make):
    ws = make()
    done = fund_deeds.pay(ws, "IF-1", D("60000.00"), asked(**BANKS))
    assert done.vouchers == {"fi": ("F-1",), "gemensamt": ("F-1",)}
    assert month(ws, "gemensamt").strip() == (
        """\
2026-03-05 * "IF-1: loan to Fi" ^ic-gemensamt-IF-1
  voucher: "F-1"
  registered: 2026-04-02
  by: "anna"
  source-id: "funds:IF-1:loan:fi:2026-03-05:60000.00"
  fund: "investment"
  case: "IF-1"
  decision: "FS-1"
  Assets:1320-Interna-lån-utlånat                       60000.00 SEK
    partner: "fi"
    ic: "loan"
  Assets:1930-Bank                                     -60000.00 SEK"""
    )
    assert (
        month(ws, "fi")
        .strip()
        .endswith(
            """
  Liabilities:2360-Interna-lån-inlånat                 -60000.00 SEK
    partner: "gemensamt"
    ic: "loan"
  Assets:1930-Bank                                      60000.00 SEK"""
        )
    )
    assert rows(ws) == [("loan", D("60000.00"))]
    whole(ws)


def test_the_same_payment_is_booked_once(make):
    """Another one of the same day and amount says which it is; a side that was lost is put back."""
    ws = make()
    fund_deeds.pay(ws, "IF-1", D("60000.00"), asked())
    before = month(ws, "gemensamt"), month(ws, "fi")
    again = fund_deeds.pay(ws, "IF-1", D("60000.00"), asked())
    assert (again.vouchers, again.known, again.text) == ({}, 2, "")
    assert (month(ws, "gemensamt"), month(ws, "fi")) == before
    (ws.unit("fi").books / "2026" / "2026-03.beancount").write_text("; lost\n", encoding="utf-8")
    assert fund_deeds.pay(ws, "IF-1", D("60000.00"), asked()).vouchers == {"fi": ("F-1",)}
    done = fund_deeds.pay(ws, "IF-1", D("40000.00"), asked(number="2"))
    assert done.vouchers == {"fi": ("F-2",), "gemensamt": ("F-2",)}
    whole(ws)


def test_a_dry_run_writes_nothing(make):
    ws = make()
    before = {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()}
    done = fund_deeds.pay(ws, "IF-1", D("60000.00"), asked(dry_run=True))
    assert done.text.count('voucher: "F-1"') == 2
    assert {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("banks", [{}, BANKS], ids=["on its way", "bank"])
def test_all_dealings_are_eliminated(make, banks):
    """Loan 60 000, of which 10 000 come back; grant 20 000; stake 40 000, of which 5 000 come back; 6 000 forgiven."""
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(60000), asked(**banks))
    fund_deeds.pay(ws, "IF-2", D(20000), asked(**banks))
    fund_deeds.pay(ws, "IF-3", D(40000), asked(**banks))
    fund_deeds.repay(ws, "IF-1", D(10000), asked("2026-03-20", **banks))
    fund_deeds.repay(ws, "IF-3", D(5000), asked("2026-03-20", **banks))
    fund_deeds.forgive(ws, "IF-1", D(6000), asked("2026-03-25", decision="FS-1", **banks))
    assert rows(ws) == [
        ("loan", D(60000)),
        ("grant", D(-20000)),
        ("stake", D(40000)),
        ("loan", D(-10000)),
        ("stake", D(-5000)),
        ("grant", D(-6000)),
        ("loan", D(-6000)),
    ]
    whole(ws)


def test_a_repayment_settles_interest_that_is_due_first(make):
    """60 000 at 2 % from 5 March: 26 nights to the 31st are 85.48, owed from then on, though nobody has booked it."""
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(60000), asked(**BANKS))
    done = fund_deeds.repay(ws, "IF-1", D(1000), asked("2026-04-01", **BANKS))
    assert done.vouchers == {"fi": ("F-2",), "gemensamt": ("F-2",)}
    assert rows(ws)[1:] == [("interest-due", D("-85.48")), ("loan", D("-914.52"))]
    whole(ws)


def test_a_side_of_a_repayment_that_was_lost_is_put_back_as_it_was(make):
    """Split as the other book has it, though the interest isn't due any more; and nothing comes twice."""
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(60000), asked(**BANKS))
    fund_deeds.write_down(ws, "IF-1", D(40000), asked("2026-03-10", decision="FS-1"))
    fund_deeds.repay(ws, "IF-1", D(50000), asked("2026-04-01", **BANKS))
    fund_deeds.forgive(ws, "IF-1", D(5000), asked("2026-04-01", decision="FS-1"))
    before = {slug: month(ws, slug, "2026-04") for slug in ("gemensamt", "fi")}
    (ws.unit("fi").books / "2026" / "2026-04.beancount").write_text("; lost\n", encoding="utf-8")
    assert fund_deeds.repay(ws, "IF-1", D(50000), asked("2026-04-01", **BANKS)).vouchers == {"fi": ("F-2",)}
    assert fund_deeds.forgive(ws, "IF-1", D(5000), asked("2026-04-01", decision="FS-1")).vouchers == {"fi": ("F-3",)}
    assert month(ws, "fi", "2026-04").split() == [";", "lost", *before["fi"].split()]
    assert month(ws, "gemensamt", "2026-04") == before["gemensamt"]
    whole(ws)


def test_more_than_what_is_owed_is_refused(make):
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(1000), asked())
    with pytest.raises(
        FundNotOwed, match=r"IF-1 on 2026-03-20: 1,000\.01 SEK is more than what is owed, 1,000\.00 SEK"
    ):
        fund_deeds.repay(ws, "IF-1", D("1000.01"), asked("2026-03-20"))
    with pytest.raises(FundNotOwed):  # on the day before there was no loan
        fund_deeds.repay(ws, "IF-1", D(1000), asked("2026-03-04"))


def test_a_write_down_is_a_loss_of_the_fund_and_taken_back_with_the_loan(make):
    """40 000 written down of 60 000; 50 000 come back, so of the other 10 000 no more than 10 000 are written down."""
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(60000), asked(**BANKS))
    done = fund_deeds.write_down(ws, "IF-1", D(40000), asked("2026-03-10", decision="FS-1"))
    assert done.vouchers == {"gemensamt": ("F-2",)}
    assert (
        month(ws, "gemensamt")
        .strip()
        .endswith(
            """
  Expenses:8272-Nedskrivning-interna-lån                40000.00 SEK
    partner: "fi"
    ic: "write-down"
  Assets:1329-Värdereglering-interna-lån               -40000.00 SEK
    partner: "fi"
    ic: "write-down\""""
        )
    )
    with pytest.raises(FundNotOwed, match=r"20,000\.01 SEK is more than what is owed, 20,000\.00 SEK"):
        fund_deeds.write_down(ws, "IF-1", D("20000.01"), asked("2026-03-11", decision="FS-1"))
    fund_deeds.repay(ws, "IF-1", D(50000), asked("2026-03-20", **BANKS))
    fund_deeds.forgive(ws, "IF-1", D(10000), asked("2026-03-25", decision="FS-1"))
    assert rows(ws)[1:] == [
        ("loss", D(-40000)),
        ("allowance", D(-40000)),
        ("loan", D(-50000)),
        ("loss", D(30000)),
        ("allowance", D(30000)),
        ("loss", D(10000)),
        ("allowance", D(10000)),
        ("grant", D(-10000)),
        ("loan", D(-10000)),
    ]
    whole(ws)


def test_a_write_down_can_be_taken_back(make):
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(60000), asked())
    fund_deeds.write_down(ws, "IF-1", D(40000), asked("2026-03-10", decision="FS-1"))
    fund_deeds.write_down(ws, "IF-1", D(-15000), asked("2026-03-12", decision="FS-1"))
    assert rows(ws)[3:] == [("loss", D(15000)), ("allowance", D(15000))]
    whole(ws)
    with pytest.raises(FundNotOwed):
        fund_deeds.write_down(ws, "IF-1", D(-25001), asked("2026-03-12", decision="FS-1"))


def test_a_unit_in_euro_has_the_debt_in_kronor_and_its_money_in_euro(make):
    """58 000 kronor are 5 000 euro; 11 600 kronor, a fifth of it, come back as 1 000 euro."""
    ws = make(agreement("IF-9", "loan", "58000.00", unit="es") + agreement("IF-8", "grant", "1160.00", unit="es"))
    banks = BANKS | {"unit_bank": "Assets:572-Bancos"}
    fund_deeds.pay(ws, "IF-9", D(58000), asked(**banks))
    lines = month(ws, "es").split("\n")
    assert [" ".join(line.split()) for line in lines if "SEK" in line or "EUR" in line] == [
        "Liabilities:55246-Préstamos-internos-recibidos -58000.00 SEK @@ 5000.00 EUR",
        "Assets:572-Bancos 5000.00 EUR",
    ]
    fund_deeds.repay(ws, "IF-9", D(11600), asked("2026-03-20", **banks))
    fund_deeds.pay(ws, "IF-8", D(1160), asked("2026-03-20", **banks))
    assert "Assets:572-Bancos                                     -1000.00 EUR" in month(ws, "es")
    assert "Assets:572-Bancos                                       100.00 EUR" in month(ws, "es")
    whole(ws)


def test_what_a_rate_makes_of_the_debt_is_no_event(make):
    """In April a euro is 12 kronor: 10 000 kronor come back as 833.33 euro, and 48 000 are owed, 4 000 euro."""
    ws = make(agreement("IF-9", "loan", "58000.00", unit="es"), april="12.00")
    banks = BANKS | {"unit_bank": "Assets:572-Bancos"}
    fund_deeds.pay(ws, "IF-9", D(58000), asked(**banks))
    fund_deeds.repay(ws, "IF-9", D(10000), asked("2026-04-10", **banks))
    assert "Assets:572-Bancos                                      -833.33 EUR" in month(ws, "es", "2026-04")
    whole(ws)


ENDED = agreement("IF-4", "grant", "1000.00", more="  ends: 2026-03-01\n")
FEW = agreement("IF-5", "loan", "100000.00", decision="ST-1")
SHORT = agreement("IF-6", "grant", "1000.00", decision="ST-2")
LARGE = agreement("IF-7", "loan", "300000.00", more='  reason: "The only bakery"\n')
GUARANTEE = agreement("IF-10", "guarantee", "1000.00", more="  ends: 2027-01-01\n")
CLOSED = '2026-03-01 custom "fund-state" "IF-2" "closed"\n  decision: "FS-1"\n'


@pytest.mark.parametrize(
    ("policy", "case", "amount", "day", "kind", "says"),
    [
        (LOAN, "IF-11", "1.00", "2026-03-05", FundPayment, "There is no agreement IF-11 on 2026-03-05"),
        (LOAN, "IF-1", "1.00", "2026-01-31", FundPayment, "There is no agreement IF-1 on 2026-01-31"),
        (ENDED, "IF-4", "1.00", "2026-03-01", None, ""),
        (ENDED, "IF-4", "1.00", "2026-03-02", FundPayment, "IF-4 was over on 2026-03-01"),
        (GRANT + CLOSED, "IF-2", "1.00", "2026-03-01", FundPayment, "IF-2 was over on 2026-03-01"),
        (GUARANTEE, "IF-10", "1.00", "2026-03-01", FundPayment, "IF-10 is a guarantee"),
        (LOAN, "IF-1", "100000.00", "2026-03-05", None, ""),
        (LOAN, "IF-1", "100000.01", "2026-03-05", FundPayment, r"0\.00 SEK of 100,000\.00 SEK have been paid"),
        (SHORT, "IF-6", "1.00", "2026-03-31", None, ""),
        (SHORT, "IF-6", "1.00", "2026-04-01", CloseDecisionEnded, "ST-2"),
        (LARGE, "IF-7", "1.00", "2026-03-05", FundPayment, r"300,000\.00 SEK, and 220,000\.00 SEK is the limit"),
    ],
)
def test_what_allows_a_payment(make, policy, case, amount, day, kind, says):
    ws = make(policy)
    if kind is None:
        assert fund_deeds.pay(ws, case, D(amount), asked(day)).vouchers
        return
    before = month(ws, "gemensamt")
    with pytest.raises(kind, match=says):
        fund_deeds.pay(ws, case, D(amount), asked(day))
    assert month(ws, "gemensamt") == before


def test_a_limit_is_broken_where_somebody_answers_for_it(make):
    ws = make(LARGE)
    fund_deeds.pay(ws, "IF-7", D(1000), asked(), accept="The only bakery")
    assert '  accepted-by: "anna"\n  reason: "The only bakery"\n' in month(ws, "gemensamt")
    assert load_federation(open_workspace(ws.root)).fund_problems == ()


LIQUIDITY = '2026-01-15 custom "fund" "investment"\n  decision: "FS-1"\n  liquidity: {}\n'


@pytest.mark.parametrize(("part", "says"), [("0.90", ""), ("0.91", r"1,000,000\.00 SEK, and 1,001,000\.00 SEK is")])
def test_what_is_left_in_the_bank_after_the_payment(make, part, says):
    """1 100 000 less 100 000 are 1 000 000 of a fund of 1 100 000; a part of 90 % is 990 000, of 91 % 1 001 000."""
    ws = make(LOAN + LIQUIDITY.format(part))
    if says:
        with pytest.raises(FundPayment, match=says):
            fund_deeds.pay(ws, "IF-1", D(100000), asked())
    else:
        assert fund_deeds.pay(ws, "IF-1", D(100000), asked()).vouchers


SALE = """
2026-01-20 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank  1000.00 SEK
  Income:3001-Sales
"""
LEVY = '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "FS-1"\n'


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-04-01", ""),
        ("2026-04-02", "fi has owed levy since 2026-01-31, for 61 days; 60 days are allowed"),
    ],
)
def test_a_unit_that_owes_levy_for_too_long_gets_nothing(make, day, says):
    ws = make(LOAN + LEVY)
    accounts = ws.unit("fi").folder / "accounts.beancount"
    accounts.write_text(accounts.read_text(encoding="utf-8") + "2026-01-01 open Income:3001-Sales\n", encoding="utf-8")
    (ws.unit("fi").books / "2026" / "2026-01.beancount").write_text(SALE, encoding="utf-8")
    if says:
        with pytest.raises(FundPayment, match=says):
            fund_deeds.pay(ws, "IF-1", D(1000), asked(day))
        assert fund_deeds.pay(ws, "IF-1", D(1000), asked(day), accept="Paid next week").vouchers
    else:
        assert fund_deeds.pay(ws, "IF-1", D(1000), asked(day)).vouchers


def test_a_decision_is_used_up(make):
    """180 000 may be paid on ST-1: 100 000 of one case, and 80 000 of another."""
    more = agreement("IF-12", "loan", "100000.00", decision="ST-1")
    ws = make(FEW + more)
    fund_deeds.pay(ws, "IF-5", D(100000), asked())
    with pytest.raises(FundPayment, match=r"80,000\.01 SEK is more than what is left of the decision ST-1: 80,000\.00"):
        fund_deeds.pay(ws, "IF-12", D("80000.01"), asked("2026-03-06"))
    assert fund_deeds.pay(ws, "IF-12", D(80000), asked("2026-03-06")).vouchers


@pytest.mark.parametrize(
    ("amount", "invoices", "says"),
    [
        ("40000.00", ("A-1",), ""),  # 50 000 less a fifth
        ("40000.01", ("A-1",), r"come to 50,000\.00 SEK, without the own part 40,000\.00 SEK; 40,000\.01 SEK would"),
        ("50000.00", ("A-1", "A-2"), ""),  # 62 500 less a fifth
        ("1.00", ("A-3",), "fi has no voucher A-3"),
        ("1.00", ("A-1", "A-1"), "proves another payment already, of IF-1"),
        ("99000.00", (), ""),
    ],
)
def test_invoices_prove_what_is_paid(make, amount, invoices, says):
    ws = make()
    if says:
        with pytest.raises(FundInvoice, match=says):
            fund_deeds.pay(ws, "IF-1", D(amount), asked(), invoices=invoices)
    else:
        fund_deeds.pay(ws, "IF-1", D(amount), asked(), invoices=invoices)
        with pytest.raises(FundInvoice):
            fund_deeds.pay(ws, "IF-1", D("0.01"), asked("2026-03-06"), invoices=("A-1",))


def test_forgiving_and_writing_down_need_a_decision(make):
    ws = make()
    fund_deeds.pay(ws, "IF-1", D(1000), asked())
    for deed in (fund_deeds.forgive, fund_deeds.write_down):
        with pytest.raises(CloseDecisionUnknown):
            deed(ws, "IF-1", D(100), asked(decision="FS-9"))


def test_a_closed_month_takes_nothing(make):
    ws = make()
    seal(ws, "fi", "2026-02", "2026-02")
    before = month(ws, "gemensamt", "2026-02")
    with pytest.raises(Problem) as caught:
        fund_deeds.pay(ws, "IF-1", D(1000), asked("2026-02-27"))
    assert isinstance(caught.value, MonthClosed)
    assert month(ws, "gemensamt", "2026-02") == before


# --- once a year

ASSEMBLY = '2026-04-01 custom "decision" "FS-2" "assembly"\n  recused: "fi, es"\n'
SPRING = "2026-04-02"


def test_an_appropriation_moves_what_was_earmarked_and_adds_the_rest(make):
    """The gift of 100 000 is earmarked of 2025; 120 000 go to the fund, so 20 000 are from surplus."""
    ws = make(ASSEMBLY)
    moved = {"investment": D(120000), "solidarity": D(-20000)}
    fund_years.appropriate(ws, moved, asked(SPRING, decision="FS-2"))
    again = fund_years.appropriate(ws, moved, asked(SPRING, decision="FS-2"))
    assert (again.vouchers, again.known) == ({}, 1)
    assert (
        month(ws, "gemensamt", "2026-04")
        .strip()
        .endswith(
            """
  decision: "FS-2"
  Equity:2098-Last-year                                100000.00 SEK
  Equity:2071-Fund                                    -120000.00 SEK
  Equity:2072-Solidarity                                20000.00 SEK"""
        )
    )
    fund = load_federation(open_workspace(ws.root)).funds["investment"]
    day = dt.date(2026, 4, 2)
    assert (fund.earmarked(day), fund.surplus(until=day), fund.worth(day)) == (0, D(20000), D(1120000))
    assert rows(ws, fund="solidarity") == [("appropriation", D(-20000))]
    whole(ws)


@pytest.mark.parametrize(
    ("moved", "decision", "says"),
    [
        ({}, "FS-2", "Nothing is moved"),
        ({"investment": D(0)}, "FS-2", "Nothing is moved"),
        ({"solidarity": D("-50000.01")}, "FS-2", r"50,000\.01 SEK is more than what stands in the fund solidarity"),
        ({"investment": D(1)}, "ST-1", "ST-1 is a decision of board"),
    ],
)
def test_what_allows_an_appropriation(make, moved, decision, says):
    with pytest.raises(FundAppropriation, match=says):
        fund_years.appropriate(make(ASSEMBLY), moved, asked(SPRING, decision=decision))


CLAIMS = [("es", D(1160), D(0), D(580)), ("fi", D(0), D("700.00"), D(0))]


def test_a_year_of_the_solidarity_fund_is_booked_once(make):
    """ES gets 1 160 kronor and pays 580 of earlier support back; FI is asked for 700."""
    ws = make(ASSEMBLY)
    done = fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2"))
    assert done.vouchers == {"es": ("F-1", "F-2"), "fi": ("F-1",), "gemensamt": ("F-1", "F-2", "F-3")}
    assert month(ws, "fi", "2026-04").strip() == (
        """\
2026-04-02 * "Solidarity fund 2025: call on Fi" ^ic-gemensamt-solidarity-2025-fi
  voucher: "F-1"
  registered: 2026-04-02
  by: "anna"
  source-id: "funds:solidarity-2025:call:fi"
  fund: "solidarity"
  solidarity-year: 2025
  decision: "FS-2"
  Liabilities:2862-Intern-skuld-fonder                   -700.00 SEK
    partner: "gemensamt"
    ic: "solidarity"
  Expenses:6994-Tillskott-till-fonder                     700.00 SEK
    partner: "gemensamt"
    ic: "solidarity\""""
    )
    assert "  claw-back: TRUE\n" in month(ws, "es", "2026-04")
    kinds = [
        *(("claim", D(-1160)), ("owed", D(-1160))),
        *(("owed", D(580)), ("claw-back", D(580))),
        *(("owed", D(700)), ("call", D(700))),
    ]
    assert sorted(rows(ws, fund="solidarity")) == sorted(kinds)
    fund = load_federation(open_workspace(ws.root)).funds["solidarity"]
    assert fund.support("claim", years=lambda year: year == 2025) == {"es": D(1160)}
    assert fund.worth(dt.date(2026, 4, 2)) == D(50000) - 1160 + 580 + 700
    whole(ws)
    later = fund_years.book_solidarity(ws, 2025, CLAIMS, asked("2026-04-09", decision="FS-2"))
    assert (later.vouchers, later.known) == ({}, 6)


@pytest.mark.parametrize("way", [True, False], ids=["on its way", "bank"])
def test_what_is_owed_of_a_year_is_paid_either_way(make, way):
    """ES gets 1 160 less 580: 50 euro; FI pays 700. Then nothing is owed, and nothing more is booked."""
    ws = make(ASSEMBLY)
    fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2"))
    for slug, bank, amount in (("es", "Assets:572-Bancos", "50.00 EUR"), ("fi", "Assets:1930-Bank", "-700.00 SEK")):
        banks = {} if way else BANKS | {"unit_bank": bank}
        assert set(fund_years.settle(ws, 2025, slug, asked("2026-04-20", **banks)).vouchers) == {slug, "gemensamt"}
        assert way or any(line.split() == [bank, *amount.split()] for line in month(ws, slug, "2026-04").split("\n"))
        again = fund_years.settle(ws, 2025, slug, asked("2026-04-20", **banks))
        assert (again.vouchers, again.text) == ({}, "")
    owed = [amount for kind, amount in rows(ws, fund="solidarity") if kind == "owed"]
    assert sum(owed) == 0
    whole(ws)


def year_of(**more):
    """A computed year, as far as it is booked."""
    said = {"year": 2025, "currency": "SEK", "problems": (), "open_months": {}}
    said |= {"transfers": {"fi": D("-700.00"), "es": D("1160.00"), "gemensamt": D(0)}}
    said |= {"returned": {"es": SimpleNamespace(amount=D("580.00"))}}
    return SimpleNamespace(**said | more)


def test_a_computed_year_is_claims_and_calls(make):
    ws, day = make(), dt.date(2026, 4, 2)
    assert fund_years.transfers_of(ws, year_of(), day) == CLAIMS
    with pytest.raises(SolidarityNotFinal, match=r"2025 can't be booked yet: fi has open months \(2025-11, 2025-12\)"):
        fund_years.transfers_of(ws, year_of(open_months={"fi": ("2025-11", "2025-12")}), day)


def test_a_year_is_decided_after_its_end(make):
    with pytest.raises(FundDecisionEarly, match="FS-1 is of 2025-01-01; 2025 ended on 2025-12-31"):
        fund_years.book_solidarity(make(ASSEMBLY), 2025, CLAIMS, asked(SPRING, decision="FS-1"))


FAULTY = '2026-01-01 custom "fund" "investment"\n  decision: "FS-1"\n  liquidity: 90\n'
DEEDS = {
    "pay": lambda ws: fund_deeds.pay(ws, "IF-1", D("60000.00"), asked(**BANKS)),
    "repay": lambda ws: fund_deeds.repay(ws, "IF-1", D("1.00"), asked()),
    "appropriate": lambda ws: fund_years.appropriate(ws, {"investment": D(1)}, asked(SPRING, decision="FS-2")),
    "book": lambda ws: fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2")),
    "settle": lambda ws: fund_years.settle(ws, 2025, "fi", asked()),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_rule_that_cant_be_read_stops_every_deed(make, deed):
    """90 of the fund in the bank was to be 90 %: by default it would be 25 %, and nobody has decided that."""
    ws = make(LOAN + ASSEMBLY)
    text = ws.policy_file.read_text(encoding="utf-8")
    ws.policy_file.write_text(text + FAULTY, encoding="utf-8")
    with pytest.raises(Problem) as told:
        DEEDS[deed](open_workspace(ws.root))
    assert told.value.code == "POLICY_FUND_VALUE"
    assert told.value.line == len(text.splitlines()) + 1
    assert month(ws, "gemensamt") == ""


def test_a_year_takes_no_more_than_its_decision_allows(make):
    """1 160 of support, 580 paid back and 700 called: 2 440 are moved by it, once."""
    for amount, enough in (("2439.99", False), ("2440.00", True)):
        ws = make(ASSEMBLY.replace("\n", f"\n  amount: {amount} SEK\n", 1))
        if not enough:
            with pytest.raises(FundPayment, match=r"2,440\.00 SEK is more than what is left"):
                fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2"))
            assert month(ws, "gemensamt", "2026-04") == ""
            continue
        assert fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2")).vouchers
        assert fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2")).known == 6


def test_a_year_is_not_booked_by_rules_that_were_sealed_and_changed(make):
    """What was closed under `share: 0.9` isn't paid under another."""
    ws = make('2025-01-01 custom "fund" "solidarity"\n  decision: "FS-1"\n  share: 0.9\n' + ASSEMBLY)
    seal(ws, "gemensamt", *(f"2025-{n:02}" for n in range(1, 13)))
    assert fund_years.book_solidarity(
        open_workspace(ws.root), 2025, CLAIMS, asked(SPRING, decision="FS-2", dry_run=True)
    ).vouchers
    file = ws.units_folder / "gemensamt" / "books" / "2025" / "2025-01.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("A gift to the fund", "A gift to the funds"), encoding="utf-8")
    with pytest.raises(Problem) as told:
        fund_years.book_solidarity(open_workspace(ws.root), 2025, CLAIMS, asked(SPRING, decision="FS-2"))
    assert told.value.code == "SEAL_BROKEN"
    assert month(ws, "gemensamt", "2026-04") == ""


def test_what_was_never_booked_is_not_said_to_be_paid(make):
    ws = make(ASSEMBLY)
    with pytest.raises(SolidarityNotBooked, match="Nothing of 2025 is booked of fi"):
        fund_years.settle(ws, 2025, "fi", asked("2026-04-20"))


def test_a_payment_that_is_booked_already_takes_no_further_invoice(make):
    ws = make()
    fund_deeds.pay(ws, "IF-1", D("30000.00"), asked(**BANKS), invoices=("A-1",))
    assert fund_deeds.pay(ws, "IF-1", D("30000.00"), asked(**BANKS), invoices=("A-1",)).known == 2
    with pytest.raises(FundInvoice, match="The payment is booked already as F-1 of 2026-03-05, and doesn't name A-2"):
        fund_deeds.pay(ws, "IF-1", D("30000.00"), asked(**BANKS), invoices=("A-1", "A-2"))


def test_another_units_application_does_not_speak_for_a_case(make):
    ws = make()
    text = '\n2026-02-03 custom "fund-application" "if-1" 5.00 SEK\n  kind: "grant"\n  purpose: "Ours"\n'
    accounts = ws.unit("es").folder / "books" / "2026" / "2026-02.beancount"
    accounts.parent.mkdir(parents=True, exist_ok=True)
    accounts.write_text(text, encoding="utf-8")
    federation = load_federation(open_workspace(ws.root))
    (problem,) = federation.problems
    assert (problem.code, problem.unit) == ("FUND_APPLICATION", "es")
    assert "if-1 was agreed on with fi" in problem.text()
    found = cases_of(federation.books, federation.policy, federation.funds["investment"], dt.date(2026, 3, 1))
    assert found.by_name["IF-1"].application is None
