"""Which service of central's each of its costs belongs to, and by what each is shared (SPEC 9).

Costs say their service by `cost-centre` on the posting; the course of May was for Nystart alone (`used-by`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from benchmarks.demo.abroad import CHILE, SPAIN
from benchmarks.demo.book import YEAR, Book, Posting
from benchmarks.demo.profiles import PROFILES
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
#: What lessens a service's cost: courses and advice that others paid for, a grant for leading the work. In per cent.
EARNED = {
    "3041": {"development": Decimal(60), "agreements": Decimal(40)},
    "3308": {"agreements": Decimal(100)},
    "3985": {"leadership": Decimal(100)},
}
#: A difference of exchange rates is no service.
NONE = ("79",)
#: Central's course of this month was held for one division.
COURSE = ("7610", 5, "nystart")
#: The services in the order of the step-down: name, title, key.
SERVICES = (
    ("leadership", "Ledning", "turnover"),
    ("premises", "Lokal, telefon och el", "seats"),
    ("finance", "Ekonomi och löner", "vouchers 60, payslips 40"),
    ("marketing", "Marknadsföring", "turnover"),
    ("agreements", "Avtal och upphandling", "turnover"),
    ("development", "Utveckling och utbildning", "persons"),
    ("conflict", "Samtal och konflikter", "persons"),
    ("memberships", "Medlemskap i andra föreningar", "members"),
)
#: Desks in central's office, by the service whose people sit there.
SEATS = {"leadership": 1, "finance": 2, "marketing": 1, "agreements": 1, "development": 1}
DECISION = "FS-2024-11-21-§15"


def policy() -> str:
    """What policy says of the services, their keys, and how much of these everybody used."""
    text = f"""
; What the levy's service component pays for.
2024-11-21 custom "decision" "{DECISION}" "assembly"
  text: "Gemensamma tjänster redovisas per enhet och fördelas efter dessa nycklar"
2025-01-01 custom "service-method" "step-down"
  decision: "{DECISION}"
"""
    for order, (name, title, key) in enumerate(SERVICES, start=1):
        text += f"""2025-01-01 custom "cost-centre" "{name}" "{title}"
  decision: "{DECISION}"
  order: {order}
  key: "{key}"
"""
    used = [("seats", name, number, YEAR - 1) for name, number in SEATS.items()]
    staff = [(p.slug, p.staff, YEAR - 1 if p.first_month == 1 else YEAR) for p in PROFILES]
    staff += [(country.slug, country.staff, YEAR - 1) for country in (SPAIN, CHILE)]
    for slug, persons, year in staff:
        used.append(("persons", slug, persons, year))
        if slug not in {SPAIN.slug, CHILE.slug}:  # they keep their own payroll
            used.append(("payslips", slug, 12 * persons, year))
    for key, user, number, year in used:
        text += f"""{year}-01-01 custom "allocation-key" "{key}" "{user}" {number}
  decision: "{DECISION}"
"""
    return text


def _divided(posting: Posting, book: Book, date: tuple[int, int]) -> list[Posting]:
    if posting.code in EARNED:
        return _parts(posting, EARNED[posting.code], book.currency)
    operating = book.names[posting.code].startswith("Expenses:") and posting.code < "8"
    if not operating or posting.code.startswith(NONE):
        return [posting]
    if posting.code in STAFF:
        return _parts(posting, TIME, book.currency)
    tags = [_tag(CENTRES.get(posting.code, "leadership"))]
    code, month, unit = COURSE
    if posting.code == code and date == (YEAR, month):
        tags.append(("used-by", f'"{unit}"'))
    return [replace(posting, meta=(*posting.meta, *tags))]


def _parts(posting: Posting, shares: Mapping[str, Decimal], currency: str) -> list[Posting]:
    """A posting divided among services."""
    if len(shares) == 1:
        return [replace(posting, meta=(*posting.meta, _tag(name))) for name in shares]
    parts = largest_remainder(posting.amount, shares, currency)
    return [replace(posting, amount=parts[name], meta=(*posting.meta, _tag(name))) for name in shares]


def _tag(name: str) -> tuple[str, str]:
    return "cost-centre", f'"{name}"'


def tag_costs(book: Book) -> None:
    """Say of each of central's costs which service it is of."""
    for voucher in book.vouchers:
        date = (voucher.date.year, voucher.date.month)
        voucher.postings = [part for posting in voucher.postings for part in _divided(posting, book, date)]
