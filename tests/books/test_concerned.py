"""Which voucher a correction means, and the day whose rate counts for it.

The book of three years below has `A-1` in each of them; X-1 to X-8 correct one or the other.
"""

import datetime as dt

import pytest
from beancount.parser.parser import parse_string

from ledger.books.concerned import Concerned

BOOK = """\
2025-03-15 * "Sale of 2025"
  voucher: "A-1"
  Income:3001-Sales  -100.00 SEK

2026-02-10 * "Sale of January, found in February"
  voucher: "A-001"
  concerns: 2026-01
  Income:3001-Sales  -100.00 SEK

2027-01-20 * "Sale of 2027"
  voucher: "A-1"
  Income:3001-Sales  -100.00 SEK

2026-11-01 * "The latest before"
  voucher: "X-1"
  corrects: "A-1"

2026-11-02 * "Of the month that is said"
  voucher: "X-2"
  corrects: "A-1"
  concerns: "2025-03"

2026-11-03 * "Without quotes"
  voucher: "X-3"
  corrects: "A-1"
  concerns: 2025-03

2026-01-05 * "Before the one of its year"
  voucher: "X-4"
  corrects: "A-1"

2026-12-01 * "Takes X-1 back"
  voucher: "X-5"
  corrects: "X-1"

2026-12-02 * "Nothing of the kind"
  voucher: "X-6"
  corrects: "B-9"

2026-12-03 * "Itself"
  voucher: "X-7"
  corrects: "X-7"

2026-12-04 * "One another"
  voucher: "X-8"
  corrects: "X-9"

2026-12-05 * "One another"
  voucher: "X-9"
  corrects: "X-8"

2027-02-01 * "Early the year after"
  voucher: "X-1"
  corrects: "A-1"

2027-02-02 * "What no month is"
  voucher: "X-2"
  concerns: "spring"

2027-02-03 * "A day"
  voucher: "X-3"
  concerns: 2026-05-06

2027-02-04 * "Nothing behind it"
  voucher: "X-4"
  corrects:
  concerns: 2026-05
"""


@pytest.fixture
def book():
    """The entries by voucher and year, and what their corrections concern."""
    entries, errors, _ = parse_string(BOOK, report_filename="book")
    assert not errors
    found = Concerned(lambda file: BOOK if file == "book" else "")
    found.add(entries)
    return {f"{e.meta['voucher']}/{e.date.year}": e for e in entries}, found


@pytest.mark.parametrize(
    ("correction", "target", "day", "unknown"),
    [
        ("X-1/2026", "A-001/2026", "2026-01-31", None),  # A-001 is of January
        ("X-2/2026", "A-1/2025", "2025-03-15", None),
        ("X-3/2026", "A-1/2025", "2025-03-15", None),
        ("X-4/2026", "A-1/2025", "2025-03-15", None),
        ("X-5/2026", "X-1/2026", "2026-01-31", None),
        ("X-6/2026", None, None, "B-9"),
        ("X-7/2026", None, None, "X-7"),
        ("X-8/2026", "X-9/2026", "2026-12-05", None),  # in a circle
        ("X-1/2027", "A-1/2027", "2027-01-20", None),
        ("X-2/2027", None, None, "spring"),
        ("X-3/2027", None, "2026-05-06", None),
        ("X-4/2027", None, "2026-05-31", None),
        ("A-1/2025", None, None, None),
    ],
)
def test_what_a_correction_concerns(book, correction, target, day, unknown):
    entries, found = book
    assert found.target(entries[correction]) is (entries[target] if target else None)
    assert found.of(entries[correction]) == (dt.date.fromisoformat(day) if day else None, unknown)
