"""Provisional levy: from small books and a policy to statements and to both sides' entries."""

import datetime as dt
import json
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount.core import convert, data
from beancount.parser import printer

from ledger.books import load_books, open_workspace
from ledger.errors import Problem
from ledger.policy import read_policy
from ledger.provisional import full_entries, levy_link, owed, prior_link, provisional

D = Decimal
END = dt.date(2026, 12, 31)
POLICY = """\
2025-01-01 custom "decision" "A" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2025-01-01 custom "levy-component" "service" 0.125
  decision: "A"
2025-01-01 custom "levy-component" "investment" 0.015
  decision: "A"
2025-01-01 custom "levy-component" "solidarity" 0.010
  decision: "A"
"""
ACCOUNTS = "".join(
    f"2024-01-01 open {name}\n"
    for name in (
        "Assets:1930-Bank",
        "Income:3001-Sales",
        "Income:3211-Margin-sales",
        "Income:3401-Own-use",
        "Income:3560-To-group",
        "Income:3670-Securities",
        "Income:3680-Fees",
        "Income:3730-Discounts",
        "Income:3870-Own-work",
        "Income:3985-Grants",
        "Income:8310-Interest",
        "Liabilities:2616-Margin-VAT",
    )
)
PGC = "2024-01-01 open Assets:572-Bank\n2024-01-01 open Income:705-Services\n"


@pytest.fixture
def run(make_workspace, tmp_path, monkeypatch):
    """`run(units, policy, closed, prices)` gives books and what the levy makes of them."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(units, policy=POLICY, closed=None, prices="", **conf):
        units = {slug: {"accounts": ACCOUNTS, **parts} for slug, parts in units.items()}
        ws = make_workspace(units, policy=policy, prices=prices, **conf)
        books = load_books(ws)
        assert not books.central_text.problems
        if closed:
            books = replace(books, closed={slug: frozenset(months) for slug, months in closed.items()})
        return books, provisional(books, read_policy(books.central_text, ws))

    return make


def sale(day, amount, *, account="Income:3001-Sales", bank="Assets:1930-Bank", currency="SEK", meta="", partner=""):
    """A sale of `amount`; a credit note where it is negative."""
    number = D(amount)
    tag = f'    partner: "{partner}"\n    ic: "trade"\n' if partner else ""
    head = f'{day} * "sale"\n' + "".join(f"  {row}\n" for row in meta.splitlines())
    return f"{head}  {bank}  {number} {currency}\n  {account}  {-number} {currency}\n{tag}"


def text(entries):
    """Entries as ledger text, single spaces, so that expectations can be read."""
    return re.sub(r"(\S) +", r"\1 ", "\n".join(printer.format_entry(e).strip() for e in entries)).replace("\n\n", "\n")


def case(expected):
    """An expectation in the shape of `text`."""
    return re.sub(r"(\S) +", r"\1 ", expected.strip("\n"))


def year(run, slug, number=2026):
    return run.statements[slug].year(number)


def posted(run, slug, number=2026):
    return {m.month: str(m.posted) for m in year(run, slug, number).months}


def balances(entries):
    """Σ weight by account's code (and partner where there is one), of transactions."""
    sums = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for p in entry.postings:
                code = p.account.split(":")[-1].split("-")[0]
                sums[code + (" partner" if p.meta.get("partner") else "")] += convert.get_weight(p).number
    return dict(sums)


