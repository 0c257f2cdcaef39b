"""Canonical text: one per meaning, the same whatever the layout, the file and the machine."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from beancount.parser import parser

from ledger.seals.canonical import canonical_text, meaning_of


def read(text: str, file: str = "/srv/units/repris/books/2026/2026-03.beancount"):
    entries, errors, _ = parser.parse_string(text, report_filename=file)
    assert not errors, errors
    (entry,) = entries
    return entry


VOUCHER = """\
2026-03-02 * "Kund AB" "Faktura 17" #sale #b2b ^invoice-17
  voucher: "A-1"
  registered: 2026-03-05
  hours: 1.50
  paid: TRUE
  none:
  share: 3.10 SEK
  ! Assets:Stock   -2.00 CUP {4.00 # 1 SEK, 2026-01-01, "lot"} @@ 10.00 SEK
    partner: "central"
  Assets:Bank
"""


def test_the_whole_text_of_a_voucher():
    """Written out by hand once: it is what auditors can make with any JSON library."""
    expected = {
        "type": "transaction",
        "date": "2026-03-02",
        "flag": "*",
        "payee": "Kund AB",
        "narration": "Faktura 17",
        "tags": ["b2b", "sale"],
        "links": ["invoice-17"],
        "meta": {
            "voucher": ["text", "A-1"],
            "registered": ["date", "2026-03-05"],
            "hours": ["number", "1.5"],
            "paid": ["bool", True],
            "none": None,
            "share": ["amount", "3.1", "SEK"],
        },
        "postings": [
            {
                "account": "Assets:Stock",
                "flag": "!",
                "units": ["-2", "CUP"],
                "cost": ["4", "1", "SEK", "2026-01-01", "lot", False],
                "price": ["5", "SEK"],
                "meta": {"partner": ["text", "central"]},
            },
            {
                "account": "Assets:Bank",
                "flag": None,
                "units": [None, None],
                "cost": None,
                "price": None,
                "meta": {},
            },
        ],
    }
    text = canonical_text(read(VOUCHER))
    assert json.loads(text) == expected
    assert text == json.dumps(expected, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    said = meaning_of(read(VOUCHER))
    assert said.canonical == sha256(text.encode()).hexdigest()
    del expected["meta"]["voucher"]
    without = json.dumps(expected, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert said.numberless == sha256(without.encode()).hexdigest()
    assert said.fields["narration"] == sha256(b'"Faktura 17"').hexdigest()[:8]
    assert said.fields["voucher:"] == sha256(b'["text","A-1"]').hexdigest()[:8]
    assert sorted(said.fields) == [
        *("accounts", "amounts", "costs", "date", "details", "flag", "flags", "hours:", "links", "narration", "none:"),
        *("paid:", "payee", "registered:", "share:", "tags", "type", "voucher:"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            '2026-03-02 * "a"\n  Assets:B  1000.00 SEK\n  Assets:C\n',
            '2026/3/2  *  "a" ; x\n\tAssets:B 1000 SEK\n ; y\n  Assets:C',
        ),
        ('2026-03-02 * "a"\n  Assets:B  -0.00 SEK\n', '2026-03-02 * "a"\n  Assets:B  0 SEK\n'),
        ('2026-03-02 * "a"\n  Assets:B  100 SEK\n', '2026-03-02 txn "a"\n  Assets:B  50 * 2.0 SEK\n'),
        ('2026-03-02 * "a" #x #y ^l\n', '2026-03-02 * "a" ^l #y #x\n'),
        ('2026-03-02 * "a"\n  kk: "1"\n  ll: 2\n', '2026-03-02 * "a"\n  ll: 2.0\n  kk: "1"\n'),
        ("2026-03-02 open Assets:B SEK,EUR\n", "2026-03-02 open Assets:B EUR , SEK\n"),
        ("2026-03-02 balance Assets:B 1.0 SEK\n", "2026-03-02 balance Assets:B   1.00 SEK\n"),
        (
            '2026-03-02 document Assets:B "../../documents/a.pdf"\n',
            '2026-03-02 document Assets:B "../../documents/./b/../a.pdf"\n',
        ),
    ],
)
def test_one_meaning(one, other):
    assert canonical_text(read(one)) == canonical_text(read(other))


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        ('2026-03-02 * "a"\n', '2026-03-02 * "" "a"\n', ["payee"]),
        ('2026-03-02 * "a"\n  kk: "12"\n', '2026-03-02 * "a"\n  kk: 12\n', ["kk:"]),
        ('2026-03-02 * "a"\n  kk: 12\n', '2026-03-02 * "a"\n  kk: 12 SEK\n', ["kk:"]),
        ('2026-03-02 * "a"\n  kk: "2026-01-01"\n', '2026-03-02 * "a"\n  kk: 2026-01-01\n', ["kk:"]),
        ('2026-03-02 * "a"\n  kk:\n', '2026-03-02 * "a"\n', ["kk:"]),
        (
            '2026-03-02 * "a"\n  kk: "1"\n  Assets:B 1 SEK\n',
            '2026-03-02 * "a"\n  Assets:B 1 SEK\n    kk: "1"\n',
            ["details", "kk:"],
        ),
        (
            '2026-03-02 * "a"\n  Assets:B 1 SEK\n  Assets:C\n',
            '2026-03-02 * "a"\n  Assets:C\n  Assets:B 1 SEK\n',
            ["accounts", "amounts"],
        ),
        (
            '2026-03-02 * "a"\n  Assets:B 1 SEK\n  Assets:C\n',
            '2026-03-02 * "a"\n  Assets:B 1 SEK\n  Assets:C -1 SEK\n',
            ["amounts"],
        ),
        ('2026-03-02 * "a"\n  Assets:B 1 CUP {}\n', '2026-03-02 * "a"\n  Assets:B 1 CUP\n', ["costs"]),
        ('2026-03-02 * "a"\n  Assets:B 1 CUP {1 SEK}\n', '2026-03-02 * "a"\n  Assets:B 1 CUP {{1 SEK}}\n', ["costs"]),
        ('2026-03-02 * "a"\n  Assets:B 2 CUP @ 1 SEK\n', '2026-03-02 * "a"\n  Assets:B 2 CUP @@ 1 SEK\n', ["costs"]),
        ('2026-03-02 * "a"\n  Assets:B 1 SEK\n', '2026-03-02 * "a"\n  ! Assets:B 1 SEK\n', ["flags"]),
        ("2026-03-02 open Assets:B SEK\n", '2026-03-02 open Assets:B SEK "FIFO"\n', ["booking"]),
        ("2026-03-02 open Assets:B\n", "2026-03-02 close Assets:B\n", ["type"]),
        ("2026-03-02 balance Assets:B 1 SEK\n", "2026-03-02 balance Assets:B 1 ~ 0.1 SEK\n", ["tolerance"]),
        ('2026-03-02 event "a" "b"\n', '2026-03-02 event "a" "c"\n', ["text"]),
        ('2026-03-02 note Assets:B "x"\n', '2026-03-02 note Assets:B "x" #t\n', ["tags"]),
        ('2026-03-02 custom "x" Assets:B\n', '2026-03-02 custom "y" Assets:B\n', ["name"]),
        ('2026-03-02 custom "x" Assets:B\n', '2026-03-02 custom "x" "Assets:B"\n', ["values"]),
        ('2026-03-02 document Assets:B "../a.pdf"\n', '2026-03-02 document Assets:B "a.pdf"\n', ["path"]),
    ],
)
def test_two_meanings(one, other, fields):
    this, that = meaning_of(read(one)), meaning_of(read(other))
    assert this.canonical != that.canonical
    names = this.fields.keys() | that.fields.keys()
    assert sorted(name for name in names if this.fields.get(name) != that.fields.get(name)) == fields


#: Of each directive, each word that it has: two that differ in it, and the field that says so.
WORDS = [
    ("transaction", '2026-03-02 * "a" "b"\n', '2026-03-02 ! "a" "b"\n', "flag"),
    ("transaction", '2026-03-02 * "a" "b"\n', '2026-03-02 * "c" "b"\n', "payee"),
    ("transaction", '2026-03-02 * "a" "b"\n', '2026-03-02 * "a" "c"\n', "narration"),
    ("transaction", '2026-03-02 * "a" "b" #s\n', '2026-03-02 * "a" "b" #t\n', "tags"),
    ("transaction", '2026-03-02 * "a" "b" ^s\n', '2026-03-02 * "a" "b" ^t\n', "links"),
    ("open", "2026-03-02 open Assets:B SEK\n", "2026-03-02 open Assets:C SEK\n", "account"),
    ("open", "2026-03-02 open Assets:B SEK\n", "2026-03-02 open Assets:B EUR\n", "currencies"),
    ("close", "2026-03-02 close Assets:B\n", "2026-03-02 close Assets:C\n", "account"),
    ("balance", "2026-03-02 balance Assets:B 1 SEK\n", "2026-03-02 balance Assets:C 1 SEK\n", "account"),
    ("balance", "2026-03-02 balance Assets:B 1 SEK\n", "2026-03-02 balance Assets:B 1 EUR\n", "amount"),
    ("note", '2026-03-02 note Assets:B "x"\n', '2026-03-02 note Assets:C "x"\n', "account"),
    ("note", '2026-03-02 note Assets:B "x"\n', '2026-03-02 note Assets:B "y"\n', "comment"),
    ("note", '2026-03-02 note Assets:B "x" ^s\n', '2026-03-02 note Assets:B "x" ^t\n', "links"),
    ("document", '2026-03-02 document Assets:B "a"\n', '2026-03-02 document Assets:C "a"\n', "account"),
    ("document", '2026-03-02 document Assets:B "a" #s\n', '2026-03-02 document Assets:B "a" #t\n', "tags"),
    ("event", '2026-03-02 event "a" "b"\n', '2026-03-02 event "c" "b"\n', "name"),
    ("custom", '2026-03-02 custom "a" 1\n', '2026-03-02 custom "a" 2\n', "values"),
    ("custom", '2026-03-02 custom "a" Assets:B\n', '2026-03-02 custom "a" Assets:C\n', "values"),
    ("custom", '2026-03-02 custom "a" "b"\n', '2026-03-02 custom "a" "c"\n', "values"),
    ("custom", '2026-03-02 custom "a" 1 SEK\n', '2026-03-02 custom "a" 1 EUR\n', "values"),
    ("custom", '2026-03-02 custom "a" TRUE\n', '2026-03-02 custom "a" FALSE\n', "values"),
    ("commodity", "2026-03-02 commodity EUR\n", "2026-03-02 commodity USD\n", "currency"),
    ("price", "2026-03-02 price EUR 11 SEK\n", "2026-03-02 price USD 11 SEK\n", "currency"),
    ("price", "2026-03-02 price EUR 11 SEK\n", "2026-03-02 price EUR 12 SEK\n", "amount"),
]


@pytest.mark.parametrize(("kind", "one", "other", "field"), WORDS)
def test_each_word_of_each_directive_is_said(kind, one, other, field):
    this, that = meaning_of(read(one)), meaning_of(read(other))
    assert this.type == that.type == kind
    assert this.canonical != that.canonical
    assert {name for name in this.fields.keys() | that.fields.keys() if this.fields[name] != that.fields[name]} == {
        field
    }


def test_neither_machine_nor_file_nor_line_is_in_it():
    text = '2026-03-02 document Assets:Bank "../../documents/avtal.pdf"\n  kk: "v"\n'
    here = read(text, "/home/anna/f/units/repris/books/2026/2026-03.beancount")
    there = read("\n\n" + text, "/srv/units/repris/books/2025/2025-12.beancount")
    bare = read(text, "books/2026/2026-03.beancount")
    assert canonical_text(here) == canonical_text(there) == canonical_text(bare)
    assert meaning_of(here).documents == meaning_of(there).documents == meaning_of(bare).documents
    assert meaning_of(here).documents == ("documents/avtal.pdf",)
    assert "home" not in canonical_text(here)


def test_documents_that_a_voucher_names():
    said = meaning_of(
        read('2026-03-02 * "a"\n  document: "b.pdf"\n  Assets:B 1 SEK\n    document: "a.pdf"\n  Assets:C\n')
    )
    assert said.documents == ("a.pdf", "b.pdf")
    top = read('2026-03-02 document Assets:B "documents/a.pdf"\n', "/srv/units/repris/accounts.beancount")
    assert meaning_of(top).documents == ("documents/a.pdf",)


def test_a_number_that_is_no_text_is_no_voucher():
    assert meaning_of(read('2026-03-02 * "a"\n  voucher: 12\n')).voucher == ""
    assert meaning_of(read("2026-03-02 close Assets:B\n")).voucher == ""
