"""Items in other currencies at each month's end: books as texts, expected entries as ledger text, worked by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core import convert, data
from beancount.parser import printer

from ledger.books import load_books
from ledger.policy import read_policy
from ledger.provisional import full_entries, levies, provisional

PRICES = """
2026-01-31 price EUR 11.00 SEK
2026-02-28 price EUR 11.50 SEK
2026-04-30 price EUR 11.20 SEK
2026-01-31 price KES 0.0800 SEK
2026-02-28 price KES 0.0840 SEK
2026-01-31 price CLP 0.0100 SEK
2026-02-28 price CLP 0.0096 SEK
"""
ACCOUNT = re.compile(r"\b(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][^\s:\"]*)+")


#: Somebody else's posting, the federation's last: April's balance sheet is the last one.
LAST = '2026-04-10 * "Sale"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales  -1.00 SEK\n'
ACCOUNTS = "2025-01-01 open Assets:1930-Bank\n2025-01-01 open Income:3001-Sales\n"


@pytest.fixture
def run(make_workspace, tmp_path, monkeypatch):
    """`run({"repris": text or (text, unit.toml lines)})` gives the books and what is provisional in them."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(texts, *, prices=PRICES, closed=None, more=None, charts=None):
        units = {}
        for slug, given in texts.items():
            text, toml = given if isinstance(given, tuple) else (given, "")
            opens = "".join(f"2025-01-01 open {name}\n" for name in sorted(set(ACCOUNT.findall(text))))
            units[slug] = {"unit": toml, "accounts": (more or {}).get(slug) or opens or "; none\n", "2026-01": text}
        for slug, text in (charts or {}).items():  # an own chart must be there when the settings are read
            (tmp_path / "units" / slug).mkdir(parents=True)
            (tmp_path / "units" / slug / "own.toml").write_text(text, encoding="utf-8")
        units.setdefault("annan", {"accounts": ACCOUNTS, "2026-04": LAST})
        books = load_books(make_workspace(units, prices=prices))
        assert books.problems == ()
        if closed:
            books = replace(books, closed={slug: frozenset(months) for slug, months in closed.items()})
        return books, provisional(books, read_policy(books.central_text, books.workspace))

    return make


def text(entries):
    return "\n".join(printer.format_entry(e) for e in entries if isinstance(e, data.Transaction)).strip() + "\n"


def case(written):
    """Expected entries, printed as Beancount prints them."""
    entries, errors, _ = loader.load_string(
        "".join(f"2025-01-01 open {a}\n" for a in sorted(set(ACCOUNT.findall(written)))) + written
    )
    assert errors == []
    return text([e._replace(meta={}) if not isinstance(e, data.Transaction) else e for e in entries])


def worth(entries):
    """Code → Σ weight, rounded posting by posting."""
    sums = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                number, _ = convert.get_weight(posting)
                sums[posting.account.split(":")[1].split("-")[0]] += number.quantize(Decimal("0.01"))
    return {code: str(amount) for code, amount in sums.items() if amount}


BANK = """
2026-01-10 * "Bought euro"
  Assets:1932-Euro   100.00 EUR @ 10.80 SEK
  Assets:1930-Bank -1080.00 SEK
"""


def test_a_bank_account_in_euro_month_by_month(run):
    """1,080 kr; at January's 11.00 1,100, at February's 11.50 1,150; March has no price; at April's 11.20 1,120.

    Another unit has the federation's last posting in April; May's price says nothing.
    """
    _, made = run({"repris": BANK}, prices=PRICES + "2026-05-31 price EUR 11.90 SEK\n")
    assert made.problems == ()
    assert {e.meta["filename"] for e in made.entries("repris")} == {"<remeasurement>"}
    assert text(made.entries("repris")) == case("""
2026-01-31 ! "EUR: closing rate of 2026-01" #provisional
  Assets:1932-Euro                    -100.00 EUR @ 10.8 SEK
  Assets:1932-Euro                     100.00 EUR @ 11.00 SEK
  Income:3960-Valutakursvinster        -20.00 SEK

2026-02-28 ! "EUR: closing rate of 2026-02" #provisional
  Assets:1932-Euro                    -100.00 EUR @ 11 SEK
  Assets:1932-Euro                     100.00 EUR @ 11.50 SEK
  Income:3960-Valutakursvinster        -50.00 SEK

2026-04-30 ! "EUR: closing rate of 2026-04" #provisional
  Assets:1932-Euro                    -100.00 EUR @ 11.5 SEK
  Assets:1932-Euro                     100.00 EUR @ 11.20 SEK
  Expenses:7960-Valutakursförluster     30.00 SEK
""")


