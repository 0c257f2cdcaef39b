"""Card settlements: payouts with fees, refunds and chargebacks, whatever columns the acquirer uses."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.clearing.problems import DepositRestated, DepositSum
from importers.problems import ImportAccountMissing, ImportAmountInvalid, ImportAmountUnit, ImportDateInvalid
from importers.problems_tables import TableCutOff, TableNumberAmbiguous
from importers.run import importers_of
from importers.takings.card_read import AMOUNTS, CardReader
from importers.takings.problems import TakingsDates, TakingsIncomplete, TakingsLayout, TakingsRow, TakingsWord
from importers.takings.sheet import Sheet, Writing, find_header
from ledger.books.source_takings import TakingsTypes
from ledger.errors import Problem
from tests.importers.takings.day import CARD, UNIT

BAS = 'chart = "bas"\ncurrency = "SEK"\n[[source]]\nname = "kort"\nformat = "card"\n'
SALES = '[[source.rule]]\naccount = "Income:3001-Försäljning-25"\nvat = "25"\n'

#: A row a payout, as acquirers' daily summaries are.
PAYOUTS = """\
[source.takings.columns]
date = "Utbetalningsdag"
batch = "Referens"
amount = "Brutto"
fee = "Avgift"
net = "Netto"
"""
#: A row a transaction, with its settlement beside it, as mobile payments of the neighbouring countries are settled.
SETTLED = """\
[source.takings.columns]
sold = "Salgsdato"
number = "Vippsnummer"
amount = "Brutto"
fee = "Gebyr"
net = "Netto"
type = "Transaksjonstype"
batch = "Oppgjørs-ID"
date = "Oppgjørsdato"
total = "Oppgjørssum"
[source.takings.types]
sale = ["Salg"]
refund = ["Refundering"]
"""
#: Rows of kinds, and the payout as a row of its own.
KINDS = """\
[source.takings.columns]
date = "Date"
amount = "Total"
fee = "Fee"
type = "Transaction type"
message = "Description"
batch = "Payout ID"
[source.takings.types]
sale = ["Sale"]
refund = ["Refund"]
chargeback = ["Charge Back"]
fee = ["Monthly fee"]
payout = ["Payout"]
skip = ["Declined"]
"""
SETTLED_FILE = """\
Salgsdato;Vippsnummer;Brutto;Gebyr;Netto;Transaksjonstype;Oppgjørs-ID;Oppgjørsdato;Oppgjørssum
2026-03-02;10500;100,00;1,75;98,25;Salg;2000077;2026-03-04;276,50
2026-03-02;10500;-20,00;0,00;-20,00;Refundering;2000077;2026-03-04;276,50
2026-03-03;10500;200,00;1,75;198,25;Salg;2000077;2026-03-04;276,50
2026-03-04;10500;10,00;0,18;9,82;Salg;2000078;2026-03-05;9,82
"""
KINDS_FILE = """\
Date,Total,Fee,Transaction type,Description,Payout ID
2026-03-02,500.00,9.75,Sale,,PO1
2026-03-02,80.00,0.00,Declined,,
2026-03-03,-100.00,-1.95,Refund,,PO1
2026-03-03,-50.00,15.00,Charge Back,case 7,PO1
2026-03-03,,49.00,Monthly fee,terminal,PO1
2026-03-04,-278.20,0.00,Payout,,PO1
2026-03-04,60.00,1.17,Sale,,
"""


def other_sides(feed):
    """Postings by account code, entry by entry."""
    return [
        [(p.account.split(":")[1][:4], str(p.units.number)) for p in e.postings]
        for e in feed.transactions()
        if str(e.meta.get("source-id", "")).startswith("dep-")
    ]


def payouts(text):
    """A file read by the columns of `KINDS`."""
    columns = {
        "date": "Date",
        "amount": "Total",
        "fee": "Fee",
        "type": "Transaction type",
        "message": "Description",
        "batch": "Payout ID",
    }
    header = find_header(text, columns.values())
    if header is None:
        return None
    types = TakingsTypes(
        sale=("Sale",), refund=("Refund",), chargeback=("Charge Back",), fee=("Monthly fee",), payout=("Payout",)
    )
    sheet = Sheet(text, "card.csv", header, columns, AMOUNTS, Writing())
    return CardReader(sheet, types, fee_minus=False, currency="SEK", source=("kort", "repris")).payouts()


# --- what a payout books


def test_a_row_a_payout(feed):
    """1 000.00 sold, 12.50 kept, 987.50 paid in; VAT of the sale is 200.00."""
    feed = feed(BAS + PAYOUTS + SALES)
    content = "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n2026-03-03;P1;1 000,00;12,50;987,50\n"
    feed.take(content, "kort.csv")
    assert other_sides(feed) == [[("1581", "987.50"), ("6040", "12.50"), ("3001", "-800.00"), ("2611", "-200.00")]]
    (entry,) = feed.transactions()
    assert (entry.flag, entry.narration, str(entry.meta["fees"])) == ("*", "Card payout P1", "12.50 SEK")
    assert entry.postings[0].meta["reference"] == "P1"
    assert feed.book().problems == ()


def test_a_row_a_transaction_with_its_settlement(feed):
    """Settlement 77: 100.00 - 20.00 on the 2nd, 200.00 on the 3rd, fees 3.50: 276.50. Settlement 78: 10.00 - 0.18."""
    feed = feed(BAS + SETTLED + SALES.replace('vat = "25"\n', ""))
    report = feed.take(SETTLED_FILE, "kort.csv")
    assert report.status == "imported", report.problem
    assert [str(e.date) for e in feed.transactions()] == ["2026-03-04", "2026-03-05"]
    assert other_sides(feed) == [
        [("1581", "276.50"), ("6040", "3.50"), ("3001", "-80.00"), ("3001", "-200.00")],
        [("1581", "9.82"), ("6040", "0.18"), ("3001", "-10.00")],
    ]
    assert [int(e.meta["payments"]) for e in feed.transactions()] == [3, 1]  # rows, however they are put together


def test_refunds_chargebacks_and_fees_of_their_own(feed):
    """500.00 - 100.00 - 50.00 sold; fees 9.75 - 1.95 + 15.00 + 49.00 = 71.80; 278.20 paid out.

    The chargeback waits: nobody knows yet whether the sale is lost. A rule for all payments doesn't take it.
    """
    feed = feed(BAS + KINDS + SALES)
    report = feed.take(KINDS_FILE, "kort.csv")
    assert other_sides(feed) == [
        [
            ("1581", "278.20"),
            ("6040", "71.80"),
            ("3001", "-320.00"),
            ("2611", "-80.00"),
            ("2999", "50.00"),
        ]
    ]
    (entry,) = feed.transactions()
    assert (entry.flag, str(entry.date)) == ("!", "2026-03-04")
    assert entry.postings[-1].meta["text"] == "Charge Back case 7"
    assert report.plan.remarks == ["Rows that are in no payout yet are left out: 1; they come again with their payout."]


def test_rules_may_take_chargebacks_and_fees(feed):
    """Rules that say what they mean: the dispute is a loss on sales, the terminal's rent a cost with VAT."""
    rules = (
        '[[source.rule]]\ntext = "charge back"\naccount = "Income:3001-Försäljning-25"\nvat = "25"\n'
        '[[source.rule]]\ntext = "terminal"\naccount = "Expenses:6110-Kontorsmaterial"\nvat = "25"\n'
    )
    feed = feed(BAS + KINDS + rules + SALES)
    feed.take(KINDS_FILE, "kort.csv")
    assert other_sides(feed) == [
        [
            ("1581", "278.20"),
            ("6040", "22.80"),
            ("3001", "-320.00"),
            ("2611", "-80.00"),
            ("3001", "40.00"),
            ("2611", "10.00"),
            ("6110", "39.20"),
            ("2641", "9.80"),
        ]
    ]
    assert feed.transactions()[0].flag == "*"