def test_both_sides_of_a_division(run):
    """Two months of sales: one entry a month on each side, one link."""
    books, made = run({"repris": {"2026-01": sale("2026-01-10", "100000.01") + sale("2026-03-01", "0.03")}})
    assert made.problems == ()
    assert text(made.entries("repris")) == case(
        """
2026-01-01 open Expenses:6430-Gemensam-avgift
2026-01-01 open Liabilities:2861-Intern-skuld-avgift
2026-01-31 ! "Levy 2026-01" #provisional ^ic-repris-levy-2026-01
  levy-base: 100000.01 SEK
  levy-rate: 0.15
  levy-due: 15000.00 SEK
  Expenses:6430-Gemensam-avgift          15000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift  -15000.00 SEK
    partner: "gemensamt"
    ic: "levy"
2026-03-31 ! "Levy 2026-03" #provisional ^ic-repris-levy-2026-03
  levy-base: 100000.04 SEK
  levy-rate: 0.15
  levy-due: 15000.01 SEK
  Expenses:6430-Gemensam-avgift          0.01 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift  -0.01 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    )
    assert text([e for e in made.entries("gemensamt") if e.date == dt.date(2026, 1, 31)]) == case(
        """
2026-01-31 ! "Levy 2026-01: Repris" #provisional ^ic-repris-levy-2026-01
  Assets:1661-Intern-fordran-avgift   15000.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Fees                   -12500.00 SEK
    partner: "repris"
    ic: "levy"
    component: "service"
  Income:3990-Avgift-till-fonder      -1500.00 SEK
    partner: "repris"
    ic: "levy"
    component: "investment"
  Income:3990-Avgift-till-fonder      -1000.00 SEK
    partner: "repris"
    ic: "levy"
    component: "solidarity"
""".replace("3680-Fees", "3680-Gemensam-avgift-intäkt")
    )
    assert owed(books, made, "repris", END) == D("15000.01")
    assert made.entries("repris")[-1].meta["filename"] == "<levy>"
    lines = [e.meta["lineno"] for e in made.entries("gemensamt")]
    assert lines == sorted(set(lines))


@pytest.mark.parametrize(
    ("account", "base"),
    [
        ("Income:3001-Sales", "1000.00"),
        ("Income:3211-Margin-sales", "1000.00"),
        ("Income:3401-Own-use", "0"),
        ("Income:3560-To-group", "0"),
        ("Income:3670-Securities", "0"),
        ("Income:3680-Fees", "0"),
        ("Income:3730-Discounts", "1000.00"),
        ("Income:3870-Own-work", "0"),
        ("Income:3985-Grants", "0"),
        ("Income:8310-Interest", "0"),
    ],
)
def test_what_is_turnover(run, account, base):
    found = run({"repris": {"2026-01": sale("2026-01-10", "1000.00", account=account)}})[1]
    statement = year(found, "repris")
    assert (statement.base if statement else D(0)) == D(base)


def test_a_decision_takes_grants_in(run):
    policy = POLICY + '2026-02-01 custom "levy-base" "include" "3980-3989"\n  decision: "A"\n'
    grants = "".join(sale(f"2026-0{m}-10", "1000.00", account="Income:3985-Grants") for m in (1, 2))
    found = run({"repris": {"2026-01": grants}}, policy)[1]
    assert posted(found, "repris") == {"2026-01": "0.00", "2026-02": "150.00"}


def test_margin_vat_is_debited_on_the_margin_sale(run):
    books = sale("2026-01-10", "1000.00", account="Income:3211-Margin-sales") + sale(
        "2026-01-31", "-100.00", account="Income:3211-Margin-sales", bank="Liabilities:2616-Margin-VAT"
    )
    assert year(run({"repris": {"2026-01": books}})[1], "repris").base == D("900.00")


@pytest.mark.parametrize(
    ("day", "partner", "base"),
    [
        ("2026-01-10", "kafe", "0"),
        ("2026-06-30", "kafe", "0"),  # left is inside
        ("2026-07-01", "kafe", "1000.00"),  # an outsider from then on
        ("2026-01-10", "gemensamt", "0"),
        ("2026-01-10", "nobody", "1000.00"),
        ("2026-01-10", "repris", "1000.00"),  # nobody escapes by selling to oneself
        ("2026-01-10", "kikundi", "1000.00"),  # a book that is nobody's but its members'
        ("2026-01-10", "budet", "0"),  # a slip in its settings makes no turnover of what it bought
    ],
)
def test_partners_in_scope_are_left_out(run, day, partner, base):
    units = {
        "repris": {"2026-01": sale(day, "1000.00", partner=partner)},
        "kafe": {"unit": "left = 2026-06-30"},
        "kikundi": {"unit": "combine = false"},
        "budet": {"unit": "colour = 3"},
    }
    found = run(units)[1]
    statement = year(found, "repris")
    assert (statement.base if statement else D(0)) == D(base)
    assert "kikundi" not in found.statements
    assert "gemensamt" not in found.statements


def test_only_turnover_of_members_counts(run):
    sales = "".join(sale(day, "1000.00") for day in ("2026-03-31", "2026-04-01", "2026-09-30", "2026-10-01"))
    found = run({"repris": {"unit": "joined = 2026-04-01\nleft = 2026-09-30", "2026-01": sales}})[1]
    assert year(found, "repris").base == D("2000.00")


@pytest.mark.parametrize(
    ("concerns", "amount", "rate", "due"),
    [
        ("2026-03-31", "-200.00", "0", "150.00"),
        ("2026-04-01", "-200.00", "0.15", "120.00"),
        ("2026-03-31", "400.00", "0", "150.00"),
        ("2026-04-01", "400.00", "0.15", "210.00"),
    ],
)
def test_a_correction_of_a_day_before_membership_bears_no_levy_and_is_seen(run, concerns, amount, rate, due):
    """Posted in membership it belongs to the base; before it joined, no rate was in force for the unit."""
    sales = sale("2026-04-10", "1000.00") + sale("2026-06-10", amount, meta=f"concerns: {concerns}")
    found = year(run({"repris": {"unit": "joined = 2026-04-01", "2026-04": sales}})[1], "repris")
    assert (found.base, found.due) == (D("1000.00") + D(amount), D(due))
    (shown,) = found.months[-1].corrections
    assert (shown.of, shown.base, shown.rate) == (concerns[:7], D(amount), D(rate))


def test_turnover_for_a_year_of_which_nothing_is_decided_is_seen(run):
    """Nobody takes a sale out of the levy without a trace by writing a month of long ago."""
    sales = sale("2026-04-10", "1000.00") + sale("2026-06-10", "10.03", meta="concerns: 2023-05")
    found = year(run({"repris": {"2026-04": sales}})[1], "repris")
    assert (found.base, found.due) == (D("1000.00"), D("150.00"))
    (shown,) = found.prior_years
    assert (shown.year, shown.month, shown.base, shown.amount) == ("2023-01", "2026-06", D("10.03"), D(0))


@pytest.mark.parametrize(("concerns", "fault"), [("2026-06", []), ("2026-06-30", []), ("2026-07", ["2026-07"])])
def test_nothing_corrects_what_is_still_to_come(run, concerns, fault):
    sales = sale("2026-04-10", "1000.00") + sale("2026-06-10", "10.03", meta=f"concerns: {concerns}")
    problems = run({"repris": {"2026-04": sales}})[1].problems
    told = [problem.params["voucher"] for problem in problems if problem.code == "LEVY_CORRECTS_UNKNOWN"]
    assert told == fault


def test_a_floor_of_a_unit_without_a_rate_is_split_as_the_federations(run):
    """1200.00 a year are 100.00 a month: 12.5, 1.5 and 1 of 15 parts, though the unit's own rate is 0."""
    policy = POLICY + (
        '2026-01-01 custom "levy-rate" "repris" 0\n  decision: "A"\n  until: 2026-12-31\n'
        '2026-01-01 custom "levy-floor" "*" 1200.00 SEK\n  decision: "A"\n'
    )
    found = year(run({"repris": {"2026-01": sale("2026-01-10", "1000.00")}}, policy)[1], "repris")
    assert found.months[0].components == {"service": D("83.33"), "investment": D("10.00"), "solidarity": D("6.67")}


NYSTART = """\
2026-04-16 custom "levy-rate" "nystart" 0.05
  decision: "A"
  until: 2027-01-31
"""


def test_a_worked_example_from_books(run, samples):
    """The first table of the worked examples, booked: rate change in April, credit note of June for February."""
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["1_levy"]
    table = worked["a_mid_month_rate_negative_january_correction"]
    sales = [
        sale("2026-01-20", "-1000.10"),
        sale("2026-02-28", "100000.01", meta='voucher: "A-2"'),
        sale("2026-03-01", "0.03"),
        sale("2026-04-15", "20000.00"),
        sale("2026-04-16", "7000.07"),
        sale("2026-05-05", "30000.00"),
        sale("2026-06-10", "-10000.00", meta='voucher: "A-9"\ncorrects: "A-2"'),
    ]
    made = run({"nystart": {"2026-01": "".join(sales)}}, POLICY + NYSTART)[1]
    found = year(made, "nystart").months
    keys = ("month", "base", "base_ytd", "due_ytd", "posted")
    assert [[str(getattr(m, k)) for k in keys] for m in found] == [[m[k] for k in keys] for m in table["months"]]
    assert [{n: str(c) for n, c in m.components.items()} for m in found] == [m["components"] for m in table["months"]]
    (correction,) = found[5].corrections
    assert (correction.voucher, correction.of, correction.base) == ("A-9", "2026-02", D("-10000.00"))


def test_concerns_takes_the_rate_of_its_day_or_of_the_months_last(run):
    credit = sale("2026-06-10", "-1000.00", meta="concerns: 2026-04-15") + sale(
        "2026-06-11", "-1000.00", meta="concerns: 2026-04"
    )
    found = year(run({"nystart": {"2026-06": credit}}, POLICY + NYSTART)[1], "nystart")
    assert [(c.of, c.rate) for c in found.months[-1].corrections] == [("2026-04", D("0.15")), ("2026-04", D("0.05"))]
    assert found.due == D("-200.00")


def test_a_prior_year_from_books(run, samples):
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["1_levy"]["c_prior_year"]
    books = {
        "2025-11": sale("2025-11-11", worked["base_2025_at_close"], meta='voucher: "A-1"'),
        "2026-02": sale("2026-02-10", "-400.00", meta='voucher: "A-2"\ncorrects: "A-1"')
        + sale("2026-02-11", "1000.00"),
    }
    loaded, made = run({"repris": books})
    assert str(year(made, "repris", 2025).due) == worked["due_2025_at_close"]
    (line,) = year(made, "repris").prior_years
    assert (line.year, line.month, str(line.base), str(line.amount)) == (
        "2025-01",
        "2026-02",
        "-400.00",
        worked["prior_year_line_2026_02"],
    )
    assert year(made, "repris").base == D("1000.00")
    assert year(made, "repris").due == D("150.00")
    assert year(made, "repris").posted == D("90.00")
    assert [t.links for t in made.entries("repris")[-2:]] == [
        {levy_link("repris", "2026-02")},
        {prior_link("repris", "2026-02", 2025)},
    ]
    assert owed(loaded, made, "repris", END) == D("240.02")  # 90.02 of 2025, 150.00 of 2026


def booked(month, amount, link=None):
    """The levy of a month, as the close writes it."""
    day = {"2024-11": "2024-11-30", "2025-11": "2025-11-30", "2026-01": "2026-01-31", "2026-02": "2026-02-28"}[month]
    tags = '    partner: "gemensamt"\n    ic: "levy"\n'
    return (
        f'{day} * "Levy" ^{link or levy_link("repris", month)}\n'
        f"  Expenses:6430-Levy  {amount} SEK\n{tags}  Liabilities:2861-Owed  -{amount} SEK\n{tags}"
    ).replace("--", "")


LEVY_ACCOUNTS = ACCOUNTS + "2024-01-01 open Expenses:6430-Levy\n2024-01-01 open Liabilities:2861-Owed\n"


def test_closed_months_keep_what_was_booked(run):
    """January was closed at 149; the first open month carries the rest, on the unit's own accounts."""
    books = sale("2026-01-10", "1000.00") + booked("2026-01", "149.00") + sale("2026-02-10", "1000.00")
    made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2026-01": books}}, closed={"repris": {"2026-01"}})[1]
    assert posted(made, "repris") == {"2026-01": "149.00", "2026-02": "151.00"}
    assert balances(made.entries("repris")) == {"6430 partner": D("151.00"), "2861 partner": D("-151.00")}
    assert {e.date for e in made.entries("repris")} == {dt.date(2026, 2, 28)}


def test_what_a_payment_leaves_is_owed(run):
    tags = '    partner: "gemensamt"\n    ic: "levy"\n'
    pay = f'2026-02-20 * "pay"\n  Liabilities:2861-Owed  100.00 SEK\n{tags}  Assets:1930-Bank  -100.00 SEK\n'
    books, made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2026-01": sale("2026-01-10", "1000.00") + pay}})
    assert owed(books, made, "repris", END) == D("50.00")
    assert owed(books, made, "repris", dt.date(2026, 1, 31)) == D("150.00")


def test_what_else_stands_on_the_levys_account_is_not_owed_on_the_levy(run):
    """70.00 for goods of central's on the same account are a debt of trade."""
    tags = '    partner: "gemensamt"\n    ic: "trade"\n'
    goods = f'2026-01-20 * "goods"\n  Assets:1930-Bank  70.00 SEK\n  Liabilities:2861-Owed  -70.00 SEK\n{tags}'
    books, made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2026-01": sale("2026-01-10", "1000.00") + goods}})
    assert owed(books, made, "repris", END) == D("150.00")


def test_booked_prior_year_lines_are_known_by_their_link(run):
    books = (
        sale("2025-11-10", "1000.00", meta='voucher: "A-1"')
        + booked("2025-11", "150.00")
        + sale("2026-01-10", "-100.00", meta='corrects: "A-1"')
        + booked("2026-01", "-15.00", prior_link("repris", "2026-01", 2025))
        + sale("2026-02-10", "-100.00", meta='corrects: "A-1"')
    )
    closed = {f"2025-{m:02d}" for m in range(1, 13)} | {"2026-01"}
    made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2025-11": books}}, closed={"repris": closed})[1]
    found = year(made, "repris")
    assert [(p.month, p.amount, p.provisional) for p in found.prior_years] == [
        ("2026-01", D("-15.00"), D("0.00")),
        ("2026-02", D("-15.00"), D("-15.00")),
    ]
    assert found.posted == D("-30.00")


def test_a_booked_line_for_the_year_before_last_is_known_by_its_link_too(run):
    books = (
        sale("2024-11-10", "1000.00", meta='voucher: "A-1"')
        + booked("2024-11", "150.00")
        + sale("2026-01-10", "-100.00", meta='corrects: "A-1"')
        + booked("2026-01", "-15.00", prior_link("repris", "2026-01", 2024))
    )
    closed = {f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)} | {"2026-01"}
    policy = POLICY.replace("2025-01-01", "2024-01-01")
    made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2024-11": books}}, policy, closed={"repris": closed})[1]
    found = year(made, "repris")
    assert [(p.year, p.month, p.amount, p.provisional) for p in found.prior_years] == [
        ("2024-01", "2026-01", D("-15.00"), D("0.00"))
    ]
    assert (found.months, found.posted) == ((), D("-15.00"))
    assert [e for e in made.entries("repris") if isinstance(e, data.Transaction)] == []