def test_tags_stay_and_each_dealing_is_measured_by_itself(run):
    """A loan of 100 EUR to spanien and 10 EUR of interest at 10.80: 20 and 2 kr at 11.00, each with its own tags."""
    texts = {
        "spanien": ("; nothing yet\n", 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"'),
        "repris": """
2026-01-10 * "Loan" ^ic-repris-1
  Assets:1320-Loan   100.00 EUR @ 10.80 SEK
    partner: "spanien"
    ic: "loan"
  Assets:1320-Loan    10.00 EUR @ 10.80 SEK
    partner: "spanien"
    ic: "interest"
  Assets:1930-Bank -1188.00 SEK
""",
    }
    _, made = run(texts, prices="2026-01-31 price EUR 11.00 SEK\n")
    found = [e for e in made.entries("repris") if isinstance(e, data.Transaction)]
    assert [sorted(e.links) for e in found] == [
        ["ic-repris-spanien-interest-EUR-2026-01-rate"],
        ["ic-repris-spanien-loan-EUR-2026-01-rate"],
    ]
    tags = [[(p.meta.get("partner"), p.meta.get("ic")) for p in e.postings] for e in found]
    assert tags == [
        [("spanien", "interest")] * 2 + [(None, None)],
        [("spanien", "loan")] * 2 + [(None, None)],
    ]
    assert [worth([e])["3960"] for e in found] == ["-2.00", "-20.00"]


@pytest.mark.parametrize(
    ("account", "is_measured"),
    [
        ("Assets:1510-Customers", True),
        ("Assets:1320-Loan", True),
        ("Assets:1910-Till", True),
        ("Assets:1760-Accrued-interest", True),
        ("Liabilities:2440-Suppliers", True),
        ("Liabilities:2350-Loan", True),
        ("Liabilities:2910-Wages", True),
        ("Liabilities:2999-Suspense", True),
        ("Assets:1220-Tools", False),
        ("Assets:1350-Shares", False),
        ("Assets:1356-Capital", False),
        ("Assets:1460-Stock", False),
        ("Assets:1480-Advance", False),
        ("Assets:1710-Prepaid-rent", False),
        ("Liabilities:2420-Advance", False),
        ("Liabilities:2970-Prepaid-income", False),
        ("Equity:2083-Capital", False),
        ("Income:3001-Sales", False),
        ("Expenses:5010-Rent", False),
    ],
)
def test_only_what_is_money_is_measured(run, account, is_measured):
    entry = BANK.replace("Assets:1932-Euro", account)
    assert bool(run({"repris": entry})[1].entries("repris")) is is_measured


@pytest.mark.parametrize(
    ("chart", "account", "is_measured"),
    [
        ('extends = "bas"\n', "Assets:1932-Euro", True),
        ('extends = "bas"\n[ranges]\nmonetary = ["1930"]\n', "Assets:1932-Euro", False),
        ('extends = "bas"\n[ranges]\nmonetary = ["1932"]\n', "Assets:1932-Euro", True),
    ],
)
def test_a_chart_of_ones_own_may_say_otherwise(run, chart, account, is_measured):
    entry = BANK.replace("Assets:1932-Euro", account)
    made = run({"repris": (entry, 'chart = "own.toml"')}, charts={"repris": chart})[1]
    assert made.problems == ()
    assert bool(made.entries("repris")) is is_measured


def test_a_chart_that_names_no_set_is_read_by_its_lines(run):
    chart = """
[accounts.Assets]
100 = "Euro"
110 = "Bank"
120 = "Shares"
[accounts.Income]
300 = "Gain"
[accounts.Expenses]
500 = "Loss"
[lines]
CashAndBank = ["100-119"]
ParticipationsAndSecurities = ["120"]
OtherOperatingIncome = ["300"]
OtherOperatingExpenses = ["500"]
[roles]
exchange_gain = "300"
exchange_loss = "500"
"""
    entry = BANK.replace("1932", "100").replace("1930", "110")
    shares = entry.replace("100-Euro", "120-Shares")
    made = run({"repris": (entry + shares, 'chart = "own.toml"')}, charts={"repris": chart})[1]
    assert worth(made.entries("repris")) == {"100": "40.00", "300": "-70.00", "500": "30.00"}


def test_a_closed_month_keeps_what_stands_there_and_the_next_catches_up(run):
    """February (11.50) is closed: it has nothing; April's 11.20 finds the account at January's 11.00."""
    _, made = run({"repris": BANK}, closed={"repris": {"2026-02"}})
    assert [(str(e.date), worth([e])) for e in made.entries("repris") if isinstance(e, data.Transaction)] == [
        ("2026-01-31", {"1932": "20.00", "3960": "-20.00"}),
        ("2026-04-30", {"1932": "20.00", "3960": "-20.00"}),
    ]


def test_two_postings_of_a_day_count_as_they_stand_posting_by_posting(run):
    """Twice 0.10 EUR at 11.4444 stand at 1.14 each, 2.28; at 11.00 they are 2.20: 0.08 lost."""
    entry = """
2026-01-10 * "Bought euro"
  Assets:1932-Euro   0.10 EUR @ 11.4444 SEK
  Assets:1932-Euro   0.10 EUR @ 11.4444 SEK
  Assets:1930-Bank  -2.29 SEK
"""
    _, made = run({"repris": entry}, prices="2026-01-31 price EUR 11.00 SEK\n")
    assert worth(made.entries("repris")) == {"1932": "-0.08", "7960": "0.08"}


ABROAD = {
    # 1,000 SEK at 0.09 are 90 EUR; at 1 / 11.00 90.91, at 1 / 11.50 86.96, at 1 / 11.20 89.29
    "spanien": (
        'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"',
        "1000.00 SEK @ 0.09 EUR",
        "-90.00 EUR",
        {"572": "-0.71", "768": "-3.24", "668": "3.95"},
    ),
    # 1,000 EUR at 1,100 CLP; 11.00 / 0.0100 = 1,100; 11.50 / 0.0096 = 1,197.9166…: 97,917 CLP, which has no decimals
    "chile": (
        'currency = "CLP"\nchart = "pgc"\nentity = "legal_entity"',
        "1000.00 EUR @ 1100 CLP",
        "-1100000 CLP",
        {"572": "97917.00", "768": "-97917.00"},
    ),
    # 500 SEK at 12.00 are 6,000 KES; 1 / 0.0800 = 12.50: 6,250; 1 / 0.0840 = 11.904761…: 5,952.38
    "kenya": (
        'currency = "KES"\nchart = "vsla"\nentity = "legal_entity"',
        "500.00 SEK @ 12.00 KES",
        "-6000.00 KES",
        {"1030": "-47.62", "4080": "-250.00", "5080": "297.62"},
    ),
}


@pytest.mark.parametrize("slug", ABROAD)
def test_a_book_in_another_currency_goes_through_the_reporting_one(run, slug):
    toml, held, paid, expected = ABROAD[slug]
    code = "1030" if slug == "kenya" else "572"
    entry = f'2026-01-10 * "Exchanged"\n  Assets:{code}-Other  {held}\n  Assets:{code}-Bank  {paid}\n'
    books, made = run({slug: (entry, toml)})
    assert made.problems == ()
    assert worth(made.entries(slug)) == expected
    plain, errors, _ = loader.load_file(str(books.workspace.units[slug].main))
    assert errors == []  # each entry balances for Beancount as well, also where amounts have no decimals
    assert [repr(e) for e in plain] == [repr(e) for e in full_entries(books, made, slug)]


def test_a_balance_of_the_account_still_holds_and_plain_beancount_shows_the_same(run):
    asserted = (
        BANK + "2026-03-01 balance Assets:1932-Euro  100.00 EUR\n2026-06-01 balance Assets:1932-Euro 100.00 EUR\n"
    )
    books, made = run({"repris": asserted})
    plain, errors, options = loader.load_file(str(books.workspace.units["repris"].main))
    assert errors == []
    assert [repr(e) for e in plain] == [repr(e) for e in full_entries(books, made, "repris")]
    assert sum("provisional" in e.tags for e in plain if isinstance(e, data.Transaction)) == 3
    watched = {*options["include"]}  # a new price is noticed, and a later posting elsewhere
    assert str(books.workspace.prices_file) in watched
    assert {f for f in watched if "/annan/" in f}


def test_lots_held_at_cost_are_measured_like_any_other(run):
    entry = """
2026-01-10 * "Bought euro"
  Assets:1932-Euro   100.00 EUR {10.80 SEK}
  Assets:1930-Bank -1080.00 SEK
"""
    books, made = run({"repris": entry})
    assert worth(made.entries("repris")) == {"1932": "40.00", "3960": "-70.00", "7960": "30.00"}
    _, errors, _ = loader.load_file(str(books.workspace.units["repris"].main))
    assert errors == []


def test_a_book_without_other_currencies_is_left_as_it_was(run):
    entry = '2026-01-10 * "Sale"\n  Assets:1930-Bank  10.00 SEK\n  Income:3001-Sales  -10.00 SEK\n'
    books, made = run({"repris": entry})
    assert made.entries("repris") == []
    alone = levies(books, read_policy(books.central_text, books.workspace))
    assert made.by_unit == alone.by_unit


def test_a_book_that_is_nobodys_but_its_members_is_left_alone(run):
    entry = BANK.replace("SEK", "KES").replace("1932", "1040").replace("1930", "1030")
    _, made = run({"grupp": (entry, 'currency = "KES"\nchart = "vsla"\ncombine = false')})
    assert made.entries("grupp") == []


def test_shares_are_no_currency(run):
    entry = BANK.replace("EUR", "ANDEL")
    _, made = run({"repris": entry})
    assert (made.entries("repris"), made.problems) == ([], ())


def test_a_balance_without_a_worth_is_named(run):
    """100 EUR moved to another account without a price: neither account's worth in kronor is known."""
    entry = BANK + '2026-02-10 * "Moved"\n  Assets:1933-Euro  100.00 EUR\n  Assets:1932-Euro  -100.00 EUR\n'
    _, made = run({"repris": entry})
    assert [(p.code, p.unit, p.params["account"], str(p.params["amount"])) for p in made.problems] == [
        ("REMEASUREMENT_UNPRICED", "repris", "Assets:1932-Euro", "-100.00"),
        ("REMEASUREMENT_UNPRICED", "repris", "Assets:1933-Euro", "100.00"),
    ]
    assert {p.file for p in made.problems} == {"units/repris/accounts.beancount"}


def test_an_account_that_is_not_open_then_is_named(run):
    opened = "2025-01-01 open Assets:1932-Euro\n2025-01-01 open Assets:1930-Bank\n2026-02-01 open Income:3960-Gain\n"
    _, made = run({"repris": BANK}, more={"repris": opened})
    assert [(p.code, p.unit, p.params["date"]) for p in made.problems] == [
        ("REMEASUREMENT_ACCOUNT_DATES", "repris", "2026-01-31")
    ]
    assert made.entries("repris") == []


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        # February's 50 kr were booked by hand: nothing is left to say, and April takes 30 kr back
        ("Income:3960-Gain", [("2026-01-31", "20.00"), ("2026-04-30", "-30.00")]),
        ("Income:8330-Gain", [("2026-01-31", "20.00"), ("2026-04-30", "-30.00")]),
        # a sale paid in kronor on the same account is an item of its own
        ("Income:3001-Sales", [("2026-01-31", "20.00"), ("2026-02-28", "50.00"), ("2026-04-30", "-30.00")]),
    ],
)
def test_what_was_brought_to_the_closing_rate_by_hand_isnt_doubled(run, against, expected):
    by_hand = f'2026-02-27 * "By hand"\n  Assets:1932-Euro  50.00 SEK\n  {against}  -50.00 SEK\n'
    _, made = run({"repris": BANK + by_hand})
    assert [(str(e.date), worth([e])["1932"]) for e in made.entries("repris") if isinstance(e, data.Transaction)] == (
        expected
    )


