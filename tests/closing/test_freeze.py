"""What is provisional becomes vouchers: their text by hand, and figures that stay the same to the cent."""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace

import pytest
from beancount import loader

from ledger.books import load_books
from ledger.closing.freeze import frozen, voucher_text
from ledger.federation import Federation
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.closing.state import state
from tests.closing.worked import POLICY, PRICES, UNITS

BY, DAY = "anna", dt.date(2026, 3, 5)


def look(ws, closed=None):
    """The federation as it stands, with months that count as closed."""
    books = load_books(ws)
    assert books.problems == ()
    books = replace(books, closed={slug: frozenset(months) for slug, months in (closed or {}).items()})
    policy = read_policy(books.central_text, ws)
    run = provisional(books, policy)
    assert run.problems == ()
    return Federation(books, policy, run)


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    return make_workspace(UNITS, policy=POLICY, prices=PRICES)


def counter():
    used = Counter()

    def number(series, day):
        used[series, day.year] += 1
        return f"{series}-{used[series, day.year]}"

    return number


def written(vouchers, number=None):
    """The text of vouchers, by anna on 2026-03-05."""
    number = number or counter()
    return [voucher_text(v, number(v.series, v.entry.date), by=BY, registered=DAY) for v in vouchers]


def plain(text):
    """Single spaces, so that expectations can be read."""
    return re.sub(r"(\S) +", r"\1 ", text)


def text(side):
    return plain("\n".join(written(side.vouchers)))


REPRIS_JANUARY = """\
2026-01-31 * "Levy 2026-01" ^ic-repris-levy-2026-01
  voucher: "L-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:ic-repris-levy-2026-01:2026-01"
  levy-base: 100000.01 SEK
  levy-rate: 0.15
  levy-due: 15000.00 SEK
  Expenses:6430-Gemensam-avgift                       15000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift               -15000.00 SEK
    partner: "gemensamt"
    ic: "levy"

2026-01-31 * "EUR: closing rate of 2026-01"
  voucher: "E-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:Assets:1940-Bank-EUR EUR:2026-01"
  Assets:1940-Bank-EUR                                 -100.00 EUR @ 11 SEK
  Assets:1940-Bank-EUR                                  100.00 EUR @ 11.60 SEK
  Income:3960-Valutakursvinster                         -60.00 SEK
"""


def test_a_division(ws):
    made = frozen(look(ws, {"repris": {"2025-12"}}), "repris", "2026-01")
    assert made.own.file == "books/2026/2026-01.closed.beancount"
    assert text(made.own) == plain(REPRIS_JANUARY)


