"""A voucher turned round: together with what it takes back it comes to nothing, whatever it holds."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from beancount.core.amount import Amount
from beancount.loader import load_string
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.booktext import render
from ledger.closing.problems_vouchers import CorrectDigits
from ledger.closing.reversing import reversing

OPENS = "".join(f"2026-01-01 open {name}\n" for name in ("Assets:A", "Assets:S", "Income:I", "Expenses:E"))
DAY = dt.date(2026, 5, 4)


def turned(text, voucher="A-12", language="en", **meta):
    """The text that takes back the last transaction of a book."""
    entries, errors, _ = load_string(OPENS + text)
    assert not errors
    return render(reversing(entries[-1], DAY, meta, voucher=voucher, language=language))


def squeezed(text):
    """Lines without what only spaces them."""
    return [" ".join(row.split()) for row in text.splitlines()]


def test_what_a_dealing_says_goes_along():
    text = turned(
        """
2026-03-02 * "Gemensamt" "Services" #course ^ic-repris-7
  voucher: "A-12"
  registered: 2026-03-03
  by: "anna"
  source-id: "ubl-1"
  document: "7"
  decision: "FS-1"
  Assets:A              1250.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:I             -1000.00 SEK
    partner: "gemensamt"
    ic: "trade"
    cost: 600.00 SEK
  Income:I
""",
        voucher="A-12",
    )
    assert squeezed(text) == squeezed("""\
2026-05-04 * "Gemensamt" "Correction of A-12: Services" #course ^ic-repris-7
  document: "7"
  decision: "FS-1"
  Assets:A                                           -1250.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:I                                            1000.00 SEK
    partner: "gemensamt"
    ic: "trade"
    cost: -600.00 SEK
  Income:I                                             250.00 SEK
""")


def test_in_the_federations_language_and_with_what_the_correction_says():
    text = turned(
        '2026-03-02 ! "Okänt"\n  decision: "FS-1"\n  Assets:A  1 SEK\n  Income:I\n', language="en", decision="FS-2"
    )
    assert text.splitlines()[:2] == ['2026-05-04 * "Correction of A-12: Okänt"', '  decision: "FS-2"']
    assert turned('2026-03-02 * ""\n  Assets:A  1 SEK\n  Income:I\n').startswith('2026-05-04 * "Correction of A-12"\n')


@pytest.mark.parametrize(
    ("posting", "opposite"),
    [
        ("Assets:A  100.00 EUR @ 11.25 SEK", "-100.00 EUR @ 11.25 SEK"),
        ("Assets:A  100.00 EUR @@ 1125.50 SEK", "-100.00 EUR @ 11.255 SEK"),
        ("Assets:A  3 EUR @@ 100 SEK", "-3 EUR @@ 100 SEK"),  # 33.333... for one, which no book takes
        ("Assets:A  7.77 EUR @@ 99.99 SEK", "-7.77 EUR @@ 99.99 SEK"),
        ("Assets:A  -3 EUR @@ 100 SEK", "3 EUR @@ 100 SEK"),
        ("Assets:A  0.00 SEK", "0.00 SEK"),
        ("Assets:S  10 THING {1.25 SEK}", "-10 THING {1.25 SEK, 2026-03-02}"),
        ('Assets:S  10 THING {1.25 SEK, 2026-02-01, "lot"}', '-10 THING {1.25 SEK, 2026-02-01, "lot"}'),
        ("Assets:S  10 THING {1.25 SEK} @ 2.00 SEK", "-10 THING {1.25 SEK, 2026-03-02} @ 2.00 SEK"),
    ],
)
def test_prices_and_costs(posting, opposite):
    rows = turned(f'2026-03-02 * "x"\n  {posting}\n  Income:I\n').splitlines()
    assert " ".join(rows[1].split()[1:]) == opposite


def test_what_no_book_takes_is_refused():
    with pytest.raises(CorrectDigits) as met:
        turned('2026-03-02 * "x"\n  Assets:S  3 THING {{10 SEK}}\n  Income:I\n')
    assert met.value.params["account"] == "Assets:S"


MONEY = st.decimals(min_value=Decimal(-99999), max_value=Decimal(99999), places=2)
PRICED = st.tuples(MONEY, st.sampled_from(["", " @ {p} SEK", " @@ {p} SEK"]), st.decimals("0.01", "9999", places=2))


@settings(max_examples=100, deadline=None)
@given(st.lists(PRICED, min_size=1, max_size=4))
def test_both_come_to_nothing(postings):
    rows = "".join(
        f"  Assets:A  {number} {'EUR' if price else 'SEK'}{price.format(p=p)}\n"
        for number, price, p in postings
        if number
    )
    text = f'{OPENS}2026-03-02 * "x"\n{rows}  Income:I\n'
    entries, errors, _ = load_string(text)
    if errors:
        return
    made = render(reversing(entries[-1], DAY, {}, voucher="A-1", language="en"))
    assert not made.count("  Income:I\n") or made.endswith("  Income:I\n")
    both, errors, _ = load_string(text + made)
    assert not errors
    sums = defaultdict(Decimal)
    for entry in both[-2:]:
        for posting in entry.postings:
            sums[posting.account, posting.units.currency, posting.price] += posting.units.number
    assert {key: amount for key, amount in sums.items() if amount} == {}
    assert Amount not in {type(key) for key in sums}