def test_central_books_in_its_own_first_open_month(run):
    made = run({"repris": {"2026-01": sale("2026-01-10", "1000.00")}}, closed={"gemensamt": {"2026-01", "2026-02"}})[1]
    assert {e.date for e in made.entries("gemensamt") if isinstance(e, data.Transaction)} == {dt.date(2026, 3, 1)}
    assert {e.date for e in made.entries("repris") if isinstance(e, data.Transaction)} == {dt.date(2026, 1, 31)}


def test_between_legal_persons_in_sweden(run, samples):
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))
    expected = worked["2_levy_legal_entity"]["a_sweden"]
    unit = 'entity = "legal_entity"\nvat_deduction = 0.40'
    books, made = run({"kafe": {"unit": unit, "2026-03": sale("2026-03-10", expected["base"])}})
    assert made.problems == ()
    own, theirs = expected["unit_entry"], expected["central_entry"]
    assert balances(made.entries("kafe")) == {
        "6430 partner": D(own["6430 partner"]),
        "2641": D(own["2641"]),
        "6430": D(own["6430 no partner (VAT not deductible)"]),
        "2861 partner": D(own["2861 partner"]),
    }
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D(theirs["1661 partner"]),
        "3680 partner": D(theirs["3680 partner (service)"]),
        "3990 partner": D(theirs["3990 partner (investment+solidarity)"]),
        "2611": D(theirs["2611"]),
    }
    assert year(made, "kafe").due == D(expected["levy"])
    assert year(made, "kafe").vat == (("2026-03", D(expected["vat_25"])),)
    assert {n: str(a) for n, a in year(made, "kafe").months[-1].components.items()} == expected["components"]
    assert owed(books, made, "kafe", END) == D(expected["invoice"])