KOOP_JANUARY = """\
2026-01-31 * "Levy 2026-01" ^ic-koop-levy-2026-01
  voucher: "L-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:ic-koop-levy-2026-01:2026-01"
  levy-base: 10000.00 EUR
  levy-rate: 0.15
  levy-due: 1500.00 EUR
  Expenses:6295-Cuota-común                1500.00 EUR
    partner: "gemensamt"
    ic: "levy"
  Assets:472-IVA-soportado                              262.50 EUR
  Liabilities:477-IVA-repercutido                      -262.50 EUR
  Liabilities:55242-Cuota-común-a-pagar    -1500.00 EUR
    partner: "gemensamt"
    ic: "levy"
"""
CENTRAL_FEBRUARY = """\
2026-02-28 * "Levy 2026-02: Koop" ^ic-koop-levy-2026-02
  voucher: "L-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:ic-koop-levy-2026-02:2026-02"
  Assets:1661-Intern-fordran-avgift                     300.00 EUR @ 11.50 SEK
    partner: "koop"
    ic: "levy"
  Income:3680-Gemensam-avgift-intäkt                  -2887.50 SEK
    partner: "koop"
    ic: "levy"
    component: "service"
  Income:3990-Avgift-till-fonder                       -346.50 SEK
    partner: "koop"
    ic: "levy"
    component: "investment"
  Income:3990-Avgift-till-fonder                       -231.00 SEK
    partner: "koop"
    ic: "levy"
    component: "solidarity"
  Expenses:7960-Valutakursförluster                      15.00 SEK
"""
CENTRAL_OWN_FEBRUARY = """\
2026-02-28 * "Levy claim on Koop: closing rate of 2026-02" ^ic-koop-levy-2026-02-rate
  voucher: "E-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:Assets:1661-Intern-fordran-avgift EUR koop levy:2026-02"
  Assets:1661-Intern-fordran-avgift                   -1800.00 EUR @@ 20850.00 SEK
    partner: "koop"
    ic: "levy"
  Assets:1661-Intern-fordran-avgift                    1800.00 EUR @ 11.50 SEK
    partner: "koop"
    ic: "levy"
  Expenses:7960-Valutakursförluster                     150.00 SEK
"""
REPRIS_YEAR_END = """\
2025-12-31 * "Levy 2025-12" ^ic-repris-levy-2025-12
  voucher: "L-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:ic-repris-levy-2025-12:2025-12"
  levy-base: 10000.00 SEK
  levy-rate: 0.15
  levy-due: 1500.00 SEK
  Expenses:6430-Gemensam-avgift                        1500.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift                -1500.00 SEK
    partner: "gemensamt"
    ic: "levy"

2025-12-31 * "Result of 2025 to equity"
  voucher: "Y-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:result:2025-12"
  Expenses:8999-Resultat-till-eget-kapital             8500.00 SEK
  Equity:2099-Årets-resultat                          -8500.00 SEK
"""
REPRIS_PRIOR = """\
2026-02-28 * "Levy 2026-02: correction of 2025" ^ic-repris-levy-2026-02-for-2025
  voucher: "L-2"
  registered: 2026-03-05
  by: "anna"
  source-id: "close:ic-repris-levy-2026-02-for-2025:2026-02"
  levy-base: -400.00 SEK
  Expenses:6430-Gemensam-avgift                         -60.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift                   60.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""


def test_a_legal_person_in_another_currency(ws):
    """Net cost, VAT that it accounts for alone; central's accounts are opened when the first levy needs them."""
    made = frozen(look(ws), "koop", "2026-01")
    assert text(made.own) == plain(KOOP_JANUARY)
    assert [(e.account.split("-")[0], str(e.date)) for e in made.others[0].opens] == [
        ("Assets:1661", "2025-12-01"),
        ("Income:3680", "2025-12-01"),
        ("Income:3960", "2026-01-01"),
        ("Income:3990", "2025-12-01"),
    ]


def test_an_account_for_a_currency_takes_no_other(make_workspace, ws):
    """Central's own account takes kronor; the next unit's currency doesn't go to the account of the first one."""
    accounts = "2025-01-01 open Assets:1661-Levy SEK\n"
    ws = make_workspace(
        {**UNITS, "gemensamt": {**UNITS["gemensamt"], "accounts": accounts}}, policy=POLICY, prices=PRICES
    )
    made = frozen(look(ws), "koop", "2026-01")
    opens = {e.account.removeprefix("Assets:"): e.currencies for e in made.others[0].opens}
    assert opens["1661-Intern-fordran-avgift-EUR"] == ["EUR"]
    assert {account for account, currencies in opens.items() if currencies} == {"1661-Intern-fordran-avgift-EUR"}


def test_central_side_stands_in_a_file_of_its_own(ws):
    made = frozen(look(ws), "koop", "2026-02")
    assert made.others[0].file == "books/2026/2026-02.koop.closed.beancount"
    assert text(made.others[0]) == plain(CENTRAL_FEBRUARY)


def test_central_freezes_its_own_differences_and_nobody_elses_levy(ws):
    assert text(frozen(look(ws), "gemensamt", "2026-02").own) == plain(CENTRAL_OWN_FEBRUARY)
    assert frozen(look(ws), "gemensamt", "2026-01").own.vouchers == ()


