"""A small book, sealed by hand: what the tests of this folder start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from beancount.parser import parser

from ledger.books.guard_tokens import plain, scan
from ledger.seals import blocks, canonical, chain
from ledger.seals.compare import compare
from ledger.seals.model import Block, Draft, Found, Meaning, Seal, SealedEntry, Witness

AT = dt.datetime(2026, 6, 1, 12, 0, 30, 999, tzinfo=dt.UTC)
ACCOUNTS = "accounts.beancount"
MARCH = "books/2026/2026-03.beancount"
FROZEN = "books/2026/2026-03.closed.beancount"
APRIL = "books/2026/2026-04.beancount"

BOOK: dict[str, str] = {
    ACCOUNTS: """\
; Accounts of Repris
2025-01-01 open Assets:Bank SEK
  code: "1930"
2025-01-01 open Income:Sales
  code: "3001"
2025-01-01 open Expenses:Rent ; "premises"
""",
    MARCH: """\
; March 2026
; kept by Anna

2026-03-02 * "Kund AB" "Faktura 17" #sale ^invoice-17
  voucher: "A-1"
  registered: 2026-03-05
  by: "anna"
  Assets:Bank     1000.00 SEK
  Income:Sales

2026-03-05 * "Hyresvärden" "Hyra
2026-03-01 till 2026-03-31; se avtal"
  voucher: "A-2"
  document: "avtal/2026.pdf"
  Expenses:Rent    400.00 SEK
    partner: "gemensamt"
  Assets:Bank     -400.00 SEK ; "by transfer

2026-03-09 * "Kund AB" "Faktura \\"18\\""
  voucher: "A-3"
  Assets:Bank      250.50 SEK
  Income:Sales    -250.50 SEK
; a comment of A-3

2026-03-31 balance Assets:Bank 850.50 SEK

2026-03-31 * "Kund BB" "Kontant"
  voucher: "A-4"
  Assets:Bank       10 SEK
  Income:Sales     -10 SEK
2026-03-31 * "Kund BB" "Kontant"
  voucher: "A-5"
  Assets:Bank       10 SEK
  Income:Sales     -10 SEK
2026-03-31 note Assets:Bank "räknad"
""",
    FROZEN: """\
; Written by the close of 2026-03.

2026-03-31 * "Levy of March" ^levy-repris-2026-03
  voucher: "L-1"
  source-id: "close:levy:2026-03"
  Expenses:Rent    189.08 SEK
  Assets:Bank     -189.08 SEK
""",
    APRIL: """\
; April

2026-04-01 * "Kund AB" "Faktura 19"
  voucher: "A-6"
  Assets:Bank      99.00 SEK
  Income:Sales

2026-04-02 balance Assets:Bank 770.42 SEK
""",
}


def parse_of(files: Mapping[str, bytes]) -> Callable[[str, Sequence[Block]], list[Meaning | None]]:
    """What blocks say, each by itself; the guard's words are looked at first, as `1/0` would end the process."""

    def parse(file: str, wanted: Sequence[Block]) -> list[Meaning | None]:
        return [_meaning(file, files[file][block.start : block.end]) for block in wanted]

    return parse


def _meaning(file: str, text: bytes) -> Meaning | None:
    try:
        written = text.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not plain(text) and any(scan(text)):
        return None
    entries, errors, _ = parser.parse_string(written, report_filename=f"/units/repris/{file}")
    return canonical.meaning_of(entries[0]) if len(entries) == 1 and not errors else None


def encoded(book: Mapping[str, str]) -> dict[str, bytes]:
    return {file: text.encode("utf-8") for file, text in book.items()}


def sealed(
    book: Mapping[str, str],
    period: str = "2026-03",
    *earlier: Seal,
    unit: str = "repris",
    kind: str = "close",
    witnesses: tuple[Witness, ...] = (),
) -> Seal:
    """A seal of all that is dated up to a month's end and no earlier seal holds."""
    files = encoded(book)
    parse = parse_of(files)
    held = {entry.raw for seal in earlier for entry in seal.draft.entries}
    known = {file for seal in earlier for file in seal.draft.heads}
    previous = earlier[-1] if earlier else None
    entries: list[SealedEntry] = []
    heads: dict[str, str] = {}
    for file, data in files.items():
        there = [b for b in blocks.split(data) if b.date and b.date.isoformat()[:7] <= period and b.raw not in held]
        if not there:
            continue
        first = blocks.split(data)[0]
        if first.date is None and file not in known:
            heads[file] = first.raw
        for block, said in zip(there, parse(file, there), strict=True):
            assert said is not None
            place = {"file": file, "line": block.line, "raw": block.raw}
            said_of = {"canonical": said.canonical, "numberless": said.numberless, "fields": said.fields}
            entries.append(SealedEntry(voucher=said.voucher, date=said.date, type=said.type, **place, **said_of))
    draft = Draft(
        unit=unit,
        period=period,
        kind=kind,
        decision="FS-2026-§4" if kind == "reopen" else None,
        entries=tuple(entries) if kind == "close" else (),
        heads=heads if kind == "close" else {},
        totals=(("Income:Sales", "SEK", Decimal("-1270.50")), ("Assets:Bank", "SEK", Decimal("681.42"))),
        documents=(("documents/avtal/2026.pdf", "ab" * 32),),
        gaps=(("A-9", "torn out"),),
        accepted=((f"{MARCH}:4", "anna", "the customer pays in May"),),
        witnesses=witnesses,
    )
    return chain.next_seal(draft, previous, by="anna", at=AT, version="1.0", rules="0" * 64)


def compared(seals: Sequence[Seal], book: Mapping[str, str] | Mapping[str, bytes], **more: object) -> list[Found]:
    """Findings about a book that is text or bytes."""
    files = {file: text.encode("utf-8") if isinstance(text, str) else text for file, text in book.items()}
    return compare(tuple(seals), files, parse_of(files), **more)
