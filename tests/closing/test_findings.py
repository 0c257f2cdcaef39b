"""Findings in words: each kind of change has a sentence and a remedy of its own, and names what it happened to."""

from __future__ import annotations

from typing import get_args

import pytest

from ledger.closing.findings import as_json, message, remedy
from ledger.seals.model import Found, Kind

BACK = "Put the sealed text back, from git or a backup; a correction is a new voucher in an open month."
#: kind: what is said of A-1, and what to do.
WORDS = {
    "altered": ("A-1, sealed with 2026-03, says something else now.", BACK),
    "missing": ("A-1, sealed with 2026-03, is gone.", BACK),
    "renumbered": ("A-1, sealed with 2026-03, has another number now.", BACK),
    "moved": (
        "A-1, sealed with 2026-03, stands in another place; what it says is the same.",
        "Put it back where it stood; nothing of what it says is lost.",
    ),
    "inserted": (
        "A-1 is dated in 2026-03, which is closed, and no seal holds it.",
        (
            'Give it a day in an open month, with  concerns: "2026-03"  or  corrects:  and the voucher\'s number; or '
            "let the month be opened again by decision."
        ),
    ),
    "document": (
        "The document of A-1, sealed with 2026-03, isn't what was sealed.",
        "Put the document back, from a backup: its SHA-256 stands in the seal.",
    ),
}


def found(kind: str, **more) -> Found:
    told = {"period": "2026-03", "voucher": "A-1", "file": "books/2026/2026-03.beancount", "line": 4, "meaning": True}
    return Found(kind, **(told | more))


def test_every_kind_has_words():
    assert set(get_args(Kind)) == WORDS.keys()


@pytest.mark.parametrize("kind", WORDS)
def test_the_words_of_a_kind(kind):
    one = found(kind)
    assert (message(one), remedy("repris", one)) == WORDS[kind]


def test_a_change_of_layout_and_one_of_fields():
    layout, fields = found("altered", meaning=False), found("altered", fields=("amounts", "date"))
    assert message(layout) == "A-1, sealed with 2026-03, is written otherwise now; what it says is the same."
    assert message(fields) == "A-1, sealed with 2026-03, says something else now: amounts, date."
    assert message(found("moved", meaning=False)) == WORDS["moved"][0]


def test_what_has_no_number_is_named_by_its_place():
    place = "books/2026/2026-03.beancount"
    assert message(found("missing", voucher="")) == f"{place}:4, sealed with 2026-03, is gone."
    assert message(found("missing", voucher="", line=None, period="")) == f"{place}, sealed with -, is gone."


@pytest.mark.parametrize(
    ("file", "said"), [("seals.jsonl", "The chain of seals is broken."), ("history.jsonl", "The history is broken.")]
)
def test_what_sambok_alone_writes_is_put_back_whole(file, said):
    one = found("altered", file=file, note="seal {number} is gone", params=(("number", "3"),))
    assert message(one) == f"{said} (seal 3 is gone)"
    assert remedy("repris", one).startswith(f"Put units/repris/{file} back, from git or a backup")
    assert remedy("", one).startswith(f"Put units/{file} back, from git or a backup")


def test_a_finding_for_other_programs():
    assert as_json("repris", found("altered", fields=("amounts",))) == {
        "kind": "altered",
        "unit": "repris",
        "period": "2026-03",
        "voucher": "A-1",
        "file": "units/repris/books/2026/2026-03.beancount",
        "line": 4,
        "meaning": True,
        "fields": ["amounts"],
        "message": "A-1, sealed with 2026-03, says something else now: amounts.",
        "remedy": BACK,
    }
    bare = as_json("", found("missing", period="", voucher="", file="history.jsonl"))
    assert (bare["unit"], bare["period"], bare["voucher"]) == (None, None, None)
    assert bare["file"] == "units/history.jsonl"
