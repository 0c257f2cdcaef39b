"""Meeting sheets as table programs write them: all read to the same meeting, and damaged or hostile ones not at all."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.letters import read_text
from importers.meetings.model import Meeting, Row
from importers.meetings.read import read_meeting
from ledger.errors import Problem

NAMES = ("member", "present", "shares", "social", "fine", "repaid", "charge", "new_loan", "months", "note")
HEAD = "group,NK26,meeting,5,date,2026-02-11,counted_loan_fund,530,counted_social_fund,20\n"
ANNA, BO = "Anna,1,0,10,0,300,30,,,\n", "Bo,1,0,10,0,,,,,\n"
SHEET = HEAD + ",".join(NAMES) + "\n" + ANNA + BO
SEMICOLONS = SHEET.replace(",", ";")


def read(content):
    """What a file's bytes say."""
    data = content if isinstance(content, bytes) else content.encode()
    return read_meeting(read_text(data, "sheet.csv"), "sheet.csv")


def said(meeting):
    """All that a meeting says, without the lines it stood on."""
    rows = tuple(tuple(getattr(row, n) for n in Row.__slots__ if n != "line") for row in meeting.rows)
    return tuple(getattr(meeting, n) for n in Meeting.__slots__ if n not in {"line", "rows"}), rows


def test_the_sheet_in_words():
    meeting = read(SHEET)
    assert (meeting.cycle, meeting.number, meeting.date) == ("NK26", 5, dt.date(2026, 2, 11))
    assert (meeting.counted, meeting.counted_social) == (530, 20)
    anna, bo = meeting.rows
    assert (anna.member, anna.present, anna.social, anna.repaid, anna.charge) == ("Anna", True, 10, 300, 30)
    assert (bo.member, bo.present, bo.social, bo.repaid, bo.new_loan, bo.months) == ("Bo", True, 10, 0, 0, None)


def headings(*names):
    return SHEET.replace(",".join(NAMES), ",".join(names))


