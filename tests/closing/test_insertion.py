"""Lines put into a transaction's text: nothing else of the file changes, whatever its layout."""

import re

import pytest
from beancount.parser.parser import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.closing.insertion import inserted

ROW = 'voucher: "A-1"'


@pytest.mark.parametrize(
    ("text", "line", "new"),
    [
        (  # the usual case, in the middle of a file
            '; top\n\n2026-01-02 * "Rent"\n  Assets:Bank  -1 SEK\n  Expenses:X\n\n2026-01-03 * "x"\n',
            3,
            '; top\n\n2026-01-02 * "Rent"\n  voucher: "A-1"\n  Assets:Bank  -1 SEK\n  Expenses:X\n\n2026-01-03 * "x"\n',
        ),
        (  # its own indentation, a tabulator's too
            '2026-01-02 * "Rent"\n\t Assets:Bank  -1 SEK\n',
            1,
            '2026-01-02 * "Rent"\n\t voucher: "A-1"\n\t Assets:Bank  -1 SEK\n',
        ),
        (  # line ends of Windows
            '2026-01-02 * "Rent"\r\n    Assets:Bank  -1 SEK\r\n',
            1,
            '2026-01-02 * "Rent"\r\n    voucher: "A-1"\r\n    Assets:Bank  -1 SEK\r\n',
        ),
        (
            '2026-01-02 * "Nothing"',
            1,
            '2026-01-02 * "Nothing"\n  voucher: "A-1"\n',
        ),  # the file's last line, without an end
        ('2026-01-02 * "Nothing"\n', 1, '2026-01-02 * "Nothing"\n  voucher: "A-1"\n'),
        (  # a text of two lines, a quote inside it, a comment with a quote
            '2026-01-02 * "He said \\"no\\"\n; and left" ^l #t ; "why?\n  Assets:Bank  -1 SEK\n',
            1,
            '2026-01-02 * "He said \\"no\\"\n; and left" ^l #t ; "why?\n  voucher: "A-1"\n  Assets:Bank  -1 SEK\n',
        ),
        (  # an empty line is no indentation
            '2026-01-02 * "Nothing"\n   \n2026-01-03 note Assets:Bank "x"\n',
            1,
            '2026-01-02 * "Nothing"\n  voucher: "A-1"\n   \n2026-01-03 note Assets:Bank "x"\n',
        ),
        (  # a backslash at the end of a text
            '2026-01-02 * "C:\\\\" "x"\n  Assets:Bank  -1 SEK\n',
            1,
            '2026-01-02 * "C:\\\\" "x"\n  voucher: "A-1"\n  Assets:Bank  -1 SEK\n',
        ),
    ],
)
def test_the_line_stands_below_the_first_one(text, line, new):
    assert inserted(text, {line: [ROW]}) == new


def test_several_at_once_and_nothing_for_some():
    text = "".join(f'2026-01-{day} * "{day}"\n  Assets:A  1 SEK\n' for day in ("02", "03", "04"))
    assert inserted(text, {5: ['by: "b"'], 1: [ROW, 'by: "a"'], 3: []}) == (
        '2026-01-02 * "02"\n  voucher: "A-1"\n  by: "a"\n  Assets:A  1 SEK\n'
        '2026-01-03 * "03"\n  Assets:A  1 SEK\n'
        '2026-01-04 * "04"\n  by: "b"\n  Assets:A  1 SEK\n'
    )  # fmt: skip
    assert inserted(text, {}) == text


QUOTED = st.text(alphabet='ab ;\n\\"#^*\t', max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
COMMENT = st.sampled_from(["", " ; paid", ' ; a "quote', ';"', ' ;; 2026-01-01 * "x"'])
BELOW = st.sampled_from(
    ["", "  Assets:A  1 SEK\n  Assets:B\n", '    note: "x;\n y"\n    Assets:A  0 SEK\n', "  ; remark\n"]
)
BETWEEN = st.sampled_from(["", "\n", '; 2026-01-01 * "no"\n', "* 2026-01-01 a heading\n", "\n\n"])
ENTRY = st.tuples(QUOTED, st.sampled_from(["", " ^l", " #t ^l"]), COMMENT, BELOW, BETWEEN)


@settings(max_examples=200, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.data())
def test_beancount_reads_the_new_line_and_else_the_same(entries, ending, data):
    text = "".join(
        f"2026-01-02 * {t}{links}{comment}\n{below}{between}" for t, links, comment, below, between in entries
    )
    text = text.replace("\n", ending)
    before, errors, _ = parse_string(text)
    if errors:
        return
    chosen = data.draw(st.sets(st.integers(0, len(before) - 1)))
    new = inserted(text, {before[n].meta["lineno"]: [ROW] for n in chosen})
    after, errors, _ = parse_string(new)
    assert not errors
    assert [e.meta.get("voucher") for e in after] == ["A-1" if n in chosen else None for n in range(len(before))]
    assert [plain(e) for e in after] == [plain(e) for e in before]
    assert re.sub(rf"[ \t]+{ROW}{ending}", "", new) == text


def plain(entry):
    """An entry without its place and number."""
    meta = {key: value for key, value in entry.meta.items() if key not in {"lineno", "filename", "voucher"}}
    postings = [(p.account, p.units) for p in entry.postings]
    return (entry.date, entry.narration, entry.links, entry.tags, meta, postings)