@pytest.mark.parametrize(
    ("setting", "deduction", "expected"),
    [
        ("", "1", [("6040", "12.50")]),
        ('fee_account = "Expenses:6570-Bankavgifter"\n', "1", [("6570", "12.50")]),
        # 12.50 with VAT: 2.50; half of it deductible, rounded down
        ('fee_vat = "25"\n', "1", [("6040", "10.00"), ("2641", "2.50")]),
        ('fee_vat = "25"\n', "0.5", [("6040", "11.25"), ("2641", "1.25")]),
    ],
)
def test_where_fees_go(feed, setting, deduction, expected):
    unit = f'vat_deduction = "{deduction}"\n{BAS}[source.takings]\n{setting}{PAYOUTS}{SALES}'
    feed = feed(unit)
    content = "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n2026-03-03;P1;1000,00;12,50;987,50\n"
    report = feed.take(content, "kort.csv")
    assert report.status == "imported", report.problem
    assert other_sides(feed)[0][1:-2] == expected


@pytest.mark.parametrize(
    ("columns", "content", "settings_", "expected"),
    [
        # fees written as negative numbers
        (
            PAYOUTS,
            "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n2026-03-03;P1;100,00;-2,00;98,00\n",
            "fee_minus = true\n",
            "98.00",
        ),
        # no fee column: what is missing in net is the fee
        (
            PAYOUTS.replace('fee = "Avgift"\n', ""),
            "Utbetalningsdag;Referens;Brutto;Netto\n2026-03-03;P1;100,00;98,00\n",
            "",
            "98.00",
        ),
        # a payout of less than nothing: the acquirer draws money
        (PAYOUTS, "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n2026-03-03;P1;-100,00;2,00;-102,00\n", "", "-102.00"),
    ],
)
def test_ways_of_writing_fees(feed, columns, content, settings_, expected):
    feed = feed(f"{BAS}[source.takings]\n{settings_}{columns}{SALES}")
    report = feed.take(content, "kort.csv")
    assert report.status == "imported", report.problem
    assert other_sides(feed)[0][0] == ("1581", expected)
    assert ("6040", "2.00") in other_sides(feed)[0]