GOOD = {
    "semicolons": SEMICOLONS,
    "tabs": SHEET.replace(",", "\t"),
    "quoted": "".join(",".join(f'"{c}"' for c in line.split(",")) + "\n" for line in SHEET.splitlines()),
    "Excel, UTF-8": ("\ufeff" + SEMICOLONS.replace("\n", "\r\n")).encode(),
    "Excel, cp1252": ("sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n")).encode("cp1252"),
    "Excel, quoted sep": '"sep=;"\r\n' + SEMICOLONS,
    "Excel, Unicode text": SHEET.replace(",", "\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + SHEET.encode("utf-16-be"),
    "old line ends": SHEET.replace("\n", "\r"),
    "empty columns": SHEET.replace("\n", ",,,\n"),
    "empty rows": SHEET + ",,,,,,,,,\n\n\n",
    "blank lines before": "\n\n" + SHEET,
    "decimal comma": SEMICOLONS.replace("300;30", "300,00;30,00"),
    "decimal point": SHEET.replace("300,30", "300.00,30.00"),
    "zeros written": SHEET.replace(BO, "Bo,1,0,10,0,0,0,0,,\n"),
    "spaces around": SHEET.replace("Anna,1,0,10", " Anna ,1, 0 , 10"),
    "day with points": SHEET.replace("2026-02-11", "11.02.2026"),
    "day with a time": SHEET.replace("2026-02-11", "2026-02-11 00:00:00"),
    "first row in another order": SHEET.replace(
        HEAD, "date,2026-02-11,counted_social_fund,20,group,NK26,counted_loan_fund,530,meeting,5\n"
    ),
    "totals": SHEET + "Total,,0,20,0,300,30,,,\n",
    "totals in Swahili": SHEET + "Jumla:,,,20,,300,30,,,\n",
    "yes in Swedish": SHEET.replace("Bo,1", "Bo,Ja"),
    "yes in Spanish": SHEET.replace("Bo,1", "Bo,SÍ"),
    "yes in Swahili": SHEET.replace("Bo,1", "Bo,ndiyo"),
    "Swedish": headings(
        *("medlem", "närvarande", "andelar", "social avgift", "böter"),
        *("återbetalt", "avgift", "nytt lån", "månader", "anteckning"),
    ).encode("cp1252"),
    "Spanish": headings(
        *("miembro", "presente", "acciones", "fondo social", "multa"),
        *("devuelto", "cargo", "nuevo préstamo", "meses", "nota"),
    ),
    "Swahili": headings(
        *("jina", "yupo", "hisa", "jamii", "faini", "marejesho", "riba", "mkopo mpya", "miezi", "maelezo")
    ),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_ways_of_writing_one_meeting(content):
    assert said(read(content)) == said(read(SHEET))


@pytest.mark.parametrize("style", ["1 300", "1\u00a0300", "1\u202f300", "1'300.00"])
def test_thousands(style):
    assert read(SHEET.replace("300,30", f'"{style}",30')).rows[0].repaid == Decimal("1300.00")


@pytest.mark.parametrize(
    ("word", "there"), [("", False), ("0", False), ("no", False), ("nej", False), ("hapana", False), ("yes", True)]
)
def test_who_was_there(word, there):
    assert read(SHEET.replace("Bo,1", f"Bo,{word}")).rows[1].present is there


def test_a_name_is_the_same_however_its_letters_are_composed():
    assert read(SHEET.replace("Anna", "Zoe\u0301")).rows[1].member == "Zoé"


def test_nothing_with_a_sign_is_nothing():
    charge = read(SHEET.replace("300,30", "300,-0")).rows[0].charge
    assert (charge, str(charge).startswith("-")) == (0, False)


#: What is written; what stands for what in the right sheet; code; line; words of the message.
WRONG = {
    "amount in brackets": (("300,30", "(300),30"), "MEETING_CELL", 3, "repaid: (300) is no amount"),
    "minus behind": (("300,30", "300-,30"), "MEETING_CELL", 3, "repaid: 300- is less than nothing"),
    "three decimals": (("300,30", "1000.005,30"), "MEETING_CELL", 3, "1000.005"),
    "power of ten": (("300,30", "1e9,30"), "MEETING_CELL", 3, "1e9"),
    "no number": (("300,30", "inf,30"), "MEETING_CELL", 3, "inf"),
    "wide digits": (("300,30", "３００,30"), "MEETING_CELL", 3, "３００"),
    "beyond measure": (("300,30", "9" * 40 + ",30"), "MEETING_CELL", 3, "is no amount"),
    "formula as a name": (("Anna", "=A1"), "MEETING_CELL", 3, "a formula stands where a value must"),
    "formula as a note": (("300,30,,,", '300,30,,,"=HYPERLINK(1)"'), "MEETING_CELL", 3, "a formula"),
    "formula with @": (("Anna", "@A1"), "MEETING_CELL", 3, "a formula"),
    "formula with +": (("300,30", "+SUM(A1),30"), "MEETING_CELL", 3, "+SUM(A1)"),
    "formula in the first row": (("fund,530", "fund,=B2"), "MEETING_CELL", 1, "a formula"),
    "day as a serial number": (("2026-02-11", "46064"), "MEETING_CELL", 1, "46064 is no day"),
    "day of either order": (("2026-02-11", "11/02/2026"), "MEETING_CELL", 1, "11/02/2026 is no day"),
    "number of the meeting": (("meeting,5", "meeting,5.0"), "MEETING_CELL", 1, "5.0 is no whole number"),
    "foreign digits": (("meeting,5", "meeting,٥"), "MEETING_CELL", 1, "is no whole number"),
    "box below nothing": (("fund,530", "fund,-530"), "MEETING_CELL", 1, "-530 is less than nothing"),
    "box not counted": (("fund,530", "fund,"), "MEETING_LAYOUT", 1, "lacks counted_loan_fund"),
    "half a month": ((BO, "Bo,1,0,10,0,,,100,1.5,\n"), "MEETING_CELL", 4, "1.5 is no whole number"),
    "shares beyond measure": (("Bo,1,0", "Bo,1,9999999"), "MEETING_CELL", 4, "is no whole number"),
    "there twice": (("Bo,1", "Bo,2"), "MEETING_CELL", 4, "2 is neither yes nor no"),
    "same name": (("Bo", "ANNA"), "MEETING_CELL", 4, "ANNA has a row already (line 3)"),
    "unseen letters": (("Anna", "An\u200bna"), "MEETING_CELL", 3, "is no name"),
    "letters that turn": (("Anna", "An\u202ena"), "MEETING_CELL", 3, "is no name"),
    "escape": (("Anna", "An\x1bna"), "MEETING_CELL", 3, "is no name"),
    "no letters": (("Anna", "---"), "MEETING_CELL", 3, "is no name"),
    "long name": (("Anna", "A" * 61), "MEETING_CELL", 3, "is no name"),
    "zero byte": (("Anna", "An\x00na"), "TABLE_ENCODING", 3, "U+0000"),
    "remark below the rows": ((BO, BO + ",,,,,,,,,thanks to all\n"), "MEETING_CELL", 5, "the row is nobody's"),
    "two rows of totals": (
        (BO, BO + "Total,,,20,,,,,,\nSum,,,20,,,,,,\n"),
        "MEETING_LAYOUT",
        5,
        "the row of totals isn't its last one",
    ),
    "part beside the whole": (
        (",".join(NAMES) + "\n" + ANNA + BO, ",".join((*NAMES, "paid")) + "\nAnna,1,0,10,0,,30,,,,300\n"),
        "MEETING_CELL",
        3,
        "one sum, or its parts",
    ),
    "no columns": ((SHEET.removeprefix(HEAD), ""), "MEETING_LAYOUT", 1, "no row names the columns"),
    "two sheets in a file": ((BO, BO + SHEET), "MEETING_LAYOUT", 5, "another sheet begins here"),
    "a second sheet in other words": (
        (BO, BO + SHEET.replace("group,NK26,meeting,5", "mkutano,6,grupp,NK26")),
        "MEETING_LAYOUT",
        5,
        "another sheet begins here",
    ),
    "a village in a file": (
        (BO, "".join(f"P{number},1,0,10,0,,,,,\n" for number in range(50_000))),
        "MEETING_LAYOUT",
        2001,
        "more than 2000 lines",
    ),
    "cell of a page": (("Bo,1", "Bo," + "x" * 3000), "MEETING_CELL", 4, "x" * 120 + "\N{HORIZONTAL ELLIPSIS}"),
    "cell of 10 MB": (("Anna", "A" * 10_000_000), "TABLE_DAMAGED", 3, "more than 20000 characters"),
}


@pytest.mark.parametrize(("change", "code", "line", "words"), WRONG.values(), ids=WRONG)
def test_wrong_sheets(change, code, line, words):
    assert change[0] in SHEET
    with pytest.raises(Problem) as found:
        read(SHEET.replace(*change, 1))
    assert (found.value.code, found.value.line) == (code, line), found.value.text()
    assert words in found.value.text()
    assert found.value.remedy_text()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (SHEET.replace("Anna", "Anná").encode() + "Zoé,1,0,0,0,,,,,\n".encode("cp1252"), 5),
        (SHEET.encode("utf-16-le"), 1),
    ],
    ids=["of two kinds", "UTF-16 without a mark"],
)
def test_letters_that_nobody_can_tell(content, line):
    with pytest.raises(Problem) as found:
        read(content)
    assert (found.value.code, found.value.line) == ("TABLE_ENCODING", line)


