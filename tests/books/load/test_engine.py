"""The exact engine gives what the reference engine gives: entries identical, errors equal, options equal."""

# ruff: noqa: E501  ledgers stand in tables, one case a line

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.books import engine
from ledger.books.reference import load_reference

from .canonical import differences, digits_of, text_of
from .strategies import books

#: Examples of the fuzz; `SAMBOK_FUZZ=100000 pytest tests/books/load -k fuzz` is the full campaign.
EXAMPLES = int(os.environ.get("SAMBOK_FUZZ", "150"))

OPENS = """\
2025-01-01 open Assets:1930-Bank SEK,EUR
2025-01-01 open Assets:1385-Aktier "FIFO"
2025-01-01 open Income:3001-Varor
2025-01-01 open Expenses:4010-Inköp
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("book")


def write(folder, accounts, month):
    """The main file of a book of these texts."""
    (folder / "books" / "2026").mkdir(parents=True, exist_ok=True)
    (folder / "documents").mkdir(exist_ok=True)
    main = folder / "main.beancount"
    main.write_text(
        'option "title" "U"\noption "operating_currency" "SEK"\n'
        'include "accounts.beancount"\ninclude "books/*/*.beancount"\n'
    )
    (folder / "accounts.beancount").write_text(accounts or "; none\n")
    (folder / "books" / "2026" / "2026-01.beancount").write_text(month or "; none\n")
    return main


def run_exact(main):
    """What the engine makes of the files that the reference reads."""
    from beancount import loader  # noqa: PLC0415

    entries, errors, options = loader._parse_recursive([(str(main), True)], None)
    options["plugin"] = []
    return engine.load_exact(entries, errors, options)


def outcome(load, main):
    """Entries, errors and options, or the exception: where Beancount itself stumbles, both must."""
    try:
        return load(main)
    except Exception as error:  # noqa: BLE001
        return [], [f"{type(error).__name__}"], {}


def check_equal(main):
    """Compare the two engines on one book; return the reference's errors."""
    expected, got = outcome(load_reference, main), outcome(run_exact, main)
    assert differences(expected[0], got[0]) == []
    assert [text_of(e) for e in expected[1]] == [text_of(e) for e in got[1]]
    plain = [{k: v for k, v in found[2].items() if k != "dcontext"} for found in (expected, got)]
    assert plain[0] == plain[1]
    if expected[2]:
        assert digits_of(expected[2]) == digits_of(got[2])
    return expected[1]


@pytest.mark.slow
@given(book=books)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_fuzz_the_engines_agree(folder, book):
    """All of it: SAMBOK_FUZZ=20000 .venv/bin/python -m pytest tests/books/load/test_engine.py -k fuzz"""
    check_equal(write(folder, *book))


@pytest.mark.parametrize(
    ("case", "month", "errors"),
    [
        ("plain", '2026-01-02 * "a"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Varor  -1.00 SEK\n', 0),
        ("unbalanced", '2026-01-02 * "a"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Varor  -1.02 SEK\n', 1),
        ("within tolerance", '2026-01-02 * "a"\n  Assets:1930-Bank  1.005 SEK\n  Income:3001-Varor  -1.00 SEK\n', 0),
        ("left out", '2026-01-02 * "a"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Varor\n', 0),
        ("two left out", '2026-01-02 * "a"\n  Assets:1930-Bank\n  Income:3001-Varor\n  Expenses:4010-Inköp 1 SEK\n', 1),
        ("currency refused", '2026-01-02 * "a"\n  Assets:1930-Bank  1 CLP\n  Income:3001-Varor  -1 CLP\n', 1),
        ("unknown account", '2026-01-02 * "a"\n  Assets:Kassa  1 SEK\n  Income:3001-Varor  -1 SEK\n', 1),
        ("two currencies", '2026-01-02 * "a"\n  Assets:1930-Bank  1 SEK\n  Assets:1930-Bank  1 EUR\n  Income:3001-Varor  -1 SEK\n  Income:3001-Varor  -1 EUR\n', 0),
        ("price", '2026-01-02 * "a"\n  Assets:1930-Bank  1 EUR @ 11.20 SEK\n  Income:3001-Varor  -11.20 SEK\n', 0),
        ("price left out", '2026-01-02 * "a"\n  Assets:1930-Bank  1 EUR @\n  Income:3001-Varor  -11.20 SEK\n', 0),
        ("balance met", '2026-01-02 * "a"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Varor  -1 SEK\n2026-01-03 balance Assets:1930-Bank 1 SEK\n', 0),
        ("balance failed", "2026-01-03 balance Assets:1930-Bank 1.50 SEK\n", 1),
        ("balance of an account never opened", "2026-01-04 balance Assets:Kassa 0 SEK\n", 2),
        ("no postings", '2026-01-02 * "a"\n', 0),
        ("document missing", '2026-01-02 document Assets:1930-Bank "gone.pdf"\n', 1),
        ("zero sums", '2026-01-02 * "a"\n  Assets:1930-Bank  1.00 SEK\n  Assets:1930-Bank  -1.00 SEK\n2026-01-03 balance Assets:1930-Bank 0.50 SEK\n', 1),
    ],
)  # fmt: skip
def test_each_kind_of_transaction(folder, case, month, errors):
    assert len(check_equal(write(folder, OPENS, month))) == errors, case