def test_a_month_and_its_line_for_last_year_share_one_rounding_of_vat(run):
    """150.06 of February and 60.02 more of 2025 are one invoice: 25 % of 210.08 is 52.52.

    By itself the first bears 37.515 → 37.52 and the second 15.005 → 15.01, together 52.53; so the second takes 15.00.
    """
    policy = POLICY.split('2025-01-01 custom "levy-component"', maxsplit=1)[0]
    books = {
        "2025-11": sale("2025-11-11", "1000.00", meta='voucher: "A-1"'),
        "2026-02": sale("2026-02-10", "400.13", meta='corrects: "A-1"') + sale("2026-02-11", "1000.40"),
    }
    loaded, made = run({"kafe": {"unit": 'entity = "legal_entity"', **books}}, policy)
    assert made.problems == ()
    found = year(made, "kafe")
    assert [str(m.posted) for m in found.months] == ["0.00", "150.06"]
    assert [str(p.amount) for p in found.prior_years] == ["60.02"]
    assert found.vat == (("2026-02", D("52.52")),)
    february = [e for e in made.entries("kafe") if e.date == dt.date(2026, 2, 28)]
    assert [balances([e])["2641"] for e in february] == [D("37.52"), D("15.00")]
    assert owed(loaded, made, "kafe", END) == D("450.10")  # 187.50 of 2025, 150.06 + 60.02 + 52.52 of February


STATED = POLICY.replace(
    '"investment" 0.015\n  decision: "A"\n', '"investment" 0.015\n  decision: "A"\n  vat: 0.12\n'
).replace('"solidarity" 0.010\n  decision: "A"\n', '"solidarity" 0.010\n  decision: "A"\n  vat: 0.06\n')


def test_each_rate_of_vat_has_its_own_account(run):
    """10000.00: 1250.00 at 25 %, 150.00 at 12 % and 100.00 at 6 % bear 312.50, 18.00 and 6.00."""
    made = run({"kafe": {"unit": 'entity = "legal_entity"', "2026-03": sale("2026-03-10", "10000.00")}}, STATED)[1]
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D("1836.50"),
        "3680 partner": D("-1500.00"),
        "2611": D("-312.50"),
        "2621": D("-18.00"),
        "2631": D("-6.00"),
    }


