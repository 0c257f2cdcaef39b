"""Whatever is wrong with a month, a person is told what to do about it."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.reconcile.model import FINDINGS, STATUSES, Finding, Month
from importers.reconcile.remedies import NOTES, remedies
from importers.reconcile.report import _KINDS
from importers.reconcile.series import Gap, Skipped, Stretch, Uncovered

FIRST, LAST, D = dt.date(2026, 3, 1), dt.date(2026, 3, 31), Decimal
TOLD = Stretch(FIRST, LAST, D(0), D(10), whole=True)
HALF = Stretch(FIRST, dt.date(2026, 3, 15), D(0), D(10), whole=False)
SILENT = Stretch(FIRST, LAST, None, None, whole=True)
GAP = Gap(dt.date(2026, 2, 28), FIRST, D(1), D(2), "a", "b")
MONTH, DAYS, LATER = "Download all of 2026-03", "Download the days in between", "The difference is older"
BY_HAND, CHANGED, BALANCE = "Each of these entries", "Give these entries", "Import a statement that gives"


def month(bank=TOLD, at="10", before="0", kinds=(), notes=(), **more):
    findings = tuple(Finding(kind, FIRST, D(1), "x") for kind in kinds)
    return Month("2026-03", "differs", bank, D(0), D(at), D(before), D(at), 1, 1, findings, tuple(notes), **more)


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        (month(), []),
        (month(None), [MONTH]),
        (month(None, running=True), []),
        (month(None, early=True), []),
        (month(HALF), [MONTH]),
        (month(HALF, running=True), []),
        (month(SILENT), [BALANCE]),
        (month(notes=[GAP]), [DAYS]),
        (month(notes=[GAP, GAP, Skipped(2, 2, FIRST, "b")]), [DAYS, "Download the statements with these numbers"]),
        (month(notes=[Uncovered(FIRST, LAST)]), ["Download these days, too"]),
        (month(kinds=["changed", "missing", "changed"], at="11"), [CHANGED, "Import the statement's file again"]),
        (month(kinds=["extra", "twice"]), ["Ask the bank whether", "Remove all but one"]),
        (month(kinds=["by_hand"]), []),  # the balances agree: it is right
        (month(kinds=["by_hand"], at="10.01"), [BY_HAND]),
        (month(at="10.01"), ["Compare the books' entries"]),
        (month(at="15", before="5"), [LATER]),
        (month(at="15", before="5", notes=[GAP]), [DAYS]),
    ],
)
def test_each_month_has_its_remedies(given, begins):
    told = remedies(given)
    assert len(told) == len(begins)
    assert all(text.startswith(begin) for text, begin in zip(told, begins, strict=True))


def test_nothing_that_can_be_said_of_a_month_is_without_remedy():
    assert set(NOTES) == set(_KINDS)
    for kind in FINDINGS.keys() - {"unread"}:  # that one has a problem with its own remedy
        assert remedies(month(kinds=[kind], at="9"))
    assert set(STATUSES) == {"reconciled", "differs", "incomplete", "no_statement"}
