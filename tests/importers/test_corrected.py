"""Whether somebody has corrected what a file tells of: of vouchers with one number, the right one."""

from beancount.parser.parser import parse_string

from importers.book import BookView

BOOK = """\
2025-03-05 * "Of last year"
  voucher: "A-1"

2026-03-05 * "Of this year"
  voucher: "A-1"

2026-03-06 * "Without a number"

2026-03-07 * "Correction"
  voucher: "X-1"
  corrects: "A-1"

2026-03-08 * "Correction of what isn't there"
  corrects: "B-1"
"""


def test_only_the_voucher_that_is_meant_is_corrected(make_workspace):
    entries, errors, _ = parse_string(BOOK)
    assert not errors
    view = BookView(make_workspace({"repris": {}}).units["repris"], entries)
    assert [e.narration for e in entries if view.is_corrected(e)] == ["Of this year"]