SPAIN = {"unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"', "accounts": PGC}
PRICES = """\
2026-03-31 price EUR 11.60 SEK
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
"""


def spanish(day, amount):
    return sale(day, amount, account="Income:705-Services", bank="Assets:572-Bank", currency="EUR")


def test_between_countries_of_the_union(run, samples):
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))
    expected = worked["2_levy_legal_entity"]["b_spain"]
    books, made = run(
        {"spanien": {**SPAIN, "2026-03": spanish("2026-03-10", expected["base_march_EUR"])}}, prices=PRICES
    )
    assert made.problems == ()
    assert balances(made.entries("spanien")) == {
        "6295 partner": D(expected["levy_EUR"]),
        "55242 partner": -D(expected["levy_EUR"]),
        "472": D("262.50"),
        "477": D("-262.50"),
    }
    sek = expected["central_SEK"]
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D(sek["1661 (1500.00 EUR at spot = closing)"]),
        "3680 partner": D("-14250.00"),  # 1250.00 EUR at 11.40
        "3990 partner": D("-2850.00"),  # 150.00 + 100.00 EUR at 11.40
        "3960": D(sek["3960 exchange gain"]),
    }
    assert D("-14250.00") + D("-2850.00") == D(sek["3680+3990 (at month average)"])
    (claim,) = (p for e in made.entries("gemensamt")[-1:] for p in e.postings if "1661" in p.account)
    assert (str(claim.units), str(claim.price)) == ("1500.00 EUR", "11.60 SEK")
    assert {n: str(a) for n, a in year(made, "spanien").months[-1].components.items()} == expected["components_EUR"]
    assert owed(books, made, "spanien", END) == D("1500.00")  # reverse charge: no VAT is owed to central


def test_a_stated_rate_of_vat_counts_within_one_country_only(run):
    """10000.00 EUR: 1250.00, 150.00 and 100.00 are all services then, at Spain's own 21 %: 315.00."""
    made = run({"spanien": {**SPAIN, "2026-03": spanish("2026-03-10", "10000.00")}}, STATED, prices=PRICES)[1]
    assert made.problems == ()
    assert balances(made.entries("spanien"))["472"] == D("315.00")


def test_vat_in_another_currency_is_owed_at_the_day_of_the_invoice(run):
    """In Sweden, but in euro: 1500.00 and 312.50 VAT (25 % of 1250.00) at 11.60; income at the month's 11.40.

    So the gain is of the levy alone: 1500 × 0.20.
    """
    unit = {"unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"\ncountry = "SE"', "accounts": PGC}
    made = run({"spanien": {**unit, "2026-03": spanish("2026-03-10", "10000.00")}}, prices=PRICES)[1]
    assert made.problems == ()
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D("21025.00"),
        "3680 partner": D("-14250.00"),
        "3990 partner": D("-2850.00"),
        "2611": D("-3625.00"),
        "3960": D("-300.00"),
    }


def test_a_closed_month_of_central_takes_no_closing_rate_and_the_next_catches_up(run):
    """1500.00 EUR booked at 11.60. April (11.50) is closed; May (11.70) brings 150.00 SEK of gain, in one entry.

    What stands beside it in kronor has no rate to follow.
    """
    prices = PRICES + "2026-04-30 price EUR 11.50 SEK\n2026-05-31 price EUR 11.70 SEK\n"
    to, of = (f'    partner: "{slug}"\n    ic: "levy"\n' for slug in ("gemensamt", "spanien"))
    link = "^ic-spanien-levy-2026-03"
    units = {
        "spanien": {
            **SPAIN,
            "accounts": PGC + "2024-01-01 open Expenses:6295-Levy\n2024-01-01 open Liabilities:55242-Owed\n",
            "2026-03": spanish("2026-03-10", "10000.00")
            + f'2026-03-31 * "Levy" {link}\n  Expenses:6295-Levy  1500.00 EUR\n{to}'
            f"  Liabilities:55242-Owed  -1500.00 EUR\n{to}",
        },
        "gemensamt": {
            "accounts": "".join(
                f"2024-01-01 open {name}\n"
                for name in ("Assets:1661-Levy", "Income:3680-Levy", "Income:3960-Gain", "Assets:1930-Bank")
            ),
            "2026-03": f'2026-03-31 * "Levy" {link}\n  Assets:1661-Levy  1500.00 EUR @ 11.60 SEK\n{of}'
            f"  Income:3680-Levy  -17100.00 SEK\n{of}  Income:3960-Gain  -300.00 SEK\n"
            f'2026-03-31 * "Beside"\n  Assets:1661-Levy  100.00 SEK\n{of}  Assets:1930-Bank  -100.00 SEK\n',
        },
        "kafe": {"2026-05": sale("2026-05-10", "100.00")},
    }
    months = {f"2026-{m:02d}" for m in (1, 2, 3)}
    made = run(units, prices=prices, closed={"spanien": months, "gemensamt": months | {"2026-04"}})[1]
    assert made.problems == ()
    rates = [e for e in made.entries("gemensamt") if any(x.endswith("-rate") for x in getattr(e, "links", ()))]
    assert [e.date for e in rates] == [dt.date(2026, 5, 31)]
    assert balances(rates) == {"1661 partner": D("150.00"), "3960": D("-150.00")}