def by_months(made):
    """Date → what Sambok's own entries bring to the account in euro."""
    found = [e for e in made.entries("repris") if isinstance(e, data.Transaction)]
    return {f"{e.date:%m-%d}": worth([e])["1932"] for e in found}


def by_hand(run, postings):
    """What Sambok makes after vouchers in February: postings between `;`, vouchers between `|`."""
    vouchers = ""
    for voucher in postings.split("|"):
        vouchers += '2026-02-27 * "By hand"\n'
        for posting in voucher.split(";"):
            code, amount = posting.split(maxsplit=1)
            kind = {"1": "Assets", "2": "Liabilities", "3": "Income"}.get(code[0], "Expenses")
            vouchers += f"  {kind}:{code}-Name  {amount}\n"
    return run({"repris": (BANK + vouchers).replace("1932-Euro", "1932-Name").replace("1930-Bank", "1930-Name")})[1]


#: Without anything by hand: 1,080 kr, at January's 11.00 1,100, at February's 11.50 1,150, at April's 11.20 1,120.
MONTHS = {"01-31": "20.00", "02-28": "50.00", "04-30": "-30.00"}
BOOKED = {"01-31": "20.00", "04-30": "-30.00"}  # February's 50 kr are in the book


@pytest.mark.parametrize(
    ("postings", "expected", "unclear"),
    [
        # the bank's fee in the same voucher, from the account in kronor
        ("1932 50.00 SEK; 3960 -50.00 SEK; 6570 15.00 SEK; 1930 -15.00 SEK", BOOKED, []),
        # the fee taken off the gain: the account is worth 1,150 with it
        ("1932 50.00 SEK; 3960 -52.00 SEK; 6570 2.00 SEK", BOOKED, []),
        # a sale on another account, and a purchase
        ("1930 125.00 SEK; 3001 -125.00 SEK; 1932 50.00 SEK; 3960 -50.00 SEK", BOOKED, []),
        # in two vouchers, each with something else
        (
            "1932 20.00 SEK; 3960 -20.00 SEK; 6570 1.00 SEK; 1930 -1.00 SEK | 1932 30.00 SEK; 3960 -30.00 SEK",
            BOOKED,
            [],
        ),
        # a part of it: 20 are missing
        (
            "1932 30.00 SEK; 3960 -30.00 SEK; 6570 1.00 SEK; 1930 -1.00 SEK",
            {"01-31": "20.00", "02-28": "20.00", "04-30": "-30.00"},
            [],
        ),
        # too much of it: 10 go back
        (
            "1932 60.00 SEK; 3960 -60.00 SEK; 6570 1.00 SEK; 1930 -1.00 SEK",
            {"01-31": "20.00", "02-28": "-10.00", "04-30": "-30.00"},
            [],
        ),
        # a bank account whose items were booked in kronor is valued against the same gain
        ("1932 50.00 SEK; 1970 30.00 SEK; 3960 -80.00 SEK", BOOKED, []),
        # a sale paid in kronor, and what is moved from the account in kronor: nothing of it is a rate's
        ("1932 50.00 SEK; 3001 -50.00 SEK", MONTHS, []),
        ("1932 50.00 SEK; 1930 -50.00 SEK", MONTHS, []),
        # more than the exchange difference: the rest would be money
        ("1932 90.00 SEK; 3960 -50.00 SEK; 3001 -40.00 SEK", MONTHS, ["90.00"]),
        # the account in kronor is paid for something: no correction of it, and nothing of the account in euro
        ("1930 -15.00 SEK; 6570 15.00 SEK", MONTHS, []),
    ],
)
def test_what_is_booked_by_hand_among_other_things(run, postings, expected, unclear):
    made = by_hand(run, postings)
    assert [(p.code, p.file, p.line, str(p.params["amount"])) for p in made.problems] == [
        # five lines of what was bought before, then the voucher's first posting
        ("REMEASUREMENT_UNCLEAR", "units/repris/books/2026/2026-01.beancount", 6, amount)
        for amount in unclear
    ]
    assert by_months(made) == expected