def test_refunds_without_sign_are_money_taken_back():
    text = KINDS_FILE.replace("-100.00,-1.95", "100.00,-1.95").replace("-50.00,15.00", "50.00,15.00")
    (payout,) = payouts(text.replace("2026-03-02,80.00,0.00,Declined,,\n", ""))
    assert [(p.kind, str(p.part.amount)) for p in payout.payments] == [
        ("payment", "400.00"),
        ("dispute", "-50.00"),
        ("fee", "-49.00"),
    ]


def test_without_a_payouts_id_a_day_is_a_payout(feed):
    feed = feed(BAS + PAYOUTS.replace('batch = "Referens"\n', "") + SALES.replace('vat = "25"\n', ""))
    rows = "2026-03-03;1,00;0,10;0,90\n2026-03-03;2,00;0,20;1,80\n2026-03-04;5,00;0,50;4,50\n"
    feed.take("Utbetalningsdag;Brutto;Avgift;Netto\n" + rows, "kort.csv")
    assert [e[0] for e in other_sides(feed)] == [("1581", "2.70"), ("1581", "4.50")]


# --- with a till


def z(*rows):
    lines = [f"{day};{n};{s};{s};{v};0,00;0,00;0,00;{s};0,00;;;;" for n, (day, s, v) in enumerate(rows, 1)]
    head = "Datum;Z;Totalt;Försäljning 25;Moms 25;Försäljning 12;Moms 12;Kontant;Kort;Swish;Växel;Räknat;Till bank;Påse"
    return "\n".join([head, *lines, ""])


def items_left(feed):
    """Σ per item of the clearing account."""
    found = {}
    for entry in feed.transactions():
        for p in entry.postings:
            if p.account.startswith("Assets:1581"):
                found[p.meta["item"]] = found.get(p.meta["item"], 0) + p.units.number
    return sorted(str(amount) for amount in found.values() if amount)