def test_a_claim_in_another_currency_follows_the_closing_rate(run):
    """1500.00 EUR at 11.60; in April the closing rate is 11.50: 150.00 SEK lost, and no document amount changes."""
    prices = PRICES + '2026-04-30 price EUR 11.50 SEK\n2026-04-30 custom "average-rate" "EUR" 11.55 SEK\n'
    sales = spanish("2026-03-10", "10000.00") + spanish("2026-04-10", "0.01")
    made = run({"spanien": {**SPAIN, "2026-03": sales}}, prices=prices)[1]
    assert text(made.entries("gemensamt")[-1:]) == case(
        """
2026-04-30 ! "Levy claim on Spanien: closing rate of 2026-04" #provisional ^ic-spanien-levy-2026-04-rate
  Assets:1661-Intern-fordran-avgift   -1500.00 EUR @ 11.6 SEK
    partner: "spanien"
    ic: "levy"
  Assets:1661-Intern-fordran-avgift    1500.00 EUR @ 11.50 SEK
    partner: "spanien"
    ic: "levy"
  Expenses:7960-Valutakursförluster     150.00 SEK
"""
    )


def test_a_claim_follows_the_rate_until_the_federations_last_posting(run):
    """Spain's books end in March; another unit sells in April, so the balance sheet of April holds the claim too."""
    prices = PRICES + '2026-04-30 price EUR 11.50 SEK\n2026-04-30 custom "average-rate" "EUR" 11.55 SEK\n'
    units = {
        "spanien": {**SPAIN, "2026-03": spanish("2026-03-10", "10000.00")},
        "kafe": {"2026-04": sale("2026-04-10", "100.00")},
    }
    made = run(units, prices=prices)[1]
    last = [e for e in made.entries("gemensamt") if "ic-spanien-levy-2026-04-rate" in getattr(e, "links", ())]
    assert [balances(last)[name] for name in ("1661 partner", "7960")] == [D("-150.00"), D("150.00")]


def test_outside_the_union_no_vat_and_whole_pesos(run):
    prices = '2026-03-31 price CLP 0.0105 SEK\n2026-03-31 custom "average-rate" "CLP" 0.0100 SEK\n'
    unit = {"unit": 'currency = "CLP"\nchart = "pgc"\nentity = "legal_entity"', "accounts": PGC}
    sales = sale("2026-03-10", "1234567", account="Income:705-Services", bank="Assets:572-Bank", currency="CLP")
    made = run({"chile": {**unit, "2026-03": sales}}, prices=prices)[1]
    assert made.problems == ()
    assert balances(made.entries("chile")) == {"6295 partner": D(185185), "55242 partner": D(-185185)}
    # 185185 at 0.0105 is 1944.4425 SEK, in Beancount 1944.44, too; components 154321, 18518 or 18519, 12346 at 0.01
    central = balances(made.entries("gemensamt"))
    assert round(central["1661 partner"], 9) == D("1944.44")
    assert central["3680 partner"] == D("-1543.21")
    assert central["3990 partner"] == D("-308.64")
    assert central["3960"] == D("-92.59")


def test_a_missing_rate_is_one_error_that_names_the_unit(run):
    made = run({"spanien": {**SPAIN, "2026-03": spanish("2026-03-10", "1.00")}})[1]
    assert [(p.code, p.unit) for p in made.problems] == [("MISSING_RATE", "spanien")]
    assert [e for e in made.entries("gemensamt") if isinstance(e, data.Transaction)] == []


FAULTS = [
    (
        "LEVY_CURRENCY",
        {"2026-01": sale("2026-01-10", "10.00", currency="EUR")},
        "Income:3001-Sales has EUR, but repris reckons its levy in SEK.",
    ),
    (
        "LEVY_ACCOUNT_UNPLACED",
        {
            "accounts": "2024-01-01 open Assets:1930-Bank\n2024-01-01 open Income:Sales\n",
            "2026-01": sale("2026-01-10", "10.00", account="Income:Sales"),
        },
        "Whether Income:Sales is turnover isn't known: the chart can't place it.",
    ),
    (
        "LEVY_CORRECTS_UNKNOWN",
        {"2026-01": sale("2026-01-10", "-10.00", meta='corrects: "A-99"')},
        "This corrects A-99, but the book has no such voucher or month.",
    ),
    (
        "LEVY_ACCOUNT_ASSERTED",
        {
            "accounts": LEVY_ACCOUNTS,
            "2026-01": sale("2026-01-10", "10.00") + "2026-02-01 balance Liabilities:2861-Owed 0.00 SEK\n",
        },
        "Liabilities:2861-Owed is an account of the levy, and 2026-01 is still open: its balance can't be asserted.",
    ),
    (
        "LEVY_ACCOUNT_DATES",
        {
            "accounts": ACCOUNTS + "2026-02-01 open Expenses:6430-Levy\n",
            "2026-01": sale("2026-01-10", "10.00"),
        },
        "Expenses:6430-Levy is not open on 2026-01-31, when the levy is posted.",
    ),
    (
        "LEVY_COUNTRY_UNKNOWN",
        {"unit": 'currency = "EUR"\nentity = "legal_entity"', "accounts": ACCOUNTS},
        "VAT on the levy of repris depends on its country, which isn't known.",
    ),
    (
        "LEVY_VAT_RATE_UNKNOWN",
        {
            "unit": 'currency = "EUR"\nentity = "legal_entity"\ncountry = "ES"',
            "2026-01": sale("2012-01-10", "10.00", currency="EUR"),
        },
        "The standard VAT rate of ES on 2012-01-31 isn't known.",
    ),
    ("LEVY_UNIT_FAULTY", {"2026-01": "2026-01-10 open\n"}, "The levy of repris is not known: its book has errors."),
]


def test_where_no_levy_is_decided_nobody_needs_a_country(run):
    unit = 'currency = "EUR"\nentity = "legal_entity"'
    made = run({"repris": {"unit": unit, "2026-01": sale("2026-01-10", "10.00", currency="EUR")}}, "; none\n")[1]
    assert made.problems == ()
    assert made.entries("repris") == made.entries("gemensamt") == []