def test_central_closed_without_a_unit(ws):
    """Koop's claim of February comes in March then: January's 1,500 EUR alone fall by 0.10, and it is still open."""
    federation = look(ws)
    made = frozen(federation, "gemensamt", "2026-02", without=("koop",))
    assert made.own.vouchers == ()  # January's claim comes in March as well: nothing is claimed yet
    late = frozen(look(ws, {"gemensamt": {"2026-01", "2026-02"}}), "koop", "2026-01")
    assert [str(v.entry.date) for v in late.others[0].vouchers] == ["2026-03-01"]
    assert late.others[0].file == "books/2026/2026-01.koop.closed.beancount"


def test_the_year_ends(ws):
    made = frozen(look(ws), "repris", "2025-12")
    assert text(made.own) == plain(REPRIS_YEAR_END)
    entry = made.carried.entry
    assert str(entry.date) == "2026-01-01"
    assert [(p.account.split("-")[0], str(p.units)) for p in entry.postings] == [
        ("Equity:2099", "8500.00 SEK"),
        ("Equity:2098", "-8500.00 SEK"),
    ]
    assert [e.account.split("-")[0] for e in made.carried_opens] == ["Equity:2098"]


def test_an_earlier_year_has_a_voucher_of_its_own(ws):
    made = frozen(look(ws), "repris", "2026-02")
    levies = [plain(block) for block in written(made.own.vouchers) if "for-2025" in block]
    assert levies == [plain(REPRIS_PRIOR)]
    assert [len(v.entry.links) for v in made.others[0].vouchers] == [1, 1]


def test_nothing_provisional_is_no_voucher(ws):
    made = frozen(look(ws), "repris", "2025-11")
    assert made.own.vouchers == ()
    assert made.others == ()


# --- nothing changes but that it is booked


def write(ws, unit, blocks, opens, file):
    path = unit.folder / file.replace(".closed", "").replace(".koop", "").replace(".repris", "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.write("\n" + "\n".join(blocks))
    with (unit.folder / "accounts.beancount").open("a", encoding="utf-8") as out:
        out.writelines(f"{e.date} open {e.account}\n" for e in opens)


ORDER = [
    ("repris", "2026-01"),
    ("koop", "2026-01"),
    ("gemensamt", "2026-01"),
    ("koop", "2026-02"),
    ("repris", "2026-02"),
    ("gemensamt", "2026-02"),
]


def test_figures_stay_the_same_to_the_cent(ws):
    """The year 2025 first (its transfer moves the result to another account), then month by month."""
    closed = {slug: set() for slug in ws.units}

    def close(slug, period):
        federation = look(ws, closed)
        made = frozen(federation, slug, period)
        number = counter()
        sides = [made.own, *made.others]
        for side in sides:
            write(ws, side.unit, written(side.vouchers, number), side.opens, side.file)
        if made.carried:
            text = written([made.carried], number)
            write(ws, made.own.unit, text, made.carried_opens, "books/2026/2026-01.beancount")
        closed[slug].add(period)

    close("repris", "2025-12")
    close("gemensamt", "2025-12")
    close("koop", "2025-12")
    ends = [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)]
    before = [state(look(ws, closed), end) for end in ends]
    assert before[1][0]["units"][1]["prior_years"] == [
        {"year": 2025, "base": "-400.00", "amount": "-60.00", "month": "2026-02"}
    ]
    for slug, period in ORDER:
        close(slug, period)
        assert [state(look(ws, closed), end) for end in ends] == before, (slug, period)
    federation = look(ws, closed)
    assert not any(federation.run.entries(slug) for slug in ws.units)
    for unit in ws.units.values():
        _, errors, _ = loader.load_file(str(unit.main))
        assert errors == [], unit.slug