@pytest.mark.parametrize("till_first", [True, False])
def test_a_weekend_in_one_payout_is_set_against_each_of_its_days(feed, till_first):
    """Friday 100.00, Saturday 200.00, Sunday 50.00; on Tuesday 350.00 less 3.50."""
    feed = feed(UNIT)
    days = ("2026-03-06", "100,00", "20,00"), ("2026-03-07", "200,00", "40,00"), ("2026-03-08", "50,00", "10,00")
    rows = "".join(f"P1;2026-03-10;{day};{sold};0,00;{sold}\n" for day, sold, _ in days)
    rows += "P1;2026-03-10;2026-03-08;0,00;3,50;-3,50\n"
    files = [(z(*days), "z.csv"), ("Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto\n" + rows, "kort.csv")]
    for content, name in files if till_first else reversed(files):
        report = feed.take(content, name)
        assert report.status == "imported", report.problem
    assert items_left(feed) == ["346.50"]  # the payout itself, until the bank has it
    assert str(feed.balances()["1581"]) == "346.50"


def test_a_settlement_without_days_of_sale_finds_the_days_that_add_up(feed):
    unit = UNIT.replace('sold = "Köpdag"\n', "")
    feed = feed(unit)
    days = ("2026-03-05", "70,00", "14,00"), ("2026-03-06", "100,00", "20,00"), ("2026-03-07", "200,00", "40,00")
    feed.take(z(*days), "z.csv")
    head = "Utbetalning;Utbetald;Belopp;Avgift;Netto\n"
    feed.take(head + "P1;2026-03-10;300,00;3,00;297,00\n", "kort.csv")
    assert items_left(feed) == ["297.00", "70.00"]
    # nothing adds up to 60.00: it is set against the account as a whole
    feed.take(head + "P2;2026-03-11;60,00;1,00;59,00\n", "kort2.csv")
    assert other_sides(feed)[-1] == [("1581", "59.00"), ("6040", "1.00"), ("1581", "-60.00")]
    assert feed.transactions()[-1].postings[2].meta["item"] == ""


def test_chargebacks_are_none_of_the_tills(feed):
    unit = UNIT.replace('net = "Netto"\n', 'net = "Netto"\ntype = "Typ"\n[source.takings.types]\nsale = ["Köp"]\n')
    unit = unit.replace('sale = ["Köp"]\n', 'sale = ["Köp"]\nchargeback = ["Reklamation"]\n')
    feed = feed(unit)
    head = "Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto;Typ\n"
    rows = "P1;2026-03-03;2026-03-02;100,00;0,00;100,00;Köp\nP1;2026-03-03;2026-03-01;-30,00;0,00;-30,00;Reklamation\n"
    report = feed.take(head + rows, "kort.csv")
    assert report.status == "imported", report.problem
    assert other_sides(feed) == [[("1581", "70.00"), ("1581", "-100.00"), ("2999", "30.00")]]


# --- once


@pytest.mark.parametrize(
    ("now", "known"),
    [
        (("2026-03-02;300,00;3,00;297,00", "2026-03-02;600,00;6,00;594,00"), True),
        (("2026-03-02;500,00;5,00;495,00", "2026-03-02;400,00;4,00;396,00"), False),
        (("2026-03-01;600,00;6,00;594,00", "2026-03-02;300,00;3,00;297,00"), False),  # sold on another day
        (("2026-03-02;600,00;3,00;597,00", "2026-03-02;300,00;6,00;294,00"), False),
    ],
)
def test_a_payout_of_the_same_sum_made_of_other_payments_does_not_come_in(feed, now, known):
    """600.00 + 300.00, less 9.00: the payout stays 891.00."""
    feed = feed(UNIT)
    head = CARD.splitlines()[0]
    feed.take(CARD, "a.csv")
    again = "\n".join([head, *(f"P-9001;2026-03-03;{row}" for row in now), ""])
    report = feed.take(again, "b.csv")
    assert (report.status, type(report.problem)) == (("known", type(None)) if known else ("refused", DepositRestated))


