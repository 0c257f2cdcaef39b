"""One unit's edit: a voucher written at the end of a month file, as a bookkeeper does it in an editor."""

from __future__ import annotations

from pathlib import Path

VOUCHER = """
{date} * "Sparkassan Exempel" "Bankavgift"
  Expenses:6570-Bankavgifter  {amount} {currency}
  Assets:1930-Bank  -{amount} {currency}
"""


def append_voucher(root: Path, slug: str, date: str, amount: str = "12.00", currency: str = "SEK") -> Path:
    """Append a bank fee to `slug`'s book of the month of `date`; the file."""
    return _append(root, slug, date, VOUCHER.format(date=date, amount=amount, currency=currency))


SALE = """
{date} * "Kund Exempel" "Faktura"
  Assets:1510-Kundfordringar  1250.00 {currency}
  Income:3001-Försäljning-25  -1000.00 {currency}
  Liabilities:2611-Utgående-moms-25  -250.00 {currency}
"""


def append_sale(root: Path, slug: str, date: str, currency: str = "SEK") -> Path:
    """Append an invoice, which changes the unit's levy and with it central's book; the file."""
    return _append(root, slug, date, SALE.format(date=date, currency=currency))


def _append(root: Path, slug: str, date: str, text: str) -> Path:
    file = root / "units" / slug / "books" / date[:4] / f"{date[:7]}.beancount"
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)
    return file