#: January's 1,100 kr less 110 for 10 EUR are 990; 90 EUR are 1,035 at 11.50, and 1,008 at 11.20.
TEN_LESS = {"01-31": "20.00", "02-28": "45.00", "04-30": "-27.00"}


@pytest.mark.parametrize(
    ("postings", "expected", "unclear"),
    [
        # 2 EUR of fee at 11.00 that cost 23: 1 kr is the fee's. 1,100 - 22 + 49 = 1,127 = 98 × 11.50
        (
            "1932 49.00 SEK; 1932 -2.00 EUR @@ 22.00 SEK; 6570 23.00 SEK; 3960 -50.00 SEK",
            {"01-31": "20.00", "04-30": "-29.40"},
            [],
        ),
        # a fee of 25, of which 23 in euro: the rest is taken off the gain. 1,100 - 23 + 50 = 1,127
        (
            "1932 50.00 SEK; 1932 -2.00 EUR @@ 23.00 SEK; 6570 25.00 SEK; 3960 -52.00 SEK",
            {"01-31": "20.00", "04-30": "-29.40"},
            [],
        ),
        # 10 EUR sold for 5 more than they stood at: 990 + 45 = 1,035
        (
            "1932 45.00 SEK; 1932 -10.00 EUR @@ 110.00 SEK; 1930 115.00 SEK; 3960 -50.00 SEK",
            {"01-31": "20.00", "04-30": "-27.00"},
            [],
        ),
        # valued at 10.00 when 10 EUR are sold at that: 990 - 90 = 900, and 135 are missing at 11.50. Were the 90 kr
        # money, 100 of 110 would have been lost
        (
            "1932 -90.00 SEK; 1932 -10.00 EUR @@ 110.00 SEK; 1930 100.00 SEK; 7960 100.00 SEK",
            {"01-31": "20.00", "02-28": "135.00", "04-30": "-27.00"},
            [],
        ),
        # 4 EUR sold with 1 kr lost, which is taken off the gain: 1,100 - 46 + 50 = 1,104 = 96 × 11.50
        (
            "1932 50.00 SEK; 1932 -4.00 EUR @@ 46.00 SEK; 1930 45.00 SEK; 3960 -49.00 SEK",
            {"01-31": "20.00", "04-30": "-28.80"},
            [],
        ),
        # 10 EUR of 120 kr gave 115 and 55 more were gained, or they gave 115 + 55: without it 1,100 - 120 = 980
        (
            "1932 55.00 SEK; 1932 -10.00 EUR @@ 120.00 SEK; 1930 115.00 SEK; 3960 -50.00 SEK",
            {"01-31": "20.00", "02-28": "55.00", "04-30": "-27.00"},
            ["55.00"],
        ),
        # 10 EUR sold with 20 lost, and 15 of fee in kronor, or 5 lost and 15 valued less: 1,100 - 115 = 985
        (
            "1932 -15.00 SEK; 6570 15.00 SEK; 1932 -10.00 EUR @@ 115.00 SEK; 1930 95.00 SEK; 7960 20.00 SEK",
            {"01-31": "20.00", "02-28": "50.00", "04-30": "-27.00"},
            ["-15.00"],
        ),
        # 10 EUR become 115 kr on the same account: a payment that gains 120 of 110 is none
        ("1932 115.00 SEK; 1932 -10.00 EUR @@ 110.00 SEK; 3960 -5.00 SEK", TEN_LESS, []),
        # 40 kr came before, and leave together with 10 EUR
        (
            (
                "1932 40.00 SEK; 3001 -40.00 SEK | 1932 -40.00 SEK; 1932 -10.00 EUR @@ 110.00 SEK; 1930 145.00 SEK;"
                " 7960 5.00 SEK"
            ),
            TEN_LESS,
            [],
        ),
    ],
)
def test_what_is_booked_by_hand_beside_a_payment(run, postings, expected, unclear):
    made = by_hand(run, postings)
    assert [(p.code, p.line, str(p.params["amount"])) for p in made.problems] == [
        ("REMEASUREMENT_UNCLEAR", 6, amount) for amount in unclear
    ]
    assert by_months(made) == expected