def test_lots_see_what_plain_postings_left_in_their_account(folder):
    """A sale at cost looks at the whole account: plain postings of that account are booked in full, too."""
    month = """\
2026-01-02 * "plain units in an account with lots"
  Assets:1385-Aktier  -3 HOOL
  Income:3001-Varor  3 HOOL
2026-01-03 * "buy"
  Assets:1385-Aktier  10 HOOL {5.00 SEK}
  Assets:1930-Bank  -50.00 SEK
2026-01-04 * "buy dearer"
  Assets:1385-Aktier  10 HOOL {6.00 SEK, "two"}
  Assets:1930-Bank  -60.00 SEK
2026-01-05 * "sell"
  Assets:1385-Aktier  -12 HOOL {}
  Assets:1930-Bank  100.00 SEK
  Income:3001-Varor
"""
    check_equal(write(folder, OPENS, month))


def test_a_currency_left_out_is_taken_from_what_the_account_holds(folder):
    month = """\
2026-01-02 * "a"
  Assets:1930-Bank  10.00 EUR
  Income:3001-Varor  -10.00 EUR
2026-01-03 * "b"
  Assets:1930-Bank  5.00
  Expenses:4010-Inköp  -2.00 SEK
  Expenses:4010-Inköp  -5.00 EUR
  Expenses:4010-Inköp  2.00 SEK
"""
    check_equal(write(folder, OPENS, month))


def test_transactions_that_cannot_be_told_apart_are_left_out_in_the_right_place(folder):
    """A transaction that booking drops must not shift the ones after it."""
    bad = '2026-01-0{} * "bad {}"\n  Assets:1930-Bank\n  Expenses:4010-Inköp\n  Income:3001-Varor 1 EUR\n'
    good = '2026-01-0{} * "good {}"\n  Assets:1930-Bank  1 EUR @ 2 SEK\n  Income:3001-Varor  -2 SEK\n'
    month = "".join((bad if n in (2, 3, 5) else good).format(n, n) for n in range(1, 8))
    assert check_equal(write(folder, OPENS, month))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=max(30, EXAMPLES // 5), deadline=None)
def test_fuzz_damaged_text(folder, seed):
    """One to three characters of a good book changed, added or lost: still the same from both engines."""
    dice = random.Random(seed)  # noqa: S311  repeatable damage
    text = list(
        '2026-01-02 * "Kund" "Faktura" #moms ^f-1\n  voucher: "A-1"\n  Assets:1930-Bank  125.00 SEK\n'
        "  Income:3001-Varor  -100.00 SEK\n  Expenses:4010-Inköp  -25.00 SEK\n\n"
        "2026-01-09 balance Assets:1930-Bank  125.00 SEK\n\n"
        '2026-01-10 * "Byte"\n  Assets:1930-Bank  10.00 EUR @ 11.20 SEK\n  Assets:1930-Bank  -112.00 SEK\n'
    )
    for _ in range(dice.randint(1, 3)):
        at, what = dice.randrange(len(text)), dice.choice('0123456789 .-"#^:;\n\tABåUSEK@{}*!~()')
        text[at] = dice.choice([what, text[at] + what, ""])
    damaged = "".join(text)
    if "/" not in damaged:  # Beancount divides while it parses, and dies of 1/0: the guard stops that
        check_equal(write(folder, OPENS, damaged))


def test_counting_digits_fast_counts_the_same(folder):
    """The worker's quicker way of counting decimals, in a process of its own."""
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    main = write(folder, OPENS, '2026-01-02 * "a"\n  Assets:1930-Bank  1234.005 SEK\n  Income:3001-Varor  -0.10 EUR\n')
    code = (
        "import sys; from ledger.books import engine; sys.argv[2] == 'fast' and engine.learn_digits_fast();"
        "from ledger.books.reference import load_reference as r; from pathlib import Path;"
        "d = r(Path(sys.argv[1]))[2]['dcontext']; print(str(d)); print({k: dict(c.fractional_dist.hist) for k, c in d.ccontexts.items()})"
    )
    slow, fast = (
        subprocess.run([sys.executable, "-c", code, str(main), how], capture_output=True, text=True, check=True).stdout
        for how in ("slow", "fast")
    )
    assert slow == fast
    assert "SEK" in slow