def test_a_payout_comes_in_once_and_refuses_the_file_in_which_it_reads_differently(feed):
    feed = feed(BAS + PAYOUTS + SALES)
    head = "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n"
    feed.take(head + "2026-03-03;P1;100,00;2,00;98,00\n", "a.csv")
    again = feed.take(head + "2026-03-03;P1;100,00;2,00;98,00\n2026-03-04;P2;10,00;0,20;9,80\n", "b.csv")
    assert (len(again.plan.known), len(again.plan.entries)) == (1, 1)
    other = feed.take(head + "2026-03-03;P1;101,00;3,00;98,00\n", "c.csv")
    note = other.problem
    assert type(note) is DepositRestated
    assert note.params["before"] == "98.00 SEK, payments: 1, fees: 2.00 SEK"
    assert note.params["now"] == "98.00 SEK, payments: 1, fees: 3.00 SEK"
    assert str(feed.balances()["1581"]) == "107.80"


ONE = "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n2026-03-03;P1;100,00;2,00;98,00\n"


@pytest.mark.parametrize("now", ["100,00;2,00;98,00", "100,00;3,00;97,00", "70,00;1,00;69,00"])
@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-02", "2026-03-30", "2026-02-04"])
def test_a_payouts_id_on_another_day_within_four_weeks_is_refused(feed, day, now):
    """3 March + 27 days = 30 March; 3 March - 27 days = 4 February."""
    feed = feed(BAS + PAYOUTS + SALES)
    feed.take(ONE, "a.csv")
    report = feed.take(f"{HEAD}{day};P1;{now}\n", "b.csv")
    assert type(report.problem) is DepositRestated
    assert report.problem.params["before"] == "98.00 SEK, payments: 1, fees: 2.00 SEK, on 2026-03-03"
    assert report.problem.params["date"] == day
    assert str(feed.balances()["1581"]) == "98.00"


@pytest.mark.parametrize(
    ("row", "booked"),
    [
        ("2026-03-31;P1;100,00;2,00;98,00", "196.00"),  # ids that begin anew with the month: 28 days
        ("2026-02-03;P1;100,00;2,00;98,00", "196.00"),
        ("2026-03-04;P2;100,00;2,00;98,00", "196.00"),
        ("2026-03-03;P1;100,00;2,00;98,00", "98.00"),  # the same everything
    ],
)
def test_another_payout_comes_in_and_the_same_one_is_known(feed, row, booked):
    feed = feed(BAS + PAYOUTS + SALES)
    feed.take(ONE, "a.csv")
    report = feed.take(f"{HEAD}{row}\n", "b.csv")
    assert report.problem is None
    assert str(feed.balances()["1581"]) == booked


def test_without_ids_equal_payouts_of_two_days_are_two(feed):
    """As they are where an acquirer's ids begin anew with each day, and the settings leave the column out."""
    feed = feed(BAS + PAYOUTS.replace('batch = "Referens"\n', "") + SALES)
    feed.take(ONE, "a.csv")
    assert feed.take(ONE.replace("03-03", "03-04"), "b.csv").problem is None
    assert str(feed.balances()["1581"]) == "196.00"


# --- what is refused

HEAD = "Utbetalningsdag;Referens;Brutto;Avgift;Netto\n"
GOOD = HEAD + "2026-03-03;P1;100,00;2,00;98,00\n"