def test_a_correction_that_is_taken_back_on_the_first_of_the_next_month(run):
    """January's 20 kr are booked by hand, and back on 1 February: 1,080 again, and 70 are missing at 1,150."""
    by_hand = """
2026-01-31 * "Valuation"
  Assets:1932-Euro     20.00 SEK
  Income:3960-Gain    -20.00 SEK
2026-02-01 * "Taken back"
  Assets:1932-Euro    -20.00 SEK
  Income:3960-Gain     20.00 SEK
"""
    _, made = run({"repris": BANK + by_hand})
    assert made.problems == ()
    assert by_months(made) == {"02-28": "70.00", "04-30": "-30.00"}


def test_money_and_fee_in_euro_beside_a_correction(run):
    """2 EUR of fee at 11.50 leave 98 EUR, which are 1,127 kr.

    1,080 + 20 (January) - 23 (the fee) + 50 (by hand) = 1,127: nothing is missing in February. April: 98 × -0.30.
    """
    by_hand = """
2026-02-27 * "Fee and valuation"
  Assets:1932-Euro     -2.00 EUR @ 11.50 SEK
  Expenses:6570-Fee    23.00 SEK
  Assets:1932-Euro     50.00 SEK
  Income:3960-Gain    -50.00 SEK
"""
    _, made = run({"repris": BANK + by_hand})
    assert made.problems == ()
    assert by_months(made) == {"01-31": "20.00", "04-30": "-29.40"}