@pytest.mark.parametrize("end", range(len(SHEET) - len(BO) + 1, len(SHEET)))
def test_a_sheet_cut_off_within_its_last_row(end):
    with pytest.raises(Problem) as found:
        read(SHEET[:end])
    assert found.value.code == "TABLE_CUT_OFF"


AMOUNT = st.decimals(min_value=0, max_value=10**9, places=2)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "member": st.from_regex(r"[A-Za-zÅÄÖåäöñé][a-zåäöñé]{0,8}( [a-z]{1,8})?", fullmatch=True),
            "present": st.booleans(),
            "shares": st.integers(0, 999),
            "social": AMOUNT,
            "fine": AMOUNT,
            "repaid": AMOUNT,
            "charge": AMOUNT,
            "new_loan": AMOUNT,
            "months": st.none() | st.integers(1, 24),
        }
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row["member"].casefold(),
).filter(
    lambda rows: (
        not {r["member"].casefold() for r in rows}
        & {"total", "totals", "sum", "summa", "totalt", "suma", "totales", "jumla"}
    )
)


def written(rows, delimiter=",", *, comma=False):
    """A sheet of rows, by the CSV writer of the standard library."""

    def cell(value):
        if isinstance(value, bool):
            return "1" if value else "0"
        text = "" if value is None else str(value)
        return text.replace(".", ",") if comma and isinstance(value, Decimal) else text

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEAD.strip().split(","))
    writer.writerow(NAMES)
    writer.writerows([*(cell(row[n]) for n in NAMES[:-1]), ""] for row in rows)
    return out.getvalue()


@settings(max_examples=100, deadline=None)
@given(ROWS, st.sampled_from([(",", False), (";", False), (";", True), ("\t", True)]))
def test_what_is_written_is_read(rows, way):
    meeting = read(written(rows, way[0], comma=way[1]))
    found = {row.member: row for row in meeting.rows}
    assert len(found) == len(rows)
    for row in rows:
        assert {n: getattr(found[row["member"]], n) for n in NAMES[:-1]} == row


@settings(max_examples=100, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_counts_for_nothing(rows, chance):
    mixed = chance.sample(rows, len(rows))
    assert said(read(written(mixed))) == said(read(written(rows)))
    assert read(written(mixed)).content == read(written(rows)).content
