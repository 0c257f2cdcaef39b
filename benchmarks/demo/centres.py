"""Which service of central's each of its costs belongs to: `cost-centre` on its postings (SPEC 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from benchmarks.demo.book import Book, Posting
from ledger.rules.rounding import largest_remainder

#: The centre of each account; the rest is leadership's.
CENTRES = {
    "5010": "premises",
    "5020": "premises",
    "5060": "premises",
    "5193": "premises",
    "5420": "finance",
    "5910": "marketing",
    "6110": "finance",
    "6150": "marketing",
    "6210": "premises",
    "6420": "finance",
    "6530": "finance",
    "6570": "finance",
    "6980": "memberships",
    "7610": "development",
    "7830": "premises",
}
#: How those who are employed centrally divide their time, in per cent.
TIME = {
    name: Decimal(part)
    for name, part in {
        "leadership": 30,
        "finance": 30,
        "marketing": 10,
        "agreements": 12,
        "development": 12,
        "conflict": 6,
    }.items()
}
STAFF = ("7210", "7510")
#: A difference of exchange rates is no service.
NONE = ("79",)


def _divided(posting: Posting, book: Book) -> list[Posting]:
    operating = book.names[posting.code].startswith("Expenses:") and posting.code < "8"
    if not operating or posting.code.startswith(NONE):
        return [posting]
    if posting.code in STAFF:
        parts = largest_remainder(posting.amount, TIME, book.currency)
        return [replace(posting, amount=parts[name], meta=(*posting.meta, _tag(name))) for name in TIME]
    return [replace(posting, meta=(*posting.meta, _tag(CENTRES.get(posting.code, "leadership"))))]


def _tag(name: str) -> tuple[str, str]:
    return "cost-centre", f'"{name}"'


def tag_costs(book: Book) -> None:
    """Say of each of central's costs which service it is of."""
    for voucher in book.vouchers:
        voucher.postings = [part for posting in voucher.postings for part in _divided(posting, book)]