@pytest.mark.parametrize(
    ("tags", "named", "january"),
    [
        ("", [("REMEASUREMENT_UNCLEAR", 11, "22.00", "EUR")], "22.00"),  # of the loan, or of its interest: 2 and 20
        ('    partner: "annan"\n    ic: "loan"\n', [], "0.00"),  # the loan's 1,080 and 22; at 1,100 2 go back
    ],
)
def test_a_correction_that_could_be_of_two_dealings_is_named(run, tags, named, january):
    """100 and 10 EUR at 10.80 are 1,188; at 11.00 1,210."""
    loan = f"""
2026-01-10 * "Loan" ^ic-repris-1
  Assets:1320-Loan   100.00 EUR @ 10.80 SEK
    partner: "annan"
    ic: "loan"
  Assets:1320-Loan   10.00 EUR @ 10.80 SEK
    partner: "annan"
    ic: "interest"
  Assets:1930-Bank -1188.00 SEK
2026-01-31 * "By hand"
  Assets:1320-Loan   22.00 SEK
{tags}  Income:3960-Gain  -22.00 SEK
"""
    _, made = run({"repris": loan})
    assert [(p.code, p.line, str(p.params["amount"]), p.params["currency"]) for p in made.problems] == named
    found = [e for e in made.entries("repris") if isinstance(e, data.Transaction) and e.date.month == 1]
    assert str(sum((Decimal(worth([e])["1320"]) for e in found), Decimal("0.00"))) == january


