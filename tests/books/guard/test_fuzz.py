"""Texts that nobody thought of: pieces of the corpus, cut, joined and damaged.

Whatever comes, the guard answers with problems or with entries: it doesn't raise, die, hang, or open anything; and what
it passes is what plain Beancount reads, and doesn't make Beancount's booking raise. By default a few hundred texts; in
full, 100,000 a run and 10,000,000 over a night: `SAMBOK_FUZZ=100000 pytest tests/books/guard/test_fuzz.py`.
"""

from __future__ import annotations

import os
import random

import pytest

NUMBER = int(os.environ.get("SAMBOK_FUZZ", "600"))
SEED = int(os.environ.get("SAMBOK_FUZZ_SEED", "1"))
SMALL = 4_000
#: What bookkeepers, programs and attackers type, and what has hurt readers before.
PIECES = """
1/0|/|0|-|(|)|,|.|12,5|1e9|99999999999999999|0.000000001|@|@@|{|}|{{|}}|#|##|^|*|!|~|"|\\|;|:|SEK|EUR|STK|A|/6J|TRUE|NULL|
2026-01-01|2026-02-30|0000-00-00|9999-12-31|2026/1/1|open|close|balance|pad|note|document|event|query|custom|price|txn|
commodity|option|plugin|include|pushtag|poptag|pushmeta|popmeta|Assets:A|Expenses:5010-Rent|Assets:Б|assets:a|voucher:|
lineno:|filename:|"title"|"../x"|"/etc/passwd"|"<script>"|"fava-option"|"budget"|"internal-stock"|#tag|^link|{5 SEK}|
{{0 SEK}}|{}|{*}|{2026-01-01}|{"lot"}|{5 # 5 SEK}|@ 0 SEK|@@ 5 SEK|  |\t|\r|\0|é|é|\u202e|\ufeff|€|
""".replace("\n", "").split("|")


def mutated(dice: random.Random, texts: list[bytes]) -> bytes:
    """A text out of one or two others."""
    text = bytearray(dice.choice(texts))
    for _ in range(dice.choice([1, 1, 1, 2, 3, 8])):
        where = dice.randint(0, len(text))
        kind = dice.randrange(8)
        if kind <= 2:
            piece = dice.choice(PIECES).encode()
            text[where:where] = dice.choice([piece, b" " + piece + b" ", b"\n" + piece, b"\n  " + piece + b"\n"])
        elif kind == 3:
            del text[where : where + dice.choice([1, 1, 2, 5, 40])]
        elif kind == 4:
            text[where : where + 1] = bytes([dice.randrange(256)])
        elif kind == 5:
            other = dice.choice(texts)
            start = dice.randint(0, len(other))
            text[where:where] = other[start : start + dice.randint(1, 200)]
        elif kind == 6:
            lines = bytes(text).split(b"\n")
            dice.shuffle(lines) if dice.random() < 0.2 else lines.insert(0, dice.choice(lines))
            text = bytearray(b"\n".join(lines))
        else:
            del text[where:]
    return bytes(text)


@pytest.mark.slow
def test_any_text_gets_an_answer(corpus, reader):
    dice = random.Random(SEED)  # noqa: S311  a failure must come again
    cases = [case for case in corpus("good") + corpus("bad") if 0 < len(case.data) <= SMALL]
    by_profile = {name: [c.data for c in cases if c.profile == name] for name in {c.profile for c in cases}}
    passed = 0
    for number in range(NUMBER):
        profile = "books" if dice.random() < 0.8 else dice.choice(sorted(by_profile))
        text = mutated(dice, by_profile[profile])
        answer = reader.ask(text, profile)
        told = f"seed {SEED}, text {number} ({profile}): {text!r}"
        assert "died" not in answer, (answer, told)
        assert answer["events"] == [], told
        assert "BOOK_CRASHED" not in {p["code"] for p in answer["problems"]}, (answer, told)
        if not answer["problems"]:
            passed += 1
            assert answer["same"] is True, told
            assert answer["raised"] == "", (answer["raised"], told)
    # Both ways are walked.
    assert NUMBER * 0.05 < passed < NUMBER * 0.95
