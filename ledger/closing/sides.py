"""What a seal holds beyond its own book's text: the other side of a frozen voucher, and documents (SPEC 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.closing.evidence import Texts
from ledger.closing.parsing import Parser
from ledger.messages import N_
from ledger.seals import blocks
from ledger.seals.model import Found, Seal, Twin

_VOUCHER = re.compile(rb'^[ \t]+voucher:[ \t]*"([^"\\\n]*)"', re.MULTILINE)


def other_side(period: str, twin: Twin, texts: Texts, parser: Parser) -> Iterator[Found]:
    """What has become of a voucher that another unit's seal holds."""
    text = texts.files.get(twin.file)
    if text is None:
        note = N_("the file is gone")
        yield Found("missing", period, twin.voucher, twin.file, None, meaning=True, note=note)
        return
    said = f'"{twin.voucher}"'.encode()
    named = [block for block in blocks.split(text) if block.date and said in text[block.start : block.end]]
    meanings = parser(twin.file, named)
    if any(meaning and meaning.canonical == twin.canonical for meaning in meanings):
        return
    note = N_("it isn't what the seal of the other side holds")
    for block, meaning in zip(named, meanings, strict=True):
        if meaning is None or meaning.voucher == twin.voucher:
            yield Found("altered", period, twin.voucher, twin.file, block.line, meaning=True, note=note)
            return
    yield Found("missing", period, twin.voucher, twin.file, None, meaning=True, note=note)


def named_by(name: str, seal: Seal, texts: Texts) -> str:
    """The voucher that names a document, in the text as it stands."""
    wanted = f'"{name}"'.encode()
    for text in texts.files.values():
        if wanted not in text:
            continue
        for block in blocks.split(text):
            said = text[block.start : block.end]
            if wanted in said and block.date and f"{block.date:%Y-%m}" <= seal.period:
                written = _VOUCHER.search(said)
                if written is not None:
                    return written[1].decode("utf-8", "replace")
    return ""