def test_an_invoice_in_euro_that_is_settled_in_kronor_is_named(run):
    """1,000 EUR at 10.80 are paid with 11,600 kr: which of the 1,000 EUR that was, the book doesn't say."""
    invoice = """
2026-01-10 * "Invoice"
  Assets:1510-Claims   1000.00 EUR @ 10.80 SEK
  Income:3001-Sales  -10800.00 SEK
2026-02-20 * "Paid"
  Assets:1930-Bank    11600.00 SEK
  Assets:1510-Claims -11200.00 SEK
  Income:3960-Gain     -400.00 SEK
"""
    _, made = run({"repris": invoice})
    assert [(p.code, p.line, p.params["currency"]) for p in made.problems] == [("REMEASUREMENT_UNCLEAR", 7, "EUR")]


def test_a_bank_account_in_kronor_with_one_purchase_in_euro_is_no_account_in_euro(run):
    """1930 mostly holds kronor: neither its payments nor a payment with an exchange difference correct anything."""
    text = """
2026-01-02 * "Opening"
  Assets:1930-Bank    20000.00 SEK
  Equity:2091-Earlier
2026-01-10 * "Card abroad"
  Assets:1930-Bank    -100.00 EUR @ 10.80 SEK
  Expenses:5010-Rent  1080.00 SEK
2026-01-11 * "Invoice"
  Assets:1510-Claims   1000.00 EUR @ 10.80 SEK
  Income:3001-Sales  -10800.00 SEK
2026-02-20 * "Paid"
  Assets:1930-Bank    11600.00 SEK
  Assets:1510-Claims  -1000.00 EUR @ 10.80 SEK
  Income:3960-Gain     -800.00 SEK
"""
    _, made = run({"repris": text})
    assert made.problems == ()
    found = [e for e in made.entries("repris") if isinstance(e, data.Transaction)]
    # -100 EUR: 20, 50 and -30 kr; the claim 200 in January, and back in February when it is paid as it was booked
    assert {(f"{e.date:%m}", code, a) for e in found for code, a in worth([e]).items() if code in {"1930", "1510"}} == {
        ("01", "1930", "-20.00"),
        ("02", "1930", "-50.00"),
        ("04", "1930", "30.00"),
        ("01", "1510", "200.00"),
        ("02", "1510", "-200.00"),
    }