@pytest.mark.parametrize(
    ("unit", "content", "problem"),
    [
        (BAS + PAYOUTS, GOOD.replace("98,00", "97,00"), TakingsRow),
        (BAS + PAYOUTS, GOOD.replace("2,00", "-2,00"), TakingsRow),
        (BAS + PAYOUTS, GOOD.replace("100,00", "1e2"), ImportAmountInvalid),
        (BAS + PAYOUTS, GOOD.replace("100,00", ""), ImportAmountInvalid),
        (BAS + PAYOUTS, GOOD.replace("2026-03-03", "3/3/26"), ImportDateInvalid),
        (BAS + PAYOUTS, GOOD.removesuffix("0\n"), TableCutOff),
        (BAS + PAYOUTS, HEAD + "2026-03-03;P1;1.000;2;998\n", TableNumberAmbiguous),
        (BAS + PAYOUTS, GOOD + "2026-03-04;P1;1,00;0,00;1,00\n", TakingsDates),
        (BAS + PAYOUTS.replace('"Avgift"', '"Fee"'), GOOD, TakingsLayout),
        (BAS + PAYOUTS.replace('date = "Utbetalningsdag"\n', ""), GOOD, TakingsIncomplete),
        (BAS + SETTLED, SETTLED_FILE.replace("Refundering", "Korreksjon"), TakingsWord),
        (BAS + SETTLED, SETTLED_FILE.replace("2000077;2026-03-04;276,50", "2000077;2026-03-04;276,51"), DepositSum),
        (BAS + KINDS, KINDS_FILE.replace("-278.20", "-278.19"), DepositSum),
        (BAS + '[source.takings]\nfee_account = "Expenses:9999-Nej"\n' + PAYOUTS, GOOD, ImportAccountMissing),
        (
            BAS.replace('"SEK"', '"JPY"') + PAYOUTS,
            GOOD.replace("100,00;2,00;98,00", "100,50;2,00;98,50"),
            ImportAmountUnit,
        ),
    ],
)
def test_what_is_refused(feed, unit, content, problem):
    feed = feed(unit)
    before = feed.bytes()
    (importer,) = importers_of(feed.ws, feed.unit)
    if importer.recognises(content.encode()[:4096]):
        report = feed.take(content, "kort.csv")
        assert type(report.problem) is problem, report.problem
    else:  # a file with other columns is nobody's; asked all the same, the importer says what it misses
        with pytest.raises(problem):
            importer.layout(content, "kort.csv", ("date", "amount"))
    assert feed.bytes() == before


def test_rows_of_one_payout_are_added_not_compared(feed):
    feed = feed(BAS + PAYOUTS)
    feed.take(GOOD + "2026-03-03;P1;100,00;2,00;98,00\n", "kort.csv")
    assert other_sides(feed)[0][0] == ("1581", "196.00")


def test_no_beginning_of_a_payout_with_its_total_is_taken_for_it():
    """The settlement's total stands on each of its rows; between two settlements a cut can't be seen."""
    columns = {
        "sold": "Salgsdato",
        "number": "Vippsnummer",
        "amount": "Brutto",
        "fee": "Gebyr",
        "net": "Netto",
        "type": "Transaksjonstype",
        "batch": "Oppgjørs-ID",
        "date": "Oppgjørsdato",
        "total": "Oppgjørssum",
    }
    header = find_header(SETTLED_FILE, columns.values())
    types = TakingsTypes(sale=("Salg",), refund=("Refundering",))
    between = len("".join(SETTLED_FILE.splitlines(keepends=True)[:4]))
    taken = []
    for size in range(SETTLED_FILE.index("\n") + 2, len(SETTLED_FILE)):
        with contextlib.suppress(Problem):
            sheet = Sheet(SETTLED_FILE[:size], "card.csv", header, columns, AMOUNTS, Writing())
            CardReader(sheet, types, fee_minus=False, currency="SEK", source=("kort", "repris")).payouts()
            taken.append(size)
    # with all digits of the last total there, only line ends are missing
    assert taken == [between - 1, between, len(SETTLED_FILE) - 1]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_file_adds_up_or_is_refused(data):
    text = KINDS_FILE.replace("2026-03-02,80.00,0.00,Declined,,\n", "")
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :]
    with contextlib.suppress(Problem):
        for payout in payouts(changed) or ():
            assert payout.gross - payout.fees == payout.amount
