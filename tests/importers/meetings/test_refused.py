"""Sheets that are wrong, each with its code, its line and its words; the books stay byte for byte as they were."""

import pytest

from tests.importers.meetings.texts import COLUMNS, FIRST, HEAD

TWO = HEAD.format(number=2, date="2026-02-11", box=530, social=20) + COLUMNS
ANNA, BO = "Anna,1,0,10,0,300,30,,,\n", "Bo,1,0,10,0,,,,,\n"
RIGHT = TWO + ANNA + BO

#: What is wrong; what stands for what in the right sheet; the code; the line; words of the message.
WRONG = [
    (
        "box",
        ("fund,530", "fund,500"),
        "MEETING_COUNT",
        1,
        "500.00 KES, but must hold 530.00: 30.00 too little. 200.00 ",
    ),
    (
        "social box",
        ("fund,20\n", "fund,30\n"),
        "MEETING_COUNT",
        1,
        "30.00 KES, but must hold 20.00: 10.00 too much",
    ),
    ("cycle", ("NK26", "NK62"), "MEETING_CYCLE", 1, "the loan cycle NK62"),
    ("number again", ("meeting,2", "meeting,1"), "MEETING_BOOKED", 1, "Meeting 1 of NK26 is booked already"),
    ("number order", ("meeting,2", "meeting,0"), "MEETING_ORDER", 1, "meeting 1 is booked already, and is earlier"),
    ("same day", ("2026-02-11", "2026-01-14"), "MEETING_ORDER", 1, "meeting 1 was on 2026-01-14"),
    ("before", ("2026-02-11", "2025-12-31"), "MEETING_ORDER", 1, "the cycle begins on 2026-01-01"),
    ("future", ("2026-02-11", "2999-02-11"), "MEETING_ORDER", 1, "that day hasn't come yet"),
    ("no day", ("2026-02-11", "2026-02-30"), "MEETING_CELL", 1, "2026-02-30 is no day"),
    ("day unclear", ("2026-02-11", "11/02/2026"), "MEETING_CELL", 1, "11/02/2026 is no day"),
    ("twice", ("Bo,", "anna,"), "MEETING_CELL", 4, "anna has a row already (line 3)"),
    ("nobody", ("Bo,", ","), "MEETING_CELL", 4, "the row is nobody's"),
    ("like a known one", ("Anna,", "Annna,"), "MEETING_CELL", 3, "nearest: Anna"),
    ("half a share", ("Bo,1,0", "Bo,1,0.5"), "MEETING_CELL", 4, "shares: 0.5 is no whole number"),
    ("negative shares", ("Bo,1,0", "Bo,1,-1"), "MEETING_CELL", 4, "shares: -1 is no whole number"),
    ("too many shares", ("Bo,1,0", "Bo,1,6"), "MEETING_TERMS", 4, "6 shares, at most 5 may be bought"),
    ("loan without months", (BO, "Bo,1,0,10,0,,,100,,\n"), "MEETING_TERMS", 4, "the loan lacks its months"),
    ("months without loan", (BO, "Bo,1,0,10,0,,,,2,\n"), "MEETING_TERMS", 4, "months are said, and no loan"),
    ("too many months", (BO, "Bo,1,0,10,0,,,100,4,\n"), "MEETING_TERMS", 4, "runs for 4, at most 3"),
    ("above the limit", (BO, "Bo,1,0,10,0,,,901,2,\n"), "MEETING_TERMS", 4, "above the limit: 900.00 KES (3 times"),
    ("above the cash", (BO, "Bo,1,0,10,0,,,531,2,\n"), "MEETING_TERMS", 4, "more than the box has then: 530.00 KES"),
    ("repaid too much", (",300,30", ",700,30"), "MEETING_TERMS", 3, "700.00 KES was repaid, but 600.00 KES is owed"),
    ("repaid of nothing", (BO, "Bo,1,0,10,0,5,,,,\n"), "MEETING_TERMS", 4, "5.00 KES was repaid, but 0.00 KES is owed"),
    ("charge of nothing", (BO, "Bo,1,0,10,0,,5,,,\n"), "MEETING_TERMS", 4, "there was never a loan"),
    ("negative", (",300,30", ",-300,30"), "MEETING_CELL", 3, "repaid: -300 is less than nothing"),
    ("too fine", (",300,30", ",300.005,30"), "TABLE_NUMBER_AMBIGUOUS", 3, "300.005"),
    ("unclear sign", (",300,30", ',"1,300",30'), "TABLE_NUMBER_AMBIGUOUS", 3, "1,300 may be thousands or decimals"),
    ("two ways", (",300,30", ',"1.300,50",30.25'), "TABLE_NUMBERS_MIXED", 3, "30.25"),
    ("words", (",300,30", ",three,30"), "MEETING_CELL", 3, "repaid: three is no amount"),
    ("formula", (",300,30", ",=SUM(B2),30"), "MEETING_CELL", 3, "a formula stands where a value must"),
    ("present", ("Bo,1,", "Bo,maybe,"), "MEETING_CELL", 4, "present: maybe is neither yes nor no"),
    ("missing column", ("months,note", "note"), "MEETING_LAYOUT", 2, "it lacks the columns months"),
    ("unknown column", (",months", ",mnths"), "MEETING_LAYOUT", 2, "what mnths is (nearest: months)"),
    ("column twice", (",note", ",shares"), "MEETING_LAYOUT", 2, "two columns are called shares"),
    ("missing in first row", (",counted_social_fund,20", ""), "MEETING_LAYOUT", 1, "lacks counted_social_fund"),
    ("twice in first row", (",counted_social_fund,20", ",meeting,2"), "MEETING_LAYOUT", 1, "names meeting twice"),
    (
        "unknown in first row",
        ("counted_social", "cuonted_social"),
        "MEETING_LAYOUT",
        1,
        "(nearest: counted social fund)",
    ),
    ("currency", ("meeting,2", "currency,SEK,meeting,2"), "MEETING_ORDER", 1, "it is in SEK, the cycle is in KES"),
    (
        "totals",
        (BO, BO + "Total,,0,21,0,300,30,,,\n"),
        "MEETING_LAYOUT",
        5,
        "21.00 for social, the rows come to 20.00",
    ),
    ("totals first", (ANNA, "Total,,0,20,0,300,30,,,\n" + ANNA), "MEETING_LAYOUT", 3, "isn't its last one"),
    ("row too short", (BO, "Bo,1,0\n"), "TABLE_COLUMNS", 4, "3 columns"),
    ("row too long", (BO, BO.replace("\n", ",,7\n")), "TABLE_COLUMNS", 4, "columns"),
    ("cut off", (BO, "Bo,1,0,1"), "TABLE_CUT_OFF", 4, "in the middle of its last row"),
    ("quote", ("Bo,1", '"Bo,1'), "TABLE_DAMAGED", 4, "never closed"),
    ("wrong start", ("group,NK26,", "NK26,group,"), "IMPORT_UNKNOWN_FORMAT", None, "No source of kikundi"),
]


@pytest.mark.parametrize(("change", "code", "line", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_sheet_changes_nothing(group, change, code, line, words):
    old, new = change
    assert RIGHT.count(old) >= 1
    kikundi = group()
    assert kikundi.take(FIRST).status == "imported"
    before = kikundi.books()
    done = kikundi.take(RIGHT.replace(old, new, 1), "two.csv")
    assert done.status == "refused"
    said = (done.problem.code, done.problem.line)
    assert said == (code, line), str(done.problem)
    assert words in done.problem.text()
    assert kikundi.books() == before
    assert kikundi.take(RIGHT, "two.csv").status == "imported"  # put right, it comes in