def test_kronor_on_an_account_whose_source_says_euro_are_named(run):
    sale = '2026-02-27 * "Sale"\n  Assets:1932-Euro  50.00 SEK\n  Income:3001-Sales  -50.00 SEK\n'
    source = """currency = "SEK"
[[source]]
name = "euro"
format = "camt053"
account = "Assets:1932-Euro"
currency = "EUR"
"""
    _, made = run({"repris": (BANK + sale, source)})
    assert [(p.code, p.line) for p in made.problems] == [("REMEASUREMENT_UNCLEAR", 6)]
    assert by_months(made) == MONTHS


def test_an_account_that_is_opened_for_both_currencies_is_told_nothing(run):
    both = """
2026-02-27 * "Sale, and what a customer paid too much"
  Assets:1932-Euro    90.00 SEK
  Income:3960-G      -50.00 SEK
  Income:3001-Sales  -40.00 SEK
2026-02-27 * "Changed, and kronor beside it"
  Assets:1932-Euro   -10.00 EUR @@ 120.00 SEK
  Assets:1930-Bank   115.00 SEK
  Assets:1932-Euro    55.00 SEK
  Income:3960-G      -50.00 SEK
"""
    opened = "2025-01-01 open Assets:1932-Euro EUR, SEK\n2025-01-01 open Income:3960-G\n" + ACCOUNTS
    _, made = run({"repris": BANK + both}, more={"repris": opened})
    assert made.problems == ()
    # 1,100 - 120 = 980; 90 EUR are 1,035 and 1,008
    assert by_months(made) == {"01-31": "20.00", "02-28": "55.00", "04-30": "-27.00"}


def test_plain_beancount_shows_the_same_balance(run):
    """100.01 EUR at 11.00 are 1,100.11; at 11.50 they are 1,150.115, and stand at 1,150.12: 50.01 are gained."""
    books, made = run(
        {
            "repris": """
2026-01-10 * "Bought"
  Assets:1935-Euro    100.01 EUR @@ 1100.11 SEK
  Assets:1930-Bank  -1100.11 SEK
2026-02-10 * "Nothing more"
  Assets:1930-Bank      1.00 SEK
  Expenses:5010-Rent   -1.00 SEK
"""
        },
        prices="2026-01-31 price EUR 11.00 SEK\n2026-02-28 price EUR 11.50 SEK\n",
    )
    sums = defaultdict(Decimal)
    for entry in full_entries(books, made, "repris"):
        for posting in getattr(entry, "postings", ()):
            sums[posting.account.split(":")[1][:4]] += convert.get_weight(posting).number
    assert round(sums["1935"], 9) == Decimal("1150.12")
    assert sums["3960"] == Decimal("-50.01")