HAND = """
{day} * "Levy, booked by hand" ^ic-repris-{day}
  Expenses:6430-Levy  {amount} SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Owed  -{amount} SEK
    partner: "gemensamt"
    ic: "levy"
"""


def test_what_was_booked_before_anything_was_decided_is_no_refund(run):
    """2024: nothing decided, 150.00 booked by hand. 2025: 15 % of 1000.00, of which 100.00 by hand: 50.00 are added.

    A correction of 2024 in 2025 changes no levy either: 2024 had none to work out again.
    """
    text = {
        "2024-12": sale("2024-12-10", "1000.00", meta='voucher: "A-1"')
        + HAND.format(day="2024-12-31", amount="150.00"),
        "2025-03": sale("2025-03-10", "1000.00")
        + sale("2025-03-11", "-200.00", meta='corrects: "A-1"')
        + HAND.format(day="2025-03-31", amount="100.00"),
    }
    accounts = ACCOUNTS + "2024-01-01 open Expenses:6430-Levy\n2024-01-01 open Liabilities:2861-Owed\n"
    made = run({"repris": {"accounts": accounts, **text}})[1]
    assert made.problems == ()
    booked = [e for e in made.entries("repris") if isinstance(e, data.Transaction)]
    assert {e.date for e in booked} == {dt.date(2025, 3, 31)}
    assert balances(booked)["2861 partner"] == D("-50.00")
    assert [(m.month, m.posted) for m in year(made, "repris", 2024).months if m.posted] == [("2024-12", D("150.00"))]
    (shown,) = made.statements["repris"].year(2025).prior_years
    assert (shown.base, shown.amount) == (D("-200.00"), D(0)), "seen, though it changes nothing"


@pytest.mark.parametrize(("code", "parts", "message"), FAULTS, ids=[f[0] for f in FAULTS])
def test_what_cannot_be_known_is_one_error_naming_the_unit(run, code, parts, message):
    policy = POLICY.replace("2025-01-01", "2010-01-01") if code == "LEVY_VAT_RATE_UNKNOWN" else POLICY
    parts = {k: v.replace("2024-", "2009-") if code == "LEVY_VAT_RATE_UNKNOWN" else v for k, v in parts.items()}
    if code == "LEVY_VAT_RATE_UNKNOWN":
        parts["accounts"] = ACCOUNTS.replace("2024-", "2009-")
        parts["2012-01"] = parts.pop("2026-01")
    made = run({"repris": parts, "kafe": {"2026-01": sale("2026-01-10", "100.00")}}, policy)[1]
    (problem,) = made.problems
    assert (problem.code, problem.unit, problem.text()) == (code, "repris", message)
    assert "{" not in problem.remedy_text()
    assert str(year(made, "kafe").due) == "15.00"
    if code != "LEVY_ACCOUNT_ASSERTED":
        assert "repris" not in made.statements
        assert made.entries("repris") == []


def test_every_levy_problem_is_provoked():
    elsewhere = {"LEVY_POLICY_FAULTY", "LEVY_NO_WORKSPACE"}  # below, and in the plugin's tests
    known = {code for code in Problem.registry if code.startswith("LEVY_")}
    assert known == {fault[0] for fault in FAULTS} | elsewhere


def test_a_component_that_bears_vat_is_service_income(run):
    policy = POLICY.replace('"investment" 0.015\n  decision: "A"', '"it" 0.015\n  decision: "A"\n  vat: "standard"')
    made = run({"repris": {"2026-01": sale("2026-01-10", "1000.00")}}, policy)[1]
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D("150.00"),
        "3680 partner": D("-140.00"),
        "3990 partner": D("-10.00"),
    }


def test_an_opening_balance_of_zero_is_no_fault(run):
    parts = {
        "accounts": LEVY_ACCOUNTS,
        "2026-01": "2026-01-01 balance Liabilities:2861-Owed 0.00 SEK\n" + sale("2026-01-10", "10.00"),
    }
    assert run({"repris": parts})[1].problems == ()


@pytest.mark.parametrize(
    ("directive", "scope", "known"),
    [
        ('2026-01-01 custom "levy-cap" "repris" 1.00 EUR\n  decision: "A"\n', "repris", {"kafe"}),
        ('2026-01-01 custom "levy-rate" "*" 15\n  decision: "A"\n', None, set()),
    ],
)
def test_a_faulty_policy_gives_no_figures_for_whom_it_concerns(run, directive, scope, known):
    units = {slug: {"2026-01": sale("2026-01-10", "100.00")} for slug in ("repris", "kafe")}
    made = run(units, POLICY + directive)[1]
    assert [(p.code, p.unit) for p in made.problems] == [("LEVY_POLICY_FAULTY", scope)]
    assert set(made.statements) == known


def test_a_refused_policy_file_is_no_policy_of_zero(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    units = {"repris": {"accounts": ACCOUNTS, "2026-01": sale("2026-01-10", "100.00")}}
    ws = make_workspace(units, policy=POLICY + "2026-01-01 nonsense\n")
    books = load_books(ws)
    made = provisional(books, read_policy(books.central_text, ws))
    assert books.central_text.problems
    assert [p.code for p in made.problems] == ["LEVY_POLICY_FAULTY"]
    assert made.statements == {}


def test_an_account_that_refuses_the_currency_gets_a_sister(run):
    central = {"accounts": "2024-01-01 open Assets:1661-Levy SEK\n", "2026-01": "; nothing\n"}
    made = run({"spanien": {**SPAIN, "2026-03": spanish("2026-03-10", "1.00")}, "gemensamt": central}, prices=PRICES)[1]
    assert made.problems == ()
    assert "Assets:1661-Intern-fordran-avgift-EUR" in {
        p.account for e in made.entries("gemensamt")[-1:] for p in e.postings
    }


def test_what_was_booked_by_hand_leaves_its_parts(run):
    books = sale("2026-01-10", "1000.00") + booked("2026-01", "100.00")
    made = run({"repris": {"accounts": LEVY_ACCOUNTS, "2026-01": books}})[1]
    assert balances(made.entries("repris")) == {"6430 partner": D("50.00"), "2861 partner": D("-50.00")}
    assert balances(made.entries("gemensamt")) == {
        "1661 partner": D("50.00"),
        "3680 partner": D("-41.67"),  # 125.00 less 83.33
        "3990 partner": D("-8.33"),
    }


def test_a_broken_fiscal_year(run):
    conf = (
        '[federation]\nname = "T"\ncurrency = "SEK"\ncentral = "gemensamt"\nfiscal_year_start = "07-01"\n'
        'language = "sv"\n'
    )
    sales = sale("2026-06-30", "100.00", meta='voucher: "A-1"') + sale("2026-07-01", "200.00")
    made = run({"repris": {"2026-06": sales + sale("2026-08-01", "-50.00", meta='corrects: "A-1"')}}, conf=conf)[1]
    assert [(y.year, y.base) for y in made.statements["repris"].years] == [(2025, D("100.00")), (2026, D("200.00"))]
    assert [(p.year, p.amount) for p in year(made, "repris").prior_years] == [("2025-07", D("-7.50"))]


def test_the_full_book_is_sorted_as_beancount_sorts(run):
    books, made = run({"repris": {"2026-01": sale("2026-01-31", "100.00") + sale("2026-02-01", "100.00")}})
    full = full_entries(books, made, "repris")
    assert full == sorted(full, key=data.entry_sortkey)
    assert len(full) == len(books.units["repris"].entries()) + len(made.entries("repris"))
    assert made.summary("repris").transactions == 2


def test_the_names_of_other_units_change_nothing(run):
    """A unit's levy needs its own book, policy and the scope of its partners, nothing else."""
    alone = run({"repris": {"2026-01": sale("2026-01-10", "100.00")}})[1]
    among = run({"repris": {"2026-01": sale("2026-01-10", "100.00")}, "aaa": {}, "zzz": {"2026-01": "broken\n"}})[1]
    assert alone.entries("repris") == among.entries("repris")


def test_the_exchange_rest_of_a_paid_claim_is_brought_to_nothing(run):
    """1500.00 EUR stood at 11.60 and was paid when it was worth 11.50: 150.00 SEK are lost, and nothing stays."""
    prices = PRICES + '2026-04-30 price EUR 11.40 SEK\n2026-04-30 custom "average-rate" "EUR" 11.55 SEK\n'
    central = {
        "accounts": "2024-01-01 open Assets:1661-Levy\n2024-01-01 open Assets:1930-Bank\n",
        "2026-04": '2026-04-10 * "paid"\n  Assets:1930-Bank  17250.00 SEK\n'
        '  Assets:1661-Levy  -1500.00 EUR @ 11.50 SEK\n    partner: "spanien"\n    ic: "levy"\n',
    }
    books, made = run(
        {"spanien": {**SPAIN, "2026-03": spanish("2026-03-10", "10000.00")}, "gemensamt": central}, prices=prices
    )
    assert made.problems == ()
    assert text(made.entries("gemensamt")[-1:]) == case(
        """
2026-04-30 ! "Levy claim on Spanien: closing rate of 2026-04" #provisional ^ic-spanien-levy-2026-04-rate
  Assets:1661-Levy   -1500.00 EUR @ 11.5 SEK
    partner: "spanien"
    ic: "levy"
  Assets:1661-Levy    1500.00 EUR @ 11.40 SEK
    partner: "spanien"
    ic: "levy"
  Expenses:7960-Valutakursförluster     150.00 SEK
"""
    )
    assert balances(full_entries(books, made, "gemensamt"))["1661 partner"] == 0


def test_a_refund_month_is_a_credit_note(run):
    """1000.00 sold and returned: 150.00 and its VAT (125.00 at 25 %) come back as they went."""
    unit = 'entity = "legal_entity"\nvat_deduction = 0.37'
    sales = sale("2026-01-10", "1000.00") + sale("2026-02-10", "-1000.00")
    made = run({"kafe": {"unit": unit, "2026-01": sales}})[1]
    january = balances(e for e in made.entries("kafe") if e.date == dt.date(2026, 1, 31))
    february = balances(e for e in made.entries("kafe") if e.date == dt.date(2026, 2, 28))
    assert january == {
        "6430 partner": D("150.00"),
        "2641": D("11.56"),  # 31.25 × 0.37, rounded down
        "6430": D("19.69"),
        "2861 partner": D("-181.25"),
    }
    assert february == {code: -amount for code, amount in january.items()}
    assert not any(balances(made.entries("gemensamt")).values())


def test_a_folder_that_turns_up_with_unreadable_settings_is_seen_at_once(make_workspace, tmp_path, monkeypatch):
    """A process that stays: 1000.00 sold to a stranger are turnover; once it is a unit with a slip, they aren't."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    units = {"repris": {"accounts": ACCOUNTS, "2026-01": sale("2026-01-10", "1000.00", partner="budet")}}
    ws = make_workspace({"gemensamt": {"accounts": ACCOUNTS}, **units}, policy=POLICY)
    books = load_books(ws)
    assert year(provisional(books, read_policy(books.central_text, ws)), "repris").base == D("1000.00")
    (ws.units_folder / "budet").mkdir()
    (ws.units_folder / "budet" / "unit.toml").write_text("colour = 3\n", encoding="utf-8")
    ws = open_workspace(ws.root)
    books = load_books(ws)
    statement = year(provisional(books, read_policy(books.central_text, ws)), "repris")
    assert statement is None or statement.base == 0
